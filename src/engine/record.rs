//! What is left of a run when its tables are gone: verdicts, figures, the story of the training. It outlives the process that made
//! it, and holds no sentence of the exercise, which may be mended afterwards.

use std::collections::BTreeMap;

use course::plan::Calibrate;
use course::tables::DEVELOP;
use serde::{Deserialize, Serialize};

use crate::check::{Figure, Judged};
use crate::evaluate::RunFigure;
use crate::signal::Shape;
use crate::watch::Epoch;
use diagnostics::text::Text;

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What was trained, on whom.
    pub story: Story,
    /// The figures of `develop` (its test rows), `exam` and the probes.
    #[serde(rename = "lines")]
    pub figures: Vec<RunFigure>,
    /// What became of each check; empty without an exam.
    pub checks: Vec<Judged>,
    /// What came of what was asked before the first run, by question; empty without an exam.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub came: Vec<(String, Figure)>,
}

impl Record {
    /// The figures of the learner's own test rows.
    pub fn own(&self) -> Vec<RunFigure> {
        self.figures.iter().filter(|line| line.table == DEVELOP).cloned().collect()
    }

    /// The figures of the exam and of the probes.
    pub fn judged(&self) -> Vec<RunFigure> {
        self.figures.iter().filter(|line| line.table != DEVELOP).cloned().collect()
    }
}

/// What was trained, on whom.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Story {
    /// The kind of model; empty where the exercise asks for no plan, and nothing was trained.
    pub model: String,
    /// The column that it predicts; empty where nothing was trained, or of a run that did not keep it.
    #[serde(default)]
    pub label: String,
    /// The numbers that it sees.
    pub features: Vec<String>,
    /// Whether it draws masks.
    pub masks: bool,
    /// Of a model that sees signals, the shape of what it sees.
    pub signal: Option<Shape>,
    /// Rows and positives of each part.
    pub parts: BTreeMap<String, Count>,
    /// The validation rows on which calibration and threshold were fitted.
    pub operate: Count,
    /// The calibration's kind; none where nothing was trained.
    #[serde(with = "calibration")]
    pub calibrate: Option<Calibrate>,
    /// The rows' risk at and above which there is an alert, where alerts are decided.
    #[serde(with = "crate::exact::option")]
    pub threshold: Option<f64>,
    /// Passes made.
    pub epochs: usize,
    /// The pass whose weights were kept.
    pub best: usize,
    /// The last pass.
    pub last: Option<Epoch>,
    /// What a reader should know before the figures: training that learned nothing, a mask that hides nothing.
    pub notes: Vec<Text>,
}

/// Rows, and how many of them have the outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Rows.
    pub rows: usize,
    /// Those with the outcome, where it is an outcome that is predicted.
    pub positive: Option<usize>,
}

/// A calibration as its word; none is an empty one.
mod calibration {
    use course::plan::Calibrate;
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    #[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
    pub(super) fn serialize<S: Serializer>(kind: &Option<Calibrate>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(kind.map_or("", Calibrate::word))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Calibrate>, D::Error> {
        let word = String::deserialize(deserializer)?;
        let kind = Calibrate::ALL.iter().copied().find(|kind| kind.word() == word);
        if kind.is_none() && !word.is_empty() {
            return Err(de::Error::unknown_variant(&word, Calibrate::WORDS));
        }
        Ok(kind)
    }
}
