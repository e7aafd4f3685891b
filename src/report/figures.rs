//! How each figure is named and written for people.

use crate::text::{Lang, Text};

/// How a figure is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// With two decimals.
    Ratio,
    /// As a percentage.
    Percent,
    /// Per 1,000 patients, from a share.
    PerThousand,
    /// As a whole number.
    Whole,
    /// With one decimal.
    One,
    /// With three decimals.
    Three,
}

/// A figure that people are shown: its metric's name, what it is called, and how it is written.
pub struct Figure {
    /// The metric.
    pub metric: &'static str,
    /// Its name for people.
    pub name: Text,
    /// How it is written.
    pub style: Style,
}

const fn figure(metric: &'static str, style: Style, en: &'static str, ja: &'static str) -> Figure {
    Figure { metric, name: Text::new(en, ja), style }
}

/// The few figures that matter, in the order in which they are shown.
pub static FIGURES: &[Figure] = &[
    figure("mean_dice", Style::Ratio, "mean Dice", "Dice係数の平均"),
    figure("mean_nsd", Style::Ratio, "mean surface agreement (NSD)", "輪郭の一致（NSD）の平均"),
    figure("lesion_sensitivity", Style::Percent, "lesions found", "病変単位の感度"),
    figure("lesion_ppv", Style::Percent, "spots that are lesions", "病変単位の陽性的中率"),
    figure("lesion_f1", Style::Ratio, "lesion-wise F1", "病変単位のF1"),
    figure("prevalence", Style::Percent, "prevalence", "有病率"),
    figure("auroc", Style::Ratio, "AUROC", "AUROC"),
    figure("observed_expected", Style::Ratio, "observed/expected", "観察/期待比"),
    figure("calibration_slope", Style::Ratio, "calibration slope", "較正の傾き"),
    figure("decile_gap", Style::Percent, "largest gap, tenths by risk", "リスク順の10群での最大の差"),
    figure("decile_gap_predicted", Style::Percent, "  predicted there", "　その群の予測"),
    figure("decile_gap_observed", Style::Percent, "  observed there", "　その群の実際"),
    figure("decile_gap_rows", Style::Whole, "  rows there", "　その群の行数"),
    figure("sensitivity", Style::Percent, "sensitivity", "感度"),
    figure("specificity", Style::Percent, "specificity", "特異度"),
    figure("ppv", Style::Percent, "PPV", "陽性的中率"),
    figure("alert_rate", Style::PerThousand, "alerts per 1,000", "1,000人あたりの警報"),
    figure("missed_per_1000", Style::Whole, "missed per 1,000", "1,000人あたりの見逃し"),
    figure("alerts_per_true_case", Style::One, "alerts per true case", "真陽性1人あたりの警報"),
    figure("net_benefit_decided", Style::PerThousand, "net benefit per 1,000", "1,000人あたりの純便益"),
    figure("net_benefit_expected", Style::PerThousand, "  by the true risks", "　真のリスクで求めた値"),
];

/// A value in a style.
pub fn show(value: f64, style: Style) -> String {
    if value.is_infinite() {
        return "∞".to_owned();
    }
    let text = match style {
        Style::Ratio => format!("{value:.2}"),
        Style::Percent => format!("{:.0}%", 100.0 * value),
        Style::PerThousand => format!("{:.0}", 1000.0 * value),
        Style::Whole if value >= 0.0 => count(value.round() as usize),
        Style::Whole => format!("{value:.0}"),
        Style::One => format!("{value:.1}"),
        Style::Three => format!("{value:.3}"),
    };
    text.strip_prefix('-').filter(|rest| rest.chars().all(|c| "0.%".contains(c))).map_or(text.clone(), str::to_owned)
}

/// A value with its interval: `0.84 (0.83–0.85)`.
pub fn with_interval(value: f64, interval: Option<(f64, f64)>, style: Style) -> String {
    let shown = show(value, style);
    match interval {
        None => shown,
        Some((low, high)) => {
            let bare = |x: f64| show(x, style).trim_end_matches('%').to_owned();
            format!("{shown} ({}–{})", bare(low), bare(high))
        }
    }
}

/// A whole number with a comma between thousands.
pub fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `a, b and c`.
pub fn list(items: &[String], lang: Lang) -> String {
    match (items, lang) {
        ([], _) => String::new(),
        (items, Lang::Ja) => items.join("、"),
        ([one], Lang::En) => one.clone(),
        ([rest @ .., last], Lang::En) => format!("{} and {last}", rest.join(", ")),
    }
}
