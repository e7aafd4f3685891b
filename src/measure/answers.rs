//! Metrics asked of rows, and answered: figures with their intervals, all bootstraps together.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;

use super::found::{Drawn, FactorLevel, FileFigure, Method};
use diagnostics::text;
use diagnostics::text::Text;
use metrics::entry::{Columns, Held, Interval, Resampled};
use metrics::intervals::{self, Bootstrap, Counted, Resampling, Statistic};
use metrics::{BadInput, Estimate, Measure, Metric, Takes, Undefined};
use seed::Seed;

/// What is wrong with a number of resamples that was asked for: what was found, what is expected.
pub(super) fn wrong_resamples(asked: Option<usize>) -> Option<(String, Text)> {
    let found = asked.filter(|n| (1..40).contains(n) || *n > 100_000)?.to_string();
    Some((found, Text::new("40 to 100000, or 0 for no bootstrap", "40から100000まで。ブートストラップをしないなら0")))
}

/// One column of what a metric takes.
#[derive(Clone, Debug)]
pub(super) enum Argument<'a> {
    /// A value per row.
    Rows(&'a [f64]),
    /// Values of other rows, the same in every group and resample.
    Fixed(&'a [f64]),
    /// The same value throughout.
    Constant(f64),
}

/// A metric with its columns, or why it cannot be asked.
pub(super) struct Ask<'a> {
    pub(super) metric: &'static Metric,
    pub(super) level: Option<FactorLevel>,
    pub(super) columns: Result<Vec<Argument<'a>>, Text>,
    /// What computes it from more columns than the metric itself takes.
    pub(super) instead: Option<&'static dyn Columns>,
}

impl<'a> Ask<'a> {
    /// A metric of these columns.
    pub(super) fn new(metric: &'static Metric, columns: Vec<Argument<'a>>) -> Self {
        Self { metric, level: None, columns: Ok(columns), instead: None }
    }

    /// A metric of what it takes; `None` where some of that is not `given`. What a metric takes of every class, rater or time, is
    /// several columns.
    pub(super) fn of(metric: &'static Metric, given: impl Fn(Takes) -> Vec<Argument<'a>>) -> Option<Self> {
        let mut columns = Vec::new();
        for &takes in metric.takes() {
            let own = given(takes);
            if own.is_empty() {
                return None;
            }
            columns.extend(own);
        }
        Some(Self::new(metric, columns))
    }

    /// The same, of a level of a factor.
    pub(super) fn level(self, kind: &'static str, value: impl Into<String>) -> Self {
        Self { level: Some(FactorLevel { kind, value: value.into() }), ..self }
    }

    fn compute(&self, columns: &[&[f64]]) -> Result<Measure, BadInput> {
        match self.instead {
            Some(of) => Ok(of.compute(columns)?.map(|estimate| self.metric.within(estimate))),
            None => self.metric.compute(columns),
        }
    }

    fn counted(&self, columns: &[&[f64]]) -> Option<Counted> {
        self.instead.or_else(|| self.metric.columns())?.counted(columns)
    }
}

/// How intervals are to be made.
pub(super) struct Sampling<'a> {
    /// How many rows are measured in all.
    pub(super) rows: usize,
    /// Each row's cluster, where rows are not independent.
    pub(super) clusters: Option<&'a [usize]>,
    /// Each row's outcome (of drift, its sample), where there is one.
    pub(super) outcomes: Option<&'a [usize]>,
    /// Each row's group, where groups are compared: their sizes are no chance.
    pub(super) groups: Option<&'a [usize]>,
    /// How often to resample; none for as often as a file of this size bears.
    pub(super) resamples: Option<usize>,
    pub(super) seed: Seed,
    /// What the classes are called, where there are several.
    pub(super) classes: &'a [&'a str],
}

/// How often a bootstrap resamples where nobody says otherwise, at most and at least.
pub(super) const RESAMPLES: usize = 1000;
const FEWEST: usize = 200;
/// How many rows all resamples together may have, before a file counts as large.
const BUDGET: usize = 20_000_000;

/// The fewest units that a bootstrap draws from, and the fewest of each outcome.
const LEAST: usize = 10;
const LEAST_OF_ONE: usize = 5;

/// Why a bootstrap of so few units is not made: its intervals would be far too narrow.
pub(super) fn too_few(n: usize) -> Option<Text> {
    (n < LEAST).then(|| {
        text!(
            "Too few to draw from ({n}): a bootstrap takes at least {LEAST}.",
            "抽出の対象が{n}個しかありません。ブートストラップには少なくとも{LEAST}個が必要です。"
        )
    })
}

/// The same of each part that a resample holds: so few tell nothing of how far chance goes among them.
fn too_few_of_one(n: usize, drawn: Drawn) -> Option<Text> {
    let (en, ja) = match drawn {
        Drawn::Samples => ("sample", "データ（現在か基準）"),
        Drawn::Groups => ("group", "群"),
        Drawn::OutcomesOfGroups => ("outcome in a group", "群別の転帰"),
        _ => ("outcome", "転帰"),
    };
    (n < LEAST_OF_ONE).then(|| {
        text!(
            "Too few rows of one {en} ({n}): a bootstrap takes at least {LEAST_OF_ONE}.",
            "行が{n}行しかない{ja}があります。ブートストラップには少なくとも{LEAST_OF_ONE}行が必要です。"
        )
    })
}

/// Why a bootstrap whose resamples all agree gives no interval: it cannot tell how far the figure might be off.
pub(super) fn all_the_same() -> Text {
    Text::new("Every resample gave the same.", "どの再抽出でも同じ値になりました。")
}

impl Sampling<'_> {
    fn resamples(&self) -> usize {
        let borne = |n: &usize| self.rows.max(1).saturating_mul(*n) <= BUDGET;
        self.resamples.unwrap_or_else(|| [RESAMPLES, 500].into_iter().find(borne).unwrap_or(FEWEST))
    }

    /// How resamples of these rows are drawn for a figure that holds this.
    fn plan(&self, rows: &[usize], held: Held) -> Plan {
        let of = |keys: &[usize]| -> Vec<usize> { rows.iter().map(|&row| keys[row]).collect() };
        let outcomes = if held == Held::Nothing { None } else { self.outcomes };
        let (resampling, drawn) = match (self.clusters, self.groups, outcomes) {
            (Some(clusters), ..) => (Resampling::clusters(&of(clusters)), Drawn::Clusters),
            (None, None, None) => (Resampling::Rows(rows.len()), Drawn::Rows),
            (None, None, Some(outcomes)) => {
                (Resampling::strata(&of(outcomes)), if held == Held::Sample { Drawn::Samples } else { Drawn::Outcomes })
            }
            (None, Some(groups), None) => (Resampling::strata(&of(groups)), Drawn::Groups),
            (None, Some(groups), Some(outcomes)) => {
                let both: Vec<(usize, usize)> = rows.iter().map(|&row| (groups[row], outcomes[row])).collect();
                (Resampling::strata(&both), Drawn::OutcomesOfGroups)
            }
        };
        let few = too_few(resampling.units()).or_else(|| match &resampling {
            Resampling::Strata(strata) => too_few_of_one(strata.iter().map(Vec::len).min().unwrap_or(0), drawn),
            Resampling::Rows(_) | Resampling::Clusters(_) => None,
        });
        Plan { resampling, drawn, few }
    }

    /// Why figures of an outcome have no bootstrap on these rows: one outcome is too rare among them, or is not there.
    fn rare(&self, rows: &[usize]) -> Option<Text> {
        let (outcomes, None) = (self.outcomes?, self.groups) else { return None };
        // Of each outcome, how many rows or clusters have it.
        let mut units: Vec<(usize, usize)> =
            rows.iter().map(|&row| (outcomes[row], self.clusters.map_or(row, |clusters| clusters[row]))).collect();
        units.sort_unstable();
        units.dedup();
        let of_each: Vec<usize> = units.chunk_by(|a, b| a.0 == b.0).map(<[_]>::len).collect();
        let least = of_each.iter().copied().min().filter(|_| of_each.len() > 1).unwrap_or(0);
        too_few_of_one(least, Drawn::Outcomes)
    }
}

/// How the resamples of some figures are drawn, or why none are.
struct Plan {
    resampling: Resampling,
    drawn: Drawn,
    few: Option<Text>,
}

/// What the resamples for a metric hold, and so which plan it shares with others.
fn held(metric: &Metric, sampling: &Sampling<'_>) -> Held {
    match metric.interval {
        Interval::Bootstrap(held, _) if sampling.clusters.is_none() => held,
        _ => Held::Nothing,
    }
}

/// Answers metrics on these rows, all their bootstraps together. `Err` where the columns cannot be what a metric takes.
pub(super) fn answers(
    asks: &[Ask<'_>],
    group: Option<&(String, String)>,
    rows: &[usize],
    sampling: &Sampling<'_>,
) -> Result<Vec<FileFigure>, BadInput> {
    // Each column is gathered once, however many metrics take it.
    let mut gathered: BTreeMap<*const f64, Vec<f64>> = BTreeMap::new();
    for column in asks.iter().filter_map(|ask| ask.columns.as_ref().ok()).flatten() {
        if let Argument::Rows(values) = column {
            gathered.entry(values.as_ptr()).or_insert_with(|| rows.iter().map(|&row| values[row]).collect());
        }
    }
    let taken: Vec<Option<Vec<&[f64]>>> = asks
        .iter()
        .map(|ask| {
            let columns = ask.columns.as_ref().ok()?.iter().map(|column| match column {
                Argument::Rows(values) => gathered.get(&values.as_ptr()).map_or(&[][..], Vec::as_slice),
                Argument::Fixed(values) => values,
                Argument::Constant(value) => std::slice::from_ref(value),
            });
            Some(columns.collect())
        })
        .collect();
    let mut plans: BTreeMap<Held, Plan> = BTreeMap::new();
    for ask in asks {
        plans.entry(held(ask.metric, sampling)).or_insert_with_key(|&held| sampling.plan(rows, held));
    }
    let rare = sampling.rare(rows);
    let few = |metric: &Metric| {
        let judges =
            metric.takes().iter().any(|takes| matches!(takes, Takes::Label | Takes::Category | Takes::Current));
        let of_one = || rare.clone().filter(|_| judges);
        plans.get(&held(metric, sampling)).and_then(|plan| plan.few.clone()).or_else(of_one)
    };
    let plain = |(ask, columns): (&Ask<'_>, &Option<Vec<&[f64]>>)| {
        plain(ask, columns.as_deref(), group, rows.len(), sampling, few)
    };
    let plain: Vec<Result<(FileFigure, bool), BadInput>> = asks.par_iter().zip(&taken).map(plain).collect();
    let (mut figures, mut open) = (Vec::with_capacity(asks.len()), Vec::new());
    for (at, figure) in plain.into_iter().enumerate() {
        let (figure, wants_bootstrap) = figure?;
        figures.push(figure);
        if wants_bootstrap {
            open.push(at);
        }
    }
    let statistic = |&at: &usize| {
        let (ask, columns) = (&asks[at], taken[at].as_deref().unwrap_or(&[]));
        let by_rows = || {
            Statistic::Rows(Box::new(move |drawn: &[usize]| {
                let resampled: Vec<Cow<'_, [f64]>> = columns
                    .iter()
                    .zip(ask.columns.as_ref().ok()?)
                    .map(|(values, column)| match column {
                        Argument::Rows(_) => drawn.iter().map(|&at| values[at]).collect(),
                        Argument::Fixed(_) | Argument::Constant(_) => Cow::Borrowed(*values),
                    })
                    .collect();
                let slices: Vec<&[f64]> = resampled.iter().map(AsRef::as_ref).collect();
                ask.compute(&slices).ok()?.ok().map(|estimate| estimate.value)
            }))
        };
        (ask.counted(columns).map_or_else(by_rows, Statistic::Counts), sampling.resamples())
    };
    for (of_plan, plan) in &plans {
        let open: Vec<usize> = open.iter().copied().filter(|&at| held(asks[at].metric, sampling) == *of_plan).collect();
        let statistics: Vec<(Statistic<'_>, usize)> = open.iter().map(statistic).collect();
        let bootstraps = intervals::bootstrap_together(&plan.resampling, sampling.seed, &statistics);
        for (&at, bootstrap) in open.iter().zip(bootstraps) {
            resampled(&mut figures[at], plan.drawn, bootstrap);
        }
    }
    Ok(figures)
}

/// Gives a figure the interval of its bootstrap, or the reason why it has none.
fn resampled(figure: &mut FileFigure, drawn: Drawn, bootstrap: Result<Bootstrap, Undefined>) {
    let Ok(estimate) = figure.measure else { return };
    let found = match bootstrap {
        Ok(bootstrap) if bootstrap.says_nothing() => Err(all_the_same()),
        Ok(bootstrap) => Ok((figure.metric.resampled(estimate, &bootstrap), bootstrap.resamples)),
        Err(undefined) => Err(undefined.text()),
    };
    match found {
        Ok((estimate, resamples)) => {
            figure.method = Some(Method::Bootstrap(drawn));
            figure.resamples = Some(resamples);
            figure.measure = Ok(estimate);
        }
        Err(because) => figure.no_interval = Some(because),
    }
}

/// A figure with the interval that its metric carries, and whether it still wants a bootstrap.
fn plain(
    ask: &Ask<'_>,
    columns: Option<&[&[f64]]>,
    group: Option<&(String, String)>,
    rows: usize,
    sampling: &Sampling<'_>,
    few: impl Fn(&Metric) -> Option<Text>,
) -> Result<(FileFigure, bool), BadInput> {
    let mut figure = FileFigure::new(ask.metric, rows);
    figure.level.clone_from(&ask.level);
    figure.group = group.cloned();
    let mut estimate = match (&ask.columns, columns) {
        (Err(because), _) => {
            figure.measure = Err(because.clone());
            return Ok((figure, false));
        }
        (Ok(_), columns) => match ask.compute(columns.unwrap_or(&[]))? {
            Ok(estimate) => estimate,
            Err(undefined) => {
                figure.measure = Err(undefined.text_of(sampling.classes));
                return Ok((figure, false));
            }
        },
    };
    let mut wants_bootstrap = false;
    match ask.metric.interval {
        Interval::None => estimate.interval = None,
        own if own.is_own() && sampling.clusters.is_none() => {
            if estimate.interval.is_some() {
                figure.method = Some(Method::Own(own));
            } else {
                figure.no_interval = Some(Text::new(
                    "Too few rows, or too little variation, for its interval.",
                    "行が少なすぎるか、ばらつきが足りないため、区間を求められません。",
                ));
            }
        }
        _ => {
            estimate.interval = None;
            figure.no_interval = no_bootstrap(&estimate, sampling.resamples())
                .or_else(|| few(ask.metric))
                .or_else(|| too_long(ask, columns.unwrap_or(&[]), rows, sampling.resamples));
            wants_bootstrap = figure.no_interval.is_none();
        }
    }
    figure.measure = Ok(estimate);
    Ok((figure, wants_bootstrap))
}

/// Why a slow bootstrap of very many rows is not made unless it is asked for.
fn too_long(ask: &Ask<'_>, columns: &[&[f64]], rows: usize, asked: Option<usize>) -> Option<Text> {
    if asked.is_some() || rows.saturating_mul(FEWEST) <= BUDGET {
        return None;
    }
    // A formula is quick; each resample computes what leads up to it anew, and what sorts or fits does so every time.
    let slow = match ask.metric.interval {
        Interval::Bootstrap(_, resampled) => resampled == Resampled::Slow,
        _ => ask.counted(columns).is_none(),
    };
    slow.then(|| {
        Text::new(
            "Its bootstrap of so many rows takes minutes: ask for it with --resamples 200.",
            "この行数のブートストラップには数分かかります。必要なら --resamples 200 を付けてください。",
        )
    })
}

fn no_bootstrap(estimate: &Estimate, resamples: usize) -> Option<Text> {
    if !estimate.value.is_finite() {
        // A ratio of x/0: no resample could say more.
        return Some(Text::new("The figure is infinite.", "値が無限大です。"));
    }
    (resamples == 0).then(|| {
        Text::new(
            "It would take a bootstrap, and --resamples is 0.",
            "区間を求めるにはブートストラップが必要ですが、--resamples が0です。",
        )
    })
}
