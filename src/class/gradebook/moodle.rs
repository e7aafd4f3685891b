//! Moodle: the teacher's own worksheet with grade and feedback filled in, and the zip of feedback files.

use std::io::{Cursor, Write as _};

use app::ending::Ending;
use diagnostics::text;
use diagnostics::text::Text;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Choice, few, number, points, sentence};
use crate::folder::Class;
use crate::grade::{Book, Grade, State};
use crate::intake::people::{self, By, Known, Person, Who};
use crate::settings::Language;
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
            Person::Matched { learners, team: None, by } => {
                Some((learners.into_iter().next()?, matches!(by, By::Name | By::Settings)))
            }
            _ => Some((participant.and_then(of_label)?, false)),
        }
    };
    let rows: Vec<Option<(String, bool)>> = (0..sheet.len()).map(of_row).collect();
    // Two rows are two people: the one that only bears the name of another, or is called so in class.toml, is of nobody.
    let twice = |row: usize, learner: &str| {
        let others = rows.iter().enumerate().filter(|(other, _)| *other != row);
        others.filter_map(|(_, found)| found.as_ref()).any(|(other, _)| other == learner)
    };
    let sure = |(row, found): (usize, &Option<(String, bool)>)| {
        let (learner, by_name) = found.as_ref()?;
        (!(*by_name && twice(row, learner))).then(|| learner.clone())
    };
    rows.iter().enumerate().map(sure).collect()
}

/// What a full mark of the exercise is in a row, where that is something else.
fn scale(grade: &Grade, sheet: &Worksheet, row: usize) -> Option<f64> {
    sheet.maximum(row).filter(|most| grade.maximum > 0.0 && (most - grade.maximum).abs() > 1e-9)
}

/// Fills in grades and feedback; says what a teacher has to know. Rows of nobody, and rows that are held back, stay as they are.
///
/// # Errors
/// A worksheet into which no points can be written.
pub fn fill(
    class: &Class,
    book: &Book,
    exercise: &str,
    sheet: &mut Worksheet,
    choice: Choice,
) -> Result<Vec<Text>, Ending> {
    if let Some(fault) = sheet.without_points() {
        return Err(Ending::Faults(vec![fault]));
    }
    let mut notes = Vec::new();
    let mut scaled = None;
    let (mut locked, mut strangers, mut replaced, mut left) = (0, 0, 0, 0);
    let owners = learners(class, book, exercise, sheet);
    for (row, learner) in owners.iter().enumerate() {
        let Some(grade) = learner.as_deref().and_then(|learner| book.grade(learner, exercise)) else {
            strangers += 1;
            continue;
        };
        if is_no(sheet.cell(row, Column::Changeable)) {
            locked += 1;
            continue;
        }
        if grade.state.is_open() && !choice.forced {
            continue;
        }
        let before = [Column::Grade, Column::Feedback].map(|column| sheet.cell(row, column).to_owned());
        let most = scale(grade, sheet, row);
        let reached = points(grade, choice);
        if let Some(points) = reached {
            let points = most.map_or(points, |most| points / grade.maximum * most);
            scaled = scaled.or(most.map(|most| (grade.maximum, most)));
            let written = sheet.number(&number(points));
            let is_same = before[0].replace(',', ".").parse::<f64>().is_ok_and(|old| (old - points).abs() < 5e-3);
            if !is_same {
                sheet.set(row, Column::Grade, written);
            }
        } else if !before[0].is_empty() {
            left += 1;
        }
        if grade.state != State::NotHandedIn {
            let reached = most.and_then(|most| Some((reached? / grade.maximum * most, most)));
            sheet.set(row, Column::Feedback, feedback(grade, class.settings.lang, reached));
        }
        let after = [Column::Grade, Column::Feedback].map(|column| sheet.cell(row, column));
        let is_new = before.iter().zip(after).any(|(before, after)| !before.is_empty() && before != after);
        replaced += usize::from(is_new);
    }
    if let Some((maximum, most)) = scaled {
        let (maximum, most) = (number(maximum), number(most));
        notes.push(text!(
            "grades are scaled: {maximum} points are {most} in the worksheet",
            "評点を換算しました（{maximum}点満点をワークシートの{most}点満点に）"
        ));
    }
    if replaced > 0 {
        notes.push(text!(
            "{replaced} rows had a grade or a comment already, and have another one now; the worksheet that you downloaded stays as it was",
            "{replaced}行では、すでにあった評点またはコメントを書き換えました（ダウンロードしたワークシートは元のままです）"
        ));
    }
    if left > 0 {
        notes.push(text!(
            "{left} rows keep the grade that they had: there is none here to put in its place",
            "{left}行は、ここに評点がないため、すでにあった評点のままです"
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
    let without: Vec<&str> = class
        .roster
        .learners
        .iter()
        .map(|learner| learner.id.as_str())
        .filter(|id| !owners.iter().flatten().any(|owner| owner == id))
        .filter(|id| book.grade(id, exercise).is_some_and(|grade| grade.state != State::NotHandedIn))
        .collect();
    if !without.is_empty() {
        let (n, list) = (without.len(), few(without));
        notes.push(text!(
            "{n} learners who handed in have no row in this worksheet, so their grade is not in it: {list}",
            "提出のある学習者{n}名の行がこのワークシートになく、成績を書き込めませんでした（{list}）"
        ));
    }
    Ok(notes)
}

fn is_no(cell: &str) -> bool {
    // The word alone, or with more behind it, as in "No (locked)".
    let first = cell.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty()).unwrap_or_default();
    matches!(first.to_lowercase().as_str(), "no" | "nein" | "いいえ")
}

/// What a grade is in a gradebook that has another maximum: the grade there, and the maximum.
pub fn in_gradebook((points, most): (f64, f64)) -> Text {
    let (points, most) = (number(points), number(most));
    text!("{points} of {most} in the gradebook", "評定表では{most}点中{points}点")
}

/// The comment of a row; Moodle takes it for HTML.
fn feedback(grade: &Grade, lang: Language, scaled: Option<(f64, f64)>) -> String {
    let mut told = lang.line(&sentence(grade));
    if let Some(scaled) = scaled {
        told += " – ";
        told += &lang.line(&in_gradebook(scaled));
    }
    if let Some(comment) = grade.mark.as_ref().map(|mark| mark.comment.trim()).filter(|comment| !comment.is_empty()) {
        told += " – ";
        told += comment;
    }
    let escaped = told.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>");
    super::inert(&escaped)
}

/// Gives a learner's page, where there is one, from their id and what a full mark is in the worksheet, where that is something else.
pub type Pages<'a> = &'a dyn Fn(&str, Option<f64>) -> Result<Option<String>, Ending>;

/// The zip of feedback files, of the pages that `page` gives. Folders are named as those of the download are.
///
/// # Errors
/// What `page` gives back, our own failure.
pub fn feedback_files(
    class: &Class,
    book: &Book,
    exercise: &str,
    sheet: &Worksheet,
    page: Pages,
) -> Result<Vec<u8>, Ending> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (row, learner) in learners(class, book, exercise, sheet).into_iter().enumerate() {
        let (Some(learner), Some(number)) = (learner, sheet.participant(row)) else { continue };
        let most = book.grade(&learner, exercise).and_then(|grade| scale(grade, sheet, row));
        let Some(page) = page(&learner, most)? else { continue };
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
