//! What the columns of a condition hold: for a condition that no row meets.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use polars::prelude::{Column, DataFrame, DataType, SortOptions};
use sqlparser::ast::{Expr, Value};

use super::fault::shorten;
use super::parsed::Expression;
use super::walk::{Step, walk};
use diagnostics::fault::nearest;
use diagnostics::text::Text;

/// So many values of a column are listed; of the others, their number is told.
const LISTED: usize = 8;

/// The values of the columns that a condition names, in both languages, those nearest to the condition's own words first; and the
/// value that was probably meant. Nothing where the condition names no column that the frame has.
pub(super) fn held(frame: &DataFrame, sql: &Expression) -> (Option<Text>, Option<String>) {
    let asked = compared(&sql.tree);
    let (mut en, mut ja, mut meant) = (Vec::new(), Vec::new(), None);
    for (table, name) in &sql.names().columns {
        let name = table.as_ref().map_or_else(|| name.clone(), |table| format!("{table}.{name}"));
        let Ok(column) = frame.column(&name) else { continue };
        let words = asked.get(&name).map(Vec::as_slice).unwrap_or_default();
        let (values, near) = values(column, words);
        en.push(format!("{name} has {}", values.en));
        ja.push(format!("{name}の値は {}", values.ja));
        meant = meant.or(near);
    }
    let told = (!en.is_empty()).then(|| Text { en: en.join("; ").into(), ja: ja.join("、").into() });
    (told, meant)
}

/// The words that each column is compared with.
fn compared(expression: &Expr) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut pair = |column: &Expr, value: &Expr| {
        if let (Some(column), Some(value)) = (name(column), word(value)) {
            found.entry(column).or_default().push(value);
        }
    };
    walk(expression, &mut |step| {
        match step {
            Step::Expr(Expr::BinaryOp { left, right, .. }) => {
                pair(left, right);
                pair(right, left);
            }
            Step::Expr(Expr::InList { expr, list, .. }) => list.iter().for_each(|value| pair(expr, value)),
            Step::Expr(Expr::Like { expr, pattern, .. }) => pair(expr, pattern),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    found
}

fn name(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Identifier(ident) => Some(ident.value.clone()),
        Expr::CompoundIdentifier(parts) => {
            Some(parts.iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join("."))
        }
        Expr::Nested(inner) => name(inner),
        _ => None,
    }
}

fn word(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(word) => Some(word.clone()),
            _ => None,
        },
        Expr::Nested(inner) => word(inner),
        _ => None,
    }
}

/// The values of a column, and of words the one nearest to what was asked.
fn values(column: &Column, asked: &[String]) -> (Text, Option<String>) {
    let missing = column.null_count();
    if missing == column.len() {
        return (Text::new("no value in any row", "すべての行で欠測"), None);
    }
    let text = |column: &Column| -> Vec<String> {
        let Ok(words) = column.cast(&DataType::String) else { return Vec::new() };
        words.str().map_or_else(|_| Vec::new(), |words| words.iter().flatten().map(str::to_owned).collect())
    };
    let words = matches!(column.dtype(), DataType::String | DataType::Boolean);
    let mut all: Vec<String> = if words {
        text(column).into_iter().collect::<BTreeSet<_>>().into_iter().collect()
    } else {
        let values = column.drop_nulls().unique_stable().and_then(|column| column.sort(SortOptions::default()));
        values.as_ref().map(text).unwrap_or_default()
    };
    if !words && all.len() > LISTED {
        let (low, high) = (all.first().cloned().unwrap_or_default(), all.pop().unwrap_or_default());
        let (en, ja) = (format!("{low} to {high}"), format!("{low}〜{high}"));
        return (Text { en: en.into(), ja: ja.into() }, None);
    }
    let distance = |value: &str| {
        let value = value.to_lowercase();
        asked.iter().map(|asked| strsim::damerau_levenshtein(&asked.to_lowercase(), &value)).min().unwrap_or(0)
    };
    if words {
        all.sort_by_cached_key(|value| distance(value));
    }
    let near = asked.iter().filter(|_| words).find_map(|asked| nearest(asked, all.iter().map(String::as_str)));
    let more = all.len().saturating_sub(LISTED);
    let list: Vec<String> = all.iter().take(LISTED).map(|value| shorten(value)).collect();
    let (mut en, mut ja) = (list.join(", "), list.join("、"));
    if more > 0 {
        en += &format!(" and {more} more");
        ja += &format!("、ほか{more}種類");
    }
    (Text { en: en.into(), ja: ja.into() }, near)
}
