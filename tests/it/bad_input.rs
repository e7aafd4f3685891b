//! Bad input: each is `invalid`, says which file, line and key, what was expected and what was probably meant, costs nothing, and
//! overwrites nothing.

use super::session::{Answer, Learner, copy, data};

/// A mistake in a plan or in answers: what is written, and what must be said of it.
struct Mistake {
    /// `plan` or `answers`.
    file: &'static str,
    /// The whole file below its first line, which is `exercise = …`.
    text: &'static str,
    line: Option<u64>,
    key: Option<&'static str>,
    /// A part of what was expected.
    expected: &'static str,
    nearest: Option<&'static str>,
}

const fn plan(
    text: &'static str,
    line: u64,
    key: &'static str,
    expected: &'static str,
    nearest: Option<&'static str>,
) -> Mistake {
    Mistake { file: "plan", text, line: Some(line), key: Some(key), expected, nearest }
}

const fn answers(
    text: &'static str,
    line: u64,
    key: &'static str,
    expected: &'static str,
    nearest: Option<&'static str>,
) -> Mistake {
    Mistake { file: "answers", text, line: Some(line), key: Some(key), expected, nearest }
}

const MISTAKES: &[Mistake] = &[
    // TOML that cannot be read.
    Mistake {
        file: "plan",
        text: "[train\nepochs = 3",
        line: Some(2),
        key: None,
        expected: "key = value",
        nearest: None,
    },
    Mistake {
        file: "plan",
        text: "[train]\nepochs = ",
        line: Some(3),
        key: None,
        expected: "key = value",
        nearest: None,
    },
    Mistake {
        file: "plan",
        text: "[model]\nkind = logistic",
        line: Some(3),
        key: None,
        expected: "quotation marks",
        nearest: None,
    },
    Mistake {
        file: "plan",
        text: "[train]\nepochs = 3\nepochs = 4",
        line: Some(4),
        key: None,
        expected: "key = value",
        nearest: None,
    },
    // Unknown keys.
    plan("[trian]\nepochs = 3", 2, "trian", "one of", Some("train")),
    plan("[train]\nepoch = 3", 3, "train.epoch", "epochs", Some("epochs")),
    plan("[operate]\ncalibration = \"platt\"", 3, "operate.calibration", "calibrate", Some("calibrate")),
    plan("[model]\nkind = \"logistic\"\nhidden = [8]", 4, "model.hidden", "l2", None),
    plan(
        "[operate]\nthreshold = { sensitivty = 0.9 }",
        3,
        "operate.threshold.sensitivty",
        "sensitivity",
        Some("sensitivity"),
    ),
    // Wrong types.
    plan("[train]\nepochs = \"many\"", 3, "train.epochs", "a whole number from 1 to 2000", None),
    plan("[train]\nepochs = 2.5", 3, "train.epochs", "a whole number", None),
    plan("[features]\nuse = \"age\"", 3, "features.use", "a list", None),
    plan("[features]\nuse = [1, 2]", 3, "features.use", "a text", None),
    plan("train = 3", 2, "train", "a table", None),
    plan("[cohort]\nwhere = true", 3, "cohort.where", "SQL", None),
    plan("[operate]\nthreshold = true", 3, "operate.threshold", "a number from 0 to 1", None),
    // Out of range.
    plan("[train]\nepochs = 0", 3, "train.epochs", "1 to 2000", None),
    plan("[train]\nlearning_rate = -1", 3, "train.learning_rate", "0.000001 to 10", None),
    plan("[train]\nlearning_rate = nan", 3, "train.learning_rate", "0.000001 to 10", None),
    plan("[operate]\nthreshold = 10", 3, "operate.threshold", "0 to 1", None),
    plan("[operate]\nthreshold = { sensitivity = 90 }", 3, "operate.threshold.sensitivity", "0.01 to 1", None),
    plan(
        "[operate]\nthreshold = { sensitivity = 0.9, net_benefit = 0.1 }",
        3,
        "operate.threshold",
        "exactly one of",
        None,
    ),
    plan("[operate]\nthreshold = {}", 3, "operate.threshold", "exactly one of", None),
    plan("[split]\nvalid = 0.6\ntest = 0.5", 3, "split.valid", "at most 0.95", None),
    plan("[model]\nkind = \"mlp\"\nhidden = [1000]", 4, "model.hidden", "1 to 512", None),
    // Words that are not among the choices.
    plan("[model]\nkind = \"logistc\"", 3, "model.kind", "\"logistic\"", Some("logistic")),
    plan("[operate]\ncalibrate = \"plat\"", 3, "operate.calibrate", "\"platt\"", Some("platt")),
    plan("[features]\nimpute = \"medain\"", 3, "features.impute", "\"median\"", Some("median")),
    // What is needed is not there.
    plan("[split]\nvalid = 0\n[operate]\ncalibrate = \"platt\"", 5, "operate.calibrate", "validation rows", None),
    plan(
        "[split]\nvalid = 0\n[train]\nearly_stopping = { patience = 3 }",
        5,
        "train.early_stopping.patience",
        "validation rows",
        None,
    ),
    plan("[features]\nuse = []", 3, "features.use", "at least one", None),
    // SQL.
    plan("[cohort]\nwhere = \"age >\"", 3, "cohort.where", "", None),
    plan("[cohort]\nwhere = \"agee > 50\"", 3, "cohort.where", "age", Some("age")),
    plan("[cohort]\nwhere = \"age\"", 3, "cohort.where", "true", None),
    plan("[cohort]\nwhere = \"age > avg(age)\"", 3, "cohort.where", "", None),
    plan("[cohort]\nwhere = \"bernoulli(0.5) = 1\"", 3, "cohort.where", "", None),
    plan("[cohort]\nwhere = \"age IN (SELECT age FROM exam)\"", 3, "cohort.where", "", None),
    plan("[cohort]\nwhere = \"sin(age) > absolute(0.5)\"", 3, "cohort.where", "", None),
    plan("[operate]\non = \"site = 'regional\"", 3, "operate.on", "", None),
    plan("[operate]\non = \"site = 'nowhere'\"\ncalibrate = \"platt\"", 3, "operate.on", "leaves patients", None),
    plan("[split]\nvalid = \"sites = 'regional'\"", 3, "split.valid", "site", Some("site")),
    // Columns that the learner may not see or use.
    plan("[cohort]\nwhere = \"risk > 0.5\"", 3, "cohort.where", "", None),
    plan("[cohort]\nwhere = \"illness > 0\"", 3, "cohort.where", "", None),
    plan("[features]\nuse = [\"age\", \"risk\"]", 3, "features.use", "one of", None),
    plan("[features]\nuse = [\"age\", \"sepsis\"]", 3, "features.use", "before the outcome", None),
    plan("[features]\nuse = [\"age\", \"lactat\"]", 3, "features.use", "one of", Some("lactate")),
    // Cohorts and splits that leave nothing to learn from.
    plan("[cohort]\nwhere = \"age > 200\"", 3, "cohort.where", "leaves patients", None),
    plan("[cohort]\nwhere = \"sepsis = 0\"", 3, "cohort.where", "with and without the outcome", None),
    plan("[split]\nunit = \"pateint\"", 3, "split.unit", "a column of develop.csv", Some("patient")),
    plan("[split]\nby = \"time\"", 3, "split.by", "random", None),
    plan("[features]\nimpute = \"none\"", 3, "features.impute", "without missing values", None),
    // Answers.
    answers("missd = [1, 2]", 2, "missd", "one of", Some("missed")),
    answers("missed = 5", 2, "missed", "a list", None),
    answers("missed = [9, 3]", 2, "missed", "low ≤ high", None),
    answers("missed = [1, 2, 3]", 2, "missed", "low ≤ high", None),
    answers("alerts_per_case = \"many\"", 2, "alerts_per_case", "a number from 0 to 1000", None),
    answers("alerts_per_case = -3", 2, "alerts_per_case", "0 to 1000", None),
    answers("what_changed = \"baseline\"", 2, "what_changed", "\"baseline_risk\"", Some("baseline_risk")),
];

#[test]
fn an_answer_below_what_is_expected_is_told_to_stand_above_it() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    let answers = learner.read("practicum/sepsis-alarm/answers.toml");
    learner.writes("practicum/sepsis-alarm/answers.toml", format!("{answers}\nwhat_changed = \"measurement\"\n"));
    learner.types("check sepsis-alarm").ends(2).says("above the line [before]");
}

#[test]
fn every_mistake_in_a_plan_or_in_answers_is_placed_and_explained() {
    assert!(MISTAKES.len() >= 40);
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    learner.types("check sepsis-alarm");
    let kept = learner.bytes("practicum/sepsis-alarm/results/1/result.json");
    let mut wrong = Vec::new();
    for mistake in MISTAKES {
        let file = format!("practicum/sepsis-alarm/{}.toml", mistake.file);
        let good = learner.read(&file);
        let text = format!("exercise = \"sepsis-alarm@2\"\n{}\n", mistake.text);
        learner.writes(&file, &text);
        let answer = learner.types("check sepsis-alarm --json");
        let told = judge(&answer, mistake, &file, &text);
        if let Some(told) = told {
            wrong.push(format!("{}:\n{told}\n{}{}", mistake.text, answer.out, answer.err));
        }
        assert_eq!(learner.read(&file), text, "the learner's file stays as it is");
        if learner.bytes("practicum/sepsis-alarm/results/1/result.json") != kept {
            wrong.push(format!("{}:\noverwrites the results", mistake.text));
            learner.writes("practicum/sepsis-alarm/results/1/result.json", &kept);
        }
        learner.writes(&file, good);
    }
    assert!(wrong.is_empty(), "{} of {}\n\n{}", wrong.len(), MISTAKES.len(), wrong.join("\n\n"));
}

fn judge(answer: &Answer, mistake: &Mistake, file: &str, text: &str) -> Option<String> {
    if answer.code != 2 {
        return Some(format!("exit code {}", answer.code));
    }
    let json: serde_json::Value = serde_json::from_str(&answer.out).ok()?;
    if json["verdict"] != "invalid" {
        return Some(format!("verdict {}", json["verdict"]));
    }
    let fault = &json["faults"][0];
    let same = |key: &str, expected: Option<serde_json::Value>| {
        let found = &fault[key];
        (found != &expected.clone().unwrap_or_default()).then(|| format!("{key}: {found}, expected {expected:?}"))
    };
    let expected = fault["expected"]["en"].as_str().unwrap_or_default();
    same("file", Some(file.into()))
        .or_else(|| same("line", mistake.line.map(Into::into)))
        .or_else(|| same("key", mistake.key.map(Into::into)))
        .or_else(|| mistake.line.and_then(|line| elsewhere(&fault["range"], line, text)))
        .or_else(|| mistake.nearest.and_then(|nearest| same("nearest", Some(nearest.into()))))
        .or_else(|| (!expected.contains(mistake.expected)).then(|| format!("expected: {expected}")))
        .or_else(|| {
            fault["expected"]["ja"].as_str().is_none_or(str::is_empty).then(|| "nothing in Japanese".to_owned())
        })
}

/// A range that does not begin on the line, or holds nothing of it.
fn elsewhere(range: &serde_json::Value, line: u64, text: &str) -> Option<String> {
    let bound = |at: usize| range[at].as_u64().and_then(|at| usize::try_from(at).ok());
    let (Some(start), Some(end)) = (bound(0), bound(1)) else { return Some(format!("range: {range}")) };
    let begins = text.get(..start).map(|before| before.matches('\n').count() as u64 + 1);
    let spot = text.get(start..end).unwrap_or_default();
    (begins != Some(line) || spot.trim().is_empty()).then(|| format!("range: {range} ({spot:?}), expected line {line}"))
}

#[test]
fn a_plan_in_another_encoding_or_of_another_exercise_is_told() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    let file = "practicum/sepsis-alarm/plan.toml";
    // "# 計画" in CP932.
    learner.writes(file, b"exercise = \"sepsis-alarm@2\"\n# \x8c\x76\x89\xe6\n");
    learner.types("run sepsis-alarm").ends(2).says("line 2").says("UTF-8");
    learner.writes(file, "exercise = \"sepsis-alarm@9\"\n");
    learner.types("run sepsis-alarm").ends(2).says("sepsis-alarm@2");
    learner.writes(file, "");
    learner.types("run sepsis-alarm").ends(2).says("exercise");
    learner.types("run sepsis-alram").ends(2).says("nearest:  sepsis-alarm");
    learner.types("run sepsis-alram --lang ja").ends(2).says("もしかして：sepsis-alarm");
    learner.types("run").ends(2);
    learner.types("list --course nowhere").ends(2).says("exercises");
}

/// A change to one file of the cytology course, and what must be said of it.
fn broken(file: &str, from: &str, to: &str) -> Answer {
    let learner = Learner::new();
    copy(&data("courses/breast"), &learner.path("course"));
    let path = format!("course/{file}");
    let text = learner.read(&path);
    assert!(text.contains(from), "{file} has no {from}");
    learner.writes(&path, text.replacen(from, to, 1));
    let started = learner.types("start cytology --course course");
    if started.code == 0 { learner.types("check cytology --course course") } else { started }
}

#[test]
fn mistakes_in_a_course_pack_of_ones_own_are_placed_too() {
    let (exercise, dataset) = ("exercises/cytology/exercise.toml", "datasets/wdbc/dataset.toml");
    for (file, from, to, says) in [
        (exercise, "minutes = 20", "minutes = \"long\"", "exercise.toml, line 7, minutes"),
        (exercise, "minutes = 20", "minuets = 20", "nearest:  minutes"),
        (exercise, "dataset = \"wdbc\"", "dataset = \"wbdc\"", "nearest:  wdbc"),
        (exercise, "share = 0.3", "share = 3", "exam.share"),
        (exercise, "share = 0.3", "rows = { patient = \"9\" }", "exam.rows.patient"),
        (exercise, "share = 0.3", "where = \"fald = 0\"", "nearest:  fold"),
        (exercise, "id = \"cytology\"", "id = \"other\"", "the folder's name"),
        (exercise, "title = { en = \"tells", "titel = { en = \"tells", "nearest:  title"),
        (dataset, "name = \"malignant\"", "name = \"malignent\"", "nearest:  malignant"),
        (dataset, "path = \"wdbc.csv\"", "path = \"wbdc.csv\"", "dataset.toml, line 11, source.path"),
        (dataset, "role = \"label\"", "role = \"lable\"", "nearest:  label"),
        (dataset, "role = \"label\", ", "", "exactly one"),
        (dataset, "name = \"fold\", role = \"id\"", "name = \"fold\", role = \"label\"", "2 columns"),
        (
            dataset,
            "[source]",
            "[[table]]\nname = \"t\"\nrows = \"3\"\ncolumns = []\n[source]",
            "either a file or a causal model",
        ),
        (dataset, "licence = \"CC-BY-4.0\"\n", "", "licence"),
    ] {
        broken(file, from, to).ends(4).says(says);
    }
}

#[test]
fn a_check_that_is_itself_wrong_is_the_authors_error_and_named() {
    let exercise = "exercises/cytology/exercise.toml";
    let shows = "SELECT auroc(malignant, p) AS auroc, auroc_low(malignant, p) AS low FROM exam";
    let passes = "passes = \"auroc >= 0.95\"";
    for (from, to, says) in [
        (passes, "passes = \"auroc\"", "true or false"),
        (shows, "SELECT p AS auroc, p AS low FROM exam", "rows"),
        (shows, "SELECT auroc(malignant, q) AS auroc, 1 AS low FROM exam", "check[1].shows"),
        (shows, "SELECT auroc(malignant, p) AS auroc, 1 AS low FROM exams", "nearest:  exam"),
    ] {
        broken(exercise, from, to).ends(4).says(says).says("counts neither for nor against you");
    }
    // What can be seen without data is told when the course is read, before anything is drawn.
    for (from, to, says) in [
        (passes, "passes = \"aurc >= 0.95\"", "nearest:  auroc"),
        (shows, "DROP TABLE exam", "check[1].shows"),
        (shows, "SELECT * FROM read_csv('/etc/passwd')", "check[1].shows"),
        ("(from {low:3}).\"", "(from {lower:3}).\"", "nearest:  low"),
    ] {
        broken(exercise, from, to).ends(4).says(says);
    }
}

#[test]
fn every_damage_to_a_csv_is_placed() {
    let csv = "datasets/wdbc/wdbc.csv";
    let first = "17.99,10.38,";
    for (from, to, says) in [
        (first, "17.99,", "wdbc.csv, line 2"),
        (first, "17.99,10.38,1,", "32, as in the header"),
        (first, "inf,10.38,", "a finite number"),
        (first, "17.99,ten,", "line 2, mean_texture"),
        (first, "17;99,10.38,", "empty cell for a missing value"),
        ("mean_radius,mean_texture", "mean_radius,mean_radius", "a second time"),
        ("mean_radius,mean_texture", ",mean_texture", "a name over each column"),
    ] {
        broken(csv, from, to).ends(4).says(says);
    }
    let learner = Learner::new();
    copy(&data("courses/breast"), &learner.path("course"));
    let path = format!("course/{csv}");
    let good = learner.read(&path);
    let header = good.lines().next().unwrap().to_owned();
    for (bytes, says) in [
        (header.clone().into_bytes(), "no rows"),
        (Vec::new(), "no rows"),
        (good.replacen("mean_radius", "平均半径", 1).encode_utf16().flat_map(u16::to_le_bytes).collect(), "wdbc.csv"),
        ([b"\xff\xfe".to_vec(), good.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat(), "CSV UTF-8"),
        // 病院 in CP932 instead of a column's name.
        (
            [b"\x95\x61\x89\x40".to_vec(), good.as_bytes()["mean_radius".len()..].to_vec()].concat(),
            "encoding = \"cp932\"",
        ),
    ] {
        learner.writes(&path, bytes);
        learner.types("start cytology --course course").ends(4).says(says);
    }
    // What can be read is read: a byte-order mark, Windows line ends, and CP932 where it is declared.
    learner.writes(&path, format!("\u{feff}{}", good.replace('\n', "\r\n")));
    learner.types("start cytology --course course").ends(0);
    learner.types("check cytology").says("AUROC");
    learner.writes(&path, [b"\x95\x61\x89\x40".to_vec(), good.as_bytes()["mean_radius".len()..].to_vec()].concat());
    let dataset = "course/datasets/wdbc/dataset.toml";
    learner.writes(dataset, learner.read(dataset).replace("path =", "encoding = \"cp932\"\npath ="));
    learner.types("start cytology --course course").ends(0);
    learner.types("check cytology").says("AUROC");
    assert!(
        learner.read("practicum/cytology/data/develop.csv").starts_with('\u{feff}'),
        "Excel must see the Japanese header"
    );
    assert!(learner.read("practicum/cytology/data/develop.csv").contains("病院"));
}
