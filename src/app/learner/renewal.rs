//! A workspace that was begun with an earlier version of its exercise: what is in it is laid aside, and the plan goes on.

use super::hand_in::{ANSWERS, PLAN};
use super::progress;
use super::workspace::{Workspace, WorkspaceError};
use course::exercise::Exercise;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use disk::Refused;
use toml_edit::{DocumentMut, Item};

/// Where files of earlier versions are laid, each version in a folder of its own.
const EARLIER: &str = "earlier";

/// What became of an older workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renewed {
    /// The version that it was begun with.
    pub version: i64,
    /// What the learner calls the folder in which its files lie now.
    pub aside: String,
}

/// The version that a plan, or answers, were written for, where it names this exercise and another version.
fn other_version(plan: &str, exercise: &Exercise) -> Option<i64> {
    let table: toml::Table = plan.parse().ok()?;
    let (id, version) = table.get("exercise")?.as_str()?.split_once('@')?;
    let version: i64 = version.parse().ok()?;
    let ours = id == exercise.id || exercise.formerly.iter().any(|former| former == id);
    (ours && version < exercise.version).then_some(version)
}

/// The plan for the present version: only what it says of the exercise is written anew.
fn carried(plan: &str, exercise: &Exercise) -> String {
    let Ok(mut document) = plan.parse::<DocumentMut>() else { return plan.to_owned() };
    if let Some(Item::Value(written)) = document.get_mut("exercise") {
        let decor = written.decor().clone();
        *written = exercise.reference().into();
        *written.decor_mut() = decor;
    }
    document.to_string()
}

/// Lays the files of an earlier version aside and carries its plan over; nothing where the workspace is of the present one.
///
/// # Errors
/// The disk's; files laid aside before that would be replaced.
pub fn renew(workspace: &Workspace, exercise: &Exercise) -> Result<Option<Renewed>, WorkspaceError> {
    let read = |file: &str| disk::read(workspace.folder(), file, disk::TABLE);
    // Where an exercise asks for no plan, the answers say of which version they are.
    let (plan, answers) = match read(PLAN) {
        Ok(plan) => (Some(plan), None),
        Err(Refused::Missing) => (None, read(ANSWERS).ok()),
        Err(_) => return Ok(None),
    };
    let says = plan.as_ref().or(answers.as_ref());
    let version = says.and_then(|says| other_version(&String::from_utf8_lossy(says), exercise));
    let Some(version) = version else { return Ok(None) };
    let aside = format!("{EARLIER}/{version}");
    let shown = workspace.shown(&aside);
    if workspace.folder().join(&aside).exists() {
        return Err(vec![Fault::new(
            Id::AlreadyThere,
            Place::file(shown),
            text!(
                "files of version {version} that were laid aside before",
                "以前に移した第{version}版のファイルがあります"
            ),
            text!(
                "a place for those of now: rename this folder",
                "今のファイルの置き場所（このフォルダーの名前を変えてください）"
            ),
        )]
        .into());
    }
    for file in workspace.given().chain([PLAN, ANSWERS, progress::FILE]) {
        match read(file) {
            Ok(bytes) => workspace.write(&format!("{aside}/{file}"), &bytes)?,
            Err(Refused::Missing) => {}
            Err(refused) => {
                let what = text!("a file of version {version}", "第{version}版のファイル");
                return Err(vec![refused.fault(&workspace.shown(file), &what)].into());
            }
        }
    }
    // Questions may be other ones, and what was concluded of other data is no conclusion any more.
    for file in [ANSWERS, progress::FILE] {
        workspace.remove(file)?;
    }
    if let Some(plan) = plan {
        workspace.write(PLAN, carried(&String::from_utf8_lossy(&plan), exercise).as_bytes())?;
    }
    Ok(Some(Renewed { version, aside: shown }))
}
