//! One CSV of everything: a row for each learner and exercise.

use app::ending::Ending;

use super::{Choice, inert, inert_id, number, points};
use crate::folder::Class;
use crate::grade::{Book, State};

/// The titles over the columns.
pub const COLUMNS: [&str; 14] = [
    "id",
    "name",
    "email",
    "group",
    "exercise",
    "state",
    "points",
    "of",
    "checks_points",
    "checks_of",
    "late_days",
    "deducted",
    "attempts",
    "comment",
];

/// The rows, without titles.
pub fn rows(class: &Class, book: &Book, choice: Choice) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for learner in &class.roster.learners {
        for asked in &class.settings.exercises {
            let Some(grade) = book.grade(&learner.id, &asked.id.value) else { continue };
            let judged = grade.judged.filter(|_| grade.state == State::Graded);
            let late = grade.attempt().map_or(0, |attempt| attempt.late);
            rows.push(vec![
                inert_id(&learner.id),
                inert(&learner.name),
                inert(learner.email.as_deref().unwrap_or_default()),
                inert(learner.group.as_deref().unwrap_or_default()),
                asked.id.value.clone(),
                grade.state.word().to_owned(),
                points(grade, choice).map(number).unwrap_or_default(),
                number(grade.maximum),
                judged.map(|(points, _)| points.to_string()).unwrap_or_default(),
                judged.map(|(_, of)| of.to_string()).unwrap_or_default(),
                late.to_string(),
                number(grade.deducted),
                grade.used.to_string(),
                inert(grade.mark.as_ref().map(|mark| mark.comment.as_str()).unwrap_or_default()),
            ]);
        }
    }
    rows
}

/// The file; UTF-8 with its mark, by which Excel knows it.
///
/// # Errors
/// Our own failure.
pub fn csv(class: &Class, book: &Book, choice: Choice) -> Result<Vec<u8>, Ending> {
    let mut all = vec![COLUMNS.map(str::to_owned).to_vec()];
    all.extend(rows(class, book, choice));
    written(&all, true)
}

/// Rows as CSV.
///
/// # Errors
/// Our own failure.
pub fn written(rows: &[Vec<String>], marked: bool) -> Result<Vec<u8>, Ending> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(|error| Ending::ours(&error))?;
    }
    let mut bytes = writer.into_inner().map_err(|error| Ending::ours(error.error()))?;
    if marked {
        bytes.splice(0..0, *b"\xef\xbb\xbf");
    }
    Ok(bytes)
}
