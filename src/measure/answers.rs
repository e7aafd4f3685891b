//! Metrics asked of rows, and answered: figures with their intervals, all bootstraps together.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;

use super::found::{Drawn, Figure, Method, Part};
use diagnostics::text;
use diagnostics::text::Text;
use metrics::entry::{Columns, Interval, Resampled};
use metrics::intervals::{self, Counted, Resampling, Statistic};
use metrics::{BadInput, Estimate, Measure, Metric, Takes};
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
    pub(super) part: Option<Part>,
    pub(super) columns: Result<Vec<Argument<'a>>, Text>,
    /// What computes it from more columns than the metric itself takes.
    pub(super) instead: Option<&'static dyn Columns>,
}

impl<'a> Ask<'a> {
    /// A metric of these columns.
    pub(super) fn new(metric: &'static Metric, columns: Vec<Argument<'a>>) -> Self {
        Self { metric, part: None, columns: Ok(columns), instead: None }
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

    /// The same, of a part.
    pub(super) fn part(self, kind: &'static str, value: impl Into<String>) -> Self {
        Self { part: Some(Part { kind, value: value.into() }), ..self }
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
    /// Each row's stratum.
    pub(super) strata: Option<&'a [usize]>,
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

/// Why a bootstrap of so few units is not made: its intervals would be far too narrow.
pub(super) fn too_few(resampling: &Resampling) -> Option<Text> {
    let (n, least) = match resampling {
        Resampling::Rows(n) => (*n, 10),
        Resampling::Clusters(clusters) => (clusters.len(), 10),
        Resampling::Strata(strata) => (strata.iter().map(Vec::len).min().unwrap_or(0), 5),
    };
    (n < least).then(|| match resampling {
        Resampling::Strata(_) => text!(
            "Too few rows of one outcome ({n}): a bootstrap takes at least {least}.",
            "行が{n}行しかない転帰があります。ブートストラップには少なくとも{least}行が必要です。"
        ),
        _ => text!(
            "Too few to draw from ({n}): a bootstrap takes at least {least}.",
            "抽出の対象が{n}個しかありません。ブートストラップには少なくとも{least}個が必要です。"
        ),
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

    fn plan(&self, rows: &[usize]) -> (Resampling, Drawn) {
        let of = |keys: &[usize]| -> Vec<usize> { rows.iter().map(|&row| keys[row]).collect() };
        match (self.clusters, self.strata) {
            (Some(keys), _) => (Resampling::clusters(&of(keys)), Drawn::Clusters),
            (None, Some(keys)) => (Resampling::strata(&of(keys)), Drawn::Strata),
            (None, None) => (Resampling::Rows(rows.len()), Drawn::Rows),
        }
    }
}

/// Answers metrics on these rows, all their bootstraps together. `Err` where the columns cannot be what a metric takes.
pub(super) fn answers(
    asks: &[Ask<'_>],
    group: Option<&(String, String)>,
    rows: &[usize],
    sampling: &Sampling<'_>,
) -> Result<Vec<Figure>, BadInput> {
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
    let (resampling, drawn) = sampling.plan(rows);
    let plain = |(ask, columns): (&Ask<'_>, &Option<Vec<&[f64]>>)| {
        plain(ask, columns.as_deref(), group, rows.len(), sampling, &resampling)
    };
    let plain: Vec<Result<(Figure, bool), BadInput>> = asks.par_iter().zip(&taken).map(plain).collect();
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
    let statistics: Vec<(Statistic<'_>, usize)> = open.iter().map(statistic).collect();
    let bootstraps = intervals::bootstrap_together(&resampling, sampling.seed, &statistics);
    for (&at, bootstrap) in open.iter().zip(bootstraps) {
        let figure = &mut figures[at];
        let Ok(estimate) = figure.measure else { continue };
        figure.measure = Ok(match bootstrap {
            Ok(bootstrap) if !bootstrap.says_nothing() => {
                figure.method = Some(Method::Bootstrap(drawn));
                figure.resamples = Some(bootstrap.resamples);
                figure.metric.resampled(estimate, &bootstrap)
            }
            Ok(_) => {
                figure.no_interval = Some(all_the_same());
                estimate.with(None)
            }
            Err(undefined) => {
                figure.no_interval = Some(undefined.text());
                estimate.with(None)
            }
        });
    }
    Ok(figures)
}

/// A figure with the interval that its metric carries, and whether it still wants a bootstrap.
fn plain(
    ask: &Ask<'_>,
    columns: Option<&[&[f64]]>,
    group: Option<&(String, String)>,
    rows: usize,
    sampling: &Sampling<'_>,
    resampling: &Resampling,
) -> Result<(Figure, bool), BadInput> {
    let mut figure = Figure::new(ask.metric, rows);
    figure.part.clone_from(&ask.part);
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
        interval => {
            estimate.interval = None;
            figure.no_interval = no_bootstrap(&estimate, sampling.resamples(), resampling)
                .or_else(|| too_long(interval, rows, sampling.resamples));
            wants_bootstrap = figure.no_interval.is_none();
        }
    }
    figure.measure = Ok(estimate);
    Ok((figure, wants_bootstrap))
}

/// Why a slow bootstrap of very many rows is not made unless it is asked for.
fn too_long(interval: Interval, rows: usize, asked: Option<usize>) -> Option<Text> {
    let slow = interval == Interval::Bootstrap(Resampled::Slow);
    (asked.is_none() && slow && rows.saturating_mul(FEWEST) > BUDGET).then(|| {
        Text::new(
            "Its bootstrap of so many rows takes minutes: ask for it with --resamples 200.",
            "この行数のブートストラップには数分かかります。必要なら --resamples 200 を付けてください。",
        )
    })
}

fn no_bootstrap(estimate: &Estimate, resamples: usize, resampling: &Resampling) -> Option<Text> {
    if !estimate.value.is_finite() {
        // A ratio of x/0: no resample could say more.
        return Some(Text::new("The figure is infinite.", "値が無限大です。"));
    }
    if resamples == 0 {
        return Some(Text::new(
            "It would take a bootstrap, and --resamples is 0.",
            "区間を求めるにはブートストラップが必要ですが、--resamples が0です。",
        ));
    }
    too_few(resampling)
}
