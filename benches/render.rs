//! How fast pictures are drawn, each with a body of its own, on all cores: `cargo bench --bench render`.

#![expect(clippy::unwrap_used, reason = "a benchmark ends where something is missing")]

use divan::counter::ItemsCount;
use practicum::render::{Asked, RENDERERS, renderer};
use practicum::seed::Seed;
use rayon::prelude::*;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PICTURES: u64 = 512;

fn main() {
    divan::main();
}

/// Pictures of 64² per second, with everything at its default.
#[divan::bench(args = RENDERERS.iter().map(|renderer| renderer.name), sample_count = 10)]
fn pictures_64(bencher: divan::Bencher, name: &str) {
    let renderer = renderer(name).unwrap();
    let values: Vec<f64> = renderer.parameters.iter().map(|parameter| parameter.default).collect();
    bencher.counter(ItemsCount::new(PICTURES)).bench(|| {
        let drawn = (0..PICTURES).into_par_iter().map(|k| {
            let body = Seed::new(1).at(k);
            (renderer.draw)(&Asked { size: 64, values: &values, body, shot: body.named("shot") })
        });
        drawn.map(|picture| u64::from(picture.pixels[0])).sum::<u64>()
    });
}
