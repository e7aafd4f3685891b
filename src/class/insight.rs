//! What a class shows as a whole: where points are lost, which mistakes are common, what was expected, whose work looks alike.

use std::collections::BTreeMap;
use std::path::Path;

use app::ending::Ending;
use app::job::Record;
use course::exercise::Exercise;
use diagnostics::text::{Lang, Text};
use engine::check::Verdict;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Serialize;

use crate::desk::Opened;
use crate::export::{self, Files, Written};
use crate::folder::Class;
use crate::grade::{Attempt, Book, State};
use crate::store::{Store, word};

/// A class as a whole.
#[derive(Debug, Serialize)]
pub struct Insight {
    schema: &'static str,
    title: String,
    learners: usize,
    exercises: Vec<OfExercise>,
}

#[derive(Debug, Serialize)]
struct OfExercise {
    exercise: String,
    #[serde(skip)]
    title: Text,
    /// How many grades stand how.
    states: BTreeMap<&'static str, usize>,
    /// Of graded ones, how many reached so many of the exercise's own points.
    points: BTreeMap<i64, usize>,
    of: i64,
    checks: Vec<OfCheck>,
    /// How many plans resemble each shipped wrong solution.
    resembles: BTreeMap<String, usize>,
    /// How many learners made so many attempts.
    attempts: BTreeMap<usize, usize>,
    /// What learners' own files say of their tries before; it cannot be proved.
    told: Told,
    expected: Vec<OfQuestion>,
    alike: Vec<Alike>,
    /// Failures of ours, by learner.
    errors: Vec<Failure>,
}

#[derive(Debug, Serialize)]
struct OfCheck {
    id: String,
    #[serde(skip)]
    title: Text,
    /// How often each verdict was given.
    verdicts: BTreeMap<&'static str, usize>,
    /// Failed or skipped, of all that were judged.
    failure_rate: Option<f64>,
}

#[derive(Debug, Default, Serialize)]
struct Told {
    learners: usize,
    median_runs: Option<i64>,
    median_checks: Option<i64>,
}

#[derive(Debug, Serialize)]
struct OfQuestion {
    id: String,
    #[serde(skip)]
    prompt: Text,
    /// Said something that can be right or wrong.
    said: usize,
    /// Of those, it came so.
    held: usize,
    /// Said "I do not know".
    unknown: usize,
}

#[derive(Debug, Serialize)]
struct Alike {
    /// `answers`: the same numbers, though their data differ; `plan`: the same text, letter by letter.
    what: &'static str,
    learners: Vec<String>,
    values: BTreeMap<String, String>,
}

#[derive(Debug, Serialize)]
struct Failure {
    learner: String,
    found: String,
}

/// Looks at a class.
///
/// # Errors
/// The store's.
pub fn look(Opened { class, store, book, exercises }: &Opened) -> Result<Insight, Ending> {
    let mut all = Vec::new();
    for asked in &class.settings.exercises {
        if let Some(exercise) = exercises.get(&asked.id.value) {
            all.push(of_exercise(class, store, book, exercise)?);
        }
    }
    let title = class.settings.title.clone();
    Ok(Insight { schema: "practicum.class-report/1", title, learners: class.roster.learners.len(), exercises: all })
}

fn of_exercise(class: &Class, store: &Store, book: &Book, exercise: &Exercise) -> Result<OfExercise, Ending> {
    let mut out = OfExercise {
        exercise: exercise.reference(),
        title: exercise.title.clone(),
        states: BTreeMap::new(),
        points: BTreeMap::new(),
        of: exercise.points(),
        checks: exercise
            .checks
            .iter()
            .map(|check| OfCheck {
                id: check.id.clone(),
                title: check.title.clone(),
                verdicts: BTreeMap::new(),
                failure_rate: None,
            })
            .collect(),
        resembles: BTreeMap::new(),
        attempts: BTreeMap::new(),
        told: Told::default(),
        expected: exercise
            .before
            .iter()
            .filter(|question| !question.of_starter)
            .map(|question| OfQuestion {
                id: question.id.clone(),
                prompt: question.prompt.clone(),
                said: 0,
                held: 0,
                unknown: 0,
            })
            .collect(),
        alike: Vec::new(),
        errors: Vec::new(),
    };
    let mut effort: Vec<(i64, i64)> = Vec::new();
    let mut answers: BTreeMap<BTreeMap<String, String>, Vec<String>> = BTreeMap::new();
    let mut plans: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for learner in &class.roster.learners {
        let Some(grade) = book.grade(&learner.id, &exercise.id) else { continue };
        *out.states.entry(grade.state.word()).or_default() += 1;
        if grade.state == State::NotHandedIn {
            continue;
        }
        *out.attempts.entry(grade.attempts.len()).or_default() += 1;
        let submission = grade.attempts.last().and_then(|attempt| book.submissions.get(&attempt.number));
        effort.extend(submission.and_then(|submission| submission.effort));
        let team = submission.is_some_and(|submission| submission.team.is_some());
        // Any attempt that failed keeps the grade back, also one that would not be chosen.
        let is_error = |attempt: &&Attempt| attempt.outcome.is_some_and(|outcome| outcome.verdict == Verdict::Error);
        for attempt in grade.attempts.iter().filter(is_error) {
            let faults = store.record(&attempt.key)?.map(|record| record.faults).unwrap_or_default();
            let found = faults.first().map(|fault| fault.found.en.to_string()).unwrap_or_default();
            out.errors.push(Failure { learner: learner.id.clone(), found });
        }
        let Some(record) = grade.attempt().map(|attempt| store.record(&attempt.key)).transpose()?.flatten() else {
            continue;
        };
        if record.verdict == Verdict::Error {
            continue;
        }
        if let Some((points, _)) = grade.judged.filter(|_| grade.state == State::Graded) {
            *out.points.entry(points).or_default() += 1;
        }
        seen(&mut out, &record);
        // A team's work is one piece of work.
        if team {
            continue;
        }
        let numbers: BTreeMap<String, String> = record
            .read
            .iter()
            .flat_map(|read| &read.answers)
            .filter(|(_, written)| written.bytes().any(|byte| byte.is_ascii_digit()) && written.parse::<i8>().is_err())
            .map(|(id, written)| (id.clone(), written.clone()))
            .collect();
        if !numbers.is_empty() {
            answers.entry(numbers).or_default().push(learner.id.clone());
        }
        if let Some(plan) = submission.and_then(|submission| submission.plan.clone()) {
            plans.entry(plan).or_default().push(learner.id.clone());
        }
    }
    for check in &mut out.checks {
        let judged: usize = check.verdicts.values().sum();
        let bad: usize = ["failed", "skipped"].iter().filter_map(|verdict| check.verdicts.get(verdict)).sum();
        check.failure_rate = (judged > 0).then(|| bad as f64 / judged as f64);
    }
    let half = |mut values: Vec<i64>| {
        values.sort_unstable();
        values.get(values.len() / 2).copied()
    };
    out.told = Told {
        learners: effort.len(),
        median_runs: half(effort.iter().map(|(runs, _)| *runs).collect()),
        median_checks: half(effort.iter().map(|(_, checks)| *checks).collect()),
    };
    let several = |learners: &Vec<String>| learners.len() > 1;
    out.alike.extend(answers.into_iter().filter(|(_, learners)| several(learners)).map(|(values, learners)| Alike {
        what: "answers",
        learners,
        values,
    }));
    // What half of a class has is what they were given.
    let few = |learners: &Vec<String>| 2 * learners.len() <= class.roster.learners.len().max(4);
    out.alike.extend(
        plans.into_iter().filter(|(_, learners)| several(learners) && few(learners)).map(|(_, learners)| Alike {
            what: "plan",
            learners,
            values: BTreeMap::new(),
        }),
    );
    Ok(out)
}

fn seen(out: &mut OfExercise, record: &Record) {
    for judged in record.record.iter().flat_map(|record| &record.checks) {
        if let Some(check) = out.checks.iter_mut().find(|check| check.id == judged.id) {
            *check.verdicts.entry(word(judged.verdict)).or_default() += 1;
        }
    }
    let Some(read) = &record.read else { return };
    if let Some(mistake) = &read.resembles {
        *out.resembles.entry(mistake.clone()).or_default() += 1;
    }
    for (id, held) in &read.expected {
        let Some(question) = out.expected.iter_mut().find(|question| question.id == *id) else { continue };
        match held {
            Some(held) => {
                question.said += 1;
                question.held += usize::from(*held);
            }
            None => question.unknown += 1,
        }
    }
}

const STYLE: &str = "body{font:16px/1.6 system-ui,'Hiragino Sans','Yu Gothic UI','Noto Sans JP',sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2129;background:#fff}h2{margin-top:3rem;border-top:2px solid #d6d9e0;padding-top:1rem}table{border-collapse:collapse}td,th{padding:.25rem .8rem .25rem 0;text-align:left;vertical-align:top}td.n{text-align:right}meter{width:12rem}.quiet{color:#5a6170}";

/// The page, for a teacher.
pub fn page(insight: &Insight, lang: Lang) -> String {
    let say = |en: &'static str, ja: &'static str| match lang {
        Lang::En => en,
        Lang::Ja => ja,
    };
    let page = html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
                title { (insight.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (insight.title) }
                p.quiet { (insight.learners) (say(" learners in the roster. This page names people: it is for teachers alone.", "名の名簿です。個人名が含まれるため、教員だけが扱ってください。")) }
                @for exercise in &insight.exercises { (shown(exercise, lang)) }
            }
        }
    };
    page.into_string()
}

/// Writes the page and the document, into the class's folder for what is written where no other is named.
///
/// # Errors
/// The disk's.
pub fn write(class: &Class, insight: &Insight, to: Option<&Path>, lang: Lang) -> Result<Written, Ending> {
    let to = to.map_or_else(|| class.folder.join(export::FOLDER), Path::to_owned);
    let paths = export::write(&to, &files(insight, lang)?)?;
    Ok(Written { to, paths, notes: Vec::new() })
}

/// The page and the document, as files.
fn files(insight: &Insight, lang: Lang) -> Result<Files, Ending> {
    let document = serde_json::to_vec_pretty(insight)?;
    Ok(vec![("report.html".to_owned(), page(insight, lang).into_bytes()), ("report.json".to_owned(), document)])
}

fn shown(of: &OfExercise, lang: Lang) -> Markup {
    let say = |en: &'static str, ja: &'static str| match lang {
        Lang::En => en,
        Lang::Ja => ja,
    };
    let most = of.points.values().copied().max().unwrap_or(1);
    html! {
        h2 { (of.title.get(lang)) " " span.quiet { (of.exercise) } }
        p { @for (state, count) in &of.states { (State::called(state, lang)) ": " (count) "　" } }
        h3 { (say("Points", "得点の分布")) }
        table { @for points in 0..=of.of {
            @let count = of.points.get(&points).copied().unwrap_or(0);
            tr { td.n { (points) "/" (of.of) } td { meter min="0" max=(most) value=(count) {} } td.n { (count) } }
        } }
        h3 { (say("Where points are lost", "どの判定で不合格になったか")) }
        table {
            tr { th { (say("check", "判定")) } th { (say("failed or not reached", "不合格・未到達")) } th {} th { (say("not answered", "未回答")) } }
            @for check in &of.checks { tr {
                td { (check.title.get(lang)) br; span.quiet { (check.id) } }
                td { meter min="0" max="1" value=(check.failure_rate.unwrap_or(0.0)) {} }
                td.n { @if let Some(rate) = check.failure_rate { (format!("{:.0}%", 100.0 * rate)) } @else { "–" } }
                td.n { (check.verdicts.get("not_attempted").copied().unwrap_or(0)) }
            } }
        }
        @if !of.resembles.is_empty() {
            h3 { (say("Known mistakes that plans resemble", "計画が似ている典型的な誤り")) }
            table { @for (mistake, count) in &of.resembles { tr { td { (mistake) } td.n { (count) } } } }
        }
        @if !of.expected.is_empty() {
            h3 { (say("What was expected, and came", "予想と結果")) }
            table {
                tr { th { (say("question", "問い")) } th { (say("came as expected", "予想どおり")) } th { (say("said they do not know", "分からないと回答")) } }
                @for question in &of.expected { tr {
                    td { (question.prompt.get(lang)) } td.n { (question.held) "/" (question.said) } td.n { (question.unknown) }
                } }
            }
        }
        h3 { (say("Attempts", "提出の回数")) }
        table { @for (attempts, learners) in &of.attempts { tr { td.n { (attempts) } td.n { (learners) (say(" learners", "名")) } } } }
        @if of.told.learners > 0 {
            p.quiet {
                (say("By their own files (not proved): median of ", "提出ファイルの自己申告（未確認）の中央値：実行"))
                (of.told.median_runs.unwrap_or(0)) (say(" runs and ", "回、判定")) (of.told.median_checks.unwrap_or(0)) (say(" checks.", "回"))
            }
        }
        @if !of.alike.is_empty() {
            h3 { (say("Work that looks alike", "よく似た提出")) }
            p { (say(
                "Everybody's data differ, so the same numbers are hard to come by alone. They are a reason to ask, not a proof.",
                "データは一人ひとり異なるため、同じ数値が独立に出ることはまれです。確認のきっかけであり、証拠ではありません。",
            )) }
            table { @for alike in &of.alike { tr {
                td { @if alike.what == "answers" { (say("same numbers", "同じ数値")) } @else { (say("same plan, letter by letter", "一字一句同じ計画")) } }
                td { (alike.learners.join(", ")) }
                td.quiet { @for (id, value) in &alike.values { (id) " = " (value) br; } }
            } } }
        }
        @if !of.errors.is_empty() {
            h3 { (say("Errors of ours: not graded", "こちらのエラー（未採点）")) }
            table { @for failure in &of.errors { tr { td { (failure.learner) } td { (failure.found) } } } }
        }
    }
}
