//! A newcomer's first three minutes: one exercise as a learner would do it, with real runs of the real engine.

use std::cmp::Ordering;

use unicode_width::UnicodeWidthStr;

use super::codes::PASSED;
use super::session::{SEED, Session};
use app::ending::Ending;
use app::learner::desk::{self, Placed};
use course::pack::{Pack, REFERENCE, STARTER, Submission, Task};
use diagnostics::text::in_order;
use engine::check::Figure;
use engine::models::VOCABULARY;
use engine::run::{self, Run};
use metrics::entry::Unit;
use report::figures;
use report::terminal::{bold, dim};

/// The exercise that the tour walks through.
const EXERCISE: &str = "first-look";

pub(super) fn tour(session: &Session, pack: &Pack) -> Result<u8, Ending> {
    let begun = session.desk.start(Some(EXERCISE), None, &mut session.subject.borrow_mut())?;
    let Placed { task, workspace, .. } = begun.placed;
    let lang = session.terminal.lang;
    let step = |number: u8, en: &str, ja: &str| {
        let title = bold(&format!("{number}  {}", session.pick(en, ja)));
        session.say(&format!("\n{}\n", session.terminal.hanging("", "   ", &title)));
    };
    let tell = |en: &str, ja: &str| session.say(&session.terminal.paragraph("   ", session.pick(en, ja)));

    session.say(&format!("{}\n", bold("Practicum")));
    session.say(&session.terminal.paragraph(
        "",
        session.pick(
            "Learn medical AI by doing it. All patients here are synthetic; nothing is evidence about real ones.",
            "手を動かして学ぶ医療AI。患者はすべて架空であり、ここでの結果は実際の患者についてのエビデンスではありません。",
        ),
    ));

    step(1, "The problem", "課題");
    tell(&task.exercise.summary.en, &task.exercise.summary.ja);

    step(2, "The data", "データ");
    data(session, pack, &task)?;

    step(
        3,
        "The plan to begin with, trained and judged on new patients",
        "出発点の計画でモデルを学習させ、新しい患者で判定します",
    );
    let starter = plan_of(pack, &task, STARTER)?;
    let seeds = (SEED, Some(SEED));
    let ran = |plan: &Submission| {
        session.watched(|watch| desk::engine((pack, &task), plan, seeds, (session.long, None), watch))
    };
    let before = ran(&starter)?;
    session.say(&session.terminal.judged(&before));

    step(
        4,
        "One decision is changed: the risk from which a patient is examined",
        "判断を1つ変えます：リスクがいくつ以上の患者を検査するか",
    );
    session.say(&changed(pack));
    tell(
        "The ward said that four needless examinations are worth one patient found. One in five is a risk of 20%.",
        "「1人を見つけるためなら、不要な検査4人までは見合う」が病棟の合意でした。5人に1人、つまりリスク20%です。",
    );

    step(5, "Trained and judged again", "もう一度、学習と判定");
    let solution = plan_of(pack, &task, REFERENCE)?;
    let after = ran(&solution)?;
    session.say(&session.terminal.judged(&after));
    tell(
        "The model is the same, and so is the order of the patients. What happens to them is not.",
        "モデルも患者の順位も同じです。変わったのは、患者に何が起こるかです。",
    );

    if let Some((en, ja)) = cost(&before, &after) {
        tell(&en, &ja);
    }

    step(6, "Your turn", "次はあなたの番です");
    let (brief, plan) = (workspace.shown(&format!("brief.{}.md", lang.code())), workspace.shown("plan.toml"));
    let check = format!("practicum check {EXERCISE}");
    let steps = [
        (session.pick("read", "読む"), &*brief),
        (session.pick("change", "書き換える"), &plan),
        (session.pick("then", "判定を受ける"), &check),
        (session.pick("more", "ほかの演習"), "practicum list"),
    ];
    let wide = steps.iter().map(|(what, _)| what.width()).max().unwrap_or(0);
    for (what, which) in steps {
        session.say(&format!("   {what}{}  {which}\n", " ".repeat(wide - what.width())));
    }
    Ok(PASSED)
}

/// What the second model does to patients more, and what less, of 1,000: the figures of the check, which was shown for both.
fn cost(before: &Run, after: &Run) -> Option<(String, String)> {
    let of = |run: &Run, name: &str| -> Option<i64> {
        let figures = run.outcomes.iter().flat_map(|outcome| &outcome.figures);
        figures.into_iter().find_map(|(of, figure)| match figure {
            Figure::Number(x) if of == name => Some(x.round_ties_even() as i64),
            _ => None,
        })
    };
    let both = |name: &str| Some((of(before, name)?, of(after, name)?));
    let (missed, needless) = (both("missed")?, both("needless")?);
    let verb = |(from, to): (i64, i64)| match from.cmp(&to) {
        Ordering::Less => ("rise", "増えました"),
        Ordering::Equal => ("stay", "変わりませんでした"),
        Ordering::Greater => ("fall", "減りました"),
    };
    let ((missed_en, missed_ja), (needless_en, needless_ja)) = (verb(missed), verb(needless));
    let ((m0, m1), (n0, n1)) = (missed, needless);
    Some((
        format!(
            "Nothing is free: of 1,000 patients, those missed {missed_en} from {m0} to {m1}, while those examined needlessly {needless_en} from {n0} to {n1}. Whether that is a good exchange is for the ward to say, not for the model."
        ),
        format!(
            "代償もあります。患者1,000人あたり、見逃しは{m0}人から{m1}人に{missed_ja}。不要だった検査は{n0}人から{n1}人に{needless_ja}。割に合うかどうかを決めるのは、モデルではなく現場です。"
        ),
    ))
}

/// A plan of the exercise's author, without answers: those are the learner's to give.
fn plan_of(pack: &Pack, task: &Task, folder: &str) -> Result<Submission, Ending> {
    let mut submission = pack.submission(&VOCABULARY, &task.exercise, folder).map_err(Ending::Author)?;
    submission.answers.clear();
    Ok(submission)
}

/// The learner's patients, by group where there are groups, and three of them.
fn data(session: &Session, pack: &Pack, task: &Task) -> Result<(), Ending> {
    let rows = run::learners_rows(task, SEED, &|file| pack.dataset_file(&task.dataset.id, file))?;
    let label = task.dataset.label();
    for group in &task.exercise.groups {
        let words = tables::words(&rows, &group.value)?;
        let outcome = tables::numbers(&rows, label)?;
        let mut values: Vec<&String> = words.iter().flatten().collect();
        values.sort_by(|a, b| in_order(a, b));
        values.dedup();
        for value in values {
            let of: Vec<f64> = words
                .iter()
                .zip(&outcome)
                .filter(|(word, _)| word.as_ref() == Some(value))
                .filter_map(|(_, y)| *y)
                .collect();
            let share = figures::show(of.iter().sum::<f64>() / of.len().max(1) as f64, Unit::Percent);
            let n = figures::count(of.len());
            let (name, outcome) = (&group.value, task.dataset.called(label, "1"));
            let (en, ja) = match (task.dataset.called(name, value), outcome) {
                (Some(called), Some(outcome)) => (
                    format!("{} ({name} = {value}): {n} patients, {share} {}", called.en, outcome.en),
                    format!("{}（{name} = {value}）：{n}人、{}は{share}", called.ja, outcome.ja),
                ),
                _ => (
                    format!("{name} = {value}: {n} patients, {share} have {label} = 1"),
                    format!("{name} = {value}：{n}人、{label} = 1 は{share}"),
                ),
            };
            session.say(&session.terminal.paragraph("   ", session.pick(&en, &ja)));
        }
    }
    if task.exercise.groups.is_empty() {
        let outcome = tables::numbers(&rows, label)?.into_iter().flatten().collect::<Vec<f64>>();
        let share = figures::show(outcome.iter().sum::<f64>() / outcome.len().max(1) as f64, Unit::Percent);
        let n = figures::count(outcome.len());
        let (en, ja) = match task.dataset.called(label, "1") {
            Some(called) => (format!("{n} patients, {share} {}", called.en), format!("{n}人、{}は{share}", called.ja)),
            None => (format!("{n} patients, {share} have {label} = 1"), format!("{n}人、{label} = 1 は{share}")),
        };
        session.say(&session.terminal.paragraph("   ", session.pick(&en, &ja)));
    }
    session.say("\n");
    let first = session.terminal.within(1).first_rows(&tables::take(&rows, &[0, 1, 2])?)?;
    for line in first.lines() {
        session.say(&if line.trim().is_empty() { "\n".to_owned() } else { format!(" {}\n", dim(line)) });
    }
    Ok(())
}

/// The lines of the plan that differ: those taken away, and those put in their place.
fn changed(pack: &Pack) -> String {
    let lines = |folder: &str| -> Vec<String> {
        let bytes = pack.bytes(&format!("exercises/{EXERCISE}/{folder}/plan.toml")).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let bare = |line: &str| line.split_once('#').map_or(line, |(code, _)| code).trim().to_owned();
        text.lines().map(bare).filter(|line| !line.is_empty()).collect()
    };
    let (starter, solution) = (lines(STARTER), lines(REFERENCE));
    let mut out = String::new();
    for line in starter.iter().filter(|line| !solution.contains(line)) {
        out += &format!("   {}\n", dim(&format!("- {line}")));
    }
    for line in solution.iter().filter(|line| !starter.contains(line)) {
        out += &format!("   + {line}\n");
    }
    out.push('\n');
    out
}
