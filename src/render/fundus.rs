//! A photograph of the retina of one eye, 45° wide, about 13.5 mm on a side: macula in the middle, disc beside it.
//!
//! The vessel tree grows from the disc: each vessel walks step by step, turns, sends off branches and ends before the fovea.

use super::canvas::{Knot, Place, Plane, View, smooth};
use super::colour::{Colour, bytes, grainy, lit, mix};
use super::modality::{Asked, Parameter, Picture, Renderer};
use super::noise::Cloud;
use super::retina;
use super::stream::Stream;
use seed::Seed;

/// The side of the picture in mm on the retina.
const FIELD: f32 = 13.5;

/// The radius of what the camera sees, in mm.
const APERTURE: f32 = 6.45;

/// The retinal photograph.
pub const RENDERER: Renderer = Renderer {
    name: "fundus",
    channels: 3,
    parameters: PARAMETERS,
    masks: &["vessel", "disc", "cup", "lesion"],
    en: "Retinal photograph, 45° wide: disc with cup, arteries and veins, macula, red and yellow lesions. 13.5 mm on a side.",
    ja: "画角45°の眼底写真：視神経乳頭と陥凹、動静脈、黄斑、出血や白斑。一辺13.5 mm。",
    draw,
};

const DOTS: usize = 40;
const BLOTS: usize = 15;
const FLECKS: usize = 40;

/// Those that the second version had from the first.
const PARAMETERS: &[Parameter] = retina::PARAMETERS.split_at(12).0;

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

const STEP: f32 = 0.3;

/// Draws the arteries, or the veins, of an eye.
fn tree(plane: &mut Plane, view: View, eye: &Eye, seed: Seed, asked: &Asked, width: f32) {
    let winding = asked.value(PARAMETERS, "tortuosity");
    let wide = asked.value(PARAMETERS, "vessel_width");
    let mut stream = Stream::of(seed);
    let mut open: Vec<Vessel> = Vec::with_capacity(64);
    for down in [-1.0_f32, 1.0] {
        // Two arcades about the macula, two vessels to the nose; angles from straight up or down towards the fovea.
        let start = |stream: &mut Stream, lean: f32, bend: f32, half: f32, steps: usize| {
            let angle = std::f32::consts::FRAC_PI_2 + lean + stream.normal(0.12);
            Vessel {
                at: [eye.disc[0] + stream.normal(0.1), eye.disc[1] + down * 0.1],
                angle: down * angle,
                half: half * (1.0 + stream.normal(0.08)),
                bend: down * (bend + stream.normal(0.025)),
                steps,
                depth: 0,
                seed: seed.named("trunk").at(steps as u64 * 2 + u64::from(down > 0.0)),
            }
        };
        open.push(start(&mut stream, -0.12, 0.37, width, 36));
        open.push(start(&mut stream, -0.85, -0.05, 0.8 * width, 16));
        open.push(start(&mut stream, 0.55, -0.02, 0.38 * width, 8));
    }
    while let Some(mut vessel) = open.pop() {
        let mut knots: Vec<Knot> = Vec::with_capacity(vessel.steps + 1);
        let mut stream = Stream::of(vessel.seed);
        let phase = stream.between(0.0, std::f32::consts::TAU);
        let mut turn = stream.sign();
        for step in 0..=vessel.steps {
            knots.push([vessel.at[0], vessel.at[1], vessel.half * wide]);
            let (dx, dy) = (vessel.at[0] - eye.fovea[0], vessel.at[1] - eye.fovea[1]);
            let from_fovea = (dx * dx + dy * dy).sqrt();
            if from_fovea < 0.55 || vessel.at[0].hypot(vessel.at[1]) > APERTURE + 0.4 {
                break;
            }
            let wave = (0.10 + 0.62 * winding)
                * (step as f32 * 0.95 + phase).sin()
                * if vessel.depth == 0 { 0.6 } else { 1.0 };
            let angle = vessel.angle + wave + stream.normal(0.05);
            vessel.at = [vessel.at[0] + STEP * angle.cos(), vessel.at[1] + STEP * angle.sin()];
            // Arcades flatten once they run level.
            let level = smooth(0.2, 0.9, (vessel.angle.cos() + 1.0).min(1.0));
            vessel.angle += vessel.bend * STEP * if vessel.depth == 0 { level.max(0.25) } else { 1.0 };
            vessel.half *= if vessel.depth == 0 { 0.985 } else { 0.965 };
            let due = if vessel.depth == 0 { 3 } else { 4 };
            if step % due == due - 1 && vessel.depth < 3 && vessel.half > 0.018 {
                turn = -turn;
                let away = turn * stream.between(0.45, 0.95);
                let share = stream.between(0.5, 0.72);
                open.push(Vessel {
                    at: vessel.at,
                    angle: vessel.angle + away,
                    half: vessel.half * share,
                    bend: -0.16 * away + stream.normal(0.04),
                    steps: (vessel.steps.saturating_sub(step) * 2 / 5 + 3).min(12),
                    depth: vessel.depth + 1,
                    seed: vessel.seed.named("branch").at(step as u64),
                });
                vessel.angle -= 0.12 * away;
            }
        }
        plane.line(view, &knots, 1.0, |off| 1.0 - 0.35 * off * off);
    }
}

/// A lesion: place, half width, whether it is yellow, and its own bump.
struct Spot {
    at: Place,
    half: f32,
    is_yellow: bool,
    bump: [f32; 2],
}

/// The lesions asked for; more of a kind leave the first ones where they are.
fn spots(asked: &Asked, eye: &Eye) -> Vec<Spot> {
    let count = |name, most: usize| (asked.value(PARAMETERS, name).round() as usize).min(most);
    let mut all = Vec::new();
    let away = |place: Place, from: Place, least: f32| {
        let (dx, dy) = (place[0] - from[0], place[1] - from[1]);
        dx * dx + dy * dy > least * least
    };
    let fits = |at: Place| at[0].hypot(at[1]) < APERTURE - 0.8 && away(at, eye.disc, 1.5);
    let anywhere = |stream: &mut Stream| {
        let mut at = eye.fovea;
        for _ in 0..40 {
            let (angle, far) = (stream.between(0.0, std::f32::consts::TAU), 5.4 * stream.uniform().sqrt());
            at = [far * angle.cos(), far * angle.sin()];
            if fits(at) && away(at, eye.fovea, 0.5) {
                return at;
            }
        }
        at
    };
    for (name, most, low, high) in [("microaneurysms", DOTS, 0.03, 0.065), ("haemorrhages", BLOTS, 0.13, 0.35)] {
        for k in 0..count(name, most) {
            let mut stream = Stream::of(asked.body.named(name).at(k as u64));
            let at = anywhere(&mut stream);
            let bump = [stream.between(0.0, 0.3), stream.between(0.0, std::f32::consts::TAU)];
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
            if fits(at) {
                break;
            }
        }
        let bump = [stream.between(0.1, 0.35), stream.between(0.0, std::f32::consts::TAU)];
        all.push(Spot { at, half: stream.between(0.05, 0.14), is_yellow: true, bump });
    }
    all
}

/// Adds each spot's share of each pixel: red to one plane, yellow to the other. A spot's middle is never nothing.
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
                if far > 1.4 * drawn + edge {
                    continue;
                }
                let outline = drawn * (1.0 + spot.bump[0] * (3.0 * dy.atan2(dx) + spot.bump[1]).sin());
                let share = ((outline - far) / edge + 0.5).clamp(0.0, 1.0) * strength;
                let i = row * view.size + column;
                plane[i] = plane[i].max(if share >= 0.15 { share } else { 0.0 });
            }
        }
        plane[middle] = plane[middle].max(0.35);
    }
}

fn draw(asked: &Asked) -> Picture {
    let value = |name| asked.value(PARAMETERS, name);
    let (body, shot, size) = (asked.body, asked.shot, asked.size);
    let spacing = FIELD / size as f32;
    let eye = Eye::of(asked);
    let mut pose = Stream::of(shot.named("pose"));
    let mut view = View::new(size, [spacing; 2]).posed(pose.normal(2.0), 1.0, [pose.normal(0.18), pose.normal(0.18)]);
    view = view.mirrored(eye.side);

    let mut veins = Plane::new(size);
    tree(&mut veins, view, &eye, body.named("veins"), asked, 0.095);
    let mut arteries = Plane::new(size);
    tree(&mut arteries, view, &eye, body.named("arteries"), asked, 0.070);
    let (mut red, mut yellow) = (vec![0.0; size * size], vec![0.0; size * size]);
    spread(&spots(asked, &eye), view, &mut red, &mut yellow);

    let mut stream = Stream::of(body.named("retina"));
    let pigmentation = (value("pigmentation") + stream.normal(0.16)).clamp(0.0, 1.0);
    let warmth = stream.normal(1.0);
    let ground = mix([222.0, 118.0, 62.0 + 6.0 * warmth], [146.0, 62.0 + 4.0 * warmth, 30.0], pigmentation);
    let macula = stream.between(0.75, 1.2);
    let shine = stream.between(0.0, 0.5);
    let choroid = Cloud::new(body.named("choroid"));
    let mottle = Cloud::new(body.named("mottle"));
    let cup = value("cup_to_disc_ratio");
    let (cup_wide, cup_off) = (0.92 + stream.normal(0.06), stream.normal(0.06));
    let crescent = stream.between(0.0, 1.0);
    let contrast = value("lesion_contrast");

    let mut stream = Stream::of(shot.named("light"));
    let (angle, light) = (stream.between(0.0, std::f32::consts::TAU), 1.0 + stream.normal(0.03));
    let (side_x, side_y) = (angle.cos(), angle.sin());
    let uneven = value("illumination");
    let haze = value("haze");
    let (level, grains) = (value("noise"), shot.named("grain"));

    let mut masks = vec![vec![0_u8; size * size]; RENDERER.masks.len()];
    let mut photo: Vec<Colour> = Vec::with_capacity(size * size);
    for row in 0..size {
        for column in 0..size {
            let i = row * size + column;
            let [film_x, film_y] = view.film().body(row, column);
            let from_centre = film_x.hypot(film_y);
            let seen = smooth(APERTURE + 0.6 * spacing, APERTURE - 0.6 * spacing, from_centre);
            if seen <= 0.0 {
                photo.push(grainy([4.0; 3], 0.3 * level, grains, i));
                continue;
            }
            let [x, y] = view.body(row, column);
            // Choroid: streaks in a blond fundus, blotches in all.
            let blotch = mottle.fractal(x / 2.6, y / 2.6);
            let bent = 0.8 * choroid.at(x / 2.0, y / 2.0);
            let streak = choroid.at(x / 0.8 + bent, y / 0.45 - bent);
            let mut colour = lit(ground, 1.0 + 0.07 * blotch + (0.06 - 0.04 * pigmentation) * streak);
            let fovea = (x - eye.fovea[0]).hypot(y - eye.fovea[1]);
            let dark = smooth(2.0 * macula, 0.2, fovea);
            colour = mix(colour, lit([150.0, 58.0, 30.0], 1.0 - 0.35 * pigmentation), 0.62 * dark);
            colour = lit(colour, 1.0 - 0.12 * smooth(0.35, 0.1, fovea) + 0.22 * shine * smooth(0.13, 0.03, fovea));

            let (du, dv) = ((x - eye.disc[0]) / eye.half[0], (y - eye.disc[1]) / eye.half[1]);
            let disc = (du * du + dv * dv).sqrt();
            let pixel = spacing / eye.half[1];
            // A pale crescent towards the fovea, and a soft rim.
            let pale = crescent * smooth(1.28, 1.05, ((du + 0.1).powi(2) + dv * dv).sqrt()) * smooth(0.2, -0.4, du);
            colour = mix(colour, [236.0, 178.0, 122.0], 0.4 * pale);
            let on_disc = smooth(1.04 + 0.5 * pixel, 0.96 - 0.5 * pixel, disc);
            if on_disc > 0.0 {
                let rim = mix([238.0, 168.0, 104.0], [244.0, 196.0, 138.0], smooth(0.6, -0.8, du));
                let (cu, cv) = ((du + cup_off) / cup_wide, dv);
                let hollow = (cu * cu + cv * cv).sqrt();
                let in_cup = smooth(cup + 0.06 + 0.5 * pixel, cup - 0.06 - 0.5 * pixel, hollow);
                let face = mix(rim, [253.0, 234.0, 196.0], in_cup);
                colour = mix(colour, lit(face, 1.0 - 0.12 * pigmentation), 0.94 * on_disc);
                masks[1][i] = u8::from(disc < 1.0);
                masks[2][i] = u8::from(disc < 1.0 && hollow < cup);
            }
            let (vein, artery) = (veins.values[i].min(1.0), arteries.values[i].min(1.0));
            colour = mix(colour, lit([128.0, 34.0, 26.0], 1.0 - 0.25 * pigmentation), 0.82 * vein);
            colour = mix(colour, lit([176.0, 56.0, 34.0], 1.0 - 0.25 * pigmentation), 0.80 * artery);
            masks[0][i] = u8::from(vein.max(artery) > 0.3);
            if red[i] > 0.0 {
                colour = mix(
                    colour,
                    lit([112.0, 22.0, 18.0], 1.0 - 0.3 * pigmentation),
                    (0.85 * contrast * red[i]).min(0.95),
                );
                masks[3][i] = 1;
            }
            if yellow[i] > 0.0 {
                colour = mix(colour, [246.0, 224.0, 132.0], (0.8 * contrast * yellow[i]).min(0.95));
                masks[3][i] = 1;
            }
            colour = mix(colour, [188.0, 160.0, 132.0], 0.6 * haze);
            let slope = 0.16 * uneven.sqrt() + 0.3 * uneven;
            let along = (film_x * side_x + film_y * side_y) / APERTURE;
            let fall = (1.0 - 0.3 * (from_centre / APERTURE).powi(3))
                * (1.0 + slope * along - 0.3 * uneven * (1.0 - along).max(0.0));
            let lights = (light * fall).max(0.05) * seen;
            photo.push(grainy(lit(colour, lights), level, grains, i));
        }
    }
    // However small they are, disc and cup have a middle.
    if let Some(middle) = view.pixel([eye.disc[0] - cup_off * eye.half[0], eye.disc[1]]) {
        masks[1][middle] = 1;
        masks[2][middle] = 1;
    }
    Picture { size, channels: 3, pixels: bytes(&photo), masks, spacing: [f64::from(spacing); 2] }
}
