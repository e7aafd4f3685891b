//! What is said of a conclusion: how far off is right, what speaks against a wrong choice, and that nothing shown gives it away.

use super::Material;
use crate::finding::{Finding, Rule};
use crate::reading::Written;
use course::answers::Answer;
use course::exercise::{Check, Question, QuestionKind, Tolerance};
use diagnostics::fault::Place;
use diagnostics::text;
use diagnostics::text::Text;
use engine::check::{Figure, Judged};

/// Checks of answers without `asks`, and wrong choices without `against`.
pub(super) fn asked(material: &Material) -> Vec<Finding> {
    let written = material.written;
    let exercise = &written.task.exercise;
    let mut findings = Vec::new();
    for check in &exercise.checks {
        // A table has no single figure.
        let is_number =
            |question: &&Question| matches!(question.kind, QuestionKind::Number { .. } | QuestionKind::Interval { .. });
        let Some(question) = exercise.questions.iter().filter(|question| check.judges(question)).find(is_number) else {
            continue;
        };
        if check.asks.as_ref().is_some_and(|asks| asks.tolerance.is_some()) {
            continue;
        }
        let (id, of) = (&question.id, &check.id);
        let of_interval = matches!(question.kind, QuestionKind::Interval { .. });
        findings.push(Rule::Asked.broken(
            check.asks.as_ref().map_or_else(|| check.place.clone(), |asks| asks.figure.place.clone()),
            text!(
                "`{of}` judges `{id}`, and does not say how far off a right answer may be",
                "判定`{of}`は`{id}`の解答を見ますが、どこまでの差を正解とするかが書かれていません"
            ),
            if of_interval {
                Text::new(
                    "asks = { figure = \"the column asked for\", within = half the widest interval of use }",
                    "asks = { figure = \"尋ねた値の列\", within = 役に立つ最も広い区間の半分 }",
                )
            } else {
                Text::new(
                    "asks = { figure = \"the column asked for\", within = … } or factor = …",
                    "asks = { figure = \"尋ねた値の列\", within = … } または factor = …",
                )
            },
        ));
    }
    for question in exercise.conclusions() {
        let QuestionKind::Choice(choices) = &question.kind else { continue };
        let right = match written.reference().and_then(|reference| reference.submission.answers.get(&question.id)) {
            Some(Answer::Choice(right)) => Some(right),
            _ => None,
        };
        let mut without: Vec<&str> = choices
            .iter()
            .map(|(id, _)| id.as_str())
            .filter(|id| right.is_none_or(|right| right != id) && !question.against.contains_key(*id))
            .collect();
        // Where the right one is computed, one of them may be it.
        if right.is_none() && without.len() == 1 {
            without.clear();
        }
        if without.is_empty() {
            continue;
        }
        let (id, list) = (&question.id, without.join(", "));
        findings.push(Rule::Asked.broken(
            Place { key: Some("choice".to_owned()), ..question.place.clone() },
            text!(
                "wrong choices of `{id}` that nothing speaks against: {list}",
                "`{id}`の誤った選択肢に反証がありません：{list}"
            ),
            Text::new(
                "against = { en = \"one observation that a learner has seen\", ja = \"…\" } in each of them",
                "それぞれに against = { en = \"…\", ja = \"学習者が見たはずの観察を1つ\" }",
            ),
        ));
    }
    findings
}

/// As remarks: figures that other checks show and that are what a question asks for, over the reference's trial.
pub fn unhidden(written: &Written, judged: &[Judged]) -> Vec<Finding> {
    let exercise = &written.task.exercise;
    let number = |check: &Check, name: &str| {
        let judged = judged.iter().find(|judged| judged.id == check.id)?;
        judged.figures.iter().find_map(|(other, figure)| match figure {
            Figure::Number(x) if other == name && x.is_finite() => Some(*x),
            _ => None,
        })
    };
    let mut findings = Vec::new();
    for question in exercise.conclusions() {
        let own = std::slice::from_ref(question);
        let asking = exercise.checks.iter().filter(|check| !check.looks_at(own).is_empty());
        let asked = asking.filter_map(|check| {
            let asks = check.asks.as_ref()?;
            Some((number(check, &asks.figure.value)?, asks.tolerance))
        });
        for (wanted, tolerance) in asked.filter(|(wanted, _)| wanted.abs() > 1e-9) {
            for other in exercise.checks.iter().filter(|check| check.looks_at(own).is_empty()) {
                for (name, figure) in judged.iter().find(|j| j.id == other.id).into_iter().flat_map(|j| &j.figures) {
                    let Figure::Number(x) = figure else { continue };
                    if !is_the_figure(*x, wanted, tolerance)
                        || question.hides.iter().any(|hidden| hidden.value == *name)
                    {
                        continue;
                    }
                    let (id, of) = (&question.id, &other.id);
                    findings.push(Rule::Asked.remark(
                        other.shows.place.clone(),
                        text!(
                            "`{of}` shows {name}, which is what `{id}` asks for ({x:.4})",
                            "判定`{of}`の{name}は、`{id}`が尋ねる値そのものです（{x:.4}）"
                        ),
                        text!("hides = [\"{name}\"] in the question `{id}`", "問い`{id}`に hides = [\"{name}\"]"),
                    ));
                }
            }
        }
    }
    findings.dedup();
    findings
}

/// Whether a figure is the one asked for, as it is or as a share, of 100 or of 1,000: within what counts as right, and no other by
/// chance.
fn is_the_figure(x: f64, wanted: f64, tolerance: Option<Tolerance>) -> bool {
    let near = |x: f64, share: f64| (x - wanted).abs() <= share * wanted.abs();
    let right = match tolerance {
        Some(Tolerance::Within(most)) => (x - wanted).abs() <= most,
        Some(Tolerance::Factor(most)) => x * wanted > 0.0 && (x / wanted).max(wanted / x) <= most,
        None => true,
    };
    right && near(x, 0.005)
        || [10.0, 100.0, 1000.0].into_iter().any(|scale| near(x * scale, 1e-9) || near(x / scale, 1e-9))
}
