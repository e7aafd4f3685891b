//! The figures of a run: every table with predictions measured, as a whole and by group. And those of any file with predictions,
//! from any tool: see [`mod@file`], [`masks`] and [`boxes`].

mod asks;
pub mod boxes;
pub mod curves;
pub mod file;
pub mod found;
pub mod masks;
pub mod outlines;
mod source;
mod voxels;

use polars::prelude::Column;

use crate::metrics::{self, Estimate, Takes};
use crate::tables::{self, Frame, TableError};
use crate::text::{Text, in_order};

/// The figures that every run shows, by their names in [`metrics::REGISTRY`].
pub const SHOWN: &[&str] = &[
    "prevalence",
    "auroc",
    "observed_expected",
    "citl",
    "calibration_slope",
    "decile_gap",
    "decile_gap_predicted",
    "decile_gap_observed",
    "decile_gap_rows",
    "brier",
    "sensitivity",
    "specificity",
    "ppv",
    "npv",
    "alert_rate",
    "missed_per_1000",
    "alerts_per_true_case",
    "net_benefit_decided",
    "net_benefit_treat_all",
];

/// One figure of one group of rows.
#[derive(Clone, Debug)]
pub struct Line {
    /// The table it was measured on: `develop` (its test rows), `exam`, or a probe's name.
    pub table: String,
    /// The group's column and value; none for all rows.
    pub group: Option<(String, String)>,
    /// Its name in [`SHOWN`]; `ceiling_…` for the same figure of the true risk; `net_benefit_expected`.
    pub metric: String,
    /// The figure, or why there is none.
    pub measure: Result<Estimate, Text>,
    /// How many rows the group has.
    pub n: usize,
}

/// Measures a table that has the columns `p` and `alert`; with `truth`, also the AUROC and net benefit
/// of the true risk (`ceiling_…`), and the net benefit of the alerts by it (`net_benefit_expected`).
///
/// # Errors
/// Our own.
pub fn measure(
    table: &str,
    frame: &Frame,
    (label, truth): (&str, Option<&str>),
    groups: &[String],
    worth: Option<f64>,
) -> Result<Vec<Line>, TableError> {
    let mut lines = group(table, frame, None, (label, truth), worth)?;
    for column in groups {
        let words = tables::words(frame, column)?;
        let mut values: Vec<String> = words.iter().flatten().cloned().collect();
        values.sort_by(|a, b| in_order(a, b));
        values.dedup();
        if values.len() < 2 {
            continue;
        }
        for value in values {
            let rows: Vec<bool> = words.iter().map(|word| word.as_ref() == Some(&value)).collect();
            let part = tables::keep(frame, &rows)?;
            lines.extend(group(table, &part, Some(&(column.clone(), value)), (label, None), worth)?);
        }
    }
    Ok(lines)
}

fn group(
    table: &str,
    frame: &Frame,
    group: Option<&(String, String)>,
    (label, truth): (&str, Option<&str>),
    worth: Option<f64>,
) -> Result<Vec<Line>, TableError> {
    let column = |name: &str| -> Result<Vec<f64>, TableError> {
        Ok(tables::numbers(frame, name)?.into_iter().map(|x| x.unwrap_or(f64::NAN)).collect())
    };
    let (label, p, alert) = (column(label)?, column("p")?, column("alert")?);
    let worth = worth.map(|worth| vec![worth]);
    let mut lines = Vec::new();
    let mut add = |name: &str, prefix: &str, p: &[f64], alert: &[f64]| {
        let Some(metric) = metrics::metric(name) else { return };
        let arguments: Option<Vec<&[f64]>> = metric
            .takes
            .iter()
            .map(|takes| match takes {
                Takes::Label => Some(label.as_slice()),
                Takes::Score | Takes::Probability => Some(p),
                Takes::Alert => Some(alert),
                Takes::Number(_) => worth.as_deref(),
                _ => None,
            })
            .collect();
        let Some(arguments) = arguments else { return };
        let measure = match (metric.compute)(&arguments) {
            Ok(measure) => measure.map_err(|undefined| undefined.text()),
            Err(bad) => Err(bad.text()),
        };
        lines.push(Line {
            table: table.to_owned(),
            group: group.cloned(),
            metric: format!("{prefix}{name}"),
            measure,
            n: label.len(),
        });
    };
    for name in SHOWN {
        add(name, "", &p, &alert);
    }
    if let Some(truth) = truth {
        let risk = column(truth)?;
        add("auroc", "ceiling_", &risk, &alert);
        add("net_benefit", "ceiling_", &risk, &alert);
        add("net_benefit_expected", "", &risk, &alert);
    }
    Ok(lines)
}

/// The figures as the table `metrics` that checks can ask.
///
/// # Errors
/// Our own.
pub fn as_table(lines: &[Line]) -> Result<Frame, TableError> {
    let words = |of: &dyn Fn(&Line) -> Option<String>| -> Vec<Option<String>> { lines.iter().map(of).collect() };
    let estimates: Vec<Option<&Estimate>> = lines.iter().map(|line| line.measure.as_ref().ok()).collect();
    let interval = |of: &dyn Fn(&(f64, f64)) -> f64| -> Vec<Option<f64>> {
        estimates.iter().map(|e| e.and_then(|e| e.interval.as_ref()).map(of)).collect()
    };
    let n: Vec<i64> = lines.iter().map(|line| line.n as i64).collect();
    tables::from_columns(vec![
        Column::new("on_table".into(), words(&|line| Some(line.table.clone()))),
        Column::new("group_column".into(), words(&|line| line.group.as_ref().map(|(column, _)| column.clone()))),
        Column::new("group_value".into(), words(&|line| line.group.as_ref().map(|(_, value)| value.clone()))),
        Column::new("metric".into(), words(&|line| Some(line.metric.clone()))),
        Column::new("value".into(), estimates.iter().map(|e| e.map(|e| e.value)).collect::<Vec<_>>()),
        Column::new("low".into(), interval(&|(low, _)| *low)),
        Column::new("high".into(), interval(&|(_, high)| *high)),
        Column::new("n".into(), n),
        Column::new(
            "undefined_because".into(),
            words(&|line| line.measure.as_ref().err().map(|because| because.en.to_string())),
        ),
    ])
}
