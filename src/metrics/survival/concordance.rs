//! Concordance: whether higher risks have earlier events (Harrell, Uno).

use super::super::distributions::Z95;
use super::super::entry::{
    Better, FILE, Family, Held, Interval, Metric, Of, Parameter, Plain, Resampled, SHARE, Takes, Unit, metrics,
};
use super::super::estimate::{Estimate, Measure};
use super::super::input::{finite, same_length, take};
use super::super::order::{ascending, tied};
use super::super::reason::{BadInput, Undefined};
use super::Follow;
use diagnostics::text::Text;

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
    pub(super) fn weight(&self, time: f64) -> Result<f64, Undefined> {
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
    if let Some(time) = tau.filter(|_| !(0..data.risk.len()).any(counted) && !data.risk.is_empty()) {
        return Err(if time.is_finite() { Undefined::NoEventsBefore { time } } else { Undefined::NoComparablePair });
    }
    let mut weights = vec![0.0; data.risk.len()];
    for row in (0..weights.len()).filter(|&row| counted(row)) {
        weights[row] = censoring.weight(data.follow.time[row])?.powi(2);
    }
    let (earlier, later) = concordance_parts(data, |row| weights[row]);
    // The interval would have to allow for G being estimated: none is given.
    Ok(concordance(&earlier, &later)?.with(None))
}

// ---- entries -------------------------------------------------------------------------------------------------------

metrics![
    HARRELL_C = Metric {
        name: "harrell_c",
        title: Text::new("Harrell's C", "HarrellのC指数"),
        help: Text::new(
            "Harrell's C: how often the patient with the earlier event had the higher risk (0.5 is guessing).",
            "HarrellのC指数です。先にイベントが起きた患者のリスクの方が高かった割合です（0.5なら偶然と同じです）。"
        ),
        family: Family::Survival,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Normal,
        shown: FILE,
        source: "concordant / comparable pairs (Harrell 1982)",
        of: Of::Columns(&Plain {
            takes: &[Takes::Time, Takes::Event, Takes::Score],
            compute: |c| {
                let [time, event, risk] = take(c)?;
                Ok(harrell_c(&Ranking::new(time, event, risk)?))
            },
        }),
    },
    UNO_C = Metric {
        name: "uno_c",
        title: Text::new("Uno's C", "UnoのC指数"),
        help: Text::new(
            "Uno's C: Harrell's C that does not depend on how rows were censored, up to a time tau.",
            "UnoのC指数です。時点tauまでの、打ち切りの起こり方に左右されないHarrellのC指数です。"
        ),
        family: Family::Survival,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Slow),
        shown: FILE,
        source: "the same, each pair weighted 1/G(t)² (Uno et al. 2011)",
        of: Of::Columns(&Plain {
            takes: &[
                Takes::Time,
                Takes::Event,
                Takes::Score,
                Takes::TrainingTime,
                Takes::TrainingEvent,
                Takes::Number(Parameter::Tau),
            ],
            compute: |c| {
                let [time, event, risk, training_time, training_event, tau] = take(c)?;
                let data = Ranking::new(time, event, risk)?;
                let training = Follow::new(training_time, training_event)?;
                let tau = tau.first().copied().filter(|tau| tau.is_finite());
                Ok(Censoring::new(&training).and_then(|censoring| uno_c(&data, &censoring, tau)))
            },
        }),
    },
];

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
        let draw = |k: u64, i: u64| seed::Seed::new(k).at(i).uniform();
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
}
