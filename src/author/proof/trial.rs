//! One solution, run once: what became of each check, and the figures that it showed. Texts are filled in later, so that a trial
//! outlives the mending of a sentence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::reading::{Solution, Written};
use course::content::{self, Digest};
use course::exercise::Check;
use diagnostics::fault::Fault;
use engine::check::{Figure, Judged, Verdict};
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
    pub ceilings: BTreeMap<String, Figure>,
    /// All results of the run in one digest; empty where it was not asked for.
    pub digest: String,
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
    pub ceilings: BTreeMap<String, Figure>,
    /// Whether the figures of the table `metrics` and the ceilings were computed.
    pub figures: bool,
}

impl Made {
    /// What a run made.
    pub fn of(run: &Run) -> Self {
        let mut tables = run.tables.clone();
        tables.remove(run::ANSWERS);
        Self { tables, ceilings: ceilings(run), figures: !run.record.lines.is_empty() }
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
        shelf: None,
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
    Ok(trial(solution, seed, &run.record.checks, ceilings).map(|trial| (Trial { digest, ..trial }, run)))
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
    let checks = run::judged_again(&written.task, &solution.submission.answers, &made.tables)?;
    Ok(trial(solution, seed, &checks, made.ceilings.clone()))
}

fn trial(
    solution: &Solution,
    seed: u64,
    checks: &[Judged],
    ceilings: BTreeMap<String, Figure>,
) -> Result<Trial, Vec<Fault>> {
    let faults: Vec<Fault> = checks.iter().filter_map(|check| check.fault.clone()).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let (work, checks) = (solution.work.to_string(), checks.to_vec());
    Ok(Trial { work, seed, checks, ceilings, digest: String::new() })
}

fn ceilings(run: &Run) -> BTreeMap<String, Figure> {
    let exam = run.record.lines.iter().filter(|line| line.table == "exam" && line.group.is_none());
    exam.filter(|line| line.ceiling)
        .filter_map(|line| Some((line.name(), Figure::Number(line.measure.as_ref().ok()?.value))))
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
    for check in &run.record.checks {
        bytes.extend(format!("{} {:?} {:?}\n", check.id, check.verdict, check.figures).as_bytes());
    }
    for line in &run.record.lines {
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
