//! A learner's work is found where it lies, never mistaken for another's, and never lost.

use std::collections::BTreeMap;
use std::path::Path;

use super::session::{Answer, Learner, copy, data};

const SHIFT: &str = "practicum/sepsis-alarm";

/// A learner who has begun with the shipped exercise, and has changed the plan: it trains three epochs.
fn at_work() -> Learner {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    three_epochs(&learner, SHIFT);
    learner
}

fn three_epochs(learner: &Learner, folder: &str) {
    let plan = format!("{folder}/plan.toml");
    let given = learner.read(&plan);
    let exercise = given.lines().find(|line| line.starts_with("exercise")).unwrap();
    learner.writes(&plan, format!("{exercise}\n[train]\nepochs = 3\n"));
}

/// A learner with a course of an instructor's own beside them.
fn with_course() -> Learner {
    let learner = Learner::new();
    copy(&data("courses/breast"), &learner.path("course"));
    learner
}

/// The folders and files below a folder, without hidden ones.
fn tree(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap().to_string_lossy().starts_with('.') {
                continue;
            }
            names.push(path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/"));
            if path.is_dir() {
                open.push(path);
            }
        }
    }
    names.sort();
    names
}

#[test]
fn a_command_inside_a_workspace_means_that_workspace() {
    let learner = at_work();
    for (place, line, named) in [
        (SHIFT, "run sepsis-alarm", "results/1/predictions.csv"),
        (SHIFT, "run", "results/2/predictions.csv"),
        ("practicum/sepsis-alarm/data", "run", "../results/3/predictions.csv"),
        ("practicum/sepsis-alarm/data", "check --json", ""),
        ("practicum", "run sepsis-alarm", "sepsis-alarm/results/5/predictions.csv"),
        (".", "run sepsis-alarm", "practicum/sepsis-alarm/results/6/predictions.csv"),
    ] {
        let answer = learner.types_in(place, line);
        assert!(answer.code <= 1, "{place}: {line}\n{}{}", answer.out, answer.err);
        if line.contains("--json") {
            assert_eq!(answer.json()["trained"]["epochs"], 3, "{place}: {line} trains the learner's plan");
        } else {
            answer.says("3 epochs").says(&format!("prediction is in {named}"));
        }
    }
    learner.types_in(SHIFT, "start").ends(0).says("plan.toml").says("left as it is");
    let practicum: Vec<_> = tree(&learner.path(".")).into_iter().filter(|name| name.ends_with("practicum")).collect();
    assert_eq!(practicum, ["practicum"], "no workspace within a workspace");
    assert!(!learner.path("practicum/sepsis-alarm/sepsis-alarm").exists());
}

#[test]
fn another_exercise_begins_beside_the_one_in_which_the_learner_stands() {
    let learner = at_work();
    learner.types_in(SHIFT, "start pneumonia-films").ends(0).says("../pneumonia-films/plan.toml");
    learner.types_in("practicum", "start memory-forecast").ends(0).says("memory-forecast/plan.toml");
    for id in ["sepsis-alarm", "pneumonia-films", "memory-forecast"] {
        assert!(learner.path(&format!("practicum/{id}/plan.toml")).is_file(), "{id}");
    }
}

#[test]
fn without_a_name_and_outside_a_workspace_nothing_is_meant() {
    let learner = at_work();
    learner.types("run").ends(2).says("started here: sepsis-alarm");
    learner.types("check --lang ja").ends(2).says("sepsis-alarm");
    Learner::new().types("check").ends(2).says("practicum check EXERCISE");
}

#[test]
fn what_was_never_started_is_never_judged() {
    for line in ["run sepsis-alarm", "check sepsis-alarm", "check sepsis-alarm --json"] {
        let learner = Learner::new();
        learner.types(line).ends(2).says("practicum start sepsis-alarm");
        assert!(!learner.path("practicum").exists(), "{line} begins nothing by the way");
    }
    let json = Learner::new().types("check sepsis-alarm --json").json();
    assert_eq!((json["verdict"].as_str(), json["checks"].as_array().unwrap().len()), (Some("invalid"), 0));
    let untouched = Learner::new();
    untouched.types("start sepsis-alarm").ends(0);
    untouched.types("check sepsis-alarm").ends(1).says("plan.toml is the plan to begin with, unchanged");
    let answer = at_work().types("check sepsis-alarm");
    assert!(!answer.out.contains("to begin with"), "{}", answer.out);
}

#[test]
fn a_hand_in_under_another_name_is_told_and_no_starter_is_judged_instead() {
    for file in ["plan.toml", "answers.toml"] {
        let stem = file.trim_end_matches(".toml");
        let capital = format!("{}{}.toml", stem[..1].to_uppercase(), &stem[1..]);
        for name in [capital, format!("{file}.txt"), format!("{stem} (1).toml"), format!("{stem}.txt")] {
            let learner = at_work();
            let (right, wrong) = (format!("{SHIFT}/{file}"), format!("{SHIFT}/{name}"));
            std::fs::rename(learner.path(&right), learner.path(&wrong)).unwrap();
            let work = learner.read(&wrong);
            for line in ["check sepsis-alarm", "run sepsis-alarm --json", "start sepsis-alarm"] {
                let answer = learner.types(line).ends(2).says(&name).says(&format!("the name {file}"));
                assert!(!answer.out.contains("points"), "{}", answer.out);
            }
            learner.types("check sepsis-alarm --lang ja").ends(2).says(&name).says(&format!("{file} という名前"));
            assert!(!learner.path(&right).exists(), "{name}: no starter in its place");
            assert_eq!(learner.read(&wrong), work);
        }
    }
}

#[test]
fn a_missing_plan_is_told_and_missing_answers_are_not_attempted() {
    let learner = at_work();
    std::fs::remove_file(learner.path(&format!("{SHIFT}/plan.toml"))).unwrap();
    learner.types("check sepsis-alarm --json").ends(2).says("no such file").says("practicum start sepsis-alarm");
    assert!(!learner.path(&format!("{SHIFT}/plan.toml")).exists());
    learner.types("start sepsis-alarm").ends(0).says("plan.toml");
    std::fs::remove_file(learner.path(&format!("{SHIFT}/answers.toml"))).unwrap();
    let json = learner.types("check sepsis-alarm --json").ends(1).json();
    assert!(json["trained"]["notes"].to_string().contains("answers.toml is missing"), "{}", json["trained"]["notes"]);
    assert!(!learner.path(&format!("{SHIFT}/answers.toml")).exists());
}

#[test]
fn a_second_file_that_may_be_meant_is_named() {
    let learner = at_work();
    learner.writes(&format!("{SHIFT}/plan (1).toml"), "exercise = \"sepsis-alarm@2\"\n");
    learner.types("run sepsis-alarm").ends(0).says("plan (1).toml beside it is not").says("3 epochs");
}

#[test]
fn changed_data_and_briefs_stay_and_the_learner_is_told_that_edits_are_not_used() {
    let learner = at_work();
    let (csv, brief) = (format!("{SHIFT}/data/develop.csv"), format!("{SHIFT}/brief.en.md"));
    let given = learner.read(&csv);
    let edited = given.replacen("university", "regional", 100);
    learner.writes(&csv, &edited);
    learner.writes(&brief, "my notes\n");
    let json = learner.types("run sepsis-alarm --json").ends(0).json();
    assert!(json["trained"]["notes"].to_string().contains("Edits of the data are not used"));
    learner.types("check sepsis-alarm --lang ja").ends(1).says("変更は使われず");
    learner
        .types("start sepsis-alarm")
        .ends(0)
        .says("develop.new.csv")
        .says("brief.en.new.md")
        .says("Edits of the data are not used");
    learner.types("tour").ends(0);
    assert_eq!(learner.read(&csv), edited);
    assert_eq!(learner.read(&brief), "my notes\n");
    assert_eq!(learner.read(&format!("{SHIFT}/data/develop.new.csv")), given);
    // And what was not changed is no matter for words.
    let fresh = at_work().types("run sepsis-alarm --json").ends(0).json();
    assert!(!fresh["trained"]["notes"].to_string().contains("Edits"));
}

#[test]
fn what_the_course_changed_is_renewed_where_the_learner_did_not() {
    let learner = with_course();
    learner.types("start cytology --course course").ends(0);
    let brief = "course/exercises/cytology/brief.en.md";
    learner.writes(brief, "A new brief.\n");
    learner.types("start cytology").ends(0).says("brief.en.md");
    assert_eq!(learner.read("practicum/cytology/brief.en.md"), "A new brief.\n");
    assert!(!learner.path("practicum/cytology/brief.en.new.md").exists());
}

#[test]
fn a_workspace_remembers_its_course() {
    let learner = with_course();
    let next = |answer: Answer| {
        let out = answer.out.split_whitespace().collect::<Vec<_>>().join(" ");
        out.rsplit_once(": practicum ").unwrap().1.to_owned()
    };
    let run = next(learner.types("start cytology --course course").ends(0));
    let check = next(learner.types(&run).ends(0));
    assert!(learner.types(&check).code <= 1, "{check}");
    // From within, by its name or without.
    learner.types_in("practicum/cytology", "run").ends(0);
    // Both moved together.
    std::fs::create_dir(learner.path("semester")).unwrap();
    for folder in ["course", "practicum"] {
        std::fs::rename(learner.path(folder), learner.path(&format!("semester/{folder}"))).unwrap();
    }
    learner.types_in("semester", "run cytology").ends(0);
    // The course alone.
    std::fs::rename(learner.path("semester/course"), learner.path("elsewhere")).unwrap();
    let lost = learner.types_in("semester", "check cytology").ends(2);
    lost.says("practicum/cytology/practicum.toml").says("practicum start cytology --course DIR");
    learner.types_in("semester", "check cytology --lang ja").ends(2).says("教材フォルダーの現在の場所");
    let plan = "semester/practicum/cytology/plan.toml";
    learner.writes(plan, format!("# mine\n{}", learner.read(plan)));
    learner.types_in("semester", "start cytology --course ../elsewhere").ends(0);
    assert!(learner.read(plan).starts_with("# mine\n"));
    learner.types_in("semester", "run cytology").ends(0);
}

/// The files of each run, by its number.
fn runs(learner: &Learner) -> BTreeMap<u32, BTreeMap<String, Vec<u8>>> {
    let results = learner.path(&format!("{SHIFT}/results"));
    let folders = std::fs::read_dir(results).unwrap().map(|entry| entry.unwrap().path());
    let of = |folder: &Path| {
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files
            .map(|file| (file.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(file).unwrap()))
            .collect()
    };
    folders.filter_map(|folder| Some((folder.file_name()?.to_str()?.parse().ok()?, of(&folder)))).collect()
}

#[test]
fn each_run_has_a_folder_of_its_own_and_replaces_none() {
    let learner = at_work();
    learner.types("run sepsis-alarm").ends(0).says("results/1/predictions.csv");
    let first = runs(&learner);
    // A grader sees the exam, whose table a learner does not get before everything is concluded.
    learner.types("check sepsis-alarm --exam-seed 9").ends(1).says("practicum/sepsis-alarm/results/2");
    learner.types("run sepsis-alarm --lang ja").ends(0).says("results/3/predictions.csv");
    let all = runs(&learner);
    assert_eq!(all.keys().copied().collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(all[&1], first[&1], "a check leaves the plots of a run alone");
    assert_ne!(all[&2]["calibration.svg"], all[&1]["calibration.svg"]);
    for (file, bytes) in &all[&3] {
        let plot = Path::new(file).extension().is_some_and(|end| end == "svg");
        assert_eq!(
            *bytes == all[&1][file],
            !plot,
            "{file}: the same plan on the same data; a plot has the reader's words"
        );
        assert!(!plot || String::from_utf8_lossy(bytes).contains("予測リスク"));
    }
    let command = |run: u32| serde_json::from_slice::<serde_json::Value>(&all[&run]["result.json"]).unwrap();
    assert_eq!((command(1)["command"].as_str(), command(2)["command"].as_str()), (Some("run"), Some("check")));
    // A gap is not filled: the last number is the newest.
    std::fs::remove_dir_all(learner.path(&format!("{SHIFT}/results/2"))).unwrap();
    learner.types("run sepsis-alarm").ends(0).says("results/4/predictions.csv");
}

#[test]
fn what_a_killed_command_left_unfinished_is_swept_away_later() {
    let learner = at_work();
    let old = format!("{SHIFT}/results/.old.part/result.json");
    let now = format!("{SHIFT}/results/.now.part/result.json");
    for file in [&old, &now] {
        learner.writes(file, "half");
    }
    let made = std::fs::metadata(learner.path(&now)).unwrap().modified().unwrap();
    let yesterday = made - std::time::Duration::from_hours(24);
    let folder = std::fs::File::open(learner.path(&format!("{SHIFT}/results/.old.part"))).unwrap();
    folder.set_modified(yesterday).unwrap();
    learner.types("run sepsis-alarm").ends(0).says("results/1/");
    assert!(!learner.path(&old).exists());
    assert!(learner.path(&now).exists(), "another call may be at work on it");
}

/// The program behind `sh`, with files of at most so many blocks: a disk that is full from there on.
#[cfg(target_os = "linux")]
fn on_a_full_disk(learner: &Learner, blocks: u32, line: &str) -> Answer {
    let program = env!("CARGO_BIN_EXE_practicum");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec {program} {line}");
    let mut shell = learner.command(&[]);
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &script]).current_dir(learner.path("."));
    for (name, value) in shell.env("PRACTICUM_LANG", "en").get_envs() {
        command.env(name, value.unwrap());
    }
    Answer::of(command.output().unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn a_verdict_that_cannot_be_kept_is_told_all_the_same() {
    let learner = at_work();
    // Room enough for the attempt before, not for the predictions.
    let told = on_a_full_disk(&learner, 300, "check sepsis-alarm").ends(5);
    let told = told.says("points").says("could not be kept").says("results").says("free some space");
    assert!(told.out.contains("Next:"), "the whole verdict: {}", told.out);
    let json = on_a_full_disk(&learner, 300, "check sepsis-alarm --json").ends(5);
    assert_eq!(json.json()["verdict"], "failed", "one document, and it is the verdict");
    assert_eq!(tree(&learner.path(&format!("{SHIFT}/results"))), [""; 0], "nothing is kept by halves");
    let left = std::fs::read_dir(learner.path(&format!("{SHIFT}/results"))).unwrap().count();
    assert_eq!(left, 0, "nor left behind");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_found_before_anything_is_trained_and_is_not_our_error() {
    let learner = at_work();
    for line in ["check sepsis-alarm", "run sepsis-alarm"] {
        let told = on_a_full_disk(&learner, 0, line).ends(5).says("sepsis-alarm/results").says("free some space");
        assert!(!told.out.contains("Trained") && !told.err.contains("Our own error"), "{}{}", told.out, told.err);
    }
    let json = on_a_full_disk(&learner, 0, "check sepsis-alarm --json").ends(5).json();
    assert_eq!((json["verdict"].as_str(), json["at_fault"].as_str()), (Some("error"), Some("disk")));
    assert!(json["trained"].is_null());
}

#[cfg(target_os = "linux")]
#[test]
fn where_nothing_may_be_written_the_folder_is_named_and_what_to_do() {
    // Nobody writes there, root neither.
    let learner = Learner::new();
    let answer = Answer::of(learner.command(&["start", "sepsis-alarm"]).current_dir("/sys").output().unwrap());
    let answer = answer.ends(5).says("practicum/sepsis-alarm").says("it cannot be written");
    assert!(!answer.err.contains("Our own error"));
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_is_not_success() {
    let learner = at_work();
    let rows = (0..40).map(|i| format!("{},{}\n", i % 2, f64::from(i) / 40.0)).collect::<Vec<_>>().concat();
    learner.writes("p.csv", format!("y,p\n{rows}"));
    for line in [
        "--help",
        "list",
        "list --json",
        "start sepsis-alarm",
        "run sepsis-alarm",
        "check sepsis-alarm --json",
        "measure p.csv --label y --score p",
        "courses",
    ] {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let answer = Answer::of(learner.command(&arguments).stdout(full).output().unwrap());
        assert_eq!(answer.code, 5, "{line}: {}", answer.err);
        assert!(!answer.err.contains("panicked"), "{line}: {}", answer.err);
    }
    // Whoever has seen enough (`| head`) is no error.
    let mut closed = learner.command(&["list"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(closed.stdout.take());
    assert_eq!(closed.wait().unwrap().code(), Some(0));
}

#[test]
fn exit_codes_are_the_same_in_both_languages_and_in_the_documentation() {
    let learner = Learner::new();
    let codes = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let line = |out: &str, title: &str| out.lines().skip_while(|line| !line.contains(title)).collect::<String>();
    let (en, ja) = (learner.types("--help").ends(0).out, learner.types("--help --lang ja").ends(0).out);
    let (en, ja) = (line(&en, "Exit codes:"), line(&ja, "終了コード："));
    assert_eq!(codes(&en), "012345130", "{en}");
    assert_eq!(codes(&ja), "012345130", "{ja}");
    let documented = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json.md")).unwrap();
    for (code, means) in practicum::cli::EXIT_CODES.iter().skip(2) {
        let row = format!("| {code} | {}", means.en);
        assert!(documented.contains(&row), "docs/json.md has no row {row:?}");
    }
}

#[test]
fn results_and_errors_name_exercise_variant_and_both_seeds_with_who_chose_them() {
    let learner = at_work();
    let of = |json: &serde_json::Value| {
        let word = |key: &str| json[key].as_str().unwrap_or("-").to_owned();
        (
            [word("exercise"), word("variant"), word("seed_from"), word("exam_seed_from"), word("at_fault")],
            [json["seed"].clone(), json["exam_seed"].clone()],
        )
    };
    let said = |learner: &Learner, line: &str| of(&learner.types(&format!("{line} --json")).json());
    let shift = "sepsis-alarm@2";
    let words = |a: [&str; 5]| a.map(str::to_owned);
    let (named, [seed, exam]) = said(&learner, "check sepsis-alarm");
    assert_eq!((named, seed), (words([shift, "-", "default", "plan", "-"]), 1.into()));
    assert!(exam.is_u64() && exam != 1, "{exam}");
    assert_eq!(
        said(&learner, "run sepsis-alarm --seed 7"),
        (words([shift, "-", "--seed", "-", "-"]), [7.into(), serde_json::Value::Null])
    );
    assert_eq!(
        said(&learner, "check sepsis-alarm --seed 7 --exam-seed 9"),
        (words([shift, "-", "--seed", "--exam-seed", "-"]), [7.into(), 9.into()])
    );
    // What cannot be run is named as well.
    learner.writes(&format!("{SHIFT}/plan.toml"), "exercise = \"sepsis-alarm@2\"\n[train]\nepoch = 3\n");
    assert_eq!(
        said(&learner, "check sepsis-alarm --exam-seed 9"),
        (words([shift, "-", "default", "--exam-seed", "input"]), [1.into(), 9.into()])
    );
    let varied = Learner::new();
    varied.types("start sepsis-alarm --variant s-1001").ends(0);
    varied.writes(&format!("{SHIFT}/plan.toml"), "exercise = \"sepsis-alarm@2\"\n[train]\nepoch = 3\n");
    // An exam that hangs on the plan has no seed where there is no plan.
    let (named, [seed, exam]) = said(&varied, "check sepsis-alarm");
    assert_eq!(named, words([shift, "s-1001", "variant", "-", "input"]));
    assert!(seed != 1 && seed.is_u64() && exam.is_null(), "{seed} {exam}");
    // Where it never came to a seed there is none, rather than a wrong one.
    let (named, seeds) = said(&learner, "check sepsis-alram");
    assert_eq!((&named[0][..], seeds), ("sepsis-alram", [serde_json::Value::Null, serde_json::Value::Null]));
}

#[test]
fn the_seed_of_the_exam_changes_who_judges_and_nothing_else() {
    let learner = at_work();
    let plain =
        learner.types("check sepsis-alarm").ends(1).says("This was practice").says("a seed that only they know");
    assert!(!plain.out.contains("--exam-seed"));
    learner.types("check sepsis-alarm --lang ja").ends(1).says("これは練習です");
    let graded = learner.types("check sepsis-alarm --exam-seed 4711").ends(1);
    assert!(!graded.out.contains("practice"), "{}", graded.out);
    learner.types("check sepsis-alarm --seed 4711").ends(1);
    let all = runs(&learner);
    let json = |run: u32| serde_json::from_slice::<serde_json::Value>(&all[&run]["result.json"]).unwrap();
    let metrics = |run: u32, table: &str| {
        let lines = json(run)["metrics"].as_array().unwrap().clone();
        lines.into_iter().filter(|line| line["table"] == table).collect::<Vec<_>>()
    };
    let (practice, graded, redrawn) = (1, 3, 4);
    assert_eq!(all[&practice]["predictions.csv"], all[&graded]["predictions.csv"], "the same data, the same model");
    assert_ne!(metrics(practice, "exam"), metrics(graded, "exam"));
    assert_ne!(all[&practice]["predictions.csv"], all[&redrawn]["predictions.csv"]);
    assert_eq!(metrics(graded, "exam")[0]["n"], metrics(redrawn, "exam")[0]["n"]);
    let help = learner.types("check --help").ends(0).out;
    assert!(!help.contains("seed"), "not for learners: {help}");
}

#[test]
fn a_broken_exercise_is_its_authors_and_never_invalid() {
    let learner = with_course();
    learner.types("start cytology --course course").ends(0);
    let file = "course/exercises/cytology/exercise.toml";
    let good = learner.read(file);
    let authors = |line: &str| {
        let told = learner.types(line).ends(4);
        assert!(!told.err.contains("Our own error"), "{}", told.err);
        let json = learner.types(&format!("{line} --json")).ends(4);
        if !line.starts_with("list") {
            let json = json.json();
            assert_eq!(
                (json["verdict"].as_str(), json["at_fault"].as_str()),
                (Some("error"), Some("exercise")),
                "{line}"
            );
            assert!(json["score"].is_null() || json["checks"].to_string().contains("error"), "{json}");
        }
    };
    learner.writes(file, good.replace("minutes = 20", "minuets = 20"));
    for line in ["check cytology", "run cytology --course course", "start cytology", "list --course course"] {
        authors(line);
    }
    // At fault only when it is judged.
    let at_last = good.replace("auroc(malignant, p) AS auroc", "auroc(malignant, q) AS auroc");
    assert_ne!(at_last, good);
    learner.writes(file, at_last);
    authors("check cytology");
    // Its author is not told that it was somebody else.
    learner.writes(file, good.replace("minutes = 20", "minuets = 20"));
    let own = learner.types("author validate cytology --course course").ends(2);
    assert!(!own.err.contains("your instructor") && !own.out.contains("your instructor"));
}

#[test]
fn names_that_lead_out_of_the_folder_are_no_exercises() {
    let learner = with_course();
    for id in ["../cytology", "..", "cytology/../cytology", "/etc"] {
        for more in ["", " --course course"] {
            learner.types(&format!("start {id}{more}")).ends(2).says("no exercise");
        }
    }
    assert!(!learner.path("practicum").exists());
    let file = "course/datasets/wdbc/dataset.toml";
    learner.writes("secret.csv", "malignant\n1\n");
    learner.writes(file, learner.read(file).replace("path = \"wdbc.csv\"", "path = \"../../../secret.csv\""));
    learner.types("start cytology --course course").ends(4).says("dataset.toml");
}

#[cfg(unix)]
#[test]
fn only_regular_files_of_the_folder_are_read_and_written() {
    use std::os::unix::fs::symlink;
    let learner = at_work();
    let plan = learner.path(&format!("{SHIFT}/plan.toml"));
    let results = learner.path(&format!("{SHIFT}/results"));
    // A link instead of the results, into somebody else's folder.
    std::fs::create_dir(learner.path("others")).unwrap();
    symlink(learner.path("others"), &results).unwrap();
    learner.types("check sepsis-alarm").ends(2).says("results is a link").says("remove the link");
    learner.types("start sepsis-alarm").ends(0);
    assert_eq!(tree(&learner.path("others")), [""; 0]);
    std::fs::remove_file(&results).unwrap();
    // A plan that is a link, a pipe that nobody fills, a folder, or too large.
    std::fs::rename(&plan, learner.path("mine.toml")).unwrap();
    symlink(learner.path("mine.toml"), &plan).unwrap();
    learner.types("run sepsis-alarm").ends(2).says("plan.toml is a link").says("remove the link");
    learner.types("start sepsis-alarm").ends(2).says("plan.toml is a link");
    std::fs::remove_file(&plan).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&plan).status().unwrap().success());
    learner.types("check sepsis-alarm --json").ends(2).says("a device, a pipe or a socket");
    std::fs::remove_file(&plan).unwrap();
    std::fs::create_dir(&plan).unwrap();
    learner.types("run sepsis-alarm").ends(2).says("plan.toml is a folder");
    std::fs::remove_dir(&plan).unwrap();
    std::fs::write(&plan, vec![b'#'; 2 << 20]).unwrap();
    learner.types("run sepsis-alarm").ends(2).says("which is not read");
    std::fs::remove_file(&plan).unwrap();
    symlink("/dev/zero", &plan).unwrap();
    learner.types("run sepsis-alarm").ends(2).says("plan.toml is a link");
    // A workspace that is a link into another folder.
    std::fs::rename(learner.path(SHIFT), learner.path("moved")).unwrap();
    symlink(learner.path("moved"), learner.path(SHIFT)).unwrap();
    learner.types("run sepsis-alarm").ends(2).says("sepsis-alarm is a link");
}

#[cfg(unix)]
#[test]
fn a_course_shows_no_file_from_elsewhere() {
    use std::os::unix::fs::symlink;
    let learner = with_course();
    learner.writes("secret", "secret\n");
    for file in ["exercises/cytology/brief.en.md", "exercises/cytology/starter/plan.toml", "datasets/wdbc/wdbc.csv"] {
        let path = learner.path(&format!("course/{file}"));
        let good = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        symlink(learner.path("secret"), &path).unwrap();
        let told = learner.types("start cytology --course course").ends(4).says("is a link");
        assert!(!told.out.contains("secret"));
        assert!(!learner.path("practicum").exists(), "{file}");
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, good).unwrap();
    }
    learner.types("start cytology --course course").ends(0);
}

#[test]
fn a_workspace_from_before_keeps_its_variant() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm --variant 2026-07").ends(0);
    let data = learner.read("practicum/sepsis-alarm/data/develop.csv");
    std::fs::remove_file(learner.path("practicum/sepsis-alarm/practicum.toml")).unwrap();
    learner.writes("practicum/sepsis-alarm/variant.toml", "# Please leave it.\nvariant = \"2026-07\"\n");
    let json = learner.types("run sepsis-alarm --json").json();
    assert_eq!(json["variant"], "2026-07", "{json}");
    learner.types("start sepsis-alarm").ends(0);
    assert_eq!(learner.read("practicum/sepsis-alarm/data/develop.csv"), data);
}

#[test]
fn a_workspace_that_no_longer_says_whose_its_data_are_is_never_trained_on_others() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm --variant s-1").ends(0);
    three_epochs(&learner, SHIFT);
    let data = learner.read(&format!("{SHIFT}/data/develop.csv"));
    let memory = format!("{SHIFT}/practicum.toml");
    std::fs::remove_file(learner.path(&memory)).unwrap();
    for (place, line) in [
        (".", "run sepsis-alarm"),
        (".", "check sepsis-alarm --json"),
        (".", "start sepsis-alarm"),
        (".", "start sepsis-alarm --variant other"),
        (SHIFT, "run sepsis-alarm"),
        (SHIFT, "run"),
        (SHIFT, "check --lang ja"),
    ] {
        let answer = learner.types_in(place, line).ends(2);
        answer.says("practicum.toml").says("practicum start sepsis-alarm");
        assert!(!learner.path(&memory).exists(), "{line} in {place}");
    }
    assert!(!learner.path(&format!("{SHIFT}/.progress.toml")).exists(), "it costs nothing");
    assert!(!learner.path(&format!("{SHIFT}/data/develop.new.csv")).exists(), "nobody is blamed");
    // The variant restores it.
    learner.types("start sepsis-alarm --variant s-1").ends(0);
    assert_eq!(learner.read(&format!("{SHIFT}/data/develop.csv")), data);
    assert_eq!(learner.types("run sepsis-alarm --json").ends(0).json()["variant"], "s-1");
    // Without a variant the data say so themselves; edited ones do not, until they have another name.
    let usual = at_work();
    std::fs::remove_file(usual.path(&memory)).unwrap();
    usual.types("run sepsis-alarm").ends(0);
    usual.types("start sepsis-alarm").ends(0);
    assert!(usual.path(&memory).exists());
    std::fs::remove_file(usual.path(&memory)).unwrap();
    usual.writes(&format!("{SHIFT}/data/develop.csv"), data);
    usual.types("start sepsis-alarm").ends(2).says("changed the data yourself");
    std::fs::rename(usual.path(&format!("{SHIFT}/data/develop.csv")), usual.path(&format!("{SHIFT}/data/mine.csv")))
        .unwrap();
    usual.types("start sepsis-alarm").ends(0);
    usual.types("run sepsis-alarm").ends(0);
}

#[test]
fn a_file_of_the_programs_own_that_is_broken_is_told_as_such_and_how_to_go_on() {
    let learner = at_work();
    for (file, text) in
        [(".progress.toml", "runs = true\n"), ("practicum.toml", ""), ("practicum.toml", "exercise = 3\n")]
    {
        let path = format!("{SHIFT}/{file}");
        let good = learner.path(&path).exists().then(|| learner.bytes(&path));
        learner.writes(&path, text);
        for line in ["run sepsis-alarm", "check sepsis-alarm"] {
            let told = learner.types(line).ends(2).says("the program itself wrote").says("delete the file").says(file);
            assert!(!told.err.contains("quotation marks"), "{}", told.err);
        }
        learner.types("run sepsis-alarm --lang ja").ends(2).says("プログラムが書いたファイル");
        match good {
            Some(good) => learner.writes(&path, good),
            None => std::fs::remove_file(learner.path(&path)).unwrap(),
        }
    }
    learner.types("run sepsis-alarm").ends(0);
}

#[test]
fn results_are_numbered_on_from_those_of_runs_alone() {
    let learner = at_work();
    std::fs::create_dir_all(learner.path(&format!("{SHIFT}/results/18446744073709551615"))).unwrap();
    learner.types("run sepsis-alarm").ends(0).says("results/1/predictions.csv");
    learner.types("run sepsis-alarm").ends(0).says("results/2/predictions.csv");
}

#[test]
fn a_mistyped_exercise_is_told_by_its_name() {
    let told = Learner::new().types("run sepsis-alrm").ends(2).says("sepsis-alarm");
    assert!(!told.err.contains("exercise.toml"), "{}", told.err);
}

#[cfg(unix)]
#[test]
fn a_folder_in_the_way_and_a_folder_that_is_gone_are_told_as_what_they_are() {
    let learner = at_work();
    let plan = learner.path(&format!("{SHIFT}/plan.toml"));
    std::fs::remove_file(&plan).unwrap();
    std::fs::create_dir(&plan).unwrap();
    let told = learner.types("run sepsis-alarm").ends(2).says("move the folder");
    assert!(!told.err.contains("a file: a file"), "{}", told.err);
    // A shell in a folder that somebody deletes.
    let gone = std::process::Command::new("sh")
        .arg("-c")
        .arg(format!(
            "mkdir gone && cd gone && rmdir ../gone && {} start sepsis-alarm",
            env!("CARGO_BIN_EXE_practicum")
        ))
        .current_dir(learner.path("."))
        .env("PRACTICUM_LANG", "en")
        .output()
        .unwrap();
    let told = Answer::of(gone).says("deleted or moved");
    assert!(!told.err.contains("Excel"), "{}", told.err);
}
