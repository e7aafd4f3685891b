//! A class as large as a course, graded once: `cargo bench --bench load -- 500 sepsis-alarm first-look go-no-go`.
//!
//! Each learner hands in something of the exercises named: right, wrong, misnamed, malformed, late, twice, hostile or nothing. It is
//! graded, and then graded again with nothing new; what is told is how long that took, how large a worker grew, and whether anybody was
//! lost, doubled or disturbed by a neighbour.

#![expect(clippy::print_stdout, reason = "a benchmark prints its timings")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// What a learner does with an exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Right,
    Wrong,
    Misnamed,
    Malformed,
    Late,
    Twice,
    Hostile,
    Empty,
    Nothing,
}

/// Of twenty learners.
const KINDS: [Kind; 20] = [
    Kind::Right,
    Kind::Wrong,
    Kind::Right,
    Kind::Misnamed,
    Kind::Wrong,
    Kind::Malformed,
    Kind::Right,
    Kind::Late,
    Kind::Wrong,
    Kind::Twice,
    Kind::Right,
    Kind::Hostile,
    Kind::Wrong,
    Kind::Empty,
    Kind::Right,
    Kind::Wrong,
    Kind::Right,
    Kind::Wrong,
    Kind::Right,
    Kind::Nothing,
];

fn main() -> ExitCode {
    let said: Vec<String> = std::env::args().skip(1).filter(|said| said != "--bench").collect();
    let learners: usize = said.first().map_or(60, |said| said.parse().expect("how many learners, as in: 500"));
    let exercises: Vec<&str> = match said.get(1..) {
        Some(named) if !named.is_empty() => named.iter().map(String::as_str).collect(),
        _ => vec!["first-look", "go-no-go"],
    };
    let place = tempfile::tempdir().expect("a folder to work in");
    let at = place.path();
    let rows = (0..learners).map(|n| format!("M{n:04},Learner {n:04},m{n}@example.org"));
    let roster: Vec<String> = std::iter::once("id,name,email".to_owned()).chain(rows).collect();
    std::fs::write(at.join("roster.csv"), roster.join("\n")).expect("a roster");
    let mut new = vec!["class", "new", "cls", "--roster", "roster.csv"];
    for id in &exercises {
        new.extend(["--exercise", id]);
    }
    run(at, &new);
    let settings = at.join("cls/class.toml");
    let text = std::fs::read_to_string(&settings).expect("class.toml");
    let dated: String = text
        .lines()
        .flat_map(|line| {
            let due = line.trim_start().starts_with("id = ").then(|| "due = \"2026-12-01 23:59\"".to_owned());
            std::iter::once(line.to_owned()).chain(due)
        })
        .collect::<Vec<_>>()
        .join("\n");
    std::fs::write(&settings, dated).expect("class.toml");
    hand_in(at, learners, &exercises, false);
    hand_in(at, learners, &exercises, true);

    let handed = (0..learners).filter(|&n| !matches!(of(n), Kind::Nothing | Kind::Late)).count() * exercises.len();
    let begun = Instant::now();
    run(at, &["grade", "in-time.zip", "--class", "cls", "--received", "2026-11-30 10:00", "--yes"]);
    let took = begun.elapsed();
    run(at, &["grade", "late.zip", "--class", "cls", "--received", "2026-12-03 10:00", "--yes"]);
    let again = Instant::now();
    run(at, &["grade", "--class", "cls", "--yes"]);
    let again = again.elapsed();
    let out = Instant::now();
    run(at, &["export", "csv", "--class", "cls", "--to", "out", "--force"]);
    let out = out.elapsed();
    println!(
        "{learners} learners x {} exercises: {handed} hand-ins in {} ({:.0} a minute)",
        exercises.len(),
        seconds(took),
        60.0 * handed as f64 / took.as_secs_f64()
    );
    println!("again, with nothing new: {}; export: {}", seconds(again), seconds(out));
    let wrong = judged(at, learners, &exercises);
    println!("{}", if wrong == 0 { "nobody lost, doubled or disturbed".to_owned() } else { format!("WRONG: {wrong}") });
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn of(n: usize) -> Kind {
    KINDS[n % KINDS.len()]
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// Calls the program; what it says is shown where it does not do as asked.
fn run(at: &Path, arguments: &[&str]) -> String {
    let done =
        Command::new(env!("CARGO_BIN_EXE_practicum")).current_dir(at).args(arguments).output().expect("practicum");
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    // 1: somebody did not pass, or something waits for a person.
    assert!(
        matches!(done.status.code(), Some(0 | 1)),
        "{arguments:?} ended with {:?}\n{said}{}",
        done.status,
        String::from_utf8_lossy(&done.stderr)
    );
    said
}

/// Moodle's zip of what comes in time, or late.
fn hand_in(at: &Path, learners: usize, exercises: &[&str], late: bool) {
    let shipped = |id: &str, file: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("exercises").join(id).join(file);
        std::fs::read_to_string(path).unwrap_or_default()
    };
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut put = |name: String, text: &[u8]| {
        zip.start_file(name, SimpleFileOptions::default()).expect("a name");
        zip.write_all(text).expect("an entry");
    };
    for n in (0..learners).filter(|&n| (of(n) == Kind::Late) == late) {
        for id in exercises {
            let folder = format!("Learner {n:04}_{}_assignsubmission_file/{id}", 1000 + n);
            // Of plans whose settings are computed, learners hand in the plan to begin with.
            let right =
                Some(shipped(id, "solution/plan.toml")).filter(|text| !text.contains("sql =") && !text.is_empty());
            let starter = shipped(id, "starter/plan.toml");
            let right = right.unwrap_or_else(|| starter.clone());
            match of(n) {
                Kind::Right | Kind::Late => put(format!("{folder}/plan.toml"), right.as_bytes()),
                Kind::Wrong => put(format!("{folder}/plan.toml"), starter.as_bytes()),
                Kind::Misnamed => put(format!("{folder}/Plan.toml.txt"), right.as_bytes()),
                Kind::Malformed => put(format!("{folder}/plan.toml"), format!("{right}\n[nonsense\n").as_bytes()),
                Kind::Twice => {
                    put(format!("{folder}/plan.toml"), right.as_bytes());
                    put(format!("{folder}/copy/plan.toml"), right.as_bytes());
                }
                Kind::Hostile => {
                    put(format!("{folder}/../../../../evil.toml"), right.as_bytes());
                    put(format!("{folder}/zeros.bin"), &vec![0; 30_000_000]);
                    let deep = format!("exercise = \"{id}@1\"\nx = {}{}\n", "[".repeat(50_000), "]".repeat(50_000));
                    put(format!("{folder}/plan.toml"), deep.as_bytes());
                }
                Kind::Empty => put(format!("{folder}/plan.toml"), b""),
                Kind::Nothing => {}
            }
        }
    }
    let bytes = zip.finish().expect("a zip").into_inner();
    std::fs::write(at.join(if late { "late.zip" } else { "in-time.zip" }), bytes).expect("a zip");
}

/// How many rows are not as what was handed in says: each learner and exercise once; right passes; nobody's mistake is another's.
fn judged(at: &Path, learners: usize, exercises: &[&str]) -> usize {
    let mut table = csv::Reader::from_path(at.join("out/grades.csv")).expect("the grades");
    let mut states: BTreeMap<(Kind, String, String), usize> = BTreeMap::new();
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    for row in table.deserialize::<BTreeMap<String, String>>() {
        let row = row.expect("a row of grades");
        let said = |key: &str| {
            row.iter()
                .find(|(name, _)| name.trim_start_matches('\u{feff}') == key)
                .map_or("", |(_, value)| value.as_str())
        };
        let (learner, exercise) = (said("id").to_owned(), said("exercise").to_owned());
        let state = format!("{} {}/{}", said("state"), said("points"), said("of"));
        let Ok(n) = learner.trim_start_matches('M').parse() else { continue };
        *seen.entry((learner, exercise.clone())).or_default() += 1;
        *states.entry((of(n), exercise, state)).or_default() += 1;
    }
    for ((kind, exercise, state), n) in &states {
        println!("    {kind:?} {exercise}: {state} {n}");
    }
    let once = seen.values().filter(|&&n| n == 1).count();
    // Of one kind and exercise everybody has the same state; points differ with the variant.
    let mut by: BTreeMap<(Kind, &str), BTreeSet<&str>> = BTreeMap::new();
    for (kind, exercise, state) in states.keys() {
        by.entry((*kind, exercise)).or_default().insert(state.split(' ').next().unwrap_or_default());
    }
    learners * exercises.len() - once + by.values().filter(|states| states.len() > 1).count()
}
