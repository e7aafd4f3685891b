//! The words of the field, in plain words.

use super::codes::PASSED;
use super::session::Session;
use app::documents;
use app::ending::Ending;
use diagnostics::text::Lang;
use report::glossary::{self, Term};
use report::terminal::{bold, dim};

/// `practicum glossary [TERM]`.
pub(super) fn glossary(session: &Session, asked: Option<&str>) -> Result<u8, Ending> {
    let terms: Vec<&Term> = match asked {
        Some(word) => vec![glossary::term(word).map_err(|fault| Ending::Faults(vec![fault]))?],
        None => glossary::ordered(session.terminal.lang),
    };
    if session.json {
        return session.document(&documents::glossary(&terms));
    }
    for term in terms {
        let terminal = &session.terminal;
        let other = term.name.get(if terminal.lang == Lang::Ja { Lang::En } else { Lang::Ja });
        let name = format!("{}  {}", bold(term.name.get(terminal.lang)), dim(other));
        session.say(&terminal.hanging("", "    ", &name));
        session.say(&terminal.paragraph("    ", term.about.get(terminal.lang)));
        if asked.is_some() && !term.source.is_empty() {
            let source = format!("{}{}", session.pick("Definition, source: ", "定義・出典："), term.source);
            session.say(&terminal.paragraph("    ", &dim(&source)));
        }
    }
    Ok(PASSED)
}
