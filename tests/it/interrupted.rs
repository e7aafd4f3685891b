//! A workspace stays readable whatever happens while it is written.

use std::time::Duration;

use super::session::Learner;

#[test]
fn a_command_killed_at_any_moment_leaves_whole_files() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    learner.types("check sepsis-alarm --json");
    let results = ["answers.toml", "calibration.svg", "plan.toml", "predictions.csv", "record.json", "result.json"];
    let files = ["plan.toml", "answers.toml", "data/develop.csv", "data/columns.md"];
    let whole: Vec<Vec<u8>> =
        files.iter().map(|file| learner.bytes(&format!("practicum/sepsis-alarm/{file}"))).collect();
    for moment in [5, 40, 80, 120, 160, 200, 250, 300, 400, 600] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_practicum"));
        command.current_dir(learner.path(".")).args(["check", "sepsis-alarm"]);
        let mut child =
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(moment));
        let _ = child.kill();
        let _ = child.wait();
        for (file, whole) in files.iter().zip(&whole) {
            assert!(
                learner.bytes(&format!("practicum/sepsis-alarm/{file}")) == *whole,
                "{file}, killed after {moment} ms"
            );
        }
        for entry in std::fs::read_dir(learner.path("practicum/sepsis-alarm/results")).unwrap() {
            let folder = entry.unwrap();
            // What is hidden was not finished, and nobody is told of it.
            if !folder.file_name().to_string_lossy().starts_with('.') {
                let mut names: Vec<_> = std::fs::read_dir(folder.path())
                    .unwrap()
                    .map(|file| file.unwrap().file_name().into_string().unwrap())
                    .collect();
                names.sort();
                assert_eq!(names, results, "{}, killed after {moment} ms", folder.path().display());
            }
        }
    }
    // And the next command takes up from there.
    assert_eq!(learner.types("check sepsis-alarm --json").json()["schema"], "practicum.result/1");
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
