//! Every metric that makes sense over columns of a table: one line each.

use super::agreement::{self, Icc, Methods, RaterPair, Ratings, Weights};
use super::calibration::Tenth;
use super::classification::{self as class, Confusion};
use super::drift::{self, Samples};
use super::fairness::{self, Groups, Odds};
use super::input::{categories, finite, within};
use super::intervals::{self, Bootstrap, Resampling};
use super::order::{floor_index, tied};
use super::survival::{self, Causes, Follow, Ranking};
use super::uncertainty::{self, Gaussian, Selective};
use super::utility::SurvivalRisk;
use super::{BadInput, Binary, Estimate, Measure, Probabilities, Undefined, calibration, utility};
use crate::seed::Seed;
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
    /// How follow-up ended: 0 censored, 1, 2, ... the cause.
    Cause,
    /// A group as a whole number from 0.
    Group,
    /// A category as a whole number from 0.
    Category,
    /// Whether a row belongs to the current sample (1) or to the reference (0).
    Current,
    /// Whether the prediction was wrong: 0 or 1.
    Error,
    /// A measurement.
    Value,
    /// One constant, with its name: the same in every row.
    Number(&'static str),
}

impl Takes {
    /// The name of what the column holds, as help and messages say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Score => "score",
            Self::Probability => "p",
            Self::Alert => "alert",
            Self::Time => "time",
            Self::Event => "event",
            Self::Cause => "cause",
            Self::Group => "group",
            Self::Category => "category",
            Self::Current => "current",
            Self::Error => "error",
            Self::Value => "value",
            Self::Number(name) => name,
        }
    }
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

impl Metric {
    /// The bootstrap interval of this metric: rows are resampled, all columns together, parameters left as they are.
    ///
    /// Refused when the columns are; undefined where [`intervals::bootstrap`] is.
    pub fn bootstrap(
        &self,
        columns: &[&[f64]],
        resampling: &Resampling,
        resamples: usize,
        seed: Seed,
    ) -> Result<Result<Bootstrap, Undefined>, BadInput> {
        if let Err(reason) = (self.compute)(columns)? {
            return Ok(Err(reason));
        }
        let is_number = |k: usize| matches!(self.takes.get(k), Some(Takes::Number(_)));
        let statistic = |rows: &[usize]| {
            let drawn = |(k, column): (usize, &&[f64])| {
                let kept = if is_number(k) { &[0][..] } else { rows };
                kept.iter().map(|&row| column[row]).collect()
            };
            let drawn: Vec<Vec<f64>> = columns.iter().enumerate().map(drawn).collect();
            let slices: Vec<&[f64]> = drawn.iter().map(Vec::as_slice).collect();
            (self.compute)(&slices).ok()?.ok().map(|estimate| estimate.value)
        };
        Ok(intervals::bootstrap(resampling, resamples, seed, statistic))
    }
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

/// A figure of the tenth of the rows by risk that is furthest off.
fn widest(data: &Probabilities<'_>, of: fn(&Tenth) -> f64) -> Measure {
    calibration::widest_tenth(data).map(|tenth| Estimate::plain(of(&tenth), data.rows()))
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

/// A metric of decisions compared between groups.
fn compared(columns: &[&[f64]], metric: fn(&Groups<'_, usize>) -> Measure) -> Result<Measure, BadInput> {
    let [label, alert, group] = take(columns)?;
    let group = categories("group", group, MOST_CATEGORIES)?;
    if group.is_empty() {
        return Ok(Err(Undefined::NoRows));
    }
    Ok(metric(&Groups::new(label, alert, &group)?))
}

/// A metric of follow-up at one time.
fn followed(columns: &[&[f64]], metric: fn(&Follow<'_>, f64) -> Measure) -> Result<Measure, BadInput> {
    let [time, event, at] = take(columns)?;
    let follow = Follow::new(time, event)?;
    Ok(match number("at", at, 0.0, f64::MAX)? {
        Some(at) => metric(&follow, at),
        None => Err(Undefined::NoRows),
    })
}

/// A metric of two raters over the categories 0 to the largest that occurs.
fn rated(columns: &[&[f64]], metric: fn(&RaterPair) -> Measure) -> Result<Measure, BadInput> {
    let [first, second] = take(columns)?;
    Ok(metric(&pair(first, second)?))
}

/// Two raters over the categories 0 to the largest that occurs.
fn pair(first: &[f64], second: &[f64]) -> Result<RaterPair, BadInput> {
    let largest = [first, second].into_iter().flatten().copied().fold(1.0, f64::max);
    RaterPair::new(first, second, floor_index(largest).saturating_add(1).min(MOST_CATEGORIES))
}

/// A metric of one variable in two samples.
fn shifted(columns: &[&[f64]], metric: fn(&Samples) -> Measure) -> Result<Measure, BadInput> {
    let [current, value] = take(columns)?;
    Ok(metric(&Samples::from_column(current, value)?))
}

/// More groups or categories than this are surely a mistake (a column of measurements).
const MOST_CATEGORIES: usize = 1000;

const LABEL_SCORE: &[Takes] = &[Takes::Label, Takes::Score];
const LABEL_PROBABILITY: &[Takes] = &[Takes::Label, Takes::Probability];
const LABEL_ALERT: &[Takes] = &[Takes::Label, Takes::Alert];
const LABEL_ALERT_GROUP: &[Takes] = &[Takes::Label, Takes::Alert, Takes::Group];
const TWO_RATERS: &[Takes] = &[Takes::Category, Takes::Category];
const TWO_METHODS: &[Takes] = &[Takes::Value, Takes::Value];
const CURRENT_VALUE: &[Takes] = &[Takes::Current, Takes::Value];
const FOLLOW_AT: &[Takes] = &[Takes::Time, Takes::Event, Takes::Number("at")];
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
            "症例のスコアが非症例より高くなる確率です（0.5なら偶然と同じです）。区間はDeLong法です。",
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
            "スコアの高い順に症例を拾うときの陽性的中率の平均です（偶然と同じ順位づけなら有病率と等しくなります）。",
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
            "この特異度を下回らない閾値のうち、得られる最大の感度です。",
        ),
    },
    // Classification: decisions.
    Metric {
        name: "sensitivity",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::sensitivity),
        help: Text::new("The share of cases that raised an alert.", "症例のうち、警報が出たものの割合です。"),
    },
    Metric {
        name: "specificity",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::specificity),
        help: Text::new("The share of non-cases without an alert.", "非症例のうち、警報が出なかったものの割合です。"),
    },
    Metric {
        name: "false_positive_rate",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::false_positive_rate),
        help: Text::new("The share of non-cases with an alert.", "非症例のうち、警報が出てしまったものの割合です。"),
    },
    Metric {
        name: "ppv",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::ppv),
        help: Text::new("The share of alerts that are right.", "警報のうち、正しかったものの割合（陽性的中率）です。"),
    },
    Metric {
        name: "npv",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::npv),
        help: Text::new(
            "The share of those without an alert who are indeed no case.",
            "警報が出なかった人のうち、実際に非症例だったものの割合（陰性的中率）です。",
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
            "警報と転帰の相関（Matthews相関係数）です。どちらかが一定のときは0とします。",
        ),
    },
    Metric {
        name: "lr_positive",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::lr_positive),
        help: Text::new(
            "The factor by which an alert raises the odds of the outcome.",
            "警報が出たときに、転帰のオッズが何倍になるか（陽性尤度比）です。",
        ),
    },
    Metric {
        name: "lr_negative",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::lr_negative),
        help: Text::new(
            "The factor by which the absence of an alert changes the odds of the outcome.",
            "警報が出なかったときに、転帰のオッズが何倍になるか（陰性尤度比）です。",
        ),
    },
    Metric {
        name: "alert_rate",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::alert_rate),
        help: Text::new("The share of rows with an alert.", "警報が出た行の割合です。"),
    },
    Metric {
        name: "prevalence",
        takes: &[Takes::Label],
        compute: |c| {
            let [label] = take(c)?;
            Ok(class::prevalence(&Confusion::new(label, label)?))
        },
        help: Text::new("The share of rows with the outcome.", "転帰が陽性の行の割合（有病率）です。"),
    },
    Metric {
        name: "alerts_per_true_case",
        takes: LABEL_ALERT,
        compute: |c| decided(c, class::alerts_per_true_case),
        help: Text::new(
            "How many alerts are worked through for one true case (1 / PPV).",
            "真の症例1件を見つけるまでに確認する警報の数（1／陽性的中率）です。",
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
        help: Text::new("False alerts per 1,000 rows.", "1,000行あたりの誤警報（偽陽性）の件数です。"),
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
            "誤警報（偽陽性）と見逃し（偽陰性）の費用を与えたときの、判断1件あたりの平均費用です。",
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
        name: "calibration_intercept",
        takes: LABEL_PROBABILITY,
        compute: |c| predicted(c, calibration::citl),
        help: Text::new(
            "The calibration intercept, the slope fixed at 1; the same as citl.",
            "較正の切片（傾きを1に固定）です。citlと同じです。",
        ),
    },
    Metric {
        name: "calibration_slope",
        takes: LABEL_PROBABILITY,
        compute: |c| predicted(c, calibration::calibration_slope),
        help: Text::new(
            "The calibration slope; 1 is right, below 1 the predictions are too extreme, above 1 they differ too little.",
            "較正の傾きです。1が適正で、1を下回ると予測が極端すぎ、1を上回ると予測の差が小さすぎます。",
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
        name: "decile_gap",
        takes: LABEL_PROBABILITY,
        compute: |c| predicted(c, |data| widest(data, Tenth::gap)),
        help: Text::new(
            "The largest distance between observed and mean predicted risk among the ten groups of equal count by risk; 0 is right.",
            "予測リスクの順に同数ずつ10群に分けたとき、観察された割合と平均予測リスクの差が最も大きい群での差です。0が適正です。",
        ),
    },
    Metric {
        name: "decile_gap_predicted",
        takes: LABEL_PROBABILITY,
        compute: |c| predicted(c, |data| widest(data, |tenth| tenth.predicted)),
        help: Text::new(
            "The mean predicted risk of the group with that distance.",
            "その差が最も大きい群の平均予測リスクです。",
        ),
    },
    Metric {
        name: "decile_gap_observed",
        takes: LABEL_PROBABILITY,
        compute: |c| predicted(c, |data| widest(data, |tenth| tenth.observed)),
        help: Text::new(
            "The observed risk of the group with that distance.",
            "その差が最も大きい群で観察された割合です。",
        ),
    },
    Metric {
        name: "decile_gap_rows",
        takes: LABEL_PROBABILITY,
        compute: |c| predicted(c, |data| widest(data, |tenth| tenth.rows as f64)),
        help: Text::new("How many rows the group with that distance has.", "その差が最も大きい群の行数です。"),
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
            "有病率だけによる予測と比べたBrierスコアです。1が完全、0は有病率と同程度です。",
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
            "確率が閾値以上の人を治療するときの純便益です。1人あたりの真の症例数で表します。",
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
            "純便益を有病率で割った値です。1が最大です。",
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
            "すでに下した判断の純便益を、この閾値の重みで求めたものです。",
        ),
    },
    Metric {
        name: "net_benefit_expected",
        takes: &[Takes::Probability, Takes::Alert, Takes::Number("threshold")],
        compute: |c| {
            let [risk, alert, threshold] = take(c)?;
            match number("threshold", threshold, 0.0, 1.0)? {
                Some(threshold) => utility::net_benefit_expected(risk, alert, threshold),
                None => Ok(Err(Undefined::NoRows)),
            }
        },
        help: Text::new(
            "Net benefit of decisions already made, by the patients' true risks (p) instead of their outcomes.",
            "すでに下した判断の純便益を、実際の転帰ではなく真のリスク（p）で求めたものです。",
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
    // Survival.
    Metric {
        name: "harrell_c",
        takes: &[Takes::Time, Takes::Event, Takes::Score],
        compute: |c| {
            let [time, event, risk] = take(c)?;
            Ok(survival::harrell_c(&Ranking::new(time, event, risk)?))
        },
        help: Text::new(
            "Harrell's C: how often the patient with the earlier event had the higher risk (0.5 is guessing).",
            "HarrellのC指数です。先にイベントが起きた患者のリスクの方が高かった割合です（0.5なら偶然と同じです）。",
        ),
    },
    Metric {
        name: "km_survival",
        takes: FOLLOW_AT,
        compute: |c| followed(c, survival::km_survival),
        help: Text::new(
            "The share without the event at this time (Kaplan–Meier); log(−log) interval.",
            "この時点でイベントが起きていない割合（Kaplan–Meier法）です。区間はlog(−log)変換によります。",
        ),
    },
    Metric {
        name: "km_risk",
        takes: FOLLOW_AT,
        compute: |c| followed(c, survival::km_risk),
        help: Text::new(
            "The share with the event by this time, 1 − Kaplan–Meier; without competing causes only.",
            "この時点までにイベントが起きた割合（1−Kaplan–Meier推定値）です。競合リスクがない場合に限ります。",
        ),
    },
    Metric {
        name: "km_median",
        takes: &[Takes::Time, Takes::Event],
        compute: |c| {
            let [time, event] = take(c)?;
            Ok(survival::km_median(&Follow::new(time, event)?))
        },
        help: Text::new(
            "The time by which half have had the event (Kaplan–Meier).",
            "半数にイベントが起きるまでの時間（Kaplan–Meier法による中央値）です。",
        ),
    },
    Metric {
        name: "rmst",
        takes: FOLLOW_AT,
        compute: |c| followed(c, survival::rmst),
        help: Text::new(
            "The mean time without the event up to this time (restricted mean survival time).",
            "この時点までの、イベントが起きずに過ごした平均時間（境界内平均生存時間）です。",
        ),
    },
    Metric {
        name: "logrank_p",
        takes: &[Takes::Time, Takes::Event, Takes::Group],
        compute: |c| {
            let [time, event, group] = take(c)?;
            let group = categories("group", group, MOST_CATEGORIES)?;
            let test = survival::log_rank(&Follow::new(time, event)?, &group)?;
            Ok(test.map(|t| Estimate::plain(t.p, time.len())))
        },
        help: Text::new(
            "The p value of the log-rank test of equal survival in all groups.",
            "すべての群で生存が等しいかを調べるログランク検定のp値です。",
        ),
    },
    Metric {
        name: "observed_expected_at",
        takes: &[Takes::Time, Takes::Event, Takes::Probability, Takes::Number("at")],
        compute: |c| {
            let [time, event, risk, at] = take(c)?;
            let follow = Follow::new(time, event)?;
            match number("at", at, 0.0, f64::MAX)? {
                Some(at) => survival::observed_expected_at(&follow, risk, at),
                None => Ok(Err(Undefined::NoRows)),
            }
        },
        help: Text::new(
            "Observed (Kaplan–Meier) over mean predicted risk by this time; 1 is right.",
            "この時点までの、予測リスクの平均に対する観察リスク（Kaplan–Meier法）の比です。1が適正です。",
        ),
    },
    Metric {
        name: "cumulative_incidence",
        takes: &[Takes::Time, Takes::Cause, Takes::Number("cause"), Takes::Number("at")],
        compute: |c| {
            let [time, cause, of, at] = take(c)?;
            let data = Causes::new(time, cause)?;
            Ok(match (number("cause", of, 1.0, MOST_CATEGORIES as f64)?, number("at", at, 0.0, f64::MAX)?) {
                (Some(of), Some(at)) => survival::aalen_johansen(&data, floor_index(of), at),
                _ => Err(Undefined::NoRows),
            })
        },
        help: Text::new(
            "The share with this cause by this time where causes compete (Aalen–Johansen).",
            "競合する原因があるときに、この時点までにこの原因が起きた割合（Aalen–Johansen法）です。",
        ),
    },
    Metric {
        name: "net_benefit_survival",
        takes: &[Takes::Time, Takes::Event, Takes::Probability, Takes::Number("threshold"), Takes::Number("at")],
        compute: |c| {
            let [time, event, risk, threshold, at] = take(c)?;
            let data = SurvivalRisk::new(time, event, risk)?;
            Ok(match (number("threshold", threshold, 0.0, 1.0)?, number("at", at, 0.0, f64::MAX)?) {
                (Some(threshold), Some(at)) => utility::net_benefit_survival(&data, threshold, at),
                _ => Err(Undefined::NoRows),
            })
        },
        help: Text::new(
            "Net benefit of treating at this threshold for an event by this time, with censoring.",
            "打ち切りを考慮した、この時点までのイベントに対する、この閾値での純便益です。",
        ),
    },
    // Fairness.
    Metric {
        name: "demographic_parity_difference",
        takes: LABEL_ALERT_GROUP,
        compute: |c| compared(c, fairness::demographic_parity_difference),
        help: Text::new("Largest minus smallest alert rate among groups.", "群の間での警報率の最大と最小の差です。"),
    },
    Metric {
        name: "demographic_parity_ratio",
        takes: LABEL_ALERT_GROUP,
        compute: |c| compared(c, fairness::demographic_parity_ratio),
        help: Text::new("Smallest over largest alert rate among groups.", "群の間での警報率の最小と最大の比です。"),
    },
    Metric {
        name: "equal_opportunity_difference",
        takes: LABEL_ALERT_GROUP,
        compute: |c| compared(c, fairness::equal_opportunity_difference),
        help: Text::new(
            "Largest minus smallest sensitivity among groups that have cases.",
            "症例のある群の間での、感度の最大と最小の差です。",
        ),
    },
    Metric {
        name: "equalized_odds_difference",
        takes: LABEL_ALERT_GROUP,
        compute: |c| compared(c, |g| fairness::equalized_odds_difference(g, Odds::Worst)),
        help: Text::new(
            "The larger of the gaps between groups in sensitivity and in false positive rate.",
            "感度と偽陽性率それぞれの群間差のうち、大きい方です。",
        ),
    },
    Metric {
        name: "equalized_odds_ratio",
        takes: LABEL_ALERT_GROUP,
        compute: |c| compared(c, |g| fairness::equalized_odds_ratio(g, Odds::Worst)),
        help: Text::new(
            "The smaller of the ratios between groups of sensitivity and of false positive rate.",
            "感度と偽陽性率それぞれの群間比のうち、小さい方です。",
        ),
    },
    Metric {
        name: "worst_group_sensitivity",
        takes: LABEL_ALERT_GROUP,
        compute: |c| compared(c, fairness::worst_group_sensitivity),
        help: Text::new(
            "The smallest sensitivity among groups that have cases.",
            "症例のある群のうち、最も低い感度です。",
        ),
    },
    Metric {
        name: "worst_group_ppv",
        takes: LABEL_ALERT_GROUP,
        compute: |c| compared(c, fairness::worst_group_ppv),
        help: Text::new(
            "The smallest PPV among groups that have alerts.",
            "警報のある群のうち、最も低い陽性的中率です。",
        ),
    },
    // Agreement.
    Metric {
        name: "percent_agreement",
        takes: TWO_RATERS,
        compute: |c| rated(c, agreement::percent_agreement),
        help: Text::new(
            "The share of units that two raters put into the same category.",
            "2人の評価者が同じカテゴリに分けた割合です。",
        ),
    },
    Metric {
        name: "cohen_kappa",
        takes: TWO_RATERS,
        compute: |c| rated(c, |p| agreement::cohen_kappa(p, Weights::None)),
        help: Text::new(
            "Cohen's kappa: agreement of two raters beyond chance.",
            "Cohenのκ係数です。偶然を超える2人の評価者の一致の度合いです。",
        ),
    },
    Metric {
        name: "weighted_kappa",
        takes: &[Takes::Category, Takes::Category, Takes::Number("categories")],
        compute: |c| {
            let [first, second, of] = take(c)?;
            Ok(match number("categories", of, 2.0, MOST_CATEGORIES as f64)? {
                Some(of) => {
                    let pair = RaterPair::new(first, second, floor_index(of))?;
                    agreement::cohen_kappa(&pair, Weights::Quadratic)
                }
                None => Err(Undefined::NoRows),
            })
        },
        help: Text::new(
            "Cohen's kappa with quadratic weights over all grades of a scale, also unused ones.",
            "尺度のすべての段階（使われなかったものも含む）にわたる、二次の重みによるCohenのκ係数です。",
        ),
    },
    Metric {
        name: "gwet_ac1",
        takes: TWO_RATERS,
        compute: |c| {
            let [first, second] = take(c)?;
            let of = pair(first, second)?.table().len();
            Ok(agreement::gwet_ac1(&Ratings::new(&[first, second], of)?))
        },
        help: Text::new(
            "Gwet's AC1: agreement beyond chance that does not collapse when one category prevails.",
            "GwetのAC1です。一方のカテゴリに偏っていても崩れにくい、偶然を超える一致の指標です。",
        ),
    },
    Metric {
        name: "icc_agreement",
        takes: TWO_METHODS,
        compute: |c| {
            let [first, second] = take(c)?;
            agreement::icc(&[first, second], Icc::AgreementSingle)
        },
        help: Text::new(
            "ICC(A,1): absolute agreement of two raters' measurements.",
            "ICC(A,1)です。2人の評価者の測定値の絶対的な一致の度合いです。",
        ),
    },
    Metric {
        name: "lin_ccc",
        takes: TWO_METHODS,
        compute: |c| {
            let [first, second] = take(c)?;
            Ok(agreement::lin_ccc(&Methods::new(first, second)?))
        },
        help: Text::new(
            "Lin's concordance of two methods: 1 is the same value every time.",
            "2つの測定法のLinの一致相関係数です。1は常に同じ値であることを表します。",
        ),
    },
    Metric {
        name: "bland_altman_bias",
        takes: TWO_METHODS,
        compute: |c| {
            let [first, second] = take(c)?;
            Ok(agreement::bland_altman(&Methods::new(first, second)?, 1.96).map(|report| report.bias))
        },
        help: Text::new(
            "The mean difference of two methods, first minus second.",
            "2つの測定法の差（1つ目−2つ目）の平均です。",
        ),
    },
    Metric {
        name: "standardised_absolute_difference",
        takes: TWO_METHODS,
        compute: |c| {
            let [first, second] = take(c)?;
            Ok(agreement::standardised_absolute_difference(&Methods::new(first, second)?))
        },
        help: Text::new(
            "The mean absolute difference of paired values (log-odds with and without a sign, say), in SDs of the second; 0 is no change.",
            "対になった値（所見がある場合とない場合の対数オッズなど）の差の絶対値の平均を、2つ目の値の標準偏差を単位として表したものです。0なら変化がありません。",
        ),
    },
    // Drift.
    Metric {
        name: "psi",
        takes: CURRENT_VALUE,
        compute: |c| shifted(c, drift::psi),
        help: Text::new(
            "Population stability index over the reference's deciles.",
            "基準データの十分位で求めた母集団安定性指標（PSI）です。",
        ),
    },
    Metric {
        name: "ks",
        takes: CURRENT_VALUE,
        compute: |c| shifted(c, drift::ks),
        help: Text::new(
            "The largest distance between the two distribution functions (Kolmogorov–Smirnov).",
            "2つの分布関数の最大の隔たり（Kolmogorov–Smirnov統計量）です。",
        ),
    },
    Metric {
        name: "ks_p",
        takes: CURRENT_VALUE,
        compute: |c| shifted(c, drift::ks_p),
        help: Text::new("The p value of the Kolmogorov–Smirnov test.", "Kolmogorov–Smirnov検定のp値です。"),
    },
    Metric {
        name: "wasserstein_1",
        takes: CURRENT_VALUE,
        compute: |c| shifted(c, drift::wasserstein_1),
        help: Text::new(
            "How far values have moved on average between the samples, in their own unit.",
            "2つのデータの間で値が平均してどれだけ動いたかを、元の単位で表したものです。",
        ),
    },
    // Uncertainty.
    Metric {
        name: "coverage",
        takes: &[Takes::Value, Takes::Value, Takes::Value],
        compute: |c| {
            let [y, low, high] = take(c)?;
            uncertainty::coverage(y, low, high)
        },
        help: Text::new(
            "The share of measurements inside their prediction interval (value, low, high).",
            "測定値が予測区間に入った割合です（測定値、下限、上限の順）。",
        ),
    },
    Metric {
        name: "mean_width",
        takes: &[Takes::Value, Takes::Value],
        compute: |c| {
            let [low, high] = take(c)?;
            uncertainty::mean_width(low, high)
        },
        help: Text::new(
            "The mean width of prediction intervals (low, high).",
            "予測区間の幅の平均です（下限、上限の順）。",
        ),
    },
    Metric {
        name: "aurc",
        takes: &[Takes::Score, Takes::Error],
        compute: |c| {
            let [confidence, error] = take(c)?;
            Ok(uncertainty::aurc(&Selective::new(confidence, error)?))
        },
        help: Text::new(
            "The error rate among the most confident rows, averaged over how many are kept.",
            "確信度の高い順に残した行での誤りの割合を、残す数について平均したものです。",
        ),
    },
    Metric {
        name: "risk_at_coverage",
        takes: &[Takes::Score, Takes::Error, Takes::Number("coverage")],
        compute: |c| {
            let [confidence, error, kept] = take(c)?;
            let data = Selective::new(confidence, error)?;
            Ok(match number("coverage", kept, 0.0, 1.0)? {
                Some(kept) => uncertainty::risk_at_coverage(&data, kept),
                None => Err(Undefined::NoRows),
            })
        },
        help: Text::new(
            "The error rate among this share of the most confident rows.",
            "確信度の高い方からこの割合だけ残したときの、誤りの割合です。",
        ),
    },
    Metric {
        name: "gaussian_nll",
        takes: &[Takes::Value, Takes::Value, Takes::Value],
        compute: |c| {
            let [mean, sd, y] = take(c)?;
            Ok(uncertainty::gaussian_nll(&Gaussian::new(mean, sd, y)?))
        },
        help: Text::new(
            "The mean negative log-density of measurements under normal predictions (mean, SD, value).",
            "正規分布による予測のもとでの負の対数密度の平均です（平均、標準偏差、測定値の順）。",
        ),
    },
    Metric {
        name: "crps_gaussian",
        takes: &[Takes::Value, Takes::Value, Takes::Value],
        compute: |c| {
            let [mean, sd, y] = take(c)?;
            Ok(uncertainty::crps_gaussian(&Gaussian::new(mean, sd, y)?))
        },
        help: Text::new(
            "The mean CRPS of normal predictions (mean, SD, value), in the unit of measurement.",
            "正規分布による予測のCRPSの平均です（平均、標準偏差、測定値の順）。単位は測定値と同じです。",
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
            assert!(
                m.help.ja.ends_with("です。") || m.help.ja.ends_with("ます。") || m.help.ja.contains("です"),
                "{}",
                m.name
            );
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
    fn every_metric_takes_a_bootstrap() {
        let label: Vec<f64> = (0..60).map(|i| f64::from(i % 2)).collect();
        let score: Vec<f64> = (0..60).map(|i| f64::from(i * 7 % 60) / 60.0).collect();
        let ppv = metric("ppv").expect("registered");
        let alert: Vec<f64> = score.iter().map(|s| s.round()).collect();
        let strata = Resampling::strata(&label.iter().map(|y| y.to_bits()).collect::<Vec<_>>());
        let got =
            ppv.bootstrap(&[&label, &alert], &strata, 500, Seed::new(1)).expect("sound input").expect("an interval");
        let value = (ppv.compute)(&[&label, &alert]).expect("sound input").expect("alerts").value;
        assert!(got.interval.0 < value && value < got.interval.1);
        let auroc = metric("auroc").expect("registered");
        let general = auroc.bootstrap(&[&label, &score], &strata, 500, Seed::new(1)).expect("sound input");
        assert!(general.is_ok_and(|b| b.undefined == 0));
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
