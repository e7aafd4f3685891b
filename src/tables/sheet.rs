//! A file with a table, read for whoever asks for its columns: as the text that is written there, or as numbers.

use std::collections::BTreeMap;

use polars::prelude::Column;

use super::delimited::{self, Grid};
use super::named::{self, Width};
use super::parquet::{Parquet, Values};
use super::{Frame, TableError, from_columns};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::{Text, narrow};

/// What stands for a missing value beside an empty cell, in every kind of column: as R, pandas, SQL and Excel write it, and in
/// Japanese. What could be a word of somebody's (None, なし, -, .) is one until it is declared.
pub const MISSING: &[&str] = &["NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null", "欠測"];

/// Where whoever gave the file says how it is to be read: that is where a fault says how to mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// By options of a command.
    Options,
    /// By keys of `dataset.toml`.
    Keys,
}

/// How a file is to be read.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// Whether the letters of a CSV file are CP932 rather than UTF-8.
    pub cp932: bool,
    /// What else stands for a missing value, beside [`MISSING`].
    pub missing: &'a [String],
    /// Where this was said.
    pub said: Said,
}

#[derive(Debug)]
enum Cells {
    Csv(Grid),
    Parquet(Parquet),
}

/// A file with a table. Its columns are read when they are asked for; what nobody asks for does not matter.
#[derive(Debug)]
pub struct Sheet {
    /// The file as the reader named it.
    pub file: String,
    names: Vec<String>,
    rows: usize,
    cells: Cells,
    missing: Vec<String>,
    /// Of a column, words that are values although they are among `missing`.
    values: BTreeMap<String, Vec<String>>,
    said: Said,
}

/// A column of a sheet: what is written in each row, and what of it is missing.
struct Written {
    cells: Vec<Option<String>>,
    /// What stands for missing values, and in how many rows: `""` for an empty cell.
    missing: BTreeMap<String, usize>,
}

impl Sheet {
    /// Reads a file: Parquet or CSV, as its first bytes tell.
    ///
    /// # Errors
    /// Another kind of file, which is named; letters of another encoding; of a CSV file, another separator, a quote that does not
    /// close, rows of another length than the header; no rows.
    pub fn read(file: &str, bytes: Vec<u8>, reading: &Reading<'_>) -> Result<Self, Vec<Fault>> {
        let one = |found: Text, expected: Text| vec![Fault::new(Id::Unreadable, Place::file(file), found, expected)];
        let (cells, names, rows) = if bytes.starts_with(b"PAR1") {
            let expected = || Text::new("a whole Parquet file, or CSV", "完全なParquetファイル、またはCSV");
            let parquet = Parquet::open(bytes).map_err(|found| one(found, expected()))?;
            let (names, rows) = (parquet.names(), parquet.rows());
            (Cells::Parquet(parquet), names, rows)
        } else {
            if let Some((found, expected)) = named::other_kind(&bytes).or_else(|| named::misnamed(file)) {
                return Err(one(found, expected));
            }
            let grid = delimited::read(file, &decode(file, &bytes, reading)?)?;
            let (names, rows) = (grid.header.clone(), grid.lines.len());
            (Cells::Csv(grid), names, rows)
        };
        if rows == 0 {
            return Err(vec![delimited::no_rows(file)]);
        }
        let mut missing: Vec<String> = reading.missing.to_vec();
        missing.extend(MISSING.iter().map(|&marker| marker.to_owned()));
        let values = BTreeMap::new();
        Ok(Self { file: file.to_owned(), names, rows, cells, missing, values, said: reading.said })
    }

    /// The same sheet, in which some words of a column are values although they stand for a missing one elsewhere.
    #[must_use]
    pub fn with_values(mut self, column: &str, words: Vec<String>) -> Self {
        self.values.insert(column.to_owned(), words);
        self
    }

    /// The names of the columns, in order; a column without a name cannot be asked for.
    pub fn names(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).filter(|name| !name.is_empty()).collect()
    }

    /// The places of the columns without a name, from 1: R and pandas write row numbers so.
    pub fn nameless(&self) -> Vec<usize> {
        (1..=self.names.len()).filter(|place| self.names[place - 1].is_empty()).collect()
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The line of a row (from 0), where the file has lines.
    pub fn line(&self, row: usize) -> Option<usize> {
        match &self.cells {
            Cells::Csv(grid) => grid.lines.get(row).copied(),
            Cells::Parquet(_) => None,
        }
    }

    /// A fault of a column's values in some rows (from 0, in order): told once, at the first of them.
    pub fn bad(&self, column: &str, rows: &[usize], found: &Text, expected: Text) -> Fault {
        let place = |line| Place { line, key: Some(column.to_owned()), ..Place::file(self.file.clone()) };
        if let Some(lines) = rows.iter().map(|&row| self.line(row)).collect::<Option<Vec<usize>>>() {
            return Fault::new(Id::BadValue, place(lines.first().copied()), named::in_lines(found, &lines), expected);
        }
        let rows: Vec<usize> = rows.iter().map(|row| row + 1).collect();
        Fault::new(Id::BadValue, place(None), named::in_rows(found, &rows), expected)
    }

    /// A fault of a whole column.
    fn wrong(&self, id: Id, column: &str, found: Text, expected: Text) -> Fault {
        Fault::new(id, Place { key: Some(column.to_owned()), ..Place::file(self.file.clone()) }, found, expected)
    }

    fn place(&self, column: &str) -> Result<usize, Fault> {
        let mut places = (0..self.names.len()).filter(|&k| self.names[k] == column && !column.is_empty());
        let first = places.next().ok_or_else(|| {
            let list = self.names().join(", ");
            let names = self.names();
            self.wrong(
                Id::UnknownColumn,
                column,
                text!("no column \"{column}\"", "列 \"{column}\" はありません"),
                text!("one of the columns {list}", "次の列のいずれか：{list}"),
            )
            .near(column, names)
        })?;
        if places.next().is_some() {
            let mut fault = self.wrong(
                Id::TakenName,
                column,
                text!("the column \"{column}\" a second time", "列 \"{column}\" が重複しています"),
                Text::new("a name of its own for each column", "列ごとに異なる名前"),
            );
            fault.place.line = matches!(self.cells, Cells::Csv(_)).then_some(1);
            return Err(fault);
        }
        Ok(first)
    }

    fn values(&self, parquet: &Parquet, column: &str) -> Result<Values, Fault> {
        parquet.column(self.place(column)?).map_err(|found| {
            let expected =
                Text::new("a column of numbers, of words or of true and false", "数値、文字列、または真偽値の列");
            self.wrong(Id::TakenName, column, found, expected)
        })
    }

    fn written(&self, column: &str) -> Result<Written, Fault> {
        let cells: Vec<Option<String>> = match &self.cells {
            Cells::Csv(grid) => {
                let place = self.place(column)?;
                (0..self.rows).map(|row| Some(grid.cell(row, place).to_owned())).collect()
            }
            Cells::Parquet(parquet) => texts(self.values(parquet, column)?),
        };
        let mut missing: BTreeMap<String, usize> = BTreeMap::new();
        let mut count = |marker: String| *missing.entry(marker).or_default() += 1;
        let is_value = |cell: &String| self.values.get(column).is_some_and(|words| words.contains(cell));
        let cells = cells.into_iter().map(|cell| match cell {
            Some(cell) if !cell.is_empty() && (!self.missing.contains(&cell) || is_value(&cell)) => Some(cell),
            other => {
                count(other.unwrap_or_default());
                None
            }
        });
        let cells = cells.collect();
        Ok(Written { cells, missing })
    }

    /// A column as text, exactly as it is written; missing ones are `None`.
    ///
    /// # Errors
    /// No such column, or one that is neither of numbers nor of words.
    pub fn words(&self, column: &str) -> Result<Vec<Option<String>>, Fault> {
        Ok(self.written(column)?.cells)
    }

    /// What stood for missing values in a column, and in how many rows: `""` is an empty cell.
    ///
    /// # Errors
    /// As [`Sheet::words`].
    pub fn missing(&self, column: &str) -> Result<BTreeMap<String, usize>, Fault> {
        Ok(self.written(column)?.missing)
    }

    /// A column as numbers; missing ones are `None`.
    ///
    /// # Errors
    /// As [`Sheet::words`]; a value that is no finite number.
    pub fn numbers(&self, column: &str) -> Result<Vec<Option<f64>>, Fault> {
        if let Cells::Parquet(parquet) = &self.cells {
            match self.values(parquet, column)? {
                Values::Flags(flags) => return Ok(flags.iter().map(|flag| flag.map(f64::from)).collect()),
                // A number of single precision is that number, not the decimal digits that show it.
                Values::Numbers { values, single: true } if self.declares_no_number() => {
                    return self.finite(column, values.into_iter().map(|x| x.filter(|x| !x.is_nan())).collect());
                }
                _ => {}
            }
        }
        self.read_numbers(column, &self.written(column)?.cells)
    }

    /// Whether no number was declared to stand for a missing value.
    fn declares_no_number(&self) -> bool {
        self.missing.iter().all(|marker| number(marker).is_none_or(f64::is_nan))
    }

    fn finite(&self, column: &str, values: Vec<Option<f64>>) -> Result<Vec<Option<f64>>, Fault> {
        let rows: Vec<usize> = (0..values.len()).filter(|&row| values[row].is_some_and(f64::is_infinite)).collect();
        if rows.is_empty() {
            return Ok(values);
        }
        Err(self.bad(column, &rows, &Text::new("infinity", "無限大です"), finite_number()))
    }

    fn read_numbers(&self, column: &str, cells: &[Option<String>]) -> Result<Vec<Option<f64>>, Fault> {
        let read = |cell: &str| number(cell).filter(|x| x.is_finite());
        let values: Vec<Option<f64>> = cells.iter().map(|cell| cell.as_deref().and_then(read)).collect();
        let others = values.iter().any(Option::is_some);
        self.sound(column, cells, &|cell| read(cell).is_some(), |cell| self.number_expected(cell, others))?;
        Ok(values)
    }

    /// Whether every cell that is not missing is sound; where not, one fault tells all that are not, and `expected` is asked what
    /// should stand in place of the first.
    ///
    /// # Errors
    /// That fault.
    pub fn sound(
        &self,
        column: &str,
        cells: &[Option<String>],
        sound: &dyn Fn(&str) -> bool,
        expected: impl FnOnce(&str) -> Text,
    ) -> Result<(), Fault> {
        let filled = cells.iter().enumerate().filter_map(|(row, cell)| Some((row, cell.as_deref()?)));
        let bad: Vec<(usize, &str)> = filled.filter(|(_, cell)| !sound(cell)).collect();
        let Some((_, first)) = bad.first() else { return Ok(()) };
        // Each value once, in the order of their first rows.
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for (row, cell) in &bad {
            kinds.entry(cell).or_insert(*row);
        }
        let mut kinds: Vec<(usize, &str)> = kinds.into_iter().map(|(cell, row)| (row, cell)).collect();
        kinds.sort_unstable();
        let shown: Vec<String> = kinds.iter().take(3).map(|(_, cell)| format!("\"{}\"", named::short(cell))).collect();
        let found = format!("{}{}", shown.join(", "), if kinds.len() > 3 { ", …" } else { "" });
        let rows: Vec<usize> = bad.iter().map(|(row, _)| *row).collect();
        Err(self.bad(column, &rows, &Text::same(found), expected(first)))
    }

    /// What is expected in place of a cell that is no number, in a column where others are or where none is.
    fn number_expected(&self, cell: &str, others: bool) -> Text {
        let plain: String = cell.chars().filter(|c| *c != ',').collect();
        let (head, groups) = cell.split_once(',').unwrap_or((cell, ""));
        let thousands = (1..=3).contains(&head.trim_start_matches('-').len())
            && !groups.is_empty()
            && groups.split(',').all(|group| group.split('.').next().is_some_and(|whole| whole.len() == 3));
        if thousands && number(&plain).is_some() {
            let point = cell.replacen(',', ".", 1);
            return text!(
                "a number without signs between thousands: {plain} (or, if the comma is a decimal one, {point})",
                "桁区切りのない数値：{plain}（カンマが小数点なら {point}）"
            );
        }
        let half = half_width(cell);
        if half != cell && number(&half).is_some() {
            return text!("half-width signs: {half}", "半角の数字：{half}");
        }
        let point = cell.replacen(',', ".", 1);
        if cell.contains(',') && number(&point).is_some() {
            return text!(
                "a point for decimals and no other signs: {point}",
                "小数点はピリオドで、ほかの記号は付けません：{point}"
            );
        }
        if let Some(x) = cell.strip_suffix(['%', '％']).and_then(|cell| number(cell.trim())) {
            let share = x / 100.0;
            return text!("a number without %: {share}", "％を付けない数値：{share}");
        }
        if number(cell).is_some() {
            return finite_number();
        }
        if !others {
            return Text::new("a column of numbers", "数値の列");
        }
        let (cell, [before, after]) = (
            named::short(cell),
            match self.said {
                Said::Options => ["--missing-marker \"", "\""],
                Said::Keys => ["missing = [\"", "\"] under [source]"],
            },
        );
        text!(
            "a number, or an empty cell for a missing value; where \"{cell}\" stands for one: {before}{cell}{after}",
            "数値。欠測なら空のセル。\"{cell}\" が欠測を表すなら {before}{cell}{after}"
        )
    }

    /// Whether most of a column's values are numbers: then the others are mistakes, not a reason to make words of all.
    ///
    /// # Errors
    /// As [`Sheet::words`].
    pub fn is_number(&self, column: &str) -> Result<bool, Fault> {
        let written = self.written(column)?;
        let (mut filled, mut numbers) = (0, 0);
        for cell in written.cells.iter().flatten() {
            filled += 1;
            numbers += usize::from(number(cell).is_some());
        }
        Ok(2 * numbers > filled)
    }

    /// The whole table, as SQL and models see it: the columns `as_text` as they are written, every other one as numbers where most
    /// of its values are numbers.
    ///
    /// # Errors
    /// A column that cannot be read, or a name that two columns have.
    pub fn frame(&self, as_text: &[&str]) -> Result<Frame, Vec<Fault>> {
        let mut faults: Vec<Fault> = Vec::new();
        let mut columns = Vec::new();
        let mut names = self.names();
        names.sort_unstable();
        for pair in names.windows(2).filter(|pair| pair[0] == pair[1]) {
            faults.extend(self.place(pair[0]).err());
        }
        if !faults.is_empty() {
            faults.dedup();
            return Err(faults);
        }
        for name in self.names() {
            match self.typed(name, as_text.contains(&name)) {
                Ok(column) => columns.push(column),
                Err(fault) => faults.push(fault),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        from_columns(columns).map_err(|error| vec![self.engine(&error)])
    }

    fn typed(&self, name: &str, as_text: bool) -> Result<Column, Fault> {
        let column = || name.into();
        if as_text {
            return Ok(Column::new(column(), self.words(name)?));
        }
        if let Cells::Parquet(parquet) = &self.cells {
            match self.values(parquet, name)? {
                Values::Flags(flags) => return Ok(Column::new(column(), flags)),
                Values::Words(_) => return Ok(Column::new(column(), self.words(name)?)),
                Values::Numbers { .. } | Values::Decimals(_) => return Ok(Column::new(column(), self.numbers(name)?)),
                Values::Whole(_) => {}
            }
        } else if !self.is_number(name)? {
            return Ok(Column::new(column(), self.words(name)?));
        }
        let cells = self.words(name)?;
        let whole: Option<Vec<Option<i64>>> = cells
            .iter()
            .map(|cell| cell.as_ref().map(|cell| cell.parse().ok()).map_or(Some(None), |x| x.map(Some)))
            .collect();
        match whole {
            Some(whole) => Ok(Column::new(column(), whole)),
            None => Ok(Column::new(column(), self.read_numbers(name, &cells)?)),
        }
    }

    fn engine(&self, error: &TableError) -> Fault {
        let message = error.to_string();
        Fault::new(
            Id::Unreadable,
            Place::file(self.file.clone()),
            text!("a table that cannot be read ({message})", "読み込めない表です（{message}）"),
            Text::new("a table of numbers and words", "数値と文字列からなる表"),
        )
    }
}

fn finite_number() -> Text {
    Text::new("a finite number, or an empty cell for a missing value", "有限の数値。欠測なら空のセル")
}

/// A number as CSV files have them.
fn number(cell: &str) -> Option<f64> {
    cell.parse().ok()
}

/// What is written in each row.
fn texts(values: Values) -> Vec<Option<String>> {
    match values {
        Values::Flags(flags) => flags.into_iter().map(|flag| flag.map(|flag| flag.to_string())).collect(),
        Values::Whole(whole) => whole.into_iter().map(|x| x.map(|x| x.to_string())).collect(),
        Values::Numbers { values, single } => {
            // The fewest digits that tell it from its neighbours.
            let told = |x: f64| if single { (x as f32).to_string() } else { x.to_string() };
            values.into_iter().map(|x| x.map(told)).collect()
        }
        Values::Decimals(words) | Values::Words(words) => words,
    }
}

/// The letters of a CSV file: UTF-8, with or without a byte-order mark, or CP932.
fn decode(file: &str, bytes: &[u8], reading: &Reading<'_>) -> Result<String, Vec<Fault>> {
    let fault =
        |line, found, expected| vec![Fault::new(Id::Encoding, Place { line, ..Place::file(file) }, found, expected)];
    match named::width(bytes) {
        Width::Two => {
            let found = Text::new(
                "UTF-16 letters (Excel's \"Unicode text\")",
                "UTF-16の文字（Excelの「Unicodeテキスト」）です",
            );
            let expected = Text::new(
                "UTF-8: save it again as \"CSV UTF-8 (comma delimited)\" (Excel), or with the encoding UTF-8 (any editor)",
                "UTF-8。Excelなら「CSV UTF-8（コンマ区切り）」、エディターなら文字コードUTF-8で保存し直してください",
            );
            return Err(fault(None, found, expected));
        }
        Width::None => {
            let found = Text::new("a file of bytes, not of letters", "文字ではない（バイナリの）ファイルです");
            return Err(fault(None, found, Text::new("a table as CSV or Parquet", "表（CSVまたはParquet）")));
        }
        Width::One => {}
    }
    if reading.cp932 {
        let (text, _, broken) = encoding_rs::SHIFT_JIS.decode(bytes);
        if broken {
            let line = text.chars().take_while(|&c| c != '\u{fffd}').filter(|&c| c == '\n').count() + 1;
            let found = Text::new("letters that are not CP932", "CP932ではない文字があります");
            let expected = match reading.said {
                Said::Options => {
                    Text::new("no --encoding if the file is UTF-8", "ファイルがUTF-8なら、--encoding は不要です")
                }
                Said::Keys => {
                    Text::new("encoding = \"utf-8\" if the file is UTF-8", "ファイルがUTF-8なら encoding = \"utf-8\"")
                }
            };
            return Err(fault(Some(line), found, expected));
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
        let expected = match reading.said {
            Said::Options => Text::new(
                "a file saved as \"CSV UTF-8\", or the option --encoding cp932",
                "「CSV UTF-8」で保存したファイル。または --encoding cp932 を付けてください",
            ),
            Said::Keys => Text::new(
                "a file saved as \"CSV UTF-8\", or encoding = \"cp932\" under [source]",
                "「CSV UTF-8」で保存したファイル、または [source] に encoding = \"cp932\"",
            ),
        };
        fault(Some(line), found, expected)
    })
}

/// Digits, points and signs in their half-width form.
fn half_width(cell: &str) -> String {
    cell.chars().map(|sign| if sign == '\u{2212}' { '-' } else { narrow(sign) }).collect()
}
