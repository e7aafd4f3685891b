//! Scores of single probabilities.

use super::super::classification::{OfClasses, mean_drawn, multiclass_log_loss};
use super::super::distributions::Z95;
use super::super::entry::{
    AT_MOST_ONE, Better, FILE, FILE_RUN, Family, Held, Interval, Metric, Of, POSITIVE, Resampled, SHARE, Unit, metrics,
};
use super::super::estimate::{Estimate, Measure};
use super::super::input::{Classes, Probabilities};
use super::super::intervals::Counted;
use super::super::reason::Undefined;
use super::super::spread::negligible;
use super::{Predicted, both_classes};
use diagnostics::text::Text;

/// The Brier score (Brier 1950), the mean of (p − y)². 0 (perfect) to 1: the binary form, half of the sum over both classes. Wald
/// interval from the spread of the squared errors.
pub fn brier(data: &Probabilities<'_>) -> Measure {
    mean_of(data.pairs().map(|(y, p)| (p - f64::from(u8::from(y))).powi(2)))
}

/// The mean of one number per row, none of them below 0, with its Wald interval cut off at 0; no interval for a single row or
/// without any spread.
fn mean_of(values: impl Iterator<Item = f64> + Clone) -> Measure {
    let (n, sum) = values.clone().fold((0_usize, 0.0), |(n, sum), v| (n + 1, sum + v));
    if n == 0 {
        return Err(Undefined::NoRows);
    }
    let mean = sum / n as f64;
    let squares: f64 = values.map(|v| (v - mean) * (v - mean)).sum();
    let half = Z95 * (squares / (n as f64 - 1.0) / n as f64).sqrt();
    let interval = (n > 1 && !negligible(half, mean)).then_some(((mean - half).max(0.0), mean + half));
    Ok(Estimate::plain(mean, n).with(interval))
}

/// The scaled Brier score, 1 − Brier / (prevalence · (1 − prevalence)): 1 is perfect, 0 no better than predicting the
/// prevalence for everybody, negative worse (Steyerberg et al. 2010). Undefined with one class only.
pub fn scaled_brier(data: &Probabilities<'_>) -> Measure {
    let score = brier(data)?;
    both_classes(data)?;
    let prevalence = data.positives() as f64 / data.rows() as f64;
    Ok(Estimate::plain(1.0 - score.value / (prevalence * (1.0 - prevalence)), data.rows()))
}

/// The mean of −ln p(what happened), p clipped to 2.2e−16 from 0 and 1 as in scikit-learn. 0 to 36; natural logarithm.
/// Wald interval.
pub fn log_loss(data: &Probabilities<'_>) -> Measure {
    mean_of(data.pairs().map(|(y, p)| loss(y, p)))
}

fn loss(y: bool, p: f64) -> f64 {
    let p = p.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
    -(if y { p } else { 1.0 - p }).ln()
}

/// The Brier score summed over classes, the mean of `Σ_k (p_k − y_k)²`. 0 to 2: for two classes, twice [`brier`].
pub fn brier_multiclass(data: &Classes<'_>) -> Measure {
    if data.rows() == 0 {
        return Err(Undefined::NoRows);
    }
    let sum: f64 = (0..data.rows()).flat_map(|row| (0..data.classes()).map(move |k| error(data, row, k))).sum();
    Ok(Estimate::plain(sum / data.rows() as f64, data.rows()))
}

/// (p − y)² of a class in a row.
fn error(data: &Classes<'_>, row: usize, class: usize) -> f64 {
    (data.column(class)[row] - if data.label()[row] == class { 1.0 } else { 0.0 }).powi(2)
}

/// The sum of these over the classes, of every row.
fn errors_of_classes(data: &Classes<'_>) -> Vec<f64> {
    (0..data.rows()).map(|row| (0..data.classes()).map(|k| error(data, row, k)).sum()).collect()
}

/// The mean of −ln p(true class): see [`multiclass_log_loss`].
pub fn log_loss_multiclass(data: &Classes<'_>) -> Measure {
    multiclass_log_loss(data)
}

// ---- entries -------------------------------------------------------------------------------------------------------

/// [`scaled_brier`] of the rows drawn.
fn scaled_brier_counted(label: &[f64], p: &[f64]) -> Counted {
    let (label, errors): (Vec<f64>, Vec<f64>) = label.iter().zip(p).map(|(&y, &p)| (y, (p - y) * (p - y))).unzip();
    Box::new(move |counts| {
        let (mut rows, mut cases, mut sum) = (0.0, 0.0, 0.0);
        for ((&y, &error), &count) in label.iter().zip(&errors).zip(counts) {
            let count = f64::from(count);
            rows += count;
            cases += count * y;
            sum += count * error;
        }
        let prevalence = cases / rows;
        let spread = prevalence * (1.0 - prevalence);
        (spread > 0.0).then(|| 1.0 - sum / rows / spread)
    })
}

metrics![
    BRIER = Metric {
        name: "brier",
        title: Text::new("Brier score", "Brierスコア"),
        help: Text::new(
            "The Brier score: the mean squared error of the probabilities; 0 is perfect.",
            "予測確率と実際の転帰（0か1）の差を2乗し、平均した値です。0が完全な予測です。"
        ),
        family: Family::Calibration,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Lower,
        interval: Interval::Normal,
        shown: FILE_RUN,
        source: "mean (p − y)² (Brier 1950)",
        of: Of::Columns(&Predicted(
            brier,
            Some(|label, p| mean_drawn(label.iter().zip(p).map(|(y, p)| (p - y) * (p - y)).collect()))
        )),
    },
    SCALED_BRIER = Metric {
        name: "scaled_brier",
        title: Text::new("scaled Brier score", "尺度化Brierスコア"),
        help: Text::new(
            "The Brier score against that of the prevalence: 1 is perfect, 0 no better than the prevalence.",
            "有病率だけによる予測と比べたBrierスコアです。1が完全、0は有病率と同程度です。"
        ),
        family: Family::Calibration,
        unit: Unit::Ratio,
        range: AT_MOST_ONE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "1 − Brier / (π (1 − π)) (Steyerberg et al. 2010)",
        of: Of::Columns(&Predicted(scaled_brier, Some(scaled_brier_counted))),
    },
    LOG_LOSS = Metric {
        name: "log_loss",
        title: Text::new("log loss", "対数損失"),
        help: Text::new(
            "The mean negative log-probability of what happened; punishes false certainty hard.",
            "実際に起きたことの確率の対数（符号を逆にしたもの）の平均です。誤った確信には大きな罰が付きます。"
        ),
        family: Family::Calibration,
        unit: Unit::Ratio,
        range: POSITIVE,
        better: Better::Lower,
        interval: Interval::Normal,
        shown: FILE,
        source: "mean of −ln p(what happened) (Good 1952)",
        of: Of::Columns(&Predicted(
            log_loss,
            Some(|label, p| mean_drawn(label.iter().zip(p).map(|(&y, &p)| loss(y > 0.5, p)).collect()))
        )),
    },
    BRIER_MULTICLASS = Metric {
        name: "brier_multiclass",
        title: Text::new("Brier score (0 to 2)", "Brierスコア（0～2）"),
        help: Text::new(
            "The Brier score summed over classes: 0 is perfect, 2 the worst.",
            "クラスについて合計したBrierスコアです。0が完全、2が最悪です。"
        ),
        family: Family::Classes,
        unit: Unit::Ratio,
        range: (0.0, 2.0),
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "mean Σ_k (p_k − y_k)² (Brier 1950)",
        of: Of::Columns(&OfClasses(brier_multiclass, |data| mean_drawn(errors_of_classes(data)))),
    },
];
