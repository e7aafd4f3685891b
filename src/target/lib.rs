//! What is predicted, one file each. A target says all that anybody must know of it: what the label holds, what a model gives for it,
//! which losses make it small, what is decided from it, what a table with predictions holds and what metrics take that as, what is
//! plotted, which mistakes are the worst, what is attainable. A target is one file and one line in the list below; nothing outside
//! this room names one.
//!
//! Places kept for further ones: `survival` (a time, an event, competing causes) and `sequence` (a label for each step).

mod classes;
mod mask;
mod risk;
mod value;

use ndarray::ArrayView1;

use diagnostics::keys::Short;
use diagnostics::text::Text;
use metrics::entry::{Family, Unit};
use metrics::{Metric, Takes};

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
pub enum Predicted {
    /// Numbers.
    Numbers(String, Vec<f64>),
    /// Words.
    Words(String, Vec<String>),
}

/// Whom a prediction speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// The row: one risk, one number or one class.
    Row,
    /// Each pixel of the row's picture.
    Pixels,
}

/// In a column's name, what stands for the name of each class.
const CLASS: &str = "<class>";

/// A column that a table with predictions has beside the dataset's own.
#[derive(Debug)]
pub struct PredictionColumn {
    /// Its name; with `<class>` in it, one for each class.
    pub name: &'static str,
    /// What metrics take it as.
    pub takes: &'static [Takes],
    /// How it is told of a single row; nothing where it is not.
    pub reads: Option<Reads>,
}

/// How people read a column of predictions.
#[derive(Debug)]
pub enum Reads {
    /// A risk, as a percentage.
    Risk(Text),
    /// Yes or no.
    Flag(Text),
    /// As it is.
    Own(Text),
    /// As it is, under the column's own name.
    Unnamed,
}

impl PredictionColumn {
    /// Its names: one, or those for these classes.
    pub fn names(&self, classes: &[String]) -> Vec<String> {
        if self.name.contains(CLASS) {
            classes.iter().map(|class| self.of_class(class)).collect()
        } else {
            vec![self.name.to_owned()]
        }
    }

    /// Its name for this class.
    pub fn of_class(&self, class: &str) -> String {
        self.name.replace(CLASS, class)
    }

    /// Whether a column of this name is this one, or one of its classes.
    pub fn is(&self, name: &str) -> bool {
        match self.name.split_once(CLASS) {
            Some((before, after)) => name
                .strip_prefix(before)
                .and_then(|rest| rest.strip_suffix(after))
                .is_some_and(|class| !class.is_empty()),
            None => self.name == name,
        }
    }
}

/// What plots put on the axis of what was predicted.
#[derive(Debug)]
pub struct Axis {
    /// The column.
    pub column: &'static str,
    /// How its values are written.
    pub unit: Unit,
    /// What a plot of patients in five groups along it is called.
    pub title: Text,
}

impl Axis {
    /// Whether it runs from 0 to 1, the risks' axis.
    pub fn is_of_risks(&self) -> bool {
        self.unit == Unit::Percent
    }
}

/// A row that was predicted wrong, as mistakes are ranked.
#[derive(Clone, Copy, Debug)]
pub struct Mistaken {
    /// The predicted risk.
    pub risk: f64,
    /// Whether the outcome came.
    pub came: bool,
    /// Of a mask, how well it agrees with the truth (Dice).
    pub dice: Option<f64>,
}

/// How each class is told from all others.
#[derive(Debug)]
pub struct EachClass {
    /// The column of the predicted class.
    pub predicted: &'static str,
    /// The column of each class's score.
    pub score: &'static PredictionColumn,
    /// The figures that are told of it.
    pub metrics: &'static [&'static Metric],
}

/// All that is to be known of a target.
#[derive(Debug)]
pub struct Spec {
    /// What it is, in a few words.
    pub title: Short,
    /// What the label holds.
    pub holds: Holds,
    /// Whom a prediction speaks of: a dataset's label is predicted of rows, what lies beside it of pixels.
    pub tells: Tells,
    /// The losses that training may make small, by their words in plans; the first is taken where a plan names none.
    pub losses: &'static [&'static str],
    /// Whether alerts are decided from what is predicted, so that it has a threshold, and figures know what an alert is worth.
    pub decides: bool,
    /// Whether a calibration, and a rule for the threshold, can be fitted to validation rows.
    pub fits_rules: bool,
    /// Numbers that a model gives for a row with so many classes; nothing where it gives one for each pixel.
    pub outputs: fn(classes: usize) -> Option<usize>,
    /// What a row's numbers should be: `[outputs]` of the row's label.
    pub wanted: fn(labels: &Labels, row: usize) -> Vec<f32>,
    /// What tables tell of rows, from the numbers `[rows][outputs]` that a model gives; nothing where it is decided on first.
    pub told: fn(classes: &[String], outputs: &[ArrayView1<f32>]) -> Vec<Predicted>,
    /// What metrics take the label as.
    pub label: Takes,
    /// The columns that a table with predictions has beside the dataset's own, in their order.
    pub columns: &'static [&'static PredictionColumn],
    /// The families of figures that are not told, though their columns are there.
    pub untold: &'static [Family],
    /// The figures that are also told of the true risk, where it is known: what is attainable.
    pub ceiling: &'static [&'static Metric],
    /// The figures that are told of the alerts by the true risk, where it is known.
    pub by_truth: &'static [&'static Metric],
    /// The figures of each class.
    pub each_class: Option<EachClass>,
    /// Whether several rows of one patient, or of another unit, can be counted as one.
    pub counts_units: bool,
    /// What plots of what was predicted and what came put on their axis; nothing where there is no such number.
    pub axis: Option<Axis>,
    /// How wrong a prediction is, where the worst mistakes are shown.
    pub wrong: Option<fn(Mistaken) -> f64>,
}

impl Spec {
    /// Whether each row has a risk of its own, on which an alert is decided.
    pub fn has_risks(&self) -> bool {
        self.decides && matches!(self.tells, Tells::Row)
    }
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
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// All that is to be known of it.
            pub const fn spec(self) -> &'static Spec {
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

/// How many are predicted of rows.
const OF_ROWS: usize = {
    let (mut n, mut at) = (0, 0);
    while at < Target::ALL.len() {
        if matches!(Target::ALL[at].spec().tells, Tells::Row) {
            n += 1;
        }
        at += 1;
    }
    n
};

/// Those that are predicted of rows: their names, and what they are.
const ROWS: [(&str, Short); OF_ROWS] = {
    let mut rows = [("", Short::new("", "")); OF_ROWS];
    let (mut n, mut at) = (0, 0);
    while at < Target::ALL.len() {
        let spec = Target::ALL[at].spec();
        if matches!(spec.tells, Tells::Row) {
            rows[n] = (Target::ALL[at].name(), spec.title);
            n += 1;
        }
        at += 1;
    }
    rows
};

const LABELS: [&str; OF_ROWS] = {
    let mut names = [""; OF_ROWS];
    let mut at = 0;
    while at < OF_ROWS {
        names[at] = ROWS[at].0;
        at += 1;
    }
    names
};

impl Target {
    /// Those that a dataset's label can be; what is told of pixels is drawn beside a label.
    pub const OF_LABELS: &'static [&'static str] = &LABELS;

    /// What each of [`OF_LABELS`](Self::OF_LABELS) is.
    pub const MEANINGS: &'static [(&'static str, Short)] = &ROWS;

    /// What is predicted where a model speaks of pixels.
    pub const OF_PIXELS: Self = Self::Mask;

    /// What a model that speaks of rows or of pixels predicts, where the dataset's label is for this target.
    #[must_use]
    pub fn told_of(self, tells: Tells) -> Self {
        match tells {
            Tells::Row => self,
            Tells::Pixels => Self::OF_PIXELS,
        }
    }

    /// The target of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|target| target.name() == name)
    }

    /// The columns that tables with predictions have, of any target; those for each class are not among them.
    pub fn columns() -> Vec<&'static str> {
        let mut names: Vec<&str> = Vec::new();
        for column in Self::ALL.iter().flat_map(|target| target.spec().columns) {
            if !column.name.contains(CLASS) && !names.contains(&column.name) {
                names.push(column.name);
            }
        }
        names
    }

    /// Numbers that a model gives for each of the rows with these labels; nothing where it gives one for each pixel.
    pub fn outputs(self, labels: &Labels) -> Option<usize> {
        (self.spec().outputs)(labels.classes().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_target_tells_of_itself_without_contradiction() {
        for target in Target::ALL {
            let spec = target.spec();
            assert_eq!(Target::named(target.name()), Some(*target));
            assert!(!spec.losses.is_empty(), "{target:?}");
            assert_eq!(spec.tells == Tells::Pixels, (spec.outputs)(3).is_none(), "{target:?}");
            assert!(spec.decides || !spec.fits_rules, "{target:?}");
            let has = |name: &str| spec.columns.iter().any(|column| column.name == name);
            assert!(spec.axis.as_ref().is_none_or(|axis| has(axis.column)), "{target:?}");
            assert!(
                spec.each_class.as_ref().is_none_or(|each| has(each.predicted) && has(each.score.name)),
                "{target:?}"
            );
            assert_eq!(
                spec.decides,
                spec.columns.iter().any(|column| column.takes.contains(&Takes::Alert)),
                "{target:?}"
            );
        }
        assert_eq!(Target::OF_PIXELS.spec().tells, Tells::Pixels);
        let of_labels = Target::OF_LABELS.iter().map(|name| Target::named(name).expect("a target's name"));
        let of_rows = Target::ALL.iter().copied().filter(|target| target.spec().tells == Tells::Row);
        assert!(of_labels.eq(of_rows));
    }

    #[test]
    fn a_column_of_each_class_is_known_by_its_name() {
        let column = PredictionColumn { name: "p_<class>", takes: &[], reads: None };
        assert!(column.is("p_mild") && !column.is("p_") && !column.is("p"));
        assert_eq!(column.names(&["a", "b"].map(str::to_owned)), ["p_a", "p_b"]);
    }
}
