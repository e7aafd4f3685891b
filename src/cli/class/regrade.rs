//! `practicum regrade`.

use super::grade::work;
use super::place::{Place, Workers, placed_in_japanese, workers_in_japanese};
use super::told::name_of;
use crate::codes::{FAILED, PASSED, STOPPED};
use crate::session::{Session, moment};
use app::ending::Ending;
use class::folder::Class;
use class::grade::Grade;
use class::regrade::{self, Regraded, Way};
use class::{documents, gradebook};
use diagnostics::text::Lang;
use report::terminal::{bold, dim};

/// How a class is graded anew.
#[derive(Debug, clap::Args)]
pub(crate) struct Regrade {
    #[command(flatten)]
    place: Place,
    /// Grade with the new version from now on; otherwise it is only shown what would change.
    #[arg(long)]
    apply: bool,
    #[command(flatten)]
    workers: Workers,
}

pub(crate) fn japanese_regrade(command: clap::Command) -> clap::Command {
    workers_in_japanese(placed_in_japanese(command))
        .mut_arg("apply", |arg| arg.help("新しい版での成績に切り替えます。付けなければ、何が変わるかを示すだけです。"))
}

/// Shows what a new version would change and, where that is wanted, changes it.
pub(crate) fn regrade(session: &Session, options: &Regrade) -> Result<u8, Ending> {
    let mut begun = regrade::begin(&session.desk, &options.place.class)?;
    let tasks = std::mem::take(&mut begun.tasks);
    let told = work(session, &begun.class, &begun.store, tasks, options.workers)?;
    let regraded = begun.end(told, options.apply, moment())?;
    if session.json {
        session.document(&documents::regrade(&regraded))?;
    } else {
        differences(session, &begun.class, &regraded);
    }
    Ok(if regraded.left > 0 {
        STOPPED
    } else if regraded.is_whole() {
        PASSED
    } else {
        FAILED
    })
}

fn differences(session: &Session, class: &Class, regraded: &Regraded) {
    let Regraded { changed, changes, applied, .. } = regraded;
    let lang = session.terminal.lang;
    if changed.is_empty() {
        session.say(&session.terminal.paragraph(
            "",
            session.pick(
                "Nothing to grade anew: exercises, engine and instructions are those of the class.",
                "採点し直すものはありません。教材、エンジン、命令セットはクラスのものと同じです。",
            ),
        ));
        return;
    }
    for (then, now) in changed {
        session.say(&format!("{}\n", bold(&format!("{} → {}", then.reference, now.reference))));
    }
    for change in changes.iter().filter(|change| change.way != Way::Same) {
        let sign = match change.way {
            Way::Up => "↑",
            Way::Down => "↓",
            Way::Other | Way::Same => "·",
        };
        let of = |grade: &Grade| gradebook::sentence(grade).get(lang).to_owned();
        let checks: Vec<&str> = change.checks.iter().map(|(id, ..)| id.as_str()).collect();
        let (who, exercise, checks) = (name_of(class, &change.learner), &change.exercise, dim(&checks.join(", ")));
        let line = format!("{sign} {who}  {exercise}: {} → {}  {checks}", of(&change.before), of(&change.after));
        session.say(&session.terminal.hanging("  ", "    ", &line));
    }
    let count = |way: Way| changes.iter().filter(|change| change.way == way).count();
    let (up, down, other, same) = (count(Way::Up), count(Way::Down), count(Way::Other), count(Way::Same));
    session.say(&session.terminal.paragraph(
        "",
        &match lang {
            Lang::En => format!("{up} up, {down} down, {other} otherwise, {same} the same. Marks of persons stay with the text that they judged."),
            Lang::Ja => {
                format!("上昇{up}、下降{down}、その他の変化{other}、変化なし{same}。人が付けた点とコメントは、採点した記述とともに残ります。")
            }
        },
    ));
    session.say(&session.terminal.paragraph(
        "",
        if *applied {
            session
                .pick("Applied: the class is graded with this from now on.", "適用しました。今後はこの版で採点します。")
        } else {
            session.pick(
                "Not applied: call the same with --apply to change the grades.",
                "まだ適用していません。成績を切り替えるには --apply を付けてください。",
            )
        },
    ));
}
