//! The data of an exercise: drawn from a causal model, or taken from a file.

mod aggregate;
mod dates;
mod draw;
mod file;
mod label;
mod pictures;
mod rows;
mod signals;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use course::dataset::{Dataset, Source};
use course::exercise::{Draw, Exercise};
use diagnostics::fault::{Fault, Id};
use diagnostics::text;
use diagnostics::text::Text;
use seed::Seed;
use tables::{Frame, Reading, Said, TableError};

pub use file::described;
pub use label::labels;
pub use pictures::Shots;
pub use rows::{Drawn, Side, SynthError};
pub use signals::Origin;

/// The world that a seed makes of a dataset, as one exercise draws from it.
#[derive(Debug)]
pub struct World<'a> {
    dataset: &'a Dataset,
    develop: Seed,
    exam: Seed,
    file: Option<file::Table>,
    /// The signals of the file's rows.
    signals: Option<Origin>,
    drawn: Option<Mutex<BTreeMap<String, Arc<OnceLock<Drawn>>>>>,
}

impl<'a> World<'a> {
    /// A world: `develop` seeds the learner's rows, `exam` the judge's. `bytes_of` gives those of the dataset's own files, by their names beside `dataset.toml`.
    ///
    /// # Errors
    /// A file that is missing, cannot be read as a table or an array, is not as the dataset describes it, or cannot be divided as the exercise asks.
    pub fn new(
        dataset: &'a Dataset,
        exercise: &'a Exercise,
        develop: Seed,
        exam: Seed,
        bytes_of: &dyn Fn(&str) -> Option<Vec<u8>>,
    ) -> Result<Self, SynthError> {
        let file = match &dataset.source {
            Source::Model(_) => None,
            Source::File { path, cp932, missing, columns } => {
                let Some(bytes) = bytes_of(&path.value) else {
                    let name = &path.value;
                    let found = text!(
                        "no file \"{name}\" beside dataset.toml",
                        "dataset.tomlと同じフォルダーに \"{name}\" がありません"
                    );
                    return Err(path
                        .fault(
                            Id::MissingFile,
                            found,
                            Text::new("a .csv or .parquet file", "CSVまたはParquetのファイル"),
                        )
                        .into());
                };
                let name = dataset.place.file.replace("dataset.toml", &path.value);
                let reading = Reading { cp932: *cp932, missing, said: Said::Keys };
                Some(file::read(dataset, exercise, (&name, bytes), (&reading, columns), develop)?)
            }
        };
        let signals = match (&dataset.signal, &file) {
            (Some(signal), Some(table)) => {
                let bytes = bytes_of(&signal.path.value);
                Some(Origin::Read(Arc::new(signals::read(signal, bytes.as_deref(), table.all.height())?)))
            }
            _ => None,
        };
        Ok(Self { dataset, develop, exam, file, signals, drawn: None })
    }

    /// The same world, which keeps what it has drawn: for many runs in one world.
    #[must_use]
    pub fn remembering(self) -> Self {
        Self { drawn: Some(Mutex::default()), ..self }
    }

    /// The rows of one side, with every column, the hidden ones too.
    ///
    /// # Errors
    /// SQL that does not run, draws out of range, more rows than allowed.
    pub fn rows(&self, side: Side, draw: &Draw) -> Result<Drawn, SynthError> {
        let Some(drawn) = &self.drawn else { return self.draw(side, draw) };
        let key = format!("{side:?} {draw:?}");
        let slot = drawn.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().clone();
        if let Some(frame) = slot.get() {
            return Ok(frame.clone());
        }
        let frame = self.draw(side, draw)?;
        Ok(slot.get_or_init(|| frame).clone())
    }

    fn draw(&self, side: Side, draw: &Draw) -> Result<Drawn, SynthError> {
        if let Some(file) = &self.file {
            let signals = self.signals.as_ref().map(|signals| signals.only(&file.places(side)));
            Ok(Drawn { table: file.rows(side)?, signals })
        } else {
            let seed = match side {
                Side::Develop => self.develop.named("learner"),
                Side::Exam => self.exam.named("judge"),
            };
            draw::draw(self.dataset, draw, (self.truth_seed(), seed))
        }
    }

    /// The one row of what differs between variants in truth, as it is without interventions; none where the dataset has no such row.
    ///
    /// # Errors
    /// SQL that does not run, draws out of range.
    pub fn truth(&self) -> Result<Option<Frame>, SynthError> {
        if self.dataset.world.is_empty() {
            return Ok(None);
        }
        Ok(Some(draw::world(self.dataset, &Draw::default(), self.truth_seed())?))
    }

    /// The learner's, on both sides: the exam asks about the learner's own world.
    fn truth_seed(&self) -> Seed {
        self.develop.named("world")
    }

    /// What was read of a file as something that its author may not mean: words as missing values.
    pub fn assumed(&self) -> &[Fault] {
        self.file.as_ref().map_or(&[], |file| &file.assumed)
    }

    /// The columns that a learner may see.
    ///
    /// # Errors
    /// Our own.
    pub fn visible(&self, frame: &Frame) -> Result<Frame, TableError> {
        let names: Vec<&str> =
            tables::names(frame).into_iter().filter(|name| self.dataset.role(name).is_visible()).collect();
        tables::select(frame, &names)
    }
}

/// Dates that people wrote, in the order of time: days, or milliseconds where a time of day is written too.
///
/// # Errors
/// What was found that is no date or is written otherwise than the rest, and what was expected.
pub fn times(words: &[Option<String>]) -> Result<Vec<Option<f64>>, (Text, Text)> {
    match dates::column(words) {
        Ok(times) => Ok(times.numbers()),
        Err(bad) => Err((bad.found(words), bad.expected())),
    }
}
