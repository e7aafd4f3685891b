//! From the learner's rows to a model in use, and what it tells of rows: cohort, prepare, train, operate, predict.

use std::sync::Arc;

use super::job::{Job, Mistake, Picture, RunError, Seen, Series};
use super::lesson::fitted;
use super::notes::{idle_masks, learned_nothing, letters_left};
use crate::cohort::{self, CohortError, Part};
use crate::evaluate::outlines::{self, Outline};
use crate::models::{Input, Tells, nature};
use crate::operate::{self, Calibration, expit};
use crate::prepare::{self, Prepared, Views};
use crate::record::{Count, Story};
use crate::signal::{Shape, Signals};
use crate::synth::{self, Drawn, Origin, Side, World};
use crate::train::{self, Fitted, Lesson, Rows, TrainError};
use crate::watch::Watch;
use course::exercise::Draw;
use course::plan::{Calibrate, Threshold, Wanted};
use diagnostics::fault::{Fault, Id};
use diagnostics::text;
use diagnostics::text::Text;
use ndarray::{Array2, Axis};
use rayon::prelude::*;
use seed::Seed;
use tables::{Frame, TableError};
use target::{Labels, Target};

pub(super) enum Stopped {
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
pub(super) struct Model<'a> {
    pub(super) teller: Teller<'a>,
    pub(super) prepared: Prepared,
    pub(super) fitted: Fitted,
    pub(super) develop: Told,
    /// The learner's signals, where the model sees them.
    pub(super) seen: Option<Arc<Signals>>,
    pub(super) parts: Vec<Part>,
    pub(super) story: Story,
}

/// Rows with what a model tells of them.
pub(super) struct Told {
    pub(super) table: Frame,
    /// For models that draw masks, how each picture's agrees with the truth.
    pub(super) outlines: Vec<Outline>,
    pub(super) masks: Vec<Vec<bool>>,
}

impl Model<'_> {
    pub(super) fn predict(&self, drawn: Drawn) -> Result<Told, RunError> {
        let pictures = self.seen.as_ref().and(drawn.signals.as_ref()).map(Origin::all);
        let logits = logits(&self.prepared, &self.fitted, &drawn.table, pictures.as_deref())?;
        // A class that the learner's rows do not have cannot be predicted, and would count as anything.
        synth::labels(&self.teller.job.task.dataset, &drawn.table, Some(&self.teller.classes))?;
        self.teller.told(drawn.table, &logits, (&self.prepared, pictures.as_deref()))
    }

    /// The misses with the lowest and the false alarms with the highest risk among the learner's test rows (validation rows,
    /// where there are none), a few of each.
    pub(super) fn mistakes(&self) -> Vec<Mistake> {
        const EACH: usize = 4;
        if !self.teller.decides() {
            return Vec::new();
        }
        let (Some(signals), Prepared::Signals(views)) = (&self.seen, &self.prepared) else { return Vec::new() };
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
        let chosen = worst(true).chain(worst(false));
        let seen = |&(row, p, missed)| Some(Mistake { row, missed, p, seen: self.saw(row, signals, views)? });
        chosen.filter_map(seen).collect()
    }

    /// What the model saw of a row; none of a volume, of which no page could show all.
    fn saw(&self, row: usize, signals: &Signals, views: &Views) -> Option<Seen> {
        let [_, height, width] = match signals.shape {
            Shape::Series([channels, _]) => {
                let channels = (0..channels).map(|channel| signals.line(row, channel)).collect();
                return Some(Seen::Series(Series { channels, step: signals.spacing[row][2] }));
            }
            shape @ Shape::Volume(_) => shape.as_picture()?,
        };
        let side = (height.min(width) / 8).max(3);
        let views = if let (Some(mask), Some(truth)) = (self.develop.masks.get(row), &signals.outlined) {
            [
                truth.row(row).iter().map(|&pixel| f32::from(pixel)).collect(),
                mask.iter().map(|&pixel| f32::from(u8::from(pixel))).collect(),
            ]
        } else {
            let x = views.apply(signals, &[row]).into_raw_vec_and_offset().0;
            let flat = |map: Array2<f32>| views.back(&ndarray::Array1::from_iter(map).view(), 0.0);
            [flat(self.fitted.gradient(&x)), flat(self.fitted.occlusion(&x, side))]
        };
        Some(Seen::Picture(Picture {
            size: [height, width],
            pixels: signals.bytes(row).into_owned(),
            channels: signals.seen()[2],
            spacing: signals.pixel(row),
            views,
            masks: !self.develop.masks.is_empty(),
        }))
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
pub(super) fn wanted(target: Target, labels: &Labels) -> Array2<f32> {
    let outputs = target.outputs(labels).unwrap_or(1);
    let rows: Vec<f32> = (0..labels.len()).flat_map(|row| (target.spec().wanted)(labels, row)).collect();
    Array2::from_shape_vec((labels.len(), outputs), rows).unwrap_or_default()
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
    fn decides(&self) -> bool {
        self.decided.is_some()
    }

    /// Adds to a table what the model tells.
    fn told(
        &self,
        mut table: Frame,
        outputs: &Array2<f32>,
        seen: (&Prepared, Option<&Signals>),
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
pub(super) fn told(
    job: &Job,
    mut table: Frame,
    logits: &Array2<f32>,
    (prepared, pictures): (&Prepared, Option<&Signals>),
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
    if let (Some(image), Some(pictures), Prepared::Signals(views)) = (image, pictures, prepared)
        && target(job) == Target::Mask
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
    Ok(Told { table, outlines, masks })
}

/// What is predicted: what the dataset's label is for, or masks, where the plan's model draws them.
pub(super) fn target(job: &Job) -> Target {
    match nature(&job.submission.plan.model.string("kind")).1 {
        Tells::Pixels => Target::Mask,
        Tells::Row => job.task.dataset.target,
    }
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
    if plan.train.batch.place.line.is_some() && plan.train.batch.value > train_rows.len() {
        let (batch, most) = (plan.train.batch.value, train_rows.len());
        return Err(Stopped::Invalid(vec![plan.train.batch.fault(
            Id::OutOfRange,
            text!("batch = {batch}, but {most} training rows", "学習用の行が{most}行なのに batch = {batch}"),
            text!("1 to {most}, or 0 for all at once", "1以上{most}以下、または0（すべてを一度に）"),
        )]));
    }
    let origin = drawn.signals.as_ref().filter(|_| sees_signals);
    let signals = origin.map(Origin::all);
    let prepared = Prepared::fit(plan, dataset, &visible, signals.as_deref(), &train_rows)?;
    if let Some(trainings) = trainings {
        let rows = [train_rows.len(), rows(Part::Valid).len(), parts.len()];
        train::budget::within(plan, prepared.input(), rows, trainings, job.long).map_err(Stopped::Invalid)?;
    }
    let labels = synth::labels(dataset, &visible, None)?;
    let outlined = match (&prepared, &signals) {
        (Prepared::Signals(views), Some(pictures)) if target == Target::Mask => views.outlined(pictures),
        _ => None,
    };
    let targets = match outlined {
        Some(outlined) => outlined,
        None => wanted(target, &labels),
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
    let fitted = fitted(job, lesson, &train_part, valid.as_ref(), seed, watch).map_err(|error| {
        let TrainError::Diverged { epoch } = error else { return Stopped::Run(RunError::Ended) };
        let rate = plan.train.learning_rate;
        let place = plan.section.table("train").place_of("learning_rate");
        Stopped::Invalid(vec![Fault::new(
            Id::Diverged,
            place,
            text!(
                "learning_rate = {rate}, with which the loss became infinite in epoch {epoch}",
                "learning_rate = {rate} では、{epoch}回目で損失が無限大になりました"
            ),
            Text::new("a smaller step, such as 0.01", "より小さい値（例：0.01）"),
        )])
    })?;
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
    if let (Target::Risk, Labels::Outcomes(y)) = (target, &labels) {
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
        features: prepared.names(),
        masks: target == Target::Mask,
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

/// The validation rows on which calibration and threshold are fitted; `labels` are those of every row.
pub(super) fn operate_rows(
    job: &Job,
    visible: &Frame,
    valid: &[usize],
    labels: &Labels,
) -> Result<Vec<usize>, Stopped> {
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
            Id::OneClass,
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
