//! A dataset that is a file of one's own: read, held against its description, and divided between learner and judge.

use super::{Side, SynthError, check_label};
use crate::course::dataset::{Column, Dataset, Role};
use crate::course::exercise::Exercise;
use crate::fault::{Fault, Place};
use crate::seed::Seed;
use crate::sql;
use crate::tables::{self, Frame, Reading, Said, Sheet};
use crate::text;

/// Reads the file and checks that the columns that are described are there.
pub(super) fn read(
    dataset: &Dataset,
    file: &str,
    bytes: Vec<u8>,
    cp932: bool,
    columns: &[Column],
) -> Result<Frame, Vec<Fault>> {
    let sheet = Sheet::read(file, bytes, &Reading { cp932, missing: &[], said: Said::Keys })?;
    // An id or a group is a name, whatever signs it is written with.
    let is_name = |column: &&Column| matches!(column.role, Role::Id | Role::Group);
    let as_text: Vec<&str> = columns.iter().filter(is_name).map(|column| column.name.as_str()).collect();
    let frame = sheet.frame(&as_text)?;
    let names = tables::names(&frame);
    let mut faults: Vec<Fault> = columns
        .iter()
        .filter(|column| !names.contains(&column.name.as_str()))
        .map(|column| {
            let (name, list) = (&column.name, names.join(", "));
            Fault::new(
                Place { key: Some(format!("source.columns.{name}")), ..dataset.place.clone() },
                text!("the column \"{name}\", which {file} does not have", "{file} にない列 \"{name}\""),
                text!("one of {list}", "{list} のいずれか"),
            )
            .near(name, names.iter().copied())
        })
        .collect();
    if faults.is_empty()
        && let Err(SynthError::Author(more)) = check_label(dataset, &frame)
    {
        faults.extend(
            more.into_iter().map(|fault| Fault { place: Place { file: file.to_owned(), ..fault.place }, ..fault }),
        );
    }
    if faults.is_empty() { Ok(frame) } else { Err(faults) }
}

/// The rows of one side: by its condition, or by the share that the exam holds out at random.
pub(super) fn rows(all: &Frame, side: Side, exercise: &Exercise, seed: Seed) -> Result<Frame, SynthError> {
    let mut keep = vec![true; all.height()];
    if let Some(share) = exercise.exam.share {
        let held = (share * all.height() as f64).round() as usize;
        let order = seed.named("held out").permutation(all.height());
        for (place, &row) in order.iter().enumerate() {
            keep[row] = (place < held) == (side == Side::Exam);
        }
    }
    let draw = match side {
        Side::Develop => &exercise.develop,
        Side::Exam => &exercise.exam,
    };
    if let Some(condition) = &draw.filter {
        let met = sql::filter(all, &condition.value).map_err(|fault| fault.in_place(condition.place.clone()))?;
        for (keep, met) in keep.iter_mut().zip(met) {
            *keep &= met;
        }
    }
    Ok(tables::keep(all, &keep)?)
}
