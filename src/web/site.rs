//! What is served: where the learner works, in which language, under which address.

use std::path::PathBuf;
use std::sync::Arc;

use crate::jobs::Jobs;
use app::ending::Ending;
use app::learner::desk::{Desk, Placed};
use diagnostics::text::Lang;
use report::json::Subject;

/// What the command line hands to the workbench.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the learner works.
    pub desk: Desk,
    /// This program: each run is a process of its own.
    pub program: PathBuf,
    /// The language of who has chosen none.
    pub lang: Lang,
    /// The path under which all addresses lie: `/`, or `/user/ann/practicum/`.
    pub base: String,
    /// What the first address carries; none where nobody but the learner reaches the door (a socket of theirs).
    pub secret: Option<String>,
    /// Tells the time, as it is sealed with expectations.
    pub now: fn() -> String,
}

/// The site.
#[derive(Debug)]
pub struct Site {
    /// What it was given.
    pub settings: Settings,
    /// What is trained now.
    pub jobs: Jobs,
}

/// The site as every handler has it.
pub type Shared = Arc<Site>;

impl Site {
    /// A site on which nothing is trained yet.
    pub fn new(settings: Settings) -> Shared {
        Arc::new(Self { settings, jobs: Jobs::default() })
    }

    /// The address of something below the base.
    pub fn to(&self, path: &str) -> String {
        format!("{}{path}", self.settings.base)
    }

    /// The exercise, its course and the learner's folder of it, begun or not.
    ///
    /// # Errors
    /// As [`Desk::placed`].
    pub fn placed(&self, id: &str) -> Result<Placed, Ending> {
        self.settings.desk.placed("open", Some(id), &mut Subject::default())
    }

    /// The same of one that was begun.
    ///
    /// # Errors
    /// As [`Desk::begun`].
    pub fn begun(&self, id: &str) -> Result<Placed, Ending> {
        self.settings.desk.begun("open", Some(id), &mut Subject::default())
    }
}
