//! Two masks of one image: their borders, the distances between these, and the lesions of each.
//!
//! A border voxel is a voxel of the mask with a face neighbour outside the mask or outside the image. Distances are
//! between centres of border voxels, in mm.

use super::estimate::{Estimate, Measure};
use super::intervals::proportion;
use super::order::sorted;
use super::reason::{BadInput, Undefined};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A reference and a predicted mask of the same shape (1 to 3 axes, the last varies fastest) with their voxel spacing
/// in mm.
#[derive(Clone, Debug)]
pub struct Masks<'a> {
    pub(super) grid: Grid,
    pub(super) reference: &'a [bool],
    pub(super) prediction: &'a [bool],
    matching: Matching,
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

    /// The mean place of each part's voxels, in mm.
    fn centroids(&self, parts: &Components) -> Vec<[f64; 3]> {
        let mut sums = vec![([0_usize; 3], 0_usize); parts.count];
        for (index, &label) in parts.labels.iter().enumerate().filter(|(_, label)| **label > 0) {
            let (place, (sum, n)) = (self.place(index), &mut sums[label as usize - 1]);
            (0..3).for_each(|axis| sum[axis] += place[axis]);
            *n += 1;
        }
        let mean = |(sum, n): &([usize; 3], usize)| [0, 1, 2].map(|k| sum[k] as f64 / *n as f64 * self.spacing[k]);
        sums.iter().map(mean).collect()
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
        let matching = Matching::Touch;
        Ok(Self { grid, reference, prediction, matching, surfaces: OnceLock::new(), lesions: OnceLock::new() })
    }

    /// The same masks, their lesions matched so.
    #[must_use]
    pub fn matched(self, matching: Matching) -> Self {
        Self { matching, lesions: OnceLock::new(), ..self }
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
        self.lesions.get_or_init(|| lesions(self, Connectivity::Corners, self.matching))
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

/// When a predicted lesion finds a true one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Matching {
    /// Where they share a voxel: one prediction may find several lesions, and several one.
    #[default]
    Touch,
    /// One to one, in pairs whose `IoU` is at least this (more than 0, at most 1); those of the highest `IoU` first.
    Iou(f64),
    /// One to one, in pairs whose centroids are at most so many mm apart; the nearest first.
    Distance(f64),
}

/// One lesion of a mask.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lesion {
    /// Its size: mm³ (mm² in two dimensions).
    pub size: f64,
    /// Of the reference: whether it is found. Of the prediction: whether it is right.
    pub matched: bool,
}

/// Lesions (connected parts) found, missed and made up.
///
/// Counted from each side: a reference lesion is found or missed, a predicted one is right or made up. Where lesions are
/// matched by [`Touch`](Matching::Touch), one prediction that covers two lesions finds both and is right once, so that `found`
/// and `right` may differ; matched one to one, they are the same number (Maier-Hein, Reinke et al. 2024, Metrics Reloaded).
#[derive(Clone, Debug, PartialEq)]
pub struct Lesions {
    /// Lesions in the reference, in order of memory.
    pub reference: Vec<Lesion>,
    /// Lesions in the prediction, in order of memory.
    pub prediction: Vec<Lesion>,
}

impl Lesions {
    /// True positives: reference lesions that are found.
    pub fn found(&self) -> usize {
        matched(&self.reference)
    }

    /// False negatives: reference lesions that are not.
    pub fn missed(&self) -> usize {
        self.reference.len() - self.found()
    }

    /// Predicted lesions that find one.
    pub fn right(&self) -> usize {
        matched(&self.prediction)
    }

    /// False positives: predicted lesions that find none.
    pub fn made_up(&self) -> usize {
        self.prediction.len() - self.right()
    }

    /// The share of reference lesions that are found. 0 to 1. Undefined without any.
    pub fn sensitivity(&self) -> Measure {
        proportion(self.found(), self.reference.len(), Undefined::EmptyReference)
    }

    /// The share of predicted lesions that find one. 0 to 1. Undefined without any.
    pub fn ppv(&self) -> Measure {
        proportion(self.right(), self.prediction.len(), Undefined::EmptyPrediction)
    }

    /// 2 · sensitivity · PPV / (sensitivity + PPV); 1 without any lesion, 0 when only one side has one.
    pub fn f1(&self) -> f64 {
        match (self.sensitivity(), self.ppv()) {
            (Ok(a), Ok(b)) => harmonic(a.value, b.value),
            (Err(_), Err(_)) => 1.0,
            _ => 0.0,
        }
    }
}

fn matched(lesions: &[Lesion]) -> usize {
    lesions.iter().filter(|lesion| lesion.matched).count()
}

/// Finds the lesions of both masks and matches them: see [`Lesions`].
pub fn lesions(masks: &Masks<'_>, connectivity: Connectivity, matching: Matching) -> Lesions {
    let [reference, prediction] =
        [masks.reference, masks.prediction].map(|mask| masks.grid.components(mask, connectivity));
    let sides = [&reference, &prediction].map(|parts| {
        let mut sizes = vec![0_usize; parts.count];
        parts.labels.iter().filter(|&&label| label > 0).for_each(|&label| sizes[label as usize - 1] += 1);
        sizes
    });
    // The pairs that may match, each with how good it is: the lower, the better.
    let mut pairs: Vec<(f64, usize, usize)> = match matching {
        Matching::Touch | Matching::Iou(_) => {
            let mut shared: BTreeMap<(usize, usize), usize> = BTreeMap::new();
            for (&a, &b) in reference.labels.iter().zip(&prediction.labels).filter(|(a, b)| **a > 0 && **b > 0) {
                *shared.entry((a as usize - 1, b as usize - 1)).or_default() += 1;
            }
            let iou = |a: usize, b: usize, both: usize| both as f64 / (sides[0][a] + sides[1][b] - both) as f64;
            shared.into_iter().map(|((a, b), both)| (-iou(a, b, both), a, b)).collect()
        }
        Matching::Distance(_) => {
            let (from, to) = (masks.grid.centroids(&reference), masks.grid.centroids(&prediction));
            let apart = |a: &[f64; 3], b: &[f64; 3]| (0..3).map(|k| (a[k] - b[k]).powi(2)).sum::<f64>().sqrt();
            let of = |(i, a)| to.iter().enumerate().map(move |(k, b)| (apart(a, b), i, k));
            from.iter().enumerate().flat_map(of).collect()
        }
    };
    // The allowance is for shares and distances such as 3 · 0.1.
    match matching {
        Matching::Touch => {}
        Matching::Iou(least) => pairs.retain(|pair| -pair.0 >= least * (1.0 - 1e-12)),
        Matching::Distance(most) => pairs.retain(|pair| pair.0 <= most * (1.0 + 1e-12)),
    }
    pairs.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)).then(x.2.cmp(&y.2)));
    let mut taken = [vec![false; sides[0].len()], vec![false; sides[1].len()]];
    for (_, a, b) in pairs {
        if matching == Matching::Touch || !(taken[0][a] || taken[1][b]) {
            (taken[0][a], taken[1][b]) = (true, true);
        }
    }
    let volume = masks.voxel_volume();
    let [reference, prediction] = [0, 1].map(|side| {
        let each = sides[side].iter().zip(&taken[side]);
        each.map(|(&voxels, &matched)| Lesion { size: voxels as f64 * volume, matched }).collect()
    });
    Lesions { reference, prediction }
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

    fn counted(shape: &[usize], rows: [&[&str]; 2], matching: Matching) -> [usize; 4] {
        let [reference, prediction] = rows.map(drawn);
        let masks = Masks::new(shape, &[1.0, 1.0], &reference, &prediction).expect("sound masks");
        let got = lesions(&masks, Connectivity::Faces, matching);
        [got.found(), got.missed(), got.right(), got.made_up()]
    }

    #[test]
    fn one_prediction_over_two_lesions_finds_both_and_is_right_once() {
        let rows: [&[&str]; 2] = [&["##.##", ".....", "#...."], &[".###.", ".....", "....#"]];
        assert_eq!(counted(&[3, 5], rows, Matching::Touch), [2, 1, 1, 1]);
        let [reference, prediction] = rows.map(drawn);
        let masks = Masks::new(&[3, 5], &[1.0, 1.0], &reference, &prediction).expect("sound masks");
        // Sensitivity 2/3, PPV 1/2.
        assert!((masks.lesions().f1() - 4.0 / 7.0).abs() < 1e-15);
    }

    #[test]
    fn one_to_one_a_blob_over_everything_finds_one_lesion_at_most() {
        let blob: &[&str] = &["#######", "#######", "#######"];
        let three: &[&str] = &["##.....", "#...#..", "......#"];
        assert_eq!(counted(&[3, 7], [three, blob], Matching::Touch), [3, 0, 1, 0]);
        // IoU 3/21, 1/21, 1/21.
        assert_eq!(counted(&[3, 7], [three, blob], Matching::Iou(0.1)), [1, 2, 1, 0]);
        assert_eq!(counted(&[3, 7], [three, blob], Matching::Iou(0.15)), [0, 3, 0, 1]);
        // Centroids (row, column): (1/3, 1/3), (1, 4), (2, 6); the blob's: (1, 3).
        assert_eq!(counted(&[3, 7], [three, blob], Matching::Distance(1.0)), [1, 2, 1, 0]);
        assert_eq!(counted(&[3, 7], [three, blob], Matching::Distance(0.9)), [0, 3, 0, 1]);
    }

    #[test]
    fn one_to_one_the_second_spot_on_a_lesion_is_a_false_one() {
        let rows: [&[&str]; 2] = [&["######", "......"], &["##.###", "......"]];
        assert_eq!(counted(&[2, 6], rows, Matching::Touch), [1, 0, 2, 0]);
        assert_eq!(counted(&[2, 6], rows, Matching::Iou(0.1)), [1, 0, 1, 1]);
    }

    #[test]
    fn the_better_pair_is_made_first() {
        // The left spot has IoU 1/4 with the left lesion; the right spot 2/6 with it and 1/6 with the right lesion.
        let [reference, prediction] = ["####.###", "#.####.."].map(|row| drawn(&[row]));
        let masks = Masks::new(&[1, 8], &[1.0, 1.0], &reference, &prediction).expect("sound masks");
        let got = lesions(&masks, Connectivity::Corners, Matching::Iou(0.05));
        let sides = [&got.reference, &got.prediction].map(|side| side.iter().map(|l| l.matched).collect::<Vec<_>>());
        assert_eq!(sides, [vec![true, false], vec![false, true]]);
    }

    /// The sizes and matches of two masks' lesions by another way: parts by repeated flooding of a list of places, every pair
    /// tried, the best that is left taken again and again.
    fn plainly(
        shape: [usize; 2],
        spacing: [f64; 2],
        masks: [&[bool]; 2],
        matching: Matching,
    ) -> [Vec<(usize, bool)>; 2] {
        let parts = masks.map(|mask| {
            let mut left: Vec<usize> = (0..mask.len()).filter(|&at| mask[at]).collect();
            let mut parts: Vec<Vec<usize>> = Vec::new();
            while let Some(&first) = left.first() {
                let mut part = vec![first];
                loop {
                    let near = |&at: &usize| {
                        part.iter().any(|&of| {
                            (at / shape[1]).abs_diff(of / shape[1]) <= 1 && (at % shape[1]).abs_diff(of % shape[1]) <= 1
                        })
                    };
                    let grown: Vec<usize> = left.iter().copied().filter(near).collect();
                    if grown.len() == part.len() {
                        part = grown;
                        break;
                    }
                    part = grown;
                }
                left.retain(|at| !part.contains(at));
                parts.push(part);
            }
            parts
        });
        let centre = |part: &[usize]| {
            let mean =
                |of: &dyn Fn(usize) -> usize| part.iter().map(|&at| of(at) as f64).sum::<f64>() / part.len() as f64;
            [mean(&|at| at / shape[1]) * spacing[0], mean(&|at| at % shape[1]) * spacing[1]]
        };
        let worth = |a: &[usize], b: &[usize]| {
            let both = a.iter().filter(|at| b.contains(at)).count();
            match matching {
                Matching::Distance(most) => {
                    let (a, b) = (centre(a), centre(b));
                    let apart = (a[0] - b[0]).hypot(a[1] - b[1]);
                    (apart <= most).then_some(-apart)
                }
                Matching::Iou(least) => {
                    let iou = both as f64 / (a.len() + b.len() - both) as f64;
                    (iou >= least).then_some(iou)
                }
                Matching::Touch => None,
            }
        };
        let mut free = [vec![true; parts[0].len()], vec![true; parts[1].len()]];
        loop {
            let mut best: Option<(f64, usize, usize)> = None;
            for (i, a) in parts[0].iter().enumerate().filter(|(i, _)| free[0][*i]) {
                for (k, b) in parts[1].iter().enumerate().filter(|(k, _)| free[1][*k]) {
                    if let Some(worth) = worth(a, b)
                        && best.is_none_or(|(other, ..)| worth > other)
                    {
                        best = Some((worth, i, k));
                    }
                }
            }
            let Some((_, i, k)) = best else { break };
            (free[0][i], free[1][k]) = (false, false);
        }
        [0, 1].map(|side| parts[side].iter().map(Vec::len).zip(free[side].iter().map(|free| !free)).collect())
    }

    #[test]
    fn pairs_agree_with_a_plain_computation_and_keep_their_laws() {
        let (shape, spacing, seed) = ([11, 13], [2.0, 1.5], Seed::new(5));
        let (mut pairs, mut unmatched) = (0, 0);
        for case in 0..60 {
            let mask = |name: &str| {
                let seed = seed.named(name).at(case);
                let spots: Vec<[f64; 3]> = (0..4 + case % 5)
                    .map(|spot| [0, 1, 2].map(|k| seed.at(spot).at(k).uniform()))
                    .map(|[y, x, r]| [y * 11.0, x * 13.0, 0.6 + 1.3 * r])
                    .collect();
                let inside = |at: usize| {
                    let (y, x) = ((at / 13) as f64, (at % 13) as f64);
                    spots.iter().any(|[cy, cx, r]| (y - cy).hypot(x - cx) <= *r)
                };
                (0..11 * 13).map(inside).collect::<Vec<bool>>()
            };
            let (reference, prediction) = (mask("reference"), mask("prediction"));
            let masks = Masks::new(&shape, &spacing, &reference, &prediction).expect("sound masks");
            for matching in [Matching::Iou(0.1), Matching::Iou(0.5), Matching::Distance(3.0), Matching::Distance(6.0)] {
                let got = lesions(&masks, Connectivity::Corners, matching);
                let plain = plainly(shape, spacing, [&reference, &prediction], matching);
                let got_sides = [&got.reference, &got.prediction]
                    .map(|side| side.iter().map(|l| ((l.size / 3.0).round() as usize, l.matched)).collect::<Vec<_>>());
                assert_eq!(got_sides, plain, "case {case} {matching:?}");
                assert_eq!(got.found(), got.right(), "each of both once");
                (pairs, unmatched) = (pairs + got.found(), unmatched + got.made_up());
                // Turned round, the same pairs: found and made up change places.
                let turned = Masks::new(&shape, &spacing, &prediction, &reference).expect("sound masks");
                let turned = lesions(&turned, Connectivity::Corners, matching);
                assert_eq!((turned.missed(), turned.made_up()), (got.made_up(), got.missed()));
            }
            let (touched, one_to_one) = (
                lesions(&masks, Connectivity::Corners, Matching::Touch),
                lesions(&masks, Connectivity::Corners, Matching::Iou(1e-9)),
            );
            assert!(one_to_one.found() <= touched.found() && one_to_one.made_up() >= touched.made_up());
        }
        assert!(pairs > 100 && unmatched > 100, "{pairs} pairs, {unmatched} without a partner");
    }
}
