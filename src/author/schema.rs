//! JSON Schemas for editors, from the keys that the program reads by: an editor then completes, explains and underlines.

use serde_json::{Map, Value, json};

use super::calibration;
use crate::course::{answers, courses, dataset, exercise, pack, plan};
use crate::keys::{Key, Kind, Need};
use crate::text::Text;

/// A kind of file that people write.
pub struct File {
    /// Its name, without `.toml`.
    pub name: &'static str,
    /// What it is.
    pub about: Text,
    /// Its keys.
    pub keys: &'static [Key<'static>],
}

/// Every kind of file, in the order in which an author meets them.
pub const FILES: &[File] = &[
    File {
        name: "dataset",
        about: Text::new("A causal model, or the description of a file beside it.", "因果モデル、または隣に置いたファイルの説明です。"),
        keys: dataset::KEYS,
    },
    File {
        name: "exercise",
        about: Text::new("What is asked, drawn, checked and told.", "問い・データの生成・判定・伝える文を書きます。"),
        keys: exercise::KEYS,
    },
    File {
        name: "plan",
        about: Text::new("A learner's experiment.", "学習者の実験計画です。"),
        keys: plan::KEYS,
    },
    File {
        name: "answers",
        about: Text::new(
            "A learner's conclusions: a key per question of the exercise.",
            "学習者の結論です。演習の問いごとに1つのキーを書きます。",
        ),
        keys: answers::KEYS,
    },
    File {
        name: "expect",
        about: Text::new("What a wrong solution must fail.", "誤答例が不合格になるべき判定です。"),
        keys: pack::EXPECT,
    },
    File {
        name: "courses",
        about: Text::new("Courses as lists of exercises.", "コースを演習の一覧として書きます。"),
        keys: courses::KEYS,
    },
    File {
        name: "calibration",
        about: Text::new("What the checks said over many draws; written by the program.", "多数の生成での判定の結果です。プログラムが書きます。"),
        keys: calibration::KEYS,
    },
];

/// The schema of a kind of file.
pub fn of(file: &File) -> Value {
    let title = format!("{}.toml", file.name);
    let mut schema = document(&title, &file.about, file.keys);
    if file.name == "answers" {
        // The questions are the exercise's: `start` writes a schema that knows them.
        schema["additionalProperties"] = json!(true);
    }
    schema
}

/// The schema of an exercise's `answers.toml`.
pub fn of_answers(exercise: &exercise::Exercise) -> Value {
    answers::with_keys(exercise, |keys| document("answers.toml", &exercise.title, keys))
}

fn document(title: &str, about: &Text, keys: &[Key]) -> Value {
    let mut schema = table(keys);
    let mut out = Map::new();
    out.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    out.insert("title".to_owned(), json!(title));
    out.insert("description".to_owned(), json!(both(about)));
    if let Some(more) = schema.as_object_mut() {
        out.append(more);
    }
    Value::Object(out)
}

fn both(text: &Text) -> String {
    if text.en == text.ja { text.en.to_string() } else { format!("{}\n{}", text.en, text.ja) }
}

fn table(keys: &[Key]) -> Value {
    let properties: Map<String, Value> = keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<&str> =
        keys.iter().filter(|key| matches!(key.need, Need::Required)).map(|key| key.name).collect();
    let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn property(key: &Key) -> Value {
    let mut schema = kind(&key.kind);
    let mut help = both(&key.help);
    if !key.unit.is_empty() {
        help += &format!("\n[{}]", key.unit);
    }
    schema["description"] = json!(help);
    if let Need::Default(default) = key.need
        && let Some(value) = json_of(default)
    {
        schema["default"] = value;
    }
    schema
}

/// A default, written in TOML, as JSON.
fn json_of(default: &str) -> Option<Value> {
    let table: toml::Table = format!("it = {default}").parse().ok()?;
    serde_json::to_value(table.get("it")?).ok()
}

fn kind(of: &Kind) -> Value {
    match of {
        Kind::String | Kind::Sql => json!({ "type": "string" }),
        Kind::Bilingual => json!({
            "type": "object", "required": ["en", "ja"], "additionalProperties": false,
            "properties": {
                "en": { "type": "string", "description": "English" },
                "ja": { "type": "string", "description": "日本語" },
            },
        }),
        Kind::Whole { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Kind::Number { min, max } => json!({ "type": "number", "minimum": min, "maximum": max }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Choice(words) => json!({ "type": "string", "enum": words }),
        Kind::List(of) => json!({ "type": "array", "items": kind(of) }),
        Kind::Table(keys) => table(keys),
        Kind::OneOf(keys) => {
            let mut schema = table(keys);
            schema["minProperties"] = json!(1);
            schema["maxProperties"] = json!(1);
            schema
        }
        Kind::Tables(keys) => json!({ "type": "array", "items": table(keys) }),
        Kind::Kinds(kinds) => of_kinds(&kinds()),
        Kind::Map(of) => json!({ "type": "object", "additionalProperties": kind(of) }),
        Kind::Either(kinds) => json!({ "anyOf": kinds.iter().map(kind).collect::<Vec<_>>() }),
    }
}

/// One table per kind; where `kind` is left out, the first.
fn of_kinds(kinds: &[(&str, &[Key])]) -> Value {
    let one = |(i, (name, keys)): (usize, &(&str, &[Key]))| {
        let mut schema = table(keys);
        schema["properties"]["kind"] = json!({ "const": name });
        if i > 0 {
            schema["required"] = json!(["kind"]);
        }
        schema
    };
    let names: Vec<&str> = kinds.iter().map(|(name, _)| *name).collect();
    json!({
        "type": "object",
        "properties": { "kind": { "type": "string", "enum": names } },
        "oneOf": kinds.iter().enumerate().map(one).collect::<Vec<_>>(),
    })
}
