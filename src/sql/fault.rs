//! Mistakes in SQL, in the reader's words.

use polars::prelude::DataType;

use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::{Lang, Text};

/// A mistake in an SQL text, told so that its writer can mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlFault {
    /// What kind of mistake it is.
    pub id: Id,
    /// What was found.
    pub found: Text,
    /// What was expected instead.
    pub expected: Text,
    /// The nearest valid name, where a name was wrong.
    pub nearest: Option<String>,
    /// The line and column within the SQL text, from 1, where known.
    pub at: Option<(usize, usize)>,
}

impl SqlFault {
    pub(super) fn new(id: Id, found: Text, expected: Text) -> Self {
        Self { id, found, expected, nearest: None, at: None }
    }

    pub(super) fn at(mut self, line: u64, column: u64) -> Self {
        // Line 0 is sqlparser's "unknown".
        if line > 0 {
            self.at = usize::try_from(line).ok().zip(usize::try_from(column).ok());
        }
        self
    }

    pub(super) fn near(mut self, nearest: Option<String>) -> Self {
        self.nearest = nearest;
        self
    }

    /// The same mistake, of the file and key where the SQL text stands: its line and column are those of the file where the place
    /// says where the text begins, and those of the text otherwise.
    pub fn in_place(self, place: Place) -> Fault {
        let mut found = self.found;
        let place = match self.at.map(|at| (at, place.word(at))) {
            Some((_, Some(word))) => word,
            Some(((line, column), None)) => {
                found = Text {
                    en: format!("{} (in the SQL, line {line}, column {column})", found.en).into(),
                    ja: format!("{}(SQLの{line}行{column}文字目)", found.ja).into(),
                };
                place
            }
            None => place,
        };
        Fault { nearest: self.nearest, ..Fault::new(self.id, place, found, self.expected) }
    }

    /// The whole message in one language, for logs and tests.
    pub fn display(&self, lang: Lang) -> String {
        let (found, expected) = (self.found.get(lang), self.expected.get(lang));
        let mut out = match lang {
            Lang::En => format!("found {found}; expected {expected}"),
            Lang::Ja => format!("見つかったもの: {found}。必要なもの: {expected}"),
        };
        if let Some(nearest) = &self.nearest {
            out += match lang {
                Lang::En => "; did you mean ",
                Lang::Ja => "。もしかして: ",
            };
            out += nearest;
        }
        out
    }
}

/// That something is not a condition.
pub(super) fn no_condition(found: &Text) -> SqlFault {
    let (en, ja) = (&found.en, &found.ja);
    SqlFault::new(
        Id::NoCondition,
        Text {
            en: format!("{en} where a condition should stand").into(),
            ja: format!("条件のあるべきところに{ja}").into(),
        },
        Text::new("a condition that is true or false, such as age >= 18", "age >= 18のように、真か偽になる条件"),
    )
}

/// What a column holds, in words.
pub(super) fn kind(dtype: &DataType) -> Text {
    match dtype {
        DataType::Boolean => Text::new("true/false", "真偽値"),
        DataType::String => Text::new("text", "文字列"),
        DataType::Date => Text::new("a date", "日付"),
        DataType::Null => Text::new("NULL", "NULL"),
        dtype if dtype.is_primitive_numeric() => Text::new("a number", "数"),
        other => Text::same(other.to_string()),
    }
}

/// A mistake that only polars saw, in the reader's words where they are known, in polars' own where not.
pub(super) fn fault_of(message: &str, shown: &[(String, String)]) -> SqlFault {
    let mut first = message.lines().next().unwrap_or_default().to_owned();
    for (internal, name) in shown {
        first = first.replace(internal, name);
    }
    let first = shorten_to(&first, 200);
    let has = |part: &str| message.contains(part);
    if has("predicate") && has("oolean") {
        return no_condition(&Text::new("something else", "別のもの"));
    }
    let known = KNOWN.iter().find(|(parts, ..)| parts.iter().any(|part| has(part)));
    match known {
        Some((_, found, expected)) => SqlFault::new(Id::BadTypes, found.clone(), expected.clone()),
        None => SqlFault::new(
            Id::SqlFailed,
            text!("SQL that cannot be run: {first}", "実行できないSQL: {first}"),
            Text::new("SQL as in the reference", "リファレンスどおりのSQL"),
        ),
    }
}

/// Mistakes that polars finds when it knows the types: parts of its message (any of them), what was found, what was expected.
static KNOWN: &[(&[&str], Text, Text)] = &[
    (
        &["cannot compare"],
        Text::new(
            "a comparison of text with a number, or of other things that differ in kind",
            "文字列と数など、種類の違うものの比較",
        ),
        Text::new(
            "both sides of the same kind: site = 'north', age >= 18",
            "両側が同じ種類の比較。例: site = 'north'、age >= 18",
        ),
    ),
    (
        &["arithmetic on dtypes"],
        Text::new("arithmetic with text or other things that are no numbers", "文字列など、数でないものの計算"),
        Text::new(
            "numbers; CAST(x AS DOUBLE) makes a number of a text",
            "数。文字列を数にするにはCAST(x AS DOUBLE)を使います",
        ),
    ),
    (
        &["expected String type", "expected `String`"],
        Text::new(
            "a function or LIKE for text, given something else",
            "文字列でないものに使われた、文字列用の関数かLIKE",
        ),
        Text::new(
            "text; CAST(x AS VARCHAR) makes a text of a number",
            "文字列。数を文字列にするにはCAST(x AS VARCHAR)を使います",
        ),
    ),
    (
        &["join keys don't match"],
        Text::new("a join of columns that differ in kind", "種類の違う列どうしの結合"),
        Text::new(
            "columns of the same kind; CAST one of them first, in WITH",
            "同じ種類の列。先にWITHの中で片方をCASTしてください",
        ),
    ),
    (
        &["join constraint"],
        Text::new("a condition after ON that joins cannot use", "JOINに使えないONの後の条件"),
        Text::new(
            "comparisons of one table's column with another's, joined by AND; other conditions in WHERE",
            "二つの表の列どうしの比較をANDでつないだもの。ほかの条件はWHEREに書きます",
        ),
    ),
    (
        &["pattern must be a string literal"],
        Text::new("LIKE with something other than a text after it", "後に文字列のないLIKE"),
        Text::new("LIKE 'a%'", "LIKE 'a%'"),
    ),
    (
        &["arguments for LIMIT"],
        Text::new("LIMIT or OFFSET without a number", "数のないLIMITかOFFSET"),
        Text::new("LIMIT 10", "LIMIT 10"),
    ),
];

/// At most 60 characters, for messages.
pub(super) fn shorten(text: &str) -> String {
    shorten_to(text, 60)
}

/// At most so many characters, for messages.
pub(super) fn shorten_to(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}
