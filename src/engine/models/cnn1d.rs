//! A convolutional network along time: blocks of convolution and halving, each twice as wide as the one before, then one output.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv1d, Conv1dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, PaddingConfig1d};
use burn::tensor::{Device, Tensor, TensorData, activation};

use super::convolution::{BATCH_NORM, DROPOUT, doubling, output, output_cost, pool};
use super::{Cost, Input, Kernels, L2, Misfit, dropout, uniform};
use diagnostics::keys::{Key, Kind, Need, Section, Short};
use diagnostics::text;
use seed::Seed;

pub(super) const ABOUT: Short = Short::new("convolutional network along time", "時系列用の畳み込みネットワーク");

pub(super) const KEYS: &[Key<'static>] = &[
    Key::measured(
        "width",
        Kind::Whole { min: 1, max: 64 },
        Need::Default("8"),
        "channels",
        "Channels of the first block; each further block has twice as many.",
        "最初のブロックのチャンネル数です。次のブロックへ進むごとに2倍になります。",
    )
    .called("Width of the network", "ネットワークの幅"),
    Key::measured(
        "depth",
        Kind::Whole { min: 1, max: 8 },
        Need::Default("3"),
        "blocks",
        "Blocks; each halves the number of steps.",
        "ブロックの数です。1つごとに時点の数が半分になります。",
    )
    .called("Depth of the network", "ネットワークの深さ"),
    Key::measured(
        "reach",
        Kind::Whole { min: 1, max: 15 },
        Need::Default("3"),
        "steps",
        "How many steps before and after its own a convolution sees.",
        "畳み込みが、その時点の前後それぞれ何時点まで見るかです。",
    )
    .called("Reach in time", "見る時点の範囲"),
    DROPOUT,
    BATCH_NORM,
    L2,
];

/// At least one step must be left after all halvings.
pub(super) fn fits(settings: &Section, input: Input) -> Result<(), Misfit> {
    let (depth, [_, steps]) = (settings.count("depth"), input.series());
    let least = 1_usize << depth;
    if steps >= least {
        return Ok(());
    }
    Err((
        text!("series of {steps} steps", "系列の長さが{steps}時点"),
        text!(
            "at least {least} steps for {depth} halvings; or a smaller depth",
            "{depth}回の縮小には{least}時点以上。またはdepthを小さく"
        ),
    ))
}

/// The width of a kernel.
fn kernel(settings: &Section) -> usize {
    2 * settings.count("reach") + 1
}

pub(super) fn cost(settings: &Section, input: Input) -> Cost {
    let ([channels, steps], norm) = (input.series(), settings.flag("batch_norm"));
    let (blocks, last) = doubling(settings, channels);
    let of_block = |(i, [channels, outputs]): (usize, [usize; 2])| {
        let steps = steps >> i;
        let [weights, given] = [channels * outputs * kernel(settings), outputs * steps].map(|n| n as u64);
        let (outputs_64, steps_64) = (outputs as u64, steps as u64);
        Cost {
            weights: weights + if norm { 4 * outputs_64 } else { outputs_64 },
            operations: weights * steps_64 + if norm { 4 * given } else { 0 },
            activations: if norm { 4 * given } else { 2 * given },
            layers: if norm { 2 } else { 1 },
        }
    };
    blocks.into_iter().enumerate().map(of_block).fold(Cost::default(), Cost::and).and(output_cost(last))
}

/// A convolution that keeps the number of steps, batch normalisation where it is asked for, `ReLU`, halving.
#[derive(Module, Debug)]
struct Block {
    convolution: Conv1d,
    norm: Option<BatchNorm>,
}

impl Block {
    /// Weights uniform with variance 2 / inputs (He et al. 2015), biases 0.
    fn new([inputs, outputs]: [usize; 2], kernel: usize, norm: bool, seed: Seed, device: &Device) -> Self {
        let norm = norm.then(|| BatchNormConfig::new(outputs).init(device));
        let mut convolution = Conv1dConfig::new(inputs, outputs, kernel)
            .with_padding(PaddingConfig1d::Explicit(kernel / 2, kernel / 2))
            .with_bias(norm.is_none())
            .init(device);
        let seen = inputs * kernel;
        let weight = uniform(seen * outputs, (6.0 / seen as f64).sqrt(), seed.named("weight"));
        let weight = TensorData::new(weight, [outputs, inputs, kernel]);
        convolution.weight = Param::from_tensor(Tensor::from_data(weight, device));
        convolution.bias = convolution.bias.map(|_| Param::from_tensor(Tensor::zeros([outputs], device)));
        Self { convolution, norm }
    }

    /// `[B, C₀, T]` → `[B, C₁, ⌊T/2⌋]`
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let x = if Kernels::current() == Kernels::Own {
            kernels::conv1d(x, &self.convolution, self.norm.as_ref(), true)
        } else {
            let x = self.convolution.forward(x);
            activation::relu(match &self.norm {
                Some(norm) => norm.forward(x),
                None => x,
            })
        };
        let [rows, channels, steps] = x.dims();
        let half = steps / 2;
        x.slice([0..rows, 0..channels, 0..2 * half]).reshape([rows, channels, half, 2]).max_dim(3).squeeze_dim(3)
    }
}

/// A convolutional network along time.
#[derive(Module, Debug)]
pub struct Cnn1d {
    blocks: Vec<Block>,
    output: Linear,
    dropout: f64,
    shape: [usize; 2],
}

impl Cnn1d {
    pub(super) fn new(settings: &Section, (input, outputs): (Input, usize), seed: Seed, device: &Device) -> Self {
        let shape = input.series();
        let (norm, (blocks, last)) = (settings.flag("batch_norm"), doubling(settings, shape[0]));
        let block = |(i, channels)| Block::new(channels, kernel(settings), norm, seed.at(i), device);
        let blocks = (0..).zip(blocks).map(block).collect();
        Self { blocks, output: output([last, outputs], seed, device), dropout: settings.number("dropout"), shape }
    }

    /// `[B, C·T]` → `[B, w, T/2]` → `[B, 2w, T/4]` → … → `[B, outputs]`
    pub(super) fn forward(&self, rows: Tensor<2>, luck: Option<Seed>) -> Tensor<2> {
        let [channels, steps] = self.shape.map(|n| n as i32);
        let mut x = rows.reshape([-1, channels, steps]);
        for block in &self.blocks {
            x = block.forward(x);
        }
        self.output.forward(dropout(pool(x.unsqueeze_dim(2)), self.dropout, luck))
    }
}
