//! How the values of each column lie: a histogram of each measurement.

use super::axes::{Axis, Frame as Picture};
use super::{Plot, pick};
use crate::figures::count;
use course::dataset::{Dataset, Role};
use diagnostics::text::Lang;
use tables::{Frame, TableError};

/// Bars of a histogram.
const BARS: usize = 24;

/// A histogram of every number that a model may see and that has more values than bars would tell apart by name.
///
/// # Errors
/// Our own.
pub fn draw(dataset: &Dataset, rows: &Frame, lang: Lang) -> Result<Vec<Plot>, TableError> {
    let mut out = Vec::new();
    for name in tables::names(rows) {
        if dataset.role(name) != Role::Feature || !tables::is_number(rows, name) || tables::is_flag(rows, name) {
            continue;
        }
        let values: Vec<f64> = tables::numbers(rows, name)?.into_iter().flatten().collect();
        let missing = rows.height() - values.len();
        let unit = dataset.columns().find(|column| column.name == name).map_or("", |column| column.unit.get(lang));
        out.extend(histogram(name, unit, &values, missing, lang));
    }
    Ok(out)
}

fn histogram(name: &str, unit: &str, values: &[f64], missing: usize, lang: Lang) -> Option<Plot> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    // Added to 0, which takes the sign of a zero away.
    let (low, high) = (0.0 + *sorted.first()?, 0.0 + *sorted.last()?);
    if low >= high {
        return None;
    }
    // Of whole numbers each bar holds equally many, or some would be empty for no reason of the data.
    let numbers = high - low + 1.0;
    let (begin, end, count_of_bars) = if values.iter().all(|x| x.fract() == 0.0) {
        let each = (numbers / BARS as f64).ceil();
        let bars = (numbers / each).ceil();
        (low - 0.5, low - 0.5 + bars * each, bars as usize)
    } else {
        (low, high, BARS)
    };
    let mut bars = vec![0_usize; count_of_bars];
    for x in values {
        bars[(((x - begin) / (end - begin) * count_of_bars as f64) as usize).min(count_of_bars - 1)] += 1;
    }
    let most = bars.iter().copied().max().unwrap_or(1).max(1) as f64;
    let middle = sorted[sorted.len() / 2];
    let title = if unit.is_empty() { name.to_owned() } else { format!("{name} ({unit})") };
    let (n, gaps) = (count(values.len()), count(missing));
    let sentence = match lang {
        Lang::En => format!("{n} values from {low} to {high}, median {middle}; {gaps} missing."),
        Lang::Ja => format!("{n}個の値、{low}〜{high}、中央値{middle}。欠測{gaps}個。"),
    };
    let whole = |x: f64| if x.fract() == 0.0 { format!("{x:.0}") } else { format!("{x:.2}") };
    let mut picture = Picture::new(
        Axis { ends: (begin, end), name: &title, mark: whole },
        Axis { ends: (0.0, most), name: pick(lang, "rows", "行数"), mark: |x| format!("{x:.0}") },
    );
    let edge = |at: usize| begin + (end - begin) * at as f64 / count_of_bars as f64;
    for (at, n) in bars.iter().enumerate().filter(|(_, n)| **n > 0) {
        picture.bar((edge(at), edge(at + 1)), 5.0 * *n as f64 / most);
    }
    let svg = picture.svg(&format!("column-{name}"), lang, &title, &sentence);
    Some(Plot {
        title,
        sentence,
        svg,
        columns: vec![
            pick(lang, "from", "下限").to_owned(),
            pick(lang, "to", "上限").to_owned(),
            pick(lang, "rows", "行数").to_owned(),
        ],
        rows: bars
            .iter()
            .enumerate()
            .map(|(at, n)| vec![format!("{:.2}", edge(at)), format!("{:.2}", edge(at + 1)), count(*n)])
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_stands_in_one_bar() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let plot = histogram("age", "years", &values, 3, Lang::En).unwrap();
        let n: usize = plot.rows.iter().map(|row| row[2].parse::<usize>().unwrap()).sum();
        assert_eq!((n, plot.rows.len()), (100, 20), "of whole numbers each bar holds five");
        let halves: Vec<f64> = values.iter().map(|x| x + 0.5).collect();
        assert_eq!(histogram("age", "", &halves, 0, Lang::En).unwrap().rows.len(), BARS);
        assert!(plot.sentence.contains("from 0 to 99, median 50; 3 missing"), "{}", plot.sentence);
        assert!(histogram("age", "", &[4.0, 4.0], 0, Lang::Ja).is_none());
    }
}
