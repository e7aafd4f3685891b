//! A yes or no.

use super::super::answers::{Argument, Ask};
use super::super::columns::{Asked, Dense};
use super::super::found::Task;
use super::scores;
use diagnostics::fault::{Fault, Id};
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use metrics::entry::Family;
use metrics::utility::NET_BENEFIT_DECIDED;
use metrics::{Parameter, Shown, Takes};

fn label(asked: &mut Asked<'_>) -> Result<(), Vec<Fault>> {
    let what = Text::new("the column of the outcome", "転帰の列");
    let label = asked.need("--label", asked.request.label.as_ref(), &what)?.to_owned();
    asked.add_flags("label", &label, asked.request.positive.as_deref())
}

pub(super) fn columns(asked: &mut Asked<'_>, task: Task) -> Result<(), Vec<Fault>> {
    let request = asked.request;
    label(asked)?;
    if task == Task::Calibration {
        let score = scores::one(asked)?;
        return asked.add_probabilities("score", &score);
    }
    if !request.score.is_empty() || request.alert.is_none() {
        let score = scores::one(asked)?;
        asked.add_finite("score", &score)?;
    }
    if let Some(versus) = &request.versus {
        let versus = asked.need("--versus", Some(versus), &Text::default())?.to_owned();
        asked.add_finite("versus", &versus)?;
    }
    if let Some(alert) = &request.alert {
        let alert = asked.need("--alert", Some(alert), &Text::default())?.to_owned();
        asked.add_flags("alert", &alert, asked.request.positive.as_deref())?;
    }
    Ok(())
}

/// What judges scores, probabilities and decisions.
pub(super) fn asks<'a>(asked: &mut Asked<'_>, task: Task, dense: &'a Dense) -> Result<Vec<Ask<'a>>, Vec<Fault>> {
    let request = asked.request;
    let scored = dense.column("score").is_some();
    let no_probability = asked.not_probabilities("score", dense);
    if let (Some(threshold), true, None) = (request.threshold, scored, &no_probability)
        && !(0.0..=1.0).contains(&threshold)
    {
        return Err(vec![asked.source.wrong(
            Id::OutOfRange,
            "--threshold",
            Text::same(threshold.to_string()),
            Text::new("0 to 1: every score lies between 0 and 1", "0から1まで（スコアはすべて0と1の間にあります）"),
        )]);
    }
    let because = no_probability.map(|fault| {
        let (en, ja) = (fault.place.display(Lang::En), fault.place.display(Lang::Ja));
        let (found_en, found_ja) = (&fault.found.en, &fault.found.ja);
        text!(
            "The score is not a probability from 0 to 1 ({en}: {found_en}).",
            "スコアが0から1までの確率ではありません（{ja}：{found_ja}）。"
        )
    });
    let probability_only = task == Task::Calibration;
    let role = |role: &str| dense.column(role).map(Argument::Rows).into_iter().collect::<Vec<Argument<'a>>>();
    let given = |takes: Takes| match takes {
        Takes::Label => role("label"),
        Takes::Score if !probability_only => role("score"),
        Takes::Probability => role("score"),
        Takes::Versus => role("versus"),
        Takes::Alert => role("alert"),
        Takes::Number(Parameter::Threshold) => request.threshold.map(Argument::Constant).into_iter().collect(),
        _ => Vec::new(),
    };
    // Of alerts that the threshold gives, it is the net benefit itself.
    let decided = request.alert.is_some() && request.threshold.is_some_and(|t| (0.0..=1.0).contains(&t));
    let mut asks: Vec<Ask<'a>> = Vec::new();
    for family in [Family::Outcome, Family::Ranking, Family::Calibration, Family::Decisions, Family::Utility] {
        for metric in metrics::of(family).filter(|metric| metric.is_shown(Shown::File)) {
            if *metric == NET_BENEFIT_DECIDED && !decided {
                continue;
            }
            let Some(mut ask) = Ask::of(metric, given) else { continue };
            if let (Some(because), true) = (&because, metric.takes().contains(&Takes::Probability)) {
                ask.columns = Err(because.clone());
            }
            asks.push(match asked.name("versus") {
                Some(versus) if metric.takes().contains(&Takes::Versus) => ask.level("versus", versus),
                _ => ask,
            });
        }
    }
    if let (None, Some(label), Some(score)) = (&because, dense.column("label"), dense.column("score")) {
        let sure = label.iter().zip(score).filter(|&(&y, &p)| if y > 0.5 { p <= 0.0 } else { p >= 1.0 }).count();
        asked.notes.extend(scores::surely_wrong(sure));
    }
    if task == Task::Classification {
        let (given, threshold) = (request.alert.is_some(), request.threshold);
        if let (Some(threshold), false) = (threshold, given) {
            let name = asked.name("score").unwrap_or_default().to_owned();
            asked.notes.push(text!(
                "An alert is a {name} of {threshold} or more.",
                "{name} が{threshold}以上のときを警報とします。"
            ));
        }
        if let (Some(threshold), false) = (threshold, given) {
            asked.notes.extend(all_or_none(dense.column("score").unwrap_or(&[]), threshold));
        }
        if threshold.is_none() && !given {
            asked.notes.push(Text::new(
                "Give --threshold (or --alert) for sensitivity, specificity, predictive values and net benefit.",
                "感度・特異度・的中率・純便益を求めるには、--threshold（または --alert）を指定してください。",
            ));
        }
    }
    Ok(asks)
}

/// A threshold that every score reaches, or none, is probably one of another scale.
fn all_or_none(score: &[f64], threshold: f64) -> Option<Text> {
    let (least, largest) = score.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &s| (l.min(s), h.max(s)));
    if least < threshold && threshold <= largest {
        return None;
    }
    let all = least >= threshold;
    let (en, ja) = if all { ("Every", "すべてのスコア") } else { ("No", "どのスコア") };
    let percent = (threshold * 1e8).round() / 1e6;
    let (hint_en, hint_ja) = if all && (0.0..=1.0).contains(&threshold) && largest > 1.0 && largest <= 100.0 {
        (
            format!(" If the scores are percentages, the threshold is {percent}."),
            format!("スコアが百分率なら、閾値は{percent}です。"),
        )
    } else {
        (String::new(), String::new())
    };
    let reaches = if all { "に達しています" } else { "に達していません" };
    let particle = if all { "が" } else { "も" };
    Some(text!(
        "{en} score reaches the threshold {threshold}: they lie from {least} to {largest}.{hint_en}",
        "{ja}{particle}閾値{threshold}{reaches}（スコアは{least}から{largest}まで）。{hint_ja}"
    ))
}

/// How decisions differ between groups.
pub(super) fn between<'a>(dense: &'a Dense, column: &str, group: &'a [f64]) -> Vec<Ask<'a>> {
    let given = |takes: Takes| match takes {
        Takes::Label => vec![dense.rows("label")],
        Takes::Alert => dense.column("alert").map(Argument::Rows).into_iter().collect(),
        Takes::Group => vec![Argument::Rows(group)],
        _ => Vec::new(),
    };
    let shown = metrics::of(Family::Fairness).filter(|metric| metric.is_shown(Shown::File));
    shown.filter_map(|metric| Some(Ask::of(metric, given)?.level("groups", column))).collect()
}
