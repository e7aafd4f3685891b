//! The result for machines: one document, versioned. `docs/json.md` describes it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::mark;
use course::plan::Calibrate;
use diagnostics::fault::{Fault, Id, Spot};
use diagnostics::text::{Text, unseen};
use engine::check::{self, Figure, Outcome, Verdict};
use engine::evaluate::RunFigure;
use engine::record::{Count, Story};
use engine::run::Run;
use measure::found::{Curve, FileFigure, Measured, Method};
use seed::Root;

/// The version of the document; raised when a key changes its meaning or goes.
pub const SCHEMA: &str = "practicum.result/1";

/// What a result is of, as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// The exercise with its version; its name alone where it could not be read.
    pub exercise: String,
    /// The learner's variant, where there is one.
    pub variant: Option<String>,
    /// From what the learner's data and the chance of the training were drawn.
    pub seed: Option<Root>,
    /// From what the patients of the exam were drawn, where there was one.
    pub exam: Option<Root>,
}

/// Where the fault lies when there is no verdict on the learner's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtFault {
    /// What was given: a file, an option, a name.
    Input,
    /// The exercise or its dataset: its author's.
    Exercise,
    /// A folder or disk that cannot be written.
    Disk,
    /// The program.
    Program,
}

impl AtFault {
    /// Whatever is not of the learner's making is never a zero.
    fn verdict(self) -> Verdict {
        match self {
            Self::Input => Verdict::Invalid,
            Self::Exercise | Self::Disk | Self::Program => Verdict::Error,
        }
    }
}

/// A result.
#[derive(Debug, Serialize)]
pub struct Document {
    schema: &'static str,
    command: String,
    exercise: String,
    variant: Option<String>,
    seed: Option<u64>,
    seed_from: Option<&'static str>,
    exam_seed: Option<u64>,
    exam_seed_from: Option<&'static str>,
    verdict: Verdict,
    at_fault: Option<AtFault>,
    score: Option<Score>,
    faults: Vec<FaultDocument>,
    trained: Option<Trained>,
    metrics: Vec<Metric>,
    checks: Vec<Check>,
}

/// What was reached of what can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// The points of the checks that passed.
    pub points: i64,
    /// The points of all checks.
    pub of: i64,
}

/// A result that was kept, as far as it is shown again.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// What it was: `run` or `check`.
    pub command: String,
    /// The verdict on all checks together.
    pub verdict: Option<Verdict>,
    /// The points, where it was judged.
    pub score: Option<Score>,
    /// What was trained, where anything was.
    pub trained: Option<KeptTraining>,
    /// The checks, in their order.
    pub checks: Vec<KeptCheck>,
}

/// A training of a result that was kept.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct KeptTraining {
    /// The threshold from which an alarm is raised, where there is one.
    #[serde(default)]
    pub threshold: Option<f64>,
}

/// A check of a result that was kept.
#[derive(Clone, Debug, Deserialize)]
pub struct KeptCheck {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// The points that it gives.
    pub points: i64,
    /// Its verdict.
    pub verdict: Verdict,
    /// What it says of the figures.
    pub sentence: Text,
    /// Where the figure stands to its limits.
    #[serde(default)]
    pub mark: Option<KeptMark>,
    /// A hint, where it failed.
    #[serde(default)]
    pub hint: Option<Text>,
    /// What is wrong with the check itself.
    #[serde(default)]
    pub fault: Option<KeptFault>,
}

/// The mark of a check that was kept.
#[derive(Clone, Debug, Deserialize)]
pub struct KeptMark {
    /// In words.
    pub text: Text,
}

/// The fault of a check that was kept.
#[derive(Clone, Debug, Deserialize)]
pub struct KeptFault {
    /// What was found.
    pub found: Text,
}

impl Kept {
    /// Reads a document; of one that another version wrote otherwise nothing is shown.
    pub fn of(document: &serde_json::Value) -> Self {
        Self::deserialize(document).unwrap_or_default()
    }
}

#[derive(Debug, Serialize)]
struct TextDocument {
    en: String,
    ja: String,
}

#[derive(Debug, Serialize)]
struct FaultDocument {
    id: Id,
    file: String,
    line: Option<usize>,
    range: Option<[usize; 2]>,
    key: Option<String>,
    found: TextDocument,
    expected: TextDocument,
    nearest: Option<String>,
}

#[derive(Debug, Serialize)]
struct Rows {
    rows: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    positive: Option<usize>,
}

#[derive(Debug, Serialize)]
struct Trained {
    model: String,
    features: Vec<String>,
    parts: BTreeMap<String, Rows>,
    operate: Rows,
    calibrate: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<f64>,
    epochs: usize,
    best_epoch: usize,
    notes: Vec<TextDocument>,
}

#[derive(Debug, Serialize)]
struct Group {
    column: String,
    value: String,
}

#[derive(Debug, Serialize)]
struct Metric {
    table: String,
    group: Option<Group>,
    #[serde(rename = "metric")]
    name: String,
    value: Option<serde_json::Value>,
    low: Option<serde_json::Value>,
    high: Option<serde_json::Value>,
    n: usize,
    undefined_because: Option<TextDocument>,
}

#[derive(Debug, Serialize)]
struct Check {
    id: String,
    title: TextDocument,
    points: i64,
    verdict: Verdict,
    figures: BTreeMap<String, Option<serde_json::Value>>,
    sentence: TextDocument,
    mark: Option<Mark>,
    hint: Option<TextDocument>,
    fault: Option<FaultDocument>,
}

/// The figure that is compared, and the limits between which it passes.
#[derive(Debug, Serialize)]
struct Mark {
    figure: serde_json::Value,
    low: Option<serde_json::Value>,
    high: Option<serde_json::Value>,
    text: TextDocument,
}

/// A number as JSON: infinite ones as the words `inf` and `-inf`, for JSON has none.
pub fn number(x: f64) -> serde_json::Value {
    if x.is_infinite() {
        return serde_json::Value::from(if x > 0.0 { "inf" } else { "-inf" });
    }
    serde_json::Value::from(x)
}

impl From<&Text> for TextDocument {
    fn from(text: &Text) -> Self {
        Self { en: text.en.to_string(), ja: text.ja.to_string() }
    }
}

impl From<&Fault> for FaultDocument {
    fn from(fault: &Fault) -> Self {
        Self {
            id: fault.id,
            file: fault.place.file.clone(),
            line: fault.place.line,
            range: fault.place.spot.as_ref().map(Spot::range).map(|range| [range.start, range.end]),
            key: fault.place.key.clone(),
            found: (&fault.found).into(),
            expected: (&fault.expected).into(),
            nearest: fault.nearest.clone(),
        }
    }
}

/// A text as the documents hold it: in both languages.
pub fn text(text: &Text) -> serde_json::Value {
    serde_json::json!({ "en": text.en, "ja": text.ja })
}

/// A document as text, ending in a line break. Letters that cannot be seen are written as JSON writes them, so that no terminal has to
/// hide them.
///
/// # Errors
/// A value that JSON cannot hold.
pub fn written(document: &impl Serialize) -> serde_json::Result<String> {
    let json = serde_json::to_string_pretty(document)?;
    let mut out = String::with_capacity(json.len() + 1);
    for sign in json.chars() {
        if unseen(sign) {
            let mut units = [0_u16; 2];
            for unit in sign.encode_utf16(&mut units) {
                out += &format!("\\u{unit:04x}");
            }
        } else {
            out.push(sign);
        }
    }
    out.push('\n');
    Ok(out)
}

/// The same of strings, finite numbers and words only: nothing of them can fail to be written.
fn whole(document: &impl Serialize) -> String {
    written(document).unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}\n"))
}

/// A fault as the documents hold it.
pub fn fault(fault: &Fault) -> serde_json::Value {
    serde_json::to_value(FaultDocument::from(fault)).unwrap_or_default()
}

impl From<Count> for Rows {
    fn from(count: Count) -> Self {
        Self { rows: count.rows, positive: count.positive }
    }
}

impl From<&Story> for Trained {
    fn from(story: &Story) -> Self {
        Self {
            model: story.model.clone(),
            features: story.features.clone(),
            parts: story.parts.iter().map(|(part, count)| (part.clone(), (*count).into())).collect(),
            operate: story.operate.into(),
            calibrate: story.calibrate.map_or("", Calibrate::word),
            threshold: story.threshold,
            epochs: story.epochs,
            best_epoch: story.best,
            notes: story.notes.iter().map(Into::into).collect(),
        }
    }
}

impl From<&RunFigure> for Metric {
    fn from(line: &RunFigure) -> Self {
        let estimate = line.measure.as_ref().ok();
        let interval = estimate.and_then(|estimate| estimate.interval);
        Self {
            table: line.table.clone(),
            group: line.group.as_ref().map(|(column, value)| Group { column: column.clone(), value: value.clone() }),
            name: line.name(),
            value: estimate.map(|estimate| number(estimate.value)),
            low: interval.map(|(low, _)| number(low)),
            high: interval.map(|(_, high)| number(high)),
            n: line.n,
            undefined_because: line.measure.as_ref().err().map(Into::into),
        }
    }
}

impl From<&Outcome> for Check {
    fn from(outcome: &Outcome) -> Self {
        let figure = |figure: &Figure| match figure {
            Figure::Number(x) => Some(number(*x)),
            Figure::Word(word) => Some(serde_json::Value::from(word.as_str())),
            Figure::Undefined => None,
        };
        Self {
            id: outcome.id.clone(),
            title: (&outcome.title).into(),
            points: outcome.points,
            verdict: outcome.verdict,
            figures: outcome.figures.iter().map(|(name, value)| (name.clone(), figure(value))).collect(),
            sentence: (&outcome.sentence).into(),
            mark: outcome.mark.as_ref().map(|mark| Mark {
                figure: number(mark.figure),
                low: mark.low.map(|low| number(low.value)),
                high: mark.high.map(|high| number(high.value)),
                text: (&mark::told(mark)).into(),
            }),
            hint: outcome.hint.as_ref().map(|hint| (&check::filled(hint, &outcome.figures, None)).into()),
            fault: outcome.fault.as_ref().map(Into::into),
        }
    }
}

impl Document {
    fn of(command: &str, subject: &Subject, verdict: Verdict, at_fault: Option<AtFault>) -> Self {
        Self {
            schema: SCHEMA,
            command: command.to_owned(),
            exercise: subject.exercise.clone(),
            variant: subject.variant.clone(),
            seed: subject.seed.map(|seed| seed.number),
            seed_from: subject.seed.map(|seed| seed.from.name()),
            exam_seed: subject.exam.map(|seed| seed.number),
            exam_seed_from: subject.exam.map(|seed| seed.from.name()),
            verdict,
            at_fault,
            score: None,
            faults: Vec::new(),
            trained: None,
            metrics: Vec::new(),
            checks: Vec::new(),
        }
    }

    /// What became of a run or a check.
    pub fn ran(command: &str, subject: &Subject, run: &Run) -> Self {
        let judged = !run.outcomes.is_empty();
        let (points, of) = check::score(&run.outcomes);
        let verdict = if judged { check::overall(&run.outcomes) } else { Verdict::NotAttempted };
        Self {
            score: judged.then_some(Score { points, of }),
            trained: (!run.record.story.model.is_empty()).then(|| (&run.record.story).into()),
            metrics: run.record.figures.iter().map(Into::into).collect(),
            checks: run.outcomes.iter().map(Into::into).collect(),
            ..Self::of(command, subject, verdict, (verdict == Verdict::Error).then_some(AtFault::Exercise))
        }
    }

    /// A run that its user ended.
    pub fn ended(command: &str, subject: &Subject) -> Self {
        Self::of(command, subject, Verdict::NotAttempted, None)
    }

    /// Something that could not be run.
    pub fn faulty(command: &str, subject: &Subject, at_fault: AtFault, faults: &[Fault]) -> Self {
        let faults = faults.iter().map(Into::into).collect();
        Self { faults, ..Self::of(command, subject, at_fault.verdict(), Some(at_fault)) }
    }

    /// The document as a value.
    pub fn value(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The document as text, ending in a line break.
    pub fn text(&self) -> String {
        whole(self)
    }
}

/// The version of [`MeasureDocument`]; raised when a key changes its meaning or goes.
pub const MEASURE_SCHEMA: &str = "practicum.measure/1";

/// What `practicum measure` found of a file.
#[derive(Debug, Default, Serialize)]
pub struct MeasureDocument {
    schema: &'static str,
    faults: Vec<FaultDocument>,
    task: Option<&'static str>,
    files: Vec<String>,
    columns: BTreeMap<&'static str, Vec<String>>,
    rows: usize,
    measured: usize,
    missing: Vec<Missing>,
    clusters: Option<Clusters>,
    resamples: usize,
    seed: u64,
    notes: Vec<TextDocument>,
    metrics: Vec<Measurement>,
    curves: Vec<CurveDocument>,
}

#[derive(Debug, Serialize)]
struct CurveDocument {
    curve: &'static str,
    group: Option<Group>,
    points: BTreeMap<&'static str, Vec<Option<serde_json::Value>>>,
}

impl From<&Curve> for CurveDocument {
    fn from(curve: &Curve) -> Self {
        let points = |(name, values): &(&'static str, Vec<Option<f64>>)| {
            (*name, values.iter().map(|value| value.map(number)).collect())
        };
        Self {
            curve: curve.name,
            group: curve.group.as_ref().map(|(column, value)| Group { column: column.clone(), value: value.clone() }),
            points: curve.points.iter().map(points).collect(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Missing {
    column: String,
    rows: usize,
}

#[derive(Debug, Serialize)]
struct Clusters {
    column: String,
    n: usize,
}

#[derive(Debug, Serialize)]
struct Of {
    kind: &'static str,
    value: String,
}

#[derive(Debug, Serialize)]
struct LeftOut {
    cases: usize,
    because: TextDocument,
}

#[derive(Debug, Serialize)]
struct Measurement {
    metric: &'static str,
    of: Option<Of>,
    group: Option<Group>,
    value: Option<serde_json::Value>,
    low: Option<serde_json::Value>,
    high: Option<serde_json::Value>,
    interval: Option<&'static str>,
    resamples: Option<usize>,
    n: usize,
    left_out: Option<LeftOut>,
    undefined_because: Option<TextDocument>,
    no_interval_because: Option<TextDocument>,
}

impl From<&FileFigure> for Measurement {
    fn from(found: &FileFigure) -> Self {
        let estimate = found.measure.as_ref().ok();
        let interval = estimate.and_then(|estimate| estimate.interval);
        Self {
            metric: found.metric.name,
            of: found.level.as_ref().map(|level| Of { kind: level.kind, value: level.value.clone() }),
            group: found.group.as_ref().map(|(column, value)| Group { column: column.clone(), value: value.clone() }),
            value: estimate.map(|estimate| number(estimate.value)),
            low: interval.map(|(low, _)| number(low)),
            high: interval.map(|(_, high)| number(high)),
            interval: found.method.map(Method::name),
            resamples: found.resamples,
            n: found.n,
            left_out: found.without.as_ref().map(|(cases, because)| LeftOut { cases: *cases, because: because.into() }),
            undefined_because: found.measure.as_ref().err().map(Into::into),
            no_interval_because: found.no_interval.as_ref().map(Into::into),
        }
    }
}

impl MeasureDocument {
    /// What was measured.
    pub fn measured(measured: &Measured) -> Self {
        let mut columns: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        for (role, name) in &measured.roles {
            columns.entry(role).or_default().push(name.clone());
        }
        Self {
            schema: MEASURE_SCHEMA,
            faults: Vec::new(),
            task: Some(measured.task.name()),
            files: measured.files.clone(),
            columns,
            rows: measured.rows,
            measured: measured.used,
            missing: measured
                .missing
                .iter()
                .map(|(column, rows)| Missing { column: column.clone(), rows: *rows })
                .collect(),
            clusters: measured.clusters.as_ref().map(|(column, n)| Clusters { column: column.clone(), n: *n }),
            resamples: measured.resamples,
            seed: measured.seed,
            notes: measured.notes.iter().map(Into::into).collect(),
            metrics: measured.figures.iter().map(Into::into).collect(),
            curves: measured.curves.iter().map(Into::into).collect(),
        }
    }

    /// Why nothing could be measured.
    pub fn faulty(faults: &[Fault]) -> Self {
        Self { schema: MEASURE_SCHEMA, faults: faults.iter().map(Into::into).collect(), ..Self::default() }
    }

    /// The document as text, ending in a line break.
    pub fn text(&self) -> String {
        whole(self)
    }
}
