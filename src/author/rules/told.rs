//! What learners read before they decide gives nothing of the reference away.

use super::Material;
use super::language::{names, words};
use super::solutions::leaves;
use crate::finding::{Finding, Rule};
use course::answers::Answer;
use course::exercise::QuestionKind;
use course::pack::{ANSWERS, PLAN, STARTER, brief_file};
use course::settings;
use diagnostics::fault::Place;
use diagnostics::keys::{Key, Kind, Value};
use diagnostics::text;
use diagnostics::text::{Lang, Text, narrow};
use engine::models::VOCABULARY;

/// Something that the reference says and the starter does not.
struct Secret {
    /// The key or question, dotted.
    path: String,
    held: Held,
    /// Whether it is an answer rather than a decision of the plan.
    answer: bool,
}

enum Held {
    Number(f64),
    Interval(f64, f64),
    /// One of some words; the others may stand beside it in a list.
    Word(String, Vec<String>),
    /// A name such as a column's, which texts may have other reasons to tell; and those that the reference lists beside it.
    Name(String, Vec<String>),
    Condition(String),
    /// What a choice means, and what the others mean.
    Meaning(Text, Vec<Text>),
}

/// A line that learners read.
struct Line {
    place: Place,
    /// What is looked at: of a file for machines, its comment.
    text: String,
    /// The whole line, which may list what else could stand there.
    whole: String,
    hint: bool,
}

/// What a plan's key holds.
enum Holds {
    Words(Vec<String>),
    Condition,
    Other,
}

fn holds(keys: &[Key], path: &[&str]) -> Holds {
    fn of(kind: &Kind, rest: &[&str]) -> Holds {
        match kind {
            Kind::Table(keys) | Kind::OneOf(keys) | Kind::Tables(keys) => holds(keys, rest),
            Kind::Kinds(kinds) if *rest == ["kind"] => {
                Holds::Words(kinds().into_iter().map(|(name, _)| name.to_owned()).collect())
            }
            Kind::Kinds(kinds) => kinds()
                .into_iter()
                .map(|(_, keys)| holds(keys, rest))
                .find(|holds| !matches!(holds, Holds::Other))
                .unwrap_or(Holds::Other),
            Kind::Either(kinds) => kinds
                .iter()
                .map(|kind| of(kind, rest))
                .find(|holds| !matches!(holds, Holds::Other))
                .unwrap_or(Holds::Other),
            Kind::List(kind) | Kind::Map(kind) => of(kind, rest),
            Kind::Choice(words) => Holds::Words(words.iter().map(|&word| word.to_owned()).collect()),
            Kind::Sql => Holds::Condition,
            _ => Holds::Other,
        }
    }
    let Some((name, rest)) = path.split_first() else { return Holds::Other };
    keys.iter().find(|key| key.name == *name).map_or(Holds::Other, |key| of(&key.kind, rest))
}

/// What the reference decides otherwise than the starter, and what it answers.
fn secrets(material: &Material) -> Vec<Secret> {
    let written = material.written;
    let Some(reference) = written.reference() else { return Vec::new() };
    let starter = written.starter();
    let of_starter = starter.map(|starter| leaves(&starter.submission.plan.section)).unwrap_or_default();
    let mut secrets = Vec::new();
    let of_reference = leaves(&reference.submission.plan.section);
    for leaf in &of_reference {
        if !leaf.written || of_starter.iter().any(|other| other.path == leaf.path && other.value == leaf.value) {
            continue;
        }
        let path: Vec<&str> = leaf.path.split('.').collect();
        let held = match (leaf.value, holds(VOCABULARY.plan, &path)) {
            (Value::Number(x), _) => Held::Number(*x),
            (Value::Whole(x), _) => Held::Number(*x as f64),
            (Value::String(word), Holds::Words(all)) if all.contains(word) => Held::Word(word.clone(), all),
            (Value::String(sql), Holds::Condition) => Held::Condition(plain(sql)),
            // The words of a setting are the choices that the brief has to name.
            (Value::String(_), _) if leaf.path.starts_with(settings::TABLE) => continue,
            (Value::String(name), _) => {
                let beside = of_reference.iter().filter(|other| other.path == leaf.path && other.value != leaf.value);
                let names = beside.filter_map(|other| match other.value {
                    Value::String(name) => Some(name.clone()),
                    _ => None,
                });
                Held::Name(name.clone(), names.collect())
            }
            _ => continue,
        };
        secrets.push(Secret { path: leaf.path.clone(), held, answer: false });
    }
    for question in &written.task.exercise.questions {
        let mut secret = |held: Held| secrets.push(Secret { path: question.id.clone(), held, answer: true });
        match (&question.kind, reference.submission.answers.get(&question.id)) {
            (_, Some(Answer::Number(x))) => secret(Held::Number(*x)),
            (_, Some(Answer::Interval(low, high))) => secret(Held::Interval(*low, *high)),
            (_, Some(Answer::Table(cells))) => cells.values().for_each(|x| secret(Held::Number(*x))),
            (QuestionKind::Choice(choices), Some(Answer::Choice(chosen))) => {
                secret(Held::Word(chosen.clone(), choices.iter().map(|(id, _)| id.clone()).collect()));
                let (own, others): (Vec<_>, Vec<_>) = choices.iter().partition(|(id, _)| id == chosen);
                let others = others.into_iter().map(|(_, text)| text.clone()).collect();
                if let Some((_, meaning)) = own.first() {
                    secret(Held::Meaning(meaning.clone(), others));
                }
            }
            _ => {}
        }
    }
    secrets
}

/// Numbers that learners must know, because they are judged by them: the limits in checks, what an alert is worth, the ranges and the
/// words of questions.
fn demands(material: &Material) -> Vec<f64> {
    let exercise = &material.written.task.exercise;
    let mut demands: Vec<f64> = exercise.worth.into_iter().collect();
    for check in &exercise.checks {
        let sql = [check.passes.value.text(), check.shows.value.text()];
        let written: Vec<f64> = sql.into_iter().flat_map(figures).map(|figure| figure.0).collect();
        // Where one patient found outweighs four false alarms, an alert is worth it from a risk of 1 in 5.
        demands.extend(written.iter().filter(|weight| **weight > 0.0).map(|weight| 1.0 / (1.0 + weight)));
        demands.extend(written);
    }
    for question in &exercise.questions {
        demands.extend(figures(&question.prompt.en).into_iter().map(|figure| figure.0));
        if let QuestionKind::Number { min, max } | QuestionKind::Interval { min, max } = question.kind {
            demands.extend([min, max]);
        }
        if let QuestionKind::Table(grid) = &question.kind {
            demands.extend(grid.columns.iter().flat_map(|column| [column.min, column.max]));
        }
    }
    demands
}

fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-3)
}

/// What learners read: hints, briefs, and the comments of the files that they begin with.
fn lines(material: &Material) -> Vec<Line> {
    let (pack, exercise) = (material.pack, &material.written.task.exercise);
    let mut lines = Vec::new();
    for check in &exercise.checks {
        for text in [&check.hint.en, &check.hint.ja] {
            let text = text.clone().into_owned();
            lines.push(Line { place: check.place_of("hint"), whole: text.clone(), text, hint: true });
        }
    }
    let mut of_file = |file: String, text: &str, look: fn(&str) -> &str| {
        for (i, line) in text.lines().enumerate() {
            let place = Place { line: Some(i + 1), ..Place::file(file.clone()) };
            lines.push(Line { place, text: look(line).to_owned(), whole: line.to_owned(), hint: false });
        }
    };
    let id = &exercise.id;
    for lang in [Lang::En, Lang::Ja] {
        let brief = pack.brief(id, lang).unwrap_or_default();
        of_file(format!("exercises/{id}/{}", brief_file(lang)), &brief, |line| line);
    }
    for file in [PLAN, ANSWERS] {
        let path = format!("exercises/{id}/{STARTER}/{file}");
        let bytes = pack.bytes(&path).unwrap_or_default();
        of_file(path, &String::from_utf8_lossy(&bytes), comment);
    }
    lines
}

/// The comment of a line of TOML; the first line of a file may name its schema.
pub(super) fn comment(line: &str) -> &str {
    if line.starts_with("#:") {
        return "";
    }
    let (mut quote, mut escaped) = (None, false);
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '#') => return &line[at + 1..],
            (None, '"' | '\'') => quote = Some(c),
            (Some('"'), '\\') if !escaped => {
                escaped = true;
                continue;
            }
            (Some(open), _) if open == c && !escaped => quote = None,
            _ => {}
        }
        escaped = false;
    }
    ""
}

/// Without regard to line breaks, indentation and the kind of quotation marks.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('"', "'")
}

/// The numbers of a text, and whether each is a percentage: `1,000` is one number, and the digits of a name or an address are none.
fn figures(text: &str) -> Vec<(f64, bool)> {
    let mut found = Vec::new();
    // An address goes on to the next blank, whatever signs are in it.
    let words = text.split_whitespace().filter(|word| !word.contains("://") && !word.contains("doi:"));
    for piece in words.flat_map(|word| word.split(|c| "()[]{}<>=*/+〜～、。：；（）「」『』–—".contains(c)))
    {
        let letters: Vec<char> = piece
            .chars()
            .map(|c| match c {
                '０'..='９' | '．' | '，' => narrow(c),
                c => c,
            })
            .collect();
        let mut at = 0;
        while at < letters.len() {
            let start = at;
            let inner = |i: usize| {
                letters[i].is_ascii_digit()
                    || (matches!(letters[i], '.' | ',')
                        && i > start
                        && letters.get(i + 1).is_some_and(char::is_ascii_digit))
            };
            while at < letters.len() && inner(at) {
                at += 1;
            }
            if at == start {
                at += 1;
                continue;
            }
            let named =
                start.checked_sub(1).is_some_and(|i| letters[i].is_ascii_alphanumeric() || "_-.".contains(letters[i]));
            let after = letters.get(at);
            if named || after.is_some_and(|c| c.is_ascii_alphabetic() || *c == '_') {
                continue;
            }
            let number: String = letters[start..at].iter().filter(|c| **c != ',').collect();
            if let Ok(x) = number.parse::<f64>() {
                found.push((x, matches!(after, Some('%' | '％'))));
            }
        }
    }
    found
}

/// Whether a number is so much of its own that it stands nowhere by chance: not 0, 1, 2, 10, 100, a tenth or a half, nor a year.
/// Whole numbers of plans (epochs, pixels) are too often those of something else.
fn telling(x: f64, answer: bool) -> bool {
    let written = x.abs().to_string();
    let (whole, decimals) = written.split_once('.').unwrap_or((&written, ""));
    if decimals.is_empty() {
        let year = (1900.0..=2100.0).contains(&x);
        return answer && x > 12.0 && !year && whole.trim_end_matches('0').len() >= 2;
    }
    decimals.len() >= 3 || format!("{whole}{decimals}").trim_start_matches('0').len() >= 2
}

impl Secret {
    fn shown(&self) -> Text {
        match &self.held {
            Held::Number(x) => Text::same(x.to_string()),
            Held::Interval(low, high) => Text::same(format!("[{low}, {high}]")),
            Held::Word(word, _) | Held::Name(word, _) | Held::Condition(word) => Text::same(word.clone()),
            Held::Meaning(text, _) => text.clone(),
        }
    }

    /// Whether a line names the key itself, so that a number or a word on it is meant for it.
    fn is_named(&self, line: &str) -> bool {
        let mut keys = self.path.rsplit('.').take(2);
        keys.any(|key| words(line).any(|word| word == key))
    }

    fn is_assigned(&self, line: &str, word: &str) -> bool {
        let key = self.path.rsplit('.').next().unwrap_or_default();
        plain(line).contains(&format!("{key} = '{word}'"))
    }

    fn is_told(&self, line: &Line, demands: &[f64]) -> bool {
        let text = line.text.as_str();
        // Answers in hints have a rule of their own; where answers are written, words are those of questions.
        let elsewhere = if self.answer { line.hint } else { line.place.file.ends_with(&format!("/{ANSWERS}")) };
        if text.is_empty() || elsewhere {
            return false;
        }
        match &self.held {
            Held::Number(x) => {
                let known = demands
                    .iter()
                    .any(|demand| same(*demand, *x) || same(*demand, 100.0 * x) || same(100.0 * demand, *x));
                let trivial = [0.0, 1.0, 2.0].contains(x);
                let meant = telling(*x, self.answer) || (!self.answer && !trivial && self.is_named(&line.whole));
                !known
                    && meant
                    && figures(text).iter().any(|&(n, percent)| same(n, *x) || (percent && same(n, 100.0 * x)))
            }
            Held::Interval(low, high) => {
                let known = [low, high].iter().all(|bound| demands.iter().any(|demand| same(*demand, **bound)));
                let near = figures(text);
                !known && near.windows(2).any(|two| same(two[0].0, *low) && same(two[1].0, *high))
            }
            Held::Word(word, all) => {
                let beside = all.iter().filter(|other| words(&line.whole).any(|word| word == *other)).count();
                let listed = if line.hint { beside >= 3.min(all.len()) } else { beside >= 2 };
                !listed
                    && (names(text, word) || (!self.answer && self.is_named(text) && words(text).any(|w| w == word)))
            }
            // Briefs describe the columns; a hint that lists them says which to take.
            Held::Name(name, beside) => {
                let listed = || stands_in(text, name) && beside.iter().any(|other| stands_in(text, other));
                self.is_assigned(text, name) || (line.hint && (names(text, name) || listed()))
            }
            Held::Condition(sql) => sql.chars().count() >= 5 && plain(text).contains(sql.replace('"', "'").as_str()),
            Held::Meaning(..) => false,
        }
    }
}

/// Whether a name stands in a text as a word; where it has letters that words are not told apart by, anywhere.
fn stands_in(text: &str, name: &str) -> bool {
    if name.is_ascii() { words(text).any(|word| word == name) } else { text.contains(name) }
}

/// What a choice means, in a brief that says nothing of the others.
fn meanings(material: &Material, secrets: &[Secret]) -> Vec<Finding> {
    let id = &material.written.task.exercise.id;
    let mut findings = Vec::new();
    for secret in secrets {
        let Held::Meaning(meaning, others) = &secret.held else { continue };
        for lang in [Lang::En, Lang::Ja] {
            let brief = material.pack.brief(id, lang).unwrap_or_default();
            // Line breaks of a brief are spaces, and in Japanese nothing.
            let joined =
                |text: &str| text.split_whitespace().collect::<Vec<_>>().join(if lang == Lang::En { " " } else { "" });
            let (whole, own) = (joined(&brief), joined(meaning.get(lang)));
            // A word or two may be what the brief is about.
            let long = if lang == Lang::En { 20 } else { 8 };
            if own.chars().count() < long
                || !whole.contains(&own)
                || others.iter().any(|other| whole.contains(&joined(other.get(lang))))
            {
                continue;
            }
            let start: String = own.chars().take(long).collect();
            let line = brief.lines().position(|line| joined(line).contains(&start)).map(|line| line + 1);
            let place = Place { line, ..Place::file(format!("exercises/{id}/{}", brief_file(lang))) };
            findings.push(told(place, &[secret]));
        }
    }
    findings
}

fn told(place: Place, secrets: &[&Secret]) -> Finding {
    let list = |lang: Lang| {
        let each = secrets.iter().map(|secret| format!("`{}` ({})", secret.path, secret.shown().get(lang)));
        each.collect::<Vec<_>>().join(", ")
    };
    let (en, ja) = (list(Lang::En), list(Lang::Ja));
    Rule::Told.remark(
        place,
        text!("what the reference says: {en}", "模範解の内容が書かれています：{ja}"),
        Text::new(
            "where to look and what to weigh; an example with another value",
            "どこを見て何を比べるかを書くか、別の値の例にすること",
        ),
    )
}

/// Hints, briefs and comments that hold what the reference decides or answers.
pub(super) fn given_away(material: &Material) -> Vec<Finding> {
    let (secrets, demands) = (secrets(material), demands(material));
    let mut findings = meanings(material, &secrets);
    for line in lines(material) {
        let told_here: Vec<&Secret> = secrets.iter().filter(|secret| secret.is_told(&line, &demands)).collect();
        if !told_here.is_empty() {
            findings.push(told(line.place, &told_here));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_told_from_names_and_addresses() {
        let of = |text: &str| figures(text).into_iter().map(|figure| figure.0).collect::<Vec<_>>();
        assert_eq!(of("1,709 of 2,552 patients (67%), an AUROC of 0.63."), [1709.0, 2552.0, 67.0, 0.63]);
        assert_eq!(of("１０〜４５人、約3.8回"), [10.0, 45.0, 3.8]);
        assert_eq!(of("[10, 45] and 20×30"), [10.0, 45.0, 20.0, 30.0]);
        assert!(of("doi:10.1001/x s-1001 CO2 3D https://a.example/98 Q3_2").is_empty());
        assert_eq!(figures("17% or 0.17"), [(17.0, true), (0.17, false)]);
    }

    #[test]
    fn comments_are_told_from_values() {
        assert_eq!(comment("threshold = 0.5  # a half"), " a half");
        assert_eq!(comment("where = \"a = '#'\" # so"), " so");
        assert_eq!(comment("#:schema x"), "");
        assert_eq!(comment("a = 1"), "");
    }

    #[test]
    fn figures_that_stand_anywhere_tell_nothing() {
        for x in [0.0, 1.0, 2.0, 10.0, 100.0, 1000.0, 0.1, 0.5, 2021.0, 30.0] {
            assert!(!telling(x, true), "{x}");
        }
        assert!(telling(98.0, true) && telling(3.8, true) && telling(0.35, false) && telling(0.005, false));
        assert!(!telling(18.0, false), "epochs");
    }
}
