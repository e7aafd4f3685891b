//! An hour is an hour: how much there is to read, and to conclude.

use super::Material;
use crate::finding::{Finding, Rule};
use course::exercise::overfull;
use diagnostics::fault::Place;
use diagnostics::text;
use diagnostics::text::{Lang, Text, count};

/// The most English words of a brief and of a debrief.
const WORDS: usize = 350;

/// The most Japanese signs of a brief, and of a debrief.
const SIGNS: [usize; 2] = [1000, 900];

/// What people read of a Markdown text: no addresses of links, no signs of its form.
fn read(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some((before, after)) = rest.split_once("](") {
        out += before;
        rest = after.split_once(')').map_or("", |(_, rest)| rest);
    }
    out += rest;
    let lines = out.lines().map(|line| {
        let line = line.trim_start();
        line.strip_prefix(['-', '+']).filter(|rest| rest.starts_with(' ')).unwrap_or(line)
    });
    lines.collect::<Vec<_>>().join("\n").replace(['#', '*', '_', '`', '>', '|', '~', '[', ']'], "")
}

/// Words of an English text: what blanks stand between, with a letter or a digit.
fn words(markdown: &str) -> usize {
    read(markdown).split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// Signs of a Japanese text, without blanks.
fn signs(markdown: &str) -> usize {
    read(markdown).chars().filter(|sign| !sign.is_whitespace()).count()
}

/// Briefs and debriefs that are too long, and conclusions that are too many.
pub(super) fn hour(material: &Material) -> Vec<Finding> {
    let (pack, exercise) = (material.pack, &material.written.task.exercise);
    let id = &exercise.id;
    let mut findings: Vec<Finding> = overfull(exercise).map(|fault| Rule::Hour.by(fault)).into_iter().collect();
    for (name, most) in [("brief", SIGNS[0]), ("debrief", SIGNS[1])] {
        for lang in [Lang::En, Lang::Ja] {
            let text = if name == "brief" { pack.brief(id, lang) } else { pack.debrief(id, lang) }.unwrap_or_default();
            let (n, most) = match lang {
                Lang::En => (words(&text), WORDS),
                Lang::Ja => (signs(&text), most),
            };
            if n <= most {
                continue;
            }
            let (n, most) = (count(n), count(most));
            let (found, expected) = match lang {
                Lang::En => (text!("{n} words", "{n}語"), text!("at most {most} words", "{most}語以内")),
                Lang::Ja => (text!("{n} Japanese signs", "{n}字"), text!("at most {most} signs", "{most}字以内")),
            };
            let Text { en, ja } = expected;
            let expected = text!(
                "{en}: what is not needed to decide goes elsewhere, or nowhere",
                "{ja}（判断に要らないことは、ほかへ移すか削ってください）"
            );
            findings.push(Rule::Hour.broken(
                Place::file(format!("exercises/{id}/{name}.{}.md", lang.code())),
                found,
                expected,
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_what_is_read() {
        assert_eq!(words("# A *short* brief\n\n- see [the paper](https://a.example/b_c) – 3 of 4\n"), 9);
        assert_eq!(signs("## 説明 文\n\n- **敗血症**です（[文献](https://a.example)）。\n"), 13);
    }
}
