//! `practicum.toml`: what a workspace remembers, and the file by which it is known.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use diagnostics::fault::{Fault, Id, Place};
use diagnostics::keys::{self, Key, Kind, Need, Written};
use diagnostics::text;
use diagnostics::text::Text;

use super::variant;

/// Its name.
pub const FILE: &str = "practicum.toml";

/// Where a workspace's variant stood before there was [`FILE`].
pub const OLDER: &str = "variant.toml";

/// The variant of an older workspace.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn variant(file: &str, bytes: &[u8]) -> Result<Option<String>, Vec<Fault>> {
    let keys: Vec<Key<'static>> = KEYS.iter().filter(|key| key.name == "variant").cloned().collect();
    let section = keys::read(file, bytes, &keys)?;
    let key = section.maybe_string("variant").map(|written| variant::key(&written.value, &written.place));
    key.transpose().map_err(|fault| vec![fault])
}

/// Its keys.
pub const KEYS: &[Key<'static>] = &[
    Key::new("exercise", Kind::String, Need::Required, "The exercise of this folder.", "このフォルダーの演習です。"),
    Key::new(
        "variant",
        Kind::String,
        Need::Optional,
        "Which draw of the data this workspace has; not to be changed.",
        "この作業フォルダーのデータがどの生成によるものかを示します。変更しないでください。",
    ),
    Key::new(
        "course",
        Kind::String,
        Need::Optional,
        "The course folder with the exercise, as seen from this folder; left out, the program's own.",
        "演習を含む教材フォルダーです（このフォルダーから見た場所）。省略時は、プログラムに含まれる教材です。",
    ),
    Key::new(
        "given",
        Kind::Map(&Kind::String),
        Need::Default("{}"),
        "A digest of each file as it was given, by which a changed one is known.",
        "配布した各ファイルのダイジェストです。変更されたファイルを見分けるために使います。",
    ),
];

/// What a workspace remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// The exercise.
    pub exercise: String,
    /// The variant, where it is one.
    pub variant: Option<String>,
    /// The course folder as seen from the workspace, where it is not the program's own, with the place where it is written.
    pub course: Option<Written<String>>,
    /// A digest of each file that was given, by name.
    pub given: BTreeMap<String, String>,
}

impl Memory {
    /// Reads it; `file` is what the reader calls it.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let section = keys::read(file, bytes, KEYS)?;
        let variant = section.maybe_string("variant").map(|written| variant::key(&written.value, &written.place));
        let given = section.table("given").entries().filter_map(|(name, entry)| match &entry.value {
            keys::Value::String(digest) => Some((name.to_owned(), digest.clone())),
            _ => None,
        });
        Ok(Self {
            exercise: section.string("exercise"),
            variant: variant.transpose().map_err(|fault| vec![fault])?,
            course: section.maybe_string("course"),
            given: given.collect(),
        })
    }

    /// The file.
    pub fn text(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let mut out = "# Written by practicum; please leave it as it is.\n# practicumが書いたファイルです。変更しないでください。\n".to_owned();
        out += &format!("exercise = {}\n", quoted(&self.exercise));
        if let Some(variant) = &self.variant {
            out += &format!("variant = {}\n", quoted(variant));
        }
        if let Some(course) = &self.course {
            out += &format!("course = {}\n", quoted(&course.value));
        }
        if !self.given.is_empty() {
            out += "\n[given]\n";
            for (name, digest) in &self.given {
                out += &format!("{} = {}\n", quoted(name), quoted(digest));
            }
        }
        out
    }
}

/// What is told of a file that the program wrote and cannot read any more: whose it is, what is wrong first, and how to go on.
pub fn broken(file: &str, faults: &[Fault], again: Text) -> Vec<Fault> {
    let first = faults.first();
    let place = first.map_or_else(|| Place::file(file), |fault| fault.place.clone());
    let Text { en, ja } = first.map(|fault| fault.found.clone()).unwrap_or_default();
    let found = text!(
        "a file that the program itself wrote, and that it cannot read any more: {en}",
        "プログラムが書いたファイルですが、読み込めなくなっています（{ja}）"
    );
    vec![Fault::new(Id::Unreadable, place, found, again)]
}

/// How a course folder is written down in a workspace: a relative one as seen from there, so that both may be moved together; an
/// absolute one as it is. `here` and `workspace` are absolute.
///
/// # Errors
/// A name that is not Unicode.
pub fn course_from(here: &Path, course: &Path, workspace: &Path) -> Result<String, Fault> {
    let seen = if course.is_absolute() { course.to_owned() } else { between(workspace, &here.join(course)) };
    let written = seen.to_str().ok_or_else(|| {
        let course = course.display();
        Fault::new(
            Id::BadName,
            Place::file("--course"),
            text!("the folder {course}", "フォルダー {course}"),
            Text::new("a folder whose name is Unicode", "Unicodeで書ける名前のフォルダー"),
        )
    })?;
    Ok(if seen.is_absolute() { written.to_owned() } else { written.replace(std::path::MAIN_SEPARATOR, "/") })
}

/// The way from one absolute folder to another.
fn between(from: &Path, to: &Path) -> PathBuf {
    let (from, to) = (plain(from), plain(to));
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    // Other drives have nothing in common.
    if shared == 0 {
        return to;
    }
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(to.components().skip(shared)).collect()
}

/// Without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(out.pop()),
            part => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_read_back() {
        let memory = Memory {
            exercise: "sepsis-alarm".to_owned(),
            variant: Some("学籍 \"7\"".to_owned().replace('"', "")),
            course: None,
            given: BTreeMap::from([("data/develop.csv".to_owned(), "00ff".to_owned())]),
        };
        assert_eq!(Memory::read(FILE, memory.text().as_bytes()).unwrap(), memory);
        let far = Memory {
            course: Some(Written { value: "C:\\教材 'a'".to_owned(), place: Place::default() }),
            ..Memory::default()
        };
        assert_eq!(Memory::read(FILE, far.text().as_bytes()).unwrap().course.unwrap().value, "C:\\教材 'a'");
    }

    #[cfg(unix)]
    #[test]
    fn a_course_is_remembered_as_seen_from_the_workspace() {
        let seen = |here: &str, course: &str| {
            course_from(Path::new(here), Path::new(course), Path::new("/home/a/practicum/x")).unwrap()
        };
        assert_eq!(seen("/home/a", "course"), "../../course");
        assert_eq!(seen("/home/a/practicum/x", "./../../course/"), "../../course");
        assert_eq!(seen("/home/a", "../b/course"), "../../../b/course");
        assert_eq!(seen("/home/a", "/srv/course"), "/srv/course");
    }
}
