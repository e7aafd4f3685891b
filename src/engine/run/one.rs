//! One of the learner's rows: what the model tells of it as it is, and with something changed. Nothing of the exam is drawn.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::develop::develop;
use super::job::{Job, RunError, Stopped};
use super::outputs::target;
use super::{chosen, world};
use crate::check::{Figure, in_column};
use crate::prepare;
use crate::synth::{Drawn, Origin, Side};
use crate::watch::Watch;
use course::dataset::{OUTLINED, added};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use serde::{Deserialize, Serialize};
use tables::Frame;

/// Which row, and what is changed in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AskedOne {
    /// The row of `develop.csv`, from 1.
    pub row: usize,
    /// Other values, by column.
    pub set: BTreeMap<String, Figure>,
    /// The probe whose changed world the row is drawn in.
    pub world: Option<String>,
}

/// What the model tells of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct One {
    /// The row, from 1, and how many there are.
    pub row: usize,
    /// How many rows there are.
    pub of: usize,
    /// The columns that the model sees, in their order; none of a model that sees pictures.
    pub columns: Vec<AskedColumn>,
    /// What came, in truth.
    pub label: Figure,
    /// What the model tells of the row as it is, by column: `p`, `alert`, `predicted` …
    pub before: BTreeMap<String, Figure>,
    /// The same with what was changed.
    pub after: BTreeMap<String, Figure>,
}

/// A column of the row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AskedColumn {
    /// Its name.
    pub name: String,
    /// Its value as it is.
    pub before: Figure,
    /// Its value as asked.
    pub after: Figure,
    /// Of numbers, the smallest and the largest among the learner's rows; of words, none.
    pub range: Option<(f64, f64)>,
    /// Of words, those among the learner's rows.
    pub words: Vec<String>,
}

impl AskedColumn {
    /// The value as asked, and the learner's own smallest and largest, where it lies outside of these: the model saw nothing like it.
    pub fn beyond(&self) -> Option<(f64, (f64, f64))> {
        let (Some((low, high)), Figure::Number(x)) = (self.range, &self.after) else { return None };
        (self.after != self.before && !(low..=high).contains(x)).then_some((*x, (low, high)))
    }
}

/// Asks the model of a plan about one of the learner's rows.
///
/// # Errors
/// A row, a column, a value or a world that is not there; a plan that cannot be run; our own.
pub fn one(job: &Job, asked: &AskedOne, watch: &mut dyn Watch) -> Result<Result<One, Vec<Fault>>, RunError> {
    let world = world(job.task, (job.seed, None), job.file)?;
    let task = chosen(job);
    let job = &Job { task: task.as_ref().unwrap_or(job.task), ..*job };
    let exercise = &job.task.exercise;
    let model = match develop(job, &world, &exercise.develop, Some(1), watch) {
        Ok(model) => model,
        Err(Stopped::Invalid(faults)) => return Ok(Err(faults)),
        Err(Stopped::Run(error)) => return Err(error),
    };
    let of = model.develop.table.height();
    if asked.row == 0 || asked.row > of {
        let row = asked.row;
        let expected = text!("a row of data/develop.csv, from 1 to {of}", "data/develop.csv の行（1〜{of}）");
        return Ok(Err(vec![Fault::new(
            Id::OutOfRange,
            Place::file("--row"),
            text!("row {row}", "{row}行目"),
            expected,
        )]));
    }
    let at = asked.row - 1;
    let own = only(&model.develop.table, at)?;
    let given = |table: &Frame| table.drop_many([added().as_slice(), OUTLINED].concat());
    let visible = world.visible(&given(&model.develop.table))?;
    let seen: Vec<String> = match (&model.seen, &job.submission.plan.features.columns) {
        (Some(_), _) => Vec::new(),
        (None, Some(columns)) => columns.value.iter().map(|column| column.value.clone()).collect(),
        (None, None) => prepare::usable(&job.task.dataset, &visible).into_iter().map(str::to_owned).collect(),
    };
    let mut faults = Vec::new();
    let mut changed = match &asked.world {
        // Not even its columns can be changed where a signal is seen: the row's own.
        None => Drawn {
            table: given(&own),
            signals: model.seen.as_ref().map(|seen| Origin::Read(Arc::new(seen.only(&[at])))),
        },
        Some(name) => {
            let Some(probe) = exercise.probes.iter().find(|probe| probe.name == *name) else {
                let names: Vec<&str> = exercise.probes.iter().map(|probe| probe.name.as_str()).collect();
                let list = names.join(", ");
                let fault = Fault::new(
                    Id::UnknownWord,
                    Place::file("--world"),
                    text!("the unknown world \"{name}\"", "存在しない世界 \"{name}\""),
                    text!("one of {list}", "{list} のいずれか"),
                );
                return Ok(Err(vec![fault.near(name, names)]));
            };
            let mut draw = exercise.develop.clone();
            let Some(decided) = job.submission.decided(&probe.draw) else {
                return Ok(Err(vec![Fault::new(
                    Id::DoesNotApply,
                    Place::file("--world"),
                    text!("the world \"{name}\"", "世界 \"{name}\""),
                    Text::new(
                        "an answer first: this world is drawn with what you answer",
                        "先に解答が必要です（この世界は解答に応じて生成します）",
                    ),
                )]));
            };
            draw.interventions.extend(decided.interventions);
            draw.decided = decided.decided;
            let drawn = world.rows(Side::Develop, &draw)?;
            Drawn { table: only(&drawn.table, at)?, signals: drawn.signals.map(|signals| signals.only(&[at])) }
        }
    };
    for (name, figure) in &asked.set {
        match put(&mut changed.table, &visible, &seen, name, figure) {
            Ok(()) => {}
            Err(Put::Fault(fault)) => faults.push(fault),
            Err(Put::Run(error)) => return Err(error),
        }
    }
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let columns = seen
        .iter()
        .map(|name| {
            let is_number = tables::is_number(&visible, name);
            let numbers: Vec<f64> = if is_number {
                tables::numbers(&visible, name)?.into_iter().flatten().filter(|x| x.is_finite()).collect()
            } else {
                Vec::new()
            };
            let mut words: Vec<String> =
                if is_number { Vec::new() } else { tables::words(&visible, name)?.into_iter().flatten().collect() };
            words.sort();
            words.dedup();
            let low = numbers.iter().copied().reduce(f64::min);
            let high = numbers.iter().copied().reduce(f64::max);
            Ok(AskedColumn {
                name: name.clone(),
                before: in_column(&own, name),
                after: in_column(&changed.table, name),
                range: low.zip(high),
                words,
            })
        })
        .collect::<Result<Vec<AskedColumn>, RunError>>()?;
    let label = in_column(&own, job.task.dataset.label());
    let after = model.predict(changed)?.table;
    Ok(Ok(One { row: asked.row, of, columns, label, before: told(job, &own), after: told(job, &after) }))
}

/// A row of a table.
fn only(table: &Frame, row: usize) -> Result<Frame, RunError> {
    Ok(tables::keep(table, &(0..table.height()).map(|other| other == row).collect::<Vec<bool>>())?)
}

enum Put {
    Fault(Fault),
    Run(RunError),
}

/// Writes another value into a column of the row.
fn put(row: &mut Frame, visible: &Frame, seen: &[String], name: &str, figure: &Figure) -> Result<(), Put> {
    let place = || Place { key: Some(name.to_owned()), ..Place::file("--set") };
    if !seen.iter().any(|column| column == name) {
        let list = seen.join(", ");
        if seen.is_empty() {
            return Err(Put::Fault(Fault::new(
                Id::DoesNotApply,
                place(),
                text!("\"{name}\"", "\"{name}\""),
                Text::new(
                    "nothing to set: this model sees the row's signal alone, no column",
                    "指定なし（このモデルが見るのは行の信号だけで、列の値は見ません）",
                ),
            )));
        }
        let fault = Fault::new(
            Id::UnknownColumn,
            place(),
            text!("\"{name}\", which the model does not see", "モデルが見ていない列 \"{name}\""),
            text!("a column that it sees: {list}", "モデルが見る列（{list}）"),
        );
        return Err(Put::Fault(fault.near(name, seen.iter().map(String::as_str))));
    }
    let failed = |error: tables::TableError| Put::Run(error.into());
    let wrong = |found: Text, expected: Text| Put::Fault(Fault::new(Id::WrongKind, place(), found, expected));
    match (tables::is_number(visible, name), figure) {
        (true, Figure::Number(x)) => tables::set_numbers(row, name, &[*x]).map_err(failed),
        (true, Figure::Word(word)) => Err(wrong(text!("\"{word}\"", "\"{word}\""), Text::new("a number", "数値"))),
        (_, Figure::Undefined) if tables::is_number(visible, name) => {
            tables::set_maybe_numbers(row, name, &[None]).map_err(failed)
        }
        (_, Figure::Undefined) => tables::set_words(row, name, &[None]).map_err(failed),
        (false, other) => {
            let word = match other {
                Figure::Word(word) => word.clone(),
                Figure::Number(x) => x.to_string(),
                Figure::Undefined => String::new(),
            };
            let words: Vec<String> = tables::words(visible, name).map_err(failed)?.into_iter().flatten().collect();
            if words.contains(&word) {
                return tables::set_words(row, name, &[Some(&word)]).map_err(failed);
            }
            let mut known: Vec<&str> = words.iter().map(String::as_str).collect();
            known.sort_unstable();
            known.dedup();
            let list = known.join(", ");
            let found = text!("\"{word}\"", "\"{word}\"");
            let fault = Fault::new(Id::UnknownWord, place(), found, text!("one of {list}", "{list} のいずれか"));
            Err(Put::Fault(fault.near(&word, known)))
        }
    }
}

/// What the model adds to a row.
fn told(job: &Job, row: &Frame) -> BTreeMap<String, Figure> {
    let columns = target(job).spec().columns;
    let names = tables::names(row).into_iter().filter(|name| columns.iter().any(|column| column.is(name)));
    names.map(|name| (name.to_owned(), in_column(row, name))).collect()
}
