//! Which share of the processor's peak the convolution's kernels reach at the sizes of the models:
//! `cargo test --release -p practicum-kernels -- --ignored --nocapture share_of_the_peak`.
//!
//! The peak is what multiplications with an addition reach that read and write nothing. Two shares are told: of all places that are
//! computed, and of the pixels among them. The first is what reading leaves (a small layer has few inputs to sum over for each result
//! that it writes; planes beyond the first-level cache are waited for), the second what the zeros between lines and pictures cost.

use std::time::Instant;

use pulp::{Simd, WithSimd};

use super::luck;
use crate::conv::{Convolve, Gather, Packed, Sums};
use crate::grid::{Grid, odd_lines};
use crate::width;

/// Chains of multiplications with an addition, as many as fill the registers beside two numbers. Gives how many numbers it told.
struct Peak {
    steps: usize,
}

impl WithSimd for Peak {
    type Output = (usize, f32);

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> (usize, f32) {
        #[inline(always)]
        fn chains<S: Simd, const N: usize>(simd: S, steps: usize) -> (usize, f32) {
            let (by, more) = (simd.splat_f32s(0.999), simd.splat_f32s(1e-3));
            let mut sums = [by; N];
            for _ in 0..steps {
                for sum in &mut sums {
                    *sum = simd.mul_add_e_f32s(*sum, by, more);
                }
            }
            let sum = sums.into_iter().fold(by, |a, b| simd.add_f32s(a, b));
            (steps * N * S::F32_LANES, simd.reduce_sum_f32s(sum))
        }
        if S::REGISTER_COUNT >= 32 { chains::<S, 24>(simd, self.steps) } else { chains::<S, 12>(simd, self.steps) }
    }
}

/// The least seconds of many runs: what other programs do only adds.
fn least(mut work: impl FnMut()) -> f64 {
    (0..300).fold(f64::INFINITY, |least, _| {
        let start = Instant::now();
        work();
        least.min(start.elapsed().as_secs_f64())
    })
}

#[test]
#[ignore = "it measures"]
fn share_of_the_peak() {
    let arch = width::arch();
    let mut told = (0, 0.0);
    let seconds = least(|| told = arch.dispatch(Peak { steps: std::hint::black_box(4000) }));
    assert!(told.1.is_finite());
    let peak = 2.0 * told.0 as f64 / seconds / 1e9;
    println!("{}: {peak:.0} GFLOP/s on one core", width::current().name());
    println!(
        "{:22} {:>8} {:>10} {:>10} {:>8} {:>10} {:>10}",
        "", "forward", "of places", "of pixels", "weights", "of places", "of pixels"
    );
    for (name, inputs, outputs, side) in [
        ("cnn w8, first", 1, 8, 28),
        ("cnn w8, second", 8, 16, 14),
        ("cnn w8, third", 16, 32, 7),
        ("cnn w32, first", 1, 32, 28),
        ("cnn w32, second", 32, 64, 14),
        ("cnn w32, third", 64, 128, 7),
        ("unet w16, second", 16, 32, 32),
        ("unet w16, bottom", 32, 64, 16),
        ("unet w16, up", 64, 32, 32),
        ("unet w16, last", 32, 16, 64),
    ] {
        let grid = Grid { height: side, width: side, reach: [1, 1], gap: 1 };
        let pictures = grid.group(8);
        let (plane, out_plane, places) =
            (grid.plane(pictures), odd_lines(grid.places(pictures)), grid.places(pictures));
        let taps = grid.taps();
        let weights = Packed::new([outputs, inputs, taps.len()], |o, i, t| ((o + i * t) % 7) as f32 * 0.1);
        let (planes, gradients) = (luck(1, inputs * plane), luck(2, outputs * plane));
        let mut out = vec![0.0; outputs * out_plane];
        let forward = least(|| {
            let (planes, taps, weights) = (&planes[..], &taps[..], &weights);
            arch.dispatch(Convolve { planes, plane, taps, weights, bias: None, places, out: &mut out, out_plane });
        });
        let mut sums = Sums::new(outputs, inputs * taps.len());
        let weights = least(|| {
            arch.dispatch(Gather {
                gradients: &gradients,
                gradient_plane: plane,
                lead: grid.lead(),
                planes: &planes,
                plane,
                taps: &taps,
                places,
                sums: &mut sums,
            });
        });
        let work = |places: usize| 2e-9 * (inputs * taps.len() * outputs * places) as f64;
        print!("{name:22}");
        for seconds in [forward, weights] {
            let speed = work(places) / seconds;
            let pixels = work(grid.pixels() * pictures) / seconds;
            print!(" {speed:8.0} {:9.0}% {:9.0}%", 100.0 * speed / peak, 100.0 * pixels / peak);
        }
        println!();
    }
}
