//! Predicted masks against the true ones: by picture, by lesion, and over all pictures.

use rayon::prelude::*;

use super::Line;
use crate::synth::Pictures;
use course::dataset::OUTLINED;
use metrics::intervals::{Resampling, bootstrap};
use metrics::segmentation::{
    Connectivity, LESION_F1, LESION_PPV, LESION_SENSITIVITY, MEAN_DICE, MEAN_NSD, Masks, components, dice, lesions,
    nsd, volumes,
};
use metrics::{BadInput, Estimate, Metric};
use seed::Seed;
use tables::{Frame, TableError};

/// The columns that a table gets for its pictures; where a model draws no masks, they are null.
pub const COLUMNS: &[&str] = OUTLINED;

/// How one picture's mask agrees with the truth.
#[derive(Clone, Debug)]
pub struct Outline {
    /// In the order of [`COLUMNS`]: Dice; normalised surface distance at the dataset's tolerance; true lesions, those that the
    /// mask touches, and spots of the mask that touch no lesion; areas of the truth and of the mask in mm².
    pub figures: [f64; 7],
    /// Spots of the mask that touch a lesion.
    pub right: usize,
    /// Area in mm² of each true lesion, and whether the mask touches it.
    pub lesions: Vec<(f64, bool)>,
}

/// Compares the predicted masks with what the pictures outline, picture by picture; lesions hang together by edges or corners.
///
/// # Errors
/// Masks of another size: our own mistake.
pub fn compare(pictures: &Pictures, predicted: &[Vec<bool>], tolerance: f64) -> Result<Vec<Outline>, BadInput> {
    let Some(outlined) = &pictures.outlined else { return Ok(Vec::new()) };
    let shape = [pictures.size, pictures.size];
    let one = |row: usize| -> Result<Outline, BadInput> {
        let truth: Vec<bool> = outlined.row(row).iter().map(|&pixel| pixel > 0).collect();
        let (mask, spacing) = (&predicted[row], pictures.spacing[row]);
        let masks = Masks::new(&shape, &spacing, &truth, mask)?;
        let spots = lesions(&masks, Connectivity::Corners);
        let (truth_mm2, mask_mm2) = volumes(&masks);
        let parts = components(&shape, &truth, Connectivity::Corners)?;
        let mut each = vec![(0.0, false); parts.count + 1];
        for (&label, &hit) in parts.labels.iter().zip(mask) {
            let lesion = &mut each[label as usize];
            lesion.0 += spacing[0] * spacing[1];
            lesion.1 |= hit;
        }
        Ok(Outline {
            figures: [
                dice(&masks).value,
                nsd(&masks, tolerance).value,
                spots.reference as f64,
                spots.found as f64,
                spots.made_up() as f64,
                truth_mm2,
                mask_mm2,
            ],
            right: spots.right,
            lesions: each.split_off(1),
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

/// One row for each true lesion: its picture's `id`, its area `mm2`, and whether it was `found` (1) or missed (0).
///
/// # Errors
/// Our own.
pub fn lesion_table(frame: &Frame, id: &str, outlines: &[Outline]) -> Result<Frame, TableError> {
    let rows: Vec<usize> =
        outlines.iter().enumerate().flat_map(|(row, outline)| vec![row; outline.lesions.len()]).collect();
    let each: Vec<&(f64, bool)> = outlines.iter().flat_map(|outline| &outline.lesions).collect();
    let mut table = tables::take(&tables::select(frame, &[id])?, &rows)?;
    tables::set_numbers(&mut table, "mm2", &each.iter().map(|lesion| lesion.0).collect::<Vec<_>>())?;
    tables::set_numbers(
        &mut table,
        "found",
        &each.iter().map(|lesion| f64::from(u8::from(lesion.1))).collect::<Vec<_>>(),
    )?;
    Ok(table)
}

/// Resamples of pictures for an interval.
const RESAMPLES: usize = 500;

/// The figures over all pictures, with bootstrap intervals over pictures: mean Dice and NSD (an empty mask found empty counts 1),
/// and of all lesions together the sensitivity, the positive predictive value and their harmonic mean.
pub fn lines(table: &str, outlines: &[Outline]) -> Vec<Line> {
    let n = outlines.len();
    let sum = |rows: &[usize], of: &dyn Fn(&Outline) -> f64| rows.iter().map(|&row| of(&outlines[row])).sum::<f64>();
    let ratio = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
    let sensitivity = |rows: &[usize]| ratio(sum(rows, &|o| o.figures[3]), sum(rows, &|o| o.figures[2]));
    let ppv = |rows: &[usize]| {
        let right = sum(rows, &|o| o.right as f64);
        ratio(right, right + sum(rows, &|o| o.figures[4]))
    };
    let f1 = |rows: &[usize]| match (sensitivity(rows), ppv(rows)) {
        (Some(a), Some(b)) => Some(if a + b > 0.0 { 2.0 * a * b / (a + b) } else { 0.0 }),
        (Some(_), None) | (None, Some(_)) => Some(0.0),
        (None, None) => None,
    };
    type Figure<'a> = &'a (dyn Fn(&[usize]) -> Option<f64> + Sync);
    let figures: [(&'static Metric, Figure); 5] = [
        (&MEAN_DICE, &|rows| ratio(sum(rows, &|o| o.figures[0]), rows.len() as f64)),
        (&MEAN_NSD, &|rows| ratio(sum(rows, &|o| o.figures[1]), rows.len() as f64)),
        (&LESION_SENSITIVITY, &sensitivity),
        (&LESION_PPV, &ppv),
        (&LESION_F1, &f1),
    ];
    let all: Vec<usize> = (0..n).collect();
    figures
        .into_iter()
        .filter_map(|(metric, figure)| {
            let value = figure(&all)?;
            let resampled = bootstrap(&Resampling::Rows(n), RESAMPLES, Seed::new(0).named(metric.name), figure);
            let interval = resampled.ok().map(|b| b.interval);
            let measure = Ok(Estimate::plain(value, n).with(interval));
            Some(Line { table: table.to_owned(), group: None, metric, ceiling: false, measure, n })
        })
        .collect()
}
