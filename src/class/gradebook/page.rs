//! A learner's report page: what was judged, how, and what to change. One page that stands alone, without scripts.

use std::collections::BTreeSet;

use app::job::{Read, Record};
use course::answers::{Answer, Answers, Unjudged};
use course::exercise::{Exercise, QuestionKind};
use course::grid;
use diagnostics::text::{Lang, Text};
use engine::check::{self, Outcome, Verdict};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use report::verdict::sign;

use super::{number, sentence};
use crate::folder::Class;
use crate::grade::{Grade, State};
use crate::roster::Learner;
use crate::store::Submission;

const STYLE: &str = "body{font:17px/1.6 system-ui,'Hiragino Sans','Yu Gothic UI','Noto Sans JP',sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1d2129;background:#fff}h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2rem}.quiet{color:#5a6170}li{margin:.6rem 0}pre{overflow:auto;padding:.8rem;border:1px solid #d6d9e0;border-radius:6px}section+section{border-top:2px solid #d6d9e0;margin-top:3rem}";

/// What a page is made of.
#[derive(Clone, Copy, Debug)]
pub struct Of<'a> {
    /// The class.
    pub class: &'a Class,
    /// Whose page.
    pub learner: &'a Learner,
    /// The exercise, as it is now.
    pub exercise: &'a Exercise,
    /// Their grade.
    pub grade: &'a Grade,
    /// The submission that counts.
    pub submission: Option<&'a Submission>,
    /// Its result.
    pub record: Option<&'a Record>,
    /// What a full mark is in the gradebook, where that is something else.
    pub most: Option<f64>,
}

/// The page, in the languages of the class.
pub fn page(of: Of) -> String {
    let (langs, first) = (of.class.settings.lang.all(), of.class.settings.lang.first());
    let page = html! {
        (DOCTYPE)
        html lang=(first.code()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
                title { (of.exercise.title.get(first)) }
                style { (PreEscaped(STYLE)) }
            }
            body { @for lang in langs { section lang=(lang.code()) { (told(of, *lang)) } } }
        }
    };
    page.into_string()
}

fn told(of: Of, lang: Lang) -> Markup {
    let say = |en: &'static str, ja: &'static str| match lang {
        Lang::En => en,
        Lang::Ja => ja,
    };
    let Of { class, learner, exercise, grade, submission, record, most } = of;
    let scaled = most.filter(|_| grade.state == State::Graded && grade.maximum > 0.0);
    let scaled = scaled.map(|most| super::moodle::in_gradebook((grade.points / grade.maximum * most, most)));
    let was_run = record.is_some_and(|record| record.verdict != Verdict::Invalid);
    let outcomes = outcomes(exercise, record);
    // While another attempt may count, what a conclusion should have been stays open.
    let open = open(class, of);
    html! {
        h1 { (exercise.title.get(lang)) }
        p.quiet { (learner.name) " · " (learner.id) " · " (exercise.reference()) }
        p { strong { (sentence(grade).get(lang)) } @if let Some(scaled) = &scaled { " – " (scaled.get(lang)) } }
        @if let Some(submission) = submission {
            p.quiet {
                (say("Handed in: ", "提出：")) (submission.files.join(", "))
                @if let Some(received) = submission.received { " · " (received.show(class.settings.offset)) }
            }
            @for note in &submission.notes { p.quiet { (note.get(lang)) } }
            @if submission.team.is_none() && submission.variant.as_ref().is_some_and(|variant| *variant != class.key(&learner.id)) {
                p.quiet { (say(
                    "It was made with another variant than yours, and graded on yours.",
                    "あなたのものではないバリアントで作られています。採点はあなたのバリアントで行いました。",
                )) }
            }
            @if let Some(fault) = &submission.invalid { (faults(std::slice::from_ref(fault), lang)) }
        }
        @if let Some(record) = record {
            @if record.verdict == Verdict::Invalid { (faults(&record.faults, lang)) }
            @for assumed in &record.assumed { p.quiet { (assumed.get(lang)) } }
        }
        @if !outcomes.is_empty() {
            h2 { (say("The checks", "判定")) }
            ul {
                @for outcome in &outcomes {
                    @let hidden = open.contains(&outcome.id) && outcome.verdict != Verdict::Passed;
                    li {
                        (sign(outcome.verdict)) " " strong { (outcome.title.get(lang)) }
                        span.quiet { " · " (points(outcome, lang)) }
                        br;
                        @if hidden {
                            (say("Not right yet, or not answered. What it should have been stays open while you may try again.", "まだ正しくないか、答えていません。もう一度提出できる間は、正解を示しません。"))
                        } @else {
                            (outcome.sentence.get(lang))
                            @if let Some(hint) = &outcome.hint { br; em { (say("Next: ", "次に：")) (check::filled(hint, &outcome.figures, None).get(lang)) } }
                        }
                    }
                }
            }
        }
        @if let Some(mark) = &grade.mark {
            h2 { (say("From your teacher", "教員から")) }
            @if let Some(given) = mark.points {
                p { (number(given)) (say(" points for your decision in words", "点（判断の文章）")) }
            }
            @for line in mark.comment.lines() { p { (line) } }
        }
        @if let Some(plan) = submission.and_then(|submission| submission.plan.as_ref()) {
            h2 { @if was_run { (say("The plan that was trained again", "学習し直した計画")) } @else { (say("The plan as it was handed in", "提出された計画")) } }
            pre { (plan) }
        }
        p.quiet { (say(
            "Graded on new synthetic patients of your own variant. Not a medical device; nothing here is evidence about patients.",
            "あなたのバリアントの新しい合成患者で採点しました。医療機器ではなく、ここでの結果は患者についてのエビデンスではありません。",
        )) }
    }
}

/// The checks whose right answer is not told yet.
fn open(class: &Class, of: Of) -> BTreeSet<String> {
    // A late attempt shows that the date is past; while late ones are taken, a better one may come.
    let late_days = class.settings.assignment(&of.exercise.id).map_or(0, |asked| asked.late_days);
    let over = !of.grade.more || of.grade.attempts.iter().any(|attempt| attempt.late > late_days);
    let looks = |check: &&course::exercise::Check| !over && !check.looks_at(&of.exercise.questions).is_empty();
    of.exercise.checks.iter().filter(looks).map(|check| check.id.clone()).collect()
}

/// What became of each check, in the words that the exercise has now.
pub fn outcomes(exercise: &Exercise, record: Option<&Record>) -> Vec<Outcome> {
    let Some(judged) = record.and_then(|record| record.record.as_ref()) else { return Vec::new() };
    let answers =
        record.and_then(|record| record.read.as_ref()).map(|read| answers(exercise, read)).unwrap_or_default();
    check::told(exercise, (&answers, &Unjudged::default()), &judged.checks)
}

/// The answers as the worker read them.
fn answers(exercise: &Exercise, read: &Read) -> Answers {
    let answer = |written: &String, kind: &QuestionKind| match kind {
        QuestionKind::Number { .. } => written.parse().ok().map(Answer::Number),
        QuestionKind::Interval { .. } => {
            let (low, high) = written.trim_matches(['[', ']']).split_once(", ")?;
            Some(Answer::Interval(low.parse().ok()?, high.parse().ok()?))
        }
        QuestionKind::Choice(_) => Some(Answer::Choice(written.clone())),
        QuestionKind::Order(_) => Some(Answer::Order(written.split(", ").map(str::to_owned).collect())),
        QuestionKind::Table(_) => grid::remembered(written).map(Answer::Table),
        QuestionKind::Several(_) => Some(Answer::Several(written.split(", ").map(str::to_owned).collect())),
    };
    let of = |(id, written): (&String, &String)| {
        let question = exercise.questions.iter().find(|question| question.id == *id)?;
        Some((id.clone(), answer(written, &question.kind)?))
    };
    read.answers.iter().filter_map(of).collect()
}

fn points(outcome: &Outcome, lang: Lang) -> String {
    let (got, of) = (if outcome.verdict == Verdict::Passed { outcome.points } else { 0 }, outcome.points);
    match lang {
        Lang::En => format!("{got} of {of}"),
        Lang::Ja => format!("{of}点中{got}点"),
    }
}

fn faults(faults: &[diagnostics::fault::Fault], lang: Lang) -> Markup {
    let line = |text: &Text| text.get(lang).to_owned();
    html! {
        ul {
            @for fault in faults {
                li {
                    code { (fault.place.display(lang)) } ": " (line(&fault.found)) br;
                    @match lang { Lang::En => "Expected: ", Lang::Ja => "正しくは：" } (line(&fault.expected))
                    @if let Some(nearest) = &fault.nearest { br; @match lang { Lang::En => "Did you mean ", Lang::Ja => "もしかして：" } code { (nearest) } }
                }
            }
        }
    }
}

/// Whether a page says anything.
pub fn is_due(grade: &Grade) -> bool {
    !matches!(grade.state, State::NotHandedIn | State::Waiting | State::Doubtful)
}
