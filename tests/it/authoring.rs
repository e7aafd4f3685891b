//! What an instructor does: from a new exercise to a proof; and every way in which one can be wrong.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use practicum::author::docs::reference;
use practicum::author::proof::job::{self, Ask, Trials, Tried};
use practicum::author::proof::reliability;
use practicum::author::proof::validate::{self, Settings};
use practicum::course::courses;
use practicum::course::pack::Pack;
use serde_json::Value;

use super::pictures;
use super::session::{Learner, shipped};

#[test]
fn nothing_of_an_authors_own_is_overwritten_and_nothing_is_left_half_made() {
    let author = Learner::new();
    author.writes("mine/.schema", "notes");
    author.types("author new quiet-bell --course mine").ends(2).says(".schema");
    std::fs::remove_file(author.path("mine/.schema")).unwrap();
    author.types("author new quiet-bell --course mine").ends(0);
    author.writes("ref/metrics.md", "my notes");
    author.types("author reference ref").ends(2).says("metrics.md");
    assert_eq!(author.read("ref/metrics.md"), "my notes");
    assert!(!author.path("ref/README.md").exists());
    author.types("author reference other").ends(0);
    author.types("author reference other").ends(0);
    // A course in which there is nothing is not valid.
    std::fs::create_dir_all(author.path("empty/exercises")).unwrap();
    author.types("author validate --course empty").ends(2).says("no exercise");
    author.types("author reference other --json").ends(2).says("which has no document");
}

#[test]
fn a_new_exercise_is_right_before_a_word_of_it_is_changed_and_takes_no_rust() {
    let author = Learner::new();
    author.types("author new missing-bell --course mine").ends(0).says("author validate missing-bell --course mine");
    author.types("author new second-ward --from first-look --with-solutions --course mine").ends(0);
    let answer = author.types("author validate --course mine --json").ends(0).json();
    assert_eq!(answer["valid"], true);
    let exercises = answer["exercises"].as_array().unwrap();
    assert_eq!(exercises.len(), 2);
    for exercise in exercises {
        assert!(exercise["tried"].as_array().unwrap().len() >= 5);
        assert!(exercise["seconds"].as_f64().unwrap() > 0.0 && exercise["bytes"].as_u64().unwrap() > 1_000_000);
    }
    // What the author does to see it as a learner would.
    author.types("start missing-bell --course mine").ends(0).says("practicum/missing-bell/plan.toml");
    author.types("check missing-bell --course mine").ends(1).says("net benefit");
    assert!(author.read("practicum/missing-bell/brief.en.md").contains("practicum run missing-bell"));
    author.types("author new missing-bell --course mine").ends(2).says("nothing is overwritten");
    author.types("author new Ward_9 --course mine").ends(2).says("a letter first");
    author.types("author new other --from no-such --course mine").ends(2).says("no exercise");
}

#[test]
fn what_begins_with_another_exercise_does_not_give_its_answers_on() {
    let author = Learner::new();
    let begun = author.types("author new second-ward --from sepsis-alarm --course mine").ends(0);
    let begun = begun.says("solution/ and wrong/ of sepsis-alarm were left out").says("--with-solutions");
    assert!(!begun.out.contains("right as it is"), "{}", begun.out);
    let folder = author.path("mine/exercises/second-ward");
    assert!(folder.join("starter/plan.toml").is_file() && folder.join("brief.ja.md").is_file());
    assert!(!folder.join("solution").exists() && !folder.join("wrong").exists());
    author.types("author validate second-ward --course mine").ends(2).says("solution/plan.toml");
    author
        .types("author new third-ward --from sepsis-alarm --course mine --lang ja")
        .ends(0)
        .says("solution/ と wrong/ は、答えを含むため入れていません");
    let json = author.types("author new fourth-ward --from sepsis-alarm --course mine --json").ends(0).json();
    assert_eq!(json["left_out"], serde_json::json!(["solution", "wrong"]));
    // The template's solutions teach, and are nobody's answers.
    let json = author.types("author new missing-bell --course mine --json").ends(0).json();
    assert_eq!(json["left_out"], serde_json::json!([]));
    assert!(author.path("mine/exercises/missing-bell/solution/plan.toml").is_file());
    author.types("author new fifth-ward --with-solutions --course mine").ends(2).says("--from");
}

#[test]
fn a_preview_shows_what_learners_see_in_their_language() {
    let author = Learner::new();
    author.types("author new missing-bell --course mine").ends(0);
    let english = author.types("author preview missing-bell --course mine").ends(0);
    for text in
        ["The alarm that nobody hears", "patient,age,gait_speed,sedative,fall", "✔ AUROC", "(wrong/one-", "[low, high]"]
    {
        assert!(english.out.contains(text), "{text}\n{}", english.out);
    }
    let japanese = author.types("author preview missing-bell --course mine --lang ja").ends(0);
    assert!(japanese.out.contains("鳴らない警報") && !japanese.out.contains("The alarm that nobody hears"));
    assert!(!japanese.out.contains('{'), "every figure is filled in");
}

/// A change to a file of an exercise: what stands there, and what stands there afterwards.
enum Edit {
    Change(&'static str, &'static str, &'static str),
    Write(&'static str, &'static str),
    Delete(&'static str),
    Copy(&'static str, &'static str),
}

use Edit::{Change, Copy, Delete, Write};

/// A defect, and where it must be found: the rule, the file, a text on the line (empty: no line), and the key (empty: none).
struct Defect {
    edits: &'static [Edit],
    rule: &'static str,
    file: &'static str,
    line: &'static str,
    key: &'static str,
}

const fn defect(
    edits: &'static [Edit],
    rule: &'static str,
    file: &'static str,
    line: &'static str,
    key: &'static str,
) -> Defect {
    Defect { edits, rule, file, line, key }
}

const E: &str = "exercise.toml";
/// The dataset's file.
const D: &str = "dataset.toml";
const OLD: &str = "exercise = \"other@1\"\ncontent = \"0\"\nengine = \"0\"\nseeds = 200\nfailures = 3\nfailures_at_most = 0.1\nescapes = 1\nstrays = 0\ncheck = []\n";

/// Checks that let pass whoever alarms for nobody, and whatever is answered.
const LENIENT: &[Edit] = &[
    Change(E, "passes = \"share >= 0.8\"", "passes = \"share >= -100\""),
    Change(E, "passes = \"inside >= 0 AND width <= 80\"", "passes = \"inside >= -1000 AND width <= 80\""),
];

const DEFECTS: &[Defect] = &[
    // Formats.
    defect(&[Change(E, "minutes = 20", "minuts = 20")], "format", E, "minuts", "minuts"),
    defect(&[Change(E, "level = \"intensive\"", "level = \"intensiv\"")], "format", E, "intensiv\"", "level"),
    defect(&[Change(E, "points = 2", "points = 0")], "format", E, "points = 0", "check[2].points"),
    defect(
        &[Change(E, "needs = [\"discriminates\"]", "needs = [\"useful\"]")],
        "format",
        E,
        "needs = ",
        "check[2].needs",
    ),
    defect(&[Change(E, "dataset = \"ID\"", "dataset = \"IDs\"")], "format", E, "dataset = ", "dataset"),
    defect(&[Change(E, "patient = \"8000\"", "patients = \"8000\"")], "format", E, "8000", "exam.rows.patients"),
    defect(&[Change(E, "worth = 0.20", "groups = [\"risk\"]")], "format", E, "groups", "groups"),
    defect(&[Change(E, "id = \"useful\"", "id = \"discriminates\" # again")], "format", E, "# again", "check[2].id"),
    defect(&[Change(D, "role = \"label\", ", "")], "format", D, "", ""),
    defect(
        &[Change(D, "name = \"risk\"", "name = \"p\"")],
        "format",
        D,
        "role = \"truth\"",
        "table[1].columns[5].name",
    ),
    defect(
        &[Change("starter/plan.toml", "\"logistic\"", "\"logistics\"")],
        "format",
        "starter/plan.toml",
        "logistics",
        "model.kind",
    ),
    defect(&[Delete("solution/plan.toml")], "format", "solution/plan.toml", "", ""),
    defect(&[Change("solution/plan.toml", "@1", "@2")], "format", "solution/plan.toml", "@2", "exercise"),
    defect(&[Change("solution/answers.toml", "90", "9000")], "format", "solution/answers.toml", "9000", "missed"),
    defect(&[Delete("wrong/one-column/expect.toml")], "format", "wrong/one-column/expect.toml", "", "fails"),
    defect(
        &[Change("wrong/one-column/expect.toml", "\"discriminates\"", "\"discriminate\"")],
        "format",
        "wrong/one-column/expect.toml",
        "fails",
        "fails",
    ),
    // Both languages.
    defect(
        &[Change(
            E,
            "title = { en = \"The alarm that nobody hears\", ja = \"鳴らない警報\" }",
            "title = { en = \"The alarm\", ja = \"The alarm\" }",
        )],
        "language",
        E,
        "title = ",
        "title",
    ),
    defect(
        &[Change(E, "ja = \"見逃す人数を把握している\"", "ja = \"\"")],
        "language",
        E,
        "knows whom it misses",
        "check[3].title",
    ),
    defect(
        &[Change(E, ", ja = \"見逃す人数を把握している\"", "")],
        "format",
        E,
        "knows whom it misses",
        "check[3].title.ja",
    ),
    defect(
        &[Change(
            "wrong/one-column/expect.toml",
            "鎮静薬への注意はどの指針にもあるので、それで足りるように思えるためです。",
            "Because they are old.",
        )],
        "language",
        "wrong/one-column/expect.toml",
        "why",
        "why",
    ),
    defect(
        &[Change(D, "en = \"gait speed\"", "en = \"歩行速度\"")],
        "language",
        D,
        "name = \"gait_speed\"",
        "table[1].columns[3].about",
    ),
    defect(&[Delete("brief.ja.md")], "brief", "brief.ja.md", "", ""),
    defect(&[Copy("brief.en.md", "brief.ja.md")], "language", "brief.ja.md", "", ""),
    // Figures in texts.
    defect(
        &[Change(E, "ここで到達しうる最良は{best:2}です。\" }\nfail", "最良ではありません。\" }\nfail")],
        "figures",
        E,
        "最良ではありません",
        "check[1].pass",
    ),
    defect(
        &[Change(E, "figure = \"inside\"", "figure = \"insides\"")],
        "format",
        E,
        "figure = \"insides\"",
        "check[3].figure",
    ),
    defect(
        &[
            Change(E, "AUROC {auroc:2}; the", "AUROC {aurok:2}; the"),
            Change(E, "AUROCは{auroc:2}で、ここ", "AUROCは{aurok:2}で、ここ"),
        ],
        "format",
        E,
        "AUROC {aurok:2}; the",
        "check[1].pass.en",
    ),
    // Sources and links.
    defect(&[Change(E, " doi:10.1177/0272989X06295361", "")], "evidence", E, "Vickers AJ", "evidence"),
    defect(
        &[
            Change(E, "evidence = [", "evidence = []\nasks = ["),
            Change(
                E,
                "\"Vickers AJ, Elkin EB. Decision curve analysis: a novel method for evaluating prediction models. Med Decis Making 2006;26(6):565-574. doi:10.1177/0272989X06295361\",",
                "\"plan\", \"answers\",",
            ),
        ],
        "evidence",
        E,
        "evidence = []",
        "evidence",
    ),
    defect(
        &[Change(
            "brief.en.md",
            "Write what you conclude",
            "See [the answer](../solution/plan.toml). Write what you conclude",
        )],
        "link",
        "brief.en.md",
        "the answer",
        "",
    ),
    // SQL of checks.
    defect(
        &[Change(E, "SELECT auroc(fall, p) AS auroc", "SELECT aurroc(fall, p) AS auroc")],
        "format",
        E,
        "aurroc(",
        "check[1].shows",
    ),
    defect(
        &[Change(E, "passes = \"gap <= 0.04\"", "passes = \"gap + 0.04\"")],
        "query",
        E,
        "gap + 0.04",
        "check[1].passes",
    ),
    defect(
        &[Change(E, "auroc(fall, risk) AS best", "auroc(fall, risks) AS best")],
        "format",
        E,
        "risks",
        "check[1].shows",
    ),
    // Leaks.
    defect(
        &[Change("brief.en.md", "It ranks", "The file holds `risk`. It ranks")],
        "leak",
        "brief.en.md",
        "`risk`",
        "",
    ),
    defect(
        &[Change("starter/plan.toml", "# Your experiment.", "# There is also \"frailty\". Your experiment.")],
        "leak",
        "starter/plan.toml",
        "frailty",
        "",
    ),
    defect(
        &[Change(D, "ja = \"年齢\"", "ja = \"年齢（`frailty`から決まる）\"")],
        "leak",
        D,
        "name = \"age\"",
        "table[1].columns[2].about",
    ),
    defect(
        &[Change(D, "  # label:", "  { name = \"score\", sql = \"-100 * risk\" },\n  # label:")],
        "leak",
        D,
        "name = \"score\"",
        "table[1].columns[6].name",
    ),
    defect(
        &[Change(
            D,
            "ja = \"1：14日以内に転倒\" } },",
            "ja = \"1：14日以内に転倒\" } },\n  { name = \"on_floor\", sql = \"1 - fall\" },",
        )],
        "recoded",
        D,
        "name = \"on_floor\"",
        "table[1].columns[7].name",
    ),
    // Hints.
    defect(
        &[Change(E, "Read “missed per 1,000” with", "It is about 60. Read “missed per 1,000” with")],
        "hint",
        E,
        "It is about 60",
        "check[3].hint",
    ),
    defect(
        &[
            Change(
                E,
                "[[check]]\nid = \"discriminates\"",
                "[[question]]\nid = \"why\"\nkind = \"choice\"\nprompt = { en = \"Why is it silent?\", ja = \"なぜ鳴らないのでしょうか。\" }\nchoice = [\n  { id = \"too_high\", text = { en = \"the threshold is too high\", ja = \"閾値が高すぎる\" } },\n  { id = \"broken\", text = { en = \"the bell is broken\", ja = \"ベルが壊れている\" } },\n]\n\n[[check]]\nid = \"discriminates\"",
            ),
            Change("solution/answers.toml", "missed", "why = \"too_high\"\nmissed"),
            Change(E, "Let the model see more", "Yes, the threshold is too high. Let the model see more"),
        ],
        "hint",
        E,
        "Yes, the threshold",
        "check[1].hint",
    ),
    // A range without the truth.
    defect(
        &[
            Change(E, "kind = \"interval\"", "kind = \"number\""),
            Change(E, "max = 1000", "max = 50"),
            Change(E, "inside >= 0 AND width <= 80", "inside > -40"),
            Change(
                E,
                "SELECT 1000 * m AS missed, missed_low, missed_high,\n       least(1000 * m - missed_low, missed_high - 1000 * m) AS inside, missed_high - missed_low AS width",
                "SELECT missed AS missed_low, missed + 0 AS missed_high, 1000 * m AS missed, -abs(missed - 1000 * m) AS inside",
            ),
            Change("solution/answers.toml", "[30, 90]", "45"),
            Change("wrong/one-column/answers.toml", "[70, 140]", "45"),
            Change("wrong/threshold-of-a-half/answers.toml", "[105, 185]", "45"),
            Change("wrong/answer-read-from-the-wrong-row/answers.toml", "[100, 170]", "1"),
        ],
        "range",
        E,
        "max = 50",
        "question[1].max",
    ),
    // Solutions.
    defect(
        &[Change("starter/plan.toml", "\"gait_speed\"", "\"gate_speed\"")],
        "run",
        "starter/plan.toml",
        "gate_speed",
        "features.use",
    ),
    defect(&[Change(D, "bernoulli(0.3)", "bernouli(0.3)")], "format", D, "bernouli", "table[1].columns[4].sql"),
    defect(
        &[Change(D, "sql = \"normal(0, 1)\"", "sql = \"normal(0, -1)\"")],
        "run",
        D,
        "normal(0, -1)",
        "table[1].columns[1].sql",
    ),
    defect(
        &[Change("solution/plan.toml", "threshold = 0.20", "threshold = 0.5")],
        "reference",
        E,
        "share >= 0.8",
        "check[2].passes",
    ),
    defect(
        &[Copy("solution/plan.toml", "starter/plan.toml"), Copy("solution/answers.toml", "starter/answers.toml")],
        "starter",
        "starter/plan.toml",
        "",
        "",
    ),
    defect(
        &[Change("wrong/one-column/expect.toml", "[\"discriminates\"]", "[\"discriminates\", \"useful\"]")],
        "wrong",
        "wrong/one-column/expect.toml",
        "fails",
        "fails",
    ),
    defect(
        &[
            Copy("solution/plan.toml", "wrong/threshold-of-a-half/plan.toml"),
            Copy("solution/answers.toml", "wrong/threshold-of-a-half/answers.toml"),
        ],
        "wrong",
        "wrong/threshold-of-a-half/expect.toml",
        "fails",
        "fails",
    ),
    defect(
        &[
            Copy("wrong/one-column/plan.toml", "wrong/the-same-again/plan.toml"),
            Copy("wrong/one-column/answers.toml", "wrong/the-same-again/answers.toml"),
            Copy("wrong/one-column/expect.toml", "wrong/the-same-again/expect.toml"),
        ],
        "twin",
        "wrong/the-same-again/expect.toml",
        "fails",
        "fails",
    ),
    // The reference misses about 60 per 1,000, which [10, 78] holds; this plan about 95, which the reference's range holds.
    defect(
        &[
            Change("solution/answers.toml", "[30, 90]", "[30, 110]"),
            Change("wrong/answer-read-from-the-wrong-row/plan.toml", "threshold = 0.20", "threshold = 0.30"),
            Change("wrong/answer-read-from-the-wrong-row/answers.toml", "[100, 170]", "[10, 78]"),
        ],
        "cause",
        "wrong/answer-read-from-the-wrong-row/expect.toml",
        "fails",
        "fails",
    ),
    // The plan is another one, too, and nothing comes of it.
    defect(
        &[Change("wrong/answer-read-from-the-wrong-row/plan.toml", "threshold = 0.20", "threshold = 0.24")],
        "cause",
        "wrong/answer-read-from-the-wrong-row/expect.toml",
        "fails",
        "fails",
    ),
    defect(&[Delete("wrong/one-column")], "uncaught", E, "[[check]]", "check[1]"),
    // Nobody alarmed for, and right answers without a run.
    defect(LENIENT, "alarms", E, "", ""),
    defect(LENIENT, "alone", "starter/plan.toml", "exercise = ", "exercise"),
    // Computed answers: what a learner cannot read, and what gives no answer.
    defect(
        &[Change(
            "solution/answers.toml",
            "missed = [30, 90]",
            "missed = { sql = \"SELECT avg(risk) AS low, 1 AS high FROM develop\" }",
        )],
        "run",
        "solution/answers.toml",
        "missed = {",
        "missed.sql",
    ),
    defect(
        &[Change(
            "solution/answers.toml",
            "missed = [30, 90]",
            "missed = { sql = \"SELECT 1 AS low, 2 AS high FROM exam\" }",
        )],
        "format",
        "solution/answers.toml",
        "missed = {",
        "missed.sql",
    ),
    defect(
        &[Change("solution/answers.toml", "missed = [30, 90]", "missed = { sql = \"SELECT 3 FROM develop\" }")],
        "run",
        "solution/answers.toml",
        "missed = {",
        "missed.sql",
    ),
    defect(
        &[Change(
            "starter/answers.toml",
            "# missed = [0, 0]",
            "missed = { sql = \"SELECT 1 AS low, 2 AS high FROM develop\" }",
        )],
        "format",
        "starter/answers.toml",
        "missed = {",
        "missed",
    ),
    // Reliability.
    defect(&[Write("reliability.toml", OLD)], "reliability", "reliability.toml", "exercise = ", "exercise"),
    defect(&[Write("reliability.toml", OLD)], "reliability", "reliability.toml", "failures = ", "failures"),
    defect(&[Write("reliability.toml", OLD)], "reliability", "reliability.toml", "escapes = ", "escapes"),
    defect(
        &[Write("reliability.toml", OLD), Change("reliability.toml", "other@1", "ID@1")],
        "reliability",
        "reliability.toml",
        "content = ",
        "content",
    ),
    defect(&[Write("reliability.toml", "seeds = 0\n")], "reliability", "reliability.toml", "seeds", "seeds"),
];

/// The file of an exercise, below the course folder.
fn path(id: &str, file: &str) -> String {
    if file == D { format!("mine/datasets/{id}/{file}") } else { format!("mine/exercises/{id}/{file}") }
}

fn spoil(author: &Learner, id: &str, edit: &Edit) {
    match edit {
        Change(file, from, to) => {
            let (from, to) = (from.replace("ID", id), to.replace("ID", id));
            let text = author.read(&path(id, file));
            assert!(text.contains(&from), "{file} of {id} has no {from:?}");
            author.writes(&path(id, file), text.replacen(&from, &to, 1));
        }
        Write(file, text) => author.writes(&path(id, file), text),
        Copy(from, to) => author.writes(&path(id, to), author.bytes(&path(id, from))),
        Delete(file) => {
            let gone = author.path(&path(id, file));
            if gone.is_dir() { fs::remove_dir_all(gone).unwrap() } else { fs::remove_file(gone).unwrap() }
        }
    }
}

/// Course folders with one exercise for each defect, `d01`, `d02` …, and one without any, `sound`.
fn broken_course(author: &Learner) {
    for id in std::iter::once("sound".to_owned()).chain((1..=DEFECTS.len()).map(|n| format!("d{n:02}"))) {
        author.types(&format!("author new {id} --course mine")).ends(0);
    }
    for (n, defect) in DEFECTS.iter().enumerate() {
        for edit in defect.edits {
            spoil(author, &format!("d{:02}", n + 1), edit);
        }
    }
}

#[test]
fn every_defect_is_found_named_and_placed() {
    assert!(DEFECTS.len() >= 30);
    let author = Learner::new();
    broken_course(&author);
    let answer = author.types("author validate --course mine --json").ends(2).json();
    let reports: BTreeMap<&str, &Value> =
        answer["exercises"].as_array().unwrap().iter().map(|r| (r["exercise"].as_str().unwrap(), r)).collect();
    assert_eq!(reports["sound"]["valid"], true, "{}", reports["sound"]);
    let mut missed = Vec::new();
    for (n, defect) in DEFECTS.iter().enumerate() {
        let id = format!("d{:02}", n + 1);
        let file = path(&id, defect.file).replacen("mine/", "", 1);
        let line = (!defect.line.is_empty()).then(|| {
            let text = author.read(&path(&id, defect.file));
            let at = text.lines().position(|line| line.contains(defect.line));
            1 + at.unwrap_or_else(|| panic!("{id}: no {:?} in {}", defect.line, defect.file)) as u64
        });
        let key = (!defect.key.is_empty()).then_some(defect.key);
        let findings = reports[id.as_str()]["findings"].as_array().unwrap();
        let found = findings.iter().any(|finding| {
            finding["rule"] == defect.rule
                && finding["note"] == false
                && finding["file"] == file.as_str()
                && finding["line"].as_u64() == line
                && finding["key"].as_str() == key
                && ["en", "ja"].iter().all(|lang| !finding["expected"][lang].as_str().unwrap().is_empty())
        });
        if !found {
            missed.push(format!("{id}: {} in {file}, line {line:?}, key {key:?}; found {findings:#?}", defect.rule));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_course_list_is_held_against_the_exercises() {
    let author = Learner::new();
    author.types("author new missing-bell --course mine").ends(0);
    let course = |exercises: &str, planned: &str| {
        format!(
            "[[course]]\nid = \"ours\"\nlevel = \"intensive\"\ntitle = {{ en = \"Our course\", ja = \"私たちのコース\" }}\n\
             target = {{ en = \"Hears the alarm.\", ja = \"警報に気づける。\" }}\nexercises = [{exercises}]\n\
             [[planned]]\nid = \"{planned}\"\ntitle = {{ en = \"Later on\", ja = \"いずれ\" }}\n"
        )
    };
    let file = "mine/exercises/courses.toml";
    let findings = |text: String| {
        author.writes(file, text);
        let answer = author.types("author validate --course mine --json").json();
        answer["findings"].as_array().unwrap().clone()
    };
    assert!(findings(course("\"missing-bell\", \"later\"", "later")).is_empty());
    author.types("courses --course mine").ends(0).says("planned");
    for (text, line, key) in [
        (course("\"mising-bell\"", "later"), 6, "course[1].exercises"),
        (course("\"later\", \"later\"", "later"), 6, "course[1].exercises"),
        (course("\"missing-bell\"", "missing-bell"), 8, "planned[1].id"),
        (course("\"missing-bell\"", "later").replace("私たちのコース", "Our course"), 4, "course[1].title"),
    ] {
        let found = findings(text);
        assert!(found.iter().any(|finding| finding["line"] == line && finding["key"] == key), "{key}: {found:#?}");
    }
}

#[test]
fn what_another_process_says_is_held_against_the_budget_and_the_result() {
    let author = Learner::new();
    author.types("author new missing-bell --course mine").ends(0);
    let pack = Pack::folder(&author.path("mine")).unwrap();
    let rules = |ask: &Ask| -> Vec<(&'static str, Option<String>)> {
        let settings = Settings { seed: 1, at_once: 2, cache: None, engine: String::new(), ask };
        let reports = validate::validate(&pack, &["missing-bell".to_owned()], &settings, &mut |_| {}).unwrap();
        let findings = reports[0].findings.iter().filter(|finding| !finding.note);
        findings.map(|finding| (finding.rule.name(), Some(finding.fault.place.file.clone()))).collect()
    };
    let file = || Some("exercises/missing-bell/exercise.toml".to_owned());
    let other = |trials: &Trials, threads: usize| {
        let mut trials = job::work(&pack, trials, &mut |_| {}).unwrap().unwrap();
        trials[0].digest = format!("another with {threads}");
        Ok(Tried { trials, faults: Vec::new(), seconds: 61.0, bytes: 1_100_000_000 })
    };
    assert_eq!(rules(&other), [("repeat", file()), ("repeat", file()), ("time", file()), ("memory", file())]);
    let none = |_: &Trials, _: usize| Err(practicum::text::Text::new("it crashed", "落ちました"));
    assert!(rules(&none).contains(&("run", file())));
}

#[test]
fn a_draw_whose_process_is_lost_is_told_and_alone_is_drawn_again() {
    let author = Learner::new();
    author.types("author new missing-bell --course mine").ends(0);
    let (pack, asked, lost) =
        (Pack::folder(&author.path("mine")).unwrap(), Mutex::new(Vec::new()), AtomicBool::new(true));
    let ask = |trials: &Trials, _: usize| {
        asked.lock().unwrap().push((trials.seed, trials.solutions.len()));
        if trials.seed == 2 && lost.load(Ordering::SeqCst) {
            return Err(practicum::text::Text::new("it crashed", "落ちました"));
        }
        let trials = job::work(&pack, trials, &mut |_| {}).unwrap().unwrap();
        Ok(Tried { trials, faults: Vec::new(), seconds: 1.0, bytes: 1 })
    };
    let prove = || {
        let (cache, engine) = (Some(author.path("kept")), practicum::author::proof::cache::engine());
        let settings = reliability::Settings { seeds: Some(4), at_once: 2, cache, engine, ask: &ask };
        reliability::prove(&pack, "missing-bell", &settings, &mut |_, _| {}).unwrap()
    };
    let findings = prove().unwrap_err();
    let told: Vec<_> = findings.iter().map(|finding| (finding.rule.name(), finding.fault.found.en.as_ref())).collect();
    assert_eq!(told, [("run", "it crashed")]);
    asked.lock().unwrap().clear();
    lost.store(false, Ordering::SeqCst);
    let proof = prove().unwrap();
    assert_eq!((proof.seeds, proof.failures.times, proof.untouched.passes.of), (4, 0, 4));
    assert_eq!(*asked.lock().unwrap(), [(2, 5)], "what the others gave is kept");
}

#[test]
fn what_has_not_changed_is_not_run_again_and_what_has_is() {
    let author = Learner::new();
    author.types("author new missing-bell --course mine").ends(0);
    let known = |author: &Learner| -> Vec<String> {
        let answer = author.types("author validate --course mine --json").ends(0).json();
        let tried = answer["exercises"][0]["tried"].as_array().unwrap().clone();
        tried.iter().filter(|t| t["known"] == true).map(|t| t["folder"].as_str().unwrap().to_owned()).collect()
    };
    assert!(known(&author).is_empty());
    assert_eq!(known(&author).len(), 5);
    let change = |file: &str, from: &str, to: &str| spoil_text(&author, file, from, to);
    change("exercises/missing-bell/exercise.toml", "Let the model see more", "Show the model more");
    assert_eq!(known(&author).len(), 5, "a sentence decides nothing");
    change("exercises/missing-bell/wrong/one-column/answers.toml", "[70, 140]", "[75, 140]");
    assert_eq!(known(&author).len(), 4, "one solution is another");
    change("exercises/missing-bell/exercise.toml", "8000", "8001");
    assert!(known(&author).is_empty(), "the exam is another");
    let fresh = author.types("author validate --course mine --json --fresh").ends(0).json();
    assert!(fresh["exercises"][0]["tried"].as_array().unwrap().iter().all(|t| t["known"] == false));
}

fn spoil_text(author: &Learner, file: &str, from: &str, to: &str) {
    let text = author.read(&format!("mine/{file}"));
    assert!(text.contains(from), "{file} has no {from:?}");
    author.writes(&format!("mine/{file}"), text.replace(from, to));
}

/// The only file below a folder whose name ends so.
fn only(folder: &Path, end: &str) -> std::path::PathBuf {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(end) {
                found.push(path);
            }
        }
    }
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn a_proof_goes_on_where_it_was_interrupted_and_satisfies_the_rule() {
    let author = Learner::new();
    author.types("author new missing-bell --course mine").ends(0);
    let prove = "author reliability missing-bell --seeds 6 --course mine --json";
    let whole = author.types(prove).ends(0).json();
    assert_eq!((&whole["failures"]["times"], &whole["escapes"]), (&Value::from(0), &Value::from(0)));
    let bound = whole["failures"]["at_most"].as_f64().unwrap();
    assert!((bound - (1.0 - 0.025_f64.powf(1.0 / 6.0))).abs() < 1e-9, "none of 6: 1 − (α/2)^(1/6), not {bound}");
    assert_eq!(whole["untouched"]["times"], 0);
    let copied = &whole["copied"];
    assert_eq!((&copied["variants"], &copied["pairs"], &copied["varies"]), (&6.into(), &30.into(), &false.into()));
    let file = author.read("mine/exercises/missing-bell/reliability.toml");
    assert!(author.read("mine/exercises/missing-bell/reliability.svg").starts_with("<svg"));
    // As if the machine had gone off in the middle of a line.
    let kept = only(&author.path("cache"), ".jsonl");
    let bytes = fs::read(&kept).unwrap();
    fs::write(&kept, &bytes[..bytes.len() * 2 / 3]).unwrap();
    assert_eq!(author.types(prove).ends(0).json(), whole);
    assert_eq!(author.read("mine/exercises/missing-bell/reliability.toml"), file);
    let lines =
        |bytes: &[u8]| bytes.split(|&b| b == b'\n').filter(|l| serde_json::from_slice::<Value>(l).is_ok()).count();
    assert_eq!(lines(&fs::read(&kept).unwrap()), lines(&bytes), "only what was lost was run again");
    // The template's right answer is the same in every variant, so it can be copied: that is remarked, and not looked at here.
    let findings = |author: &Learner| -> Value {
        let json = author.types("author validate --course mine --json").json();
        let findings = json["exercises"][0]["findings"].as_array().unwrap().iter();
        findings.filter(|finding| finding["key"] != "copied.escapes" || finding["note"] == false).cloned().collect()
    };
    let few = findings(&author);
    assert_eq!((few.as_array().unwrap().len(), &few[0]["note"], &few[0]["key"]), (1, &true.into(), &"seeds".into()));
    assert_eq!(few[0]["found"]["en"], "only 6 draws: the reference may still fail in up to 46% of all");
    // What 200 draws would have left, for the sake of the rule.
    spoil_text(&author, "exercises/missing-bell/reliability.toml", "seeds = 6", "seeds = 200");
    assert_eq!(findings(&author), Value::Array(Vec::new()), "not even a remark is left");
    spoil_text(&author, "exercises/missing-bell/exercise.toml", "Let the model see more", "Show the model more");
    assert_eq!(findings(&author), Value::Array(Vec::new()), "a sentence decides nothing");
    spoil_text(&author, "exercises/missing-bell/exercise.toml", "gap <= 0.04", "gap <= 0.05");
    assert_eq!(findings(&author)[0]["key"], "content");
}

#[test]
fn an_answer_of_the_solution_may_be_read_from_its_run_and_copies_of_it_are_counted() {
    let author = Learner::new();
    author.types("author new missing-bell --course mine").ends(0);
    let read = "{ sql = \"SELECT 1000 * avg((1 - alert) * fall) - 30 AS low, 1000 * avg((1 - alert) * fall) + 30 AS high FROM develop\" }";
    spoil_text(&author, "exercises/missing-bell/solution/answers.toml", "[30, 90]", read);
    author.types("author validate --course mine").ends(0);
    author.types("author preview missing-bell --course mine").ends(0);
    // Every variant has another answer, and each is right in every other: the truth does not differ.
    let whole = author.types("author reliability missing-bell --seeds 3 --course mine --json").ends(2).json();
    let copied = &whole["copied"];
    assert_eq!((&copied["pairs"], &copied["varies"], &copied["escapes"]), (&6.into(), &true.into(), &6.into()));
    assert_eq!(copied["conclusions"], serde_json::json!([{ "check": "knows_the_missed", "escapes": 6 }]));
    let again = author.types("author reliability missing-bell --seeds 3 --course mine --json").ends(2).json();
    assert_eq!(again, whole);
    author.types("author validate --course mine").ends(2).says("copied from another variant pass in 100% of 6 pairs");
    // A learner reads the figures, and does not have them computed.
    author.types("start missing-bell --course mine").ends(0);
    author.writes(
        "practicum/missing-bell/answers.toml",
        author.read("mine/exercises/missing-bell/solution/answers.toml"),
    );
    let refused = author.types("check missing-bell --course mine").ends(2);
    refused.says("a value that is to be computed").says("what you read or decide yourself");
}

#[test]
fn what_was_called_calibration_is_taken_and_its_name_is_said() {
    let author = Learner::new();
    author.types("author new missing-bell --course mine").ends(0);
    let old = author.types("author calibrate missing-bell --seeds 2 --course mine --json").ends(0);
    assert!(old.err.contains("practicum author reliability missing-bell"), "{}", old.err);
    assert_eq!(old.json()["schema"], "practicum.reliability/1");
    let folder = author.path("mine/exercises/missing-bell");
    for end in ["toml", "svg"] {
        fs::rename(folder.join(format!("reliability.{end}")), folder.join(format!("calibration.{end}"))).unwrap();
    }
    let told = author.types("author validate --course mine").ends(0).says("only 2 draws");
    told.says("which is called reliability.toml now").says("author upgrade");
    author.types("author upgrade mine").ends(0).says("reliability.toml");
    assert!(folder.join("reliability.svg").is_file() && !folder.join("calibration.toml").exists());
    let told = author.types("author validate --course mine").ends(0).says("only 2 draws");
    assert!(!told.out.contains("calibration.toml"), "{}", told.out);
}

#[test]
fn a_mended_check_is_judged_by_the_runs_that_there_were() {
    let author = Learner::new();
    pictures::course(&author, "chest-xray", "", 40);
    let plan = |width: usize| {
        format!("exercise = \"look@1\"\n[model]\nkind = \"cnn\"\nwidth = {width}\n[train]\nepochs = 1\nbatch = 8\n")
    };
    for (folder, width) in [("solution", 4), ("wrong/narrow", 2), ("starter", 2)] {
        author.writes(&format!("c/exercises/look/{folder}/plan.toml"), plan(width));
        author.writes(&format!("c/exercises/look/{folder}/answers.toml"), "exercise = \"look@1\"\n");
    }
    author
        .writes("c/exercises/look/wrong/narrow/expect.toml", "fails = [\"sees\"]\nwhy = { en = \"a\", ja = \"あ\" }\n");
    let runs = |author: &Learner| -> Vec<(std::path::PathBuf, std::time::SystemTime)> {
        let worlds = fs::read_dir(author.path("cache/runs/look")).unwrap();
        let runs = worlds.flat_map(|world| fs::read_dir(world.unwrap().path()).unwrap());
        let mut runs: Vec<_> =
            runs.map(|run| run.unwrap()).map(|run| (run.path(), run.metadata().unwrap().modified().unwrap())).collect();
        runs.sort();
        runs
    };
    let prove = "--course c author reliability look --seeds 2 --json";
    let first = author.types(prove).json();
    let made = runs(&author);
    assert_eq!(made.len(), 4, "two plans on two draws");
    let exercise = author.read("c/exercises/look/exercise.toml");
    author.writes("c/exercises/look/exercise.toml", exercise.replace("auroc(ill, p)", "0.5 * auroc(ill, p)"));
    let mended = author.types(prove).json();
    assert_eq!(runs(&author), made, "nothing was trained again");
    let median = |answer: &Value| answer["checks"][0]["reference"]["median"].as_f64().unwrap();
    assert!((median(&mended) - 0.5 * median(&first)).abs() < 1e-3, "{first}\n{mended}");
    assert_eq!(mended, author.types(&format!("{prove} --fresh")).json(), "as if all had been run anew");
    // A run that was damaged on the disk is run again.
    fs::write(&made[0].0, "{}").unwrap();
    author.writes("c/exercises/look/exercise.toml", exercise.replace("auroc(ill, p)", "1.0 * auroc(ill, p)"));
    assert!((median(&author.types(prove).json()) - median(&first)).abs() < 1e-12);
    let made = runs(&author);
    author.types("--course c author preview look").ends(0).says("Look.");
    assert_eq!(runs(&author), made, "nor for a preview");
    author.writes(
        "c/datasets/films/dataset.toml",
        author.read("c/datasets/films/dataset.toml").replace("\"40\"", "\"48\""),
    );
    author.types(prove);
    assert_eq!(runs(&author).len(), 8, "another world, other runs");
}

#[test]
fn a_check_that_cannot_tell_right_from_wrong_is_told_by_its_reliability() {
    let author = Learner::new();
    author.types("author new missing-bell --course mine").ends(0);
    // A check that passes by a coin's toss: whether the seed's first patient is older than most.
    spoil_text(
        &author,
        "exercises/missing-bell/exercise.toml",
        "auroc(fall, risk) - auroc(fall, p) AS gap FROM exam",
        "76.04 - avg(age) AS gap FROM exam",
    );
    let answer = author.types("author reliability missing-bell --seeds 12 --course mine --json").ends(2).json();
    let failures = answer["failures"]["times"].as_u64().unwrap();
    assert!((1..12).contains(&failures), "{answer}");
    assert!(answer["escapes"].as_u64().unwrap() > 0);
    author.types("author validate --course mine").ends(2).says("reliability.toml").says("enlarge the exam");
}

#[test]
fn variants_are_other_draws_and_stay_with_their_workspace() {
    let data = |key: &str| {
        let learner = Learner::new();
        learner.types(&format!("start sepsis-alarm --variant {key}")).ends(0);
        (learner.read("practicum/sepsis-alarm/data/develop.csv"), learner)
    };
    let ((one, learner), (two, _), (again, other)) = (data("s-1001"), data("s-1002"), data("s-1001"));
    assert_ne!(one, two);
    assert_eq!(one, again);
    let result = |learner: &Learner, more: &str| learner.types(&format!("check sepsis-alarm --json{more}")).json();
    let checked = result(&learner, "");
    assert_ne!(checked["seed"], 1);
    assert_eq!(checked, result(&other, ""), "the same variant is judged the same");
    assert_eq!(result(&learner, " --seed 1")["seed"], 1, "who asks for a seed gets it");
    assert_eq!(learner.read("practicum/sepsis-alarm/data/develop.csv"), one, "check keeps the variant's data");
    learner.types("start sepsis-alarm --variant s-1002").ends(2).says("s-1001");
    learner.types("start sepsis-alarm --variant s-1001").ends(0);
    let plain = Learner::new();
    plain.types("start sepsis-alarm").ends(0);
    plain.types("start sepsis-alarm --variant s-1").ends(2).says("without a variant");
    learner.writes("practicum/sepsis-alarm/practicum.toml", "exercise = \"sepsis-alarm\"\nvariant = 7\n");
    learner.types("run sepsis-alarm").ends(2).says("practicum.toml, line 2, variant");
}

#[test]
fn the_six_courses_name_exercises_that_are_there_or_planned() {
    let courses = courses::read(&shipped()).unwrap().unwrap();
    assert_eq!(courses.courses.len(), 6);
    let listed: Vec<&String> = courses.courses.iter().flat_map(|c| &c.exercises).map(|e| &e.value).collect();
    for id in shipped().exercises() {
        assert!(listed.contains(&&id), "{id} serves no course");
    }
    for (id, _) in &courses.planned {
        assert!(listed.contains(&id), "{id} is planned for no course");
    }
    let learner = Learner::new();
    let json = learner.types("courses --json").ends(0).json();
    assert_eq!(json["courses"].as_array().unwrap().len(), 6);
    learner.types("courses okayama-intensive --lang ja").ends(0).says("岡山大学").says("sepsis-alarm");
    learner.types("courses okayama-intensiv").ends(2).says("okayama-intensive");
}

#[test]
fn the_reference_is_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference");
    let pages = reference::pages();
    for (path, text) in &pages {
        let there = fs::read_to_string(folder.join(path)).unwrap_or_default();
        assert_eq!(&there, text, "{path} is not what the program says: run `practicum author reference`");
    }
    let mut files = 0;
    for folder in [folder.clone(), folder.join("schema")] {
        files += fs::read_dir(folder).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_file()).count();
    }
    assert_eq!(files, pages.len(), "a page that nobody writes any more");
}

#[test]
fn editors_find_a_schema_beside_what_they_open() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    let schema = |file: &str| -> Value {
        let text = learner.read(&format!("practicum/sepsis-alarm/{file}.toml"));
        let path = text.lines().next().unwrap().strip_prefix("#:schema ").unwrap().to_owned();
        serde_json::from_str(&learner.read(&format!("practicum/sepsis-alarm/{path}"))).unwrap()
    };
    let plan = schema("plan");
    let epochs = &plan["properties"]["train"]["properties"]["epochs"];
    assert_eq!((&epochs["type"], &epochs["minimum"], &epochs["default"]), (&"integer".into(), &1.into(), &30.into()));
    assert!(epochs["description"].as_str().unwrap().contains('\n'), "help in both languages");
    assert_eq!(schema("answers")["properties"]["what_changed"]["enum"][0], "baseline_risk");
    let author = Learner::new();
    author.types("author new missing-bell --course mine").ends(0);
    for file in ["exercises/missing-bell/exercise.toml", "datasets/missing-bell/dataset.toml"] {
        let text = author.read(&format!("mine/{file}"));
        let path = text.lines().next().unwrap().strip_prefix("#:schema ").unwrap();
        let from = author.path(&format!("mine/{file}"));
        assert!(from.parent().unwrap().join(path).is_file(), "{file}: {path}");
    }
}

/// The template's exercise as it was written before `shows` and `passes`.
fn older(exercise: &str) -> String {
    let mut out = exercise.replacen("format = 2\n", "", 1);
    for (passes, sql) in [
        ("passes = \"gap <= 0.04\"", "sql = \"SELECT auroc(fall, risk) - auroc(fall, p) <= 0.04 FROM exam\""),
        (
            "passes = \"share >= 0.8\"",
            "sql = \"SELECT avg(alert * risk) >= 0.1 OR avg(risk) > 2 FROM exam\" # a remark",
        ),
    ] {
        assert!(out.contains(passes), "{passes}");
        out = out.replacen(passes, sql, 1);
    }
    out.replacen(
        "passes = \"inside >= 0 AND width <= 80\"",
        "sql = \"SELECT missed_high - missed_low <= 80 FROM answers\"",
        1,
    )
}

#[test]
fn a_course_of_the_older_form_is_converted_and_says_the_same() {
    let learner = Learner::new();
    learner.types("author new our-ward").ends(0);
    let path = "exercises/our-ward/exercise.toml";
    let present = learner.read(path);
    learner.writes(path, older(&present));
    learner.types("--course . list").ends(4).says("author upgrade");
    learner.types("author upgrade .").ends(0).says("exercise.before.toml");
    assert_eq!(learner.read("exercises/our-ward/exercise.before.toml"), older(&present));
    let converted = learner.read(path);
    // A figure that was shown is compared by its name; comments and order stay.
    assert!(converted.contains("passes = \"gap <= 0.04\"") && converted.contains("passes = \"passed\" # a remark"));
    assert_eq!(converted.lines().next(), present.lines().next());
    learner.types("author upgrade .").ends(0).says("already");
    let judged = |verdicts: &str| {
        learner.writes("practicum/our-ward/plan.toml", learner.read("exercises/our-ward/solution/plan.toml"));
        learner.writes("practicum/our-ward/answers.toml", learner.read("exercises/our-ward/solution/answers.toml"));
        let json = learner.types("--course . check our-ward --json").json();
        for check in json["checks"].as_array().unwrap() {
            assert_eq!(check["verdict"], verdicts, "{check}");
        }
    };
    learner.types("--course . start our-ward").ends(0);
    judged("passed");
}
