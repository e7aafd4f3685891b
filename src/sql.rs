//! The one door to SQL: every SQL text that an author or a learner writes is read, judged and run here.
//!
//! The way of a text, one file each:
//! `read` (text → syntax tree) → `allow` (may all of this stand here?) → `select` (names → columns, subqueries → values; one plain
//! SELECT at a time) → `engine` (polars). What may be called is in `functions`, `scalars`, `draws`, `aggregates`; nothing else can be.
//!
//! The dialect is polars' SQL, as far as it does what SQL says:
//! - `1/2` is 0.5 (`div(x, y)` and `x // y` give whole numbers); `x/0` is infinite, so write `x/nullif(y, 0)`.
//!   `-7 % 3` is 2: the remainder has the divisor's sign.
//! - Names of columns and tables keep upper and lower case apart. Text stands in single quotes, odd names in double quotes.
//! - Whole numbers come out as Int64, others as Float64, whatever width they had inside.
//! - Every branch of CASE is computed for every row, so a draw in a branch must be possible in all rows (`clip` its parameters).
//! - Draws are numbered in the order in which their calls end, from 0; the number is part of the draw's stream.
//! - A query with GROUP BY and no ORDER BY is sorted by its columns from the left, so that the same run gives the same table.
//! - A query in brackets sees its own tables only: it is run once, before the rest.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use crate::fault::{Fault, Place};
use crate::seed::Seed;
use crate::text::{Lang, Text};

mod aggregates;
mod allow;
mod draws;
mod engine;
mod functions;
pub mod limits;
mod quantile;
mod read;
mod rows;
mod scalars;
mod select;
mod values;
mod walk;

pub use functions::{Function, Kind};

/// What an SQL text is for, hence what it may contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A dataset's column: one expression of one row, with draws.
    Column,
    /// What a probe changes: the same, with `shuffle`.
    Intervention,
    /// A learner's choice of patients: one condition of one row, without chance.
    Filter,
    /// A question to a run's tables: one SELECT, or WITH … SELECT, without chance.
    Check,
}

/// A mistake in an SQL text, told so that its writer can mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlFault {
    /// What was found.
    pub found: Text,
    /// What was expected instead.
    pub expected: Text,
    /// The nearest valid name, where a name was wrong.
    pub nearest: Option<String>,
    /// The line and column within the SQL text, from 1, where known.
    pub at: Option<(usize, usize)>,
}

impl SqlFault {
    fn new(found: Text, expected: Text) -> Self {
        Self { found, expected, nearest: None, at: None }
    }

    fn at(mut self, line: u64, column: u64) -> Self {
        // Line 0 is sqlparser's "unknown".
        if line > 0 {
            self.at = usize::try_from(line).ok().zip(usize::try_from(column).ok());
        }
        self
    }

    fn near(mut self, nearest: Option<String>) -> Self {
        self.nearest = nearest;
        self
    }

    /// The same mistake, of the file and key where the SQL text stands.
    pub fn in_place(self, place: Place) -> Fault {
        let mut found = self.found;
        if let Some((line, column)) = self.at {
            found = Text {
                en: format!("{} (in the SQL, line {line}, column {column})", found.en).into(),
                ja: format!("{}(SQLの{line}行{column}文字目)", found.ja).into(),
            };
        }
        Fault { nearest: self.nearest, ..Fault::new(place, found, self.expected) }
    }

    /// The whole message in one language, for logs and tests.
    pub fn display(&self, lang: Lang) -> String {
        let (found, expected) = (self.found.get(lang), self.expected.get(lang));
        let mut out = match lang {
            Lang::En => format!("found {found}; expected {expected}"),
            Lang::Ja => format!("見つかったもの: {found}。必要なもの: {expected}"),
        };
        if let Some(nearest) = &self.nearest {
            out += match lang {
                Lang::En => "; did you mean ",
                Lang::Ja => "。もしかして: ",
            };
            out += nearest;
        }
        out
    }
}

/// The tables and columns that an SQL text names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Tables of the run; not those that the text makes itself with WITH.
    pub tables: BTreeSet<String>,
    /// Columns, with the table where the text says which (the table's own name, not its alias). Names given with AS are left out.
    pub columns: BTreeSet<(Option<String>, String)>,
    /// Tables of which all columns are read, by `*` or `t.*`; an empty name for a bare `*`.
    pub all_of: BTreeSet<String>,
}

/// Judges an SQL text without data, and tells which names it uses.
///
/// # Errors
/// Everything that can be wrong with a text before its names are looked up: syntax, length, statements other than one SELECT,
/// functions that do not exist or may not stand here, functions in FROM.
pub fn parse(sql: &str, purpose: Purpose) -> Result<Names, SqlFault> {
    roomy(|| match purpose {
        Purpose::Check => allow::query(&*read::query(sql)?),
        Purpose::Column | Purpose::Intervention | Purpose::Filter => {
            allow::expression(&read::expression(sql)?, purpose)
        }
    })
}

/// Computes one column: `sql` for each row of `frame`, as many values as the frame is high.
///
/// `key` names the frame's `UInt64` column that identifies rows; together with `stream` it decides every draw, so that a row is the
/// same whatever the other rows are. A dotted name `a.b` means the frame's column of just that name. The result is Boolean, `Int64`,
/// `Float64`, String or Date, or Null if the text is just NULL; its name is `value`.
///
/// # Errors
/// What [`parse`] finds; unknown columns; arguments out of a function's range, with the row (from 1).
pub fn column(frame: &DataFrame, key: &str, sql: &str, stream: Seed, purpose: Purpose) -> Result<Column, SqlFault> {
    roomy(|| {
        let expression = read::expression(sql)?;
        let names = allow::expression(&expression, purpose)?;
        select::expression(frame, Some(key), expression, &names, stream)
    })
}

/// The rows of `frame` that meet a learner's condition; a row where it is NULL does not.
///
/// # Errors
/// What [`parse`] finds; unknown columns; a result other than true/false.
pub fn filter(frame: &DataFrame, sql: &str) -> Result<Vec<bool>, SqlFault> {
    let column = roomy(|| {
        let expression = read::expression(sql)?;
        let names = allow::expression(&expression, Purpose::Filter)?;
        select::expression(frame, None, expression, &names, Seed::new(0))
    })?;
    if *column.dtype() == DataType::Null {
        return Ok(vec![false; frame.height()]);
    }
    let Ok(kept) = column.bool() else {
        return Err(select::no_condition(&engine::kind(column.dtype())));
    };
    Ok(kept.iter().map(|kept| kept == Some(true)).collect())
}

/// The fault of a condition that no row of `frame` meets: what was `expected`, with the values that its columns have there, the
/// nearest to the condition's own words first.
pub fn unmet(frame: &DataFrame, sql: &str, found: Text, expected: Text) -> SqlFault {
    let (held, meant) = roomy(|| values::held(frame, sql));
    let expected = match held {
        Some(held) => Text {
            en: format!("{}; {}", expected.en, held.en).into(),
            ja: format!("{}。{}", expected.ja, held.ja).into(),
        },
        None => expected,
    };
    SqlFault { nearest: meant, ..SqlFault::new(found, expected) }
}

/// Runs one SELECT, or WITH … SELECT, over `tables`. To try a text without data, give it the tables without rows
/// (`DataFrame::clear`): names and types are judged just the same.
///
/// # Errors
/// What [`parse`] finds; unknown tables and columns; types that do not fit; joins that would be larger than 20 million rows.
pub fn query(tables: &BTreeMap<String, DataFrame>, sql: &str) -> Result<DataFrame, SqlFault> {
    Ok(query_with_reasons(tables, sql)?.0)
}

/// As [`query`], with the reasons for which metrics in it are undefined, in the order of their texts; also of those whose
/// NULL does not reach the result.
///
/// # Errors
/// As [`query`].
pub fn query_with_reasons(tables: &BTreeMap<String, DataFrame>, sql: &str) -> Result<(DataFrame, Vec<Text>), SqlFault> {
    roomy(|| {
        let query = read::query(sql)?;
        allow::query(&query)?;
        let reasons = engine::Reasons::default();
        let frame = select::query(tables, &query, &reasons)?;
        let mut reasons: Vec<Text> = reasons.lock().map(|mut found| found.drain(..).collect()).unwrap_or_default();
        // Found by several threads, told in one order.
        reasons.sort_by(|a, b| a.en.cmp(&b.en));
        Ok((frame, reasons))
    })
}

/// Does work that goes as deep as people nest their expressions, on a stack that is large enough: threads differ (1 MB is usual on
/// Windows), and an overflow would end the program.
fn roomy<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(ROOM, 2 * ROOM, work)
}

/// Several times what the deepest text within the limits takes.
const ROOM: usize = 32 * 1024 * 1024;

/// All functions that SQL may call, by name, for documentation.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    functions::FUNCTIONS.values().copied()
}

#[cfg(test)]
mod tests;
