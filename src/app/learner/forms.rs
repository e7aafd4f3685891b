//! What somebody fills in for the learner's two files. The files stay the truth: a form changes keys in them and nothing else, and what
//! cannot be read is told and not written.

use std::collections::BTreeMap;

use super::desk::Placed;
use super::edit::{self, Change, Changed};
use super::hand_in::{self, ANSWERS, PLAN};
use crate::ending::Ending;
use course::answers::{self, Answers, Expected, Unjudged};
use course::content;
use course::exercise::Question;
use course::pack;
use course::plan::Wanted;
use course::settings;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use engine::models::VOCABULARY;
use engine::prepare;
use engine::run;
use tables::Frame;

/// What became of changes of a plan.
#[derive(Clone, Debug, PartialEq)]
pub enum Planned {
    /// They stand in the file.
    Written(Changed),
    /// The file was changed by somebody else since the form was made, and was left as it is.
    Elsewhere,
}

/// By what a form tells whether a file is still as it was.
pub fn digest(text: &str) -> String {
    content::of_bytes(text.as_bytes()).to_string()
}

impl Placed {
    /// What stands in `plan.toml` or `answers.toml`, byte for byte; where there is no such file, what an exercise begins with.
    ///
    /// # Errors
    /// A file that may not be read.
    pub(super) fn bytes_of(&self, file: &str) -> Result<Vec<u8>, Ending> {
        let handed_in = self.workspace.handed_in()?;
        let bytes = if file == PLAN { handed_in.plan } else { handed_in.answers };
        Ok(bytes.unwrap_or_else(|| self.starter(file).into_bytes()))
    }

    /// The same as text, to be shown: letters that are not UTF-8 are seen to be none.
    ///
    /// # Errors
    /// A file that may not be read.
    pub fn text_of(&self, file: &str) -> Result<String, Ending> {
        Ok(String::from_utf8_lossy(&self.bytes_of(file)?).into_owned())
    }

    /// The same as text, to be changed and written again.
    ///
    /// # Errors
    /// A file that may not be read, or is not UTF-8: what cannot be read would be lost.
    fn written(&self, file: &str) -> Result<String, Ending> {
        let bytes = self.bytes_of(file)?;
        diagnostics::keys::decode(file, &bytes).map_err(|fault| vec![fault])?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What an exercise begins with.
    pub fn starter(&self, file: &str) -> String {
        let bytes = self.pack.bytes(&format!("exercises/{}/starter/{file}", self.task.exercise.id));
        String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
    }

    /// What is answered and expected, as far as the file can be read.
    pub fn said(&self) -> (Answers, Unjudged) {
        self.answered().unwrap_or_default()
    }

    /// What is answered and expected.
    ///
    /// # Errors
    /// Everything that is wrong with the file as it is.
    pub fn answered(&self) -> Result<(Answers, Unjudged), Ending> {
        let (answers, unjudged, _) = answers::read(ANSWERS, &self.bytes_of(ANSWERS)?, &self.task.exercise)?;
        Ok((answers, unjudged))
    }

    /// What is expected of the first run, as it is written down.
    pub fn expected(&self) -> BTreeMap<String, Expected> {
        self.said().1.expected
    }

    /// What the items of a question say in this workspace's variant.
    ///
    /// # Errors
    /// The author's mistakes.
    pub fn listed(&self, question: &Question) -> Result<Vec<Text>, Ending> {
        let file = |file: &str| self.pack.dataset_file(&self.task.dataset.id, file);
        Ok(run::listed(&self.task, question, self.workspace.seed().number, &file)?)
    }

    /// Changes answers or expectations.
    ///
    /// # Errors
    /// What cannot be read; then nothing is written.
    pub fn answer(&self, changes: &[Change]) -> Result<Changed, Ending> {
        let (text, exercise) = (self.written(ANSWERS)?, &self.task.exercise);
        let changed = answers::with_keys(exercise, |keys| edit::changed(ANSWERS, &text, keys, changes))?;
        answers::read(ANSWERS, changed.text.as_bytes(), exercise)?;
        self.workspace.write(ANSWERS, changed.text.as_bytes())?;
        Ok(changed)
    }

    /// Changes the plan, where it is still the one whose [`digest`] is `seen`.
    ///
    /// # Errors
    /// What cannot be read, columns and values that the data do not have; then nothing is written.
    pub fn plan(&self, changes: &[Change], seen: &str) -> Result<Planned, Ending> {
        let text = self.written(PLAN)?;
        if digest(&text) != seen {
            return Ok(Planned::Elsewhere);
        }
        let changed = settings::with_keys(VOCABULARY.plan, &self.task.exercise.settings, |keys| {
            edit::changed(PLAN, &text, keys, changes)
        })?;
        let faults = self.faults_of(changed.text.as_bytes(), None);
        if !faults.is_empty() {
            return Err(Ending::Faults(faults));
        }
        self.workspace.write(PLAN, changed.text.as_bytes())?;
        Ok(Planned::Written(changed))
    }

    /// Everything that is wrong with the plan as it is; `rows` are the learner's.
    ///
    /// # Errors
    /// A file that may not be read.
    pub fn plan_faults(&self, rows: &Frame) -> Result<Vec<Fault>, Ending> {
        Ok(self.faults_of(&self.bytes_of(PLAN)?, Some(rows)))
    }

    /// Everything that is wrong with a plan; `rows` are the learner's, where they were drawn already.
    fn faults_of(&self, bytes: &[u8], rows: Option<&Frame>) -> Vec<Fault> {
        let plan = (PLAN, Some(bytes));
        let mut faults = match pack::submission(&VOCABULARY, &self.task.exercise, plan, (ANSWERS, None)) {
            Ok(submission) => submission.plan.fits(run::predicted(&self.task, &submission.plan)),
            Err(faults) => faults,
        };
        let wanted = Wanted::in_part(&VOCABULARY, &self.task.exercise.settings, PLAN, bytes);
        self.add_astray(&mut faults, &wanted, rows);
        faults
    }

    /// Adds what a plan asks of the learner's data in vain; `rows` are these, where they were drawn already. A line that cannot be read
    /// says no more than that.
    pub(super) fn add_astray(&self, faults: &mut Vec<Fault>, wanted: &Wanted, rows: Option<&Frame>) {
        let file = |file: &str| self.pack.dataset_file(&self.task.dataset.id, file);
        let astray = match rows {
            Some(rows) => prepare::astray(wanted, &self.task.dataset, rows),
            None => run::astray(&self.task, wanted, self.workspace.seed().number, &file).unwrap_or_default(),
        };
        let told: Vec<_> = faults.iter().map(|fault| fault.place.line).collect();
        faults.extend(astray.into_iter().filter(|more| !told.contains(&more.place.line)));
    }

    /// Lays a copy of a file aside under a name that is free, so that no earlier copy is lost. Gives the name.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn laid_aside(&self, file: &str, bytes: &[u8]) -> Result<String, Ending> {
        for copy in hand_in::before(file) {
            let is_free = !self.workspace.holds(&copy);
            if is_free {
                self.workspace.write(&copy, bytes)?;
            }
            if is_free || disk::read(self.workspace.folder(), &copy, disk::HAND_IN).is_ok_and(|there| there == bytes) {
                return Ok(copy);
            }
        }
        unreachable!("names do not end")
    }

    /// Takes the plan back to what it was in an earlier run, or to what the exercise begins with; the file as it is stays beside it.
    ///
    /// # Errors
    /// The disk's; no such run.
    pub fn plan_back(&self, run: Option<u64>) -> Result<(), Ending> {
        let text = match run {
            Some(run) => self.workspace.of_run(run, PLAN),
            None => Some(self.starter(PLAN).into_bytes()),
        };
        let Some(text) = text else {
            let number = run.unwrap_or_default();
            let found = text!("the plan of run {number}, which was not kept", "試行{number}の計画は保存されていません");
            let expected = Text::new("a run of the list", "一覧にある試行");
            return Err(Ending::Faults(vec![Fault::new(Id::OutOfRange, Place::file(PLAN), found, expected)]));
        };
        let now = self.bytes_of(PLAN)?;
        self.laid_aside(PLAN, &now)?;
        Ok(self.workspace.write(PLAN, &text)?)
    }
}
