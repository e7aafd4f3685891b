//! Checks: the six verdicts, needs, figures in sentences, and the author's errors.

use practicum::check::{self, Outcome, Verdict};
use practicum::course::answers::{Answer, Answers};
use practicum::course::exercise::{self, Exercise};
use practicum::tables::{self, Frame, Tables};

fn exercise(checks: &[(&str, &str, &str, &str)]) -> Exercise {
    let both = "{ en = \"a\", ja = \"あ\" }";
    let mut text = format!(
        "id = \"x\"\nversion = 1\ndataset = \"d\"\nfield = \"care\"\nlevel = \"doctoral\"\nminutes = 5\ntitle = {both}\nsummary = {both}\n\
         evidence = []\n[[question]]\nid = \"guess\"\nkind = \"number\"\nprompt = {both}\n[[question]]\nid = \"span\"\nkind = \"interval\"\nprompt = {both}\n"
    );
    for (id, needs, sql, shows) in checks {
        text += &format!(
            "[[check]]\nid = \"{id}\"\npoints = 2\nneeds = [{needs}]\nsql = \"{sql}\"\nshows = \"{shows}\"\ntitle = {both}\n\
             pass = {{ en = \"yes: {{value:1}}\", ja = \"はい：{{value:1}}\" }}\nfail = {{ en = \"no: {{value}}\", ja = \"いいえ：{{value}}\" }}\nhint = {both}\n"
        );
    }
    exercise::read("exercise.toml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn tables() -> Tables {
    let mut exam = Frame::empty_with_height(4);
    tables::set_numbers(&mut exam, "y", &[0.0, 0.0, 1.0, 1.0]).unwrap();
    tables::set_numbers(&mut exam, "p", &[0.1, 0.4, 0.35, 0.8]).unwrap();
    tables::set_words(&mut exam, "site", &[Some("a"), Some("a"), Some("b"), Some("b")]).unwrap();
    let mut answers = Frame::empty_with_height(1);
    tables::set_maybe_numbers(&mut answers, "guess", &[None]).unwrap();
    tables::set_numbers(&mut answers, "span_low", &[1.0]).unwrap();
    tables::set_numbers(&mut answers, "span_high", &[2.0]).unwrap();
    Tables::from([("exam".to_owned(), exam), ("answers".to_owned(), answers)])
}

fn judge(checks: &[(&str, &str, &str, &str)]) -> Vec<Outcome> {
    let exercise = exercise(checks);
    let answers = Answers::from([("span".to_owned(), Answer::Interval(1.0, 2.0))]);
    check::judge(&exercise.checks, &exercise.questions, &answers, &tables())
}

const AUROC: &str = "SELECT auroc(y, p) AS value FROM exam";

#[test]
fn each_verdict_comes_about() {
    let outcomes = judge(&[
        ("passes", "", "SELECT auroc(y, p) > 0.7 FROM exam", AUROC),
        ("fails", "", "SELECT auroc(y, p) > 0.9 FROM exam", AUROC),
        ("after_pass", "'passes'", "SELECT true FROM answers", AUROC),
        ("after_fail", "'fails'", "SELECT true FROM answers", AUROC),
        ("after_skipped", "'after_fail'", "SELECT true FROM answers", AUROC),
        ("unanswered", "", "SELECT guess > 1 FROM answers", AUROC),
        ("answered", "", "SELECT span_low < span_high FROM answers", "SELECT span_high AS value FROM answers"),
        (
            "undefined",
            "",
            "SELECT auroc(y, p) > 0.5 FROM exam WHERE site = 'a'",
            "SELECT auroc(y, p) AS value FROM exam WHERE site = 'a'",
        ),
        ("broken", "", "SELECT p > 0.5 FROM exam", AUROC),
    ]);
    let verdicts: Vec<Verdict> = outcomes.iter().map(|outcome| outcome.verdict).collect();
    use Verdict::{Error, Failed, NotAttempted, Passed, Skipped};
    assert_eq!(verdicts, [Passed, Failed, Passed, Skipped, Skipped, NotAttempted, Passed, Failed, Error]);
    assert_eq!(
        (&*outcomes[0].sentence.en, &*outcomes[0].sentence.ja),
        ("yes: 0.8", "はい：0.8"),
        "one decimal, as asked"
    );
    assert_eq!(outcomes[1].sentence.en, "no: 0.750", "three digits where nothing is asked");
    assert!(outcomes[1].hint.is_some() && outcomes[0].hint.is_none());
    assert!(outcomes[7].sentence.en.contains("could not be computed"), "{}", outcomes[7].sentence.en);
    assert!(outcomes[8].fault.as_ref().unwrap().expected.en.contains("exactly one boolean"));
    // The broken check counts for neither side; the others are worth two points each.
    assert_eq!(check::score(&outcomes), (6, 16));
    assert_eq!(check::overall(&outcomes), Error);
}

#[test]
fn metrics_are_aggregates_per_group_too() {
    let sql = "SELECT count(*) = 2 FROM (SELECT site, auroc(y, p) AS a, avg(p) AS mean FROM exam GROUP BY site HAVING auroc(y, p) IS NULL) AS g";
    assert_eq!(
        judge(&[("each_site", "", sql, AUROC)])[0].verdict,
        Verdict::Passed,
        "one class at each site: no AUROC, and no 0.5"
    );
}

#[test]
fn a_text_that_names_a_figure_that_is_not_shown_is_the_authors_error() {
    let outcome = &judge(&[("x", "", "SELECT true FROM answers", "SELECT auroc(y, p) AS valeu FROM exam")])[0];
    let fault = outcome.fault.as_ref().unwrap();
    assert_eq!((outcome.verdict, fault.nearest.as_deref()), (Verdict::Error, Some("valeu")));
    assert!(fault.found.en.contains("{value}"), "{}", fault.found.en);
}
