//! What is to be run, how that ends, and what it came to.

use crate::check::Outcome;
use crate::cohort::CohortError;
use crate::record::Record;
use crate::synth::SynthError;
use course::pack::{Submission, Task};
use diagnostics::fault::Fault;
use serde::{Deserialize, Serialize};
use tables::{TableError, Tables};
use target::Target;

/// What is to be run.
pub struct Job<'a> {
    /// The exercise with its dataset.
    pub task: &'a Task,
    /// The plan and the answers.
    pub submission: &'a Submission,
    /// Seeds the learner's data and the training.
    pub seed: u64,
    /// Seeds the hidden rows that judge; none for a run without an exam.
    pub exam: Option<u64>,
    /// Whether the figures of the table `metrics` are wanted: checks that do not read them are judged without.
    pub figures: bool,
    /// Whether a training beyond the usual budget was asked for (see [`crate::train::budget`]).
    pub long: bool,
    /// Gives the bytes of a dataset's file by its name beside `dataset.toml`.
    pub file: &'a dyn Fn(&str) -> Option<Vec<u8>>,
    /// Where fitted models are kept, so that the same plan is trained once.
    pub shelf: Option<&'a dyn Shelf>,
}

/// Where fitted models are kept between runs. A name says all that a model was fitted by and on.
pub trait Shelf {
    /// What was kept under this name.
    fn get(&self, name: &str) -> Option<Vec<u8>>;

    /// Keeps a model; where that fails, it is fitted again another time.
    fn put(&self, name: &str, model: &[u8]);
}

/// How a run ended, where it could be begun at all.
#[derive(Debug)]
pub enum Ended {
    /// The plan or the answers cannot be run on these data; it says where, and costs nothing.
    Invalid(Vec<Fault>),
    /// It ran.
    Ran(Box<Run>),
}

/// Why nothing could be run: never the learner's fault.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The exercise or its dataset is wrong.
    #[error("the exercise or its dataset is at fault")]
    Author(Vec<Fault>),
    /// Whoever watches ended it.
    #[error("the run was ended")]
    Ended,
    /// Our own failure.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl From<SynthError> for RunError {
    fn from(error: SynthError) -> Self {
        match error {
            SynthError::Author(faults) => Self::Author(faults),
            SynthError::Table(error) => Self::Table(error),
        }
    }
}

/// What ends a run before it has come to anything.
pub(super) enum Stopped {
    Invalid(Vec<Fault>),
    Run(RunError),
}

impl From<CohortError> for Stopped {
    fn from(error: CohortError) -> Self {
        match error {
            CohortError::Plan(faults) => Self::Invalid(faults),
            CohortError::Table(error) => Self::Run(error.into()),
        }
    }
}

impl<E: Into<RunError>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Run(error.into())
    }
}

/// A finished run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its tables: `develop`, `exam`, `epochs`, `metrics`, `answers`, `plan` and one per probe.
    pub tables: Tables,
    /// What is predicted.
    pub target: Target,
    /// The column that is predicted.
    pub label: String,
    /// What it came to.
    pub record: Record,
    /// What is told of each check; empty without an exam.
    pub outcomes: Vec<Outcome>,
    /// The worst mistakes on the learner's own signals, where the model saw pictures or series.
    pub mistakes: Vec<Mistake>,
}

/// A row that the model got wrong, or its mask where it draws one.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// The number of the row in `develop`, from 0.
    pub row: usize,
    /// Whether it has the outcome: the model gave it too low a risk; otherwise too high a one.
    pub missed: bool,
    /// The predicted risk.
    pub p: f64,
    /// What the model saw.
    pub seen: Seen,
}

/// What a model saw of a row that it got wrong.
#[derive(Clone, Debug)]
pub enum Seen {
    /// A picture.
    Picture(Picture),
    /// A series.
    Series(Series),
}

/// A picture, with two views of what a model made of it.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its height and width.
    pub size: [usize; 2],
    /// `[height, width, channels]`, 0 to 255.
    pub pixels: Vec<u8>,
    /// 1 or 3.
    pub channels: usize,
    /// A pixel's height and width, in mm.
    pub spacing: [f64; 2],
    /// Where the risk comes from, two views of it, each `[height, width]`: the gradient and occlusion; or the true and the predicted
    /// mask of a model that draws masks.
    pub views: [Vec<f32>; 2],
    /// Whether the views are masks.
    pub masks: bool,
}

/// A series.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Series {
    /// Its channels, each step by step.
    pub channels: Vec<Vec<f32>>,
    /// From step to step, in s.
    pub step: f64,
}
