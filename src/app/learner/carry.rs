//! A workspace as one file, to go on with on another computer.

use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::memory::{self, Memory};
use super::workspace::{FOLDER, Workspace};
use crate::ending::Ending;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use disk::{Refused, Whole};

/// What such a file is called.
pub const ENDING: &str = ".work.zip";

/// The most that is carried, in bytes, packed or not.
const LARGEST: u64 = 1 << 30;

/// The most files.
const MOST: usize = 20_000;

/// Writes a packed workspace where the learner stands, under a name that is free: what lies there already is not replaced. Gives the file.
///
/// # Errors
/// As [`packed`]; a folder that cannot be written.
pub fn exported(here: &Path, workspace: &Workspace) -> Result<String, Ending> {
    let id = workspace.id();
    let (mut file, mut n) = (format!("{id}{ENDING}"), 1);
    while here.join(&file).symlink_metadata().is_ok() {
        n += 1;
        file = format!("{id}.{n}{ENDING}");
    }
    let bytes = packed(workspace)?;
    disk::write(here, &file, &bytes).map_err(|refused| Ending::unwritten(&file, &refused))?;
    Ok(file)
}

/// Reads such a file and lays its workspace where the learner stands. Gives its exercise.
///
/// # Errors
/// A file that cannot be read or is no packed workspace, an exercise that was begun here already, the disk's.
pub fn imported(here: &Path, file: &Path) -> Result<String, Ending> {
    let shown = file.display().to_string();
    let whole = here.join(file);
    let name = whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = whole.parent().unwrap_or(here);
    let bytes = disk::read(folder, &name, disk::TABLE).map_err(|refused| vec![refused.fault(&shown, &made())])?;
    unpacked(here, &shown, bytes)
}

fn made() -> Text {
    Text::new("a file that `practicum export-work` made", "`practicum export-work` で作ったファイル")
}

/// Packs a workspace: everything but fitted models and what a job left, which are made anew.
///
/// # Errors
/// A file that cannot be read, our own failure.
pub fn packed(workspace: &Workspace) -> Result<Vec<u8>, Ending> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let root = workspace.folder();
    let mut open = vec![String::new()];
    while let Some(folder) = open.pop() {
        // A folder that cannot be read is told: what is carried is to be all of the work.
        let entries = std::fs::read_dir(root.join(&folder)).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
        let mut entries = entries.map_err(|error| {
            let what = Text::new("a folder that can be read", "読み取れるフォルダー");
            vec![Refused::Disk(error).fault(&workspace.shown(&folder), &what)]
        })?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            let kind = entry.file_type().map_err(|error| Ending::ours(&error))?;
            if kind.is_dir() {
                // What is hidden is made anew, or was never finished.
                if !name.starts_with('.') {
                    open.push(path);
                }
                continue;
            }
            let hidden_but_theirs = path == super::progress::FILE;
            // One that was packed before and lies within is no part of the work.
            let is_packed = folder.is_empty() && name.ends_with(ENDING);
            if !kind.is_file() || is_packed || (name.starts_with('.') && !hidden_but_theirs) {
                continue;
            }
            let bytes = disk::read(root, &path, disk::TABLE)
                .map_err(|refused| vec![refused.fault(&workspace.shown(&path), &Text::new("a file", "ファイル"))])?;
            let whole = zip.start_file(&path, SimpleFileOptions::default()).and_then(|()| Ok(zip.write_all(&bytes)?));
            whole.map_err(|error| Ending::ours(&error))?;
        }
    }
    let bytes = zip.finish().map_err(|error| Ending::ours(&error))?;
    Ok(bytes.into_inner())
}

/// Lays a packed workspace where the learner stands; `file` is how they call it. Nothing that is there is replaced. Gives its exercise.
///
/// # Errors
/// A file that is no packed workspace, names that lead out of it, an exercise that was begun here already, the disk's.
fn unpacked(here: &Path, file: &str, bytes: Vec<u8>) -> Result<String, Ending> {
    let wrong = |found: Text| Ending::Faults(vec![Fault::new(Id::Unreadable, Place::file(file), found, made())]);
    let mut zip = ZipArchive::new(Cursor::new(bytes))
        .map_err(|_| wrong(Text::new("no archive that can be read", "読み取れるアーカイブではありません")))?;
    if zip.len() > MOST {
        return Err(wrong(text!("more than {MOST} files in it", "{MOST}個を超えるファイルが入っています")));
    }
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut left = LARGEST;
    for at in 0..zip.len() {
        let broken = |_| wrong(Text::new("a broken archive", "壊れたアーカイブ"));
        let entry = zip.by_index(at).map_err(broken)?;
        let name = entry.name().map_err(broken)?.into_owned();
        let is_plain =
            entry.is_file() && !entry.is_symlink() && !name.contains('\\') && name.split('/').all(disk::is_name);
        if !is_plain {
            return Err(wrong(text!("the name {name:?} in it", "{name:?} という名前が含まれています")));
        }
        let mut bytes = Vec::new();
        // What an archive says of sizes is not believed.
        let read = entry.take(left + 1).read_to_end(&mut bytes);
        left = match read {
            Ok(n) if n as u64 <= left => left - n as u64,
            Ok(_) => {
                return Err(wrong(text!(
                    "more than {LARGEST} bytes in it",
                    "{LARGEST}バイトを超える内容が入っています"
                )));
            }
            Err(_) => return Err(wrong(Text::new("a broken archive", "壊れたアーカイブ"))),
        };
        files.push((name, bytes));
    }
    let Some((_, memory)) = files.iter().find(|(name, _)| name == memory::FILE) else {
        let name = memory::FILE;
        return Err(wrong(text!("no {name} in it", "{name} が入っていません")));
    };
    let id = Memory::read(memory::FILE, memory)?.exercise;
    if !disk::is_name(&id) {
        return Err(wrong(text!("the exercise {id:?}", "演習の名前 {id:?}")));
    }
    let workspace = Workspace::find(here, &id)?;
    if workspace.is_started() {
        let shown = workspace.shown("");
        return Err(Ending::Faults(vec![Fault::new(
            Id::AlreadyThere,
            Place::file(shown),
            Text::new("this exercise was begun here already", "この演習は、ここですでに始めています"),
            Text::new(
                "another folder, or this one given another name",
                "別のフォルダー（または、このフォルダーの名前を変えてから）",
            ),
        )]));
    }
    let unwritten = |refused: &Refused| Ending::unwritten(&workspace.shown(""), refused);
    let root = workspace.folder();
    let parent = root.parent().unwrap_or(here);
    if parent.file_name().is_some_and(|name| name == FOLDER)
        && let Some(above) = parent.parent()
    {
        disk::make_folder(above, FOLDER).map_err(|refused| unwritten(&refused))?;
    }
    // Until all of it is there, nothing was begun.
    let whole = Whole::begun(parent).map_err(|refused| unwritten(&refused))?;
    for (name, bytes) in &files {
        whole.write(name, bytes).map_err(|refused| unwritten(&refused))?;
    }
    // An empty folder of this name is nobody's work.
    let _ = std::fs::remove_dir(root);
    whole.named(std::iter::once(id.clone())).map_err(|refused| unwritten(&refused))?;
    Ok(id)
}
