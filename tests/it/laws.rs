//! Laws that metrics obey whatever the data.

use practicum::metrics::classification::{auroc, auroc_bootstrap};
use practicum::metrics::intervals::{Resampling, bootstrap};
use practicum::metrics::segmentation::{Masks, dice, hausdorff95};
use practicum::metrics::survival::{Follow, Ranking, harrell_c, kaplan_meier};
use practicum::metrics::utility::{net_benefit, net_benefit_treat_all};
use practicum::metrics::{self, Binary, Measure, Metric, Parameter, Probabilities, Takes};
use practicum::seed::Seed;
use proptest::prelude::*;

/// 0/1 labels with scores in steps of 1/20, so that ties occur; both classes are there.
fn rows() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    prop::collection::vec((prop::bool::ANY, 0..=20_u8), 4..80).prop_map(|rows| {
        let (mut label, score): (Vec<f64>, Vec<f64>) =
            rows.into_iter().map(|(y, s)| (f64::from(u8::from(y)), f64::from(s) / 20.0)).unzip();
        (label[0], label[1]) = (1.0, 0.0);
        (label, score)
    })
}

/// Times in whole units, so that ties occur, and events.
fn follow_up() -> impl Strategy<Value = (Vec<f64>, Vec<f64>, Vec<f64>)> {
    prop::collection::vec((0..20_u8, prop::bool::ANY, 0..10_u8), 2..80).prop_map(|rows| {
        let mut out = (Vec::new(), Vec::new(), Vec::new());
        for (time, event, risk) in rows {
            out.0.push(f64::from(time));
            out.1.push(f64::from(u8::from(event)));
            out.2.push(f64::from(risk));
        }
        out
    })
}

fn in_checks() -> impl Iterator<Item = &'static Metric> {
    metrics::all().filter(|metric| metric.in_checks())
}

fn area(label: &[f64], score: &[f64]) -> f64 {
    auroc(&Binary::new(label, score).expect("sound input")).expect("two classes").value
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + b.abs()) || a.to_bits() == b.to_bits()
}

fn same(a: Measure, b: Measure) -> bool {
    match (a, b) {
        (Ok(a), Ok(b)) => near(a.value, b.value) && a.n == b.n,
        // A reason may name a row, and rows move.
        (Err(a), Err(b)) => std::mem::discriminant(&a) == std::mem::discriminant(&b),
        _ => false,
    }
}

/// Columns that suit a metric, made from labels and scores.
fn columns(takes: &[Takes], label: &[f64], score: &[f64]) -> Vec<Vec<f64>> {
    let whole = |by: f64| score.iter().map(|s| (s * by).round()).collect::<Vec<f64>>();
    let mut repeats = 0;
    let mut column = |takes: &Takes| {
        repeats += 1;
        match takes {
            Takes::Label | Takes::Event | Takes::Current | Takes::Error => label.to_vec(),
            Takes::Score | Takes::Versus | Takes::Probability => {
                score.iter().zip(label).map(|(s, y)| 0.05 + 0.8 * s + 0.1 * y * f64::from(repeats % 2)).collect()
            }
            Takes::Value | Takes::Predicted | Takes::Low | Takes::High | Takes::Mean | Takes::Sd => {
                score.iter().map(|s| 1.0 + s * f64::from(repeats)).collect()
            }
            Takes::Alert => whole(1.0),
            Takes::Time => whole(20.0),
            Takes::Cause | Takes::Group | Takes::Category => whole(2.0),
            Takes::Number(Parameter::Categories) => vec![3.0],
            Takes::Number(Parameter::Cause) => vec![1.0],
            Takes::Number(_) => vec![0.3],
            Takes::PerClass
            | Takes::PerRater
            | Takes::EachTime
            | Takes::RiskByEachTime
            | Takes::TrainingTime
            | Takes::TrainingEvent => {
                unreachable!("checks take no such columns")
            }
        }
    };
    takes.iter().map(&mut column).collect()
}

/// Values that a column may hold by mistake, among some that it may hold.
const NASTY: [f64; 11] = [0.0, 1.0, 1.0, 0.5, 2.0, -1.0, -0.0, 1e300, 5e-324, f64::NAN, f64::INFINITY];

proptest! {
    #[test]
    fn no_metric_panics_or_answers_nan(
        cells in prop::collection::vec(prop::sample::select(NASTY.to_vec()), 0..40),
        sound in prop::bool::ANY,
    ) {
        for metric in in_checks() {
            // Half of the time only what most columns accept, so that the metrics themselves are reached.
            let cells: Vec<f64> = cells.iter().copied().filter(|v| !sound || [0.0, 0.5, 1.0].contains(v)).collect();
            let rows = cells.len() / metric.takes().len();
            let whole = |k: usize| {
                matches!(metric.takes()[k], Takes::Label | Takes::Alert | Takes::Event | Takes::Error | Takes::Current)
            };
            let column = |k: usize| -> Vec<f64> {
                let cells = &cells[k * rows..(k + 1) * rows];
                match metric.takes()[k] {
                    Takes::Number(_) if sound => cells.first().map(|_| vec![1.0; rows]).unwrap_or_default(),
                    _ if sound && whole(k) => cells.iter().map(|v| v.round()).collect(),
                    _ => cells.to_vec(),
                }
            };
            let columns: Vec<Vec<f64>> = (0..metric.takes().len()).map(column).collect();
            let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
            match metric.compute(&slices) {
                Ok(Ok(e)) => {
                    prop_assert!(!e.value.is_nan(), "{} of {:?}", metric.name, columns);
                    let (low, high) = metric.range;
                    let slack = 1e-9 * (1.0 + e.value.abs());
                    prop_assert!(low - slack <= e.value && e.value <= high + slack, "{} is {}", metric.name, e.value);
                    let sound = e.interval.is_none_or(|(low, high)| !low.is_nan() && !high.is_nan());
                    prop_assert!(sound, "{} of {:?}: {:?}", metric.name, columns, e);
                }
                Ok(Err(reason)) => prop_assert!(!reason.text().en.is_empty()),
                Err(bad) => prop_assert!(!bad.text().ja.is_empty()),
            }
        }
    }

    #[test]
    fn auroc_sees_ranks_only((label, score) in rows()) {
        let curved: Vec<f64> = score.iter().map(|s| (3.0 * s).exp() - 7.0).collect();
        prop_assert!(near(area(&label, &score), area(&label, &curved)));
    }

    #[test]
    fn swapping_labels_mirrors_auroc((label, score) in rows()) {
        let swapped: Vec<f64> = label.iter().map(|y| 1.0 - y).collect();
        prop_assert!(near(area(&swapped, &score), 1.0 - area(&label, &score)));
    }

    #[test]
    fn auroc_is_c_of_an_outcome_that_is_a_time((label, score) in rows()) {
        // Cases have the event at 1, the others are followed to 2: the comparable pairs are those of case and non-case.
        let time: Vec<f64> = label.iter().map(|y| 2.0 - y).collect();
        let c = harrell_c(&Ranking::new(&time, &label, &score).unwrap()).unwrap().value;
        prop_assert!(near(c, area(&label, &score)));
    }

    #[test]
    fn auroc_lies_in_its_intervals((label, score) in rows(), seed in 0..1000_u64) {
        let data = Binary::new(&label, &score).unwrap();
        let got = auroc(&data).unwrap();
        if let Some((low, high)) = got.interval {
            prop_assert!(low <= got.value && got.value <= high);
        }
        let boot = auroc_bootstrap(&data, 400, Seed::new(seed)).unwrap();
        prop_assert!(boot.interval.0 <= got.value && got.value <= boot.interval.1);
    }

    #[test]
    fn a_bootstrap_interval_contains_the_mean(
        values in prop::collection::vec(-100..100_i32, 20..100),
        seed in 0..1000_u64,
    ) {
        let sum = |rows: &[usize]| rows.iter().map(|&r| f64::from(values[r])).sum::<f64>();
        let mean_of = |rows: &[usize]| Some(sum(rows) / rows.len() as f64);
        let all: Vec<usize> = (0..values.len()).collect();
        let got = bootstrap(&Resampling::Rows(values.len()), 400, Seed::new(seed), mean_of).unwrap();
        let mean = mean_of(&all).unwrap();
        prop_assert!(got.interval.0 <= mean + 1e-9 && mean <= got.interval.1 + 1e-9);
    }

    #[test]
    fn dice_and_hausdorff_are_symmetric(voxels in prop::collection::vec((prop::bool::ANY, prop::bool::ANY), 60)) {
        let (a, b): (Vec<bool>, Vec<bool>) = voxels.into_iter().unzip();
        let of = |a, b| Masks::new(&[3, 4, 5], &[2.0, 1.0, 0.5], a, b).unwrap();
        prop_assert!(dice(&of(&a, &b)) == dice(&of(&b, &a)));
        prop_assert!(same(hausdorff95(&of(&a, &b)), hausdorff95(&of(&b, &a))));
    }

    #[test]
    fn treating_everybody_is_a_model_that_always_alerts((label, score) in rows(), percent in 0..100_u8) {
        let t = f64::from(percent) / 100.0;
        let always = vec![1.0; label.len()];
        let everybody = net_benefit(&Probabilities::new(&label, &always).unwrap(), t);
        let data = Probabilities::new(&label, &score).unwrap();
        prop_assert!(same(net_benefit_treat_all(&data, t), everybody));
        // No model does better than finding every case and nobody else.
        let share = data.positives() as f64 / label.len() as f64;
        prop_assert!(net_benefit(&data, t).unwrap().value <= share + 1e-12);
    }

    #[test]
    fn kaplan_meier_without_censoring_is_the_share_still_there((time, _, _) in follow_up(), at in 0..20_u8) {
        let event = vec![1.0; time.len()];
        let curve = kaplan_meier(&Follow::new(&time, &event).unwrap()).unwrap();
        let share = time.iter().filter(|t| **t > f64::from(at)).count() as f64 / time.len() as f64;
        prop_assert!((curve.survival(f64::from(at)).unwrap() - share).abs() < 1e-12);
    }

    #[test]
    fn reversing_risks_mirrors_c((time, event, risk) in follow_up()) {
        let turned: Vec<f64> = risk.iter().map(|r| -r).collect();
        let c = |risk: &[f64]| harrell_c(&Ranking::new(&time, &event, risk).unwrap());
        if let (Ok(a), Ok(b)) = (c(&risk), c(&turned)) {
            prop_assert!(near(a.value, 1.0 - b.value));
        }
    }

    #[test]
    fn the_order_of_rows_changes_nothing((label, score) in rows(), seed in 0..1000_u64) {
        let order = Seed::new(seed).permutation(label.len());
        for metric in in_checks() {
            // Tied confidences keep their row order, by convention.
            if matches!(metric.name, "aurc" | "risk_at_coverage") {
                continue;
            }
            let columns = columns(metric.takes(), &label, &score);
            let turn = |column: &Vec<f64>| match column.len() {
                1 => column.clone(),
                _ => order.iter().map(|&row| column[row]).collect(),
            };
            let turned: Vec<Vec<f64>> = columns.iter().map(turn).collect();
            let compute = |columns: &[Vec<f64>]| {
                let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
                metric.compute(&slices).unwrap_or_else(|bad| panic!("{}: {}", metric.name, bad.text().en))
            };
            let (a, b) = (compute(&columns), compute(&turned));
            prop_assert!(same(a, b), "{}: {:?} {:?}", metric.name, a, b);
            if let Ok(e) = a {
                prop_assert!(!e.value.is_nan(), "{}", metric.name);
                prop_assert!(e.interval.is_none_or(|(low, high)| low <= high), "{}: {:?}", metric.name, e);
            }
        }
    }
}
