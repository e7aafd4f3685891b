//! A new exercise from one that is right: the template, or any other. It validates before a word of it is changed.

use std::path::{Path, PathBuf};

use super::docs::files::{FILES, of};
use super::template::{self, TEMPLATE_ID};
use app::ending::Ending;
use app::handout::{Files, SOLUTIONS, within, write_all};
use course::pack::{Content, Pack};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;

/// Where editors find the schemas of a course folder.
const SCHEMAS: &str = ".schema";

/// An exercise to begin from.
#[derive(Clone, Copy, Debug)]
pub struct From<'p> {
    /// The course that it stands in.
    pub pack: &'p Pack,
    /// Its id.
    pub id: &'p str,
    /// Whether its reference and its wrong solutions are taken along: a course that gives them on gives its answers away.
    pub with_solutions: bool,
}

/// An exercise that was begun.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The course folder.
    pub folder: PathBuf,
    /// The paths written, within that folder.
    pub written: Vec<String>,
    /// The folders of the exercise to begin from that were left out.
    pub left_out: &'static [&'static str],
}

/// Begins an exercise in a course folder, from the template or from another exercise: one of the same folder or, where it has none of
/// this name, of those that the program brings.
///
/// # Errors
/// As [`new`].
pub fn begin(
    pack: &Pack,
    content: &'static Content,
    id: &str,
    from: Option<&str>,
    with_solutions: bool,
) -> Result<Begun, Ending> {
    let folder = match pack {
        Pack::Folder(root) => root.clone(),
        Pack::Embedded(_) => PathBuf::from("."),
    };
    let own = Pack::Embedded(content);
    let from = from.map(|other| From {
        pack: if pack.exercises().iter().any(|there| there == other) { pack } else { &own },
        id: other,
        with_solutions,
    });
    let left_out = if from.is_some() && !with_solutions { &SOLUTIONS[..] } else { &[] };
    let written = new(&folder, id, from)?;
    Ok(Begun { folder, written, left_out })
}

/// Writes a new exercise with a dataset of its own into a course folder; the paths written, within that folder.
///
/// # Errors
/// A name that cannot be used, an exercise that is there already, one to begin from that is not; the disk's.
pub fn new(folder: &Path, id: &str, from: Option<From>) -> Result<Vec<String>, Ending> {
    let plain = id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && id.len() <= 40;
    if !plain || id == TEMPLATE_ID {
        let found = text!("the name \"{id}\"", "名前 \"{id}\"");
        let expected = Text::new(
            "small letters, digits and - only, a letter first: what it teaches, such as missing-lactate",
            "英小文字・数字・- だけの名前（先頭は文字）。例：missing-lactate のように、教える内容を表す名前",
        );
        return Err(vec![Fault::new(Id::BadName, Place::file("author new"), found, expected)].into());
    }
    for path in [format!("exercises/{id}"), format!("datasets/{id}")] {
        if folder.join(&path).exists() {
            let found = Text::new("a folder that is there already", "すでにあるフォルダーです");
            return Err(vec![Fault::already_there(path, found)].into());
        }
    }
    let mut files = match from {
        None => renamed(template::files(), TEMPLATE_ID, TEMPLATE_ID, id),
        Some(From { pack, id: other, with_solutions }) => {
            let exercise = pack.exercise(other)?;
            let dataset = exercise.dataset.value;
            let mut files = within(pack, &format!("exercises/{other}"));
            let answers = SOLUTIONS.map(|folder| format!("exercises/{other}/{folder}/"));
            files.retain(|(path, _)| with_solutions || !answers.iter().any(|folder| path.starts_with(folder)));
            files.extend(within(pack, &format!("datasets/{dataset}")));
            renamed(files, other, &dataset, id)
        }
    };
    for file in FILES {
        let schema = format!("{:#}", of(file));
        files.push((format!("{SCHEMAS}/{}.json", file.name), schema.into_bytes()));
    }
    write_all(folder, files)
}

/// The same files under a new name, at version 1.
fn renamed(files: Files, exercise: &str, dataset: &str, id: &str) -> Files {
    let rename = |(path, bytes): (String, Vec<u8>)| {
        let new = match path.strip_prefix(&format!("exercises/{exercise}/")) {
            Some(rest) => format!("exercises/{id}/{rest}"),
            None => path.replacen(&format!("datasets/{dataset}/"), &format!("datasets/{id}/"), 1),
        };
        let is_text = PathBuf::from(&path).extension().is_some_and(|end| end == "toml" || end == "md");
        let bytes = match String::from_utf8(bytes) {
            Ok(text) if is_text => lines(&text, exercise, dataset, id, path.starts_with("datasets/")).into_bytes(),
            Ok(text) => text.into_bytes(),
            Err(bytes) => bytes.into_bytes(),
        };
        (new, bytes)
    };
    files.into_iter().map(rename).collect()
}

fn lines(text: &str, exercise: &str, dataset: &str, id: &str, of_dataset: bool) -> String {
    let mut out = String::new();
    let mut top = true;
    for line in text.split_inclusive('\n') {
        // Above the first table stand the file's own id and version.
        top &= !line.trim_start().starts_with('[');
        let end = &line[line.trim_end().len()..];
        let own = if of_dataset { dataset } else { exercise };
        let key = line.split('=').next().unwrap_or_default().trim();
        out += &match key {
            "id" if top && line.contains(&format!("\"{own}\"")) => format!("id = \"{id}\"{end}"),
            "version" if top => format!("version = 1{end}"),
            // Of another course, and of another exercise's past.
            "after" | "formerly" if top && !of_dataset => String::new(),
            "dataset" if top && !of_dataset => format!("dataset = \"{id}\"{end}"),
            "exercise" if top => match line.split_once('@') {
                Some((_, rest)) => {
                    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
                    format!("exercise = \"{id}@1{rest}")
                }
                None => line.to_owned(),
            },
            _ if line.starts_with("#:schema") => {
                let name = line.rsplit('/').next().unwrap_or_default().trim();
                let up = if line.contains("../..") { format!("../../{SCHEMAS}") } else { SCHEMAS.to_owned() };
                format!("#:schema {up}/{name}{end}")
            }
            _ => commands(line, exercise, id),
        };
    }
    out
}

/// Commands in a line that name the exercise.
fn commands(line: &str, exercise: &str, id: &str) -> String {
    let mut line = line.to_owned();
    for verb in ["start", "run", "check", "hint", "watch", "open", "submit"] {
        line = line.replace(&format!("practicum {verb} {exercise}"), &format!("practicum {verb} {id}"));
    }
    line
}
