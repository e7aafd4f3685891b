//! The figures of a run: every table with predictions measured, as a whole and by group.

pub mod outlines;

use polars::prelude::Column;

use crate::metrics::classification::AUROC;
use crate::metrics::utility::{NET_BENEFIT, NET_BENEFIT_EXPECTED};
use crate::metrics::{self, Estimate, Metric, Shown, Takes};
use crate::tables::{self, Frame, TableError};
use crate::text::{Text, in_order};

/// One figure of one group of rows.
#[derive(Clone, Debug)]
pub struct Line {
    /// The table it was measured on: `develop` (its test rows), `exam`, or a probe's name.
    pub table: String,
    /// The group's column and value; none for all rows.
    pub group: Option<(String, String)>,
    /// The metric.
    pub metric: &'static Metric,
    /// Whether it is the figure of the true risk instead of the predicted one: what is attainable.
    pub ceiling: bool,
    /// The figure, or why there is none.
    pub measure: Result<Estimate, Text>,
    /// How many rows the group has.
    pub n: usize,
}

impl Line {
    /// Its name for checks: that of the metric, with `ceiling_` before it where it is of the true risk.
    pub fn name(&self) -> String {
        format!("{}{}", if self.ceiling { "ceiling_" } else { "" }, self.metric.name)
    }

    /// Whether it is this metric of what was predicted.
    pub fn is(&self, metric: &Metric) -> bool {
        !self.ceiling && self.metric == metric
    }
}

/// Measures a table that has the columns `p` and `alert`; with `truth`, also the AUROC and net benefit
/// of the true risk (`ceiling_…`), and the net benefit of the alerts by it (`net_benefit_expected`).
///
/// # Errors
/// Our own.
pub fn evaluate(
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
    let mut add = |metric: &'static Metric, ceiling: bool, p: &[f64]| {
        let arguments: Option<Vec<&[f64]>> = metric
            .takes()
            .iter()
            .map(|takes| match takes {
                Takes::Label => Some(label.as_slice()),
                Takes::Score | Takes::Probability => Some(p),
                Takes::Alert => Some(alert.as_slice()),
                Takes::Number("threshold") => worth.as_deref(),
                _ => None,
            })
            .collect();
        let Some(arguments) = arguments else { return };
        let measure = match metric.compute(&arguments) {
            Ok(measure) => measure.map_err(|undefined| undefined.text()),
            Err(bad) => Err(bad.text()),
        };
        lines.push(Line { table: table.to_owned(), group: group.cloned(), metric, ceiling, measure, n: label.len() });
    };
    for metric in metrics::shown(Shown::Run).filter(|metric| metric.columns().is_some()) {
        add(metric, false, &p);
    }
    if let Some(truth) = truth {
        let risk = column(truth)?;
        add(&AUROC, true, &risk);
        add(&NET_BENEFIT, true, &risk);
        add(&NET_BENEFIT_EXPECTED, false, &risk);
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
        Column::new("metric".into(), words(&|line| Some(line.name()))),
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
