//! A learner at the terminal, in a folder of their own.

use std::path::{Path, PathBuf};

use practicum::course::pack::Pack;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A learner in an empty folder.
pub(crate) struct Learner {
    folder: TempDir,
    variables: Vec<(&'static str, String)>,
}

/// What a command answered.
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Learner {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let cache = folder.path().join("cache").display().to_string();
        Self { folder, variables: vec![("PRACTICUM_LANG", "en".to_owned()), ("PRACTICUM_CACHE", cache)] }
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_practicum"));
        command.current_dir(self.folder.path()).args(arguments);
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        command
    }

    pub(crate) fn types(&self, line: &str) -> Answer {
        self.types_in(".", line)
    }

    /// The same in a folder below.
    pub(crate) fn types_in(&self, folder: &str, line: &str) -> Answer {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        Answer::of(self.command(&arguments).current_dir(self.path(folder)).output().unwrap())
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub(crate) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    pub(crate) fn bytes(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    pub(crate) fn writes(&self, file: &str, text: impl AsRef<[u8]>) {
        let path = self.path(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

impl Answer {
    pub(crate) fn of(Output { status, stdout, stderr }: Output) -> Self {
        Self {
            code: status.code().unwrap_or(-1),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.out, self.err))
    }

    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n{}\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.out.contains(text) || self.err.contains(text), "no {text:?} in\n{}\n{}", self.out, self.err);
        self
    }
}

/// A file or folder of the tests' data.
pub(crate) fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(path)
}

/// `start sepsis-alarm` of the course that tests of the engine stand on.
pub(crate) fn starts_shift() -> String {
    format!("start sepsis-alarm --course {}", data("courses/shift").display())
}

/// The reference's plan of the sepsis alarm, and what a learner concludes who reads the run's own test rows of the regional hospital.
pub(crate) fn solves_the_sepsis_alarm(learner: &Learner) {
    let plan = Path::new(env!("CARGO_MANIFEST_DIR")).join("exercises/sepsis-alarm/solution/plan.toml");
    learner.writes("practicum/sepsis-alarm/plan.toml", std::fs::read(plan).unwrap());
    let run = learner.types("run sepsis-alarm --json").ends(0).json();
    let figure = |metric: &str, key: &str| {
        let is_meant = |line: &&serde_json::Value| line["metric"] == metric && line["group"]["value"] == "regional";
        run["metrics"].as_array().unwrap().iter().find(is_meant).unwrap()[key].as_f64().unwrap()
    };
    let (low, high) = (figure("missed_per_1000", "low"), figure("missed_per_1000", "high"));
    let work = figure("alerts_per_true_case", "value");
    // In the usual draw the regional thermometers read low: `look --by site` shows it.
    learner.writes(
        "practicum/sepsis-alarm/answers.toml",
        format!("missed = [{low}, {high}]\nalerts_per_case = {work}\nwhat_changed = \"measurement\"\n"),
    );
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The shipped course pack, as the program embeds it.
pub(crate) fn shipped() -> Pack {
    Pack::folder(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
}
