//! `.progress.toml`: how far a learner has come in a workspace. It is theirs: whoever changes it deceives nobody else, since a grade
//! is made by a grader, elsewhere.

use std::collections::BTreeMap;

use course::answers::{Expected, Sure};
use diagnostics::fault::Fault;
use diagnostics::keys::{self, Key, Kind, Need, Section, Value};
use engine::withhold::{Tried, Tries};

/// Its name in the workspace.
pub const FILE: &str = ".progress.toml";

const COUNT: Kind<'static> = Kind::Whole { min: 0, max: 1_000_000_000 };
const ANY: Kind<'static> = Kind::Number { min: -1e12, max: 1e12 };

/// Its keys.
pub const KEYS: &[Key<'static>] = &[
    Key::new("runs", COUNT, Need::Default("0"), "How often a plan was run.", "計画を実行した回数です。"),
    Key::new("checks", COUNT, Need::Default("0"), "How often it was checked.", "判定を受けた回数です。"),
    Key::new("failed", COUNT, Need::Default("0"), "How many of these checks failed.", "そのうち不合格の回数です。"),
    Key::new("passed", Kind::Flag, Need::Default("false"), "Whether one passed.", "合格したかどうかです。"),
    Key::new(
        "gave_up",
        Kind::Flag,
        Need::Default("false"),
        "Whether the debrief was opened without a pass.",
        "合格しないまま解説を開いたかどうかです。",
    ),
    Key::new("expected", Kind::Tables(EXPECTED), Need::Default("[]"), "What was expected.", "実行前の予想です。"),
    Key::new("tried", Kind::Tables(TRIED), Need::Default("[]"), "The conclusions so far.", "これまでの結論です。"),
];

const EXPECTED: &[Key<'static>] = &[
    Key::new("question", Kind::String, Need::Required, "The question.", "問いです。"),
    Key::new("low", ANY, Need::Optional, "The range's lower end.", "範囲の下限です。"),
    Key::new("high", ANY, Need::Optional, "The range's upper end.", "範囲の上限です。"),
    Key::new("choice", Kind::String, Need::Optional, "The choice.", "選択肢です。"),
    Key::new("sure", Kind::Choice(Sure::WORDS), Need::Optional, "How sure.", "確信の程度です。"),
    Key::new("sealed", Kind::String, Need::Required, "When it was sealed.", "確定した時刻です。"),
    Key::new(
        "held",
        Kind::Flag,
        Need::Optional,
        "Whether the range held what came.",
        "範囲が実際の値を含んだかどうかです。",
    ),
];

const TRIED: &[Key<'static>] = &[
    Key::new("question", Kind::String, Need::Required, "The question.", "問いです。"),
    Key::new("right", Kind::Flag, Need::Default("false"), "Whether it was ever right.", "正解したかどうかです。"),
    Key::new("wrong", Kind::List(&Kind::String), Need::Default("[]"), "The wrong answers.", "誤った解答です。"),
];

/// How far a learner has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// How often a plan was run.
    pub runs: i64,
    /// How often it was checked.
    pub checks: i64,
    /// How many of these checks failed.
    pub failed: i64,
    /// Whether one passed.
    pub passed: bool,
    /// Whether the debrief was opened without a pass.
    pub gave_up: bool,
    /// What was expected before the first run, by question; every question that was asked is there once a plan was run.
    pub expected: BTreeMap<String, Sealed>,
    /// The conclusions.
    pub tries: Tries,
}

/// An expectation as it was when the first run began; it does not change any more.
#[derive(Clone, Debug, PartialEq)]
pub struct Sealed {
    /// What was expected; [`Expected::Unknown`] where nothing was said.
    pub expected: Expected,
    /// When, as the command line told it.
    pub at: String,
    /// Of a range, whether it held what came, once that was told.
    pub held: Option<bool>,
}

impl Progress {
    /// Reads it; `file` is what the reader calls it.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let top = keys::read(file, bytes, KEYS)?;
        let tried = |section: &Section| {
            let wrong = section.strings("wrong").into_iter().map(|answer| answer.value).collect();
            (section.string("question"), Tried { wrong, right: section.flag("right") })
        };
        let sealed = |section: &Section| {
            let sure = section.maybe_string("sure").map(|word| word.value);
            let sure = Sure::ALL.into_iter().find(|one| Some(one.word()) == sure.as_deref()).unwrap_or(Sure::Guess);
            let expected =
                match (section.maybe_number("low"), section.maybe_number("high"), section.maybe_string("choice")) {
                    (Some(low), Some(high), _) => Expected::Range(low, high),
                    (_, _, Some(choice)) => Expected::Choice(choice.value, sure),
                    _ => Expected::Unknown,
                };
            let held = section.get("held").map(|held| held.value == Value::Flag(true));
            (section.string("question"), Sealed { expected, at: section.string("sealed"), held })
        };
        Ok(Self {
            runs: top.whole("runs"),
            checks: top.whole("checks"),
            failed: top.whole("failed"),
            passed: top.flag("passed"),
            gave_up: top.flag("gave_up"),
            expected: top.tables("expected").map(sealed).collect(),
            tries: top.tables("tried").map(tried).collect(),
        })
    }

    /// The file.
    pub fn text(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let mut out = "# Written by practicum; please leave it as it is.\n# practicumが書いたファイルです。変更しないでください。\n".to_owned();
        out += &format!(
            "runs = {}\nchecks = {}\nfailed = {}\npassed = {}\ngave_up = {}\n",
            self.runs, self.checks, self.failed, self.passed, self.gave_up
        );
        for (question, sealed) in &self.expected {
            out += &format!("\n[[expected]]\nquestion = {}\n", quoted(question));
            match &sealed.expected {
                Expected::Range(low, high) => out += &format!("low = {low}\nhigh = {high}\n"),
                Expected::Choice(choice, sure) => {
                    out += &format!("choice = {}\nsure = {}\n", quoted(choice), quoted(sure.word()));
                }
                Expected::Unknown => {}
            }
            out += &format!("sealed = {}\n", quoted(&sealed.at));
            if let Some(held) = sealed.held {
                out += &format!("held = {held}\n");
            }
        }
        for (question, tried) in &self.tries {
            let wrong: Vec<String> = tried.wrong.iter().map(|answer| quoted(answer)).collect();
            out += &format!("\n[[tried]]\nquestion = {}\n", quoted(question));
            out += &format!("right = {}\nwrong = [{}]\n", tried.right, wrong.join(", "));
        }
        out
    }

    /// Whether the debrief may be read.
    pub fn is_over(&self) -> bool {
        self.passed || self.gave_up
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read_back() {
        let sealed = |expected| Sealed { expected, at: "2026-04-01T09:00Z".to_owned(), held: Some(true) };
        let tried = Tried { wrong: ["[3, 5]".to_owned(), "a \"b\"".to_owned()].into(), right: true };
        let progress = Progress {
            runs: 3,
            checks: 2,
            failed: 1,
            passed: true,
            gave_up: false,
            expected: BTreeMap::from([
                ("alarms".to_owned(), sealed(Expected::Range(0.5, 20.0))),
                ("more".to_owned(), sealed(Expected::Choice("fewer".to_owned(), Sure::Rather))),
                ("other".to_owned(), sealed(Expected::Unknown)),
            ]),
            tries: BTreeMap::from([("missed".to_owned(), tried)]),
        };
        assert_eq!(Progress::read(FILE, progress.text().as_bytes()).unwrap(), progress);
        assert_eq!(Progress::read(FILE, b"").unwrap(), Progress::default());
    }
}
