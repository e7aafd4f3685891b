//! How the figures of a run are written for people: in as many digits as a decision takes.

use diagnostics::text::Lang;
pub use diagnostics::text::count;
use metrics::entry::Unit;

/// A value in a unit.
pub fn show(value: f64, unit: Unit) -> String {
    if value.is_infinite() {
        return "∞".to_owned();
    }
    let text = match unit {
        Unit::Ratio | Unit::Own => format!("{value:.2}"),
        Unit::Percent => format!("{:.0}%", 100.0 * value),
        Unit::PerThousand => format!("{:.0}", 1000.0 * value),
        Unit::OfThousand | Unit::Rows if value >= 0.0 => count(value.round_ties_even() as usize),
        Unit::OfThousand | Unit::Rows => format!("{value:.0}"),
        Unit::Count => format!("{value:.1}"),
        Unit::P => format!("{value:.3}"),
    };
    text.strip_prefix('-').filter(|rest| rest.chars().all(|c| "0.%".contains(c))).map_or(text.clone(), str::to_owned)
}

/// What stands between the ends of an interval; a dash beside a minus sign would not be read.
pub fn between((low, high): (f64, f64), lang: Lang) -> &'static str {
    match lang {
        Lang::En if low < 0.0 || high < 0.0 => " to ",
        Lang::En => "–",
        Lang::Ja => "～",
    }
}

/// A value with its interval: `0.84 (0.83–0.85)`.
pub fn with_interval(value: f64, interval: Option<(f64, f64)>, unit: Unit, lang: Lang) -> String {
    let shown = show(value, unit);
    match interval {
        None => shown,
        Some((low, high)) => {
            let bare = |x: f64| show(x, unit).trim_end_matches('%').to_owned();
            format!("{shown} ({}{}{})", bare(low), between((low, high), lang), bare(high))
        }
    }
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

/// A value of a column for people: whole numbers as they are, others with three digits.
pub fn value(x: f64) -> String {
    if x.fract() == 0.0 && x.abs() < 1e15 { format!("{x:.0}") } else { engine::check::show(x, None) }
}
