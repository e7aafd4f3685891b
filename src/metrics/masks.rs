//! Two masks of one image: their borders, the distances between these, and the lesions of each.
//!
//! A border voxel is a voxel of the mask with a face neighbour outside the mask or outside the image. Distances are
//! between centres of border voxels, in mm.

use super::estimate::{Estimate, Measure};
use super::intervals::proportion;
use super::order::sorted;
use super::reason::{BadInput, Undefined};
use rayon::prelude::*;
use std::sync::OnceLock;

/// A reference and a predicted mask of the same shape (1 to 3 axes, the last varies fastest) with their voxel spacing
/// in mm.
#[derive(Clone, Debug)]
pub struct Masks<'a> {
    pub(super) grid: Grid,
    pub(super) reference: &'a [bool],
    pub(super) prediction: &'a [bool],
    surfaces: OnceLock<Surfaces>,
    lesions: OnceLock<Lesions>,
}

/// The geometry of a mask, as three axes; an axis that the shape lacks has length 1 and no neighbours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    pub(super) size: [usize; 3],
    real: [bool; 3],
    pub(super) spacing: [f64; 3],
}

/// Distances between the borders of two masks.
#[derive(Clone, Debug)]
pub(super) enum Surfaces {
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

    /// The same, distances in voxels.
    pub(super) fn in_voxels(self) -> Self {
        Self { spacing: [1.0; 3], ..self }
    }

    fn index(&self, [z, y, x]: [usize; 3]) -> usize {
        (z * self.size[1] + y) * self.size[2] + x
    }

    pub(super) fn place(&self, index: usize) -> [usize; 3] {
        let [_, height, width] = self.size;
        [index / (height * width), index / width % height, index % width]
    }

    /// How far apart in memory neighbours along each axis lie.
    fn stride(&self) -> [usize; 3] {
        [self.size[1] * self.size[2], self.size[2], 1]
    }

    /// The border voxels of a mask, in order of memory.
    pub(super) fn border(&self, mask: &[bool]) -> Vec<usize> {
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
    pub(super) fn squared_distances(&self, from: &[usize], to: &[usize]) -> Vec<f64> {
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
        Ok(Self { grid, reference, prediction, surfaces: OnceLock::new(), lesions: OnceLock::new() })
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
    pub(super) fn volumes(&self) -> (usize, usize, usize) {
        let count = |mask: &[bool]| mask.iter().filter(|&&v| v).count();
        let both = self.reference.iter().zip(self.prediction).filter(|(a, b)| **a && **b).count();
        (count(self.reference), count(self.prediction), both)
    }

    pub(super) fn voxel_volume(&self) -> f64 {
        self.grid.spacing.iter().zip(self.grid.real).filter(|(_, real)| *real).map(|(s, _)| s).product()
    }

    pub(super) fn surfaces(&self) -> &Surfaces {
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
    pub(super) fn distance(&self, figure: impl FnOnce(&[f64], &[f64]) -> Option<f64>) -> Measure {
        match self.surfaces() {
            Surfaces::BothEmpty => Ok(Estimate::plain(0.0, 0)),
            Surfaces::OneEmpty { .. } => Err(Undefined::OneMaskEmpty),
            Surfaces::Distances { to_reference, to_prediction } => {
                let n = to_reference.len() + to_prediction.len();
                figure(to_reference, to_prediction).map(|d| Estimate::plain(d, n)).ok_or(Undefined::OneMaskEmpty)
            }
        }
    }

    /// The [`lesions`] that hang together by faces, edges or corners: counted once.
    pub fn lesions(&self) -> &Lesions {
        self.lesions.get_or_init(|| lesions(self, Connectivity::Corners))
    }
}

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
    let of = |k, n, reason| proportion(k, n, reason);
    let sensitivity = of(found, reference, Undefined::EmptyReference);
    let ppv = of(right, prediction, Undefined::EmptyPrediction);
    let f1 = match (sensitivity, ppv) {
        (Ok(a), Ok(b)) => harmonic(a.value, b.value),
        (Err(_), Err(_)) => 1.0,
        _ => 0.0,
    };
    Lesions { reference, prediction, found, right, sensitivity, ppv, f1 }
}

/// The harmonic mean; 0 where both are 0.
pub(super) fn harmonic(a: f64, b: f64) -> f64 {
    if a + b > 0.0 { 2.0 * a * b / (a + b) } else { 0.0 }
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
    use seed::Seed;

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
}
