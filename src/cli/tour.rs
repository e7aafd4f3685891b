//! A newcomer's first three minutes: one exercise as a learner would do it, with real runs of the real engine.

use std::cmp::Ordering;

use unicode_width::UnicodeWidthStr;

use super::codes::PASSED;
use super::session::Session;
use app::ending::Ending;
use app::learner::desk::Placed;
use app::learner::history::Differing;
use app::learner::tour::{self, EXERCISE, Exchange, Share, Tour};
use course::pack::{PLAN, brief_file};
use metrics::entry::Unit;
use report::figures;
use report::terminal::{bold, dim};

pub(super) fn tour(session: &Session) -> Result<u8, Ending> {
    let tour = Tour::begin(&session.desk, &mut session.subject.borrow_mut())?;
    let Placed { task, workspace, .. } = &tour.placed;
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
    data(session, &tour)?;

    step(
        3,
        "The plan to begin with, trained and judged on new patients",
        "出発点の計画でモデルを学習させ、新しい患者で判定します",
    );
    let before = session.watched(|watch| tour.with_starter(watch))?;
    session.say(&session.terminal.judged(&before));

    step(
        4,
        "One decision is changed: the risk from which a patient is examined",
        "判断を1つ変えます：リスクがいくつ以上の患者を検査するか",
    );
    session.say(&changed(&tour.changed()));
    tell(
        "The ward said that four needless examinations are worth one patient found. One in five is a risk of 20%.",
        "「1人を見つけるためなら、不要な検査4人までは見合う」が病棟の合意でした。5人に1人、つまりリスク20%です。",
    );

    step(5, "Trained and judged again", "もう一度、学習と判定");
    let after = session.watched(|watch| tour.with_reference(watch))?;
    session.say(&session.terminal.judged(&after));
    tell(
        "The model is the same, and so is the order of the patients. What happens to them is not.",
        "モデルも患者の順位も同じです。変わったのは、患者に何が起こるかです。",
    );

    if let Some(exchange) = tour::exchange(&before, &after) {
        let (en, ja) = cost(&exchange);
        tell(&en, &ja);
    }

    step(6, "Your turn", "次はあなたの番です");
    let (brief, plan) = (workspace.shown(&brief_file(lang)), workspace.shown(PLAN));
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

/// What the second model does to patients more, and what less, of 1,000.
fn cost(&Exchange { missed, needless }: &Exchange) -> (String, String) {
    let verb = |(from, to): (i64, i64)| match from.cmp(&to) {
        Ordering::Less => ("rise", "増えました"),
        Ordering::Equal => ("stay", "変わりませんでした"),
        Ordering::Greater => ("fall", "減りました"),
    };
    let ((missed_en, missed_ja), (needless_en, needless_ja)) = (verb(missed), verb(needless));
    let ((m0, m1), (n0, n1)) = (missed, needless);
    (
        format!(
            "Nothing is free: of 1,000 patients, those missed {missed_en} from {m0} to {m1}, while those examined needlessly {needless_en} from {n0} to {n1}. Whether that is a good exchange is for the ward to say, not for the model."
        ),
        format!(
            "代償もあります。患者1,000人あたり、見逃しは{m0}人から{m1}人に{missed_ja}。不要だった検査は{n0}人から{n1}人に{needless_ja}。割に合うかどうかを決めるのは、モデルではなく現場です。"
        ),
    )
}

/// The learner's patients, by group where there are groups, and three of them.
fn data(session: &Session, tour: &Tour) -> Result<(), Ending> {
    let dataset = &tour.placed.task.dataset;
    let label = dataset.label();
    for Share { group, n, share } in tour.shares()? {
        let (n, share) = (figures::count(n), figures::show(share, Unit::Percent));
        let (en, ja) = match dataset.called(label, "1") {
            Some(outcome) => {
                (format!("{n} patients, {share} {}", outcome.en), format!("{n}人、{}は{share}", outcome.ja))
            }
            None => (format!("{n} patients, {share} have {label} = 1"), format!("{n}人、{label} = 1 は{share}")),
        };
        let (en, ja) = match &group {
            None => (en, ja),
            Some((name, value)) => match dataset.called(name, value) {
                Some(called) => (
                    format!("{} ({name} = {value}): {en}", called.en),
                    format!("{}（{name} = {value}）：{ja}", called.ja),
                ),
                None => (format!("{name} = {value}: {en}"), format!("{name} = {value}：{ja}")),
            },
        };
        session.say(&session.terminal.paragraph("   ", session.pick(&en, &ja)));
    }
    session.say("\n");
    let first = session.terminal.within(1).first_rows(&tables::take(&tour.rows, &[0, 1, 2])?)?;
    for line in first.lines() {
        session.say(&if line.trim().is_empty() { "\n".to_owned() } else { format!(" {}\n", dim(line)) });
    }
    Ok(())
}

/// The lines of the plan that differ: those taken away, and those put in their place.
fn changed(Differing { first, second }: &Differing) -> String {
    let gone = first.iter().map(|line| format!("   {}\n", dim(&format!("- {line}"))));
    let come = second.iter().map(|line| format!("   + {line}\n"));
    gone.chain(come).chain(["\n".to_owned()]).collect()
}
