//! Who is studied, and who trains, tunes and tests the model.

use std::collections::BTreeMap;

use crate::course::dataset::{Dataset, Role};
use crate::course::plan::{Part as Share, Plan};
use crate::fault::{Fault, Place, nearest};
use crate::keys::Written;
use crate::seed::Seed;
use crate::sql;
use crate::tables::{self, Frame, TableError};
use crate::text;
use crate::text::Text;

/// What a row of the learner's data is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The model learns from it.
    Train,
    /// Stops the training, fits calibration and threshold.
    Valid,
    /// Nothing is fitted on it.
    Test,
    /// Not in the cohort.
    Left,
}

impl Part {
    /// The word in the column `split`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Valid => "valid",
            Self::Test => "test",
            Self::Left => "left",
        }
    }
}

/// Why there is no cohort.
#[derive(Debug, thiserror::Error)]
pub enum CohortError {
    /// The plan asks for something that these data cannot give.
    #[error("the plan does not fit the data")]
    Plan(Vec<Fault>),
    /// Our own failure.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl From<Fault> for CohortError {
    fn from(fault: Fault) -> Self {
        Self::Plan(vec![fault])
    }
}

/// The part of every row of the learner's data.
///
/// `visible` holds only what the learner may see. A unit goes to one part as a whole: to the test part where any of its rows
/// meets the test condition, then likewise to the validation part. The order of units is keyed by their names, so that a unit
/// keeps its place when others come or go.
///
/// # Errors
/// Conditions that are no SQL over the visible columns, a unit that does not exist, parts without rows or with one class only.
pub fn split(plan: &Plan, dataset: &Dataset, visible: &Frame, seed: Seed) -> Result<Vec<Part>, CohortError> {
    let rows = visible.height();
    let member = match &plan.cohort {
        Some(condition) => filter(visible, condition)?,
        None => vec![true; rows],
    };
    if !member.contains(&true) {
        let place =
            plan.cohort.as_ref().map_or_else(|| plan.exercise.place.clone(), |condition| condition.place.clone());
        return Err(Fault::new(
            place,
            text!("a cohort without rows: 0 of {rows} meet the condition", "条件を満たす行が{rows}行中0行です"),
            Text::new("a condition that leaves patients", "患者が残る条件"),
        )
        .into());
    }
    let units = units(plan, visible, &member, seed.named("split"), dataset)?;
    let mut parts = vec![Part::Left; rows];
    for unit in &units {
        for &row in unit {
            parts[row] = Part::Train;
        }
    }
    // From the end of the order: by time, the latest units are tested.
    let test = chosen(&plan.split.test, visible, &units, &vec![false; units.len()])?;
    let valid = chosen(&plan.split.valid, visible, &units, &test)?;
    for ((unit, &test), &valid) in units.iter().zip(&test).zip(&valid) {
        for &row in unit {
            parts[row] = match (test, valid) {
                (true, _) => Part::Test,
                (false, true) => Part::Valid,
                (false, false) => Part::Train,
            };
        }
    }
    check_parts(plan, dataset, visible, &parts)?;
    Ok(parts)
}

/// The units' rows, in the order in which parts are dealt out.
fn units(
    plan: &Plan,
    visible: &Frame,
    member: &[bool],
    seed: Seed,
    dataset: &Dataset,
) -> Result<Vec<Vec<usize>>, CohortError> {
    let mut units: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let rows = (0..visible.height()).filter(|&row| member[row]);
    if let Some(unit) = &plan.split.unit {
        let names = tables::names(visible);
        if !names.contains(&unit.value.as_str()) {
            let list = names.join(", ");
            let name = &unit.value;
            let fault = unit.fault(
                text!("the unknown unit \"{name}\"", "知らない単位 \"{name}\" があります"),
                text!("a column of develop.csv: {list}", "develop.csvの列（{list}）"),
            );
            return Err(fault.near(name, names).into());
        }
        let values = tables::words(visible, &unit.value)?;
        for row in rows {
            units.entry(values[row].clone().unwrap_or_default()).or_default().push(row);
        }
    } else {
        for row in rows {
            units.insert(row.to_string(), vec![row]);
        }
    }
    let latest = match &plan.split.by_time {
        None => None,
        Some(place) => {
            let names = tables::names(visible);
            let Some(time) = names.iter().find(|name| dataset.role(name) == Role::Time) else {
                return Err(Fault::new(
                    place.clone(),
                    Text::new(
                        "by = \"time\", but these data have no time",
                        "by = \"time\" ですが、このデータには時間の列がありません",
                    ),
                    Text::new("by = \"random\"", "by = \"random\""),
                )
                .into());
            };
            Some(tables::numbers(visible, time)?)
        }
    };
    let mut keyed: Vec<(Option<f64>, u64, Vec<usize>)> = units
        .into_iter()
        .map(|(name, rows)| {
            let time = latest.as_ref().and_then(|time| rows.iter().filter_map(|&row| time[row]).max_by(f64::total_cmp));
            (time, seed.named(&name).bits(), rows)
        })
        .collect();
    keyed.sort_by(|a, b| {
        let time = a.0.unwrap_or(f64::NEG_INFINITY).total_cmp(&b.0.unwrap_or(f64::NEG_INFINITY));
        time.then(a.1.cmp(&b.1))
    });
    Ok(keyed.into_iter().map(|(_, _, rows)| rows).collect())
}

/// Which units belong to a part, those already `taken` left out.
fn chosen(
    part: &Written<Share>,
    visible: &Frame,
    units: &[Vec<usize>],
    taken: &[bool],
) -> Result<Vec<bool>, CohortError> {
    let mut chosen = vec![false; units.len()];
    match &part.value {
        Share::Share(share) => {
            let wanted = (share * units.len() as f64).round() as usize;
            let free = (0..units.len()).rev().filter(|&unit| !taken[unit]);
            for unit in free.take(wanted) {
                chosen[unit] = true;
            }
        }
        Share::Where(condition) => {
            let met = filter(visible, &Written { value: condition.clone(), place: part.place.clone() })?;
            for (unit, rows) in units.iter().enumerate() {
                chosen[unit] = !taken[unit] && rows.iter().any(|&row| met[row]);
            }
        }
    }
    Ok(chosen)
}

fn check_parts(plan: &Plan, dataset: &Dataset, visible: &Frame, parts: &[Part]) -> Result<(), CohortError> {
    let label = tables::numbers(visible, dataset.label())?;
    let mut faults = Vec::new();
    for (part, place, wanted, min) in [
        (Part::Train, plan.cohort.as_ref().map_or(&plan.exercise.place, |cohort| &cohort.place), true, 10),
        (Part::Valid, &plan.split.valid.place, plan.split.valid.value != Share::Share(0.0), 1),
        (Part::Test, &plan.split.test.place, plan.split.test.value != Share::Share(0.0), 1),
    ] {
        let labels: Vec<f64> =
            parts.iter().zip(&label).filter(|(p, _)| **p == part).filter_map(|(_, label)| *label).collect();
        let (n, positive) = (labels.len(), labels.iter().filter(|&&y| y > 0.5).count());
        let word = part.word();
        if wanted && n < min {
            faults.push(Fault::new(
                place.clone(),
                text!("{n} {word} rows", "{word}の行が{n}行"),
                text!("at least {min}", "{min}行以上"),
            ));
        } else if wanted && (positive == 0 || positive == n) {
            let label = dataset.label();
            let value = i32::from(positive > 0);
            faults.push(Fault::new(
                place.clone(),
                text!(
                    "one class only: all {n} {word} rows have {label} = {value}",
                    "{word}の{n}行すべてが {label} = {value} で、片方のクラスしかありません"
                ),
                if part == Part::Train {
                    Text::new(
                        "rows with and without the outcome, to learn the difference from",
                        "違いを学べるよう、結果がある行とない行の両方",
                    )
                } else {
                    Text::new(
                        "rows with and without the outcome, to judge by: a larger part, or another condition",
                        "評価できるよう、結果がある行とない行の両方（割合を増やすか、条件を変えてください）",
                    )
                },
            ));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(CohortError::Plan(faults)) }
}

/// Which rows meet a learner's condition over the visible columns; unknown counts as not met.
pub fn filter(visible: &Frame, condition: &Written<String>) -> Result<Vec<bool>, Fault> {
    sql::filter(visible, &condition.value).map_err(|fault| fault.in_place(condition.place.clone()))
}

/// A fault for a column that is not among those that the learner may use.
pub fn unknown_column(asked: &Written<String>, usable: &[&str]) -> Fault {
    let list = usable.join(", ");
    let name = &asked.value;
    Fault {
        nearest: nearest(name, usable.iter().copied()),
        ..Fault::new(
            Place { ..asked.place.clone() },
            text!("the column \"{name}\"", "列 \"{name}\""),
            text!("one of {list}", "{list} のいずれか"),
        )
    }
}
