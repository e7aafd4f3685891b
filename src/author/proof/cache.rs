//! What was run once and need not be run again.
//!
//! - `trials/<exercise>/<content>-<engine>.jsonl`: a line for each result, appended as it comes. So an interrupted proof goes on
//!   where it stopped, and a line that was cut off is run again.
//! - `runs/<exercise>/<world>-<engine>/<plan>-<seed>`: the tables of a run on pictures, which takes seconds. So checks, questions and
//!   answers can be mended, and judged by all runs that there were, without training anything again.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::trial::{self, Made, Ran, Trial};
use crate::reading::{Solution, Written};
use course::content::{self, Digest};
use diagnostics::fault::Fault;
use engine::check::Figure;
use engine::run::RunError;
use tables::Tables;

/// Of one exercise, so many contents are kept: an author goes back and forth.
const CONTENTS: usize = 12;

/// Of one exercise, the runs of so many worlds are kept: they are large.
const WORLDS: usize = 2;

/// The engine's name in results that are kept: another engine, or another instruction set to compute with, may give other results.
/// `src/engine/build.rs` says what the engine is.
pub fn engine() -> String {
    content::of_bytes(engine::name().as_bytes()).to_string()
}

/// The results of one exercise, content and engine.
#[derive(Debug)]
pub struct Cache {
    file: Option<File>,
    /// The folder of runs, where they are worth keeping.
    runs: Option<PathBuf>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    trials: BTreeMap<(String, u64), Trial>,
    facts: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Trial(Trial),
    Fact(String, String),
}

impl Cache {
    /// Nothing is kept beyond this run of the program.
    fn nothing() -> Self {
        Self { file: None, runs: None, known: Mutex::default() }
    }

    /// What is known of an exercise as it is written now, under an engine; nothing without a folder, or where it cannot be written.
    pub fn of(folder: Option<&Path>, written: &Written, engine: &str) -> Self {
        folder.and_then(|folder| Self::open(folder, written, engine).ok()).unwrap_or_else(Self::nothing)
    }

    fn open(folder: &Path, written: &Written, engine: &str) -> io::Result<Self> {
        let (id, content, world) = (&written.task.exercise.id, written.content, written.world);
        let trials = folder.join("trials").join(id);
        fs::create_dir_all(&trials)?;
        let path = trials.join(format!("{content}-{engine}.jsonl"));
        forget(&trials, &path, CONTENTS);
        let runs = if written.task.dataset.has_signals() {
            let all = folder.join("runs").join(id);
            let runs = all.join(format!("{world}-{engine}"));
            fs::create_dir_all(&runs)?;
            forget(&all, &runs, WORLDS);
            Some(runs)
        } else {
            None
        };
        let mut known = Known::default();
        let text = fs::read(&path).unwrap_or_default();
        for line in text.split(|&byte| byte == b'\n') {
            match serde_json::from_slice(line) {
                Ok(Line::Trial(trial)) => drop(known.trials.insert((trial.work.clone(), trial.seed), trial)),
                Ok(Line::Fact(name, value)) => drop(known.facts.insert(name, value)),
                Err(_) => {}
            }
        }
        let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
        if !text.is_empty() && !text.ends_with(b"\n") {
            // A line that was cut off must not take the next one with it.
            file.write_all(b"\n")?;
        }
        Ok(Self { file: Some(file), runs, known: Mutex::new(known) })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The trial of a solution with a seed: as it is known, or judged by what its plan made before (in `before`, of the same draw, or on
    /// the disk), or run now.
    ///
    /// # Errors
    /// Our own failures; a solution that cannot be run gives its faults.
    pub fn tried(
        &self,
        written: &Written,
        solution: &Solution,
        seed: u64,
        before: &mut Vec<(Digest, Made)>,
        run: impl FnOnce() -> Result<Ran, RunError>,
    ) -> Result<Result<Trial, Vec<Fault>>, RunError> {
        if let Some(trial) = self.trial(solution.work, seed) {
            return Ok(Ok(trial));
        }
        let plan = trial::made_by(written, &solution.submission);
        let serves = |made: &Made| made.serves(written, solution);
        let here = before.iter().find(|(of, made)| *of == plan && serves(made)).map(|(_, made)| made.clone());
        let judged = match here.or_else(|| self.made(plan, seed).filter(serves)) {
            Some(made) => trial::judge(written, solution, seed, &made)?,
            None => run()?.map(|(trial, run)| {
                let made = Made::of(&run);
                self.keep_made(plan, seed, &made);
                before.push((plan, made));
                trial
            }),
        };
        if let Ok(trial) = &judged {
            self.keep(trial);
        }
        Ok(judged)
    }

    /// The trial of a solution with a seed.
    pub fn trial(&self, work: Digest, seed: u64) -> Option<Trial> {
        self.known().trials.get(&(work.to_string(), seed)).cloned()
    }

    /// A fact by its name.
    pub fn fact(&self, name: &str) -> Option<String> {
        self.known().facts.get(name).cloned()
    }

    /// Keeps a trial.
    pub fn keep(&self, trial: &Trial) {
        let mut known = self.known();
        self.append(&Line::Trial(trial.clone()));
        known.trials.insert((trial.work.clone(), trial.seed), trial.clone());
    }

    /// Keeps a fact.
    pub fn keep_fact(&self, name: &str, value: &str) {
        let mut known = self.known();
        self.append(&Line::Fact(name.to_owned(), value.to_owned()));
        known.facts.insert(name.to_owned(), value.to_owned());
    }

    /// What a plan made with a seed, whatever was asked about it then.
    pub(super) fn made(&self, plan: Digest, seed: u64) -> Option<Made> {
        read_made(&fs::read(self.runs.as_ref()?.join(format!("{plan}-{seed}"))).ok()?)
    }

    /// Keeps what a plan made; where that fails, it is made again another time.
    pub fn keep_made(&self, plan: Digest, seed: u64, made: &Made) {
        let write = || -> Option<()> {
            let folder = self.runs.as_ref()?;
            // Whole or not at all: another process may be reading.
            let mut file = tempfile::NamedTempFile::new_in(folder).ok()?;
            file.write_all(&written_made(made)?).ok()?;
            file.persist(folder.join(format!("{plan}-{seed}"))).ok()?;
            Some(())
        };
        let _ = write();
    }

    /// A line in one write; a disk that is full costs a repetition, not the work.
    fn append(&self, line: &Line) {
        let (Some(mut file), Ok(mut text)) = (self.file.as_ref(), serde_json::to_string(line)) else { return };
        text.push('\n');
        let _ = file.write_all(text.as_bytes());
    }
}

/// The first line of a kept run: what follows it are its tables as Parquet, each of so many bytes.
#[derive(Serialize, Deserialize)]
struct Contents {
    ceilings: BTreeMap<String, Figure>,
    figures: bool,
    tables: Vec<(String, usize)>,
}

fn written_made(made: &Made) -> Option<Vec<u8>> {
    let (mut names, mut bytes) = (Vec::new(), Vec::new());
    for (name, table) in &made.tables {
        let table = tables::parquet(table).ok()?;
        names.push((name.clone(), table.len()));
        bytes.extend(table);
    }
    let contents = Contents { ceilings: made.ceilings.clone(), figures: made.figures, tables: names };
    let mut out = serde_json::to_vec(&contents).ok()?;
    out.push(b'\n');
    out.extend(bytes);
    Some(out)
}

/// Nothing, where the file is not whole.
fn read_made(bytes: &[u8]) -> Option<Made> {
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    let contents: Contents = serde_json::from_slice(&bytes[..end]).ok()?;
    let mut rest = &bytes[end + 1..];
    let mut all = Tables::new();
    for (name, length) in contents.tables {
        let (table, after) = rest.split_at_checked(length)?;
        all.insert(name, tables::from_parquet(table.to_vec()).ok()?);
        rest = after;
    }
    Some(Made { tables: all, ceilings: contents.ceilings, figures: contents.figures })
}

/// Forgets the oldest of a folder, so that so many are left with the one that is used now.
fn forget(folder: &Path, but: &Path, most: usize) {
    let mut all: Vec<(std::time::SystemTime, PathBuf)> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path() != but)
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    all.sort();
    let surplus = (all.len() + 1).saturating_sub(most);
    for (_, path) in all.into_iter().take(surplus) {
        let _ = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_comes_back_to_the_last_bit_and_a_damaged_one_not_at_all() {
        let mut exam = tables::Frame::empty_with_height(3);
        tables::set_numbers(&mut exam, "p", &[0.1 + 0.2, f64::NAN, -0.0]).unwrap();
        tables::set_maybe_numbers(&mut exam, "mm", &[None, Some(1e-300), Some(f64::INFINITY)]).unwrap();
        tables::set_words(&mut exam, "hospital", &[Some("東北"), None, Some("")]).unwrap();
        tables::set_flags(&mut exam, "alert", &[true, false, true]).unwrap();
        let ceilings = BTreeMap::from([("ceiling_auroc".to_owned(), Figure::Number(0.1 + 0.7))]);
        let none = tables::keep(&exam, &[false; 3]).unwrap();
        let tables = Tables::from([("exam".to_owned(), exam), ("lesions".to_owned(), none)]);
        let bytes = written_made(&Made { tables: tables.clone(), ceilings: ceilings.clone(), figures: true }).unwrap();
        let again = read_made(&bytes).unwrap();
        assert_eq!(again.ceilings, ceilings);
        assert!(again.figures);
        for (name, table) in &tables {
            assert_eq!(table.schema(), again.tables[name].schema(), "{name}");
            assert!(table.equals_missing(&again.tables[name]), "{name}");
        }
        for cut in (0..bytes.len()).step_by(37) {
            assert!(read_made(&bytes[..cut]).is_none(), "cut after {cut} of {} bytes", bytes.len());
        }
    }
}
