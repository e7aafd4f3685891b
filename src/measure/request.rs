//! What is asked about files of predictions: every option, whatever kind of file it is for.

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

/// What is asked about files: columns by name, as a person gave them.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// A table of predictions; or the true masks and the predicted ones; or, with [`truth`](Self::truth), predicted boxes.
    pub files: Vec<PathBuf>,
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
    /// Of masks: the size of a voxel along each axis, in mm; empty for 1 each.
    pub spacing: Vec<f64>,
    /// Of masks: the labels to measure apart; empty where a mask has but one.
    pub labels: Vec<u32>,
    /// Of masks: the distance in mm that still counts as right, for the surface Dice; none for the usual one.
    pub tolerance: Option<f64>,
    /// Of masks: the most that the centroids of lesions that are matched one to one lie apart, in mm.
    pub distance: Option<f64>,
    /// The true boxes.
    pub truth: Option<PathBuf>,
    /// Of boxes: how many images there are, also those without any; none for those named in the files.
    pub images: Option<usize>,
    /// Of boxes: the overlap from which a predicted one finds a true one; none for the usual one. Of masks: match lesions one to one from
    /// this overlap on.
    pub iou: Option<f64>,
    /// How often a bootstrap resamples: 0 for no bootstrap, none for 1,000 times, and less often on a large file.
    pub resamples: Option<usize>,
    /// The seed of the resampling.
    pub seed: u64,
}

/// The distance in mm that the surface Dice allows where nobody says another.
pub(super) const TOLERANCE: f64 = 1.0;

/// The overlap from which a predicted box finds a true one where nobody says another.
pub(super) const IOU: f64 = 0.5;

/// What an option is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    /// Tables of some tasks: which, each task says.
    Tasks,
    /// Every table.
    Tables,
    /// Masks.
    Masks,
    /// Boxes.
    Boxes,
}

impl Request {
    /// The options that were given and that not every kind of file takes, each with what it is for.
    pub(super) fn given(&self) -> impl Iterator<Item = (&'static str, &'static [For])> {
        use For::{Boxes, Masks, Tables, Tasks};
        let options: [(bool, &'static str, &'static [For]); 30] = [
            (self.label.is_some(), "--label", &[Tasks]),
            (self.positive.is_some(), "--positive", &[Tasks]),
            (!self.score.is_empty(), "--score", &[Tasks]),
            (self.versus.is_some(), "--versus", &[Tasks]),
            (self.alert.is_some(), "--alert", &[Tasks]),
            (self.threshold.is_some(), "--threshold", &[Tasks, Masks]),
            (!self.group.is_empty(), "--group", &[Tables]),
            (self.cluster.is_some(), "--cluster", &[Tables]),
            (self.time.is_some(), "--time", &[Tasks]),
            (self.event.is_some(), "--event", &[Tasks]),
            (self.training.is_some(), "--training", &[Tasks]),
            (self.cause.is_some(), "--cause", &[Tasks]),
            (!self.at.is_empty(), "--at", &[Tasks]),
            (!self.raters.is_empty(), "--raters", &[Tasks]),
            (self.scale.is_some(), "--scale", &[Tasks]),
            (self.categories.is_some(), "--categories", &[Tasks]),
            (self.low.is_some(), "--low", &[Tasks]),
            (self.high.is_some(), "--high", &[Tasks]),
            (self.sd.is_some(), "--sd", &[Tasks]),
            (self.current.is_some(), "--current", &[Tasks]),
            (self.curves, "--curves", &[Tables]),
            (self.drop_missing, "--missing", &[Tables]),
            (!self.missing_markers.is_empty(), "--missing-marker", &[Tables]),
            (self.cp932, "--encoding", &[Tables, Boxes]),
            (!self.spacing.is_empty(), "--spacing", &[Masks]),
            (!self.labels.is_empty(), "--labels", &[Masks]),
            (self.tolerance.is_some(), "--tolerance", &[Masks]),
            (self.distance.is_some(), "--distance", &[Masks]),
            (self.images.is_some(), "--images", &[Boxes]),
            (self.iou.is_some(), "--iou", &[Masks, Boxes]),
        ];
        options.into_iter().filter_map(|(given, option, of)| given.then_some((option, of)))
    }
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
