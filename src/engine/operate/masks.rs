//! From the risks of pixels to a mask.

use metrics::segmentation::{Connectivity, components};

/// The pixels whose risk reaches the threshold, without connected spots (corners count) smaller than `smallest` mm².
///
/// `risks`: `[height · width]`; `spacing`: of rows and of columns, in mm.
pub fn mask(risks: &[f32], size: [usize; 2], threshold: f64, smallest: f64, spacing: [f64; 2]) -> Vec<bool> {
    let mut mask: Vec<bool> = risks.iter().map(|&risk| f64::from(risk) >= threshold).collect();
    if smallest <= 0.0 {
        return mask;
    }
    let Ok(spots) = components(&size, &mask, Connectivity::Corners) else { return mask };
    let mut pixels = vec![0_usize; spots.count + 1];
    for &label in &spots.labels {
        pixels[label as usize] += 1;
    }
    for (pixel, &label) in mask.iter_mut().zip(&spots.labels) {
        *pixel &= pixels[label as usize] as f64 * spacing[0] * spacing[1] >= smallest;
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_spots_go_and_large_ones_stay() {
        let mut risks = vec![0.1; 64];
        for at in [9, 36, 37, 44, 45, 54] {
            risks[at] = 0.9;
        }
        let area = |smallest| mask(&risks, [8, 8], 0.5, smallest, [2.0, 1.0]).into_iter().filter(|&m| m).count();
        // A pixel is 2 mm²; the four and the one that touches them by a corner are 10 mm².
        assert_eq!((area(0.0), area(2.0), area(2.1), area(10.0), area(10.1)), (6, 6, 5, 5, 0));
    }
}
