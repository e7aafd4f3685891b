//! A file as a form: a field for each key, made from the key's own definition. What is sent comes back as changes of the file.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{DocumentMut, Item, TableLike, Value};

use app::learner::edit::{self, Change};
use diagnostics::keys::{Key, Kind, Need, Short};
use diagnostics::text::Text;

/// A field.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// The key, dotted from the top of the file.
    pub(crate) key: String,
    /// How it is filled in.
    pub(crate) control: Control,
    /// What stands in the file; empty where nothing does.
    pub(crate) value: String,
    /// What stands in where nothing is written.
    pub(crate) default: String,
    /// The unit.
    pub(crate) unit: Text,
    /// What it is called; empty where its help does for that, too.
    pub(crate) title: Text,
    /// The help.
    pub(crate) help: Text,
    /// What words mean that may be written.
    pub(crate) meanings: Vec<(String, Text)>,
    /// The range of a number.
    pub(crate) range: Option<(f64, f64)>,
    /// Whether the plan to begin with shows it.
    pub(crate) is_first: bool,
}

/// How a field is filled in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Control {
    /// A number, or words where a number may also be written as such.
    Line,
    /// A condition over columns.
    Condition,
    /// One of these words.
    Choice(Vec<String>),
    /// Yes or no.
    Flag,
    /// Several of the data's columns.
    Columns,
    /// Several of these words.
    Several(Vec<String>),
    /// A number, or one of these rules with a number.
    Rule(Vec<Rule>),
    /// Rectangles, as `left, top, width, height` with `;` between them.
    Rectangles,
}

/// A rule that finds a number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rule {
    /// Its word.
    pub(crate) word: String,
    /// What it does, in a few words.
    pub(crate) title: Text,
    /// The same in a sentence.
    pub(crate) help: Text,
}

impl Rule {
    fn of(key: &Key) -> Self {
        let title = key.title.map(Short::text).unwrap_or_default();
        Self { word: key.name.to_owned(), title, help: key.help.clone() }
    }
}

/// Fields of one table of the file.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// The table's name.
    pub(crate) name: String,
    /// Its fields.
    pub(crate) fields: Vec<Field>,
}

/// What the fields of rectangles write.
const SIDES: [&str; 4] = ["left", "top", "width", "height"];

/// The form of a plan: `text` is the file, `starter` the plan to begin with, whose keys are shown first, those in its comments too.
pub(crate) fn of_plan(keys: &[Key], text: &str, starter: &str) -> Vec<Group> {
    let document: DocumentMut = text.trim_start_matches('\u{feff}').parse().unwrap_or_default();
    let first = named(starter);
    let mut groups = Vec::new();
    for key in keys {
        let here = document.get(key.name).and_then(Item::as_table_like);
        let mut fields = Vec::new();
        match &key.kind {
            Kind::Table(keys) => each(&mut fields, key.name, keys, here, &first),
            Kind::Kinds(kinds) => {
                let kinds = kinds();
                let words: Vec<String> = kinds.iter().map(|(name, _)| (*name).to_owned()).collect();
                let chosen = here.and_then(|here| here.get("kind")).and_then(Item::as_str).unwrap_or(kinds[0].0);
                fields.push(Field {
                    key: format!("{}.kind", key.name),
                    control: Control::Choice(words),
                    value: chosen.to_owned(),
                    default: kinds[0].0.to_owned(),
                    unit: Text::default(),
                    title: key.title.map(Short::text).unwrap_or_default(),
                    help: Text::default(),
                    meanings: key.meanings.iter().map(|(word, short)| ((*word).to_owned(), short.text())).collect(),
                    range: None,
                    is_first: true,
                });
                if let Some((_, keys)) = kinds.iter().find(|(name, _)| *name == chosen) {
                    each(&mut fields, key.name, keys, here, &first);
                }
            }
            _ => continue,
        }
        groups.push(Group { name: key.name.to_owned(), fields });
    }
    groups
}

fn each(out: &mut Vec<Field>, table: &str, keys: &[Key], here: Option<&dyn TableLike>, first: &BTreeSet<String>) {
    for key in keys {
        let path = format!("{table}.{}", key.name);
        let value = here.and_then(|here| here.get(key.name));
        if let Kind::Table(keys) = &key.kind {
            each(out, &path, keys, value.and_then(Item::as_table_like), first);
            continue;
        }
        let default = match key.need {
            Need::Default(value) => value.trim_matches('"').to_owned(),
            Need::Required | Need::Optional => String::new(),
        };
        let is_first = first.iter().any(|shown| path == *shown || path.starts_with(&format!("{shown}.")));
        out.push(Field {
            control: control(key),
            value: value.and_then(Item::as_value).map(written).unwrap_or_default(),
            default: if default == "[]" || default == "{}" { String::new() } else { default },
            unit: key.unit.clone(),
            title: key.title.map(Short::text).unwrap_or_default(),
            help: key.help.clone(),
            meanings: key.meanings.iter().map(|(word, short)| ((*word).to_owned(), short.text())).collect(),
            range: range(&key.kind),
            is_first,
            key: path,
        });
    }
}

fn control(key: &Key) -> Control {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    match &key.kind {
        Kind::Sql => Control::Condition,
        Kind::Choice(words) => Control::Choice(owned(words)),
        Kind::Flag => Control::Flag,
        Kind::List(Kind::Choice(words)) => Control::Several(owned(words)),
        Kind::List(_) => Control::Columns,
        Kind::Tables(_) => Control::Rectangles,
        Kind::Either(kinds) => kinds
            .iter()
            .find_map(|kind| match kind {
                Kind::OneOf(keys) => Some(Control::Rule(keys.iter().map(|key| Rule::of(key)).collect())),
                _ => None,
            })
            .unwrap_or(Control::Line),
        _ => Control::Line,
    }
}

fn range(kind: &Kind) -> Option<(f64, f64)> {
    match kind {
        Kind::Whole { min, max } => Some((*min as f64, *max as f64)),
        Kind::Number { min, max } | Kind::Interval { min, max } => Some((*min, *max)),
        Kind::Either(kinds) => kinds.iter().find_map(range),
        _ => None,
    }
}

/// A value as it stands in a field.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.value().clone(),
        Value::Integer(number) => number.value().to_string(),
        Value::Float(number) => number.value().to_string(),
        Value::Boolean(flag) => flag.value().to_string(),
        Value::Array(items) if items.iter().all(Value::is_inline_table) => {
            let side = |table: &Value, name: &str| {
                table.as_inline_table().and_then(|table| table.get(name)).map(written).unwrap_or_default()
            };
            let one = |table: &Value| SIDES.map(|name| side(table, name)).join(", ");
            items.iter().map(one).collect::<Vec<_>>().join("; ")
        }
        Value::Array(items) => items.iter().map(written).collect::<Vec<_>>().join(", "),
        other => {
            let mut bare = other.clone();
            bare.decor_mut().clear();
            bare.to_string()
        }
    }
}

/// The keys that a plan shows, those in comments too, dotted.
fn named(plan: &str) -> BTreeSet<String> {
    let mut table = String::new();
    let mut out = BTreeSet::new();
    for line in plan.lines() {
        let line = line.trim().trim_start_matches('#').trim();
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            name.trim_matches('[').clone_into(&mut table);
        } else if let Some((name, _)) = line.split_once('=') {
            let name = name.trim();
            if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.') {
                out.insert(format!("{table}.{name}"));
            }
        }
    }
    out
}

/// What a form of these groups sent, as changes: of a rule its word and number together, of rectangles a list of tables.
pub(crate) fn changes(groups: &[Group], sent: &[(String, String)]) -> Vec<Change> {
    let mut by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in sent {
        by_name.entry(name).or_default().push(value);
    }
    let one = |name: &str| by_name.get(name).and_then(|values| values.last()).map(|value| value.trim());
    let mut out = Vec::new();
    for field in groups.iter().flat_map(|group| &group.fields) {
        let key = &field.key;
        let written = match &field.control {
            Control::Rule(_) => {
                let Some(number) = one(key) else { continue };
                let rule = one(&format!("{key}:rule")).unwrap_or_default();
                let x = edit::number(number, true).map(|(x, _)| x.to_string());
                if rule.is_empty() || number.is_empty() {
                    number.to_owned()
                } else {
                    format!("{{ {rule} = {} }}", x.unwrap_or_else(|| number.to_owned()))
                }
            }
            Control::Columns | Control::Several(_) => {
                // A box that is not ticked sends nothing: a field of the same name says that the boxes were there.
                let Some(values) = by_name.get(key.as_str()) else { continue };
                values.iter().filter(|value| !value.is_empty()).copied().collect::<Vec<_>>().join(", ")
            }
            Control::Rectangles => {
                // What is compared below is what the field shows, not the TOML that it becomes.
                let Some(text) = one(key).filter(|text| *text != field.value) else { continue };
                rectangles(text).unwrap_or_else(|| text.to_owned())
            }
            Control::Flag => {
                let Some(values) = by_name.get(key.as_str()) else { continue };
                if values.contains(&"true") { "true".to_owned() } else { "false".to_owned() }
            }
            Control::Line | Control::Condition | Control::Choice(_) => {
                let Some(value) = one(key) else { continue };
                value.to_owned()
            }
        };
        // What is as it was, or as it would be anyway, is no change.
        let same = written == field.value
            || (field.value.is_empty()
                && (written == field.default || (written == "false" && field.default.is_empty())));
        if !same {
            out.push(Change { key: key.clone(), written });
        }
    }
    out
}

/// `30, 30, 4, 4; …` as TOML.
fn rectangles(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some(String::new());
    }
    let one = |rectangle: &str| -> Option<String> {
        let numbers: Vec<i64> =
            rectangle.split(',').map(|side| Some(edit::number(side, false)?.0 as i64)).collect::<Option<_>>()?;
        let sides: [i64; 4] = numbers.try_into().ok()?;
        let sides: Vec<String> = SIDES.iter().zip(sides).map(|(name, side)| format!("{name} = {side}")).collect();
        Some(format!("{{ {} }}", sides.join(", ")))
    };
    let all: Option<Vec<String>> = text.split(';').filter(|one| !one.trim().is_empty()).map(one).collect();
    Some(format!("[{}]", all?.join(", ")))
}

/// The word of a rule and its number, as the fields of a rule show them.
pub(crate) fn rule(value: &str) -> (String, String) {
    let inner = value.trim().trim_start_matches('{').trim_end_matches('}').trim();
    match inner.split_once('=') {
        Some((rule, number)) => (rule.trim().to_owned(), number.trim().to_owned()),
        None => (String::new(), value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::models::VOCABULARY;

    const PLAN: &str = "exercise = \"a@1\"\n[features]\nuse = [\"age\", \"crp\"]\n[image]\nmask = [{ left = 1, top = 2, width = 3, height = 4 }]\n[model]\nkind = \"cnn\"\nwidth = 8\n[operate]\nthreshold = { sensitivity = 0.9 }\n";

    fn field(groups: &[Group], key: &str) -> Field {
        groups.iter().flat_map(|group| &group.fields).find(|field| field.key == key).unwrap().clone()
    }

    #[test]
    fn a_form_shows_what_the_file_says_and_sends_nothing_that_did_not_change() {
        let groups =
            of_plan(VOCABULARY.plan, PLAN, "[cohort]\n# where = \"age > 40\"\n[image]\n# crop = { left = 0 }\n");
        assert_eq!(field(&groups, "features.use").value, "age, crp");
        assert_eq!(field(&groups, "image.mask").value, "1, 2, 3, 4");
        assert_eq!(rule(&field(&groups, "operate.threshold").value), ("sensitivity".to_owned(), "0.9".to_owned()));
        assert_eq!(field(&groups, "model.width").value, "8");
        assert!(field(&groups, "cohort.where").is_first && field(&groups, "image.crop.left").is_first);
        assert!(!field(&groups, "train.epochs").is_first && field(&groups, "train.epochs").default == "30");
        let sent =
            |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
        let same = sent(&[
            ("features.use", ""),
            ("features.use", "age"),
            ("features.use", "crp"),
            ("image.mask", "1, 2, 3, 4"),
            ("operate.threshold:rule", "sensitivity"),
            ("operate.threshold", "0.9"),
            ("train.epochs", ""),
            ("model.kind", "cnn"),
        ]);
        assert_eq!(changes(&groups, &same), []);
        let other = sent(&[
            ("image.mask", "1,2,3,4; 5,6,7,8"),
            ("operate.threshold:rule", ""),
            ("operate.threshold", "10%"),
            ("train.epochs", "5"),
        ]);
        let written: Vec<(String, String)> = changes(&groups, &other).into_iter().map(|c| (c.key, c.written)).collect();
        assert!(
            written.contains(&(
                "image.mask".to_owned(),
                "[{ left = 1, top = 2, width = 3, height = 4 }, { left = 5, top = 6, width = 7, height = 8 }]"
                    .to_owned()
            )),
            "{written:?}"
        );
        assert!(
            written.contains(&("operate.threshold".to_owned(), "10%".to_owned()))
                && written.contains(&("train.epochs".to_owned(), "5".to_owned()))
        );
    }
}
