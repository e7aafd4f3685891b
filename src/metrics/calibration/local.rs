//! Where one row lies: in which bin, or on which line through the cells near it.

use super::super::order::ceil_index;

/// The share of rows in each local fit of the smooth calibration curve.
pub const SPAN: f64 = 2.0 / 3.0;

/// Rows that are taken together: their mean x and y, and how many they are.
#[derive(Clone, Copy)]
pub(super) struct Cell {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) rows: f64,
}

/// The right-closed bin of `p` among `bins` of equal width: the first with p ≤ k / bins.
pub(super) fn bin_of(p: f64, bins: usize) -> usize {
    let edge = |k: usize| k as f64 / bins as f64;
    let mut k = ceil_index(p * bins as f64).clamp(1, bins);
    // The product may be rounded across an edge: the edge itself decides.
    while k > 1 && p <= edge(k - 1) {
        k -= 1;
    }
    while k < bins && p > edge(k) {
        k += 1;
    }
    k - 1
}

/// The value at `x` of the line through the cells nearer than `radius`, with tricube weights.
pub(super) fn local_line(cells: &[Cell], x: f64, radius: f64) -> f64 {
    let from = cells.partition_point(|c| c.x < x - radius);
    let to = cells.partition_point(|c| c.x <= x + radius);
    let weight = |c: &Cell| {
        // With a radius of 0 only rows at x itself are left, all alike.
        let u = if radius > 0.0 { ((c.x - x).abs() / radius).min(1.0) } else { 0.0 };
        let v = 1.0 - u * u * u;
        c.rows * v * v * v
    };
    let near = &cells[from..to];
    let weights: Vec<f64> = near.iter().map(weight).collect();
    let sum: f64 = weights.iter().sum();
    let pairs = || near.iter().zip(&weights);
    let centre = pairs().map(|(c, w)| w * c.x).sum::<f64>() / sum;
    let (mut spread, mut level, mut slope) = (0.0, 0.0, 0.0);
    for (cell, w) in pairs() {
        spread += w * (cell.x - centre) * (cell.x - centre);
        level += w * cell.y;
        slope += w * (cell.x - centre) * cell.y;
    }
    // A spread of (next to) nothing leaves the local mean.
    (level + (x - centre) * slope / (spread / sum).max(1e-12)) / sum
}
