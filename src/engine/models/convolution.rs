//! What models of pictures are built from.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, PaddingConfig2d};
use burn::tensor::{Device, Tensor, TensorData, activation};
use kernels::Then;

use super::{Cost, Kernels, linear, uniform};
use diagnostics::keys::{Key, Kind, Need, Section};
use seed::Seed;

/// Of models that pool their channels.
pub(super) const DROPOUT: Key<'static> = Key::measured(
    "dropout",
    Kind::Number { min: 0.0, max: 0.9 },
    Need::Default("0.0"),
    "share of units",
    "Pooled channels switched off at random in each training step.",
    "学習の1回の更新ごとに無作為に休ませるチャンネルの割合です。",
)
.called("Dropout", "ドロップアウト");

pub(super) const BATCH_NORM: Key<'static> = Key::new(
    "batch_norm",
    Kind::Flag,
    Need::Default("true"),
    "Each channel is brought to mean 0 and SD 1 over the batch (Ioffe and Szegedy 2015).",
    "バッチごとに各チャンネルを平均0・標準偏差1にそろえます（Ioffe and Szegedy 2015）。",
)
.called("Batch normalisation", "バッチ正規化");

/// A convolution that keeps the picture's size, batch normalisation where it is asked for, `ReLU`.
#[derive(Module, Debug)]
pub(super) struct Block {
    convolution: Conv2d,
    norm: Option<BatchNorm>,
}

impl Block {
    pub(super) fn new(channels: [usize; 2], norm: bool, seed: Seed, device: &Device) -> Self {
        let norm = norm.then(|| BatchNormConfig::new(channels[1]).init(device));
        Self { convolution: convolution(channels, 3, norm.is_none(), seed, device), norm }
    }

    /// `[B, C₀, H, W]` → `[B, C₁, H, W]`; where `then` halves it `[B, C₁, ⌊H/2⌋, ⌊W/2⌋]`. `beside` stands behind the channels of `x`.
    pub(super) fn forward(&self, x: Tensor<4>, beside: Option<Tensor<4>>, then: Then<'_>) -> Tensor<4> {
        convolve(x, beside, &self.convolution, Then { norm: self.norm.as_ref(), ..then })
    }
}

/// The channels before and behind each block of a plan's `depth`, the first `width` wide, each further one twice as wide as the one
/// before; and those behind the last.
pub(super) fn doubling(settings: &Section, mut channels: usize) -> (Vec<[usize; 2]>, usize) {
    let (width, depth) = (settings.count("width"), settings.count("depth"));
    let blocks = (0..depth).map(|i| {
        let inputs = channels;
        channels = width << i;
        [inputs, channels]
    });
    (blocks.collect(), channels)
}

/// A [`Block`]'s usual end.
pub(super) fn relu<'a>() -> Then<'a> {
    Then { relu: true, ..Then::default() }
}

/// A convolution and what follows it.
pub(super) fn convolve(x: Tensor<4>, beside: Option<Tensor<4>>, layer: &Conv2d, then: Then<'_>) -> Tensor<4> {
    if Kernels::current() == Kernels::Own {
        return kernels::block(x, beside, layer, then);
    }
    let x = match beside {
        Some(beside) => Tensor::cat(vec![x, beside], 1),
        None => x,
    };
    let x = layer.forward(x);
    let x = match then.norm {
        Some(norm) => norm.forward(x),
        None => x,
    };
    let x = match then.add {
        Some(add) => x + add,
        None => x,
    };
    let x = if then.relu { activation::relu(x) } else { x };
    if then.halve { halve(x) } else { x }
}

/// A convolution with an odd square kernel that keeps the picture's size, its weights uniform with variance 2 / inputs (He et al.
/// 2015) and its biases 0.
pub(super) fn convolution(channels: [usize; 2], kernel: usize, bias: bool, seed: Seed, device: &Device) -> Conv2d {
    let same = PaddingConfig2d::Explicit(kernel / 2, kernel / 2, kernel / 2, kernel / 2);
    let mut layer = Conv2dConfig::new(channels, [kernel, kernel]).with_padding(same).with_bias(bias).init(device);
    let inputs = channels[0] * kernel * kernel;
    let weight = uniform(inputs * channels[1], (6.0 / inputs as f64).sqrt(), seed.named("weight"));
    let weight = TensorData::new(weight, [channels[1], channels[0], kernel, kernel]);
    layer.weight = Param::from_tensor(Tensor::from_data(weight, device));
    layer.bias = layer.bias.map(|_| Param::from_tensor(Tensor::zeros([channels[1]], device)));
    layer
}

/// The cost of a [`convolution`] over so many pixels.
pub(super) fn convolution_cost(channels: [usize; 2], kernel: usize, bias: bool, pixels: usize) -> Cost {
    let [inputs, outputs] = channels.map(|n| n as u64);
    let weights = inputs * outputs * (kernel * kernel) as u64;
    Cost {
        weights: weights + if bias { outputs } else { 0 },
        operations: weights * pixels as u64,
        activations: outputs * pixels as u64,
        layers: 1,
    }
}

/// The cost of a [`Block`] over so many pixels: a normalised one keeps what it saw, centred and scaled, beside what it gives.
pub(super) fn block_cost(channels: [usize; 2], norm: bool, pixels: usize) -> Cost {
    let (outputs, given) = (channels[1] as u64, channels[1] as u64 * pixels as u64);
    let of_norm = if norm {
        Cost { weights: 4 * outputs, activations: 2 * given, layers: 1, operations: 4 * given }
    } else {
        Cost::default()
    };
    let relu = Cost { activations: given, ..Cost::default() };
    convolution_cost(channels, 3, !norm, pixels).and(of_norm).and(relu)
}

/// The cost of [`output`].
pub(super) fn output_cost(channels: usize) -> Cost {
    Cost::linear(2 * channels, 1)
}

/// The highest of each 2 × 2 pixels. `[B, C, H, W]` → `[B, C, ⌊H/2⌋, ⌊W/2⌋]`
pub(super) fn halve(x: Tensor<4>) -> Tensor<4> {
    use burn::tensor::ops::MaxPoolOptions;
    if Kernels::current() == Kernels::Own {
        return kernels::highest(x);
    }
    burn::tensor::module::max_pool2d(x, MaxPoolOptions::new([2, 2]).with_stride([2, 2]))
}

/// Rows of numbers as the pictures that they are. `[B, C·H·W]` → `[B, C, H, W]`
pub(super) fn pictures(rows: Tensor<2>, [channels, height, width]: [usize; 3]) -> Tensor<4> {
    rows.reshape([-1, channels as i32, height as i32, width as i32])
}

/// From the [`pool`] of so many channels to one number: `[B, 2C]` → `[B, 1]`
pub(super) fn output([channels, outputs]: [usize; 2], seed: Seed, device: &Device) -> Linear {
    let bound = (0.5 / channels as f64).sqrt();
    linear(2 * channels, outputs, bound, seed.named("output"), device)
}

/// The mean of each channel beside its highest pixel: an average shows what is everywhere, a maximum what is anywhere.
/// `[B, C, H, W]` → `[B, 2C]`
pub(super) fn pool(x: Tensor<4>) -> Tensor<2> {
    if Kernels::current() == Kernels::Own {
        return kernels::mean_and_highest(x);
    }
    let [rows, channels, height, width] = x.dims();
    let flat = x.reshape([rows, channels, height * width]);
    let mean: Tensor<2> = flat.clone().mean_dim(2).squeeze_dim(2);
    let most: Tensor<2> = flat.max_dim(2).squeeze_dim(2);
    Tensor::cat(vec![mean, most], 1)
}
