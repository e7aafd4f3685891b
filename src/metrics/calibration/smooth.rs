//! The smooth calibration curve.

use super::super::entry::{Better, FILE, Family, Held, Interval, Metric, Of, POSITIVE, Resampled, Unit, metrics};
use super::super::estimate::{Estimate, Measure};
use super::super::input::Probabilities;
use super::super::order::{ascending, floor_index, quantile, sorted, tied};
use super::super::reason::Undefined;
use super::local::{Cell, SPAN, local_line};
use super::{Predicted, cells::Cells};
use diagnostics::text::Text;
use rayon::prelude::*;

/// How far a smooth calibration curve strays from the diagonal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurveErrors {
    /// The mean distance: the integrated calibration index.
    pub ici: f64,
    /// The median distance.
    pub e50: f64,
    /// The 90 % quantile of the distance, by linear interpolation.
    pub e90: f64,
    /// The largest distance.
    pub emax: f64,
}

/// The smooth calibration curve: for every row the observed risk near its p (not clipped to 0 to 1), by [`lowess`] of y on p, usually with
/// [`SPAN`].
pub fn calibration_curve(data: &Probabilities<'_>, span: f64) -> Result<Vec<f64>, Undefined> {
    if data.rows() < 3 {
        return Err(match data.rows() {
            0 => Undefined::NoRows,
            found => Undefined::TooFewRows { needed: 3, found },
        });
    }
    Ok(lowess(data.p(), data.label(), span))
}

/// The distances |curve(p) − p| of [`calibration_curve`] over the rows (Austin & Steyerberg 2019). 0 to 1.
///
/// With lowess (degree 1, span 2/3, curve values not clipped); the loess of R (degree 2, span 0.75) gives other values.
pub fn curve_errors(data: &Probabilities<'_>, span: f64) -> Result<CurveErrors, Undefined> {
    let curve = calibration_curve(data, span)?;
    let distance = sorted(curve.iter().zip(data.p()).map(|(c, p)| (c - p).abs()).collect());
    let at = |q| quantile(&distance, q).ok_or(Undefined::NoRows);
    let ici = distance.iter().sum::<f64>() / distance.len() as f64;
    Ok(CurveErrors { ici, e50: at(0.5)?, e90: at(0.9)?, emax: at(1.0)? })
}

/// The integrated calibration index with [`SPAN`] (Austin & Steyerberg 2019). 0 to 1: see [`curve_errors`].
pub fn ici(data: &Probabilities<'_>) -> Measure {
    Ok(Estimate::plain(curve_errors(data, SPAN)?.ici, data.rows()))
}

/// The rows up to which [`lowess`] is exact.
const EXACT_ROWS: usize = 5000;
/// How many fits, about, it makes on more rows; between them it interpolates.
const FITS: f64 = 400.0;
/// Into how many cells of equal width it then pools the rows.
const CELLS: f64 = 20_000.0;

/// Locally weighted linear regression of `y` on `x` (Cleveland 1979): at each x a straight line through the nearest
/// `span` of the rows, with tricube weights; no robustness steps. The answer is in row order.
///
/// Up to 5,000 rows it is fitted at every distinct x. Beyond, at points at least 1/400 of the range apart, and
/// interpolated linearly between them, as Cleveland's own program does (`delta`); rows closer than 1/20,000 of the
/// range are pooled.
pub fn lowess(x: &[f64], y: &[f64], span: f64) -> Vec<f64> {
    let order = ascending(x);
    let n = order.len();
    if n == 0 {
        return Vec::new();
    }
    let xs: Vec<f64> = order.iter().map(|&row| x[row]).collect();
    let near = floor_index(span * n as f64 + 1e-10).clamp(2.min(n), n);
    let range = xs[n - 1] - xs[0];
    let exact = n <= EXACT_ROWS;
    let (delta, width) = if exact { (0.0, 0.0) } else { (range / FITS, range / CELLS) };
    let cells = pool(&xs, order.iter().map(|&row| y[row]), width);
    // The places to fit at: the first of each run of equal x, the next at least `delta` further on, and always the
    // last.
    let mut places = vec![0];
    let mut last = xs[0];
    for (at, pair) in xs.windows(2).enumerate() {
        if pair[1] > pair[0] && (pair[1] >= last + delta || tied(pair[1], xs[n - 1])) {
            places.push(at + 1);
            last = pair[1];
        }
    }
    let fitted: Vec<f64> = places.par_iter().map(|&at| local_line(&cells, xs[at], radius(&xs, at, near))).collect();
    let mut out = vec![0.0; n];
    let mut part = 0;
    for (at, &row) in order.iter().enumerate() {
        while part + 1 < places.len() && xs[at] >= xs[places[part + 1]] {
            part += 1;
        }
        let left = xs[places[part]];
        out[row] = match places.get(part + 1) {
            Some(&next) if xs[at] > left => {
                let share = (xs[at] - left) / (xs[next] - left);
                fitted[part] + share * (fitted[part + 1] - fitted[part])
            }
            _ => fitted[part],
        };
    }
    out
}

/// Rows of (nearly) the same x.
/// Pool ascending rows whose x lies within `width` of the first of their cell; the answer holds means.
fn pool(xs: &[f64], ys: impl Iterator<Item = f64>, width: f64) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    let mut first = f64::NEG_INFINITY;
    for (&x, y) in xs.iter().zip(ys) {
        match cells.last_mut() {
            Some(cell) if x <= first + width => {
                cell.rows += 1.0;
                cell.x += (x - cell.x) / cell.rows;
                cell.y += (y - cell.y) / cell.rows;
            }
            _ => {
                first = x;
                cells.push(Cell { x, y, rows: 1.0 });
            }
        }
    }
    cells
}

/// The distance from row `at` to the farthest of its `near` nearest rows.
fn radius(xs: &[f64], at: usize, near: usize) -> f64 {
    let (from, to) = window(xs, at, near);
    (xs[at] - xs[from]).max(xs[to - 1] - xs[at])
}

/// The `near` consecutive rows nearest to row `at`.
fn window(xs: &[f64], at: usize, near: usize) -> (usize, usize) {
    let (mut low, mut high) = (at.saturating_sub(near - 1), at.min(xs.len() - near));
    // The window starts at the first place whose left end is no further away than the row just right of it.
    while low < high {
        let middle = low.midpoint(high);
        if xs[at] - xs[middle] > xs[middle + near] - xs[at] { low = middle + 1 } else { high = middle }
    }
    (low, low + near)
}

// ---- entries -------------------------------------------------------------------------------------------------------

metrics![
    ICI = Metric {
        name: "ici",
        title: Text::new("calibration error (ICI)", "較正誤差（ICI）"),
        help: Text::new(
            "Integrated calibration index: the mean distance of the smooth calibration curve from the diagonal.",
            "統合較正指標（ICI）です。滑らかな較正曲線と対角線との平均の隔たりです。"
        ),
        family: Family::Calibration,
        unit: Unit::Ratio,
        range: POSITIVE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Upwards),
        shown: FILE,
        source: "mean |curve(p) − p| (Austin & Steyerberg 2019)",
        of: Of::Columns(&Predicted(ici, Some(|label, p| Cells::narrow(p, label).counted(Cells::curve_error)))),
    },
];
