//! What leaves the page as a file: the work, to go on with elsewhere, and what is handed in.

use axum::Router;
use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use maud::{Markup, html};

use crate::site::Shared;
use crate::view::View;
use app::ending::Ending;
use app::learner::carry;
use app::learner::desk::Placed;

pub(super) fn pages() -> Router<Shared> {
    Router::new().route("/x/{id}/work.zip", get(work)).route("/x/{id}/submission.json", get(submission))
}

fn file(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    // The name is an exercise's id: letters, digits and strokes.
    let named = format!("attachment; filename=\"{name}\"");
    ([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, named)], bytes).into_response()
}

async fn work(view: View, Path(id): Path<String>) -> Result<Response, Response> {
    view.done(move |view| {
        let placed = view.site.begun(&id)?;
        let bytes = carry::packed(&placed.workspace)?;
        Ok(file("application/zip", &format!("{}{}", placed.workspace.id(), carry::ENDING), bytes))
    })
    .await
}

async fn submission(view: View, Path(id): Path<String>) -> Result<Response, Response> {
    view.done(move |view| {
        let placed = view.site.begun(&id)?;
        let text = serde_json::to_string_pretty(&placed.submitted()?).map_err(Ending::from)?;
        Ok(file(
            "application/json",
            &format!("{}.submission.json", placed.workspace.id()),
            format!("{text}\n").into_bytes(),
        ))
    })
    .await
}

/// Links to both.
pub(super) fn links(view: &View, placed: &Placed) -> Markup {
    let to = |file: &str| view.site.to(&format!("x/{}/{file}", placed.workspace.id()));
    html! {
        p.carry {
            a href=(to("submission.json")) download { (view.say("The file to hand in", "提出用のファイル")) } " · "
            a href=(to("work.zip")) download { (view.say("All my work in one file, for another computer", "作業内容を1つのファイルに（別のコンピューター用）")) }
        }
    }
}
