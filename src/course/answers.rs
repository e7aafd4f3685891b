//! `answers.toml`: what the learner concludes.

use std::collections::{BTreeMap, BTreeSet};

use super::exercise::{BEFORE, Exercise, Question, QuestionKind};
use super::grid::Cells;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::keys::{Assumed, Key, Kind, Need, Section, Value, Written};
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
    /// The ids of those that are chosen or marked.
    Several(BTreeSet<String>),
    /// The ids of all items, first to last.
    Order(Vec<String>),
    /// A number in each cell of a table.
    Table(Cells),
}

/// The answers by question; a question without one is not attempted.
pub type Answers = BTreeMap<String, Answer>;

/// What a learner writes beside the answers; nothing judges it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unjudged {
    /// What was expected before the first run, by question.
    pub expected: BTreeMap<String, Expected>,
    /// The decision, in the learner's own words.
    pub memo: Option<String>,
    /// Tables of which some cells are filled in and some are not: no answers yet, by question.
    pub begun: BTreeMap<String, Cells>,
}

impl Unjudged {
    /// The cells that are empty in the table of a question that is begun; nothing of another.
    pub fn empty(&self, question: &Question) -> Option<String> {
        let QuestionKind::Table(grid) = &question.kind else { return None };
        let empty = grid.empty(self.begun.get(&question.id)?);
        let cells: Vec<String> = empty.into_iter().map(|((row, _), column)| format!("{row}.{}", column.id)).collect();
        Some(cells.join(", "))
    }

    /// What is missing in the tables of `file` that are begun.
    pub fn missing(&self, file: &str, exercise: &Exercise) -> Vec<Text> {
        let of = |question: &Question| {
            let (id, list) = (&question.id, self.empty(question)?);
            Some(text!(
                "{file}: `{id}` counts as not answered yet; empty: {list}.",
                "{file}：`{id}` は未回答とみなします。空欄：{list}"
            ))
        };
        exercise.questions.iter().filter_map(of).collect()
    }
}

/// What somebody expects.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// A range that should hold the truth in 8 of 10 cases.
    Range(f64, f64),
    /// The id of a choice, and how sure.
    Choice(String, Sure),
    /// "I do not know": an answer too.
    Unknown,
}

/// How sure somebody is of a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sure {
    /// Nearly certain.
    Sure,
    /// More likely than not.
    Rather,
    /// A guess.
    Guess,
}

impl Sure {
    /// All of them, the surest first.
    pub const ALL: [Self; 3] = [Self::Sure, Self::Rather, Self::Guess];

    /// Their words, in the same order.
    pub const WORDS: &'static [&'static str] = &["sure", "rather", "guess"];

    /// The key under which a choice is written.
    pub fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }
}

const SURE: &[Key<'static>] = &[
    Key::new(Sure::WORDS[0], Kind::String, Need::Optional, "The choice, where you are sure.", "確信がある選択です。"),
    Key::new(
        Sure::WORDS[1],
        Kind::String,
        Need::Optional,
        "The choice, where you rather think so.",
        "おそらくそうだと思う選択です。",
    ),
    Key::new(Sure::WORDS[2], Kind::String, Need::Optional, "The choice, where it is a guess.", "勘での選択です。"),
];

/// What is written where one does not know what to expect.
pub const UNKNOWN: &str = "unknown";

/// A memo has so many letters at most.
const LONGEST: usize = 4_000;

/// The keys of `answers.toml` that every exercise has; the others are its questions.
pub const KEYS: &[Key<'static>] = &[
    Key::new(
        "exercise",
        Kind::String,
        Need::Optional,
        "The exercise and its version, as in sepsis-alarm@1.",
        "演習の名前と版です（例：sepsis-alarm@1）。",
    ),
    Key::new(
        BEFORE,
        Kind::Map(&Kind::Either(&[
            Kind::Interval { min: -1e12, max: 1e12 },
            Kind::OneOf(SURE),
            Kind::Choice(&[UNKNOWN]),
        ])),
        Need::Optional,
        "What you expect, written before the first run: by question a range [low, high] that should hold the truth in 8 of 10 cases; a choice with how sure you are, as in { rather = \"…\" } (sure, rather or guess); or \"unknown\".",
        "最初の実行の前に書く予想です。問いごとに、10回のうち8回は真の値を含むと思う範囲 [下限, 上限]、確信の程度を付けた選択（例：{ rather = \"…\" }。sureは確信がある、ratherはおそらく、guessは勘）、または \"unknown\"（分からない）を書きます。",
    ),
];

/// Hands the keys of an exercise's `answers.toml` to `use_keys`: one for each question.
pub fn with_keys<T>(exercise: &Exercise, use_keys: impl FnOnce(&[Key]) -> T) -> T {
    fn words(question: &Question) -> Vec<&str> {
        match &question.kind {
            QuestionKind::Choice(choices) => choices.iter().map(|(id, _)| id.as_str()).collect(),
            QuestionKind::Several(several) => several.ids(),
            QuestionKind::Order(order) => order.ids(),
            QuestionKind::Number { .. } | QuestionKind::Interval { .. } | QuestionKind::Table(_) => Vec::new(),
        }
    }
    /// The keys of a row of a table.
    fn cells(question: &Question) -> Vec<Key<'_>> {
        match &question.kind {
            QuestionKind::Table(grid) => grid.keys(),
            QuestionKind::Number { .. }
            | QuestionKind::Interval { .. }
            | QuestionKind::Choice(_)
            | QuestionKind::Several(_)
            | QuestionKind::Order(_) => Vec::new(),
        }
    }
    /// The keys of a table: its rows.
    fn rows<'a>(question: &'a Question, cells: &'a [Key<'a>]) -> Vec<Key<'a>> {
        let QuestionKind::Table(grid) = &question.kind else { return Vec::new() };
        let key = |(id, title): &'a (String, Text)| {
            Key::given(id, Kind::Table(cells), Need::Optional, Text::default(), title.clone())
        };
        grid.rows.iter().map(key).collect()
    }
    fn kind<'a>(question: &Question, words: &'a [&'a str], one: &'a Kind<'a>, rows: &'a [Key<'a>]) -> Kind<'a> {
        match question.kind {
            QuestionKind::Several(_) | QuestionKind::Order(_) => Kind::List(one),
            QuestionKind::Table(_) => Kind::Table(rows),
            QuestionKind::Choice(_) => Kind::Choice(words),
            QuestionKind::Interval { min, max } => Kind::Interval { min, max },
            QuestionKind::Number { min, max } => Kind::Number { min, max },
        }
    }
    fn key<'a>(question: &'a Question, kind: Kind<'a>, is_scored: bool) -> Key<'a> {
        let Text { en, ja } = &question.prompt;
        let help = match question.max_width {
            Some(most) => text!("{en} At most {most} wide.", "{ja}幅は{most}以下です。"),
            None if is_scored && question.tries() == 1 => {
                text!("{en} The first answer that is checked counts.", "{ja}最初に判定を受けた解答で決まります。")
            }
            None => question.prompt.clone(),
        };
        Key::given(&question.id, kind, Need::Optional, question.unit.clone(), help)
    }
    let (of_before, of_after): (Vec<Vec<&str>>, Vec<Vec<&str>>) =
        (exercise.before.iter().map(words).collect(), exercise.questions.iter().map(words).collect());
    // What a list of several items holds.
    let ones: Vec<Kind> = of_after.iter().map(|words| Kind::Choice(words)).collect();
    let of_cells: Vec<Vec<Key>> = exercise.questions.iter().map(cells).collect();
    let of_rows: Vec<Vec<Key>> =
        exercise.questions.iter().zip(&of_cells).map(|(question, cells)| rows(question, cells)).collect();
    // A choice under the word that says how sure one is.
    let sure: Vec<Vec<Key>> = of_before
        .iter()
        .map(|words| SURE.iter().map(|key| Key { kind: Kind::Choice(words), ..key.clone() }).collect())
        .collect();
    let either: Vec<[Kind; 2]> = exercise
        .before
        .iter()
        .zip(&sure)
        .map(|(question, sure)| {
            let expected = match question.kind {
                QuestionKind::Choice(_) => Kind::OneOf(sure),
                QuestionKind::Number { .. }
                | QuestionKind::Interval { .. }
                | QuestionKind::Several(_)
                | QuestionKind::Order(_)
                | QuestionKind::Table(_) => kind(question, &[], &Kind::String, &[]),
            };
            [expected, Kind::Choice(&[UNKNOWN])]
        })
        .collect();
    let before: Vec<Key> = exercise
        .before
        .iter()
        .zip(&either)
        .map(|(question, either)| key(question, Kind::Either(either), false))
        .collect();
    let mut keys = KEYS.to_vec();
    if before.is_empty() {
        keys.retain(|key| key.name != BEFORE);
    }
    keys.iter_mut().filter(|key| key.name == BEFORE).for_each(|key| key.kind = Kind::Table(&before));
    keys.extend(
        exercise
            .questions
            .iter()
            .zip(of_after.iter().zip(ones.iter().zip(&of_rows)))
            .map(|(question, (words, (one, rows)))| key(question, kind(question, words, one, rows), true)),
    );
    keys.extend(
        exercise
            .memo
            .iter()
            .map(|memo| Key::given(&memo.id, Kind::String, Need::Optional, Text::default(), memo.prompt.clone())),
    );
    use_keys(&keys)
}

/// Reads `answers.toml` against the exercise's questions. Gives the answers, what nothing judges, and what was assumed of full-width
/// numbers.
///
/// # Errors
/// Unknown questions, answers of another kind or out of range.
pub fn read(file: &str, bytes: &[u8], exercise: &Exercise) -> Result<(Answers, Unjudged, Vec<Assumed>), Vec<Fault>> {
    let (top, assumed) = with_keys(exercise, |keys| diagnostics::keys::read_kindly(file, bytes, keys))
        .map_err(|faults| faults.into_iter().map(|fault| misplaced(fault, exercise)).collect::<Vec<_>>())?;
    let mut faults: Vec<Fault> = reference_fault(top.maybe_string("exercise"), exercise).into_iter().collect();
    let mut answers = Answers::new();
    let mut unjudged = Unjudged::default();
    for question in &exercise.questions {
        let Some(entry) = top.get(&question.id) else { continue };
        let answer = match &entry.value {
            Value::Number(x) => Answer::Number(*x),
            Value::List(items) if let QuestionKind::Order(order) = &question.kind => match order.read(entry, items) {
                Ok(Some(order)) => Answer::Order(order),
                Ok(None) => continue,
                Err(fault) => {
                    faults.push(fault);
                    continue;
                }
            },
            Value::Table(section) => {
                let QuestionKind::Table(grid) = &question.kind else { continue };
                let cells = grid.read(section);
                if !grid.empty(&cells).is_empty() {
                    if !cells.is_empty() {
                        unjudged.begun.insert(question.id.clone(), cells);
                    }
                    continue;
                }
                Answer::Table(cells)
            }
            Value::String(word) => Answer::Choice(word.clone()),
            Value::List(items) if matches!(question.kind, QuestionKind::Several(_)) => {
                let word = |item: &Written<Value>| match &item.value {
                    Value::String(word) => Some(word.clone()),
                    _ => None,
                };
                Answer::Several(items.iter().filter_map(word).collect())
            }
            // An interval left at [] is a question not yet answered.
            Value::List(items) if items.is_empty() => continue,
            Value::List(items) => match interval(entry, items) {
                Ok((low, high)) => {
                    if let Some(fault) = too_wide(question, entry, (low, high)) {
                        faults.push(fault);
                        continue;
                    }
                    Answer::Interval(low, high)
                }
                Err(fault) => {
                    faults.push(fault);
                    continue;
                }
            },
            _ => continue,
        };
        answers.insert(question.id.clone(), answer);
    }
    for (id, entry) in top.maybe_table(BEFORE).into_iter().flat_map(Section::entries) {
        let expected = match &entry.value {
            Value::String(_) => Expected::Unknown,
            Value::List(items) if items.is_empty() => continue,
            Value::List(items) => match interval(entry, items) {
                Ok((low, high)) => Expected::Range(low, high),
                Err(fault) => {
                    faults.push(fault);
                    continue;
                }
            },
            Value::Table(section) => {
                let of = |sure: Sure| Some(Expected::Choice(section.maybe_string(sure.word())?.value, sure));
                let Some(expected) = Sure::ALL.into_iter().find_map(of) else { continue };
                expected
            }
            _ => continue,
        };
        unjudged.expected.insert(id.to_owned(), expected);
    }
    if let Some(memo) = exercise.memo.as_ref().and_then(|memo| top.maybe_string(&memo.id)) {
        let letters = memo.value.chars().count();
        if letters > LONGEST {
            faults.push(memo.fault(
                Id::TooLong,
                text!("{letters} letters", "{letters}文字"),
                text!("at most {LONGEST}", "{LONGEST}文字まで"),
            ));
        }
        // A text left at "" is not yet written.
        unjudged.memo = Some(memo.value).filter(|memo| !memo.trim().is_empty());
    }
    if faults.is_empty() { Ok((answers, unjudged, assumed)) } else { Err(faults) }
}

fn interval(entry: &Written<Value>, items: &[Written<Value>]) -> Result<(f64, f64), Fault> {
    bounds(items).ok_or_else(|| {
        entry.fault(
            Id::BadInterval,
            Text::new("a list that is no interval", "区間になっていない並び"),
            Text::new("[low, high] with low ≤ high", "[下限, 上限]（下限 ≤ 上限）"),
        )
    })
}

/// An interval that is wider than its check allows: that it holds the figure would say nothing.
fn too_wide(question: &Question, entry: &Written<Value>, (low, high): (f64, f64)) -> Option<Fault> {
    let most = question.max_width?;
    // 0.3 - 0.1 is a little more than 0.2.
    if high - low <= most * (1.0 + 1e-9) {
        return None;
    }
    let width = format!("{:.6}", high - low);
    let width = width.trim_end_matches('0').trim_end_matches('.');
    let Text { en: unit, ja: unit_ja } = &question.unit;
    let [unit, unit_ja] =
        [unit, unit_ja].map(|unit| if unit.is_empty() { String::new() } else { format!(" ({unit})") });
    Some(entry.fault(
        Id::BadInterval,
        text!("an interval that is {width} wide: [{low}, {high}]", "幅が{width}の区間 [{low}, {high}]"),
        text!(
            "an interval at most {most} wide{unit}, in which you expect the figure; this costs no try",
            "幅が{most}以下の区間{unit_ja}（値が入ると思う範囲）。解答の回数には数えません"
        ),
    ))
}

fn bounds(items: &[Written<Value>]) -> Option<(f64, f64)> {
    match items {
        [low, high] => match (&low.value, &high.value) {
            (Value::Number(low), Value::Number(high)) if low <= high => Some((*low, *high)),
            _ => None,
        },
        _ => None,
    }
}

/// An answer that stands below the line `[before]` is a key of that table: the key may be right, and only its place wrong.
fn misplaced(fault: Fault, exercise: &Exercise) -> Fault {
    let key = fault.place.key.as_deref().and_then(|key| key.strip_prefix("before.")).map(str::to_owned);
    let is_answer = |key: &String| {
        exercise.questions.iter().any(|question| question.id == *key)
            || exercise.memo.as_ref().is_some_and(|memo| memo.id == *key)
    };
    match key.filter(is_answer) {
        Some(key) if fault.id == Id::UnknownKey => {
            let Text { en, ja } = &fault.expected;
            let expected = text!(
                "your answer `{key}` above the line [before]; below it stands what you expect, {en}",
                "解答の `{key}` は [before] の行より上に書きます（この行より下は予想で、{ja}）"
            );
            Fault { expected, ..fault }
        }
        _ => fault,
    }
}

/// The fault of a file that was written for another exercise or another version of it.
pub fn reference_fault(written: Option<Written<String>>, exercise: &Exercise) -> Option<Fault> {
    let written = written?;
    let expected = exercise.reference();
    if written.value == expected {
        return None;
    }
    let found = &written.value;
    let place = Place { ..written.place.clone() };
    Some(Fault {
        nearest: Some(expected.clone()),
        ..Fault::new(
            Id::UnknownWord,
            place,
            text!("\"{found}\"", "\"{found}\""),
            text!("\"{expected}\"", "\"{expected}\""),
        )
    })
}
