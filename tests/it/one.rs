//! One row of a learner's own data: what the model says of it, and of the same row with something changed.

use super::data::course_with_a_world;
use super::session::Learner;

const TEXT: &str = "{ en = \"a\", ja = \"あ\" }";

fn risk(document: &serde_json::Value, when: &str) -> f64 {
    document[when]["p"]["number"].as_str().unwrap().parse().unwrap()
}

#[test]
fn a_model_is_asked_about_one_row_as_it_is_and_with_other_values() {
    let learner = Learner::new();
    learner.types("start first-look").ends(0);
    let rows = learner.read("practicum/first-look/data/develop.csv");
    let age = rows.lines().nth(3).unwrap().split(',').nth(1).unwrap().to_owned();
    let same = learner.types("try first-look --row 3 --json").ends(0).json();
    assert_eq!(same["columns"][0]["before"]["number"], format!("{age}.0"), "{same}");
    assert!((risk(&same, "before") - risk(&same, "after")).abs() < 1e-6, "{same}");
    // Older patients aspirate more often: the model has learned that.
    let older = learner.types("try first-look --row 3 --set age=１００ --json").ends(0).json();
    assert!(risk(&older, "after") > risk(&older, "before") + 0.01, "{older}");
    learner.types("try first-look --row 3 --set age=100").ends(0).says("the model's risk").says("changed");
    // A value that nobody in the data has is answered, and what it is worth is said.
    let within = learner.types("try first-look --row 3 --set age=70").ends(0).out;
    assert!(!within.contains("outside your data"), "{within}");
    learner.types("try first-look --row 3 --set age=400").ends(0).says("age = 400 lies outside your data");
    learner.types("try first-look --row 3 --set age=400 --lang ja").ends(0).says("範囲");
    learner.types("try first-look --row 3 --set aeg=100").ends(2).says("nearest:  age");
    learner.types("try first-look --row 3 --set age=old").ends(2).says("a number");
    learner.types("try first-look --row 3 --set aspiration=1").ends(2).says("which the model does not see");
    learner.types("try first-look --row 99999").ends(2).says("from 1 to 3000");
    // Nothing was counted as a run.
    assert!(!learner.path("practicum/first-look/results/1").exists());
}

#[test]
fn a_changed_world_stays_locked_until_the_exercise_is_over() {
    let learner = Learner::new();
    course_with_a_world(
        &learner,
        &format!("[[probe]]\nname = \"feverish\"\nabout = {TEXT}\ndo = {{ crp = \"crp + 2\" }}\n"),
    );
    learner.types("start ward --course c").ends(0);
    learner.writes("practicum/ward/plan.toml", "exercise = \"ward@1\"\n[model]\nkind = \"logistic\"\n");
    learner.types("try ward --row 1 --world feverish").ends(2).says("while the exercise is open");
    learner.types("check ward").ends(0);
    let one = learner.types("try ward --row 1 --world feverish --json").ends(0).json();
    assert!(risk(&one, "after") > risk(&one, "before"), "{one}");
    learner.types("try ward --row 1 --world feverich").ends(2).says("nearest:  feverish");
}
