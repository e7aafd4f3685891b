//! The engine, as a user would notice it: the same seed gives the same result, and nothing is fitted on test rows.

use ndarray::Array2;
use practicum::course::dataset;
use practicum::course::plan;
use practicum::prepare::Prepared;
use practicum::seed::Seed;
use practicum::tables::{self, Frame};
use practicum::target::Target;
use practicum::train::{self, Lesson, Rows};
use practicum::{cohort, run};

use super::session::{Learner, shipped};

fn predictions(threads: &str, plan: &str) -> Vec<u8> {
    let learner = Learner::new().with("RAYON_NUM_THREADS", threads).with("POLARS_MAX_THREADS", threads);
    learner.types("start sepsis-alarm").ends(0);
    learner.writes("practicum/sepsis-alarm/plan.toml", plan);
    learner.types("check sepsis-alarm --seed 4");
    let mut all = learner.bytes("practicum/sepsis-alarm/results/1/predictions.csv");
    all.extend(learner.bytes("practicum/sepsis-alarm/results/1/result.json"));
    all
}

#[test]
fn one_and_two_threads_give_the_same_bytes() {
    for model in ["kind = \"logistic\"", "kind = \"mlp\"\nhidden = [64, 32]\ndropout = 0.2"] {
        let plan = format!(
            "exercise = \"sepsis-alarm@2\"\n[model]\n{model}\n[train]\nepochs = 3\nbatch = 512\n[operate]\ncalibrate = \"isotonic\"\nthreshold = {{ sensitivity = 0.8 }}\n"
        );
        let (one, two) = (predictions("1", &plan), predictions("2", &plan));
        assert!(one.len() > 100_000);
        assert!(one == two, "{model}: the bytes differ");
    }
}

/// The learner's rows of the shipped exercise, and everything that a plan fits on them.
fn fitted(plan: &str, rows: &Frame) -> (Prepared, Array2<f32>, Vec<cohort::Part>) {
    let dataset = shipped().task("sepsis-alarm").unwrap().dataset;
    let plan = plan::read(
        &practicum::models::VOCABULARY,
        &practicum::course::settings::Settings::default(),
        "plan.toml",
        plan.as_bytes(),
    )
    .unwrap();
    let seed = Seed::new(9);
    let parts = cohort::split(&plan, &dataset, rows, seed).unwrap();
    let of = |part| (0..parts.len()).filter(|&row| parts[row] == part).collect::<Vec<_>>();
    let prepared = Prepared::fit(&plan, &dataset, rows, None, &of(cohort::Part::Train)).unwrap();
    let x = prepared.apply(rows, None, &(0..rows.height()).collect::<Vec<_>>()).unwrap();
    let y: Vec<f32> = tables::numbers(rows, "sepsis").unwrap().iter().map(|y| y.unwrap() as f32).collect();
    let part = |part| {
        let rows = of(part);
        let y = Array2::from_shape_fn((rows.len(), 1), |(at, _)| y[rows[at]]);
        Rows { input: prepared.input(), x: x.select(ndarray::Axis(0), &rows), y }
    };
    let (train, valid) = (part(cohort::Part::Train), part(cohort::Part::Valid));
    let model = train::fit(Lesson::of(&plan, Target::Risk), &train, Some(&valid), seed, &mut |_| {}).unwrap();
    let scores = model.logits(&train.x);
    (prepared, scores, parts)
}

#[test]
fn nothing_is_fitted_on_test_rows() {
    let task = shipped().task("sepsis-alarm").unwrap();
    let rows = run::learners_rows(&task, 1, &|_| None).unwrap();
    let plan = "exercise = \"sepsis-alarm@2\"\n[split]\nunit = \"patient\"\n[features]\nimpute = \"flag+median\"\n[train]\nepochs = 2\nearly_stopping = { patience = 1 }\n";
    let (prepared, scores, parts) = fitted(plan, &rows);
    // Every value of every test row becomes absurd.
    let mut absurd = rows.clone();
    for name in ["age", "heart_rate", "resp_rate", "temperature", "systolic_bp", "crp", "lactate", "sepsis"] {
        let values = tables::numbers(&rows, name).unwrap();
        let values: Vec<Option<f64>> = values
            .iter()
            .zip(&parts)
            .map(|(value, part)| match (part, value) {
                (cohort::Part::Test, Some(x)) if name == "sepsis" => Some(1.0 - x),
                (cohort::Part::Test, _) => Some(1e6),
                _ => *value,
            })
            .collect();
        tables::set_maybe_numbers(&mut absurd, name, &values).unwrap();
    }
    let words = tables::words(&rows, "sex").unwrap();
    let words: Vec<Option<&str>> = words
        .iter()
        .zip(&parts)
        .map(|(word, part)| if *part == cohort::Part::Test { Some("unheard of") } else { word.as_deref() })
        .collect();
    tables::set_words(&mut absurd, "sex", &words).unwrap();
    let (prepared_again, scores_again, parts_again) = fitted(plan, &absurd);
    assert!(parts.contains(&cohort::Part::Test));
    assert_eq!(parts, parts_again);
    assert_eq!(prepared, prepared_again);
    assert_eq!(scores, scores_again);
}

#[test]
fn a_unit_stays_in_one_part_and_time_splits_by_time() {
    const DAYS: &str = r#"
id = "days"
version = 1
title = { en = "t", ja = "と" }
licence = "CC0-1.0"
[card]
about = { en = "t", ja = "と" }
unrealistic = { en = "t", ja = "と" }
[source]
path = "days.csv"
columns = [{ name = "day", role = "time" }, { name = "ward", role = "group" }, { name = "y", role = "label" }]
"#;
    let dataset = dataset::read("dataset.toml", DAYS.as_bytes()).unwrap();
    let mut csv = String::from("day,ward,x,y\n");
    for i in 0..300 {
        csv += &format!("{},{},{},{}\n", (i * 7) % 100, i % 23, i, i % 2);
    }
    let rows = tables::read_csv("days.csv", csv.as_bytes(), false).unwrap();
    let split = |text: &str| {
        let plan = plan::read(
            &practicum::models::VOCABULARY,
            &practicum::course::settings::Settings::default(),
            "plan.toml",
            format!("exercise = \"x@1\"\n[split]\n{text}").as_bytes(),
        )
        .unwrap();
        cohort::split(&plan, &dataset, &rows, Seed::new(2)).unwrap()
    };
    let wards = tables::words(&rows, "ward").unwrap();
    let parts = split("unit = \"ward\"");
    for ward in 0..23 {
        let of: Vec<_> =
            parts.iter().zip(&wards).filter(|(_, w)| **w == Some(ward.to_string())).map(|(p, _)| p).collect();
        assert!(of.windows(2).all(|two| two[0] == two[1]), "ward {ward} is in two parts");
    }
    let days = tables::numbers(&rows, "day").unwrap();
    let parts = split("by = \"time\"");
    let range = |part| {
        let of: Vec<f64> = parts.iter().zip(&days).filter(|(p, _)| **p == part).filter_map(|(_, day)| *day).collect();
        (of.iter().copied().fold(f64::MAX, f64::min), of.iter().copied().fold(f64::MIN, f64::max), of.len())
    };
    let (train, valid, test) = (range(cohort::Part::Train), range(cohort::Part::Valid), range(cohort::Part::Test));
    assert!(train.1 <= valid.0 && valid.1 <= test.0, "{train:?} {valid:?} {test:?}");
    assert_eq!((train.2, valid.2, test.2), (180, 60, 60));
}
