//! What is served: where the learner works, in which language, under which address.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::jobs::Jobs;
use app::ending::Ending;
use app::learner::desk::{Desk, Placed};
use course::content;
use diagnostics::text::Lang;
use engine::run;
use engine::synth::Shots;
use report::json::Subject;
use tables::Frame;

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
    /// The learner's data that were drawn last, so that a wall of pictures draws them once.
    drawn: Mutex<Vec<(String, Arc<Drawn>)>>,
}

/// The learner's rows, and what their pictures are drawn from, where they have any.
#[derive(Debug)]
pub struct Drawn {
    /// The rows.
    pub rows: Frame,
    /// The pictures.
    pub shots: Option<Shots>,
}

/// So many exercises' data are remembered.
const REMEMBERED: usize = 3;

/// The site as every handler has it.
pub type Shared = Arc<Site>;

impl Site {
    /// A site on which nothing is trained yet.
    pub fn new(settings: Settings) -> Shared {
        Arc::new(Self { settings, jobs: Jobs::default(), drawn: Mutex::default() })
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

    /// The learner's data of an exercise, as the workspace's variant has them.
    ///
    /// # Errors
    /// The author's mistakes.
    pub fn drawn(&self, placed: &Placed) -> Result<Arc<Drawn>, Ending> {
        let Placed { pack, task, workspace } = placed;
        let seed = workspace.seed().number;
        let digest = content::of_task(pack, task).map(|digest| digest.to_string()).unwrap_or_default();
        let name = format!("{} {seed} {digest}", task.exercise.id);
        let known =
            |all: &[(String, Arc<Drawn>)]| all.iter().find(|(known, _)| *known == name).map(|(_, drawn)| drawn.clone());
        if let Some(drawn) = known(&self.drawn.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(drawn);
        }
        let file = |file: &str| pack.dataset_file(&task.dataset.id, file);
        let drawn = match run::learners_pictures(task, seed, &file)? {
            Some((rows, shots)) => Drawn { rows, shots: Some(shots) },
            None => Drawn { rows: run::learners_rows(task, seed, &file)?, shots: None },
        };
        let drawn = Arc::new(drawn);
        let mut all = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        if known(&all).is_none() {
            all.insert(0, (name, drawn.clone()));
            all.truncate(REMEMBERED);
        }
        Ok(drawn)
    }
}
