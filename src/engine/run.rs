//! The whole story, in order; the only room that knows every stage.
//!
//! ```text
//! synth → cohort → prepare → train → operate → predict → measure → check
//!   └────────────── probes: synth again, changed ────────┘
//! ```

mod develop;
mod job;
mod lesson;
mod notes;
mod one;
mod own;
mod singles;

use std::collections::BTreeMap;

use crate::check::{self, Figure, Judged};
use crate::cohort::Part;
use crate::evaluate::outlines::{self, Outline};
use crate::evaluate::{self, Asked};
use crate::record::{Record, Story};
use crate::synth::{Side, World};
pub use crate::watch::{Epoch, Event, Watch};
use course::answers::Answers;
use course::exercise::{Probe, Question};
use course::pack::Task;
use diagnostics::fault::Fault;
use diagnostics::text;
use diagnostics::text::Text;
use seed::Seed;
use tables::{Frame, TableError, Tables};

use develop::{Stopped, Told, develop, target};
pub use job::{ANSWERS, Ended, Job, Mistake, Picture, Run, RunError, Seen, Series, Shelf};
pub use one::{Asked as AskedOne, Column, One, one};
pub use own::{astray, learners_rows, learners_signals, listed};
use singles::{answers_table, epochs_table, plan_table, set};

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
    if !job.task.exercise.asks_plan {
        return concluded(world, job, watch);
    }
    let task = chosen(job);
    let job = &Job { task: task.as_ref().unwrap_or(job.task), ..*job };
    let Task { exercise, dataset } = job.task;
    let trainings =
        1 + if job.exam.is_some() { exercise.probes.iter().filter(|probe| probe.retrain).count() } else { 0 };
    let model = match develop(job, world, &exercise.develop, Some(trainings), watch) {
        Ok(model) => model,
        Err(Stopped::Invalid(faults)) => return Ok(Ended::Invalid(faults)),
        Err(Stopped::Run(error)) => return Err(error),
    };
    let label = dataset.label();
    let groups: Vec<String> = exercise.groups.iter().map(|group| group.value.clone()).collect();
    let bands = dataset.image.as_ref().map_or(&[][..], |image| &image.sizes);
    let threshold = model.story.threshold;
    let counted = |rows: &Frame| match &exercise.figures_per {
        Some(per) if target(job).spec().counts_units => evaluate::counted(rows, &per.value, label, threshold),
        _ => Ok(rows.clone()),
    };
    let mut lines = Vec::new();
    let judged: Vec<bool> = model.parts.iter().map(|part| *part == Part::Test).collect();
    let classes = &model.teller.classes;
    let asked = |truth| Asked { target: target(job), label, classes, truth, worth: exercise.worth };
    if job.figures && judged.contains(&true) {
        let rows = tables::keep(&model.develop.table, &judged)?;
        lines.extend(evaluate::evaluate("develop", &counted(&rows)?, asked(None), &groups)?);
        let outlines = &model.develop.outlines;
        let own: Vec<Outline> =
            outlines.iter().zip(&judged).filter(|(_, judged)| **judged).map(|(o, _)| o.clone()).collect();
        lines.extend(outlines::lines("develop", &own, bands));
    }
    let mistakes = if job.figures { model.mistakes() } else { Vec::new() };
    let mut tables = Tables::new();
    // Where labels are dealt out again, the true risk is not theirs any more: no ceiling.
    let mut told = |name: &str, told: &Told, retrained: bool, tables: &mut Tables| -> Result<(), RunError> {
        if job.figures {
            let truth = dataset.truth().filter(|_| !retrained);
            let groups: &[String] = if name == "exam" { &groups } else { &[] };
            lines.extend(evaluate::evaluate(name, &counted(&told.table)?, asked(truth), groups)?);
            lines.extend(outlines::lines(name, &told.outlines, bands));
        }
        if let (Some(_), Some(id)) =
            (dataset.image.as_ref().and_then(|image| image.mask.as_ref()), dataset.tables().last())
        {
            let lesions = if name == "exam" { "lesions".to_owned() } else { format!("{name}_lesions") };
            tables.insert(lesions, outlines::lesion_table(&told.table, id, &told.outlines)?);
        }
        tables.insert(name.to_owned(), told.table.clone());
        Ok(())
    };
    if job.exam.is_some() {
        watch.tell(Event::Judging);
        // A world that is drawn with an answer is not there before it is given.
        if let Some(draw) = job.submission.decided(&exercise.exam) {
            let exam = model.predict(world.rows(Side::Exam, &draw)?)?;
            told("exam", &exam, false, &mut tables)?;
        }
        for probe in &exercise.probes {
            goes_on(watch)?;
            let Some(draw) = job.submission.decided(&probe.draw) else { continue };
            let rows = world.rows(Side::Exam, &draw)?;
            let predicted = if probe.retrain {
                let mut draw = exercise.develop.clone();
                draw.interventions.extend(probe.draw.interventions.clone());
                match develop(job, world, &draw, None, &mut Unsaid(watch)) {
                    Ok(again) => {
                        let predicted = again.predict(rows)?;
                        tables.insert(format!("{}_develop", probe.name), again.develop.table);
                        predicted
                    }
                    // The learner's own rows would do; those of the changed world, which the plan must also serve, do not.
                    Err(Stopped::Invalid(faults)) => {
                        return Ok(Ended::Invalid(faults.into_iter().map(|fault| in_probe(probe, fault)).collect()));
                    }
                    Err(Stopped::Run(error)) => return Err(error),
                }
            } else {
                model.predict(rows)?
            };
            told(&probe.name, &predicted, probe.retrain, &mut tables)?;
        }
    }
    if let Some(truth) = world.truth()? {
        tables.insert("world".to_owned(), truth);
    }
    tables.insert("epochs".to_owned(), epochs_table(&model.fitted.epochs)?);
    tables.insert("metrics".to_owned(), evaluate::as_table(&lines)?);
    tables.insert("plan".to_owned(), plan_table(&job.submission.plan.section, model.story.threshold)?);
    tables.insert(ANSWERS.to_owned(), answers_table(&exercise.questions, &job.submission.answers)?);
    if !model.develop.outlines.is_empty()
        && let Some(id) = dataset.tables().last()
    {
        let lesions = outlines::lesion_table(&model.develop.table, id, &model.develop.outlines)?;
        tables.insert("develop_lesions".to_owned(), lesions);
    }
    tables.insert("develop".to_owned(), model.develop.table);
    let answers = &job.submission.answers;
    let (checks, came) = if job.exam.is_some() {
        let came = came(job, &tables)?;
        (check::judge(&exercise.checks, &exercise.questions, answers, &tables), came)
    } else {
        (Vec::new(), Vec::new())
    };
    let outcomes = check::told(exercise, (answers, &job.submission.unjudged), &checks);
    let record = Record { story: model.story, lines, checks, came };
    Ok(Ended::Ran(Box::new(Run { tables, target: target(job), label: label.to_owned(), record, outcomes, mistakes })))
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
fn concluded(world: &World, job: &Job, watch: &mut dyn Watch) -> Result<Ended, RunError> {
    let Task { exercise, dataset } = job.task;
    let mut tables = Tables::new();
    tables.insert("develop".to_owned(), world.rows(Side::Develop, &exercise.develop)?.table);
    if job.exam.is_some() {
        watch.tell(Event::Judging);
        if let Some(draw) = job.submission.decided(&exercise.exam) {
            tables.insert("exam".to_owned(), world.rows(Side::Exam, &draw)?.table);
        }
        for probe in &exercise.probes {
            goes_on(watch)?;
            if let Some(draw) = job.submission.decided(&probe.draw) {
                tables.insert(probe.name.clone(), world.rows(Side::Exam, &draw)?.table);
            }
        }
    }
    if let Some(truth) = world.truth()? {
        tables.insert("world".to_owned(), truth);
    }
    tables.insert("epochs".to_owned(), epochs_table(&[])?);
    tables.insert("metrics".to_owned(), evaluate::as_table(&[])?);
    tables.insert("plan".to_owned(), plan_table(&job.submission.plan.section, None)?);
    let answers = &job.submission.answers;
    tables.insert(ANSWERS.to_owned(), answers_table(&exercise.questions, answers)?);
    let (checks, came) = if job.exam.is_some() {
        let came = came(job, &tables)?;
        (check::judge(&exercise.checks, &exercise.questions, answers, &tables), came)
    } else {
        (Vec::new(), Vec::new())
    };
    let outcomes = check::told(exercise, (answers, &job.submission.unjudged), &checks);
    let story = Story { notes: job.submission.assumed.clone(), ..Story::default() };
    let record = Record { story, lines: Vec::new(), checks, came };
    let (target, label) = (dataset.target, dataset.label().to_owned());
    Ok(Ended::Ran(Box::new(Run { tables, target, label, record, outcomes, mistakes: Vec::new() })))
}

/// What came of what was expected; nothing of a world that waits for an answer.
fn came(job: &Job, tables: &Tables) -> Result<Vec<(String, Figure)>, RunError> {
    let exercise = &job.task.exercise;
    let draws = exercise.probes.iter().map(|probe| (probe.name.as_str(), &probe.draw));
    let waiting: Vec<&str> = std::iter::once(("exam", &exercise.exam))
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

/// A mistake of a plan that shows only where it is trained again in a probe's world.
fn in_probe(probe: &Probe, fault: Fault) -> Fault {
    let (name, about) = (&probe.name, &probe.about);
    let (Text { en, ja }, about_en, about_ja) =
        (fault.found, about.en.trim_end_matches('.'), about.ja.trim_end_matches('。'));
    let found = text!(
        "{en} – not in your own data, but where the check trains your plan again (`{name}`: {about_en})",
        "{ja}。手元のデータではなく、判定のために同じ計画を学習し直したとき（`{name}`：{about_ja}）です"
    );
    Fault { found, ..fault }
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
    if let Some(plan) = tables.get_mut("plan").filter(|_| !settings.is_empty()) {
        set(plan, settings)?;
    }
    tables.insert(ANSWERS.to_owned(), answers_table(&exercise.questions, answers)?);
    Ok(check::judge(&exercise.checks, &exercise.questions, answers, &tables))
}

/// Goes on, unless whoever watches ends it.
fn goes_on(watch: &dyn Watch) -> Result<(), RunError> {
    if watch.ends() { Err(RunError::Ended) } else { Ok(()) }
}

/// A watch who is told nothing of a training beside the learner's own.
struct Unsaid<'a>(&'a dyn Watch);

impl Watch for Unsaid<'_> {
    fn tell(&mut self, _: Event) {}

    fn ends(&self) -> bool {
        self.0.ends()
    }
}
