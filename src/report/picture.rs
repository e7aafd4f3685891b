//! The calibration plot as a picture: predicted risk across, observed share upward, on the diagonal where they agree.

use std::fmt::Write as _;

use super::figures::count;
use super::plot::Bin;
use diagnostics::text::{Lang, unseen};
use metrics::intervals::wilson;

const WIDE: f64 = 560.0;
const HIGH: f64 = 600.0;
/// The plot's edges within the picture: left, top, right, bottom.
const EDGES: [f64; 4] = [72.0, 64.0, 536.0, 528.0];

/// An SVG picture in the reader's language: a dot per bin, with the 95 % interval (Wilson) of what was observed. Both axes end at the
/// first tenth above every dot. `title` says of whom.
pub fn calibration(title: &str, bins: &[Bin], lang: Lang) -> String {
    let pick = |en: &'static str, ja: &'static str| if lang == Lang::Ja { ja } else { en };
    let highest = bins.iter().map(|bin| bin.predicted.max(bin.observed)).fold(0.0, f64::max);
    let tenths = ((highest * 10.0).ceil() as u32).clamp(1, 10);
    let top = f64::from(tenths) / 10.0;
    let [left, upper, right, lower] = EDGES;
    let across = |risk: f64| left + (risk / top).min(1.0) * (right - left);
    let upward = |share: f64| lower - (share / top).min(1.0) * (lower - upper);
    let mut body = String::new();
    let title: String = title.chars().filter(|c| !unseen(*c)).collect();
    let _ = writeln!(body, "<text x=\"{left}\" y=\"28\" class=\"title\">{}</text>", escaped(&title));
    let n: usize = bins.iter().map(|bin| bin.n).sum();
    let (n, dots) = (count(n), bins.len());
    let about = match lang {
        Lang::En => format!("{n} rows in {dots} groups by predicted risk; bars: 95% intervals"),
        Lang::Ja => format!("{n}行を予測リスクの順に{dots}群に分割。縦棒は95%信頼区間"),
    };
    let _ = writeln!(body, "<text x=\"{left}\" y=\"48\">{about}</text>");
    for tenth in 0..=tenths {
        let (name, at) = (format!("{}%", tenth * 10), f64::from(tenth) / 10.0);
        let (x, y) = (across(at), upward(at));
        let _ = writeln!(
            body,
            "<path d=\"M{left} {y:.1}H{right}M{x:.1} {upper}V{lower}\" class=\"grid\"/>\
             <text x=\"{x:.1}\" y=\"{}\" class=\"middle\">{name}</text><text x=\"{}\" y=\"{:.1}\" class=\"end\">{name}</text>",
            lower + 18.0,
            left - 8.0,
            y + 4.0,
        );
    }
    let _ = writeln!(body, "<path d=\"M{left} {lower}L{right} {upper}\" class=\"agree\"/>");
    for bin in bins {
        let (x, y) = (across(bin.predicted), upward(bin.observed));
        let events = (bin.observed * bin.n as f64).round() as usize;
        if let Some((low, high)) = wilson(events, bin.n) {
            let _ = write!(body, "<path d=\"M{x:.1} {:.1}V{:.1}\" class=\"interval\"/>", upward(low), upward(high));
        }
        let _ = writeln!(body, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\"/>");
    }
    let (middle, down) = (f64::midpoint(left, right), f64::midpoint(upper, lower));
    let _ = writeln!(
        body,
        "<text x=\"{middle}\" y=\"{}\" class=\"middle\">{}</text>\
         <text transform=\"translate(20 {down}) rotate(-90)\" class=\"middle\">{}</text>",
        lower + 46.0,
        pick("predicted risk", "予測リスク"),
        pick("observed share", "実際に転帰が陽性だった割合"),
    );
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:lang=\"{}\" viewBox=\"0 0 {WIDE} {HIGH}\" width=\"{WIDE}\" height=\"{HIGH}\">\n\
         <style>text{{font:13px sans-serif;fill:#282830}}.title{{font-size:15px;font-weight:bold}}.middle{{text-anchor:middle}}\
         .end{{text-anchor:end}}path{{fill:none}}.grid{{stroke:#e2e4e8}}.agree{{stroke:#969aa2;stroke-width:2;stroke-dasharray:8 6}}\
         .interval{{stroke:#0060a8;stroke-width:2}}circle{{fill:#0060a8}}</style>\n\
         <rect width=\"{WIDE}\" height=\"{HIGH}\" fill=\"#fff\"/>\n{body}</svg>\n",
        lang.code(),
    )
}

/// Text as XML has it.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plot_speaks_the_readers_language_and_its_labels_stand_apart() {
        let bins: Vec<Bin> = (0..10)
            .map(|i| Bin { n: 60, predicted: f64::from(i) / 10.0, observed: f64::from(i * i) / 100.0 })
            .collect();
        for (lang, says, not) in [(Lang::En, "predicted risk", "予測"), (Lang::Ja, "予測リスク", "predicted")] {
            let svg = calibration("a < b & c\u{7}", &bins, lang);
            assert!(svg.contains(says) && !svg.contains(not) && svg.contains("a &lt; b &amp; c<"), "{svg}");
            assert_eq!(svg.matches("<circle").count(), 10);
            // The marks of the axis across: a letter is at most 9 wide.
            let marks: Vec<(f64, usize)> = svg
                .split("<text x=\"")
                .skip(1)
                .filter(|text| text.contains("\" y=\"546\" class=\"middle\""))
                .map(|text| {
                    let name = text.split('>').nth(1).unwrap().split('<').next().unwrap();
                    (text.split('"').next().unwrap().parse().unwrap(), name.len())
                })
                .collect();
            assert_eq!(marks.len(), 10);
            for two in marks.windows(2) {
                let half = |n: usize| 4.5 * n as f64;
                assert!(two[0].0 + half(two[0].1) + 4.0 < two[1].0 - half(two[1].1), "{two:?}");
            }
        }
    }
}
