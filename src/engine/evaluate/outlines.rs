//! Predicted masks against the true ones: by picture, by lesion, and over all pictures.

use rayon::prelude::*;

use super::RunFigure;
use crate::signal::Signals;
use course::dataset::{Band, OUTLINED, SIZE};
use metrics::intervals::{Resampling, bootstrap};
use metrics::segmentation::{
    LESION_F1, LESION_PPV, LESION_SENSITIVITY, Lesion, Lesions, MEAN_DICE, MEAN_NSD, Masks, Matching, dice, nsd,
    volumes,
};
use metrics::{BadInput, Estimate, Metric};
use seed::Seed;
use tables::{Frame, TableError};

/// The columns that a table gets for its pictures; where a model draws no masks, they are null.
pub const COLUMNS: &[&str] = OUTLINED;

/// How one picture's mask agrees with the truth.
#[derive(Clone, Debug)]
pub struct Outline {
    /// In the order of [`COLUMNS`]: Dice; normalised surface distance at the dataset's tolerance; true lesions, those that are
    /// found, and spots of the mask that find none; areas of the truth and of the mask in mm².
    pub figures: [f64; 7],
    /// The true lesions and the spots of the mask, in mm²; found as the dataset matches them.
    pub lesions: Lesions,
}

/// Compares the predicted masks with what the pictures outline, picture by picture; lesions hang together by edges or corners, and
/// tolerance (mm) and matching are the dataset's.
///
/// # Errors
/// Masks of another size: our own mistake.
pub fn compare(
    pictures: &Signals,
    predicted: &[Vec<bool>],
    (tolerance, matching): (f64, Matching),
) -> Result<Vec<Outline>, BadInput> {
    let Some(outlined) = &pictures.outlined else { return Ok(Vec::new()) };
    let shape = pictures.shape.plane();
    let one = |row: usize| -> Result<Outline, BadInput> {
        let truth: Vec<bool> = outlined.row(row).iter().map(|&pixel| pixel > 0).collect();
        let masks = Masks::new(&shape, &pictures.pixel(row), &truth, &predicted[row])?.matched(matching);
        let lesions = masks.lesions().clone();
        let (truth_mm2, mask_mm2) = volumes(&masks);
        Ok(Outline {
            figures: [
                dice(&masks).value,
                nsd(&masks, tolerance).value,
                lesions.reference.len() as f64,
                lesions.found() as f64,
                lesions.made_up() as f64,
                truth_mm2,
                mask_mm2,
            ],
            lesions,
        })
    };
    (0..predicted.len()).into_par_iter().map(one).collect()
}

/// Adds [`COLUMNS`] to the pictures' rows.
///
/// # Errors
/// Our own.
pub fn add(frame: &mut Frame, outlines: &[Outline]) -> Result<(), TableError> {
    for (at, name) in COLUMNS.iter().enumerate() {
        let drawn = outlines.len() == frame.height();
        let values: Vec<Option<f64>> =
            (0..frame.height()).map(|row| drawn.then(|| outlines[row].figures[at])).collect();
        tables::set_maybe_numbers(frame, name, &values)?;
    }
    Ok(())
}

/// One row for each true lesion: its picture's `id`, the `split` of that where it has one, its area `mm2`, and whether it was
/// `found` (1) or missed (0).
///
/// # Errors
/// Our own.
pub fn lesion_table(frame: &Frame, id: &str, outlines: &[Outline]) -> Result<Frame, TableError> {
    let each: Vec<(usize, &Lesion)> = outlines
        .iter()
        .enumerate()
        .flat_map(|(row, outline)| outline.lesions.reference.iter().map(move |lesion| (row, lesion)))
        .collect();
    let rows: Vec<usize> = each.iter().map(|(row, _)| *row).collect();
    let names: Vec<&str> = tables::names(frame).into_iter().filter(|name| [id, "split"].contains(name)).collect();
    let mut table = tables::take(&tables::select(frame, &names)?, &rows)?;
    let numbers = |of: &dyn Fn(&Lesion) -> f64| each.iter().map(|(_, lesion)| of(lesion)).collect::<Vec<_>>();
    tables::set_numbers(&mut table, "mm2", &numbers(&|lesion| lesion.size))?;
    tables::set_numbers(&mut table, "found", &numbers(&|lesion| f64::from(u8::from(lesion.matched))))?;
    Ok(table)
}

/// Resamples of pictures for an interval.
const RESAMPLES: usize = 500;

/// The figures over all pictures, with bootstrap intervals over pictures: mean Dice and NSD (an empty mask found empty counts 1),
/// and of all lesions together the sensitivity, the positive predictive value and their harmonic mean; the sensitivity also for the
/// lesions of each of the `bands` of size that has any.
pub fn lines(table: &str, outlines: &[Outline], bands: &[Band]) -> Vec<RunFigure> {
    let n = outlines.len();
    let sum = |rows: &[usize], of: &dyn Fn(&Outline) -> f64| rows.iter().map(|&row| of(&outlines[row])).sum::<f64>();
    let ratio = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
    let sensitivity = |rows: &[usize]| ratio(sum(rows, &|o| o.figures[3]), sum(rows, &|o| o.figures[2]));
    let ppv = |rows: &[usize]| {
        let right = sum(rows, &|o| o.lesions.right() as f64);
        ratio(right, right + sum(rows, &|o| o.figures[4]))
    };
    let f1 = |rows: &[usize]| match (sensitivity(rows), ppv(rows)) {
        (Some(a), Some(b)) => Some(if a + b > 0.0 { 2.0 * a * b / (a + b) } else { 0.0 }),
        (Some(_), None) | (None, Some(_)) => Some(0.0),
        (None, None) => None,
    };
    type Statistic<'a> = &'a (dyn Fn(&[usize]) -> Option<f64> + Sync);
    let figures: [(&'static Metric, Statistic); 5] = [
        (&MEAN_DICE, &|rows| ratio(sum(rows, &|o| o.figures[0]), rows.len() as f64)),
        (&MEAN_NSD, &|rows| ratio(sum(rows, &|o| o.figures[1]), rows.len() as f64)),
        (&LESION_SENSITIVITY, &sensitivity),
        (&LESION_PPV, &ppv),
        (&LESION_F1, &f1),
    ];
    let all: Vec<usize> = (0..n).collect();
    let line = |metric: &'static Metric, group: Option<&Band>, figure: Statistic| {
        let value = figure(&all)?;
        let name = group.map_or_else(|| metric.name.to_owned(), |band| format!("{} {}", metric.name, band.value));
        let resampled = bootstrap(&Resampling::Rows(n), RESAMPLES, Seed::new(0).named(&name), figure);
        let interval = resampled.ok().map(|b| b.interval);
        let measure = Ok(Estimate::plain(value, n).with(interval));
        let group = group.map(|band| (SIZE.to_owned(), band.value.clone()));
        Some(RunFigure { table: table.to_owned(), group, metric, ceiling: false, measure, n })
    };
    let of_all = figures.into_iter().filter_map(|(metric, figure)| line(metric, None, figure));
    let of_bands = bands.iter().filter_map(|band| {
        let count = |outline: &Outline, found: bool| {
            let within = |lesion: &&Lesion| band.holds(lesion.size) && (lesion.matched || !found);
            outline.lesions.reference.iter().filter(within).count() as f64
        };
        let figure = |rows: &[usize]| ratio(sum(rows, &|o| count(o, true)), sum(rows, &|o| count(o, false)));
        line(&LESION_SENSITIVITY, Some(band), &figure)
    });
    of_all.chain(of_bands).collect()
}
