//! The models, one file each. Shapes stand in comments: `B` rows of a batch, `F` numbers of a row, `C` channels, `H` × `W` pixels, `T` steps.
//!
//! A model is one file and one line in the list below. A row always comes as `F` numbers; for models that see signals these are
//! the channels one after another, each row by row (`F = C·H·W`, or `C·T`).

mod cnn;
mod cnn1d;
mod computing;
mod convolution;
mod gru;
mod linear;
mod logistic;
mod mlp;
mod resnet;
mod unet;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::nn::{Linear as Layer, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData};

pub use computing::{INSTRUCTIONS, Kernels, force, instructions};

use crate::signal::Shape;
use course::plan::{self, Vocabulary};
use diagnostics::keys::{Key, Kind, Need, Section, Short};
use diagnostics::text;
use diagnostics::text::Text;
use seed::Seed;

pub use target::Tells;

/// What a plan may name of the models.
pub const VOCABULARY: Vocabulary =
    Vocabulary { plan: &plan::keys(kinds, ABOUT), draw_masks: || of_nature(Tells::Pixels) };

fn of_nature(tells: Tells) -> Vec<&'static str> {
    kinds().into_iter().map(|(kind, _)| kind).filter(|kind| nature(kind).1 == tells).collect()
}

/// Makes a model from the weights `[F, outputs]` (row by row) and intercepts `[outputs]` at which its loss is least.
pub type Solved = fn(weights: &[f64], intercepts: &[f64], device: &Device) -> Network;

/// What a model looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sees {
    /// Numbers in a row: columns, or a signal of any shape, one number after another.
    Columns,
    /// The picture of a row.
    Picture,
    /// The series of a row.
    Series,
}

/// The numbers of one row, and how they lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// So many numbers.
    Columns(usize),
    /// Those of a signal.
    Signal(Shape),
}

impl Input {
    /// How many numbers a row has.
    pub fn numbers(self) -> usize {
        match self {
            Self::Columns(n) => n,
            Self::Signal(shape) => shape.numbers(),
        }
    }

    /// `[channels, height, width]`, each channel laid flat; numbers that are no signal are one row of pixels.
    pub fn picture(self) -> [usize; 3] {
        match self {
            Self::Columns(n) => [1, 1, n],
            Self::Signal(shape) => {
                let [height, width] = shape.plane();
                [shape.channels(), height, width]
            }
        }
    }

    /// `[channels, steps]` of a series; other numbers are one after another in each channel.
    pub fn series(self) -> [usize; 2] {
        let [channels, height, width] = self.picture();
        [channels, height * width]
    }
}

/// What a model costs, counted from its settings alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Its weights: all numbers that are learned, and the means and SDs that a normalised layer keeps.
    pub weights: u64,
    /// Multiplications with an addition, for one row, forward.
    pub operations: u64,
    /// Numbers that a training step keeps of one row.
    pub activations: u64,
    /// Layers with weights.
    pub layers: u64,
}

impl Cost {
    /// A layer from so many numbers to so many, with a bias.
    fn linear(inputs: usize, outputs: usize) -> Self {
        let (inputs, outputs) = (inputs as u64, outputs as u64);
        Self { weights: inputs * outputs + outputs, operations: inputs * outputs, activations: 3 * outputs, layers: 1 }
    }

    fn and(self, other: Self) -> Self {
        Self {
            weights: self.weights + other.weights,
            operations: self.operations + other.operations,
            activations: self.activations + other.activations,
            layers: self.layers + other.layers,
        }
    }
}

/// Why a model cannot take pictures of this size: what was found, what it takes.
pub type Misfit = (Text, Text);

macro_rules! models {
    ($($name:literal => $variant:ident in $file:ident, sees $sees:ident, tells $tells:ident $(, solved by $with:ident)?;)*) => {
        /// Any of the models.
        #[derive(Module, Debug)]
        #[expect(clippy::large_enum_variant, reason = "there is one of it")]
        pub enum Network {
            $(
                #[doc = concat!("The model of `src/engine/models/", stringify!($file), ".rs`.")]
                $variant($file::$variant),
            )*
        }

        /// The kinds of models with the keys of each, as `plan.toml` names them.
        pub fn kinds() -> Vec<(&'static str, &'static [Key<'static>])> {
            vec![$(($name, $file::KEYS),)*]
        }

        /// What each kind of model is, in a few words.
        const ABOUT: &[(&str, Short)] = &[$(($name, $file::ABOUT),)*];

        /// What a kind of model looks at and what it speaks about.
        pub fn nature(kind: &str) -> (Sees, Tells) {
            match kind {
                $($name => (Sees::$sees, Tells::$tells),)*
                kind => unreachable!("the plan's keys admit no model `{kind}`"),
            }
        }

        /// How a kind of model is made from its solution, where its loss is solved to the end and not made small step by step.
        pub fn solved(kind: &str) -> Option<Solved> {
            match kind {
                $($($name => Some(|weights, intercepts, device| {
                    Network::$variant($file::$variant::$with(weights, intercepts, device))
                }),)?)*
                _ => None,
            }
        }

        /// Whether a model of these settings can take rows of this kind.
        ///
        /// # Errors
        /// What does not fit.
        pub fn fits(settings: &Section, input: Input) -> Result<(), Misfit> {
            match settings.string("kind").as_str() {
                $($name => $file::fits(settings, input),)*
                kind => unreachable!("the plan's keys admit no model `{kind}`"),
            }
        }

        /// What a model of these settings costs with rows of this kind.
        pub fn cost(settings: &Section, input: Input) -> Cost {
            match settings.string("kind").as_str() {
                $($name => $file::cost(settings, input),)*
                kind => unreachable!("the plan's keys admit no model `{kind}`"),
            }
        }

        impl Network {
            /// A model of the kind and settings of a plan's `[model]`, with its weights drawn from `seed`, for rows that it
            /// [`fits`], and with so many outputs for each (models that speak of pixels have one for each pixel).
            pub fn new(settings: &Section, (input, outputs): (Input, usize), seed: Seed, device: &Device) -> Self {
                match settings.string("kind").as_str() {
                    $($name => Self::$variant($file::$variant::new(settings, (input, outputs), seed, device)),)*
                    kind => unreachable!("the plan's keys admit no model `{kind}`"),
                }
            }

            /// What the model gives for each row: log-odds, a number, or a score for each class. `[B, F]` → `[B, outputs]` or, for
            /// each pixel, `[B, H·W]`. `luck` is given while training, for models that use chance.
            pub fn forward(&self, rows: Tensor<2>, luck: Option<Seed>) -> Tensor<2> {
                match self {
                    $(Self::$variant(model) => model.forward(rows, luck),)*
                }
            }
        }
    };
}

models! {
    "logistic" => Logistic in logistic, sees Columns, tells Row;
    "linear" => Linear in linear, sees Columns, tells Row, solved by with;
    "mlp" => Mlp in mlp, sees Columns, tells Row;
    "cnn" => Cnn in cnn, sees Picture, tells Row;
    "resnet" => Resnet in resnet, sees Picture, tells Row;
    "unet" => Unet in unet, sees Picture, tells Pixels;
    "cnn1d" => Cnn1d in cnn1d, sees Series, tells Row;
    "gru" => Recurrent in gru, sees Series, tells Row;
}

const L2: Key<'static> = Key::new(
    "l2",
    Kind::Number { min: 0.0, max: 1e6 },
    Need::Default("1.0"),
    "Penalty on large weights: l2/2 · Σw² is added to the sum of the rows' losses (so l2 = 1/C in scikit-learn).",
    "大きな重みへの罰則です。行ごとの損失の和に l2/2・Σw² を加えます（scikit-learnのCの逆数）。",
)
.called("Penalty on large weights", "大きな重みへの罰則");

impl Network {
    /// Half the sum of the squares of all weights; biases and what only scales or shifts a channel are left out.
    pub fn half_squares(&self) -> Tensor<1> {
        struct Squares(Option<Tensor<1>>);
        impl ModuleVisitor for Squares {
            fn visit_float<const D: usize>(&mut self, weight: &Param<Tensor<D>>) {
                if D > 1 {
                    let own = weight.val().powi_scalar(2).sum();
                    self.0 = Some(self.0.take().map_or(own.clone(), |sum| sum + own));
                }
            }
        }
        let mut squares = Squares(None);
        self.visit(&mut squares);
        squares.0.map_or_else(|| Tensor::from_floats([0.0], &Device::flex()), |sum| sum.mul_scalar(0.5))
    }
}

/// Gathers weights.
struct Gathered(Vec<f32>);

impl ModuleVisitor for Gathered {
    fn visit_float<const D: usize>(&mut self, weight: &Param<Tensor<D>>) {
        self.0.extend(weight.val().into_data().iter::<f32>());
    }
}

/// Deals weights out again; `None` where there were too few.
struct Dealt<'a>(Option<&'a [f32]>);

impl ModuleMapper for Dealt<'_> {
    fn map_float<const D: usize>(&mut self, weight: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, before, _) = weight.consume();
        let dealt = self.0.and_then(|left| left.split_at_checked(before.dims().iter().product()));
        self.0 = dealt.map(|(_, left)| left);
        let weight = dealt.map_or(before.clone(), |(own, _)| {
            Tensor::from_data(TensorData::new(own.to_vec(), before.dims()), &before.device())
        });
        Param::initialized(id, weight)
    }
}

impl Network {
    /// Every number that it learned, in its own order.
    pub fn weights(&self) -> Vec<f32> {
        let mut gathered = Gathered(Vec::new());
        self.visit(&mut gathered);
        gathered.0
    }

    /// The same model with these weights, in the order of [`Network::weights`]; nothing where their number is another.
    pub fn with_weights(self, weights: &[f32]) -> Option<Self> {
        let mut dealt = Dealt(Some(weights));
        let network = self.map(&mut dealt);
        dealt.0.is_some_and(<[f32]>::is_empty).then_some(network)
    }
}

/// So many numbers, uniform within ±bound, of our own stream: burn's generator is global to the process.
fn uniform(n: usize, bound: f64, seed: Seed) -> Vec<f32> {
    (0..n as u64).map(|i| ((2.0 * seed.at(i).uniform() - 1.0) * bound) as f32).collect()
}

/// A linear layer with weights uniform within ±bound.
fn linear(inputs: usize, outputs: usize, bound: f64, seed: Seed, device: &Device) -> Layer {
    let mut layer = LinearConfig::new(inputs, outputs).init(device);
    let weight = TensorData::new(uniform(inputs * outputs, bound, seed.named("weight")), [inputs, outputs]);
    layer.weight = Param::from_tensor(Tensor::from_data(weight, device));
    layer.bias = layer.bias.map(|_| {
        let bias = TensorData::new(uniform(outputs, bound, seed.named("bias")), [outputs]);
        Param::from_tensor(Tensor::from_data(bias, device))
    });
    layer
}

/// Inverted dropout (Srivastava et al. 2014): each number becomes 0, or 1/(1 − share) times itself so that the mean stays.
fn dropout(x: Tensor<2>, share: f64, luck: Option<Seed>) -> Tensor<2> {
    let Some(luck) = luck.filter(|_| share > 0.0) else { return x };
    let [rows, units] = x.dims();
    let kept = (1.0 / (1.0 - share)) as f32;
    let mask: Vec<f32> =
        (0..(rows * units) as u64).map(|i| if luck.at(i).uniform() < share { 0.0 } else { kept }).collect();
    let mask = Tensor::from_data(TensorData::new(mask, [rows, units]), &x.device());
    x * mask
}

/// For models of columns, which take any number of them.
#[expect(clippy::unnecessary_wraps, reason = "models of pictures and series can refuse")]
fn any_columns(_: &Section, _: Input) -> Result<(), Misfit> {
    Ok(())
}

/// For models that halve a picture `depth` times: at least one pixel must be left.
fn halvings(settings: &Section, input: Input) -> Result<(), Misfit> {
    let depth = settings.count("depth");
    let [_, height, width] = input.picture();
    let least = 1_usize << depth;
    if height.min(width) >= least {
        return Ok(());
    }
    Err((
        text!("pictures of {height} × {width} pixels", "画像が{height}×{width}画素"),
        text!(
            "at least {least} × {least} pixels for {depth} halvings; or a smaller depth",
            "{depth}回の縮小には{least}×{least}画素以上。またはdepthを小さく"
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(text: &str) -> Section {
        let key = Key::new("model", Kind::Kinds(kinds), Need::Required, "", "");
        let read = diagnostics::keys::read("plan.toml", format!("[model]\n{text}").as_bytes(), &[key]);
        read.expect("a sound model").table("model").clone()
    }

    #[test]
    fn the_counted_weights_are_those_of_the_real_model() {
        let picture = |shape| Input::Signal(Shape::picture(shape));
        let (row, grey, colour) = (Input::Columns(7), picture([1, 16, 24]), picture([3, 32, 16]));
        let [one, twelve] = [[1, 100], [12, 33]].map(|shape| Input::Signal(Shape::Series(shape)));
        // Each kind as it is where nothing is written, and these.
        let further: &[(&str, &[&str])] = &[
            ("mlp", &["hidden = []", "hidden = [5]", "hidden = [64, 3, 17]"]),
            ("cnn", &["batch_norm = false", "width = 3\ndepth = 2", "width = 5\ndepth = 1"]),
            ("resnet", &["batch_norm = false", "width = 3\ndepth = 2", "width = 5\ndepth = 4"]),
            ("unet", &["batch_norm = false", "width = 3\ndepth = 3"]),
            ("cnn1d", &["batch_norm = false", "width = 3\ndepth = 2\nreach = 4"]),
            ("gru", &["units = 5"]),
        ];
        for (kind, _) in kinds() {
            let inputs: &[Input] = match nature(kind).0 {
                Sees::Columns => &[row],
                Sees::Picture => &[grey, colour],
                Sees::Series => &[one, twelve],
            };
            let own = further.iter().filter(|(of, _)| *of == kind).flat_map(|(_, settings)| settings.iter().copied());
            for settings in std::iter::once("").chain(own) {
                let settings = model(&format!("kind = \"{kind}\"\n{settings}"));
                for &input in inputs {
                    let real = Network::new(&settings, (input, 1), Seed::new(1), &Device::flex());
                    assert_eq!(cost(&settings, input).weights, real.num_params() as u64, "{settings:?} {input:?}");
                }
            }
        }
    }
}
