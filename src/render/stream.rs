//! Numbers drawn one after another from one point of the tree of random streams: the stream of one layer of a picture.

use seed::Seed;

/// A stream that remembers how far it has been drawn.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    seed: Seed,
    drawn: u64,
}

impl Stream {
    pub(super) fn of(seed: Seed) -> Self {
        Self { seed, drawn: 0 }
    }

    /// Uniform between 0 and 1.
    pub(super) fn uniform(&mut self) -> f32 {
        self.drawn += 1;
        self.seed.at(self.drawn).uniform() as f32
    }

    /// Uniform from `low` to `high`.
    pub(super) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.uniform()
    }

    /// True with probability `share`.
    pub(super) fn chance(&mut self, share: f32) -> bool {
        self.uniform() < share
    }

    /// Nearly normal with mean 0 and standard deviation `sd`, never beyond ±3.4 `sd`: bodies vary, but none is impossible.
    pub(super) fn normal(&mut self, sd: f32) -> f32 {
        let sum = self.uniform() + self.uniform() + self.uniform() + self.uniform();
        (sum - 2.0) * sd * 1.732_050_8
    }

    /// 1 or −1.
    pub(super) fn sign(&mut self) -> f32 {
        if self.chance(0.5) { 1.0 } else { -1.0 }
    }
}
