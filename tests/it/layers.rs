//! The floors of the house: no room imports a higher one, and no two rooms import each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Each room and its floor, as the table in `src/lib.rs` tells them.
const FLOORS: &[(&str, u8)] = &[
    ("seed", 0),
    ("text", 0),
    ("fault", 0),
    ("disk", 0),
    ("keys", 0),
    ("schema", 0),
    ("metrics", 1),
    ("models", 1),
    ("render", 1),
    ("target", 1),
    ("course", 2),
    ("sql", 2),
    ("tables", 2),
    ("synth", 3),
    ("cohort", 3),
    ("prepare", 3),
    ("train", 3),
    ("operate", 3),
    ("evaluate", 4),
    ("measure", 4),
    ("check", 4),
    ("run", 5),
    ("report", 6),
    ("learner", 6),
    ("author", 7),
    ("cli", 8),
];

fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // A crate of its own has rooms of its own.
            if !path.join("Cargo.toml").is_file() {
                files(&path, found);
            }
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

fn room(path: &Path, src: &Path) -> String {
    let first = path.strip_prefix(src).unwrap().components().next().unwrap();
    first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

/// What each room imports.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    files(&src, &mut paths);
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in paths {
        let from = room(&path, &src);
        if ["lib", "main", "build"].contains(&from.as_str()) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let code: String =
            text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        let uses = imports.entry(from.clone()).or_default();
        for piece in code.split("crate::").skip(1) {
            // `use crate::{a, b}` would hide rooms from this test; the macro `crate::text!` is the room `text`.
            let name: String = piece.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            assert!(!name.is_empty(), "{}: write each `crate::` import on a line of its own", path.display());
            uses.insert(name);
        }
        uses.remove(&from);
    }
    imports
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
fn no_room_imports_a_higher_one() {
    let floor = |room: &str| {
        FLOORS.iter().find(|(name, _)| *name == room).unwrap_or_else(|| panic!("the room `{room}` has no floor")).1
    };
    for (from, uses) in imports() {
        for to in uses {
            assert!(
                floor(&to) <= floor(&from),
                "`{from}` (floor {}) imports `{to}` (floor {})",
                floor(&from),
                floor(&to)
            );
        }
    }
}

#[test]
fn no_rooms_import_each_other_in_a_circle() {
    let imports = imports();
    for start in imports.keys() {
        let mut seen = BTreeSet::new();
        let mut open = vec![start];
        while let Some(room) = open.pop() {
            for next in &imports[room] {
                assert_ne!(next, start, "a circle through `{start}` and `{room}`");
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
    }
}

/// Rooms whose files import each other in a circle: none may be added, and what is mended is struck off.
const CIRCULAR: &[&str] = &["author", "check", "cli", "keys", "render", "synth"];

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

/// What each file or folder of a room imports of the others; the room's own file is `""`. What it only hands on is imported from
/// where it is.
fn inside(name: &str) -> BTreeMap<String, BTreeSet<String>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let folder = src.join(name);
    let root = [folder.join("mod.rs"), src.join(format!("{name}.rs"))].into_iter().find(|path| path.is_file());
    let Some(root) = root.map(|path| code(&path)).filter(|_| folder.is_dir()) else { return BTreeMap::new() };
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    paths.retain(|path| !path.ends_with("tests.rs") && *path != folder.join("mod.rs"));
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
        rests.extend(code.split(&format!("crate::{name}::")).skip(1));
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

#[test]
fn no_files_of_a_room_import_each_other_in_a_circle() {
    let mut circular = BTreeSet::new();
    for (name, _) in FLOORS {
        let uses = inside(name);
        for start in uses.keys() {
            let (mut seen, mut open) = (BTreeSet::new(), vec![start]);
            while let Some(file) = open.pop() {
                for next in &uses[file] {
                    if next == start {
                        assert!(
                            CIRCULAR.contains(name),
                            "in the room `{name}` a circle through `{start}` and `{file}`"
                        );
                        circular.insert(*name);
                    } else if seen.insert(next) {
                        open.push(next);
                    }
                }
            }
        }
    }
    assert_eq!(circular, CIRCULAR.iter().copied().collect(), "strike off CIRCULAR what has no circle any more");
}
