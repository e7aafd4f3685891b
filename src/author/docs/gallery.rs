//! The page that shows every renderer: what it draws, and what each of its parameters does.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, GrayImage, RgbImage};

use render::{Asked, Parameter, Picture, RENDERERS, Renderer};
use seed::Seed;

/// The page, and the folder of its pictures beside it.
pub const PAGE: &str = "renderers.md";

/// Pixels on a side of each picture.
const SIZE: usize = 80;
const BODIES: u64 = 12;
/// Pictures of a strip.
const STEPS: usize = 4;
/// White pixels between pictures.
const GAP: usize = 2;

const HEAD: &str = "\
# Renderers

What `[image] kind` of a dataset can draw, and what its columns can feed. Written by `practicum author gallery`; do not edit.

**These are teaching phantoms.** They are drawn from formulas, not learned from patients. They look like the real thing only as far as
a lesson needs: anatomy is simplified, each disease has one or two looks, prevalences and strengths are whatever a dataset says.
Nothing that is measured on them holds for patients, and a model trained on them is of no use in a clinic.

**これらは教育用ファントムです。** 実際の患者から学習したものではなく、数式で描いています。演習に必要な範囲で実物に似せたもので、
解剖は簡略化され、疾患の見え方も1〜2通りだけです。有病率や強さはデータセットの設定しだいです。
ここで測った結果は患者には当てはまらず、これらで学習したモデルは診療には使えません。

The same body with another shot has the same anatomy and the same place of disease, but another pose, exposure and noise. Parameters
marked *artefact* are not part of the body: changing one changes no pixel outside the mask of the same name. Pictures are 32 to 256
pixels on a side, 8 bits; below they are 80.

同じ患者を撮り直すと、解剖と病変の位置は同じで、体位・露出・ノイズだけが変わります。*アーチファクト* と記したパラメータは体の一部では
なく、値を変えても同名のマスクの外の画素は変わりません。画像は一辺32〜256画素、8ビットです（このページでは80画素）。
";

/// The text of [`PAGE`].
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    for renderer in RENDERERS {
        let name = renderer.name;
        let listed = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        page += &format!(
            "\n## `{name}`\n\n{}\n\n{}\n\n{} · Masks: {}\n",
            renderer.en,
            renderer.ja,
            if renderer.channels == 1 { "Grey" } else { "Red, green, blue" },
            listed(renderer.masks),
        );
        if let Some(newer) = newer(renderer) {
            let newer = newer.name;
            let parameters: Vec<&str> = renderer.parameters.iter().map(|parameter| parameter.name).collect();
            page += &format!(
                "\nAn earlier version, kept for the exercises that were proved with it. Its parameters are those of `{newer}`, as far as their \
                 names are the same.\n\n以前のバージョンです。これを用いて検証した演習のために残しています。パラメータは`{newer}`の同名のものと同じです。\n\n{}\n",
                listed(&parameters)
            );
            continue;
        }
        page += &format!("\n<img src=\"renderers/{name}.png\" width=\"792\" alt=\"{name}: twelve bodies\">\n");
        page += "\n| Parameter | From low to high | What it does |\n|---|---|---|\n";
        for parameter in renderer.parameters {
            page += &row(renderer, parameter);
        }
    }
    page
}

/// The version that came after this one.
fn newer(renderer: &Renderer) -> Option<&'static Renderer> {
    RENDERERS.iter().find(|other| other.name.split_once('@').is_some_and(|(kind, _)| kind == renderer.name))
}

fn row(renderer: &Renderer, parameter: &Parameter) -> String {
    let Parameter { name, unit, low, high, default, artefact, en, ja } = parameter;
    let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
    let kind = if *artefact { "<br>*artefact / アーチファクト*" } else { "" };
    let strip = format!("renderers/{}.{name}.png", renderer.name);
    format!(
        "| `{name}`<br>{low} to {high}{unit}<br>default {default}{kind} | <img src=\"{strip}\" width=\"396\" alt=\"{name} from {low} to {high}\"> | {en}<br>{ja} |\n"
    )
}

/// The pictures of [`PAGE`], each with its path beside the page; an earlier version has none.
pub fn pictures() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for renderer in RENDERERS.iter().filter(|renderer| newer(renderer).is_none()) {
        let name = renderer.name;
        let defaults: Vec<f64> = renderer.parameters.iter().map(|parameter| parameter.default).collect();
        let bodies: Vec<Picture> = (0..BODIES).map(|body| draw(renderer, &defaults, body)).collect();
        files.push((format!("renderers/{name}.png"), png(&bodies, 6)));
        for (at, parameter) in renderer.parameters.iter().enumerate() {
            let steps: Vec<Picture> = (0..STEPS)
                .map(|step| {
                    let mut values = calm(renderer, parameter);
                    values[at] = parameter.low + (parameter.high - parameter.low) * step as f64 / (STEPS - 1) as f64;
                    draw(renderer, &values, 0)
                })
                .collect();
            files.push((format!("renderers/{name}.{}.png", parameter.name), png(&steps, STEPS)));
        }
    }
    files
}

/// The defaults without noise, which would hide what a strip shows; with lesions where it is about their contrast, on the palm where it
/// is about ridges.
fn calm(renderer: &Renderer, shown: &Parameter) -> Vec<f64> {
    let of = |parameter: &Parameter| match parameter.name {
        "noise" => 0.0,
        "large_lesions" | "small_lesions" | "haemorrhages" | "exudates" if shown.name == "lesion_contrast" => 3.0,
        "acral" if shown.name == "ridge" => 1.0,
        _ => parameter.default,
    };
    renderer.parameters.iter().map(of).collect()
}

fn draw(renderer: &Renderer, values: &[f64], body: u64) -> Picture {
    let body = Seed::new(1).named("gallery").named(renderer.name).at(body);
    (renderer.draw)(&Asked { size: SIZE, values, body, shot: body.named("shot") })
}

/// Pictures side by side, so many across, on white.
fn png(pictures: &[Picture], across: usize) -> Vec<u8> {
    let channels = pictures.first().map_or(1, |picture| picture.channels);
    let (pitch, down) = (SIZE + GAP, pictures.len().div_ceil(across));
    let (wide, high) = (across * pitch - GAP, down * pitch - GAP);
    let mut bytes = vec![255_u8; wide * high * channels];
    for (k, picture) in pictures.iter().enumerate() {
        let (left, top) = (k % across * pitch, k / across * pitch);
        for (row, line) in picture.pixels.chunks(SIZE * channels).enumerate() {
            let start = ((top + row) * wide + left) * channels;
            bytes[start..start + line.len()].copy_from_slice(line);
        }
    }
    let sheet = match channels {
        1 => GrayImage::from_raw(wide as u32, high as u32, bytes).map(DynamicImage::from),
        _ => RgbImage::from_raw(wide as u32, high as u32, bytes).map(DynamicImage::from),
    };
    let mut png = Cursor::new(Vec::new());
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::Adaptive);
    // The buffer was made to measure, and is written into memory: neither can fail.
    if sheet.is_none_or(|sheet| sheet.write_with_encoder(encoder).is_err()) {
        return Vec::new();
    }
    png.into_inner()
}
