//! What was predicted for given times: Brier score, AUROC, observed over expected.

use super::super::distributions::Z95;
use super::super::input::{finite, probabilities, same_length};
use super::super::order::{ascending, tied};
use super::super::spread::negligible;
use super::super::{BadInput, Estimate, Measure, Undefined};
use super::{Censoring, Follow, kaplan_meier};

/// Follow-up of the test rows together with the censoring curve of the training rows.
#[derive(Clone, Debug)]
pub struct AtTime<'a> {
    follow: Follow<'a>,
    censoring: Censoring,
}

impl<'a> AtTime<'a> {
    /// From test follow-up and training censoring.
    pub fn new(follow: Follow<'a>, censoring: Censoring) -> Self {
        Self { follow, censoring }
    }

    /// `time` lies before the last test follow-up, as weighting needs.
    fn followed(&self, time: f64) -> Result<(), Undefined> {
        if self.follow.rows() == 0 {
            return Err(Undefined::NoRows);
        }
        if time >= self.follow.last() { Err(Undefined::BeyondFollowUp { time }) } else { Ok(()) }
    }

    /// The Brier score at `time` of predicted survival, weighted for censoring (Graf et al. 1999). 0 to 1.
    ///
    /// A row with an event up to `time` counts s²/G(its time), one still followed (1 − s)²/G(`time`), any other
    /// nothing. Wald interval from the spread of what rows count, the censoring curve taken as known. Undefined from the last test
    /// follow-up on, and where a weight is 1/0: scikit-survival lets such rows count nothing, which makes the score too good.
    pub fn brier(&self, survival: &[f64], time: f64) -> Result<Measure, BadInput> {
        same_length(("time", self.follow.rows()), ("survival", survival.len()))?;
        probabilities("survival", survival)?;
        Ok(self.brier_checked(survival, time))
    }

    fn brier_checked(&self, survival: &[f64], time: f64) -> Measure {
        self.followed(time)?;
        let beyond = self.censoring.weight(time)?;
        let (mut sum, mut squares) = (0.0, 0.0);
        for (row, s) in survival.iter().enumerate() {
            let own = self.follow.time[row];
            let counts = if own > time {
                (1.0 - s) * (1.0 - s) * beyond
            } else if self.follow.event(row) {
                s * s * self.censoring.weight(own)?
            } else {
                0.0
            };
            sum += counts;
            squares += counts * counts;
        }
        let n = survival.len() as f64;
        let mean = sum / n;
        let spread = squares / n - mean * mean;
        let half = Z95 * (spread.max(0.0) / (n - 1.0)).sqrt();
        let interval =
            (half.is_finite() && !negligible(spread, squares / n)).then_some(((mean - half).max(0.0), mean + half));
        Ok(Estimate::plain(mean, survival.len()).with(interval))
    }

    /// The Brier score integrated over `times` (ascending) by trapezoids, divided by their span (Graf et al. 1999). 0 to 1; `survival` holds one
    /// column per time. Undefined as [`AtTime::brier`], and with fewer than two times.
    pub fn integrated_brier(&self, survival: &[&[f64]], times: &[f64]) -> Result<Measure, BadInput> {
        same_length(("times", times.len()), ("survival columns", survival.len()))?;
        let mut scores = Vec::with_capacity(times.len());
        for (column, &time) in survival.iter().zip(times) {
            match self.brier(column, time)? {
                Ok(score) => scores.push(score.value),
                Err(reason) => return Ok(Err(reason)),
            }
        }
        let span = times.last().zip(times.first()).map_or(0.0, |(last, first)| last - first);
        if span <= 0.0 {
            return Ok(Err(Undefined::TooFewRows { needed: 2, found: times.len().min(1) }));
        }
        let trapezoids: f64 =
            times.windows(2).zip(scores.windows(2)).map(|(t, s)| (t[1] - t[0]) * f64::midpoint(s[0], s[1])).sum();
        Ok(Ok(Estimate::plain(trapezoids / span, self.follow.rows())))
    }

    /// The cumulative/dynamic AUROC at `time`: cases have the event by `time`, weighted 1/G(their time); controls are
    /// followed beyond it (Uno et al. 2007; Hung & Chiang 2010). 0 to 1. Undefined when either is missing.
    pub fn auroc(&self, risk: &[f64], time: f64) -> Result<Measure, BadInput> {
        same_length(("time", self.follow.rows()), ("risk", risk.len()))?;
        finite("risk", risk)?;
        Ok(self.auroc_checked(risk, time))
    }

    fn auroc_checked(&self, risk: &[f64], time: f64) -> Measure {
        self.followed(time)?;
        let (mut controls_below, mut cases, mut sum) = (0.0, 0.0, 0.0);
        let order = ascending(risk);
        let mut start = 0;
        while start < order.len() {
            let end = start + order[start..].iter().take_while(|&&row| tied(risk[row], risk[order[start]])).count();
            let (mut case, mut control) = (0.0, 0.0);
            for &row in &order[start..end] {
                let own = self.follow.time[row];
                if own > time {
                    control += 1.0;
                } else if self.follow.event(row) {
                    case += self.censoring.weight(own)?;
                }
            }
            sum += case * (controls_below + 0.5 * control);
            controls_below += control;
            cases += case;
            start = end;
        }
        if cases <= 0.0 || controls_below <= 0.0 {
            return Err(Undefined::NoCaseOrControl { time });
        }
        Ok(Estimate::plain(sum / (cases * controls_below), risk.len()))
    }

    /// The mean of [`AtTime::auroc`] over `times` (ascending), weighted by how much the Kaplan–Meier curve of the test
    /// rows drops up to each (Lambert & Chevret 2016).
    pub fn mean_auroc(&self, risk: &[f64], times: &[f64]) -> Result<Measure, BadInput> {
        let mut areas = Vec::with_capacity(times.len());
        for &time in times {
            match self.auroc(risk, time)? {
                Ok(area) => areas.push(area.value),
                Err(reason) => return Ok(Err(reason)),
            }
        }
        Ok(self.weigh(&areas, times))
    }

    fn weigh(&self, areas: &[f64], times: &[f64]) -> Measure {
        let curve = kaplan_meier(&self.follow)?;
        let (mut level, mut sum) = (1.0, 0.0);
        for (area, &time) in areas.iter().zip(times) {
            let next = curve.survival(time)?;
            sum += area * (level - next);
            level = next;
        }
        if level >= 1.0 {
            Err(Undefined::NoEvents)
        } else {
            Ok(Estimate::plain(sum / (1.0 - level), self.follow.rows()))
        }
    }
}

/// Observed over expected risk by `time`: (1 − Kaplan–Meier) / mean predicted risk. 0 to ∞; 1 is right. The interval is
/// that of the Kaplan–Meier curve, the expectation taken as fixed. Undefined after the last observation, and as 0/0.
pub fn observed_expected_at(follow: &Follow<'_>, risk: &[f64], time: f64) -> Result<Measure, BadInput> {
    same_length(("time", follow.rows()), ("risk", risk.len()))?;
    probabilities("risk", risk)?;
    let ratio = || {
        let survival = kaplan_meier(follow)?.at(time)?;
        let expected = risk.iter().sum::<f64>() / risk.len() as f64;
        if expected <= 0.0 && survival.value >= 1.0 {
            return Err(Undefined::NothingExpected);
        }
        let of = |s: f64| (1.0 - s) / expected;
        let interval = survival.interval.filter(|_| expected > 0.0).map(|(low, high)| (of(high), of(low)));
        Ok(Estimate { value: of(survival.value), interval, n: survival.n })
    };
    Ok(ratio())
}
