//! Tables in and out: CSV and Parquet files of one's own, columns as plain numbers and words, CSV for the learner.
//!
//! Beside `sql`, the only room that touches polars.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use polars::prelude::{BooleanChunked, Column, DataFrame, DataType, IdxCa, IdxSize, NewChunkedArray, PolarsResult};
use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;
use polars_io::parquet::write::ParquetWriter;

use crate::fault::{Fault, Place};
use crate::text;
use crate::text::Text;

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

/// Whether a column holds dates, times or numbers: something with an order in time. [`numbers`] gives dates as days.
pub fn is_time(frame: &Frame, name: &str) -> bool {
    is_number(frame, name) || frame.column(name).is_ok_and(|column| column.dtype().is_temporal())
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

/// Reads a CSV file: a header line, then rows of numbers (`.` as decimal point) or words; an empty cell is a missing value.
///
/// A byte-order mark is allowed: Excel's "CSV UTF-8" has one.
///
/// # Errors
/// Letters of another encoding, ragged rows, a header name that is empty or there twice, NaN or infinity, a word in a column of
/// numbers, no rows.
pub fn read_csv(file: &str, bytes: &[u8], cp932: bool) -> Result<Frame, Vec<Fault>> {
    let text = decode(bytes, cp932).map_err(|letters| {
        let expected = if letters.utf16 {
            Text::new("a file saved as \"CSV UTF-8\"", "「CSV UTF-8」で保存したファイル")
        } else if cp932 {
            Text::new("encoding = \"utf-8\" if the file is UTF-8", "ファイルがUTF-8なら encoding = \"utf-8\"")
        } else {
            Text::new(
                "a file saved as \"CSV UTF-8\", or encoding = \"cp932\" under [source]",
                "「CSV UTF-8」で保存したファイル、または [source] に encoding = \"cp932\"",
            )
        };
        vec![Fault::new(Place { line: letters.line, ..Place::file(file) }, letters.found, expected)]
    })?;
    read_csv_text(file, &text, &[])
}

/// [`read_csv`] of letters that are already decoded. In a column of numbers, the words `gaps` stand for a missing value.
///
/// # Errors
/// As [`read_csv`], but for the encoding.
pub fn read_csv_text(file: &str, text: &str, gaps: &[&str]) -> Result<Frame, Vec<Fault>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let unreadable = |error: &csv::Error| {
        let line = error.position().map(|position| usize::try_from(position.line()).unwrap_or(usize::MAX));
        let message = error.to_string();
        Fault::new(
            Place { line, ..Place::file(file) },
            text!("a line that CSV cannot read ({message})", "CSVとして読めない行があります（{message}）"),
            Text::new("cells separated by commas", "カンマで区切ったセル"),
        )
    };
    let header: Vec<String> =
        reader.headers().map_err(|error| vec![unreadable(&error)])?.iter().map(|name| name.trim().to_owned()).collect();
    let mut faults = header_faults(file, &header);
    let mut cells: Vec<Vec<(usize, String)>> = vec![Vec::new(); header.len()];
    for record in reader.records() {
        let record = record.map_err(|error| vec![unreadable(&error)])?;
        let line = record.position().and_then(|position| line_of(text, position)).unwrap_or(0);
        if record.len() != header.len() {
            let (found, expected) = (record.len(), header.len());
            faults.push(Fault::new(
                Place { line: Some(line), ..Place::file(file) },
                text!("{found} cells", "セルが{found}個あります"),
                text!("{expected}, as in the header", "見出しと同じ{expected}個"),
            ));
            if faults.len() > 20 {
                break;
            }
            continue;
        }
        for (column, cell) in cells.iter_mut().zip(record.iter()) {
            column.push((line, cell.trim().to_owned()));
        }
    }
    if faults.is_empty() && cells.first().is_none_or(Vec::is_empty) {
        faults.push(Fault::new(
            Place::file(file),
            Text::new("no rows", "行がありません"),
            Text::new("a header line and at least one row", "見出しの行と、1行以上のデータ"),
        ));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut columns = Vec::new();
    for (name, cells) in header.iter().zip(&cells) {
        match column(file, name, cells, gaps) {
            Ok(column) => columns.push(column),
            Err(fault) => faults.push(fault),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    from_columns(columns).map_err(|error| vec![engine_fault(file, &error)])
}

fn engine_fault(file: &str, error: &dyn std::fmt::Display) -> Fault {
    let message = error.to_string();
    Fault::new(
        Place::file(file),
        text!("a table that cannot be read ({message})", "読み込めない表です（{message}）"),
        Text::new("a table of numbers and words", "数値と文字列からなる表"),
    )
}

/// Letters that are not of the encoding that they were read in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letters {
    /// The line where they stand, from 1.
    pub line: Option<usize>,
    /// What they are.
    pub found: Text,
    /// Whether they are UTF-16, which is not read at all.
    pub utf16: bool,
}

/// The letters of a file: UTF-8, with or without a byte-order mark, or CP932.
///
/// # Errors
/// Letters of another encoding.
pub fn decode(bytes: &[u8], cp932: bool) -> Result<String, Letters> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let found =
            Text::new("UTF-16 letters (Excel's \"Unicode text\")", "UTF-16の文字（Excelの「Unicodeテキスト」）");
        return Err(Letters { line: None, found, utf16: true });
    }
    if cp932 {
        let (text, _, broken) = encoding_rs::SHIFT_JIS.decode(bytes);
        if broken {
            let line = text.chars().take_while(|&c| c != '\u{fffd}').filter(|&c| c == '\n').count() + 1;
            let found = Text::new("letters that are not CP932", "CP932ではない文字があります");
            return Err(Letters { line: Some(line), found, utf16: false });
        }
        return Ok(text.into_owned());
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| {
        let line = bytes[..error.valid_up_to()].split(|&b| b == b'\n').count();
        let (_, _, broken) = encoding_rs::SHIFT_JIS.decode(bytes);
        let found = if broken {
            Text::new("letters that are not UTF-8", "UTF-8ではない文字があります")
        } else {
            Text::new(
                "letters that are not UTF-8 but read as CP932 (Excel's plain \"CSV\" in Japanese)",
                "UTF-8ではなく、CP932（日本語版Excelの通常の「CSV」）とみられる文字があります",
            )
        };
        Letters { line: Some(line), found, utf16: false }
    })
}

/// The line of a CSV text in which its row of this number (from 1) begins.
pub fn csv_line(text: &str, row: usize) -> Option<usize> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let record = reader.records().nth(row.checked_sub(1)?)?.ok()?;
    line_of(text, record.position()?)
}

/// The line where a record stands; to the reader of CSV, it begins with the blank lines before it.
fn line_of(text: &str, position: &csv::Position) -> Option<usize> {
    let start = usize::try_from(position.byte()).ok()?;
    let blank = text.as_bytes().get(start..)?.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).copied();
    Some(usize::try_from(position.line()).ok()? + blank.filter(|byte| *byte == b'\n').count())
}

fn header_faults(file: &str, header: &[String]) -> Vec<Fault> {
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    for (i, name) in header.iter().enumerate() {
        let place = Place { line: Some(1), ..Place::file(file) };
        if name.is_empty() {
            let n = i + 1;
            faults.push(Fault::new(
                place,
                text!("no name over column {n}", "{n}列目に名前がありません"),
                Text::new("a name over each column", "すべての列の名前"),
            ));
        } else if !seen.insert(name) {
            faults.push(Fault::new(
                place,
                text!("the column \"{name}\" a second time", "列 \"{name}\" が重複しています"),
                Text::new("a name of its own for each column", "列ごとに異なる名前"),
            ));
        }
    }
    faults
}

/// A column is of numbers where most of its cells are; then the others are mistakes, not a reason to make words of all.
fn column(file: &str, name: &str, cells: &[(usize, String)], gaps: &[&str]) -> Result<Column, Fault> {
    let gap = |cell: &str| cell.is_empty() || gaps.contains(&cell);
    let filled: Vec<&(usize, String)> = cells.iter().filter(|(_, cell)| !gap(cell)).collect();
    let parsed = |cell: &str| cell.parse::<f64>().ok().filter(|_| !gap(cell));
    let numeric = filled.iter().filter(|(_, cell)| parsed(cell).is_some()).count();
    if 2 * numeric <= filled.len() {
        let words: Vec<Option<&str>> =
            cells.iter().map(|(_, cell)| Some(cell.as_str()).filter(|c| !c.is_empty())).collect();
        return Ok(Column::new(name.into(), words));
    }
    if let Some((line, cell)) = filled.iter().find(|(_, cell)| parsed(cell).is_none_or(|x| !x.is_finite())) {
        return Err(Fault::new(
            Place { file: file.to_owned(), line: Some(*line), key: Some(name.to_owned()) },
            text!("\"{cell}\" in a column of numbers", "数値の列に \"{cell}\" があります"),
            Text::new("a finite number, or an empty cell for a missing value", "有限の数値。欠測なら空のセル"),
        ));
    }
    if filled.iter().all(|(_, cell)| cell.parse::<i64>().is_ok()) {
        let whole: Vec<Option<i64>> = cells.iter().map(|(_, cell)| cell.parse().ok()).collect();
        return Ok(Column::new(name.into(), whole));
    }
    let numbers: Vec<Option<f64>> = cells.iter().map(|(_, cell)| parsed(cell)).collect();
    Ok(Column::new(name.into(), numbers))
}

/// Reads a Parquet file.
///
/// # Errors
/// A file that is not Parquet, or a column of NaN or infinity.
pub fn read_parquet(file: &str, bytes: Vec<u8>) -> Result<Frame, Vec<Fault>> {
    let frame = from_parquet(bytes).map_err(|error| vec![engine_fault(file, &error.0)])?;
    for column in frame.columns() {
        let Ok(values) = column.f64() else { continue };
        if let Some(row) = values.iter().position(|x| x.is_some_and(|x| !x.is_finite())) {
            let row = row + 1;
            return Err(vec![Fault::new(
                Place { key: Some(column.name().to_string()), ..Place::file(file) },
                text!("NaN or infinity in row {row}", "{row}行目がNaNまたは無限大です"),
                Text::new("a finite number, or null for a missing value", "有限の数値。欠測ならnull"),
            )]);
        }
    }
    Ok(frame)
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
        assert_eq!(csv_line("a,b\n1,2\n\n3,4\n", 2), Some(4));
    }

    #[test]
    fn words_for_a_missing_value_are_gaps_among_numbers_only() {
        let frame = read_csv_text("f.csv", "p,site\n0.5,EU\nNA,NA\n0.25,NA\n", &["NA"]).unwrap();
        assert_eq!(numbers(&frame, "p").unwrap(), [Some(0.5), None, Some(0.25)]);
        assert_eq!(words(&frame, "site").unwrap()[1].as_deref(), Some("NA"));
    }
}
