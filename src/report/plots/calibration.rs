//! The calibration plot: predicted risk across, observed share upward, on the diagonal where they agree; below, how many have which risk.

use super::axes::{Axis, Frame, percent};
use super::{Plot, pick};
use crate::figures::count;
use crate::plot::Bin;
use diagnostics::text::Lang;
use metrics::intervals::wilson;

/// Parts of the axis for the histogram.
const BARS: usize = 40;

/// A dot per bin, with the 95 % interval (Wilson) of what was observed, and a histogram of the risks `p`. Both axes end at the first
/// tenth above every dot. `whom` says of whom; `name` tells the picture from others of a page.
pub fn draw(name: &str, whom: &str, bins: &[Bin], p: &[f64], lang: Lang) -> Plot {
    let highest = bins.iter().map(|bin| bin.predicted.max(bin.observed)).fold(0.0, f64::max);
    let top = f64::from(((highest * 10.0).ceil() as u32).clamp(1, 10)) / 10.0;
    let n: usize = bins.iter().map(|bin| bin.n).sum();
    let (predicted, observed) =
        bins.iter().fold((0.0, 0.0), |(p, o), bin| (p + bin.predicted * bin.n as f64, o + bin.observed * bin.n as f64));
    let title = match lang {
        Lang::En => format!("Calibration: {whom}"),
        Lang::Ja => format!("較正：{whom}"),
    };
    let (rows, groups, predicted, observed) =
        (count(n), bins.len(), count(predicted.round() as usize), count(observed.round() as usize));
    let sentence = match lang {
        Lang::En => format!(
            "{rows} rows in {groups} groups by predicted risk; bars are 95% intervals. The risks promise {predicted} with the outcome; there are {observed}."
        ),
        Lang::Ja => format!(
            "{rows}行を予測リスクの順に{groups}群に分けました。縦棒は95%信頼区間です。予測リスクの合計は{predicted}人、実際に転帰が陽性だったのは{observed}人です。"
        ),
    };
    let mut frame = Frame::new(
        Axis { ends: (0.0, top), name: pick(lang, "predicted risk", "予測リスク"), mark: percent },
        Axis {
            ends: (0.0, top), name: pick(lang, "observed share", "実際に転帰が陽性だった割合"), mark: percent
        },
    );
    let mut bars = [0_usize; BARS];
    for p in p.iter().filter(|p| **p <= top) {
        bars[((p / top * BARS as f64) as usize).min(BARS - 1)] += 1;
    }
    let most = bars.iter().copied().max().unwrap_or(0).max(1) as f64;
    for (at, n) in bars.iter().enumerate().filter(|(_, n)| **n > 0) {
        let edge = |at: usize| top * at as f64 / BARS as f64;
        frame.bar((edge(at), edge(at + 1)), *n as f64 / most);
    }
    frame.dashed((0.0, 0.0), (top, top));
    for bin in bins {
        let events = (bin.observed * bin.n as f64).round() as usize;
        frame.dot((bin.predicted, bin.observed), wilson(events, bin.n));
    }
    let columns = [("rows", "行数"), ("predicted", "予測"), ("observed", "実際")];
    let tenth = |x: f64| format!("{:.1}%", 100.0 * x);
    let svg = frame.svg(name, lang, &title, &sentence);
    Plot {
        title,
        sentence,
        svg,
        columns: columns.iter().map(|(en, ja)| pick(lang, en, ja).to_owned()).collect(),
        rows: bins.iter().map(|bin| vec![count(bin.n), tenth(bin.predicted), tenth(bin.observed)]).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::escaped;

    #[test]
    fn the_plot_speaks_the_readers_language_and_holds_every_group() {
        let bins: Vec<Bin> = (0..10)
            .map(|i| Bin { n: 60, predicted: f64::from(i) / 10.0, observed: f64::from(i * i) / 100.0 })
            .collect();
        for (lang, says, not) in [(Lang::En, "predicted risk", "予測"), (Lang::Ja, "予測リスク", "predicted")] {
            let plot = draw("c", "a < b & c\u{7}", &bins, &[0.1, 0.5], lang);
            let svg = &plot.svg;
            assert!(svg.contains(says) && !svg.contains(not) && svg.contains("a &lt; b &amp; c<"), "{svg}");
            assert_eq!(
                (svg.matches("<circle").count(), svg.matches("<rect class=\"bar\"").count(), plot.rows.len()),
                (10, 2, 10)
            );
            assert!(plot.file().contains("width=\"560\"") && !plot.file().contains("class=\"plot\""));
            // What is said of it is seen in the file, too, not only told to those who do not see.
            assert!(plot.file().contains(&format!("font-weight=\"bold\">{}<", escaped(&plot.title))));
        }
        assert!(draw("c", "", &bins, &[], Lang::En).sentence.contains("promise 270 with the outcome; there are 171"));
    }
}
