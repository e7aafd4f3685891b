//! What measuring a file gives: figures, each with how its interval came about, and what was left out.

use diagnostics::text::Text;
use metrics::entry::Interval;
use metrics::{Estimate, Metric};

/// A kind of prediction, and with it the figures that judge it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// A yes or no, predicted by a score on any scale, by a probability, or by decisions.
    Classification,
    /// The same, where the score must be a probability: only what judges probabilities.
    Calibration,
    /// One of several classes, with a probability for each.
    Multiclass,
    /// A time until an event, which not everybody has had by the end of follow-up.
    Survival,
    /// Raters or methods that judge the same units.
    Agreement,
    /// A measurement, predicted by an interval or by a normal distribution.
    Regression,
    /// Values now against values of a reference.
    Drift,
    /// Masks of images.
    Segmentation,
    /// Boxes in images.
    Detection,
}

impl Task {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Classification,
        Self::Calibration,
        Self::Multiclass,
        Self::Survival,
        Self::Agreement,
        Self::Regression,
        Self::Drift,
        Self::Segmentation,
        Self::Detection,
    ];

    /// Its name in options and documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Classification => "classification",
            Self::Calibration => "calibration",
            Self::Multiclass => "multiclass",
            Self::Survival => "survival",
            Self::Agreement => "agreement",
            Self::Regression => "regression",
            Self::Drift => "drift",
            Self::Segmentation => "segmentation",
            Self::Detection => "detection",
        }
    }
}

/// How a 95 % interval came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// As the metric itself computes it.
    Own(Interval),
    /// Percentiles of figures of resampled rows.
    Bootstrap(Drawn),
}

/// What a bootstrap draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Drawn {
    /// Rows.
    Rows,
    /// Rows within each outcome, so that each keeps its size.
    Outcomes,
    /// Rows within each of two samples.
    Samples,
    /// Rows within each group.
    Groups,
    /// Rows within each outcome of each group.
    OutcomesOfGroups,
    /// Whole clusters, such as all rows of a patient.
    Clusters,
    /// Whole cases of segmentation.
    Cases,
    /// Whole images of detection.
    Images,
}

impl Method {
    /// Its name in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Own(interval) => interval.name(),
            Self::Bootstrap(Drawn::Rows) => "bootstrap_rows",
            Self::Bootstrap(Drawn::Outcomes | Drawn::Samples | Drawn::Groups | Drawn::OutcomesOfGroups) => {
                "bootstrap_strata"
            }
            Self::Bootstrap(Drawn::Clusters) => "bootstrap_clusters",
            Self::Bootstrap(Drawn::Cases) => "bootstrap_cases",
            Self::Bootstrap(Drawn::Images) => "bootstrap_images",
        }
    }
}

/// What a figure is of, where a metric has several: a class, a time, a label, a case, a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactorLevel {
    /// `class`, `at`, `up_to`, `label`, `case` or `column`.
    pub kind: &'static str,
    /// Which of them.
    pub value: String,
}

/// One figure.
#[derive(Clone, Debug)]
pub struct FileFigure {
    /// The metric.
    pub metric: &'static Metric,
    /// What it is of.
    pub level: Option<FactorLevel>,
    /// The group's column and value; none for all rows.
    pub group: Option<(String, String)>,
    /// The figure with its interval, or why there is none.
    pub measure: Result<Estimate, Text>,
    /// How the interval came about; none where there is no interval.
    pub method: Option<Method>,
    /// Why there is a figure but no interval.
    pub no_interval: Option<Text>,
    /// How often was resampled for the interval, where it is a bootstrap's.
    pub resamples: Option<usize>,
    /// Of a mean over cases: how many cases have no such figure, and why.
    pub without: Option<(usize, Text)>,
    /// How many rows (or cases) it was measured on.
    pub n: usize,
}

impl FileFigure {
    /// A figure still to be found.
    pub(super) fn new(metric: &'static Metric, n: usize) -> Self {
        Self {
            metric,
            level: None,
            group: None,
            measure: Err(Text::default()),
            method: None,
            no_interval: None,
            resamples: None,
            without: None,
            n,
        }
    }
}

/// What was measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The task.
    pub task: Task,
    /// The files, as the reader named them.
    pub files: Vec<String>,
    /// What was measured, in column names: `label y`.
    pub roles: Vec<(&'static str, String)>,
    /// How many rows (or cases) the file has.
    pub rows: usize,
    /// How many of them were measured.
    pub used: usize,
    /// Where rows were left out: a column, and in how many rows it is empty.
    pub missing: Vec<(String, usize)>,
    /// How many clusters the rows come from, and of which column.
    pub clusters: Option<(String, usize)>,
    /// How often was to be resampled, at most.
    pub resamples: usize,
    /// The seed of the resampling.
    pub seed: u64,
    /// What the reader has to know beside the figures.
    pub notes: Vec<Text>,
    /// The figures.
    pub figures: Vec<FileFigure>,
    /// The curves, where they were asked for.
    pub curves: Vec<Curve>,
}

/// A curve, or why it cannot be drawn is told by the figures: a curve that does not exist is left out.
#[derive(Clone, Debug)]
pub struct Curve {
    /// `roc`, `calibration`, `calibration_smooth`, `decision` or `kaplan_meier`.
    pub name: &'static str,
    /// The group's column and value; none for all rows.
    pub group: Option<(String, String)>,
    /// Its points: a list per coordinate, all of them equally long.
    pub points: Vec<(&'static str, Vec<Option<f64>>)>,
}
