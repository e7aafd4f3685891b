//! Trials as data: what a process of its own is asked (`practicum worker`), and what it gives. What fails there ends that process, not
//! the proof; its memory goes with it; and processes with a thread each are faster than threads that share their waiting.

use std::path::PathBuf;
use std::process::Stdio;

use serde::{Deserialize, Serialize};

use super::cache::{self, Cache};
use super::trial::{self, Proof, Trial};
use crate::reading;
use app::worker::{self, Worker};
use course::pack::Pack;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use engine::run::{self, RunError, Watch};

/// The version of [`Trials`]; raised when a key changes its meaning or goes.
pub const TRIALS: &str = "practicum.trials/1";

/// Solutions of one exercise that are to be run with one seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trials {
    /// [`TRIALS`].
    pub schema: String,
    /// The course folder; the program's own course where there is none.
    #[serde(default)]
    pub course: Option<PathBuf>,
    /// The exercise's id.
    pub exercise: String,
    /// The folders of its solutions, in the order in which they are run; the first that cannot be run ends the job.
    pub solutions: Vec<String>,
    /// The seed of the data and of the training's chance.
    pub seed: u64,
    /// Whether every figure and prediction goes into a digest; then nothing that was drawn or made before is used.
    #[serde(default)]
    pub everything: bool,
    /// Where results are kept as they come.
    #[serde(default)]
    pub cache: Option<PathBuf>,
}

/// What came of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// Of each solution, in the order of the job.
    pub trials: Vec<Trial>,
    /// What is wrong with the solution that ended the job, or with the exercise.
    pub faults: Vec<Fault>,
    /// Seconds of processor time, over all threads.
    pub seconds: f64,
    /// The most memory that was held, in bytes.
    pub bytes: u64,
}

/// Hands trials to a process of its own, with so many threads ([`ask`]); says how it failed.
pub type Ask<'a> = dyn Fn(&Trials, usize) -> Result<Tried, Text> + Sync + 'a;

/// Asks a worker. It ends where this process does.
///
/// # Errors
/// A process that cannot be started, or that left no record; in both languages.
pub fn ask(worker: &Worker, trials: &Trials) -> Result<Tried, Text> {
    let failed =
        |error: &dyn std::fmt::Display| text!("a process that failed: {error}", "別プロセスが失敗しました：{error}");
    let folder = tempfile::tempdir().map_err(|error| failed(&error))?;
    let text = serde_json::to_vec(trials).map_err(|error| failed(&error))?;
    disk::write(folder.path(), "job.json", &text).map_err(|refused| refused.unwritten("job.json").found)?;
    let [job, record] = ["job.json", "record.json"].map(|name| folder.path().join(name));
    let mut child = worker.command(&job, &record).stderr(Stdio::piped()).spawn().map_err(|error| failed(&error))?;
    // Open until it ended: a worker stops where its input does.
    let input = child.stdin.take();
    let output = child.wait_with_output().map_err(|error| failed(&error))?;
    drop(input);
    let given = std::fs::read(&record).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    given.ok_or_else(|| match String::from_utf8_lossy(&output.stderr).trim() {
        "" => worker::lost(output.status),
        told => failed(&told),
    })
}

/// The course folder of a pack, for another process.
pub(super) fn course(pack: &Pack) -> Option<PathBuf> {
    match pack {
        Pack::Folder(root) => Some(root.clone()),
        Pack::Embedded(_) => None,
    }
}

/// Runs what is asked while `watch` looks on.
///
/// # Errors
/// Our own failures; whoever watches ended it. The author's mistakes are in the result.
pub fn work(pack: &Pack, asked: &Trials, watch: &mut dyn Watch) -> Result<Result<Vec<Trial>, Vec<Fault>>, RunError> {
    match trials(pack, asked, watch) {
        Err(RunError::Author(faults)) => Ok(Err(faults)),
        ended => ended,
    }
}

fn trials(pack: &Pack, asked: &Trials, watch: &mut dyn Watch) -> Result<Result<Vec<Trial>, Vec<Fault>>, RunError> {
    let mut findings = Vec::new();
    let Some(written) = reading::read(pack, &asked.exercise, &mut findings) else {
        return Ok(Err(findings.into_iter().map(|finding| finding.fault).collect()));
    };
    let cache = Cache::of(asked.cache.as_deref(), &written, &cache::engine());
    let file = written.file(pack);
    let (mut world, mut before, mut trials) = (None, Vec::new(), Vec::new());
    for folder in &asked.solutions {
        let Some(solution) = written.solutions.iter().find(|solution| solution.folder == *folder) else {
            let found = text!("no folder \"{folder}\"", "フォルダー \"{folder}\" はありません");
            let expected = Text::new("a solution of this exercise", "この演習の解答のフォルダー");
            return Ok(Err(vec![Fault::new(Id::MissingFile, Place::file(asked.exercise.as_str()), found, expected)]));
        };
        let proof = if asked.everything { Proof::Everything } else { Proof::Verdicts };
        let mut run = || {
            let world = match &mut world {
                Some(world) => world,
                slot @ None => {
                    let drawn = run::world(&written.task, (asked.seed, Some(asked.seed)), &file)?;
                    slot.insert(if asked.everything { drawn } else { drawn.remembering() })
                }
            };
            trial::run(&written, solution, world, asked.seed, &file, proof, watch)
        };
        let tried = if asked.everything {
            run()?.map(|(trial, _)| trial)
        } else {
            cache.tried(&written, solution, asked.seed, &mut before, run)?
        };
        match tried {
            Ok(trial) => trials.push(trial),
            Err(faults) => return Ok(Err(faults)),
        }
    }
    Ok(Ok(trials))
}
