//! Answers and settings of an exercise's own solutions that are computed, as a learner would read them from the rows of the run:
//! `missed = { sql = "SELECT …" }`. So what is right may differ between variants.

use std::collections::BTreeMap;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::exercise::Exercise;
use super::settings::Setting;
use super::tables::{DEVELOP, DEVELOP_LESIONS, WORLD};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::keys::Written;
use diagnostics::text;
use diagnostics::text::Text;
use sql::Query;

/// The tables that they may ask: the learner's own rows, and the world for what a learner is to find out of them.
pub const TABLES: [&str; 3] = [DEVELOP, DEVELOP_LESIONS, WORLD];

/// The queries by question, or by the path of a setting such as `setting.price`: one row over these [`TABLES`], with one column, of an
/// interval two.
pub type Computed = BTreeMap<String, Written<Query>>;

/// The text of a file with blanks in place of what is computed, whose lines stay where they are, and the queries.
pub(super) type Taken = Result<(Vec<u8>, Computed), Vec<Fault>>;

/// Takes the computed answers out of the text of an `answers.toml`. A text that is no TOML is left for its reader to tell.
///
/// # Errors
/// Queries that cannot be read, or that ask for other tables than [`TABLES`].
pub(super) fn of_answers(file: &str, bytes: &[u8], exercise: &Exercise) -> Taken {
    taken(file, bytes, exercise.questions.iter().map(|question| question.id.clone()))
}

/// The same of the settings in a `plan.toml`.
///
/// # Errors
/// As [`of_answers`].
pub(super) fn of_settings(file: &str, bytes: &[u8], exercise: &Exercise) -> Taken {
    taken(file, bytes, exercise.settings.all.iter().map(Setting::path))
}

fn taken(file: &str, bytes: &[u8], paths: impl Iterator<Item = String>) -> Taken {
    let mut left = bytes.to_vec();
    let mut computed = Computed::new();
    let Some((text, parsed)) = parse(bytes) else { return Ok((left, computed)) };
    let source: Arc<str> = text.into();
    let mut faults = Vec::new();
    for path in paths {
        let Some((key, value, sql)) = entry(&parsed, &path) else { continue };
        let place = Place { key: Some(format!("{path}.sql")), ..Place::of(file, &source, sql.span()) };
        match Query::read(sql.get_ref()) {
            Ok(query) => {
                let tables = &query.names().tables;
                let known = TABLES.join(", ");
                if let Some(other) = tables.iter().find(|table| !TABLES.contains(&table.as_str())) {
                    faults.push(Fault::new(
                        Id::UnknownTable,
                        place.clone(),
                        text!("the table {other}", "表 {other} を使っています"),
                        text!(
                            "one of {known}: what a learner can read of a run, or find out",
                            "{known} のいずれか（学習者が実行結果から読めるもの、または突き止めるもの）"
                        ),
                    ));
                }
                computed.insert(path, Written { value: query, place });
            }
            Err(fault) => faults.push(fault.in_place(place)),
        }
        for byte in &mut left[key.start..value.end] {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
    }
    if faults.is_empty() { Ok((left, computed)) } else { Err(faults) }
}

/// The faults of a learner's `answers.toml` that computes an answer: reading the figures is theirs.
pub(super) fn refused(file: &str, bytes: &[u8], exercise: &Exercise) -> Vec<Fault> {
    refusals(file, bytes, exercise.questions.iter().map(|question| question.id.clone()))
}

/// The same of a learner's `plan.toml` that computes a setting.
pub(super) fn refused_settings(file: &str, bytes: &[u8], exercise: &Exercise) -> Vec<Fault> {
    refusals(file, bytes, exercise.settings.all.iter().map(Setting::path))
}

fn refusals(file: &str, bytes: &[u8], paths: impl Iterator<Item = String>) -> Vec<Fault> {
    let Some((text, parsed)) = parse(bytes) else { return Vec::new() };
    let of = |path: String| {
        let (key, ..) = entry(&parsed, &path)?;
        Some(Fault::new(
            Id::DoesNotApply,
            Place { key: Some(path), ..Place::of(file, &text.into(), key) },
            Text::new("a value that is to be computed", "計算させる形の値"),
            Text::new(
                "what you read or decide yourself: only the solution of an exercise's author may be computed",
                "自分で読み取った値、または自分で決めた値（計算式を書けるのは、演習の作成者の模範解だけです）",
            ),
        ))
    };
    paths.filter_map(of).collect()
}

fn parse(bytes: &[u8]) -> Option<(&str, Spanned<DeTable<'_>>)> {
    let text = std::str::from_utf8(bytes).ok()?;
    Some((text, DeTable::parse(text).ok()?))
}

/// Where a computed value's key and itself stand, and its SQL: of a path such as `price` or `setting.price`.
fn entry<'t>(
    parsed: &'t Spanned<DeTable<'_>>,
    path: &str,
) -> Option<(std::ops::Range<usize>, std::ops::Range<usize>, Spanned<String>)> {
    let mut table: &'t DeTable<'_> = parsed.get_ref();
    let mut parts = path.split('.').peekable();
    let (key, value) = loop {
        let part = parts.next()?;
        let (key, value): (_, &'t Spanned<DeValue>) = table.iter().find(|(key, _)| key.get_ref() == part)?;
        if parts.peek().is_none() {
            break (key, value);
        }
        let DeValue::Table(inner) = value.get_ref() else { return None };
        table = inner;
    };
    let DeValue::Table(table) = value.get_ref() else { return None };
    let (_, sql) = table.iter().find(|(key, _)| key.get_ref() == "sql").filter(|_| table.len() == 1)?;
    let DeValue::String(text) = sql.get_ref() else { return None };
    Some((key.span(), value.span(), Spanned::new(sql.span(), text.to_string())))
}
