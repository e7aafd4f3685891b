//! `practicum courses`: the courses of a pack and the exercises that serve each.

use super::codes::PASSED;
use super::session::Session;
use app::ending::Ending;
use course::courses::{self, Course, Courses};
use course::pack::Pack;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text::{Lang, Text};
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
        let document = serde_json::json!({
            "schema": "practicum.courses/1",
            "courses": shown.iter().map(|course| serde_json::json!({
                "id": course.id, "level": course.level, "title": text(&course.title), "target": text(&course.target),
                "exercises": course.exercises.iter().map(|exercise| {
                    let (title, planned) = title(pack, &courses, &exercise.value);
                    serde_json::json!({ "id": exercise.value, "title": text(&title), "planned": planned })
                }).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        });
        session.say(&format!("{}\n", serde_json::to_string_pretty(&document)?));
        return Ok(PASSED);
    }
    let lang = session.terminal.lang;
    for course in shown {
        let heading = format!("{}  {}", bold(&course.id), course.title.get(lang));
        session.say(&session.terminal.hanging("", "    ", &heading));
        session.say(&session.terminal.paragraph("    ", course.target.get(lang)));
        for exercise in &course.exercises {
            let id = &exercise.value;
            let (title, planned) = title(pack, &courses, id);
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

/// An exercise's title, and whether it is only planned.
fn title(pack: &Pack, courses: &Courses, id: &str) -> (Text, bool) {
    match courses.planned.iter().find(|(planned, _)| planned == id) {
        Some((_, title)) => (title.clone(), true),
        None => (pack.exercise(id).map(|exercise| exercise.title).unwrap_or_default(), false),
    }
}

fn text(text: &Text) -> serde_json::Value {
    serde_json::json!({ Lang::En.code(): text.en, Lang::Ja.code(): text.ja })
}
