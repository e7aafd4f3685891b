//! Batch normalisation (Ioffe and Szegedy 2015), what is added to it, `ReLU` and halving, in one pass over the pixels; the moments
//! of a batch; and all of it backward.

use pulp::{Simd, WithSimd};

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
        for (channel, moments) in self.moments.iter_mut().enumerate() {
            let planes = || self.numbers.chunks_exact(each).map(|one| &one[channel * self.pixels..][..self.pixels]);
            let zero = simd.splat_f32s(0.0);
            let sum = planes().fold([zero], |sum, plane| add_up(simd, sum, [plane], |[x]| [x]));
            let mean = simd.reduce_sum_f32s(sum[0]) / n as f32;
            let centre = simd.splat_f32s(mean);
            let [squares, rest] = planes().fold([zero; 2], |sums, plane| {
                add_up(simd, sums, [plane], |[x]| {
                    let apart = simd.sub_f32s(x, centre);
                    [simd.mul_f32s(apart, apart), apart]
                })
            });
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

#[inline(always)]
fn follow<S: Simd>(simd: S, x: &[f32], affine: Option<Affine>, add: Option<&[f32]>, relu: bool, out: &mut [f32]) {
    let linear = |x| match affine {
        Some(Affine { mean, scale, shift }) => {
            let apart = simd.sub_f32s(x, simd.splat_f32s(mean));
            simd.mul_add_e_f32s(apart, simd.splat_f32s(scale), simd.splat_f32s(shift))
        }
        None => x,
    };
    match (add, relu) {
        (None, false) => each(simd, out, [x], |[x]| linear(x)),
        (None, true) => each(simd, out, [x], |[x]| positive(simd, linear(x))),
        (Some(add), false) => each(simd, out, [x, add], |[x, add]| simd.add_f32s(linear(x), add)),
        (Some(add), true) => {
            each(simd, out, [x, add], |[x, add]| positive(simd, simd.add_f32s(linear(x), add)));
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
                let with = |g, was| [g, simd.mul_f32s(g, simd.sub_f32s(was, centre))];
                sums = match (self.out, self.was) {
                    (None, None) => add_up(simd, sums, [g], |[g]| [g, zero]),
                    (Some(out), None) => add_up(simd, sums, [g, &out[here]], |[g, out]| [gate(simd, out, g), zero]),
                    (None, Some((was, _))) => add_up(simd, sums, [g, &was[here]], |[g, was]| with(g, was)),
                    (Some(out), Some((was, _))) => {
                        add_up(simd, sums, [g, &out[here.clone()], &was[here]], |[g, out, was]| {
                            with(gate(simd, out, g), was)
                        })
                    }
                };
            }
            told.push(sums.map(|sum| f64::from(simd.reduce_sum_f32s(sum))));
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
    /// For each pixel: the gradient of what went in, where it was normalised.
    pub(crate) before: &'a mut [f32],
}

impl WithSimd for FollowBack<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let relu = |out: Option<&[f32]>, to: &mut [f32]| match out {
            Some(out) => each(simd, to, [out, self.gradients], |[out, g]| gate(simd, out, g)),
            None => to.copy_from_slice(self.gradients),
        };
        match self.halved {
            None => relu(self.out, self.added),
            Some((which, width, room)) => {
                relu(self.out, room);
                pool::spread(room, which, width, self.added);
            }
        }
        if let Some((Back { by, still, along, mean }, was)) = self.norm {
            let [by, still, along, mean] = [by, still, along, mean].map(|number| simd.splat_f32s(number));
            each(simd, self.before, [self.added, was], |[g, x]| {
                let rest = simd.mul_add_e_f32s(along, simd.sub_f32s(x, mean), still);
                simd.mul_add_e_f32s(by, g, rest)
            });
        }
    }
}
