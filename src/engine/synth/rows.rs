//! Rows of a dataset, and why there may be none.

use diagnostics::fault::Fault;
use tables::{Frame, TableError};

use super::signals::Origin;

/// The rows' keys, beside their columns while they are drawn.
pub(super) const KEY: &str = "__key";

/// Drawn rows.
#[derive(Clone, Debug, Default)]
pub struct Drawn {
    /// Every column, the hidden ones too.
    pub table: Frame,
    /// Where the rows' signals come from, where the dataset has any.
    pub signals: Option<Origin>,
}

/// Why there are no data: always the author's or our fault, never the learner's.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// The dataset or the exercise is wrong.
    #[error("the dataset cannot be drawn")]
    Author(Vec<Fault>),
    /// Our own failure.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl From<Vec<Fault>> for SynthError {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Author(faults)
    }
}

impl From<Fault> for SynthError {
    fn from(fault: Fault) -> Self {
        Self::Author(vec![fault])
    }
}

/// What the learner gets or the hidden rows that judge: two draws that share no luck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The learner's.
    Develop,
    /// The judge's.
    Exam,
}
