//! `practicum look`: the pictures of an exercise, or its patients where there are none.

use super::codes::PASSED;
use super::options::{EXERCISE_JA, SEED_JA, SeedOption};
use super::session::Session;
use app::documents;
use app::ending::Ending;
use app::learner::desk::Placed;
use app::learner::look::{self, Lines, Looked, Pictures};
use app::learner::workspace::DATA;
use course::pack::Task;
use diagnostics::text::Lang;
use tables::Frame;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The exercise; may be left out in its folder.
    exercise: Option<String>,
    /// A column by whose values pictures or patients are grouped; otherwise the exercise's own groups.
    #[arg(long, value_name = "COL")]
    by: Option<String>,
    #[command(flatten)]
    pub(super) seed: SeedOption,
}

pub(super) fn japanese(command: clap::Command) -> clap::Command {
    command
        .mut_arg("exercise", |arg| arg.help(EXERCISE_JA))
        .mut_arg("seed", |arg| arg.help(SEED_JA))
        .mut_arg("by", |arg| arg.help("この列の値ごとに画像や患者をまとめます。省略時は演習の群に従います。"))
}

/// Shows what there is to look at.
pub(super) fn look(session: &Session, options: &Options) -> Result<u8, Ending> {
    let placed = shown_in(session, options.exercise.as_deref())?;
    let seed = placed.sown(options.seed.seed, &mut session.subject.borrow_mut()).number;
    let looked = look::look(&placed, options.by.as_deref(), seed, session.terminal.lang)?;
    let (task, data) = (&placed.task, placed.workspace.shown(DATA));
    if session.json {
        return session.document(&match &looked {
            Looked::Rows { rows, .. } => documents::look_at_rows(task, &[data], rows)?,
            Looked::Pictures(pictures) => documents::look_at_pictures(task, pictures),
            Looked::Series(lines) => documents::look_at_series(task, lines),
        });
    }
    match &looked {
        Looked::Rows { rows, by } => patients(session, task, &data, (rows, by))?,
        Looked::Pictures(seen) => pictures(session, &placed, seen),
        Looked::Series(seen) => series(session, &placed, seen),
    }
    Ok(PASSED)
}

/// The patients of an exercise without pictures.
fn patients(session: &Session, task: &Task, file: &str, (rows, by): (&Frame, &str)) -> Result<(), Ending> {
    session.headline(task);
    session.say(&session.terminal.rows_of(&task.dataset, rows, by)?);
    session.say("\n");
    session.say(&session.terminal.paragraph(
        "",
        &match session.terminal.lang {
            Lang::En => format!("All rows are in {file}. Another column to compare by: --by COLUMN"),
            Lang::Ja => format!("すべての行は {file} にあります。別の列で比べるには：--by 列名"),
        },
    ));
    Ok(())
}

/// The pictures, and what the last run got wrong.
fn pictures(session: &Session, placed: &Placed, seen: &Pictures) {
    let Pictures { files, n, size: [height, width, _], depth, groups } = seen;
    let (task, id) = (&placed.task, placed.workspace.id());
    session.headline(task);
    let file = &files[0];
    session.say(&session.terminal.paragraph(
        "",
        &match (session.terminal.lang, depth) {
            (Lang::En, Some(depth)) => format!(
                "{file}: the middle slices of the first volumes of each group, of {n} volumes of {depth} × {height} × {width} voxels. Other slices are not shown yet."
            ),
            (Lang::Ja, Some(depth)) => format!(
                "{file}：{depth}×{height}×{width}ボクセルのボリューム{n}件から、群ごとに最初の数件の中央のスライスを並べました。ほかのスライスはまだ表示できません。"
            ),
            (Lang::En, None) => {
                format!("{file}: the first pictures of each group, of {n} pictures of {height} × {width} pixels.")
            }
            (Lang::Ja, None) => {
                format!("{file}：{height}×{width}画素の画像{n}枚から、群ごとに最初の数枚を並べました。")
            }
        },
    ));
    for group in groups {
        if let Some(words) = group.in_words(&task.dataset, session.terminal.lang) {
            let line = format!("{}{}{words}", group.title, session.pick(": ", "："));
            session.say(&session.terminal.hanging("  ", "      ", &line));
        }
    }
    let views = if task.dataset.image.as_ref().is_some_and(|image| image.mask.is_some()) {
        session.pick(
            "Of a model that draws outlines: on the left pictures with something to outline, on the right those with nothing. Green: the true outlines, orange: the model's.",
            "輪郭を描くモデルなら、左は描くものがある画像、右はない画像です。輪郭は、緑が正解、橙がモデルです。",
        )
    } else {
        session.pick(
            "On the left those with the outcome to whom the model gave the lowest risks, on the right those without it to whom it gave the highest. Three views of each: the picture; the gradient (orange: where a pixel matters); occlusion (orange: hiding the place lowers the risk, blue: raises it).",
            "左は転帰ありでリスクが最も低かった例、右は転帰なしでリスクが最も高かった例です。1例につき3枚で、画像、勾配（橙の画素ほど影響が大きい）、遮蔽（橙の場所は隠すとリスクが下がり、青は上がる）の順に並べます。",
        )
    };
    session.say(&session.terminal.paragraph(
        "",
        &match (session.terminal.lang, files.get(1)) {
            (Lang::En, Some(file)) => {
                format!("{file}: what your last run got most wrong, and where the model looked. {views}")
            }
            (Lang::Ja, Some(file)) => {
                format!("{file}：直近の学習で大きく外した画像と、モデルが見ていた場所です。{views}")
            }
            (Lang::En, None) => {
                format!("After `practicum run {id}` you can also see what your model got wrong.")
            }
            (Lang::Ja, None) => {
                format!("`practicum run {id}` の後には、モデルが間違えた画像も見られます。")
            }
        },
    ));
}

/// The first series of each group, and what the last run got wrong.
fn series(session: &Session, placed: &Placed, seen: &Lines) {
    let Lines { files, n, shape: [_, steps] } = seen;
    let (lang, task, id) = (session.terminal.lang, &placed.task, placed.workspace.id());
    session.headline(task);
    let file = &files[0];
    session.say(&session.terminal.paragraph(
        "",
        &match lang {
            Lang::En => format!("{file}: the first series of each group, of {n} series of {steps} steps."),
            Lang::Ja => format!("{file}：{steps}時点の時系列{n}件から、群ごとに最初の数件を並べました。"),
        },
    ));
    session.say(&session.terminal.paragraph(
        "",
        &match (lang, files.get(1)) {
            (Lang::En, Some(file)) => format!("{file}: what your last run got most wrong."),
            (Lang::Ja, Some(file)) => format!("{file}：直近の学習で大きく外した時系列です。"),
            (Lang::En, None) => {
                format!("After `practicum run {id}` you can also see what your model got wrong.")
            }
            (Lang::Ja, None) => {
                format!("`practicum run {id}` の後には、モデルが間違えた時系列も見られます。")
            }
        },
    ));
}

/// The same for somebody who only wants to look: what was not started is, and it is said.
fn shown_in(session: &Session, id: Option<&str>) -> Result<Placed, Ending> {
    session.tell_renamed(id);
    let (placed, begun) = session.desk.looked_at(id, &mut session.subject.borrow_mut())?;
    if begun && !session.json {
        let folder = placed.workspace.shown("");
        let (en, ja) = (format!("Started in {folder}."), format!("{folder} に演習を用意しました。"));
        session.say(&session.terminal.paragraph("", session.pick(&en, &ja)));
        session.say("\n");
    }
    Ok(placed)
}
