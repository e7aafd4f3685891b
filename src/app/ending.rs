//! Why something that was asked for ended early.

use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use disk::Refused;
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

    /// A file that could not be written: the disk's refusal, or what stands in its place, which whoever put it there can mend.
    pub fn unwritten(file: &str, refused: &Refused) -> Self {
        match refused {
            Refused::Disk(_) => Self::Disk(refused.unwritten(file)),
            refused => Self::Faults(vec![refused.unwritten(file)]),
        }
    }

    /// Where the fault lies, and what is wrong.
    pub fn told(self) -> (AtFault, Vec<Fault>) {
        match self {
            Self::Faults(faults) => (AtFault::Input, faults),
            Self::Author(faults) => (AtFault::Exercise, faults),
            Self::Disk(fault) => (AtFault::Disk, vec![fault]),
            Self::Ended => (AtFault::Program, Vec::new()),
            Self::Ours(error) => {
                let expected = Text::new(
                    "an answer. It is not your fault: please tell whoever gave you the program what you did, and this line",
                    "正常な結果。あなたの誤りではありません。行った操作とこの行を、プログラムの配布元にお知らせください",
                );
                (AtFault::Program, vec![Fault::new(Id::Ours, Place::file("practicum"), error, expected)])
            }
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
