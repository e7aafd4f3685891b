//! Tables below one table and what their rows come to in it; worlds that are drawn many times.

use practicum::course::dataset;
use practicum::course::exercise::Draw;
use practicum::fault::{Fault, Place};
use practicum::keys::Written;
use practicum::seed::Seed;
use practicum::synth::{Side, World};
use practicum::tables::{self, Frame};
use practicum::text::Lang;

use super::data::{change, column, exercise};
use super::session::Learner;

const CLINIC: &str = r#"
id = "clinic"
version = 1
title = { en = "A clinic", ja = "診療所" }
licence = "CC0-1.0"
rows_of = "patient"
[card]
about = { en = "a test", ja = "試験用" }
unrealistic = { en = "all of it", ja = "すべて" }
[[table]]
name = "patient"
rows = "300"
columns = [
  { name = "age", sql = "normal(60, 10)" },
  { name = "visits", aggregate = { table = "visit", count = "visit" } },
  { name = "measured", aggregate = { table = "visit", count = "lactate" } },
  { name = "peak", aggregate = { table = "visit", max = "lactate" } },
  { name = "lowest", aggregate = { table = "visit", min = "lactate" } },
  { name = "typical", aggregate = { table = "visit", mean = "lactate" } },
  { name = "total", aggregate = { table = "visit", sum = "lactate" } },
  { name = "drawn_first", aggregate = { table = "visit", first = "lactate" } },
  { name = "earliest", aggregate = { table = "visit", first = "lactate", by = "day" } },
  { name = "latest", aggregate = { table = "visit", last = "lactate", by = "day" } },
  { name = "worst_test", aggregate = { table = "test", max = "CASE WHEN crp > 5 THEN crp END" } },
  { name = "risk", role = "truth", sql = "expit(coalesce(peak, 0) - 3)" },
  { name = "death", role = "label", sql = "bernoulli(risk)" },
]
[[table]]
name = "visit"
each = "patient"
rows = "poisson(2)"
columns = [
  { name = "day", sql = "uniform(0, 30)" },
  { name = "lactate", sql = "CASE WHEN uniform(0, 1) < 0.8 THEN normal(2 + age / 60, 1) END" },
]
[[table]]
name = "test"
each = "patient"
rows = "3"
columns = [{ name = "crp", sql = "normal(5, 1)" }]
"#;

fn draw(text: &str, draw: &Draw) -> Frame {
    let dataset = dataset::read("dataset.toml", text.as_bytes()).unwrap();
    let exercise = exercise();
    let world = World::new(&dataset, &exercise, Seed::new(3), Seed::new(3), &|_| None).unwrap();
    world.rows(Side::Develop, draw).unwrap().table
}

fn said(fault: &Fault) -> String {
    format!("{} {}; {}", fault.place.display(Lang::En), fault.found.en, fault.expected.en)
}

fn maybe(frame: &Frame, name: &str) -> Vec<Option<f64>> {
    tables::numbers(frame, name).unwrap()
}

#[test]
fn rows_below_come_to_a_column_of_the_table_around_them() {
    let patients = draw(CLINIC, &Draw::default());
    let visits = draw(&CLINIC.replace("rows_of = \"patient\"", "rows_of = \"visit\""), &Draw::default());
    let names = tables::names(&patients);
    assert!(!names.iter().any(|name| ["visit", "day", "lactate", "crp", "row"].contains(name)), "{names:?}");
    assert_eq!((patients.height(), maybe(&visits, "day").len()), (300, visits.height()));
    let (patient, lactate, day) = (column(&visits, "patient"), maybe(&visits, "lactate"), column(&visits, "day"));
    let (mut without, mut unmeasured) = (0, 0);
    for row in 0..300 {
        let own: Vec<usize> = (0..visits.height()).filter(|&visit| patient[visit] as usize == row).collect();
        let mut held: Vec<(f64, f64)> = own.iter().filter_map(|&visit| Some((day[visit], lactate[visit]?))).collect();
        let values: Vec<f64> = held.iter().map(|(_, lactate)| *lactate).collect();
        let of = |name: &str| maybe(&patients, name)[row];
        let sum = values.iter().sum::<f64>();
        assert_eq!((of("visits"), of("measured")), (Some(own.len() as f64), Some(values.len() as f64)));
        assert_eq!(
            (of("peak"), of("lowest")),
            (values.iter().copied().reduce(f64::max), values.iter().copied().reduce(f64::min))
        );
        assert_eq!((of("total"), of("drawn_first")), (Some(sum), values.first().copied()));
        assert_eq!(of("typical"), (!values.is_empty()).then(|| sum / values.len() as f64));
        held.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert_eq!(of("earliest"), held.first().map(|(_, lactate)| *lactate));
        assert_eq!(of("latest"), held.last().map(|(_, lactate)| *lactate));
        without += usize::from(own.is_empty());
        unmeasured += usize::from(values.is_empty() && !own.is_empty());
    }
    assert!(without > 10 && unmeasured > 3, "of no rows, and of none with a value: {without} {unmeasured}");
    // The table beside it: a value of which some rows have none.
    let worst = maybe(&patients, "worst_test");
    assert!(worst.iter().flatten().all(|crp| *crp > 5.0) && worst.iter().any(Option::is_none));
    // Whoever is looked at by visit has the same columns.
    for name in ["age", "peak", "risk", "death"] {
        let own = maybe(&patients, name);
        assert!(
            maybe(&visits, name).iter().zip(&patient).all(|(value, patient)| *value == own[*patient as usize]),
            "{name}"
        );
    }
}

#[test]
fn an_aggregate_changes_nobodys_luck_and_follows_an_intervention() {
    let bare = |text: &str| {
        let lines = text.lines().filter(|line| !line.contains("aggregate"));
        lines.collect::<Vec<_>>().join("\n").replace("coalesce(peak, 0)", "4").replace("rows_of = \"patient\"", "")
    };
    let chain = bare(CLINIC).split("[[table]]\nname = \"test\"").next().unwrap().to_owned();
    let (with, without) = (
        draw(&CLINIC.replace("rows_of = \"patient\"", "rows_of = \"visit\""), &Draw::default()),
        draw(&chain, &Draw::default()),
    );
    for same in ["patient", "age", "visit", "day", "lactate"] {
        assert_eq!(maybe(&with, same), maybe(&without, same), "{same}");
    }
    let natural = draw(CLINIC, &Draw::default());
    let of = |changes: &[(&str, &str)]| draw(CLINIC, &change(&[], changes));
    let higher = of(&[("lactate", "lactate + 1")]);
    let shifted = |(a, b): (&Option<f64>, &Option<f64>)| match (a, b) {
        (Some(a), Some(b)) => (b - a - 1.0).abs() < 1e-9,
        (a, b) => a == b,
    };
    assert!(maybe(&natural, "peak").iter().zip(&maybe(&higher, "peak")).all(shifted));
    assert_eq!(column(&natural, "age"), column(&higher, "age"));
    // The aggregate itself may be changed: its own name is what it would have been.
    let capped = of(&[("peak", "least(coalesce(peak, 0), 3)")]);
    assert!(column(&capped, "peak").iter().all(|peak| *peak <= 3.0));
    assert!(column(&capped, "risk").iter().all(|risk| *risk <= 0.5));
    let fewer = draw(CLINIC, &change(&[("visit", "1"), ("patient", "20")], &[]));
    assert_eq!(column(&fewer, "visits"), [1.0; 20]);
    assert_eq!(column(&fewer, "age"), column(&natural, "age")[..20]);
}

#[test]
fn what_needs_itself_is_told_with_its_line() {
    let told = |from: &str, to: &str| {
        assert!(CLINIC.contains(from), "{from}");
        let faults = dataset::read("dataset.toml", CLINIC.replace(from, to).as_bytes()).unwrap_err();
        faults.iter().map(said).collect::<Vec<_>>().join("\n")
    };
    for (from, to, parts) in [
        (
            "normal(2 + age / 60, 1)",
            "normal(2 + peak, 1)",
            [
                "line 34",
                "columns[2].sql",
                "peak in the rows of visit, from which it is computed",
                "before visits (age)",
            ],
        ),
        (
            "poisson(2)",
            "poisson(1 + risk)",
            ["line 31", "rows", "risk in the rows of visit, which are drawn before it", "before visits (age)"],
        ),
        (
            "max = \"lactate\"",
            "max = \"lactate + visits\"",
            ["line 17", "aggregate.max", "visits in the rows of visit, from which it is computed", "(age)"],
        ),
        ("table = \"test\"", "table = \"tset\"", ["line 24", "aggregate.table", "rows of \"tset\"", "test"]),
        (
            "max = \"lactate\"",
            "max = \"lactate\", min = \"lactate\"",
            ["line 17", "aggregate", "max, min at once", "exactly one of"],
        ),
        (
            "max = \"lactate\"",
            "max = \"lactate\", by = \"day\"",
            ["line 17", "aggregate.by", "`by` beside max", "first or last"],
        ),
        (
            "{ name = \"peak\", aggregate",
            "{ name = \"peak\", sql = \"1\", aggregate",
            ["line 17", "columns[4].sql", "both `sql` and `aggregate`", "one of them"],
        ),
        (
            "{ name = \"peak\", aggregate = { table = \"visit\", max = \"lactate\" } }",
            "{ name = \"peak\" }",
            ["line 17", "columns[4]", "neither `sql` nor `aggregate`", "one of them"],
        ),
        (
            "rows_of = \"patient\"",
            "rows_of = \"patients\"",
            ["line 6", "rows_of", "the unknown table \"patients\"", "patient"],
        ),
        (
            "  { name = \"worst_test\", aggregate = { table = \"test\", max = \"CASE WHEN crp > 5 THEN crp END\" } },\n",
            "",
            ["line 38", "rows", "the table \"test\", which nothing uses", "rows_of = \"test\""],
        ),
        (
            "each = \"patient\"\nrows = \"3\"",
            "each = \"patents\"\nrows = \"3\"",
            ["line 38", "each", "each = \"patents\"", "patient, visit"],
        ),
        (
            "{ name = \"day\", sql",
            "{ name = \"day\", role = \"truth\", sql",
            ["line 33", "", "the role truth of \"day\"", "aggregate"],
        ),
    ] {
        let said = told(from, to);
        for part in parts {
            assert!(said.contains(part), "{to}: {part}\n{said}");
        }
    }
    // What gives words has no sum; that shows when it is drawn.
    let words = CLINIC.replace("sum = \"lactate\"", "sum = \"'high'\"");
    let dataset = dataset::read("dataset.toml", words.as_bytes()).unwrap();
    let exercise = exercise();
    let world = World::new(&dataset, &exercise, Seed::new(1), Seed::new(1), &|_| None).unwrap();
    let practicum::synth::SynthError::Author(faults) = world.rows(Side::Develop, &Draw::default()).unwrap_err() else {
        panic!("the author's mistake")
    };
    assert_eq!(faults[0].place.line, Some(20), "{}", said(&faults[0]));
}

const TEXT: &str = "{ en = \"a\", ja = \"あ\" }";

/// A course on the clinic.
fn course(learner: &Learner, asks: &str, more: &str) {
    learner.writes("c/datasets/clinic/dataset.toml", CLINIC);
    learner.writes(
        "c/exercises/clinic/exercise.toml",
        format!(
            "format = 2\nid = \"clinic\"\nversion = 1\ndataset = \"clinic\"\nfield = \"care\"\nlevel = \"doctoral\"\nminutes = 10\n\
             title = {TEXT}\nsummary = {TEXT}\nevidence = []\nasks = {asks}\n{more}\n"
        ),
    );
    for file in ["starter/plan.toml", "starter/answers.toml"] {
        learner.writes(&format!("c/exercises/clinic/{file}"), "exercise = \"clinic@1\"\n");
    }
    for file in ["brief.en.md", "brief.ja.md"] {
        learner.writes(&format!("c/exercises/clinic/{file}"), "Look.\n");
    }
}

fn check(id: &str, shows: &str, passes: &str, said: &str) -> String {
    format!(
        "[[check]]\nid = \"{id}\"\nshows = \"{shows}\"\npasses = \"{passes}\"\ntitle = {TEXT}\n\
         pass = {{ en = \"{said}\", ja = \"{said}\" }}\nfail = {{ en = \"not {said}\", ja = \"{said}\" }}\nhint = {TEXT}\n"
    )
}

#[test]
fn a_learner_sees_what_the_rows_come_to_and_a_model_learns_from_it() {
    let learner = Learner::new();
    let shows = "SELECT auroc(death, p) AS auroc, (SELECT avg(visits) FROM exam) AS visits FROM exam";
    course(
        &learner,
        "[\"plan\", \"answers\"]",
        &check("learns", shows, "auroc > 0.6 AND visits > 1", "auroc {auroc:2}"),
    );
    learner.types("--course c start clinic").ends(0);
    let text = learner.read("practicum/clinic/data/develop.csv");
    let header: Vec<&str> = text.lines().next().unwrap().trim_start_matches('\u{feff}').split(',').collect();
    assert!(header.contains(&"peak") && !header.contains(&"lactate") && !header.contains(&"risk"), "{header:?}");
    assert_eq!(text.lines().count(), 301);
    learner
        .writes("practicum/clinic/plan.toml", "exercise = \"clinic@1\"\n[features]\nuse = [\"visits\", \"total\"]\n");
    learner.types("check clinic").ends(0).says("auroc 0.");
}

/// A draw that is made so many times.
fn repeated(rows: &[(&str, &str)], interventions: &[(&str, &str)], times: usize) -> Draw {
    let repeat = Some(Written { value: times, place: Place::default() });
    Draw { repeat, ..change(rows, interventions) }
}

#[test]
fn each_repeat_is_a_draw_of_its_own_in_the_same_world() {
    let many = draw(CLINIC, &repeated(&[("patient", "40")], &[], 25));
    let by_visit = CLINIC.replace("rows_of = \"patient\"", "rows_of = \"visit\"");
    let visits = draw(&by_visit, &repeated(&[("patient", "40")], &[], 25));
    for (rows, id) in [(&many, "patient"), (&visits, "visit")] {
        let mut ids: Vec<u64> = column(rows, id).iter().map(|id| *id as u64).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), rows.height(), "an id names one row: {id}");
    }
    let (repeat, age) = (column(&many, "repeat"), column(&many, "age"));
    let wanted: Vec<f64> = (1..=25).flat_map(|repeat| [f64::from(repeat); 40]).collect();
    assert_eq!((many.height(), &repeat), (1000, &wanted));
    let mut ages: Vec<u64> = age.iter().map(|age| age.to_bits()).collect();
    ages.sort_unstable();
    ages.dedup();
    assert_eq!(ages.len(), 1000, "nobody comes twice");
    // More repeats leave those before them as they were, and a change keeps the luck of every repeat.
    let few = draw(CLINIC, &repeated(&[("patient", "40")], &[], 3));
    assert_eq!(column(&few, "age"), age[..120]);
    let older = draw(CLINIC, &repeated(&[("patient", "40")], &[("age", "age + 1")], 25));
    assert!(column(&older, "age").iter().zip(&age).all(|(older, age)| (older - age - 1.0).abs() < 1e-9));
    // Means of 40 spread over the repeats as they should: SD 10 over the root of 40.
    let many = draw(CLINIC, &repeated(&[("patient", "40")], &[], 400));
    let age = column(&many, "age");
    let means: Vec<f64> = age.chunks(40).map(|ages| ages.iter().sum::<f64>() / 40.0).collect();
    let centre = means.iter().sum::<f64>() / 400.0;
    let sd = (means.iter().map(|mean| (mean - centre).powi(2)).sum::<f64>() / 399.0).sqrt();
    assert!((1.35..1.85).contains(&sd), "{sd}");
    // What is shuffled stays in its repeat.
    let shuffled = draw(CLINIC, &repeated(&[("patient", "40")], &[("age", "shuffle(age)")], 25));
    let sorted = |ages: &[f64]| {
        let mut ages: Vec<u64> = ages.iter().map(|age| age.to_bits()).collect();
        ages.sort_unstable();
        ages
    };
    let after = column(&shuffled, "age");
    assert_ne!(after, age[..1000]);
    assert!(after.chunks(40).zip(age.chunks(40)).all(|(after, before)| sorted(after) == sorted(before)));
}

#[test]
fn too_many_rows_of_all_repeats_are_told_before_they_are_drawn() {
    let dataset = dataset::read("dataset.toml", CLINIC.as_bytes()).unwrap();
    let exercise = exercise();
    let world = World::new(&dataset, &exercise, Seed::new(1), Seed::new(1), &|_| None).unwrap();
    let error = world.rows(Side::Exam, &repeated(&[("patient", "5000")], &[], 1000)).unwrap_err();
    let practicum::synth::SynthError::Author(faults) = error else { panic!("the author's mistake") };
    let said = said(&faults[0]);
    assert!(said.contains("1000 times 5000 rows of \"patient\", together 5000000"), "{said}");
    assert!(said.contains("repeat = 400 at most"), "{said}");
}

/// How often an interval of the learner's kind holds the true mean, over many hospitals like this one.
const COVERAGE: &str = "WITH each AS (SELECT repeat, avg(age) AS mean, stddev(age) / sqrt(count(*)) AS se FROM again GROUP BY repeat) \
    SELECT 100 * avg(CASE WHEN abs(mean - 60) <= 1.96 * se THEN 1.0 ELSE 0.0 END) AS coverage, count(*) AS n FROM each";

#[test]
fn a_check_judges_a_method_by_how_often_it_holds() {
    let learner = Learner::new();
    let probe =
        |more: &str| format!("[[probe]]\nname = \"again\"\nabout = {TEXT}\nrows = {{ patient = \"50\" }}\n{more}\n");
    let holds = check("holds", COVERAGE, "coverage BETWEEN 90 AND 98 AND n = 300", "coverage {coverage:0} of {n:0}");
    course(&learner, "[\"answers\"]", &(probe("repeat = 300") + &holds));
    learner.types("--course c start clinic").ends(0);
    let json = learner.types("check clinic --json").ends(0).json();
    let said = json["checks"][0]["sentence"]["en"].as_str().unwrap().to_owned();
    assert!(said.starts_with("coverage 9") && said.ends_with("of 300"), "{said}");
    assert_eq!(
        said,
        learner.types("check clinic --json").ends(0).json()["checks"][0]["sentence"]["en"],
        "the same again"
    );
    // Beside a model: each row has its prediction, and the figures of the probe are counted by patient.
    let learner = Learner::new();
    let predicted = "SELECT count(p) AS n, count(DISTINCT patient) AS patients, max(repeat) AS repeats FROM again";
    let all = check("all", predicted, "n = 1000 AND patients = 1000 AND repeats = 20", "{n:0} predicted");
    let per = "figures_per = \"patient\"\n".to_owned();
    course(&learner, "[\"plan\", \"answers\"]", &(per + &probe("repeat = 20") + &all));
    learner.types("--course c start clinic").ends(0);
    learner
        .writes("practicum/clinic/plan.toml", "exercise = \"clinic@1\"\n[features]\nuse = [\"visits\", \"total\"]\n");
    let json = learner.types("check clinic --json").ends(0).says("1000 predicted").json();
    let figures = json["metrics"].as_array().unwrap();
    let n = figures.iter().find(|line| line["table"] == "again" && line["metric"] == "auroc").unwrap();
    assert_eq!(n["n"], 1000, "{n}");
    // Mistakes of the author's.
    for (more, told) in [("repeat = 1", "repeat"), ("repeat = 20\nretrain = true", "`repeat` beside `retrain`")] {
        let learner = Learner::new();
        course(&learner, "[\"plan\", \"answers\"]", &(probe(more) + &all));
        learner.types("author validate clinic --course c").ends(2).says("exercise.toml").says(told);
    }
}

/// How often a trial with the learner's number of patients finds that the drug lowers `crp` by 0.6.
fn trial() -> String {
    format!(
        "[[question]]\nid = \"per_arm\"\nkind = \"number\"\nmin = 2\nmax = 500\nprompt = {TEXT}\n\
         [[question]]\nid = \"cause\"\nkind = \"choice\"\nprompt = {TEXT}\nchoice = [{{ id = \"drug\", text = {TEXT} }}, {{ id = \"luck\", text = {TEXT} }}]\n\
         [[setting]]\nname = \"dose\"\nkind = \"whole\"\nmax = 9\ndefault = 1\nhelp = {TEXT}\n\
         [[probe]]\nname = \"trials\"\nabout = {TEXT}\nrepeat = 100\nrows = {{ patient = \"2 * round(answers.per_arm)\" }}\n\
         do = {{ age = \"age - 6 * settings.dose * (row % 2)\" }}\n"
    ) + &check(
        "powered",
        "WITH each AS (SELECT repeat, avg(CASE WHEN patient % 2 = 1 THEN age END) - avg(CASE WHEN patient % 2 = 0 THEN age END) AS gain, 10 * sqrt(4 / count(*)) AS se FROM trials GROUP BY repeat) SELECT 100 * avg(CASE WHEN gain < -1.96 * se THEN 1.0 ELSE 0.0 END) AS power, (SELECT count(*) FROM trials) AS n FROM each",
        "power >= 80",
        "power {power:0} with {n:0}",
    ) + &check("counts", "SELECT count(*) AS n FROM exam", "n = 300", "exam {n:0}")
}

#[test]
fn what_is_answered_makes_the_world_that_judges_it() {
    let learner = Learner::new();
    course(&learner, "[\"settings\", \"answers\"]", &trial());
    learner.types("--course c start clinic").ends(0);
    let data = learner.read("practicum/clinic/data/develop.csv");
    let check = || {
        let json = learner.types("check clinic --json").json();
        let of = |n: usize| {
            (
                json["checks"][n]["verdict"].as_str().unwrap().to_owned(),
                json["checks"][n]["sentence"]["en"].as_str().unwrap().to_owned(),
            )
        };
        (of(0), of(1))
    };
    // Not answered: the check that reads the world is not attempted, the other is judged.
    let (powered, counts) = check();
    assert_eq!((powered.0.as_str(), counts.1.as_str()), ("not_attempted", "exam 300"), "{powered:?}");
    learner.writes("practicum/clinic/answers.toml", "exercise = \"clinic@1\"\nper_arm = 90\n");
    let (powered, counts) = check();
    assert!(powered.0 == "passed" && powered.1.ends_with("with 18000") && counts.1 == "exam 300", "{powered:?}");
    // A setting makes it too; what an answer makes is never that of another.
    learner.writes("practicum/clinic/plan.toml", "exercise = \"clinic@1\"\n[setting]\ndose = 0\n");
    assert_eq!(check().0.0, "failed");
    learner.writes("practicum/clinic/plan.toml", "exercise = \"clinic@1\"\n[setting]\ndose = 9\n");
    learner.writes("practicum/clinic/answers.toml", "exercise = \"clinic@1\"\nper_arm = 10\n");
    let (powered, _) = check();
    assert!(powered.0 == "passed" && powered.1.ends_with("with 2000"), "{powered:?}");
    assert_eq!(learner.read("practicum/clinic/data/develop.csv"), data, "the learner's own rows stay");
}

#[test]
fn solutions_are_proved_in_the_worlds_that_their_answers_make() {
    let learner = Learner::new();
    course(&learner, "[\"settings\", \"answers\"]", &trial());
    let writes = |folder: &str, answers: &str| {
        learner.writes(&format!("c/exercises/clinic/{folder}/plan.toml"), "exercise = \"clinic@1\"\n");
        learner.writes(
            &format!("c/exercises/clinic/{folder}/answers.toml"),
            format!("exercise = \"clinic@1\"\n{answers}"),
        );
    };
    // Computed from the learner's rows before the world is drawn.
    writes("solution", "per_arm = { sql = \"SELECT 60 + count(*) / 10 AS n FROM develop\" }\n");
    writes("wrong/few", "per_arm = 5\n");
    learner.writes("c/exercises/clinic/wrong/few/expect.toml", format!("fails = [\"powered\"]\nwhy = {TEXT}\n"));
    for _ in 0..2 {
        let json = learner.types("author validate clinic --course c --json").json();
        let tried = json["exercises"][0]["tried"].as_array().unwrap();
        let failed = |folder: &str| tried.iter().find(|tried| tried["folder"] == folder).unwrap()["failed"].clone();
        assert_eq!(
            (failed("solution"), failed("wrong/few")),
            (Vec::<String>::new().into(), vec!["powered"].into()),
            "{json}"
        );
    }
    // Answers that are copied from another variant are judged in the worlds that they make.
    let json = learner.types("author reliability clinic --course c --seeds 4 --json").json();
    let text = json.to_string();
    assert!(text.contains("\"powered\""), "{text}");
}

#[test]
fn what_no_draw_can_read_is_told_with_its_line() {
    let learner = Learner::new();
    for (from, to, told) in [
        ("answers.per_arm", "answers.per_arms", "nearest:  per_arm"),
        ("answers.per_arm", "answers.cause", "a question of the kind number"),
        ("settings.dose", "settings.doze", "nearest:  dose"),
        ("repeat = 100", "retrain = true", "beside `retrain`"),
        ("[[probe]]", "[develop]\nrows = { patient = \"answers.per_arm\" }\n[[probe]]", "answers.per_arm in [develop]"),
    ] {
        let text = trial();
        assert!(text.contains(from));
        course(&learner, "[\"settings\", \"answers\"]", &text.replacen(from, to, 1));
        learner.types("author validate clinic --course c").ends(2).says("exercise.toml, line").says(told);
    }
}
