//! Fitted models that a workspace keeps, so that `run` and then `check` train the same plan once.

use std::path::{Path, PathBuf};

use disk::Refused;
use engine::run;

/// Their folder within the workspace.
const MODELS: &str = ".models";

/// So many are kept: a learner goes back and forth between a few plans.
const KEPT: usize = 12;

/// The largest that is read, in bytes.
const LARGEST: u64 = 200_000_000;

/// The fitted models of a workspace.
#[derive(Debug)]
pub struct Shelf(PathBuf);

impl Shelf {
    /// That of a workspace's folder.
    pub fn of(workspace: &Path) -> Self {
        Self(workspace.to_owned())
    }

    fn keep(&self, name: &str, model: &[u8]) -> Result<(), Refused> {
        let folder = disk::make_folder(&self.0, MODELS)?;
        disk::write(&folder, name, model)?;
        let mut kept: Vec<_> = std::fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        kept.sort();
        for (_, path) in kept.iter().rev().skip(KEPT) {
            let _ = std::fs::remove_file(path);
        }
        Ok(())
    }
}

impl run::Shelf for Shelf {
    fn get(&self, name: &str) -> Option<Vec<u8>> {
        let folder = disk::folder(&self.0, MODELS).ok()?;
        disk::read(&folder, name, LARGEST).ok()
    }

    fn put(&self, name: &str, model: &[u8]) {
        // Where it cannot be kept it is fitted again another time; the result is told either way.
        let _ = self.keep(name, model);
    }
}
