//! The learner's rows by group, as they are looked at: the first of each combination of values, in the order of the values.

use std::collections::BTreeMap;

use course::dataset::Dataset;
use course::pack::Task;
use diagnostics::text::{Lang, Text, in_order};
use engine::run::Series;
use engine::signal::{Shape, Signals};
use engine::synth::Origin;
use report::plots::{self, Plot};
use tables::{Frame, TableError};

/// Groups shown at most.
const MOST: usize = 12;

/// Pictures of each group.
const ACROSS: usize = 8;

/// Series shown at most, unless there are more groups.
const LINES: usize = 8;

/// The first rows that have the same values in some columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// `site = clinic, ill = 1`.
    pub title: String,
    /// The rows, from 0.
    pub rows: Vec<usize>,
}

impl Group {
    /// Its title in the reader's words, where each value has any.
    pub fn in_words(&self, dataset: &Dataset, lang: Lang) -> Option<String> {
        let words: Option<Vec<&str>> = self
            .title
            .split(", ")
            .map(|one| one.split_once(" = ").and_then(|(column, value)| dataset.called(column, value)))
            .map(|words| words.map(|words| words.get(lang)))
            .collect();
        Some(words?.join(if lang == Lang::Ja { "、" } else { ", " }))
    }
}

/// The columns by which an exercise's rows are told apart: its own groups, and the label.
pub fn usual(task: &Task) -> Vec<String> {
    let groups = task.exercise.groups.iter().map(|group| group.value.clone());
    groups.chain([task.dataset.label().to_owned()]).collect()
}

/// What is looked at first of each group by the columns `by`: as many as stand beside one another of pictures, or below one another of
/// series; and their signals, one after the other.
///
/// # Errors
/// Our own; a column that is not there.
pub fn shown(rows: &Frame, by: &[String], origin: &Origin) -> Result<(Vec<Group>, Signals), TableError> {
    let mut groups = first(rows, by)?;
    let most = match origin.shape() {
        Shape::Series(_) => LINES.div_ceil(groups.len().max(1)),
        Shape::Volume(_) => ACROSS,
    };
    for group in &mut groups {
        group.rows.truncate(most);
    }
    let chosen: Vec<usize> = groups.iter().flat_map(|group| group.rows.iter().copied()).collect();
    let signals = origin.some(&chosen);
    Ok((groups, signals))
}

/// The first groups, each with its first rows.
fn first(rows: &Frame, by: &[String]) -> Result<Vec<Group>, TableError> {
    let words: Vec<Vec<Option<String>>> = by.iter().map(|name| tables::words(rows, name)).collect::<Result<_, _>>()?;
    let mut groups: Vec<Group> = Vec::new();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for row in 0..rows.height() {
        let of = by
            .iter()
            .zip(&words)
            .map(|(name, words)| format!("{name} = {}", words[row].as_deref().unwrap_or("(missing)")));
        let title = of.collect::<Vec<_>>().join(", ");
        let at = *numbers.entry(title.clone()).or_insert(groups.len());
        if at == groups.len() {
            groups.push(Group { title, rows: Vec::new() });
        }
        if groups[at].rows.len() < ACROSS {
            groups[at].rows.push(row);
        }
    }
    groups.sort_by(|a, b| in_order(&a.title, &b.title));
    groups.truncate(MOST);
    Ok(groups)
}

/// The series of groups as lines, each under its group's words; `signals` as [`shown`] gives them. None where they are no series.
pub fn series(dataset: &Dataset, groups: &[Group], signals: &Signals, lang: Lang) -> Option<Plot> {
    let channels = match signals.shape {
        Shape::Series([channels, _]) => channels,
        Shape::Volume(_) => return None,
    };
    let words = |group: &Group| group.in_words(dataset, lang).unwrap_or_else(|| group.title.clone());
    let titles = groups.iter().flat_map(|group| std::iter::repeat_n(words(group), group.rows.len()));
    let line = |(row, words)| {
        let channels = (0..channels).map(|channel| signals.line(row, channel)).collect();
        (words, Series { channels, step: signals.spacing[row][2] })
    };
    let strips: Vec<(String, Series)> = titles.enumerate().map(line).collect();
    let strips: Vec<(String, &Series)> = strips.iter().map(|(words, series)| (words.clone(), series)).collect();
    let title = Text::new("The first series of each group", "群ごとの最初の時系列");
    plots::series::draw("look", title.get(lang), &strips, dataset.signal_unit(lang), lang)
}
