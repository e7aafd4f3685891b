//! What a learner is not shown yet: the figures that a question asks for, until its answer is settled.
//!
//! A conclusion is settled when it was right, or after so many wrong answers as [`Question::tries`] says; until then a wrong one is told in words. What is
//! shown is a run of its own, in which nothing is left to find: whoever prints, plots or keeps it need not know what is withheld.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::{Figure, Judged, Outcome, Verdict, feedback, filled, named_figures};
use crate::record::Record;
use crate::run::Run;
use course::answers::{Answer, Answers};
use course::exercise::{Check, Exercise, Question, QuestionKind};
use course::grid;
use course::tables::{ANSWERS, DEVELOP, DEVELOP_LESIONS, EPOCHS, PLAN};
use diagnostics::text;
use diagnostics::text::Text;

/// How a learner has fared with one conclusion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// The wrong answers so far, as [`written`]. The same answer again is no other try, whatever became of the plan.
    pub wrong: BTreeSet<String>,
    /// Whether it was ever right.
    pub right: bool,
}

impl Tried {
    /// Whether what `question` asks for may be told.
    pub fn is_settled(&self, question: &Question) -> bool {
        self.right || self.wrong.len() >= question.tries()
    }
}

/// How a learner has fared with each conclusion, by question.
pub type Tries = BTreeMap<String, Tried>;

/// An answer as it is remembered.
pub fn written(answer: &Answer) -> String {
    match answer {
        Answer::Number(x) => x.to_string(),
        Answer::Interval(low, high) => format!("[{low}, {high}]"),
        Answer::Choice(word) => word.clone(),
        Answer::Several(words) => words.iter().cloned().collect::<Vec<_>>().join(", "),
        Answer::Order(items) => items.join(", "),
        Answer::Table(cells) => grid::written(cells),
    }
}

/// The tries with those of this check counted: an answer is right where every check that looks at it passes, and wrong where one
/// fails. Nothing is scored that was not judged, or that failed because a figure could not be computed.
#[must_use]
pub fn scored(exercise: &Exercise, answers: &Answers, checks: &[Judged], before: &Tries) -> Tries {
    let mut tries = before.clone();
    for question in exercise.conclusions() {
        let Some(answer) = answers.get(&question.id) else { continue };
        let judged: Vec<&Judged> = judging(exercise, question)
            .filter_map(|check| checks.iter().find(|judged| judged.id == check.id))
            .collect();
        let is_wrong = |judged: &Judged| judged.verdict == Verdict::Failed && judged.undefined.is_none();
        let tried = tries.entry(question.id.clone()).or_default();
        // What was told or right already stays so.
        if tried.is_settled(question) {
            continue;
        }
        if judged.iter().all(|judged| judged.verdict == Verdict::Passed) {
            tried.right = true;
        } else if judged.into_iter().any(is_wrong) {
            tried.wrong.insert(written(answer));
        }
    }
    tries
}

/// The conclusions that are not settled yet.
pub fn open<'e>(exercise: &'e Exercise, tries: &Tries) -> Vec<&'e Question> {
    let is_settled = |question: &&Question| tries.get(&question.id).is_some_and(|tried| tried.is_settled(question));
    exercise.conclusions().into_iter().filter(|question| !is_settled(question)).collect()
}

/// The conclusions that were settled by telling them: wrong as often as is scored, and never right.
pub fn given_away<'e>(exercise: &'e Exercise, tries: &Tries) -> Vec<&'e Question> {
    let is_told =
        |question: &&Question| tries.get(&question.id).is_some_and(|tried| tried.is_settled(question) && !tried.right);
    exercise.conclusions().into_iter().filter(is_told).collect()
}

/// The run with what is said of the conclusions that were [`given_away`]: the sentence of a right answer, and no points, whatever the
/// answer is now.
#[must_use]
pub fn without_points(run: Run, exercise: &Exercise, answers: &Answers, told: &[&Question]) -> Run {
    let is_told = |id: &str| {
        let check = exercise.checks.iter().find(|check| check.id == id)?;
        told.iter().any(|question| !check.looks_at(std::slice::from_ref(*question)).is_empty()).then_some(check)
    };
    let judged = |verdict| matches!(verdict, Verdict::Passed | Verdict::Failed);
    let outcomes = run.outcomes.into_iter().map(|outcome| {
        let Some(check) = is_told(&outcome.id).filter(|_| judged(outcome.verdict)) else { return outcome };
        let Text { en, ja } = answered(check, &outcome, told, answers);
        let sentence = text!(
            "No try is left, so it is told, and gives no points here; another variant does. {en}",
            "解答できる回数を使い切ったので、答えを示します。ここでは得点になりませんが、別のバリアントなら得点できます。{ja}"
        );
        Outcome { verdict: Verdict::Skipped, sentence, ..outcome }
    });
    let outcomes: Vec<Outcome> = outcomes.collect();
    let checks = run.record.checks.into_iter().map(|judged| {
        let outcome = outcomes.iter().find(|outcome| outcome.id == judged.id);
        Judged { verdict: outcome.map_or(judged.verdict, |outcome| outcome.verdict), ..judged }
    });
    let record = Record { checks: checks.collect(), ..run.record };
    Run { record, outcomes, ..run }
}

/// What is said of a conclusion that is told: of a right answer that it is right; of a wrong one the figure beside it, or what speaks
/// against it, and what a right one would have been told.
fn answered(check: &Check, outcome: &Outcome, told: &[&Question], answers: &Answers) -> Text {
    let said = |text: &Text| filled(text, &outcome.figures, check.turns_on());
    if outcome.verdict == Verdict::Passed {
        return said(&check.pass);
    }
    let own = check
        .looks_at(&told.iter().map(|question| (*question).clone()).collect::<Vec<_>>())
        .into_iter()
        .find_map(|question| match answers.get(&question.id) {
            Some(Answer::Choice(word)) => Some(question.against.get(word).cloned()),
            _ => None,
        });
    let Some(against) = own else { return said(&check.fail) };
    // What another question hides is not there yet.
    let is_told =
        |name: &&str| outcome.figures.iter().any(|(other, figure)| other == name && *figure != Figure::Undefined);
    let whole = named_figures(&check.pass.en).iter().all(is_told);
    let right = whole.then(|| said(&check.pass)).filter(|right| Some(right) != against.as_ref());
    let fail = said(&check.fail);
    let against = against.unwrap_or(fail);
    match right {
        Some(Text { en, ja }) => {
            let (no, no_ja) = (&against.en, &against.ja);
            text!("{no} What a right answer is told: {en}", "{no_ja}正解のときの説明：{ja}")
        }
        None => against,
    }
}

fn judging<'e>(exercise: &'e Exercise, question: &'e Question) -> impl Iterator<Item = &'e Check> {
    let asked = std::slice::from_ref(question);
    exercise.checks.iter().filter(move |check| !check.looks_at(asked).is_empty())
}

/// The run as it may be shown while these conclusions are `open`; as it is where none is.
///
/// Gone are: the figures of the exam and its probes that a question names in `hides`; every figure of a check that looks at its
/// answer, in place of whose sentence a wrong answer is told in words; in the sentences of other checks the figures named; and the
/// tables of the exam, out of which anything could be computed. The learner's own rows, from which the answer is to be estimated,
/// stay.
#[must_use]
pub fn shown(run: &Run, exercise: &Exercise, answers: &Answers, open: &[&Question]) -> Run {
    if open.is_empty() {
        return run.clone();
    }
    let hidden: BTreeSet<&str> =
        open.iter().flat_map(|question| &question.hides).map(|name| name.value.as_str()).collect();
    let outcomes = run.outcomes.iter().map(|outcome| {
        let Some(check) = exercise.checks.iter().find(|check| check.id == outcome.id) else { return outcome.clone() };
        match open.iter().find(|question| !check.looks_at(std::slice::from_ref(**question)).is_empty()) {
            Some(question) => in_words(check, outcome, question, answers),
            None => without(check, outcome, &hidden),
        }
    });
    let own = [DEVELOP, DEVELOP_LESIONS, EPOCHS, PLAN, ANSWERS];
    let tables = run.tables.iter().filter(|(name, _)| own.contains(&name.as_str()));
    let is_shown = |table: &str, metric: &str| table == DEVELOP || !hidden.contains(metric);
    let outcomes: Vec<Outcome> = outcomes.collect();
    let left = |judged: &Judged| {
        let outcome = outcomes.iter().find(|outcome| outcome.id == judged.id);
        Judged {
            figures: outcome.map(|outcome| outcome.figures.clone()).unwrap_or_default(),
            compared: judged.compared.filter(|_| outcome.is_some_and(|outcome| outcome.mark.is_some())),
            ..judged.clone()
        }
    };
    let Record { story, figures, checks, .. } = &run.record;
    Run {
        tables: tables.map(|(name, table)| (name.clone(), table.clone())).collect(),
        target: run.target,
        label: run.label.clone(),
        record: Record {
            story: story.clone(),
            figures: figures.iter().filter(|line| is_shown(&line.table, line.metric.name)).cloned().collect(),
            checks: checks.iter().map(left).collect(),
            // With the debrief, when nothing is open.
            came: Vec::new(),
        },
        outcomes,
        mistakes: run.mistakes.clone(),
    }
}

/// The outcome of a check that looks at an open answer: its verdict, and words.
fn in_words(check: &Check, outcome: &Outcome, question: &Question, answers: &Answers) -> Outcome {
    let sentence = match outcome.verdict {
        Verdict::Failed => wrong(check, outcome, question, answers),
        Verdict::Passed => Text::new(
            "This part is right. Its figure is told once the whole answer is settled.",
            "ここは合っています。値は、解答全体が確定してから示します。",
        ),
        _ => outcome.sentence.clone(),
    };
    let hint =
        outcome.hint.clone().filter(|hint| named_figures(&hint.en).is_empty() && named_figures(&hint.ja).is_empty());
    Outcome { sentence, figures: Vec::new(), mark: None, hint, ..outcome.clone() }
}

/// A wrong answer in words: how far off it is, or what speaks against it.
fn wrong(check: &Check, outcome: &Outcome, question: &Question, answers: &Answers) -> Text {
    let told = answers.get(&question.id).and_then(|answer| {
        if let Answer::Choice(word) = answer {
            return question.against.get(word).cloned();
        }
        if let Answer::Order(items) = answer {
            return disordered(check, outcome, question, items);
        }
        let asks = check.asks.as_ref()?;
        let named = |column: &str| {
            outcome.figures.iter().find_map(|(name, figure)| match figure {
                Figure::Number(x) if name == column => Some(*x),
                _ => None,
            })
        };
        if let (Answer::Interval(low, high), [first, last]) = (answer, asks.limits.as_slice()) {
            return feedback::apart((*low, *high), (named(&first.value)?, named(&last.value)?)).map(feedback::words);
        }
        let figure = named(&asks.figure.value)?;
        Some(feedback::words(feedback::off(answer, figure, asks.tolerance?)?))
    });
    told.unwrap_or(Text::new(
        "Your answer does not agree with what is there.",
        "解答は、データが示すことと合っていません。",
    ))
}

/// A wrong order in words: of an item that somebody spoke against, that it stands too high or too low; otherwise how many neighbours
/// stand in the wrong order. Nothing where the check does not show the right places.
fn disordered(check: &Check, outcome: &Outcome, question: &Question, items: &[String]) -> Option<Text> {
    let name = &check.asks.as_ref()?.figure.value;
    let place = |item: &String| {
        let column = format!("{name}_{item}");
        outcome.figures.iter().find_map(|(name, figure)| match figure {
            Figure::Number(x) if *name == column => Some(*x),
            _ => None,
        })
    };
    let right: Vec<f64> = items.iter().map(place).collect::<Option<_>>()?;
    let strays = feedback::strays(&right);
    let told = items.iter().zip(&strays).filter_map(|(item, stray)| Some((question.against.get(item)?, item, *stray)));
    let farthest = told.filter(|(.., stray)| *stray != 0).max_by_key(|(.., stray)| stray.unsigned_abs());
    if let (Some((against, item, stray)), QuestionKind::Order(order)) = (farthest, &question.kind) {
        return Some(feedback::strayed(order.text(item)?, stray, against));
    }
    feedback::neighbours(&right)
}

/// The outcome of another check, without the figures named.
fn without(check: &Check, outcome: &Outcome, hidden: &BTreeSet<&str>) -> Outcome {
    if !outcome.figures.iter().any(|(name, _)| hidden.contains(name.as_str())) {
        return outcome.clone();
    }
    let told = if outcome.verdict == Verdict::Passed { &check.pass } else { &check.fail };
    let says =
        |text: &Text| [&text.en, &text.ja].iter().any(|text| named_figures(text).iter().any(|n| hidden.contains(n)));
    let is_judged = matches!(outcome.verdict, Verdict::Passed | Verdict::Failed);
    let said = named_figures(&told.en);
    let kept = said.iter().filter(|name| hidden.contains(**name)).count();
    let sentence = if is_judged && says(told) && 2 * kept <= said.len() {
        let later = |figures: &str| -> Vec<(String, Figure)> {
            let of = |(name, figure): &(String, Figure)| {
                let later = hidden.contains(name.as_str()).then(|| Figure::Word(figures.to_owned()));
                (name.clone(), later.unwrap_or_else(|| figure.clone()))
            };
            outcome.figures.iter().map(of).collect()
        };
        let text = |later: Vec<(String, Figure)>| filled(told, &later, check.turns_on());
        Text { en: text(later("[told later]")).en, ja: text(later("［後で示します］")).ja }
    } else if is_judged && says(told) {
        Text::new(
            "Its figures would give away an answer of yours that is not settled yet: they are told when it is.",
            "この判定の値は、まだ確定していない解答の手がかりになります。解答が確定してから示します。",
        )
    } else {
        outcome.sentence.clone()
    };
    let compared = check.passes.value.names().columns.iter().any(|(_, name)| hidden.contains(name.as_str()));
    let hint = outcome.hint.clone().filter(|hint| !says(hint));
    Outcome {
        sentence,
        figures: outcome.figures.iter().filter(|(name, _)| !hidden.contains(name.as_str())).cloned().collect(),
        mark: outcome.mark.clone().filter(|_| !compared),
        hint,
        ..outcome.clone()
    }
}
