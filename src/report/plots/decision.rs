//! The decision curve: what alerts are worth at each risk at which one is just worth it (Vickers & Elkin 2006).

use super::axes::{Axis, BLUE, Frame, ORANGE, percent};
use super::{Plot, pick};
use diagnostics::text::Lang;
use metrics::Probabilities;
use metrics::utility::{DecisionPoint, decision_curve};

/// Points of the curve.
const POINTS: u32 = 100;

/// The curves of the model, of treating everybody and of treating nobody, in net true positives per 1,000; none without rows. They end
/// at twice the prevalence or at the threshold with room, whichever is further: beyond, everything lies near zero.
pub fn draw(name: &str, data: &Probabilities<'_>, threshold: Option<f64>, lang: Lang) -> Option<Plot> {
    if data.rows() == 0 {
        return None;
    }
    let prevalence = data.positives() as f64 / data.rows() as f64;
    let end = (2.0 * prevalence).max(1.5 * threshold.unwrap_or(0.0)).clamp(0.1, 0.9);
    let thresholds: Vec<f64> = (1..=POINTS).map(|i| end * f64::from(i) / f64::from(POINTS)).collect();
    let curve = decision_curve(data, &thresholds);
    let thousand = |of: &dyn Fn(&DecisionPoint) -> Option<f64>| -> Vec<(f64, f64)> {
        curve.iter().filter_map(|point| Some((point.threshold, 1000.0 * of(point)?))).collect()
    };
    let model = thousand(&|point| Some(point.model.as_ref().ok()?.value));
    let all = thousand(&|point| Some(point.treat_all.as_ref().ok()?.value));
    let top = model.iter().map(|(_, y)| *y).fold(1.0, f64::max);
    let title = pick(lang, "Decision curve: what the alerts are worth", "意思決定曲線：警報にどれだけの価値があるか")
        .to_owned();
    let better = model.iter().zip(&all).filter(|((_, model), (_, all))| *model > all.max(0.0) + 1e-9);
    let better: Vec<f64> = better.map(|((x, _), _)| *x).collect();
    let sentence = match (better.first(), better.last(), lang) {
        (Some(low), Some(high), Lang::En) => format!(
            "The model is worth more than alerts for everybody or nobody where an alert is just worth it at a risk from {} to {}.",
            percent(*low),
            percent(*high)
        ),
        (Some(low), Some(high), Lang::Ja) => format!(
            "「このリスクなら警報に見合う」とみなす値が{}から{}のとき、全員に警報を出す場合や誰にも出さない場合より、モデルを使うほうが有益です。",
            percent(*low),
            percent(*high)
        ),
        (_, _, Lang::En) => "Nowhere is the model worth more than alerts for everybody or nobody.".to_owned(),
        (_, _, Lang::Ja) => "どの値でも、全員に警報を出す場合や誰にも出さない場合より有益にはなりません。".to_owned(),
    };
    let whole = |x: f64| format!("{x:.0}");
    let mut frame = Frame::new(
        Axis {
            ends: (0.0, end),
            name: pick(lang, "risk at which an alert is just worth it", "警報に見合うとみなすリスク"),
            mark: percent,
        },
        Axis {
            ends: (-top / 5.0, top * 1.1),
            name: pick(lang, "net true positives per 1,000", "純便益（1,000人あたりの正味の真陽性）"),
            mark: whole,
        },
    );
    frame.dashed((0.0, 0.0), (end, 0.0));
    frame.line("second", ORANGE, all.iter().copied().filter(|(_, y)| *y >= -top / 5.0));
    frame.line("first", BLUE, model.iter().copied().filter(|(_, y)| *y >= -top / 5.0));
    if let Some((x, y)) = threshold
        .and_then(|threshold| model.iter().min_by(|a, b| (a.0 - threshold).abs().total_cmp(&(b.0 - threshold).abs())))
    {
        frame.dot((*x, *y), None);
    }
    if let (Some(first), Some(last)) = (all.first(), model.get(model.len() / 2)) {
        frame
            .words((first.0 + end * 0.02, first.1 * 0.6), pick(lang, "orange: alerts for everybody", "橙：全員に警報"));
        frame.words(*last, pick(lang, "blue: the model", "青：モデル"));
    }
    let columns = [("risk", "リスク"), ("model", "モデル"), ("everybody", "全員に警報")];
    let svg = frame.svg(name, lang, &title, &sentence);
    Some(Plot {
        title,
        sentence,
        svg,
        columns: columns.iter().map(|(en, ja)| pick(lang, en, ja).to_owned()).collect(),
        rows: model
            .iter()
            .zip(&all)
            .skip(POINTS as usize / 10 - 1)
            .step_by(POINTS as usize / 10)
            .map(|((x, model), (_, all))| {
                vec![format!("{:.1}%", 100.0 * x), format!("{model:.1}"), format!("{all:.1}")]
            })
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_model_is_worth_all_cases_at_every_threshold() {
        let (y, p) = ([1.0, 0.0, 0.0, 0.0], [0.99, 0.0, 0.0, 0.0]);
        let plot = draw("d", &Probabilities::new(&y, &p).unwrap(), Some(0.25), Lang::En).unwrap();
        assert!(plot.rows.iter().all(|row| row[1] == "250.0"), "{:?}", plot.rows);
        assert!(plot.svg.contains("orange: alerts for everybody"));
        assert!(draw("d", &Probabilities::new(&[], &[]).unwrap(), None, Lang::Ja).is_none());
    }
}
