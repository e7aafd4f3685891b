//! Kernels for training and predicting on pictures, as operations of burn's backend `flex` with their own way back.
//!
//! Models stay burn modules (`Conv2d`, `BatchNorm`): only who computes changes. Numbers are `f32`, pictures `[B, C, H, W]`.
//!
//! | file | computes |
//! |---|---|
//! | `block` | a convolution and what follows it: norm, sum, `ReLU`, halving |

#![expect(
    clippy::inline_always,
    reason = "a part of a kernel that is no part of its function loses the vector instructions"
)]

mod block;
mod buffer;
mod conv;
mod grid;
mod norm;
mod pool;
mod shares;
mod tensor;
mod vectors;
mod width;

#[cfg(test)]
mod tests;

pub use block::{Then, block};
pub use width::{Unavailable, Width, current, force};
