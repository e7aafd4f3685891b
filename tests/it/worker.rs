//! A job in a process of its own: its record, its progress, its end.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::session::Learner;

/// Writes a job and does it; gives the exit code, the lines of progress, and the record where there is one.
fn works(learner: &Learner, job: &Value, stopped: bool) -> (i32, Vec<Value>, Option<Value>) {
    learner.writes("job.json", job.to_string());
    let mut command = Command::new(env!("CARGO_BIN_EXE_practicum"));
    command.current_dir(learner.path(".")).args(["worker", "job.json", "record.json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    if stopped {
        stdin.write_all(b"stop\n").unwrap();
    }
    let out = child.wait_with_output().unwrap();
    drop(stdin);
    let progress =
        String::from_utf8(out.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let record = std::fs::read(learner.path("record.json")).ok().map(|bytes| serde_json::from_slice(&bytes).unwrap());
    (out.status.code().unwrap(), progress, record)
}

fn hand_in(file: &str) -> String {
    let path = format!("{}/exercises/sepsis-alarm/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

fn job(plan: &str, answers: &str) -> Value {
    json!({ "schema": "practicum.job/1", "exercise": "sepsis-alarm", "plan": plan, "answers": answers, "seed": 7, "exam": 9 })
}

#[test]
fn a_job_is_judged_as_a_grader_would_and_leaves_nothing_but_its_record() {
    let learner = Learner::new();
    let (plan, answers) = (hand_in("wrong/raw-model/plan.toml"), hand_in("starter/answers.toml"));
    let (code, progress, record) = works(&learner, &job(&plan, &answers), false);
    let record = record.unwrap();
    assert_eq!((code, &record["schema"]), (0, &json!("practicum.record/1")));
    assert!(["failed", "not_attempted"].contains(&record["verdict"].as_str().unwrap()), "{record}");
    assert_eq!((record["seed"].as_u64(), record["exam"].as_u64()), (Some(7), Some(9)));
    assert!(record["of"].as_i64() > record["points"].as_i64() && !record["digest"].as_str().unwrap().is_empty());
    let events: Vec<&str> = progress.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert!(events.contains(&"drawing") && events.contains(&"trained") && events.contains(&"judging"), "{events:?}");
    let names: Vec<_> = std::fs::read_dir(learner.path(".")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    // The same job again, to the byte; also where it says of which exercise it is.
    let mut asked = job(&plan, &answers);
    asked["digest"] = record["digest"].clone();
    assert_eq!(works(&learner, &asked, false).2.unwrap(), record);
}

#[test]
fn what_cannot_be_run_is_told_and_is_nobodys_zero() {
    let learner = Learner::new();
    let (_, _, record) = works(&learner, &job("exercise = \"sepsis-alarm@1\"\n[train]\nepoch = 3\n", ""), false);
    let record = record.unwrap();
    assert_eq!(record["verdict"], "invalid");
    assert!(record["faults"].to_string().contains("train.epoch"), "{record}");
    // An exercise that the grader names and the course has not is never the learner's mistake.
    let mut other = job("", "");
    other["exercise"] = json!("sepsis-alarm@999");
    let record = works(&learner, &other, false).2.unwrap();
    assert_eq!((&record["verdict"], &record["at_fault"]), (&json!("error"), &json!("exercise")));
    // Nor one that was changed since the job was written, though its name and version are the same.
    let mut other = job(&hand_in("starter/plan.toml"), "");
    other["digest"] = json!("0123456789abcdef");
    let record = works(&learner, &other, false).2.unwrap();
    assert_eq!((&record["verdict"], &record["at_fault"]), (&json!("error"), &json!("exercise")));
    let told = &record["faults"][0];
    assert!(told["found"]["en"].as_str().unwrap().contains("another sepsis-alarm@"), "{told}");
    assert!(told["expected"]["ja"].as_str().unwrap().contains("0123456789ab"), "{told}");
    std::fs::remove_file(learner.path("record.json")).unwrap();
    let (code, _, record) = works(&learner, &json!({ "schema": "practicum.job/9" }), false);
    assert_eq!((code, record), (2, None));
}

#[test]
fn a_job_that_is_stopped_leaves_no_record() {
    let learner = Learner::new();
    let (code, _, record) = works(&learner, &job(&hand_in("starter/plan.toml"), ""), true);
    assert_eq!((code, record), (130, None));
}

#[cfg(target_os = "linux")]
#[test]
fn a_job_beyond_its_limits_fails_alone() {
    let learner = Learner::new();
    let mut job = job(&hand_in("starter/plan.toml"), "");
    job["limits"] = json!({ "memory_mb": 100 });
    learner.writes("job.json", job.to_string());
    let mut command = Command::new(env!("CARGO_BIN_EXE_practicum"));
    command.current_dir(learner.path(".")).args(["worker", "job.json", "record.json"]).stdin(Stdio::piped());
    let out = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap().wait_with_output().unwrap();
    assert!(!out.status.success() && !learner.path("record.json").exists());
}

#[test]
fn an_authors_solutions_are_tried_in_the_order_in_which_they_are_asked_for() {
    let learner = Learner::new();
    let mut asked = json!({ "schema": "practicum.trials/1", "exercise": "first-look", "solutions": ["solution", "starter"], "seed": 3 });
    let (code, progress, tried) = works(&learner, &asked, false);
    let tried = tried.unwrap();
    assert_eq!((code, &tried["faults"]), (0, &json!([])));
    assert!(progress.iter().any(|line| line["event"] == "judging"), "{progress:?}");
    let passes = |n: usize| {
        let checks = tried["trials"][n]["checks"].as_array().unwrap();
        checks.iter().all(|check| check["verdict"] == "passed")
    };
    assert!(passes(0) && !passes(1), "{tried}");
    assert!(tried["seconds"].as_f64() > Some(0.0) && tried["bytes"].as_u64() > Some(1_000_000), "{tried}");
    // The same to the last digit, whatever comes before it and whatever else is remembered.
    asked["solutions"] = json!(["starter"]);
    asked["everything"] = json!(true);
    let alone = works(&learner, &asked, false).2.unwrap();
    assert_eq!(alone["trials"][0]["checks"], tried["trials"][1]["checks"]);
    asked["solutions"] = json!(["wrong/nothing"]);
    let none = works(&learner, &asked, false).2.unwrap();
    assert_eq!(
        (none["trials"].as_array().unwrap().len(), &none["faults"][0]["id"]),
        (0, &json!("missing-file")),
        "{none}"
    );
    // A key that nobody knows is told, not passed over.
    std::fs::remove_file(learner.path("record.json")).unwrap();
    asked["sed"] = json!(4);
    assert_eq!(works(&learner, &asked, false).2, None);
}
