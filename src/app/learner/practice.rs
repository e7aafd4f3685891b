//! A learner's run, check or giving up from beginning to end, for somebody who shows it afterwards: trained, told, kept, remembered.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::desk::{Desk, How};
use crate::ending::Ending;
use course::pack::Content;
use diagnostics::text::{Lang, Text};
use engine::run::Watch;
use report::json::{Document, Kept, Subject};

/// What a learner asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    /// The folder in which they stand; absolute.
    pub here: PathBuf,
    /// The course folder that they named.
    #[serde(default)]
    pub course: Option<PathBuf>,
    /// The exercise's id.
    pub exercise: String,
    /// What for.
    pub aim: Aim,
    /// Whether a training beyond the usual budget is asked for.
    #[serde(default)]
    pub long: bool,
    /// The time, as it is sealed with what is expected.
    pub at: String,
    /// The language of what is kept in one language.
    pub lang: String,
}

/// What a plan is trained for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aim {
    /// To see how it does on the learner's own rows.
    Run,
    /// To be judged.
    Check,
    /// To end an exercise that was not passed, and to see what came of what was expected.
    GiveUp,
}

impl Aim {
    /// The command that does the same in a terminal.
    fn command(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Check => "check",
            Self::GiveUp => "solution",
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Practised {
    /// The document: verdict, figures, or what is wrong (`practicum.result/1`); null where an exercise was given up.
    pub document: Value,
    /// What the learner calls the folder in which it was kept; none where nothing was.
    pub kept: Option<String>,
    /// The conclusions that are not settled.
    pub open: Vec<String>,
    /// What speaks about the mistake that the plan resembles.
    pub resembles: Option<Text>,
    /// The debrief's file, where it may be read now.
    pub debrief: Option<String>,
    /// Whether the user ended it.
    pub ended: bool,
}

impl Practised {
    /// The number of the run, where it was kept.
    pub fn number(&self) -> Option<u64> {
        self.kept.as_deref()?.rsplit('/').next()?.parse().ok()
    }

    /// Whether it ran, also where the result could not be kept.
    pub fn has_run(&self) -> bool {
        let Kept { trained, score, .. } = Kept::of(&self.document);
        trained.is_some() || score.is_some()
    }
}

/// Runs or checks the plan in the learner's workspace, and keeps the result there.
pub fn practise(practice: &Practice, content: &'static Content, watch: &mut dyn Watch) -> Practised {
    let mut subject = Subject::default();
    let command = practice.aim.command();
    let mut done =
        Practised { document: Value::Null, kept: None, open: Vec::new(), resembles: None, debrief: None, ended: false };
    if let Err(ending) = go(practice, content, &mut subject, watch, &mut done) {
        done.ended = matches!(ending, Ending::Ended);
        let (at_fault, faults) = ending.told();
        // A verdict that was reached is told, also where it could not be kept.
        if done.document.is_null() {
            let document = if done.ended {
                Document::ended(command, &subject)
            } else {
                Document::faulty(command, &subject, at_fault, &faults)
            };
            done.document = document.value();
        } else {
            done.document["faults"] = faults.iter().map(report::json::fault).collect();
        }
    }
    done
}

fn go(
    practice: &Practice,
    content: &'static Content,
    subject: &mut Subject,
    watch: &mut dyn Watch,
    done: &mut Practised,
) -> Result<(), Ending> {
    let lang = Lang::of_locale(&practice.lang);
    let desk = Desk { here: practice.here.clone(), course: practice.course.clone(), content };
    let placed = desk.begun(practice.aim.command(), Some(&practice.exercise), subject)?;
    if practice.aim == Aim::GiveUp {
        done.debrief = placed.give_up(practice.long, lang, watch)?;
        return Ok(());
    }
    let submission = placed.submission()?;
    let handed_in = placed.workspace.handed_in()?;
    let how = How {
        seed: None,
        exam_seed: None,
        long: practice.long,
        expected: submission.unjudged.expected.clone(),
        at: practice.at.clone(),
    };
    if practice.aim == Aim::Run {
        let run = placed.run(&submission, &how, subject, watch)?;
        let document = Document::ran("run", subject, &run);
        done.document = document.value();
        done.kept = Some(placed.workspace.keep(&placed.task, &run, &document, &handed_in, lang)?);
        return Ok(());
    }
    let checked = placed.check(&submission, &how, subject, watch)?;
    let document = Document::ran("check", subject, &checked.run);
    done.document = document.value();
    done.open = checked.open.iter().map(|question| question.id.clone()).collect();
    done.resembles = checked.resembles.as_ref().map(|mistake| mistake.why.clone());
    done.kept = Some(placed.workspace.keep(&placed.task, &checked.run, &document, &handed_in, lang)?);
    placed.workspace.remember(&checked.progress)?;
    if checked.progress.is_over() {
        done.debrief = placed.debriefed(&checked, lang)?;
    }
    Ok(())
}
