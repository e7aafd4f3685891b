//! An instructor's own tables: what they hold is taken as it is written, or refused where it stands.

use super::session::{Answer, Learner, copy, data};

pub(crate) const DATASET: &str = r#"
id = "own"
version = 1
title = { en = "Falls", ja = "転倒" }
licence = "CC0-1.0"
[card]
about = { en = "a test", ja = "試験用" }
unrealistic = { en = "all of it", ja = "すべて" }
[source]
path = "own.csv"
"#;

const PLAN: &str = "exercise = \"falls@1\"\n[train]\nepochs = 3\n";

/// A learner beside a course whose dataset is the folder `own`, with this label and this way to divide its rows.
fn course(label: &str, draws: &str) -> Learner {
    let learner = Learner::new();
    copy(&data("courses/breast/exercises/cytology"), &learner.path("course/exercises/falls"));
    let file = "course/exercises/falls/exercise.toml";
    let exercise = learner.read(file).replace("cytology", "falls").replace("wdbc", "own");
    let exercise = exercise.replace("[exam]\nshare = 0.3", draws).replace("malignant, p", &format!("{label}, p"));
    learner.writes(file, exercise);
    for plan in ["starter", "solution", "wrong/one-feature"] {
        learner.writes(&format!("course/exercises/falls/{plan}/plan.toml"), PLAN);
    }
    learner
}

/// The same around a table that is written here: `columns` of its description, and its lines.
pub(crate) fn own(columns: &str, csv: &str, draws: &str) -> Learner {
    let learner = course("fall", draws);
    learner.writes("course/datasets/own/dataset.toml", format!("{DATASET}columns = [{columns}]\n"));
    learner.writes("course/datasets/own/own.csv", csv);
    learner
}

/// The same around one of the cases of `tests/data/cases/data`.
fn case(name: &str, label: &str, draws: &str) -> Learner {
    let learner = course(label, draws);
    copy(&data("cases/data").join(name), &learner.path("course/datasets/own"));
    let file = "course/datasets/own/dataset.toml";
    let text = learner.read(file);
    let id = text.lines().find(|line| line.starts_with("id = ")).unwrap();
    learner.writes(file, text.replace(id, "id = \"own\""));
    learner
}

pub(crate) const SHARE: &str = "[exam]\nshare = 0.3";

impl Answer {
    /// An author's mistake, told as one.
    #[track_caller]
    fn refused(self) -> Self {
        assert!([2, 4].contains(&self.code), "{}\n{}\n{}", self.code, self.out, self.err);
        self
    }
}

impl Learner {
    fn starts(&self) -> Answer {
        self.types("start falls --course course")
    }

    /// Runs this plan on the learner's own rows.
    fn tries(&self, plan: &str) -> Answer {
        self.writes("practicum/falls/plan.toml", format!("exercise = \"falls@1\"\n{plan}"));
        self.types("run falls --course course")
    }

    /// A column of the learner's rows.
    fn column(&self, file: &str, name: &str) -> Vec<String> {
        let text = self.read(file);
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        let place = lines.next().unwrap().split(',').position(|column| column == name).unwrap();
        lines.map(|line| line.split(',').nth(place).unwrap().to_owned()).collect()
    }
}

const DEVELOP: &str = "practicum/falls/data/develop.csv";

/// The newest predictions of the learner's workspace.
fn predictions(learner: &Learner) -> String {
    let mut found: Vec<String> = walk(&learner.path("practicum/falls/results"));
    found.sort();
    let file = found.into_iter().rfind(|file| file.ends_with("predictions.csv")).unwrap();
    let root = learner.path("").display().to_string();
    file.trim_start_matches(&root).to_owned()
}

fn walk(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path.display().to_string()) }
    }
    found
}

/// A hundred rows: `line` writes each from its number and its outcome.
pub(crate) fn rows(header: &str, line: impl Fn(usize, usize) -> String) -> String {
    let lines = (0..100).map(|i| line(i, usize::from(i % 3 == 0)) + "\n");
    format!("{header}\n{}", lines.collect::<String>())
}

#[test]
fn ids_are_kept_as_they_are_written() {
    let learner = case("dotted_id", "fall", "[develop]\nwhere = \"age < 90\"\n\n[exam]\nwhere = \"age >= 90\"");
    learner.starts().ends(0);
    let file = std::fs::read_to_string(data("cases/data/dotted_id/ward.csv")).unwrap();
    let younger = file.lines().skip(1).filter(|line| line.split(',').next().unwrap().parse::<f64>().unwrap() < 90.0);
    let written: Vec<&str> = younger.map(|line| line.split(',').nth(3).unwrap()).collect();
    assert_eq!(learner.column(DEVELOP, "patient"), written);

    let csv = rows("patient,ward,x,fall", |i, y| format!("{i:05},{},{i},{y}", ["07", "7", "7.0", "1e1"][i % 4]));
    let columns =
        r#"{ name = "patient", role = "id" }, { name = "ward", role = "group" }, { name = "fall", role = "label" }"#;
    let learner = own(columns, &csv, "[develop]\nwhere = \"x < 60\"\n\n[exam]\nwhere = \"x >= 60\"");
    learner.starts().ends(0);
    let mut wards = learner.column(DEVELOP, "ward");
    wards.sort();
    wards.dedup();
    assert_eq!(wards, ["07", "1e1", "7", "7.0"]);
    assert_eq!(learner.column(DEVELOP, "patient")[12], "00012");
}

#[test]
fn names_that_a_run_gives_are_refused() {
    case("shadow", "fall", SHARE).starts().refused().says("alert").says("ward.csv, line 1, alert");
    for name in practicum::course::dataset::reserved() {
        let csv = rows(&format!("{name},x,fall"), |i, y| format!("7,{i},{y}"));
        own(r#"{ name = "fall", role = "label" }"#, &csv, SHARE)
            .starts()
            .refused()
            .says(&format!("own.csv, line 1, {name}"));
    }
}

#[test]
fn every_column_that_a_run_adds_is_reserved() {
    let learner = own(r#"{ name = "fall", role = "label" }"#, &rows("x,fall", |i, y| format!("{i},{y}")), SHARE);
    learner.starts().ends(0);
    learner.tries("").ends(0);
    let text = learner.read(&predictions(&learner));
    let reserved = practicum::course::dataset::reserved();
    let added: Vec<&str> =
        text.lines().next().unwrap().split(',').filter(|name| !["x", "fall"].contains(name)).collect();
    assert!(!added.is_empty() && added.iter().all(|name| reserved.contains(name)), "{added:?}");
}

/// The last day of each earlier part lies before the first of the next.
fn in_order_of_time(learner: &Learner, column: &str) {
    learner.tries("[split]\nby = \"time\"\n[train]\nepochs = 3\n").ends(0);
    let file = predictions(learner);
    let (days, split) = (learner.column(&file, column), learner.column(&file, "split"));
    let of = |part: &str| -> Vec<String> {
        let mut days: Vec<String> =
            days.iter().zip(&split).filter(|(_, s)| *s == part).map(|(d, _)| d.clone()).collect();
        days.sort();
        days
    };
    let (train, valid, test) = (of("train"), of("valid"), of("test"));
    assert!(train.last() <= valid.first() && valid.last() <= test.first(), "{train:?} {valid:?} {test:?}");
    assert!(train.first() < test.last());
}

#[test]
fn a_split_by_time_follows_the_dates() {
    let iso = case("iso", "y", SHARE);
    iso.starts().ends(0);
    in_order_of_time(&iso, "day");
    let jp = case("jp", "再入院", SHARE);
    jp.starts().ends(0);
    in_order_of_time(&jp, "入院日");
    // Conditions compare days, not letters: 2024/10/1 is later than 2024-04-01.
    let all = jp.column(DEVELOP, "入院日");
    let late = all.iter().filter(|day| day.as_str() >= "2024-04-01").count();
    jp.tries("[cohort]\nwhere = \"入院日 >= '2024-04-01'\"\n[train]\nepochs = 3\n").ends(0);
    let kept = jp.column(&predictions(&jp), "split").iter().filter(|part| !part.is_empty()).count();
    assert_eq!(kept, late);
    assert!(0 < late && late < all.len());

    let columns = r#"{ name = "day", role = "time" }, { name = "fall", role = "label" }"#;
    for write in [
        |i: usize| format!("2024年{}月{}日", 1 + i / 28, 1 + i % 28),
        |i: usize| format!("令和6年{}月{}日", 1 + i / 28, 1 + i % 28),
        |i: usize| format!("2024-01-{:02}T{:02}:30:00", 1 + i / 20, i % 20),
        |i: usize| format!("2024/1/{} {}:05", 1 + i / 20, i % 20),
    ] {
        // Not in the order of the file.
        let csv = rows("day,x,fall", |i, y| format!("{},{i},{y}", write(i * 37 % 100)));
        let learner = own(columns, &csv, SHARE);
        learner.starts().ends(0);
        in_order_of_time(&learner, "day");
    }
}

#[test]
fn what_is_no_date_is_refused_in_its_line() {
    let columns = r#"{ name = "day", role = "time" }, { name = "fall", role = "label" }"#;
    for odd in ["yesterday", "31/01/2024", "2024/2/3", "2024-02-30", "2024-02-03 10:00"] {
        let csv = rows("day,x,fall", |i, y| {
            let day = if i == 50 { odd.to_owned() } else { format!("2024-01-{:02}", 1 + i % 28) };
            format!("{day},{i},{y}")
        });
        own(columns, &csv, SHARE).starts().refused().says("own.csv, line 52, day").says(odd);
    }
    // Nor are rows without a date split by it.
    let csv = rows("day,x,fall", |i, y| {
        let day = if i % 10 == 5 { String::new() } else { format!("2024-01-{:02}", 1 + i % 28) };
        format!("{day},{i},{y}")
    });
    let learner = own(columns, &csv, "[develop]\nwhere = \"x < 70\"\n\n[exam]\nwhere = \"x >= 70\"");
    learner.starts().ends(0);
    learner.tries("[split]\nby = \"time\"\n").ends(2).says("split.by").says("7 rows").says("day IS NOT NULL");
    learner.tries("[cohort]\nwhere = \"day IS NOT NULL\"\n[split]\nby = \"time\"\n").ends(0);
}

#[test]
fn files_that_cannot_be_read_whole_are_the_authors_fault() {
    case("unclosed", "fall", SHARE).starts().refused().says("ward.csv, line 402");
    let file = polars_list();
    case("pq_list", "fall", SHARE).starts().refused().says(&file).says("ward.parquet");
}

/// The name of the column of lists in `pq_list`.
fn polars_list() -> String {
    use polars_io::SerReader as _;
    let file = std::fs::File::open(data("cases/data/pq_list/ward.parquet")).unwrap();
    let frame = polars_io::parquet::read::ParquetReader::new(file).finish().unwrap();
    frame.columns().iter().find(|column| column.dtype().is_nested()).unwrap().name().to_string()
}

#[test]
fn a_label_of_words_is_read_by_what_positive_says() {
    let learner = case("labelyes", "fall", SHARE);
    learner.starts().refused().says("no (1160), yes (340)").says("positive = \"yes\"");
    let file = "course/datasets/own/dataset.toml";
    let described = learner.read(file);
    let says = |positive: &str| {
        learner
            .writes(file, described.replace("role = \"label\"", &format!("role = \"label\", positive = {positive}")));
        learner.starts()
    };
    says("\"Yes\"").refused().says("no (1160), yes (340)").says("nearest:  yes");
    says("\"yes\"").ends(0);
    let of = |file: &str| -> (usize, usize) {
        let labels = learner.column(file, "fall");
        (labels.len(), labels.iter().filter(|label| *label == "1").count())
    };
    let (n, falls) = of(DEVELOP);
    assert!(n == 1050 && (150..340).contains(&falls), "{n} {falls}");

    for (no, yes) in [("FALSE", "TRUE"), ("1", "2"), ("陰性", "陽性"), ("No", "Yes"), ("alive", "died at home")] {
        let csv = rows("x,fall", |i, y| format!("{i},{}", if y == 1 { yes } else { no }));
        let unsaid = own(r#"{ name = "fall", role = "label" }"#, &csv, SHARE);
        let line = format!("{{ name = \"fall\", role = \"label\", positive = \"{yes}\" }}");
        unsaid.starts().refused().says(no).says(yes).says("positive");
        // The rarer value is proposed, to be copied as it stands.
        let told = unsaid.types("author validate falls --course course --json").ends(2).json();
        let findings = told["exercises"][0]["findings"].as_array().unwrap();
        assert!(
            findings.iter().any(|f| f["expected"]["ja"].as_str().unwrap().contains(&line)),
            "{line}: {findings:#?}"
        );
        let described = format!("{{ name = \"fall\", role = \"label\", positive = \"{yes}\" }}");
        let learner = own(&described, &csv, "[develop]\nwhere = \"x < 70\"\n\n[exam]\nwhere = \"x >= 70\"");
        learner.starts().ends(0);
        let expected: Vec<String> = (0..70).map(|i| u8::from(i % 3 == 0).to_string()).collect();
        assert_eq!(learner.column(DEVELOP, "fall"), expected, "{yes}");
    }
    // A number may stand there as one.
    let csv = rows("x,fall", |i, y| format!("{i},{}", 1 + y));
    own(r#"{ name = "fall", role = "label", positive = 2 }"#, &csv, SHARE).starts().ends(0);
}

#[test]
fn labels_that_are_not_two_values_are_refused() {
    let label = r#"{ name = "fall", role = "label" }"#;
    let three = rows("x,fall", |i, y| format!("{i},{}", if i % 7 == 0 { "unknown" } else { ["no", "yes"][y] }));
    own(label, &three, SHARE).starts().refused().says("unknown").says("two values");
    let positive = r#"{ name = "fall", role = "label", positive = "yes" }"#;
    own(positive, &three, SHARE).starts().refused().says("unknown").says("positive");
    let one = rows("x,fall", |i, _| format!("{i},0"));
    own(label, &one, SHARE).starts().refused().says("one class only").says("own.csv, fall");
    let gap = rows("x,fall", |i, y| format!("{i},{}", if i == 5 { String::new() } else { y.to_string() }));
    own(label, &gap, SHARE).starts().refused().says("own.csv, line 7, fall");
    own(label, "x,fall\n1,0\n2,1\n", SHARE).starts().refused().says("exercise.toml").says("share");
    own(label, "x,fall\n1,\n2,\n", SHARE).starts().refused().says("fall");
    let none = rows("x,empty,fall", |i, y| format!("{i},,{y}"));
    own(label, &none, SHARE).starts().refused().says("own.csv, empty").says("no value in any row");
}

#[test]
fn the_exam_splits_no_group() {
    let csv = rows("patient,x,fall", |i, _| format!("Mr {:02} Smith,{i},{}", i / 5, i % 2));
    let columns = r#"{ name = "patient", role = "group" }, { name = "fall", role = "label" }"#;
    let learner = own(columns, &csv, SHARE);
    learner.starts().ends(0);
    learner.writes("practicum/falls/plan.toml", PLAN);
    for seed in 1..=5 {
        learner.types(&format!("run falls --course course --seed {seed}")).ends(0);
        let mine = learner.column(&predictions(&learner), "patient");
        let mut patients = mine.clone();
        patients.dedup();
        assert_eq!((mine.len(), patients.len()), (70, 14), "seed {seed}: whole patients only");
    }
}

#[test]
fn no_row_is_both_the_learners_and_the_exams() {
    let (columns, csv) = (r#"{ name = "fall", role = "label" }"#, rows("x,fall", |i, y| format!("{i},{y}")));
    own(columns, &csv, "").starts().refused().says("100 rows").says("share = 0.3");
    own(columns, &csv, "[exam]\nwhere = \"x > 60\"").starts().refused().says("exam.where").says("NOT (x > 60)");
    let overlapping = "[develop]\nwhere = \"x < 70\"\n\n[exam]\nwhere = \"x > 60\"";
    own(columns, &csv, overlapping).starts().refused().says("9 rows").says("lines 63, 64");
    own(columns, &csv, "[develop]\nwhere = \"NOT (x > 60)\"\n\n[exam]\nwhere = \"x > 60\"").starts().ends(0);
    own(columns, &csv, "[develop]\nshare = 0.3\n\n[exam]\nshare = 0.3").starts().refused().says("develop.share");
    own(columns, &csv, "[exam]\nwhere = \"x > 600\"").starts().refused().says("exam.where").says("x has 0 to 99");
}

#[test]
fn an_id_that_is_there_twice_is_told_with_its_lines() {
    let csv = rows("patient,x,fall", |i, y| format!("P{:03},{i},{y}", if i == 40 { 7 } else { i }));
    let columns = r#"{ name = "patient", role = "id" }, { name = "fall", role = "label" }"#;
    own(columns, &csv, SHARE).starts().refused().says("P007").says("lines 9, 42").says("role = \"group\"");
    own(&columns.replace("\"id\"", "\"group\""), &csv, SHARE).starts().ends(0);
}

#[test]
fn conditions_and_splits_that_leave_nobody_are_told_at_their_keys() {
    let csv = rows("site,日数,x,note,fall", |i, y| {
        format!("{},{i},{i},{},{y}", ["regional", "university", "clinic east"][i % 3], if i < 70 { "" } else { "seen" })
    });
    let columns = r#"{ name = "site", role = "group" }, { name = "fall", role = "label" }"#;
    let learner = own(columns, &csv, "[develop]\nwhere = \"x < 70\"\n\n[exam]\nwhere = \"x >= 70\"");
    learner.starts().ends(0);
    let tries = |plan: &str| learner.tries(plan).ends(2);
    tries("[cohort]\nwhere = \"site = 'Regional'\"\n")
        .says("cohort.where")
        .says("site has regional")
        .says("clinic east")
        .says("nearest:  regional");
    tries("[cohort]\nwhere = \"日数 > 500\"\n").says("日数 has 0 to 69");
    tries("[split]\nvalid = \"site IN ('Univ', 'Universty')\"\n").says("split.valid").says("site has university");
    tries("[split]\ntest = \"site = 'x'\"\n").says("split.test").says("regional");
    tries("[cohort]\nwhere = \"x < 40\"\n[split]\nvalid = \"x > 60\"\n").says("split.valid").says("not in the cohort");
    tries("[features]\nuse = [\"x\"]\n[split]\nvalid = \"x < 20\"\n[operate]\non = \"site = 'clinic'\"\ncalibrate = \"intercept\"\n")
        .says("operate.on");
    tries("[split]\nvalid = 0.001\n").says("split.valid").says("less than one");
    tries("[split]\nunit = \"site\"\nvalid = 0.1\ntest = 0\n").says("3 units (site)");
    tries("[cohort]\nwhere = \"fall = 1\"\n").says("one class only");
    tries("[split]\nvalid = \"x < 30\"\ntest = \"x >= 30\"\n").says("train");
    tries("[features]\nuse = [\"x\", \"note\"]\n").says("features.use").says("note");
    tries("[features]\nuse = [\"x\"]\n[cohort]\nwhere = \"x < 3\"\n").says("cohort.where");
    learner.writes("practicum/falls/plan.toml", "exercise = \"falls@1\"\n[cohort]\nwhere = \"site = 'Regional'\"\n");
    learner.types("run falls --course course --lang ja").ends(2).says("siteの値は regional");
}

#[test]
fn what_is_left_out_is_in_no_part() {
    let csv = rows("patient,x,fall", |i, y| format!("{},{i},{y}", i / 2));
    let columns = r#"{ name = "patient", role = "group" }, { name = "fall", role = "label" }"#;
    let learner = own(columns, &csv, "[develop]\nwhere = \"x < 70\"\n\n[exam]\nwhere = \"x >= 70\"");
    learner.starts().ends(0);
    learner.tries("[cohort]\nwhere = \"x % 2 = 0\"\n[split]\nunit = \"patient\"\n[train]\nepochs = 2\n").ends(0);
    let split = learner.column(&predictions(&learner), "split");
    assert!(split.iter().enumerate().all(|(i, part)| part.is_empty() == (i % 2 == 1)), "{split:?}");
}

#[test]
fn what_was_taken_as_missing_is_said_to_the_author() {
    let label = r#"{ name = "fall", role = "label" }"#;
    let csv = rows("region,x,fall", |i, y| format!("{},{i},{y}", ["NA", "EU"][i % 2]));
    own(label, &csv, SHARE)
        .types("author validate falls --course course")
        .says("missing: ")
        .says("\"NA\" (region: 50)")
        .says("values = { NA = ");
    // Where it is North America, it is declared once, and then a value like any other.
    let declared = own(
        &format!("{label}, {{ name = \"region\", values = {{ NA = {{ en = \"North America\", ja = \"北米\" }} }} }}"),
        &csv,
        SHARE,
    );
    let answer = declared.types("author validate falls --course course");
    assert!(!answer.out.contains("\"NA\""), "{}", answer.out);
    declared.starts().ends(0);
    let regions = declared.column(DEVELOP, "region");
    assert!(regions.iter().all(|region| ["NA", "EU"].contains(&region.as_str())), "{regions:?}");
    let csv = rows(",x,fall", |i, y| format!("{},{i},{y}", i + 1));
    own(label, &csv, SHARE).starts().refused().says("own.csv, line 1").says("no name over column 1");
}

#[test]
fn ids_and_groups_that_are_empty_are_told_in_their_lines() {
    let line = |i: usize, y: usize, blank: bool| {
        format!("{},{}.5,{y}", if blank { String::new() } else { format!("P{i}") }, i)
    };
    for role in ["id", "group"] {
        let columns = format!(r#"{{ name = "patient", role = "{role}" }}, {{ name = "fall", role = "label" }}"#);
        let csv = rows("patient,x,fall", |i, y| line(i, y, i == 7 || i == 40));
        own(&columns, &csv, SHARE).starts().refused().says("own.csv, line 9, patient").says("2 rows (lines 9, 42)");
        own(&columns, &rows("patient,x,fall", |i, y| line(i, y, false)), SHARE).starts().ends(0);
    }
}

#[test]
fn days_that_never_were_and_days_written_as_numbers_are_refused_in_their_place() {
    let columns = r#"{ name = "seen", role = "time" }, { name = "fall", role = "label" }"#;
    let course = |odd: &str| {
        own(columns, &rows("seen,x,fall", |i, y| format!("{},{i},{y}", if i == 3 { odd } else { "R6.4.1" })), SHARE)
    };
    course("R6.2.30").starts().refused().says("own.csv, line 5, seen").says("2024-02 has 29 days");
    course("S99.4.30").starts().refused().says("to 1989-01-07");
    let numbers = rows("seen,x,fall", |i, y| format!("202404{:02},{i},{y}", i % 28 + 1));
    own(columns, &numbers, SHARE).starts().refused().says("2024-04-01");
}

#[test]
fn a_file_that_is_not_what_its_name_says_is_told() {
    for name in ["own.parquet", "own.xlsx"] {
        let learner = own(r#"{ name = "fall", role = "label" }"#, &rows("x,fall", |i, y| format!("{i}.5,{y}")), SHARE);
        let dataset = "course/datasets/own/dataset.toml";
        learner.writes(dataset, learner.read(dataset).replace("own.csv", name));
        std::fs::rename(
            learner.path("course/datasets/own/own.csv"),
            learner.path(&format!("course/datasets/own/{name}")),
        )
        .unwrap();
        learner.starts().refused().says("that is none").says(".csv");
    }
}
