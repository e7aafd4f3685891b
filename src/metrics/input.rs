//! Input in its checked form: what a metric takes has passed here.

use super::order::{floor_index, sorted, tied};
use super::reason::{BadInput, Undefined};
use std::sync::OnceLock;

/// Refuse columns of unequal length.
pub fn same_length((first, a): (&'static str, usize), (second, b): (&'static str, usize)) -> Result<(), BadInput> {
    if a == b { Ok(()) } else { Err(BadInput::LengthsDiffer { first, first_rows: a, second, second_rows: b }) }
}

/// No measurement is this large; its square would soon be infinite.
const LARGEST: f64 = 1e100;

/// Refuse missing, NaN and infinite values, and those beyond ±1e100.
pub fn finite(column: &'static str, values: &[f64]) -> Result<(), BadInput> {
    match values.iter().position(|v| !(-LARGEST..=LARGEST).contains(v)) {
        None => Ok(()),
        Some(at) if !values[at].is_finite() => Err(BadInput::NotFinite { column, row: at + 1 }),
        Some(at) => Err(BadInput::TooLarge { column, row: at + 1, found: values[at] }),
    }
}

/// Refuse values other than 0 and 1; the answer is how many are 1.
pub fn zero_or_one(column: &'static str, values: &[f64]) -> Result<usize, BadInput> {
    let is_one = |v: f64| v > 0.5;
    match values.iter().position(|&v| v != 0.0 && (v - 1.0) != 0.0) {
        None => Ok(values.iter().filter(|&&v| is_one(v)).count()),
        Some(at) if !values[at].is_finite() => Err(BadInput::NotFinite { column, row: at + 1 }),
        Some(at) => Err(BadInput::NotZeroOrOne { column, row: at + 1, found: values[at] }),
    }
}

/// Refuse values outside 0 to 1.
pub fn probabilities(column: &'static str, values: &[f64]) -> Result<(), BadInput> {
    match values.iter().position(|v| !(0.0..=1.0).contains(v)) {
        None => Ok(()),
        Some(at) if !values[at].is_finite() => Err(BadInput::NotFinite { column, row: at + 1 }),
        Some(at) => Err(BadInput::NotAProbability { column, row: at + 1, found: values[at] }),
    }
}

/// Refuse negative values, such as a time before the start.
pub fn not_negative(column: &'static str, values: &[f64]) -> Result<(), BadInput> {
    finite(column, values)?;
    match values.iter().position(|&v| v < 0.0) {
        None => Ok(()),
        Some(at) => Err(BadInput::Negative { column, row: at + 1, found: values[at] }),
    }
}

/// The values as category numbers below `categories`.
pub fn categories(column: &'static str, values: &[f64], categories: usize) -> Result<Vec<usize>, BadInput> {
    let mut out = Vec::with_capacity(values.len());
    for (at, &value) in values.iter().enumerate() {
        if !value.is_finite() {
            return Err(BadInput::NotFinite { column, row: at + 1 });
        }
        if value < 0.0 || value.fract() != 0.0 || value >= categories as f64 {
            return Err(BadInput::NotACategory { column, row: at + 1, found: value, categories });
        }
        out.push(floor_index(value));
    }
    Ok(out)
}

/// A parameter within its range, both ends included.
pub fn within(parameter: &'static str, value: f64, low: f64, high: f64) -> Result<f64, BadInput> {
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        Err(BadInput::OutOfRange { parameter, found: value, low, high })
    }
}

/// More groups or categories than this are surely a mistake (a column of measurements).
pub const MOST_CATEGORIES: usize = 1000;

/// The columns of a metric that takes N of them.
pub(super) fn take<'a, const N: usize>(columns: &[&'a [f64]]) -> Result<[&'a [f64]; N], BadInput> {
    columns.try_into().map_err(|_| BadInput::ColumnCount { expected: N, found: columns.len() })
}

/// The one value of a parameter column within its range; without rows, that there are none.
pub(super) fn number(
    parameter: &'static str,
    column: &[f64],
    (low, high): (f64, f64),
) -> Result<Result<f64, Undefined>, BadInput> {
    let Some(&first) = column.first() else { return Ok(Err(Undefined::NoRows)) };
    finite(parameter, column)?;
    if let Some(at) = column.iter().position(|&v| !tied(v, first)) {
        return Err(BadInput::NotConstant { parameter, row: at + 1 });
    }
    within(parameter, first, low, high).map(Ok)
}

/// A 0/1 label and a score for every row; a higher score means that the outcome is more likely.
#[derive(Clone, Debug)]
pub struct Binary<'a> {
    label: &'a [f64],
    score: &'a [f64],
    positives: usize,
    ranked: OnceLock<Ranked>,
}

impl<'a> Binary<'a> {
    /// Check labels (0 or 1) and scores (finite, any scale), equally many of each.
    pub fn new(label: &'a [f64], score: &'a [f64]) -> Result<Self, BadInput> {
        same_length(("label", label.len()), ("score", score.len()))?;
        let positives = zero_or_one("label", label)?;
        finite("score", score)?;
        Ok(Self { label, score, positives, ranked: OnceLock::new() })
    }

    /// The labels, each 0 or 1.
    pub fn label(&self) -> &'a [f64] {
        self.label
    }

    /// The scores.
    pub fn score(&self) -> &'a [f64] {
        self.score
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.label.len()
    }

    /// How many rows have the outcome.
    pub fn positives(&self) -> usize {
        self.positives
    }

    /// How many rows do not have the outcome.
    pub fn negatives(&self) -> usize {
        self.label.len() - self.positives
    }

    /// Label (whether it is 1) and score of every row.
    pub fn pairs(&self) -> impl Iterator<Item = (bool, f64)> + Clone + '_ {
        self.label.iter().zip(self.score).map(|(&y, &s)| (y > 0.5, s))
    }

    /// The rows sorted by score: sorted once, on first use.
    pub fn ranked(&self) -> &Ranked {
        self.ranked.get_or_init(|| Ranked::new(self))
    }
}

/// The rows that share one score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tie {
    /// The score.
    pub score: f64,
    /// How many cases have it.
    pub positives: usize,
    /// How many non-cases have it.
    pub negatives: usize,
}

/// The rows of a [`Binary`] grouped by score, ascending: one sort serves every ranking metric.
#[derive(Clone, Debug)]
pub struct Ranked {
    ties: Vec<Tie>,
}

impl Ranked {
    fn new(data: &Binary<'_>) -> Self {
        let of = |case: bool| sorted(data.pairs().filter(|(y, _)| *y == case).map(|(_, score)| score).collect());
        let (positive, negative) = rayon::join(|| of(true), || of(false));
        let mut ties: Vec<Tie> = Vec::with_capacity(positive.len() + negative.len());
        let (mut i, mut j) = (0, 0);
        while i < positive.len() || j < negative.len() {
            let score = match (positive.get(i), negative.get(j)) {
                (Some(&a), Some(&b)) => a.min(b),
                (Some(&one), None) | (None, Some(&one)) => one,
                (None, None) => break,
            };
            let (from_i, from_j) = (i, j);
            while positive.get(i).is_some_and(|&s| tied(s, score)) {
                i += 1;
            }
            while negative.get(j).is_some_and(|&s| tied(s, score)) {
                j += 1;
            }
            ties.push(Tie { score, positives: i - from_i, negatives: j - from_j });
        }
        Self { ties }
    }

    /// The groups of tied rows, in ascending order of score.
    pub fn ties(&self) -> &[Tie] {
        &self.ties
    }
}

/// A 0/1 label and a predicted probability for every row.
#[derive(Clone, Debug)]
pub struct Probabilities<'a>(Binary<'a>);

impl<'a> Probabilities<'a> {
    /// Check labels (0 or 1) and probabilities (0 to 1), equally many of each.
    pub fn new(label: &'a [f64], p: &'a [f64]) -> Result<Self, BadInput> {
        same_length(("label", label.len()), ("p", p.len()))?;
        let positives = zero_or_one("label", label)?;
        probabilities("p", p)?;
        Ok(Self(Binary { label, score: p, positives, ranked: OnceLock::new() }))
    }

    /// The same rows with the probability taken as a score.
    pub fn as_binary(&self) -> &Binary<'a> {
        &self.0
    }

    /// The labels, each 0 or 1.
    pub fn label(&self) -> &'a [f64] {
        self.0.label
    }

    /// The probabilities.
    pub fn p(&self) -> &'a [f64] {
        self.0.score
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.0.rows()
    }

    /// How many rows have the outcome.
    pub fn positives(&self) -> usize {
        self.0.positives
    }

    /// Label (whether it is 1) and probability of every row.
    pub fn pairs(&self) -> impl Iterator<Item = (bool, f64)> + Clone + '_ {
        self.0.pairs()
    }
}

/// A class number and one probability (or score) per class for every row.
#[derive(Clone, Debug)]
pub struct Classes<'a> {
    label: Vec<usize>,
    columns: &'a [&'a [f64]],
}

impl<'a> Classes<'a> {
    /// Check labels (0 to k − 1) and the k columns of probabilities.
    pub fn new(label: &[f64], columns: &'a [&'a [f64]]) -> Result<Self, BadInput> {
        if columns.len() < 2 {
            return Err(BadInput::ColumnCount { expected: 2, found: columns.len() });
        }
        for column in columns {
            same_length(("label", label.len()), ("p", column.len()))?;
            probabilities("p", column)?;
        }
        Ok(Self { label: categories("label", label, columns.len())?, columns })
    }

    /// The class of every row.
    pub fn label(&self) -> &[usize] {
        &self.label
    }

    /// The probabilities of one class.
    pub fn column(&self, class: usize) -> &'a [f64] {
        self.columns[class]
    }

    /// How many classes.
    pub fn classes(&self) -> usize {
        self.columns.len()
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.label.len()
    }

    /// How many rows are of each class.
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes()];
        for &class in &self.label {
            counts[class] += 1;
        }
        counts
    }

    /// The most probable class of a row; the lowest on ties.
    pub fn predicted(&self, row: usize) -> usize {
        (1..self.classes()).fold(0, |best, k| if self.columns[k][row] > self.columns[best][row] { k } else { best })
    }
}
