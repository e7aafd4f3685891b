//! Who grades: processes of this machine, or of a cluster. A task goes out as a job, a record comes back; nothing else is shared.

pub mod local;
pub mod slurm;

use std::path::{Path, PathBuf};

use app::ending::Ending;
use app::job::{Job, Judge, Record};
use diagnostics::text::Text;

use crate::folder::unwritten;

/// Where jobs and records lie while they are under way, in the class folder.
pub const FOLDER: &str = "jobs";

/// The largest record that is read, in bytes.
const LARGEST: u64 = 256 << 20;

/// A submission to judge.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// What its result is kept by.
    pub key: String,
    /// The job.
    pub job: Judge,
}

/// What came of a task.
#[derive(Clone, Debug)]
pub enum Done {
    /// Its record.
    Record(Box<Record>),
    /// None, and why; never the learner's fault.
    Lost(Text),
}

/// Somebody who does tasks.
pub trait Executor {
    /// Does tasks in any order, and hands on each as it is done. Where `stop` says so, what runs is finished and nothing is begun.
    ///
    /// # Errors
    /// What keeps everything from being done; what `done` gives back.
    fn run(
        &self,
        tasks: Vec<Task>,
        stop: &(dyn Fn() -> bool + Sync),
        done: &mut dyn FnMut(&str, Done) -> Result<(), Ending>,
    ) -> Result<(), Ending>;
}

/// The files of a task.
#[derive(Clone, Debug)]
pub struct Files {
    folder: PathBuf,
    key: String,
}

impl Files {
    /// Of a task, in a class folder.
    pub fn of(class: &Path, key: &str) -> Self {
        Self { folder: class.join(FOLDER), key: key.to_owned() }
    }

    /// The job's file.
    pub fn job(&self) -> PathBuf {
        self.folder.join(format!("{}.job.json", self.key))
    }

    /// The record's file.
    pub fn record(&self) -> PathBuf {
        self.folder.join(format!("{}.record.json", self.key))
    }

    /// Writes the job.
    ///
    /// # Errors
    /// The disk's.
    pub fn ask(&self, job: &Judge) -> Result<(), Ending> {
        let text = serde_json::to_string(&Job::Judge(Box::new(job.clone())))?;
        let name = format!("{}.job.json", self.key);
        self.make()?;
        disk::write(&self.folder, &name, text.as_bytes()).map_err(|refused| unwritten(&self.job(), &refused))
    }

    /// The folder, for nobody else: a job has what its exam is drawn from.
    fn make(&self) -> Result<(), Ending> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt as _;
            builder.mode(0o700);
        }
        builder.create(&self.folder).map_err(|error| unwritten(&self.folder, &disk::Refused::Disk(error)))
    }

    /// The record, where it is there and of this job: whoever grades hands in no figures.
    pub fn answer(&self, job: &Judge) -> Option<Box<Record>> {
        let bytes = disk::read(&self.folder, &format!("{}.record.json", self.key), LARGEST).ok()?;
        let record: Record = serde_json::from_slice(&bytes).ok()?;
        let id = |reference: &str| reference.split('@').next().unwrap_or_default().to_owned();
        let is_its =
            record.schema == app::job::RECORD && record.seed == job.seed && id(&record.exercise) == id(&job.exercise);
        is_its.then(|| Box::new(record))
    }

    /// Takes away what workers of a grader that was killed left of results that are kept.
    pub fn sweep(class: &Path, is_kept: impl Fn(&str) -> bool) {
        for entry in std::fs::read_dir(class.join(FOLDER)).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let key = name.strip_suffix(".record.json").or_else(|| name.strip_suffix(".job.json"));
            if key.is_some_and(&is_kept) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    /// Takes both away; what cannot be taken away does no harm.
    pub fn clear(&self) {
        let _ = std::fs::remove_file(self.job());
        let _ = std::fs::remove_file(self.record());
    }
}
