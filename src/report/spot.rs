//! The line of a file on which something stands, with the spot underlined.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstyle::Style as Paint;
use diagnostics::fault::Place;
use diagnostics::text::unseen;
use unicode_width::UnicodeWidthChar;

/// The line on which a place begins, each of ours behind `indent`; nothing where its text is not at hand. `number` and `mark` are the
/// paints of the line's number and of what underlines.
pub(super) fn shown(place: &Place, indent: &str, width: usize, number: Paint, mark: Paint) -> String {
    let Some((line, (lines, range))) = place.line.zip(place.spot.as_ref().and_then(|spot| spot.lines())) else {
        return String::new();
    };
    let first = lines.split('\n').next().unwrap_or_default().trim_end();
    if first.is_empty() {
        return String::new();
    }
    // What cannot be seen takes a cell, so that what is underlined stays above its line.
    let (mut text, mut from, mut to) = (String::with_capacity(first.len()), None, None);
    // Of what is long the beginning says where it is.
    let most = width / 2;
    let mut cells = 0;
    for (at, sign) in first.char_indices() {
        if at >= range.start && from.is_none() {
            from = Some(text.len());
        }
        if from.is_some() && to.is_none() {
            cells += sign.width().unwrap_or(4);
            if at >= range.end || cells > most {
                to = Some(text.len());
            }
        }
        text.push(if unseen(sign) { '\u{fffd}' } else { sign });
    }
    let from = from.unwrap_or(text.len());
    let spot = from..to.unwrap_or(text.len()).max(from);
    let snippet = Snippet::source(text).line_start(line).annotation(AnnotationKind::Primary.span(spot));
    let room = width.saturating_sub(indent.len());
    let renderer = Renderer::styled().term_width(room).line_num(number).error(mark).none(Paint::new());
    let told = renderer.render(&[Group::with_level(Level::ERROR).element(snippet)]);
    // The first line only makes room.
    let lines: Vec<&str> = told.lines().skip(1).map(str::trim_end).collect();
    lines.iter().flat_map(|line| [indent, *line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unicode_width::UnicodeWidthStr;

    use super::*;

    /// What is underlined, as it is shown: cut out of the line by the cells of the marks below it.
    fn underlined(told: &str) -> String {
        let lines: Vec<&str> = told.lines().collect();
        let [line, marks] = lines[..] else { panic!("{told}") };
        let (before, long) = (marks.find('^').unwrap(), marks.matches('^').count());
        let mut at = 0;
        let of = |sign: &char| {
            let from = at;
            at += sign.width().unwrap_or(0);
            (before..before + long).contains(&from)
        };
        line.chars().filter(of).collect()
    }

    #[test]
    fn what_is_underlined_stands_above_its_marks_whatever_is_before_it() {
        let long = "x".repeat(300);
        let values = ["12", "あいう", "'site = 1'", "\u{3000}", "é"];
        let befores = ["", "a = ", "\ta\t= ", "全角の題名：「", "# \u{1f600} ", "\u{1b}[2J\u{202e}", &long];
        for width in [60, 80] {
            for (before, value, after) in
                befores.iter().flat_map(|b| values.iter().flat_map(move |v| ["", " # 注釈", "y"].map(|a| (b, v, a))))
            {
                let text: Arc<str> = format!("one\r\n{before}{value}{after}\r\nthree").into();
                let start = 5 + before.len();
                let place = Place::of("plan.toml", &text, start..start + value.len());
                let told = shown(&place, "    ", width, Paint::new(), Paint::new());
                assert!(told.lines().all(|line| line.width() <= width), "{told}");
                // Nothing is seen of a blank at the end of a line.
                if *value == "\u{3000}" && after.is_empty() {
                    continue;
                }
                assert_eq!(underlined(&told), *value, "{told}");
                assert!(told.starts_with("    2 | "), "{told}");
            }
        }
    }

    #[test]
    fn of_what_is_long_the_beginning_is_underlined_and_no_line_is_too_wide() {
        for (width, sign) in [(60, "a"), (80, "a"), (60, "長"), (80, "長"), (80, "\t")] {
            let text: Arc<str> = format!("key = '{}'\nnext", sign.repeat(500)).into();
            let place = Place::of("plan.toml", &text, 6..text.len() - 5);
            let told = shown(&place, "    ", width, Paint::new(), Paint::new());
            assert!(told.contains("key = ") && told.contains('^'), "{told}");
            assert!(told.lines().all(|line| line.width() <= width), "{told}");
        }
    }

    #[test]
    fn a_mistake_of_several_lines_shows_the_first_and_one_at_the_end_of_a_file_its_last() {
        let text: Arc<str> = "sql = '''\nSELECT 1\n'''".into();
        let told = |range| shown(&Place::of("a.toml", &text, range), "", 80, Paint::new(), Paint::new());
        assert_eq!(told(6..text.len()), "1 | sql = '''\n  |       ^^^\n");
        assert_eq!(told(text.len()..text.len()), "3 | '''\n  |    ^\n");
        assert_eq!(shown(&Place::file("a.toml"), "", 80, Paint::new(), Paint::new()), "");
    }
}
