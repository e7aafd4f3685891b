//! What a learner did before: history, comparison, hints, the way back, and what is handed in.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use super::session::Learner;

fn at_work() -> Learner {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    learner
}

fn plan(learner: &Learner, from: &str, to: &str) {
    let plan = learner.read("practicum/sepsis-alarm/plan.toml");
    assert!(plan.contains(from), "{plan}");
    learner.writes("practicum/sepsis-alarm/plan.toml", plan.replace(from, to));
}

#[test]
fn runs_are_listed_with_what_was_changed_and_any_two_are_compared() {
    let learner = at_work();
    learner.types("history sepsis-alarm").ends(0).says("Nothing was run yet");
    learner.types("run sepsis-alarm").ends(0);
    plan(&learner, "threshold = 0.25", "threshold = 0.1 ");
    learner.types("check sepsis-alarm").ends(1);
    let history =
        learner.types("history sepsis-alarm").ends(0).says("run 1").says("check 2:").says("[operate] threshold = 0.1");
    assert!(!history.out.contains("0.25"), "what was before stands with the run before: {}", history.out);
    learner.types("history sepsis-alarm --lang ja").ends(0).says("判定 2：");
    let json = learner.types("history sepsis-alarm --json").ends(0).json();
    assert_eq!((json["runs"].as_array().unwrap().len(), &json["runs"][1]["command"]), (2, &"check".into()));
    let compared = learner.types("compare 1 2 sepsis-alarm").ends(0).says("threshold = 0.25").says("threshold = 0.1");
    assert_eq!(compared.out.matches("AUROC").count(), 2, "{}", compared.out);
    learner.types("compare 1 9 sepsis-alarm").ends(2).says("one of 1, 2");
}

#[test]
fn hints_are_those_of_the_checks_that_failed_last() {
    let learner = at_work();
    learner.types("hint sepsis-alarm").ends(0).says("There is nothing to hint at");
    let checked = learner.types("check sepsis-alarm --json").ends(1).json();
    let failed = checked["checks"].as_array().unwrap().iter().find(|check| check["verdict"] == "failed").unwrap();
    let title = failed["title"]["en"].as_str().unwrap().split(' ').next().unwrap();
    learner.types("hint sepsis-alarm").ends(0).says(title);
}

#[test]
fn a_reset_keeps_what_was_there() {
    let learner = at_work();
    let given = learner.read("practicum/sepsis-alarm/plan.toml");
    learner.types("reset sepsis-alarm").ends(0).says("already");
    plan(&learner, "threshold = 0.25", "threshold = 0.1 ");
    let mine = learner.read("practicum/sepsis-alarm/plan.toml");
    learner.types("reset sepsis-alarm").ends(0).says("plan.before.toml");
    assert_eq!(learner.read("practicum/sepsis-alarm/plan.toml"), given);
    assert_eq!(learner.read("practicum/sepsis-alarm/plan.before.toml"), mine);
    // A second copy does not take the first one's place, and the same is not laid aside twice.
    plan(&learner, "threshold = 0.25", "threshold = 0.11");
    let other = learner.read("practicum/sepsis-alarm/plan.toml");
    learner.types("reset sepsis-alarm").ends(0).says("plan.before.2.toml");
    plan(&learner, "threshold = 0.25", "threshold = 0.11");
    learner.types("reset sepsis-alarm").ends(0).says("plan.before.2.toml");
    assert_eq!(learner.read("practicum/sepsis-alarm/plan.before.toml"), mine);
    assert_eq!(learner.read("practicum/sepsis-alarm/plan.before.2.toml"), other);
    // The copy is the program's own: it is neither warned of, nor does it stand in the way where the plan was deleted.
    let told = learner.types("run sepsis-alarm").ends(0);
    assert!(!told.out.contains("plan.before.toml"), "{}", told.out);
    std::fs::remove_file(learner.path("practicum/sepsis-alarm/plan.toml")).unwrap();
    let told = learner.types("run sepsis-alarm");
    assert!(!told.err.contains("plan.before.toml"), "{}", told.err);
    learner.types("reset sepsis-alarm").ends(0);
    assert_eq!(learner.read("practicum/sepsis-alarm/plan.toml"), given);
}

#[test]
fn one_file_is_handed_in_and_it_can_be_read() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm --variant s-017").ends(0);
    learner.types("submit sepsis-alarm").ends(0).says("was not run here as it is now");
    learner.types("run sepsis-alarm").ends(0);
    let told = learner.types("submit sepsis-alarm").ends(0).says("sepsis-alarm-s-017.submission.json");
    assert!(!told.out.contains("was not run here"), "{}", told.out);
    let text = learner.read("practicum/sepsis-alarm/sepsis-alarm-s-017.submission.json");
    let submitted: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&submitted["schema"], &submitted["variant"]), (&"practicum.submission/1".into(), &"s-017".into()));
    assert_eq!(submitted["plan"].as_str().unwrap(), learner.read("practicum/sepsis-alarm/plan.toml"));
    assert_eq!((submitted["runs"].as_i64(), submitted["attempts"].as_array().unwrap().len()), (Some(1), 1));
    // What cannot be read is not handed in.
    plan(&learner, "epochs = 20", "epochs = -1");
    learner.types("submit sepsis-alarm").ends(2).says("train.epochs");
}

#[test]
fn work_goes_to_another_computer_as_one_file() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm --variant s-017").ends(0);
    plan(&learner, "threshold = 0.25", "threshold = 0.1 ");
    learner.types("run sepsis-alarm").ends(0);
    learner.types("export-work sepsis-alarm").ends(0).says("sepsis-alarm.work.zip");
    let other = Learner::new();
    other.writes("carried.zip", learner.bytes("sepsis-alarm.work.zip"));
    other.types("import-work carried.zip").ends(0).says("practicum open sepsis-alarm");
    for file in
        ["plan.toml", "answers.toml", "practicum.toml", ".progress.toml", "data/develop.csv", "results/1/result.json"]
    {
        let path = format!("practicum/sepsis-alarm/{file}");
        assert_eq!(other.bytes(&path), learner.bytes(&path), "{file}");
    }
    assert!(!other.path("practicum/sepsis-alarm/.models").exists());
    other.types("run sepsis-alarm").ends(0).says("results/2");
    // Nothing that is there is replaced, and nothing else is taken for such a file.
    other.types("import-work carried.zip").ends(2).says("begun here already");
    other.writes("text.zip", "no archive");
    other.types("import-work text.zip").ends(2).says("no archive that can be read");
    other.types("import-work nothing.zip").ends(2);
}

#[test]
fn packed_work_replaces_no_file_and_what_has_no_document_says_so() {
    let learner = Learner::new();
    learner.types("start first-look").ends(0);
    learner.writes("first-look.work.zip", "notes of mine");
    learner.types("export-work first-look").ends(0).says("first-look.2.work.zip");
    assert_eq!(learner.read("first-look.work.zip"), "notes of mine");
    std::fs::remove_file(learner.path("practicum/first-look/plan.toml")).unwrap();
    learner.types("reset first-look").ends(0).says("plan.toml was missing");
    let told = learner.types("hint first-look --json").ends(2).json();
    assert_eq!(told["faults"][0]["id"], "does-not-apply");
}

#[test]
fn watch_runs_the_plan_at_each_save_and_ctrl_c_ends_it() {
    let learner = Learner::new();
    learner.types("start first-look").ends(0);
    let mut command = learner.command(&["watch", "first-look"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut waits = || lines.by_ref().map_while(Result::ok).any(|line| line.contains("Waiting for the next save"));
    assert!(waits(), "it runs at once");
    let plan = learner.read("practicum/first-look/plan.toml");
    let saves = |threshold: &str| {
        learner.writes("practicum/first-look/saving", plan.replace("threshold = 0.5", threshold));
        std::fs::rename(learner.path("practicum/first-look/saving"), learner.path("practicum/first-look/plan.toml"))
            .unwrap();
    };
    saves("threshold = 0.4");
    assert!(waits(), "a save runs it again");
    // A plan that cannot be run is told, and the next save is waited for.
    saves("threshold = 4");
    assert!(waits(), "a mistake does not end it");
    if cfg!(unix) {
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(0));
    } else {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    learner.types("history first-look").ends(0).says("run 1").says("run 2").says("threshold = 0.4");
}
