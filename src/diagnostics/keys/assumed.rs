//! What was read as something that plainly was meant.

use crate::text;
use crate::text::Text;

/// A number that was understood although TOML has other signs for it, such as `０．１`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumed {
    /// The line, from 1.
    pub line: usize,
    /// What is written.
    pub written: String,
    /// What it was read as.
    pub read: String,
}

impl Assumed {
    /// What was assumed, for whoever wrote `file`.
    pub fn text(&self, file: &str) -> Text {
        let Self { line, written, read } = self;
        text!(
            "{file}, line {line}: {written} is written in full-width signs; it was read as {read}.",
            "{file} {line}行目：全角の {written} を {read} として読みました。"
        )
    }
}
