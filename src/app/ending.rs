//! Why something that was asked for ended early.

use diagnostics::fault::Fault;
use diagnostics::text;
use diagnostics::text::Text;
use engine::run::RunError;
use report::json::AtFault;
use tables::TableError;

/// Why something ended early.
#[derive(Debug)]
pub enum Ending {
    /// What was given cannot be used.
    Faults(Vec<Fault>),
    /// The author's mistake.
    Author(Vec<Fault>),
    /// Something cannot be written.
    Disk(Fault),
    /// The user ended it.
    Ended,
    /// Our own failure.
    Ours(Text),
}

impl Ending {
    /// Our own failure, from an error of ours.
    pub fn ours(error: &dyn std::fmt::Display) -> Self {
        Self::Ours(text!("Our own error: {error}.", "プログラム側の誤りです（{error}）。"))
    }

    /// Where the fault lies, and what is wrong.
    pub fn told(self) -> (AtFault, Vec<Fault>) {
        match self {
            Self::Faults(faults) => (AtFault::Input, faults),
            Self::Author(faults) => (AtFault::Exercise, faults),
            Self::Disk(fault) => (AtFault::Disk, vec![fault]),
            Self::Ended | Self::Ours(_) => (AtFault::Program, Vec::new()),
        }
    }
}

impl From<Vec<Fault>> for Ending {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Faults(faults)
    }
}

impl From<RunError> for Ending {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Author(faults) => Self::Author(faults),
            RunError::Ended => Self::Ended,
            RunError::Table(error) => error.into(),
        }
    }
}

impl From<TableError> for Ending {
    fn from(error: TableError) -> Self {
        Self::ours(&error)
    }
}

impl From<serde_json::Error> for Ending {
    fn from(error: serde_json::Error) -> Self {
        Self::ours(&error)
    }
}
