//! The whole story, in order; the only room that knows every stage.
//!
//! ```text
//! synth → cohort → prepare → train → operate → predict → measure → check
//!   └────────────── probes: synth again, changed ────────┘
//! ```

mod develop;
mod figures;
mod job;
mod judge;
mod lesson;
mod mistakes;
mod notes;
mod one;
mod outputs;
mod own;
mod probe;
mod refused;
mod singles;

use crate::record::Story;
use crate::synth::{Side, World};
pub use crate::watch::{Epoch, Event, Watch};
use course::pack::Task;
use course::tables::{DEVELOP, EXAM};
use seed::Seed;
use tables::Tables;

use develop::develop;
use figures::Figures;
use job::Stopped;
pub use job::{Ended, Job, Mistake, Picture, Run, RunError, Seen, Series, Shelf};
pub use judge::judged_again;
use judge::{Finished, judged};
pub use one::{AskedColumn, AskedOne, One, one};
pub use outputs::predicted;
use outputs::target;
pub use own::{astray, learners_rows, learners_signals, listed};
use probe::retrained;

/// Runs a job while `watch` looks on.
///
/// # Errors
/// The author's mistakes and our own failures; the learner's are [`Ended::Invalid`].
pub fn run(job: &Job, watch: &mut dyn Watch) -> Result<Ended, RunError> {
    watch.tell(Event::Drawing);
    run_in(&world(job.task, (job.seed, job.exam), job.file)?, job, watch)
}

/// The world of a task and its seeds (the learner's, and the judge's where there is an exam): its data, before they are drawn.
///
/// # Errors
/// The author's mistakes.
pub fn world<'a>(
    task: &'a Task,
    (seed, exam): (u64, Option<u64>),
    file: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Result<World<'a>, RunError> {
    Ok(World::new(&task.dataset, &task.exercise, Seed::new(seed), Seed::new(exam.unwrap_or(seed)), file)?)
}

/// Runs a job in the [`world`] of its task and seeds, which other jobs may share.
///
/// # Errors
/// As [`run`].
pub fn run_in(world: &World, job: &Job, watch: &mut dyn Watch) -> Result<Ended, RunError> {
    let ran = if job.task.exercise.asks_plan { trained(world, job, watch) } else { concluded(world, job, watch) };
    match ran {
        Ok(run) => Ok(Ended::Ran(Box::new(run))),
        Err(Stopped::Invalid(faults)) => Ok(Ended::Invalid(faults)),
        Err(Stopped::Run(error)) => Err(error),
    }
}

/// The run of an exercise with a model: it is trained on the learner's rows and tells of those of the exam and its probes.
fn trained(world: &World, job: &Job, watch: &mut dyn Watch) -> Result<Run, Stopped> {
    let task = chosen(job);
    let job = &Job { task: task.as_ref().unwrap_or(job.task), ..*job };
    let exercise = &job.task.exercise;
    let retrainings = exercise.probes.iter().filter(|probe| probe.retrain && job.exam.is_some()).count();
    let model = develop(job, world, &exercise.develop, Some(1 + retrainings), watch)?;
    let mistakes = if job.figures { model.mistakes()? } else { Vec::new() };
    let mut figures = Figures::of(job, &model)?;
    if job.exam.is_some() {
        watch.tell(Event::Judging);
        // A world that is drawn with an answer is not there before it is given.
        if let Some(draw) = job.submission.decided(&exercise.exam) {
            figures.world(EXAM, model.predict(world.rows(Side::Exam, &draw)?)?, false)?;
        }
        for probe in &exercise.probes {
            goes_on(watch)?;
            let Some(draw) = job.submission.decided(&probe.draw) else { continue };
            let rows = world.rows(Side::Exam, &draw)?;
            if probe.retrain {
                let again = retrained(job, world, probe, watch)?;
                figures.world(&probe.name, again.predict(rows)?, true)?;
                figures.tables.insert(format!("{}_develop", probe.name), again.develop.table);
            } else {
                figures.world(&probe.name, model.predict(rows)?, false)?;
            }
        }
    }
    figures.own(model.develop)?;
    let Figures { measured: figures, tables, .. } = figures;
    let (target, story, epochs) = (target(job), model.story, model.fitted.epochs);
    Ok(judged(world, job, Finished { target, tables, story, epochs, figures, mistakes })?)
}

/// Of several columns that could be predicted, the plan's choice: the task with it, where it is not the usual one. A choice that is none
/// of them is told with the plan's other mistakes.
fn chosen(job: &Job) -> Option<Task> {
    let Task { exercise, dataset } = job.task;
    let label = &job.submission.plan.label.as_ref()?.value;
    let is_another = label != dataset.label() && dataset.labels().contains(&label.as_str());
    is_another.then(|| Task { dataset: dataset.predicting(label), exercise: exercise.clone() })
}

/// The run of an exercise without a model: the tables are drawn, nothing is trained, and answers and settings are judged.
fn concluded(world: &World, job: &Job, watch: &mut dyn Watch) -> Result<Run, Stopped> {
    let Task { exercise, dataset } = job.task;
    let mut tables = Tables::new();
    tables.insert(DEVELOP.to_owned(), world.rows(Side::Develop, &exercise.develop)?.table);
    if job.exam.is_some() {
        watch.tell(Event::Judging);
        if let Some(draw) = job.submission.decided(&exercise.exam) {
            tables.insert(EXAM.to_owned(), world.rows(Side::Exam, &draw)?.table);
        }
        for probe in &exercise.probes {
            goes_on(watch)?;
            if let Some(draw) = job.submission.decided(&probe.draw) {
                tables.insert(probe.name.clone(), world.rows(Side::Exam, &draw)?.table);
            }
        }
    }
    let story = Story { notes: job.submission.assumed.clone(), ..Story::default() };
    let (target, epochs, figures, mistakes) = (dataset.target, Vec::new(), Vec::new(), Vec::new());
    Ok(judged(world, job, Finished { target, tables, story, epochs, figures, mistakes })?)
}

/// Goes on, unless whoever watches ends it.
fn goes_on(watch: &dyn Watch) -> Result<(), RunError> {
    if watch.ends() { Err(RunError::Ended) } else { Ok(()) }
}
