//! Convolution along a line: `[B, C₀, L]` → `[B, C₁, L]`, of odd kernels that keep the length, with gaps
//! between their taps where a layer has them (Yu and Koltun 2016). A line is a picture of height 1.

use burn::nn::conv::Conv1d;
use burn::nn::{BatchNorm, PaddingConfig1d};
use burn::tensor::Tensor;

use crate::block::{Then, compute};

/// A convolution along lines, with batch normalisation and `ReLU` behind it where they are wanted.
///
/// # Panics
/// A convolution with a stride or groups, a kernel of even size, or padding that does not keep the length.
pub fn conv1d(x: Tensor<3>, layer: &Conv1d, norm: Option<&BatchNorm>, relu: bool) -> Tensor<3> {
    let plain = layer.stride == 1 && layer.dilation > 0 && layer.groups == 1;
    let reach = layer.kernel_size / 2 * layer.dilation;
    let same = match layer.padding {
        PaddingConfig1d::Same => true,
        PaddingConfig1d::Valid => reach == 0,
        PaddingConfig1d::Explicit(before, behind) => [before, behind] == [reach, reach],
    };
    assert!(plain && same && layer.kernel_size % 2 == 1, "a convolution that keeps the length of its lines");
    let weight = layer.weight.val().unsqueeze_dim(2);
    let bias = layer.bias.as_ref().map(burn::module::Param::val);
    let then = Then { norm, relu, ..Then::default() };
    compute([Some(x.unsqueeze_dim(2)), None], weight, bias, layer.dilation, then).squeeze_dim(2)
}
