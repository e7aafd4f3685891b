//! The pages, one file each; a page is its file and its line here.

mod author;
mod carry;
mod conclude;
mod decide;
mod exercise;
mod expect;
mod glossary;
mod home;
mod look;
mod report;
mod see;
mod train;
mod try_one;

use axum::Router;

use crate::site::Shared;

/// Every page with its address.
pub(crate) fn all() -> Router<Shared> {
    Router::new()
        .merge(home::pages())
        .merge(glossary::pages())
        .merge(author::pages())
        .merge(carry::pages())
        .merge(exercise::pages())
        .merge(look::pages())
        .merge(expect::pages())
        .merge(decide::pages())
        .merge(train::pages())
        .merge(see::pages())
        .merge(try_one::pages())
        .merge(conclude::pages())
        .merge(report::pages())
}
