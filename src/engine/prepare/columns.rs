//! From columns to numbers: imputed, scaled, one-hot.

use std::collections::BTreeMap;

use ndarray::Array2;

use crate::cohort::{CohortError, unusable};
use course::dataset::{Dataset, Role};
use course::plan::{Features, Impute, Scale};
use diagnostics::fault::{Id, Place};
use diagnostics::keys::Written;
use diagnostics::text;
use diagnostics::text::Text;
use metrics::spread;
use tables::{Frame, TableError};

/// How each column becomes numbers, as fitted on the training rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Columns {
    columns: Vec<Column>,
}

#[derive(Clone, Debug, PartialEq)]
enum Column {
    Number {
        name: String,
        /// Stands in for a missing value.
        fill: f64,
        /// Whether a further column says that it was missing.
        flag: bool,
        /// `(x − shift) / scale`
        shift: f64,
        scale: f64,
    },
    Levels {
        name: String,
        /// The words or codes of the training rows, in order; others give zeros throughout.
        levels: Vec<String>,
    },
}

/// A level of its own for missing words.
const MISSING: &str = "(missing)";

impl Columns {
    /// Fits the preparation on the training rows `rows` of the learner's data.
    ///
    /// # Errors
    /// Columns that are not the learner's to use, the label among the features, missing values under `impute = "none"`.
    pub fn fit(plan: &Features, dataset: &Dataset, visible: &Frame, rows: &[usize]) -> Result<Self, CohortError> {
        let usable = usable(dataset, visible);
        let unnamed = Place { key: Some("features.use".to_owned()), ..plan.impute.place.clone() };
        let chosen: Vec<Written<String>> = match &plan.columns {
            Some(columns) => columns.value.clone(),
            None => usable
                .iter()
                .filter(|name| dataset.role(name) == Role::Feature)
                .map(|&name| Written { value: name.to_owned(), place: unnamed.clone() })
                .collect(),
        };
        let mut faults = unusable(&[chosen.as_slice(), &plan.one_hot].concat(), dataset, &usable);
        if chosen.is_empty() {
            let place = plan.columns.as_ref().map_or_else(|| plan.impute.place.clone(), |list| list.place.clone());
            let list = usable.join(", ");
            faults.push(diagnostics::fault::Fault::new(
                Id::TooFew,
                place,
                Text::new("no columns", "列が1つもありません"),
                text!("at least one of {list}", "{list} のうち1つ以上"),
            ));
        }
        if !faults.is_empty() {
            return Err(CohortError::Plan(faults));
        }
        let mut columns = Vec::new();
        for asked in &chosen {
            let name = &asked.value;
            let code = plan.one_hot.iter().any(|column| column.value == *name);
            let known = tables::words(visible, name)?;
            if rows.iter().all(|&row| known[row].is_none()) {
                let n = rows.len();
                faults.push(asked.fault(
                    Id::NoValues,
                    text!(
                        "\"{name}\", which is missing in all {n} training rows",
                        "学習用の{n}行すべてで欠測している \"{name}\""
                    ),
                    Text::new(
                        "columns with values among the training rows: [features] use without it, or another split",
                        "学習用の行に値がある列（[features] の use から除くか、分け方を変えてください）",
                    ),
                ));
                continue;
            }
            columns.push(if code || !tables::is_number(visible, name) {
                fit_levels(name, visible, rows)?
            } else {
                let values = tables::numbers(visible, name)?;
                let missing = values.iter().filter(|x| x.is_none()).count();
                if plan.impute.value == Impute::None && missing > 0 {
                    faults.push(plan.impute.fault(
                        Id::MissingValue,
                        text!(
                            "impute = \"none\", but {missing} values of \"{name}\" are missing",
                            "impute = \"none\" ですが、\"{name}\" に欠測が{missing}個あります"
                        ),
                        Text::new(
                            "median, mean, flag+median or flag+mean, or features without missing values",
                            "median、mean、flag+median、flag+mean のいずれか、または欠測のない変数",
                        ),
                    ));
                }
                fit_number(name, &values, rows, plan)
            });
        }
        if faults.is_empty() { Ok(Self { columns }) } else { Err(CohortError::Plan(faults)) }
    }

    /// The names of the numbers that the model sees, in order.
    pub fn names(&self) -> Vec<String> {
        self.columns
            .iter()
            .flat_map(|column| match column {
                Column::Number { name, flag: false, .. } => vec![name.clone()],
                Column::Number { name, flag: true, .. } => vec![name.clone(), format!("{name} missing")],
                Column::Levels { name, levels } => levels.iter().map(|level| format!("{name} = {level}")).collect(),
            })
            .collect()
    }

    /// The numbers of every row: `[rows, features]`.
    ///
    /// # Errors
    /// Our own, where a table lacks a column.
    pub fn apply(&self, frame: &Frame) -> Result<Array2<f32>, TableError> {
        let mut out = Array2::zeros((frame.height(), self.names().len()));
        let mut at = 0;
        for column in &self.columns {
            match column {
                Column::Number { name, fill, flag, shift, scale } => {
                    for (row, value) in tables::numbers(frame, name)?.into_iter().enumerate() {
                        out[[row, at]] = ((value.unwrap_or(*fill) - shift) / scale) as f32;
                        if *flag {
                            out[[row, at + 1]] = f32::from(u8::from(value.is_none()));
                        }
                    }
                    at += 1 + usize::from(*flag);
                }
                Column::Levels { name, levels } => {
                    let place: BTreeMap<&str, usize> = levels.iter().map(String::as_str).zip(0..).collect();
                    for (row, value) in tables::words(frame, name)?.into_iter().enumerate() {
                        if let Some(level) = place.get(value.as_deref().unwrap_or(MISSING)) {
                            out[[row, at + level]] = 1.0;
                        }
                    }
                    at += levels.len();
                }
            }
        }
        Ok(out)
    }
}

/// The columns that a model may see, in the order of the table.
pub fn usable<'f>(dataset: &Dataset, visible: &'f Frame) -> Vec<&'f str> {
    let may = |name: &&str| matches!(dataset.role(name), Role::Feature | Role::Group | Role::Time);
    tables::names(visible).into_iter().filter(may).collect()
}

fn fit_levels(name: &str, visible: &Frame, rows: &[usize]) -> Result<Column, TableError> {
    let words = tables::words(visible, name)?;
    let mut levels: Vec<String> =
        rows.iter().map(|&row| words[row].clone().unwrap_or_else(|| MISSING.to_owned())).collect();
    levels.sort();
    levels.dedup();
    Ok(Column::Levels { name: name.to_owned(), levels })
}

fn fit_number(name: &str, values: &[Option<f64>], rows: &[usize], plan: &Features) -> Column {
    let mut seen: Vec<f64> = rows.iter().filter_map(|&row| values[row]).collect();
    let fill =
        if matches!(plan.impute.value, Impute::Mean | Impute::FlagMean) { mean(&seen) } else { median(&mut seen) };
    let filled: Vec<f64> = rows.iter().map(|&row| values[row].unwrap_or(fill)).collect();
    let (shift, scale) = match plan.scale {
        // What is constant among the training rows stays as it is: the spread that it seems to have is the rounding of its mean.
        Scale::Standard | Scale::MinMax if spread::constant(&filled) => (fill, 1.0),
        Scale::Standard => {
            let mean = mean(&filled);
            let square = filled.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / filled.len().max(1) as f64;
            (mean, square.sqrt())
        }
        Scale::MinMax => {
            let low = filled.iter().copied().fold(f64::INFINITY, f64::min);
            let high = filled.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            (low, high - low)
        }
        Scale::None => (0.0, 1.0),
    };
    let (shift, scale) = if scale.is_finite() { (shift, scale) } else { (fill, 1.0) };
    Column::Number {
        name: name.to_owned(),
        fill,
        flag: matches!(plan.impute.value, Impute::FlagMedian | Impute::FlagMean),
        shift,
        scale,
    }
}

fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}
