//! Where a learner works: the folder in which they stand and the course that they use; and what they do there, from the list of
//! exercises to a check.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::checking::{self, Checked};
use super::memory;
use super::renewal::{self, Renewed};
use super::variant;
use super::workspace::{StartOptions, Started, Workspace};
use crate::ending::Ending;
use course::answers::Expected;
use course::content;
use course::exercise::Cover;
use course::pack::{Content, Pack, STARTER, Submission, Task};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use engine::check::Figure;
use engine::models::VOCABULARY;
use engine::run::{self, AskedOne, Ended, Job, One, Run, Shelf, Watch};
use report::json::Subject;
use seed::{Origin, Root};

/// Where a learner works.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The folder in which they stand; absolute.
    pub here: PathBuf,
    /// The course folder that they named.
    pub course: Option<PathBuf>,
    /// The course where none is named.
    pub content: &'static Content,
}

/// An exercise, its course, and the learner's folder of it, begun or not.
#[derive(Debug)]
pub struct Placed {
    /// The course.
    pub pack: Pack,
    /// The exercise with its dataset.
    pub task: Task,
    /// The folder.
    pub workspace: Workspace,
}

/// How far a learner has come with an exercise that they began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It was begun.
    Begun,
    /// A check passed.
    Passed,
    /// The debrief was read without a pass.
    GaveUp,
}

/// An exercise of the list.
#[derive(Debug)]
pub struct Listed {
    /// The exercise.
    pub exercise: Cover,
    /// How far the learner has come; none where it was not begun here.
    pub state: Option<State>,
}

/// The one next step among the exercises that are `shown`, of all that are `listed`: what was begun; else what builds on what is done;
/// else the first that waits for nothing.
pub fn next<'l>(listed: &[Listed], shown: &[&'l Listed]) -> Option<&'l Listed> {
    let is_done = |id: &str| {
        let done = |state| matches!(state, State::Passed | State::GaveUp);
        listed.iter().any(|listed| listed.exercise.id == id && listed.state.is_some_and(done))
    };
    let first = |fits: &dyn Fn(&Listed) -> bool| shown.iter().copied().find(|listed| fits(listed));
    let is_open =
        |listed: &Listed| listed.state.is_none() && listed.exercise.after.iter().all(|after| is_done(&after.value));
    first(&|listed| listed.state == Some(State::Begun))
        .or_else(|| first(&|listed| is_open(listed) && !listed.exercise.after.is_empty()))
        .or_else(|| first(&is_open))
        .or_else(|| first(&|listed| listed.state.is_none()))
}

/// What `start` did.
#[derive(Debug)]
pub struct Begun {
    /// What was begun.
    pub placed: Placed,
    /// The files.
    pub started: Started,
    /// What became of files of an earlier version.
    pub renewed: Option<Renewed>,
}

/// How a plan is to be run.
#[derive(Clone, Debug)]
pub struct How {
    /// Another seed of the data than the workspace's own.
    pub seed: Option<u64>,
    /// A grader's seed of the exam.
    pub exam_seed: Option<u64>,
    /// Whether a training beyond the usual budget is asked for.
    pub long: bool,
    /// What is expected of the first run.
    pub expected: BTreeMap<String, Expected>,
    /// The time, as it is sealed with what is expected.
    pub at: String,
}

impl Desk {
    /// The course folder that was named, or the program's own course.
    ///
    /// # Errors
    /// A folder that is no course.
    pub fn pack(&self) -> Result<Pack, Ending> {
        match &self.course {
            None => Ok(Pack::Embedded(self.content)),
            Some(folder) => Pack::folder(folder).map_err(|fault| Ending::Faults(vec![fault])),
        }
    }

    /// The exercises in the order in which they build on one another, and what is wrong with those that cannot be read.
    ///
    /// # Errors
    /// A folder that is no course.
    pub fn list(&self) -> Result<(Vec<Listed>, Vec<Fault>), Ending> {
        let pack = self.pack()?;
        let (mut exercises, mut faults) = (Vec::new(), Vec::new());
        for id in pack.exercises() {
            match pack.cover(&id) {
                Ok(exercise) => exercises.push(exercise),
                Err(more) => faults.extend(more),
            }
        }
        let listed = |exercise: Cover| Listed { state: self.state(&exercise.id), exercise };
        Ok((course::courses::path(exercises).into_iter().map(listed).collect(), faults))
    }

    fn state(&self, id: &str) -> Option<State> {
        let workspace = Workspace::find(&self.here, id).ok().filter(Workspace::is_started)?;
        let progress = workspace.progress().ok()?;
        Some(match (progress.passed, progress.gave_up) {
            (true, _) => State::Passed,
            (false, true) => State::GaveUp,
            (false, false) => State::Begun,
        })
    }

    /// The id that an exercise has now, where it had another before.
    pub fn renamed(&self, id: &str) -> Option<String> {
        self.pack().ok()?.renamed(id)
    }

    /// The exercise that is named, or in whose folder the learner stands; its course; and its workspace, begun or not. What becomes
    /// known on the way goes into `subject`; `command` is what asks.
    ///
    /// # Errors
    /// An unknown name, no name where the learner stands in no exercise, a file that cannot be read.
    pub fn placed(&self, command: &str, id: Option<&str>, subject: &mut Subject) -> Result<Placed, Ending> {
        let renamed = id.and_then(|id| self.renamed(id));
        let workspace = match renamed.as_deref().or(id) {
            Some(id) => {
                id.clone_into(&mut subject.exercise);
                // What is no folder's name is no exercise of any course.
                if !disk::is_name(id) {
                    task(&self.pack()?, id, subject)?;
                }
                Workspace::find(&self.here, id)
            }
            None => Workspace::around(&self.here).and_then(|around| around.ok_or_else(|| self.nowhere(command))),
        }?;
        workspace.id().clone_into(&mut subject.exercise);
        subject.variant = workspace.variant().map(str::to_owned);
        let pack = match (&self.course, workspace.course()) {
            (None, Some(course)) => Pack::folder(&course.value).map_err(|_| {
                let (id, folder) = (workspace.id(), course.value.display());
                vec![course.fault(
                    Id::UnknownCourse,
                    text!("the course folder {folder}, which is not there", "教材フォルダー {folder} がありません"),
                    text!(
                        "where the course is now: practicum start {id} --course DIR (your files stay as they are)",
                        "教材フォルダーの現在の場所：practicum start {id} --course フォルダー（あなたのファイルはそのままです）"
                    ),
                )]
            })?,
            _ => self.pack()?,
        };
        let task = task(&pack, workspace.id(), subject)?;
        Ok(Placed { pack, task, workspace })
    }

    /// Neither a name nor a place.
    fn nowhere(&self, command: &str) -> Vec<Fault> {
        if let Some(id) = Workspace::lost(&self.here) {
            return vec![Fault::new(
                Id::MissingFile,
                Place::file(memory::FILE),
                text!(
                    "no such file in the folder of {id}: by it an exercise is known",
                    "{id} のフォルダーに、演習を見分けるためのファイルがありません"
                ),
                text!(
                    "`practicum start {id}`, with --variant KEY where you began with one, which writes it anew (your plan and your answers stay)",
                    "`practicum start {id}` で作り直せます。バリアントで始めた場合は --variant キー も付けます（計画と解答はそのままです）"
                ),
            )];
        }
        let started = Workspace::started(&self.here).join(", ");
        let found = if started.is_empty() {
            Text::new(
                "no exercise is named, and none was started in this folder",
                "演習の名前がなく、このフォルダーで始めた演習もありません",
            )
        } else {
            text!(
                "no exercise is named; started here: {started}",
                "演習の名前がありません（ここで始めた演習：{started}）"
            )
        };
        let expected = text!(
            "practicum {command} EXERCISE, or the command within the exercise's folder",
            "practicum {command} 演習の名前（演習のフォルダーの中では、名前を省略できます）"
        );
        vec![Fault::new(Id::MissingArgument, Place::file(format!("practicum {command}")), found, expected)]
    }

    /// The same of an exercise that was started: one that was not is never started by the way and then judged.
    ///
    /// # Errors
    /// As [`Self::placed`], and an exercise that was not started here.
    pub fn begun(&self, command: &str, id: Option<&str>, subject: &mut Subject) -> Result<Placed, Ending> {
        let placed = self.placed(command, id, subject)?;
        if placed.workspace.is_started() {
            placed.workspace.known(&placed.pack, &placed.task)?;
            return Ok(placed);
        }
        let start = self.next("start", &placed.workspace);
        Err(Ending::Faults(vec![Fault::new(
            Id::NotStarted,
            Place::file(placed.workspace.shown("")),
            Text::new("this exercise was not started here", "この演習は、ここではまだ始めていません"),
            text!(
                "first `{start}`, or the command in the folder where it was started",
                "まず `{start}`（すでに始めている場合は、そのフォルダーで実行してください）"
            ),
        )]))
    }

    /// Begins an exercise; what is there already stays.
    ///
    /// # Errors
    /// As [`Self::placed`], and what [`Workspace::start`] cannot do.
    pub fn start(&self, id: Option<&str>, variant: Option<&str>, subject: &mut Subject) -> Result<Begun, Ending> {
        let placed = self.placed("start", id, subject)?;
        let place = Place::file("--variant");
        let variant = variant.map(|key| variant::key(key, &place)).transpose().map_err(|fault| vec![fault])?;
        let renewed = renewal::renew(&placed.workspace, &placed.task.exercise)?;
        let (placed, started) = self.laid_out(placed, variant.as_deref())?;
        Ok(Begun { placed, started, renewed })
    }

    /// Lays out what was not started, for somebody who only wants to look; whether that was so.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn looked_at(&self, id: Option<&str>, subject: &mut Subject) -> Result<(Placed, bool), Ending> {
        let placed = self.placed("look", id, subject)?;
        if placed.workspace.is_started() {
            placed.workspace.known(&placed.pack, &placed.task)?;
            return Ok((placed, false));
        }
        Ok((self.laid_out(placed, None)?.0, true))
    }

    fn laid_out(&self, placed: Placed, variant: Option<&str>) -> Result<(Placed, Started), Ending> {
        let Placed { pack, task, mut workspace } = placed;
        let course = self.course.as_deref().map(|course| (self.here.as_path(), course));
        let started = workspace.start(&pack, &task, StartOptions { variant, course })?;
        Ok((Placed { pack, task, workspace }, started))
    }

    /// The next command, as it works from where the learner stands.
    pub fn next(&self, command: &str, workspace: &Workspace) -> String {
        let id = workspace.id();
        match &self.course {
            // What was started from a course remembers it.
            Some(course) if workspace.course().is_none() => {
                format!("practicum {command} {id} --course {}", in_command(course))
            }
            _ => format!("practicum {command} {id}"),
        }
    }
}

/// A path as it stands in a command that is advised: one with a blank in it in quotation marks.
pub fn in_command(path: &Path) -> String {
    let path = path.display().to_string();
    if path.contains(char::is_whitespace) { format!("\"{path}\"") } else { path }
}

/// An exercise, or why there is none: an unknown name is bad input, a broken file is its author's.
fn task(pack: &Pack, id: &str, subject: &mut Subject) -> Result<Task, Ending> {
    let known = pack.exercises().iter().any(|other| other == id);
    // Of a mistyped name, the name is told, not a file that should be there.
    let typed = |fault: Fault| Fault { place: Place::file(id), ..fault };
    let task = pack.task(id).map_err(|faults| {
        if known { Ending::Author(faults) } else { Ending::Faults(faults.into_iter().map(typed).collect()) }
    })?;
    subject.exercise = task.exercise.reference();
    Ok(task)
}

impl Placed {
    /// The plan and the answers in the folder.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn submission(&self) -> Result<Submission, Ending> {
        Ok(self.workspace.submission(&self.pack, &self.task).map_err(|faults| self.all_at_once(faults))?)
    }

    /// What is wrong with a plan that cannot be read whole, with the columns and values that its other lines ask for in vain.
    fn all_at_once(&self, mut faults: Vec<Fault>) -> Vec<Fault> {
        let wanted = self.workspace.wanted(&self.task.exercise.settings);
        self.add_astray(&mut faults, &wanted, None);
        // What is of a whole file comes last.
        faults.sort_by_key(|fault| (fault.place.file.clone(), fault.place.line.unwrap_or(usize::MAX)));
        faults
    }

    /// Whether the learner may still say what they expect: nothing was run yet.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn expects(&self) -> Result<bool, Ending> {
        Ok(self.workspace.progress()?.runs == 0)
    }

    /// The seed of the data: the one that was asked for, or the workspace's own.
    pub fn sown(&self, asked: Option<u64>, subject: &mut Subject) -> Root {
        let seed = asked.map_or_else(|| self.workspace.seed(), |number| Root { number, from: Origin::Seed });
        subject.seed = Some(seed);
        seed
    }

    /// Trains the plan and measures it on the learner's own test rows.
    ///
    /// # Errors
    /// A plan that cannot be run, the author's mistakes, a folder that cannot be written.
    pub fn run(
        &self,
        submission: &Submission,
        how: &How,
        subject: &mut Subject,
        watch: &mut dyn Watch,
    ) -> Result<Run, Ending> {
        let seed = self.sown(how.seed, subject);
        let run = self.trained(submission, (seed.number, None), how.long, watch)?;
        // Before anything of the run is shown; where nothing is trained, nothing is.
        if self.task.exercise.asks_plan {
            self.workspace.seal(&self.task, &how.expected, &how.at)?;
        }
        Ok(run)
    }

    /// Trains the plan and has it judged; with a grader's seed everything is told, and nothing is remembered.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn check(
        &self,
        submission: &Submission,
        how: &How,
        subject: &mut Subject,
        watch: &mut dyn Watch,
    ) -> Result<Checked, Ending> {
        let seed = self.sown(how.seed, subject);
        let given = how.exam_seed.map(|number| Root { number, from: Origin::ExamSeed });
        let follows = || Root { number: variant::exam(seed.number, content::of_plan(submission)), from: Origin::Plan };
        let exam = given.unwrap_or_else(follows);
        subject.exam = Some(exam);
        let run = self.trained(submission, (seed.number, Some(exam.number)), how.long, watch)?;
        if given.is_some() {
            return Ok(checking::graded(run));
        }
        // Where nothing is trained and nothing was answered, nothing was seen either: what is expected may still be said.
        if self.task.exercise.asks_plan || !submission.answers.is_empty() || !how.expected.is_empty() {
            self.workspace.seal(&self.task, &how.expected, &how.at)?;
        }
        let mut checked = checking::practised(&self.pack, &self.task, &self.workspace, submission, &run)?;
        if checked.passes {
            let starter = self.of_starter((seed.number, exam.number), how.long, watch)?;
            checked.came = checking::came(&self.task.exercise, &run, starter.as_ref(), &mut checked.progress);
        }
        Ok(checked)
    }

    /// The debrief after a check of an exercise that is over: laid out anew where this check passes, otherwise one that lies there stays,
    /// with what came of what was expected. Gives what the learner calls it.
    ///
    /// # Errors
    /// The disk's.
    pub fn debriefed(&self, checked: &Checked, lang: Lang) -> Result<Option<String>, Ending> {
        self.laid(&checked.came, checked.passes, lang)
    }

    /// The questions whose expectation was written or changed after it had been sealed: it counts as it was.
    pub fn too_late(&self, written: &BTreeMap<String, Expected>) -> Vec<&str> {
        let sealed = self.workspace.progress().map(|progress| progress.expected).unwrap_or_default();
        let differs = |id: &String| {
            sealed.get(id).is_some_and(|sealed| written.get(id).is_some_and(|written| *written != sealed.expected))
        };
        self.task
            .exercise
            .before
            .iter()
            .map(|question| &question.id)
            .filter(|id| differs(id))
            .map(String::as_str)
            .collect()
    }

    /// Whether there is a debrief to be read: a course that is handed out to a class has none until its date is past.
    pub fn has_debrief(&self, lang: Lang) -> bool {
        checking::laid_out(&self.workspace, lang).is_some() || self.pack.debrief(self.workspace.id(), lang).is_some()
    }

    /// Ends an exercise that was not passed: what its conclusions ask for gives no points any more, and the debrief is laid out, with
    /// what came of what was expected. One that lies there already stays. Gives what the learner calls it; none where there is none:
    /// then nothing is given up.
    ///
    /// # Errors
    /// The learner's wish to stop, after which nothing has changed; the disk's.
    pub fn give_up(&self, long: bool, lang: Lang, watch: &mut dyn Watch) -> Result<Option<String>, Ending> {
        if !self.has_debrief(lang) {
            return Ok(None);
        }
        let runs = if self.task.exercise.before.is_empty() || checking::laid_out(&self.workspace, lang).is_some() {
            None
        } else {
            match self.expected_runs(long, watch) {
                Err(Ending::Ended) => return Err(Ending::Ended),
                // Of a plan that cannot be run nothing comes.
                runs => runs.ok(),
            }
        };
        let mut progress = self.workspace.progress()?;
        progress.gave_up |= !progress.is_over();
        let came =
            runs.map(|(run, starter)| checking::came(&self.task.exercise, &run, starter.as_ref(), &mut progress));
        self.workspace.remember(&progress)?;
        self.laid(&came.unwrap_or_default(), false, lang)
    }

    /// Lays the debrief out, with what came of what was expected; one that lies there stays unless it is to be made `anew`.
    fn laid(&self, came: &[(String, Figure)], anew: bool, lang: Lang) -> Result<Option<String>, Ending> {
        match checking::laid_out(&self.workspace, lang).filter(|_| !anew) {
            Some(shown) => Ok(Some(shown)),
            None => Ok(checking::debrief(&self.pack, &self.task, &self.workspace, came, lang)?),
        }
    }

    /// What shows what came of what was expected: the plan's run as it is, and the starter's.
    fn expected_runs(&self, long: bool, watch: &mut dyn Watch) -> Result<(Run, Option<Run>), Ending> {
        let submission = self.submission()?;
        let seed = self.workspace.seed().number;
        let exam = variant::exam(seed, content::of_plan(&submission));
        let run = self.trained(&submission, (seed, Some(exam)), long, watch)?;
        Ok((run, self.of_starter((seed, exam), long, watch)?))
    }

    /// The starter's run, where a question before the first run asks for what came of it.
    fn of_starter(&self, (seed, exam): (u64, u64), long: bool, watch: &mut dyn Watch) -> Result<Option<Run>, Ending> {
        let exercise = &self.task.exercise;
        if !exercise.before.iter().any(|question| question.of_starter) {
            return Ok(None);
        }
        let starter = self.pack.submission(&VOCABULARY, exercise, STARTER).map_err(Ending::Author)?;
        Ok(Some(self.trained(&starter, (seed, Some(exam)), long, watch)?))
    }

    /// Asks the plan's model about one of the learner's rows. A probe's world stays locked until the exercise is over: it would tell what
    /// its questions ask.
    ///
    /// # Errors
    /// A row, column or value that is not there, a plan that cannot be run, a world that is locked.
    pub fn ask(&self, submission: &Submission, asked: &AskedOne, watch: &mut dyn Watch) -> Result<One, Ending> {
        let refused = |place: &str, found: Text, expected: Text| {
            Ending::Faults(vec![Fault::new(Id::Refused, Place::file(place), found, expected)])
        };
        if !self.task.exercise.asks_plan {
            return Err(refused(
                "practicum try",
                Text::new("an exercise in which nothing is trained", "学習を行わない演習です"),
                Text::new("an exercise with a model to ask", "モデルのある演習"),
            ));
        }
        if asked.world.is_some() && !self.workspace.progress()?.is_over() {
            return Err(refused(
                "--world",
                Text::new("a changed world, while the exercise is open", "演習が終わる前の、原因を変えた世界"),
                Text::new(
                    "other values (--set) now; worlds once you have passed",
                    "今は値の変更（--set）だけ（世界は合格後に使えます）",
                ),
            ));
        }
        self.workspace.ready()?;
        let (shelf, file) = (self.workspace.shelf(), |file: &str| self.pack.dataset_file(&self.task.dataset.id, file));
        let job = Job {
            task: &self.task,
            submission,
            seed: self.workspace.seed().number,
            exam: None,
            figures: false,
            long: false,
            file: &file,
            shelf: Some(&shelf),
        };
        run::one(&job, asked, watch)?.map_err(Ending::Faults)
    }

    /// Trains a plan where its results can be kept.
    fn trained(
        &self,
        submission: &Submission,
        seeds: (u64, Option<u64>),
        long: bool,
        watch: &mut dyn Watch,
    ) -> Result<Run, Ending> {
        self.workspace.ready()?;
        let shelf = self.workspace.shelf();
        engine((&self.pack, &self.task), submission, seeds, (long, Some(&shelf)), watch)
    }
}

/// Runs the engine.
///
/// # Errors
/// A plan that cannot be run, the author's mistakes.
pub fn engine(
    (pack, task): (&Pack, &Task),
    submission: &Submission,
    (seed, exam): (u64, Option<u64>),
    (long, shelf): (bool, Option<&dyn Shelf>),
    watch: &mut dyn Watch,
) -> Result<Run, Ending> {
    let file = |file: &str| pack.dataset_file(&task.dataset.id, file);
    let job = Job { task, submission, seed, exam, figures: true, long, file: &file, shelf };
    match run::run(&job, watch)? {
        Ended::Ran(run) => Ok(*run),
        Ended::Invalid(faults) => Err(Ending::Faults(faults)),
    }
}
