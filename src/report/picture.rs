//! The calibration plot as a picture: predicted risk across, observed share upward, on the diagonal where they agree.

use std::io::Cursor;

use font8x8::legacy::BASIC_LEGACY;
use image::{ImageFormat, Rgb, RgbImage};

use super::plot::Bin;
use crate::metrics::intervals::wilson;

const SIDE: u32 = 560;
/// The plot's edges within the picture: left, top, right, bottom.
const EDGES: (u32, u32, u32, u32) = (84, 40, 536, 492);
pub(super) const WHITE: Rgb<u8> = Rgb([255, 255, 255]);
const INK: Rgb<u8> = Rgb([40, 40, 48]);
const GRID: Rgb<u8> = Rgb([226, 228, 232]);
const PALE: Rgb<u8> = Rgb([150, 154, 162]);
const BLUE: Rgb<u8> = Rgb([0, 96, 168]);

/// A PNG of 560 × 560 pixels: a dot per bin, with the 95 % interval (Wilson) of what was observed. Both axes end at the first tenth
/// above every dot. `title` in Latin letters.
pub fn calibration(title: &str, bins: &[Bin]) -> Vec<u8> {
    let mut picture = RgbImage::from_pixel(SIDE, SIDE, WHITE);
    let highest = bins.iter().map(|bin| bin.predicted.max(bin.observed)).fold(0.0, f64::max);
    let tenths = ((highest * 10.0).ceil() as u32).clamp(1, 10);
    let top = f64::from(tenths) / 10.0;
    let (left, upper, right, lower) = EDGES;
    let across = |risk: f64| left + (risk / top * f64::from(right - left)).round() as u32;
    let upward = |share: f64| lower - ((share / top).min(1.0) * f64::from(lower - upper)).round() as u32;
    for tenth in 0..=tenths {
        let at = f64::from(tenth) / 10.0;
        for x in left..=right {
            picture.put_pixel(x, upward(at), GRID);
        }
        for y in upper..=lower {
            picture.put_pixel(across(at), y, GRID);
        }
        let name = format!("{}%", tenth * 10);
        write(&mut picture, &name, across(at).saturating_sub(8 * name.len() as u32), lower + 12, 2);
        write(&mut picture, &name, left.saturating_sub(16 * name.len() as u32 + 8), upward(at) - 8, 2);
    }
    for x in left..=right {
        // Dashes: eight on, six off.
        if x % 14 < 8 {
            let risk = f64::from(x - left) / f64::from(right - left) * top;
            picture.put_pixel(x, upward(risk), PALE);
            picture.put_pixel(x, (upward(risk) + 1).min(lower), PALE);
        }
    }
    for bin in bins {
        let (x, y) = (across(bin.predicted), upward(bin.observed));
        let events = (bin.observed * bin.n as f64).round() as usize;
        if let Some((low, high)) = wilson(events, bin.n) {
            for y in upward(high)..=upward(low) {
                picture.put_pixel(x, y, BLUE);
                picture.put_pixel(x + 1, y, BLUE);
            }
        }
        for (dx, dy) in (-5..=5_i32).flat_map(|dx| (-5..=5_i32).map(move |dy| (dx, dy))) {
            if dx * dx + dy * dy <= 25 {
                picture.put_pixel(x.saturating_add_signed(dx), y.saturating_add_signed(dy), BLUE);
            }
        }
    }
    write(&mut picture, title, left, 12, 2);
    write(&mut picture, "predicted", right - 9 * 16, lower + 40, 2);
    write(&mut picture, "observed", 4, 12, 1);
    png(&picture)
}

pub(super) fn png(picture: &RgbImage) -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    // Into memory, with an encoder that is there: it cannot fail.
    if picture.write_to(&mut png, ImageFormat::Png).is_err() {
        return Vec::new();
    }
    png.into_inner()
}

/// Latin letters of 8 × 8 dots, `scale` times as large; what lies beyond the edge is left out.
pub(super) fn write(picture: &mut RgbImage, text: &str, x: u32, y: u32, scale: u32) {
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
