//! What the label's column of a dataset holds.

use course::dataset::Dataset;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::{Text, in_order};
use tables::Frame;
use target::{Holds, Labels};

use super::rows::SynthError;

/// A label must hold in every row what its target predicts: what is neither 0 nor 1 would be counted as one of them somewhere.
pub(super) fn check_label(dataset: &Dataset, frame: &Frame) -> Result<(), SynthError> {
    dataset.labels().into_iter().try_for_each(|label| check_one(dataset, label, frame))
}

fn check_one(dataset: &Dataset, label: &str, frame: &Frame) -> Result<(), SynthError> {
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
            return Err(
                Fault::new(Id::BadValue, at(), found, Text::new("a number in every row", "すべての行で数値")).into()
            );
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
    Err(Fault::new(
        Id::BadValue,
        at(),
        text!("{found} in row {row} of the label", "ラベルの列の{row}行目が{found}です"),
        expected,
    )
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
                    Id::OneClass,
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
