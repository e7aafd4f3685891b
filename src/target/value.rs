//! A number, such as a length of stay or a progression score: what a model gives is the number itself.

use ndarray::ArrayView1;

use super::{Axis, Holds, Predicted, PredictionColumn, Reads, Spec, Tells};
use diagnostics::keys::Short;
use diagnostics::text::Text;
use metrics::Takes;
use metrics::entry::Unit;

pub(super) static SPEC: Spec = Spec {
    title: Short::new("a number", "数値"),
    holds: Holds::Number,
    tells: Tells::Row,
    losses: &["squares"],
    decides: false,
    fits_rules: false,
    outputs: |_| Some(1),
    wanted: super::risk::wanted,
    told,
    label: Takes::Value,
    columns: &[&PREDICTED],
    untold: &[],
    ceiling: &[],
    by_truth: &[],
    each_class: None,
    counts_units: false,
    axis: Some(Axis {
        column: "predicted",
        unit: Unit::Own,
        title: Text::new(
            "Patients in five groups by predicted value: what was predicted, and what came",
            "予測値で5群に分けた患者：予測と実際",
        ),
    }),
    wrong: None,
};

static PREDICTED: PredictionColumn = PredictionColumn {
    name: "predicted",
    takes: &[Takes::Predicted],
    reads: Some(Reads::Own(Text::new("the model predicts", "モデルの予測"))),
};

/// `predicted`: the number.
fn told(_: &[String], outputs: &[ArrayView1<f32>]) -> Vec<Predicted> {
    let of = |row: &ArrayView1<f32>| row.first().map_or(f64::NAN, |&value| f64::from(value));
    vec![Predicted::Numbers(PREDICTED.name.to_owned(), outputs.iter().map(of).collect())]
}
