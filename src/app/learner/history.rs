//! What a learner did before: the runs that were kept, what differed between them, the hints of the last check; the way back, and what is
//! handed in.

use serde::Serialize;
use serde_json::Value;

use super::desk::Placed;
use super::hand_in::{ANSWERS, PLAN};
use super::workspace::{RECORD, RESULT};
use crate::ending::Ending;
use course::content;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use engine::check::Verdict;
use engine::record::Record;
use report::json::{Kept, KeptCheck};

/// The version of [`Submitted`]; raised when a key changes its meaning or goes.
pub const SUBMISSION: &str = "practicum.submission/1";

/// A run or a check that was kept.
#[derive(Clone, Debug)]
pub struct Past {
    /// Its number.
    pub number: u64,
    /// Its document (`practicum.result/1`), whole.
    pub document: Value,
    /// What is shown of it again.
    pub told: Kept,
    /// Its figures to the last bit, where it left them.
    pub record: Option<Record>,
    /// The lines of its plan that say something.
    pub plan: Vec<String>,
}

/// The lines of two plans that only one of them has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differing {
    /// Those of the first.
    pub first: Vec<String>,
    /// Those of the second.
    pub second: Vec<String>,
}

/// Two runs side by side.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The runs.
    pub runs: [Past; 2],
    /// What differs in their plans.
    pub differing: Differing,
}

/// What a return to the beginning did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reset {
    /// The copies of what was there, as the learner calls them.
    pub copies: Vec<String>,
    /// The files that were missing, and are there again.
    pub anew: Vec<String>,
}

/// The file to hand in, as it was written.
#[derive(Clone, Debug)]
pub struct HandIn {
    /// The file, as the learner calls it.
    pub file: String,
    /// Whether the plan in it was run here as it is.
    pub was_run: bool,
}

/// What is handed in, as one file: what a grader needs, and what they look up. Nothing in it is believed: a grader trains again.
#[derive(Clone, Debug, Serialize)]
pub struct Submitted {
    schema: &'static str,
    exercise: String,
    variant: Option<String>,
    plan: String,
    answers: String,
    plan_digest: String,
    answers_digest: String,
    runs: i64,
    checks: i64,
    passed: bool,
    gave_up: bool,
    attempts: Vec<Attempt>,
    engine: String,
}

#[derive(Clone, Debug, Serialize)]
struct Attempt {
    number: u64,
    command: String,
    verdict: Option<Verdict>,
    points: Option<i64>,
    plan_digest: String,
}

impl Past {
    /// Whether it was judged, and not only run.
    pub fn is_check(&self) -> bool {
        self.told.command == "check"
    }

    /// What another plan says otherwise; comments and spaces play no part.
    pub fn against(&self, other: &Self) -> Differing {
        differing(&self.plan, &other.plan)
    }
}

/// The lines that only one of two plans has.
pub(super) fn differing(first: &[String], second: &[String]) -> Differing {
    let only =
        |these: &[String], those: &[String]| these.iter().filter(|line| !those.contains(line)).cloned().collect();
    Differing { first: only(first, second), second: only(second, first) }
}

/// The lines of a plan that say something, each with the table that it stands in.
pub(super) fn lines(plan: &str) -> Vec<String> {
    let mut table = String::new();
    let mut out = Vec::new();
    for line in plan.lines().map(|line| bare(line).trim()).filter(|line| !line.is_empty()) {
        if line.starts_with('[') && !line.contains('=') {
            line.clone_into(&mut table);
        } else {
            out.push(format!("{table} {line}").trim().to_owned());
        }
    }
    out
}

/// A line without its comment; a `#` in quotation marks is none.
fn bare(line: &str) -> &str {
    let mut quoted = None;
    for (at, sign) in line.char_indices() {
        match (sign, quoted) {
            ('#', None) => return &line[..at],
            ('"' | '\'', None) => quoted = Some(sign),
            (sign, Some(open)) if sign == open => quoted = None,
            _ => {}
        }
    }
    line
}

impl Placed {
    /// A run that was kept; none where there is no such number, or its files are gone.
    pub fn past(&self, number: u64) -> Option<Past> {
        let document: Value = serde_json::from_slice(&self.workspace.of_run(number, RESULT)?).ok()?;
        let record = self.workspace.of_run(number, RECORD).and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let plan = self.workspace.of_run(number, PLAN).unwrap_or_default();
        Some(Past { number, told: Kept::of(&document), document, record, plan: lines(&String::from_utf8_lossy(&plan)) })
    }

    /// Two runs that were kept.
    ///
    /// # Errors
    /// A run that was not kept.
    pub fn compared(&self, first: u64, second: u64) -> Result<Compared, Ending> {
        let runs = [self.kept(first)?, self.kept(second)?];
        Ok(Compared { differing: runs[0].against(&runs[1]), runs })
    }

    fn kept(&self, number: u64) -> Result<Past, Ending> {
        self.past(number).ok_or_else(|| {
            let there: Vec<String> = self.workspace.runs().iter().rev().map(u64::to_string).collect();
            let there = there.join(", ");
            let found = text!("run {number}, which was not kept", "試行{number}は保存されていません");
            let expected = match there.as_str() {
                "" => Text::new("a run first: practicum run", "まず practicum run で実行してください"),
                there => text!("one of {there}", "{there} のいずれか"),
            };
            Ending::Faults(vec![Fault::new(Id::OutOfRange, Place::file("practicum compare"), found, expected)])
        })
    }

    /// The runs that were kept, the last first.
    pub fn pasts(&self) -> impl Iterator<Item = Past> {
        self.workspace.runs().into_iter().filter_map(|number| self.past(number))
    }

    /// Whether the plan, as it is now but for comments and spaces, is that of a run that was kept.
    ///
    /// # Errors
    /// A file that may not be read.
    pub fn was_run(&self) -> Result<bool, Ending> {
        let now = lines(&self.text_of(PLAN)?);
        Ok(self.pasts().any(|past| past.plan == now))
    }

    /// The hints of the checks that failed last or were not answered, by their titles; empty where there are none or nothing was checked.
    pub fn hints(&self) -> Vec<(Text, Text)> {
        let Some(last) = self.pasts().find(Past::is_check) else { return Vec::new() };
        // Of what is not answered yet, the hint says how one would find it; what it would take from a run is not known.
        let ahead = |check: &KeptCheck| {
            let hint = &self.task.exercise.checks.iter().find(|other| check.id == other.id)?.hint;
            (!hint.en.contains('{')).then(|| hint.clone())
        };
        let hint = |check: &KeptCheck| match check.verdict {
            Verdict::Failed => check.hint.clone(),
            Verdict::NotAttempted => ahead(check),
            Verdict::Passed | Verdict::Skipped | Verdict::Invalid | Verdict::Error => None,
        };
        last.told.checks.iter().filter_map(|check| Some((check.title.clone(), hint(check)?))).collect()
    }

    /// Lays the plan and the answers to begin with into the workspace; those that are there stay beside them.
    ///
    /// # Errors
    /// The disk's.
    pub fn reset(&self) -> Result<Reset, Ending> {
        let mut reset = Reset::default();
        for file in [PLAN, ANSWERS] {
            let starter = self.starter(file);
            if starter.is_empty() {
                continue;
            }
            // What was deleted leaves no copy, and is laid out again.
            if !self.workspace.holds(file) {
                self.workspace.write(file, starter.as_bytes())?;
                reset.anew.push(self.workspace.shown(file));
                continue;
            }
            let now = self.bytes_of(file)?;
            if now != starter.as_bytes() {
                reset.copies.push(self.workspace.shown(&self.laid_aside(file, &now)?));
                self.workspace.write(file, starter.as_bytes())?;
            }
        }
        Ok(reset)
    }

    /// Writes the file to hand in.
    ///
    /// # Errors
    /// As [`Self::submitted`]; the disk's.
    pub fn hand_in(&self) -> Result<HandIn, Ending> {
        let (file, bytes) = self.handed()?;
        self.workspace.write(&file, &bytes)?;
        Ok(HandIn { file: self.workspace.shown(&file), was_run: self.was_run()? })
    }

    /// The file to hand in: its name, and what it holds.
    ///
    /// # Errors
    /// As [`Self::submitted`].
    pub fn handed(&self) -> Result<(String, Vec<u8>), Ending> {
        let submitted = self.submitted()?;
        let variant = self.workspace.variant().map(|key| format!("-{key}")).unwrap_or_default();
        let plain = |c: char| if c.is_alphanumeric() || "-_".contains(c) { c } else { '_' };
        let name: String = format!("{}{variant}", self.workspace.id()).chars().map(plain).collect();
        let text = serde_json::to_string_pretty(&submitted)?;
        Ok((format!("{name}.submission.json"), format!("{text}\n").into_bytes()))
    }

    /// What is to be handed in, once it can be read whole.
    ///
    /// # Errors
    /// Everything that is wrong with plan and answers.
    pub fn submitted(&self) -> Result<Submitted, Ending> {
        self.submission()?;
        let progress = self.workspace.progress()?;
        let (plan, answers) = (self.text_of(PLAN)?, self.text_of(ANSWERS)?);
        let digest = |text: &str| content::of_bytes(text.as_bytes()).to_string();
        let mut attempts: Vec<Attempt> = self
            .pasts()
            .map(|past| Attempt {
                number: past.number,
                command: past.told.command.clone(),
                verdict: past.told.verdict,
                points: past.told.score.map(|score| score.points),
                plan_digest: digest(&past.plan.join("\n")),
            })
            .collect();
        attempts.reverse();
        Ok(Submitted {
            schema: SUBMISSION,
            exercise: self.task.exercise.reference(),
            variant: self.workspace.variant().map(str::to_owned),
            plan_digest: digest(&plan),
            answers_digest: digest(&answers),
            plan,
            answers,
            runs: progress.runs,
            checks: progress.checks,
            passed: progress.passed,
            gave_up: progress.gave_up,
            attempts,
            engine: engine::name(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_differ_in_what_they_say() {
        let past = |plan: &str| Past {
            number: 1,
            document: Value::Null,
            told: Kept::default(),
            record: None,
            plan: lines(plan),
        };
        let first = past(
            "[train]\nepochs = 20  # many\n[operate]\nthreshold = 0.25\n# on = \"a\"\n[cohort]\nwhere = \"ward = 'C#'\" # x\n",
        );
        let second = past(
            "# a comment\n[train]\nepochs = 20\n\n[operate]\nthreshold = 0.1\n[cohort]\nwhere = \"ward = 'C#'\"\n",
        );
        let differing = first.against(&second);
        assert_eq!(
            (differing.first, differing.second),
            (vec!["[operate] threshold = 0.25".to_owned()], vec!["[operate] threshold = 0.1".to_owned()])
        );
    }
}
