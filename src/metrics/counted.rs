//! Metrics from how often each row was drawn: what a bootstrap of very many rows asks for.
//!
//! A resample of a million rows need not be gathered and sorted anew: rows are sorted once, and a resample is a count
//! per row. What a count cannot serve is resampled row by row ([`Statistic::Rows`]); both draw the same rows.

use super::calibration::Cells;
use super::classification::{self as class, Confusion};
use super::fairness::{self, Groups, Odds};
use super::input::{categories, probabilities, zero_or_one};
use super::order::{descending, tied};
use super::{Measure, utility};
use std::collections::BTreeMap;

/// What gives a figure from a resample, as rows or as counts; `None` where it is undefined.
pub type Value<'a, T> = Box<dyn Fn(&[T]) -> Option<f64> + Sync + 'a>;

/// A figure of resampled rows.
pub enum Statistic<'a> {
    /// From the rows drawn, each as often as it was drawn.
    Rows(Value<'a, usize>),
    /// From how often each row was drawn.
    Counts(Value<'a, u8>),
}

/// A metric of [`REGISTRY`](super::REGISTRY) on these columns, made ready for counts; `None` where it takes rows.
///
/// Columns are those that the metric takes. The value is that of the metric itself on the rows drawn, except for `ici`,
/// where rows closer than 1/5,000 of the range are pooled (a difference far below the width of the interval).
pub fn counted<'a>(name: &str, columns: &[&'a [f64]]) -> Option<Statistic<'a>> {
    if let Some((_, metric)) = OF_TABLE.iter().find(|(other, _)| *other == name) {
        let [label, alert] = columns.try_into().ok()?;
        return of_table(label, alert, metric);
    }
    if let Some((_, metric)) = OF_BENEFIT.iter().find(|(other, _)| *other == name) {
        let [label, p, threshold]: [&[f64]; 3] = columns.try_into().ok()?;
        let threshold = *threshold.first()?;
        let alert: Vec<f64> = p.iter().map(|&p| if p >= threshold { 1.0 } else { 0.0 }).collect();
        return of_table(label, &alert, move |table| metric(table, threshold));
    }
    if let Some((_, metric)) = OF_GROUPS.iter().find(|(other, _)| *other == name) {
        let [label, alert, group] = columns.try_into().ok()?;
        return of_groups(label, alert, group, *metric);
    }
    let [label, score]: [&'a [f64]; 2] = columns.try_into().ok()?;
    zero_or_one("label", label).ok()?;
    match name {
        "average_precision" => Some(average_precision(label, score)),
        "scaled_brier" => {
            probabilities("p", score).ok()?;
            Some(scaled_brier(label, score))
        }
        "ece" => {
            probabilities("p", score).ok()?;
            let cells = Cells::bins(score, label, 10);
            Some(Statistic::Counts(Box::new(move |counts| cells.gap(counts))))
        }
        "ici" => {
            probabilities("p", score).ok()?;
            let cells = Cells::narrow(score, label);
            Some(Statistic::Counts(Box::new(move |counts| cells.curve_error(counts))))
        }
        _ => None,
    }
}

/// Of the table of decisions.
type Decided = fn(&Confusion) -> Measure;

const OF_TABLE: &[(&str, Decided)] = &[
    ("sensitivity", class::sensitivity),
    ("specificity", class::specificity),
    ("ppv", class::ppv),
    ("npv", class::npv),
    ("accuracy", class::accuracy),
    ("balanced_accuracy", class::balanced_accuracy),
    ("youden", class::youden),
    ("f1", class::f1),
    ("mcc", class::mcc),
    ("lr_positive", class::lr_positive),
    ("lr_negative", class::lr_negative),
    ("alert_rate", class::alert_rate),
    ("alerts_per_true_case", class::alerts_per_true_case),
    ("missed_per_1000", class::missed_per_1000),
    ("false_alerts_per_1000", class::false_alerts_per_1000),
];

/// Of the table at a threshold, and of the threshold.
type Benefit = fn(&Confusion, f64) -> Measure;

const OF_BENEFIT: &[(&str, Benefit)] =
    &[("net_benefit", utility::net_benefit_of), ("interventions_avoided_per_100", utility::interventions_avoided_of)];

/// Of the tables of several groups.
type Between = fn(&Groups<'_, usize>) -> Measure;

const OF_GROUPS: &[(&str, Between)] = &[
    ("demographic_parity_difference", fairness::demographic_parity_difference),
    ("demographic_parity_ratio", fairness::demographic_parity_ratio),
    ("equal_opportunity_difference", fairness::equal_opportunity_difference),
    ("equalized_odds_difference", |groups| fairness::equalized_odds_difference(groups, Odds::Worst)),
    ("equalized_odds_ratio", |groups| fairness::equalized_odds_ratio(groups, Odds::Worst)),
    ("worst_group_sensitivity", fairness::worst_group_sensitivity),
    ("worst_group_ppv", fairness::worst_group_ppv),
];

/// The cell of each row in a 2 × 2 table: 2 for a case, and 1 for an alert.
fn cells(label: &[f64], alert: &[f64]) -> Option<Vec<u8>> {
    zero_or_one("label", label).ok()?;
    zero_or_one("alert", alert).ok()?;
    Some(label.iter().zip(alert).map(|(&y, &a)| 2 * u8::from(y > 0.5) + u8::from(a > 0.5)).collect())
}

/// How many rows were drawn of each cell.
fn tally(cells: &[u8], counts: &[u8]) -> [usize; 4] {
    let mut sums = [0_usize; 4];
    // In short runs, whose sums fit into 32 bits: so that several rows are added at a time.
    for (cells, counts) in cells.chunks(1 << 16).zip(counts.chunks(1 << 16)) {
        for (cell, sum) in (0_u8..).zip(&mut sums) {
            let of = cells.iter().zip(counts).map(|(&c, &n)| u32::from(n) * u32::from(c == cell));
            *sum += of.sum::<u32>() as usize;
        }
    }
    sums
}

fn table([true_negatives, false_positives, false_negatives, true_positives]: [usize; 4]) -> Confusion {
    Confusion { true_positives, false_positives, true_negatives, false_negatives }
}

fn of_table<'a>(
    label: &[f64],
    alert: &[f64],
    metric: impl Fn(&Confusion) -> Measure + Sync + 'a,
) -> Option<Statistic<'a>> {
    let cells = cells(label, alert)?;
    let value = move |counts: &[u8]| metric(&table(tally(&cells, counts))).ok().map(|e| e.value);
    Some(Statistic::Counts(Box::new(value)))
}

fn of_groups<'a>(label: &[f64], alert: &[f64], group: &[f64], metric: Between) -> Option<Statistic<'a>> {
    let cells = cells(label, alert)?;
    let group = categories("group", group, 1000).ok()?;
    let groups: Vec<usize> = (0..=group.iter().copied().max()?).collect();
    let places: Vec<usize> = group.iter().zip(&cells).map(|(g, &cell)| 4 * g + usize::from(cell)).collect();
    let value = move |counts: &[u8]| {
        let mut sums = vec![[0_usize; 4]; groups.len()];
        for (&place, &count) in places.iter().zip(counts) {
            sums[place / 4][place % 4] += usize::from(count);
        }
        let drawn = groups.iter().zip(sums).filter(|(_, sums)| sums.iter().any(|&n| n > 0));
        let tables: BTreeMap<&usize, Confusion> = drawn.map(|(g, sums)| (g, table(sums))).collect();
        metric(&Groups::of_tables(tables)).ok().map(|e| e.value)
    };
    Some(Statistic::Counts(Box::new(value)))
}

fn average_precision<'a>(label: &[f64], score: &[f64]) -> Statistic<'a> {
    let order = descending(score);
    let case: Vec<bool> = order.iter().map(|&row| label[row] > 0.5).collect();
    // Whether a row ends a run of equal scores.
    let last: Vec<bool> =
        (0..order.len()).map(|at| order.get(at + 1).is_none_or(|&next| !tied(score[next], score[order[at]]))).collect();
    Statistic::Counts(Box::new(move |counts| {
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
    }))
}

fn scaled_brier<'a>(label: &[f64], p: &[f64]) -> Statistic<'a> {
    let (label, errors): (Vec<f64>, Vec<f64>) = label.iter().zip(p).map(|(&y, &p)| (y, (p - y) * (p - y))).unzip();
    Statistic::Counts(Box::new(move |counts| {
        let (mut rows, mut cases, mut sum) = (0.0, 0.0, 0.0);
        for ((&y, &error), &count) in label.iter().zip(&errors).zip(counts) {
            let count = f64::from(count);
            rows += count;
            cases += count * y;
            sum += count * error;
        }
        let prevalence = cases / rows;
        let spread = prevalence * (1.0 - prevalence);
        (spread > 0.0).then(|| 1.0 - sum / rows / spread)
    }))
}

#[cfg(test)]
mod tests {
    use super::super::{metric, order};
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn counts_give_what_the_rows_give() {
        let draw = |name: &str, i: u64| Seed::new(4).named(name).at(i).uniform();
        let n = 700;
        let p: Vec<f64> = (0..n).map(|i| (draw("p", i) * 50.0).round() / 50.0).collect();
        let label: Vec<f64> = (0..n).zip(&p).map(|(i, &p)| f64::from(u8::from(draw("y", i) < p * p))).collect();
        let alert: Vec<f64> = p.iter().map(|&p| f64::from(u8::from(p > 0.55))).collect();
        let group: Vec<f64> = (0..n).map(|i| (draw("g", i) * 4.0).floor()).collect();
        let rows: Vec<usize> = (0..n).map(|i| order::floor_index(draw("row", i) * 700.0)).collect();
        let mut counts = vec![0_u8; 700];
        for &row in &rows {
            counts[row] += 1;
        }
        let names = OF_TABLE.iter().map(|(name, _)| (*name, vec![&label, &alert]));
        let threshold = vec![0.3];
        let benefits = OF_BENEFIT.iter().map(|(name, _)| (*name, vec![&label, &p, &threshold]));
        let groups = OF_GROUPS.iter().map(|(name, _)| (*name, vec![&label, &alert, &group]));
        let scores = ["average_precision", "scaled_brier", "ece", "ici"].map(|name| (name, vec![&label, &p]));
        for (name, columns) in names.chain(benefits).chain(groups).chain(scores) {
            let slices: Vec<&[f64]> = columns.iter().map(|c| c.as_slice()).collect();
            let Some(Statistic::Counts(value)) = counted(name, &slices) else { panic!("{name} takes no counts") };
            let drawn: Vec<Vec<f64>> = slices
                .iter()
                .map(|c| if c.len() == 1 { c.to_vec() } else { rows.iter().map(|&row| c[row]).collect() })
                .collect();
            let drawn: Vec<&[f64]> = drawn.iter().map(Vec::as_slice).collect();
            let plain = (metric(name).expect("registered").compute)(&drawn).expect("sound input").expect("defined");
            let got = value(&counts).expect("defined");
            let allowed = if name == "ici" { 2e-4 } else { 1e-12 };
            assert!((got - plain.value).abs() <= allowed, "{name}: {got} by counts, {} by rows", plain.value);
        }
    }
}
