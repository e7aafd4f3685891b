//! Convolution: `out[o][p] = Σᵢ Σₜ w[o][i][t] · in[i][p + shiftₜ]`, and the gradient of its weights.
//!
//! Both work on planes ([`crate::grid`]). One kernel serves the forward pass, the gradient of the input (taps mirrored, weights
//! transposed) and, with one tap, 1 × 1 and 2 × 2 transposed convolutions. It holds a tile of outputs × vectors in registers: each
//! weight is spread over a vector once for several vectors, each vector is read once for several outputs.

use pulp::{Simd, WithSimd};

use crate::buffer::{self, Buffer};
use crate::grid::LANES;

/// Vectors that one round over the outputs covers: what the tiles' widths divide.
const ROUND: usize = 12;

/// Weights in the order in which the kernel reads them: blocks of 8 outputs, the rest in blocks of 4, 2 and 1; within a block input
/// by input, tap by tap.
#[derive(Debug)]
pub(crate) struct Packed {
    weights: Buffer,
    outputs: usize,
}

impl Packed {
    /// `weight(output, input, tap)`
    pub(crate) fn new([outputs, inputs, taps]: [usize; 3], weight: impl Fn(usize, usize, usize) -> f32) -> Self {
        let mut weights = buffer::take(outputs * inputs * taps);
        let mut places = weights.iter_mut();
        for (first, size) in blocks(outputs) {
            for input in 0..inputs {
                for tap in 0..taps {
                    for (output, place) in (first..first + size).zip(&mut places) {
                        *place = weight(output, input, tap);
                    }
                }
            }
        }
        Self { weights, outputs }
    }
}

/// The first output of each block, and how many it has.
fn blocks(outputs: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut first = 0;
    std::iter::from_fn(move || {
        let size = [8, 4, 2, 1].into_iter().find(|&size| size <= outputs - first)?;
        first += size;
        Some((first - size, size))
    })
}

/// The kernel over one group.
pub(crate) struct Convolve<'a> {
    /// The inputs' planes, `plane` places each.
    pub(crate) planes: &'a [f32],
    pub(crate) plane: usize,
    /// Where each tap reads for the first place.
    pub(crate) taps: &'a [usize],
    pub(crate) weights: &'a Packed,
    /// Added to each output, where there is one.
    pub(crate) bias: Option<&'a [f32]>,
    /// Places to compute: a multiple of [`LANES`].
    pub(crate) places: usize,
    /// Planes of outputs without lead, `out_plane` places each.
    pub(crate) out: &'a mut [f32],
    pub(crate) out_plane: usize,
}

impl WithSimd for Convolve<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let vectors = self.places / S::F32_LANES;
        let many = S::REGISTER_COUNT >= 32;
        let each = self.planes.len() / self.plane * self.taps.len();
        for start in (0..vectors).step_by(ROUND) {
            let span = start..(start + ROUND).min(vectors);
            for (first, size) in blocks(self.weights.outputs) {
                let weights = &self.weights.weights[first * each..(first + size) * each];
                match (size, many) {
                    (8, true) => self.sweep::<S, 8, 8, 3>(simd, weights, first, 0, span.clone()),
                    (8, false) => {
                        self.sweep::<S, 8, 4, 3>(simd, weights, first, 0, span.clone());
                        self.sweep::<S, 8, 4, 3>(simd, weights, first, 4, span.clone());
                    }
                    (4, true) => self.sweep::<S, 4, 4, 6>(simd, weights, first, 0, span.clone()),
                    (4, false) => self.sweep::<S, 4, 4, 3>(simd, weights, first, 0, span.clone()),
                    (2, true) => self.sweep::<S, 2, 2, 6>(simd, weights, first, 0, span.clone()),
                    (2, false) => self.sweep::<S, 2, 2, 4>(simd, weights, first, 0, span.clone()),
                    (_, true) => self.sweep::<S, 1, 1, 12>(simd, weights, first, 0, span.clone()),
                    (_, false) => self.sweep::<S, 1, 1, 6>(simd, weights, first, 0, span.clone()),
                }
            }
        }
    }
}

impl Convolve<'_> {
    /// `O` outputs of a block of `B`, from the `skip`-th on, over a span of vectors: `V` at a time, the rest one by one.
    #[inline(always)]
    fn sweep<S: Simd, const B: usize, const O: usize, const V: usize>(
        &mut self,
        simd: S,
        weights: &[f32],
        first: usize,
        skip: usize,
        span: std::ops::Range<usize>,
    ) {
        let mut vector = span.start;
        while vector + V <= span.end {
            self.tile::<S, B, O, V>(simd, weights, first, skip, vector * S::F32_LANES);
            vector += V;
        }
        while vector < span.end {
            self.tile::<S, B, O, 1>(simd, weights, first, skip, vector * S::F32_LANES);
            vector += 1;
        }
    }

    #[inline(always)]
    fn tile<S: Simd, const B: usize, const O: usize, const V: usize>(
        &mut self,
        simd: S,
        weights: &[f32],
        first: usize,
        skip: usize,
        at: usize,
    ) {
        let mut sums = [[simd.splat_f32s(0.0); V]; O];
        if let Some(bias) = self.bias {
            for o in 0..O {
                sums[o] = [simd.splat_f32s(bias[first + skip + o]); V];
            }
        }
        let taps = self.taps;
        for (plane, weights) in self.planes.chunks_exact(self.plane).zip(weights.chunks_exact(taps.len() * B)) {
            for (&tap, weights) in taps.iter().zip(weights.as_chunks::<B>().0) {
                let (x, _) = S::as_simd_f32s(&plane[at + tap..][..V * S::F32_LANES]);
                for o in 0..O {
                    let weight = simd.splat_f32s(weights[skip + o]);
                    for v in 0..V {
                        sums[o][v] = simd.mul_add_e_f32s(weight, x[v], sums[o][v]);
                    }
                }
            }
        }
        for (o, sums) in sums.iter().enumerate() {
            let place = (first + skip + o) * self.out_plane + at;
            let (out, _) = S::as_mut_simd_f32s(&mut self.out[place..][..V * S::F32_LANES]);
            out.copy_from_slice(sums);
        }
    }
}

/// Outputs of a tile of the weights' gradient.
const ROWS: usize = 4;

/// The most inputs × taps of one.
const COLUMNS: usize = 6;

/// Places that are summed before the next tile: four planes of gradients then stay in the first-level cache.
const STRETCH: usize = 1024;

/// Sums of the weights' gradient that are not yet added over the lanes of a vector.
#[derive(Debug)]
pub(crate) struct Sums {
    lanes: Buffer,
    rows: usize,
    columns: usize,
}

impl Sums {
    /// Zeros for `[outputs, inputs · taps]` weights.
    pub(crate) fn new(rows: usize, columns: usize) -> Self {
        let mut lanes = buffer::take(rows * (columns + COLUMNS) * LANES);
        lanes.fill(0.0);
        Self { lanes, rows, columns }
    }
}

/// Adds a group to the sums: `sums[o][i, t] += Σₚ gradients[o][p] · in[i][p + shiftₜ]`. The gradients are 0 at every place that is
/// no pixel.
pub(crate) struct Gather<'a> {
    /// Planes of the outputs' gradients, `gradient_plane` places each, the first pixel at `lead`.
    pub(crate) gradients: &'a [f32],
    pub(crate) gradient_plane: usize,
    pub(crate) lead: usize,
    /// The inputs' planes, `plane` places each.
    pub(crate) planes: &'a [f32],
    pub(crate) plane: usize,
    pub(crate) taps: &'a [usize],
    pub(crate) places: usize,
    pub(crate) sums: &'a mut Sums,
}

impl WithSimd for Gather<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        for start in (0..self.places).step_by(STRETCH) {
            let span = start..(start + STRETCH).min(self.places);
            for row in (0..self.sums.rows).step_by(ROWS) {
                match (self.sums.rows - row, S::REGISTER_COUNT >= 32) {
                    (4.., true) => self.columns::<S, 4, 6>(simd, row, span.clone()),
                    (2.., true) => self.columns::<S, 2, 6>(simd, row, span.clone()),
                    (_, true) => self.columns::<S, 1, 6>(simd, row, span.clone()),
                    (4.., false) => self.columns::<S, 4, 3>(simd, row, span.clone()),
                    (2.., false) => self.columns::<S, 2, 3>(simd, row, span.clone()),
                    (_, false) => self.columns::<S, 1, 3>(simd, row, span.clone()),
                }
                if self.sums.rows - row == 3 {
                    if S::REGISTER_COUNT >= 32 {
                        self.columns::<S, 1, 6>(simd, row + 2, span.clone());
                    } else {
                        self.columns::<S, 1, 3>(simd, row + 2, span.clone());
                    }
                }
            }
        }
    }
}

/// Where the lanes of a weight's sum stand.
fn place<S: Simd>(row: usize, column: usize, columns: usize) -> usize {
    (row * (columns + COLUMNS) + column) * S::F32_LANES
}

impl Gather<'_> {
    #[inline(always)]
    fn columns<S: Simd, const R: usize, const C: usize>(&mut self, simd: S, row: usize, span: std::ops::Range<usize>) {
        for column in (0..self.sums.columns).step_by(C) {
            self.tile::<S, R, C>(simd, row, column, span.clone());
        }
    }

    /// `R` outputs × `C` inputs and taps; columns beyond the last repeat it, and nobody reads them.
    #[inline(always)]
    fn tile<S: Simd, const R: usize, const C: usize>(
        &mut self,
        simd: S,
        row: usize,
        column: usize,
        span: std::ops::Range<usize>,
    ) {
        let (columns, len) = (self.sums.columns, span.len());
        let vectors = len / S::F32_LANES;
        let mut g: [&[S::f32s]; R] = [&[]; R];
        for r in 0..R {
            let at = (row + r) * self.gradient_plane + self.lead + span.start;
            g[r] = &S::as_simd_f32s(&self.gradients[at..][..len]).0[..vectors];
        }
        let mut x: [&[S::f32s]; C] = [&[]; C];
        for c in 0..C {
            let column = (column + c).min(columns - 1);
            let at = column / self.taps.len() * self.plane + self.taps[column % self.taps.len()] + span.start;
            x[c] = &S::as_simd_f32s(&self.planes[at..][..len]).0[..vectors];
        }
        let mut sums = [[simd.splat_f32s(0.0); C]; R];
        for r in 0..R {
            let at = place::<S>(row + r, column, columns);
            sums[r].copy_from_slice(S::as_simd_f32s(&self.sums.lanes[at..][..C * S::F32_LANES]).0);
        }
        for v in 0..vectors {
            for r in 0..R {
                for c in 0..C {
                    sums[r][c] = simd.mul_add_e_f32s(g[r][v], x[c][v], sums[r][c]);
                }
            }
        }
        for (r, sums) in sums.iter().enumerate() {
            let at = place::<S>(row + r, column, columns);
            let (lanes, _) = S::as_mut_simd_f32s(&mut self.sums.lanes[at..][..C * S::F32_LANES]);
            lanes.copy_from_slice(sums);
        }
    }
}

/// Adds the sums over the lanes: `[outputs, inputs · taps]`.
pub(crate) struct Finish<'a> {
    pub(crate) sums: &'a Sums,
    pub(crate) out: &'a mut [f32],
}

impl WithSimd for Finish<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let columns = self.sums.columns;
        for (row, out) in self.out.chunks_exact_mut(columns).enumerate() {
            let at = place::<S>(row, 0, columns);
            let (lanes, _) = S::as_simd_f32s(&self.sums.lanes[at..][..columns * S::F32_LANES]);
            for (out, &lanes) in out.iter_mut().zip(lanes) {
                *out = simd.reduce_sum_f32s(lanes);
            }
        }
    }
}
