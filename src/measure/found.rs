//! What measuring a file gives: figures, each with how its interval came about, and what was left out.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;

use super::curves::Curve;
use crate::metrics::counted::{Statistic, counted};
use crate::metrics::intervals::{self, Resampling};
use crate::metrics::{BadInput, Estimate, Measure};
use crate::seed::Seed;
use crate::text;
use crate::text::Text;

/// A kind of prediction, and with it the figures that judge it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// A yes or no, predicted by a score on any scale, by a probability, or by decisions.
    Classification,
    /// The same, where the score must be a probability: only what judges probabilities.
    Calibration,
    /// One of several classes, with a probability for each.
    Multiclass,
    /// A time until an event, which not everybody has had by the end of follow-up.
    Survival,
    /// Raters or methods that judge the same units.
    Agreement,
    /// A measurement, predicted by an interval or by a normal distribution.
    Regression,
    /// Values now against values of a reference.
    Drift,
    /// Masks of images.
    Segmentation,
    /// Boxes in images.
    Detection,
}

impl Task {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Classification,
        Self::Calibration,
        Self::Multiclass,
        Self::Survival,
        Self::Agreement,
        Self::Regression,
        Self::Drift,
        Self::Segmentation,
        Self::Detection,
    ];

    /// Its name in options and documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Classification => "classification",
            Self::Calibration => "calibration",
            Self::Multiclass => "multiclass",
            Self::Survival => "survival",
            Self::Agreement => "agreement",
            Self::Regression => "regression",
            Self::Drift => "drift",
            Self::Segmentation => "segmentation",
            Self::Detection => "detection",
        }
    }
}

/// What is wrong with a number of resamples that was asked for: what was found, what is expected.
pub(super) fn wrong_resamples(asked: Option<usize>) -> Option<(String, Text)> {
    let found = asked.filter(|n| (1..40).contains(n) || *n > 100_000)?.to_string();
    Some((found, Text::new("40 to 100000, or 0 for no bootstrap", "40から100000まで。ブートストラップをしないなら0")))
}

/// How a 95 % interval came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Wilson's, of a proportion.
    Wilson,
    /// `DeLong`'s, of an AUROC.
    DeLong,
    /// log(−log), of a Kaplan–Meier curve.
    LogLog,
    /// Normal on the scale of the logarithm, of a ratio.
    Log,
    /// Normal: the figure ± 1.96 standard errors.
    Normal,
    /// From the F distribution, of an intraclass correlation.
    F,
    /// Student's t, of a mean difference.
    T,
    /// Percentiles of figures of resampled rows.
    Bootstrap(Drawn),
}

/// What a bootstrap draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Drawn {
    /// Rows.
    Rows,
    /// Rows within each outcome (and group), so that each keeps its size.
    Strata,
    /// Whole clusters, such as all rows of a patient.
    Clusters,
    /// Whole cases of segmentation.
    Cases,
    /// Whole images of detection.
    Images,
}

impl Method {
    /// Its name in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wilson => "wilson",
            Self::DeLong => "delong",
            Self::LogLog => "log_log",
            Self::Log => "log",
            Self::Normal => "normal",
            Self::F => "f",
            Self::T => "t",
            Self::Bootstrap(Drawn::Rows) => "bootstrap_rows",
            Self::Bootstrap(Drawn::Strata) => "bootstrap_strata",
            Self::Bootstrap(Drawn::Clusters) => "bootstrap_clusters",
            Self::Bootstrap(Drawn::Cases) => "bootstrap_cases",
            Self::Bootstrap(Drawn::Images) => "bootstrap_images",
        }
    }

    /// What the metric of this name carries by itself; none where it carries nothing.
    fn of(metric: &str) -> Option<Self> {
        Some(match metric {
            "prevalence"
            | "sensitivity"
            | "specificity"
            | "ppv"
            | "npv"
            | "accuracy"
            | "alert_rate"
            | "alerts_per_true_case"
            | "missed_per_1000"
            | "false_alerts_per_1000"
            | "worst_group_sensitivity"
            | "worst_group_ppv"
            | "multiclass_accuracy"
            | "percent_agreement"
            | "pabak"
            | "coverage" => Self::Wilson,
            "auroc" | "auroc_ovr" | "auroc_difference" => Self::DeLong,
            "km_survival" | "km_risk" | "km_median" | "observed_expected_at" => Self::LogLog,
            "observed_expected" | "lr_positive" | "lr_negative" => Self::Log,
            "icc_agreement" | "icc_consistency" => Self::F,
            "bland_altman_bias" | "bland_altman_lower" | "bland_altman_upper" => Self::T,
            "brier"
            | "log_loss"
            | "citl"
            | "calibration_slope"
            | "net_benefit"
            | "net_benefit_decided"
            | "net_benefit_treat_all"
            | "net_benefit_standardised"
            | "harrell_c"
            | "rmst"
            | "brier_at"
            | "cohen_kappa" => Self::Normal,
            _ => return None,
        })
    }
}

/// What a figure is of, where a metric has several: a class, a time, a label, a case, a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// `class`, `at`, `label`, `case` or `column`.
    pub kind: &'static str,
    /// Which of them.
    pub value: String,
}

/// One figure.
#[derive(Clone, Debug)]
pub struct Figure {
    /// The metric's name, as in checks.
    pub metric: &'static str,
    /// What it is of.
    pub part: Option<Part>,
    /// The group's column and value; none for all rows.
    pub group: Option<(String, String)>,
    /// The figure with its interval, or why there is none.
    pub measure: Result<Estimate, Text>,
    /// How the interval came about; none where there is no interval.
    pub method: Option<Method>,
    /// Why there is a figure but no interval.
    pub no_interval: Option<Text>,
    /// How often was resampled for the interval, where it is a bootstrap's.
    pub resamples: Option<usize>,
    /// Of a mean over cases: how many cases have no such figure, and why.
    pub without: Option<(usize, Text)>,
    /// How many rows (or cases) it was measured on.
    pub n: usize,
}

impl Figure {
    /// A figure still to be found.
    pub(super) fn new(metric: &'static str, n: usize) -> Self {
        Self {
            metric,
            part: None,
            group: None,
            measure: Err(Text::default()),
            method: None,
            no_interval: None,
            resamples: None,
            without: None,
            n,
        }
    }
}

/// What was measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The task.
    pub task: Task,
    /// The files, as the reader named them.
    pub files: Vec<String>,
    /// What was measured, in column names: `label y`.
    pub roles: Vec<(&'static str, String)>,
    /// How many rows (or cases) the file has.
    pub rows: usize,
    /// How many of them were measured.
    pub used: usize,
    /// Where rows were left out: a column, and in how many rows it is empty.
    pub missing: Vec<(String, usize)>,
    /// How many clusters the rows come from, and of which column.
    pub clusters: Option<(String, usize)>,
    /// How often was to be resampled, at most.
    pub resamples: usize,
    /// The seed of the resampling.
    pub seed: u64,
    /// What the reader has to know beside the figures.
    pub notes: Vec<Text>,
    /// The figures.
    pub figures: Vec<Figure>,
    /// The curves, where they were asked for.
    pub curves: Vec<Curve>,
}

/// What a metric computes from columns.
pub(super) type Compute = fn(&[&[f64]]) -> Result<Measure, BadInput>;

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
    pub(super) metric: &'static str,
    pub(super) part: Option<Part>,
    pub(super) compute: Compute,
    pub(super) columns: Result<Vec<Argument<'a>>, Text>,
    /// A p value or another figure for which an interval would make no sense.
    pub(super) bare: bool,
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
                (ask.compute)(&slices).ok()?.ok().map(|estimate| estimate.value)
            }))
        };
        (counted(ask.metric, columns).unwrap_or_else(by_rows), sampling.resamples())
    };
    let statistics: Vec<(Statistic<'_>, usize)> = open.iter().map(statistic).collect();
    let bootstraps = intervals::bootstrap_together(&resampling, sampling.seed, &statistics);
    for (&at, bootstrap) in open.iter().zip(bootstraps) {
        let figure = &mut figures[at];
        let Ok(estimate) = figure.measure else { continue };
        let interval = match bootstrap {
            Ok(bootstrap) if !bootstrap.says_nothing() => {
                figure.method = Some(Method::Bootstrap(drawn));
                figure.resamples = Some(bootstrap.resamples);
                Some(bootstrap.interval)
            }
            Ok(_) => {
                figure.no_interval = Some(all_the_same());
                None
            }
            Err(undefined) => {
                figure.no_interval = Some(undefined.text());
                None
            }
        };
        figure.measure = Ok(estimate.with(interval));
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
        (Ok(_), columns) => match (ask.compute)(columns.unwrap_or(&[]))? {
            Ok(estimate) => estimate,
            Err(undefined) => {
                figure.measure = Err(undefined.text());
                return Ok((figure, false));
            }
        },
    };
    let mut wants_bootstrap = false;
    if ask.bare {
        estimate.interval = None;
    } else if let Some(own) = Method::of(ask.metric).filter(|_| sampling.clusters.is_none()) {
        if estimate.interval.is_some() {
            figure.method = Some(own);
        } else {
            figure.no_interval = Some(Text::new(
                "Too few rows, or too little variation, for its interval.",
                "行が少なすぎるか、ばらつきが足りないため、区間を求められません。",
            ));
        }
    } else {
        estimate.interval = None;
        figure.no_interval = no_bootstrap(&estimate, sampling.resamples(), resampling)
            .or_else(|| too_long(ask.metric, rows, sampling.resamples));
        wants_bootstrap = figure.no_interval.is_none();
    }
    figure.measure = Ok(estimate);
    Ok((figure, wants_bootstrap))
}

/// Why a bootstrap of pairs of very many rows is not made unless it is asked for.
fn too_long(metric: &str, rows: usize, asked: Option<usize>) -> Option<Text> {
    let pairs = ["uno_c", "auroc_at", "integrated_brier", "cumulative_incidence", "net_benefit_survival"];
    (asked.is_none() && pairs.contains(&metric) && rows.saturating_mul(FEWEST) > BUDGET).then(|| {
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
