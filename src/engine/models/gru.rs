//! A gated recurrent unit (Cho et al. 2014): it walks through the steps and keeps a state; its states are pooled, then one output.

use burn::module::Module;
use burn::nn::gru::{Gru, GruConfig};
use burn::nn::{GateController, Linear};
use burn::tensor::{Device, Tensor};

use super::convolution::{output, output_cost, pool};
use super::{Cost, Input, Kernels, L2, dropout, linear};
use diagnostics::keys::{Key, Kind, Need, Section, Short};
use seed::Seed;

pub(super) use super::any_columns as fits;

pub(super) const ABOUT: Short =
    Short::new("recurrent network, which remembers earlier steps", "回帰型ネットワーク（前の時点を記憶）");

pub(super) const KEYS: &[Key<'static>] = &[
    Key::measured(
        "units",
        Kind::Whole { min: 1, max: 256 },
        Need::Default("16"),
        "units",
        "Numbers of the state that is kept from step to step.",
        "時点から時点へ引き継ぐ状態の数値の個数です。",
    )
    .called("Size of the memory", "記憶の大きさ"),
    Key::measured(
        "dropout",
        Kind::Number { min: 0.0, max: 0.9 },
        Need::Default("0.0"),
        "share of units",
        "Pooled units switched off at random in each training step.",
        "学習の1回の更新ごとに無作為に休ませるユニットの割合です。",
    )
    .called("Dropout", "ドロップアウト"),
    L2,
];

/// Three gates see the step and the state before it.
pub(super) fn cost(settings: &Section, input: Input) -> Cost {
    let [channels, steps, units] = {
        let [channels, steps] = input.series();
        [channels, steps, settings.count("units")].map(|n| n as u64)
    };
    let products = 3 * units * (channels + units);
    let unit =
        Cost { weights: products + 6 * units, operations: steps * products, activations: steps * 5 * units, layers: 3 };
    unit.and(output_cost(settings.count("units")))
}

/// A gated recurrent unit.
#[derive(Module, Debug)]
pub struct Recurrent {
    unit: Gru,
    output: Linear,
    dropout: f64,
    shape: [usize; 2],
}

impl Recurrent {
    /// Weights uniform within ±√(1/units), as PyTorch's start.
    pub(super) fn new(settings: &Section, (input, outputs): (Input, usize), seed: Seed, device: &Device) -> Self {
        let (shape, units) = (input.series(), settings.count("units"));
        let bound = (1.0 / units as f64).sqrt();
        let mut unit = GruConfig::new(shape[0], units, true).init(device);
        let gate = |gate: &mut GateController, name: &str| {
            let seed = seed.named(name);
            gate.input_transform = linear(shape[0], units, bound, seed.named("seen"), device);
            gate.hidden_transform = linear(units, units, bound, seed.named("past"), device);
        };
        gate(&mut unit.update_gate, "update");
        gate(&mut unit.reset_gate, "reset");
        gate(&mut unit.new_gate, "new");
        Self { unit, output: output([units, outputs], seed, device), dropout: settings.number("dropout"), shape }
    }

    /// `[B, C·T]` → `[B, T, C]` → `[B, T, units]` → `[B, outputs]`
    pub(super) fn forward(&self, rows: Tensor<2>, luck: Option<Seed>) -> Tensor<2> {
        let [channels, steps] = self.shape.map(|n| n as i32);
        let x = rows.reshape([-1, channels, steps]).swap_dims(1, 2);
        let states = if Kernels::current() == Kernels::Own {
            kernels::gru(x, None, &self.unit).0
        } else {
            self.unit.forward(x, None)
        };
        let along = states.swap_dims(1, 2).unsqueeze_dim(2);
        self.output.forward(dropout(pool(along), self.dropout, luck))
    }
}
