//! Speed, as the README's table states it: `cargo bench`. Whole-process times are of the program that a learner starts.
//!
//! `cargo bench -- peer-mlp` and `-- peer-pictures` print the microseconds of one training step.

#![expect(clippy::unwrap_used, reason = "a benchmark ends where something is missing")]
#![expect(clippy::print_stdout, reason = "a benchmark prints its timings")]

use std::process::{Command, Stdio};
use std::time::Instant;

use ndarray::Array2;
use practicum::course::dataset::{self, Dataset};
use practicum::course::exercise::Draw;
use practicum::course::pack::Pack;
use practicum::course::plan;
use practicum::course::settings::Settings;
use practicum::models::{Input, Kernels};
use practicum::seed::Seed;
use practicum::signal::Shape;
use practicum::synth::{Drawn, Side, World};
use practicum::target::Target;
use practicum::train::{self, Lesson, Rows};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|argument| argument == "peer-mlp") {
        println!("{:.1}", step_microseconds(STEPS * EPOCHS, &train_mlp));
        return;
    }
    if arguments.iter().any(|argument| argument == "own") {
        Kernels::Own.choose();
    }
    if arguments.iter().any(|argument| argument == "peer-pictures") {
        for (name, kind, side, batch, width) in PICTURES {
            let step = step_microseconds(PICTURE_STEPS, &|| train_pictures(kind, side, batch, width));
            println!("{name} {step:.0}");
        }
        return;
    }
    divan::main();
}

/// The program in a learner's folder, silent.
fn whole_process(arguments: &[&str]) {
    let folder = std::env::temp_dir().join("practicum-bench");
    std::fs::create_dir_all(&folder).unwrap();
    let program = env!("CARGO_BIN_EXE_practicum");
    Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
}

#[divan::bench(sample_count = 20)]
fn whole_process_list() {
    whole_process(&["list"]);
}

#[divan::bench(sample_count = 10)]
fn whole_process_check_prevalence_shift() {
    whole_process(&["check", "sepsis-alarm"]);
}

/// Exercises with pictures: drawn, trained under the starter's plan, judged with every probe.
#[divan::bench(sample_count = 3, args = ["pneumonia-films", "memory-forecast", "lesion-map", "pneumothorax-alarm", "mole-list"])]
fn whole_process_check_of_pictures(exercise: &str) {
    whole_process(&["check", exercise]);
}

#[divan::bench(sample_count = 3)]
fn whole_process_tour() {
    whole_process(&["tour"]);
}

/// One million rows of ten columns: seven draws of several kinds, and three computed ones.
fn million() -> Dataset {
    let columns = [
        ("age", "round(clip(normal(68, 15), 18, 99))"),
        ("sex", "CASE WHEN bernoulli(0.5) = 1 THEN 'female' ELSE 'male' END"),
        ("rate", "normal(18 + 0.02 * age, 3)"),
        ("crp", "lognormal(2.6, 0.9)"),
        ("visits", "poisson(1.5)"),
        ("weight", "uniform(45, 110)"),
        ("delay", "exponential(0.5)"),
        ("high", "CASE WHEN crp > 50 THEN 1 ELSE 0 END"),
        ("risk", "expit(-3 + 0.02 * (age - 68) + 0.1 * (rate - 18) + 0.5 * high)"),
        ("y", "bernoulli(risk)"),
    ];
    let lines: Vec<String> = columns
        .iter()
        .map(|(name, sql)| {
            let role = if *name == "y" { ", role = \"label\"" } else { "" };
            format!("  {{ name = \"{name}\", sql = \"{sql}\"{role} }},")
        })
        .collect();
    let both = "{ en = \"a\", ja = \"あ\" }";
    let text = format!(
        "id = \"million\"\nversion = 1\ntitle = {both}\nlicence = \"CC0-1.0\"\n[card]\nabout = {both}\nunrealistic = {both}\n\
         [[table]]\nname = \"patient\"\nrows = \"1000000\"\ncolumns = [\n{}\n]\n",
        lines.join("\n")
    );
    dataset::read("dataset.toml", text.as_bytes()).unwrap()
}

#[divan::bench(sample_count = 5)]
fn draw_one_million_rows_of_ten_columns(bencher: divan::Bencher) {
    let dataset = million();
    let exercise =
        Pack::folder(std::path::Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap().exercise("sepsis-alarm").unwrap();
    bencher.bench_local(|| -> Drawn {
        let world = World::new(&dataset, &exercise, Seed::new(1), Seed::new(1), &|_| None).unwrap();
        world.rows(Side::Develop, &Draw::default()).unwrap()
    });
}

const FEATURES: usize = 32;
const BATCH: usize = 64;
const STEPS: usize = 200;
const EPOCHS: usize = 5;

/// A plan of an exercise without settings.
fn planned(text: &str) -> plan::Plan {
    plan::read(&practicum::models::VOCABULARY, &Settings::default(), "plan.toml", text.as_bytes()).unwrap()
}

/// Five passes of 200 steps over 12,800 rows of 32 numbers: mlp 32 → 64 → 32 → 1, Adam, batches of 64.
fn train_mlp() {
    let plan = format!(
        "exercise = \"x@1\"\n[model]\nkind = \"mlp\"\nhidden = [64, 32]\nl2 = 0\n[train]\nepochs = {EPOCHS}\nbatch = {BATCH}\n"
    );
    let plan = planned(&plan);
    let seed = Seed::new(1);
    let rows = STEPS * BATCH;
    let x = Array2::from_shape_fn((rows, FEATURES), |(row, column)| {
        seed.at(row as u64).at(column as u64).uniform() as f32 - 0.5
    });
    let y = Array2::from_shape_fn((rows, 1), |(row, _)| if x.row(row).sum() > 0.0 { 1.0 } else { 0.0 });
    let rows = Rows { input: Input::Columns(FEATURES), x, y };
    train::fit(Lesson::of(&plan, Target::Risk), &rows, None, seed, &mut |_| {}).unwrap();
}

/// Name, kind of model, height and width, batch, width of the model.
const PICTURES: [(&str, &str, usize, usize, usize); 4] = [
    ("cnn-28-w8", "cnn", 28, 64, 8),
    ("cnn-28-w32", "cnn", 28, 64, 32),
    ("unet-64-w8", "unet", 64, 8, 8),
    ("unet-64-w16", "unet", 64, 8, 16),
];

const PICTURE_STEPS: usize = 20;

/// Twenty steps: a CNN of three blocks, or a U-Net of two halvings, both with batch normalisation; Adam.
fn train_pictures(kind: &str, side: usize, batch: usize, width: usize) {
    let depth = if kind == "unet" { 2 } else { 3 };
    let plan = format!(
        "exercise = \"x@1\"\n[model]\nkind = \"{kind}\"\nwidth = {width}\ndepth = {depth}\nl2 = 0\n[train]\nepochs = 5\nbatch = {batch}\n"
    );
    let plan = planned(&plan);
    let seed = Seed::new(1);
    let draw = |row: usize, at: usize| seed.at(row as u64).at(at as u64).uniform() as f32 - 0.5;
    let rows = batch * PICTURE_STEPS / 5;
    let x = Array2::from_shape_fn((rows, side * side), |(row, at)| draw(row, at));
    let outputs = if kind == "unet" { side * side } else { 1 };
    let y = Array2::from_shape_fn((rows, outputs), |(row, at)| if draw(row, at) > 0.0 { 1.0 } else { 0.0 });
    let rows = Rows { input: Input::Signal(Shape::picture([1, side, side])), x, y };
    train::fit(Lesson::of(&plan, Target::Risk), &rows, None, seed, &mut |_| {}).unwrap();
}

#[divan::bench(sample_count = 5, args = [Kernels::Burn, Kernels::Own])]
fn twenty_training_steps_of_a_cnn(kernels: Kernels) {
    kernels.choose();
    train_pictures("cnn", 28, 64, 8);
}

#[divan::bench(sample_count = 5, args = [Kernels::Burn, Kernels::Own])]
fn twenty_training_steps_of_a_unet(kernels: Kernels) {
    kernels.choose();
    train_pictures("unet", 64, 8, 8);
}

/// The median of seven, after one to warm up.
fn step_microseconds(steps: usize, train: &dyn Fn()) -> f64 {
    train();
    let mut times: Vec<f64> = (0..7)
        .map(|_| {
            let start = Instant::now();
            train();
            start.elapsed().as_secs_f64() * 1e6 / steps as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[3]
}

#[divan::bench(sample_count = 10)]
fn one_thousand_mlp_training_steps() {
    train_mlp();
}
