//! Who does the work of a round: processes of this machine, or a cluster.

use std::time::Duration;

use app::ending::Ending;
use app::worker::Worker;
use diagnostics::keys::Short;

use crate::executor::local::Local;
use crate::executor::slurm::Slurm;
use crate::executor::{Executor, Files, Task};
use crate::folder::Class;
use crate::grading::{self, Tally};
use crate::store::Store;

/// Who grades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// This machine.
    Local,
    /// A Slurm cluster that shares the class folder and the program with it.
    Slurm,
}

impl Engine {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Local, Self::Slurm];

    /// Its name in options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Slurm => "slurm",
        }
    }

    /// What it is.
    pub fn about(self) -> Short {
        match self {
            Self::Local => Short::new("This machine", "この機械"),
            Self::Slurm => Short::new("A Slurm cluster", "Slurmクラスター"),
        }
    }
}

/// Workers, as they are asked for.
#[derive(Clone, Debug)]
pub struct Workers {
    /// Who grades.
    pub engine: Engine,
    /// How many submissions at once; otherwise as many as there are processors.
    pub jobs: Option<usize>,
    /// How each is started.
    pub worker: Worker,
}

impl Workers {
    /// Grades tasks, and keeps each result as it comes. Where `stop` says so, what runs is finished and nothing is begun.
    ///
    /// # Errors
    /// A disk that cannot be written, an executor that cannot work.
    pub fn grade(
        &self,
        class: &Class,
        store: &Store,
        tasks: Vec<Task>,
        stop: &(dyn Fn() -> bool + Sync),
        tell: &mut dyn FnMut(Tally),
    ) -> Result<Tally, Ending> {
        let here = std::thread::available_parallelism().map_or(1, usize::from);
        let jobs = self.jobs.unwrap_or(here).max(1);
        let folder = std::path::absolute(&class.folder).map_err(|error| Ending::ours(&error))?;
        // What a class is graded with stands in its settings.
        let worker = Worker { kernel: class.settings.kernel.clone(), ..self.worker.with_threads((here / jobs).max(1)) };
        let wall = Duration::from_secs(class.settings.limits.wall_seconds);
        let executor: Box<dyn Executor> = match self.engine {
            Engine::Local => Box::new(Local { worker, class: folder, jobs, wall }),
            Engine::Slurm => Box::new(Slurm { worker, class: folder, wall, settings: class.settings.slurm.clone() }),
        };
        let told = grading::grade(store, tasks, executor.as_ref(), stop, tell);
        Files::sweep(&class.folder, |key| store.record(key).is_ok_and(|record| record.is_some()));
        told
    }
}
