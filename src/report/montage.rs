//! Pictures side by side: of groups of rows, and of a model's worst mistakes with what it looked at.

use std::io::Cursor;

use font8x8::legacy::BASIC_LEGACY;
use image::{ImageFormat, Rgb, RgbImage};

use engine::run::{Mistake, Picture, Seen};

/// Pixels between tiles.
const GAP: u32 = 6;

/// Height of a line of letters with its margins.
const LINE: u32 = 26;

/// A tile is shown at least so many pixels wide.
const WIDE: u32 = 128;

const WHITE: Rgb<u8> = Rgb([255, 255, 255]);
const INK: Rgb<u8> = Rgb([40, 40, 48]);
const OUTLINE: Rgb<u8> = Rgb([0, 200, 120]);
const PREDICTED: Rgb<u8> = Rgb([255, 96, 0]);

/// One picture.
pub struct Tile<'a> {
    /// `[height, width, channels]`
    pub pixels: &'a [u8],
    /// Where something is outlined, `[height, width]`, 0 or 1.
    pub outlined: Option<&'a [u8]>,
    /// A pixel's height and width, in mm.
    pub spacing: [f64; 2],
}

/// How a picture is enlarged: dots per pixel, down and across, so that a body is as long and as wide as it is.
#[derive(Clone, Copy)]
struct Scale {
    size: [usize; 2],
    down: u32,
    across: u32,
}

impl Scale {
    fn of(size: [usize; 2], [high, wide]: [f64; 2]) -> Self {
        let least = WIDE.div_ceil(size[0].max(size[1]).max(1) as u32);
        let times = |ratio: f64| {
            (f64::from(least) * if ratio.is_finite() { ratio.clamp(1.0, 8.0) } else { 1.0 }).round() as u32
        };
        Self { size, down: times(high / wide), across: times(wide / high) }
    }

    fn width(self) -> u32 {
        self.size[1] as u32 * self.across
    }

    fn height(self) -> u32 {
        self.size[0] as u32 * self.down
    }
}

/// A row of pictures of `[height, width, channels]` for each group, under its title in Latin letters. PNG.
pub fn groups(groups: &[(String, Vec<Tile>)], [height, width, channels]: [usize; 3]) -> Vec<u8> {
    let size = [height, width];
    let scales = groups.iter().flat_map(|(_, tiles)| tiles).map(|tile| Scale::of(size, tile.spacing));
    let (width, height) = largest(scales);
    let across = groups.iter().map(|(_, tiles)| tiles.len()).max().unwrap_or(0) as u32;
    let mut canvas = RgbImage::from_pixel(
        (GAP + across * (width + GAP)).max(16 * 24),
        GAP + groups.len() as u32 * (LINE + height + GAP),
        WHITE,
    );
    for (line, (title, tiles)) in groups.iter().enumerate() {
        let top = GAP + line as u32 * (LINE + height + GAP);
        // A long title is written small rather than cut.
        let large = 16 * title.chars().count() as u32 + GAP <= canvas.width();
        write(&mut canvas, title, GAP, top + 5, if large { 2 } else { 1 });
        for (i, tile) in tiles.iter().enumerate() {
            let (at, scale) = ((GAP + i as u32 * (width + GAP), top + LINE), Scale::of(size, tile.spacing));
            paste(&mut canvas, &coloured(tile.pixels, channels), scale, at);
            if let Some(outlined) = tile.outlined {
                outline(&mut canvas, &outlined.iter().map(|&m| m > 0).collect::<Vec<_>>(), scale, at, OUTLINE);
            }
        }
    }
    png(&canvas)
}

/// The worst misses, then the worst false alarms: each picture beside two views of it. Of a risk: the gradient (orange where a
/// pixel matters) and occlusion (orange where hiding the place lowers the risk, blue where it raises it). Of a mask: the true
/// outline (green) and the predicted one (orange). PNG.
pub fn mistakes(mistakes: &[Mistake]) -> Vec<u8> {
    let pictures: Vec<(&Mistake, &Picture)> =
        mistakes.iter().filter_map(|mistake| Some((mistake, picture(mistake)?))).collect();
    let Some((_, first)) = pictures.first() else { return Vec::new() };
    let (width, height) = largest(pictures.iter().map(|(_, picture)| Scale::of(picture.size, picture.spacing)));
    // Two mistakes across: a miss on the left, a false alarm on the right.
    let half = 3 * (width + GAP) + GAP;
    let (missed, false_alarms): (Vec<_>, Vec<_>) = pictures.iter().partition(|(mistake, _)| mistake.missed);
    let lines = missed.len().max(false_alarms.len()) as u32;
    let mut canvas = RgbImage::from_pixel(2 * half, LINE + lines * (LINE + height + GAP), WHITE);
    let titles = if first.masks { ["worst outlines", "nothing to outline"] } else { ["missed", "false alarms"] };
    let views = if first.masks { "picture | truth | predicted" } else { "picture | gradient | occlusion" };
    for (column, (title, of)) in titles.iter().zip([missed, false_alarms]).enumerate() {
        let left = GAP + column as u32 * half;
        write(&mut canvas, &format!("{title}: {views}"), left, 5, 1);
        for (line, (mistake, picture)) in of.iter().enumerate() {
            let top = LINE + line as u32 * (LINE + height + GAP);
            let scale = Scale::of(picture.size, picture.spacing);
            let percent = (100.0 * mistake.p).round();
            write(&mut canvas, &format!("row {}, p = {percent}%", mistake.row + 1), left, top + 5, 2);
            threefold(&mut canvas, picture, scale, (left, top + LINE), width + GAP);
        }
    }
    png(&canvas)
}

/// One picture as it is, enlarged so that a body is as long and as wide as it is, with what is outlined on it where that is asked for.
/// PNG.
pub fn one(tile: &Tile, [height, width, channels]: [usize; 3]) -> Vec<u8> {
    let scale = Scale::of([height, width], tile.spacing);
    let mut canvas = RgbImage::from_pixel(scale.width(), scale.height(), WHITE);
    paste(&mut canvas, &coloured(tile.pixels, channels), scale, (0, 0));
    if let Some(outlined) = tile.outlined {
        outline(&mut canvas, &outlined.iter().map(|&m| m > 0).collect::<Vec<_>>(), scale, (0, 0), OUTLINE);
    }
    png(&canvas)
}

/// A mistake's picture and its two views side by side, as [`mistakes`] shows them, without a letter: whoever shows it says in words
/// what is seen. PNG.
pub fn views(picture: &Picture) -> Vec<u8> {
    let scale = Scale::of(picture.size, picture.spacing);
    let mut canvas = RgbImage::from_pixel(3 * scale.width() + 2 * GAP, scale.height(), WHITE);
    threefold(&mut canvas, picture, scale, (0, 0), scale.width() + GAP);
    png(&canvas)
}

/// What was seen, where it was a picture.
pub fn picture(mistake: &Mistake) -> Option<&Picture> {
    match &mistake.seen {
        Seen::Picture(picture) => Some(picture),
        Seen::Series(_) => None,
    }
}

/// The picture and its two views, `step` dots apart.
fn threefold(canvas: &mut RgbImage, seen: &Picture, scale: Scale, (left, top): (u32, u32), step: u32) {
    let picture = coloured(&seen.pixels, seen.channels);
    paste(canvas, &picture, scale, (left, top));
    for (i, view) in seen.views.iter().enumerate() {
        let at = (left + (i as u32 + 1) * step, top);
        if seen.masks {
            paste(canvas, &picture, scale, at);
            let mask: Vec<bool> = view.iter().map(|&m| m > 0.5).collect();
            outline(canvas, &mask, scale, at, if i == 0 { OUTLINE } else { PREDICTED });
        } else {
            paste(canvas, &heat(&picture, view), scale, at);
        }
    }
}

/// The room that every picture has.
fn largest(scales: impl Iterator<Item = Scale>) -> (u32, u32) {
    scales.fold((WIDE, WIDE), |(width, height), scale| (width.max(scale.width()), height.max(scale.height())))
}

fn coloured(pixels: &[u8], channels: usize) -> Vec<Rgb<u8>> {
    match channels {
        3 => pixels.chunks_exact(3).map(|rgb| Rgb([rgb[0], rgb[1], rgb[2]])).collect(),
        _ => pixels.iter().map(|&grey| Rgb([grey; 3])).collect(),
    }
}

/// The picture in pale grey, coloured by a map relative to its strongest value.
fn heat(picture: &[Rgb<u8>], map: &[f32]) -> Vec<Rgb<u8>> {
    let most = map.iter().fold(0.0_f32, |most, x| most.max(x.abs())).max(f32::MIN_POSITIVE);
    let blend = |(Rgb([r, g, b]), &x): (&Rgb<u8>, &f32)| {
        let grey = (f32::from(*r) + f32::from(*g) + f32::from(*b)) / 3.0 * 0.6 + 40.0;
        let share = (x.abs() / most).sqrt() * 0.85;
        let colour = if x < 0.0 { [40.0, 110.0, 255.0] } else { [255.0, 120.0, 0.0] };
        Rgb(colour.map(|c: f32| (grey * (1.0 - share) + c * share).clamp(0.0, 255.0) as u8))
    };
    picture.iter().zip(map).map(blend).collect()
}

fn paste(canvas: &mut RgbImage, pixels: &[Rgb<u8>], scale: Scale, (left, top): (u32, u32)) {
    for (i, pixel) in pixels.iter().enumerate() {
        let (x, y) = (left + (i % scale.size[1]) as u32 * scale.across, top + (i / scale.size[1]) as u32 * scale.down);
        for (dx, dy) in (0..scale.across).flat_map(|dx| (0..scale.down).map(move |dy| (dx, dy))) {
            dot(canvas, x + dx, y + dy, *pixel);
        }
    }
}

/// The edges of a mask, one dot wide, along the borders of its pixels.
fn outline(canvas: &mut RgbImage, mask: &[bool], scale: Scale, (left, top): (u32, u32), colour: Rgb<u8>) {
    let [height, width] = scale.size;
    let inside = |x: isize, y: isize| {
        let within = (0..width as isize).contains(&x) && (0..height as isize).contains(&y);
        within && mask.get(y as usize * width + x as usize).copied().unwrap_or(false)
    };
    for (i, _) in mask.iter().enumerate().filter(|(_, inside)| **inside) {
        let (x, y) = ((i % width) as isize, (i / width) as isize);
        let (x0, y0) = (left + x as u32 * scale.across, top + y as u32 * scale.down);
        let (x1, y1) = (x0 + scale.across - 1, y0 + scale.down - 1);
        for (open, column) in [(!inside(x - 1, y), x0), (!inside(x + 1, y), x1)] {
            (y0..=y1).filter(|_| open).for_each(|row| dot(canvas, column, row, colour));
        }
        for (open, row) in [(!inside(x, y - 1), y0), (!inside(x, y + 1), y1)] {
            (x0..=x1).filter(|_| open).for_each(|column| dot(canvas, column, row, colour));
        }
    }
}

fn dot(canvas: &mut RgbImage, x: u32, y: u32, colour: Rgb<u8>) {
    if x < canvas.width() && y < canvas.height() {
        canvas.put_pixel(x, y, colour);
    }
}

fn png(picture: &RgbImage) -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    // Into memory, with an encoder that is there: it cannot fail.
    if picture.write_to(&mut png, ImageFormat::Png).is_err() {
        return Vec::new();
    }
    png.into_inner()
}

/// Latin letters of 8 × 8 dots, `scale` times as large; what lies beyond the edge is left out.
fn write(picture: &mut RgbImage, text: &str, x: u32, y: u32, scale: u32) {
    for (i, letter) in text.chars().enumerate() {
        let Some(rows) = BASIC_LEGACY.get(letter as usize) else { continue };
        for (row, bits) in rows.iter().enumerate() {
            for column in (0..8).filter(|column| bits >> column & 1 == 1) {
                let (left, top) = (x + (8 * i as u32 + column) * scale, y + row as u32 * scale);
                for (dx, dy) in (0..scale).flat_map(|dx| (0..scale).map(move |dy| (dx, dy))) {
                    if left + dx < picture.width() && top + dy < picture.height() {
                        picture.put_pixel(left + dx, top + dy, INK);
                    }
                }
            }
        }
    }
}
