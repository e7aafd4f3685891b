//! A data card is its author's own.

use super::Material;
use crate::finding::{Finding, Rule};
use crate::template;
use course::dataset::Source;
use course::pack::brief_file;
use diagnostics::fault::Place;
use diagnostics::text;
use diagnostics::text::{Lang, Text};

/// What only a causal model's card may say.
const OF_MODELS: [&str; 2] = ["equations in this file", "このファイルの式"];

/// What a brief may say of patients who were drawn, in the template's words.
const OF_DRAWN: [(Lang, &str); 2] = [(Lang::En, "All patients are synthetic"), (Lang::Ja, "患者はすべて架空")];

/// A data card that is still the template's, over the patients of a file; and a brief that says of them that they do not exist.
pub(super) fn card(material: &Material) -> Vec<Finding> {
    let dataset = &material.written.task.dataset;
    let Source::File { .. } = dataset.source else { return Vec::new() };
    let Some(template) = template::card() else { return Vec::new() };
    let card = material.written.dataset.table("card");
    let keys = ["about", "unrealistic"].into_iter().filter(|key| {
        let (own, other) = (card.text(key), template.text(key));
        let both = [(&own.en, &other.en), (&own.ja, &other.ja)];
        both.iter().any(|(own, other)| own.trim() == other.trim())
            || both.iter().any(|(own, _)| OF_MODELS.iter().any(|words| own.contains(words)))
    });
    let mut findings: Vec<Finding> = keys
        .map(|key| {
            Rule::Card.broken(
                card.place_of(key),
                Text::new(
                    "the card of patients who were drawn from equations, over those of a file",
                    "ファイルの患者なのに、式から生成した患者のデータカードのままです",
                ),
                Text::new(
                    "who these patients are, when and where they were seen, how they were de-identified; and what is not as elsewhere",
                    "誰の、いつ・どこのデータか、どのように匿名化したか、ほかの患者と異なる点（自分のデータについて書いてください）",
                ),
            )
        })
        .collect();
    let id = &material.written.task.exercise.id;
    for (lang, words) in OF_DRAWN {
        let brief = material.pack.brief(id, lang).unwrap_or_default();
        let Some(line) = brief.lines().position(|line| line.contains(words)) else { continue };
        let place = Place { line: Some(line + 1), ..Place::file(format!("exercises/{id}/{}", brief_file(lang))) };
        findings.push(Rule::Card.remark(
            place,
            text!("\"{words}\", of patients of a file", "ファイルの患者なのに「{words}」と書かれています"),
            Text::new(
                "the same, only where it is true of the file",
                "ファイルの患者が本当に架空である場合に限った記載",
            ),
        ));
    }
    findings
}
