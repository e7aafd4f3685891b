//! Chance spread over a picture: grain that differs at each pixel, and clouds that vary slowly.

use super::stream::Stream;
use seed::Seed;

/// The nearly normal noise of pixel `i`: mean 0, standard deviation 1, from the sum of four uniform numbers.
pub(super) fn grain(seed: Seed, i: usize) -> f32 {
    let bits = seed.at(i as u64).bits();
    let sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
    // Four uniform numbers of 0..65536: mean 131070, standard deviation 65536 / √3.
    (sum as f32 - 131_070.0) * (1.732_050_8 / 65_536.0)
}

const CELLS: usize = 16;

/// Smooth noise that repeats after 16 cells: random values at the corners of a lattice, smoothly joined (value noise).
#[derive(Clone, Debug)]
pub(super) struct Cloud {
    corners: [f32; CELLS * CELLS],
}

impl Cloud {
    pub(super) fn new(seed: Seed) -> Self {
        let mut stream = Stream::of(seed);
        Self { corners: std::array::from_fn(|_| stream.between(-1.0, 1.0)) }
    }

    /// The value at a place measured in cells: −1 to 1, mean 0.
    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let (u, v) = (ease(x - left), ease(y - top));
        let wrapped = |cell: f32, by: i32| ((cell as i32).wrapping_add(by) as usize) % CELLS;
        let columns = [wrapped(left, 0), wrapped(left, 1)];
        let across = |row: usize| {
            let [from, to] = columns.map(|column| self.corners[row * CELLS + column]);
            from + u * (to - from)
        };
        let (upper, lower) = (across(wrapped(top, 0)), across(wrapped(top, 1)));
        upper + v * (lower - upper)
    }

    /// The random value of the corner at these whole numbers.
    pub(super) fn corner(&self, x: f32, y: f32) -> f32 {
        self.corners[(y as i32 as usize % CELLS) * CELLS + x as i32 as usize % CELLS]
    }

    /// Three octaves: coarse cells with finer ones within, about −1 to 1.
    pub(super) fn fractal(&self, x: f32, y: f32) -> f32 {
        // Turned between the octaves, so that the lattice does not show.
        let (x2, y2) = (1.6 * x - 1.2 * y + 3.7, 1.2 * x + 1.6 * y + 9.1);
        let (x4, y4) = (1.6 * x2 - 1.2 * y2 + 5.3, 1.2 * x2 + 1.6 * y2 + 1.9);
        0.57 * self.at(x, y) + 0.29 * self.at(x2, y2) + 0.14 * self.at(x4, y4)
    }
}

fn ease(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}
