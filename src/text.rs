//! A text in two languages: every sentence that a learner or an instructor reads exists in English and in Japanese.

use std::borrow::Cow;

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

/// `text!("found {n} rows", "{n}行あります")`: both languages, formatted with the same inline names.
#[macro_export]
macro_rules! text {
    ($en:literal, $ja:literal) => {
        $crate::text::Text { en: format!($en).into(), ja: format!($ja).into() }
    };
}
