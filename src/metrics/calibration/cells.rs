//! Rows cut into cells once, for figures from how often each row was drawn.

use super::super::intervals::Counted;
use super::super::logistic::{Options, fit};
use super::super::order::ascending;
use super::local::{Cell, SPAN, bin_of, local_line};

/// Rows sorted by p and cut into cells, for figures from how often each row was drawn.
pub(super) struct Cells {
    /// The rows by p.
    order: Vec<usize>,
    /// Label, and label minus p, of the rows in that order.
    label: Vec<u8>,
    gap: Vec<f64>,
    /// Where in that order each cell ends, and its mean p.
    ends: Vec<(usize, f64)>,
}

/// How narrow the cells of [`Cells::narrow`] are, and how many fits are made over them, over the range of p. Cleveland
/// found 1/100 of the range between fits enough for any plot.
const NARROW: f64 = 5000.0;
const COARSE_FITS: f64 = 200.0;

impl Cells {
    fn new(p: &[f64], label: &[f64], starts: impl Fn(f64, f64) -> bool) -> Self {
        let order = ascending(p);
        let mut cells: Vec<(usize, f64)> = Vec::new();
        let (mut first, mut sum, mut from) = (f64::NAN, 0.0, 0);
        for (at, &row) in order.iter().enumerate() {
            if at > 0 && starts(first, p[row]) {
                cells.push((at, sum / (at - from) as f64));
                (sum, from) = (0.0, at);
            }
            if from == at {
                first = p[row];
            }
            sum += p[row];
        }
        if from < order.len() {
            cells.push((order.len(), sum / (order.len() - from) as f64));
        }
        Self {
            label: order.iter().map(|&row| u8::from(label[row] > 0.5)).collect(),
            gap: order.iter().map(|&row| label[row] - p[row]).collect(),
            order,
            ends: cells,
        }
    }

    /// One cell per bin of [`ece`] that has a row.
    pub(super) fn bins(p: &[f64], label: &[f64], bins: usize) -> Self {
        Self::new(p, label, |first, p| bin_of(first, bins) != bin_of(p, bins))
    }

    /// Cells of log-odds or probabilities so narrow that a smooth curve is straight within them.
    pub(super) fn narrow(p: &[f64], label: &[f64]) -> Self {
        let (low, high) = p.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &p| (a.min(p), b.max(p)));
        let width = (high - low) / NARROW;
        Self::new(p, label, |first, p| p > first + width)
    }

    /// A figure of the rows drawn.
    pub(super) fn counted(self, of: fn(&Self, &[u8]) -> Option<f64>) -> Counted {
        Box::new(move |counts| of(&self, counts))
    }

    /// [`ece`] of the rows drawn.
    pub(super) fn gap(&self, counts: &[u8]) -> Option<f64> {
        let (mut from, mut rows, mut sum) = (0, 0_u64, 0.0_f64);
        for &(end, _) in &self.ends {
            let mut gap = 0.0;
            for (&row, own) in self.order[from..end].iter().zip(&self.gap[from..end]) {
                rows += u64::from(counts[row]);
                gap += f64::from(counts[row]) * own;
            }
            sum += gap.abs();
            from = end;
        }
        (rows > 0).then(|| sum / rows as f64)
    }

    /// The cells of the rows drawn, those without a row left out.
    fn drawn(&self, counts: &[u8]) -> Vec<Cell> {
        let mut from = 0;
        let mut cells: Vec<Cell> = Vec::with_capacity(self.ends.len());
        for &(end, x) in &self.ends {
            let (mut rows, mut cases) = (0_u32, 0_u32);
            for (&row, &label) in self.order[from..end].iter().zip(&self.label[from..end]) {
                rows += u32::from(counts[row]);
                cases += u32::from(counts[row]) * u32::from(label);
            }
            if rows > 0 {
                cells.push(Cell { x, y: f64::from(cases) / f64::from(rows), rows: f64::from(rows) });
            }
            from = end;
        }
        cells
    }

    /// The calibration of the rows drawn, cells being of log-odds: the intercept with the slope fixed at 1, or the slope.
    pub(super) fn recalibrated(&self, counts: &[u8], slope: bool) -> Option<f64> {
        let cells = self.drawn(counts);
        let of = |of: fn(&Cell) -> f64| -> Vec<f64> { cells.iter().map(of).collect() };
        let (x, share, rows) = (of(|cell| cell.x), of(|cell| cell.y), of(|cell| cell.rows));
        let rows = Some(rows.as_slice());
        if slope {
            let fitted = fit(&[&x], &share, Options { rows, ..Options::default() }).ok()?;
            fitted.coefficients.get(1).copied()
        } else {
            let fitted = fit(&[], &share, Options { rows, offset: Some(&x), ..Options::default() }).ok()?;
            fitted.coefficients.first().copied()
        }
    }

    /// [`ici`] of the rows drawn, with [`SPAN`].
    pub(super) fn curve_error(&self, counts: &[u8]) -> Option<f64> {
        let cells = self.drawn(counts);
        let (first, last) = (cells.first()?.x, cells.last()?.x);
        // How many rows lie before each cell.
        let mut before = vec![0.0];
        before.extend(cells.iter().scan(0.0, |sum, cell| {
            *sum += cell.rows;
            Some(*sum)
        }));
        let rows = *before.last()?;
        let near = (SPAN * rows + 1e-10).floor().clamp(2.0_f64.min(rows), rows);
        let within = |x: f64, radius: f64| {
            let from = cells.partition_point(|c| c.x < x - radius);
            before[cells.partition_point(|c| c.x <= x + radius)] - before[from]
        };
        // The smallest radius that holds the nearest rows, by bisection.
        let radius = |x: f64| {
            let (mut low, mut high) = (0.0, last - first);
            for _ in 0..24 {
                let middle = f64::midpoint(low, high);
                *(if within(x, middle) >= near { &mut high } else { &mut low }) = middle;
            }
            high
        };
        let fit = |x: f64| local_line(&cells, x, radius(x));
        let delta = (last - first) / COARSE_FITS;
        let (mut left, mut right, mut sum) = ((first, fit(first)), (first, fit(first)), 0.0);
        for (at, cell) in cells.iter().enumerate() {
            while cell.x > right.0 {
                // The next place to fit at: the first cell at least `delta` further on, or the last.
                let next = at + cells[at..].partition_point(|c| c.x < right.0 + delta);
                let x = cells.get(next).map_or(last, |c| c.x);
                (left, right) = (right, (x, fit(x)));
            }
            let share = if right.0 > left.0 { (cell.x - left.0) / (right.0 - left.0) } else { 1.0 };
            sum += cell.rows * (left.1 + share * (right.1 - left.1) - cell.x).abs();
        }
        Some(sum / rows)
    }
}
