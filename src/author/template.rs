//! The exercise that new ones begin with.

use std::path::Path;

use include_dir::{Dir, include_dir};

use app::handout::Files;
use course::dataset;
use diagnostics::keys::{self, Section};

static TEMPLATE: Dir = include_dir!("$CARGO_MANIFEST_DIR/template");

/// The template's exercise and dataset.
pub(super) const TEMPLATE_ID: &str = "template";

/// The template's files.
pub(super) fn files() -> Files {
    let mut files = Vec::new();
    let mut open: Vec<&Dir> = vec![&TEMPLATE];
    while let Some(dir) = open.pop() {
        open.extend(dir.dirs());
        files.extend(dir.files().map(|file| (slashed(file.path()), file.contents().to_vec())));
    }
    files.sort();
    files
}

/// The data card of the template, as a new exercise begins with it.
pub(super) fn card() -> Option<Section> {
    let file = format!("datasets/{TEMPLATE_ID}/dataset.toml");
    let dataset = keys::read(&file, TEMPLATE.get_file(&file)?.contents(), dataset::KEYS).ok()?;
    dataset.maybe_table("card").cloned()
}

fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
}
