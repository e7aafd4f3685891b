//! What the rows of a table come to, for each row of the table around it.

use polars::prelude::{Column as Series, DataType, IdxCa, IdxSize};

use super::rows::{KEY, SynthError};
use course::dataset::{Aggregate, What};
use diagnostics::fault::Id;
use diagnostics::keys::Written;
use diagnostics::text;
use diagnostics::text::Text;
use seed::Seed;
use sql::Expression;
use tables::{Frame, TableError};

/// The column's name while it is worked on.
const VALUE: &str = "value";

/// One value for each of `rows` rows, from the rows below; those without a value, or with one that is no finite number, are passed
/// over. Rows are taken one after another, so that a sum has the same bits for any number of threads.
pub(super) fn aggregate(
    of: &Aggregate,
    (below, parents): (&Frame, &[usize]),
    rows: usize,
    stream: Seed,
) -> Result<Series, SynthError> {
    let values = computed(&of.of, below, stream)?;
    let is_number = tables::is_number(&values, VALUE);
    let adds = matches!(of.what, What::Mean | What::Sum);
    let compares = matches!(of.what, What::Max | What::Min);
    if adds && !is_number || compares && !tables::is_time(&values, VALUE) {
        let sql = of.of.value.text();
        return Err(of
            .of
            .fault(
                Id::BadValue,
                text!("{sql}, which gives no numbers", "{sql} は数値になりません"),
                Text::new("a number for each row", "行ごとの数値"),
            )
            .into());
    }
    let numbers = if tables::is_time(&values, VALUE) { tables::numbers(&values, VALUE)? } else { Vec::new() };
    let held: Vec<usize> = if numbers.is_empty() {
        let words = tables::words(&values, VALUE)?;
        (0..words.len()).filter(|&row| words[row].is_some()).collect()
    } else {
        (0..numbers.len()).filter(|&row| numbers[row].is_some()).collect()
    };
    let number = |row: usize| numbers.get(row).copied().flatten().unwrap_or(0.0);
    let column = match of.what {
        What::Count => {
            let mut counts = vec![0_i64; rows];
            for &row in &held {
                counts[parents[row]] += 1;
            }
            Series::new(VALUE.into(), counts)
        }
        What::Sum | What::Mean => {
            let (mut sums, mut counts) = (vec![0.0; rows], vec![0_u32; rows]);
            for &row in &held {
                sums[parents[row]] += number(row);
                counts[parents[row]] += 1;
            }
            let mean = |(sum, count): (&f64, &u32)| (*count > 0).then(|| sum / f64::from(*count));
            let is_whole = !column_of(&values)?.dtype().is_float();
            match of.what {
                What::Mean => Series::new(VALUE.into(), sums.iter().zip(&counts).map(mean).collect::<Vec<_>>()),
                _ if is_whole => Series::new(VALUE.into(), sums.iter().map(|sum| *sum as i64).collect::<Vec<_>>()),
                _ => Series::new(VALUE.into(), sums),
            }
        }
        What::Max | What::Min | What::First | What::Last => {
            let order = match (&of.by, compares) {
                (_, true) => numbers.clone(),
                (Some(by), _) => ordered(by, below, stream.named("by"))?,
                (None, _) => (0..values.height()).map(|row| Some(row as f64)).collect(),
            };
            let is_last = matches!(of.what, What::Max | What::Last);
            let mut picks: Vec<Option<usize>> = vec![None; rows];
            for &row in held.iter().filter(|&&row| order[row].is_some()) {
                let pick = &mut picks[parents[row]];
                // Of rows that stand alike, the first drawn is the first and the last drawn the last.
                let better = pick
                    .is_none_or(|other| if is_last { order[row] >= order[other] } else { order[row] < order[other] });
                if better {
                    *pick = Some(row);
                }
            }
            picked(column_of(&values)?, &picks)?
        }
    };
    Ok(column)
}

/// The values of these rows, of one type with all; nothing where there is none.
fn picked(values: &Series, picks: &[Option<usize>]) -> Result<Series, TableError> {
    if values.is_empty() {
        return Ok(Series::full_null(VALUE.into(), picks.len(), values.dtype()));
    }
    let picks: IdxCa = picks.iter().map(|pick| pick.and_then(|row| IdxSize::try_from(row).ok())).collect();
    Ok(values.take(&picks)?)
}

fn column_of(values: &Frame) -> Result<&Series, TableError> {
    Ok(values.column(VALUE)?)
}

/// What orders the rows.
fn ordered(by: &Written<Expression>, frame: &Frame, stream: Seed) -> Result<Vec<Option<f64>>, SynthError> {
    let order = computed(by, frame, stream)?;
    if tables::is_time(&order, VALUE) || *column_of(&order)?.dtype() == DataType::Null {
        return Ok(tables::numbers(&order, VALUE)?);
    }
    let sql = by.value.text();
    let found = text!("by = \"{sql}\", which gives words", "by = \"{sql}\" が文字になります");
    Err(by.fault(Id::BadValue, found, Text::new("a number or a day for each row", "行ごとの数値または日付")).into())
}

/// An expression for each row.
fn computed(sql: &Written<Expression>, frame: &Frame, stream: Seed) -> Result<Frame, SynthError> {
    let values = sql::column(frame, KEY, &sql.value, stream).map_err(|fault| fault.in_place(sql.place.clone()))?;
    Ok(tables::from_columns(vec![values.with_name(VALUE.into())])?)
}
