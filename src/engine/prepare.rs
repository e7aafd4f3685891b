//! From a row to the numbers that a model sees; whatever is fitted for it is fitted on training rows only.

mod columns;
mod views;

use ndarray::{Array2, Axis};

use crate::cohort::{self, CohortError};
use crate::models::{Input, Sees, Tells, fits, kinds, nature};
use crate::signal::{Shape, Signals};
use course::dataset::{Dataset, Role, SIGNAL_WORD};
use course::plan::{Plan, Wanted};
use diagnostics::fault::{Fault, Id};
use diagnostics::keys::Written;
use diagnostics::text;
use diagnostics::text::Text;
use tables::{Frame, TableError};

pub use columns::{Columns, usable};
pub use views::Views;

/// What was fitted to turn rows into numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Prepared {
    /// For models that see columns.
    Columns(Columns),
    /// For models that see signals.
    Signals(Views),
}

impl Prepared {
    /// Fits the preparation on the training rows `rows` of the learner's data. `signals` are those of the learner's rows, where
    /// the model sees them.
    ///
    /// # Errors
    /// Columns that are not the learner's to use, crops that leave nothing, settings of pictures for other signals, signals that the model cannot take.
    pub fn fit(
        plan: &Plan,
        dataset: &Dataset,
        visible: &Frame,
        signals: Option<&Signals>,
        rows: &[usize],
    ) -> Result<Self, CohortError> {
        let prepared = match signals {
            Some(signals) => {
                let faults = if signals.shape.as_picture().is_some() { Vec::new() } else { views::of_pictures(plan) };
                if !faults.is_empty() {
                    return Err(CohortError::Plan(faults));
                }
                Self::Signals(Views::fit(&plan.image, signals, rows).map_err(CohortError::Plan)?)
            }
            None => Self::Columns(Columns::fit(&plan.features, dataset, visible, rows)?),
        };
        fits(&plan.model, prepared.input()).map_err(|(found, expected)| {
            let place = match &prepared {
                Self::Signals(_) if plan.image.resize.value > 0 => plan.image.resize.place.clone(),
                Self::Signals(_) if plan.image.crop.value != [0; 4] => plan.image.crop.place.clone(),
                _ => plan.model.place_of("depth"),
            };
            CohortError::Plan(vec![Fault::new(Id::TooLarge, place, found, expected)])
        })?;
        Ok(prepared)
    }

    /// What lies in a row of [`Prepared::apply`].
    pub fn input(&self) -> Input {
        match self {
            Self::Columns(columns) => Input::Columns(columns.names().len()),
            Self::Signals(views) => views.input(),
        }
    }

    /// What the model sees, in words.
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::Columns(columns) => columns.names(),
            Self::Signals(views) => vec![views.name()],
        }
    }

    /// The numbers of these rows: `[rows, numbers of the input]`.
    ///
    /// # Errors
    /// Our own, where a table lacks a column or there are no pictures for a model that sees them.
    pub fn apply(&self, frame: &Frame, signals: Option<&Signals>, rows: &[usize]) -> Result<Array2<f32>, TableError> {
        match (self, signals) {
            (Self::Columns(columns), _) => Ok(columns.apply(frame)?.select(Axis(0), rows)),
            (Self::Signals(views), Some(signals)) => Ok(views.apply(signals, rows)),
            (Self::Signals(_), None) => Err(TableError::new("rows without signals, for a model that sees them")),
        }
    }
}

/// What a plan asks of the data that they do not have: conditions, a unit, and columns where its model sees columns.
pub fn astray(wanted: &Wanted, dataset: &Dataset, visible: &Frame) -> Vec<Fault> {
    let of_columns = wanted.model.as_ref().is_some_and(|kind| nature(kind).0 == Sees::Columns);
    let usable = of_columns.then(|| usable(dataset, visible));
    let with_signal = usable.map(|mut usable| {
        usable.extend(dataset.has_signals().then_some(SIGNAL_WORD));
        usable
    });
    cohort::astray(wanted, dataset, visible, with_signal.as_deref())
}

/// Whether the plan's model sees the rows' signals, whose shape this is, rather than their columns. A model that takes any numbers does
/// where its `use` says so, and where the data have signals and no columns to use.
///
/// # Errors
/// It sees pictures or series, but the data have none or others; it draws masks, but the dataset outlines nothing; it is given the
/// signal and columns together.
pub fn sees_signals(
    plan: &Plan,
    dataset: &Dataset,
    visible: &Frame,
    shape: Option<Shape>,
) -> Result<bool, CohortError> {
    let kind = plan.model.string("kind");
    let (sees, tells) = nature(&kind);
    let place = plan.model.place_of("kind");
    let of = |sees: Sees, tells: Tells| -> String {
        let kinds = kinds().into_iter().map(|(kind, _)| kind).filter(|kind| nature(kind) == (sees, tells));
        kinds.collect::<Vec<_>>().join(", ")
    };
    let any = of(Sees::Columns, Tells::Row);
    if sees == Sees::Columns {
        let usable = usable(dataset, visible);
        let Some(columns) = &plan.features.columns else {
            let is_feature = |name: &&str| dataset.role(name) == Role::Feature;
            return Ok(shape.is_some() && !usable.iter().any(is_feature));
        };
        let is_there = shape.is_some() && !usable.contains(&SIGNAL_WORD);
        let is_signal = |column: &Written<String>| is_there && column.value == SIGNAL_WORD;
        if columns.value.len() > 1
            && let Some(signal) = columns.value.iter().find(|column| is_signal(column))
        {
            return Err(signal
                .fault(
                    Id::Together,
                    text!("\"{SIGNAL_WORD}\" beside columns", "\"{SIGNAL_WORD}\" と列の両方があります"),
                    text!(
                        "use = [\"{SIGNAL_WORD}\"] alone, or columns alone",
                        "use = [\"{SIGNAL_WORD}\"] だけ、または列だけ"
                    ),
                )
                .into());
        }
        return Ok(columns.value.iter().any(is_signal));
    }
    let (what, what_ja) = match sees {
        Sees::Series => ("series", "時系列"),
        Sees::Picture | Sees::Columns => ("pictures", "画像"),
    };
    let Some(shape) = shape else {
        return Err(Fault::new(
            Id::DoesNotApply,
            place,
            text!(
                "{kind}, which sees {what}; these data have none",
                "{kind} は{what_ja}を見るモデルですが、このデータに{what_ja}はありません"
            ),
            text!("a model of columns: {any}", "表の列を見るモデル（{any}）"),
        )
        .into());
    };
    let suits = match shape {
        Shape::Series(_) => sees == Sees::Series,
        Shape::Volume(_) => sees == Sees::Picture && shape.as_picture().is_some(),
    };
    let (found, found_ja, fitting) = match shape {
        Shape::Series([channels, steps]) => (
            format!("series ({channels} × {steps}: channels × steps)"),
            format!("時系列（{channels}×{steps}：チャンネル×時点）"),
            Some(of(Sees::Series, Tells::Row)),
        ),
        Shape::Volume([channels, 1, height, width]) => (
            format!("pictures ({channels} × {height} × {width}: channels × height × width)"),
            format!("画像（{channels}×{height}×{width}：チャンネル×縦×横）"),
            Some(of(Sees::Picture, Tells::Row)),
        ),
        Shape::Volume([channels, depth, height, width]) => (
            format!("volumes ({channels} × {depth} × {height} × {width}: channels × depth × height × width)"),
            format!("ボリューム（{channels}×{depth}×{height}×{width}：チャンネル×奥行き×縦×横）"),
            None,
        ),
    };
    if !suits {
        let flat = text!(
            "with [features] use = [\"{SIGNAL_WORD}\"] one of {any}",
            "[features] の use = [\"{SIGNAL_WORD}\"] とともに {any} のいずれか"
        );
        let expected = match fitting {
            Some(own) => {
                let Text { en, ja } = flat;
                text!("{own}; or, {en}", "{own}。または、{ja}")
            }
            None => flat,
        };
        return Err(Fault::new(
            Id::DoesNotApply,
            place,
            text!(
                "{kind}, which sees {what}; these data have {found}",
                "{kind} は{what_ja}を見るモデルですが、このデータは{found_ja}です"
            ),
            expected,
        )
        .into());
    }
    if tells == Tells::Pixels && dataset.image.as_ref().is_none_or(|image| image.mask.is_none()) {
        let list = of(Sees::Picture, Tells::Row);
        return Err(Fault::new(
            Id::DoesNotApply,
            place,
            text!(
                "{kind}, which draws masks; these data have none",
                "{kind} はマスクを描くモデルですが、このデータにマスクはありません"
            ),
            text!("a model that gives one risk for the picture: {list}", "画像に1つのリスクを付けるモデル（{list}）"),
        )
        .into());
    }
    Ok(true)
}
