//! The risk of an outcome that comes or does not: a log-odds for each row, calibrated and compared with a threshold.

use super::{Holds, Labels, Spec};
use diagnostics::text::Text;

pub(super) static SPEC: Spec = Spec {
    title: Text::new("the risk of an outcome", "転帰のリスク"),
    holds: Holds::Outcome,
    losses: &["log", "focal", "dice", "dice+log"],
    decides: true,
    outputs: |_| Some(1),
    wanted,
    told: |_, _| Vec::new(),
};

pub(super) fn wanted(labels: &Labels, row: usize) -> Vec<f32> {
    match labels {
        Labels::Outcomes(values) | Labels::Numbers(values) => vec![values[row] as f32],
        Labels::Classes(..) => Vec::new(),
    }
}
