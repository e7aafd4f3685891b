//! A fitted model as bytes.
//!
//! A line of JSON with the passes, then the weights as 32-bit numbers; before both, a digest of them, so that half a file is none.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::watch::Epoch;

/// What was kept.
pub(super) struct Kept {
    /// Every weight, in the model's own order.
    pub(super) weights: Vec<f32>,
    /// The passes.
    pub(super) epochs: Vec<Epoch>,
    /// The pass whose weights were kept.
    pub(super) best: usize,
}

#[derive(Serialize, Deserialize)]
struct Passes {
    epochs: Vec<Epoch>,
    best: usize,
}

/// Bytes of the digest.
const DIGEST: usize = 16;

/// A model's weights and passes as bytes; nothing where they cannot be written, and the model is fitted again another time.
pub(super) fn bytes(weights: &[f32], epochs: &[Epoch], best: usize) -> Option<Vec<u8>> {
    let mut bytes = serde_json::to_vec(&Passes { epochs: epochs.to_vec(), best }).ok()?;
    bytes.push(b'\n');
    bytes.extend(weights.iter().flat_map(|weight| weight.to_le_bytes()));
    let mut all = xxh3_128(&bytes).to_le_bytes().to_vec();
    all.extend(bytes);
    Some(all)
}

/// What the bytes hold; nothing where they are not whole.
pub(super) fn read(bytes: &[u8]) -> Option<Kept> {
    let (digest, bytes) = bytes.split_at_checked(DIGEST)?;
    if digest != xxh3_128(bytes).to_le_bytes() {
        return None;
    }
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    let Passes { epochs, best } = serde_json::from_slice(&bytes[..end]).ok()?;
    let numbers = bytes[end + 1..].chunks_exact(4);
    let weights = numbers.map(|number| number.try_into().map_or(f32::NAN, f32::from_le_bytes)).collect();
    Some(Kept { weights, epochs, best })
}
