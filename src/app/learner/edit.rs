//! Changes of a learner's file key by key, as a form makes them: comments, order and everything else in it stay as they are.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use diagnostics::fault::{Fault, Id, Place};
use diagnostics::keys::{Key, Kind, expected};
use diagnostics::text;
use diagnostics::text::{Text, narrow};
use engine::check::Figure;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The key, dotted from the top of the file: `train.epochs`.
    pub key: String,
    /// What a person wrote for it; empty takes the key away, and its default stands in.
    pub written: String,
}

/// A file after its changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// Its text.
    pub text: String,
    /// How numbers were read that are not written as TOML has them: `10%`, `０．１`, `0,1`.
    pub assumed: Vec<Text>,
}

/// The text of `file` with these changes. What a person wrote is read kindly where its meaning is plain; a value that is no value of
/// its key is a fault at the key.
///
/// # Errors
/// A text that is no TOML; values that cannot be read; keys that there are not.
pub fn changed(file: &str, text: &str, keys: &[Key], changes: &[Change]) -> Result<Changed, Vec<Fault>> {
    let mark = if text.starts_with('\u{feff}') { "\u{feff}" } else { "" };
    let mut document: DocumentMut =
        text.trim_start_matches('\u{feff}').parse().map_err(|error: toml_edit::TomlError| {
            // Most slips are known by name.
            if let Err(faults) = diagnostics::keys::read(file, text.as_bytes(), keys) {
                return faults;
            }
            let source = text.trim_start_matches('\u{feff}');
            let place = error.span().map_or_else(|| Place::file(file), |span| Place::of(file, &source.into(), span));
            let what = error.message().to_owned();
            let found = text!("a text that is no TOML: {what}", "TOMLとして読めない内容です（{what}）");
            vec![Fault::new(
                Id::NotToml,
                place,
                found,
                Text::new("the file mended in an editor", "エディターで直したファイル"),
            )]
        })?;
    let (mut faults, mut assumed) = (Vec::new(), Vec::new());
    let (switched, mut left) = switched(&mut document, keys, changes);
    for change in changes {
        let path: Vec<&str> = change.key.split('.').collect();
        let written = change.written.trim();
        let place = Place { key: Some(change.key.clone()), ..Place::file(file) };
        if written.is_empty() {
            take(document.as_table_mut(), &path);
            continue;
        }
        let key = keyed(keys, &path, document.as_table());
        // What is counted in per cent may be written with the sign.
        let bare = key.filter(|key| key.unit.en.starts_with('%')).map(|_| written.replace(['%', '％'], ""));
        let written = bare.as_deref().unwrap_or(written).trim();
        // A form still has the fields of the kind that there was.
        if key.is_none() && switched.iter().any(|table| path.len() > 1 && path[0] == *table) {
            if !left.contains(&change.key) {
                left.push(change.key.clone());
            }
            continue;
        }
        let told = key.ok_or_else(|| {
            let key = &change.key;
            Fault::new(
                Id::UnknownKey,
                place.clone(),
                text!("the key {key}", "キー {key}"),
                Text::new("a key of this file", "このファイルにあるキー"),
            )
        });
        match told.and_then(|key| value(&key.kind, written, &mut assumed).ok_or_else(|| unfit(&place, written, key))) {
            Ok(value) => put(document.as_table_mut(), &path, value),
            Err(fault) => faults.push(fault),
        }
    }
    if !left.is_empty() {
        let left = left.join(", ");
        assumed.push(text!(
            "The kind that was chosen has no such setting, which was taken out: {left}.",
            "選んだ種類にはない設定を取り除きました：{left}。"
        ));
    }
    if faults.is_empty() { Ok(Changed { text: format!("{mark}{document}"), assumed }) } else { Err(faults) }
}

/// Chooses the kinds of tables that are changed, and takes out what the kind that was chosen does not know. Gives the tables, and the
/// keys that were taken out.
fn switched<'c>(document: &mut DocumentMut, keys: &[Key], changes: &'c [Change]) -> (Vec<&'c str>, Vec<String>) {
    let (mut tables, mut left) = (Vec::new(), Vec::new());
    for change in changes {
        let Some(name) = change.key.strip_suffix(".kind") else { continue };
        let Some(Kind::Kinds(kinds)) = keys.iter().find(|key| key.name == name).map(|key| &key.kind) else { continue };
        let written = straight(&change.written);
        let Some((_, known)) = kinds().into_iter().find(|(kind, _)| *kind == written) else { continue };
        let table = document.as_table_mut();
        if table.get(name).and_then(|table| table.get("kind")).and_then(Item::as_str) == Some(&written) {
            continue;
        }
        put(table, &[name, "kind"], Value::from(written));
        tables.push(name);
        let Some(table) = table.get_mut(name).and_then(Item::as_table_like_mut) else { continue };
        let there: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
        for key in there.iter().filter(|key| *key != "kind" && !known.iter().any(|one| one.name == *key)) {
            table.remove(key);
            left.push(format!("{name}.{key}"));
        }
    }
    (tables, left)
}

fn unfit(place: &Place, written: &str, key: &Key) -> Fault {
    let place = place.clone();
    Fault::new(Id::WrongKind, place, text!("\"{written}\"", "「{written}」"), expected(&key.kind, key))
}

/// The definition of a key; of a table whose keys its `kind` decides, by the kind that the file has.
fn keyed<'k>(keys: &'k [Key<'k>], path: &[&str], here: &dyn TableLike) -> Option<&'k Key<'k>> {
    let (name, rest) = path.split_first()?;
    let key = keys.iter().find(|key| key.name == *name)?;
    if rest.is_empty() {
        return Some(key);
    }
    let below = here.get(name).and_then(Item::as_table_like);
    let none = Table::new();
    let below = below.unwrap_or(&none);
    within(&key.kind, rest, below)
}

fn within<'k>(kind: &Kind<'k>, path: &[&str], here: &dyn TableLike) -> Option<&'k Key<'k>> {
    match kind {
        Kind::Table(keys) | Kind::OneOf(keys) => keyed(keys, path, here),
        Kind::Kinds(kinds) => {
            let kinds = kinds();
            let chosen = here.get("kind").and_then(Item::as_str);
            let (_, keys) = kinds.iter().find(|(name, _)| Some(*name) == chosen).or(kinds.first())?;
            if *path == ["kind"] { Some(&KIND) } else { keyed(keys, path, here) }
        }
        Kind::Either(kinds) => kinds.iter().find_map(|kind| within(kind, path, here)),
        _ => None,
    }
}

/// The word that says of which kind a table is; which words there are is looked at when the file is read.
static KIND: Key<'static> =
    Key::new("kind", Kind::String, diagnostics::keys::Need::Optional, "Its kind.", "種類です。");

/// The value that a person means; none where it is none of this kind.
fn value(kind: &Kind, written: &str, assumed: &mut Vec<Text>) -> Option<Value> {
    match kind {
        Kind::String | Kind::Sql => Some(Value::from(written)),
        Kind::Bilingual | Kind::Tables(_) | Kind::Table(_) | Kind::OneOf(_) | Kind::Kinds(_) | Kind::Map(_) => {
            let value: Value = straight(written).parse().ok()?;
            let fits = match kind {
                Kind::Tables(_) => value.is_array(),
                _ => value.is_inline_table(),
            };
            fits.then_some(value)
        }
        Kind::Whole { .. } => {
            let (x, said) = number(written, false)?;
            assumed.extend(said);
            (x.fract() == 0.0 && x.abs() < 9e15).then(|| Value::from(x as i64))
        }
        Kind::Number { max, .. } => {
            let (x, said) = number(written, *max <= 1.0)?;
            assumed.extend(said);
            Some(plain(x))
        }
        Kind::Flag => match straight(written).to_lowercase().as_str() {
            "true" | "on" | "yes" | "はい" => Some(Value::from(true)),
            "false" | "off" | "no" | "いいえ" => Some(Value::from(false)),
            _ => None,
        },
        Kind::Choice(words) => {
            let word = straight(written);
            words.contains(&word.as_str()).then(|| Value::from(word))
        }
        Kind::List(of) => {
            let inner = written.trim_start_matches('[').trim_end_matches(']');
            let items = inner
                .split([',', '、', '\n'])
                .map(|item| item.trim().trim_matches('"'))
                .filter(|item| !item.is_empty());
            let values: Option<Vec<Value>> = items.map(|item| value(of, item, assumed)).collect();
            Some(Value::Array(values?.into_iter().collect::<Array>()))
        }
        Kind::Interval { max, .. } => {
            let narrowed = straight(written);
            let inner = narrowed.trim_start_matches('[').trim_end_matches(']');
            let ends = inner.split([';', '~', '～', ' ']).filter(|end| !end.trim_matches(',').is_empty());
            let mut ends: Vec<&str> = ends.map(|end| end.trim_matches(',')).collect();
            if ends.len() == 1 {
                ends = inner.split(',').collect();
            }
            let [low, high] = ends.as_slice() else { return None };
            let share = *max <= 1.0;
            let ((low, said), (high, more)) = (number(low, share)?, number(high, share)?);
            assumed.extend(said.into_iter().chain(more));
            Some(Value::Array([plain(low), plain(high)].into_iter().collect()))
        }
        Kind::Either(kinds) => kinds.iter().find_map(|kind| value(kind, written, assumed)),
    }
}

/// A number as TOML writes it, whole ones without a point.
fn plain(x: f64) -> Value {
    if x.fract() == 0.0 && x.abs() < 9e15 { Value::from(x as i64) } else { Value::from(x) }
}

/// With signs of the keyboard.
fn straight(written: &str) -> String {
    written.chars().map(narrow).collect::<String>().trim().to_owned()
}

/// A value of a column as somebody types it: a number, a word, or nothing, which is a missing value.
pub fn figure(written: &str) -> Figure {
    let written = written.trim();
    match number(written, false) {
        Some((x, _)) => Figure::Number(x),
        None if written.is_empty() => Figure::Undefined,
        None => Figure::Word(written.to_owned()),
    }
}

/// The number that a person means, and how it was read where it is not written as TOML has it; of a share, `10%` is 0.1.
pub fn number(written: &str, is_share: bool) -> Option<(f64, Option<Text>)> {
    let narrowed = straight(written);
    let (digits, is_percent) = match narrowed.strip_suffix('%') {
        Some(digits) => (digits.trim(), true),
        None => (narrowed.as_str(), false),
    };
    if is_percent && !is_share {
        return None;
    }
    let exact = |text: &str| -> Option<f64> { text.parse().ok().filter(|x: &f64| x.is_finite()) };
    let is_sign = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E');
    let x = if digits.is_empty() || digits.contains(|c: char| !is_sign(c) && c != ',') {
        None
    } else if !digits.contains(',') {
        exact(digits)
    } else if in_thousands(digits) {
        exact(&digits.replace(',', ""))
    } else if digits.matches(',').count() == 1 && !digits.contains('.') {
        exact(&digits.replace(',', "."))
    } else {
        None
    }?;
    let x = if is_percent { x / 100.0 } else { x };
    let said = (exact(written.trim()) != Some(x)).then(|| {
        let written = written.trim();
        text!("\"{written}\" is read as {x}.", "「{written}」は {x} と読みました。")
    });
    Some((x, said))
}

/// `1,000` and `12,000.5`, not `0,125`.
fn in_thousands(digits: &str) -> bool {
    let whole = digits.split('.').next().unwrap_or_default();
    let mut groups = whole.trim_start_matches(['-', '+']).split(',');
    let first = groups.next().unwrap_or_default();
    let mut rest = groups.peekable();
    let is_led = (1..=3).contains(&first.len()) && !first.starts_with('0') && rest.peek().is_some();
    is_led && rest.all(|group| group.len() == 3)
}

/// Takes a key away; a table that is left empty stays.
fn take(table: &mut dyn TableLike, path: &[&str]) {
    let Some((name, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        table.remove(name);
        return;
    }
    if let Some(below) = table.get_mut(name).and_then(Item::as_table_like_mut) {
        take(below, rest);
    }
}

/// Sets a key, with the comment that stands behind it; one that has this value already stays to the letter.
fn put(table: &mut dyn TableLike, path: &[&str], value: Value) {
    let Some((name, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        match table.get_mut(name) {
            Some(Item::Value(old)) if same(old, &value) => {}
            Some(Item::Value(old)) => {
                let mut decor = old.decor().clone();
                // What stands behind a rule speaks of it, not of the number that takes its place.
                if old.is_inline_table() != value.is_inline_table() {
                    decor.set_suffix("");
                }
                *old = value;
                *old.decor_mut() = decor;
            }
            _ => drop(table.insert(name, Item::Value(value))),
        }
        return;
    }
    if table.get(name).is_none_or(|item| item.as_table_like().is_none()) {
        let is_deep = rest.len() > 1 || table.get(name).is_some();
        let below =
            if is_deep || path.len() == 2 { Item::Table(Table::new()) } else { Item::Value(InlineTable::new().into()) };
        table.insert(name, below);
    }
    if let Some(below) = table.get_mut(name).and_then(Item::as_table_like_mut) {
        put(below, rest, value);
    }
}

fn same(a: &Value, b: &Value) -> bool {
    let bare = |value: &Value| {
        let mut value = value.clone();
        value.decor_mut().clear();
        value
    };
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Float(a), Value::Float(b)) => a.value().total_cmp(b.value()).is_eq(),
        (Value::Integer(a), Value::Float(b)) | (Value::Float(b), Value::Integer(a)) => {
            (*a.value() as f64).total_cmp(b.value()).is_eq()
        }
        (Value::Integer(a), Value::Integer(b)) => a.value() == b.value(),
        (Value::String(a), Value::String(b)) => a.value() == b.value(),
        _ => bare(a).to_string() == bare(b).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::keys::Need;
    use engine::models::VOCABULARY;

    const PLAN: &str = "# A plan.\nexercise = \"ward@1\"\n\n[train]\nepochs = 20   # passes\n\n[operate]\nthreshold = 0.25        # the usual\n";

    fn with(changes: &[(&str, &str)]) -> Result<Changed, Vec<Fault>> {
        let changes: Vec<Change> = changes
            .iter()
            .map(|(key, written)| Change { key: (*key).to_owned(), written: (*written).to_owned() })
            .collect();
        changed("plan.toml", PLAN, VOCABULARY.plan, &changes)
    }

    #[test]
    fn a_change_leaves_all_else_as_it_is() {
        assert_eq!(with(&[("train.epochs", "20"), ("operate.threshold", "0.25")]).unwrap().text, PLAN);
        let text = with(&[("train.epochs", "30")]).unwrap().text;
        assert_eq!(text, PLAN.replace("epochs = 20   # passes", "epochs = 30   # passes"));
        let text = with(&[("train.epochs", ""), ("cohort.where", "age >= 40")]).unwrap().text;
        assert!(!text.contains("epochs") && text.contains("[cohort]\nwhere = \"age >= 40\""), "{text}");
        let text = with(&[("operate.threshold", "{ sensitivity = 0.9 }")]).unwrap().text;
        assert!(text.contains("threshold = { sensitivity = 0.9 }\n"), "what was said of the number is gone: {text}");
        let text = with(&[("model.kind", "cnn"), ("model.width", "4")]).unwrap().text;
        assert!(text.contains("kind = \"cnn\"") && text.contains("width = 4"), "{text}");
        // A form sends the fields of the kind that there was.
        let changed = super::changed(
            "plan.toml",
            &text,
            VOCABULARY.plan,
            &[("model.kind", "mlp"), ("model.width", "8")]
                .map(|(key, written)| Change { key: key.into(), written: written.into() }),
        );
        let changed = changed.unwrap();
        assert!(changed.text.contains("kind = \"mlp\"") && !changed.text.contains("width"), "{}", changed.text);
        assert!(changed.assumed[0].en.contains("model.width"), "{:?}", changed.assumed);
        // Where the kind stays, a key that it does not know is told.
        let same = [("model.kind", "cnn"), ("model.hidden", "[8]")];
        let same = same.map(|(key, written)| Change { key: key.into(), written: written.into() });
        assert_eq!(super::changed("plan.toml", &text, VOCABULARY.plan, &same).unwrap_err()[0].id, Id::UnknownKey);
    }

    #[test]
    fn a_nurses_numbers_are_understood_where_their_meaning_is_plain() {
        for (written, value) in
            [("０．１", "0.1"), ("10%", "0.1"), ("10％", "0.1"), ("0,1", "0.1"), (" 0.1 ", "0.1"), (".1", "0.1")]
        {
            let changed = with(&[("operate.threshold", written)]).unwrap();
            assert!(changed.text.contains(&format!("threshold = {value}  ")), "{written}: {}", changed.text);
            assert_eq!(
                changed.assumed.is_empty(),
                matches!(written, " 0.1 " | ".1"),
                "{written}: {:?}",
                changed.assumed
            );
        }
        // What is counted in per cent may carry the sign.
        let keys = [Key::measured("share", Kind::Number { min: 0.0, max: 100.0 }, Need::Optional, "%", "a", "あ")];
        for written in ["41", "41%", "４１％"] {
            let change = Change { key: "share".to_owned(), written: written.to_owned() };
            assert_eq!(changed("answers.toml", "", &keys, &[change]).unwrap().text, "share = 41\n", "{written}");
        }
        let read = |written| number(written, false).map(|(x, _)| x.to_string());
        assert_eq!((read("1,000"), read("0,125")), (Some("1000".to_owned()), Some("0.125".to_owned())));
        for none in ["", "ten", "1,0,0", "10%", "1.000,5", "inf", "0x1"] {
            assert!(number(none, false).is_none(), "{none}");
        }
    }

    #[test]
    fn what_is_no_value_of_its_key_is_told_at_the_key() {
        let faults =
            with(&[("train.epochs", "many"), ("operate.calibrate", "sometimes"), ("train.epoch", "3")]).unwrap_err();
        let keys: Vec<_> = faults.iter().map(|fault| fault.place.key.clone().unwrap()).collect();
        assert_eq!(keys, ["train.epochs", "operate.calibrate", "train.epoch"]);
        assert!(faults[0].expected.en.contains("whole number"), "{faults:?}");
    }
}
