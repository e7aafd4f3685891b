//! Ordering numbers: exact ties, quantiles, indices.

use rayon::prelude::*;

/// Whether two scores are tied. Ties are exact by convention: scores 1e-10 apart are in order.
#[expect(clippy::float_cmp, reason = "a tie is an exact equality, by convention")]
pub fn tied(a: f64, b: f64) -> bool {
    a == b
}

/// The whole number of a non-negative figure, rounded down; 0 for a negative one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, which is what is meant"
)]
pub fn floor_index(x: f64) -> usize {
    x.floor() as usize
}

/// The whole number of a non-negative figure, rounded up; 0 for a negative one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, which is what is meant"
)]
pub fn ceil_index(x: f64) -> usize {
    x.ceil() as usize
}

/// Bits that are in the order of the numbers; −0 and 0 have the same.
fn key(value: f64) -> u64 {
    // Adding 0 turns −0 into 0.
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// The fewest values that are worth sorting on several threads.
const WORTH_THREADS: usize = 1 << 16;

/// The values in ascending order.
pub fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    if values.len() < WORTH_THREADS {
        values.sort_unstable_by_key(|&v| key(v));
    } else {
        values.par_sort_unstable_by_key(|&v| key(v));
    }
    values
}

/// The row numbers in ascending order of their values; tied rows keep their order.
pub fn ascending(values: &[f64]) -> Vec<usize> {
    rows_by(values, key)
}

/// The row numbers in descending order of their values; tied rows keep their order.
pub fn descending(values: &[f64]) -> Vec<usize> {
    rows_by(values, |v| !key(v))
}

fn rows_by(values: &[f64], key: impl Fn(f64) -> u64) -> Vec<usize> {
    let mut rows: Vec<(u64, usize)> = values.iter().enumerate().map(|(row, &v)| (key(v), row)).collect();
    if rows.len() < WORTH_THREADS {
        rows.sort_unstable();
    } else {
        rows.par_sort_unstable();
    }
    rows.into_iter().map(|(_, row)| row).collect()
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
