//! A generalised linear model that is solved to the end: least squares, logistic or softmax regression, by what is predicted.

use burn::module::{Module, Param};
use burn::nn::Linear as Layer;
use burn::tensor::{Device, Tensor, TensorData};

use super::{Cost, Input, L2, linear};
use diagnostics::keys::{Key, Section, Short};
use seed::Seed;

pub(super) use super::any_columns as fits;

pub(super) const ABOUT: Short = Short::new("regression, solved exactly", "回帰（解を直接計算）");

pub(super) const KEYS: &[Key<'static>] = &[L2];

pub(super) fn cost(_: &Section, input: Input) -> Cost {
    Cost::linear(input.numbers(), 1)
}

/// A linear model.
#[derive(Module, Debug)]
pub struct Linear {
    output: Layer,
}

impl Linear {
    /// All weights start at zero.
    pub(super) fn new(_: &Section, (input, outputs): (Input, usize), seed: Seed, device: &Device) -> Self {
        Self { output: linear(input.numbers(), outputs, 0.0, seed, device) }
    }

    /// The model with these weights `[F, outputs]` (row by row) and intercepts `[outputs]`.
    pub(super) fn with(weights: &[f64], intercepts: &[f64], device: &Device) -> Self {
        let (inputs, outputs) = (weights.len() / intercepts.len().max(1), intercepts.len());
        let single = |values: &[f64]| values.iter().map(|&value| value as f32).collect::<Vec<f32>>();
        let mut output = linear(inputs, outputs, 0.0, Seed::new(0), device);
        let weight = TensorData::new(single(weights), [inputs, outputs]);
        output.weight = Param::from_tensor(Tensor::from_data(weight, device));
        let bias = TensorData::new(single(intercepts), [outputs]);
        output.bias = output.bias.map(|_| Param::from_tensor(Tensor::from_data(bias, device)));
        Self { output }
    }

    /// `[B, F]` → `[B, outputs]`
    pub(super) fn forward(&self, rows: Tensor<2>, _: Option<Seed>) -> Tensor<2> {
        self.output.forward(rows)
    }
}
