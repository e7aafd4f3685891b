//! From a model's scores to decisions: calibration and threshold, fitted on validation rows.

mod masks;

use course::plan::{Calibrate, Threshold};
use metrics::spread;

pub use masks::mask;

/// How log-odds become risks.
#[derive(Clone, Debug, PartialEq)]
pub enum Calibration {
    /// risk = σ(a + b·score)
    Line {
        /// Shift.
        a: f64,
        /// Stretch.
        b: f64,
    },
    /// A rising curve through these (score, risk) points, straight between them, flat beyond.
    Curve(Vec<(f64, f64)>),
}

impl Calibration {
    /// Fits a calibration on validation rows.
    pub fn fit(kind: Calibrate, scores: &[f64], y: &[f64]) -> Self {
        match kind {
            Calibrate::Intercept => Self::Line { a: shift(scores, y), b: 1.0 },
            Calibrate::Platt => platt(scores, y),
            Calibrate::Isotonic => Self::Curve(isotonic(scores, y)),
            Calibrate::None => Self::Line { a: 0.0, b: 1.0 },
        }
    }

    /// The risk of a score.
    pub fn risk(&self, score: f64) -> f64 {
        match self {
            Self::Line { a, b } => expit(a + b * score),
            Self::Curve(points) => {
                let above = points.partition_point(|(at, _)| *at < score);
                match (above.checked_sub(1).and_then(|i| points.get(i)), points.get(above)) {
                    (Some((x0, p0)), Some((x1, p1))) if x1 > x0 => p0 + (p1 - p0) * (score - x0) / (x1 - x0),
                    (_, Some((_, p))) | (Some((_, p)), None) => *p,
                    (None, None) => expit(score),
                }
            }
        }
    }
}

/// The risk of log-odds; where it is small it keeps its digits, which the metrics' own loses to 1 + e⁻ˣ.
pub fn expit(x: f64) -> f64 {
    if x >= 0.0 { metrics::logistic::expit(x) } else { x.exp() / (1.0 + x.exp()) }
}

/// The shift that makes the mean risk the observed share: the likelihood's slope in the shift falls, so bisection finds it.
fn shift(scores: &[f64], y: &[f64]) -> f64 {
    // Without an event (or without a non-event) the best shift is infinite; half a row on either side keeps it finite.
    let events = y.iter().sum::<f64>().clamp(0.5, (y.len() as f64 - 0.5).max(0.5));
    let (mut low, mut high) = (-50.0, 50.0);
    for _ in 0..100 {
        let a = f64::midpoint(low, high);
        if scores.iter().map(|score| expit(a + score)).sum::<f64>() < events { low = a } else { high = a }
    }
    f64::midpoint(low, high)
}

/// Newton's method on two parameters, with step halving.
#[expect(clippy::many_single_char_names, reason = "a, b, p, t and w are the paper's")]
fn platt(scores: &[f64], y: &[f64]) -> Calibration {
    let events = y.iter().sum::<f64>();
    let others = y.len() as f64 - events;
    let (high, low) = ((events + 1.0) / (events + 2.0), 1.0 / (others + 2.0));
    let target: Vec<f64> = y.iter().map(|&y| if y > 0.5 { high } else { low }).collect();
    let loss = |a: f64, b: f64| -> f64 {
        let one = |(score, t): (&f64, &f64)| {
            let x = a + b * score;
            x.max(0.0) - t * x + (-x.abs()).exp().ln_1p()
        };
        scores.iter().zip(&target).map(one).sum()
    };
    let (mut a, mut b) = (shift(scores, y), 1.0);
    // Scores that are all the same have no slope to be told.
    if spread::constant(scores) {
        return Calibration::Line { a, b };
    }
    for _ in 0..100 {
        let (mut ga, mut gb, mut haa, mut hab, mut hbb) = (0.0, 0.0, 1e-12, 0.0, 1e-12);
        for (score, t) in scores.iter().zip(&target) {
            let p = expit(a + b * score);
            let w = p * (1.0 - p);
            ga += p - t;
            gb += (p - t) * score;
            haa += w;
            hab += w * score;
            hbb += w * score * score;
        }
        let det = haa * hbb - hab * hab;
        if ga.abs().max(gb.abs()) < 1e-9 || det <= 0.0 {
            break;
        }
        let (da, db) = ((hbb * ga - hab * gb) / det, (haa * gb - hab * ga) / det);
        let before = loss(a, b);
        let Some(step) = (0..30).map(|k| 0.5_f64.powi(k)).find(|s| loss(a - s * da, b - s * db) <= before) else {
            break;
        };
        a -= step * da;
        b -= step * db;
    }
    Calibration::Line { a, b }
}

fn isotonic(scores: &[f64], y: &[f64]) -> Vec<(f64, f64)> {
    let mut rows: Vec<(f64, f64)> = scores.iter().copied().zip(y.iter().copied()).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Blocks of (sum of outcomes, rows, first score, last score); equal scores belong together.
    let mut blocks: Vec<(f64, f64, f64, f64)> = Vec::new();
    for (score, y) in rows {
        match blocks.last_mut() {
            Some(last) if last.3 >= score => *last = (last.0 + y, last.1 + 1.0, last.2, score),
            _ => blocks.push((y, 1.0, score, score)),
        }
        while let [.., before, last] = blocks.as_mut_slice() {
            if before.0 * last.1 < last.0 * before.1 {
                break;
            }
            *before = (before.0 + last.0, before.1 + last.1, before.2, last.3);
            blocks.pop();
        }
    }
    let ends = |(sum, n, first, last): (f64, f64, f64, f64)| {
        let risk = sum / n;
        if first < last { vec![(first, risk), (last, risk)] } else { vec![(first, risk)] }
    };
    blocks.into_iter().flat_map(ends).collect()
}

/// The threshold of a rule on validation rows: an alert is a risk at or above it.
///
/// Where no alert at all is best, the threshold lies just above the highest risk.
pub fn threshold(rule: Threshold, risks: &[f64], y: &[f64]) -> f64 {
    let mut rows: Vec<(f64, f64)> = risks.iter().copied().zip(y.iter().copied()).collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let events: f64 = y.iter().sum();
    let never = rows.first().map_or(1.0, |(highest, _)| highest.next_up());
    let (mut found, mut alerts) = (0.0, 0.0);
    let mut best = (0.0, never);
    for (i, (risk, y)) in rows.iter().enumerate() {
        found += y;
        alerts += 1.0;
        // Equal risks get the same decision.
        if rows.get(i + 1).is_some_and(|(next, _)| next >= risk) {
            continue;
        }
        match rule {
            Threshold::Fixed(at) => return at,
            Threshold::Sensitivity(target) => {
                if found >= target * events {
                    return *risk;
                }
            }
            Threshold::NetBenefit(at) => {
                let benefit = found - (alerts - found) * at / (1.0 - at);
                if benefit > best.0 {
                    best = (benefit, *risk);
                }
            }
        }
    }
    match rule {
        Threshold::Fixed(at) => at,
        Threshold::Sensitivity(_) => rows.last().map_or(0.0, |(lowest, _)| *lowest),
        Threshold::NetBenefit(_) => best.1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use seed::Seed;

    fn world(n: u64, a: f64, b: f64) -> (Vec<f64>, Vec<f64>) {
        let seed = Seed::new(11);
        (0..n)
            .map(|i| {
                let score = 4.0 * (seed.named("x").at(i).uniform() - 0.5);
                (score, f64::from(u8::from(seed.named("y").at(i).uniform() < expit(a + b * score))))
            })
            .unzip()
    }

    #[test]
    fn calibrations_find_the_world_they_were_drawn_from() {
        let (scores, y) = world(200_000, -2.0, 0.5);
        let Calibration::Line { a, b } = Calibration::fit(Calibrate::Platt, &scores, &y) else { panic!("a line") };
        // Standard errors are near 0.01.
        assert!((a + 2.0).abs() < 0.05 && (b - 0.5).abs() < 0.05, "{a} {b}");
        for &kind in Calibrate::ALL.iter().filter(|kind| **kind != Calibrate::None) {
            let calibration = Calibration::fit(kind, &scores, &y);
            let mean = scores.iter().map(|&s| calibration.risk(s)).sum::<f64>() / 200_000.0;
            assert!((mean - y.iter().sum::<f64>() / 200_000.0).abs() < 1e-4, "{kind:?}: {mean}");
        }
        let curve = Calibration::fit(Calibrate::Isotonic, &scores, &y);
        assert!((curve.risk(1.5) - expit(-2.0 + 0.75)).abs() < 0.02);
    }

    #[test]
    fn separated_and_one_sided_rows_stay_finite() {
        for y in [vec![0.0, 0.0, 1.0, 1.0], vec![0.0; 4], vec![1.0; 4]] {
            for &kind in Calibrate::ALL {
                let calibration = Calibration::fit(kind, &[-1.0, -0.5, 0.5, 1.0], &y);
                let risk = calibration.risk(0.2);
                assert!((0.0..=1.0).contains(&risk), "{kind:?} {y:?}: {risk}");
            }
        }
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "a threshold is one of the risks, to the bit")]
    fn thresholds_keep_their_promise() {
        let risks = [0.9, 0.8, 0.8, 0.3, 0.2, 0.1];
        let y = [1.0, 1.0, 0.0, 1.0, 0.0, 0.0];
        assert_eq!(threshold(Threshold::Fixed(0.4), &risks, &y), 0.4);
        assert_eq!(threshold(Threshold::Sensitivity(0.6), &risks, &y), 0.8);
        assert_eq!(threshold(Threshold::Sensitivity(0.7), &risks, &y), 0.3);
        // At 0.5 a false alert costs as much as a found patient brings: 1, 1, 2 − … the highest of equal benefits.
        assert_eq!(threshold(Threshold::NetBenefit(0.1), &risks, &y), 0.3);
        assert!(threshold(Threshold::NetBenefit(0.9), &[0.5, 0.4], &[0.0, 0.0]) > 0.5);
    }
}
