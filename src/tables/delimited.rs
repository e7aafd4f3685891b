//! Cells separated by commas (RFC 4180), exactly as they are written.

use std::collections::BTreeMap;

use super::named;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;

/// The cells of a CSV file, without the quotes and the spaces around them.
#[derive(Debug, Default)]
pub(super) struct Grid {
    /// The names over the columns.
    pub(super) header: Vec<String>,
    /// The line of each row, from 1.
    pub(super) lines: Vec<usize>,
    /// All cells one after another, row by row, and where each ends.
    letters: String,
    ends: Vec<usize>,
}

impl Grid {
    /// The cell of a row and a column, both from 0.
    pub(super) fn cell(&self, row: usize, column: usize) -> &str {
        let at = row * self.header.len() + column;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.letters[start..self.ends[at]]
    }
}

/// One row, as it is read.
#[derive(Debug, Default)]
struct Row {
    line: usize,
    letters: String,
    ends: Vec<usize>,
}

impl Row {
    fn cells(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.letters[start..*end])
    }
}

/// A quote that cannot be read.
#[derive(Debug)]
struct BadQuote {
    /// The line where it opens.
    line: usize,
    /// The line where it closes with more of the cell behind it, and the beginning of that; none where it never closes.
    behind: Option<(usize, String)>,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    separator: u8,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, separator: u8) -> Self {
        Self { text, at: 0, line: 1, separator }
    }

    fn rest(&self) -> &'t [u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// Passes the end of a line, if one is here.
    fn line_end(&mut self) -> bool {
        let rest = self.rest();
        let letters =
            if rest.starts_with(b"\r\n") { 2 } else { usize::from(matches!(rest.first(), Some(b'\r' | b'\n'))) };
        self.at += letters;
        self.line += usize::from(letters > 0);
        letters > 0
    }

    /// How many letters there are before the separator or the end of the line.
    fn to_end(&self, also_separator: bool) -> usize {
        let end = |byte: &u8| matches!(byte, b'\r' | b'\n') || (also_separator && *byte == self.separator);
        self.rest().iter().position(end).unwrap_or(self.rest().len())
    }

    fn spaces(&self) -> usize {
        self.rest().iter().take_while(|byte| **byte == b' ' || (**byte == b'\t' && self.separator != b'\t')).count()
    }

    /// The next row that is not blank, or whether there is none.
    fn next(&mut self, row: &mut Row) -> Result<bool, BadQuote> {
        loop {
            if self.rest().is_empty() {
                return Ok(false);
            }
            let length = self.to_end(false);
            if !self.text[self.at..self.at + length].trim().is_empty() {
                break;
            }
            self.at += length;
            self.line_end();
        }
        row.line = self.line;
        row.letters.clear();
        row.ends.clear();
        loop {
            let spaces = self.spaces();
            if self.rest().get(spaces) == Some(&b'"') {
                self.at += spaces;
                self.quoted(&mut row.letters)?;
            } else {
                let length = self.to_end(true);
                row.letters.push_str(self.text[self.at..self.at + length].trim());
                self.at += length;
            }
            row.ends.push(row.letters.len());
            if self.rest().first() == Some(&self.separator) {
                self.at += 1;
            } else {
                self.line_end();
                return Ok(true);
            }
        }
    }

    /// A cell in quotes; a doubled quote within is a quote.
    fn quoted(&mut self, letters: &mut String) -> Result<(), BadQuote> {
        let (opens, start) = (self.line, letters.len());
        self.at += 1;
        loop {
            let Some(length) = self.rest().iter().position(|byte| *byte == b'"') else {
                return Err(BadQuote { line: opens, behind: None });
            };
            let inside = &self.text[self.at..self.at + length];
            self.line += inside.replace("\r\n", "\n").matches(['\r', '\n']).count();
            letters.push_str(inside);
            self.at += length + 1;
            if self.rest().first() != Some(&b'"') {
                break;
            }
            letters.push('"');
            self.at += 1;
        }
        let trimmed = letters[start..].trim().to_owned();
        letters.truncate(start);
        letters.push_str(&trimmed);
        self.at += self.spaces();
        match self.rest().first() {
            None | Some(b'\r' | b'\n') => Ok(()),
            Some(next) if *next == self.separator => Ok(()),
            Some(_) => {
                let behind = named::short(&self.text[self.at..self.at + self.to_end(true)]);
                Err(BadQuote { line: opens, behind: Some((self.line, behind)) })
            }
        }
    }
}

/// Reads the cells of a CSV text.
///
/// # Errors
/// Another separator than the comma, a quote that does not close where a cell ends, rows of another length than the header, no rows.
pub(super) fn read(file: &str, text: &str) -> Result<Grid, Vec<Fault>> {
    if let Some((found, expected)) = other_separator(text) {
        return Err(vec![Fault::new(Id::NotATable, Place { line: Some(1), ..Place::file(file) }, found, expected)]);
    }
    let bad_quote = |bad: BadQuote| {
        let found = match &bad.behind {
            None => Text::new(
                "a quote (\") that opens here and never closes",
                "ここで始まる引用符（\"）が閉じられていません",
            ),
            Some((line, behind)) => text!(
                "a quote (\") that opens here, and at its end, in line {line}, more of the cell: {behind}",
                "ここで始まる引用符（\"）が{line}行目で閉じたあとに、続きの文字があります：{behind}"
            ),
        };
        let expected = Text::new(
            "a quote at both ends of the cell, or at none; a quote inside is doubled (\"\")",
            "引用符はセルの両端に付けるか、どちらにも付けません。セルの中の引用符は2つ重ねます（\"\"）",
        );
        vec![Fault::new(Id::BadQuote, Place { line: Some(bad.line), ..Place::file(file) }, found, expected)]
    };
    let mut reader = Reader::new(text, b',');
    let (mut grid, mut row) = (Grid::default(), Row::default());
    if !reader.next(&mut row).map_err(bad_quote)? {
        return Err(vec![no_rows(file)]);
    }
    grid.header = row.cells().map(str::to_owned).collect();
    let width = grid.header.len();
    let mut ragged: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    while reader.next(&mut row).map_err(bad_quote)? {
        if row.ends.len() == width {
            grid.lines.push(row.line);
            grid.ends.extend(row.ends.iter().map(|end| grid.letters.len() + end));
            grid.letters.push_str(&row.letters);
        } else {
            ragged.entry(row.ends.len()).or_default().push(row.line);
        }
    }
    if let Some(fault) = titled(file, text) {
        return Err(vec![fault]);
    }
    let faults = ragged.iter().map(|(found, lines)| ragged_fault(file, *found, width, lines, grid.lines.is_empty()));
    let faults: Vec<Fault> = faults.collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    if grid.lines.is_empty() { Err(vec![no_rows(file)]) } else { Ok(grid) }
}

/// A title over the names of the columns: first lines with one cell, others empty or absent, and then one of several cells that are all
/// filled, none with a number.
fn titled(file: &str, text: &str) -> Option<Fault> {
    /// More lines are no title.
    const LINES: usize = 5;
    let mut reader = Reader::new(text, b',');
    let mut row = Row::default();
    let mut title: Option<(usize, String)> = None;
    for before in 0..=LINES {
        if !reader.next(&mut row).ok()? {
            return None;
        }
        let filled: Vec<&str> = row.cells().filter(|cell| !cell.is_empty()).collect();
        let names = row.ends.len() > 1 && filled.len() == row.ends.len();
        if names && filled.iter().all(|cell| cell.parse::<f64>().is_err()) {
            let (line, title) = title.filter(|_| before > 0)?;
            let (title, header, width) = (named::short(&title), row.line, row.ends.len());
            if !reader.next(&mut row).ok()? || row.ends.len() != width {
                return None;
            }
            return Some(Fault::new(
                Id::NotATable,
                Place { line: Some(line), ..Place::file(file) },
                text!(
                    "a title over the table: \"{title}\"; the names of the columns stand in line {header}",
                    "表の上に題名の行があります（\"{title}\"）。列の見出しは{header}行目です"
                ),
                Text::new(
                    "the names of the columns in the first line: delete what stands over them",
                    "1行目に列の見出し（その上の行は削除してください）",
                ),
            ));
        }
        if filled.len() != 1 {
            return None;
        }
        title.get_or_insert((row.line, filled[0].to_owned()));
    }
    None
}

pub(super) fn no_rows(file: &str) -> Fault {
    Fault::new(
        Id::NoRows,
        Place::file(file),
        Text::new("no rows", "行がありません"),
        Text::new("a header line and at least one row", "見出しの行と、1行以上のデータ"),
    )
}

fn ragged_fault(file: &str, found: usize, width: usize, lines: &[usize], every: bool) -> Fault {
    let found_text = named::in_lines(&text!("{found} cells", "セルが{found}個あります"), lines);
    let expected = if every && found == width + 1 {
        text!(
            "{width}, as in the header (a name over the row numbers too; no comma as decimal point)",
            "見出しと同じ{width}個（行番号の列にも見出しが必要です。小数点にカンマは使えません）"
        )
    } else {
        text!(
            "{width}, as in the header (a cell with a comma in it stands in quotes)",
            "見出しと同じ{width}個（カンマを含むセルは引用符で囲みます）"
        )
    };
    Fault::new(Id::NotATable, Place { line: lines.first().copied(), ..Place::file(file) }, found_text, expected)
}

/// How many rows are looked at to tell what separates the cells.
const LOOKED_AT: usize = 10;

/// How many cells the header and the first rows have with a separator, where it is the same number in all of them.
fn width(text: &str, separator: u8) -> Option<usize> {
    let mut reader = Reader::new(text, separator);
    let mut row = Row::default();
    let mut widths = Vec::new();
    while widths.len() <= LOOKED_AT && reader.next(&mut row).ok()? {
        widths.push(row.ends.len());
    }
    let (first, rows) = widths.split_first()?;
    (!rows.is_empty() && rows.iter().all(|width| width == first)).then_some(*first)
}

/// Whether the header and the first rows are words with spaces between; R puts no name over the row numbers.
fn by_spaces(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty()).take(1 + LOOKED_AT);
    let words = |line: &str| if line.contains(',') { 0 } else { line.split_whitespace().count() };
    let header = lines.next().map_or(0, words);
    let rows: Vec<usize> = lines.map(words).collect();
    header >= 2 && !rows.is_empty() && [header, header + 1].iter().any(|n| rows.iter().all(|words| words == n))
}

/// What separates the cells, if it is not the comma, and how to mend it.
fn other_separator(text: &str) -> Option<(Text, Text)> {
    if width(text, b',').is_some_and(|width| width > 1) {
        return None;
    }
    let found = if width(text, b';').is_some_and(|width| width > 1) {
        Text::new("cells separated by semicolons (;)", "セルがセミコロン（;）で区切られています")
    } else if width(text, b'\t').is_some_and(|width| width > 1) {
        Text::new("cells separated by tabs", "セルがタブで区切られています")
    } else if width(text, b'|').is_some_and(|width| width > 1) {
        Text::new("cells separated by bars (|)", "セルが縦線（|）で区切られています")
    } else if by_spaces(text) {
        Text::new("cells separated by spaces", "セルが空白で区切られています")
    } else {
        return None;
    };
    let expected = Text::new(
        "commas between cells and a point in decimals: save it again as \"CSV UTF-8 (comma delimited)\", or write it with R's write.csv, or with to_csv in pandas",
        "カンマで区切ったセルと、小数点のピリオド。「CSV UTF-8（コンマ区切り）」で保存し直すか、Rの write.csv、pandasの to_csv で書き出してください",
    );
    Some((found, expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<Vec<String>> {
        let grid = read("f.csv", text).unwrap();
        (0..grid.lines.len())
            .map(|row| (0..grid.header.len()).map(|k| grid.cell(row, k).to_owned()).collect())
            .collect()
    }

    #[test]
    fn cells_are_as_written() {
        assert_eq!(
            cells("a,b\n 1e4 ,\"x, \"\"y\"\"\"\n007, \"é\n2\" \n,\n"),
            [["1e4", "x, \"y\""], ["007", "é\n2"], ["", ""]]
        );
        assert_eq!(cells("a,b\r1,2\r\r\n3,4"), [["1", "2"], ["3", "4"]]);
        assert_eq!(cells("a\n5\" nail\n"), [["5\" nail"]]);
    }

    #[test]
    fn a_quote_that_does_not_close_its_cell_is_told_where_it_opens() {
        let line = |text: &str| read("f.csv", text).unwrap_err()[0].place.line;
        assert_eq!(line("a,b\n1,x\n2,\"y\n3,z\n"), Some(3));
        // The next quote closes it, in the middle of another row.
        assert_eq!(line("a,b\n1,x\n2,\"y\n3,\"z\"\n"), Some(3));
        assert_eq!(line("a,b\n1,\"x\ny\"\n\n2,\"y\n"), Some(5));
    }

    #[test]
    fn rows_of_another_length_are_told_together() {
        let faults = read("f.csv", "a,b\n1,2\n3\n4\n5,6,7\n").unwrap_err();
        let told: Vec<_> = faults.iter().map(|fault| (fault.place.line, fault.found.en.as_ref())).collect();
        assert_eq!(told, [(Some(3), "1 cells, in 2 rows (lines 3, 4)"), (Some(5), "3 cells")]);
    }

    #[test]
    fn a_title_over_the_names_is_one_fault() {
        let rows = (0..40).map(|i| format!("{i},0.5,1")).collect::<Vec<_>>().join("\n");
        for title in ["Falls of 2023\n", "Falls of 2023,,\n", "転倒データ,,\n\n2023年度,,\n"] {
            let faults = read("f.csv", &format!("{title}age,gait,fall\n{rows}\n")).unwrap_err();
            assert_eq!(faults.len(), 1, "{title}");
            assert!(faults[0].found.en.contains("a title over the table"), "{}", faults[0].found.en);
            assert_eq!(faults[0].place.line, Some(1));
        }
        // One column of words, a column without a name, rows that are ragged otherwise.
        assert_eq!(cells("note\nall is well\n"), [["all is well"]]);
        assert_eq!(cells(",b\n1,2\n"), [["1", "2"]]);
        for text in ["a\n1,2\n", "note\nwell, thanks\nill\n"] {
            assert!(read("f.csv", text).unwrap_err()[0].found.en.contains("2 cells"), "{text}");
        }
    }

    #[test]
    fn another_separator_is_named() {
        for (text, word) in [
            ("y;p\n1;0,5\n0;0,25\n", "semicolons"),
            ("y;p;note\n1;0.5;a, b\n0;0.2;c\n", "semicolons"),
            ("\"y\";\"p\"\n1;0.5\n", "semicolons"),
            ("y\tp\n1\t0.5\n", "tabs"),
            ("\"y\" \"p\"\n\"1\" 1 0.5\n", "spaces"),
        ] {
            assert!(read("f.csv", text).unwrap_err()[0].found.en.contains(word), "{text}");
        }
        assert_eq!(cells("a;b,c\n1,2\n"), [["1", "2"]]);
        assert_eq!(cells("note\nall is well\n"), [["all is well"]]);
    }
}
