//! `practicum courses`: the courses of a pack and the exercises that serve each.

use super::codes::PASSED;
use super::session::Session;
use app::documents;
use app::ending::Ending;
use course::courses::{self, Course};
use course::pack::Pack;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text::Text;
use report::terminal::{bold, dim};

pub(super) fn courses(session: &Session, pack: &Pack, asked: Option<&str>) -> Result<u8, Ending> {
    let courses = match courses::read(pack) {
        None => {
            let found = Text::new("no such file", "ファイルがありません");
            let expected = Text::new("the courses of this pack", "この教材のコースの一覧");
            return Err(Ending::Faults(vec![Fault::new(Id::MissingFile, Place::file(courses::FILE), found, expected)]));
        }
        Some(Err(faults)) => return Err(Ending::Author(faults)),
        Some(Ok(courses)) => courses,
    };
    let shown: Vec<&Course> = match asked {
        None => courses.courses.iter().collect(),
        Some(id) => vec![courses.course(id).map_err(|fault| Ending::Faults(vec![fault]))?],
    };
    if session.json {
        return session.document(&documents::courses(pack, &courses, &shown));
    }
    let lang = session.terminal.lang;
    for course in shown {
        let heading = format!("{}  {}", bold(&course.id), course.title.get(lang));
        session.say(&session.terminal.hanging("", "    ", &heading));
        session.say(&session.terminal.paragraph("    ", course.target.get(lang)));
        for exercise in &course.exercises {
            let id = &exercise.value;
            let (title, planned) = documents::titled(pack, &courses, id);
            let line = format!("{id:<22} {}", title.get(lang));
            let line =
                if planned { dim(&format!("{line}{}", session.pick(" (planned)", "（予定）"))) } else { line };
            session.say(&session.terminal.hanging(if planned { "    · " } else { "    ● " }, "      ", &line));
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
