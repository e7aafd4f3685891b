//! A text in two languages: every sentence that a learner or an instructor reads exists in English and in Japanese.

use std::borrow::Cow;
use std::cmp::Ordering;

/// A language that Practicum speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

impl Lang {
    /// The language of a locale name such as `ja_JP.UTF-8` or `en-GB`; English unless it begins with `ja`.
    pub fn of_locale(locale: &str) -> Self {
        if locale.to_ascii_lowercase().starts_with("ja") { Self::Ja } else { Self::En }
    }

    /// The two-letter code: `en` or `ja`.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ja => "ja",
        }
    }
}

/// Whether a sign is not seen but does something to those around it: control characters (line breaks and tabs apart), marks that
/// turn the direction of writing, invisible letters and tags.
pub fn unseen(sign: char) -> bool {
    sign.is_control() && sign != '\n' && sign != '\t'
        || matches!(sign, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// The same sentence in English and in Japanese.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Text {
    /// English.
    pub en: Cow<'static, str>,
    /// Japanese.
    pub ja: Cow<'static, str>,
}

impl Text {
    /// A text that the program itself carries.
    pub const fn new(en: &'static str, ja: &'static str) -> Self {
        Self { en: Cow::Borrowed(en), ja: Cow::Borrowed(ja) }
    }

    /// A name or figure that reads the same in both languages.
    pub fn same(both: impl Into<String>) -> Self {
        let both = both.into();
        Self { en: Cow::Owned(both.clone()), ja: Cow::Owned(both) }
    }

    /// The text in `lang`.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Ja => &self.ja,
        }
    }
}

/// A figure with its unit: signs stand apart from the figure, Japanese words follow it at once.
pub fn with_unit(figure: &str, unit: &Text, lang: Lang) -> String {
    match unit.get(lang) {
        "" => figure.to_owned(),
        "%" => format!("{figure}%"),
        unit if unit.starts_with(|sign: char| sign.is_ascii()) => format!("{figure} {unit}"),
        unit => format!("{figure}{unit}"),
    }
}

/// A whole number with a comma between thousands: 39980 as 39,980.
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

/// A full-width sign as the one on the keyboard; others as they are.
pub fn narrow(sign: char) -> char {
    match sign {
        '！'..='～' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
        '　' => ' ',
        sign => sign,
    }
}

/// The order in which a person expects names: numbers by size, wherever they stand in a name (`2` before `10`, `site 2` before
/// `site 10`), all else letter by letter.
pub fn in_order(a: &str, b: &str) -> Ordering {
    if let (Ok(x), Ok(y)) = (a.trim().parse::<f64>(), b.trim().parse::<f64>())
        && x.is_finite()
        && y.is_finite()
    {
        return x.total_cmp(&y).then_with(|| a.cmp(b));
    }
    let (mut rest_a, mut rest_b) = (a, b);
    loop {
        let (Some(first_a), Some(first_b)) = (rest_a.chars().next(), rest_b.chars().next()) else {
            return rest_a.len().cmp(&rest_b.len()).then_with(|| a.cmp(b));
        };
        let step = if first_a.is_ascii_digit() && first_b.is_ascii_digit() {
            let (x, y) = (digits(rest_a), digits(rest_b));
            (rest_a, rest_b) = (&rest_a[x.len()..], &rest_b[y.len()..]);
            let (x, y) = (x.trim_start_matches('0'), y.trim_start_matches('0'));
            x.len().cmp(&y.len()).then_with(|| x.cmp(y))
        } else {
            (rest_a, rest_b) = (&rest_a[first_a.len_utf8()..], &rest_b[first_b.len_utf8()..]);
            first_a.cmp(&first_b)
        };
        if step.is_ne() {
            return step;
        }
    }
}

fn digits(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())]
}

/// `text!("found {n} rows", "{n}行あります")`: both languages, formatted with the same inline names.
#[macro_export]
macro_rules! text {
    ($en:literal, $ja:literal) => {
        $crate::text::Text { en: format!($en).into(), ja: format!($ja).into() }
    };
}

#[cfg(test)]
mod tests {
    use super::in_order;

    #[test]
    fn numbers_stand_in_the_order_of_their_size() {
        let sorted = |names: &[&'static str]| {
            let mut names = names.to_vec();
            names.sort_by(|a, b| in_order(a, b));
            names
        };
        assert_eq!(sorted(&["10", "2", "-1", "1.5"]), ["-1", "1.5", "2", "10"]);
        assert_eq!(sorted(&["site 10", "site 2", "site"]), ["site", "site 2", "site 10"]);
        assert_eq!(sorted(&["b", "a10x2", "a10x10", "a9"]), ["a9", "a10x2", "a10x10", "b"]);
        assert_eq!(sorted(&["70代", "9歳", "10代"]), ["9歳", "10代", "70代"]);
    }
}
