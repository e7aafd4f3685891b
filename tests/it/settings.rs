//! Decisions that an exercise defines itself, and plans that choose what is predicted.

use super::data::course_with_a_world;
use super::session::Learner;

const TEXT: &str = "{ en = \"a\", ja = \"あ\" }";

/// A price, a place and a yes or no; the price is right where it is below 500 times the mean of `crp`.
fn asking(asks: &str) -> String {
    format!(
        "asks = {asks}\n\
         [[setting]]\nname = \"price\"\nkind = \"number\"\nmax = 100000\nunit = \"yen\"\ndefault = 0\nhelp = {TEXT}\n\
         [[setting]]\nname = \"place\"\nkind = \"choice\"\ndefault = \"none\"\nhelp = {TEXT}\nchoice = [{{ id = \"ward\", text = {TEXT} }}, {{ id = \"none\", text = {TEXT} }}]\n\
         [[setting]]\nname = \"nurses\"\nkind = \"whole\"\nmax = 9\ndefault = 2\nhelp = {TEXT}\n\
         [[setting]]\nname = \"free\"\nkind = \"flag\"\ndefault = false\nhelp = {TEXT}\n\
         [[check]]\nid = \"priced\"\nshows = \"SELECT CASE WHEN setting_place = 'ward' AND setting_free = 'true' AND setting_nurses = 3 THEN setting_price ELSE 0 END AS paid, (SELECT 500 * avg(crp) FROM exam) AS worth FROM plan\"\n\
         passes = \"paid > 0 AND paid <= worth\"\nfigure = \"paid\"\ntitle = {TEXT}\npass = {{ en = \"paid {{paid:0}}\", ja = \"{{paid:0}}\" }}\nfail = {{ en = \"paid {{paid:0}}\", ja = \"{{paid:0}}\" }}\nhint = {TEXT}\n"
    )
}

fn course(asks: &str) -> Learner {
    let learner = Learner::new();
    course_with_a_world(&learner, &asking(asks));
    learner
}

fn plan(learner: &Learner, text: &str) {
    learner.writes("practicum/ward/plan.toml", format!("exercise = \"ward@1\"\n{text}"));
}

const RIGHT: &str = "[setting]\nprice = 2000\nplace = \"ward\"\nnurses = 3\nfree = true\n";

#[test]
fn what_is_decided_is_judged_and_nothing_is_trained() {
    let learner = course("[\"settings\", \"answers\"]");
    learner.types("start ward --course c").ends(0).says("write what you decide in");
    assert!(learner.read("practicum/ward/.schema/plan.json").contains("\"price\""));
    // What is not written is as the exercise says.
    let json = learner.types("check ward --json").ends(1).json();
    assert_eq!(json["checks"][0]["sentence"]["en"], "paid 0", "{json}");
    plan(&learner, RIGHT);
    let json = learner.types("check ward --json").ends(0).json();
    assert_eq!((&json["checks"][0]["sentence"]["en"], &json["trained"]), (&"paid 2000".into(), &().into()), "{json}");
    plan(&learner, &RIGHT.replace("2000", "20000"));
    learner.types("check ward").ends(1).says("paid 20000");
    // The other keys of a plan are not read as if they did something.
    plan(&learner, &format!("{RIGHT}[model]\nkind = \"logistic\"\n"));
    learner.types("check ward").ends(2).says("the unknown key `model`");
}

#[test]
fn a_setting_that_cannot_be_is_told_with_its_line_and_costs_nothing() {
    let learner = course("[\"settings\", \"answers\"]");
    learner.types("start ward --course c").ends(0);
    for (from, to, told) in [
        ("price = 2000", "price = -1", "setting.price"),
        (
            "price = 2000",
            "price = { sql = \"SELECT avg(crp) AS x FROM develop\" }",
            "only the solution of an exercise's author",
        ),
        ("\"ward\"", "\"wadr\"", "nearest:  ward"),
        ("nurses = 3", "nurses = 2.5", "setting.nurses"),
        ("free = true", "free = 1", "setting.free"),
        ("nurses", "nurse", "nearest:  nurses"),
    ] {
        plan(&learner, &RIGHT.replace(from, to));
        learner.types("check ward").ends(2).says(told).says("costs you nothing");
    }
    // Full-width figures are understood, and said.
    plan(&learner, &RIGHT.replace("2000", "２０００"));
    learner.types("check ward").ends(0).says("paid 2000");
}

#[test]
fn settings_stand_beside_a_model_too() {
    let learner = course("[\"plan\", \"answers\"]");
    learner.types("start ward --course c").ends(0).says("practicum run ward");
    plan(&learner, &format!("{RIGHT}[model]\nkind = \"logistic\"\n"));
    let json = learner.types("check ward --json").ends(0).json();
    assert_eq!(json["trained"]["model"], "logistic", "{json}");
    // The same model is judged anew where only the setting changed.
    plan(&learner, &format!("{}[model]\nkind = \"logistic\"\n", RIGHT.replace("2000", "3000")));
    assert!(learner.types("check ward --json").ends(1).json()["checks"][0]["sentence"]["en"] == "paid 3000");
}

#[test]
fn an_author_is_told_what_is_wrong_with_a_setting() {
    let learner = course("[\"settings\", \"answers\"]");
    let exercise = learner.read("c/exercises/ward/exercise.toml");
    for (from, to, told) in [
        ("default = 0", "default = -5", "a number from 0 to 100000"),
        ("default = \"none\"", "default = \"nowhere\"", "one of ward, none"),
        ("default = 2", "default = 2.5", "a whole number from 0 to 9"),
        ("name = \"place\"", "name = \"price\"", "a name of its own"),
        ("name = \"price\"", "name = \"Price (yen)\"", "a name of its own"),
        ("[\"settings\", \"answers\"]", "[\"answers\"]", "`asks` and [[setting]]"),
    ] {
        assert!(exercise.contains(from), "{from}");
        learner.writes("c/exercises/ward/exercise.toml", exercise.replacen(from, to, 1));
        learner.types("start ward --course c").says(told);
    }
}

/// The ward, of which the days there could be predicted instead of the cost.
fn course_of_two_labels(label: &str) -> Learner {
    let learner = Learner::new();
    course_with_a_world(
        &learner,
        &format!(
            "[[check]]\nid = \"days\"\nshows = \"SELECT r_squared(days, predicted) AS explained FROM exam\"\npasses = \"explained > 0.5\"\n\
             title = {TEXT}\npass = {TEXT}\nfail = {TEXT}\nhint = {TEXT}\n"
        ),
    );
    let dataset = learner.read("c/datasets/ward/dataset.toml");
    let dataset = dataset.replacen("licence =", &format!("target = \"value\"\n{label}\nlicence ="), 1).replace(
        "{ name = \"ill\", role = \"label\", sql = \"bernoulli(risk)\" }",
        "{ name = \"cost\", role = \"label\", sql = \"normal(0, 1)\" }, { name = \"days\", role = \"label\", sql = \"2 * crp + normal(0, 0.5)\" }",
    );
    let dataset = dataset.replace("role = \"truth\"", "role = \"hidden\"");
    learner.writes("c/datasets/ward/dataset.toml", dataset);
    learner
}

#[test]
fn a_plan_chooses_what_is_predicted() {
    let learner = course_of_two_labels("label = \"cost\"");
    let of = |cohort: &str| plan(&learner, &format!("[cohort]\n{cohort}\n[model]\nkind = \"linear\"\n"));
    learner.types("start ward --course c").ends(0);
    of("");
    learner.types("check ward").ends(1);
    of("label = \"days\"");
    learner.types("check ward").ends(0);
    // What could have been predicted is not there to predict from.
    plan(&learner, "[cohort]\nlabel = \"days\"\n[features]\nuse = [\"cost\"]\n[model]\nkind = \"linear\"\n");
    learner.types("run ward").ends(2).says("features.use");
    of("label = \"crp\"");
    learner.types("run ward").ends(2).says("one of cost, days");
    of("label = \"dayz\"");
    learner.types("run ward").ends(2).says("nearest:  days");
}

#[test]
fn of_several_labels_one_is_the_one_that_is_meant() {
    for (label, told) in
        [("", "2 columns with the role label"), ("label = \"crp\"", "a column with the role label: cost, days")]
    {
        course_of_two_labels(label).types("start ward --course c").ends(4).says(told);
    }
}
