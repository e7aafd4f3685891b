//! Answers of an exercise's own solutions that are computed, as a learner would read them from the rows of the run:
//! `missed = { sql = "SELECT …" }`. So the right answer may differ between variants.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::exercise::Exercise;
use diagnostics::fault::{Fault, Place};
use diagnostics::keys::Written;
use diagnostics::text;
use diagnostics::text::Text;
use sql::Query;

/// The tables that they may ask: the learner's own rows, and the world for what a learner is to find out of them.
pub const TABLES: [&str; 3] = ["develop", "develop_lesions", "world"];

/// The queries by question: one row over these [`TABLES`], with one column, of an interval two.
pub type Computed = BTreeMap<String, Written<Query>>;

/// Takes the computed answers out of the text of an `answers.toml`: the text with blanks in their place, whose lines stay where they
/// are, and the queries. A text that is no TOML is left for its reader to tell.
///
/// # Errors
/// Queries that cannot be read, or that ask for other tables than [`TABLES`].
pub(super) fn taken(file: &str, bytes: &[u8], exercise: &Exercise) -> Result<(Vec<u8>, Computed), Vec<Fault>> {
    let mut left = bytes.to_vec();
    let mut computed = Computed::new();
    let Some((text, parsed)) = parse(bytes) else { return Ok((left, computed)) };
    let mut faults = Vec::new();
    for question in &exercise.questions {
        let Some((key, value, sql)) = entry(&parsed, &question.id) else { continue };
        let before = &text[..sql.span().start];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let plain = text[sql.span()].get(1..).is_some_and(|inner| inner.starts_with(sql.get_ref().as_str()));
        let place = Place {
            line: Some(line),
            begins: plain.then_some((line, column + 1)),
            key: Some(format!("{}.sql", question.id)),
            ..Place::file(file)
        };
        match Query::read(sql.get_ref()) {
            Ok(query) => {
                let tables = &query.names().tables;
                let known = TABLES.join(", ");
                if let Some(other) = tables.iter().find(|table| !TABLES.contains(&table.as_str())) {
                    faults.push(Fault::new(
                        place.clone(),
                        text!("the table {other}", "表 {other} を使っています"),
                        text!(
                            "one of {known}: what a learner can read of a run, or find out",
                            "{known} のいずれか（学習者が実行結果から読めるもの、または突き止めるもの）"
                        ),
                    ));
                }
                computed.insert(question.id.clone(), Written { value: query, place });
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
    let Some((text, parsed)) = parse(bytes) else { return Vec::new() };
    let of = |id: &String| {
        let (key, ..) = entry(&parsed, id)?;
        let line = text[..key.start].matches('\n').count() + 1;
        Some(Fault::new(
            Place { line: Some(line), key: Some(id.clone()), ..Place::file(file) },
            Text::new("an answer that is to be computed", "計算させる形の解答"),
            Text::new(
                "what you read yourself: only the solution of an exercise's author may be computed",
                "自分で読み取った値（計算式を書けるのは、演習の作成者の模範解だけです）",
            ),
        ))
    };
    exercise.questions.iter().filter_map(|question| of(&question.id)).collect()
}

fn parse(bytes: &[u8]) -> Option<(&str, Spanned<DeTable<'_>>)> {
    let text = std::str::from_utf8(bytes).ok()?;
    Some((text, DeTable::parse(text).ok()?))
}

/// Where a computed answer's key and value stand, and its SQL.
fn entry<'t>(
    parsed: &'t Spanned<DeTable<'_>>,
    id: &str,
) -> Option<(std::ops::Range<usize>, std::ops::Range<usize>, Spanned<String>)> {
    let (key, value): (_, &'t Spanned<DeValue>) = parsed.get_ref().iter().find(|(key, _)| key.get_ref() == id)?;
    let DeValue::Table(table) = value.get_ref() else { return None };
    let (_, sql) = table.iter().find(|(key, _)| key.get_ref() == "sql").filter(|_| table.len() == 1)?;
    let DeValue::String(text) = sql.get_ref() else { return None };
    Some((key.span(), value.span(), Spanned::new(sql.span(), text.to_string())))
}
