//! Series as lines, one below the other on one scale.

use super::axes::{Axis, BLUE, Frame, ORANGE};
use super::{Plot, pick};
use diagnostics::text::Lang;
use engine::run::{Mistake, Seen, Series};

/// Of longer series, the lowest and the highest of each of so many parts are drawn.
const PARTS: usize = 600;

/// The share of a strip that its line may fill; words stand above it.
const FILLED: f64 = 0.66;

/// Room for the words of the uppermost strip, in strips.
const HEADROOM: f64 = 0.3;

/// What a run got most wrong, where its model saw series; none where there are none.
pub fn mistakes(name: &str, mistakes: &[Mistake], unit: &str, lang: Lang) -> Option<Plot> {
    let strips: Vec<(String, &Series)> = mistakes
        .iter()
        .filter_map(|mistake| {
            let Seen::Series(series) = &mistake.seen else { return None };
            let (row, percent) = (mistake.row + 1, 100.0 * mistake.p);
            let what = match (lang, mistake.missed) {
                (Lang::En, true) => format!("row {row}: with the outcome, predicted risk {percent:.0}%"),
                (Lang::En, false) => format!("row {row}: without the outcome, predicted risk {percent:.0}%"),
                (Lang::Ja, true) => format!("{row}行目：転帰あり、予測リスク{percent:.0}%"),
                (Lang::Ja, false) => format!("{row}行目：転帰なし、予測リスク{percent:.0}%"),
            };
            Some((what, series))
        })
        .collect();
    draw(name, pick(lang, "What it got most wrong", "大きく外した例"), &strips, unit, lang)
}

/// These series, each under its words; none where there are none.
pub fn draw(name: &str, title: &str, strips: &[(String, &Series)], unit: &str, lang: Lang) -> Option<Plot> {
    let all = || strips.iter().flat_map(|(_, series)| series.channels.iter().flatten());
    let (low, high) = all().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), x| (low.min(*x), high.max(*x)));
    let length = |series: &Series| series.channels.first().map_or(0, Vec::len) as f64 * series.step;
    let end = strips.iter().map(|(_, series)| length(series)).fold(0.0, f64::max);
    if !low.is_finite() || end <= 0.0 {
        return None;
    }
    let range = format!("{}{}{}", spoken(low, high, lang), if unit.is_empty() { "" } else { " " }, unit);
    let channels = strips.iter().map(|(_, series)| series.channels.len()).max().unwrap_or(1);
    let colours = match (lang, channels) {
        (_, 1) => String::new(),
        (Lang::En, 2) => " First channel blue, second orange.".to_owned(),
        (Lang::Ja, 2) => "青が1つ目、橙が2つ目のチャンネルです。".to_owned(),
        (Lang::En, n) => format!(" Of {n} channels the first in blue, the others in orange."),
        (Lang::Ja, n) => format!("{n}チャンネルのうち、1つ目が青、ほかが橙です。"),
    };
    let sentence = match lang {
        Lang::En => format!("Each line on the same scale, {range}.{colours}"),
        Lang::Ja => format!("どの線も同じ尺度（{range}）です。{colours}"),
    };
    let n = strips.len() as f64;
    let mut frame = Frame::new(
        Axis { ends: (0.0, end), name: pick(lang, "seconds", "秒"), mark: seconds },
        Axis { ends: (0.0, n + HEADROOM), name: unit, mark: |_| String::new() },
    );
    for (at, (words, series)) in strips.iter().enumerate() {
        let floor = n - 1.0 - at as f64;
        let spread = f64::from(high - low).max(f64::MIN_POSITIVE);
        for (channel, values) in series.channels.iter().enumerate().rev() {
            let up = |x: f32| floor + FILLED * (0.04 + 0.92 * f64::from(x - low) / spread);
            let points = thinned(values).into_iter().map(|(step, x)| (step as f64 * series.step, up(x)));
            let (look, colour) = if channel == 0 { ("first", BLUE) } else { ("second", ORANGE) };
            frame.line(look, colour, points);
        }
        frame.words((0.0, floor + 1.0), words);
    }
    let columns = [("series", "系列"), ("lowest", "最小"), ("highest", "最大")];
    let rows = strips.iter().map(|(words, series)| {
        let values = || series.channels.iter().flatten().copied();
        let (low, high) = (values().fold(f32::INFINITY, f32::min), values().fold(f32::NEG_INFINITY, f32::max));
        vec![words.clone(), format!("{low:.4}"), format!("{high:.4}")]
    });
    let rows = rows.collect();
    Some(Plot {
        title: title.to_owned(),
        svg: frame.svg(name, lang, title, &sentence),
        sentence,
        columns: columns.iter().map(|(en, ja)| pick(lang, en, ja).to_owned()).collect(),
        rows,
    })
}

/// From the lowest to the highest, in words.
fn spoken(low: f32, high: f32, lang: Lang) -> String {
    match lang {
        Lang::En => format!("from {low:.3} to {high:.3}"),
        Lang::Ja => format!("{low:.3}〜{high:.3}"),
    }
}

fn seconds(x: f64) -> String {
    let shown = format!("{x:.3}");
    shown.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Steps with their values; of a long series the lowest and the highest of each part, in their order.
fn thinned(values: &[f32]) -> Vec<(usize, f32)> {
    if values.len() <= 2 * PARTS {
        return values.iter().copied().enumerate().collect();
    }
    let part = values.len().div_ceil(PARTS);
    let ends = |(at, values): (usize, &[f32])| {
        let steps = || values.iter().copied().enumerate().map(move |(i, x)| (at * part + i, x));
        let low = steps().min_by(|a, b| a.1.total_cmp(&b.1));
        let high = steps().max_by(|a, b| a.1.total_cmp(&b.1));
        let mut both: Vec<(usize, f32)> = low.into_iter().chain(high).collect();
        both.sort_by_key(|(step, _)| *step);
        both
    };
    values.chunks(part).enumerate().flat_map(ends).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_series_keeps_its_peaks() {
        let mut values = vec![0.0; 100_000];
        (values[31_415], values[92_653]) = (9.0, -9.0);
        let drawn = thinned(&values);
        assert!(drawn.len() <= 2 * PARTS);
        assert!(drawn.contains(&(31_415, 9.0)) && drawn.contains(&(92_653, -9.0)));
        assert!(drawn.windows(2).all(|pair| pair[0].0 <= pair[1].0));
    }

    #[test]
    fn every_series_has_its_line_and_its_words() {
        let series = Series { channels: vec![vec![0.0, 1.0, 0.5], vec![2.0, 2.0, 2.0]], step: 0.5 };
        let strips = [("row 1 <b>".to_owned(), &series), ("row 2".to_owned(), &series)];
        let plot = draw("a", "Series", &strips, "mV", Lang::En).expect("a plot");
        assert_eq!(plot.svg.matches("class=\"first\"").count(), 2);
        assert_eq!(plot.svg.matches("class=\"second\"").count(), 2);
        assert!(plot.svg.contains("row 1 &lt;b&gt;") && plot.sentence.contains("from 0.000 to 2.000 mV"));
        assert!(draw("a", "Series", &[], "", Lang::En).is_none());
    }
}
