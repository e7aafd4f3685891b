//! A dermoscopic photograph of one pigmented skin lesion, 14 mm on a side, of the body or of palm and sole.
//!
//! Skin, then pigment within an outline with its patterns (network, globules, streaks, ridges), then what lies over or has destroyed it
//! (veil, regression), then light and grain; ink and hair lie over the finished picture.

#![expect(clippy::many_single_char_names, reason = "places and colours: x, y; u, v; r, g, b")]

use super::canvas::{Knot, Place, View, smooth};
use super::colour::{Colour, lit, mix};
use super::modality::{Asked, LARGEST, Parameter, Picture, Renderer};
use super::raster::{Ramp, cloud, colour_grain, dot, ease, interleave, larger, lesser, stroke};
use super::stream::Stream;

/// The side of the picture in mm.
const FIELD: f32 = 14.0;

/// The dermoscopic photograph.
pub const RENDERER: Renderer = Renderer {
    name: "dermoscopy@2",
    channels: 3,
    parameters: PARAMETERS,
    masks: &["lesion", "ink", "hair"],
    en: "Dermoscopic photograph of one pigmented lesion in the middle of skin, of the body or of palm and sole: network, globules, streaks, \
         veil, regression, ridges. 14 mm on a side.",
    ja: "皮膚の中央にある色素性病変1つのダーモスコピー写真です。体幹・四肢または掌蹠の皮膚で、色素ネットワーク、色素小球、線条、\
         青白色ベール、自然消退構造、皮丘・皮溝のパターンを描きます。一辺14 mm。",
    draw,
};

const HAIRS: usize = 30;
const GLOBULES: usize = 34;
const STREAKS: usize = 22;

pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::new(
        "skin_tone",
        "",
        [0.0, 1.0, 0.2],
        "Tone of the skin: 0 very light, 0.5 olive, 1 dark brown.",
        "皮膚の色調：0は非常に明るい、0.5は中間、1は濃褐色です。",
    ),
    Parameter::new("size", "mm", [2.0, 12.0, 6.0], "Diameter of the lesion.", "病変の径です。"),
    Parameter::new(
        "asymmetry",
        "",
        [0.0, 1.0, 0.15],
        "Asymmetry of shape and pigment: 0 symmetric, 1 marked.",
        "形と色素分布の非対称性：0は対称、1は顕著です。",
    ),
    Parameter::new(
        "border",
        "",
        [0.0, 1.0, 0.15],
        "Irregularity of the border: 0 smooth, 1 notched with an abrupt end.",
        "辺縁の不整：0は平滑、1は切れ込みがあり境界が急峻です。",
    ),
    Parameter::new(
        "colour",
        "",
        [0.0, 1.0, 0.15],
        "Variety of colours: 0 one brown; with more, patches of dark brown, black, blue-grey, red and white.",
        "色調の多様性：0は単一の褐色。大きくなるほど濃褐色・黒・青灰色・赤・白の領域が混在します。",
    ),
    Parameter::new(
        "network",
        "",
        [0.0, 1.0, 0.4],
        "Pigment network: brown lines about paler holes; less regular with asymmetry.",
        "色素ネットワーク：淡い孔を囲む褐色の網目です。非対称性が大きいほど不規則になります。",
    ),
    Parameter::new(
        "pigment",
        "",
        [0.3, 1.5, 0.9],
        "Amount of pigment of the lesion: 0.3 pale, 1.5 dark.",
        "病変の色素の量：0.3は淡く、1.5は濃い病変です。",
    ),
    Parameter::new(
        "white_balance",
        "",
        [-1.0, 1.0, 0.0],
        "Colour of the light, as cameras differ: −1 bluish, 1 yellowish.",
        "カメラによる光の色の違い：−1は青み、1は黄みを帯びます。",
    ),
    Parameter::new(
        "vignette",
        "",
        [0.0, 1.0, 0.25],
        "Darkness of the corners: 0 none, 1 the round rim of the dermatoscope.",
        "周辺減光：0はなし、1はダーモスコープの円形の縁が見えます。",
    ),
    Parameter::new(
        "noise",
        "grey levels",
        [0.0, 25.0, 4.0],
        "Standard deviation of the grain.",
        "粒状ノイズの標準偏差（階調）です。",
    ),
    Parameter::new(
        "ink",
        "",
        [0.0, 1.0, 0.0],
        "Surgical skin marker (gentian violet) beside the lesion: 0 none, 1 dark.",
        "病変のそばの手術用皮膚マーカー（ゲンチアナバイオレット）：0はなし、1は濃い印です。",
    )
    .artefact(),
    Parameter::new(
        "hair",
        "hairs",
        [0.0, HAIRS as f64, 0.0],
        "Number of hairs; rounded to a whole number.",
        "毛の本数です。整数に丸めます。",
    )
    .artefact(),
    Parameter::new(
        "globules",
        "",
        [0.0, 1.0, 0.0],
        "Globules: brown round dots within the lesion; less regular in size and place with asymmetry. 0 none, 1 many.",
        "色素小球：病変内の褐色の円形の小点です。非対称性が大きいほど大きさと分布が不規則になります。0はなし、1は多数です。",
    ),
    Parameter::new(
        "streaks",
        "",
        [0.0, 1.0, 0.0],
        "Streaks and pseudopods: dark lines that run outward across the border; with asymmetry on one side only. 0 none, 1 many.",
        "線条・偽足：辺縁から外へ伸びる濃い線です。非対称性が大きいほど一部に偏ります。0はなし、1は多数です。",
    ),
    Parameter::new(
        "veil",
        "",
        [0.0, 1.0, 0.0],
        "Blue-white veil: a blue-grey area without structure under a whitish haze. 0 none, 1 over half of the lesion.",
        "青白色ベール：白いかすみを伴う無構造の青灰色領域です。0はなし、1は病変の約半分です。",
    ),
    Parameter::new(
        "regression",
        "",
        [0.0, 1.0, 0.0],
        "Regression: a white, scar-like area with grey peppering. 0 none, 1 over a third of the lesion.",
        "自然消退構造：灰色の点（ペッパリング）を伴う白い瘢痕様領域です。0はなし、1は病変の約3分の1です。",
    ),
    Parameter::new(
        "acral",
        "",
        [0.0, 1.0, 0.0],
        "Site: below 0.5 skin of the body; otherwise palm or sole, with ridges and furrows.",
        "部位：0.5未満は体幹・四肢の皮膚、それ以外は掌蹠（皮丘と皮溝がある皮膚）です。",
    ),
    Parameter::new(
        "ridge",
        "",
        [0.0, 1.0, 0.0],
        "On palm or sole, where the pigment lies: 0 in the furrows (parallel furrow pattern, benign), 1 on the ridges (parallel ridge \
         pattern, melanoma).",
        "掌蹠での色素の位置：0は皮溝（皮溝平行パターン、良性）、1は皮丘（皮丘平行パターン、悪性黒色腫）です。",
    ),
];

const SKIN: [Colour; 3] = [[238.0, 202.0, 184.0], [205.0, 150.0, 114.0], [116.0, 76.0, 56.0]];
/// Palm and sole are paler and yellower than the body, in dark skin too.
const PALM: [Colour; 2] = [[236.0, 198.0, 172.0], [196.0, 146.0, 112.0]];
const INK: Colour = [96.0, 62.0, 168.0];
const VEIL: Colour = [110.0, 112.0, 128.0];
const SCAR: Colour = [226.0, 196.0, 180.0];
const PEPPER: Colour = [122.0, 116.0, 122.0];

/// Angles of the outline that are kept.
const ANGLES: usize = 128;

/// The outline of a lesion and what lies within.
struct Lesion {
    radius: f32,
    long: f32,
    /// Sine and cosine of the way its length runs.
    turn: [f32; 2],
    /// How far the outline is, in shares of the radius, all about the middle.
    edge: [f32; ANGLES + 1],
    softness: f32,
    /// Where the pigment is darkest, in shares of the radius.
    heart: Place,
}

impl Lesion {
    fn of(asked: &Asked, ridges: Option<[f32; 2]>) -> Self {
        let value = |name| asked.value(PARAMETERS, name);
        let (asymmetry, border) = (value("asymmetry"), value("border"));
        let mut stream = Stream::of(asked.body.named("outline"));
        let mut long = 1.0 + 0.1 * stream.uniform();
        let (sine, cosine) = stream.between(0.0, 3.2).sin_cos();
        let mut turn = [sine, cosine];
        if let Some(way) = ridges {
            // It is longer along the ridges.
            (long, turn) = (1.0 / (1.08 + 0.1 * stream.uniform()), way);
        }
        let (tilt, spread) = (stream.between(0.0, std::f32::consts::TAU), stream.between(0.7, 1.3));
        let waves: [[f32; 3]; 7] = std::array::from_fn(|k| {
            let count = if k < 3 { k as f32 + 1.0 } else { k as f32 + 1.0 + (3.0 * stream.uniform()).floor() };
            let own = if k < 3 { 0.015 + 0.13 * asymmetry * spread } else { 0.006 + 0.042 * border };
            [own * stream.between(0.6, 1.0) * stream.sign(), count, stream.between(0.0, std::f32::consts::TAU)]
        });
        let edge = std::array::from_fn(|k| {
            let angle = angle_of(4.0 * k as f32 / ANGLES as f32);
            let edge: f32 = waves.iter().map(|[high, count, turn]| high * (count * angle + turn).sin()).sum();
            (1.0 + edge).max(0.35)
        });
        let off = 0.34 * asymmetry;
        Self {
            radius: 0.5 * value("size"),
            long,
            turn,
            edge,
            softness: 0.2 - 0.15 * border + 0.03 * stream.uniform(),
            heart: [off * tilt.cos(), off * tilt.sin()],
        }
    }

    /// A place in shares of the radius.
    fn share(&self, [x, y]: Place) -> Place {
        let (u, v) =
            ((x * self.turn[1] + y * self.turn[0]) * self.long, (y * self.turn[1] - x * self.turn[0]) / self.long);
        [u / self.radius, v / self.radius]
    }

    /// Where a place in shares of the radius lies.
    fn place(&self, [u, v]: Place) -> Place {
        let (x, y) = (u * self.radius / self.long, v * self.radius * self.long);
        [x * self.turn[1] - y * self.turn[0], x * self.turn[0] + y * self.turn[1]]
    }

    /// How far the outline is at an angle, which runs from 0 to 4 as [`angle_of`] has it.
    fn edge_at(&self, quarter: f32) -> f32 {
        let at = quarter.clamp(0.0, 3.999) * (ANGLES as f32 / 4.0);
        let k = at as usize;
        self.edge[k] + (at - k as f32) * (self.edge[k + 1] - self.edge[k])
    }

    /// Distance from the middle, 1 at the outline.
    #[inline]
    fn distance(&self, [u, v]: Place) -> f32 {
        let sum = u.abs() + v.abs() + 1e-4;
        // Runs like the angle, but needs no arc tangent.
        let quarter = if u >= 0.0 { 1.0 + v / sum } else { 3.0 - v / sum };
        (u * u + v * v).sqrt() / self.edge_at(quarter)
    }
}

/// The angle whose place on the diamond |u| + |v| = 1 is a share of the way round, 0 to 4 from the bottom (v = −1).
fn angle_of(quarter: f32) -> f32 {
    let (u, v) = if quarter <= 2.0 {
        (1.0 - (quarter - 1.0).abs(), quarter - 1.0)
    } else {
        ((quarter - 3.0).abs() - 1.0, 3.0 - quarter)
    };
    v.atan2(u)
}

/// How far a number is from the nearest whole one, −0.5 to 0.5.
#[inline]
fn off_whole(t: f32) -> f32 {
    // Beside 1.5 · 2²³ a number of 32 bits has no fractions left.
    t - ((t + 12_582_912.0) - 12_582_912.0)
}

/// About the sine of so many full turns.
#[inline]
fn wave(turns: f32) -> f32 {
    let d = off_whole(turns);
    16.0 * d * (0.5 - d.abs())
}

fn skin_colour(tone: f32, is_acral: bool) -> Colour {
    let tone = tone.clamp(0.0, 1.0);
    if is_acral {
        return mix(PALM[0], PALM[1], tone);
    }
    let at = 2.0 * tone;
    if at < 1.0 { mix(SKIN[0], SKIN[1], at) } else { mix(SKIN[1], SKIN[2], at - 1.0) }
}

/// Patterns that are drawn one by one, a value per pixel each; nothing where there are none.
struct Patterns {
    globules: Vec<f32>,
    streaks: Vec<f32>,
}

impl Patterns {
    fn of(asked: &Asked, view: View, lesion: &Lesion) -> Self {
        let value = |name| asked.value(PARAMETERS, name);
        let asymmetry = value("asymmetry");
        let (globules, streaks) = (value("globules"), value("streaks"));
        let plane = |amount: f32| if amount > 0.0 { vec![0.0; view.size * view.size] } else { Vec::new() };
        let mut patterns = Self { globules: plane(globules), streaks: plane(streaks) };
        if globules > 0.0 {
            let seed = asked.body.named("globules");
            for k in 0..(GLOBULES as f32 * globules).ceil() as usize {
                let mut stream = Stream::of(seed.at(k as u64));
                let quarter = stream.between(0.0, 4.0);
                let (angle, far) = (angle_of(quarter), 0.88 * lesion.edge_at(quarter) * stream.uniform().sqrt());
                // Where they are irregular, they crowd on one side.
                let middle = lesion.heart.map(|x| 0.9 * x);
                let near = 1.0 - 0.4 * asymmetry;
                let at = lesion.place([middle[0] + near * far * angle.cos(), middle[1] + near * far * angle.sin()]);
                let half = 0.21 * (1.0 + stream.between(-1.0, 1.0) * (0.15 + 0.4 * asymmetry));
                // The last one grows with the amount.
                let share = (GLOBULES as f32 * globules - k as f32).min(1.0);
                dot(&mut patterns.globules, view, at, half, |there, covered| larger(there, share * covered));
            }
        }
        if streaks > 0.0 {
            let seed = asked.body.named("streaks");
            let from = Stream::of(seed).between(0.0, 4.0);
            for k in 0..(STREAKS as f32 * streaks).ceil() as usize {
                let mut stream = Stream::of(seed.at(k as u64));
                // All about, or crowded on one side.
                let round = 4.0 * (k as f32 * 0.618_034).fract() - 2.0;
                let quarter = (from + round * (1.0 - 0.6 * asymmetry) + stream.normal(0.06)).rem_euclid(4.0);
                let (sine, cosine) = angle_of(quarter).sin_cos();
                let edge = lesion.edge_at(quarter);
                let (start, end) = (0.8 * edge, edge * stream.between(1.08, 1.24));
                let half = stream.between(0.13, 0.2);
                let bulb = if stream.chance(0.5) { 1.25 } else { 0.4 };
                let knot = |far: f32, half: f32| {
                    let [x, y] = lesion.place([far * cosine, far * sine]);
                    [x, y, half]
                };
                let knots = [
                    knot(start, 0.6 * half),
                    knot(edge, half),
                    knot(0.3 * edge + 0.7 * end, 0.85 * half),
                    knot(end, bulb * half),
                ];
                let share = (STREAKS as f32 * streaks - k as f32).min(1.0);
                stroke(&mut patterns.streaks, view, &knots, [share, -0.15 * share], larger);
            }
        }
        patterns
    }
}

/// Red, green and blue of a row.
type Row<'r> = [&'r mut [f32]; 3];

/// Mixes a colour into a row, as much of it as `shares` says.
fn tint(row: &mut Row, colour: Colour, shares: &[f32]) {
    for (channel, colour) in row.iter_mut().zip(colour) {
        for (value, &share) in channel.iter_mut().zip(shares) {
            *value += share * (colour - *value);
        }
    }
}

/// Multiplies each channel by what a dye lets through, as far as `shares` says.
fn dye(row: &mut Row, dye: Colour, shares: &[f32]) {
    for (channel, dye) in row.iter_mut().zip(dye) {
        let takes = dye / 255.0 - 1.0;
        for (value, &share) in channel.iter_mut().zip(shares) {
            *value *= 1.0 + share * takes;
        }
    }
}

fn draw(asked: &Asked) -> Picture {
    let value = |name| asked.value(PARAMETERS, name);
    let (body, shot, size) = (asked.body, asked.shot, asked.size);
    let spacing = FIELD / size as f32;
    let pixels = size * size;
    let mut pose = Stream::of(shot.named("pose"));
    let zoom = 1.0 + pose.normal(0.02);
    let view = View::new(size, [spacing; 2]).posed(pose.normal(6.0), zoom, [pose.normal(0.3), pose.normal(0.3)]);
    let moved = view.shift.map(|mm| mm / spacing);
    let cells = |mm: f32| [mm * zoom / spacing; 2];
    let field = |name: &str, mm: f32, sd: f32| {
        let mut plane = vec![0.0; pixels];
        cloud(&mut plane, size, body.named(name), cells(mm), moved, sd);
        plane
    };

    let is_acral = value("acral") >= 0.5;
    let mut stream = Stream::of(body.named("skin"));
    let tone = value("skin_tone");
    let skin = skin_colour(tone + stream.normal(0.06), is_acral);
    let (red, lines) = (stream.between(0.2, 1.0), stream.between(0.3, 1.0));
    let furrow = stream.between(0.0, 3.2).sin_cos();
    // Ridges and furrows of palm and sole: so many mm from furrow to furrow, wide enough to be seen in small pictures.
    let pitch = stream.between(0.9, 1.05);
    let blood = field("mottle", 3.0, 0.3);
    let fine = field("fine", 0.5, 1.0);
    let ragged = field("ragged", 1.0, 1.0);

    let lesion = Lesion::of(asked, is_acral.then_some([furrow.0, furrow.1]));
    let patterns = Patterns::of(asked, view, &lesion);
    let cloudy = field("patches", lesion.radius / 1.5, 1.0);
    let mut stream = Stream::of(body.named("pigment"));
    let pigment = value("pigment") * (1.0 + stream.normal(0.1));
    let (cell, warmth) = (stream.between(0.68, 0.95), stream.between(-1.0, 1.0));
    // Darker skin has darker lesions.
    let brown =
        lit([142.0 + 12.0 * warmth, 88.0, 58.0 - 8.0 * warmth], (1.0 + stream.normal(0.09)) * (1.0 - 0.42 * tone));
    let gradient = stream.between(0.15, 0.5);
    let variety = value("colour");
    let others: [Colour; 5] =
        [[92.0, 54.0, 38.0], [50.0, 37.0, 35.0], [94.0, 92.0, 106.0], [170.0, 96.0, 82.0], [198.0, 168.0, 152.0]];
    let mut wander = Stream::of(body.named("colours"));
    // One colour after the other, as variety grows.
    let patches: Vec<(f32, f32, Colour, Vec<f32>)> = others
        .into_iter()
        .enumerate()
        .filter_map(|(k, other)| {
            let seed = wander.uniform();
            let there = smooth(0.13 * k as f32, 0.13 * k as f32 + 0.4, variety);
            let name = ["dark", "black", "blue", "red", "white"][k];
            (there > 0.0).then(|| {
                (
                    there,
                    0.2 * k as f32 + 0.1 * seed,
                    lit(other, 1.0 - 0.2 * tone),
                    field(name, lesion.radius / 1.3, 1.0),
                )
            })
        })
        .collect();
    // Ridges take the place of a network.
    let network = if is_acral { 0.0 } else { value("network") };
    let (asymmetry, border) = (value("asymmetry"), value("border"));
    let (veil, regression, ridge) = (value("veil"), value("regression"), value("ridge"));
    // The veil lies over the darkest part, regression on the other side.
    let mut stream = Stream::of(body.named("veil"));
    let away = stream.between(0.0, std::f32::consts::TAU);
    let veil_at = [0.6 * lesion.heart[0] + 0.22 * away.cos(), 0.6 * lesion.heart[1] + 0.22 * away.sin()];
    let scar_at = [-0.62 * away.cos(), -0.62 * away.sin()];
    let (veil_reach, scar_reach) = (0.28 + 0.4 * veil, 0.3 + 0.26 * regression);

    let mut stream = Stream::of(shot.named("light"));
    let light = 1.0 + stream.normal(0.025);
    let side = [stream.normal(0.04), stream.normal(0.04)];
    let warm = value("white_balance") + stream.normal(0.08);
    let balance = [1.0 + 0.07 * warm, 1.0 + 0.01 * warm, 1.0 - 0.13 * warm];
    let vignette = value("vignette");
    let rim = 0.58 * smooth(0.4, 0.9, vignette);
    let (corners, round) = (Ramp::new(0.55, 1.4), Ramp::new(0.98, 1.06));
    let (level, grains) = (value("noise"), shot.named("grain"));

    let mut masks = vec![vec![0_u8; pixels]; RENDERER.masks.len()];
    let mut photo = [vec![0.0_f32; pixels], vec![0.0; pixels], vec![0.0; pixels]];
    let mut buffers = [[0.0_f32; LARGEST]; 7];
    let levels = [level; LARGEST];
    // Nothing of the lesion lies further from its middle, in shares of the radius.
    let reach = lesion.edge.iter().fold(0.0_f32, |most, &edge| most.max(edge)) * 1.55;
    for row in 0..size {
        let here = row * size..(row + 1) * size;
        let [r, g, b] = &mut photo;
        let mut colours: Row = [&mut r[here.clone()], &mut g[here.clone()], &mut b[here.clone()]];
        let [groove, lights, dose, covered, ridges, u, v] = &mut buffers;
        let [groove, lights, dose, covered, ridges, u, v] =
            [groove, lights, dose, covered, ridges, u, v].map(|line| &mut line[..size]);
        let [blood, fine, ragged, cloudy] = [&blood, &fine, &ragged, &cloudy].map(|plane| &plane[here.clone()][..size]);
        let ([x0, y0], [x1, y1]) = (view.body(row, 0), view.body(row, 1));
        let (step_x, step_y) = (x1 - x0, y1 - y0);
        // Along and across the furrows.
        let turned = |x: f32, y: f32| [x * furrow.1 + y * furrow.0, y * furrow.1 - x * furrow.0];
        let ([a0, b0], [step_a, step_b]) = (turned(x0, y0), turned(step_x, step_y));
        if is_acral {
            for i in 0..size {
                let phase = (b0 + step_b * i as i32 as f32) / pitch + 0.5 * blood[i];
                let off = off_whole(phase).abs();
                // 1 in the furrow, and 1 on the ridge.
                groove[i] = 1.0 - ease((off - 0.05) * (1.0 / 0.14));
                ridges[i] = ease((off - 0.16) * (1.0 / 0.12));
                let pore = wave((a0 + step_a * i as i32 as f32) / 0.8 + 0.3 * blood[i]);
                lights[i] = 1.0 + 0.014 * fine[i] - 0.12 * groove[i] + 0.05 * ridges[i] * larger(pore - 0.6, 0.0);
            }
        } else {
            for i in 0..size {
                let bent = 0.25 * cloudy[i];
                let one = wave(0.67 * (a0 + step_a * i as i32 as f32 + bent)).abs();
                let two = wave(0.57 * (b0 + step_b * i as i32 as f32 - bent)).abs();
                let line = larger(ease((one - 0.75) * 4.0), ease((two - 0.8) * 5.0));
                lights[i] = 1.0 + 0.012 * fine[i] - 0.03 * lines * line;
            }
        }
        for (channel, skin) in colours.iter_mut().zip(skin) {
            channel.fill(skin);
        }
        for i in 0..size {
            covered[i] = red * (0.5 + 0.5 * blood[i]);
        }
        dye(&mut colours, [250.0, 205.0, 200.0], covered);
        for channel in &mut colours {
            for (value, &light) in channel.iter_mut().zip(&*lights) {
                *value *= light;
            }
        }

        // The columns that may show the lesion.
        let [u0, v0] = lesion.share([x0, y0]);
        let [step_u, step_v] = lesion.share([step_x, step_y]);
        for i in 0..size {
            u[i] = u0 + step_u * i as i32 as f32;
            v[i] = v0 + step_v * i as i32 as f32;
        }
        let near = |i: &usize| u[*i] * u[*i] + v[*i] * v[*i] < reach * reach;
        let first = (0..size).find(near);
        if let Some(first) = first {
            let last = (0..size).rfind(near).unwrap_or(first) + 1;
            let span = first..last;
            let n = span.len();
            let [u, v, fine, ragged, cloudy] = [&*u, &*v, fine, ragged, cloudy].map(|line| &line[span.clone()][..n]);
            let mut colours: Row = colours.each_mut().map(|channel| &mut channel[span.clone()]);
            let (dose, covered) = (&mut dose[..n], &mut covered[..n]);
            let (furrows, ridges) = (&groove[span.clone()][..n], &ridges[span.clone()][..n]);
            // First the ragged distance from the middle.
            for i in 0..n {
                dose[i] = lesion.distance([u[i], v[i]]) + (0.012 + 0.085 * border) * ragged[i];
            }
            let mask = &mut masks[0][here.clone()][span.clone()][..n];
            for i in 0..n {
                mask[i] = u8::from(dose[i] < 1.0);
            }
            let outline = Ramp::new(1.0 + lesion.softness, 1.0 - lesion.softness);
            // Where other colours or a veil lie, no network is seen.
            covered.fill(0.0);
            let mut shares = [[0.0_f32; LARGEST]; 5];
            for ((there, rare, _, patch), shares) in patches.iter().zip(&mut shares) {
                let patch = &patch[here.clone()][span.clone()][..n];
                let ramp = Ramp::new(0.1 + 0.6 * rare, 0.95 + 0.6 * rare);
                for i in 0..n {
                    shares[i] = 0.86 * there * ramp.at(patch[i]);
                    covered[i] = larger(covered[i], shares[i]);
                }
            }
            let per_cell = [view.body(row, first), [step_x, step_y]].map(|[x, y]| turned(x / cell, y / cell));
            for i in 0..n {
                let inside = outline.at(dose[i]);
                let (du, dv) = (u[i] - lesion.heart[0], v[i] - lesion.heart[1]);
                let core = (du * du + dv * dv).sqrt();
                let thick = pigment
                    * (1.0
                        + gradient * (0.55 - core)
                        + 0.13 * cloudy[i]
                        + 0.5 * asymmetry * (lesion.heart[0] * u[i] + lesion.heart[1] * v[i]));
                // A honeycomb: three waves, a sixth of a turn apart, bent and less regular where the lesion is.
                let at = i as i32 as f32;
                let twist = (0.2 + 0.2 * asymmetry) * cloudy[i] + (0.12 + 0.08 * asymmetry) * ragged[i];
                let (x, y) =
                    (per_cell[0][0] + per_cell[1][0] * at + twist, per_cell[0][1] + per_cell[1][1] * at - twist);
                let comb = wave(0.25 + x) + wave(0.25 - 0.5 * x + 0.866 * y) + wave(0.25 - 0.5 * x - 0.866 * y);
                let mesh = ease(0.62 - 0.7 * comb) * (1.0 + 0.3 * asymmetry * ragged[i]);
                let weave = network * 0.62 * (mesh - 0.4) * (1.0 - 0.7 * covered[i]) * ease((core + 0.2) * 2.5);
                dose[i] = inside * larger(thick * 0.86 + weave, 0.1);
            }
            if is_acral {
                for i in 0..n {
                    let pattern = furrows[i] + ridge * (ridges[i] - furrows[i]);
                    dose[i] *= 0.24 + 0.98 * pattern;
                }
            }
            if !patterns.globules.is_empty() {
                let dots = &patterns.globules[here.clone()][span.clone()][..n];
                for i in 0..n {
                    dose[i] += 0.6 * dots[i] * ease(4.0 * dose[i]);
                }
            }
            if !patterns.streaks.is_empty() {
                let lines = &patterns.streaks[here.clone()][span.clone()][..n];
                for i in 0..n {
                    dose[i] = larger(dose[i], 1.1 * lines[i]);
                    mask[i] |= u8::from(lines[i] > 0.35);
                }
            }
            // A thin layer tints the skin, a thick one hides it and is darker.
            let mut tints: [[f32; LARGEST]; 3] = std::array::from_fn(|c| [brown[c]; LARGEST]);
            let [tr, tg, tb] = &mut tints;
            let mut tinted: Row = [&mut tr[..n], &mut tg[..n], &mut tb[..n]];
            for ((_, _, colour, _), shares) in patches.iter().zip(&shares) {
                tint(&mut tinted, *colour, &shares[..n]);
            }
            for i in 0..n {
                let share = lesser(1.15 * dose[i] / (1.0 + 0.45 * dose[i]), 1.0);
                let deep = 1.0 + 0.028 * fine[i] - 0.3 * larger(dose[i] - 0.85, 0.0);
                for (channel, tint) in colours.iter_mut().zip(&tinted) {
                    channel[i] += share * (tint[i] * deep - channel[i]);
                }
            }
            if veil > 0.0 {
                let ramp = Ramp::new(veil_reach + 0.34, veil_reach - 0.24);
                for i in 0..n {
                    let (du, dv) = (u[i] - veil_at[0], v[i] - veil_at[1]);
                    let far = (du * du + dv * dv).sqrt() + 0.16 * cloudy[i] + 0.07 * ragged[i];
                    covered[i] = ramp.at(far) * ease(3.0 * dose[i]) * lesser(2.5 * veil, 0.74);
                }
                tint(&mut colours, lit(VEIL, 1.0 - 0.2 * tone), covered);
            }
            if regression > 0.0 {
                let ramp = Ramp::new(scar_reach + 0.24, scar_reach - 0.16);
                for i in 0..n {
                    let (du, dv) = (u[i] - scar_at[0], v[i] - scar_at[1]);
                    let far = (du * du + dv * dv).sqrt() - 0.15 * cloudy[i] + 0.08 * ragged[i];
                    covered[i] = ramp.at(far) * ease(3.0 * dose[i]) * lesser(2.5 * regression, 0.78);
                }
                tint(&mut colours, lit(SCAR, 1.0 - 0.35 * tone), covered);
                for i in 0..n {
                    covered[i] *= 0.6 * ease((fine[i] - 0.9) * 1.6);
                }
                tint(&mut colours, PEPPER, covered);
            }
        }

        let across = (row as f32 + 0.5) / size as f32 * 2.0 - 1.0;
        for (i, value) in lights.iter_mut().enumerate() {
            let u = (i as i32 as f32 + 0.5) / size as f32 * 2.0 - 1.0;
            let far = (u * u + across * across).sqrt();
            let dark = 1.0 - vignette * (0.42 * corners.at(far) + rim * round.at(far));
            *value = light * (1.0 + side[0] * u + side[1] * across) * dark;
        }
        for (channel, balance) in colours.iter_mut().zip(balance) {
            for (value, &light) in channel.iter_mut().zip(&*lights) {
                *value *= balance * light;
            }
        }
        colour_grain(&mut colours, grains, row * size, &levels[..size]);
        for channel in &mut colours {
            for value in channel.iter_mut() {
                *value = value.clamp(0.0, 255.0);
            }
        }
    }
    ink(&mut photo, &mut masks[1], view, &lesion, asked);
    hair(&mut photo, &mut masks[2], view, asked);
    let mut bytes = vec![0_u8; 3 * pixels];
    let [r, g, b] = &mut photo;
    interleave(&[r, g, b], &mut bytes);
    Picture { size, channels: 3, pixels: bytes, masks, spacing: [f64::from(spacing); 2] }
}

/// Draws the surgeon's marks over the finished photograph.
fn ink(photo: &mut [Vec<f32>; 3], mask: &mut [u8], view: View, lesion: &Lesion, asked: &Asked) {
    let strength = asked.value(PARAMETERS, "ink");
    if strength <= 0.0 {
        return;
    }
    let mut cover = vec![0.0; mask.len()];
    let mut stream = Stream::of(asked.body.named("ink"));
    let half = stream.between(0.22, 0.36);
    let away = (lesion.radius + stream.between(0.9, 1.6)).min(0.5 * FIELD - 1.2);
    let from = stream.between(0.0, std::f32::consts::TAU);
    let place = |angle: f32, away: f32| [away * angle.cos(), away * angle.sin()];
    match stream.uniform() {
        // An arc about the lesion.
        kind if kind < 0.4 => {
            let span = stream.between(1.2, 3.6);
            let mut knots = [[0.0; 3]; 14];
            for (k, knot) in knots.iter_mut().enumerate() {
                let [x, y] = place(from + span * k as f32 / 13.0, away + stream.normal(0.05));
                *knot = [x, y, half * (1.0 + stream.normal(0.1))];
            }
            stroke(&mut cover, view, &knots, [1.0, 0.0], larger);
        }
        // Dots around it.
        kind if kind < 0.7 => {
            let count = 3 + (4.0 * stream.uniform()) as usize;
            for k in 0..count {
                let at = place(from + k as f32 * std::f32::consts::TAU / count as f32 + stream.normal(0.15), away);
                dot(&mut cover, view, at, 1.5 * half, larger);
            }
        }
        // Strokes that point to it.
        _ => {
            for k in 0..2 + usize::from(stream.chance(0.5)) {
                let angle = from + 1.9 * k as f32 + stream.normal(0.3);
                let ([x, y], [to_x, to_y]) =
                    (place(angle, away), place(angle + stream.normal(0.12), away + stream.between(1.2, 3.0)));
                stroke(&mut cover, view, &[[x, y, half], [to_x, to_y, 1.1 * half]], [1.0, 0.0], larger);
            }
        }
    }
    // It dries unevenly.
    let mut dry = vec![0.82; mask.len()];
    let cell = 0.7 * view.zoom / view.spacing[0];
    cloud(
        &mut dry,
        view.size,
        asked.body.named("ink").named("uneven"),
        [cell; 2],
        view.shift.map(|mm| mm / view.spacing[0]),
        0.05,
    );
    for i in 0..mask.len() {
        if cover[i] > 0.0 {
            mask[i] = 1;
            let share = strength * cover[i].min(1.0) * dry[i].clamp(0.6, 1.0);
            for (channel, ink) in photo.iter_mut().zip(INK) {
                channel[i] *= 1.0 + share * (ink / 255.0 - 1.0);
            }
        }
    }
}

/// Lays hairs over the finished photograph. More hairs leave the first ones where they are.
fn hair(photo: &mut [Vec<f32>; 3], mask: &mut [u8], view: View, asked: &Asked) {
    let count = (asked.value(PARAMETERS, "hair").round() as usize).min(HAIRS);
    if count == 0 {
        return;
    }
    let mut cover = vec![0.0; mask.len()];
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
        let mut knots: [Knot; 17] = [[0.0; 3]; 17];
        for (step, knot) in knots[..steps.min(17)].iter_mut().enumerate() {
            *knot = [at[0], at[1], half * (1.0 - 0.6 * step as f32 / steps as f32)];
            at = [at[0] + 0.75 * angle.cos(), at[1] + 0.75 * angle.sin()];
            angle += curl;
        }
        stroke(&mut cover, view, &knots[..steps.min(17)], [1.0, 0.0], larger);
    }
    for i in 0..mask.len() {
        if cover[i] > 0.0 {
            mask[i] = 1;
            let share = (0.1 + 1.25 * cover[i]).min(0.94);
            for (channel, dark) in photo.iter_mut().zip(dark) {
                channel[i] += share * (dark - channel[i]);
            }
        }
    }
}
