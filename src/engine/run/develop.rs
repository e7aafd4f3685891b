//! From the learner's rows to a model in use, and what it tells of rows: cohort, prepare, train, operate, predict.

use std::sync::Arc;

use super::job::{Job, RunError, Stopped};
use super::lesson::fitted;
use super::notes::{idle_masks, learned_nothing, letters_left};
use super::outputs::{Outputs, Teller, target};
use super::refused::{batch_fits, operate_rows, untrained};
use crate::cohort::{self, Part};
use crate::models::Input;
use crate::operate::{self, Calibration};
use crate::prepare::{self, Prepared};
use crate::record::{Count, Story};
use crate::signal::Signals;
use crate::synth::{self, Drawn, Origin, Side, World};
use crate::train::{self, Fitted, Lesson, Rows};
use crate::watch::Watch;
use course::exercise::Draw;
use course::plan::Wanted;
use ndarray::{Array2, Axis};
use seed::Seed;
use tables::{Frame, TableError};
use target::{Labels, Target, Tells};

/// A model made ready for use, and the learner's rows as it sees them.
pub(super) struct Model<'a> {
    pub(super) teller: Teller<'a>,
    pub(super) prepared: Prepared,
    pub(super) fitted: Fitted,
    pub(super) develop: Outputs,
    /// The learner's signals, where the model sees them.
    pub(super) seen: Option<Arc<Signals>>,
    pub(super) parts: Vec<Part>,
    pub(super) story: Story,
}

impl Model<'_> {
    pub(super) fn predict(&self, drawn: Drawn) -> Result<Outputs, RunError> {
        let pictures = self.seen.as_ref().and(drawn.signals.as_ref()).map(Origin::all);
        let logits = logits(&self.prepared, &self.fitted, &drawn.table, pictures.as_deref())?;
        // A class that the learner's rows do not have cannot be predicted, and would count as anything.
        synth::labels(&self.teller.job.task.dataset, &drawn.table, Some(&self.teller.classes))?;
        self.teller.told(drawn.table, &logits, (&self.prepared, pictures.as_deref()))
    }
}

/// What a model gives for each row of a table: `[rows, outputs]` or `[rows, height · width]`.
fn logits(
    prepared: &Prepared,
    fitted: &Fitted,
    table: &Frame,
    signals: Option<&Signals>,
) -> Result<Array2<f32>, TableError> {
    let rows: Vec<usize> = (0..table.height()).collect();
    let (first, others) = rows.split_at(fitted.at_once().min(rows.len()));
    let mut all = fitted.logits(&prepared.apply(table, signals, first)?);
    for rows in others.chunks(fitted.at_once()) {
        let more = fitted.logits(&prepared.apply(table, signals, rows)?);
        all.append(Axis(0), more.view())
            .map_err(|_| TableError::new("a model that gives another number of outputs for other rows"))?;
    }
    Ok(all)
}

/// What the model should give for each row: `[rows, outputs]`.
pub(super) fn wanted(target: Target, labels: &Labels) -> Result<Array2<f32>, TableError> {
    let outputs = target.outputs(labels).unwrap_or(1);
    let rows: Vec<f32> = (0..labels.len()).flat_map(|row| (target.spec().wanted)(labels, row)).collect();
    Array2::from_shape_vec((labels.len(), outputs), rows)
        .map_err(|_| TableError::new("labels that do not hold what their target predicts"))
}

/// From the learner's rows to a model in use: cohort, prepare, train, operate. The first of several `trainings` counts them all.
pub(super) fn develop<'a>(
    job: &'a Job<'a>,
    world: &World,
    draw: &Draw,
    trainings: Option<usize>,
    watch: &mut dyn Watch,
) -> Result<Model<'a>, Stopped> {
    let dataset = &job.task.dataset;
    let plan = &job.submission.plan;
    let seed = Seed::new(job.seed).named("develop");
    let target = target(job);
    let drawn = world.rows(Side::Develop, draw)?;
    let visible = world.visible(&drawn.table)?;
    let shape = drawn.signals.as_ref().map(Origin::shape);
    let sees_signals = prepare::sees_signals(plan, dataset, &visible, shape)?;
    let misfits = [plan.fits(target), prepare::astray(&Wanted::of(&plan.section), dataset, &visible)].concat();
    if !misfits.is_empty() {
        return Err(Stopped::Invalid(misfits));
    }
    let parts = cohort::split(plan, dataset, &visible, seed)?;
    let rows = |part: Part| -> Vec<usize> { (0..parts.len()).filter(|&row| parts[row] == part).collect() };
    let train_rows = rows(Part::Train);
    batch_fits(plan, train_rows.len())?;
    let origin = drawn.signals.as_ref().filter(|_| sees_signals);
    let signals = origin.map(Origin::all);
    let prepared = Prepared::fit(plan, dataset, &visible, signals.as_deref(), &train_rows)?;
    if let Some(trainings) = trainings {
        let rows = [train_rows.len(), rows(Part::Valid).len(), parts.len()];
        train::budget::within(plan, prepared.input(), rows, trainings, job.long).map_err(Stopped::Invalid)?;
    }
    let labels = synth::labels(dataset, &visible, None)?;
    let outlined = match (&prepared, &signals) {
        (Prepared::Signals(views), Some(pictures)) if target.spec().tells == Tells::Pixels => views.outlined(pictures),
        _ => None,
    };
    let targets = match outlined {
        Some(outlined) => outlined,
        None => wanted(target, &labels)?,
    };
    // Signals take much room as numbers: while a model trains there are those of its own rows, and afterwards those of all.
    let part = |rows: &[usize]| -> Result<Rows, TableError> {
        let x = prepared.apply(&visible, signals.as_deref(), rows)?;
        Ok(Rows { input: prepared.input(), x, y: targets.select(Axis(0), rows) })
    };
    let valid_rows = rows(Part::Valid);
    let valid = (!valid_rows.is_empty()).then(|| part(&valid_rows)).transpose()?;
    let operate_rows = operate_rows(job, &visible, &valid_rows, &labels)?;
    let train_part = part(&train_rows)?;
    let lesson = Lesson::of(plan, target);
    let fitted = fitted(job, lesson, &train_part, valid.as_ref(), seed, watch);
    let fitted = fitted.map_err(|error| untrained(plan, &error))?;
    drop((train_part, valid));
    let logits = logits(&prepared, &fitted, &visible, signals.as_deref())?;
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
    if let Some(signals) = &signals {
        notes.extend(idle_masks(plan, signals.shape.plane()));
    }
    if let (Prepared::Signals(views), Some(origin)) = (&prepared, origin) {
        notes.extend(letters_left(plan, views, origin, &train_rows));
    }
    if let (true, Labels::Outcomes(y)) = (target.spec().has_risks(), &labels) {
        let of = |rows: &[usize]| rows.iter().map(|&row| (y[row], score(row))).collect::<Vec<_>>();
        notes.extend(learned_nothing(plan, &of(&train_rows), &of(&valid_rows)));
    }
    let words: Vec<Option<&str>> = parts.iter().map(|part| part.word()).collect();
    let teller = Teller { job, classes: labels.classes().to_vec(), decided };
    let mut told = teller.told(drawn.table, &logits, (&prepared, signals.as_deref())).map_err(Stopped::Run)?;
    tables::set_words(&mut told.table, "split", &words)?;
    let count = |rows: &[usize]| Count { rows: rows.len(), positive: labels.positive(rows) };
    let story = Story {
        model: plan.model.string("kind"),
        label: dataset.label().to_owned(),
        features: prepared.names(),
        masks: target.spec().tells == Tells::Pixels,
        signal: match prepared.input() {
            Input::Signal(shape) => Some(shape),
            Input::Columns(_) => None,
        },
        parts: [Part::Train, Part::Valid, Part::Test]
            .into_iter()
            .filter_map(|p| Some((p.word()?.to_owned(), count(&rows(p)))))
            .collect(),
        operate: count(&operate_rows),
        calibrate: Some(plan.operate.calibrate.value),
        threshold: teller.decided.as_ref().map(|(_, threshold)| *threshold),
        epochs: fitted.epochs.len(),
        best: fitted.best,
        last: fitted.epochs.last().copied(),
        notes,
    };
    Ok(Model { teller, prepared, fitted, develop: told, seen: signals, parts, story })
}
