//! Uncertainty: whether a model knows what it does not know.

use super::distributions::{normal_cdf, normal_density, normal_half_width};
use super::entry::{
    ANY, Better, Columns, FILE, Family, Held, Interval, Metric, NOWHERE, Of, POSITIVE, Parameter, Plain, Resampled,
    SHARE, Takes, Unit, metrics,
};
use super::estimate::{Estimate, Measure};
use super::input::{Classes, finite, number, same_length, take, zero_or_one};
use super::intervals::proportion;
use super::order::{ceil_index, descending, mean, sorted, tied};
use super::reason::{BadInput, Undefined};
use diagnostics::text::Text;
use std::f64::consts::PI;

// ---- conformal prediction ------------------------------------------------------------------------------------------

/// The quantile of split conformal prediction: the order statistic number ⌈(n + 1)(1 − α)⌉ of calibration scores;
/// infinite when that exceeds n, so that the promise is kept (Vovk et al. 2005; Lei et al. 2018). `alpha` is 0 to 1.
///
/// Undefined without calibration rows.
pub fn conformal_quantile(scores: &[f64], alpha: f64) -> Result<f64, Undefined> {
    if scores.is_empty() {
        return Err(Undefined::NoRows);
    }
    // The allowance keeps a product such as 100 · (1 − 0.42) from passing the whole number it is.
    let rank = ceil_index((scores.len() as f64 + 1.0) * (1.0 - alpha) - 1e-9).max(1);
    Ok(sorted(scores.to_vec()).get(rank - 1).copied().unwrap_or(f64::INFINITY))
}

/// The share of test scores within the quantile (≤). 0 to 1, Wilson interval. Scores, not rounded limits, are compared.
pub fn conformal_coverage(scores: &[f64], quantile: f64) -> Measure {
    proportion(scores.iter().filter(|&&s| s <= quantile).count(), scores.len(), Undefined::NoRows)
}

/// |y − prediction| of every row: the score of a regression.
pub fn absolute_residuals(prediction: &[f64], y: &[f64]) -> Result<Vec<f64>, BadInput> {
    same_length(("prediction", prediction.len()), ("y", y.len()))?;
    finite("prediction", prediction)?;
    finite("y", y)?;
    Ok(y.iter().zip(prediction).map(|(y, p)| (y - p).abs()).collect())
}

/// 1 − p(true class) of every row, 0 to 1: the score of the least ambiguous classifier (LAC; Sadinle, Lei & Wasserman 2019).
pub fn lac_scores(data: &Classes<'_>) -> Vec<f64> {
    data.label().iter().enumerate().map(|(row, &class)| 1.0 - data.column(class)[row]).collect()
}

/// What LAC prediction sets look like on test rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PredictionSets {
    /// The share of rows whose set holds the true class.
    pub coverage: Estimate,
    /// The mean number of classes in a set; empty sets count 0.
    pub mean_size: f64,
    /// The share of empty sets.
    pub empty: f64,
}

/// Prediction sets of all classes with 1 − p ≤ `quantile`. Undefined without rows.
pub fn lac_sets(data: &Classes<'_>, quantile: f64) -> Result<PredictionSets, Undefined> {
    let coverage = conformal_coverage(&lac_scores(data), quantile)?;
    let size = |row: usize| (0..data.classes()).filter(|&k| 1.0 - data.column(k)[row] <= quantile).count();
    let sizes: Vec<f64> = (0..data.rows()).map(|row| size(row) as f64).collect();
    let empty = sizes.iter().filter(|&&s| s < 0.5).count() as f64 / sizes.len() as f64;
    Ok(PredictionSets { coverage, mean_size: mean(&sizes).ok_or(Undefined::NoRows)?, empty })
}

/// Limits of intervals: numbers, or `open` where an interval is open on this side, as a conformal one is that rests on too few rows.
fn limits(column: &'static str, values: &[f64], open: f64) -> Result<(), BadInput> {
    let wrong = |limit: &f64| !limit.is_finite() && !tied(*limit, open);
    match values.iter().position(wrong) {
        Some(at) if values[at].is_nan() => Err(BadInput::NotFinite { column, row: at + 1 }),
        Some(at) => Err(BadInput::NoLimit { column, row: at + 1, found: values[at], open }),
        None => {
            let numbers: Vec<f64> = values.iter().map(|&limit| if limit.is_finite() { limit } else { 0.0 }).collect();
            finite(column, &numbers)
        }
    }
}

/// The share of rows with `low` ≤ y ≤ `high`. 0 to 1, Wilson interval. `low` may be −∞ and `high` ∞.
pub fn coverage(y: &[f64], low: &[f64], high: &[f64]) -> Result<Measure, BadInput> {
    same_length(("y", y.len()), ("low", low.len()))?;
    same_length(("y", y.len()), ("high", high.len()))?;
    finite("y", y)?;
    limits("low", low, f64::NEG_INFINITY)?;
    limits("high", high, f64::INFINITY)?;
    let inside = y.iter().zip(low.iter().zip(high)).filter(|(y, (low, high))| low <= y && y <= high).count();
    Ok(proportion(inside, y.len(), Undefined::NoRows))
}

/// The mean width of intervals, in the unit of measurement; infinite where one of them is open (`low` −∞ or `high` ∞).
pub fn mean_width(low: &[f64], high: &[f64]) -> Result<Measure, BadInput> {
    same_length(("low", low.len()), ("high", high.len()))?;
    limits("low", low, f64::NEG_INFINITY)?;
    limits("high", high, f64::INFINITY)?;
    let widths: Vec<f64> = low.iter().zip(high).map(|(low, high)| high - low).collect();
    Ok(mean(&widths).map(|width| Estimate::plain(width, widths.len())).ok_or(Undefined::NoRows))
}

// ---- selective prediction ------------------------------------------------------------------------------------------

/// A confidence and whether the prediction was wrong (1), for every row.
#[derive(Clone, Debug)]
pub struct Selective {
    /// Errors, the most confident row first; tied rows keep their order.
    errors: Vec<f64>,
}

impl Selective {
    /// Check confidences (finite) and errors (0 or 1), equally many of each.
    pub fn new(confidence: &[f64], error: &[f64]) -> Result<Self, BadInput> {
        same_length(("confidence", confidence.len()), ("error", error.len()))?;
        finite("confidence", confidence)?;
        zero_or_one("error", error)?;
        Ok(Self { errors: descending(confidence).into_iter().map(|row| error[row]).collect() })
    }
}

/// The mean, over k = 1 to n, of the error rate among the first k rows.
fn area(errors: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut wrong, mut sum, mut k) = (0.0, 0.0, 0.0);
    for error in errors {
        wrong += error;
        k += 1.0;
        sum += wrong / k;
    }
    (k > 0.0).then(|| sum / k)
}

/// The area under the risk–coverage curve: the error rate among the k most confident rows, averaged over k = 1 to n. 0
/// to 1, less is better (Geifman, Uziel & El-Yaniv 2019).
pub fn aurc(data: &Selective) -> Measure {
    let value = area(data.errors.iter().copied()).ok_or(Undefined::NoRows)?;
    Ok(Estimate::plain(value, data.errors.len()))
}

/// AURC minus that of a perfect ordering (all right ones first): the exact optimum, not its logarithmic approximation.
/// 0 is best.
pub fn excess_aurc(data: &Selective) -> Measure {
    let wrong: f64 = data.errors.iter().sum();
    let right = data.errors.len() as f64 - wrong;
    let best = (0..data.errors.len()).map(|k| if (k as f64) < right { 0.0 } else { 1.0 });
    Ok(Estimate::plain(aurc(data)?.value - area(best).ok_or(Undefined::NoRows)?, data.errors.len()))
}

/// The error rate among the ⌈`coverage` · n⌉ most confident rows. 0 to 1, Wilson interval. Undefined when that is none.
pub fn risk_at_coverage(data: &Selective, coverage: f64) -> Measure {
    let kept = ceil_index(coverage * data.errors.len() as f64 - 1e-9).min(data.errors.len());
    proportion(data.errors[..kept].iter().filter(|&&e| e > 0.5).count(), kept, Undefined::NoRows)
}

// ---- predicted distributions ---------------------------------------------------------------------------------------

/// A predicted normal distribution, and what was measured, for every row.
#[derive(Clone, Copy, Debug)]
pub struct Gaussian<'a> {
    mean: &'a [f64],
    sd: &'a [f64],
    y: &'a [f64],
}

impl<'a> Gaussian<'a> {
    /// Check means, standard deviations (more than 0) and measurements, equally many of each.
    pub fn new(mean: &'a [f64], sd: &'a [f64], y: &'a [f64]) -> Result<Self, BadInput> {
        same_length(("mean", mean.len()), ("sd", sd.len()))?;
        same_length(("mean", mean.len()), ("y", y.len()))?;
        for (name, values) in [("mean", mean), ("sd", sd), ("y", y)] {
            finite(name, values)?;
        }
        match sd.iter().position(|&s| s <= 0.0) {
            None => Ok(Self { mean, sd, y }),
            Some(at) => Err(BadInput::NotPositive { column: "sd", row: at + 1, found: sd[at] }),
        }
    }

    /// Error and standard deviation of every row.
    fn errors(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.y.iter().zip(self.mean).zip(self.sd).map(|((y, mean), &sd)| (y - mean, sd))
    }

    fn mean_of(&self, score: impl Fn((f64, f64)) -> f64) -> Measure {
        let scores: Vec<f64> = self.errors().map(score).collect();
        mean(&scores).map(|value| Estimate::plain(value, scores.len())).ok_or(Undefined::NoRows)
    }
}

/// The mean negative log-density, ½ ln 2π + ln σ + ½ z². Natural logarithm; less is better.
pub fn gaussian_nll(data: &Gaussian<'_>) -> Measure {
    data.mean_of(|(error, sd)| 0.5 * (2.0 * PI).ln() + sd.ln() + 0.5 * (error / sd).powi(2))
}

/// The mean continuous ranked probability score of normal predictions, σ (z (2Φ(z) − 1) + 2φ(z) − 1/√π), in the unit of
/// measurement; less is better (Gneiting & Raftery 2007).
pub fn crps_gaussian(data: &Gaussian<'_>) -> Measure {
    // σz is written as the error itself, which stays finite for the smallest σ.
    let score = |(error, sd): (f64, f64)| {
        let z = error / sd;
        error * (2.0 * normal_cdf(z) - 1.0) + sd * (2.0 * normal_density(z) - 1.0 / PI.sqrt())
    };
    data.mean_of(score)
}

/// The share of measurements inside the central interval of `level` (0 to 1, exclusive). 0 to 1, Wilson interval.
pub fn interval_coverage(data: &Gaussian<'_>, level: f64) -> Measure {
    let half = normal_half_width(level);
    proportion(data.errors().filter(|(error, sd)| error.abs() <= half * sd).count(), data.y.len(), Undefined::NoRows)
}

/// The mean width of the central interval of `level`, in the unit of measurement.
pub fn interval_mean_width(data: &Gaussian<'_>, level: f64) -> Measure {
    let half = normal_half_width(level);
    data.mean_of(|(_, sd)| 2.0 * half * sd)
}

// ---- entries -------------------------------------------------------------------------------------------------------

/// What computes a metric of normal predictions.
struct OfGaussian(fn(&Gaussian<'_>) -> Measure);

impl Columns for OfGaussian {
    fn takes(&self) -> &'static [Takes] {
        &[Takes::Mean, Takes::Sd, Takes::Value]
    }

    fn compute(&self, columns: &[&[f64]]) -> Result<Measure, BadInput> {
        let [mean, sd, y] = take(columns)?;
        Ok((self.0)(&Gaussian::new(mean, sd, y)?))
    }
}

metrics![
    COVERAGE = Metric {
        name: "coverage",
        title: Text::new("inside the interval", "予測区間に入った割合"),
        help: Text::new(
            "The share of measurements inside their prediction interval (value, low, high).",
            "測定値が予測区間に入った割合です（測定値、下限、上限の順）。"
        ),
        family: Family::Uncertainty,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Neither,
        interval: Interval::Wilson,
        shown: FILE,
        source: "share of low ≤ y ≤ high",
        of: Of::Columns(&Plain {
            takes: &[Takes::Value, Takes::Low, Takes::High],
            compute: |c| {
                let [y, low, high] = take(c)?;
                coverage(y, low, high)
            },
        }),
    },
    MEAN_WIDTH = Metric {
        name: "mean_width",
        title: Text::new("mean width of the interval", "予測区間の平均幅"),
        help: Text::new(
            "The mean width of prediction intervals (low, high).",
            "予測区間の幅の平均です（下限、上限の順）。"
        ),
        family: Family::Uncertainty,
        unit: Unit::Own,
        range: ANY,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "mean of high − low",
        of: Of::Columns(&Plain {
            takes: &[Takes::Low, Takes::High],
            compute: |c| {
                let [low, high] = take(c)?;
                mean_width(low, high)
            },
        }),
    },
    GAUSSIAN_NLL = Metric {
        name: "gaussian_nll",
        title: Text::new("negative log-density", "負の対数密度"),
        help: Text::new(
            "The mean negative log-density of measurements under normal predictions (mean, SD, value).",
            "正規分布による予測のもとでの負の対数密度の平均です（平均、標準偏差、測定値の順）。"
        ),
        family: Family::Uncertainty,
        unit: Unit::Ratio,
        range: ANY,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "mean of ½ ln 2π + ln σ + ½ z²",
        of: Of::Columns(&OfGaussian(gaussian_nll)),
    },
    CRPS_GAUSSIAN = Metric {
        name: "crps_gaussian",
        title: Text::new("CRPS", "CRPS"),
        help: Text::new(
            "The mean CRPS of normal predictions (mean, SD, value), in the unit of measurement.",
            "正規分布による予測のCRPSの平均です（平均、標準偏差、測定値の順）。単位は測定値と同じです。"
        ),
        family: Family::Uncertainty,
        unit: Unit::Own,
        range: POSITIVE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "mean of σ (z (2Φ(z) − 1) + 2φ(z) − 1/√π) (Gneiting & Raftery 2007)",
        of: Of::Columns(&OfGaussian(crps_gaussian)),
    },
    AURC = Metric {
        name: "aurc",
        title: Text::new("area under the risk–coverage curve", "リスク・カバレッジ曲線下面積"),
        help: Text::new(
            "The error rate among the most confident rows, averaged over how many are kept.",
            "確信度の高い順に残した行での誤りの割合を、残す数について平均したものです。"
        ),
        family: Family::Uncertainty,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: NOWHERE,
        source: "mean over k of the error rate of the k most confident rows (Geifman, Uziel & El-Yaniv 2019)",
        of: Of::Columns(&Plain {
            takes: &[Takes::Score, Takes::Error],
            compute: |c| {
                let [confidence, error] = take(c)?;
                Ok(aurc(&Selective::new(confidence, error)?))
            },
        }),
    },
    RISK_AT_COVERAGE = Metric {
        name: "risk_at_coverage",
        title: Text::new("error rate at this coverage", "このカバレッジでの誤りの割合"),
        help: Text::new(
            "The error rate among this share of the most confident rows.",
            "確信度の高い方からこの割合だけ残したときの、誤りの割合です。"
        ),
        family: Family::Uncertainty,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Lower,
        interval: Interval::Wilson,
        shown: NOWHERE,
        source: "errors / ⌈coverage · n⌉ among the most confident rows",
        of: Of::Columns(&Plain {
            takes: &[Takes::Score, Takes::Error, Takes::Number(Parameter::Coverage)],
            compute: |c| {
                let [confidence, error, kept] = take(c)?;
                let data = Selective::new(confidence, error)?;
                Ok(number("coverage", kept, (0.0, 1.0))?.and_then(|kept| risk_at_coverage(&data, kept)))
            },
        }),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantile_keeps_its_promise_in_small_samples() {
        assert_eq!(conformal_quantile(&[3.0, 1.0, 2.0], 0.25), Ok(3.0));
        assert_eq!(conformal_quantile(&[3.0, 1.0, 2.0], 0.1), Ok(f64::INFINITY));
        assert_eq!(conformal_quantile(&[], 0.1), Err(Undefined::NoRows));
    }

    #[test]
    fn an_infinite_quantile_covers_everything() {
        let quantile = conformal_quantile(&[3.0, 1.0, 2.0], 0.1).expect("rows");
        assert_eq!(conformal_coverage(&[0.5, 1e99], quantile).map(|e| e.value), Ok(1.0));
        let (y, low, high) = ([0.0, 1e99], [0.0 - quantile; 2], [0.0 + quantile; 2]);
        assert_eq!(coverage(&y, &low, &high).map(|m| m.map(|e| e.value)), Ok(Ok(1.0)));
        assert_eq!(mean_width(&low, &high).map(|m| m.map(|e| e.value)), Ok(Ok(f64::INFINITY)));
        let inside_out = BadInput::NoLimit { column: "low", row: 1, found: f64::INFINITY, open: f64::NEG_INFINITY };
        assert_eq!(mean_width(&high, &low), Err(inside_out));
    }

    #[test]
    fn a_perfect_ordering_has_no_excess() {
        let data = Selective::new(&[0.9, 0.8, 0.1], &[0.0, 0.0, 1.0]).expect("sound input");
        assert!((aurc(&data).expect("rows").value - 1.0 / 9.0).abs() < 1e-15);
        assert!(excess_aurc(&data).expect("rows").value.abs() < 1e-15);
    }
}
