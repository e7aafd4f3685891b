//! The gated recurrent unit against burn's own, against finite differences, and against itself.

use burn::module::Param;
use burn::nn::gru::{Gru, GruConfig};
use burn::tensor::{Device, Tensor, TensorData};
use proptest::prelude::*;

use super::{close, forced, luck, tensor, vec, widths};
use crate::{Width, gru};

type Told = Vec<(&'static str, Vec<f32>)>;

#[derive(Clone, Copy, Debug)]
struct Series {
    rows: usize,
    steps: usize,
    inputs: usize,
    units: usize,
    bias: bool,
    state: bool,
    seed: u64,
}

/// None of its sizes a whole number of vectors, and a share with more rows than a tile.
const ODD: Series = Series { rows: 75, steps: 7, inputs: 3, units: 21, bias: true, state: true, seed: 1 };

const GATES: [&str; 3] = ["update", "reset", "new"];

impl Series {
    /// Weights as a layer's are when it begins: products of the size of what went in.
    fn weights(self, seed: u64, shape: [usize; 2], device: &Device) -> Tensor<2> {
        tensor::<2>(self.seed ^ seed, shape, device).mul_scalar(1.5 / (shape[0] as f32).sqrt()).detach()
    }

    fn layer(self, device: &Device) -> Gru {
        let mut layer = GruConfig::new(self.inputs, self.units, self.bias).init(device);
        for (gate, seed) in [&mut layer.update_gate, &mut layer.reset_gate, &mut layer.new_gate].into_iter().zip(10..) {
            let seed = seed * 0x100;
            for (linear, inputs, seed) in
                [(&mut gate.input_transform, self.inputs, seed), (&mut gate.hidden_transform, self.units, seed + 2)]
            {
                linear.weight = Param::from_tensor(self.weights(seed, [inputs, self.units], device));
                linear.bias = linear
                    .bias
                    .take()
                    .map(|_| Param::from_tensor(tensor(self.seed ^ (seed + 1), [self.units], device)));
            }
        }
        layer
    }

    fn x(self, device: &Device) -> Tensor<3> {
        tensor(self.seed ^ 3, [self.rows, self.steps, self.inputs], device)
    }

    fn state(self, device: &Device) -> Option<Tensor<2>> {
        self.state.then(|| tensor(self.seed ^ 4, [self.rows, self.units], device))
    }

    /// What comes out, and the gradients of all that went in, of the states and the last of them weighted.
    fn run(self, ours: bool, device: &Device) -> Told {
        let layer = self.layer(device);
        let learns = device.is_autodiff();
        let watch3 = |x: Tensor<3>| if learns { x.require_grad() } else { x };
        let watch2 = |x: Tensor<2>| if learns { x.require_grad() } else { x };
        let (x, state) = (watch3(self.x(device)), self.state(device).map(watch2));
        let (states, last) = if ours {
            gru(x.clone(), state.clone(), &layer)
        } else {
            let states = layer.forward(x.clone(), state.clone());
            let last = states.clone().slice([0..self.rows, self.steps - 1..self.steps, 0..self.units]);
            (states, last.squeeze_dim(1))
        };
        let mut told: Told = vec![("states", vec(states.clone())), ("last", vec(last.clone()))];
        if !learns {
            return told;
        }
        let towards = (states * tensor(self.seed ^ 5, [self.rows, self.steps, self.units], device)).sum();
        let gradients = (towards + (last * tensor(self.seed ^ 6, [self.rows, self.units], device)).sum()).backward();
        told.extend(x.grad(&gradients).map(|x| ("x", vec(x))));
        told.extend(state.and_then(|state| state.grad(&gradients)).map(|state| ("state", vec(state))));
        for (name, gate) in GATES.into_iter().zip([&layer.update_gate, &layer.reset_gate, &layer.new_gate]) {
            for linear in [&gate.input_transform, &gate.hidden_transform] {
                told.extend(linear.weight.grad(&gradients).map(|weight| (name, vec(weight))));
                told.extend(linear.bias.as_ref().and_then(|bias| bias.grad(&gradients)).map(|bias| (name, vec(bias))));
            }
        }
        told
    }

    fn compare(self, device: &Device, theirs: &Told) {
        let ours = self.run(true, device);
        let names = |told: &Told| told.iter().map(|(what, _)| *what).collect::<Vec<_>>();
        assert_eq!(names(&ours), names(theirs));
        for ((what, ours), (_, theirs)) in ours.iter().zip(theirs) {
            close(what, ours, theirs);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn a_recurrent_unit_is_what_burn_computes(
        rows in prop_oneof![Just(1_usize), 1_usize..100], steps in 1_usize..14, inputs in 1_usize..20,
        units in 1_usize..40, bias: bool, state: bool, seed: u64,
    ) {
        let case = Series { rows, steps, inputs, units, bias, state, seed };
        for device in [Device::flex(), Device::flex().autodiff()] {
            let theirs = case.run(false, &device);
            for width in widths() {
                let _forced = forced(width);
                case.compare(&device, &theirs);
            }
        }
    }
}

#[test]
fn a_long_series_is_what_burn_computes() {
    for (steps, units) in [(96, 32), (200, 5)] {
        let case = Series { rows: 17, steps, units, ..ODD };
        let device = Device::flex().autodiff();
        let theirs = case.run(false, &device);
        for width in widths() {
            let _forced = forced(width);
            case.compare(&device, &theirs);
        }
    }
}

#[test]
fn frozen_weights_have_no_gradient_and_the_rest_keeps_its_own() {
    let device = Device::flex().autodiff();
    let case = Series { rows: 5, ..ODD };
    let _forced = forced(Width::widest());
    let run = |frozen: bool| {
        let layer = case.layer(&device);
        let layer = if frozen { burn::module::Module::freeze(layer) } else { layer };
        let x = case.x(&device).require_grad();
        let (states, last) = gru(x.clone(), None, &layer);
        let gradients = (states.sum() + last.sum()).backward();
        (vec(x.grad(&gradients).unwrap()), layer.new_gate.input_transform.weight.grad(&gradients).is_some())
    };
    let ((free, some), (frozen, none)) = (run(false), run(true));
    assert_eq!(free, frozen);
    assert!(some && !none);
}

#[test]
fn any_number_of_threads_computes_the_same_bits() {
    for width in widths() {
        let _forced = forced(width);
        for case in [ODD, Series { rows: 3, state: false, ..ODD }] {
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
fn what_is_no_number_goes_through_its_own_row_as_in_burn() {
    let device = Device::flex();
    let layer = ODD.layer(&device);
    let mut numbers = vec(ODD.x(&device));
    let row = ODD.steps * ODD.inputs;
    for (at, wild) in [(2 * row + 7, f32::NAN), (30 * row + 4, f32::INFINITY), (60 * row, f32::NEG_INFINITY)] {
        numbers[at] = wild;
    }
    let x: Tensor<3> = Tensor::from_data(TensorData::new(numbers, [ODD.rows, ODD.steps, ODD.inputs]), &device);
    let theirs = vec(layer.forward(x.clone(), ODD.state(&device)));
    assert!(theirs.iter().any(|x| x.is_nan()));
    assert!(theirs[..2 * ODD.steps * ODD.units].iter().all(|x| x.is_finite()));
    for width in widths() {
        let _forced = forced(width);
        close("states", &vec(gru(x.clone(), ODD.state(&device), &layer).0), &theirs);
    }
}

/// The same in `f64` as the formulas stand: the sum of the states and of the last of them, both weighted. `weights`: of the gates z,
/// r and n what is seen, its bias, the past, its bias.
fn plain(case: Series, x: &[f64], state: &[f64], weights: &[Vec<f64>], towards: [&[f64]; 2]) -> f64 {
    let Series { rows, steps, inputs, units, .. } = case;
    let product = |a: &[f64], weight: &[f64], bias: &[f64], unit: usize| {
        bias[unit] + a.iter().enumerate().map(|(i, a)| a * weight[i * units + unit]).sum::<f64>()
    };
    let squash = |x: f64| 1.0 / (1.0 + (-x).exp());
    let mut told = 0.0;
    for row in 0..rows {
        let mut before = state[row * units..][..units].to_vec();
        for step in 0..steps {
            let x = &x[(row * steps + step) * inputs..][..inputs];
            let next = (0..units).map(|unit| {
                let [z, r, n] = [0, 4, 8].map(|at| {
                    let seen = product(x, &weights[at], &weights[at + 1], unit);
                    (seen, product(&before, &weights[at + 2], &weights[at + 3], unit))
                });
                let (z, r) = (squash(z.0 + z.1), squash(r.0 + r.1));
                (1.0 - z) * (n.0 + r * n.1).tanh() + z * before[unit]
            });
            before = next.collect();
            let at = (row * steps + step) * units;
            told += before.iter().zip(&towards[0][at..]).map(|(state, towards)| state * towards).sum::<f64>();
        }
        told += before.iter().zip(&towards[1][row * units..]).map(|(state, towards)| state * towards).sum::<f64>();
    }
    told
}

#[test]
fn gradients_are_what_small_changes_make_of_the_result() {
    let case = Series { rows: 9, steps: 4, inputs: 2, units: 5, ..ODD };
    let device = Device::flex().autodiff();
    let layer = case.layer(&device);
    let wide = |numbers: Vec<f32>| numbers.into_iter().map(f64::from).collect::<Vec<f64>>();
    let mut all = vec![wide(vec(case.x(&device))), wide(vec(case.state(&device).unwrap()))];
    for gate in [&layer.update_gate, &layer.reset_gate, &layer.new_gate] {
        for linear in [&gate.input_transform, &gate.hidden_transform] {
            all.extend([wide(vec(linear.weight.val())), wide(vec(linear.bias.as_ref().unwrap().val()))]);
        }
    }
    let towards = [luck(case.seed ^ 5, 9 * 4 * 5), luck(case.seed ^ 6, 9 * 5)].map(wide);
    let slope = |which: usize, at: usize| {
        let told = |by: f64| {
            let mut all = all.clone();
            all[which][at] += by;
            plain(case, &all[0], &all[1], &all[2..], [&towards[0], &towards[1]])
        };
        (told(1e-6) - told(-1e-6)) / 2e-6
    };
    for width in widths() {
        let _forced = forced(width);
        let told = case.run(true, &device);
        assert_eq!(told.len(), 2 + all.len());
        for (which, (what, ours)) in told.iter().skip(2).enumerate() {
            let slopes: Vec<f32> = (0..ours.len()).map(|at| slope(which, at) as f32).collect();
            let most = slopes.iter().fold(0.0_f32, |most, slope| most.max(slope.abs()));
            for (ours, slope) in ours.iter().zip(&slopes) {
                assert!((ours - slope).abs() <= 1e-4 * most, "{what} {which}: {ours} instead of {slope}");
            }
        }
    }
}
