//! What lies in a row besides its columns: a picture, a volume or a series of numbers, with its shape and its spacing.

use std::borrow::Cow;

use ndarray::{Array2, Axis, s};
use serde::{Deserialize, Serialize};

/// How the numbers of a signal lie, the last axis fastest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shape {
    /// `[channels, depth, height, width]`; a picture has depth 1.
    Volume([usize; 4]),
    /// `[channels, steps]`.
    Series([usize; 2]),
}

impl Shape {
    /// A picture of `[channels, height, width]`.
    pub fn picture([channels, height, width]: [usize; 3]) -> Self {
        Self::Volume([channels, 1, height, width])
    }

    /// `[channels, height, width]` of a picture; none of a volume or a series.
    pub fn as_picture(self) -> Option<[usize; 3]> {
        match self {
            Self::Volume([channels, 1, height, width]) => Some([channels, height, width]),
            Self::Volume(_) | Self::Series(_) => None,
        }
    }

    /// How many numbers a row has.
    pub fn numbers(self) -> usize {
        match self {
            Self::Volume(axes) => axes.iter().product(),
            Self::Series(axes) => axes.iter().product(),
        }
    }

    /// How many channels there are.
    pub fn channels(self) -> usize {
        match self {
            Self::Volume([channels, ..]) | Self::Series([channels, _]) => channels,
        }
    }

    /// Height and width of a channel laid flat: the slices of a volume lie below one another, a series is one line.
    pub fn plane(self) -> [usize; 2] {
        match self {
            Self::Volume([_, depth, height, width]) => [depth * height, width],
            Self::Series([_, steps]) => [1, steps],
        }
    }
}

/// The signals of rows.
#[derive(Clone, Debug)]
pub struct Signals {
    /// That of each row.
    pub shape: Shape,
    values: Values,
    /// Where the dataset outlines something in its pictures: `[rows, height · width]`, 0 or 1.
    pub outlined: Option<Array2<u8>>,
    /// Of each row, the distance along each axis: of slices, lines and columns in mm; of a series the last one, of steps in s.
    pub spacing: Vec<[f64; 3]>,
}

/// What is drawn is kept as it was drawn, in a quarter of the room; whoever asks gets numbers of either.
#[derive(Clone, Debug)]
enum Values {
    /// Of pictures, `[rows, height · width · channels]`, 0 to 255.
    Drawn(Array2<u8>),
    /// `[rows, numbers of the shape]`; and which numbers are black and white to the eye, the same for all rows of the file.
    Read(Array2<f32>, [f32; 2]),
}

/// About so many values tell what is dark and what is light; those of sixteen rows at least.
const SAMPLED: usize = 100_000;

/// The values at the lowest and at the highest hundredth, of rows from all over the file.
fn window(values: &Array2<f32>) -> [f32; 2] {
    let rows = (SAMPLED / values.ncols().max(1)).max(16);
    let some = values.axis_iter(Axis(0)).step_by(values.nrows().div_ceil(rows).max(1));
    let mut some: Vec<f32> = some.flat_map(|row| row.to_vec()).collect();
    some.sort_unstable_by(f32::total_cmp);
    let at = |share: f64| some.get((some.len().saturating_sub(1) as f64 * share) as usize).copied().unwrap_or_default();
    [at(0.01), at(0.99)]
}

impl Signals {
    /// Drawn pictures of `[channels, height, width]`: their pixels `[rows, height · width · channels]`, what is outlined, and the
    /// distance of each one's lines and columns in mm.
    pub fn drawn(shape: [usize; 3], pixels: Array2<u8>, outlined: Option<Array2<u8>>, spacing: &[[f64; 2]]) -> Self {
        let spacing = spacing.iter().map(|&[lines, columns]| [1.0, lines, columns]).collect();
        Self { shape: Shape::picture(shape), values: Values::Drawn(pixels), outlined, spacing }
    }

    /// Signals that were read, `[rows, numbers of the shape]`, all of one spacing.
    pub fn read(shape: Shape, values: Array2<f32>, spacing: [f64; 3]) -> Self {
        let spacing = vec![spacing; values.nrows()];
        let window = window(&values);
        Self { shape, values: Values::Read(values, window), outlined: None, spacing }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.spacing.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.spacing.is_empty()
    }

    /// These rows alone, in this order.
    #[must_use]
    pub fn only(&self, rows: &[usize]) -> Self {
        Self {
            shape: self.shape,
            values: match &self.values {
                Values::Drawn(pixels) => Values::Drawn(pixels.select(Axis(0), rows)),
                Values::Read(values, window) => Values::Read(values.select(Axis(0), rows), *window),
            },
            outlined: self.outlined.as_ref().map(|outlined| outlined.select(Axis(0), rows)),
            spacing: rows.iter().map(|&row| self.spacing[row]).collect(),
        }
    }

    /// Of a picture, the distance of its lines and of its columns in mm.
    pub fn pixel(&self, row: usize) -> [f64; 2] {
        let [_, lines, columns] = self.spacing[row];
        [lines, columns]
    }

    /// Height, width and channels (1 for grey, 3 for red, green, blue) of what [`Signals::bytes`] gives.
    pub fn seen(&self) -> [usize; 3] {
        let (channels, [height, width]) = match self.shape {
            Shape::Volume([channels, _, height, width]) => (channels, [height, width]),
            Shape::Series([channels, _]) => (channels, self.shape.plane()),
        };
        [height, width, if channels == 3 { 3 } else { 1 }]
    }

    /// A row's picture for the eye, `[height, width, channels]` of [`Signals::seen`]: as it was drawn; of what was read, the middle
    /// slice, from black at the lowest hundredth of all rows' values to white at the highest, so that a brighter picture looks brighter;
    /// of other channels than red, green and blue the first.
    pub fn bytes(&self, row: usize) -> Cow<'_, [u8]> {
        let (values, [low, high]) = match &self.values {
            Values::Drawn(pixels) => return pixels.row(row).to_slice().map_or_else(Cow::default, Cow::Borrowed),
            Values::Read(values, window) => (values.row(row), *window),
        };
        let [height, width, channels] = self.seen();
        let (slice, plane) = (height * width, self.shape.plane().iter().product::<usize>());
        let middle = plane / slice.max(1) / 2 * slice;
        let shown = |place: usize, channel: usize| values[channel * plane + middle + place];
        let grey = |x: f32| if high > low { ((x - low) / (high - low) * 255.0).round() as u8 } else { 0 };
        (0..slice).flat_map(|place| (0..channels).map(move |channel| grey(shown(place, channel)))).collect()
    }

    /// One channel of a row's plane ([`Shape::plane`]; of a series, its line): of what was drawn 0 to 1, of what was read as it is.
    pub fn line(&self, row: usize, channel: usize) -> Vec<f32> {
        let [height, width] = self.shape.plane();
        match &self.values {
            Values::Drawn(pixels) => {
                let row = pixels.row(row);
                let own = row.iter().skip(channel).step_by(self.shape.channels());
                own.map(|&grey| f32::from(grey) / 255.0).collect()
            }
            Values::Read(values, _) => {
                let from = channel * height * width;
                values.slice(s![row, from..from + height * width]).to_vec()
            }
        }
    }
}
