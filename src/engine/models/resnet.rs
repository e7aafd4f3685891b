//! A small residual network (He et al. 2016): stages of two convolutions whose sum with their input goes on.

use burn::module::Module;
use burn::nn::Linear;
use burn::nn::conv::Conv2d;
use burn::tensor::{Device, Tensor};
use kernels::Then;

use super::convolution::{
    BATCH_NORM, Block, block_cost, convolution, convolution_cost, convolve, doubling, output, output_cost, pictures,
    pool, relu,
};
use super::{Cost, Input, L2};
use diagnostics::keys::{Key, Kind, Need, Section, Short};
use seed::Seed;

pub(super) use super::halvings as fits;

pub(super) const ABOUT: Short =
    Short::new("residual network, a deeper one for pictures", "残差ネットワーク（より深い画像用）");

pub(super) const KEYS: &[Key<'static>] = &[
    Key::measured(
        "width",
        Kind::Whole { min: 1, max: 64 },
        Need::Default("8"),
        "channels",
        "Channels of the first stage; each further stage has twice as many.",
        "最初の段のチャンネル数です。次の段へ進むごとに2倍になります。",
    )
    .called("Width of the network", "ネットワークの幅"),
    Key::measured(
        "depth",
        Kind::Whole { min: 1, max: 4 },
        Need::Default("3"),
        "stages",
        "Stages; each halves the picture.",
        "段の数です。1段ごとに画像の縦横が半分になります。",
    )
    .called("Depth of the network", "ネットワークの深さ"),
    BATCH_NORM,
    L2,
];

pub(super) fn cost(settings: &Section, input: Input) -> Cost {
    let ([channels, height, width], norm) = (input.picture(), settings.flag("batch_norm"));
    let (stages, last) = doubling(settings, channels);
    let of_stage = |(i, [channels, outputs]): (usize, [usize; 2])| {
        let pixels = (height >> i) * (width >> i);
        block_cost([channels, outputs], norm, pixels)
            .and(block_cost([outputs, outputs], norm, pixels))
            .and(convolution_cost([channels, outputs], 1, false, pixels))
    };
    stages.into_iter().enumerate().map(of_stage).fold(Cost::default(), Cost::and).and(output_cost(last))
}

/// One stage: two convolutions beside a shortcut, then halving.
#[derive(Module, Debug)]
pub(super) struct Stage {
    first: Block,
    second: Block,
    shortcut: Conv2d,
}

/// A small residual network.
#[derive(Module, Debug)]
pub struct Resnet {
    stages: Vec<Stage>,
    output: Linear,
    shape: [usize; 3],
}

impl Resnet {
    pub(super) fn new(settings: &Section, (input, outputs): (Input, usize), seed: Seed, device: &Device) -> Self {
        let shape = input.picture();
        let (norm, (stages, last)) = (settings.flag("batch_norm"), doubling(settings, shape[0]));
        let stages = (0..)
            .zip(stages)
            .map(|(i, [inputs, outputs])| {
                let seed = seed.at(i);
                Stage {
                    first: Block::new([inputs, outputs], norm, seed.named("first"), device),
                    second: Block::new([outputs, outputs], norm, seed.named("second"), device),
                    shortcut: convolution([inputs, outputs], 1, false, seed.named("shortcut"), device),
                }
            })
            .collect();
        Self { stages, output: output([last, outputs], seed, device), shape }
    }

    /// `[B, C·H·W]` → `[B, w, H/2, W/2]` → `[B, 2w, H/4, W/4]` → … → `[B, outputs]`
    pub(super) fn forward(&self, rows: Tensor<2>, _luck: Option<Seed>) -> Tensor<2> {
        let mut x = pictures(rows, self.shape);
        for stage in &self.stages {
            let inner = stage.first.forward(x.clone(), None, relu());
            let shortcut = convolve(x, None, &stage.shortcut, Then::default());
            x = stage.second.forward(inner, None, Then { add: Some(shortcut), halve: true, ..relu() });
        }
        self.output.forward(pool(x))
    }
}
