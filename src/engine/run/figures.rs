//! What a run tells of rows with predictions: the tables that checks ask, and the figures of each.

use super::develop::Model;
use super::job::{Job, RunError};
use super::outputs::{Outputs, target};
use crate::cohort::Part;
use crate::evaluate::outlines::{self, Outline};
use crate::evaluate::{self, MeasuredColumns, RunFigure};
use course::tables::{DEVELOP, DEVELOP_LESIONS, EXAM};
use tables::{Frame, TableError, Tables};

/// The tables and figures that were told so far.
pub(super) struct Figures<'a> {
    job: &'a Job<'a>,
    classes: Vec<String>,
    threshold: Option<f64>,
    pub(super) measured: Vec<RunFigure>,
    pub(super) tables: Tables,
}

impl<'a> Figures<'a> {
    /// Begins with the figures of the learner's own test rows.
    pub(super) fn of(job: &'a Job<'a>, model: &Model) -> Result<Self, RunError> {
        let (classes, threshold) = (model.teller.classes.clone(), model.story.threshold);
        let mut figures = Self { job, classes, threshold, measured: Vec::new(), tables: Tables::new() };
        let judged: Vec<bool> = model.parts.iter().map(|part| *part == Part::Test).collect();
        if job.figures && judged.contains(&true) {
            let rows = tables::keep(&model.develop.table, &judged)?;
            let outlines = model.develop.outlines.iter().zip(&judged).filter(|(_, judged)| **judged);
            let outlines: Vec<Outline> = outlines.map(|(outline, _)| outline.clone()).collect();
            figures.figures(DEVELOP, (&rows, &outlines), None)?;
        }
        Ok(figures)
    }

    /// The exam's rows, or a probe's; `retrained` where the plan was trained again for them.
    pub(super) fn world(&mut self, name: &str, told: Outputs, retrained: bool) -> Result<(), RunError> {
        let dataset = &self.job.task.dataset;
        // Where labels are dealt out again, the true risk is not theirs any more: no ceiling.
        let truth = dataset.truth().filter(|_| !retrained);
        self.figures(name, (&told.table, &told.outlines), truth)?;
        if dataset.image.as_ref().is_some_and(|image| image.mask.is_some()) {
            self.lesions(course::tables::lesions(name), &told)?;
        }
        self.tables.insert(name.to_owned(), told.table);
        Ok(())
    }

    /// The learner's own rows.
    pub(super) fn own(&mut self, told: Outputs) -> Result<(), RunError> {
        if !told.outlines.is_empty() {
            self.lesions(DEVELOP_LESIONS.to_owned(), &told)?;
        }
        self.tables.insert(DEVELOP.to_owned(), told.table);
        Ok(())
    }

    fn lesions(&mut self, name: String, told: &Outputs) -> Result<(), RunError> {
        if let Some(id) = self.job.task.dataset.tables().last() {
            self.tables.insert(name, outlines::lesion_table(&told.table, id, &told.outlines)?);
        }
        Ok(())
    }

    fn figures(
        &mut self,
        name: &str,
        (rows, outlines): (&Frame, &[Outline]),
        truth: Option<&str>,
    ) -> Result<(), RunError> {
        if !self.job.figures {
            return Ok(());
        }
        let (exercise, dataset) = (&self.job.task.exercise, &self.job.task.dataset);
        let groups: Vec<String> = exercise.groups.iter().map(|group| group.value.clone()).collect();
        let groups: &[String] = if [DEVELOP, EXAM].contains(&name) { &groups } else { &[] };
        let (target, label, classes) = (target(self.job), dataset.label(), &self.classes);
        let asked = MeasuredColumns { target, label, classes, truth, worth: exercise.worth };
        self.measured.extend(evaluate::evaluate(name, &self.counted(rows)?, asked, groups)?);
        let bands = dataset.image.as_ref().map_or(&[][..], |image| &image.sizes);
        self.measured.extend(outlines::lines(name, outlines, bands));
        Ok(())
    }

    /// The rows as figures count them.
    fn counted(&self, rows: &Frame) -> Result<Frame, TableError> {
        let per = self.job.task.exercise.figures_per.as_ref().filter(|_| target(self.job).spec().counts_units);
        match per {
            Some(per) => evaluate::counted(rows, &per.value, self.job.task.dataset.label(), self.threshold),
            None => Ok(rows.clone()),
        }
    }
}
