//! Checks: the six verdicts, needs, figures in sentences, and the author's errors.

use practicum::check::{self, Outcome, Verdict};
use practicum::course::answers::{Answer, Answers, Unjudged};
use practicum::course::exercise::{self, Exercise};
use practicum::tables::{self, Frame, Tables};

fn exercise(checks: &[(&str, &str, &str, &str)]) -> Exercise {
    let both = "{ en = \"a\", ja = \"あ\" }";
    let mut text = format!(
        "format = 2\nid = \"x\"\nversion = 1\ndataset = \"d\"\nfield = \"care\"\nlevel = \"doctoral\"\nminutes = 5\ntitle = {both}\nsummary = {both}\n\
         evidence = []\n[[question]]\nid = \"guess\"\nkind = \"number\"\nprompt = {both}\n[[question]]\nid = \"span\"\nkind = \"interval\"\nprompt = {both}\n"
    );
    for (id, needs, passes, shows) in checks {
        text += &format!(
            "[[check]]\nid = \"{id}\"\npoints = 2\nneeds = [{needs}]\nshows = \"{shows}\"\npasses = \"{passes}\"\ntitle = {both}\n\
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
    let judged = check::judge(&exercise.checks, &exercise.questions, &answers, &tables());
    check::told(&exercise, (&answers, &Unjudged::default()), &judged)
}

const AUROC: &str = "SELECT auroc(y, p) AS value FROM exam";

#[test]
fn each_verdict_comes_about() {
    let outcomes = judge(&[
        ("passes", "", "value > 0.7", AUROC),
        ("fails", "", "value > 0.9", AUROC),
        ("after_pass", "'passes'", "TRUE", AUROC),
        ("after_fail", "'fails'", "TRUE", AUROC),
        ("after_skipped", "'after_fail'", "TRUE", AUROC),
        ("unanswered", "", "value > 1", "SELECT guess AS value FROM answers"),
        ("answered", "", "low < value", "SELECT span_low AS low, span_high AS value FROM answers"),
        ("undefined", "", "value > 0.5", "SELECT auroc(y, p) AS value FROM exam WHERE site = 'a'"),
        ("broken", "", "value + 1", AUROC),
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
    assert!(outcomes[8].fault.as_ref().unwrap().expected.en.contains("a condition that is true or false"));
    // The broken check counts for neither side; the others are worth two points each.
    assert_eq!(check::score(&outcomes), (6, 16));
    assert_eq!(check::overall(&outcomes), Error);
}

#[test]
fn metrics_are_aggregates_per_group_too() {
    let shows = "SELECT count(*) AS value FROM (SELECT site, auroc(y, p) AS a, avg(p) AS mean FROM exam GROUP BY site HAVING auroc(y, p) IS NULL) AS g";
    assert_eq!(
        judge(&[("each_site", "", "value = 2", shows)])[0].verdict,
        Verdict::Passed,
        "one class at each site: no AUROC, and no 0.5"
    );
}

#[test]
fn a_name_that_is_not_shown_is_told_when_the_file_is_read() {
    let text = |passes: &str, shows: &str| {
        let both = "{ en = \"{value}\", ja = \"{value}\" }";
        format!(
            "format = 2\nid = \"x\"\nversion = 1\ndataset = \"d\"\nfield = \"care\"\nlevel = \"doctoral\"\nminutes = 5\n\
             title = {both}\nsummary = {both}\nevidence = []\n[[check]]\nid = \"c\"\nshows = {shows}\npasses = \"{passes}\"\n\
             title = {both}\npass = {both}\nfail = {both}\nhint = {both}\n"
        )
    };
    let faults =
        |passes: &str, shows: &str| exercise::read("exercise.toml", text(passes, shows).as_bytes()).unwrap_err();
    let of_texts = faults("valeu > 1", "\"SELECT auroc(y, p) AS valeu FROM exam\"");
    // Pass, fail and hint, each in both languages.
    assert_eq!(of_texts.len(), 6, "{of_texts:?}");
    assert!(of_texts.iter().all(|fault| fault.nearest.as_deref() == Some("valeu")), "{of_texts:?}");
    assert!(of_texts[0].found.en.contains("{value}"), "{of_texts:?}");
    let of_passes = faults("valu > 1", "\"SELECT auroc(y, p) AS value FROM exam\"");
    assert_eq!(of_passes[0].nearest.as_deref(), Some("value"), "{of_passes:?}");
    // All of a file's SQL at once, each with its line and column in the file.
    let both = faults("value >", "\"\"\"\nSELECT\n  aurroc(y, p) AS value FROM exam\"\"\"");
    let places: Vec<_> = both.iter().map(|fault| (fault.place.line, fault.place.column())).collect();
    assert_eq!(places, [(Some(15), Some(3)), (Some(16), None)], "{both:?}");
    assert_eq!(both[0].nearest.as_deref(), Some("auroc"));
}

#[test]
fn true_and_false_are_judged_as_they_are() {
    let outcomes = judge(&[("holds", "", "good", "SELECT auroc(y, p) > 0.7 AS good, 1 AS value FROM exam")]);
    assert_eq!(outcomes[0].verdict, Verdict::Passed, "{:?}", outcomes[0].fault);
}

#[test]
fn the_figure_is_the_one_that_is_compared() {
    let figure = |passes: &str| {
        let shows = "SELECT auroc(y, p) AS value, 0.7 AS low, 'a' AS word FROM exam";
        exercise(&[("x", "", passes, shows)]).checks.remove(0).figure.map(|figure| figure.value)
    };
    for (passes, expected) in [
        ("value >= 0.7", Some("value")),
        ("0.7 <= value", Some("value")),
        ("value BETWEEN -1 AND 0.9", Some("value")),
        ("value > low", Some("value")),
        ("word = 'a'", None),
        ("abs(value) > 0.7", None),
        ("value > 0.7 AND low > 0.6", None),
    ] {
        assert_eq!(figure(passes).as_deref(), expected, "{passes}");
    }
}

#[test]
fn a_file_of_the_older_form_says_how_to_convert_it() {
    let faults =
        exercise::read("exercise.toml", b"id = \"x\"\n[[check]]\nid = \"c\"\nsql = \"SELECT true\"\n").unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].expected.en.contains("author upgrade"), "{faults:?}");
}
