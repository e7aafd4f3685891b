//! The language in which each key of each file is defined once: name, kind, range, unit, default and a sentence of help.
//!
//! [`read`] is the only way in for TOML: it returns a [`Section`] in which every key is known, of its kind and in its range, with
//! the defaults filled in, or every [`Fault`] at once. Error messages, documentation and schemas all come from the same [`Key`]s.

mod assumed;
mod typing;

pub use assumed::Assumed;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::fault::{Fault, Id, Place, Spot};
use crate::text;
use crate::text::Text;
use typing::Slip;

/// One key of a file.
#[derive(Clone, Debug)]
pub struct Key<'a> {
    /// Its name, as written.
    pub name: &'a str,
    /// What it may hold.
    pub kind: Kind<'a>,
    /// Whether it must be there, and what stands in for it.
    pub need: Need<'a>,
    /// The unit of its value, empty where it has none.
    pub unit: Text,
    /// What it does, in a sentence.
    pub help: Text,
    /// What a form calls it; where nothing stands here, its help does for that, too.
    pub title: Option<Short>,
    /// What the words mean of which it holds one.
    pub meanings: &'a [(&'static str, Short)],
}

/// A few words in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Short {
    /// In English.
    pub en: &'static str,
    /// In Japanese.
    pub ja: &'static str,
}

impl Short {
    /// The words in both languages.
    pub const fn new(en: &'static str, ja: &'static str) -> Self {
        Self { en, ja }
    }

    /// The same as a text.
    pub const fn text(self) -> Text {
        Text::new(self.en, self.ja)
    }
}

/// What a key may hold.
#[derive(Clone, Debug)]
pub enum Kind<'a> {
    /// A text.
    String,
    /// An SQL expression or query, kept with its place so that a mistake in it can be located.
    Sql,
    /// A text in both languages: `{ en = "…", ja = "…" }`.
    Bilingual,
    /// A whole number from `min` to `max`.
    Whole {
        /// Smallest allowed.
        min: i64,
        /// Largest allowed.
        max: i64,
    },
    /// A number from `min` to `max`.
    Number {
        /// Smallest allowed.
        min: f64,
        /// Largest allowed.
        max: f64,
    },
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Choice(&'a [&'a str]),
    /// A list.
    List(&'a Kind<'a>),
    /// An interval `[low, high]` of numbers from `min` to `max`; `[]` where none is given yet.
    Interval {
        /// Smallest allowed.
        min: f64,
        /// Largest allowed.
        max: f64,
    },
    /// A table with these keys.
    Table(&'a [Key<'a>]),
    /// A table with exactly one of these keys.
    OneOf(&'a [Key<'a>]),
    /// A list of tables with these keys (`[[name]]`).
    Tables(&'a [Key<'a>]),
    /// A table whose key `kind` says which further keys it has; the first kind stands in for a missing one. The function lists
    /// them, so that a registry on a higher floor can define them.
    Kinds(fn() -> Vec<(&'static str, &'static [Key<'static>])>),
    /// A table whose keys are the writer's own names.
    Map(&'a Kind<'a>),
    /// The first of these kinds that fits.
    Either(&'a [Kind<'a>]),
}

/// Whether a key must be there.
#[derive(Clone, Copy, Debug)]
pub enum Need<'a> {
    /// It must.
    Required,
    /// It may be left out, and then nothing stands in for it.
    Optional,
    /// It may be left out, and then this TOML value stands in for it.
    Default(&'a str),
}

/// The units of keys that Japanese writes otherwise.
const UNITS: &[(&str, &str)] = &[
    ("pixels", "画素"),
    ("rows", "行"),
    ("passes", "回"),
    ("epochs", "エポック"),
    ("channels", "チャンネル"),
    ("blocks", "ブロック"),
    ("stages", "段"),
    ("halvings", "回の縮小"),
    ("steps", "時点"),
    ("units", "ユニット"),
    ("units per layer", "各層のユニット数"),
    ("share of units", "ユニットの割合"),
    ("share of units, or an SQL condition", "割合、または条件"),
    ("s", "秒"),
    ("s or mm", "秒またはmm"),
    ("days", "日"),
    ("minutes", "分"),
    ("risk", "リスク"),
    ("points", "点"),
];

/// A unit in both languages; where no Japanese one is listed, it is written alike.
const fn unit_of(en: &'static str) -> Text {
    let mut at = 0;
    while at < UNITS.len() {
        let (listed, ja) = UNITS[at];
        if alike(listed.as_bytes(), en.as_bytes()) {
            return Text::new(en, ja);
        }
        at += 1;
    }
    Text::new(en, en)
}

/// `==` for constants.
const fn alike(a: &[u8], b: &[u8]) -> bool {
    let (mut at, same) = (0, a.len() == b.len());
    while same && at < a.len() && a[at] == b[at] {
        at += 1;
    }
    same && at == a.len()
}

impl<'a> Key<'a> {
    /// A key without a unit.
    pub const fn new(name: &'a str, kind: Kind<'a>, need: Need<'a>, en: &'static str, ja: &'static str) -> Self {
        Self::measured(name, kind, need, "", en, ja)
    }

    /// A key with a unit.
    pub const fn measured(
        name: &'a str,
        kind: Kind<'a>,
        need: Need<'a>,
        unit: &'static str,
        en: &'static str,
        ja: &'static str,
    ) -> Self {
        Self::given(name, kind, need, unit_of(unit), Text::new(en, ja))
    }

    /// A key that somebody else's file defines.
    pub const fn given(name: &'a str, kind: Kind<'a>, need: Need<'a>, unit: Text, help: Text) -> Self {
        Self { name, kind, need, unit, help, title: None, meanings: &[] }
    }

    /// The same key with what a form calls it.
    #[must_use]
    pub const fn called(mut self, en: &'static str, ja: &'static str) -> Self {
        self.title = Some(Short::new(en, ja));
        self
    }

    /// The same key with what its words mean.
    #[must_use]
    pub const fn meaning(mut self, meanings: &'a [(&'static str, Short)]) -> Self {
        self.meanings = meanings;
        self
    }
}

/// A value with the place where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Written<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

impl<T> Written<T> {
    /// The fault of this value.
    pub fn fault(&self, id: Id, found: Text, expected: Text) -> Fault {
        Fault::new(id, self.place.clone(), found, expected)
    }
}

/// A checked value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text, SQL or a chosen word.
    String(String),
    /// Text in both languages.
    Text(Text),
    /// A whole number.
    Whole(i64),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Flag(bool),
    /// A list.
    List(Vec<Written<Value>>),
    /// A table.
    Table(Section),
}

/// A checked table: every key known, of its kind, in its range; defaults filled in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// Where the table begins.
    pub place: Place,
    entries: BTreeMap<String, Written<Value>>,
}

/// The largest file that is read, in bytes: plans, answers and courses have a few thousand.
const LARGEST: usize = 1 << 20;

/// A large file, in bytes: a plan has a few hundred.
const LARGE: usize = 1 << 16;

/// So many mistakes of a file are told; the others are counted.
const TOLD: usize = 20;

/// Reads one TOML file against its keys.
///
/// `file` is the name that faults carry. A byte-order mark is allowed (Windows editors write one); other encodings than UTF-8
/// are a fault that says how to save the file.
///
/// # Errors
/// The faults that could be found at once, in the order of the lines; of very many, the first, and how many more there are.
pub fn read(file: &str, bytes: &[u8], keys: &[Key]) -> Result<Section, Vec<Fault>> {
    let (section, assumed) = read_kindly(file, bytes, keys)?;
    if assumed.is_empty() {
        return Ok(section);
    }
    let source = Source::of(decode(file, bytes).unwrap_or_default());
    let fault = |assumed: Assumed| {
        let Assumed { line, written, read } = assumed;
        let at = source.line(line - 1).and_then(|text| text.find(&written)).map(|at| at..at + written.len());
        Fault::new(
            Id::FullWidthNumber,
            source.place(file, line - 1, at),
            text!("the full-width number {written}", "全角の数 {written}"),
            text!("{read} (half-width, as on an English keyboard)", "半角の {read}"),
        )
    };
    Err(first(assumed.into_iter().map(fault).collect(), file))
}

/// The same for what a learner hands in: a number in full-width signs is understood, and given back as what was assumed.
///
/// # Errors
/// As [`read`].
pub fn read_kindly(file: &str, bytes: &[u8], keys: &[Key]) -> Result<(Section, Vec<Assumed>), Vec<Fault>> {
    let source = Source::of(decode(file, bytes).map_err(|fault| vec![fault])?);
    let (text, faults, assumed) = readable(file, &source)?;
    let (parsed, _) = DeTable::parse_recoverable(&text);
    let mut reader = Reader { file, text: &text, lines: starts(&text), source, whole: faults.is_empty(), faults };
    let top = Place::file(file);
    let section = reader.section(parsed.get_ref(), keys, &top);
    if reader.faults.is_empty() { Ok((section, assumed)) } else { Err(first(reader.faults, file)) }
}

/// What can be read of a file that [`read`] refuses: the keys that are right.
pub fn read_in_part(file: &str, bytes: &[u8], keys: &[Key]) -> Section {
    let Ok(source) = decode(file, bytes).map(Source::of) else { return Section::default() };
    let Ok((text, ..)) = readable(file, &source) else { return Section::default() };
    let (parsed, _) = DeTable::parse_recoverable(&text);
    let mut reader = Reader { file, text: &text, lines: starts(&text), source, whole: false, faults: Vec::new() };
    reader.section(parsed.get_ref(), keys, &Place::file(file))
}

/// A whole number at the top of a TOML file, or the number that stands for it where it is not written; nothing where the file is no
/// TOML, or the key something else. By it a file says in which form the rest is.
pub fn peek(bytes: &[u8], key: &str, otherwise: i64) -> Option<i64> {
    let text = std::str::from_utf8(bytes).ok()?;
    let parsed = DeTable::parse(text.strip_prefix('\u{feff}').unwrap_or(text)).ok()?;
    match parsed.get_ref().get(key).map(Spanned::get_ref) {
        None => Some(otherwise),
        Some(DeValue::Integer(i)) => i64::from_str_radix(i.as_str(), i.radix()).ok(),
        Some(_) => None,
    }
}

/// The texts of a list at the top of a TOML file; none where the file is no TOML, the key is missing or something else. For what is
/// asked of many files of which each is read as a whole elsewhere.
pub fn peek_texts(bytes: &[u8], key: &str) -> Vec<String> {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let parsed = DeTable::parse(text.strip_prefix('\u{feff}').unwrap_or(text)).ok();
    let list =
        parsed.as_ref().and_then(|parsed| parsed.get_ref().get(key)).and_then(|value| value.get_ref().as_array());
    list.into_iter().flatten().filter_map(|text| text.get_ref().as_str().map(str::to_owned)).collect()
}

/// The first mistakes in the order of the lines, and how many more there are.
fn first(mut faults: Vec<Fault>, file: &str) -> Vec<Fault> {
    // What is of the whole file comes last.
    faults.sort_by_key(|fault| {
        (fault.place.line.unwrap_or(usize::MAX), fault.place.spot.as_ref().map(|spot| spot.range().start))
    });
    crate::fault::first(faults, TOLD, &Place::file(file))
}

/// A text that TOML can read: what was mistyped is told, and mended as it was probably meant.
///
/// # Errors
/// Mistakes after which nothing else can be said of the file.
fn readable(file: &str, source: &Source) -> Result<(String, Vec<Fault>, Vec<Assumed>), Vec<Fault>> {
    let told =
        |line: usize, slip: Slip| Fault::new(Id::NotToml, source.place(file, line, slip.at), slip.found, slip.expected);
    let (mut text, slips, assumed) = typing::plain(&source.text);
    let mut faults: Vec<Fault> = slips.into_iter().map(|(line, slip)| told(line, slip)).collect();
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let mut seen = BTreeSet::new();
    // Each mistake is one more reading of the text: of a large one, not so many.
    let readings = if text.len() > LARGE { 3 } else { 2 * TOLD };
    for _ in 0..readings {
        let (_, errors) = DeTable::parse_recoverable(&text);
        let position = |error: &toml::de::Error| error.span().map_or(usize::MAX, |span| span.start);
        let Some(error) = errors.iter().min_by_key(|error| position(error)) else {
            return Ok((text, faults, assumed));
        };
        let begins = starts(&text);
        let of = |offset: usize| begins.partition_point(|&start| start <= offset.min(text.len())) - 1;
        let mut line = of(position(error)).min(lines.len() - 1);
        // A list that was never closed swallows the lines below it: it is to blame, not they.
        let swallowed = |error: &toml::de::Error| {
            ["in array", "unclosed array", "unclosed inline"].iter().any(|part| error.message().contains(part))
        };
        let mut message = error.message().to_owned();
        if let Some(error) = errors.iter().find(|error| swallowed(error))
            && let Some(opened) = typing::opened(&lines, of(position(error)))
            && opened <= line
        {
            (line, message) = (opened, error.message().to_owned());
        }
        let mut slip = typing::explain(&lines[line], &message);
        if message.contains("multi-line") {
            line = lines.iter().position(|line| line.contains("\"\"\"") || line.contains("'''")).unwrap_or(line);
            slip.found =
                Text::new("a text of several lines that is not closed", "閉じていない複数行の文字列があります");
            slip.expected = Text::new(
                "three quotation marks at both ends: \"\"\" … \"\"\"",
                "両端に3つずつの引用符：\"\"\" … \"\"\"",
            );
            slip.meant = None;
        }
        let again = !seen.insert(line);
        let meant = slip.meant.take();
        if !again {
            faults.push(told(line, slip));
        }
        match meant {
            Some(meant) if !again => lines[line] = meant,
            Some(_) if !lines[line].is_empty() && !lines[line].starts_with('[') => lines[line].clear(),
            _ => return Err(first(faults, file)),
        }
        text = lines.join("\n");
    }
    faults.push(Fault::new(
        Id::More,
        Place::file(file),
        Text::new("perhaps more lines that TOML cannot read", "ほかにもTOMLとして読めない行があるかもしれません"),
        Text::new("the lines above mended first", "まず上の行を直してください"),
    ));
    Err(first(faults, file))
}

/// Where each line begins, in bytes.
fn starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1)).collect()
}

/// The text of a file as its writer knows it; where it was mended to be read, what was read stands on the same lines.
struct Source {
    text: Arc<str>,
    /// Where each line begins, in bytes.
    starts: Vec<usize>,
}

impl Source {
    fn of(text: &str) -> Self {
        Self { text: text.into(), starts: starts(text) }
    }

    /// A line, from 0, without its end.
    fn line(&self, line: usize) -> Option<&str> {
        let end = self.starts.get(line + 1).map_or(self.text.len(), |next| next - 1);
        self.text.get(*self.starts.get(line)?..end)
    }

    /// What a line says, without blanks and comment: its bytes.
    fn said(&self, line: usize) -> Option<Range<usize>> {
        let (text, start) = (self.line(line)?, *self.starts.get(line)?);
        let said = typing::code(text);
        let before = if said.is_empty() { 0 } else { text.len() - text.trim_start().len() };
        Some(start + before..start + before + said.len())
    }

    /// A line, from 0, and what is meant there, in bytes of the line; without, all that it says.
    fn place(&self, file: &str, line: usize, at: Option<Range<usize>>) -> Place {
        // A line that was mended before may be another one than the file's.
        let at = at.filter(|at| self.line(line).is_some_and(|text| text.get(at.clone()).is_some()));
        let range = match at {
            Some(at) => self.starts.get(line).map(|start| start + at.start..start + at.end),
            None => self.said(line),
        };
        Place { line: Some(line + 1), spot: range.map(|range| Spot::new(&self.text, range)), ..Place::file(file) }
    }
}

/// The text of a file in UTF-8, with or without a byte-order mark.
///
/// # Errors
/// Another encoding, and in which line it shows; a file that is too large.
pub fn decode<'b>(file: &str, bytes: &'b [u8]) -> Result<&'b str, Fault> {
    let whole = |id: Id, found: Text, expected: Text| Fault::new(id, Place::file(file), found, expected);
    if bytes.len() > LARGEST {
        let megabytes = bytes.len() as f64 / LARGEST as f64;
        return Err(whole(
            Id::TooLarge,
            text!("a file of {megabytes:.1} MB", "{megabytes:.1} MBのファイル"),
            Text::new("at most 1 MB of TOML", "1 MB以下のTOMLファイル"),
        ));
    }
    // Without its mark UTF-16 is known by its zero bytes: a plain sign has one of two.
    let start = &bytes[..bytes.len().min(4096)];
    let zeros = start.iter().map(|byte| usize::from(*byte == 0)).sum::<usize>();
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || (zeros > 0 && 4 * zeros >= start.len()) {
        return Err(whole(
            Id::Encoding,
            Text::new("a file in UTF-16", "UTF-16で保存されたファイル"),
            Text::new("a file saved as UTF-8", "文字コードUTF-8で保存したファイル"),
        ));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].split(|&b| b == b'\n').count();
        Fault::new(
            Id::Encoding,
            Place { line: Some(line), ..Place::file(file) },
            Text::new(
                "letters that are not UTF-8 (perhaps CP932, also called Shift_JIS)",
                "UTF-8ではない文字があります（CP932、いわゆるShift_JISかもしれません）",
            ),
            Text::new("a file saved as UTF-8", "文字コードUTF-8で保存したファイル"),
        )
    })
}

struct Reader<'t> {
    file: &'t str,
    /// What is read.
    text: &'t str,
    /// Where each of its lines begins, in bytes.
    lines: Vec<usize>,
    source: Source,
    /// Whether every line could be read: only then is what is missing really missing.
    whole: bool,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|&start| start <= offset)
    }

    /// Where a stretch of what is read stands in the file: of a line that was mended, the whole line.
    fn spot(&self, span: Range<usize>) -> Option<Spot> {
        let in_file = |offset: usize| -> Option<usize> {
            let line = self.line(offset) - 1;
            let start = *self.lines.get(line)?;
            let read = self.text.get(start..)?.split('\n').next()?;
            let same = self.source.line(line)? == read;
            if same { Some(self.source.starts.get(line)? + offset - start) } else { None }
        };
        let range = match (in_file(span.start), in_file(span.end)) {
            (Some(start), Some(end)) => start..end,
            _ => self.source.said(self.line(span.start) - 1)?,
        };
        Some(Spot::new(&self.source.text, range))
    }

    fn place(&self, within: &Place, name: &str, span: Range<usize>) -> Place {
        let key = within.key.as_ref().map_or_else(|| name.to_owned(), |outer| format!("{outer}.{name}"));
        Place { line: Some(self.line(span.start)), key: Some(key), spot: self.spot(span), ..Place::file(self.file) }
    }

    /// The place of a key that is not written: its table's.
    fn unwritten(&self, within: &Place, name: &str) -> Place {
        let Place { line, spot, .. } = within.clone();
        Place { line, spot, ..self.place(within, name, 0..0) }
    }

    fn section(&mut self, table: &DeTable, keys: &[Key], place: &Place) -> Section {
        let mut entries = BTreeMap::new();
        for (name, value) in table {
            let at = self.place(place, name.get_ref(), name.span());
            let Some(key) = keys.iter().find(|key| key.name == name.get_ref().as_ref()) else {
                // Beyond those that are told, the nearest name is not looked for.
                let near = self.faults.len() < TOLD;
                self.faults.push(unknown(name.get_ref(), at, keys, near));
                continue;
            };
            if let Some(value) = self.value(value, &key.kind, key, at) {
                entries.insert(key.name.to_owned(), value);
            }
        }
        for key in keys {
            if table.contains_key(key.name) {
                continue;
            }
            match key.need {
                Need::Optional => {}
                Need::Required if !self.whole => {}
                Need::Required => {
                    self.faults.push(Fault::new(
                        Id::MissingKey,
                        self.unwritten(place, key.name),
                        Text::new("nothing", "このキーがありません"),
                        expected(&key.kind, key),
                    ));
                }
                Need::Default(default) => {
                    if let Some(value) = self.default_value(default, key, place) {
                        entries.insert(key.name.to_owned(), value);
                    }
                }
            }
        }
        Section { place: place.clone(), entries }
    }

    /// A default is written in TOML beside its key, and read by the same rules, so that it cannot be out of its own range.
    fn default_value(&mut self, default: &str, key: &Key, within: &Place) -> Option<Written<Value>> {
        let at = Place { line: None, spot: None, ..self.unwritten(within, key.name) };
        let parsed = match DeValue::parse(default) {
            Ok(parsed) => parsed,
            Err(error) => {
                let message = error.message().to_owned();
                self.faults.push(Fault::new(
                    Id::NotToml,
                    at,
                    text!("a default that is not TOML: {message}", "既定値がTOMLではありません：{message}"),
                    expected(&key.kind, key),
                ));
                return None;
            }
        };
        self.value(&parsed, &key.kind, key, at)
    }

    fn value(&mut self, value: &Spanned<DeValue>, kind: &Kind, key: &Key, at: Place) -> Option<Written<Value>> {
        // What is wrong is the value; a table is known by its name.
        let at = match value.get_ref() {
            DeValue::Table(_) => at,
            _ if at.line.is_none() => at,
            _ => Place { line: Some(self.line(value.span().start)), spot: self.spot(value.span()), ..at },
        };
        let is = |id: Id, found: &DeValue| Fault::new(id, at.clone(), describe(found), advised(kind, key, found));
        let wrong = |found: &DeValue| is(Id::WrongKind, found);
        let checked = match (kind, value.get_ref()) {
            (Kind::String | Kind::Sql, DeValue::String(s)) => Value::String(s.to_string()),
            (Kind::Whole { min, max }, found @ DeValue::Integer(i)) => match i64::from_str_radix(i.as_str(), i.radix())
            {
                Ok(i) if (*min..=*max).contains(&i) => Value::Whole(i),
                _ => {
                    self.faults.push(is(Id::OutOfRange, found));
                    return None;
                }
            },
            (Kind::Number { min, max }, found @ (DeValue::Integer(_) | DeValue::Float(_))) => match number(found) {
                Some(x) if (*min..=*max).contains(&x) => Value::Number(x),
                _ => {
                    self.faults.push(is(Id::OutOfRange, found));
                    return None;
                }
            },
            (Kind::Flag, DeValue::Boolean(b)) => Value::Flag(*b),
            (Kind::Choice(words), found @ DeValue::String(s)) => {
                if !words.contains(&s.as_ref()) {
                    self.faults.push(is(Id::UnknownWord, found).near(s, words.iter().copied()));
                    return None;
                }
                Value::String(s.to_string())
            }
            (Kind::List(of), DeValue::Array(items)) => {
                let mut list = Vec::new();
                for item in items {
                    let spot = || (Some(self.line(item.span().start)), self.spot(item.span()));
                    let (line, spot) = at.line.map_or((None, None), |_| spot());
                    list.push(self.value(item, of, key, Place { line, spot, ..at.clone() })?);
                }
                Value::List(list)
            }
            (Kind::Interval { min, max }, DeValue::Array(items)) => {
                let of = Kind::Number { min: *min, max: *max };
                let mut list = Vec::new();
                for item in items {
                    list.push(self.value(item, &of, key, at.clone())?);
                }
                Value::List(list)
            }
            (Kind::Bilingual, DeValue::Table(table)) => {
                let section = self.section(table, BILINGUAL, &at);
                Value::Text(Text { en: section.string_or_empty("en").into(), ja: section.string_or_empty("ja").into() })
            }
            (Kind::Table(keys), DeValue::Table(table)) => Value::Table(self.section(table, keys, &at)),
            (Kind::OneOf(keys), found @ DeValue::Table(table)) => {
                let before = self.faults.len();
                let section = self.section(table, keys, &at);
                if self.faults.len() == before && section.entries.len() != 1 {
                    self.faults.push(is(Id::ExactlyOne, found));
                }
                Value::Table(section)
            }
            (Kind::Tables(keys), DeValue::Array(items)) => {
                let mut list = Vec::new();
                for (i, item) in items.iter().enumerate() {
                    let name = format!("{}[{}]", at.key.as_deref().unwrap_or_default(), i + 1);
                    let (line, spot) = (Some(self.line(item.span().start)), self.spot(item.span()));
                    let place = Place { key: Some(name), line, spot, ..Place::file(at.file.clone()) };
                    match item.get_ref() {
                        DeValue::Table(table) => {
                            let section = self.section(table, keys, &place);
                            list.push(Written { value: Value::Table(section), place });
                        }
                        found => {
                            let expected = expected(&Kind::Table(keys), key);
                            self.faults.push(Fault::new(Id::WrongKind, place, describe(found), expected));
                        }
                    }
                }
                Value::List(list)
            }
            (Kind::Kinds(kinds), DeValue::Table(table)) => Value::Table(self.one_of_kinds(table, &kinds(), &at)),
            (Kind::Map(of), DeValue::Table(table)) => {
                let mut section = Section { place: at.clone(), entries: BTreeMap::new() };
                for (name, item) in table {
                    let place = self.place(&at, name.get_ref(), name.span());
                    if let Some(item) = self.value(item, of, key, place) {
                        section.entries.insert(name.get_ref().to_string(), item);
                    }
                }
                Value::Table(section)
            }
            (Kind::Either(kinds), found) => {
                // A number in quotation marks is no condition, whatever the width of its digits.
                if let DeValue::String(word) = found
                    && kinds.iter().any(|kind| matches!(kind, Kind::Number { .. }))
                    && kinds.iter().any(|kind| matches!(kind, Kind::Sql))
                    && typing::half(word).trim().trim_end_matches('%').trim_end().parse().is_ok_and(f64::is_finite)
                {
                    self.faults.push(wrong(found));
                    return None;
                }
                // A word that belongs into one of the tables that may stand here.
                if let DeValue::String(word) = found
                    && !kinds.iter().any(|kind| matches!(kind, Kind::Choice(words) if words.contains(&word.as_ref())))
                    && let Some(inner) = kinds.iter().find_map(|kind| holds_word(kind, word))
                {
                    let (found, list) = (describe(found), inner.join(" / "));
                    let written =
                        inner.iter().map(|name| format!("{{ {name} = \"{word}\" }}")).collect::<Vec<_>>().join(", ");
                    self.faults.push(Fault::new(
                        Id::WrongKind,
                        at,
                        found,
                        text!(
                            "with one of {list} around it: {written}",
                            "{list} のいずれかを付けて書きます：{written}"
                        ),
                    ));
                    return None;
                }
                // The kind of the same TOML type explains best what is wrong; without one, all kinds are named.
                let Some(kind) = kinds.iter().find(|kind| same_type(kind, found)) else {
                    self.faults.push(wrong(found));
                    return None;
                };
                return self.value(value, kind, key, at);
            }
            (_, found) => {
                self.faults.push(wrong(found));
                return None;
            }
        };
        Some(Written { value: checked, place: at })
    }
}

impl Reader<'_> {
    fn one_of_kinds(&mut self, table: &DeTable, kinds: &[(&str, &[Key])], at: &Place) -> Section {
        let names: Vec<&str> = kinds.iter().map(|(name, _)| *name).collect();
        let written = table.iter().find(|(name, _)| name.get_ref() == "kind").map(|(_, value)| value.get_ref());
        let chosen = match written {
            Some(DeValue::String(word)) => kinds.iter().find(|(name, _)| *name == word.as_ref()),
            _ => kinds.first(),
        };
        let kind = Key::new("kind", Kind::Choice(&names), Need::Required, "Its kind.", "種類です。");
        let Some((name, keys)) = chosen else {
            // Only the kind's own fault: what its other keys mean is not known.
            let only: DeTable = table
                .iter()
                .filter(|(name, _)| name.get_ref() == "kind")
                .map(|(n, v)| (n.clone(), v.clone()))
                .collect();
            return self.section(&only, &[kind], at);
        };
        let keys: Vec<Key> = std::iter::once(kind).chain(keys.iter().cloned()).collect();
        if written.is_some() {
            return self.section(table, &keys, at);
        }
        let mut section = self.section(table, &keys[1..], at);
        let place = Place { key: at.key.as_ref().map(|key| format!("{key}.kind")), ..Place::file(at.file.clone()) };
        section.entries.insert("kind".to_owned(), Written { value: Value::String((*name).to_owned()), place });
        section
    }
}

const BILINGUAL: &[Key<'static>] = &[
    Key::new("en", Kind::String, Need::Required, "The text in English.", "英語の文です。"),
    Key::new("ja", Kind::String, Need::Required, "The text in Japanese.", "日本語の文です。"),
];

fn unknown(found: &str, at: Place, keys: &[Key], near: bool) -> Fault {
    let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
    let list = names.join(", ");
    let fault = Fault::new(
        Id::UnknownKey,
        at,
        text!("the unknown key `{found}`", "定義されていないキー `{found}` があります"),
        text!("one of {list}", "{list} のいずれか"),
    );
    if near { fault.near(found, names.iter().copied()) } else { fault }
}

fn number(value: &DeValue) -> Option<f64> {
    match value {
        DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix()).ok().map(|i| i as f64),
        DeValue::Float(f) => f.as_str().replace('_', "").parse().ok().filter(|x: &f64| x.is_finite()),
        _ => None,
    }
}

fn same_type(kind: &Kind, value: &DeValue) -> bool {
    match kind {
        Kind::String | Kind::Sql | Kind::Choice(_) => matches!(value, DeValue::String(_)),
        Kind::Whole { .. } => matches!(value, DeValue::Integer(_)),
        Kind::Number { .. } => matches!(value, DeValue::Integer(_) | DeValue::Float(_)),
        Kind::Flag => matches!(value, DeValue::Boolean(_)),
        Kind::List(_) | Kind::Interval { .. } | Kind::Tables(_) => matches!(value, DeValue::Array(_)),
        Kind::Bilingual | Kind::Table(_) | Kind::OneOf(_) | Kind::Kinds(_) | Kind::Map(_) => {
            matches!(value, DeValue::Table(_))
        }
        Kind::Either(kinds) => kinds.iter().any(|kind| same_type(kind, value)),
    }
}

/// The keys of a table with exactly one of them under which a word may be written.
fn holds_word<'k>(kind: &Kind<'k>, word: &str) -> Option<Vec<&'k str>> {
    let Kind::OneOf(keys) = kind else { return None };
    let holds = |key: &&Key<'k>| matches!(key.kind, Kind::Choice(words) if words.contains(&word));
    let names: Vec<&str> = keys.iter().filter(holds).map(|key| key.name).collect();
    (!names.is_empty()).then_some(names)
}

/// What was found, as its writer would call it.
fn describe(value: &DeValue) -> Text {
    match value {
        DeValue::String(s) => {
            let short: String = s.chars().take(60).collect();
            text!("the text \"{short}\"", "文字列 \"{short}\"")
        }
        DeValue::Integer(i) => text!("the number {i}", "数値 {i}"),
        DeValue::Float(f) => text!("the number {f}", "数値 {f}"),
        DeValue::Boolean(b) => text!("{b}", "{b}"),
        DeValue::Datetime(d) => text!("the date {d}", "日付 {d}"),
        DeValue::Array(items) => {
            let n = items.len();
            text!("a list of {n}", "{n}個の値の並び")
        }
        DeValue::Table(table) => {
            let more = if table.len() > 10 { ", …" } else { "" };
            let keys: Vec<_> = table.iter().take(10).map(|(name, _)| name.get_ref().as_ref()).collect();
            let keys = keys.join(", ") + more;
            text!("a table with the keys {{{keys}}}", "キー {{{keys}}} をもつ表")
        }
    }
}

/// What was expected, with what helps whoever wrote `found`.
fn advised(kind: &Kind, key: &Key, found: &DeValue) -> Text {
    let mut expected = expected(kind, key);
    if let Some(advice) = advice(kind, found) {
        expected.en = format!("{}; {}", expected.en, advice.en).into();
        expected.ja = format!("{}。{}", expected.ja, advice.ja).into();
    }
    expected
}

fn advice(kind: &Kind, found: &DeValue) -> Option<Text> {
    match (kind, found) {
        (Kind::Either(kinds), found) => kinds.iter().find_map(|kind| advice(kind, found)),
        // One table where a list of them is meant.
        (Kind::Tables(_), DeValue::Table(table)) => {
            let keys: Vec<String> = table.iter().take(10).map(|(name, _)| format!("{} = …", name.get_ref())).collect();
            let keys = keys.join(", ");
            Some(text!("here [{{ {keys} }}]", "ここでは [{{ {keys} }}] と書きます"))
        }
        (Kind::Number { .. } | Kind::Whole { .. }, DeValue::String(s))
            if typing::half(s).trim().parse().is_ok_and(f64::is_finite) =>
        {
            let s = typing::half(s);
            let s = s.trim();
            Some(text!("without quotation marks: {s}", "引用符を付けずに {s} と書きます"))
        }
        (Kind::Number { min, max }, found) if *min >= 0.0 && *max <= 1.0 => {
            // A number up to 1 is a share already, if a wrong one.
            let written = match found {
                DeValue::String(s) => {
                    typing::half(s).trim().strip_suffix('%').and_then(|percent| percent.trim().parse().ok())
                }
                found => number(found).filter(|percent| *percent > 1.0),
            };
            written.filter(|percent: &f64| (*min..=*max).contains(&(percent / 100.0))).map(|percent| {
                let share = typing::share(percent);
                text!("{percent} % is written {share}", "{percent}%は {share} と書きます")
            })
        }
        (Kind::Flag, DeValue::String(s)) if matches!(s.as_ref(), "true" | "false") => {
            Some(text!("without quotation marks: {s}", "引用符を付けずに {s} と書きます"))
        }
        (Kind::Interval { min, max }, found) => {
            let (low, high) = match number(found).filter(|x| x > min && x < max && *x > 0.0) {
                Some(x) => (0.75 * x, 1.25 * x),
                None => (min + 0.15 * (max - min), min + 0.25 * (max - min)),
            };
            let (low, high) = (rounded(low.max(*min)), rounded(high.min(*max)));
            Some(text!("for example [{low}, {high}]", "例：[{low}, {high}]"))
        }
        _ => None,
    }
}

/// Three significant digits.
fn rounded(x: f64) -> f64 {
    format!("{x:.2e}").parse().unwrap_or(x)
}

/// What a key may hold, with its range, unit and default.
pub fn expected(kind: &Kind, key: &Key) -> Text {
    let Text { mut en, mut ja } = expected_kind(kind);
    if !key.unit.en.is_empty() {
        en.to_mut().push_str(&format!(" ({})", key.unit.en));
        ja.to_mut().push_str(&format!("（{}）", key.unit.ja));
    }
    if let Need::Default(default) = key.need
        && !matches!(kind, Kind::Table(_) | Kind::Tables(_) | Kind::Kinds(_))
    {
        en.to_mut().push_str(&format!("; if you leave the key out: {default}"));
        ja.to_mut().push_str(&format!("（書かなければ {default} になります）"));
    }
    Text { en, ja }
}

fn expected_kind(kind: &Kind) -> Text {
    match kind {
        Kind::String => Text::new("a text in \"quotation marks\"", "\"引用符\"で囲んだ文字列"),
        Kind::Sql => Text::new("an SQL text in \"quotation marks\"", "\"引用符\"で囲んだSQL"),
        Kind::Bilingual => Text::new("{ en = \"…\", ja = \"…\" }", "{ en = \"…\", ja = \"…\" }"),
        Kind::Whole { min, max } => text!("a whole number from {min} to {max}", "{min}から{max}までの整数"),
        Kind::Number { min, max } => text!("a number from {min} to {max}", "{min}から{max}までの数"),
        Kind::Flag => Text::new("true or false", "true または false"),
        Kind::Choice(words) => {
            let list = words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
            text!("one of {list}", "{list} のいずれか")
        }
        Kind::List(of) => {
            let Text { en, ja } = expected_kind(of);
            text!("a list [ … ], each of it {en}", "並び [ … ]。それぞれ{ja}")
        }
        Kind::Interval { min, max } => text!(
            "an interval, a list of two numbers [low, high] with low ≤ high, each from {min} to {max}",
            "区間 [下限, 上限]（下限 ≤ 上限、それぞれ{min}から{max}までの数）"
        ),
        Kind::Table(keys) => {
            let list = keys.iter().map(|key| key.name).collect::<Vec<_>>().join(", ");
            text!("a table with keys among {list}", "{list} をキーとする表")
        }
        Kind::Tables(keys) => {
            let list = keys.iter().map(|key| key.name).collect::<Vec<_>>().join(", ");
            text!(
                "a list of tables, [{{ … }}], each with keys among {list}",
                "表の並び [{{ … }}]。それぞれ {list} をキーとする表"
            )
        }
        Kind::Kinds(kinds) => {
            let list = kinds().iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
            text!("a table whose kind is one of {list}", "kindが {list} のいずれかである表")
        }
        Kind::OneOf(keys) => {
            let list = keys.iter().map(|key| format!("{{ {} = … }}", key.name)).collect::<Vec<_>>().join(" / ");
            text!("exactly one of {list}", "{list} のうち1つだけ")
        }
        Kind::Map(of) => {
            let Text { en, ja } = expected_kind(of);
            text!("a table of your own names, each with {en}", "自分で付けた名前の表。それぞれの値は{ja}")
        }
        Kind::Either(kinds) => {
            let (en, ja): (Vec<Cow<str>>, Vec<Cow<str>>) =
                kinds.iter().map(expected_kind).map(|text| (text.en, text.ja)).unzip();
            Text { en: en.join(", or ").into(), ja: ja.join("、または").into() }
        }
    }
}

/// The getters answer for keys that the table's definition requires or gives a default: asking for another is a mistake in the
/// program, which the test that reads every format's smallest file would show.
impl Section {
    /// The entry of a key that may be missing.
    pub fn get(&self, name: &str) -> Option<&Written<Value>> {
        self.entries.get(name)
    }

    /// All entries, by name.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Written<Value>)> {
        self.entries.iter().map(|(name, entry)| (name.as_str(), entry))
    }

    /// The place of a key, or of its table where the key is not written.
    pub fn place_of(&self, name: &str) -> Place {
        self.entries.get(name).map_or_else(|| self.place.clone(), |entry| entry.place.clone())
    }

    /// The same table with another value for a key that it has.
    #[must_use]
    pub fn with(&self, name: &str, value: Value) -> Self {
        let mut other = self.clone();
        if let Some(entry) = other.entries.get_mut(name) {
            entry.value = value;
        }
        other
    }

    fn string_or_empty(&self, name: &str) -> String {
        self.maybe_string(name).map(|written| written.value).unwrap_or_default()
    }

    /// A text that may be missing.
    pub fn maybe_string(&self, name: &str) -> Option<Written<String>> {
        match self.entries.get(name) {
            Some(Written { value: Value::String(s), place }) => {
                Some(Written { value: s.clone(), place: place.clone() })
            }
            _ => None,
        }
    }

    /// A number that may be missing.
    pub fn maybe_number(&self, name: &str) -> Option<f64> {
        match self.entries.get(name).map(|entry| &entry.value) {
            Some(Value::Number(x)) => Some(*x),
            _ => None,
        }
    }

    /// A text in both languages, or one that reads the same in both.
    pub fn name_or_text(&self, name: &str) -> Text {
        match self.entries.get(name).map(|entry| &entry.value) {
            Some(Value::String(both)) => Text::same(both),
            Some(Value::Text(text)) => text.clone(),
            _ => undefined(name),
        }
    }

    /// A text in both languages that may be missing.
    pub fn maybe_text(&self, name: &str) -> Option<Text> {
        match self.entries.get(name).map(|entry| &entry.value) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        }
    }

    /// A text.
    pub fn string(&self, name: &str) -> String {
        self.maybe_string(name).unwrap_or_else(|| undefined(name)).value
    }

    /// A text with its place.
    pub fn written(&self, name: &str) -> Written<String> {
        self.maybe_string(name).unwrap_or_else(|| undefined(name))
    }

    /// A text in both languages.
    pub fn text(&self, name: &str) -> Text {
        self.maybe_text(name).unwrap_or_else(|| undefined(name))
    }

    /// A whole number.
    pub fn whole(&self, name: &str) -> i64 {
        match self.entries.get(name).map(|entry| &entry.value) {
            Some(Value::Whole(i)) => *i,
            _ => undefined(name),
        }
    }

    /// A whole number that counts something.
    pub fn count(&self, name: &str) -> usize {
        usize::try_from(self.whole(name)).unwrap_or_else(|_| undefined(name))
    }

    /// A number.
    pub fn number(&self, name: &str) -> f64 {
        self.maybe_number(name).unwrap_or_else(|| undefined(name))
    }

    /// `true` or `false`.
    pub fn flag(&self, name: &str) -> bool {
        match self.entries.get(name).map(|entry| &entry.value) {
            Some(Value::Flag(b)) => *b,
            _ => undefined(name),
        }
    }

    /// A table that may be missing.
    pub fn maybe_table(&self, name: &str) -> Option<&Section> {
        match self.entries.get(name).map(|entry| &entry.value) {
            Some(Value::Table(section)) => Some(section),
            _ => None,
        }
    }

    /// A table.
    pub fn table(&self, name: &str) -> &Section {
        self.maybe_table(name).unwrap_or_else(|| undefined(name))
    }

    /// A list of tables; empty where it is missing.
    pub fn tables(&self, name: &str) -> impl Iterator<Item = &Section> {
        self.list(name).iter().filter_map(|entry| match &entry.value {
            Value::Table(section) => Some(section),
            _ => None,
        })
    }

    /// A list; empty where it is missing.
    pub fn list(&self, name: &str) -> &[Written<Value>] {
        match self.entries.get(name).map(|entry| &entry.value) {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }

    /// A list of texts with their places; empty where it is missing.
    pub fn strings(&self, name: &str) -> Vec<Written<String>> {
        let text = |entry: &Written<Value>| match &entry.value {
            Value::String(s) => Some(Written { value: s.clone(), place: entry.place.clone() }),
            _ => None,
        };
        self.list(name).iter().filter_map(text).collect()
    }
}

fn undefined(name: &str) -> ! {
    unreachable!("the key `{name}` is read but not defined as required or with a default of this kind")
}
