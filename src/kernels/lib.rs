//! Kernels for training and predicting on pictures and series, as operations of burn's backend `flex` with their own way back.
//!
//! Models stay burn modules (`Conv2d`, `BatchNorm`): only who computes changes. Numbers are `f32`, pictures `[B, C, H, W]`, series
//! `[B, T, I]`.
//!
//! | file | computes |
//! |---|---|
//! | `block` | a convolution and what follows it: norm, sum, `ReLU`, halving |
//! | `conv1d` | a convolution along lines |
//! | `gru` | a gated recurrent unit over all steps of a series |
//! | `grow` | the transposed convolution that doubles a picture's size |
//! | `pool` | the highest of 2 × 2 pixels; a channel's mean beside its highest pixel |
//! | `loss` | losses of log-odds, with the sigmoid |
//! | `conv` | under them: the sums of a convolution, and of its weights' gradient |
//! | `norm` | under them: moments, normalisation and its way back |
//! | `grid` | under them: planes that share their zeros |
//! | `product` | under them: products of matrices |
//! | `scalar` | under them: exponential, logarithm, σ and tanh of one number |
//! | `width` | which vector instructions; `shares`: the batch in eight; `buffer`: memory used again; `awake`: threads that do not sleep |

#![expect(
    clippy::inline_always,
    reason = "what is not inlined into its kernel is compiled without vector instructions"
)]
#![expect(
    clippy::needless_range_loop,
    reason = "tiles of registers are counted through; iterators are not always inlined"
)]

mod awake;
mod block;
mod buffer;
mod conv;
mod conv1d;
mod grid;
mod grow;
mod gru;
mod loss;
mod norm;
mod pool;
mod product;
mod scalar;
mod shares;
mod tensor;
mod vectors;
mod width;

#[cfg(test)]
mod tests;

pub use awake::awake;
pub use block::{Then, block};
pub use conv1d::conv1d;
pub use grow::grow;
pub use gru::gru;
pub use loss::{Focus, Likelihood, Loss, loss};
pub use pool::{highest, mean_and_highest};
pub use width::{Unavailable, Width, current, force};
