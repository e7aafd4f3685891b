//! What is written from the code for those who look things up: keys, functions, rules, pictures.

pub mod files;
pub mod gallery;
pub mod reference;

use std::path::Path;

use app::ending::Ending;
use diagnostics::fault::Fault;
use diagnostics::text::Text;

/// What every page says that is written here.
const MARK: &str = "Written by `practicum author";

/// Writes pages and pictures below a folder; their paths. Pages that were written so before are replaced.
///
/// # Errors
/// A page of somebody's own that has the name of one of these: then nothing is written; the disk's.
pub fn write(folder: &Path, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Vec<String>, Ending> {
    let files: Vec<(String, Vec<u8>)> = files.into_iter().collect();
    let is_page = |name: &str| Path::new(name).extension().is_some_and(|end| end == "md");
    for (name, _) in files.iter().filter(|(name, _)| is_page(name)) {
        let there = disk::read(folder, name, disk::TABLE);
        if there.is_ok_and(|bytes| !String::from_utf8_lossy(&bytes).contains(MARK)) {
            let shown = folder.join(name).display().to_string();
            let found = Text::new(
                "a page that is there already, and was not written by this command",
                "このコマンドで作ったものではないページが、すでにあります",
            );
            return Err(vec![Fault::already_there(shown, found)].into());
        }
    }
    let mut written = Vec::new();
    for (name, bytes) in files {
        let shown = folder.join(&name).display().to_string();
        disk::write(folder, &name, &bytes).map_err(|refused| Ending::unwritten(&shown, &refused))?;
        written.push(shown);
    }
    Ok(written)
}
