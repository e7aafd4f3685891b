//! Every shipped exercise, as its author would prove it.

use practicum::author::proof::reliability;
use practicum::keys::{self, Kind, Need};
use serde_json::Value;

use super::session::{Learner, shipped};

/// Two that take seconds; `.ci/run` validates all of them in a step of its own.
const QUICK: [&str; 2] = ["first-look", "sepsis-alarm"];

#[test]
fn quick_exercises_validate_without_a_remark() {
    // Runs that are known from an earlier test of the same program are not repeated.
    let cache = concat!(env!("CARGO_TARGET_TMPDIR"), "/cache");
    let [one, other] = QUICK;
    let author = Learner::new().with("PRACTICUM_CACHE", cache);
    let answer = author.types(&format!("author validate {one} {other} --json")).ends(0).json();
    for exercise in answer["exercises"].as_array().unwrap() {
        let id = exercise["exercise"].as_str().unwrap();
        let findings = exercise["findings"].as_array().unwrap().iter();
        // Not even a remark.
        assert_eq!(findings.collect::<Vec<_>>(), Vec::<&Value>::new(), "{id}");
        assert!(
            exercise["tried"].as_array().unwrap().len() >= 2 + 3,
            "solution, starter, and at least three wrong ones"
        );
    }
}

#[test]
fn every_shipped_exercise_is_proved_over_many_draws() {
    for id in shipped().exercises() {
        let proof = shipped().bytes(&format!("exercises/{id}/reliability.toml"));
        let proof = proof.unwrap_or_else(|| panic!("{id} is not proved"));
        let proof: toml::Table = toml::from_str(std::str::from_utf8(&proof).unwrap()).unwrap();
        let pictures = shipped().task(&id).unwrap().dataset.image.is_some();
        let least = if pictures { reliability::OF_PICTURES } else { reliability::OF_TABLES };
        let draws = u64::try_from(proof["seeds"].as_integer().unwrap()).unwrap();
        assert!(draws >= least, "{id} is proved over {draws} draws, fewer than {least}");
        // Whether it is a proof of this content, `author validate` says; what it came to stands here.
        let none = |table: &toml::Table, key: &str| assert_eq!(table[key].as_integer(), Some(0), "{id}: {key}");
        none(&proof, "failures");
        none(&proof, "escapes");
        none(proof["untouched"].as_table().unwrap(), "passes");
        if let Some(copied) = proof.get("copied") {
            let share = |table: &toml::Value| {
                table["escapes"].as_integer().unwrap() as f64 / copied["pairs"].as_integer().unwrap() as f64
            };
            assert!(share(copied) <= reliability::COPIED, "{id}: copied answers pass");
            for conclusion in copied["conclusion"].as_array().unwrap() {
                assert!(share(conclusion) <= reliability::CONCLUSION, "{id}: {conclusion}");
            }
        }
    }
}

#[test]
fn the_lesson_of_the_sepsis_alarm_comes_out_of_the_simulation() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    let figures = |folder: &str| {
        let from = format!("{}/exercises/sepsis-alarm/{folder}", env!("CARGO_MANIFEST_DIR"));
        learner.writes("practicum/sepsis-alarm/plan.toml", std::fs::read(format!("{from}/plan.toml")).unwrap());
        let json = learner.types("check sepsis-alarm --json").json();
        let figure = |table: &str, site: Option<&str>, metric: &str| {
            let lines = json["metrics"].as_array().unwrap();
            let is_meant = |line: &&Value| {
                line["table"] == table && line["metric"] == metric && line["group"]["value"].as_str() == site
            };
            lines.iter().find(is_meant).unwrap_or_else(|| panic!("no {metric} on {table}"))["value"].as_f64().unwrap()
        };
        [
            figure("exam", None, "auroc"),
            figure("exam", None, "observed_expected"),
            figure("exam", None, "net_benefit_decided"),
            figure("exam", None, "ceiling_net_benefit"),
            figure("exam", None, "ceiling_auroc"),
        ]
    };
    let [auroc, oe, benefit, best, ceiling] = figures("wrong/raw-model");
    assert!(auroc > ceiling - 0.03, "patients are ordered nearly as well as they can be: {auroc} of {ceiling}");
    assert!(oe < 0.5, "calibration breaks: {oe}");
    assert!(benefit < 0.6 * best, "the threshold misleads: {benefit} of {best}");
    let [_, oe, benefit, best, _] = figures("solution");
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
    let plan = practicum::course::plan::read(
        &practicum::models::VOCABULARY,
        &practicum::course::settings::Settings::default(),
        "plan.toml",
        b"exercise = \"x@1\"",
    )
    .unwrap();
    assert_eq!(plan.model.string("kind"), "logistic");
    assert_eq!(plan.train.epochs, 30);
    for (kind, keys) in practicum::models::kinds() {
        let text = format!("exercise = \"x@1\"\n[model]\nkind = \"{kind}\"");
        let plan = practicum::course::plan::read(
            &practicum::models::VOCABULARY,
            &practicum::course::settings::Settings::default(),
            "plan.toml",
            text.as_bytes(),
        )
        .unwrap();
        assert_eq!(plan.model.entries().count(), 1 + keys.len(), "{kind}");
    }
}
