//! From signals to what a model sees of them: normalised; pictures also blanked, cropped, resized.

use ndarray::{Array2, ArrayView1, Axis};
use rayon::prelude::*;

use crate::models::Input;
use crate::shaped::in_rows;
use crate::signal::{Shape, Signals};
use course::plan::{self, ImageInput, Plan};
use diagnostics::fault::{Fault, Id};
use diagnostics::text;
use diagnostics::text::Text;

/// A crop must leave so many pixels in each direction.
const LEAST: usize = 8;

/// How a signal becomes a model's view of it. Of volumes and series, which are seen whole, each channel is laid flat.
#[derive(Clone, Debug, PartialEq)]
pub struct Views {
    shape: Shape,
    /// First column, first row, columns and rows of what is left.
    window: [usize; 4],
    /// Whether each pixel of the whole picture is blanked out.
    blank: Vec<bool>,
    /// Height and width that the model sees of a channel.
    seen: [usize; 2],
    normalise: Normalise,
}

#[derive(Clone, Debug, PartialEq)]
enum Normalise {
    /// Mean and SD of each channel over the training pictures.
    Training(Vec<(f32, f32)>),
    Picture,
    None,
}

impl Views {
    /// Fits the view on the training rows `rows`.
    pub(super) fn fit(plan: &ImageInput, signals: &Signals, rows: &[usize]) -> Result<Self, Vec<Fault>> {
        let shape = signals.shape;
        let [high, wide] = shape.plane();
        let [left, right, top, bottom] = plan.crop.value;
        let mut faults = Vec::new();
        let is_cut = plan.crop.value != [0; 4];
        if is_cut && (left + right + LEAST > wide || top + bottom + LEAST > high) {
            let (across, down) = (left + right, top + bottom);
            let (most_across, most_down) = (wide.saturating_sub(LEAST), high.saturating_sub(LEAST));
            faults.push(plan.crop.fault(
                Id::OutOfRange,
                text!(
                    "{across} columns and {down} rows cut off pictures of {high} × {wide}",
                    "{high}×{wide}画素の画像から、横{across}列・縦{down}行を切り取ろうとしています"
                ),
                if high == wide {
                    text!(
                        "left + right and top + bottom of at most {most_across} each, so that {LEAST} pixels are left",
                        "left + right と top + bottom をそれぞれ{most_across}以下（{LEAST}画素以上を残すため）"
                    )
                } else {
                    text!(
                        "left + right of at most {most_across} and top + bottom of at most {most_down}, so that {LEAST} pixels are left",
                        "left + right を{most_across}以下、top + bottom を{most_down}以下（{LEAST}画素以上を残すため）"
                    )
                },
            ));
        }
        for blank in &plan.mask {
            let [left, top, width, height] = blank.value;
            if width == 0 || height == 0 || left + width > wide || top + height > high {
                let (right, bottom) = (left + width, top + height);
                faults.push(blank.fault(
                    Id::OutOfRange,
                    text!(
                        "columns {left} to {right} and rows {top} to {bottom}",
                        "列{left}〜{right}、行{top}〜{bottom}の長方形"
                    ),
                    text!(
                        "a rectangle within the picture's {high} × {wide} pixels",
                        "{high}×{wide}画素の画像に収まる長方形"
                    ),
                ));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let window = [left, top, wide - left - right, high - top - bottom];
        let seen = match plan.resize.value {
            0 => [window[3], window[2]],
            side if side < LEAST => {
                return Err(vec![plan.resize.fault(
                    Id::OutOfRange,
                    text!("resize = {side}", "resize = {side}"),
                    text!("0 (as it is) or {LEAST} to 256", "0（元のまま）または{LEAST}以上256以下"),
                )]);
            }
            side => [side, side],
        };
        let mut views = Self {
            shape,
            window,
            blank: blanked([high, wide], plan.mask.iter().map(|blank| blank.value)),
            seen,
            normalise: Normalise::None,
        };
        views.normalise = match plan.normalise {
            plan::Normalise::Picture => Normalise::Picture,
            plan::Normalise::Training => Normalise::Training(
                (0..shape.channels())
                    .map(|channel| {
                        // In the order of the rows, so that the sums do not depend on the number of threads.
                        let sums: Vec<[f64; 3]> =
                            rows.par_iter().map(|&row| views.sums(&views.plane(signals, row, channel))).collect();
                        moments(sums.into_iter().fold([0.0; 3], |a, b| [a[0] + b[0], a[1] + b[1], a[2] + b[2]]))
                    })
                    .collect(),
            ),
            plan::Normalise::None => Normalise::None,
        };
        Ok(views)
    }

    /// Whether anything of a mask of the whole picture (`[height · width]`, 0 or 1) is left for the model to see.
    pub fn leaves(&self, mask: &[u8]) -> bool {
        self.cut(|at| f32::from(u8::from(mask[at] > 0 && !self.blank[at]))).contains(&1.0)
    }

    /// What the model sees of a row.
    pub(super) fn input(&self) -> Input {
        let of_picture = |[channels, _, _]: [usize; 3]| Shape::picture([channels, self.seen[0], self.seen[1]]);
        Input::Signal(self.shape.as_picture().map_or(self.shape, of_picture))
    }

    /// `64 × 64 pixels`
    pub(super) fn name(&self) -> String {
        let of = |channels: usize| match channels {
            1 => String::new(),
            n => format!(" in {n} channels"),
        };
        match self.shape {
            Shape::Volume([channels, 1, ..]) => {
                let colours = if channels == 3 { " RGB".to_owned() } else { of(channels) };
                format!("{} × {} pixels{colours}", self.seen[0], self.seen[1])
            }
            Shape::Volume([channels, depth, height, width]) => {
                format!("{depth} × {height} × {width} voxels{}", of(channels))
            }
            Shape::Series([channels, steps]) => format!("{steps} steps{}", of(channels)),
        }
    }

    /// What the model sees of the signals of these rows: `[rows, channels · height · width]`.
    pub fn apply(&self, signals: &Signals, rows: &[usize]) -> Array2<f32> {
        let width = self.shape.channels() * self.seen[0] * self.seen[1];
        let mut out = vec![0.0_f32; rows.len() * width];
        out.par_chunks_exact_mut(width).zip(rows).for_each(|(seen, &row)| {
            for (channel, seen) in seen.chunks_exact_mut(self.seen[0] * self.seen[1]).enumerate() {
                let mut plane = self.plane(signals, row, channel);
                let (mean, sd) = match &self.normalise {
                    Normalise::Training(channels) => channels[channel],
                    Normalise::Picture => moments(self.sums(&plane)),
                    Normalise::None => (0.0, 1.0),
                };
                for grey in &mut plane {
                    // What is blanked out is exactly the mean.
                    *grey = if grey.is_nan() { 0.0 } else { (*grey - mean) / sd };
                }
                seen.copy_from_slice(&self.resized(plane));
            }
        });
        in_rows([rows.len(), width], out)
    }

    /// What is outlined, as the model sees it: `[rows, height · width]`, 0 or 1.
    pub fn outlined(&self, pictures: &Signals) -> Option<Array2<f32>> {
        let masks = pictures.outlined.as_ref()?;
        let mut out = Array2::zeros((masks.nrows(), self.seen[0] * self.seen[1]));
        for (mut row, mask) in out.axis_iter_mut(Axis(0)).zip(masks.axis_iter(Axis(0))) {
            let window = self.cut(|at| f32::from(mask[at]));
            row.iter_mut().zip(self.resized(window)).for_each(|(to, from)| *to = f32::from(u8::from(from >= 0.5)));
        }
        Some(out)
    }

    /// A map of what the model sees, brought back to the whole picture; what was cut off gets `outside`. `[height · width]`
    pub fn back(&self, map: &ArrayView1<f32>, outside: f32) -> Vec<f32> {
        let [left, top, width, height] = self.window;
        let map = scaled(map.to_vec(), self.seen, [height, width]);
        let [high, wide] = self.shape.plane();
        let mut whole = vec![outside; high * wide];
        for (line, row) in map.chunks_exact(width).enumerate() {
            let at = (top + line) * wide + left;
            whole[at..at + width].copy_from_slice(row);
        }
        whole
    }

    /// One channel of a row's signal within the window; NaN where it is blanked out.
    fn plane(&self, signals: &Signals, row: usize, channel: usize) -> Vec<f32> {
        let line = signals.line(row, channel);
        self.cut(|at| if self.blank[at] { f32::NAN } else { line[at] })
    }

    fn cut(&self, of: impl Fn(usize) -> f32) -> Vec<f32> {
        let [left, top, width, height] = self.window;
        let [_, wide] = self.shape.plane();
        let mut out = Vec::with_capacity(width * height);
        for line in top..top + height {
            for at in line * wide + left..line * wide + left + width {
                out.push(of(at));
            }
        }
        out
    }

    fn resized(&self, plane: Vec<f32>) -> Vec<f32> {
        let [_, _, width, height] = self.window;
        scaled(plane, [height, width], self.seen)
    }

    /// Count, sum and sum of squares of what is not blanked out.
    #[expect(clippy::unused_self, reason = "reads as a part of the view")]
    fn sums(&self, plane: &[f32]) -> [f64; 3] {
        let shown = plane.iter().filter(|grey| !grey.is_nan()).map(|&grey| f64::from(grey));
        shown.fold([0.0; 3], |[n, sum, squares], grey| [n + 1.0, sum + grey, squares + grey * grey])
    }
}

/// The pixels that lie in any of the rectangles: each is counted at its corners, so that many cost no more than few.
fn blanked([high, across]: [usize; 2], rectangles: impl Iterator<Item = [usize; 4]>) -> Vec<bool> {
    let wide = across + 1;
    let mut depth = vec![0_i64; (high + 1) * wide];
    for [left, top, width, height] in rectangles {
        depth[top * wide + left] += 1;
        depth[top * wide + left + width] -= 1;
        depth[(top + height) * wide + left] -= 1;
        depth[(top + height) * wide + left + width] += 1;
    }
    for at in 0..depth.len() {
        let (line, column) = (at / wide, at % wide);
        let left = if column > 0 { depth[at - 1] } else { 0 };
        let above = if line > 0 { depth[at - wide] } else { 0 };
        let both = if line > 0 && column > 0 { depth[at - wide - 1] } else { 0 };
        depth[at] += left + above - both;
    }
    (0..high * across).map(|at| depth[at / across * wide + at % across] > 0).collect()
}

/// Mean and SD; an SD of 0, or no more than the rounding of its numbers, becomes 1.
fn moments([n, sum, squares]: [f64; 3]) -> (f32, f32) {
    let (mean, square) = (sum / n.max(1.0), squares / n.max(1.0));
    let sd = (square - mean * mean).max(0.0).sqrt();
    (mean as f32, if sd > 1e-6 * square.sqrt() { sd as f32 } else { 1.0 })
}

/// What a plan asks for that only pictures have.
pub(super) fn of_pictures(plan: &Plan) -> Vec<Fault> {
    let image = &plan.image;
    let asked = [
        ("crop", image.crop.value != [0; 4]),
        ("mask", !image.mask.is_empty()),
        ("resize", image.resize.value > 0),
        ("augment", !image.augment.is_empty()),
    ];
    asked
        .into_iter()
        .filter(|(_, is_asked)| *is_asked)
        .map(|(key, _)| {
            Fault::new(
                Id::DoesNotApply,
                plan.section.table("image").place_of(key),
                text!("{key}, for data that are no pictures", "{key} がありますが、このデータは画像ではありません"),
                Text::new(
                    "no crop, mask, resize or augment: of [image], volumes and series take normalise alone",
                    "crop・mask・resize・augmentを除くこと（ボリュームと時系列では、[image] のうちnormaliseだけを使えます）",
                ),
            )
        })
        .collect()
}

/// `[height, width]` to another size, by triangles as wide as the pixels of the coarser one. (Those of the `image` crate clamp real
/// numbers to 0 to 1.)
fn scaled(plane: Vec<f32>, from: [usize; 2], to: [usize; 2]) -> Vec<f32> {
    if from == to {
        return plane;
    }
    let across = triangles(from[1], to[1]);
    let narrow: Vec<f32> = plane
        .chunks_exact(from[1])
        .flat_map(|row| across.iter().map(|(at, shares)| shares.iter().zip(&row[*at..]).map(|(s, x)| s * x).sum()))
        .collect();
    let mut out = Vec::with_capacity(to[0] * to[1]);
    for (at, shares) in triangles(from[0], to[0]) {
        for column in 0..to[1] {
            let each = shares.iter().enumerate().map(|(i, share)| share * narrow[(at + i) * to[1] + column]);
            out.push(each.sum());
        }
    }
    out
}

/// For each new pixel of a line the first old one that it takes from, and their shares.
fn triangles(from: usize, to: usize) -> Vec<(usize, Vec<f32>)> {
    let step = from as f32 / to as f32;
    let reach = step.max(1.0);
    (0..to)
        .map(|new| {
            let centre = (new as f32 + 0.5) * step - 0.5;
            let first = (centre - reach).ceil().max(0.0) as usize;
            let last = ((centre + reach).floor() as usize).min(from - 1);
            let shares: Vec<f32> =
                (first..=last).map(|old| (1.0 - (old as f32 - centre).abs() / reach).max(0.0)).collect();
            let sum: f32 = shares.iter().sum();
            (first, shares.into_iter().map(|share| share / sum).collect())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use course::plan;
    use course::settings::Settings;

    fn grey() -> Array2<u8> {
        Array2::from_shape_fn((3, 16 * 16), |(row, at)| ((at * 7 + row * 31) % 251) as u8)
    }

    fn pictures(pixels: Array2<u8>) -> Signals {
        let outlined = Array2::from_shape_fn((3, 16 * 16), |(_, at)| u8::from(at % 16 > 9 && at / 16 > 9));
        Signals::drawn([1, 16, 16], pixels, Some(outlined), &[[1.0, 1.0]; 3])
    }

    fn fit(image: &str) -> Result<Views, Vec<Fault>> {
        let plan = plan::read(
            &crate::models::VOCABULARY,
            &Settings::default(),
            "plan.toml",
            format!("exercise = \"a@1\"\n[image]\n{image}").as_bytes(),
        )?;
        Views::fit(&plan.image, &pictures(grey()), &[0, 1])
    }

    #[test]
    fn nothing_of_a_blanked_rectangle_reaches_the_model() {
        for normalise in ["training", "picture", "none"] {
            let views =
                fit(&format!("normalise = \"{normalise}\"\nmask = [{{ left = 2, top = 3, width = 5, height = 4 }}]"));
            let views = views.expect("a sound view");
            let before = views.apply(&pictures(grey()), &[0, 1]);
            let mut other = grey();
            for at in 0..256 {
                if (2..7).contains(&(at % 16)) && (3..7).contains(&(at / 16)) {
                    other.column_mut(at).fill(255);
                }
            }
            assert_eq!(before, views.apply(&pictures(other), &[0, 1]), "{normalise}");
        }
    }

    #[test]
    fn a_map_comes_back_to_where_it_was_cut_from() {
        let views = fit("crop = { left = 8, top = 8 }").expect("a sound view");
        let pictures = pictures(grey());
        let outlined = views.outlined(&pictures).expect("masks");
        let back = views.back(&outlined.row(0), 0.0);
        let whole: Vec<f32> = pictures.outlined.expect("masks").row(0).iter().map(|&m| f32::from(m)).collect();
        assert_eq!(back, whole);
    }

    #[test]
    fn resizing_keeps_the_mean_and_a_slope() {
        let slope: Vec<f32> = (0..24 * 16).map(|at| (at % 16) as f32 - 100.0).collect();
        for to in [[12, 8], [24, 16], [48, 32], [9, 11]] {
            let out = scaled(slope.clone(), [24, 16], to);
            let mean = out.iter().sum::<f32>() / out.len() as f32;
            assert!((mean + 92.5).abs() < 0.01, "{to:?}: {mean}");
            let inner = out[1] - out[0] > 0.0 && out[to[1] / 2] > out[0];
            assert!(inner && out.len() == to[0] * to[1], "{to:?}");
        }
    }

    #[test]
    fn a_crop_beyond_the_picture_is_told_with_its_range() {
        let faults = fit("crop = { left = 9 }").expect_err("a fault");
        assert_eq!(faults[0].place.key.as_deref(), Some("image.crop"));
        assert!(faults[0].expected.en.contains("at most 8"), "{}", faults[0].expected.en);
        assert!(fit("mask = [{ left = 12, top = 0, width = 5, height = 1 }]").is_err());
    }
}
