//! Each task: which columns it takes, and which figures it gives.

mod agreement;
mod classes;
mod classification;
mod drift;
mod regression;
mod scores;
mod survival;

use super::answers::Ask;
use super::columns::{Asked, Dense};
use super::found::{FileFigure, Task};
use super::request::{Request, Scale};
use diagnostics::fault::{Fault, Id};
use diagnostics::text;
use diagnostics::text::Text;
use metrics::classification::{AUROC, SENSITIVITY};
use metrics::entry::{Interval, Resampled};
use metrics::order;
use metrics::survival::HARRELL_C;

/// The options that a task has a use for, beside `--group`, `--cluster`, `--encoding`, `--resamples` and `--seed`.
pub(crate) fn options(task: Task) -> &'static [&'static str] {
    match task {
        Task::Classification => &["--label", "--positive", "--score", "--versus", "--alert", "--threshold"],
        Task::Calibration => &["--label", "--positive", "--score", "--threshold"],
        Task::Multiclass => &["--label", "--score"],
        Task::Survival => {
            &["--time", "--event", "--positive", "--score", "--at", "--threshold", "--cause", "--training"]
        }
        Task::Agreement => &["--raters", "--positive", "--scale", "--categories"],
        Task::Regression => &["--label", "--low", "--high", "--score", "--sd"],
        Task::Drift => &["--current", "--positive", "--score"],
        Task::Segmentation | Task::Detection => &[],
    }
}

/// Options that a task has a use for, but not beside (or without) the others that were given, and what they would take.
pub(crate) fn needless(request: &Request, task: Task) -> Vec<(&'static str, Text)> {
    let beside = |option: &str| text!("{option} beside it, or neither", "{option} も指定するか、どちらも指定しない");
    let scored = !request.score.is_empty();
    match task {
        Task::Classification if !scored && request.alert.is_some() => vec![("--versus", beside("--score"))],
        Task::Survival if request.cause.is_some() => ["--score", "--threshold", "--training"]
            .map(|option| {
                let expected = text!(
                    "--cause without {option}: of competing causes, only how often each occurs is measured",
                    "--cause だけの指定（{option} なし）。競合する原因については、累積発生割合だけを求めます"
                );
                (option, expected)
            })
            .into(),
        Task::Survival if !scored => vec![("--threshold", beside("--score")), ("--training", beside("--score"))],
        Task::Survival if request.at.is_empty() => vec![("--threshold", beside("--at"))],
        Task::Agreement if request.scale == Some(Scale::Measurement) => vec![(
            "--categories",
            Text::new("--scale ordinal or nominal beside it", "--scale ordinal か nominal と一緒に指定"),
        )],
        Task::Regression if request.sd.is_none() => vec![("--score", beside("--sd"))],
        _ => Vec::new(),
    }
}

/// Takes up the columns of a task.
pub(crate) fn columns(asked: &mut Asked<'_>, task: Task) -> Result<(), Vec<Fault>> {
    match task {
        Task::Classification | Task::Calibration => classification::columns(asked, task),
        Task::Multiclass => classes::columns(asked),
        Task::Survival => survival::columns(asked),
        Task::Agreement => agreement::columns(asked),
        Task::Regression => regression::columns(asked),
        Task::Drift => drift::columns(asked),
        Task::Detection => {
            let what = Text::new("the file of the true boxes", "正解のボックスのファイル");
            Err(vec![asked.source.wrong(
                Id::MissingArgument,
                "--truth",
                Text::new("not given", "指定がありません"),
                what,
            )])
        }
        Task::Segmentation => {
            let name = asked.source.name.clone();
            Err(vec![asked.source.wrong(
                Id::DoesNotApply,
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

/// Each row's outcome, where a task has one; of drift, its sample.
pub(crate) fn outcomes(task: Task, dense: &Dense) -> Option<Vec<usize>> {
    let role = match task {
        Task::Classification | Task::Calibration | Task::Multiclass => "label",
        Task::Drift => "current",
        _ => return None,
    };
    Some(dense.column(role)?.iter().map(|&value| order::floor_index(value)).collect())
}

/// The figures of a task.
pub(crate) fn asks<'a>(asked: &mut Asked<'_>, task: Task, dense: &'a Dense) -> Result<Vec<Ask<'a>>, Vec<Fault>> {
    match task {
        Task::Classification | Task::Calibration => classification::asks(asked, task, dense),
        Task::Multiclass => classes::asks(asked, dense),
        Task::Survival => survival::asks(asked, dense),
        Task::Agreement => agreement::asks(asked, dense),
        Task::Regression => regression::asks(asked, dense),
        Task::Drift => Ok(drift::asks(asked, dense)),
        Task::Segmentation | Task::Detection => Ok(Vec::new()),
    }
}

/// The figures that compare groups, each row's group given as a number.
pub(crate) fn between<'a>(task: Task, dense: &'a Dense, column: &str, group: &'a [f64]) -> Vec<Ask<'a>> {
    match task {
        Task::Classification => classification::between(dense, column, group),
        Task::Survival => survival::between(dense, column, group),
        _ => Vec::new(),
    }
}

/// Which group is worst off, in words.
pub(crate) fn worst(figures: &[FileFigure], column: &str) -> Option<Text> {
    let of_group = figures.iter().filter(|figure| {
        *figure.metric == SENSITIVITY && figure.group.as_ref().is_some_and(|(other, _)| other == column)
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
pub(crate) fn upside_down(figures: &[FileFigure]) -> Option<Text> {
    let ranking =
        figures.iter().find(|figure| [&AUROC, &HARRELL_C].contains(&figure.metric) && figure.group.is_none())?;
    let estimate = ranking.measure.as_ref().ok()?;
    let below = estimate.interval.map_or(estimate.value, |(_, high)| high) < 0.5;
    below.then(|| {
        Text::new(
            "The ranking is worse than guessing. A higher score has to mean that the outcome is more likely (or comes earlier): does yours run the other way?",
            "順位づけが偶然より劣っています。スコアは高いほど転帰が起こりやすい（早く起こる）という向きでなければなりません。逆向きではありませんか。",
        )
    })
}

/// Figures that cannot be below 0 come out too high by chance, and higher still in resamples.
pub(crate) fn lopsided(figures: &[FileFigure]) -> Option<Text> {
    let upwards = |figure: &FileFigure| matches!(figure.metric.interval, Interval::Bootstrap(_, Resampled::Upwards));
    figures.iter().any(|figure| figure.resamples.is_some() && upwards(figure)).then(|| {
        Text::new(
            "Calibration errors, distances and gaps cannot fall below 0, so that chance only raises them: in few rows the figure itself is too high. The lower ends of their intervals are set lower by what chance may have added.",
            "較正誤差・距離・群間差は0を下回らないため、偶然だけでも大きくなります。行が少ないほど、値そのものが大きめに出ます。区間の下限は、偶然で増えたとみられる分だけ低くしています。",
        )
    })
}
