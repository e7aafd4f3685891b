//! Every shipped exercise, as its author would prove it.

use practicum::author::proof::reliability;
use practicum::keys::{self, Kind, Need};
use serde_json::Value;

use super::session::{Learner, shipped};

#[test]
fn every_shipped_exercise_validates() {
    // Runs that are known from an earlier test of the same program are not repeated.
    let cache = concat!(env!("CARGO_TARGET_TMPDIR"), "/cache");
    let answer = Learner::new().with("PRACTICUM_CACHE", cache).types("author validate --json").ends(0).json();
    let exercises = answer["exercises"].as_array().unwrap();
    assert_eq!(exercises.len(), shipped().exercises().len());
    for exercise in exercises {
        let id = exercise["exercise"].as_str().unwrap();
        let findings = exercise["findings"].as_array().unwrap().iter();
        // Not even a remark; but for what `rules` knows of one starter.
        let known = |finding: &Value| id == "prevalence-shift" && finding["rule"] == "told" && finding["note"] == true;
        assert_eq!(findings.filter(|finding| !known(finding)).collect::<Vec<_>>(), Vec::<&Value>::new(), "{id}");
        let proof = shipped().bytes(&format!("exercises/{id}/reliability.toml")).unwrap();
        let proof: toml::Table = toml::from_str(std::str::from_utf8(&proof).unwrap()).unwrap();
        let pictures = shipped().task(id).unwrap().dataset.image.is_some();
        let least = if pictures { reliability::OF_PICTURES } else { reliability::OF_TABLES };
        let draws = u64::try_from(proof["seeds"].as_integer().unwrap()).unwrap();
        assert!(draws >= least, "{id} is proved over {draws} draws, fewer than {least}");
        let tried = exercise["tried"].as_array().unwrap();
        assert!(tried.len() >= 2 + 3, "solution, starter, and at least three wrong solutions");
    }
}

#[test]
fn the_lesson_of_prevalence_shift_comes_out_of_the_simulation() {
    let learner = Learner::new();
    learner.types("start prevalence-shift").ends(0);
    let figures = |folder: &str| {
        let from = format!("{}/exercises/prevalence-shift/{folder}", env!("CARGO_MANIFEST_DIR"));
        for file in ["plan.toml", "answers.toml"] {
            learner.writes(
                &format!("practicum/prevalence-shift/{file}"),
                std::fs::read(format!("{from}/{file}")).unwrap(),
            );
        }
        let json = learner.types("check prevalence-shift --json").json();
        let figure = |table: &str, metric: &str| {
            let lines = json["metrics"].as_array().unwrap();
            let line = lines.iter().find(|l| l["table"] == table && l["metric"] == metric && l["group"].is_null());
            line.unwrap_or_else(|| panic!("no {metric} on {table}"))["value"].as_f64().unwrap()
        };
        [
            ("exam", "auroc"),
            ("home", "auroc"),
            ("exam", "observed_expected"),
            ("home", "observed_expected"),
            ("exam", "net_benefit_decided"),
            ("exam", "ceiling_net_benefit"),
            ("exam", "ceiling_auroc"),
        ]
        .map(|(table, metric)| figure(table, metric))
    };
    let [auroc, at_home, oe, oe_at_home, benefit, best, ceiling] = figures("wrong/raw-model");
    assert!((auroc - at_home).abs() < 0.03, "discrimination stays: {at_home} and {auroc}");
    assert!(auroc > ceiling - 0.03, "and is near what can be reached: {auroc} of {ceiling}");
    assert!((0.9..1.1).contains(&oe_at_home) && oe < 0.5, "calibration breaks: {oe_at_home} and {oe}");
    assert!(benefit < 0.6 * best, "the threshold misleads: {benefit} of {best}");
    let [.., oe, _, benefit, best, _] = figures("solution");
    assert!((0.7..1.4).contains(&oe) && benefit > 0.85 * best, "recalibrated: {oe}, {benefit} of {best}");
}

#[test]
fn every_key_has_help_in_both_languages_and_a_default_of_its_own_kind() {
    fn look(path: &str, keys: &[keys::Key]) {
        for key in keys {
            let path = format!("{path}.{}", key.name);
            assert!(key.help.en.ends_with('.') && key.help.en.len() > 8, "{path}: {}", key.help.en);
            assert!(key.help.ja.ends_with('。'), "{path}: {}", key.help.ja);
            if let Need::Default(default) = key.need {
                let name = "it";
                let one = [keys::Key { name, need: Need::Required, ..key.clone() }];
                assert!(
                    keys::read("default", format!("{name} = {default}").as_bytes(), &one).is_ok(),
                    "{path} = {default}"
                );
            }
            match &key.kind {
                Kind::Table(keys) | Kind::Tables(keys) | Kind::OneOf(keys) => look(&path, keys),
                Kind::Either(kinds) => {
                    for kind in *kinds {
                        if let Kind::OneOf(keys) | Kind::Table(keys) = kind {
                            look(&path, keys);
                        }
                    }
                }
                Kind::Kinds(kinds) => {
                    for (name, keys) in kinds() {
                        look(&format!("{path}.{name}"), keys);
                    }
                }
                _ => {}
            }
        }
    }
    for file in practicum::author::docs::files::FILES {
        look(file.name, file.keys);
    }
}

#[test]
fn the_smallest_plan_is_a_whole_plan() {
    let plan =
        practicum::course::plan::read(&practicum::models::VOCABULARY, "plan.toml", b"exercise = \"x@1\"").unwrap();
    assert_eq!(plan.model.string("kind"), "logistic");
    assert_eq!(plan.train.epochs, 30);
    for (kind, keys) in practicum::models::kinds() {
        let text = format!("exercise = \"x@1\"\n[model]\nkind = \"{kind}\"");
        let plan = practicum::course::plan::read(&practicum::models::VOCABULARY, "plan.toml", text.as_bytes()).unwrap();
        assert_eq!(plan.model.entries().count(), 1 + keys.len(), "{kind}");
    }
}
