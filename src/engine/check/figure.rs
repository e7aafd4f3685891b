//! A figure that a check shows.

/// A figure that a check shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure {
    /// A number.
    Number(f64),
    /// A word.
    Word(String),
    /// It could not be computed.
    Undefined,
}
