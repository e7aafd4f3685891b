//! What a learner hands in: two files, known by their exact names. One that lies there under another name is told, not passed over.

use std::path::Path;

pub use course::pack::{ANSWERS, PLAN};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::narrow;
use disk::HAND_IN;

/// The names under which the program itself lays a file that it replaces: the first that is free, or holds the same already.
pub fn before(file: &str) -> impl Iterator<Item = String> {
    let stem = file.trim_end_matches(".toml").to_owned();
    (1..).map(move |n| if n == 1 { format!("{stem}.before.toml") } else { format!("{stem}.before.{n}.toml") })
}

/// Whether a name is one of those of [`before`].
fn is_before(name: &str, file: &str) -> bool {
    let rest = name.strip_prefix(file.trim_end_matches(".toml")).and_then(|rest| rest.strip_prefix(".before"));
    rest.and_then(|rest| rest.strip_suffix(".toml"))
        .is_some_and(|n| n.is_empty() || n.strip_prefix('.').is_some_and(|n| n.parse::<u32>().is_ok()))
}

/// A file that is handed in.
#[derive(Debug, Default)]
pub struct HandInFile {
    /// Its bytes; none where there is no such file, nor one that might be meant.
    pub bytes: Option<Vec<u8>>,
    /// Other files beside it that a learner could take for it.
    pub others: Vec<String>,
}

/// What was handed in, byte for byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HandedIn {
    /// The plan; none where there was none.
    pub plan: Option<Vec<u8>>,
    /// The answers.
    pub answers: Option<Vec<u8>>,
}

/// Looks for `file` in a workspace; `shown` is what the learner calls it.
///
/// # Errors
/// It is there only under another name, or is no file that may be read.
pub fn find(folder: &Path, file: &str, shown: &str) -> Result<HandInFile, Fault> {
    let names = names(folder);
    let mut others: Vec<String> =
        names.iter().filter(|name| *name != file && !is_before(name, file) && is_like(name, file)).cloned().collect();
    others.truncate(3);
    // By the folder's own list: `Plan.toml` is not `plan.toml`, also where the disk makes no difference.
    if names.iter().any(|name| name == file) {
        let what = text!("a file `{file}`", "ファイル`{file}`");
        let bytes = disk::read(folder, file, HAND_IN).map_err(|refused| refused.fault(shown, &what))?;
        return Ok(HandInFile { bytes: Some(bytes), others });
    }
    if others.is_empty() {
        return Ok(HandInFile::default());
    }
    let list = others.join(", ");
    Err(Fault::new(
        Id::MissingFile,
        Place::file(shown),
        text!("no file of this name, but {list}", "この名前のファイルはありませんが、{list} があります"),
        text!(
            "the name {file}: rename the file (Windows hides endings such as .txt until it is told to show them)",
            "{file} という名前（ファイルの名前を変えてください。Windowsでは .txt などの拡張子が表示されないことがあります）"
        ),
    ))
}

/// The names of what a folder holds, in order, without the hidden ones.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

/// Whether a name may stand for `file`: it has its stem as a word of its own (`Plan.toml`, `plan.toml.txt`, `plan (1).toml`,
/// `ｐｌａｎ.toml`), or two letters of it are wrong (`plna.toml`).
pub fn is_like(name: &str, file: &str) -> bool {
    let name: String = name.chars().map(narrow).collect::<String>().to_lowercase();
    let stem = file.split('.').next().unwrap_or(file);
    let as_word = name.match_indices(stem).any(|(at, _)| {
        let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
        !is_letter(name[..at].chars().next_back()) && !is_letter(name[at + stem.len()..].chars().next())
    });
    as_word || name.len() <= 100 && strsim::damerau_levenshtein(&name, file) <= 2
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn names_that_may_be_meant_are_known() {
        for name in [
            "Plan.toml",
            "PLAN.TOML",
            "plan.toml.txt",
            "plan (1).toml",
            "plan.txt",
            "plan",
            "Copy of plan.toml",
            "plan - コピー.toml",
            "ｐｌａｎ.toml",
            "plna.toml",
            "plan.tolm",
            "my_plan.toml",
            "plan.toml~",
        ] {
            assert!(is_like(name, "plan.toml"), "{name}");
        }
        for name in ["answers.toml", "brief.en.md", "data", "explanation.md", "planet.csv", "practicum.toml", "look"] {
            assert!(!is_like(name, "plan.toml"), "{name}");
        }
        assert!(is_like("answer.toml", "answers.toml") && is_like("Answers (2).toml", "answers.toml"));
        assert!(!is_like("plan.toml", "answers.toml"));
    }
}
