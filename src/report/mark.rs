//! The pass mark in words: the limit, the figure, and how far the one is from the other.

use diagnostics::text;
use diagnostics::text::Text;
use engine::check::{Limit, Mark};

/// `Pass mark: at least 49. Here 44: 5 short.`
pub fn told(mark: &Mark) -> Text {
    let n = |x: f64| {
        let shown = format!("{:.*}", mark.decimals, mark.shown(x));
        if shown.trim_start_matches('-').chars().all(|c| c == '0' || c == '.') {
            shown.trim_start_matches('-').to_owned()
        } else {
            shown
        }
    };
    let figure = n(mark.figure);
    let away = |limit: Limit| n(mark.distance(limit));
    match (mark.low, mark.high) {
        (Some(low), Some(high)) if low.value.total_cmp(&high.value).is_eq() => {
            let limit = n(low.value);
            if mark.passed {
                text!("Pass mark: {limit}, and it is {figure}.", "合格線は{limit}で、今回は{figure}です。")
            } else {
                let off = away(low);
                text!(
                    "Pass mark: {limit}. Here {figure}: off by {off}.",
                    "合格線は{limit}です。今回は{figure}で、差は{off}です。"
                )
            }
        }
        (Some(low), Some(high)) => {
            let (from, to) = (n(low.value), n(high.value));
            let range = text!("Pass mark: {from} to {to}. ", "合格線は{from}〜{to}です。");
            let rest = if mark.passed {
                let near = if mark.distance(low) < mark.distance(high) { away(low) } else { away(high) };
                text!("Here {figure}: {near} from the nearer end.", "今回は{figure}で、近いほうの端まで{near}です。")
            } else if mark.figure < high.value {
                let off = away(low);
                text!("Here {figure}: {off} too low.", "今回は{figure}で、下限に{off}足りません。")
            } else {
                let off = away(high);
                text!("Here {figure}: {off} too high.", "今回は{figure}で、上限を{off}超えています。")
            };
            Text { en: format!("{}{}", range.en, rest.en).into(), ja: format!("{}{}", range.ja, rest.ja).into() }
        }
        (Some(low), None) => {
            let (limit, off) = (n(low.value), away(low));
            let bound = if low.strict {
                text!("more than {limit}", "{limit}を超える値")
            } else {
                text!("at least {limit}", "{limit}以上")
            };
            let Text { en, ja } = bound;
            if mark.passed {
                text!(
                    "Pass mark: {en}. Here {figure}: {off} to spare.",
                    "合格線は{ja}です。今回は{figure}で、余裕は{off}です。"
                )
            } else {
                text!(
                    "Pass mark: {en}. Here {figure}: {off} short.",
                    "合格線は{ja}です。今回は{figure}で、あと{off}足りません。"
                )
            }
        }
        (None, Some(high)) => {
            let (limit, off) = (n(high.value), away(high));
            let bound = if high.strict {
                text!("less than {limit}", "{limit}未満")
            } else {
                text!("at most {limit}", "{limit}以下")
            };
            let Text { en, ja } = bound;
            if mark.passed {
                text!(
                    "Pass mark: {en}. Here {figure}: {off} to spare.",
                    "合格線は{ja}です。今回は{figure}で、余裕は{off}です。"
                )
            } else {
                text!(
                    "Pass mark: {en}. Here {figure}: {off} too much.",
                    "合格線は{ja}です。今回は{figure}で、{off}超えています。"
                )
            }
        }
        (None, None) => Text::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(figure: f64, low: Option<f64>, high: Option<f64>, passed: bool) -> String {
        let limit = |x: Option<f64>| x.map(|value| Limit { value, strict: false });
        told(&Mark { figure, low: limit(low), high: limit(high), decimals: 2, passed }).en.into_owned()
    }

    #[test]
    fn the_distance_is_that_of_the_numbers_as_written() {
        assert_eq!(of(0.846, Some(0.814), None, true), "Pass mark: at least 0.81. Here 0.85: 0.04 to spare.");
        assert_eq!(of(0.3, None, Some(0.25), false), "Pass mark: at most 0.25. Here 0.30: 0.05 too much.");
        assert_eq!(of(0.31, Some(0.7), Some(1.4), false), "Pass mark: 0.70 to 1.40. Here 0.31: 0.39 too low.");
        assert_eq!(of(1.5, Some(0.7), Some(1.4), false), "Pass mark: 0.70 to 1.40. Here 1.50: 0.10 too high.");
        assert_eq!(
            of(1.0, Some(0.7), Some(1.4), true),
            "Pass mark: 0.70 to 1.40. Here 1.00: 0.30 from the nearer end."
        );
        assert_eq!(of(5.0, Some(0.0), Some(0.0), false), "Pass mark: 0.00. Here 5.00: off by 5.00.");
    }
}
