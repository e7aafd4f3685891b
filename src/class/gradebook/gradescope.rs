//! Gradescope's `results.json`, one for each learner and exercise.

use course::exercise::Exercise;
use engine::check::Verdict;
use serde_json::{Value, json};

use super::{Choice, page, points, sentence};
use crate::grade::Grade;
use crate::settings::Language;
use app::job::Record;

/// The document of a grade; none where there is nothing that may be told.
pub fn results(
    exercise: &Exercise,
    grade: &Grade,
    record: Option<&Record>,
    lang: Language,
    choice: Choice,
) -> Option<Value> {
    let score = points(grade, choice)?;
    let tests: Vec<Value> = page::outcomes(exercise, record)
        .iter()
        .map(|outcome| {
            let passed = outcome.verdict == Verdict::Passed;
            json!({
                "name": lang.line(&outcome.title), "name_format": "text",
                "score": if passed { outcome.points } else { 0 }, "max_score": outcome.points,
                "status": if passed { "passed" } else { "failed" },
                // Right answers among them: for after the date.
                "visibility": "after_published", "output": lang.line(&outcome.sentence), "output_format": "text",
            })
        })
        .collect();
    // The score above overrides the sum of the tests: lateness and a person's marks are in it.
    Some(json!({ "score": score, "output": lang.line(&sentence(grade)), "output_format": "text", "tests": tests }))
}
