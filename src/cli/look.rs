//! `practicum look`: the pictures of an exercise.

use super::{Ending, PASSED, SeedOption, Session};
use crate::course::pack::Pack;
use crate::fault::{Fault, Place};
use crate::learner::workspace::MISTAKES;
use crate::report::montage::{self, Tile};
use crate::run;
use crate::tables;
use crate::text;
use crate::text::{Lang, Text};

/// Pictures of each group.
const ACROSS: usize = 8;

/// Groups shown at most.
const MOST: usize = 12;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The exercise.
    pub(super) exercise: String,
    /// A column by whose values the pictures are grouped; otherwise the exercise's own groups.
    #[arg(long, value_name = "COL")]
    by: Option<String>,
    #[command(flatten)]
    pub(super) seed: SeedOption,
}

pub(super) fn japanese(command: clap::Command) -> clap::Command {
    command.mut_arg("by", |arg| arg.help("この列の値ごとに画像をまとめます。書かなければ演習の群に従います。"))
}

pub(super) fn look(session: &Session, pack: &Pack, options: &Options) -> Result<u8, Ending> {
    let (task, workspace) = session.begun(pack, &options.exercise)?;
    let file = |file: &str| pack.dataset_file(&task.dataset.id, file);
    let seed = options.seed.seed.map_or_else(|| workspace.seed(), Ok).map_err(Ending::Faults)?;
    let Some((rows, shots)) = run::learners_pictures(&task, seed, &file)? else {
        let id = &options.exercise;
        let with =
            pack.exercises().into_iter().filter(|id| pack.task(id).is_ok_and(|task| task.dataset.image.is_some()));
        let list = with.collect::<Vec<_>>().join(", ");
        return Err(Ending::Faults(vec![Fault::new(
            Place::file(format!("practicum look {id}")),
            Text::new("an exercise without pictures", "画像のない演習です"),
            text!("an exercise with pictures: {list}", "画像のある演習（{list}）"),
        )]));
    };
    let names = tables::names(&rows);
    let by: Vec<String> = match &options.by {
        Some(by) if !names.contains(&by.as_str()) => {
            let list = names.join(", ");
            let fault = Fault::new(
                Place::file("--by"),
                text!("the unknown column \"{by}\"", "知らない列 \"{by}\""),
                text!("a column of develop.csv: {list}", "develop.csvの列（{list}）"),
            );
            return Err(Ending::Faults(vec![fault.near(by, names)]));
        }
        Some(by) => vec![by.clone()],
        None => {
            let groups = task.exercise.groups.iter().map(|group| group.value.clone());
            groups.chain([task.dataset.label().to_owned()]).collect()
        }
    };
    // The first rows of each combination of values, in the order of the values.
    let words: Vec<Vec<Option<String>>> = by.iter().map(|name| tables::words(&rows, name)).collect::<Result<_, _>>()?;
    let mut groups: std::collections::BTreeMap<Vec<String>, Vec<usize>> = std::collections::BTreeMap::new();
    for row in 0..rows.height() {
        let of = by
            .iter()
            .zip(&words)
            .map(|(name, words)| format!("{name} = {}", words[row].as_deref().unwrap_or("(missing)")));
        let members = groups.entry(of.collect()).or_default();
        if members.len() < ACROSS {
            members.push(row);
        }
    }
    let shown: Vec<(String, Vec<usize>)> =
        groups.into_iter().take(MOST).map(|(values, rows)| (values.join(", "), rows)).collect();
    let chosen: Vec<usize> = shown.iter().flat_map(|(_, rows)| rows.iter().copied()).collect();
    let pictures = shots.draw(&chosen);
    let mut at = 0;
    let montage: Vec<(String, Vec<Tile>)> = shown
        .iter()
        .map(|(title, rows)| {
            let tiles = (at..at + rows.len()).map(|row| Tile {
                pixels: pictures.pixels.row(row).to_slice().unwrap_or_default(),
                outlined: pictures.outlined.as_ref().and_then(|masks| masks.row(row).to_slice()),
                spacing: pictures.spacing[row],
            });
            let tiles = tiles.collect();
            at += rows.len();
            (title.clone(), tiles)
        })
        .collect();
    let (size, channels) = shots.shape();
    let name = format!("look/by-{}.png", by.join("-"));
    workspace.write(&name, &montage::groups(&montage, size, channels))?;
    let mut files = vec![workspace.shown(&name)];
    if workspace.folder().join(MISTAKES).is_file() {
        files.push(workspace.shown(MISTAKES));
    }
    if session.json {
        let document = serde_json::json!({
            "schema": "practicum.look/1", "exercise": task.exercise.reference(), "files": files,
            "pictures": shots.len(), "size": size, "channels": channels,
        });
        session.say(&format!("{}\n", serde_json::to_string_pretty(&document)?));
        return Ok(PASSED);
    }
    session.headline(&task);
    let (n, file) = (shots.len(), &files[0]);
    session.say(&session.terminal.paragraph(
        "",
        &match session.terminal.lang {
            Lang::En => format!("{file}: the first pictures of each group, of {n} pictures of {size} × {size} pixels."),
            Lang::Ja => format!("{file}：{size}×{size}画素の画像{n}枚から、群ごとに最初の数枚を並べました。"),
        },
    ));
    session.say(&session.terminal.paragraph(
        "",
        &match (session.terminal.lang, files.get(1)) {
            (Lang::En, Some(file)) => format!("{file}: what your last run got most wrong, and where the model looked."),
            (Lang::Ja, Some(file)) => format!("{file}：直近の学習で大きく外した画像と、モデルが見ていた場所です。"),
            (Lang::En, None) => {
                format!("After `practicum run {}` you can also see what your model got wrong.", options.exercise)
            }
            (Lang::Ja, None) => {
                format!("`practicum run {}` の後には、モデルが間違えた画像も見られます。", options.exercise)
            }
        },
    ));
    Ok(PASSED)
}
