//! What is written from the code for those who look things up: keys, functions, rules, pictures.

pub mod files;
pub mod gallery;
pub mod reference;

use std::path::Path;

use app::ending::Ending;

/// Writes pages and pictures below a folder; their paths.
///
/// # Errors
/// The disk's.
pub fn write(folder: &Path, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Vec<String>, Ending> {
    let mut written = Vec::new();
    for (name, bytes) in files {
        let shown = folder.join(&name).display().to_string();
        disk::write(folder, &name, &bytes).map_err(|refused| Ending::unwritten(&shown, &refused))?;
        written.push(shown);
    }
    Ok(written)
}
