//! Drift: whether current data still resemble the reference.

use super::classification::auroc;
use super::distributions::{chi_squared_tail, kolmogorov_tail};
use super::entry::{
    Better, Columns, FILE, Family, Held, Interval, Metric, Of, POSITIVE, Resampled, SHARE, Takes, Unit, metrics,
};
use super::estimate::{Estimate, Measure};
use super::input::{Binary, finite, probabilities, same_length, take, zero_or_one};
use super::logistic::{Options, fit};
use super::order::{quantile, sorted, tied};
use super::reason::{BadInput, Undefined};
use super::spread::{constant_beside, magnitude};
use diagnostics::text::Text;
use rayon::prelude::*;

/// One variable in the reference and in the current sample, each ascending.
#[derive(Clone, Debug)]
pub struct Samples {
    reference: Vec<f64>,
    current: Vec<f64>,
}

impl Samples {
    /// Check two samples of finite values.
    pub fn new(reference: &[f64], current: &[f64]) -> Result<Self, BadInput> {
        finite("reference", reference)?;
        finite("current", current)?;
        Ok(Self::sorted(reference.to_vec(), current.to_vec()))
    }

    /// From one column of values, and one that says whether a row is current (1) or reference (0).
    pub fn from_column(current: &[f64], value: &[f64]) -> Result<Self, BadInput> {
        same_length(("current", current.len()), ("value", value.len()))?;
        zero_or_one("current", current)?;
        finite("value", value)?;
        let of = |now: bool| current.iter().zip(value).filter(|(c, _)| (**c > 0.5) == now).map(|(_, v)| *v).collect();
        Ok(Self::sorted(of(false), of(true)))
    }

    /// Values that differ by rounding only are one value: 0.1 + 0.2 has not drifted from 0.3.
    fn sorted(reference: Vec<f64>, current: Vec<f64>) -> Self {
        let (mut reference, mut current) = (sorted(reference), sorted(current));
        if let [Some(&a), Some(&b), Some(&c), Some(&d)] =
            [reference.first(), reference.last(), current.first(), current.last()]
        {
            let ends = [a, b, c, d];
            if constant_beside(&ends, magnitude(&ends)) {
                reference.fill(a);
                current.fill(a);
            }
        }
        Self { reference, current }
    }

    fn not_empty(&self) -> Result<(), Undefined> {
        if self.reference.is_empty() || self.current.is_empty() { Err(Undefined::NoRows) } else { Ok(()) }
    }

    fn rows(&self) -> usize {
        self.reference.len() + self.current.len()
    }

    /// The inner deciles of the reference, duplicates removed: the bin edges that [`psi`] uses.
    pub fn deciles(&self) -> Vec<f64> {
        let mut edges: Vec<f64> = (1..10).filter_map(|k| quantile(&self.reference, f64::from(k) / 10.0)).collect();
        edges.dedup_by(|a, b| tied(*a, *b));
        edges
    }

    /// The share of each sample in the bins `(−∞, e₁], (e₁, e₂], …, (e_k, ∞)` of ascending edges.
    pub fn shares(&self, edges: &[f64]) -> Result<(Vec<f64>, Vec<f64>), Undefined> {
        self.not_empty()?;
        let of = |values: &[f64]| {
            let upto = |k: usize| edges.get(k).map_or(values.len(), |&e| values.partition_point(|&v| v <= e));
            let share = |k: usize| (upto(k) - if k == 0 { 0 } else { upto(k - 1) }) as f64 / values.len() as f64;
            (0..=edges.len()).map(share).collect()
        };
        Ok((of(&self.reference), of(&self.current)))
    }
}

/// What replaces an empty share in [`psi`], by convention.
pub const EMPTY_SHARE: f64 = 1e-4;

/// The population stability index over the reference deciles (right-closed bins): Σ (a − e) ln(a/e), an empty share
/// replaced by 1e−4, not renormalised. 0 to ∞; by custom above 0.1 watch, above 0.25 act. The value depends on bins and
/// replacement.
pub fn psi(samples: &Samples) -> Measure {
    let (expected, actual) = samples.shares(&samples.deciles())?;
    Ok(Estimate::plain(psi_of(&expected, &actual, EMPTY_SHARE), samples.rows()))
}

/// The population stability index of two lists of shares, empty ones replaced by `empty`: see [`psi`].
pub fn psi_of(expected: &[f64], actual: &[f64], empty: f64) -> f64 {
    let filled = |share: f64| if share > 0.0 { share } else { empty };
    let term = |(e, a): (f64, f64)| (a - e) * (a / e).ln();
    expected.iter().zip(actual).map(|(&e, &a)| term((filled(e), filled(a)))).sum()
}

/// The Jensen–Shannon divergence of two lists of shares, in nats (divide by ln 2 for bits): 0 to ln 2. The divergence,
/// not its square root (the distance).
pub fn js_divergence(expected: &[f64], actual: &[f64]) -> f64 {
    let part = |p: f64, q: f64| if p > 0.0 { 0.5 * p * (2.0 * p / (p + q)).ln() } else { 0.0 };
    expected.iter().zip(actual).map(|(&e, &a)| part(e, a) + part(a, e)).sum()
}

/// The two-sample Kolmogorov–Smirnov statistic (Smirnov 1939): the largest distance between the two distribution
/// functions. 0 to 1.
pub fn ks(samples: &Samples) -> Measure {
    samples.not_empty()?;
    let (mut i, mut j, mut largest) = (0, 0, 0.0_f64);
    let (n, m) = (samples.reference.len(), samples.current.len());
    while i < n && j < m {
        let now = samples.reference[i].min(samples.current[j]);
        while i < n && samples.reference[i] <= now {
            i += 1;
        }
        while j < m && samples.current[j] <= now {
            j += 1;
        }
        largest = largest.max((i as f64 / n as f64 - j as f64 / m as f64).abs());
    }
    Ok(Estimate::plain(largest, samples.rows()))
}

/// The p value of [`ks`] by Kolmogorov's limit, λ = D √(n m / (n + m)): approximate in small samples.
pub fn ks_p(samples: &Samples) -> Measure {
    let statistic = ks(samples)?;
    let (n, m) = (samples.reference.len() as f64, samples.current.len() as f64);
    Ok(Estimate::plain(kolmogorov_tail(statistic.value * (n * m / (n + m)).sqrt()), statistic.n))
}

/// The Wasserstein-1 (earth mover's) distance: the area between the two distribution functions, in the unit of the
/// variable.
pub fn wasserstein_1(samples: &Samples) -> Measure {
    samples.not_empty()?;
    let (n, m) = (samples.reference.len(), samples.current.len());
    let all = sorted(samples.reference.iter().chain(&samples.current).copied().collect());
    let (mut i, mut j, mut area) = (0, 0, 0.0);
    for pair in all.windows(2) {
        while i < n && samples.reference[i] <= pair[0] {
            i += 1;
        }
        while j < m && samples.current[j] <= pair[0] {
            j += 1;
        }
        area += (pair[1] - pair[0]) * (i as f64 / n as f64 - j as f64 / m as f64).abs();
    }
    Ok(Estimate::plain(area, samples.rows()))
}

/// The shares of categories from counts in both samples.
pub fn category_shares(reference: &[f64], current: &[f64]) -> Result<(Vec<f64>, Vec<f64>), Undefined> {
    let (a, b) = (reference.iter().sum::<f64>(), current.iter().sum::<f64>());
    if a <= 0.0 || b <= 0.0 {
        return Err(Undefined::NoRows);
    }
    Ok((reference.iter().map(|v| v / a).collect(), current.iter().map(|v| v / b).collect()))
}

/// A chi-squared test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquared {
    /// The statistic.
    pub statistic: f64,
    /// The degrees of freedom.
    pub degrees: usize,
    /// The p value.
    pub p: f64,
}

/// Pearson's chi-squared test that two samples have the same shares of categories, from counts; no Yates correction;
/// categories empty in both are dropped. Undefined with fewer than two categories left, or an empty sample.
pub fn chi_squared(reference: &[f64], current: &[f64]) -> Result<ChiSquared, Undefined> {
    let (a, b) = (reference.iter().sum::<f64>(), current.iter().sum::<f64>());
    if a <= 0.0 || b <= 0.0 {
        return Err(Undefined::NoRows);
    }
    let used: Vec<(f64, f64)> =
        reference.iter().zip(current).map(|(&r, &c)| (r, c)).filter(|(r, c)| r + c > 0.0).collect();
    if used.len() < 2 {
        return Err(Undefined::OneCategory);
    }
    let cell = |found: f64, both: f64, total: f64| {
        let expected = both * total / (a + b);
        (found - expected) * (found - expected) / expected
    };
    let statistic = used.iter().map(|&(r, c)| cell(r, r + c, a) + cell(c, r + c, b)).sum();
    let degrees = used.len() - 1;
    Ok(ChiSquared { statistic, degrees, p: chi_squared_tail(degrees as f64, statistic) })
}

/// How the maximum mean discrepancy is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mmd {
    /// Without the pairs of a row with itself: on average right, may be negative.
    Unbiased,
    /// With them: never negative, too large in small samples.
    Biased,
}

/// The squared maximum mean discrepancy with the kernel exp(−|x − y|² / (2 h²)) (Gretton et al. 2012). Each sample is a
/// list of columns. O(n²). Undefined with fewer than one row (biased) or two (unbiased) in a sample.
pub fn mmd2_rbf(reference: &[&[f64]], current: &[&[f64]], bandwidth: f64, estimator: Mmd) -> Result<Measure, BadInput> {
    same_length(("reference columns", reference.len()), ("current columns", current.len()))?;
    let rows = |columns: &[&[f64]], name| {
        let n = columns.first().map_or(0, |c| c.len());
        for column in columns {
            same_length(("first column", n), (name, column.len()))?;
            finite(name, column)?;
        }
        Ok((0..n).map(|row| columns.iter().map(|c| c[row]).collect()).collect::<Vec<Vec<f64>>>())
    };
    let (a, b) = (rows(reference, "reference")?, rows(current, "current")?);
    let needed = if estimator == Mmd::Unbiased { 2 } else { 1 };
    let found = a.len().min(b.len());
    if found < needed {
        return Ok(Err(if found == 0 { Undefined::NoRows } else { Undefined::TooFewRows { needed, found } }));
    }
    let kernel = |x: &[f64], y: &[f64]| {
        let square: f64 = x.iter().zip(y).map(|(a, b)| (a - b) * (a - b)).sum();
        (-square / (2.0 * bandwidth * bandwidth)).exp()
    };
    // Row sums are collected in order before they are added, so that the result does not depend on the number of
    // threads.
    let total = |xs: &[Vec<f64>], ys: &[Vec<f64>]| -> f64 {
        let of_row = |x: &Vec<f64>| ys.iter().map(|y| kernel(x, y)).sum::<f64>();
        xs.par_iter().map(of_row).collect::<Vec<f64>>().into_iter().sum()
    };
    let within = |xs: &[Vec<f64>]| {
        let n = xs.len() as f64;
        match estimator {
            Mmd::Biased => total(xs, xs) / (n * n),
            Mmd::Unbiased => (total(xs, xs) - n) / (n * (n - 1.0)),
        }
    };
    let between = total(&a, &b) / (a.len() as f64 * b.len() as f64);
    Ok(Ok(Estimate::plain(within(&a) + within(&b) - 2.0 * between, a.len() + b.len())))
}

/// The AUROC with which an unpenalised logistic model tells current rows (1) from reference rows (0), on the rows it
/// was fitted to: 0.5 is no drift that a line can see, but the apparent value is optimistic. 1 when the samples
/// separate. Undefined with one sample only and with columns that repeat each other.
pub fn domain_classifier_auroc(current: &[f64], columns: &[&[f64]]) -> Result<Measure, BadInput> {
    zero_or_one("current", current)?;
    for column in columns {
        same_length(("current", current.len()), ("value", column.len()))?;
        finite("value", column)?;
    }
    let fitted = match fit(columns, current, Options::default()) {
        Ok(fitted) => fitted,
        Err(Undefined::Separated) => return Ok(Ok(Estimate::plain(1.0, current.len()))),
        Err(reason) => return Ok(Err(reason)),
    };
    let linear = |row: usize| columns.iter().zip(&fitted.coefficients[1..]).map(|(c, b)| c[row] * b).sum::<f64>();
    let scores: Vec<f64> = (0..current.len()).map(linear).collect();
    Ok(auroc(&Binary::new(current, &scores)?).map(|e| e.with(None)))
}

// ---- monitoring ----------------------------------------------------------------------------------------------------

/// A calibration CUSUM chart: how far outcomes have run ahead of predictions, or behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Cusum {
    /// S⁺ after each row: more outcomes than predicted.
    pub upper: Vec<f64>,
    /// S⁻ after each row: fewer.
    pub lower: Vec<f64>,
    /// The first row (from 0) at which either passes the limit.
    pub first_alarm: Result<usize, Undefined>,
}

/// S⁺ = max(0, S⁺ + (y − p) − k) and S⁻ = max(0, S⁻ − (y − p) − k), an alarm when either exceeds `limit`; no restart
/// (Page 1954). `allowance` is k.
pub fn cusum(y: &[f64], p: &[f64], allowance: f64, limit: f64) -> Result<Cusum, BadInput> {
    same_length(("y", y.len()), ("p", p.len()))?;
    zero_or_one("y", y)?;
    probabilities("p", p)?;
    let (mut upper, mut lower) = (Vec::with_capacity(y.len()), Vec::with_capacity(y.len()));
    let (mut up, mut down) = (0.0_f64, 0.0_f64);
    for (y, p) in y.iter().zip(p) {
        up = (up + (y - p) - allowance).max(0.0);
        down = (down - (y - p) - allowance).max(0.0);
        upper.push(up);
        lower.push(down);
    }
    let first_alarm = upper.iter().zip(&lower).position(|(u, l)| u.max(*l) > limit).ok_or(Undefined::NoAlarm);
    Ok(Cusum { upper, lower, first_alarm })
}

/// The rows (from 0) at which ADWIN finds that the mean of a stream of values in 0 to 1 has changed, and drops what
/// came before the change (Bifet & Gavaldà 2007). `delta` is the confidence parameter, usually 0.002.
///
/// Every cut of the window is tried (the exact form, O(n²); the usual one compresses the window).
pub fn adwin(values: &[f64], delta: f64) -> Result<Vec<usize>, BadInput> {
    probabilities("value", values)?;
    // Prefix sums of values and squares.
    let mut sums = vec![(0.0, 0.0)];
    for v in values {
        let (sum, squares) = sums[sums.len() - 1];
        sums.push((sum + v, squares + v * v));
    }
    let (mut start, mut changes) = (0, Vec::new());
    for end in 1..=values.len() {
        let mut shrunk = false;
        while let Some(cut) = worst_cut(&sums, start, end, delta) {
            start = cut;
            shrunk = true;
        }
        if shrunk {
            changes.push(end - 1);
        }
    }
    Ok(changes)
}

/// A cut of the window whose parts differ in mean by more than their noise allows.
fn worst_cut(sums: &[(f64, f64)], start: usize, end: usize, delta: f64) -> Option<usize> {
    let n = (end - start) as f64;
    let of = |from: usize, to: usize| (sums[to].0 - sums[from].0) / (to - from) as f64;
    let mean = of(start, end);
    let variance = ((sums[end].1 - sums[start].1) / n - mean * mean).max(0.0);
    let log = (2.0 * n.ln() / delta).ln();
    // Five rows on either side are the least that a mean is compared from, as in the usual implementation.
    (start + 5..(end + 1).saturating_sub(5)).find(|&cut| {
        let harmonic = 1.0 / (1.0 / (cut - start) as f64 + 1.0 / (end - cut) as f64);
        let bound = (2.0 / harmonic * variance * log).sqrt() + 2.0 / (3.0 * harmonic) * log;
        (of(start, cut) - of(cut, end)).abs() > bound
    })
}

// ---- entries -------------------------------------------------------------------------------------------------------

/// What computes a metric of one variable in two samples.
struct Shifted(fn(&Samples) -> Measure);

impl Columns for Shifted {
    fn takes(&self) -> &'static [Takes] {
        &[Takes::Current, Takes::Value]
    }

    fn compute(&self, columns: &[&[f64]]) -> Result<Measure, BadInput> {
        let [current, value] = take(columns)?;
        Ok((self.0)(&Samples::from_column(current, value)?))
    }
}

metrics![
    PSI = Metric {
        name: "psi",
        title: Text::new("population stability index of", "母集団安定性指標（PSI）："),
        help: Text::new(
            "Population stability index over the reference's deciles.",
            "基準データの十分位で求めた母集団安定性指標（PSI）です。"
        ),
        family: Family::Drift,
        unit: Unit::Ratio,
        range: POSITIVE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Sample, Resampled::Upwards),
        shown: FILE,
        source: "Σ (a − e) ln(a / e) over the deciles of the reference",
        of: Of::Columns(&Shifted(psi)),
    },
    KS = Metric {
        name: "ks",
        title: Text::new("Kolmogorov–Smirnov distance of", "Kolmogorov–Smirnov統計量："),
        help: Text::new(
            "The largest distance between the two distribution functions (Kolmogorov–Smirnov).",
            "2つの分布関数の最大の隔たり（Kolmogorov–Smirnov統計量）です。"
        ),
        family: Family::Drift,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Sample, Resampled::Upwards),
        shown: FILE,
        source: "max |F(x) − G(x)| (Smirnov 1939)",
        of: Of::Columns(&Shifted(ks)),
    },
    KS_P = Metric {
        name: "ks_p",
        title: Text::new("Kolmogorov–Smirnov p (asymptotic) of", "Kolmogorov–Smirnov検定のp値（漸近）："),
        help: Text::new(
            "The p value of the Kolmogorov–Smirnov test by its limit for many rows; in small samples the exact one is a little lower.",
            "Kolmogorov–Smirnov検定のp値です。行数が多いときの極限分布によるもので、小さいデータでは正確なp値より少し大きくなります。"
        ),
        family: Family::Drift,
        unit: Unit::P,
        range: SHARE,
        better: Better::Neither,
        interval: Interval::None,
        shown: FILE,
        source: "Kolmogorov's limit of D √(n m / (n + m))",
        of: Of::Columns(&Shifted(ks_p)),
    },
    WASSERSTEIN_1 = Metric {
        name: "wasserstein_1",
        title: Text::new("mean shift (Wasserstein) of", "平均の移動量（Wasserstein）："),
        help: Text::new(
            "How far values have moved on average between the samples, in their own unit.",
            "2つのデータの間で値が平均してどれだけ動いたかを、元の単位で表したものです。"
        ),
        family: Family::Drift,
        unit: Unit::Own,
        range: POSITIVE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Sample, Resampled::Upwards),
        shown: FILE,
        source: "∫ |F(x) − G(x)| dx",
        of: Of::Columns(&Shifted(wasserstein_1)),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ks_and_wasserstein_by_hand() {
        let samples = Samples::new(&[1.0, 2.0], &[2.0, 3.0]).expect("sound input");
        assert_eq!(ks(&samples).map(|e| e.value), Ok(0.5));
        assert_eq!(wasserstein_1(&samples).map(|e| e.value), Ok(1.0));
    }

    #[test]
    fn identical_samples_do_not_drift() {
        let values: Vec<f64> = (0..50).map(f64::from).collect();
        let samples = Samples::new(&values, &values).expect("sound input");
        assert_eq!(psi(&samples).map(|e| e.value), Ok(0.0));
        assert_eq!(ks_p(&samples).map(|e| e.value), Ok(1.0));
    }

    #[test]
    fn rounding_is_no_drift() {
        let samples = Samples::new(&[0.3; 50], &[0.1 + 0.2; 50]).expect("sound input");
        assert_eq!(ks(&samples).map(|e| e.value), Ok(0.0));
        assert_eq!(psi(&samples).map(|e| e.value), Ok(0.0));
        assert_eq!(wasserstein_1(&samples).map(|e| e.value), Ok(0.0));
        let little = Samples::new(&[0.3; 50], &[0.300_001; 50]).expect("sound input");
        assert_eq!(ks(&little).map(|e| e.value), Ok(1.0), "as far as it goes, a change");
    }

    #[test]
    fn adwin_sees_a_jump_and_only_that() {
        let noise = |i: u64| seed::Seed::new(4).at(i).uniform() * 0.2;
        let stream: Vec<f64> = (0..600).map(|i| noise(i) + if i < 300 { 0.2 } else { 0.6 }).collect();
        let changes = adwin(&stream, 0.002).expect("sound input");
        assert!(changes.first().is_some_and(|&at| (300..330).contains(&at)), "{changes:?}");
        assert_eq!(adwin(&stream[..300], 0.002), Ok(vec![]));
    }

    #[test]
    fn separated_samples_have_a_perfect_classifier() {
        let got = domain_classifier_auroc(&[0.0, 0.0, 1.0, 1.0], &[&[1.0, 2.0, 3.0, 4.0]]).expect("sound input");
        assert_eq!(got.map(|e| e.value), Ok(1.0));
    }
}
