//! A mistake in something that a person wrote: where it stands, what was found, what was expected, the nearest valid name.

use crate::text::{Lang, Text};

/// Where something stands in a file that a person wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file as the reader knows it, for example `plan.toml`.
    pub file: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The key, dotted from the top of the file, for example `train.epochs`; for a table of data, the column.
    pub key: Option<String>,
}

impl Place {
    /// A whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), line: None, key: None }
    }

    /// `plan.toml, line 12, train.epochs`
    pub fn display(&self, lang: Lang) -> String {
        let mut out = self.file.clone();
        if let Some(line) = self.line {
            out += &match lang {
                Lang::En => format!(", line {line}"),
                Lang::Ja => format!(" {line}行目"),
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// A fault with no name to suggest.
    pub fn new(place: Place, found: Text, expected: Text) -> Self {
        Self { place, found, expected, nearest: None }
    }

    /// The same fault with the valid name nearest to `name`, where one is near enough to be meant.
    #[must_use]
    pub fn near<'a>(mut self, name: &str, valid: impl IntoIterator<Item = &'a str>) -> Self {
        self.nearest = nearest(name, valid);
        self
    }
}

/// The valid name that was probably meant by `name`: nearest by Damerau–Levenshtein distance, and within half its length.
pub fn nearest<'a>(name: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let name = name.to_lowercase();
    valid
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().max(name.chars().count()) / 2)
        // Of equally near names, the one of the same length: letters are swapped more often than lost.
        .min_by_key(|(distance, candidate)| (*distance, candidate.chars().count().abs_diff(name.chars().count())))
        .map(|(_, candidate)| candidate.to_owned())
}
