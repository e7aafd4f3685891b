//! A mistake in something that a person wrote: where it stands, what was found, what was expected, the nearest valid name.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

pub use crate::id::Id;
use crate::text;
use crate::text::{Lang, Text, narrow};

/// Where something stands in a file that a person wrote. Two places are the same where file, line, range and key are.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(from = "Kept", into = "Kept")]
pub struct Place {
    /// The file as the reader knows it, for example `plan.toml`.
    pub file: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The stretch of the file's text, where the text is at hand: of tables of data it is not.
    pub spot: Option<Spot>,
    /// The key, dotted from the top of the file, for example `train.epochs`; for a table of data, the column.
    pub key: Option<String>,
}

/// By file, line, range and key.
type Order<'p> = (&'p str, Option<usize>, Option<(usize, usize)>, Option<&'p str>);

impl Place {
    /// A whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), ..Self::default() }
    }

    /// A stretch of a file's text, in bytes; `text` is the whole file's, without a byte-order mark.
    pub fn of(file: impl Into<String>, text: &Arc<str>, range: Range<usize>) -> Self {
        let line = text.get(..range.start).map(|before| before.matches('\n').count() + 1);
        Self { line, spot: line.map(|_| Spot::new(text, range)), ..Self::file(file) }
    }

    /// The character of its line on which it begins, from 1, where it lies inside of a value's text.
    pub fn column(&self) -> Option<usize> {
        self.spot.as_ref().filter(|spot| spot.within).and_then(Spot::column)
    }

    /// A part of the text that is the value at this place, in bytes of the value; none where the file does not hold the text as it
    /// is read.
    pub fn part(&self, part: Range<usize>) -> Option<Self> {
        let spot = self.spot.as_ref()?;
        let (start, raw) = spot.inside()?;
        // Line ends are read as one byte, whatever the file has.
        let in_file = |offset: usize| {
            let ends =
                raw.match_indices("\r\n").enumerate().take_while(|(before, (at, _))| at - before < offset).count();
            (offset + ends <= raw.len()).then_some(start + offset + ends)
        };
        self.narrowed(in_file(part.start)?..in_file(part.end)?)
    }

    /// The word or sign at a line and a character, both from 1, of the text that is the value at this place.
    pub fn word(&self, (line, column): (usize, usize)) -> Option<Self> {
        let (start, raw) = self.spot.as_ref()?.inside()?;
        let begins = raw.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum::<usize>();
        let of_line = raw.get(begins..)?;
        let skipped = of_line.char_indices().nth(column.checked_sub(1)?).map_or(of_line.len(), |(at, _)| at);
        let rest = &of_line[skipped..];
        let is_part = |sign: char| sign.is_alphanumeric() || sign == '_';
        let long = match rest.find(|sign| !is_part(sign)) {
            Some(0) => rest.chars().next().map_or(0, char::len_utf8),
            Some(end) => end,
            None => rest.len(),
        };
        let at = start + begins + skipped;
        self.narrowed(at..at + long)
    }

    /// What `find` finds in the file's text from this place on, as a part of the value.
    pub fn after(&self, find: impl FnOnce(&str) -> Option<Range<usize>>) -> Option<Self> {
        let spot = self.spot.as_ref()?;
        let found = find(spot.text.get(spot.range.start.checked_sub(spot.start)?..)?)?;
        self.narrowed(spot.range.start + found.start..spot.range.start + found.end)
    }

    /// The same file and key at another range of its text, which lies inside of a value.
    fn narrowed(&self, range: Range<usize>) -> Option<Self> {
        let spot = self.spot.as_ref()?;
        let (from, to) = (spot.range.start.min(range.start), spot.range.start.max(range.start));
        let between = spot.text.get(from.checked_sub(spot.start)?..to.checked_sub(spot.start)?)?.matches('\n').count();
        let line = if range.start < spot.range.start { self.line?.checked_sub(between)? } else { self.line? + between };
        Some(Self { line: Some(line), spot: Some(Spot { range, within: true, ..spot.clone() }), ..self.clone() })
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
        if let Some(column) = self.column() {
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

    fn order(&self) -> Order<'_> {
        let range = self.spot.as_ref().map(|spot| (spot.range.start, spot.range.end));
        (&self.file, self.line, range, self.key.as_deref())
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}

impl Eq for Place {}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}

/// A stretch of a file's text.
#[derive(Clone)]
pub struct Spot {
    /// The file's text; of a fault that was kept, the lines of the stretch.
    text: Arc<str>,
    /// Where `text` begins in the file, in bytes.
    start: usize,
    /// In bytes of the file, not counting a byte-order mark.
    range: Range<usize>,
    /// Whether it lies inside of a value's text.
    within: bool,
}

/// The longest lines that are quoted, in bytes.
const QUOTED: usize = 4096;

impl Spot {
    /// A stretch of a whole file's text, in bytes.
    pub fn new(text: &Arc<str>, range: Range<usize>) -> Self {
        Self { text: Arc::clone(text), start: 0, range, within: false }
    }

    /// Its bytes in the file, not counting a byte-order mark.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// The lines that it touches, and its bytes in them; none where they are too long to be quoted.
    pub fn lines(&self) -> Option<(&str, Range<usize>)> {
        let (from, to) = (self.range.start.checked_sub(self.start)?, self.range.end.checked_sub(self.start)?);
        let first = self.text.get(..from)?.rfind('\n').map_or(0, |at| at + 1);
        let last = to + self.text.get(to..)?.find('\n').unwrap_or(self.text.len() - to);
        let lines = self.text.get(first..last).filter(|lines| lines.len() <= QUOTED)?;
        Some((lines.strip_suffix('\r').unwrap_or(lines), from - first..to - first))
    }

    fn column(&self) -> Option<usize> {
        let before = self.text.get(..self.range.start.checked_sub(self.start)?)?;
        Some(before.rsplit('\n').next().unwrap_or_default().chars().count() + 1)
    }

    /// Where the text of a TOML value begins in the file, and the text, where it stands there as it is read.
    fn inside(&self) -> Option<(usize, &str)> {
        let written =
            self.text.get(self.range.start.checked_sub(self.start)?..self.range.end.checked_sub(self.start)?)?;
        let quotes = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quotes| written.starts_with(quotes))?;
        let inner = written.strip_prefix(quotes)?.strip_suffix(quotes)?;
        if quotes.starts_with('"') && inner.contains('\\') {
            return None;
        }
        // A line end right after the opening quotes belongs to them.
        let skipped = match quotes.len() {
            3 if inner.starts_with("\r\n") => 2,
            3 if inner.starts_with('\n') => 1,
            _ => 0,
        };
        Some((self.range.start + quotes.len() + skipped, &inner[skipped..]))
    }
}

impl fmt::Debug for Spot {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Spot({:?})", self.range)
    }
}

/// A place as it is kept in a file of ours: with the lines that it touches, not the whole text.
#[derive(serde::Serialize, serde::Deserialize)]
struct Kept {
    file: String,
    line: Option<usize>,
    #[serde(default)]
    column: Option<usize>,
    #[serde(default)]
    range: Option<[usize; 2]>,
    #[serde(default)]
    within: bool,
    #[serde(default)]
    lines: Option<String>,
    key: Option<String>,
}

impl From<Place> for Kept {
    fn from(place: Place) -> Self {
        let column = place.spot.as_ref().and_then(Spot::column);
        let Place { file, line, spot, key } = place;
        let lines = spot.as_ref().and_then(Spot::lines).map(|(lines, _)| lines.to_owned());
        let range = spot.as_ref().map(|spot| [spot.range.start, spot.range.end]);
        Self { file, line, column, range, within: spot.is_some_and(|spot| spot.within), lines, key }
    }
}

impl From<Kept> for Place {
    fn from(kept: Kept) -> Self {
        let Kept { file, line, column, range, within, lines, key } = kept;
        let spot = || {
            let ([start, end], lines, column) = (range?, lines?, column?);
            let before: usize = lines.chars().take(column.checked_sub(1)?).map(char::len_utf8).sum();
            Some(Spot { text: lines.into(), start: start.checked_sub(before)?, range: start..end, within })
        };
        Self { spot: spot(), file, line, key }
    }
}

/// A mistake, told so that the reader can mend it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Fault {
    /// What kind of mistake it is.
    pub id: Id,
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
    pub fn new(id: Id, place: Place, found: Text, expected: Text) -> Self {
        let Place { file, line, spot, key } = place;
        let key = key.map(|key| cut_owned(key.into()).into_owned());
        let place = Place { file: cut_owned(file.into()).into_owned(), line, spot, key };
        let both = |text: Text| Text { en: cut_owned(text.en), ja: cut_owned(text.ja) };
        Self { id, place, found: both(found), expected: both(expected), nearest: None }
    }

    /// Something that is there already where something new was to be written: it stays as it is.
    pub fn already_there(file: impl Into<String>, found: Text) -> Self {
        let expected = Text::new(
            "a new name, or what is there moved away first: nothing is overwritten",
            "新しい名前にするか、今あるものを先に移動してください（上書きはしません）",
        );
        Self::new(Id::AlreadyThere, Place::file(file), found, expected)
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
        Id::More,
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
    // `ｐａｔｉｅｎｔ` of a Japanese keyboard is `patient`.
    let name = name.chars().map(narrow).collect::<String>().to_lowercase();
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
        let fault = Fault::new(
            Id::TooLong,
            place,
            text!("the text {value} here", "文字列 {value} です"),
            Text::new("less", "短く"),
        );
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
        let fault = |n: usize| {
            Fault::new(Id::NotToml, Place { line: Some(n), ..Place::file("a") }, Text::same("x"), Text::same("y"))
        };
        let told = first((1..=40_000).map(fault).collect(), 20, &Place::file("a"));
        assert_eq!(told.len(), 21);
        assert!(told[20].found.en.contains("39,980 more"), "{}", told[20].found.en);
        assert_eq!(first(vec![fault(1)], 20, &Place::file("a")).len(), 1);
    }

    #[test]
    fn a_part_of_a_value_is_found_in_its_file_whatever_the_line_ends() {
        for (written, value) in [
            ("a = 1\nwhere = 'x = 前 AND bad > 1'", "x = 前 AND bad > 1"),
            ("a = 1\r\nwhere = '''\r\nSELECT 前\r\nFROM bad'''", "SELECT 前\nFROM bad"),
        ] {
            let text: Arc<str> = written.into();
            let whole = Place::of("plan.toml", &text, written.find('\'').unwrap()..written.len());
            let at = value.find("bad").unwrap();
            let line = value[..at].matches('\n').count();
            let column = value[..at].rsplit('\n').next().unwrap().chars().count() + 1;
            for part in [whole.part(at..at + 3).unwrap(), whole.word((line + 1, column)).unwrap()] {
                assert_eq!(&written[part.spot.clone().unwrap().range()], "bad");
                assert_eq!(part.line, Some(written[..written.find("bad").unwrap()].matches('\n').count() + 1));
                assert_eq!(part.column(), Some(if line == 0 { 9 + column } else { column }));
                let again: Place = serde_json::from_str(&serde_json::to_string(&part).unwrap()).unwrap();
                assert_eq!((&again, again.column()), (&part, part.column()));
                assert_eq!(again.spot.unwrap().lines(), part.spot.unwrap().lines());
            }
        }
        // What is escaped stands in the file in another form than it is read.
        let text: Arc<str> = "where = \"x = '\\u0041'\"".into();
        assert_eq!(Place::of("plan.toml", &text, 8..text.len()).part(0..1), None);
    }
}
