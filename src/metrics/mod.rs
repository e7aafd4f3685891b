//! Metrics: pure functions from checked numbers to an [`Estimate`], or to the reason why there is none.
//!
//! One file per family. Nothing here prints, draws from a global generator or knows of tables; the SQL door offers each line of
//! [`REGISTRY`] to checks as a function.

use crate::text::Text;

/// A figure with its 95 % interval, where one is defined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The figure. Finite or infinite (a likelihood ratio of x/0), never NaN.
    pub value: f64,
    /// The 95 % interval's lower and upper bound.
    pub interval: Option<(f64, f64)>,
    /// How many rows it rests on (the denominator of a proportion).
    pub n: usize,
}

/// A figure, or why it does not exist. Never 0, never 0.5, never NaN in its stead.
pub type Measure = Result<Estimate, Undefined>;

#[allow(missing_docs)] pub enum Undefined{}
