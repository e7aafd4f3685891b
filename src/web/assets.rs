//! Style and scripts, as they are in the program.

use axum::Router;
use axum::routing::get;

use crate::door::kept;
use crate::site::Shared;

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// Name, kind and bytes of each.
const ALL: &[(&str, &str, &[u8])] = &[
    ("style.css", "text/css; charset=utf-8", include_bytes!("assets/style.css")),
    ("page.js", JAVASCRIPT, include_bytes!("assets/page.js")),
    ("answers.js", JAVASCRIPT, include_bytes!("assets/answers.js")),
    ("dom.js", JAVASCRIPT, include_bytes!("assets/dom.js")),
    ("fields.js", JAVASCRIPT, include_bytes!("assets/fields.js")),
    ("handle.js", JAVASCRIPT, include_bytes!("assets/handle.js")),
    ("job.js", JAVASCRIPT, include_bytes!("assets/job.js")),
    ("rectangles.js", JAVASCRIPT, include_bytes!("assets/rectangles.js")),
    ("steps.js", JAVASCRIPT, include_bytes!("assets/steps.js")),
    ("swap.js", JAVASCRIPT, include_bytes!("assets/swap.js")),
    ("terms.js", JAVASCRIPT, include_bytes!("assets/terms.js")),
    ("wall.js", JAVASCRIPT, include_bytes!("assets/wall.js")),
    ("words.js", JAVASCRIPT, include_bytes!("assets/words.js")),
];

/// Their addresses.
pub(crate) fn all() -> Router<Shared> {
    ALL.iter().fold(Router::new(), |router, (name, kind, bytes)| {
        router.route(&format!("/assets/{name}"), get(async move || kept(kind, *bytes)))
    })
}
