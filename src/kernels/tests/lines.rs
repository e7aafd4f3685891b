//! Convolutions along lines against burn's own, against finite differences, and against themselves.

use burn::module::Param;
use burn::nn::PaddingConfig1d;
use burn::nn::conv::{Conv1d, Conv1dConfig};
use burn::tensor::{Device, Tensor, TensorData, activation};
use proptest::prelude::*;

use super::{close, forced, luck, tensor, vec, watched, widths};
use crate::conv1d;

type Told = Vec<(&'static str, Vec<f32>)>;

/// A layer of drawn weights that keeps the length.
fn along(channels: [usize; 2], [reach, gap]: [usize; 2], bias: bool, seed: u64, device: &Device) -> Conv1d {
    let size = 2 * reach + 1;
    let mut layer = Conv1dConfig::new(channels[0], channels[1], size)
        .with_padding(PaddingConfig1d::Explicit(reach * gap, reach * gap))
        .with_dilation(gap)
        .with_bias(bias)
        .init(device);
    layer.weight = Param::from_tensor(tensor(seed ^ 1, [channels[1], channels[0], size], device));
    layer.bias = layer.bias.map(|_| Param::from_tensor(tensor(seed ^ 2, [channels[1]], device)));
    layer
}

/// What comes out of a line's convolution, and the gradients.
fn lines(ours: bool, x: &Tensor<3>, layer: &Conv1d, relu: bool, seed: u64) -> Told {
    let out = if ours {
        conv1d(x.clone(), layer, None, relu)
    } else {
        let out = layer.forward(x.clone());
        if relu { activation::relu(out) } else { out }
    };
    let gradients = (out.clone() * tensor(seed ^ 4, out.dims(), &x.device())).sum().backward();
    let bias = layer.bias.as_ref().and_then(|bias| bias.grad(&gradients)).map(vec).unwrap_or_default();
    let (x, weight) = (x.grad(&gradients).unwrap(), layer.weight.grad(&gradients).unwrap());
    vec![("out", vec(out)), ("x", vec(x)), ("weight", vec(weight)), ("bias", bias)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_convolution_along_lines_is_what_burn_computes(
        rows in 1_usize..12, inputs in 1_usize..9, outputs in 1_usize..12, length in 1_usize..90, reach in 0_usize..4,
        gap in 1_usize..5, bias: bool, relu: bool, seed: u64,
    ) {
        let device = Device::flex().autodiff();
        let layer = along([inputs, outputs], [reach, gap], bias, seed, &device);
        let x = watched(seed ^ 3, [rows, inputs, length], &device);
        let theirs = lines(false, &x, &layer, relu, seed);
        for width in widths() {
            let _forced = forced(width);
            for ((what, ours), (_, theirs)) in lines(true, &x, &layer, relu, seed).iter().zip(&theirs) {
                close(what, ours, theirs);
            }
        }
    }
}

#[test]
fn any_number_of_threads_convolves_lines_to_the_same_bits() {
    let device = Device::flex().autodiff();
    let layer = along([5, 13], [2, 3], true, 1, &device);
    for width in widths() {
        let _forced = forced(width);
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let x = watched(3, [21, 5, 67], &device);
            let told = pool.install(|| lines(true, &x, &layer, true, 1));
            told.into_iter().map(|(_, numbers)| numbers.into_iter().map(f32::to_bits).collect()).collect()
        };
        let one: Vec<Vec<u32>> = with(1);
        assert_eq!(one, with(2));
        assert_eq!(one, with(3));
    }
}

#[test]
fn what_is_not_finite_goes_along_lines_as_in_burn() {
    let device = Device::flex();
    let layer = along([2, 5], [1, 2], true, 1, &device);
    let mut numbers = luck(3, 3 * 2 * 40);
    for (at, wild) in [(7, f32::NAN), (90, f32::INFINITY), (200, f32::NEG_INFINITY)] {
        numbers[at] = wild;
    }
    let x: Tensor<3> = Tensor::from_data(TensorData::new(numbers, [3, 2, 40]), &device);
    let theirs = vec(layer.forward(x.clone()));
    assert!(theirs.iter().any(|x| x.is_nan()) && theirs.iter().any(|x| x.is_infinite()));
    for width in widths() {
        let _forced = forced(width);
        close("out", &vec(conv1d(x.clone(), &layer, None, false)), &theirs);
    }
}

#[test]
fn gradients_along_lines_are_what_small_changes_make_of_the_result() {
    let ([rows, inputs, outputs, length], [reach, gap]) = ([3, 2, 3, 11], [1, 2]);
    let device = Device::flex().autodiff();
    let layer = along([inputs, outputs], [reach, gap], true, 9, &device);
    let x = watched(10, [rows, inputs, length], &device);
    let wide = |numbers: Vec<f32>| numbers.into_iter().map(f64::from).collect::<Vec<f64>>();
    let all = [vec(x.clone()), vec(layer.weight.val()), vec(layer.bias.as_ref().unwrap().val())].map(wide);
    let towards = wide(luck(9 ^ 4, rows * outputs * length));
    let told = |all: &[Vec<f64>; 3]| {
        let mut told = 0.0;
        for (at, towards) in towards.iter().enumerate() {
            let (place, output, row) = (at % length, at / length % outputs, at / length / outputs);
            let mut sum = all[2][output];
            for (input, tap) in (0..inputs).flat_map(|input| (0..=2 * reach).map(move |tap| (input, tap))) {
                let from = (place + tap * gap).wrapping_sub(reach * gap);
                if from < length {
                    let weight = all[1][(output * inputs + input) * (2 * reach + 1) + tap];
                    sum += weight * all[0][(row * inputs + input) * length + from];
                }
            }
            told += towards * sum.max(0.0);
        }
        told
    };
    for width in widths() {
        let _forced = forced(width);
        for (which, (what, ours)) in lines(true, &x, &layer, true, 9).iter().skip(1).enumerate() {
            for (at, ours) in ours.iter().enumerate() {
                let by = |by: f64| {
                    let mut all = all.clone();
                    all[which][at] += by;
                    told(&all)
                };
                let slope = (by(1e-6) - by(-1e-6)) / 2e-6;
                assert!((f64::from(*ours) - slope).abs() <= 1e-4, "{what}[{at}]: {ours} instead of {slope}");
            }
        }
    }
}
