//! The decision in words, which a person reads: out as a table, back with points and comments.

use std::collections::BTreeMap;

use app::ending::Ending;
use course::exercise::Exercise;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::{Lang, Text};

use crate::folder::Class;
use crate::grade::Book;
use crate::gradebook::{inert, number, plain};
use crate::roster::{decoded, separator};
use crate::store::{Mark, Store};

const COLUMNS: [&str; 8] = ["id", "name", "exercise", "text", "read_by", "points", "of", "comment"];

/// The texts, with the rubric by which each is read, as a table in which `points` and `comment` are filled in.
///
/// # Errors
/// The store's.
pub fn texts(
    class: &Class,
    store: &Store,
    book: &Book,
    exercises: &BTreeMap<String, Exercise>,
    lang: Lang,
) -> Result<Vec<u8>, Ending> {
    let mut rows = vec![COLUMNS.map(str::to_owned).to_vec()];
    for learner in &class.roster.learners {
        for asked in &class.settings.exercises {
            let id = &asked.id.value;
            let Some(memo) = exercises.get(id).and_then(|exercise| exercise.memo.as_ref()) else { continue };
            let Some(grade) = book.grade(&learner.id, id) else { continue };
            let Some(attempt) = grade.attempt() else { continue };
            let written = store.record(&attempt.key)?.and_then(|record| record.read).and_then(|read| read.memo);
            let rubric: Vec<&str> = memo.rubric.iter().map(|criterion| criterion.get(lang)).collect();
            let mark = grade.mark.clone().unwrap_or_default();
            rows.push(vec![
                inert(&learner.id),
                inert(&learner.name),
                id.clone(),
                inert(&written.unwrap_or_default()),
                rubric.join("\n"),
                mark.points.map(number).unwrap_or_default(),
                number(asked.text_points),
                inert(&mark.comment),
            ]);
        }
    }
    plain::written(&rows, true)
}

/// Reads such a table back.
///
/// # Errors
/// Columns that are not there, learners and exercises that are not of the class, points that are none or too many.
pub fn read(class: &Class, file: &str, bytes: &[u8]) -> Result<Vec<(String, String, Mark)>, Vec<Fault>> {
    let text = decoded(file, bytes).map_err(|fault| vec![fault])?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).delimiter(separator(&text)).from_reader(text.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let at = |title: &str| header.iter().position(|cell| cell.trim().eq_ignore_ascii_case(title));
    let needed = ["id", "exercise", "points", "comment"];
    let (Some(id), Some(exercise), Some(points), Some(comment)) =
        (at(needed[0]), at(needed[1]), at(needed[2]), at(needed[3]))
    else {
        let (found, list) = (header.iter().take(20).collect::<Vec<_>>().join(", "), needed.join(", "));
        return Err(vec![Fault::new(
            Id::UnknownColumn,
            Place { line: Some(1), ..Place::file(file) },
            text!("the columns {found}", "列 {found}"),
            text!(
                "the columns {list}, as `practicum class texts` writes them",
                "列 {list}（`practicum class texts` が書き出す表）"
            ),
        )]);
    };
    let (mut marks, mut faults) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let Ok(record) = record else {
            let found = Text::new("a row that is no CSV", "CSVとして読めない行があります");
            faults.push(Fault::new(Id::NotATable, Place::file(file), found, Text::new("a CSV file", "CSVファイル")));
            break;
        };
        let line = record.position().map_or(0, csv::Position::line) as usize;
        let cell = |at: usize| {
            let cell = record.get(at).unwrap_or_default().trim();
            // What was made inert on the way out.
            cell.strip_prefix('\'').filter(|rest| inert(rest) == cell).unwrap_or(cell).to_owned()
        };
        let (learner, of, given, comment) = (cell(id), cell(exercise), cell(points), cell(comment));
        if given.is_empty() && comment.is_empty() {
            continue;
        }
        let place = |key: &str| Place { line: Some(line), key: Some(key.to_owned()), ..Place::file(file) };
        if class.roster.learner(&learner).is_none() {
            let ids = class.roster.learners.iter().map(|learner| learner.id.as_str());
            let found = text!("the learner \"{learner}\"", "学習者 \"{learner}\"");
            faults.push(
                Fault::new(Id::UnknownLearner, place("id"), found, Text::new("an id of the roster", "名簿にあるid"))
                    .near(&learner, ids),
            );
            continue;
        }
        let Some(asked) = class.settings.asked(&of) else {
            let ids = class.settings.exercises.iter().map(|asked| asked.id.value.as_str());
            let found = text!("the exercise \"{of}\"", "演習 \"{of}\"");
            let expected = Text::new("an exercise of this class", "このクラスの演習");
            faults.push(Fault::new(Id::UnknownExercise, place("exercise"), found, expected).near(&of, ids));
            continue;
        };
        let most = asked.text_points;
        let read = given.replace(',', ".").parse::<f64>().ok().filter(|points| (0.0..=most).contains(points));
        if !given.is_empty() && read.is_none() {
            let most = number(most);
            let found = text!("the points \"{given}\"", "点数 \"{given}\"");
            let expected = text!(
                "a number from 0 to {most} (text_points in class.toml)",
                "0から{most}までの数（class.toml の text_points）"
            );
            faults.push(Fault::new(Id::OutOfRange, place("points"), found, expected));
            continue;
        }
        marks.push((learner, of, Mark { points: read, comment }));
    }
    if faults.is_empty() { Ok(marks) } else { Err(diagnostics::fault::first(faults, 20, &Place::file(file))) }
}
