//! A mistake has a kind that stays, and is shown on the line where it stands.

use std::path::Path;

use practicum::fault::Id;
use unicode_width::UnicodeWidthStr;

use super::session::Learner;

/// Mistakes of several kinds, after full-width letters and tabs.
const PLAN: &str = "exercise = \"sepsis-alarm@2\"\n[train]\n\tepochs =\t0 # 全角の注釈\n[cohort]\nwhere = \"site = '病院' AND aeg > 65\"\n[split]\nvalid ＝ 0.2\n";

fn told(lang: &str, width: usize) -> String {
    let learner = Learner::new().with("COLUMNS", &width.to_string());
    learner.types("start sepsis-alarm").ends(0);
    learner.writes("practicum/sepsis-alarm/plan.toml", PLAN);
    learner.types(&format!("run sepsis-alarm --lang {lang}")).ends(2).err
}

#[test]
fn the_line_of_a_mistake_is_shown_with_the_spot_underlined() {
    for width in [60, 80] {
        for (lang, found, nearest) in
            [("en", "found:    the number 0", "nearest:  age"), ("ja", "内容：数値 0", "もしかして：age")]
        {
            let told = told(lang, width);
            // A tab takes four cells, a full-width letter two.
            for lines in [
                "    3 |     epochs =    0 # 全角の注釈\n      |                 ^\n    ",
                "    5 | where = \"site = '病院' AND aeg > 65\"\n      |                            ^^^\n",
                "    7 | valid ＝ 0.2\n      |       ^^\n",
                found,
                nearest,
            ] {
                assert!(told.contains(lines), "{lines}\nin\n{told}");
            }
            let wide = told.lines().find(|line| line.width() > width && line.split_whitespace().count() > 1);
            assert_eq!(wide, None, "{lang} at {width}:\n{told}");
        }
    }
}

#[test]
fn json_tells_the_kind_and_the_bytes_of_a_mistake() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    learner.writes("practicum/sepsis-alarm/plan.toml", PLAN);
    let json = learner.types("run sepsis-alarm --json").ends(2).json();
    let told: Vec<(&str, &str)> = json["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| {
            let bound = |at: usize| usize::try_from(fault["range"][at].as_u64().unwrap()).unwrap();
            (fault["id"].as_str().unwrap(), &PLAN[bound(0)..bound(1)])
        })
        .collect();
    assert_eq!(told, [("out-of-range", "0"), ("unknown-column", "aeg"), ("not-toml", "＝")]);
    let one = |line: &str| learner.types(&format!("{line} --json")).ends(2).json()["faults"][0]["id"].clone();
    assert_eq!(one("run sepsis-alram"), "unknown-exercise");
    assert_eq!(one("run sepsis-alarm --sed 1"), "unknown-option");
    assert_eq!(one("measure nothing.csv"), "missing-file");
}

#[test]
fn every_kind_of_mistake_is_one_that_somebody_can_make() {
    let mut code = String::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                code += &std::fs::read_to_string(path).unwrap();
            }
        }
    }
    let unused: Vec<String> = Id::ALL
        .iter()
        .map(|id| format!("Id::{id:?}"))
        .filter(|name| {
            !code.match_indices(name).any(|(at, _)| !code[at + name.len()..].starts_with(char::is_alphanumeric))
        })
        .collect();
    assert_eq!(unused, [""; 0], "kinds that nothing tells");
}
