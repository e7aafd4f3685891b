//! The data of an exercise: drawn from a causal model, or taken from a file.

mod dates;
mod draw;
mod file;
mod pictures;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::course::dataset::{Dataset, Source};
use crate::course::exercise::{Draw, Exercise};
use crate::fault::{Fault, Place};
use crate::seed::Seed;
use crate::tables::{self, Frame, Reading, Said, TableError};
use crate::target::{Holds, Labels};
use crate::text;
use crate::text::{Text, in_order};

pub use file::described;
pub use pictures::{Pictures, Shots};

/// Drawn rows.
#[derive(Clone, Debug, Default)]
pub struct Drawn {
    /// Every column, the hidden ones too.
    pub table: Frame,
    /// What the rows' pictures are drawn from, where the dataset has pictures.
    pub shots: Option<Shots>,
}

/// Why there are no data: always the author's or our fault, never the learner's.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// The dataset or the exercise is wrong.
    #[error("the dataset cannot be drawn")]
    Author(Vec<Fault>),
    /// Our own failure.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl From<Vec<Fault>> for SynthError {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Author(faults)
    }
}

impl From<Fault> for SynthError {
    fn from(fault: Fault) -> Self {
        Self::Author(vec![fault])
    }
}

/// The world that a seed makes of a dataset, as one exercise draws from it.
#[derive(Debug)]
pub struct World<'a> {
    dataset: &'a Dataset,
    develop: Seed,
    exam: Seed,
    file: Option<file::Table>,
    drawn: Option<Mutex<BTreeMap<String, Arc<OnceLock<Drawn>>>>>,
}

/// What the learner gets or the hidden rows that judge: two draws that share no luck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The learner's.
    Develop,
    /// The judge's.
    Exam,
}

impl<'a> World<'a> {
    /// A world: `develop` seeds the learner's rows, `exam` the judge's. `file` gives the bytes of the dataset's file, where it is one, by its name beside `dataset.toml`.
    ///
    /// # Errors
    /// A file that is missing, cannot be read as a table, is not as the dataset describes it, or cannot be divided as the exercise asks.
    pub fn new(
        dataset: &'a Dataset,
        exercise: &'a Exercise,
        develop: Seed,
        exam: Seed,
        file: &dyn Fn(&str) -> Option<Vec<u8>>,
    ) -> Result<Self, SynthError> {
        let file = match &dataset.source {
            Source::Model(_) => None,
            Source::File { path, cp932, missing, columns } => {
                let Some(bytes) = file(&path.value) else {
                    let name = &path.value;
                    let found = text!(
                        "no file \"{name}\" beside dataset.toml",
                        "dataset.tomlと同じフォルダーに \"{name}\" がありません"
                    );
                    return Err(path
                        .fault(found, Text::new("a .csv or .parquet file", "CSVまたはParquetのファイル"))
                        .into());
                };
                let name = dataset.place.file.replace("dataset.toml", &path.value);
                let reading = Reading { cp932: *cp932, missing, said: Said::Keys };
                Some(file::read(dataset, exercise, (&name, bytes), (&reading, columns), develop)?)
            }
        };
        Ok(Self { dataset, develop, exam, file, drawn: None })
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
            Ok(Drawn { table: file.rows(side)?, shots: None })
        } else {
            let seed = match side {
                Side::Develop => self.develop.named("learner"),
                Side::Exam => self.exam.named("judge"),
            };
            draw::draw(self.dataset, draw, seed)
        }
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
        Err(bad) => Err((bad.found(words), dates::expected())),
    }
}

/// A label must hold in every row what its target predicts: what is neither 0 nor 1 would be counted as one of them somewhere.
fn check_label(dataset: &Dataset, frame: &Frame) -> Result<(), SynthError> {
    let label = dataset.label();
    let at = || Place { key: Some(label.to_owned()), ..dataset.place.clone() };
    let (bad, expected) = match dataset.target.spec().holds {
        Holds::Outcome => {
            let values = tables::numbers(frame, label)?;
            (
                values.iter().position(|y| y.is_none_or(|y| ![0.0, 1.0].contains(&y))).map(|row| (row, values[row])),
                Text::new("0 or 1 in every row", "すべての行で0または1"),
            )
        }
        Holds::Number if !tables::is_number(frame, label) => {
            let found = Text::new("a label that holds no numbers", "ラベルの列が数値ではありません");
            return Err(Fault::new(at(), found, Text::new("a number in every row", "すべての行で数値")).into());
        }
        Holds::Number => {
            let values = tables::numbers(frame, label)?;
            (
                values.iter().position(|y| y.is_none_or(|y| !y.is_finite())).map(|row| (row, values[row])),
                Text::new("a number in every row", "すべての行で数値"),
            )
        }
        Holds::Class => {
            let words = tables::words(frame, label)?;
            (
                words.iter().position(Option::is_none).map(|row| (row, None)),
                Text::new("a class in every row", "すべての行に分類名"),
            )
        }
    };
    let Some((row, value)) = bad else { return Ok(()) };
    let found = value.map_or_else(|| "null".to_owned(), |y| y.to_string());
    let row = row + 1;
    Err(Fault::new(at(), text!("{found} in row {row} of the label", "ラベルの列の{row}行目が{found}です"), expected)
        .into())
}

/// The labels of rows. `classes`: the names of the classes where they are known from other rows; otherwise those of these rows, in
/// the order in which people read them.
///
/// # Errors
/// A class that the known names do not have; our own.
pub fn labels(dataset: &Dataset, frame: &Frame, classes: Option<&[String]>) -> Result<Labels, SynthError> {
    let label = dataset.label();
    let plain = || -> Result<Vec<f64>, SynthError> {
        Ok(tables::numbers(frame, label)?.into_iter().map(|y| y.unwrap_or(f64::NAN)).collect())
    };
    Ok(match dataset.target.spec().holds {
        Holds::Outcome => Labels::Outcomes(plain()?),
        Holds::Number => Labels::Numbers(plain()?),
        Holds::Class => {
            let words = tables::words(frame, label)?;
            let names = classes.map_or_else(
                || {
                    let mut names: Vec<String> = words.iter().flatten().cloned().collect();
                    names.sort_by(|a, b| in_order(a, b));
                    names.dedup();
                    names
                },
                <[String]>::to_vec,
            );
            let of = words.iter().map(|word| names.iter().position(|name| Some(name) == word.as_ref()));
            let Some(of) = of.collect::<Option<Vec<usize>>>() else {
                let unknown = words.iter().flatten().find(|word| !names.contains(word)).cloned().unwrap_or_default();
                let list = names.join(", ");
                return Err(Fault::new(
                    Place { key: Some(label.to_owned()), ..dataset.place.clone() },
                    text!(
                        "the class \"{unknown}\" among the exam's rows only",
                        "判定用の行だけに分類 \"{unknown}\" があります"
                    ),
                    text!("one of the learner's classes: {list}", "学習者のデータにある分類（{list}）"),
                )
                .into());
            };
            Labels::Classes(names, of)
        }
    })
}
