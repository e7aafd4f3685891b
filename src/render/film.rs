//! A chest radiograph, taken from behind (PA): the patient's left is on the picture's right. 350 mm on a side.
//!
//! What weakens the rays adds up, layer by layer: soft tissue, less the air of the lungs, plus heart, spine, ribs and vessels. A tone
//! curve turns the sum into grey, brighter where more is in the way, as films are read. Disease changes the air: a consolidation takes
//! its place, so that borders with heart and diaphragm vanish, vessels drown and bronchi stand out; a lung that falls in holds less of it.
//!
//! Borders are curves over rows or over columns; the small turn of a patient on the film shears them.

#![expect(clippy::many_single_char_names, reason = "places and colours: x, y; u, v; r, g, b")]

use super::canvas::{Knot, Place, Plane, View, round, smooth};
use super::modality::{Asked, LARGEST, Parameter, Picture, Renderer};
use super::raster::{Ramp, Track, add, bytes, chosen, cloud, curved, grain, larger, lesser, stroke};
use super::stream::Stream;
use seed::Seed;

/// The side of the film in mm.
const FILM: f32 = 350.0;

/// The chest radiograph.
pub const RENDERER: Renderer = Renderer {
    name: "chest-xray@2",
    channels: 1,
    parameters: PARAMETERS,
    masks: &["lung", "heart", "opacity", "nodule", "pneumothorax", "drain", "marker"],
    en: "Chest radiograph, PA view: ribs, lungs with hila and vessels, heart, spine, diaphragm; the patient's left is on the right. \
         Opacities are lobar, with air bronchograms and lost borders. 350 mm on a side.",
    ja: "胸部単純X線写真（PA像）：肋骨、肺野、肺門と肺血管、心臓、脊椎、横隔膜。向かって右が患者の左側です。浸潤影は肺葉に沿い、\
         エアブロンコグラムとシルエットサインを伴います。一辺350 mm。",
    draw,
};

pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::new(
        "body_size",
        "",
        [0.85, 1.15, 1.0],
        "Size of the thorax relative to an average adult's.",
        "平均的な成人に対する胸郭の大きさの比です。",
    ),
    Parameter::new(
        "soft_tissue",
        "mm",
        [5.0, 60.0, 20.0],
        "Thickness of the chest wall outside the ribs; more of it makes the whole film paler.",
        "肋骨の外側の軟部組織の厚さです。厚いほど写真全体が白っぽくなります。",
    ),
    Parameter::new(
        "breast",
        "",
        [0.0, 1.0, 0.0],
        "Breast shadows over the lower zones: 0 none, 1 marked.",
        "下肺野に重なる乳房陰影：0はなし、1は顕著です。",
    ),
    Parameter::new(
        "age",
        "years",
        [18.0, 95.0, 50.0],
        "Age: a wider aortic knob, paler bones and coarser lung markings with the years.",
        "年齢：加齢とともに大動脈弓が突出し、骨の濃度が下がり、肺紋理が粗くなります。",
    ),
    Parameter::new(
        "cardiothoracic_ratio",
        "",
        [0.35, 0.7, 0.46],
        "Width of the heart divided by the inner width of the thorax.",
        "心胸郭比：心横径を胸郭内径で割った値です。",
    ),
    Parameter::new(
        "inspiration",
        "",
        [0.0, 1.0, 0.75],
        "Depth of breath: 0 expiration with high domes of the diaphragm, 1 full inspiration.",
        "吸気の深さ：0は呼気（横隔膜が高位）、1は最大吸気です。",
    ),
    Parameter::new(
        "rotation",
        "°",
        [-15.0, 15.0, 0.0],
        "Turn of the patient about the long axis: mediastinum and clavicles are off the spine's line, one lung is paler.",
        "体軸まわりの回旋：縦隔と鎖骨が脊椎の線からずれ、片肺が白っぽくなります。",
    ),
    Parameter::new(
        "exposure",
        "EV",
        [-1.0, 1.0, 0.0],
        "Exposure in stops: negative is pale, positive is dark.",
        "露出（段）：負で白く、正で黒くなります。",
    ),
    Parameter::new(
        "noise",
        "grey levels",
        [0.0, 25.0, 4.0],
        "Standard deviation of the grain.",
        "粒状ノイズの標準偏差（階調）です。",
    ),
    Parameter::new(
        "opacity",
        "",
        [0.0, 3.0, 0.0],
        "Strength of a consolidation in one lung: 0 none, 0.5 to 1 subtle, 3 dense.",
        "片肺にある浸潤影（コンソリデーション）の強さ：0はなし、0.5〜1は淡く、3は濃い陰影です。",
    ),
    Parameter::new(
        "nodule",
        "mm",
        [0.0, 40.0, 0.0],
        "Diameter of a round nodule in one lung; 0 for none.",
        "片肺にある類円形結節の径です。0はなしです。",
    ),
    Parameter::new(
        "pneumothorax",
        "mm",
        [0.0, 60.0, 0.0],
        "Distance of the lung from the apex of the chest wall: a thin pleural line with no markings outside it; 0 for none.",
        "気胸：肺尖部での胸壁から臓側胸膜線までの距離です。線の外側には肺紋理がありません。0はなしです。",
    ),
    Parameter::new(
        "drain",
        "",
        [0.0, 1.0, 0.0],
        "Chest drain on the side where a pneumothorax would be: 0 none, 1 clearly seen.",
        "気胸が生じる側に留置された胸腔ドレーン：0はなし、1は明瞭です。",
    )
    .artefact(),
    Parameter::new(
        "marker",
        "",
        [0.0, 8.0, 0.0],
        "Lead marker of one of eight hospitals; rounded to a whole number. 0 none; 1 L upper right; 2 R upper left; 3 L on a \
         plate, right; 4 R on a plate, left; 5 LA upper right; 6 RH lower left; 7 PA on a plate, lower right; 8 R7 on a \
         plate, upper left. Laid down by hand: each shot a few mm elsewhere.",
        "8つの病院の鉛マーカーです。整数に丸めます。0はなし、1は右上のL、2は左上のR、3は右側のLプレート、4は左側のRプレート、\
         5は右上のLA、6は左下のRH、7は右下のPAプレート、8は左上のR7プレート（位置は画像上）。撮影ごとに数mmずれます。",
    )
    .artefact(),
];

/// One hospital's marker: its letters, the place of their upper left corner and their height in mm, and whether they stand dark on a
/// bright plate.
pub(super) struct Plate(pub(super) &'static str, pub(super) Place, pub(super) f32, pub(super) bool);

pub(super) const PLATES: [Plate; 8] = [
    Plate("L", [122.0, -158.0], 34.0, false),
    Plate("R", [-158.0, -160.0], 34.0, false),
    Plate("L", [124.0, -112.0], 34.0, true),
    Plate("R", [-160.0, -90.0], 32.0, true),
    Plate("LA", [94.0, -162.0], 32.0, false),
    Plate("RH", [-160.0, 124.0], 34.0, false),
    Plate("PA", [92.0, 128.0], 32.0, true),
    Plate("R7", [-162.0, -164.0], 32.0, true),
];

/// Picture's left, which is the patient's right; and the other.
const SIDES: [f32; 2] = [-1.0, 1.0];

/// How much the air of a fully aired lung takes off the ray.
const AIR: f32 = 0.37;

/// One person's thorax: curves in mm from the centre of the film.
struct Thorax {
    /// For each side, the inner border of the ribs by height.
    lateral: [Track; 2],
    /// For each side, the border of the mediastinum by height.
    medial: [Track; 2],
    /// For each side, the height of the diaphragm by distance from the midline.
    dome: [Track; 2],
    /// The skin by height.
    skin: Track,
    /// Where the heart begins, by height.
    heart_top: f32,
    /// Top of the lungs.
    apex: f32,
    /// Height of the highest point of each dome.
    dome_top: [f32; 2],
    /// The middle of each hilum.
    hilum: [Place; 2],
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

        let width = 140.0 + stream.normal(6.0) + 5.0 * breath;
        let barrel = stream.normal(0.022);
        let apex = -142.0 + stream.normal(7.0);
        let apex_x = 50.0 + stream.normal(4.0);
        let lateral = SIDES.map(|_| {
            let mut at = |y: f32, share: f32, sd: f32| [y, width * share + stream.normal(sd)];
            Track::through(&[
                [apex, apex_x],
                [apex + 2.0, apex_x + 11.0],
                at(apex + 10.0, 0.52, 1.5),
                at(-112.0, 0.68 + barrel, 2.0),
                at(-85.0, 0.82 + barrel, 2.0),
                at(-45.0, 0.925 + barrel, 2.0),
                at(10.0, 0.985, 1.5),
                at(65.0, 1.0, 1.0),
                at(110.0, 0.98 - 0.3 * barrel, 1.0),
                at(150.0, 0.94 - 0.3 * barrel, 1.0),
            ])
        });

        let dome_right = 60.0 + stream.normal(9.0) + 55.0 * breath;
        let dome_top = [dome_right, dome_right + 10.0 + stream.normal(5.0)];
        // Both meet below the heart.
        let centre = 0.5 * (dome_top[0] + dome_top[1]) + 14.0 + stream.normal(3.0);
        let dome = [0, 1].map(|side| {
            let (top, steep) = (dome_top[side], 44.0 + stream.normal(7.0));
            let crown = 64.0 + stream.normal(7.0);
            Track::through(&[
                [0.0, centre],
                [30.0, 0.4 * centre + 0.6 * top + 4.0],
                [crown, top],
                [crown + 34.0, top + 0.22 * steep],
                [width - 14.0, top + 0.76 * steep],
                [width + 2.0, top + 1.25 * steep],
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
        let vessels = 24.0 + stream.normal(2.5);
        let trunk = 34.0 + stream.normal(3.5);
        let droop = stream.normal(8.0);
        let medial = [
            Track::through(&[
                [apex, apex_x],
                [apex + 3.0, apex_x - 12.0],
                [apex + 26.0, vessels + 1.0],
                [-90.0, vessels - lean],
                [-50.0, vessels + 4.0 - lean],
                [heart_top, 0.64 * right.max(42.0) - lean],
                [middle - 6.0, 0.93 * right - lean],
                [middle + 16.0, right - lean],
                [low - 6.0, 0.86 * right - lean],
                [low + 40.0, 0.6 * right - lean],
            ]),
            Track::through(&[
                [apex, apex_x],
                [apex + 3.0, apex_x - 12.0],
                [apex + 26.0, vessels],
                [knob_y - 18.0, vessels - 1.0 + lean],
                [knob_y, knob + lean],
                [knob_y + 20.0, 0.84 * knob + lean],
                [heart_top - 16.0, trunk + lean],
                [heart_top + 6.0, 0.5 * left + 7.0 + lean],
                [middle + 4.0 + 0.7 * droop, 0.9 * left + lean],
                [low - 15.0 + 0.5 * droop, left + lean],
                [low + 14.0, 0.93 * left + lean],
                [low + 50.0, 0.7 * left + lean],
            ]),
        ];

        let wall = 6.0 + value("soft_tissue") + stream.normal(3.0).max(-4.0);
        let neck = 52.0 + stream.normal(4.0) + 0.25 * value("soft_tissue");
        let slope = 22.0 + stream.normal(7.0);
        let skin = Track::through(&[
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
        let hilum_y = 0.55 * heart_top - 20.0 + stream.normal(3.0);
        let hilum = [[-(vessels + 10.0 - lean), hilum_y], [trunk + 6.0 + lean, hilum_y - 10.0 + stream.normal(3.0)]];
        Self { lateral, medial, dome, skin, heart_top, apex, dome_top, hilum, lean }
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

/// Ribs, clavicles, shoulder blades and upper arms.
fn bones(plane: &mut [f32], view: View, thorax: &Thorax, stream: &mut Stream, density: f32) {
    let pitch = 23.5 + stream.normal(1.6);
    let first = thorax.apex + 6.0 + stream.normal(3.0);
    let fall = 40.0 + stream.normal(6.0);
    let strength = density * (1.0 + stream.normal(0.12));
    for (side, sign) in SIDES.into_iter().enumerate() {
        for rib in 0..10 {
            let k = rib as f32;
            let y = first + pitch * k + stream.normal(1.6);
            let drop = 13.0 + 4.4 * k + stream.normal(2.5);
            let edge = thorax.lateral[side].at(y + drop) + 1.0;
            let half = 4.0 + 0.14 * k + stream.normal(0.35);
            let own = strength * (1.0 + stream.normal(0.14));
            let mut knots = [[0.0; 3]; 7];
            for (knot, (sine, cosine)) in knots.iter_mut().zip(ARCH) {
                let rise = 9.0 * sine * cosine;
                let half = half * (1.0 - 0.35 * (1.0 - cosine));
                *knot = [sign * (18.0 + (edge - 18.0) * sine), y - rise + drop * (1.0 - cosine), half];
            }
            // Bright at both edges, where the rays meet the cortex along its length; the back parts more than the front ones.
            stroke(plane, view, &knots, [0.042 * own, 0.034 * own], add);
            // The front part runs down to its cartilage and ends there.
            if rib < 8 {
                let end = 66.0 + 3.0 * k + stream.normal(4.0);
                let fall = fall + 2.5 * k + stream.normal(3.0);
                let mut knots = [[0.0; 3]; 5];
                let ends = [0.55, 1.0, 1.1, 1.1, 0.4];
                for (i, knot) in knots.iter_mut().enumerate() {
                    let (sine, cosine) = ARCH[i];
                    *knot = [
                        sign * (edge - (edge - end) * (1.0 - cosine) * 2.0) + thorax.lean * 0.6 * sine,
                        y + drop + fall * 1.15 * sine,
                        half * ends[i],
                    ];
                }
                stroke(plane, view, &knots, [0.026 * own, 0.024 * own], add);
            }
        }
        let lift = stream.normal(7.0);
        let head = thorax.apex + 30.0 + stream.normal(4.0);
        let half = 5.6 + stream.normal(0.5);
        let inner = 15.0 * sign + thorax.lean;
        let collar = [
            [inner, head + 3.0, half + 2.2],
            [inner + 26.0 * sign, head - 3.0, half],
            [inner + 62.0 * sign, head - 10.0 - 0.4 * lift, half - 0.8],
            [inner + 100.0 * sign, head - 24.0 - lift, half - 0.6],
            [inner + 140.0 * sign, head - 28.0 - 1.2 * lift, half + 0.6],
            [inner + 180.0 * sign, head - 22.0 - 1.2 * lift, half + 1.4],
        ];
        stroke(plane, view, &collar, [0.066 * strength, 0.026 * strength], add);
        let blade = 0.9 + stream.normal(0.06);
        let mut scapula = [[0.0; 3]; 5];
        for (i, knot) in scapula.iter_mut().enumerate() {
            let y = -100.0 + 30.0 * i as f32;
            let x = thorax.lateral[side].at(y) * (blade + 0.03 * i as f32) + 18.0 - 4.0 * (i as f32 - 2.0).powi(2);
            *knot = [sign * (x + 9.0), y, 10.0 - 1.2 * i as f32];
        }
        stroke(plane, view, &scapula, [0.042 * strength, -0.042 * strength], add);
        let arm = 196.0 + stream.normal(8.0);
        let humerus = [
            [sign * (arm - 3.0), -144.0 + lift, 4.0],
            [sign * arm, -132.0 + lift, 19.0],
            [sign * (arm + 3.0), -110.0 + lift, 22.0],
            [sign * (arm + 14.0), -60.0, 15.0],
            [sign * (arm + 20.0), 0.0, 14.0],
        ];
        stroke(plane, view, &humerus, [0.15 * strength, -0.06 * strength], add);
    }
}

/// Sine and cosine of 0, 15 … 90 degrees.
const ARCH: [(f32, f32); 7] = [
    (0.0, 1.0),
    (0.258_819, 0.965_926),
    (0.5, 0.866_025),
    (std::f32::consts::FRAC_1_SQRT_2, std::f32::consts::FRAC_1_SQRT_2),
    (0.866_025, 0.5),
    (0.965_926, 0.258_819),
    (1.0, 0.0),
];

/// Vertebrae with the darker discs between them, the aorta on its way down, and windpipe and main bronchi.
fn midline(plane: &mut [f32], view: View, thorax: &Thorax, stream: &mut Stream, density: f32) {
    let bend = stream.normal(4.0);
    let pitch = 22.0 + stream.normal(1.0);
    let half = 15.0 + stream.normal(1.0);
    let start = stream.between(-205.0, -190.0);
    let x = |y: f32| bend * (1.0 - (y / 150.0).powi(2));
    let mut column = [[0.0; 3]; 9];
    for (i, knot) in column.iter_mut().enumerate() {
        let y = -200.0 + 50.0 * i as f32;
        *knot = [x(y), y, half + 0.012 * (y + 150.0).max(0.0)];
    }
    stroke(plane, view, &column, [0.062 * density, -0.012 * density], add);
    for k in 0..17 {
        let y = start + pitch * k as f32;
        let x = x(y);
        stroke(plane, view, &[[x - half, y, 2.2], [x + half, y + 0.2, 2.2]], [-0.03 * density, 0.0], add);
        let y = y + 0.55 * pitch;
        stroke(plane, view, &[[x, y - 1.0, 1.0], [x, y + 3.0, 3.0], [x, y + 8.0, 1.0]], [0.035 * density, 0.0], add);
    }
    let aorta = [[22.0, -66.0, 13.0], [19.0, -10.0, 13.0], [12.0, 60.0, 12.0], [6.0, 110.0, 11.0]];
    let aorta = aorta.map(|[x, y, half]| [x + bend + 0.4 * thorax.lean, y, half]);
    stroke(plane, view, &aorta, [0.03, -0.012], add);
    let middle = 0.5 * thorax.lean + 2.0;
    let carina = 0.5 * (thorax.hilum[0][1] + thorax.hilum[1][1]) - 24.0;
    let windpipe = [[0.5 * middle, -190.0, 8.0], [middle, -120.0, 8.4], [middle + 1.0, carina, 8.6]];
    stroke(plane, view, &windpipe, [-0.075, 0.05], add);
    for (side, sign) in SIDES.into_iter().enumerate() {
        let [x, y] = thorax.hilum[side];
        let half = 6.4 - 0.6 * sign;
        let bronchus = [[middle + 5.0 * sign, carina - 2.0, half], [x - 20.0 * sign, y - 9.0, half - 3.4]];
        stroke(plane, view, &bronchus, [-0.045, 0.04], add);
    }
}

/// A vessel from the hilum: where its end lies, across and down as [`Thorax::place`] has it; how far its path bows out; half its width
/// in mm at the hilum; and how far along the great vessel of the hilum it leaves, from −1 to 1.
type Branch = [f32; 5];

const BRANCHES: [Branch; 11] = [
    [0.30, 0.06, -0.10, 2.1, -0.9],
    [0.58, 0.14, -0.06, 2.2, -0.8],
    [0.82, 0.30, 0.03, 2.1, -0.6],
    [0.86, 0.46, 0.05, 2.3, -0.2],
    [0.88, 0.64, 0.06, 2.5, 0.1],
    [0.84, 0.80, 0.08, 2.9, 0.4],
    [0.70, 0.92, 0.08, 3.1, 0.6],
    [0.50, 0.98, 0.07, 3.2, 0.8],
    [0.32, 1.00, 0.05, 3.0, 0.9],
    [0.16, 0.98, 0.03, 2.6, 1.0],
    [0.45, 0.78, -0.08, 2.5, 0.5],
];

/// The vessels of both lungs, fading towards the pleura, and the great vessels of the hila.
fn vessels(plane: &mut [f32], view: View, thorax: &Thorax, stream: &mut Stream, strength: f32) {
    for (side, sign) in SIDES.into_iter().enumerate() {
        let [x, y] = thorax.hilum[side];
        // On the right the artery runs down beside the heart, on the left it arches over the bronchus and hides behind the heart.
        let wide = 1.0 + stream.normal(0.1);
        let great: [Knot; 5] = if side == 0 {
            [
                [x + 4.0, y - 20.0, 1.5],
                [x - 4.0, y - 9.0, 10.0],
                [x - 9.0, y + 5.0, 9.6],
                [x - 12.0, y + 24.0, 7.0],
                [x - 15.0, y + 50.0, 1.0],
            ]
        } else {
            [
                [x - 10.0, y - 21.0, 4.0],
                [x, y - 14.0, 10.0],
                [x + 9.0, y - 2.0, 9.6],
                [x + 12.0, y + 18.0, 6.0],
                [x + 11.0, y + 42.0, 1.0],
            ]
        };
        let great = great.map(|[x, y, half]| [x, y, half * wide]);
        stroke(plane, view, &great, [0.165 * strength, -0.135 * strength], larger);
        for [across, down, bow, half, level] in BRANCHES {
            let from = [x + sign * (3.0 + 5.0 * level.max(0.0)), y + 4.0 + 24.0 * level];
            let to = thorax.place(side, across + stream.normal(0.04), (down + stream.normal(0.03)).min(1.0));
            let way = [to[0] - from[0], to[1] - from[1]];
            let bow = bow * sign + stream.normal(0.03);
            let half = half * wide;
            let at = |t: f32, half: f32| {
                let out = bow * 4.0 * t * (1.0 - t);
                [from[0] + t * way[0] + out * way[1], from[1] + t * way[1] - out * way[0], half]
            };
            let knots = [at(0.0, half), at(0.28, 0.78 * half), at(0.58, 0.52 * half), at(0.9, 0.2 * half)];
            let dense = 0.1 * strength;
            stroke(plane, view, &knots, [dense, -0.5 * dense], larger);
            // Two twigs, one to each side.
            for (k, turn) in [0.5_f32, -0.42].into_iter().enumerate() {
                let t = 0.3 + 0.24 * k as f32 + stream.normal(0.03);
                let start = at(t, 0.5 * half);
                let (sine, cosine) = (turn + stream.normal(0.12), 0.88);
                let long = 0.42 * (1.0 - 0.5 * t);
                let tip = [
                    start[0] + long * (way[0] * cosine - way[1] * sine),
                    start[1] + long * (way[1] * cosine + way[0] * sine),
                    0.16 * half,
                ];
                stroke(plane, view, &[start, tip], [0.8 * dense, -0.4 * dense], larger);
            }
        }
    }
}

/// A segment of a lobe that may be consolidated.
struct Segment {
    /// How often it is the one.
    weight: f32,
    side: usize,
    /// Its middle, across and down.
    middle: Place,
    /// Half of its width and height, in mm.
    half: [f32; 2],
    /// Above or below the small fissure, which cuts it sharply; 0 for neither.
    fissure: f32,
}

const fn segment(weight: f32, side: usize, middle: Place, half: [f32; 2], fissure: f32) -> Segment {
    Segment { weight, side, middle, half, fissure }
}

/// Upper, middle and lower lobe of the right lung; upper lobe, lingula and lower lobe of the left one.
const SEGMENTS: [Segment; 6] = [
    segment(0.18, 0, [0.55, 0.36], [66.0, 46.0], -1.0),
    segment(0.15, 0, [0.12, 0.78], [68.0, 52.0], 1.0),
    segment(0.25, 0, [0.50, 0.95], [74.0, 52.0], 0.0),
    segment(0.11, 1, [0.45, 0.30], [62.0, 50.0], 0.0),
    segment(0.09, 1, [0.08, 0.74], [64.0, 54.0], 0.0),
    segment(0.22, 1, [0.42, 0.95], [70.0, 52.0], 0.0),
];

/// Where the small fissure meets the hilum: share of the way down.
const FISSURE: f32 = 0.52;

/// A consolidation: how much of the air of each pixel it takes, 0 to 1, into `lost`; the bronchi that stay open in it into `bronchi`.
fn consolidation(
    lost: &mut [f32],
    bronchi: &mut [f32],
    view: View,
    thorax: &Thorax,
    body: Seed,
    strength: f32,
) -> usize {
    let mut stream = Stream::of(body.named("opacity"));
    let weights = SEGMENTS.map(|segment| segment.weight);
    let Segment { side, middle, half, fissure, .. } = SEGMENTS[chosen(&mut stream, &weights)];
    let at = thorax.place(side, middle[0] + stream.normal(0.07), (middle[1] + stream.normal(0.05)).min(1.0));
    let size = stream.between(0.8, 1.12);
    let (long, tilt) = (stream.between(0.86, 1.16), stream.normal(0.25));
    let half = [half[0] * size * long, half[1] * size / long];
    let reaches_down = middle[1] > 0.9;
    let slant = stream.normal(0.08);
    let cut = thorax.apex + FISSURE * (thorax.dome_top[0] - thorax.apex) + stream.normal(5.0);
    let (spacing, size) = (view.spacing[0], view.size);
    let pixel = view.pixel_mm();
    // Ragged at its edge, and patchy within.
    let cell = 30.0 * view.zoom / spacing;
    let shift = view.shift.map(|mm| mm / spacing);
    cloud(lost, size, body.named("haze"), [cell; 2], shift, 0.2);
    cloud(lost, size, body.named("patches"), [0.42 * cell; 2], shift, 0.10);
    for row in 0..size {
        let [x0, y0] = view.body(row, 0);
        let [x1, y1] = view.body(row, 1);
        let (step_x, step_y) = (x1 - x0, y1 - y0);
        for (column, value) in lost[row * size..][..size].iter_mut().enumerate() {
            let (x, y) = (x0 + step_x * column as f32 - at[0], y0 + step_y * column as f32 - at[1]);
            let (u, v) = ((x + tilt * y) / half[0], (y - tilt * x) / half[1]);
            // Down to the diaphragm, where it is near.
            let v = if reaches_down { v.min(0.55 * v) } else { v };
            let ragged = (u * u + v * v).sqrt() + *value;
            let below = y + at[1] + slant * (x + at[0]) - cut;
            let within =
                if fissure == 0.0 { 1.0 } else { smooth(-0.5 * pixel - 2.0, 0.5 * pixel + 2.0, fissure * below) };
            let thick = smooth(1.15, 0.3, ragged) * (1.0 - 0.5 * value.max(0.0)) * within;
            *value = if thick > 0.03 { (0.3 * strength * thick).min(0.92) } else { 0.0 };
        }
    }
    let from = thorax.hilum[side];
    for k in 0..4 {
        let spread = (k as f32 - 1.5) * 0.42 + stream.normal(0.1);
        let way = [at[0] - from[0], at[1] - from[1]];
        let end = [from[0] + 1.25 * (way[0] - spread * way[1]), from[1] + 1.25 * (way[1] + spread * way[0])];
        let mid = [from[0] + 0.55 * way[0] - 0.25 * spread * way[1], from[1] + 0.55 * way[1] + 0.25 * spread * way[0]];
        stroke(
            bronchi,
            view,
            &[[from[0], from[1], 3.4], [mid[0], mid[1], 2.6], [end[0], end[1], 0.5]],
            [1.0, -0.3],
            larger,
        );
    }
    side
}

/// The layers of a film, a value per pixel each.
struct Layers {
    /// What weakens the rays, without the lungs.
    film: Vec<f32>,
    /// Air of the lungs: 1 where they are thick.
    air: Vec<f32>,
    /// Vessels and texture of the lungs.
    marking: Vec<f32>,
    masks: Vec<Vec<u8>>,
}

/// Where the columns of a film lie.
struct Columns {
    /// To the right of the midline at the height of the film's centre, in mm of the body.
    x: [f32; LARGEST],
    /// For each side, the height of the diaphragm and how many mm away from it one mm of height is.
    dome: [[[f32; 2]; LARGEST]; 2],
}

impl Columns {
    fn of(view: View, thorax: &Thorax) -> Self {
        let mut columns = Self { x: [0.0; LARGEST], dome: [[[0.0; 2]; LARGEST]; 2] };
        let per_pixel = view.spacing[1] / view.zoom;
        let first = -(view.size as f32 / 2.0 - 0.5) * per_pixel - view.shift[0] / view.zoom;
        for column in 0..view.size {
            let x = first + per_pixel * column as f32;
            columns.x[column] = x;
            for (side, sign) in SIDES.into_iter().enumerate() {
                let [height, slope] = thorax.dome[side].both(x * sign);
                columns.dome[side][column] = [height + x * view.sine, 1.0 / (1.0 + slope * slope).sqrt()];
            }
        }
        columns
    }
}

/// Soft tissue, lungs, heart and belly: the outlines of [`Thorax`] filled, row by row.
fn flesh(layers: &mut Layers, texture: &[f32], view: View, thorax: &Thorax, asked: &Asked, aeration: f32) {
    let size = view.size;
    let edge = view.pixel_mm();
    let columns = Columns::of(view, thorax);
    let wall = asked.value(PARAMETERS, "soft_tissue");
    let base = 0.50 + 0.0022 * (wall - 20.0);
    let per_skin = 1.0 / (28.0 + 0.5 * wall);
    let turned = 0.35 * asked.value(PARAMETERS, "rotation").to_radians().sin();
    let breast = asked.value(PARAMETERS, "breast");
    let mut stream = Stream::of(asked.body.named("breast"));
    let (breast_x, breast_y) = (74.0 + stream.normal(6.0), 44.0 + stream.normal(10.0));
    let breast_r = 52.0 + stream.normal(5.0);
    let mut stream = Stream::of(asked.body.named("stomach"));
    let stomach =
        [stream.between(44.0, 76.0), stream.between(14.0, 28.0), stream.between(0.4, 1.0), stream.between(14.0, 25.0)];
    let ramp = Ramp::new;
    let (near_wall, to_shoulder) = (ramp(-0.5 * edge, 7.0), ramp(60.0, 150.0));
    let (clears, lifts) = (ramp(-0.5 * edge, 9.0 + 0.5 * edge), ramp(-0.5 * edge, 3.0 + 0.5 * edge));
    let (sharp, sinks, under, beside, below_skin) =
        (ramp(-0.5 * edge, 0.5 * edge), ramp(0.0, -46.0), ramp(0.0, -1.0), ramp(-26.0, 24.0), ramp(0.0, 12.0));
    let (mut within, mut heart) = ([0.0_f32; LARGEST], [0.0_f32; LARGEST]);
    let middle = size as f32 / 2.0 - 0.5;
    for row in 0..size {
        let y = ((row as f32 - middle) * view.spacing[0] - view.shift[1]) / view.zoom;
        let shear = y * view.sine;
        let here = row * size..(row + 1) * size;
        let (film, air) = (&mut layers.film[here.clone()], &mut layers.air[here.clone()]);
        let texture = &texture[here.clone()];
        let split = columns.x[..size].partition_point(|&x| x + shear < 0.0);
        let skin = thorax.skin.at(y);
        let above = smooth(-70.0, -140.0, y) * 0.10;
        let inside = smooth(thorax.apex - 0.5 * edge, thorax.apex + 0.5 * edge, y);
        let chamber = inside * (0.08 + 0.04 * smooth(thorax.heart_top - 40.0, thorax.heart_top + 40.0, y));
        for (side, range) in [(0, 0..split), (1, split..size)] {
            let sign = SIDES[side];
            let steep = |slope: f32| 1.0 / (1.0 + slope * slope).sqrt();
            let [lateral, slope] = thorax.lateral[side].both(y);
            let lateral_mm = steep(slope);
            let [medial, slope] = thorax.medial[side].both(y);
            let medial_mm = steep(slope);
            let aired = inside * aeration * (1.0 + turned * sign);
            let x = &columns.x[range.clone()];
            let n = x.len();
            let dome = &columns.dome[side][range.clone()][..n];
            let (film, air) = (&mut film[range.clone()][..n], &mut air[range.clone()][..n]);
            let (within, heart) = (&mut within[range.clone()][..n], &mut heart[range.clone()][..n]);
            let texture = &texture[range.clone()][..n];
            for i in 0..n {
                let far = sign * (x[i] + shear);
                let depth = skin - far;
                let from_wall = (lateral - far) * lateral_mm;
                let from_middle = (far - medial) * medial_mm;
                let from_dome = (dome[i][0] - y) * dome[i][1];
                let soft = base * round(depth * per_skin) + 0.012 * texture[i] + above * to_shoulder.at(far);
                let aside = 0.55 * round((from_wall + 0.5 * edge) * (1.0 / 46.0)) + 0.45 * near_wall.at(from_wall);
                let clear = clears.at(from_middle);
                let over = lifts.at(from_dome);
                air[i] = aside * clear * over * aired;
                let middle = round(from_middle * (-1.0 / 40.0)) * sharp.at(from_dome);
                let thick = middle * chamber;
                let low = sinks.at(from_dome);
                let belly = (0.03 * under.at(from_dome) + 0.15 * low) * beside.at(from_wall) + 0.03 * low;
                // Bones show less where little of the beam is left.
                let body = film[i] * below_skin.at(depth) * (1.0 - 0.45 * middle) + soft + thick + belly;
                film[i] = body * sharp.at(depth);
                within[i] = lesser(lesser(from_wall, from_middle), from_dome);
                heart[i] = lesser(from_dome, -from_middle);
            }
            if breast > 0.0 {
                let v = (y - breast_y) / breast_r;
                let weight = breast * 0.11 * smooth(-1.3, 0.5, v);
                for (value, x) in film.iter_mut().zip(x) {
                    let u = (sign * (x + shear) - breast_x) / (1.12 * breast_r);
                    *value += weight * smooth(1.02, 0.82, (u * u + v * v).sqrt());
                }
            }
            // Gas in the stomach, below the left dome.
            if side == 1 && y > thorax.dome_top[1] - 10.0 && y < thorax.dome_top[1] + 80.0 {
                for (i, value) in film.iter_mut().enumerate() {
                    let below = (y - dome[i][0]) * dome[i][1];
                    let (u, v) = ((x[i] - stomach[0]) / (1.5 * stomach[3]), (below - stomach[1]) / stomach[3]);
                    let gas = smooth(1.15, 0.6, (u * u + v * v).sqrt() + 0.12 * texture[i]) * smooth(2.0, 7.0, below);
                    *value -= 0.2 * stomach[2] * gas;
                }
            }
        }
        let is_inside = y > thorax.apex;
        for (mask, &depth) in layers.masks[0][here.clone()].iter_mut().zip(&within[..size]) {
            *mask = u8::from(is_inside && depth > 0.0);
        }
        let is_heart = is_inside && y > thorax.heart_top;
        for (mask, &depth) in layers.masks[1][here].iter_mut().zip(&heart[..size]) {
            *mask = u8::from(is_heart && depth > 0.0);
        }
    }
}

/// Air between the chest wall and a lung that has fallen in and is denser; `rim` is their distance at the apex.
fn pneumothorax(layers: &mut Layers, view: View, thorax: &Thorax, side: usize, rim: f32) {
    let edge = view.pixel_mm();
    let fallen = (rim / 60.0).min(1.0);
    for row in 0..view.size {
        for column in 0..view.size {
            let i = row * view.size + column;
            let [x, y] = view.body(row, column);
            if layers.masks[0][i] == 0 || usize::from(x >= 0.0) != side {
                continue;
            }
            let [lateral, slope] = thorax.lateral[side].both(y);
            let from_wall = (lateral - x.abs()) / (1.0 + slope * slope).sqrt();
            // Air rises: the rim narrows towards the base.
            let (aside, under) = (from_wall.max(0.0), 1.15 * (y - thorax.apex).max(0.0));
            let inward = aside * under / (aside * aside + under * under).sqrt().max(1e-3);
            let gap = rim * smooth(thorax.dome_top[side] + 10.0, thorax.apex + 60.0, y) - inward;
            let free = smooth(0.0, edge, gap);
            layers.air[i] *= 1.0 - (1.0 - free) * 0.28 * fallen;
            layers.marking[i] *= (1.0 - free) * (1.0 + 0.5 * fallen);
            if gap > 0.0 {
                layers.masks[4][i] = 1;
                layers.film[i] -= 0.055 * free;
                // The pleura is a millimetre thick: where a pixel is wider, the line is one pixel wide and fainter.
                let line = (1.0 - (gap / edge.max(1.4) - 0.8).abs()).max(0.0);
                layers.film[i] += 0.2 * (1.4 / edge).clamp(0.5, 1.0) * line;
            }
        }
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
    let age = (value("age") - 50.0) / 45.0;
    let mut stream = Stream::of(body.named("density"));
    let density = 1.0 - 0.22 * age + stream.normal(0.08);
    let aeration = 0.97 + stream.normal(0.07) + 0.12 * (value("inspiration") - 0.75);
    let coarse = 0.8 + 0.3 * stream.uniform() + 0.25 * age;

    let pixels = size * size;
    let mut layers = Layers {
        film: vec![0.0; pixels],
        air: vec![0.0; pixels],
        marking: vec![0.0; pixels],
        masks: vec![vec![0; pixels]; RENDERER.masks.len()],
    };
    bones(&mut layers.film, view, &thorax, &mut Stream::of(body.named("bones")), density);
    midline(&mut layers.film, view, &thorax, &mut Stream::of(body.named("midline")), density);
    vessels(&mut layers.marking, view, &thorax, &mut Stream::of(body.named("vessels")), 0.75 + 0.3 * coarse);
    let moved = shift.map(|mm| mm / spacing);
    let mut texture = vec![0.0; pixels];
    cloud(&mut texture, size, body.named("tissue"), [26.0 * zoom / spacing; 2], moved, 1.0);
    let fine = (12.0 * zoom / spacing).max(2.0);
    cloud(&mut layers.marking, size, body.named("lung"), [fine; 2], moved, 0.009 * coarse);
    flesh(&mut layers, &texture, view, &thorax, asked, aeration);

    let rim = value("pneumothorax");
    if rim > 0.0 {
        pneumothorax(&mut layers, view, &thorax, usize::from(!affected_right(body)), rim);
    }
    let Layers { mut film, air, marking, mut masks } = layers;
    let strength = value("opacity");
    if strength > 0.0 {
        let (mut lost, mut bronchi) = (vec![0.0; pixels], vec![0.0; pixels]);
        let side = consolidation(&mut lost, &mut bronchi, view, &thorax, body, strength);
        for i in 0..pixels {
            // There is no disease where there is no air.
            let on_side = usize::from(view.body(i / size, i % size)[0] >= 0.0) == side;
            if lost[i] > 0.0 && masks[0][i] == 1 && on_side {
                masks[2][i] = 1;
            } else {
                lost[i] = 0.0;
            }
        }
        for i in 0..pixels {
            let left = air[i] * (1.0 - lost[i]);
            let open = 0.11 * bronchi[i] * lost[i] * air[i];
            film[i] += marking[i] * lesser(1.4 * left, 1.0) - AIR * left - open;
        }
    } else {
        for ((film, &air), &marking) in film.iter_mut().zip(&air).zip(&marking) {
            *film += marking * lesser(1.4 * air, 1.0) - AIR * air;
        }
    }
    nodule(&mut film, &mut masks[3], view, &thorax, asked);

    let mut stream = Stream::of(shot.named("exposure"));
    let (exposure, contrast) = (value("exposure") + stream.normal(0.15), 1.0 + stream.normal(0.06));
    // An S-shaped curve, steep in the middle, as a film's.
    let (gain, centre) = (2.7 * contrast, 0.40 + 0.11 * exposure);
    for value in &mut film {
        let t = gain * (*value - centre);
        *value = 127.5 + 127.5 * t / (1.0 + t * t).sqrt();
    }
    grain(&mut film, shot.named("grain"), 0, value("noise"));
    drain(&mut film, &mut masks[5], view, &thorax, asked);
    marker(&mut film, &mut masks[6], view.film(), asked);
    Picture { size, channels: 1, pixels: bytes(&film), masks, spacing: [f64::from(spacing); 2] }
}

/// Whether pneumothorax and drain are on the patient's right, the picture's left.
fn affected_right(body: Seed) -> bool {
    Stream::of(body.named("pneumothorax")).chance(0.55)
}

/// Adds a ball in a lung; however small it is, the pixel of its middle shows it.
fn nodule(film: &mut [f32], mask: &mut [u8], view: View, thorax: &Thorax, asked: &Asked) {
    let radius = 0.5 * asked.value(PARAMETERS, "nodule");
    if radius <= 0.0 {
        return;
    }
    let mut stream = Stream::of(asked.body.named("nodule"));
    let side = usize::from(!stream.chance(0.54));
    let at = thorax.place(side, stream.between(0.2, 0.8), stream.between(0.12, 0.88));
    let edge = view.pixel_mm();
    let drawn = radius.max(0.55 * edge);
    let share = (radius / drawn).powi(2);
    // Thicker where larger: tissue instead of air.
    let dense = 0.055 + 0.0045 * radius;
    let middle = view.pixel(at);
    let [column, row] = view.to_pixels(at);
    let reach = (drawn + edge) * view.zoom / view.spacing[0] + 1.0;
    let range = |at: f32| (at - reach).max(0.0) as usize..(((at + reach) as usize) + 1).min(view.size);
    for row in range(row) {
        for column in range(column) {
            let i = row * view.size + column;
            let [x, y] = view.body(row, column);
            let distance = (x - at[0]).hypot(y - at[1]);
            let covered = ((drawn - distance) / edge + 0.5).clamp(0.0, 1.0);
            if covered <= 0.0 && middle != Some(i) {
                continue;
            }
            let dome = (1.0 - (distance / (drawn + 0.5 * edge)).powi(2)).max(0.0).sqrt();
            film[i] += (dense * (0.45 + 0.55 * dome) * covered.max(0.15) * share).max(1e-6);
            mask[i] = 1;
        }
    }
}

/// Lays a chest drain over the finished film, from between the lower ribs up to the apex.
fn drain(film: &mut [f32], mask: &mut [u8], view: View, thorax: &Thorax, asked: &Asked) {
    let strength = asked.value(PARAMETERS, "drain");
    if strength <= 0.0 {
        return;
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
    let knots = curved(&path, 3.6);
    // A clear wall with a lead stripe along it.
    let stripe: Vec<Knot> = knots.iter().map(|&[x, y, _]| [x + 1.6, y - 1.6, 1.0]).collect();
    let (mut wall, mut lead) = (vec![0.0; film.len()], vec![0.0; film.len()]);
    stroke(&mut wall, view, &knots, [0.55, 0.45], larger);
    stroke(&mut lead, view, &stripe, [1.0, 0.0], larger);
    for (i, value) in film.iter_mut().enumerate() {
        let line = 30.0 * wall[i] + 62.0 * lead[i];
        if line > 0.0 {
            // Never less than one grey level, so that the mask says what was drawn; darker where it is white already.
            let film = value.clamp(0.0, 255.0);
            *value = if film > 253.0 { film - 2.0 } else { (film + (strength * line).max(2.0)).min(255.0) };
            mask[i] = 1;
        }
    }
}

/// Lays the hospital's lead letters over the finished film.
fn marker(film: &mut [f32], mask: &mut [u8], view: View, asked: &Asked) {
    let number = asked.value(PARAMETERS, "marker").round() as usize;
    let Some(Plate(text, corner, height, plate)) = number.checked_sub(1).and_then(|k| PLATES.get(k)) else { return };
    // Laid down by hand: never at quite the same place.
    let mut stream = Stream::of(asked.shot.named("marker"));
    let corner = [corner[0] + stream.normal(2.5), corner[1] + stream.normal(2.5)];
    let mut letters = Plane::new(view.size);
    letters.letters(view, text, corner, *height);
    let mut cover = Plane::new(view.size);
    if *plate {
        let (left, right) = (corner[0] - 2.0, corner[0] + text.len() as f32 * height);
        let middle = corner[1] + 0.5 * height - 1.0;
        let half = 0.5 * height + 2.0;
        let ends = [[left + half, middle, half], [(right - half).max(left + half + 0.1), middle, half]];
        cover.line(view, &ends, 1.0, |_| 1.0);
    }
    for (i, value) in film.iter_mut().enumerate() {
        let (ink, lead) = (letters.values[i], cover.values[i]);
        let (share, grey) = if *plate { (lead, 235.0 - 200.0 * ink) } else { (ink, 252.0) };
        if share > 0.0 {
            *value = value.clamp(0.0, 255.0) * (1.0 - share) + grey * share;
            mask[i] = 1;
        }
    }
}
