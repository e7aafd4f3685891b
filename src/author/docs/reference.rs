//! `docs/reference/`, from the code: every key of every file, every SQL function, every rule. A test holds the folder against this.

use super::files::{self, FILES};
use crate::finding::Rule;
use diagnostics::fault::Id;
use diagnostics::keys::{self, Key, Kind as Holds, Need, Short};
use diagnostics::text::{Lang, Text};
use metrics::Shown;
use metrics::entry::{Better, Family};
use sql::{Function, Kind};

/// All files of the reference, by path within its folder.
pub fn pages() -> Vec<(String, String)> {
    let mut pages = vec![
        ("README.md".to_owned(), contents()),
        ("sql.md".to_owned(), functions()),
        ("metrics.md".to_owned(), metrics()),
        ("rules.md".to_owned(), rules()),
        ("faults.md".to_owned(), faults()),
    ];
    for file in FILES {
        let mut schema = format!("{:#}", files::of(file));
        schema.push('\n');
        pages.push((format!("schema/{}.json", file.name), schema));
        let mut page = format!("{}# {}.toml\n\n{}\n{}\n", GENERATED, file.name, file.about.en, file.about.ja);
        section(&mut page, "", file.keys);
        pages.push((format!("{}.md", file.name), page));
    }
    pages
}

const GENERATED: &str = "<!-- Written by `practicum author reference`; a test holds it against the program. -->\n\n";

fn contents() -> String {
    let mut out =
        format!("{GENERATED}# Reference\n\nEvery key, function and rule, as the program itself knows them.\n\n");
    for file in FILES {
        out += &format!(
            "- [{0}.toml]({0}.md) ([schema](schema/{0}.json)): {1} {2}\n",
            file.name, file.about.en, file.about.ja
        );
    }
    out += "- [SQL](sql.md): the functions of columns, conditions and checks. 列・条件・判定で使える関数。\n";
    out += "- [Metrics](metrics.md): every metric, how it is written and judged, its interval and its source. すべての指標と、その表し方・区間・出典。\n";
    out += "- [Rules](rules.md): what `practicum author validate` holds an exercise against. 検証の規則。\n";
    out += "- [Mistakes](faults.md): the kinds of mistakes that programs may ask for. 誤りの種類。\n";
    out
}

/// A table of keys, and below it one for each table that a key holds.
fn section(out: &mut String, path: &str, of: &[Key]) {
    if of.is_empty() {
        return;
    }
    *out += "\n| key | holds | if left out | |\n|---|---|---|---|\n";
    for key in of {
        let default = match key.need {
            Need::Required => "**required**".to_owned(),
            Need::Optional => "–".to_owned(),
            Need::Default(default) => format!("`{default}`"),
        };
        let bare = Key { need: Need::Required, ..key.clone() };
        let holds = match &key.kind {
            Holds::Table(_) | Holds::Kinds(_) => "a table, see below".to_owned(),
            Holds::Tables(_) => "a list of tables, see below".to_owned(),
            kind => keys::expected(kind, &bare).get(Lang::En).to_owned(),
        };
        let Text { en, ja } = &key.help;
        let meanings: Vec<String> =
            key.meanings.iter().map(|(word, Short { en, ja })| format!("<br>`{word}`: {en} / {ja}")).collect();
        let meanings = meanings.concat();
        *out += &format!("| `{}` | {} | {default} | {en}<br>{ja}{meanings} |\n", key.name, cell(&holds));
    }
    for key in of {
        let path = if path.is_empty() { key.name.to_owned() } else { format!("{path}.{}", key.name) };
        let heading = |shown: &str| format!("\n## {shown}\n");
        match &key.kind {
            Holds::Table(keys) => {
                *out += &heading(&format!("[{path}]"));
                section(out, &path, keys);
            }
            Holds::Tables(keys) => {
                *out += &heading(&format!("[[{path}]]"));
                section(out, &path, keys);
            }
            Holds::Kinds(kinds) => {
                for (name, keys) in kinds() {
                    *out += &heading(&format!("[{path}] kind = \"{name}\""));
                    if keys.is_empty() {
                        *out += "\nNo further keys. ほかのキーはありません。\n";
                    }
                    section(out, &path, keys);
                }
            }
            Holds::Either(kinds) => {
                for kind in *kinds {
                    if let Holds::Table(keys) | Holds::OneOf(keys) = kind {
                        *out += &heading(&format!("[{path}]"));
                        section(out, &path, keys);
                    }
                }
            }
            _ => {}
        }
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn functions() -> String {
    let mut out = format!(
        "{GENERATED}# SQL functions\n\nNothing else can be called. `x?` may be left out, `p…` repeated.\nこのほかの関数は使えません。`x?`は省略でき、`p…`は繰り返せます。\n"
    );
    let kinds = [
        (Kind::Row, "Of one row: anywhere", "1行の値：どこでも"),
        (Kind::Draw, "Draws: columns of a dataset, interventions", "乱数：データセットの列と介入"),
        (Kind::Shuffle, "Of a whole column, with luck: interventions", "列全体と乱数：介入"),
        (Kind::Aggregate, "Of many rows: checks", "複数の行：判定"),
        (Kind::Window, "Of many rows, with OVER: checks", "複数の行（OVERを付けて）：判定"),
    ];
    for (kind, en, ja) in kinds {
        let mut of: Vec<&Function> = sql::functions().filter(|function| function.kind == kind).collect();
        of.sort_by(|a, b| a.name.cmp(&b.name));
        out += &format!("\n## {en} / {ja}\n\n| function | |\n|---|---|\n");
        for function in of {
            let Text { en, ja } = &function.help;
            out += &format!("| `{}({})` | {}<br>{} |\n", function.name, function.takes.join(", "), cell(en), cell(ja));
        }
    }
    out
}

/// A table of each family of metrics.
fn metrics() -> String {
    let mut out = format!(
        "{GENERATED}# Metrics\n\n\
         Checks ask metrics of columns as [functions](sql.md); `practicum measure` shows those marked `file`, a run those marked `run`. \
         The interval is at 95 %; what has none of its own is resampled by `practicum measure`.\n\
         列の指標は判定で[関数](sql.md)として使えます。`file`は`practicum measure`が、`run`は実行の結果が示すものです。\
         区間は95 %で、固有の区間がない指標は`practicum measure`が再抽出で求めます。\n"
    );
    for &family in Family::ALL {
        let Text { en, ja } = family.title();
        out += &format!(
            "\n## {en} / {ja}\n\n| metric | | range | best | interval | shown | source |\n|---|---|---|---|---|---|---|\n"
        );
        for metric in metrics::of(family) {
            let (name, Text { en, ja }) = (metric.name, &metric.help);
            let range = format!("{} to {}", bound(metric.range.0), bound(metric.range.1));
            let best = match metric.better {
                Better::Higher => "high".to_owned(),
                Better::Lower => "low".to_owned(),
                Better::Near(value) => value.to_string(),
                Better::Neither => "–".to_owned(),
            };
            let places = [(Shown::File, "file"), (Shown::Run, "run")];
            let shown: Vec<&str> =
                places.iter().filter(|(place, _)| metric.is_shown(*place)).map(|(_, name)| *name).collect();
            let (shown, interval, source) = (shown.join(", "), metric.interval.title().en, cell(metric.source));
            out += &format!(
                "| `{name}` | {}<br>{} | {range} | {best} | {interval} | {shown} | {source} |\n",
                cell(en),
                cell(ja)
            );
        }
    }
    out
}

/// An end of a range.
fn bound(value: f64) -> String {
    if value.is_finite() { value.to_string() } else { format!("{}∞", if value < 0.0 { "−" } else { "" }) }
}

fn faults() -> String {
    let mut out = format!(
        "{GENERATED}# Mistakes\n\nEvery mistake that is told has a kind, `id` in JSON, which stays whatever its sentences become.\n誤りの種類は、JSONの`id`で示します。文面が変わっても、この語は変わりません。\n\n| id | |\n|---|---|\n"
    );
    for id in Id::ALL {
        let Text { en, ja } = id.help();
        out += &format!("| `{}` | {}<br>{} |\n", id.name(), cell(&en), cell(&ja));
    }
    out
}

fn rules() -> String {
    let mut out = format!(
        "{GENERATED}# Rules\n\n`practicum author validate` names the rule that was broken. 検証で見つかった誤りには、次の規則名が付きます。\n\n| rule | |\n|---|---|\n"
    );
    for rule in Rule::ALL {
        let Text { en, ja } = rule.help();
        out += &format!("| `{}` | {}<br>{} |\n", rule.name(), cell(&en), cell(&ja));
    }
    out
}
