//! The pass mark of a check: the figure that is compared, its limits, and how both are written beside the check's sentence.

use serde::{Deserialize, Serialize};

use super::figure::{Figure, show};
use course::exercise::{Check, figures_in};
use sql::{Expression, Side};
use tables::Frame;

/// A figure with the limits between which it passes.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The figure, in the unit in which the check's sentence shows it.
    pub figure: f64,
    /// Its lower limit.
    pub low: Option<Limit>,
    /// Its upper limit.
    pub high: Option<Limit>,
    /// With how many decimals they are written.
    pub decimals: usize,
    /// Whether the figure lies within its limits.
    pub passed: bool,
}

/// A figure and the limits between which it passes, as they were compared.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// The figure.
    #[serde(with = "crate::exact")]
    pub figure: f64,
    /// Its lower limit.
    pub low: Option<Limit>,
    /// Its upper limit.
    pub high: Option<Limit>,
}

/// One end of what passes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// In the figure's unit.
    #[serde(with = "crate::exact")]
    pub value: f64,
    /// Whether a figure that equals it fails.
    pub strict: bool,
}

/// A share may be written as a share, of 100, or of 1,000.
const SCALES: [f64; 3] = [1.0, 100.0, 1000.0];

/// Decimals at most.
const MOST: usize = 6;

/// What is compared with its limits, where a check compares one figure of what the model does. Nothing of a check that looks at the
/// answers: what a learner is to conclude is not given away; and nothing where the comparison cannot be read for sure.
pub(super) fn compared(check: &Check, passed: bool, row: &Frame) -> Option<Compared> {
    if check.shows.value.names().tables.contains("answers") {
        return None;
    }
    let limits = check.passes.value.limits()?;
    let figure = value(row, &limits.figure)?;
    let limit = |side: Option<Side>| -> Option<Option<Limit>> {
        let Some(Side { value: limit, strict }) = side else { return Some(None) };
        Some(Some(Limit { value: value(row, &limit)?, strict }))
    };
    let (low, high) = (limit(limits.low)?, limit(limits.high)?);
    // Read otherwise than it was judged: not told.
    (within(figure, low, high) == passed).then_some(Compared { figure, low, high })
}

/// The pass mark of a check, as it is written beside its sentence. None where the author names another column than the one that is
/// compared, such as a ratio of which the check takes how far it is from 1 either way: there the sentence says what is allowed.
pub(super) fn mark(check: &Check, compared: Compared, shown: &[(String, Figure)], passed: bool) -> Option<Mark> {
    let Compared { figure, low, high } = compared;
    let said = written(check, shown, figure);
    let column = check.passes.value.limits().map(|limits| limits.figure.text().trim().to_owned());
    let is_another =
        |column: String| shown.iter().any(|(name, _)| *name == column) && check.turns_on() != Some(&column);
    if column.is_some_and(is_another) {
        return None;
    }
    // A whole number of things is written as one.
    let counted = figure.fract() == 0.0
        && [low, high].into_iter().flatten().all(|limit| limit.value.fract() == 0.0 && limit.value.abs() > 1.0);
    let (scale, decimals) = said.unwrap_or((1.0, if counted { 0 } else { 2 }));
    let scaled = |limit: Option<Limit>| limit.map(|limit| Limit { value: limit.value * scale, ..limit });
    let mut mark = Mark { figure: figure * scale, low: scaled(low), high: scaled(high), decimals, passed };
    while mark.decimals < MOST && !mark.is_told_truly() {
        mark.decimals += 1;
    }
    Some(mark)
}

fn value(row: &Frame, of: &Expression) -> Option<f64> {
    const NAME: &str = "value";
    let column = Frame::new_infer_height(vec![sql::value(row, of).ok()?.with_name(NAME.into())]).ok()?;
    if !tables::is_number(&column, NAME) {
        return None;
    }
    tables::numbers(&column, NAME).ok()?.first().copied()?
}

fn within(figure: f64, low: Option<Limit>, high: Option<Limit>) -> bool {
    low.is_none_or(|low| if low.strict { figure > low.value } else { figure >= low.value })
        && high.is_none_or(|high| if high.strict { figure < high.value } else { figure <= high.value })
}

/// The scale and the decimals with which the check's sentences show the figure, where they do.
fn written(check: &Check, shown: &[(String, Figure)], figure: f64) -> Option<(f64, usize)> {
    let said: Vec<(&str, Option<usize>)> =
        [&check.fail.en, &check.pass.en].into_iter().flat_map(|text| figures_in(text)).collect();
    let scale_of = |name: &str| {
        let (_, Figure::Number(x)) = shown.iter().find(|(other, _)| other == name)? else { return None };
        SCALES.into_iter().find(|scale| figure != 0.0 && (x - scale * figure).abs() <= 1e-6 * x.abs().max(1.0))
    };
    said.iter().find_map(|(name, decimals)| {
        let scale = scale_of(name)?;
        Some((scale, decimals.unwrap_or(if scale > 1.0 { 0 } else { 2 })))
    })
}

impl Mark {
    /// A value as it is written.
    pub fn shown(&self, x: f64) -> f64 {
        show(x, Some(self.decimals)).parse().unwrap_or(x)
    }

    /// How far the figure, as written, lies from a limit, as written.
    pub fn distance(&self, limit: Limit) -> f64 {
        (self.shown(self.figure) - self.shown(limit.value)).abs()
    }

    /// Whether what is written says the same as what was compared: on the same side, and the limit is not rounded away.
    fn is_told_truly(&self) -> bool {
        let shown = |limit: Option<Limit>| limit.map(|limit| Limit { value: self.shown(limit.value), ..limit });
        within(self.shown(self.figure), shown(self.low), shown(self.high)) == self.passed
            && [self.low, self.high]
                .into_iter()
                .flatten()
                .all(|limit| (self.shown(limit.value) - limit.value).abs() <= 0.02 * limit.value.abs())
    }
}
