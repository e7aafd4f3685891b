//! Style and scripts, as they are in the program.

use axum::Router;
use axum::routing::get;

use crate::door::kept;
use crate::site::Shared;

/// Name, kind and bytes of each.
const ALL: &[(&str, &str, &[u8])] = &[
    ("style.css", "text/css; charset=utf-8", include_bytes!("assets/style.css")),
    ("page.js", "text/javascript; charset=utf-8", include_bytes!("assets/page.js")),
    ("handle.js", "text/javascript; charset=utf-8", include_bytes!("assets/handle.js")),
    ("pickers.js", "text/javascript; charset=utf-8", include_bytes!("assets/pickers.js")),
];

/// Their addresses.
pub(crate) fn all() -> Router<Shared> {
    ALL.iter().fold(Router::new(), |router, (name, kind, bytes)| {
        router.route(&format!("/assets/{name}"), get(async move || kept(kind, *bytes)))
    })
}
