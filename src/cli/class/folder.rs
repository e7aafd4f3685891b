//! `practicum class new` and `class variants`: a class folder, and what is handed out.

use std::path::Path;

use super::place::Place;
use super::told;
use crate::codes::PASSED;
use crate::session::Session;
use app::ending::Ending;
use class::{desk, documents, keys};
use diagnostics::text::Lang;

/// Makes a class folder.
pub(super) fn new(session: &Session, folder: &Path, roster: &Path, exercises: &[String]) -> Result<u8, Ending> {
    desk::make(&session.desk, folder, roster, exercises)?;
    if session.json {
        return session.document(&documents::class(folder, exercises));
    }
    let folder = folder.display();
    session.say(&session.terminal.paragraph(
        "",
        &match session.terminal.lang {
            Lang::En => format!("A class in {folder}. Now set dates and rules in class.toml, then: practicum grade IN --class {folder}. Keep `secret` to yourself and in your backup: without it no grade can be made again."),
            Lang::Ja => format!("{folder} にクラスを作りました。class.toml に期限と規則を書いてから、practicum grade 提出物 --class {folder} を実行してください。`secret` は他人に渡さず、バックアップしてください（これがないと同じ成績を再現できません）。"),
        },
    ));
    Ok(PASSED)
}

/// Writes the learners' pack, and a key for each learner.
pub(super) fn variants(session: &Session, place: &Place, to: &Path, notes: bool) -> Result<u8, Ending> {
    told::written(session, &keys::hand_out(&session.desk, &place.class, to, notes)?)
}
