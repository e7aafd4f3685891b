//! The documents of a course (`practicum.*/1`), as `docs/json.md` tells them: what instructors' commands give with `--json`.

use report::json::fault;
use serde_json::{Value, json};

use crate::finding::Finding;
use crate::proof::reliability::{self, Reliability, spread};
use crate::proof::validate::{Report, Validated};
use crate::scaffold::Begun;
use crate::upgrade::Upgraded;

/// The course that learners may hold.
pub fn pack(written: &[String]) -> Value {
    json!({ "schema": "practicum.pack/1", "written": written })
}

/// An exercise that was begun.
pub fn new(id: &str, begun: &Begun) -> Value {
    json!({
        "schema": "practicum.new/1", "exercise": id, "folder": begun.folder.display().to_string(), "written": begun.written,
        "left_out": begun.left_out,
    })
}

/// What became of a course's files.
pub fn upgrade(upgraded: &[(String, Upgraded)]) -> Value {
    let file = |(path, became): &(String, Upgraded)| match became {
        Upgraded::Present => json!({ "file": path, "converted": false }),
        Upgraded::Converted(before) => json!({ "file": path, "converted": true, "before": before }),
        Upgraded::Renamed(after) => json!({ "file": path, "converted": false, "renamed": after }),
    };
    json!({ "schema": "practicum.upgrade/1", "files": upgraded.iter().map(file).collect::<Vec<_>>() })
}

/// What was found of a course.
pub fn validate(validated: &Validated) -> Value {
    json!({
        "schema": "practicum.validate/1",
        "valid": validated.is_valid(),
        "findings": validated.course.iter().map(finding).collect::<Vec<_>>(),
        "exercises": validated.reports.iter().map(of_exercise).collect::<Vec<_>>(),
    })
}

fn of_exercise(report: &Report) -> Value {
    let tried: Vec<_> = report
        .tried
        .iter()
        .map(|t| json!({ "folder": t.folder, "points": t.score.0, "of": t.score.1, "failed": t.failed, "known": t.known }))
        .collect();
    json!({
        "exercise": report.id,
        "valid": report.is_valid(),
        "tried": tried,
        "seconds": report.once.as_ref().map(|once| once.seconds),
        "bytes": report.once.as_ref().map(|once| once.bytes),
        "faults": report.findings.iter().filter(|finding| !finding.note).count(),
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

fn finding(finding: &Finding) -> Value {
    let mut document = fault(&finding.fault);
    document["rule"] = finding.rule.name().into();
    document["note"] = finding.note.into();
    document
}

/// What the checks say over many draws, and the files that were written of it.
pub fn reliability(reliability: &Reliability, written: &[String]) -> Value {
    let rate = |rate: &reliability::Rate| json!({ "times": rate.times, "of": rate.of, "at_most": rate.at_most });
    let of = |values: &[f64]| {
        spread(values).map(|[low, median, high, sd]| json!({ "low": low, "median": median, "high": high, "sd": sd }))
    };
    json!({
        "schema": "practicum.reliability/1",
        "exercise": reliability.exercise,
        "seeds": reliability.seeds,
        "failures": rate(&reliability.failures),
        "escapes": reliability.escapes(),
        "strays": reliability.strays.iter().map(|(mistake, check, times)| {
            json!({ "mistake": mistake, "check": check, "times": times })
        }).collect::<Vec<_>>(),
        "ceilings": reliability.ceilings.iter().map(|(metric, values)| {
            json!({ "metric": metric, "spread": of(values) })
        }).collect::<Vec<_>>(),
        "checks": reliability.checks.iter().map(|check| json!({
            "id": check.id,
            "figure": check.figure,
            "failures": rate(&check.failures),
            "reference": of(&check.reference),
            "wrong": check.wrong.iter().map(|wrong| json!({
                "mistake": wrong.mistake, "escapes": rate(&wrong.escapes), "spread": of(&wrong.figures),
            })).collect::<Vec<_>>(),
            "margin": check.gap.as_ref().map(|gap| gap.margin),
            "suggests": check.gap.as_ref().map(|gap| gap.suggests.clone()),
        })).collect::<Vec<_>>(),
        "untouched": rate(&reliability.untouched.passes),
        "copied": reliability.copied.as_ref().map(|copied| json!({
            "variants": copied.variants,
            "pairs": copied.pairs,
            "escapes": copied.escapes,
            "varies": copied.varies,
            "conclusions": copied.conclusions.iter().map(|(check, escapes)| {
                json!({ "check": check, "escapes": escapes })
            }).collect::<Vec<_>>(),
        })),
        "written": written,
    })
}
