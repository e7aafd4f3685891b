//! One exercise on one page, in the order in which one thinks.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Form, Path};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};

use super::{author, conclude, decide, expect, look, see, train};
use crate::site::Shared;
use crate::view::{View, answer};
use app::ending::Ending;
use app::learner::debrief::offered;
use app::learner::desk::Placed;
use report::json::Subject;

pub(super) fn pages() -> Router<Shared> {
    Router::new().route("/x/{id}", get(page)).route("/x/{id}/start", post(start))
}

async fn page(view: View, Path(id): Path<String>) -> Result<Response, Response> {
    let reader = view.clone();
    let (shown, begins) = view
        .done(move |view| {
            if let Some(now) = view.site.settings.desk.renamed(&id) {
                return Ok((Redirect::to(&view.site.to(&format!("x/{now}"))).into_response(), None));
            }
            let placed = view.site.placed(&id)?;
            let is_begun = placed.workspace.is_started();
            let shown = if is_begun { begun(view, &placed)? } else { before(view, &placed) };
            let page = view.page(view.text(&placed.task.exercise.title), &shown);
            Ok((answer(page), (!is_begun).then_some(placed)))
        })
        .await?;
    if let Some(placed) = begins {
        // What is looked at next is drawn while the brief is read.
        tokio::task::spawn_blocking(move || drop(look::section(&reader, &placed, &look::Shown::default())));
    }
    Ok(shown)
}

async fn start(
    view: View,
    Path(id): Path<String>,
    Form(sent): Form<BTreeMap<String, String>>,
) -> Result<Response, Response> {
    view.done(move |view| {
        let key = sent.get("variant").map(|key| key.trim()).filter(|key| !key.is_empty());
        view.site.settings.desk.start(Some(&id), key, &mut Subject::default())?;
        Ok(Redirect::to(&view.site.to(&format!("x/{id}"))).into_response())
    })
    .await
}

fn brief(view: &View, placed: &Placed) -> Markup {
    let text = placed.pack.brief(placed.workspace.id(), view.lang).unwrap_or_default();
    html! { section.brief #read tabindex="0" aria-label=(view.say("The situation", "状況")) {
        @if !text.trim_start().starts_with("# ") { h1 { (view.text(&placed.task.exercise.title)) } }
        (view.markdown(&text))
    } }
}

/// An exercise that was not begun: what it is about, and a button.
fn before(view: &View, placed: &Placed) -> Markup {
    let id = placed.workspace.id();
    html! {
        (brief(view, placed))
        form.begin method="post" action=(view.site.to(&format!("x/{id}/start"))) {
            p { button.main { (view.say("Begin", "始める")) } }
            details {
                summary { (view.say("My teacher gave me a key", "教員からキーを渡された場合")) }
                label for="variant" { (view.say("Key (such as a student's number): other data than your neighbour's", "キー（学籍番号など）：隣の人とは別のデータになります")) }
                input #variant name="variant" autocomplete="off" maxlength="64";
            }
        }
    }
}

/// What is still known of earlier exercises: each question with its answer behind it. Nothing is graded, and nothing is sent.
fn recalled(view: &View, placed: &Placed) -> Markup {
    let recall = &placed.task.exercise.recall;
    html! {
        @if !recall.is_empty() {
            details.recall {
                summary { (view.say("Before you begin: what do you still know? (a minute, not graded)", "始める前に：以前の演習を覚えていますか（1分、成績には入りません）")) }
                @for quiz in recall {
                    fieldset.question {
                        legend { (view.text(&quiz.text)) }
                        @for answer in offered(quiz, view.lang) {
                            label.option { input type="radio" name=(view.text(&quiz.text)); " " (answer) }
                        }
                        details { summary { (view.say("What is right", "答え")) } p { strong { (view.text(&quiz.right)) } } p { (view.text(&quiz.why)) } }
                    }
                }
            }
        }
    }
}

fn begun(view: &View, placed: &Placed) -> Result<Markup, Ending> {
    // An older version's files are told, not used: `start` lays them aside.
    placed.workspace.known(&placed.pack, &placed.task)?;
    let exercise = &placed.task.exercise;
    let (plans, trains) = (exercise.has_plan(), exercise.asks_plan);
    let sections = [
        ("read", view.say("Read", "読む")),
        ("look", view.say("Look", "データを見る")),
        ("expect", view.say("Expect", "予想する")),
        ("decide", view.say("Decide", "決める")),
        ("train", view.say("Train", "試す")),
        ("see", view.say("See", "結果を見る")),
        ("conclude", view.say("Conclude", "結論・判定")),
    ];
    // Where nothing is asked before, planned or trained, there is nothing to expect, decide, or train and see.
    let sections = sections.into_iter().filter(|(id, _)| match *id {
        "expect" => !exercise.before.is_empty(),
        "decide" => plans,
        "train" | "see" => trains,
        _ => true,
    });
    let work = html! {
        @if plans { (decide::section(view, placed, &decide::Said::default())?) }
        @if trains { (train::section(view, placed)) (see::section(view, placed, None)) }
    };
    let (look, expect, conclude) = (
        look::section(view, placed, &look::Shown::default())?,
        expect::section(view, placed, &[])?,
        conclude::section(view, placed, &[])?,
    );
    Ok(html! {
        nav.toc aria-label=(view.say("Parts of this page", "このページの構成")) {
            ol { @for (id, name) in sections { li { a href=(format!("#{id}")) { (name) } } } }
        }
        div.bench {
            (brief(view, placed))
            div.work { (recalled(view, placed)) (look) (expect) (work) (conclude) (author::section(view, placed.workspace.id(), None)) }
        }
    })
}
