//! The columns of scores.

use super::super::columns::Asked;
use diagnostics::fault::{Fault, Id};
use diagnostics::text;
use diagnostics::text::Text;

/// The columns of `--score`, at least so many.
pub(super) fn several(asked: &Asked<'_>, least: usize) -> Result<Vec<String>, Vec<Fault>> {
    let columns = asked.source.several("--score", &asked.request.score)?;
    if columns.is_empty() {
        asked.need("--score", None, &Text::new("the column of the score", "スコアの列"))?;
    }
    if columns.len() < least {
        let n = columns.len();
        return Err(vec![asked.source.wrong(
            Id::TooFew,
            "--score",
            text!("{n} column", "列が{n}個"),
            Text::new(
                "one column of probabilities per class, as --score p0,p1,p2",
                "クラスごとに1つの確率の列（--score p0,p1,p2 の形）",
            ),
        )]);
    }
    Ok(columns)
}

/// What happened had a probability of 0: the log loss would be infinite, and is not.
pub(super) fn surely_wrong(rows: usize) -> Option<Text> {
    (rows > 0).then(|| {
        text!(
            "In {rows} rows, what happened had a probability of 0. Log loss would be infinite; it takes 2.2e-16 instead (as scikit-learn does), so that its size is one of convention.",
            "実際に起きたことの確率を0とした行が{rows}行あります。対数損失は本来無限大になるため、0を2.2e-16に置き換えて計算しています（scikit-learnと同じ）。値の大きさは、この慣例によるものです。"
        )
    })
}

/// The one column of `--score`.
pub(super) fn one(asked: &Asked<'_>) -> Result<String, Vec<Fault>> {
    let mut columns = several(asked, 1)?;
    let n = columns.len();
    if n > 1 {
        let task = "--task multiclass";
        return Err(vec![asked.source.wrong(
            Id::TooMany,
            "--score",
            text!("{n} columns", "列が{n}個"),
            text!("one score, or {task}", "スコアの列1つ、または {task}"),
        )]);
    }
    Ok(columns.swap_remove(0))
}
