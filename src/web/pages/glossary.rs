//! The words of the field, in plain words.

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};

use crate::site::Shared;
use crate::view::{View, answer};
use diagnostics::text::Lang;
use report::glossary;

pub(super) fn pages() -> Router<Shared> {
    Router::new().route("/glossary", get(page))
}

async fn page(view: View) -> Response {
    let title = view.say("Words", "用語集");
    answer(view.page(title, &body(&view, title)))
}

fn body(view: &View, title: &str) -> Markup {
    let other = if view.lang == Lang::Ja { Lang::En } else { Lang::Ja };
    html! {
        article.glossary {
            h1 { (title) }
            p { (view.say(
                "Words that the exercises use. Where they are underlined with dots in a text, their meaning is shown when you point at them, or reach them with the Tab key.",
                "演習で使う用語です。本文中で点線の付いた語にポインターを重ねるか、Tabキーで移動すると、意味が表示されます。",
            )) }
            dl { @for term in glossary::ordered(view.lang) {
                dt id=(term.id) tabindex="-1" { (view.text(&term.name)) @if term.name.en != term.name.ja { " " span.quiet lang=(other.code()) { (term.name.get(other)) } } }
                dd {
                    p { (view.text(&term.about)) }
                    @if !term.source.is_empty() { p.quiet { (view.say("Definition, source: ", "定義・出典：")) (term.source) } }
                }
            } }
        }
    }
}
