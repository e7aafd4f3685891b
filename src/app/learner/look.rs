//! What a learner looks at: their pictures or series, some of each group, or their table where there are none.

use super::desk::Placed;
use super::groups::{self, Group};
use super::workspace::{MISTAKES, SERIES_MISTAKES};
use crate::ending::Ending;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Lang;
use engine::run;
use engine::signal::Shape;
use report::montage::{self, Tile};
use tables::Frame;

/// What there is to look at.
#[derive(Debug)]
pub enum Looked {
    /// The learner's table.
    Rows {
        /// The table.
        rows: Frame,
        /// The column by which it is compared.
        by: String,
    },
    /// Their pictures, or the middle slices of their volumes.
    Pictures(Pictures),
    /// Their series.
    Series(Lines),
}

/// A montage of the first pictures of each group and, after a run, of the worst mistakes.
#[derive(Clone, Debug)]
pub struct Pictures {
    /// The files, from where the learner stands.
    pub files: Vec<String>,
    /// How many pictures the learner has.
    pub n: usize,
    /// Height, width and channels of one.
    pub size: [usize; 3],
    /// Of volumes, how many slices they have.
    pub depth: Option<usize>,
    /// The groups.
    pub groups: Vec<Group>,
}

/// The same of series, as lines.
#[derive(Clone, Debug)]
pub struct Lines {
    /// The files, from where the learner stands.
    pub files: Vec<String>,
    /// How many series the learner has.
    pub n: usize,
    /// Channels and steps of one.
    pub shape: [usize; 2],
}

/// Draws what there is to look at, and keeps it in the workspace. `by` is a column to group by; otherwise the exercise's own groups.
///
/// # Errors
/// A column that is not there, the author's mistakes, a folder that cannot be written.
pub fn look(placed: &Placed, by: Option<&str>, seed: u64, lang: Lang) -> Result<Looked, Ending> {
    let Placed { pack, task, workspace } = placed;
    let file = |file: &str| pack.dataset_file(&task.dataset.id, file);
    let Some((rows, origin)) = run::learners_signals(task, seed, &file)? else {
        let rows = run::learners_rows(task, seed, &file)?;
        let by = match by {
            Some(by) => known(by, &rows).map_err(|fault| vec![fault])?,
            None => task.dataset.label().to_owned(),
        };
        return Ok(Looked::Rows { rows, by });
    };
    let by: Vec<String> = match by {
        Some(by) => vec![known(by, &rows).map_err(|fault| vec![fault])?],
        None => groups::usual(task),
    };
    let (shown, signals) = groups::shown(&rows, &by, &origin)?;
    // A column may be called what no file can be.
    let sign = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ') { c } else { '_' };
    let by: String = by.join("-").chars().map(sign).collect();
    let depth = match signals.shape {
        Shape::Series(shape) => {
            let name = format!("look/by-{by}.svg");
            let plot = groups::series(&task.dataset, &shown, &signals, lang);
            workspace.write(&name, plot.map(|plot| plot.file()).unwrap_or_default().as_bytes())?;
            let files = std::iter::once(workspace.shown(&name)).chain(workspace.last(SERIES_MISTAKES)).collect();
            return Ok(Looked::Series(Lines { files, n: origin.len(), shape }));
        }
        Shape::Volume([_, depth, ..]) => (depth > 1).then_some(depth),
    };
    let pixels: Vec<_> = (0..signals.len()).map(|row| signals.bytes(row)).collect();
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
    let size = signals.seen();
    let name = format!("look/by-{by}.png");
    workspace.write(&name, &montage::groups(&montage, size))?;
    let files = std::iter::once(workspace.shown(&name)).chain(workspace.last(MISTAKES)).collect();
    Ok(Looked::Pictures(Pictures { files, n: origin.len(), size, depth, groups: shown }))
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
