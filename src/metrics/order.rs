//! Ordering numbers: exact ties, quantiles, indices.

use rayon::prelude::*;

/// Whether two scores are tied. Ties are exact by convention: scores 1e-10 apart are in order.
#[expect(clippy::float_cmp, reason = "a tie is an exact equality, by convention")]
pub fn tied(a: f64, b: f64) -> bool {
    a == b
}

/// The whole number of a non-negative figure, rounded down; 0 for a negative one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, which is what is meant")]
pub fn floor_index(x: f64) -> usize {
    x.floor() as usize
}

/// The whole number of a non-negative figure, rounded up; 0 for a negative one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, which is what is meant")]
pub fn ceil_index(x: f64) -> usize {
    x.ceil() as usize
}

/// The values in ascending order.
pub fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    // -0 and 0 are tied; adding 0 makes them the same bits, so that `total_cmp` agrees with `==`.
    values.iter_mut().for_each(|v| *v += 0.0);
    values.par_sort_unstable_by(f64::total_cmp);
    values
}

/// The row numbers in ascending order of their values; tied rows keep their order.
pub fn ascending(values: &[f64]) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..values.len()).collect();
    rows.par_sort_by(|&a, &b| (values[a] + 0.0).total_cmp(&(values[b] + 0.0)));
    rows
}

/// The row numbers in descending order of their values; tied rows keep their order.
pub fn descending(values: &[f64]) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..values.len()).collect();
    rows.par_sort_by(|&a, &b| (values[b] + 0.0).total_cmp(&(values[a] + 0.0)));
    rows
}

/// The quantile `q` (0 to 1) of ascending values, by linear interpolation between order statistics at `q · (n − 1)`
/// (Hyndman & Fan 1996, type 7: the default of R and `numpy`); `None` without values.
pub fn quantile(ascending: &[f64], q: f64) -> Option<f64> {
    let last = ascending.len().checked_sub(1)?;
    let position = q.clamp(0.0, 1.0) * last as f64;
    let below = floor_index(position).min(last);
    let (low, high) = (ascending[below], ascending[(below + 1).min(last)]);
    let share = position - below as f64;
    // From the nearer end, as numpy does, so that both agree to the last bit.
    Some(if share >= 0.5 { high - (high - low) * (1.0 - share) } else { low + (high - low) * share })
}

/// The mean; `None` without values.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The variance with n − 1 in the denominator; `None` with fewer than two values.
pub fn variance(values: &[f64]) -> Option<f64> {
    let centre = mean(values)?;
    let squares: f64 = values.iter().map(|v| (v - centre) * (v - centre)).sum();
    (values.len() > 1).then(|| squares / (values.len() - 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_by_hand() {
        let values = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(quantile(&values, 0.0), Some(1.0));
        assert_eq!(quantile(&values, 1.0), Some(8.0));
        assert_eq!(quantile(&values, 0.5), Some(3.0));
        assert_eq!(quantile(&values, 0.25), Some(1.75));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn zero_and_minus_zero_are_tied() {
        assert_eq!(ascending(&[0.0, -0.0, -1.0]), [2, 0, 1]);
        assert_eq!(descending(&[-0.0, 0.0, 1.0]), [2, 0, 1]);
    }
}
