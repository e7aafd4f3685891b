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
    // The same job again, to the byte.
    assert_eq!(works(&learner, &job(&plan, &answers), false).2.unwrap(), record);
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
