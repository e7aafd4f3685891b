//! What the rules look at: what the author wrote, the learner's rows, and the file that they come from.

use crate::reading::Written;
use course::dataset::Source;
use course::pack::Pack;
use diagnostics::fault::Place;
use engine::synth;
use tables::{Frame, Reading, Said, Sheet};

/// What an exercise gives out, as far as it can be read.
#[derive(Debug)]
pub struct Material<'m> {
    /// The course.
    pub pack: &'m Pack,
    /// The exercise as its author wrote it.
    pub written: &'m Written,
    /// The learner's rows and the exam's, with every column; none where they cannot be drawn.
    pub rows: Vec<Frame>,
    /// The dataset's file as it is written; none of a causal model, and of a file that cannot be read.
    pub sheet: Option<Sheet>,
}

impl<'m> Material<'m> {
    /// What is written; the rows come from the world that a seed makes of it.
    pub fn of(pack: &'m Pack, written: &'m Written, rows: Vec<Frame>) -> Self {
        let dataset = &written.task.dataset;
        let sheet = match &dataset.source {
            Source::Model(_) => None,
            Source::File { path, cp932, missing, columns } => {
                let file = dataset.place.file.replace("dataset.toml", &path.value);
                let reading = Reading { cp932: *cp932, missing, said: Said::Keys };
                // Whatever cannot be read is told by whoever draws the rows.
                let sheet = pack
                    .dataset_file(&dataset.id, &path.value)
                    .and_then(|bytes| Sheet::read(&file, bytes, &reading).ok());
                sheet.map(|sheet| synth::described(sheet, columns))
            }
        };
        Self { pack, written, rows, sheet }
    }

    /// Where a column is described: in `dataset.toml`, or else over the column in its file.
    pub fn place_of(&self, column: &str) -> Place {
        let of_file =
            self.written.dataset.maybe_table("source").into_iter().flat_map(|source| source.tables("columns"));
        let of_model = self.written.dataset.tables("table").flat_map(|table| table.tables("columns"));
        let described = of_model.chain(of_file).find(|described| described.string("name") == column);
        match (described, &self.sheet) {
            (Some(described), _) => described.place_of("name"),
            (None, Some(sheet)) => {
                let line = sheet.line(0).map(|_| 1);
                Place { line, key: Some(column.to_owned()), ..Place::file(sheet.file.clone()) }
            }
            (None, None) => self.written.task.dataset.place.clone(),
        }
    }

    /// Where a row (from 0) of the file stands.
    pub fn place_of_row(sheet: &Sheet, row: usize, column: Option<&str>) -> Place {
        Place { line: sheet.line(row), key: column.map(str::to_owned), ..Place::file(sheet.file.clone()) }
    }
}
