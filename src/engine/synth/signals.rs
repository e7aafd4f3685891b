//! Where the signals of rows come from: drawn by a renderer, or read from a file beside the table.

use std::sync::Arc;

use super::pictures::Shots;
use crate::shaped::in_rows;
use crate::signal::{Shape, Signals};
use course::dataset::Signal;
use diagnostics::fault::{Fault, Id};
use diagnostics::text;
use diagnostics::text::Text;
use tables::npy;

/// Signals that are read may need so many bytes.
const MOST: usize = 600_000_000;

/// Where the signals of rows come from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// They are drawn when they are wanted.
    Drawn(Shots),
    /// They were read.
    Read(Arc<Signals>),
}

impl Origin {
    /// The same of these rows alone.
    #[must_use]
    pub fn only(&self, rows: &[usize]) -> Self {
        match self {
            Self::Drawn(shots) => Self::Drawn(shots.only(rows)),
            Self::Read(signals) => Self::Read(Arc::new(signals.only(rows))),
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Drawn(shots) => shots.len(),
            Self::Read(signals) => signals.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// That of each row.
    pub fn shape(&self) -> Shape {
        match self {
            Self::Drawn(shots) => shots.shape(),
            Self::Read(signals) => signals.shape,
        }
    }

    /// The signals of these rows.
    pub fn some(&self, rows: &[usize]) -> Signals {
        match self {
            Self::Drawn(shots) => shots.draw(rows),
            Self::Read(signals) => signals.only(rows),
        }
    }

    /// The signals of all rows; what is drawn is drawn once.
    pub fn all(&self) -> Arc<Signals> {
        match self {
            Self::Drawn(shots) => shots.draw_all(),
            Self::Read(signals) => Arc::clone(signals),
        }
    }

    /// Where the hospital's letters lie in the pictures of these rows, each `[height · width]`, 0 or 1; none where none are drawn.
    pub fn letters(&self, rows: &[usize]) -> Option<Vec<Vec<u8>>> {
        match self {
            Self::Drawn(shots) => shots.letters(rows),
            Self::Read(_) => None,
        }
    }
}

/// The types that are read, as numpy writes them.
const TYPES: &[&str] = &["<f4", "<f8", "|u1", "<i2"];

/// Reads the signals of a dataset whose table has so many rows.
pub(super) fn read(signal: &Signal, bytes: Option<&[u8]>, rows: usize) -> Result<Signals, Fault> {
    let name = &signal.path.value;
    let told = |id: Id, found: Text, expected: Text| {
        let (en, ja) = (found.en, found.ja);
        signal.path.fault(id, text!("{name}: {en}", "{name}：{ja}"), expected)
    };
    let Some(bytes) = bytes else {
        let found =
            text!("no file \"{name}\" beside dataset.toml", "dataset.tomlと同じフォルダーに \"{name}\" がありません");
        return Err(signal.path.fault(
            Id::MissingFile,
            found,
            Text::new("a .npy file (numpy.save)", ".npy のファイル（numpy.save）"),
        ));
    };
    if !bytes.starts_with(npy::BEGINS) {
        return Err(told(
            Id::Unreadable,
            Text::new("no array of NumPy", "NumPyの配列ではありません"),
            Text::new("a .npy file, as numpy.save writes it", "numpy.save で書き出した .npy ファイル"),
        ));
    }
    let whole = || {
        Text::new(
            "a whole .npy file: numpy.save(path, x.astype(\"float32\"))",
            "完全な .npy ファイル：numpy.save(path, x.astype(\"float32\"))",
        )
    };
    let head = npy::head(bytes).map_err(|found| told(Id::Unreadable, found, whole()))?;
    let descr = &head.descr;
    if head.order().0 == ">" {
        return Err(told(
            Id::Unreadable,
            text!(
                "bytes in the order of large machines (big-endian, {descr})",
                "ビッグエンディアン（{descr}）の配列です"
            ),
            Text::new(
                "little-endian: numpy.save(path, x.astype(\"<f4\"))",
                "リトルエンディアン：numpy.save(path, x.astype(\"<f4\"))",
            ),
        ));
    }
    if !TYPES.contains(&descr.as_str()) {
        return Err(told(
            Id::Unreadable,
            text!("an array of type {descr}", "型 {descr} の配列です"),
            Text::new(
                "float32, float64, uint8 or int16: numpy.save(path, x.astype(\"float32\"))",
                "float32・float64・uint8・int16のいずれか：numpy.save(path, x.astype(\"float32\"))",
            ),
        ));
    }
    if head.columns_first {
        return Err(told(
            Id::Unreadable,
            Text::new("an array in Fortran's order", "Fortran順の配列です"),
            Text::new(
                "C order: numpy.save(path, numpy.ascontiguousarray(x))",
                "C順：numpy.save(path, numpy.ascontiguousarray(x))",
            ),
        ));
    }
    let shown = head.shown();
    let (shape, wanted) = match head.shape[..] {
        [_, channels, steps] => (Shape::Series([channels, steps]), 1),
        [_, channels, height, width] => (Shape::picture([channels, height, width]), 2),
        [_, channels, depth, height, width] => (Shape::Volume([channels, depth, height, width]), 3),
        _ => {
            let n = head.shape.len();
            return Err(told(
                Id::Unreadable,
                text!("an array of {n} axes ({shown})", "{n}軸の配列です（{shown}）"),
                Text::new(
                    "3 axes [rows, channels, steps], 4 [rows, channels, height, width] or 5 [rows, channels, depth, height, width]; of one channel: x[:, None]",
                    "3軸 [行, チャンネル, 時点]、4軸 [行, チャンネル, 縦, 横]、5軸 [行, チャンネル, 奥行き, 縦, 横] のいずれか。1チャンネルなら x[:, None]",
                ),
            ));
        }
    };
    let found = head.shape[0];
    if found != rows {
        return Err(told(
            Id::OtherSize,
            text!("{found} rows ({shown})", "{found}行です（{shown}）"),
            text!("{rows}, one for each row of the table and in its order", "{rows}行（表の1行ごとに1つ、同じ順）"),
        ));
    }
    if let [_, height, width, channels @ (1 | 3 | 4)] = head.shape[..]
        && height >= 8
        && width >= 8
    {
        return Err(told(
            Id::OtherSize,
            text!(
                "{height} channels of {width} × {channels} pixels ({shown}): the channels seem to come last",
                "{width}×{channels}画素が{height}チャンネルになります（{shown}）。チャンネルが最後の軸にあるようです"
            ),
            Text::new(
                "[rows, channels, height, width]: numpy.save(path, numpy.moveaxis(x, -1, 1))",
                "[行, チャンネル, 縦, 横]：numpy.save(path, numpy.moveaxis(x, -1, 1))",
            ),
        ));
    }
    if let [_, steps, channels @ 1..=4] = head.shape[..]
        && steps >= 16
    {
        return Err(told(
            Id::OtherSize,
            text!(
                "{steps} channels of {channels} steps ({shown}): the channels seem to come last",
                "{channels}時点が{steps}チャンネルになります（{shown}）。チャンネルが最後の軸にあるようです"
            ),
            Text::new(
                "[rows, channels, steps]: numpy.save(path, numpy.moveaxis(x, -1, 1))",
                "[行, チャンネル, 時点]：numpy.save(path, numpy.moveaxis(x, -1, 1))",
            ),
        ));
    }
    if shape.numbers() == 0 {
        return Err(told(
            Id::NoValues,
            text!("an axis without numbers ({shown})", "長さ0の軸があります（{shown}）"),
            Text::new("at least one number along each axis", "どの軸にも1つ以上の値"),
        ));
    }
    if shape.numbers().saturating_mul(4).saturating_mul(rows) > MOST {
        let most = MOST / 4;
        return Err(told(
            Id::TooLarge,
            text!("an array of {shown} numbers", "{shown}個の値の配列です"),
            text!("at most {most} numbers together", "合計{most}個以下の値"),
        ));
    }
    let distances = &signal.spacing.value;
    if distances.len() != wanted {
        let n = distances.len();
        let expected = match shape {
            Shape::Series(_) => Text::new("1, the seconds from step to step", "1個（時点の間隔、秒）"),
            Shape::Volume(_) if wanted == 2 => {
                Text::new("2, the mm from line to line and from column to column", "2個（行と列の間隔、mm）")
            }
            Shape::Volume(_) => Text::new(
                "3, the mm from slice to slice, line to line and column to column",
                "3個（スライス・行・列の間隔、mm）",
            ),
        };
        let found =
            text!("{n} distances, but {name} has the shape {shown}", "間隔が{n}個ですが、{name} の形は {shown} です");
        return Err(signal.spacing.fault(Id::OtherSize, found, expected));
    }
    let values: Vec<f32> =
        head.values(bytes).map_err(|found| told(Id::Unreadable, found, whole()))?.map(|x| x as f32).collect();
    if let Some(at) = values.iter().position(|x| !x.is_finite()) {
        let (row, n) = (at / shape.numbers() + 1, values.iter().filter(|x| !x.is_finite()).count());
        return Err(told(
            Id::MissingValue,
            text!(
                "{n} numbers that are NaN or infinite, the first in row {row}",
                "NaNまたは無限大の値が{n}個あります（最初は{row}行目）"
            ),
            Text::new(
                "numbers throughout: fill the gaps, or leave such rows out of the array and of the table",
                "すべて有限の数値。欠けた値を補うか、その行を配列と表の両方から除いてください",
            ),
        ));
    }
    let mut spacing = [1.0; 3];
    spacing[3 - wanted..].copy_from_slice(distances);
    let values = in_rows([rows, shape.numbers()], values);
    Ok(Signals::read(shape, values, spacing))
}
