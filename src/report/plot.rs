//! A calibration curve that a terminal can show: of the patients given this risk, so many had the outcome.

use engine::run::Run;

/// Patients for whom about the same was predicted: risks, or numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// Rows.
    pub n: usize,
    /// Mean predicted risk or number.
    pub predicted: f64,
    /// Share with the outcome, or mean observed number.
    pub observed: f64,
}

/// What a run predicted on a table and what came, row by row; of `develop`, its test rows. None where neither is a number.
pub fn pairs(run: &Run, table: &str) -> Option<(Vec<f64>, Vec<f64>)> {
    let frame = run.tables.get(table)?;
    let axis = run.target.spec().axis.as_ref()?;
    let (p, y) = (tables::numbers(frame, axis.column).ok()?, tables::numbers(frame, &run.label).ok()?);
    let split = tables::words(frame, "split").ok();
    let shown = |row: &usize| split.as_ref().is_none_or(|split| split[*row].as_deref() == Some("test"));
    Some((0..p.len()).filter(shown).filter_map(|row| Some((p[row]?, y[row]?))).unzip())
}

/// A run's predictions on a table in `bins` groups; of `develop`, its test rows.
pub fn bins(run: &Run, table: &str, bins: usize) -> Vec<Bin> {
    let (p, y) = pairs(run, table).unwrap_or_default();
    calibration(&p, &y, bins)
}

/// Into how many groups so many rows are put where a picture has room for ten.
pub fn groups(rows: usize) -> usize {
    if rows >= 200 { 10 } else { 5 }
}

/// So few rows a group say nothing.
const LEAST: usize = 10;

/// Rows in `bins` groups of equal size by predicted risk, lowest first; equal risks may fall in two groups. Empty where there are fewer
/// than ten rows a group.
pub fn calibration(p: &[f64], y: &[f64], bins: usize) -> Vec<Bin> {
    if p.len() < LEAST * bins {
        return Vec::new();
    }
    let mut rows: Vec<(f64, f64)> = p.iter().copied().zip(y.iter().copied()).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let n = rows.len();
    (0..bins)
        .map(|bin| &rows[n * bin / bins..n * (bin + 1) / bins])
        .map(|rows| {
            let mean = |of: &dyn Fn(&(f64, f64)) -> f64| rows.iter().map(of).sum::<f64>() / rows.len() as f64;
            Bin { n: rows.len(), predicted: mean(&|row| row.0), observed: mean(&|row| row.1) }
        })
        .collect()
}

/// A bar of eighths of a block, `width` cells long at 1.
pub fn bar(share: f64, width: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share.clamp(0.0, 1.0) * width as f64 * 8.0).round() as usize;
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_hold_all_rows_in_order() {
        let p: Vec<f64> = (0..103).map(|i| f64::from(i) / 103.0).collect();
        let y: Vec<f64> = p.iter().map(|p| f64::from(u8::from(*p > 0.5))).collect();
        let bins = calibration(&p, &y, 5);
        assert_eq!(bins.iter().map(|bin| bin.n).sum::<usize>(), 103);
        assert!(bins.windows(2).all(|two| two[0].predicted < two[1].predicted));
        assert_eq!((bins[0].observed, bins[4].observed), (0.0, 1.0));
        assert!(calibration(&[], &[], 5).is_empty());
        assert!(calibration(&p[..49], &y[..49], 5).is_empty());
        assert_eq!(calibration(&p[..50], &y[..50], 5).len(), 5);
    }

    #[test]
    fn bars_grow() {
        assert_eq!(bar(0.0, 10), "");
        assert_eq!(bar(0.5, 10), "█████");
        assert_eq!(bar(1.0, 3), "███");
        assert_eq!(bar(0.0125 * 5.0, 2), "▏");
    }
}
