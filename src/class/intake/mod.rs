//! Who handed in what. Nothing is written here, and nothing of a hand-in is believed.

pub mod archive;
pub mod files;
mod gradescope;
mod moodle;
mod online;
pub mod people;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use sha2::{Digest as _, Sha256};

use self::archive::{Body, Entry};
use self::files::{Found, Of};
use self::people::{By, Known, Person, Who};
use crate::moment::Moment;
use crate::secret::hex;
use crate::store::digest;

/// One thing that somebody handed in.
#[derive(Clone, Debug)]
pub struct HandIn {
    /// The name of the folder or file, by which its owner is told.
    pub label: String,
    /// Whose it is.
    pub person: Person,
    /// What it is.
    pub found: Found,
    /// Of which exercise, as far as that is known.
    pub exercise: Option<String>,
    /// A digest of all that lay there.
    pub content: String,
    /// When it was handed in, where a platform says so.
    pub received: Option<Moment>,
}

/// How hand-ins are to be read.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// What people are looked up in.
    pub known: Known<'a>,
    /// The exercises.
    pub of: Of<'a>,
    /// Distance from UTC of the worksheet's times, in seconds.
    pub offset: i64,
    /// When all of it was handed in, where the caller says so.
    pub received: Option<Moment>,
}

/// Somebody's files, before anything is said of them.
struct Pile {
    who: Who,
    entries: Vec<Entry>,
    /// The folder around it, where a platform packed several.
    around: String,
    /// All to whom they belong, where a platform says several.
    others: Vec<Who>,
    received: Option<Moment>,
}

/// Reads a folder, an archive or a single file.
///
/// # Errors
/// What cannot be read as a whole. A hand-in that cannot is told as such, beside the others.
pub fn read(input: &Path, reading: Reading) -> Result<Vec<HandIn>, Fault> {
    let shown = input.display().to_string();
    let name = input.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let seen = std::fs::metadata(input).map_err(|error| {
        let expected = Text::new(
            "a folder, a zip, or a file that was handed in",
            "提出物のフォルダー、zipファイル、または提出されたファイル",
        );
        match error.kind() {
            std::io::ErrorKind::NotFound => disk::Refused::Missing.fault(&shown, &expected),
            _ => disk::Refused::Disk(error).fault(&shown, &expected),
        }
    })?;
    let piles = if seen.is_dir() {
        piles(&name, archive::folder(&shown, input, archive::OF_CLASS)?, reading.offset)
    } else if name.to_lowercase().ends_with(".zip") {
        let what = Text::new("a zip", "zipファイル");
        let file = File::open(input).map_err(|error| disk::Refused::Disk(error).fault(&shown, &what))?;
        let entries = archive::zip(&shown, BufReader::new(file), archive::OF_CLASS)?;
        piles(name.trim_end_matches(".zip"), entries, reading.offset)
    } else {
        let folder = input.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let what = Text::new("a file that was handed in", "提出されたファイル");
        let bytes = disk::read(folder, &name, 4 * disk::HAND_IN).map_err(|refused| refused.fault(&shown, &what))?;
        let entries = vec![Entry { path: name.clone(), body: Body::Bytes(bytes) }];
        vec![Pile::of(Who { label: name, ..Who::default() }, entries)]
    };
    if piles.is_empty() {
        let expected = Text::new(
            "a folder for each learner, or Moodle's or Gradescope's zip",
            "学習者ごとのフォルダー、またはMoodleやGradescopeのzipファイル",
        );
        return Err(Fault::new(
            Id::MissingFile,
            Place::file(shown),
            Text::new("nothing that was handed in", "提出物がありません"),
            expected,
        ));
    }
    let mut hand_ins = Vec::new();
    let mut numbers = Vec::new();
    for pile in piles {
        let number = pile.who.participant.map(|number| (pile.around.clone(), number));
        let read = judged(pile, reading);
        numbers.resize(hand_ins.len() + read.len(), number);
        hand_ins.extend(read);
    }
    two_are_two(&mut hand_ins, &numbers);
    Ok(hand_ins)
}

/// In one assignment each participant has one number: two numbers that meet one learner by the name alone are two people.
fn two_are_two(hand_ins: &mut [HandIn], numbers: &[Option<(String, u64)>]) {
    let of = |hand_in: &HandIn| match &hand_in.person {
        Person::Matched { learners, team: None, by } => learners.first().cloned().map(|learner| (learner, *by)),
        _ => None,
    };
    let mut met: BTreeMap<(String, String), BTreeSet<u64>> = BTreeMap::new();
    for (hand_in, number) in hand_ins.iter().zip(numbers) {
        if let (Some((learner, _)), Some((around, number))) = (of(hand_in), number) {
            met.entry((around.clone(), learner)).or_default().insert(*number);
        }
    }
    for (hand_in, number) in hand_ins.iter_mut().zip(numbers) {
        let (Some((learner, By::Name | By::Settings)), Some((around, _))) = (of(hand_in), number) else { continue };
        let several = met.get(&(around.clone(), learner.clone())).filter(|numbers| numbers.len() > 1);
        if let Some(several) = several {
            let list = several.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
            let why = text!(
                "several participants of Moodle ({list}) have this name: they are several people",
                "この氏名の参加者がMoodleに複数います（{list}）。別の人の可能性があります"
            );
            hand_in.person = Person::Doubtful(vec![learner], why);
        }
    }
}

impl Pile {
    fn of(who: Who, entries: Vec<Entry>) -> Self {
        Self { who, entries, around: String::new(), others: Vec::new(), received: None }
    }

    /// A digest of all that is in it.
    fn content(&self) -> String {
        let part = |entry: &Entry| {
            let (kind, bytes) = match &entry.body {
                Body::Bytes(bytes) => ("read", hex(&Sha256::digest(bytes))),
                Body::Other => ("other", String::new()),
                Body::Refused(why) | Body::Unreadable(why) => ("refused", why.en.to_string()),
            };
            digest([&*entry.path, kind, &*bytes].map(Some))
        };
        let mut parts: Vec<String> = self.entries.iter().map(part).collect();
        parts.sort();
        digest([Some(parts.concat().as_str())])
    }
}

fn judged(pile: Pile, reading: Reading) -> Vec<HandIn> {
    let content = pile.content();
    let Pile { who, entries, others, received, .. } = pile;
    let of_sheet = reading
        .known
        .worksheet
        .zip(who.participant)
        .and_then(|(sheet, number)| sheet.submitted(sheet.row_of(number)?, reading.offset));
    let received = received.or(of_sheet).or(reading.received);
    let found = files::found(entries, reading.of);
    let people = std::iter::once(who).chain(others);
    let mut hand_ins = Vec::new();
    for who in people {
        for found in &found {
            let claimed = match found {
                Found::Work(work) => work.variant.as_deref(),
                _ => None,
            };
            let person = people::person(&who, claimed, reading.known);
            let exercise = match found {
                Found::Work(work) => Some(work.exercise.clone()),
                Found::Invalid(Some(exercise), _) => Some(exercise.clone()),
                Found::Invalid(None, _) | Found::Unclear(_) => reading.of.only(),
            };
            let (label, content) = (who.label.clone(), content.clone());
            hand_ins.push(HandIn { label, person, found: found.clone(), exercise, content, received });
        }
    }
    hand_ins
}

/// Sorts files by whose they are. Each folder and each file is somebody's, also where a platform's stand beside others.
fn piles(root: &str, mut entries: Vec<Entry>, offset: i64) -> Vec<Pile> {
    // What a system leaves behind.
    let is_litter = |part: &str| {
        part.starts_with("._")
            || matches!(part.to_lowercase().as_str(), ".ds_store" | "__macosx" | "thumbs.db" | "desktop.ini")
    };
    entries.retain(|entry| !entry.path.split('/').any(is_litter));
    if let Some(metadata) = entries.iter().find(|entry| entry.name() == gradescope::FILE) {
        let metadata = metadata.path.clone();
        return of_gradescope(&metadata, entries, offset);
    }
    let of_moodle = |entry: &Entry| entry.path.split('/').any(|part| moodle::named(part).is_some());
    if entries.iter().any(of_moodle) {
        return from_moodle(entries);
    }
    plain(root, entries, true)
}

fn from_moodle(entries: Vec<Entry>) -> Vec<Pile> {
    let mut piles: BTreeMap<(String, String, u64), Pile> = BTreeMap::new();
    let mut others: Vec<Entry> = Vec::new();
    for entry in entries {
        let mut before = Vec::new();
        let mut parts = entry.path.split('/');
        let found = parts.find_map(|part| {
            let named = moodle::named(part);
            if named.is_none() {
                before.push(part);
            }
            Some((part, named?))
        });
        let Some((part, named)) = found else {
            others.push(entry);
            continue;
        };
        let around = before.join("/");
        let rest = parts.collect::<Vec<_>>().join("/");
        let path = match (&named.file, rest.is_empty()) {
            (Some(file), true) => file.clone(),
            // A file that is called as a folder would be: what it is, its reader says.
            (None, true) => part.to_owned(),
            (_, false) => rest,
        };
        let path = if named.online { format!("online/{path}") } else { path };
        let label = part.split("_assignsubmission_").next().unwrap_or(part).to_owned();
        let who = Who { label, name: Some(named.name.clone()), participant: Some(named.number), ..Who::default() };
        let pile = piles
            .entry((around.clone(), named.name, named.number))
            .or_insert_with(|| Pile { around, ..Pile::of(who, Vec::new()) });
        pile.entries.push(Entry { path, body: entry.body });
    }
    let arounds: BTreeSet<&String> = piles.keys().map(|(around, ..)| around).collect();
    for entry in &mut others {
        let inner = arounds.iter().filter_map(|around| entry.path.strip_prefix(around.as_str())?.strip_prefix('/'));
        if let Some(inner) = inner.min_by_key(|inner| inner.len()).map(str::to_owned) {
            entry.path = inner;
        }
    }
    let others = plain("", others, false);
    piles.into_values().chain(others).collect()
}

fn of_gradescope(metadata: &str, entries: Vec<Entry>, offset: i64) -> Vec<Pile> {
    let root = metadata.strip_suffix(gradescope::FILE).unwrap_or_default().to_owned();
    let bytes = entries.iter().find(|entry| entry.path == metadata).and_then(Entry::bytes).unwrap_or_default();
    let said = gradescope::read(&String::from_utf8_lossy(bytes));
    let mut piles: BTreeMap<String, Pile> = BTreeMap::new();
    let mut others: Vec<Entry> = Vec::new();
    for entry in entries {
        if entry.path == metadata {
            continue;
        }
        let Some((folder, path)) = entry.path.strip_prefix(&root).and_then(|rest| rest.split_once('/')) else {
            others.push(entry);
            continue;
        };
        let pile = piles.entry(folder.to_owned()).or_insert_with(|| {
            let said = said.get(folder).cloned().unwrap_or_default();
            let mut people = said.submitters.into_iter().map(|submitter| Who {
                label: folder.to_owned(),
                name: submitter.name,
                sid: submitter.sid,
                email: submitter.email,
                participant: None,
            });
            let who = people.next().unwrap_or_else(|| Who { label: folder.to_owned(), ..Who::default() });
            let received = said.created.and_then(|created| Moment::parse(&created, offset));
            Pile { others: people.collect(), received, ..Pile::of(who, Vec::new()) }
        });
        pile.entries.push(Entry { path: path.to_owned(), body: entry.body });
    }
    let others = plain("", others, false);
    piles.into_values().chain(others).collect()
}

/// A folder for each learner, or a file for each; `alone` where nothing else is there: then it may be one learner's own folder.
fn plain(root: &str, entries: Vec<Entry>, alone: bool) -> Vec<Pile> {
    let is_pair = |entry: &Entry| {
        use app::learner::hand_in::{ANSWERS, PLAN, is_like};
        !entry.path.contains('/')
            && entry.ending() != "json"
            && entry.ending() != "zip"
            && [PLAN, ANSWERS].iter().any(|file| is_like(entry.name(), file))
    };
    let mut piles: BTreeMap<String, Pile> = BTreeMap::new();
    // Somebody's own folder, given as it is.
    let own = alone && entries.iter().any(is_pair);
    // Archives often have one folder around everything.
    let first = |entry: &Entry| entry.path.split_once('/').map(|(first, _)| first.to_owned());
    let around = entries.first().and_then(first).filter(|_| {
        let alone = |around: &String| entries.iter().all(|entry| first(entry).as_ref() == Some(around));
        let deeper = entries.iter().all(|entry| entry.path.matches('/').count() >= 2);
        entries.first().and_then(first).is_some_and(|around| alone(&around)) && deeper
    });
    let several = around.as_ref().is_some_and(|around| {
        let second = |entry: &Entry| entry.path[around.len() + 1..].split('/').next().map(str::to_owned);
        entries.iter().any(|entry| second(entry) != second(&entries[0]))
    });
    for entry in entries {
        let path = match &around {
            Some(around) if several => entry.path[around.len() + 1..].to_owned(),
            _ => entry.path.clone(),
        };
        let (label, inner) = match path.split_once('/') {
            _ if own => (root.to_owned(), path.clone()),
            Some((folder, inner)) => (folder.to_owned(), inner.to_owned()),
            // Tables lie beside hand-ins: a worksheet, a roster.
            None if entry.body == Body::Other && ["csv", "xlsx"].contains(&&*entry.ending()) => continue,
            None => (path.clone(), path.clone()),
        };
        let who = Who { label: label.clone(), ..Who::default() };
        let pile = piles.entry(label).or_insert_with(|| Pile::of(who, Vec::new()));
        pile.entries.push(Entry { path: inner, body: entry.body });
    }
    piles.into_values().collect()
}
