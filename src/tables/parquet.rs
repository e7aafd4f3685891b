//! The columns of a Parquet file, each read when it is asked for.
//!
//! What a column is, its Parquet type tells, not the Arrow types that its writer had in mind: a category of pandas or polars is the
//! words that it stands for.

use std::cell::Cell;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use polars_arrow::array::{Array, BinaryViewArray, BooleanArray, FixedSizeBinaryArray, PrimitiveArray};
use polars_arrow::datatypes::{ArrowDataType, Field, TimeUnit};
use polars_arrow::types::NativeType;
use polars_buffer::Buffer;
use polars_parquet::parquet::schema::Repetition;
use polars_parquet::parquet::schema::types::{IntegerType, PrimitiveType, TimeUnit as ParquetTimeUnit};
use polars_parquet::read::{
    BasicDecompressor, FileMetadata, GroupLogicalType, PageReader, ParquetType, PhysicalType, PrimitiveConvertedType,
    PrimitiveLogicalType, column_iter_to_arrays, read_metadata,
};

use diagnostics::text;
use diagnostics::text::Text;

/// A Parquet file, opened.
#[derive(Debug)]
pub(super) struct Parquet {
    bytes: Buffer<u8>,
    metadata: FileMetadata,
}

/// The values of a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Values {
    /// True and false.
    Flags(Vec<Option<bool>>),
    /// Whole numbers.
    Whole(Vec<Option<i64>>),
    /// Numbers, with single precision or less or with double.
    Numbers { values: Vec<Option<f64>>, single: bool },
    /// Decimal numbers, as written.
    Decimals(Vec<Option<String>>),
    /// Words; dates and times too.
    Words(Vec<Option<String>>),
}

thread_local! {
    /// Whether this thread's panics are caught and told as faults.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs a library's code on what a person gave: if it panics there, nothing is printed, and there is no result.
fn guarded<T>(run: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let told = take_hook();
        set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                told(panic);
            }
        }));
    });
    QUIET.set(true);
    let done = catch_unwind(AssertUnwindSafe(run));
    QUIET.set(false);
    done.ok()
}

fn damaged() -> Text {
    Text::new("a Parquet file that is damaged", "破損しているParquetファイルです")
}

impl Parquet {
    /// Reads what the file says of its columns. `Err` is what was found instead.
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self, Text> {
        let bytes = Buffer::from(bytes);
        let metadata =
            guarded(|| read_metadata(&mut Cursor::new(bytes.as_slice()))).ok_or_else(damaged)?.map_err(|error| {
                text!("a Parquet file that cannot be read ({error})", "読み込めないParquetファイルです（{error}）")
            })?;
        Ok(Self { bytes, metadata })
    }

    /// The names of the columns, in order.
    pub(super) fn names(&self) -> Vec<String> {
        self.metadata.schema().fields().iter().map(|field| field.name().to_owned()).collect()
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.metadata.num_rows
    }

    /// The values of a column, from 0. `Err` is what was found instead.
    pub(super) fn column(&self, at: usize) -> Result<Values, Text> {
        let field = self.metadata.schema().fields().get(at).ok_or_else(damaged)?;
        let ParquetType::PrimitiveType(leaf) = field else { return Err(nested(field)) };
        if leaf.field_info.repetition == Repetition::Repeated {
            return Err(a_list());
        }
        let dtype = dtype(leaf)?;
        guarded(|| self.values(leaf, &dtype)).flatten().ok_or_else(|| {
            Text::new(
                "a column that is damaged, or packed in a way that is not read",
                "破損しているか、読み込めない形式で圧縮された列です",
            )
        })
    }

    fn values(&self, leaf: &PrimitiveType, dtype: &ArrowDataType) -> Option<Values> {
        let mut arrays = Vec::new();
        for group in &self.metadata.row_groups {
            let mut chunks = group.columns_under_root_iter(&leaf.field_info.name)?;
            let chunk = chunks.next()?;
            let range = chunk.byte_range();
            let (start, end) = (usize::try_from(range.start).ok()?, usize::try_from(range.end).ok()?);
            if start > end || end > self.bytes.len() {
                return None;
            }
            let bytes = Cursor::new(self.bytes.clone().sliced(start..end));
            let pages = BasicDecompressor::new(PageReader::new(bytes, chunk, vec![], usize::MAX), vec![]);
            let field = Field::new(leaf.field_info.name.clone(), dtype.clone(), true);
            let kind = &chunk.descriptor().descriptor.primitive_type;
            arrays.extend(column_iter_to_arrays(vec![pages], vec![kind], field, None).ok()?.0);
        }
        let rows: usize = arrays.iter().map(|array| array.len()).sum();
        if rows == self.rows() { values(&arrays, leaf, dtype) } else { None }
    }
}

fn a_list() -> Text {
    Text::new("a column of lists", "リストの列です")
}

fn nested(field: &ParquetType) -> Text {
    let ParquetType::GroupType { logical_type, field_info, .. } = field else { return a_list() };
    match logical_type {
        Some(GroupLogicalType::Map) => Text::new("a column of maps", "マップの列です"),
        Some(GroupLogicalType::List) => a_list(),
        None if field_info.repetition == Repetition::Repeated => a_list(),
        None => Text::new("a column of structs", "構造体の列です"),
    }
}

/// What a leaf is read as; `Err` where it is nothing that a table of numbers and words can hold.
fn dtype(leaf: &PrimitiveType) -> Result<ArrowDataType, Text> {
    use {PrimitiveConvertedType as Converted, PrimitiveLogicalType as Logical};
    let decimal = match (leaf.logical_type, leaf.converted_type) {
        (Some(Logical::Decimal(digits, scale)), _) | (None, Some(Converted::Decimal(digits, scale))) => {
            Some(ArrowDataType::Decimal(digits, scale))
        }
        _ => None,
    };
    if let (Some(decimal), false) = (decimal, leaf.physical_type == PhysicalType::Boolean) {
        return Ok(decimal);
    }
    let unit = |unit: ParquetTimeUnit| match unit {
        ParquetTimeUnit::Milliseconds => TimeUnit::Millisecond,
        ParquetTimeUnit::Microseconds => TimeUnit::Microsecond,
        ParquetTimeUnit::Nanoseconds => TimeUnit::Nanosecond,
    };
    match (leaf.logical_type, leaf.converted_type) {
        (Some(Logical::Time { .. }), _) | (None, Some(Converted::TimeMillis | Converted::TimeMicros)) => {
            return Err(Text::new("a column of times of day", "時刻の列です"));
        }
        (None, Some(Converted::Interval)) => return Err(Text::new("a column of durations", "期間の列です")),
        _ => {}
    }
    Ok(match leaf.physical_type {
        PhysicalType::Boolean => ArrowDataType::Boolean,
        PhysicalType::Int32 => match (leaf.logical_type, leaf.converted_type) {
            (Some(Logical::Integer(IntegerType::UInt8 | IntegerType::UInt16 | IntegerType::UInt32)), _)
            | (None, Some(Converted::Uint8 | Converted::Uint16 | Converted::Uint32)) => ArrowDataType::UInt32,
            (Some(Logical::Date), _) | (None, Some(Converted::Date)) => ArrowDataType::Date32,
            _ => ArrowDataType::Int32,
        },
        PhysicalType::Int64 => match (leaf.logical_type, leaf.converted_type) {
            (Some(Logical::Integer(IntegerType::UInt64)), _) | (None, Some(Converted::Uint64)) => ArrowDataType::UInt64,
            (Some(Logical::Timestamp { unit: of, .. }), _) => ArrowDataType::Timestamp(unit(of), None),
            (None, Some(Converted::TimestampMillis)) => ArrowDataType::Timestamp(TimeUnit::Millisecond, None),
            (None, Some(Converted::TimestampMicros)) => ArrowDataType::Timestamp(TimeUnit::Microsecond, None),
            _ => ArrowDataType::Int64,
        },
        PhysicalType::Int96 => ArrowDataType::Timestamp(TimeUnit::Nanosecond, None),
        PhysicalType::Float => ArrowDataType::Float32,
        PhysicalType::Double => ArrowDataType::Float64,
        PhysicalType::ByteArray => ArrowDataType::BinaryView,
        PhysicalType::FixedLenByteArray(2) if leaf.logical_type == Some(Logical::Float16) => {
            ArrowDataType::FixedSizeBinary(2)
        }
        PhysicalType::FixedLenByteArray(16) if leaf.logical_type == Some(Logical::Uuid) => {
            ArrowDataType::FixedSizeBinary(16)
        }
        PhysicalType::FixedLenByteArray(_) => return Err(Text::new("a column of bytes", "バイト列の列です")),
    })
}

/// Every value of arrays of one type; `None` where they are of another.
fn each<'a, A: Array + 'static, T>(
    arrays: &'a [Box<dyn Array>],
    value: impl Fn(&'a A, usize) -> Option<T>,
) -> Option<Vec<Option<T>>> {
    let mut all = Vec::new();
    for array in arrays {
        let typed = array.as_any().downcast_ref::<A>()?;
        for row in 0..typed.len() {
            all.push(if typed.is_null(row) { None } else { Some(value(typed, row)?) });
        }
    }
    Some(all)
}

fn primitive<N: NativeType, T>(arrays: &[Box<dyn Array>], value: impl Fn(N) -> Option<T>) -> Option<Vec<Option<T>>> {
    each(arrays, |array: &PrimitiveArray<N>, row| value(array.value(row)))
}

fn values(arrays: &[Box<dyn Array>], leaf: &PrimitiveType, dtype: &ArrowDataType) -> Option<Values> {
    Some(match dtype {
        ArrowDataType::Boolean => Values::Flags(each(arrays, |array: &BooleanArray, row| Some(array.value(row)))?),
        ArrowDataType::Int32 => Values::Whole(primitive(arrays, |x: i32| Some(i64::from(x)))?),
        ArrowDataType::UInt32 => Values::Whole(primitive(arrays, |x: u32| Some(i64::from(x)))?),
        ArrowDataType::Int64 => Values::Whole(primitive(arrays, |x: i64| Some(x))?),
        ArrowDataType::UInt64 => match primitive(arrays, |x: u64| i64::try_from(x).ok()) {
            Some(whole) => Values::Whole(whole),
            None => Values::Decimals(primitive(arrays, |x: u64| Some(x.to_string()))?),
        },
        ArrowDataType::Float32 => {
            Values::Numbers { values: primitive(arrays, |x: f32| Some(f64::from(x)))?, single: true }
        }
        ArrowDataType::Float64 => Values::Numbers { values: primitive(arrays, |x: f64| Some(x))?, single: false },
        ArrowDataType::Decimal(_, scale) => Values::Decimals(primitive(arrays, |x: i128| Some(decimal(x, *scale)))?),
        ArrowDataType::Date32 => Values::Words(primitive(arrays, |days: i32| Some(date(i64::from(days))))?),
        ArrowDataType::Timestamp(unit, _) => Values::Words(times(&primitive(arrays, |x: i64| Some(x))?, *unit)),
        ArrowDataType::FixedSizeBinary(2) => Values::Numbers {
            values: each(arrays, |array: &FixedSizeBinaryArray, row| {
                Some(half(u16::from_le_bytes(array.value(row).try_into().ok()?)))
            })?,
            single: true,
        },
        ArrowDataType::FixedSizeBinary(_) if leaf.logical_type == Some(PrimitiveLogicalType::Uuid) => {
            Values::Words(each(arrays, |array: &FixedSizeBinaryArray, row| Some(uuid(array.value(row))))?)
        }
        ArrowDataType::BinaryView => Values::Words(each(arrays, |array: &BinaryViewArray, row| {
            std::str::from_utf8(array.value(row)).ok().map(str::to_owned)
        })?),
        _ => return None,
    })
}

/// A number of half precision (IEEE 754 binary16).
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff) / 1024.0);
    sign * match exponent {
        0 => fraction * 2f64.powi(-14),
        0x1f if fraction > 0.0 => f64::NAN,
        0x1f => f64::INFINITY,
        _ => (1.0 + fraction) * 2f64.powi(exponent - 15),
    }
}

/// A whole number of 10 to the power of −`scale`.
fn decimal(units: i128, scale: usize) -> String {
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    let sign = if units < 0 { "-" } else { "" };
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// The day this many days after 1 January 1970, as `2026-11-26` (Hinnant's `civil_from_days`).
pub fn date(days: i64) -> String {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Moments since 1970, as `2026-11-26 12:45:00`; days only where all are at midnight.
fn times(moments: &[Option<i64>], unit: TimeUnit) -> Vec<Option<String>> {
    let (per_second, digits): (i64, usize) = match unit {
        TimeUnit::Second => (1, 0),
        TimeUnit::Millisecond => (1000, 3),
        TimeUnit::Microsecond => (1_000_000, 6),
        TimeUnit::Nanosecond => (1_000_000_000, 9),
    };
    let per_day = 86_400 * per_second;
    let midnight = moments.iter().flatten().all(|moment| moment.rem_euclid(per_day) == 0);
    let whole = moments.iter().flatten().all(|moment| moment.rem_euclid(per_second) == 0);
    let told = |moment: &i64| {
        let (day, of_day) = (date(moment.div_euclid(per_day)), moment.rem_euclid(per_day));
        if midnight {
            return day;
        }
        let (seconds, part) = (of_day / per_second, of_day % per_second);
        let time = format!("{day} {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        if whole { time } else { format!("{time}.{part:0digits$}") }
    };
    moments.iter().map(|moment| moment.as_ref().map(told)).collect()
}

fn uuid(bytes: &[u8]) -> String {
    let mut out = String::new();
    for (k, byte) in bytes.iter().enumerate() {
        if [4, 6, 8, 10].contains(&k) {
            out.push('-');
        }
        out += &format!("{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "to the bit is the point")]
    fn values_are_told_as_written() {
        assert_eq!([decimal(769, 3), decimal(-5, 2), decimal(12, 0)], ["0.769", "-0.05", "12"]);
        assert_eq!(
            [date(0), date(-1), date(19_782), date(20_783)],
            ["1970-01-01", "1969-12-31", "2024-02-29", "2026-11-26"]
        );
        assert_eq!(times(&[Some(86_400_000), None], TimeUnit::Millisecond), [Some("1970-01-02".to_owned()), None]);
        assert_eq!(times(&[Some(3_723_500)], TimeUnit::Millisecond), [Some("1970-01-01 01:02:03.500".to_owned())]);
        assert_eq!(
            [half(0x3c00), half(0xc000), half(0x0001), half(0x7c00)],
            [1.0, -2.0, 2f64.powi(-24), f64::INFINITY]
        );
    }
}
