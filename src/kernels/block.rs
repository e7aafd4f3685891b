//! A convolution and all that follows it, as one operation: batch normalisation, a sum, `ReLU`, halving.
//!
//! `[B, C₀, H, W]` → `[B, C₁, H, W]`, or `[B, C₁, ⌊H/2⌋, ⌊W/2⌋]` where it is halved. The kernel is odd and keeps the size.
//!
//! Forward: each share of the batch is laid into planes, convolved and measured; then the moments of the shares are merged and the
//! second pass normalises. Backward: the sums that the moments' gradient needs; then, group by group and never leaving the cache,
//! the gradient before the norm, the weights' gradient, the input's.

use std::ops::Range;
use std::sync::Arc;

use burn::backend::Flex;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::module::RunningState;
use burn::nn::conv::Conv2d;
use burn::nn::{BatchNorm, PaddingConfig2d};
use burn::tensor::{Tensor, TensorData};
use pulp::{Arch, Simd, WithSimd};

use crate::buffer::{self, Buffer};
use crate::conv::{Convolve, Finish, Gather, Packed, Sums};
use crate::grid::{Grid, odd_lines};
use crate::norm::{Affine, Back, Follow, FollowBack, GradientSums, Halved, Measure, Moments, Shrink};
use crate::shares;
use crate::tensor::{Flat, flat, give, numbers, take};
use crate::width;

/// What follows a convolution, in this order.
#[derive(Debug, Default)]
pub struct Then<'a> {
    /// Batch normalisation.
    pub norm: Option<&'a BatchNorm>,
    /// Added, of the convolution's shape.
    pub add: Option<Tensor<4>>,
    /// Negative numbers become 0.
    pub relu: bool,
    /// The highest of each 2 × 2 pixels stays.
    pub halve: bool,
}

/// A convolution over one or two tensors (as if they were one, channels behind channels) and what follows it.
///
/// # Panics
/// A convolution with a stride, groups or gaps, a kernel of even size, or padding that does not keep the size.
pub fn block(x: Tensor<4>, beside: Option<Tensor<4>>, layer: &Conv2d, then: Then<'_>) -> Tensor<4> {
    let [height, width] = layer.kernel_size;
    let plain = layer.stride == [1, 1] && layer.dilation == [1, 1] && layer.groups == 1;
    let (up, sideways) = (height / 2, width / 2);
    let same = match layer.padding {
        PaddingConfig2d::Same => true,
        PaddingConfig2d::Valid => [up, sideways] == [0, 0],
        PaddingConfig2d::Explicit(top, left, bottom, right) => {
            [top, left, bottom, right] == [up, sideways, up, sideways]
        }
    };
    let odd = height % 2 == 1 && width % 2 == 1;
    assert!(plain && same && odd, "a convolution that keeps the size of its pictures");
    let bias = layer.bias.as_ref().map(burn::module::Param::val);
    compute([Some(x), beside], layer.weight.val(), bias, 1, then)
}

/// A convolution of weights `[outputs, inputs, height, width]`, both odd, their taps `gap` pixels apart, and what follows it.
pub(crate) fn compute(
    [x, beside]: [Option<Tensor<4>>; 2],
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    gap: usize,
    then: Then<'_>,
) -> Tensor<4> {
    let learns = weight.device().is_autodiff();
    let [outputs, _, tall, wide] = weight.dims();
    let dims = |x: &Option<Tensor<4>>| x.as_ref().map_or([0; 4], Tensor::dims);
    let [pictures, first, height, width] = dims(&x);
    let shape = Shape {
        pictures,
        channels: [first, dims(&beside)[1]],
        outputs,
        grid: Grid { height, width, reach: [tall / 2 * gap, wide / 2 * gap], gap },
        relu: then.relu,
        halve: then.halve,
    };
    let taken = [
        x.map(take),
        beside.map(take),
        Some(take(weight)),
        bias.map(take),
        then.norm.map(|norm| take(norm.gamma.val())),
        then.norm.map(|norm| take(norm.beta.val())),
        then.add.map(take),
    ];
    let flats = taken.each_ref().map(|taken| taken.as_ref().map(|taken| taken.flat.clone()));
    let norm = then.norm.map(|norm| {
        if learns && norm.training.is_enabled() {
            Norm::Batch { epsilon: norm.epsilon }
        } else {
            let state = |state: Tensor<1>| state.into_data().iter::<f64>().collect::<Vec<f64>>();
            let (means, variances) = (state(norm.running_mean.value()), state(norm.running_var.value()));
            let moments = means.into_iter().zip(variances).map(<[f64; 2]>::from).collect();
            Norm::Fixed { moments, epsilon: norm.epsilon }
        }
    });
    let (out, saved, moments) = forward(width::arch(), shape, flats, norm, learns);
    if let (Some(norm), Some(moments)) = (then.norm, moments) {
        keep_running(norm, &moments);
    }
    give(BlockBack, Arc::new(saved), taken, out)
}

/// As burn's own layer: the running moments move towards the batch's.
fn keep_running(norm: &BatchNorm, moments: &[Moments]) {
    let momentum = norm.momentum;
    let towards = |old: Tensor<1>, new: &dyn Fn(&Moments) -> f64| {
        let device = old.device();
        let old = old.into_data();
        let moved: Vec<f32> = old
            .iter::<f32>()
            .zip(moments)
            .map(|(old, moments)| old * (1.0 - momentum) as f32 + new(moments) as f32 * momentum as f32)
            .collect();
        Tensor::from_data(TensorData::new(moved, [moments.len()]), &device)
    };
    // burn keeps what is new apart by thread until that thread asks again; the next batch may be another thread's.
    let keep = |running: &RunningState<Tensor<1>>, new: &dyn Fn(&Moments) -> f64| {
        running.update(towards(running.value_sync(), new));
        drop(running.value_sync());
    };
    keep(&norm.running_mean, &|moments| moments.mean);
    keep(&norm.running_var, &|moments| moments.squares / moments.n);
}

#[derive(Clone, Copy, Debug)]
struct Shape {
    pictures: usize,
    /// Of the first and of the second input.
    channels: [usize; 2],
    outputs: usize,
    grid: Grid,
    relu: bool,
    halve: bool,
}

impl Shape {
    fn inputs(&self) -> usize {
        self.channels[0] + self.channels[1]
    }

    /// `[inputs, taps]`, of each output.
    fn columns(&self) -> usize {
        self.inputs() * self.grid.taps().len()
    }

    fn out(&self) -> [usize; 4] {
        let by = if self.halve { 2 } else { 1 };
        [self.pictures, self.outputs, self.grid.height / by, self.grid.width / by]
    }

    /// Pixels of a channel that come out.
    fn out_pixels(&self) -> usize {
        self.out()[2] * self.out()[3]
    }
}

/// Where a norm's mean and variance come from.
enum Norm {
    Batch {
        epsilon: f64,
    },
    /// Mean and variance of each channel.
    Fixed {
        moments: Vec<[f64; 2]>,
        epsilon: f64,
    },
}

/// How each channel was normalised.
#[derive(Debug)]
struct Normed {
    affine: Vec<Affine>,
    /// `1/√(variance + ε)`
    scales: Vec<f64>,
    of_batch: bool,
}

impl Normed {
    fn new(moments: &[[f64; 2]], epsilon: f64, gamma: Option<&Flat>, beta: Option<&Flat>, of_batch: bool) -> Self {
        let of = |flat: Option<&Flat>, channel: usize, else_: f32| flat.map_or(else_, |flat| numbers(flat)[channel]);
        let scales: Vec<f64> = moments.iter().map(|[_, variance]| 1.0 / (variance + epsilon).sqrt()).collect();
        let affine = moments.iter().zip(&scales).enumerate().map(|(channel, ([mean, _], scale))| Affine {
            mean: *mean as f32,
            scale: (scale * f64::from(of(gamma, channel, 1.0))) as f32,
            shift: of(beta, channel, 0.0),
        });
        Self { affine: affine.collect(), scales, of_batch }
    }

    /// The way back of each channel, whose mean and variance came from `m` numbers, from the sums of its gradients and of their
    /// products with what went in.
    fn backs(&self, sums: &[[f64; 2]], m: f64) -> Vec<Back> {
        let channels = self.affine.iter().zip(&self.scales).zip(sums);
        channels
            .map(|((&Affine { mean, scale, .. }, own), [still, along])| {
                let share = if self.of_batch { -f64::from(scale) / m } else { 0.0 };
                Back { by: scale, still: (share * still) as f32, along: (share * along * own * own) as f32, mean }
            })
            .collect()
    }
}

/// What the way back needs.
#[derive(Debug)]
struct Saved {
    arch: Arch,
    shape: Shape,
    inputs: [Option<Flat>; 2],
    weight: Option<Flat>,
    norm: Option<Normed>,
    /// What was normalised.
    before: Buffer,
    /// The same at the pixels that halving chose.
    chosen: Buffer,
    which: Vec<u8>,
    /// What came out, where it went through `ReLU`.
    out: Option<Flat>,
}

/// Lays a group of pictures of both inputs into planes.
struct Lay<'a> {
    shape: &'a Shape,
    inputs: [&'a [f32]; 2],
    pictures: Range<usize>,
    planes: &'a mut [f32],
    plane: usize,
}

impl WithSimd for Lay<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let (grid, pictures) = (self.shape.grid, self.pictures);
        let pixels = grid.pixels();
        let mut places = self.planes.chunks_exact_mut(self.plane);
        for (numbers, channels) in self.inputs.into_iter().zip(self.shape.channels) {
            let each = channels * pixels;
            let Some(group) = numbers.get(pictures.start * each..pictures.end * each) else { continue };
            for (channel, plane) in (0..channels).zip(&mut places) {
                grid.lay(group, each, channel * pixels..(channel + 1) * pixels, plane);
            }
        }
    }
}

/// The groups of a share, counted from the batch's first picture.
pub(crate) fn groups(grid: Grid, share: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let group = grid.group(share.len());
    share.clone().step_by(group).map(move |start| start..(start + group).min(share.end))
}

/// A convolution over planes, forward or, with mirrored taps and transposed weights, backward.
struct Convolution<'a> {
    arch: Arch,
    taps: &'a [usize],
    weights: &'a Packed,
    bias: Option<&'a [f32]>,
}

impl Convolution<'_> {
    /// The outputs' planes of one group out of its inputs'.
    fn group(&self, grid: Grid, pictures: usize, [planes, out]: [(&mut [f32], usize); 2]) {
        self.arch.dispatch(Convolve {
            planes: planes.0,
            plane: planes.1,
            taps: self.taps,
            weights: self.weights,
            bias: self.bias,
            places: grid.places(pictures),
            out: out.0,
            out_plane: out.1,
        });
    }
}

/// Planes without lead of several channels as pictures `[n, channels, pixels]`.
struct Lift<'a> {
    grid: Grid,
    planes: &'a [f32],
    plane: usize,
    channels: Range<usize>,
    pictures: &'a mut [f32],
}

impl WithSimd for Lift<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let pixels = self.grid.pixels();
        let first = self.channels.start;
        for (i, picture) in self.pictures.chunks_exact_mut((self.channels.len() * pixels).max(1)).enumerate() {
            for (channel, pixels) in picture.chunks_exact_mut(pixels).enumerate() {
                self.grid.lift(&self.planes[(first + channel) * self.plane..], i, pixels);
            }
        }
    }
}

/// Takes the pictures of a group and the planes of its outputs.
type Told<'a> = dyn FnMut(Range<usize>, &[f32], usize) + 'a;

/// Numbers of so many pictures, `each` of every one.
pub(crate) fn part<'a>(numbers: &'a [f32], pictures: &Range<usize>, each: usize) -> &'a [f32] {
    &numbers[pictures.start * each..pictures.end * each]
}

/// `flats`: both inputs, weight, bias, gamma, beta, what is added. `tracked`: the way back may be asked for.
fn forward(
    arch: Arch,
    shape: Shape,
    flats: [Option<Flat>; 7],
    norm: Option<Norm>,
    tracked: bool,
) -> (Flat, Saved, Option<Vec<Moments>>) {
    let [x, beside, weight, bias, gamma, beta, add] = flats;
    let inputs = [x.as_ref().map_or(&[][..], numbers), beside.as_ref().map_or(&[][..], numbers)];
    let (grid, pixels, outputs, n) = (shape.grid, shape.grid.pixels(), shape.outputs, shape.pictures);
    let taps = grid.taps();
    let packed = pack(&shape, weight.as_ref().map_or(&[][..], numbers), false);
    let bias = bias.as_ref().map(numbers);
    let convolution = Convolution { arch, taps: &taps, weights: &packed, bias };
    let share = |share: Range<usize>, told: &mut Told<'_>| {
        let group = grid.group(share.len());
        let (plane, out_plane) = (grid.plane(group), odd_lines(grid.places(group)));
        let mut planes = buffer::take(shape.inputs() * plane);
        let mut out = buffer::take(outputs * out_plane);
        for pictures in groups(grid, share) {
            arch.dispatch(Lay { shape: &shape, inputs, pictures: pictures.clone(), planes: &mut planes, plane });
            convolution.group(grid, pictures.len(), [(&mut planes, plane), (&mut out, out_plane)]);
            told(pictures, &out, out_plane);
        }
    };
    // Numbers before the norm are kept where its moments, or the way back, need them.
    let keeps = norm.as_ref().is_some_and(|norm| tracked || matches!(norm, Norm::Batch { .. }));
    let each = outputs * pixels;
    let mut before = if keeps { buffer::take(n * each) } else { Buffer::default() };
    let parts = if keeps {
        shares::map(shares::bounds(n).into_iter().zip(shares::split(&mut before, n, each)), |(pictures, out)| {
            let mut moments = vec![Moments::default(); outputs];
            let start = pictures.start;
            share(pictures, &mut |group, planes, plane| {
                let out = &mut out[(group.start - start) * each..(group.end - start) * each];
                arch.dispatch(Lift { grid, planes, plane, channels: 0..outputs, pictures: out });
                arch.dispatch(Measure { numbers: out, pixels, moments: &mut moments });
            });
            moments
        })
    } else {
        Vec::new()
    };
    let (norm, moments) = match norm {
        None => (None, None),
        Some(Norm::Batch { epsilon }) => {
            let moments = parts.iter().fold(vec![Moments::default(); outputs], |sum, part| {
                sum.iter().zip(part).map(|(a, b)| a.and(*b)).collect()
            });
            let of_batch: Vec<[f64; 2]> = moments.iter().map(|m| [m.mean, m.squares / m.n]).collect();
            (Some(Normed::new(&of_batch, epsilon, gamma.as_ref(), beta.as_ref(), true)), Some(moments))
        }
        Some(Norm::Fixed { moments, epsilon }) => {
            (Some(Normed::new(&moments, epsilon, gamma.as_ref(), beta.as_ref(), false)), None)
        }
    };
    let affine = norm.as_ref().map_or(&[][..], |norm| &norm.affine);
    let out_each = outputs * shape.out_pixels();
    let mut out = vec![0.0; n * out_each];
    let add = add.as_ref().map(numbers);
    let shrinks = shape.halve && shape.relu && !keeps && !tracked && add.is_none() && Shrink::keeps_order(affine);
    let mut which = vec![0_u8; if shape.halve && !shrinks { n * out_each } else { 0 }];
    let mut chosen = buffer::take(if shape.halve && keeps { n * out_each } else { 0 });
    let tasks = shares::bounds(n)
        .into_iter()
        .zip(shares::split(&mut out, n, out_each))
        .zip(shares::split(&mut which, n, if shape.halve && !shrinks { out_each } else { 0 }))
        .zip(shares::split(&mut chosen, n, if shape.halve && keeps { out_each } else { 0 }));
    shares::map(tasks, |(((pictures, out), which), was)| {
        let mut room = buffer::take(pixels);
        let start = pictures.start;
        if shrinks {
            share(pictures, &mut |group, planes, plane| {
                let out = &mut out[(group.start - start) * out_each..(group.end - start) * out_each];
                arch.dispatch(Shrink { grid, planes, plane, affine, channels: outputs, room: &mut room, out });
            });
            return;
        }
        let mut follow = |group: Range<usize>, numbers: &[f32]| {
            let here = (group.start - start) * out_each..(group.end - start) * out_each;
            let was = if was.is_empty() { &mut [][..] } else { &mut was[here.clone()] };
            let which = if shape.halve { &mut which[here.clone()] } else { &mut [][..] };
            arch.dispatch(Follow {
                numbers,
                pixels,
                width: grid.width,
                affine,
                channels: outputs,
                add: add.map(|add| part(add, &group, each)),
                relu: shape.relu,
                out: &mut out[here],
                halved: shape.halve.then_some(Halved { room: &mut room, which, was }),
            });
        };
        if keeps {
            let numbers = part(&before, &pictures, each);
            return follow(pictures, numbers);
        }
        let mut lifted = buffer::take(grid.group(pictures.len()) * each);
        share(pictures, &mut |group, planes, plane| {
            let lifted = &mut lifted[..group.len() * each];
            arch.dispatch(Lift { grid, planes, plane, channels: 0..outputs, pictures: lifted });
            follow(group, lifted);
        });
    });
    let out = flat(out, shape.out());
    let kept = shape.relu.then(|| out.clone());
    let saved = Saved { arch, shape, inputs: [x, beside], weight, norm, before, chosen, which, out: kept };
    (out, saved, moments)
}

/// The weights `[outputs, inputs, taps]` as the kernel reads them; `back`: for the gradient of the input.
fn pack(shape: &Shape, weight: &[f32], back: bool) -> Packed {
    let (outputs, inputs, taps) = (shape.outputs, shape.inputs(), shape.grid.taps().len());
    if back {
        Packed::new([inputs, outputs, taps], |input, output, tap| {
            weight[(output * inputs + input) * taps + taps - 1 - tap]
        })
    } else {
        Packed::new([outputs, inputs, taps], |output, input, tap| weight[(output * inputs + input) * taps + tap])
    }
}

#[derive(Debug)]
struct BlockBack;

impl Backward<Flex, 7> for BlockBack {
    type State = Arc<Saved>;

    fn backward(self, ops: Ops<Self::State, 7>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let given = gradients.consume::<Flex>(&ops.node).to_contiguous();
        let wanted = ops.parents.each_ref().map(Option::is_some);
        let told = backward(&ops.state, numbers(&given), wanted);
        for (node, gradient) in ops.parents.iter().zip(told) {
            if let (Some(node), Some(gradient)) = (node, gradient) {
                gradients.register::<Flex>(node.id, gradient);
            }
        }
    }
}

/// The gradients of both inputs, weight, bias, gamma, beta and what was added, as far as they are wanted.
fn backward(saved: &Saved, given: &[f32], wanted: [bool; 7]) -> [Option<Flat>; 7] {
    let Saved { arch, shape, norm, .. } = saved;
    let (grid, outputs, n) = (shape.grid, shape.outputs, shape.pictures);
    let (pixels, out_pixels) = (grid.pixels(), shape.out_pixels());
    let (each, out_each) = (outputs * pixels, outputs * out_pixels);
    let out = saved.out.as_ref().map(numbers);
    let was = if shape.halve { &saved.chosen } else { &saved.before };
    let sums = shares::map(shares::bounds(n).into_iter(), |pictures| {
        arch.dispatch(GradientSums {
            gradients: part(given, &pictures, out_each),
            out: out.map(|out| part(out, &pictures, out_each)),
            was: norm.as_ref().map(|norm| (part(was, &pictures, out_each), &norm.affine[..])),
            pixels: out_pixels,
            channels: outputs,
        })
    });
    let sums = sums.iter().fold(vec![[0.0; 2]; outputs], |sum, share| {
        sum.iter().zip(share).map(|(a, b)| [a[0] + b[0], a[1] + b[1]]).collect()
    });
    let backs: Option<Vec<Back>> = norm.as_ref().map(|norm| norm.backs(&sums, (n * pixels) as f64));

    let [first, second] = shape.channels;
    let wants_input = wanted[0] || wanted[1];
    let room = |wanted: bool, each: usize| vec![0.0; if wanted { n * each } else { 0 }];
    let mut inputs = [room(wants_input, first * pixels), room(wants_input, second * pixels)];
    let mut added = room(wanted[6], each);
    let taps = grid.taps();
    let weight = saved.weight.as_ref().map_or(&[][..], numbers);
    let packed = wants_input.then(|| pack(shape, weight, true));
    let from = saved.inputs.each_ref().map(|input| input.as_ref().map_or(&[][..], numbers));
    let tasks = {
        let [one, other] = &mut inputs;
        let each = |wanted: bool, each: usize| if wanted { each } else { 0 };
        shares::bounds(n)
            .into_iter()
            .zip(shares::split(one, n, each(wants_input, first * pixels)))
            .zip(shares::split(other, n, each(wants_input, second * pixels)))
            .zip(shares::split(&mut added, n, each(wanted[6], outputs * pixels)))
    };
    let weights = shares::map(tasks, |(((pictures, one), other), added)| {
        if pictures.is_empty() {
            return Vec::new();
        }
        let group = grid.group(pictures.len());
        let (plane, out_plane) = (grid.plane(group), odd_lines(grid.places(group)));
        let mut gradients = buffer::take(outputs * plane);
        let mut planes = buffer::take(if wanted[2] { shape.inputs() * plane } else { 0 });
        let mut out_planes = buffer::take(if wants_input { shape.inputs() * out_plane } else { 0 });
        let mut rooms = buffer::take(3 * pixels);
        let mut sums = wanted[2].then(|| Sums::new(outputs, shape.columns()));
        let start = pictures.start;
        for pictures in groups(grid, pictures) {
            for plane in gradients.chunks_exact_mut(plane) {
                grid.frame(pictures.len(), plane);
            }
            let (before_room, rooms) = rooms.split_at_mut(pixels);
            let (added_room, halved_room) = rooms.split_at_mut(pixels);
            for (i, picture) in pictures.clone().enumerate() {
                for channel in 0..outputs {
                    let at = (picture - start) * each + channel * pixels;
                    let added = if wanted[6] { &mut added[at..at + pixels] } else { &mut *added_room };
                    let at = picture * out_each + channel * out_pixels;
                    let here = at..at + out_pixels;
                    arch.dispatch(FollowBack {
                        gradients: &given[here.clone()],
                        out: out.map(|out| &out[here.clone()]),
                        halved: shape.halve.then(|| (&saved.which[here], grid.width, &mut halved_room[..out_pixels])),
                        norm: backs.as_ref().map(|backs| {
                            let at = picture * each + channel * pixels;
                            (backs[channel], &saved.before[at..at + pixels])
                        }),
                        added,
                        before: before_room,
                        grid,
                        i,
                        plane: &mut gradients[channel * plane..(channel + 1) * plane],
                    });
                }
            }
            if let Some(sums) = &mut sums {
                arch.dispatch(Lay { shape, inputs: from, pictures: pictures.clone(), planes: &mut planes, plane });
                arch.dispatch(Gather {
                    gradients: &gradients,
                    gradient_plane: plane,
                    lead: grid.lead(),
                    planes: &planes,
                    plane,
                    taps: &taps,
                    places: grid.places(pictures.len()),
                    sums,
                });
            }
            if let Some(weights) = &packed {
                let convolution = Convolution { arch: *arch, taps: &taps, weights, bias: None };
                convolution.group(grid, pictures.len(), [(&mut gradients, plane), (&mut out_planes, out_plane)]);
                let here = |each: usize| (pictures.start - start) * each..(pictures.end - start) * each;
                let (one, other) = (&mut one[here(first * pixels)], &mut other[here(second * pixels)]);
                for (channels, pictures) in [(0..first, one), (first..first + second, other)] {
                    arch.dispatch(Lift { grid, planes: &out_planes, plane: out_plane, channels, pictures });
                }
            }
        }
        let Some(sums) = &sums else { return Vec::new() };
        let mut weights = vec![0.0; outputs * shape.columns()];
        arch.dispatch(Finish { sums, out: &mut weights });
        weights
    });
    let weights = || {
        let mut sum = vec![0.0; outputs * shape.columns()];
        for share in &weights {
            sum.iter_mut().zip(share).for_each(|(sum, share)| *sum += share);
        }
        let [tall, wide] = grid.reach.map(|reach| 2 * reach / grid.gap + 1);
        flat(sum, [outputs, shape.inputs(), tall, wide])
    };
    let of_channels = |of: &dyn Fn(usize) -> f64| flat((0..outputs).map(|c| of(c) as f32).collect(), [outputs]);
    let bias = || match &backs {
        // What is the same everywhere, a batch's norm takes away again.
        Some(_) if norm.as_ref().is_some_and(|norm| norm.of_batch) => of_channels(&|_| 0.0),
        Some(backs) => of_channels(&|c| sums[c][0] * f64::from(backs[c].by)),
        None => of_channels(&|c| sums[c][0]),
    };
    let gamma = |norm: &Normed| of_channels(&|c| sums[c][1] * norm.scales[c]);
    let shape_of = |channels: usize| [n, channels, grid.height, grid.width];
    let [one, other] = inputs;
    [
        wanted[0].then(|| flat(one, shape_of(first))),
        wanted[1].then(|| flat(other, shape_of(second))),
        wanted[2].then(weights),
        wanted[3].then(bias),
        norm.as_ref().filter(|_| wanted[4]).map(gamma),
        wanted[5].then(|| of_channels(&|c| sums[c][0])),
        wanted[6].then(|| flat(added, shape_of(outputs))),
    ]
}
