//! A workspace stays readable whatever happens while it is written.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use practicum::disk::power::FAILS_AT;

use super::session::Learner;

/// Every file of a folder that is not hidden, by its path.
pub(super) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(&at).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    found
}

/// Calls the program while the power fails at a step of its writes; whether it failed before the program came to its end.
fn fails(learner: &Learner, arguments: &[&str], step: usize) -> bool {
    let mut command = Command::new(env!("CARGO_BIN_EXE_practicum"));
    command.current_dir(learner.path(".")).args(arguments).env(FAILS_AT, step.to_string()).env("PRACTICUM_LANG", "en");
    let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    ended.code().is_none_or(|code| !(0..=1).contains(&code))
}

#[test]
fn the_power_may_fail_at_any_step_of_a_start_and_the_next_one_ends_it() {
    let undisturbed = Learner::new();
    undisturbed.types("start first-look").ends(0);
    let whole = files(&undisturbed.path("practicum/first-look"));
    let mut step = 1;
    loop {
        let learner = Learner::new();
        if !fails(&learner, &["start", "first-look"], step) {
            break;
        }
        // Whatever is there by its name is whole.
        for (name, bytes) in files(&learner.path("practicum/first-look")) {
            // What the program remembers grows with each file that it has written.
            if name == "practicum.toml" {
                toml::from_str::<toml::Table>(std::str::from_utf8(&bytes).unwrap()).unwrap();
            } else {
                assert!(whole[&name] == bytes, "{name}, step {step}");
            }
        }
        learner.types("start first-look").ends(0);
        assert_eq!(files(&learner.path("practicum/first-look")), whole, "step {step}");
        step += 1;
    }
    assert!(step > 20, "a start has many steps: {step}");
}

#[test]
fn the_power_may_fail_at_any_step_of_a_check_and_nothing_is_lost_or_half_written() {
    let learner = Learner::new();
    learner.types("start first-look").ends(0);
    let given = files(&learner.path("practicum/first-look"));
    learner.types("check first-look --json");
    let whole = files(&learner.path("practicum/first-look/results/1"));
    let mut step = 1;
    while fails(&learner, &["check", "first-look"], step) {
        let now = files(&learner.path("practicum/first-look"));
        for (name, bytes) in &given {
            assert!(now[name] == *bytes, "{name}, step {step}");
        }
        let results = files(&learner.path("practicum/first-look/results"));
        let mut runs: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for name in results.keys() {
            let (run, file) = name.split_once('/').unwrap();
            runs.entry(run).or_default().push(file);
        }
        // What has no name yet was not finished, and nobody is told of it.
        for (run, names) in runs {
            assert_eq!(names, whole.keys().map(String::as_str).collect::<Vec<_>>(), "run {run}, step {step}");
        }
        step += 1;
    }
    assert!(step > 10, "a check has many steps: {step}");
    // And the next command takes up from there.
    assert_eq!(learner.types("check first-look --json").json()["schema"], "practicum.result/1");
    learner.types("history first-look").ends(0);
}

#[test]
fn a_file_that_cannot_be_written_loses_nothing() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    // A file stands where the results should go.
    learner.writes("practicum/sepsis-alarm/results", "in the way");
    learner.types("run sepsis-alarm").ends(2).says("practicum/sepsis-alarm/results");
    assert!(learner.read("practicum/sepsis-alarm/plan.toml").contains("[operate]"));
}
