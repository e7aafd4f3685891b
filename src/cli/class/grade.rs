//! `practicum grade`.

use std::path::PathBuf;

use super::place::{Place, Workers, placed_in_japanese, workers_in_japanese};
use super::told::{left, not_counting, table};
use crate::codes::{FAILED, PASSED, STOPPED};
use crate::interrupt;
use crate::progress::Progress;
use crate::session::{Session, moment};
use app::ending::Ending;
use class::documents;
use class::executor::Task;
use class::folder::Class;
use class::grading::Tally;
use class::round::{self, Inputs, Round};
use class::sorted::Sorted;
use class::store::Store;
use diagnostics::text::Lang;

/// How hand-ins are graded.
#[derive(Debug, clap::Args)]
pub(crate) struct Grade {
    /// What was handed in: a folder, Moodle's or Gradescope's zip, files of `practicum submit`. Left out, what was taken before is
    /// graded on.
    #[arg(value_name = "IN")]
    inputs: Vec<PathBuf>,
    #[command(flatten)]
    place: Place,
    /// Moodle's grading worksheet: it says who is who, and when they handed in.
    #[arg(long, value_name = "CSV")]
    worksheet: Option<PathBuf>,
    /// The exercise that is meant where a file does not say it.
    #[arg(long, value_name = "ID")]
    exercise: Option<String>,
    /// When all of it was handed in, where no platform says so, as in "2026-12-01 18:00".
    #[arg(long, value_name = "TIME")]
    received: Option<String>,
    /// Grade; otherwise it is only shown who handed in what.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    workers: Workers,
}

pub(crate) fn japanese_grade(command: clap::Command) -> clap::Command {
    workers_in_japanese(placed_in_japanese(command))
        .mut_arg("inputs", |arg| {
            arg.help("提出物です（フォルダー、MoodleやGradescopeのzip、`practicum submit` のファイル）。省略すると、受け付け済みの提出の採点を続けます。")
        })
        .mut_arg("worksheet", |arg| arg.help("Moodleの評定ワークシートです。提出者と提出日時が分かります。"))
        .mut_arg("exercise", |arg| arg.help("ファイルに演習の名前がないときに、どの演習とみなすかです。"))
        .mut_arg("received", |arg| arg.help("提出日時が分からないときに、すべての提出をいつのものとみなすかです（例：\"2026-12-01 18:00\"）。"))
        .mut_arg("yes", |arg| arg.help("採点します。付けなければ、だれが何を提出したかを示すだけです。"))
}

/// Shows who handed in what and, where that is wanted, grades it.
pub(crate) fn grade(session: &Session, options: &Grade) -> Result<u8, Ending> {
    let inputs = Inputs {
        files: &options.inputs,
        worksheet: options.worksheet.as_deref(),
        exercise: options.exercise.as_deref(),
        received: options.received.as_deref(),
    };
    let (desk, folder) = (&session.desk, options.place.class.as_path());
    if !options.yes {
        let (class, sorted) = round::look(desk, folder, &inputs, moment())?;
        show(session, &class, &sorted)?;
        return Ok(if sorted.is_clean() { PASSED } else { FAILED });
    }
    let Round { class, store, sorted, new, tasks, held: _held } = round::begin(desk, folder, &inputs, moment())?;
    let told = work(session, &class, &store, tasks, options.workers)?;
    ended(session, &class, &sorted, new, told)
}

/// Grades tasks, showing how far it is; Ctrl-C finishes what runs.
pub(super) fn work(
    session: &Session,
    class: &Class,
    store: &Store,
    tasks: Vec<Task>,
    workers: Workers,
) -> Result<Tally, Ending> {
    let workers = workers.asked(session.terminal.lang)?;
    let progress = Progress::new("{bar:30} {pos}/{len} {msg} {eta}");
    let told = interrupt::heeded(|| {
        workers.grade(class, store, tasks, &interrupt::asked, &mut |told: Tally| {
            let Tally { done, of, passed, errors } = told;
            let failing = done - passed - errors;
            let what = match session.terminal.lang {
                Lang::En => format!("passed {passed}, not passed {failing}, errors of ours {errors}, left"),
                Lang::Ja => format!("合格{passed}、不合格など{failing}、こちらのエラー{errors}、残り"),
            };
            progress.count(done as u64, of as u64, &what);
        })
    });
    progress.end();
    told
}

/// Shows what would be graded.
fn show(session: &Session, class: &Class, sorted: &Sorted) -> Result<(), Ending> {
    if session.json {
        return session.document(&documents::intake(sorted)).map(drop);
    }
    let lang = session.terminal.lang;
    table(session, class, sorted);
    left(session, class, sorted);
    let (n, new) = (sorted.matched.len(), sorted.count_new());
    let known = n - new;
    session.say("\n");
    session.say(&session.terminal.paragraph(
        "",
        &match lang {
            Lang::En => format!("{new} new hand-ins would be graded; {known} are known already. Nothing was written yet: call the same with --yes to grade."),
            Lang::Ja => format!("新しい提出{new}件が採点の対象です（ほかに受け付け済み{known}件）。まだ何も書き込んでいません。採点するには、同じコマンドに --yes を付けてください。"),
        },
    ));
    Ok(())
}

/// Tells what came of grading.
fn ended(session: &Session, class: &Class, sorted: &Sorted, new: usize, told: Tally) -> Result<u8, Ending> {
    let Tally { done, of, passed, errors } = told;
    let stopped = done < of;
    let code = if stopped {
        STOPPED
    } else if errors > 0 || !sorted.is_clean() {
        FAILED
    } else {
        PASSED
    };
    if session.json {
        session.document(&documents::grade(new, told, sorted))?;
        return Ok(code);
    }
    let failing = done - passed - errors;
    session.say(&session.terminal.paragraph(
        "",
        &match session.terminal.lang {
            Lang::En => format!(
                "{new} new hand-ins; {done} graded: {passed} passed, {failing} not passed, {errors} errors of ours."
            ),
            Lang::Ja => format!(
                "新しい提出{new}件、採点{done}件（合格{passed}、不合格など{failing}、こちらのエラー{errors}）。"
            ),
        },
    ));
    not_counting(session, class, sorted);
    if errors > 0 {
        session.say(&session.terminal.paragraph(
            "",
            session.pick(
                "Errors of ours are no verdict on anybody: they are tried again by the next call, and keep their rows out of an export.",
                "こちらのエラーは成績ではありません。次の採点でもう一度試し、それまでは書き出しの対象になりません。",
            ),
        ));
    }
    if stopped {
        session.say(&session.terminal.paragraph(
            "",
            &match session.terminal.lang {
                Lang::En => format!(
                    "Stopped; {} are left. What was graded is kept: call practicum grade --yes again to go on.",
                    of - done
                ),
                Lang::Ja => format!(
                    "中止しました（残り{}件）。採点済みの結果は残っています。practicum grade --yes で続けられます。",
                    of - done
                ),
            },
        ));
    }
    left(session, class, sorted);
    Ok(code)
}
