//! Memory that kernels use again from step to step: fresh pages cost more than what is computed in them.

use std::ops::{Deref, DerefMut};
use std::sync::Mutex;

/// Free ones, by the power of two that they have room for.
static FREE: [Mutex<Vec<Vec<f32>>>; 32] = [const { Mutex::new(Vec::new()) }; 32];

/// More of one size are given back to the system.
const KEPT: usize = 32;

/// Numbers whose memory goes back when they are dropped.
#[derive(Debug, Default)]
pub(crate) struct Buffer(Vec<f32>);

/// So many numbers: whatever was there.
pub(crate) fn take(len: usize) -> Buffer {
    let size = class(len.next_power_of_two());
    let mut numbers = FREE[size].lock().ok().and_then(|mut free| free.pop()).unwrap_or_default();
    numbers.reserve_exact(len.next_power_of_two().saturating_sub(numbers.len()));
    numbers.resize(len, 0.0);
    Buffer(numbers)
}

fn class(room: usize) -> usize {
    (room.max(1).ilog2() as usize).min(FREE.len() - 1)
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let room = self.0.capacity();
        if room > 0
            && let Ok(mut free) = FREE[class(room)].lock()
            && free.len() < KEPT
        {
            free.push(std::mem::take(&mut self.0));
        }
    }
}

impl Deref for Buffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.0
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.0
    }
}
