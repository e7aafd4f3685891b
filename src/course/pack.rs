//! A course pack: the folders `exercises/` and `datasets/`, embedded in the program or on disk.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use include_dir::{Dir, File};

use super::answers::{self, Answer, Answers, Unjudged};
use super::computed::{self, Computed, Taken};
use super::dataset::{self, Dataset};
use super::exercise::{self, Cover, Draw, Exercise};
use super::plan::{self, Plan, Vocabulary};
use super::settings;
use diagnostics::fault::{Fault, Id, Place, nearest};
use diagnostics::keys::{self, Key, Kind, Need, Value, Written};
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use disk::Refused;

pub use super::files::{ANSWERS, PLAN, REFERENCE, STARTER, WRONG, brief_file, debrief_file};

/// The folders of a course pack inside a program.
#[derive(Debug)]
pub struct Content {
    /// The folder `exercises/`.
    pub exercises: Dir<'static>,
    /// The folder `datasets/`.
    pub datasets: Dir<'static>,
}

/// Where exercises and datasets come from.
#[derive(Clone, Debug)]
pub enum Pack {
    /// The course pack that is part of the program.
    Embedded(&'static Content),
    /// A folder with the same layout.
    Folder(PathBuf),
}

/// What a learner hands in, or what an author gives as a model of it: a plan and answers.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The experiment.
    pub plan: Plan,
    /// The conclusions.
    pub answers: Answers,
    /// Those that are computed from the run, in an author's own solution.
    pub computed: Computed,
    /// Settings of the plan that are computed, in an author's own solution.
    pub settings: Computed,
    /// What those settings came to, by name, once they were computed: numbers, and flags as 1 or 0.
    pub set: BTreeMap<String, f64>,
    /// What nothing judges: expectations, and the decision in words.
    pub unjudged: Unjudged,
    /// What was assumed of what they wrote, in sentences.
    pub assumed: Vec<Text>,
}

impl Submission {
    /// A draw of the judge's with what is answered and set here; nothing where it reads an answer that is not given.
    pub fn decided(&self, draw: &Draw) -> Option<Draw> {
        let mut decided = BTreeMap::new();
        for (table, name, _) in draw.reads() {
            let value = if table == "answers" {
                match self.answers.get(name) {
                    Some(Answer::Number(x)) => *x,
                    _ => return None,
                }
            } else {
                let written = || match &self.plan.section.maybe_table(settings::TABLE)?.get(name)?.value {
                    Value::Number(x) => Some(*x),
                    Value::Whole(i) => Some(*i as f64),
                    Value::Flag(flag) => Some(f64::from(u8::from(*flag))),
                    _ => None,
                };
                self.set.get(name).copied().or_else(written)?
            };
            decided.insert(format!("{table}.{name}"), value);
        }
        Some(Draw { decided, ..draw.clone() })
    }
}

/// An exercise with its dataset.
#[derive(Clone, Debug)]
pub struct Task {
    /// The exercise.
    pub exercise: Exercise,
    /// Its dataset.
    pub dataset: Dataset,
}

/// A wrong solution, and what it must fail.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// Its folder's name: the mistake.
    pub mistake: String,
    /// The checks that must fail, and no others.
    pub fails: Vec<String>,
    /// Why people do this.
    pub why: Text,
    /// Its `fails` in `expect.toml`.
    pub place: Place,
}

/// The keys of `expect.toml` in a wrong solution's folder.
pub const EXPECT: &[Key<'static>] = &[
    Key::new(
        "fails",
        Kind::List(&Kind::String),
        Need::Required,
        "The checks that this solution must fail; all others it passes or skips.",
        "この解が不合格になるべき判定です。ほかは合格か省略になります。",
    ),
    Key::new("why", Kind::Bilingual, Need::Required, "Why people do this.", "なぜこの誤りが起こるかを書きます。"),
];

impl Content {
    /// The embedded folder that a path begins with, and the rest of the path.
    fn within<'p>(&'static self, path: &'p str) -> (&'static Dir<'static>, &'p str) {
        let (top, rest) = path.split_once('/').unwrap_or((path, ""));
        (if top == "exercises" { &self.exercises } else { &self.datasets }, rest)
    }

    fn names(&'static self, path: &str, of: fn(&'static Dir<'static>) -> Vec<&'static Path>) -> Vec<String> {
        let (dir, rest) = self.within(path);
        let dir = if rest.is_empty() { Some(dir) } else { dir.get_dir(rest) };
        shown(dir.into_iter().flat_map(of).filter_map(Path::file_name))
    }
}

/// The names of what a folder on disk holds, of one kind.
fn names(folder: &Path, of: fn(&Path) -> bool) -> Vec<String> {
    let entries: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    shown(entries.iter().filter(|path| of(path)).filter_map(|path| path.file_name()))
}

/// The most bytes that a file of a course may have: what people write by hand is small, their tables are not.
fn limit(path: &str) -> u64 {
    let is_text = Path::new(path).extension().is_some_and(|end| end == "toml" || end == "md");
    if is_text { disk::COURSE_TEXT } else { disk::TABLE }
}

/// Names in order, without the hidden ones.
fn shown<'n>(names: impl Iterator<Item = &'n OsStr>) -> Vec<String> {
    let names: BTreeSet<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.into_iter().filter(|name| !name.starts_with('.')).collect()
}

impl Pack {
    /// The pack of a folder.
    ///
    /// # Errors
    /// Where the folder has no `exercises/`.
    pub fn folder(path: &Path) -> Result<Self, Fault> {
        if path.join("exercises").is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        Err(Fault::new(
            Id::UnknownCourse,
            Place::file(path.display().to_string()),
            Text::new("no folder `exercises` in it", "この中にフォルダー`exercises`がありません"),
            Text::new(
                "a course pack: a folder with exercises/ and datasets/",
                "教材のフォルダー（exercises/ と datasets/ を含むもの）",
            ),
        ))
    }

    /// One file, by its path within the pack with `/` between folders; none where there is none, or none that may be read:
    /// [`Self::exercise`] and [`Self::task`] say why.
    pub fn bytes(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        match self {
            Self::Embedded(content) => {
                let (dir, rest) = content.within(path);
                dir.get_file(rest).map(|file| Cow::Borrowed(file.contents()))
            }
            Self::Folder(root) => disk::read(root, path, limit(path)).ok().map(Cow::Owned),
        }
    }

    /// Everything in a folder of the pack that is no file inside it: links, devices, files beyond their limit. What is hidden is not
    /// looked at, for nothing reads it.
    fn refused(&self, path: &str) -> Vec<Fault> {
        let Self::Folder(root) = self else { return Vec::new() };
        let mut faults = Vec::new();
        let mut open = vec![path.to_owned()];
        while let Some(path) = open.pop() {
            match disk::folder(root, &path) {
                Ok(folder) => {
                    for name in names(&folder, |_| true) {
                        let path = format!("{path}/{name}");
                        match disk::sound(root, &path, limit(&path)) {
                            Err(Refused::NotAFile(_, disk::Other::Folder)) => open.push(path),
                            Err(refused) => faults.push(refused.fault(&path, &Text::new("a file", "ファイル"))),
                            Ok(()) => {}
                        }
                    }
                }
                // What is missing is told by whoever needs it.
                Err(Refused::Missing) => {}
                Err(refused) => faults.push(refused.fault(&path, &Text::new("a folder", "フォルダー"))),
            }
        }
        faults.sort_by(|a, b| a.place.cmp(&b.place));
        faults
    }

    /// The names of the folders in a folder of the pack, in order.
    pub fn folders(&self, path: &str) -> Vec<String> {
        match self {
            Self::Embedded(content) => content.names(path, |dir| dir.dirs().map(Dir::path).collect()),
            Self::Folder(root) => names(&root.join(path), Path::is_dir),
        }
    }

    /// The names of the files in a folder of the pack, in order.
    pub fn files(&self, path: &str) -> Vec<String> {
        match self {
            Self::Embedded(content) => content.names(path, |dir| dir.files().map(File::path).collect()),
            Self::Folder(root) => names(&root.join(path), Path::is_file),
        }
    }

    /// The ids of all exercises.
    pub fn exercises(&self) -> Vec<String> {
        self.folders("exercises")
    }

    /// The id of the exercise that had this one before.
    pub fn renamed(&self, id: &str) -> Option<String> {
        let ids = self.exercises();
        if ids.iter().any(|known| known == id) {
            return None;
        }
        let had = |known: &&String| {
            let path = format!("exercises/{known}/exercise.toml");
            self.bytes(&path)
                .is_some_and(|bytes| keys::peek_texts(&bytes, "formerly").iter().any(|former| former == id))
        };
        ids.iter().find(had).cloned()
    }

    /// The exercise alone, without its dataset.
    ///
    /// # Errors
    /// An unknown id, or everything that is wrong with `exercise.toml`.
    pub fn exercise(&self, id: &str) -> Result<Exercise, Vec<Fault>> {
        self.named(id, exercise::read, |exercise| (&exercise.id, &exercise.after))
    }

    /// What a list tells of an exercise: its SQL stays unread.
    ///
    /// # Errors
    /// An unknown id, or what is wrong with the keys of `exercise.toml`.
    pub fn cover(&self, id: &str) -> Result<Cover, Vec<Fault>> {
        self.named(id, exercise::cover, |cover| (&cover.id, &cover.after))
    }

    /// What a reader makes of `exercise.toml`, where it has the folder's name and builds on exercises that there are; `told` gives its
    /// id and those.
    fn named<T>(
        &self,
        id: &str,
        read: impl Fn(&str, &[u8]) -> Result<T, Vec<Fault>>,
        told: impl Fn(&T) -> (&str, &[Written<String>]),
    ) -> Result<T, Vec<Fault>> {
        let path = format!("exercises/{id}/exercise.toml");
        if disk::is_name(id) {
            let refused = self.refused(&format!("exercises/{id}"));
            if !refused.is_empty() {
                return Err(refused);
            }
        }
        let Some(bytes) = self.bytes(&path) else {
            let ids = self.exercises();
            let list = ids.join(", ");
            return Err(vec![
                Fault::new(
                    Id::UnknownExercise,
                    Place::file(path),
                    text!("no exercise \"{id}\"", "演習 \"{id}\" はありません"),
                    text!("one of {list}", "{list} のいずれか"),
                )
                .near(id, ids.iter().map(String::as_str)),
            ]);
        };
        let exercise = read(&path, &bytes)?;
        let (found, after) = told(&exercise);
        let astray = self.astray(found, after);
        if !astray.is_empty() {
            return Err(astray);
        }
        if found != id {
            let place = Place { key: Some("id".to_owned()), ..Place::file(path) };
            let found = text!("the id \"{found}\"", "id \"{found}\"");
            return Err(vec![Fault::new(
                Id::Mismatch,
                place,
                found,
                text!("the folder's name, \"{id}\"", "フォルダーの名前 \"{id}\""),
            )]);
        }
        Ok(exercise)
    }

    /// What is wrong with the exercises that one builds on: those that are not in the pack, and a way that leads back to where it
    /// began. Files that cannot be read say so themselves.
    fn astray(&self, exercise: &str, builds_on: &[Written<String>]) -> Vec<Fault> {
        let ids = if builds_on.is_empty() { Vec::new() } else { self.exercises() };
        let mut faults = Vec::new();
        for after in builds_on {
            let id = &after.value;
            if !ids.contains(id) {
                let fault = after.fault(
                    Id::UnknownExercise,
                    text!(
                        "the exercise \"{id}\", which is not in this course",
                        "演習 \"{id}\" はこのコースにありません"
                    ),
                    Text::new("the id of an exercise of this course", "このコースの演習のid"),
                );
                faults.push(fault.near(id, ids.iter().map(String::as_str)));
                continue;
            }
            if let Some(way) = self.way_back(id, exercise) {
                let way = format!("{exercise} → {}", way.join(" → "));
                faults.push(after.fault(
                    Id::Circle,
                    text!("a circle: {way}", "循環しています：{way}"),
                    Text::new("exercises that do not build on this one", "この演習を前提としない演習"),
                ));
            }
        }
        faults
    }

    /// The exercises that lead from one to another by what they build on, both ends included; none where no way does.
    fn way_back(&self, from: &str, to: &str) -> Option<Vec<String>> {
        let mut open = vec![vec![from.to_owned()]];
        let mut seen: BTreeSet<String> = BTreeSet::new();
        while let Some(way) = open.pop() {
            let last = way.last().cloned().unwrap_or_default();
            if last == to {
                return Some(way);
            }
            let path = format!("exercises/{last}/exercise.toml");
            if !seen.insert(last) {
                continue;
            }
            let next = self.bytes(&path).map(|bytes| keys::peek_texts(&bytes, "after")).unwrap_or_default();
            open.extend(next.into_iter().map(|after| [way.as_slice(), &[after]].concat()));
        }
        None
    }

    /// The dataset of an id.
    ///
    /// # Errors
    /// An unknown id, or everything that is wrong with `dataset.toml`.
    pub fn dataset(&self, id: &str, asked: &Place) -> Result<Dataset, Vec<Fault>> {
        let path = format!("datasets/{id}/dataset.toml");
        if disk::is_name(id) {
            let refused = self.refused(&format!("datasets/{id}"));
            if !refused.is_empty() {
                return Err(refused);
            }
        }
        let Some(bytes) = self.bytes(&path) else {
            let ids = self.folders("datasets");
            let list = ids.join(", ");
            return Err(vec![
                Fault::new(
                    Id::UnknownDataset,
                    asked.clone(),
                    text!("the dataset \"{id}\", which is not there", "データセット \"{id}\" は見つかりません"),
                    text!("one of {list}", "{list} のいずれか"),
                )
                .near(id, ids.iter().map(String::as_str)),
            ]);
        };
        let dataset = dataset::read(&path, &bytes)?;
        if dataset.id != id {
            let found = &dataset.id;
            let place = Place { key: Some("id".to_owned()), ..Place::file(path) };
            let found = text!("the id \"{found}\"", "id \"{found}\"");
            return Err(vec![Fault::new(
                Id::Mismatch,
                place,
                found,
                text!("the folder's name, \"{id}\"", "フォルダーの名前 \"{id}\""),
            )]);
        }
        Ok(dataset)
    }

    /// The bytes of a dataset's own file, by its name beside `dataset.toml`: a file's name, not a way out of the folder.
    pub fn dataset_file(&self, dataset: &str, file: &str) -> Option<Vec<u8>> {
        if !disk::is_name(file) || !disk::is_name(dataset) {
            return None;
        }
        self.bytes(&format!("datasets/{dataset}/{file}")).map(Cow::into_owned)
    }

    /// An exercise with its dataset, fitting each other.
    ///
    /// # Errors
    /// Everything that is wrong with either, SQL apart.
    pub fn task(&self, id: &str) -> Result<Task, Vec<Fault>> {
        let exercise = self.exercise(id)?;
        let dataset = self.dataset(&exercise.dataset.value, &exercise.dataset.place)?;
        let faults = exercise::against(&exercise, &dataset);
        if faults.is_empty() { Ok(Task { exercise, dataset }) } else { Err(faults) }
    }

    /// The brief in a language, as Markdown.
    pub fn brief(&self, id: &str, lang: Lang) -> Option<String> {
        let bytes = self.bytes(&format!("exercises/{id}/{}", brief_file(lang)))?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The debrief in a language, as Markdown: what it was, told after a pass or after giving up.
    pub fn debrief(&self, id: &str, lang: Lang) -> Option<String> {
        let bytes = self.bytes(&format!("exercises/{id}/{}", debrief_file(lang)))?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A plan and answers that lie in a folder of the exercise: `starter`, `solution` or `wrong/<mistake>`.
    ///
    /// # Errors
    /// A missing `plan.toml`, or everything that is wrong with either file.
    pub fn submission(
        &self,
        vocabulary: &Vocabulary,
        exercise: &Exercise,
        folder: &str,
    ) -> Result<Submission, Vec<Fault>> {
        let path = |file: &str| format!("exercises/{}/{folder}/{file}", exercise.id);
        let (plan, answers) = (path(PLAN), path(ANSWERS));
        let written = self.bytes(&answers).unwrap_or_default();
        // What learners begin with computes nothing.
        let own = folder != STARTER;
        let taken = |file: &str, bytes: &[u8], taken: fn(&str, &[u8], &Exercise) -> Taken| {
            if own { taken(file, bytes, exercise) } else { Ok((bytes.to_vec(), Computed::new())) }
        };
        let (answered, computed) = taken(&answers, &written, computed::of_answers)?;
        let (planned, settings) = match self.bytes(&plan) {
            Some(bytes) => {
                let (left, settings) = taken(&plan, &bytes, computed::of_settings)?;
                (Some(left), settings)
            }
            None if exercise.has_plan() => {
                return Err(vec![Fault::new(
                    Id::MissingFile,
                    Place::file(plan),
                    Text::new("no such file", "ファイルがありません"),
                    Text::new(
                        "a plan, as a learner would write it: the checks are proved with it",
                        "学習者が書くのと同じ形の計画ファイル（判定の検証に使います）",
                    ),
                )]);
            }
            None => (None, Computed::new()),
        };
        let read = submission(
            vocabulary,
            exercise,
            (&plan, planned.as_deref()),
            (&answers, self.bytes(&answers).is_some().then_some(&answered)),
        )?;
        Ok(Submission { computed, settings, ..read })
    }

    /// The wrong solutions of an exercise.
    ///
    /// # Errors
    /// Everything that is wrong with their `expect.toml`.
    pub fn wrong(&self, exercise: &Exercise) -> Result<Vec<Wrong>, Vec<Fault>> {
        let mut wrong = Vec::new();
        let mut faults = Vec::new();
        for mistake in self.folders(&format!("exercises/{}/{WRONG}", exercise.id)) {
            let file = format!("exercises/{}/{WRONG}/{mistake}/expect.toml", exercise.id);
            let bytes = self.bytes(&file).unwrap_or_default();
            let section = match diagnostics::keys::read(&file, &bytes, EXPECT) {
                Ok(section) => section,
                Err(more) => {
                    faults.extend(more);
                    continue;
                }
            };
            for id in section.strings("fails") {
                if !exercise.checks.iter().any(|check| check.id == id.value) {
                    let name = &id.value;
                    let fault = id.fault(
                        Id::UnknownCheck,
                        text!("the unknown check \"{name}\"", "存在しない判定 \"{name}\" があります"),
                        Text::new("the id of a check of this exercise", "この演習の判定のid"),
                    );
                    faults.push(fault.near(name, exercise.checks.iter().map(|check| check.id.as_str())));
                }
            }
            wrong.push(Wrong {
                mistake,
                fails: section.strings("fails").into_iter().map(|id| id.value).collect(),
                why: section.text("why"),
                place: section.place_of("fails"),
            });
        }
        if faults.is_empty() { Ok(wrong) } else { Err(faults) }
    }

    /// The nearest exercise to a mistyped id.
    pub fn nearest(&self, id: &str) -> Option<String> {
        nearest(id, self.exercises().iter().map(String::as_str))
    }
}

/// Reads a plan and answers, each given as its file's name and its bytes. Missing answers are answers not attempted.
///
/// # Errors
/// A missing plan, or everything that is wrong with either file.
pub fn submission(
    vocabulary: &Vocabulary,
    exercise: &Exercise,
    (plan_file, plan): (&str, Option<&[u8]>),
    (answers_file, answers): (&str, Option<&[u8]>),
) -> Result<Submission, Vec<Fault>> {
    let mut beside = Vec::new();
    if !exercise.has_plan() && plan.is_some() {
        beside.push(text!(
            "{plan_file} is not read: this exercise asks for no plan.",
            "{plan_file} は読み込みません（この演習に計画はありません）。"
        ));
    }
    let plan = if exercise.has_plan() { plan } else { Some(&[][..]) };
    let Some(plan) = plan else {
        let id = &exercise.id;
        return Err(vec![Fault::new(
            Id::MissingFile,
            Place::file(plan_file),
            Text::new("no such file", "ファイルがありません"),
            text!(
                "a plan; `practicum start {id}` writes one to begin with",
                "計画ファイル（`practicum start {id}` で作れます）"
            ),
        )]);
    };
    let mut faults = Vec::new();
    let read = if exercise.has_plan() {
        plan::read(vocabulary, &exercise.settings, plan_file, plan)
    } else {
        plan::none(vocabulary, &exercise.reference())
    };
    // What is to be computed is told in words of its own, not as a value of another kind.
    let told = |mut more: Vec<Fault>, refused: Vec<Fault>| {
        let is_of = |fault: &Fault, other: &Fault| {
            let (Some(key), Some(outer)) = (&fault.place.key, &other.place.key) else { return false };
            key.strip_prefix(outer.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        more.retain(|fault| !refused.iter().any(|other| is_of(fault, other)));
        refused.into_iter().chain(more.into_iter().map(|fault| with_reference(fault, exercise)))
    };
    let plan = read
        .and_then(|plan| match answers::reference_fault(Some(plan.exercise.clone()), exercise) {
            Some(fault) => Err(vec![fault]),
            None => Ok(plan),
        })
        .map_err(|more| faults.extend(told(more, computed::refused_settings(plan_file, plan, exercise))));
    let bytes = answers.unwrap_or_default();
    let answers = answers::read(answers_file, bytes, exercise)
        .map_err(|more| faults.extend(told(more, computed::refused(answers_file, bytes, exercise))));
    match (plan, answers) {
        (Ok(plan), Ok((answers, unjudged, of_answers))) => {
            let of_plan = plan.assumed.iter().map(|assumed| assumed.text(plan_file));
            let of_answers = of_answers.iter().map(|assumed| assumed.text(answers_file));
            let missing = unjudged.missing(answers_file, exercise);
            let assumed = of_plan.chain(of_answers).chain(missing).chain(beside).collect();
            Ok(Submission {
                plan,
                answers,
                unjudged,
                computed: Computed::new(),
                settings: Computed::new(),
                set: BTreeMap::new(),
                assumed,
            })
        }
        _ => Err(faults),
    }
}

/// A file that does not say of which exercise it is: the line that is missing is told as it has to be written.
fn with_reference(fault: Fault, exercise: &Exercise) -> Fault {
    if fault.place.key.as_deref() != Some("exercise") || fault.place.line.is_some() {
        return fault;
    }
    let reference = exercise.reference();
    Fault {
        expected: text!("the line exercise = \"{reference}\" at its top", "先頭に exercise = \"{reference}\" の行"),
        ..fault
    }
}
