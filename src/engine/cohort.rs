//! Who is studied, and who trains, tunes and tests the model.

use std::collections::BTreeMap;

use crate::synth::{self, SynthError};
use course::dataset::{Dataset, Role};
use course::plan::{Condition, HeldOut, Plan, Wanted};
use diagnostics::fault::{Fault, Id, Place, nearest};
use diagnostics::keys::Written;
use diagnostics::text;
use diagnostics::text::Text;
use seed::Seed;
use sql::Expression;
use tables::{Frame, TableError};
use target::Labels;

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
    /// The word in the column `split`; a row that is left out is in no part.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::Train => Some("train"),
            Self::Valid => Some("valid"),
            Self::Test => Some("test"),
            Self::Left => None,
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
        return Err(nobody(plan, visible).into());
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
    check_parts(plan, dataset, visible, &parts, units.len())?;
    Ok(parts)
}

/// Conditions, a unit and columns that these data do not have, or that none of their rows meets: known before anything is run.
/// `usable` are the columns that the model may see, where it sees columns.
pub fn astray(wanted: &Wanted, dataset: &Dataset, visible: &Frame, usable: Option<&[&str]>) -> Vec<Fault> {
    let rows = visible.height();
    let mut faults = Vec::new();
    for Condition { sql, needed } in &wanted.conditions {
        match filter(visible, sql) {
            Err(fault) => faults.push(fault),
            Ok(met) if *needed && !met.contains(&true) => faults.push(unmet(
                visible,
                sql,
                text!("0 of {rows} rows meet the condition", "条件を満たす行が{rows}行中0行です"),
                Text::new("a condition that leaves patients", "患者が残る条件"),
            )),
            Ok(_) => {}
        }
    }
    faults.extend(wanted.unit.as_ref().and_then(|unit| unknown_unit(unit, visible)));
    faults.extend(wanted.label.as_ref().and_then(|label| unknown_label(label, dataset)));
    if let Some(usable) = usable {
        faults.extend(unusable(&wanted.columns, dataset, usable));
    }
    faults
}

fn unknown_label(label: &Written<String>, dataset: &Dataset) -> Option<Fault> {
    let (name, labels) = (&label.value, dataset.labels());
    if labels.contains(&name.as_str()) {
        return None;
    }
    let list = labels.join(", ");
    let fault = label.fault(
        Id::UnknownColumn,
        text!(
            "label = \"{name}\", which these data do not offer for prediction",
            "このデータで予測の対象にできない label = \"{name}\""
        ),
        text!("one of {list}", "{list} のいずれか"),
    );
    Some(fault.near(name, labels))
}

fn unknown_unit(unit: &Written<String>, visible: &Frame) -> Option<Fault> {
    let (name, names) = (&unit.value, tables::names(visible));
    if names.contains(&name.as_str()) {
        return None;
    }
    let list = names.join(", ");
    let fault = unit.fault(
        Id::UnknownColumn,
        text!("the unknown unit \"{name}\"", "存在しない単位 \"{name}\" があります"),
        text!("a column of develop.csv: {list}", "develop.csvの列（{list}）"),
    );
    Some(fault.near(name, names))
}

/// Columns that are not the learner's to use.
pub fn unusable(columns: &[Written<String>], dataset: &Dataset, usable: &[&str]) -> Vec<Fault> {
    // Enough to be told; each looks for its nearest name.
    let unusable = columns.iter().filter(|column| !usable.contains(&column.value.as_str())).take(20);
    unusable
        .map(|column| {
            if dataset.labels().contains(&column.value.as_str()) {
                let name = &column.value;
                let found = text!(
                    "\"{name}\", which is what the model shall predict",
                    "予測の対象である \"{name}\" が含まれています"
                );
                return column.fault(
                    Id::DoesNotApply,
                    found,
                    Text::new("columns known before the outcome", "転帰の発生前に得られる列"),
                );
            }
            unknown_column(column, usable)
        })
        .collect()
}

/// A cohort without rows.
fn nobody(plan: &Plan, visible: &Frame) -> Fault {
    let rows = visible.height();
    let found = text!("a cohort without rows: 0 of {rows} meet the condition", "条件を満たす行が{rows}行中0行です");
    let expected = Text::new("a condition that leaves patients", "患者が残る条件");
    match &plan.cohort {
        Some(condition) => unmet(visible, condition, found, expected),
        None => plan.exercise.fault(Id::NoRows, found, expected),
    }
}

/// The fault of a condition that none of `rows` meets, with the values that its columns have there.
pub fn unmet(rows: &Frame, condition: &Written<Expression>, found: Text, expected: Text) -> Fault {
    sql::unmet(rows, &condition.value, found, expected).in_place(condition.place.clone())
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
    let rows: Vec<usize> = (0..visible.height()).filter(|&row| member[row]).collect();
    if let Some(unit) = &plan.split.unit {
        if let Some(fault) = unknown_unit(unit, visible) {
            return Err(fault.into());
        }
        let values = tables::words(visible, &unit.value)?;
        let nameless = rows.iter().filter(|&&row| values[row].is_none()).count();
        if nameless > 0 {
            return Err(without(&unit.place, &unit.value, nameless).into());
        }
        for row in rows {
            units.entry(values[row].clone().unwrap_or_default()).or_default().push(row);
        }
    } else {
        for row in rows {
            units.insert(row.to_string(), vec![row]);
        }
    }
    let times = times(plan, dataset, visible, member)?;
    let mut keyed: Vec<(Option<f64>, u64, Vec<usize>)> = units
        .into_iter()
        .map(|(name, rows)| {
            let time = times.as_ref().and_then(|time| rows.iter().filter_map(|&row| time[row]).max_by(f64::total_cmp));
            (time, seed.named(&name).bits(), rows)
        })
        .collect();
    keyed.sort_by(|a, b| {
        let time = a.0.unwrap_or(f64::NEG_INFINITY).total_cmp(&b.0.unwrap_or(f64::NEG_INFINITY));
        time.then(a.1.cmp(&b.1))
    });
    Ok(keyed.into_iter().map(|(_, _, rows)| rows).collect())
}

/// When each row came about, where the plan splits by time.
fn times(
    plan: &Plan,
    dataset: &Dataset,
    visible: &Frame,
    member: &[bool],
) -> Result<Option<Vec<Option<f64>>>, CohortError> {
    let Some(place) = &plan.split.by_time else { return Ok(None) };
    let names = tables::names(visible);
    let Some(name) = names.iter().find(|name| dataset.role(name) == Role::Time) else {
        let found = Text::new(
            "by = \"time\", but these data have no time",
            "by = \"time\" ですが、このデータには時間の列がありません",
        );
        return Err(Fault::new(Id::DoesNotApply, place.clone(), found, Text::same("by = \"random\"")).into());
    };
    let times = if tables::is_time(visible, name) {
        tables::numbers(visible, name)?
    } else {
        let words = tables::words(visible, name)?;
        synth::times(&words).map_err(|(found, expected)| Fault::new(Id::BadValue, place.clone(), found, expected))?
    };
    let timeless = times.iter().zip(member).filter(|(time, member)| **member && time.is_none()).count();
    if timeless > 0 {
        return Err(without(place, name, timeless).into());
    }
    Ok(Some(times))
}

/// Rows that lack what they are to be split by: they would all be one unit, or all come first.
fn without(place: &Place, name: &str, rows: usize) -> Fault {
    let quoted =
        if name.chars().all(|c| c.is_alphanumeric() || c == '_') { name.to_owned() } else { format!("\"{name}\"") };
    Fault::new(
        Id::MissingValue,
        place.clone(),
        text!("{rows} rows without a value of \"{name}\"", "列 \"{name}\" が欠測の行が{rows}行あります"),
        text!(
            "a value in every row of the cohort; [cohort] where = '{quoted} IS NOT NULL' leaves those rows out",
            "対象とするすべての行に値があること。[cohort] where = '{quoted} IS NOT NULL' でそれらの行を除けます"
        ),
    )
}

/// Which units belong to a part, those already `taken` left out.
fn chosen(
    part: &Written<HeldOut>,
    visible: &Frame,
    units: &[Vec<usize>],
    taken: &[bool],
) -> Result<Vec<bool>, CohortError> {
    let mut chosen = vec![false; units.len()];
    match &part.value {
        HeldOut::Share(share) => {
            let wanted = (share * units.len() as f64).round() as usize;
            let free = (0..units.len()).rev().filter(|&unit| !taken[unit]);
            for unit in free.take(wanted) {
                chosen[unit] = true;
            }
        }
        HeldOut::Where(condition) => {
            let met = filter(visible, &Written { value: (**condition).clone(), place: part.place.clone() })?;
            for (unit, rows) in units.iter().enumerate() {
                chosen[unit] = !taken[unit] && rows.iter().any(|&row| met[row]);
            }
        }
    }
    Ok(chosen)
}

fn check_parts(
    plan: &Plan,
    dataset: &Dataset,
    visible: &Frame,
    parts: &[Part],
    units: usize,
) -> Result<(), CohortError> {
    let labels = synth::labels(dataset, visible, None).map_err(|error| match error {
        SynthError::Author(faults) => CohortError::Plan(faults),
        SynthError::Table(error) => CohortError::Table(error),
    })?;
    let outcome = matches!(labels, Labels::Outcomes(_));
    if let Some(fault) = dealt_by_label(plan, dataset, parts, &labels) {
        return Err(fault.into());
    }
    let mut faults = Vec::new();
    for (part, place, wanted, min) in [
        (Part::Train, plan.cohort.as_ref().map_or(&plan.exercise.place, |cohort| &cohort.place), true, 10),
        (Part::Valid, &plan.split.valid.place, plan.split.valid.value != HeldOut::Share(0.0), 1),
        (Part::Test, &plan.split.test.place, plan.split.test.value != HeldOut::Share(0.0), 1),
    ] {
        let rows: Vec<usize> = (0..parts.len()).filter(|&row| parts[row] == part).collect();
        let n = rows.len();
        let word = part.word().unwrap_or_default();
        if wanted && n < min {
            faults.push(if n == 0 {
                empty(plan, visible, part, parts, units)?
            } else {
                Fault::new(
                    Id::TooFew,
                    place.clone(),
                    text!("{n} {word} rows", "{word}の行が{n}行"),
                    text!("at least {min}", "{min}行以上"),
                )
            });
        } else if wanted
            && (outcome || part == Part::Train)
            && let Some(value) = labels.only(&rows)
        {
            let label = dataset.label();
            faults.push(Fault::new(
                Id::OneClass,
                place.clone(),
                text!(
                    "one class only: all {n} {word} rows have {label} = {value}",
                    "{word}の{n}行すべてが {label} = {value} で、片方のクラスしかありません"
                ),
                if !outcome {
                    Text::new(
                        "rows with different labels, to learn the difference from",
                        "違いを学べるよう、ラベルの異なる行",
                    )
                } else if part == Part::Train {
                    Text::new(
                        "rows with and without the outcome, to learn the difference from",
                        "違いを学べるよう、転帰が陽性の行と陰性の行の両方",
                    )
                } else {
                    Text::new(
                        "rows with and without the outcome, to judge by: a larger part, or another condition",
                        "評価できるよう、転帰が陽性の行と陰性の行の両方（割合を増やすか、条件を変えてください）",
                    )
                },
            ));
        }
        if let (Part::Train, Labels::Classes(names, of)) = (part, &labels) {
            for (class, name) in
                names.iter().enumerate().filter(|(class, _)| !rows.iter().any(|&row| of[row] == *class))
            {
                let n = of.iter().filter(|&&other| other == class).count();
                faults.push(Fault::new(
                    Id::OneClass,
                    place.clone(),
                    text!(
                        "none of the {n} rows of \"{name}\" among the train rows",
                        "\"{name}\" の{n}行が、学習用の行に1つもありません"
                    ),
                    Text::new("rows of every class, to learn it from", "すべての分類の行（学習のため）"),
                ));
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(CohortError::Plan(faults)) }
}

/// A part whose condition asks for the label itself leaves one class to it and the other to the rest: that line alone is to be mended,
/// not each part that has one class for its sake.
fn dealt_by_label(plan: &Plan, dataset: &Dataset, parts: &[Part], labels: &Labels) -> Option<Fault> {
    let label = dataset.label();
    let asks = |share: &&Written<HeldOut>| matches!(&share.value, HeldOut::Where(condition) if condition.names().columns.iter().any(|(_, column)| column == label));
    let share = [&plan.split.test, &plan.split.valid].into_iter().find(asks)?;
    let all: Vec<(&str, usize, String)> = [Part::Test, Part::Valid, Part::Train]
        .into_iter()
        .filter(|part| matches!(labels, Labels::Outcomes(_)) || *part == Part::Train)
        .filter_map(|part| {
            let rows: Vec<usize> = (0..parts.len()).filter(|&row| parts[row] == part).collect();
            Some((part.word()?, rows.len(), labels.only(&rows).filter(|_| !rows.is_empty())?.clone()))
        })
        .collect();
    let told = |of: &dyn Fn(&(&str, usize, String)) -> String, between: &str| {
        all.iter().map(of).collect::<Vec<_>>().join(between)
    };
    let en = told(&|(word, n, value)| format!("all {n} {word} rows have {label} = {value}"), ", ");
    let ja = told(&|(word, n, value)| format!("{word}の{n}行はすべて {label} = {value}"), "、");
    (!all.is_empty()).then(|| {
        share.fault(
            Id::OneClass,
            text!(
                "the rows are dealt out by the label itself: one class only, {en}",
                "ラベルそのもので行を分けています：片方のクラスしかありません（{ja}）"
            ),
            text!(
                "a share, such as 0.2, or a condition on other columns than {label}",
                "0.2 のような割合、または {label} 以外の列についての条件"
            ),
        )
    })
}

/// The fault of a part without rows, and why it has none.
fn empty(plan: &Plan, visible: &Frame, part: Part, parts: &[Part], units: usize) -> Result<Fault, CohortError> {
    let word = part.word().unwrap_or_default();
    let found = text!("0 {word} rows", "{word}の行が0行");
    let share = match part {
        Part::Valid => &plan.split.valid,
        Part::Test => &plan.split.test,
        Part::Train | Part::Left => {
            let (valid, test) = (&plan.split.valid.place, &plan.split.test.place);
            let place = if plan.split.valid.value == HeldOut::Share(0.0) { test } else { valid };
            let (en, ja) = (found.en, found.ja);
            let found = text!(
                "{en}: all {units} units are validation or test",
                "{ja}（{units}単位のすべてが検証用またはテスト用です）"
            );
            let expected = Text::new("parts that leave rows to train on", "学習用の行が残る分け方");
            return Ok(Fault::new(Id::NoRows, place.clone(), found, expected));
        }
    };
    let condition = match &share.value {
        HeldOut::Share(value) => {
            let found = match &plan.split.unit {
                Some(unit) => {
                    let unit = &unit.value;
                    text!(
                        "0 {word} rows: {value} of {units} units ({unit}) is less than one",
                        "{word}の行が0行（{units}単位（{unit}）の{value}は1単位に満たない）"
                    )
                }
                None => text!(
                    "0 {word} rows: {value} of {units} rows is less than one",
                    "{word}の行が0行（{units}行の{value}は1行に満たない）"
                ),
            };
            return Ok(share.fault(Id::NoRows, found, Text::new("a larger share", "より大きい割合")));
        }
        HeldOut::Where(condition) => Written { value: (**condition).clone(), place: share.place.clone() },
    };
    let met = filter(visible, &condition)?;
    let of = |wanted: Part| met.iter().zip(parts).filter(|(met, part)| **met && **part == wanted).count();
    let expected = Text::new("a condition that rows of the cohort meet", "対象とする行が満たす条件");
    if !met.contains(&true) {
        return Ok(unmet(visible, &condition, found, expected));
    }
    let (left, test) = (of(Part::Left), of(Part::Test));
    let found = text!(
        "0 {word} rows: of the rows that meet the condition, {left} are not in the cohort and {test} are test rows already",
        "{word}の行が0行（条件を満たす行のうち、{left}行は対象外、{test}行はすでにテスト用です）"
    );
    Ok(condition.fault(Id::NoRows, found, expected))
}

/// Which rows meet a learner's condition over the visible columns; unknown counts as not met.
pub fn filter(visible: &Frame, condition: &Written<Expression>) -> Result<Vec<bool>, Fault> {
    sql::filter(visible, &condition.value).map_err(|fault| fault.in_place(condition.place.clone()))
}

/// A fault for a column that is not among those that the learner may use.
pub fn unknown_column(asked: &Written<String>, usable: &[&str]) -> Fault {
    let list = usable.join(", ");
    let name = &asked.value;
    Fault {
        nearest: nearest(name, usable.iter().copied()),
        ..Fault::new(
            Id::UnknownColumn,
            Place { ..asked.place.clone() },
            text!("the column \"{name}\"", "列 \"{name}\""),
            text!("one of {list}", "{list} のいずれか"),
        )
    }
}
