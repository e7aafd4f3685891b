//! Targets other than a risk: a number and one of several classes, end to end, against scikit-learn (see
//! `tests/data/courses/targets/README.md`).

use practicum::course::pack::Pack;
use practicum::run::{self, Ended, Job, Run};
use practicum::tables;

use super::session::{Learner, copy, data};

/// A run of a plan on the rows of the other folds, judged on fold 0.
fn ran(id: &str, plan: &str) -> Run {
    ran_in("courses/targets", id, plan)
}

/// The same in another course of the tests' data.
pub(crate) fn ran_in(course: &str, id: &str, plan: &str) -> Run {
    let pack = Pack::folder(&data(course)).unwrap_or_else(|fault| panic!("{fault:?}"));
    let task = pack.task(id).unwrap_or_else(|faults| panic!("{faults:?}"));
    let submission = practicum::course::pack::Submission {
        plan: practicum::course::plan::read(
            &practicum::models::VOCABULARY,
            &practicum::course::settings::Settings::default(),
            "plan.toml",
            format!("exercise = \"{id}@1\"\n{plan}").as_bytes(),
        )
        .unwrap_or_else(|faults| panic!("{faults:?}")),
        answers: practicum::course::answers::Answers::new(),
        computed: practicum::course::computed::Computed::new(),
        settings: std::collections::BTreeMap::new(),
        set: std::collections::BTreeMap::new(),
        unjudged: practicum::course::answers::Unjudged::default(),
        assumed: Vec::new(),
    };
    let file = |name: &str| pack.dataset_file(&task.dataset.id, name);
    let job = Job {
        task: &task,
        submission: &submission,
        seed: 1,
        exam: Some(1),
        figures: true,
        long: false,
        file: &file,
        shelf: None,
    };
    match run::run(&job, &mut |_| {}).unwrap_or_else(|error| panic!("{error:?}")) {
        Ended::Ran(run) => *run,
        Ended::Invalid(faults) => panic!("{faults:?}"),
    }
}

/// The columns of a reference file, by name.
fn reference(id: &str) -> Vec<(String, Vec<f64>)> {
    reference_in("courses/targets", id)
}

/// The same of another course.
pub(crate) fn reference_in(course: &str, id: &str) -> Vec<(String, Vec<f64>)> {
    let text = std::fs::read_to_string(data(&format!("{course}/datasets/{id}/reference.csv"))).unwrap();
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let rows: Vec<Vec<f64>> = lines.map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect()).collect();
    names.iter().enumerate().map(|(k, name)| ((*name).to_owned(), rows.iter().map(|row| row[k]).collect())).collect()
}

const ALL: &str = "[split]\nvalid = 0\ntest = 0\n[model]\nkind = \"linear\"\nl2 = 1.0\n";

#[test]
fn the_linear_model_predicts_what_scikit_learn_predicts() {
    for id in ["diabetes", "wine"] {
        let run = ran(id, ALL);
        for (name, expected) in reference(id) {
            let told = tables::numbers(&run.tables["exam"], &name).unwrap();
            assert_eq!(told.len(), expected.len());
            for (row, (told, expected)) in told.iter().zip(&expected).enumerate() {
                let told = told.unwrap();
                assert!((told - expected).abs() <= 1e-3, "{id} {name} row {row}: {told} against {expected}");
            }
        }
    }
}

#[test]
fn networks_learn_numbers_and_classes_too() {
    let mlp = "[split]\ntest = 0.2\n[model]\nkind = \"mlp\"\nhidden = [16]\n[train]\nepochs = 60\nbatch = 16\nlearning_rate = 0.02\n";
    for (id, check) in [("diabetes", "explains"), ("wine", "right")] {
        let run = ran(id, mlp);
        let outcome = run.outcomes.iter().find(|outcome| outcome.id == check).unwrap();
        assert_eq!(outcome.verdict, practicum::check::Verdict::Passed, "{}", outcome.sentence.en);
    }
}

#[test]
fn a_learner_is_told_the_figures_of_the_target_and_no_alerts() {
    let learner = Learner::new();
    copy(&data("courses/targets"), &learner.path("course"));
    for (id, english, japanese) in
        [("diabetes", ["R²", "mean absolute error"], "決定係数"), ("wine", ["accuracy", "c2"], "正診率")]
    {
        learner.types(&format!("start {id} --course course")).ends(0);
        learner.writes(
            &format!("practicum/{id}/plan.toml"),
            learner.read(&format!("course/exercises/{id}/solution/plan.toml")),
        );
        let told = learner.types(&format!("check {id} --course course")).ends(0);
        for word in english {
            assert!(told.out.contains(word), "{word}\n{}", told.out);
        }
        assert!(!told.out.contains("alert"), "{}", told.out);
        learner.types(&format!("check {id} --course course --lang ja")).ends(0).says(japanese);
    }
}

#[test]
fn decisions_that_make_no_sense_are_refused_where_they_stand() {
    let learner = Learner::new();
    copy(&data("courses/targets"), &learner.path("course"));
    learner.types("start diabetes --course course").ends(0);
    for (plan, key) in [
        ("[operate]\nthreshold = 0.2\n", "operate.threshold"),
        ("[operate]\ncalibrate = \"platt\"\n", "operate.calibrate"),
        ("[train]\nclass_weight = \"balanced\"\n", "train.class_weight"),
        ("[train]\nloss = \"focal\"\n", "train.loss"),
    ] {
        learner.writes("practicum/diabetes/plan.toml", format!("exercise = \"diabetes@1\"\n{plan}"));
        learner.types("run diabetes --course course").ends(2).says(key).says("a number is predicted");
    }
}

#[test]
fn a_label_that_is_not_what_the_target_predicts_is_placed() {
    for (id, from, to, says) in [
        ("diabetes", "151,59,", "high,59,", "progression"),
        ("diabetes", "151,59,", ",59,", "no value of the label"),
        ("wine", "c1,14.23", ",14.23", "no value of the label"),
    ] {
        let learner = Learner::new();
        copy(&data("courses/targets"), &learner.path("course"));
        let file = format!("course/datasets/{id}/{id}.csv");
        let text = learner.read(&file);
        assert!(text.contains(from));
        learner.writes(&file, text.replacen(from, to, 1));
        let told = learner.types(&format!("start {id} --course course"));
        assert_ne!(told.code, 0);
        told.says(says).says("line 2");
    }
}

#[test]
fn columns_that_a_drawn_dataset_of_this_target_never_has_are_told_before_it_runs() {
    let author = Learner::new();
    author.types("author new missing-bell --course mine").ends(0);
    let file = "mine/datasets/missing-bell/dataset.toml";
    let described = author.read(file);
    let unknown = |target: &str, shows: &str| {
        author.writes(file, described.replacen("[card]", &format!("target = \"{target}\"\n[card]"), 1));
        let pack = Pack::folder(&author.path("mine")).unwrap();
        let mut exercise = pack.exercise("missing-bell").unwrap();
        let query = practicum::sql::Query::read(shows).unwrap();
        exercise.checks.truncate(1);
        exercise.checks[0].shows.value = query;
        let dataset = pack.dataset("missing-bell", &exercise.place).unwrap();
        let faults = practicum::course::exercise::against(&exercise, &dataset);
        let unknown = faults.iter().filter(|fault| fault.found.en.contains("unknown column"));
        unknown.map(|fault| fault.found.en.rsplit(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let of = "SELECT avg(p) AS a, avg(predicted) AS b, avg(p_low) AS c, avg(alert) AS d FROM exam";
    assert_eq!(unknown("risk", of), ["predicted", "p_low"]);
    assert_eq!(unknown("value", of), ["p", "p_low", "alert"]);
    assert_eq!(unknown("classes", of), ["p", "alert"]);
    // So `start` and `validate` say it, each at the line.
    author.writes(file, described.replacen("[card]", "target = \"value\"\n[card]", 1));
    author.types("start missing-bell --course mine").ends(4).says("unknown column p").says("exercise.toml, line");
    author.types("author validate --course mine").ends(2).says("unknown column p");
}
