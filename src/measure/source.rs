//! A predictions file, read: its columns as what they are to hold, and where a wrong value stands.

use std::collections::BTreeMap;
use std::path::Path;

use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::{Text, in_order};
use metrics::BadInput;
use tables::{Reading, Said, Sheet};

/// A table of predictions, from CSV or Parquet.
pub(super) struct Source {
    /// The file as the reader named it.
    pub(super) name: String,
    sheet: Sheet,
}

/// Reads a file, or says why it cannot be.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Fault> {
    std::fs::read(path).map_err(|error| {
        if path.is_dir() {
            return folder(path);
        }
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
            Id::MissingFile,
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

/// The fault of a folder where a file is asked for: which of its files could be meant.
pub(super) fn folder(path: &Path) -> Fault {
    let mut names: Vec<String> = std::fs::read_dir(path)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort_by(|a, b| in_order(a, b));
    let ending = |ends: &[&str]| -> Vec<String> {
        let ends = |name: &&String| {
            let end = Path::new(name).extension().map(|end| end.to_string_lossy().to_lowercase());
            end.is_some_and(|end| ends.contains(&end.as_str()))
        };
        names.iter().filter(ends).cloned().collect()
    };
    let listed = |names: &[String]| {
        let few = names.iter().take(6).map(String::as_str).collect::<Vec<_>>().join(", ");
        if names.len() > 6 { format!("{few}, …") } else { few }
    };
    let (tables, masks) = (ending(&["csv", "tsv", "parquet", "pq"]), ending(&["png", "npy"]));
    let (shown, there, n) = (path.display(), listed(&tables), masks.len());
    let first = tables.first().map(|name| path.join(name).display().to_string()).unwrap_or_default();
    let expected = match (tables.is_empty(), masks.is_empty()) {
        (false, true) => text!(
            "one of the tables in it ({there}), such as: practicum measure {first}",
            "中にある表（{there}）のいずれか1つ。たとえば practicum measure {first}"
        ),
        (true, false) => text!(
            "two folders of masks, the true ones and the predicted ones; in this one are {n}",
            "マスクのフォルダー2つ（正解と予測）。このフォルダーには{n}枚あります"
        ),
        (false, false) => text!(
            "one of the tables in it ({there}), or two folders of masks, the true ones and the predicted ones; in this one are {n}",
            "中にある表（{there}）のいずれか1つ、またはマスクのフォルダー2つ（正解と予測）。このフォルダーのマスクは{n}枚です"
        ),
        (true, true) => Text::new(
            "a CSV or Parquet file, or two folders of masks (PNG or .npy); in this folder is none of these",
            "CSVかParquetのファイル、またはマスク（PNGか .npy）のフォルダー2つ。このフォルダーには、どれもありません",
        ),
    };
    Fault::new(Id::NotAFile, Place::file(shown.to_string()), Text::new("a folder", "フォルダーです"), expected)
}

/// Words that say yes, in any case of letters.
const YES: &[&str] =
    &["yes", "y", "positive", "pos", "present", "はい", "あり", "有り", "有", "陽性", "該当", "○", "〇"];

/// The word among these that says yes, where just one does.
pub(super) fn yes<'w>(words: &[&'w str]) -> Option<&'w str> {
    let mut found = words.iter().filter(|word| YES.contains(&word.to_lowercase().as_str()));
    found.next().copied().filter(|_| found.next().is_none())
}

impl Source {
    /// Reads CSV or Parquet: which of them it is, its first letters tell.
    pub(super) fn read(path: &Path, cp932: bool) -> Result<Self, Vec<Fault>> {
        Self::read_with(path, cp932, &[])
    }

    /// The same, where more words stand for missing values.
    pub(super) fn read_with(path: &Path, cp932: bool, missing: &[String]) -> Result<Self, Vec<Fault>> {
        let name = path.display().to_string();
        let bytes = bytes(path).map_err(|fault| vec![fault])?;
        let sheet = Sheet::read(&name, bytes, &Reading { cp932, missing, said: Said::Options })?;
        Ok(Self { name, sheet })
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.sheet.rows()
    }

    /// The names of the columns.
    pub(super) fn names(&self) -> Vec<&str> {
        self.sheet.names()
    }

    /// What is not looked at though it is there: columns without a name.
    pub(super) fn nameless(&self) -> Option<Text> {
        let places: Vec<String> = self.sheet.nameless().iter().map(ToString::to_string).collect();
        let list = places.join(", ");
        (!places.is_empty()).then(|| {
            text!(
                "No name stands over column {list} (row numbers of R or pandas?): it is not used.",
                "{list}列目には見出しがないため（Rやpandasの行番号など）、使いません。"
            )
        })
    }

    /// A fault of a value: in its line where the file has lines, else with its row (from 1) told.
    pub(super) fn bad(&self, column: &str, row: usize, found: &str, expected: Text) -> Fault {
        self.sheet.bad(column, &[row.saturating_sub(1)], &Text::same(found), expected)
    }

    /// A fault of values in several rows (from 0), told once.
    pub(super) fn bad_rows(&self, column: &str, rows: &[usize], found: &Text, expected: Text) -> Fault {
        self.sheet.bad(column, rows, found, expected)
    }

    /// A fault of the rows (from 0) in which a needed value is missing.
    pub(super) fn gap(&self, column: &str, rows: &[usize]) -> Fault {
        let found = match self.markers(column) {
            Some(list) => {
                let (en, ja) = (list.en, list.ja);
                text!("no value ({en})", "値がありません（{ja}）")
            }
            None => Text::new("no value", "値がありません"),
        };
        let expected = Text::new(
            "a value in every row, or --missing drop to leave such rows out",
            "すべての行の値。または、その行を除くなら --missing drop",
        );
        Fault { id: Id::MissingValue, ..self.sheet.bad(column, rows, &found, expected) }
    }

    /// What stands for missing values in a column, where it is not only empty cells.
    fn markers(&self, column: &str) -> Option<Text> {
        let missing = self.sheet.missing(column).ok()?;
        missing.keys().any(|marker| !marker.is_empty()).then(|| told(&missing))
    }

    /// What was taken as missing in a column: all of it, or only where a word was.
    pub(super) fn taken_as_missing(&self, column: &str, empty_too: bool) -> Option<Text> {
        let missing = self.sheet.missing(column).ok()?;
        if !missing.keys().any(|marker| empty_too || !marker.is_empty()) {
            return None;
        }
        let n: usize = missing.values().sum();
        let Text { en, ja } = told(&missing);
        Some(text!("{column} is missing in {n} rows ({en}).", "{column} は{n}行で欠測です（{ja}）。"))
    }

    /// A fault of a whole column, or of an option.
    pub(super) fn wrong(&self, id: Id, key: &str, found: Text, expected: Text) -> Fault {
        Fault::new(id, Place { key: Some(key.to_owned()), ..Place::file(self.name.clone()) }, found, expected)
    }

    /// The column that an option names.
    pub(super) fn named<'a>(&self, option: &str, column: &'a str) -> Result<&'a str, Fault> {
        let names = self.names();
        if names.contains(&column) {
            return Ok(column);
        }
        let there = if names.len() > 12 { format!("{}, …", names[..12].join(", ")) } else { names.join(", ") };
        let mut fault = self
            .wrong(
                Id::UnknownColumn,
                option,
                text!("no column \"{column}\"", "列 \"{column}\" はありません"),
                text!("one of the columns {there}", "次の列のいずれか：{there}"),
            )
            .near(column, names.iter().copied());
        fault.place.line = self.sheet.line(0).map(|_| 1);
        Err(fault)
    }

    /// The columns that an option names: each on its own, or several with commas between them.
    pub(super) fn several(&self, option: &str, asked: &[String]) -> Result<Vec<String>, Vec<Fault>> {
        let names = self.names();
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
        self.sheet.numbers(column)
    }

    /// Whether a column is of numbers: where most of its values are, the others are mistakes.
    pub(super) fn is_number(&self, column: &str) -> Result<bool, Fault> {
        self.sheet.is_number(column)
    }

    /// A fault that tells all words of a column that are not sound.
    pub(super) fn sound(
        &self,
        column: &str,
        words: &[Option<String>],
        sound: &dyn Fn(&str) -> bool,
        expected: impl FnOnce(&str) -> Text,
    ) -> Result<(), Fault> {
        self.sheet.sound(column, words, sound, expected)
    }

    /// A column of 0 and 1, of true and false, or of words of which `positive` is 1; missing ones are `None`. Where `positive` is named
    /// for another column (not `may`), it counts here only where it stands here.
    pub(super) fn flags(&self, column: &str, positive: Option<&str>, may: bool) -> Result<Vec<Option<f64>>, Fault> {
        if (positive.is_none() || !may) && self.is_number(column)? {
            let numbers = self.numbers(column)?;
            let mut there: Vec<f64> = numbers.iter().copied().flatten().collect();
            there.sort_by(f64::total_cmp);
            there.dedup();
            // Two numbers that are not 0 and 1 are codes of an outcome, such as 1 and 2.
            if let ([first, second], true) = (there.as_slice(), may)
                && (*first, *second) != (0.0, 1.0)
                && let Some(row) = numbers.iter().position(|value| value.is_some_and(|v| ![0.0, 1.0].contains(&v)))
            {
                let expected = text!(
                    "0 or 1, or --positive with the value that means 1 (there are {first} and {second})",
                    "0か1。または、1に当たる値を --positive で指定してください（列の値：{first}、{second}）"
                );
                let found = numbers[row].unwrap_or_default().to_string();
                return Err(self.bad(column, row + 1, &found, expected));
            }
            return Ok(numbers);
        }
        let words = self.words(column)?;
        let mut there: Vec<&str> = words.iter().flatten().map(String::as_str).collect();
        there.sort_unstable();
        there.dedup();
        let shown = || {
            let few: Vec<String> = there.iter().take(6).map(|word| format!("\"{}\"", tables::short(word))).collect();
            format!("{}{}", few.join(", "), if there.len() > 6 { ", …" } else { "" })
        };
        if let Some(positive) = positive.filter(|positive| may || there.contains(positive)) {
            if !there.contains(&positive) {
                let there_shown = shown();
                return Err(self
                    .wrong(
                        Id::UnknownWord,
                        "--positive",
                        text!("no row where {column} is \"{positive}\"", "{column} が \"{positive}\" の行はありません"),
                        text!("one of its values: {there_shown}", "その列の値のいずれか：{there_shown}"),
                    )
                    .near(positive, there.iter().copied()));
            }
            return Ok(words
                .iter()
                .map(|word| word.as_ref().map(|word| if word == positive { 1.0 } else { 0.0 }))
                .collect());
        }
        let truth = |word: &str| match word.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(1.0),
            "false" | "0" => Some(0.0),
            _ => None,
        };
        self.sound(column, &words, &|word| truth(word).is_some(), |_| {
            let there_shown = shown();
            if let Some(yes) = yes(&there) {
                text!(
                    "0 or 1 (or true, false); or --positive {yes}, where \"{yes}\" means 1 and all else 0 (there are {there_shown})",
                    "0か1（またはtrue、false）。\"{yes}\" を1、ほかを0とみなすなら --positive {yes} を付けてください（列の値：{there_shown}）"
                )
            } else if may {
                text!(
                    "0 or 1 (or true, false), or --positive with the value that means 1 (there are {there_shown})",
                    "0か1（またはtrue、false）。または、1に当たる値を --positive で指定してください（列の値：{there_shown}）"
                )
            } else {
                Text::new("0 or 1 (or true, false)", "0か1（またはtrue、false）")
            }
        })?;
        Ok(words.iter().map(|word| word.as_deref().and_then(truth)).collect())
    }

    /// A column as words, exactly as they are written; missing ones are `None`.
    pub(super) fn words(&self, column: &str) -> Result<Vec<Option<String>>, Fault> {
        self.sheet.words(column)
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
            other => {
                return self.wrong(
                    Id::Mismatch,
                    column,
                    other.text(),
                    Text::new("columns that fit together", "互いに合う列"),
                );
            }
        };
        self.bad(column, at(*row), &found.to_string(), expected)
    }
}

/// What stands for missing values, and in how many rows.
fn told(missing: &BTreeMap<String, usize>) -> Text {
    let list = |empty: &str| {
        let one = |(marker, n): (&String, &usize)| {
            if marker.is_empty() { format!("{empty} {n}") } else { format!("\"{marker}\" {n}") }
        };
        missing.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    Text { en: list("empty").into(), ja: list("空のセル").into() }
}
