//! A neural network with hidden layers: linear, `ReLU`, dropout, and so on, then one output.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData, activation};

use super::{L2, half_squares, linear};
use crate::keys::{Key, Kind, Need, Section, Value};
use crate::seed::Seed;

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
    pub(super) fn new(settings: &Section, features: usize, seed: Seed, device: &Device) -> Self {
        let mut inputs = features;
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

    /// `[B, F]` → `[B, H₁]` → … → `[B, 1]` → `[B]`
    pub(super) fn forward(&self, rows: Tensor<2>, luck: Option<Seed>) -> Tensor<1> {
        let mut x = rows;
        for (i, layer) in self.hidden.iter().enumerate() {
            x = activation::relu(layer.forward(x));
            if let Some(luck) = luck.filter(|_| self.dropout > 0.0) {
                x = x.clone() * self.mask(&x, luck.at(i as u64));
            }
        }
        self.output.forward(x).squeeze_dim(1)
    }

    /// Inverted dropout (Srivastava et al. 2014): 0, or 1/(1 − dropout) so that the mean stays.
    fn mask(&self, like: &Tensor<2>, luck: Seed) -> Tensor<2> {
        let [rows, units] = like.dims();
        let kept = (1.0 / (1.0 - self.dropout)) as f32;
        let mask: Vec<f32> =
            (0..(rows * units) as u64).map(|i| if luck.at(i).uniform() < self.dropout { 0.0 } else { kept }).collect();
        Tensor::from_data(TensorData::new(mask, [rows, units]), &like.device())
    }

    pub(super) fn half_squares(&self) -> Tensor<1> {
        let layers: Vec<&Linear> = self.hidden.iter().chain([&self.output]).collect();
        half_squares(&layers)
    }
}

fn bound(inputs: usize) -> f64 {
    (1.0 / inputs.max(1) as f64).sqrt()
}
