//! A U-Net (Ronneberger et al. 2015), which gives a risk for each pixel: down by halving, up again beside what was seen on the way.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, ConvTranspose2d, ConvTranspose2dConfig};
use burn::tensor::{Device, Tensor, TensorData};
use kernels::Then;

use super::convolution::{
    BATCH_NORM, Block, block_cost, convolution, convolution_cost, convolve, halve, pictures, relu,
};
use super::{Cost, Input, Kernels, L2, Misfit, uniform};
use diagnostics::keys::{Key, Kind, Need, Section, Short};
use diagnostics::text;
use seed::Seed;

pub(super) const ABOUT: Short = Short::new("U-Net, which draws outlines", "U-Net（輪郭を描く）");

pub(super) const KEYS: &[Key<'static>] = &[
    Key::measured(
        "width",
        Kind::Whole { min: 1, max: 64 },
        Need::Default("8"),
        "channels",
        "Channels at full size; each floor below has twice as many.",
        "元の大きさでのチャンネル数です。1段下がるごとに2倍になります。",
    )
    .called("Width of the network", "ネットワークの幅"),
    Key::measured(
        "depth",
        Kind::Whole { min: 2, max: 3 },
        Need::Default("2"),
        "halvings",
        "How often the picture is halved on the way down.",
        "下りの経路で画像を半分にする回数です。",
    )
    .called("Depth of the network", "ネットワークの深さ"),
    BATCH_NORM,
    L2,
];

/// Up one floor: twice the size, beside what was seen on the way down, and a convolution over both.
#[derive(Module, Debug)]
pub(super) struct Up {
    grow: ConvTranspose2d,
    block: Block,
}

/// A U-Net.
#[derive(Module, Debug)]
pub struct Unet {
    down: Vec<Block>,
    bottom: Block,
    up: Vec<Up>,
    output: Conv2d,
    shape: [usize; 3],
}

pub(super) fn fits(settings: &Section, input: Input) -> Result<(), Misfit> {
    let depth = settings.count("depth");
    let ([_, height, width], step) = (input.picture(), 1 << depth);
    if height % step == 0 && width % step == 0 {
        return Ok(());
    }
    let (low, high) = ((height.min(width) / step * step).max(step), (height.max(width) / step + 1) * step);
    Err((
        text!("pictures of {height} × {width} pixels", "画像が{height}×{width}画素"),
        text!(
            "height and width that {step} divides (depth = {depth}), such as {low} or {high}: see [image] crop and resize",
            "縦横とも{step}で割り切れる大きさ（depth = {depth}）。例：{low}、{high}。[image]のcropやresizeで調整してください"
        ),
    ))
}

pub(super) fn cost(settings: &Section, input: Input) -> Cost {
    let [mut channels, height, width] = input.picture();
    let (first, depth, norm) = (settings.count("width"), settings.count("depth"), settings.flag("batch_norm"));
    let pixels = |floor: usize| (height >> floor) * (width >> floor);
    let mut cost = Cost::default();
    for floor in 0..depth {
        cost = cost.and(block_cost([channels, first << floor], norm, pixels(floor)));
        channels = first << floor;
    }
    cost = cost.and(block_cost([channels, 2 * channels], norm, pixels(depth)));
    for floor in 0..depth {
        let (outputs, above) = ((first << floor) as u64, pixels(floor) as u64);
        // Each pixel below becomes four of its own; then both are laid side by side.
        let grow = Cost {
            weights: 8 * outputs * outputs + outputs,
            operations: 2 * outputs * outputs * above,
            activations: 3 * outputs * above,
            layers: 1,
        };
        cost = cost.and(grow).and(block_cost([2 << floor, 1 << floor].map(|n| n * first), norm, pixels(floor)));
    }
    cost.and(convolution_cost([first, 1], 1, true, pixels(0)))
}

impl Unet {
    pub(super) fn new(settings: &Section, (input, _): (Input, usize), seed: Seed, device: &Device) -> Self {
        let shape = input.picture();
        let (width, depth, norm) = (settings.count("width"), settings.count("depth"), settings.flag("batch_norm"));
        let mut channels = shape[0];
        let down = (0..depth)
            .map(|i| {
                let inputs = channels;
                channels = width << i;
                Block::new([inputs, channels], norm, seed.named("down").at(i as u64), device)
            })
            .collect();
        let bottom = Block::new([channels, 2 * channels], norm, seed.named("bottom"), device);
        let up = (0..depth)
            .rev()
            .map(|i| {
                let (outputs, seed) = (width << i, seed.named("up").at(i as u64));
                Up {
                    grow: grow([2 * outputs, outputs], seed.named("grow"), device),
                    block: Block::new([2 * outputs, outputs], norm, seed, device),
                }
            })
            .collect();
        let output = convolution([width, 1], 1, true, seed.named("output"), device);
        Self { down, bottom, up, output, shape }
    }

    /// `[B, C·H·W]` → `[B, w, H, W]` → `[B, 2w, H/2, W/2]` → … → `[B, w, H, W]` → `[B, H·W]`
    pub(super) fn forward(&self, rows: Tensor<2>, _luck: Option<Seed>) -> Tensor<2> {
        let [_, height, width] = self.shape;
        let mut x = pictures(rows, self.shape);
        let mut seen = Vec::with_capacity(self.down.len());
        for block in &self.down {
            let here = block.forward(x, None, relu());
            x = halve(here.clone());
            seen.push(here);
        }
        x = self.bottom.forward(x, None, relu());
        for (up, here) in self.up.iter().zip(seen.into_iter().rev()) {
            x = up.block.forward(here, Some(twice(x, &up.grow)), relu());
        }
        convolve(x, None, &self.output, Then::default()).reshape([-1, (height * width) as i32])
    }
}

/// `[B, C₀, H, W]` → `[B, C₁, 2H, 2W]`
fn twice(x: Tensor<4>, layer: &ConvTranspose2d) -> Tensor<4> {
    if Kernels::current() == Kernels::Own { kernels::grow(x, layer) } else { layer.forward(x) }
}

/// Twice the size, each pixel becoming 2 × 2 of its own: `[B, C₀, H, W]` → `[B, C₁, 2H, 2W]`
fn grow(channels: [usize; 2], seed: Seed, device: &Device) -> ConvTranspose2d {
    let mut layer = ConvTranspose2dConfig::new(channels, [2, 2]).with_stride([2, 2]).init(device);
    let weight = uniform(channels[0] * channels[1] * 4, (3.0 / channels[0] as f64).sqrt(), seed);
    let weight = TensorData::new(weight, [channels[0], channels[1], 2, 2]);
    layer.weight = Param::from_tensor(Tensor::from_data(weight, device));
    layer.bias = layer.bias.map(|_| Param::from_tensor(Tensor::zeros([channels[1]], device)));
    layer
}
