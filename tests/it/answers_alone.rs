//! Exercises that are answered from the data alone: no plan, nothing trained; and answers of several items, such as the lines of a
//! listing that differ between variants.

use super::data::course_with_a_world;
use super::session::Learner;

const TEXT: &str = "{ en = \"a\", ja = \"あ\" }";

/// Two questions on the ward: which lines are at fault in this variant's world, and which of two causes hold.
fn asking() -> String {
    let said = "pass = { en = \"yes\", ja = \"はい\" }\nfail = { en = \"no\", ja = \"いいえ\" }";
    format!(
        "asks = [\"answers\"]\n\
         [[question]]\nid = \"lines\"\nkind = \"lines\"\nprompt = {TEXT}\nline = [\n\
         {{ id = \"l1\", text = {{ en = \"All patients were counted.\", ja = \"全員を数えました。\" }} }},\n\
         {{ id = \"l2\", text = {{ en = \"Nurses asked everybody.\", ja = \"全員に尋ねました。\" }}, other = {{ en = \"Nurses asked some.\", ja = \"一部に尋ねました。\" }}, when = \"base_risk > 0\" }},\n]\n\
         [[question]]\nid = \"causes\"\nkind = \"choices\"\nprompt = {TEXT}\nchoice = [{{ id = \"crp\", text = {TEXT} }}, {{ id = \"age\", text = {TEXT} }}]\n\
         [[check]]\nid = \"marks\"\nshows = \"SELECT abs(lines_l2 - CASE WHEN base_risk > 0 THEN 1 ELSE 0 END) + lines_l1 AS off FROM answers CROSS JOIN world\"\n\
         passes = \"off = 0\"\ntitle = {TEXT}\n{said}\nhint = {TEXT}\n\
         [[check]]\nid = \"causes\"\nshows = \"SELECT causes_crp - causes_age AS right_ones, (SELECT count(*) FROM exam) AS n FROM answers\"\n\
         passes = \"right_ones = 1\"\ntitle = {TEXT}\n{said}\nhint = {TEXT}\n"
    )
}

fn course() -> Learner {
    let learner = Learner::new();
    course_with_a_world(&learner, &asking());
    std::fs::remove_file(learner.path("c/exercises/ward/starter/plan.toml")).unwrap();
    learner
}

fn answers(learner: &Learner, text: &str) {
    learner.writes("practicum/ward/answers.toml", format!("exercise = \"ward@1\"\n{text}"));
}

/// Whether the second line is at fault in this variant, as its listing says.
fn begun(learner: &Learner, variant: &str) -> bool {
    let _ = std::fs::remove_dir_all(learner.path("practicum"));
    learner
        .types(&format!("start ward --course c --variant {variant}"))
        .ends(0)
        .says("listing.en.md")
        .says("practicum check ward");
    assert!(
        !learner.path("practicum/ward/plan.toml").exists()
            && !learner.path("practicum/ward/.schema/plan.json").exists()
    );
    let (en, ja) = (learner.read("practicum/ward/listing.en.md"), learner.read("practicum/ward/listing.ja.md"));
    assert!(en.contains("- `l1` All patients were counted."), "{en}");
    assert_eq!(en.contains("Nurses asked some."), ja.contains("一部に尋ねました。"));
    en.contains("Nurses asked some.")
}

#[test]
fn lines_differ_between_variants_and_marks_are_judged() {
    let learner = course();
    let variants: Vec<(String, bool)> =
        (0..8).map(|n| format!("v{n}")).map(|key| (key.clone(), begun(&learner, &key))).collect();
    let find = |is: bool| variants.iter().find(|(_, other)| *other == is).unwrap().0.clone();
    for is in [true, false] {
        begun(&learner, &find(is));
        learner.types("check ward --json").ends(1);
        let right = if is { "[\"l2\"]" } else { "[]" };
        answers(&learner, &format!("lines = {right}\ncauses = [\"crp\"]\n"));
        let json = learner.types("check ward --json").ends(0).json();
        assert_eq!((&json["verdict"], &json["trained"]), (&"passed".into(), &serde_json::Value::Null), "{json}");
    }
}

#[test]
fn what_is_marked_wrongly_costs_a_try_and_what_cannot_be_read_does_not() {
    let learner = course();
    begun(&learner, "v1");
    answers(&learner, "lines = [\"l1\"]\ncauses = [\"crp\", \"age\"]\n");
    let json = learner.types("check ward --json").ends(1).json();
    let verdict = |id: &str| {
        json["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).unwrap()["verdict"].clone()
    };
    assert_eq!((verdict("marks"), verdict("causes")), ("failed".into(), "failed".into()), "{json}");
    answers(&learner, "lines = [\"l9\"]\n");
    learner.types("check ward").ends(2).says("\"l9\"").says("one of \"l1\", \"l2\"");
    // A plan that lies there is told, not read.
    answers(&learner, "lines = [\"l1\"]\n");
    learner.writes("practicum/ward/plan.toml", "this is no plan");
    learner.types("check ward").ends(1).says("plan.toml is not read");
    learner
        .types("run ward")
        .ends(0)
        .says("nothing: this exercise is answered from the data")
        .says("practicum check ward");
}

#[test]
fn a_question_of_several_items_needs_items_each_of_its_own_name() {
    let learner = course();
    let exercise = learner.read("c/exercises/ward/exercise.toml");
    for (from, to, told) in [
        ("id = \"l2\", text", "id = \"l1\", text", "a second time"),
        (", when = \"base_risk > 0\"", "", "only one of `other` and `when`"),
        ("when = \"base_risk > 0\"", "when = \"base_risk >\"", "when"),
    ] {
        assert!(exercise.contains(from));
        learner.writes("c/exercises/ward/exercise.toml", exercise.replacen(from, to, 1));
        learner.types("start ward --course c").ends(4).says(told);
    }
}
