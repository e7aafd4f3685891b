//! `answers.toml`: what the learner concludes.

use std::collections::BTreeMap;

use super::exercise::{Exercise, QuestionKind};
use diagnostics::fault::{Fault, Place};
use diagnostics::keys::{Assumed, Key, Kind, Need, Value};
use diagnostics::text;
use diagnostics::text::Text;

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A number.
    Number(f64),
    /// An interval.
    Interval(f64, f64),
    /// The id of a choice.
    Choice(String),
}

/// The answers by question; a question without one is not attempted.
pub type Answers = BTreeMap<String, Answer>;

/// The keys of `answers.toml` that every exercise has; the others are its questions.
pub const KEYS: &[Key<'static>] = &[Key::new(
    "exercise",
    Kind::String,
    Need::Optional,
    "The exercise and its version, as in prevalence-shift@1.",
    "演習の名前と版です（例：prevalence-shift@1）。",
)];

/// Hands the keys of an exercise's `answers.toml` to `use_keys`: one for each question.
pub fn with_keys<T>(exercise: &Exercise, use_keys: impl FnOnce(&[Key]) -> T) -> T {
    let words: Vec<Vec<&str>> = exercise
        .questions
        .iter()
        .map(|question| match &question.kind {
            QuestionKind::Choice(choices) => choices.iter().map(|(id, _)| id.as_str()).collect(),
            _ => Vec::new(),
        })
        .collect();
    let mut keys = KEYS.to_vec();
    for (question, words) in exercise.questions.iter().zip(&words) {
        let kind = match question.kind {
            QuestionKind::Choice(_) => Kind::Choice(words),
            QuestionKind::Interval { min, max } => Kind::Interval { min, max },
            QuestionKind::Number { min, max } => Kind::Number { min, max },
        };
        let help = question.prompt.clone();
        keys.push(Key { name: &question.id, kind, need: Need::Optional, unit: &question.unit, help });
    }
    use_keys(&keys)
}

/// Reads `answers.toml` against the exercise's questions. Gives beside the answers what was assumed of full-width numbers.
///
/// # Errors
/// Unknown questions, answers of another kind or out of range.
pub fn read(file: &str, bytes: &[u8], exercise: &Exercise) -> Result<(Answers, Vec<Assumed>), Vec<Fault>> {
    let (top, assumed) = with_keys(exercise, |keys| diagnostics::keys::read_kindly(file, bytes, keys))?;
    let mut faults: Vec<Fault> = reference_fault(top.maybe_string("exercise"), exercise).into_iter().collect();
    let mut answers = Answers::new();
    for question in &exercise.questions {
        let Some(entry) = top.get(&question.id) else { continue };
        let answer = match &entry.value {
            Value::Number(x) => Answer::Number(*x),
            Value::String(word) => Answer::Choice(word.clone()),
            Value::List(items) => match bounds(items) {
                // An interval left at [] is a question not yet answered.
                None if items.is_empty() => continue,
                Some((low, high)) => Answer::Interval(low, high),
                None => {
                    faults.push(entry.fault(
                        Text::new("a list that is no interval", "区間になっていない並び"),
                        Text::new("[low, high] with low ≤ high", "[下限, 上限]（下限 ≤ 上限）"),
                    ));
                    continue;
                }
            },
            _ => continue,
        };
        answers.insert(question.id.clone(), answer);
    }
    if faults.is_empty() { Ok((answers, assumed)) } else { Err(faults) }
}

fn bounds(items: &[diagnostics::keys::Written<Value>]) -> Option<(f64, f64)> {
    match items {
        [low, high] => match (&low.value, &high.value) {
            (Value::Number(low), Value::Number(high)) if low <= high => Some((*low, *high)),
            _ => None,
        },
        _ => None,
    }
}

/// The fault of a file that was written for another exercise or another version of it.
pub fn reference_fault(written: Option<diagnostics::keys::Written<String>>, exercise: &Exercise) -> Option<Fault> {
    let written = written?;
    let expected = exercise.reference();
    if written.value == expected {
        return None;
    }
    let found = &written.value;
    let place = Place { ..written.place.clone() };
    Some(Fault {
        nearest: Some(expected.clone()),
        ..Fault::new(place, text!("\"{found}\"", "\"{found}\""), text!("\"{expected}\"", "\"{expected}\""))
    })
}
