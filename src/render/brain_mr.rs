//! An axial slice of a brain MR, weighted like FLAIR: fluid is dark, grey matter brighter than white, lesions are bright. Forehead
//! up.
//!
//! Everything is drawn in mm, so pixels may be oblong. The folds of the cortex are the zero lines of a smooth noise: a line is a
//! sulcus, a ribbon along it is grey matter, what remains is white.

use super::canvas::{Place, Plane, View, smooth};
use super::modality::{Asked, Picture, Renderer};
use super::noise::{Cloud, grain};
use super::slice::PARAMETERS;
use super::stream::Stream;

/// The side of the picture in mm where the dataset gives no spacing.
const FIELD: f32 = 210.0;

/// The brain MR slice.
pub const RENDERER: Renderer = Renderer {
    name: "brain-mr",
    channels: 1,
    parameters: PARAMETERS,
    masks: &["brain", "ventricle", "lesion"],
    en: "Axial brain MR slice, like FLAIR: scalp, skull, dark fluid, folded cortex, white matter, ventricles, bright lesions. The forehead is up.",
    ja: "頭部MRIの横断像（FLAIR様）：頭皮、頭蓋骨、低信号の髄液、皮質の脳回、白質、脳室、高信号の病変。上が前頭側です。",
    draw,
};

const SMALL: usize = 20;
const LARGE: usize = 4;

// Signals in grey levels.
const SCALP: f32 = 175.0;
const SKULL: f32 = 22.0;
const FLUID: f32 = 26.0;
const WHITE: f32 = 104.0;
const GREY: f32 = 150.0;

/// One person's head at the height of the slice.
struct Head {
    /// Half of the inside of the skull, across and from front to back, in mm.
    half: [f32; 2],
    /// How much wider the back is than the front.
    egg: f32,
    /// Bumps of the outline: share, count about the head, turn.
    bumps: [[f32; 3]; 3],
    skull: f32,
    scalp: f32,
    /// Fluid between skull and brain, in mm.
    outer: f32,
    /// Share of the full size at this height.
    scale: f32,
}

impl Head {
    fn of(asked: &Asked) -> Self {
        let slice = asked.value(PARAMETERS, "slice");
        let atrophy = asked.value(PARAMETERS, "atrophy");
        let mut stream = Stream::of(asked.body.named("head"));
        let scale = (1.0 - 0.42 * (slice * slice.abs() * 0.9 + 0.1 * slice * slice).max(0.25 * slice * slice)).sqrt();
        let half = [66.0 + stream.normal(3.0), 82.0 + stream.normal(4.0)].map(|half| half * scale);
        Self {
            half,
            egg: 0.09 + stream.normal(0.03),
            bumps: [2.0, 3.0, 5.0].map(|count| [stream.normal(0.022) / (0.5 * count), count, stream.between(0.0, 6.3)]),
            skull: 6.5 + stream.normal(1.0) + 1.5 * slice.max(0.0),
            scalp: 5.0 + stream.normal(1.2),
            outer: 1.6 + 5.0 * atrophy + stream.normal(0.3),
            scale,
        }
    }

    /// Share of the way from the middle to the skull, the depth within the skull in mm, negative outside, and the angle about the middle.
    fn depth(&self, [x, y]: Place) -> (f32, f32, f32) {
        let far = (x * x + y * y).sqrt().max(0.01);
        let wide = self.half[0] * (1.0 + self.egg * (y / self.half[1]).clamp(-1.2, 1.2));
        let (u, v) = (x / wide, y / self.half[1]);
        // A little squarer than an ellipse.
        let rho = (u * u + v * v - 0.16 * u * u * v * v).max(0.0).sqrt();
        let angle = y.atan2(x);
        let bump: f32 = self.bumps.iter().map(|[share, count, turn]| share * (count * angle + turn).sin()).sum();
        let rho = (rho * (1.0 + bump)).max(0.01);
        (rho, (1.0 - rho) * far / rho, angle)
    }
}

/// Ventricles and the cisterns at the base: share of fluid per pixel.
fn ventricles(asked: &Asked, view: View, head: &Head) -> Plane {
    let slice = asked.value(PARAMETERS, "slice");
    let atrophy = asked.value(PARAMETERS, "atrophy");
    let mut stream = Stream::of(asked.body.named("ventricles"));
    let wide = (0.75 + 1.35 * atrophy) * (1.0 + stream.normal(0.16));
    let long = 1.0 + stream.normal(0.07) + 0.1 * atrophy;
    let forward = stream.normal(3.0);
    let mut plane = Plane::new(asked.size);
    let full = |_: f32| 1.0;
    // Between the levels of the horns and above the bodies.
    let lateral = smooth(-0.45, -0.2, slice) * smooth(0.62, 0.35, slice);
    let bodies = smooth(-0.08, 0.16, slice);
    for side in [-1.0_f32, 1.0] {
        let wide = wide * (1.0 + stream.normal(0.12));
        let bow = stream.normal(1.0);
        if lateral <= 0.0 {
            continue;
        }
        let knot = |x: f32, y: f32, half: f32| {
            let out = 1.5 + 0.55 * half * wide;
            [side * (x + out + bow) * head.scale, (y * long + forward) * head.scale, (half * wide * lateral).max(0.05)]
        };
        plane.line(view, &[knot(6.5, -33.0, 2.2), knot(3.0, -26.0, 4.0), knot(1.0, -14.0, 3.4)], 1.0, full);
        let middle = 3.4 * bodies;
        plane.line(
            view,
            &[knot(1.0, -14.0, middle), knot(2.5, 0.0, middle), knot(7.0, 15.0, 0.4 + middle), knot(15.0, 27.0, 3.6)],
            1.0,
            full,
        );
        plane.line(view, &[knot(15.0, 27.0, 3.8), knot(19.0, 37.0, 3.4), knot(17.0, 50.0, 1.2)], 1.0, full);
    }
    let third = smooth(-0.75, -0.5, slice) * smooth(0.08, -0.04, slice);
    if third > 0.0 {
        let half = third * (1.2 + 3.2 * atrophy);
        plane.line(view, &[[0.0, -9.0, 0.7 * half], [0.0, 2.0, half], [0.0, 13.0, 0.8 * half]], 1.0, full);
    }
    let base = smooth(-0.55, -0.85, slice);
    if base > 0.0 {
        // The star of the cisterns about the midbrain.
        let half = base * (2.6 + 2.5 * atrophy);
        for side in [-1.0_f32, 1.0] {
            plane.line(view, &[[0.0, -17.0, half], [side * 13.0, -6.0, half]], 1.0, full);
            plane.line(view, &[[side * 13.0, -6.0, 0.7 * half], [side * 18.0, 8.0, 0.55 * half]], 1.0, full);
            plane.line(view, &[[side * 18.0, 8.0, 0.5 * half], [side * 9.0, 22.0, 0.6 * half]], 1.0, full);
            plane.line(view, &[[side * 9.0, 22.0, 0.6 * half], [0.0, 25.0, 0.8 * half]], 1.0, full);
        }
        plane.line(view, &[[0.0, -17.0, half], [0.0, -29.0, 0.4 * half]], 1.0, full);
        plane.line(view, &[[0.0, 15.0, 0.3 * half], [0.0, 17.0, 0.3 * half]], 1.0, full);
    }
    for value in &mut plane.values {
        *value = value.min(1.0);
    }
    plane
}

/// The folds of one brain.
struct Folds {
    near: Cloud,
    far: Cloud,
    fine: Cloud,
    /// How the slice's height mixes the two: neighbouring slices look alike, distant ones do not.
    mix: [f32; 2],
    width: f32,
    scale: f32,
}

impl Folds {
    fn of(asked: &Asked) -> Self {
        let seed = asked.body.named("folds");
        let mut stream = Stream::of(seed);
        let (sine, cosine) = (1.2 * asked.value(PARAMETERS, "slice")).sin_cos();
        Self {
            near: Cloud::new(seed.named("near")),
            far: Cloud::new(seed.named("far")),
            fine: Cloud::new(seed.named("fine")),
            mix: [cosine, sine],
            width: (0.55 + 1.9 * asked.value(PARAMETERS, "atrophy")) * (1.0 + stream.normal(0.15)),
            scale: 0.95 + stream.normal(0.06),
        }
    }

    /// About how far a place is from the middle of a sulcus, in mm. Sulci run inward: the noise is stretched along the depth.
    fn distance(&self, [x, y]: Place, angle: f32, depth: f32) -> f32 {
        // Once around the head is twice around the noise.
        let around = (angle / std::f32::consts::TAU + 0.5) * AROUND;
        let (u, v) = (around, depth / 21.0);
        let bent = [self.fine.at(x / 11.0, y / 11.0), self.fine.at(y / 11.0 + 5.0, x / 11.0)];
        let (u, v) = (u + 0.55 * bent[0], v + 0.5 * bent[1]);
        let noise = self.mix[0] * self.near.at(u, v) + self.mix[1] * self.far.at(u, v);
        let cell = (x * x + y * y).sqrt() * (std::f32::consts::TAU / AROUND);
        noise.abs() * cell.max(4.0) * self.scale
    }
}

/// Cells of noise around the head.
const AROUND: f32 = 32.0;

/// Attempts to find a place for a lesion in deep tissue.
const CROWDED: usize = 600;

/// A lesion's place: the middle, the half width, the bumps of its outline.
struct Lesion {
    at: Place,
    radius: f32,
    turn: f32,
    bumps: [f32; 2],
    long: f32,
}

impl Lesion {
    /// Places for as many as there may be, in the same order whatever number is drawn, none touching another or lying in fluid:
    /// they are lesions of tissue.
    fn places(asked: &Asked, head: &Head, view: View) -> Vec<Self> {
        let still = view.film();
        let pixel = view.spacing[0].max(view.spacing[1]);
        let fluid = ventricles(asked, still, head);
        let wet = |[x, y]: Place, reach: f32| {
            [
                [0.0, 0.0],
                [1.0, 0.0],
                [-1.0, 0.0],
                [0.0, 1.0],
                [0.0, -1.0],
                [0.7, 0.7],
                [0.7, -0.7],
                [-0.7, 0.7],
                [-0.7, -0.7],
            ]
            .into_iter()
            .filter_map(|[u, v]| still.pixel([x + reach * u, y + reach * v]))
            .any(|i| fluid.values[i] > 0.0)
        };
        let mut stream = Stream::of(asked.body.named("lesions"));
        let mut places: Vec<Self> = Vec::with_capacity(LARGE + SMALL);
        let apart = (1.9 * pixel).max(5.0);
        for k in 0..LARGE + SMALL {
            let radius = if k < LARGE { stream.between(4.0, 8.6) } else { stream.between(0.8, 1.9) };
            let (turn, long) = (stream.between(0.0, 6.3), stream.between(0.8, 1.2));
            let bumps = [stream.normal(0.09), stream.normal(0.06)];
            let mut at = [0.0; 2];
            for attempt in 0..4 * CROWDED {
                // Where the deep tissue is full, further out; where that is full too, closer together.
                let outer = if attempt < CROWDED { 0.44 } else { 0.56 };
                let left = apart * 0.8_f32.powi((attempt / (CROWDED / 3)).saturating_sub(5) as i32);
                let angle = stream.between(0.0, std::f32::consts::TAU);
                let share = stream.between(0.07, outer).sqrt();
                let (sine, cosine) = angle.sin_cos();
                at = [head.half[0] * share * cosine, head.half[1] * share * sine];
                let clear = at[0].abs() > 17.0 * head.scale + 0.5 * radius
                    && !wet(at, 1.2 * radius)
                    && places.iter().all(|other| {
                        let (dx, dy) = (at[0] - other.at[0], at[1] - other.at[1]);
                        let reach = 1.25 * (radius + other.radius) + left;
                        dx * dx + dy * dy > reach * reach
                    });
                if clear {
                    break;
                }
            }
            places.push(Self { at, radius, turn, bumps, long });
        }
        places
    }

    fn holds(&self, [x, y]: Place) -> bool {
        let (x, y) = (x - self.at[0], y - self.at[1]);
        let angle = y.atan2(x) + self.turn;
        let edge = 1.0 + self.bumps[0] * (3.0 * angle).sin() + self.bumps[1] * (5.0 * angle).cos();
        let (sine, cosine) = self.turn.sin_cos();
        let (u, v) = ((x * cosine + y * sine) / self.long, (y * cosine - x * sine) * self.long);
        u * u + v * v < (self.radius * edge).powi(2)
    }

    /// Adds the share of each pixel that the lesion fills; less than a quarter is nothing, and its middle is never nothing.
    fn cover(&self, view: View, shares: &mut [f32]) {
        let Some(middle) = view.pixel(self.at) else { return };
        let (row, column) = (middle / view.size, middle % view.size);
        let reach = |spacing: f32| (1.4 * self.radius / spacing).ceil() as usize + 1;
        let (down, across) = (reach(view.spacing[0]), reach(view.spacing[1]));
        for row in row.saturating_sub(down)..(row + down + 1).min(view.size) {
            for column in column.saturating_sub(across)..(column + across + 1).min(view.size) {
                let i = row * view.size + column;
                let inside = view.within(row, column).iter().filter(|&&place| self.holds(place)).count();
                let share = inside as f32 / 16.0;
                if i == middle {
                    shares[i] = shares[i].max(share.max(0.5));
                } else if share >= 0.25 {
                    shares[i] = shares[i].max(share);
                }
            }
        }
    }
}

fn draw(asked: &Asked) -> Picture {
    let value = |name| asked.value(PARAMETERS, name);
    let (body, shot, size) = (asked.body, asked.shot, asked.size);
    let spacing = ["row_spacing", "column_spacing"].map(|name| match value(name) {
        given if given < 0.2 => FIELD / size as f32,
        given => given,
    });
    let mut pose = Stream::of(shot.named("pose"));
    let view = View::new(size, spacing).posed(pose.normal(2.0), 1.0, [pose.normal(1.6), pose.normal(1.6)]);
    let (slice, atrophy) = (value("slice"), value("atrophy"));

    let head = Head::of(asked);
    let fluid = ventricles(asked, view, &head);
    let folds = Folds::of(asked);
    let pixel = view.pixel_mm();

    let mut shares = vec![0.0_f32; size * size];
    let (large, small) = (value("large_lesions").round() as usize, value("small_lesions").round() as usize);
    let places = if large + small > 0 { Lesion::places(asked, &head, view) } else { Vec::new() };
    for lesion in places.iter().take(LARGE).take(large).chain(places.iter().skip(LARGE).take(small)) {
        lesion.cover(view, &mut shares);
    }

    let mut stream = Stream::of(body.named("tissue"));
    let (white, grey) = (WHITE + stream.normal(3.0), GREY + stream.normal(3.5));
    let fat = SCALP + stream.normal(14.0);
    let coarse = Cloud::new(body.named("coarse"));
    let print = Cloud::new(body.named("fingerprint"));
    let (amount, changed, bright) = (value("texture"), value("white_matter_change"), 75.0 * value("lesion_contrast"));
    let mut stream = Stream::of(shot.named("coil"));
    let drift: [f32; 5] = std::array::from_fn(|_| stream.between(-1.0, 1.0));
    let (bias, contrast) = (value("bias_field"), value("contrast"));
    // Grey matter deep within, at the height of the ventricles: caudate, lentiform nucleus, thalamus.
    let mut stream = Stream::of(body.named("nuclei"));
    let deep = smooth(-0.7, -0.35, slice) * smooth(0.28, 0.05, slice);
    let nuclei: [[f32; 4]; 3] =
        [[11.0, -20.0, 4.5, 8.0], [24.0, -6.0, 7.0, 14.0], [11.5, 10.0, 7.5, 11.0]].map(|[x, y, wide, high]| {
            let out = 3.0 * atrophy;
            [x + out + stream.normal(0.8), y + stream.normal(1.0), wide + stream.normal(0.5), high + stream.normal(0.8)]
        });
    let shift = stream.normal(0.02);
    let base = smooth(-0.5, -0.9, slice);
    let (level, first, second) =
        (value("noise"), shot.named("grain").named("real"), shot.named("grain").named("imaginary"));

    let mut masks = vec![vec![0_u8; size * size]; RENDERER.masks.len()];
    let mut pixels = Vec::with_capacity(size * size);
    for row in 0..size {
        for column in 0..size {
            let i = row * size + column;
            let at @ [x, y] = view.body(row, column);
            let (rho, depth, angle) = head.depth(at);
            let far = x.abs();
            let mut signal;
            if depth < -(head.skull + head.scalp + pixel) {
                signal = 0.0;
            } else if depth < 0.0 {
                // Fat of the scalp, then bone with a little marrow.
                let skin = smooth(-0.5 * pixel, 0.5 * pixel, depth + head.skull + head.scalp);
                let bone = smooth(-0.6 * pixel, 0.6 * pixel, depth + head.skull);
                let marrow = 34.0 * (1.0 - (depth / head.skull + 0.5).abs() * 2.6).max(0.0);
                let scalp = fat * (0.86 + 0.14 * coarse.at(x / 8.0, y / 8.0));
                signal = skin * (scalp + bone * (SKULL + marrow - scalp));
            } else {
                let below = depth - head.outer;
                // Fluid at the surface, in the midline, in the Sylvian fissure, in sulci that end deep within.
                let reach = smooth(30.0, 13.0, below);
                let bend = 1.2 * coarse.at(1.5, y / 14.0);
                let split = (x - bend).abs();
                let halves = smooth(30.0, 40.0, y.abs() / head.scale).max(smooth(0.42, 0.62, slice));
                let wavy = [x + 4.0 * coarse.at(x / 13.0, y / 13.0), y + 5.0 * coarse.at(y / 13.0, x / 13.0)];
                let sylvian = sylvian(wavy, &head, slice);
                let fold = folds.distance(at, angle, depth) + 9.0 * (1.0 - reach);
                let sulcus = fold.min(sylvian).min(split / halves.max(0.02));
                let width = folds.width;
                let open =
                    smooth(width + 0.5 * pixel, width - 0.5 * pixel, sulcus) * (width / (width + 0.35 * pixel)).sqrt();
                let edge = smooth(0.5 * pixel, -0.5 * pixel, below);
                let wet = open.max(edge).max(fluid.values[i]);
                let ribbon = 3.4 - 0.6 * atrophy;
                let cortex = smooth(width + ribbon + 0.5 * pixel, width + ribbon - 0.5 * pixel, sulcus).max(smooth(
                    ribbon + 0.5 * pixel,
                    ribbon - 0.5 * pixel,
                    below,
                ));
                let mut nucleus = 0.0_f32;
                if deep > 0.0 {
                    for [cx, cy, wide, high] in nuclei {
                        let (u, v) = ((far - cx) / wide, (y - cy) / high);
                        nucleus = nucleus.max(smooth(1.15, 0.85, (u * u + v * v).sqrt()));
                    }
                }
                // Cerebellum: leaves finer than the folds of the cortex.
                let mut gray = cortex.max(0.62 * deep * nucleus);
                if base > 0.0 {
                    let (u, v) = (x / 44.0, (y - 50.0) / 27.0);
                    let hind = base * smooth(1.08, 0.96, (u * u + v * v).sqrt());
                    let leaves = 0.5
                        + 0.5
                            * (1.3 * ((u * u + 0.5 * v * v).sqrt() * 21.0 + 2.0 * coarse.at(x / 12.0, y / 12.0))).sin();
                    gray += hind * (0.35 + 0.5 * leaves - gray);
                    let stem = base * smooth(1.1, 0.9, ((x / 15.0).powi(2) + ((y - 6.0) / 13.0).powi(2)).sqrt());
                    gray += stem * (0.2 - gray);
                }
                let whiteness = (1.0 - gray) * (1.0 - wet);
                let mut tissue = white + (grey - white) * gray * contrast + 26.0 * (contrast - 1.0) * 0.3;
                // Fainter with distance from the ventricles.
                let near = smooth(0.62, 0.2, rho) * (0.7 + 0.3 * coarse.at(x / 11.0 + 3.0, y / 11.0));
                tissue += changed * whiteness * (5.0 + 17.0 * near);
                tissue += 2.5 * coarse.fractal(x / 20.0, y / 20.0);
                tissue += amount * 1.9 * print.fractal(x / 9.0 + shift * slice, y / 9.0 + 0.15 * slice);
                signal = tissue + wet * (FLUID - tissue);
                if shares[i] > 0.0 {
                    // It takes the place of what would be there, a sulcus too: what is outlined is seen.
                    signal += shares[i] * (tissue + bright - signal);
                    masks[2][i] = 1;
                }
                masks[0][i] = u8::from(below > 0.0);
                masks[1][i] = u8::from(fluid.values[i] > 0.5);
            }
            let (u, v) =
                ((column as f32 + 0.5) / size as f32 * 2.0 - 1.0, (row as f32 + 0.5) / size as f32 * 2.0 - 1.0);
            let coil =
                drift[0] * u + drift[1] * v + drift[2] * u * v + drift[3] * (u * u - 0.3) + drift[4] * (v * v - 0.3);
            signal *= (1.0 + bias * coil).max(0.1);
            let (real, imaginary) = (signal + level * grain(first, i), level * grain(second, i));
            signal = (real * real + imaginary * imaginary).sqrt();
            pixels.push((signal + 2.0).clamp(0.0, 255.0).round() as u8);
        }
    }
    Picture { size, channels: 1, pixels, masks, spacing: spacing.map(f64::from) }
}

/// About how far a place is from the middle of the Sylvian fissure of its side, in mm; far at heights where there is none.
fn sylvian([x, y]: Place, head: &Head, slice: f32) -> f32 {
    let there = smooth(-0.9, -0.5, slice) * smooth(0.4, 0.1, slice);
    if there <= 0.0 {
        return 100.0;
    }
    let (from, to) = ([head.half[0], 4.0], [head.half[0] - 27.0, -12.0]);
    let way = [to[0] - from[0], to[1] - from[1]];
    let off = [x.abs() - from[0], y - from[1]];
    let along = ((off[0] * way[0] + off[1] * way[1]) / (way[0] * way[0] + way[1] * way[1])).clamp(0.0, 1.0);
    let (dx, dy) = (off[0] - along * way[0], off[1] - along * way[1]);
    ((dx * dx + dy * dy).sqrt() - 1.2 * (1.0 - 0.5 * along)).max(0.0) / there
}
