//! What is predicted, one file each. A target says what the label holds, what a model gives for it, which losses make it small, and
//! what a table with predictions holds. A target is one file and one line in the list below.
//!
//! Places kept for further ones: `survival` (a time, an event, competing causes) and `sequence` (a label for each step).

mod classes;
mod mask;
mod risk;
mod value;

use ndarray::ArrayView1;

use diagnostics::text::Text;

/// What a dataset's label holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Whether the outcome came: 0 or 1.
    Outcome,
    /// A number.
    Number,
    /// One of several words.
    Class,
}

/// The labels of rows, in their order.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels {
    /// 0 or 1.
    Outcomes(Vec<f64>),
    /// Numbers.
    Numbers(Vec<f64>),
    /// The classes' names, in order, and the class of each row among them.
    Classes(Vec<String>, Vec<usize>),
}

impl Labels {
    /// How many rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Outcomes(values) | Self::Numbers(values) => values.len(),
            Self::Classes(_, of) => of.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The one label that all of these rows have, as people read it; nothing where they differ, or where there are none.
    pub fn only(&self, rows: &[usize]) -> Option<String> {
        let (first, rest) = rows.split_first()?;
        let value = |row: &usize| match self {
            Self::Outcomes(values) | Self::Numbers(values) => values[*row].to_string(),
            Self::Classes(names, of) => names[of[*row]].clone(),
        };
        let label = value(first);
        rest.iter().all(|row| value(row) == label).then_some(label)
    }

    /// How many of these rows have the outcome; nothing of labels of other kinds.
    pub fn positive(&self, rows: &[usize]) -> Option<usize> {
        match self {
            Self::Outcomes(values) => Some(rows.iter().filter(|&&row| values[row] > 0.5).count()),
            Self::Numbers(_) | Self::Classes(..) => None,
        }
    }

    /// The names of the classes; none of labels of other kinds.
    pub fn classes(&self) -> &[String] {
        match self {
            Self::Classes(names, _) => names,
            Self::Outcomes(_) | Self::Numbers(_) => &[],
        }
    }
}

/// A column that tells of rows what a model predicts for them.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// Numbers.
    Numbers(String, Vec<f64>),
    /// Words.
    Words(String, Vec<String>),
}

/// All that is to be known of a target.
#[derive(Debug)]
pub struct Spec {
    /// What it is, in a few words.
    pub title: Text,
    /// What the label holds.
    pub holds: Holds,
    /// The losses that training may make small, by their words in plans; the first is taken where a plan names none.
    pub losses: &'static [&'static str],
    /// Whether alerts are decided from what is predicted, so that it is calibrated and has a threshold.
    pub decides: bool,
    /// Numbers that a model gives for a row with so many classes; nothing where it gives one for each pixel.
    pub outputs: fn(classes: usize) -> Option<usize>,
    /// What a row's numbers should be: `[outputs]` of the row's label.
    pub wanted: fn(labels: &Labels, row: usize) -> Vec<f32>,
    /// What tables tell of rows, from the numbers `[rows][outputs]` that a model gives; nothing where it is decided on first.
    pub told: fn(classes: &[String], outputs: &[ArrayView1<f32>]) -> Vec<Told>,
}

macro_rules! targets {
    ($($(#[$about:meta])* $name:literal => $variant:ident in $file:ident;)*) => {
        /// Any of the targets.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Target {
            $($(#[$about])* $variant,)*
        }

        impl Target {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name, as in `dataset.toml`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// All that is to be known of it.
            pub fn spec(self) -> &'static Spec {
                match self {
                    $(Self::$variant => &$file::SPEC,)*
                }
            }
        }
    };
}

targets! {
    /// The risk of an outcome.
    "risk" => Risk in risk;
    /// Which pixels belong to what is looked for.
    "mask" => Mask in mask;
    /// A number.
    "value" => Value in value;
    /// One of several classes.
    "classes" => Classes in classes;
}

impl Target {
    /// Those that a dataset's label can be; a mask is drawn beside a label.
    pub const OF_LABELS: &'static [&'static str] = &["risk", "value", "classes"];

    /// The target of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|target| target.name() == name)
    }

    /// Numbers that a model gives for each of the rows with these labels; nothing where it gives one for each pixel.
    pub fn outputs(self, labels: &Labels) -> Option<usize> {
        (self.spec().outputs)(labels.classes().len())
    }
}
