//! Which columns each task takes, and which figures it gives.

use super::file::{Asked, Dense, Scale, ask, of};
use super::found::{Argument, Ask, Compute, Figure, Task};
use super::source::Source;
use crate::fault::Fault;
use crate::metrics::agreement::{self, Icc, Level, Methods, RaterPair, Ratings};
use crate::metrics::survival::{self, AtTime, Censoring, Follow, Ranking};
use crate::metrics::{self, BadInput, Classes, Measure, Undefined, calibration, classification as class, order};
use crate::text;
use crate::text::{Lang, Text};

/// The options that a task has a use for, beside `--group`, `--cluster`, `--encoding`, `--resamples` and `--seed`.
pub(super) fn options(task: Task) -> &'static [&'static str] {
    match task {
        Task::Classification => &["--label", "--positive", "--score", "--versus", "--alert", "--threshold"],
        Task::Calibration => &["--label", "--positive", "--score", "--threshold"],
        Task::Multiclass => &["--label", "--score"],
        Task::Survival => {
            &["--time", "--event", "--positive", "--score", "--at", "--threshold", "--cause", "--training"]
        }
        Task::Agreement => &["--raters", "--scale", "--categories"],
        Task::Regression => &["--label", "--low", "--high", "--score", "--sd"],
        Task::Drift => &["--current", "--positive", "--score"],
        Task::Segmentation | Task::Detection => &[],
    }
}

/// Takes up the columns of a task.
pub(super) fn columns(asked: &mut Asked<'_>, task: Task) -> Result<(), Vec<Fault>> {
    let question = asked.question;
    match task {
        Task::Classification | Task::Calibration => classification_columns(asked, task),
        Task::Multiclass => multiclass_columns(asked),
        Task::Survival => survival_columns(asked),
        Task::Agreement => agreement_columns(asked),
        Task::Regression => regression_columns(asked),
        Task::Drift => {
            let what = Text::new("the column that is 1 for now and 0 for the reference", "現在を1、基準を0とする列");
            let current = asked.need("--current", question.current.as_ref(), &what)?.to_owned();
            asked.add_flags("current", &current, question.positive.as_deref())?;
            for score in scores(asked, 1)? {
                asked.add_finite("score", &score)?;
            }
            Ok(())
        }
        Task::Detection => {
            let what = Text::new("the file of the true boxes", "正解のボックスのファイル");
            Err(vec![asked.source.wrong("--truth", Text::new("not given", "指定がありません"), what)])
        }
        Task::Segmentation => {
            let name = asked.source.name.clone();
            Err(vec![asked.source.wrong(
                "--task",
                text!("a table, {name}", "表です（{name}）"),
                Text::new(
                    "two masks (or two folders of masks) as PNG or .npy: reference first, then prediction",
                    "マスク2つ（または2つのフォルダー）。PNGか .npy で、正解、予測の順に指定",
                ),
            )])
        }
    }
}

fn label(asked: &mut Asked<'_>) -> Result<(), Vec<Fault>> {
    let what = Text::new("the column of the outcome", "転帰の列");
    let label = asked.need("--label", asked.question.label.as_ref(), &what)?.to_owned();
    asked.add_flags("label", &label, asked.question.positive.as_deref())
}

fn scores(asked: &Asked<'_>, least: usize) -> Result<Vec<String>, Vec<Fault>> {
    let columns = asked.source.several("--score", &asked.question.score)?;
    if columns.is_empty() {
        asked.need("--score", None, &Text::new("the column of the score", "スコアの列"))?;
    }
    if columns.len() < least {
        let n = columns.len();
        return Err(vec![asked.source.wrong(
            "--score",
            text!("{n} column", "列が{n}個"),
            Text::new(
                "one column of probabilities per class, as --score p0,p1,p2",
                "クラスごとに1つの確率の列（--score p0,p1,p2 の形）",
            ),
        )]);
    }
    Ok(columns)
}

fn one_score(asked: &Asked<'_>) -> Result<String, Vec<Fault>> {
    let mut columns = scores(asked, 1)?;
    let n = columns.len();
    if n > 1 {
        let task = "--task multiclass";
        return Err(vec![asked.source.wrong(
            "--score",
            text!("{n} columns", "列が{n}個"),
            text!("one score, or {task}", "スコアの列1つ、または {task}"),
        )]);
    }
    Ok(columns.swap_remove(0))
}

fn classification_columns(asked: &mut Asked<'_>, task: Task) -> Result<(), Vec<Fault>> {
    let question = asked.question;
    label(asked)?;
    if task == Task::Calibration {
        let score = one_score(asked)?;
        return asked.add_probabilities("score", &score);
    }
    if !question.score.is_empty() || question.alert.is_none() {
        let score = one_score(asked)?;
        asked.add_finite("score", &score)?;
    }
    if let Some(versus) = &question.versus {
        let versus = asked.need("--versus", Some(versus), &Text::default())?.to_owned();
        asked.add_finite("versus", &versus)?;
    }
    if let Some(alert) = &question.alert {
        let alert = asked.need("--alert", Some(alert), &Text::default())?.to_owned();
        asked.add_flags("alert", &alert, None)?;
    }
    Ok(())
}

fn multiclass_columns(asked: &mut Asked<'_>) -> Result<(), Vec<Fault>> {
    let what = Text::new("the column of the class", "クラスの列");
    let label = asked.need("--label", asked.question.label.as_ref(), &what)?.to_owned();
    let scores = scores(asked, 2)?;
    let words = asked.source.words(&label).map_err(|fault| vec![fault])?;
    if let Some(names) = class_names(&words, &scores) {
        let there = names.join(", ");
        let (first, scores_list) = (scores[0].clone(), scores.join(", "));
        let sound = |word: &str| class_of(word, &names).is_some();
        let expected = |_: &str| {
            text!(
                "one of {there}, the classes that the columns of --score are named after ({scores_list}); without such names ({first} as p_a), a class number from 0",
                "--score の列（{scores_list}）の名前が示すクラス {there} のいずれか。列名がクラスを示さないとき（{first} を p_a とするなど）は、0からのクラス番号"
            )
        };
        let near = |fault: Fault| {
            let wrong = words.iter().flatten().find(|word| !sound(word)).cloned().unwrap_or_default();
            vec![fault.near(&wrong, names.iter().copied())]
        };
        asked.source.sound(&label, &words, &sound, expected).map_err(near)?;
        let class = |word: &Option<String>| Some(class_of(word.as_deref()?, &names)? as f64);
        asked.add("label", &label, words.iter().map(class).collect(), false);
    } else {
        asked.add_categories("label", &label, scores.len())?;
        asked.notes.push(Text::new(
            "The columns of --score are taken in their order, as classes 0, 1, …: their names are no values of the label.",
            "--score の列名がラベルの値ではないため、列の順にクラス0、1、…とみなします。",
        ));
    }
    for score in &scores {
        asked.add_probabilities("score", score)?;
    }
    Ok(())
}

/// The class that each column of `--score` is named after, where columns are: by its whole name, or by what follows the beginning
/// that all names share (`p_benign`, `p_malignant`; `p0`, `p1`). `None` where names and labels have nothing to do with each other,
/// and labels are numbers: then they count the columns.
fn class_names<'s>(labels: &[Option<String>], scores: &'s [String]) -> Option<Vec<&'s str>> {
    let shared = scores.iter().skip(1).fold(scores[0].as_str(), |shared, name| {
        let same = shared.char_indices().zip(name.chars()).take_while(|((_, a), b)| a == b);
        let length = same.last().map_or(0, |((at, a), _)| at + a.len_utf8());
        &shared[..length]
    });
    let starts = std::iter::once(0).chain(shared.char_indices().map(|(at, letter)| at + letter.len_utf8()));
    let named = |start: usize| -> Vec<&'s str> { scores.iter().map(|score| &score[start..]).collect() };
    let all: Vec<Vec<&str>> = starts.map(named).collect();
    let labelled = |names: &&Vec<&str>| labels.iter().flatten().all(|label| class_of(label, names).is_some());
    if let Some(names) = all.iter().find(labelled) {
        return Some(names.clone());
    }
    // Numbers over the columns that are not those of the label, or labels that are no numbers: a mistake, not an order.
    let whole = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    let numbered = all.iter().find(|names| names.iter().all(|name| whole(name)));
    let words = labels.iter().flatten().any(|label| label.parse::<f64>().is_err());
    numbered.or(if words { all.first() } else { None }).cloned()
}

/// The place of a label among the names of classes; a whole number is one, however it is written.
fn class_of(label: &str, names: &[&str]) -> Option<usize> {
    names.iter().position(|name| *name == label).or_else(|| {
        let number = without_point(label)?;
        names.iter().position(|name| *name == number)
    })
}

/// A whole number without the `.0` that a program writes where its column had gaps.
fn without_point(word: &str) -> Option<&str> {
    let (whole, part) = word.split_once('.')?;
    let digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole) && digits(part) && part.bytes().all(|byte| byte == b'0')).then_some(whole)
}

fn survival_columns(asked: &mut Asked<'_>) -> Result<(), Vec<Fault>> {
    let question = asked.question;
    let what = Text::new("the column of the time of follow-up", "追跡時間の列");
    let time = asked.need("--time", question.time.as_ref(), &what)?.to_owned();
    let what = Text::new(
        "the column that is 1 where follow-up ended with the event, 0 where without",
        "追跡がイベントで終わったら1、打ち切りなら0の列",
    );
    let event = asked.need("--event", question.event.as_ref(), &what)?.to_owned();
    asked.add_not_negative("time", &time)?;
    if question.cause.is_some() {
        asked.add_categories("event", &event, 1000)?;
        if question.at.is_empty() {
            return Err(vec![asked.source.wrong(
                "--at",
                Text::new("not given", "指定がありません"),
                Text::new("the time by which the cause is counted", "原因を数える時点"),
            )]);
        }
    } else {
        let words = !asked.source.is_number(&event).map_err(|fault| vec![fault])?;
        asked.add_flags("event", &event, question.positive.as_deref()).map_err(|mut faults| {
            for fault in faults.iter_mut().filter(|_| !words) {
                fault.expected = Text::new(
                    "0 or 1 (where causes compete: --cause with the number of one)",
                    "0か1（競合する原因があるときは、--cause に原因の番号）",
                );
            }
            faults
        })?;
    }
    if let Some(file) = &question.training {
        let mut other = Asked::new(question, Source::read_with(file, question.cp932, &question.missing_markers)?);
        let time = other.need("--time", Some(&time), &Text::default())?.to_owned();
        let event = other.need("--event", Some(&event), &Text::default())?.to_owned();
        other.add_not_negative("time", &time)?;
        other.add_flags("event", &event, question.positive.as_deref())?;
        let taken = other.taken(Task::Survival)?;
        asked.notes.extend(other.taken_as_missing());
        asked.training = taken.column("time").zip(taken.column("event")).map(|(t, e)| (t.to_vec(), e.to_vec()));
    }
    let risks = asked.source.several("--score", &question.score)?;
    let (n, times) = (risks.len(), question.at.len());
    if n > 1 && n != times {
        return Err(vec![asked.source.wrong(
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

fn agreement_columns(asked: &mut Asked<'_>) -> Result<(), Vec<Fault>> {
    let raters = asked.source.several("--raters", &asked.question.raters)?;
    let n = raters.len();
    if n < 2 {
        return Err(vec![asked.source.wrong(
            "--raters",
            text!("{n} columns", "列が{n}個"),
            Text::new(
                "one column per rater or method, as --raters a,b",
                "評価者（測定法）ごとに1列（--raters a,b の形）",
            ),
        )]);
    }
    let mut rated: Vec<Vec<Option<String>>> = Vec::with_capacity(n);
    for rater in &raters {
        rated.push(asked.source.words(rater).map_err(|fault| vec![fault])?);
    }
    // Words among fractions are mistakes; words among whole numbers are categories, such as 3, 4A, 4B.
    let numbers = || rated.iter().flatten().flatten().filter_map(|word| word.parse::<f64>().ok());
    let fractions = numbers().any(|x| x.fract() != 0.0);
    asked.rated_by_word = !fractions && rated.iter().flatten().flatten().any(|word| word.parse::<f64>().is_err());
    if !asked.rated_by_word {
        for rater in &raters {
            // With more than two raters, a unit that some did not rate still counts.
            asked.add_finite("rater", rater)?;
            asked.last_may_miss(n > 2);
        }
        return Ok(());
    }
    if let Some(scale) = asked.question.scale.filter(|scale| *scale != Scale::Nominal) {
        let scale = if scale == Scale::Ordinal { "ordinal" } else { "measurement" };
        return Err(vec![asked.source.wrong(
            "--scale",
            text!("{scale}, and the raters' values are words", "{scale} ですが、評価者の値は文字列です"),
            Text::new("grades as whole numbers from 0, or nominal", "0からの整数の段階、または nominal"),
        )]);
    }
    let mut pointed: Vec<&str> = Vec::new();
    for (rater, words) in raters.iter().zip(&mut rated) {
        for word in words.iter_mut().flatten() {
            if let Some(whole) = without_point(word).map(str::to_owned) {
                *word = whole;
                pointed.push(rater);
            }
        }
    }
    pointed.dedup();
    if !pointed.is_empty() {
        let list = pointed.join(", ");
        asked.notes.push(text!(
            "Whole numbers that {list} writes with a point are taken without (3.0 as 3).",
            "{list} の小数点付きの整数は、小数点なしと同じとみなします（3.0は3）。"
        ));
    }
    let mut categories: Vec<String> = rated.iter().flatten().flatten().cloned().collect();
    categories.sort();
    categories.dedup();
    for (rater, words) in raters.iter().zip(rated) {
        let values = words
            .iter()
            .map(|word| word.as_ref().and_then(|word| categories.binary_search(word).ok()).map(|k| k as f64))
            .collect();
        asked.add("rater", rater, values, n > 2);
        asked.check_finite()?;
    }
    Ok(())
}

fn regression_columns(asked: &mut Asked<'_>) -> Result<(), Vec<Fault>> {
    let question = asked.question;
    let what = Text::new("the column of the measurement", "測定値の列");
    let label = asked.need("--label", question.label.as_ref(), &what)?.to_owned();
    asked.add_finite("label", &label)?;
    if question.low.is_some() || question.high.is_some() || question.sd.is_none() {
        let what = Text::new("the lower ends of the prediction intervals", "予測区間の下限の列");
        let low = asked.need("--low", question.low.as_ref(), &what)?.to_owned();
        let what = Text::new("the upper ends of the prediction intervals", "予測区間の上限の列");
        let high = asked.need("--high", question.high.as_ref(), &what)?.to_owned();
        asked.add_finite("low", &low)?;
        asked.add_finite("high", &high)?;
    }
    if let Some(sd) = &question.sd {
        let sd = asked.need("--sd", Some(sd), &Text::default())?.to_owned();
        let mean = one_score(asked)?;
        asked.add_finite("score", &mean)?;
        asked.add_positive("sd", &sd)?;
    }
    Ok(())
}

/// Within what a bootstrap draws, so that a resample keeps both outcomes.
pub(super) fn strata(task: Task, dense: &Dense) -> Option<Vec<usize>> {
    let role = match task {
        Task::Classification | Task::Calibration | Task::Multiclass => "label",
        Task::Drift => "current",
        _ => return None,
    };
    Some(dense.column(role)?.iter().map(|&value| order::floor_index(value)).collect())
}

/// The figures of a task.
pub(super) fn asks<'a>(asked: &mut Asked<'_>, task: Task, dense: &'a Dense) -> Result<Vec<Ask<'a>>, Vec<Fault>> {
    match task {
        Task::Classification | Task::Calibration => classification(asked, task, dense),
        Task::Multiclass => multiclass(asked, dense),
        Task::Survival => follow_up(asked, dense),
        Task::Agreement => agreement(asked, dense),
        Task::Regression => regression(asked, dense),
        Task::Drift => Ok(drift(asked, dense)),
        Task::Segmentation | Task::Detection => Ok(Vec::new()),
    }
}

/// What a metric of [`metrics::REGISTRY`] computes; every name below is in it, or in [`BEYOND`].
fn compute(name: &str) -> Option<Compute> {
    metrics::metric(name)
        .map(|metric| metric.compute)
        .or_else(|| BEYOND.iter().find(|(other, _)| *other == name).map(|(_, compute)| *compute))
}

/// A metric by name.
fn named<'a>(name: &'static str, columns: Vec<Argument<'a>>) -> Option<Ask<'a>> {
    Some(ask(name, compute(name)?, columns))
}

const RANKING: &[&str] = &["auroc", "average_precision"];
const PROBABILITY: &[&str] =
    &["observed_expected", "citl", "calibration_slope", "ici", "ece", "brier", "scaled_brier", "log_loss"];
const DECISION: &[&str] = &[
    "sensitivity",
    "specificity",
    "ppv",
    "npv",
    "accuracy",
    "balanced_accuracy",
    "youden",
    "f1",
    "mcc",
    "lr_positive",
    "lr_negative",
    "alert_rate",
    "alerts_per_true_case",
    "missed_per_1000",
    "false_alerts_per_1000",
];
const BENEFIT: &[&str] =
    &["net_benefit", "net_benefit_treat_all", "net_benefit_standardised", "interventions_avoided_per_100"];
const BETWEEN: &[&str] = &[
    "demographic_parity_difference",
    "demographic_parity_ratio",
    "equal_opportunity_difference",
    "equalized_odds_difference",
    "equalized_odds_ratio",
    "worst_group_sensitivity",
    "worst_group_ppv",
];

fn classification<'a>(asked: &mut Asked<'_>, task: Task, dense: &'a Dense) -> Result<Vec<Ask<'a>>, Vec<Fault>> {
    let question = asked.question;
    let label = || dense.rows("label");
    let mut asks: Vec<Ask<'a>> = Vec::new();
    asks.extend(named("prevalence", vec![label()]));
    let scored = dense.column("score").is_some();
    let no_probability = asked.not_probabilities("score", dense);
    if let (Some(threshold), true, None) = (question.threshold, scored, &no_probability)
        && !(0.0..=1.0).contains(&threshold)
    {
        return Err(vec![asked.source.wrong(
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
    let probable = |ask: Ask<'a>| match &because {
        Some(because) => Ask { columns: Err(because.clone()), ..ask },
        None => ask,
    };
    if scored {
        if task == Task::Classification {
            for name in RANKING {
                asks.extend(named(name, vec![label(), dense.rows("score")]));
            }
        }
        if let (Some(_), Some(versus)) = (dense.column("versus"), asked.name("versus")) {
            let columns = vec![label(), dense.rows("score"), dense.rows("versus")];
            asks.extend(named("auroc_difference", columns).map(|ask| of(ask, "versus", versus)));
        }
        for name in PROBABILITY {
            asks.extend(named(name, vec![label(), dense.rows("score")]).map(&probable));
        }
    }
    if task == Task::Classification {
        if dense.column("alert").is_some() {
            for name in DECISION {
                asks.extend(named(name, vec![label(), dense.rows("alert")]));
            }
        }
        let (given, threshold) = (question.alert.is_some(), question.threshold);
        if let Some(threshold) = threshold.filter(|threshold| given && (0.0..=1.0).contains(threshold)) {
            let columns = vec![label(), dense.rows("alert"), Argument::Constant(threshold)];
            asks.extend(named("net_benefit_decided", columns));
        }
        if let (Some(threshold), false) = (threshold, given) {
            let name = asked.name("score").unwrap_or_default().to_owned();
            asked.notes.push(text!(
                "An alert is a {name} of {threshold} or more.",
                "{name} が{threshold}以上のときを警報とします。"
            ));
        }
        if threshold.is_none() && !given {
            asked.notes.push(Text::new(
                "Give --threshold (or --alert) for sensitivity, specificity, predictive values and net benefit.",
                "感度・特異度・的中率・純便益を求めるには、--threshold（または --alert）を指定してください。",
            ));
        }
    }
    if let (Some(threshold), true) = (question.threshold, scored) {
        for name in BENEFIT {
            let columns = vec![label(), dense.rows("score"), Argument::Constant(threshold)];
            asks.extend(named(name, columns).map(&probable));
        }
    }
    Ok(asks)
}

/// The columns of a metric that takes N of them.
fn exactly<'a, const N: usize>(columns: &[&'a [f64]]) -> Result<[&'a [f64]; N], BadInput> {
    columns.try_into().map_err(|_| BadInput::ColumnCount { expected: N, found: columns.len() })
}

fn classes(c: &[&[f64]], metric: fn(&Classes<'_>) -> Measure) -> Result<Measure, BadInput> {
    let (label, columns) = c.split_first().ok_or(BadInput::ColumnCount { expected: 3, found: 0 })?;
    Ok(metric(&Classes::new(label, columns)?))
}

/// Raters' categories: the number of categories first, then a column per rater.
fn rated(c: &[&[f64]], metric: fn(&Ratings) -> Measure) -> Result<Measure, BadInput> {
    let (of, raters) = c.split_first().ok_or(BadInput::ColumnCount { expected: 3, found: 0 })?;
    Ok(metric(&Ratings::new(raters, order::floor_index(of.first().copied().unwrap_or(0.0)))?))
}

/// Two raters' categories.
fn paired(c: &[&[f64]], metric: fn(&RaterPair) -> Measure) -> Result<Measure, BadInput> {
    let [of, first, second] = exactly(c)?;
    Ok(metric(&RaterPair::new(first, second, order::floor_index(of.first().copied().unwrap_or(0.0)))?))
}

fn limit(c: &[&[f64]], upper: bool) -> Result<Measure, BadInput> {
    let [first, second] = exactly(c)?;
    let report = agreement::bland_altman(&Methods::new(first, second)?, 1.96);
    Ok(report.map(|report| {
        let (value, interval) =
            if upper { (report.limits.1, report.upper_interval) } else { (report.limits.0, report.lower_interval) };
        metrics::Estimate::plain(value, first.len()).with(Some(interval))
    }))
}

/// Follow-up of the rows measured and of those whose censoring counts: the first two columns, and the two from `at` on.
fn censored<'a>(c: &[&'a [f64]], at: usize) -> Result<(Follow<'a>, Result<Censoring, Undefined>), BadInput> {
    let found = c.len();
    let [time, event, .., training_time, training_event] =
        c.get(..at + 2).ok_or(BadInput::ColumnCount { expected: at + 2, found })?
    else {
        return Err(BadInput::ColumnCount { expected: at + 2, found });
    };
    Ok((Follow::new(time, event)?, Censoring::new(&Follow::new(training_time, training_event)?)))
}

/// A metric of time, event, score, the training rows' time and event, and the time asked about.
fn at_time<'a>(
    c: &[&'a [f64]],
    metric: fn(&AtTime<'a>, &[f64], f64) -> Result<Measure, BadInput>,
) -> Result<Measure, BadInput> {
    let (follow, censoring) = censored(c, 3)?;
    let censoring = match censoring {
        Ok(censoring) => censoring,
        Err(undefined) => return Ok(Err(undefined)),
    };
    match c.get(5).and_then(|at| at.first()) {
        Some(&at) => metric(&AtTime::new(follow, censoring), c[2], at),
        None => Ok(Err(Undefined::NoRows)),
    }
}

fn uno_c(c: &[&[f64]]) -> Result<Measure, BadInput> {
    let (_, censoring) = censored(c, 3)?;
    let ranking = Ranking::new(c[0], c[1], c[2])?;
    let tau = c.get(5).and_then(|tau| tau.first()).copied();
    Ok(censoring.and_then(|censoring| survival::uno_c(&ranking, &censoring, tau)))
}

/// Time, event, the training rows' time and event, the times asked about, and as many risks.
fn integrated_brier(c: &[&[f64]]) -> Result<Measure, BadInput> {
    let (follow, censoring) = censored(c, 2)?;
    let censoring = match censoring {
        Ok(censoring) => censoring,
        Err(undefined) => return Ok(Err(undefined)),
    };
    let (times, risks) = c[4..].split_at((c.len() - 4) / 2);
    let times: Vec<f64> = times.iter().filter_map(|time| time.first()).copied().collect();
    let survival: Vec<Vec<f64>> = risks.iter().map(|risk| risk.iter().map(|r| 1.0 - r).collect()).collect();
    let survival: Vec<&[f64]> = survival.iter().map(Vec::as_slice).collect();
    AtTime::new(follow, censoring).integrated_brier(&survival, &times)
}

/// Metrics that take as many columns as there are classes or raters, or the training rows beside those measured, so that
/// checks cannot ask them.
const BEYOND: &[(&str, Compute)] = &[
    ("multiclass_accuracy", |c| classes(c, class::multiclass_accuracy)),
    ("multiclass_balanced_accuracy", |c| classes(c, class::multiclass_balanced_accuracy)),
    ("f1_macro", |c| classes(c, class::f1_macro)),
    ("multiclass_mcc", |c| classes(c, class::multiclass_mcc)),
    ("multiclass_kappa", |c| classes(c, class::multiclass_kappa)),
    ("auroc_ovr_macro", |c| classes(c, class::auroc_ovr_macro)),
    ("auroc_ovr_weighted", |c| classes(c, class::auroc_ovr_weighted)),
    ("auroc_ovo_macro", |c| classes(c, class::auroc_ovo_macro)),
    ("brier_multiclass", |c| classes(c, calibration::brier_multiclass)),
    ("multiclass_log_loss", |c| classes(c, class::multiclass_log_loss)),
    ("ece_top_label", |c| classes(c, |data| calibration::ece_top_label(data, 10))),
    ("ece_class_wise", |c| classes(c, |data| calibration::ece_class_wise(data, 10))),
    ("auroc_ovr", |c| {
        let (of, rest) = c.split_first().ok_or(BadInput::ColumnCount { expected: 4, found: 0 })?;
        let (label, columns) = rest.split_first().ok_or(BadInput::ColumnCount { expected: 4, found: 1 })?;
        let of = order::floor_index(of.first().copied().unwrap_or(0.0));
        Ok(class::auroc_ovr(&Classes::new(label, columns)?).swap_remove(of))
    }),
    ("uno_c", uno_c),
    ("auroc_at", |c| at_time(c, AtTime::auroc)),
    ("brier_at", |c| at_time(c, |data, risk, at| data.brier(&risk.iter().map(|r| 1.0 - r).collect::<Vec<f64>>(), at))),
    ("integrated_brier", integrated_brier),
    ("fleiss_kappa", |c| rated(c, agreement::fleiss_kappa)),
    ("gwet_ac1_of_raters", |c| rated(c, agreement::gwet_ac1)),
    ("krippendorff_alpha_nominal", |c| agreement::krippendorff_alpha(c, Level::Nominal)),
    ("krippendorff_alpha_ordinal", |c| agreement::krippendorff_alpha(c, Level::Ordinal)),
    ("krippendorff_alpha_interval", |c| agreement::krippendorff_alpha(c, Level::Interval)),
    ("pabak", |c| paired(c, agreement::pabak)),
    ("positive_agreement", |c| paired(c, agreement::positive_agreement)),
    ("negative_agreement", |c| paired(c, agreement::negative_agreement)),
    ("icc_agreement_of_raters", |c| agreement::icc(c, Icc::AgreementSingle)),
    ("icc_consistency", |c| agreement::icc(c, Icc::ConsistencySingle)),
    ("bland_altman_lower", |c| limit(c, false)),
    ("bland_altman_upper", |c| limit(c, true)),
];

fn multiclass<'a>(asked: &mut Asked<'_>, dense: &'a Dense) -> Result<Vec<Ask<'a>>, Vec<Fault>> {
    let columns = dense.columns("score");
    let rows = dense.column("label").map_or(0, <[f64]>::len);
    let sum = |row: usize| columns.iter().map(|column| column[row]).sum::<f64>();
    // As probabilities written with two digits may: 0.99 is off by 0.01, up to rounding.
    let off: Vec<usize> = (0..rows).filter(|&row| (sum(row) - 1.0).abs() > 0.01 + 1e-6).collect();
    if let Some(&first) = off.first() {
        let names = asked.names("score").join(" + ");
        let expected =
            Text::new("probabilities that add up to 1 (within 0.01)", "合計が1になる確率（0.01までのずれは可）");
        return Err(vec![asked.bad_rows(&names, dense, &off, &format!("{:.4}", sum(first)), expected)]);
    }
    let all = || -> Vec<Argument<'a>> {
        std::iter::once(dense.rows("label"))
            .chain(columns.iter().map(|column| Argument::Rows(column.as_slice())))
            .collect()
    };
    let mut asks: Vec<Ask<'a>> = Vec::new();
    for (name, compute) in BEYOND.iter().take(12) {
        asks.push(ask(name, *compute, all()));
    }
    for (k, name) in asked.names("score").into_iter().enumerate() {
        let columns = std::iter::once(Argument::Constant(k as f64)).chain(all()).collect();
        asks.extend(named("auroc_ovr", columns).map(|ask| of(ask, "class", name)));
    }
    let list: Vec<String> =
        asked.names("score").into_iter().enumerate().map(|(k, name)| format!("{k} = {name}")).collect();
    let list = list.join(", ");
    asked.notes.push(text!("Classes: {list}.", "クラス：{list}"));
    Ok(asks)
}

fn follow_up<'a>(asked: &mut Asked<'_>, dense: &'a Dense) -> Result<Vec<Ask<'a>>, Vec<Fault>> {
    let question = asked.question;
    let follow = || vec![dense.rows("time"), dense.rows("event")];
    let with = |more: Vec<Argument<'a>>| follow().into_iter().chain(more).collect::<Vec<_>>();
    let mut asks: Vec<Ask<'a>> = Vec::new();
    if let Some(cause) = question.cause {
        for &at in &question.at {
            let columns = with(vec![Argument::Constant(f64::from(cause)), Argument::Constant(at)]);
            asks.extend(named("cumulative_incidence", columns).map(|ask| of(ask, "at", at.to_string())));
        }
        return Ok(asks);
    }
    let risks = dense.columns("score");
    let at = |ask: Ask<'a>, time: f64| of(ask, "at", time.to_string());
    let (training_time, training_event) = dense.training();
    let weighed = |columns: Vec<Argument<'a>>, more: Vec<Argument<'a>>| -> Vec<Argument<'a>> {
        let training = [Argument::Fixed(training_time), Argument::Fixed(training_event)];
        with(columns).into_iter().chain(training).chain(more).collect()
    };
    // Of several, the last is the risk by the latest time.
    if let Some(score) = risks.last() {
        asks.extend(named("harrell_c", with(vec![Argument::Rows(score)])));
        let latest = question.at.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let tau = if question.at.is_empty() { vec![] } else { vec![Argument::Constant(latest)] };
        asks.extend(named("uno_c", weighed(vec![Argument::Rows(score)], tau)));
    }
    asks.extend(named("km_median", follow()));
    for &time in &question.at {
        for name in ["km_survival", "km_risk", "rmst"] {
            asks.extend(named(name, with(vec![Argument::Constant(time)])).map(|ask| at(ask, time)));
        }
    }
    if question.at.is_empty() {
        asked.notes.push(Text::new(
            "Give --at with one or more times for survival by then.",
            "その時点までの生存割合などを求めるには、--at に時点を指定してください。",
        ));
    }
    if risks.is_empty() {
        return Ok(asks);
    }
    asked.notes.push(match &question.training {
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
    for (k, &time) in question.at.iter().enumerate() {
        if let Some(score) = if several { risks.get(k) } else { risks.first() } {
            let columns = weighed(vec![Argument::Rows(score)], vec![Argument::Constant(time)]);
            asks.extend(named("auroc_at", columns).map(|ask| at(ask, time)));
        }
    }
    let no_risk = asked.not_probabilities("score", dense);
    match (question.at.as_slice(), &no_risk) {
        (times, None) if several || times.len() == 1 => {
            for (&time, score) in times.iter().zip(risks) {
                let risk = || Argument::Rows(score.as_slice());
                let own = || Argument::Constant(time);
                asks.extend(named("brier_at", weighed(vec![risk()], vec![own()])).map(|ask| at(ask, time)));
                asks.extend(named("observed_expected_at", with(vec![risk(), own()])).map(|ask| at(ask, time)));
                if let Some(threshold) = question.threshold {
                    if !(0.0..=1.0).contains(&threshold) {
                        return Err(vec![asked.source.wrong(
                            "--threshold",
                            Text::same(threshold.to_string()),
                            Text::new("a risk from 0 to 1", "0から1までのリスク"),
                        )]);
                    }
                    let columns = with(vec![risk(), Argument::Constant(threshold), own()]);
                    asks.extend(named("net_benefit_survival", columns).map(|ask| at(ask, time)));
                }
            }
            if several {
                if times.windows(2).any(|pair| pair[0] >= pair[1]) {
                    return Err(vec![asked.source.wrong(
                        "--at",
                        Text::new("times out of order", "時点が順番になっていません"),
                        Text::new("ascending times, each once", "重複のない、小さい順の時点"),
                    )]);
                }
                // Times and risks in turn, after follow-up and training.
                let mut columns = weighed(Vec::new(), times.iter().map(|time| Argument::Constant(*time)).collect());
                columns.extend(risks.iter().map(|risk| Argument::Rows(risk.as_slice())));
                asks.extend(named("integrated_brier", columns));
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

fn agreement<'a>(asked: &mut Asked<'_>, dense: &'a Dense) -> Result<Vec<Ask<'a>>, Vec<Fault>> {
    let question = asked.question;
    let raters = dense.columns("rater");
    let columns = || -> Vec<Argument<'a>> { raters.iter().map(|column| Argument::Rows(column.as_slice())).collect() };
    let rated = || raters.iter().flatten().copied().filter(|value| !value.is_nan());
    let gaps = raters.iter().flatten().any(|value| value.is_nan());
    let whole = rated().all(|value| value >= 0.0 && value.fract() == 0.0);
    let mut levels: Vec<f64> = rated().collect();
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    let words = asked.rated_by_word;
    let scale = match question.scale {
        Some(scale) => scale,
        None if words => Scale::Nominal,
        None if whole && levels.len() <= 2 && levels.iter().all(|level| *level < 2.0) => Scale::Nominal,
        None if whole && levels.len() <= 10 && levels.iter().all(|level| *level < 20.0) => Scale::Ordinal,
        None => Scale::Measurement,
    };
    if question.scale.is_none() {
        asked.notes.push(match scale {
            Scale::Nominal => Text::new(
                "The values are taken as categories without an order (--scale nominal).",
                "値は順序のないカテゴリとみなします（--scale nominal）。",
            ),
            Scale::Ordinal => Text::new(
                "The values are taken as grades from 0 to the largest (--scale ordinal).",
                "値は0から最大値までの段階とみなします（--scale ordinal）。",
            ),
            Scale::Measurement => Text::new(
                "The values are taken as measurements (--scale measurement).",
                "値は測定値とみなします（--scale measurement）。",
            ),
        });
    }
    let needs_all =
        Text::new("Some units were not rated by every rater.", "一部の対象を評価していない評価者がいます。");
    let complete = |ask: Ask<'a>| if gaps { Ask { columns: Err(needs_all.clone()), ..ask } } else { ask };
    let two = raters.len() == 2;
    let mut asks: Vec<Ask<'a>> = Vec::new();
    if scale == Scale::Measurement {
        // The same coefficient, of however many raters.
        if let Some(icc) = compute("icc_agreement_of_raters") {
            asks.push(complete(ask("icc_agreement", icc, columns())));
        }
        asks.extend(named("icc_consistency", columns()).map(complete));
        if two {
            for name in ["lin_ccc", "bland_altman_bias", "bland_altman_lower", "bland_altman_upper"] {
                asks.extend(named(name, columns()));
            }
        } else {
            asks.extend(named("krippendorff_alpha_interval", columns()));
        }
        return Ok(asks);
    }
    if !whole {
        let at = raters.iter().enumerate().find_map(|(k, column)| {
            column.iter().position(|v| !v.is_nan() && (*v < 0.0 || v.fract() != 0.0)).map(|row| (k, row))
        });
        if let Some((k, row)) = at {
            let name = asked.names("rater").get(k).map_or(String::new(), |name| (*name).to_owned());
            let expected = Text::new("a category as a whole number from 0", "0からの整数で表したカテゴリ");
            return Err(vec![asked.bad(&name, dense, row, &raters[k][row].to_string(), expected)]);
        }
    }
    let largest = levels.last().copied().unwrap_or(0.0);
    let least = order::floor_index(largest).saturating_add(1).max(2);
    let of_scale = match question.categories.map(|n| n as usize) {
        Some(n) if n < least || n > 1000 => {
            return Err(vec![asked.source.wrong(
                "--categories",
                Text::same(n.to_string()),
                text!(
                    "at least {least} (the largest value is {largest}, and they count from 0), and at most 1000",
                    "{least}以上（最大の値が{largest}で、0から数えます）、1000以下"
                ),
            )]);
        }
        Some(n) => n,
        None if least > 1000 => {
            return Err(vec![asked.source.wrong(
                "--scale",
                text!("categories up to {largest}", "{largest}までのカテゴリ"),
                Text::new(
                    "at most 1000 categories, or --scale measurement",
                    "1000個以下のカテゴリ、または --scale measurement",
                ),
            )]);
        }
        None => least,
    };
    let counted = |columns: Vec<Argument<'a>>| -> Vec<Argument<'a>> {
        std::iter::once(Argument::Constant(of_scale as f64)).chain(columns).collect()
    };
    if two {
        asks.extend(named("percent_agreement", columns()));
        asks.extend(named("cohen_kappa", columns()));
        if scale == Scale::Ordinal {
            let of_all = columns().into_iter().chain([Argument::Constant(of_scale as f64)]).collect();
            asks.extend(named("weighted_kappa", of_all));
        }
        asks.extend(named("gwet_ac1", columns()));
        if of_scale == 2 {
            for name in ["pabak", "positive_agreement", "negative_agreement"] {
                asks.extend(named(name, counted(columns())));
            }
        }
    } else {
        asks.extend(named("fleiss_kappa", counted(columns())).map(complete));
        if let Some(gwet) = compute("gwet_ac1_of_raters") {
            asks.push(ask("gwet_ac1", gwet, counted(columns())));
        }
    }
    asks.extend(named("krippendorff_alpha_nominal", columns()));
    if scale == Scale::Ordinal {
        asks.extend(named("krippendorff_alpha_ordinal", columns()));
    }
    Ok(asks)
}

fn regression<'a>(asked: &mut Asked<'_>, dense: &'a Dense) -> Result<Vec<Ask<'a>>, Vec<Fault>> {
    let mut asks: Vec<Ask<'a>> = Vec::new();
    if let (Some(low), Some(high)) = (dense.column("low"), dense.column("high")) {
        if let Some(row) = low.iter().zip(high).position(|(low, high)| low > high) {
            let (name, value, top) = (asked.name("low").unwrap_or_default().to_owned(), low[row], high[row]);
            let expected = text!("at most the upper end, {top}", "上限（{top}）以下の値");
            return Err(vec![asked.bad(&name, dense, row, &value.to_string(), expected)]);
        }
        asks.extend(named("coverage", vec![dense.rows("label"), dense.rows("low"), dense.rows("high")]));
        asks.extend(named("mean_width", vec![dense.rows("low"), dense.rows("high")]));
    }
    if dense.column("sd").is_some() {
        for name in ["gaussian_nll", "crps_gaussian"] {
            asks.extend(named(name, vec![dense.rows("score"), dense.rows("sd"), dense.rows("label")]));
        }
    }
    Ok(asks)
}

fn drift<'a>(asked: &Asked<'_>, dense: &'a Dense) -> Vec<Ask<'a>> {
    let mut asks: Vec<Ask<'a>> = Vec::new();
    for (column, name) in dense.columns("score").iter().zip(asked.names("score")) {
        for metric in ["psi", "ks", "ks_p", "wasserstein_1"] {
            let columns = vec![dense.rows("current"), Argument::Rows(column.as_slice())];
            asks.extend(named(metric, columns).map(|ask| Ask { bare: metric == "ks_p", ..of(ask, "column", name) }));
        }
    }
    asks
}

/// The figures that compare groups, each row's group given as a number.
pub(super) fn between<'a>(task: Task, dense: &'a Dense, column: &str, group: &'a [f64]) -> Vec<Ask<'a>> {
    let mut asks: Vec<Ask<'a>> = Vec::new();
    match task {
        Task::Classification => {
            let Some(alert) = dense.column("alert") else { return asks };
            for name in BETWEEN {
                let columns = vec![dense.rows("label"), Argument::Rows(alert), Argument::Rows(group)];
                asks.extend(named(name, columns).map(|ask| of(ask, "groups", column)));
            }
        }
        Task::Survival if dense.column("event").is_some_and(|event| event.iter().all(|e| *e < 2.0)) => {
            let columns = vec![dense.rows("time"), dense.rows("event"), Argument::Rows(group)];
            asks.extend(named("logrank_p", columns).map(|ask| Ask { bare: true, ..of(ask, "groups", column) }));
        }
        _ => {}
    }
    asks
}

/// Which group is worst off, in words.
pub(super) fn worst(figures: &[Figure], column: &str) -> Option<Text> {
    let of_group = figures.iter().filter(|figure| {
        figure.metric == "sensitivity" && figure.group.as_ref().is_some_and(|(other, _)| other == column)
    });
    let known = of_group.filter_map(|figure| Some((&figure.group.as_ref()?.1, figure.measure.as_ref().ok()?.value)));
    let known: Vec<_> = known.collect();
    if known.len() < 2 {
        return None;
    }
    let (value, share) = known.into_iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let percent = 100.0 * share;
    Some(text!(
        "Sensitivity is lowest where {column} is {value}: {percent:.1} %.",
        "感度が最も低いのは {column} = {value}（{percent:.1} %）です。"
    ))
}

/// A ranking worse than guessing mostly is a score that runs the other way.
pub(super) fn upside_down(figures: &[Figure]) -> Option<Text> {
    let ranking =
        figures.iter().find(|figure| ["auroc", "harrell_c"].contains(&figure.metric) && figure.group.is_none())?;
    let estimate = ranking.measure.as_ref().ok()?;
    let below = estimate.interval.map_or(estimate.value, |(_, high)| high) < 0.5;
    below.then(|| {
        Text::new(
            "The ranking is worse than guessing. A higher score has to mean that the outcome is more likely (or comes earlier): does yours run the other way?",
            "順位づけが偶然より劣っています。スコアは高いほど転帰が起こりやすい（早く起こる）という向きでなければなりません。逆向きではありませんか。",
        )
    })
}

/// Figures that cannot be below 0 by chance come out higher in resamples than in the file.
pub(super) fn lopsided(figures: &[Figure]) -> Option<Text> {
    const LOPSIDED: &[&str] = &["ici", "ece", "ece_top_label", "ece_class_wise", "psi", "ks", "wasserstein_1"];
    let gap = |name: &str| name.ends_with("_difference") && name != "auroc_difference";
    let any = |of: &dyn Fn(&str) -> bool| figures.iter().any(|figure| figure.resamples.is_some() && of(figure.metric));
    any(&|name| LOPSIDED.contains(&name) || gap(name)).then(|| {
        Text::new(
            "Calibration errors, distances and gaps cannot fall below 0: resampling makes them larger, so that their intervals lie too high.",
            "較正誤差・距離・群間差は0を下回らないため、再抽出では大きめになり、その区間は高い方へずれます。",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_metric() {
        let more = ["prevalence", "auroc_difference", "net_benefit_decided", "harrell_c", "km_median", "logrank_p"];
        for name in [RANKING, PROBABILITY, DECISION, BENEFIT, BETWEEN, &more].concat() {
            assert!(compute(name).is_some(), "{name}");
        }
    }
}
