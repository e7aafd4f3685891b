//! Survival: time to an event, with censoring and competing causes.

use super::distributions::{Z95, chi_squared_tail};
use super::input::{categories, finite, not_negative, probabilities, same_length, zero_or_one};
use super::linear::Cholesky;
use super::order::{ascending, tied};
use super::{BadInput, Estimate, Measure, Undefined};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Follow-up of every row: how long, and whether it ended with the event (1) or without (0, censored).
#[derive(Clone, Debug)]
pub struct Follow<'a> {
    time: Cow<'a, [f64]>,
    event: Cow<'a, [f64]>,
}

impl<'a> Follow<'a> {
    /// Check times (0 or more) and events (0 or 1), equally many of each.
    pub fn new(time: &'a [f64], event: &'a [f64]) -> Result<Self, BadInput> {
        same_length(("time", time.len()), ("event", event.len()))?;
        not_negative("time", time)?;
        zero_or_one("event", event)?;
        Ok(Self { time: Cow::Borrowed(time), event: Cow::Borrowed(event) })
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.time.len()
    }

    /// The times.
    pub fn time(&self) -> &[f64] {
        &self.time
    }

    /// Whether a row's follow-up ended with the event.
    pub fn event(&self, row: usize) -> bool {
        self.event[row] > 0.5
    }

    /// The same for these rows only.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Follow<'static> {
        let of = |values: &[f64]| rows.iter().map(|&row| values[row]).collect();
        Follow { time: Cow::Owned(of(&self.time)), event: Cow::Owned(of(&self.event)) }
    }

    /// The last time observed.
    fn last(&self) -> f64 {
        self.time.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }

    /// What happened at each distinct time, ascending.
    fn moments(&self) -> Vec<Moment> {
        let order = ascending(&self.time);
        let mut moments: Vec<Moment> = Vec::new();
        for (before, &row) in order.iter().enumerate() {
            let time = self.time[row];
            if !moments.last().is_some_and(|m| tied(m.time, time)) {
                moments.push(Moment { time, at_risk: order.len() - before, events: 0, censored: 0 });
            }
            if let Some(moment) = moments.last_mut() {
                *(if self.event(row) { &mut moment.events } else { &mut moment.censored }) += 1;
            }
        }
        moments
    }
}

/// What happened at one time; whoever is censored then is still at risk then.
#[derive(Clone, Copy, Debug)]
struct Moment {
    time: f64,
    at_risk: usize,
    events: usize,
    censored: usize,
}

// ---- curves --------------------------------------------------------------------------------------------------------

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

// ---- concordance ---------------------------------------------------------------------------------------------------

/// Follow-up and a risk score for every row; a higher risk means an earlier event.
#[derive(Clone, Debug)]
pub struct Ranking<'a> {
    follow: Follow<'a>,
    risk: &'a [f64],
}

impl<'a> Ranking<'a> {
    /// Check times (0 or more), events (0 or 1) and risks (finite, any scale), equally many of each.
    pub fn new(time: &'a [f64], event: &'a [f64], risk: &'a [f64]) -> Result<Self, BadInput> {
        let follow = Follow::new(time, event)?;
        same_length(("time", time.len()), ("risk", risk.len()))?;
        finite("risk", risk)?;
        Ok(Self { follow, risk })
    }

    /// The follow-up.
    pub fn follow(&self) -> &Follow<'a> {
        &self.follow
    }
}

/// Weights inserted at ranks, and their sums below a rank: a binary indexed tree (Fenwick 1994).
struct Fenwick {
    sums: Vec<f64>,
    own: Vec<f64>,
    total: f64,
}

impl Fenwick {
    fn new(ranks: usize) -> Self {
        Self { sums: vec![0.0; ranks + 1], own: vec![0.0; ranks], total: 0.0 }
    }

    fn add(&mut self, rank: usize, weight: f64) {
        self.own[rank] += weight;
        self.total += weight;
        let mut k = rank + 1;
        while let Some(sum) = self.sums.get_mut(k) {
            *sum += weight;
            k += k & k.wrapping_neg();
        }
    }

    /// The sums below, at and above a rank.
    fn around(&self, rank: usize) -> (f64, f64, f64) {
        let (mut k, mut below) = (rank, 0.0);
        while k > 0 {
            below += self.sums[k];
            k &= k - 1;
        }
        (below, self.own[rank], self.total - below - self.own[rank])
    }
}

/// One row's part in the comparable pairs: concordant, discordant, tied in risk (each pair with its weight).
#[derive(Clone, Copy, Default)]
struct Part {
    concordant: f64,
    discordant: f64,
    tied: f64,
}

/// Every row's part as the earlier and as the later of its comparable pairs, each pair weighted by its earlier row.
///
/// A pair is comparable when the earlier time is an event and the other is later, or censored at the same time; tied
/// event times are not comparable. Risks are compared exactly. O(n log n): rows come in order of time, counts of risks
/// in a tree.
fn concordance_parts(data: &Ranking<'_>, weight: impl Fn(usize) -> f64) -> (Vec<Part>, Vec<Part>) {
    let n = data.risk.len();
    let by_risk = ascending(data.risk);
    let mut rank = vec![0; n];
    let mut ranks = 0;
    for (at, &row) in by_risk.iter().enumerate() {
        if at > 0 && !tied(data.risk[by_risk[at - 1]], data.risk[row]) {
            ranks += 1;
        }
        rank[row] = ranks;
    }
    let weights: Vec<f64> = (0..n).map(|row| if data.follow.event(row) { weight(row) } else { 0.0 }).collect();
    let order = ascending(&data.follow.time);
    let mut blocks: Vec<(usize, usize)> = Vec::new();
    for (at, &row) in order.iter().enumerate() {
        match blocks.last_mut() {
            Some((start, end)) if tied(data.follow.time[order[*start]], data.follow.time[row]) => *end = at + 1,
            _ => blocks.push((at, at + 1)),
        }
    }
    let (mut earlier, mut later) = (vec![Part::default(); n], vec![Part::default(); n]);
    // Backwards in time: what an event is compared with has been inserted.
    let mut tree = Fenwick::new(ranks + 1);
    for &(start, end) in blocks.iter().rev() {
        let block = &order[start..end];
        for events in [false, true] {
            let rows = || block.iter().copied().filter(|&row| data.follow.event(row) == events);
            if events {
                for row in rows() {
                    let ((below, same, above), w) = (tree.around(rank[row]), weights[row]);
                    earlier[row] = Part { concordant: w * below, discordant: w * above, tied: w * same };
                }
            }
            rows().for_each(|row| tree.add(rank[row], 1.0));
        }
    }
    // Forwards in time: the events that a row is compared with have been inserted, with their weights.
    let mut tree = Fenwick::new(ranks + 1);
    for &(start, end) in &blocks {
        let block = &order[start..end];
        for events in [true, false] {
            let rows = || block.iter().copied().filter(|&row| data.follow.event(row) == events);
            for row in rows() {
                let (below, same, above) = tree.around(rank[row]);
                later[row] = Part { concordant: above, discordant: below, tied: same };
            }
            if events {
                rows().for_each(|row| tree.add(rank[row], weights[row]));
            }
        }
    }
    (earlier, later)
}

/// How many comparable pairs are concordant (the earlier event has the higher risk), discordant, and tied in risk; pairs
/// as in [`harrell_c`].
pub fn concordance_pairs(data: &Ranking<'_>) -> (f64, f64, f64) {
    let (earlier, _) = concordance_parts(data, |_| 1.0);
    earlier.iter().fold((0.0, 0.0, 0.0), |(a, b, c), p| (a + p.concordant, b + p.discordant, c + p.tied))
}

/// Concordance from every row's part, with the Wald interval of the infinitesimal jackknife.
fn concordance(earlier: &[Part], later: &[Part]) -> Measure {
    let good = |p: &Part| p.concordant + 0.5 * p.tied;
    let all = |p: &Part| p.concordant + p.discordant + p.tied;
    let pairs: f64 = earlier.iter().map(all).sum();
    if earlier.is_empty() {
        return Err(Undefined::NoRows);
    }
    if pairs <= 0.0 {
        return Err(Undefined::NoComparablePair);
    }
    let value = earlier.iter().map(good).sum::<f64>() / pairs;
    let influence = |(e, l): (&Part, &Part)| (good(e) + good(l) - value * (all(e) + all(l))) / pairs;
    let half = Z95 * earlier.iter().zip(later).map(|pair| influence(pair).powi(2)).sum::<f64>().sqrt();
    let interval = (half > 0.0).then(|| ((value - half).max(0.0), (value + half).min(1.0)));
    Ok(Estimate::plain(value, earlier.len()).with(interval))
}

/// Harrell's C: the share of comparable pairs in which the earlier event has the higher risk, ties in risk counting one
/// half. 0 to 1; 0.5 is chance (Harrell 1982).
///
/// Higher risk means shorter survival; risks are compared exactly; pairs with tied event times are not comparable; an
/// event precedes a censoring at the same time. Wald interval from the infinitesimal jackknife (as R's
/// `survival::concordance`). Undefined without a comparable pair.
pub fn harrell_c(data: &Ranking<'_>) -> Measure {
    let (earlier, later) = concordance_parts(data, |_| 1.0);
    concordance(&earlier, &later)
}

/// The Kaplan–Meier curve of being uncensored, estimated on training follow-up: at a tied time, events come before
/// censorings.
#[derive(Clone, Debug)]
pub struct Censoring {
    steps: Vec<(f64, f64)>,
    last: f64,
}

impl Censoring {
    /// Estimate it. Undefined without rows.
    pub fn new(training: &Follow<'_>) -> Result<Self, Undefined> {
        if training.rows() == 0 {
            return Err(Undefined::NoRows);
        }
        let (mut uncensored, mut steps) = (1.0, Vec::new());
        for moment in training.moments().into_iter().filter(|m| m.censored > 0) {
            uncensored *= 1.0 - moment.censored as f64 / (moment.at_risk - moment.events) as f64;
            steps.push((moment.time, uncensored));
        }
        Ok(Self { steps, last: training.last() })
    }

    /// The probability of being uncensored beyond `time`, right-continuous. 0 to 1. Undefined after the last observation
    /// unless the curve has reached 0.
    pub fn at(&self, time: f64) -> Result<f64, Undefined> {
        let value = self.steps.partition_point(|s| s.0 <= time).checked_sub(1).map_or(1.0, |k| self.steps[k].1);
        if time > self.last && value > 0.0 { Err(Undefined::BeyondFollowUp { time }) } else { Ok(value) }
    }

    /// One over that probability. Undefined where it is 0.
    fn weight(&self, time: f64) -> Result<f64, Undefined> {
        let value = self.at(time)?;
        if value > 0.0 { Ok(1.0 / value) } else { Err(Undefined::NoCensoringWeight { time }) }
    }
}

/// Uno's C: Harrell's C with each pair weighted 1/G(t)² at its earlier event, events before `tau` only (strict; `None`:
/// all). 0 to 1; it does not depend on the censoring (Uno et al. 2011).
///
/// G is the curve of `censoring`, from training data. Undefined without a comparable pair, and where G is 0 or unknown.
pub fn uno_c(data: &Ranking<'_>, censoring: &Censoring, tau: Option<f64>) -> Measure {
    let counted = |row: usize| data.follow.event(row) && tau.is_none_or(|tau| data.follow.time[row] < tau);
    let mut weights = vec![0.0; data.risk.len()];
    for row in (0..weights.len()).filter(|&row| counted(row)) {
        weights[row] = censoring.weight(data.follow.time[row])?.powi(2);
    }
    let (earlier, later) = concordance_parts(data, |row| weights[row]);
    // The interval would have to allow for G being estimated: none is given.
    Ok(concordance(&earlier, &later)?.with(None))
}

// ---- prediction of survival at given times -------------------------------------------------------------------------

/// Follow-up of the test rows together with the censoring curve of the training rows.
#[derive(Clone, Debug)]
pub struct AtTime<'a> {
    follow: Follow<'a>,
    censoring: Censoring,
}

impl<'a> AtTime<'a> {
    /// From test follow-up and training censoring.
    pub fn new(follow: Follow<'a>, censoring: Censoring) -> Self {
        Self { follow, censoring }
    }

    /// `time` lies before the last test follow-up, as weighting needs.
    fn followed(&self, time: f64) -> Result<(), Undefined> {
        if self.follow.rows() == 0 {
            return Err(Undefined::NoRows);
        }
        if time >= self.follow.last() { Err(Undefined::BeyondFollowUp { time }) } else { Ok(()) }
    }

    /// The Brier score at `time` of predicted survival, weighted for censoring (Graf et al. 1999). 0 to 1.
    ///
    /// A row with an event up to `time` counts s²/G(its time), one still followed (1 − s)²/G(`time`), any other
    /// nothing; a weight of 1/0 counts nothing, as in scikit-survival. Wald interval from the spread of what rows count,
    /// the censoring curve taken as known. Undefined from the last test follow-up on.
    pub fn brier(&self, survival: &[f64], time: f64) -> Result<Measure, BadInput> {
        same_length(("time", self.follow.rows()), ("survival", survival.len()))?;
        probabilities("survival", survival)?;
        Ok(self.brier_checked(survival, time))
    }

    fn brier_checked(&self, survival: &[f64], time: f64) -> Measure {
        self.followed(time)?;
        let weight = |time: f64| match self.censoring.weight(time) {
            Err(Undefined::NoCensoringWeight { .. }) => Ok(0.0),
            other => other,
        };
        let beyond = weight(time)?;
        let (mut sum, mut squares) = (0.0, 0.0);
        for (row, s) in survival.iter().enumerate() {
            let own = self.follow.time[row];
            let counts = if own > time {
                (1.0 - s) * (1.0 - s) * beyond
            } else if self.follow.event(row) {
                s * s * weight(own)?
            } else {
                0.0
            };
            sum += counts;
            squares += counts * counts;
        }
        let n = survival.len() as f64;
        let mean = sum / n;
        let half = Z95 * ((squares / n - mean * mean).max(0.0) / (n - 1.0)).sqrt();
        let interval = (half > 0.0 && half.is_finite()).then_some(((mean - half).max(0.0), mean + half));
        Ok(Estimate::plain(mean, survival.len()).with(interval))
    }

    /// The Brier score integrated over `times` (ascending) by trapezoids, divided by their span (Graf et al. 1999). 0 to 1; `survival` holds one
    /// column per time. Undefined as [`AtTime::brier`], and with fewer than two times.
    pub fn integrated_brier(&self, survival: &[&[f64]], times: &[f64]) -> Result<Measure, BadInput> {
        same_length(("times", times.len()), ("survival columns", survival.len()))?;
        let mut scores = Vec::with_capacity(times.len());
        for (column, &time) in survival.iter().zip(times) {
            match self.brier(column, time)? {
                Ok(score) => scores.push(score.value),
                Err(reason) => return Ok(Err(reason)),
            }
        }
        let span = times.last().zip(times.first()).map_or(0.0, |(last, first)| last - first);
        if span <= 0.0 {
            return Ok(Err(Undefined::TooFewRows { needed: 2, found: times.len().min(1) }));
        }
        let trapezoids: f64 =
            times.windows(2).zip(scores.windows(2)).map(|(t, s)| (t[1] - t[0]) * f64::midpoint(s[0], s[1])).sum();
        Ok(Ok(Estimate::plain(trapezoids / span, self.follow.rows())))
    }

    /// The cumulative/dynamic AUROC at `time`: cases have the event by `time`, weighted 1/G(their time); controls are
    /// followed beyond it (Uno et al. 2007; Hung & Chiang 2010). 0 to 1. Undefined when either is missing.
    pub fn auroc(&self, risk: &[f64], time: f64) -> Result<Measure, BadInput> {
        same_length(("time", self.follow.rows()), ("risk", risk.len()))?;
        finite("risk", risk)?;
        Ok(self.auroc_checked(risk, time))
    }

    fn auroc_checked(&self, risk: &[f64], time: f64) -> Measure {
        self.followed(time)?;
        let (mut controls_below, mut cases, mut sum) = (0.0, 0.0, 0.0);
        let order = ascending(risk);
        let mut start = 0;
        while start < order.len() {
            let end = start + order[start..].iter().take_while(|&&row| tied(risk[row], risk[order[start]])).count();
            let (mut case, mut control) = (0.0, 0.0);
            for &row in &order[start..end] {
                let own = self.follow.time[row];
                if own > time {
                    control += 1.0;
                } else if self.follow.event(row) {
                    case += self.censoring.weight(own)?;
                }
            }
            sum += case * (controls_below + 0.5 * control);
            controls_below += control;
            cases += case;
            start = end;
        }
        if cases <= 0.0 || controls_below <= 0.0 {
            return Err(Undefined::NoCaseOrControl { time });
        }
        Ok(Estimate::plain(sum / (cases * controls_below), risk.len()))
    }

    /// The mean of [`AtTime::auroc`] over `times` (ascending), weighted by how much the Kaplan–Meier curve of the test
    /// rows drops up to each (Lambert & Chevret 2016).
    pub fn mean_auroc(&self, risk: &[f64], times: &[f64]) -> Result<Measure, BadInput> {
        let mut areas = Vec::with_capacity(times.len());
        for &time in times {
            match self.auroc(risk, time)? {
                Ok(area) => areas.push(area.value),
                Err(reason) => return Ok(Err(reason)),
            }
        }
        Ok(self.weigh(&areas, times))
    }

    fn weigh(&self, areas: &[f64], times: &[f64]) -> Measure {
        let curve = kaplan_meier(&self.follow)?;
        let (mut level, mut sum) = (1.0, 0.0);
        for (area, &time) in areas.iter().zip(times) {
            let next = curve.survival(time)?;
            sum += area * (level - next);
            level = next;
        }
        if level >= 1.0 {
            Err(Undefined::NoEvents)
        } else {
            Ok(Estimate::plain(sum / (1.0 - level), self.follow.rows()))
        }
    }
}

/// Observed over expected risk by `time`: (1 − Kaplan–Meier) / mean predicted risk. 0 to ∞; 1 is right. The interval is
/// that of the Kaplan–Meier curve, the expectation taken as fixed. Undefined after the last observation, and as 0/0.
pub fn observed_expected_at(follow: &Follow<'_>, risk: &[f64], time: f64) -> Result<Measure, BadInput> {
    same_length(("time", follow.rows()), ("risk", risk.len()))?;
    probabilities("risk", risk)?;
    let ratio = || {
        let survival = kaplan_meier(follow)?.at(time)?;
        let expected = risk.iter().sum::<f64>() / risk.len() as f64;
        if expected <= 0.0 && survival.value >= 1.0 {
            return Err(Undefined::NothingExpected);
        }
        let of = |s: f64| (1.0 - s) / expected;
        let interval = survival.interval.filter(|_| expected > 0.0).map(|(low, high)| (of(high), of(low)));
        Ok(Estimate { value: of(survival.value), interval, n: survival.n })
    };
    Ok(ratio())
}

// ---- Cox regression ------------------------------------------------------------------------------------------------

/// A fitted proportional hazards model.
#[derive(Clone, Debug)]
pub struct Cox {
    /// The log hazard ratio of each covariate.
    pub coefficients: Vec<f64>,
    /// Their standard errors, from the inverse of the observed information.
    pub standard_errors: Vec<f64>,
    /// The partial log-likelihood at the estimate.
    pub log_likelihood: f64,
    /// The likelihood ratio statistic against no effect, chi-squared with one degree of freedom per covariate.
    pub likelihood_ratio: f64,
    /// The linear predictor of every row (not centred).
    pub linear_predictor: Vec<f64>,
    /// Event times with the cumulative baseline hazard (Breslow), at a linear predictor of 0.
    pub baseline: Vec<(f64, f64)>,
}

impl Cox {
    /// The predicted survival at `time` for a linear predictor: exp(−H₀(t) · e^lp), a step function.
    pub fn survival(&self, linear_predictor: f64, time: f64) -> f64 {
        let hazard = self.baseline.partition_point(|b| b.0 <= time).checked_sub(1).map_or(0.0, |k| self.baseline[k].1);
        (-hazard * linear_predictor.exp()).exp()
    }
}

/// Cox's proportional hazards model by Newton's method, ties handled by Efron (1977), no penalty.
///
/// Undefined without events, with covariates that repeat each other, and when the fit runs away (a covariate orders the
/// events without error).
pub fn cox(follow: &Follow<'_>, covariates: &[&[f64]]) -> Result<Result<Cox, Undefined>, BadInput> {
    for column in covariates {
        same_length(("time", follow.rows()), ("covariate", column.len()))?;
        finite("covariate", column)?;
    }
    Ok(cox_checked(follow, covariates))
}

fn cox_checked(follow: &Follow<'_>, covariates: &[&[f64]]) -> Result<Cox, Undefined> {
    let n = follow.rows();
    if n == 0 {
        return Err(Undefined::NoRows);
    }
    if !(0..n).any(|row| follow.event(row)) {
        return Err(Undefined::NoEvents);
    }
    // Centred and scaled, so that exponentials stay small and the information is well conditioned.
    let mut scales = Vec::with_capacity(covariates.len());
    let mut columns = Vec::with_capacity(covariates.len());
    for column in covariates {
        let mean = column.iter().sum::<f64>() / n as f64;
        let scale = (column.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n as f64).sqrt();
        if scale <= mean.abs() * 1e-12 {
            return Err(Undefined::Collinear);
        }
        scales.push((mean, scale));
        columns.push(column.iter().map(|v| (v - mean) / scale).collect::<Vec<f64>>());
    }
    let problem = Partial { follow, columns, order: ascending(&follow.time) };
    let size = covariates.len();
    let null = problem.evaluate(&vec![0.0; size]).0;
    let mut weights = vec![0.0; size];
    let (mut likelihood, mut gradient, mut information) = problem.evaluate(&weights);
    for _ in 0..100 {
        let system = Cholesky::new(&information, size).ok_or(Undefined::Collinear)?;
        let step = system.solve(&gradient);
        let decrement: f64 = step.iter().zip(&gradient).map(|(s, g)| s * g).sum();
        if decrement < 1e-18 * (1.0 + likelihood.abs()) {
            let scaled =
                |values: &[f64]| values.iter().zip(&scales).map(|(v, (_, scale))| v / scale).collect::<Vec<f64>>();
            let coefficients = scaled(&weights);
            let linear = |row: usize| coefficients.iter().zip(covariates).map(|(b, x)| b * x[row]).sum::<f64>();
            let linear_predictor: Vec<f64> = (0..n).map(linear).collect();
            return Ok(Cox {
                standard_errors: scaled(&system.inverse_diagonal().iter().map(|v| v.sqrt()).collect::<Vec<f64>>()),
                log_likelihood: likelihood,
                likelihood_ratio: 2.0 * (likelihood - null),
                baseline: baseline(follow, &linear_predictor),
                linear_predictor,
                coefficients,
            });
        }
        let mut share = 1.0;
        loop {
            let next: Vec<f64> = weights.iter().zip(&step).map(|(w, s)| w + share * s).collect();
            let at_next = problem.evaluate(&next);
            if at_next.0 >= likelihood - 1e-12 * likelihood.abs() || share < 1e-6 {
                weights = next;
                (likelihood, gradient, information) = at_next;
                break;
            }
            share *= 0.5;
        }
        // Twenty standard deviations' worth of log hazard is no estimate but a fit on its way to infinity.
        if weights.iter().any(|w| w.abs() > 20.0) {
            return Err(Undefined::Separated);
        }
    }
    Err(Undefined::NoConvergence)
}

/// The partial likelihood of standardised columns.
struct Partial<'a> {
    follow: &'a Follow<'a>,
    columns: Vec<Vec<f64>>,
    order: Vec<usize>,
}

impl Partial<'_> {
    /// The partial log-likelihood, its gradient, and the observed information, with Efron's handling of ties.
    fn evaluate(&self, weights: &[f64]) -> (f64, Vec<f64>, Vec<f64>) {
        let size = weights.len();
        let (mut likelihood, mut gradient, mut information) = (0.0, vec![0.0; size], vec![0.0; size * size]);
        let (mut risk, mut died) = (Moments::new(size), Moments::new(size));
        let mut x = vec![0.0; size];
        let mut end = self.order.len();
        while end > 0 {
            let now = self.follow.time[self.order[end - 1]];
            let start =
                end - self.order[..end].iter().rev().take_while(|&&row| tied(self.follow.time[row], now)).count();
            died.clear();
            let mut deaths = 0_u32;
            for &row in &self.order[start..end] {
                for (value, column) in x.iter_mut().zip(&self.columns) {
                    *value = column[row];
                }
                let eta: f64 = x.iter().zip(weights).map(|(v, w)| v * w).sum();
                risk.add(&x, eta.exp());
                if self.follow.event(row) {
                    died.add(&x, eta.exp());
                    deaths += 1;
                    likelihood += eta;
                    gradient.iter_mut().zip(&x).for_each(|(g, v)| *g += v);
                }
            }
            for death in 0..deaths {
                let share = f64::from(death) / f64::from(deaths);
                let total = risk.sum - share * died.sum;
                likelihood -= total.ln();
                for i in 0..size {
                    let mean_i = (risk.first[i] - share * died.first[i]) / total;
                    gradient[i] -= mean_i;
                    for j in 0..=i {
                        let mean_j = (risk.first[j] - share * died.first[j]) / total;
                        let second = (risk.second[i * size + j] - share * died.second[i * size + j]) / total;
                        information[i * size + j] += second - mean_i * mean_j;
                    }
                }
            }
            end = start;
        }
        (likelihood, gradient, information)
    }
}

/// Sums of e^η, of x e^η and of x xᵀ e^η over a set of rows.
struct Moments {
    sum: f64,
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Moments {
    fn new(size: usize) -> Self {
        Self { sum: 0.0, first: vec![0.0; size], second: vec![0.0; size * size] }
    }

    fn clear(&mut self) {
        self.sum = 0.0;
        self.first.fill(0.0);
        self.second.fill(0.0);
    }

    fn add(&mut self, x: &[f64], weight: f64) {
        self.sum += weight;
        for i in 0..x.len() {
            self.first[i] += weight * x[i];
            for j in 0..=i {
                self.second[i * x.len() + j] += weight * x[i] * x[j];
            }
        }
    }
}

/// Breslow's cumulative baseline hazard at each event time, at a linear predictor of 0.
fn baseline(follow: &Follow<'_>, linear_predictor: &[f64]) -> Vec<(f64, f64)> {
    // Shifted by the largest, lest an exponential overflow.
    let shift = linear_predictor.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let order = ascending(&follow.time);
    let (mut end, mut at_risk) = (order.len(), 0.0);
    let mut jumps = Vec::new();
    while end > 0 {
        let now = follow.time[order[end - 1]];
        let start = end - order[..end].iter().rev().take_while(|&&row| tied(follow.time[row], now)).count();
        at_risk += order[start..end].iter().map(|&row| (linear_predictor[row] - shift).exp()).sum::<f64>();
        let deaths = order[start..end].iter().filter(|&&row| follow.event(row)).count();
        if deaths > 0 {
            jumps.push((now, deaths as f64 / at_risk * (-shift).exp()));
        }
        end = start;
    }
    let mut hazard = 0.0;
    let add = |(time, jump)| {
        hazard += jump;
        (time, hazard)
    };
    jumps.into_iter().rev().map(add).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harrell_by_hand() {
        // Events at 1 and 2, censored at 2 and 3. Pairs: (1,2e) (1,2c) (1,3) (2e,2c) (2e,3); risks 4, 1, 1, 2 →
        // concordant, concordant, concordant, tied, discordant.
        let data =
            Ranking::new(&[1.0, 2.0, 2.0, 3.0], &[1.0, 1.0, 0.0, 0.0], &[4.0, 1.0, 1.0, 2.0]).expect("sound input");
        assert_eq!(concordance_pairs(&data), (3.0, 1.0, 1.0));
        assert!((harrell_c(&data).expect("pairs").value - 0.7).abs() < 1e-15);
    }

    #[test]
    fn both_passes_see_the_same_pairs() {
        let draw = |k: u64, i: u64| crate::seed::Seed::new(k).at(i).uniform();
        let time: Vec<f64> = (0..200).map(|i| (draw(1, i) * 30.0).floor()).collect();
        let event: Vec<f64> = (0..200).map(|i| if draw(2, i) < 0.6 { 1.0 } else { 0.0 }).collect();
        let risk: Vec<f64> = (0..200).map(|i| (draw(3, i) * 20.0).floor()).collect();
        let data = Ranking::new(&time, &event, &risk).expect("sound input");
        let (earlier, later) = concordance_parts(&data, |_| 1.0);
        let sum = |parts: &[Part]| {
            parts.iter().fold([0.0; 3], |[a, b, c], p| [a + p.concordant, b + p.discordant, c + p.tied])
        };
        assert!(sum(&earlier).iter().eq(&sum(&later)));
        let mut brute = [0.0; 3];
        for i in (0..200).filter(|&i| data.follow.event(i)) {
            for j in 0..200 {
                if time[j] > time[i] || (tied(time[i], time[j]) && !data.follow.event(j)) {
                    let k = if risk[i] > risk[j] { 0 } else { 1 + usize::from(tied(risk[i], risk[j])) };
                    brute[k] += 1.0;
                }
            }
        }
        assert!(sum(&earlier).iter().eq(&brute));
    }

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
        let time: Vec<f64> = (0..80).map(|i| crate::seed::Seed::new(6).at(i).uniform() * 9.0).collect();
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

    #[test]
    fn cox_refuses_with_reasons() {
        let fit = |event: &[f64], x: &[f64]| {
            let follow = Follow::new(&[1.0, 2.0, 3.0, 4.0], event).expect("sound input");
            cox(&follow, &[x]).expect("sound input").err()
        };
        assert_eq!(fit(&[0.0; 4], &[1.0, 2.0, 3.0, 4.0]), Some(Undefined::NoEvents));
        assert_eq!(fit(&[1.0; 4], &[1.0; 4]), Some(Undefined::Collinear));
        assert_eq!(fit(&[1.0; 4], &[4.0, 3.0, 2.0, 1.0]), Some(Undefined::Separated));
    }
}
