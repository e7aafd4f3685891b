//! Utility: what decisions are worth to patients, at the exchange rate between a missed case and a false alert that a
//! threshold stands for.

use super::classification::{Cells, Confusion};
use super::distributions::Z95;
use super::entry::{
    ALWAYS, ANY, AT_MOST_ONE, Better, Columns, FILE, FILE_RUN, Family, Held, Interval, Metric, Of, Parameter, Plain,
    PlainCounted, REPORT, Resampled, Takes, Unit, metrics,
};
use super::estimate::{Estimate, Measure};
use super::input::{Probabilities, number, probabilities, same_length, take, zero_or_one};
use super::intervals::Counted;
use super::order::{ascending, mean, variance};
use super::reason::{BadInput, Undefined};
use super::spread::negligible;
use super::survival::{Follow, kaplan_meier};
use diagnostics::text::Text;

/// The odds t / (1 − t): how many cases found one false alert outweighs. Undefined at 1.
fn odds(threshold: f64) -> Result<f64, Undefined> {
    if threshold >= 1.0 { Err(Undefined::ThresholdOne) } else { Ok(threshold / (1.0 - threshold)) }
}

/// Net benefit of treating when p ≥ `threshold`: TP/n − FP/n · t/(1 − t). In true cases per person; at most the
/// prevalence, below 0 means harm (Vickers & Elkin 2006).
///
/// The interval is Wald's, from the spread of each person's contribution (1, −t/(1 − t) or 0); none without spread.
/// Undefined at t = 1 (infinite weight). `threshold` is 0 to 1.
pub fn net_benefit(data: &Probabilities<'_>, threshold: f64) -> Measure {
    net_benefit_of(&Confusion::at(data.as_binary(), threshold), threshold)
}

/// [`net_benefit`] of decisions already made, weighed at `threshold`.
pub fn net_benefit_of(table: &Confusion, threshold: f64) -> Measure {
    let odds = odds(threshold)?;
    let n = table.rows();
    if n == 0 {
        return Err(Undefined::NoRows);
    }
    let (found, false_alerts) = (table.true_positives as f64 / n as f64, table.false_positives as f64 / n as f64);
    let value = found - false_alerts * odds;
    let squares = found + false_alerts * odds * odds;
    let spread = squares - value * value;
    let half = Z95 * (spread.max(0.0) / n as f64).sqrt();
    Ok(Estimate::plain(value, n).with((!negligible(spread, squares)).then_some((value - half, value + half))))
}

/// Net benefit of decisions already made where each person's true risk is known: the mean of r − (1 − r) · t/(1 − t) over
/// those alerted, 0 for the others. In true cases per person.
///
/// It is what [`net_benefit_of`] is on average over the luck of who falls ill; in one sample the two differ by that luck.
/// `risk` is 0 to 1, `alert` 0 or 1, `threshold` 0 to 1. Wald interval; none without spread. Undefined at t = 1.
pub fn net_benefit_expected(risk: &[f64], alert: &[f64], threshold: f64) -> Result<Measure, BadInput> {
    same_length(("p", risk.len()), ("alert", alert.len()))?;
    probabilities("p", risk)?;
    zero_or_one("alert", alert)?;
    let odds = match odds(threshold) {
        Ok(odds) => odds,
        Err(undefined) => return Ok(Err(undefined)),
    };
    let worth: Vec<f64> = risk.iter().zip(alert).map(|(r, alert)| alert * (r - (1.0 - r) * odds)).collect();
    let Some(value) = mean(&worth) else { return Ok(Err(Undefined::NoRows)) };
    let half = variance(&worth).map_or(0.0, |variance| Z95 * (variance / worth.len() as f64).sqrt());
    let interval = (!negligible(half, value)).then_some((value - half, value + half));
    Ok(Ok(Estimate::plain(value, worth.len()).with(interval)))
}

/// Net benefit of treating everybody: prevalence − (1 − prevalence) · t/(1 − t), in true cases per person (Vickers & Elkin
/// 2006). Undefined at t = 1.
pub fn net_benefit_treat_all(data: &Probabilities<'_>, threshold: f64) -> Measure {
    treat_all_of(&Confusion::at(data.as_binary(), threshold), threshold)
}

/// [`net_benefit_treat_all`] of the people of a table.
fn treat_all_of(table: &Confusion, threshold: f64) -> Measure {
    net_benefit_of(&everybody(table), threshold)
}

/// Net benefit divided by the prevalence, its largest possible value: 1 is perfect (Kerr et al. 2016). Undefined at t =
/// 1 and without cases.
pub fn net_benefit_standardised(data: &Probabilities<'_>, threshold: f64) -> Measure {
    standardised_of(&Confusion::at(data.as_binary(), threshold), threshold)
}

/// [`net_benefit_standardised`] of decisions already made, weighed at `threshold`.
fn standardised_of(table: &Confusion, threshold: f64) -> Measure {
    let plain = net_benefit_of(table, threshold)?;
    if table.positives() == 0 {
        return Err(Undefined::NoPositives);
    }
    Ok(plain.scaled(table.rows() as f64 / table.positives() as f64))
}

/// Net benefit at another prevalence than the sample's (case–control data): sensitivity · π − (1 − specificity) · (1 −
/// π) · t/(1 − t). Undefined at t = 1 and with one class only.
pub fn net_benefit_at_prevalence(data: &Probabilities<'_>, threshold: f64, prevalence: f64) -> Measure {
    let odds = odds(threshold)?;
    let table = Confusion::at(data.as_binary(), threshold);
    match (table.positives(), table.negatives()) {
        (0, 0) => return Err(Undefined::NoRows),
        (0, _) | (_, 0) => return Err(Undefined::OneClass),
        _ => {}
    }
    let sensitivity = table.true_positives as f64 / table.positives() as f64;
    let false_rate = table.false_positives as f64 / table.negatives() as f64;
    Ok(Estimate::plain(sensitivity * prevalence - false_rate * (1.0 - prevalence) * odds, table.rows()))
}

/// Interventions avoided per 100 people, compared with treating everybody, without missing more benefit: (NB − NB of
/// treat-all) / (t/(1 − t)) · 100 (Vickers et al. 2008). Undefined at t = 0 and t = 1.
pub fn interventions_avoided_per_100(data: &Probabilities<'_>, threshold: f64) -> Measure {
    interventions_avoided_of(&Confusion::at(data.as_binary(), threshold), threshold)
}

/// [`interventions_avoided_per_100`] of decisions already made, weighed at `threshold`.
pub fn interventions_avoided_of(table: &Confusion, threshold: f64) -> Measure {
    let odds = odds(threshold)?;
    let gain = net_benefit_of(table, threshold)?.value - net_benefit_of(&everybody(table), threshold)?.value;
    if odds <= 0.0 {
        return Err(Undefined::ThresholdZero);
    }
    Ok(Estimate::plain(gain / odds * 100.0, table.rows()))
}

/// The same people, all of them treated.
fn everybody(table: &Confusion) -> Confusion {
    let (true_positives, false_positives) = (table.positives(), table.negatives());
    Confusion { true_positives, false_positives, true_negatives: 0, false_negatives: 0 }
}

/// One threshold of a decision curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DecisionPoint {
    /// The threshold.
    pub threshold: f64,
    /// Net benefit of the model; treating nobody has 0.
    pub model: Measure,
    /// Net benefit of treating everybody.
    pub treat_all: Measure,
}

/// The decision curve at these thresholds (each 0 to 1): every row is placed among them once.
pub fn decision_curve(data: &Probabilities<'_>, thresholds: &[f64]) -> Vec<DecisionPoint> {
    let order = ascending(thresholds);
    let edges: Vec<f64> = order.iter().map(|&at| thresholds[at]).collect();
    // How many cases and others pass exactly the first k thresholds.
    let mut passing = vec![[0_usize; 2]; edges.len() + 1];
    for (case, p) in data.pairs() {
        passing[edges.partition_point(|&t| t <= p)][usize::from(case)] += 1;
    }
    let empty = DecisionPoint { threshold: 0.0, model: Err(Undefined::NoRows), treat_all: Err(Undefined::NoRows) };
    let mut points = vec![empty; thresholds.len()];
    let [mut others, mut cases] = [0, 0];
    for (k, &at) in order.iter().enumerate().rev() {
        others += passing[k + 1][0];
        cases += passing[k + 1][1];
        let table = Confusion {
            true_positives: cases,
            false_positives: others,
            true_negatives: data.rows() - data.positives() - others,
            false_negatives: data.positives() - cases,
        };
        let threshold = thresholds[at];
        points[at] = DecisionPoint {
            threshold,
            model: net_benefit_of(&table, threshold),
            treat_all: net_benefit_treat_all(data, threshold),
        };
    }
    points
}

/// What each outcome of a decision is worth to a person, in money or any other unit; losses are negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Values {
    /// A case found.
    pub true_positive: f64,
    /// A false alert.
    pub false_positive: f64,
    /// A case missed.
    pub false_negative: f64,
    /// Rightly left alone.
    pub true_negative: f64,
    /// What the test costs everybody.
    pub test: f64,
}

/// Net monetary benefit per person: the mean worth of the decisions minus the cost of the test, in the unit of
/// `values`.
pub fn net_monetary_benefit(table: &Confusion, values: &Values) -> Measure {
    if table.rows() == 0 {
        return Err(Undefined::NoRows);
    }
    let sum = values.true_positive * table.true_positives as f64
        + values.false_positive * table.false_positives as f64
        + values.false_negative * table.false_negatives as f64
        + values.true_negative * table.true_negatives as f64;
    Ok(Estimate::plain(sum / table.rows() as f64 - values.test, table.rows()))
}

/// Follow-up, and the predicted risk of the event by some time, for every row.
#[derive(Clone, Debug)]
pub struct SurvivalRisk<'a> {
    follow: Follow<'a>,
    risk: &'a [f64],
}

impl<'a> SurvivalRisk<'a> {
    /// Check times (≥ 0), events (0 or 1) and risks (0 to 1).
    pub fn new(time: &'a [f64], event: &'a [f64], risk: &'a [f64]) -> Result<Self, BadInput> {
        same_length(("time", time.len()), ("risk", risk.len()))?;
        probabilities("risk", risk)?;
        Ok(Self { follow: Follow::new(time, event)?, risk })
    }
}

/// Net benefit for a censored outcome: with the Kaplan–Meier risk r of the event by `time` among those with risk ≥
/// `threshold` (share s), s·r − s·(1 − r)·t/(1 − t) (Vickers et al. 2008). 0 when nobody is treated.
///
/// Undefined at t = 1, and when the treated are not followed to `time`.
pub fn net_benefit_survival(data: &SurvivalRisk<'_>, threshold: f64, time: f64) -> Measure {
    let odds = odds(threshold)?;
    let n = data.risk.len();
    if n == 0 {
        return Err(Undefined::NoRows);
    }
    let rows: Vec<usize> = (0..n).filter(|&row| data.risk[row] >= threshold).collect();
    if rows.is_empty() {
        return Ok(Estimate::plain(0.0, n));
    }
    let survival = kaplan_meier(&data.follow.select(&rows))?.survival(time)?;
    let treated = rows.len() as f64 / n as f64;
    Ok(Estimate::plain(treated * (1.0 - survival) - treated * survival * odds, n))
}

/// The true prevalence behind `positives` of `n` tests that err: (k/n + Sp − 1) / (Se + Sp − 1), reported unclipped (it
/// may be negative). Wald interval, Se and Sp taken as known (Rogan & Gladen 1978). Undefined when Se + Sp = 1.
pub fn rogan_gladen(positives: usize, n: usize, sensitivity: f64, specificity: f64) -> Measure {
    if n == 0 {
        return Err(Undefined::NoRows);
    }
    let youden = sensitivity + specificity - 1.0;
    if youden.abs() < 1e-12 {
        return Err(Undefined::UninformativeTest);
    }
    let apparent = positives as f64 / n as f64;
    let value = (apparent + specificity - 1.0) / youden;
    let half = Z95 * (apparent * (1.0 - apparent) / n as f64).sqrt() / youden.abs();
    Ok(Estimate::plain(value, n).with(Some((value - half, value + half))))
}

/// PPV at a prevalence, by Bayes: Se·π / (Se·π + (1 − Sp)(1 − π)). 0 to 1. Undefined when no test would be positive.
pub fn ppv_from_prevalence(prevalence: f64, sensitivity: f64, specificity: f64) -> Result<f64, Undefined> {
    let right = sensitivity * prevalence;
    let wrong = (1.0 - specificity) * (1.0 - prevalence);
    if right + wrong > 0.0 { Ok(right / (right + wrong)) } else { Err(Undefined::NothingPredictedPositive) }
}

/// NPV at a prevalence, by Bayes: Sp(1 − π) / (Sp(1 − π) + (1 − Se)·π). 0 to 1. Undefined when no test would be
/// negative.
pub fn npv_from_prevalence(prevalence: f64, sensitivity: f64, specificity: f64) -> Result<f64, Undefined> {
    let right = specificity * (1.0 - prevalence);
    let wrong = (1.0 - sensitivity) * prevalence;
    if right + wrong > 0.0 { Ok(right / (right + wrong)) } else { Err(Undefined::NothingPredictedNegative) }
}

// ---- entries -------------------------------------------------------------------------------------------------------

/// What computes a metric of probabilities at a threshold, from the table of decisions that it makes.
struct Weighed(fn(&Confusion, f64) -> Measure);

impl Columns for Weighed {
    fn takes(&self) -> &'static [Takes] {
        &[Takes::Label, Takes::Probability, Takes::Number(Parameter::Threshold)]
    }

    fn compute(&self, columns: &[&[f64]]) -> Result<Measure, BadInput> {
        let [label, p, threshold] = take(columns)?;
        let data = Probabilities::new(label, p)?;
        let of = |threshold| (self.0)(&Confusion::at(data.as_binary(), threshold), threshold);
        Ok(number("threshold", threshold, (0.0, 1.0))?.and_then(of))
    }

    fn counted(&self, columns: &[&[f64]]) -> Option<Counted> {
        let [label, p, threshold] = take(columns).ok()?;
        let (threshold, metric) = (*threshold.first()?, self.0);
        let alert: Vec<f64> = p.iter().map(|&p| if p >= threshold { 1.0 } else { 0.0 }).collect();
        let cells = Cells::new(label, &alert)?;
        Some(Box::new(move |counts| metric(&cells.table(counts), threshold).ok().map(|e| e.value)))
    }
}

metrics![
    NET_BENEFIT_DECIDED = Metric {
        name: "net_benefit_decided",
        title: Text::new("net benefit per 1,000", "1,000人あたりの純便益"),
        help: Text::new(
            "Net benefit of decisions already made, weighed at this threshold.",
            "すでに下した判断の純便益を、この閾値の重みで求めたものです。"
        ),
        family: Family::Utility,
        unit: Unit::PerThousand,
        range: AT_MOST_ONE,
        better: Better::Higher,
        interval: Interval::Normal,
        shown: ALWAYS,
        source: "TP/n − FP/n · t/(1 − t) (Vickers & Elkin 2006)",
        of: Of::Columns(&PlainCounted {
            plain: Plain {
                takes: &[Takes::Label, Takes::Alert, Takes::Number(Parameter::Threshold)],
                compute: |c| {
                    let [label, alert, threshold] = take(c)?;
                    let table = Confusion::new(label, alert)?;
                    let of = |threshold| net_benefit_of(&table, threshold);
                    Ok(number("threshold", threshold, (0.0, 1.0))?.and_then(of))
                },
            },
            counted: |c| {
                let [label, alert, threshold] = take(c).ok()?;
                let (cells, threshold) = (Cells::new(label, alert)?, *threshold.first()?);
                Some(Box::new(move |counts| net_benefit_of(&cells.table(counts), threshold).ok().map(|e| e.value)))
            },
        }),
    },
    NET_BENEFIT = Metric {
        name: "net_benefit",
        title: Text::new("net benefit per 1,000", "1,000人あたりの純便益"),
        help: Text::new(
            "The cases found by treating from the threshold t on, less the false alarms, of which each counts t/(1 − t) cases; per person, shown per 1,000.",
            "確率が閾値t以上の人を治療するとき、見つかる症例数から、誤警報1人をt/(1−t)症例分と数えて差し引いた値です。1人あたりの値で、1,000人あたりに直して示します。"
        ),
        family: Family::Utility,
        unit: Unit::PerThousand,
        range: AT_MOST_ONE,
        better: Better::Higher,
        interval: Interval::Normal,
        shown: FILE,
        source: "TP/n − FP/n · t/(1 − t) (Vickers & Elkin 2006)",
        of: Of::Columns(&Weighed(net_benefit_of)),
    },
    NET_BENEFIT_TREAT_ALL = Metric {
        name: "net_benefit_treat_all",
        title: Text::new("  if everybody were treated", "　全員を治療した場合の純便益"),
        help: Text::new("Net benefit of treating everybody.", "全員を治療するときの純便益です。"),
        family: Family::Utility,
        unit: Unit::PerThousand,
        range: AT_MOST_ONE,
        better: Better::Neither,
        interval: Interval::Normal,
        shown: FILE_RUN,
        source: "π − (1 − π) · t/(1 − t) (Vickers & Elkin 2006)",
        of: Of::Columns(&Weighed(treat_all_of)),
    },
    NET_BENEFIT_STANDARDISED = Metric {
        name: "net_benefit_standardised",
        title: Text::new("  share of the possible benefit", "　最大の純便益に対する割合"),
        help: Text::new(
            "Net benefit divided by the prevalence: 1 is perfect.",
            "純便益を有病率で割った値です。1が最大です。"
        ),
        family: Family::Utility,
        unit: Unit::Ratio,
        range: AT_MOST_ONE,
        better: Better::Higher,
        interval: Interval::Normal,
        shown: FILE,
        source: "net benefit / π (Kerr et al. 2016)",
        of: Of::Columns(&Weighed(standardised_of)),
    },
    INTERVENTIONS_AVOIDED_PER_100 = Metric {
        name: "interventions_avoided_per_100",
        title: Text::new("interventions avoided per 100", "100人あたりに避けた介入"),
        help: Text::new(
            "Interventions avoided per 100 people, compared with treating everybody.",
            "全員を治療する場合と比べて、100人あたりに避けられる介入の数です。"
        ),
        family: Family::Utility,
        unit: Unit::Count,
        range: ANY,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "(NB − NB of treat-all) / (t/(1 − t)) · 100 (Vickers et al. 2008)",
        of: Of::Columns(&Weighed(interventions_avoided_of)),
    },
    NET_BENEFIT_EXPECTED = Metric {
        name: "net_benefit_expected",
        title: Text::new("  by the true risks", "　真のリスクで求めた値"),
        help: Text::new(
            "Net benefit of decisions already made, by the patients' true risks (p) instead of their outcomes.",
            "すでに下した判断の純便益を、実際の転帰ではなく真のリスク（p）で求めたものです。"
        ),
        family: Family::Utility,
        unit: Unit::PerThousand,
        range: AT_MOST_ONE,
        better: Better::Higher,
        interval: Interval::Normal,
        shown: REPORT,
        source: "mean of alert · (r − (1 − r) · t/(1 − t))",
        of: Of::Columns(&Plain {
            takes: &[Takes::Probability, Takes::Alert, Takes::Number(Parameter::Threshold)],
            compute: |c| {
                let [risk, alert, threshold] = take(c)?;
                match number("threshold", threshold, (0.0, 1.0))? {
                    Ok(threshold) => net_benefit_expected(risk, alert, threshold),
                    Err(undefined) => Ok(Err(undefined)),
                }
            },
        }),
    },
    NET_BENEFIT_SURVIVAL = Metric {
        name: "net_benefit_survival",
        title: Text::new("net benefit per 1,000 by", "1,000人あたりの純便益、時点"),
        help: Text::new(
            "Net benefit of treating at this threshold for an event by this time, with censoring.",
            "打ち切りを考慮した、この時点までのイベントに対する、この閾値での純便益です。"
        ),
        family: Family::Survival,
        unit: Unit::PerThousand,
        range: AT_MOST_ONE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Slow),
        shown: FILE,
        source: "s·r − s·(1 − r)·t/(1 − t), r by Kaplan–Meier (Vickers et al. 2008)",
        of: Of::Columns(&Plain {
            takes: &[
                Takes::Time,
                Takes::Event,
                Takes::Probability,
                Takes::Number(Parameter::Threshold),
                Takes::Number(Parameter::At)
            ],
            compute: |c| {
                let [time, event, risk, threshold, at] = take(c)?;
                let data = SurvivalRisk::new(time, event, risk)?;
                let (threshold, at) = (number("threshold", threshold, (0.0, 1.0))?, number("at", at, (0.0, f64::MAX))?);
                Ok(threshold.and_then(|threshold| net_benefit_survival(&data, threshold, at?)))
            },
        }),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_true_risks_the_luck_of_the_outcomes_plays_no_part() {
        let got = net_benefit_expected(&[0.5, 0.2, 0.9], &[1.0, 1.0, 0.0], 0.2).expect("sound input");
        // (0.5 − 0.5/4 + 0.2 − 0.8/4) / 3
        assert!((got.expect("defined").value - 0.125).abs() < 1e-15);
        assert_eq!(net_benefit_expected(&[0.5], &[1.0], 1.0), Ok(Err(Undefined::ThresholdOne)));
    }

    #[test]
    fn net_benefit_by_hand() {
        // Two of three alerts right among four; t = 0.2: 2/4 − 1/4 · 0.25.
        let data = Probabilities::new(&[1.0, 1.0, 0.0, 0.0], &[0.9, 0.2, 0.5, 0.1]).expect("sound input");
        assert!((net_benefit(&data, 0.2).expect("defined").value - 0.4375).abs() < 1e-15);
        assert_eq!(net_benefit(&data, 1.0), Err(Undefined::ThresholdOne));
    }

    #[test]
    fn the_curve_is_made_of_single_net_benefits() {
        let p: Vec<f64> = (0..200).map(|i| f64::from(i * 37 % 101) / 100.0).collect();
        let y: Vec<f64> = (0..200).map(|i| f64::from(u8::from(i % 3 == 0))).collect();
        let data = Probabilities::new(&y, &p).expect("sound input");
        let thresholds = [0.5, 0.0, 0.1, 1.0, 0.25];
        for point in decision_curve(&data, &thresholds) {
            assert_eq!(point.model, net_benefit(&data, point.threshold));
        }
    }
}
