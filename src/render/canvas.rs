//! Drawing in millimetres: where a pixel lies in the body, curves through points, lines of a width, letters.

use font8x8::legacy::BASIC_LEGACY;

/// A place in mm: right of and below the centre.
pub(super) type Place = [f32; 2];

/// How a body lies on the picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    pub(super) size: usize,
    /// Distance of rows and of columns in mm.
    pub(super) spacing: [f32; 2],
    cosine: f32,
    pub(super) sine: f32,
    pub(super) shift: Place,
    pub(super) zoom: f32,
    /// 1, or −1 for the mirror image.
    side: f32,
}

impl View {
    /// The body's centre in the centre of the picture.
    pub(super) fn new(size: usize, spacing: [f32; 2]) -> Self {
        Self { size, spacing, cosine: 1.0, sine: 0.0, shift: [0.0; 2], zoom: 1.0, side: 1.0 }
    }

    /// The body turned clockwise by `degrees`, enlarged by `zoom`, moved by `shift` mm.
    #[must_use]
    pub(super) fn posed(self, degrees: f32, zoom: f32, shift: Place) -> Self {
        let (sine, cosine) = degrees.to_radians().sin_cos();
        Self { cosine, sine, shift, zoom, ..self }
    }

    /// The body seen in a mirror where `side` is −1, as it is where it is 1.
    #[must_use]
    pub(super) fn mirrored(self, side: f32) -> Self {
        Self { side, ..self }
    }

    /// The same picture without the pose: what lies on the film, not on the body.
    #[must_use]
    pub(super) fn film(self) -> Self {
        Self::new(self.size, self.spacing)
    }

    /// The place on the film of a pixel's centre.
    fn on_film(self, row: usize, column: usize) -> Place {
        let middle = self.size as f32 / 2.0 - 0.5;
        [(column as f32 - middle) * self.spacing[1], (row as f32 - middle) * self.spacing[0]]
    }

    /// The place in the body that a pixel's centre shows.
    pub(super) fn body(self, row: usize, column: usize) -> Place {
        let [x, y] = self.on_film(row, column);
        let (x, y) = (x - self.shift[0], y - self.shift[1]);
        [self.side * (x * self.cosine + y * self.sine) / self.zoom, (y * self.cosine - x * self.sine) / self.zoom]
    }

    /// Sixteen places in the body, spread evenly over a pixel.
    pub(super) fn within(self, row: usize, column: usize) -> [Place; 16] {
        let [x, y] = self.body(row, column);
        std::array::from_fn(|k| {
            let across = ((k % 4) as f32 / 4.0 - 0.375) * self.spacing[1] / self.zoom;
            let down = ((k / 4) as f32 / 4.0 - 0.375) * self.spacing[0] / self.zoom;
            [x + self.side * (across * self.cosine + down * self.sine), y + down * self.cosine - across * self.sine]
        })
    }

    /// The place on the film of a place in the body.
    fn to_film(self, [x, y]: Place) -> Place {
        let (x, y) = (x * self.zoom * self.side, y * self.zoom);
        [x * self.cosine - y * self.sine + self.shift[0], x * self.sine + y * self.cosine + self.shift[1]]
    }

    /// The column and the row, with their fractions, at which a place of the body lies; a pixel's centre is a whole number.
    pub(super) fn to_pixels(self, place: Place) -> [f32; 2] {
        let [x, y] = self.to_film(place);
        let middle = self.size as f32 / 2.0 - 0.5;
        [x / self.spacing[1] + middle, y / self.spacing[0] + middle]
    }

    /// The pixel that shows a place of the body; `None` outside the picture.
    pub(super) fn pixel(self, place: Place) -> Option<usize> {
        let [x, y] = self.to_film(place);
        let at = |mm: f32, spacing: f32| {
            let k = mm / spacing + self.size as f32 / 2.0;
            (k >= 0.0 && k < self.size as f32).then_some(k as usize)
        };
        Some(at(y, self.spacing[0])? * self.size + at(x, self.spacing[1])?)
    }

    /// A pixel's width in mm of the body, for edges one pixel wide.
    pub(super) fn pixel_mm(self) -> f32 {
        0.5 * (self.spacing[0] + self.spacing[1]) / self.zoom
    }

    /// The rows and columns that hold everything within `reach` mm (on the film) of the box from `low` to `high` (on the film).
    fn pixels(self, low: Place, high: Place, reach: f32) -> [std::ops::Range<usize>; 2] {
        let range = |low: f32, high: f32, spacing: f32| {
            let middle = self.size as f32 / 2.0;
            let at = |mm: f32| (mm / spacing + middle).clamp(0.0, self.size as f32);
            at(low - reach).floor() as usize..at(high + reach).ceil() as usize
        };
        [range(low[1], high[1], self.spacing[0]), range(low[0], high[0], self.spacing[1])]
    }
}

/// A line's point: x, y, and half the line's width there, all in mm.
pub(super) type Knot = [f32; 3];

/// A value per pixel.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    pub(super) values: Vec<f32>,
    /// A line's own coverage while it is drawn, so that its bends are not drawn twice.
    wet: Vec<f32>,
}

impl Plane {
    pub(super) fn new(size: usize) -> Self {
        Self { values: vec![0.0; size * size], wet: vec![0.0; size * size] }
    }

    /// Adds a line through `knots`: `amount` times `profile`, which is given how far off the middle a pixel is, from 0 to 1 at the
    /// edge. A line thinner than a pixel is drawn one pixel wide and fainter.
    pub(super) fn line(&mut self, view: View, knots: &[Knot], amount: f32, profile: impl Fn(f32) -> f32) {
        let pixel = 0.5 * (view.spacing[0] + view.spacing[1]);
        let (mut top, mut bottom, mut left, mut right) = (view.size, 0, view.size, 0);
        for two in knots.windows(2) {
            let (from, to) = (view.to_film([two[0][0], two[0][1]]), view.to_film([two[1][0], two[1][1]]));
            let halves = [two[0][2] * view.zoom, two[1][2] * view.zoom];
            let reach = halves[0].max(halves[1]).max(0.5 * pixel) + 0.5 * pixel;
            let low = [from[0].min(to[0]), from[1].min(to[1])];
            let high = [from[0].max(to[0]), from[1].max(to[1])];
            let [rows, columns] = view.pixels(low, high, reach);
            if rows.is_empty() || columns.is_empty() {
                continue;
            }
            (top, bottom) = (top.min(rows.start), bottom.max(rows.end));
            (left, right) = (left.min(columns.start), right.max(columns.end));
            let way = [to[0] - from[0], to[1] - from[1]];
            let length = (way[0] * way[0] + way[1] * way[1]).max(1e-6);
            for row in rows {
                for column in columns.clone() {
                    let [x, y] = view.on_film(row, column);
                    let along = (((x - from[0]) * way[0] + (y - from[1]) * way[1]) / length).clamp(0.0, 1.0);
                    let off = [x - from[0] - along * way[0], y - from[1] - along * way[1]];
                    let off2 = off[0] * off[0] + off[1] * off[1];
                    if off2 >= reach * reach {
                        continue;
                    }
                    let half = halves[0] + along * (halves[1] - halves[0]);
                    let drawn = half.max(0.5 * pixel);
                    let off = off2.sqrt();
                    let covered = ((drawn - off) / pixel + 0.5).clamp(0.0, 1.0) * (half / drawn);
                    if covered > 0.0 {
                        let value = covered * profile((off / drawn).min(1.0));
                        let wet = &mut self.wet[row * view.size + column];
                        *wet = wet.max(value);
                    }
                }
            }
        }
        for row in top..bottom {
            let span = row * view.size + left..row * view.size + right;
            for (value, wet) in self.values[span.clone()].iter_mut().zip(&mut self.wet[span]) {
                *value += amount * *wet;
                *wet = 0.0;
            }
        }
    }

    /// Adds Latin letters in a row, the first one's upper left corner at `corner`; each is `height` mm high and
    /// wide.
    pub(super) fn letters(&mut self, view: View, text: &str, corner: Place, height: f32) {
        let dot = height / 8.0;
        for (i, letter) in text.chars().enumerate() {
            let Some(glyph) = BASIC_LEGACY.get(letter as usize) else { continue };
            let left = corner[0] + i as f32 * height;
            let [rows, columns] = view.pixels([left, corner[1]], [left + height, corner[1] + height], 0.0);
            for row in rows {
                for column in columns.clone() {
                    let [x, y] = view.on_film(row, column);
                    let mut inside = 0;
                    for sub in 0..16 {
                        let x = x + ((sub % 4) as f32 / 4.0 - 0.375) * view.spacing[1];
                        let y = y + ((sub / 4) as f32 / 4.0 - 0.375) * view.spacing[0];
                        let (across, down) = (((x - left) / dot).floor(), ((y - corner[1]) / dot).floor());
                        let within = (0.0..8.0).contains(&across) && (0.0..8.0).contains(&down);
                        inside += i32::from(within && glyph[down as usize] >> across as u32 & 1 == 1);
                    }
                    self.values[row * view.size + column] += inside as f32 / 16.0;
                }
            }
        }
    }

    /// Where something was drawn: 0 or 1.
    pub(super) fn mask(&self) -> Vec<u8> {
        self.values.iter().map(|&value| u8::from(value > 0.0)).collect()
    }
}

const STEPS: usize = 64;

/// A smooth curve y(x) through points, tabulated.
#[derive(Clone, Debug)]
pub(super) struct Curve {
    from: f32,
    per_step: f32,
    values: [f32; STEPS + 1],
}

impl Curve {
    /// Through at least one point, in ascending order of x; level beyond the ends. A point less than 1 mm beyond the one before, as
    /// chance may put it, is left out. Between the points it is a cubic that never overshoots them (Fritsch and Butland, SIAM J Sci
    /// Stat Comput 1984).
    pub(super) fn through(all: &[Place]) -> Self {
        let mut points: Vec<Place> = Vec::with_capacity(all.len());
        for &point in all {
            if points.last().is_none_or(|last| point[0] > last[0] + 1.0) {
                points.push(point);
            }
        }
        let (first, last) = (points[0], points[points.len() - 1]);
        let per_step = (last[0] - first[0]) / STEPS as f32;
        let slope = |k: usize| (points[k + 1][1] - points[k][1]) / (points[k + 1][0] - points[k][0]);
        let tangent = |k: usize| {
            if k == 0 || k + 1 == points.len() {
                return 0.0;
            }
            let (before, after) = (slope(k - 1), slope(k));
            if before * after <= 0.0 { 0.0 } else { 2.0 * before * after / (before + after) }
        };
        let mut k = 0;
        let values = std::array::from_fn(|step| {
            let x = first[0] + per_step * step as f32;
            while k + 2 < points.len() && x > points[k + 1][0] {
                k += 1;
            }
            let Some(next) = points.get(k + 1) else { return first[1] };
            let width = next[0] - points[k][0];
            let t = ((x - points[k][0]) / width).clamp(0.0, 1.0);
            let (u, t2) = (1.0 - t, t * t);
            points[k][1] * (1.0 + 2.0 * t) * u * u
                + next[1] * t2 * (3.0 - 2.0 * t)
                + width * (tangent(k) * t * u * u - tangent(k + 1) * t2 * u)
        });
        Self { from: first[0], per_step, values }
    }

    /// The curve's value at `x`.
    pub(super) fn at(&self, x: f32) -> f32 {
        let t = ((x - self.from) / self.per_step).clamp(0.0, STEPS as f32 - 0.001);
        let k = t as usize;
        self.values[k] + (t - k as f32) * (self.values[k + 1] - self.values[k])
    }

    /// The curve's rise per mm about `x`.
    pub(super) fn slope(&self, x: f32) -> f32 {
        let k = ((x - self.from) / self.per_step).clamp(0.0, STEPS as f32 - 0.001) as usize;
        (self.values[k + 1] - self.values[k]) / self.per_step
    }
}

/// From 0 at `low` to 1 at `high`, smoothly.
pub(super) fn smooth(low: f32, high: f32, x: f32) -> f32 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// From 0 at 0 to 1 at 1, steep at first: the thickness of something round, seen from its edge inward.
pub(super) fn round(t: f32) -> f32 {
    let t = 1.0 - t.clamp(0.0, 1.0);
    1.0 - t * t
}
