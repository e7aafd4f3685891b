//! Rules on what is written for people: both languages, figures, briefs and debriefs, sources, links, hints.

use std::collections::BTreeSet;

use crate::finding::{Finding, Rule};
use crate::reading::Written;
use course::answers::Answer;
use course::exercise::{Check, QuestionKind};
use course::pack::{EXPECT, Pack, brief_file, debrief_file};
use diagnostics::fault::Place;
use diagnostics::keys::{self, Section, Value};
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use engine::check;

/// A brief shorter than this tells nobody what to decide.
const SHORTEST_BRIEF: usize = 200;

/// Every text in two languages that stands anywhere in a file, by its place.
pub fn texts(section: &Section) -> Vec<(Place, Text)> {
    fn of(value: &Value, place: &Place, out: &mut Vec<(Place, Text)>) {
        match value {
            Value::Text(text) => out.push((place.clone(), text.clone())),
            Value::Table(section) => out.extend(texts(section)),
            Value::List(items) => items.iter().for_each(|item| of(&item.value, &item.place, out)),
            _ => {}
        }
    }
    let mut out = Vec::new();
    for (_, entry) in section.entries() {
        of(&entry.value, &entry.place, &mut out);
    }
    out
}

/// Whether a text has Japanese letters.
pub(super) fn is_japanese(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ff66}'..='\u{ff9d}'))
}

/// Whether a text was left to be written: TODO, TBD, FIXME or XXX as a word, 未記入 or 要記入.
pub fn is_unfinished(text: &str) -> bool {
    words(text).any(|word| ["TODO", "TBD", "FIXME", "XXX"].contains(&word.to_uppercase().as_str()))
        || ["未記入", "要記入", "記入予定", "あとで書く", "後で書く"].iter().any(|words| text.contains(words))
}

/// Both languages of every text of a file.
pub fn languages(section: &Section) -> Vec<Finding> {
    let each = Text::new("a text in each language", "それぞれの言語の文");
    texts(section)
        .into_iter()
        .filter_map(|(place, text)| {
            let (en, ja) = (text.en.trim(), text.ja.trim());
            let words = en.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
            let of_card = place.key.as_deref().is_some_and(|key| key.starts_with("card."));
            let found = if is_unfinished(en) || is_unfinished(ja) {
                Text::new("a text that is not written yet", "まだ書かれていない文があります")
            } else if en.is_empty() || ja.is_empty() {
                Text::new("an empty text", "空の文があります")
            } else if en == ja && en.chars().any(char::is_alphabetic) {
                Text::new("the same text in both languages", "2つの言語の文が同じです")
            } else if is_japanese(en) {
                Text::new("Japanese letters in the English text", "英語の文に日本語の文字があります")
            } else if words > 1 && !is_japanese(ja) {
                Text::new("no Japanese letters in the Japanese text", "日本語の文に日本語の文字がありません")
            } else {
                return None;
            };
            let rule = if of_card { Rule::Card } else { Rule::Language };
            Some(rule.broken(place, found, each.clone()))
        })
        .collect()
}

/// All rules on an exercise's texts.
pub fn rules(pack: &Pack, written: &Written) -> Vec<Finding> {
    let mut findings = languages(&written.exercise);
    findings.extend(languages(&written.dataset));
    let id = &written.task.exercise.id;
    for (solution, _) in written.wrong() {
        let path = format!("exercises/{id}/{}/expect.toml", solution.folder);
        if let Ok(section) = keys::read(&path, &pack.bytes(&path).unwrap_or_default(), EXPECT) {
            findings.extend(languages(&section));
        }
    }
    findings.extend(written.task.exercise.checks.iter().flat_map(figures));
    findings.extend(briefs(pack, id));
    findings.extend(debriefs(pack, id));
    findings.extend(evidence(written));
    findings.extend(hints(written));
    findings
}

/// Both languages of a check's text name the same figures.
fn figures(check: &Check) -> Vec<Finding> {
    let names =
        |text: &str| -> BTreeSet<String> { check::named_figures(text).into_iter().map(str::to_owned).collect() };
    [("pass", &check.pass), ("fail", &check.fail), ("hint", &check.hint)]
        .into_iter()
        .filter_map(|(key, text)| {
            let (en, ja) = (names(&text.en), names(&text.ja));
            if en == ja {
                return None;
            }
            let list =
                |set: &BTreeSet<String>| set.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(", ");
            let (en, ja) = (list(&en), list(&ja));
            let found =
                text!("figures {en} in English and {ja} in Japanese", "英語では {en}、日本語では {ja} を示しています");
            let expected = Text::new("the same figures in both", "両方で同じ値を示すこと");
            Some(Rule::Figures.broken(check.place_of(key), found, expected))
        })
        .collect()
}

fn briefs(pack: &Pack, id: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let brief = |lang: Lang| pack.brief(id, lang).unwrap_or_default();
    let place = |lang: Lang| Place::file(format!("exercises/{id}/{}", brief_file(lang)));
    let same = brief(Lang::En).trim() == brief(Lang::Ja).trim();
    for lang in [Lang::En, Lang::Ja] {
        let text = brief(lang);
        if let Some(line) = text.lines().position(is_unfinished) {
            let place = Place { line: Some(line + 1), ..place(lang) };
            let found = Text::new("a text that is not written yet", "まだ書かれていない文があります");
            findings.push(Rule::Brief.broken(place, found, Text::new("the text itself", "文そのもの")));
        }
        if text.trim().len() < SHORTEST_BRIEF {
            let found = Text::new("no brief, or hardly one", "説明文がないか、短すぎます");
            let expected = Text::new("what the learner reads first", "学習者が最初に読む説明文");
            findings.push(Rule::Brief.broken(place(lang), found, expected));
        } else if (lang == Lang::Ja) != is_japanese(&text) || same {
            let found = Text::new("a brief in the other language", "別の言語で書かれた説明文です");
            let expected = Text::new("a brief in the language that its name tells", "ファイル名どおりの言語の説明文");
            findings.push(Rule::Language.broken(place(lang), found, expected));
        }
        findings.extend(links(&text, &place(lang)));
    }
    findings
}

/// Debriefs, where there are any: in both languages, written, and not the same twice.
fn debriefs(pack: &Pack, id: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let place = |lang: Lang| Place::file(format!("exercises/{id}/{}", debrief_file(lang)));
    let [en, ja] = [Lang::En, Lang::Ja].map(|lang| pack.debrief(id, lang).unwrap_or_default());
    if en.trim().is_empty() && ja.trim().is_empty() {
        return findings;
    }
    let same = en.trim() == ja.trim();
    for (lang, text) in [(Lang::En, en), (Lang::Ja, ja)] {
        let broken = |place, found| {
            let expected = Text::new("the debrief in the language that its name tells", "ファイル名どおりの言語の解説");
            Rule::Language.broken(place, found, expected)
        };
        if text.trim().is_empty() {
            findings.push(broken(
                place(lang),
                Text::new("no debrief, but one in the other language", "別の言語の解説だけがあります"),
            ));
        } else if (lang == Lang::Ja) != is_japanese(&text) || same {
            findings
                .push(broken(place(lang), Text::new("a debrief in the other language", "別の言語で書かれた解説です")));
        }
        if let Some(line) = text.lines().position(is_unfinished) {
            let found = Text::new("a text that is not written yet", "まだ書かれていない文があります");
            findings.push(broken(Place { line: Some(line + 1), ..place(lang) }, found));
        }
        findings.extend(links(&text, &place(lang)));
    }
    findings
}

/// Links of a Markdown text: a learner has the brief, and not the folder in which it was written.
fn links(text: &str, place: &Place) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (i, line) in text.lines().enumerate() {
        for target in line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target) {
            let target = target.split_whitespace().next().unwrap_or_default();
            if target.starts_with('#') || is_address(target) {
                continue;
            }
            let found = text!("a link to \"{target}\"", "\"{target}\" へのリンクがあります");
            let expected = Text::new("an address that begins with https://", "https:// で始まるアドレス");
            let place = Place { line: Some(i + 1), ..place.clone() };
            findings.push(Rule::Link.broken(place, found, expected));
        }
    }
    findings
}

fn is_address(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else { return false };
    let host = rest.split('/').next().unwrap_or_default();
    host.contains('.') && !host.starts_with('.') && !host.ends_with('.') && rest.chars().all(|c| c.is_ascii_graphic())
}

/// `doi:10.1001/jamainternmed.2021.2626` (the DOI Handbook, 2.2: a prefix of `10.` and digits, a slash, a suffix).
fn is_doi(text: &str) -> bool {
    let Some((prefix, suffix)) = text.strip_prefix("10.").and_then(|rest| rest.split_once('/')) else { return false };
    let registrant = prefix.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()));
    registrant && prefix.len() >= 4 && !suffix.is_empty() && suffix.chars().all(|c| c.is_ascii_graphic())
}

fn evidence(written: &Written) -> Vec<Finding> {
    let mut findings = Vec::new();
    let sources = written.exercise.strings("evidence");
    if sources.is_empty() {
        let found = Text::new("no source", "文献がありません");
        let expected = Text::new("at least one published source", "1つ以上の文献");
        findings.push(Rule::Evidence.broken(written.exercise.place_of("evidence"), found, expected));
    }
    for source in sources {
        let words = || source.value.split_whitespace().map(|word| word.trim_end_matches([',', ';', '.', ')']));
        let doi = |word: &str| word.to_ascii_lowercase().strip_prefix("doi:").is_some_and(is_doi);
        let after = source.value.split_once("doi: ").is_some_and(|(_, rest)| {
            is_doi(rest.split_whitespace().next().unwrap_or_default().trim_end_matches(['.', ',', ';']))
        });
        if after || words().any(|word| doi(word) || is_address(word.trim_start_matches('('))) {
            continue;
        }
        let short: String = source.value.chars().take(60).collect();
        let found = text!("a source that nobody can look up: {short}", "たどれない文献があります：{short}");
        let expected = Text::new(
            "authors, title, journal, year, and doi:10.…/… or https://…",
            "著者・題名・雑誌・年と、doi:10.…/… または https://…",
        );
        findings.push(Rule::Evidence.broken(source.place, found, expected));
    }
    findings
}

/// The questions whose answers a check reads, by id.
pub fn questions_of<'w>(written: &'w Written, check: &Check) -> Vec<&'w str> {
    check.looks_at(&written.task.exercise.questions).into_iter().map(|question| question.id.as_str()).collect()
}

/// Numbers in a text for people: `1,000` is one number.
fn numbers(text: &str) -> Vec<f64> {
    let plain = text.replace([',', '，'], "");
    plain
        .split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .filter_map(|piece| piece.trim_matches('.').parse().ok())
        .collect()
}

/// No hint tells the reference's answer: a choice in any hint, a number in the hints of the checks that read it.
fn hints(written: &Written) -> Vec<Finding> {
    let Some(reference) = written.reference() else { return Vec::new() };
    let mut findings = Vec::new();
    for check in &written.task.exercise.checks {
        let reads = questions_of(written, check);
        for question in &written.task.exercise.questions {
            let id = &question.id;
            let hint = [check.hint.en.as_ref(), check.hint.ja.as_ref()];
            let tells = match (&question.kind, reference.submission.answers.get(id)) {
                (QuestionKind::Choice(choices), Some(Answer::Choice(chosen))) => {
                    let meaning = choices.iter().find(|(id, _)| id == chosen).map(|(_, text)| text);
                    // A plain word tells nothing by itself, but in the hint of the very question.
                    let is_own = reads.contains(&id.as_str());
                    hint.iter().any(|hint| {
                        names(hint, chosen)
                            || (is_own && words(hint).any(|word| word == chosen))
                            || meaning.is_some_and(|text| {
                                [text.en.trim(), text.ja.trim()]
                                    .iter()
                                    .any(|text| text.chars().count() > 3 && hint.contains(text))
                            })
                    })
                }
                (_, Some(Answer::Number(x))) if reads.contains(&id.as_str()) => {
                    hint.iter().flat_map(|hint| numbers(hint)).any(|n| (n - x).abs() <= 0.05 * x.abs())
                }
                (_, Some(Answer::Table(cells))) if reads.contains(&id.as_str()) => {
                    let told = |n: f64| cells.values().any(|x| *x != 0.0 && (n - x).abs() <= 0.05 * x.abs());
                    hint.iter().flat_map(|hint| numbers(hint)).any(told)
                }
                (_, Some(Answer::Interval(low, high))) if reads.contains(&id.as_str()) => {
                    hint.iter().flat_map(|hint| numbers(hint)).any(|n| (*low..=*high).contains(&n))
                }
                _ => false,
            };
            if tells {
                let found =
                    text!("a hint that tells the answer to `{id}`", "`{id}`の答えを明かす手がかりになっています");
                let expected = Text::new(
                    "where to look or what to change, not what comes out",
                    "どこを見るか、何を変えるか（結果そのものは書かない）",
                );
                findings.push(Rule::Hint.broken(check.place_of("hint"), found, expected));
            }
        }
    }
    findings
}

/// Whether a line for people names something by the name that files know it by: in `backticks` or "quotation marks", or a name such
/// as no language has.
pub fn names(line: &str, name: &str) -> bool {
    let marked = [format!("`{name}`"), format!("\"{name}\""), format!("'{name}'")];
    marked.iter().any(|marked| line.contains(marked)) || (name.contains('_') && words(line).any(|word| word == name))
}

/// The words of a text as names are written: letters, digits, `_` and `-`.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).filter(|word| !word.is_empty())
}
