//! One solution, run once: what became of each check, and the figures that it showed. Texts are filled in later, so that a trial
//! outlives the mending of a sentence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::reading::{Solution, Written};
use course::answers::{Answer, Answers};
use course::computed;
use course::content::{self, Digest};
use course::exercise::{Check, QuestionKind};
use course::grid::{AnswerColumn, Cells};
use course::pack::Submission;
use course::settings::{Setting, SettingKind};
use course::tables::{ANSWERS, DEVELOP, EXAM, METRICS};
use diagnostics::fault::{Fault, Id};
use diagnostics::keys::Written as Placed;
use diagnostics::text;
use diagnostics::text::Text;
use engine::check::{Figure, Judged, Verdict};
use engine::run::{self, Ended, Job, Run, RunError, Watch};
use engine::synth::World;
use sql::Query;
use tables::Tables;

/// A solution that was run with one seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// What its plan and answers said.
    pub work: String,
    /// The seed of the data and of the training's chance.
    pub seed: u64,
    /// What became of each check, in order.
    pub checks: Vec<Judged>,
    /// The best that anyone could reach in these data, by metric.
    pub ceilings: BTreeMap<String, Figure>,
    /// All results of the run in one digest; empty where it was not asked for.
    pub digest: String,
    /// The answers that were judged, by question: of an interval both ends.
    #[serde(default)]
    pub answers: BTreeMap<String, Vec<Figure>>,
}

/// The sign before the items of an answer of several; no choice is called so.
const SEVERAL: &str = "[]";

/// The sign before the items of an order.
const ORDER: &str = "[1]";

/// The sign before the cells of a table: row, column and number of each.
const TABLE: &str = "{}";

impl Trial {
    /// The answers that were judged.
    pub fn answers(&self) -> Answers {
        let word = |item: &Figure| match item {
            Figure::Word(word) => Some(word.clone()),
            _ => None,
        };
        let of = |shown: &Vec<Figure>| match shown.as_slice() {
            [Figure::Number(x)] => Some(Answer::Number(*x)),
            [Figure::Word(sign), items @ ..] if sign == SEVERAL => {
                Some(Answer::Several(items.iter().filter_map(word).collect()))
            }
            [Figure::Word(sign), items @ ..] if sign == ORDER => {
                Some(Answer::Order(items.iter().filter_map(word).collect()))
            }
            [Figure::Word(sign), cells @ ..] if sign == TABLE => {
                let cell = |cell: &[Figure]| match cell {
                    [Figure::Word(row), Figure::Word(column), Figure::Number(x)] => {
                        Some(((row.clone(), column.clone()), *x))
                    }
                    _ => None,
                };
                Some(Answer::Table(cells.chunks(3).filter_map(cell).collect()))
            }
            [Figure::Number(low), Figure::Number(high)] => Some(Answer::Interval(*low, *high)),
            [Figure::Word(word)] => Some(Answer::Choice(word.clone())),
            _ => None,
        };
        self.answers.iter().filter_map(|(id, shown)| Some((id.clone(), of(shown)?))).collect()
    }

    /// The checks that failed.
    pub fn failed(&self) -> Vec<String> {
        let failed = self.checks.iter().filter(|check| check.verdict == Verdict::Failed);
        failed.map(|check| check.id.clone()).collect()
    }

    /// Whether every check passed.
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.verdict == Verdict::Passed)
    }

    /// Those of some checks that passed.
    pub fn passed_of(&self, checks: &[&str]) -> Vec<String> {
        let passed = self.checks.iter().filter(|check| check.verdict == Verdict::Passed);
        passed.map(|check| check.id.clone()).filter(|id| checks.contains(&id.as_str())).collect()
    }

    /// Points gained, and points that could be gained.
    pub fn score(&self, checks: &[Check]) -> (i64, i64) {
        let points = |of: &dyn Fn(&Judged) -> bool| -> i64 {
            checks
                .iter()
                .filter(|check| self.checks.iter().any(|judged| judged.id == check.id && of(judged)))
                .map(|check| check.points)
                .sum()
        };
        (points(&|judged| judged.verdict == Verdict::Passed), points(&|_| true))
    }
}

/// A trial with its run, or what is wrong with the solution.
pub type Ran = Result<(Trial, Box<Run>), Vec<Fault>>;

/// Whether to make a digest of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Only what the checks say.
    Verdicts,
    /// A digest of every figure and prediction, too.
    Everything,
}

/// What a plan makes of a world and a seed, before anyone judges it.
#[derive(Clone, Debug)]
pub struct Made {
    /// The tables of the run, but the answers.
    pub tables: Tables,
    /// The best that anyone could reach in these data, by metric.
    pub ceilings: BTreeMap<String, Figure>,
    /// Whether the figures of the table `metrics` and the ceilings were computed.
    pub figures: bool,
}

impl Made {
    /// What a run made.
    pub fn of(run: &Run) -> Self {
        let mut tables = run.tables.clone();
        tables.remove(ANSWERS);
        Self { tables, ceilings: ceilings(run), figures: !run.record.figures.is_empty() }
    }

    /// Whether a solution can be judged by it.
    pub fn serves(&self, written: &Written, solution: &Solution) -> bool {
        self.figures || !wants_figures(written, solution)
    }
}

/// The name of what a run makes: its plan's, and where the judge's worlds are drawn with answers and settings, that of all it says.
pub fn made_by(written: &Written, submission: &Submission) -> Digest {
    if written.task.exercise.reads_decisions() {
        content::of_submission(submission)
    } else {
        content::of_plan(submission)
    }
}

/// A solution whose computed answers and settings are worked out from the learner's rows, for worlds that are drawn with them; nothing
/// where no world is, or nothing is computed.
fn decided(
    written: &Written,
    solution: &Solution,
    world: &World,
    job: &Job,
    watch: &mut dyn Watch,
) -> Result<Result<Option<Submission>, Vec<Fault>>, RunError> {
    let submission = &solution.submission;
    if !written.task.exercise.reads_decisions() || submission.computed.is_empty() && submission.settings.is_empty() {
        return Ok(Ok(None));
    }
    let run = match run::run_in(world, &Job { exam: None, figures: false, ..*job }, watch) {
        Ok(Ended::Ran(run)) => run,
        Ok(Ended::Invalid(faults)) | Err(RunError::Author(faults)) => return Ok(Err(faults)),
        Err(error) => return Err(error),
    };
    let (answers, settings) = match concluded(written, solution, &run.tables)? {
        Ok(concluded) => concluded,
        Err(faults) => return Ok(Err(faults)),
    };
    let number = |figure: &Figure| match figure {
        Figure::Number(x) => Some(*x),
        Figure::Word(word) => Some(f64::from(u8::from(word == "true"))),
        Figure::Undefined => None,
    };
    let all = written.task.exercise.settings.all.iter();
    let set =
        all.filter_map(|setting| Some((setting.name.clone(), number(settings.get(&setting.column())?)?))).collect();
    Ok(Ok(Some(Submission { answers, set, ..submission.clone() })))
}

/// Runs a solution in a world that may be shared with others, while `watch` looks on. A solution that cannot be run gives its faults.
///
/// # Errors
/// Our own failures; whoever watches ended it.
pub fn run(
    written: &Written,
    solution: &Solution,
    world: &World,
    seed: u64,
    file: &dyn Fn(&str) -> Option<Vec<u8>>,
    proof: Proof,
    watch: &mut dyn Watch,
) -> Result<Ran, RunError> {
    let figures = proof == Proof::Everything || wants_figures(written, solution);
    let job = Job {
        task: &written.task,
        submission: &solution.submission,
        seed,
        exam: Some(seed),
        figures,
        long: false,
        file,
        shelf: None,
    };
    let submission = match decided(written, solution, world, &job, watch)? {
        Ok(submission) => submission,
        Err(faults) => return Ok(Err(faults)),
    };
    let job = Job { submission: submission.as_ref().unwrap_or(job.submission), ..job };
    let mut run = match run::run_in(world, &job, watch) {
        Ok(Ended::Ran(run)) => run,
        Ok(Ended::Invalid(faults)) | Err(RunError::Author(faults)) => return Ok(Err(faults)),
        Err(error) => return Err(error),
    };
    let (answers, settings) = match concluded(written, solution, &run.tables)? {
        Ok(concluded) => concluded,
        Err(faults) => return Ok(Err(faults)),
    };
    if !solution.submission.computed.is_empty() || !solution.submission.settings.is_empty() {
        run.record.checks = run::judged_again(&written.task, &answers, &settings, &run.tables)?;
    }
    let digest = match proof {
        Proof::Verdicts => String::new(),
        Proof::Everything => everything(&run)?.to_string(),
    };
    let ceilings = ceilings(&run);
    Ok(trial(solution, seed, (&run.record.checks, &answers), ceilings).map(|trial| (Trial { digest, ..trial }, run)))
}

/// Judges a solution by what its plan made before: nothing is drawn or trained.
///
/// # Errors
/// Our own failures.
pub fn judge(
    written: &Written,
    solution: &Solution,
    seed: u64,
    made: &Made,
) -> Result<Result<Trial, Vec<Fault>>, RunError> {
    let (answers, settings) = match concluded(written, solution, &made.tables)? {
        Ok(concluded) => concluded,
        Err(faults) => return Ok(Err(faults)),
    };
    let checks = run::judged_again(&written.task, &answers, &settings, &made.tables)?;
    Ok(trial(solution, seed, (&checks, &answers), made.ceilings.clone()))
}

/// What a solution concludes and decides: its answers, and by column of the table `plan` its settings that are computed.
type Concluded = (Answers, BTreeMap<String, Figure>);

/// The answers and settings of a solution: as they are written, and those that are computed from the rows of its run as a learner would
/// read them.
///
/// # Errors
/// Our own failures; queries that give no answer to their question are the solution's faults.
fn concluded(
    written: &Written,
    solution: &Solution,
    tables: &Tables,
) -> Result<Result<Concluded, Vec<Fault>>, RunError> {
    let mut answers = solution.submission.answers.clone();
    let computed = &solution.submission.computed;
    let (settings, visible) = match settings(written, solution, tables)? {
        Ok(settings) if computed.is_empty() => return Ok(Ok((answers, settings))),
        Ok(settings) => (settings, readable(written, tables)?),
        Err(faults) => return Ok(Err(faults)),
    };
    let mut faults = Vec::new();
    for question in &written.task.exercise.questions {
        let Some(query) = computed.get(&question.id) else { continue };
        match answer((&question.id, &question.kind), query, &visible) {
            Ok(answer) => drop(answers.insert(question.id.clone(), answer)),
            Err(fault) => faults.push(fault),
        }
    }
    Ok(if faults.is_empty() { Ok((answers, settings)) } else { Err(faults) })
}

/// The settings of a solution that are computed, by their column of the table `plan`.
///
/// # Errors
/// As [`concluded`].
pub(super) fn settings(
    written: &Written,
    solution: &Solution,
    tables: &Tables,
) -> Result<Result<BTreeMap<String, Figure>, Vec<Fault>>, RunError> {
    let computed = &solution.submission.settings;
    let (mut settings, mut faults) = (BTreeMap::new(), Vec::new());
    if computed.is_empty() {
        return Ok(Ok(settings));
    }
    let visible = readable(written, tables)?;
    for setting in &written.task.exercise.settings.all {
        let Some(query) = computed.get(&setting.path()) else { continue };
        match set(setting, query, &visible) {
            Ok(figure) => drop(settings.insert(setting.column(), figure)),
            Err(fault) => faults.push(fault),
        }
    }
    Ok(if faults.is_empty() { Ok(settings) } else { Err(faults) })
}

/// The tables of a run that computed answers may ask, with what a learner sees of their rows.
fn readable(written: &Written, tables: &Tables) -> Result<Tables, RunError> {
    let dataset = &written.task.dataset;
    // A learner reads figures from their rows; what an author asks them to find out may stand in the world alone.
    let known = tables.iter().filter(|(name, _)| computed::TABLES.contains(&name.as_str()));
    let mut visible: Tables = known.map(|(name, table)| (name.clone(), table.clone())).collect();
    if let Some(develop) = tables.get(DEVELOP) {
        let names: Vec<&str> =
            tables::names(develop).into_iter().filter(|name| dataset.role(name).is_visible()).collect();
        visible.insert(DEVELOP.to_owned(), tables::select(develop, &names)?);
    }
    Ok(visible)
}

/// What a query makes of a setting.
fn set(setting: &Setting, query: &Placed<Query>, tables: &Tables) -> Result<Figure, Fault> {
    let kind = match &setting.kind {
        SettingKind::Number { min, max } => QuestionKind::Number { min: *min, max: *max },
        SettingKind::Whole { min, max } => QuestionKind::Number { min: *min as f64, max: *max as f64 },
        SettingKind::Choice(choices) => QuestionKind::Choice(choices.clone()),
        SettingKind::Flag => {
            QuestionKind::Choice(["true", "false"].map(|word| (word.to_owned(), Text::default())).to_vec())
        }
    };
    Ok(match answer((&setting.name, &kind), query, tables)? {
        Answer::Number(x) if matches!(setting.kind, SettingKind::Whole { .. }) => Figure::Number(x.round()),
        Answer::Number(x) => Figure::Number(x),
        Answer::Choice(word) => Figure::Word(word),
        _ => Figure::Undefined,
    })
}

/// The answer that a query gives to a question of this kind.
fn answer((id, kind): (&str, &QuestionKind), query: &Placed<Query>, tables: &Tables) -> Result<Answer, Fault> {
    let row = sql::query(tables, &query.value).map_err(|fault| fault.in_place(query.place.clone()))?;
    let names: Vec<String> = tables::names(&row).into_iter().map(str::to_owned).collect();
    let number = |name: &String| -> Option<f64> {
        let values = tables::numbers(&row, name).ok().filter(|_| tables::is_number(&row, name))?;
        values.first().copied().flatten().filter(|x| x.is_finite())
    };
    let word = |name: &String| tables::words(&row, name).ok()?.into_iter().next().flatten();
    let shown: Vec<String> = names.iter().filter_map(word).collect();
    let (rows, shown) = (row.height(), shown.join(", "));
    let (answer, expected) = match kind {
        QuestionKind::Number { min, max } => {
            let answer = match &names[..] {
                [name] => number(name).filter(|x| (*min..=*max).contains(x)).map(Answer::Number),
                _ => None,
            };
            (answer, text!("one number from {min} to {max}", "{min}から{max}までの1つの数値"))
        }
        QuestionKind::Interval { min, max } => {
            let answer = match &names[..] {
                [low, high] => {
                    number(low).zip(number(high)).filter(|(low, high)| low <= high && low >= min && high <= max)
                }
                _ => None,
            };
            let expected =
                text!("two numbers, low and high, from {min} to {max}", "{min}から{max}までの2つの数値（下限と上限）");
            (answer.map(|(low, high)| Answer::Interval(low, high)), expected)
        }
        QuestionKind::Several(several) => {
            let marked = |id: &&str| -> Option<(String, bool)> {
                let name = names.iter().find(|name| name == id)?;
                Some((name.clone(), number(name)? > 0.5))
            };
            let all: Option<Vec<(String, bool)>> = several.ids().iter().map(marked).collect();
            let chosen = |all: Vec<(String, bool)>| all.into_iter().filter(|(_, is)| *is).map(|(id, _)| id).collect();
            let list = several.ids().join(", ");
            (
                all.map(chosen).map(Answer::Several),
                text!("one column, 0 or 1, for each of {list}", "{list} のそれぞれについて、0か1の列"),
            )
        }
        QuestionKind::Order(order) => {
            let place = |id: &&str| Some((names.iter().find(|name| name == id).and_then(number)?, (*id).to_owned()));
            let mut places: Option<Vec<(f64, String)>> = order.ids().iter().map(place).collect();
            if let Some(places) = &mut places {
                places.sort_by(|a, b| a.0.total_cmp(&b.0));
            }
            // Which of two in one place comes first, nobody could say.
            let apart = places.filter(|places| places.windows(2).all(|two| two[0].0 < two[1].0));
            let list = order.ids().join(", ");
            (
                apart.map(|places| Answer::Order(places.into_iter().map(|(_, id)| id).collect())),
                text!(
                    "one column with a place of its own for each of {list}, the first the smallest",
                    "{list} のそれぞれについて、互いに異なる順位の列（1番目が最小）"
                ),
            )
        }
        QuestionKind::Table(grid) => {
            let cell = |((row, _), column): (&(String, Text), &AnswerColumn)| {
                let name = format!("{id}_{row}_{}", column.id);
                let x = number(names.iter().find(|other| **other == name)?)?;
                (column.min..=column.max).contains(&x).then(|| ((row.clone(), column.id.clone()), x))
            };
            let cells: Option<Cells> = grid.cells().map(cell).collect();
            let of = |((row, _), column): (&(String, Text), &AnswerColumn)| {
                format!("{id}_{row}_{} ({} – {})", column.id, column.min, column.max)
            };
            let list = grid.cells().map(of).collect::<Vec<_>>().join(", ");
            (cells.map(Answer::Table), text!("one number for each of {list}", "{list} のそれぞれについて、1つの数値"))
        }
        QuestionKind::Choice(choices) => {
            let answer = match &names[..] {
                [name] => word(name).filter(|word| choices.iter().any(|(id, _)| id == word)).map(Answer::Choice),
                _ => None,
            };
            let list = choices.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>().join(", ");
            (answer, text!("one of {list}", "{list} のいずれか"))
        }
    };
    answer
        .filter(|_| rows == 1)
        .ok_or_else(|| query.fault(Id::BadRow, text!("{rows} rows: {shown}", "{rows}行（{shown}）"), expected))
}

/// The checks that passed.
pub(super) fn passed(checks: &[Judged]) -> Vec<String> {
    checks.iter().filter(|check| check.verdict == Verdict::Passed).map(|check| check.id.clone()).collect()
}

fn trial(
    solution: &Solution,
    seed: u64,
    (checks, answers): (&[Judged], &Answers),
    ceilings: BTreeMap<String, Figure>,
) -> Result<Trial, Vec<Fault>> {
    let faults: Vec<Fault> = checks.iter().filter_map(|check| check.fault.clone()).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let (work, checks) = (solution.work.to_string(), checks.to_vec());
    Ok(Trial { work, seed, checks, ceilings, digest: String::new(), answers: given(answers) })
}

fn given(answers: &Answers) -> BTreeMap<String, Vec<Figure>> {
    let of = |answer: &Answer| match answer {
        Answer::Number(x) => vec![Figure::Number(*x)],
        Answer::Interval(low, high) => vec![Figure::Number(*low), Figure::Number(*high)],
        Answer::Choice(word) => vec![Figure::Word(word.clone())],
        Answer::Several(words) => {
            std::iter::once(SEVERAL.to_owned()).chain(words.iter().cloned()).map(Figure::Word).collect()
        }
        Answer::Order(items) => {
            std::iter::once(ORDER.to_owned()).chain(items.iter().cloned()).map(Figure::Word).collect()
        }
        Answer::Table(cells) => {
            let of = |((row, column), x): (&(String, String), &f64)| {
                [Figure::Word(row.clone()), Figure::Word(column.clone()), Figure::Number(*x)]
            };
            std::iter::once(Figure::Word(TABLE.to_owned())).chain(cells.iter().flat_map(of)).collect()
        }
    };
    answers.iter().map(|(id, answer)| (id.clone(), of(answer))).collect()
}

fn ceilings(run: &Run) -> BTreeMap<String, Figure> {
    let exam = run.record.figures.iter().filter(|line| line.table == EXAM && line.group.is_none());
    exam.filter(|line| line.ceiling)
        .filter_map(|line| Some((line.name(), Figure::Number(line.measure.as_ref().ok()?.value))))
        .collect()
}

/// Whether figures have to be computed: the reference gives the ceilings.
fn wants_figures(written: &Written, solution: &Solution) -> bool {
    solution.is_reference() || reads_metrics(written)
}

/// Whether a check asks the table of figures.
fn reads_metrics(written: &Written) -> bool {
    written.task.exercise.checks.iter().any(|check| check.shows.value.names().tables.contains(METRICS))
}

/// Every verdict, every figure, every row of every table.
fn everything(run: &Run) -> Result<Digest, RunError> {
    // Sentences are no results: a mended word runs nothing again.
    let mut bytes: Vec<u8> = Vec::new();
    for check in &run.record.checks {
        bytes.extend(format!("{} {:?} {:?}\n", check.id, check.verdict, check.figures).as_bytes());
    }
    for line in &run.record.figures {
        let (name, measure) = (line.name(), line.measure.as_ref().ok());
        bytes.extend(format!("{} {:?} {name} {measure:?}\n", line.table, line.group).as_bytes());
    }
    bytes.extend(
        format!("{:?} {:?} {:?}\n", run.record.story.threshold, run.record.story.last, run.record.story.parts)
            .as_bytes(),
    );
    for (name, table) in &run.tables {
        bytes.extend(name.as_bytes());
        bytes.extend(content::of_bytes(&tables::csv(table)?).to_string().into_bytes());
    }
    Ok(content::of_bytes(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use course::grid::Cells;

    #[test]
    fn answers_of_every_kind_outlive_their_trial() {
        let cell = |row: &str, column: &str| (row.to_owned(), column.to_owned());
        let answers = Answers::from([
            ("number".to_owned(), Answer::Number(3.0)),
            ("interval".to_owned(), Answer::Interval(1.0, 2.0)),
            ("choice".to_owned(), Answer::Choice("b".to_owned())),
            ("several".to_owned(), Answer::Several(["b", "a"].map(str::to_owned).into())),
            ("order".to_owned(), Answer::Order(["b", "a"].map(str::to_owned).to_vec())),
            ("table".to_owned(), Answer::Table(Cells::from([(cell("x", "u"), 3.0), (cell("y", "u"), 0.0)]))),
        ]);
        let trial = Trial {
            work: String::new(),
            seed: 1,
            checks: Vec::new(),
            ceilings: BTreeMap::new(),
            digest: String::new(),
            answers: given(&answers),
        };
        assert_eq!(trial.answers(), answers);
    }
}
