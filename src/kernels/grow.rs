//! Twice the size: the transposed convolution in which each pixel becomes 2 × 2 pixels of its own.
//!
//! `out[o][2y + a][2x + b] = bias[o] + Σᵢ w[i][o][a][b] · in[i][y][x]`: a 1 × 1 convolution to four times as many channels, whose
//! planes are then interlaced.

use std::ops::Range;
use std::sync::Arc;

use burn::backend::Flex;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::nn::conv::ConvTranspose2d;
use burn::tensor::Tensor;
use pulp::Arch;

use crate::block::{groups, part};
use crate::buffer;
use crate::conv::{Convolve, Finish, Gather, Packed, Sums};
use crate::grid::{Grid, odd_lines};
use crate::shares;
use crate::tensor::{Flat, flat, give, numbers, take};
use crate::width;

/// `[B, C₀, H, W]` → `[B, C₁, 2H, 2W]`
///
/// # Panics
/// A layer whose kernel and stride are not 2 × 2, or with padding, groups or gaps.
pub fn grow(x: Tensor<4>, layer: &ConvTranspose2d) -> Tensor<4> {
    let plain = layer.padding == [0, 0] && layer.padding_out == [0, 0] && layer.dilation == [1, 1] && layer.groups == 1;
    assert!(plain && layer.kernel_size == [2, 2] && layer.stride == [2, 2], "a layer that doubles the size");
    let [pictures, inputs, height, width] = x.dims();
    let shape = Shape {
        arch: width::arch(),
        pictures,
        inputs,
        outputs: layer.weight.dims()[1],
        grid: Grid { height, width, reach: [0, 0], gap: 1 },
    };
    let taken = [Some(take(x)), Some(take(layer.weight.val())), layer.bias.as_ref().map(|bias| take(bias.val()))];
    let of = |at: usize| taken[at].as_ref().map_or(&[][..], |taken| numbers(&taken.flat));
    let out = forward(&shape, of(0), of(1), of(2));
    let flats = [0, 1].map(|at| taken[at].as_ref().map(|taken| taken.flat.clone()));
    let out = flat(out, [pictures, shape.outputs, 2 * height, 2 * width]);
    give(GrowBack, Arc::new((shape, flats)), taken, out)
}

#[derive(Clone, Copy, Debug)]
struct Shape {
    arch: Arch,
    pictures: usize,
    inputs: usize,
    outputs: usize,
    grid: Grid,
}

/// Where a kernel without reach reads.
const HERE: &[usize] = &[0];

impl Shape {
    /// Lays the inputs of a group into planes.
    fn lay(&self, from: &[f32], group: &Range<usize>, planes: &mut [f32], plane: usize) {
        let pixels = self.grid.pixels();
        let each = self.inputs * pixels;
        self.arch.dispatch(
            #[inline(always)]
            || {
                for (channel, plane) in planes.chunks_exact_mut(plane).enumerate() {
                    self.grid.lay(part(from, group, each), each, channel * pixels..(channel + 1) * pixels, plane);
                }
            },
        );
    }

    fn convolve(
        &self,
        planes: &[f32],
        plane: usize,
        weights: &Packed,
        bias: Option<&[f32]>,
        group: usize,
        out: &mut [f32],
    ) {
        let (places, out_plane) = (self.grid.places(group), plane);
        self.arch.dispatch(Convolve { planes, plane, taps: HERE, weights, bias, places, out, out_plane });
    }
}

/// The four planes of an output, each as every second pixel of every second line.
#[inline(always)]
fn interlace(width: usize, [a, b, c, d]: [&[f32]; 4], big: &mut [f32]) {
    let above = a.chunks_exact(width).zip(b.chunks_exact(width));
    let below = c.chunks_exact(width).zip(d.chunks_exact(width));
    for (lines, (above, below)) in big.chunks_exact_mut(4 * width).zip(above.zip(below)) {
        let (first, second) = lines.split_at_mut(2 * width);
        for (line, (left, right)) in [(first, above), (second, below)] {
            for (pixels, (&left, &right)) in line.as_chunks_mut::<2>().0.iter_mut().zip(left.iter().zip(right)) {
                *pixels = [left, right];
            }
        }
    }
}

/// Every second pixel of every second line: what [`interlace`] put there from one of the four planes.
#[inline(always)]
fn quarter_of(width: usize, quarter: usize, big: &[f32], to: &mut [f32]) {
    let lines = big.chunks_exact(2 * width).skip(quarter / 2).step_by(2);
    for (to, line) in to.chunks_exact_mut(width).zip(lines) {
        for (to, pixels) in to.iter_mut().zip(line.as_chunks::<2>().0) {
            *to = pixels[quarter % 2];
        }
    }
}

fn forward(shape: &Shape, x: &[f32], weight: &[f32], bias: &[f32]) -> Vec<f32> {
    let (grid, pixels, n) = (shape.grid, shape.grid.pixels(), shape.pictures);
    let quarters = 4 * shape.outputs;
    let packed = Packed::new([quarters, shape.inputs, 1], |quarter, input, _| weight[input * quarters + quarter]);
    let bias: Vec<f32> = bias.iter().flat_map(|&bias| [bias; 4]).collect();
    let bias = (!bias.is_empty()).then_some(&bias[..]);
    let mut out = vec![0.0; n * quarters * pixels];
    let tasks = shares::bounds(n).into_iter().zip(shares::split(&mut out, n, quarters * pixels));
    shares::map(tasks, |(share, out)| {
        let plane = odd_lines(grid.places(grid.group(share.len())));
        let mut planes = buffer::take(shape.inputs * plane);
        let mut outs = buffer::take(quarters * plane);
        let start = share.start;
        for group in groups(grid, share) {
            shape.lay(x, &group, &mut planes, plane);
            shape.convolve(&planes, plane, &packed, bias, group.len(), &mut outs);
            for (i, picture) in group.enumerate() {
                let at = (picture - start) * shape.outputs * 4 * pixels;
                let bigs = out[at..].chunks_exact_mut(4 * pixels);
                for (big, planes) in bigs.zip(outs.chunks_exact(4 * plane)) {
                    let four = [0, 1, 2, 3].map(|quarter| &planes[quarter * plane + i * pixels..][..pixels]);
                    shape.arch.dispatch(
                        #[inline(always)]
                        || interlace(grid.width, four, big),
                    );
                }
            }
        }
    });
    out
}

#[derive(Debug)]
struct GrowBack;

impl Backward<Flex, 3> for GrowBack {
    type State = Arc<(Shape, [Option<Flat>; 2])>;

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let given = gradients.consume::<Flex>(&ops.node).to_contiguous();
        let (shape, flats) = &*ops.state;
        let [x, weight] = flats.each_ref().map(|flat| flat.as_ref().map_or(&[][..], numbers));
        let wanted = ops.parents.each_ref().map(Option::is_some);
        let told = backward(shape, numbers(&given), x, weight, wanted);
        for (node, gradient) in ops.parents.iter().zip(told) {
            if let (Some(node), Some(gradient)) = (node, gradient) {
                gradients.register::<Flex>(node.id, gradient);
            }
        }
    }
}

fn backward(shape: &Shape, given: &[f32], x: &[f32], weight: &[f32], wanted: [bool; 3]) -> [Option<Flat>; 3] {
    let (grid, pixels, n) = (shape.grid, shape.grid.pixels(), shape.pictures);
    let (inputs, quarters) = (shape.inputs, 4 * shape.outputs);
    let packed = Packed::new([inputs, quarters, 1], |input, quarter, _| weight[input * quarters + quarter]);
    let each = if wanted[0] { inputs * pixels } else { 0 };
    let mut to = vec![0.0; n * each];
    let tasks = shares::bounds(n).into_iter().zip(shares::split(&mut to, n, each));
    let parts = shares::map(tasks, |(share, to)| {
        let plane = odd_lines(grid.places(grid.group(share.len())));
        let mut planes = buffer::take(inputs * plane);
        let mut gradients = buffer::take(quarters * plane);
        let mut sums = Sums::new(inputs, quarters);
        let mut bias = vec![0.0; shape.outputs];
        let start = share.start;
        for group in groups(grid, share) {
            gradients.fill(0.0);
            for (i, picture) in group.clone().enumerate() {
                for quarter in 0..quarters {
                    let at = (picture * shape.outputs + quarter / 4) * 4 * pixels;
                    let big = &given[at..at + 4 * pixels];
                    let to = &mut gradients[quarter * plane + i * pixels..][..pixels];
                    shape.arch.dispatch(
                        #[inline(always)]
                        || quarter_of(grid.width, quarter % 4, big, to),
                    );
                    bias[quarter / 4] += f64::from(crate::pool::sum(to));
                }
            }
            if wanted[1] {
                shape.lay(x, &group, &mut planes, plane);
                shape.arch.dispatch(Gather {
                    gradients: &planes,
                    gradient_plane: plane,
                    lead: 0,
                    planes: &gradients,
                    plane,
                    taps: HERE,
                    places: grid.places(group.len()),
                    sums: &mut sums,
                });
            }
            if wanted[0] {
                shape.convolve(&gradients, plane, &packed, None, group.len(), &mut planes);
                let to = &mut to[(group.start - start) * each..(group.end - start) * each];
                for (i, to) in to.chunks_exact_mut(pixels).enumerate() {
                    grid.lift(&planes[i % inputs * plane..], i / inputs, to);
                }
            }
        }
        let mut weights = vec![0.0; inputs * quarters];
        shape.arch.dispatch(Finish { sums: &sums, out: &mut weights });
        (weights, bias)
    });
    let (mut weights, mut bias) = (vec![0.0; inputs * quarters], vec![0.0; shape.outputs]);
    for (weights_part, bias_part) in parts {
        weights.iter_mut().zip(weights_part).for_each(|(sum, part)| *sum += part);
        bias.iter_mut().zip(bias_part).for_each(|(sum, part)| *sum += part);
    }
    [
        wanted[0].then(|| flat(to, [n, inputs, grid.height, grid.width])),
        wanted[1].then(|| flat(weights, [inputs, shape.outputs, 2, 2])),
        wanted[2].then(|| flat(bias.into_iter().map(|sum| sum as f32).collect(), [shape.outputs])),
    ]
}
