//! Drawing many small pictures fast: curves sampled once for every row or column, strokes that touch their own pixels only, clouds and
//! grain made a whole row at a time. Plain loops over slices, which compilers turn into vector instructions.

#![expect(clippy::many_single_char_names, reason = "places and colours: x, y; u, v; r, g, b")]

use super::canvas::{Knot, Place, View};
use super::modality::LARGEST;
use super::stream::Stream;
use seed::Seed;

const SAMPLES: usize = 64;
/// Most points of a [`Track`].
const POINTS: usize = 16;

/// A smooth curve y(x) through points, sampled evenly; level beyond its ends. Between the points it is a cubic that never overshoots
/// them (Fritsch and Butland, SIAM J Sci Stat Comput 1984).
#[derive(Clone, Copy, Debug)]
pub(super) struct Track {
    from: f32,
    step: f32,
    per_mm: f32,
    values: [f32; SAMPLES + 2],
}

impl Track {
    /// Through 2 to 16 points in ascending order of x; a point less than 1 mm beyond the one before, as chance may put it, is left out.
    pub(super) fn through(all: &[Place]) -> Self {
        let (mut points, mut count) = ([[0.0_f32; 2]; POINTS], 0);
        for &point in all.iter().take(POINTS) {
            if count == 0 || point[0] > points[count - 1][0] + 1.0 {
                points[count] = point;
                count += 1;
            }
        }
        let points = &points[..count.max(1)];
        let (first, last) = (points[0], points[points.len() - 1]);
        let step = ((last[0] - first[0]) / SAMPLES as f32).max(1e-3);
        let slope = |k: usize| (points[k + 1][1] - points[k][1]) / (points[k + 1][0] - points[k][0]);
        let tangent = |k: usize| {
            if k == 0 || k + 1 == points.len() {
                return 0.0;
            }
            let (before, after) = (slope(k - 1), slope(k));
            if before * after <= 0.0 { 0.0 } else { 2.0 * before * after / (before + after) }
        };
        let mut values = [last[1]; SAMPLES + 2];
        let mut sample = 0;
        for k in 0..points.len().saturating_sub(1) {
            let (from, to) = (points[k], points[k + 1]);
            let width = to[0] - from[0];
            let (rise, start, end) = (to[1] - from[1], width * tangent(k), width * tangent(k + 1));
            // The cubic from 0 to 1 with these ends and these slopes at them.
            let (square, cube) = (3.0 * rise - 2.0 * start - end, start + end - 2.0 * rise);
            while sample <= SAMPLES && (first[0] + step * sample as f32 <= to[0] || k + 2 == points.len()) {
                let t = ((first[0] + step * sample as f32 - from[0]) / width).min(1.0);
                values[sample] = from[1] + t * (start + t * (square + t * cube));
                sample += 1;
            }
        }
        values[SAMPLES + 1] = values[SAMPLES];
        Self { from: first[0], step, per_mm: 1.0 / step, values }
    }

    /// The curve's value and its rise per mm at `x`.
    #[inline]
    pub(super) fn both(&self, x: f32) -> [f32; 2] {
        let t = ((x - self.from) * self.per_mm).clamp(0.0, SAMPLES as f32);
        let k = t as usize;
        let rise = self.values[k + 1] - self.values[k];
        [self.values[k] + (t - k as f32) * rise, rise / self.step]
    }

    /// The curve's value at `x`.
    #[inline]
    pub(super) fn at(&self, x: f32) -> f32 {
        self.both(x)[0]
    }
}

/// A line through `knots`: each of its pixels becomes `blend` of what is there and of the line's share of it, which is
/// `middle + bend · off²`, where `off` runs from 0 in the middle of the line to 1 at its edge. A line thinner than a pixel is drawn one
/// pixel wide and fainter. It is walked pixel by pixel along its longer way, so that the pieces of a line do not overlap.
pub(super) fn stroke(
    plane: &mut [f32],
    view: View,
    knots: &[Knot],
    [middle, bend]: [f32; 2],
    blend: impl Fn(f32, f32) -> f32,
) {
    let size = view.size;
    let pixel = 0.5 * (view.spacing[0] + view.spacing[1]);
    let per_pixel = 1.0 / pixel;
    let end = size as i32 - 1;
    let Some(&[x, y, half]) = knots.first() else { return };
    let (mut from, mut from_half) = (view.to_pixels([x, y]), half * view.zoom);
    for &[x, y, half] in &knots[1..] {
        let (to, to_half) = (view.to_pixels([x, y]), half * view.zoom);
        let way = [to[0] - from[0], to[1] - from[1]];
        let is_level = way[0].abs() >= way[1].abs();
        // `along` is walked pixel by pixel, `across` is filled.
        let (along, across) = if is_level { (0, 1) } else { (1, 0) };
        let (low, high, low_half, high_half) =
            if way[along] >= 0.0 { (from, to, from_half, to_half) } else { (to, from, to_half, from_half) };
        let run = high[along] - low[along];
        let mm = [way[0] * view.spacing[1], way[1] * view.spacing[0]];
        let length = (mm[0] * mm[0] + mm[1] * mm[1]).sqrt();
        (from, from_half) = (to, to_half);
        let (first, last) = (up(low[along]).max(0), (up(high[along]) - 1).min(end));
        if run <= 1e-4 || first > last {
            continue;
        }
        let (climb, widen) = ((high[across] - low[across]) / run, (high_half - low_half) / run);
        // From pixels across the way to mm square to the line.
        let square = mm[along].abs() / length * view.spacing[usize::from(!is_level)];
        let per_square = 1.0 / square;
        let (pitch_along, pitch_across) = if is_level { (1, size) } else { (size, 1) };
        for at in first..=last {
            let gone = at as f32 - low[along];
            let half = low_half + widen * gone;
            let drawn = half.max(0.5 * pixel);
            let share = half / drawn;
            let (centre, reach) = (low[across] + climb * gone, (drawn + 0.5 * pixel) * per_square);
            let per_drawn = 1.0 / drawn;
            let (start, stop) = (up(centre - reach).max(0), up(centre + reach).min(end + 1));
            let base = at as usize * pitch_along;
            for k in start..stop {
                let off = (k as f32 - centre).abs() * square;
                let covered = ((drawn - off) * per_pixel + 0.5).clamp(0.0, 1.0) * share;
                let off = lesser(off * per_drawn, 1.0);
                let value = &mut plane[base + k as usize * pitch_across];
                *value = blend(*value, covered * (middle + bend * off * off));
            }
        }
    }
}

/// A disc: each of its pixels becomes `blend` of what is there and of the share of the pixel that the disc fills. A disc smaller than a
/// pixel is drawn one pixel wide and fainter.
pub(super) fn dot(plane: &mut [f32], view: View, at: Place, half: f32, blend: impl Fn(f32, f32) -> f32) {
    let pixel = 0.5 * (view.spacing[0] + view.spacing[1]);
    let [column, row] = view.to_pixels(at);
    let half = half * view.zoom;
    let drawn = half.max(0.5 * pixel);
    let strength = (half / drawn) * (half / drawn);
    let reach = drawn + 0.5 * pixel;
    let end = view.size as i32;
    let range = |at: f32, spacing: f32| up(at - reach / spacing).max(0)..up(at + reach / spacing).min(end);
    for y in range(row, view.spacing[0]) {
        let down = (y as f32 - row) * view.spacing[0];
        for x in range(column, view.spacing[1]) {
            let across = (x as f32 - column) * view.spacing[1];
            let far = (down * down + across * across).sqrt();
            let share = ((drawn - far) / pixel + 0.5).clamp(0.0, 1.0) * strength;
            let value = &mut plane[y as usize * view.size + x as usize];
            *value = blend(*value, share);
        }
    }
}

/// The first whole number that is not below `x`.
#[inline]
fn up(x: f32) -> i32 {
    let whole = x as i32;
    whole + i32::from(x > whole as f32)
}

/// Lays one thing over another.
#[inline]
pub(super) fn add(there: f32, more: f32) -> f32 {
    there + more
}

/// The stronger of two.
#[inline]
pub(super) fn larger(there: f32, other: f32) -> f32 {
    if there > other { there } else { other }
}

/// The weaker of two.
#[inline]
pub(super) fn lesser(one: f32, other: f32) -> f32 {
    if one < other { one } else { other }
}

/// From 0 at 0 to 1 at 1, smoothly.
#[inline]
pub(super) fn ease(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// From 0 at one value to 1 at another, smoothly: `smooth` with the division done once.
#[derive(Clone, Copy)]
pub(super) struct Ramp {
    low: f32,
    per: f32,
}

impl Ramp {
    pub(super) fn new(low: f32, high: f32) -> Self {
        Self { low, per: 1.0 / (high - low) }
    }

    #[inline]
    pub(super) fn at(self, x: f32) -> f32 {
        ease((x - self.low) * self.per)
    }
}

/// 32 scrambled bits of a number (Wellons' `lowbias32`), in two halves of a seed.
#[inline]
fn scrambled(seed: u64, i: u32) -> u32 {
    let mut x = i.wrapping_mul(0x9e37_79b9) ^ seed as u32;
    x ^= x >> 16;
    x = x.wrapping_mul(0x7feb_352d) ^ (seed >> 32) as u32;
    x ^= x >> 15;
    x = x.wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}

/// Nearly normal noise for each value, added: mean 0, standard deviation `sd`, the sum of four bytes. `from` is the number of the first.
#[inline]
pub(super) fn grain(row: &mut [f32], seed: Seed, from: usize, sd: f32) {
    let bits = seed.bits();
    // Four numbers of 0 to 255: mean 510, variance 4 · (256² − 1) / 12.
    let scale = sd / 147.800_3;
    for (i, value) in row.iter_mut().enumerate() {
        let noise = scrambled(bits, (from + i) as u32);
        let pairs = (noise & 0x00ff_00ff) + (noise >> 8 & 0x00ff_00ff);
        let sum = (pairs & 0xffff) + (pairs >> 16);
        *value += (sum as i32 as f32 - 510.0) * scale;
    }
}

/// The same for red, green and blue, of a standard deviation for each pixel, partly shared by the channels: the correlation of two of
/// them is 0.64.
#[inline]
pub(super) fn colour_grain(row: &mut [&mut [f32]; 3], seed: Seed, from: usize, sd: &[f32]) {
    let bits = seed.bits();
    let [red, green, blue] = row;
    let n = sd.len();
    let (red, green, blue) = (&mut red[..n], &mut green[..n], &mut blue[..n]);
    // Two numbers of 0 to 255: mean 255, variance 2 · (256² − 1) / 12.
    let centred = |pair: u32| ((pair & 0xff) + (pair >> 8 & 0xff)) as i32 as f32 - 255.0;
    let (common, own) = (0.8 / 104.510_7, 0.6 / 104.510_7);
    for i in 0..n {
        let (one, two) = (scrambled(bits, 2 * (from + i) as u32), scrambled(bits, 2 * (from + i) as u32 + 1));
        let shared = common * centred(one);
        red[i] += sd[i] * (shared + own * centred(one >> 16));
        green[i] += sd[i] * (shared + own * centred(two));
        blue[i] += sd[i] * (shared + own * centred(two >> 16));
    }
}

/// Red, green and blue of a row of pixels as bytes, pixel by pixel.
pub(super) fn interleave(row: &[&mut [f32]; 3], out: &mut [u8]) {
    for (c, channel) in row.iter().enumerate() {
        for (level, pixel) in channel.iter().zip(out.chunks_exact_mut(3)) {
            pixel[c] = byte(*level);
        }
    }
}

/// Smooth noise of a picture, added to `plane`: mean 0, standard deviation `sd`, hills about `cell` pixels apart (width and height), the
/// lattice moved by `shift` pixels. Random values at the corners of a lattice under cubic B-splines, along rows first, then down columns.
pub(super) fn cloud(plane: &mut [f32], size: usize, seed: Seed, cell: [f32; 2], shift: [f32; 2], sd: f32) {
    let bits = seed.bits();
    // Uniform from −1 to 1 (variance 1/3), twice smoothed (mean of the squared weights: 151/315).
    let scale = sd * (3.0_f32).sqrt() * (315.0 / 151.0) / 2_147_483_648.0;
    let per_cell = cell.map(|cell| 1.0 / cell.max(0.5));
    let place = |i: usize, way: usize| {
        // Far from 0, so that halves of the lattice are never mirrored.
        let at = (i as f32 - shift[way]) * per_cell[way] + 1000.0;
        (at as u32, at - at.floor())
    };
    let mut columns = [(0_u32, [0.0_f32; 4]); LARGEST];
    for (i, column) in columns[..size].iter_mut().enumerate() {
        let (corner, t) = place(i, 0);
        *column = (corner, spline(t).map(|weight| weight * scale));
    }
    let mut lines = [[0.0_f32; LARGEST]; 4];
    let mut held = [u32::MAX; 4];
    for (row, out) in plane.chunks_exact_mut(size).take(size).enumerate() {
        let (top, t) = place(row, 1);
        for corner in top - 1..top + 3 {
            let slot = (corner & 3) as usize;
            if held[slot] == corner {
                continue;
            }
            held[slot] = corner;
            let value = |across: u32| scrambled(bits, corner.wrapping_mul(0x1_0001).wrapping_add(across)) as i32 as f32;
            let (mut at, mut four) = (u32::MAX, [0.0; 4]);
            for (line, &(corner, weights)) in lines[slot][..size].iter_mut().zip(&columns[..size]) {
                if corner != at {
                    four = if corner == at.wrapping_add(1) {
                        [four[1], four[2], four[3], value(corner + 2)]
                    } else {
                        [value(corner - 1), value(corner), value(corner + 1), value(corner + 2)]
                    };
                    at = corner;
                }
                *line = four[0] * weights[0] + four[1] * weights[1] + four[2] * weights[2] + four[3] * weights[3];
            }
        }
        let weights = spline(t);
        let [a, b, c, d] = std::array::from_fn(|k| &lines[((top - 1 + k as u32) & 3) as usize][..size]);
        for i in 0..size {
            out[i] += a[i] * weights[0] + b[i] * weights[1] + c[i] * weights[2] + d[i] * weights[3];
        }
    }
}

/// The weights of four neighbours under a cubic B-spline, `t` of the way from the second to the third.
fn spline(t: f32) -> [f32; 4] {
    let u = 1.0 - t;
    let (t2, u2) = (t * t, u * u);
    [u2 * u, 4.0 - 6.0 * t2 + 3.0 * t2 * t, 4.0 - 6.0 * u2 + 3.0 * u2 * u, t2 * t].map(|weight| weight / 6.0)
}

/// A smooth path through the points (Catmull and Rom 1974), four steps from each to the next.
pub(super) fn curved(path: &[Place], half: f32) -> Vec<Knot> {
    let at = |k: isize| path[k.clamp(0, path.len() as isize - 1) as usize];
    let mut out = Vec::with_capacity(4 * path.len());
    for k in 0..path.len() as isize - 1 {
        let four = [at(k - 1), at(k), at(k + 1), at(k + 2)];
        for step in 0..4 {
            let t = step as f32 / 4.0;
            let [x, y] = [0, 1].map(|c| {
                let [before, from, to, after] = four.map(|place| place[c]);
                let bend = 2.0 * before - 5.0 * from + 4.0 * to - after;
                from + 0.5 * t * (to - before + t * (bend + t * (3.0 * (from - to) + after - before)))
            });
            out.push([x, y, half]);
        }
    }
    out.extend(path.last().map(|&[x, y]| [x, y, half]));
    out
}

/// One of several, as likely as its weight.
pub(super) fn chosen(stream: &mut Stream, weights: &[f32]) -> usize {
    let mut left = stream.uniform() * weights.iter().sum::<f32>();
    weights
        .iter()
        .position(|weight| {
            left -= weight;
            left < 0.0
        })
        .unwrap_or(weights.len().saturating_sub(1))
}

/// A whole grey level from 0 to 255. Beside 2²³ a number of 32 bits has no fractions left: its last byte is the rounded value.
#[inline]
fn byte(level: f32) -> u8 {
    (level.clamp(0.0, 255.0) + 8_388_608.0).to_bits() as u8
}

/// Whole grey levels from 0 to 255.
pub(super) fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().map(|&value| byte(value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(values: &[f32]) -> (f32, f32) {
        let n = values.len() as f32;
        let mean = values.iter().sum::<f32>() / n;
        (mean, (values.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / n).sqrt())
    }

    #[test]
    fn grain_and_clouds_have_the_spread_that_was_asked() {
        let mut noise = vec![0.0; 256 * 256];
        grain(&mut noise, Seed::new(1), 0, 5.0);
        let (mean, sd) = moments(&noise);
        assert!(mean.abs() < 0.1 && (sd - 5.0).abs() < 0.05, "{mean}, {sd}");
        let (mut sum, mut square) = (0.0, 0.0);
        for seed in 0..20 {
            let mut smooth = vec![0.0; 256 * 256];
            cloud(&mut smooth, 256, Seed::new(seed), [8.0, 5.0], [0.3, -7.7], 2.0);
            let (mean, sd) = moments(&smooth);
            (sum, square) = (sum + mean / 20.0, square + sd / 20.0);
            // Neighbours are alike.
            let steps: Vec<f32> = smooth.windows(2).step_by(7).map(|two| two[1] - two[0]).collect();
            assert!(moments(&steps).1 < 1.0);
        }
        assert!(sum.abs() < 0.1 && (square - 2.0).abs() < 0.15, "{sum}, {square}");
    }

    #[test]
    fn a_stroke_has_the_width_and_length_that_was_asked() {
        for size in [64, 128] {
            let spacing = 128.0 / size as f32;
            let view = View::new(size, [spacing; 2]);
            for (turn, half) in [(0.0_f32, 4.0_f32), (0.3, 4.0), (1.2, 0.4), (2.9, 8.0)] {
                let (sine, cosine) = turn.sin_cos();
                let knots = [-30.0, -7.0, 12.0, 30.0].map(|at| [at * cosine, at * sine, half]);
                let mut plane = vec![0.0; size * size];
                stroke(&mut plane, view, &knots, [1.0, 0.0], add);
                let area = plane.iter().sum::<f32>() * spacing * spacing;
                assert!((area / (60.0 * 2.0 * half) - 1.0).abs() < 0.08, "{size} {turn} {half}: {area}");
                assert!(plane.iter().all(|&share| share < 1.01), "drawn twice");
            }
        }
    }

    #[test]
    fn a_track_passes_its_points_and_never_beyond_them() {
        let points = [[0.0, 1.0], [10.0, 5.0], [20.0, 5.0], [40.0, -3.0], [40.5, 90.0]];
        let track = Track::through(&points);
        for [x, y] in &points[..4] {
            assert!((track.at(*x) - y).abs() < 0.1, "{x}: {}", track.at(*x));
        }
        assert!((-50..100).all(|x| (-3.01..5.01).contains(&track.at(x as f32))));
    }
}
