//! For who writes a course: what `author validate` says of an exercise, beside the page that its learners will see.

use std::ffi::OsStr;

use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::post;
use maud::{Markup, html};
use serde_json::Value;
use tokio::process::Command;

use crate::site::Shared;
use crate::view::{View, answer};
use app::ending::Ending;

pub(super) fn pages() -> Router<Shared> {
    Router::new().route("/x/{id}/validate", post(validated))
}

/// A process of its own tries every solution, as the command does.
async fn validated(view: View, Path(id): Path<String>) -> Result<Response, Response> {
    let settings = &view.site.settings;
    let Some(course) = settings.desk.course.clone() else {
        return Ok(answer(section(&view, &id, None)));
    };
    let placed = {
        let id = id.clone();
        view.done(move |view| view.site.placed(&id)).await?
    };
    let asked = ["author", "validate", placed.workspace.id(), "--json", "--course"].map(OsStr::new);
    let command = settings.worker.program(&[&asked[..], &[course.as_os_str()]].concat());
    let out = Command::from(command)
        .current_dir(&settings.desk.here)
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| view.ended(Ending::ours(&error)))?;
    let document: Value = serde_json::from_slice(&out.stdout).map_err(|error| view.ended(Ending::ours(&error)))?;
    Ok(answer(section(&view, &id, Some(&document))))
}

/// The section; nothing where the course is the program's own.
pub(super) fn section(view: &View, id: &str, document: Option<&Value>) -> Markup {
    if view.site.settings.desk.course.is_none() {
        return html! {};
    }
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value[view.lang.code()].as_str().unwrap_or_default().to_owned();
    html! {
        section #author aria-labelledby="author-title" {
            h2 #author-title { (view.say("For you who write it", "作成者の方へ")) }
            p { (view.say(
                "This page is made from the course folder as it is now: save, and load it again.",
                "このページは、教材フォルダーの現在の内容から作っています。保存してから再読み込みしてください。",
            )) }
            form method="post" action=(view.site.to(&format!("x/{id}/validate"))) data-swap="#author" {
                button { (view.say("Validate (tries every solution)", "検証する（すべての解を試します）")) }
            }
            @if let Some(document) = document {
                @let exercises = list(&document["exercises"]);
                @for exercise in &exercises {
                    table {
                        caption { (view.say("Solutions", "解")) }
                        tbody { @for tried in list(&exercise["tried"]) { tr {
                            th scope="row" { (tried["folder"].as_str().unwrap_or_default()) }
                            td { (tried["points"]) "/" (tried["of"]) }
                            td { (list(&tried["failed"]).iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")) }
                        } } }
                    }
                }
                @let findings: Vec<Value> =
                    list(&document["findings"]).into_iter().chain(exercises.iter().flat_map(|exercise| list(&exercise["findings"]))).collect();
                p.notice { @if document["valid"] == true { (view.say("Valid.", "問題はありません。")) } @else { (view.say("Not valid yet.", "まだ問題があります。")) } }
                @for finding in &findings {
                    div.mistake {
                        p { code { (finding["file"].as_str().unwrap_or_default()) } @if let Some(line) = finding["line"].as_u64() { ":" (line) } " " (finding["key"].as_str().unwrap_or_default()) " · " (finding["rule"].as_str().unwrap_or_default()) }
                        p { (view.say("Found: ", "内容：")) (text(&finding["found"])) }
                        p { (view.say("Expected: ", "正しくは：")) (text(&finding["expected"])) }
                    }
                }
            }
        }
    }
}
