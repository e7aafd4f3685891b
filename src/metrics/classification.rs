//! Classification: how well scores rank, and what decisions get right and wrong; binary and multi-class.

use super::distributions::{Z95, normal_two_sided};
use super::input::{same_length, zero_or_one};
use super::intervals::{Bootstrap, percentile_interval, picks, proportion, wilson};
use super::order::{floor_index, sorted, tied};
use super::{BadInput, Binary, Classes, Estimate, Measure, Undefined};
use crate::seed::Seed;
use rayon::prelude::*;

// ---- decisions: the 2 × 2 table ------------------------------------------------------------------------------------

/// The four counts of alerts against outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    /// Alert, and the outcome occurred.
    pub true_positives: usize,
    /// Alert, but no outcome.
    pub false_positives: usize,
    /// No alert, and no outcome.
    pub true_negatives: usize,
    /// No alert, but the outcome occurred: missed.
    pub false_negatives: usize,
}

impl Confusion {
    /// Count labels (0 or 1) against alerts (0 or 1).
    pub fn new(label: &[f64], alert: &[f64]) -> Result<Self, BadInput> {
        same_length(("label", label.len()), ("alert", alert.len()))?;
        zero_or_one("label", label)?;
        zero_or_one("alert", alert)?;
        Ok(Self::count(label.iter().zip(alert).map(|(&y, &a)| (y > 0.5, a > 0.5))))
    }

    /// Count the alerts raised when the score is at least `threshold` (≥, never >).
    pub fn at(data: &Binary<'_>, threshold: f64) -> Self {
        Self::count(data.pairs().map(|(y, score)| (y, score >= threshold)))
    }

    fn count(rows: impl Iterator<Item = (bool, bool)>) -> Self {
        let mut cells = [0; 4];
        for (case, alert) in rows {
            cells[usize::from(case) * 2 + usize::from(alert)] += 1;
        }
        let [true_negatives, false_positives, false_negatives, true_positives] = cells;
        Self { true_positives, false_positives, true_negatives, false_negatives }
    }

    /// The counts of these rows and of others.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            true_positives: self.true_positives + other.true_positives,
            false_positives: self.false_positives + other.false_positives,
            true_negatives: self.true_negatives + other.true_negatives,
            false_negatives: self.false_negatives + other.false_negatives,
        }
    }

    /// Rows with the outcome.
    pub fn positives(&self) -> usize {
        self.true_positives + self.false_negatives
    }

    /// Rows without the outcome.
    pub fn negatives(&self) -> usize {
        self.true_negatives + self.false_positives
    }

    /// Rows with an alert.
    pub fn alerts(&self) -> usize {
        self.true_positives + self.false_positives
    }

    /// All rows.
    pub fn rows(&self) -> usize {
        self.positives() + self.negatives()
    }

    /// The four counts as numbers: true and false positives, true and false negatives.
    fn cells(&self) -> [f64; 4] {
        [self.true_positives, self.false_positives, self.true_negatives, self.false_negatives].map(|k| k as f64)
    }

    /// `value` on all rows, or [`Undefined::NoRows`].
    fn of_rows(&self, value: impl FnOnce() -> f64) -> Measure {
        if self.rows() == 0 { Err(Undefined::NoRows) } else { Ok(Estimate::plain(value(), self.rows())) }
    }

    /// Both classes are there, or the reason why a figure that needs both does not exist.
    fn both_classes(&self) -> Result<(), Undefined> {
        match (self.positives(), self.negatives()) {
            (0, 0) => Err(Undefined::NoRows),
            (0, _) => Err(Undefined::NoPositives),
            (_, 0) => Err(Undefined::NoNegatives),
            _ => Ok(()),
        }
    }
}

/// Sensitivity (true positive rate, recall): the share of cases that raised an alert. 0 to 1, Wilson interval.
/// Undefined without cases.
pub fn sensitivity(table: &Confusion) -> Measure {
    proportion(table.true_positives, table.positives(), Undefined::NoPositives)
}

/// Specificity (true negative rate): the share of non-cases without an alert. 0 to 1, Wilson interval.
/// Undefined without non-cases.
pub fn specificity(table: &Confusion) -> Measure {
    proportion(table.true_negatives, table.negatives(), Undefined::NoNegatives)
}

/// False positive rate, 1 − specificity. 0 to 1, Wilson interval. Undefined without non-cases.
pub fn false_positive_rate(table: &Confusion) -> Measure {
    proportion(table.false_positives, table.negatives(), Undefined::NoNegatives)
}

/// Positive predictive value (precision): the share of alerts that are right. 0 to 1, Wilson interval. Undefined
/// without alerts: never 0.
pub fn ppv(table: &Confusion) -> Measure {
    proportion(table.true_positives, table.alerts(), Undefined::NothingPredictedPositive)
}

/// Negative predictive value: the share of rows without an alert that are no case. 0 to 1, Wilson interval. Undefined
/// when every row has an alert.
pub fn npv(table: &Confusion) -> Measure {
    proportion(table.true_negatives, table.rows() - table.alerts(), Undefined::NothingPredictedNegative)
}

/// The share of decisions that are right. 0 to 1, Wilson interval.
pub fn accuracy(table: &Confusion) -> Measure {
    proportion(table.true_positives + table.true_negatives, table.rows(), Undefined::NoRows)
}

/// The mean of sensitivity and specificity. 0 to 1; 0.5 is what a constant decision gets. Undefined unless both classes
/// occur (some libraries then average over the classes present).
pub fn balanced_accuracy(table: &Confusion) -> Measure {
    table.both_classes()?;
    Ok(Estimate::plain(0.5 * (sensitivity(table)?.value + specificity(table)?.value), table.rows()))
}

/// Youden's J, sensitivity + specificity − 1. −1 to 1. Undefined unless both classes occur.
pub fn youden(table: &Confusion) -> Measure {
    table.both_classes()?;
    Ok(Estimate::plain(sensitivity(table)?.value + specificity(table)?.value - 1.0, table.rows()))
}

/// The F score, (1 + β²) TP / ((1 + β²) TP + β² FN + FP): the harmonic mean of PPV and sensitivity, the latter weighted
/// β². 0 to 1. Undefined (0/0) without any case and any alert (van Rijsbergen 1979).
pub fn f_beta(table: &Confusion, beta: f64) -> Measure {
    let [tp, fp, _, misses] = table.cells();
    let square = beta * beta;
    let whole = (1.0 + square) * tp + square * misses + fp;
    if table.positives() + table.alerts() == 0 {
        return Err(if table.rows() == 0 { Undefined::NoRows } else { Undefined::NoCaseAndNoAlert });
    }
    // β = 0 leaves PPV, which needs an alert.
    if whole <= 0.0 {
        return Err(Undefined::NothingPredictedPositive);
    }
    Ok(Estimate::plain((1.0 + square) * tp / whole, table.rows()))
}

/// F1, the harmonic mean of PPV and sensitivity: [`f_beta`] with β = 1. 0 to 1.
pub fn f1(table: &Confusion) -> Measure {
    f_beta(table, 1.0)
}

/// Matthews' correlation coefficient of alert and outcome. −1 to 1. By convention 0 (no association) when a row or a
/// column of the table is empty, as in scikit-learn (Matthews 1975).
pub fn mcc(table: &Confusion) -> Measure {
    let [tp, fp, tn, misses] = table.cells();
    table.of_rows(|| {
        let product = (tp + fp) * (tp + misses) * (tn + fp) * (tn + misses);
        if product <= 0.0 { 0.0 } else { (tp * tn - fp * misses) / product.sqrt() }
    })
}

/// Cohen's kappa between alert and outcome: agreement beyond chance, (observed − chance) / (1 − chance) (Cohen 1960). −1
/// to 1. Undefined when chance agreement is 1 (both constant and equal).
pub fn cohen_kappa(table: &Confusion) -> Measure {
    let [tp, fp, tn, misses] = table.cells();
    let n = table.rows() as f64;
    if table.rows() == 0 {
        return Err(Undefined::NoRows);
    }
    let chance = ((tp + fp) * (tp + misses) + (tn + fp) * (tn + misses)) / (n * n);
    if (1.0 - chance).abs() < 1e-15 {
        return Err(Undefined::ChanceAgreementCertain);
    }
    Ok(Estimate::plain(((tp + tn) / n - chance) / (1.0 - chance), table.rows()))
}

/// The positive likelihood ratio, sensitivity / (1 − specificity): the factor by which an alert raises the odds. 0 to ∞
/// (∞ with true but no false positives). Undefined when a class is missing, and as 0/0 without alerts. Interval on the
/// log scale (Simel, Samsa & Matchar 1991) when both cells are filled.
pub fn lr_positive(table: &Confusion) -> Measure {
    table.both_classes()?;
    if table.alerts() == 0 {
        return Err(Undefined::NothingPredictedPositive);
    }
    Ok(ratio((table.true_positives, table.positives()), (table.false_positives, table.negatives()), table.rows()))
}

/// The negative likelihood ratio, (1 − sensitivity) / specificity: the factor by which the absence of an alert changes
/// the odds. 0 to ∞. Undefined when a class is missing, and as 0/0 when every row has an alert. Interval as for
/// [`lr_positive`].
pub fn lr_negative(table: &Confusion) -> Measure {
    table.both_classes()?;
    if table.alerts() == table.rows() {
        return Err(Undefined::NothingPredictedNegative);
    }
    Ok(ratio((table.false_negatives, table.positives()), (table.true_negatives, table.negatives()), table.rows()))
}

/// The ratio of two independent proportions with its log-scale Wald interval.
fn ratio((k, n): (usize, usize), (l, m): (usize, usize), rows: usize) -> Estimate {
    let (upper, lower) = (k as f64 / n as f64, l as f64 / m as f64);
    let error = (1.0 / k as f64 - 1.0 / n as f64 + 1.0 / l as f64 - 1.0 / m as f64).sqrt();
    let value = upper / lower;
    let interval = (k > 0 && l > 0).then(|| (value * (-Z95 * error).exp(), value * (Z95 * error).exp()));
    Estimate::plain(value, rows).with(interval)
}

/// The mean cost of the decisions, (`cost_fp` · FP + `cost_fn` · FN) / n, in the unit of the costs; right decisions
/// cost 0.
pub fn expected_cost(table: &Confusion, cost_fp: f64, cost_fn: f64) -> Measure {
    let [_, fp, _, misses] = table.cells();
    table.of_rows(|| (cost_fp * fp + cost_fn * misses) / table.rows() as f64)
}

/// The share of rows with an alert. 0 to 1, Wilson interval.
pub fn alert_rate(table: &Confusion) -> Measure {
    proportion(table.alerts(), table.rows(), Undefined::NoRows)
}

/// The share of rows with the outcome. 0 to 1, Wilson interval.
pub fn prevalence(table: &Confusion) -> Measure {
    proportion(table.positives(), table.rows(), Undefined::NoRows)
}

/// Alerts per true case found, 1 / PPV (number needed to evaluate). 1 to ∞ (∞ when no alert is right). The interval is
/// that of PPV (Wilson), inverted. Undefined without alerts.
pub fn alerts_per_true_case(table: &Confusion) -> Measure {
    let share = ppv(table)?;
    let interval = share.interval.map(|(low, high)| (1.0 / high, 1.0 / low));
    Ok(Estimate { value: 1.0 / share.value, interval, n: share.n })
}

/// Missed cases per 1,000 rows, 1,000 · FN / n. The interval is Wilson's, scaled.
pub fn missed_per_1000(table: &Confusion) -> Measure {
    Ok(proportion(table.false_negatives, table.rows(), Undefined::NoRows)?.scaled(1000.0))
}

/// False alerts per 1,000 rows, 1,000 · FP / n. The interval is Wilson's, scaled.
pub fn false_alerts_per_1000(table: &Confusion) -> Measure {
    Ok(proportion(table.false_positives, table.rows(), Undefined::NoRows)?.scaled(1000.0))
}

// ---- scores: ranking -----------------------------------------------------------------------------------------------

/// The rows that share one score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tie {
    /// The score.
    pub score: f64,
    /// How many cases have it.
    pub positives: usize,
    /// How many non-cases have it.
    pub negatives: usize,
}

/// The rows of a [`Binary`] grouped by score, ascending: one sort serves every ranking metric.
#[derive(Clone, Debug)]
pub struct Ranked {
    ties: Vec<Tie>,
}

impl Ranked {
    pub(super) fn new(data: &Binary<'_>) -> Self {
        let of = |case: bool| sorted(data.pairs().filter(|(y, _)| *y == case).map(|(_, score)| score).collect());
        let (positive, negative) = rayon::join(|| of(true), || of(false));
        let mut ties: Vec<Tie> = Vec::with_capacity(positive.len() + negative.len());
        let (mut i, mut j) = (0, 0);
        while i < positive.len() || j < negative.len() {
            let score = match (positive.get(i), negative.get(j)) {
                (Some(&a), Some(&b)) => a.min(b),
                (Some(&one), None) | (None, Some(&one)) => one,
                (None, None) => break,
            };
            let (from_i, from_j) = (i, j);
            while positive.get(i).is_some_and(|&s| tied(s, score)) {
                i += 1;
            }
            while negative.get(j).is_some_and(|&s| tied(s, score)) {
                j += 1;
            }
            ties.push(Tie { score, positives: i - from_i, negatives: j - from_j });
        }
        Self { ties }
    }

    /// The groups of tied rows, in ascending order of score.
    pub fn ties(&self) -> &[Tie] {
        &self.ties
    }
}

/// The area under the ROC curve from tie groups in ascending order, by the Mann–Whitney count: exact in whole numbers.
fn area(ties: impl Iterator<Item = (u64, u64)>, positives: usize, negatives: usize) -> f64 {
    // Twice the count of pairs: it fits as long as the rows fit into memory.
    let (mut below, mut twice) = (0_u64, 0_u64);
    for (cases, others) in ties {
        twice += cases * (2 * below + others);
        below += others;
    }
    twice as f64 / (2.0 * positives as f64 * negatives as f64)
}

fn auroc_value(data: &Binary<'_>) -> Result<f64, Undefined> {
    if data.rows() == 0 {
        return Err(Undefined::NoRows);
    }
    if data.positives() == 0 || data.negatives() == 0 {
        return Err(Undefined::OneClass);
    }
    let ties = data.ranked().ties().iter().map(|t| (t.positives as u64, t.negatives as u64));
    Ok(area(ties, data.positives(), data.negatives()))
}

/// AUROC: the probability that a case scores higher than a non-case, ties counting one half (Hanley & `McNeil` 1982). 0 to
/// 1; 0.5 is chance.
///
/// The interval is `DeLong`'s (Wald, clipped to 0 to 1); none with fewer than two cases or non-cases. Undefined with
/// one class only: never 0.5.
pub fn auroc(data: &Binary<'_>) -> Measure {
    let value = auroc_value(data)?;
    let interval = delong_variance(data).ok().map(|variance| {
        let half = Z95 * variance.value.sqrt();
        ((value - half).max(0.0), (value + half).min(1.0))
    });
    Ok(Estimate::plain(value, data.rows()).with(interval))
}

/// The variance of AUROC by `DeLong`, `DeLong` & Clarke-Pearson (Biometrics 1988), computed from placements in one pass
/// over tie groups (Sun & Xu 2014), with sample (n − 1) variances. Undefined with fewer than two cases or non-cases.
pub fn delong_variance(data: &Binary<'_>) -> Measure {
    let centre = auroc_value(data)?;
    let (cases, others) = (data.positives() as f64, data.negatives() as f64);
    let fewest = data.positives().min(data.negatives());
    if fewest < 2 {
        return Err(Undefined::TooFewRows { needed: 2, found: fewest });
    }
    // The placement of a case is the share of non-cases below it; of a non-case, the share of cases above it.
    let (mut others_below, mut cases_below) = (0.0, 0.0);
    let (mut spread_cases, mut spread_others) = (0.0, 0.0);
    for tie in data.ranked().ties() {
        let (a, b) = (tie.positives as f64, tie.negatives as f64);
        let of_case = (others_below + 0.5 * b) / others - centre;
        let of_other = (cases - cases_below - 0.5 * a) / cases - centre;
        spread_cases += a * of_case * of_case;
        spread_others += b * of_other * of_other;
        others_below += b;
        cases_below += a;
    }
    let variance = spread_cases / (cases - 1.0) / cases + spread_others / (others - 1.0) / others;
    Ok(Estimate::plain(variance, data.rows()))
}

/// Two scores on the same rows, compared by AUROC.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedAuroc {
    /// First AUROC minus second.
    pub difference: f64,
    /// The 95 % Wald interval of the difference; none when the variance is 0.
    pub interval: Option<(f64, f64)>,
    /// Variance of the first, covariance, variance of the second.
    pub covariance: [f64; 3],
    /// The difference in standard errors, and its two-sided p value; none when the variance is 0.
    pub test: Option<(f64, f64)>,
}

/// The paired `DeLong` test: do two scores on the same rows differ in AUROC?
///
/// z = (A₁ − A₂) / √(v₁₁ + v₂₂ − 2 v₁₂), two-sided normal p. Undefined as [`delong_variance`].
pub fn compare_auroc(label: &[f64], first: &[f64], second: &[f64]) -> Result<Result<PairedAuroc, Undefined>, BadInput> {
    let (first, second) = (Binary::new(label, first)?, Binary::new(label, second)?);
    Ok(compare(&first, &second))
}

fn compare(first: &Binary<'_>, second: &Binary<'_>) -> Result<PairedAuroc, Undefined> {
    let (a, b) = (auroc_value(first)?, auroc_value(second)?);
    let variances = [delong_variance(first)?.value, delong_variance(second)?.value];
    let (of_first, of_second) = (placements(first), placements(second));
    let (mut cases, mut others) = (0.0, 0.0);
    for ((case, p), q) in first.pairs().map(|(y, _)| y).zip(&of_first).zip(&of_second) {
        *(if case { &mut cases } else { &mut others }) += (p - a) * (q - b);
    }
    let (m, n) = (first.positives() as f64, first.negatives() as f64);
    let shared = cases / (m - 1.0) / m + others / (n - 1.0) / n;
    let difference = a - b;
    let variance = variances[0] + variances[1] - 2.0 * shared;
    // Two identical scores: rounding may leave a variance that is not quite 0.
    let error = (variance > 1e-18).then(|| variance.sqrt());
    Ok(PairedAuroc {
        difference,
        interval: error.map(|e| (difference - Z95 * e, difference + Z95 * e)),
        covariance: [variances[0], shared, variances[1]],
        test: error.map(|e| (difference / e, normal_two_sided(difference / e))),
    })
}

/// The first AUROC minus the second, on the same rows, with the paired `DeLong` interval (`DeLong` et al. 1988). −1 to 1.
pub fn auroc_difference(label: &[f64], first: &[f64], second: &[f64]) -> Result<Measure, BadInput> {
    Ok(compare_auroc(label, first, second)?.map(|c| Estimate::plain(c.difference, label.len()).with(c.interval)))
}

/// The placement of every row, in row order; both classes are there.
fn placements(data: &Binary<'_>) -> Vec<f64> {
    let ties = data.ranked().ties();
    let (m, n) = (data.positives() as f64, data.negatives() as f64);
    let mut of_tie = Vec::with_capacity(ties.len());
    let (mut cases_below, mut others_below) = (0.0, 0.0);
    for tie in ties {
        let (a, b) = (tie.positives as f64, tie.negatives as f64);
        of_tie.push(((others_below + 0.5 * b) / n, (m - cases_below - 0.5 * a) / m));
        cases_below += a;
        others_below += b;
    }
    let place = |(case, score)| {
        let (of_case, of_other) = of_tie[tie_index(ties, score)];
        if case { of_case } else { of_other }
    };
    data.pairs().map(place).collect()
}

/// Which group holds this score.
fn tie_index(ties: &[Tie], score: f64) -> usize {
    ties.partition_point(|t| t.score < score)
}

/// The bootstrap interval of AUROC, stratified by outcome (every resample keeps the numbers of cases and non-cases).
///
/// Rows are replaced by their rank once, so that a resample costs a count and one pass, no sort.
pub fn auroc_bootstrap(data: &Binary<'_>, resamples: usize, seed: Seed) -> Result<Bootstrap, Undefined> {
    auroc_value(data)?;
    let ties = data.ranked().ties();
    let expand = |count: fn(&Tie) -> usize| -> Vec<usize> {
        ties.iter().enumerate().flat_map(|(i, tie)| std::iter::repeat_n(i, count(tie))).collect()
    };
    let (cases, others) = (expand(|t| t.positives), expand(|t| t.negatives));
    let one = |counts: &mut Vec<(u32, u32)>, b: usize| {
        counts.clear();
        counts.resize(ties.len(), (0, 0));
        let seed = seed.at(b as u64);
        for at in picks(seed.named("cases"), cases.len(), cases.len()) {
            counts[cases[at]].0 += 1;
        }
        for at in picks(seed.named("others"), others.len(), others.len()) {
            counts[others[at]].1 += 1;
        }
        let pairs = counts.iter().map(|&(a, b)| (u64::from(a), u64::from(b)));
        Some(area(pairs, cases.len(), others.len()))
    };
    let values: Vec<Option<f64>> = (0..resamples).into_par_iter().map_init(Vec::new, one).collect();
    percentile_interval(&values)
}

/// One point of the ROC curve: what a threshold gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RocPoint {
    /// An alert is raised when the score is at least this; infinite for the first point (no alert).
    pub threshold: f64,
    /// 1 − specificity.
    pub fpr: f64,
    /// Sensitivity.
    pub tpr: f64,
}

/// The ROC curve: (0, 0), then one point per distinct score, descending. Undefined with one class only.
pub fn roc_curve(data: &Binary<'_>) -> Result<Vec<RocPoint>, Undefined> {
    auroc_value(data)?;
    let (cases, others) = (data.positives() as f64, data.negatives() as f64);
    let mut points = vec![RocPoint { threshold: f64::INFINITY, fpr: 0.0, tpr: 0.0 }];
    let (mut a, mut b) = (0, 0);
    for tie in data.ranked().ties().iter().rev() {
        a += tie.positives;
        b += tie.negatives;
        points.push(RocPoint { threshold: tie.score, fpr: b as f64 / others, tpr: a as f64 / cases });
    }
    Ok(points)
}

/// Average precision: `Σ (R_k − R_{k−1}) P_k` over distinct scores, descending. 0 to 1; prevalence is chance.
///
/// The step-wise sum of scikit-learn, not the (optimistic) trapezoid under the precision–recall curve. Undefined
/// without cases.
pub fn average_precision(data: &Binary<'_>) -> Measure {
    if data.rows() == 0 {
        return Err(Undefined::NoRows);
    }
    if data.positives() == 0 {
        return Err(Undefined::NoPositives);
    }
    let (mut found, mut alerts, mut sum) = (0, 0, 0.0);
    for tie in data.ranked().ties().iter().rev() {
        found += tie.positives;
        alerts += tie.positives + tie.negatives;
        sum += tie.positives as f64 * found as f64 / alerts as f64;
    }
    Ok(Estimate::plain(sum / data.positives() as f64, data.rows()))
}

/// The largest sensitivity that any threshold reaches while specificity stays at least `least` (0 to 1): no
/// interpolation between points of the ROC curve. Undefined with one class only.
pub fn sensitivity_at_specificity(data: &Binary<'_>, least: f64) -> Measure {
    auroc_value(data)?;
    // The allowance keeps 0.1 · 130 from becoming 12.999...
    let allowed = floor_index((1.0 - least) * data.negatives() as f64 + 1e-9);
    let (mut found, mut false_alerts) = (0, 0);
    for tie in data.ranked().ties().iter().rev() {
        false_alerts += tie.negatives;
        if false_alerts > allowed {
            break;
        }
        found += tie.positives;
    }
    Ok(Estimate::plain(found as f64 / data.positives() as f64, data.positives()).with(wilson(found, data.positives())))
}

// ---- several classes -----------------------------------------------------------------------------------------------

/// Counts of true class (row) against most probable class (column); the lowest class wins ties.
pub fn confusion_matrix(data: &Classes<'_>) -> Vec<Vec<usize>> {
    let mut table = vec![vec![0; data.classes()]; data.classes()];
    for (row, &class) in data.label().iter().enumerate() {
        table[class][data.predicted(row)] += 1;
    }
    table
}

fn diagonal(table: &[Vec<usize>]) -> usize {
    table.iter().enumerate().map(|(k, row)| row[k]).sum()
}

fn row_sum(table: &[Vec<usize>], k: usize) -> usize {
    table[k].iter().sum()
}

fn column_sum(table: &[Vec<usize>], k: usize) -> usize {
    table.iter().map(|row| row[k]).sum()
}

/// Every class occurs, or the first that does not.
fn all_present(data: &Classes<'_>) -> Result<(), Undefined> {
    if data.rows() == 0 {
        return Err(Undefined::NoRows);
    }
    match data.counts().iter().position(|&n| n == 0) {
        None => Ok(()),
        Some(class) => Err(Undefined::ClassAbsent { class }),
    }
}

/// The share of rows whose most probable class is the true one. 0 to 1, Wilson interval.
pub fn multiclass_accuracy(data: &Classes<'_>) -> Measure {
    proportion(diagonal(&confusion_matrix(data)), data.rows(), Undefined::NoRows)
}

/// The mean over classes of the share found. 0 to 1. Undefined when a class never occurs.
pub fn multiclass_balanced_accuracy(data: &Classes<'_>) -> Measure {
    all_present(data)?;
    let table = confusion_matrix(data);
    let sum: f64 = (0..table.len()).map(|k| table[k][k] as f64 / row_sum(&table, k) as f64).sum();
    Ok(Estimate::plain(sum / table.len() as f64, data.rows()))
}

/// The unweighted mean of F1 over the classes that occur in truth or prediction (for any other, F1 is 0/0 and left
/// out). 0 to 1.
pub fn f1_macro(data: &Classes<'_>) -> Measure {
    let table = confusion_matrix(data);
    let (mut sum, mut classes) = (0.0, 0);
    for k in 0..table.len() {
        let whole = row_sum(&table, k) + column_sum(&table, k);
        if whole > 0 {
            sum += 2.0 * table[k][k] as f64 / whole as f64;
            classes += 1;
        }
    }
    if classes == 0 { Err(Undefined::NoRows) } else { Ok(Estimate::plain(sum / f64::from(classes), data.rows())) }
}

/// The multi-class correlation coefficient `R_k` (Gorodkin 2004). −1 to 1; by convention 0 when truth or prediction is
/// constant.
pub fn multiclass_mcc(data: &Classes<'_>) -> Measure {
    if data.rows() == 0 {
        return Err(Undefined::NoRows);
    }
    let table = confusion_matrix(data);
    let n = data.rows() as f64;
    let (mut both, mut truths, mut guesses) = (0.0, 0.0, 0.0);
    for k in 0..table.len() {
        let (truth, guess) = (row_sum(&table, k) as f64, column_sum(&table, k) as f64);
        both += truth * guess;
        truths += truth * truth;
        guesses += guess * guess;
    }
    let product = (n * n - guesses) * (n * n - truths);
    let value = if product <= 0.0 { 0.0 } else { (diagonal(&table) as f64 * n - both) / product.sqrt() };
    Ok(Estimate::plain(value, data.rows()))
}

/// Cohen's kappa between true and most probable class, (observed − chance) / (1 − chance) (Cohen 1960). −1 to 1. Undefined
/// when chance agreement is 1.
pub fn multiclass_kappa(data: &Classes<'_>) -> Measure {
    if data.rows() == 0 {
        return Err(Undefined::NoRows);
    }
    let table = confusion_matrix(data);
    let n = data.rows() as f64;
    let chance =
        (0..table.len()).map(|k| row_sum(&table, k) as f64 * column_sum(&table, k) as f64).sum::<f64>() / (n * n);
    if (1.0 - chance).abs() < 1e-15 {
        return Err(Undefined::ChanceAgreementCertain);
    }
    Ok(Estimate::plain((diagonal(&table) as f64 / n - chance) / (1.0 - chance), data.rows()))
}

/// The AUROC of each class against all others; undefined for a class that is absent, or the only one.
pub fn auroc_ovr(data: &Classes<'_>) -> Vec<Measure> {
    (0..data.classes())
        .map(|class| {
            let is_class: Vec<f64> = data.label().iter().map(|&y| if y == class { 1.0 } else { 0.0 }).collect();
            // The columns were checked when `Classes` was made.
            match Binary::new(&is_class, data.column(class)) {
                Ok(binary) => auroc(&binary),
                Err(_) => Err(Undefined::NoRows),
            }
        })
        .collect()
}

/// The unweighted mean of the one-vs-rest AUROCs. 0 to 1. Undefined when a class never occurs.
pub fn auroc_ovr_macro(data: &Classes<'_>) -> Measure {
    all_present(data)?;
    let areas = auroc_ovr(data).into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(Estimate::plain(areas.iter().map(|a| a.value).sum::<f64>() / areas.len() as f64, data.rows()))
}

/// The mean of the one-vs-rest AUROCs, weighted by how often each class occurs. 0 to 1. Undefined when a class never
/// occurs.
pub fn auroc_ovr_weighted(data: &Classes<'_>) -> Measure {
    all_present(data)?;
    let areas = auroc_ovr(data).into_iter().collect::<Result<Vec<_>, _>>()?;
    let sum: f64 = areas.iter().zip(data.counts()).map(|(a, n)| a.value * n as f64).sum();
    Ok(Estimate::plain(sum / data.rows() as f64, data.rows()))
}

/// The mean AUROC over all pairs of classes, each pair in both directions (Hand & Till 2001): another quantity than
/// one-vs-rest, unaffected by prevalence. 0 to 1. Undefined when a class never occurs.
pub fn auroc_ovo_macro(data: &Classes<'_>) -> Measure {
    all_present(data)?;
    let mut sum = 0.0;
    for class in 0..data.classes() {
        for other in (0..data.classes()).filter(|&k| k != class) {
            let rows = || data.label().iter().enumerate().filter(|&(_, &y)| y == class || y == other);
            let label: Vec<f64> = rows().map(|(_, &y)| if y == class { 1.0 } else { 0.0 }).collect();
            let score: Vec<f64> = rows().map(|(row, _)| data.column(class)[row]).collect();
            sum += Binary::new(&label, &score).map_or(Err(Undefined::NoRows), |binary| auroc_value(&binary))?;
        }
    }
    let pairs = (data.classes() * (data.classes() - 1)) as f64;
    Ok(Estimate::plain(sum / pairs, data.rows()))
}

/// The mean of −ln p(true class), p clipped to 2.2e−16 from 0 and 1 as in scikit-learn. 0 to 36; natural logarithm.
pub fn multiclass_log_loss(data: &Classes<'_>) -> Measure {
    if data.rows() == 0 {
        return Err(Undefined::NoRows);
    }
    let loss = |(row, &class): (usize, &usize)| -data.column(class)[row].clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln();
    Ok(Estimate::plain(data.label().iter().enumerate().map(loss).sum::<f64>() / data.rows() as f64, data.rows()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(tp: usize, fp: usize, tn: usize, misses: usize) -> Confusion {
        Confusion { true_positives: tp, false_positives: fp, true_negatives: tn, false_negatives: misses }
    }

    #[test]
    fn auroc_by_hand() {
        // Pairs (case, other): .8>.2, .8>.6, .6>.2, .6=.6 → 3.5 of 4.
        let data = Binary::new(&[1.0, 1.0, 0.0, 0.0], &[0.8, 0.6, 0.2, 0.6]).expect("sound input");
        assert!((auroc(&data).expect("two classes").value - 0.875).abs() < 1e-15);
    }

    #[test]
    fn undefined_is_a_reason() {
        let none = table(0, 0, 5, 3);
        assert_eq!(ppv(&none), Err(Undefined::NothingPredictedPositive));
        assert_eq!(alerts_per_true_case(&none), Err(Undefined::NothingPredictedPositive));
        assert_eq!(sensitivity(&table(0, 2, 5, 0)), Err(Undefined::NoPositives));
        assert_eq!(f1(&table(0, 0, 5, 0)), Err(Undefined::NoCaseAndNoAlert));
        assert_eq!(mcc(&table(0, 0, 0, 0)), Err(Undefined::NoRows));
        assert_eq!(auroc(&Binary::new(&[1.0], &[0.5]).expect("sound")), Err(Undefined::OneClass));
    }

    #[test]
    fn an_alert_that_is_never_right_needs_infinitely_many() {
        let got = alerts_per_true_case(&table(0, 4, 5, 3)).expect("alerts");
        assert!(got.value.is_infinite() && got.interval.is_some_and(|(low, high)| low > 1.0 && high.is_infinite()));
    }

    #[test]
    fn bad_input_names_column_and_row() {
        let bad = BadInput::NotZeroOrOne { column: "label", row: 2, found: 2.0 };
        assert_eq!(Confusion::new(&[0.0, 2.0], &[0.0, 1.0]), Err(bad));
        assert_eq!(Binary::new(&[0.0], &[f64::NAN]).err(), Some(BadInput::NotFinite { column: "score", row: 1 }));
    }

    #[test]
    fn identical_scores_do_not_differ() {
        let (label, score) = ([1.0, 0.0, 1.0, 0.0, 1.0], [0.9, 0.3, 0.4, 0.6, 0.7]);
        let got = compare_auroc(&label, &score, &score).expect("sound input").expect("two classes");
        assert!(got.difference == 0.0 && got.test.is_none());
    }

    #[test]
    fn fast_bootstrap_agrees_with_the_general_one() {
        let draw = |i: u64| Seed::new(5).at(i).uniform();
        let label: Vec<f64> = (0..300).map(|i| if draw(i) < 0.3 { 1.0 } else { 0.0 }).collect();
        let score: Vec<f64> = (0..300).map(|i| draw(1000 + i) + 0.5 * label[usize::try_from(i).unwrap()]).collect();
        let data = Binary::new(&label, &score).expect("sound input");
        let fast = auroc_bootstrap(&data, 2000, Seed::new(1)).expect("an interval");
        let strata: Vec<bool> = label.iter().map(|&y| y > 0.5).collect();
        let plan = super::super::intervals::Resampling::strata(&strata);
        let slow = super::super::intervals::bootstrap(&plan, 2000, Seed::new(2), |rows| {
            let y: Vec<f64> = rows.iter().map(|&r| label[r]).collect();
            let s: Vec<f64> = rows.iter().map(|&r| score[r]).collect();
            auroc(&Binary::new(&y, &s).ok()?).ok().map(|e| e.value)
        })
        .expect("an interval");
        assert!((fast.standard_error / slow.standard_error - 1.0).abs() < 0.1);
        assert!((fast.interval.0 - slow.interval.0).abs() < 0.01 && (fast.interval.1 - slow.interval.1).abs() < 0.01);
    }
}
