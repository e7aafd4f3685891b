//! Arrays of numbers as `numpy.save` writes them (its enhancement proposal 1): a dictionary in Python's letters, then the values.

use diagnostics::text;
use diagnostics::text::Text;

/// How such a file begins.
pub const BEGINS: &[u8] = b"\x93NUMPY";

/// What the head of an array tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The type of its numbers as numpy writes it, such as `<f4`: the order of bytes, then kind and width.
    pub descr: String,
    /// Whether the first axis varies fastest (Fortran's order).
    pub columns_first: bool,
    /// The lengths of its axes.
    pub shape: Vec<usize>,
    /// Where the values begin.
    start: usize,
}

/// Reads the head.
///
/// # Errors
/// What was found instead of one.
pub fn head(bytes: &[u8]) -> Result<Head, Text> {
    let damaged = || Text::new("an array that cannot be read", "読み込めない配列です");
    let (length, start) = match bytes.get(6).ok_or_else(damaged)? {
        1 => (u32::from(little::<2, u16>(bytes, 8, u16::from_le_bytes).ok_or_else(damaged)?), 10),
        _ => (little::<4, u32>(bytes, 8, u32::from_le_bytes).ok_or_else(damaged)?, 12),
    };
    let end = start + length as usize;
    let header = bytes.get(start..end).and_then(|header| std::str::from_utf8(header).ok()).ok_or_else(damaged)?;
    let after = |key: &str| {
        let at = header.find(&format!("'{key}'"))? + key.len() + 2;
        Some(header[at..].trim_start().strip_prefix(':')?.trim_start())
    };
    let descr = after("descr").ok_or_else(damaged)?;
    if descr.starts_with('[') {
        return Err(Text::new("an array of records (several named fields)", "複数のフィールドをもつ構造化配列です"));
    }
    let descr = descr.strip_prefix('\'').and_then(|rest| rest.split('\'').next()).ok_or_else(damaged)?;
    let columns_first = after("fortran_order").is_some_and(|rest| rest.starts_with("True"));
    let shape: Vec<usize> = after("shape")
        .and_then(|rest| rest.strip_prefix('(')?.split(')').next())
        .ok_or_else(damaged)?
        .split(',')
        .map(str::trim)
        .filter(|axis| !axis.is_empty())
        .map(|axis| axis.parse().map_err(|_| damaged()))
        .collect::<Result<_, _>>()?;
    Ok(Head { descr: descr.to_owned(), columns_first, shape, start: end })
}

impl Head {
    /// The lengths of the axes, for people.
    pub fn shown(&self) -> String {
        shown(&self.shape)
    }

    /// The order of bytes (`<`, `>`, `|`), and kind and width.
    pub fn order(&self) -> (&str, &str) {
        self.descr.split_at_checked(1).unwrap_or_default()
    }

    /// The largest value that numbers of this type can hold, where that is a white pixel's: 255 of eight bits.
    pub fn white(&self) -> Option<f64> {
        number(self.order().1).and_then(|(_, white, _)| white)
    }

    /// The values in the order of the file, whose bytes these are: whatever type they have, as real numbers.
    ///
    /// # Errors
    /// A type that holds no real numbers, or another number of values than the shape needs.
    pub fn values<'b>(&self, bytes: &'b [u8]) -> Result<impl Iterator<Item = f64> + use<'b>, Text> {
        let damaged = || Text::new("an array that cannot be read", "読み込めない配列です");
        let shape = &self.shape;
        let all = shape.iter().try_fold(1_usize, |all, &axis| all.checked_mul(axis)).ok_or_else(damaged)?;
        let (order, kind) = self.order();
        let (wide, _, number) = number(kind).ok_or_else(|| {
            let (descr, Text { en, ja }) = (&self.descr, unread(kind));
            text!("an array of type {descr} ({en})", "型 {descr}（{ja}）の配列です")
        })?;
        let data = bytes.get(self.start..).ok_or_else(damaged)?;
        if data.len() != all.checked_mul(wide).ok_or_else(damaged)? {
            let (found, shown) = (data.len() / wide, self.shown());
            return Err(text!("{found} values for a shape of {shown}", "形 {shown} に対して値が{found}個"));
        }
        let turned = order == ">";
        Ok(data.chunks_exact(wide).filter_map(move |bytes| {
            if turned { number(&bytes.iter().rev().copied().collect::<Vec<u8>>()) } else { number(bytes) }
        }))
    }

    /// Values in the order of the file, so that the last axis varies fastest.
    pub fn rows_first(&self, given: Vec<f64>) -> Vec<f64> {
        if !self.columns_first || self.shape.len() < 2 {
            return given;
        }
        let mut values = vec![0.0; given.len()];
        for (at, value) in given.into_iter().enumerate() {
            let (mut rest, mut index, mut stride) = (at, 0, values.len());
            for &length in &self.shape {
                stride /= length.max(1);
                index += (rest % length.max(1)) * stride;
                rest /= length.max(1);
            }
            values[index] = value;
        }
        values
    }
}

/// Lengths of axes, for people.
pub fn shown(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" × ")
}

/// Reads one little-endian number.
type Number = fn(&[u8]) -> Option<f64>;

/// How wide numbers of this type are in bytes, what white is among them, and how one is read.
fn number(kind: &str) -> Option<(usize, Option<f64>, Number)> {
    Some(match kind {
        "b1" => (1, None, |b| little::<1, u8>(b, 0, u8::from_le_bytes).map(f64::from)),
        "u1" => (1, Some(255.0), |b| little::<1, u8>(b, 0, u8::from_le_bytes).map(f64::from)),
        "i1" => (1, None, |b| little::<1, i8>(b, 0, i8::from_le_bytes).map(f64::from)),
        "u2" => (2, Some(65535.0), |b| little::<2, u16>(b, 0, u16::from_le_bytes).map(f64::from)),
        "i2" => (2, None, |b| little::<2, i16>(b, 0, i16::from_le_bytes).map(f64::from)),
        "u4" => (4, None, |b| little::<4, u32>(b, 0, u32::from_le_bytes).map(f64::from)),
        "i4" => (4, None, |b| little::<4, i32>(b, 0, i32::from_le_bytes).map(f64::from)),
        "u8" => (8, None, |b| little::<8, u64>(b, 0, u64::from_le_bytes).map(|v| v as f64)),
        "i8" => (8, None, |b| little::<8, i64>(b, 0, i64::from_le_bytes).map(|v| v as f64)),
        "f2" => (2, None, |b| little::<2, u16>(b, 0, u16::from_le_bytes).map(half)),
        "f4" => (4, None, |b| little::<4, f32>(b, 0, f32::from_le_bytes).map(f64::from)),
        "f8" => (8, None, |b| little::<8, f64>(b, 0, f64::from_le_bytes)),
        _ => return None,
    })
}

/// What a type that is not read holds.
fn unread(kind: &str) -> Text {
    match kind.chars().next() {
        Some('c') => Text::new("complex numbers", "複素数"),
        Some('f') => Text::new("long floats", "拡張精度の浮動小数"),
        Some('U' | 'S') => Text::new("text", "文字列"),
        Some('O') => Text::new("Python objects", "Pythonオブジェクト"),
        Some('M' | 'm') => Text::new("dates or spans of time", "日付または時間"),
        Some('V') => Text::new("raw bytes", "生のバイト列"),
        _ => Text::new("not known here", "未対応"),
    }
}

/// A number of N bytes at a place.
fn little<const N: usize, T>(bytes: &[u8], at: usize, from: fn([u8; N]) -> T) -> Option<T> {
    Some(from(bytes.get(at..at + N)?.try_into().ok()?))
}

/// A float of 16 bits (IEEE 754 binary16).
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff) / 1024.0);
    let size = match exponent {
        0 => fraction * 2.0_f64.powi(-14),
        31 if fraction > 0.0 => f64::NAN,
        31 => f64::INFINITY,
        _ => (1.0 + fraction) * 2.0_f64.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_read_as_numpy_writes_them() {
        // numpy.float16(x).tobytes() of 1, 0.5, −2, 0.333…, the largest, the smallest.
        for (bits, value) in [
            (0x3c00, 1.0),
            (0x3800, 0.5),
            (0xc000, -2.0),
            (0x3555, 0.333_251_953_125),
            (0x7bff, 65504.0),
            (0x0001, 2.0_f64.powi(-24)),
            (0x0000, 0.0),
        ] {
            assert!((half(bits) - value).abs() == 0.0, "{bits:#x}: {}", half(bits));
        }
        assert!(half(0x7c00).is_infinite() && half(0x7e00).is_nan());
    }
}
