//! Batch normalisation (Ioffe and Szegedy 2015), what is added to it, `ReLU` and halving, in one pass over the pixels; the moments
//! of a batch; and all of it backward.

use pulp::{Simd, WithSimd};

use crate::grid::Grid;
use crate::pool;
use crate::vectors::{add_up, each, gate, positive};

/// Count, mean and sum of squared deviations of a channel.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moments {
    pub(crate) n: f64,
    pub(crate) mean: f64,
    pub(crate) squares: f64,
}

impl Moments {
    /// Both together (Chan et al. 1979).
    pub(crate) fn and(self, other: Self) -> Self {
        let n = self.n + other.n;
        if n == 0.0 {
            return self;
        }
        let apart = other.mean - self.mean;
        Self {
            n,
            mean: self.mean + apart * other.n / n,
            squares: self.squares + other.squares + apart * apart * self.n * other.n / n,
        }
    }
}

/// Adds the moments of pictures `[n, channels, pixels]` to those of each channel.
pub(crate) struct Measure<'a> {
    pub(crate) numbers: &'a [f32],
    pub(crate) pixels: usize,
    pub(crate) moments: &'a mut [Moments],
}

impl WithSimd for Measure<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let each = self.pixels * self.moments.len();
        let n = self.numbers.len() / self.pixels / self.moments.len().max(1) * self.pixels;
        let zero = simd.splat_f32s(0.0);
        for (channel, moments) in self.moments.iter_mut().enumerate() {
            let (start, pixels) = (channel * self.pixels, self.pixels);
            let mut sum = [zero];
            for picture in self.numbers.chunks_exact(each) {
                let plane = &picture[start..start + pixels];
                sum = add_up(
                    simd,
                    sum,
                    [plane],
                    #[inline(always)]
                    |[x]| [x],
                );
            }
            let mean = simd.reduce_sum_f32s(sum[0]) / n as f32;
            let centre = simd.splat_f32s(mean);
            let mut sums = [zero; 2];
            for picture in self.numbers.chunks_exact(each) {
                let plane = &picture[start..start + pixels];
                sums = add_up(
                    simd,
                    sums,
                    [plane],
                    #[inline(always)]
                    |[x]| {
                        let apart = simd.sub_f32s(x, centre);
                        [simd.mul_f32s(apart, apart), apart]
                    },
                );
            }
            let [squares, rest] = sums;
            // What rounding left of the mean (Chan et al. 1983).
            let rest = f64::from(simd.reduce_sum_f32s(rest));
            let here = Moments {
                n: n as f64,
                mean: f64::from(mean) + rest / n as f64,
                squares: f64::from(simd.reduce_sum_f32s(squares)) - rest * rest / n as f64,
            };
            *moments = moments.and(here);
        }
    }
}

/// What a channel goes through: `(x − mean) · scale + shift`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Affine {
    pub(crate) mean: f32,
    pub(crate) scale: f32,
    pub(crate) shift: f32,
}

/// What follows a convolution, over pictures `[n, channels, height, width]`.
pub(crate) struct Follow<'a> {
    pub(crate) numbers: &'a [f32],
    pub(crate) pixels: usize,
    pub(crate) width: usize,
    /// One for each channel; none: numbers stay as they are.
    pub(crate) affine: &'a [Affine],
    pub(crate) channels: usize,
    /// Added before `ReLU`, of the same shape.
    pub(crate) add: Option<&'a [f32]>,
    pub(crate) relu: bool,
    pub(crate) out: &'a mut [f32],
    pub(crate) halved: Option<Halved<'a>>,
}

/// What halving leaves for the way back.
pub(crate) struct Halved<'a> {
    /// Room for one channel of one picture.
    pub(crate) room: &'a mut [f32],
    /// Which of the four pixels was the highest.
    pub(crate) which: &'a mut [u8],
    /// The number that was there before all that is done here; may be empty where nobody asks.
    pub(crate) was: &'a mut [f32],
}

impl WithSimd for Follow<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let pixels = self.pixels;
        let of_out = if self.halved.is_some() { (pixels / self.width / 2) * (self.width / 2) } else { pixels };
        for (i, x) in self.numbers.chunks_exact(pixels).enumerate() {
            let add = self.add.map(|add| &add[i * pixels..][..pixels]);
            let affine = self.affine.get(i % self.channels).copied();
            let here = i * of_out..(i + 1) * of_out;
            match &mut self.halved {
                None => follow(simd, x, affine, add, self.relu, &mut self.out[here]),
                Some(halved) => {
                    follow(simd, x, affine, add, self.relu, halved.room);
                    let which = &mut halved.which[here.clone()];
                    pool::halve(halved.room, self.width, &mut self.out[here.clone()], which);
                    if !halved.was.is_empty() {
                        pool::chosen(x, which, self.width, &mut halved.was[here]);
                    }
                }
            }
        }
    }
}

/// `(x − mean) · scale + shift`
#[inline(always)]
fn linear<S: Simd>(simd: S, [mean, scale, shift]: [S::f32s; 3], x: S::f32s) -> S::f32s {
    simd.mul_add_e_f32s(simd.sub_f32s(x, mean), scale, shift)
}

#[inline(always)]
fn follow<S: Simd>(simd: S, x: &[f32], affine: Option<Affine>, add: Option<&[f32]>, relu: bool, out: &mut [f32]) {
    let Affine { mean, scale, shift } = affine.unwrap_or(Affine { mean: 0.0, scale: 1.0, shift: 0.0 });
    let of = [simd.splat_f32s(mean), simd.splat_f32s(scale), simd.splat_f32s(shift)];
    match (add, relu) {
        (None, false) => each(
            simd,
            out,
            [x],
            #[inline(always)]
            |[x]| linear(simd, of, x),
        ),
        (None, true) => each(
            simd,
            out,
            [x],
            #[inline(always)]
            |[x]| positive(simd, linear(simd, of, x)),
        ),
        (Some(add), false) => each(
            simd,
            out,
            [x, add],
            #[inline(always)]
            |[x, add]| simd.add_f32s(linear(simd, of, x), add),
        ),
        (Some(add), true) => each(
            simd,
            out,
            [x, add],
            #[inline(always)]
            |[x, add]| positive(simd, simd.add_f32s(linear(simd, of, x), add)),
        ),
    }
}

/// Halving before normalisation and `ReLU`, where nobody asks for the way back: both keep the order of numbers, so the highest of
/// four is chosen first, and a quarter is left to compute. Planes go in as a convolution left them, without lead.
pub(crate) struct Shrink<'a> {
    pub(crate) grid: Grid,
    pub(crate) planes: &'a [f32],
    pub(crate) plane: usize,
    /// One for each channel, as [`Shrink::keeps_order`] has it; none: numbers stay as they are.
    pub(crate) affine: &'a [Affine],
    pub(crate) channels: usize,
    /// Room for one channel of one picture.
    pub(crate) room: &'a mut [f32],
    /// Pictures `[n, channels, ⌊height/2⌋, ⌊width/2⌋]`.
    pub(crate) out: &'a mut [f32],
}

impl Shrink<'_> {
    /// Whether higher numbers become higher ones, or always lower ones, and what is no number stays none.
    pub(crate) fn keeps_order(affine: &[Affine]) -> bool {
        affine.iter().all(|of| of.scale != 0.0 && [of.mean, of.scale, of.shift].iter().all(|x| x.is_finite()))
    }
}

impl WithSimd for Shrink<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let grid = self.grid;
        let (tall, half) = (grid.height / 2, grid.width / 2);
        if tall * half == 0 {
            return;
        }
        let (highs, chosen) = self.room.split_at_mut(2 * tall * half);
        for (at, out) in self.out.chunks_exact_mut(tall * half).enumerate() {
            let (picture, channel) = (at / self.channels, at % self.channels);
            let affine = self.affine.get(channel).copied();
            let plane = &self.planes[channel * self.plane + picture * grid.picture()..];
            let chosen = &mut chosen[..tall * half];
            if affine.is_some_and(|affine| affine.scale < 0.0) {
                pool::of_four::<S, true>(simd, plane, grid, highs, chosen);
            } else {
                pool::of_four::<S, false>(simd, plane, grid, highs, chosen);
            }
            follow(simd, chosen, affine, None, true, out);
        }
    }
}

/// For each channel: the sum of the gradients behind `ReLU`, and the sum of each with the distance of what went in from its mean.
/// All arrays are of the shape of what came out.
pub(crate) struct GradientSums<'a> {
    pub(crate) gradients: &'a [f32],
    /// What came out, where it went through `ReLU`.
    pub(crate) out: Option<&'a [f32]>,
    /// What went in (of halved pictures: the chosen pixels), and the channels' means.
    pub(crate) was: Option<(&'a [f32], &'a [Affine])>,
    pub(crate) pixels: usize,
    pub(crate) channels: usize,
}

impl WithSimd for GradientSums<'_> {
    type Output = Vec<[f64; 2]>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<[f64; 2]> {
        let (pixels, zero) = (self.pixels, simd.splat_f32s(0.0));
        let mut told = Vec::with_capacity(self.channels);
        for channel in 0..self.channels {
            let centre = simd.splat_f32s(self.was.map_or(0.0, |(_, affine)| affine[channel].mean));
            let mut sums = [zero; 2];
            for at in (channel * pixels..self.gradients.len()).step_by(pixels * self.channels) {
                let here = at..at + pixels;
                let g = &self.gradients[here.clone()];
                sums = match (self.out, self.was) {
                    (None, None) => add_up(
                        simd,
                        sums,
                        [g],
                        #[inline(always)]
                        |[g]| [g, zero],
                    ),
                    (Some(out), None) => add_up(
                        simd,
                        sums,
                        [g, &out[here]],
                        #[inline(always)]
                        |[g, out]| [gate(simd, out, g), zero],
                    ),
                    (None, Some((was, _))) => add_up(
                        simd,
                        sums,
                        [g, &was[here]],
                        #[inline(always)]
                        |[g, was]| [g, simd.mul_f32s(g, simd.sub_f32s(was, centre))],
                    ),
                    (Some(out), Some((was, _))) => add_up(
                        simd,
                        sums,
                        [g, &out[here.clone()], &was[here]],
                        #[inline(always)]
                        |[g, out, was]| {
                            let g = gate(simd, out, g);
                            [g, simd.mul_f32s(g, simd.sub_f32s(was, centre))]
                        },
                    ),
                };
            }
            told.push([f64::from(simd.reduce_sum_f32s(sums[0])), f64::from(simd.reduce_sum_f32s(sums[1]))]);
        }
        told
    }
}

/// How the gradient of what came out becomes that of what went in: `by · g + still + along · (x − mean)`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Back {
    pub(crate) by: f32,
    pub(crate) still: f32,
    pub(crate) along: f32,
    pub(crate) mean: f32,
}

/// The gradient of one channel of one picture before [`Follow`].
pub(crate) struct FollowBack<'a> {
    pub(crate) gradients: &'a [f32],
    /// What came out, where it went through `ReLU`.
    pub(crate) out: Option<&'a [f32]>,
    /// Which pixel was the highest, the picture's width, and room for the gradients of a halved picture.
    pub(crate) halved: Option<(&'a [u8], usize, &'a mut [f32])>,
    /// The channel's way back and what went in, where it was normalised.
    pub(crate) norm: Option<(Back, &'a [f32])>,
    /// For each pixel: the gradient of what was added.
    pub(crate) added: &'a mut [f32],
    /// Room for each pixel's gradient of what went in, where it was normalised.
    pub(crate) before: &'a mut [f32],
    /// Where the gradient of what went in is laid: the `i`-th picture of a plane.
    pub(crate) grid: Grid,
    pub(crate) i: usize,
    pub(crate) plane: &'a mut [f32],
}

impl WithSimd for FollowBack<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.halved {
            None => behind_relu(simd, self.out, self.gradients, self.added),
            Some((which, width, room)) => {
                behind_relu(simd, self.out, self.gradients, room);
                pool::spread(room, which, width, self.added);
            }
        }
        let mut before = &*self.added;
        if let Some((Back { by, still, along, mean }, was)) = self.norm {
            let (by, still) = (simd.splat_f32s(by), simd.splat_f32s(still));
            let (along, mean) = (simd.splat_f32s(along), simd.splat_f32s(mean));
            each(
                simd,
                self.before,
                [self.added, was],
                #[inline(always)]
                |[g, x]| simd.mul_add_e_f32s(by, g, linear(simd, [mean, along, still], x)),
            );
            before = self.before;
        }
        self.grid.lay_one(before, self.i, self.plane);
    }
}

#[inline(always)]
fn behind_relu<S: Simd>(simd: S, out: Option<&[f32]>, gradients: &[f32], to: &mut [f32]) {
    match out {
        Some(out) => each(
            simd,
            to,
            [out, gradients],
            #[inline(always)]
            |[out, g]| gate(simd, out, g),
        ),
        None => to.copy_from_slice(gradients),
    }
}
