//! What a learner looks at: their pictures or series, some of each group, or their table where there are none.

use std::collections::BTreeMap;

use super::desk::Placed;
use super::workspace::{MISTAKES, SERIES_MISTAKES};
use crate::ending::Ending;
use course::dataset::Dataset;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::{Lang, Text, in_order};
use engine::run::{self, Series};
use engine::signal::{Shape, Signals};
use report::montage::{self, Tile};
use report::plots;
use tables::Frame;

/// Pictures of each group.
const ACROSS: usize = 8;

/// Groups shown at most.
const MOST: usize = 12;

/// Series shown at most, unless there are more groups.
const STRIPS: usize = 8;

/// What there is to look at.
#[derive(Debug)]
pub enum Looked {
    /// The learner's table.
    Rows {
        /// The table.
        rows: Frame,
        /// The column by which it is compared.
        by: String,
    },
    /// Their pictures, or the middle slices of their volumes.
    Pictures(Pictures),
    /// Their series.
    Series(Lines),
}

/// A montage of the first pictures of each group and, after a run, of the worst mistakes.
#[derive(Clone, Debug)]
pub struct Pictures {
    /// The files, from where the learner stands.
    pub files: Vec<String>,
    /// How many pictures the learner has.
    pub n: usize,
    /// Height, width and channels of one.
    pub size: [usize; 3],
    /// Of volumes, how many slices they have.
    pub depth: Option<usize>,
    /// What the groups are called in the data.
    pub groups: Vec<String>,
}

/// The same of series, as lines.
#[derive(Clone, Debug)]
pub struct Lines {
    /// The files, from where the learner stands.
    pub files: Vec<String>,
    /// How many series the learner has.
    pub n: usize,
    /// Channels and steps of one.
    pub shape: [usize; 2],
}

/// Draws what there is to look at, and keeps it in the workspace. `by` is a column to group by; otherwise the exercise's own groups.
///
/// # Errors
/// A column that is not there, the author's mistakes, a folder that cannot be written.
pub fn look(placed: &Placed, by: Option<&str>, seed: u64, lang: Lang) -> Result<Looked, Ending> {
    let Placed { pack, task, workspace } = placed;
    let file = |file: &str| pack.dataset_file(&task.dataset.id, file);
    let Some((rows, origin)) = run::learners_signals(task, seed, &file)? else {
        let rows = run::learners_rows(task, seed, &file)?;
        let by = match by {
            Some(by) => known(by, &rows).map_err(|fault| vec![fault])?,
            None => task.dataset.label().to_owned(),
        };
        return Ok(Looked::Rows { rows, by });
    };
    let by: Vec<String> = if let Some(by) = by {
        vec![known(by, &rows).map_err(|fault| vec![fault])?]
    } else {
        let groups = task.exercise.groups.iter().map(|group| group.value.clone());
        groups.chain([task.dataset.label().to_owned()]).collect()
    };
    // The first rows of each combination of values, in the order of the values.
    let words: Vec<Vec<Option<String>>> = by.iter().map(|name| tables::words(&rows, name)).collect::<Result<_, _>>()?;
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for row in 0..rows.height() {
        let of = by
            .iter()
            .zip(&words)
            .map(|(name, words)| format!("{name} = {}", words[row].as_deref().unwrap_or("(missing)")));
        let title = of.collect::<Vec<_>>().join(", ");
        let at = *numbers.entry(title.clone()).or_insert(groups.len());
        if at == groups.len() {
            groups.push((title, Vec::new()));
        }
        if groups[at].1.len() < ACROSS {
            groups[at].1.push(row);
        }
    }
    groups.sort_by(|(a, _), (b, _)| in_order(a, b));
    let shown: Vec<(String, Vec<usize>)> = groups.into_iter().take(MOST).collect();
    let chosen: Vec<usize> = shown.iter().flat_map(|(_, rows)| rows.iter().copied()).collect();
    let signals = origin.some(&chosen);
    // A column may be called what no file can be.
    let sign = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ') { c } else { '_' };
    let by: String = by.join("-").chars().map(sign).collect();
    if let Shape::Series(shape) = signals.shape {
        let name = format!("look/by-{by}.svg");
        let plot = series(&task.dataset, &shown, (&signals, shape), lang);
        workspace.write(&name, plot.as_bytes())?;
        let files = std::iter::once(workspace.shown(&name)).chain(workspace.last(SERIES_MISTAKES)).collect();
        return Ok(Looked::Series(Lines { files, n: origin.len(), shape }));
    }
    let pixels: Vec<_> = (0..chosen.len()).map(|row| signals.bytes(row)).collect();
    let mut at = 0;
    let montage: Vec<(String, Vec<Tile>)> = shown
        .iter()
        .map(|(title, rows)| {
            let tiles = (at..at + rows.len()).map(|row| Tile {
                pixels: &pixels[row],
                outlined: signals.outlined.as_ref().and_then(|masks| masks.row(row).to_slice()),
                spacing: signals.pixel(row),
            });
            let tiles = tiles.collect();
            at += rows.len();
            (title.clone(), tiles)
        })
        .collect();
    let size = signals.seen();
    let name = format!("look/by-{by}.png");
    workspace.write(&name, &montage::groups(&montage, size))?;
    let files = std::iter::once(workspace.shown(&name)).chain(workspace.last(MISTAKES)).collect();
    let depth = match signals.shape {
        Shape::Volume([_, depth, ..]) if depth > 1 => Some(depth),
        _ => None,
    };
    let groups = shown.into_iter().map(|(title, _)| title).collect();
    Ok(Looked::Pictures(Pictures { files, n: origin.len(), size, depth, groups }))
}

/// A column of the learner's rows.
fn known(by: &str, rows: &Frame) -> Result<String, Fault> {
    let names = tables::names(rows);
    if names.contains(&by) {
        return Ok(by.to_owned());
    }
    let list = names.join(", ");
    let fault = Fault::new(
        Id::UnknownColumn,
        Place::file("--by"),
        text!("the unknown column \"{by}\"", "存在しない列 \"{by}\""),
        text!("a column of develop.csv: {list}", "develop.csvの列（{list}）"),
    );
    Err(fault.near(by, names))
}

/// `site = clinic, ill = 1` in the reader's words, where each of them has any.
pub fn in_words(dataset: &Dataset, title: &str, lang: Lang) -> Option<String> {
    let words: Option<Vec<&str>> = title
        .split(", ")
        .map(|one| one.split_once(" = ").and_then(|(column, value)| dataset.called(column, value)))
        .map(|words| words.map(|words| words.get(lang)))
        .collect();
    Some(words?.join(if lang == Lang::Ja { "、" } else { ", " }))
}

/// The first series of each group, as lines: an SVG file.
fn series(
    dataset: &Dataset,
    groups: &[(String, Vec<usize>)],
    (signals, [channels, _]): (&Signals, [usize; 2]),
    lang: Lang,
) -> String {
    let titles = groups.iter().flat_map(|(title, rows)| std::iter::repeat_n(title, rows.len()).zip(0..));
    let first = titles.enumerate().filter(|(_, (_, within))| *within < STRIPS.div_ceil(groups.len().max(1)));
    let strips: Vec<(String, Series)> = first
        .map(|(row, (title, _))| {
            let words = in_words(dataset, title, lang).unwrap_or_else(|| title.clone());
            let channels = (0..channels).map(|channel| signals.line(row, channel)).collect();
            (words, Series { channels, step: signals.spacing[row][2] })
        })
        .collect();
    let shown: Vec<(String, &Series)> = strips.iter().map(|(words, series)| (words.clone(), series)).collect();
    let title = Text::new("The first series of each group", "群ごとの最初の時系列");
    let plot = plots::series::draw("look", title.get(lang), &shown, dataset.signal_unit(lang), lang);
    plot.map(|plot| plot.file()).unwrap_or_default()
}
