//! An axial slice of a brain MR, weighted like FLAIR: fluid is dark, grey matter a little brighter than white, lesions are bright.
//! Forehead up. Everything is drawn in mm, so pixels may be oblong.
//!
//! Sulci run inward from the surface, and a ribbon of cortex lines them; ventricles, cisterns, deep grey matter and the corpus callosum
//! are strokes as well. Lesions lie where demyelination and small vessels put them: at right angles to the ventricles, in the corpus
//! callosum, below the cortex, in the deep white matter.

#![expect(clippy::many_single_char_names, reason = "places and colours: x, y; u, v; r, g, b")]

use super::canvas::{Knot, Place, View, smooth};
use super::modality::{Asked, LARGEST, Parameter, Picture, Renderer};
use super::raster::{bytes, chosen, cloud, ease, grain, larger, lesser, stroke};
use super::stream::Stream;
use seed::Seed;

/// The side of the picture in mm where the dataset gives no spacing.
const FIELD: f32 = 210.0;

/// The brain MR slice.
pub const RENDERER: Renderer = Renderer {
    name: "brain-mr@2",
    channels: 1,
    parameters: PARAMETERS,
    masks: &["brain", "ventricle", "lesion"],
    en: "Axial brain MR slice, like FLAIR: scalp, skull, dark fluid, gyri with a ribbon of cortex, white matter, corpus callosum, deep \
         grey matter, ventricles; bright lesions beside the ventricles and at right angles to them, in the corpus callosum, below the \
         cortex, in the deep white matter. The forehead is up.",
    ja: "頭部MRIの横断像（FLAIR様）：頭皮、頭蓋骨、低信号の髄液、皮質に縁取られた脳回、白質、脳梁、基底核と視床、脳室。高信号の病変は、\
         側脳室壁に直交する脳室周囲、脳梁、皮質直下、深部白質にあります。上が前頭側です。",
    draw,
};

const SMALL: usize = 20;
const LARGE: usize = 4;

pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::new(
        "slice",
        "",
        [-1.0, 1.0, 0.1],
        "Height of the slice: −1 midbrain, 0 to 0.2 lateral ventricles, 1 towards the vertex.",
        "スライスの高さ：−1は中脳、0〜0.2は側脳室、1は頭頂に近い位置です。",
    ),
    Parameter::new(
        "atrophy",
        "",
        [0.0, 1.0, 0.2],
        "Loss of tissue: wider ventricles, sulci and outer fluid.",
        "脳萎縮：脳室、脳溝、脳表の髄液腔が広がります。",
    ),
    Parameter::new(
        "white_matter_change",
        "",
        [0.0, 1.0, 0.0],
        "Diffuse brightening of the white matter, most about the ventricles.",
        "白質のびまん性高信号です。脳室周囲で最も目立ちます。",
    ),
    Parameter::new(
        "small_lesions",
        "lesions",
        [0.0, SMALL as f64, 0.0],
        "Number of small lesions, 1.5 to 4 mm wide, that do not touch; rounded to a whole number.",
        "径1.5〜4 mmの、互いに接しない小病変の数です。整数に丸めます。",
    ),
    Parameter::new(
        "large_lesions",
        "lesions",
        [0.0, LARGE as f64, 0.0],
        "Number of large lesions, 8 to 20 mm wide, that do not touch; rounded to a whole number.",
        "径8〜20 mmの、互いに接しない大病変の数です。整数に丸めます。",
    ),
    Parameter::new(
        "lesion_contrast",
        "",
        [0.1, 1.5, 0.7],
        "How much brighter lesions are than white matter: 1 is 75 grey levels. Only seen where there are lesions.",
        "病変と白質の信号差：1は75階調です。病変があるときだけ見えます。",
    ),
    Parameter::new(
        "texture",
        "grey levels",
        [0.0, 15.0, 3.0],
        "Strength of a texture of the tissue that is the patient's own: all slices of one patient share it.",
        "患者ごとに固有の組織テクスチャーの強さです。同じ患者のスライスはすべて同じ模様を持ちます。",
    ),
    Parameter::new(
        "bias_field",
        "",
        [0.0, 0.6, 0.12],
        "Unevenness of the coil: share by which the signal drifts across the picture.",
        "コイル感度のむら：画像全体で信号が変動する割合です。",
    ),
    Parameter::new(
        "contrast",
        "",
        [0.5, 1.5, 1.0],
        "Contrast between tissues, as scanners differ: 1 is the average.",
        "装置による組織間コントラストの違い：1が平均です。",
    ),
    Parameter::new(
        "noise",
        "grey levels",
        [0.0, 25.0, 4.0],
        "Standard deviation of each of the two channels whose magnitude is shown (Rician noise).",
        "絶対値画像のもとになる2チャンネルそれぞれのノイズの標準偏差です（ライス分布）。",
    ),
    Parameter::new(
        "row_spacing",
        "mm",
        [0.0, 8.0, 0.0],
        "Distance of rows; below 0.2: what makes the picture 210 mm high.",
        "行の間隔です。0.2未満では画像の縦が210 mmになる値を用います。",
    ),
    Parameter::new(
        "column_spacing",
        "mm",
        [0.0, 8.0, 0.0],
        "Distance of columns; below 0.2: what makes the picture 210 mm wide. Where it differs from the distance of rows, pixels are oblong.",
        "列の間隔です。0.2未満では画像の横が210 mmになる値を用います。行の間隔と異なれば画素は長方形になります。",
    ),
];

// Signals in grey levels.
const SCALP: f32 = 150.0;
const SKULL: f32 = 20.0;
const FLUID: f32 = 20.0;
const WHITE: f32 = 94.0;
const GREY: f32 = 130.0;
/// Thickness of the cortex in mm.
const RIBBON: f32 = 3.2;

/// One person's head at the height of the slice.
struct Head {
    /// Half of the inside of the skull, across and from front to back, in mm.
    half: [f32; 2],
    /// How much wider the back is than the front.
    egg: f32,
    /// Waves of the outline, two, three and four about the head: shares for the cosine and the sine.
    waves: [[f32; 2]; 3],
    skull: f32,
    scalp: f32,
    /// Fluid between skull and brain, in mm.
    outer: f32,
    /// Share of the full size at this height.
    scale: f32,
    /// Height of the slice, −1 to 1.
    slice: f32,
    atrophy: f32,
}

impl Head {
    fn of(asked: &Asked) -> Self {
        let slice = asked.value(PARAMETERS, "slice");
        let atrophy = asked.value(PARAMETERS, "atrophy");
        let mut stream = Stream::of(asked.body.named("head"));
        let scale = (1.0 - 0.42 * (slice * slice.abs() * 0.9 + 0.1 * slice * slice).max(0.25 * slice * slice)).sqrt();
        let half = [67.0 + stream.normal(2.8), 83.0 + stream.normal(3.8)].map(|half| half * scale);
        Self {
            half,
            egg: 0.08 + stream.normal(0.02),
            waves: [0.012, 0.006, 0.004].map(|sd| [stream.normal(sd), stream.normal(sd)]),
            skull: 6.5 + stream.normal(0.9) + 1.5 * slice.max(0.0),
            scalp: 5.0 + stream.normal(1.0),
            outer: (1.3 + 4.6 * atrophy + stream.normal(0.3)).max(0.6),
            scale,
            slice,
            atrophy,
        }
    }

    /// Share of the way from the middle to the skull, and the depth within the skull in mm, negative outside.
    #[inline]
    fn depth(&self, [x, y]: Place) -> [f32; 2] {
        let far = (x * x + y * y).sqrt() + 0.01;
        let per_far = 1.0 / far;
        let (cosine, sine) = (x * per_far, y * per_far);
        let v = y / self.half[1];
        let u = x / (self.half[0] * (1.0 + self.egg * v.clamp(-1.2, 1.2)));
        let (u2, v2) = (u * u, v * v);
        // A little squarer than an ellipse.
        let inner = u2 + v2 - 0.16 * u2 * v2;
        let rho = larger(inner, 0.0).sqrt();
        let (two, too) = (cosine * cosine - sine * sine, 2.0 * cosine * sine);
        let (three, tree) = (cosine * two - sine * too, sine * two + cosine * too);
        let (four, fore) = (two * two - too * too, 2.0 * two * too);
        let [a, b, c] = self.waves;
        let wave = a[0] * two + a[1] * too + b[0] * three + b[1] * tree + c[0] * four + c[1] * fore;
        let rho = rho * (1.0 + wave) + 1e-4;
        [rho, (1.0 - rho) * far / rho]
    }

    /// The place at this angle about the middle (0 is right, a quarter turn is back) and this depth below the skull.
    fn below(&self, angle: f32, depth: f32) -> Place {
        let (sine, cosine) = angle.sin_cos();
        // The outline is nearly straight in its share of the way, so that one step finds it.
        let at = [30.0 * cosine, 30.0 * sine];
        let [rho, _] = self.depth(at);
        let far = 30.0 / rho;
        let [_, wrong] = self.depth([far * cosine, far * sine]);
        let far = far + wrong - depth;
        [far * cosine, far * sine]
    }
}

/// A value per pixel for everything that is drawn with strokes.
struct Layers {
    /// Share of fluid in sulci, fissures and cisterns.
    fluid: Vec<f32>,
    /// Share of fluid in the ventricles.
    ventricle: Vec<f32>,
    /// Share of grey matter.
    grey: Vec<f32>,
    /// Closeness to the lateral ventricles: 1 at their wall, 0 some 10 mm away.
    rim: Vec<f32>,
    /// Share of the corpus callosum.
    callosum: Vec<f32>,
}

/// The middle lines of the lateral ventricles of one body at one height: for each side, frontal horn, body, atrium and occipital horn.
fn lateral(asked: &Asked, head: &Head) -> Option<[[Knot; 8]; 2]> {
    let mut stream = Stream::of(asked.body.named("ventricles"));
    let wide = (0.75 + 1.35 * head.atrophy) * (1.0 + stream.normal(0.16));
    let long = 1.0 + stream.normal(0.06) + 0.1 * head.atrophy;
    let forward = stream.normal(3.0);
    // Between the levels of the horns and above the bodies.
    let there = smooth(-0.45, -0.2, head.slice) * smooth(0.62, 0.35, head.slice);
    let bodies = 3.4 * smooth(-0.08, 0.16, head.slice);
    // Higher up only their bodies are left, side by side.
    let spread = 1.0 - 0.55 * smooth(0.15, 0.5, head.slice);
    let sides = [-1.0_f32, 1.0].map(|side| {
        let wide = wide * (1.0 + stream.normal(0.12));
        let bow = stream.normal(1.0);
        let knot = |x: f32, y: f32, half: f32| {
            let out = 1.6 + 0.55 * half * wide;
            let (x, y) = (if spread < 1.0 { spread * x + (1.0 - spread) * 2.0 } else { x }, spread * y);
            // The halves do not meet.
            [
                side * (x + out + bow).max(half * wide * there + 1.0) * head.scale,
                (y * long + forward) * head.scale,
                (half * wide * there).max(0.05),
            ]
        };
        [
            knot(10.5, -35.0, 1.0),
            knot(6.5, -29.5, 4.0),
            knot(2.4, -19.0, 4.1),
            knot(0.6, -8.0, 0.9 + 0.8 * bodies),
            knot(3.0, 4.0, 0.3 + bodies),
            knot(8.5, 16.0, 1.0 + bodies),
            knot(16.5, 29.0, 4.4),
            knot(19.0, 46.0, 0.8),
        ]
    });
    (there > 0.0).then_some(sides)
}

/// Genu and splenium of the corpus callosum, the bridges between the halves before and behind the ventricles.
fn callosum(head: &Head, forward: f32) -> [[Knot; 7]; 2] {
    let at = |x: f32, y: f32, half: f32| [x * head.scale, y * head.scale + forward, half];
    [
        [
            at(-25.0, -43.0, 1.5),
            at(-15.0, -38.5, 3.4),
            at(-7.0, -34.0, 4.4),
            at(0.0, -32.5, 4.6),
            at(7.0, -34.0, 4.4),
            at(15.0, -38.5, 3.4),
            at(25.0, -43.0, 1.5),
        ],
        [
            at(-30.0, 42.0, 1.5),
            at(-17.0, 33.0, 3.6),
            at(-8.0, 27.5, 5.2),
            at(0.0, 26.0, 5.6),
            at(8.0, 27.5, 5.2),
            at(17.0, 33.0, 3.6),
            at(30.0, 42.0, 1.5),
        ],
    ]
}

const FLAT: [f32; 2] = [1.0, 0.0];

impl Layers {
    fn of(asked: &Asked, view: View, head: &Head) -> Self {
        let pixels = view.size * view.size;
        let mut layers = Self {
            fluid: vec![0.0; pixels],
            ventricle: vec![0.0; pixels],
            grey: vec![0.0; pixels],
            rim: vec![0.0; pixels],
            callosum: vec![0.0; pixels],
        };
        layers.folds(asked, view, head);
        layers.midline(asked, view, head);
        layers.deep(asked, view, head);
        layers.cisterns(view, head);
        layers
    }

    /// A cleft of fluid and the cortex on both of its sides.
    fn cleft(&mut self, view: View, knots: &[Knot], wide: f32) {
        let with = |more: f32| -> [Knot; 8] {
            std::array::from_fn(|k| {
                knots.get(k).or(knots.last()).map_or([0.0; 3], |&[x, y, half]| [x, y, half * wide + more])
            })
        };
        stroke(&mut self.fluid, view, &with(0.0)[..knots.len().min(8)], FLAT, larger);
        stroke(&mut self.grey, view, &with(RIBBON)[..knots.len().min(8)], FLAT, larger);
    }

    /// The sulci, all about the head but for the midline: neighbouring slices look alike, distant ones do not.
    fn folds(&mut self, asked: &Asked, view: View, head: &Head) {
        let seed = asked.body.named("folds");
        let mut stream = Stream::of(seed);
        let wide = (1.0 + 1.6 * head.atrophy) * (1.0 + stream.normal(0.12));
        let count = 16 + (3.0 * stream.uniform()) as usize;
        let turn = std::f32::consts::PI / count as f32;
        let reach = 0.92 + 0.22 * smooth(0.2, 0.8, head.slice);
        for side in [-1.0_f32, 1.0] {
            for k in 0..count {
                let mut stream = Stream::of(seed.at(if side > 0.0 { 100 } else { 200 } + k as u64));
                let phase = stream.between(0.0, std::f32::consts::TAU);
                let drift = (2.6 * head.slice + phase).sin();
                // From the forehead round the side to the back of the head.
                let angle = -std::f32::consts::FRAC_PI_2
                    + turn * (k as f32 + 0.5 + 0.22 * stream.between(-1.0, 1.0) + 0.16 * drift);
                let is_long = stream.chance(0.62);
                let deep = reach
                    * if is_long { stream.between(13.0, 23.0) } else { stream.between(6.0, 11.0) }
                    * (1.0 + 0.2 * drift);
                let lean = stream.normal(0.32) + 0.18 * drift;
                let bend = stream.normal(0.22);
                let half = stream.between(0.45, 0.85);
                let mirrored = |[x, y]: Place| [side * x, y];
                let from = head.below(angle, head.outer * 0.5);
                let inward = [-angle.cos(), -angle.sin()];
                let along = |t: f32| {
                    let (way, off) = (deep * t, deep * (lean * t + bend * (3.0 * t).sin()));
                    [from[0] + way * inward[0] - off * inward[1], from[1] + way * inward[1] + off * inward[0]]
                };
                let knots = [0.0, 0.35, 0.7, 1.0].map(|t| {
                    let [x, y] = mirrored(along(t));
                    [x, y, half * (1.15 - 0.5 * t)]
                });
                self.cleft(view, &knots, wide);
                if is_long {
                    // It forks in the depth.
                    let [x, y] = along(stream.between(0.55, 0.8));
                    let way = stream.sign() * stream.between(4.0, 8.0);
                    let tip = [x - way * inward[1] + 2.0 * inward[0], y + way * inward[0] + 2.0 * inward[1]];
                    let ([x, y], [u, v]) = (mirrored([x, y]), mirrored(tip));
                    self.cleft(view, &[[x, y, 0.75 * half], [u, v, 0.4 * half]], wide);
                }
            }
            // The Sylvian fissure runs in from the side; the insula lies across its end.
            let there = smooth(-0.95, -0.6, head.slice) * smooth(0.42, 0.15, head.slice);
            if there > 0.0 {
                let mut stream = Stream::of(seed.named(if side > 0.0 { "right" } else { "left" }));
                let (x, y) = (head.half[0] - 1.0, 2.0 + stream.normal(3.0));
                let inner = (head.half[0] - 27.0 + stream.normal(1.5)).max(34.0 * head.scale);
                let half = (1.0 + stream.between(0.0, 0.5)) * there;
                let fissure = [[x, y, 1.2 * half], [0.5 * (x + inner), y - 5.0, half], [inner + 2.0, y - 9.0, half]];
                let insula = [
                    [inner + 5.0, y - 24.0, 0.5 * half],
                    [inner, y - 12.0, half],
                    [inner - 1.0, y - 2.0, half],
                    [inner + 4.0, y + 12.0, 0.5 * half],
                ];
                self.cleft(view, &fissure.map(|[x, y, half]| [side * x, y, half]), wide);
                self.cleft(view, &insula.map(|[x, y, half]| [side * x, y, half]), wide);
            }
        }
    }

    /// The fissure between the halves, and what bridges it.
    fn midline(&mut self, asked: &Asked, view: View, head: &Head) {
        let mut stream = Stream::of(asked.body.named("midline"));
        let half = 0.55 + 1.1 * head.atrophy;
        let bend = stream.normal(1.0);
        let forward = stream.normal(2.0);
        let bridge = smooth(-0.4, -0.2, head.slice) * smooth(0.6, 0.42, head.slice);
        let (front, back) = (head.half[1] - head.outer, head.half[1] - head.outer);
        // Where both halves are joined, the fissure ends before and behind.
        let gap = 37.0 * head.scale * smooth(0.56, 0.42, head.slice);
        let gap_back = if head.slice < -0.45 { 27.0 * head.scale } else { 0.86 * gap };
        // It is never quite straight.
        let mut line = |from: f32, to: f32, bend: f32| -> [Knot; 6] {
            std::array::from_fn(|k| {
                let t = k as f32 / 5.0;
                let off = bend * 4.0 * t * (1.0 - t) + if k % 5 == 0 { 0.0 } else { stream.normal(0.8) };
                [off, from + t * (to - from), half * (1.2 - 0.5 * t + 0.35 * stream.between(-1.0, 1.0))]
            })
        };
        let (ahead, behind) = (line(-front, -gap, bend), line(back, gap_back, -bend));
        self.cleft(view, &ahead, 1.0);
        self.cleft(view, &behind, 1.0);
        if gap < 1.0 {
            self.cleft(view, &[[0.0, -2.0, 0.8 * half], [0.0, 2.0, 0.8 * half]], 1.0);
        }
        if bridge > 0.0 {
            for bridges in callosum(head, forward) {
                stroke(&mut self.callosum, view, &bridges, [bridge, 0.0], larger);
            }
        }
    }

    /// Ventricles and deep grey matter.
    fn deep(&mut self, asked: &Asked, view: View, head: &Head) {
        if let Some(sides) = lateral(asked, head) {
            for knots in sides {
                stroke(&mut self.ventricle, view, &knots, FLAT, larger);
                // Wider about the tips of the horns, as caps are.
                let around =
                    |k: usize, [x, y, half]: Knot| [x, y, half + if (2..=5).contains(&k) { 8.5 } else { 12.0 }];
                let mut rim = knots;
                for (k, knot) in rim.iter_mut().enumerate() {
                    *knot = around(k, *knot);
                }
                let side = knots[0][0].signum();
                let tip = [knots[0][0] + 4.0 * side, knots[0][1] - 9.0, 3.0];
                let end = [knots[7][0] + 3.0 * side, knots[7][1] + 9.0, 3.0];
                stroke(
                    &mut self.rim,
                    view,
                    &[tip, rim[0], rim[1], rim[2], rim[3], rim[4], rim[5], rim[6], rim[7], end],
                    [1.0, -1.0],
                    larger,
                );
            }
        }
        let mut stream = Stream::of(asked.body.named("nuclei"));
        let third = smooth(-0.62, -0.45, head.slice) * smooth(0.1, -0.02, head.slice);
        if third > 0.0 {
            let half = third * (1.1 + 3.0 * head.atrophy);
            stroke(
                &mut self.ventricle,
                view,
                &[[0.0, -12.0, 0.3 * half], [0.0, -4.0, half], [0.0, 6.0, half], [0.0, 14.0, 0.4 * half]],
                FLAT,
                larger,
            );
        }
        let deep = smooth(-0.75, -0.4, head.slice) * smooth(0.34, 0.1, head.slice);
        if deep > 0.0 {
            let out = 3.2 * head.atrophy + stream.normal(0.7);
            for side in [-1.0_f32, 1.0] {
                let at = |x: f32, y: f32, half: f32| [side * (x + out) * head.scale, y * head.scale, half * head.scale];
                let caudate = [at(10.0, -29.0, 1.5), at(12.0, -23.0, 4.2), at(13.0, -15.0, 3.6), at(14.5, -6.0, 1.4)];
                let putamen = [
                    at(22.0, -20.0, 2.0),
                    at(24.5, -12.0, 4.6),
                    at(27.0, -3.0, 5.0),
                    at(27.5, 6.0, 3.2),
                    at(27.0, 11.0, 1.0),
                ];
                let pallidum = [at(19.5, -8.0, 1.5), at(20.0, -3.0, 3.0), at(22.5, 4.0, 1.5)];
                let thalamus = [
                    at(5.5, -1.0, 2.0),
                    at(8.0, 5.0, 5.4),
                    at(10.5, 12.0, 7.0),
                    at(13.0, 19.0, 5.0),
                    at(14.0, 23.0, 1.5),
                ];
                stroke(&mut self.grey, view, &caudate, [0.85 * deep, 0.0], larger);
                stroke(&mut self.grey, view, &putamen, [0.8 * deep, 0.0], larger);
                stroke(&mut self.grey, view, &pallidum, [0.35 * deep, 0.0], larger);
                stroke(&mut self.grey, view, &thalamus, [0.6 * deep, 0.0], larger);
            }
        }
    }

    /// At the base: the midbrain in its cisterns, the tips of the temporal horns, the cerebellum.
    fn cisterns(&mut self, view: View, head: &Head) {
        let base = smooth(-0.5, -0.8, head.slice);
        if base <= 0.0 {
            return;
        }
        let half = base * (1.3 + 1.6 * head.atrophy);
        // The star above the sella.
        for tip in [[0.0, -36.0], [-15.0, -29.0], [15.0, -29.0], [-12.0, -13.0], [12.0, -13.0], [0.0, -10.0]] {
            stroke(
                &mut self.fluid,
                view,
                &[[0.0, -22.0, 2.2 * half], [tip[0], tip[1], 0.4 * half]],
                [base, 0.0],
                larger,
            );
        }
        // The cerebellum: grey leaves behind the midbrain, darker lines between them.
        let lobes = [[0.0, 27.0, 6.0], [0.0, 36.0, 24.0], [0.0, 50.0, 38.0], [0.0, 64.0, 30.0], [0.0, 70.0, 12.0]];
        let lobes = lobes.map(|[x, y, wide]| [x, y * head.scale, wide * head.scale]);
        let mut whole = vec![0.0; self.grey.len()];
        stroke(&mut whole, view, &lobes, [base, 0.0], larger);
        let mut stem = vec![0.0; self.grey.len()];
        let peduncles = [
            [0.0, -13.0, 9.0],
            [0.0, -9.0, 16.0],
            [0.0, -2.0, 17.0],
            [0.0, 6.0, 15.0],
            [0.0, 14.0, 10.0],
            [0.0, 18.0, 5.0],
        ];
        stroke(&mut stem, view, &peduncles, [base, 0.0], larger);
        for ((grey, fluid), (whole, stem)) in self.grey.iter_mut().zip(&mut self.fluid).zip(whole.iter().zip(&stem)) {
            *grey += whole * (0.62 - *grey);
            *grey += stem * (0.25 - *grey);
            *fluid *= 1.0 - larger(*whole, *stem);
        }
        for side in [-1.0_f32, 1.0] {
            let ambient = [
                [0.0, -6.5, 1.3 * half],
                [7.0, -13.0, 0.7 * half],
                [14.5, -11.0, 0.5 * half],
                [17.5, -3.0, 0.45 * half],
                [15.5, 6.0, 0.5 * half],
                [10.5, 14.0, 0.9 * half],
                [5.0, 18.5, 1.2 * half],
                [0.0, 18.0, 1.5 * half],
            ];
            stroke(&mut self.fluid, view, &ambient.map(|[x, y, half]| [side * x, y, half]), [base, 0.0], larger);
            let stem = [[15.0, -29.0, half], [30.0, -25.0, 0.9 * half], [44.0, -18.0, 0.8 * half]];
            self.cleft(view, &stem.map(|[x, y, half]| [side * x * head.scale, y, half * base]), 1.0);
            let horn = [[29.0, 2.0, 0.4], [31.0, 8.0, 0.7 + half], [31.0, 16.0, 0.4]];
            stroke(&mut self.ventricle, view, &horn.map(|[x, y, half]| [side * x, y, half * base]), FLAT, larger);
            // The tentorium between cerebellum and temporal lobe.
            let tent = [[12.0, 25.0, 0.8], [26.0, 33.0, 0.8], [40.0, 46.0, 0.8], [46.0, 58.0, 0.8]];
            stroke(
                &mut self.fluid,
                view,
                &tent.map(|[x, y, half]| [side * x * head.scale, y * head.scale, half]),
                [0.8 * base, 0.0],
                larger,
            );
            for k in 0..5 {
                let y = 36.0 + 7.5 * k as f32;
                let out = 20.0 + 16.0 * (1.0 - ((y - 50.0) / 22.0).powi(2)).max(0.0);
                let leaf = [[2.0, y, 0.4], [0.55 * out, y + 1.5, 0.6], [out, y + 6.0, 0.4]];
                stroke(
                    &mut self.fluid,
                    view,
                    &leaf.map(|[x, y, half]| [side * x * head.scale, y * head.scale, half]),
                    [0.45 * base, 0.0],
                    larger,
                );
            }
        }
        stroke(&mut self.fluid, view, &[[0.0, 11.0, 1.2], [0.0, 14.0, 1.2]], [base, 0.0], larger);
    }
}

/// Attempts to find a place for a lesion.
const CROWDED: usize = 400;

/// A lesion's place: the middle, half of its length and width, and the direction of its length.
#[derive(Clone, Copy)]
struct Lesion {
    at: Place,
    half: [f32; 2],
    way: [f32; 2],
}

impl Lesion {
    /// Places for as many as there may be, in the same order whatever number is drawn, none touching another or lying in a ventricle.
    fn places(asked: &Asked, head: &Head, view: View) -> Vec<Self> {
        let still = view.film();
        let pixel = view.spacing[0].max(view.spacing[1]);
        let mut fluid = vec![0.0; view.size * view.size];
        let ventricles = lateral(asked, head);
        for knots in ventricles.iter().flatten() {
            stroke(&mut fluid, still, knots, FLAT, larger);
        }
        // Above the ventricles there are none to lie beside, but the white matter has a middle.
        let [left, right] = ventricles.unwrap_or_else(|| {
            let line = |side: f32| {
                std::array::from_fn(|k| [side * 16.0 * head.scale, (-28.0 + 8.0 * k as f32) * head.scale, 0.5])
            };
            [line(-1.0), line(1.0)]
        });
        let bridged = smooth(-0.4, -0.2, head.slice) * smooth(0.6, 0.42, head.slice) > 0.5;
        let mut stream = Stream::of(asked.body.named("lesions"));
        let mut places: Vec<Self> = Vec::with_capacity(LARGE + SMALL);
        let apart = (1.9 * pixel).max(4.0);
        for k in 0..LARGE + SMALL {
            let is_large = k < LARGE;
            let size = if is_large { stream.between(4.0, 8.6) } else { stream.between(0.8, 1.9) };
            let kind = chosen(&mut stream, if is_large { &[0.62, 0.1, 0.1, 0.18] } else { &[0.3, 0.08, 0.34, 0.28] });
            let mut lesion = Self { at: [0.0; 2], half: [size; 2], way: [1.0, 0.0] };
            for attempt in 0..4 * CROWDED {
                // Where a kind's places are taken, any place in the white matter will do; where that is full too, closer together.
                let kind = if attempt < CROWDED / 2 { kind } else { 3 };
                let left_over = apart * 0.8_f32.powi((attempt / (CROWDED / 3)).saturating_sub(5) as i32);
                lesion = match kind {
                    0 => Self::beside(if stream.chance(0.5) { &left } else { &right }, size, pixel, &mut stream),
                    1 if bridged => {
                        let bridge = callosum(head, 0.0)[usize::from(stream.chance(0.6))];
                        let [x, y, _] = bridge[1 + (5.0 * stream.uniform()) as usize];
                        let long = lesser(1.2 * size, 6.0);
                        Self {
                            at: [x + stream.normal(1.5), y + stream.normal(1.0)],
                            half: [long, lesser(0.7 * size, 3.5)],
                            way: [1.0, 0.0],
                        }
                    }
                    2 => {
                        let angle = stream.between(0.0, std::f32::consts::TAU);
                        let at = head.below(angle, head.outer + stream.between(5.0, 11.0) + 0.8 * size);
                        let (sine, cosine) = angle.sin_cos();
                        Self { at, half: [1.2 * size, 0.85 * size], way: [-sine, cosine] }
                    }
                    _ => {
                        let (angle, share) =
                            (stream.between(0.0, std::f32::consts::TAU), stream.between(0.07, 0.52).sqrt());
                        let (sine, cosine) = angle.sin_cos();
                        let long = stream.between(1.0, 1.3);
                        let at = [head.half[0] * share * cosine, head.half[1] * share * sine];
                        Self { at, half: [long * size, size / long], way: [cosine, sine] }
                    }
                };
                let [x, y] = lesion.at;
                let [rho, depth] = head.depth(lesion.at);
                let midline = if kind == 1 && bridged { 0.0 } else { 5.0 + lesion.half[0] };
                let within = rho < 0.9 && depth > head.outer + 0.6 * lesion.half[1] + 2.0;
                let clear = within
                    && x.abs() > midline
                    && y < 66.0 * head.scale
                    && places.iter().all(|other| {
                        let (dx, dy) = (x - other.at[0], y - other.at[1]);
                        let reach = lesion.half[0].max(lesion.half[1]) + other.half[0].max(other.half[1]) + left_over;
                        dx * dx + dy * dy > reach * reach
                    })
                    && !lesion.is_wet(still, &fluid);
                if clear {
                    break;
                }
            }
            places.push(lesion);
        }
        places
    }

    /// An ovoid that starts at the outer wall of a ventricle and points away from it.
    fn beside(ventricle: &[Knot; 8], size: f32, pixel: f32, stream: &mut Stream) -> Self {
        let along = stream.between(0.6, 6.4);
        let k = (along as usize).min(6);
        let t = along - k as f32;
        let ([x, y, half], [u, v, other]) = (ventricle[k], ventricle[k + 1]);
        let way = [u - x, v - y];
        let length = (way[0] * way[0] + way[1] * way[1]).sqrt().max(0.1);
        let side = if x < 0.0 { -1.0 } else { 1.0 };
        // Square to the wall, away from the midline.
        let out = [side * (way[1] / length).abs(), -side * way[0] / length * (way[1] / length).signum()];
        let (sine, cosine) = stream.normal(0.16).sin_cos();
        let out = [out[0] * cosine - out[1] * sine, out[1] * cosine + out[0] * sine];
        let (long, wide) = (1.3 * size, 0.72 * size);
        let far = half + t * (other - half) + long + stream.between(0.7, 1.2) * pixel;
        Self { at: [x + t * way[0] + far * out[0], y + t * way[1] + far * out[1]], half: [long, wide], way: out }
    }

    /// Whether any of it lies in fluid.
    fn is_wet(&self, view: View, fluid: &[f32]) -> bool {
        // Half a pixel more, which another shot may move it.
        let [a, b] = self.half.map(|half| 1.1 * half + 0.5 * view.pixel_mm());
        let ends = [
            [0.0, 0.0],
            [a, 0.0],
            [-a, 0.0],
            [0.0, b],
            [0.0, -b],
            [0.7 * a, 0.7 * b],
            [0.7 * a, -0.7 * b],
            [-0.7 * a, 0.7 * b],
            [-0.7 * a, -0.7 * b],
            [0.5 * a, 0.0],
            [-0.5 * a, 0.0],
        ];
        let place = |[u, v]: [f32; 2]| {
            [self.at[0] + u * self.way[0] - v * self.way[1], self.at[1] + u * self.way[1] + v * self.way[0]]
        };
        ends.into_iter().filter_map(|end| view.pixel(place(end))).any(|i| fluid[i] > 0.0)
    }

    /// Adds the share of each pixel that the lesion fills; less than a quarter is nothing, a pixel that is mostly ventricle is no lesion,
    /// and its middle is never nothing.
    fn cover(&self, view: View, ventricle: &[f32], shares: &mut [f32]) {
        let Some(middle) = view.pixel(self.at) else { return };
        let (row, column) = (middle / view.size, middle % view.size);
        let long = self.half[0].max(self.half[1]);
        let reach = |spacing: f32| (1.1 * long / spacing).ceil() as usize + 1;
        let (down, across) = (reach(view.spacing[0]), reach(view.spacing[1]));
        for row in row.saturating_sub(down)..(row + down + 1).min(view.size) {
            for column in column.saturating_sub(across)..(column + across + 1).min(view.size) {
                let i = row * view.size + column;
                let inside = |&[x, y]: &Place| {
                    let (x, y) = (x - self.at[0], y - self.at[1]);
                    let (u, v) = (
                        (x * self.way[0] + y * self.way[1]) / self.half[0],
                        (y * self.way[0] - x * self.way[1]) / self.half[1],
                    );
                    u * u + v * v < 1.0
                };
                let share = view.within(row, column).iter().filter(|place| inside(place)).count() as f32 / 16.0;
                if i == middle {
                    shares[i] = shares[i].max(share.max(0.5));
                } else if share >= 0.25 && ventricle[i] <= 0.5 {
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
    let head = Head::of(asked);
    let layers = Layers::of(asked, view, &head);
    let pixel = view.pixel_mm();
    let pixels = size * size;

    let mut shares = Vec::new();
    let (large, small) = (value("large_lesions").round() as usize, value("small_lesions").round() as usize);
    if large + small > 0 {
        shares.resize(pixels, 0.0);
        let places = Lesion::places(asked, &head, view);
        for lesion in places.iter().take(LARGE).take(large).chain(places.iter().skip(LARGE).take(small)) {
            lesion.cover(view, &layers.ventricle, &mut shares);
        }
    }

    let mut stream = Stream::of(body.named("tissue"));
    let white = WHITE + stream.normal(2.5) + 8.0 * (value("contrast") - 1.0);
    let grey = (GREY - WHITE + stream.normal(2.5)) * value("contrast");
    let fat = SCALP + stream.normal(12.0);
    let (amount, changed, bright) = (value("texture"), value("white_matter_change"), 75.0 * value("lesion_contrast"));
    let moved = [view.shift[0] / spacing[1], view.shift[1] / spacing[0]];
    let cells = |mm: f32| [mm / spacing[1], mm / spacing[0]];
    // What differs between patients and is shared by all slices of one.
    let mut texture = vec![0.0; pixels];
    cloud(&mut texture, size, body.named("coarse"), cells(20.0), moved, 1.2);
    if amount > 0.0 {
        let deeper = [moved[0], moved[1] + 1.4 * head.slice / spacing[0]];
        cloud(&mut texture, size, body.named("fingerprint"), cells(9.0), deeper, 0.36 * amount);
        cloud(&mut texture, size, body.named("finer"), cells(4.6), deeper, 0.24 * amount);
    }
    let mut patches = Vec::new();
    if changed > 0.0 {
        patches.resize(pixels, 0.0);
        cloud(&mut patches, size, body.named("patches"), cells(13.0), moved, 1.0);
    }

    let mut stream = Stream::of(shot.named("coil"));
    let drift: [f32; 5] = std::array::from_fn(|_| stream.between(-1.0, 1.0));
    let bias = value("bias_field");
    let mut masks = vec![vec![0_u8; pixels]; RENDERER.masks.len()];
    let mut film = vec![0.0_f32; pixels];
    let healthy = [0.0_f32; LARGEST];
    let (per_pixel, per_skull) = (1.0 / pixel, 1.0 / head.skull);
    let (mut depths, mut rhos) = ([0.0_f32; LARGEST], [0.0_f32; LARGEST]);
    for row in 0..size {
        let here = row * size..(row + 1) * size;
        let ([x0, y0], [x1, y1]) = (view.body(row, 0), view.body(row, 1));
        let step = [x1 - x0, y1 - y0];
        for (column, (depth, rho)) in depths[..size].iter_mut().zip(&mut rhos[..size]).enumerate() {
            [*rho, *depth] = head.depth([x0 + step[0] * column as f32, y0 + step[1] * column as f32]);
        }
        let depths = &depths[..size];
        let film = &mut film[here.clone()][..size];
        let [fluid, ventricle, cortex, callosum, texture] =
            [&layers.fluid, &layers.ventricle, &layers.grey, &layers.callosum, &texture]
                .map(|layer| &layer[here.clone()][..size]);
        let v = (row as f32 + 0.5) / size as f32 * 2.0 - 1.0;
        for i in 0..size {
            let depth = depths[i];
            let below = depth - head.outer;
            let ribbon = ease((RIBBON - below) * per_pixel + 0.5);
            let gray = larger(cortex[i], ribbon);
            film[i] = white + grey * gray - 9.0 * callosum[i] * (1.0 - gray) + texture[i];
        }
        if changed > 0.0 {
            let (rim, patches) = (&layers.rim[here.clone()][..size], &patches[here.clone()][..size]);
            for i in 0..size {
                let ribbon = smooth(RIBBON + 4.0, RIBBON, depths[i] - head.outer);
                let whiteness = (1.0 - larger(cortex[i], ribbon)).max(0.0) * (1.0 - 0.6 * callosum[i]);
                // First about the ventricles, then spots in the deep white matter, which flow together.
                let halo = smooth(0.0, 0.8, rim[i]);
                let deep = smooth(0.75, 0.4, rhos[i]);
                let spot = smooth(1.7, 0.7, 2.0 - patches[i] - 1.1 * changed - 0.7 * halo) * deep;
                film[i] += changed * whiteness * (5.0 + 34.0 * halo + 26.0 * spot * (1.0 - 0.5 * halo));
            }
        }
        let tissue: &mut [f32] = film;
        let shares = if shares.is_empty() { &healthy[..size] } else { &shares[here.clone()][..size] };
        let (brain, wet, ill) = {
            let [brain, wet, ill] = &mut masks[..] else { continue };
            (&mut brain[here.clone()], &mut wet[here.clone()], &mut ill[here.clone()])
        };
        for i in 0..size {
            let depth = depths[i];
            let below = depth - head.outer;
            let edge = ease(0.5 - below * per_pixel);
            let water = larger(larger(fluid[i], edge), ventricle[i]);
            let mut signal = tissue[i] + water * (FLUID - tissue[i]);
            // A lesion takes the place of what would be there, a sulcus too: what is outlined is seen.
            signal += shares[i] * (tissue[i] + bright - signal);
            // Fat of the scalp, then bone with a little marrow.
            let inside = ease(depth * per_pixel + 0.5);
            let skin = ease((depth + head.skull + head.scalp) * per_pixel + 0.5);
            let bone = ease((depth + head.skull) * (per_pixel / 1.2) + 0.5);
            let marrow = 30.0 * larger(1.0 - (depth * per_skull + 0.5).abs() * 2.6, 0.0);
            let around = skin * (fat + 6.0 * texture[i].clamp(-2.0, 2.0) + bone * (SKULL + marrow - fat));
            let u = (i as f32 + 0.5) / size as f32 * 2.0 - 1.0;
            let coil =
                drift[0] * u + drift[1] * v + drift[2] * u * v + drift[3] * (u * u - 0.3) + drift[4] * (v * v - 0.3);
            tissue[i] = (around + inside * (signal - around)) * larger(1.0 + bias * coil, 0.1);
        }
        for i in 0..size {
            brain[i] = u8::from(depths[i] > head.outer);
            wet[i] = u8::from(ventricle[i] > 0.5 && depths[i] > 0.0);
        }
        for (mask, &share) in ill.iter_mut().zip(shares) {
            *mask = u8::from(share > 0.0);
        }
    }
    noisy(&mut film, shot.named("grain"), value("noise"));
    Picture { size, channels: 1, pixels: bytes(&film), masks, spacing: spacing.map(f64::from) }
}

/// The magnitude of a signal and of noise in two channels (Rician).
fn noisy(film: &mut [f32], seed: Seed, sd: f32) {
    let mut imaginary = vec![0.0; film.len()];
    grain(film, seed.named("real"), 0, sd);
    grain(&mut imaginary, seed.named("imaginary"), 0, sd);
    for (value, other) in film.iter_mut().zip(&imaginary) {
        *value = (*value * *value + other * other).sqrt() + 2.0;
    }
}
