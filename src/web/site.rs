//! What is served: where the learner works, in which language, under which address.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::jobs::Jobs;
use app::ending::Ending;
use app::learner::desk::{Desk, Placed};
use app::worker::Worker;
use course::content;
use diagnostics::text::{Lang, in_order};
use engine::run;
use engine::signal::Shape;
use engine::synth::Origin;
use report::json::Subject;
use tables::Frame;

/// What the command line hands to the workbench.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the learner works.
    pub desk: Desk,
    /// How a run is started: each is a process of its own.
    pub worker: Worker,
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
    drawn: Recent<Drawn>,
    /// What the runs that were seen last say of the learner's own test rows: a run that was kept changes no more.
    pub tested: Recent<Option<Tested>>,
}

/// Labels and risks of the learner's own test rows.
#[derive(Debug)]
pub struct Tested {
    /// 1 where the outcome came, 0 where not.
    pub y: Vec<f64>,
    /// The predicted risks.
    pub p: Vec<f64>,
    /// From which risk on an alert is raised.
    pub threshold: Option<f64>,
}

/// What was made last, by name: a few, so that a page that is loaded again makes nothing anew.
#[derive(Debug)]
pub struct Recent<T>(Mutex<Vec<(String, Arc<T>)>>);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Recent<T> {
    /// What is known by this name, or made now.
    ///
    /// # Errors
    /// Those of what makes it.
    pub fn of<E>(&self, name: String, make: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        let known = |all: &[(String, Arc<T>)]| all.iter().find(|(known, _)| *known == name).map(|(_, it)| it.clone());
        if let Some(it) = known(&self.0.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(it);
        }
        // Made outside the lock: two pages at once make the same.
        let made = Arc::new(make()?);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known(&all).is_none() {
            all.insert(0, (name, made.clone()));
            all.truncate(REMEMBERED);
        }
        Ok(made)
    }
}

/// The learner's rows, and what their signals are drawn from, where they have any.
#[derive(Debug)]
pub struct Drawn {
    /// The rows.
    pub rows: Frame,
    /// The signals.
    signals: Option<Origin>,
    /// The values of columns that have few of them, in order.
    few: OnceLock<BTreeMap<String, Vec<String>>>,
    /// The section that shows them, as it is first seen, by language.
    looked: [OnceLock<String>; 2],
}

/// So many values are few: by them rows are told apart, and of them one is chosen.
const FEW: usize = 12;

impl Drawn {
    /// The pictures, where they are any.
    pub fn shots(&self) -> Option<&Origin> {
        self.signals.as_ref().filter(|origin| match origin.shape() {
            Shape::Volume(_) => true,
            Shape::Series(_) => false,
        })
    }

    /// The series, where they are any.
    pub fn series(&self) -> Option<&Origin> {
        self.signals.as_ref().filter(|origin| match origin.shape() {
            Shape::Series(_) => true,
            Shape::Volume(_) => false,
        })
    }

    /// The values of a column that has at most twelve, in order; nothing of another.
    ///
    /// # Errors
    /// Our own.
    pub fn few_values(&self, name: &str) -> Result<&[String], Ending> {
        if self.few.get().is_none() {
            let mut few = BTreeMap::new();
            for name in tables::names(&self.rows) {
                let mut values = BTreeSet::new();
                for value in tables::words(&self.rows, name)?.into_iter().flatten() {
                    values.insert(value);
                    if values.len() > FEW {
                        break;
                    }
                }
                if values.len() <= FEW {
                    let mut values: Vec<String> = values.into_iter().collect();
                    values.sort_by(|a, b| in_order(a, b));
                    few.insert(name.to_owned(), values);
                }
            }
            // Two pages at once find the same.
            let _ = self.few.set(few);
        }
        Ok(self.few.get().and_then(|few| few.get(name)).map_or(&[], Vec::as_slice))
    }

    /// What is first seen of them in a language, made once.
    ///
    /// # Errors
    /// Those of what makes it.
    pub fn looked(&self, lang: Lang, make: impl FnOnce() -> Result<String, Ending>) -> Result<String, Ending> {
        let slot = &self.looked[usize::from(lang == Lang::Ja)];
        if let Some(made) = slot.get() {
            return Ok(made.clone());
        }
        let made = make()?;
        Ok(slot.get_or_init(|| made).clone())
    }
}

/// So many exercises' data, and so many runs, are remembered.
const REMEMBERED: usize = 3;

/// The site as every handler has it.
pub type Shared = Arc<Site>;

impl Site {
    /// A site on which nothing is trained yet.
    pub fn new(settings: Settings) -> Shared {
        Arc::new(Self { settings, jobs: Jobs::default(), drawn: Recent::default(), tested: Recent::default() })
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
        let digest = content::of_task(pack, task).map_err(Ending::Author)?;
        let name = format!("{} {seed} {digest}", task.exercise.id);
        self.drawn.of(name, || {
            let file = |file: &str| pack.dataset_file(&task.dataset.id, file);
            let (rows, signals) = match run::learners_signals(task, seed, &file)? {
                Some((rows, origin)) => (rows, Some(origin)),
                None => (run::learners_rows(task, seed, &file)?, None),
            };
            Ok(Drawn { rows, signals, few: OnceLock::new(), looked: Default::default() })
        })
    }
}
