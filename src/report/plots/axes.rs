//! The frame of a picture: two axes with their marks, and what lies between them.

use std::fmt::Write as _;

use diagnostics::text::{Lang, unseen};

/// Text as XML has it, without signs that cannot be seen.
pub fn escaped(text: &str) -> String {
    let text: String = text.chars().filter(|c| !unseen(*c)).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The picture's width.
pub(super) const WIDE: f64 = 560.0;
/// The picture's height.
pub(super) const HIGH: f64 = 480.0;
/// The frame's edges within the picture: left, top, right, bottom.
const EDGES: [f64; 4] = [70.0, 20.0, 544.0, 424.0];

const INK: &str = "#282830";
/// What is drawn first.
pub(super) const BLUE: &str = "#0060a8";
/// What is compared with it.
pub(super) const ORANGE: &str = "#b85000";
const GREY: &str = "#868a92";

/// An axis: its ends, its name, and how a mark on it is written.
pub(super) struct Axis<'a> {
    pub(super) ends: (f64, f64),
    pub(super) name: &'a str,
    pub(super) mark: fn(f64) -> String,
}

/// A picture that is being drawn.
pub(super) struct Frame<'a> {
    across: Axis<'a>,
    upward: Axis<'a>,
    body: String,
}

/// A share as whole per cent.
pub(super) fn percent(x: f64) -> String {
    format!("{:.0}%", 100.0 * x)
}

/// Marks between two ends: about `wanted`, at round numbers.
fn marks((low, high): (f64, f64), wanted: f64) -> Vec<f64> {
    let rough = (high - low) / wanted;
    if rough <= 0.0 || !rough.is_finite() {
        return vec![low];
    }
    let power = 10_f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].into_iter().map(|n| n * power).find(|step| *step >= rough * 0.999).unwrap_or(rough);
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(|n| n as f64 * step).collect()
}

impl<'a> Frame<'a> {
    pub(super) fn new(across: Axis<'a>, upward: Axis<'a>) -> Self {
        let mut frame = Self { across, upward, body: String::new() };
        let [left, top, right, bottom] = EDGES;
        for x in marks(frame.across.ends, 6.0) {
            let (at, name) = (frame.x(x), escaped(&(frame.across.mark)(x)));
            let _ = writeln!(
                frame.body,
                "<path class=\"grid\" d=\"M{at:.1} {top}V{bottom}\" stroke=\"#e2e4e8\"/>\
                 <text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{name}</text>",
                bottom + 18.0,
            );
        }
        for y in marks(frame.upward.ends, 5.0) {
            let (at, name) = (frame.y(y), escaped(&(frame.upward.mark)(y)));
            let _ = writeln!(
                frame.body,
                "<path class=\"grid\" d=\"M{left} {at:.1}H{right}\" stroke=\"#e2e4e8\"/>\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{name}</text>",
                left - 8.0,
                at + 4.0,
            );
        }
        let (middle, down) = (f64::midpoint(left, right), f64::midpoint(top, bottom));
        let (across, upward) = (escaped(frame.across.name), escaped(frame.upward.name));
        let _ = writeln!(
            frame.body,
            "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{across}</text>\
             <text transform=\"translate(18 {down}) rotate(-90)\" text-anchor=\"middle\">{upward}</text>",
            bottom + 42.0,
        );
        frame
    }

    fn x(&self, x: f64) -> f64 {
        let ([left, _, right, _], (low, high)) = (EDGES, self.across.ends);
        left + ((x - low) / (high - low)).clamp(0.0, 1.0) * (right - left)
    }

    fn y(&self, y: f64) -> f64 {
        let ([_, top, _, bottom], (low, high)) = (EDGES, self.upward.ends);
        bottom - ((y - low) / (high - low)).clamp(0.0, 1.0) * (bottom - top)
    }

    /// A line through points; `look` is its class.
    pub(super) fn line(&mut self, look: &str, colour: &str, points: impl IntoIterator<Item = (f64, f64)>) {
        let points: Vec<String> =
            points.into_iter().map(|(x, y)| format!("{:.1} {:.1}", self.x(x), self.y(y))).collect();
        if points.len() > 1 {
            let path = points.join("L");
            let _ = writeln!(
                self.body,
                "<path class=\"{look}\" d=\"M{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>"
            );
        }
    }

    /// The line on which both axes agree, or another that says what would be without a model.
    pub(super) fn dashed(&mut self, from: (f64, f64), to: (f64, f64)) {
        let _ = writeln!(
            self.body,
            "<path class=\"beside\" d=\"M{:.1} {:.1}L{:.1} {:.1}\" stroke=\"{GREY}\" stroke-width=\"2\" stroke-dasharray=\"8 6\"/>",
            self.x(from.0),
            self.y(from.1),
            self.x(to.0),
            self.y(to.1),
        );
    }

    /// A dot, with an interval upward where there is one.
    pub(super) fn dot(&mut self, (x, y): (f64, f64), interval: Option<(f64, f64)>) {
        let (across, upward) = (self.x(x), self.y(y));
        if let Some((low, high)) = interval {
            let (low, high) = (self.y(low), self.y(high));
            let _ = write!(
                self.body,
                "<path class=\"first\" d=\"M{across:.1} {low:.1}V{high:.1}\" stroke=\"{BLUE}\" stroke-width=\"2\"/>"
            );
        }
        let _ = writeln!(
            self.body,
            "<circle class=\"first\" cx=\"{across:.1}\" cy=\"{upward:.1}\" r=\"5\" fill=\"{BLUE}\"/>"
        );
    }

    /// A bar that stands on the lower axis, `share` of a fifth of the frame high.
    pub(super) fn bar(&mut self, (from, to): (f64, f64), share: f64) {
        let [_, top, _, bottom] = EDGES;
        let (left, right, high) = (self.x(from), self.x(to), share * (bottom - top) / 5.0);
        let _ = writeln!(
            self.body,
            "<rect class=\"bar\" x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{high:.1}\" fill=\"{GREY}\" fill-opacity=\"0.35\"/>",
            bottom - high,
            (right - left - 1.0).max(0.5),
        );
    }

    /// Words beside a point.
    pub(super) fn words(&mut self, (x, y): (f64, f64), words: &str) {
        let [_, top, right, _] = EDGES;
        let (across, upward) = (self.x(x), self.y(y).max(top + 14.0));
        let (anchor, away) = if across > right - 150.0 { ("end", -10.0) } else { ("start", 10.0) };
        let _ = writeln!(
            self.body,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            across + away,
            upward + 16.0,
            escaped(words),
        );
    }

    /// The picture, with its text alternative; `name` tells it from others of the same page.
    pub(super) fn svg(self, name: &str, lang: Lang, title: &str, sentence: &str) -> String {
        let (title, sentence, body) = (escaped(title), escaped(sentence), self.body);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:lang=\"{lang}\" class=\"plot\" viewBox=\"0 0 {WIDE} {HIGH}\" role=\"img\" \
             aria-labelledby=\"{name}-title {name}-about\" font-family=\"sans-serif\" font-size=\"13\" fill=\"{INK}\">\
             <title id=\"{name}-title\">{title}</title><desc id=\"{name}-about\">{sentence}</desc>\n\
             <rect class=\"paper\" width=\"{WIDE}\" height=\"{HIGH}\" fill=\"#fff\"/>\n{body}</svg>",
            lang = lang.code(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_at_round_numbers() {
        let shown = |ends, wanted| marks(ends, wanted).iter().map(|x| format!("{x:.2}")).collect::<Vec<_>>().join(" ");
        assert_eq!(shown((0.0, 1.0), 5.0), "0.00 0.20 0.40 0.60 0.80 1.00");
        assert_eq!(shown((0.0, 0.3), 6.0), "0.00 0.05 0.10 0.15 0.20 0.25 0.30");
        assert_eq!(marks((1.0, 15.0), 6.0), [5.0, 10.0, 15.0]);
        assert_eq!(marks((2.0, 2.0), 5.0), [2.0]);
    }
}
