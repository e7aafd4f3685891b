//! The workbench: what Practicum does for a learner, as pages of their own browser.
//!
//! A handler reads what was sent, calls `app` as the command line does, and renders what came; there is no logic here. The files of the
//! workspace stay the truth: every page is made from them, so that an editor, the terminal and two tabs see the same work. The server
//! never trains: a run is a process of its own ([`jobs`]).

mod assets;
mod door;
mod fields;
pub mod jobs;
mod pages;
mod site;
mod view;

use std::future::Future;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;

pub use site::{Settings, Shared, Site};

/// All pages of a site, under its base path.
pub fn router(site: &Shared) -> Router {
    let base = site.settings.base.trim_end_matches('/').to_owned();
    let pages = pages::all().merge(assets::all());
    let pages = if base.is_empty() { pages } else { Router::new().nest(&format!("{base}/"), pages) };
    pages
        .layer(DefaultBodyLimit::max(door::LARGEST))
        .layer(from_fn_with_state(site.clone(), door::guard))
        .with_state(site.clone())
}

/// Serves a site until `end`.
///
/// # Errors
/// The listener's.
pub async fn serve(
    site: Shared,
    listener: tokio::net::TcpListener,
    end: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(&site)).with_graceful_shutdown(end).await
}

/// The same on a socket of the learner's own, for a hub that leads them here.
///
/// # Errors
/// The listener's.
#[cfg(unix)]
pub async fn serve_socket(
    site: Shared,
    listener: tokio::net::UnixListener,
    end: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(&site)).with_graceful_shutdown(end).await
}
