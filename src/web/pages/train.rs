//! Train: a run or a check in a process of its own, its progress as it comes, and its end on demand.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use serde_json::Value;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt as _};

use crate::jobs::{self, Unbegun, is_last};
use crate::site::Shared;
use crate::view::View;
use app::ending::Ending;
use app::learner::desk::Placed;
use app::learner::practice::{Aim, Practice};
use report::json::Subject;

/// So many events wait for a page that is slow to read.
const WAITING: usize = 64;

pub(super) fn pages() -> Router<Shared> {
    Router::new()
        .route("/x/{id}/run", post(run))
        .route("/x/{id}/check", post(check))
        .route("/x/{id}/stop", post(stop))
        .route("/x/{id}/events", get(events))
}

async fn run(view: View, Path(id): Path<String>) -> Result<Response, Response> {
    begin(view, id, Aim::Run).await
}

async fn check(view: View, Path(id): Path<String>) -> Result<Response, Response> {
    begin(view, id, Aim::Check).await
}

/// Begins what trains a plan.
pub(super) async fn begin(view: View, id: String, aim: Aim) -> Result<Response, Response> {
    let placed = view
        .done(move |view| {
            let placed = view.site.begun(&id)?;
            // A plan that cannot be read is told at once, and not by a process that ends.
            if aim != Aim::GiveUp {
                placed.submission()?;
            }
            Ok(placed)
        })
        .await?;
    let settings = &view.site.settings;
    let practice = Practice {
        here: settings.desk.here.clone(),
        course: settings.desk.course.clone(),
        exercise: placed.workspace.id().to_owned(),
        aim,
        long: false,
        at: (settings.now)(),
        lang: view.lang.code().to_owned(),
    };
    match view.site.jobs.begin(&view.worker(), &placed.workspace, practice) {
        Ok(()) => Ok(StatusCode::ACCEPTED.into_response()),
        Err(Unbegun::Busy) => {
            Ok((StatusCode::CONFLICT, view.say("A run is under way.", "実行中です。").to_owned()).into_response())
        }
        Err(Unbegun::Workspace(error)) => Err(view.ended((*error).into())),
        Err(Unbegun::Process(error)) => Err(view.ended(Ending::ours(&error))),
    }
}

async fn stop(view: View, Path(id): Path<String>) -> Result<Response, Response> {
    let placed = view.done(move |view| view.site.begun(&id)).await?;
    view.site.jobs.stop(&jobs::name(&placed.workspace));
    Ok(StatusCode::ACCEPTED.into_response())
}

/// What the job of this exercise has told, and what it will, up to its end; nothing where none was begun since the server started.
async fn events(
    view: View,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Response> {
    let workspace = view
        .done(move |view| Ok(view.site.settings.desk.placed("open", Some(&id), &mut Subject::default())?.workspace))
        .await?;
    let running = view.site.jobs.of(&jobs::name(&workspace));
    let (to, from) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let Some(running) = running else {
            let _ = to.send(serde_json::json!({ "event": "idle" })).await;
            return;
        };
        let (told, mut news) = running.listen();
        // Of a run that is over only the end is of interest.
        let over = told.last().is_some_and(is_last);
        for event in told.into_iter().filter(|event| !over || is_last(event)) {
            if to.send(event).await.is_err() {
                return;
            }
        }
        if over {
            return;
        }
        loop {
            match news.recv().await {
                Ok(event) => {
                    let last = is_last(&event);
                    if to.send(event).await.is_err() || last {
                        return;
                    }
                }
                // What was missed is told by what comes next.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    });
    let events = ReceiverStream::new(from).map(|event| Ok(sent(&event)));
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

fn sent(event: &Value) -> Event {
    let name = event["event"].as_str().unwrap_or("told").to_owned();
    Event::default().event(name).data(event.to_string())
}

/// The section.
pub(super) fn section(view: &View, placed: &Placed) -> Markup {
    let id = placed.workspace.id();
    let busy = view.site.jobs.is_busy(&jobs::name(&placed.workspace));
    html! {
        section #train aria-labelledby="train-title" data-events=(view.site.to(&format!("x/{id}/events"))) data-see=(view.site.to(&format!("x/{id}/see/")))
            data-conclude=(view.site.to(&format!("x/{id}/conclude"))) data-expect=(view.site.to(&format!("x/{id}/expected"))) data-busy[busy] {
            h2 #train-title { (view.say("Train and try", "試す")) }
            p { (view.say(
                "Trains your plan as it was last kept, and shows how it does on your own test rows. As often as you like; it costs nothing.",
                "保存した計画でモデルを学習させ、手元のテスト用の行で結果を見ます。何度でも試せ、減点はありません。",
            )) }
            form.inline method="post" action=(view.site.to(&format!("x/{id}/run"))) data-job {
                button.main { (view.say("Train", "試す")) }
            }
            form.inline method="post" action=(view.site.to(&format!("x/{id}/stop"))) data-stop hidden {
                button { (view.say("Stop", "止める")) }
            }
            (progress(view))
        }
    }
}

/// Where the progress of a job is shown, by the script.
pub(super) fn progress(view: &View) -> Markup {
    html! {
        div.progress hidden aria-live="polite"
            data-drawing=(view.say("Drawing patients …", "患者データを生成しています…"))
            data-trained=(view.say("Training: pass {epoch} of {of}, loss {loss}, about {left} s left", "学習中：{of}回中{epoch}回、損失{loss}、残り約{left}秒"))
            data-judging=(view.say("Judging …", "判定しています…"))
            data-ended=(view.say("Stopped. Nothing was kept, and your files are as they were.", "中止しました。結果は保存していません。ファイルは元のままです。"))
            data-unkept=(view.say("It ran, but the result could not be kept; no try was counted:", "実行できましたが、結果を保存できませんでした。解答の回数には数えていません："))
            data-failed=(view.say("It could not be run:", "実行できませんでした：")) {
            p.words {}
            progress max="1" value="0" aria-label=(view.say("progress", "進み具合")) {}
            svg.losses viewBox="0 0 400 120" role="img" aria-label=(view.say("How the loss falls", "損失の変化")) {
                polyline.train points="" fill="none" {}
                polyline.valid points="" fill="none" {}
            }
            div.failure {}
        }
    }
}
