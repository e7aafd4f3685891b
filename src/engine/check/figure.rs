//! A figure that a check shows, kept to the last bit.

use serde::{Deserialize, Serialize};

/// A figure that a check shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// A number; never NaN.
    Number(#[serde(with = "crate::exact")] f64),
    /// A word.
    Word(String),
    /// It could not be computed.
    Undefined,
}
