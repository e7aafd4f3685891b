//! The whole story, in order; the only room that knows every stage.
//!
//! ```text
//! synth → cohort → prepare → train → operate → predict → measure → check
//!   └────────────── probes: synth again, changed ────────┘
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::check::{self, Figure, Judged, Outcome};
use crate::cohort::{self, CohortError, Part};
use crate::evaluate::outlines::{self, Outline};
use crate::evaluate::{self, Asked};
use crate::models::{Input, Kernels, Tells, nature};
use crate::operate::{self, Calibration, expit};
use crate::prepare::{self, Prepared, Views};
use crate::record::{Count, Record, Story};
use crate::synth::{self, Drawn, Pictures, Shots, Side, SynthError, World};
use crate::train::{self, Fitted, Lesson, Rows, TrainError};
pub use crate::watch::{Epoch, Event, Watch};
use course::answers::{Answer, Answers};
use course::exercise::{Draw, Item, Probe, Question, QuestionKind};
use course::pack::{Submission, Task};
use course::plan::{Calibrate, Plan, Threshold, Wanted};
use diagnostics::fault::Fault;
use diagnostics::keys::{Section, Value};
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use metrics::entry::Family;
use metrics::{Binary, Estimate};
use ndarray::{Array2, Axis};
use rayon::prelude::*;
use seed::Seed;
use tables::{Frame, TableError, Tables};
use target::{Labels, Target};
use xxhash_rust::xxh3::Xxh3;

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
    /// Whether a training beyond the usual budget was asked for (see [`train::budget`]).
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

/// The table of the learner's answers: the only one of a run that does not come out of the plan and the world.
pub const ANSWERS: &str = "answers";

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
    /// The worst mistakes on the learner's own pictures, where the model saw pictures.
    pub mistakes: Vec<Mistake>,
}

/// A picture that the model got wrong, or its mask where it draws one.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// The number of the row in `develop`, from 0.
    pub row: usize,
    /// Whether it has the outcome: a miss; otherwise a false alarm.
    pub missed: bool,
    /// The predicted risk.
    pub p: f64,
    /// The picture: `[size, size, channels]`, 0 to 255.
    pub pixels: Vec<u8>,
    /// 1 or 3.
    pub channels: usize,
    /// A pixel's height and width, in mm.
    pub spacing: [f64; 2],
    /// Where the risk comes from, two views of it, each `[size, size]`: the gradient and occlusion; or the true and the predicted
    /// mask of a model that draws masks.
    pub views: [Vec<f32>; 2],
    /// Whether the views are masks.
    pub masks: bool,
}

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
    let Task { exercise, dataset } = job.task;
    if !exercise.asks_plan {
        return concluded(world, job, watch);
    }
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
        Some(per) if target(job) == Target::Risk => evaluate::counted(rows, &per.value, label, threshold),
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
        let exam = model.predict(world.rows(Side::Exam, &exercise.exam)?)?;
        told("exam", &exam, false, &mut tables)?;
        for probe in &exercise.probes {
            goes_on(watch)?;
            let rows = world.rows(Side::Exam, &probe.draw)?;
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
    if target(job) == Target::Mask {
        // The highest pixel's risk is not the risk of a patient.
        lines.retain(|line| !matches!(line.metric.family, Family::Calibration | Family::Utility));
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
        let came = check::came(&exercise.before, &tables).map_err(|fault| RunError::Author(vec![fault]))?;
        (check::judge(&exercise.checks, &exercise.questions, answers, &tables), came)
    } else {
        (Vec::new(), Vec::new())
    };
    let outcomes = check::told(exercise, answers, &checks);
    let record = Record { story: model.story, lines, checks, came };
    Ok(Ended::Ran(Box::new(Run { tables, target: target(job), label: label.to_owned(), record, outcomes, mistakes })))
}

/// The run of an exercise that asks for no plan: the tables are drawn, nothing is trained, and only answers are judged.
fn concluded(world: &World, job: &Job, watch: &mut dyn Watch) -> Result<Ended, RunError> {
    let Task { exercise, dataset } = job.task;
    let mut tables = Tables::new();
    tables.insert("develop".to_owned(), world.rows(Side::Develop, &exercise.develop)?.table);
    if job.exam.is_some() {
        watch.tell(Event::Judging);
        tables.insert("exam".to_owned(), world.rows(Side::Exam, &exercise.exam)?.table);
        for probe in &exercise.probes {
            goes_on(watch)?;
            tables.insert(probe.name.clone(), world.rows(Side::Exam, &probe.draw)?.table);
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
        let came = check::came(&exercise.before, &tables).map_err(|fault| RunError::Author(vec![fault]))?;
        (check::judge(&exercise.checks, &exercise.questions, answers, &tables), came)
    } else {
        (Vec::new(), Vec::new())
    };
    let outcomes = check::told(exercise, answers, &checks);
    let story = Story { notes: job.submission.assumed.clone(), ..Story::default() };
    let record = Record { story, lines: Vec::new(), checks, came };
    let (target, label) = (dataset.target, dataset.label().to_owned());
    Ok(Ended::Ran(Box::new(Run { tables, target, label, record, outcomes, mistakes: Vec::new() })))
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

/// What becomes of each check where a run of the same plan in the same world gave these tables: only the answers, the questions and
/// the checks may differ.
///
/// # Errors
/// Our own.
pub fn judged_again(task: &Task, answers: &Answers, tables: &Tables) -> Result<Vec<Judged>, TableError> {
    let Task { exercise, .. } = task;
    let mut tables = tables.clone();
    tables.insert(ANSWERS.to_owned(), answers_table(&exercise.questions, answers)?);
    Ok(check::judge(&exercise.checks, &exercise.questions, answers, &tables))
}

/// What a learner may see of the rows that are theirs.
///
/// # Errors
/// The author's mistakes and our own failures.
pub fn learners_rows(task: &Task, seed: u64, file: &dyn Fn(&str) -> Option<Vec<u8>>) -> Result<Frame, RunError> {
    let seed = Seed::new(seed);
    let world = World::new(&task.dataset, &task.exercise, seed, seed, file)?;
    Ok(world.visible(&world.rows(Side::Develop, &task.exercise.develop)?.table)?)
}

/// What the items of a question say in the learner's variant, in order; nothing where it asks for no several items.
///
/// # Errors
/// The author's mistakes and our own failures.
pub fn listed(
    task: &Task,
    question: &Question,
    seed: u64,
    file: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Result<Vec<Text>, RunError> {
    let QuestionKind::Several(several) = &question.kind else { return Ok(Vec::new()) };
    let seed = Seed::new(seed);
    let truth = World::new(&task.dataset, &task.exercise, seed, seed, file)?.truth()?;
    let said = |item: &Item| -> Result<Text, RunError> {
        let Some((other, when)) = &item.other else { return Ok(item.text.clone()) };
        let Some(truth) = &truth else { return Ok(item.text.clone()) };
        let holds = sql::filter(truth, &when.value)
            .map_err(|fault| RunError::Author(vec![fault.in_place(when.place.clone())]))?;
        Ok(if holds.first() == Some(&true) { other.clone() } else { item.text.clone() })
    };
    several.items.iter().map(said).collect()
}

/// What a plan asks of the learner's rows that they do not have: told beside what is wrong with the plan itself.
///
/// # Errors
/// The author's mistakes and our own failures.
pub fn astray(
    task: &Task,
    wanted: &Wanted,
    seed: u64,
    file: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Result<Vec<Fault>, RunError> {
    Ok(prepare::astray(wanted, &task.dataset, &learners_rows(task, seed, file)?))
}

/// What the learner's pictures are drawn from, with the rows that they belong to; none where the data have no pictures.
///
/// # Errors
/// The author's mistakes and our own failures.
pub fn learners_pictures(
    task: &Task,
    seed: u64,
    file: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Result<Option<(Frame, Shots)>, RunError> {
    let seed = Seed::new(seed);
    let world = World::new(&task.dataset, &task.exercise, seed, seed, file)?;
    let drawn = world.rows(Side::Develop, &task.exercise.develop)?;
    let visible = world.visible(&drawn.table)?;
    Ok(drawn.shots.map(|shots| (visible, shots)))
}

enum Stopped {
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

/// A model made ready for use, and the learner's rows as it sees them.
struct Model<'a> {
    teller: Teller<'a>,
    prepared: Prepared,
    fitted: Fitted,
    develop: Told,
    /// The learner's pictures and what the model sees of them.
    seen: Option<(Arc<Pictures>, Array2<f32>)>,
    parts: Vec<Part>,
    story: Story,
}

/// Rows with what a model tells of them.
struct Told {
    table: Frame,
    /// For models that draw masks, how each picture's agrees with the truth.
    outlines: Vec<Outline>,
    masks: Vec<Vec<bool>>,
}

impl Model<'_> {
    fn predict(&self, drawn: Drawn) -> Result<Told, RunError> {
        let pictures = self.seen.as_ref().and(drawn.shots.as_ref()).map(Shots::draw_all);
        let x = self.prepared.apply(&drawn.table, pictures.as_deref())?;
        let logits = self.fitted.logits(&x);
        // A class that the learner's rows do not have cannot be predicted, and would count as anything.
        synth::labels(&self.teller.job.task.dataset, &drawn.table, Some(&self.teller.classes))?;
        self.teller.told(drawn.table, &logits, (&self.prepared, pictures.as_deref()))
    }

    /// The misses with the lowest and the false alarms with the highest risk among the learner's test rows (validation rows,
    /// where there are none), a few of each.
    fn mistakes(&self) -> Vec<Mistake> {
        const EACH: usize = 4;
        if !self.teller.decides() {
            return Vec::new();
        }
        let (Some((pictures, x)), Prepared::Pictures(views)) = (&self.seen, &self.prepared) else { return Vec::new() };
        let column = |name: &str| tables::numbers(&self.develop.table, name).unwrap_or_default();
        let (p, y) = (column("p"), column(self.teller.job.task.dataset.label()));
        let part = if self.parts.contains(&Part::Test) { Part::Test } else { Part::Valid };
        let mut rows: Vec<(usize, f64, bool)> = (0..self.parts.len())
            .filter(|&row| self.parts[row] == part)
            .filter_map(|row| Some((row, p[row]?, y[row]? > 0.5)))
            .collect();
        // Of masks the worst are those that agree least; of risks those that are furthest off.
        let wrong = |&(row, p, positive): &(usize, f64, bool)| match self.develop.outlines.get(row) {
            Some(outline) => 1.0 - outline.figures[0],
            None if positive => 1.0 - p,
            None => p,
        };
        rows.sort_by(|a, b| wrong(b).total_cmp(&wrong(a)).then(a.0.cmp(&b.0)));
        let worst = |missed: bool| rows.iter().filter(move |row| row.2 == missed).take(EACH);
        let side = (pictures.size / 8).max(3);
        worst(true)
            .chain(worst(false))
            .map(|&(row, p, missed)| {
                let views = if let (Some(mask), Some(truth)) = (self.develop.masks.get(row), &pictures.outlined) {
                    [
                        truth.row(row).iter().map(|&pixel| f32::from(pixel)).collect(),
                        mask.iter().map(|&pixel| f32::from(u8::from(pixel))).collect(),
                    ]
                } else {
                    let x = x.row(row).to_vec();
                    let flat = |map: Array2<f32>| views.back(&ndarray::Array1::from_iter(map).view(), 0.0);
                    [flat(self.fitted.gradient(&x)), flat(self.fitted.occlusion(&x, side))]
                };
                Mistake {
                    row,
                    missed,
                    p,
                    pixels: pictures.pixels.row(row).to_vec(),
                    channels: pictures.channels,
                    spacing: pictures.spacing[row],
                    views,
                    masks: !self.develop.masks.is_empty(),
                }
            })
            .collect()
    }
}

/// What the model should give for each row: `[rows, outputs]`.
fn wanted(target: Target, labels: &Labels) -> Array2<f32> {
    let outputs = target.outputs(labels).unwrap_or(1);
    let rows: Vec<f32> = (0..labels.len()).flat_map(|row| (target.spec().wanted)(labels, row)).collect();
    Array2::from_shape_vec((labels.len(), outputs), rows).unwrap_or_default()
}

/// Makes of what a model gives what tables tell.
struct Teller<'a> {
    job: &'a Job<'a>,
    /// The classes, where one of several is predicted.
    classes: Vec<String>,
    /// How log-odds become risks, and the risk of an alert, where that is decided.
    decided: Option<(Calibration, f64)>,
}

impl Teller<'_> {
    fn decides(&self) -> bool {
        self.decided.is_some()
    }

    /// Adds to a table what the model tells.
    fn told(
        &self,
        mut table: Frame,
        outputs: &Array2<f32>,
        seen: (&Prepared, Option<&Pictures>),
    ) -> Result<Told, RunError> {
        if let Some((calibration, threshold)) = &self.decided {
            return told(self.job, table, outputs, seen, calibration, *threshold);
        }
        let rows: Vec<_> = outputs.rows().into_iter().collect();
        for column in (target(self.job).spec().told)(&self.classes, &rows) {
            match column {
                target::Told::Numbers(name, values) => tables::set_numbers(&mut table, &name, &values)?,
                target::Told::Words(name, words) => {
                    let words: Vec<Option<&str>> = words.iter().map(|word| Some(word.as_str())).collect();
                    tables::set_words(&mut table, &name, &words)?;
                }
            }
        }
        Ok(Told { table, outlines: Vec::new(), masks: Vec::new() })
    }
}

/// Adds to a table what the model tells. `raw`: its own risk; `p`: the calibrated one; `alert`: whether `p` reaches the threshold.
/// A model that draws masks tells of a picture its highest pixel's risk, and alerts where the mask has a pixel; the columns of
/// [`outlines::COLUMNS`] say how its mask agrees with the truth.
fn told(
    job: &Job,
    mut table: Frame,
    logits: &Array2<f32>,
    (prepared, pictures): (&Prepared, Option<&Pictures>),
    calibration: &Calibration,
    threshold: f64,
) -> Result<Told, RunError> {
    let highest = |row: ndarray::ArrayView1<f32>| f64::from(row.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let scores: Vec<f64> = logits.axis_iter(Axis(0)).map(highest).collect();
    let raw: Vec<f64> = scores.iter().map(|&score| expit(score)).collect();
    let p: Vec<f64> = scores.iter().map(|&score| calibration.risk(score)).collect();
    let mut alert: Vec<bool> = p.iter().map(|&p| p >= threshold).collect();
    let image = job.task.dataset.image.as_ref().filter(|image| image.mask.is_some());
    let (mut outlines, mut masks) = (Vec::new(), Vec::new());
    if let (Some(image), Some(pictures), Prepared::Pictures(views)) = (image, pictures, prepared)
        && target(job) == Target::Mask
    {
        let smallest = job.submission.plan.operate.smallest.value;
        masks = (0..logits.nrows())
            .into_par_iter()
            .map(|row| {
                let risks: Vec<f32> = views.back(&logits.row(row), f32::NEG_INFINITY);
                let risks: Vec<f32> = risks.into_iter().map(|logit| expit(f64::from(logit)) as f32).collect();
                operate::mask(&risks, pictures.size, threshold, smallest, pictures.spacing[row])
            })
            .collect();
        alert = masks.iter().map(|mask: &Vec<bool>| mask.contains(&true)).collect();
        outlines = outlines::compare(pictures, &masks, (image.tolerance, image.matching)).map_err(|bad| {
            RunError::Author(vec![Fault::new(image.kind.place.clone(), bad.text(), Text::same("mm"))])
        })?;
    }
    tables::set_numbers(&mut table, "raw", &raw)?;
    tables::set_numbers(&mut table, "p", &p)?;
    tables::set_flags(&mut table, "alert", &alert)?;
    if image.is_some() {
        outlines::add(&mut table, &outlines)?;
    }
    Ok(Told { table, outlines, masks })
}

/// What is predicted: what the dataset's label is for, or masks, where the plan's model draws them.
fn target(job: &Job) -> Target {
    match nature(&job.submission.plan.model.string("kind")).1 {
        Tells::Pixels => Target::Mask,
        Tells::Row => job.task.dataset.target,
    }
}

/// From the learner's rows to a model in use: cohort, prepare, train, operate. The first of several `trainings` counts them all.
fn develop<'a>(
    job: &'a Job<'a>,
    world: &World,
    draw: &Draw,
    trainings: Option<usize>,
    watch: &mut dyn Watch,
) -> Result<Model<'a>, Stopped> {
    let dataset = &job.task.dataset;
    let plan = &job.submission.plan;
    let seed = Seed::new(job.seed).named("develop");
    let sees_pictures = prepare::sees_pictures(plan, dataset)?;
    let target = target(job);
    let drawn = world.rows(Side::Develop, draw)?;
    let visible = world.visible(&drawn.table)?;
    let misfits = [plan.fits(target), prepare::astray(&Wanted::of(&plan.section), dataset, &visible)].concat();
    if !misfits.is_empty() {
        return Err(Stopped::Invalid(misfits));
    }
    let parts = cohort::split(plan, dataset, &visible, seed)?;
    let rows = |part: Part| -> Vec<usize> { (0..parts.len()).filter(|&row| parts[row] == part).collect() };
    let train_rows = rows(Part::Train);
    if plan.train.batch.place.line.is_some() && plan.train.batch.value > train_rows.len() {
        let (batch, most) = (plan.train.batch.value, train_rows.len());
        return Err(Stopped::Invalid(vec![plan.train.batch.fault(
            text!("batch = {batch}, but {most} training rows", "学習用の行が{most}行なのに batch = {batch}"),
            text!("1 to {most}, or 0 for all at once", "1以上{most}以下、または0（すべてを一度に）"),
        )]));
    }
    let shots = drawn.shots.as_ref().filter(|_| sees_pictures);
    let pictures = shots.map(Shots::draw_all);
    let prepared = Prepared::fit(plan, dataset, &visible, pictures.as_deref(), &train_rows)?;
    if let Some(trainings) = trainings {
        let rows = [train_rows.len(), rows(Part::Valid).len(), parts.len()];
        train::budget::within(plan, prepared.input(), rows, trainings, job.long).map_err(Stopped::Invalid)?;
    }
    let x = prepared.apply(&visible, pictures.as_deref())?;
    let labels = synth::labels(dataset, &visible, None)?;
    let outlined = match (&prepared, &pictures) {
        (Prepared::Pictures(views), Some(pictures)) if target == Target::Mask => views.outlined(pictures),
        _ => None,
    };
    let targets = match outlined {
        Some(outlined) => outlined,
        None => wanted(target, &labels),
    };
    let part =
        |rows: &[usize]| Rows { input: prepared.input(), x: x.select(Axis(0), rows), y: targets.select(Axis(0), rows) };
    let valid_rows = rows(Part::Valid);
    let valid = (!valid_rows.is_empty()).then(|| part(&valid_rows));
    let operate_rows = operate_rows(job, &visible, &valid_rows, &labels)?;
    let train_part = part(&train_rows);
    let lesson = Lesson::of(plan, target);
    let fitted = fitted(job, lesson, &train_part, valid.as_ref(), seed, watch).map_err(|error| {
        let TrainError::Diverged { epoch } = error else { return Stopped::Run(RunError::Ended) };
        let rate = plan.train.learning_rate;
        let place = plan.section.table("train").place_of("learning_rate");
        Stopped::Invalid(vec![Fault::new(
            place,
            text!(
                "learning_rate = {rate}, with which the loss became infinite in epoch {epoch}",
                "learning_rate = {rate} では、{epoch}回目で損失が無限大になりました"
            ),
            Text::new("a smaller step, such as 0.01", "より小さい値（例：0.01）"),
        )])
    })?;
    let logits = fitted.logits(&x);
    // A threshold for pixels is a number and masks are not calibrated: only risks of rows are fitted here.
    let score = |row: usize| f64::from(logits[[row, 0]]);
    let decided = match &labels {
        Labels::Outcomes(y) if target.spec().decides => {
            let pick = |of: &dyn Fn(usize) -> f64| -> Vec<f64> { operate_rows.iter().map(|&row| of(row)).collect() };
            let outcome = pick(&|row| y[row]);
            let calibration = Calibration::fit(plan.operate.calibrate.value, &pick(&score), &outcome);
            let risks = pick(&|row| calibration.risk(score(row)));
            let threshold = operate::threshold(plan.operate.threshold.value, &risks, &outcome);
            Some((calibration, threshold))
        }
        _ => None,
    };
    let mut notes = job.submission.assumed.clone();
    if let Some(pictures) = &pictures {
        notes.extend(idle_masks(plan, pictures.size));
    }
    if let (Prepared::Pictures(views), Some(shots)) = (&prepared, shots) {
        notes.extend(letters_left(plan, views, shots, &train_rows));
    }
    if let (Target::Risk, Labels::Outcomes(y)) = (target, &labels) {
        let of = |rows: &[usize]| rows.iter().map(|&row| (y[row], score(row))).collect::<Vec<_>>();
        notes.extend(learned_nothing(plan, &of(&train_rows), &of(&valid_rows)));
    }
    let words: Vec<Option<&str>> = parts.iter().map(|part| part.word()).collect();
    let teller = Teller { job, classes: labels.classes().to_vec(), decided };
    let mut told = teller.told(drawn.table, &logits, (&prepared, pictures.as_deref())).map_err(Stopped::Run)?;
    tables::set_words(&mut told.table, "split", &words)?;
    let count = |rows: &[usize]| Count { rows: rows.len(), positive: labels.positive(rows) };
    let story = Story {
        model: plan.model.string("kind"),
        features: prepared.names(),
        masks: target == Target::Mask,
        picture: match prepared.input() {
            Input::Picture(shape) => Some(shape),
            Input::Columns(_) => None,
        },
        parts: [Part::Train, Part::Valid, Part::Test]
            .into_iter()
            .filter_map(|p| Some((p.word()?.to_owned(), count(&rows(p)))))
            .collect(),
        operate: count(&operate_rows),
        calibrate: plan.operate.calibrate.value.word().to_owned(),
        threshold: teller.decided.as_ref().map(|(_, threshold)| *threshold),
        epochs: fitted.epochs.len(),
        best: fitted.best,
        last: fitted.epochs.last().copied(),
        notes,
    };
    let seen = pictures.map(|pictures| (pictures, x));
    Ok(Model { teller, prepared, fitted, develop: told, seen, parts, story })
}

/// The model of a lesson: as it was kept, or fitted now and kept.
fn fitted(
    job: &Job,
    lesson: Lesson,
    train: &Rows,
    valid: Option<&Rows>,
    seed: Seed,
    watch: &mut dyn Watch,
) -> Result<Fitted, TrainError> {
    let Some(shelf) = job.shelf else { return train::fit(lesson, train, valid, seed, watch) };
    let name = lesson_name(job, lesson, train, valid, seed);
    if let Some(fitted) = shelf.get(&name).and_then(|bytes| Fitted::again(lesson, train, &bytes)) {
        for &epoch in &fitted.epochs {
            watch.tell(Event::Trained(epoch));
        }
        return Ok(fitted);
    }
    let fitted = train::fit(lesson, train, valid, seed, watch)?;
    shelf.put(&name, &fitted.kept());
    Ok(fitted)
}

/// All that decides a fitted model, as a name: engine and processor, settings, rows, seed.
fn lesson_name(job: &Job, lesson: Lesson, train: &Rows, valid: Option<&Rows>, seed: Seed) -> String {
    let mut settings = BTreeMap::new();
    for part in ["model", "train"] {
        flatten(part, job.submission.plan.section.table(part), &mut settings);
    }
    let mut said = crate::name();
    said += &format!("{settings:?} {:?} {:?} {:?} {:?}", lesson.loss, lesson.augment, Kernels::current(), seed);
    let mut digest = Xxh3::new();
    digest.update(said.as_bytes());
    for rows in [Some(train), valid] {
        digest.update(format!("{:?}", rows.map(|rows| (rows.input, rows.x.dim(), rows.y.dim()))).as_bytes());
        for row in rows.into_iter().flat_map(|rows| rows.x.rows().into_iter().chain(rows.y.rows())) {
            digest.update(&row.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>());
        }
    }
    format!("{:032x}", digest.digest128())
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

/// The validation rows on which calibration and threshold are fitted; `labels` are those of every row.
fn operate_rows(job: &Job, visible: &Frame, valid: &[usize], labels: &Labels) -> Result<Vec<usize>, Stopped> {
    let plan = &job.submission.plan;
    let Some(condition) = &plan.operate.on else { return Ok(valid.to_vec()) };
    let met = cohort::filter(visible, condition).map_err(|fault| Stopped::Invalid(vec![fault]))?;
    let rows: Vec<usize> = valid.iter().copied().filter(|&row| met[row]).collect();
    let fits =
        plan.operate.calibrate.value != Calibrate::None || !matches!(plan.operate.threshold.value, Threshold::Fixed(_));
    let (n, met) = (valid.len(), rows.len());
    if fits && rows.is_empty() {
        let found =
            text!("0 of the {n} validation rows meet the condition", "検証用の{n}行のうち、条件を満たす行が0行です");
        let expected = Text::new(
            "a condition that leaves validation rows (see [split] valid)",
            "検証用の行が残る条件（[split]のvalidも見直してください）",
        );
        let there = tables::take(visible, valid)?;
        return Err(Stopped::Invalid(vec![cohort::unmet(&there, condition, found, expected)]));
    }
    if let Some(value) = labels.only(&rows).filter(|_| fits) {
        let label = job.task.dataset.label();
        return Err(Stopped::Invalid(vec![condition.fault(
            text!(
                "one class only: all {met} of the {n} validation rows that meet the condition have {label} = {value}",
                "検証用の{n}行のうち条件を満たす{met}行すべてが {label} = {value} で、片方のクラスしかありません"
            ),
            Text::new(
                "rows with and without the outcome, to fit calibration and threshold on",
                "較正と閾値を決められるよう、転帰が陽性の行と陰性の行の両方が残る条件",
            ),
        )]));
    }
    Ok(rows)
}

/// Blanked rectangles that lie in what the crop cuts off anyway; `size` is the pictures' height and width.
fn idle_masks(plan: &Plan, size: usize) -> Vec<Text> {
    let [left, right, top, bottom] = plan.image.crop.value;
    let idle = plan.image.mask.iter().filter(|mask| {
        let [x, y, width, height] = mask.value;
        x + width <= left || x >= size.saturating_sub(right) || y + height <= top || y >= size.saturating_sub(bottom)
    });
    idle.map(|mask| {
        let (en, ja) = (mask.place.display(Lang::En), mask.place.display(Lang::Ja));
        text!(
            "A mask hides nothing: the rectangle in {en} lies in what `crop` cuts off.",
            "マスクが何も隠していません。{ja} の長方形は、`crop` で切り取る部分にあります。"
        )
    })
    .collect()
}

/// Letters of the hospital that are still to be seen where the plan cuts off or blanks something. A plan that hides nothing is not
/// told: whether there is anything to hide is for its author to find.
fn letters_left(plan: &Plan, views: &Views, shots: &Shots, train: &[usize]) -> Option<Text> {
    const LOOKED_AT: usize = 100;
    if plan.image.crop.value == [0; 4] && plan.image.mask.is_empty() {
        return None;
    }
    let looked_at = &train[..train.len().min(LOOKED_AT)];
    let letters = shots.letters(looked_at)?;
    let (n, left) = (letters.len(), letters.iter().filter(|letters| views.leaves(letters)).count());
    (left > 0).then(|| {
        text!(
            "Letters are left: in {left} of the first {n} training pictures, part of the hospital's lead letters lies in what `crop` and `mask` leave.",
            "文字が残っています。学習用の画像の最初の{n}枚のうち{left}枚で、病院の鉛マーカーの文字の一部が、`crop` と `mask` の後にも写っています。"
        )
    })
}

/// Whether the training came to nothing, and in which words; `train` and `valid` are outcomes (0 or 1) and log-odds.
///
/// It did where the model ranks no better than chance wherever it can be looked at (the 95 % interval of each AUROC reaches down to
/// 0.5), and tells its own training rows no better than one risk for everyone would. Either alone may be bad luck or a class weight.
fn learned_nothing(plan: &Plan, train: &[(f64, f64)], valid: &[(f64, f64)]) -> Option<Text> {
    let auroc = |rows: &[(f64, f64)]| -> Option<Estimate> {
        let (y, score): (Vec<f64>, Vec<f64>) = rows.iter().copied().unzip();
        metrics::classification::auroc(&Binary::new(&y, &score).ok()?).ok()
    };
    let by_chance = |auroc: &Estimate| auroc.interval.map_or(auroc.value, |(low, _)| low) <= 0.5;
    let own = auroc(train)?;
    let judged = auroc(valid).unwrap_or(own);
    if !by_chance(&own) || !by_chance(&judged) {
        return None;
    }
    let n = train.len() as f64;
    let loss = |(y, score): &(f64, f64)| {
        let towards = if *y > 0.5 { *score } else { -score };
        (-towards).max(0.0) + (-towards.abs()).exp().ln_1p()
    };
    let loss = train.iter().map(loss).sum::<f64>() / n;
    let share = train.iter().map(|(y, _)| y).sum::<f64>() / n;
    let one_risk = -(share * share.ln() + (1.0 - share) * (1.0 - share).ln());
    // Weights are single numbers: what is 1e-6 below is not below.
    if loss < one_risk * (1.0 - 1e-6) {
        return None;
    }
    let (auroc, rate, epochs) = (judged.value, plan.train.learning_rate, plan.train.epochs);
    let passes = if epochs == 1 { "epoch" } else { "epochs" };
    Some(text!(
        "It learned nothing: it ranks patients no better than chance (AUROC {auroc:.2}), and its log-loss on the training rows, {loss:.3}, is not below {one_risk:.3}, which the same risk for everyone would have. Too large a step (learning_rate = {rate}), too short a training ({epochs} {passes}), or nothing to learn from in what the model sees.",
        "何も学んでいません。患者の順位づけは偶然と同じで（AUROC {auroc:.2}）、学習用の行での対数損失{loss:.3}は、全員に同じリスクを付けた場合の{one_risk:.3}を下回っていません。更新の歩幅が大きすぎる（learning_rate = {rate}）、学習が短すぎる（{epochs}回）、またはモデルの見ているものに手がかりがない可能性があります。"
    ))
}

fn epochs_table(epochs: &[Epoch]) -> Result<Frame, TableError> {
    let mut frame = Frame::empty_with_height(epochs.len());
    tables::set_numbers(&mut frame, "epoch", &epochs.iter().map(|epoch| epoch.number as f64).collect::<Vec<_>>())?;
    tables::set_numbers(&mut frame, "train_loss", &epochs.iter().map(|epoch| epoch.train_loss).collect::<Vec<_>>())?;
    tables::set_maybe_numbers(
        &mut frame,
        "valid_loss",
        &epochs.iter().map(|epoch| epoch.valid_loss).collect::<Vec<_>>(),
    )?;
    Ok(frame)
}

/// The plan as one row: `train_epochs`, `operate_calibrate` …, and `threshold`, the risk at which there was an alert.
fn plan_table(plan: &Section, threshold: Option<f64>) -> Result<Frame, TableError> {
    let mut values = BTreeMap::from([("threshold".to_owned(), threshold.map_or(Figure::Undefined, Figure::Number))]);
    flatten("", plan, &mut values);
    check::one_row(&values)
}

fn flatten(prefix: &str, section: &Section, out: &mut BTreeMap<String, Figure>) {
    for (name, entry) in section.entries() {
        let name = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}_{name}") };
        match &entry.value {
            Value::Table(inner) => flatten(&name, inner, out),
            Value::List(items) => {
                let words = items.iter().filter_map(|item| word(&item.value)).collect::<Vec<_>>().join(", ");
                out.insert(name, Figure::Word(words));
            }
            Value::Number(x) => drop(out.insert(name, Figure::Number(*x))),
            Value::Whole(i) => drop(out.insert(name, Figure::Number(*i as f64))),
            other => {
                if let Some(word) = word(other) {
                    out.insert(name, Figure::Word(word));
                }
            }
        }
    }
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.clone()),
        Value::Whole(i) => Some(i.to_string()),
        Value::Number(x) => Some(x.to_string()),
        Value::Flag(b) => Some(b.to_string()),
        _ => None,
    }
}

/// The answers as one row: `id` for numbers and choices, `id_low` and `id_high` for intervals; NULL where none was given.
fn answers_table(questions: &[Question], answers: &Answers) -> Result<Frame, TableError> {
    let mut values = BTreeMap::new();
    for question in questions {
        let id = &question.id;
        match (&question.kind, answers.get(id)) {
            (QuestionKind::Interval { .. }, answer) => {
                let (low, high) = match answer {
                    Some(Answer::Interval(low, high)) => (Figure::Number(*low), Figure::Number(*high)),
                    _ => (Figure::Undefined, Figure::Undefined),
                };
                values.insert(format!("{id}_low"), low);
                values.insert(format!("{id}_high"), high);
            }
            (_, Some(Answer::Number(x))) => drop(values.insert(id.clone(), Figure::Number(*x))),
            (QuestionKind::Several(several), answer) => {
                for item in &several.items {
                    let marked = match answer {
                        Some(Answer::Several(words)) => Figure::Number(f64::from(u8::from(words.contains(&item.id)))),
                        _ => Figure::Undefined,
                    };
                    values.insert(format!("{id}_{}", item.id), marked);
                }
            }
            (_, Some(Answer::Choice(word))) => drop(values.insert(id.clone(), Figure::Word(word.clone()))),
            _ => drop(values.insert(id.clone(), Figure::Undefined)),
        }
    }
    check::one_row(&values)
}
