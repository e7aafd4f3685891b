//! What is kept of runs: records that outlive them, fitted models that are trained once, and runs that their user ends.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use practicum::check;
use practicum::course::answers::{Answer, Answers, Unjudged};
use practicum::course::pack::{Pack, Submission, Task};
use practicum::course::plan;
use practicum::models::VOCABULARY;
use practicum::record::Record;
use practicum::run::{self, Ended, Event, Job, Run, RunError, Shelf, Watch};

use super::session::{Learner, shipped};

/// A shelf that counts.
#[derive(Default)]
struct Counted {
    kept: RefCell<BTreeMap<String, Vec<u8>>>,
    served: Cell<usize>,
}

impl Shelf for Counted {
    fn get(&self, name: &str) -> Option<Vec<u8>> {
        let model = self.kept.borrow().get(name).cloned();
        self.served.set(self.served.get() + usize::from(model.is_some()));
        model
    }

    fn put(&self, name: &str, model: &[u8]) {
        self.kept.borrow_mut().insert(name.to_owned(), model.to_vec());
    }
}

fn task(pack: &Pack, id: &str) -> Task {
    pack.task(id).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn submission(id: &str, version: i64, plan: &str) -> Submission {
    let text = format!("exercise = \"{id}@{version}\"\n{plan}");
    let plan = plan::read(&VOCABULARY, &practicum::course::settings::Settings::default(), "plan.toml", text.as_bytes())
        .unwrap_or_else(|faults| panic!("{faults:?}"));
    Submission {
        plan,
        answers: Answers::new(),
        computed: practicum::course::computed::Computed::new(),
        settings: std::collections::BTreeMap::new(),
        set: std::collections::BTreeMap::new(),
        unjudged: Unjudged::default(),
        assumed: Vec::new(),
    }
}

fn ran(task: &Task, submission: &Submission, exam: Option<u64>, shelf: Option<&dyn Shelf>) -> Run {
    let job = Job { task, submission, seed: 3, exam, figures: true, long: false, file: &|_| None, shelf };
    match run::run(&job, &mut |_| {}).unwrap_or_else(|error| panic!("{error:?}")) {
        Ended::Ran(run) => *run,
        Ended::Invalid(faults) => panic!("{faults:?}"),
    }
}

/// Small models of each kind, batch norm and its running means among them.
const PLANS: [(&str, &str); 3] = [
    ("sepsis-alarm", "[model]\nkind = \"mlp\"\nhidden = [8]\n[train]\nepochs = 3\n"),
    ("pneumonia-films", "[image]\nresize = 16\n[model]\nkind = \"cnn\"\nwidth = 2\ndepth = 2\n[train]\nepochs = 2\n"),
    ("lesion-map", "[image]\nresize = 32\n[model]\nkind = \"unet\"\nwidth = 2\ndepth = 2\n[train]\nepochs = 1\n"),
];

#[test]
fn what_was_trained_once_is_not_trained_again_and_judges_the_same() {
    let pack = shipped();
    for (id, plan) in PLANS {
        let task = task(&pack, id);
        let submission = submission(id, task.exercise.version, plan);
        let shelf = Counted::default();
        ran(&task, &submission, None, Some(&shelf));
        assert!(!shelf.kept.borrow().is_empty(), "{id}");
        assert_eq!(shelf.served.get(), 0, "{id}");
        let again = ran(&task, &submission, Some(3), Some(&shelf));
        assert!(shelf.served.get() >= 1, "{id}: the check takes the run's model");
        let anew = ran(&task, &submission, Some(3), None);
        assert_eq!(again.record, anew.record, "{id}");
        for (name, table) in &anew.tables {
            assert!(again.tables[name].equals_missing(table), "{id}: {name}");
        }
        // Another plan is another model, and a file that a full disk cut short is none.
        let served = shelf.served.get();
        for model in shelf.kept.borrow_mut().values_mut() {
            model.truncate(model.len() - 1);
        }
        let mended = ran(&task, &submission, Some(3), Some(&shelf));
        assert_eq!(mended.record, anew.record, "{id}");
        assert!(shelf.served.get() > served, "{id}");
    }
}

#[test]
fn a_record_says_the_same_after_it_was_written_and_read() {
    let pack = shipped();
    let task = task(&pack, "sepsis-alarm");
    let plan = "[model]\nkind = \"logistic\"\n[operate]\nthreshold = 1.0\n";
    let mut submission = submission("sepsis-alarm", task.exercise.version, plan);
    let question = &task.exercise.questions[0];
    submission.answers.insert(question.id.clone(), Answer::Number(12.0));
    let run = ran(&task, &submission, Some(3), None);
    let text = serde_json::to_string(&run.record).unwrap();
    let back: Record = serde_json::from_str(&text).unwrap();
    assert_eq!(back, run.record);
    let told = check::told(&task.exercise, (&submission.answers, &submission.unjudged), &back.checks);
    assert_eq!(format!("{told:?}"), format!("{:?}", run.outcomes));
    // No sentence of the exercise is in it: what is mended there is told anew.
    for check in &task.exercise.checks {
        assert!(!text.contains(check.title.en.as_ref()), "{}", check.title.en);
    }
}

/// Ends a run after the first pass.
struct Impatient {
    passes: usize,
}

impl Watch for Impatient {
    fn tell(&mut self, event: Event) {
        self.passes += usize::from(matches!(event, Event::Trained(_)));
    }

    fn ends(&self) -> bool {
        self.passes >= 1
    }
}

#[test]
fn a_run_that_its_user_ends_makes_no_further_pass_and_keeps_nothing() {
    let pack = shipped();
    for (id, plan) in [
        ("sepsis-alarm", "[model]\nkind = \"mlp\"\nhidden = [8]\n[train]\nepochs = 50\n"),
        (
            "pneumonia-films",
            "[image]\nresize = 16\n[model]\nkind = \"cnn\"\nwidth = 2\ndepth = 2\n[train]\nepochs = 50\n",
        ),
    ] {
        let task = task(&pack, id);
        let submission = submission(id, task.exercise.version, plan);
        let shelf = Counted::default();
        let job = Job {
            task: &task,
            submission: &submission,
            seed: 3,
            exam: Some(3),
            figures: true,
            long: false,
            file: &|_| None,
            shelf: Some(&shelf),
        };
        let mut watch = Impatient { passes: 0 };
        let ended = run::run(&job, &mut watch);
        assert!(matches!(ended, Err(RunError::Ended)), "{id}");
        assert_eq!(watch.passes, 1, "{id}");
        assert!(shelf.kept.borrow().is_empty(), "{id}");
    }
}

#[test]
fn a_workspace_keeps_its_models_out_of_sight_and_goes_on_where_they_are_lost() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    let first = learner.types("run sepsis-alarm --json").ends(0).out;
    let models = learner.path("practicum/sepsis-alarm/.models");
    assert_eq!(std::fs::read_dir(&models).unwrap().count(), 1);
    std::fs::remove_dir_all(&models).unwrap();
    std::fs::write(&models, "a file where the folder should be").unwrap();
    let second = learner.types("run sepsis-alarm --json").ends(0).out;
    assert_eq!(first, second);
}
