//! Pooling: the highest of each 2 × 2 pixels, and a channel's mean beside its highest pixel.
//!
//! As in burn, what is not a number is higher than anything: of several, the last of four and the first of a channel; of equal
//! numbers the first one gets the gradient.

use std::sync::Arc;

use burn::backend::Flex;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::tensor::Tensor;
use pulp::Simd;

use crate::grid::Grid;
use crate::shares;
use crate::tensor::{flat, give, numbers, take};
use crate::vectors::each;
use crate::width;

/// The highest of each 2 × 2 pixels, and which of the four it was (0 and 1 above, 2 and 3 below). An odd last line or column is
/// left out.
#[inline(always)]
pub(crate) fn halve(pixels: &[f32], width: usize, out: &mut [f32], which: &mut [u8]) {
    let half = width / 2;
    if half == 0 {
        return;
    }
    let lines = pixels.chunks_exact(2 * width);
    for ((lines, out), which) in lines.zip(out.chunks_exact_mut(half)).zip(which.chunks_exact_mut(half)) {
        let (above, below) = lines.split_at(width);
        let (above, below) = (above.as_chunks::<2>().0, below.as_chunks::<2>().0);
        for (((out, which), &[a, b]), &[c, d]) in out.iter_mut().zip(which).zip(above).zip(below) {
            // Chosen by masks: which pixel is the highest is luck, and a branch would be guessed wrongly.
            let (mut most, mut place) = (a, 0);
            for (number, at) in [(b, 1_u8), (c, 2), (d, 3)] {
                let mask = u32::from((number > most) | number.is_nan()).wrapping_neg();
                most = f32::from_bits((number.to_bits() & mask) | (most.to_bits() & !mask));
                place = (at & mask as u8) | (place & !mask as u8);
            }
            (*out, *which) = (most, place);
        }
    }
}

/// The highest of each 2 × 2 pixels, or the lowest, of the picture that a plane begins with; what is no number is chosen before any
/// that is. `highs` has room for half of the lines.
#[inline(always)]
pub(crate) fn of_four<S: Simd, const LOWEST: bool>(
    simd: S,
    plane: &[f32],
    grid: Grid,
    highs: &mut [f32],
    out: &mut [f32],
) {
    let (line, wide) = (grid.line(), grid.width / 2 * 2);
    for (y, high) in highs.chunks_exact_mut(wide).enumerate() {
        let above = &plane[2 * y * line..];
        each(
            simd,
            high,
            [&above[..wide], &above[line..][..wide]],
            #[inline(always)]
            |[a, b]| {
                let beyond = if LOWEST { simd.less_than_f32s(b, a) } else { simd.greater_than_f32s(b, a) };
                simd.select_f32s(beyond, b, simd.select_f32s(simd.equal_f32s(b, b), a, b))
            },
        );
    }
    for (out, &[a, b]) in out.iter_mut().zip(highs.as_chunks::<2>().0) {
        let beyond = if LOWEST { b < a } else { b > a };
        let mask = u32::from(beyond | b.is_nan()).wrapping_neg();
        *out = f32::from_bits((b.to_bits() & mask) | (a.to_bits() & !mask));
    }
}

/// Numbers of halved pictures at the pixels that they came from, 0 elsewhere.
#[inline(always)]
pub(crate) fn spread(numbers: &[f32], which: &[u8], width: usize, pixels: &mut [f32]) {
    let half = width / 2;
    if half == 0 {
        return pixels.fill(0.0);
    }
    let (pairs, rest) = pixels.split_at_mut(pixels.len() / width / 2 * 2 * width);
    rest.fill(0.0);
    let lines = numbers.chunks_exact(half).zip(which.chunks_exact(half));
    for ((numbers, which), pixels) in lines.zip(pairs.chunks_exact_mut(2 * width)) {
        let (above, below) = pixels.split_at_mut(width);
        if width % 2 == 1 {
            (above[width - 1], below[width - 1]) = (0.0, 0.0);
        }
        let (above, below) = (above.as_chunks_mut::<2>().0, below.as_chunks_mut::<2>().0);
        for (((&number, &which), above), below) in numbers.iter().zip(which).zip(above).zip(below) {
            let at = |place: u8| f32::from_bits(number.to_bits() & u32::from(which == place).wrapping_neg());
            (*above, *below) = ([at(0), at(1)], [at(2), at(3)]);
        }
    }
}

/// The pixels that [`halve`] chose.
#[inline(always)]
pub(crate) fn chosen(pixels: &[f32], which: &[u8], width: usize, out: &mut [f32]) {
    let half = width / 2;
    if half == 0 {
        return;
    }
    let lines = out.chunks_exact_mut(half).zip(which.chunks_exact(half));
    for ((out, which), pixels) in lines.zip(pixels.chunks_exact(2 * width)) {
        for (i, (out, &which)) in out.iter_mut().zip(which).enumerate() {
            let which = usize::from(which);
            *out = pixels[(which >> 1) * width + 2 * i + (which & 1)];
        }
    }
}

/// The highest of each 2 × 2 pixels: `[B, C, H, W]` → `[B, C, ⌊H/2⌋, ⌊W/2⌋]`
pub fn highest(x: Tensor<4>) -> Tensor<4> {
    let [pictures, channels, height, width] = x.dims();
    let [tall, half] = [height / 2, width / 2];
    let (each, out_each) = (channels * height * width, channels * tall * half);
    let (taken, arch) = (take(x), width::arch());
    let from = numbers(&taken.flat);
    let (mut out, mut which) = (vec![0.0; pictures * out_each], vec![0; pictures * out_each]);
    let tasks = shares::bounds(pictures)
        .into_iter()
        .zip(shares::split(&mut out, pictures, out_each))
        .zip(shares::split(&mut which, pictures, out_each));
    shares::map(tasks, |((share, out), which)| {
        let planes = from[share.start * each..share.end * each].chunks_exact((height * width).max(1));
        let outs = out.chunks_exact_mut((tall * half).max(1)).zip(which.chunks_exact_mut((tall * half).max(1)));
        arch.dispatch(
            #[inline(always)]
            || {
                for (plane, (out, which)) in planes.zip(outs) {
                    halve(plane, width, out, which);
                }
            },
        );
    });
    let state = Arc::new((which, [pictures, channels, height, width]));
    give(HighestBack, state, [Some(taken)], flat(out, [pictures, channels, tall, half]))
}

#[derive(Debug)]
struct HighestBack;

impl Backward<Flex, 1> for HighestBack {
    type State = Arc<(Vec<u8>, [usize; 4])>;

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let given = gradients.consume::<Flex>(&ops.node).to_contiguous();
        let [Some(node)] = ops.parents else { return };
        let (which, shape) = &*ops.state;
        let [pictures, channels, height, width] = *shape;
        let (pixels, out_pixels) = (height * width, height / 2 * (width / 2));
        let (given, arch) = (numbers(&given), width::arch());
        let mut to = vec![0.0; pictures * channels * pixels];
        let tasks = shares::bounds(pictures).into_iter().zip(shares::split(&mut to, pictures, channels * pixels));
        shares::map(tasks, |(share, to)| {
            arch.dispatch(
                #[inline(always)]
                || {
                    for (i, to) in (share.start * channels..).zip(to.chunks_exact_mut(pixels.max(1))) {
                        let here = i * out_pixels..(i + 1) * out_pixels;
                        spread(&given[here.clone()], &which[here], width, to);
                    }
                },
            );
        });
        gradients.register::<Flex>(node.id, flat(to, *shape));
    }
}

/// The mean of each channel beside its highest pixel: `[B, C, H, W]` → `[B, 2C]`
pub fn mean_and_highest(x: Tensor<4>) -> Tensor<2> {
    let [pictures, channels, height, width] = x.dims();
    let pixels = height * width;
    let taken = take(x);
    let mut out = vec![0.0; pictures * 2 * channels];
    let mut which = vec![0; pictures * channels];
    let planes = numbers(&taken.flat).chunks_exact(pixels.max(1));
    for (i, (plane, which)) in planes.zip(&mut which).enumerate() {
        let (picture, channel) = (i / channels, i % channels);
        let mut most = f32::NEG_INFINITY;
        for (at, &number) in plane.iter().enumerate() {
            if number > most || (number.is_nan() && !most.is_nan()) {
                (most, *which) = (number, at);
            }
        }
        out[picture * 2 * channels + channel] = sum(plane) / pixels as f32;
        out[picture * 2 * channels + channels + channel] = most;
    }
    let state = Arc::new((which, [pictures, channels, height, width]));
    give(MeanBack, state, [Some(taken)], flat(out, [pictures, 2 * channels]))
}

/// In eight columns, so that it takes vectors; their sums in order.
pub(crate) fn sum(numbers: &[f32]) -> f32 {
    let (lines, rest) = numbers.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for line in lines {
        sums.iter_mut().zip(line).for_each(|(sum, number)| *sum += number);
    }
    sums.iter().chain(rest).sum()
}

#[derive(Debug)]
struct MeanBack;

impl Backward<Flex, 1> for MeanBack {
    type State = Arc<(Vec<usize>, [usize; 4])>;

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let given = gradients.consume::<Flex>(&ops.node).to_contiguous();
        let [Some(node)] = ops.parents else { return };
        let (which, shape) = &*ops.state;
        let [_, channels, height, width] = *shape;
        let (pixels, given) = (height * width, numbers(&given));
        let mut to = vec![0.0; which.len() * pixels];
        for (i, (to, which)) in to.chunks_exact_mut(pixels.max(1)).zip(which).enumerate() {
            let at = i / channels * 2 * channels + i % channels;
            to.fill(given[at] / pixels as f32);
            to[*which] += given[at + channels];
        }
        gradients.register::<Flex>(node.id, flat(to, *shape));
    }
}
