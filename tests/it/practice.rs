//! A learner's practice: conclusions that are settled in two tries, expectations that are sealed, mistakes that are named, the debrief,
//! and what a grader sees instead.

use super::data::course_with_a_world;
use super::form::ASKING;
use super::session::Learner;

/// More of the exercise `ward`: a check of the plan, an expectation, a decision in words, a question at the end.
const MORE: &str = "\
[[question]]\nid = \"rate_expected\"\nwhen = \"before\"\nkind = \"range\"\nmax = 1000\nunit = \"alerts\"\n\
prompt = { en = \"How many alerts?\", ja = \"警報は何回？\" }\ncame = \"SELECT 1000 * avg(alert) AS x FROM exam\"\n\
[[question]]\nid = \"starters_rate\"\nwhen = \"before\"\nkind = \"range\"\nmax = 1000\nof = \"starter\"\n\
prompt = { en = \"And of the plan as it is?\", ja = \"元の計画では？\" }\ncame = \"SELECT 1000 * avg(alert) AS x FROM exam\"\n\
[[question]]\nid = \"decision\"\nkind = \"text\"\nprompt = { en = \"a\", ja = \"あ\" }\nrubric = [{ en = \"Says who is harmed.\", ja = \"誰が困るかを述べている。\" }]\n\
[exit]\ntext = { en = \"And elsewhere?\", ja = \"ほかでは？\" }\nright = { en = \"Ask first.\", ja = \"まず尋ねる。\" }\n\
wrong = [{ en = \"Switch it on.\", ja = \"すぐ使う。\" }]\nwhy = { en = \"Wards differ.\", ja = \"病棟は違う。\" }\n\
[[check]]\nid = \"few\"\nshows = \"SELECT 1000 * avg(alert) AS rate FROM exam\"\npasses = \"rate <= 990\"\n\
title = { en = \"a\", ja = \"あ\" }\npass = { en = \"few\", ja = \"少ない\" }\nfail = { en = \"too many\", ja = \"多すぎる\" }\nhint = { en = \"a\", ja = \"あ\" }\n";

const RIGHT_PLAN: &str = "exercise = \"ward@1\"\n[operate]\nthreshold = 0.5\n";
const EVERYONE: &str = "exercise = \"ward@1\"\n[operate]\nthreshold = 0.0001\n";

/// A learner in whose folder there is the course.
fn with_course() -> Learner {
    let learner = Learner::new();
    course_with_a_world(&learner, &format!("{ASKING}{MORE}"));
    let writes = |file: &str, text: &str| learner.writes(&format!("c/exercises/ward/{file}"), text);
    writes("debrief.en.md", "# It was the threshold\n");
    writes("debrief.ja.md", "# 閾値でした\n");
    writes("starter/plan.toml", RIGHT_PLAN);
    writes("solution/plan.toml", RIGHT_PLAN);
    writes("wrong/everyone/plan.toml", EVERYONE);
    writes(
        "wrong/everyone/expect.toml",
        "fails = [\"few\"]\nwhy = { en = \"It spares nobody a call.\", ja = \"全員を呼び出してしまいます。\" }\n",
    );
    learner
}

/// The same, the exercise begun.
fn at_work() -> Learner {
    let learner = with_course();
    learner.types("start ward --course c").ends(0);
    learner
}

fn answers(learner: &Learner, text: &str) {
    learner.writes("practicum/ward/answers.toml", format!("exercise = \"ward@1\"\n{text}"));
}

/// What the question `alerts` asks for: the exam follows from the plan, so it is the same for whoever asks.
fn real() -> f64 {
    let learner = at_work();
    for said in ["alerts = 100000\n", "alerts = 99999\n"] {
        answers(&learner, said);
        learner.types("check ward").ends(1);
    }
    let json = learner.types("check ward --json").json();
    json["checks"][1]["figures"]["real"].as_f64().unwrap_or_else(|| panic!("{json}"))
}

#[test]
fn a_conclusion_gives_points_while_it_is_not_told() {
    let real = real();
    let learner = at_work();
    answers(&learner, "alerts = 100000\n");
    let first = learner.types("check ward").ends(1).says("Not the same order of size").says("Not settled yet: alerts");
    assert!(!first.out.contains("are alerts") && !first.out.contains("No try is left"), "{}", first.out);
    assert!(!learner.read("practicum/ward/results/1/result.json").contains("\"real\""));
    // The same again costs nothing; another wrong one uses the second try.
    let again = learner.types("check ward").ends(1);
    assert!(!again.out.contains("No try is left"), "{}", again.out);
    answers(&learner, "alerts = 99999\n");
    learner.types("check ward").ends(1).says("No try is left").says("not 99999:").says(&format!("{real:.3}"));
    learner.types("check ward --lang ja").says("解答できる回数を使い切った");
    // What was told gives no points here, and no pass.
    answers(&learner, &format!("alerts = {real}\ncause = \"crp\"\n"));
    let told = learner.types("check ward --json").ends(1).json();
    assert_eq!(told["checks"][1]["verdict"], "skipped", "{told}");
    // Whoever is right before it is told passes.
    let other = at_work();
    answers(&other, &format!("alerts = {real}\ncause = \"crp\"\n"));
    other.types("check ward").ends(0).says("are alerts").says("practicum/ward/debrief.en.md");
    other.types("list --course c").ends(0).says("✔ ward");
}

#[test]
fn what_was_expected_is_sealed_by_the_first_run_and_set_beside_what_came() {
    let real = real();
    let learner = at_work();
    answers(&learner, "[before]\nrate_expected = [1, 999]\n");
    learner.types("run ward").ends(0);
    answers(&learner, &format!("alerts = {real}\ncause = \"crp\"\n[before]\nrate_expected = [7, 8]\n"));
    learner.types("check ward").ends(0);
    let debrief = learner.read("practicum/ward/debrief.en.md");
    for text in [
        "It was the threshold",
        "1 to 999 alerts",
        "Says who is harmed.",
        "And elsewhere?",
        "**Ask first.** Wards differ.",
    ] {
        assert!(debrief.contains(text), "{text}: {debrief}");
    }
    assert!(!debrief.contains("7 to 8"), "{debrief}");
    let came: Vec<&str> = debrief.lines().filter(|line| line.contains("It came: ")).collect();
    assert_eq!(came.len(), 2, "of the plan that passed, and of the starter's: {debrief}");
    assert!(learner.read("practicum/ward/debrief.ja.md").contains("予想：1〜999"));
    // Who said nothing is not asked again.
    let silent = at_work();
    silent.types("run ward").ends(0);
    answers(&silent, &format!("alerts = {real}\ncause = \"crp\"\n[before]\nrate_expected = [7, 8]\n"));
    silent.types("check ward").ends(0);
    assert!(silent.read("practicum/ward/debrief.en.md").contains("You expected: nothing said"));
}

#[test]
fn a_mistake_is_named_from_the_second_failure_on() {
    let learner = at_work();
    learner.writes("practicum/ward/plan.toml", EVERYONE);
    answers(&learner, "");
    let first = learner.types("check ward").ends(1);
    assert!(!first.out.contains("resembles"), "{}", first.out);
    learner.types("check ward").ends(1).says("resembles one that others have tried").says("It spares nobody a call.");
    // A plan that fails without deciding what the mistake does resembles nothing.
    learner.writes("practicum/ward/plan.toml", EVERYONE.replace("0.0001", "0.0002"));
    let other = learner.types("check ward").ends(1);
    assert!(!other.out.contains("resembles"), "{}", other.out);
}

#[test]
fn learners_hold_a_course_without_its_solutions_that_names_mistakes_all_the_same() {
    let learner = with_course();
    learner.types("author pack for-learners --course c").ends(0).says("for-learners");
    for gone in ["solution", "wrong"] {
        assert!(!learner.path(&format!("for-learners/exercises/ward/{gone}")).exists(), "{gone}");
    }
    let mistakes = learner.read("for-learners/exercises/ward/mistakes.toml");
    assert!(mistakes.contains("0.0001") && !mistakes.contains("0.5"), "never the reference's: {mistakes}");
    learner.types("author pack for-learners --course c").ends(2).says("not empty");
    learner.types("start ward --course for-learners").ends(0);
    learner.writes("practicum/ward/plan.toml", EVERYONE);
    learner.types("check ward").ends(1);
    learner.types("check ward").ends(1).says("It spares nobody a call.");
}

#[test]
fn who_gives_up_reads_the_debrief_and_passes_no_more() {
    let real = real();
    let learner = at_work();
    // Where nobody can be asked, nothing is given up by the way.
    learner.types("solution ward").ends(2).says("cannot pass here any more").says("practicum solution ward --yes");
    learner.types("solution ward --lang ja").ends(2).says("ここではもう合格できず");
    assert!(!learner.path("practicum/ward/debrief.en.md").exists());
    learner.types("solution ward --yes").ends(0).says("points").says("practicum/ward/debrief.en.md");
    // Once it is read, it may be read again.
    learner.types("solution ward").ends(0).says("practicum/ward/debrief.en.md");
    learner.types("history ward").ends(0).says("You stopped trying here");
    assert_eq!(learner.types("history ward --json").ends(0).json()["gave_up"], true);
    assert!(learner.read("practicum/ward/debrief.en.md").contains("It was the threshold"));
    answers(&learner, &format!("alerts = {real}\ncause = \"crp\"\n"));
    let told = learner.read("practicum/ward/debrief.en.md");
    learner.types("check ward").says("You have read the debrief");
    assert_eq!(learner.read("practicum/ward/debrief.en.md"), told, "what came of what was expected stays");
    learner.types("list --course c").ends(0).says("debrief read");
    learner.types("solution unknown").ends(2);
}

#[test]
fn a_grader_is_told_everything_and_uses_no_try() {
    let learner = at_work();
    answers(&learner, "alerts = 100000\ncause = \"crp\"\n");
    learner.types("check ward --exam-seed 5").ends(1).says("not 100000");
    assert!(!learner.path("practicum/ward/.progress.toml").exists());
}

#[test]
fn a_workspace_of_an_earlier_version_is_laid_aside_and_its_plan_goes_on() {
    let learner = at_work();
    let plan = format!("# mine\n{RIGHT_PLAN}");
    learner.writes("practicum/ward/plan.toml", &plan);
    answers(&learner, "alerts = 100000\n");
    learner.types("check ward").ends(1);
    let exercise = learner.read("c/exercises/ward/exercise.toml").replace("version = 1", "version = 2");
    learner.writes("c/exercises/ward/exercise.toml", exercise);
    for file in ["starter/plan.toml", "starter/answers.toml"] {
        let file = format!("c/exercises/ward/{file}");
        learner.writes(&file, learner.read(&file).replace("ward@1", "ward@2"));
    }
    learner.types("run ward").ends(2).says("ward@2");
    learner.types("start ward").ends(0).says("version 1").says("practicum/ward/earlier/1");
    assert_eq!(learner.read("practicum/ward/plan.toml"), plan.replace("ward@1", "ward@2"));
    assert_eq!(learner.read("practicum/ward/earlier/1/plan.toml"), plan);
    assert!(learner.read("practicum/ward/earlier/1/answers.toml").contains("100000"));
    assert!(!learner.read("practicum/ward/answers.toml").contains("100000"));
    learner.types("run ward").ends(0);
    // Begun once more it is as it should be; nothing is laid aside again.
    learner.types("start ward --json").ends(0);
    assert_eq!(learner.read("practicum/ward/plan.toml"), plan.replace("ward@1", "ward@2"));
}
