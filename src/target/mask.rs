//! Which pixels of a picture belong to what is looked for: a log-odds for each pixel, compared with a threshold.

use super::{Holds, Spec};
use diagnostics::text::Text;

pub(super) static SPEC: Spec = Spec {
    title: Text::new("a mask of each picture", "画像ごとのマスク"),
    holds: Holds::Outcome,
    losses: &["log", "focal", "dice", "dice+log"],
    decides: true,
    outputs: |_| None,
    wanted: super::risk::wanted,
    told: |_, _| Vec::new(),
};
