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

fn change(rows: &[(&str, &str)], interventions: &[(&str, &str)]) -> Draw {
    let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, Written<Expression>> {
        pairs.iter().map(|(name, sql)| ((*name).to_owned(), written(sql))).collect()
    };
    Draw { rows: map(rows), interventions: map(interventions), ..Draw::default() }
}

fn exercise() -> Exercise {
    shipped().exercise("prevalence-shift").unwrap()
}

fn draw(draw: &Draw, seed: u64) -> Frame {
    let dataset = dataset::read("dataset.toml", WARD.as_bytes()).unwrap();
    let exercise = exercise();
    let world = World::new(&dataset, &exercise, Seed::new(seed), Seed::new(seed), &|_| None).unwrap();
    world.rows(Side::Develop, draw).unwrap().table
}

fn column(frame: &Frame, name: &str) -> Vec<f64> {
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
        for file in ["data/develop.csv", "results/1/predictions.csv"] {
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
            let plan = format!("exercise = \"{}\"\n[cohort]\nwhere = \"{name} IS NOT NULL\"\n", exercise.reference());
            learner.writes(&format!("{folder}/plan.toml"), plan);
            learner.types(&format!("run {id}")).ends(2).says("cohort.where");
        }
    }
}
