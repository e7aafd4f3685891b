//! Spread, and when there is none: a column may be constant up to rounding.
//!
//! The mean of 37.2, 37.2, … is seldom 37.2 to the last bit, and 0.1 + 0.2 is not 0.3. A spread that is compared with 0 exactly takes
//! that for variation, and whatever is then divided by it is noise. Whatever divides by a spread asks here first.

/// How much of a value rounding may have made: of 16 digits, the last four.
const ROUNDING: f64 = 1e-12;

/// Whether a difference between values of this magnitude is no more than rounding. A difference of 0 always is.
pub fn negligible(difference: f64, magnitude: f64) -> bool {
    difference.abs() <= ROUNDING * magnitude.abs()
}

/// The largest absolute value; 0 without values.
pub fn magnitude(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest, value| largest.max(value.abs()))
}

/// Whether all values are the same up to rounding. Without values, and with one, they are.
///
/// The range is judged, not a standard deviation: that of a million equal values carries the rounding of their sum.
pub fn constant(values: &[f64]) -> bool {
    constant_beside(values, magnitude(values))
}

/// [`constant`], for values that were computed from others of this magnitude, such as differences of measurements.
pub fn constant_beside(values: &[f64], magnitude: f64) -> bool {
    let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
    values.is_empty() || negligible(high - low, magnitude)
}

/// The mean, and each value's deviation from it: exactly 0 throughout where the values are [`constant_beside`] `magnitude`. `None`
/// without values.
pub fn centred(values: &[f64], magnitude: f64) -> Option<(f64, Vec<f64>)> {
    if constant_beside(values, magnitude) {
        return values.first().map(|&first| (first, vec![0.0; values.len()]));
    }
    let mean = super::order::mean(values)?;
    Some((mean, values.iter().map(|value| value - mean).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_constant_however_many_they_are() {
        for value in [37.2, 5.1, -0.1, 1e-9, 1e15, 0.0] {
            for n in [1, 33, 1000, 1_000_000] {
                let values = vec![value; n];
                assert!(constant(&values), "{n} times {value}");
                let (mean, deviations) = centred(&values, magnitude(&values)).expect("values");
                assert!(deviations.iter().all(|&d| d == 0.0) && (mean - value).abs() == 0.0, "{n} times {value}");
            }
        }
        assert!(constant(&[]) && constant(&[0.3, 0.1 + 0.2]) && constant(&[0.0, -0.0]));
    }

    #[test]
    fn what_differs_is_not_constant_however_little() {
        assert!(!constant(&[37.2, 37.200_001]));
        assert!(!constant(&[1e-9, 2e-9]), "small values have a spread of their own");
        assert!(!constant(&[1e9, 1e9 + 0.01]));
        assert!(!constant(&[0.0, 1e-300]));
    }

    #[test]
    fn differences_are_judged_beside_what_they_are_of() {
        let differences = [5.3 - 5.1, 50_000.2 - 50_000.0];
        assert!(!constant(&differences) && constant_beside(&differences, 50_000.2));
    }
}
