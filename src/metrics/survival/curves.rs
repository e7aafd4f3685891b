//! Curves: Kaplan–Meier, Nelson–Aalen, Aalen–Johansen, and the log-rank test between them.

use super::super::distributions::{Z95, chi_squared_tail};
use super::super::entry::{
    Better, Columns, FILE, Family, Held, Interval, Metric, Of, POSITIVE, Parameter, Plain, Resampled, SHARE, Takes,
    Unit, metrics,
};
use super::super::estimate::{Estimate, Measure};
use super::super::input::{MOST_CATEGORIES, categories, not_negative, number, same_length, take};
use super::super::linear::Cholesky;
use super::super::order::{ascending, floor_index, tied};
use super::super::reason::{BadInput, Undefined};
use super::Follow;
use diagnostics::text::Text;
use std::collections::BTreeMap;

/// A Kaplan–Meier curve.
#[derive(Clone, Debug)]
pub struct KaplanMeier {
    rows: usize,
    steps: Vec<Step>,
    last: f64,
}

/// The curve from one event time to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The time of the events.
    pub time: f64,
    /// How many were at risk just before.
    pub at_risk: usize,
    /// How many had the event.
    pub events: usize,
    /// The share without the event, from this time on.
    pub survival: f64,
    /// Greenwood's sum Σ d / (n (n − d)); infinite once nobody is left.
    pub greenwood: f64,
    /// Nelson–Aalen's sum Σ d / n.
    pub hazard: f64,
}

/// The Kaplan–Meier curve (1958): S(t) = Π (1 − d/n) over event times up to t. Undefined without rows.
pub fn kaplan_meier(follow: &Follow<'_>) -> Result<KaplanMeier, Undefined> {
    if follow.rows() == 0 {
        return Err(Undefined::NoRows);
    }
    let (mut survival, mut greenwood, mut hazard) = (1.0, 0.0, 0.0);
    let mut steps = Vec::new();
    for moment in follow.moments().into_iter().filter(|m| m.events > 0) {
        let (n, d) = (moment.at_risk as f64, moment.events as f64);
        survival *= 1.0 - d / n;
        greenwood += d / (n * (n - d));
        hazard += d / n;
        let (time, at_risk, events) = (moment.time, moment.at_risk, moment.events);
        steps.push(Step { time, at_risk, events, survival, greenwood, hazard });
    }
    Ok(KaplanMeier { rows: follow.rows(), steps, last: follow.last() })
}

impl KaplanMeier {
    /// The steps of the curve.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The step in force at `time`; `None` before the first event.
    fn step(&self, time: f64) -> Result<Option<&Step>, Undefined> {
        let step = self.steps.partition_point(|s| s.time <= time).checked_sub(1).map(|k| &self.steps[k]);
        if time > self.last && step.is_none_or(|s| s.survival > 0.0) {
            return Err(Undefined::BeyondFollowUp { time });
        }
        Ok(step)
    }

    /// S(`time`), right-continuous. Undefined after the last observation unless the curve has reached 0.
    pub fn survival(&self, time: f64) -> Result<f64, Undefined> {
        Ok(self.step(time)?.map_or(1.0, |s| s.survival))
    }

    /// S(`time`) with its log(−log) interval (Kalbfleisch & Prentice 1980) from Greenwood's variance; none where S is 0
    /// or 1.
    pub fn at(&self, time: f64) -> Measure {
        let plain = Estimate::plain(self.survival(time)?, self.rows);
        Ok(plain.with(self.step(time)?.and_then(Step::limits)))
    }

    /// Greenwood's standard error of S(`time`), S √Σ d / (n (n − d)); 0 before the first event and once the curve is at
    /// 0.
    pub fn standard_error(&self, time: f64) -> Result<f64, Undefined> {
        Ok(self.step(time)?.filter(|s| s.survival > 0.0).map_or(0.0, |s| s.survival * s.greenwood.sqrt()))
    }

    /// The cumulative hazard Σ d/n up to `time` (Nelson–Aalen; ties are not broken).
    pub fn hazard(&self, time: f64) -> Result<f64, Undefined> {
        Ok(self.step(time)?.map_or(0.0, |s| s.hazard))
    }

    /// The median: the smallest time with S(t) ≤ 0.5 (R takes the midpoint where S is exactly 0.5). Undefined when not
    /// reached.
    ///
    /// The interval goes from where the lower to where the upper log(−log) limit of the curve first is at most 0.5
    /// (Brookmeyer & Crowley 1982); its upper end is infinite when the upper limit stays above.
    pub fn median(&self) -> Measure {
        // The allowance is for products such as 0.75 · (1 − 1/3), which are 0.5 but for rounding.
        let half = |s: f64| s <= 0.5 + 1e-12;
        let step = self.steps.iter().find(|s| half(s.survival)).ok_or(Undefined::MedianNotReached)?;
        let first = |of: fn((f64, f64)) -> f64| {
            let limit = |s: &&Step| s.limits().map_or(s.survival <= 0.0, |limits| half(of(limits)));
            self.steps.iter().find(limit).map(|s| s.time)
        };
        let interval = first(|limits| limits.0).map(|low| (low, first(|limits| limits.1).unwrap_or(f64::INFINITY)));
        Ok(Estimate::plain(step.time, self.rows).with(interval))
    }

    /// The restricted mean survival time: the area under the curve up to `tau`. In the unit of time. Wald interval
    /// from the variance Σ A(t)² d / (n (n − d)), A(t) the area from t to `tau` (Klein & Moeschberger 2003, section
    /// 4.5); none without spread.
    pub fn restricted_mean(&self, tau: f64) -> Measure {
        self.step(tau)?;
        let (mut area, mut from, mut level) = (0.0, 0.0, 1.0);
        let mut until = Vec::new();
        for step in self.steps.iter().take_while(|s| s.time <= tau) {
            area += level * (step.time - from);
            (from, level) = (step.time, step.survival);
            until.push((area, step));
        }
        area += level * (tau - from);
        let variance: f64 = until
            .iter()
            .filter(|(_, step)| step.survival > 0.0)
            .map(|(before, step)| {
                let (n, d) = (step.at_risk as f64, step.events as f64);
                (area - before).powi(2) * d / (n * (n - d))
            })
            .sum();
        let half = Z95 * variance.sqrt();
        let interval = (half > 0.0).then_some(((area - half).max(0.0), (area + half).min(tau)));
        Ok(Estimate::plain(area, self.rows).with(interval))
    }
}

impl Step {
    /// The log(−log) limits of the curve here; none where it is 0 or 1.
    fn limits(&self) -> Option<(f64, f64)> {
        (self.survival > 0.0 && self.survival < 1.0).then(|| {
            let half = Z95 * self.greenwood.sqrt() / self.survival.ln();
            (self.survival.powf((-half).exp()), self.survival.powf(half.exp()))
        })
    }
}

/// The Kaplan–Meier survival at `time`, with its log(−log) interval. 0 to 1. Undefined after the last observation.
pub fn km_survival(follow: &Follow<'_>, time: f64) -> Measure {
    kaplan_meier(follow)?.at(time)
}

/// 1 − [`km_survival`]: the share with the event by `time`, where no other cause competes. 0 to 1.
pub fn km_risk(follow: &Follow<'_>, time: f64) -> Measure {
    let survival = km_survival(follow, time)?;
    let interval = survival.interval.map(|(low, high)| (1.0 - high, 1.0 - low));
    Ok(Estimate { value: 1.0 - survival.value, interval, n: survival.n })
}

/// The Kaplan–Meier median: see [`KaplanMeier::median`].
pub fn km_median(follow: &Follow<'_>) -> Measure {
    kaplan_meier(follow)?.median()
}

/// The restricted mean survival time: see [`KaplanMeier::restricted_mean`].
pub fn rmst(follow: &Follow<'_>, tau: f64) -> Measure {
    kaplan_meier(follow)?.restricted_mean(tau)
}

/// Time to the first of several causes, for every row; cause 0 means censored.
#[derive(Clone, Debug)]
pub struct Causes<'a> {
    time: &'a [f64],
    cause: Vec<usize>,
}

impl<'a> Causes<'a> {
    /// Check times (0 or more) and causes (whole numbers from 0), equally many of each.
    pub fn new(time: &'a [f64], cause: &[f64]) -> Result<Self, BadInput> {
        same_length(("time", time.len()), ("cause", cause.len()))?;
        not_negative("time", time)?;
        Ok(Self { time, cause: categories("cause", cause, 1000)? })
    }
}

/// The cumulative incidence of `cause` by `time` (Aalen & Johansen 1978): `Σ S(t−) d_cause / n`, S counting every
/// cause. 0 to 1.
///
/// Not 1 − Kaplan–Meier with other causes censored, which overstates the risk. Undefined after the last observation
/// while some were still at risk.
pub fn aalen_johansen(data: &Causes<'_>, cause: usize, time: f64) -> Measure {
    if data.time.is_empty() {
        return Err(Undefined::NoRows);
    }
    let order = ascending(data.time);
    let (mut survival, mut incidence, mut start) = (1.0, 0.0, 0);
    while start < order.len() && data.time[order[start]] <= time {
        let now = data.time[order[start]];
        let end = start + order[start..].iter().take_while(|&&row| tied(data.time[row], now)).count();
        let count =
            |keep: &dyn Fn(usize) -> bool| order[start..end].iter().filter(|&&row| keep(data.cause[row])).count();
        let at_risk = (order.len() - start) as f64;
        incidence += survival * count(&|c| c == cause && c != 0) as f64 / at_risk;
        survival *= 1.0 - count(&|c| c != 0) as f64 / at_risk;
        start = end;
    }
    let followed = start < order.len() || order.last().is_some_and(|&row| data.time[row] >= time) || survival <= 0.0;
    if followed { Ok(Estimate::plain(incidence, order.len())) } else { Err(Undefined::BeyondFollowUp { time }) }
}

/// The log-rank test of equal survival in all groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogRank {
    /// The chi-squared statistic.
    pub chi_squared: f64,
    /// The degrees of freedom: groups that were at risk of an event, minus 1.
    pub degrees: usize,
    /// The p value.
    pub p: f64,
}

/// The log-rank test over any number of groups, with hypergeometric variance (Mantel 1966). Undefined without events,
/// and with fewer than two groups at risk of one.
pub fn log_rank<G: Ord>(follow: &Follow<'_>, group: &[G]) -> Result<Result<LogRank, Undefined>, BadInput> {
    same_length(("time", follow.rows()), ("group", group.len()))?;
    Ok(log_rank_checked(follow, group))
}

fn log_rank_checked<G: Ord>(follow: &Follow<'_>, group: &[G]) -> Result<LogRank, Undefined> {
    let mut index: BTreeMap<&G, usize> = group.iter().map(|g| (g, 0)).collect();
    for (k, place) in index.values_mut().enumerate() {
        *place = k;
    }
    if follow.rows() == 0 {
        return Err(Undefined::NoRows);
    }
    if index.len() < 2 {
        return Err(Undefined::TooFewGroups);
    }
    let of: Vec<usize> = group.iter().map(|g| index[g]).collect();
    let groups = index.len();
    let mut at_risk = vec![0.0; groups];
    for &g in &of {
        at_risk[g] += 1.0;
    }
    let (mut excess, mut expected) = (vec![0.0; groups], vec![0.0; groups]);
    let mut covariance = vec![0.0; groups * groups];
    let order = ascending(&follow.time);
    let (mut start, mut events) = (0, 0.0);
    while start < order.len() {
        let now = follow.time[order[start]];
        let end = start + order[start..].iter().take_while(|&&row| tied(follow.time[row], now)).count();
        let mut dead = vec![0.0; groups];
        order[start..end].iter().filter(|&&row| follow.event(row)).for_each(|&row| dead[of[row]] += 1.0);
        let (d, n) = (dead.iter().sum::<f64>(), (order.len() - start) as f64);
        events += d;
        let spread = if n > 1.0 { d * (n - d) / (n - 1.0) / (n * n) } else { 0.0 };
        for i in 0..groups {
            expected[i] += d * at_risk[i] / n;
            excess[i] += dead[i] - d * at_risk[i] / n;
            for j in 0..groups {
                let own = if i == j { n } else { 0.0 };
                covariance[i * groups + j] += spread * at_risk[i] * (own - at_risk[j]);
            }
        }
        order[start..end].iter().for_each(|&row| at_risk[of[row]] -= 1.0);
        start = end;
    }
    if events <= 0.0 {
        return Err(Undefined::NoEvents);
    }
    // A group that was never at risk of an event says nothing; of the others the excesses add up to 0, so that all but
    // one carry everything.
    let told: Vec<usize> = (0..groups).filter(|&g| expected[g] > 0.0).collect();
    let Some((_, kept)) = told.split_last().filter(|(_, kept)| !kept.is_empty()) else {
        return Err(Undefined::NoComparablePair);
    };
    let matrix: Vec<f64> =
        kept.iter().flat_map(|&i| kept.iter().map(move |&j| (i, j))).map(|(i, j)| covariance[i * groups + j]).collect();
    let right: Vec<f64> = kept.iter().map(|&g| excess[g]).collect();
    let system = Cholesky::new(&matrix, kept.len()).ok_or(Undefined::NoComparablePair)?;
    let chi_squared: f64 = system.solve(&right).iter().zip(&right).map(|(a, b)| a * b).sum();
    Ok(LogRank { chi_squared, degrees: kept.len(), p: chi_squared_tail(kept.len() as f64, chi_squared) })
}

// ---- entries -------------------------------------------------------------------------------------------------------

/// What computes a metric of follow-up at one time.
struct Followed(fn(&Follow<'_>, f64) -> Measure);

impl Columns for Followed {
    fn takes(&self) -> &'static [Takes] {
        &[Takes::Time, Takes::Event, Takes::Number(Parameter::At)]
    }

    fn compute(&self, columns: &[&[f64]]) -> Result<Measure, BadInput> {
        let [time, event, at] = take(columns)?;
        let follow = Follow::new(time, event)?;
        Ok(number("at", at, (0.0, f64::MAX))?.and_then(|at| (self.0)(&follow, at)))
    }
}

metrics![
    KM_MEDIAN = Metric {
        name: "km_median",
        title: Text::new("median time to event", "イベントまでの時間の中央値"),
        help: Text::new(
            "The time by which half have had the event (Kaplan–Meier).",
            "半数にイベントが起きるまでの時間（Kaplan–Meier法による中央値）です。"
        ),
        family: Family::Survival,
        unit: Unit::Own,
        range: POSITIVE,
        better: Better::Neither,
        interval: Interval::LogLog,
        shown: FILE,
        source: "the first t with S(t) ≤ 1/2 (Kaplan & Meier 1958; Brookmeyer & Crowley 1982)",
        of: Of::Columns(&Plain {
            takes: &[Takes::Time, Takes::Event],
            compute: |c| {
                let [time, event] = take(c)?;
                Ok(km_median(&Follow::new(time, event)?))
            },
        }),
    },
    KM_SURVIVAL = Metric {
        name: "km_survival",
        title: Text::new("without the event at", "イベントなし、時点"),
        help: Text::new(
            "The share without the event at this time (Kaplan–Meier); log(−log) interval.",
            "この時点でイベントが起きていない割合（Kaplan–Meier法）です。区間はlog(−log)変換によります。"
        ),
        family: Family::Survival,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Neither,
        interval: Interval::LogLog,
        shown: FILE,
        source: "Π (1 − d_i / n_i) (Kaplan & Meier 1958)",
        of: Of::Columns(&Followed(km_survival)),
    },
    KM_RISK = Metric {
        name: "km_risk",
        title: Text::new("event by", "イベントあり、時点"),
        help: Text::new(
            "The share with the event by this time, 1 − Kaplan–Meier; without competing causes only.",
            "この時点までにイベントが起きた割合（1−Kaplan–Meier推定値）です。競合リスクがない場合に限ります。"
        ),
        family: Family::Survival,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Neither,
        interval: Interval::LogLog,
        shown: FILE,
        source: "1 − Π (1 − d_i / n_i) (Kaplan & Meier 1958)",
        of: Of::Columns(&Followed(km_risk)),
    },
    RMST = Metric {
        name: "rmst",
        title: Text::new("mean time without event up to", "イベントなしの平均時間、時点"),
        help: Text::new(
            "The mean time without the event up to this time (restricted mean survival time).",
            "この時点までの、イベントが起きずに過ごした平均時間（境界内平均生存時間）です。"
        ),
        family: Family::Survival,
        unit: Unit::Own,
        range: POSITIVE,
        better: Better::Neither,
        interval: Interval::Normal,
        shown: FILE,
        source: "∫ S(t) dt from 0 to the time given (Royston & Parmar 2013)",
        of: Of::Columns(&Followed(rmst)),
    },
    CUMULATIVE_INCIDENCE = Metric {
        name: "cumulative_incidence",
        title: Text::new("cumulative incidence by", "累積発生割合、時点"),
        help: Text::new(
            "The share with this cause by this time where causes compete (Aalen–Johansen).",
            "競合する原因があるときに、この時点までにこの原因が起きた割合（Aalen–Johansen法）です。"
        ),
        family: Family::Survival,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Neither,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Slow),
        shown: FILE,
        source: "Σ S(t−) d_cause / n (Aalen & Johansen 1978)",
        of: Of::Columns(&Plain {
            takes: &[Takes::Time, Takes::Cause, Takes::Number(Parameter::Cause), Takes::Number(Parameter::At)],
            compute: |c| {
                let [time, cause, of, at] = take(c)?;
                let data = Causes::new(time, cause)?;
                let of = number("cause", of, (1.0, MOST_CATEGORIES as f64))?;
                let at = number("at", at, (0.0, f64::MAX))?;
                Ok(of.and_then(|of| aalen_johansen(&data, floor_index(of), at?)))
            },
        }),
    },
    LOGRANK_P = Metric {
        name: "logrank_p",
        title: Text::new("log-rank test p", "ログランク検定のp値"),
        help: Text::new(
            "The p value of the log-rank test of equal survival in all groups.",
            "すべての群で生存が等しいかを調べるログランク検定のp値です。"
        ),
        family: Family::Survival,
        unit: Unit::P,
        range: SHARE,
        better: Better::Neither,
        interval: Interval::None,
        shown: FILE,
        source: "χ² of observed against expected events (Mantel 1966)",
        of: Of::Columns(&Plain {
            takes: &[Takes::Time, Takes::Event, Takes::Group],
            compute: |c| {
                let [time, event, group] = take(c)?;
                let group = categories("group", group, MOST_CATEGORIES)?;
                let test = log_rank(&Follow::new(time, event)?, &group)?;
                Ok(test.map(|t| Estimate::plain(t.p, time.len())))
            },
        }),
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn the_curve_is_not_extended() {
        let follow = Follow::new(&[1.0, 2.0], &[1.0, 0.0]).expect("sound input");
        let curve = kaplan_meier(&follow).expect("rows");
        assert_eq!(curve.survival(2.0), Ok(0.5));
        assert_eq!(curve.survival(2.1), Err(Undefined::BeyondFollowUp { time: 2.1 }));
        assert_eq!(curve.at(1.5).map(|e| e.value), Ok(0.5));
    }

    #[test]
    fn without_censoring_a_restricted_mean_has_the_interval_of_a_mean() {
        let time: Vec<f64> = (0..80).map(|i| seed::Seed::new(6).at(i).uniform() * 9.0).collect();
        let event = [1.0; 80];
        let got = rmst(&Follow::new(&time, &event).expect("sound input"), 5.0).expect("followed");
        let cut: Vec<f64> = time.iter().map(|t| t.min(5.0)).collect();
        let mean = cut.iter().sum::<f64>() / 80.0;
        // Greenwood's variance is that with n in the denominator.
        let half = Z95 * (cut.iter().map(|t| (t - mean).powi(2)).sum::<f64>() / 80.0 / 80.0).sqrt();
        let (low, high) = got.interval.expect("spread");
        assert!((got.value - mean).abs() < 1e-12 && (low - mean + half).abs() < 1e-12);
        assert!((high - mean - half).abs() < 1e-12);
    }

    #[test]
    fn the_interval_of_a_median_is_where_the_limits_cross_one_half() {
        let time: Vec<f64> = (1..=20).map(f64::from).collect();
        let follow = Follow::new(&time, &[1.0; 20]).expect("sound input");
        let got = km_median(&follow).expect("reached");
        let curve = kaplan_meier(&follow).expect("rows");
        let limits = |t: f64| curve.at(t).expect("followed").interval.expect("spread");
        let (low, high) = got.interval.expect("an interval");
        assert!(limits(low).0 <= 0.5 && limits(low - 1.0).0 > 0.5);
        assert!(limits(high).1 <= 0.5 && limits(high - 1.0).1 > 0.5);
        let half = Follow::new(&[1.0, 2.0, 3.0, 4.0], &[1.0, 1.0, 0.0, 0.0]).expect("sound input");
        assert_eq!(km_median(&half).expect("reached").interval.map(|(_, high)| high), Some(f64::INFINITY));
    }
}
