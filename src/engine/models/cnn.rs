//! A convolutional network: blocks of convolution and halving, each twice as wide as the one before, then one output.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};
use kernels::Then;

use super::convolution::{BATCH_NORM, Block, DROPOUT, block_cost, output, output_cost, pictures, pool, relu};
use super::{Cost, Input, L2, dropout};
use diagnostics::keys::{Key, Kind, Need, Section};
use seed::Seed;

pub(super) use super::halvings as fits;

pub(super) const KEYS: &[Key<'static>] = &[
    Key::measured(
        "width",
        Kind::Whole { min: 1, max: 64 },
        Need::Default("8"),
        "channels",
        "Channels of the first block; each further block has twice as many.",
        "最初のブロックのチャンネル数です。次のブロックほど2倍になります。",
    ),
    Key::measured(
        "depth",
        Kind::Whole { min: 1, max: 6 },
        Need::Default("3"),
        "blocks",
        "Blocks; each halves the picture.",
        "ブロックの数です。1つごとに画像の縦横が半分になります。",
    ),
    DROPOUT,
    BATCH_NORM,
    L2,
];

pub(super) fn cost(settings: &Section, input: Input) -> Cost {
    let ([mut channels, height, width], norm) = (input.picture(), settings.flag("batch_norm"));
    let mut cost = Cost::default();
    for i in 0..settings.count("depth") {
        let outputs = settings.count("width") << i;
        cost = cost.and(block_cost([channels, outputs], norm, (height >> i) * (width >> i)));
        channels = outputs;
    }
    cost.and(output_cost(channels))
}

/// A convolutional network.
#[derive(Module, Debug)]
pub struct Cnn {
    blocks: Vec<Block>,
    output: Linear,
    dropout: f64,
    shape: [usize; 3],
}

impl Cnn {
    pub(super) fn new(settings: &Section, (input, outputs): (Input, usize), seed: Seed, device: &Device) -> Self {
        let shape = input.picture();
        let (width, norm) = (settings.count("width"), settings.flag("batch_norm"));
        let mut channels = shape[0];
        let blocks = (0..settings.count("depth"))
            .map(|i| {
                let inputs = channels;
                channels = width << i;
                Block::new([inputs, channels], norm, seed.at(i as u64), device)
            })
            .collect();
        Self { blocks, output: output([channels, outputs], seed, device), dropout: settings.number("dropout"), shape }
    }

    /// `[B, C·H·W]` → `[B, w, H/2, W/2]` → `[B, 2w, H/4, W/4]` → … → `[B, outputs]`
    pub(super) fn forward(&self, rows: Tensor<2>, luck: Option<Seed>) -> Tensor<2> {
        let mut x = pictures(rows, self.shape);
        for block in &self.blocks {
            x = block.forward(x, None, Then { halve: true, ..relu() });
        }
        self.output.forward(dropout(pool(x), self.dropout, luck))
    }
}
