//! A chest radiograph, taken from behind (PA): the patient's left is on the picture's right. 350 mm on a side.
//!
//! What weakens the rays adds up, layer by layer: soft tissue, less the air of the lungs, plus heart, spine, ribs and disease. A
//! tone curve turns the sum into grey, brighter where more is in the way, as films are read.

use super::canvas::{Curve, Knot, Place, Plane, View, round, smooth};
use super::film::{PARAMETERS, PLATES, Plate};
use super::modality::{Asked, Picture, Renderer};
use super::noise::{Cloud, grain};
use super::stream::Stream;
use seed::Seed;

/// The side of the film in mm.
const FILM: f32 = 350.0;

/// The chest radiograph.
pub const RENDERER: Renderer = Renderer {
    name: "chest-xray",
    channels: 1,
    parameters: PARAMETERS,
    masks: &["lung", "heart", "opacity", "nodule", "pneumothorax", "drain", "marker"],
    en: "Chest radiograph, PA view: ribs, lungs, heart, spine, diaphragm; the patient's left is on the right. 350 mm on a side.",
    ja: "胸部単純X線写真（PA像）：肋骨、肺野、心臓、脊椎、横隔膜。向かって右が患者の左側です。一辺350 mm。",
    draw,
};

/// Picture's left, which is the patient's right; and the other.
const SIDES: [f32; 2] = [-1.0, 1.0];

/// One person's thorax: curves in mm from the centre of the film.
struct Thorax {
    /// For each side, the inner border of the ribs by height.
    lateral: [Curve; 2],
    /// For each side, the border of the mediastinum by height.
    medial: [Curve; 2],
    /// For each side, the height of the diaphragm by distance from the midline.
    dome: [Curve; 2],
    /// The skin by height.
    skin: Curve,
    /// Where the heart begins, by height.
    heart_top: f32,
    /// Top of the lungs.
    apex: f32,
    /// Height of the highest point of each dome.
    dome_top: [f32; 2],
    /// How far rotation moves what lies in front of the spine.
    lean: f32,
}

impl Thorax {
    fn of(asked: &Asked) -> Self {
        let value = |name| asked.value(PARAMETERS, name);
        let mut stream = Stream::of(asked.body.named("thorax"));
        let age = (value("age") - 50.0) / 45.0;
        let breath = value("inspiration") - 0.75;
        let lean = 55.0 * value("rotation").to_radians().sin();

        let width = 141.0 + stream.normal(7.0) + 5.0 * breath;
        let barrel = stream.normal(0.035);
        let apex = -140.0 + stream.normal(7.0);
        let apex_x = 50.0 + stream.normal(4.0);
        let lateral = SIDES.map(|_| {
            let mut at = |y: f32, share: f32, sd: f32| [y, width * share + stream.normal(sd)];
            Curve::through(&[
                [apex, apex_x],
                [apex + 2.0, apex_x + 11.0],
                at(apex + 10.0, 0.52, 1.5),
                at(-112.0, 0.665 + barrel, 2.0),
                at(-85.0, 0.80 + barrel, 2.0),
                at(-45.0, 0.915 + barrel, 2.0),
                at(10.0, 0.985, 1.5),
                at(65.0, 1.0, 1.0),
                at(110.0, 0.985 - barrel, 2.0),
                at(150.0, 0.95 - barrel, 2.0),
            ])
        });

        let dome_right = 62.0 + stream.normal(9.0) + 55.0 * breath;
        let dome_top = [dome_right, dome_right + 10.0 + stream.normal(5.0)];
        let dome = [0, 1].map(|side| {
            let (top, steep) = (dome_top[side], 40.0 + stream.normal(7.0));
            let crown = 66.0 + stream.normal(7.0);
            Curve::through(&[
                [0.0, top + 16.0 + stream.normal(3.0)],
                [30.0, top + 8.0],
                [crown, top],
                [crown + 34.0, top + 0.26 * steep],
                [width - 12.0, top + 0.8 * steep],
                [width + 2.0, top + 1.12 * steep],
            ])
        });

        // The heart's share of the width, divided between the two sides.
        let span = value("cardiothoracic_ratio") * 2.0 * width;
        let right_share = (0.335 + stream.normal(0.03)).clamp(0.25, 0.42);
        let (right, left) = (span * right_share, span * (1.0 - right_share));
        let low = dome_right + 8.0;
        let heart_top = -28.0 + stream.normal(6.0);
        let middle = 0.5 * (heart_top + low);
        let knob = 33.0 + 7.0 * age + stream.normal(3.0);
        let knob_y = -78.0 - 4.0 * age + stream.normal(4.0);
        let vessels = 25.0 + stream.normal(2.5);
        let trunk = 34.0 + stream.normal(3.5);
        let droop = stream.normal(8.0);
        let medial = [
            Curve::through(&[
                [apex, apex_x],
                [apex + 3.0, apex_x - 11.0],
                [apex + 26.0, vessels + 1.0],
                [-90.0, vessels - lean],
                [-50.0, vessels + 5.0 - lean],
                [heart_top, 0.66 * right.max(42.0) - lean],
                [middle + 8.0, right - lean],
                [low - 6.0, 0.86 * right - lean],
                [low + 40.0, 0.6 * right - lean],
            ]),
            Curve::through(&[
                [apex, apex_x],
                [apex + 3.0, apex_x - 11.0],
                [apex + 26.0, vessels],
                [knob_y - 18.0, vessels - 1.0 + lean],
                [knob_y, knob + lean],
                [knob_y + 20.0, 0.8 * knob + lean],
                [heart_top - 16.0, trunk + lean],
                [heart_top + 12.0, 0.58 * left + 6.0 + lean],
                [middle + 14.0 + droop, 0.9 * left + lean],
                [low - 8.0 + 0.6 * droop, left + lean],
                [low + 20.0, 0.93 * left + lean],
                [low + 50.0, 0.7 * left + lean],
            ]),
        ];

        let wall = 6.0 + value("soft_tissue") + stream.normal(3.0).max(-4.0);
        let neck = 52.0 + stream.normal(4.0) + 0.25 * value("soft_tissue");
        let slope = 22.0 + stream.normal(7.0);
        let skin = Curve::through(&[
            [-200.0, neck],
            [-186.0 + 0.2 * slope, neck + 6.0],
            [-172.0 + 0.6 * slope, neck + 52.0],
            [-160.0 + slope, 205.0],
            [-100.0, 230.0],
            [-66.0, width + 14.0 + 1.6 * wall],
            [-40.0, width + 6.0 + 1.2 * wall],
            [40.0, width + wall],
            [200.0, width - 4.0 + wall],
        ]);
        Self { lateral, medial, dome, skin, heart_top, apex, dome_top, lean }
    }

    /// How deep a place lies within the lung of a side, in mm: from the chest wall, from the mediastinum, from the diaphragm.
    /// Negative outside.
    fn depth(&self, side: usize, [x, y]: Place) -> [f32; 3] {
        let x = x * SIDES[side];
        let steep = |slope: f32| 1.0 / (1.0 + slope * slope).sqrt();
        [
            (self.lateral[side].at(y) - x) * steep(self.lateral[side].slope(y)),
            (x - self.medial[side].at(y)) * steep(self.medial[side].slope(y)),
            (self.dome[side].at(x) - y) * steep(self.dome[side].slope(x)),
        ]
    }

    /// A place in the lung of a side: `across` from 0 at the mediastinum to 1 at the chest wall, `down` from 0 at the apex to 1 at
    /// the diaphragm.
    fn place(&self, side: usize, across: f32, down: f32) -> Place {
        let top = self.apex + 14.0;
        let mut y = top + down * (self.dome_top[side] - top);
        let x = |y: f32| {
            let (from, to) = (self.medial[side].at(y).max(24.0), self.lateral[side].at(y));
            from + across * (to - from)
        };
        y = y.min(self.dome[side].at(x(y)) - 4.0);
        [SIDES[side] * x(y), y]
    }
}

/// Ribs, clavicles and shoulder blades.
fn bones(plane: &mut Plane, view: View, thorax: &Thorax, stream: &mut Stream, density: f32) {
    let pitch = 23.5 + stream.normal(1.8);
    let first = thorax.apex + 8.0 + stream.normal(3.0);
    let fall = 34.0 + stream.normal(6.0);
    let strength = density * (1.0 + stream.normal(0.12));
    // Bright at both edges, where the rays meet the cortex along its length.
    let tube = |off: f32| 0.62 + 0.38 * off * off;
    for (side, sign) in SIDES.into_iter().enumerate() {
        for rib in 0..10 {
            let k = rib as f32;
            let y = first + pitch * k + stream.normal(0.9);
            let drop = 9.0 + 3.6 * k + stream.normal(1.5);
            let edge = thorax.lateral[side].at(y + drop) + 2.0;
            let half = 4.2 + 0.16 * k + stream.normal(0.3);
            let mut knots = [[0.0; 3]; 10];
            for (i, knot) in knots.iter_mut().enumerate() {
                let angle = i as f32 / 9.0 * std::f32::consts::FRAC_PI_2;
                let (sine, cosine) = angle.sin_cos();
                let rise = 5.0 * (2.0 * angle).sin();
                *knot = [sign * (20.0 + (edge - 20.0) * sine), y - rise + drop * (1.0 - cosine), half];
            }
            plane.line(view, &knots, 0.085 * strength, tube);
            // The front part runs down to its cartilage and ends there.
            if rib < 8 {
                let end = 62.0 + 3.0 * k + stream.normal(4.0);
                let fall = fall + 2.0 * k + stream.normal(2.0);
                let mut knots = [[0.0; 3]; 7];
                for (i, knot) in knots.iter_mut().enumerate() {
                    let angle = i as f32 / 6.0 * 1.25;
                    let (sine, cosine) = angle.sin_cos();
                    let x = edge - (edge - end) * (1.0 - cosine) / 0.685;
                    *knot = [sign * x + thorax.lean * 0.6 * sine, y + drop + fall * sine, half + 1.2 * sine];
                }
                plane.line(view, &knots, 0.05 * strength, tube);
            }
        }
        let lift = stream.normal(7.0);
        let head = thorax.apex + 28.0 + stream.normal(4.0);
        let half = 5.6 + stream.normal(0.5);
        let inner = 15.0 * sign + thorax.lean;
        let collar = [
            [inner, head + 3.0, half + 2.2],
            [inner + 26.0 * sign, head - 4.0, half],
            [inner + 62.0 * sign, head - 12.0 - 0.4 * lift, half - 0.8],
            [inner + 100.0 * sign, head - 24.0 - lift, half - 0.6],
            [inner + 140.0 * sign, head - 28.0 - 1.2 * lift, half + 0.6],
            [inner + 180.0 * sign, head - 22.0 - 1.2 * lift, half + 1.4],
        ];
        plane.line(view, &collar, 0.13 * strength, |off| 0.75 + 0.25 * off * off);
        let blade = 0.86 + stream.normal(0.07);
        let mut scapula = [[0.0; 3]; 5];
        for (i, knot) in scapula.iter_mut().enumerate() {
            let y = -96.0 + 30.0 * i as f32;
            let x = thorax.lateral[side].at(y) * (blade + 0.03 * i as f32) + 18.0 - 4.0 * (i as f32 - 2.0).powi(2);
            *knot = [sign * (x + 9.0), y, 9.0];
        }
        plane.line(view, &scapula, 0.045 * strength, |off| 1.0 - off * off);
        let arm = 196.0 + stream.normal(8.0);
        plane.line(
            view,
            &[[sign * arm, -118.0 + lift, 24.0], [sign * (arm + 14.0), -60.0, 17.0], [sign * (arm + 20.0), 0.0, 14.0]],
            0.16 * strength,
            |off| 1.0 - 0.4 * off * off,
        );
    }
}

/// Vertebral bodies with the darker discs between them, and their spinous processes.
fn spine(plane: &mut Plane, view: View, stream: &mut Stream, density: f32) {
    let bend = stream.normal(4.0);
    let pitch = 22.0 + stream.normal(1.0);
    let half = 15.0 + stream.normal(1.0);
    let start = stream.between(-205.0, -190.0);
    let x = |y: f32| bend * (1.0 - (y / 150.0).powi(2));
    for k in 0..19 {
        let y = start + pitch * k as f32;
        let half = half + 0.35 * k as f32;
        let body = [[x(y), y - 0.24 * pitch, half], [x(y), y + 0.24 * pitch, half]];
        plane.line(view, &body, 0.045 * density, |off| 0.8 + 0.2 * off * off);
        let process = [[x(y), y + 0.3 * pitch, 2.8], [x(y), y + 0.65 * pitch, 2.4]];
        plane.line(view, &process, 0.035 * density, |_| 1.0);
    }
    // What the bodies stand in: ligaments, the back's muscles, the aorta that descends beside them.
    let column = [[x(-200.0), -200.0, half + 7.0], [x(0.0), 0.0, half + 11.0], [x(200.0), 200.0, half + 16.0]];
    plane.line(view, &column, 0.075, |off| 1.0 - off * off);
}

/// Vessels that branch from the hila and thin out towards the pleura.
fn vessels(plane: &mut Plane, view: View, thorax: &Thorax, stream: &mut Stream, strength: f32) {
    for (side, sign) in SIDES.into_iter().enumerate() {
        let hilum_y = -32.0 - 9.0 * side as f32 + stream.normal(5.0);
        let hilum_x = (thorax.medial[side].at(hilum_y) + 5.0).max(34.0);
        // The hilum itself: the pulmonary artery running down, bent outward.
        let thick = 10.0 + stream.normal(1.6);
        plane.line(
            view,
            &[
                [sign * (hilum_x - 8.0), hilum_y - 12.0, thick],
                [sign * (hilum_x + 7.0), hilum_y, thick],
                [sign * (hilum_x + 11.0), hilum_y + 24.0, 0.7 * thick],
                [sign * (hilum_x + 12.0), hilum_y + 44.0, 0.3 * thick],
            ],
            0.095 * strength,
            |off| 1.0 - off * off,
        );
        for branch in 0..8 {
            // From steeply up to steeply down.
            let mut angle = -1.3 + 2.75 * branch as f32 / 7.0 + stream.normal(0.2);
            let mut at = [hilum_x + 6.0, hilum_y + 6.5 * (branch as f32 - 3.5)];
            let mut half = 3.4 + stream.normal(0.5);
            let curl = stream.normal(0.2);
            let mut knots = [[0.0_f32; 3]; 7];
            let count = knots.len();
            for (i, knot) in knots.iter_mut().enumerate() {
                *knot = [sign * at[0], at[1], half];
                let step = 15.0 + stream.normal(2.0);
                at = [at[0] + step * angle.cos(), at[1] + step * angle.sin()];
                angle += curl + stream.normal(0.14);
                half *= 0.76;
                // A twig to one side.
                if i >= 1 && i + 1 < count {
                    let away = angle + stream.sign() * stream.between(0.5, 0.9);
                    let reach = stream.between(14.0, 34.0);
                    let tip = [at[0] + reach * away.cos(), at[1] + reach * away.sin()];
                    let twig = [[sign * at[0], at[1], 0.7 * half], [sign * tip[0], tip[1], 0.25 * half]];
                    plane.line(view, &twig, 0.055 * strength * half / 3.4, |off| 1.0 - off * off);
                }
            }
            plane.line(view, &knots, 0.06 * strength, |off| 1.0 - off * off);
        }
    }
}

/// A place of disease in the lung of one side, keyed by the body.
struct Spot {
    side: usize,
    at: Place,
    radius: [f32; 2],
    turn: [f32; 2],
}

impl Spot {
    fn new(thorax: &Thorax, stream: &mut Stream) -> Self {
        // Right lungs are larger; disease is likelier low than high.
        let side = usize::from(!stream.chance(0.56));
        let at = thorax.place(side, stream.between(0.2, 0.78), stream.between(0.22, 0.97));
        let size = stream.between(30.0, 46.0);
        let long = stream.between(0.75, 1.3);
        let (sine, cosine) = stream.between(0.0, 3.2).sin_cos();
        Self { side, at, radius: [size * long, size / long], turn: [sine, cosine] }
    }

    /// Distance from the middle, 1 at the edge.
    fn distance(&self, [x, y]: Place) -> f32 {
        let (x, y) = (x - self.at[0], y - self.at[1]);
        let u = (x * self.turn[1] + y * self.turn[0]) / self.radius[0];
        let v = (y * self.turn[1] - x * self.turn[0]) / self.radius[1];
        (u * u + v * v).sqrt()
    }
}

fn draw(asked: &Asked) -> Picture {
    let value = |name| asked.value(PARAMETERS, name);
    let (body, shot) = (asked.body, asked.shot);
    let size = asked.size;
    let spacing = FILM / size as f32;

    let mut pose = Stream::of(shot.named("pose"));
    let turn = pose.normal(1.3);
    let shift = [pose.normal(4.0), pose.normal(4.5)];
    let zoom = value("body_size") * (1.0 + Stream::of(body.named("stature")).normal(0.025));
    let view = View::new(size, [spacing; 2]).posed(turn, zoom, shift);

    let thorax = Thorax::of(asked);
    let aged = (value("age") - 50.0) / 45.0;
    let mut stream = Stream::of(body.named("density"));
    let density = 1.0 - 0.22 * aged + stream.normal(0.08);
    let aeration = 0.97 + stream.normal(0.08) + 0.12 * (value("inspiration") - 0.75);
    let mottle = 0.7 + 0.35 * stream.uniform() + 0.2 * aged;
    let stomach =
        [stream.between(42.0, 78.0), stream.between(16.0, 34.0), stream.between(0.4, 1.0), stream.between(15.0, 27.0)];

    let mut bone = Plane::new(size);
    bones(&mut bone, view, &thorax, &mut Stream::of(body.named("bones")), density);
    spine(&mut bone, view, &mut Stream::of(body.named("spine")), density);
    let mut marking = Plane::new(size);
    vessels(&mut marking, view, &thorax, &mut Stream::of(body.named("vessels")), 0.8 + 0.3 * mottle);

    let tissue = Cloud::new(body.named("tissue"));
    let breast = value("breast");
    let mut stream = Stream::of(body.named("breast"));
    let (breast_x, breast_y) = (74.0 + stream.normal(6.0), 44.0 + stream.normal(10.0));
    let breast_r = 52.0 + stream.normal(5.0);

    let strength = value("opacity");
    let spot = Spot::new(&thorax, &mut Stream::of(body.named("opacity")));
    let haze = Cloud::new(body.named("haze"));
    let nodule = Nodule::new(asked, &thorax, view);
    let rim = value("pneumothorax");
    let collapsed = usize::from(!affected_right(body));

    let pixels = size * size;
    let mut film = vec![0.0_f32; pixels];
    let mut masks = vec![vec![0_u8; pixels]; RENDERER.masks.len()];
    let wall = value("soft_tissue");
    let base = 0.50 + 0.0022 * (wall - 20.0);
    let edge = view.pixel_mm();
    let lean = value("rotation").to_radians().sin();

    for row in 0..size {
        for column in 0..size {
            let i = row * size + column;
            let at @ [x, y] = view.body(row, column);
            let side = usize::from(x >= 0.0);
            let far = x.abs();
            let skin = thorax.skin.at(y) - far;
            if skin <= 0.0 {
                film[i] = 0.0;
                continue;
            }
            let texture = tissue.fractal(x / 30.0, y / 30.0);
            let [from_wall, from_middle, from_dome] = thorax.depth(side, at);
            let within = from_wall.min(from_middle).min(from_dome);
            let inside = y > thorax.apex;
            let soft = base * round(skin / (28.0 + 0.5 * wall)) + 0.012 * texture;
            // Shoulders and neck are thicker than the wall of the chest.
            let shoulder = 0.10 * smooth(-70.0, -140.0, y) * smooth(60.0, 150.0, far);

            let mut air = 0.0;
            if inside && within > -edge {
                let wall = round((from_wall + 0.5 * edge) / 46.0) * 0.55 + 0.45 * smooth(-0.5 * edge, 7.0, from_wall);
                let middle = smooth(-0.5 * edge, 5.0 + 0.5 * edge, from_middle);
                let dome = smooth(-0.5 * edge, 3.0 + 0.5 * edge, from_dome);
                air = wall * middle * dome * aeration * (1.0 + lean * SIDES[side] * 0.35);
                if within > 0.0 {
                    masks[0][i] = 1;
                }
            }
            // Behind the dome and behind the heart there is lung as well.
            let mut ray = soft + shoulder - 0.365 * air;
            let below = -from_dome;
            if from_middle < 0.0 && below < 0.0 && inside {
                let thick = round(-from_middle / 34.0);
                let chamber = smooth(thorax.heart_top - 20.0, thorax.heart_top + 30.0, y);
                ray += thick * (0.05 + 0.085 * chamber);
                masks[1][i] = u8::from(y > thorax.heart_top);
            }
            if below > 0.0 {
                let depth = smooth(0.0, 46.0, below);
                ray += (0.03 + 0.15 * depth) * smooth(-26.0, 24.0, from_wall) + 0.03 * depth;
                // Gas in the stomach, below the left dome.
                if side == 1 {
                    let (u, v) = ((x - stomach[0]) / (1.5 * stomach[3]), (below - stomach[1]) / stomach[3]);
                    let gas = smooth(1.15, 0.55, (u * u + v * v).sqrt() + 0.25 * texture);
                    ray -= 0.2 * stomach[2] * gas;
                }
            }
            // The windpipe, a dark band down to its division.
            let windpipe = smooth(10.0, 5.5, (x - thorax.lean * 0.5 - 2.0).abs()) * smooth(-56.0, -72.0, y);
            ray -= 0.095 * windpipe;
            if breast > 0.0 {
                let (u, v) = ((far - breast_x) / (1.12 * breast_r), (y - breast_y) / breast_r);
                let fold = (u * u + v * v).sqrt();
                ray += breast * 0.11 * smooth(1.02, 0.82, fold) * smooth(-1.3, 0.5, v);
            }

            // Disease takes the place of air, so there is none outside the lung.
            let mut lost = 0.0;
            if rim > 0.0 && side == collapsed && air > 0.0 && masks[0][i] == 1 {
                // Air rises: the rim narrows towards the base.
                let here = rim * smooth(thorax.dome_top[side] + 10.0, thorax.apex + 60.0, y);
                let gap = here - from_wall;
                if gap > 0.0 {
                    masks[4][i] = 1;
                    lost = smooth(0.0, edge, gap);
                    ray -= 0.055 * lost;
                    // The pleura is a millimetre thick: where a pixel is wider, the line is one pixel wide and fainter.
                    ray += 0.2 * (1.4 / edge).clamp(0.5, 1.0) * (1.0 - (gap / edge.max(1.4) - 0.8).abs()).max(0.0);
                }
            }
            ray += marking.values[i] * air.min(1.0) * (1.0 - lost);
            ray += 0.018 * mottle * texture * air * (1.0 - lost);
            ray += bone.values[i] * smooth(0.0, 12.0, skin);
            if strength > 0.0 && side == spot.side && masks[0][i] == 1 {
                let ragged = haze.fractal(x / 22.0, y / 22.0);
                let thick =
                    smooth(1.0, 0.3, spot.distance(at) + 0.36 * ragged) * (0.85 + 0.25 * haze.at(y / 9.0, x / 9.0));
                if thick > 0.02 {
                    ray += 0.105 * strength * thick * air.min(1.0);
                    masks[2][i] = 1;
                }
            }
            let solid = nodule.thickness(at, i);
            if solid > 0.0 {
                ray += solid;
                masks[3][i] = 1;
            }
            film[i] = ray;
        }
    }

    let mut stream = Stream::of(shot.named("exposure"));
    let tone = Tone::new(value("exposure") + stream.normal(0.15), 1.0 + stream.normal(0.06));
    let (level, grains) = (value("noise"), shot.named("grain"));
    for (i, value) in film.iter_mut().enumerate() {
        *value = tone.grey(*value) + level * grain(grains, i);
    }
    masks[5] = drain(&mut film, view, &thorax, asked);
    masks[6] = marker(&mut film, view.film(), asked);
    Picture {
        size,
        channels: 1,
        pixels: film.iter().map(|value| value.clamp(0.0, 255.0).round() as u8).collect(),
        masks,
        spacing: [f64::from(spacing); 2],
    }
}

/// From what weakens the rays to grey, 0 to 255.
struct Tone {
    gain: f32,
    centre: f32,
}

impl Tone {
    fn new(exposure: f32, contrast: f32) -> Self {
        Self { gain: 2.7 * contrast, centre: 0.40 + 0.11 * exposure }
    }

    fn grey(&self, ray: f32) -> f32 {
        // An S-shaped curve, steep in the middle, as a film's.
        let t = self.gain * (ray - self.centre);
        127.5 + 127.5 * t / (1.0 + t * t).sqrt()
    }
}

/// Whether pneumothorax and drain are on the patient's right, the picture's left.
fn affected_right(body: Seed) -> bool {
    Stream::of(body.named("pneumothorax")).chance(0.55)
}

/// A ball in a lung.
struct Nodule {
    at: Place,
    radius: f32,
    /// The pixel of its middle, which shows it however small it is.
    middle: Option<usize>,
    edge: f32,
}

impl Nodule {
    fn new(asked: &Asked, thorax: &Thorax, view: View) -> Self {
        let mut stream = Stream::of(asked.body.named("nodule"));
        let side = usize::from(!stream.chance(0.54));
        let at = thorax.place(side, stream.between(0.2, 0.8), stream.between(0.12, 0.88));
        let radius = 0.5 * asked.value(PARAMETERS, "nodule");
        Self { at, radius, middle: view.pixel(at), edge: view.pixel_mm() }
    }

    fn thickness(&self, [x, y]: Place, pixel: usize) -> f32 {
        if self.radius <= 0.0 {
            return 0.0;
        }
        let (x, y) = (x - self.at[0], y - self.at[1]);
        let distance = (x * x + y * y).sqrt();
        let drawn = self.radius.max(0.55 * self.edge);
        let covered = ((drawn - distance) / self.edge + 0.5).clamp(0.0, 1.0);
        if covered <= 0.0 && self.middle != Some(pixel) {
            return 0.0;
        }
        let share = self.radius / drawn;
        let dome = (1.0 - (distance / (drawn + 0.5 * self.edge)).powi(2)).max(0.0).sqrt();
        // Thicker where larger: 10 mm of tissue instead of air.
        let depth = 0.055 + 0.0045 * self.radius;
        (depth * (0.45 + 0.55 * dome) * covered.max(0.15) * share * share).max(1e-6)
    }
}

/// Lays a chest drain over the finished film, from between the lower ribs up to the apex; gives its mask.
fn drain(film: &mut [f32], view: View, thorax: &Thorax, asked: &Asked) -> Vec<u8> {
    let strength = asked.value(PARAMETERS, "drain");
    let mut cover = Plane::new(view.size);
    if strength <= 0.0 {
        return cover.mask();
    }
    let side = usize::from(!affected_right(asked.body));
    let mut stream = Stream::of(asked.body.named("drain"));
    let entry = stream.between(5.0, 45.0);
    let tip = stream.between(0.25, 0.62);
    let top = thorax.apex + stream.between(22.0, 46.0);
    let x = |share: f32, y: f32| SIDES[side] * thorax.lateral[side].at(y) * share;
    let path: [Place; 6] = [
        [SIDES[side] * 215.0, entry + stream.between(18.0, 45.0)],
        [SIDES[side] * 172.0, entry + stream.between(8.0, 16.0)],
        [x(0.97, entry), entry],
        [x(0.84, entry - 42.0), entry - 42.0],
        [x(0.78, 0.5 * (entry + top) - 25.0), 0.5 * (entry + top) - 25.0],
        [x(tip, top), top],
    ];
    let knots: Vec<Knot> = curved(&path).into_iter().map(|[x, y]| [x, y, 3.6]).collect();
    cover.line(view, &knots, 1.0, |_| 1.0);
    let mut line = Plane::new(view.size);
    // A clear wall with a lead stripe along it.
    let stripe: Vec<Knot> = knots.iter().map(|&[x, y, _]| [x + 1.6, y - 1.6, 1.0]).collect();
    line.line(view, &knots, 30.0, |off| 0.55 + 0.45 * off);
    line.line(view, &stripe, 62.0, |_| 1.0);
    let mask = cover.mask();
    for (i, value) in film.iter_mut().enumerate() {
        if mask[i] == 1 {
            // Never less than one grey level, so that the mask says what was drawn; darker where it is white already.
            let film = value.clamp(0.0, 255.0);
            *value = if film > 253.0 { film - 2.0 } else { (film + (strength * line.values[i]).max(2.0)).min(255.0) };
        }
    }
    mask
}

/// A smooth path through the points (Catmull and Rom 1974), four steps from each to the next.
fn curved(path: &[Place]) -> Vec<Place> {
    let at = |k: isize| path[k.clamp(0, path.len() as isize - 1) as usize];
    let mut out = Vec::with_capacity(4 * path.len());
    for k in 0..path.len() as isize - 1 {
        let four = [at(k - 1), at(k), at(k + 1), at(k + 2)];
        for step in 0..4 {
            let t = step as f32 / 4.0;
            out.push([0, 1].map(|c| {
                let [before, from, to, after] = four.map(|place| place[c]);
                let bend = 2.0 * before - 5.0 * from + 4.0 * to - after;
                from + 0.5 * t * (to - before + t * (bend + t * (3.0 * (from - to) + after - before)))
            }));
        }
    }
    out.extend(path.last());
    out
}

/// Lays the hospital's lead letters over the finished film; gives their mask.
fn marker(film: &mut [f32], view: View, asked: &Asked) -> Vec<u8> {
    let number = asked.value(PARAMETERS, "marker").round() as usize;
    let mut letters = Plane::new(view.size);
    let Some(Plate(text, corner, height, plate)) = number.checked_sub(1).and_then(|k| PLATES.get(k)) else {
        return letters.mask();
    };
    // Laid down by hand: never at quite the same place.
    let mut stream = Stream::of(asked.shot.named("marker"));
    let corner = [corner[0] + stream.normal(2.5), corner[1] + stream.normal(2.5)];
    letters.letters(view, text, corner, *height);
    if !plate {
        for (value, &ink) in film.iter_mut().zip(&letters.values) {
            *value = value.clamp(0.0, 255.0) * (1.0 - ink) + 252.0 * ink;
        }
        return letters.mask();
    }
    let mut cover = Plane::new(view.size);
    let (left, right) = (corner[0] - 2.0, corner[0] + text.len() as f32 * height);
    let middle = corner[1] + 0.5 * height - 1.0;
    let half = 0.5 * height + 2.0;
    cover.line(
        view,
        &[[left + half, middle, half], [(right - half).max(left + half + 0.1), middle, half]],
        1.0,
        |_| 1.0,
    );
    for ((value, &plate), &ink) in film.iter_mut().zip(&cover.values).zip(&letters.values) {
        if plate > 0.0 {
            let lead = 235.0 - 200.0 * ink;
            *value = value.clamp(0.0, 255.0) * (1.0 - plate) + lead * plate;
        }
    }
    cover.mask()
}
