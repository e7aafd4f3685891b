//! The documents that programs read: each is told in `docs/json.md`.

use std::collections::BTreeSet;
use std::path::Path;

/// The schemas `practicum.<name>/<n>` that a text quotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').filter(|word| {
        let parts = word.strip_prefix("practicum.").and_then(|rest| rest.split_once('/'));
        parts.is_some_and(|(name, version)| {
            let is_name = name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            is_name && !name.is_empty() && version.parse::<u32>().is_ok()
        })
    })
}

#[test]
fn each_document_is_told_in_the_documentation() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut open, mut schemas) = (vec![root.join("src")], BTreeSet::new());
    while let Some(folder) = open.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                schemas.extend(quoted(&std::fs::read_to_string(&path).unwrap()).map(str::to_owned));
            }
        }
    }
    assert!(schemas.len() > 20 && schemas.contains("practicum.result/1"), "{schemas:?}");
    let told = std::fs::read_to_string(root.join("docs/json.md")).unwrap();
    let untold: Vec<_> = schemas.iter().filter(|schema| !told.contains(schema.as_str())).collect();
    assert!(untold.is_empty(), "docs/json.md does not tell of {untold:?}");
}
