//! A course pack of one's own around a real table: Wisconsin breast cytology (see `tests/data/courses/breast/README.md`).

use super::session::{Learner, copy, data};

fn auroc(learner: &Learner, seed: u32) -> f64 {
    let answer = learner.types(&format!("check cytology --course course --json --seed {seed}"));
    let json = answer.json();
    let metrics = json["metrics"].as_array().unwrap();
    let line = metrics.iter().find(|line| line["table"] == "exam" && line["metric"] == "auroc").unwrap();
    line["value"].as_f64().unwrap()
}

#[test]
fn held_out_patients_are_told_apart() {
    let learner = Learner::new();
    copy(&data("courses/breast"), &learner.path("course"));
    learner.types("start cytology --course course").ends(0);
    let plan = std::fs::read(data("courses/breast/exercises/cytology/solution/plan.toml")).unwrap();
    learner.writes("practicum/cytology/plan.toml", plan);
    let mut found: Vec<f64> = (1..=5).map(|seed| auroc(&learner, seed)).collect();
    found.sort_by(f64::total_cmp);
    println!("AUROC of five seeds: {found:.4?}");
    assert!(found[2] >= 0.99, "median of {found:?}");
}

/// AUROC of scikit-learn 1.9.1's `LogisticRegression(C = 1)` on each recorded fold, scaled by the other folds.
const REFERENCE: [f64; 5] = [1.0, 0.986_898_132_983_950_2, 0.988_425_925_925_925_9, 1.0, 0.997_652_582_159_624_5];

#[test]
fn recorded_folds_agree_with_the_reference_fit() {
    for (fold, reference) in REFERENCE.iter().enumerate() {
        let learner = Learner::new();
        copy(&data("courses/breast"), &learner.path("course"));
        let file = "course/exercises/cytology/exercise.toml";
        let folds = format!("[develop]\nwhere = \"fold <> {fold}\"\n\n[exam]\nwhere = \"fold = {fold}\"");
        learner.writes(file, learner.read(file).replace("[exam]\nshare = 0.3", &folds));
        learner.types("start cytology --course course").ends(0);
        let plan = std::fs::read(data("courses/breast/exercises/cytology/solution/plan.toml")).unwrap();
        learner.writes("practicum/cytology/plan.toml", plan);
        let found = auroc(&learner, 1);
        assert!((found - reference).abs() <= 0.005, "fold {fold}: {found} against {reference}");
    }
}

#[test]
fn the_pack_validates_like_a_shipped_one() {
    let learner = Learner::new();
    copy(&data("courses/breast"), &learner.path("course"));
    learner.types("author validate --course course").ends(0).says("valid: the reference passes");
}

#[test]
fn a_parquet_file_is_a_dataset_too() {
    use polars::prelude::*;
    use polars_io::parquet::write::ParquetWriter;
    let learner = Learner::new();
    copy(&data("courses/breast"), &learner.path("course"));
    let csv = std::fs::read(data("courses/breast/datasets/wdbc/wdbc.csv")).unwrap();
    let mut frame: DataFrame = practicum::tables::read_csv("wdbc.csv", &csv, false).unwrap();
    let file = std::fs::File::create(learner.path("course/datasets/wdbc/wdbc.parquet")).unwrap();
    ParquetWriter::new(file).finish(&mut frame).unwrap();
    let dataset = "course/datasets/wdbc/dataset.toml";
    learner.writes(dataset, learner.read(dataset).replace("wdbc.csv", "wdbc.parquet"));
    learner.types("start cytology --course course").ends(0);
    let develop = learner.read("practicum/cytology/data/develop.csv");
    assert_eq!(develop.lines().count(), 1 + 398, "70 % of 569 rows");
}
