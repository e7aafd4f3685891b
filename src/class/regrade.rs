//! A new version of an exercise, or of the engine, over everything that was handed in: first whose grade would change and by which
//! check, then applied or not. Marks of persons stay; both editions stay recorded.

use std::collections::BTreeMap;
use std::path::Path;

use app::ending::Ending;
use app::learner::desk::Desk;
use engine::check::Verdict;

use crate::desk::{self, Opened};
use crate::executor::Task;
use crate::folder::{Class, Held};
use crate::grade::{Book, Grade, State};
use crate::grading::{self, Tally};
use crate::moment::Moment;
use crate::store::{Edition, Store};

/// How a grade changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// It falls.
    Down,
    /// It rises.
    Up,
    /// It stays, but is reached in another way, or stands otherwise.
    Other,
    /// Nothing changes.
    Same,
}

impl Way {
    /// The word of documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Up => "up",
            Self::Other => "other",
            Self::Same => "same",
        }
    }
}

/// A check by its id, and its verdict before and after.
pub type Turned = (String, Option<Verdict>, Option<Verdict>);

/// A grade before and after.
#[derive(Clone, Debug)]
pub struct Change {
    /// Whose.
    pub learner: String,
    /// In which exercise.
    pub exercise: String,
    /// How it changes.
    pub way: Way,
    /// As it is.
    pub before: Grade,
    /// As it would be.
    pub after: Grade,
    /// The checks that come out otherwise: before, after; none where there is no such check.
    pub checks: Vec<Turned>,
}

/// A regrade that was begun: what changed is known, and what is to be graded for it.
#[derive(Debug)]
pub struct Regrading {
    /// The class.
    pub class: Class,
    /// Its store.
    pub store: Store,
    /// The editions that changed: as it is graded with, as there is now.
    pub changed: Vec<(Edition, Edition)>,
    /// What is to be graded.
    pub tasks: Vec<Task>,
    pinned: BTreeMap<String, Edition>,
    of: usize,
    _held: Held,
}

/// What a new version changes.
#[derive(Clone, Debug)]
pub struct Regraded {
    /// The editions that changed.
    pub changed: Vec<(Edition, Edition)>,
    /// Each grade, before and after.
    pub changes: Vec<Change>,
    /// Failures of ours.
    pub errors: usize,
    /// How many submissions were not graded anew.
    pub left: usize,
    /// Whether the class is graded with it from now on.
    pub applied: bool,
}

impl Regraded {
    /// Whether every submission was graded anew.
    pub fn is_whole(&self) -> bool {
        self.left == 0 && self.errors == 0
    }
}

/// Finds what changed, and what is to be graded for it. The class is held until it is dropped.
///
/// # Errors
/// What is wrong with the class or its course; another grader at work; the store's.
pub fn begin(desk: &Desk, folder: &Path) -> Result<Regrading, Ending> {
    let Opened { class, store, .. } = Opened::at(desk, folder)?;
    let held = class.hold()?;
    let pack = desk::pack(&class, desk)?;
    let pinned = store.editions()?;
    let changed = changed(&pinned, &grading::editions(&class, &pack)?);
    let now = changed.iter().map(|(_, now)| (now.exercise.clone(), now.clone())).collect();
    let tasks = grading::pending(&class, &store, &now)?;
    let of = tasks.len();
    Ok(Regrading { class, store, changed, tasks, pinned, of, _held: held })
}

impl Regrading {
    /// Compares grades after the tasks were graded and, where that is wanted and nothing is left, grades with the new version from now
    /// on.
    ///
    /// # Errors
    /// The store's.
    pub fn end(&self, told: Tally, apply: bool, now: Moment) -> Result<Regraded, Ending> {
        let Self { class, store, changed, pinned, of, .. } = self;
        let ids: Vec<String> = changed.iter().map(|(_, now)| now.exercise.clone()).collect();
        let mut editions = pinned.clone();
        editions.extend(changed.iter().map(|(_, now)| (now.exercise.clone(), now.clone())));
        let (before, after) = (Book::of(class, store)?, Book::under(class, store, editions)?);
        let changes = changes(store, &ids, &before, &after)?;
        let (errors, left) = (told.errors, of - told.done);
        let mut regraded = Regraded { changed: changed.clone(), changes, errors, left, applied: false };
        if apply && regraded.is_whole() && !changed.is_empty() {
            for (_, edition) in changed {
                store.pin(edition, now)?;
            }
            regraded.applied = true;
        }
        Ok(regraded)
    }
}

/// The exercises that are graded with another edition than there is now, with both.
pub fn changed(pinned: &BTreeMap<String, Edition>, current: &BTreeMap<String, Edition>) -> Vec<(Edition, Edition)> {
    let pair = |(id, now): (&String, &Edition)| {
        let then = pinned.get(id).filter(|then| !then.grades_as(now))?;
        Some((then.clone(), Edition { number: then.number + 1, ..now.clone() }))
    };
    current.iter().filter_map(pair).collect()
}

/// What changes, of these exercises.
///
/// # Errors
/// The store's.
pub fn changes(store: &Store, exercises: &[String], before: &Book, after: &Book) -> Result<Vec<Change>, Ending> {
    let mut changes = Vec::new();
    for ((learner, exercise), old) in &before.grades {
        let Some(new) = after.grade(learner, exercise).filter(|_| exercises.contains(exercise)) else { continue };
        let checks = checks(store, old, new)?;
        let as_before = (old.state, old.chosen) == (new.state, new.chosen) && checks.is_empty();
        let of = |grade: &Grade| (grade.state == State::Graded).then_some(grade.points);
        let way = match (of(old), of(new)) {
            (Some(a), Some(b)) if a < b => Way::Up,
            (Some(a), Some(b)) if a > b => Way::Down,
            _ if as_before => Way::Same,
            _ => Way::Other,
        };
        let (learner, exercise) = (learner.clone(), exercise.clone());
        changes.push(Change { learner, exercise, way, before: old.clone(), after: new.clone(), checks });
    }
    changes.sort_by(|a, b| (a.way, &a.exercise, &a.learner).cmp(&(b.way, &b.exercise, &b.learner)));
    Ok(changes)
}

fn checks(store: &Store, old: &Grade, new: &Grade) -> Result<Vec<Turned>, Ending> {
    let judged = |grade: &Grade| -> Result<BTreeMap<String, Verdict>, Ending> {
        let Some(attempt) = grade.attempt() else { return Ok(BTreeMap::new()) };
        let record = store.record(&attempt.key)?.and_then(|record| record.record);
        let checks = record.into_iter().flat_map(|record| record.checks);
        Ok(checks.map(|judged| (judged.id, judged.verdict)).collect())
    };
    let (old, new) = (judged(old)?, judged(new)?);
    let mut ids: Vec<&String> = old.keys().chain(new.keys()).collect();
    ids.sort();
    ids.dedup();
    let both = ids.into_iter().map(|id| (id.clone(), old.get(id).copied(), new.get(id).copied()));
    Ok(both.filter(|(_, before, after)| before != after).collect())
}
