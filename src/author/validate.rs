//! Proof that an exercise is right: its files fit together, its reference passes with full marks, its starter does not, and every
//! wrong solution fails exactly the checks that name its mistake.

use std::collections::BTreeSet;

use crate::check::{self, Outcome, Verdict};
use crate::course::pack::{Pack, Submission, Task};
use crate::fault::{Fault, Place};
use crate::run::{self, Ended, Job, RunError};
use crate::sql::{self, Purpose};
use crate::text;
use crate::text::{Lang, Text};

/// What was tried, and what was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Each solution that was run: its folder, points, points attainable, and the checks that failed.
    pub tried: Vec<Tried>,
    /// Every mistake.
    pub faults: Vec<Fault>,
}

/// A solution that was run.
#[derive(Clone, Debug)]
pub struct Tried {
    /// `solution`, `starter` or `wrong/<mistake>`.
    pub folder: String,
    /// Points and attainable points.
    pub score: (i64, i64),
    /// The checks that failed.
    pub failed: Vec<String>,
}

/// Validates one exercise.
///
/// # Errors
/// Our own failures; the author's mistakes are in the report.
pub fn validate(pack: &Pack, id: &str, seed: u64, tell: &mut dyn FnMut(&str)) -> Result<Report, RunError> {
    let mut report = Report::default();
    let task = match pack.task(id) {
        Ok(task) => task,
        Err(faults) => return Ok(Report { faults, ..report }),
    };
    report.faults.extend(texts(pack, &task));
    report.faults.extend(queries(&task));
    if !report.faults.is_empty() {
        return Ok(report);
    }
    let outcomes = |folder: &str, report: &mut Report| -> Result<Option<Vec<Outcome>>, RunError> {
        match try_folder(pack, &task, folder, seed)? {
            Ok(outcomes) => {
                let failed = failed(&outcomes);
                report.tried.push(Tried { folder: folder.to_owned(), score: check::score(&outcomes), failed });
                report.faults.extend(outcomes.iter().filter_map(|outcome| outcome.fault.clone()));
                Ok(Some(outcomes))
            }
            Err(faults) => {
                report.faults.extend(faults);
                Ok(None)
            }
        }
    };
    let at = |folder: &str| Place::file(format!("exercises/{id}/{folder}"));
    tell("solution");
    if let Some(outcomes) = outcomes("solution", &mut report)? {
        for outcome in outcomes.iter().filter(|o| !matches!(o.verdict, Verdict::Passed | Verdict::Error)) {
            let (check, sentence) = (&outcome.id, &outcome.sentence);
            let found = Text {
                en: format!("the reference does not pass `{check}`: {}", sentence.en).into(),
                ja: format!("模範解が判定`{check}`に合格しません：{}", sentence.ja).into(),
            };
            report.faults.push(Fault::new(at("solution"), found, Text::new("full marks", "満点")));
        }
    }
    tell("starter");
    if let Some(outcomes) = outcomes("starter", &mut report)?
        && check::overall(&outcomes) == Verdict::Passed
    {
        let found = Text::new("the starter passes as it is", "出発点の計画のままで合格してしまいます");
        report.faults.push(Fault::new(
            at("starter"),
            found,
            Text::new("something left to decide", "判断の余地があること"),
        ));
    }
    let wrong = match pack.wrong(&task.exercise) {
        Ok(wrong) => wrong,
        Err(faults) => {
            report.faults.extend(faults);
            return Ok(report);
        }
    };
    let mut caught = BTreeSet::new();
    for wrong in &wrong {
        let folder = format!("wrong/{}", wrong.mistake);
        tell(&folder);
        let Some(outcomes) = outcomes(&folder, &mut report)? else { continue };
        let (found, expected): (BTreeSet<String>, BTreeSet<String>) =
            (failed(&outcomes).into_iter().collect(), wrong.fails.iter().cloned().collect());
        caught.extend(found.iter().cloned());
        if found != expected {
            let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(", ");
            let (found, expected) = (list(&found), list(&expected));
            report.faults.push(Fault::new(
                Place { key: Some("fails".to_owned()), ..wrong.place.clone() },
                text!("it fails [{found}]", "不合格になった判定は [{found}] です"),
                text!("[{expected}]", "[{expected}]"),
            ));
        }
    }
    for check in task.exercise.checks.iter().filter(|check| !caught.contains(&check.id)) {
        let id = &check.id;
        report.faults.push(Fault::new(
            check.place.clone(),
            text!("no wrong solution fails the check `{id}`", "判定`{id}`で不合格になる誤答例がありません"),
            Text::new(
                "at least one folder under wrong/ that it catches",
                "この判定が捉える誤答例（wrong/ の中のフォルダー）を1つ以上",
            ),
        ));
    }
    Ok(report)
}

fn failed(outcomes: &[Outcome]) -> Vec<String> {
    outcomes.iter().filter(|outcome| outcome.verdict == Verdict::Failed).map(|outcome| outcome.id.clone()).collect()
}

/// Runs one of an exercise's own solutions through the exam.
fn try_folder(pack: &Pack, task: &Task, folder: &str, seed: u64) -> Result<Result<Vec<Outcome>, Vec<Fault>>, RunError> {
    let submission: Submission = match pack.submission(&task.exercise, folder) {
        Ok(submission) => submission,
        Err(faults) => return Ok(Err(faults)),
    };
    let file = |file: &str| pack.dataset_file(&task.dataset.id, file);
    let job = Job { task, submission: &submission, seed, exam: Some(seed), file: &file };
    match run::run(&job, &mut |_| {}) {
        Ok(Ended::Ran(run)) => Ok(Ok(run.outcomes)),
        Ok(Ended::Invalid(faults)) | Err(RunError::Author(faults)) => Ok(Err(faults)),
        Err(error) => Err(error),
    }
}

/// Both languages are there, and are not the same text twice; both briefs are there; every claim has a source.
fn texts(pack: &Pack, task: &Task) -> Vec<Fault> {
    let exercise = &task.exercise;
    let id = &exercise.id;
    let mut faults = Vec::new();
    let mut both = |key: String, text: &Text, place: &Place| {
        // A name that is the same in both languages has no letters of either to translate.
        let same = text.en == text.ja && text.en.chars().any(char::is_alphabetic);
        if same || text.en.trim().is_empty() || text.ja.trim().is_empty() {
            let found = if same {
                Text::new("the same text in both languages", "2つの言語の文が同じです")
            } else {
                Text::new("an empty text", "空の文があります")
            };
            let place = Place { key: Some(key), ..place.clone() };
            faults.push(Fault::new(place, found, Text::new("a text in each language", "それぞれの言語の文")));
        }
    };
    both("title".to_owned(), &exercise.title, &exercise.place);
    both("summary".to_owned(), &exercise.summary, &exercise.place);
    for question in &exercise.questions {
        both(format!("question.{}.prompt", question.id), &question.prompt, &exercise.place);
    }
    for check in &exercise.checks {
        for (key, text) in
            [("title", &check.title), ("pass", &check.pass), ("fail", &check.fail), ("hint", &check.hint)]
        {
            both(format!("check.{}.{key}", check.id), text, &check.place);
        }
    }
    for lang in [Lang::En, Lang::Ja] {
        if pack.brief(id, lang).is_none_or(|brief| brief.trim().len() < 200) {
            let code = lang.code();
            let place = Place::file(format!("exercises/{id}/brief.{code}.md"));
            let found = Text::new("no brief, or hardly one", "説明文がないか、短すぎます");
            faults.push(Fault::new(
                place,
                found,
                Text::new("what the learner reads first", "学習者が最初に読む説明文"),
            ));
        }
    }
    if exercise.evidence.is_empty() {
        let place = Place { key: Some("evidence".to_owned()), ..exercise.place.clone() };
        let found = Text::new("no source", "文献がありません");
        faults.push(Fault::new(place, found, Text::new("at least one published source", "1つ以上の文献")));
    }
    faults
}

/// Every check's SQL can be read, before anything is trained.
fn queries(task: &Task) -> Vec<Fault> {
    let texts = task.exercise.checks.iter().flat_map(|check| [&check.sql, &check.shows]);
    texts
        .filter_map(|sql| sql::parse(&sql.value, Purpose::Check).err().map(|fault| fault.in_place(sql.place.clone())))
        .collect()
}
