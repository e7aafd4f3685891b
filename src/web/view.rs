//! For whom a page is made, and what every page has.

use std::collections::BTreeSet;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::door::cookies;
use crate::site::Shared;
use app::ending::Ending;
use app::worker::Worker;
use diagnostics::fault::Fault;
use diagnostics::text::{Lang, Text};
use report::glossary::{self, Term};
use report::json::AtFault;
use report::plots::Plot;
use report::terminal::Terminal;

/// The cookie that holds the chosen language.
pub(crate) const LANGUAGE: &str = "practicum-lang";

/// A reader and the site.
#[derive(Clone, Debug)]
pub(crate) struct View {
    /// The site.
    pub(crate) site: Shared,
    /// The reader's language.
    pub(crate) lang: Lang,
}

impl FromRequestParts<Shared> for View {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Self::Rejection> {
        let chosen =
            cookies(&parts.headers).find(|(name, _)| *name == LANGUAGE).map(|(_, value)| Lang::of_locale(value));
        Ok(Self { site: site.clone(), lang: chosen.unwrap_or(site.settings.lang) })
    }
}

impl View {
    /// How a worker is started that tells in the reader's language.
    pub(crate) fn worker(&self) -> Worker {
        Worker { lang: self.lang, ..self.site.settings.worker.clone() }
    }

    /// Words in the reader's language.
    pub(crate) fn say<'t>(&self, en: &'t str, ja: &'t str) -> &'t str {
        if self.lang == Lang::Ja { ja } else { en }
    }

    /// The writer of tables and words that the terminal has, too.
    pub(crate) fn writer(&self) -> Terminal {
        Terminal { lang: self.lang, width: 100 }
    }

    /// A text of the course.
    pub(crate) fn text<'t>(&self, text: &'t Text) -> &'t str {
        text.get(self.lang)
    }

    /// A whole page.
    pub(crate) fn page(&self, title: &str, body: &Markup) -> Markup {
        let to = |path: &str| self.site.to(path);
        html! {
            (DOCTYPE)
            html lang=(self.lang.code()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) " · Practicum" }
                    link rel="icon" href="data:,";
                    link rel="stylesheet" href=(to("assets/style.css"));
                    script type="module" src=(to("assets/page.js")) {}
                }
                body data-base=(self.site.settings.base) {
                    a.skip href="#main" { (self.say("To the content", "本文へ")) }
                    header.top {
                        a.brand href=(to("")) { "Practicum" }
                        nav aria-label=(self.say("Pages", "ページ")) {
                            a href=(to("")) { (self.say("All exercises", "演習の一覧")) } " "
                            a href=(to("glossary")) { (self.say("Words", "用語集")) }
                        }
                        form.lang method="post" action=(to("lang")) {
                            @for (lang, name) in [(Lang::Ja, "日本語"), (Lang::En, "English")] {
                                button name="lang" value=(lang.code()) lang=(lang.code()) aria-pressed=(if lang == self.lang { "true" } else { "false" }) { (name) }
                            }
                        }
                    }
                    main #main tabindex="-1" { (body) }
                    footer.foot {
                        p { (self.say(
                            "Synthetic data for teaching. Not a medical device; nothing here is evidence about patients.",
                            "教育用の合成データです。医療機器ではなく、ここでの結果は患者についてのエビデンスではありません。",
                        )) }
                    }
                }
            }
        }
    }

    /// A text in Markdown; whatever HTML stands in it is shown, not obeyed.
    pub(crate) fn markdown(&self, text: &str) -> Markup {
        let text = if self.lang == Lang::Ja { emphasised(text) } else { text.to_owned() };
        let (mut known, mut inside) = (BTreeSet::new(), 0);
        let shown = Parser::new_ext(&text, Options::ENABLE_TABLES).map(|event| match event {
            // Japanese has no spaces between words: a line that goes on is one.
            Event::SoftBreak if self.lang == Lang::Ja => Event::Text("".into()),
            Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
            Event::Start(Tag::Heading { .. } | Tag::Link { .. } | Tag::CodeBlock(_)) => {
                inside += 1;
                event
            }
            Event::End(TagEnd::Heading(_) | TagEnd::Link | TagEnd::CodeBlock) => {
                inside -= 1;
                event
            }
            Event::Text(text) if inside == 0 => {
                Event::InlineHtml(self.explained(&text, &mut known).into_string().into())
            }
            event => event,
        });
        let mut out = String::new();
        pulldown_cmark::html::push_html(&mut out, shown);
        PreEscaped(out)
    }

    /// A text, in which each term that is not known yet leads to its meaning.
    fn explained(&self, text: &str, known: &mut BTreeSet<&'static str>) -> Markup {
        let mut rest = 0;
        html! {
            @for (at, term) in glossary::found(text, self.lang, known) {
                (&text[std::mem::replace(&mut rest, at.end)..at.start]) (self.term(term, &text[at]))
            }
            (&text[rest..])
        }
    }

    /// A word that leads to its meaning, and shows it where it is pointed at.
    fn term(&self, term: &Term, word: &str) -> Markup {
        html! { a.term href=(self.site.to(&format!("glossary#{}", term.id))) title=(self.text(&term.about)) { (word) } }
    }

    /// A table of figures, whose names lead to their meanings.
    pub(crate) fn figures(&self, caption: &str, rows: &[Vec<String>], heads: usize) -> Markup {
        Self::table_of(caption, rows, heads, |name| {
            html! { @if let Some(term) = glossary::named(name) { (self.term(term, name)) } @else { (name) } }
        })
    }

    /// A table of cells, the first `heads` lines and each line's first cell its titles.
    pub(crate) fn table(caption: &str, rows: &[Vec<String>], heads: usize) -> Markup {
        Self::table_of(caption, rows, heads, |name| html! { (name) })
    }

    fn table_of(caption: &str, rows: &[Vec<String>], heads: usize, name: impl Fn(&str) -> Markup) -> Markup {
        html! {
            div.wide tabindex="0" role="region" aria-label=(caption) {
                table {
                    caption { (caption) }
                    thead { @for row in rows.iter().take(heads).filter(|row| row.iter().any(|cell| !cell.is_empty())) { tr {
                        @for (at, cell) in row.iter().enumerate() { @if at == 0 || cell.is_empty() { td { (cell) } } @else { th scope="col" { (cell) } } }
                    } } }
                    tbody { @for row in rows.iter().skip(heads) { tr {
                        @for (at, cell) in row.iter().enumerate() { @if at == 0 { th scope="row" { (name(cell)) } } @else { td { (cell) } } }
                    } } }
                }
            }
        }
    }

    /// A plot with its sentence, and its numbers on demand.
    pub(crate) fn plot(&self, plot: &Plot) -> Markup {
        let rows: Vec<Vec<String>> = std::iter::once(&plot.columns).chain(&plot.rows).cloned().collect();
        html! {
            figure.plot {
                figcaption { strong { (plot.title) } " " (plot.sentence) }
                (PreEscaped(&plot.svg))
                details { summary { (self.say("The numbers", "数値")) } (Self::table(&plot.title, &rows, 1)) }
            }
        }
    }

    /// What is wrong with something that somebody wrote.
    pub(crate) fn fault(&self, fault: &Fault) -> Markup {
        html! {
            div.mistake {
                p.where_ { (fault.place.display(self.lang)) }
                @if let Some((lines, range)) = fault.place.spot.as_ref().and_then(|spot| spot.lines()) {
                    pre { (&lines[..range.start]) mark { (&lines[range.clone()]) } (&lines[range.end..]) }
                }
                p { (self.say("Found: ", "内容：")) (self.text(&fault.found)) }
                p { (self.say("Expected: ", "正しくは：")) (self.text(&fault.expected)) }
                @if let Some(nearest) = &fault.nearest { p { (self.say("Perhaps: ", "もしかすると：")) code { (nearest) } } }
            }
        }
    }

    /// Something that was asked for, done where it may take its time.
    ///
    /// # Errors
    /// Why it ended early, as a page.
    pub(crate) async fn done<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Ending> + Send + 'static,
    ) -> Result<T, Response> {
        let view = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&view)).await;
        match done {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(ending)) => Err(self.ended(ending)),
            Err(error) => Err(self.ended(Ending::ours(&error))),
        }
    }

    /// Why something ended early.
    pub(crate) fn ended(&self, ending: Ending) -> Response {
        let (at_fault, faults) = ending.told();
        let (status, title) = match at_fault {
            AtFault::Input => (StatusCode::UNPROCESSABLE_ENTITY, self.say("That cannot be done", "実行できません")),
            AtFault::Exercise => (
                StatusCode::INTERNAL_SERVER_ERROR,
                self.say("The exercise itself is at fault, not you", "誤りがあるのは教材のほうです"),
            ),
            AtFault::Disk => {
                (StatusCode::INTERNAL_SERVER_ERROR, self.say("Something cannot be written", "書き込めません"))
            }
            AtFault::Program => {
                (StatusCode::INTERNAL_SERVER_ERROR, self.say("Our own error", "プログラム側の誤りです"))
            }
        };
        let body = html! {
            section.trouble role="alert" {
                h1 { (title) }
                @for fault in &faults { (self.fault(fault)) }
                p { a href=(self.site.to("")) { (self.say("All exercises", "演習の一覧")) } }
            }
        };
        (status, Html(self.page(title, &body).into_string())).into_response()
    }
}

/// Markdown takes `**80%**以上` for no emphasis, since no space follows the sign: a hair's space is set where one is needed.
fn emphasised(text: &str) -> String {
    const HAIR: char = '\u{200a}';
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split("**").peekable();
    let mut opens = true;
    while let Some(part) = parts.next() {
        out.push_str(part);
        let Some(next) = parts.peek() else { break };
        let (before, after) = (part.chars().next_back(), next.chars().next());
        let is_letter = |sign: Option<char>| sign.is_some_and(char::is_alphanumeric);
        let is_sign = |sign: Option<char>| sign.is_some_and(|sign| !sign.is_alphanumeric() && !sign.is_whitespace());
        if opens && is_letter(before) && is_sign(after) {
            out.push(HAIR);
        }
        out.push_str("**");
        if !opens && is_sign(before) && is_letter(after) {
            out.push(HAIR);
        }
        opens = !opens;
    }
    out
}

/// A page or a part of one, as an answer.
pub(crate) fn answer(markup: Markup) -> Response {
    Html(markup.into_string()).into_response()
}

/// A value as an address holds it, or a header (RFC 3986, RFC 8187): ASCII alone.
pub(crate) fn encoded(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    value.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emphasis_holds_between_japanese_letters() {
        for (text, strong) in
            [("幅の**80%**以上を", "80%"), ("は**「病院」**です", "「病院」"), ("**肺炎**の患者", "肺炎")]
        {
            let mut html = String::new();
            pulldown_cmark::html::push_html(&mut html, Parser::new(&emphasised(text)));
            assert!(html.contains(&format!("<strong>{strong}</strong>")), "{html}");
        }
    }
}
