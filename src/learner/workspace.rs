//! A learner's folder of one exercise. What the learner wrote is never overwritten; what we write is written whole or not at all.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::variant;
use crate::course::answers;
use crate::course::dataset::{ADDED, OUTLINED, Role};
use crate::course::pack::{self, Pack, Submission, Task};
use crate::course::plan;
use crate::fault::{Fault, Place};
use crate::report::json::Document;
use crate::report::{montage, picture, plot};
use crate::run::{self, Run, RunError};
use crate::schema;
use crate::tables::{self, Frame};
use crate::text;
use crate::text::{Lang, Text};

/// The folder that holds all workspaces.
pub const FOLDER: &str = "practicum";

/// Where a run leaves the pictures that its model got wrong.
pub const MISTAKES: &str = "results/mistakes.png";

/// Why a workspace cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// The disk said no.
    #[error("cannot write `{path}`: {source}")]
    Write {
        /// The file or folder.
        path: String,
        /// What the disk said.
        source: io::Error,
    },
    /// It is of another variant.
    #[error("the workspace is of another variant")]
    Variant(Vec<Fault>),
    /// The data could not be drawn.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl WorkspaceError {
    /// What the learner is told.
    pub fn text(&self) -> Text {
        match self {
            Self::Write { path, source } => text!(
                "Cannot write {path}: {source}. Is it open in another program, such as Excel? Nothing of yours was changed.",
                "{path} に書き込めません（{source}）。Excelなどで開いていませんか。あなたのファイルは変更していません。"
            ),
            Self::Variant(_) => Text::same(self.to_string()),
            Self::Run(error) => Text::same(error.to_string()),
        }
    }
}

/// A learner's folder of one exercise.
#[derive(Clone, Debug)]
pub struct Workspace {
    folder: PathBuf,
    id: String,
}

/// What `start` did.
#[derive(Clone, Debug, Default)]
pub struct Started {
    /// Files written, relative to where the learner stands.
    pub written: Vec<String>,
    /// Files of the learner's that were there and stay as they are.
    pub kept: Vec<String>,
}

impl Workspace {
    /// The workspace of an exercise below `root` (the folder where the learner stands).
    pub fn new(root: &Path, id: &str) -> Self {
        Self { folder: root.join(FOLDER).join(id), id: id.to_owned() }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// How the learner calls a file of it, with `/` on every system.
    pub fn shown(&self, file: &str) -> String {
        let id = &self.id;
        if file.is_empty() { format!("{FOLDER}/{id}") } else { format!("{FOLDER}/{id}/{file}") }
    }

    /// Whether the exercise was started here.
    pub fn is_started(&self) -> bool {
        self.folder.join("plan.toml").is_file()
    }

    /// The variant with which it was started.
    ///
    /// # Errors
    /// A `variant.toml` that cannot be read.
    pub fn variant(&self) -> Result<Option<String>, Vec<Fault>> {
        let Ok(bytes) = std::fs::read(self.folder.join(variant::FILE)) else { return Ok(None) };
        let section = crate::keys::read(&self.shown(variant::FILE), &bytes, variant::KEYS)?;
        variant::key(&section.string("variant")).map(Some).map_err(|fault| vec![fault])
    }

    /// The seed of its data: its variant's, or the usual one.
    ///
    /// # Errors
    /// A `variant.toml` that cannot be read.
    pub fn seed(&self) -> Result<u64, Vec<Fault>> {
        Ok(self.variant()?.map_or(variant::USUAL, |key| variant::seed(&self.id, &key)))
    }

    /// Makes it a variant, before it is started. A workspace that is started stays what it is: its data belong to the work in it.
    ///
    /// # Errors
    /// The disk's; the workspace is of another variant.
    pub fn become_variant(&self, key: &str) -> Result<(), WorkspaceError> {
        let now = self.variant().map_err(WorkspaceError::Variant)?;
        if now.as_deref() == Some(key) {
            return Ok(());
        }
        if now.is_some() || self.is_started() {
            let place = Place::file(self.shown(variant::FILE));
            let expected =
                Text::new("another folder for another variant", "別のバリアントは、別のフォルダーで始めてください");
            let found = match now {
                Some(now) => {
                    text!("the variant \"{now}\" in this workspace", "この作業フォルダーのバリアントは \"{now}\" です")
                }
                None => Text::new(
                    "a workspace that was started without a variant",
                    "バリアントなしで始めた作業フォルダーです",
                ),
            };
            return Err(WorkspaceError::Variant(vec![Fault::new(place, found, expected)]));
        }
        self.write(variant::FILE, format!("variant = \"{key}\"\n").as_bytes())
    }

    /// Lays out the exercise: the briefs, the learner's data with their description, and a plan and answers to begin with. A plan
    /// or answers that are already there stay as they are.
    ///
    /// # Errors
    /// The disk's, and data that cannot be drawn.
    pub fn start(&self, pack: &Pack, task: &Task) -> Result<Started, WorkspaceError> {
        let seed = self.seed().map_err(WorkspaceError::Variant)?;
        let rows = run::learners_rows(task, seed, &|file| pack.dataset_file(&task.dataset.id, file))?;
        self.lay_out(pack, task, &rows)
    }

    /// As [`Self::start`], with the learner's rows at hand.
    ///
    /// # Errors
    /// The disk's.
    pub fn lay_out(&self, pack: &Pack, task: &Task, rows: &Frame) -> Result<Started, WorkspaceError> {
        let id = &task.exercise.id;
        let mut started = Started::default();
        // Whatever can fail comes first, the plan last: where there is a plan, all else is there.
        for lang in [Lang::En, Lang::Ja] {
            if let Some(brief) = pack.brief(id, lang) {
                self.renew(&format!("brief.{}.md", lang.code()), brief.as_bytes(), &mut started)?;
            }
        }
        self.renew("data/develop.csv", &tables::csv(rows).map_err(RunError::from)?, &mut started)?;
        self.renew("data/columns.md", columns(task, rows).as_bytes(), &mut started)?;
        for (file, schema) in [
            ("plan", schema::document("plan.toml", &task.exercise.title, plan::KEYS)),
            (
                "answers",
                answers::with_keys(&task.exercise, |keys| schema::document("answers.toml", &task.exercise.title, keys)),
            ),
        ] {
            // For editors, and therefore not told.
            let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
            self.renew(&format!(".schema/{file}.json"), text.as_bytes(), &mut Started::default())?;
        }
        for file in ["answers.toml", "plan.toml"] {
            let Some(bytes) = pack.bytes(&format!("exercises/{id}/starter/{file}")) else { continue };
            if self.folder.join(file).exists() {
                started.kept.push(self.shown(file));
            } else {
                self.write(file, &bytes)?;
                started.written.push(self.shown(file));
            }
        }
        Ok(started)
    }

    /// The learner's plan and answers.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn submission(&self, task: &Task) -> Result<Submission, Vec<Fault>> {
        let read = |file: &str| std::fs::read(self.folder.join(file)).ok();
        let (plan, answers) = (read("plan.toml"), read("answers.toml"));
        pack::submission(
            &task.exercise,
            (&self.shown("plan.toml"), plan.as_deref()),
            (&self.shown("answers.toml"), answers.as_deref()),
        )
    }

    /// Keeps the result and each row's prediction beside the plan, with nothing in it that the learner may not see.
    ///
    /// # Errors
    /// The disk's, and our own.
    pub fn keep(&self, task: &Task, run: &Run, document: &Document) -> Result<(), WorkspaceError> {
        self.write("results/result.json", document.text().as_bytes())?;
        let table = if run.tables.contains_key("exam") { "exam" } else { "develop" };
        let bins = plot::bins(run, table, 10);
        // The highest pixel's risk is not the risk of a patient.
        if !bins.is_empty() && !run.story.masks {
            let title = format!("{} ({table})", self.id);
            self.write("results/calibration.png", &picture::calibration(&title, &bins))?;
        }
        if !run.mistakes.is_empty() {
            self.write(MISTAKES, &montage::mistakes(&run.mistakes))?;
        }
        if let Some(lesions) = run.tables.get("develop_lesions") {
            self.write("results/lesions.csv", &tables::csv(lesions).map_err(RunError::from)?)?;
        }
        if let Some(develop) = run.tables.get("develop") {
            let mine: Vec<&str> = ADDED.iter().chain(OUTLINED).copied().collect();
            let names: Vec<&str> = tables::names(develop)
                .into_iter()
                .filter(|name| mine.contains(name) || task.dataset.role(name).is_visible())
                .collect();
            let rows = tables::select(develop, &names).map_err(RunError::from)?;
            self.write("results/predictions.csv", &tables::csv(&rows).map_err(RunError::from)?)?;
        }
        Ok(())
    }

    /// Writes a file that is ours, and says so only where it was not there as it is.
    fn renew(&self, file: &str, bytes: &[u8], started: &mut Started) -> Result<(), WorkspaceError> {
        if std::fs::read(self.folder.join(file)).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        self.write(file, bytes)?;
        started.written.push(self.shown(file));
        Ok(())
    }

    /// Writes a file whole or not at all: into a temporary file beside it, then renamed over it.
    ///
    /// # Errors
    /// The disk's.
    pub fn write(&self, file: &str, bytes: &[u8]) -> Result<(), WorkspaceError> {
        let path = self.folder.join(file);
        let failed = |source: io::Error| WorkspaceError::Write { path: self.shown(file), source };
        let folder = path.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(folder).map_err(failed)?;
        let mut temporary = temporary(folder).map_err(failed)?;
        temporary.write_all(bytes).map_err(failed)?;
        temporary.as_file().sync_all().map_err(failed)?;
        temporary.persist(&path).map_err(|error| failed(error.error))?;
        Ok(())
    }
}

/// A temporary file in `folder`, with the rights that a file written plainly would have.
fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
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
        let unit = column.map_or("", |column| column.unit.as_str());
        let about = column.and_then(|column| column.about.as_ref());
        let about = about.map_or_else(String::new, |about| format!("{} / {}", about.en, about.ja));
        out += &format!("| {name} | {role} | {unit} | {about} |\n");
    }
    out += "\n## What is unrealistic here / 実際とは異なる点\n\n";
    out += &format!("{}\n\n{}\n", dataset.unrealistic.en, dataset.unrealistic.ja);
    out
}
