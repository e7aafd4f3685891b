//! `exercises/courses.toml`: courses as lists of exercises, and the exercises that are planned.

use std::collections::BTreeSet;

use super::exercise::Cover;
use super::pack::Pack;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::keys::{Key, Kind, Need, Section, Written};
use diagnostics::text;
use diagnostics::text::Text;

/// Where the courses of a pack stand.
pub const FILE: &str = "exercises/courses.toml";

/// The keys of `courses.toml`.
pub const KEYS: &[Key<'static>] = &[
    Key::new("course", Kind::Tables(COURSE), Need::Default("[]"), "The courses.", "コースです。"),
    Key::new(
        "planned",
        Kind::Tables(PLANNED),
        Need::Default("[]"),
        "Exercises that are not written yet.",
        "まだ書かれていない、予定の演習です。",
    ),
];

const COURSE: &[Key<'static>] = &[
    Key::new("id", Kind::String, Need::Required, "The course's name in commands.", "コマンドで使うコースの名前です。"),
    Key::new("title", Kind::Bilingual, Need::Required, "The course's title.", "コースの題名です。"),
    Key::new(
        "level",
        Kind::Choice(super::exercise::LEVELS),
        Need::Required,
        "intensive: a supplied model, decide and defend; doctoral: build, then survive fresh data.",
        "intensiveは与えられたモデルで判断して説明し、doctoralは自ら構築して新しいデータに耐えることを目指します。",
    ),
    Key::new("target", Kind::Bilingual, Need::Required, "What the learner can do afterwards.", "到達目標です。"),
    Key::new(
        "exercises",
        Kind::List(&Kind::String),
        Need::Required,
        "The exercises, in the order in which they are taught.",
        "演習です。教える順に並べます。",
    ),
];

const PLANNED: &[Key<'static>] = &[
    Key::new("id", Kind::String, Need::Required, "The id that it will have.", "付ける予定のidです。"),
    Key::new("title", Kind::Bilingual, Need::Required, "What it will be about.", "扱う予定の内容です。"),
];

/// Exercises in the order in which they build on one another; of those that could come next, the shortest, otherwise as they were.
pub fn path(mut exercises: Vec<Cover>) -> Vec<Cover> {
    let mut path: Vec<Cover> = Vec::new();
    while !exercises.is_empty() {
        let waits =
            |exercise: &Cover| exercise.after.iter().any(|after| exercises.iter().any(|other| other.id == after.value));
        let open = (0..exercises.len()).filter(|&at| !waits(&exercises[at]));
        // A circle is refused where exercises are read.
        let next = open.min_by_key(|&at| exercises[at].minutes).unwrap_or(0);
        path.push(exercises.remove(next));
    }
    path
}

/// The courses of a pack.
#[derive(Clone, Debug, PartialEq)]
pub struct Courses {
    /// The courses, in order.
    pub courses: Vec<Course>,
    /// Exercises that are not written yet.
    pub planned: Vec<(String, Text)>,
    /// The file, every key with its place.
    pub section: Section,
}

/// A course.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// Its name in commands.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// `intensive` or `doctoral`.
    pub level: String,
    /// What the learner can do afterwards.
    pub target: Text,
    /// The ids of its exercises, in order.
    pub exercises: Vec<Written<String>>,
}

/// Reads the courses of a pack; none where it has no `courses.toml`.
///
/// # Errors
/// Everything that is wrong with the file: exercises that are neither there nor planned, or both.
pub fn read(pack: &Pack) -> Option<Result<Courses, Vec<Fault>>> {
    Some(of(pack, &pack.bytes(FILE)?))
}

fn of(pack: &Pack, bytes: &[u8]) -> Result<Courses, Vec<Fault>> {
    let section = diagnostics::keys::read(FILE, bytes, KEYS)?;
    let there: BTreeSet<String> = pack.exercises().into_iter().collect();
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    for planned in section.tables("planned") {
        let id = planned.written("id");
        let name = &id.value;
        if there.contains(name) {
            faults.push(id.fault(
                Id::AlreadyThere,
                text!("\"{name}\" as planned, which is written", "予定とされた \"{name}\" は、すでに書かれています"),
                Text::new("only exercises that are not there yet", "まだ存在しない演習だけ"),
            ));
        }
        once(&id, &mut ids, &mut faults);
    }
    let mut known: Vec<&str> = there.iter().chain(&ids).map(String::as_str).collect();
    known.sort_unstable();
    let mut names = BTreeSet::new();
    let mut courses = Vec::new();
    for course in section.tables("course") {
        once(&course.written("id"), &mut names, &mut faults);
        let exercises = course.strings("exercises");
        let mut listed = BTreeSet::new();
        for exercise in &exercises {
            let name = &exercise.value;
            if !known.contains(&name.as_str()) {
                let fault = exercise.fault(
                    Id::UnknownExercise,
                    text!("the exercise \"{name}\"", "演習 \"{name}\""),
                    Text::new(
                        "an exercise of this pack, or one that is planned",
                        "この教材にある演習、または予定の演習",
                    ),
                );
                faults.push(fault.near(name, known.iter().copied()));
            }
            once(exercise, &mut listed, &mut faults);
        }
        courses.push(Course {
            id: course.string("id"),
            title: course.text("title"),
            level: course.string("level"),
            target: course.text("target"),
            exercises,
        });
    }
    let planned = section.tables("planned").map(|planned| (planned.string("id"), planned.text("title"))).collect();
    if faults.is_empty() { Ok(Courses { courses, planned, section }) } else { Err(faults) }
}

fn once(name: &Written<String>, taken: &mut BTreeSet<String>, faults: &mut Vec<Fault>) {
    if !taken.insert(name.value.clone()) {
        let id = &name.value;
        let found = text!("\"{id}\" a second time", "\"{id}\" が重複しています");
        faults.push(name.fault(Id::Twice, found, Text::new("each once", "それぞれ1回だけ")));
    }
}

impl Courses {
    /// A course by its id.
    ///
    /// # Errors
    /// An unknown id, with the nearest.
    pub fn course(&self, id: &str) -> Result<&Course, Fault> {
        let ids = || self.courses.iter().map(|course| course.id.as_str());
        self.courses.iter().find(|course| course.id == id).ok_or_else(|| {
            let list = ids().collect::<Vec<_>>().join(", ");
            let found = text!("no course \"{id}\"", "コース \"{id}\" はありません");
            Fault::new(Id::UnknownCourse, Place::file(FILE), found, text!("one of {list}", "{list} のいずれか"))
                .near(id, ids())
        })
    }
}
