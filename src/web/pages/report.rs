//! A run or a check as one page that stands alone: to be saved, printed, handed on. No script.

use axum::Router;
use axum::extract::Path;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use maud::{DOCTYPE, PreEscaped, html};

use super::{conclude, see};
use crate::site::Shared;
use crate::view::View;
use app::learner::hand_in::PLAN;

const STYLE: &str = include_str!("../assets/style.css");

pub(super) fn pages() -> Router<Shared> {
    Router::new().route("/x/{id}/report/{run}", get(report))
}

async fn report(view: View, Path((id, run)): Path<(String, u64)>) -> Result<Response, Response> {
    let page = view
        .done(move |view| {
            let placed = view.site.begun(&id)?;
            let Some(kept) = placed.past(run) else { return Ok(None) };
            let exercise = &placed.task.exercise;
            let plan = placed.workspace.of_run(run, PLAN).unwrap_or_default();
            let title = view.text(&exercise.title);
            let check = kept.is_check();
            let page = html! {
                (DOCTYPE)
                html lang=(view.lang.code()) {
                    head { meta charset="utf-8"; link rel="icon" href="data:,"; title { (title) } style { (PreEscaped(STYLE)) } }
                    body.report { main {
                        h1 { (title) }
                        p.quiet { (exercise.reference()) " · " (view.say("run", "試行")) " " (run) @if let Some(variant) = placed.workspace.variant() { " · " (variant) } }
                        p { (view.text(&exercise.summary)) }
                        @if check {
                            h2 { (view.say("Judged on new patients", "新しい患者での判定")) }
                            (conclude::judged(view, &placed, &kept, &[]))
                        }
                        h2 { (view.say("On my own test rows", "手元のテスト用の行で")) }
                        (see::shown(view, &placed, &kept, true))
                        h2 { (view.say("The plan", "計画")) }
                        pre tabindex="0" { code { (String::from_utf8_lossy(&plan)) } }
                        p.quiet { (view.say(
                            "Synthetic data for teaching. Not a medical device; nothing here is evidence about patients.",
                            "教育用の合成データです。医療機器ではなく、ここでの結果は患者についてのエビデンスではありません。",
                        )) }
                    } }
                }
            };
            Ok(Some(page.into_string()))
        })
        .await?;
    let Some(page) = page else { return Ok(StatusCode::NOT_FOUND.into_response()) };
    let mut response = Html(page).into_response();
    // Its style stands in it, since it must stand alone; scripts it has none.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    Ok(response)
}
