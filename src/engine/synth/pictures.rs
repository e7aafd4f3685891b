//! The pictures of drawn rows: what they are drawn from, and when a model or a person wants to see them, their pixels.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::shaped::in_rows;
use crate::signal::{Shape, Signals};
use course::dataset::Image;
use diagnostics::fault::{Fault, Id};
use diagnostics::keys::Written;
use diagnostics::text;
use diagnostics::text::Text;
use render::{Asked, Picture, Renderer};
use seed::Seed;
use sql::Expression;

/// Pictures of one draw may need so many bytes together.
const MOST: usize = 600_000_000;

/// What renderers call the mask of letters that are laid over a film.
const LETTERS: &str = "marker";

/// What the pictures of rows are drawn from: small, and drawn when they are wanted.
#[derive(Clone, Debug)]
pub struct Shots {
    renderer: &'static Renderer,
    size: usize,
    /// The index of the outlined mask.
    mask: Option<usize>,
    values: Vec<Vec<f64>>,
    bodies: Vec<Seed>,
    rows: Vec<Seed>,
    all: Arc<OnceLock<Arc<Signals>>>,
}

impl Shots {
    /// Checks every value against its parameter's range.
    pub(super) fn new(
        image: &Image,
        bodies: Vec<Seed>,
        shots: Vec<Seed>,
        given: &BTreeMap<&str, (&Written<Expression>, Vec<Option<f64>>)>,
    ) -> Result<Self, Fault> {
        let Some(renderer) = image.renderer() else {
            let kind = &image.kind.value;
            return Err(image.kind.fault(
                Id::UnknownWord,
                text!("the unknown kind \"{kind}\"", "定義されていない種類 \"{kind}\""),
                Text::new("a kind of docs/renderers.md", "docs/renderers.mdにある種類"),
            ));
        };
        let size = image.size.value;
        let bytes = shots.len() * size * size * (renderer.channels + usize::from(image.mask.is_some()));
        if bytes > MOST {
            let (n, most) = (shots.len(), shots.len() * MOST / bytes);
            return Err(image.size.fault(
                Id::TooMany,
                text!("{n} pictures of {size} × {size} pixels", "{size}×{size}画素の画像が{n}枚"),
                text!(
                    "at most {most} of this size, or smaller ones",
                    "この大きさなら{most}枚以下、またはより小さい画像"
                ),
            ));
        }
        let mut values = vec![renderer.parameters.iter().map(|p| p.default).collect::<Vec<f64>>(); shots.len()];
        for (at, parameter) in renderer.parameters.iter().enumerate() {
            let Some((equation, column)) = given.get(parameter.name) else { continue };
            for (row, value) in column.iter().enumerate() {
                let (low, high, name, unit) = (parameter.low, parameter.high, parameter.name, parameter.unit);
                match value {
                    Some(value) if (low..=high).contains(value) => values[row][at] = *value,
                    other => {
                        let found = other.map_or_else(|| "null".to_owned(), |x| x.to_string());
                        let row = row + 1;
                        return Err(equation.fault(
                            Id::OutOfRange,
                            text!("{name} = {found} in row {row}", "{row}行目で {name} = {found}"),
                            text!(
                                "{low} to {high} {unit}: clip(…, {low}, {high})",
                                "{low}以上{high}以下 {unit}（例：clip(…, {low}, {high})）"
                            ),
                        ));
                    }
                }
            }
        }
        let mask = image.mask.as_ref().and_then(|mask| renderer.masks.iter().position(|name| name == mask));
        Ok(Self { renderer, size, mask, values, bodies, rows: shots, all: Arc::default() })
    }

    /// The same of these rows alone.
    #[must_use]
    pub fn only(&self, rows: &[usize]) -> Self {
        Self {
            values: rows.iter().map(|&row| self.values[row].clone()).collect(),
            bodies: rows.iter().map(|&row| self.bodies[row]).collect(),
            rows: rows.iter().map(|&row| self.rows[row]).collect(),
            all: Arc::default(),
            ..*self
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// That of each picture.
    pub fn shape(&self) -> Shape {
        Shape::picture([self.renderer.channels, self.size, self.size])
    }

    /// Draws the pictures of these rows, side by side: each depends on its own row alone.
    pub fn draw(&self, rows: &[usize]) -> Signals {
        let (area, channels) = (self.size * self.size, self.renderer.channels);
        let mut pixels = vec![0; rows.len() * area * channels];
        let mut outlined = vec![0; self.mask.map_or(0, |_| rows.len() * area)];
        let mut spacing = vec![[0.0; 2]; rows.len()];
        // Each picture is put into its place at once: what else was drawn of it (every mask that there is) would take more than all pixels.
        let mut outlines: Vec<&mut [u8]> = outlined.chunks_exact_mut(area).collect();
        outlines.resize_with(rows.len(), Default::default);
        pixels.par_chunks_exact_mut(area * channels).zip(outlines).zip(&mut spacing).zip(rows).for_each(
            |(((pixels, outline), spacing), &row)| {
                let drawn = self.one(row);
                pixels.copy_from_slice(&drawn.pixels);
                if let Some(mask) = self.mask {
                    outline.copy_from_slice(&drawn.masks[mask]);
                }
                *spacing = drawn.spacing;
            },
        );
        let of = |width: usize, all: Vec<u8>| in_rows([rows.len(), width], all);
        let outlined = self.mask.map(|_| of(area, outlined));
        Signals::drawn([channels, self.size, self.size], of(area * channels, pixels), outlined, &spacing)
    }

    /// Where the hospital's letters lie in the pictures of these rows, each `[size · size]`, 0 or 1; none where none are drawn.
    pub fn letters(&self, rows: &[usize]) -> Option<Vec<Vec<u8>>> {
        let at = self.renderer.masks.iter().position(|name| *name == LETTERS)?;
        let drawn = rows.par_iter().map(|&row| self.one(row).masks.swap_remove(at));
        Some(drawn.collect())
    }

    fn one(&self, row: usize) -> Picture {
        (self.renderer.draw)(&Asked {
            size: self.size,
            values: &self.values[row],
            body: self.bodies[row],
            shot: self.rows[row],
        })
    }

    /// The pictures of all rows, drawn once.
    pub fn draw_all(&self) -> Arc<Signals> {
        Arc::clone(self.all.get_or_init(|| Arc::new(self.draw(&(0..self.len()).collect::<Vec<_>>()))))
    }
}
