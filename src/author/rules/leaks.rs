//! What a learner receives holds and names no column of the role `truth` or `hidden`.

use std::path::Path;
use std::{fs, io};

use super::language;
use crate::finding::{Finding, Rule};
use crate::reading::Written;
use app::learner::hand_in::HandedIn;
use app::learner::workspace::{RECORD, RESULT, TOLD_MISTAKES, Workspace};
use course::exercise::{Question, QuestionKind};
use course::pack::{ANSWERS, PLAN, Pack, STARTER, brief_file};
use diagnostics::fault::Place;
use diagnostics::keys::Section;
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use engine::record::Record;
use engine::run::{Run, RunError};
use report::json::{Document, Subject};
use tables::Frame;

/// A column of fewer different values orders the patients too coarsely to give the risk away.
const DIFFERENT: usize = 10;

/// Rules on the texts, the starter, the learner's rows (`rows` with every column, `visible` without the hidden ones) and the folder
/// that `start` lays out.
///
/// # Errors
/// Our own failures.
pub fn rules(pack: &Pack, written: &Written, rows: &Frame, visible: &Frame) -> Result<Vec<Finding>, RunError> {
    let hidden = hidden(written);
    let mut findings = named(pack, written, &hidden);
    findings.extend(copies(written, rows)?);
    findings.extend(laid_out(written, &hidden, |workspace| {
        workspace.lay_out(pack, &written.task, visible).map(drop).map_err(|error| error.text())
    }));
    findings.dedup();
    Ok(findings)
}

/// Rules on what a run leaves in the learner's folder.
pub fn in_results(written: &Written, run: &Run) -> Vec<Finding> {
    let subject = Subject { exercise: written.task.exercise.reference(), ..Subject::default() };
    let document = Document::ran("check", &subject, run);
    laid_out(written, &hidden(written), |workspace| {
        workspace
            .keep(&written.task, run, &document, &HandedIn::default(), Lang::default())
            .map(drop)
            .map_err(|error| error.text())
    })
}

/// Rules on a learner's folder that is written for this. What cannot be looked at is not taken for clean: it is a finding.
fn laid_out(
    written: &Written,
    hidden: &[String],
    lay_out: impl FnOnce(&mut Workspace) -> Result<(), Text>,
) -> Vec<Finding> {
    let id = &written.task.exercise.id;
    let io = |error: io::Error| Text::same(error.to_string());
    let look = || -> Result<Vec<Finding>, Text> {
        let folder = tempfile::tempdir().map_err(io)?;
        let mut workspace = Workspace::new(folder.path(), id);
        lay_out(&mut workspace)?;
        in_folder(workspace.folder(), hidden).map_err(io)
    };
    look().unwrap_or_else(|Text { en, ja }| {
        let temporary = std::env::temp_dir();
        let temporary = temporary.display();
        vec![Rule::Leak.broken(
            Place::file(format!("practicum/{id}")),
            text!(
                "not looked at, because the learner's folder could not be laid out: {en}",
                "学習者のフォルダーを作れなかったため、確認できていません：{ja}"
            ),
            text!(
                "a folder for temporary files that can be written, with space left: {temporary}",
                "空きがあり、書き込める一時フォルダー：{temporary}"
            ),
        )]
    })
}

fn hidden(written: &Written) -> Vec<String> {
    let hidden = written.task.dataset.every_column().filter(|column| !column.role.is_visible());
    hidden.map(|column| column.name.clone()).collect()
}

fn leak(place: Place, name: &str) -> Finding {
    Rule::Leak.broken(
        place,
        text!("the hidden column `{name}`", "隠された列 `{name}` が現れています"),
        Text::new("nothing that a learner must not see", "学習者に見せないものを含まないこと"),
    )
}

/// Hidden columns that are named in briefs, in the starter, or in texts.
fn named(pack: &Pack, written: &Written, hidden: &[String]) -> Vec<Finding> {
    let id = &written.task.exercise.id;
    let mut findings = Vec::new();
    // A choice's id is the learner's to write, whatever else bears that name.
    let choices: Vec<&String> = written.task.exercise.questions.iter().flat_map(choices).collect();
    let hidden: Vec<String> = hidden.iter().filter(|name| !choices.contains(name)).cloned().collect();
    let hidden = hidden.as_slice();
    let briefs = [Lang::En, Lang::Ja].map(brief_file);
    let files = briefs.into_iter().chain([PLAN, ANSWERS].map(|file| format!("{STARTER}/{file}")));
    for file in files.map(|file| format!("exercises/{id}/{file}")) {
        let bytes = pack.bytes(&file).unwrap_or_default();
        findings.extend(in_lines(&file, &String::from_utf8_lossy(&bytes), hidden));
    }
    let texts_of = |section: &Section| language::texts(section);
    for (place, text) in texts_of(&written.exercise).into_iter().chain(texts_of(&written.dataset)) {
        // What stands in braces is a figure's name, and the learner sees its value.
        let plain = |text: &str| {
            text.split('{')
                .map(|piece| piece.split_once('}').map_or(piece, |(_, rest)| rest))
                .collect::<Vec<_>>()
                .join(" ")
        };
        let (en, ja) = (plain(&text.en), plain(&text.ja));
        // Of a hidden column, its own meaning goes no further than this file.
        for name in hidden.iter().filter(|name| language::names(&en, name) || language::names(&ja, name)) {
            findings.push(leak(place.clone(), name));
        }
    }
    findings
}

fn choices(question: &Question) -> Vec<&String> {
    match &question.kind {
        QuestionKind::Choice(choices) => choices.iter().map(|(id, _)| id).collect(),
        QuestionKind::Several(several) => several.items.iter().map(|item| &item.id).collect(),
        QuestionKind::Order(order) => order.items.iter().map(|(id, _)| id).collect(),
        QuestionKind::Table(grid) => {
            grid.rows.iter().map(|(id, _)| id).chain(grid.columns.iter().map(|column| &column.id)).collect()
        }
        QuestionKind::Number { .. } | QuestionKind::Interval { .. } => Vec::new(),
    }
}

fn in_lines(file: &str, text: &str, hidden: &[String]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (i, line) in text.lines().enumerate() {
        for name in hidden.iter().filter(|name| language::names(line, name)) {
            findings.push(leak(Place { line: Some(i + 1), ..Place::file(file) }, name));
        }
    }
    findings
}

/// Visible columns that are the true risk in another form.
fn copies(written: &Written, rows: &Frame) -> Result<Vec<Finding>, RunError> {
    let dataset = &written.task.dataset;
    let Some(truth) = dataset.truth() else { return Ok(Vec::new()) };
    let risk = tables::numbers(rows, truth)?;
    let mut findings = Vec::new();
    // Columns before the risk are its causes; those after it may tell it.
    for column in dataset.columns().skip_while(|column| column.name != truth) {
        let name = column.name.as_str();
        if !column.role.is_visible() || name == dataset.label() || !tables::is_number(rows, name) {
            continue;
        }
        let values = tables::numbers(rows, name)?;
        let (x, y): (Vec<f64>, Vec<f64>) = values.iter().zip(&risk).filter_map(|(x, y)| Some(((*x)?, (*y)?))).unzip();
        if same_order(&x, &y) {
            let place = place_of_column(&written.dataset, name).unwrap_or_else(|| dataset.place.clone());
            findings.push(Rule::Leak.broken(
                place,
                text!(
                    "the column `{name}`, which orders the patients just as the true risk `{truth}` does",
                    "列 `{name}` は、真のリスク `{truth}` とまったく同じ順に患者を並べます"
                ),
                Text::new(
                    "role = \"hidden\", or a column with chance of its own",
                    "role = \"hidden\" とするか、その列に独自の偶然誤差を加えること",
                ),
            ));
        }
    }
    Ok(findings)
}

/// Where a column's `name` stands in `dataset.toml`.
fn place_of_column(dataset: &Section, name: &str) -> Option<Place> {
    let columns = dataset.tables("table").flat_map(|table| table.tables("columns"));
    columns.into_iter().find(|column| column.string("name") == name).map(|column| column.place_of("name"))
}

/// Whether `x`, of at least ten different values, puts the rows in the order of `y` or in the opposite one; rows with the same `x` may
/// have any `y` in between, as when `x` is rounded.
fn same_order(x: &[f64], y: &[f64]) -> bool {
    let mut rows: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let ranges: Vec<(f64, f64)> = rows
        .chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq())
        .map(|same| {
            same.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), row| (low.min(row.1), high.max(row.1)))
        })
        .collect();
    let rising = ranges.windows(2).all(|two| two[0].1 <= two[1].0);
    let falling = ranges.windows(2).all(|two| two[0].0 >= two[1].1);
    ranges.len() >= DIFFERENT && (rising || falling)
}

/// Every file below a folder: headers of tables, names in JSON.
///
/// # Errors
/// A folder or a file that cannot be read.
fn in_folder(folder: &Path, hidden: &[String]) -> io::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let shown = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let shown = format!("practicum/{}/{shown}", folder.file_name().unwrap_or_default().to_string_lossy());
            let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default();
            // What the author wrote was looked at where it was written.
            if !matches!(end, "csv" | "json") {
                continue;
            }
            let bytes = fs::read(&path)?;
            let found = if end == "csv" { in_header(&bytes, hidden)? } else { in_json(&shown, &bytes, hidden)? };
            for name in found {
                findings
                    .push(leak(Place { line: Some(1), key: Some(name.clone()), ..Place::file(shown.clone()) }, &name));
            }
        }
    }
    Ok(findings)
}

fn in_header(bytes: &[u8], hidden: &[String]) -> io::Result<Vec<String>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().map_err(io::Error::other)?;
    Ok(header.iter().filter(|cell| hidden.iter().any(|name| name == cell)).map(str::to_owned).collect())
}

/// The model's inputs and the groups of a result: there columns are named. Of a file that holds neither it must be known.
fn in_json(file: &str, bytes: &[u8], hidden: &[String]) -> io::Result<Vec<String>> {
    let document: serde_json::Value = serde_json::from_slice(bytes).map_err(io::Error::other)?;
    let named = match file.rsplit('/').next() {
        Some(RESULT) => in_result(&document),
        Some(RECORD) => Some(in_record(&serde_json::from_slice(bytes).map_err(io::Error::other)?)),
        // Numbers of rows, and schemas of what learners write.
        Some(TOLD_MISTAKES) => Some(Vec::new()),
        _ if file.contains("/.schema/") => Some(Vec::new()),
        _ => None,
    };
    let named = named.ok_or_else(|| io::Error::other(format!("{file} does not hold what is known of such a file")))?;
    let is = |column: &str, name: &str| {
        column == name || column.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '=', ':']))
    };
    Ok(hidden.iter().filter(|name| named.iter().any(|column| is(column, name))).cloned().collect())
}

/// The columns that a result names; nothing where it does not say of its model and its figures which they are.
fn in_result(document: &serde_json::Value) -> Option<Vec<String>> {
    let features = match document.get("trained")? {
        serde_json::Value::Null => &Vec::new(),
        trained => trained["features"].as_array()?,
    };
    let features = features.iter().map(|name| Some(name.as_str()?.to_owned()));
    let groups = document["metrics"].as_array()?.iter().filter_map(|line| match line.get("group") {
        Some(serde_json::Value::Null) => None,
        group => Some(group.and_then(|group| Some(group["column"].as_str()?.to_owned()))),
    });
    features.chain(groups).collect()
}

fn in_record(record: &Record) -> Vec<String> {
    let groups = record.figures.iter().filter_map(|line| line.group.as_ref().map(|(column, _)| column));
    record.story.features.iter().chain(groups).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(file: &str, text: &str) -> io::Result<Vec<String>> {
        in_json(&format!("practicum/x/results/1/{file}"), text.as_bytes(), &["severity".to_owned()])
    }

    #[test]
    fn hidden_columns_are_found_wherever_a_result_names_columns() {
        let features = r#"{"trained": {"features": ["age", "severity = high"]}, "metrics": []}"#;
        let groups = r#"{"trained": null, "metrics": [{"group": null}, {"group": {"column": "severity"}}]}"#;
        for text in [features, groups] {
            assert_eq!(found(RESULT, text).unwrap(), ["severity"], "{text}");
        }
        assert!(found(RESULT, r#"{"trained": null, "metrics": []}"#).unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_looked_at_is_not_taken_for_clean() {
        for text in ["", "{}", r#"{"trained": {}, "metrics": []}"#, r#"{"trained": null, "metrics": [{"group": 1}]}"#] {
            assert!(found(RESULT, text).is_err(), "{text}");
        }
        assert!(found(RECORD, "{}").is_err());
        assert!(found("other.json", "{}").is_err());
    }
}
