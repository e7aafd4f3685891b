//! The risk of an outcome that comes or does not: a log-odds for each row, calibrated and compared with a threshold.

use super::{Axis, Holds, Labels, Mistaken, PredictionColumn, Reads, Spec, Tells};
use diagnostics::keys::Short;
use diagnostics::text::Text;
use metrics::Takes;
use metrics::classification::AUROC;
use metrics::entry::Unit;
use metrics::utility::{NET_BENEFIT, NET_BENEFIT_EXPECTED};

pub(super) static SPEC: Spec = Spec {
    title: Short::new("the risk of an outcome", "転帰のリスク"),
    holds: Holds::Outcome,
    tells: Tells::Row,
    losses: &["log", "focal"],
    decides: true,
    fits_rules: true,
    outputs: |_| Some(1),
    wanted,
    told: |_, _| Vec::new(),
    label: Takes::Label,
    columns: &[&RAW, &P, &ALERT],
    untold: &[],
    ceiling: &[&AUROC, &NET_BENEFIT],
    by_truth: &[&NET_BENEFIT_EXPECTED],
    each_class: None,
    counts_units: true,
    axis: Some(Axis {
        column: "p",
        unit: Unit::Percent,
        title: Text::new(
            "Patients in five groups by predicted risk: what was predicted, and what came",
            "予測リスクで5群に分けた患者：予測と実際",
        ),
    }),
    wrong: Some(wrong),
};

/// The model's own risk.
pub(super) static RAW: PredictionColumn = PredictionColumn { name: "raw", takes: &[], reads: None };

/// The calibrated risk.
pub(super) static P: PredictionColumn = PredictionColumn {
    name: "p",
    takes: &[Takes::Score, Takes::Probability],
    reads: Some(Reads::Risk(Text::new("the model's risk", "モデルの予測リスク"))),
};

/// Whether the risk reaches the threshold.
pub(super) static ALERT: PredictionColumn =
    PredictionColumn { name: "alert", takes: &[Takes::Alert], reads: Some(Reads::Flag(Text::new("alarm", "警報"))) };

pub(super) fn wanted(labels: &Labels, row: usize) -> Vec<f32> {
    match labels {
        Labels::Outcomes(values) | Labels::Numbers(values) => vec![values[row] as f32],
        Labels::Classes(..) => Vec::new(),
    }
}

/// How far the risk is off.
pub(super) fn wrong(of: Mistaken) -> f64 {
    if of.came { 1.0 - of.risk } else { of.risk }
}
