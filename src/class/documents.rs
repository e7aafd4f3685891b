//! The documents of a class (`practicum.*/1`), as `docs/json.md` tells them: what graders' commands give with `--json`.

use std::path::Path;

use app::ending::Ending;
use diagnostics::text::Text;
use report::json::text;
use serde_json::{Value, json};

use crate::desk::Opened;
use crate::export::Written;
use crate::grade::State;
use crate::grading::Tally;
use crate::intake::HandIn;
use crate::intake::files::Found;
use crate::intake::people::Person;
use crate::moment::Moment;
use crate::regrade::{Regraded, Way};
use crate::sorted::Sorted;
use crate::store::Doubt;

/// A class that was made.
pub fn class(folder: &Path, exercises: &[String]) -> Value {
    json!({ "schema": "practicum.class/1", "folder": folder.display().to_string(), "exercises": exercises })
}

/// Who handed in what.
pub fn intake(sorted: &Sorted) -> Value {
    let row = |hand_in: &HandIn| {
        let (exercise, files, notes) = match &hand_in.found {
            Found::Work(work) => {
                (Some(work.exercise.clone()), work.files.clone(), work.notes.iter().map(text).collect())
            }
            Found::Invalid(exercise, fault) => (exercise.clone(), Vec::new(), vec![text(&fault.found)]),
            Found::Unclear(_) => (None, Vec::new(), Vec::new()),
        };
        let (learners, by) = match &hand_in.person {
            Person::Matched { learners, by, .. } => (learners.clone(), Some(by.text().en.into_owned())),
            Person::Doubtful(learners, _) => (learners.clone(), None),
            Person::Unmatched(_) => (Vec::new(), None),
        };
        json!({
            "label": hand_in.label, "learners": learners, "by": by, "exercise": exercise, "files": files, "notes": notes,
            "invalid": matches!(hand_in.found, Found::Invalid(..)), "received": hand_in.received.map(Moment::utc),
        })
    };
    let with_why = |(hand_in, why): &(HandIn, Text)| {
        let mut row = row(hand_in);
        row["why"] = text(why);
        row
    };
    json!({
            "schema": "practicum.intake/1",
            "matched": sorted.matched.iter().map(|(hand_in, of)| {
                let mut row = row(hand_in);
                row["known"] = of.iter().all(|(_, foreseen)| foreseen.known).into();
                row["late_days"] = of.iter().map(|(_, foreseen)| foreseen.late).max().unwrap_or(0).into();
                row["too_late"] = of.iter().any(|(_, foreseen)| foreseen.too_late).into();
                row["beyond_attempts"] = of.iter().any(|(_, foreseen)| foreseen.beyond).into();
                row
            }).collect::<Vec<_>>(),
            "doubtful": sorted.doubtful.iter().map(with_why).collect::<Vec<_>>(),
            "unmatched": sorted.unmatched.iter().map(with_why).collect::<Vec<_>>(),
            "not_handed_in": sorted.missing, "dropped": sorted.dropped,
    })
}

/// What came of grading.
pub fn grade(new: usize, told: Tally, sorted: &Sorted) -> Value {
    let Tally { done, of, passed, errors } = told;
    json!({
        "schema": "practicum.grade/1", "new": new, "graded": done, "passed": passed, "errors": errors, "left": of - done,
        "intake": intake(sorted),
    })
}

/// What was written for a grader.
pub fn export(written: &Written) -> Value {
    let notes: Vec<_> = written.notes.iter().map(text).collect();
    json!({ "schema": "practicum.export/1", "written": written.paths, "notes": notes })
}

/// What a new version changes.
pub fn regrade(regraded: &Regraded) -> Value {
    let changes = &regraded.changes;
    let rows = changes.iter().filter(|change| change.way != Way::Same).map(|change| {
        let checks =
            change.checks.iter().map(|(id, before, after)| json!({ "check": id, "before": before, "after": after }));
        json!({
            "learner": change.learner, "exercise": change.exercise, "way": change.way.word(),
            "before": { "state": change.before.state.word(), "points": change.before.points },
            "after": { "state": change.after.state.word(), "points": change.after.points },
            "checks": checks.collect::<Vec<_>>(),
        })
    });
    let editions = regraded.changed.iter().map(|(then, now)| {
            json!({ "exercise": now.exercise, "before": then.reference, "after": now.reference, "number": now.number })
        });
    json!({
        "schema": "practicum.regrade/1", "editions": editions.collect::<Vec<_>>(), "changes": rows.collect::<Vec<_>>(),
        "same": changes.iter().filter(|change| change.way == Way::Same).count(),
        "errors": regraded.errors, "left": regraded.left, "applied": regraded.applied,
    })
}

/// What waits for a person, and what was dropped.
pub fn doubts(doubts: &[Doubt]) -> Value {
    let rows = doubts.iter().map(|doubt| {
        let mut row = of_doubt(doubt);
        row["number"] = doubt.number.into();
        row["learners"] = doubt.learners.clone().into();
        row
    });
    json!({ "schema": "practicum.doubts/1", "doubts": rows.collect::<Vec<_>>() })
}

fn of_doubt(doubt: &Doubt) -> Value {
    json!({
        "label": doubt.label, "exercise": doubt.exercise, "why": text(&doubt.why), "taken": doubt.taken.utc(),
        "dropped": doubt.dropped,
    })
}

/// Everything that is kept of a learner.
///
/// # Errors
/// An id that is not of the roster; the store's.
pub fn learner(opened: &Opened, id: &str) -> Result<Value, Ending> {
    opened.known(id)?;
    let Opened { class, store, book, .. } = opened;
    let mut exercises = Vec::new();
    for ((_, exercise), grade) in book.grades.iter().filter(|((learner, _), _)| learner == id) {
        let mut attempts = Vec::new();
        for attempt in &grade.attempts {
            let submission = &book.submissions[&attempt.number];
            attempts.push(json!({
                "handed_in": submission.received.map(Moment::utc), "taken": submission.taken.utc(), "from": submission.label,
                "files": submission.files, "plan": submission.plan, "answers": submission.answers, "team": submission.team,
                "counts": grade.is_of(attempt), "standing": attempt.standing.word(), "late_days": attempt.late, "record": store.record(&attempt.key)?,
            }));
        }
        exercises.push(json!({
            "exercise": exercise, "state": grade.state.word(), "points": (grade.state == State::Graded).then_some(grade.points),
            "of": grade.maximum, "mark": grade.mark.as_ref().map(|mark| json!({ "points": mark.points, "comment": mark.comment })),
            "attempts": attempts,
        }));
    }
    let person = class.roster.learner(id);
    Ok(json!({
        "schema": "practicum.learner/1", "learner": id, "name": person.map(|person| &person.name),
        "email": person.and_then(|person| person.email.as_ref()), "variant": class.key(id), "exercises": exercises,
        "doubts": store.doubts()?.iter().filter(|doubt| doubt.learners.iter().any(|one| one == id)).map(of_doubt).collect::<Vec<_>>(),
    }))
}
