//! Pictures of figures, as SVG: each says in words what is seen, and has its numbers as a table. One file a picture.
//!
//! Looks are attributes, which a page's own style may overrule by class: a strict policy of a page allows no style inside a picture,
//! and a file that stands alone needs one.

mod axes;
pub mod calibration;
pub mod columns;
pub mod decision;
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
    /// The picture as a file of its own: on white, in the size in which it was drawn, below its title and sentence.
    pub fn file(&self) -> String {
        let said: Vec<_> = textwrap::wrap(&self.sentence, CELLS);
        let above = LINE * (said.len() as f64 + 2.0);
        let (wide, high) = (axes::WIDE, axes::HIGH + above);
        let text = |(at, (weight, line)): (usize, (&str, &str))| {
            let (y, line) = (LINE * (at as f64 + 1.2) - above, escaped(line));
            format!("<text x=\"10\" y=\"{y:.1}\" font-weight=\"{weight}\">{line}</text>\n")
        };
        let lines = std::iter::once(("bold", self.title.as_str())).chain(said.iter().map(|line| ("normal", &**line)));
        let lines: String = lines.enumerate().map(text).collect();
        let paper = format!("<rect y=\"-{above}\" width=\"{wide}\" height=\"{above}\" fill=\"#fff\"/>\n");
        let size = format!("width=\"{wide}\" height=\"{high}\" viewBox=\"0 -{above} {wide} {high}\"");
        let drawn = format!("class=\"plot\" viewBox=\"0 0 {wide} {}\"", axes::HIGH);
        self.svg.replacen(&drawn, &size, 1).replacen("</desc>\n", &format!("</desc>\n{paper}{lines}"), 1) + "\n"
    }
}

/// Cells of a line above a picture, and how far such lines are apart.
const CELLS: usize = 72;
const LINE: f64 = 19.0;

/// Words in the reader's language.
fn pick<'t>(lang: Lang, en: &'t str, ja: &'t str) -> &'t str {
    if lang == Lang::Ja { ja } else { en }
}
