//! The floors of the house: crates stand above those that they import, and inside them nothing imports in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Each crate and its floor, as the table in `src/lib.rs` tells them.
const FLOORS: &[(&str, u8)] = &[
    ("seed", 0),
    ("diagnostics", 0),
    ("kernels", 0),
    ("disk", 1),
    ("metrics", 1),
    ("render", 1),
    ("sql", 2),
    ("tables", 2),
    ("target", 2),
    ("course", 3),
    ("measure", 3),
    ("engine", 4),
    ("report", 5),
    ("app", 6),
    ("author", 7),
    ("class", 7),
    ("web", 7),
    ("cli", 8),
];

fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

fn room(path: &Path, src: &Path) -> String {
    let first = path.strip_prefix(src).unwrap().components().next().unwrap();
    first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

/// A folder's manifest; the root's is `""`.
fn manifest(folder: &str) -> toml::Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join("Cargo.toml");
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_commands_of_the_readme_mean_every_crate_and_each_has_the_lints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut open = vec![root.join("src")];
    let mut crates = BTreeSet::from([".".to_owned()]);
    while let Some(folder) = open.pop() {
        if folder.join("Cargo.toml").is_file() {
            crates.insert(folder.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/"));
        }
        open.extend(std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).filter(|path| path.is_dir()));
    }
    assert!(crates.len() > 1);
    let workspace = &manifest("")["workspace"];
    let listed: BTreeSet<String> = workspace["default-members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| member.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(listed, crates, "default-members in Cargo.toml");
    for folder in crates {
        assert_eq!(manifest(&folder)["lints"]["workspace"].as_bool(), Some(true), "[lints] of {folder}/Cargo.toml");
    }
}

#[test]
fn no_crate_imports_one_of_its_own_floor_or_above() {
    let floor = |name: &str| FLOORS.iter().find(|(known, _)| *known == name).map(|(_, floor)| *floor);
    for (name, above) in FLOORS {
        let manifest = manifest(&format!("src/{name}"));
        for dependency in manifest["dependencies"].as_table().unwrap().keys() {
            if let Some(other) = dependency.strip_prefix("practicum-") {
                let below = floor(other).unwrap_or_else(|| panic!("the crate `{other}` has no floor"));
                assert!(below < *above, "`{name}` (floor {above}) imports `{other}` (floor {below})");
            }
        }
    }
    let folders = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    for folder in folders.map(|entry| entry.unwrap()).filter(|entry| entry.file_type().unwrap().is_dir()) {
        let name = folder.file_name().into_string().unwrap();
        assert!(floor(&name).is_some(), "the crate `{name}` has no floor");
    }
}

/// A file's code without its comments and its tests.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The first word of what a path goes on with: one, or those of a list in braces.
fn firsts(rest: &str) -> Vec<String> {
    let word =
        |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(list) = rest.strip_prefix('{') else { return vec![word(rest)] };
    let (mut depth, mut found, mut from) = (0, Vec::new(), 0);
    for (at, sign) in list.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                found.push(word(&list[from..at]));
                from = at + 1;
                if sign == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    found.retain(|word| !word.is_empty());
    found
}

/// What each file or folder of a crate (`metrics`) or of a room in one (`engine/train`) imports of the others; its own file is `""`.
/// What it only hands on is imported from where it is.
fn inside(name: &str) -> BTreeMap<String, BTreeSet<String>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let folder = src.join(name);
    let roots = [folder.join("lib.rs"), folder.join("mod.rs"), src.join(format!("{name}.rs"))];
    let root = roots.iter().find(|path| path.is_file());
    let Some(root) = root.map(|path| code(path)).filter(|_| folder.is_dir()) else { return BTreeMap::new() };
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    paths.retain(|path| !path.ends_with("tests.rs") && !path.ends_with("build.rs") && !roots.contains(path));
    paths.retain(|path| !["benches", "tests"].iter().any(|other| path.starts_with(folder.join(other))));
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::from([(String::new(), BTreeSet::new())]);
    for path in &paths {
        uses.insert(room(path, &folder), BTreeSet::new());
    }
    let mut handed_on: BTreeMap<String, String> = BTreeMap::new();
    let mut own = String::new();
    for statement in root.split_inclusive(';') {
        let bare = statement.trim_start();
        match bare.strip_prefix("pub use ").or_else(|| bare.strip_prefix("use ")) {
            Some(path) => {
                let path = path.trim_start_matches("self::").trim_end_matches(';');
                if let Some((from, names)) = path.split_once("::").filter(|(from, _)| uses.contains_key(*from)) {
                    handed_on.extend(firsts(names).into_iter().map(|name| (name, from.to_owned())));
                }
                if !bare.starts_with("pub") {
                    own += statement;
                }
            }
            None => own += statement,
        }
    }
    let starts = |text: &str, at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
    let units: Vec<String> = uses.keys().filter(|unit| !unit.is_empty()).cloned().collect();
    for unit in units {
        let pattern = format!("{unit}::");
        if own.match_indices(&pattern).any(|(at, _)| starts(&own, at) || own[..at].ends_with("self::")) {
            uses.entry(String::new()).or_default().insert(unit);
        }
    }
    for path in &paths {
        let unit = room(path, &folder);
        let deep = path.strip_prefix(&folder).unwrap().components().count() - usize::from(path.ends_with("mod.rs"));
        let code = code(path);
        let mut rests: Vec<&str> = Vec::new();
        for (at, _) in code.match_indices("super::").filter(|(at, _)| starts(&code, *at)) {
            let rest = code[at..].trim_start_matches("super::");
            if (code.len() - at - rest.len()) / "super::".len() == deep {
                rests.push(rest);
            }
        }
        let own = name.split_once('/').map_or("crate::".to_owned(), |(_, room)| format!("crate::{room}::"));
        rests.extend(code.split(&own).skip(1));
        for first in rests.into_iter().flat_map(firsts) {
            let to = if uses.contains_key(&first) { Some(&first) } else { handed_on.get(&first) };
            let to = to.cloned().unwrap_or_default();
            if to != unit {
                uses.entry(unit.clone()).or_default().insert(to);
            }
        }
    }
    uses
}

/// Every crate, and every room of those that have rooms.
fn rooms() -> Vec<String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut rooms: Vec<String> = FLOORS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut open = rooms.clone();
    while let Some(name) = open.pop() {
        let entries = std::fs::read_dir(src.join(&name)).unwrap().map(|entry| entry.unwrap());
        let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
        let names = folders.map(|folder| folder.file_name().into_string().unwrap());
        let within = names.filter(|name| !["assets", "benches", "tests", "template"].contains(&name.as_str()));
        let within: Vec<String> = within.map(|folder| format!("{name}/{folder}")).collect();
        open.extend(within.iter().cloned());
        rooms.extend(within);
    }
    rooms
}

#[test]
fn what_stands_above_results_does_not_rename_the_engine() {
    let build = code(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine/build.rs"));
    let listed = build.split("const ABOVE: &[&str] = &[").nth(1).and_then(|rest| rest.split(']').next()).unwrap();
    let listed: BTreeSet<&str> = listed.split(',').map(|name| name.trim().trim_matches('"')).collect();
    // `measure` stands below the engine, which does not import it.
    let above = FLOORS.iter().filter(|(name, floor)| *floor > 4 || *name == "measure").map(|(name, _)| *name);
    assert_eq!(listed, above.collect());
}

/// Variants that no other room names: what is to be known of one stands in its own file.
#[test]
fn no_target_and_no_model_is_named_outside_its_room() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    files(&src, &mut paths);
    let targets = practicum::target::Target::ALL.iter().map(|target| format!("Target::{target:?}"));
    let targets: Vec<String> = targets.collect();
    let models: Vec<String> = practicum::models::kinds().iter().map(|(kind, _)| format!("\"{kind}\"")).collect();
    let mut named = Vec::new();
    for path in paths.iter().filter(|path| !path.ends_with("tests.rs") && !path.starts_with(src.join("kernels"))) {
        let (at, code) = (path.strip_prefix(&src).unwrap(), code(path));
        for (room, names) in [("target", &targets), ("engine/models", &models)] {
            let found = names.iter().filter(|name| !at.starts_with(room) && code.contains(name.as_str()));
            named.extend(found.map(|name| format!("{} names {name}", at.display())));
        }
    }
    assert!(named.is_empty(), "{named:#?}");
}

#[test]
fn no_files_of_a_room_import_each_other_in_a_circle() {
    let mut circles = Vec::new();
    for name in rooms() {
        let uses = inside(&name);
        for start in uses.keys() {
            let (mut seen, mut open) = (BTreeSet::new(), vec![start]);
            while let Some(file) = open.pop() {
                for next in &uses[file] {
                    if next == start {
                        circles.push(format!("`{name}`: through `{start}` and `{file}`"));
                    }
                    if seen.insert(next) {
                        open.push(next);
                    }
                }
            }
        }
    }
    assert!(circles.is_empty(), "{circles:#?}");
}
