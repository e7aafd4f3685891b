//! A neural network with hidden layers: linear, `ReLU`, dropout, and so on, then one output.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, activation};

use super::{Input, L2, dropout, linear};
use crate::keys::{Key, Kind, Need, Section, Value};
use crate::seed::Seed;

pub(super) use super::any_columns as fits;

pub(super) const KEYS: &[Key<'static>] = &[
    Key::measured(
        "hidden",
        Kind::List(&Kind::Whole { min: 1, max: 512 }),
        Need::Default("[32]"),
        "units per layer",
        "The hidden layers, from the input on; [] is logistic regression.",
        "隠れ層です（入力側から）。[] はロジスティック回帰になります。",
    ),
    Key::measured(
        "dropout",
        Kind::Number { min: 0.0, max: 0.9 },
        Need::Default("0.0"),
        "share of units",
        "Hidden units switched off at random in each training step.",
        "学習の1回の更新ごとに無作為に休ませる隠れユニットの割合です。",
    ),
    L2,
];

/// A multi-layer perceptron.
#[derive(Module, Debug)]
pub struct Mlp {
    hidden: Vec<Linear>,
    output: Linear,
    dropout: f64,
}

impl Mlp {
    /// Weights uniform within ±√(1/inputs), as PyTorch's and burn's own linear layers start (He et al. 2015 with a = √5).
    pub(super) fn new(settings: &Section, input: Input, seed: Seed, device: &Device) -> Self {
        let mut inputs = input.numbers();
        let mut hidden = Vec::new();
        for (i, layer) in settings.list("hidden").iter().enumerate() {
            let Value::Whole(units) = layer.value else { continue };
            let units = usize::try_from(units).unwrap_or(1);
            hidden.push(linear(inputs, units, bound(inputs), seed.at(i as u64), device));
            inputs = units;
        }
        let output = linear(inputs, 1, bound(inputs), seed.named("output"), device);
        Self { hidden, output, dropout: settings.number("dropout") }
    }

    /// `[B, F]` → `[B, H₁]` → … → `[B, 1]`
    pub(super) fn forward(&self, rows: Tensor<2>, luck: Option<Seed>) -> Tensor<2> {
        let mut x = rows;
        for (i, layer) in self.hidden.iter().enumerate() {
            x = dropout(activation::relu(layer.forward(x)), self.dropout, luck.map(|luck| luck.at(i as u64)));
        }
        self.output.forward(x)
    }
}

fn bound(inputs: usize) -> f64 {
    (1.0 / inputs.max(1) as f64).sqrt()
}
