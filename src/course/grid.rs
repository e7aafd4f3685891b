//! A small table of numbers: its rows and columns, and how an answer to it is read and remembered.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::dataset::UNIT_KIND;
use super::names::{once, plain_id};
use diagnostics::fault::{Fault, Id};
use diagnostics::keys::{Key, Kind, Need, Section};
use diagnostics::text;
use diagnostics::text::Text;

/// The cells that are filled in, by row and column.
pub type Cells = BTreeMap<(String, String), f64>;

/// Rows and columns of which every cell holds a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// The rows with their titles, in order.
    pub rows: Vec<(String, Text)>,
    /// The columns, in order.
    pub columns: Vec<AnswerColumn>,
}

/// A column of a table that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerColumn {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// The unit of its numbers.
    pub unit: Text,
    /// The smallest possible number.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

/// The keys of a row.
pub(super) const ROW: &[Key<'static>] = &[
    Key::new("id", Kind::String, Need::Required, "What the learner writes.", "学習者が書く語です。"),
    Key::new("title", Kind::Bilingual, Need::Required, "The row's title.", "行の見出しです。"),
];

/// The keys of a column.
pub(super) const COLUMN: &[Key<'static>] = &[
    Key::new("id", Kind::String, Need::Required, "What the learner writes.", "学習者が書く語です。"),
    Key::new("title", Kind::Bilingual, Need::Required, "The column's title.", "列の見出しです。"),
    Key::new(
        "unit",
        UNIT_KIND,
        Need::Optional,
        "The unit of its numbers; otherwise the question's.",
        "数値の単位です。書かなければ問いの単位です。",
    ),
    Key::new(
        "min",
        Kind::Number { min: -1e12, max: 1e12 },
        Need::Optional,
        "The smallest possible number; otherwise the question's.",
        "数値の下限です。書かなければ問いの下限です。",
    ),
    Key::new(
        "max",
        Kind::Number { min: -1e12, max: 1e12 },
        Need::Optional,
        "The largest possible number; otherwise the question's.",
        "数値の上限です。書かなければ問いの上限です。",
    ),
];

impl Grid {
    /// The table of a question.
    pub(super) fn of(section: &Section, faults: &mut Vec<Fault>) -> Self {
        let mut id = |each: &Section, taken: &mut Vec<String>| {
            once(&each.written("id"), taken, faults);
            plain_id(each, faults)
        };
        let (mut taken, mut of_columns) = (Vec::new(), Vec::new());
        let rows: Vec<(String, Text)> =
            section.tables("row").map(|row| (id(row, &mut taken), row.text("title"))).collect();
        let column = |column: &Section| AnswerColumn {
            id: id(column, &mut of_columns),
            title: column.text("title"),
            unit: if column.get("unit").is_some() { column } else { section }.name_or_text("unit"),
            min: column.maybe_number("min").unwrap_or_else(|| section.number("min")),
            max: column.maybe_number("max").unwrap_or_else(|| section.number("max")),
        };
        let columns: Vec<AnswerColumn> = section.tables("column").map(column).collect();
        for (key, n) in [("row", rows.len()), ("column", columns.len())] {
            if n == 0 {
                faults.push(Fault::new(
                    Id::TooFew,
                    section.place.clone(),
                    text!("no [[question.{key}]]", "[[question.{key}]] がありません"),
                    text!("at least one [[question.{key}]]", "1個以上の [[question.{key}]]"),
                ));
            }
        }
        Self { rows, columns }
    }

    /// Its cells, row by row.
    pub fn cells(&self) -> impl Iterator<Item = (&(String, Text), &AnswerColumn)> {
        self.rows.iter().flat_map(|row| self.columns.iter().map(move |column| (row, column)))
    }

    /// The columns of an answer in the table `answers`: a number for each cell.
    pub(super) fn columns(&self, id: &str) -> Vec<String> {
        self.cells().map(|((row, _), column)| format!("{id}_{row}_{}", column.id)).collect()
    }

    /// The ids of rows and columns.
    pub fn ids(&self) -> Vec<&str> {
        self.rows
            .iter()
            .map(|(id, _)| id.as_str())
            .chain(self.columns.iter().map(|column| column.id.as_str()))
            .collect()
    }

    /// The keys of one of its rows in `answers.toml`.
    pub(super) fn keys(&self) -> Vec<Key<'_>> {
        fn key(column: &AnswerColumn) -> Key<'_> {
            Key::given(
                &column.id,
                Kind::Number { min: column.min, max: column.max },
                Need::Optional,
                column.unit.clone(),
                column.title.clone(),
            )
        }
        self.columns.iter().map(key).collect()
    }

    /// Reads what is filled in.
    pub(super) fn read(&self, answer: &Section) -> Cells {
        let of = |((row, _), column): (&(String, Text), &AnswerColumn)| {
            let x = answer.maybe_table(row)?.maybe_number(&column.id)?;
            Some(((row.clone(), column.id.clone()), x))
        };
        self.cells().filter_map(of).collect()
    }

    /// The cells that are empty.
    pub fn empty(&self, cells: &Cells) -> Vec<(&(String, Text), &AnswerColumn)> {
        self.cells().filter(|((row, _), column)| !cells.contains_key(&(row.clone(), column.id.clone()))).collect()
    }
}

/// A table as it is remembered: `screened.found = 3, screened.sent = 40`.
pub fn written(cells: &Cells) -> String {
    let mut out = String::new();
    for ((row, column), x) in cells {
        let comma = if out.is_empty() { "" } else { ", " };
        let _ = write!(out, "{comma}{row}.{column} = {x}");
    }
    out
}

/// What [`written`] has written; nothing where it is something else.
pub fn remembered(text: &str) -> Option<Cells> {
    let cell = |text: &str| {
        let (name, x) = text.split_once(" = ")?;
        let (row, column) = name.split_once('.')?;
        Some(((row.to_owned(), column.to_owned()), x.parse().ok()?))
    };
    text.split(", ").map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_remembered_as_it_was() {
        let cell = |row: &str, column: &str| (row.to_owned(), column.to_owned());
        let cells = Cells::from([(cell("a_1", "found"), 3.0), (cell("a_1", "sent"), -0.25), (cell("b", "found"), 0.0)]);
        assert_eq!(written(&cells), "a_1.found = 3, a_1.sent = -0.25, b.found = 0");
        assert_eq!(remembered(&written(&cells)), Some(cells));
        assert_eq!(remembered("3"), None);
    }
}
