//! What was run once and need not be run again: one file per exercise, content and engine, a line for each result, appended as it
//! comes. So an interrupted calibration goes on where it stopped, and a line that was cut off is run again.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::content::Digest;
use super::trial::Trial;

/// Of one exercise, so many contents are kept: an author goes back and forth.
const CONTENTS: usize = 12;

/// The results of one exercise, content and engine.
#[derive(Debug)]
pub struct Kept {
    file: Option<File>,
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

impl Kept {
    /// Nothing is kept beyond this run of the program.
    pub fn nothing() -> Self {
        Self { file: None, known: Mutex::default() }
    }

    /// What is known of an exercise's content under an engine.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn open(folder: &Path, id: &str, content: Digest, engine: &str) -> io::Result<Self> {
        let folder = folder.join("trials").join(id);
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{content}-{engine}.jsonl"));
        forget(&folder, &path);
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
        Ok(Self { file: Some(file), known: Mutex::new(known) })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// A line in one write; a disk that is full costs a repetition, not the work.
    fn append(&self, line: &Line) {
        let (Some(mut file), Ok(mut text)) = (self.file.as_ref(), serde_json::to_string(line)) else { return };
        text.push('\n');
        let _ = file.write_all(text.as_bytes());
    }
}

/// Forgets the oldest contents.
fn forget(folder: &Path, but: &Path) {
    let mut files: Vec<(std::time::SystemTime, PathBuf)> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path() != but)
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort();
    let surplus = (files.len() + 1).saturating_sub(CONTENTS);
    for (_, path) in files.into_iter().take(surplus) {
        let _ = fs::remove_file(path);
    }
}
