//! What people read, whole and in both languages: each page of text stands in `snapshots/`. After a change that is meant, look at what
//! differs and accept it: `INSTA_UPDATE=always cargo test --release --test it -- snapshots::`, then `git diff`.

use super::session::{Answer, Learner};

/// Both languages of what a command says, the same folder for both.
fn reads(learner: &Learner, name: &str, command: &str) {
    for lang in ["en", "ja"] {
        let Answer { code, out, err } = learner.types(&format!("{command} --lang {lang}"));
        let text = format!("{out}{err}\n(ends with {code})\n");
        // The version is a release's, not a text's.
        let text = text.replace(env!("CARGO_PKG_VERSION"), "VERSION");
        // What a check costs differs between computers.
        let text: String = text.lines().filter(|line| !line.contains(" MB")).map(|line| format!("{line}\n")).collect();
        insta::assert_snapshot!(format!("{name}.{lang}"), text);
    }
}

#[test]
fn help_is_read_in_both_languages() {
    let learner = Learner::new();
    for (name, command) in [
        ("help", "--help"),
        ("help-run", "run --help"),
        ("help-check", "check --help"),
        ("help-measure", "measure --help"),
        ("help-grade", "grade --help"),
        ("help-author", "author --help"),
    ] {
        reads(&learner, name, command);
    }
}

#[test]
fn a_learner_reads_the_first_hour() {
    let learner = Learner::new();
    reads(&learner, "list", "list");
    learner.types("start first-look").ends(0);
    reads(&learner, "look", "look first-look");
    reads(&learner, "run", "run first-look");
    // The run's number differs between languages; the rest is the same.
    reads(&learner, "check", "check first-look");
    learner.writes(
        "practicum/first-look/plan.toml",
        "exercise = \"first-look@1\"\n[train]\nepoch = 5\nbatch = \"many\"\n",
    );
    reads(&learner, "mistakes", "check first-look");
}

#[test]
fn an_author_reads_what_is_valid_and_what_learners_see() {
    let learner = Learner::new();
    reads(&learner, "validate", "author validate first-look");
    reads(&learner, "preview", "author preview first-look");
}

#[test]
fn a_statistician_reads_what_is_measured() {
    let learner = Learner::new();
    let row = |n: u32| {
        let score = f64::from(n * 37 % 101) / 101.0;
        let ill = u32::from(n * 53 % 97 < (90.0 * score) as u32);
        format!("{ill},{score:.3},{}\n", if n.is_multiple_of(2) { "city" } else { "valley" })
    };
    learner.writes("scores.csv", format!("ill,risk,place\n{}", (0..300).map(row).collect::<String>()));
    reads(&learner, "measure", "measure scores.csv --label ill --score risk --by place --resamples 200");
    learner.writes("broken.csv", "ill,risk\n1,0.3\n0,1.4\n2,0.5\n");
    reads(&learner, "measure-mistakes", "measure broken.csv --label ill --score risk");
}
