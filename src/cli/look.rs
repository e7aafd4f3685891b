//! `practicum look`: the pictures of an exercise, or its patients where there are none.

use super::codes::PASSED;
use super::options::{EXERCISE_JA, SEED_JA, SeedOption};
use super::session::Session;
use app::ending::Ending;
use app::learner::desk::Placed;
use app::learner::groups::{self, Group};
use app::learner::workspace::{DATA, MISTAKES, SERIES_MISTAKES, Workspace};
use course::pack::Task;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Lang;
use engine::run::{self, Series};
use engine::signal::{Shape, Signals};
use report::montage::{self, Tile};
use report::plots;
use tables::Frame;

/// Pictures of each group.
const ACROSS: usize = 8;

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

/// A column of the learner's rows.
fn known(by: &str, rows: &Frame) -> Result<String, Fault> {
    let names = tables::names(rows);
    if names.contains(&by) {
        return Ok(by.to_owned());
    }
    let list = names.join(", ");
    let fault = Fault::new(
        Id::UnknownColumn,
        Place::file("--by"),
        text!("the unknown column \"{by}\"", "存在しない列 \"{by}\""),
        text!("a column of develop.csv: {list}", "develop.csvの列（{list}）"),
    );
    Err(fault.near(by, names))
}

/// The patients of an exercise without pictures.
fn patients(
    session: &Session,
    task: &Task,
    workspace: &Workspace,
    options: &Options,
    rows: &Frame,
) -> Result<u8, Ending> {
    let by = match &options.by {
        Some(by) => known(by, rows).map_err(|fault| Ending::Faults(vec![fault]))?,
        None => task.dataset.label().to_owned(),
    };
    if session.json {
        let mut columns = Vec::new();
        for name in tables::names(rows) {
            let column = task.dataset.columns().find(|column| column.name == name);
            let missing = tables::words(rows, name)?.iter().filter(|word| word.is_none()).count();
            columns.push(serde_json::json!({
                "name": name, "unit": column.map_or("", |column| &column.unit.en), "missing": missing,
                "about": column.and_then(|column| column.about.as_ref()).map(|about| serde_json::json!({ "en": about.en, "ja": about.ja })),
            }));
        }
        let document = serde_json::json!({
            "schema": "practicum.look/1", "exercise": task.exercise.reference(),
            "files": [workspace.shown(DATA)], "rows": rows.height(), "columns": columns,
        });
        session.say(&format!("{}\n", serde_json::to_string_pretty(&document)?));
        return Ok(PASSED);
    }
    session.headline(task);
    session.say(&session.terminal.rows_of(&task.dataset, rows, &by)?);
    let file = workspace.shown(DATA);
    session.say("\n");
    session.say(&session.terminal.paragraph(
        "",
        &match session.terminal.lang {
            Lang::En => format!("All rows are in {file}. Another column to compare by: --by COLUMN"),
            Lang::Ja => format!("すべての行は {file} にあります。別の列で比べるには：--by 列名"),
        },
    ));
    Ok(PASSED)
}

pub(super) fn look(session: &Session, options: &Options) -> Result<u8, Ending> {
    let placed = shown_in(session, options.exercise.as_deref())?;
    let seed = placed.sown(options.seed.seed, &mut session.subject.borrow_mut()).number;
    let Placed { pack, task, workspace } = placed;
    let file = |file: &str| pack.dataset_file(&task.dataset.id, file);
    let Some((rows, origin)) = run::learners_signals(&task, seed, &file)? else {
        return patients(session, &task, &workspace, options, &run::learners_rows(&task, seed, &file)?);
    };
    let by: Vec<String> = match &options.by {
        Some(by) => vec![known(by, &rows).map_err(|fault| Ending::Faults(vec![fault]))?],
        None => groups::usual(&task),
    };
    let mut shown = groups::first(&rows, &by, ACROSS)?;
    if matches!(origin.shape(), Shape::Series(_)) {
        let lines = groups::lines(shown.len());
        shown.iter_mut().for_each(|group| group.rows.truncate(lines));
    }
    let chosen: Vec<usize> = shown.iter().flat_map(|group| group.rows.iter().copied()).collect();
    let signals = origin.some(&chosen);
    // A column may be called what no file can be.
    let sign = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ') { c } else { '_' };
    let by: String = by.join("-").chars().map(sign).collect();
    if let Shape::Series(shape) = signals.shape {
        return series(session, (&task, &workspace), (&by, &shown), (&signals, shape), origin.len());
    }
    let pixels: Vec<_> = (0..chosen.len()).map(|row| signals.bytes(row)).collect();
    let mut at = 0;
    let montage: Vec<(String, Vec<Tile>)> = shown
        .iter()
        .map(|Group { title, rows }| {
            let tiles = (at..at + rows.len()).map(|row| Tile {
                pixels: &pixels[row],
                outlined: signals.outlined.as_ref().and_then(|masks| masks.row(row).to_slice()),
                spacing: signals.pixel(row),
            });
            let tiles = tiles.collect();
            at += rows.len();
            (title.clone(), tiles)
        })
        .collect();
    let [height, width, channels] = signals.seen();
    let name = format!("look/by-{by}.png");
    workspace.write(&name, &montage::groups(&montage, signals.seen()))?;
    let mut files = vec![workspace.shown(&name)];
    files.extend(workspace.last(MISTAKES));
    if session.json {
        let mut document = serde_json::json!({
            "schema": "practicum.look/1", "exercise": task.exercise.reference(), "files": files,
            "pictures": origin.len(), "channels": channels,
        });
        document["size"] = if height == width { height.into() } else { serde_json::json!([height, width]) };
        session.say(&format!("{}\n", serde_json::to_string_pretty(&document)?));
        return Ok(PASSED);
    }
    session.headline(&task);
    let (n, file) = (origin.len(), &files[0]);
    session.say(&session.terminal.paragraph(
        "",
        &match (session.terminal.lang, signals.shape) {
            (Lang::En, Shape::Volume([_, depth, ..])) if depth > 1 => format!(
                "{file}: the middle slices of the first volumes of each group, of {n} volumes of {depth} × {height} × {width} voxels. Other slices are not shown yet."
            ),
            (Lang::Ja, Shape::Volume([_, depth, ..])) if depth > 1 => format!(
                "{file}：{depth}×{height}×{width}ボクセルのボリューム{n}件から、群ごとに最初の数件の中央のスライスを並べました。ほかのスライスはまだ表示できません。"
            ),
            (Lang::En, _) => {
                format!("{file}: the first pictures of each group, of {n} pictures of {height} × {width} pixels.")
            }
            (Lang::Ja, _) => {
                format!("{file}：{height}×{width}画素の画像{n}枚から、群ごとに最初の数枚を並べました。")
            }
        },
    ));
    for group in &shown {
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
            "On the left the missed, on the right the false alarms. Three views of each: the picture; the gradient (orange: where a pixel matters); occlusion (orange: hiding the place lowers the risk, blue: raises it).",
            "左は見逃し、右は誤警報（偽陽性）です。1例につき3枚で、画像、勾配（橙の画素ほど影響が大きい）、遮蔽（橙の場所は隠すとリスクが下がり、青は上がる）の順に並べます。",
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
                format!("After `practicum run {}` you can also see what your model got wrong.", workspace.id())
            }
            (Lang::Ja, None) => {
                format!("`practicum run {}` の後には、モデルが間違えた画像も見られます。", workspace.id())
            }
        },
    ));
    Ok(PASSED)
}

/// The first series of each group, as lines.
fn series(
    session: &Session,
    (task, workspace): (&Task, &Workspace),
    (by, groups): (&str, &[Group]),
    (signals, [channels, steps]): (&Signals, [usize; 2]),
    all: usize,
) -> Result<u8, Ending> {
    let (lang, dataset) = (session.terminal.lang, &task.dataset);
    let strips = groups::series(dataset, groups, signals, lang);
    let shown: Vec<(String, &Series)> = strips.iter().map(|(words, series)| (words.clone(), series)).collect();
    let title = session.pick("The first series of each group", "群ごとの最初の時系列");
    let plot = plots::series::draw("look", title, &shown, dataset.signal_unit(lang), lang);
    let name = format!("look/by-{by}.svg");
    workspace.write(&name, plot.map(|plot| plot.file()).unwrap_or_default().as_bytes())?;
    let files: Vec<String> = std::iter::once(workspace.shown(&name)).chain(workspace.last(SERIES_MISTAKES)).collect();
    if session.json {
        let document = serde_json::json!({
            "schema": "practicum.look/1", "exercise": task.exercise.reference(), "files": files,
            "series": all, "channels": channels, "steps": steps,
        });
        session.say(&format!("{}\n", serde_json::to_string_pretty(&document)?));
        return Ok(PASSED);
    }
    session.headline(task);
    let file = &files[0];
    session.say(&session.terminal.paragraph(
        "",
        &match lang {
            Lang::En => format!("{file}: the first series of each group, of {all} series of {steps} steps."),
            Lang::Ja => format!("{file}：{steps}時点の時系列{all}件から、群ごとに最初の数件を並べました。"),
        },
    ));
    session.say(&session.terminal.paragraph(
        "",
        &match (lang, files.get(1)) {
            (Lang::En, Some(file)) => format!("{file}: what your last run got most wrong."),
            (Lang::Ja, Some(file)) => format!("{file}：直近の学習で大きく外した時系列です。"),
            (Lang::En, None) => {
                format!("After `practicum run {}` you can also see what your model got wrong.", workspace.id())
            }
            (Lang::Ja, None) => {
                format!("`practicum run {}` の後には、モデルが間違えた時系列も見られます。", workspace.id())
            }
        },
    ));
    Ok(PASSED)
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
