//! From a row to the numbers that a model sees; whatever is fitted for it is fitted on training rows only.

mod columns;
mod pictures;

use ndarray::{Array2, Axis};

use crate::cohort::{self, CohortError};
use crate::models::{Input, Sees, Tells, fits, kinds, nature};
use crate::synth::Pictures;
use course::dataset::Dataset;
use course::plan::{Plan, Wanted};
use diagnostics::fault::{Fault, Id};
use diagnostics::text;
use tables::{Frame, TableError};

pub use columns::{Columns, usable};
pub use pictures::Views;

/// What was fitted to turn rows into numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Prepared {
    /// For models that see columns.
    Columns(Columns),
    /// For models that see pictures.
    Pictures(Views),
}

impl Prepared {
    /// Fits the preparation on the training rows `rows` of the learner's data. `pictures` are drawn of the learner's rows where
    /// the model sees pictures.
    ///
    /// # Errors
    /// Columns that are not the learner's to use, crops that leave nothing, pictures that the model cannot take.
    pub fn fit(
        plan: &Plan,
        dataset: &Dataset,
        visible: &Frame,
        pictures: Option<&Pictures>,
        rows: &[usize],
    ) -> Result<Self, CohortError> {
        let prepared = match pictures {
            Some(pictures) => Self::Pictures(Views::fit(&plan.image, pictures, rows).map_err(CohortError::Plan)?),
            None => Self::Columns(Columns::fit(&plan.features, dataset, visible, rows)?),
        };
        fits(&plan.model, prepared.input()).map_err(|(found, expected)| {
            let place = match &prepared {
                Self::Pictures(_) if plan.image.resize.value > 0 => plan.image.resize.place.clone(),
                Self::Pictures(_) if plan.image.crop.value != [0; 4] => plan.image.crop.place.clone(),
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
            Self::Pictures(views) => views.input(),
        }
    }

    /// What the model sees, in words.
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::Columns(columns) => columns.names(),
            Self::Pictures(views) => vec![views.name()],
        }
    }

    /// The numbers of these rows: `[rows, numbers of the input]`.
    ///
    /// # Errors
    /// Our own, where a table lacks a column or there are no pictures for a model that sees them.
    pub fn apply(&self, frame: &Frame, pictures: Option<&Pictures>, rows: &[usize]) -> Result<Array2<f32>, TableError> {
        match (self, pictures) {
            (Self::Columns(columns), _) => Ok(columns.apply(frame)?.select(Axis(0), rows)),
            (Self::Pictures(views), Some(pictures)) => Ok(views.apply(pictures, rows)),
            (Self::Pictures(_), None) => Err(TableError::new("rows without pictures, for a model that sees pictures")),
        }
    }
}

/// What a plan asks of the data that they do not have: conditions, a unit, and columns where its model sees columns.
pub fn astray(wanted: &Wanted, dataset: &Dataset, visible: &Frame) -> Vec<Fault> {
    let of_columns = wanted.model.as_ref().is_some_and(|kind| nature(kind).0 == Sees::Columns);
    let usable = of_columns.then(|| usable(dataset, visible));
    cohort::astray(wanted, dataset, visible, usable.as_deref())
}

/// Whether the plan's model sees pictures.
///
/// # Errors
/// It does, but the dataset has none; or it draws masks, but the dataset outlines nothing.
pub fn sees_pictures(plan: &Plan, dataset: &Dataset) -> Result<bool, CohortError> {
    let kind = plan.model.string("kind");
    let (sees, tells) = nature(&kind);
    if sees == Sees::Columns {
        return Ok(false);
    }
    let place = plan.model.place_of("kind");
    let of = |wanted: (Sees, Tells)| -> String {
        let kinds = kinds().into_iter().map(|(kind, _)| kind).filter(|kind| nature(kind) == wanted);
        kinds.collect::<Vec<_>>().join(", ")
    };
    let Some(image) = &dataset.image else {
        let list = of((Sees::Columns, Tells::Row));
        return Err(Fault::new(
            Id::DoesNotApply,
            place,
            text!(
                "{kind}, which sees pictures; these data have none",
                "{kind} は画像を見るモデルですが、このデータに画像はありません"
            ),
            text!("a model of columns: {list}", "表の列を見るモデル（{list}）"),
        )
        .into());
    };
    if tells == Tells::Pixels && image.mask.is_none() {
        let list = of((Sees::Picture, Tells::Row));
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
