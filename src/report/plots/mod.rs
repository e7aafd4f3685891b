//! Pictures of figures, as SVG: each says in words what is seen, and has its numbers as a table. One file a picture.
//!
//! Looks are attributes, which a page's own style may overrule by class: a strict policy of a page allows no style inside a picture,
//! and a file that stands alone needs one.

mod axes;
pub mod calibration;
pub mod columns;
pub mod decision;
pub mod losses;
pub mod roc;
pub mod series;

pub use axes::escaped;
use diagnostics::text::Lang;

/// A picture with all that is said of it, in one language.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// What is seen.
    pub title: String,
    /// One sentence on how it is read, with its main figure.
    pub sentence: String,
    /// The picture, with title and sentence as its text alternative.
    pub svg: String,
    /// The names of the table's columns.
    pub columns: Vec<String>,
    /// Its numbers.
    pub rows: Vec<Vec<String>>,
}

impl Plot {
    /// The picture as a file of its own: on white, in the size in which it was drawn.
    pub fn file(&self) -> String {
        self.svg.replacen("class=\"plot\"", &format!("width=\"{}\" height=\"{}\"", axes::WIDE, axes::HIGH), 1) + "\n"
    }
}

/// Words in the reader's language.
fn pick<'t>(lang: Lang, en: &'t str, ja: &'t str) -> &'t str {
    if lang == Lang::Ja { ja } else { en }
}
