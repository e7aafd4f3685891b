//! Metrics: pure functions from checked numbers to an [`Estimate`], or to the reason why there is none.
//!
//! One file or folder per family; beside each function stands its [entry](entry::Metric), which is all that checks, `practicum
//! measure`, the figures of a run and the reference know of it. Nothing here prints, draws from a global generator or knows of
//! tables. Input is read in two steps: the constructors of the checked types ([`Binary`], [`Probabilities`],
//! [`Confusion`](classification::Confusion), ...) refuse what cannot be meant ([`BadInput`]); the metrics themselves then only
//! answer with a figure or an [`Undefined`] reason.

pub mod agreement;
pub mod boxes;
pub mod calibration;
pub mod classification;
pub mod design;
pub mod detection;
pub mod distributions;
pub mod drift;
pub mod entry;
pub mod errors;
pub mod estimate;
pub mod fairness;
pub mod input;
pub mod intervals;
pub mod linear;
pub mod logistic;
pub mod masks;
pub mod order;
pub mod reason;
pub mod registry;
pub mod segmentation;
pub mod sequence;
pub mod spread;
pub mod survival;
pub mod uncertainty;
pub mod utility;

pub use entry::{Metric, Parameter, Shown, Takes};
pub use estimate::{Estimate, Measure};
pub use input::{Binary, Classes, Probabilities};
pub use reason::{BadInput, Undefined};
pub use registry::{all, metric, of, shown};
