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

/// A number for people: so many decimals, or three significant digits.
pub fn show(x: f64, decimals: Option<usize>) -> String {
    let decimals = decimals.unwrap_or_else(|| {
        let digits = if x == 0.0 { 0 } else { x.abs().log10().floor() as i32 };
        usize::try_from(2 - digits).unwrap_or(0).min(6)
    });
    let shown = format!("{x:.decimals$}");
    if shown.trim_start_matches('-').chars().all(|c| c == '0' || c == '.') {
        shown.trim_start_matches('-').to_owned()
    } else {
        shown
    }
}
