//! Expect: what the learner believes will happen, sealed before the first run.

use axum::Router;
use axum::extract::{Form, Path};
use axum::response::Response;
use axum::routing::{get, post};
use maud::{Markup, html};

use crate::site::Shared;
use crate::view::{View, answer};
use app::ending::Ending;
use app::learner::debrief::how_sure;
use app::learner::desk::Placed;
use app::learner::edit::{Change, number};
use course::answers::{Expected, Sure, UNKNOWN};
use course::exercise::{BEFORE, Question, QuestionKind};
use diagnostics::fault::Fault;
use diagnostics::text::{Lang, with_unit};

pub(super) fn pages() -> Router<Shared> {
    Router::new().route("/x/{id}/expect", post(expected)).route("/x/{id}/expected", get(sealed))
}

async fn sealed(view: View, Path(id): Path<String>) -> Result<Response, Response> {
    view.done(move |view| section(view, &view.site.begun(&id)?, &[])).await.map(answer)
}

async fn expected(
    view: View,
    Path(id): Path<String>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Response> {
    view.done(move |view| {
        let placed = view.site.begun(&id)?;
        let one = |name: &str| sent.iter().rev().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim());
        let mut changes = Vec::new();
        for question in &placed.task.exercise.before {
            let id = &question.id;
            let written = if one(&format!("{id}:unknown")) == "true" {
                format!("\"{UNKNOWN}\"")
            } else if let QuestionKind::Choice(_) = question.kind {
                match (one(id), one(&format!("{id}:sure"))) {
                    ("", _) => String::new(),
                    (choice, sure) => format!("{{ {} = \"{choice}\" }}", if sure.is_empty() { "guess" } else { sure }),
                }
            } else {
                match (one(&format!("{id}:low")), one(&format!("{id}:high"))) {
                    ("", "") => String::new(),
                    (low, high) => {
                        let plain =
                            |text: &str| number(text, false).map_or_else(|| text.to_owned(), |(x, _)| x.to_string());
                        format!("[{}, {}]", plain(low), plain(high))
                    }
                }
            };
            changes.push(Change { key: format!("{BEFORE}.{id}"), written: written.trim_matches('"').to_owned() });
        }
        let faults = match placed.answer(&changes) {
            Ok(_) => Vec::new(),
            Err(Ending::Faults(faults)) => faults,
            Err(ending) => return Err(ending),
        };
        section(view, &placed, &faults)
    })
    .await
    .map(answer)
}

/// The section; `faults` are those of what was just sent.
pub(super) fn section(view: &View, placed: &Placed, faults: &[Fault]) -> Result<Markup, Ending> {
    let exercise = &placed.task.exercise;
    if exercise.before.is_empty() {
        return Ok(html! { section #expect hidden {} });
    }
    let progress = placed.workspace.progress()?;
    let written = placed.expected();
    let sealed = progress.runs > 0;
    let id = placed.workspace.id();
    Ok(html! {
        section #expect aria-labelledby="expect-title" {
            h2 #expect-title { (view.say("What do you expect?", "結果を予想する")) }
            @if sealed {
                @for question in &exercise.before {
                    @let expected = progress.expected.get(&question.id);
                    p { (view.text(&question.prompt)) }
                    p.sealed { strong { (told(view, question, expected.map(|sealed| &sealed.expected))) } " "
                        span.quiet { (view.say("sealed", "確定")) " " (expected.map_or("", |sealed| &sealed.at)) } }
                }
                p.quiet { (view.say("It is set beside what came, once you have passed or stopped trying. Nothing of it is graded.", "合格した後、または挑戦を終えた後に、実際の結果と並べて示します。成績には入りません。")) }
            } @else {
                p { (view.say("Before the first run. Nothing of it is graded; it is sealed when you train.", "最初の実行の前に答えます。成績には入りません。「試す」を押したときに確定します。")) }
                form method="post" action=(view.site.to(&format!("x/{id}/expect"))) data-swap="#expect" data-auto {
                    @for question in &exercise.before { (field(view, question, written.get(&question.id))) }
                    @for fault in faults { (view.fault(fault)) }
                    p { button { (view.say("Keep", "保存")) } }
                }
            }
        }
    })
}

fn told(view: &View, question: &Question, expected: Option<&Expected>) -> String {
    match (expected, view.lang) {
        (Some(Expected::Range(low, high)), Lang::En) => {
            with_unit(&format!("{low} to {high}"), &question.unit, view.lang)
        }
        (Some(Expected::Range(low, high)), Lang::Ja) => with_unit(&format!("{low}〜{high}"), &question.unit, view.lang),
        (Some(Expected::Choice(word, sure)), _) => {
            let text = match &question.kind {
                QuestionKind::Choice(choices) => {
                    choices.iter().find(|(id, _)| id == word).map(|(_, text)| view.text(text))
                }
                _ => None,
            };
            format!("{} ({})", text.unwrap_or(word), how_sure(*sure, view.lang))
        }
        _ => view.say("nothing said", "回答なし").to_owned(),
    }
}

fn field(view: &View, question: &Question, written: Option<&Expected>) -> Markup {
    let id = &question.id;
    let unknown = matches!(written, Some(Expected::Unknown));
    html! {
        fieldset.question {
            legend { (view.text(&question.prompt)) }
            @match &question.kind {
                QuestionKind::Choice(choices) => {
                    @let (chosen, sure) = match written { Some(Expected::Choice(word, sure)) => (word.as_str(), Some(*sure)), _ => ("", None) };
                    @for (word, text) in choices {
                        label.option { input type="radio" name=(id) value=(word) checked[chosen == word]; " " (view.text(text)) }
                    }
                    label.field { (view.say("How sure?", "確信の程度"))
                        select name=(format!("{id}:sure")) {
                            @for one in Sure::ALL { option value=(one.word()) selected[sure == Some(one)] { (how_sure(one, view.lang)) } }
                        }
                    }
                }
                // Before the first run a range or one choice is asked for.
                QuestionKind::Several(_) | QuestionKind::Order(_) | QuestionKind::Table(_) => {}
                QuestionKind::Number { min, max } | QuestionKind::Interval { min, max } => {
                    @let (low, high) = match written { Some(Expected::Range(low, high)) => (low.to_string(), high.to_string()), _ => (String::new(), String::new()) };
                    div.ends data-range="" data-min=(min) data-max=(max) {
                        label.field { (view.say("at least", "少なくとも")) input name=(format!("{id}:low")) inputmode="decimal" autocomplete="off" value=(low); }
                        label.field { (view.say("at most", "多くても")) input name=(format!("{id}:high")) inputmode="decimal" autocomplete="off" value=(high); }
                        span.unit { (view.text(&question.unit)) }
                    }
                }
            }
            label.option { input type="checkbox" name=(format!("{id}:unknown")) value="true" checked[unknown]; " " (view.say("I do not know", "分からない")) }
        }
    }
}
