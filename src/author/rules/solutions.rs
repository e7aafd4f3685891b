//! Rules on the solutions that an author gives: wrong ones differ from each other, and each fails by what makes it wrong.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Material, Rule};
use crate::content;
use crate::reading::{Solution, Written};
use crate::trial::Trial;
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
    format!("{values:?} {:?}", solution.submission.answers)
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

/// Which part of a wrong solution is left where the other is the reference's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its plan, with the reference's answers.
    Plan,
    /// Its answers, with the reference's plan.
    Answers,
}

/// What became of a wrong solution of which only one part was left.
#[derive(Clone, Debug)]
pub struct Half {
    /// The wrong solution's number among all.
    pub wrong: usize,
    /// What of it was left.
    pub part: Part,
    /// The checks that failed.
    pub failed: Vec<String>,
}

/// The reference with only the plan, or only the answers, of a wrong solution; nothing where one of them is the reference's anyway.
pub fn half(written: &Written, wrong: &Solution, part: Part) -> Option<Solution> {
    let reference = &written.reference()?.submission;
    let own = &wrong.submission;
    if content::of_plan(own) == content::of_plan(reference) || own.answers == reference.answers {
        return None;
    }
    let (plan, answers) = match part {
        Part::Plan => (own, reference),
        Part::Answers => (reference, own),
    };
    let submission = Submission { plan: plan.plan.clone(), answers: answers.answers.clone(), assumed: Vec::new() };
    let work = content::of_submission(&submission);
    Some(Solution { folder: wrong.folder.clone(), submission, work, wrong: None })
}

/// A wrong solution is one mistake: its plan alone, or its answers alone, put into the reference, fail what it must fail; and a plan
/// that is changed fails something by itself.
pub fn causes(written: &Written, trials: &[(usize, Trial)], halves: &[Half]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (n, trial) in trials {
        let Some(wrong) = &written.solutions[*n].wrong else { continue };
        let of = |part: Part| halves.iter().find(|half| half.wrong == *n && half.part == part);
        let (Some(plan), Some(answers)) = (of(Part::Plan), of(Part::Answers)) else { continue };
        let failed: BTreeSet<String> = trial.failed().into_iter().filter(|id| wrong.fails.contains(id)).collect();
        let list = |ids: &[&String]| ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(", ");
        let alone = |id: &&String| plan.failed.contains(id) || answers.failed.contains(id);
        let together: Vec<&String> = failed.iter().filter(|id| !alone(id)).collect();
        let all = list(&failed.iter().collect::<Vec<_>>());
        if !together.is_empty() {
            let together = list(&together);
            findings.push(Rule::Cause.broken(
                wrong.place.clone(),
                text!(
                    "[{together}] fails only where plan and answers are changed together: neither fails it by itself",
                    "[{together}] は、計画と解答の両方を変えたときだけ不合格になります（片方だけでは不合格になりません）"
                ),
                Text::new(
                    "a plan that fails it with the reference's answers, or answers that fail it with the reference's plan",
                    "模範解の解答と組み合わせても不合格になる計画、または模範解の計画と組み合わせても不合格になる解答",
                ),
            ));
        } else if !failed.is_empty() && !failed.iter().any(|id| plan.failed.contains(id)) {
            findings.push(Rule::Cause.broken(
                wrong.place.clone(),
                text!(
                    "its plan is not the reference's, but fails nothing by itself: [{all}] fails by the answers alone",
                    "計画が模範解と違うのに、それだけではどの判定も不合格になりません（[{all}] の不合格は解答だけによるものです）"
                ),
                Text::new(
                    "a plan whose mistake, as `why` tells it, is caught by a check; or the reference's plan, where the answers are the mistake",
                    "`why`に書いた誤りが判定で捉えられる計画（誤りが解答にあるなら、計画は模範解と同じにする）",
                ),
            ));
        }
    }
    findings
}
