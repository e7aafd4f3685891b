//! What a learner will see of an exercise: the brief, the data, the questions, and what each check says to right and to wrong.

use std::path::PathBuf;

use super::finding::{Finding, Rule};
use super::proof::cache::Cache;
use super::proof::trial::{self, Proof, Trial};
use super::reading::{self, Solution};
use app::learner::workspace;
use course::exercise::Exercise;
use course::pack::Pack;
use diagnostics::text::{Lang, Text};
use engine::check::{self, Verdict};
use engine::run::{self, RunError};
use engine::synth::Side;

/// What a learner will see.
#[derive(Debug)]
pub struct Preview {
    /// The exercise, with its questions.
    pub exercise: Exercise,
    /// The brief, as Markdown.
    pub brief: String,
    /// The columns of the data, as Markdown.
    pub columns: String,
    /// The header and the first rows of the data.
    pub rows: Vec<Vec<String>>,
    /// How many rows there are.
    pub height: usize,
    /// What each check says.
    pub checks: Vec<Said>,
}

/// What a check says, with figures of real runs.
#[derive(Debug)]
pub struct Said {
    /// What is checked.
    pub title: Text,
    /// What it is worth.
    pub points: i64,
    /// To the reference.
    pub pass: Text,
    /// To the first wrong solution that it fails, with that solution's folder.
    pub fail: Option<(String, Text, Text)>,
}

/// How to preview.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The seed of the data and of the training's chance.
    pub seed: u64,
    /// Where results are kept: a sentence that is mended runs nothing again.
    pub cache: Option<PathBuf>,
    /// The engine that gives the results.
    pub engine: String,
}

/// A preview, or what keeps the exercise from being shown.
///
/// # Errors
/// Our own failures.
pub fn preview(
    pack: &Pack,
    id: &str,
    lang: Lang,
    settings: &Settings,
) -> Result<Result<Preview, Vec<Finding>>, RunError> {
    let seed = settings.seed;
    let mut findings = Vec::new();
    let Some(written) = reading::read(pack, id, &mut findings) else { return Ok(Err(findings)) };
    let file = written.file(pack);
    let world = run::world(&written.task, (seed, Some(seed)), &file)?.remembering();
    let rows = world.visible(&world.rows(Side::Develop, &written.task.exercise.develop)?.table)?;
    let mut trials: Vec<(&Solution, Trial)> = Vec::new();
    let cache = Cache::of(settings.cache.as_deref(), &written, &settings.engine);
    let mut before = Vec::new();
    for solution in written.solutions.iter().filter(|solution| !solution.is_starter()) {
        let run = || trial::run(&written, solution, &world, seed, &file, Proof::Verdicts, &mut |_| {});
        match cache.tried(&written, solution, seed, &mut before, run)? {
            Ok(trial) => trials.push((solution, trial)),
            Err(faults) => findings.extend(faults.into_iter().map(|fault| Rule::Run.by(fault))),
        }
    }
    let Some((_, reference)) = trials.iter().find(|(solution, _)| solution.is_reference()) else {
        return Ok(Err(findings));
    };
    let exercise = &written.task.exercise;
    let checks = exercise
        .checks
        .iter()
        .zip(&reference.checks)
        .map(|(of, judged)| {
            let caught = trials.iter().find_map(|(solution, trial)| {
                let judged = trial.checks.iter().find(|judged| judged.id == of.id)?;
                (judged.verdict == Verdict::Failed).then(|| (solution.folder.clone(), judged.figures.clone()))
            });
            Said {
                title: of.title.clone(),
                points: of.points,
                pass: check::filled(&of.pass, &judged.figures, of.turns_on()),
                fail: caught.map(|(folder, shown)| {
                    (folder, check::filled(&of.fail, &shown, of.turns_on()), check::filled(&of.hint, &shown, None))
                }),
            }
        })
        .collect();
    let first: Vec<usize> = (0..rows.height().min(5)).collect();
    let csv = tables::csv(&tables::take(&rows, &first)?)?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&csv[..]);
    let cells = reader.records().flatten().map(|record| record.iter().map(str::to_owned).collect()).collect();
    Ok(Ok(Preview {
        exercise: exercise.clone(),
        brief: pack.brief(id, lang).unwrap_or_default(),
        columns: workspace::columns(&written.task, &rows),
        rows: cells,
        height: rows.height(),
        checks,
    }))
}
