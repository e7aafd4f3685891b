//! Intervals: Wilson and Clopper–Pearson for proportions, and the bootstrap for everything else.
//!
//! The interval of an AUROC (`DeLong`) stands with the AUROC.

use super::distributions::{Z95, beta_quantile};
use super::estimate::{Estimate, Measure};
use super::order::{mean, quantile, sorted, variance};
use super::reason::Undefined;
use rayon::prelude::*;
use seed::Seed;
use std::collections::BTreeMap;

/// The 95 % Wilson score interval of `k` out of `n`; `None` for n = 0.
///
/// Wilson, JASA 1927; recommended by Brown, Cai & `DasGupta`, Statistical Science 2001. Unlike estimate ± 1.96 SE it
/// never leaves 0 to 1 and never has width 0.
pub fn wilson(k: usize, n: usize) -> Option<(f64, f64)> {
    if n == 0 {
        return None;
    }
    let (rows, share) = (n as f64, k as f64 / n as f64);
    let z2 = Z95 * Z95;
    let centre = (share + z2 / (2.0 * rows)) / (1.0 + z2 / rows);
    let half = Z95 / (1.0 + z2 / rows) * (share * (1.0 - share) / rows + z2 / (4.0 * rows * rows)).sqrt();
    // The formula gives exactly 0 and 1 at the ends; rounding may miss them by a hair.
    let low = if k == 0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if k >= n { 1.0 } else { (centre + half).min(1.0) };
    Some((low, high))
}

/// The 95 % Clopper–Pearson ("exact") interval of `k` out of `n`; `None` for n = 0.
///
/// Clopper & Pearson, Biometrika 1934: quantiles of beta distributions. Conservative: it covers at least 95 %.
pub fn clopper_pearson(k: usize, n: usize) -> Option<(f64, f64)> {
    if n == 0 || k > n {
        return None;
    }
    let (hits, misses) = (k as f64, (n - k) as f64);
    let low = if k == 0 { 0.0 } else { beta_quantile(hits, misses + 1.0, 0.025) };
    let high = if k == n { 1.0 } else { beta_quantile(hits + 1.0, misses, 0.975) };
    Some((low, high))
}

/// `k` out of `n` with its Wilson interval, or `reason` when n = 0.
pub fn proportion(k: usize, n: usize, reason: Undefined) -> Measure {
    if n == 0 { Err(reason) } else { Ok(Estimate::plain(k as f64 / n as f64, n).with(wilson(k, n))) }
}

/// How resamples are drawn.
#[derive(Clone, Debug)]
pub enum Resampling {
    /// Rows, independently.
    Rows(usize),
    /// Rows within each stratum, so that every stratum keeps its size (for example, cases and non-cases).
    Strata(Vec<Vec<usize>>),
    /// Whole clusters (for example, all rows of a patient): the right choice when rows of a cluster resemble each
    /// other.
    Clusters(Vec<Vec<usize>>),
}

impl Resampling {
    /// Rows within strata; `key` gives every row's stratum.
    pub fn strata<K: Ord>(key: &[K]) -> Self {
        Self::Strata(parts(key))
    }

    /// Whole clusters; `key` gives every row's cluster.
    pub fn clusters<K: Ord>(key: &[K]) -> Self {
        Self::Clusters(parts(key))
    }

    /// Draw one resample of row numbers into `rows`.
    pub fn draw(&self, seed: Seed, rows: &mut Vec<usize>) {
        rows.clear();
        match self {
            Self::Rows(n) => rows.extend(picks(seed, *n, *n)),
            Self::Strata(strata) => {
                for (k, stratum) in strata.iter().enumerate() {
                    let n = stratum.len();
                    rows.extend(picks(seed.at(k as u64), n, n).map(|at| stratum[at]));
                }
            }
            Self::Clusters(clusters) => {
                for at in picks(seed, clusters.len(), clusters.len()) {
                    rows.extend(&clusters[at]);
                }
            }
        }
    }

    /// Draw the same resample, as how often each row is in it, into `counts` (one per row, at most 255).
    ///
    /// A unit is drawn once on average: more than 255 times would be a matter of 1 in 10^500.
    pub fn count(&self, seed: Seed, counts: &mut Vec<u8>) {
        let rows = match self {
            Self::Rows(n) => *n,
            Self::Strata(parts) | Self::Clusters(parts) => parts.iter().map(Vec::len).sum(),
        };
        let drawn = |seed: Seed, n: usize| {
            let mut times = vec![0_u8; n];
            picks(seed, n, n).for_each(|at| times[at] = times[at].saturating_add(1));
            times
        };
        counts.clear();
        counts.resize(rows, 0);
        match self {
            Self::Rows(n) => *counts = drawn(seed, *n),
            Self::Strata(strata) => {
                for (k, stratum) in strata.iter().enumerate() {
                    let times = drawn(seed.at(k as u64), stratum.len());
                    stratum.iter().zip(times).for_each(|(&row, times)| counts[row] = times);
                }
            }
            Self::Clusters(clusters) => {
                for (cluster, times) in clusters.iter().zip(drawn(seed, clusters.len())) {
                    for &row in cluster {
                        counts[row] = times;
                    }
                }
            }
        }
    }

    /// How many things are drawn from: rows, or clusters.
    pub fn units(&self) -> usize {
        match self {
            Self::Rows(n) => *n,
            Self::Strata(parts) => parts.iter().map(Vec::len).sum(),
            Self::Clusters(parts) => parts.len(),
        }
    }
}

/// The rows of each key, in order of the keys.
fn parts<K: Ord>(key: &[K]) -> Vec<Vec<usize>> {
    let mut rows: BTreeMap<&K, Vec<usize>> = BTreeMap::new();
    for (row, k) in key.iter().enumerate() {
        rows.entry(k).or_default().push(row);
    }
    rows.into_values().collect()
}

/// `count` draws from 0 to `n` − 1 out of this seed's stream.
pub(super) fn picks(seed: Seed, n: usize, count: usize) -> impl Iterator<Item = usize> {
    // A word's high part times n, shifted: each number comes up equally often but for one part in 2^32 / n (Lemire
    // 2019). So for few rows half a word does, and a word gives two draws.
    let two = n <= 1 << 16;
    let mut word = 0;
    (0..count).map(move |i| {
        if two {
            word = if i % 2 == 0 { seed.at((i / 2) as u64).bits() } else { word << 32 };
            high(word >> 32 << 32, n)
        } else {
            high(seed.at(i as u64).bits(), n)
        }
    })
}

/// The high part of a word times n: below n.
#[expect(clippy::cast_possible_truncation, reason = "a number below n fits where n does")]
fn high(word: u64, n: usize) -> usize {
    ((u128::from(word) * n as u128) >> 64) as usize
}

/// A bootstrap interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Bootstrap {
    /// The 2.5 % and 97.5 % quantiles of the resampled values.
    pub interval: (f64, f64),
    /// The mean of the resampled values.
    pub mean: f64,
    /// The standard deviation of the resampled values: the bootstrap standard error.
    pub standard_error: f64,
    /// How many resamples were drawn.
    pub resamples: usize,
    /// How many of them had no value (for example, no case among them) and were left out.
    pub undefined: usize,
}

impl Bootstrap {
    /// Whether all resamples gave the same up to rounding: no interval, for nothing is told about chance.
    pub fn says_nothing(&self) -> bool {
        super::spread::constant(&[self.interval.0, self.interval.1])
    }
}

/// The 95 % percentile bootstrap interval of any statistic of rows (Efron & Tibshirani 1993, chapter 13).
///
/// `statistic` gets the row numbers of a resample and answers `None` where it is undefined. Resample b draws from
/// `seed.at(b)`, so the result is the same on any number of threads. Undefined with fewer than 2 units or 40 resamples
/// (the outermost 2.5 % would be less than one value), or when more than a tenth of the resamples have no value: what
/// is left would no longer be a sample of the sampling distribution.
pub fn bootstrap<F>(resampling: &Resampling, resamples: usize, seed: Seed, statistic: F) -> Result<Bootstrap, Undefined>
where
    F: Fn(&[usize]) -> Option<f64> + Sync,
{
    let units = resampling.units();
    if units < 2 {
        return Err(if units == 0 { Undefined::NoRows } else { Undefined::TooFewRows { needed: 2, found: units } });
    }
    let one = |rows: &mut Vec<usize>, b: usize| {
        resampling.draw(seed.at(b as u64), rows);
        statistic(rows)
    };
    let values: Vec<Option<f64>> = (0..resamples).into_par_iter().map_init(Vec::new, one).collect();
    percentile_interval(&values)
}

/// A figure from the rows drawn, each as often as it was drawn; `None` where it is undefined.
pub type OfRows<'a> = Box<dyn Fn(&[usize]) -> Option<f64> + Sync + 'a>;

/// A figure from how often each row was drawn; `None` where it is undefined.
///
/// A resample of a million rows need not be gathered and sorted anew: rows are sorted once, and a resample is a count per row.
pub type Counted = Box<dyn Fn(&[u8]) -> Option<f64> + Send + Sync>;

/// What makes a figure of two columns ready to be computed from counts.
pub type Counting = fn(&[f64], &[f64]) -> Counted;

/// A figure of resampled rows; both kinds draw the same rows.
pub enum Statistic<'a> {
    /// From the rows drawn.
    Rows(OfRows<'a>),
    /// From how often each row was drawn.
    Counts(Counted),
}

/// [`bootstrap`] of several statistics at once, each with its number of resamples: what is drawn, is drawn once.
pub fn bootstrap_together(
    resampling: &Resampling,
    seed: Seed,
    statistics: &[(Statistic<'_>, usize)],
) -> Vec<Result<Bootstrap, Undefined>> {
    let units = resampling.units();
    if units < 2 {
        let none = if units == 0 { Undefined::NoRows } else { Undefined::TooFewRows { needed: 2, found: units } };
        return statistics.iter().map(|_| Err(none)).collect();
    }
    let most = statistics.iter().map(|(_, resamples)| *resamples).max().unwrap_or(0);
    let one = |(rows, counts): &mut (Vec<usize>, Vec<u8>), b: usize| {
        let wanted = || statistics.iter().filter(|(_, resamples)| b < *resamples).map(|(statistic, _)| statistic);
        if wanted().any(|statistic| matches!(statistic, Statistic::Rows(_))) {
            resampling.draw(seed.at(b as u64), rows);
        }
        if wanted().any(|statistic| matches!(statistic, Statistic::Counts(_))) {
            resampling.count(seed.at(b as u64), counts);
        }
        wanted()
            .map(|statistic| match statistic {
                Statistic::Rows(value) => value(rows),
                Statistic::Counts(value) => value(counts),
            })
            .collect::<Vec<_>>()
    };
    let values: Vec<Vec<Option<f64>>> = (0..most).into_par_iter().map_init(|| (Vec::new(), Vec::new()), one).collect();
    let of = |k: usize| {
        // In resample b, a statistic stands after those before it that still take part.
        let place = |b: usize| statistics[..k].iter().filter(|(_, resamples)| b < *resamples).count();
        let own: Vec<Option<f64>> = (0..statistics[k].1).map(|b| values[b][place(b)]).collect();
        percentile_interval(&own)
    };
    (0..statistics.len()).map(of).collect()
}

/// The percentile interval of resampled values, some of which may be undefined.
pub(super) fn percentile_interval(values: &[Option<f64>]) -> Result<Bootstrap, Undefined> {
    let resamples = values.len();
    let defined = sorted(values.iter().flatten().copied().filter(|v| v.is_finite()).collect());
    let undefined = resamples - defined.len();
    let few = Undefined::ResamplesUndefined { undefined, resamples };
    if resamples < 40 || undefined * 10 > resamples {
        return Err(few);
    }
    let (Some(low), Some(high), Some(mean), Some(variance)) =
        (quantile(&defined, 0.025), quantile(&defined, 0.975), mean(&defined), variance(&defined))
    else {
        return Err(few);
    };
    Ok(Bootstrap { interval: (low, high), mean, standard_error: variance.sqrt(), resamples, undefined })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_by_hand() {
        // 0 of 10: upper limit z² / (n + z²).
        let (low, high) = wilson(0, 10).expect("rows");
        assert!(low == 0.0 && (high - Z95 * Z95 / (10.0 + Z95 * Z95)).abs() < 1e-15);
        assert_eq!(wilson(0, 0), None);
    }

    #[test]
    fn clopper_pearson_by_hand() {
        // 0 of 10: upper limit 1 − 0.025^(1/10); 10 of 10 mirrors it.
        let high = 1.0 - 0.025_f64.powf(0.1);
        assert!((clopper_pearson(0, 10).expect("rows").1 - high).abs() < 1e-13);
        assert!((clopper_pearson(10, 10).expect("rows").0 - (1.0 - high)).abs() < 1e-13);
    }

    #[test]
    fn bootstrap_of_a_mean_has_the_textbook_standard_error() {
        let values: Vec<f64> = (0..400).map(|i| Seed::new(3).at(i).uniform()).collect();
        let mean = |rows: &[usize]| Some(rows.iter().map(|&r| values[r]).sum::<f64>() / rows.len() as f64);
        let got = bootstrap(&Resampling::Rows(400), 4000, Seed::new(1), mean).expect("an interval");
        let expected = (super::super::order::variance(&values).expect("values") / 400.0).sqrt();
        assert!((got.standard_error / expected - 1.0).abs() < 0.06, "{} {expected}", got.standard_error);
    }

    #[test]
    fn clusters_are_drawn_whole_and_threads_change_nothing() {
        let key: Vec<usize> = (0..60).map(|row| row / 3).collect();
        let plan = Resampling::clusters(&key);
        let whole = |rows: &[usize]| {
            assert!(rows.len() == 60 && rows.chunks(3).all(|c| c[0] / 3 == c[2] / 3));
            Some(rows.iter().sum::<usize>() as f64)
        };
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| bootstrap(&plan, 200, Seed::new(9), whole))
        };
        assert_eq!(run(1), run(3));
    }

    #[test]
    fn too_many_undefined_resamples_give_no_interval() {
        let got = bootstrap(&Resampling::Rows(5), 100, Seed::new(2), |_| None);
        assert_eq!(got, Err(Undefined::ResamplesUndefined { undefined: 100, resamples: 100 }));
    }
}
