//! The decision in words, which a person reads: out as a table, back with points and comments.

use std::path::Path;

use app::ending::Ending;
use app::learner::desk::Desk;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use unicode_normalization::UnicodeNormalization as _;

use crate::desk::{self, Opened};
use crate::export::{self, Written};
use crate::folder::Class;
use crate::grade::Book;
use crate::gradebook::{inert, inert_id, number, plain};
use crate::moment::Moment;
use crate::roster::{decoded, separator};
use crate::store::{Fingerprint, Given};

const COLUMNS: [&str; 9] = ["id", "name", "exercise", "text", "read_by", "points", "of", "comment", "text_id"];

/// Written in place of points, this takes a mark back.
pub const BACK: &str = "-";

/// Writes the texts into the table `to`.
///
/// # Errors
/// A folder that is no class, the store's, the disk's.
pub fn give(desk: &Desk, class: &Path, to: &Path, lang: Lang) -> Result<Written, Ending> {
    let bytes = texts(&Opened::at(desk, class)?, lang)?;
    // It may hold marks that nobody has taken yet, or be another file altogether.
    if to.symlink_metadata().is_ok() {
        let found = Text::new("a file that is there already", "すでにあるファイルです");
        return Err(vec![Fault::already_there(to.display().to_string(), found)].into());
    }
    let (folder, name) = disk::parted(to);
    let paths = export::write(&folder, &[(name, bytes)])?;
    Ok(Written { to: folder, paths, notes: Vec::new() })
}

/// The texts, with the rubric by which each is read, as a table in which `points` and `comment` are filled in.
fn texts(Opened { class, store, book, exercises }: &Opened, lang: Lang) -> Result<Vec<u8>, Ending> {
    let mut rows = vec![COLUMNS.map(str::to_owned).to_vec()];
    for learner in &class.roster.learners {
        for asked in &class.settings.exercises {
            let id = &asked.id.value;
            let Some(memo) = exercises.get(id).and_then(|exercise| exercise.memo.as_ref()) else { continue };
            let Some(grade) = book.grade(&learner.id, id) else { continue };
            // Where nothing was written that counts, there is nothing to mark.
            let (Some(attempt), Some(print)) = (grade.attempt(), grade.text()) else { continue };
            let written = store.record(&attempt.key)?.and_then(|record| record.read).and_then(|read| read.memo);
            let rubric: Vec<&str> = memo.rubric.iter().map(|criterion| criterion.get(lang)).collect();
            let mark = grade.mark.as_ref();
            rows.push(vec![
                inert_id(&learner.id),
                inert(&learner.name),
                id.clone(),
                inert(&written.unwrap_or_default()),
                rubric.join("\n"),
                mark.and_then(|mark| mark.points).map(number).unwrap_or_default(),
                number(asked.text_points),
                inert(mark.map(|mark| mark.comment.as_str()).unwrap_or_default()),
                print.to_string(),
            ]);
        }
    }
    plain::written(&rows, true)
}

/// What a table of marks holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    /// What is given and taken back.
    pub given: Vec<Given>,
    /// Whose marks are of a text that a later hand-in has replaced: they are kept, and do not count.
    pub replaced: Vec<String>,
}

/// What was taken from a table of marks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taken {
    /// How many marks.
    pub marks: usize,
    /// How many marks were taken back.
    pub back: usize,
    /// Whose marks are of a text that a later hand-in has replaced.
    pub replaced: Vec<String>,
}

/// Takes marks from a table that a person filled in.
///
/// # Errors
/// As [`read`]; another grader at work, a file that cannot be read, the store's.
pub fn take(desk: &Desk, folder: &Path, table: &Path, now: Moment) -> Result<Taken, Ending> {
    let Opened { class, mut store, book, .. } = Opened::at(desk, folder)?;
    let _held = class.hold()?;
    let (shown, bytes) = desk::given(table, &Text::new("the table of texts with points", "点数を記入した記述の表"))?;
    let Marks { given, replaced } = read(&class, &book, &shown, &bytes)?;
    let back = store.mark(&given, now)?;
    Ok(Taken { marks: given.iter().filter(|given| given.mark.is_some()).count(), back, replaced })
}

/// Reads such a table back.
///
/// # Errors
/// Columns that are not there, learners and exercises that are not of the class, points that are none or too many, nothing that could
/// be marked.
pub fn read(class: &Class, book: &Book, file: &str, bytes: &[u8]) -> Result<Marks, Vec<Fault>> {
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
    let text_id = at("text_id");
    let (mut marks, mut faults) = (Marks::default(), Vec::new());
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
        let (learner, of, comment) = (cell(id), cell(exercise), cell(comment));
        // As Japanese keyboards write digits, too.
        let given: String = cell(points).nfkc().map(|c| if c == '−' || c == '–' { '-' } else { c }).collect();
        let text_id = text_id.map(cell).unwrap_or_default();
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
        let Some(asked) = class.settings.assignment(&of) else {
            let ids = class.settings.exercises.iter().map(|asked| asked.id.value.as_str());
            let found = text!("the exercise \"{of}\"", "演習 \"{of}\"");
            let expected = Text::new("an exercise of this class", "このクラスの演習");
            faults.push(Fault::new(Id::UnknownExercise, place("exercise"), found, expected).near(&of, ids));
            continue;
        };
        let most = asked.text_points;
        let read = given.replace(',', ".").parse::<f64>().ok().filter(|points| (0.0..=most).contains(points));
        if !given.is_empty() && given != BACK && read.is_none() {
            let most = number(most);
            let found = text!("the points \"{given}\"", "点数 \"{given}\"");
            let expected = text!(
                "a number from 0 to {most} (text_points in class.toml), or - to take a mark back",
                "0から{most}までの数（class.toml の text_points）。採点を取り消すには -"
            );
            faults.push(Fault::new(Id::OutOfRange, place("points"), found, expected));
            continue;
        }
        match text_of(book, &learner, &of, &text_id, read) {
            Ok((text, is_current)) => {
                let mark = (given != BACK).then_some((read, comment));
                if !is_current && mark.is_some() {
                    marks.replaced.push(learner.clone());
                }
                marks.given.push(Given { learner, exercise: of, text, mark });
            }
            Err((found, expected)) => faults.push(Fault::new(Id::Refused, place("id"), found, expected)),
        }
    }
    if faults.is_empty() { Ok(marks) } else { Err(diagnostics::fault::first(faults, 20, &Place::file(file))) }
}

/// The text that a row is about, and whether it is the one that counts now; otherwise what is found, and what is expected.
fn text_of(
    book: &Book,
    learner: &str,
    exercise: &str,
    text_id: &str,
    points: Option<f64>,
) -> Result<(Option<Fingerprint>, bool), (Text, Text)> {
    let grade = book.grade(learner, exercise).filter(|grade| !grade.attempts.is_empty()).ok_or_else(|| {
        (
            text!("a row for {learner}, who handed in nothing", "{learner} は何も提出していません"),
            Text::new(
                "no points and no comment where there is nothing to mark",
                "採点するものがない行では、点数とコメントを空欄にしてください",
            ),
        )
    })?;
    let mut texts: Vec<Fingerprint> = grade.attempts.iter().filter_map(crate::grade::Attempt::text).collect();
    texts.sort();
    texts.dedup();
    let current = grade.text();
    if !text_id.is_empty() {
        let found = texts.iter().copied().find(|text| text.to_string() == text_id).ok_or_else(|| {
            (
                text!(
                    "the text \"{text_id}\", which is none of {learner}",
                    "text_id \"{text_id}\" は {learner} の文章のものではありません"
                ),
                Text::new(
                    "the text_id that `practicum class texts` writes for this learner",
                    "`practicum class texts` がこの学習者の行に書き出す text_id",
                ),
            )
        })?;
        return Ok((Some(found), current == Some(found)));
    }
    match texts.as_slice() {
        [only] => Ok((Some(*only), current == Some(*only))),
        [] if points.is_some_and(|points| points > 0.0) => Err((
            text!("points for {learner}, of whom no text is known", "{learner} の記述がないのに、点数が書かれています"),
            Text::new(
                "a comment alone where nothing was written; where it is not graded yet, practicum grade --yes first",
                "記述がない行ではコメントだけを書いてください。採点前なら、先に practicum grade --yes を実行してください",
            ),
        )),
        [] => Ok((None, true)),
        several => {
            let n = several.len();
            Err((
                text!(
                    "{learner} wrote {n} different texts: which of them is meant?",
                    "{learner} の記述は{n}通りあり、どれの採点か分かりません"
                ),
                Text::new(
                    "a column text_id, as `practicum class texts` writes it",
                    "text_id の列（`practicum class texts` が書き出す表にあります）",
                ),
            ))
        }
    }
}
