//! Observed against expected, and recalibration fitted on the log-odds.

use super::super::distributions::Z95;
use super::super::entry::{
    ALWAYS, ANY, Better, FILE_RUN, Family, Interval, Metric, NOWHERE, Of, POSITIVE, Unit, metrics,
};
use super::super::estimate::{Estimate, Measure};
use super::super::input::Probabilities;
use super::super::intervals::Counted;
use super::super::logistic::{Options, fit, logit};
use super::super::reason::Undefined;
use super::super::spread::constant;
use super::cells::Cells;
use super::{Predicted, both_classes};
use diagnostics::text::Text;

/// Observed over expected cases, Σy / Σp. 0 to ∞; 1 is right, above 1 the model predicts too little.
///
/// Interval: exp(ln(O/E) ± 1.96 √((1 − O/n) / O)), the expectation taken as fixed (Debray et al., BMJ 2017); none
/// without observed cases. Undefined as 0/0 only.
pub fn observed_expected(data: &Probabilities<'_>) -> Measure {
    if data.rows() == 0 {
        return Err(Undefined::NoRows);
    }
    let (observed, expected) = (data.positives() as f64, data.p().iter().sum::<f64>());
    if observed <= 0.0 && expected <= 0.0 {
        return Err(Undefined::NothingExpected);
    }
    let value = observed / expected;
    let half = Z95 * ((1.0 - observed / data.rows() as f64) / observed).sqrt();
    let interval = (observed > 0.0 && value.is_finite()).then(|| (value * (-half).exp(), value * half.exp()));
    Ok(Estimate::plain(value, data.rows()).with(interval))
}

/// ln(p / (1 − p)) of every row; undefined when one of them is infinite.
fn logits(data: &Probabilities<'_>) -> Result<Vec<f64>, Undefined> {
    // Which row is not said: rows come sorted here, and their numbers are not the reader's.
    if data.p().iter().any(|&p| p <= 0.0 || p >= 1.0) {
        return Err(Undefined::ProbabilityZeroOrOne);
    }
    Ok(data.p().iter().map(|&p| logit(p)).collect())
}

/// Calibration-in-the-large: the intercept a of logit P(y) = a + logit(p), the slope fixed at 1. On the log-odds scale;
/// 0 is right, above 0 the model predicts too little. Wald interval (Cox 1958; Van Calster et al. 2019).
///
/// Not the intercept of the joint fit, [`calibration_intercept_joint`]. Undefined with one class only, or when some p
/// is 0 or 1.
pub fn citl(data: &Probabilities<'_>) -> Measure {
    both_classes(data)?;
    let offset = logits(data)?;
    let fitted = fit(&[], data.label(), Options { offset: Some(&offset), ..Options::default() })?;
    Ok(coefficient(&fitted.coefficients, &fitted.standard_errors, 0, data.rows()))
}

fn coefficient(values: &[f64], errors: &[f64], k: usize, n: usize) -> Estimate {
    Estimate::plain(values[k], n).with(Some((values[k] - Z95 * errors[k], values[k] + Z95 * errors[k])))
}

/// The joint fit logit P(y) = a + b · logit(p): intercept and slope, each with a Wald interval.
fn joint(data: &Probabilities<'_>) -> Result<(Estimate, Estimate), Undefined> {
    both_classes(data)?;
    let x = logits(data)?;
    let range = |keep: bool| {
        let of = data.pairs().zip(&x).filter(|((y, _), _)| *y == keep).map(|(_, &l)| l);
        of.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), l| (low.min(l), high.max(l)))
    };
    let (cases, others) = (range(true), range(false));
    if constant(data.p()) {
        return Err(Undefined::ConstantPrediction);
    }
    // With one predictor, separation (complete or not) is a matter of the two ranges: no need to watch a fit run away.
    if cases.0 >= others.1 || cases.1 <= others.0 {
        return Err(Undefined::Separated);
    }
    let fitted = fit(&[&x], data.label(), Options::default())?;
    let of = |k| coefficient(&fitted.coefficients, &fitted.standard_errors, k, data.rows());
    Ok((of(0), of(1)))
}

/// The calibration slope b of logit P(y) = a + b · logit(p). 1 is right, below 1 the predictions are too extreme
/// (overfitting), above 1 too timid. Wald interval (Cox 1958).
///
/// Undefined with one class only, when some p is 0 or 1, when all p are equal, and when p separates the classes.
pub fn calibration_slope(data: &Probabilities<'_>) -> Measure {
    Ok(joint(data)?.1)
}

/// The intercept a of the joint fit logit P(y) = a + b · logit(p): not calibration-in-the-large ([`citl`]). Undefined
/// as [`calibration_slope`].
pub fn calibration_intercept_joint(data: &Probabilities<'_>) -> Measure {
    Ok(joint(data)?.0)
}

// ---- entries -------------------------------------------------------------------------------------------------------

/// [`observed_expected`] of the rows drawn.
fn observed_expected_counted(label: &[f64], p: &[f64]) -> Counted {
    let rows: Vec<(f64, f64)> = label.iter().copied().zip(p.iter().copied()).collect();
    Box::new(move |counts| {
        let (mut observed, mut expected) = (0.0, 0.0);
        for (&(y, p), &count) in rows.iter().zip(counts) {
            observed += f64::from(count) * y;
            expected += f64::from(count) * p;
        }
        (expected > 0.0).then(|| observed / expected)
    })
}

/// [`citl`] or [`calibration_slope`] of the rows drawn.
fn recalibrated_counted(label: &[f64], p: &[f64], slope: bool) -> Counted {
    let x: Vec<f64> = p.iter().map(|&p| logit(p)).collect();
    let cells = Cells::narrow(&x, label);
    Box::new(move |counts| cells.recalibrated(counts, slope))
}

metrics![
    OBSERVED_EXPECTED = Metric {
        name: "observed_expected",
        title: Text::new("observed/expected", "観察/期待比"),
        help: Text::new(
            "Observed over expected cases; 1 is right, above 1 the model predicts too little.",
            "期待数に対する観察数の比です。1が適正で、1を超えると予測が低すぎます。"
        ),
        family: Family::Calibration,
        unit: Unit::Ratio,
        range: POSITIVE,
        better: Better::Near(1.0),
        interval: Interval::Log,
        shown: ALWAYS,
        source: "Σy / Σp (Debray et al. 2017)",
        of: Of::Columns(&Predicted(observed_expected, Some(observed_expected_counted))),
    },
    CITL = Metric {
        name: "citl",
        title: Text::new("calibration-in-the-large", "全体の較正（CITL）"),
        help: Text::new(
            "Calibration-in-the-large: how far predictions are off on average, in log-odds; 0 is right.",
            "全体としての較正（calibration-in-the-large）です。予測の平均的なずれを対数オッズで表し、0が適正です。"
        ),
        family: Family::Calibration,
        unit: Unit::Ratio,
        range: ANY,
        better: Better::Near(0.0),
        interval: Interval::Normal,
        shown: FILE_RUN,
        source: "a of logit P(y) = a + logit(p) (Cox 1958; Van Calster et al. 2019)",
        of: Of::Columns(&Predicted(citl, Some(|label, p| recalibrated_counted(label, p, false)))),
    },
    CALIBRATION_INTERCEPT = Metric {
        name: "calibration_intercept",
        title: Text::new("calibration intercept", "較正の切片"),
        help: Text::new(
            "The calibration intercept, the slope fixed at 1; the same as citl.",
            "較正の切片（傾きを1に固定）です。citlと同じです。"
        ),
        family: Family::Calibration,
        unit: Unit::Ratio,
        range: ANY,
        better: Better::Near(0.0),
        interval: Interval::Normal,
        shown: NOWHERE,
        source: "a of logit P(y) = a + logit(p) (Cox 1958)",
        of: Of::Columns(&Predicted(citl, Some(|label, p| recalibrated_counted(label, p, false)))),
    },
    CALIBRATION_SLOPE = Metric {
        name: "calibration_slope",
        title: Text::new("calibration slope", "較正の傾き"),
        help: Text::new(
            "The calibration slope; 1 is right, below 1 the predictions are too extreme, above 1 they differ too little.",
            "実際の転帰を予測リスクの対数オッズに回帰したときの傾きです。1が適正で、1を下回ると予測が極端すぎ、1を上回ると予測の差が小さすぎます。"
        ),
        family: Family::Calibration,
        unit: Unit::Ratio,
        range: ANY,
        better: Better::Near(1.0),
        interval: Interval::Normal,
        shown: ALWAYS,
        source: "b of logit P(y) = a + b · logit(p) (Cox 1958)",
        of: Of::Columns(&Predicted(calibration_slope, Some(|label, p| recalibrated_counted(label, p, true)))),
    },
    CALIBRATION_INTERCEPT_JOINT = Metric {
        name: "calibration_intercept_joint",
        title: Text::new("intercept beside the slope", "傾きと同時に推定した切片"),
        help: Text::new(
            "The intercept fitted together with the slope (not calibration-in-the-large).",
            "傾きと同時に推定した切片です（calibration-in-the-largeとは別の量です）。"
        ),
        family: Family::Calibration,
        unit: Unit::Ratio,
        range: ANY,
        better: Better::Neither,
        interval: Interval::Normal,
        shown: NOWHERE,
        source: "a of logit P(y) = a + b · logit(p) (Cox 1958)",
        of: Of::Columns(&Predicted(calibration_intercept_joint, None)),
    },
];
