//! Settings: decisions that an exercise defines itself, such as a price or a market. Learners write them into `plan.toml` under
//! `[setting]`; nothing is trained by them, and checks read them in the table `plan` as `setting_<name>`.

use std::collections::BTreeSet;

use super::dataset::UNIT_KIND;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::keys::{Key, Kind, Need, Section, Value, Written};
use diagnostics::text;
use diagnostics::text::Text;

/// The table of a plan in which they are written.
pub const TABLE: &str = "setting";

/// The keys of `[[setting]]` in `exercise.toml`.
pub(super) const KEYS: &[Key<'static>] = &[
    Key::new("name", Kind::String, Need::Required, "Its key in plan.toml.", "plan.tomlでのキーです。"),
    Key::new(
        "kind",
        Kind::Choice(&["number", "whole", "choice", "flag"]),
        Need::Required,
        "A number, a whole number, one of the choices, or true or false.",
        "数値（number）、整数（whole）、選択肢から1つ（choice）、true か false（flag）です。",
    ),
    Key::new("help", Kind::Bilingual, Need::Required, "What it decides.", "何を決めるかです。"),
    Key::new(
        "unit",
        UNIT_KIND,
        Need::Default("\"\""),
        "The unit of a number: a sign such as \"%\", or words as { en = \"yen\", ja = \"円\" }.",
        "数値の単位です。\"%\" のような記号か、{ en = \"yen\", ja = \"円\" } のように言葉で書きます。",
    ),
    Key::new(
        "min",
        Kind::Number { min: -1e12, max: 1e12 },
        Need::Default("0"),
        "The smallest number allowed.",
        "数値の下限です。",
    ),
    Key::new(
        "max",
        Kind::Number { min: -1e12, max: 1e12 },
        Need::Default("1000000"),
        "The largest number allowed.",
        "数値の上限です。",
    ),
    Key::new("choice", Kind::Tables(CHOICE), Need::Default("[]"), "The choices.", "選択肢です。"),
    Key::new(
        "default",
        Kind::Either(&[Kind::Flag, Kind::Number { min: -1e12, max: 1e12 }, Kind::String]),
        Need::Required,
        "What holds where a plan does not write it.",
        "計画に書かれていないときの値です。",
    ),
];

const CHOICE: &[Key<'static>] = &[
    Key::new("id", Kind::String, Need::Required, "What the learner writes.", "学習者が書く語です。"),
    Key::new("text", Kind::Bilingual, Need::Required, "What it means.", "その意味です。"),
];

/// A setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Its key in `plan.toml`.
    pub name: String,
    /// What it may be.
    pub kind: SettingKind,
    /// The unit of a number.
    pub unit: Text,
    /// What it decides.
    pub help: Text,
    /// What holds where nothing is written, as TOML.
    default: String,
    /// Where it stands.
    pub place: Place,
}

/// What a setting may be.
#[derive(Clone, Debug, PartialEq)]
pub enum SettingKind {
    /// A number in a range.
    Number {
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
    },
    /// A whole number in a range.
    Whole {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// One of these words, with their meanings.
    Choice(Vec<(String, Text)>),
    /// True or false.
    Flag,
}

/// The settings of an exercise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// Each, in order.
    pub all: Vec<Setting>,
    /// Whether they are all that a plan holds: then nothing is trained.
    pub alone: bool,
}

impl Setting {
    /// The column of the table `plan` that holds it.
    pub fn column(&self) -> String {
        format!("{TABLE}_{}", self.name)
    }

    /// Its key in a plan: dotted from the top.
    pub fn path(&self) -> String {
        format!("{TABLE}.{}", self.name)
    }

    fn words(&self) -> Vec<&str> {
        match &self.kind {
            SettingKind::Choice(choices) => choices.iter().map(|(id, _)| id.as_str()).collect(),
            _ => Vec::new(),
        }
    }

    fn key<'a>(&'a self, words: &'a [&'a str]) -> Key<'a> {
        let kind = match self.kind {
            SettingKind::Number { min, max } => Kind::Number { min, max },
            SettingKind::Whole { min, max } => Kind::Whole { min, max },
            SettingKind::Choice(_) => Kind::Choice(words),
            SettingKind::Flag => Kind::Flag,
        };
        let help = match &self.kind {
            SettingKind::Choice(choices) => {
                let listed = |of: fn(&Text) -> &str, between: &str| {
                    choices.iter().map(|(id, text)| format!("{id} = {}", of(text))).collect::<Vec<_>>().join(between)
                };
                let Text { en, ja } = &self.help;
                let (choices_en, choices_ja) = (listed(|text| &text.en, "; "), listed(|text| &text.ja, "、"));
                text!("{en} ({choices_en})", "{ja}（{choices_ja}）")
            }
            _ => self.help.clone(),
        };
        Key::given(&self.name, kind, Need::Default(&self.default), self.unit.clone(), help)
    }
}

/// Hands the keys of a plan with these settings to `use_keys`: those of every plan, unless the settings stand alone, and their own.
pub fn with_keys<T>(plan: &'static [Key<'static>], settings: &Settings, use_keys: impl FnOnce(&[Key]) -> T) -> T {
    if settings.all.is_empty() {
        return use_keys(plan);
    }
    let words: Vec<Vec<&str>> = settings.all.iter().map(Setting::words).collect();
    let own: Vec<Key> = settings.all.iter().zip(&words).map(|(setting, words)| setting.key(words)).collect();
    let mut keys: Vec<Key> = plan.iter().filter(|key| !settings.alone || key.name == "exercise").cloned().collect();
    keys.push(Key::given(
        TABLE,
        Kind::Table(&own),
        Need::Default("{}"),
        Text::default(),
        Text::new("What this exercise lets you decide.", "この演習で決めることです。"),
    ));
    use_keys(&keys)
}

/// Reads the `[[setting]]` of an exercise.
pub(super) fn read<'s>(sections: impl Iterator<Item = &'s Section>, alone: bool, faults: &mut Vec<Fault>) -> Settings {
    let mut all: Vec<Setting> = Vec::new();
    for section in sections {
        let name = section.written("name");
        let word = &name.value;
        let plain = word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') && !word.is_empty();
        if !plain || all.iter().any(|other| other.name == *word) {
            faults.push(name.fault(
                Id::BadName,
                text!("the name \"{word}\"", "名前 \"{word}\""),
                Text::new(
                    "a name of its own of small letters, digits and _ (it becomes a column of `plan`)",
                    "ほかと重ならない、小文字・数字・_ だけの名前（`plan`の列名になります）",
                ),
            ));
        }
        let kind = kind(section, faults);
        let default = default(section, &kind, faults);
        all.push(Setting {
            kind,
            default,
            unit: section.name_or_text("unit"),
            help: section.text("help"),
            place: section.place.clone(),
            name: name.value,
        });
    }
    Settings { all, alone }
}

fn kind(section: &Section, faults: &mut Vec<Fault>) -> SettingKind {
    let (min, max) = (section.number("min"), section.number("max"));
    let word = section.written("kind");
    let choices: Vec<(String, Text)> =
        section.tables("choice").map(|choice| (choice.string("id"), choice.text("text"))).collect();
    let distinct: BTreeSet<&str> = choices.iter().map(|(id, _)| id.as_str()).collect();
    if word.value == "choice" && (choices.len() < 2 || distinct.len() < choices.len()) {
        faults.push(word.fault(
            Id::TooFew,
            Text::new("a choice without two choices of different ids", "idの異なる選択肢が2つない choice"),
            Text::new("at least two [[setting.choice]], each with an id of its own", "idの異なる2つ以上の選択肢"),
        ));
    }
    if min > max {
        faults.push(Fault::new(
            Id::Together,
            section.place_of("min"),
            text!("min = {min}, max = {max}", "min = {min}、max = {max}"),
            Text::new("min ≤ max", "min ≤ max"),
        ));
    }
    match word.value.as_str() {
        "number" => SettingKind::Number { min, max },
        "whole" => SettingKind::Whole { min: min.ceil() as i64, max: max.floor() as i64 },
        "choice" => SettingKind::Choice(choices),
        "flag" => SettingKind::Flag,
        kind => unreachable!("the keys admit no kind of setting `{kind}`"),
    }
}

/// What stands in where nothing is written, as TOML.
fn default(section: &Section, kind: &SettingKind, faults: &mut Vec<Fault>) -> String {
    let Some(entry) = section.get("default") else { return String::new() };
    let (fits, written, expected) = match (kind, &entry.value) {
        (SettingKind::Number { min, max }, Value::Number(x)) => (
            (*min..=*max).contains(x),
            x.to_string(),
            text!("a number from {min} to {max}", "{min}から{max}までの数値"),
        ),
        (SettingKind::Whole { min, max }, Value::Number(x)) => (
            x.fract() == 0.0 && (*min as f64..=*max as f64).contains(x),
            x.to_string(),
            text!("a whole number from {min} to {max}", "{min}から{max}までの整数"),
        ),
        (SettingKind::Choice(choices), Value::String(word)) => {
            let list = choices.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>().join(", ");
            (choices.iter().any(|(id, _)| id == word), format!("{word:?}"), text!("one of {list}", "{list} のいずれか"))
        }
        (SettingKind::Flag, Value::Flag(flag)) => (true, flag.to_string(), Text::new("true or false", "true か false")),
        (_, other) => {
            (false, format!("{other:?}"), Text::new("a value of the setting's own kind", "設定の種類（kind）に合う値"))
        }
    };
    if !fits {
        let Written { place, .. } = entry;
        faults.push(Fault::new(
            Id::OutOfRange,
            place.clone(),
            text!("default = {written}", "default = {written}"),
            expected,
        ));
    }
    written
}
