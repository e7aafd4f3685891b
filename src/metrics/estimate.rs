//! What a metric answers: a figure with its interval, or the reason why there is none.

use super::reason::Undefined;

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

impl Estimate {
    /// A figure without an interval.
    pub fn plain(value: f64, n: usize) -> Self {
        debug_assert!(!value.is_nan(), "an undefined figure must be an `Undefined`");
        Self { value, interval: None, n }
    }

    /// The same figure with this 95 % interval.
    #[must_use]
    pub fn with(self, interval: Option<(f64, f64)>) -> Self {
        Self { interval, ..self }
    }

    /// The figure and its interval multiplied by `factor` (> 0), for "per 1,000 rows" and the like.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        let interval = self.interval.map(|(low, high)| (low * factor, high * factor));
        Self { value: self.value * factor, interval, n: self.n }
    }
}

/// A figure, or why it does not exist. Never 0, never 0.5, never NaN in its stead.
pub type Measure = Result<Estimate, Undefined>;
