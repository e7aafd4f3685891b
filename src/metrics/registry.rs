//! Every metric that makes sense over columns of a table: one line each.

use super::classification::{self as class, Confusion};
use super::input::{finite, within};
use super::order::tied;
use super::{BadInput, Binary, Measure, Probabilities, Undefined, calibration, utility};
use crate::text::Text;

/// What a column of a metric must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// The outcome: 0 or 1.
    Label,
    /// A score on any scale; higher means that the outcome is more likely (or comes earlier).
    Score,
    /// A predicted probability, 0 to 1.
    Probability,
    /// A decision: 0 or 1.
    Alert,
    /// A time of follow-up, 0 or more.
    Time,
    /// Whether follow-up ended with the event (1) or without (0).
    Event,
    /// The number of a group.
    Group,
    /// A category as a whole number from 0.
    Category,
    /// A measurement.
    Value,
    /// One constant, with its name: the same in every row.
    Number(&'static str),
}

/// A metric over columns.
#[derive(Clone, Debug)]
pub struct Metric {
    /// Its name, in field terms and `snake_case`.
    pub name: &'static str,
    /// What its columns hold, in order.
    pub takes: &'static [Takes],
    /// Compute it from those columns.
    pub compute: fn(&[&[f64]]) -> Result<Measure, BadInput>,
    /// What it is, in one sentence.
    pub help: Text,
}

/// The metric of this name.
pub fn metric(name: &str) -> Option<&'static Metric> {
    REGISTRY.iter().find(|m| m.name == name)
}

/// The columns of a metric that takes N of them.
fn take<'a, const N: usize>(columns: &[&'a [f64]]) -> Result<[&'a [f64]; N], BadInput> {
    columns.try_into().map_err(|_| BadInput::ColumnCount { expected: N, found: columns.len() })
}

/// The one value of a parameter column within its range; `None` of an empty one.
fn number(parameter: &'static str, column: &[f64], low: f64, high: f64) -> Result<Option<f64>, BadInput> {
    let Some(&first) = column.first() else { return Ok(None) };
    finite(parameter, column)?;
    if let Some(at) = column.iter().position(|&v| !tied(v, first)) {
        return Err(BadInput::NotConstant { parameter, row: at + 1 });
    }
    within(parameter, first, low, high).map(Some)
}

/// A metric of scores.
fn ranked(columns: &[&[f64]], metric: fn(&Binary<'_>) -> Measure) -> Result<Measure, BadInput> {
    let [label, score] = take(columns)?;
    Ok(metric(&Binary::new(label, score)?))
}

/// A metric of decisions.
fn decided(columns: &[&[f64]], metric: fn(&Confusion) -> Measure) -> Result<Measure, BadInput> {
    let [label, alert] = take(columns)?;
    Ok(metric(&Confusion::new(label, alert)?))
}

/// A metric of probabilities.
fn predicted(columns: &[&[f64]], metric: fn(&Probabilities<'_>) -> Measure) -> Result<Measure, BadInput> {
    let [label, p] = take(columns)?;
    Ok(metric(&Probabilities::new(label, p)?))
}

/// A metric of probabilities at a threshold.
fn at_threshold(columns: &[&[f64]], metric: fn(&Probabilities<'_>, f64) -> Measure) -> Result<Measure, BadInput> {
    let [label, p, threshold] = take(columns)?;
    let data = Probabilities::new(label, p)?;
    Ok(match number("threshold", threshold, 0.0, 1.0)? {
        Some(threshold) => metric(&data, threshold),
        None => Err(Undefined::NoRows),
    })
}

const LABEL_SCORE: &[Takes] = &[Takes::Label, Takes::Score];
const LABEL_PROBABILITY: &[Takes] = &[Takes::Label, Takes::Probability];
const LABEL_ALERT: &[Takes] = &[Takes::Label, Takes::Alert];
const LABEL_PROBABILITY_THRESHOLD: &[Takes] = &[Takes::Label, Takes::Probability, Takes::Number("threshold")];

/// Every metric over columns, family by family. To add one: a function in its family's file, and a line here.
pub static REGISTRY: &[Metric] = &[
    // Classification: ranking.
    Metric {
        name: "auroc",
        takes: LABEL_SCORE,
        compute: |c| ranked(c, class::auroc),
        help: Text::new(
            "The chance that a case scores higher than a non-case (0.5 is guessing); DeLong interval.",
            "症例のスコアが非症例より高くなる確率です（0.5は当て推量）。区間はDeLong法です。",
        ),
    },
    Metric {
        name: "auroc_difference",
        takes: &[Takes::Label, Takes::Score, Takes::Score],
        compute: |c| {
            let [label, first, second] = take(c)?;
            class::auroc_difference(label, first, second)
        },
        help: Text::new(
            "AUROC of the first score minus that of the second on the same rows; paired DeLong interval.",
            "同じ行での、1つ目のスコアのAUROCから2つ目のAUROCを引いた差です。区間は対応のあるDeLong法です。",
        ),
    },
    Metric {
        name: "average_precision",
        takes: LABEL_SCORE,
        compute: |c| ranked(c, class::average_precision),
        help: Text::new(
            "PPV averaged over the cases in order of score (the prevalence is guessing).",
            "スコアの高い順に症例を拾うときの陽性的中率の平均です（有病割合の値が当て推量に当たります）。",
        ),
    },
    Metric {
        name: "sensitivity_at_specificity",
        takes: &[Takes::Label, Takes::Score, Takes::Number("specificity")],
        compute: |c| {
            let [label, score, least] = take(c)?;
            let data = Binary::new(label, score)?;
            Ok(match number("specificity", least, 0.0, 1.0)? {
                Some(least) => class::sensitivity_at_specificity(&data, least),
                None => Err(Undefined::NoRows),
            })
        },
        help: Text::new(
            "The largest sensitivity that a threshold reaches while keeping at least this specificity.",
            "この特異度を下回らないしきい値のうち、得られる最大の感度です。",
        ),
    },
    // Classification: decisions.
    Metric {
        name: "sensitivity",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::sensitivity),
        help: Text::new("The share of cases that raised an alert.", "症例のうち、アラートが出たものの割合です。"),
    },
    Metric {
        name: "specificity",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::specificity),
        help: Text::new("The share of non-cases without an alert.", "非症例のうち、アラートが出なかったものの割合です。"),
    },
    Metric {
        name: "false_positive_rate",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::false_positive_rate),
        help: Text::new("The share of non-cases with an alert.", "非症例のうち、アラートが出てしまったものの割合です。"),
    },
    Metric {
        name: "ppv",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::ppv),
        help: Text::new("The share of alerts that are right.", "アラートのうち、正しかったものの割合（陽性的中率）です。"),
    },
    Metric {
        name: "npv",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::npv),
        help: Text::new(
            "The share of those without an alert who are indeed no case.",
            "アラートが出なかった人のうち、実際に非症例だったものの割合（陰性的中率）です。",
        ),
    },
    Metric {
        name: "accuracy",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::accuracy),
        help: Text::new(
            "The share of decisions that are right; misleading when the outcome is rare.",
            "判断が正しかった割合です。転帰がまれなときは誤解を招きます。",
        ),
    },
    Metric {
        name: "balanced_accuracy",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::balanced_accuracy),
        help: Text::new("The mean of sensitivity and specificity.", "感度と特異度の平均です。"),
    },
    Metric {
        name: "youden",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::youden),
        help: Text::new("Sensitivity + specificity − 1.", "感度＋特異度−1（Youden指数）です。"),
    },
    Metric {
        name: "f1",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::f1),
        help: Text::new("The harmonic mean of PPV and sensitivity.", "陽性的中率と感度の調和平均です。"),
    },
    Metric {
        name: "mcc",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::mcc),
        help: Text::new(
            "Matthews' correlation of alert and outcome; 0 where either is constant.",
            "アラートと転帰の相関（Matthews相関係数）です。どちらかが一定のときは0とします。",
        ),
    },
    Metric {
        name: "lr_positive",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::lr_positive),
        help: Text::new(
            "The factor by which an alert raises the odds of the outcome.",
            "アラートが出たときに、転帰のオッズが何倍になるか（陽性尤度比）です。",
        ),
    },
    Metric {
        name: "lr_negative",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::lr_negative),
        help: Text::new(
            "The factor by which the absence of an alert changes the odds of the outcome.",
            "アラートが出なかったときに、転帰のオッズが何倍になるか（陰性尤度比）です。",
        ),
    },
    Metric {
        name: "alert_rate",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::alert_rate),
        help: Text::new("The share of rows with an alert.", "アラートが出た行の割合です。"),
    },
    Metric {
        name: "prevalence",
        takes: &[Takes::Label],
        compute: |c| {
            let [label] = take(c)?;
            Ok(class::prevalence(&Confusion::new(label, label)?))
        },
        help: Text::new("The share of rows with the outcome.", "転帰が陽性の行の割合（有病割合）です。"),
    },
    Metric {
        name: "alerts_per_true_case",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::alerts_per_true_case),
        help: Text::new(
            "How many alerts are worked through for one true case (1 / PPV).",
            "真の症例1件を見つけるまでに確認するアラートの数（1／陽性的中率）です。",
        ),
    },
    Metric {
        name: "missed_per_1000",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::missed_per_1000),
        help: Text::new("Missed cases per 1,000 rows.", "1,000行あたりの見逃し件数です。"),
    },
    Metric {
        name: "false_alerts_per_1000",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::false_alerts_per_1000),
        help: Text::new("False alerts per 1,000 rows.", "1,000行あたりの誤ったアラートの件数です。"),
    },
    Metric {
        name: "expected_cost",
        takes: &[Takes::Label, Takes::Alert, Takes::Number("cost_fp"), Takes::Number("cost_fn")],
        compute: |c| {
            let [label, alert, cost_fp, cost_fn] = take(c)?;
            let table = Confusion::new(label, alert)?;
            let cost = |name, column| number(name, column, f64::MIN, f64::MAX);
            Ok(match (cost("cost_fp", cost_fp)?, cost("cost_fn", cost_fn)?) {
                (Some(cost_fp), Some(cost_fn)) => class::expected_cost(&table, cost_fp, cost_fn),
                _ => Err(Undefined::NoRows),
            })
        },
        help: Text::new(
            "The mean cost of a decision, given the costs of a false alert and of a missed case.",
            "誤ったアラートと見逃しの費用を与えたときの、判断1件あたりの平均費用です。",
        ),
    },
    // Calibration.
    Metric {
        name: "observed_expected",
        takes: LABEL_PROBABILITY,
        compute: |c| predicted(c, calibration::observed_expected),
        help: Text::new(
            "Observed over expected cases; 1 is right, above 1 the model predicts too little.",
            "期待数に対する観察数の比です。1が適正で、1を超えると予測が低すぎます。",
        ),
    },
    Metric {
        name: "citl",
        takes: LABEL_PROBABILITY,
        compute: |c| predicted(c, calibration::citl),
        help: Text::new(
            "Calibration-in-the-large: how far predictions are off on average, in log-odds; 0 is right.",
            "全体としての較正（calibration-in-the-large）です。予測の平均的なずれを対数オッズで表し、0が適正です。",
        ),
    },
    Metric {
        name: "calibration_slope",
        takes: LABEL_PROBABILITY,
        compute: |c| predicted(c, calibration::calibration_slope),
        help: Text::new(
            "The calibration slope; below 1 the predictions are too extreme.",
            "較正の傾きです。1を下回ると予測が極端すぎます。",
        ),
    },
    Metric {
        name: "calibration_intercept_joint",
        takes: LABEL_PROBABILITY,
        compute: |c| predicted(c, calibration::calibration_intercept_joint),
        help: Text::new(
            "The intercept fitted together with the slope (not calibration-in-the-large).",
            "傾きと同時に推定した切片です（calibration-in-the-largeとは別の量です）。",
        ),
    },
    Metric {
        name: "ici",
        takes: LABEL_PROBABILITY,
        compute: |c| predicted(c, calibration::ici),
        help: Text::new(
            "Integrated calibration index: the mean distance of the smooth calibration curve from the diagonal.",
            "統合較正指標（ICI）です。滑らかな較正曲線と対角線との平均の隔たりです。",
        ),
    },
    Metric {
        name: "ece",
        takes: LABEL_PROBABILITY,
        compute: |c| predicted(c, |data| calibration::ece(data, 10)),
        help: Text::new(
            "Expected calibration error over ten bins of equal width.",
            "等幅の10区間で求めた較正誤差の期待値（ECE）です。",
        ),
    },
    Metric {
        name: "brier",
        takes: LABEL_PROBABILITY,
        compute: |c| predicted(c, calibration::brier),
        help: Text::new(
            "The Brier score: the mean squared error of the probabilities; 0 is perfect.",
            "Brierスコアです。確率の平均二乗誤差で、0が完全な予測です。",
        ),
    },
    Metric {
        name: "scaled_brier",
        takes: LABEL_PROBABILITY,
        compute: |c| predicted(c, calibration::scaled_brier),
        help: Text::new(
            "The Brier score against that of the prevalence: 1 is perfect, 0 no better than the prevalence.",
            "有病割合だけによる予測と比べたBrierスコアです。1が完全、0は有病割合と同程度です。",
        ),
    },
    Metric {
        name: "log_loss",
        takes: LABEL_PROBABILITY,
        compute: |c| predicted(c, calibration::log_loss),
        help: Text::new(
            "The mean negative log-probability of what happened; punishes false certainty hard.",
            "実際に起きたことの確率の対数（符号を逆にしたもの）の平均です。誤った確信には大きな罰が付きます。",
        ),
    },
    // Utility.
    Metric {
        name: "net_benefit",
        takes: LABEL_PROBABILITY_THRESHOLD,
        compute: |c| at_threshold(c, utility::net_benefit),
        help: Text::new(
            "Net benefit of treating when the probability is at least the threshold, in true cases per person.",
            "確率がしきい値以上の人を治療するときの純便益です。1人あたりの真の症例数で表します。",
        ),
    },
    Metric {
        name: "net_benefit_treat_all",
        takes: LABEL_PROBABILITY_THRESHOLD,
        compute: |c| at_threshold(c, utility::net_benefit_treat_all),
        help: Text::new("Net benefit of treating everybody.", "全員を治療するときの純便益です。"),
    },
    Metric {
        name: "net_benefit_standardised",
        takes: LABEL_PROBABILITY_THRESHOLD,
        compute: |c| at_threshold(c, utility::net_benefit_standardised),
        help: Text::new(
            "Net benefit divided by the prevalence: 1 is perfect.",
            "純便益を有病割合で割った値です。1が最大です。",
        ),
    },
    Metric {
        name: "net_benefit_decided",
        takes: &[Takes::Label, Takes::Alert, Takes::Number("threshold")],
        compute: |c| {
            let [label, alert, threshold] = take(c)?;
            let table = Confusion::new(label, alert)?;
            Ok(match number("threshold", threshold, 0.0, 1.0)? {
                Some(threshold) => utility::net_benefit_of(&table, threshold),
                None => Err(Undefined::NoRows),
            })
        },
        help: Text::new(
            "Net benefit of decisions already made, weighed at this threshold.",
            "すでに下した判断の純便益を、このしきい値の重みで求めたものです。",
        ),
    },
    Metric {
        name: "interventions_avoided_per_100",
        takes: LABEL_PROBABILITY_THRESHOLD,
        compute: |c| at_threshold(c, utility::interventions_avoided_per_100),
        help: Text::new(
            "Interventions avoided per 100 people, compared with treating everybody.",
            "全員を治療する場合と比べて、100人あたりに避けられる介入の数です。",
        ),
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_snake_case_and_explained() {
        let names: BTreeSet<_> = REGISTRY.iter().map(|m| m.name).collect();
        assert_eq!(names.len(), REGISTRY.len());
        for m in REGISTRY {
            assert!(m.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'), "{}", m.name);
            assert!(!m.help.en.is_empty() && !m.help.ja.is_empty() && m.help.ja != m.help.en, "{}", m.name);
            assert!(m.help.ja.ends_with("です。") || m.help.ja.ends_with("ます。") || m.help.ja.contains("です"), "{}", m.name);
        }
    }

    #[test]
    fn every_metric_counts_its_columns_and_survives_no_rows() {
        for m in REGISTRY {
            let empty: &[f64] = &[];
            let columns = vec![empty; m.takes.len()];
            let got = (m.compute)(&columns);
            assert!(matches!(got, Ok(Err(_))), "{}: {got:?}", m.name);
            let wrong = (m.compute)(&vec![empty; m.takes.len() + 1]);
            let expected = BadInput::ColumnCount { expected: m.takes.len(), found: m.takes.len() + 1 };
            assert_eq!(wrong, Err(expected), "{}", m.name);
        }
    }

    #[test]
    fn every_metric_refuses_missing_values_in_every_column() {
        for m in REGISTRY {
            for at in 0..m.takes.len() {
                let sound: &[f64] = &[0.0, 1.0, 0.0, 1.0];
                let missing: &[f64] = &[0.0, f64::NAN, 0.0, 1.0];
                let columns: Vec<&[f64]> = (0..m.takes.len()).map(|k| if k == at { missing } else { sound }).collect();
                assert!((m.compute)(&columns).is_err(), "{}, column {at}", m.name);
            }
        }
    }

    #[test]
    fn a_parameter_must_be_one_value() {
        let nb = metric("net_benefit").expect("registered");
        let got = (nb.compute)(&[&[0.0, 1.0], &[0.2, 0.8], &[0.1, 0.2]]);
        assert_eq!(got, Err(BadInput::NotConstant { parameter: "threshold", row: 2 }));
        let got = (nb.compute)(&[&[0.0, 1.0], &[0.2, 0.8], &[1.5]]);
        assert_eq!(got, Err(BadInput::OutOfRange { parameter: "threshold", found: 1.5, low: 0.0, high: 1.0 }));
    }
}
