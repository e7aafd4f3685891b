//! Time until an event.

use super::super::answers::{Argument, Ask};
use super::super::columns::{Asked, Dense};
use super::super::found::Task;
use super::super::source::Source;
use diagnostics::fault::{Fault, Id};
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use metrics::survival::{
    AUROC_AT, BRIER_AT, CUMULATIVE_INCIDENCE, HARRELL_C, INTEGRATED_BRIER, KM_MEDIAN, KM_RISK, KM_SURVIVAL, LOGRANK_P,
    OBSERVED_EXPECTED_AT, RMST, UNO_C,
};
use metrics::utility::NET_BENEFIT_SURVIVAL;
use metrics::{Parameter, Takes};

pub(super) fn columns(asked: &mut Asked<'_>) -> Result<(), Vec<Fault>> {
    let request = asked.request;
    let what = Text::new("the column of the time of follow-up", "追跡時間の列");
    let time = asked.need("--time", request.time.as_ref(), &what)?.to_owned();
    let what = Text::new(
        "the column that is 1 where follow-up ended with the event, 0 where without",
        "追跡がイベントで終わったら1、打ち切りなら0の列",
    );
    let event = asked.need("--event", request.event.as_ref(), &what)?.to_owned();
    asked.add_not_negative("time", &time)?;
    if request.cause.is_some() {
        asked.add_categories("event", &event, 1000)?;
        cause_occurs(asked, &event)?;
        if request.at.is_empty() {
            return Err(vec![asked.source.wrong(
                Id::MissingArgument,
                "--at",
                Text::new("not given", "指定がありません"),
                Text::new("the time by which the cause is counted", "原因を数える時点"),
            )]);
        }
    } else {
        let words = !asked.source.is_number(&event).map_err(|fault| vec![fault])?;
        asked.add_flags("event", &event, request.positive.as_deref()).map_err(|mut faults| {
            for fault in faults.iter_mut().filter(|_| !words) {
                let Text { en, ja } = &fault.expected;
                fault.expected = text!(
                    "{en}; where causes compete, --cause with the number of one",
                    "{ja}。競合する原因があるときは、--cause に原因の番号"
                );
            }
            faults
        })?;
    }
    if let Some(file) = &request.training {
        let mut other = Asked::new(request, Source::read_with(file, request.cp932, &request.missing_markers)?);
        let time = other.need("--time", Some(&time), &Text::default())?.to_owned();
        let event = other.need("--event", Some(&event), &Text::default())?.to_owned();
        other.add_not_negative("time", &time)?;
        other.add_flags("event", &event, request.positive.as_deref())?;
        let taken = other.taken(Task::Survival)?;
        asked.notes.extend(other.taken_as_missing());
        asked.training = taken.column("time").zip(taken.column("event")).map(|(t, e)| (t.to_vec(), e.to_vec()));
    }
    let risks = asked.source.several("--score", &request.score)?;
    let (n, times) = (risks.len(), request.at.len());
    if n > 1 && n != times {
        return Err(vec![asked.source.wrong(
            Id::Mismatch,
            "--score",
            text!("{n} columns, and {times} times in --at", "列が{n}個、--at の時点が{times}個"),
            Text::new(
                "one score, or as many predicted risks as times, in the same order",
                "スコア1つ、または時点と同じ数の予測リスク（同じ順）",
            ),
        )]);
    }
    for risk in &risks {
        if n > 1 { asked.add_probabilities("score", risk)? } else { asked.add_finite("score", risk)? }
    }
    Ok(())
}

/// A cause that nobody has is more likely a mistaken number than a finding of 0 %.
fn cause_occurs(asked: &Asked<'_>, event: &str) -> Result<(), Vec<Fault>> {
    let Some(cause) = asked.request.cause.map(f64::from) else { return Ok(()) };
    let mut there: Vec<f64> = asked.source.numbers(event).map_err(|fault| vec![fault])?.into_iter().flatten().collect();
    there.retain(|&found| found > 0.0);
    there.sort_by(f64::total_cmp);
    there.dedup();
    if there.contains(&cause) {
        return Ok(());
    }
    let list = there.iter().map(f64::to_string).collect::<Vec<_>>().join(", ");
    let found = text!("{cause}, and {event} is {cause} in no row", "{cause}（{event} が{cause}の行はありません）");
    let expected = if there.is_empty() {
        text!("a cause that occurs; in {event} there is none", "起きている原因。{event} にはありません")
    } else {
        text!("one of the causes in {event}: {list}", "{event} にある原因のいずれか：{list}")
    };
    Err(vec![asked.source.wrong(Id::UnknownWord, "--cause", found, expected)])
}

/// What judges risks over time, and describes follow-up.
pub(super) fn asks<'a>(asked: &mut Asked<'_>, dense: &'a Dense) -> Result<Vec<Ask<'a>>, Vec<Fault>> {
    let request = asked.request;
    let (training_time, training_event) = dense.training();
    let constant = |value: Option<f64>| value.map(Argument::Constant).into_iter().collect::<Vec<Argument<'a>>>();
    // What there is of a score (or risk) and a time.
    let given = |score: Option<&'a [f64]>, at: Option<f64>| {
        move |takes: Takes| match takes {
            Takes::Time => vec![dense.rows("time")],
            Takes::Event | Takes::Cause => vec![dense.rows("event")],
            Takes::Score | Takes::Probability => score.map(Argument::Rows).into_iter().collect(),
            Takes::TrainingTime => vec![Argument::Fixed(training_time)],
            Takes::TrainingEvent => vec![Argument::Fixed(training_event)],
            Takes::Number(Parameter::At) => constant(at),
            Takes::Number(Parameter::Tau) => vec![Argument::Constant(at.unwrap_or(f64::INFINITY))],
            Takes::Number(Parameter::Threshold) => constant(request.threshold),
            Takes::Number(Parameter::Cause) => constant(request.cause.map(f64::from)),
            _ => Vec::new(),
        }
    };
    let at = |ask: Ask<'a>, time: f64| ask.level("at", time.to_string());
    let mut asks: Vec<Ask<'a>> = Vec::new();
    if request.cause.is_some() {
        for &time in &request.at {
            asks.extend(Ask::of(&CUMULATIVE_INCIDENCE, given(None, Some(time))).map(|ask| at(ask, time)));
        }
        return Ok(asks);
    }
    let risks = dense.columns("score");
    // Of several, the last is the risk by the latest time.
    if let Some(score) = risks.last() {
        let latest = request.at.iter().copied().reduce(f64::max);
        asks.extend(Ask::of(&HARRELL_C, given(Some(score), latest)));
        // Events from the latest time on do not count: which one that is, changes the figure.
        asks.extend(Ask::of(&UNO_C, given(Some(score), latest)).map(|ask| match latest {
            Some(time) => ask.level("up_to", time.to_string()),
            None => ask,
        }));
    }
    asks.extend(Ask::of(&KM_MEDIAN, given(None, None)));
    for &time in &request.at {
        for metric in [&KM_SURVIVAL, &KM_RISK, &RMST] {
            asks.extend(Ask::of(metric, given(None, Some(time))).map(|ask| at(ask, time)));
        }
    }
    if request.at.is_empty() {
        asked.notes.push(Text::new(
            "Give --at with one or more times for survival by then.",
            "その時点までの生存割合などを求めるには、--at に時点を指定してください。",
        ));
    }
    if risks.is_empty() {
        return Ok(asks);
    }
    asked.notes.push(match &request.training {
        Some(file) => {
            let file = file.display();
            text!(
                "Uno's C, AUROC and Brier score at a time are weighted by how the rows of {file} were censored.",
                "UnoのC指数、時点のAUROC・Brierスコアは、{file} の行の打ち切りで重み付けしています。"
            )
        }
        None => Text::new(
            "Uno's C, AUROC and Brier score at a time are weighted by how the rows measured here were censored: give the training rows with --training to use theirs.",
            "UnoのC指数、時点のAUROC・Brierスコアは、評価した行自身の打ち切りで重み付けしています。学習データの打ち切りを使うには --training で指定してください。",
        ),
    });
    let several = risks.len() > 1;
    for (k, &time) in request.at.iter().enumerate() {
        if let Some(score) = if several { risks.get(k) } else { risks.first() } {
            asks.extend(Ask::of(&AUROC_AT, given(Some(score), Some(time))).map(|ask| at(ask, time)));
        }
    }
    let no_risk = asked.not_probabilities("score", dense);
    match (request.at.as_slice(), &no_risk) {
        (times, None) if several || times.len() == 1 => {
            for (&time, score) in times.iter().zip(risks) {
                for metric in [&BRIER_AT, &OBSERVED_EXPECTED_AT] {
                    asks.extend(Ask::of(metric, given(Some(score), Some(time))).map(|ask| at(ask, time)));
                }
                if let Some(threshold) = request.threshold {
                    if !(0.0..=1.0).contains(&threshold) {
                        return Err(vec![asked.source.wrong(
                            Id::OutOfRange,
                            "--threshold",
                            Text::same(threshold.to_string()),
                            Text::new("a risk from 0 to 1", "0から1までのリスク"),
                        )]);
                    }
                    asks.extend(
                        Ask::of(&NET_BENEFIT_SURVIVAL, given(Some(score), Some(time))).map(|ask| at(ask, time)),
                    );
                }
            }
            if several {
                if times.windows(2).any(|pair| pair[0] >= pair[1]) {
                    return Err(vec![asked.source.wrong(
                        Id::NotInOrder,
                        "--at",
                        Text::new("times out of order", "時点が順番になっていません"),
                        Text::new("ascending times, each once", "重複のない、小さい順の時点"),
                    )]);
                }
                let every = |takes: Takes| match takes {
                    Takes::EachTime => times.iter().copied().map(Argument::Constant).collect(),
                    Takes::RiskByEachTime => risks.iter().map(|risk| Argument::Rows(risk.as_slice())).collect(),
                    other => given(None, None)(other),
                };
                asks.extend(Ask::of(&INTEGRATED_BRIER, every));
                asked.notes.push(Text::new(
                    "Each score is taken as the predicted risk of the event by its time. Harrell's and Uno's C rank by the last.",
                    "各スコアは、対応する時点までにイベントが起きる予測リスクとみなします。HarrellとUnoのC指数は最後のスコアによります。",
                ));
            } else {
                let time = times[0];
                asked.notes.push(text!(
                    "The score is taken as the predicted risk of the event by {time}.",
                    "スコアは、時点{time}までにイベントが起きる予測リスクとみなします。"
                ));
            }
        }
        ([_], Some(fault)) => asked.notes.push(Text {
            en: format!(
                "The score is not a risk from 0 to 1 ({}: {}), so it is only ranked.",
                fault.place.display(Lang::En),
                fault.found.en
            )
            .into(),
            ja: format!(
                "スコアが0から1までのリスクではないため（{}：{}）、順位だけを使います。",
                fault.place.display(Lang::Ja),
                fault.found.ja
            )
            .into(),
        }),
        _ => {}
    }
    Ok(asks)
}

/// How follow-up differs between groups.
pub(super) fn between<'a>(dense: &'a Dense, column: &str, group: &'a [f64]) -> Vec<Ask<'a>> {
    if dense.column("event").is_none_or(|event| event.iter().any(|cause| *cause >= 2.0)) {
        return Vec::new();
    }
    let given = |takes: Takes| match takes {
        Takes::Time => vec![dense.rows("time")],
        Takes::Event => vec![dense.rows("event")],
        Takes::Group => vec![Argument::Rows(group)],
        _ => Vec::new(),
    };
    Ask::of(&LOGRANK_P, given).map(|ask| ask.level("groups", column)).into_iter().collect()
}
