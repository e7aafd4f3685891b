//! Cells in columns, within the width of the terminal: columns stand closer, titles break, and a table becomes several, before
//! anything is wider than the line. What is left too wide is stacked, one figure under the other.

use unicode_width::UnicodeWidthStr;

/// Cells before every line.
const MARGIN: usize = 2;

/// A title breaks where it is wider than this and than its column.
const TITLE: usize = 12;

/// The first column stands to the left, the others to the right. The first `heads` rows are titles. No line is wider than `width`,
/// as far as its words can be broken.
pub(super) fn table(rows: &[Vec<String>], heads: usize, width: usize) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |rows: &[Vec<String>], i: usize| {
        rows.iter().filter_map(|row| row.get(i)).map(|cell| cell.width()).max().unwrap_or(0)
    };
    let (all, name) = ((1..columns).collect::<Vec<_>>(), widest(rows, 0));
    let natural: Vec<usize> = (0..columns).map(|i| widest(rows, i)).collect();
    for gap in [3, 2] {
        if MARGIN + name + all.iter().map(|&i| gap + natural[i]).sum::<usize>() <= width {
            return lines(rows, heads, &all, gap, &natural);
        }
    }
    let body = rows.get(heads..).unwrap_or_default();
    let narrow: Vec<usize> =
        (0..columns).map(|i| if i == 0 { name } else { widest(body, i).max(natural[i].min(TITLE)) }).collect();
    let takes = |block: &[usize]| MARGIN + name + block.iter().map(|&i| 2 + narrow[i]).sum::<usize>();
    let mut blocks: Vec<Vec<usize>> = Vec::new();
    for i in all {
        match blocks.last_mut() {
            Some(block) if takes(block) + 2 + narrow[i] <= width => block.push(i),
            _ => blocks.push(vec![i]),
        }
    }
    let block = |block: &Vec<usize>| {
        if takes(block) <= width { lines(rows, heads, block, 2, &narrow) } else { stacked(rows, heads, block, width) }
    };
    blocks.iter().map(block).collect::<Vec<_>>().join("\n")
}

/// Some columns beside the first.
fn lines(rows: &[Vec<String>], heads: usize, columns: &[usize], gap: usize, wide: &[usize]) -> String {
    let mut out = String::new();
    for (at, row) in rows.iter().enumerate() {
        let cell = |i: usize| row.get(i).map_or("", String::as_str);
        let is_empty = columns.iter().all(|&i| cell(i).is_empty());
        // What only other columns have is told there; a row of titles that none has is none.
        let has_other = row.iter().skip(1).any(|cell| !cell.is_empty());
        if is_empty && (if at < heads { cell(0).is_empty() } else { has_other }) {
            continue;
        }
        let broken: Vec<Vec<String>> = columns
            .iter()
            .map(|&i| {
                let broken = if at < heads { textwrap::wrap(cell(i), wide[i]) } else { vec![cell(i).into()] };
                broken.into_iter().map(|line| line.trim().to_owned()).collect()
            })
            .collect();
        let high = broken.iter().map(Vec::len).max().unwrap_or(1);
        for line in 0..high {
            let last = line + 1 == high;
            let name = if last { cell(0) } else { "" };
            let mut text = format!("{}{name}{}", " ".repeat(MARGIN), " ".repeat(wide[0].saturating_sub(name.width())));
            for (&i, broken) in columns.iter().zip(&broken) {
                // Titles stand on the figures, not under the ceiling.
                let shown = (line + broken.len()).checked_sub(high).map_or("", |line| broken[line].as_str());
                text += &format!("{}{shown}", " ".repeat(gap + wide[i].saturating_sub(shown.width())));
            }
            out += text.trim_end();
            out.push('\n');
        }
    }
    out
}

/// A line for each figure of each column; where name and figure do not fit beside each other, one under the other.
fn stacked(rows: &[Vec<String>], heads: usize, columns: &[usize], width: usize) -> String {
    let mut out = String::new();
    let filled = |indent: &str, text: &str| {
        let options = textwrap::Options::new(width).initial_indent(indent).subsequent_indent(indent);
        format!("{}\n", textwrap::fill(text, options))
    };
    for &i in columns {
        let cell = |row: &Vec<String>| row.get(i).cloned().unwrap_or_default();
        let title: Vec<String> = rows.iter().take(heads).map(cell).filter(|cell| !cell.is_empty()).collect();
        if !title.is_empty() {
            out += &filled("  ", &title.join(" · "));
        }
        for row in rows.iter().skip(heads) {
            let (name, cell) = (row.first().map_or("", |name| name.trim()), cell(row));
            if cell.is_empty() && row.iter().skip(1).any(|cell| !cell.is_empty()) {
                continue;
            }
            let room = width.saturating_sub(4 + name.width() + 2);
            if cell.width() <= room {
                out += format!("    {name}  {}{cell}", " ".repeat(room - cell.width())).trim_end();
                out.push('\n');
            } else {
                out += &filled("    ", name);
                out += &filled("      ", &cell);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Vec<String>> {
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        vec![
            row(["", "exam patients", "同じ患者が大学病院なら", "regional hospital"]),
            row(["", "", "", "site = regional"]),
            row(["", "1,000 rows", "1,000行", "20 rows"]),
            row(["AUROC", "0.84 (0.83–0.85)", "0.81 (0.80–0.82)", "0.78 (0.71–0.85)"]),
            row(["真陽性1人あたりの警報", "4.2", "3.1", "2.0"]),
            row(["  best attainable", "0.84", "", ""]),
        ]
    }

    #[test]
    fn every_figure_is_shown_at_every_width_and_no_line_is_wider() {
        for width in [30, 40, 60, 79, 80, 100, 200] {
            let out = table(&rows(), 3, width);
            assert!(out.lines().all(|line| line.width() <= width), "{width}\n{out}");
            for figure in ["0.84 (0.83–0.85)", "0.81 (0.80–0.82)", "0.78 (0.71–0.85)", "4.2", "3.1", "2.0", "20 rows"]
            {
                assert!(out.contains(figure), "{width}: {figure}\n{out}");
            }
        }
        assert_eq!(table(&rows(), 3, 120).lines().count(), 6);
        let without = [&rows()[..1], &[vec![String::new(); 4]], &rows()[2..]].concat();
        assert_eq!(table(&without, 3, 120).lines().count(), 5, "no line for titles that none has");
    }
}
