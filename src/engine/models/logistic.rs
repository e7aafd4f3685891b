//! Logistic regression: log-odds = b + Σ wᵢxᵢ.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};

use super::{Cost, Input, L2, linear};
use diagnostics::keys::{Key, Section, Short};
use seed::Seed;

pub(super) use super::any_columns as fits;

pub(super) const ABOUT: Short =
    Short::new("logistic regression, trained step by step", "ロジスティック回帰（少しずつ学習）");

pub(super) const KEYS: &[Key<'static>] = &[L2];

pub(super) fn cost(_: &Section, input: Input) -> Cost {
    Cost::linear(input.numbers(), 1)
}

/// Logistic regression.
#[derive(Module, Debug)]
pub struct Logistic {
    output: Linear,
}

impl Logistic {
    /// The problem is convex: all weights start at zero.
    pub(super) fn new(_: &Section, (input, outputs): (Input, usize), seed: Seed, device: &Device) -> Self {
        Self { output: linear(input.numbers(), outputs, 0.0, seed, device) }
    }

    /// `[B, F]` → `[B, outputs]`
    pub(super) fn forward(&self, rows: Tensor<2>, _: Option<Seed>) -> Tensor<2> {
        self.output.forward(rows)
    }
}
