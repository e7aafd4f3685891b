//! Canvas: the CSV that its gradebook imports. Learners are found by what Canvas calls their SIS user ID: the roster's id.

use app::ending::Ending;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;

use super::{Choice, few, inert, inert_id, number, points};
use crate::folder::Class;
use crate::grade::{Book, State};
use crate::person::Name;
use crate::roster::{Learner, decoded, separator};

/// An exercise, as its column is called.
#[derive(Clone, Debug)]
pub struct Titled {
    /// Its id.
    pub id: String,
    /// Its title in the class's language.
    pub title: String,
    /// The title or the number of its assignment, where class.toml says it.
    pub assignment: Option<String>,
}

impl Titled {
    /// Whether a column is its assignment: Canvas writes the number behind the title.
    fn is_of(&self, column: &str) -> bool {
        let column = column.trim();
        let (title, number) = column
            .strip_suffix(')')
            .and_then(|rest| rest.rsplit_once('('))
            .map_or((column, ""), |(title, number)| (title.trim(), number));
        match &self.assignment {
            Some(own) => [title, number, column].contains(&own.trim()),
            None => title == self.title.trim() || title == self.id,
        }
    }
}

/// The titles over the columns that say who is meant.
const PEOPLE: [&str; 7] = ["Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account", "Section"];

/// The first row's title of what can be reached.
const POSSIBLE: &str = "Points Possible";

/// Canvas's word for somebody who need not hand in.
const EXCUSED: &str = "EX";

/// The file, and what a teacher has to know. `template` is Canvas's own export, with the bytes and how it is called: then its people and
/// its columns are kept, so that no assignment is made a second time, and what it says stays where there is no grade here.
///
/// # Errors
/// A template that is none.
pub fn csv(
    class: &Class,
    book: &Book,
    exercises: &[Titled],
    template: Option<(&str, &[u8])>,
    choice: Choice,
) -> Result<(Vec<u8>, Vec<Text>), Ending> {
    let maximum =
        |id: &str| book.grades.iter().find(|((_, exercise), _)| exercise == id).map_or(0.0, |(_, grade)| grade.maximum);
    if let Some((file, bytes)) = template {
        return filled(class, book, exercises, (file, bytes), choice, &maximum);
    }
    let cell = |learner: &str, id: &str| {
        book.grade(learner, id).and_then(|grade| points(grade, choice)).map(number).unwrap_or_default()
    };
    let titles = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"];
    let mut rows: Vec<Vec<String>> = Vec::new();
    rows.push(
        titles.iter().map(|title| (*title).to_owned()).chain(exercises.iter().map(|t| t.title.clone())).collect(),
    );
    let mut possible = vec![format!("    {POSSIBLE}")];
    possible.resize(titles.len(), String::new());
    possible.extend(exercises.iter().map(|titled| number(maximum(&titled.id))));
    rows.push(possible);
    for learner in &class.roster.learners {
        let login = learner.email.clone().unwrap_or_default();
        let mut row = vec![inert(&learner.name), String::new(), inert_id(&learner.id), inert(&login), String::new()];
        row.extend(exercises.iter().map(|titled| cell(&learner.id, &titled.id)));
        rows.push(row);
    }
    Ok((super::plain::written(&rows, false)?, Vec::new()))
}

/// Canvas's own export with the grades of this class.
fn filled(
    class: &Class,
    book: &Book,
    exercises: &[Titled],
    (file, bytes): (&str, &[u8]),
    choice: Choice,
    maximum: &dyn Fn(&str) -> f64,
) -> Result<(Vec<u8>, Vec<Text>), Ending> {
    let expected = || Text::new("the CSV that Canvas's gradebook exports", "Canvasの成績表から書き出したCSV");
    let text = decoded(file, bytes).map_err(|fault| vec![fault])?;
    let separator = separator(&text);
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let records: Result<Vec<csv::StringRecord>, csv::Error> = reader.records().collect();
    let records = records.map_err(|error| {
        let error = error.to_string();
        let found = text!("no table: {error}", "表として読めません（{error}）");
        vec![Fault::new(Id::NotATable, Place::file(file), found, expected())]
    })?;
    let header = records.first().cloned().unwrap_or_default();
    let at = |title: &str| header.iter().position(|cell| cell.trim_start_matches('\u{feff}').trim() == title);
    let people: Vec<(usize, &str)> = PEOPLE.iter().filter_map(|title| Some((at(title)?, *title))).collect();
    if !people.iter().any(|(_, title)| *title == "Student") {
        let place = Place { line: Some(1), ..Place::file(file) };
        let found = Text::new("no column Student", "Student という列がありません");
        return Err(Ending::Faults(vec![Fault::new(Id::UnknownColumn, place, found, expected())]));
    }
    let mut notes = Vec::new();
    let of = |record: &csv::StringRecord, title: &str| {
        let at = people.iter().find(|(_, other)| *other == title).map(|(at, _)| *at);
        at.and_then(|at| record.get(at)).unwrap_or_default().trim().to_owned()
    };
    let possible = records.iter().skip(1).find(|record| of(record, "Student") == POSSIBLE);
    // Where each exercise stands, and what a full mark is there.
    let mut columns: Vec<(Option<usize>, f64)> = Vec::new();
    for titled in exercises {
        let own = maximum(&titled.id);
        let mut found = header.iter().enumerate().filter(|(_, cell)| titled.is_of(cell)).map(|(at, _)| at);
        let (first, second) = (found.next(), found.next());
        if second.is_some() {
            let (id, place) = (&titled.id, Place { line: Some(1), ..Place::file(file) });
            let found = text!("two columns that may be of {id}", "{id} に当たる列が2つあります");
            let expected = text!(
                "one: write the number of the assignment into class.toml, as in canvas = \"4711\" under [[exercise]]",
                "1つだけ（class.toml の [[exercise]] に canvas = \"4711\" のように課題の番号を書いてください）"
            );
            return Err(Ending::Faults(vec![Fault::new(Id::Refused, place, found, expected)]));
        }
        let Some(at) = first else {
            let assignments = header.iter().filter(|cell| cell.trim_end().ends_with(')') && cell.contains('('));
            let (title, list) = (&titled.title, few(assignments));
            let list = if list.is_empty() { "–".to_owned() } else { list };
            notes.push(text!(
                "no column is called \"{title}\": Canvas will make a new assignment of it. If it is one of these, write its number into class.toml (canvas = \"…\" under [[exercise]]) and export anew: {list}",
                "「{title}」という列がないため、Canvasは新しい課題を作ります。次のどれかに当たる場合は、class.toml の [[exercise]] に canvas = \"番号\" を書いてから書き出し直してください：{list}"
            ));
            columns.push((None, own));
            continue;
        };
        let most = possible.and_then(|record| record.get(at)).unwrap_or_default().trim().replace(',', ".");
        let most = most.parse::<f64>().ok().filter(|most| most.is_finite() && *most > 0.0).unwrap_or(own);
        if (most - own).abs() > 1e-9 && own > 0.0 {
            let (own, most, id) = (number(own), number(most), &titled.id);
            notes.push(text!(
                "{id}: grades are scaled: {own} points are {most} in Canvas",
                "{id}：評点を換算しました（{own}点満点をCanvasの{most}点満点に）"
            ));
        }
        columns.push((Some(at), most));
    }
    let title = |(titled, (at, _)): (&Titled, &(Option<usize>, f64))| {
        at.and_then(|at| header.get(at)).map_or_else(|| titled.title.clone(), str::to_owned)
    };
    let mut rows: Vec<Vec<String>> = vec![
        people.iter().map(|(_, title)| (*title).to_owned()).chain(exercises.iter().zip(&columns).map(title)).collect(),
    ];
    let owners = owners(class, records.get(1..).unwrap_or_default(), &of);
    let (mut strangers, mut excused, mut replaced) = (Vec::new(), 0, 0);
    for (record, owner) in records.iter().skip(1).zip(&owners) {
        let student = of(record, "Student");
        let mut row: Vec<String> =
            people.iter().map(|(at, _)| record.get(*at).unwrap_or_default().to_owned()).collect();
        if student == POSSIBLE {
            row.extend(columns.iter().map(|(_, most)| number(*most)));
            rows.push(row);
            continue;
        }
        let Some(learner) = owner else {
            // A row of Canvas's own has no name.
            if !student.is_empty() {
                strangers.push(student);
            }
            continue;
        };
        for (titled, (at, most)) in exercises.iter().zip(&columns) {
            let before = at.and_then(|at| record.get(at)).unwrap_or_default().trim();
            if before.eq_ignore_ascii_case(EXCUSED) {
                excused += 1;
                row.push(EXCUSED.to_owned());
                continue;
            }
            let grade = book.grade(&learner.id, &titled.id);
            let reached = grade.and_then(|grade| points(grade, choice).map(|points| (points, grade.maximum)));
            let now = reached.map(|(points, maximum)| if maximum > 0.0 { points / maximum * most } else { points });
            let is_other =
                |now: f64| before.replace(',', ".").parse().map_or(true, |old: f64| (old - now).abs() > 5e-3);
            replaced += usize::from(!before.is_empty() && now.is_some_and(is_other));
            row.push(now.map_or_else(|| before.to_owned(), number));
        }
        rows.push(row);
    }
    if excused > 0 {
        notes.push(text!("{excused} cells say EX (excused) and stay so", "EX（免除）の{excused}件は、そのままです"));
    }
    if replaced > 0 {
        notes.push(text!(
            "{replaced} cells had another grade already, and have this one now",
            "{replaced}件では、すでにあった評点を書き換えました"
        ));
    }
    if !strangers.is_empty() {
        // Names have commas of their own.
        let quoted: Vec<String> = strangers.iter().map(|name| format!("\"{name}\"")).collect();
        let (n, list) = (strangers.len(), few(quoted.iter().map(String::as_str)));
        notes.push(text!(
            "{n} rows of the gradebook are of nobody in the roster, and are left out: {list}",
            "成績表の{n}行は名簿にない人の行なので、書き出していません（{list}）"
        ));
    }
    let has_row = |learner: &&Learner| owners.iter().flatten().any(|owner| owner.id == learner.id);
    let handed_in = |learner: &&Learner| {
        exercises
            .iter()
            .any(|titled| book.grade(&learner.id, &titled.id).is_some_and(|grade| grade.state != State::NotHandedIn))
    };
    let without: Vec<&Learner> = class.roster.learners.iter().filter(|learner| !has_row(learner)).collect();
    if !without.is_empty() {
        let (n, graded) = (without.len(), without.iter().filter(|learner| handed_in(learner)).count());
        let list = few(without.iter().map(|learner| learner.id.as_str()));
        notes.push(text!(
            "{n} learners of the roster have no row in this gradebook ({graded} of them handed in), so their grade is not in it: {list}",
            "名簿の学習者{n}名（うち提出あり{graded}名）の行がこの成績表になく、成績を書き込めませんでした（{list}）"
        ));
    }
    Ok((super::plain::written(&rows, false)?, notes))
}

/// Whose each row is, by what Canvas itself goes by: number, login, then a name that one learner and one row has.
fn owners<'c>(
    class: &'c Class,
    records: &[csv::StringRecord],
    of: &dyn Fn(&csv::StringRecord, &str) -> String,
) -> Vec<Option<&'c Learner>> {
    let learners = &class.roster.learners;
    let sure = |record: &csv::StringRecord| {
        let (sis, login) = (of(record, "SIS User ID"), of(record, "SIS Login ID").to_lowercase());
        let by_id = || learners.iter().find(|learner| !sis.is_empty() && learner.id.eq_ignore_ascii_case(&sis));
        let by_login = || learners.iter().find(|learner| !login.is_empty() && learner.id.to_lowercase() == login);
        let by_email = || learners.iter().find(|learner| learner.email.as_deref() == Some(&login));
        by_id().or_else(by_login).or_else(by_email)
    };
    let mut owners: Vec<Option<&Learner>> = records.iter().map(sure).collect();
    let known: Vec<&str> = owners.iter().flatten().map(|learner| learner.id.as_str()).collect();
    let named = |record: &csv::StringRecord| {
        let name = Name::of(&of(record, "Student"));
        let mut same = learners.iter().filter(|learner| Name::of(&learner.name).is(&name));
        let one = same.next().filter(|_| same.next().is_none());
        let rows = records.iter().filter(|other| Name::of(&of(other, "Student")).is(&name)).count();
        one.filter(|learner| rows == 1 && !known.contains(&learner.id.as_str()))
    };
    let by_name: Vec<Option<&Learner>> = records.iter().map(named).collect();
    for (owner, named) in owners.iter_mut().zip(by_name) {
        *owner = owner.or(named);
    }
    owners
}
