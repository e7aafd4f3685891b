//! What learners may hold of a course: everything but its answers.

use std::collections::BTreeSet;
use std::path::Path;

use crate::ending::Ending;
use course::pack::{Pack, REFERENCE, WRONG};
use course::{courses, mistakes};
use diagnostics::fault::Fault;
use diagnostics::text::Text;
use engine::models::VOCABULARY;
use toml_edit::{DocumentMut, Item};

/// Files to write: path below a course folder, and bytes.
pub type Files = Vec<(String, Vec<u8>)>;

/// The folders of an exercise that hold its answers.
pub const SOLUTIONS: [&str; 2] = [REFERENCE, WRONG];

/// Writes the course that learners may hold: no reference and no wrong solution, but of each mistake what it decides, what it fails and
/// why people make it. With `only` it holds these exercises alone, without the debriefs, which give a lesson away before it is learned:
/// [`debriefs`] are for afterwards. Gives the paths written, within `folder`.
///
/// # Errors
/// A folder that is not empty, exercises that cannot be read; the disk's.
pub fn for_learners(folder: &Path, pack: &Pack, only: Option<&[String]>) -> Result<Vec<String>, Ending> {
    if std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        let found = Text::new("a folder that is not empty", "空でないフォルダーです");
        return Err(vec![Fault::already_there(folder.display().to_string(), found)].into());
    }
    let mut files = Files::new();
    for id in pack.exercises().into_iter().filter(|id| only.is_none_or(|only| only.contains(id))) {
        let exercise = pack.exercise(&id)?;
        let answers = SOLUTIONS.map(|folder| format!("exercises/{id}/{folder}/"));
        let own = within(pack, &format!("exercises/{id}"));
        let is_kept = |path: &str| {
            !answers.iter().any(|folder| path.starts_with(folder)) && (only.is_none() || !is_debrief(path))
        };
        let cover = format!("exercises/{id}/exercise.toml");
        files.extend(own.into_iter().filter(|(path, _)| is_kept(path)).map(|(path, bytes)| match only {
            Some(there) if path == cover => (path, without_others(bytes, there)),
            _ => (path, bytes),
        }));
        let mistakes = mistakes::of(pack, &VOCABULARY, &exercise)?;
        files.push((format!("exercises/{id}/{}", mistakes::FILE), mistakes::written(&mistakes).into_bytes()));
        files.extend(within(pack, &format!("datasets/{}", exercise.dataset.value)));
    }
    // The list of courses names exercises that are not here.
    let listed = pack.bytes(courses::FILE).filter(|_| only.is_none());
    files.extend(listed.map(|bytes| (courses::FILE.to_owned(), bytes.into_owned())));
    // Exercises may share a dataset.
    files.sort();
    files.dedup();
    write_all(folder, files)
}

/// Writes the debriefs of exercises, at the paths that they have in a course; the paths written, within `folder`.
///
/// # Errors
/// The disk's.
pub fn debriefs(folder: &Path, pack: &Pack, of: &[String]) -> Result<Vec<String>, Ending> {
    let all = of.iter().flat_map(|id| within(pack, &format!("exercises/{id}")));
    write_all(folder, all.filter(|(path, _)| is_debrief(path)).collect())
}

/// The file of an exercise that names, of those that come before it, only those that are `there`: a course is read whole.
fn without_others(exercise: Vec<u8>, there: &[String]) -> Vec<u8> {
    let text = String::from_utf8_lossy(&exercise);
    let Ok(mut document) = text.trim_start_matches('\u{feff}').parse::<DocumentMut>() else { return exercise };
    if let Some(after) = document.get_mut("after").and_then(Item::as_array_mut) {
        after.retain(|id| id.as_str().is_some_and(|id| there.iter().any(|other| other == id)));
    }
    document.to_string().into_bytes()
}

fn is_debrief(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.starts_with("debrief."))
}

/// Writes files below a folder; their paths.
///
/// # Errors
/// The disk's.
pub fn write_all(folder: &Path, files: Files) -> Result<Vec<String>, Ending> {
    // What stands in the way of a folder is found before any file is written: half of them would be in the way of the next try.
    let within: BTreeSet<&str> =
        files.iter().map(|(path, _)| path.rsplit_once('/').map_or("", |(within, _)| within)).collect();
    for path in within {
        disk::make_folder(folder, path).map_err(|refused| Ending::unwritten(path, &refused))?;
    }
    let mut written = Vec::new();
    for (path, bytes) in files {
        disk::write(folder, &path, &bytes).map_err(|refused| Ending::unwritten(&path, &refused))?;
        written.push(path);
    }
    Ok(written)
}

/// All files of a pack below a folder; a proof belongs to the exercise that was proved.
pub fn within(pack: &Pack, path: &str) -> Files {
    let is_proof = |name: &str| ["reliability.", "calibration."].iter().any(|proof| name.starts_with(proof));
    let mut files: Files = pack
        .files(path)
        .into_iter()
        .filter(|name| !path.starts_with("exercises/") || !is_proof(name))
        .filter_map(|name| {
            let path = format!("{path}/{name}");
            let bytes = pack.bytes(&path)?.into_owned();
            Some((path, bytes))
        })
        .collect();
    for inner in pack.folders(path) {
        files.extend(within(pack, &format!("{path}/{inner}")));
    }
    files
}
