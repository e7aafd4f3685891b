//! The courses of a pack, as a learner is shown them: each with its exercises, those that are not written yet among them.

use super::desk::Desk;
use crate::ending::Ending;
use course::courses::{self, Course, Courses};
use course::pack::Pack;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text::Text;

/// A course that is shown.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The course.
    pub course: Course,
    /// Its exercises, in the order in which they are taught.
    pub exercises: Vec<Taught>,
}

/// An exercise of a course.
#[derive(Clone, Debug)]
pub struct Taught {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// Whether it is only planned: it cannot be begun.
    pub is_planned: bool,
}

impl Desk {
    /// The courses; the one that is named, where one is.
    ///
    /// # Errors
    /// A pack without courses, an unknown name; what is wrong with the list of courses is its author's.
    pub fn courses(&self, named: Option<&str>) -> Result<Vec<Shown>, Ending> {
        let pack = self.pack()?;
        let all = courses::read(&pack).ok_or_else(|| {
            let found = Text::new("no such file", "ファイルがありません");
            let expected = Text::new("the courses of this pack", "この教材のコースの一覧");
            Ending::Faults(vec![Fault::new(Id::MissingFile, Place::file(courses::FILE), found, expected)])
        })?;
        let all = all.map_err(Ending::Author)?;
        let one = named.map(|id| all.course(id).map_err(|fault| Ending::Faults(vec![fault]))).transpose()?;
        let asked = one.map_or_else(|| all.courses.iter().collect(), |one| vec![one]);
        Ok(asked.into_iter().map(|course| shown(&pack, &all, course)).collect())
    }
}

fn shown(pack: &Pack, all: &Courses, course: &Course) -> Shown {
    let taught = |id: &str| {
        let planned = all.planned.iter().find(|(planned, _)| planned == id).map(|(_, title)| title.clone());
        let is_planned = planned.is_some();
        let written = || pack.exercise(id).map(|exercise| exercise.title).unwrap_or_default();
        Taught { id: id.to_owned(), title: planned.unwrap_or_else(written), is_planned }
    };
    Shown { exercises: course.exercises.iter().map(|id| taught(&id.value)).collect(), course: course.clone() }
}
