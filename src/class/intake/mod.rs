//! Who handed in what. Nothing is written here, and nothing of a hand-in is believed.

pub mod archive;
pub mod files;
mod gradescope;
mod moodle;
mod online;
pub mod people;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text::Text;

use self::archive::{Body, Entry};
use self::files::{Found, Of};
use self::people::{Known, Person, Who};
use crate::moment::Moment;

/// One thing that somebody handed in.
#[derive(Clone, Debug)]
pub struct HandIn {
    /// The name of the folder or file, by which its owner is told.
    pub label: String,
    /// Whose it is.
    pub person: Person,
    /// What it is.
    pub found: Found,
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
        vec![Pile { who: Who { label: name, ..Who::default() }, entries, others: Vec::new(), received: None }]
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
    Ok(piles.into_iter().flat_map(|pile| judged(pile, reading)).collect())
}

fn judged(pile: Pile, reading: Reading) -> Vec<HandIn> {
    let Pile { who, entries, others, received } = pile;
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
            hand_ins.push(HandIn { label: who.label.clone(), person, found: found.clone(), received });
        }
    }
    hand_ins
}

/// Sorts files by whose they are.
fn piles(root: &str, entries: Vec<Entry>, offset: i64) -> Vec<Pile> {
    if let Some(metadata) = entries.iter().find(|entry| entry.name() == gradescope::FILE) {
        let metadata = metadata.path.clone();
        return of_gradescope(&metadata, entries, offset);
    }
    let of_moodle = |entry: &Entry| entry.path.split('/').any(|part| moodle::named(part).is_some());
    if entries.iter().any(of_moodle) {
        return from_moodle(entries);
    }
    plain(root, entries)
}

fn from_moodle(entries: Vec<Entry>) -> Vec<Pile> {
    let mut piles: BTreeMap<(String, u64), Pile> = BTreeMap::new();
    for entry in entries {
        let mut parts = entry.path.split('/');
        // What lies outside is Moodle's own, or somebody else's.
        let Some((part, named)) = parts.find_map(|part| Some((part, moodle::named(part)?))) else { continue };
        let rest = parts.collect::<Vec<_>>().join("/");
        let path = match (&named.file, rest.is_empty()) {
            (Some(file), true) => file.clone(),
            (None, true) => continue,
            (_, false) => rest,
        };
        let path = if named.online { format!("online/{path}") } else { path };
        let label = part.split("_assignsubmission_").next().unwrap_or(part).to_owned();
        let who = Who { label, name: Some(named.name.clone()), participant: Some(named.number), ..Who::default() };
        let pile = piles.entry((named.name, named.number)).or_insert_with(|| Pile {
            who,
            entries: Vec::new(),
            others: Vec::new(),
            received: None,
        });
        pile.entries.push(Entry { path, body: entry.body });
    }
    piles.into_values().collect()
}

fn of_gradescope(metadata: &str, entries: Vec<Entry>, offset: i64) -> Vec<Pile> {
    let root = metadata.strip_suffix(gradescope::FILE).unwrap_or_default().to_owned();
    let bytes = entries.iter().find(|entry| entry.path == metadata).and_then(Entry::bytes).unwrap_or_default();
    let said = gradescope::read(&String::from_utf8_lossy(bytes));
    let mut piles: BTreeMap<String, Pile> = BTreeMap::new();
    for entry in entries {
        let Some((folder, path)) = entry.path.strip_prefix(&root).and_then(|rest| rest.split_once('/')) else {
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
            Pile { who, entries: Vec::new(), others: people.collect(), received }
        });
        pile.entries.push(Entry { path: path.to_owned(), body: entry.body });
    }
    piles.into_values().collect()
}

/// A folder for each learner, or a file for each.
fn plain(root: &str, entries: Vec<Entry>) -> Vec<Pile> {
    let is_pair = |entry: &Entry| {
        use app::learner::hand_in::{ANSWERS, PLAN, is_like};
        !entry.path.contains('/')
            && entry.ending() != "json"
            && entry.ending() != "zip"
            && [PLAN, ANSWERS].iter().any(|file| is_like(entry.name(), file))
    };
    let mut piles: BTreeMap<String, Pile> = BTreeMap::new();
    // Somebody's own folder, given as it is.
    let own = entries.iter().any(is_pair);
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
            None if entry.body == Body::Other => continue,
            None => (path.clone(), path.clone()),
        };
        let who = Who { label: label.clone(), ..Who::default() };
        let pile =
            piles.entry(label).or_insert_with(|| Pile { who, entries: Vec::new(), others: Vec::new(), received: None });
        pile.entries.push(Entry { path: inner, body: entry.body });
    }
    piles.into_values().collect()
}
