//! Wrong solutions differ from each other.

use std::collections::BTreeMap;

use super::Material;
use crate::finding::{Finding, Rule};
use crate::reading::Solution;
use course::pack::Submission;
use diagnostics::keys::{Section, Value};
use diagnostics::text;
use diagnostics::text::Text;

/// A value that a plan decides.
pub(super) struct Leaf<'s> {
    /// Its key, dotted; the same for each item of a list.
    pub(super) path: String,
    pub(super) value: &'s Value,
    /// Whether it is written, or stands in for what was left out.
    pub(super) written: bool,
}

/// All single values of a plan, those of lists one by one.
pub(super) fn leaves(plan: &Section) -> Vec<Leaf<'_>> {
    fn of<'s>(value: &'s Value, path: &str, written: bool, out: &mut Vec<Leaf<'s>>) {
        match value {
            Value::Table(section) => {
                for (name, entry) in section.entries() {
                    of(&entry.value, &format!("{path}.{name}"), entry.place.line.is_some(), out);
                }
            }
            Value::List(items) => {
                for item in items {
                    of(&item.value, path, written, out);
                }
            }
            value => out.push(Leaf { path: path.to_owned(), value, written }),
        }
    }
    let mut out = Vec::new();
    for (name, entry) in plan.entries().filter(|(name, _)| *name != "exercise") {
        of(&entry.value, name, entry.place.line.is_some(), &mut out);
    }
    out
}

/// What a solution says in effect: what it leaves out is what stands in for it.
fn meaning(solution: &Solution) -> String {
    let mut values: Vec<(String, String)> = Vec::new();
    for leaf in leaves(&solution.submission.plan.section) {
        let value = match leaf.value {
            // 1 and 1.0 are the same to a reader of numbers.
            Value::Whole(x) => (*x as f64).to_string(),
            Value::Number(x) => x.to_string(),
            Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
            other => format!("{other:?}"),
        };
        values.push((leaf.path, value));
    }
    // A list's items stay in their order.
    values.sort_by(|a, b| a.0.cmp(&b.0));
    let Submission { computed, settings, .. } = &solution.submission;
    let computed: Vec<&str> = computed.values().chain(settings.values()).map(|query| query.value.text()).collect();
    format!("{values:?} {:?} {computed:?}", solution.submission.answers)
}

/// Wrong solutions that say the same.
pub(super) fn twins(material: &Material) -> Vec<Finding> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut findings = Vec::new();
    for (solution, wrong) in material.written.wrong() {
        let folder = solution.folder.as_str();
        let Some(other) = seen.get(&meaning(solution)) else {
            seen.insert(meaning(solution), folder);
            continue;
        };
        findings.push(Rule::Twin.broken(
            wrong.place.clone(),
            text!("the same plan and answers as {other}", "{other} と同じ計画・解答です"),
            Text::new(
                "another mistake, or one folder fewer: the same solution proves nothing twice",
                "別の誤り（なければこのフォルダーを削除）。同じ解を2つ置いても、確かめたことは増えません",
            ),
        ));
    }
    findings
}
