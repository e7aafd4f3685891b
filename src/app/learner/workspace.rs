//! A learner's folder of one exercise. What the learner wrote or changed is never overwritten; what we write is written whole or not
//! at all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use super::asked;
use super::hand_in::{self, ANSWERS, HandedIn, PLAN};
use super::memory::{self, Memory};
use super::progress::{self, Progress, Sealed};
use super::shelf::Shelf;
use super::variant;
use crate::ending::Ending;
use course::answers::{self, Expected};
use course::dataset::{OUTLINED, Role, added};
use course::exercise::{Item, QuestionKind, Several};
use course::pack::{self, Pack, STARTER, Submission, Task};
use course::plan::Wanted;
use course::settings::{self, Settings};
use course::tables::{DEVELOP, DEVELOP_LESIONS, EXAM};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::keys::Written;
use diagnostics::schema;
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use disk::{Refused, Whole};
use engine::models::VOCABULARY;
use engine::run::{self, Mistake, Run, RunError, Seen};
use report::json::Document;
use report::plots::{calibration, series};
use report::{montage, plot};
use seed::{Origin, Root};
use tables::{Frame, TableError};
use target::Axis;

/// The folder that holds all workspaces.
pub const FOLDER: &str = "practicum";

/// The folder of a workspace in which each run has one of its own, called by its number.
const RESULTS: &str = "results";

/// The learner's data.
pub const DATA: &str = "data/develop.csv";

/// Where a run leaves its document.
pub const RESULT: &str = "result.json";

/// Where a run leaves its figures to the last bit.
pub const RECORD: &str = "record.json";

/// Where a run leaves what it predicted of each of the learner's rows.
pub const PREDICTIONS: &str = "predictions.csv";

/// Where a run leaves the pictures that its model got wrong.
pub const MISTAKES: &str = "mistakes.png";

/// Where it leaves its calibration plot.
pub const CALIBRATION: &str = "calibration.svg";

/// Where it leaves the series that its model got wrong.
pub const SERIES_MISTAKES: &str = "mistakes.svg";

/// What is told of each of these, as JSON: the row (from 0), whether the outcome came, the risk; of a picture, whether masks are seen; of
/// a series, its numbers.
pub const TOLD_MISTAKES: &str = "mistakes.json";

/// The file of one of these pictures with its two views, by its place among them.
pub fn mistake_file(at: usize) -> String {
    format!("mistake-{}.png", at + 1)
}

/// A folder of results with a larger number was not made by a run.
const MOST_RUNS: u64 = 1_000_000_000;

/// Before a run, so much is written to see whether its results will find room, in bytes.
const ROOM: usize = 64 << 10;

/// Why a workspace cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// What stands there cannot be used.
    #[error("the workspace cannot be used as it is")]
    Faults(Vec<Fault>),
    /// The disk said no.
    #[error("the workspace cannot be written")]
    Disk(Fault),
    /// The data could not be drawn, or our own failure.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl WorkspaceError {
    /// In a sentence, for somebody whose workspace it is not.
    pub fn text(&self) -> Text {
        let faults = match self {
            Self::Faults(faults) => faults.as_slice(),
            Self::Disk(fault) => std::slice::from_ref(fault),
            Self::Run(error) => return Text::same(error.to_string()),
        };
        let of = |lang: Lang| {
            let found = |fault: &Fault| format!("{}: {}", fault.place.display(lang), fault.found.get(lang));
            faults.iter().map(found).collect::<Vec<_>>().join("; ")
        };
        Text { en: of(Lang::En).into(), ja: of(Lang::Ja).into() }
    }
}

impl From<WorkspaceError> for Ending {
    fn from(error: WorkspaceError) -> Self {
        match error {
            WorkspaceError::Run(error) => error.into(),
            WorkspaceError::Faults(faults) => Self::Faults(faults),
            WorkspaceError::Disk(fault) => Self::Disk(fault),
        }
    }
}

impl From<Vec<Fault>> for WorkspaceError {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Faults(faults)
    }
}

/// A learner's folder of one exercise.
#[derive(Clone, Debug)]
pub struct Workspace {
    folder: PathBuf,
    /// How the learner calls the folder; empty where they stand in it.
    called: String,
    id: String,
    memory: Memory,
    /// Whether the memory was read, not assumed.
    remembers: bool,
}

/// What `start` did.
#[derive(Clone, Debug, Default)]
pub struct Started {
    /// Files written, relative to where the learner stands.
    pub written: Vec<String>,
    /// Files that the learner wrote or changed, which stay as they are.
    pub kept: Vec<String>,
    /// Files that were kept although they should read otherwise, and where they lie as they should be.
    pub beside: Vec<(String, String)>,
}

/// What the learner asks for with `start`.
#[derive(Clone, Copy, Debug, Default)]
pub struct StartOptions<'a> {
    /// The variant.
    pub variant: Option<&'a str>,
    /// The folder where the learner stands, which is absolute, and the course folder as they call it from there.
    pub course: Option<(&'a Path, &'a Path)>,
}

impl Workspace {
    /// The workspace of an exercise below `root` (the folder where the learner stands), with nothing to remember.
    pub fn new(root: &Path, id: &str) -> Self {
        let memory = Memory { exercise: id.to_owned(), ..Memory::default() };
        Self {
            folder: root.join(FOLDER).join(id),
            called: format!("{FOLDER}/{id}"),
            id: id.to_owned(),
            memory,
            remembers: false,
        }
    }

    /// The workspace in which the learner stands, however deep; `here` is absolute.
    ///
    /// # Errors
    /// A `practicum.toml` that cannot be read.
    pub fn around(here: &Path) -> Result<Option<Self>, Vec<Fault>> {
        let remembers = |folder: &&Path| folder.join(memory::FILE).symlink_metadata().is_ok();
        let Some((up, folder)) = here.ancestors().enumerate().find(|(_, folder)| remembers(folder)) else {
            return Ok(None);
        };
        let found = Self { folder: folder.to_owned(), called: above(up), ..Self::new(here, "") }.remembering()?;
        let id = found.memory.exercise.clone();
        Ok(Some(Self { id, ..found }))
    }

    /// The workspace of an exercise, as git finds a repository: the one in which the learner stands, or one beside it; otherwise one
    /// in the folder `practicum/`, in which the learner stands or which lies where they stand. `here` is absolute.
    ///
    /// # Errors
    /// A `practicum.toml` that cannot be read or is of another exercise; a link on the way down.
    pub fn find(here: &Path, id: &str) -> Result<Self, Vec<Fault>> {
        let around = Self::around(here)?;
        if let Some(around) = &around
            && around.id == id
        {
            return Ok(around.clone());
        }
        let holds = |folder: &Path| {
            let is_called_so = folder.file_name().is_some_and(|name| name == FOLDER);
            let mut inner = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
            is_called_so && inner.any(|folder| folder.join(memory::FILE).symlink_metadata().is_ok())
        };
        let all = match &around {
            Some(around) => around.folder.parent(),
            None => here.ancestors().find(|folder| holds(folder)),
        };
        // A folder that has lost its memory is still the exercise's own, where it is called so.
        let lost = || here.ancestors().find(|folder| is_called(folder, id)).and_then(Path::parent);
        let (root, below, up) = match all.or_else(lost) {
            Some(all) => (all, id.to_owned(), here.ancestors().position(|folder| folder == all).unwrap_or(0)),
            None => (here, format!("{FOLDER}/{id}"), 0),
        };
        let called = if up == 0 { below.clone() } else { format!("{}/{below}", above(up)) };
        match disk::folder(root, &below) {
            Ok(_) | Err(Refused::Missing) => {}
            Err(refused) => {
                let what = text!("the folder of {id}", "{id} のフォルダー");
                return Err(vec![refused.fault(&called, &what)]);
            }
        }
        let found = Self { folder: root.join(below), called, ..Self::new(here, id) }.remembering()?;
        let other = &found.memory.exercise;
        if other != id {
            let place = Place { key: Some("exercise".to_owned()), ..Place::file(found.shown(memory::FILE)) };
            return Err(vec![Fault::new(
                Id::Mismatch,
                place,
                text!("the exercise \"{other}\"", "演習 \"{other}\" のフォルダーです"),
                text!(
                    "the folder's own exercise, \"{id}\": was the folder renamed?",
                    "\"{id}\" のフォルダー（フォルダーの名前を変えていませんか）"
                ),
            )]);
        }
        Ok(found)
    }

    /// The name of the workspace in which the learner stands, where it has lost its memory.
    pub fn lost(here: &Path) -> Option<String> {
        let name = |folder: &Path| folder.file_name().map(|name| name.to_string_lossy().into_owned());
        here.ancestors().filter_map(|folder| Some((folder, name(folder)?))).find_map(|(folder, name)| {
            (is_called(folder, &name) && folder.join(memory::FILE).symlink_metadata().is_err()).then_some(name)
        })
    }

    /// The ids of the exercises that were started where the learner stands.
    pub fn started(here: &Path) -> Vec<String> {
        // They may stand above it, in it, or in one of its exercises.
        let below = Some(here.join(FOLDER)).filter(|folder| folder.is_dir());
        let around = || here.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == FOLDER));
        let all = below.or_else(|| around().map(Path::to_owned));
        let entries = all.and_then(|all| std::fs::read_dir(all).ok()).into_iter().flatten().flatten();
        let there = entries.filter(|entry| entry.path().join(memory::FILE).is_file());
        let mut ids: Vec<String> = there.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        ids.sort();
        ids
    }

    /// Over the exercises that were started where the learner stands: how many of the ranges that were expected held what came, and how
    /// many there are of which that is known.
    pub fn ranges(here: &Path) -> (usize, usize) {
        let all = Self::started(here).into_iter().filter_map(|id| Self::find(here, &id).ok()?.progress().ok());
        let held: Vec<bool> =
            all.flat_map(|progress| progress.expected.into_values().filter_map(|sealed| sealed.held)).collect();
        (held.iter().filter(|held| **held).count(), held.len())
    }

    fn remembering(self) -> Result<Self, Vec<Fault>> {
        let file = self.shown(memory::FILE);
        match disk::read(&self.folder, memory::FILE, disk::HAND_IN) {
            Ok(bytes) => {
                // Where the learner stands in it, only the file itself or the folder's name says which exercise it is.
                let name = self.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                let id = if self.id.is_empty() { &name } else { &self.id };
                let again = text!(
                    "nothing of it: delete the file, then `practicum start {id}`, with --variant KEY where you began with one (your plan and your answers stay)",
                    "このファイルを削除してから `practicum start {id}` を実行してください。バリアントで始めた場合は --variant キー も付けます（計画と解答はそのままです）"
                );
                let memory = Memory::read(&file, &bytes).map_err(|faults| memory::broken(&file, &faults, again))?;
                Ok(Self { memory, remembers: true, ..self })
            }
            Err(Refused::Missing) => {
                // Workspaces used to keep their variant in a file of its own: whose data they hold does not change.
                let older = disk::read(&self.folder, memory::OLDER, disk::HAND_IN).ok();
                let variant = older.map(|bytes| memory::variant(&self.shown(memory::OLDER), &bytes)).transpose()?;
                let memory = Memory { variant: variant.flatten(), ..self.memory.clone() };
                Ok(Self { memory, ..self })
            }
            Err(refused) => {
                Err(vec![refused.fault(&file, &Text::new("what `start` wrote", "`start` が書いたファイル"))])
            }
        }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its exercise's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How the learner calls a file of it from where they stand, with `/` on every system.
    pub fn shown(&self, file: &str) -> String {
        match (self.called.as_str(), file) {
            ("", "") => ".".to_owned(),
            ("", file) => file.to_owned(),
            (called, "") => called.to_owned(),
            (called, file) => format!("{called}/{file}"),
        }
    }

    /// Whether there is anything in it: it was started, or a plan was laid into it.
    pub fn is_started(&self) -> bool {
        std::fs::read_dir(&self.folder).is_ok_and(|mut entries| entries.next().is_some())
    }

    /// The files that the learner was given, by name.
    pub fn given(&self) -> impl Iterator<Item = &str> {
        self.memory.given.keys().map(String::as_str)
    }

    /// The variant with which it was started.
    pub fn variant(&self) -> Option<&str> {
        self.memory.variant.as_deref()
    }

    /// The course folder with which it was started, from wherever the learner stands, with the place where it is written; none where
    /// that was the program's own course.
    pub fn course(&self) -> Option<Written<PathBuf>> {
        let course = self.memory.course.as_ref()?;
        Some(Written { value: self.folder.join(&course.value), place: course.place.clone() })
    }

    /// The seed of its data: its variant's, or the usual one.
    pub fn seed(&self) -> Root {
        match self.variant() {
            Some(key) => Root { number: variant::seed(&self.id, key), from: Origin::Variant },
            None => Root { number: variant::USUAL, from: Origin::Default },
        }
    }

    /// Lays out the exercise: the briefs, the learner's data with their description, and a plan and answers to begin with. What the
    /// learner wrote or changed stays as it is.
    ///
    /// # Errors
    /// The disk's, data that cannot be drawn, a workspace of another variant, a plan under another name.
    pub fn start(&mut self, pack: &Pack, task: &Task, asked: StartOptions) -> Result<Started, WorkspaceError> {
        let lost = self.is_lost();
        match asked.variant {
            // Its data say whether it was.
            Some(key) if lost => self.memory.variant = Some(key.to_owned()),
            Some(key) => self.become_variant(key)?,
            None => {}
        }
        if let Some((here, course)) = asked.course {
            let value = memory::course_from(here, course, &self.folder).map_err(|fault| vec![fault])?;
            let place = Place { key: Some("course".to_owned()), ..Place::file(self.shown(memory::FILE)) };
            self.memory.course = Some(Written { value, place });
        }
        let rows = self.rows(pack, task)?;
        if lost {
            self.recognised(&rows)?;
        }
        self.lay_out(pack, task, &rows)
    }

    /// The learner's rows, as the workspace's variant has them.
    fn rows(&self, pack: &Pack, task: &Task) -> Result<Frame, RunError> {
        run::learners_rows(task, self.seed().number, &|file| pack.dataset_file(&task.dataset.id, file))
    }

    /// Whether it has data, but nothing in it says any more whose they are.
    fn is_lost(&self) -> bool {
        !self.remembers && self.state(DATA).is_some()
    }

    /// Whether a workspace's data are those that would be drawn for it, where it does not say itself whose they are: plans are trained
    /// on what is drawn.
    ///
    /// # Errors
    /// Other data.
    pub fn known(&self, pack: &Pack, task: &Task) -> Result<(), WorkspaceError> {
        if self.is_lost() { self.recognised(&self.rows(pack, task)?) } else { Ok(()) }
    }

    fn recognised(&self, rows: &Frame) -> Result<(), WorkspaceError> {
        if self.state(DATA) == Some(digest(&tables::csv(rows).map_err(RunError::from)?)) {
            return Ok(());
        }
        let id = &self.id;
        let found = match self.variant() {
            Some(key) => text!(
                "no such file, and {DATA} is not the data of the variant \"{key}\"",
                "ファイルがなく、{DATA} もバリアント \"{key}\" のデータではありません"
            ),
            None => text!(
                "no such file, and {DATA} is not the data that are drawn without a variant",
                "ファイルがなく、{DATA} もバリアントなしで始めたときのデータではありません"
            ),
        };
        let expected = text!(
            "the variant that you began with: `practicum start {id} --variant KEY` writes the file anew. Where you have changed the data yourself: give {DATA} another name first",
            "始めたときのバリアント：`practicum start {id} --variant キー` でファイルを作り直せます。データを自分で変更した場合は、先に {DATA} の名前を変えてください"
        );
        Err(vec![Fault::new(Id::Mismatch, Place::file(self.shown(memory::FILE)), found, expected)].into())
    }

    /// A workspace that is started stays what it is: its data belong to the work in it.
    fn become_variant(&mut self, key: &str) -> Result<(), Vec<Fault>> {
        if self.variant() == Some(key) {
            return Ok(());
        }
        if self.is_started() {
            let place = Place { key: Some("variant".to_owned()), ..Place::file(self.shown(memory::FILE)) };
            let expected =
                Text::new("another folder for another variant", "別のバリアントは、別のフォルダーで始めてください");
            let found = match self.variant() {
                Some(now) => {
                    text!("the variant \"{now}\" in this workspace", "この作業フォルダーのバリアントは \"{now}\" です")
                }
                None => Text::new(
                    "a workspace that was started without a variant",
                    "バリアントなしで始めた作業フォルダーです",
                ),
            };
            return Err(vec![Fault::new(Id::Mismatch, place, found, expected)]);
        }
        self.memory.variant = Some(key.to_owned());
        Ok(())
    }

    /// As [`Self::start`], with the learner's rows at hand.
    ///
    /// # Errors
    /// The disk's; a plan under another name.
    pub fn lay_out(&mut self, pack: &Pack, task: &Task, rows: &Frame) -> Result<Started, WorkspaceError> {
        let id = &task.exercise.id;
        let mut started = Started::default();
        let (plan, answers) = (self.hand_in(PLAN)?, self.hand_in(ANSWERS)?);
        for folder in ["", "data", "look", RESULTS] {
            if let Ok(folder) = disk::folder(&self.folder, folder) {
                disk::sweep(&folder);
            }
        }
        // What it is comes first, the plan last: where there is a plan, all else is there.
        self.write(memory::FILE, self.memory.text().as_bytes())?;
        for lang in [Lang::En, Lang::Ja] {
            if let Some(brief) = pack.brief(id, lang) {
                self.give(&pack::brief_file(lang), brief.as_bytes(), &mut started)?;
            }
        }
        for question in &task.exercise.questions {
            let QuestionKind::Several(Several { items, is_listing: true }) = &question.kind else { continue };
            let file = |file: &str| pack.dataset_file(&task.dataset.id, file);
            let texts = run::listed(task, question, self.seed().number, &file)?;
            for lang in [Lang::En, Lang::Ja] {
                let line = |(item, text): (&Item, &Text)| format!("- `{}` {}\n", item.id, text.get(lang));
                let lines: String = items.iter().zip(&texts).map(line).collect();
                let text = format!("# {}\n\n{lines}", question.prompt.get(lang));
                self.give(&format!("listing.{}.md", lang.code()), text.as_bytes(), &mut started)?;
            }
        }
        for lang in [Lang::En, Lang::Ja] {
            if let Some(text) = asked::markdown(&task.exercise, lang) {
                self.give(&format!("questions.{}.md", lang.code()), text.as_bytes(), &mut started)?;
            }
        }
        self.give(DATA, &tables::csv(rows).map_err(RunError::from)?, &mut started)?;
        self.give("data/columns.md", columns(task, rows).as_bytes(), &mut started)?;
        for (file, schema) in [
            (
                "plan",
                settings::with_keys(VOCABULARY.plan, &task.exercise.settings, |keys| {
                    schema::document(PLAN, &task.exercise.title, keys)
                }),
            ),
            (
                "answers",
                answers::with_keys(&task.exercise, |keys| schema::document(ANSWERS, &task.exercise.title, keys)),
            ),
        ] {
            if file == "plan" && !task.exercise.has_plan() {
                continue;
            }
            // For editors, and therefore not told.
            let text = format!("{schema:#}");
            self.write(&format!(".schema/{file}.json"), text.as_bytes())?;
        }
        self.write(memory::FILE, self.memory.text().as_bytes())?;
        for (file, found) in [(ANSWERS, answers), (PLAN, plan)] {
            let Some(bytes) = pack.bytes(&format!("exercises/{id}/{STARTER}/{file}")) else { continue };
            if found.bytes.is_some() {
                started.kept.push(self.shown(file));
            } else {
                self.write(file, &bytes)?;
                started.written.push(self.shown(file));
            }
        }
        Ok(started)
    }

    /// Gives the learner a file, and says so where it was not there as it is. One that was changed since it was given is kept, and
    /// the file as it should be is laid beside it.
    fn give(&mut self, file: &str, bytes: &[u8], started: &mut Started) -> Result<(), WorkspaceError> {
        let given = digest(bytes);
        match self.state(file) {
            Some(there) if there == given => {}
            Some(there) if self.memory.given.get(file) != Some(&there) => {
                started.kept.push(self.shown(file));
                let (name, end) = file.rsplit_once('.').unwrap_or((file, ""));
                let beside = format!("{name}.new.{end}");
                if !file.ends_with(&format!(".new.{end}")) {
                    self.give(&beside, bytes, started)?;
                    started.beside.push((self.shown(file), self.shown(&beside)));
                }
                return Ok(());
            }
            _ => {
                self.write(file, bytes)?;
                started.written.push(self.shown(file));
            }
        }
        self.memory.given.insert(file.to_owned(), given);
        Ok(())
    }

    /// The digest of what stands under a name; empty for what is no file, or cannot be read, and none where there is nothing.
    fn state(&self, file: &str) -> Option<String> {
        match disk::read(&self.folder, file, disk::TABLE) {
            Ok(bytes) => Some(digest(&bytes)),
            Err(Refused::Missing) => None,
            Err(_) => Some(String::new()),
        }
    }

    /// The bytes of what the learner hands in, to be kept beside what came of it.
    ///
    /// # Errors
    /// A file that may not be read.
    pub fn handed_in(&self) -> Result<HandedIn, Vec<Fault>> {
        Ok(HandedIn { plan: self.hand_in(PLAN)?.bytes, answers: self.hand_in(ANSWERS)?.bytes })
    }

    fn hand_in(&self, file: &str) -> Result<hand_in::HandInFile, Vec<Fault>> {
        hand_in::find(&self.folder, file, &self.shown(file)).map_err(|fault| vec![fault])
    }

    /// The learner's plan and answers. What is worth knowing about the files themselves is among what was assumed: that answers are
    /// missing, that a plan is still the one to begin with, that the data were changed. It names files as they are called in the
    /// folder, so that a result does not hang on where the learner stands.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn submission(&self, pack: &Pack, task: &Task) -> Result<Submission, Vec<Fault>> {
        let (plan, answers) = match (self.hand_in(PLAN), self.hand_in(ANSWERS)) {
            (Ok(plan), Ok(answers)) => (plan, answers),
            (plan, answers) => {
                return Err([plan.err(), answers.err()].into_iter().flatten().flatten().collect());
            }
        };
        let mut submission = pack::submission(
            &VOCABULARY,
            &task.exercise,
            (&self.shown(PLAN), plan.bytes.as_deref()),
            (&self.shown(ANSWERS), answers.bytes.as_deref()),
        )?;
        let id = &self.id;
        let starter = pack.bytes(&format!("exercises/{id}/{STARTER}/{PLAN}"));
        if task.exercise.has_plan() && starter.as_deref() == plan.bytes.as_deref() {
            submission.assumed.push(text!(
                "{PLAN} is the plan to begin with, unchanged.",
                "{PLAN} は出発点の計画のままです（まだ変更されていません）。"
            ));
        }
        for (file, found) in [(PLAN, &plan), (ANSWERS, &answers)] {
            if !found.others.is_empty() {
                let others = found.others.join(", ");
                submission.assumed.push(text!(
                    "Only {file} is read; {others} beside it is not.",
                    "読み込むのは {file} だけです。同じフォルダーの {others} は読み込みません。"
                ));
            }
        }
        if answers.bytes.is_none() && !task.exercise.questions.is_empty() {
            submission.assumed.push(text!(
                "{ANSWERS} is missing: every question counts as not answered. `practicum start {id}` writes one to begin with.",
                "{ANSWERS} がないため、すべての問いを未回答とします。`practicum start {id}` で作れます。"
            ));
        }
        if let (Some(given), Some(there)) = (self.memory.given.get(DATA), self.state(DATA))
            && *given != there
        {
            submission.assumed.push(text!(
                "{DATA} was changed. Edits of the data are not used: plans are trained on the rows as they were given.",
                "{DATA} が変更されています。変更は使われず、学習には配布時の行を使います。"
            ));
        }
        Ok(submission)
    }

    /// What the plan asks of the data, as far as it can be read.
    pub fn wanted(&self, settings: &Settings) -> Wanted {
        let bytes = self.hand_in(PLAN).ok().and_then(|found| found.bytes).unwrap_or_default();
        Wanted::in_part(&VOCABULARY, settings, &self.shown(PLAN), &bytes)
    }

    /// How far the learner has come.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn progress(&self) -> Result<Progress, WorkspaceError> {
        let file = self.shown(progress::FILE);
        match disk::read(&self.folder, progress::FILE, disk::HAND_IN) {
            Ok(bytes) => {
                let again = Text::new(
                    "nothing of it: delete the file (what you tried, and whether you passed, is then forgotten), and call the command again",
                    "このファイルを削除してから、もう一度実行してください（これまでの解答の回数や合格の記録は失われます）",
                );
                Ok(Progress::read(&file, &bytes).map_err(|faults| memory::broken(&file, &faults, again))?)
            }
            Err(Refused::Missing) => Ok(Progress::default()),
            Err(refused) => {
                let what = Text::new("what `run` and `check` wrote", "`run` と `check` が書いたファイル");
                Err(vec![refused.fault(&file, &what)].into())
            }
        }
    }

    /// Remembers how far the learner has come.
    ///
    /// # Errors
    /// The disk's.
    pub fn remember(&self, progress: &Progress) -> Result<(), WorkspaceError> {
        self.write(progress::FILE, progress.text().as_bytes())
    }

    /// Seals what the learner expects, before the first run: what is said of it later changes nothing. `at` is the time.
    ///
    /// # Errors
    /// A file that cannot be read or written.
    pub fn seal(&self, task: &Task, expected: &BTreeMap<String, Expected>, at: &str) -> Result<(), WorkspaceError> {
        let mut progress = self.progress()?;
        if progress.runs == 0 {
            for question in &task.exercise.before {
                let expected = expected.get(&question.id).cloned().unwrap_or(Expected::Unknown);
                progress.expected.entry(question.id.clone()).or_insert(Sealed {
                    expected,
                    at: at.to_owned(),
                    held: None,
                });
            }
        }
        progress.runs += 1;
        self.remember(&progress)
    }

    /// The models that were fitted here.
    pub fn shelf(&self) -> Shelf {
        Shelf::of(&self.folder)
    }

    /// Whether a run's results can be kept, before it is run: so that nobody waits for what is then lost.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn ready(&self) -> Result<(), WorkspaceError> {
        let results = disk::make_folder(&self.folder, RESULTS);
        results
            .and_then(|results| {
                disk::sweep(&results);
                Whole::begun(&results)?.write("room", &vec![0; ROOM])
            })
            .map_err(|refused| self.unwritten(RESULTS, &refused))
    }

    /// Keeps the result, each row's prediction and what was handed in, in a folder of their own, with nothing in it that the learner
    /// may not see. It is there whole or not at all, and none that is there is replaced. Its plot speaks `lang`. Gives what the learner
    /// calls it.
    ///
    /// # Errors
    /// The disk's, and our own.
    pub fn keep(
        &self,
        task: &Task,
        run: &Run,
        document: &Document,
        handed_in: &HandedIn,
        lang: Lang,
    ) -> Result<String, WorkspaceError> {
        let mut files = vec![(RESULT, document.text().into_bytes())];
        let record = serde_json::to_vec(&run.record);
        let record = record.map_err(|_| RunError::from(TableError::new("a record that cannot be written as JSON")))?;
        files.push((RECORD, record));
        for (name, bytes) in [(PLAN, &handed_in.plan), (ANSWERS, &handed_in.answers)] {
            files.extend(bytes.clone().map(|bytes| (name, bytes)));
        }
        let table = if run.tables.contains_key(EXAM) { EXAM } else { DEVELOP };
        let (p, y) = plot::pairs(run, table).unwrap_or_default();
        let bins = plot::calibration(&p, &y, plot::groups(p.len()));
        // The picture's axes are those of risks.
        if !bins.is_empty() && run.target.spec().axis.as_ref().is_some_and(Axis::is_of_risks) {
            let whom = match (lang, table) {
                (Lang::En, EXAM) => "new patients",
                (Lang::En, _) => "your own test rows",
                (Lang::Ja, EXAM) => "新しい患者",
                (Lang::Ja, _) => "手元のテスト用の行",
            };
            let plot = calibration::draw("calibration", &format!("{}, {whom}", self.id), &bins, &p, lang);
            files.push((CALIBRATION, plot.file().into_bytes()));
        }
        if let Some(plot) = series::mistakes("mistakes", &run.mistakes, task.dataset.signal_unit(lang), lang) {
            files.push((SERIES_MISTAKES, plot.file().into_bytes()));
        }
        if !run.mistakes.is_empty() {
            let told: serde_json::Value = run.mistakes.iter().map(told).collect();
            files.push((TOLD_MISTAKES, told.to_string().into_bytes()));
        }
        let pictures = || run.mistakes.iter().filter_map(|mistake| Some((mistake, montage::picture(mistake)?)));
        let seen: Vec<(String, Vec<u8>)> =
            pictures().enumerate().map(|(at, (_, picture))| (mistake_file(at), montage::views(picture))).collect();
        if !seen.is_empty() {
            files.push((MISTAKES, montage::mistakes(&run.mistakes)));
        }
        if let Some(lesions) = run.tables.get(DEVELOP_LESIONS) {
            // Of the test rows: what the model was trained on says nothing of its sensitivity.
            let parts = tables::words(lesions, "split").map_err(RunError::from)?;
            let tested: Vec<bool> = parts.iter().map(|part| part.as_deref() == Some("test")).collect();
            let lesions = tables::keep(lesions, &tested).map_err(RunError::from)?;
            files.push(("lesions.csv", tables::csv(&lesions).map_err(RunError::from)?));
        }
        if let Some(develop) = run.tables.get(DEVELOP) {
            let mine = [added().as_slice(), OUTLINED].concat();
            let names: Vec<&str> = tables::names(develop)
                .into_iter()
                .filter(|name| mine.contains(name) || task.dataset.role(name).is_visible())
                .collect();
            let rows = tables::select(develop, &names).map_err(RunError::from)?;
            files.push((PREDICTIONS, tables::csv(&rows).map_err(RunError::from)?));
        }
        let kept = disk::make_folder(&self.folder, RESULTS).and_then(|results| {
            let last = runs(&results).first().copied().unwrap_or(0);
            let whole = Whole::begun(&results)?;
            let seen = seen.iter().map(|(name, bytes)| (name.as_str(), bytes));
            for (name, bytes) in files.iter().map(|(name, bytes)| (*name, bytes)).chain(seen) {
                whole.write(name, bytes)?;
            }
            whole.named((last + 1..).map(|number| number.to_string()))
        });
        kept.map(|number| self.shown(&format!("{RESULTS}/{number}")))
            .map_err(|refused| self.unwritten(RESULTS, &refused))
    }

    /// The numbers of the runs that were kept, the last first.
    pub fn runs(&self) -> Vec<u64> {
        disk::folder(&self.folder, RESULTS).map(|results| runs(&results)).unwrap_or_default()
    }

    /// A file of a run that was kept; none where it left none of this name.
    pub fn of_run(&self, number: u64, file: &str) -> Option<Vec<u8>> {
        disk::read(&self.folder, &format!("{RESULTS}/{number}/{file}"), disk::TABLE).ok()
    }

    /// What the learner calls a file of the last run that left one of this name.
    pub fn last(&self, file: &str) -> Option<String> {
        let results = disk::folder(&self.folder, RESULTS).ok()?;
        let of = |number: u64| format!("{RESULTS}/{number}/{file}");
        let is_there = |number: &u64| disk::sound(&self.folder, &of(*number), disk::TABLE).is_ok();
        runs(&results).into_iter().find(is_there).map(|number| self.shown(&of(number)))
    }

    /// Whether something of this name is there.
    pub fn holds(&self, file: &str) -> bool {
        self.folder.join(file).symlink_metadata().is_ok()
    }

    /// The text of a small file of the workspace, where there is one.
    pub fn given_text(&self, file: &str) -> Option<String> {
        let bytes = disk::read(&self.folder, file, disk::HAND_IN).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Writes a file whole or not at all.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn write(&self, file: &str, bytes: &[u8]) -> Result<(), WorkspaceError> {
        disk::write(&self.folder, file, bytes).map_err(|refused| self.unwritten(file, &refused))
    }

    /// Takes a file away; one that is not there is no fault.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn remove(&self, file: &str) -> Result<(), WorkspaceError> {
        match std::fs::remove_file(self.folder.join(file)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(WorkspaceError::Disk(disk::unwritable(&self.shown(file), &error)))
            }
            _ => Ok(()),
        }
    }

    fn unwritten(&self, file: &str, refused: &Refused) -> WorkspaceError {
        let shown = self.shown(file);
        match refused {
            Refused::Disk(error) => WorkspaceError::Disk(disk::unwritable(&shown, error)),
            refused => WorkspaceError::Faults(vec![
                refused.fault(&shown, &Text::new("a place to write to", "書き込みできる場所")),
            ]),
        }
    }
}

fn told(mistake: &Mistake) -> serde_json::Value {
    let mut told = serde_json::json!({ "row": mistake.row, "missed": mistake.missed, "p": mistake.p });
    match &mistake.seen {
        Seen::Picture(picture) => told["masks"] = picture.masks.into(),
        Seen::Series(series) => told["series"] = serde_json::json!(series),
    }
    told
}

/// Whether a folder is called as the workspace of an exercise is, and there is something in it.
fn is_called(folder: &Path, id: &str) -> bool {
    let within = folder.parent().and_then(Path::file_name);
    folder.file_name().is_some_and(|name| name == id)
        && within.is_some_and(|name| name == FOLDER)
        && [PLAN, DATA].iter().any(|file| folder.join(file).symlink_metadata().is_ok())
}

/// `../..` for two folders up.
fn above(up: usize) -> String {
    vec![".."; up].join("/")
}

/// The numbers of the runs that were kept, the last first.
fn runs(results: &Path) -> Vec<u64> {
    let entries = std::fs::read_dir(results).into_iter().flatten().flatten();
    // No folder of ours has so large a number that none could follow.
    let number = |name: &str| name.parse().ok().filter(|number: &u64| *number < MOST_RUNS);
    let mut numbers: Vec<u64> = entries.filter_map(|entry| number(entry.file_name().to_str()?)).collect();
    numbers.sort_unstable_by_key(|number| std::cmp::Reverse(*number));
    numbers
}

fn digest(bytes: &[u8]) -> String {
    format!("{:016x}", xxh3_64(bytes))
}

/// The columns of develop.csv: name, role, unit, meaning; and the data card.
pub fn columns(task: &Task, rows: &Frame) -> String {
    let dataset = &task.dataset;
    let mut out =
        format!("# {} / {}\n\n{}\n\n{}\n\n", dataset.title.en, dataset.title.ja, dataset.about.en, dataset.about.ja);
    out += "| column / 列 | role / 役割 | unit / 単位 | meaning / 意味 |\n|---|---|---|---|\n";
    for name in tables::names(rows) {
        let column = dataset.columns().find(|column| column.name == name);
        let role = match dataset.role(name) {
            Role::Id => "id",
            Role::Group => "group",
            Role::Time => "time",
            Role::Label => "label",
            _ => "feature",
        };
        let both =
            |text: &Text| if text.en == text.ja { text.en.to_string() } else { format!("{} / {}", text.en, text.ja) };
        let unit = column.map_or_else(String::new, |column| both(&column.unit));
        let about = column.and_then(|column| column.about.as_ref()).map_or_else(String::new, both);
        out += &format!("| {name} | {role} | {unit} | {about} |\n");
    }
    out += "\n## What is unrealistic here / 実際とは異なる点\n\n";
    out += &format!("{}\n\n{}\n", dataset.unrealistic.en, dataset.unrealistic.ja);
    out
}
