//! What `author validate` finds in data, texts and solutions: each with a case that looks like it and is fine.

use practicum::author::rules::Rule;
use serde_json::Value;

use super::own_tables::{SHARE, own, rows};
use super::session::Learner;

/// The findings of an exercise's validation.
fn findings(author: &Learner, course: &str) -> Vec<Value> {
    let json = author.types(&format!("author validate --course {course} --json")).json();
    let exercises = json["exercises"].as_array().unwrap();
    assert_eq!(exercises.len(), 1);
    exercises[0]["findings"].as_array().unwrap().clone()
}

/// The findings against one rule.
fn against(findings: &[Value], rule: Rule) -> Vec<Value> {
    findings.iter().filter(|finding| finding["rule"] == rule.name()).cloned().collect()
}

/// Of a course around a file: what is found against one rule.
fn in_file(columns: &str, csv: &str, rule: Rule) -> Vec<Value> {
    against(&findings(&own(columns, csv, SHARE), "course"), rule)
}

const LABEL: &str = r#"{ name = "fall", role = "label" }"#;

/// A value between 0 and 1 that has nothing to do with any other.
fn chance(row: usize, of: usize) -> f64 {
    let x = (row as f64 + 1.0) * 12.9898 + of as f64 * 78.233;
    (x.sin() * 43_758.547).rem_euclid(1.0)
}

#[track_caller]
fn stands(finding: &Value, file: &str, line: Option<u64>, key: Option<&str>) {
    assert!(finding["file"].as_str().unwrap().ends_with(file), "{finding}");
    assert_eq!((finding["line"].as_u64(), finding["key"].as_str()), (line, key), "{finding}");
    for lang in ["en", "ja"] {
        assert!(!finding["found"][lang].as_str().unwrap().is_empty(), "{finding}");
        assert!(!finding["expected"][lang].as_str().unwrap().is_empty(), "{finding}");
    }
}

#[test]
fn a_column_that_tells_the_outcome_by_itself_is_found() {
    let found = |header: &str, cell: &dyn Fn(usize, usize) -> String| {
        let csv = rows(&format!("x,{header},fall"), |i, y| format!("{:.3},{},{y}", chance(i, 1), cell(i, y)));
        in_file(LABEL, &csv, Rule::Recoded)
    };
    let words = |_: usize, y: usize| ["upright", "on the floor"][y].to_owned();
    let of_words = found("seen", &words);
    stands(&of_words[0], "own.csv", Some(1), Some("seen"));
    assert_eq!((of_words.len(), &of_words[0]["note"]), (1, &false.into()));
    // A measurement made after the fall; a note that only those who fell have; one of a hundred rows otherwise.
    assert_eq!(found("lactate", &|i, y| format!("{:.2}", chance(i, 2) + 2.0 * y as f64)).len(), 1);
    assert_eq!(found("fracture", &|_, y| if y == 1 { "hip".to_owned() } else { String::new() }).len(), 1);
    assert_eq!(found("seen", &|i, y| (if i == 7 { 1 - y } else { y }).to_string()).len(), 1);
    // A strong predictor that errs now and then, and names that are another one in every row.
    assert!(found("seen", &|i, y| (if i % 11 == 0 { 1 - y } else { y }).to_string()).is_empty());
    assert!(found("lactate", &|i, y| format!("{:.2}", chance(i, 2) + 0.7 * y as f64)).is_empty());
    assert!(found("street", &|i, _| format!("street {i}")).is_empty());
    let hidden = r#"{ name = "fall", role = "label" }, { name = "seen", role = "hidden" }"#;
    let csv = rows("x,seen,fall", |i, y| format!("{:.3},{y},{y}", chance(i, 1)));
    assert!(in_file(hidden, &csv, Rule::Recoded).is_empty());
}

#[test]
fn patients_who_are_there_twice_are_found() {
    let ill = |i: usize| u8::from(chance(i, 9) < 0.4);
    let line = |i: usize| format!("{:.3},{:.3},{:.3},{}", chance(i, 1), chance(i, 2), chance(i, 3), ill(i));
    let twice = |columns: &str, csv: &str| in_file(columns, csv, Rule::Duplicate);
    let columns = r#"{ name = "patient", role = "id" }, { name = "fall", role = "label" }"#;
    // The 41st row is the 8th under a new number.
    let csv = rows("patient,x,y,z,fall", |i, _| format!("{i},{}", line(if i == 40 { 7 } else { i })));
    let found = twice(columns, &csv);
    assert_eq!(found.len(), 1);
    stands(&found[0], "own.csv", Some(42), None);
    assert!(found[0]["found"]["en"].as_str().unwrap().contains("42 = 9"), "{}", found[0]);
    // Every row differs in something; or rows are so coarse that they must be alike.
    assert!(twice(columns, &rows("patient,x,y,z,fall", |i, _| format!("{i},{}", line(i)))).is_empty());
    let coarse = |i: usize| format!("{},{},{}", i * 7 % 5, u8::from(chance(i, 4) < 0.5), ill(i));
    assert!(twice(columns, &rows("patient,age_group,sex,fall", |i, _| format!("{i},{}", coarse(i)))).is_empty());
    // Coarse, and copied as a whole: the second half repeats the first.
    let finer = |i: usize| format!("{},{},{}", (chance(i, 5) * 40.0) as usize, (chance(i, 6) * 9.0) as usize, ill(i));
    assert!(twice(columns, &rows("patient,age,score,fall", |i, _| format!("{i},{}", finer(i)))).is_empty());
    let copied = twice(columns, &rows("patient,age,score,fall", |i, _| format!("{i},{}", finer(i % 50))));
    stands(&copied[0], "own.csv", Some(52), None);
}

#[test]
fn patients_with_several_rows_are_to_be_a_group() {
    let line = |i: usize| format!("{:.3},{:.3},{}", chance(i, 1), chance(i, 2), u8::from(chance(i, 9) < 0.4));
    let csv = rows("patient,x,z,fall", |i, _| format!("P{:02},{}", i / 3, line(i)));
    let found = |columns: &str, csv: &str| in_file(columns, csv, Rule::Duplicate);
    let feature = found(LABEL, &csv);
    assert_eq!((feature.len(), &feature[0]["note"]), (1, &false.into()));
    stands(&feature[0], "own.csv", Some(1), Some("patient"));
    assert!(feature[0]["expected"]["en"].as_str().unwrap().contains("role = \"group\""));
    // As an id under [exam] share: a remark.
    let id = found(&format!("{LABEL}, {{ name = \"patient\", role = \"id\" }}"), &csv);
    assert_eq!((id.len(), &id[0]["note"]), (1, &true.into()));
    assert!(id[0]["expected"]["ja"].as_str().unwrap().contains("role = \"group\""));
    // As a group all is well; so it is with one row for each, and with wards.
    assert!(found(&format!("{LABEL}, {{ name = \"patient\", role = \"group\" }}"), &csv).is_empty());
    let single = rows("patient,x,z,fall", |i, _| format!("P{i:02},{}", line(i)));
    assert!(found(&format!("{LABEL}, {{ name = \"patient\", role = \"id\" }}"), &single).is_empty());
    assert!(found(LABEL, &rows("ward,x,z,fall", |i, _| format!("W{},{}", i % 4, line(i)))).is_empty());
}

#[test]
fn numbers_and_orders_that_give_the_outcome_away_are_found() {
    let found = |columns: &str, header: &str, line: &dyn Fn(usize) -> String| {
        let lines: String = (0..100).map(|i| line(i) + "\n").collect();
        in_file(columns, &format!("{header}\n{lines}"), Rule::Order)
    };
    let x = |i: usize| format!("{:.3}", chance(i, 1));
    let scattered = |i: usize| u8::from(chance(i, 9) < 0.4);
    let by_outcome = |i: usize| u8::from(i >= 60);
    // pandas wrote its index: never an input, and worst where the file is sorted.
    let index = found(LABEL, "Unnamed: 0,x,fall", &|i| format!("{i},{},{}", x(i), scattered(i)));
    stands(&index[0], "own.csv", Some(1), Some("Unnamed: 0"));
    assert_eq!(index[0]["note"], false);
    let sorted = found(LABEL, "no,x,fall", &|i| format!("{},{},{}", i + 1, x(i), by_outcome(i)));
    assert_eq!((sorted.len(), &sorted[0]["note"]), (1, &false.into()));
    assert!(sorted[0]["found"]["en"].as_str().unwrap().contains("`no` gives it away"), "{}", sorted[0]);
    // Ids that were given in the order of the outcome, in rows that were shuffled since.
    let id = format!("{LABEL}, {{ name = \"patient\", role = \"id\" }}");
    let shuffled = |i: usize| i * 37 % 100;
    let ids = found(&id, "patient,x,fall", &|i| format!("P{},{},{}", shuffled(i), x(i), by_outcome(shuffled(i))));
    stands(&ids[0], "dataset.toml", ids[0]["line"].as_u64(), Some("source.columns[2].name"));
    assert_eq!(ids[0]["note"], false);
    assert!(found(&id, "patient,x,fall", &|i| format!("P{},{},{}", shuffled(i), x(i), scattered(i))).is_empty());
    // Without a number only the order of the rows tells, which no model sees: a remark. So is a number that tells nothing.
    let order = found(LABEL, "x,fall", &|i| format!("{},{}", x(i), by_outcome(i)));
    assert_eq!((order.len(), &order[0]["note"]), (1, &true.into()));
    let number = found(LABEL, "no,x,fall", &|i| format!("{i},{},{}", x(i), scattered(i)));
    assert_eq!((number.len(), &number[0]["note"]), (1, &true.into()));
    assert!(found(LABEL, "day_of_stay,x,fall", &|i| format!("{},{},{}", i % 9, x(i), scattered(i))).is_empty());
}

#[test]
#[cfg(unix)]
fn what_cannot_be_looked_at_is_not_taken_for_clean() {
    let author = Learner::new();
    author.types("author new missing-bell --course mine").ends(0);
    let without = author.with("TMPDIR", "/nowhere/at/all");
    let leaks = against(&findings(&without, "mine"), Rule::Leak);
    assert!(!leaks.is_empty());
    assert!(leaks.iter().all(|leak| leak["note"] == false));
    assert!(leaks[0]["expected"]["en"].as_str().unwrap().contains("/nowhere/at/all"), "{}", leaks[0]);
}
