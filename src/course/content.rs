//! What decides the results of an exercise, as a digest: texts, comments, the order of keys and keys that are left out play no part,
//! so that mending a sentence asks for no new proof.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;

use xxhash_rust::xxh3::xxh3_128;

use super::computed::Computed;
use super::dataset;
use super::exercise::{self, BEFORE};
use super::pack::{Content, Pack, Submission, Task};
use super::plan::Plan;
use diagnostics::fault::Fault;
use diagnostics::keys::{self, Section, Value, Written};

/// A digest of 128 bits: it tells contents apart, and is no proof against forgery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Digest(u128);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Keys of `exercise.toml` and `dataset.toml` that only people read; texts in two languages are left out too.
const FOR_PEOPLE: &[&str] = &[
    "formerly",
    "version",
    "field",
    "level",
    "minutes",
    "evidence",
    "licence",
    "unit",
    "figure",
    "values",
    "after",
    "recall",
    "exit",
    "hides",
    "max_width",
    "asks",
    "not_personal",
];

impl Content {
    /// The digest of everything that is embedded, texts too: which course a program brings along.
    pub fn digest(&'static self) -> Digest {
        let mut names = String::new();
        let mut open = vec![&self.exercises, &self.datasets];
        while let Some(dir) = open.pop() {
            open.extend(dir.dirs());
            for file in dir.files() {
                let _ = write!(names, "{}{}", file.path().display(), of_bytes(file.contents()));
            }
        }
        of_bytes(names.as_bytes())
    }
}

/// The digest of bytes.
pub fn of_bytes(bytes: &[u8]) -> Digest {
    Digest(xxh3_128(bytes))
}

/// Keys of `exercise.toml` that decide how a run is judged, and nothing of the run.
const FOR_JUDGES: &[&str] = &["question", "check"];

/// What decides the results of an exercise of a pack.
///
/// # Errors
/// What is wrong with its files: a task that was read before has none of it, unless they changed meanwhile.
pub fn of_task(pack: &Pack, task: &Task) -> Result<Digest, Vec<Fault>> {
    let section = |path: &str, keys: &[keys::Key]| keys::read(path, &pack.bytes(path).unwrap_or_default(), keys);
    let exercise = section(&format!("exercises/{}/exercise.toml", task.exercise.id), exercise::KEYS)?;
    let dataset = section(&format!("datasets/{}/dataset.toml", task.dataset.id), dataset::KEYS)?;
    Ok(of_exercise(&exercise, &dataset, &files(pack, task)))
}

/// The bytes of a dataset's own files, as far as they are there.
pub fn files(pack: &Pack, task: &Task) -> Vec<Vec<u8>> {
    let names = task.dataset.files();
    names.into_iter().filter_map(|name| pack.dataset_file(&task.dataset.id, name)).collect()
}

/// What decides an exercise's results: dataset, draws, questions and checks.
pub fn of_exercise(exercise: &Section, dataset: &Section, own: &[Vec<u8>]) -> Digest {
    of_files(exercise, dataset, own, &[])
}

/// What decides the tables of an exercise's runs: dataset and draws, whatever is asked about them.
pub fn of_world(exercise: &Section, dataset: &Section, own: &[Vec<u8>]) -> Digest {
    of_files(exercise, dataset, own, FOR_JUDGES)
}

fn of_files(exercise: &Section, dataset: &Section, own: &[Vec<u8>], but: &[&str]) -> Digest {
    let mut out = String::new();
    table(&mut out, exercise, but);
    table(&mut out, dataset, &[]);
    for file in own {
        let _ = write!(out, "{}", of_bytes(file));
    }
    of_bytes(out.as_bytes())
}

/// What a plan says.
pub fn of_plan(submission: &Submission) -> Digest {
    of_bytes(plan(submission).as_bytes())
}

/// What a plan and answers say.
pub fn of_submission(submission: &Submission) -> Digest {
    let mut out = plan(submission);
    let _ = write!(out, "{:?}", submission.answers);
    queries(&mut out, &submission.computed);
    of_bytes(out.as_bytes())
}

/// Line breaks of SQL decide nothing.
fn queries(out: &mut String, computed: &Computed) {
    for (name, query) in computed {
        let words = query.value.text().split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = write!(out, "{name}={words}");
    }
}

/// What a plan decides, by key such as `split.unit`, what it leaves to the defaults included; written alike for like decisions.
pub fn decisions(plan: &Plan) -> BTreeMap<String, String> {
    fn flat(prefix: &str, section: &Section, out: &mut BTreeMap<String, String>) {
        for (name, entry) in section.entries() {
            match &entry.value {
                Value::Table(inner) => flat(&format!("{prefix}{name}."), inner, out),
                of => {
                    let mut written = String::new();
                    value(&mut written, of);
                    out.insert(format!("{prefix}{name}"), written);
                }
            }
        }
    }
    let mut out = BTreeMap::new();
    flat("", &plan.section, &mut out);
    out.remove("exercise");
    out
}

fn plan(submission: &Submission) -> String {
    let mut out = String::new();
    // `exercise = "id@version"` names the version, which decides nothing.
    for (name, entry) in submission.plan.section.entries() {
        if name != "exercise" && entry.place.line.is_some() {
            out += name;
            value(&mut out, &entry.value);
        }
    }
    queries(&mut out, &submission.settings);
    out
}

fn table(out: &mut String, section: &Section, but: &[&str]) {
    out.push('{');
    for (name, entry) in section.entries() {
        let decides = !matches!(entry.value, Value::Text(_)) && !FOR_PEOPLE.contains(&name) && !but.contains(&name);
        // A key that is not written has no line: its default is the engine's.
        if entry.place.line.is_none() || !decides {
            continue;
        }
        out.push_str(name);
        out.push('=');
        match &entry.value {
            Value::List(items) if name == "question" => list(out, items.iter().filter(|item| is_judged(&item.value))),
            of => value(out, of),
        }
        out.push(';');
    }
    out.push('}');
}

fn value(out: &mut String, of: &Value) {
    match of {
        // Line breaks and indentation of SQL decide nothing.
        Value::String(text) => drop(write!(out, "{:?}", text.split_whitespace().collect::<Vec<_>>().join(" "))),
        Value::Text(_) => {}
        Value::Whole(i) => drop(write!(out, "{i}")),
        Value::Number(x) => drop(write!(out, "{x:?}")),
        Value::Flag(flag) => drop(write!(out, "{flag}")),
        Value::List(items) => list(out, items.iter()),
        Value::Table(section) => table(out, section, &[]),
    }
}

fn list<'v>(out: &mut String, items: impl Iterator<Item = &'v Written<Value>>) {
    out.push('[');
    for item in items {
        value(out, &item.value);
        out.push(',');
    }
    out.push(']');
}

/// Whether a question may be judged: expectations and texts decide nothing.
fn is_judged(question: &Value) -> bool {
    match question {
        Value::Table(section) => section.string("when") != BEFORE && section.string("kind") != "text",
        _ => true,
    }
}
