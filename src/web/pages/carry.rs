//! What leaves the page as a file: the work, to go on with elsewhere, and what is handed in.

use axum::Router;
use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use maud::{Markup, html};

use crate::site::Shared;
use crate::view::{View, encoded};
use app::learner::carry;
use app::learner::desk::Placed;

pub(super) fn pages() -> Router<Shared> {
    Router::new().route("/x/{id}/work.zip", get(work)).route("/x/{id}/submission.json", get(submission))
}

fn file(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    // Letters, digits and strokes, those of a variant's key in any script: a header has ASCII alone.
    let plain: String = name.chars().map(|c| if c.is_ascii() { c } else { '_' }).collect();
    let named = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", encoded(name));
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
        let (name, bytes) = placed.handed()?;
        Ok(file("application/json", &name, bytes))
    })
    .await
}

/// Links to both.
pub(super) fn links(view: &View, placed: &Placed) -> Markup {
    let to = |file: &str| view.site.to(&format!("x/{}/{file}", placed.workspace.id()));
    html! {
        @if placed.was_run().is_ok_and(|was_run| !was_run) && placed.task.exercise.asks_plan {
            p.quiet { (view.say(
                "This plan was not run here as it is now. Before you hand in, see whether it can be run: a plan that cannot be run is not graded.",
                "この計画は、今の内容ではまだ実行していません。提出する前に、実行できることを確かめてください。実行できない計画は採点されません。",
            )) }
        }
        p.carry {
            a href=(to("submission.json")) download { (view.say("The file to hand in", "提出用のファイル")) } " · "
            a href=(to("work.zip")) download { (view.say("All my work in one file, for another computer", "作業内容を1つのファイルに（別のコンピューター用）")) }
        }
    }
}
