//! What a plan can do to a verdict: calibration that only the slope shows, figures that do not exist, worlds in which a plan cannot be
//! trained again. A learner's plan is never our error.

use serde_json::Value;

use super::session::{Learner, copy, data, starts_shift};

/// An exercise with more checks, in a course of its own: `(id, passes, shows)`; the texts show the figure `value`.
fn course_with(learner: &Learner, checks: &[(&str, &str, &str)]) {
    copy(&data("courses/shift"), &learner.path("c"));
    let mut exercise = learner.read("c/exercises/sepsis-alarm/exercise.toml");
    for (id, passes, shows) in checks {
        exercise += &format!(
            "\n[[check]]\nid = \"{id}\"\nshows = \"{shows}\"\npasses = \"{passes}\"\n\
             title = {{ en = \"a\", ja = \"あ\" }}\npass = {{ en = \"yes: {{value}}\", ja = \"はい：{{value}}\" }}\n\
             fail = {{ en = \"no: {{value}}\", ja = \"いいえ：{{value}}\" }}\nhint = {{ en = \"a\", ja = \"あ\" }}\n"
        );
    }
    learner.writes("c/exercises/sepsis-alarm/exercise.toml", exercise);
    learner.types("--course c start sepsis-alarm").ends(0);
}

fn hands_in(learner: &Learner, folder: &std::path::Path) {
    for file in ["plan.toml", "answers.toml"] {
        learner.writes(&format!("practicum/sepsis-alarm/{file}"), std::fs::read(folder.join(file)).unwrap());
    }
}

fn of<'j>(json: &'j Value, list: &str, key: &str, name: &str) -> &'j Value {
    let found = json[list].as_array().unwrap().iter().find(|one| one[key] == name);
    found.unwrap_or_else(|| panic!("no {name} in {json}"))
}

#[test]
fn a_check_of_slope_or_tenths_fails_shrunk_risks_and_passes_the_reference() {
    let learner = Learner::new();
    course_with(
        &learner,
        &[
            ("slope", "value BETWEEN 0.7 AND 1.4", "SELECT calibration_slope(sepsis, p) AS value FROM exam"),
            ("tenths", "value <= 0.1", "SELECT decile_gap(sepsis, p) AS value FROM exam"),
            (
                "by_table",
                "value BETWEEN 0.7 AND 1.4",
                "SELECT value FROM metrics WHERE on_table = 'exam' AND metric = 'calibration_slope' AND group_value IS NULL",
            ),
        ],
    );
    let shrunk = data("cases/decisions/sepsis-alarm/shrunk-risks");
    let reference = data("courses/shift/exercises/sepsis-alarm/solution");
    for seed in [1, 2, 3] {
        for (folder, verdict) in [(&shrunk, "failed"), (&reference, "passed")] {
            hands_in(&learner, folder);
            let json = learner.types(&format!("--course c check sepsis-alarm --json --seed {seed}")).json();
            for id in ["slope", "tenths", "by_table"] {
                assert_eq!(
                    of(&json, "checks", "id", id)["verdict"],
                    verdict,
                    "{id}, seed {seed}, {}",
                    folder.display()
                );
            }
            // What the shipped check looks at does not tell them apart: the mean is right.
            assert_eq!(of(&json, "checks", "id", "calibrated")["verdict"], "passed");
        }
    }
    hands_in(&learner, &shrunk);
    learner
        .types("--course c check sepsis-alarm")
        .ends(1)
        .says("calibration slope")
        .says("largest gap, tenths by risk");
}

#[test]
fn a_figure_that_does_not_exist_fails_its_check_and_says_why() {
    let learner = Learner::new();
    course_with(
        &learner,
        &[
            ("slope", "value BETWEEN 0.7 AND 1.4", "SELECT calibration_slope(sepsis, p) AS value FROM exam"),
            // Of nobody; to the table engine 0/0 is larger than everything.
            (
                "nobody",
                "value >= 0.5",
                "SELECT sum(alert) / count(*) AS value, count(*) AS n FROM exam WHERE age > 1000",
            ),
            (
                "own",
                "value > 0.5",
                "SELECT value FROM metrics WHERE on_table = 'develop' AND metric = 'auroc' AND group_value IS NULL",
            ),
            ("log_odds", "value < 9", "SELECT avg(normal_quantile(p + 1)) AS value FROM exam"),
            (
                "shift",
                "value <= 0.1",
                "SELECT standardised_absolute_difference(logit(h.p), logit(e.p)) AS value FROM home AS h JOIN exam AS e ON h.patient = e.patient",
            ),
        ],
    );
    // One column that never varies among these patients: one risk for all. No test rows.
    learner.writes(
        "practicum/sepsis-alarm/plan.toml",
        "exercise = \"sepsis-alarm@1\"\n[cohort]\nwhere = \"site = 'regional'\"\n[split]\ntest = 0\n[features]\nuse = [\"site\"]\n[train]\nepochs = 1\n",
    );
    let json = learner.types("--course c check sepsis-alarm --json").ends(1).json();
    for (id, why) in [
        ("slope", "calibration_slope: All predictions are equal"),
        ("nobody", "There was nothing to count"),
        ("own", "could not be computed"),
        // What only these risks make impossible is not the check's own mistake.
        ("log_odds", "p of normal_quantile is 1."),
        ("shift", "standardised_absolute_difference: All values are the same"),
    ] {
        let check = of(&json, "checks", "id", id);
        assert_eq!((check["verdict"].as_str(), check["fault"].is_null()), (Some("failed"), true), "{check}");
        assert!(check["sentence"]["en"].as_str().unwrap().contains(why), "{check}");
        assert!(!check["sentence"]["ja"].as_str().unwrap().contains("NaN"), "{check}");
    }
    let learned = json["trained"]["notes"][0]["en"].as_str().unwrap();
    assert!(learned.contains("learned nothing") && learned.contains("(1 epoch)"), "{learned}");
    learner
        .types("--course c run sepsis-alarm")
        .ends(0)
        .says("1 input, 1 epoch\n")
        .says("learned nothing")
        .says("No test rows");
}

/// No alarm for anybody is a decision, and its zeros are counted: they are no want of patients.
#[test]
fn alarms_for_nobody_are_not_called_nothing_to_count() {
    let learner = Learner::new();
    course_with(
        &learner,
        &[
            ("right", "value >= 0.5", "SELECT 1.0 * sum(alert * sepsis) / sum(alert) AS value FROM exam"),
            ("old", "value >= 0.5", "SELECT ppv(sepsis, alert) AS value FROM exam WHERE age >= 80"),
            (
                "by_table",
                "value >= 0.5",
                "SELECT value FROM metrics WHERE on_table = 'exam' AND metric = 'ppv' AND group_value IS NULL",
            ),
            ("nobody", "value >= 0.5", "SELECT sum(alert) / count(*) AS value FROM exam WHERE age > 1000"),
        ],
    );
    learner.writes(
        "practicum/sepsis-alarm/plan.toml",
        "exercise = \"sepsis-alarm@1\"\n[train]\nepochs = 1\n[operate]\nthreshold = 1\n",
    );
    let json = learner.types("--course c check sepsis-alarm --json").ends(1).json();
    for (id, says) in [
        ("right", "raises no alert"),
        ("old", "raises no alert"),
        ("by_table", "raises no alert"),
        ("nobody", "nothing to count"),
    ] {
        let told = &of(&json, "checks", "id", id)["sentence"]["en"];
        let there = |text: &str| told.as_str().unwrap().contains(text);
        assert!(there(says) && (id == "nobody" || !there("nothing to count")), "{told}");
    }
}

#[test]
fn one_class_to_fit_on_is_told_at_the_condition() {
    let learner = Learner::new();
    learner.types(&starts_shift()).ends(0);
    // Rows dealt out by the label: every part has one class, and one line is to be mended.
    learner.writes(
        "practicum/sepsis-alarm/plan.toml",
        "exercise = \"sepsis-alarm@1\"\n[split]\nvalid = 0.2\ntest = \"sepsis = 1\"\n",
    );
    let told = learner.types("run sepsis-alarm").ends(2).says("sepsis = 1").err;
    let first = told.lines().find(|line| line.contains('✘')).unwrap();
    assert!(first.contains("plan.toml, line 4, split.test") && told.matches('✘').count() == 1, "{told}");
    for operate in ["calibrate = \"platt\"", "threshold = { sensitivity = 0.9 }"] {
        learner.writes(
            "practicum/sepsis-alarm/plan.toml",
            format!("exercise = \"sepsis-alarm@1\"\n[operate]\non = \"sepsis = 0\"\n{operate}\n"),
        );
        learner.types("run sepsis-alarm").ends(2).says("operate.on").says("one class only");
    }
}

/// Two wards; in the probe's world nobody of ward b falls ill, and the plan is trained again there.
fn two_wards(learner: &Learner) {
    let both = "{ en = \"nobody in b falls ill\", ja = \"bでは誰も発病しない\" }";
    learner.writes(
        "c/datasets/wards/dataset.toml",
        format!(
            "id = \"wards\"\nversion = 1\ntitle = {both}\nlicence = \"CC0-1.0\"\n[card]\nabout = {both}\nunrealistic = {both}\n\
             [[table]]\nname = \"patient\"\nrows = \"600\"\ncolumns = [\n\
             {{ name = \"ward\", role = \"group\", sql = \"CASE WHEN row % 2 = 0 THEN 'a' ELSE 'b' END\" }},\n\
             {{ name = \"x\", sql = \"normal(0, 1)\" }},\n\
             {{ name = \"ill\", role = \"label\", sql = \"bernoulli(expit(x))\" }},\n]\n"
        ),
    );
    learner.writes(
        "c/exercises/wards/exercise.toml",
        format!(
            "format = 2\nid = \"wards\"\nversion = 1\ndataset = \"wards\"\nfield = \"care\"\nlevel = \"doctoral\"\nminutes = 10\n\
             title = {both}\nsummary = {both}\nevidence = []\n\
             [[probe]]\nname = \"spared\"\nabout = {both}\nretrain = true\ndo = {{ ill = \"CASE WHEN ward = 'b' THEN 0 ELSE ill END\" }}\n\
             [[check]]\nid = \"ranks\"\nshows = \"SELECT auroc(ill, p) AS a FROM exam\"\npasses = \"a > 0.5\"\n\
             title = {both}\npass = {both}\nfail = {both}\nhint = {both}\n"
        ),
    );
    for file in ["starter/plan.toml", "starter/answers.toml"] {
        learner.writes(&format!("c/exercises/wards/{file}"), "exercise = \"wards@1\"\n");
    }
    for file in ["brief.en.md", "brief.ja.md"] {
        learner.writes(&format!("c/exercises/wards/{file}"), "Wards.\n");
    }
    learner.types("--course c start wards").ends(0);
}

#[test]
fn a_plan_that_a_probes_world_cannot_train_is_the_learners_to_mend() {
    let learner = Learner::new();
    two_wards(&learner);
    learner.types("--course c check wards").ends(0);
    learner.writes("practicum/wards/plan.toml", "exercise = \"wards@1\"\n[cohort]\nwhere = \"ward = 'b'\"\n");
    learner.types("--course c run wards").ends(0);
    let json = learner.types("--course c check wards --json").ends(2).json();
    assert_eq!(json["verdict"], "invalid");
    let fault = of(&json, "faults", "key", "cohort.where");
    let found = fault["found"]["en"].as_str().unwrap();
    assert!(
        found.contains("all 180 train rows have ill = 0") && found.contains("`spared`: nobody in b falls ill"),
        "{found}"
    );
    assert_eq!(fault["line"], 3);
}

#[test]
fn no_plan_is_our_error() {
    let learner = Learner::new();
    two_wards(&learner);
    // Questions that a plan can make impossible: no test rows, no alert, one class, risks of 0 and 1.
    let mut exercise = learner.read("c/exercises/wards/exercise.toml");
    for (at, value) in [
        "auroc(ill, p) AS value FROM spared_develop WHERE split = 'test'",
        "value FROM metrics WHERE on_table = 'develop' AND metric = 'auroc'",
        "avg(alert) / avg(alert * ill) AS value FROM develop WHERE split = 'test'",
        "net_benefit(ill, p, (SELECT threshold FROM plan)) AS value FROM exam",
        "standardised_absolute_difference(logit(s.p), logit(e.p)) AS value FROM spared AS s JOIN exam AS e ON s.patient = e.patient",
        "calibration_slope(ill, p) AS value FROM exam",
        "decile_gap(ill, p) AS value FROM exam WHERE ward = 'c'",
    ]
    .iter()
    .enumerate()
    {
        exercise += &format!(
            "\n[[check]]\nid = \"odd{at}\"\nshows = \"SELECT {value}\"\npasses = \"value > 0\"\n\
             title = {{ en = \"a\", ja = \"あ\" }}\npass = {{ en = \"{{value}}\", ja = \"{{value}}\" }}\n\
             fail = {{ en = \"{{value}}\", ja = \"{{value}}\" }}\nhint = {{ en = \"a\", ja = \"あ\" }}\n"
        );
    }
    learner.writes("c/exercises/wards/exercise.toml", exercise);
    for plan in [
        "[split]\ntest = 0\nvalid = 0",
        "[cohort]\nwhere = \"patient < 12\"",
        "[cohort]\nwhere = \"patient < 30\"\n[split]\nvalid = 0.05\ntest = 0.05",
        "[cohort]\nwhere = \"ill = 1\"",
        "[split]\nunit = \"ward\"",
        "[split]\nvalid = \"patient < 3\"\ntest = 0",
        "[split]\ntest = \"ward = 'b'\"",
        "[features]\nuse = [\"ward\"]\n[cohort]\nwhere = \"ward = 'a'\"",
        "[operate]\nthreshold = 0.0",
        "[operate]\nthreshold = 1.0",
        "[operate]\nthreshold = { sensitivity = 1.0 }\ncalibrate = \"isotonic\"",
        "[operate]\nthreshold = { net_benefit = 0.99 }\ncalibrate = \"isotonic\"\non = \"patient < 40\"",
        "[operate]\ncalibrate = \"platt\"\non = \"patient = 7\"",
        "[train]\nlearning_rate = 10.0\noptimiser = \"sgd\"",
        "[train]\nclass_weight = 1000.0\nloss = \"focal\"",
    ] {
        learner.writes("practicum/wards/plan.toml", format!("exercise = \"wards@1\"\n{plan}\n"));
        for seed in [1, 2] {
            let answer = learner.types(&format!("--course c check wards --json --seed {seed}"));
            assert!([0, 1, 2].contains(&answer.code), "{plan}: {}", answer.code);
            let json = answer.json();
            assert_ne!(json["verdict"], "error", "{plan}: {json}");
            for fault in json["faults"].as_array().unwrap() {
                assert_eq!(fault["file"], "practicum/wards/plan.toml", "{plan}: {fault}");
            }
            for check in json["checks"].as_array().unwrap() {
                assert!(check["fault"].is_null(), "{plan}: {check}");
                let undefined = check["figures"]["value"].is_null() && check["id"] != "ranks";
                assert!(!undefined || check["verdict"] == "failed", "{plan}: {check}");
            }
        }
    }
}
