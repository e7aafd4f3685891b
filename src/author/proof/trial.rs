//! One solution, run once: what became of each check, and the figures that it showed. Texts are filled in later, so that a trial
//! outlives the mending of a sentence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::content::{self, Digest};
use crate::reading::{Solution, Written};
use course::exercise::Check;
use diagnostics::fault::Fault;
use engine::check::{Figure, Outcome, Verdict};
use engine::run::{self, Ended, Job, Run, RunError};
use engine::synth::World;
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
    pub ceilings: BTreeMap<String, Shown>,
    /// All results of the run in one digest; empty where it was not asked for.
    pub digest: String,
}

/// What became of one check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The check.
    pub id: String,
    /// What became of it.
    pub verdict: Verdict,
    /// Its figures by name, in the order of its `shows`.
    pub figures: Vec<(String, Shown)>,
}

/// A figure that can be kept, to the last bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// A number.
    Number(#[serde(with = "exact")] f64),
    /// A word.
    Word(String),
    /// It could not be computed.
    Undefined,
}

/// Numbers as text: JSON has no infinite ones, and its readers round.
mod exact {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
    pub(super) fn serialize<S: Serializer>(x: &f64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{x:?}"))
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<f64, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

impl From<&Figure> for Shown {
    fn from(figure: &Figure) -> Self {
        match figure {
            Figure::Number(x) if x.is_nan() => Self::Undefined,
            Figure::Number(x) => Self::Number(*x),
            Figure::Word(word) => Self::Word(word.clone()),
            Figure::Undefined => Self::Undefined,
        }
    }
}

impl From<&Shown> for Figure {
    fn from(shown: &Shown) -> Self {
        match shown {
            Shown::Number(x) => Self::Number(*x),
            Shown::Word(word) => Self::Word(word.clone()),
            Shown::Undefined => Self::Undefined,
        }
    }
}

impl Judged {
    /// The figures as a check's texts take them.
    pub fn shown(&self) -> Vec<(String, Figure)> {
        self.figures.iter().map(|(name, figure)| (name.clone(), figure.into())).collect()
    }

    /// The figure on which the check turns.
    pub fn figure(&self, check: &Check) -> Option<(&str, f64)> {
        let named = &check.figure.as_ref()?.value;
        self.figures.iter().find_map(|(name, figure)| match figure {
            Shown::Number(x) if x.is_finite() && named == name => Some((name.as_str(), *x)),
            _ => None,
        })
    }
}

impl Trial {
    /// The checks that failed.
    pub fn failed(&self) -> Vec<String> {
        let failed = self.checks.iter().filter(|check| check.verdict == Verdict::Failed);
        failed.map(|check| check.id.clone()).collect()
    }

    /// Whether every check passed.
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.verdict == Verdict::Passed)
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
    pub ceilings: BTreeMap<String, Shown>,
    /// Whether the figures of the table `metrics` and the ceilings were computed.
    pub figures: bool,
}

impl Made {
    /// What a run made.
    pub fn of(run: &Run) -> Self {
        let mut tables = run.tables.clone();
        tables.remove(run::ANSWERS);
        Self { tables, ceilings: ceilings(run), figures: !run.lines.is_empty() }
    }

    /// Whether a solution can be judged by it.
    pub fn serves(&self, written: &Written, solution: &Solution) -> bool {
        self.figures || !wants_figures(written, solution)
    }
}

/// Runs a solution in a world that may be shared with others. A solution that cannot be run gives its faults.
///
/// # Errors
/// Our own failures.
pub fn run(
    written: &Written,
    solution: &Solution,
    world: &World,
    seed: u64,
    file: &dyn Fn(&str) -> Option<Vec<u8>>,
    proof: Proof,
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
    };
    let run = match run::run_in(world, &job, &mut |_| {}) {
        Ok(Ended::Ran(run)) => run,
        Ok(Ended::Invalid(faults)) | Err(RunError::Author(faults)) => return Ok(Err(faults)),
        Err(error) => return Err(error),
    };
    let digest = match proof {
        Proof::Verdicts => String::new(),
        Proof::Everything => everything(&run)?.to_string(),
    };
    let ceilings = ceilings(&run);
    Ok(trial(solution, seed, &run.outcomes, ceilings).map(|trial| (Trial { digest, ..trial }, run)))
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
    let outcomes = run::judged_again(&written.task, &solution.submission.answers, &made.tables)?;
    Ok(trial(solution, seed, &outcomes, made.ceilings.clone()))
}

fn trial(
    solution: &Solution,
    seed: u64,
    outcomes: &[Outcome],
    ceilings: BTreeMap<String, Shown>,
) -> Result<Trial, Vec<Fault>> {
    let faults: Vec<Fault> = outcomes.iter().filter_map(|outcome| outcome.fault.clone()).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let checks = outcomes
        .iter()
        .map(|outcome| Judged {
            id: outcome.id.clone(),
            verdict: outcome.verdict,
            figures: outcome.figures.iter().map(|(name, figure)| (name.clone(), figure.into())).collect(),
        })
        .collect();
    Ok(Trial { work: solution.work.to_string(), seed, checks, ceilings, digest: String::new() })
}

fn ceilings(run: &Run) -> BTreeMap<String, Shown> {
    let exam = run.lines.iter().filter(|line| line.table == "exam" && line.group.is_none());
    exam.filter(|line| line.ceiling)
        .filter_map(|line| Some((line.name(), Shown::Number(line.measure.as_ref().ok()?.value))))
        .collect()
}

/// Whether figures have to be computed: the reference gives the ceilings.
fn wants_figures(written: &Written, solution: &Solution) -> bool {
    solution.folder == "solution" || reads_metrics(written)
}

/// Whether a check asks the table of figures.
fn reads_metrics(written: &Written) -> bool {
    written.task.exercise.checks.iter().any(|check| check.shows.value.names().tables.contains("metrics"))
}

/// Every verdict, every figure, every row of every table.
fn everything(run: &Run) -> Result<Digest, RunError> {
    // Sentences are no results: a mended word runs nothing again.
    let mut bytes: Vec<u8> = Vec::new();
    for outcome in &run.outcomes {
        bytes.extend(format!("{} {:?} {:?}\n", outcome.id, outcome.verdict, outcome.figures).as_bytes());
    }
    for line in &run.lines {
        let (name, measure) = (line.name(), line.measure.as_ref().ok());
        bytes.extend(format!("{} {:?} {name} {measure:?}\n", line.table, line.group).as_bytes());
    }
    bytes.extend(format!("{:?} {:?} {:?}\n", run.story.threshold, run.story.last, run.story.parts).as_bytes());
    for (name, table) in &run.tables {
        bytes.extend(name.as_bytes());
        bytes.extend(content::of_bytes(&tables::csv(table)?).to_string().into_bytes());
    }
    Ok(content::of_bytes(&bytes))
}
