//! The ROC curve with the operating point.

use super::axes::{Axis, BLUE, Frame, percent};
use super::{Plot, pick};
use diagnostics::text::Lang;
use metrics::classification::{Confusion, auroc};
use metrics::{Binary, Probabilities};

/// The curve of labels (0 or 1) and risks, and the point of the threshold where there is one; none where a class is missing. `name`
/// tells the picture from others of a page.
pub fn draw(name: &str, data: &Probabilities<'_>, threshold: Option<f64>, lang: Lang) -> Option<Plot> {
    let binary: &Binary<'_> = data.as_binary();
    let area = auroc(binary).ok()?.value;
    let mut rows: Vec<(f64, bool)> = data.pairs().map(|(case, p)| (p, case)).collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (cases, others) = (data.positives() as f64, (data.rows() - data.positives()) as f64);
    let mut points = vec![(0.0, 0.0)];
    let (mut found, mut alarmed) = (0.0, 0.0);
    for (at, (p, case)) in rows.iter().enumerate() {
        if *case {
            found += 1.0;
        } else {
            alarmed += 1.0;
        }
        if rows.get(at + 1).is_none_or(|(next, _)| next < p) {
            points.push((alarmed / others, found / cases));
        }
    }
    let at = |threshold: f64| {
        let table = Confusion::at(binary, threshold);
        (table.false_positives as f64 / others, table.true_positives as f64 / cases)
    };
    let title = pick(lang, "ROC curve: who is found, and at which price", "ROC曲線：見つかる患者と誤警報").to_owned();
    let pairs = 100.0 * area;
    let mut sentence = match lang {
        Lang::En => format!(
            "Of an ill and a well person, the ill one has the higher risk in {pairs:.0} of 100 pairs (AUROC {area:.2})."
        ),
        Lang::Ja => format!(
            "疾患のある人とない人を1人ずつ選ぶと、100組中{pairs:.0}組で、ある人のほうのリスクが高くなります（AUROC {area:.2}）。"
        ),
    };
    let mut frame = Frame::new(
        Axis {
            ends: (0.0, 1.0),
            name: pick(
                lang,
                "false alarms among the well (1 − specificity)",
                "疾患のない人のうち警報が出る割合（1−特異度）",
            ),
            mark: percent,
        },
        Axis {
            ends: (0.0, 1.0),
            name: pick(lang, "found among the ill (sensitivity)", "疾患のある人のうち見つかる割合（感度）"),
            mark: percent,
        },
    );
    frame.dashed((0.0, 0.0), (1.0, 1.0));
    frame.line("first", BLUE, thinned(points));
    if let Some(threshold) = threshold {
        let (across, upward) = at(threshold);
        frame.dot((across, upward), None);
        let here = percent(threshold);
        frame.words(
            (across, upward),
            &match lang {
                Lang::En => format!("threshold {here}"),
                Lang::Ja => format!("閾値 {here}"),
            },
        );
        let (found, alarmed) = (percent(upward), percent(across));
        sentence += &match lang {
            Lang::En => format!(
                " At the threshold {here}, {found} of the ill are found, and {alarmed} of the well cause an alert."
            ),
            Lang::Ja => format!("閾値{here}では、疾患のある人の{found}が見つかり、ない人の{alarmed}にも警報が出ます。"),
        };
    }
    let columns = [("threshold", "閾値"), ("false alarms", "誤警報の割合"), ("found", "感度")];
    let shown = (1..10).map(|tenth| f64::from(tenth) / 10.0).chain(threshold);
    let mut shown: Vec<f64> = shown.collect();
    shown.sort_by(f64::total_cmp);
    shown.dedup();
    let row = |threshold: f64| {
        let (across, upward) = at(threshold);
        vec![percent(threshold), percent(across), percent(upward)]
    };
    let svg = frame.svg(name, lang, &title, &sentence);
    Some(Plot {
        title,
        sentence,
        svg,
        columns: columns.iter().map(|(en, ja)| pick(lang, en, ja).to_owned()).collect(),
        rows: shown.into_iter().map(row).collect(),
    })
}

/// No more points than a picture can show: of many, those that lie a step of half a per mille apart.
fn thinned(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    const STEP: f64 = 0.002;
    let last = points.last().copied();
    let mut out: Vec<(f64, f64)> = Vec::new();
    for point in points {
        if out.last().is_none_or(|(x, y)| point.0 - x >= STEP || point.1 - y >= STEP) {
            out.push(point);
        }
    }
    out.extend(last.filter(|last| out.last() != Some(last)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_says_what_its_figures_say() {
        let (y, p) = ([1.0, 1.0, 0.0, 0.0], [0.8, 0.6, 0.2, 0.6]);
        let data = Probabilities::new(&y, &p).unwrap();
        let plot = draw("a", &data, Some(0.5), Lang::En).unwrap();
        assert!(
            plot.sentence.contains("88 of 100")
                && plot.sentence.contains("100% of the ill are found, and 50% of the well"),
            "{}",
            plot.sentence
        );
        assert!(plot.svg.contains("<desc id=\"a-about\">") && plot.svg.matches("<circle").count() == 1);
        assert!(plot.rows.contains(&vec!["50%".to_owned(), "50%".to_owned(), "100%".to_owned()]));
        assert!(draw("a", &Probabilities::new(&[1.0], &[0.5]).unwrap(), None, Lang::Ja).is_none());
    }
}
