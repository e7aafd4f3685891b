//! The models, one file each. Shapes stand in comments: `B` rows of a batch, `F` features.
//!
//! A model is one file and one line in the list below.

mod logistic;
mod mlp;

use burn::module::{Module, Param};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData};

use crate::keys::{Key, Kind, Need, Section};
use crate::seed::Seed;

macro_rules! models {
    ($($name:literal => $variant:ident in $file:ident,)*) => {
        /// Any of the models.
        #[derive(Module, Debug)]
        pub enum Network {
            $(
                #[doc = concat!("The model of `src/models/", stringify!($file), ".rs`.")]
                $variant($file::$variant),
            )*
        }

        /// The kinds of models with the keys of each, as `plan.toml` names them.
        pub fn kinds() -> Vec<(&'static str, &'static [Key<'static>])> {
            vec![$(($name, $file::KEYS),)*]
        }

        impl Network {
            /// A model of the kind and settings of a plan's `[model]`, for rows of `features` numbers, with its weights drawn
            /// from `seed`.
            pub fn new(settings: &Section, features: usize, seed: Seed, device: &Device) -> Self {
                match settings.string("kind").as_str() {
                    $($name => Self::$variant($file::$variant::new(settings, features, seed, device)),)*
                    kind => unreachable!("the plan's keys admit no model `{kind}`"),
                }
            }

            /// The log-odds of each row. `[B, F]` → `[B]`. `luck` is given while training, for models that use chance.
            pub fn forward(&self, rows: Tensor<2>, luck: Option<Seed>) -> Tensor<1> {
                match self {
                    $(Self::$variant(model) => model.forward(rows, luck),)*
                }
            }

            /// Half the sum of the squares of all weights, biases left out.
            pub fn half_squares(&self) -> Tensor<1> {
                match self {
                    $(Self::$variant(model) => model.half_squares(),)*
                }
            }
        }
    };
}

models! {
    "logistic" => Logistic in logistic,
    "mlp" => Mlp in mlp,
}

const L2: Key<'static> = Key::new(
    "l2",
    Kind::Number { min: 0.0, max: 1e6 },
    Need::Default("1.0"),
    "Penalty on large weights: l2/2 · Σw² is added to the sum of the rows' losses (so l2 = 1/C in scikit-learn).",
    "大きな重みへの罰則です。行ごとの損失の和に l2/2・Σw² を加えます（scikit-learnのCの逆数）。",
);

/// A linear layer with weights uniform within ±bound of our own stream: burn's generator is global to the process.
fn linear(inputs: usize, outputs: usize, bound: f64, seed: Seed, device: &Device) -> Linear {
    let mut layer = LinearConfig::new(inputs, outputs).init(device);
    let draw = |seed: Seed, n: usize| -> Vec<f32> {
        (0..n as u64).map(|i| ((2.0 * seed.at(i).uniform() - 1.0) * bound) as f32).collect()
    };
    let weight = TensorData::new(draw(seed.named("weight"), inputs * outputs), [inputs, outputs]);
    layer.weight = Param::from_tensor(Tensor::from_data(weight, device));
    layer.bias = layer.bias.map(|_| {
        let bias = TensorData::new(draw(seed.named("bias"), outputs), [outputs]);
        Param::from_tensor(Tensor::from_data(bias, device))
    });
    layer
}

fn half_squares(layers: &[&Linear]) -> Tensor<1> {
    let squares = layers.iter().map(|layer| layer.weight.val().powi_scalar(2).sum());
    squares.reduce(|a, b| a + b).map_or_else(|| Tensor::from_floats([0.0], &Device::flex()), |sum| sum.mul_scalar(0.5))
}
