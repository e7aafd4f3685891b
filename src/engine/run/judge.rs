//! The end of every run: the tables that all of them have, and what becomes of the checks.

use std::collections::BTreeMap;

use super::job::{Job, Mistake, Run, RunError};
use super::singles::{answers_table, epochs_table, plan_table, set};
use crate::check::{self, Figure, Judged};
use crate::evaluate::{self, RunFigure};
use crate::record::{Record, Story};
use crate::synth::World;
use crate::watch::Epoch;
use course::answers::Answers;
use course::exercise::Question;
use course::pack::Task;
use course::tables::{ANSWERS, EPOCHS, EXAM, METRICS, PLAN, WORLD};
use tables::{TableError, Tables};
use target::Target;

/// What a run came to, before it is judged.
pub(super) struct Finished {
    pub(super) target: Target,
    pub(super) tables: Tables,
    pub(super) story: Story,
    pub(super) epochs: Vec<Epoch>,
    pub(super) figures: Vec<RunFigure>,
    pub(super) mistakes: Vec<Mistake>,
}

/// Adds the tables that every run has, and judges them where there is an exam.
pub(super) fn judged(world: &World, job: &Job, finished: Finished) -> Result<Run, RunError> {
    let Finished { target, mut tables, story, epochs, figures, mistakes } = finished;
    let (exercise, submission) = (&job.task.exercise, job.submission);
    if let Some(truth) = world.truth()? {
        tables.insert(WORLD.to_owned(), truth);
    }
    tables.insert(EPOCHS.to_owned(), epochs_table(&epochs)?);
    tables.insert(METRICS.to_owned(), evaluate::as_table(&figures)?);
    tables.insert(PLAN.to_owned(), plan_table(&submission.plan.section, story.threshold)?);
    tables.insert(ANSWERS.to_owned(), answers_table(&exercise.questions, &submission.answers)?);
    let (mut checks, mut came) = (Vec::new(), Vec::new());
    if job.exam.is_some() {
        came = expected(job, &tables)?;
        checks = check::judge(&exercise.checks, &exercise.questions, &submission.answers, &tables);
    }
    let outcomes = check::told(exercise, (&submission.answers, &submission.unjudged), &checks);
    let record = Record { story, figures, checks, came };
    Ok(Run { tables, target, label: job.task.dataset.label().to_owned(), record, outcomes, mistakes })
}

/// What came of what was expected; nothing of a world that waits for an answer.
fn expected(job: &Job, tables: &Tables) -> Result<Vec<(String, Figure)>, RunError> {
    let exercise = &job.task.exercise;
    let draws = exercise.probes.iter().map(|probe| (probe.name.as_str(), &probe.draw));
    let waiting: Vec<&str> = std::iter::once((EXAM, &exercise.exam))
        .chain(draws)
        .filter(|(_, draw)| job.submission.decided(draw).is_none())
        .map(|(name, _)| name)
        .collect();
    let waits = |question: &&Question| {
        let tables = question.came.as_ref().map(|came| &came.value.names().tables);
        tables.is_some_and(|tables| waiting.iter().any(|name| tables.contains(*name)))
    };
    let (open, there): (Vec<&Question>, Vec<&Question>) = exercise.before.iter().partition(waits);
    let there: Vec<Question> = there.into_iter().cloned().collect();
    let mut came = check::came(&there, tables).map_err(|fault| RunError::Author(vec![fault]))?;
    came.extend(open.into_iter().map(|question| (question.id.clone(), Figure::Undefined)));
    Ok(came)
}

/// What becomes of each check where a run of the same plan in the same world gave these tables (and of the same answers and settings,
/// where worlds are drawn with them): only the answers, the settings (by
/// their column of the table `plan`), the questions and the checks may differ.
///
/// # Errors
/// Our own.
pub fn judged_again(
    task: &Task,
    answers: &Answers,
    settings: &BTreeMap<String, Figure>,
    tables: &Tables,
) -> Result<Vec<Judged>, TableError> {
    let Task { exercise, .. } = task;
    let mut tables = tables.clone();
    if let Some(plan) = tables.get_mut(PLAN).filter(|_| !settings.is_empty()) {
        set(plan, settings)?;
    }
    tables.insert(ANSWERS.to_owned(), answers_table(&exercise.questions, answers)?);
    Ok(check::judge(&exercise.checks, &exercise.questions, answers, &tables))
}
