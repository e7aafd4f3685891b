//! Each wrong solution fails by what makes it wrong.

use std::collections::BTreeSet;

use super::trial::Trial;
use crate::finding::{Finding, Rule};
use crate::reading::{Role, Solution, Written};
use course::content;
use course::pack::Submission;
use diagnostics::text;
use diagnostics::text::Text;

/// Which file of a wrong solution is left where the other is the reference's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum File {
    /// Its plan, with the reference's answers.
    Plan,
    /// Its answers, with the reference's plan.
    Answers,
}

/// What became of a wrong solution of which only one file was left.
#[derive(Clone, Debug)]
pub(super) struct Half {
    /// The wrong solution's number among all.
    pub(super) wrong: usize,
    /// What of it was left.
    pub(super) file: File,
    /// The checks that failed.
    pub(super) failed: Vec<String>,
}

/// The reference with only the plan, or only the answers, of a wrong solution; nothing where one of them is the reference's anyway.
pub(super) fn half(written: &Written, wrong: &Solution, file: File) -> Option<Solution> {
    let reference = &written.reference()?.submission;
    let own = &wrong.submission;
    if content::of_plan(own) == content::of_plan(reference)
        || (own.answers == reference.answers && own.computed == reference.computed)
    {
        return None;
    }
    let (plan, answers) = match file {
        File::Plan => (own, reference),
        File::Answers => (reference, own),
    };
    let submission = Submission {
        plan: plan.plan.clone(),
        answers: answers.answers.clone(),
        computed: answers.computed.clone(),
        settings: plan.settings.clone(),
        ..own.clone()
    };
    let work = content::of_submission(&submission);
    Some(Solution { folder: wrong.folder.clone(), role: Role::Made, submission, work })
}

/// A wrong solution is one mistake: its plan alone, or its answers alone, put into the reference, fail what it must fail; and a plan
/// that is changed fails something by itself.
pub(super) fn causes(written: &Written, trials: &[(usize, Trial)], halves: &[Half]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (n, trial) in trials {
        let Some(wrong) = written.solutions[*n].wrong() else { continue };
        let of = |file: File| halves.iter().find(|half| half.wrong == *n && half.file == file);
        let (Some(plan), Some(answers)) = (of(File::Plan), of(File::Answers)) else { continue };
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
