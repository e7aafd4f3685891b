//! Arguments that several commands share: which class, and who does the work.

use std::path::PathBuf;

use crate::options::one_of;
use app::ending::Ending;
use app::worker::Worker;
use class::workers::{self, Engine};
use diagnostics::text::Lang;

/// A class folder, for commands that need one.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Place {
    /// The class folder; left out, the folder in which you stand.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(super) class: PathBuf,
}

/// Who does the work.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Workers {
    /// How many submissions are graded at once; otherwise as many as there are processors.
    #[arg(long, value_name = "N")]
    pub(super) jobs: Option<usize>,
    /// Who grades: this machine, or a Slurm cluster that shares the class folder and the program with it.
    #[arg(long, default_value = "local", value_parser = one_of(Engine::ALL, Engine::name, |engine| Some(engine.about())))]
    pub(super) engine: Engine,
}

impl Workers {
    /// The workers that are asked for.
    pub(super) fn asked(self, lang: Lang) -> Result<workers::Workers, Ending> {
        let worker = Worker::like_this(lang).map_err(|error| Ending::ours(&error))?;
        Ok(workers::Workers { engine: self.engine, jobs: self.jobs, worker })
    }
}

pub(super) fn placed_in_japanese(command: clap::Command) -> clap::Command {
    command.mut_arg("class", |arg| arg.help("クラスのフォルダーです。省略時は現在のフォルダーです。"))
}

pub(super) fn workers_in_japanese(command: clap::Command) -> clap::Command {
    command.mut_arg("jobs", |arg| arg.help("同時に採点する件数です。省略時はプロセッサーの数です。")).mut_arg(
        "engine",
        |arg| {
            arg.help(
                "採点する場所です（localはこの機械、slurmはクラスのフォルダーとプログラムを共有するSlurmクラスター）。",
            )
        },
    )
}
