//! The answer's words stand nowhere before the answer is given.
//!
//! What learners read before they decide is searched for: the right choice's id, the words that only the right choice's text has (two
//! of them in one sentence), and the names of hidden columns and of wrong solutions' folders. A text that lists the other choices as
//! well tells nothing.

use std::collections::BTreeSet;

use super::Material;
use super::language::{self, is_japanese, words};
use super::told::comment;
use crate::finding::{Finding, Rule};
use course::answers::Answer;
use course::exercise::QuestionKind;
use course::pack::{ANSWERS, PLAN, STARTER, WRONG, brief_file};
use diagnostics::fault::Place;
use diagnostics::text;
use diagnostics::text::{Lang, Text};

/// English words that stand in any text.
const COMMON: &[&str] = &[
    "about",
    "above",
    "after",
    "again",
    "against",
    "all",
    "also",
    "and",
    "any",
    "are",
    "because",
    "been",
    "before",
    "being",
    "below",
    "between",
    "both",
    "but",
    "can",
    "did",
    "does",
    "each",
    "every",
    "few",
    "for",
    "from",
    "had",
    "has",
    "have",
    "her",
    "here",
    "his",
    "how",
    "into",
    "its",
    "just",
    "less",
    "like",
    "many",
    "may",
    "more",
    "most",
    "much",
    "must",
    "neither",
    "never",
    "new",
    "nor",
    "not",
    "now",
    "off",
    "one",
    "only",
    "other",
    "others",
    "our",
    "out",
    "over",
    "own",
    "same",
    "she",
    "should",
    "since",
    "some",
    "still",
    "such",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "through",
    "too",
    "two",
    "under",
    "until",
    "very",
    "was",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "whom",
    "whose",
    "why",
    "will",
    "with",
    "without",
    "would",
    "you",
    "your",
    "patient",
    "patients",
    "model",
    "data",
    "yes",
    "answer",
    "none",
    "nothing",
    "something",
    "someone",
];

/// Japanese ones.
const COMMON_JA: &[&str] = &[
    "患者",
    "病院",
    "病棟",
    "医師",
    "看護師",
    "モデル",
    "データ",
    "予測",
    "学習",
    "検査",
    "診断",
    "判断",
    "判定",
    "結果",
    "場合",
    "画像",
    "写真",
    "警報",
    "アラート",
    "リスク",
    "割合",
    "人数",
    "使用",
    "投与",
    "実際",
    "施設",
    "当院",
    "臨床",
    "症例",
    "転帰",
    "治療",
    "有無",
    "一方",
];

/// Something that would tell the answer.
struct Telltale {
    /// What it is, in words.
    what: Text,
    told: Told,
}

enum Told {
    /// A name that files know something by; and the names beside it, which make a list of it where they stand there too.
    Name(String, Vec<String>),
    /// The same in words only: where it stands as it is written, another rule tells.
    InWords(String),
    /// The words of a right choice that no other has, and those of each other choice that it does not have.
    Words(BTreeSet<String>, Vec<BTreeSet<String>>),
}

/// A text that learners read before they decide.
struct Passage {
    place: Place,
    /// The sentences, each with the line on which it begins, counted from the text's first.
    sentences: Vec<(usize, String)>,
    whole: String,
}

impl Passage {
    fn of(place: Place, text: &str) -> Self {
        Self { place, sentences: sentences(text), whole: text.to_owned() }
    }
}

/// Begins a line that does not go on with the one before it: what stands beside a key of a plan is of that key.
const APART: char = '\u{1f}';

/// The sentences of a text, which may go on over the end of a line, but not over an empty one or a new item of a list.
fn sentences(text: &str) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (i, line) in text.lines().enumerate() {
        let bare = line.trim();
        let apart = bare.starts_with(APART);
        let bare = bare.trim_start_matches(APART);
        if bare.is_empty() || apart || bare.starts_with(['-', '*', '#', '|', '>']) {
            out.extend(open.take());
        }
        let mut rest = bare;
        while !rest.is_empty() {
            let end = rest
                .char_indices()
                .find(|(at, sign)| {
                    let after = rest[at + sign.len_utf8()..].chars().next();
                    matches!(sign, '。' | '？' | '！')
                        || matches!(sign, '.' | '?' | '!' | ';') && after.is_none_or(char::is_whitespace)
                })
                .map_or(rest.len(), |(at, sign)| at + sign.len_utf8());
            let sentence = open.get_or_insert_with(|| (i, String::new()));
            sentence.1 += &rest[..end];
            sentence.1.push(' ');
            if end < rest.len() || rest.ends_with(['。', '？', '！', '.', '?', '!', ';']) {
                out.extend(open.take());
            }
            rest = rest[end..].trim_start();
        }
    }
    out.extend(open);
    out
}

/// The words of a text that carry its meaning: of English all but common ones, without the ending of a plural; of Japanese each run
/// of kanji or of katakana.
fn content(text: &str) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = words(text)
        .map(str::to_lowercase)
        .filter(|word| word.len() > 2 && !COMMON.contains(&word.as_str()) && !word.chars().all(|c| c.is_ascii_digit()))
        .map(|word| word.strip_suffix('s').filter(|bare| bare.len() > 3).map_or(word.clone(), str::to_owned))
        .collect();
    let kind = |c: char| match c {
        '\u{3400}'..='\u{9fff}' | '々' => 1,
        '\u{30a1}'..='\u{30ff}' => 2,
        _ => 0,
    };
    let letters: Vec<char> = text.chars().collect();
    for run in letters.chunk_by(|a, b| kind(*a) == kind(*b)) {
        let word: String = run.iter().collect();
        let long = kind(run[0]) == 1 && run.len() >= 2 || kind(run[0]) == 2 && run.len() >= 3;
        if long && !COMMON_JA.contains(&word.as_str()) {
            found.insert(word);
        }
    }
    found
}

/// Whether a word of meaning stands in a sentence. Japanese has no ends of words: there a longer one may hold it.
fn stands(word: &str, sentence: &str, of_sentence: &BTreeSet<String>) -> bool {
    if is_japanese(word) { sentence.contains(word) } else { of_sentence.contains(word) }
}

/// Whether a text names something by its name: as it is written, where that is no everyday word, or in words, one after the other.
fn names(text: &str, name: &str) -> bool {
    if !name.contains(['_', '-']) {
        return language::names(text, name);
    }
    words(text).any(|word| word.eq_ignore_ascii_case(name)) || in_words(text, name)
}

/// Whether a text has the words of a name one after the other; two of them must carry a meaning.
fn in_words(text: &str, name: &str) -> bool {
    let parts: Vec<String> = name.split(['_', '-']).filter(|part| !part.is_empty()).map(str::to_lowercase).collect();
    let found: Vec<String> = words(text).map(str::to_lowercase).collect();
    let meaning = parts.iter().filter(|part| part.len() > 2 && !COMMON.contains(&part.as_str())).count();
    meaning >= 2 && found.windows(parts.len()).any(|run| run == parts)
}

/// What would tell an answer of this exercise.
fn telltales(material: &Material) -> Vec<Telltale> {
    let written = material.written;
    let (exercise, dataset) = (&written.task.exercise, &written.task.dataset);
    let mut telltales = Vec::new();
    for question in exercise.conclusions() {
        let answer = written.reference().and_then(|reference| reference.submission.answers.get(&question.id));
        let (QuestionKind::Choice(choices), Some(Answer::Choice(right))) = (&question.kind, answer) else { continue };
        let others: Vec<&(String, Text)> = choices.iter().filter(|(id, _)| id != right).collect();
        let id = &question.id;
        telltales.push(Telltale {
            what: text!("the answer to `{id}`, {right}", "`{id}`の答え {right}"),
            told: Told::Name(right.clone(), others.iter().map(|(id, _)| id.clone()).collect()),
        });
        let Some((_, own)) = choices.iter().find(|(id, _)| id == right) else { continue };
        for lang in [Lang::En, Lang::Ja] {
            let own = content(own.get(lang));
            let others: Vec<BTreeSet<String>> = others.iter().map(|(_, text)| content(text.get(lang))).collect();
            let held = |word: &String| {
                others.iter().flatten().any(|other| other.contains(word.as_str()) || word.contains(other.as_str()))
            };
            let apart: Vec<BTreeSet<String>> = others.iter().map(|other| other - &own).collect();
            let only: BTreeSet<String> = own.iter().filter(|word| !held(word)).cloned().collect();
            // What the question itself says is no secret, nor is what is predicted.
            let label = dataset.columns().find(|column| column.name == dataset.label());
            let label = label.and_then(|column| column.about.as_ref()).map(|about| content(about.get(lang)));
            let only = &(&only - &content(question.prompt.get(lang))) - &label.unwrap_or_default();
            telltales.push(Telltale {
                what: text!("words of the answer to `{id}`, {right}", "`{id}`の答え {right} の言葉"),
                told: Told::Words(only, apart),
            });
        }
    }
    let choices = exercise.questions.iter().flat_map(|question| match &question.kind {
        QuestionKind::Choice(choices) => choices.iter().map(|(id, _)| id.as_str()).collect(),
        QuestionKind::Several(several) => several.ids(),
        QuestionKind::Order(order) => order.ids(),
        QuestionKind::Table(grid) => grid.ids(),
        QuestionKind::Number { .. } | QuestionKind::Interval { .. } => Vec::new(),
    });
    let choices: BTreeSet<&str> = choices.collect();
    for column in
        dataset.every_column().filter(|column| !column.role.is_visible() && !choices.contains(column.name.as_str()))
    {
        let name = &column.name;
        let what = text!("the hidden column `{name}`", "隠された列 `{name}`");
        telltales.push(Telltale { what, told: Told::InWords(name.clone()) });
    }
    for (solution, _) in written.wrong() {
        let name = solution.folder.trim_start_matches(&format!("{WRONG}/"));
        let what = text!("the mistake that wrong/{name} makes", "誤答例 wrong/{name} の誤り");
        telltales.push(Telltale { what, told: Told::Name(name.to_owned(), Vec::new()) });
    }
    telltales
}

/// What learners read before they decide.
fn passages(material: &Material) -> Vec<Passage> {
    let (pack, written) = (material.pack, material.written);
    let id = &written.task.exercise.id;
    let mut passages = Vec::new();
    let mut both = |place: Place, text: &Text| {
        passages.push(Passage::of(place.clone(), &text.en));
        passages.push(Passage::of(place, &text.ja));
    };
    for key in ["title", "summary"] {
        both(written.exercise.place_of(key), &written.exercise.text(key));
    }
    if let Some(card) = written.dataset.maybe_table("card") {
        for (place, text) in language::texts(card) {
            both(place, &text);
        }
    }
    for column in written.task.dataset.columns().filter(|column| column.role.is_visible()) {
        if let Some(about) = &column.about {
            both(material.place_of(&column.name), about);
        }
    }
    for lang in [Lang::En, Lang::Ja] {
        let brief = pack.brief(id, lang).unwrap_or_default();
        passages.push(Passage::of(Place::file(format!("exercises/{id}/{}", brief_file(lang))), &brief));
    }
    for file in [PLAN, ANSWERS] {
        let path = format!("exercises/{id}/{STARTER}/{file}");
        let bytes = pack.bytes(&path).unwrap_or_default();
        let of_line = |line: &str| {
            let apart = if line.trim_start().starts_with('#') { String::new() } else { APART.to_string() };
            apart + comment(line)
        };
        let comments: Vec<String> = String::from_utf8_lossy(&bytes).lines().map(of_line).collect();
        passages.push(Passage::of(Place::file(path), &comments.join("\n")));
    }
    passages
}

impl Telltale {
    /// The first sentence that tells it, with its line, counted from the passage's first.
    fn in_passage(&self, passage: &Passage) -> Option<usize> {
        let tells = |sentence: &str| match &self.told {
            Told::Name(name, _) => names(sentence, name),
            Told::InWords(name) => in_words(sentence, name),
            Told::Words(only, others) => {
                let of_sentence = content(sentence);
                let there = |word: &&String| stands(word, sentence, &of_sentence);
                let listed = others.iter().any(|other| {
                    let told = other.iter().filter(there).count();
                    told >= 2 || told > 0 && told == other.len()
                });
                only.iter().filter(there).count() >= 2 && !listed
            }
        };
        if let Told::Name(_, beside) = &self.told
            && !beside.is_empty()
            && beside.iter().all(|other| words(&passage.whole).any(|word| word == other))
        {
            return None;
        }
        passage.sentences.iter().find(|(_, sentence)| tells(sentence)).map(|(line, _)| *line)
    }
}

/// Texts that tell an answer before it is given.
pub(super) fn telltale(material: &Material) -> Vec<Finding> {
    let telltales = telltales(material);
    let mut findings = Vec::new();
    for passage in passages(material) {
        let mut told: Vec<(usize, &Text)> =
            telltales.iter().filter_map(|telltale| Some((telltale.in_passage(&passage)?, &telltale.what))).collect();
        told.sort_by_key(|(line, _)| *line);
        for (line, Text { en, ja }) in told {
            let place = match passage.place.line {
                Some(_) => passage.place.clone(),
                None => Place { line: Some(line + 1), ..passage.place.clone() },
            };
            findings.push(Rule::Telltale.broken(
                place,
                text!("{en}, before it is given", "{ja}が、解答の前に分かってしまいます"),
                Text::new(
                    "the situation, and what is to be decided; what it was belongs in the debrief",
                    "状況と、何を決めるかだけ。何が起きていたかは解説に書きます",
                ),
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_go_on_over_lines_and_end_at_items() {
        let of =
            |text: &str| sentences(text).into_iter().map(|(line, s)| (line, s.trim().to_owned())).collect::<Vec<_>>();
        assert_eq!(
            of("One of 0.5 goes\non. Two\n\n- three\n"),
            [(0, "One of 0.5 goes on.".to_owned()), (1, "Two".to_owned()), (3, "- three".to_owned())]
        );
        assert_eq!(of("気胸です。肺\nの写真です。").len(), 2);
    }

    #[test]
    fn names_are_told_in_words_too_but_everyday_words_are_none() {
        assert!(names("the chest drain is there", "chest_drain"));
        assert!(names("see chest_drain", "chest_drain") && names("see `drain`", "drain"));
        assert!(!names("a drain in the chest", "chest_drain") && !names("the risk is high", "risk"));
        assert!(!names("it is too high", "too_high"), "one word of meaning is everybody's");
        assert!(names("a \"too_high\" one", "too_high") && names("alarm for everybody", "alarm-for-everybody"));
    }
}
