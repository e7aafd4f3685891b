//! The points of curves: ROC, calibration, decision, Kaplan–Meier.

use super::columns::Dense;
use super::found::{Curve, Task};
use metrics::survival::{self, Follow};
use metrics::{Binary, Probabilities, calibration, classification as class, order, utility};

/// No picture shows more points than this: of longer curves, evenly spaced ones are kept, and the first and last.
const MOST: usize = 1000;
/// How many places of a smooth calibration curve are given.
const SMOOTH: usize = 200;

/// The curves of these rows.
pub(super) fn curves(task: Task, dense: &Dense, rows: &[usize], group: Option<&(String, String)>) -> Vec<Curve> {
    let of = |role: &str| dense.column(role).map(|values| rows.iter().map(|&row| values[row]).collect::<Vec<f64>>());
    let mut out = Vec::new();
    let mut add = |name: &'static str, points: Vec<(&'static str, Vec<Option<f64>>)>| {
        if points.first().is_some_and(|(_, values)| !values.is_empty()) {
            out.push(Curve { name, group: group.cloned(), points });
        }
    };
    match task {
        Task::Classification | Task::Calibration => {
            let (Some(label), Some(score)) = (of("label"), of("score")) else { return out };
            if let Ok(Ok(points)) = Binary::new(&label, &score).map(|data| class::roc_curve(&data)) {
                let kept = thin(points.len(), MOST);
                add(
                    "roc",
                    vec![
                        ("threshold", kept.iter().map(|&k| Some(points[k].threshold)).collect()),
                        ("false_positive_rate", kept.iter().map(|&k| Some(points[k].fpr)).collect()),
                        ("sensitivity", kept.iter().map(|&k| Some(points[k].tpr)).collect()),
                    ],
                );
            }
            if let Ok(data) = Probabilities::new(&label, &score) {
                add("calibration", bins(&data));
                add("calibration_smooth", smooth(&data));
                add("decision", decision(&data));
            }
        }
        Task::Survival => {
            let (Some(time), Some(event)) = (of("time"), of("event")) else { return out };
            let curve = Follow::new(&time, &event).map(|follow| survival::kaplan_meier(&follow));
            if let Ok(Ok(curve)) = curve {
                let steps = curve.steps();
                let kept = thin(steps.len(), MOST);
                let limit = |k: usize, of: fn((f64, f64)) -> f64| {
                    curve.at(steps[k].time).ok().and_then(|estimate| estimate.interval).map(of)
                };
                add(
                    "kaplan_meier",
                    vec![
                        ("time", kept.iter().map(|&k| Some(steps[k].time)).collect()),
                        ("survival", kept.iter().map(|&k| Some(steps[k].survival)).collect()),
                        ("low", kept.iter().map(|&k| limit(k, |limits| limits.0)).collect()),
                        ("high", kept.iter().map(|&k| limit(k, |limits| limits.1)).collect()),
                        ("at_risk", kept.iter().map(|&k| Some(steps[k].at_risk as f64)).collect()),
                        ("events", kept.iter().map(|&k| Some(steps[k].events as f64)).collect()),
                    ],
                );
            }
        }
        _ => {}
    }
    out
}

/// At most `most` of `n` places, evenly spaced, the first and the last among them.
fn thin(n: usize, most: usize) -> Vec<usize> {
    if n <= most { (0..n).collect() } else { (0..most).map(|k| k * (n - 1) / (most - 1)).collect() }
}

fn bins(data: &Probabilities<'_>) -> Vec<(&'static str, Vec<Option<f64>>)> {
    let bins = calibration::reliability_bins(data, 10);
    vec![
        ("low", bins.iter().map(|bin| Some(bin.low)).collect()),
        ("high", bins.iter().map(|bin| Some(bin.high)).collect()),
        ("rows", bins.iter().map(|bin| Some(bin.count as f64)).collect()),
        ("observed", bins.iter().map(|bin| bin.means.map(|(y, _)| y)).collect()),
        ("predicted", bins.iter().map(|bin| bin.means.map(|(_, p)| p)).collect()),
    ]
}

fn smooth(data: &Probabilities<'_>) -> Vec<(&'static str, Vec<Option<f64>>)> {
    let Ok(curve) = calibration::calibration_curve(data, calibration::SPAN) else { return Vec::new() };
    let mut order = order::ascending(data.p());
    order.dedup_by(|a, b| order::tied(data.p()[*a], data.p()[*b]));
    let kept: Vec<usize> = thin(order.len(), SMOOTH).into_iter().map(|k| order[k]).collect();
    vec![
        ("predicted", kept.iter().map(|&row| Some(data.p()[row])).collect()),
        ("observed", kept.iter().map(|&row| Some(curve[row])).collect()),
    ]
}

fn decision(data: &Probabilities<'_>) -> Vec<(&'static str, Vec<Option<f64>>)> {
    let thresholds: Vec<f64> = (1..100).map(|k| f64::from(k) / 100.0).collect();
    let points = utility::decision_curve(data, &thresholds);
    let model = |of: fn(&metrics::Estimate) -> Option<f64>| -> Vec<Option<f64>> {
        points.iter().map(|point| point.model.as_ref().ok().and_then(of)).collect()
    };
    vec![
        ("threshold", thresholds.iter().copied().map(Some).collect()),
        ("net_benefit", model(|estimate| Some(estimate.value))),
        ("low", model(|estimate| estimate.interval.map(|(low, _)| low))),
        ("high", model(|estimate| estimate.interval.map(|(_, high)| high))),
        (
            "treat_all",
            points.iter().map(|point| point.treat_all.as_ref().ok().map(|estimate| estimate.value)).collect(),
        ),
    ]
}
