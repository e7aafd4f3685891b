//! Kernels against burn's own operations, against finite differences, and against themselves.

mod lines;
mod peak;
mod series;

use std::sync::{Mutex, MutexGuard};

use burn::module::Param;
use burn::nn::conv::{Conv2d, Conv2dConfig, ConvTranspose2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, PaddingConfig2d};
use burn::tensor::ops::MaxPoolOptions;
use burn::tensor::{Device, Tensor, TensorData, activation, module};
use proptest::prelude::*;

use crate::{Focus, Likelihood, Loss, Then, Width, block, force, grow, highest, loss, mean_and_highest};

/// One test at a time forces a width: it holds for the whole process.
static ONE: Mutex<()> = Mutex::new(());

pub(crate) struct Forced<'a>(#[expect(dead_code, reason = "held")] MutexGuard<'a, ()>);

pub(crate) fn forced<'a>(width: Width) -> Forced<'a> {
    let guard = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    force(Some(width)).unwrap();
    Forced(guard)
}

impl Drop for Forced<'_> {
    fn drop(&mut self) {
        force(None).unwrap();
    }
}

pub(crate) fn widths() -> impl Iterator<Item = Width> {
    Width::ALL.into_iter().filter(|width| width.is_here())
}

/// Numbers between -1 and 1 with ties among them, as pictures have.
pub(crate) fn luck(seed: u64, n: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..n)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            ((state >> 40) as f32 / f32::from(1_u16 << 15) / 256.0 - 1.0) * 64.0
        })
        .map(|number| number.round() / 64.0)
        .collect()
}

pub(crate) fn tensor<const D: usize>(seed: u64, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(luck(seed, shape.iter().product()), shape), device)
}

pub(crate) fn vec<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// Equal to `2e-5` of the largest of each array; what is not finite in one is the same in the other.
#[track_caller]
pub(crate) fn close(what: &str, ours: &[f32], theirs: &[f32]) {
    close_on(1e-3, what, ours, theirs);
}

/// The same where the terms of which a figure is the sum are as large as `scale`, also where they cancel: both are then rounded by as
/// much as such terms are.
#[track_caller]
#[expect(clippy::float_cmp, reason = "infinities are equal or they are not")]
pub(crate) fn close_on(scale: f32, what: &str, ours: &[f32], theirs: &[f32]) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    let most = theirs.iter().filter(|x| x.is_finite()).fold(scale, |most, x| most.max(x.abs()));
    for (i, (a, b)) in ours.iter().zip(theirs).enumerate() {
        let same = a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 2e-5 * most;
        assert!(same, "{what}[{i}]: {a} instead of {b} (largest {most})");
    }
}

#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is drawn by itself")]
struct Case {
    pictures: usize,
    channels: [usize; 2],
    outputs: usize,
    size: [usize; 2],
    kernel: [usize; 2],
    norm: Option<bool>,
    bias: bool,
    add: bool,
    relu: bool,
    halve: bool,
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    (
        (1_usize..20, [1_usize..14, 0_usize..5], 1_usize..20, [1_usize..20, 1_usize..36]),
        (prop_oneof![Just([3, 3]), Just([1, 1]), Just([5, 5]), Just([1, 3]), Just([3, 1])], any::<u64>()),
        (prop_oneof![Just(None), Just(Some(true)), Just(Some(false))], any::<[bool; 4]>()),
    )
        .prop_map(|((pictures, channels, outputs, size), (kernel, seed), (norm, [bias, add, relu, halve]))| Case {
            pictures,
            channels,
            outputs,
            size,
            kernel,
            norm,
            bias,
            add,
            relu,
            halve: halve && size[0] > 1 && size[1] > 1,
            seed,
        })
}

impl Case {
    fn layers(self, device: &Device) -> (Conv2d, Option<BatchNorm>) {
        let [up, sideways] = self.kernel.map(|size| size / 2);
        let padding = PaddingConfig2d::Explicit(up, sideways, up, sideways);
        let inputs = self.channels[0] + self.channels[1];
        let mut conv = Conv2dConfig::new([inputs, self.outputs], self.kernel)
            .with_padding(padding)
            .with_bias(self.bias)
            .init(device);
        let shape = [self.outputs, inputs, self.kernel[0], self.kernel[1]];
        conv.weight = Param::from_tensor(tensor(self.seed ^ 1, shape, device));
        conv.bias = conv.bias.map(|_| Param::from_tensor(tensor(self.seed ^ 2, [self.outputs], device)));
        let norm = self.norm.map(|trains| {
            let mut norm = BatchNormConfig::new(self.outputs).init(device);
            norm.gamma = Param::from_tensor(tensor(self.seed ^ 3, [self.outputs], device));
            norm.beta = Param::from_tensor(tensor(self.seed ^ 4, [self.outputs], device));
            norm.running_mean.update(tensor(self.seed ^ 5, [self.outputs], device));
            norm.running_var.update(tensor(self.seed ^ 6, [self.outputs], device).abs().add_scalar(0.5));
            let _ = (norm.running_mean.value_sync(), norm.running_var.value_sync());
            if trains { norm } else { burn::module::Module::freeze(norm) }
        });
        (conv, norm)
    }

    fn inputs(self, device: &Device) -> (Tensor<4>, Option<Tensor<4>>, Option<Tensor<4>>) {
        let [height, width] = self.size;
        let x = tensor(self.seed ^ 7, [self.pictures, self.channels[0], height, width], device);
        let beside = (self.channels[1] > 0)
            .then(|| tensor(self.seed ^ 8, [self.pictures, self.channels[1], height, width], device));
        let add = self.add.then(|| tensor(self.seed ^ 9, [self.pictures, self.outputs, height, width], device));
        (x, beside, add)
    }

    /// What comes out, and the gradients of all that went in, with the norm's running moments.
    fn run(self, ours: bool, device: &Device) -> Vec<(&'static str, Vec<f32>)> {
        let (conv, norm) = self.layers(device);
        let (x, beside, add) = self.inputs(device);
        let learns = device.is_autodiff();
        let watch = |x: Tensor<4>| if learns { x.require_grad() } else { x };
        let (x, beside, add) = (watch(x), beside.map(watch), add.map(watch));
        let out = if ours {
            let then = Then { norm: norm.as_ref(), add: add.clone(), relu: self.relu, halve: self.halve };
            block(x.clone(), beside.clone(), &conv, then)
        } else {
            let all = [Some(x.clone()), beside.clone()].into_iter().flatten().collect();
            let mut out = conv.forward(Tensor::cat(all, 1));
            out = norm.as_ref().map_or(out.clone(), |norm| norm.forward(out));
            out = add.clone().map_or(out.clone(), |add| out + add);
            out = if self.relu { activation::relu(out) } else { out };
            if self.halve { module::max_pool2d(out, MaxPoolOptions::new([2, 2]).with_stride([2, 2])) } else { out }
        };
        let mut told = vec![("out", vec(out.clone()))];
        if !learns {
            return told;
        }
        let weight = tensor(self.seed ^ 0xa, out.dims(), device);
        let gradients = (out * weight).sum().backward();
        let mut tell = |what, gradient: Option<Vec<f32>>| told.extend(gradient.map(|gradient| (what, gradient)));
        tell("x", x.grad(&gradients).map(vec));
        tell("beside", beside.and_then(|beside| beside.grad(&gradients)).map(vec));
        tell("add", add.and_then(|add| add.grad(&gradients)).map(vec));
        tell("weight", conv.weight.grad(&gradients).map(vec));
        // A batch's norm takes the bias away again: what burn computes there is rounding alone.
        if self.norm != Some(true) {
            tell("bias", conv.bias.and_then(|bias| bias.grad(&gradients)).map(vec));
        }
        if let Some(norm) = norm {
            tell("gamma", norm.gamma.grad(&gradients).map(vec));
            tell("beta", norm.beta.grad(&gradients).map(vec));
            tell("running mean", Some(vec(norm.running_mean.value_sync())));
            tell("running variance", Some(vec(norm.running_var.value_sync())));
        }
        told
    }

    fn compare(self, device: &Device) {
        let (ours, theirs) = (self.run(true, device), self.run(false, device));
        let names = |told: &[(&'static str, Vec<f32>)]| told.iter().map(|(what, _)| *what).collect::<Vec<_>>();
        assert_eq!(names(&ours), names(&theirs));
        for ((what, ours), (_, theirs)) in ours.iter().zip(&theirs) {
            // A batch's norm does not see how large what it is given is: of a gradient below it, terms of some units cancel, each over
            // the spread of what is given.
            let below = self.norm == Some(true) && ["x", "beside", "weight"].contains(what);
            close_on(if below { 8.0 / self.least_spread(device) } else { 1e-3 }, what, ours, theirs);
        }
    }

    /// The least SD of what the convolution gives in any of its outputs, as the norm takes it; 1 at most.
    fn least_spread(self, device: &Device) -> f32 {
        let (conv, norm) = self.layers(device);
        let (x, beside, _) = self.inputs(device);
        let out = conv.forward(Tensor::cat([Some(x), beside].into_iter().flatten().collect(), 1));
        let [pictures, outputs, height, width] = out.dims();
        let (out, area) = (vec(out), height * width);
        let variance = |output: usize| {
            let own = |picture: usize| &out[(picture * outputs + output) * area..][..area];
            let all: Vec<f32> = (0..pictures).flat_map(own).copied().collect();
            let mean = all.iter().sum::<f32>() / all.len() as f32;
            all.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / all.len() as f32
        };
        let epsilon = norm.map_or(0.0, |norm| norm.epsilon as f32);
        (0..outputs).map(|output| (variance(output) + epsilon).sqrt()).fold(1.0, f32::min)
    }
}

/// A case of the models' kind: halved, normalised, beside another, and none of its sizes a whole number of vectors.
const ODD: Case = Case {
    pictures: 11,
    channels: [5, 2],
    outputs: 13,
    size: [9, 13],
    kernel: [3, 3],
    norm: Some(true),
    bias: false,
    add: true,
    relu: true,
    halve: true,
    seed: 1,
};

#[test]
fn any_number_of_threads_computes_the_same_bits() {
    for width in widths() {
        let _forced = forced(width);
        for case in
            [ODD, Case { norm: None, bias: true, pictures: 64, ..ODD }, Case { pictures: 3, halve: false, ..ODD }]
        {
            let with = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let told = pool.install(|| case.run(true, &Device::flex().autodiff()));
                told.into_iter().map(|(_, numbers)| numbers.into_iter().map(f32::to_bits).collect()).collect()
            };
            let one: Vec<Vec<u32>> = with(1);
            assert_eq!(one, with(2));
            assert_eq!(one, with(3));
        }
    }
}

#[test]
fn running_moments_are_those_of_every_batch_whichever_thread_it_was_on() {
    let case = Case { norm: Some(true), ..ODD };
    let after = |threads: bool| {
        let device = Device::flex().autodiff();
        let (conv, norm) = case.layers(&device);
        let norm = norm.expect("a norm");
        drop((norm.running_mean.value_sync(), norm.running_var.value_sync()));
        for _ in 0..3 {
            let (x, beside, _) = case.inputs(&device);
            let batch = || drop(block(x, beside, &conv, Then { norm: Some(&norm), ..Then::default() }));
            if threads {
                std::thread::scope(|scope| scope.spawn(batch).join().expect("a batch"));
            } else {
                batch();
            }
        }
        [vec(norm.running_mean.value()), vec(norm.running_var.value())]
    };
    for width in widths() {
        let _forced = forced(width);
        assert_eq!(after(true), after(false));
    }
}

#[test]
fn what_is_not_finite_goes_through_as_in_burn() {
    for width in widths() {
        let _forced = forced(width);
        for halve in [false, true] {
            let case = Case { norm: Some(false), halve, ..ODD };
            let device = Device::flex();
            let (conv, norm) = case.layers(&device);
            let (x, beside, add) = case.inputs(&device);
            let (shape, mut numbers) = (x.dims(), vec(x));
            for (i, wild) in [(200, f32::NAN), (900, f32::INFINITY), (1500, f32::NEG_INFINITY), (2000, f32::NAN)] {
                numbers[i] = wild;
            }
            let x: Tensor<4> = Tensor::from_data(TensorData::new(numbers, shape), &device);
            let then = Then { norm: norm.as_ref(), add: add.clone(), relu: true, halve };
            let ours = block(x.clone(), beside.clone(), &conv, then);
            let all = [Some(x), beside].into_iter().flatten().collect();
            let linear = norm.unwrap().forward(conv.forward(Tensor::cat(all, 1))) + add.unwrap();
            let theirs = activation::relu(linear);
            let half = MaxPoolOptions::new([2, 2]).with_stride([2, 2]);
            let theirs = if halve { module::max_pool2d(theirs, half) } else { theirs };
            let (ours, theirs) = (vec(ours), vec(theirs));
            assert!(theirs.iter().any(|x| x.is_nan()) && theirs.iter().any(|x| x.is_infinite()));
            close("out", &ours, &theirs);
        }
    }
}

/// The same in `f64`, pixel by pixel as the formulas stand: the sum of what comes out, weighted.
fn plain(case: Case, x: &[f64], weight: &[f64], gamma: &[f64], beta: &[f64], towards: &[f64]) -> f64 {
    let ([height, width], inputs) = (case.size, case.channels[0]);
    let (n, outputs) = (case.pictures, case.outputs);
    let mut z = vec![0.0; n * outputs * height * width];
    for (at, z) in z.iter_mut().enumerate() {
        let (column, line, output, picture) =
            (at % width, at / width % height, at / width / height % outputs, at / width / height / outputs);
        for input in 0..inputs {
            for (tap, weight) in weight[(output * inputs + input) * 9..][..9].iter().enumerate() {
                let (line, column) = ((line + tap / 3).wrapping_sub(1), (column + tap % 3).wrapping_sub(1));
                if line < height && column < width {
                    *z += weight * x[((picture * inputs + input) * height + line) * width + column];
                }
            }
        }
    }
    let of = |channel: usize| {
        z.chunks(height * width).skip(channel).step_by(outputs).flatten().copied().collect::<Vec<f64>>()
    };
    let moments: Vec<(f64, f64)> = (0..outputs)
        .map(|channel| {
            let numbers = of(channel);
            let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
            (mean, numbers.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / numbers.len() as f64)
        })
        .collect();
    let y: Vec<f64> = z
        .iter()
        .enumerate()
        .map(|(at, z)| {
            let channel = at / width / height % outputs;
            let (mean, variance) = moments[channel];
            ((z - mean) / (variance + 1e-5).sqrt() * gamma[channel] + beta[channel]).max(0.0)
        })
        .collect();
    let (half, tall) = (width / 2, height / 2);
    towards
        .iter()
        .enumerate()
        .map(|(at, towards)| {
            let (column, line, plane) = (at % half, at / half % tall, at / half / tall);
            let pixel = |y_: usize, x_: usize| y[(plane * height + 2 * line + y_) * width + 2 * column + x_];
            towards * pixel(0, 0).max(pixel(0, 1)).max(pixel(1, 0)).max(pixel(1, 1))
        })
        .sum()
}

#[test]
fn gradients_are_what_small_changes_make_of_the_result() {
    let case = Case { pictures: 9, channels: [2, 0], outputs: 3, size: [5, 6], add: false, ..ODD };
    let wide = |seed: u64, n: usize| -> Vec<f64> { luck(case.seed ^ seed, n).into_iter().map(f64::from).collect() };
    let all = [wide(7, 9 * 2 * 30), wide(1, 3 * 2 * 9), wide(3, 3), wide(4, 3)];
    let towards = wide(10, 9 * 3 * 6);
    let slope = |which: usize, at: usize| {
        let told = |by: f64| {
            let mut all = all.clone();
            all[which][at] += by;
            plain(case, &all[0], &all[1], &all[2], &all[3], &towards)
        };
        (told(1e-6) - told(-1e-6)) / 2e-6
    };
    let device = Device::flex().autodiff();
    for width in widths() {
        let _forced = forced(width);
        for (what, ours) in case.run(true, &device) {
            let Some(which) = ["x", "weight", "gamma", "beta"].iter().position(|one| *one == what) else { continue };
            let slopes: Vec<f32> = (0..ours.len()).map(|at| slope(which, at) as f32).collect();
            let most = slopes.iter().fold(0.0_f32, |most, slope| most.max(slope.abs()));
            for (ours, slope) in ours.iter().zip(&slopes) {
                assert!((ours - slope).abs() <= 1e-4 * most, "{what}: {ours} instead of {slope}");
            }
        }
    }
}

pub(crate) fn watched<const D: usize>(seed: u64, shape: [usize; D], device: &Device) -> Tensor<D> {
    tensor(seed, shape, device).require_grad()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn growing_is_what_burn_computes(
        pictures in 1_usize..12, inputs in 1_usize..14, outputs in 1_usize..12,
        height in 1_usize..12, width in 1_usize..20, bias: bool, seed: u64,
    ) {
        let device = Device::flex().autodiff();
        let config = ConvTranspose2dConfig::new([inputs, outputs], [2, 2]).with_stride([2, 2]).with_bias(bias);
        let mut layer = config.init(&device);
        layer.weight = Param::from_tensor(tensor(seed ^ 1, [inputs, outputs, 2, 2], &device));
        layer.bias = layer.bias.map(|_| Param::from_tensor(tensor(seed ^ 2, [outputs], &device)));
        let run = |ours: bool| {
            let x = watched(seed ^ 3, [pictures, inputs, height, width], &device);
            let out = if ours { grow(x.clone(), &layer) } else { layer.forward(x.clone()) };
            let gradients = (out.clone() * tensor(seed ^ 4, out.dims(), &device)).sum().backward();
            let bias = layer.bias.as_ref().and_then(|bias| bias.grad(&gradients)).map(vec);
            [vec(out), vec(x.grad(&gradients).unwrap()), vec(layer.weight.grad(&gradients).unwrap()), bias.unwrap_or_default()]
        };
        let theirs = run(false);
        for width in widths() {
            let _forced = forced(width);
            for ((what, ours), theirs) in ["out", "x", "weight", "bias"].iter().zip(run(true)).zip(&theirs) {
                close(what, &ours, theirs);
            }
        }
    }

    #[test]
    fn pooling_is_what_burn_computes(
        pictures in 1_usize..12, channels in 1_usize..9, height in 1_usize..12, width in 1_usize..20,
        wild in 0_usize..4, seed: u64,
    ) {
        let device = Device::flex().autodiff();
        let shape = [pictures, channels, height, width];
        let mut pixels = luck(seed, shape.iter().product());
        for at in 0..wild {
            let n = pixels.len();
            pixels[at * 7 % n] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::NAN][at];
        }
        let run = |ours: bool| {
            let x = || Tensor::<4>::from_data(TensorData::new(pixels.clone(), shape), &device).require_grad();
            let (one, other) = (x(), x());
            let both = if ours {
                mean_and_highest(one.clone())
            } else {
                let flat = one.clone().reshape([pictures, channels, height * width]);
                let (mean, most) = (flat.clone().mean_dim(2), flat.max_dim(2));
                Tensor::cat(vec![mean.squeeze_dim::<2>(2), most.squeeze_dim::<2>(2)], 1)
            };
            let gradients = (both.clone() * tensor(seed ^ 1, both.dims(), &device)).sum().backward();
            let mut told = vec![vec(both), vec(one.grad(&gradients).unwrap())];
            if height > 1 && width > 1 {
                let half = MaxPoolOptions::new([2, 2]).with_stride([2, 2]);
                let out = if ours { highest(other.clone()) } else { module::max_pool2d(other.clone(), half) };
                let gradients = (out.clone() * tensor(seed ^ 2, out.dims(), &device)).sum().backward();
                told.extend([vec(out), vec(other.grad(&gradients).unwrap())]);
            }
            told
        };
        for (ours, theirs) in run(true).iter().zip(run(false)) {
            close("pooled", ours, &theirs);
        }
    }

    #[test]
    fn a_loss_is_what_its_formula_says(
        rows in 1_usize..80, outputs in 1_usize..40, positive in 0.1_f32..9.0, scale in 0.1_f32..60.0, seed: u64,
    ) {
        let device = Device::flex().autodiff();
        let y = tensor::<2>(seed, [rows, outputs], &device).greater_elem(0.3).float();
        let likelihood = |focus| Some(Likelihood { focus, positive });
        let formula = |of: Loss, z: Tensor<2>| {
            let likely = activation::log_sigmoid(z.clone() * y.clone().mul_scalar(2.0).sub_scalar(1.0));
            let weights = y.clone().mul_scalar(positive - 1.0).add_scalar(1.0);
            let counts = match of.likelihood {
                Some(Likelihood { focus: Focus::Squared, .. }) => likely.clone().exp().neg().add_scalar(1.0).powi_scalar(2),
                _ => likely.ones_like(),
            };
            let own = (likely * weights * counts).mean().neg();
            let Some(smooth) = of.dice else { return own };
            let p = activation::sigmoid(z);
            let both = (p.clone() * y.clone()).sum().mul_scalar(2.0).add_scalar(smooth);
            let dice = (both / (p.sum() + y.clone().sum()).add_scalar(smooth)).neg().add_scalar(1.0);
            if of.likelihood.is_some() { own + dice } else { dice }
        };
        for of in [
            Loss { likelihood: likelihood(Focus::None), dice: None },
            Loss { likelihood: likelihood(Focus::Squared), dice: None },
            Loss { likelihood: likelihood(Focus::None), dice: Some(1.0) },
            Loss { likelihood: None, dice: Some(1.0) },
        ] {
            let run = |ours: bool| {
                let z = tensor::<2>(seed ^ 1, [rows, outputs], &device).mul_scalar(scale).detach().require_grad();
                let told = if ours { loss(of, z.clone(), y.clone()) } else { formula(of, z.clone()) };
                let gradients = told.clone().mul_scalar(3.0).backward();
                [vec(told), vec(z.grad(&gradients).unwrap())]
            };
            let theirs = run(false);
            for width in widths() {
                let _forced = forced(width);
                for (ours, theirs) in run(true).iter().zip(&theirs) {
                    // The formula takes a likelihood near 1 from 1, of which a rounding of 1 is left.
                    close_on(2e-2, "loss", ours, theirs);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_block_is_what_burn_computes(case in cases()) {
        for width in widths() {
            let _forced = forced(width);
            case.compare(&Device::flex());
            case.compare(&Device::flex().autodiff());
        }
    }

    #[test]
    fn a_prediction_has_the_bits_of_a_training_step(case in cases(), add: bool, wild in 0_usize..6) {
        let case = Case { norm: case.norm.map(|_| false), add: add && case.add, relu: true, ..case };
        for width in widths() {
            let _forced = forced(width);
            let run = |device: Device| {
                let (conv, norm) = case.layers(&device);
                let (x, beside, add) = case.inputs(&device);
                let (shape, mut numbers) = (x.dims(), vec(x));
                for at in 0..wild {
                    let n = numbers.len();
                    numbers[at * 7 % n] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY][at % 3];
                }
                let x = Tensor::from_data(TensorData::new(numbers, shape), &device);
                let then = Then { norm: norm.as_ref(), add, relu: true, halve: case.halve };
                let told = vec(block(x, beside, &conv, then));
                told.into_iter().map(|x| if x.is_nan() { None } else { Some(x.to_bits()) }).collect::<Vec<_>>()
            };
            prop_assert_eq!(run(Device::flex()), run(Device::flex().autodiff()));
        }
    }
}
