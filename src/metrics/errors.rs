//! Errors of a predicted number.

use super::distributions::Z95;
use super::entry::{
    ANY, AT_MOST_ONE, Better, Family, Held, Interval, Metric, Of, POSITIVE, Plain, RUN, Resampled, Takes, Unit, metrics,
};
use super::estimate::{Estimate, Measure};
use super::input::{finite, same_length};
use super::reason::{BadInput, Undefined};
use super::spread;
use diagnostics::text::Text;

/// Rows by predicted value in so many groups of equal size.
const GROUPS: usize = 10;

/// What was observed and what was predicted, in one unit.
struct Pairs<'a> {
    observed: &'a [f64],
    predicted: &'a [f64],
}

impl<'a> Pairs<'a> {
    fn new(columns: &[&'a [f64]]) -> Result<Self, BadInput> {
        let [observed, predicted] = *columns else {
            return Err(BadInput::ColumnCount { expected: 2, found: columns.len() });
        };
        same_length(("value", observed.len()), ("predicted", predicted.len()))?;
        finite("value", observed)?;
        finite("predicted", predicted)?;
        Ok(Self { observed, predicted })
    }

    /// Predicted − observed.
    fn errors(&self) -> impl Iterator<Item = f64> + Clone {
        self.predicted.iter().zip(self.observed).map(|(predicted, observed)| predicted - observed)
    }
}

/// A mean with its standard error (nothing for a single row): both 0 where nothing varies.
fn mean(values: impl Iterator<Item = f64> + Clone) -> Result<(f64, Option<f64>, usize), Undefined> {
    let (n, sum) = values.clone().fold((0_usize, 0.0), |(n, sum), value| (n + 1, sum + value));
    if n == 0 {
        return Err(Undefined::NoRows);
    }
    let mean = sum / n as f64;
    let squares: f64 = values.map(|value| (value - mean).powi(2)).sum();
    let error = (n > 1).then(|| (squares / (n as f64 - 1.0) / n as f64).sqrt());
    Ok((mean, error, n))
}

/// The share of the observed variance that the predictions explain, `1 − Σ(y − ŷ)² / Σ(y − ȳ)²`: 1 is perfect, 0 no better than the
/// mean of these rows, negative worse. Undefined where nothing varies.
fn r_squared(pairs: &Pairs<'_>) -> Measure {
    let (observed_mean, _, n) = mean(pairs.observed.iter().copied())?;
    if spread::constant(pairs.observed) {
        return Err(Undefined::NoVariation);
    }
    let around: f64 = pairs.observed.iter().map(|y| (y - observed_mean).powi(2)).sum();
    let off: f64 = pairs.errors().map(|error| error.powi(2)).sum();
    Ok(Estimate::plain(1.0 - off / around, n))
}

/// The root of the mean squared error, in the unit of what is predicted. The interval is Wald's of the mean square, its ends rooted.
fn root_mean_squared_error(pairs: &Pairs<'_>) -> Measure {
    let (square, error, n) = mean(pairs.errors().map(|error| error.powi(2)))?;
    let interval = error.map(|error| {
        let half = Z95 * error;
        ((square - half).max(0.0).sqrt(), (square + half).sqrt())
    });
    Ok(Estimate::plain(square.sqrt(), n).with(interval))
}

/// The mean of how far predictions are off, in the unit of what is predicted. Wald interval, cut off at 0.
fn mean_absolute_error(pairs: &Pairs<'_>) -> Measure {
    let (value, error, n) = mean(pairs.errors().map(f64::abs))?;
    let interval = error.map(|error| ((value - Z95 * error).max(0.0), value + Z95 * error));
    Ok(Estimate::plain(value, n).with(interval))
}

/// The mean of predicted − observed: above 0, too much is predicted. Wald interval.
fn mean_error(pairs: &Pairs<'_>) -> Measure {
    let (value, error, n) = mean(pairs.errors())?;
    Ok(Estimate::plain(value, n).with(error.map(|error| (value - Z95 * error, value + Z95 * error))))
}

/// Rows in ten groups of equal size by what was predicted: the largest distance between a group's mean predicted and mean observed
/// number. Needs ten rows.
fn tenths_gap(pairs: &Pairs<'_>) -> Measure {
    let n = pairs.observed.len();
    if n < GROUPS {
        return Err(if n == 0 { Undefined::NoRows } else { Undefined::TooFewRows { needed: GROUPS, found: n } });
    }
    let mut rows: Vec<(f64, f64)> = pairs.predicted.iter().copied().zip(pairs.observed.iter().copied()).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let gap = |group: &[(f64, f64)]| {
        let off: f64 = group.iter().map(|(predicted, observed)| predicted - observed).sum();
        (off / group.len() as f64).abs()
    };
    let gaps = (0..GROUPS).map(|k| gap(&rows[n * k / GROUPS..n * (k + 1) / GROUPS]));
    Ok(Estimate::plain(gaps.fold(0.0, f64::max), n))
}

// ---- entries -------------------------------------------------------------------------------------------------------

const TAKES: &[Takes] = &[Takes::Value, Takes::Predicted];

metrics![
    R_SQUARED = Metric {
        name: "r_squared",
        title: Text::new("R²", "決定係数 R²"),
        help: Text::new(
            "The share of the differences between patients that the predictions explain; 0 is no better than predicting the mean for everyone.",
            "患者間の違いのうち、予測で説明できる割合です。0は、全員に平均値を予測するのと同じです。"
        ),
        family: Family::Errors,
        unit: Unit::Ratio,
        range: AT_MOST_ONE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: RUN,
        source: "1 − Σ(y − ŷ)² / Σ(y − ȳ)² (Wright 1921)",
        of: Of::Columns(&Plain { takes: TAKES, compute: |c| Ok(r_squared(&Pairs::new(c)?)) }),
    },
    ROOT_MEAN_SQUARED_ERROR = Metric {
        name: "root_mean_squared_error",
        title: Text::new("root mean squared error", "二乗平均平方根誤差（RMSE）"),
        help: Text::new(
            "How far predictions are off, large errors counted more; in the unit of what is predicted.",
            "予測のずれです。大きな誤差ほど重く数えます。単位は予測する値と同じです。"
        ),
        family: Family::Errors,
        unit: Unit::Own,
        range: POSITIVE,
        better: Better::Lower,
        interval: Interval::Normal,
        shown: RUN,
        source: "√ mean (ŷ − y)² (Gauss 1809)",
        of: Of::Columns(&Plain { takes: TAKES, compute: |c| Ok(root_mean_squared_error(&Pairs::new(c)?)) }),
    },
    MEAN_ABSOLUTE_ERROR = Metric {
        name: "mean_absolute_error",
        title: Text::new("mean absolute error", "平均絶対誤差（MAE）"),
        help: Text::new(
            "How far predictions are off on average; in the unit of what is predicted.",
            "予測のずれの大きさの平均です。単位は予測する値と同じです。"
        ),
        family: Family::Errors,
        unit: Unit::Own,
        range: POSITIVE,
        better: Better::Lower,
        interval: Interval::Normal,
        shown: RUN,
        source: "mean |ŷ − y| (Laplace 1799)",
        of: Of::Columns(&Plain { takes: TAKES, compute: |c| Ok(mean_absolute_error(&Pairs::new(c)?)) }),
    },
    MEAN_ERROR = Metric {
        name: "mean_error",
        title: Text::new("mean error (predicted − observed)", "平均誤差（予測−実際）"),
        help: Text::new(
            "Whether predictions are too high (above 0) or too low on average.",
            "予測が平均して高すぎる（0より大きい）か、低すぎるかを示す値です。"
        ),
        family: Family::Errors,
        unit: Unit::Own,
        range: ANY,
        better: Better::Near(0.0),
        interval: Interval::Normal,
        shown: RUN,
        source: "mean (ŷ − y)",
        of: Of::Columns(&Plain { takes: TAKES, compute: |c| Ok(mean_error(&Pairs::new(c)?)) }),
    },
    TENTHS_GAP = Metric {
        name: "tenths_gap",
        title: Text::new("largest gap, tenths by prediction", "予測値で10群に分けたときの最大のずれ"),
        help: Text::new(
            "Rows in ten groups by what was predicted: the largest distance between a group's mean predicted and mean observed number.",
            "予測値で10群に分け、群ごとに予測の平均と実際の平均を比べたときの、最大の差です。"
        ),
        family: Family::Errors,
        unit: Unit::Own,
        range: POSITIVE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Upwards),
        shown: RUN,
        source: "max over tenths of |mean ŷ − mean y|",
        of: Of::Columns(&Plain { takes: TAKES, compute: |c| Ok(tenths_gap(&Pairs::new(c)?)) }),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_a_few_rows_are_those_by_hand() {
        let (observed, predicted) = ([3.0, -0.5, 2.0, 7.0], [2.5, 0.0, 2.0, 8.0]);
        let pairs = Pairs::new(&[&observed, &predicted]).unwrap();
        // As scikit-learn's user guide has them.
        assert!((r_squared(&pairs).unwrap().value - 0.948_608_137_044_967_9).abs() < 1e-12);
        assert!((root_mean_squared_error(&pairs).unwrap().value - 0.375_f64.sqrt()).abs() < 1e-12);
        assert!((mean_absolute_error(&pairs).unwrap().value - 0.5).abs() < 1e-12);
        assert!((mean_error(&pairs).unwrap().value - 0.25).abs() < 1e-12);
        assert_eq!(tenths_gap(&pairs), Err(Undefined::TooFewRows { needed: 10, found: 4 }));
        let same = Pairs::new(&[&[5.1; 3], &[1.0, 2.0, 3.0]]).unwrap();
        assert_eq!(r_squared(&same), Err(Undefined::NoVariation));
    }
}
