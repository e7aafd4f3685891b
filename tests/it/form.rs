//! The form of an exercise: expectations before the first run, a decision in words, what an exercise builds on, and figures that are
//! not shown before their question is settled.

use practicum::check::Verdict;
use practicum::course::answers::{self, Answer, Expected, Sure};
use practicum::course::content;
use practicum::course::exercise::{self, Exercise};
use practicum::course::pack::{Pack, Submission, Task};
use practicum::fault::Fault;
use practicum::report::json::{Document, Subject};
use practicum::run::{self, Ended, Job, Run};
use practicum::text::Lang;
use practicum::withhold::{self, Tries};

use super::data::course_with_a_world;
use super::session::Learner;

const BOTH: &str = "{ en = \"a\", ja = \"あ\" }";

/// An exercise with these tables, and a check.
fn text(more: &str) -> String {
    format!(
        "format = 2\nid = \"a\"\nversion = 1\ndataset = \"a\"\nfield = \"care\"\nlevel = \"doctoral\"\nminutes = 10\n\
         title = {BOTH}\nsummary = {BOTH}\nevidence = []\n{more}\n[[check]]\nid = \"c\"\nshows = \"SELECT 1 AS x\"\n\
         passes = \"x = 1\"\ntitle = {BOTH}\npass = {BOTH}\nfail = {BOTH}\nhint = {BOTH}\n"
    )
}

fn read(more: &str) -> Result<Exercise, Vec<Fault>> {
    exercise::read("exercise.toml", text(more).as_bytes())
}

fn question(id: &str, keys: &str) -> String {
    format!("[[question]]\nid = \"{id}\"\nprompt = {BOTH}\n{keys}\n")
}

const CHOICES: &str = "kind = \"choice\"\nchoice = [{ id = \"ward\", text = { en = \"a\", ja = \"あ\" } }, { id = \"lung\", text = { en = \"b\", ja = \"い\" } }]";

fn expectations() -> String {
    [
        question("missed", "kind = \"number\""),
        question("missed_expected", "kind = \"range\"\nwhen = \"before\"\nmax = 100"),
        question("cause_expected", &format!("when = \"before\"\n{CHOICES}")),
        question("decision", &format!("kind = \"text\"\nrubric = [{BOTH}]")),
    ]
    .concat()
}

#[test]
fn what_is_asked_before_and_what_is_written_down_are_not_judged() {
    let exercise = read(&expectations()).unwrap();
    assert_eq!((exercise.questions.len(), exercise.before.len()), (1, 2));
    assert_eq!(exercise.memo.as_ref().map(|memo| (memo.id.as_str(), memo.rubric.len())), Some(("decision", 1)));
    let written = "exercise = \"a@1\"\nmissed = 3\ndecision = \"\"\"\nAdopt, for the night.\n\"\"\"\n[before]\n\
                   missed_expected = [5, 20]\ncause_expected = { rather = \"lung\" }\n";
    let (answers, unjudged, _) = answers::read("answers.toml", written.as_bytes(), &exercise).unwrap();
    assert_eq!(answers.into_iter().collect::<Vec<_>>(), [("missed".to_owned(), Answer::Number(3.0))]);
    assert_eq!(unjudged.expected["missed_expected"], Expected::Range(5.0, 20.0));
    assert_eq!(unjudged.expected["cause_expected"], Expected::Choice("lung".to_owned(), Sure::Rather));
    assert_eq!(unjudged.memo.as_deref().map(str::trim), Some("Adopt, for the night."));
    // Not to know is an answer; what is left empty is none.
    let unknown = "decision = \"\"\n[before]\nmissed_expected = []\ncause_expected = \"unknown\"\n";
    let (_, unjudged, _) = answers::read("answers.toml", unknown.as_bytes(), &exercise).unwrap();
    assert_eq!(unjudged.expected.into_iter().collect::<Vec<_>>(), [("cause_expected".to_owned(), Expected::Unknown)]);
    assert_eq!(unjudged.memo, None);
}

#[test]
fn wrong_expectations_are_told_where_they_stand() {
    let exercise = read(&expectations()).unwrap();
    for (written, key, said) in [
        ("missed_expected = [20, 5]", "before.missed_expected", "low ≤ high"),
        ("missed_expected = [5, 200]", "before.missed_expected", "0 to 100"),
        ("missed_expected = \"perhaps\"", "before.missed_expected", "unknown"),
        ("cause_expected = { sure = \"heart\" }", "before.cause_expected.sure", "\"ward\", \"lung\""),
        ("cause_expected = { sure = \"ward\", guess = \"lung\" }", "before.cause_expected", "exactly one"),
        ("cause_expected = { surely = \"ward\" }", "before.cause_expected.surely", "sure, rather, guess"),
        ("missed = 3", "before.missed", "missed_expected"),
    ] {
        let faults = answers::read("answers.toml", format!("[before]\n{written}\n").as_bytes(), &exercise).unwrap_err();
        let fault = &faults[0];
        assert!(
            fault.place.key.as_deref().unwrap_or_default().starts_with(key) && fault.place.line == Some(2),
            "{fault:?}"
        );
        assert!(fault.expected.en.contains(said), "{written}: {fault:?}");
    }
}

#[test]
fn the_form_has_limits() {
    let range = |id: &str| question(id, "kind = \"range\"\nwhen = \"before\"");
    let quiz = |name: &str| format!("{name}\ntext = {BOTH}\nright = {BOTH}\nwrong = [{BOTH}]\nwhy = {BOTH}\n");
    let recall = quiz("[[recall]]");
    assert!(read(&[recall.clone(), recall.clone(), quiz("[exit]")].concat()).is_ok());
    for (more, said) in [
        ([range("a"), range("b"), range("c")].concat(), "a third question before"),
        (question("a", "kind = \"range\""), "kind = \"range\" after a run"),
        (question("a", "kind = \"number\"\nwhen = \"before\""), "kind = \"number\" before the first run"),
        (question("a", "kind = \"text\"\nwhen = \"before\""), "kind = \"text\" before the first run"),
        ([question("a", "kind = \"text\""), question("b", "kind = \"text\"")].concat(), "a second text"),
        (question("a", &format!("kind = \"number\"\nrubric = [{BOTH}]")), "a rubric of a number"),
        (question("before", "kind = \"number\""), "the id \"before\""),
        ([recall.clone(), recall.clone(), recall.clone()].concat(), "a third [[recall]]"),
        (recall.replace(&format!("[{BOTH}]"), "[]"), "no wrong answer"),
        (question("a", "kind = \"number\"\nhides = [\"missed_per_100\"]"), "the unknown figure \"missed_per_100\""),
    ] {
        let faults = read(&more).unwrap_err();
        assert!(
            faults.iter().any(|fault| fault.found.en.contains(said) && fault.place.line.is_some()),
            "{said}: {faults:?}"
        );
    }
    let near = read(&question("a", "kind = \"number\"\nhides = [\"missed_per_100\"]")).unwrap_err();
    assert_eq!(near[0].nearest.as_deref(), Some("missed_per_1000"));
    // A check may read no expectation.
    let judged = text(&range("seen")).replace("SELECT 1 AS x", "SELECT seen_low AS x FROM answers");
    let faults = exercise::read("exercise.toml", judged.as_bytes()).unwrap_err();
    assert!(faults[0].found.en.contains("`seen`, which is an expectation"), "{faults:?}");
    // More than three conclusions are too much for an hour; questions that nothing judges are not counted.
    let four = ["a1", "a2", "a3", "a4"].map(|id| question(id, "kind = \"number\"")).concat();
    assert!(exercise::overfull(&read(&four).unwrap()).is_none());
    let judged = text(&four).replace("SELECT 1 AS x", "SELECT a1 + a2 + a3 + a4 AS x FROM answers");
    let fault = exercise::overfull(&exercise::read("exercise.toml", judged.as_bytes()).unwrap()).unwrap();
    assert!(fault.found.en.contains("4 conclusions") && fault.place.line.is_some(), "{fault:?}");
}

#[test]
fn what_an_exercise_builds_on_is_there_and_leads_in_no_circle() {
    let learner = Learner::new();
    let writes = |id: &str, after: &str| {
        let text =
            text(&format!("after = [{after}]")).replace("id = \"a\"\nversion", &format!("id = \"{id}\"\nversion"));
        learner.writes(&format!("c/exercises/{id}/exercise.toml"), text);
    };
    let pack = Pack::folder(&learner.path("c"));
    writes("one", "");
    writes("two", "\"one\"");
    writes("three", "\"two\", \"one\"");
    let pack = pack.or_else(|_| Pack::folder(&learner.path("c"))).unwrap();
    let after: Vec<String> = pack.exercise("three").unwrap().after.into_iter().map(|after| after.value).collect();
    assert_eq!(after, ["two", "one"]);
    writes("one", "\"three\"");
    for (id, way) in [("one", "one → three → "), ("two", "two → one → three → two"), ("three", " → three")]
    {
        let faults = pack.exercise(id).unwrap_err();
        assert!(faults[0].found.en.contains("a circle") && faults[0].found.en.contains(way), "{id}: {faults:?}");
        assert!(faults[0].place.line.is_some());
    }
    writes("one", "\"tow\"");
    let faults = pack.exercise("one").unwrap_err();
    assert!(faults[0].found.en.contains("\"tow\"") && faults[0].nearest.as_deref() == Some("two"), "{faults:?}");
    writes("one", "\"one\"");
    assert!(pack.exercise("one").unwrap_err()[0].found.en.contains("one → one"));
}

#[test]
fn a_debrief_is_read_by_language() {
    let learner = Learner::new();
    learner.writes("c/exercises/one/exercise.toml", text(""));
    learner.writes("c/exercises/one/debrief.ja.md", "何であったか。\n");
    let pack = Pack::folder(&learner.path("c")).unwrap();
    assert_eq!(pack.debrief("one", Lang::Ja).as_deref(), Some("何であったか。\n"));
    assert_eq!(pack.debrief("one", Lang::En), None);
}

#[test]
fn what_nothing_judges_changes_no_digest() {
    let digest = |text: &str| {
        let exercise = practicum::keys::read("exercise.toml", text.as_bytes(), exercise::KEYS).unwrap();
        content::of_exercise(&exercise, &exercise, &[])
    };
    let plain = question("missed", "kind = \"number\"");
    let more = expectations() + "after = []\n";
    let more = more.replace("after = []\n", "");
    assert_eq!(digest(&text(&plain)), digest(&text(&more)));
    assert_ne!(digest(&text(&plain)), digest(&text(&question("missed", "kind = \"number\"\nmax = 5"))));
}

#[test]
fn the_same_plan_meets_the_same_patients_and_a_changed_one_others() {
    let learner = Learner::new();
    course_with_a_world(&learner, "");
    learner.types("--course c start ward --variant s1").ends(0);
    let checked = |plan: &str| {
        learner.writes("practicum/ward/plan.toml", format!("# A plan.\nexercise = \"ward@1\"\n{plan}"));
        let json = learner.types("check ward --json").json();
        assert_eq!(json["exam_seed_from"], "plan", "{json}");
        (json["exam_seed"].as_u64().unwrap(), json["metrics"].to_string())
    };
    let (one, figures) = checked("[train]\nepochs = 3\n");
    assert_eq!(checked("[train]\nepochs = 3\n"), (one, figures.clone()), "trying again is no lottery");
    assert_eq!(checked("[train]\n\nepochs  = 3 # as before\n").0, one, "comments are no change");
    assert_ne!(checked("[train]\nepochs = 4\n").0, one);
    learner.types("check ward --exam-seed 5 --json").ends(0);
    std::fs::remove_dir_all(learner.path("practicum")).unwrap();
    learner.types("--course c start ward --variant s2").ends(0);
    assert_ne!(checked("[train]\nepochs = 3\n").0, one, "another variant, another exam");
}

/// An exercise that asks for the alerts of 1,000 patients and for a cause; one check of the model tells the same figure.
pub(super) const ASKING: &str = "\
[[question]]\nid = \"alerts\"\nkind = \"number\"\nprompt = { en = \"a\", ja = \"あ\" }\nhides = [\"alert_rate\", \"share\"]\n\
[[question]]\nid = \"cause\"\nkind = \"choice\"\nprompt = { en = \"a\", ja = \"あ\" }\n\
choice = [\n{ id = \"crp\", text = { en = \"a\", ja = \"あ\" } },\n{ id = \"site\", text = { en = \"c\", ja = \"う\" } },\n{ id = \"sex\", text = { en = \"d\", ja = \"え\" } },\n\
{ id = \"age\", text = { en = \"b\", ja = \"い\" }, against = { en = \"Nobody's age was written down.\", ja = \"年齢は記録されていません。\" } },\n]\n\
[[check]]\nid = \"model\"\nshows = \"SELECT 1000 * avg(alert) AS share, count(*) AS n FROM exam\"\npasses = \"share >= 0\"\n\
title = { en = \"a\", ja = \"あ\" }\npass = { en = \"alerts for {share:3} of {n}\", ja = \"{n}人のうち{share:3}\" }\n\
fail = { en = \"a\", ja = \"あ\" }\nhint = { en = \"a\", ja = \"あ\" }\n\
[[check]]\nid = \"counts\"\nshows = \"SELECT alerts AS said, w.real AS real, abs(alerts - w.real) AS off FROM answers CROSS JOIN (SELECT 1000 * avg(alert) AS real FROM exam) AS w\"\n\
passes = \"off <= 10\"\nasks = { figure = \"real\", within = 10 }\ntitle = { en = \"a\", ja = \"あ\" }\n\
pass = { en = \"{real:3} are alerts\", ja = \"{real:3}\" }\nfail = { en = \"not {said}: {real:3}\", ja = \"{real:3}\" }\nhint = { en = \"a\", ja = \"あ\" }\n\
[[check]]\nid = \"explains\"\nshows = \"SELECT cause FROM answers\"\npasses = \"cause = 'crp'\"\ntitle = { en = \"a\", ja = \"あ\" }\n\
pass = { en = \"yes\", ja = \"はい\" }\nfail = { en = \"not {cause}\", ja = \"{cause}\" }\nhint = { en = \"look at {cause}\", ja = \"{cause}\" }\n";

/// The run of that exercise with these answers.
fn asked(learner: &Learner, answers: &str) -> (Task, Submission, Run) {
    course_with_a_world(learner, ASKING);
    let pack = Pack::folder(&learner.path("c")).unwrap();
    let task = pack.task("ward").unwrap_or_else(|faults| panic!("{faults:?}"));
    learner.writes("c/exercises/ward/starter/answers.toml", format!("exercise = \"ward@1\"\n{answers}"));
    let submission = pack.submission(&practicum::models::VOCABULARY, &task.exercise, "starter").unwrap();
    let job = Job {
        task: &task,
        submission: &submission,
        seed: 1,
        exam: Some(2),
        figures: true,
        long: false,
        file: &|_| None,
        shelf: None,
    };
    match run::run(&job, &mut |_: run::Event| {}).unwrap() {
        Ended::Ran(run) => (task.clone(), submission.clone(), *run),
        Ended::Invalid(faults) => panic!("{faults:?}"),
    }
}

/// The document of what may be shown, and the sentence of a check in it.
fn shown(task: &Task, submission: &Submission, run: &Run, tries: &Tries) -> (String, Vec<String>, Run) {
    let open = withhold::open(&task.exercise, tries);
    let run = withhold::shown(run, &task.exercise, &submission.answers, &open);
    let sentences = run.outcomes.iter().map(|outcome| outcome.sentence.en.to_string()).collect();
    (Document::ran("check", &Subject::default(), &run).text(), sentences, run)
}

#[test]
fn a_figure_that_is_asked_for_is_shown_nowhere_until_it_is_settled() {
    let learner = Learner::new();
    let (task, submission, run) = asked(&learner, "");
    let real = practicum::tables::numbers(&run.tables["exam"], "alert").unwrap();
    let real = 1000.0 * real.iter().flatten().sum::<f64>() / real.len() as f64;
    let figure = format!("{real:.3}");
    let everything = Document::ran("check", &Subject::default(), &run).text();
    assert!(everything.contains(&figure), "without withholding the figure is told");
    let (document, sentences, open) = shown(&task, &submission, &run, &Tries::new());
    assert!(!document.contains(&figure) && !document.contains(&format!("{}", real / 1000.0)), "{document}");
    let named =
        |name: &str| open.record.checks.iter().any(|judged| judged.figures.iter().any(|(other, _)| other == name));
    assert!(
        !named("share") && !named("real") && named("n"),
        "what is kept of the run holds no more than what is shown"
    );
    assert_eq!(sentences[0], "alerts for [told later] of 300");
    assert!(
        !open.tables.contains_key("exam") && !open.tables.contains_key("world") && open.tables.contains_key("develop")
    );
    let alerts =
        |table: &str| open.record.figures.iter().any(|line| line.table == table && line.name() == "alert_rate");
    assert!(alerts("develop") && !alerts("exam"), "it is to be estimated from one's own rows");
    // The verdicts are those of the run.
    let verdicts = |run: &Run| run.outcomes.iter().map(|outcome| outcome.verdict).collect::<Vec<Verdict>>();
    assert_eq!(verdicts(&open), verdicts(&run));
}

#[test]
fn wrong_answers_are_told_in_words_twice_and_then_the_figure() {
    let learner = Learner::new();
    let (_, _, run) = asked(&learner, "");
    let real = practicum::tables::numbers(&run.tables["exam"], "alert").unwrap();
    let real = 1000.0 * real.iter().flatten().sum::<f64>() / real.len() as f64;
    let mut tries = Tries::new();
    let mut hands_in = |answers: &str| {
        let (task, submission, run) = asked(&learner, answers);
        tries = withhold::scored(&task.exercise, &submission.answers, &run.record.checks, &tries);
        let (document, sentences, _) = shown(&task, &submission, &run, &tries);
        let left =
            withhold::open(&task.exercise, &tries).iter().map(|question| question.id.clone()).collect::<Vec<_>>();
        (document, sentences, left)
    };
    let near = format!("alerts = {:.0}\ncause = \"age\"\n", real - 15.0);
    let (document, sentences, left) = hands_in(&near);
    assert!(sentences[1].starts_with("Close, but outside") && sentences[1].contains("higher"), "{sentences:?}");
    assert_eq!(sentences[2], "Nobody's age was written down.");
    assert!(!document.contains(&format!("{real:.3}")) && !document.contains("look at"), "{document}");
    assert_eq!(left, ["alerts", "cause"]);
    // The same answer again is no other try.
    assert_eq!(hands_in(&near).2, ["alerts", "cause"]);
    // A right answer settles its own question only, for good.
    let (document, sentences, left) = hands_in(&format!("alerts = {:.0}\ncause = \"age\"\n", real - 5.0));
    assert_eq!(left, ["cause"]);
    assert!(document.contains(&format!("{real:.3}")) && sentences[1].contains("are alerts"), "{sentences:?}");
    assert_eq!(hands_in(&near).2, ["cause"]);
    assert_eq!(hands_in("alerts = 2\ncause = \"crp\"\n").2, Vec::<String>::new());
}

#[test]
fn of_two_or_three_choices_the_first_is_scored() {
    let choices = |many: usize| {
        let choice = |i| format!("{{ id = \"c{i}\", text = {{ en = \"{i}\", ja = \"{i}\" }} }}");
        let choices = (0..many).map(choice).collect::<Vec<_>>().join(", ");
        read(&question("cause", &format!("kind = \"choice\"\nchoice = [{choices}]"))).unwrap().questions[0].tries()
    };
    assert_eq!([2, 3, 4, 5].map(choices), [1, 1, 2, 2], "who tries what is left gets at most half");
    assert_eq!(read(&question("missed", "kind = \"number\"")).unwrap().questions[0].tries(), 2);
}

#[test]
fn two_different_wrong_answers_settle_a_question() {
    let learner = Learner::new();
    let mut tries = Tries::new();
    let mut sentences = Vec::new();
    for answers in ["alerts = 100000\n", "alerts = 99999\n"] {
        let (task, submission, run) = asked(&learner, answers);
        tries = withhold::scored(&task.exercise, &submission.answers, &run.record.checks, &tries);
        sentences.push(shown(&task, &submission, &run, &tries).1[1].clone());
    }
    assert!(sentences[0].starts_with("Not the same order of size"), "{sentences:?}");
    assert!(sentences[1].starts_with("not 99999") || sentences[1].starts_with("not 100"), "{sentences:?}");
}

#[test]
fn an_interval_that_is_wider_than_its_check_allows_is_told_before_anything_is_run() {
    let exercise = read(&question("missed", "kind = \"interval\"\nunit = \"patients\"\nmax_width = 40")).unwrap();
    let told = |written: &str| answers::read("answers.toml", format!("missed = {written}\n").as_bytes(), &exercise);
    let faults = told("[0, 100]").unwrap_err();
    assert_eq!((faults.len(), faults[0].place.line), (1, Some(1)));
    assert!(faults[0].found.en.contains("100 wide") && faults[0].expected.en.contains("at most 40 wide (patients)"));
    assert!(faults[0].found.ja.contains("100") && faults[0].expected.ja.contains("幅が40以下"));
    for fine in ["[0, 40]", "[0.1, 40.1]", "[6, 6]", "[]"] {
        assert!(told(fine).is_ok(), "{fine}");
    }
    // Who writes the answers reads it beside the question.
    answers::with_keys(&exercise, |keys| {
        let key = keys.iter().find(|key| key.name == "missed").unwrap();
        assert!(key.help.en.contains("At most 40 wide") && key.help.ja.contains("幅は40以下"));
    });
    let faults = read(&question("missed", "kind = \"number\"\nmax_width = 40")).unwrap_err();
    assert!(faults[0].expected.en.contains("interval"), "{faults:?}");
}

#[test]
fn a_figure_whose_decimals_cannot_be_read_is_a_fault_of_its_text() {
    let with = |pass: &str| {
        let check = format!("pass = {BOTH}");
        let written = text("").replace(&check, &format!("pass = {{ en = \"of {pass}\", ja = \"{{x:1}}\" }}"));
        exercise::read("exercise.toml", written.as_bytes())
    };
    for odd in ["{x:two}", "{x:-1}", "{x: 2}", "{x:}", "{x:99}", "{x"] {
        let faults = with(odd).unwrap_err();
        assert!(faults[0].found.en.contains(odd) && faults[0].expected.en.contains("decimals"), "{odd}: {faults:?}");
        assert!(
            faults[0].place.line.is_some() && faults[0].place.key.as_deref().unwrap().contains("pass"),
            "{faults:?}"
        );
    }
    for fine in ["{x}", "{x:0}", "{x:12}", "no figure"] {
        assert!(with(fine).is_ok(), "{fine}");
    }
}
