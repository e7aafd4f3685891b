//! A newcomer's first exercise, from the starter's plan to the reference's: what they differ in, and what each does to patients.

use super::desk::{self, Desk, Placed};
use super::history::{Differing, differing, lines};
use super::variant::USUAL;
use crate::ending::Ending;
use course::pack::{PLAN, REFERENCE, STARTER, Submission};
use diagnostics::text::in_order;
use engine::check::Figure;
use engine::models::VOCABULARY;
use engine::run::{self, Run, Watch};
use report::json::Subject;
use tables::Frame;

/// The exercise that the tour walks through.
pub const EXERCISE: &str = "first-look";

/// The exercise of the tour as it was begun.
#[derive(Debug)]
pub struct Tour {
    /// Where it was begun.
    pub placed: Placed,
    /// The learner's rows.
    pub rows: Frame,
}

/// Rows of the tour, and how many of them have the outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// The column and the value that the rows have; none for all rows.
    pub group: Option<(String, String)>,
    /// How many rows there are.
    pub n: usize,
    /// The share with the outcome, 0 to 1.
    pub share: f64,
}

/// What the second plan does to people otherwise than the first: how many of 1,000, with each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Those who were missed.
    pub missed: (i64, i64),
    /// Those who were examined needlessly.
    pub needless: (i64, i64),
}

impl Tour {
    /// Begins its exercise; what is there already stays.
    ///
    /// # Errors
    /// As [`Desk::start`].
    pub fn begin(desk: &Desk, subject: &mut Subject) -> Result<Self, Ending> {
        let placed = desk.start(Some(EXERCISE), None, subject)?.placed;
        let file = |file: &str| placed.pack.dataset_file(&placed.task.dataset.id, file);
        let rows = run::learners_rows(&placed.task, USUAL, &file)?;
        Ok(Self { placed, rows })
    }

    /// The rows of each group of the exercise; all of them where it has no groups.
    ///
    /// # Errors
    /// A column that is not there: the author's.
    pub fn shares(&self) -> Result<Vec<Share>, Ending> {
        let task = &self.placed.task;
        let outcome = tables::numbers(&self.rows, task.dataset.label())?;
        let share = |group: Option<(String, String)>, of: &dyn Fn(usize) -> bool| {
            let of: Vec<f64> = outcome.iter().enumerate().filter(|(row, _)| of(*row)).filter_map(|(_, y)| *y).collect();
            Share { group, n: of.len(), share: of.iter().sum::<f64>() / of.len().max(1) as f64 }
        };
        if task.exercise.groups.is_empty() {
            return Ok(vec![share(None, &|_| true)]);
        }
        let mut shares = Vec::new();
        for group in &task.exercise.groups {
            let words = tables::words(&self.rows, &group.value)?;
            let mut values: Vec<&String> = words.iter().flatten().collect();
            values.sort_by(|a, b| in_order(a, b));
            values.dedup();
            for value in values {
                let group = Some((group.value.clone(), value.clone()));
                shares.push(share(group, &|row| words[row].as_ref() == Some(value)));
            }
        }
        Ok(shares)
    }

    /// Trains the plan to begin with, and has it judged.
    ///
    /// # Errors
    /// The author's mistakes, our own failures.
    pub fn with_starter(&self, watch: &mut dyn Watch) -> Result<Run, Ending> {
        self.run(STARTER, watch)
    }

    /// Trains the reference's plan, and has it judged.
    ///
    /// # Errors
    /// As [`Self::with_starter`].
    pub fn with_reference(&self, watch: &mut dyn Watch) -> Result<Run, Ending> {
        self.run(REFERENCE, watch)
    }

    /// Without answers: those are the learner's to give.
    fn run(&self, folder: &str, watch: &mut dyn Watch) -> Result<Run, Ending> {
        let Placed { pack, task, .. } = &self.placed;
        let plan = pack.submission(&VOCABULARY, &task.exercise, folder).map_err(Ending::Author)?;
        let plan = Submission { answers: course::answers::Answers::default(), ..plan };
        desk::engine((pack, task), &plan, (USUAL, Some(USUAL)), (false, None), watch)
    }

    /// The lines in which the two plans differ.
    pub fn changed(&self) -> Differing {
        let plan = |folder: &str| {
            let bytes = self.placed.pack.bytes(&format!("exercises/{EXERCISE}/{folder}/{PLAN}")).unwrap_or_default();
            lines(&String::from_utf8_lossy(&bytes))
        };
        differing(&plan(STARTER), &plan(REFERENCE))
    }
}

/// What the second run's model does to people otherwise than the first's, as the exercise's check tells it.
pub fn exchange(before: &Run, after: &Run) -> Option<Exchange> {
    let of = |run: &Run, name: &str| -> Option<i64> {
        let figures = run.outcomes.iter().flat_map(|outcome| &outcome.figures);
        figures.into_iter().find_map(|(of, figure)| match figure {
            Figure::Number(x) if of == name => Some(x.round_ties_even() as i64),
            _ => None,
        })
    };
    let both = |name: &str| Some((of(before, name)?, of(after, name)?));
    Some(Exchange { missed: both("missed")?, needless: both("needless")? })
}
