//! Logistic regression: log-odds = b + Σ wᵢxᵢ.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};

use super::{L2, half_squares, linear};
use crate::keys::{Key, Section};
use crate::seed::Seed;

pub(super) const KEYS: &[Key<'static>] = &[L2];

/// Logistic regression.
#[derive(Module, Debug)]
pub struct Logistic {
    output: Linear,
}

impl Logistic {
    /// The problem is convex: all weights start at zero.
    pub(super) fn new(_: &Section, features: usize, seed: Seed, device: &Device) -> Self {
        Self { output: linear(features, 1, 0.0, seed, device) }
    }

    /// `[B, F]` → `[B]`
    pub(super) fn forward(&self, rows: Tensor<2>, _: Option<Seed>) -> Tensor<1> {
        self.output.forward(rows).squeeze_dim(1)
    }

    pub(super) fn half_squares(&self) -> Tensor<1> {
        half_squares(&[&self.output])
    }
}
