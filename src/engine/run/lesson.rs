//! The model of a lesson: as it was kept, or fitted now and kept.

use std::collections::BTreeMap;

use super::job::Job;
use super::singles::flatten;
use crate::models::Kernels;
use crate::train::{self, Fitted, Lesson, Rows, TrainError};
use crate::watch::{Event, Watch};
use seed::Seed;
use xxhash_rust::xxh3::Xxh3;

/// The model of a lesson: as it was kept, or fitted now and kept.
pub(super) fn fitted(
    job: &Job,
    lesson: Lesson,
    train: &Rows,
    valid: Option<&Rows>,
    seed: Seed,
    watch: &mut dyn Watch,
) -> Result<Fitted, TrainError> {
    let Some(shelf) = job.shelf else { return train::fit(lesson, train, valid, seed, watch) };
    let name = lesson_name(job, lesson, train, valid, seed);
    if let Some(fitted) = shelf.get(&name).and_then(|bytes| Fitted::again(lesson, train, &bytes)) {
        for &epoch in &fitted.epochs {
            watch.tell(Event::Trained(epoch));
        }
        return Ok(fitted);
    }
    let fitted = train::fit(lesson, train, valid, seed, watch)?;
    if let Some(kept) = fitted.kept() {
        shelf.put(&name, &kept);
    }
    Ok(fitted)
}

/// All that decides a fitted model, as a name: engine and processor, settings, rows, seed.
pub(super) fn lesson_name(job: &Job, lesson: Lesson, train: &Rows, valid: Option<&Rows>, seed: Seed) -> String {
    let mut settings = BTreeMap::new();
    for part in ["model", "train"] {
        flatten(part, job.submission.plan.section.table(part), &mut settings);
    }
    let mut said = crate::name();
    said += &format!("{settings:?} {:?} {:?} {:?} {:?}", lesson.loss, lesson.augment, Kernels::current(), seed);
    let mut digest = Xxh3::new();
    digest.update(said.as_bytes());
    for rows in [Some(train), valid] {
        digest.update(format!("{:?}", rows.map(|rows| (rows.input, rows.x.dim(), rows.y.dim()))).as_bytes());
        for row in rows.into_iter().flat_map(|rows| rows.x.rows().into_iter().chain(rows.y.rows())) {
            digest.update(&row.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>());
        }
    }
    format!("{:032x}", digest.digest128())
}
