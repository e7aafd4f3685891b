//! A mistake in something that a person wrote: where it stands, what was found, what was expected, the nearest valid name.

use std::borrow::Cow;

use crate::text;
use crate::text::{Lang, Text};

/// Where something stands in a file that a person wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Place {
    /// The file as the reader knows it, for example `plan.toml`.
    pub file: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The character within the line, from 1, where it is known.
    pub column: Option<usize>,
    /// The line and the character, both from 1, where the text of the value begins, where it stands in the file just as it is read.
    pub begins: Option<(usize, usize)>,
    /// The key, dotted from the top of the file, for example `train.epochs`; for a table of data, the column.
    pub key: Option<String>,
}

impl Place {
    /// A whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), ..Self::default() }
    }

    /// `plan.toml, line 12, train.epochs`; within a text, `plan.toml, line 12, column 9, cohort.where`
    pub fn display(&self, lang: Lang) -> String {
        let mut out = self.file.clone();
        if let Some(line) = self.line {
            out += &match lang {
                Lang::En => format!(", line {line}"),
                Lang::Ja => format!(" {line}行目"),
            };
        }
        if let Some(column) = self.column {
            out += &match lang {
                Lang::En => format!(", column {column}"),
                Lang::Ja => format!("の{column}文字目"),
            };
        }
        if let Some(key) = &self.key {
            out += &match lang {
                Lang::En => format!(", {key}"),
                Lang::Ja => format!("、{key}"),
            };
        }
        out
    }
}

/// A mistake, told so that the reader can mend it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Fault {
    /// Where it stands.
    pub place: Place,
    /// What was found.
    pub found: Text,
    /// What was expected instead.
    pub expected: Text,
    /// The nearest valid name, where a name was wrong.
    pub nearest: Option<String>,
}

impl Fault {
    /// A fault with no name to suggest. Its texts are cut to what a person reads: a value may be a whole file.
    pub fn new(place: Place, found: Text, expected: Text) -> Self {
        let Place { file, line, column, begins, key } = place;
        let key = key.map(|key| cut_owned(key.into()).into_owned());
        let place = Place { file: cut_owned(file.into()).into_owned(), line, column, begins, key };
        let both = |text: Text| Text { en: cut_owned(text.en), ja: cut_owned(text.ja) };
        Self { place, found: both(found), expected: both(expected), nearest: None }
    }

    /// The same fault with the valid name nearest to `name`, where one is near enough to be meant.
    #[must_use]
    pub fn near<'a>(mut self, name: &str, valid: impl IntoIterator<Item = &'a str>) -> Self {
        self.nearest = nearest(name, valid);
        self
    }
}

/// The longest text of a fault, in characters. A longer one loses its middle, for both ends say what it is.
const LONGEST: usize = 600;

fn cut(text: &str) -> Cow<'_, str> {
    // Bytes are an upper bound of characters, and known at once.
    if text.len() <= LONGEST || text.chars().nth(LONGEST).is_none() {
        return Cow::Borrowed(text);
    }
    let tail = LONGEST / 4;
    let head: String = text.chars().take(LONGEST - tail).collect();
    let end = text.char_indices().rev().nth(tail - 1).map_or(text.len(), |(at, _)| at);
    Cow::Owned(format!("{head} … {}", &text[end..]))
}

fn cut_owned(text: Cow<'static, str>) -> Cow<'static, str> {
    match cut(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(short) => Cow::Owned(short),
    }
}

/// The first `most` faults, and one more of the whole file that says how many others there are.
pub fn first(mut faults: Vec<Fault>, most: usize, file: &Place) -> Vec<Fault> {
    if faults.len() <= most {
        return faults;
    }
    let more = text::count(faults.len() - most);
    faults.truncate(most);
    faults.push(Fault::new(
        file.clone(),
        text!("and {more} more mistakes", "ほかにも{more}個の誤りがあります"),
        text!("the first {most} mended, then the others are told", "まず最初の{most}個を直すと、残りをお知らせします"),
    ));
    faults
}

/// The longest name for which a nearest one is looked for, in bytes: the search takes the square of its length.
const NAME: usize = 100;

/// The valid name that was probably meant by `name`: nearest by Damerau–Levenshtein distance, and within half its length.
pub fn nearest<'a>(name: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<String> {
    if name.len() > NAME {
        return None;
    }
    let name = name.to_lowercase();
    valid
        .into_iter()
        .filter(|candidate| candidate.len() <= NAME)
        .map(|candidate| (strsim::damerau_levenshtein(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().max(name.chars().count()) / 2)
        // Of equally near names, the one of the same length: letters are swapped more often than lost.
        .min_by_key(|(distance, candidate)| (*distance, candidate.chars().count().abs_diff(name.chars().count())))
        .map(|(_, candidate)| candidate.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_a_megabyte_is_cut_and_keeps_both_ends() {
        let value = "長い".repeat(400_000);
        let place = Place { line: Some(3), key: Some(value.clone()), ..Place::file(value.clone()) };
        let fault = Fault::new(place, text!("the text {value} here", "文字列 {value} です"), Text::new("less", "短く"));
        for text in
            [&*fault.found.en, &fault.found.ja, &fault.place.file, fault.place.key.as_deref().unwrap_or_default()]
        {
            assert!(text.chars().count() <= LONGEST + 3, "{}", text.chars().count());
        }
        assert!(fault.found.en.starts_with("the text 長い") && fault.found.en.ends_with("長い here"));
        assert_eq!(fault.clone().near(&value, ["a"]).nearest, None);
    }

    #[test]
    fn of_very_many_faults_the_first_are_told_and_the_others_counted() {
        let fault =
            |n: usize| Fault::new(Place { line: Some(n), ..Place::file("a") }, Text::same("x"), Text::same("y"));
        let told = first((1..=40_000).map(fault).collect(), 20, &Place::file("a"));
        assert_eq!(told.len(), 21);
        assert!(told[20].found.en.contains("39,980 more"), "{}", told[20].found.en);
        assert_eq!(first(vec![fault(1)], 20, &Place::file("a")).len(), 1);
    }
}
