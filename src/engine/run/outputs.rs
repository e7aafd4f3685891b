//! What a model's outputs say of rows: the columns that tables get, and the masks.

use ndarray::{Array2, Axis};
use rayon::prelude::*;

use super::job::{Job, RunError};
use crate::evaluate::outlines::{self, Outline};
use crate::models::nature;
use crate::operate::{self, Calibration, expit};
use crate::prepare::Prepared;
use crate::signal::Signals;
use course::pack::Task;
use course::plan::Plan;
use diagnostics::fault::{Fault, Id};
use diagnostics::text::Text;
use tables::Frame;
use target::{Target, Tells};

/// Rows with what a model tells of them.
pub(super) struct Outputs {
    pub(super) table: Frame,
    /// For models that draw masks, how each picture's agrees with the truth.
    pub(super) outlines: Vec<Outline>,
    pub(super) masks: Vec<Vec<bool>>,
}

/// Makes of what a model gives what tables tell.
pub(super) struct Teller<'a> {
    pub(super) job: &'a Job<'a>,
    /// The classes, where one of several is predicted.
    pub(super) classes: Vec<String>,
    /// How log-odds become risks, and the risk of an alert, where that is decided.
    pub(super) decided: Option<(Calibration, f64)>,
}

impl Teller<'_> {
    /// Adds to a table what the model tells.
    pub(super) fn told(
        &self,
        mut table: Frame,
        outputs: &Array2<f32>,
        seen: (&Prepared, Option<&Signals>),
    ) -> Result<Outputs, RunError> {
        if let Some((calibration, threshold)) = &self.decided {
            return told(self.job, table, outputs, seen, calibration, *threshold);
        }
        let rows: Vec<_> = outputs.rows().into_iter().collect();
        for column in (target(self.job).spec().told)(&self.classes, &rows) {
            match column {
                target::Predicted::Numbers(name, values) => tables::set_numbers(&mut table, &name, &values)?,
                target::Predicted::Words(name, words) => {
                    let words: Vec<Option<&str>> = words.iter().map(|word| Some(word.as_str())).collect();
                    tables::set_words(&mut table, &name, &words)?;
                }
            }
        }
        Ok(Outputs { table, outlines: Vec::new(), masks: Vec::new() })
    }
}

/// Adds to a table what the model tells. `raw`: its own risk; `p`: the calibrated one; `alert`: whether `p` reaches the threshold.
/// A model that draws masks tells of a picture its highest pixel's risk, and alerts where the mask has a pixel; the columns of
/// [`outlines::COLUMNS`] say how its mask agrees with the truth.
fn told(
    job: &Job,
    mut table: Frame,
    logits: &Array2<f32>,
    (prepared, pictures): (&Prepared, Option<&Signals>),
    calibration: &Calibration,
    threshold: f64,
) -> Result<Outputs, RunError> {
    let highest = |row: ndarray::ArrayView1<f32>| f64::from(row.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let scores: Vec<f64> = logits.axis_iter(Axis(0)).map(highest).collect();
    let raw: Vec<f64> = scores.iter().map(|&score| expit(score)).collect();
    let p: Vec<f64> = scores.iter().map(|&score| calibration.risk(score)).collect();
    let mut alert: Vec<bool> = p.iter().map(|&p| p >= threshold).collect();
    let image = job.task.dataset.image.as_ref().filter(|image| image.mask.is_some());
    let (mut outlines, mut masks) = (Vec::new(), Vec::new());
    if let (Some(image), Some(pictures), Prepared::Signals(views)) = (image, pictures, prepared)
        && target(job).spec().tells == Tells::Pixels
    {
        let smallest = job.submission.plan.operate.smallest.value;
        masks = (0..logits.nrows())
            .into_par_iter()
            .map(|row| {
                let risks: Vec<f32> = views.back(&logits.row(row), f32::NEG_INFINITY);
                let risks: Vec<f32> = risks.into_iter().map(|logit| expit(f64::from(logit)) as f32).collect();
                operate::mask(&risks, pictures.shape.plane(), threshold, smallest, pictures.pixel(row))
            })
            .collect();
        alert = masks.iter().map(|mask: &Vec<bool>| mask.contains(&true)).collect();
        outlines = outlines::compare(pictures, &masks, (image.tolerance, image.matching)).map_err(|bad| {
            RunError::Author(vec![Fault::new(Id::BadValue, image.kind.place.clone(), bad.text(), Text::same("mm"))])
        })?;
    }
    tables::set_numbers(&mut table, "raw", &raw)?;
    tables::set_numbers(&mut table, "p", &p)?;
    tables::set_flags(&mut table, "alert", &alert)?;
    if image.is_some() {
        outlines::add(&mut table, &outlines)?;
    }
    Ok(Outputs { table, outlines, masks })
}

/// What a plan predicts: what its label is for, or masks, where its model draws them.
pub fn predicted(task: &Task, plan: &Plan) -> Target {
    let dataset = &task.dataset;
    let other = plan.label.as_ref().map(|label| label.value.as_str());
    let other = other.filter(|label| *label != dataset.label() && dataset.labels().contains(label));
    let target = other.map_or(dataset.target, |label| dataset.predicting(label).target);
    target.told_of(nature(&plan.model.string("kind")).1)
}

/// What the job's plan predicts.
pub(super) fn target(job: &Job) -> Target {
    predicted(job.task, &job.submission.plan)
}
