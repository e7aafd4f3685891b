//! The mistakes that an exercise knows: what each decides otherwise than the reference, what it fails, and why people make it. To a
//! learner whose plan fails in the same way, the last is told as a resemblance.

use std::collections::{BTreeMap, BTreeSet};

use super::content;
use super::exercise::Exercise;
use super::files::{REFERENCE, WRONG};
use super::pack::Pack;
use super::plan::{Plan, Vocabulary};
use diagnostics::fault::Fault;
use diagnostics::keys::{self, Key, Kind, Need, Value};
use diagnostics::text::Text;

/// In a pack for learners it stands for the solutions, which such a pack does not have.
pub const FILE: &str = "mistakes.toml";

/// One mistake.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// Its name.
    pub id: String,
    /// The checks that it fails.
    pub fails: BTreeSet<String>,
    /// What its plan decides otherwise than the reference, by key.
    pub decisions: BTreeMap<String, String>,
    /// Why people make it.
    pub why: Text,
}

/// The keys of [`FILE`].
pub const KEYS: &[Key<'static>] =
    &[Key::new("mistake", Kind::Tables(MISTAKE), Need::Default("[]"), "A mistake.", "典型的な誤りです。")];

const MISTAKE: &[Key<'static>] = &[
    Key::new("id", Kind::String, Need::Required, "Its name.", "誤りの名前です。"),
    Key::new(
        "fails",
        Kind::List(&Kind::String),
        Need::Required,
        "The checks that it fails.",
        "この誤りで不合格になる判定です。",
    ),
    Key::new(
        "decisions",
        Kind::Map(&Kind::String),
        Need::Required,
        "What a plan with this mistake says, by key.",
        "この誤りのある計画に書かれている値です（キーごと）。",
    ),
    Key::new("why", Kind::Bilingual, Need::Required, "Why people make it.", "なぜこの誤りが起こるかです。"),
];

/// The mistakes of an exercise whose plan is the mistake, from its wrong solutions or, where a pack has none, from [`FILE`].
///
/// # Errors
/// Everything that is wrong with these files.
pub fn of(pack: &Pack, vocabulary: &Vocabulary, exercise: &Exercise) -> Result<Vec<Mistake>, Vec<Fault>> {
    let path = format!("exercises/{}/{FILE}", exercise.id);
    if let Some(bytes) = pack.bytes(&path) {
        return read(&path, &bytes);
    }
    let wrong = pack.wrong(exercise)?;
    if wrong.is_empty() {
        return Ok(Vec::new());
    }
    let reference = content::decisions(&pack.submission(vocabulary, exercise, REFERENCE)?.plan);
    let mut mistakes = Vec::new();
    for wrong in wrong {
        let plan = pack.submission(vocabulary, exercise, &format!("{WRONG}/{}", wrong.mistake))?.plan;
        let mut decisions = content::decisions(&plan);
        // What only the reference says is a decision, too: not to say it.
        for key in reference.keys() {
            decisions.entry(key.clone()).or_default();
        }
        decisions.retain(|key, value| reference.get(key).map_or("", String::as_str) != value);
        if !decisions.is_empty() {
            let fails = wrong.fails.into_iter().collect();
            mistakes.push(Mistake { id: wrong.mistake, fails, decisions, why: wrong.why });
        }
    }
    Ok(mistakes)
}

fn read(file: &str, bytes: &[u8]) -> Result<Vec<Mistake>, Vec<Fault>> {
    let top = keys::read(file, bytes, KEYS)?;
    let mistake = |section: &keys::Section| Mistake {
        id: section.string("id"),
        fails: section.strings("fails").into_iter().map(|id| id.value).collect(),
        decisions: section
            .table("decisions")
            .entries()
            .filter_map(|(key, entry)| match &entry.value {
                Value::String(value) => Some((key.to_owned(), value.clone())),
                _ => None,
            })
            .collect(),
        why: section.text("why"),
    };
    Ok(top.tables("mistake").map(mistake).collect())
}

/// The file of these mistakes.
pub fn written(mistakes: &[Mistake]) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut out = String::new();
    for mistake in mistakes {
        let fails: Vec<String> = mistake.fails.iter().map(|id| quoted(id)).collect();
        let decisions: Vec<String> =
            mistake.decisions.iter().map(|(key, value)| format!("{} = {}", quoted(key), quoted(value))).collect();
        out += &format!(
            "[[mistake]]\nid = {}\nfails = [{}]\ndecisions = {{ {} }}\nwhy.en = {}\nwhy.ja = {}\n\n",
            quoted(&mistake.id),
            fails.join(", "),
            decisions.join(", "),
            quoted(&mistake.why.en),
            quoted(&mistake.why.ja)
        );
    }
    out
}

/// The mistake that a plan resembles which failed these checks: it decides what the mistake does, and of the checks that look at no
/// answer the same ones failed. Of several, the one whose every decision says most.
pub fn resembled<'m>(
    mistakes: &'m [Mistake],
    exercise: &Exercise,
    plan: &Plan,
    failed: &BTreeSet<String>,
) -> Option<&'m Mistake> {
    let of_plan = |ids: &BTreeSet<String>| -> BTreeSet<String> {
        let of_plan = exercise.checks.iter().filter(|check| check.looks_at(&exercise.questions).is_empty());
        of_plan.map(|check| check.id.clone()).filter(|id| ids.contains(id)).collect()
    };
    let failed = of_plan(failed);
    let decisions = content::decisions(plan);
    let resembles = |mistake: &&Mistake| {
        let same = |(key, value): (&String, &String)| decisions.get(key).map_or("", String::as_str) == value;
        !failed.is_empty() && of_plan(&mistake.fails) == failed && mistake.decisions.iter().all(same)
    };
    mistakes.iter().filter(resembles).max_by_key(|mistake| mistake.decisions.len())
}
