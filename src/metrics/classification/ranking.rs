//! Scores: how well they rank.

use super::super::distributions::{Z95, normal_two_sided};
use super::super::entry::{
    ALWAYS, Better, CORRELATION, Columns, FILE, Family, Held, Interval, Metric, NOWHERE, Of, Parameter, Plain,
    PlainCounted, Resampled, SHARE, Takes, Unit, metrics,
};
use super::super::estimate::{Estimate, Measure};
use super::super::input::{Binary, Tie, number, take, zero_or_one};
use super::super::intervals::{Bootstrap, Counted, Counting, percentile_interval, picks, wilson};
use super::super::order::{ascending, descending, floor_index, tied};
use super::super::reason::{BadInput, Undefined};
use diagnostics::text::Text;
use rayon::prelude::*;
use seed::Seed;

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

pub(super) fn auroc_value(data: &Binary<'_>) -> Result<f64, Undefined> {
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

// ---- entries -------------------------------------------------------------------------------------------------------

/// What computes a metric of scores, and what does so from counts.
struct Scored(fn(&Binary<'_>) -> Measure, Option<Counting>);

impl Columns for Scored {
    fn takes(&self) -> &'static [Takes] {
        &[Takes::Label, Takes::Score]
    }

    fn compute(&self, columns: &[&[f64]]) -> Result<Measure, BadInput> {
        let [label, score] = take(columns)?;
        Ok((self.0)(&Binary::new(label, score)?))
    }

    fn counted(&self, columns: &[&[f64]]) -> Option<Counted> {
        let [label, score] = take(columns).ok()?;
        zero_or_one("label", label).ok()?;
        Some((self.1?)(label, score))
    }
}

/// [`auroc`] of the rows drawn.
pub(super) fn auroc_counted(label: &[f64], score: &[f64]) -> Counted {
    let order = ascending(score);
    let case: Vec<bool> = order.iter().map(|&row| label[row] > 0.5).collect();
    let last: Vec<bool> =
        (0..order.len()).map(|at| order.get(at + 1).is_none_or(|&next| !tied(score[next], score[order[at]]))).collect();
    Box::new(move |counts| {
        let (mut cases, mut others, mut now, mut twice) = (0_u64, 0_u64, [0_u64; 2], 0_u64);
        for ((&row, &case), &last) in order.iter().zip(&case).zip(&last) {
            now[usize::from(case)] += u64::from(counts[row]);
            if last {
                twice += now[1] * (2 * others + now[0]);
                (others, cases) = (others + now[0], cases + now[1]);
                now = [0; 2];
            }
        }
        (cases > 0 && others > 0).then(|| twice as f64 / (2.0 * cases as f64 * others as f64))
    })
}

/// [`average_precision`] of the rows drawn.
fn average_precision_counted(label: &[f64], score: &[f64]) -> Counted {
    let order = descending(score);
    let case: Vec<bool> = order.iter().map(|&row| label[row] > 0.5).collect();
    // Whether a row ends a run of equal scores.
    let last: Vec<bool> =
        (0..order.len()).map(|at| order.get(at + 1).is_none_or(|&next| !tied(score[next], score[order[at]]))).collect();
    Box::new(move |counts| {
        let (mut cases, mut alerts, mut new, mut sum) = (0_u32, 0_u32, 0_u32, 0.0);
        for ((&row, &case), &last) in order.iter().zip(&case).zip(&last) {
            let count = u32::from(counts[row]);
            alerts += count;
            new += count * u32::from(case);
            if last && new > 0 {
                cases += new;
                sum += f64::from(new) * f64::from(cases) / f64::from(alerts);
                new = 0;
            }
        }
        (cases > 0).then(|| sum / f64::from(cases))
    })
}

metrics![
    AUROC = Metric {
        name: "auroc",
        title: Text::new("AUROC", "AUROC"),
        help: Text::new(
            "The chance that a case scores higher than a non-case (0.5 is guessing); DeLong interval.",
            "症例のスコアが非症例より高くなる確率です（0.5なら偶然と同じです）。区間はDeLong法です。"
        ),
        family: Family::Ranking,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::DeLong,
        shown: ALWAYS,
        source: "P(score of a case > score of a non-case), ties one half (Hanley & McNeil 1982; DeLong et al. 1988)",
        of: Of::Columns(&Scored(auroc, Some(auroc_counted))),
    },
    AVERAGE_PRECISION = Metric {
        name: "average_precision",
        title: Text::new("average precision", "平均適合率（AP）"),
        help: Text::new(
            "PPV averaged over the cases in order of score (the prevalence is guessing).",
            "スコアの高い順に症例を拾うときの陽性的中率の平均です（偶然と同じ順位づけなら有病率と等しくなります）。"
        ),
        family: Family::Ranking,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "Σ (R_k − R_k−1) P_k over descending scores",
        of: Of::Columns(&Scored(average_precision, Some(average_precision_counted))),
    },
    AUROC_DIFFERENCE = Metric {
        name: "auroc_difference",
        title: Text::new("AUROC difference", "AUROCの差"),
        help: Text::new(
            "AUROC of the first score minus that of the second on the same rows; paired DeLong interval.",
            "同じ行での、1つ目のスコアのAUROCから2つ目のAUROCを引いた差です。区間は対応のあるDeLong法です。"
        ),
        family: Family::Ranking,
        unit: Unit::Ratio,
        range: CORRELATION,
        better: Better::Neither,
        interval: Interval::DeLong,
        shown: FILE,
        source: "AUROC₁ − AUROC₂ (DeLong et al. 1988)",
        of: Of::Columns(&PlainCounted {
            plain: Plain {
                takes: &[Takes::Label, Takes::Score, Takes::Versus],
                compute: |c| {
                    let [label, first, second] = take(c)?;
                    auroc_difference(label, first, second)
                },
            },
            counted: |c| {
                let [label, first, second] = take(c).ok()?;
                let (first, second) = (auroc_counted(label, first), auroc_counted(label, second));
                Some(Box::new(move |counts| Some(first(counts)? - second(counts)?)))
            },
        }),
    },
    SENSITIVITY_AT_SPECIFICITY = Metric {
        name: "sensitivity_at_specificity",
        title: Text::new("sensitivity at this specificity", "この特異度での感度"),
        help: Text::new(
            "The largest sensitivity that a threshold reaches while keeping at least this specificity.",
            "この特異度を下回らない閾値のうち、得られる最大の感度です。"
        ),
        family: Family::Ranking,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Wilson,
        shown: NOWHERE,
        source: "the largest sensitivity with specificity ≥ the one given",
        of: Of::Columns(&Plain {
            takes: &[Takes::Label, Takes::Score, Takes::Number(Parameter::Specificity)],
            compute: |c| {
                let [label, score, least] = take(c)?;
                let data = Binary::new(label, score)?;
                Ok(number("specificity", least, (0.0, 1.0))?.and_then(|least| sensitivity_at_specificity(&data, least)))
            },
        }),
    },
];
