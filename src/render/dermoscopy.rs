//! A dermoscopic photograph of one pigmented skin lesion, 14 mm on a side.
//!
//! Skin, then pigment within an outline, then light and grain; ink and hair lie over the finished picture.

use super::canvas::{Knot, Place, Plane, View, smooth};
use super::colour::{Colour, bytes, dyed, grainy, lit, mix};
use super::modality::{Asked, Parameter, Picture, Renderer};
use super::noise::Cloud;
use super::skin;
use super::stream::Stream;
use seed::Seed;

/// The side of the picture in mm.
const FIELD: f32 = 14.0;

/// The dermoscopic photograph.
pub const RENDERER: Renderer = Renderer {
    name: "dermoscopy",
    channels: 3,
    parameters: PARAMETERS,
    masks: &["lesion", "ink", "hair"],
    en: "Dermoscopic photograph of one pigmented lesion in the middle of skin. 14 mm on a side.",
    ja: "皮膚の中央にある色素性病変1つのダーモスコピー写真です。一辺14 mm。",
    draw,
};

const HAIRS: usize = 30;

/// Those that the second version had from the first.
const PARAMETERS: &[Parameter] = skin::PARAMETERS.split_at(12).0;

const SKIN: [Colour; 3] = [[238.0, 202.0, 184.0], [205.0, 150.0, 114.0], [116.0, 76.0, 56.0]];
const INK: Colour = [96.0, 62.0, 168.0];

/// The outline of a lesion and what lies within.
struct Lesion {
    radius: f32,
    long: f32,
    turn: [f32; 2],
    /// Waves of the outline: height, count, turn.
    waves: [[f32; 3]; 7],
    softness: f32,
    /// Where the pigment is darkest.
    heart: Place,
}

impl Lesion {
    fn of(asked: &Asked) -> Self {
        let value = |name| asked.value(PARAMETERS, name);
        let (asymmetry, border) = (value("asymmetry"), value("border"));
        let mut stream = Stream::of(asked.body.named("outline"));
        let long = 1.0 + 0.1 * stream.uniform();
        let (sine, cosine) = stream.between(0.0, 3.2).sin_cos();
        let (tilt, spread) = (stream.between(0.0, std::f32::consts::TAU), stream.between(0.7, 1.3));
        let waves = std::array::from_fn(|k| {
            let count = if k < 3 { k as f32 + 1.0 } else { k as f32 + 1.0 + (3.0 * stream.uniform()).floor() };
            let own = if k < 3 { 0.015 + 0.15 * asymmetry * spread } else { 0.008 + 0.055 * border };
            [own * stream.between(0.6, 1.0) * stream.sign(), count, stream.between(0.0, std::f32::consts::TAU)]
        });
        let off = 0.34 * asymmetry;
        Self {
            radius: 0.5 * value("size"),
            long,
            turn: [sine, cosine],
            waves,
            softness: 0.22 - 0.14 * border + 0.04 * stream.uniform(),
            heart: [off * tilt.cos(), off * tilt.sin()],
        }
    }

    /// Place in shares of the radius, and distance from the middle with 1 at the outline.
    fn distance(&self, [x, y]: Place) -> (Place, f32) {
        let (u, v) =
            ((x * self.turn[1] + y * self.turn[0]) * self.long, (y * self.turn[1] - x * self.turn[0]) / self.long);
        let (u, v) = (u / self.radius, v / self.radius);
        let angle = v.atan2(u);
        let edge: f32 = self.waves.iter().map(|[high, count, turn]| high * (count * angle + turn).sin()).sum();
        ([u, v], (u * u + v * v).sqrt() / (1.0 + edge).max(0.35))
    }
}

/// A net of lines between irregular cells (Worley, SIGGRAPH 1996): 1 on a line, 0 in a cell.
struct Net {
    across: Cloud,
    down: Cloud,
}

impl Net {
    fn of(seed: Seed) -> Self {
        Self { across: Cloud::new(seed.named("across")), down: Cloud::new(seed.named("down")) }
    }

    fn line(&self, x: f32, y: f32) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let (mut nearest, mut second) = (9.0_f32, 9.0_f32);
        for k in 0..9 {
            let (cx, cy) = (left + (k % 3) as f32 - 1.0, top + (k / 3) as f32 - 1.0);
            let point = [cx + 0.5 + 0.42 * self.across.corner(cx, cy), cy + 0.5 + 0.42 * self.down.corner(cx, cy)];
            let (dx, dy) = (x - point[0], y - point[1]);
            let distance = dx * dx + dy * dy;
            if distance < nearest {
                (nearest, second) = (distance, nearest);
            } else {
                second = second.min(distance);
            }
        }
        smooth(0.34, 0.05, second.sqrt() - nearest.sqrt())
    }
}

fn skin_colour(tone: f32) -> Colour {
    let at = 2.0 * tone.clamp(0.0, 1.0);
    if at < 1.0 { mix(SKIN[0], SKIN[1], at) } else { mix(SKIN[1], SKIN[2], at - 1.0) }
}

fn draw(asked: &Asked) -> Picture {
    let value = |name| asked.value(PARAMETERS, name);
    let (body, shot, size) = (asked.body, asked.shot, asked.size);
    let spacing = FIELD / size as f32;
    let mut pose = Stream::of(shot.named("pose"));
    let zoom = 1.0 + pose.normal(0.02);
    let view = View::new(size, [spacing; 2]).posed(pose.normal(6.0), zoom, [pose.normal(0.3), pose.normal(0.3)]);

    let mut stream = Stream::of(body.named("skin"));
    let tone = value("skin_tone");
    let skin = skin_colour(tone + stream.normal(0.06));
    let (red, lines) = (stream.between(0.2, 1.0), stream.between(0.3, 1.0));
    let furrow = stream.between(0.0, 3.2).sin_cos();
    let mottle = Cloud::new(body.named("mottle"));
    let fine = Cloud::new(body.named("fine"));

    let lesion = Lesion::of(asked);
    let net = Net::of(body.named("network"));
    let patches = Cloud::new(body.named("patches"));
    let mut stream = Stream::of(body.named("pigment"));
    let pigment = value("pigment") * (1.0 + stream.normal(0.1));
    let (cell, warmth) = (stream.between(0.62, 0.9), stream.between(-1.0, 1.0));
    let brown = lit([146.0 + 12.0 * warmth, 92.0, 62.0 - 8.0 * warmth], 1.0 + stream.normal(0.09));
    // Darker skin has darker lesions.
    let brown = lit(brown, 1.0 - 0.42 * tone);
    let gradient = stream.between(0.15, 0.5);
    let variety = value("colour");
    let mut wander = Stream::of(body.named("colours"));
    let shift: [Place; 5] = std::array::from_fn(|_| [wander.between(0.0, 16.0), wander.between(0.0, 16.0)]);
    let others: [Colour; 5] =
        [[92.0, 54.0, 38.0], [52.0, 38.0, 36.0], [88.0, 88.0, 104.0], [160.0, 84.0, 72.0], [196.0, 166.0, 152.0]];
    let (network, asymmetry, border) = (value("network"), value("asymmetry"), value("border"));

    let mut stream = Stream::of(shot.named("light"));
    let light = 1.0 + stream.normal(0.025);
    let side = [stream.normal(0.04), stream.normal(0.04)];
    let warm = value("white_balance") + stream.normal(0.08);
    let balance = [1.0 + 0.07 * warm, 1.0 + 0.01 * warm, 1.0 - 0.13 * warm];
    let vignette = value("vignette");
    let (level, grains) = (value("noise"), shot.named("grain"));

    let mut masks = vec![vec![0_u8; size * size]];
    let mut photo: Vec<Colour> = Vec::with_capacity(size * size);
    for row in 0..size {
        for column in 0..size {
            let i = row * size + column;
            let at @ [x, y] = view.body(row, column);
            // Skin: blotches of blood, furrows that cross.
            let blood = mottle.fractal(x / 3.2, y / 3.2);
            let mut colour = dyed(skin, [250.0, 205.0, 200.0], red * (0.5 + 0.5 * blood));
            let grain = 0.6 * fine.at(x / 0.55, y / 0.55) + 0.4 * fine.at(y / 0.27, x / 0.27);
            let ways = [x * furrow.1 + y * furrow.0, y * furrow.1 - x * furrow.0];
            let bent = 0.5 * mottle.at(y / 1.4, x / 1.4);
            let groove = smooth(0.75, 1.0, (4.2 * (ways[0] + bent)).sin().abs()).max(smooth(
                0.8,
                1.0,
                (3.6 * (ways[1] - bent)).sin().abs(),
            ));
            colour = lit(colour, 1.0 + 0.018 * grain - 0.035 * lines * groove);

            let ([u, v], distance) = lesion.distance(at);
            let ragged = distance + (0.05 + 0.15 * border) * fine.fractal(x / 1.3, y / 1.3);
            let inside = smooth(1.0 + lesion.softness, 1.0 - lesion.softness, ragged);
            if inside > 0.0 {
                let (du, dv) = (u - lesion.heart[0], v - lesion.heart[1]);
                let core = (du * du + dv * dv).sqrt();
                let cloud = patches.fractal(1.3 * u + 3.0, 1.3 * v + 5.0);
                let thick = pigment
                    * (1.0
                        + gradient * (0.55 - core)
                        + 0.22 * cloud
                        + asymmetry * 0.5 * (lesion.heart[0] * u + lesion.heart[1] * v));
                let mut tint = brown;
                let mut veil = 0.0_f32;
                for (k, (other, [sx, sy])) in others.into_iter().zip(shift).enumerate() {
                    // One colour after the other, as variety grows.
                    let there = smooth(0.13 * k as f32, 0.13 * k as f32 + 0.4, variety);
                    let rare = 0.06 * k as f32;
                    let patch =
                        there * smooth(0.06 + rare, 0.42 + rare, patches.at(1.6 * u + sx, 1.6 * v + sy) + 0.16 * cloud);
                    tint = mix(tint, lit(other, 1.0 - 0.2 * tone), 0.85 * patch);
                    veil = veil.max(patch);
                }
                let twist = 0.25 * cloud * (1.0 + 2.0 * asymmetry);
                let mesh = net.line(x / cell + twist, y / cell - twist);
                let weave = network * (0.42 * (mesh - 0.3)) * (1.0 - 0.7 * veil) * smooth(0.1, 0.5, core + 0.3);
                let dose = (inside * (thick * 0.86 + weave).max(0.1)).max(0.0);
                // A thin layer tints the skin, a thick one hides it.
                let share = (1.15 * dose / (1.0 + 0.45 * dose)).min(1.0);
                colour = mix(colour, lit(tint, 1.0 + 0.04 * grain - 0.25 * (dose - 0.9).max(0.0)), share);
                if ragged < 1.0 {
                    masks[0][i] = 1;
                }
            }
            let (u, v) =
                ((column as f32 + 0.5) / size as f32 * 2.0 - 1.0, (row as f32 + 0.5) / size as f32 * 2.0 - 1.0);
            let far = (u * u + v * v).sqrt();
            let rim = 1.0
                - vignette
                    * (0.42 * smooth(0.55, 1.4, far) + 0.58 * smooth(0.98, 1.06, far) * smooth(0.4, 0.9, vignette));
            let shine = light * (1.0 + side[0] * u + side[1] * v) * rim;
            let colour = std::array::from_fn(|c| colour[c] * balance[c] * shine);
            photo.push(grainy(colour, level, grains, i));
        }
    }
    masks.push(ink(&mut photo, view, &lesion, asked));
    masks.push(hair(&mut photo, view, asked));
    Picture { size, channels: 3, pixels: bytes(&photo), masks, spacing: [f64::from(spacing); 2] }
}

/// Draws the surgeon's marks over the finished photograph; gives their mask.
fn ink(photo: &mut [Colour], view: View, lesion: &Lesion, asked: &Asked) -> Vec<u8> {
    let strength = asked.value(PARAMETERS, "ink");
    let mut cover = Plane::new(view.size);
    if strength <= 0.0 {
        return cover.mask();
    }
    let mut stream = Stream::of(asked.body.named("ink"));
    let half = stream.between(0.22, 0.36);
    let away = (lesion.radius + stream.between(0.9, 1.6)).min(0.5 * FIELD - 1.2);
    let from = stream.between(0.0, std::f32::consts::TAU);
    let full = |_: f32| 1.0;
    let place = |angle: f32, away: f32| [away * angle.cos(), away * angle.sin()];
    match stream.uniform() {
        // An arc about the lesion.
        kind if kind < 0.4 => {
            let span = stream.between(1.2, 3.6);
            let knots: Vec<Knot> = (0..14)
                .map(|k| {
                    let [x, y] = place(from + span * k as f32 / 13.0, away + stream.normal(0.05));
                    [x, y, half * (1.0 + stream.normal(0.1))]
                })
                .collect();
            cover.line(view, &knots, 1.0, full);
        }
        // Dots around it.
        kind if kind < 0.7 => {
            let count = 3 + (4.0 * stream.uniform()) as usize;
            for k in 0..count {
                let [x, y] = place(from + k as f32 * std::f32::consts::TAU / count as f32 + stream.normal(0.15), away);
                cover.line(view, &[[x, y, 1.5 * half], [x + 0.1, y + stream.normal(0.15), 1.4 * half]], 1.0, full);
            }
        }
        // Strokes that point to it.
        _ => {
            for k in 0..2 + usize::from(stream.chance(0.5)) {
                let angle = from + 1.9 * k as f32 + stream.normal(0.3);
                let ([x, y], [to_x, to_y]) =
                    (place(angle, away), place(angle + stream.normal(0.12), away + stream.between(1.2, 3.0)));
                cover.line(view, &[[x, y, half], [to_x, to_y, 1.1 * half]], 1.0, full);
            }
        }
    }
    let uneven = Cloud::new(asked.body.named("ink").named("uneven"));
    for row in 0..view.size {
        for column in 0..view.size {
            let i = row * view.size + column;
            let share = cover.values[i].min(1.0);
            if share > 0.0 {
                let [x, y] = view.body(row, column);
                let dry = 0.82 + 0.18 * uneven.fractal(x / 0.7, y / 0.7);
                photo[i] = dyed(photo[i], INK, strength * share * dry);
            }
        }
    }
    cover.mask()
}

/// Lays hairs over the finished photograph; gives their mask. More hairs leave the first ones where they are.
fn hair(photo: &mut [Colour], view: View, asked: &Asked) -> Vec<u8> {
    let count = (asked.value(PARAMETERS, "hair").round() as usize).min(HAIRS);
    let mut cover = Plane::new(view.size);
    let seed = asked.body.named("hair");
    let mut stream = Stream::of(seed);
    let way = stream.between(0.0, std::f32::consts::TAU);
    let dark = mix([38.0, 26.0, 22.0], [110.0, 82.0, 58.0], stream.uniform().powi(2));
    for k in 0..count {
        let mut stream = Stream::of(seed.at(k as u64));
        let mut angle = way + stream.normal(0.5);
        let mut at = [stream.between(-0.62, 0.5) * FIELD, stream.between(-0.5, 0.5) * FIELD];
        let half = stream.between(0.035, 0.065);
        let curl = stream.normal(0.09);
        let steps = 8 + (9.0 * stream.uniform()) as usize;
        let mut knots: Vec<Knot> = Vec::with_capacity(steps);
        for step in 0..steps {
            knots.push([at[0], at[1], half * (1.0 - 0.6 * step as f32 / steps as f32)]);
            at = [at[0] + 0.75 * angle.cos(), at[1] + 0.75 * angle.sin()];
            angle += curl;
        }
        cover.line(view, &knots, 1.0, |_| 1.0);
    }
    for (colour, &share) in photo.iter_mut().zip(&cover.values) {
        if share > 0.0 {
            *colour = mix(*colour, dark, (0.1 + 1.25 * share).min(0.94));
        }
    }
    cover.mask()
}
