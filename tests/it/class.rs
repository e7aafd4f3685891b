//! A class of twenty as its grader meets it, from what was handed in to grades.

use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::session::{Learner, copy};

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
fn the_power_may_fail_at_any_step_of_grader_and_workers_and_grades_are_the_same() {
    let class = Learner::new();
    makes_a_class(&class);
    let (right, wrong) = (shipped("solution/plan.toml"), shipped("starter/plan.toml"));
    let files = [(0, "plan.toml", &right), (1, "plan.toml", &wrong), (2, "Plan.toml.txt", &right)];
    let files = files.map(|(n, name, text)| (format!("{}/{name}", folder(n)), text.clone()));
    zipped(&class, "moodle.zip", &files);
    let grades = |grader: &Learner| {
        grader.types("grade moodle.zip --class cls --yes");
        grader.types("grade --class cls --yes").ends(0).says("0 graded");
        grader.types("export csv --class cls --to out").ends(0);
        grader.read("out/grades.csv")
    };
    let with_the_same_secret = || {
        let grader = Learner::new();
        copy(&class.path("cls"), &grader.path("cls"));
        grader.writes("moodle.zip", class.bytes("moodle.zip"));
        grader
    };
    let undisturbed = grades(&with_the_same_secret());
    assert_eq!(undisturbed.matches(",graded,").count(), 3, "{undisturbed}");
    for step in 1..=15 {
        let grader = with_the_same_secret();
        let mut command = grader.command(&["grade", "moodle.zip", "--class", "cls", "--yes"]);
        command.env(practicum::disk::power::FAILS_AT, step.to_string());
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert_eq!(grades(&grader), undisturbed, "step {step}");
    }
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

/// A worksheet for all twenty and a stranger, with these titles; the tenth row is locked by this word.
fn worksheet(titles: [&str; 8], participant: &str, no: &str, when: &str, separator: char) -> String {
    let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    let row =
        |cells: &[&str]| cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(&separator.to_string()) + "\n";
    let mut out = row(&titles);
    for (n, name) in NAMES.iter().enumerate() {
        let (who, changeable) = (format!("{participant}{}", 40 + n), if n == 9 { no } else { "" });
        out += &row(&[&who, name, "Status, \"x\"", "", "10.00", changeable, when, ""]);
    }
    out + &row(&[&format!("{participant}99"), "=HYPERLINK(1)", "", "", "10.00", "", "-", ""])
}

/// The cells of a CSV.
fn cells(bytes: &[u8], separator: u8) -> Vec<Vec<String>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).delimiter(separator).from_reader(bytes);
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn graded(grader: &Learner) {
    makes_a_class(grader);
    hands_in(grader);
    grader.types("grade moodle.zip --class cls --yes").ends(1);
}

#[test]
fn the_worksheet_comes_back_with_grades_and_nothing_else_changed() {
    let grader = Learner::new();
    graded(&grader);
    let english = [
        "Identifier",
        "Full name",
        "Status",
        "Grade",
        "Maximum grade",
        "Grade can be changed",
        "Last modified (grade)",
        "Feedback comments",
    ];
    let german = [
        "ID",
        "Vollständiger Name",
        "Status",
        "Bewertung",
        "Bestwertung",
        "Bewertung kann geändert werden",
        "Zuletzt geändert (Bewertung)",
        "Feedback als Kommentar",
    ];
    let japanese = [
        "識別子",
        "氏名",
        "ステータス",
        "評点",
        "最大評点",
        "評点を変更できます",
        "最終更新日時 (評点)",
        "フィードバックコメント",
    ];
    for (titles, participant, no, separator) in [
        (english, "Participant ", "No", ','),
        (german, "Teilnehmer/in ", "Nein", ';'),
        (japanese, "参加者 ", "いいえ", ','),
    ] {
        let before = worksheet(titles, participant, no, "-", separator);
        grader.writes("Grades-Medical AI.csv", &before);
        let told = grader
            .command(&["export", "moodle", "--class", "cls", "--worksheet", "Grades-Medical AI.csv", "--to", "out"])
            .output()
            .unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        assert!(
            told.contains("scaled") && told.contains("1 rows are locked") && told.contains("1 rows are of nobody"),
            "{told}"
        );
        let before = cells(before.as_bytes(), separator as u8);
        let after = cells(&grader.bytes("out/Grades-Medical AI.csv"), separator as u8);
        assert_eq!((before.len(), &before[0]), (after.len(), &after[0]));
        for (was, is) in before.iter().zip(&after) {
            let but = |row: &[String]| [&row[..3], &row[4..7]].concat();
            assert_eq!(but(was), but(is));
        }
        let grades: Vec<&str> = after.iter().skip(1).map(|row| row[3].as_str()).collect();
        // Right, wrong, misnamed but right, locked, malformed twice, of code, hostile but right, unclear, nothing, from the text field, nothing; a stranger.
        let expected =
            ["10", "10", "10", "10", "0", "0", "0", "0", "10", "", "", "", "", "10", "", "", "10", "", "", "", ""];
        assert_eq!(grades, expected);
        assert!(
            after[11][7].contains("could not be run")
                && after[20][7].is_empty()
                && after[1][7].contains("1 of 1 points")
        );
    }
    let mut zip = zip::ZipArchive::new(Cursor::new(grader.bytes("out/feedback-first-look.zip"))).unwrap();
    let names: Vec<String> = (0..zip.len()).map(|at| zip.by_index(at).unwrap().name().unwrap().into_owned()).collect();
    assert_eq!(names.len(), 15, "{names:?}");
    // As Moodle takes a name apart: the number second, then what it is of.
    for name in &names {
        let parts: Vec<&str> = name.split('/').next().unwrap().splitn(5, '_').collect();
        assert!(parts[1].parse::<u64>().is_ok() && parts[2..4] == ["assignsubmission", "file"], "{name}");
    }
    let page =
        std::io::read_to_string(zip.by_name("Zoë Müller_43_assignsubmission_file/first-look.html").unwrap()).unwrap();
    assert!(
        page.contains("Zoë Müller")
            && page.contains("1 of 1 points")
            && page.contains("1点中1点")
            && !page.contains("<script")
    );
    let page =
        std::io::read_to_string(zip.by_name("田中 美咲_51_assignsubmission_file/first-look.html").unwrap()).unwrap();
    assert!(page.contains("train.epoch") && page.contains("実行できませんでした"), "{page}");
}

#[test]
fn grades_go_to_canvas_gradescope_and_spreadsheets() {
    let grader = Learner::new();
    graded(&grader);
    grader.types("export csv --class cls --to out").ends(0);
    let rows = cells(&grader.bytes("out/grades.csv"), b',');
    let of = |id: &str| rows.iter().find(|row| row[0] == id).unwrap().clone();
    assert_eq!((rows.len(), &of("M005")[1][..]), (21, "O'Brien, Sean"));
    assert_eq!([&of("M000")[5], &of("M000")[6], &of("M004")[6]], ["graded", "1", "0"]);
    // Nobody gets a zero for what could not be judged.
    for (id, state) in [("M010", "invalid"), ("M012", "invalid"), ("M014", "not_handed_in"), ("M019", "not_handed_in")]
    {
        assert_eq!([&of(id)[5], &of(id)[6]], [state, ""], "{id}");
    }
    grader.types("export csv --class cls --to zero --zero").ends(0);
    assert!(cells(&grader.bytes("zero/grades.csv"), b',').iter().skip(1).all(|row| !row[6].is_empty()));
    grader.types("export canvas --class cls --to out").ends(0);
    let rows = cells(&grader.bytes("out/canvas.csv"), b',');
    assert_eq!((rows[1][0].trim(), &rows[1][5][..], rows.len()), ("Points Possible", "1", 22));
    let gradebook = format!(
        "Student,ID,SIS User ID,SIS Login ID,Section,\"{} (77)\",Other (78)\n    Points Possible,,,,,1,5\n\"Muster, Anna\",900,M001,anna,A,,3\n",
        rows[0][5]
    );
    grader.writes("canvas.csv", gradebook);
    grader.types("export canvas --class cls --to out --gradebook canvas.csv").ends(0);
    let again = cells(&grader.bytes("out/canvas.csv"), b',');
    assert_eq!(again[0][5], format!("{} (77)", rows[0][5]));
    assert_eq!((again[2][1].as_str(), again[2][5].as_str(), again.len(), again[0].len()), ("900", "1", 3, 6));
    grader.types("export gradescope --class cls --to out").ends(0);
    let result: Value = serde_json::from_str(&grader.read("out/gradescope/first-look/M000/results.json")).unwrap();
    assert_eq!((result["score"].as_f64(), result["tests"][0]["status"].as_str()), (Some(1.0), Some("passed")));
    assert!(!grader.path("out/gradescope/first-look/M010").exists());
    grader.types("export xlsx --class cls --to out").ends(0);
    let mut book = zip::ZipArchive::new(Cursor::new(grader.bytes("out/grades.xlsx"))).unwrap();
    let strings = std::io::read_to_string(book.by_name("xl/sharedStrings.xml").unwrap()).unwrap();
    assert!(strings.contains("佐藤 花子") && strings.contains("محمد علي"));
}

#[test]
fn a_text_waits_for_a_person_and_its_mark_survives_a_regrade() {
    let grader = Learner::new();
    for folder in ["exercises/first-look", "datasets"] {
        super::session::copy(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &grader.path(&format!("course/{folder}")),
        );
    }
    makes_a_class(&grader);
    hands_in(&grader);
    let settings = grader.read("cls/class.toml");
    grader.writes("cls/class.toml", format!("course = \"../course\"\n{settings}\ntext_points = 5\n"));
    grader.types("grade moodle.zip --class cls --yes").ends(1);
    grader.types("export csv --class cls --to out").ends(2).says("to_mark").says("--force");
    assert!(!grader.path("out").exists());
    let marks: String = (0..20).map(|n| format!("M{n:03},first-look,{},\"good, but =late\"\n", n % 6)).collect();
    grader.writes("marks.csv", format!("id,exercise,points,comment\n{marks}M003,first-look,6,\n"));
    grader.types("class mark marks.csv --class cls").ends(2).says("line 22").says("0 to 5");
    grader.writes("marks.csv", format!("id,exercise,points,comment\n{marks}"));
    grader.types("class mark marks.csv --class cls").ends(0).says("20 marks");
    grader.types("export csv --class cls --to out").ends(0);
    let points = |folder: &str, id: &str| {
        let rows = cells(&grader.bytes(&format!("{folder}/grades.csv")), b',');
        rows.iter().find(|row| row[0] == id).unwrap()[6].clone()
    };
    assert_eq!([points("out", "M003"), points("out", "M005")], ["4", "5"]);
    grader.types("regrade --class cls").ends(0).says("Nothing to grade anew");
    // A new version: nobody can pass its check any more.
    let exercise = grader.read("course/exercises/first-look/exercise.toml");
    let harder = exercise.replace("share >= 90", "share >= 900").replace("version = 1", "version = 2");
    grader.writes("course/exercises/first-look/exercise.toml", harder);
    let stop = grader.types("grade moodle.zip --class cls --yes");
    assert_eq!(stop.code, 1, "nothing new: nothing to stop for\n{}{}", stop.out, stop.err);
    let preview = grader.types("regrade --class cls --json").ends(0).json();
    let ways: Vec<&str> =
        preview["changes"].as_array().unwrap().iter().map(|change| change["way"].as_str().unwrap()).collect();
    assert_eq!(
        (ways.iter().filter(|way| **way == "down").count(), preview["applied"].as_bool()),
        (8, Some(false)),
        "{preview:#}"
    );
    assert_eq!(preview["changes"][0]["checks"][0]["after"], "failed");
    grader.types("export csv --class cls --to out").ends(0);
    assert_eq!(points("out", "M003"), "4");
    let applied = grader.types("regrade --class cls --apply --json").ends(0).json();
    assert_eq!((applied["applied"].as_bool(), applied["editions"][0]["number"].as_i64()), (Some(true), Some(2)));
    grader.types("export csv --class cls --to out").ends(0);
    assert_eq!([points("out", "M003"), points("out", "M005")], ["3", "5"]);
}

#[test]
fn everything_of_a_learner_can_be_told_and_taken_away() {
    let grader = Learner::new();
    graded(&grader);
    let all = grader.types("class learner M000 --class cls").ends(0).json();
    let attempt = &all["exercises"][0]["attempts"][0];
    assert!(attempt["plan"].as_str().unwrap().contains("threshold") && attempt["record"]["verdict"] == "passed");
    assert!(!all.to_string().contains(&grader.read("cls/secret")));
    grader.types("class forget M000 --class cls").ends(2).says("1 hand-ins");
    grader.types("class forget M000 --class cls --yes").ends(0);
    let none = grader.types("class learner M000 --class cls").ends(0).json();
    assert_eq!(none["exercises"][0]["attempts"].as_array().map(Vec::len), Some(0));
    assert!(grader.types("class learner M001 --class cls").json()["exercises"][0]["state"] == "graded");
    grader.types("class learner M0O1 --class cls").ends(2).says("M001");
}

#[test]
fn what_is_handed_out_draws_what_is_graded() {
    let grader = Learner::new();
    makes_a_class(&grader);
    grader.types("class variants --to handout --notes --class cls").ends(0).says("no solutions");
    let keys = cells(&grader.bytes("handout/keys.csv"), b',');
    let distinct: std::collections::BTreeSet<&String> = keys.iter().map(|row| &row[3]).collect();
    assert_eq!((keys.len(), distinct.len()), (21, 21));
    assert!(!grader.path("handout/pack/exercises/first-look/solution").exists());
    let key = &keys[1][3];
    assert!(grader.read("handout/start/M000.txt").contains(key.as_str()));
    // As the learner does it, from the pack alone.
    grader.types(&format!("start first-look --variant {key} --course handout/pack")).ends(0);
    let own = grader.types("run first-look --json").ends(0).json();
    grader.types("submit first-look").ends(0);
    let file = format!("practicum/first-look/first-look-{key}.submission.json");
    grader.types(&format!("grade {file} --class cls --yes")).ends(0).says("1 graded");
    let graded = grader.types("class learner M000 --class cls").ends(0).json();
    assert_eq!(graded["exercises"][0]["attempts"][0]["record"]["seed"], own["seed"]);
}

#[test]
fn the_report_tells_of_the_class_and_escapes_what_people_wrote() {
    let grader = Learner::new();
    graded(&grader);
    let report = grader.types("class report --class cls --json").ends(0).json();
    let of = &report["exercises"][0];
    assert_eq!(
        (of["states"]["graded"].as_i64(), of["states"]["invalid"].as_i64(), of["states"]["not_handed_in"].as_i64()),
        (Some(12), Some(3), Some(5)),
        "{report:#}"
    );
    assert_eq!((of["points"]["1"].as_i64(), of["points"]["0"].as_i64()), (Some(8), Some(4)));
    let rate = of["checks"][0]["failure_rate"].as_f64().unwrap();
    assert!((rate - 4.0 / 12.0).abs() < 1e-9);
    grader.types("class report --class cls --to out --lang ja").ends(0);
    let page = grader.read("out/report.html");
    assert!(page.contains("得点の分布") && !page.contains("<script"));
}
