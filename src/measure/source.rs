//! A predictions file, read: its columns as what they are to hold, and where a wrong value stands.

use std::path::Path;

use super::found::in_row;
use crate::fault::{Fault, Place};
use crate::metrics::BadInput;
use crate::tables::{self, Frame};
use crate::text;
use crate::text::Text;

/// What stands for a missing value beside an empty cell, as R, pandas and SQL write it.
const GAPS: &[&str] = &["NA", "N/A", "n/a", "<NA>", "NaN", "nan", "NULL", "null", "None"];

/// A table of predictions, from CSV or Parquet.
pub(super) struct Source {
    /// The file as the reader named it.
    pub(super) name: String,
    pub(super) frame: Frame,
    /// The file's letters, where it has lines.
    csv: Option<String>,
}

/// Reads a file, or says why it cannot be.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Fault> {
    std::fs::read(path).map_err(|error| {
        let name = path.display().to_string();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let beside: Vec<String> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        let wanted = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Fault::new(
            Place::file(name),
            match error.kind() {
                std::io::ErrorKind::NotFound => Text::new("no such file", "このファイルはありません"),
                _ => text!("a file that cannot be read ({error})", "読み込めないファイルです（{error}）"),
            },
            Text::new(
                "predictions as CSV or Parquet, or masks as PNG or .npy",
                "予測値のCSVかParquet、またはマスクのPNGか .npy",
            ),
        )
        .near(&wanted, beside.iter().map(String::as_str))
    })
}

impl Source {
    /// Reads CSV or Parquet: which of them it is, its first letters tell.
    pub(super) fn read(path: &Path, cp932: bool) -> Result<Self, Vec<Fault>> {
        let name = path.display().to_string();
        let bytes = bytes(path).map_err(|fault| vec![fault])?;
        if bytes.starts_with(b"PAR1") {
            let frame = tables::read_parquet(&name, bytes)?;
            if frame.height() == 0 {
                return Err(vec![Fault::new(
                    Place::file(name),
                    Text::new("no rows", "行がありません"),
                    Text::new("at least one row", "1行以上のデータ"),
                )]);
            }
            return Ok(Self { name, frame, csv: None });
        }
        let csv = tables::decode(&bytes, cp932).map_err(|letters| {
            let expected = if letters.utf16 {
                Text::new("a file saved as \"CSV UTF-8\"", "「CSV UTF-8」で保存したファイル")
            } else if cp932 {
                Text::new("no --encoding if the file is UTF-8", "ファイルがUTF-8なら、--encoding は不要です")
            } else {
                Text::new(
                    "a file saved as \"CSV UTF-8\", or the option --encoding cp932",
                    "「CSV UTF-8」で保存したファイル。または --encoding cp932 を付けてください",
                )
            };
            vec![Fault::new(Place { line: letters.line, ..Place::file(name.clone()) }, letters.found, expected)]
        })?;
        let frame = tables::read_csv_text(&name, &csv, GAPS)?;
        Ok(Self { name, frame, csv: Some(csv) })
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.frame.height()
    }

    /// A fault of a value: in its line where the file has lines, else with its row told.
    pub(super) fn bad(&self, column: &str, row: usize, found: &str, expected: Text) -> Fault {
        let line = self.csv.as_deref().and_then(|csv| tables::csv_line(csv, row));
        let place = Place { file: self.name.clone(), line, key: Some(column.to_owned()) };
        let found = if line.is_some() { Text::same(found) } else { in_row(found, row) };
        Fault::new(place, found, expected)
    }

    /// A fault of a whole column, or of an option.
    pub(super) fn wrong(&self, key: &str, found: Text, expected: Text) -> Fault {
        Fault::new(Place { key: Some(key.to_owned()), ..Place::file(self.name.clone()) }, found, expected)
    }

    /// The column that an option names.
    pub(super) fn named<'a>(&self, option: &str, column: &'a str) -> Result<&'a str, Fault> {
        let names = tables::names(&self.frame);
        if names.contains(&column) {
            return Ok(column);
        }
        let there = if names.len() > 12 { format!("{}, …", names[..12].join(", ")) } else { names.join(", ") };
        let mut fault = self
            .wrong(
                option,
                text!("no column \"{column}\"", "列 \"{column}\" はありません"),
                text!("one of the columns {there}", "次の列のいずれか：{there}"),
            )
            .near(column, names.iter().copied());
        fault.place.line = self.csv.as_ref().map(|_| 1);
        Err(fault)
    }

    /// The columns that an option names: each on its own, or several with commas between them.
    pub(super) fn several(&self, option: &str, asked: &[String]) -> Result<Vec<String>, Vec<Fault>> {
        let names = tables::names(&self.frame);
        let mut columns: Vec<String> = Vec::new();
        for one in asked {
            if names.contains(&one.as_str()) {
                columns.push(one.clone());
            } else {
                columns.extend(one.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()));
            }
        }
        let faults: Vec<Fault> = columns.iter().filter_map(|column| self.named(option, column).err()).collect();
        if faults.is_empty() { Ok(columns) } else { Err(faults) }
    }

    /// A column of numbers; missing ones are `None`.
    pub(super) fn numbers(&self, column: &str) -> Result<Vec<Option<f64>>, Fault> {
        if !tables::is_number(&self.frame, column) {
            let words: Vec<Option<String>> = self.words_or_gaps(column)?;
            let Some((row, word)) = words.iter().enumerate().find_map(|(row, word)| Some((row, word.as_ref()?))) else {
                // An empty column: words or numbers, nobody knows.
                return Ok(vec![None; words.len()]);
            };
            return Err(self.bad(
                column,
                row + 1,
                &format!("\"{word}\""),
                Text::new("a column of numbers", "数値の列"),
            ));
        }
        tables::numbers(&self.frame, column).map_err(|error| self.engine(&error))
    }

    /// A column of 0 and 1, of true and false, or of words of which `positive` is 1 (where such a word `may` be named); missing ones
    /// are `None`.
    pub(super) fn flags(&self, column: &str, positive: Option<&str>, may: bool) -> Result<Vec<Option<f64>>, Fault> {
        if positive.is_none() && tables::is_number(&self.frame, column) {
            return self.numbers(column);
        }
        let words = self.words_or_gaps(column)?;
        let mut there: Vec<&str> = words.iter().flatten().map(String::as_str).collect();
        there.sort_unstable();
        there.dedup();
        let shown = || {
            let few: Vec<String> = there.iter().take(6).map(|word| format!("\"{word}\"")).collect();
            format!("{}{}", few.join(", "), if there.len() > 6 { ", …" } else { "" })
        };
        if let Some(positive) = positive {
            if !there.contains(&positive) {
                let there_shown = shown();
                return Err(self
                    .wrong(
                        "--positive",
                        text!("no row where {column} is \"{positive}\"", "{column} が \"{positive}\" の行はありません"),
                        text!("one of its values: {there_shown}", "その列の値のいずれか：{there_shown}"),
                    )
                    .near(positive, there.iter().copied()));
            }
            return Ok(words
                .into_iter()
                .map(|word| word.map(|word| if word == positive { 1.0 } else { 0.0 }))
                .collect());
        }
        let truth = |word: &str| match word.to_ascii_lowercase().as_str() {
            "true" => Some(1.0),
            "false" => Some(0.0),
            _ => None,
        };
        if let Some(row) = words.iter().position(|word| word.as_ref().is_some_and(|word| truth(word).is_none())) {
            let word = words[row].clone().unwrap_or_default();
            let there_shown = shown();
            return Err(self.bad(
                column,
                row + 1,
                &format!("\"{word}\""),
                if may {
                    text!(
                        "0 or 1 (or true, false), or --positive with the value that means 1 (there are {there_shown})",
                        "0か1（またはtrue、false）。または、1に当たる値を --positive で指定してください（列の値：{there_shown}）"
                    )
                } else {
                    Text::new("0 or 1 (or true, false)", "0か1（またはtrue、false）")
                },
            ));
        }
        Ok(words.into_iter().map(|word| word.as_deref().and_then(truth)).collect())
    }

    /// A column as words; missing ones are `None`.
    pub(super) fn words(&self, column: &str) -> Result<Vec<Option<String>>, Fault> {
        tables::words(&self.frame, column).map_err(|error| self.engine(&error))
    }

    /// A column of outcomes or numbers, given as words.
    fn words_or_gaps(&self, column: &str) -> Result<Vec<Option<String>>, Fault> {
        Ok(self.words(column)?.into_iter().map(|word| word.filter(|word| !GAPS.contains(&word.as_str()))).collect())
    }

    fn engine(&self, error: &dyn std::fmt::Display) -> Fault {
        Fault::new(
            Place::file(self.name.clone()),
            text!("a table that cannot be read ({error})", "読み込めない表です（{error}）"),
            Text::new("a table of numbers and words", "数値と文字列からなる表"),
        )
    }

    /// What a metric refuses, told in the file's own columns and lines: `column` is the one looked at, `rows` are the row numbers
    /// (from 0) that it was given.
    pub(super) fn refused(&self, bad: &BadInput, column: &str, rows: &[usize]) -> Fault {
        let at = |row: usize| row.checked_sub(1).and_then(|row| rows.get(row)).map_or(row, |row| row + 1);
        let (row, found, expected) = match bad {
            BadInput::NotZeroOrOne { row, found, .. } => (row, *found, Text::new("0 or 1", "0か1")),
            BadInput::NotAProbability { row, found, .. } => {
                (row, *found, Text::new("a probability from 0 to 1", "0から1までの確率"))
            }
            BadInput::NotACategory { row, found, categories, .. } => {
                (row, *found, text!("a whole number from 0 and below {categories}", "0以上{categories}未満の整数"))
            }
            BadInput::Negative { row, found, .. } => (row, *found, Text::new("0 or more", "0以上の値")),
            BadInput::NotPositive { row, found, .. } => (row, *found, Text::new("more than 0", "0より大きい値")),
            BadInput::TooLarge { row, found, .. } => {
                (row, *found, Text::new("a measurement (at most 1e100)", "測定値（1e100以下）"))
            }
            other => return self.wrong(column, other.text(), Text::new("columns that fit together", "互いに合う列")),
        };
        self.bad(column, at(*row), &found.to_string(), expected)
    }
}
