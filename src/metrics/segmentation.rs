//! Segmentation: how well two masks agree in volume, in outline, and lesion by lesion.
//!
//! A border voxel is a voxel of the mask with a face neighbour outside the mask or outside the image. Distances are
//! between centres of border voxels, in mm. Both masks empty: perfect agreement (Dice 1, distance 0). One empty:
//! overlap 0, distances undefined.

use super::order::{quantile, sorted};
use super::{BadInput, Estimate, Measure, Undefined};
use rayon::prelude::*;
use std::sync::OnceLock;

/// A reference and a predicted mask of the same shape (1 to 3 axes, the last varies fastest) with their voxel spacing
/// in mm.
#[derive(Clone, Debug)]
pub struct Masks<'a> {
    grid: Grid,
    reference: &'a [bool],
    prediction: &'a [bool],
    surfaces: OnceLock<Surfaces>,
}

/// The geometry of a mask, as three axes; an axis that the shape lacks has length 1 and no neighbours.
#[derive(Clone, Copy, Debug)]
struct Grid {
    size: [usize; 3],
    real: [bool; 3],
    spacing: [f64; 3],
}

/// Distances between the borders of two masks.
#[derive(Clone, Debug)]
enum Surfaces {
    BothEmpty,
    OneEmpty {
        border: usize,
    },
    Distances {
        /// From each border voxel of the prediction to the reference's border, ascending.
        to_reference: Vec<f64>,
        /// From each border voxel of the reference to the prediction's border, ascending.
        to_prediction: Vec<f64>,
    },
}

impl Grid {
    fn new(shape: &[usize], spacing: &[f64], voxels: usize) -> Result<Self, BadInput> {
        let axes = shape.len();
        if axes == 0 || axes > 3 || spacing.len() != axes || shape.iter().product::<usize>() != voxels {
            return Err(BadInput::ShapeWrong { shape: shape.to_vec(), found: voxels });
        }
        let mut grid = Self { size: [1; 3], real: [false; 3], spacing: [1.0; 3] };
        for (axis, (&length, &step)) in shape.iter().zip(spacing).enumerate() {
            if !step.is_finite() || step <= 0.0 {
                return Err(BadInput::SpacingNotPositive { axis: axis + 1, found: step });
            }
            let at = axis + 3 - axes;
            (grid.size[at], grid.real[at], grid.spacing[at]) = (length, true, step);
        }
        Ok(grid)
    }

    fn index(&self, [z, y, x]: [usize; 3]) -> usize {
        (z * self.size[1] + y) * self.size[2] + x
    }

    fn place(&self, index: usize) -> [usize; 3] {
        let [_, height, width] = self.size;
        [index / (height * width), index / width % height, index % width]
    }

    /// How far apart in memory neighbours along each axis lie.
    fn stride(&self) -> [usize; 3] {
        [self.size[1] * self.size[2], self.size[2], 1]
    }

    /// The border voxels of a mask, in order of memory.
    fn border(&self, mask: &[bool]) -> Vec<usize> {
        let stride = self.stride();
        let plane = self.size[1] * self.size[2];
        let of_plane = |z: usize| {
            let inner = move |index: &usize| {
                let place = self.place(*index);
                (0..3).filter(|&axis| self.real[axis]).all(|axis| {
                    place[axis] > 0
                        && place[axis] + 1 < self.size[axis]
                        && mask[index - stride[axis]]
                        && mask[index + stride[axis]]
                })
            };
            (z * plane..(z + 1) * plane).filter(|&index| mask[index]).filter(move |index| !inner(index))
        };
        (0..self.size[0]).into_par_iter().flat_map_iter(of_plane).collect()
    }

    /// The connected parts of a mask.
    fn components(&self, mask: &[bool], connectivity: Connectivity) -> Components {
        let steps: Vec<[isize; 3]> = (0..27)
            .map(|k| [k / 9 - 1, k / 3 % 3 - 1, k % 3 - 1])
            .filter(|step| match step.iter().filter(|&&s| s != 0).count() {
                0 => false,
                1 => true,
                _ => connectivity == Connectivity::Corners,
            })
            .collect();
        let (mut labels, mut stack) = (vec![0; mask.len()], Vec::new());
        let (mut count, mut label) = (0, 0);
        for start in 0..mask.len() {
            if !mask[start] || labels[start] > 0 {
                continue;
            }
            count += 1;
            label += 1;
            labels[start] = label;
            stack.push(start);
            while let Some(index) = stack.pop() {
                let place = self.place(index);
                for step in &steps {
                    let Some(next) = shifted(place, *step, self.size) else { continue };
                    let next = self.index(next);
                    if mask[next] && labels[next] == 0 {
                        labels[next] = label;
                        stack.push(next);
                    }
                }
            }
        }
        Components { labels, count }
    }

    /// The smallest box that holds these voxels: its first place and its size.
    fn bounds(&self, voxels: impl Iterator<Item = usize>) -> ([usize; 3], [usize; 3]) {
        let (mut low, mut high) = ([usize::MAX; 3], [0; 3]);
        for index in voxels {
            let place = self.place(index);
            for axis in 0..3 {
                low[axis] = low[axis].min(place[axis]);
                high[axis] = high[axis].max(place[axis]);
            }
        }
        (low, [0, 1, 2].map(|axis| (high[axis] + 1).saturating_sub(low[axis])))
    }

    /// The squared distance from each voxel of `to` to the nearest of `from` (not empty), in the order of `to` by (y,
    /// x, z).
    ///
    /// The exact Euclidean distance transform of Felzenszwalb & Huttenlocher (2012), one axis after the other, inside
    /// the box that holds both sets; the last axis is transformed only on lines that hold a voxel of `to`.
    fn squared_distances(&self, from: &[usize], to: &[usize]) -> Vec<f64> {
        let (low, [depth, height, width]) = self.bounds(from.iter().chain(to).copied());
        let inside = |index: usize| {
            let place = self.place(index);
            [0, 1, 2].map(|axis| place[axis] - low[axis])
        };
        let mut field = vec![f64::INFINITY; depth * height * width];
        for &index in from {
            let [z, y, x] = inside(index);
            field[(z * height + y) * width + x] = 0.0;
        }
        let mut wanted = vec![Vec::new(); height * width];
        for &index in to {
            let [z, y, x] = inside(index);
            wanted[y * width + x].push(z);
        }
        field.par_chunks_mut(height * width).for_each(|plane| {
            let mut line = Line::default();
            for row in plane.chunks_mut(width) {
                line.transform(row.iter().copied(), self.spacing[2]);
                row.copy_from_slice(&line.out);
            }
            for x in 0..width {
                line.transform((0..height).map(|y| plane[y * width + x]), self.spacing[1]);
                line.out.iter().enumerate().for_each(|(y, &value)| plane[y * width + x] = value);
            }
        });
        let column = |(at, places): (usize, &Vec<usize>)| {
            let mut line = Line::default();
            if !places.is_empty() {
                line.transform((0..depth).map(|z| field[z * height * width + at]), self.spacing[0]);
            }
            places.iter().map(|&z| line.out[z]).collect::<Vec<f64>>()
        };
        wanted.par_iter().enumerate().flat_map_iter(column).collect()
    }
}

/// The distance transform of one line, with its working memory.
#[derive(Default)]
struct Line {
    values: Vec<f64>,
    /// Roots of the parabolas of the lower envelope, and where each takes over.
    roots: Vec<usize>,
    starts: Vec<f64>,
    out: Vec<f64>,
}

impl Line {
    /// `out[q] = min over p of (step · (q − p))² + values[p]`.
    fn transform(&mut self, values: impl Iterator<Item = f64>, step: f64) {
        self.values.clear();
        self.values.extend(values);
        self.roots.clear();
        self.starts.clear();
        let square = step * step;
        for (q, &height) in self.values.iter().enumerate().filter(|(_, v)| v.is_finite()) {
            let mut start = f64::NEG_INFINITY;
            while let (Some(&p), Some(&from)) = (self.roots.last(), self.starts.last()) {
                // Where the parabola of q crosses that of p, in voxels.
                let (a, b) = (p as f64, q as f64);
                let cross = 0.5 * (a + b + (height - self.values[p]) / (square * (b - a)));
                if cross > from {
                    start = cross;
                    break;
                }
                self.roots.pop();
                self.starts.pop();
            }
            self.roots.push(q);
            self.starts.push(start);
        }
        self.out.clear();
        self.out.resize(self.values.len(), f64::INFINITY);
        let mut k = 0;
        for (q, out) in self.out.iter_mut().enumerate().filter(|_| !self.roots.is_empty()) {
            while k + 1 < self.roots.len() && self.starts[k + 1] < q as f64 {
                k += 1;
            }
            let apart = step * q.abs_diff(self.roots[k]) as f64;
            *out = apart * apart + self.values[self.roots[k]];
        }
    }
}

impl<'a> Masks<'a> {
    /// Check two masks of this shape, with the spacing of each axis in mm.
    pub fn new(
        shape: &[usize],
        spacing: &[f64],
        reference: &'a [bool],
        prediction: &'a [bool],
    ) -> Result<Self, BadInput> {
        let grid = Grid::new(shape, spacing, reference.len())?;
        if prediction.len() != reference.len() {
            return Err(BadInput::ShapeWrong { shape: shape.to_vec(), found: prediction.len() });
        }
        Ok(Self { grid, reference, prediction, surfaces: OnceLock::new() })
    }

    /// Check two masks given as arrays, with the spacing of each axis in mm.
    pub fn from_arrays<D: ndarray::Dimension>(
        reference: &'a ndarray::Array<bool, D>,
        prediction: &'a ndarray::Array<bool, D>,
        spacing: &[f64],
    ) -> Result<Self, BadInput> {
        if reference.shape() != prediction.shape() {
            let (reference, prediction) = (reference.shape().to_vec(), prediction.shape().to_vec());
            return Err(BadInput::ShapesDiffer { reference, prediction });
        }
        match (reference.as_slice(), prediction.as_slice()) {
            (Some(a), Some(b)) => Self::new(reference.shape(), spacing, a, b),
            // An array that is not in standard order (a transposed one).
            _ => Err(BadInput::ShapeWrong { shape: reference.shape().to_vec(), found: 0 }),
        }
    }

    /// Voxels in the reference, in the prediction, and in both.
    fn volumes(&self) -> (usize, usize, usize) {
        let count = |mask: &[bool]| mask.iter().filter(|&&v| v).count();
        let both = self.reference.iter().zip(self.prediction).filter(|(a, b)| **a && **b).count();
        (count(self.reference), count(self.prediction), both)
    }

    fn voxel_volume(&self) -> f64 {
        self.grid.spacing.iter().zip(self.grid.real).filter(|(_, real)| *real).map(|(s, _)| s).product()
    }

    fn surfaces(&self) -> &Surfaces {
        self.surfaces.get_or_init(|| {
            let (reference, prediction) = (self.grid.border(self.reference), self.grid.border(self.prediction));
            match (reference.len(), prediction.len()) {
                (0, 0) => Surfaces::BothEmpty,
                (0, border) | (border, 0) => Surfaces::OneEmpty { border },
                _ => {
                    let distances = |from: &[usize], to: &[usize]| {
                        sorted(self.grid.squared_distances(from, to).into_iter().map(f64::sqrt).collect())
                    };
                    let (to_reference, to_prediction) =
                        rayon::join(|| distances(&reference, &prediction), || distances(&prediction, &reference));
                    Surfaces::Distances { to_reference, to_prediction }
                }
            }
        })
    }

    /// A distance figure: 0 when both masks are empty, undefined when one is.
    fn distance(&self, figure: impl FnOnce(&[f64], &[f64]) -> Option<f64>) -> Measure {
        match self.surfaces() {
            Surfaces::BothEmpty => Ok(Estimate::plain(0.0, 0)),
            Surfaces::OneEmpty { .. } => Err(Undefined::OneMaskEmpty),
            Surfaces::Distances { to_reference, to_prediction } => {
                let n = to_reference.len() + to_prediction.len();
                figure(to_reference, to_prediction).map(|d| Estimate::plain(d, n)).ok_or(Undefined::OneMaskEmpty)
            }
        }
    }
}

// ---- overlap -------------------------------------------------------------------------------------------------------

/// A part over a whole, 1 when the whole is empty.
fn share(part: f64, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part / whole as f64 }
}

/// Dice, 2|A ∩ B| / (|A| + |B|) (Dice 1945). 0 to 1; 1 when both masks are empty.
pub fn dice(masks: &Masks<'_>) -> Estimate {
    let (a, b, both) = masks.volumes();
    Estimate::plain(share(2.0 * both as f64, a + b), a + b - both)
}

/// Intersection over union, |A ∩ B| / |A ∪ B| (Jaccard 1912). 0 to 1; 1 when both masks are empty.
pub fn iou(masks: &Masks<'_>) -> Estimate {
    let (a, b, both) = masks.volumes();
    Estimate::plain(share(both as f64, a + b - both), a + b - both)
}

/// The volumes of reference and prediction, voxels × spacing, in mm³ (mm² in two dimensions).
pub fn volumes(masks: &Masks<'_>) -> (f64, f64) {
    let (a, b, _) = masks.volumes();
    (a as f64 * masks.voxel_volume(), b as f64 * masks.voxel_volume())
}

/// The signed error of volume relative to the reference, (B − A) / A. −1 to ∞. Undefined with an empty reference.
pub fn relative_volume_error(masks: &Masks<'_>) -> Measure {
    let (a, b, _) = masks.volumes();
    if a == 0 { Err(Undefined::EmptyReference) } else { Ok(Estimate::plain((b as f64 - a as f64) / a as f64, a)) }
}

/// The share of the reference that is covered. 0 to 1. Undefined with an empty reference.
pub fn voxel_sensitivity(masks: &Masks<'_>) -> Measure {
    let (a, _, both) = masks.volumes();
    if a == 0 { Err(Undefined::EmptyReference) } else { Ok(Estimate::plain(both as f64 / a as f64, a)) }
}

/// The share of the prediction that is right. 0 to 1. Undefined with an empty prediction.
pub fn voxel_ppv(masks: &Masks<'_>) -> Measure {
    let (_, b, both) = masks.volumes();
    if b == 0 { Err(Undefined::EmptyPrediction) } else { Ok(Estimate::plain(both as f64 / b as f64, b)) }
}

/// The Dice of one label of two label maps, 2|A ∩ B| / (|A| + |B|). 0 to 1; 1 when it is in neither.
pub fn label_dice(reference: &[usize], prediction: &[usize], label: usize) -> Result<Estimate, BadInput> {
    let of = |map: &[usize]| map.iter().map(|&v| v == label).collect::<Vec<bool>>();
    let (a, b) = (of(reference), of(prediction));
    Ok(dice(&Masks::new(&[a.len()], &[1.0], &a, &b)?))
}

/// The mean Dice over those of `labels` that occur in the reference. 0 to 1. Undefined when none does.
pub fn dice_macro(reference: &[usize], prediction: &[usize], labels: &[usize]) -> Result<Measure, BadInput> {
    let (mut sum, mut present) = (0.0, 0);
    for &label in labels.iter().filter(|label| reference.contains(label)) {
        sum += label_dice(reference, prediction, label)?.value;
        present += 1;
    }
    Ok(if present == 0 {
        Err(Undefined::EmptyReference)
    } else {
        Ok(Estimate::plain(sum / f64::from(present), reference.len()))
    })
}

// ---- outline -------------------------------------------------------------------------------------------------------

/// The Hausdorff distance: the largest distance from a border voxel to the other border, in either direction
/// (Huttenlocher et al. 1993). mm; 0 when both masks are empty, undefined when one is.
pub fn hausdorff(masks: &Masks<'_>) -> Measure {
    hausdorff_percentile(masks, 100.0)
}

/// HD95: the larger of the two directed 95th percentiles of border distances, by linear interpolation. mm.
///
/// Not the percentile of both directions pooled (`MedPy`), which is smaller when one border is longer.
pub fn hausdorff95(masks: &Masks<'_>) -> Measure {
    hausdorff_percentile(masks, 95.0)
}

/// The larger of the two directed percentiles (0 to 100) of border distances. mm.
pub fn hausdorff_percentile(masks: &Masks<'_>, percentile: f64) -> Measure {
    masks.distance(|a, b| Some(quantile(a, percentile / 100.0)?.max(quantile(b, percentile / 100.0)?)))
}

/// The average symmetric surface distance: the mean over the border voxels of both masks, pooled. mm.
pub fn assd(masks: &Masks<'_>) -> Measure {
    masks.distance(|a, b| Some((a.iter().sum::<f64>() + b.iter().sum::<f64>()) / (a.len() + b.len()) as f64))
}

/// The mean average surface distance: the mean of the two directed means. mm.
pub fn masd(masks: &Masks<'_>) -> Measure {
    let mean = |d: &[f64]| d.iter().sum::<f64>() / d.len() as f64;
    masks.distance(|a, b| Some(f64::midpoint(mean(a), mean(b))))
}

/// The normalised surface distance: the share of border voxels of both masks within `tau` mm (≤) of the other border
/// (Nikolov et al. 2018, with counted voxels instead of areas). 0 to 1; 1 when both masks are empty, 0 when one is.
pub fn nsd(masks: &Masks<'_>, tau: f64) -> Estimate {
    // The allowance is for distances such as 3 · 0.1.
    let limit = tau * (1.0 + 1e-12);
    match masks.surfaces() {
        Surfaces::BothEmpty => Estimate::plain(1.0, 0),
        Surfaces::OneEmpty { border } => Estimate::plain(0.0, *border),
        Surfaces::Distances { to_reference: a, to_prediction: b } => {
            let near = a.partition_point(|&d| d <= limit) + b.partition_point(|&d| d <= limit);
            Estimate::plain(near as f64 / (a.len() + b.len()) as f64, a.len() + b.len())
        }
    }
}

/// Boundary `IoU`: the `IoU` of what lies within each mask closer than `distance` to its own border, in voxels (strict
/// <, spacing ignored) (Cheng et al. 2021). 0 to 1; 1 when both masks are empty.
pub fn boundary_iou(masks: &Masks<'_>, distance: f64) -> Estimate {
    let grid = Grid { spacing: [1.0; 3], ..masks.grid };
    let band = |mask: &[bool]| {
        let border = grid.border(mask);
        let mut inside: Vec<usize> = (0..mask.len()).filter(|&index| mask[index]).collect();
        // In the order in which distances come back: by (y, x), then z.
        inside.sort_by_key(|&index| {
            let [z, y, x] = grid.place(index);
            (y, x, z)
        });
        let mut near = vec![false; mask.len()];
        if !border.is_empty() {
            for (index, square) in inside.iter().zip(grid.squared_distances(&border, &inside)) {
                near[*index] = square < distance * distance;
            }
        }
        near
    };
    let (a, b) = rayon::join(|| band(masks.reference), || band(masks.prediction));
    let count = |keep: fn(bool, bool) -> bool| a.iter().zip(&b).filter(|(a, b)| keep(**a, **b)).count();
    let (both, any) = (count(|a, b| a && b), count(|a, b| a || b));
    Estimate::plain(share(both as f64, any), any)
}

/// The centreline Dice of tubes from masks and their skeletons: the harmonic mean of the share of the predicted
/// skeleton inside the reference and of the reference's skeleton inside the prediction (Shit et al. 2021). 0 to 1; 1
/// when both skeletons are empty.
///
/// Skeletons are given, since every thinning gives another value.
pub fn cl_dice(
    masks: &Masks<'_>,
    reference_skeleton: &[bool],
    predicted_skeleton: &[bool],
) -> Result<Estimate, BadInput> {
    for skeleton in [reference_skeleton, predicted_skeleton] {
        if skeleton.len() != masks.reference.len() {
            return Err(BadInput::ShapeWrong { shape: masks.grid.size.to_vec(), found: skeleton.len() });
        }
    }
    let part = |skeleton: &[bool], mask: &[bool]| {
        let inside = skeleton.iter().zip(mask).filter(|(s, m)| **s && **m).count();
        (inside, skeleton.iter().filter(|&&s| s).count())
    };
    let ((a, predicted), (b, reference)) =
        (part(predicted_skeleton, masks.reference), part(reference_skeleton, masks.prediction));
    let value = match (predicted, reference) {
        (0, 0) => 1.0,
        (0, _) | (_, 0) => 0.0,
        _ => harmonic(a as f64 / predicted as f64, b as f64 / reference as f64),
    };
    Ok(Estimate::plain(value, predicted + reference))
}

fn harmonic(a: f64, b: f64) -> f64 {
    if a + b > 0.0 { 2.0 * a * b / (a + b) } else { 0.0 }
}

// ---- lesions -------------------------------------------------------------------------------------------------------

/// Which voxels hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connectivity {
    /// Those that share a face (in two dimensions an edge: 4-connectivity).
    Faces,
    /// Those that share a face, an edge or a corner (in two dimensions 8-connectivity).
    Corners,
}

/// The connected parts of a mask, numbered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Components {
    /// Each voxel's part: 0 outside the mask, else 1 to `count`, in order of each part's first voxel in memory.
    pub labels: Vec<u32>,
    /// How many parts there are.
    pub count: usize,
}

/// Number the connected parts of a mask of this shape (1 to 3 axes, the last varies fastest). In two dimensions
/// [`Faces`](Connectivity::Faces) is 4-connectivity and [`Corners`](Connectivity::Corners) 8-connectivity; in three, 6
/// and 26.
///
/// The numbering is that of `scipy.ndimage.label` and of scikit-image's `measure.label`.
pub fn components(shape: &[usize], mask: &[bool], connectivity: Connectivity) -> Result<Components, BadInput> {
    Ok(Grid::new(shape, &vec![1.0; shape.len()], mask.len())?.components(mask, connectivity))
}

/// Lesions (connected parts) found, missed and made up; any overlapping voxel counts.
///
/// Counted from each side: a reference lesion is found or missed, a predicted one is right or made up. One prediction
/// that covers two lesions finds both and is right once, so `found` and `right` may differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lesions {
    /// Lesions in the reference.
    pub reference: usize,
    /// Lesions in the prediction.
    pub prediction: usize,
    /// True positives: reference lesions that the prediction touches.
    pub found: usize,
    /// Predicted lesions that touch the reference.
    pub right: usize,
    /// The share of reference lesions touched by the prediction.
    pub sensitivity: Measure,
    /// The share of predicted lesions that touch the reference.
    pub ppv: Measure,
    /// 2 · sensitivity · PPV / (sensitivity + PPV); 1 without any lesion, 0 when only one side has one.
    pub f1: f64,
}

impl Lesions {
    /// False negatives: reference lesions that the prediction does not touch.
    pub fn missed(&self) -> usize {
        self.reference - self.found
    }

    /// False positives: predicted lesions that do not touch the reference.
    pub fn made_up(&self) -> usize {
        self.prediction - self.right
    }
}

/// Count lesions: see [`Lesions`].
pub fn lesions(masks: &Masks<'_>, connectivity: Connectivity) -> Lesions {
    let touching = |mask: &[bool], other: &[bool]| {
        let parts = masks.grid.components(mask, connectivity);
        let mut touched = vec![false; parts.count + 1];
        for (label, _) in parts.labels.iter().zip(other).filter(|(label, other)| **label > 0 && **other) {
            touched[*label as usize] = true;
        }
        (parts.count, touched.into_iter().filter(|&touched| touched).count())
    };
    let (reference, found) = touching(masks.reference, masks.prediction);
    let (prediction, right) = touching(masks.prediction, masks.reference);
    let of = |k, n, reason| super::intervals::proportion(k, n, reason);
    let sensitivity = of(found, reference, Undefined::EmptyReference);
    let ppv = of(right, prediction, Undefined::EmptyPrediction);
    let f1 = match (sensitivity, ppv) {
        (Ok(a), Ok(b)) => harmonic(a.value, b.value),
        (Err(_), Err(_)) => 1.0,
        _ => 0.0,
    };
    Lesions { reference, prediction, found, right, sensitivity, ppv, f1 }
}

/// The place one step away, if it lies in the image.
fn shifted(place: [usize; 3], step: [isize; 3], size: [usize; 3]) -> Option<[usize; 3]> {
    let mut next = [0; 3];
    for axis in 0..3 {
        next[axis] = place[axis].checked_add_signed(step[axis]).filter(|&p| p < size[axis])?;
    }
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn the_distance_transform_is_exact() {
        let grid = Grid::new(&[5, 7, 6], &[2.5, 0.7, 1.1], 210).expect("a sound shape");
        let pick = |name: &str, share: f64| {
            let seed = Seed::new(8).named(name);
            (0..210).filter(|&i| seed.at(i as u64).uniform() < share).collect::<Vec<usize>>()
        };
        for (from, to) in [("a", "b"), ("c", "d"), ("e", "f")] {
            let (from, mut to) = (pick(from, 0.04), pick(to, 0.2));
            to.sort_by_key(|&index| {
                let [z, y, x] = grid.place(index);
                (y, x, z)
            });
            let brute = |&to: &usize| {
                let of = |&from: &usize| {
                    let (a, b) = (grid.place(from), grid.place(to));
                    (0..3).map(|k| (grid.spacing[k] * a[k].abs_diff(b[k]) as f64).powi(2)).sum::<f64>()
                };
                from.iter().map(of).fold(f64::INFINITY, f64::min)
            };
            let got = grid.squared_distances(&from, &to);
            assert!(got.iter().zip(to.iter().map(brute)).all(|(a, b)| (a - b).abs() < 1e-12));
        }
    }

    #[test]
    fn empty_masks() {
        let (none, some) = (vec![false; 9], vec![true; 9]);
        let of = |a, b| Masks::new(&[3, 3], &[1.0, 1.0], a, b).expect("sound masks");
        assert_eq!(hausdorff95(&of(&none, &none)).map(|e| e.value), Ok(0.0));
        assert_eq!(hausdorff95(&of(&none, &some)), Err(Undefined::OneMaskEmpty));
        assert!((nsd(&of(&none, &some), 1.0).value, dice(&of(&none, &none)).value) == (0.0, 1.0));
    }

    #[test]
    fn shapes_and_spacings_are_checked() {
        let (four, five) = ([true; 4], [true; 5]);
        assert!(matches!(Masks::new(&[2, 2], &[1.0, 1.0], &four, &five), Err(BadInput::ShapeWrong { .. })));
        assert!(matches!(
            Masks::new(&[2, 2], &[1.0, 0.0], &four, &four),
            Err(BadInput::SpacingNotPositive { axis: 2, .. })
        ));
        let (a, b) = (ndarray::Array2::from_elem((2, 2), true), ndarray::Array2::from_elem((2, 3), true));
        assert!(matches!(Masks::from_arrays(&a, &b, &[1.0, 1.0]), Err(BadInput::ShapesDiffer { .. })));
    }

    /// A mask drawn in letters: `#` is inside.
    fn drawn(rows: &[&str]) -> Vec<bool> {
        rows.iter().flat_map(|row| row.chars().map(|c| c == '#')).collect()
    }

    #[test]
    fn diagonal_voxels_hang_together_by_corners_only() {
        let mask = drawn(&["##..#", "..#..", "....#", "#...#"]);
        let of = |connectivity| components(&[4, 5], &mask, connectivity).expect("a sound shape");
        let faces = of(Connectivity::Faces);
        assert_eq!(faces.labels, [1, 1, 0, 0, 2, 0, 0, 3, 0, 0, 0, 0, 0, 0, 4, 5, 0, 0, 0, 4]);
        let corners = of(Connectivity::Corners);
        assert_eq!((faces.count, corners.count), (5, 4));
        assert_eq!(corners.labels, [1, 1, 0, 0, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 4, 0, 0, 0, 3]);
        assert!(matches!(components(&[4, 4], &mask, Connectivity::Faces), Err(BadInput::ShapeWrong { .. })));
    }

    #[test]
    fn one_prediction_over_two_lesions_finds_both_and_is_right_once() {
        let reference = drawn(&["##.##", ".....", "#...."]);
        let prediction = drawn(&[".###.", ".....", "....#"]);
        let masks = Masks::new(&[3, 5], &[1.0, 1.0], &reference, &prediction).expect("sound masks");
        let got = lesions(&masks, Connectivity::Faces);
        assert_eq!((got.found, got.missed(), got.right, got.made_up()), (2, 1, 1, 1));
        // Sensitivity 2/3, PPV 1/2.
        assert!((got.f1 - 4.0 / 7.0).abs() < 1e-15);
    }

    #[test]
    fn a_surface_dice_measures_in_mm_along_each_axis() {
        // One row apart: 3 mm. One column apart: 0.5 mm.
        let of = |rows: &[&str], tau: f64| {
            let (reference, prediction) = (drawn(&["....", "####", "....", "...."]), drawn(rows));
            let masks = Masks::new(&[4, 4], &[3.0, 0.5], &reference, &prediction).expect("sound masks");
            nsd(&masks, tau).value
        };
        let (down, shorter) = (["....", "....", "####", "...."], ["....", ".###", "....", "...."]);
        assert!((of(&down, 2.9), of(&down, 3.0)) == (0.0, 1.0));
        assert!((of(&shorter, 0.4), of(&shorter, 0.5)) == (6.0 / 7.0, 1.0));
    }
}
