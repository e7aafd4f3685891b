//! Losses of log-odds, with the sigmoid and their gradient in one pass: cross-entropy, focal (Lin et al. 2017), Dice (Milletari et
//! al. 2016).
//!
//! With `t = ±logit` (+ where the truth is 1), `e = exp(−|t|)`: `−log σ(t) = max(−t, 0) + ln(1 + e)`. Exponential and logarithm are
//! polynomials, the same on every machine.

use std::sync::Arc;

use burn::backend::Flex;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::tensor::Tensor;
use pulp::{Arch, Simd, WithSimd};

use crate::buffer::{self, Buffer};
use crate::scalar::{exp_below_zero, ln_1p};
use crate::shares;
use crate::tensor::{flat, give, numbers, take};
use crate::width;

/// What a loss is made of; both may be added.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loss {
    /// The mean of `−(1 − σ(t))^focus · log σ(t)`, each weighted: `focus` 0 is cross-entropy.
    pub likelihood: Option<Likelihood>,
    /// `1 − (2Σpy + smooth) / (Σp + Σy + smooth)` over all of the batch, with this `smooth`.
    pub dice: Option<f32>,
}

/// A loss that is a mean over rows or pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likelihood {
    /// 0, or 2 for the focal loss: how much less the easy ones count.
    pub focus: Focus,
    /// The weight of what is 1; of what is 0 it is 1.
    pub positive: f32,
}

/// How much less the easy ones count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// All the same.
    None,
    /// By `(1 − p)²`.
    Squared,
}

/// The loss of a batch. `logits` and `y` (0 or 1) of one shape. Gives one number; `y` has no gradient.
pub fn loss(of: Loss, logits: Tensor<2>, y: Tensor<2>) -> Tensor<1> {
    let shape = logits.dims();
    let (logits, y) = (take(logits), take(y));
    let (told, slopes) = forward(width::arch(), of, numbers(&logits.flat), numbers(&y.flat));
    give(LossBack, Arc::new((slopes, shape)), [Some(logits)], flat(vec![told as f32], [1]))
}

#[derive(Debug)]
struct LossBack;

impl Backward<Flex, 1> for LossBack {
    type State = Arc<(Buffer, [usize; 2])>;

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let given = gradients.consume::<Flex>(&ops.node).to_contiguous();
        let [Some(node)] = ops.parents else { return };
        let (slopes, shape) = &*ops.state;
        let by = numbers(&given)[0];
        gradients.register::<Flex>(node.id, flat(slopes.iter().map(|slope| slope * by).collect(), *shape));
    }
}

/// The loss, and its change with each log-odds.
fn forward(arch: Arch, of: Loss, logits: &[f32], y: &[f32]) -> (f64, Buffer) {
    let n = logits.len();
    let mut slopes = buffer::take(n);
    let sums = shares::map(shares::bounds(n).into_iter().zip(shares::split(&mut slopes, n, 1)), |(share, slopes)| {
        let (logits, y) = (&logits[share.clone()], &y[share]);
        arch.dispatch(Tell { likelihood: of.likelihood, logits, y, slopes })
    });
    let sums = sums.iter().fold([0.0; 4], |sums, share| std::array::from_fn(|i| sums[i] + share[i]));
    let [likelihood, both, p, truth] = sums;
    let mut told = if of.likelihood.is_some() { likelihood / n as f64 } else { 0.0 };
    let mut dice = None;
    if let Some(smooth) = of.dice.map(f64::from) {
        let (both, either) = (2.0 * both + smooth, p + truth + smooth);
        told += 1.0 - both / either;
        // ∂/∂p: −(2y · either − both) / either²
        dice = Some([both / (either * either), -2.0 / either].map(|number| number as f32));
    }
    let by = if of.likelihood.is_some() { 1.0 / n as f32 } else { 0.0 };
    shares::map(shares::bounds(n).into_iter().zip(shares::split(&mut slopes, n, 1)), |(share, slopes)| {
        arch.dispatch(Slope { logits: &logits[share.clone()], y: &y[share], slopes, by, dice });
    });
    (told, slopes)
}

/// Numbers that are told side by side: the same on every machine.
const SIDE: usize = 16;

/// Numbers after which sums in `f32` go over into sums in `f64`.
const STRETCH: usize = 1024;

/// The sums of the likelihood's losses, of `p · y`, of `p` and of `y`; the slope of each likelihood.
struct Tell<'a> {
    likelihood: Option<Likelihood>,
    logits: &'a [f32],
    y: &'a [f32],
    slopes: &'a mut [f32],
}

impl WithSimd for Tell<'_> {
    type Output = [f64; 4];

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> [f64; 4] {
        let Self { likelihood, logits, y, slopes } = self;
        let likelihood = likelihood.unwrap_or(Likelihood { focus: Focus::None, positive: 1.0 });
        let squared = likelihood.focus == Focus::Squared;
        let mut sums = [0.0; 4];
        let stretches = logits.chunks(STRETCH).zip(y.chunks(STRETCH)).zip(slopes.chunks_mut(STRETCH));
        for ((logits, y), slopes) in stretches {
            let mut here = [[0.0_f32; SIDE]; 4];
            let sides = logits.chunks(SIDE).zip(y.chunks(SIDE)).zip(slopes.chunks_mut(SIDE));
            for ((logits, y), slopes) in sides {
                let side = |from: &[f32]| {
                    let mut side = [0.0_f32; SIDE];
                    side[..from.len()].copy_from_slice(from);
                    side
                };
                let (z, truth) = (side(logits), side(y));
                let mut told = [[0.0_f32; SIDE]; 5];
                for i in 0..SIDE {
                    let one = one(z[i], truth[i], likelihood.positive, squared);
                    for (told, one) in told.iter_mut().zip(one) {
                        told[i] = one;
                    }
                }
                let len = logits.len();
                slopes.copy_from_slice(&told[4][..len]);
                for (sums, told) in here.iter_mut().zip(&told) {
                    for i in 0..SIDE {
                        sums[i] += if i < len { told[i] } else { 0.0 };
                    }
                }
            }
            for (sum, here) in sums.iter_mut().zip(here) {
                *sum += here.iter().map(|&sum| f64::from(sum)).sum::<f64>();
            }
        }
        sums
    }
}

/// Loss, `p · y`, `p`, `y` and the slope of the loss, of one log-odds.
#[inline(always)]
fn one(logit: f32, y: f32, positive: f32, squared: bool) -> [f32; 5] {
    let (towards, weight) = if y > 0.5 { (1.0, positive) } else { (-1.0, 1.0) };
    let odds = logit * towards;
    let e = exp_below_zero(-odds.abs());
    let likely = if odds > 0.0 { 0.0 } else { odds } - ln_1p(e);
    let over = 1.0 / (1.0 + e);
    // σ(t) and 1 − σ(t), both exact where they are small.
    let (right, wrong) = if odds > 0.0 { (over, e * over) } else { (e * over, over) };
    let p = if y > 0.5 { right } else { wrong };
    let (counts, slope) = if squared {
        (wrong * wrong, wrong * wrong * wrong - 2.0 * likely * right * wrong * wrong)
    } else {
        (1.0, wrong)
    };
    [-likely * counts * weight, p * y, p, y, -towards * weight * slope]
}

/// `slope · by`, and the slope of the Dice loss.
struct Slope<'a> {
    logits: &'a [f32],
    y: &'a [f32],
    slopes: &'a mut [f32],
    by: f32,
    /// `∂/∂p = still + along · y`
    dice: Option<[f32; 2]>,
}

impl WithSimd for Slope<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Some([still, along]) = self.dice else {
            return self.slopes.iter_mut().for_each(|slope| *slope *= self.by);
        };
        for ((slope, &z), &y) in self.slopes.iter_mut().zip(self.logits).zip(self.y) {
            let e = exp_below_zero(-z.abs());
            let over = 1.0 / (1.0 + e);
            *slope = *slope * self.by + (still + along * y) * e * over * over;
        }
    }
}
