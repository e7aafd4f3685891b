//! The figures of a run: every table with predictions measured, as a whole and by group.

pub mod outlines;

use std::collections::BTreeMap;

use polars::prelude::Column;

use course::exercise::REPEAT;
use diagnostics::text::{Text, in_order};
use metrics::{Estimate, Metric, Parameter, Shown, Takes};
use serde::{Deserialize, Serialize};
use tables::{Frame, TableError};
use target::{Holds, Target};

/// One figure of one group of rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunFigure {
    /// The table it was measured on: `develop` (its test rows), `exam`, or a probe's name.
    pub table: String,
    /// The group's column and value; none for all rows.
    pub group: Option<(String, String)>,
    /// The metric.
    #[serde(with = "by_name")]
    pub metric: &'static Metric,
    /// Whether it is the figure of the true risk instead of the predicted one: what is attainable.
    pub ceiling: bool,
    /// The figure, or why there is none.
    #[serde(with = "exactly")]
    pub measure: Result<Estimate, Text>,
    /// How many rows the group has.
    pub n: usize,
}

/// A metric in a record is its name.
mod by_name {
    use metrics::Metric;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(metric: &Metric, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(metric.name)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<&'static Metric, D::Error> {
        let name = String::deserialize(from)?;
        metrics::registry::metric(&name).ok_or_else(|| D::Error::custom(format!("no metric `{name}`")))
    }
}

/// A figure in a record, to the last bit.
mod exactly {
    use crate::exact::Number;
    use diagnostics::text::Text;
    use metrics::Estimate;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Measured {
        Figure { value: Number, interval: Option<(Number, Number)>, n: usize },
        Undefined(Text),
    }

    pub(super) fn serialize<S: Serializer>(measure: &Result<Estimate, Text>, to: S) -> Result<S::Ok, S::Error> {
        match measure {
            Ok(Estimate { value, interval, n }) => Measured::Figure {
                value: Number(*value),
                interval: interval.map(|(low, high)| (Number(low), Number(high))),
                n: *n,
            },
            Err(because) => Measured::Undefined(because.clone()),
        }
        .serialize(to)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Result<Estimate, Text>, D::Error> {
        Ok(match Measured::deserialize(from)? {
            Measured::Figure { value: Number(value), interval, n } => {
                Ok(Estimate { value, interval: interval.map(|(low, high)| (low.0, high.0)), n })
            }
            Measured::Undefined(because) => Err(because),
        })
    }
}

impl RunFigure {
    /// Its name for checks: that of the metric, with `ceiling_` before it where it is of the true risk.
    pub fn name(&self) -> String {
        format!("{}{}", if self.ceiling { "ceiling_" } else { "" }, self.metric.name)
    }

    /// Whether it is this metric of what was predicted.
    pub fn is(&self, metric: &Metric) -> bool {
        !self.ceiling && self.metric == metric
    }
}

/// Which columns of a table are measured.
#[derive(Clone, Copy, Debug)]
pub struct MeasuredColumns<'a> {
    /// What is predicted.
    pub target: Target,
    /// The column that is predicted.
    pub label: &'a str,
    /// The classes, where it holds one of several.
    pub classes: &'a [String],
    /// The column of the true risk, where it is known.
    pub truth: Option<&'a str>,
    /// The risk at which an alert is just worth its cost.
    pub worth: Option<f64>,
}

/// Measures a table with predictions, as a whole and by the values of the columns `groups`: every metric of a run whose columns the
/// target gives. Where the true risk is known, also what is attainable (`ceiling_…`), and what the alerts are worth by it; of several
/// classes, also how each is told from the others.
///
/// # Errors
/// Our own.
pub fn evaluate(
    table: &str,
    frame: &Frame,
    asked: MeasuredColumns<'_>,
    groups: &[String],
) -> Result<Vec<RunFigure>, TableError> {
    let mut lines = group(table, frame, None, asked)?;
    lines.extend(each_class(table, frame, asked)?);
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
            let asked = MeasuredColumns { truth: None, ..asked };
            lines.extend(group(table, &part, Some(&(column.clone(), value)), asked)?);
        }
    }
    Ok(lines)
}

/// Rows with the same value of `per`, in a table of several repeats within one of them, as one: their highest label, the mean of their risks, an alert where that mean reaches the
/// threshold; all else as in the first of them.
///
/// # Errors
/// Our own.
pub fn counted(frame: &Frame, per: &str, label: &str, threshold: Option<f64>) -> Result<Frame, TableError> {
    let mut rows: BTreeMap<(&Option<String>, &String), Vec<usize>> = BTreeMap::new();
    let of_row = tables::words(frame, per)?;
    let repeats =
        if tables::names(frame).contains(&REPEAT) { tables::words(frame, REPEAT)? } else { vec![None; of_row.len()] };
    for (row, (unit, repeat)) in of_row.iter().zip(&repeats).enumerate() {
        if let Some(unit) = unit {
            rows.entry((repeat, unit)).or_default().push(row);
        }
    }
    let mut units: Vec<Vec<usize>> = rows.into_values().collect();
    units.sort();
    let first: Vec<usize> = units.iter().filter_map(|rows| rows.first().copied()).collect();
    let mut out = tables::take(frame, &first)?;
    let mean = |values: &[f64], rows: &[usize]| rows.iter().map(|&row| values[row]).sum::<f64>() / rows.len() as f64;
    for name in ["raw", "p"] {
        let values = column(frame, name)?;
        let means: Vec<f64> = units.iter().map(|rows| mean(&values, rows)).collect();
        tables::set_numbers(&mut out, name, &means)?;
    }
    let labels = column(frame, label)?;
    let highest: Vec<f64> =
        units.iter().map(|rows| rows.iter().map(|&row| labels[row]).fold(f64::NEG_INFINITY, f64::max)).collect();
    tables::set_numbers(&mut out, label, &highest)?;
    if let Some(threshold) = threshold {
        let alerts: Vec<f64> = column(&out, "p")?.into_iter().map(|p| f64::from(u8::from(p >= threshold))).collect();
        tables::set_numbers(&mut out, "alert", &alerts)?;
    }
    Ok(out)
}

/// A metric of these columns, where there are classes, of these; nothing where it takes others.
fn measured(
    metric: &Metric,
    classes: &[String],
    given: &dyn Fn(Takes) -> Option<Vec<Vec<f64>>>,
) -> Option<Result<Estimate, Text>> {
    let names: Vec<&str> = classes.iter().map(String::as_str).collect();
    let columns: Vec<Vec<f64>> =
        metric.takes().iter().map(|takes| given(*takes)).collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    Some(match metric.compute(&columns) {
        Ok(measure) => measure.map_err(|undefined| undefined.text_of(&names)),
        Err(bad) => Err(bad.text()),
    })
}

fn column(frame: &Frame, name: &str) -> Result<Vec<f64>, TableError> {
    Ok(tables::numbers(frame, name)?.into_iter().map(|x| x.unwrap_or(f64::NAN)).collect())
}

/// The number of each row's class among `classes`.
fn numbered(frame: &Frame, name: &str, classes: &[String]) -> Result<Vec<f64>, TableError> {
    let of = |word: &Option<String>| classes.iter().position(|class| Some(class) == word.as_ref());
    Ok(tables::words(frame, name)?.iter().map(|word| of(word).map_or(f64::NAN, |class| class as f64)).collect())
}

fn group(
    table: &str,
    frame: &Frame,
    group: Option<&(String, String)>,
    asked: MeasuredColumns<'_>,
) -> Result<Vec<RunFigure>, TableError> {
    let MeasuredColumns { label, classes, truth, worth, .. } = asked;
    let spec = asked.target.spec();
    // Each kind of column that the target gives, with its numbers.
    let labels = if spec.holds == Holds::Class { numbered(frame, label, classes)? } else { column(frame, label)? };
    let mut given = vec![(spec.label, vec![labels])];
    for told in spec.columns.iter().filter(|told| !told.takes.is_empty()) {
        let columns: Vec<Vec<f64>> =
            told.names(classes).iter().map(|name| column(frame, name)).collect::<Result<_, _>>()?;
        given.extend(told.takes.iter().map(|takes| (*takes, columns.clone())));
    }
    if spec.decides {
        given.extend(worth.map(|worth| (Takes::Number(Parameter::Threshold), vec![vec![worth]])));
    }
    let find = |takes: Takes| given.iter().find(|(kind, _)| *kind == takes).map(|(_, columns)| columns.clone());
    let n = frame.height();
    let line = |metric: &'static Metric, ceiling: bool, measure| RunFigure {
        table: table.to_owned(),
        group: group.cloned(),
        metric,
        ceiling,
        measure,
        n,
    };
    let mut lines = Vec::new();
    let is_told = |metric: &&Metric| metric.columns().is_some() && !spec.untold.contains(&metric.family);
    for metric in metrics::shown(Shown::Run).filter(is_told) {
        lines.extend(measured(metric, classes, &find).map(|measure| line(metric, false, measure)));
    }
    if let Some(truth) = truth {
        let risk = vec![column(frame, truth)?];
        let of_truth = |takes: Takes| match takes {
            Takes::Score | Takes::Probability => Some(risk.clone()),
            other => find(other),
        };
        let ceiling = spec.ceiling.iter().map(|metric| (*metric, true));
        let by_truth = spec.by_truth.iter().map(|metric| (*metric, false));
        for (metric, ceiling) in ceiling.chain(by_truth).filter(|(metric, _)| is_told(metric)) {
            lines.extend(measured(metric, classes, &of_truth).map(|measure| line(metric, ceiling, measure)));
        }
    }
    Ok(lines)
}

/// How each class is told from all others: those of a class found, those named so that are, and their ranking.
fn each_class(table: &str, frame: &Frame, asked: MeasuredColumns<'_>) -> Result<Vec<RunFigure>, TableError> {
    let MeasuredColumns { target, label, classes, .. } = asked;
    let mut lines = Vec::new();
    let Some(each) = &target.spec().each_class else { return Ok(lines) };
    let (truth, predicted) = (numbered(frame, label, classes)?, numbered(frame, each.predicted, classes)?);
    for (class, name) in classes.iter().enumerate() {
        let is = |of: &[f64]| of.iter().map(|&of| f64::from(u8::from((of - class as f64).abs() < 0.5))).collect();
        let (label_is, alert, score): (Vec<f64>, Vec<f64>, Vec<f64>) =
            (is(&truth), is(&predicted), column(frame, &each.score.of_class(name))?);
        let given = |takes: Takes| match takes {
            Takes::Label => Some(vec![label_is.clone()]),
            Takes::Alert => Some(vec![alert.clone()]),
            Takes::Score => Some(vec![score.clone()]),
            _ => None,
        };
        for metric in each.metrics {
            lines.extend(measured(metric, classes, &given).map(|measure| RunFigure {
                table: table.to_owned(),
                group: Some((label.to_owned(), name.clone())),
                metric,
                ceiling: false,
                measure,
                n: frame.height(),
            }));
        }
    }
    Ok(lines)
}

/// The figures as the table `metrics` that checks can ask.
///
/// # Errors
/// Our own.
pub fn as_table(lines: &[RunFigure]) -> Result<Frame, TableError> {
    let words = |of: &dyn Fn(&RunFigure) -> Option<String>| -> Vec<Option<String>> { lines.iter().map(of).collect() };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_name_are_one_within_their_repeat_only() {
        let mut rows = Frame::empty_with_height(4);
        tables::set_words(&mut rows, "hospital", &["a", "a", "b", "a"].map(Some)).unwrap();
        for (name, values) in
            [("raw", [0.2, 0.4, 0.1, 0.9]), ("p", [0.2, 0.4, 0.1, 0.9]), ("ill", [0.0, 1.0, 0.0, 1.0])]
        {
            tables::set_numbers(&mut rows, name, &values).unwrap();
        }
        let of = |rows: &Frame| column(&counted(rows, "hospital", "ill", Some(0.25)).unwrap(), "p").unwrap();
        let close = |a: &[f64], b: &[f64]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12);
        assert!(close(&of(&rows), &[0.5, 0.1]));
        tables::set_numbers(&mut rows, REPEAT, &[1.0, 1.0, 1.0, 2.0]).unwrap();
        assert!(close(&of(&rows), &[0.3, 0.1, 0.9]));
    }
}
