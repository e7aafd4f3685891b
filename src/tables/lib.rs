//! Tables in and out: CSV, Parquet and `NumPy` files of one's own, columns as plain numbers and words, CSV for the learner.
//!
//! Beside `sql`, the only room that touches polars.

mod delimited;
mod named;
pub mod npy;
mod parquet;
mod sheet;

use std::collections::BTreeMap;
use std::io::Cursor;

use polars::prelude::{BooleanChunked, Column, DataFrame, DataType, IdxCa, IdxSize, NewChunkedArray, PolarsResult};
use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;
use polars_io::parquet::write::ParquetWriter;

use diagnostics::fault::Fault;

pub use named::short;
pub use parquet::date;
pub use sheet::{MISSING, Reading, Said, Sheet};

/// A table in memory.
pub type Frame = DataFrame;

/// The tables of a run, by name.
pub type Tables = BTreeMap<String, Frame>;

/// Something that cannot go wrong by what people write, went wrong in the table engine.
#[derive(Debug, thiserror::Error)]
#[error("the table engine failed: {0}")]
pub struct TableError(#[from] polars::error::PolarsError);

impl TableError {
    /// A table that is not as the program itself has promised.
    pub fn new(broken: &'static str) -> Self {
        Self(polars::error::polars_err!(ComputeError: "{broken}"))
    }
}

/// The column of a name as numbers; missing values are `None`. Words that are no numbers are missing too: ask [`is_number`] first.
pub fn numbers(frame: &Frame, name: &str) -> Result<Vec<Option<f64>>, TableError> {
    let column = frame.column(name)?.cast(&DataType::Float64)?;
    Ok(column.f64()?.iter().map(|x| x.filter(|x| x.is_finite())).collect())
}

/// The column of a name as words; missing values are `None`.
pub fn words(frame: &Frame, name: &str) -> Result<Vec<Option<String>>, TableError> {
    let column = frame.column(name)?.cast(&DataType::String)?;
    Ok(column.str()?.iter().map(|word| word.map(str::to_owned)).collect())
}

/// Whether a column holds numbers or true/false rather than words.
pub fn is_number(frame: &Frame, name: &str) -> bool {
    frame.column(name).is_ok_and(|column| column.dtype().is_primitive_numeric() || column.dtype().is_bool())
}

/// Whether a column holds true and false.
pub fn is_flag(frame: &Frame, name: &str) -> bool {
    frame.column(name).is_ok_and(|column| column.dtype().is_bool())
}

/// Whether a column holds dates, times or numbers: something with an order in time. [`numbers`] gives dates as days.
pub fn is_time(frame: &Frame, name: &str) -> bool {
    is_number(frame, name) || frame.column(name).is_ok_and(|column| column.dtype().is_temporal())
}

/// The table with a column of whole numbers, some missing, added or replaced.
pub fn set_whole(frame: &mut Frame, name: &str, values: &[Option<i64>]) -> Result<(), TableError> {
    frame.with_column(Column::new(name.into(), values))?;
    Ok(())
}

/// The table with a column of dates added or replaced: days since 1970-01-01.
pub fn set_dates(frame: &mut Frame, name: &str, days: &[Option<i32>]) -> Result<(), TableError> {
    frame.with_column(Column::new(name.into(), days).cast(&DataType::Date)?)?;
    Ok(())
}

/// The table with a column of dates with times added or replaced: milliseconds since the beginning of 1970-01-01.
pub fn set_moments(frame: &mut Frame, name: &str, milliseconds: &[Option<i64>]) -> Result<(), TableError> {
    let moments = DataType::Datetime(polars::prelude::TimeUnit::Milliseconds, None);
    frame.with_column(Column::new(name.into(), milliseconds).cast(&moments)?)?;
    Ok(())
}

/// The names of the columns, in order.
pub fn names(frame: &Frame) -> Vec<&str> {
    frame.get_column_names().into_iter().map(polars::prelude::PlSmallStr::as_str).collect()
}

/// The table with a column of numbers added or replaced.
pub fn set_numbers(frame: &mut Frame, name: &str, values: &[f64]) -> Result<(), TableError> {
    frame.with_column(Column::new(name.into(), values))?;
    Ok(())
}

/// The table with a column of numbers, some missing, added or replaced.
pub fn set_maybe_numbers(frame: &mut Frame, name: &str, values: &[Option<f64>]) -> Result<(), TableError> {
    frame.with_column(Column::new(name.into(), values))?;
    Ok(())
}

/// The table with a column of words added or replaced.
pub fn set_words(frame: &mut Frame, name: &str, values: &[Option<&str>]) -> Result<(), TableError> {
    frame.with_column(Column::new(name.into(), values))?;
    Ok(())
}

/// The table with a column of 0 and 1 added or replaced.
pub fn set_flags(frame: &mut Frame, name: &str, values: &[bool]) -> Result<(), TableError> {
    let values: Vec<i64> = values.iter().map(|&flag| i64::from(flag)).collect();
    frame.with_column(Column::new(name.into(), values))?;
    Ok(())
}

/// The rows for which `keep` is true.
pub fn keep(frame: &Frame, keep: &[bool]) -> Result<Frame, TableError> {
    Ok(frame.filter(&BooleanChunked::from_slice("keep".into(), keep))?)
}

/// The rows of these numbers, in this order.
pub fn take(frame: &Frame, rows: &[usize]) -> Result<Frame, TableError> {
    let rows: Vec<IdxSize> = rows.iter().filter_map(|&row| IdxSize::try_from(row).ok()).collect();
    Ok(frame.take(&IdxCa::from_vec("rows".into(), rows))?)
}

/// These columns only, in this order.
pub fn select(frame: &Frame, names: &[&str]) -> Result<Frame, TableError> {
    Ok(frame.select(names.iter().copied())?)
}

/// A table of columns, all of one length.
pub fn from_columns(columns: Vec<Column>) -> Result<Frame, TableError> {
    Ok(DataFrame::new_infer_height(columns)?)
}

/// One table under another with the same columns.
pub fn stack(mut top: Frame, bottom: &Frame) -> Result<Frame, TableError> {
    top.vstack_mut(bottom)?;
    Ok(top)
}

/// The table as CSV: UTF-8, `.` as decimal point, empty cells for missing values. A byte-order mark stands in front where there are
/// letters beyond ASCII, for Excel would otherwise misread them.
pub fn csv(frame: &Frame) -> Result<Vec<u8>, TableError> {
    let mut columns = Vec::new();
    for column in frame.columns() {
        columns.push((column.dtype().is_float(), column.cast(&DataType::String)?));
    }
    let mut out = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| TableError(polars::error::polars_err!(ComputeError: "{error}"));
    out.write_record(names(frame)).map_err(failed)?;
    for row in 0..frame.height() {
        let mut record = Vec::with_capacity(columns.len());
        for (float, column) in &columns {
            let cell = column.str()?.get(row).unwrap_or_default();
            // 58.0 is 58 to a reader.
            record.push(if *float { cell.strip_suffix(".0").unwrap_or(cell) } else { cell });
        }
        out.write_record(&record).map_err(failed)?;
    }
    let mut bytes =
        out.into_inner().map_err(|error| TableError(polars::error::polars_err!(ComputeError: "{}", error.error())))?;
    if !bytes.is_ascii() {
        bytes.splice(0..0, *b"\xef\xbb\xbf");
    }
    Ok(bytes)
}

/// Reads a CSV file: a header line, then rows of numbers (`.` as decimal point) or words. For more of it, see [`Sheet`].
///
/// # Errors
/// As [`Sheet::read`] and [`Sheet::frame`].
pub fn read_csv(file: &str, bytes: &[u8], cp932: bool) -> Result<Frame, Vec<Fault>> {
    Sheet::read(file, bytes.to_vec(), &Reading { cp932, missing: &[], said: Said::Keys })?.frame(&[])
}

/// The table as Parquet, to the last bit.
pub fn parquet(frame: &Frame) -> Result<Vec<u8>, TableError> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame.clone())?;
    Ok(bytes)
}

/// The table that [`parquet`] wrote.
pub fn from_parquet(bytes: Vec<u8>) -> Result<Frame, TableError> {
    let read = || -> PolarsResult<DataFrame> { ParquetReader::new(Cursor::new(bytes)).finish() };
    // A damaged file makes the reader panic in places; a reader of people's files must not.
    let damaged = |_| polars::error::polars_err!(ComputeError: "the file is damaged");
    Ok(std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).map_err(damaged)??)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_after_a_blank_line_stands_in_its_line() {
        let line = |csv: &str| read_csv("f.csv", csv.as_bytes(), false).unwrap_err()[0].place.line;
        assert_eq!(line("a,b\n1,2\n\n3\n"), Some(4));
        assert_eq!(line("a,b\r\n1,2\r\n\r\n\r\n3\r\n"), Some(5));
        assert_eq!(line("a,b\n1,2\n\n3,4\n5,x\n"), Some(5));
        assert_eq!(line("a,b\n1,2\n\"3\n3\",2\n\n5,x,7\n"), Some(6));
    }

    #[test]
    fn words_for_a_missing_value_are_known_in_every_column() {
        let frame = read_csv("f.csv", "p,site\n0.5,EU\nNA,NA\n0.25,なし\n".as_bytes(), false).unwrap();
        assert_eq!(numbers(&frame, "p").unwrap(), [Some(0.5), None, Some(0.25)]);
        assert_eq!(words(&frame, "site").unwrap(), [Some("EU".to_owned()), None, Some("なし".to_owned())]);
    }
}
