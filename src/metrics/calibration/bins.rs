//! Predicted against observed, in bins and in tenths.

use super::super::classification::OfClasses;
use super::super::entry::{
    Better, FILE, Family, Held, Interval, Metric, Of, POSITIVE, RUN, Resampled, SHARE, Unit, metrics,
};
use super::super::estimate::{Estimate, Measure};
use super::super::input::{Classes, Probabilities};
use super::super::intervals::Counted;
use super::super::order::{ascending, tied};
use super::super::reason::Undefined;
use super::{Predicted, cells::Cells, local::bin_of};
use diagnostics::text::Text;

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
    weighted_gap(&equal_width(top(data).into_iter(), bins), data.rows())
}

/// Of every row whether its most probable class is right, and the probability of that class.
fn top(data: &Classes<'_>) -> Vec<(bool, f64)> {
    let of = |row: usize| {
        let class = data.predicted(row);
        (class == data.label()[row], data.column(class)[row])
    };
    (0..data.rows()).map(of).collect()
}

/// Of each class whether every row is of it, and its probability.
fn each(data: &Classes<'_>) -> Vec<Vec<(bool, f64)>> {
    let of = |class: usize| data.label().iter().zip(data.column(class)).map(|(&y, &p)| (y == class, p)).collect();
    (0..data.classes()).map(of).collect()
}

/// The mean over classes of the binary [`ece`] of each class against the rest. 0 to 1.
pub fn ece_class_wise(data: &Classes<'_>, bins: usize) -> Measure {
    let mut sum = 0.0;
    for class in each(data) {
        sum += weighted_gap(&equal_width(class.into_iter(), bins), data.rows())?.value;
    }
    Ok(Estimate::plain(sum / data.classes() as f64, data.rows()))
}

/// The mean of the [`ece`] of several lists of outcome and probability, of the rows drawn.
fn gap_of(lists: Vec<Vec<(bool, f64)>>, bins: usize) -> Counted {
    let of = |(y, p): (bool, f64)| (bin_of(p, bins), f64::from(u8::from(y)) - p);
    let lists: Vec<Vec<(usize, f64)>> = lists.into_iter().map(|list| list.into_iter().map(of).collect()).collect();
    Box::new(move |counts| {
        let rows: u64 = counts.iter().map(|&count| u64::from(count)).sum();
        let gap = |list: &Vec<(usize, f64)>| {
            let mut sums = vec![0.0; bins];
            for (&(bin, gap), &count) in list.iter().zip(counts) {
                sums[bin] += f64::from(count) * gap;
            }
            sums.into_iter().map(f64::abs).sum::<f64>()
        };
        (rows > 0).then(|| lists.iter().map(gap).sum::<f64>() / lists.len() as f64 / rows as f64)
    })
}

// ---- entries -------------------------------------------------------------------------------------------------------

/// A figure of the tenth of the rows by risk that is furthest off.
fn widest(data: &Probabilities<'_>, of: fn(&Tenth) -> f64) -> Measure {
    widest_tenth(data).map(|tenth| Estimate::plain(of(&tenth), data.rows()))
}

metrics![
    ECE = Metric {
        name: "ece",
        title: Text::new("calibration error (ECE)", "較正誤差（ECE）"),
        help: Text::new(
            "Expected calibration error over ten bins of equal width.",
            "等幅の10区間で求めた較正誤差の期待値（ECE）です。"
        ),
        family: Family::Calibration,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Upwards),
        shown: FILE,
        source: "Σ n_b / n · |mean y − mean p| over ten bins",
        of: Of::Columns(&Predicted(
            |data| ece(data, 10),
            Some(|label, p| Cells::bins(p, label, 10).counted(Cells::gap))
        )),
    },
    DECILE_GAP = Metric {
        name: "decile_gap",
        title: Text::new("largest gap, tenths by risk", "リスク順の10群での最大の差"),
        help: Text::new(
            "The largest distance between observed and mean predicted risk among the ten groups of equal count by risk; 0 is right.",
            "予測リスクの順に同数ずつ10群に分けたとき、観察された割合と平均予測リスクの差が最も大きい群での差です。0が適正です。"
        ),
        family: Family::Calibration,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Upwards),
        shown: RUN,
        source: "max |observed − predicted| over tenths by risk (Hosmer & Lemeshow 1980)",
        of: Of::Columns(&Predicted(|data| widest(data, Tenth::gap), None)),
    },
    DECILE_GAP_PREDICTED = Metric {
        name: "decile_gap_predicted",
        title: Text::new("  predicted there", "　その群の予測"),
        help: Text::new(
            "The mean predicted risk of the group with that distance.",
            "その差が最も大きい群の平均予測リスクです。"
        ),
        family: Family::Calibration,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Neither,
        interval: Interval::None,
        shown: RUN,
        source: "mean p of that tenth",
        of: Of::Columns(&Predicted(|data| widest(data, |tenth| tenth.predicted), None)),
    },
    DECILE_GAP_OBSERVED = Metric {
        name: "decile_gap_observed",
        title: Text::new("  observed there", "　その群の実際"),
        help: Text::new(
            "The observed risk of the group with that distance.",
            "その差が最も大きい群で観察された割合です。"
        ),
        family: Family::Calibration,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Neither,
        interval: Interval::None,
        shown: RUN,
        source: "mean y of that tenth",
        of: Of::Columns(&Predicted(|data| widest(data, |tenth| tenth.observed), None)),
    },
    DECILE_GAP_ROWS = Metric {
        name: "decile_gap_rows",
        title: Text::new("  rows there", "　その群の行数"),
        help: Text::new("How many rows the group with that distance has.", "その差が最も大きい群の行数です。"),
        family: Family::Calibration,
        unit: Unit::Rows,
        range: POSITIVE,
        better: Better::Neither,
        interval: Interval::None,
        shown: RUN,
        source: "n of that tenth",
        of: Of::Columns(&Predicted(|data| widest(data, |tenth| tenth.rows as f64), None)),
    },
    ECE_TOP_LABEL = Metric {
        name: "ece_top_label",
        title: Text::new("calibration error (top class)", "較正誤差（最有力クラス）"),
        help: Text::new(
            "Expected calibration error of the most probable class, over ten bins.",
            "最も確率の高いクラスについて、等幅の10区間で求めた較正誤差の期待値です。"
        ),
        family: Family::Classes,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Upwards),
        shown: FILE,
        source: "Σ n_b / n · |accuracy − mean p| over ten bins (Guo et al. 2017)",
        of: Of::Columns(&OfClasses(|data| ece_top_label(data, 10), |data| gap_of(vec![top(data)], 10))),
    },
    ECE_CLASS_WISE = Metric {
        name: "ece_class_wise",
        title: Text::new("calibration error (class-wise)", "較正誤差（クラス別平均）"),
        help: Text::new(
            "The mean over classes of the expected calibration error of each against the rest.",
            "各クラスとそれ以外で求めた較正誤差の期待値の平均です。"
        ),
        family: Family::Classes,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Upwards),
        shown: FILE,
        source: "mean over classes of the binary ECE (Kull et al. 2019)",
        of: Of::Columns(&OfClasses(|data| ece_class_wise(data, 10), |data| gap_of(each(data), 10))),
    },
];
