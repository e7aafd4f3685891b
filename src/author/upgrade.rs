//! Courses that were written for an older form of the files, brought into the present one: the text is changed where the form
//! changed, and nowhere else, so that comments and order stay.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use app::ending::Ending;
use course::exercise::{self, FORMAT};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::keys;
use diagnostics::text;
use diagnostics::text::Text;
use sql::{Query, older};

/// The largest exercise file, in bytes.
const LARGEST: u64 = 1 << 20;

/// What became of one exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upgraded {
    /// It has the present form already.
    Present,
    /// It was converted; the file as it was stands beside it under this name.
    Converted(String),
    /// It has this name now.
    Renamed(String),
}

/// Brings the exercises of a course folder into the present form: the paths of their files, and what became of each. Where one of
/// them cannot be converted, none is changed.
///
/// # Errors
/// A folder without exercises; an exercise that cannot be read or converted; the disk's.
pub fn upgrade(course: &Path) -> Result<Vec<(String, Upgraded)>, Ending> {
    let (mut faults, mut found) = (Vec::new(), Vec::new());
    let mut folders: Vec<String> = std::fs::read_dir(course.join("exercises"))
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    folders.sort();
    for folder in folders {
        let path = format!("exercises/{folder}/exercise.toml");
        let bytes = match disk::read(course, &path, LARGEST) {
            Ok(bytes) => bytes,
            // Not every folder is an exercise.
            Err(disk::Refused::Missing | disk::Refused::NotAFile(_, disk::Other::File)) => continue,
            Err(refused) => {
                faults.push(refused.fault(&path, &Text::new("an exercise", "演習のファイル")));
                continue;
            }
        };
        match converted(&path, &bytes) {
            Ok(None) => found.push((path, bytes, None)),
            Ok(Some(text)) => {
                let before = before(&path);
                if course.join(&before).exists() {
                    let found = Text::new("a file that is there already", "すでにあるファイルです");
                    faults.push(Fault::already_there(before, found));
                }
                found.push((path, bytes, Some(text)));
            }
            Err(of_file) => faults.extend(of_file),
        }
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    if found.is_empty() {
        let shown = course.display().to_string();
        let expected = Text::new(
            "a course folder: exercises/…/exercise.toml within it",
            "コースのフォルダー（中に exercises/…/exercise.toml があるもの）",
        );
        return Err(vec![Fault::new(
            Id::UnknownCourse,
            Place::file(shown),
            Text::new("no exercise", "演習がありません"),
            expected,
        )]
        .into());
    }
    let mut upgraded = Vec::new();
    for (path, ..) in &found {
        upgraded.extend(renamed(course, path.trim_end_matches("exercise.toml"))?);
    }
    for (path, bytes, text) in found {
        let Some(text) = text else {
            upgraded.push((path, Upgraded::Present));
            continue;
        };
        let before = before(&path);
        let write = |path: &str, bytes: &[u8]| {
            disk::write(course, path, bytes).map_err(|refused| Ending::unwritten(path, &refused))
        };
        write(&before, &bytes)?;
        write(&path, text.as_bytes())?;
        upgraded.push((path, Upgraded::Converted(before)));
    }
    Ok(upgraded)
}

/// Where an exercise stays as it was.
fn before(path: &str) -> String {
    path.replace("exercise.toml", "exercise.before.toml")
}

/// Gives the proof of an exercise over many draws its present name.
fn renamed(course: &Path, folder: &str) -> Result<Vec<(String, Upgraded)>, Ending> {
    let mut renamed = Vec::new();
    for end in ["toml", "svg"] {
        let (before, after) = (format!("{folder}calibration.{end}"), format!("{folder}reliability.{end}"));
        if disk::sound(course, &before, LARGEST).is_err() || course.join(&after).exists() {
            continue;
        }
        std::fs::rename(course.join(&before), course.join(&after)).map_err(|error| {
            let found = text!("a file that cannot be renamed: {error}", "名前を変えられません：{error}");
            let expected = text!("the name {after}", "{after} という名前");
            Ending::Disk(Fault::new(Id::Unwritable, Place::file(before.clone()), found, expected))
        })?;
        renamed.push((before, Upgraded::Renamed(after)));
    }
    Ok(renamed)
}

/// The file in the present form; nothing where it has that form already.
///
/// # Errors
/// What is wrong with the file as it stands, or with what became of it.
pub fn converted(file: &str, bytes: &[u8]) -> Result<Option<String>, Vec<Fault>> {
    match keys::peek(bytes, "format", 1) {
        Some(1) => {}
        // The reader says what it is.
        _ => return exercise::read(file, bytes).map(|_| None),
    }
    let whole = |found: String| {
        let expected = Text::new("a file in TOML", "TOMLのファイル");
        vec![Fault::new(Id::NotToml, Place::file(file), text!("{found}", "{found}"), expected)]
    };
    let text = std::str::from_utf8(bytes).map_err(|error| whole(error.to_string()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parsed = DeTable::parse(text).map_err(|error| whole(error.message().to_owned()))?;
    let (mut changes, mut faults): (Vec<Change>, Vec<Fault>) = (Vec::new(), Vec::new());
    if let Some(DeValue::Array(checks)) = parsed.get_ref().get("check").map(Spanned::get_ref) {
        for (n, check) in checks.iter().enumerate() {
            let DeValue::Table(table) = check.get_ref() else { continue };
            match check_of(table) {
                Ok(of_check) => changes.extend(of_check),
                Err((key, found, expected)) => {
                    let key = Some(format!("check[{}].{key}", n + 1));
                    faults.push(Fault::new(
                        Id::Refused,
                        Place { key, ..Place::of(file, &text.into(), check.span()) },
                        found,
                        expected,
                    ));
                }
            }
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    if let Some((_, value)) = parsed.get_ref().iter().find(|(key, _)| key.get_ref() == "format") {
        changes.push((value.span(), FORMAT.to_string()));
    } else {
        let first = parsed.get_ref().iter().map(|(key, _)| key.span().start).min().unwrap_or(0);
        changes.push((first..first, format!("format = {FORMAT}\n")));
    }
    changes.sort_by_key(|(at, _)| std::cmp::Reverse(at.start));
    let mut out = text.to_owned();
    for (at, new) in changes {
        out.replace_range(at, &new);
    }
    exercise::read(file, out.as_bytes())?;
    Ok(Some(out))
}

/// Bytes of a file, and what stands there instead.
type Change = (Range<usize>, String);

/// A key, what is wrong with it, and what was expected.
type Wrong = (&'static str, Text, Text);

/// What has to be changed in one check; or the key, what is wrong with it, and what was expected.
fn check_of(check: &DeTable) -> Result<Vec<Change>, Wrong> {
    let entry = |key: &'static str| {
        let found = check.iter().find(|(name, _)| name.get_ref() == key);
        match found.map(|(name, value)| (name.span(), value.span(), value.get_ref())) {
            Some((name, value, DeValue::String(text))) => Ok((name, value, text.as_ref())),
            _ => Err((key, Text::new("nothing", "このキーがありません"), Text::new("an SQL text", "SQLの文"))),
        }
    };
    let (name, value, judged) = entry("sql")?;
    let (_, shown, figures) = entry("shows")?;
    let read = |key: &'static str, text: &str| Query::read(text).map_err(|fault| (key, fault.found, fault.expected));
    let joined = older::joined(&read("sql", judged)?, &read("shows", figures)?);
    let Some((shows, passes)) = joined else {
        return Err((
            "sql",
            Text::new("a query that cannot be converted", "自動では変換できないSQL"),
            Text::new(
                "by hand: the figures in `shows`, and in `passes` the condition over their row",
                "手での書き換え：値は`shows`に、その行に対する条件は`passes`に書きます",
            ),
        ));
    };
    let mut changes = vec![(name.start..value.end, format!("passes = {}", quoted(&passes)))];
    if shows != figures.trim() {
        changes.push((shown, quoted(&shows)));
    }
    Ok(changes)
}

/// A text as TOML.
fn quoted(text: &str) -> String {
    if text.contains('\n') && !text.contains("\"\"\"") && !text.contains('\\') {
        return format!("\"\"\"\n{text}\"\"\"");
    }
    toml::Value::String(text.to_owned()).to_string()
}
