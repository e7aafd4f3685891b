//! The one door to SQL: every SQL text that an author or a learner writes is read, judged and run here.
//!
//! The way of a text, one file each:
//! `parsed` holds what `read` (text → syntax tree) and `allow` (may all of this stand here?) let in, once, at the door → `select` (names → columns, subqueries → values; one plain
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

use diagnostics::fault::Id;
use std::collections::BTreeMap;

use polars::prelude::*;

use diagnostics::text::Text;
use seed::Seed;

mod aggregates;
mod allow;
mod draws;
mod engine;
mod fault;
mod function;
mod functions;
mod limits;
pub mod older;
mod parsed;
mod purpose;
mod quantile;
mod read;
mod rows;
mod scalars;
mod select;
mod stack;
mod values;
mod walk;

pub use fault::SqlFault;
pub use function::{Function, Kind};
pub use limits::{Limits, Side};
pub use parsed::{Expression, Query};
pub use purpose::{Names, Purpose};
pub use stack::STACK;

/// Computes one column: `sql` for each row of `frame`, as many values as the frame is high.
///
/// `key` names the frame's `UInt64` column that identifies rows; together with `stream` it decides every draw, so that a row is the
/// same whatever the other rows are. A dotted name `a.b` means the frame's column of just that name. The result is Boolean, `Int64`,
/// `Float64`, String or Date, or Null if the text is just NULL; its name is `value`.
///
/// # Errors
/// Unknown columns; arguments out of a function's range, with the row (from 1).
pub fn column(frame: &DataFrame, key: &str, sql: &Expression, stream: Seed) -> Result<Column, SqlFault> {
    stack::roomy(|| select::expression(frame, Some(key), sql.tree.clone(), sql.names(), stream))
}

/// Computes an expression without chance for each row of `frame`; otherwise as [`column()`].
///
/// # Errors
/// As [`column()`].
pub fn value(frame: &DataFrame, sql: &Expression) -> Result<Column, SqlFault> {
    stack::roomy(|| select::expression(frame, None, sql.tree.clone(), sql.names(), Seed::new(0)))
}

/// Whether a condition holds in each row of `frame`; nothing where it is NULL.
///
/// # Errors
/// Unknown columns; a result other than true/false.
pub fn condition(frame: &DataFrame, sql: &Expression) -> Result<Vec<Option<bool>>, SqlFault> {
    let column = value(frame, sql)?;
    if *column.dtype() == DataType::Null {
        return Ok(vec![None; frame.height()]);
    }
    let Ok(held) = column.bool() else {
        return Err(fault::no_condition(&fault::kind(column.dtype())));
    };
    Ok(held.iter().collect())
}

/// The rows of `frame` that meet a learner's condition; a row where it is NULL does not.
///
/// # Errors
/// As [`condition`].
pub fn filter(frame: &DataFrame, sql: &Expression) -> Result<Vec<bool>, SqlFault> {
    Ok(condition(frame, sql)?.into_iter().map(|held| held == Some(true)).collect())
}

/// The fault of a condition that no row of `frame` meets: what was `expected`, with the values that its columns have there, the
/// nearest to the condition's own words first.
pub fn unmet(frame: &DataFrame, sql: &Expression, found: Text, expected: Text) -> SqlFault {
    let (held, meant) = stack::roomy(|| values::held(frame, sql));
    let expected = match held {
        Some(held) => Text {
            en: format!("{}; {}", expected.en, held.en).into(),
            ja: format!("{}。{}", expected.ja, held.ja).into(),
        },
        None => expected,
    };
    SqlFault { nearest: meant, ..SqlFault::new(Id::NoRows, found, expected) }
}

/// Runs a query over `tables`. To try it without data, give it the tables without rows (`DataFrame::clear`): names and types are
/// judged just the same.
///
/// # Errors
/// Unknown tables and columns; types that do not fit; joins that would be larger than 20 million rows.
pub fn query(tables: &BTreeMap<String, DataFrame>, sql: &Query) -> Result<DataFrame, SqlFault> {
    Ok(query_with_reasons(tables, sql)?.0)
}

/// As [`query`], with the reasons for which metrics in it are undefined, in the order of their texts; also of those whose
/// NULL does not reach the result.
///
/// # Errors
/// As [`query`].
pub fn query_with_reasons(
    tables: &BTreeMap<String, DataFrame>,
    sql: &Query,
) -> Result<(DataFrame, Vec<Text>), SqlFault> {
    stack::roomy(|| {
        let reasons = engine::Reasons::default();
        let frame = select::query(tables, &sql.tree, &reasons)?;
        let mut reasons: Vec<Text> = reasons.lock().map(|mut found| found.drain(..).collect()).unwrap_or_default();
        // Found by several threads, told in one order.
        reasons.sort_by(|a, b| a.en.cmp(&b.en));
        Ok((frame, reasons))
    })
}

/// All functions that SQL may call, by name, for documentation.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    functions::FUNCTIONS.values().copied()
}

#[cfg(test)]
mod tests;
