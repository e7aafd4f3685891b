//! Reliability for the eye: where the reference's figures lie, and where those of the wrong solutions do.

use std::fmt::Write as _;

use super::reliability::{OfCheck, Reliability, short};
use course::pack::REFERENCE;
use report::plots::escaped;

/// Values of one solution on a check's figure.
struct Row<'c> {
    name: &'c str,
    is_reference: bool,
    values: &'c [f64],
}

fn rows(check: &OfCheck) -> Vec<Row<'_>> {
    let reference = Row { name: REFERENCE, is_reference: true, values: &check.reference };
    let wrong =
        check.wrong.iter().map(|wrong| Row { name: &wrong.mistake, is_reference: false, values: &wrong.figures });
    std::iter::once(reference).chain(wrong).filter(|row| !row.values.is_empty()).collect()
}

/// From the smallest to the largest value of all rows; none where nothing varies.
fn range(rows: &[Row]) -> Option<(f64, f64)> {
    let values = || rows.iter().flat_map(|row| row.values.iter().copied());
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    (low < high).then_some((low, high))
}

/// How many values fall into each of `cells` equal parts of the range.
fn histogram(values: &[f64], (low, high): (f64, f64), cells: usize) -> Vec<usize> {
    let mut counts = vec![0; cells];
    for value in values {
        let at = ((value - low) / (high - low) * cells as f64).floor().max(0.0) as usize;
        counts[at.min(cells - 1)] += 1;
    }
    counts
}

/// The limits at which the verdict turns, as far as the draws show: between the last figure that failed and the first that passed.
fn limits(check: &OfCheck) -> Vec<f64> {
    let Some((low, high)) = check.passed else { return Vec::new() };
    let below = check.failed.0.map(|failed| f64::midpoint(failed, low));
    let above = check.failed.1.map(|failed| f64::midpoint(failed, high));
    below.into_iter().chain(above).collect()
}

/// One line per solution, `width` cells wide, on a common scale, and the limits below them. Empty where there is nothing to draw.
pub fn lines(check: &OfCheck, width: usize) -> Vec<String> {
    const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let rows = rows(check);
    let Some(range) = range(&rows) else { return Vec::new() };
    let name = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let mut out = Vec::new();
    for row in &rows {
        let counts = histogram(row.values, range, width);
        let most = counts.iter().copied().max().unwrap_or(1).max(1);
        let cell = |count: &usize| if *count == 0 { ' ' } else { HEIGHTS[(count * 8).div_ceil(most) - 1] };
        let drawn: String = counts.iter().map(cell).collect();
        out.push(format!("{:<name$}  {}", row.name, drawn.trim_end()));
    }
    let mut axis = vec!['╌'; width];
    for limit in limits(check) {
        let at = (limit - range.0) / (range.1 - range.0) * width as f64;
        axis[(at.max(0.0) as usize).min(width - 1)] = '┊';
    }
    let (low, high) = (short(range.0), short(range.1));
    out.push(format!("{:name$}  {}", "", axis.into_iter().collect::<String>()));
    out.push(format!("{:name$}  {low}{:>rest$}", "", high, rest = width.saturating_sub(low.len())));
    out
}

/// Measures of the picture, in its units.
const WIDE: usize = 760;
const LEFT: usize = 200;
const PLOT: usize = 520;
const ROW: usize = 26;
const CELLS: usize = 130;

/// All checks as an SVG picture: above each scale a row per solution; the shaded band is where figures passed.
pub fn svg(reliability: &Reliability) -> String {
    let mut body = String::new();
    let mut y = 40;
    let _ = writeln!(
        body,
        "<text x=\"16\" y=\"24\" class=\"title\">{}: {} draws</text>",
        escaped(&reliability.exercise),
        reliability.seeds
    );
    for check in &reliability.checks {
        let rows = rows(check);
        let Some(range) = range(&rows) else { continue };
        let figure = check.figure.as_deref().unwrap_or_default();
        let across = |x: f64| LEFT as f64 + (x - range.0) / (range.1 - range.0) * PLOT as f64;
        y += 22;
        let _ = writeln!(
            body,
            "<text x=\"16\" y=\"{y}\" class=\"check\">{}</text><text x=\"{LEFT}\" y=\"{y}\">{}</text>",
            escaped(&check.id),
            escaped(figure)
        );
        y += 8;
        let height = ROW * rows.len();
        if let Some((low, high)) = check.passed {
            let limits = limits(check);
            let left = check.failed.0.and(limits.first().copied()).unwrap_or(range.0.min(low));
            let right = check.failed.1.and(limits.last().copied()).unwrap_or(range.1.max(high));
            // Other solutions may have passed beyond what is drawn here.
            let (left, right) = (across(left).max(LEFT as f64), across(right).min((LEFT + PLOT) as f64));
            let _ = writeln!(
                body,
                "<rect x=\"{left:.1}\" y=\"{y}\" width=\"{:.1}\" height=\"{height}\" class=\"passes\"/>",
                (right - left).max(1.0)
            );
        }
        for row in &rows {
            y += ROW;
            let class = if row.is_reference { "right" } else { "wrong" };
            let _ =
                writeln!(body, "<text x=\"{}\" y=\"{}\" class=\"name\">{}</text>", LEFT - 10, y - 6, escaped(row.name));
            let counts = histogram(row.values, range, CELLS);
            let most = counts.iter().copied().max().unwrap_or(1).max(1) as f64;
            let mut path = String::new();
            for (cell, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                let (x, up) = (LEFT + cell * PLOT / CELLS, *count as f64 / most * (ROW - 6) as f64);
                let _ = write!(path, "M{x} {y}v-{up:.1}h{}v{up:.1}z", PLOT / CELLS);
            }
            let _ = writeln!(body, "<path d=\"{path}\" class=\"{class}\"/>");
        }
        let _ = writeln!(
            body,
            "<line x1=\"{LEFT}\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\"/><text x=\"{LEFT}\" y=\"{ticks}\">{}</text>\
             <text x=\"{}\" y=\"{ticks}\" class=\"name\">{}</text>",
            LEFT + PLOT,
            short(range.0),
            LEFT + PLOT,
            short(range.1),
            ticks = y + 14,
        );
        y += 24;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDE} {h}\" width=\"{WIDE}\" height=\"{h}\">\n\
         <style>text{{font:12px sans-serif;fill:#282830}}.title{{font-size:15px}}.check{{font-weight:bold}}\
         .name{{text-anchor:end}}.right{{fill:#0060a8}}.wrong{{fill:#c8501e}}.passes{{fill:#e4f0e4}}line{{stroke:#96999f}}</style>\n\
         <rect width=\"{WIDE}\" height=\"{h}\" fill=\"#fff\"/>\n{body}</svg>\n",
        h = y + 16,
    )
}

#[cfg(test)]
mod tests {
    use super::super::reliability::{Gap, Rate, Wrong};
    use super::*;

    #[test]
    fn right_and_wrong_stand_on_one_scale() {
        let check = OfCheck {
            id: "useful".to_owned(),
            figure: Some("share".to_owned()),
            failures: Rate::new(0, 3),
            reference: vec![0.9, 0.95, 1.0],
            wrong: vec![Wrong { mistake: "raw".to_owned(), escapes: Rate::new(0, 3), figures: vec![0.0, 0.05, 0.1] }],
            passed: Some((0.9, 1.0)),
            failed: (Some(0.1), None),
            gap: Some(Gap { margin: 0.8, suggests: vec![0.5] }),
        };
        let lines = lines(&check, 20);
        assert_eq!(lines.len(), 4);
        assert!(
            lines[0].starts_with("solution  ")
                && lines[0].trim_start_matches("solution").starts_with("                  ")
        );
        assert!(lines[1].starts_with("raw       █"), "{lines:?}");
        assert_eq!(lines[2].chars().position(|c| c == '┊'), Some(10 + 10), "half way: {lines:?}");
    }
}
