//! A convolutional network: blocks of convolution and halving, each twice as wide as the one before, then one output.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};
use kernels::Then;

use super::convolution::{BATCH_NORM, Block, DROPOUT, block_cost, doubling, output, output_cost, pictures, pool, relu};
use super::{Cost, Input, L2, dropout};
use diagnostics::keys::{Key, Kind, Need, Section, Short};
use seed::Seed;

pub(super) use super::halvings as fits;

pub(super) const ABOUT: Short = Short::new("convolutional network for pictures", "画像用の畳み込みネットワーク");

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
        Kind::Whole { min: 1, max: 6 },
        Need::Default("3"),
        "blocks",
        "Blocks; each halves the picture.",
        "ブロックの数です。1つごとに画像の縦横が半分になります。",
    )
    .called("Depth of the network", "ネットワークの深さ"),
    DROPOUT,
    BATCH_NORM,
    L2,
];

pub(super) fn cost(settings: &Section, input: Input) -> Cost {
    let ([channels, height, width], norm) = (input.picture(), settings.flag("batch_norm"));
    let (blocks, last) = doubling(settings, channels);
    let costs =
        blocks.into_iter().enumerate().map(|(i, channels)| block_cost(channels, norm, (height >> i) * (width >> i)));
    costs.fold(Cost::default(), Cost::and).and(output_cost(last))
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
        let (norm, (blocks, last)) = (settings.flag("batch_norm"), doubling(settings, shape[0]));
        let blocks = (0..).zip(blocks).map(|(i, channels)| Block::new(channels, norm, seed.at(i), device)).collect();
        Self { blocks, output: output([last, outputs], seed, device), dropout: settings.number("dropout"), shape }
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
