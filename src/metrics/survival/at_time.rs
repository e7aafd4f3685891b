//! What was predicted for given times: Brier score, AUROC, observed over expected.

use super::super::distributions::Z95;
use super::super::entry::{
    Better, FILE, Family, Held, Interval, Metric, Of, POSITIVE, Parameter, Plain, Resampled, SHARE, Takes, Unit,
    metrics,
};
use super::super::estimate::{Estimate, Measure};
use super::super::input::{finite, number, probabilities, same_length, take};
use super::super::order::{ascending, tied};
use super::super::reason::{BadInput, Undefined};
use super::super::spread::negligible;
use super::{Censoring, Follow, kaplan_meier};
use diagnostics::text::Text;

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

// ---- entries -------------------------------------------------------------------------------------------------------

/// A metric of follow-up, a score, the training rows' follow-up, and a time.
fn weighted<'a>(
    columns: &[&'a [f64]],
    metric: fn(&AtTime<'a>, &[f64], f64) -> Result<Measure, BadInput>,
) -> Result<Measure, BadInput> {
    let [time, event, score, training_time, training_event, at] = take(columns)?;
    let (follow, training) = (Follow::new(time, event)?, Follow::new(training_time, training_event)?);
    match (Censoring::new(&training), at.first()) {
        (Ok(censoring), Some(&at)) => metric(&AtTime::new(follow, censoring), score, at),
        (Err(undefined), _) => Ok(Err(undefined)),
        (Ok(_), None) => Ok(Err(Undefined::NoRows)),
    }
}

/// 1 − risk: survival.
fn complement(risk: &[f64]) -> Vec<f64> {
    risk.iter().map(|r| 1.0 - r).collect()
}

/// Of follow-up, the training rows' follow-up, the times, and as many risks.
fn integrated_brier(columns: &[&[f64]]) -> Result<Measure, BadInput> {
    let found = columns.len();
    let [time, event, training_time, training_event, rest @ ..] = columns else {
        return Err(BadInput::ColumnCount { expected: 8, found });
    };
    let (follow, training) = (Follow::new(time, event)?, Follow::new(training_time, training_event)?);
    let censoring = match Censoring::new(&training) {
        Ok(censoring) => censoring,
        Err(undefined) => return Ok(Err(undefined)),
    };
    let (times, risks) = rest.split_at(rest.len() / 2);
    let times: Vec<f64> = times.iter().filter_map(|time| time.first()).copied().collect();
    let survival: Vec<Vec<f64>> = risks.iter().map(|risk| complement(risk)).collect();
    let survival: Vec<&[f64]> = survival.iter().map(Vec::as_slice).collect();
    AtTime::new(follow, censoring).integrated_brier(&survival, &times)
}

metrics![
    AUROC_AT = Metric {
        name: "auroc_at",
        title: Text::new("AUROC by", "AUROC、時点"),
        help: Text::new(
            "The chance that a patient with the event by this time has a higher score than one without, weighted for censoring.",
            "この時点までにイベントが起きた患者のスコアが、起きていない患者より高くなる確率です。打ち切りで重み付けします。"
        ),
        family: Family::Survival,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Slow),
        shown: FILE,
        source: "cases weighted 1/G(their time), controls followed beyond (Uno et al. 2007; Hung & Chiang 2010)",
        of: Of::Columns(&Plain {
            takes: &[
                Takes::Time,
                Takes::Event,
                Takes::Score,
                Takes::TrainingTime,
                Takes::TrainingEvent,
                Takes::Number(Parameter::At),
            ],
            compute: |c| weighted(c, AtTime::auroc),
        }),
    },
    BRIER_AT = Metric {
        name: "brier_at",
        title: Text::new("Brier score by", "Brierスコア、時点"),
        help: Text::new(
            "The Brier score of predicted risks by this time, weighted for censoring; 0 is perfect.",
            "この時点までの予測リスクのBrierスコアです。打ち切りで重み付けします。0が完全な予測です。"
        ),
        family: Family::Survival,
        unit: Unit::Ratio,
        range: POSITIVE,
        better: Better::Lower,
        interval: Interval::Normal,
        shown: FILE,
        source: "mean squared error of survival, weighted 1/G (Graf et al. 1999)",
        of: Of::Columns(&Plain {
            takes: &[
                Takes::Time,
                Takes::Event,
                Takes::Probability,
                Takes::TrainingTime,
                Takes::TrainingEvent,
                Takes::Number(Parameter::At),
            ],
            compute: |c| weighted(c, |data, risk, at| data.brier(&complement(risk), at)),
        }),
    },
    OBSERVED_EXPECTED_AT = Metric {
        name: "observed_expected_at",
        title: Text::new("observed/expected by", "観察/期待比、時点"),
        help: Text::new(
            "Observed (Kaplan–Meier) over mean predicted risk by this time; 1 is right.",
            "この時点までの、予測リスクの平均に対する観察リスク（Kaplan–Meier法）の比です。1が適正です。"
        ),
        family: Family::Survival,
        unit: Unit::Ratio,
        range: POSITIVE,
        better: Better::Near(1.0),
        interval: Interval::LogLog,
        shown: FILE,
        source: "(1 − S(t)) / mean risk, S by Kaplan–Meier",
        of: Of::Columns(&Plain {
            takes: &[Takes::Time, Takes::Event, Takes::Probability, Takes::Number(Parameter::At)],
            compute: |c| {
                let [time, event, risk, at] = take(c)?;
                let follow = Follow::new(time, event)?;
                match number("at", at, (0.0, f64::MAX))? {
                    Ok(at) => observed_expected_at(&follow, risk, at),
                    Err(undefined) => Ok(Err(undefined)),
                }
            },
        }),
    },
    INTEGRATED_BRIER = Metric {
        name: "integrated_brier",
        title: Text::new("integrated Brier score", "積分Brierスコア（IBS）"),
        help: Text::new(
            "The mean Brier score over the times given, each with a predicted risk of its own.",
            "指定した各時点の予測リスクによるBrierスコアを、時間について平均したものです。"
        ),
        family: Family::Survival,
        unit: Unit::Ratio,
        range: POSITIVE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Slow),
        shown: FILE,
        source: "∫ Brier score dt / span, by trapezoids (Graf et al. 1999)",
        of: Of::Columns(&Plain {
            takes: &[
                Takes::Time,
                Takes::Event,
                Takes::TrainingTime,
                Takes::TrainingEvent,
                Takes::EachTime,
                Takes::RiskByEachTime,
            ],
            compute: integrated_brier,
        }),
    },
];
