//! A class of twenty as its grader meets it, from what was handed in to grades.

use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::session::Learner;

/// A file of the exercise that is graded here: the fastest that there is.
fn shipped(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("exercises/first-look").join(file);
    std::fs::read_to_string(path).unwrap()
}

const NAMES: [&str; 20] = [
    "佐藤 花子",
    "Anna Muster",
    "Ken Tanaka",
    "Zoë Müller",
    "محمد علي",
    "O'Brien, Sean",
    "鈴木 一郎",
    "Ana Lima",
    "Bo Li",
    "高橋 健",
    "Maria Rossi",
    "田中 美咲",
    "Jan Nowak",
    "Eva Novak",
    "伊藤 翔",
    "Tom Smith",
    "渡辺 愛",
    "Lea Weiss",
    "Ali Demir",
    "中村 陽子",
];

/// Makes the class `cls` with the roster of all twenty.
fn makes_a_class(grader: &Learner) {
    let rows: String =
        NAMES.iter().enumerate().map(|(n, name)| format!("M{n:03},\"{name}\",m{n}@example.org\n")).collect();
    grader.writes("roster.csv", format!("学籍番号,氏名,メールアドレス\n{rows}"));
    grader.types("class new cls --roster roster.csv --exercise first-look").ends(0).says("secret");
}

/// Moodle's zip of these files, by folder and name.
fn zipped(grader: &Learner, file: &str, files: &[(String, String)]) {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    grader.writes(file, zip.finish().unwrap().into_inner());
}

fn folder(n: usize) -> String {
    format!("{}_{}_assignsubmission_file", NAMES[n], 40 + n)
}

/// What the class hands in: right, wrong, misnamed, malformed, hostile, of code, of nobody, and three nothing.
fn hands_in(grader: &Learner) {
    let (right, wrong) = (shipped("solution/plan.toml"), shipped("starter/plan.toml"));
    let mut files: Vec<(String, String)> = Vec::new();
    for n in 0..8 {
        files.push((format!("{}/plan.toml", folder(n)), if n < 4 { right.clone() } else { wrong.clone() }));
    }
    files.push((format!("{}/Plan.toml.txt", folder(8)), right.clone()));
    files.push((format!("{}/work/practicum/first-look/PLAN.toml", folder(9)), right.clone()));
    files.push((format!("{}/plan.toml", folder(10)), "exercise = \"first-look@1\"\n[train\nepochs = five".to_owned()));
    files.push((format!("{}/plan.toml", folder(11)), format!("{right}\n[train]\nepoch = 3\n")));
    files.push((format!("{}/notebook.ipynb", folder(12)), "{}".to_owned()));
    files.push((format!("{}/../../../evil.toml", folder(13)), right.clone()));
    files.push((format!("{}/plan.toml", folder(13)), right.clone()));
    files.push((format!("{}/plan (1).toml", folder(14)), right.clone()));
    files.push((format!("{}/plan (2).toml", folder(14)), wrong));
    let html = right.replace('&', "&amp;").replace('<', "&lt;").replace('\n', "<br>");
    files.push((format!("{}_56_assignsubmission_onlinetext/onlinetext.html", NAMES[16]), format!("<p>{html}</p>")));
    files.push(("Nobody Known_99_assignsubmission_file/plan.toml".to_owned(), right));
    zipped(grader, "moodle.zip", &files);
}

/// The result of each learner who has one, from the grader's own report.
fn verdicts(document: &Value) -> (i64, i64, i64) {
    let count = |key: &str| document[key].as_i64().unwrap();
    (count("graded"), count("passed"), count("errors"))
}

#[test]
fn who_handed_in_what_is_shown_before_anything_is_written() {
    let grader = Learner::new();
    makes_a_class(&grader);
    hands_in(&grader);
    let shown = grader.types("grade moodle.zip --class cls").ends(1);
    for text in [
        "Plan.toml.txt taken as plan.toml",
        "plan (1).toml or plan (2).toml",
        "Nobody Known",
        "notebook.ipynb",
        "taken from the text field",
        "M019 中村 陽子",
        "--yes",
    ] {
        assert!(
            shown.out.split_whitespace().collect::<Vec<_>>().join(" ").contains(text),
            "no {text:?} in\n{}",
            shown.out
        );
    }
    assert!(!grader.path("cls/store.sqlite").exists());
    let document = grader.types("grade moodle.zip --class cls --json").ends(1).json();
    let count = |key: &str| document[key].as_array().unwrap().len();
    assert_eq!(
        (count("matched"), count("doubtful"), count("unmatched"), count("not_handed_in")),
        (15, 1, 1, 4),
        "{document:#}"
    );
    // A name that was settled by hand is settled.
    let settings = grader.read("cls/class.toml");
    grader.writes("cls/class.toml", format!("{settings}\n[match]\n\"Nobody Known\" = \"M019\"\n"));
    let document = grader.types("grade moodle.zip --class cls --json").ends(1).json();
    assert_eq!(document["unmatched"].as_array().unwrap().len(), 0);
    grader.types("grade moodle.zip --class cls --lang ja").ends(1).says("まだ何も書き込んでいません");
}

#[test]
fn a_class_is_graded_once_whatever_is_called_how_often() {
    let grader = Learner::new();
    makes_a_class(&grader);
    hands_in(&grader);
    let first = grader.types("grade moodle.zip --class cls --yes --json").ends(1).json();
    // Fourteen could be run or told why not; code is told without running anything.
    assert_eq!(verdicts(&first), (14, 8, 0), "{first:#}");
    let again = grader.types("grade moodle.zip --class cls --yes --json").ends(1).json();
    assert_eq!((again["new"].as_i64(), verdicts(&again)), (Some(0), (0, 0, 0)));
    grader.types("grade --class cls --yes").ends(0).says("0 graded");
    assert_eq!(std::fs::read_dir(grader.path("cls/jobs")).unwrap().count(), 0);
}

#[test]
fn a_grader_that_is_killed_goes_on_where_it_was() {
    let grader = Learner::new();
    makes_a_class(&grader);
    hands_in(&grader);
    let mut command = grader.command(&["grade", "moodle.zip", "--class", "cls", "--yes", "--jobs", "1"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // As soon as something is under way.
    while !std::fs::read_dir(grader.path("cls/jobs")).is_ok_and(|mut jobs| jobs.next().is_some()) {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it was killed");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let rest = grader.types("grade moodle.zip --class cls --yes --json").json();
    assert_eq!((rest["new"].as_i64(), rest["left"].as_i64(), rest["errors"].as_i64()), (Some(0), Some(0), Some(0)));
    assert!(rest["graded"].as_i64().unwrap() >= 13, "{rest:#}");
    grader.types("grade --class cls --yes").ends(0).says("0 graded");
}

#[test]
fn two_graders_at_once_do_not_meet() {
    let grader = Learner::new();
    makes_a_class(&grader);
    hands_in(&grader);
    let lock = std::fs::File::create(grader.path("cls/.lock")).unwrap();
    lock.lock().unwrap();
    grader.types("grade moodle.zip --class cls --yes").ends(2).says("another grader is at work");
    assert!(!grader.path("cls/store.sqlite").exists());
    drop(lock);
    grader.types("grade --class cls --yes").ends(0);
}

#[test]
fn another_learners_variant_is_graded_on_ones_own() {
    let grader = Learner::new();
    makes_a_class(&grader);
    let plan = shipped("solution/plan.toml");
    let claims = |variant: &str| {
        serde_json::json!({ "schema": "practicum.submission/1", "exercise": "first-look@1", "variant": variant, "plan": plan, "answers": "" }).to_string()
    };
    grader.writes("in/M001/a.submission.json", claims("somebody-elses"));
    grader.writes("in/M002/a.submission.json", claims("somebody-elses"));
    let shown = grader.types("grade in --class cls").ends(0);
    assert_eq!(shown.out.matches("another variant than theirs").count(), 2, "{}", shown.out);
    let graded = grader.types("grade in --class cls --yes --json").ends(0).json();
    // The same files of two people are two results, each on patients of their own.
    assert_eq!(graded["graded"].as_i64(), Some(2));
}

#[test]
fn what_is_wrong_with_a_class_is_told_with_its_line() {
    let grader = Learner::new();
    makes_a_class(&grader);
    let settings = grader.read("cls/class.toml");
    grader.writes("cls/class.toml", settings.replace("first-look", "first-lok"));
    grader.types("grade --class cls").ends(2).says("class.toml, line").says("first-look");
    grader.writes("cls/class.toml", settings.replace("# attempts = 3", "attemps = 3"));
    grader.types("grade --class cls").ends(2).says("attempts");
    grader.writes("cls/class.toml", &settings);
    grader.types("grade nowhere.zip --class cls").ends(2).says("nowhere.zip");
    grader.types("grade --class nowhere").ends(2).says("practicum class new");
    grader.types("class new cls --roster roster.csv --exercise first-look").ends(2).says("there already");
}
