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
    // All at once.
    let wrong = format!("{settings}due = \"soon\"\n[match]\n\"x\" = \"M0O1\"\n");
    grader.writes("cls/class.toml", wrong);
    grader.types("grade --class cls").ends(2).says("\"soon\"").says("M0O1");
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
    // One folder is unclear, one of nobody: until that is decided, nothing is exported.
    grader.types("export csv --class cls --to held").ends(2).says("2 grades").says("class doubts");
    assert!(!grader.path("held").exists());
    drops_all(grader);
}

/// Decides that everything doubtful counts for nothing.
fn drops_all(grader: &Learner) {
    let doubts = grader.types("class doubts --class cls --json").ends(0).json();
    let open = doubts["doubts"].as_array().unwrap().iter().filter(|one| one["dropped"] == false);
    let numbers: Vec<String> = open.map(|one| one["number"].to_string()).collect();
    grader.types(&format!("class drop {} --class cls", numbers.join(" "))).ends(0).says("were dropped");
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

/// A course of the grader's own: the exercise with a question for a text.
fn makes_a_course(grader: &Learner) {
    for folder in ["exercises/first-look", "datasets"] {
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &grader.path(&format!("course/{folder}")));
    }
    let file = "course/exercises/first-look/exercise.toml";
    let memo = "[[question]]\nid = \"memo\"\nkind = \"text\"\nprompt = { en = \"Why?\", ja = \"なぜですか。\" }\nrubric = [{ en = \"a reason\", ja = \"理由\" }]\n\n[[check]]";
    let with_text = grader.read(file).replace("asks = [\"plan\"]\n", "").replacen("[[check]]", memo, 1);
    grader.writes(file, with_text);
}

#[test]
fn a_text_waits_for_a_person_and_its_mark_is_of_that_text_alone() {
    let grader = Learner::new();
    makes_a_course(&grader);
    let rows: String = (0..20).map(|n| format!("M{n:03},\"{}\"\n", NAMES[n])).collect();
    grader.writes("roster.csv", format!("id,name\n{rows}"));
    grader.types("class new cls --roster roster.csv --exercise first-look --course course").ends(0);
    let settings = grader.read("cls/class.toml");
    assert!(settings.contains("course = \"../course\""), "{settings}");
    grader.writes("cls/class.toml", format!("{settings}\ntext_points = 5\n"));
    let (right, wrong) = (shipped("solution/plan.toml"), shipped("starter/plan.toml"));
    let answers = |text: &str| format!("exercise = \"first-look@1\"\nmemo = \"{text}\"\n");
    let mut files = vec![(format!("{}/plan.toml", folder(9)), right.clone())];
    for n in 0..8 {
        files.push((format!("{}/plan.toml", folder(n)), if n < 4 { right.clone() } else { wrong.clone() }));
        files.push((format!("{}/answers.toml", folder(n)), answers(&format!("because of {n}"))));
    }
    zipped(&grader, "moodle.zip", &files);
    grader.types("grade moodle.zip --class cls --yes").ends(0);
    grader.types("export csv --class cls --to out").ends(2).says("to_mark").says("--force");
    assert!(!grader.path("out").exists());
    // Only what was written waits: the ninth wrote nothing, and others handed in nothing.
    grader.types("class texts T.csv --class cls").ends(0);
    let table = cells(&grader.bytes("T.csv"), b',');
    assert_eq!((table.len(), &table[1][3][..]), (9, "because of 0"));
    let fills = |table: &[Vec<String>], file: &str, of: &dyn Fn(usize) -> String| {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for (n, row) in table.iter().enumerate() {
            let mut row = row.clone();
            if n > 0 {
                row[5] = of(n - 1);
                row[7] = "good, but =late".to_owned();
            }
            writer.write_record(&row).unwrap();
        }
        grader.writes(file, writer.into_inner().unwrap());
    };
    fills(&table, "marks.csv", &|_| "6".to_owned());
    grader.types("class mark marks.csv --class cls").ends(2).says("line 2").says("0 to 5");
    grader.writes("none.csv", "id,exercise,points,comment\nM019,first-look,1,\nM009,first-look,2,\n");
    grader.types("class mark none.csv --class cls").ends(2).says("handed in nothing").says("no text is known");
    // As a Japanese keyboard writes digits.
    fills(&table, "marks.csv", &|n| if n == 3 { "３".to_owned() } else { (n % 6).to_string() });
    grader.types("class mark marks.csv --class cls").ends(0).says("8 marks");
    let row_of = |id: &str| {
        grader.types("export csv --class cls --to out --force").ends(0);
        cells(&grader.bytes("out/grades.csv"), b',').into_iter().find(|row| row[0] == id).unwrap()
    };
    let points = |id: &str| row_of(id)[6].clone();
    assert_eq!([points("M003"), points("M005"), points("M009")], ["4", "5", "1"]);

    // A later hand-in that ties, with another text: its text is read, and the mark of the old one is not its.
    files[8].1 = answers("because I said so");
    zipped(&grader, "again.zip", &files[7..9]);
    assert!(files[7].0.starts_with(NAMES[3]), "{}", files[7].0);
    grader.types("grade again.zip --class cls --yes").ends(0).says("1 new hand-ins");
    assert_eq!(row_of("M003")[5..7], ["to_mark", ""]);
    grader.types("export csv --class cls --to held").ends(2).says("M003: to_mark");
    grader.types("class mark marks.csv --class cls").ends(0).says("does not count now").says("M003");
    assert_eq!(row_of("M003")[5], "to_mark");
    grader.writes("which.csv", "id,exercise,points,comment\nM003,first-look,5,\n");
    grader.types("class mark which.csv --class cls").ends(2).says("2 different texts").says("text_id");
    // The table of before may hold marks that nobody has taken yet, and no file of the class is replaced either.
    let before = [grader.bytes("T.csv"), grader.bytes("cls/secret")];
    grader.types("class texts T.csv --class cls").ends(2).says("nothing is overwritten");
    grader.types("class texts cls/secret --class cls").ends(2).says("nothing is overwritten");
    assert_eq!([grader.bytes("T.csv"), grader.bytes("cls/secret")], before);
    grader.types("class texts U.csv --class cls").ends(0);
    let table = cells(&grader.bytes("U.csv"), b',');
    let row = table.iter().find(|row| row[0] == "M003").unwrap();
    assert_eq!((&row[3][..], &row[5][..]), ("because I said so", ""));
    fills(&table, "marks.csv", &|n| if n == 3 { "4".to_owned() } else { (n % 6).to_string() });
    grader.types("class mark marks.csv --class cls").ends(0);
    assert_eq!([points("M003"), points("M005")], ["5", "5"]);
    // A mark can be taken back.
    fills(&table, "back.csv", &|n| if n == 3 { "-".to_owned() } else { String::new() });
    let rows = grader
        .read("back.csv")
        .lines()
        .filter(|row| row.starts_with("id") || row.contains("M003"))
        .collect::<Vec<_>>()
        .join("\n");
    grader.writes("back.csv", rows);
    grader.types("class mark back.csv --class cls").ends(0).says("1 marks were taken back");
    assert_eq!(row_of("M003")[5], "to_mark");
    grader.types("class mark marks.csv --class cls").ends(0);

    grader.types("regrade --class cls").ends(0).says("Nothing to grade anew");
    // A new version: nobody can pass its check any more.
    let exercise = grader.read("course/exercises/first-look/exercise.toml");
    let harder = exercise.replace("share >= 90", "share >= 900").replace("version = 1", "version = 2");
    grader.writes("course/exercises/first-look/exercise.toml", harder);
    grader.types("grade moodle.zip --class cls --yes").ends(0);
    let preview = grader.types("regrade --class cls --json").ends(0).json();
    let ways: Vec<&str> =
        preview["changes"].as_array().unwrap().iter().map(|change| change["way"].as_str().unwrap()).collect();
    assert_eq!(
        (ways.iter().filter(|way| **way == "down").count(), preview["applied"].as_bool()),
        (5, Some(false)),
        "{preview:#}"
    );
    assert_eq!(preview["changes"][0]["checks"][0]["after"], "failed");
    assert_eq!(points("M003"), "5");
    let applied = grader.types("regrade --class cls --apply --json").ends(0).json();
    assert_eq!((applied["applied"].as_bool(), applied["editions"][0]["number"].as_i64()), (Some(true), Some(2)));
    assert_eq!([points("M003"), points("M005")], ["4", "5"]);
}

#[test]
fn a_course_of_ones_own_is_never_dropped_silently() {
    let grader = Learner::new();
    makes_a_course(&grader);
    makes_a_class(&grader);
    grader.writes("in/M001/plan.toml", shipped("solution/plan.toml"));
    for line in [
        "grade in --class cls --course course",
        "regrade --class cls --course course",
        "class variants --to handout --class cls --course course",
    ] {
        grader.types(line).ends(2).says("the program's own course").says("\"../course\" in class.toml");
    }
    grader.types("class new deep/er/own --roster roster.csv --exercise first-look --course course").ends(0);
    assert!(grader.read("deep/er/own/class.toml").contains("course = \"../../../course\""));
    grader.types("grade in --class deep/er/own --course course --yes").ends(0).says("1 graded");
    grader.types("class new no --roster roster.csv --exercise sepsis-alarm --course course").ends(2).says("first-look");
}

#[test]
fn what_is_doubtful_holds_an_export_back_until_it_is_decided() {
    let grader = Learner::new();
    makes_a_class(&grader);
    let right = shipped("solution/plan.toml");
    let report = (format!("{}/report.docx", folder(1)), "PK".to_owned());
    zipped(&grader, "a.zip", &[report.clone(), (format!("{}/plan.toml", folder(2)), right.clone())]);
    grader.types("grade a.zip --class cls --yes").ends(1).says("They keep an export back");
    grader.types("export csv --class cls --to out --zero").ends(2).says("M001").says("doubtful").says("class doubts");
    let state = |id: &str| {
        grader.types("export csv --class cls --to out --zero --force").ends(0);
        let row = cells(&grader.bytes("out/grades.csv"), b',').into_iter().find(|row| row[0] == id).unwrap();
        (row[5].clone(), row[6].clone())
    };
    let is = |state: &str, points: &str| (state.to_owned(), points.to_owned());
    assert_eq!((state("M001"), state("M003")), (is("doubtful", ""), is("not_handed_in", "0")));
    grader.types("class doubts --class cls").ends(0).says("report.docx").says("class drop NUMBER");
    // Decided in one way: its learner hands in anew.
    zipped(&grader, "b.zip", &[(format!("{}/plan.toml", folder(1)), right.clone())]);
    grader.types("grade b.zip --class cls --yes").ends(0);
    assert_eq!(state("M001"), is("graded", "1"));
    // Nobody whom the roster has: it may be anybody's who handed in nothing.
    zipped(&grader, "c.zip", &[("Nobody Known_99_assignsubmission_file/plan.toml".to_owned(), right.clone()), report]);
    grader.types("grade c.zip --class cls --yes").ends(1);
    assert_eq!((state("M003"), state("M001")), (is("not_handed_in", ""), is("doubtful", "")));
    grader.types("class drop 77 --class cls").ends(2).says("class doubts");
    grader.types("class drop --class cls").ends(2).says("--unmatched");
    // In another: it counts for nothing, also when the same is read again.
    grader.types("class drop --unmatched --class cls").ends(0).says("1 were dropped");
    drops_all(&grader);
    grader.types("grade c.zip --class cls --yes").ends(0).says("2 others were dropped before");
    grader.types("export csv --class cls --to out --zero").ends(0);
    assert_eq!((state("M003"), state("M001")), (is("not_handed_in", "0"), is("graded", "1")));
    // In a third: class.toml says whose it is.
    zipped(&grader, "d.zip", &[("Some Body_98_assignsubmission_file/plan.toml".to_owned(), right)]);
    grader.types("grade d.zip --class cls --yes").ends(1);
    grader.types("export csv --class cls --to out").ends(2).says("Some Body_98");
    let settings = grader.read("cls/class.toml");
    grader.writes("cls/class.toml", format!("{settings}\n[match]\n\"Some Body_98\" = \"M003\"\n"));
    grader.types("grade d.zip --class cls --yes").ends(0);
    grader.types("export csv --class cls --to out").ends(0);
    assert_eq!(state("M003"), is("graded", "1"));
}

/// Marks an entry of a zip as encrypted.
fn encrypts(zip: &mut [u8], name: &str) {
    for at in 0..zip.len() - name.len() {
        if !zip[at..].starts_with(name.as_bytes()) {
            continue;
        }
        // Its name stands 30 bytes behind the head of the entry, and 46 behind that of the list.
        if at >= 30 && zip[at - 30..].starts_with(b"PK\x03\x04") {
            zip[at - 24] |= 1;
        } else if at >= 46 && zip[at - 46..].starts_with(b"PK\x01\x02") {
            zip[at - 38] |= 1;
        }
    }
}

#[test]
fn no_hand_in_disappears_without_a_word() {
    let grader = Learner::new();
    makes_a_class(&grader);
    let right = shipped("solution/plan.toml");
    let files = [
        folder(0),
        "M001".to_owned(),
        "M002_extra".to_owned(),
        "m3@example.org".to_owned(),
        "who is this".to_owned(),
        folder(5),
    ];
    let files = files.map(|folder| (format!("{folder}/plan.toml"), right.clone()));
    zipped(&grader, "mixed.zip", &files);
    let mut bytes = grader.bytes("mixed.zip");
    encrypts(&mut bytes, &files[5].0);
    grader.writes("mixed.zip", bytes);
    let read = |file: &str| {
        let document = grader.types(&format!("grade {file} --class cls --json")).json();
        let labels = |key: &str| {
            let of = |row: &Value| {
                let who = row["learners"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect::<Vec<_>>();
                format!("{} {}", row["label"].as_str().unwrap(), who.join("+"))
            };
            let mut all: Vec<String> = document[key].as_array().unwrap().iter().map(of).collect();
            all.sort();
            all
        };
        (labels("matched"), labels("doubtful"), labels("unmatched"))
    };
    let (matched, doubtful, unmatched) = read("mixed.zip");
    assert_eq!(matched, ["M001 M001", "M002_extra M002", "m3@example.org M003", "佐藤 花子_40 M000"]);
    assert_eq!((doubtful, unmatched), (vec![format!("{}_45 M005", NAMES[5])], vec!["who is this ".to_owned()]));
    // Two participants are two people, whatever they are called.
    let twins = ["佐藤 花子_9001_assignsubmission_file", "花子 佐藤_9002_assignsubmission_file"];
    zipped(&grader, "twins.zip", &twins.map(|folder| (format!("{folder}/plan.toml"), right.clone())));
    let (matched, doubtful, _) = read("twins.zip");
    assert_eq!(
        (matched.len(), doubtful),
        (0, vec!["佐藤 花子_9001 M000".to_owned(), "花子 佐藤_9002 M000".to_owned()])
    );
}

#[test]
fn rules_are_foretold_and_known_hand_ins_are_told_apart() {
    let grader = Learner::new();
    makes_a_class(&grader);
    let settings = grader.read("cls/class.toml");
    let rules = "due = \"2026-12-01 12:00\"\nlate_percent_per_day = 10\nlate_days = 2\nattempts = 1\n";
    grader.writes("cls/class.toml", format!("{settings}{rules}"));
    let (right, wrong) = (shipped("solution/plan.toml"), shipped("starter/plan.toml"));
    grader.writes("a/M001/plan.toml", &wrong);
    grader.writes("a/M002/plan.toml", &wrong);
    grader.types("grade a --class cls --yes --received 2026-12-01T11:00").ends(0).says("2 new hand-ins");
    grader.writes("b/M001/plan.toml", format!("# more to say\n{wrong}"));
    grader.writes("b/M002/plan.toml", &right);
    grader.writes("b/M003/plan.toml", &right);
    let shown = grader.types("grade b a/M001/plan.toml a/M002 --class cls --received 2026-12-02T18:00");
    let flat = shown.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("2 days late: 20% off") && flat.contains("beyond the 1 attempts"), "{flat}");
    grader.types("grade b --class cls --received 2026-12-05T18:00").says("after the last day");
    let shown = grader.types("grade b a --class cls --received 2026-12-02T11:00").ends(0);
    assert!(shown.out.contains("3 new hand-ins would be graded; 2 are known already"), "{}", shown.out);
    let graded = grader.types("grade b --class cls --yes --received 2026-12-02T11:00").ends(0).says("3 new hand-ins");
    assert!(graded.out.contains("M002") && graded.out.contains("beyond the 1 attempts"), "{}", graded.out);
    // What differs in a comment alone is no attempt.
    let all = grader.types("class learner M001 --class cls").ends(0).json();
    let attempts = all["exercises"][0]["attempts"].as_array().unwrap();
    let told: Vec<_> =
        attempts.iter().map(|one| (one["standing"].as_str().unwrap(), one["counts"].as_bool().unwrap())).collect();
    assert_eq!(told, [("eligible", true), ("same_as_before", false)]);
    grader.types("export csv --class cls --to out").ends(0);
    let rows = cells(&grader.bytes("out/grades.csv"), b',');
    let of = |id: &str| rows.iter().find(|row| row[0] == id).unwrap();
    assert_eq!((&of("M001")[12][..], &of("M002")[6][..], &of("M003")[6][..]), ("1", "0", "0.9"));
}

#[test]
fn another_secret_is_refused_and_an_option_is_obeyed() {
    let grader = Learner::new();
    makes_a_class(&grader);
    grader.types("class new two --roster roster.csv --exercise first-look --exercise sepsis-alarm").ends(0);
    grader.writes("in/M001/plan.toml", format!("# a\u{202e}b\n{}", shipped("solution/plan.toml")));
    grader.types("grade in --class two --yes").ends(0);
    grader.types("export csv --class two --exercise first-look --to out").ends(0);
    let rows = cells(&grader.bytes("out/grades.csv"), b',');
    assert!(rows.len() == 21 && rows.iter().skip(1).all(|row| row[4] == "first-look"), "{rows:?}");
    grader.types("export csv --class two --exercise first-lok --to out").ends(2).says("first-look");
    // What cannot be seen is written as JSON writes it.
    let all = grader.types("class learner M001 --class two").ends(0);
    assert!(all.out.contains("\\u202e") && all.json()["learner"] == "M001");
    let secret = grader.read("two/secret");
    let other: String = secret.chars().map(|digit| if digit == '0' { '1' } else { '0' }).collect();
    grader.writes("two/secret", other);
    grader.types("grade in --class two --yes").ends(2).says("not the secret of this class");
    grader.types("export csv --class two --to out").ends(2).says("not the secret of this class");
    grader.writes("two/secret", secret);
    grader.types("grade in --class two --yes").ends(0).says("0 graded");
    grader.types("class forget nobody --class two").ends(2).says("an id of the roster");
}

#[test]
fn gradebooks_are_filled_by_their_own_measure_and_what_is_left_out_is_said() {
    let grader = Learner::new();
    graded(&grader);
    let canvas = |columns: &str, cells: &str| {
        format!(
            "Student,ID,SIS User ID,SIS Login ID,Section,{columns}\n,,,,,Manual Posting\n    Points Possible,,,,,24\n\"Muster, Anna\",900,M001,anna,A,{cells}\n\"Tanaka, Ken\",901,,m2@example.org,A,EX\n\"Student, Test\",902,,,A,\n"
        )
    };
    let column = "Who is examined before the first meal? (77)";
    grader.writes("gb.csv", canvas(column, "3"));
    grader
        .types("export canvas --class cls --to out --gradebook gb.csv")
        .ends(0)
        .says("1 points are 24 in Canvas")
        .says("1 cells say EX")
        .says("1 cells had another grade")
        .says("18 learners of the roster have no row");
    let rows = cells(&grader.bytes("out/canvas.csv"), b',');
    let grades: Vec<&str> = rows.iter().map(|row| row[5].as_str()).collect();
    assert_eq!(grades, [column, "24", "24", "EX"]);
    grader.writes("gb.csv", canvas("Week 1 (77)", "3"));
    grader
        .types("export canvas --class cls --to out --gradebook gb.csv")
        .ends(0)
        .says("Canvas will make a new assignment")
        .says("Week 1 (77)");
    let settings = grader.read("cls/class.toml");
    grader.writes("cls/class.toml", format!("{settings}canvas = \"77\"\n"));
    grader.types("export canvas --class cls --to out --gradebook gb.csv").ends(0).says("24 in Canvas");
    assert_eq!(cells(&grader.bytes("out/canvas.csv"), b',')[0][5], "Week 1 (77)");

    let titles =
        "ID;Vollständiger Name;Status;Bewertung;Bestwertung;Zuletzt geändert (Bewertung);Feedback als Kommentar";
    let row = |n: usize, grade: &str, most: &str| format!("Teilnehmer/in{};{};;{grade};{most};-;\n", 40 + n, NAMES[n]);
    let scale = format!("{}\n{}", titles.replace("Bestwertung", "Skala"), row(1, "", "nicht bestanden    bestanden"));
    grader.writes("w.csv", scale);
    grader.types("export moodle --class cls --worksheet w.csv --to no").ends(2).says("scale").says("Point");
    assert!(!grader.path("no").exists());
    grader.writes("w.csv", format!("{titles}\n{}{}", row(1, "1,00", "2,50"), row(2, "", "2,50")));
    // The teacher's own file may be the only copy.
    let own = grader.read("w.csv");
    grader.types("export moodle --class cls --worksheet w.csv --to .").ends(2).says("stays as it was");
    assert_eq!(grader.read("w.csv"), own);
    grader
        .types("export moodle --class cls --worksheet w.csv --to out")
        .ends(0)
        .says("1 points are 2.5")
        .says("1 rows had a grade")
        .says("13 learners who handed in have no row")
        .says("M000, M003");
    let rows = cells(&grader.bytes("out/w.csv"), b';');
    assert_eq!([&rows[1][3], &rows[2][3]], ["2,5", "2,5"]);
    let mut zip = zip::ZipArchive::new(Cursor::new(grader.bytes("out/feedback-first-look.zip"))).unwrap();
    let name = format!("{}_41_assignsubmission_file/first-look.html", NAMES[1]);
    let page = std::io::read_to_string(zip.by_name(&name).unwrap()).unwrap();
    assert!(page.contains("2.5 of 2.5 in the gradebook"), "{page}");
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
    grader.types("class variants --to handout --notes --class cls").ends(0).says("no solutions").says("(SQL)");
    // The exercises of the class alone, and no debrief before its time.
    assert!(!grader.path("handout/pack/exercises/sepsis-alarm").exists());
    assert!(!grader.path("handout/pack/exercises/first-look/debrief.en.md").exists());
    assert!(grader.path("handout/after/exercises/first-look/debrief.en.md").exists());
    let keys = cells(&grader.bytes("handout/keys.csv"), b',');
    let distinct: std::collections::BTreeSet<&String> = keys.iter().map(|row| &row[3]).collect();
    assert_eq!((keys.len(), distinct.len()), (21, 21));
    assert!(!grader.path("handout/pack/exercises/first-look/solution").exists());
    let key = &keys[1][3];
    let note = grader.read("handout/start/M000.txt");
    assert!(note.contains(key.as_str()) && note.contains("practicum submit first-look\n"), "{note}");
    // The debrief comes later: nobody gives anything up for it before.
    grader.types(&format!("start first-look --variant {key} --course handout/pack")).ends(0);
    grader.types("solution first-look --yes").ends(0).says("nothing was given up");
    assert_eq!(grader.types("history first-look --json").ends(0).json()["gave_up"], false);
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
fn a_class_of_one_exercise_hands_out_a_course_that_can_be_begun() {
    let grader = Learner::new();
    grader.writes("roster.csv", "id,name\ns1,Ann\n");
    // It builds on others, which this class does not have.
    grader.types("class new cls --roster roster.csv --exercise fairness").ends(0);
    grader.types("class variants --to handout --class cls").ends(0);
    assert!(!grader.path("handout/pack/exercises/sepsis-alarm").exists());
    grader.types("start fairness --course handout/pack").ends(0);
    grader.types("class new twice --roster roster.csv --exercise fairness --exercise fairness").ends(2).says("once");
    grader.types("class variants --to roster.csv --class cls").ends(2).says("roster.csv");
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
