//! Agreement: between raters, and between two ways of measuring.

use super::distributions::{Z95, f_quantile, t_quantile};
use super::entry::{
    ANY, AT_MOST_ONE, Better, CORRELATION, Columns, FILE, Family, Held, Interval, Metric, NOWHERE, Of, POSITIVE,
    Parameter, Plain, Resampled, SHARE, Takes, Unit, metrics,
};
use super::estimate::{Estimate, Measure};
use super::input::{MOST_CATEGORIES, categories, finite, number, same_length, take};
use super::intervals::proportion;
use super::order::{ascending, floor_index, mean, tied, variance};
use super::reason::{BadInput, Undefined};
use super::spread::{centred, constant, constant_beside, magnitude, negligible};
use diagnostics::text::Text;

// ---- categories ----------------------------------------------------------------------------------------------------

/// Two raters' categories for the same units, counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaterPair {
    table: Vec<Vec<usize>>,
    units: usize,
}

/// How much a disagreement weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// All disagreements alike.
    None,
    /// By the number of steps between the categories.
    Linear,
    /// By the square of the number of steps.
    Quadratic,
}

impl RaterPair {
    /// Check two columns of categories, each a whole number below `of`. All `of` categories count, also unused ones: an
    /// ordinal scale keeps its steps.
    pub fn new(first: &[f64], second: &[f64], of: usize) -> Result<Self, BadInput> {
        same_length(("first", first.len()), ("second", second.len()))?;
        let (a, b) = (categories("first", first, of)?, categories("second", second, of)?);
        let mut table = vec![vec![0; of]; of];
        a.iter().zip(&b).for_each(|(&i, &j)| table[i][j] += 1);
        Ok(Self { table, units: a.len() })
    }

    /// Units by first (row) and second (column) rater's category.
    pub fn table(&self) -> &[Vec<usize>] {
        &self.table
    }

    fn agreeing(&self) -> usize {
        (0..self.table.len()).map(|k| self.table[k][k]).sum()
    }

    /// Each rater's share of each category.
    fn shares(&self) -> (Vec<f64>, Vec<f64>) {
        let share = |count: usize| count as f64 / self.units as f64;
        let first = self.table.iter().map(|row| share(row.iter().sum())).collect();
        let second = (0..self.table.len()).map(|k| share(self.table.iter().map(|row| row[k]).sum())).collect();
        (first, second)
    }

    /// The four cells of a two-category table (both 0, first only, second only, both 1).
    fn two(&self) -> Result<[usize; 4], Undefined> {
        match &self.table[..] {
            [zero, one] => Ok([zero[0], one[0], zero[1], one[1]]),
            _ => Err(Undefined::OneCategory),
        }
    }
}

/// The share of units with equal ratings. 0 to 1, Wilson interval. High by chance alone when one category prevails.
pub fn percent_agreement(pair: &RaterPair) -> Measure {
    proportion(pair.agreeing(), pair.units, Undefined::NoRows)
}

/// Cohen's kappa, agreement beyond chance: `1 − Σ w p / Σ w p_chance` with disagreement weights w (Cohen 1960, 1968).
/// −1 to 1.
///
/// Weights are taken over all listed categories. The interval (unweighted only) is Wald's from the asymptotic standard
/// error of Fleiss, Cohen & Everitt (1969). Undefined as 0/0 when both use one and the same category throughout.
pub fn cohen_kappa(pair: &RaterPair, weights: Weights) -> Measure {
    if pair.units == 0 {
        return Err(Undefined::NoRows);
    }
    let (first, second) = pair.shares();
    let n = pair.units as f64;
    let (mut observed, mut chance) = (0.0, 0.0);
    for (i, row) in pair.table.iter().enumerate() {
        for (j, &count) in row.iter().enumerate() {
            let steps = i.abs_diff(j) as f64;
            let weight = match weights {
                Weights::None => steps.min(1.0),
                Weights::Linear => steps,
                Weights::Quadratic => steps * steps,
            };
            observed += weight * count as f64 / n;
            chance += weight * first[i] * second[j];
        }
    }
    if chance <= 1e-15 {
        return Err(Undefined::ChanceAgreementCertain);
    }
    let value = 1.0 - observed / chance;
    let interval = (weights == Weights::None).then(|| {
        let half = Z95 * kappa_variance(pair, value).max(0.0).sqrt();
        (value - half, value + half)
    });
    Ok(Estimate::plain(value, pair.units).with(interval))
}

/// The asymptotic variance of unweighted kappa (Fleiss, Cohen & Everitt 1969, equation 13).
fn kappa_variance(pair: &RaterPair, kappa: f64) -> f64 {
    let (first, second) = pair.shares();
    let n = pair.units as f64;
    let chance: f64 = first.iter().zip(&second).map(|(a, b)| a * b).sum();
    let (mut same, mut different) = (0.0, 0.0);
    for (i, row) in pair.table.iter().enumerate() {
        for (j, &count) in row.iter().enumerate() {
            let share = count as f64 / n;
            if i == j {
                same += share * (1.0 - (first[i] + second[i]) * (1.0 - kappa)).powi(2);
            } else {
                different += share * (second[i] + first[j]).powi(2);
            }
        }
    }
    let last = kappa - chance * (1.0 - kappa);
    (same + (1.0 - kappa).powi(2) * different - last * last) / ((1.0 - chance).powi(2) * n)
}

/// Positive agreement, 2d / (2d + b + c): how far two raters agree on "yes" (category 1 of two). 0 to 1. Undefined when
/// neither ever says it.
pub fn positive_agreement(pair: &RaterPair) -> Measure {
    let [_, first, second, both] = pair.two()?;
    specific_agreement(both, first + second, pair.units)
}

/// Negative agreement, 2a / (2a + b + c): how far two raters agree on "no" (category 0 of two). 0 to 1. Undefined when
/// neither ever says it.
pub fn negative_agreement(pair: &RaterPair) -> Measure {
    let [neither, first, second, _] = pair.two()?;
    specific_agreement(neither, first + second, pair.units)
}

fn specific_agreement(both: usize, one: usize, units: usize) -> Measure {
    match (units, 2 * both + one) {
        (0, _) => Err(Undefined::NoRows),
        (_, 0) => Err(Undefined::OneCategory),
        (_, whole) => Ok(Estimate::plain(2.0 * both as f64 / whole as f64, units)),
    }
}

/// Prevalence- and bias-adjusted kappa of two categories, 2 · agreement − 1 (Byrt, Bishop & Carlin 1993). −1 to 1.
pub fn pabak(pair: &RaterPair) -> Measure {
    pair.two()?;
    let agreement = percent_agreement(pair)?;
    let rescale = |share: f64| 2.0 * share - 1.0;
    let interval = agreement.interval.map(|(low, high)| (rescale(low), rescale(high)));
    Ok(Estimate { value: rescale(agreement.value), interval, n: agreement.n })
}

/// Any number of raters' categories; a missing rating is `None`.
#[derive(Clone, Debug)]
pub struct Ratings {
    /// For each unit, how many raters chose each category.
    counts: Vec<Vec<usize>>,
    categories: usize,
}

impl Ratings {
    /// Check one column per rater, each with whole numbers below `of`; NaN is a missing rating.
    pub fn new(raters: &[&[f64]], of: usize) -> Result<Self, BadInput> {
        let units = raters.first().map_or(0, |column| column.len());
        let mut counts = vec![vec![0; of]; units];
        for column in raters {
            same_length(("first rater", units), ("rater", column.len()))?;
            let present: Vec<f64> = column.iter().map(|&v| if v.is_nan() { 0.0 } else { v }).collect();
            for ((unit, category), value) in categories("rater", &present, of)?.into_iter().enumerate().zip(*column) {
                if !value.is_nan() {
                    counts[unit][category] += 1;
                }
            }
        }
        Ok(Self { counts, categories: of })
    }

    /// The share of agreeing pairs of raters, averaged over units with at least two ratings.
    fn pairwise(&self) -> Result<f64, Undefined> {
        let of = |counts: &Vec<usize>| {
            let raters: usize = counts.iter().sum();
            let pairs: usize = counts.iter().map(|&r| r * r.saturating_sub(1)).sum();
            (raters > 1).then(|| pairs as f64 / (raters * (raters - 1)) as f64)
        };
        let shares: Vec<f64> = self.counts.iter().filter_map(of).collect();
        mean(&shares).ok_or(Undefined::NoRows)
    }

    /// The share of each category, averaged over units with a rating.
    fn shares(&self) -> Vec<f64> {
        let rated: Vec<(&Vec<usize>, usize)> =
            self.counts.iter().map(|c| (c, c.iter().sum())).filter(|(_, raters)| *raters > 0).collect();
        let share = |k: usize| rated.iter().map(|(c, raters)| c[k] as f64 / *raters as f64).sum::<f64>();
        (0..self.categories).map(|k| share(k) / rated.len() as f64).collect()
    }

    /// Every unit was rated by the same number of raters, at least two.
    fn complete(&self) -> Result<(), Undefined> {
        let raters = |counts: &Vec<usize>| counts.iter().sum::<usize>();
        let most = self.counts.iter().map(raters).max().ok_or(Undefined::NoRows)?;
        let fewest = self.counts.iter().map(raters).min().unwrap_or(0);
        if most < 2 || fewest < most {
            Err(Undefined::TooFewRows { needed: most.max(2), found: fewest })
        } else {
            Ok(())
        }
    }
}

/// Gwet's AC1 for any number of raters, missing ratings allowed: `(p_a − p_e) / (1 − p_e)` with `p_e = Σ π(1 − π) / (q
/// − 1)`, q the number of categories that occur (Gwet 2008). −1 to 1; it does not collapse when one category prevails,
/// as kappa does. Undefined when a single category occurs.
pub fn gwet_ac1(ratings: &Ratings) -> Measure {
    let agreement = ratings.pairwise()?;
    let shares = ratings.shares();
    let occurring = shares.iter().filter(|&&share| share > 0.0).count();
    if occurring < 2 {
        return Err(Undefined::OneCategory);
    }
    let chance = shares.iter().map(|p| p * (1.0 - p)).sum::<f64>() / (occurring - 1) as f64;
    Ok(Estimate::plain((agreement - chance) / (1.0 - chance), ratings.counts.len()))
}

/// [`gwet_ac1`] on a scale of known categories: where a single one of them occurs, everybody agrees, and chance agreement `p_e` is 0
/// whatever their number. Undefined on a scale of one category.
fn gwet_ac1_of_scale(ratings: &Ratings) -> Measure {
    match gwet_ac1(ratings) {
        Err(Undefined::OneCategory) if ratings.categories > 1 => Ok(Estimate::plain(1.0, ratings.counts.len())),
        other => other,
    }
}

/// Fleiss' kappa for any number of raters without missing ratings (Fleiss 1971). −1 to 1. Undefined when a single
/// category occurs.
pub fn fleiss_kappa(ratings: &Ratings) -> Measure {
    ratings.complete()?;
    let chance: f64 = ratings.shares().iter().map(|p| p * p).sum();
    beyond(ratings, chance)
}

/// Randolph's free-marginal kappa: as [`fleiss_kappa`], with chance agreement 1 / number of listed categories (Randolph
/// 2005).
pub fn randolph_kappa(ratings: &Ratings) -> Measure {
    ratings.complete()?;
    beyond(ratings, 1.0 / ratings.categories as f64)
}

fn beyond(ratings: &Ratings, chance: f64) -> Measure {
    let agreement = ratings.pairwise()?;
    if 1.0 - chance < 1e-15 {
        return Err(Undefined::ChanceAgreementCertain);
    }
    Ok(Estimate::plain((agreement - chance) / (1.0 - chance), ratings.counts.len()))
}

/// How two values differ for Krippendorff's alpha.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Equal or not.
    Nominal,
    /// By how many ratings lie between.
    Ordinal,
    /// By their distance.
    Interval,
    /// By their distance relative to their sum.
    Ratio,
}

/// Krippendorff's alpha, 1 − observed / expected disagreement, for any number of raters; NaN is a missing rating, units
/// with fewer than two ratings are ignored (Krippendorff 2011). At most 1. Undefined when nothing varies.
pub fn krippendorff_alpha(raters: &[&[f64]], level: Level) -> Result<Measure, BadInput> {
    let units = raters.first().map_or(0, |column| column.len());
    for column in raters {
        same_length(("first rater", units), ("rater", column.len()))?;
        if let Some(at) = column.iter().position(|v| v.is_infinite()) {
            return Err(BadInput::NotFinite { column: "rater", row: at + 1 });
        }
    }
    let of_unit = |unit: usize| raters.iter().map(|c| c[unit]).filter(|v| !v.is_nan()).collect::<Vec<f64>>();
    let rated: Vec<Vec<f64>> = (0..units).map(of_unit).filter(|values| values.len() > 1).collect();
    Ok(alpha(&rated, level))
}

fn alpha(units: &[Vec<f64>], level: Level) -> Measure {
    let all: Vec<f64> = units.iter().flatten().copied().collect();
    if all.is_empty() {
        return Err(Undefined::NoRows);
    }
    let mut values: Vec<(f64, f64)> = Vec::new();
    for row in ascending(&all) {
        match values.last_mut() {
            Some((value, count)) if tied(*value, all[row]) => *count += 1.0,
            _ => values.push((all[row], 1.0)),
        }
    }
    let place = |v: f64| values.partition_point(|(value, _)| *value < v);
    // How many ratings lie below the middle of each value, for ordinal distances.
    let mut below = 0.0;
    let middle = |(_, n): &(f64, f64)| {
        below += n;
        below - n / 2.0
    };
    let middles: Vec<f64> = values.iter().map(middle).collect();
    let distance = |i: usize, j: usize| {
        let ((a, _), (b, _)) = (values[i], values[j]);
        match level {
            Level::Nominal => f64::from(u8::from(i != j)),
            Level::Ordinal => (middles[i] - middles[j]).powi(2),
            Level::Interval => (a - b).powi(2),
            Level::Ratio if i == j => 0.0,
            Level::Ratio => ((a - b) / (a + b)).powi(2),
        }
    };
    let mut observed = 0.0;
    for unit in units {
        let places: Vec<usize> = unit.iter().map(|&v| place(v)).collect();
        let sum: f64 = places.iter().flat_map(|&i| places.iter().map(move |&j| distance(i, j))).sum();
        observed += sum / (unit.len() - 1) as f64;
    }
    let mut expected = 0.0;
    for (i, (_, n)) in values.iter().enumerate() {
        expected += values.iter().enumerate().map(|(j, (_, m))| n * m * distance(i, j)).sum::<f64>();
    }
    let total = all.len() as f64;
    let measured = matches!(level, Level::Interval | Level::Ratio);
    if expected <= 0.0 || (measured && constant(&all)) {
        return Err(Undefined::NoVariation);
    }
    Ok(Estimate::plain(1.0 - (total - 1.0) * observed / expected, units.len()))
}

// ---- measurements --------------------------------------------------------------------------------------------------

/// The forms of the intraclass correlation, named as by `McGraw` & Wong (1996).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icc {
    /// ICC(1,1): each unit has its own raters; a single rating.
    OneSingle,
    /// ICC(1,k): each unit has its own raters; the mean of k ratings.
    OneMean,
    /// ICC(A,1): absolute agreement of the same raters; a single rating.
    AgreementSingle,
    /// ICC(A,k): absolute agreement of the same raters; the mean of k ratings.
    AgreementMean,
    /// ICC(C,1): consistency of the same raters, their levels aside; a single rating.
    ConsistencySingle,
    /// ICC(C,k): consistency of the same raters, their levels aside; the mean of k ratings.
    ConsistencyMean,
}

impl Icc {
    /// The form of this name, such as `ICC(A,1)`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "ICC(1,1)" => Self::OneSingle,
            "ICC(1,k)" => Self::OneMean,
            "ICC(A,1)" => Self::AgreementSingle,
            "ICC(A,k)" => Self::AgreementMean,
            "ICC(C,1)" => Self::ConsistencySingle,
            "ICC(C,k)" => Self::ConsistencyMean,
            _ => return None,
        })
    }
}

/// The intraclass correlation of complete ratings, one column per rater, with the F-based 95 % interval of `McGraw` &
/// Wong (1996, table 7). At most 1. Undefined with fewer than two units or raters, and when nothing varies.
pub fn icc(raters: &[&[f64]], form: Icc) -> Result<Measure, BadInput> {
    let units = raters.first().map_or(0, |column| column.len());
    for column in raters {
        same_length(("first rater", units), ("rater", column.len()))?;
        finite("rater", column)?;
    }
    Ok(icc_checked(raters, units, form))
}

fn icc_checked(raters: &[&[f64]], units: usize, form: Icc) -> Measure {
    if units < 2 || raters.len() < 2 {
        return Err(Undefined::TooFewRows { needed: 2, found: units.min(raters.len()) });
    }
    let (n, k) = (units as f64, raters.len() as f64);
    // What is left of equal ratings after rounding is no variation: an ICC would divide the one rounding by the other.
    let largest = raters.iter().map(|column| magnitude(column)).fold(0.0, f64::max);
    let settled = |x: f64| if negligible(x, largest) { 0.0 } else { x };
    let square = |x: f64| x * x;
    let squares = |deviations: &[f64]| deviations.iter().map(|&d| square(d)).sum::<f64>();
    let of_unit: Vec<f64> = (0..units).map(|u| raters.iter().map(|c| c[u]).sum::<f64>() / k).collect();
    let of_raters: Vec<(f64, Vec<f64>)> = raters.iter().filter_map(|column| centred(column, largest)).collect();
    let levels: Vec<f64> = of_raters.iter().map(|(level, _)| *level).collect();
    let (Some((_, unit_deviations)), Some((_, level_deviations))) =
        (centred(&of_unit, largest), centred(&levels, largest))
    else {
        return Err(Undefined::NoRows);
    };
    let rows = k * squares(&unit_deviations) / (n - 1.0);
    let columns = n * squares(&level_deviations) / (k - 1.0);
    let (mut within, mut error) = (0.0, 0.0);
    for (column, (_, deviations)) in raters.iter().zip(&of_raters) {
        for (((value, unit), own), of_unit) in column.iter().zip(&of_unit).zip(deviations).zip(&unit_deviations) {
            within += square(settled(value - unit));
            error += square(settled(own - of_unit));
        }
    }
    within /= n * (k - 1.0);
    error /= (n - 1.0) * (k - 1.0);
    if rows + within <= 0.0 {
        return Err(Undefined::NoVariation);
    }
    let spread = MeanSquares { rows, columns, within, error, units: n, raters: k };
    let value = match form {
        Icc::OneSingle => (rows - within) / (rows + (k - 1.0) * within),
        Icc::OneMean => (rows - within) / rows,
        Icc::ConsistencySingle => (rows - error) / (rows + (k - 1.0) * error),
        Icc::ConsistencyMean => (rows - error) / rows,
        Icc::AgreementSingle => spread.agreement(),
        Icc::AgreementMean => (rows - error) / (rows + (columns - error) / n),
    };
    if !value.is_finite() {
        return Err(Undefined::NoVariation);
    }
    let interval = spread.interval(form).filter(|(low, high)| low.is_finite() && high.is_finite());
    Ok(Estimate::plain(value, units).with(interval))
}

/// Mean squares of a units × raters table.
struct MeanSquares {
    rows: f64,
    columns: f64,
    within: f64,
    error: f64,
    units: f64,
    raters: f64,
}

impl MeanSquares {
    /// ICC(A,1).
    fn agreement(&self) -> f64 {
        let k = self.raters;
        (self.rows - self.error) / (self.rows + (k - 1.0) * self.error + k / self.units * (self.columns - self.error))
    }

    fn interval(&self, form: Icc) -> Option<(f64, f64)> {
        let (n, k) = (self.units, self.raters);
        let ratio = |error: f64, df: f64| {
            let f = self.rows / error;
            (f / f_quantile(n - 1.0, df, 0.975), f * f_quantile(df, n - 1.0, 0.975))
        };
        let single = |(low, high): (f64, f64)| ((low - 1.0) / (low + k - 1.0), (high - 1.0) / (high + k - 1.0));
        let averaged = |(low, high): (f64, f64)| (1.0 - 1.0 / low, 1.0 - 1.0 / high);
        let consistency = || ratio(self.error, (n - 1.0) * (k - 1.0));
        Some(match form {
            Icc::OneSingle => single(ratio(self.within, n * (k - 1.0))),
            Icc::OneMean => averaged(ratio(self.within, n * (k - 1.0))),
            Icc::ConsistencySingle => single(consistency()),
            Icc::ConsistencyMean => averaged(consistency()),
            Icc::AgreementSingle => self.agreement_interval()?,
            Icc::AgreementMean => {
                // Spearman–Brown of the limits for a single rating: the same as McGraw & Wong's formula.
                let (low, high) = self.agreement_interval()?;
                let step = |r: f64| k * r / (1.0 + (k - 1.0) * r);
                (step(low), step(high))
            }
        })
    }

    fn agreement_interval(&self) -> Option<(f64, f64)> {
        let (n, k) = (self.units, self.raters);
        // k ρ / (n (1 − ρ)), with which McGraw & Wong's a and b are written.
        let odds = k / n * self.agreement() / (1.0 - self.agreement());
        let (from_columns, from_error) = (odds * self.columns, (1.0 + odds * (n - 1.0)) * self.error);
        let df = (from_columns + from_error).powi(2)
            / (from_columns.powi(2) / (k - 1.0) + from_error.powi(2) / ((n - 1.0) * (k - 1.0)));
        if !df.is_finite() || df <= 0.0 {
            return None;
        }
        let (low, high) = (f_quantile(n - 1.0, df, 0.975), f_quantile(df, n - 1.0, 0.975));
        let noise = k * self.columns + (k * n - k - n) * self.error;
        Some((
            n * (self.rows - low * self.error) / (low * noise + n * self.rows),
            n * (high * self.rows - self.error) / (noise + n * high * self.rows),
        ))
    }
}

/// Two ways of measuring the same units.
#[derive(Clone, Copy, Debug)]
pub struct Methods<'a> {
    first: &'a [f64],
    second: &'a [f64],
}

impl<'a> Methods<'a> {
    /// Check two equally long columns of finite measurements.
    pub fn new(first: &'a [f64], second: &'a [f64]) -> Result<Self, BadInput> {
        same_length(("first", first.len()), ("second", second.len()))?;
        finite("first", first)?;
        finite("second", second)?;
        Ok(Self { first, second })
    }

    fn differences(&self) -> Vec<f64> {
        self.first.iter().zip(self.second).map(|(a, b)| a - b).collect()
    }
}

/// What Bland & Altman (1986) report of two methods of measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlandAltman {
    /// The mean difference, first minus second, with its t interval.
    pub bias: Estimate,
    /// The limits of agreement, bias ± `multiplier` standard deviations (n − 1).
    pub limits: (f64, f64),
    /// The 95 % interval of the lower limit: t, with standard error √(3/n) SD.
    pub lower_interval: (f64, f64),
    /// The 95 % interval of the upper limit.
    pub upper_interval: (f64, f64),
}

impl BlandAltman {
    /// The lower limit of agreement with its interval.
    fn lower(&self) -> Estimate {
        Estimate::plain(self.limits.0, self.bias.n).with(Some(self.lower_interval))
    }

    /// The upper limit of agreement with its interval.
    fn upper(&self) -> Estimate {
        Estimate::plain(self.limits.1, self.bias.n).with(Some(self.upper_interval))
    }
}

/// Bias and limits of agreement (Bland & Altman 1986), in the unit of measurement; `multiplier` is usually 1.96.
/// Undefined with fewer than two units.
pub fn bland_altman(methods: &Methods<'_>, multiplier: f64) -> Result<BlandAltman, Undefined> {
    let differences = methods.differences();
    let found = differences.len();
    let few = if found == 0 { Undefined::NoRows } else { Undefined::TooFewRows { needed: 2, found } };
    // Of equal differences, such as 5.3 − 5.1 and 7.3 − 7.1, only rounding is spread.
    let largest = magnitude(methods.first).max(magnitude(methods.second));
    let (bias, deviations) = centred(&differences, largest).filter(|_| found > 1).ok_or(few)?;
    let n = found as f64;
    let sd = (deviations.iter().map(|d| d * d).sum::<f64>() / (n - 1.0)).sqrt();
    let t = t_quantile(n - 1.0, 0.975);
    let around = |centre: f64, error: f64| (centre - t * error, centre + t * error);
    let limits = (bias - multiplier * sd, bias + multiplier * sd);
    let error = (3.0 / n).sqrt() * sd;
    Ok(BlandAltman {
        bias: Estimate::plain(bias, found).with(Some(around(bias, sd / n.sqrt()))),
        limits,
        lower_interval: around(limits.0, error),
        upper_interval: around(limits.1, error),
    })
}

/// The mean absolute difference of paired values in standard deviations of the second: mean |first − second| / SD(second),
/// n − 1 in the denominator of the SD. 0 to ∞; 0 where nothing has moved, 1 where a value moves as far as patients differ.
///
/// As Glass's Δ (1976), it is free of the values' unit, and a model whose scores all lie close together cannot make it small;
/// differences in either direction count. Undefined with fewer than two rows, and where the second does not vary.
pub fn standardised_absolute_difference(methods: &Methods<'_>) -> Measure {
    let found = methods.first.len();
    let few = if found == 0 { Undefined::NoRows } else { Undefined::TooFewRows { needed: 2, found } };
    let spread = variance(methods.second).ok_or(few)?.sqrt();
    // Squares of the smallest numbers are 0.
    if constant(methods.second) || spread <= 0.0 {
        return Err(Undefined::NoVariation);
    }
    let moved: Vec<f64> = methods.differences().into_iter().map(f64::abs).collect();
    Ok(Estimate::plain(mean(&moved).ok_or(few)? / spread, found))
}

/// Lin's concordance correlation coefficient, 2 cov / (var₁ + var₂ + (mean₁ − mean₂)²), with n in the denominators (Lin
/// 1989). −1 to 1. Undefined when nothing varies and the means are equal.
pub fn lin_ccc(methods: &Methods<'_>) -> Measure {
    let n = methods.first.len();
    let largest = magnitude(methods.first).max(magnitude(methods.second));
    let ((a, first), (b, second)) =
        centred(methods.first, largest).zip(centred(methods.second, largest)).ok_or(Undefined::NoRows)?;
    let (mut both, mut spread) = (0.0, 0.0);
    for (x, y) in first.iter().zip(&second) {
        both += x * y;
        spread += x * x + y * y;
    }
    let apart = if constant_beside(&[a, b], largest) { 0.0 } else { a - b };
    let whole = spread / n as f64 + apart * apart;
    if whole <= 0.0 { Err(Undefined::NoVariation) } else { Ok(Estimate::plain(2.0 * both / n as f64 / whole, n)) }
}

// ---- entries -------------------------------------------------------------------------------------------------------

const TWO_RATERS: &[Takes] = &[Takes::Category, Takes::Category];
const TWO_METHODS: &[Takes] = &[Takes::Value, Takes::Value];

/// Two raters over the categories 0 to the largest that occurs.
fn pair(first: &[f64], second: &[f64]) -> Result<RaterPair, BadInput> {
    let largest = [first, second].into_iter().flatten().copied().fold(1.0, f64::max);
    RaterPair::new(first, second, floor_index(largest).saturating_add(1).min(MOST_CATEGORIES))
}

/// What computes a metric of two raters over the categories that occur.
struct Rated(fn(&RaterPair) -> Measure);

impl Columns for Rated {
    fn takes(&self) -> &'static [Takes] {
        TWO_RATERS
    }

    fn compute(&self, columns: &[&[f64]]) -> Result<Measure, BadInput> {
        let [first, second] = take(columns)?;
        Ok((self.0)(&pair(first, second)?))
    }
}

/// What computes a metric of two raters over all categories of a scale, also unused ones.
struct RatedOf(fn(&RaterPair) -> Measure);

impl Columns for RatedOf {
    fn takes(&self) -> &'static [Takes] {
        &[Takes::Category, Takes::Category, Takes::Number(Parameter::Categories)]
    }

    fn compute(&self, columns: &[&[f64]]) -> Result<Measure, BadInput> {
        let [first, second, of] = take(columns)?;
        match number("categories", of, (2.0, MOST_CATEGORIES as f64))? {
            Ok(of) => Ok((self.0)(&RaterPair::new(first, second, floor_index(of))?)),
            Err(undefined) => Ok(Err(undefined)),
        }
    }
}

/// What computes a metric of any number of raters over all categories of a scale.
pub struct OfRaters(fn(&Ratings) -> Measure);

impl Columns for OfRaters {
    fn takes(&self) -> &'static [Takes] {
        &[Takes::Number(Parameter::Categories), Takes::PerRater]
    }

    fn compute(&self, columns: &[&[f64]]) -> Result<Measure, BadInput> {
        let (of, raters) = columns.split_first().ok_or(BadInput::ColumnCount { expected: 3, found: 0 })?;
        Ok((self.0)(&Ratings::new(raters, floor_index(of.first().copied().unwrap_or(0.0)))?))
    }
}

/// [`GWET_AC1`] of any number of raters.
pub static GWET_AC1_OF_RATERS: OfRaters = OfRaters(gwet_ac1_of_scale);

/// [`ICC_AGREEMENT`] of any number of raters.
pub static ICC_AGREEMENT_OF_RATERS: Plain =
    Plain { takes: &[Takes::PerRater], compute: |c| icc(c, Icc::AgreementSingle) };

/// What computes a metric of two methods of measurement.
struct OfMethods(fn(&Methods<'_>) -> Measure);

impl Columns for OfMethods {
    fn takes(&self) -> &'static [Takes] {
        TWO_METHODS
    }

    fn compute(&self, columns: &[&[f64]]) -> Result<Measure, BadInput> {
        let [first, second] = take(columns)?;
        Ok((self.0)(&Methods::new(first, second)?))
    }
}

metrics![
    PERCENT_AGREEMENT = Metric {
        name: "percent_agreement",
        title: Text::new("agreement", "一致率"),
        help: Text::new(
            "The share of units that two raters put into the same category.",
            "2人の評価者が同じカテゴリに分けた割合です。"
        ),
        family: Family::Agreement,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Wilson,
        shown: FILE,
        source: "agreeing / n",
        of: Of::Columns(&Rated(percent_agreement)),
    },
    COHEN_KAPPA = Metric {
        name: "cohen_kappa",
        title: Text::new("Cohen's kappa", "Cohenのκ係数"),
        help: Text::new(
            "Cohen's kappa: agreement of two raters beyond chance.",
            "Cohenのκ係数です。偶然を超える2人の評価者の一致の度合いです。"
        ),
        family: Family::Agreement,
        unit: Unit::Ratio,
        range: CORRELATION,
        better: Better::Higher,
        interval: Interval::Normal,
        shown: FILE,
        source: "(p_o − p_e) / (1 − p_e) (Cohen 1960; Fleiss, Cohen & Everitt 1969)",
        of: Of::Columns(&Rated(|pair| cohen_kappa(pair, Weights::None))),
    },
    WEIGHTED_KAPPA = Metric {
        name: "weighted_kappa",
        title: Text::new("kappa (quadratic weights)", "重み付きκ係数（二次）"),
        help: Text::new(
            "Cohen's kappa with quadratic weights over all grades of a scale, also unused ones.",
            "尺度のすべての段階（使われなかったものも含む）にわたる、二次の重みによるCohenのκ係数です。"
        ),
        family: Family::Agreement,
        unit: Unit::Ratio,
        range: CORRELATION,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "1 − Σ w p / Σ w p_e, w = (i − j)² (Cohen 1968)",
        of: Of::Columns(&RatedOf(|pair| cohen_kappa(pair, Weights::Quadratic))),
    },
    GWET_AC1 = Metric {
        name: "gwet_ac1",
        title: Text::new("Gwet's AC1", "GwetのAC1"),
        help: Text::new(
            "Gwet's AC1: agreement beyond chance that does not collapse when one category prevails.",
            "GwetのAC1です。一方のカテゴリに偏っていても崩れにくい、偶然を超える一致の指標です。"
        ),
        family: Family::Agreement,
        unit: Unit::Ratio,
        range: CORRELATION,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "(p_a − p_e) / (1 − p_e), p_e = Σ π (1 − π) / (q − 1) (Gwet 2008)",
        of: Of::Columns(&Plain {
            takes: TWO_RATERS,
            compute: |c| {
                let [first, second] = take(c)?;
                let of = pair(first, second)?.table().len();
                Ok(gwet_ac1_of_scale(&Ratings::new(&[first, second], of)?))
            },
        }),
    },
    PABAK = Metric {
        name: "pabak",
        title: Text::new("PABAK", "PABAK"),
        help: Text::new(
            "Kappa adjusted for prevalence and bias: twice the agreement on two categories, minus 1.",
            "有病率と偏りを調整したκ係数です。2カテゴリの一致率の2倍から1を引いた値です。"
        ),
        family: Family::Agreement,
        unit: Unit::Ratio,
        range: CORRELATION,
        better: Better::Higher,
        interval: Interval::Wilson,
        shown: FILE,
        source: "2 · agreement − 1 (Byrt, Bishop & Carlin 1993)",
        of: Of::Columns(&RatedOf(pabak)),
    },
    POSITIVE_AGREEMENT = Metric {
        name: "positive_agreement",
        title: Text::new("agreement on yes", "陽性の一致"),
        help: Text::new(
            "How far two raters agree on yes (category 1 of two).",
            "「陽性」（2カテゴリの1）についての2人の評価者の一致の度合いです。"
        ),
        family: Family::Agreement,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "2d / (2d + b + c) (Cicchetti & Feinstein 1990)",
        of: Of::Columns(&RatedOf(positive_agreement)),
    },
    NEGATIVE_AGREEMENT = Metric {
        name: "negative_agreement",
        title: Text::new("agreement on no", "陰性の一致"),
        help: Text::new(
            "How far two raters agree on no (category 0 of two).",
            "「陰性」（2カテゴリの0）についての2人の評価者の一致の度合いです。"
        ),
        family: Family::Agreement,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "2a / (2a + b + c) (Cicchetti & Feinstein 1990)",
        of: Of::Columns(&RatedOf(negative_agreement)),
    },
    FLEISS_KAPPA = Metric {
        name: "fleiss_kappa",
        title: Text::new("Fleiss' kappa", "Fleissのκ係数"),
        help: Text::new(
            "Fleiss' kappa: agreement of any number of raters beyond chance.",
            "Fleissのκ係数です。偶然を超える、任意の数の評価者の一致の度合いです。"
        ),
        family: Family::Agreement,
        unit: Unit::Ratio,
        range: CORRELATION,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "(p_a − p_e) / (1 − p_e), p_e = Σ π² (Fleiss 1971)",
        of: Of::Columns(&OfRaters(fleiss_kappa)),
    },
    KRIPPENDORFF_ALPHA_NOMINAL = Metric {
        name: "krippendorff_alpha_nominal",
        title: Text::new("Krippendorff's α (nominal)", "Krippendorffのα（名義）"),
        help: Text::new(
            "Krippendorff's alpha of categories: agreement of any number of raters beyond chance, missing ratings allowed.",
            "カテゴリについてのKrippendorffのαです。偶然を超える一致の度合いで、評価者の数は問わず、欠けた評価があってもかまいません。"
        ),
        family: Family::Agreement,
        unit: Unit::Ratio,
        range: AT_MOST_ONE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "1 − D_o / D_e, δ = 0 or 1 (Krippendorff 2011)",
        of: Of::Columns(&Plain { takes: &[Takes::PerRater], compute: |c| krippendorff_alpha(c, Level::Nominal) }),
    },
    KRIPPENDORFF_ALPHA_ORDINAL = Metric {
        name: "krippendorff_alpha_ordinal",
        title: Text::new("Krippendorff's α (ordinal)", "Krippendorffのα（順序）"),
        help: Text::new(
            "Krippendorff's alpha of grades: agreement of any number of raters beyond chance, missing ratings allowed.",
            "段階についてのKrippendorffのαです。偶然を超える一致の度合いで、評価者の数は問わず、欠けた評価があってもかまいません。"
        ),
        family: Family::Agreement,
        unit: Unit::Ratio,
        range: AT_MOST_ONE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "1 − D_o / D_e, δ by the ratings between (Krippendorff 2011)",
        of: Of::Columns(&Plain { takes: &[Takes::PerRater], compute: |c| krippendorff_alpha(c, Level::Ordinal) }),
    },
    KRIPPENDORFF_ALPHA_INTERVAL = Metric {
        name: "krippendorff_alpha_interval",
        title: Text::new("Krippendorff's α (interval)", "Krippendorffのα（間隔）"),
        help: Text::new(
            "Krippendorff's alpha of measurements: agreement of any number of raters beyond chance, missing ratings allowed.",
            "測定値についてのKrippendorffのαです。偶然を超える一致の度合いで、評価者の数は問わず、欠けた評価があってもかまいません。"
        ),
        family: Family::Agreement,
        unit: Unit::Ratio,
        range: AT_MOST_ONE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "1 − D_o / D_e, δ = (a − b)² (Krippendorff 2011)",
        of: Of::Columns(&Plain { takes: &[Takes::PerRater], compute: |c| krippendorff_alpha(c, Level::Interval) }),
    },
    ICC_AGREEMENT = Metric {
        name: "icc_agreement",
        title: Text::new("ICC(A,1) absolute agreement", "ICC(A,1)（絶対一致）"),
        help: Text::new(
            "ICC(A,1): absolute agreement of two raters' measurements.",
            "ICC(A,1)です。2人の評価者の測定値の絶対的な一致の度合いです。"
        ),
        family: Family::Agreement,
        unit: Unit::Ratio,
        range: AT_MOST_ONE,
        better: Better::Higher,
        interval: Interval::F,
        shown: FILE,
        source: "(MSR − MSE) / (MSR + (k − 1) MSE + k (MSC − MSE) / n) (McGraw & Wong 1996)",
        of: Of::Columns(&Plain { takes: TWO_METHODS, compute: |c| icc(&take::<2>(c)?, Icc::AgreementSingle) }),
    },
    ICC_CONSISTENCY = Metric {
        name: "icc_consistency",
        title: Text::new("ICC(C,1) consistency", "ICC(C,1)（一貫性）"),
        help: Text::new(
            "ICC(C,1): consistency of raters' measurements, their levels aside.",
            "ICC(C,1)です。評価者ごとの水準の違いを除いた、測定値の一貫性です。"
        ),
        family: Family::Agreement,
        unit: Unit::Ratio,
        range: AT_MOST_ONE,
        better: Better::Higher,
        interval: Interval::F,
        shown: FILE,
        source: "(MSR − MSE) / (MSR + (k − 1) MSE) (McGraw & Wong 1996)",
        of: Of::Columns(&Plain { takes: &[Takes::PerRater], compute: |c| icc(c, Icc::ConsistencySingle) }),
    },
    LIN_CCC = Metric {
        name: "lin_ccc",
        title: Text::new("Lin's concordance", "Linの一致相関係数"),
        help: Text::new(
            "Lin's concordance of two methods: 1 is the same value every time.",
            "2つの測定法のLinの一致相関係数です。1は常に同じ値であることを表します。"
        ),
        family: Family::Agreement,
        unit: Unit::Ratio,
        range: CORRELATION,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "2 cov / (var₁ + var₂ + (mean₁ − mean₂)²) (Lin 1989)",
        of: Of::Columns(&OfMethods(lin_ccc)),
    },
    BLAND_ALTMAN_BIAS = Metric {
        name: "bland_altman_bias",
        title: Text::new("mean difference", "差の平均"),
        help: Text::new(
            "The mean difference of two methods, first minus second.",
            "2つの測定法の差（1つ目−2つ目）の平均です。"
        ),
        family: Family::Agreement,
        unit: Unit::Own,
        range: ANY,
        better: Better::Near(0.0),
        interval: Interval::T,
        shown: FILE,
        source: "mean of first − second (Bland & Altman 1986)",
        of: Of::Columns(&OfMethods(|methods| bland_altman(methods, 1.96).map(|report| report.bias))),
    },
    BLAND_ALTMAN_LOWER = Metric {
        name: "bland_altman_lower",
        title: Text::new("lower limit of agreement", "一致限界の下限"),
        help: Text::new(
            "The lower limit of agreement of two methods: 2.5 % of differences lie below.",
            "2つの測定法の一致限界の下限です。差の2.5%がこれより小さくなります。"
        ),
        family: Family::Agreement,
        unit: Unit::Own,
        range: ANY,
        better: Better::Neither,
        interval: Interval::T,
        shown: FILE,
        source: "bias − 1.96 SD (Bland & Altman 1986)",
        of: Of::Columns(&OfMethods(|methods| bland_altman(methods, 1.96).map(|report| report.lower()))),
    },
    BLAND_ALTMAN_UPPER = Metric {
        name: "bland_altman_upper",
        title: Text::new("upper limit of agreement", "一致限界の上限"),
        help: Text::new(
            "The upper limit of agreement of two methods: 2.5 % of differences lie above.",
            "2つの測定法の一致限界の上限です。差の2.5%がこれより大きくなります。"
        ),
        family: Family::Agreement,
        unit: Unit::Own,
        range: ANY,
        better: Better::Neither,
        interval: Interval::T,
        shown: FILE,
        source: "bias + 1.96 SD (Bland & Altman 1986)",
        of: Of::Columns(&OfMethods(|methods| bland_altman(methods, 1.96).map(|report| report.upper()))),
    },
    STANDARDISED_ABSOLUTE_DIFFERENCE = Metric {
        name: "standardised_absolute_difference",
        title: Text::new("absolute difference in SDs", "標準偏差を単位とした差の絶対値"),
        help: Text::new(
            "The mean absolute difference of paired values (log-odds with and without a sign, say), in SDs of the second; 0 is no change.",
            "対になった値（所見がある場合とない場合の対数オッズなど）の差の絶対値の平均を、2つ目の値の標準偏差を単位として表したものです。0なら変化がありません。"
        ),
        family: Family::Agreement,
        unit: Unit::Ratio,
        range: POSITIVE,
        better: Better::Neither,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: NOWHERE,
        source: "mean |first − second| / SD(second) (after Glass 1976)",
        of: Of::Columns(&OfMethods(standardised_absolute_difference)),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_is_told_in_spreads_of_the_second() {
        let of = |first: &[f64], second: &[f64]| {
            standardised_absolute_difference(&Methods::new(first, second).expect("sound input")).map(|e| e.value)
        };
        // SD of 1, 3, 5 is 2; the moves are 1, 1 and 4.
        assert_eq!(of(&[2.0, 2.0, 9.0], &[1.0, 3.0, 5.0]), Ok(1.0));
        // A thousandth of all of it is the same shift.
        let small = of(&[0.002, 0.002, 0.009], &[0.001, 0.003, 0.005]).expect("a spread");
        assert!((small - 1.0).abs() < 1e-12);
        assert_eq!(of(&[0.5, 0.6], &[0.1 + 0.2, 0.3]), Err(Undefined::NoVariation));
        assert_eq!(of(&[0.5], &[0.5]), Err(Undefined::TooFewRows { needed: 2, found: 1 }));
    }

    #[test]
    fn kappa_by_hand() {
        // Cohen 1960: agreement .7, chance .5 → .4.
        let pair = RaterPair { table: vec![vec![35, 15], vec![15, 35]], units: 100 };
        assert!((cohen_kappa(&pair, Weights::None).expect("defined").value - 0.4).abs() < 1e-15);
        assert!((pabak(&pair).expect("defined").value - 0.4).abs() < 1e-15);
    }

    #[test]
    fn alpha_of_the_published_example() {
        // Krippendorff 2011, example C: four observers, nominal alpha .743, with missing ratings.
        let m = f64::NAN;
        let raters: [&[f64]; 4] = [
            &[1.0, 2.0, 3.0, 3.0, 2.0, 1.0, 4.0, 1.0, 2.0, m, m, m],
            &[1.0, 2.0, 3.0, 3.0, 2.0, 2.0, 4.0, 1.0, 2.0, 5.0, m, 3.0],
            &[m, 3.0, 3.0, 3.0, 2.0, 3.0, 4.0, 2.0, 2.0, 5.0, 1.0, m],
            &[1.0, 2.0, 3.0, 3.0, 2.0, 4.0, 4.0, 1.0, 2.0, 5.0, 1.0, m],
        ];
        let at = |level| krippendorff_alpha(&raters, level).expect("sound").expect("defined").value;
        let rounded = |x: f64| format!("{x:.3}");
        let got = [Level::Nominal, Level::Ordinal, Level::Interval, Level::Ratio].map(|level| rounded(at(level)));
        assert_eq!(got, ["0.743", "0.815", "0.849", "0.797"]);
    }

    #[test]
    fn perfect_agreement_has_icc_one() {
        let got = icc(&[&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]], Icc::AgreementSingle).expect("sound").expect("defined");
        assert!((got.value - 1.0).abs() < 1e-15 && got.interval.is_none());
        assert_eq!(icc(&[&[1.0, 1.0], &[1.0, 1.0]], Icc::OneMean), Ok(Err(Undefined::NoVariation)));
    }

    #[test]
    fn rounding_is_no_variation() {
        const FORMS: [Icc; 6] = [
            Icc::OneSingle,
            Icc::OneMean,
            Icc::AgreementSingle,
            Icc::AgreementMean,
            Icc::ConsistencySingle,
            Icc::ConsistencyMean,
        ];
        for n in [2, 33, 1000, 100_000] {
            // The same throughout, and the same but for the last bit.
            let (same, almost) = (vec![5.1; n], vec![0.3; n]);
            let other: Vec<f64> = (0..n).map(|row| if row % 2 == 0 { 0.3 } else { 0.1 + 0.2 }).collect();
            for pair in [[&same[..], &same[..]], [&almost, &other]] {
                for form in FORMS {
                    assert_eq!(icc(&pair, form), Ok(Err(Undefined::NoVariation)), "{n} {form:?}");
                }
                let methods = Methods::new(pair[0], pair[1]).expect("sound");
                assert_eq!(lin_ccc(&methods), Err(Undefined::NoVariation), "{n}");
                let alpha = krippendorff_alpha(&pair, Level::Interval);
                assert_eq!(alpha, Ok(Err(Undefined::NoVariation)), "{n}");
            }
            // Raters that never vary and never agree: no unit differs from another.
            let higher = vec![7.3; n];
            let apart = icc(&[&same, &higher], Icc::ConsistencySingle);
            assert_eq!(apart, Ok(Err(Undefined::NoVariation)), "{n}");
        }
    }

    #[test]
    fn equal_differences_have_no_spread() {
        let (first, second) = ([5.3, 7.3, 9.3], [5.1, 7.1, 9.1]);
        let report = bland_altman(&Methods::new(&first, &second).expect("sound"), 1.96).expect("defined");
        assert!((report.bias.value - 0.2).abs() < 1e-12);
        assert!((report.limits.1 - report.limits.0).abs() == 0.0, "{:?}", report.limits);
    }
}
