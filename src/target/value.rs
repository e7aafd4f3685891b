//! A number, such as a length of stay or a progression score: what a model gives is the number itself.

use ndarray::ArrayView1;

use super::{Holds, Spec, Told};
use diagnostics::text::Text;

pub(super) static SPEC: Spec = Spec {
    title: Text::new("a number", "数値"),
    holds: Holds::Number,
    losses: &["squares"],
    decides: false,
    outputs: |_| Some(1),
    wanted: super::risk::wanted,
    told,
};

/// `predicted`: the number.
fn told(_: &[String], outputs: &[ArrayView1<f32>]) -> Vec<Told> {
    let of = |row: &ArrayView1<f32>| row.first().map_or(f64::NAN, |&value| f64::from(value));
    vec![Told::Numbers("predicted".to_owned(), outputs.iter().map(of).collect())]
}
