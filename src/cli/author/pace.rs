//! How much runs at once, and where results are kept between calls.

use std::path::PathBuf;

use etcetera::BaseStrategy as _;

use author::proof::work;

#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Pace {
    /// How many runs at once; each may take the memory of a whole run.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=64))]
    jobs: Option<u64>,
    /// Run everything again, whatever is known from before.
    #[arg(long)]
    pub(super) fresh: bool,
}

impl Pace {
    pub(super) fn at_once(self) -> usize {
        self.jobs.and_then(|jobs| usize::try_from(jobs).ok()).unwrap_or_else(work::usual)
    }

    pub(super) fn cache(self) -> Option<PathBuf> {
        if self.fresh { None } else { cache_folder() }
    }
}

/// Where results are kept between calls: `PRACTICUM_CACHE`, or the system's folder for such things.
pub(super) fn cache_folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("PRACTICUM_CACHE").filter(|folder| !folder.is_empty()) {
        return Some(PathBuf::from(folder));
    }
    etcetera::choose_base_strategy().ok().map(|folders| folders.cache_dir().join("practicum"))
}
