//! The documents of a learner's commands (`practicum.*/1`), as `docs/json.md` tells them; that of a run is in `report::json`.

use course::pack::Task;
use engine::run::One;
use report::glossary::Term;
use report::json::{Kept, text};
use serde_json::{Value, json};
use tables::{Frame, TableError};

use crate::learner::courses::{Shown, Taught};
use crate::learner::desk::{Begun, Listed, State};
use crate::learner::history::Past;
use crate::learner::look::{Lines, Pictures};

/// The exercises, and how far the learner has come with each.
pub fn list(listed: &[Listed]) -> Value {
    let exercise = |Listed { exercise: e, state }: &Listed| {
        let after: Vec<&str> = e.after.iter().map(|id| id.value.as_str()).collect();
        json!({
            "after": after, "state": state.map(word), "exercise": e.reference(), "id": e.id, "version": e.version,
            "field": e.field, "level": e.level, "minutes": e.minutes, "points": e.points, "title": text(&e.title),
            "summary": text(&e.summary),
        })
    };
    json!({ "schema": "practicum.list/1", "exercises": listed.iter().map(exercise).collect::<Vec<_>>() })
}

fn word(state: State) -> &'static str {
    match state {
        State::Begun => "begun",
        State::Passed => "passed",
        State::GaveUp => "gave_up",
    }
}

/// An exercise that was begun.
pub fn start(begun: &Begun) -> Value {
    let Begun { placed, started, renewed } = begun;
    let beside = started.beside.iter().map(|(file, new)| json!({ "file": file, "new": new }));
    json!({
        "schema": "practicum.start/1", "exercise": placed.task.exercise.reference(), "folder": placed.workspace.shown(""),
        "variant": placed.workspace.variant(), "written": started.written, "kept": started.kept,
        "beside": beside.collect::<Vec<_>>(),
        "renewed": renewed.as_ref().map(|renewed| json!({ "version": renewed.version, "aside": renewed.aside })),
    })
}

/// What was run before.
pub fn history(task: &Task, pasts: &[Past], gave_up: bool) -> Value {
    let run = |past: &Past| {
        let Kept { command, verdict, score, .. } = &past.told;
        json!({ "run": past.number, "command": command, "verdict": verdict, "score": score })
    };
    let runs: Vec<Value> = pasts.iter().map(run).collect();
    json!({ "schema": "practicum.history/1", "exercise": task.exercise.reference(), "gave_up": gave_up, "runs": runs })
}

/// What a model tells of one row.
///
/// # Errors
/// A figure that JSON cannot hold: our own failure.
pub fn one(task: &Task, one: &One) -> serde_json::Result<Value> {
    let mut document = serde_json::to_value(one)?;
    document["schema"] = "practicum.one/1".into();
    document["exercise"] = task.exercise.reference().into();
    Ok(document)
}

/// The learner's table, and each of its columns.
///
/// # Errors
/// A table that cannot be read: our own failure.
pub fn look_at_rows(task: &Task, files: &[String], rows: &Frame) -> Result<Value, TableError> {
    let mut columns = Vec::new();
    for name in tables::names(rows) {
        let column = task.dataset.columns().find(|column| column.name == name);
        let missing = tables::words(rows, name)?.iter().filter(|word| word.is_none()).count();
        columns.push(json!({
            "name": name, "unit": column.map_or("", |column| &column.unit.en), "missing": missing,
            "about": column.and_then(|column| column.about.as_ref()).map(text),
        }));
    }
    let mut document = looked(task, files);
    document["rows"] = rows.height().into();
    document["columns"] = columns.into();
    Ok(document)
}

/// The learner's pictures: how many, of which height and width, with how many channels.
pub fn look_at_pictures(task: &Task, seen: &Pictures) -> Value {
    let Pictures { files, n, size: [height, width, channels], .. } = seen;
    let mut document = looked(task, files);
    document["pictures"] = (*n).into();
    document["channels"] = (*channels).into();
    document["size"] = if height == width { (*height).into() } else { json!([height, width]) };
    document
}

/// The learner's series: how many, with how many channels and steps.
pub fn look_at_series(task: &Task, seen: &Lines) -> Value {
    let Lines { files, n, shape: [channels, steps] } = seen;
    let mut document = looked(task, files);
    document["series"] = (*n).into();
    document["channels"] = (*channels).into();
    document["steps"] = (*steps).into();
    document
}

fn looked(task: &Task, files: &[String]) -> Value {
    json!({ "schema": "practicum.look/1", "exercise": task.exercise.reference(), "files": files })
}

/// Courses, and the exercises that serve each.
pub fn courses(shown: &[Shown]) -> Value {
    let exercise = |one: &Taught| json!({ "id": one.id, "title": text(&one.title), "planned": one.is_planned });
    let of_course = |Shown { course, exercises }: &Shown| {
        json!({
            "id": course.id, "level": course.level, "title": text(&course.title), "target": text(&course.target),
            "exercises": exercises.iter().map(exercise).collect::<Vec<_>>(),
        })
    };
    json!({ "schema": "practicum.courses/1", "courses": shown.iter().map(of_course).collect::<Vec<_>>() })
}

/// Words of the field.
pub fn glossary(terms: &[&Term]) -> Value {
    json!({ "schema": "practicum.glossary/1", "terms": terms.iter().map(|term| term.told()).collect::<Vec<_>>() })
}
