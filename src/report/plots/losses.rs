//! How the loss fell while a model was trained.

use super::axes::{Axis, BLUE, Frame, ORANGE};
use super::{Plot, pick};
use diagnostics::text::Lang;
use engine::run::Epoch;

/// The mean loss of the training rows after each pass, and of the validation rows where there are any; none where nothing was trained
/// step by step.
pub fn draw(name: &str, epochs: &[Epoch], lang: Lang) -> Option<Plot> {
    let last = epochs.last().filter(|_| epochs.len() > 1)?;
    let train: Vec<(f64, f64)> = epochs.iter().map(|epoch| (epoch.number as f64, epoch.train_loss)).collect();
    let valid: Vec<(f64, f64)> =
        epochs.iter().filter_map(|epoch| Some((epoch.number as f64, epoch.valid_loss?))).collect();
    let top = train.iter().chain(&valid).map(|(_, y)| *y).filter(|y| y.is_finite()).fold(0.0, f64::max).max(1e-9);
    let title = pick(lang, "How the loss fell", "損失の変化").to_owned();
    let sentence = match (lang, last.valid_loss) {
        (Lang::En, Some(valid)) => format!(
            "After {} passes: {:.3} on the training rows (blue), {valid:.3} on the validation rows (orange).",
            last.number, last.train_loss
        ),
        (Lang::En, None) => format!("After {} passes: {:.3} on the training rows.", last.number, last.train_loss),
        (Lang::Ja, Some(valid)) => {
            format!("{}回の後：学習用の行で{:.3}（青）、検証用の行で{valid:.3}（橙）。", last.number, last.train_loss)
        }
        (Lang::Ja, None) => format!("{}回の後：学習用の行で{:.3}。", last.number, last.train_loss),
    };
    let mut frame = Frame::new(
        Axis {
            ends: (1.0, last.number as f64),
            name: pick(lang, "pass over the training rows", "学習用の行を見た回数"),
            mark: |x| format!("{x:.0}"),
        },
        Axis { ends: (0.0, top * 1.05), name: pick(lang, "mean loss", "損失の平均"), mark: |x| format!("{x:.2}") },
    );
    frame.line("first", BLUE, train);
    frame.line("second", ORANGE, valid);
    let columns = [("pass", "回"), ("training", "学習用"), ("validation", "検証用")];
    let svg = frame.svg(name, lang, &title, &sentence);
    Some(Plot {
        title,
        sentence,
        svg,
        columns: columns.iter().map(|(en, ja)| pick(lang, en, ja).to_owned()).collect(),
        rows: epochs
            .iter()
            .map(|epoch| {
                let valid = epoch.valid_loss.map_or_else(|| "–".to_owned(), |loss| format!("{loss:.4}"));
                vec![epoch.number.to_string(), format!("{:.4}", epoch.train_loss), valid]
            })
            .collect(),
    })
}
