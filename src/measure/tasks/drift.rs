//! Values now against values of a reference.

use super::super::answers::{Argument, Ask};
use super::super::columns::{Asked, Dense};
use super::scores;
use diagnostics::fault::Fault;
use diagnostics::text::Text;
use metrics::entry::Family;
use metrics::{Shown, Takes};

pub(super) fn columns(asked: &mut Asked<'_>) -> Result<(), Vec<Fault>> {
    let request = asked.request;
    let what = Text::new("the column that is 1 for now and 0 for the reference", "現在を1、基準を0とする列");
    let current = asked.need("--current", request.current.as_ref(), &what)?.to_owned();
    asked.add_flags("current", &current, request.positive.as_deref())?;
    for score in scores::several(asked, 1)? {
        asked.add_finite("score", &score)?;
    }
    Ok(())
}

/// How far each column has moved.
pub(super) fn asks<'a>(asked: &Asked<'_>, dense: &'a Dense) -> Vec<Ask<'a>> {
    let mut asks: Vec<Ask<'a>> = Vec::new();
    for (column, name) in dense.columns("score").iter().zip(asked.names("score")) {
        let given = |takes: Takes| match takes {
            Takes::Current => vec![dense.rows("current")],
            Takes::Value => vec![Argument::Rows(column.as_slice())],
            _ => Vec::new(),
        };
        let shown = metrics::of(Family::Drift).filter(|metric| metric.is_shown(Shown::File));
        asks.extend(shown.filter_map(|metric| Some(Ask::of(metric, given)?.level("column", name))));
    }
    asks
}
