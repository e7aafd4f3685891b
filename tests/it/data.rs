//! The causal model, as a user would notice it: rows that stay, luck that is kept, secrets that are kept too.

use std::collections::BTreeMap;

use practicum::course::dataset::{self, Role};
use practicum::course::exercise::{Draw, Exercise};
use practicum::course::pack::Task;
use practicum::keys::Written;
use practicum::seed::Seed;
use practicum::sql::{Expression, Purpose};
use practicum::synth::{Side, World};
use practicum::tables::{self, Frame};

use super::session::{Learner, shipped};

const WARD: &str = r#"
id = "ward"
version = 1
title = { en = "Two wards", ja = "2つの病棟" }
licence = "CC0-1.0"
[card]
about = { en = "a test", ja = "試験用" }
unrealistic = { en = "all of it", ja = "すべて" }
[[table]]
name = "ward"
rows = "2"
columns = [{ name = "level", role = "hidden", sql = "CASE WHEN row = 0 THEN 0.0 ELSE 1.0 END" }]
[[table]]
name = "patient"
each = "ward"
rows = "100"
columns = [
  { name = "age", sql = "normal(60, 10)" },
  { name = "dose", sql = "normal(age / 10, 1)" },
  { name = "noise", sql = "normal(0, 1) + normal(0, 1)" },
  { name = "risk", role = "truth", sql = "expit(level + 0.1 * (dose - 6))" },
  { name = "death", role = "label", sql = "bernoulli(risk)" },
]
[[table]]
name = "visit"
each = "patient"
rows = "1 + poisson(0.5)"
columns = [{ name = "pulse", sql = "normal(80 + age / 10, 5)" }]
"#;

fn written(sql: &str) -> Written<Expression> {
    let value = Expression::read(sql, Purpose::Intervention).unwrap();
    Written { value, place: practicum::fault::Place::default() }
}

pub(super) fn change(rows: &[(&str, &str)], interventions: &[(&str, &str)]) -> Draw {
    let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, Written<Expression>> {
        pairs.iter().map(|(name, sql)| ((*name).to_owned(), written(sql))).collect()
    };
    Draw { rows: map(rows), interventions: map(interventions), ..Draw::default() }
}

pub(super) fn exercise() -> Exercise {
    shipped().exercise("sepsis-alarm").unwrap()
}

fn draw(draw: &Draw, seed: u64) -> Frame {
    let dataset = dataset::read("dataset.toml", WARD.as_bytes()).unwrap();
    let exercise = exercise();
    let world = World::new(&dataset, &exercise, Seed::new(seed), Seed::new(seed), &|_| None).unwrap();
    world.rows(Side::Develop, draw).unwrap().table
}

pub(super) fn column(frame: &Frame, name: &str) -> Vec<f64> {
    tables::numbers(frame, name).unwrap().into_iter().map(Option::unwrap).collect()
}

/// The rows of a table as text, by its id.
fn by_id(frame: &Frame, id: &str) -> BTreeMap<i64, String> {
    let csv = String::from_utf8(tables::csv(frame).unwrap()).unwrap();
    let ids = column(frame, id);
    ids.iter().map(|id| *id as i64).zip(csv.lines().skip(1).map(str::to_owned)).collect()
}

#[test]
fn a_row_does_not_depend_on_how_many_there_are() {
    let (few, many) = (draw(&change(&[("patient", "20")], &[]), 3), draw(&change(&[("patient", "90")], &[]), 3));
    let (few, many) = (by_id(&few, "visit"), by_id(&many, "visit"));
    assert!(few.len() > 40 && many.len() > 180);
    assert!(few.iter().all(|(id, row)| many.get(id) == Some(row)));
}

#[test]
fn seeds_sides_and_calls_have_luck_of_their_own() {
    let (one, other) = (draw(&Draw::default(), 1), draw(&Draw::default(), 2));
    assert_ne!(column(&one, "age")[..5], column(&other, "age")[..5]);
    let dataset = dataset::read("dataset.toml", WARD.as_bytes()).unwrap();
    let exercise = exercise();
    let world = World::new(&dataset, &exercise, Seed::new(1), Seed::new(1), &|_| None).unwrap();
    let exam = world.rows(Side::Exam, &Draw::default()).unwrap().table;
    assert_ne!(column(&one, "age")[..5], column(&exam, "age")[..5], "the exam is drawn anew");
    // Two equal calls are two draws: their sum has variance 2, not 4.
    let noise = column(&draw(&change(&[("patient", "20000")], &[]), 1), "noise");
    let square = noise.iter().map(|x| x * x).sum::<f64>() / noise.len() as f64;
    assert!((1.9..2.1).contains(&square), "{square}");
}

#[test]
fn an_intervention_changes_its_effects_and_nothing_else() {
    let natural = draw(&Draw::default(), 5);
    let changed = draw(&change(&[], &[("dose", "dose + 20")]), 5);
    for same in ["ward", "patient", "visit", "age", "noise", "pulse"] {
        assert_eq!(column(&natural, same), column(&changed, same), "{same}");
    }
    let (before, after) = (column(&natural, "dose"), column(&changed, "dose"));
    assert!(
        before.iter().zip(&after).all(|(a, b)| (b - a - 20.0).abs() < 1e-12),
        "the value it would have had, plus 20"
    );
    // The same luck under a higher risk: whoever dies without the dose dies with it.
    let (before, after) = (column(&natural, "death"), column(&changed, "death"));
    assert!(before.iter().zip(&after).all(|(a, b)| b >= a));
    assert!(after.iter().sum::<f64>() > before.iter().sum::<f64>());
}

/// The wards in a world of their own: how ill people are differs between variants.
fn varied() -> String {
    let world =
        "[[world]]\nname = \"base\"\nsql = \"uniform(-3, 0)\"\n[[world]]\nname = \"twice\"\nsql = \"2 * base\"\n";
    WARD.replacen("[[table]]", &format!("{world}[[table]]"), 1).replace("expit(level +", "expit(base + level +")
}

#[test]
fn a_world_is_one_for_all_of_a_variant_and_another_for_another() {
    let dataset = dataset::read("dataset.toml", varied().as_bytes()).unwrap();
    let exercise = exercise();
    let probe = change(&[("patient", "20")], &[("dose", "dose + 1")]);
    let of = |variant: u64, exam: u64| {
        let world = World::new(&dataset, &exercise, Seed::new(variant), Seed::new(exam), &|_| None).unwrap();
        let truth = column(&world.truth().unwrap().unwrap(), "base");
        assert_eq!(truth.len(), 1);
        let sides = [(Side::Develop, Draw::default()), (Side::Exam, Draw::default()), (Side::Exam, probe.clone())];
        for (side, draw) in sides {
            let rows = world.rows(side, &draw).unwrap().table;
            assert!(
                rows.height() > 20 && column(&rows, "base").iter().all(|base| base.to_bits() == truth[0].to_bits()),
                "{side:?}"
            );
            assert!(column(&rows, "twice").iter().all(|twice| (twice - 2.0 * truth[0]).abs() < 1e-12), "{side:?}");
            let seen = world.visible(&rows).unwrap();
            assert!(!tables::names(&seen).iter().any(|name| ["base", "twice"].contains(name)), "{side:?}");
        }
        truth[0]
    };
    // Another exam is an exam in the same world.
    assert_eq!(of(1, 7).to_bits(), of(1, 8).to_bits());
    let mut truths: Vec<f64> = (1..=20).map(|variant| of(variant, 1)).collect();
    assert!(truths.iter().all(|truth| (-3.0..0.0).contains(truth)));
    truths.sort_by(f64::total_cmp);
    truths.dedup();
    assert_eq!(truths.len(), 20);
    assert!(truths[0] < -2.0 && truths[19] > -1.0, "they spread over the range: {truths:?}");
}

#[test]
fn a_world_leaves_everybody_their_luck_and_can_be_changed() {
    let drawn = |text: &str, draw: &Draw| {
        let dataset = dataset::read("dataset.toml", text.as_bytes()).unwrap();
        let exercise = exercise();
        let world = World::new(&dataset, &exercise, Seed::new(4), Seed::new(4), &|_| None).unwrap();
        world.rows(Side::Develop, draw).unwrap().table
    };
    let (without, with) = (drawn(WARD, &Draw::default()), drawn(&varied(), &Draw::default()));
    for same in ["ward", "patient", "visit", "age", "dose", "noise", "pulse"] {
        assert_eq!(column(&without, same), column(&with, same), "{same}");
    }
    assert!(column(&with, "risk").iter().zip(column(&without, "risk")).all(|(with, without)| *with < without));
    // A probe may ask of another world, and the number of rows may hang on it.
    let other = drawn(&varied(), &change(&[("patient", "10")], &[("base", "base + 1")]));
    let natural = drawn(&varied(), &change(&[("patient", "10")], &[]));
    let shift = column(&other, "base")[0] - column(&natural, "base")[0];
    assert!((shift - 1.0).abs() < 1e-12 && column(&other, "age") == column(&natural, "age"));
    let wards = drawn(
        &varied().replacen("rows = \"2\"", "rows = \"CASE WHEN base < 5 THEN 3 ELSE 0 END\"", 1),
        &Draw::default(),
    );
    assert_eq!(column(&wards, "ward").last(), Some(&2.0));
}

#[test]
fn a_world_is_told_what_is_wrong_with_it() {
    let fault = |text: &str| {
        let faults = dataset::read("dataset.toml", text.as_bytes()).unwrap_err();
        format!(
            "{} {} {}",
            faults[0].place.display(practicum::text::Lang::En),
            faults[0].found.en,
            faults[0].expected.en
        )
    };
    let twice = varied().replace("name = \"twice\"", "name = \"age\"");
    assert!(fault(&twice).contains("the name \"age\""), "{}", fault(&twice));
    let table =
        WARD.replace("name = \"ward\"\nrows", "name = \"world\"\nrows").replace("each = \"ward\"", "each = \"world\"");
    assert!(fault(&table).contains("which runs use"), "{}", fault(&table));
    let broken = varied().replace("2 * base", "2 * (base");
    assert!(fault(&broken).contains("world"), "{}", fault(&broken));
    // A name that is not there is told when it is drawn, as in every table.
    let unknown = varied().replace("2 * base", "2 * bas");
    let dataset = dataset::read("dataset.toml", unknown.as_bytes()).unwrap();
    let exercise = exercise();
    let world = World::new(&dataset, &exercise, Seed::new(1), Seed::new(1), &|_| None).unwrap();
    assert!(world.rows(Side::Develop, &Draw::default()).is_err());
}

/// Two hospitals' patients in a course of their own, whose risk differs between variants.
pub(super) fn course_with_a_world(learner: &Learner, more: &str) {
    let both = "{ en = \"a\", ja = \"あ\" }";
    learner.writes(
        "c/datasets/ward/dataset.toml",
        format!(
            "id = \"ward\"\nversion = 1\ntitle = {both}\nlicence = \"CC0-1.0\"\n[card]\nabout = {both}\nunrealistic = {both}\n\
             [[world]]\nname = \"base_risk\"\nsql = \"uniform(-1.5, 1.5)\"\n\
             [[table]]\nname = \"patient\"\nrows = \"300\"\ncolumns = [\n\
             {{ name = \"crp\", sql = \"normal(5, 1)\" }},\n\
             {{ name = \"risk\", role = \"truth\", sql = \"expit(base_risk + crp - 5)\" }},\n\
             {{ name = \"ill\", role = \"label\", sql = \"bernoulli(risk)\" }},\n]\n"
        ),
    );
    learner.writes(
        "c/exercises/ward/exercise.toml",
        format!(
            "format = 2\nid = \"ward\"\nversion = 1\ndataset = \"ward\"\nfield = \"care\"\nlevel = \"doctoral\"\nminutes = 10\n\
             title = {both}\nsummary = {both}\nevidence = []\n{more}\n\
             [[check]]\nid = \"knows\"\nshows = \"SELECT base_risk AS told, (SELECT avg(base_risk) FROM exam) AS there FROM world\"\n\
             passes = \"abs(told - there) < 1e-9\"\n\
             title = {both}\npass = {{ en = \"told {{told:6}}\", ja = \"値{{told:6}}\" }}\n\
             fail = {{ en = \"not {{there}}\", ja = \"値{{there}}\" }}\nhint = {both}\n"
        ),
    );
    for file in ["starter/plan.toml", "starter/answers.toml"] {
        learner.writes(&format!("c/exercises/ward/{file}"), "exercise = \"ward@1\"\n");
    }
    for file in ["brief.en.md", "brief.ja.md"] {
        learner.writes(&format!("c/exercises/ward/{file}"), "Look.\n");
    }
}

#[test]
fn a_check_reads_the_world_and_a_learner_never_does() {
    let learner = Learner::new();
    course_with_a_world(&learner, "");
    let told = |variant: &str| {
        let json = learner.types(&format!("--course c start ward --variant {variant} --json")).ends(0).json();
        assert_eq!(json["variant"], variant, "{json}");
        let json = learner.types("check ward --json").ends(0).json();
        for file in ["data/develop.csv", "data/columns.md", "results/1/predictions.csv", "results/1/result.json"] {
            assert!(!learner.read(&format!("practicum/ward/{file}")).contains("base_risk"), "{file}");
        }
        learner.writes("practicum/ward/plan.toml", "exercise = \"ward@1\"\n[cohort]\nwhere = \"base_risk < 9\"\n");
        learner.types("run ward").ends(2).says("cohort.where");
        let sentence = json["checks"][0]["sentence"]["en"].as_str().unwrap().to_owned();
        std::fs::remove_dir_all(learner.path("practicum")).unwrap();
        sentence
    };
    let (one, other) = (told("s1"), told("s2"));
    assert!(one.starts_with("told") && one != other, "{one} {other}");
    assert_eq!(one, told("s1"), "the same variant, the same truth");
}

#[test]
fn a_shuffled_column_keeps_its_values_and_loses_its_meaning() {
    let natural = draw(&change(&[("patient", "5000")], &[]), 5);
    let shuffled = draw(&change(&[("patient", "5000")], &[("dose", "shuffle(dose)")]), 5);
    let sorted = |frame: &Frame| {
        let mut values: Vec<(u64, f64)> =
            column(frame, "patient").iter().map(|id| *id as u64).zip(column(frame, "dose")).collect();
        values.dedup_by_key(|(id, _)| *id);
        let mut values: Vec<f64> = values.into_iter().map(|(_, dose)| dose).collect();
        values.sort_by(f64::total_cmp);
        values
    };
    assert_eq!(sorted(&natural), sorted(&shuffled));
    let correlation = |frame: &Frame| {
        let (x, y) = (column(frame, "age"), column(frame, "dose"));
        let n = x.len() as f64;
        let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
        let of =
            |a: &[f64], ma: f64, b: &[f64], mb: f64| a.iter().zip(b).map(|(a, b)| (a - ma) * (b - mb)).sum::<f64>();
        of(&x, mx, &y, my) / (of(&x, mx, &x, mx) * of(&y, my, &y, my)).sqrt()
    };
    assert!(correlation(&natural) > 0.6 && correlation(&shuffled).abs() < 0.1);
}

#[test]
fn what_is_hidden_reaches_no_learner() {
    let pack = shipped();
    for id in pack.exercises() {
        let Task { dataset, exercise } = pack.task(&id).unwrap();
        let secret: Vec<&str> = dataset
            .columns()
            .filter(|c| matches!(c.role, Role::Truth | Role::Hidden))
            .map(|c| c.name.as_str())
            .collect();
        let learner = Learner::new();
        learner.types(&format!("start {id}")).ends(0);
        learner.types(&format!("check {id}"));
        let folder = format!("practicum/{id}");
        let trained = ["results/1/predictions.csv"].into_iter().filter(|_| exercise.asks_plan);
        for file in ["data/develop.csv"].into_iter().chain(trained) {
            let text = learner.read(&format!("{folder}/{file}"));
            let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
            assert!(header.contains(&dataset.label()), "{file} holds the patients");
            for name in &secret {
                assert!(!header.contains(name), "{id}: {file} has the column {name}");
            }
        }
        let about = learner.read(&format!("{folder}/data/columns.md"));
        for name in &secret {
            assert!(!about.contains(&format!("| {name} |")), "{id}: columns.md tells of {name}");
            // Nor can a condition ask for it.
            if !exercise.asks_plan {
                continue;
            }
            let plan = format!("exercise = \"{}\"\n[cohort]\nwhere = \"{name} IS NOT NULL\"\n", exercise.reference());
            learner.writes(&format!("{folder}/plan.toml"), plan);
            learner.types(&format!("run {id}")).ends(2).says("cohort.where");
        }
    }
}
