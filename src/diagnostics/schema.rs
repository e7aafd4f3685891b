//! JSON Schemas for editors, from the keys that the program reads by: an editor then completes, explains and underlines.

use serde_json::{Map, Value, json};

use crate::keys::{Key, Kind, Need, Short};
use crate::text::Text;

/// The schema of a file with these keys.
pub fn document(title: &str, about: &Text, keys: &[Key]) -> Value {
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
    if !key.unit.en.is_empty() {
        help += &format!("\n[{}]", key.unit.en);
    }
    for (word, Short { en, ja }) in key.meanings {
        help += &format!("\n{word}: {en} / {ja}");
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
        Kind::Interval { min, max } => json!({
            "type": "array", "items": { "type": "number", "minimum": min, "maximum": max }, "maxItems": 2
        }),
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
