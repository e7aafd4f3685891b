//! Moodle: the teacher's own worksheet with grade and feedback filled in, and the zip of feedback files.

use std::io::{Cursor, Write as _};

use app::ending::Ending;
use diagnostics::text;
use diagnostics::text::Text;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Choice, number, points, sentence, spoken};
use crate::folder::Class;
use crate::grade::{Book, Grade, State};
use crate::intake::people::{self, Known, Person, Who};
use crate::worksheet::{Column, Worksheet};

/// Whose each row is, as far as that can be told for sure.
pub fn learners(class: &Class, book: &Book, exercise: &str, sheet: &Worksheet) -> Vec<Option<String>> {
    let keys = class.keys();
    let known = Known { roster: &class.roster, keys: &keys, matches: &class.settings.matches, worksheet: Some(sheet) };
    // From where something was taken, there it goes back, also where names are hidden.
    let of_label = |number: u64| {
        let ending = format!("_{number}");
        let mut of = book.submissions.values().filter(|s| s.exercise == exercise && s.label.ends_with(&ending));
        let first = of.next()?;
        (first.team.is_none() && of.all(|other| other.learner == first.learner)).then(|| first.learner.clone())
    };
    let of_row = |row: usize| {
        let name = Some(sheet.cell(row, Column::Name).to_owned()).filter(|name| !name.is_empty());
        let email = Some(sheet.cell(row, Column::Email).to_owned()).filter(|email| !email.is_empty());
        let sid = Some(sheet.cell(row, Column::IdNumber).to_owned()).filter(|id| !id.is_empty());
        let participant = sheet.participant(row);
        let label = sheet.cell(row, Column::Identifier).to_owned();
        match people::person(&Who { label, name, participant, sid, email }, None, known) {
            Person::Matched { learners, team: None, .. } => learners.into_iter().next(),
            _ => participant.and_then(of_label),
        }
    };
    (0..sheet.len()).map(of_row).collect()
}

/// Fills in grades and feedback; says what a teacher has to know. Rows of nobody, and rows that are held back, stay as they are.
pub fn fill(class: &Class, book: &Book, exercise: &str, sheet: &mut Worksheet, choice: Choice) -> Vec<Text> {
    let mut notes = Vec::new();
    let mut scaled = None;
    let (mut locked, mut strangers) = (0, 0);
    for (row, learner) in learners(class, book, exercise, sheet).into_iter().enumerate() {
        let Some(grade) = learner.as_deref().and_then(|learner| book.grade(learner, exercise)) else {
            strangers += 1;
            continue;
        };
        if is_no(sheet.cell(row, Column::Changeable)) {
            locked += 1;
            continue;
        }
        let is_held = matches!(grade.state, State::Error | State::Waiting | State::ToMark);
        if is_held && !choice.forced {
            continue;
        }
        if let Some(points) = points(grade, choice) {
            let most =
                sheet.maximum(row).filter(|most| *most > 0.0 && grade.worth > 0.0 && (most - grade.worth).abs() > 1e-9);
            let points = most.map_or(points, |most| points / grade.worth * most);
            scaled = scaled.or(most.map(|most| (grade.worth, most)));
            sheet.set(row, Column::Grade, number(points));
        }
        if grade.state != State::NotHandedIn {
            sheet.set(row, Column::Feedback, feedback(grade, &class.settings.lang));
        }
    }
    if let Some((worth, most)) = scaled {
        let (worth, most) = (number(worth), number(most));
        notes.push(text!(
            "grades are scaled: {worth} points are {most} in the worksheet",
            "評点を換算しました（{worth}点満点をワークシートの{most}点満点に）"
        ));
    }
    if locked > 0 {
        notes.push(text!(
            "{locked} rows are locked in Moodle and stay as they are",
            "Moodleで変更できない{locked}行は、元のままです"
        ));
    }
    if strangers > 0 {
        notes.push(text!(
            "{strangers} rows are of nobody in the roster and stay as they are",
            "名簿にない{strangers}行は、元のままです"
        ));
    }
    notes
}

fn is_no(cell: &str) -> bool {
    matches!(cell.to_lowercase().as_str(), "no" | "nein" | "いいえ")
}

/// The comment of a row; Moodle takes it for HTML.
fn feedback(grade: &Grade, lang: &str) -> String {
    let mut told = spoken(&sentence(grade), lang);
    if let Some(comment) = grade.mark.as_ref().map(|mark| mark.comment.trim()).filter(|comment| !comment.is_empty()) {
        told += " – ";
        told += comment;
    }
    let escaped = told.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>");
    super::inert(&escaped)
}

/// The zip of feedback files: `page` gives a learner's page, where there is one. Folders are named as those of the download are.
///
/// # Errors
/// What `page` gives back, our own failure.
pub fn feedback_files(
    class: &Class,
    book: &Book,
    exercise: &str,
    sheet: &Worksheet,
    page: &dyn Fn(&str) -> Result<Option<String>, Ending>,
) -> Result<Vec<u8>, Ending> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (row, learner) in learners(class, book, exercise, sheet).into_iter().enumerate() {
        let (Some(learner), Some(number)) = (learner, sheet.participant(row)) else { continue };
        let Some(page) = page(&learner)? else { continue };
        // Moodle takes the folder's name apart at each `_`.
        let name = sheet.cell(row, Column::Name);
        let name = if name.is_empty() { "Participant" } else { name };
        let name: String =
            name.chars().map(|c| if disk::is_name(&c.to_string()) && c != '_' { c } else { ' ' }).collect();
        let path = format!("{}_{number}_assignsubmission_file/{exercise}.html", name.trim());
        let whole =
            zip.start_file(&*path, SimpleFileOptions::default()).and_then(|()| Ok(zip.write_all(page.as_bytes())?));
        whole.map_err(|error| Ending::ours(&error))?;
    }
    let bytes = zip.finish().map_err(|error| Ending::ours(&error))?;
    Ok(bytes.into_inner())
}
