//! `practicum courses`: the courses of a pack and the exercises that serve each.

use super::codes::PASSED;
use super::session::Session;
use app::documents;
use app::ending::Ending;
use app::learner::courses::{Shown, Taught};
use report::terminal::{bold, dim};

pub(super) fn courses(session: &Session, asked: Option<&str>) -> Result<u8, Ending> {
    let courses = session.desk.courses(asked)?;
    if session.json {
        return session.document(&documents::courses(&courses));
    }
    let lang = session.terminal.lang;
    for Shown { course, exercises } in &courses {
        let heading = format!("{}  {}", bold(&course.id), course.title.get(lang));
        session.say(&session.terminal.hanging("", "    ", &heading));
        session.say(&session.terminal.paragraph("    ", course.target.get(lang)));
        for Taught { id, title, is_planned } in exercises {
            let line = format!("{id:<22} {}", title.get(lang));
            let (sign, line) = if *is_planned {
                ("    · ", dim(&format!("{line}{}", session.pick(" (planned)", "（予定）"))))
            } else {
                ("    ● ", line)
            };
            session.say(&session.terminal.hanging(sign, "      ", &line));
        }
        session.say("\n");
    }
    let legend = session.pick(
        "● ready: practicum start EXERCISE.  · planned: not written yet.",
        "● 利用できます（practicum start 演習の名前）　· 予定（まだありません）",
    );
    session.say(&session.terminal.paragraph("", legend));
    Ok(PASSED)
}
