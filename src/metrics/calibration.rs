//! Calibration: whether predicted probabilities mean what they say.

use super::classification::multiclass_log_loss;
use super::distributions::Z95;
use super::logistic::{Options, fit, logit};
use super::order::{ascending, ceil_index, floor_index, quantile, sorted, tied};
use super::spread::{constant, negligible};
use super::{Classes, Estimate, Measure, Probabilities, Undefined};
use rayon::prelude::*;

/// Observed over expected cases, Σy / Σp. 0 to ∞; 1 is right, above 1 the model predicts too little.
///
/// Interval: exp(ln(O/E) ± 1.96 √((1 − O/n) / O)), the expectation taken as fixed (Debray et al., BMJ 2017); none
/// without observed cases. Undefined as 0/0 only.
pub fn observed_expected(data: &Probabilities<'_>) -> Measure {
    if data.rows() == 0 {
        return Err(Undefined::NoRows);
    }
    let (observed, expected) = (data.positives() as f64, data.p().iter().sum::<f64>());
    if observed <= 0.0 && expected <= 0.0 {
        return Err(Undefined::NothingExpected);
    }
    let value = observed / expected;
    let half = Z95 * ((1.0 - observed / data.rows() as f64) / observed).sqrt();
    let interval = (observed > 0.0 && value.is_finite()).then(|| (value * (-half).exp(), value * half.exp()));
    Ok(Estimate::plain(value, data.rows()).with(interval))
}

/// The Brier score (Brier 1950), the mean of (p − y)². 0 (perfect) to 1: the binary form, half of the sum over both classes. Wald
/// interval from the spread of the squared errors.
pub fn brier(data: &Probabilities<'_>) -> Measure {
    mean_of(data.pairs().map(|(y, p)| (p - f64::from(u8::from(y))).powi(2)))
}

/// The mean of one number per row, none of them below 0, with its Wald interval cut off at 0; no interval for a single row or
/// without any spread.
fn mean_of(values: impl Iterator<Item = f64> + Clone) -> Measure {
    let (n, sum) = values.clone().fold((0_usize, 0.0), |(n, sum), v| (n + 1, sum + v));
    if n == 0 {
        return Err(Undefined::NoRows);
    }
    let mean = sum / n as f64;
    let squares: f64 = values.map(|v| (v - mean) * (v - mean)).sum();
    let half = Z95 * (squares / (n as f64 - 1.0) / n as f64).sqrt();
    let interval = (n > 1 && !negligible(half, mean)).then_some(((mean - half).max(0.0), mean + half));
    Ok(Estimate::plain(mean, n).with(interval))
}

/// The scaled Brier score, 1 − Brier / (prevalence · (1 − prevalence)): 1 is perfect, 0 no better than predicting the
/// prevalence for everybody, negative worse (Steyerberg et al. 2010). Undefined with one class only.
pub fn scaled_brier(data: &Probabilities<'_>) -> Measure {
    let score = brier(data)?;
    both_classes(data)?;
    let prevalence = data.positives() as f64 / data.rows() as f64;
    Ok(Estimate::plain(1.0 - score.value / (prevalence * (1.0 - prevalence)), data.rows()))
}

/// The mean of −ln p(what happened), p clipped to 2.2e−16 from 0 and 1 as in scikit-learn. 0 to 36; natural logarithm.
/// Wald interval.
pub fn log_loss(data: &Probabilities<'_>) -> Measure {
    mean_of(data.pairs().map(|(y, p)| {
        let p = p.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
        -(if y { p } else { 1.0 - p }).ln()
    }))
}

/// One bin of the reliability diagram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// The lower edge, excluded (but included in the first bin).
    pub low: f64,
    /// The upper edge, included.
    pub high: f64,
    /// How many rows.
    pub count: usize,
    /// Observed share of cases and mean predicted probability; none for an empty bin.
    pub means: Option<(f64, f64)>,
}

/// Counts and sums of one bin.
#[derive(Clone, Copy, Default)]
struct Sums {
    count: usize,
    y: f64,
    p: f64,
}

impl Sums {
    fn add(&mut self, y: f64, p: f64) {
        self.count += 1;
        self.y += y;
        self.p += p;
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.y += other.y;
        self.p += other.p;
    }

    /// |mean y − mean p|, weighted by the number of rows.
    fn gap(&self) -> f64 {
        (self.y - self.p).abs()
    }
}

/// The right-closed bin of `p` among `bins` of equal width: the first with p ≤ k / bins.
fn bin_of(p: f64, bins: usize) -> usize {
    let edge = |k: usize| k as f64 / bins as f64;
    let mut k = ceil_index(p * bins as f64).clamp(1, bins);
    // The product may be rounded across an edge: the edge itself decides.
    while k > 1 && p <= edge(k - 1) {
        k -= 1;
    }
    while k < bins && p > edge(k) {
        k += 1;
    }
    k - 1
}

fn equal_width(rows: impl Iterator<Item = (bool, f64)>, bins: usize) -> Vec<Sums> {
    let mut sums = vec![Sums::default(); bins.max(1)];
    for (y, p) in rows {
        sums[bin_of(p, bins.max(1))].add(f64::from(u8::from(y)), p);
    }
    sums
}

/// The reliability diagram: `bins` of equal width, closed on the right, the first also on the left.
pub fn reliability_bins(data: &Probabilities<'_>, bins: usize) -> Vec<Bin> {
    let sums = equal_width(data.pairs(), bins);
    let width = sums.len() as f64;
    let bin = |(k, s): (usize, &Sums)| Bin {
        low: k as f64 / width,
        high: (k + 1) as f64 / width,
        count: s.count,
        means: (s.count > 0).then(|| (s.y / s.count as f64, s.p / s.count as f64)),
    };
    sums.iter().enumerate().map(bin).collect()
}

/// The expected calibration error: the sum over bins of `n_b / n · |mean y − mean p|`, `bins` (10) of equal width,
/// right-closed, p = 0 in the first. 0 to 1. It depends on the bins and is biased upwards in small samples.
pub fn ece(data: &Probabilities<'_>, bins: usize) -> Measure {
    weighted_gap(&equal_width(data.pairs(), bins), data.rows())
}

fn weighted_gap(sums: &[Sums], rows: usize) -> Measure {
    if rows == 0 {
        return Err(Undefined::NoRows);
    }
    Ok(Estimate::plain(sums.iter().map(Sums::gap).sum::<f64>() / rows as f64, rows))
}

/// The largest |mean y − mean p| over bins as in [`ece`]. 0 to 1.
pub fn max_calibration_error(data: &Probabilities<'_>, bins: usize) -> Measure {
    let sums = equal_width(data.pairs(), bins);
    let gaps = sums.iter().filter(|s| s.count > 0).map(|s| s.gap() / s.count as f64);
    gaps.reduce(f64::max).map(|gap| Estimate::plain(gap, data.rows())).ok_or(Undefined::NoRows)
}

/// The expected calibration error over `bins` groups of equal count after a stable sort by p (ties keep row order; when
/// n is no multiple of `bins`, the first groups hold one row more). 0 to 1.
pub fn ece_equal_count(data: &Probabilities<'_>, bins: usize) -> Measure {
    let (order, bins) = (ascending(data.p()), bins.max(1));
    let (size, more) = (order.len() / bins, order.len() % bins);
    let mut sums = vec![Sums::default(); bins];
    for (place, &row) in order.iter().enumerate() {
        let of_larger = place / (size + 1);
        let bin = if of_larger < more { of_larger } else { more + (place - more * (size + 1)) / size.max(1) };
        sums[bin].add(data.label()[row], data.p()[row]);
    }
    weighted_gap(&sums, data.rows())
}

/// A tenth of the rows by predicted risk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tenth {
    /// How many rows: about a tenth, more where many have the same risk.
    pub rows: usize,
    /// Their mean predicted risk, 0 to 1.
    pub predicted: f64,
    /// The share of them with the outcome, 0 to 1.
    pub observed: f64,
}

impl Tenth {
    /// |observed − predicted|, 0 to 1.
    pub fn gap(&self) -> f64 {
        (self.observed - self.predicted).abs()
    }
}

/// The rows in ten groups of about equal count by predicted risk, the lowest first (the "deciles of risk" of Hosmer &
/// Lemeshow 1980). Rows with the same risk stay together, so that the order of rows plays no part; groups are then larger and
/// fewer, and none is smaller than a twentieth of the rows. Undefined with fewer than ten rows.
pub fn tenths(data: &Probabilities<'_>) -> Result<Vec<Tenth>, Undefined> {
    const GROUPS: usize = 10;
    let (order, n) = (ascending(data.p()), data.rows());
    if n < GROUPS {
        return Err(if n == 0 { Undefined::NoRows } else { Undefined::TooFewRows { needed: GROUPS, found: n } });
    }
    let mut groups: Vec<Sums> = Vec::new();
    let (mut group, mut passed) = (Sums::default(), 0);
    for run in order.chunk_by(|&a, &b| tied(data.p()[a], data.p()[b])) {
        // Which tenth the rows before this run reach into; with the run a further one may be full.
        let reached = GROUPS * passed / n;
        for &row in run {
            group.add(data.label()[row], data.p()[row]);
        }
        passed += run.len();
        if GROUPS * passed / n > reached {
            match groups.last_mut() {
                Some(last) if 2 * GROUPS * group.count < n => last.merge(group),
                _ => groups.push(group),
            }
            group = Sums::default();
        }
    }
    let tenth = |s: &Sums| Tenth { rows: s.count, predicted: s.p / s.count as f64, observed: s.y / s.count as f64 };
    Ok(groups.iter().map(tenth).collect())
}

/// The one of the [`tenths`] whose risk is furthest from what was observed; of equal ones the first.
///
/// Its gap is the maximum calibration error over groups of equal count. It is biased upwards in small samples: of groups
/// of 20 rows, the widest gap is near 0.2 by chance alone.
pub fn widest_tenth(data: &Probabilities<'_>) -> Result<Tenth, Undefined> {
    let widest = tenths(data)?.into_iter().reduce(|a, b| if b.gap() > a.gap() { b } else { a });
    widest.ok_or(Undefined::NoRows)
}

/// The expected calibration error of the most probable class: its probability against whether it is right, bins as in
/// [`ece`]. 0 to 1.
pub fn ece_top_label(data: &Classes<'_>, bins: usize) -> Measure {
    let top = |row: usize| {
        let class = data.predicted(row);
        (class == data.label()[row], data.column(class)[row])
    };
    weighted_gap(&equal_width((0..data.rows()).map(top), bins), data.rows())
}

/// The mean over classes of the binary [`ece`] of each class against the rest. 0 to 1.
pub fn ece_class_wise(data: &Classes<'_>, bins: usize) -> Measure {
    let mut sum = 0.0;
    for class in 0..data.classes() {
        let rows = data.label().iter().zip(data.column(class)).map(|(&y, &p)| (y == class, p));
        sum += weighted_gap(&equal_width(rows, bins), data.rows())?.value;
    }
    Ok(Estimate::plain(sum / data.classes() as f64, data.rows()))
}

/// The Brier score summed over classes, the mean of `Σ_k (p_k − y_k)²`. 0 to 2: for two classes, twice [`brier`].
pub fn brier_multiclass(data: &Classes<'_>) -> Measure {
    if data.rows() == 0 {
        return Err(Undefined::NoRows);
    }
    let error = |row: usize, class: usize| data.column(class)[row] - if data.label()[row] == class { 1.0 } else { 0.0 };
    let sum: f64 = (0..data.rows()).flat_map(|row| (0..data.classes()).map(move |k| error(row, k).powi(2))).sum();
    Ok(Estimate::plain(sum / data.rows() as f64, data.rows()))
}

/// The mean of −ln p(true class): see [`multiclass_log_loss`].
pub fn log_loss_multiclass(data: &Classes<'_>) -> Measure {
    multiclass_log_loss(data)
}

fn both_classes(data: &Probabilities<'_>) -> Result<(), Undefined> {
    match (data.rows(), data.positives()) {
        (0, _) => Err(Undefined::NoRows),
        (n, k) if k == 0 || k == n => Err(Undefined::OneClass),
        _ => Ok(()),
    }
}

/// ln(p / (1 − p)) of every row; undefined when one of them is infinite.
fn logits(data: &Probabilities<'_>) -> Result<Vec<f64>, Undefined> {
    if let Some(at) = data.p().iter().position(|&p| p <= 0.0 || p >= 1.0) {
        return Err(Undefined::ProbabilityZeroOrOne { row: at + 1 });
    }
    Ok(data.p().iter().map(|&p| logit(p)).collect())
}

/// Calibration-in-the-large: the intercept a of logit P(y) = a + logit(p), the slope fixed at 1. On the log-odds scale;
/// 0 is right, above 0 the model predicts too little. Wald interval (Cox 1958; Van Calster et al. 2019).
///
/// Not the intercept of the joint fit, [`calibration_intercept_joint`]. Undefined with one class only, or when some p
/// is 0 or 1.
pub fn citl(data: &Probabilities<'_>) -> Measure {
    both_classes(data)?;
    let offset = logits(data)?;
    let fitted = fit(&[], data.label(), Options { offset: Some(&offset), penalty: 0.0 })?;
    Ok(coefficient(&fitted.coefficients, &fitted.standard_errors, 0, data.rows()))
}

fn coefficient(values: &[f64], errors: &[f64], k: usize, n: usize) -> Estimate {
    Estimate::plain(values[k], n).with(Some((values[k] - Z95 * errors[k], values[k] + Z95 * errors[k])))
}

/// The joint fit logit P(y) = a + b · logit(p): intercept and slope, each with a Wald interval.
fn joint(data: &Probabilities<'_>) -> Result<(Estimate, Estimate), Undefined> {
    both_classes(data)?;
    let x = logits(data)?;
    let range = |keep: bool| {
        let of = data.pairs().zip(&x).filter(|((y, _), _)| *y == keep).map(|(_, &l)| l);
        of.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), l| (low.min(l), high.max(l)))
    };
    let (cases, others) = (range(true), range(false));
    if constant(data.p()) {
        return Err(Undefined::ConstantPrediction);
    }
    // With one predictor, separation (complete or not) is a matter of the two ranges: no need to watch a fit run away.
    if cases.0 >= others.1 || cases.1 <= others.0 {
        return Err(Undefined::Separated);
    }
    let fitted = fit(&[&x], data.label(), Options::default())?;
    let of = |k| coefficient(&fitted.coefficients, &fitted.standard_errors, k, data.rows());
    Ok((of(0), of(1)))
}

/// The calibration slope b of logit P(y) = a + b · logit(p). 1 is right, below 1 the predictions are too extreme
/// (overfitting), above 1 too timid. Wald interval (Cox 1958).
///
/// Undefined with one class only, when some p is 0 or 1, when all p are equal, and when p separates the classes.
pub fn calibration_slope(data: &Probabilities<'_>) -> Measure {
    Ok(joint(data)?.1)
}

/// The intercept a of the joint fit logit P(y) = a + b · logit(p): not calibration-in-the-large ([`citl`]). Undefined
/// as [`calibration_slope`].
pub fn calibration_intercept_joint(data: &Probabilities<'_>) -> Measure {
    Ok(joint(data)?.0)
}

/// How far a smooth calibration curve strays from the diagonal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurveErrors {
    /// The mean distance: the integrated calibration index.
    pub ici: f64,
    /// The median distance.
    pub e50: f64,
    /// The 90 % quantile of the distance, by linear interpolation.
    pub e90: f64,
    /// The largest distance.
    pub emax: f64,
}

/// The share of rows in each local fit of the smooth calibration curve.
pub const SPAN: f64 = 2.0 / 3.0;

/// The smooth calibration curve: for every row the observed risk near its p (not clipped to 0 to 1), by [`lowess`] of y on p, usually with
/// [`SPAN`].
pub fn calibration_curve(data: &Probabilities<'_>, span: f64) -> Result<Vec<f64>, Undefined> {
    if data.rows() < 3 {
        return Err(match data.rows() {
            0 => Undefined::NoRows,
            found => Undefined::TooFewRows { needed: 3, found },
        });
    }
    Ok(lowess(data.p(), data.label(), span))
}

/// The distances |curve(p) − p| of [`calibration_curve`] over the rows (Austin & Steyerberg 2019). 0 to 1.
///
/// With lowess (degree 1, span 2/3, curve values not clipped); the loess of R (degree 2, span 0.75) gives other values.
pub fn curve_errors(data: &Probabilities<'_>, span: f64) -> Result<CurveErrors, Undefined> {
    let curve = calibration_curve(data, span)?;
    let distance = sorted(curve.iter().zip(data.p()).map(|(c, p)| (c - p).abs()).collect());
    let at = |q| quantile(&distance, q).ok_or(Undefined::NoRows);
    let ici = distance.iter().sum::<f64>() / distance.len() as f64;
    Ok(CurveErrors { ici, e50: at(0.5)?, e90: at(0.9)?, emax: at(1.0)? })
}

/// The integrated calibration index with [`SPAN`] (Austin & Steyerberg 2019). 0 to 1: see [`curve_errors`].
pub fn ici(data: &Probabilities<'_>) -> Measure {
    Ok(Estimate::plain(curve_errors(data, SPAN)?.ici, data.rows()))
}

/// The rows up to which [`lowess`] is exact.
const EXACT_ROWS: usize = 5000;
/// How many fits, about, it makes on more rows; between them it interpolates.
const FITS: f64 = 400.0;
/// Into how many cells of equal width it then pools the rows.
const CELLS: f64 = 20_000.0;

/// Locally weighted linear regression of `y` on `x` (Cleveland 1979): at each x a straight line through the nearest
/// `span` of the rows, with tricube weights; no robustness steps. The answer is in row order.
///
/// Up to 5,000 rows it is fitted at every distinct x. Beyond, at points at least 1/400 of the range apart, and
/// interpolated linearly between them, as Cleveland's own program does (`delta`); rows closer than 1/20,000 of the
/// range are pooled.
pub fn lowess(x: &[f64], y: &[f64], span: f64) -> Vec<f64> {
    let order = ascending(x);
    let n = order.len();
    if n == 0 {
        return Vec::new();
    }
    let xs: Vec<f64> = order.iter().map(|&row| x[row]).collect();
    let near = floor_index(span * n as f64 + 1e-10).clamp(2.min(n), n);
    let range = xs[n - 1] - xs[0];
    let exact = n <= EXACT_ROWS;
    let (delta, width) = if exact { (0.0, 0.0) } else { (range / FITS, range / CELLS) };
    let cells = pool(&xs, order.iter().map(|&row| y[row]), width);
    // The places to fit at: the first of each run of equal x, the next at least `delta` further on, and always the
    // last.
    let mut places = vec![0];
    let mut last = xs[0];
    for (at, pair) in xs.windows(2).enumerate() {
        if pair[1] > pair[0] && (pair[1] >= last + delta || tied(pair[1], xs[n - 1])) {
            places.push(at + 1);
            last = pair[1];
        }
    }
    let fitted: Vec<f64> = places.par_iter().map(|&at| local_line(&cells, xs[at], radius(&xs, at, near))).collect();
    let mut out = vec![0.0; n];
    let mut part = 0;
    for (at, &row) in order.iter().enumerate() {
        while part + 1 < places.len() && xs[at] >= xs[places[part + 1]] {
            part += 1;
        }
        let left = xs[places[part]];
        out[row] = match places.get(part + 1) {
            Some(&next) if xs[at] > left => {
                let share = (xs[at] - left) / (xs[next] - left);
                fitted[part] + share * (fitted[part + 1] - fitted[part])
            }
            _ => fitted[part],
        };
    }
    out
}

/// Rows of (nearly) the same x.
#[derive(Clone, Copy)]
struct Cell {
    x: f64,
    y: f64,
    rows: f64,
}

/// Pool ascending rows whose x lies within `width` of the first of their cell; the answer holds means.
fn pool(xs: &[f64], ys: impl Iterator<Item = f64>, width: f64) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    let mut first = f64::NEG_INFINITY;
    for (&x, y) in xs.iter().zip(ys) {
        match cells.last_mut() {
            Some(cell) if x <= first + width => {
                cell.rows += 1.0;
                cell.x += (x - cell.x) / cell.rows;
                cell.y += (y - cell.y) / cell.rows;
            }
            _ => {
                first = x;
                cells.push(Cell { x, y, rows: 1.0 });
            }
        }
    }
    cells
}

/// The value at `x` of the line through the cells nearer than `radius`, with tricube weights.
fn local_line(cells: &[Cell], x: f64, radius: f64) -> f64 {
    let from = cells.partition_point(|c| c.x < x - radius);
    let to = cells.partition_point(|c| c.x <= x + radius);
    let weight = |c: &Cell| {
        // With a radius of 0 only rows at x itself are left, all alike.
        let u = if radius > 0.0 { ((c.x - x).abs() / radius).min(1.0) } else { 0.0 };
        let v = 1.0 - u * u * u;
        c.rows * v * v * v
    };
    let near = &cells[from..to];
    let weights: Vec<f64> = near.iter().map(weight).collect();
    let sum: f64 = weights.iter().sum();
    let pairs = || near.iter().zip(&weights);
    let centre = pairs().map(|(c, w)| w * c.x).sum::<f64>() / sum;
    let (mut spread, mut level, mut slope) = (0.0, 0.0, 0.0);
    for (cell, w) in pairs() {
        spread += w * (cell.x - centre) * (cell.x - centre);
        level += w * cell.y;
        slope += w * (cell.x - centre) * cell.y;
    }
    // A spread of (next to) nothing leaves the local mean.
    (level + (x - centre) * slope / (spread / sum).max(1e-12)) / sum
}

/// The distance from row `at` to the farthest of its `near` nearest rows.
fn radius(xs: &[f64], at: usize, near: usize) -> f64 {
    let (from, to) = window(xs, at, near);
    (xs[at] - xs[from]).max(xs[to - 1] - xs[at])
}

/// The `near` consecutive rows nearest to row `at`.
fn window(xs: &[f64], at: usize, near: usize) -> (usize, usize) {
    let (mut low, mut high) = (at.saturating_sub(near - 1), at.min(xs.len() - near));
    // The window starts at the first place whose left end is no further away than the row just right of it.
    while low < high {
        let middle = low.midpoint(high);
        if xs[at] - xs[middle] > xs[middle + near] - xs[at] { low = middle + 1 } else { high = middle }
    }
    (low, low + near)
}

// ---- from counts ----------------------------------------------------------------------------------------------------

/// Rows sorted by p and cut into cells, for figures from how often each row was drawn.
pub(super) struct Cells {
    /// The rows by p.
    order: Vec<usize>,
    /// Label, and label minus p, of the rows in that order.
    label: Vec<u8>,
    gap: Vec<f64>,
    /// Where in that order each cell ends, and its mean p.
    ends: Vec<(usize, f64)>,
}

/// How narrow the cells of [`Cells::narrow`] are, and how many fits are made over them, over the range of p. Cleveland
/// found 1/100 of the range between fits enough for any plot.
const NARROW: f64 = 5000.0;
const COARSE_FITS: f64 = 200.0;

impl Cells {
    fn new(p: &[f64], label: &[f64], starts: impl Fn(f64, f64) -> bool) -> Self {
        let order = ascending(p);
        let mut cells: Vec<(usize, f64)> = Vec::new();
        let (mut first, mut sum, mut from) = (f64::NAN, 0.0, 0);
        for (at, &row) in order.iter().enumerate() {
            if at > 0 && starts(first, p[row]) {
                cells.push((at, sum / (at - from) as f64));
                (sum, from) = (0.0, at);
            }
            if from == at {
                first = p[row];
            }
            sum += p[row];
        }
        if from < order.len() {
            cells.push((order.len(), sum / (order.len() - from) as f64));
        }
        Self {
            label: order.iter().map(|&row| u8::from(label[row] > 0.5)).collect(),
            gap: order.iter().map(|&row| label[row] - p[row]).collect(),
            order,
            ends: cells,
        }
    }

    /// One cell per bin of [`ece`] that has a row.
    pub(super) fn bins(p: &[f64], label: &[f64], bins: usize) -> Self {
        Self::new(p, label, |first, p| bin_of(first, bins) != bin_of(p, bins))
    }

    /// Cells so narrow that a smooth curve is straight within them.
    pub(super) fn narrow(p: &[f64], label: &[f64]) -> Self {
        let (low, high) = p.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &p| (a.min(p), b.max(p)));
        let width = (high - low) / NARROW;
        Self::new(p, label, |first, p| p > first + width)
    }

    /// [`ece`] of the rows drawn.
    pub(super) fn gap(&self, counts: &[u8]) -> Option<f64> {
        let (mut from, mut rows, mut sum) = (0, 0_u64, 0.0_f64);
        for &(end, _) in &self.ends {
            let mut gap = 0.0;
            for (&row, own) in self.order[from..end].iter().zip(&self.gap[from..end]) {
                rows += u64::from(counts[row]);
                gap += f64::from(counts[row]) * own;
            }
            sum += gap.abs();
            from = end;
        }
        (rows > 0).then(|| sum / rows as f64)
    }

    /// [`ici`] of the rows drawn, with [`SPAN`].
    pub(super) fn curve_error(&self, counts: &[u8]) -> Option<f64> {
        let mut from = 0;
        let mut cells: Vec<Cell> = Vec::with_capacity(self.ends.len());
        for &(end, x) in &self.ends {
            let (mut rows, mut cases) = (0_u32, 0_u32);
            for (&row, &label) in self.order[from..end].iter().zip(&self.label[from..end]) {
                rows += u32::from(counts[row]);
                cases += u32::from(counts[row]) * u32::from(label);
            }
            if rows > 0 {
                cells.push(Cell { x, y: f64::from(cases) / f64::from(rows), rows: f64::from(rows) });
            }
            from = end;
        }
        let (first, last) = (cells.first()?.x, cells.last()?.x);
        // How many rows lie before each cell.
        let mut before = vec![0.0];
        before.extend(cells.iter().scan(0.0, |sum, cell| {
            *sum += cell.rows;
            Some(*sum)
        }));
        let rows = *before.last()?;
        let near = (SPAN * rows + 1e-10).floor().clamp(2.0_f64.min(rows), rows);
        let within = |x: f64, radius: f64| {
            let from = cells.partition_point(|c| c.x < x - radius);
            before[cells.partition_point(|c| c.x <= x + radius)] - before[from]
        };
        // The smallest radius that holds the nearest rows, by bisection.
        let radius = |x: f64| {
            let (mut low, mut high) = (0.0, last - first);
            for _ in 0..24 {
                let middle = f64::midpoint(low, high);
                *(if within(x, middle) >= near { &mut high } else { &mut low }) = middle;
            }
            high
        };
        let fit = |x: f64| local_line(&cells, x, radius(x));
        let delta = (last - first) / COARSE_FITS;
        let (mut left, mut right, mut sum) = ((first, fit(first)), (first, fit(first)), 0.0);
        for (at, cell) in cells.iter().enumerate() {
            while cell.x > right.0 {
                // The next place to fit at: the first cell at least `delta` further on, or the last.
                let next = at + cells[at..].partition_point(|c| c.x < right.0 + delta);
                let x = cells.get(next).map_or(last, |c| c.x);
                (left, right) = (right, (x, fit(x)));
            }
            let share = if right.0 > left.0 { (cell.x - left.0) / (right.0 - left.0) } else { 1.0 };
            sum += cell.rows * (left.1 + share * (right.1 - left.1) - cell.x).abs();
        }
        Some(sum / rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_by_hand() {
        // 40 rows, four in each tenth; the third tenth has three cases where its risk says one.
        let p: Vec<f64> = (0..40).map(|i| 0.05 + 0.1 * f64::from(i / 4)).collect();
        let y: Vec<f64> = (0..40).map(|i| f64::from(u8::from((8..11).contains(&i)))).collect();
        let data = Probabilities::new(&y, &p).expect("sound input");
        let tenths = tenths(&data).expect("forty rows");
        assert_eq!(tenths.iter().map(|t| t.rows).collect::<Vec<_>>(), [4; 10]);
        assert!((tenths[2].observed - 0.75).abs() < 1e-15 && (tenths[2].predicted - 0.25).abs() < 1e-15);
        // The last says 0.95 and has none.
        assert!(widest_tenth(&data).is_ok_and(|t| (t.gap() - 0.95).abs() < 1e-15 && t.rows == 4));
    }

    #[test]
    fn tied_risks_stay_in_one_tenth_whatever_the_order_of_rows() {
        let tied = [[0.1; 30].as_slice(), &[0.3; 10]].concat();
        let y: Vec<f64> = (0..40).map(|i| f64::from(i % 2)).collect();
        let data = Probabilities::new(&y, &tied).expect("sound input");
        let forward = tenths(&data).expect("forty rows");
        assert_eq!(forward.iter().map(|t| t.rows).collect::<Vec<_>>(), [30, 10]);
        // A single row beside a crowd of equal ones is no group whose gap says anything.
        let p = [[0.1; 39].as_slice(), &[0.9]].concat();
        let crowd = super::tenths(&Probabilities::new(&y, &p).expect("sound input")).expect("forty rows");
        assert_eq!(crowd.iter().map(|t| t.rows).collect::<Vec<_>>(), [40]);
        let (back_y, back_p): (Vec<f64>, Vec<f64>) = y.iter().copied().zip(tied).rev().unzip();
        let back = tenths(&Probabilities::new(&back_y, &back_p).expect("sound input")).expect("forty rows");
        assert_eq!(forward, back);
        assert_eq!(
            widest_tenth(&Probabilities::new(&y[..9], &back_p[..9]).expect("sound input")),
            Err(Undefined::TooFewRows { needed: 10, found: 9 })
        );
    }

    #[test]
    fn bin_edges_belong_to_the_left() {
        let bins: Vec<usize> =
            [0.0, 0.1, 0.3, 0.300_000_000_000_000_04, 0.7, 0.700_000_000_01, 1.0].map(|p| bin_of(p, 10)).into();
        assert_eq!(bins, [0, 0, 2, 3, 6, 7, 9]);
    }

    #[test]
    fn reasons() {
        let of = |y: &[f64], p: &[f64]| calibration_slope(&Probabilities::new(y, p).expect("sound input"));
        assert_eq!(of(&[1.0, 0.0], &[0.3, 0.3]), Err(Undefined::ConstantPrediction));
        assert_eq!(of(&[1.0, 0.0, 1.0], &[0.3, 0.1 + 0.2, 0.3]), Err(Undefined::ConstantPrediction));
        assert_eq!(of(&[1.0, 0.0], &[0.3, 0.2]), Err(Undefined::Separated));
        assert_eq!(of(&[1.0, 0.0], &[0.3, 0.0]), Err(Undefined::ProbabilityZeroOrOne { row: 2 }));
        assert_eq!(of(&[1.0, 1.0], &[0.3, 0.2]), Err(Undefined::OneClass));
    }

    #[test]
    fn lowess_reproduces_a_line_also_when_it_interpolates() {
        for n in [50, 12_000] {
            let x: Vec<f64> = (0..n).map(|i| f64::from(i * 7919 % n) / f64::from(n)).collect();
            let y: Vec<f64> = x.iter().map(|x| 0.25 + 0.5 * x).collect();
            let got = lowess(&x, &y, SPAN);
            assert!(got.iter().zip(&y).all(|(a, b)| (a - b).abs() < 1e-9));
        }
    }
}
