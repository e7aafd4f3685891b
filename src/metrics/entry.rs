//! What is told of a metric: one entry, beside the function that computes it.
//!
//! Checks, `practicum measure`, the figures of a run, the bootstrap and the reference read these entries and nothing else.

use super::boxes::Detections;
use super::estimate::{Estimate, Measure};
use super::intervals::{Bootstrap, Counted};
use super::masks::Masks;
use super::reason::BadInput;
use super::spread::constant;
use diagnostics::text::Text;

/// A metric: what it is called, how it is written and judged, how its interval comes about, and what computes it.
#[derive(Debug)]
pub struct Metric {
    /// Its name in checks, options and documents, in field terms and `snake_case`.
    pub name: &'static str,
    /// What people read beside its value. Indented where it goes on from the metric before it.
    pub title: Text,
    /// What it is, in one sentence.
    pub help: Text,
    /// What it judges.
    pub family: Family,
    /// How its values are written.
    pub unit: Unit,
    /// The smallest and the largest value that it can have.
    pub range: (f64, f64),
    /// Which values are good.
    pub better: Better,
    /// How its 95 % interval comes about.
    pub interval: Interval,
    /// Where it is shown unasked.
    pub shown: &'static [Shown],
    /// Its equation, and the paper that it goes back to.
    pub source: &'static str,
    /// What computes it.
    pub of: Of,
}

impl PartialEq for Metric {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Metric {}

impl Metric {
    /// What computes it from columns of a table; `None` of pictures.
    pub fn columns(&self) -> Option<&'static dyn Columns> {
        match self.of {
            Of::Columns(columns) => Some(columns),
            Of::Masks(_) | Of::Boxes(_) | Of::Pictures => None,
        }
    }

    /// What its columns hold, in order; nothing of pictures.
    pub fn takes(&self) -> &'static [Takes] {
        self.columns().map_or(&[], Columns::takes)
    }

    /// Compute it from its columns.
    ///
    /// # Errors
    /// Columns that cannot be meant.
    pub fn compute(&self, columns: &[&[f64]]) -> Result<Measure, BadInput> {
        match self.columns() {
            Some(of) => Ok(of.compute(columns)?.map(|estimate| self.within(estimate))),
            None => Err(BadInput::ColumnCount { expected: 0, found: columns.len() }),
        }
    }

    /// The figure with its interval held to the values that the metric can have: a normal approximation knows of no bounds. An
    /// interval without width is none: it would say that chance had no part in the figure.
    #[must_use]
    pub fn within(&self, estimate: Estimate) -> Estimate {
        let (least, most) = self.range;
        let held = estimate.interval.map(|(low, high)| (low.clamp(least, most), high.clamp(least, most)));
        estimate.with(held.filter(|&(low, high)| low.is_infinite() || high.is_infinite() || !constant(&[low, high])))
    }

    /// The figure with the interval that a bootstrap gives it: percentiles of the resampled figures.
    ///
    /// Where chance can only raise the figure, it raises that of a resample once more, and the lower percentile would lie above the
    /// truth. Where there is nothing but chance, the noise of file and resample together is √2 times that of the file, so that
    /// resampling adds √2 − 1 of what chance has added to the figure. The lower end is therefore set below the figure by 1 / (√2 − 1)
    /// of what resampling added, and by the spread of the resamples; the upper end stays. Far from 0 resampling adds nothing, and both
    /// are the percentiles'. The interval always holds the figure and stays within the metric's range.
    #[must_use]
    pub fn resampled(&self, estimate: Estimate, bootstrap: &Bootstrap) -> Estimate {
        let (value, (low, high)) = (estimate.value, bootstrap.interval);
        let low = match self.interval {
            Interval::Bootstrap(_, Resampled::Upwards) => {
                let by_chance = (bootstrap.mean - value).max(0.0) / (std::f64::consts::SQRT_2 - 1.0);
                value - by_chance - (high - bootstrap.mean)
            }
            _ => low,
        };
        self.within(estimate.with(Some((low.min(value), high.max(value)))))
    }

    /// Whether it is shown here unasked.
    pub fn is_shown(&self, place: Shown) -> bool {
        self.shown.contains(&place)
    }

    /// Whether checks can ask it: of columns of one table, each taken once.
    pub fn in_checks(&self) -> bool {
        let one = |takes: &Takes| {
            !matches!(
                takes,
                Takes::PerClass
                    | Takes::PerRater
                    | Takes::EachTime
                    | Takes::RiskByEachTime
                    | Takes::TrainingTime
                    | Takes::TrainingEvent
            )
        };
        self.columns().is_some() && self.takes().iter().all(one)
    }
}

/// What a metric judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// How well masks agree.
    Segmentation,
    /// How common the outcome is.
    Outcome,
    /// How well scores rank.
    Ranking,
    /// Whether probabilities mean what they say.
    Calibration,
    /// What decisions get right and wrong.
    Decisions,
    /// What decisions are worth.
    Utility,
    /// How groups differ.
    Fairness,
    /// One of several classes.
    Classes,
    /// How far predicted numbers are off.
    Errors,
    /// Time to an event.
    Survival,
    /// Raters and methods.
    Agreement,
    /// Prediction intervals, predicted distributions, selective prediction.
    Uncertainty,
    /// Now against a reference.
    Drift,
    /// Boxes found, missed and made up.
    Detection,
}

impl Family {
    /// All of them, in the order in which their metrics are shown.
    pub const ALL: &[Self] = &[
        Self::Segmentation,
        Self::Outcome,
        Self::Ranking,
        Self::Calibration,
        Self::Decisions,
        Self::Utility,
        Self::Fairness,
        Self::Classes,
        Self::Errors,
        Self::Survival,
        Self::Agreement,
        Self::Uncertainty,
        Self::Drift,
        Self::Detection,
    ];

    /// What it is called.
    pub fn title(self) -> Text {
        match self {
            Self::Segmentation => Text::new("segmentation", "セグメンテーション"),
            Self::Outcome => Text::new("outcome", "転帰"),
            Self::Ranking => Text::new("ranking", "順位づけ"),
            Self::Calibration => Text::new("calibration", "較正"),
            Self::Decisions => Text::new("decisions", "判断"),
            Self::Utility => Text::new("utility", "有用性"),
            Self::Fairness => Text::new("fairness", "公平性"),
            Self::Classes => Text::new("several classes", "多クラス分類"),
            Self::Errors => Text::new("errors of a number", "数値の予測誤差"),
            Self::Survival => Text::new("survival", "生存時間"),
            Self::Agreement => Text::new("agreement", "一致度"),
            Self::Uncertainty => Text::new("uncertainty", "不確実性"),
            Self::Drift => Text::new("drift", "ドリフト"),
            Self::Detection => Text::new("detection", "物体検出"),
        }
    }
}

/// How a metric's values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A number without a unit.
    Ratio,
    /// A share, as a percentage.
    Percent,
    /// A share, per 1,000 patients.
    PerThousand,
    /// A count per 1,000 rows.
    OfThousand,
    /// A count that need not be whole, such as alerts for each case.
    Count,
    /// How many rows.
    Rows,
    /// A measurement in a unit of its own.
    Own,
    /// A p value.
    P,
}

/// Which values of a metric are good.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Better {
    /// The higher, the better.
    Higher,
    /// The lower, the better.
    Lower,
    /// The nearer to this, the better.
    Near(f64),
    /// Neither: it describes.
    Neither,
}

/// How a metric's 95 % interval comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interval {
    /// Wilson's, of a proportion.
    Wilson,
    /// `DeLong`'s, of an AUROC.
    DeLong,
    /// log(−log), of a Kaplan–Meier curve.
    LogLog,
    /// Normal on the scale of the logarithm, of a ratio.
    Log,
    /// Normal: the figure ± 1.96 standard errors.
    Normal,
    /// From the F distribution, of an intraclass correlation.
    F,
    /// Student's t, of a mean difference.
    T,
    /// None of its own: percentiles of figures of resampled rows.
    Bootstrap(Held, Resampled),
    /// None: one would make no sense.
    None,
}

impl Interval {
    /// Its name in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wilson => "wilson",
            Self::DeLong => "delong",
            Self::LogLog => "log_log",
            Self::Log => "log",
            Self::Normal => "normal",
            Self::F => "f",
            Self::T => "t",
            Self::Bootstrap(..) => "bootstrap",
            Self::None => "none",
        }
    }

    /// What it is called.
    pub fn title(self) -> Text {
        match self {
            Self::Wilson => Text::new("Wilson", "Wilson法"),
            Self::DeLong => Text::new("DeLong", "DeLong法"),
            Self::LogLog => Text::new("log(−log)", "log(−log)変換"),
            Self::Log => Text::new("normal approximation of the logarithm", "対数尺度の正規近似"),
            Self::Normal => Text::new("normal approximation", "正規近似"),
            Self::F => Text::new("the F distribution", "F分布"),
            Self::T => Text::new("the t distribution", "t分布"),
            Self::Bootstrap(..) => Text::new("bootstrap", "ブートストラップ"),
            Self::None => Text::new("none", "なし"),
        }
    }

    /// Whether the metric itself computes it.
    pub fn is_own(self) -> bool {
        !matches!(self, Self::Bootstrap(..) | Self::None)
    }
}

/// What each resample of a bootstrap has as many rows of as the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Held {
    /// Nothing: how common the outcome is, is chance too, and the figure depends on it (or there is no outcome).
    Nothing,
    /// Each outcome: the figure is one of cases and of others, each taken by themselves, such as a sensitivity.
    Outcome,
    /// Each of two samples that are compared.
    Sample,
}

/// What else has to be known of a bootstrap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resampled {
    /// Nothing: a resample takes a sort, and its figures lie around the figure.
    Plain,
    /// A resample of a million rows takes a second and more.
    Slow,
    /// The figure cannot fall below 0: in resamples it comes out higher.
    Upwards,
}

/// Where a metric is shown unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// `practicum measure`, of a file.
    File,
    /// The table `metrics` of every run.
    Run,
    /// What a learner is told of a run.
    Report,
}

/// Shown nowhere unasked: for checks.
pub(super) const NOWHERE: &[Shown] = &[];
/// Shown of a file.
pub(super) const FILE: &[Shown] = &[Shown::File];
/// Shown of a file, and among the figures of a run.
pub(super) const FILE_RUN: &[Shown] = &[Shown::File, Shown::Run];
/// Shown everywhere.
pub(super) const ALWAYS: &[Shown] = &[Shown::File, Shown::Run, Shown::Report];
/// Shown of a run.
pub(super) const RUN: &[Shown] = &[Shown::Run, Shown::Report];
/// Told to a learner.
pub(super) const REPORT: &[Shown] = &[Shown::Report];

/// Shares, and other figures from 0 to 1.
pub(super) const SHARE: (f64, f64) = (0.0, 1.0);
/// Correlations, and differences of shares.
pub(super) const CORRELATION: (f64, f64) = (-1.0, 1.0);
/// From 0 on.
pub(super) const POSITIVE: (f64, f64) = (0.0, f64::INFINITY);
/// At most 1: figures that compare with what is best.
pub(super) const AT_MOST_ONE: (f64, f64) = (f64::NEG_INFINITY, 1.0);
/// Any number.
pub(super) const ANY: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

/// What computes a metric.
pub enum Of {
    /// Columns of a table.
    Columns(&'static dyn Columns),
    /// The masks of one image, and the distance in mm that still counts as right.
    Masks(fn(&Masks<'_>, f64) -> Measure),
    /// Boxes, and the overlap (`IoU`) from which one counts as found.
    Boxes(fn(&Detections, f64) -> Measure),
    /// All pictures of a run together: its room computes it.
    Pictures,
}

impl std::fmt::Debug for Of {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Columns(_) => "Columns",
            Self::Masks(_) => "Masks",
            Self::Boxes(_) => "Boxes",
            Self::Pictures => "Pictures",
        })
    }
}

/// What computes a metric from columns.
pub trait Columns: Sync {
    /// What the columns must hold, in order.
    fn takes(&self) -> &'static [Takes];

    /// The figure, or why there is none.
    ///
    /// # Errors
    /// Columns that cannot be meant.
    fn compute(&self, columns: &[&[f64]]) -> Result<Measure, BadInput>;

    /// The figure from how often each row was drawn, where that is faster than from the rows drawn; made ready for many
    /// draws. The value is that of [`Columns::compute`] on those rows.
    fn counted(&self, columns: &[&[f64]]) -> Option<Counted> {
        let _ = columns;
        None
    }
}

/// A metric whose columns no other metric takes.
pub struct Plain {
    /// What the columns must hold, in order.
    pub takes: &'static [Takes],
    /// The figure, or why there is none.
    pub compute: fn(&[&[f64]]) -> Result<Measure, BadInput>,
}

impl Columns for Plain {
    fn takes(&self) -> &'static [Takes] {
        self.takes
    }

    fn compute(&self, columns: &[&[f64]]) -> Result<Measure, BadInput> {
        (self.compute)(columns)
    }
}

/// A metric whose columns no other metric takes, that is computed from counts too.
pub struct PlainCounted {
    /// What it takes, and the figure.
    pub plain: Plain,
    /// What computes it from how often each row was drawn; `None` where the columns cannot be meant.
    pub counted: fn(&[&[f64]]) -> Option<Counted>,
}

impl Columns for PlainCounted {
    fn takes(&self) -> &'static [Takes] {
        self.plain.takes()
    }

    fn compute(&self, columns: &[&[f64]]) -> Result<Measure, BadInput> {
        self.plain.compute(columns)
    }

    fn counted(&self, columns: &[&[f64]]) -> Option<Counted> {
        (self.counted)(columns)
    }
}

/// What a column of a metric must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// The outcome: 0 or 1.
    Label,
    /// A score on any scale; higher means that the outcome is more likely (or comes earlier).
    Score,
    /// A second score to compare the first with.
    Versus,
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
    /// The time of follow-up of the rows that a model was trained on.
    TrainingTime,
    /// Whether theirs ended with the event (1) or without (0).
    TrainingEvent,
    /// A group as a whole number from 0.
    Group,
    /// A category as a whole number from 0.
    Category,
    /// A predicted probability of each class: as many columns as there are classes.
    PerClass,
    /// The ratings of each rater: as many columns as there are raters.
    PerRater,
    /// Whether a row belongs to the current sample (1) or to the reference (0).
    Current,
    /// Whether the prediction was wrong: 0 or 1.
    Error,
    /// A measurement.
    Value,
    /// What was predicted for it.
    Predicted,
    /// The lower end of a prediction interval.
    Low,
    /// Its upper end.
    High,
    /// The mean of a predicted distribution.
    Mean,
    /// Its standard deviation.
    Sd,
    /// A column for each of several times: the time itself.
    EachTime,
    /// The predicted risk of the event by each of these times.
    RiskByEachTime,
    /// One constant, the same in every row.
    Number(Parameter),
}

/// A constant that metrics take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Parameter {
    /// The risk at and above which there is an alert.
    Threshold,
    /// A time.
    At,
    /// The time up to which pairs are compared.
    Tau,
    /// A cause among several that compete.
    Cause,
    /// A class, by its number.
    Class,
    /// How many categories there are.
    Categories,
    /// The share of rows that are answered.
    Coverage,
    /// A specificity.
    Specificity,
    /// What a false alert costs.
    CostFp,
    /// What a missed case costs.
    CostFn,
}

impl Parameter {
    /// Its name in SQL, help and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Threshold => "threshold",
            Self::At => "at",
            Self::Tau => "tau",
            Self::Cause => "cause",
            Self::Class => "class",
            Self::Categories => "categories",
            Self::Coverage => "coverage",
            Self::Specificity => "specificity",
            Self::CostFp => "cost_fp",
            Self::CostFn => "cost_fn",
        }
    }
}

impl Takes {
    /// The name of what the column holds, as help and messages say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Score | Self::Versus => "score",
            Self::Probability | Self::PerClass | Self::RiskByEachTime => "p",
            Self::Alert => "alert",
            Self::Time => "time",
            Self::Event => "event",
            Self::Cause => "cause",
            Self::TrainingTime => "training time",
            Self::TrainingEvent => "training event",
            Self::Group => "group",
            Self::Category => "category",
            Self::PerRater => "rater",
            Self::Current => "current",
            Self::Error => "error",
            Self::Value => "value",
            Self::Predicted => "predicted",
            Self::Low => "low",
            Self::High => "high",
            Self::Mean => "mean",
            Self::Sd => "sd",
            Self::EachTime => Parameter::At.name(),
            Self::Number(parameter) => parameter.name(),
        }
    }
}

/// Whether the upper-case name of an entry is that of its metric.
pub(super) const fn is_upper_case(constant: &str, name: &str) -> bool {
    let (constant, name) = (constant.as_bytes(), name.as_bytes());
    let mut at = 0;
    while at < name.len() {
        if constant.len() != name.len() || constant[at] != name[at].to_ascii_uppercase() {
            return false;
        }
        at += 1;
    }
    !name.is_empty()
}

/// The entries of a file: each as a constant of its own, and all of them in order as `METRICS`, which the registry takes up.
macro_rules! metrics {
    ($($constant:ident = $metric:expr),+ $(,)?) => {
        $(
            #[doc = concat!("The entry `", stringify!($constant), "`.")]
            pub static $constant: $crate::Metric = $metric;
            const _: () = assert!(
                $crate::entry::is_upper_case(stringify!($constant), $constant.name),
                "an entry is named as its metric, in upper case"
            );
        )+
        /// The entries of this file.
        pub(in crate) static METRICS: &[&$crate::Metric] = &[$(&$constant),+];
    };
}
pub(super) use metrics;
