//! How long the metrics take; with a Python that has the peers, also how long those take (`benches/peers/metrics.py`).
//!
//! `cargo bench --bench metrics`, and for the comparison `PRACTICUM_PEERS=python cargo bench --bench metrics`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its timings")]

use practicum::metrics::classification::{auroc, auroc_bootstrap};
use practicum::metrics::segmentation::{Masks, hausdorff95};
use practicum::metrics::survival::{Ranking, harrell_c};
use practicum::metrics::utility::decision_curve;
use practicum::metrics::{Binary, Probabilities, calibration};
use practicum::seed::Seed;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// The shortest of several runs, in seconds.
fn time<T>(runs: usize, mut work: impl FnMut() -> T) -> (f64, T) {
    let mut one = || {
        let start = Instant::now();
        let out = work();
        (start.elapsed().as_secs_f64(), out)
    };
    let mut best = one();
    for _ in 1..runs {
        let next = one();
        if next.0 < best.0 {
            best = next;
        }
    }
    best
}

/// Labels and probabilities that are informative and miscalibrated.
fn predictions(n: u64) -> (Vec<f64>, Vec<f64>) {
    let seed = Seed::new(1).named("predictions");
    let row = |i: u64| {
        let p = 0.02 + 0.96 * seed.named("p").at(i).uniform().powi(2);
        (f64::from(u8::from(seed.named("y").at(i).uniform() < p * 0.9)), p)
    };
    (0..n).map(row).unzip()
}

/// Two shifted, rough balls in a cube of side 128.
fn balls() -> (Vec<bool>, Vec<bool>) {
    let seed = Seed::new(1).named("balls");
    let ball = |centre: f64, name: &str| {
        let inside = |at: usize| {
            let place = [at / 16384, at / 128 % 128, at % 128].map(|k| k as f64 - centre);
            let rough = 4.0 * seed.named(name).at((at / 8) as u64).uniform();
            place.iter().map(|d| d * d).sum::<f64>().sqrt() + rough < 42.0
        };
        (0..128 * 128 * 128).map(inside).collect()
    };
    (ball(62.0, "reference"), ball(66.0, "prediction"))
}

fn main() {
    let folder = std::env::temp_dir().join(format!("practicum-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    let mut ours = BTreeMap::new();

    let (label, score) = predictions(10_000);
    save(&folder.join("metrics_auroc.csv"), "label,score", &[&label, &score]);
    let (seconds, value) = time(3, || {
        auroc_bootstrap(&Binary::new(&label, &score).expect("sound input"), 2000, Seed::new(1)).expect("an interval")
    });
    ours.insert("auroc_bootstrap", seconds);
    println!("auroc_bootstrap, 2,000 resamples of 10,000 rows: {seconds:.4} s, {:?}", value.interval);

    let seed = Seed::new(2);
    let draw = |name: &str, i: u64| seed.named(name).at(i).uniform();
    let risk: Vec<f64> = (0..10_000).map(|i| (draw("risk", i) * 1000.0).round() / 1000.0).collect();
    let follow: Vec<f64> =
        (0..10_000).map(|i| -draw("time", i).ln() / (1.0 + risk[usize::try_from(i).unwrap_or(0)])).collect();
    let event: Vec<f64> = (0..10_000).map(|i| f64::from(u8::from(draw("event", i) < 0.5))).collect();
    save(&folder.join("metrics_survival.csv"), "time,event,risk", &[&follow, &event, &risk]);
    let (seconds, value) =
        time(5, || harrell_c(&Ranking::new(&follow, &event, &risk).expect("sound input")).expect("pairs"));
    ours.insert("harrell_c", seconds);
    println!("harrell_c, 10,000 rows: {seconds:.5} s, {:.12}", value.value);

    let (reference, prediction) = balls();
    let bytes: Vec<u8> = reference.iter().chain(&prediction).map(|&v| u8::from(v)).collect();
    std::fs::write(folder.join("metrics_masks.bin"), bytes).expect("the masks");
    let (seconds, value) = time(3, || {
        let masks = Masks::new(&[128; 3], &[1.5, 0.8, 0.8], &reference, &prediction).expect("sound masks");
        hausdorff95(&masks).expect("no empty mask")
    });
    ours.insert("hd95", seconds);
    println!("hd95, 128 x 128 x 128: {seconds:.4} s, {:.6} mm", value.value);

    let (label, p) = predictions(1_000_000);
    let (seconds, _) = time(3, || {
        let data = Probabilities::new(&label, &p).expect("sound input");
        let thresholds: Vec<f64> = (1..100).map(|k| f64::from(k) / 100.0).collect();
        (
            auroc(data.as_binary()),
            calibration::citl(&data),
            calibration::calibration_slope(&data),
            calibration::observed_expected(&data),
            calibration::brier(&data),
            calibration::ece(&data, 10),
            decision_curve(&data, &thresholds),
        )
    });
    println!("auroc + DeLong + calibration + decision curve, 1,000,000 rows: {seconds:.3} s");
    let (seconds, _) = time(1, || calibration::ici(&Probabilities::new(&label, &p).expect("sound input")));
    println!("ici, 1,000,000 rows: {seconds:.3} s");

    if let Some(python) = std::env::var_os("PRACTICUM_PEERS") {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/metrics.py");
        let out = Command::new(python).arg(script).arg(&folder).output().expect("a Python with the peers");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        for line in String::from_utf8_lossy(&out.stdout).lines() {
            let peer: serde_json::Value = serde_json::from_str(line).expect("a JSON line");
            let task = peer["task"].as_str().unwrap_or_default();
            let seconds = peer["seconds"].as_f64().unwrap_or_default();
            println!("peer {task}: {seconds:.3} s, {:.0} times ours, value {}", seconds / ours[task], peer["value"]);
        }
    }
    std::fs::remove_dir_all(&folder).expect("the temporary folder goes");
}

/// Write columns as CSV.
fn save(path: &Path, header: &str, columns: &[&[f64]]) {
    let mut out = String::from(header);
    for row in 0..columns[0].len() {
        let cells: Vec<String> = columns.iter().map(|column| column[row].to_string()).collect();
        write!(out, "\n{}", cells.join(",")).expect("a string");
    }
    std::fs::write(path, out + "\n").expect("a writable folder");
}
