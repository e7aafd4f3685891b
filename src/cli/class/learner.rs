//! What is kept of a learner: `practicum class learner`, `forget`.

use super::place::Place;
use crate::codes::PASSED;
use crate::session::Session;
use app::ending::Ending;
use class::desk::Opened;
use class::{documents, learner};
use diagnostics::text::Lang;

/// Tells everything that is kept of a learner.
pub(super) fn learner(session: &Session, place: &Place, id: &str) -> Result<u8, Ending> {
    session.document(&documents::learner(&Opened::at(&session.desk, &place.class)?, id)?)
}

/// Takes away what is kept of a learner.
pub(super) fn forget(session: &Session, place: &Place, id: &str, yes: bool) -> Result<u8, Ending> {
    let n = learner::forget(&session.desk, &place.class, id, yes)?;
    session.say(&session.terminal.paragraph("", &match session.terminal.lang {
        Lang::En => format!("{n} hand-ins of {id} were taken away, with their results and marks. The roster, and files that were exported before, are yours to change."),
        Lang::Ja => format!("{id} の提出{n}件を、結果と採点とともに削除しました。名簿と、すでに書き出したファイルはご自分で変更してください。"),
    }));
    Ok(PASSED)
}
