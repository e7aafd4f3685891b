//! A neural network with hidden layers: linear, `ReLU`, dropout, and so on, then one output.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, activation};

use super::{Cost, Input, L2, dropout, linear};
use diagnostics::keys::{Key, Kind, Need, Section, Short, Value};
use seed::Seed;

pub(super) use super::any_columns as fits;

pub(super) const ABOUT: Short = Short::new("neural network with hidden layers", "隠れ層のあるニューラルネットワーク");

pub(super) const KEYS: &[Key<'static>] = &[
    Key::measured(
        "hidden",
        Kind::List(&Kind::Whole { min: 1, max: 512 }),
        Need::Default("[32]"),
        "units per layer",
        "The hidden layers, from the input on; [] is logistic regression.",
        "隠れ層です（入力側から）。[] はロジスティック回帰になります。",
    )
    .called("Hidden layers", "隠れ層のユニット数"),
    Key::measured(
        "dropout",
        Kind::Number { min: 0.0, max: 0.9 },
        Need::Default("0.0"),
        "share of units",
        "Hidden units switched off at random in each training step.",
        "学習の1回の更新ごとに無作為に休ませる隠れユニットの割合です。",
    )
    .called("Dropout", "ドロップアウト"),
    L2,
];

/// Units of each hidden layer.
fn hidden(settings: &Section) -> impl Iterator<Item = usize> {
    settings.list("hidden").iter().filter_map(|layer| match layer.value {
        Value::Whole(units) => usize::try_from(units).ok(),
        _ => None,
    })
}

pub(super) fn cost(settings: &Section, input: Input) -> Cost {
    let (mut inputs, mut cost) = (input.numbers(), Cost::default());
    for units in hidden(settings).chain([1]) {
        cost = cost.and(Cost::linear(inputs, units));
        inputs = units;
    }
    cost
}

/// A multi-layer perceptron.
#[derive(Module, Debug)]
pub struct Mlp {
    hidden: Vec<Linear>,
    output: Linear,
    dropout: f64,
}

impl Mlp {
    /// Weights uniform within ±√(1/inputs), as PyTorch's and burn's own linear layers start (He et al. 2015 with a = √5).
    pub(super) fn new(settings: &Section, (input, outputs): (Input, usize), seed: Seed, device: &Device) -> Self {
        let mut inputs = input.numbers();
        let mut layers = Vec::new();
        for (i, units) in hidden(settings).enumerate() {
            layers.push(linear(inputs, units, bound(inputs), seed.at(i as u64), device));
            inputs = units;
        }
        let output = linear(inputs, outputs, bound(inputs), seed.named("output"), device);
        Self { hidden: layers, output, dropout: settings.number("dropout") }
    }

    /// `[B, F]` → `[B, H₁]` → … → `[B, outputs]`
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
