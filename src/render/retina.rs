//! A photograph of the retina of one eye, 45° wide, about 13.5 mm on a side: macula in the middle, disc beside it.
//!
//! Arteries and veins grow from the disc in pairs: each vessel walks step by step, turns, sends off branches and ends before the fovea.
//! Veins are wider and darker than arteries, as 3 is to 2. Blots are round, flames follow the nerve fibres.

#![expect(clippy::many_single_char_names, reason = "places and colours: x, y; u, v; r, g, b")]

use super::canvas::{Place, View, smooth};
use super::colour::{Colour, lit, mix};
use super::modality::{Asked, LARGEST, Parameter, Picture, Renderer};
use super::raster::{Ramp, cloud, colour_grain, ease, interleave, larger, lesser, stroke};
use super::stream::Stream;
use seed::Seed;

/// The side of the picture in mm on the retina.
const FIELD: f32 = 13.5;

/// The radius of what the camera sees, in mm.
const APERTURE: f32 = 6.45;

/// The retinal photograph.
pub const RENDERER: Renderer = Renderer {
    name: "fundus@2",
    channels: 3,
    parameters: PARAMETERS,
    masks: &["vessel", "disc", "cup", "lesion"],
    en: "Retinal photograph, 45° wide: disc with cup, arteries and darker, wider veins, macula, red and yellow lesions. 13.5 mm on a side.",
    ja: "画角45°の眼底写真：視神経乳頭と陥凹、動脈とより太く暗い静脈、黄斑、出血や白斑。一辺13.5 mm。",
    draw,
};

const DOTS: usize = 40;
const BLOTS: usize = 15;
const FLAMES: usize = 12;
const FLECKS: usize = 40;

pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::new(
        "left_eye",
        "",
        [0.0, 1.0, 0.0],
        "Which eye: below 0.5 the right one, with the disc on the right; otherwise the left one.",
        "左右の眼：0.5未満は右眼（乳頭は向かって右）、それ以外は左眼です。",
    ),
    Parameter::new(
        "pigmentation",
        "",
        [0.0, 1.0, 0.4],
        "Pigment behind the retina: 0 a blond fundus, 1 a dark one.",
        "眼底の色素：0は明るい眼底、1は濃い眼底です。",
    ),
    Parameter::new(
        "cup_to_disc_ratio",
        "",
        [0.1, 0.9, 0.35],
        "Height of the cup divided by the height of the disc.",
        "C/D比：陥凹の縦径を乳頭の縦径で割った値です。",
    ),
    Parameter::new(
        "vessel_width",
        "",
        [0.6, 1.4, 1.0],
        "Width of the vessels relative to the average.",
        "平均に対する血管径の比です。",
    ),
    Parameter::new(
        "tortuosity",
        "",
        [0.0, 1.0, 0.2],
        "How much the vessels wind: 0 nearly straight, 1 very tortuous.",
        "血管の蛇行：0はほぼ直線的、1は高度の蛇行です。",
    ),
    Parameter::new(
        "microaneurysms",
        "",
        [0.0, DOTS as f64, 0.0],
        "Number of red dots, 0.06 to 0.13 mm wide; rounded to a whole number.",
        "毛細血管瘤（径0.06〜0.13 mmの赤い点）の数です。整数に丸めます。",
    ),
    Parameter::new(
        "haemorrhages",
        "",
        [0.0, BLOTS as f64, 0.0],
        "Number of red blots, 0.25 to 0.7 mm wide; rounded to a whole number.",
        "斑状出血（径0.25〜0.7 mm）の数です。整数に丸めます。",
    ),
    Parameter::new(
        "exudates",
        "",
        [0.0, FLECKS as f64, 0.0],
        "Number of hard exudates, yellow flecks in clusters; rounded to a whole number.",
        "硬性白斑（集簇する黄色の斑）の数です。整数に丸めます。",
    ),
    Parameter::new(
        "lesion_contrast",
        "",
        [0.2, 1.5, 0.8],
        "Strength of all red and yellow lesions. Only seen where there are lesions.",
        "赤色・黄色病変の濃さです。病変があるときだけ見えます。",
    ),
    Parameter::new(
        "illumination",
        "",
        [0.0, 1.0, 0.15],
        "Unevenness of the light: 0 even, 1 one side nearly dark.",
        "照明のむら：0は均一、1は片側がかなり暗くなります。",
    ),
    Parameter::new(
        "haze",
        "",
        [0.0, 1.0, 0.1],
        "Clouding of lens and vitreous: 0 clear, 1 pale and flat, as with a dense cataract.",
        "中間透光体の混濁：0は透明、1は進んだ白内障のように白くかすみます。",
    ),
    Parameter::new(
        "noise",
        "grey levels",
        [0.0, 25.0, 3.0],
        "Standard deviation of the grain.",
        "粒状ノイズの標準偏差（階調）です。",
    ),
    Parameter::new(
        "flame_haemorrhages",
        "",
        [0.0, FLAMES as f64, 0.0],
        "Number of flame-shaped haemorrhages, 0.7 to 1.6 mm long, along the nerve fibres; rounded to a whole number.",
        "火炎状出血（長さ0.7〜1.6 mm、神経線維に沿う）の数です。整数に丸めます。",
    ),
];

/// Where things lie in a right eye, in mm from the centre of the picture; a left eye is its mirror image.
struct Eye {
    disc: Place,
    /// Half of the disc's width and height.
    half: [f32; 2],
    fovea: Place,
    /// 1 for a right eye, −1 for a left one.
    side: f32,
}

impl Eye {
    fn of(asked: &Asked) -> Self {
        let mut stream = Stream::of(asked.body.named("eye"));
        let side = if asked.value(PARAMETERS, "left_eye") < 0.5 { 1.0 } else { -1.0 };
        let disc = [3.2 + stream.normal(0.25), stream.normal(0.2)];
        let high = 0.95 + stream.normal(0.07);
        Self {
            disc,
            half: [high * (0.9 + stream.normal(0.04)), high],
            fovea: [disc[0] - 4.5 + stream.normal(0.15), disc[1] + 0.45 + stream.normal(0.15)],
            side,
        }
    }

    /// How it lies on the picture of one shot.
    fn view(&self, asked: &Asked) -> View {
        let mut pose = Stream::of(asked.shot.named("pose"));
        let spacing = FIELD / asked.size as f32;
        let turn = pose.normal(2.0);
        View::new(asked.size, [spacing; 2]).posed(turn, 1.0, [pose.normal(0.18), pose.normal(0.18)]).mirrored(self.side)
    }

    /// How the nerve fibres run at a place: away from the disc, and temporally bent round the macula.
    fn fibre(&self, at: Place) -> [f32; 2] {
        let out = [at[0] - self.disc[0], at[1] - self.disc[1]];
        let far = (out[0] * out[0] + out[1] * out[1]).sqrt().max(0.1);
        // The further to the temporal side, the more they run level and then towards the raphe.
        let temporal = ease((self.disc[0] - at[0]) / 3.0);
        let way = [out[0] / far - 0.6 * temporal, out[1] / far * (1.0 - 0.6 * temporal)];
        let length = (way[0] * way[0] + way[1] * way[1]).sqrt().max(0.1);
        [way[0] / length, way[1] / length]
    }
}

/// One vessel still to be drawn.
struct Vessel {
    at: Place,
    angle: f32,
    half: f32,
    /// Turn per mm.
    bend: f32,
    /// Steps left.
    steps: usize,
    depth: u8,
    /// Its own stream, so that no other vessel moves when this one changes.
    seed: Seed,
}

const STEP: f32 = 0.42;
/// Most steps of a vessel.
const LONGEST: usize = 27;

/// How the arteries, or the veins, of an eye are drawn.
struct Kind {
    name: &'static str,
    /// Half of a trunk's width at the disc, in mm.
    half: f32,
    /// Share of colour in the middle of a vessel, and what its edge has more.
    tint: [f32; 2],
    /// How much nearer to the fovea its arcades run.
    lean: f32,
}

const VEINS: Kind = Kind { name: "veins", half: 0.108, tint: [1.0, -0.25], lean: 0.06 };
/// Light is thrown back from the middle of an artery.
const ARTERIES: Kind = Kind { name: "arteries", half: 0.076, tint: [0.9, 0.05], lean: -0.06 };

/// Draws the arteries, or the veins, of an eye.
fn tree(plane: &mut [f32], view: View, eye: &Eye, kind: &Kind, asked: &Asked) {
    let seed = asked.body.named(kind.name);
    let winding = asked.value(PARAMETERS, "tortuosity");
    let wide = asked.value(PARAMETERS, "vessel_width");
    let width = kind.half;
    let mut stream = Stream::of(seed);
    let mut open: Vec<Vessel> = Vec::with_capacity(64);
    for down in [-1.0_f32, 1.0] {
        // Two arcades about the macula, two vessels to the nose, two small ones towards the macula; angles from straight up or down
        // towards the fovea.
        let start = |stream: &mut Stream, number: u64, lean: f32, bend: f32, half: f32, steps: usize| {
            let angle = std::f32::consts::FRAC_PI_2 + lean + stream.normal(0.1);
            Vessel {
                at: [eye.disc[0] + stream.normal(0.08), eye.disc[1] + down * 0.1],
                angle: down * angle,
                half: half * (1.0 + stream.normal(0.07)),
                bend: down * (bend + stream.normal(0.025)),
                steps,
                depth: 0,
                seed: seed.named("trunk").at(2 * number + u64::from(down > 0.0)),
            }
        };
        open.push(start(&mut stream, 0, -0.1 + kind.lean, 0.36, width, 26));
        open.push(start(&mut stream, 1, -0.9 + kind.lean, -0.05, 0.78 * width, 11));
        open.push(start(&mut stream, 2, 0.62 + kind.lean, 0.05, 0.4 * width, 7));
    }
    while let Some(mut vessel) = open.pop() {
        let mut knots = [[0.0_f32; 3]; LONGEST + 1];
        let mut drawn = 0;
        let mut stream = Stream::of(vessel.seed);
        let phase = stream.between(0.0, std::f32::consts::TAU);
        let mut turn = stream.sign();
        for step in 0..=vessel.steps.min(LONGEST) {
            knots[drawn] = [vessel.at[0], vessel.at[1], vessel.half * wide];
            drawn += 1;
            let (dx, dy) = (vessel.at[0] - eye.fovea[0], vessel.at[1] - eye.fovea[1]);
            let out = vessel.at[0] * vessel.at[0] + vessel.at[1] * vessel.at[1];
            if dx * dx + dy * dy < 0.5 || out > (APERTURE + 0.4) * (APERTURE + 0.4) {
                break;
            }
            let wave = (0.08 + 0.62 * winding)
                * (step as f32 * 1.33 + phase).sin()
                * if vessel.depth == 0 { 0.6 } else { 1.0 };
            let (sine, cosine) = (vessel.angle + wave + stream.between(-0.09, 0.09)).sin_cos();
            vessel.at = [vessel.at[0] + STEP * cosine, vessel.at[1] + STEP * sine];
            // Arcades flatten once they run level.
            let level =
                if vessel.depth == 0 { smooth(0.2, 0.9, (vessel.angle.cos() + 1.0).min(1.0)).max(0.25) } else { 1.0 };
            vessel.angle += vessel.bend * STEP * level;
            vessel.half *= if vessel.depth == 0 { 0.975 } else { 0.95 };
            if step % 3 == 2 && vessel.depth < 2 && vessel.half > 0.02 {
                turn = -turn;
                let away = turn * stream.between(0.45, 0.95);
                let share = stream.between(0.5, 0.72);
                open.push(Vessel {
                    at: vessel.at,
                    angle: vessel.angle + away,
                    half: vessel.half * share,
                    bend: -0.16 * away + stream.normal(0.04),
                    steps: (vessel.steps.saturating_sub(step) * 2 / 5 + 3).min(9),
                    depth: vessel.depth + 1,
                    seed: vessel.seed.named("branch").at(step as u64),
                });
                vessel.angle -= 0.12 * away;
            }
        }
        stroke(plane, view, &knots[..drawn], kind.tint, larger);
    }
}

/// A round lesion: place, half width, whether it is yellow, and its own bumps.
struct Spot {
    at: Place,
    half: f32,
    is_yellow: bool,
    bump: [f32; 3],
}

/// The round lesions asked for; more of a kind leave the first ones where they are.
fn spots(asked: &Asked, eye: &Eye) -> Vec<Spot> {
    let count = |name, most: usize| (asked.value(PARAMETERS, name).round() as usize).min(most);
    let mut all = Vec::new();
    let bumps = |stream: &mut Stream, most: f32| std::array::from_fn(|_| stream.between(-most, most));
    for (name, most, low, high) in [("microaneurysms", DOTS, 0.03, 0.065), ("haemorrhages", BLOTS, 0.13, 0.35)] {
        for k in 0..count(name, most) {
            let mut stream = Stream::of(asked.body.named(name).at(k as u64));
            let at = anywhere(eye, &mut stream, 5.4);
            let bump = bumps(&mut stream, 0.16);
            all.push(Spot { at, half: stream.between(low, high), is_yellow: false, bump });
        }
    }
    // Exudates lie in a few clusters, mostly near the macula.
    let seed = asked.body.named("exudates");
    let mut stream = Stream::of(seed);
    let clusters: [Place; 4] = std::array::from_fn(|_| {
        let (angle, far) = (stream.between(0.0, std::f32::consts::TAU), stream.between(1.0, 2.8));
        [eye.fovea[0] + far * angle.cos(), eye.fovea[1] + far * angle.sin()]
    });
    for k in 0..count("exudates", FLECKS) {
        let mut stream = Stream::of(seed.at(k as u64));
        let cluster = clusters[((stream.uniform() * stream.uniform() * 4.0) as usize).min(3)];
        let mut at = cluster;
        for _ in 0..20 {
            at = [cluster[0] + stream.normal(0.45), cluster[1] + stream.normal(0.45)];
            if fits(eye, at) {
                break;
            }
        }
        let bump = bumps(&mut stream, 0.24);
        all.push(Spot { at, half: stream.between(0.05, 0.15), is_yellow: true, bump });
    }
    all
}

/// Whether a lesion may lie here: within what the camera sees, off the disc.
fn fits(eye: &Eye, at: Place) -> bool {
    let (dx, dy) = (at[0] - eye.disc[0], at[1] - eye.disc[1]);
    at[0].hypot(at[1]) < APERTURE - 0.8 && dx * dx + dy * dy > 1.5 * 1.5
}

/// A place that fits, off the fovea, not further than `reach` from the middle.
fn anywhere(eye: &Eye, stream: &mut Stream, reach: f32) -> Place {
    let mut at = eye.fovea;
    for _ in 0..40 {
        let (angle, far) = (stream.between(0.0, std::f32::consts::TAU), reach * stream.uniform().sqrt());
        at = [far * angle.cos(), far * angle.sin()];
        if fits(eye, at) && (at[0] - eye.fovea[0]).hypot(at[1] - eye.fovea[1]) > 0.5 {
            return at;
        }
    }
    at
}

/// Spreads round lesions over a red and a yellow layer.
fn spread(spots: &[Spot], view: View, red: &mut [f32], yellow: &mut [f32]) {
    let edge = view.pixel_mm();
    for spot in spots {
        let Some(middle) = view.pixel(spot.at) else { continue };
        let plane = if spot.is_yellow { &mut *yellow } else { &mut *red };
        // Smaller than a pixel: one pixel, fainter by the share of it that is filled, but not so faint as to vanish.
        let drawn = spot.half.max(0.5 * edge);
        let strength = (spot.half / drawn).powi(2).max(0.35);
        let reach = (1.4 * drawn / edge).ceil() as usize + 1;
        let (row, column) = (middle / view.size, middle % view.size);
        for row in row.saturating_sub(reach)..(row + reach + 1).min(view.size) {
            for column in column.saturating_sub(reach)..(column + reach + 1).min(view.size) {
                let [x, y] = view.body(row, column);
                let (dx, dy) = (x - spot.at[0], y - spot.at[1]);
                let far = (dx * dx + dy * dy).sqrt();
                let (c, s) = (dx / far.max(1e-3), dy / far.max(1e-3));
                let wave =
                    spot.bump[0] * (c * c - s * s) + spot.bump[1] * c * s + spot.bump[2] * c * (c * c - 3.0 * s * s);
                let share = ((drawn * (1.0 + wave) - far) / edge + 0.5).clamp(0.0, 1.0) * strength;
                let i = row * view.size + column;
                plane[i] = plane[i].max(if share >= 0.15 { share } else { 0.0 });
            }
        }
        plane[middle] = plane[middle].max(0.35);
    }
}

/// Flame haemorrhages: blood between the nerve fibres, a spindle that frays at its ends.
fn flames(asked: &Asked, eye: &Eye, view: View, red: &mut [f32]) {
    let count = (asked.value(PARAMETERS, "flame_haemorrhages").round() as usize).min(FLAMES);
    let mut own = vec![0.0; red.len()];
    for k in 0..count {
        let mut stream = Stream::of(asked.body.named("flames").at(k as u64));
        let mut at = anywhere(eye, &mut stream, 4.8);
        // Most lie near the disc, where the layer of fibres is thick.
        for _ in 0..12 {
            let near = (at[0] - eye.disc[0]).hypot(at[1] - eye.disc[1]);
            if near < 2.2 + 2.4 * stream.uniform() {
                break;
            }
            at = anywhere(eye, &mut stream, 4.8);
        }
        let way = eye.fibre(at);
        let (long, half) = (stream.between(0.42, 0.9), stream.between(0.08, 0.13));
        for thread in 0..3 {
            let off = half * (thread as f32 - 1.0) * stream.between(0.7, 1.3);
            let (from, to) = (-long * stream.between(0.55, 1.0), long * stream.between(0.6, 1.0));
            let knot = |t: f32, off: f32, half: f32| {
                [at[0] + t * way[0] - off * way[1], at[1] + t * way[1] + off * way[0], half]
            };
            // Broad where it began, frayed where it spread.
            let knots = [
                knot(from, 0.7 * off, 0.25 * half),
                knot(0.4 * from, off, 0.8 * half),
                knot(0.3 * to, off, 0.7 * half),
                knot(to, 1.6 * off, 0.1 * half),
            ];
            stroke(&mut own, view, &knots, [1.0, -0.25], larger);
        }
        if let Some(middle) = view.pixel(at) {
            own[middle] = own[middle].max(0.4);
        }
    }
    for (red, &own) in red.iter_mut().zip(&own) {
        *red = red.max(if own >= 0.15 { own } else { 0.0 });
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

/// Makes each pixel of a row brighter or darker as a whole.
fn shade(row: &mut Row, by: &[f32]) {
    for channel in row {
        for (value, &by) in channel.iter_mut().zip(by) {
            *value *= by;
        }
    }
}

fn draw(asked: &Asked) -> Picture {
    let value = |name| asked.value(PARAMETERS, name);
    let (body, shot, size) = (asked.body, asked.shot, asked.size);
    let spacing = FIELD / size as f32;
    let pixels = size * size;
    let eye = Eye::of(asked);
    let view = eye.view(asked);

    let (mut veins, mut arteries) = (vec![0.0; pixels], vec![0.0; pixels]);
    tree(&mut veins, view, &eye, &VEINS, asked);
    tree(&mut arteries, view, &eye, &ARTERIES, asked);
    let (mut red, mut yellow) = (Vec::new(), Vec::new());
    let lesions = spots(asked, &eye);
    let is_ill = !lesions.is_empty() || value("flame_haemorrhages").round() > 0.0;
    if is_ill {
        (red, yellow) = (vec![0.0; pixels], vec![0.0; pixels]);
        spread(&lesions, view, &mut red, &mut yellow);
        flames(asked, &eye, view, &mut red);
    }

    let mut stream = Stream::of(body.named("retina"));
    let pigmentation = (value("pigmentation") + stream.normal(0.16)).clamp(0.0, 1.0);
    let warmth = stream.normal(1.0);
    let ground = mix([222.0, 118.0, 62.0 + 6.0 * warmth], [146.0, 62.0 + 4.0 * warmth, 30.0], pigmentation);
    let macula = stream.between(0.75, 1.2);
    let shine = stream.between(0.0, 0.5);
    let cup = value("cup_to_disc_ratio");
    let (cup_wide, cup_off) = (0.92 + stream.normal(0.06), stream.normal(0.06));
    let crescent = stream.between(0.0, 1.0);
    let contrast = value("lesion_contrast");
    let cells = |mm: f32| mm / spacing;
    let moved = view.shift.map(|mm| mm / spacing);
    let mut ground_light = vec![1.0; pixels];
    // Blotches in every fundus, streaks of the choroid in a blond one.
    cloud(&mut ground_light, size, body.named("mottle"), [cells(2.4); 2], moved, 0.026);
    cloud(&mut ground_light, size, body.named("mottled"), [cells(1.1); 2], moved, 0.014);
    let streaks = 0.03 - 0.02 * pigmentation;
    cloud(&mut ground_light, size, body.named("choroid"), [cells(0.9), cells(0.45)], moved, streaks);

    let mut stream = Stream::of(shot.named("light"));
    let (angle, light) = (stream.between(0.0, std::f32::consts::TAU), 1.0 + stream.normal(0.03));
    let (side_x, side_y) = (angle.cos(), angle.sin());
    let uneven = value("illumination");
    let slope = 0.16 * uneven.sqrt() + 0.3 * uneven;
    let haze = value("haze");
    let (level, grains) = (value("noise"), shot.named("grain"));
    let dim = 1.0 - 0.25 * pigmentation;
    let (vein, artery) = (lit([112.0, 28.0, 26.0], dim), lit([184.0, 52.0, 36.0], dim));
    let (blood, fat) = (lit([106.0, 20.0, 18.0], 1.0 - 0.3 * pigmentation), [246.0, 224.0, 132.0]);

    let aperture = Ramp::new(APERTURE + 0.6 * spacing, APERTURE - 0.6 * spacing);
    let (fovea_dark, fovea_core, fovea_shine) =
        (Ramp::new(2.0 * macula, 0.2), Ramp::new(0.35, 0.1), Ramp::new(0.13, 0.03));
    let middle = size as f32 / 2.0 - 0.5;
    let mut masks = vec![vec![0_u8; pixels]; RENDERER.masks.len()];
    let mut photo = vec![0_u8; 3 * pixels];
    let mut channels = [[0.0_f32; LARGEST]; 3];
    let (mut one, mut two, mut lights, mut levels) =
        ([0.0_f32; LARGEST], [0.0_f32; LARGEST], [0.0_f32; LARGEST], [0.0_f32; LARGEST]);
    for row in 0..size {
        let here = row * size..(row + 1) * size;
        let [r, g, b] = &mut channels;
        let mut row_of: Row = [&mut r[..size], &mut g[..size], &mut b[..size]];
        let (one, two) = (&mut one[..size], &mut two[..size]);
        let (lights, levels) = (&mut lights[..size], &mut levels[..size]);
        let ([x0, y0], [x1, y1]) = (view.body(row, 0), view.body(row, 1));
        let (step_x, step_y) = (x1 - x0, y1 - y0);
        let film_y = (row as f32 - middle) * spacing;
        for i in 0..size {
            let film_x = (i as i32 as f32 - middle) * spacing;
            let far = (film_x * film_x + film_y * film_y).sqrt();
            let along = (film_x * side_x + film_y * side_y) * (1.0 / APERTURE);
            let out = far * (1.0 / APERTURE);
            let fall = (1.0 - 0.3 * out * out * out) * (1.0 + slope * along - 0.3 * uneven * larger(1.0 - along, 0.0));
            let seen = aperture.at(far);
            lights[i] = larger(light * fall, 0.05) * seen;
            levels[i] = level * (0.3 + 0.7 * seen);
        }
        for (channel, ground) in row_of.iter_mut().zip(ground) {
            for (value, &light) in channel.iter_mut().zip(&ground_light[here.clone()]) {
                *value = ground * light;
            }
        }
        for i in 0..size {
            let (x, y) = (x0 + step_x * i as i32 as f32 - eye.fovea[0], y0 + step_y * i as i32 as f32 - eye.fovea[1]);
            let far = (x * x + y * y).sqrt();
            one[i] = 0.62 * fovea_dark.at(far);
            two[i] = 1.0 - 0.12 * fovea_core.at(far) + 0.22 * shine * fovea_shine.at(far);
        }
        tint(&mut row_of, lit([150.0, 58.0, 30.0], 1.0 - 0.35 * pigmentation), one);
        shade(&mut row_of, two);
        disc(
            &mut row_of,
            &mut masks,
            row,
            &|column| [x0 + step_x * column as f32, y0 + step_y * column as f32],
            &Disc {
                eye: &eye,
                pixel: spacing / eye.half[1],
                crescent,
                cup,
                cup_wide,
                cup_off,
                dim: 1.0 - 0.12 * pigmentation,
                size,
            },
        );
        let (veins, arteries) = (&veins[here.clone()], &arteries[here.clone()]);
        for i in 0..size {
            one[i] = 0.88 * lesser(veins[i], 1.0);
            two[i] = 0.86 * lesser(arteries[i], 1.0);
        }
        tint(&mut row_of, artery, two);
        tint(&mut row_of, vein, one);
        // Outside of what the camera sees there is no vessel and no lesion.
        let mask = &mut masks[0][here.clone()][..size];
        for i in 0..size {
            mask[i] = u8::from(larger(veins[i], arteries[i]) > 0.3 && lights[i] > 0.0);
        }
        if is_ill {
            let (red, yellow) = (&red[here.clone()], &yellow[here.clone()]);
            for i in 0..size {
                one[i] = lesser(0.88 * contrast * red[i], 0.95);
                two[i] = lesser(0.8 * contrast * yellow[i], 0.95);
            }
            tint(&mut row_of, blood, one);
            tint(&mut row_of, fat, two);
            let mask = &mut masks[3][here.clone()][..size];
            for i in 0..size {
                mask[i] = u8::from(larger(red[i], yellow[i]) > 0.0 && lights[i] > 0.0);
            }
        }
        one.fill(0.6 * haze);
        tint(&mut row_of, [188.0, 160.0, 132.0], one);
        shade(&mut row_of, lights);
        for channel in &mut row_of {
            for (value, &light) in channel.iter_mut().zip(&*lights) {
                *value += 4.0 * (1.0 - lesser(light, 1.0));
            }
        }
        colour_grain(&mut row_of, grains, row * size, levels);
        interleave(&row_of, &mut photo[3 * row * size..3 * (row + 1) * size]);
    }
    // However small they are, disc and cup have a middle.
    if let Some(middle) = view.pixel([eye.disc[0] - cup_off * eye.half[0], eye.disc[1]]) {
        masks[1][middle] = 1;
        masks[2][middle] = 1;
    }
    Picture { size, channels: 3, pixels: photo, masks, spacing: [f64::from(spacing); 2] }
}

/// What a disc looks like.
struct Disc<'e> {
    eye: &'e Eye,
    /// A pixel's share of half of the disc's height.
    pixel: f32,
    /// How marked the pale crescent beside it is.
    crescent: f32,
    cup: f32,
    cup_wide: f32,
    cup_off: f32,
    dim: f32,
    size: usize,
}

/// Lays the disc with its rim, its cup and a pale crescent towards the fovea over a row.
fn disc(colours: &mut Row, masks: &mut [Vec<u8>], row: usize, place: &impl Fn(usize) -> Place, look: &Disc) {
    let Disc { eye, pixel, crescent, cup, cup_wide, cup_off, dim, size } = look;
    for column in 0..*size {
        let [x, y] = place(column);
        let (du, dv) = ((x - eye.disc[0]) / eye.half[0], (y - eye.disc[1]) / eye.half[1]);
        let square = du * du + dv * dv;
        if square > 2.2 {
            continue;
        }
        let far = square.sqrt();
        let mut colour: Colour = std::array::from_fn(|c| colours[c][column]);
        let pale = crescent * smooth(1.28, 1.05, (du + 0.1).hypot(dv)) * smooth(0.2, -0.4, du);
        colour = mix(colour, [236.0, 178.0, 122.0], 0.4 * pale);
        let on_disc = smooth(1.04 + 0.5 * pixel, 0.96 - 0.5 * pixel, far);
        if on_disc > 0.0 {
            let rim = mix([238.0, 160.0, 98.0], [244.0, 190.0, 132.0], smooth(0.6, -0.8, du));
            let hollow = ((du + cup_off) / cup_wide).hypot(dv);
            let in_cup = smooth(cup + 0.06 + 0.5 * pixel, cup - 0.06 - 0.5 * pixel, hollow);
            let face = mix(rim, [253.0, 236.0, 202.0], in_cup);
            colour = mix(colour, lit(face, *dim), 0.94 * on_disc);
            masks[1][row * size + column] = u8::from(far < 1.0);
            masks[2][row * size + column] = u8::from(far < 1.0 && hollow < *cup);
        }
        for c in 0..3 {
            colours[c][column] = colour[c];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn veins_are_wider_and_darker_than_arteries() {
        let mut values: Vec<f64> = PARAMETERS.iter().map(|parameter| parameter.default).collect();
        values[PARAMETERS.iter().position(|parameter| parameter.name == "noise").unwrap()] = 0.0;
        for body in 0..10 {
            let body = Seed::new(3).at(body);
            let asked = Asked { size: 128, values: &values, body, shot: body.named("shot") };
            let (picture, eye) = (draw(&asked), Eye::of(&asked));
            let [veins, arteries] = [VEINS, ARTERIES].map(|kind| {
                let mut plane = vec![0.0_f32; 128 * 128];
                tree(&mut plane, eye.view(&asked), &eye, &kind, &asked);
                plane
            });
            let area = |plane: &[f32]| plane.iter().sum::<f32>();
            assert!(area(&veins) > 1.15 * area(&arteries), "{} and {}", area(&veins), area(&arteries));
            let light = |one: &[f32], other: &[f32]| {
                let clear = (0..one.len()).filter(|&i| one[i] > 0.55 && other[i] < 0.05);
                let levels: Vec<f32> =
                    clear.map(|i| f32::from(picture.pixels[3 * i]) + f32::from(picture.pixels[3 * i + 1])).collect();
                levels.iter().sum::<f32>() / levels.len() as f32
            };
            let (dark, bright) = (light(&veins, &arteries), light(&arteries, &veins));
            assert!(dark + 20.0 < bright, "{dark} and {bright}");
        }
    }
}
