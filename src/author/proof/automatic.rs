//! Wrong solutions that every exercise has, whatever its author thinks of: nobody or everybody is alarmed for, the starter is handed
//! in as it is, answers are written without a run or copied from another variant.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::{DeTable, DeValue};

use super::trial::{self, Made, Trial};
use crate::finding::{Finding, Rule};
use crate::reading::{Role, Solution, Written};
use course::answers::Answers;
use course::computed::Computed;
use course::content;
use course::exercise::Check;
use course::pack::{ANSWERS, PLAN, Pack, REFERENCE, Submission, submission};
use diagnostics::text;
use diagnostics::text::Text;
use engine::models::VOCABULARY;
use engine::run::{self, RunError};

/// The reference with a threshold at one end: nobody is alarmed for, or everybody.
#[derive(Debug)]
pub(super) struct Alarm {
    threshold: &'static str,
    pub(super) solution: Solution,
}

/// Of an exercise whose reference sets a threshold, the reference with both ends of it.
pub(super) fn alarms(pack: &Pack, written: &Written) -> Vec<Alarm> {
    let Some(reference) = written.reference() else { return Vec::new() };
    let exercise = &written.task.exercise;
    let path = |file: &str| format!("exercises/{}/{REFERENCE}/{file}", exercise.id);
    let (plan, answers) = (path(PLAN), path(ANSWERS));
    let bytes = pack.bytes(&plan).unwrap_or_default();
    let ends = ["1.0", "0.0"].into_iter().filter_map(|threshold| {
        let bytes = with_threshold(&bytes, threshold)?;
        let read = submission(&VOCABULARY, exercise, (&plan, Some(&bytes)), (&answers, None)).ok()?;
        let submission = Submission { plan: read.plan, ..reference.submission.clone() };
        Some(Alarm { threshold, solution: solution(format!("solution, threshold = {threshold}"), submission) })
    });
    ends.collect()
}

/// The plan with another threshold; nothing where it sets none.
fn with_threshold(plan: &[u8], threshold: &str) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(plan).ok()?;
    let parsed = DeTable::parse(text).ok()?;
    let DeValue::Table(operate) = parsed.get_ref().get("operate")?.get_ref() else { return None };
    let mut out = text.to_owned();
    out.replace_range(operate.get("threshold")?.span(), threshold);
    Some(out.into_bytes())
}

fn solution(folder: String, submission: Submission) -> Solution {
    let work = content::of_submission(&submission);
    Solution { folder, role: Role::Made, submission, work }
}

/// What is found where such a threshold passes everything.
pub(super) fn unheard(written: &Written, alarm: &Alarm, trial: &Trial) -> Option<Finding> {
    let threshold = alarm.threshold;
    let whom = if threshold == "0.0" {
        Text::new("alarms for everybody", "全員に警報を出す")
    } else {
        Text::new("alarms for nobody", "誰にも警報を出さない")
    };
    let (en, ja) = (whom.en, whom.ja);
    trial.passed().then(|| {
        Rule::Alarms.broken(
            written.task.exercise.place.clone(),
            text!(
                "the reference with threshold = {threshold}, which {en}, passes every check",
                "模範解を threshold = {threshold}（{ja}）に変えても、すべての判定に合格します"
            ),
            Text::new(
                "a check of what alarms and misses cost: where a threshold is to be decided, neither end of it is right",
                "警報と見逃しの損失を見る判定（閾値を決める演習では、どちらの端も正解ではありません）",
            ),
        )
    })
}

/// The starter's plan with answers that are right; nothing where the plan is the reference's anyway, or nothing is answered.
pub(super) fn alone(written: &Written, answers: &Answers) -> Option<Solution> {
    let (starter, reference) = (written.starter()?, written.reference()?);
    if answers.is_empty() || content::of_plan(&starter.submission) == content::of_plan(&reference.submission) {
        return None;
    }
    let submission = Submission { answers: answers.clone(), computed: Computed::new(), ..starter.submission.clone() };
    Some(solution("starter, with the answers of the solution".to_owned(), submission))
}

/// What is found where answers are enough.
pub(super) fn unearned(written: &Written, trial: &Trial) -> Option<Finding> {
    let starter = written.starter()?;
    trial.passed().then(|| {
        Rule::Alone.broken(
            starter.submission.plan.exercise.place.clone(),
            Text::new(
                "the starter's plan passes with the reference's answers: nobody has to run anything",
                "出発点の計画のままでも、模範解の解答を書けば合格します（実行が要りません）",
            ),
            Text::new(
                "a check that the starter's plan fails, whatever is answered",
                "解答にかかわらず、出発点の計画が不合格になる判定",
            ),
        )
    })
}

/// The reference with other answers.
pub(super) fn with_answers(reference: &Solution, answers: &Answers) -> Solution {
    let submission = Submission { answers: answers.clone(), computed: Computed::new(), ..reference.submission.clone() };
    solution(format!("{}, with other answers", reference.folder), submission)
}

/// The checks that look at answers, by id.
pub(super) fn of_answers(written: &Written) -> Vec<&str> {
    let exercise = &written.task.exercise;
    let looks = |check: &&Check| !check.looks_at(&exercise.questions).is_empty();
    exercise.checks.iter().filter(looks).map(|check| check.id.as_str()).collect()
}

/// The checks of answers that the reference's run passes with these answers.
///
/// # Errors
/// Our own failures.
pub(super) fn passed_with(written: &Written, answers: &Answers, made: &Made) -> Result<Vec<String>, RunError> {
    let of_answers = of_answers(written);
    let mut task = written.task.clone();
    // What they need is judged with them; the rest is the plan's and known.
    let mut wanted: BTreeSet<String> = of_answers.iter().map(|&id| id.to_owned()).collect();
    for check in task.exercise.checks.iter().rev() {
        if wanted.contains(&check.id) {
            wanted.extend(check.needs.iter().cloned());
        }
    }
    task.exercise.checks.retain(|check| wanted.contains(&check.id));
    let settings = match written.reference().map(|reference| trial::settings(written, reference, &made.tables)) {
        Some(settings) => settings?.unwrap_or_default(),
        None => BTreeMap::new(),
    };
    let checks = run::judged_again(&task, answers, &settings, &made.tables)?;
    Ok(trial::passed(&checks).into_iter().filter(|id| of_answers.contains(&id.as_str())).collect())
}
