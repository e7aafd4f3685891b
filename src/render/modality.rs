//! What a modality is: what it is drawn from, and what it gives.

use seed::Seed;

/// A number that a picture is drawn from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// Its key under `[image] with`.
    pub name: &'static str,
    /// Its unit; empty for shares and counts.
    pub unit: &'static str,
    /// The smallest value.
    pub low: f64,
    /// The largest value.
    pub high: f64,
    /// The value where the dataset gives none.
    pub default: f64,
    /// Whether it draws something that is not the body: a marker, a drain, ink. Changing it changes no pixel outside its mask.
    pub artefact: bool,
    /// What it does, in English.
    pub en: &'static str,
    /// What it does, in Japanese.
    pub ja: &'static str,
}

impl Parameter {
    pub(crate) const fn new(
        name: &'static str,
        unit: &'static str,
        [low, high, default]: [f64; 3],
        en: &'static str,
        ja: &'static str,
    ) -> Self {
        Self { name, unit, low, high, default, artefact: false, en, ja }
    }

    pub(crate) const fn artefact(self) -> Self {
        Self { artefact: true, ..self }
    }
}

/// A modality that can be drawn.
#[derive(Clone, Copy, Debug)]
pub struct Renderer {
    /// Its name in `[image] kind`.
    pub name: &'static str,
    /// 1 for grey, 3 for red, green, blue.
    pub channels: usize,
    /// What it is drawn from.
    pub parameters: &'static [Parameter],
    /// What it can say of each pixel, in the order of [`Picture::masks`]: "lesion", "marker" …
    pub masks: &'static [&'static str],
    /// What is drawn, in English.
    pub en: &'static str,
    /// What is drawn, in Japanese.
    pub ja: &'static str,
    /// Draws one picture.
    pub draw: fn(&Asked) -> Picture,
}

/// One picture asked of a [`Renderer`].
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Rows and columns of pixels, from [`SMALLEST`] to [`LARGEST`].
    pub size: usize,
    /// A value for each of the renderer's parameters, in their order, within their ranges.
    pub values: &'a [f64],
    /// The stream of the body: pictures of one patient share it.
    pub body: Seed,
    /// The stream of this one picture: its noise, its pose.
    pub shot: Seed,
}

impl Asked<'_> {
    /// The value of the parameter of this name.
    pub(crate) fn value(&self, parameters: &[Parameter], name: &str) -> f32 {
        let found = parameters.iter().position(|parameter| parameter.name == name);
        found.and_then(|at| self.values.get(at)).map_or(0.0, |&value| value as f32)
    }
}

/// A drawn picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Rows and columns.
    pub size: usize,
    /// 1 or 3.
    pub channels: usize,
    /// `[size, size, channels]`, row by row, 0 to 255.
    pub pixels: Vec<u8>,
    /// For each of the renderer's masks `[size, size]`, row by row, 0 or 1.
    pub masks: Vec<Vec<u8>>,
    /// Distance of rows and of columns, in mm.
    pub spacing: [f64; 2],
}

/// Fewest pixels on a side.
pub const SMALLEST: usize = 32;

/// Most pixels on a side.
pub const LARGEST: usize = 256;
