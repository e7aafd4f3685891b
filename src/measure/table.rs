//! A table of predictions, measured: columns in, figures out.

use std::collections::BTreeMap;
use std::path::Path;

use super::answers::{Ask, RESAMPLES, Sampling, answers, wrong_resamples};
use super::columns::Asked;
use super::curves;
use super::found::{Measured, Task};
use super::request::{For, Request};
use super::source::Source;
use super::tasks;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use metrics::order;
use seed::Seed;

/// Measures a table of predictions.
///
/// # Errors
/// A file, an option or a value that cannot be meant: each names file, line and column.
pub(super) fn measure(file: &Path, request: &Request) -> Result<Measured, Vec<Fault>> {
    options(request)?;
    let source = Source::read_with(file, request.cp932, &request.missing_markers)?;
    let task = task(request);
    unused(request, task, &source)?;
    let mut asked = Asked::new(request, source);
    tasks::columns(&mut asked, task)?;
    asked.each_once()?;
    let clusters = asked.keys("--cluster", request.cluster.as_deref())?;
    let groups = asked.source.several("--group", &request.group)?;
    let dense = asked.dense(task, clusters.as_deref())?;
    let cluster_of =
        clusters.map(|keys| numbered(&dense.rows.iter().map(|&row| keys[row].as_deref()).collect::<Vec<_>>()));
    let outcomes = tasks::outcomes(task, &dense);
    // By score where there is one: what is sorted once need not be in every resample.
    let all: Vec<usize> = dense.column("score").map_or_else(|| (0..dense.rows.len()).collect(), order::ascending);
    let named = asked.classes.clone();
    let classes: Vec<&str> = named.iter().map(String::as_str).collect();
    let sampling = Sampling {
        rows: all.len(),
        clusters: cluster_of.as_ref().map(|(of, _)| of.as_slice()),
        outcomes: outcomes.as_deref(),
        groups: None,
        resamples: request.resamples,
        seed: Seed::new(request.seed).named("measure"),
        classes: &classes,
    };
    let asks = tasks::asks(&mut asked, task, &dense)?;
    let answered = |asks: &[Ask<'_>], group: Option<&(String, String)>, rows: &[usize], sampling: &Sampling<'_>| {
        let in_file = || rows.iter().map(|&row| dense.rows[row]).collect::<Vec<usize>>();
        answers(asks, group, rows, sampling).map_err(|bad| vec![asked.refused(&bad, &in_file())])
    };
    let mut figures = answered(&asks, None, &all, &sampling)?;
    let mut notes: Vec<Text> = asked.source.nameless().into_iter().chain(asked.taken_as_missing()).collect();
    notes.extend(asked.notes.iter().cloned());
    let mut drawn = if request.curves { curves::curves(task, &dense, &all, None) } else { Vec::new() };
    for column in &groups {
        let words = asked.source.words(column).map_err(|fault| vec![fault])?;
        let of_row: Vec<Option<&str>> = dense.rows.iter().map(|&row| words[row].as_deref()).collect();
        let values = asked.values(column, &of_row)?;
        let nowhere = of_row.iter().filter(|value| value.is_none()).count();
        if nowhere > 0 {
            notes.push(text!(
                "{nowhere} rows have no {column}: they count in all, but in no group.",
                "{column}が空の行が{nowhere}行あります。全体には含めますが、どの群にも入れません。"
            ));
        }
        for value in &values {
            let rows: Vec<usize> = all.iter().copied().filter(|&row| of_row[row] == Some(*value)).collect();
            let group = (column.clone(), (*value).to_owned());
            figures.extend(answered(&asks, Some(&group), &rows, &sampling)?);
            if request.curves {
                drawn.extend(curves::curves(task, &dense, &rows, Some(&group)));
            }
        }
        let rows: Vec<usize> = all.iter().copied().filter(|&row| of_row[row].is_some()).collect();
        let place = |value: Option<&str>| values.iter().position(|other| Some(*other) == value).unwrap_or(0);
        let number: Vec<usize> = of_row.iter().copied().map(place).collect();
        let numbers: Vec<f64> = number.iter().map(|&k| k as f64).collect();
        let within = Sampling { groups: Some(&number), ..sampling };
        figures.extend(answered(&tasks::between(task, &dense, column, &numbers), None, &rows, &within)?);
        notes.extend(tasks::worst(&figures, column));
    }
    notes.extend(tasks::upside_down(&figures));
    notes.extend(tasks::lopsided(&figures));
    Ok(Measured {
        task,
        files: vec![asked.source.name.clone()],
        roles: asked.columns.iter().map(|column| (column.role, column.name.clone())).collect(),
        rows: asked.source.rows(),
        used: dense.rows.len(),
        missing: dense.missing.clone(),
        clusters: request.cluster.clone().zip(cluster_of.map(|(_, n)| n)),
        resamples: request.resamples.unwrap_or(RESAMPLES),
        seed: request.seed,
        notes,
        figures,
        curves: drawn,
    })
}

/// Each key as a number, and how many there are.
fn numbered(keys: &[Option<&str>]) -> (Vec<usize>, usize) {
    let mut seen: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    let of = keys
        .iter()
        .map(|key| {
            let next = seen.len();
            *seen.entry(*key).or_insert(next)
        })
        .collect();
    (of, seen.len())
}

/// The task that the columns tell of.
fn task(request: &Request) -> Task {
    if let Some(task) = request.task {
        task
    } else if request.time.is_some() || request.event.is_some() {
        Task::Survival
    } else if !request.raters.is_empty() {
        Task::Agreement
    } else if request.low.is_some() || request.high.is_some() || request.sd.is_some() {
        Task::Regression
    } else if request.current.is_some() {
        Task::Drift
    } else if request.score.len() > 1 || request.score.iter().any(|score| score.contains(',')) {
        Task::Multiclass
    } else {
        Task::Classification
    }
}

/// Options that no file could make right.
fn options(request: &Request) -> Result<(), Vec<Fault>> {
    let mut faults = Vec::new();
    let mut refuse = |option: &str, found: String, expected: Text| {
        faults.push(Fault::new(Id::OutOfRange, Place::file(option), Text::same(found), expected));
    };
    if let Some(threshold) = request.threshold.filter(|threshold| !threshold.is_finite()) {
        refuse("--threshold", threshold.to_string(), Text::new("a finite number", "有限の数値"));
    }
    for at in request.at.iter().filter(|at| !at.is_finite() || **at < 0.0) {
        refuse("--at", at.to_string(), Text::new("a time of follow-up, 0 or more", "0以上の追跡時間"));
    }
    if let Some((found, expected)) = wrong_resamples(request.resamples) {
        refuse("--resamples", found, expected);
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Options that this task would leave unused: whoever gave them expects something of them.
fn unused(request: &Request, task: Task, source: &Source) -> Result<(), Vec<Fault>> {
    let given: Vec<&str> =
        request.given().filter(|(_, of)| of.contains(&For::Tasks)).map(|(option, _)| option).collect();
    let takes = tasks::options(task);
    let name = task.name();
    let mut faults: Vec<Fault> = given
        .iter()
        .filter(|option| !takes.contains(option))
        .map(|option| {
            let takes = takes.join(", ");
            source.wrong(
                Id::DoesNotApply,
                option,
                text!("an option that {name} has no use for", "{name}では使わないオプションです"),
                text!("only {takes}, or another --task", "{takes}。または別の --task"),
            )
        })
        .collect();
    for (option, expected) in tasks::needless(request, task) {
        if given.contains(&option) && takes.contains(&option) {
            let found = Text::new(
                "an option that no figure would use here",
                "この指定では、どの値にも使われないオプションです",
            );
            faults.push(source.wrong(Id::DoesNotApply, option, found, expected));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}
