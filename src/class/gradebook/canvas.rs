//! Canvas: the CSV that its gradebook imports. Learners are found by what Canvas calls their SIS user ID: the roster's id.

use app::ending::Ending;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text::Text;

use super::{Choice, inert, number, points};
use crate::folder::Class;
use crate::grade::Book;
use crate::person::Name;
use crate::roster::{decoded, separator};

/// An exercise, as its column is called.
#[derive(Clone, Debug)]
pub struct Titled {
    /// Its id.
    pub id: String,
    /// Its title in the class's language.
    pub title: String,
}

/// The titles over the columns that say who is meant.
const PEOPLE: [&str; 7] = ["Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account", "Section"];

/// The file. `template` is Canvas's own export, with the bytes and how it is called: then its people and its columns are kept, so that
/// no assignment is made a second time.
///
/// # Errors
/// A template that is none.
pub fn csv(
    class: &Class,
    book: &Book,
    exercises: &[Titled],
    template: Option<(&str, &[u8])>,
    choice: Choice,
) -> Result<Vec<u8>, Ending> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let worth =
        |id: &str| book.grades.iter().find(|((_, exercise), _)| exercise == id).map_or(0.0, |(_, grade)| grade.worth);
    let cell = |learner: Option<&str>, id: &str| {
        let grade = learner.and_then(|learner| book.grade(learner, id));
        grade.and_then(|grade| points(grade, choice)).map(number).unwrap_or_default()
    };
    if let Some((file, bytes)) = template {
        let text = decoded(file, bytes).map_err(|fault| vec![fault])?;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator(&text))
            .from_reader(text.as_bytes());
        let records: Vec<csv::StringRecord> = reader.records().flatten().collect();
        let header = records.first().cloned().unwrap_or_default();
        let people: Vec<(usize, &str)> = PEOPLE
            .iter()
            .filter_map(|title| Some((header.iter().position(|cell| cell.trim() == *title)?, *title)))
            .collect();
        if !people.iter().any(|(_, title)| *title == "Student") {
            let place = Place { line: Some(1), ..Place::file(file) };
            let found = Text::new("no column Student", "Student という列がありません");
            let expected = Text::new("the CSV that Canvas's gradebook exports", "Canvasの成績表から書き出したCSV");
            return Err(Ending::Faults(vec![Fault::new(Id::UnknownColumn, place, found, expected)]));
        }
        let column = |titled: &Titled| {
            let is_its = |cell: &&str| cell.starts_with(&titled.title) || cell.starts_with(&titled.id);
            header.iter().find(is_its).map_or_else(|| titled.title.clone(), str::to_owned)
        };
        rows.push(people.iter().map(|(_, title)| (*title).to_owned()).chain(exercises.iter().map(column)).collect());
        for record in records.iter().skip(1) {
            let of = |title: &str| {
                let at = people.iter().find(|(_, other)| *other == title).map(|(at, _)| *at);
                at.and_then(|at| record.get(at)).unwrap_or_default().trim()
            };
            let student = of("Student");
            let mut row: Vec<String> =
                people.iter().map(|(at, _)| record.get(*at).unwrap_or_default().to_owned()).collect();
            if student == "Points Possible" {
                row.extend(exercises.iter().map(|titled| number(worth(&titled.id))));
                rows.push(row);
                continue;
            }
            let learner = class.roster.learners.iter().find(|learner| {
                let login = of("SIS Login ID").to_lowercase();
                learner.id == of("SIS User ID")
                    || learner.id.to_lowercase() == login
                    || learner.email.as_deref() == Some(&login)
            });
            let named = || {
                let name = Name::of(student);
                let mut same = class.roster.learners.iter().filter(|learner| Name::of(&learner.name).is(&name));
                same.next().filter(|_| same.next().is_none())
            };
            let Some(learner) = learner.or_else(named) else { continue };
            row.extend(exercises.iter().map(|titled| cell(Some(&learner.id), &titled.id)));
            rows.push(row);
        }
    } else {
        let titles = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"];
        rows.push(
            titles.iter().map(|title| (*title).to_owned()).chain(exercises.iter().map(|t| t.title.clone())).collect(),
        );
        let mut possible = vec!["    Points Possible".to_owned()];
        possible.resize(titles.len(), String::new());
        possible.extend(exercises.iter().map(|titled| number(worth(&titled.id))));
        rows.push(possible);
        for learner in &class.roster.learners {
            let login = learner.email.clone().unwrap_or_default();
            let mut row = vec![inert(&learner.name), String::new(), inert(&learner.id), inert(&login), String::new()];
            row.extend(exercises.iter().map(|titled| cell(Some(&learner.id), &titled.id)));
            rows.push(row);
        }
    }
    super::plain::written(&rows, false)
}
