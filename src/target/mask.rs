//! Which pixels of a picture belong to what is looked for: a log-odds for each pixel, compared with a threshold.

use super::risk::{self, ALERT, P, RAW};
use super::{Holds, Spec, Tells};
use diagnostics::keys::Short;
use metrics::Takes;
use metrics::classification::AUROC;
use metrics::entry::Family;
use metrics::utility::{NET_BENEFIT, NET_BENEFIT_EXPECTED};

pub(super) static SPEC: Spec = Spec {
    title: Short::new("a mask of each picture", "画像ごとのマスク"),
    holds: Holds::Outcome,
    tells: Tells::Pixels,
    losses: &["log", "focal", "dice", "dice+log"],
    decides: true,
    // A threshold for pixels is a number, and what a row's label would calibrate is the highest pixel only.
    fits_rules: false,
    outputs: |_| None,
    wanted: risk::wanted,
    told: |_, _| Vec::new(),
    label: Takes::Label,
    columns: &[&RAW, &P, &ALERT],
    // The highest pixel's risk is not the risk of a patient.
    untold: &[Family::Calibration, Family::Utility],
    ceiling: &[&AUROC, &NET_BENEFIT],
    by_truth: &[&NET_BENEFIT_EXPECTED],
    each_class: None,
    counts_units: false,
    axis: None,
    // The worst masks are those that agree least.
    wrong: Some(|of| of.dice.map_or_else(|| risk::wrong(of), |dice| 1.0 - dice)),
};
