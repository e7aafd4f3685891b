//! A measurement, predicted by an interval or by a normal distribution.

use super::super::answers::{Argument, Ask};
use super::super::columns::{Asked, Dense};
use super::scores;
use diagnostics::fault::Fault;
use diagnostics::text;
use diagnostics::text::Text;
use metrics::entry::Family;
use metrics::{Shown, Takes};

pub(super) fn columns(asked: &mut Asked<'_>) -> Result<(), Vec<Fault>> {
    let request = asked.request;
    let what = Text::new("the column of the measurement", "測定値の列");
    let label = asked.need("--label", request.label.as_ref(), &what)?.to_owned();
    asked.add_finite("label", &label)?;
    if request.low.is_some() || request.high.is_some() || request.sd.is_none() {
        let what = Text::new("the lower ends of the prediction intervals", "予測区間の下限の列");
        let low = asked.need("--low", request.low.as_ref(), &what)?.to_owned();
        let what = Text::new("the upper ends of the prediction intervals", "予測区間の上限の列");
        let high = asked.need("--high", request.high.as_ref(), &what)?.to_owned();
        asked.add_finite("low", &low)?;
        asked.add_finite("high", &high)?;
    }
    if let Some(sd) = &request.sd {
        let sd = asked.need("--sd", Some(sd), &Text::default())?.to_owned();
        let mean = scores::one(asked)?;
        asked.add_finite("score", &mean)?;
        asked.add_positive("sd", &sd)?;
    }
    Ok(())
}

/// What judges prediction intervals and predicted distributions.
pub(super) fn asks<'a>(asked: &Asked<'_>, dense: &'a Dense) -> Result<Vec<Ask<'a>>, Vec<Fault>> {
    if let (Some(low), Some(high)) = (dense.column("low"), dense.column("high"))
        && let Some(row) = low.iter().zip(high).position(|(low, high)| low > high)
    {
        let (name, value, top) = (asked.name("low").unwrap_or_default().to_owned(), low[row], high[row]);
        let expected = text!("at most the upper end, {top}", "上限（{top}）以下の値");
        return Err(vec![asked.bad(&name, dense, row, &value.to_string(), expected)]);
    }
    let role = |role: &str| dense.column(role).map(Argument::Rows).into_iter().collect::<Vec<Argument<'a>>>();
    let given = |takes: Takes| match takes {
        Takes::Value => role("label"),
        Takes::Low => role("low"),
        Takes::High => role("high"),
        Takes::Mean => role("score"),
        Takes::Sd => role("sd"),
        _ => Vec::new(),
    };
    let shown = metrics::of(Family::Uncertainty).filter(|metric| metric.is_shown(Shown::File));
    Ok(shown.filter_map(|metric| Ask::of(metric, given)).collect())
}
