//! Training steps of pictures and series, by kernels of our own and by burn (forward, loss, backward, Adam), and predictions.
//! `cargo bench -p practicum-kernels` prints milliseconds of wall and of processor time, the least of twenty alternated rounds;
//! behind `--`, words that the names of cases must contain, `--own` for our own kernels alone, and `--rounds=N`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its timings")]

use std::time::Instant;

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig};
use burn::nn::gru::{Gru, GruConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::ops::MaxPoolOptions;
use burn::tensor::{Device, Tensor, TensorData, activation, module};
use kernels::{Focus, Likelihood, Loss, Then};
use rayon::prelude::*;

/// As the program has it: memory that goes back to the system at each step costs more than a small step computes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Module, Debug)]
struct Block {
    conv: Conv2d,
    norm: BatchNorm,
}

impl Block {
    fn new(channels: [usize; 2], device: &Device) -> Self {
        let same = PaddingConfig2d::Explicit(1, 1, 1, 1);
        let conv = Conv2dConfig::new(channels, [3, 3]).with_padding(same).with_bias(false).init(device);
        Self { conv, norm: BatchNormConfig::new(channels[1]).init(device) }
    }

    fn forward(&self, own: bool, x: Tensor<4>, beside: Option<Tensor<4>>, halve: bool) -> Tensor<4> {
        if own {
            let then = Then { norm: Some(&self.norm), relu: true, halve, add: None };
            return kernels::block(x, beside, &self.conv, then);
        }
        let x = beside.map_or(x.clone(), |beside| Tensor::cat(vec![x, beside], 1));
        let x = activation::relu(self.norm.forward(self.conv.forward(x)));
        if halve { half(own, x) } else { x }
    }
}

fn half(own: bool, x: Tensor<4>) -> Tensor<4> {
    if own {
        return kernels::highest(x);
    }
    module::max_pool2d(x, MaxPoolOptions::new([2, 2]).with_stride([2, 2]))
}

/// A CNN of three blocks, a U-Net of two halvings, as the program has them;
/// a recurrent unit and what its last state tells; or layers of numbers alone.
#[derive(Module, Debug)]
struct Net {
    down: Vec<Block>,
    up: Vec<Block>,
    grow: Vec<ConvTranspose2d>,
    linear: Option<Linear>,
    pixels: Option<Conv2d>,
    gru: Option<Gru>,
    hidden: Vec<Linear>,
}

impl Net {
    fn cnn(w: usize, device: &Device) -> Self {
        let down = [[1, w], [w, 2 * w], [2 * w, 4 * w]].map(|channels| Block::new(channels, device)).to_vec();
        let linear = Some(LinearConfig::new(8 * w, 1).init(device));
        Self { down, up: vec![], grow: vec![], linear, pixels: None, gru: None, hidden: vec![] }
    }

    fn unet(w: usize, device: &Device) -> Self {
        let grow = |n| ConvTranspose2dConfig::new([2 * n, n], [2, 2]).with_stride([2, 2]).init(device);
        Self {
            down: [[1, w], [w, 2 * w], [2 * w, 4 * w]].map(|channels| Block::new(channels, device)).to_vec(),
            up: [[4 * w, 2 * w], [2 * w, w]].map(|channels| Block::new(channels, device)).to_vec(),
            grow: [2 * w, w].map(grow).to_vec(),
            linear: None,
            pixels: Some(Conv2dConfig::new([w, 1], [1, 1]).init(device)),
            gru: None,
            hidden: vec![],
        }
    }

    /// Series of [`SIGNALS`] numbers a step.
    fn series(units: usize, device: &Device) -> Self {
        let linear = Some(LinearConfig::new(units, 1).init(device));
        let gru = Some(GruConfig::new(SIGNALS, units, true).init(device));
        Self { down: vec![], up: vec![], grow: vec![], linear, pixels: None, gru, hidden: vec![] }
    }

    /// Layers of 64 and 32 over [`COLUMNS`] numbers.
    fn mlp(_: usize, device: &Device) -> Self {
        let hidden = [[COLUMNS, 64], [64, 32]].map(|[from, to]| LinearConfig::new(from, to).init(device)).to_vec();
        let linear = Some(LinearConfig::new(32, 1).init(device));
        Self { down: vec![], up: vec![], grow: vec![], linear, pixels: None, gru: None, hidden }
    }

    fn forward(&self, own: bool, mut x: Tensor<4>) -> Tensor<2> {
        if !self.hidden.is_empty() {
            let [rows, .., columns] = x.dims();
            let x = x.reshape([rows, columns]);
            let x = self.hidden.iter().fold(x, |x, linear| activation::relu(linear.forward(x)));
            return self.linear.as_ref().map_or(x.clone(), |linear| linear.forward(x));
        }
        if let Some(gru) = &self.gru {
            let x: Tensor<3> = x.squeeze_dim(1);
            let [rows, steps, _] = x.dims();
            let last = if own {
                kernels::gru(x, None, gru).1
            } else {
                gru.forward(x, None).slice([0..rows, steps - 1..steps]).squeeze_dim(1)
            };
            return self.linear.as_ref().map_or(last.clone(), |linear| linear.forward(last));
        }
        let Some(pixels) = &self.pixels else {
            for block in &self.down {
                x = block.forward(own, x, None, true);
            }
            let pooled = if own {
                kernels::mean_and_highest(x)
            } else {
                let [rows, channels, height, width] = x.dims();
                let flat = x.reshape([rows, channels, height * width]);
                Tensor::cat(vec![flat.clone().mean_dim(2).squeeze_dim::<2>(2), flat.max_dim(2).squeeze_dim(2)], 1)
            };
            return self.linear.as_ref().map_or(pooled.clone(), |linear| linear.forward(pooled));
        };
        let mut seen = vec![];
        for block in &self.down[..2] {
            let here = block.forward(own, x, None, false);
            x = half(own, here.clone());
            seen.push(here);
        }
        x = self.down[2].forward(own, x, None, false);
        for (block, grow) in self.up.iter().zip(&self.grow) {
            let grown = if own { kernels::grow(x, grow) } else { grow.forward(x) };
            x = block.forward(own, seen.pop().unwrap_or(grown.clone()), Some(grown), false);
        }
        let told = if own { kernels::block(x, None, pixels, Then::default()) } else { pixels.forward(x) };
        let [rows, _, height, width] = told.dims();
        told.reshape([rows as i32, (height * width) as i32])
    }
}

/// What is measured at each step of a series.
const SIGNALS: usize = 8;

/// Numbers of a row.
const COLUMNS: usize = 32;

struct Case {
    name: &'static str,
    net: fn(usize, &Device) -> Net,
    width: usize,
    /// Height and width of a picture, or steps and signals of a series.
    size: [usize; 2],
    batch: usize,
    pixels: bool,
}

const CASES: [Case; 6] = [
    Case { name: "mlp", net: Net::mlp, width: 64, size: [1, COLUMNS], batch: 64, pixels: false },
    Case { name: "cnn-28-w8", net: Net::cnn, width: 8, size: [28, 28], batch: 64, pixels: false },
    Case { name: "cnn-28-w32", net: Net::cnn, width: 32, size: [28, 28], batch: 64, pixels: false },
    Case { name: "unet-64-w8", net: Net::unet, width: 8, size: [64, 64], batch: 8, pixels: true },
    Case { name: "unet-64-w16", net: Net::unet, width: 16, size: [64, 64], batch: 8, pixels: true },
    Case { name: "gru-48-w32", net: Net::series, width: 32, size: [48, SIGNALS], batch: 64, pixels: false },
];

/// Pictures that are predicted: a CNN of width 8 over 28 × 28 pixels.
const PREDICTED: usize = 10_000;

fn numbers(n: usize) -> Vec<f32> {
    (0..n).map(|i| ((i * 7919) % 1013) as f32 / 1013.0 - 0.5).collect()
}

/// Wall and processor milliseconds of a prediction in blocks of 2¹⁸ numbers side by side, as the program predicts; what it told,
/// added up.
fn prediction(own: bool, pictures: &[f32]) -> ([f64; 2], f64) {
    let device = Device::flex();
    device.seed(1);
    let net = Net::cnn(8, &device);
    let (start, used) = (Instant::now(), processor());
    let pixels = 28 * 28;
    let blocks: Vec<&[f32]> = pictures.chunks((1 << 18) / pixels * pixels).collect();
    let told: Vec<f64> = blocks
        .par_iter()
        .map(|block| {
            let x = TensorData::new(block.to_vec(), [block.len() / pixels, 1, 28, 28]);
            let told = net.forward(own, Tensor::from_data(x, &device)).into_data();
            told.iter::<f64>().sum::<f64>()
        })
        .collect();
    ([start.elapsed().as_secs_f64() * 1e3, processor() - used], told.iter().sum())
}

/// So many steps; wall and processor milliseconds of one.
fn steps(case: &Case, own: bool, steps: usize) -> [f64; 2] {
    let device = Device::flex().autodiff();
    let mut net = (case.net)(case.width, &device);
    let mut adam = AdamConfig::new().init();
    let pixels = case.size[0] * case.size[1];
    let outputs = if case.pixels { pixels } else { 1 };
    let y: Vec<f32> = numbers(case.batch * outputs).iter().map(|&x| if x > 0.0 { 1.0 } else { 0.0 }).collect();
    let rows = numbers(case.batch * pixels);
    let (mut wall, mut cpu) = (0.0, 0.0);
    for step in 0..steps + 3 {
        let (start, used) = (Instant::now(), processor());
        let learn = || {
            let x = TensorData::new(rows.clone(), [case.batch, 1, case.size[0], case.size[1]]);
            let x = Tensor::<4>::from_data(x, &device);
            let y = Tensor::<2>::from_data(TensorData::new(y.clone(), [case.batch, outputs]), &device);
            let told = net.forward(own, x);
            let loss = if own {
                let likelihood = Some(Likelihood { focus: Focus::None, positive: 1.0 });
                kernels::loss(Loss { likelihood, dice: None }, told, y)
            } else {
                activation::log_sigmoid(told * y.mul_scalar(2.0).sub_scalar(1.0)).mean().neg()
            };
            let gradients = GradientsParams::from_grads(loss.backward(), &net);
            adam.step(1e-3, net, gradients)
        };
        // As the program does: layers of numbers alone are computed sooner than a thread wakes.
        net = if own && case.name != "mlp" { kernels::awake(learn) } else { learn() };
        if step >= 3 {
            wall += start.elapsed().as_secs_f64() * 1e3;
            cpu += processor() - used;
        }
    }
    [wall / steps as f64, cpu / steps as f64]
}

/// Processor milliseconds of this process until now; 0 where they cannot be read.
fn processor() -> f64 {
    let line = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let own = line.split(' ').next().and_then(|number| number.parse::<f64>().ok()).unwrap_or(0.0);
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let all: f64 = threads
        .filter_map(|thread| {
            let line = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
            line.split(' ').next()?.parse::<f64>().ok()
        })
        .sum();
    all.max(own) / 1e6
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let only = |name: &str| arguments.iter().skip(1).all(|one| one.starts_with("--") || name.contains(&one[..]));
    let kinds = if arguments.iter().any(|one| one == "--own") { &[true][..] } else { &[true, false] };
    let rounds = arguments.iter().find_map(|one| one.strip_prefix("--rounds=")?.parse().ok()).unwrap_or(20);
    println!("{:16} {:>9} {:>9} {:>9} {:>9}", "", "own wall", "own cpu", "burn wall", "burn cpu");
    for case in CASES.iter().filter(|case| only(case.name)) {
        // A step without pictures takes microseconds.
        let many = if case.name == "mlp" { 300 } else { 10 };
        measure(case.name, rounds, kinds, &|own| steps(case, own, if own { many } else { many / 3 }));
    }
    if only("predict-28-w8") {
        let pictures = numbers(PREDICTED * 28 * 28);
        measure("predict-28-w8", rounds, kinds, &|own| prediction(own, &pictures).0);
        println!(
            "{:16} {:?}",
            "told together",
            kinds.iter().map(|&own| prediction(own, &pictures).1).collect::<Vec<_>>()
        );
    }
}

/// The least of so many alternated rounds: what other programs do only adds.
fn measure(name: &str, rounds: usize, kinds: &[bool], run: &dyn Fn(bool) -> [f64; 2]) {
    let mut least = [[f64::INFINITY; 2]; 2];
    for (_, &own) in (0..rounds).flat_map(|round| kinds.iter().map(move |own| (round, own))) {
        let told = run(own);
        let least = &mut least[usize::from(!own)];
        *least = [least[0].min(told[0]), least[1].min(told[1])];
    }
    print!("{name:16}");
    for [wall, cpu] in &least[..kinds.len()] {
        print!(" {wall:9.3} {cpu:9.3}");
    }
    println!();
}
