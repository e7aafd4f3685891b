//! Fairness: the same figures in every group, and the gaps between groups.
//!
//! A group for which a figure does not exist (a sensitivity without cases) is left out of the gap and named; it never
//! counts as 0, which would make up a maximal gap.

use super::classification::{self as class, Cells, Confusion};
use super::entry::{Better, Columns, FILE, Family, Held, Interval, Metric, Of, Resampled, SHARE, Takes, Unit, metrics};
use super::estimate::{Estimate, Measure};
use super::input::{MOST_CATEGORIES, categories, same_length, take, zero_or_one};
use super::intervals::Counted;
use super::reason::{BadInput, Undefined};
use diagnostics::text::Text;
use std::collections::BTreeMap;

/// The rows of each group, in order of the groups.
pub fn rows_by_group<G: Ord>(group: &[G]) -> BTreeMap<&G, Vec<usize>> {
    let mut rows: BTreeMap<&G, Vec<usize>> = BTreeMap::new();
    for (row, g) in group.iter().enumerate() {
        rows.entry(g).or_default().push(row);
    }
    rows
}

/// Decisions counted in every group, and overall.
#[derive(Clone, Debug)]
pub struct Groups<'a, G> {
    tables: BTreeMap<&'a G, Confusion>,
    overall: Confusion,
}

impl<'a, G: Ord> Groups<'a, G> {
    /// Check labels and alerts (0 or 1) and one group per row, and count.
    pub fn new(label: &[f64], alert: &[f64], group: &'a [G]) -> Result<Self, BadInput> {
        same_length(("label", label.len()), ("group", group.len()))?;
        zero_or_one("label", label)?;
        let overall = Confusion::new(label, alert)?;
        let mut tables = BTreeMap::new();
        for (g, rows) in rows_by_group(group) {
            let of = |values: &[f64]| rows.iter().map(|&row| values[row]).collect::<Vec<f64>>();
            tables.insert(g, Confusion::new(&of(label), &of(alert))?);
        }
        Ok(Self { tables, overall })
    }

    /// From the counts of every group.
    pub fn of_tables(tables: BTreeMap<&'a G, Confusion>) -> Self {
        let overall = tables.values().fold(Confusion::default(), |sum, table| sum.plus(table));
        Self { tables, overall }
    }

    /// The counts of every group.
    pub fn tables(&self) -> &BTreeMap<&'a G, Confusion> {
        &self.tables
    }

    /// A figure in every group.
    pub fn each(&self, figure: fn(&Confusion) -> Measure) -> BTreeMap<&'a G, Measure> {
        self.tables.iter().map(|(&g, table)| (g, figure(table))).collect()
    }

    /// The largest and the smallest of a figure among the groups where it exists. Undefined with fewer than two such
    /// groups.
    pub fn spread(&self, figure: fn(&Confusion) -> Measure) -> Result<Spread<'a, G>, Undefined> {
        let (mut assessed, mut not_assessable) = (Vec::new(), Vec::new());
        for (g, measure) in self.each(figure) {
            match measure {
                Ok(estimate) => assessed.push((g, estimate)),
                Err(_) => not_assessable.push(g),
            }
        }
        if assessed.len() < 2 {
            return Err(Undefined::TooFewGroups);
        }
        let first = assessed[0];
        let lowest = assessed.iter().fold(first, |best, &a| if a.1.value < best.1.value { a } else { best });
        let highest = assessed.iter().fold(first, |best, &a| if a.1.value > best.1.value { a } else { best });
        Ok(Spread { lowest, highest, not_assessable, rows: self.overall.rows() })
    }

    /// The largest distance of a group's figure from the overall figure. 0 to 1.
    pub fn difference_to_overall(&self, figure: fn(&Confusion) -> Measure) -> Measure {
        let overall = figure(&self.overall)?.value;
        let gaps = self.each(figure).into_values().flatten().map(|e| (e.value - overall).abs());
        gaps.reduce(f64::max).map(|gap| Estimate::plain(gap, self.overall.rows())).ok_or(Undefined::TooFewGroups)
    }
}

/// The extremes of a figure over groups.
#[derive(Clone, Debug)]
pub struct Spread<'a, G> {
    /// The group with the smallest figure (the first of several).
    pub lowest: (&'a G, Estimate),
    /// The group with the largest figure (the first of several).
    pub highest: (&'a G, Estimate),
    /// The groups where the figure does not exist.
    pub not_assessable: Vec<&'a G>,
    rows: usize,
}

impl<G> Spread<'_, G> {
    /// Largest minus smallest.
    pub fn difference(&self) -> Estimate {
        Estimate::plain(self.highest.1.value - self.lowest.1.value, self.rows)
    }

    /// Smallest over largest. Undefined as 0/0.
    pub fn ratio(&self) -> Measure {
        if self.highest.1.value > 0.0 {
            Ok(Estimate::plain(self.lowest.1.value / self.highest.1.value, self.rows))
        } else {
            Err(Undefined::AllRatesZero)
        }
    }
}

/// Largest minus smallest alert rate among groups (Dwork et al. 2012; fairlearn's `between_groups`). 0 to 1; 0 is parity.
pub fn demographic_parity_difference<G: Ord>(groups: &Groups<'_, G>) -> Measure {
    Ok(groups.spread(class::alert_rate)?.difference())
}

/// Smallest over largest alert rate among groups. 0 to 1; 1 is parity. Undefined without any alert.
pub fn demographic_parity_ratio<G: Ord>(groups: &Groups<'_, G>) -> Measure {
    groups.spread(class::alert_rate)?.ratio()
}

/// Largest minus smallest sensitivity among groups with cases. 0 to 1; 0 is equal opportunity (Hardt et al. 2016).
pub fn equal_opportunity_difference<G: Ord>(groups: &Groups<'_, G>) -> Measure {
    Ok(groups.spread(class::sensitivity)?.difference())
}

/// Smallest over largest sensitivity among groups with cases. 0 to 1. Undefined when no case is found in any group.
pub fn equal_opportunity_ratio<G: Ord>(groups: &Groups<'_, G>) -> Measure {
    groups.spread(class::sensitivity)?.ratio()
}

/// How the two parts of equalized odds are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Odds {
    /// The worse of the two.
    Worst,
    /// Their mean.
    Mean,
}

impl Odds {
    fn combine(self, a: Estimate, b: Estimate, worse: fn(f64, f64) -> f64) -> Estimate {
        let value = match self {
            Self::Worst => worse(a.value, b.value),
            Self::Mean => f64::midpoint(a.value, b.value),
        };
        Estimate::plain(value, a.n)
    }
}

/// The differences between groups in sensitivity and in false positive rate, the worse of the two or their mean. 0 to
/// 1; 0 is equalized odds (Hardt et al. 2016). Undefined unless both can be assessed in two groups.
pub fn equalized_odds_difference<G: Ord>(groups: &Groups<'_, G>, odds: Odds) -> Measure {
    let (a, b) = (groups.spread(class::sensitivity)?, groups.spread(class::false_positive_rate)?);
    Ok(odds.combine(a.difference(), b.difference(), f64::max))
}

/// The ratios between groups of sensitivity and of false positive rate, the worse (smaller) of the two or their mean. 0
/// to 1; 1 is equalized odds.
pub fn equalized_odds_ratio<G: Ord>(groups: &Groups<'_, G>, odds: Odds) -> Measure {
    let (a, b) = (groups.spread(class::sensitivity)?, groups.spread(class::false_positive_rate)?);
    Ok(odds.combine(a.ratio()?, b.ratio()?, f64::min))
}

/// The group with the smallest figure and that figure, among groups where it exists (also if there is only one).
pub fn worst_group<'a, G: Ord>(
    groups: &Groups<'a, G>,
    figure: fn(&Confusion) -> Measure,
) -> Result<(&'a G, Estimate), Undefined> {
    let assessed = groups.each(figure).into_iter().filter_map(|(g, measure)| Some((g, measure.ok()?)));
    assessed.reduce(|best, a| if a.1.value < best.1.value { a } else { best }).ok_or(Undefined::TooFewGroups)
}

/// The smallest sensitivity among groups with cases, with its Wilson interval, which does not allow for its being the
/// smallest of several. 0 to 1.
pub fn worst_group_sensitivity<G: Ord>(groups: &Groups<'_, G>) -> Measure {
    Ok(worst_group(groups, class::sensitivity)?.1)
}

/// The smallest PPV among groups with alerts, with its Wilson interval, as for [`worst_group_sensitivity`]. 0 to 1.
pub fn worst_group_ppv<G: Ord>(groups: &Groups<'_, G>) -> Measure {
    Ok(worst_group(groups, class::ppv)?.1)
}

// ---- entries -------------------------------------------------------------------------------------------------------

/// What computes a metric of decisions compared between groups.
struct Compared(fn(&Groups<'_, usize>) -> Measure);

impl Columns for Compared {
    fn takes(&self) -> &'static [Takes] {
        &[Takes::Label, Takes::Alert, Takes::Group]
    }

    fn compute(&self, columns: &[&[f64]]) -> Result<Measure, BadInput> {
        let [label, alert, group] = take(columns)?;
        let group = categories("group", group, MOST_CATEGORIES)?;
        if group.is_empty() {
            return Ok(Err(Undefined::NoRows));
        }
        Ok((self.0)(&Groups::new(label, alert, &group)?))
    }

    fn counted(&self, columns: &[&[f64]]) -> Option<Counted> {
        let [label, alert, group] = take(columns).ok()?;
        let (cells, metric) = (Cells::new(label, alert)?, self.0);
        let group = categories("group", group, MOST_CATEGORIES).ok()?;
        let groups: Vec<usize> = (0..=group.iter().copied().max()?).collect();
        let places: Vec<usize> = group.iter().zip(&cells.0).map(|(g, &cell)| 4 * g + usize::from(cell)).collect();
        Some(Box::new(move |counts| {
            let mut sums = vec![[0_usize; 4]; groups.len()];
            for (&place, &count) in places.iter().zip(counts) {
                sums[place / 4][place % 4] += usize::from(count);
            }
            let drawn = groups.iter().zip(sums).filter(|(_, sums)| sums.iter().any(|&n| n > 0));
            let tables: BTreeMap<&usize, Confusion> = drawn.map(|(g, sums)| (g, Confusion::of_cells(sums))).collect();
            metric(&Groups::of_tables(tables)).ok().map(|e| e.value)
        }))
    }
}

metrics![
    DEMOGRAPHIC_PARITY_DIFFERENCE = Metric {
        name: "demographic_parity_difference",
        title: Text::new("alert rate: difference", "警報率の差"),
        help: Text::new("Largest minus smallest alert rate among groups.", "群の間での警報率の最大と最小の差です。"),
        family: Family::Fairness,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Upwards),
        shown: FILE,
        source: "max − min alert rate (Dwork et al. 2012)",
        of: Of::Columns(&Compared(demographic_parity_difference)),
    },
    DEMOGRAPHIC_PARITY_RATIO = Metric {
        name: "demographic_parity_ratio",
        title: Text::new("alert rate: ratio", "警報率の比"),
        help: Text::new("Smallest over largest alert rate among groups.", "群の間での警報率の最小と最大の比です。"),
        family: Family::Fairness,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "min / max alert rate (Dwork et al. 2012)",
        of: Of::Columns(&Compared(demographic_parity_ratio)),
    },
    EQUAL_OPPORTUNITY_DIFFERENCE = Metric {
        name: "equal_opportunity_difference",
        title: Text::new("sensitivity: difference", "感度の差"),
        help: Text::new(
            "Largest minus smallest sensitivity among groups that have cases.",
            "症例のある群の間での、感度の最大と最小の差です。"
        ),
        family: Family::Fairness,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Outcome, Resampled::Upwards),
        shown: FILE,
        source: "max − min sensitivity (Hardt et al. 2016)",
        of: Of::Columns(&Compared(equal_opportunity_difference)),
    },
    EQUALIZED_ODDS_DIFFERENCE = Metric {
        name: "equalized_odds_difference",
        title: Text::new("equalized odds: difference", "equalized oddsの差"),
        help: Text::new(
            "The larger of the gaps between groups in sensitivity and in false positive rate.",
            "感度と偽陽性率それぞれの群間差のうち、大きい方です。"
        ),
        family: Family::Fairness,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Outcome, Resampled::Upwards),
        shown: FILE,
        source: "the larger of max − min sensitivity and max − min false positive rate (Hardt et al. 2016)",
        of: Of::Columns(&Compared(|groups| equalized_odds_difference(groups, Odds::Worst))),
    },
    EQUALIZED_ODDS_RATIO = Metric {
        name: "equalized_odds_ratio",
        title: Text::new("equalized odds: ratio", "equalized oddsの比"),
        help: Text::new(
            "The smaller of the ratios between groups of sensitivity and of false positive rate.",
            "感度と偽陽性率それぞれの群間比のうち、小さい方です。"
        ),
        family: Family::Fairness,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Outcome, Resampled::Plain),
        shown: FILE,
        source: "the smaller of min / max sensitivity and min / max false positive rate (Hardt et al. 2016)",
        of: Of::Columns(&Compared(|groups| equalized_odds_ratio(groups, Odds::Worst))),
    },
    WORST_GROUP_SENSITIVITY = Metric {
        name: "worst_group_sensitivity",
        title: Text::new("lowest sensitivity", "最も低い群の感度"),
        help: Text::new(
            "The smallest sensitivity among groups that have cases.",
            "症例のある群のうち、最も低い感度です。"
        ),
        family: Family::Fairness,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Wilson,
        shown: FILE,
        source: "min sensitivity",
        of: Of::Columns(&Compared(worst_group_sensitivity)),
    },
    WORST_GROUP_PPV = Metric {
        name: "worst_group_ppv",
        title: Text::new("lowest PPV", "最も低い群の陽性的中率"),
        help: Text::new(
            "The smallest PPV among groups that have alerts.",
            "警報のある群のうち、最も低い陽性的中率です。"
        ),
        family: Family::Fairness,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Wilson,
        shown: FILE,
        source: "min PPV",
        of: Of::Columns(&Compared(worst_group_ppv)),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_without_cases_is_left_out_and_named() {
        let (label, alert) = ([1.0, 1.0, 1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
        let groups = Groups::new(&label, &alert, &["a", "a", "b", "b", "c", "c"]).expect("sound input");
        let spread = groups.spread(class::sensitivity).expect("two groups");
        assert_eq!(spread.not_assessable, [&"c"]);
        assert!((spread.difference().value - 1.0).abs() < 1e-15);
        assert_eq!(worst_group(&groups, class::sensitivity).map(|w| *w.0), Ok("b"));
    }

    #[test]
    fn one_assessable_group_is_no_gap() {
        let groups = Groups::new(&[1.0, 0.0], &[1.0, 0.0], &["a", "b"]).expect("sound input");
        assert_eq!(equal_opportunity_difference(&groups), Err(Undefined::TooFewGroups));
    }
}
