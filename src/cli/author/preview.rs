//! `practicum author preview`.

use super::pace::cache_folder;
use super::told::shown;
use crate::codes::{BAD_INPUT, PASSED};
use crate::session::{SEED, Session};
use app::ending::Ending;
use author::preview::{self, Preview};
use author::proof::cache;
use author::reading;
use course::exercise::QuestionKind;
use course::grid::AnswerColumn;
use course::order::Order;
use course::pack::Pack;
use diagnostics::text;
use diagnostics::text::Text;
use report::terminal::{bold, dim};

/// Shows what the learner will see.
pub(super) fn preview(session: &Session, pack: &Pack, id: &str) -> Result<u8, Ending> {
    reading::asked(pack, &[id.to_owned()])?;
    let lang = session.terminal.lang;
    let settings = preview::Settings { seed: SEED, cache: cache_folder(), engine: cache::engine() };
    let preview = match preview::preview(pack, id, lang, &settings)? {
        Ok(preview) => preview,
        Err(findings) => {
            for finding in &findings {
                session.say(&shown(session, finding));
            }
            return Ok(BAD_INPUT);
        }
    };
    let heading = |en: &str, ja: &str| session.say(&format!("\n{}\n\n", bold(&format!("── {}", session.pick(en, ja)))));
    heading("The brief", "説明文");
    session.say(&format!("{}\n", preview.brief.trim_end()));
    heading("The data", "データ");
    session.say(&format!("{}\n\n", preview.columns.trim_end()));
    rows(session, &preview);
    if !preview.exercise.questions.is_empty() {
        heading("The questions", "問い");
        questions(session, &preview);
    }
    heading(
        "What the checks say: to the reference, and to a wrong solution",
        "判定の文：模範解に対して、誤答例に対して",
    );
    for said in &preview.checks {
        let points = said.points;
        let worth = if points == 1 { Text::new("1 point", "1点") } else { text!("{points} points", "{points}点") };
        session.say(&format!("{}  {}\n", bold(said.title.get(lang)), dim(worth.get(lang))));
        session.say(&marked(session, '✔', said.pass.get(lang)));
        match &said.fail {
            Some((folder, fail, hint)) => {
                session.say(&marked(session, '✘', &format!("{} ({folder})", fail.get(lang))));
                session.say(
                    &session
                        .terminal
                        .paragraph("    ", &format!("{} {}", session.pick("hint:", "手がかり："), hint.get(lang))),
                );
            }
            None => session.say(&marked(
                session,
                '✘',
                session.pick("no wrong solution fails it", "不合格になる誤答例がありません"),
            )),
        }
    }
    Ok(PASSED)
}

/// A paragraph with a sign before its first line.
fn marked(session: &Session, sign: char, text: &str) -> String {
    session.terminal.paragraph("    ", text).replacen("    ", &format!("  {sign} "), 1)
}

fn rows(session: &Session, preview: &Preview) {
    for row in &preview.rows {
        session.say(&format!("  {}\n", dim(&row.join(","))));
    }
    let n = preview.height;
    session.say(&format!("  {}\n", dim(text!("… {n} rows", "… 全{n}行").get(session.terminal.lang))));
}

fn questions(session: &Session, preview: &Preview) {
    let lang = session.terminal.lang;
    for question in &preview.exercise.questions {
        session.say(&format!("{}\n", bold(&question.id)));
        session.say(&session.terminal.paragraph("  ", question.prompt.get(lang)));
        match &question.kind {
            QuestionKind::Choice(choices) | QuestionKind::Order(Order { items: choices }) => {
                for (id, text) in choices {
                    session.say(&session.terminal.paragraph("    ", &format!("\"{id}\": {}", text.get(lang))));
                }
            }
            QuestionKind::Several(several) => {
                for item in &several.items {
                    let other = item
                        .other
                        .as_ref()
                        .map(|(other, when)| format!(" | {} ({})", other.get(lang), when.value.text()));
                    let line = format!("\"{}\": {}{}", item.id, item.text.get(lang), other.unwrap_or_default());
                    session.say(&session.terminal.paragraph("    ", &line));
                }
            }
            QuestionKind::Table(grid) => {
                for (id, title) in &grid.rows {
                    session.say(&session.terminal.paragraph("    ", &format!("\"{id}\": {}", title.get(lang))));
                }
                for AnswerColumn { id, title, unit, min, max } in &grid.columns {
                    let of = dim(&format!("{min} – {max} {}", unit.get(lang)));
                    let line = format!("\"{id}\": {} {of}", title.get(lang));
                    session.say(&session.terminal.paragraph("    | ", &line));
                }
            }
            QuestionKind::Number { min, max } | QuestionKind::Interval { min, max } => {
                let unit = question.unit.get(lang);
                session.say(&format!("    {}\n", dim(&format!("{min} – {max} {unit}"))));
            }
        }
    }
}
