//! Reading an exercise's whole folder, and everything that is wrong with its files, at once.

use super::finding::{Finding, Rule};
use course::content::{self, Digest};
use course::dataset;
use course::exercise;
use course::pack::{Pack, REFERENCE, STARTER, Submission, Task, WRONG, Wrong};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::keys::{self, Section};
use diagnostics::text;
use diagnostics::text::Text;
use engine::models::VOCABULARY;

/// The exercises that are asked for, by their present names; all of the course where none is.
///
/// # Errors
/// A name that no exercise has, with the nearest one.
pub fn asked(pack: &Pack, ids: &[String]) -> Result<Vec<String>, Vec<Fault>> {
    if ids.is_empty() {
        let all = pack.exercises();
        return if all.is_empty() { Err(vec![no_exercise()]) } else { Ok(all) };
    }
    let ids: Vec<String> = ids.iter().map(|id| pack.renamed(id).unwrap_or_else(|| id.clone())).collect();
    for id in ids.iter().filter(|id| !pack.exercises().contains(id)) {
        pack.exercise(id)?;
    }
    Ok(ids)
}

/// A course in which there is nothing.
fn no_exercise() -> Fault {
    Fault::new(
        Id::UnknownExercise,
        Place::file("exercises"),
        Text::new("no exercise", "演習がありません"),
        Text::new(
            "exercises/NAME/exercise.toml in a folder that you may read: practicum author new NAME writes one",
            "読み取れるフォルダーの中の exercises/名前/exercise.toml（practicum author new 名前 で作れます）",
        ),
    )
}

/// An exercise as its author wrote it.
#[derive(Debug)]
pub struct Written {
    /// The exercise and its dataset.
    pub task: Task,
    /// `exercise.toml`, every key with its place.
    pub exercise: Section,
    /// `dataset.toml`, every key with its place.
    pub dataset: Section,
    /// `solution`, `starter`, and the folders in `wrong/`: those that can be read.
    pub solutions: Vec<Solution>,
    /// What decides results, texts apart: dataset, draws, questions, checks.
    pub content: Digest,
    /// What decides the tables of a run: the same without questions and checks.
    pub world: Digest,
}

/// A solution that the author gives.
#[derive(Debug)]
pub struct Solution {
    /// `solution`, `starter` or `wrong/<mistake>`.
    pub folder: String,
    /// What it is for.
    pub role: Role,
    /// Its plan and answers.
    pub submission: Submission,
    /// What its plan and answers say.
    pub work: Digest,
}

/// What a solution is for.
#[derive(Debug)]
pub enum Role {
    /// It passes every check.
    Reference,
    /// Learners begin with it.
    Starter,
    /// A mistake, and what it must fail.
    Wrong(Box<Wrong>),
    /// Made of others by a proof.
    Made,
}

impl Solution {
    /// Whether it passes every check.
    pub fn is_reference(&self) -> bool {
        matches!(self.role, Role::Reference)
    }

    /// Whether learners begin with it.
    pub fn is_starter(&self) -> bool {
        matches!(self.role, Role::Starter)
    }

    /// Of a wrong solution, what it must fail.
    pub fn wrong(&self) -> Option<&Wrong> {
        match &self.role {
            Role::Wrong(wrong) => Some(wrong),
            Role::Reference | Role::Starter | Role::Made => None,
        }
    }
}

impl Written {
    /// The reference.
    pub fn reference(&self) -> Option<&Solution> {
        self.solutions.iter().find(|solution| solution.is_reference())
    }

    /// The starter.
    pub fn starter(&self) -> Option<&Solution> {
        self.solutions.iter().find(|solution| solution.is_starter())
    }

    /// The wrong solutions, each with what it must fail.
    pub fn wrong(&self) -> impl Iterator<Item = (&Solution, &Wrong)> {
        self.solutions.iter().filter_map(|solution| Some((solution, solution.wrong()?)))
    }

    /// What a proof over many draws rests on: the content, and what the reference and the wrong solutions say.
    pub fn proved_content(&self) -> Digest {
        let works = self.solutions.iter().filter(|solution| !solution.is_starter());
        let mut parts: Vec<String> = works.map(|solution| format!("{} {}", solution.folder, solution.work)).collect();
        for (solution, wrong) in self.wrong() {
            parts.push(format!("{} {:?}", solution.folder, wrong.fails));
        }
        content::of_bytes(format!("{} {parts:?}", self.content).as_bytes())
    }

    /// The bytes of a file beside `dataset.toml`.
    pub fn file<'p>(&self, pack: &'p Pack) -> impl Fn(&str) -> Option<Vec<u8>> + use<'p> {
        let id = self.task.dataset.id.clone();
        move |file: &str| pack.dataset_file(&id, file)
    }
}

/// Reads an exercise's folder. There is nothing to go on with where `exercise.toml` or `dataset.toml` cannot be read.
pub fn read(pack: &Pack, id: &str, findings: &mut Vec<Finding>) -> Option<Written> {
    let mut format = |faults: Vec<diagnostics::fault::Fault>| {
        findings.extend(faults.into_iter().map(|fault| Rule::Format.by(fault)));
    };
    let exercise = pack.exercise(id).map_err(&mut format).ok()?;
    let mut solutions = Vec::new();
    for (folder, role) in [(REFERENCE, Role::Reference), (STARTER, Role::Starter)] {
        match pack.submission(&VOCABULARY, &exercise, folder) {
            Ok(submission) => solutions.push((folder.to_owned(), submission, role)),
            Err(faults) => format(faults),
        }
    }
    match pack.wrong(&exercise) {
        Ok(all) => {
            for wrong in all {
                let folder = format!("{WRONG}/{}", wrong.mistake);
                match pack.submission(&VOCABULARY, &exercise, &folder) {
                    Ok(submission) => solutions.push((folder, submission, Role::Wrong(Box::new(wrong)))),
                    Err(faults) => format(faults),
                }
            }
        }
        Err(faults) => format(faults),
    }
    let task = match pack.task(id) {
        Ok(task) => task,
        Err(faults) => {
            format(faults);
            return None;
        }
    };
    let worth = task.exercise.worth.filter(|_| !task.dataset.target.spec().decides);
    // They were read before: what is wrong with them now is told like any fault, and no silence.
    let mut section = |path: &str, keys: &[keys::Key]| {
        keys::read(path, &pack.bytes(path).unwrap_or_default(), keys).map_err(&mut format).ok()
    };
    let exercise = section(&format!("exercises/{id}/exercise.toml"), exercise::KEYS)?;
    let dataset = section(&format!("datasets/{}/dataset.toml", task.dataset.id), dataset::KEYS)?;
    if let Some(worth) = worth {
        let target = task.dataset.target.name();
        let found = text!(
            "worth = {worth} under target = \"{target}\", which gives no risks and raises no alerts",
            "target = \"{target}\" ではリスクも警報もありませんが、worth = {worth} があります"
        );
        let expected = Text::new(
            "no `worth`: it is the risk at which an alert is just worth it",
            "`worth`を除くこと（警報を出す価値がちょうどあるリスクを表すキーです）",
        );
        findings.push(Rule::Format.broken(exercise.place_of("worth"), found, expected));
    }
    let own = content::files(pack, &task);
    let content = content::of_exercise(&exercise, &dataset, &own);
    let world = content::of_world(&exercise, &dataset, &own);
    let solutions = solutions
        .into_iter()
        .map(|(folder, submission, role)| {
            let work = content::of_submission(&submission);
            Solution { folder, role, submission, work }
        })
        .collect();
    Some(Written { task, exercise, dataset, solutions, content, world })
}
