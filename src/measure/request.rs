//! What is asked about a file of predictions.

use std::path::PathBuf;

use super::found::Task;

/// What raters' values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Categories without an order.
    Nominal,
    /// Grades, in order.
    Ordinal,
    /// Measurements.
    Measurement,
}

/// What is asked about a file: columns by name, as a person gave them.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The file.
    pub file: PathBuf,
    /// The task; none to be told by the columns.
    pub task: Option<Task>,
    /// Whether the file is CP932 rather than UTF-8.
    pub cp932: bool,
    /// The outcome.
    pub label: Option<String>,
    /// The outcome's value that counts as 1.
    pub positive: Option<String>,
    /// The scores: one, or one per class.
    pub score: Vec<String>,
    /// A second score to compare the first with.
    pub versus: Option<String>,
    /// Decisions already made.
    pub alert: Option<String>,
    /// The score from which there is an alert.
    pub threshold: Option<f64>,
    /// Groups, each measured apart.
    pub group: Vec<String>,
    /// What the rows of one patient have in common.
    pub cluster: Option<String>,
    /// The time of follow-up.
    pub time: Option<String>,
    /// Whether it ended with the event.
    pub event: Option<String>,
    /// The rows that the model was trained on, with the same columns of follow-up: how they were censored weights those
    /// measured. None for the file's own rows.
    pub training: Option<PathBuf>,
    /// The cause asked about, where causes compete.
    pub cause: Option<u32>,
    /// The times asked about.
    pub at: Vec<f64>,
    /// The raters or methods.
    pub raters: Vec<String>,
    /// What they rate on; none to be told by the values.
    pub scale: Option<Scale>,
    /// How many grades the scale has.
    pub categories: Option<u32>,
    /// The lower ends of prediction intervals.
    pub low: Option<String>,
    /// Their upper ends.
    pub high: Option<String>,
    /// The standard deviations of normal predictions.
    pub sd: Option<String>,
    /// Whether rows without a needed value are left out and counted; otherwise they are a fault.
    pub drop_missing: bool,
    /// What else stands for a missing value, beside [`tables::MISSING`].
    pub missing_markers: Vec<String>,
    /// Whether a row belongs to now (1) or to the reference (0).
    pub current: Option<String>,
    /// Whether the points of curves are wanted.
    pub curves: bool,
    /// How often a bootstrap resamples: 0 for no bootstrap, none for 1,000 times, and less often on a large file.
    pub resamples: Option<usize>,
    /// The seed of the resampling.
    pub seed: u64,
}

impl Scale {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Nominal, Self::Ordinal, Self::Measurement];

    /// Its name in options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nominal => "nominal",
            Self::Ordinal => "ordinal",
            Self::Measurement => "measurement",
        }
    }
}
