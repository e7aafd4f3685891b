//! Colours as red, green and blue from 0 to 255, before they are rounded.

use super::noise::grain;
use seed::Seed;

/// Red, green, blue.
pub(super) type Colour = [f32; 3];

/// From `from` at 0 to `to` at 1.
pub(super) fn mix(from: Colour, to: Colour, share: f32) -> Colour {
    std::array::from_fn(|c| from[c] + share * (to[c] - from[c]))
}

/// What is left of light that passes a dye: each channel times the dye's, as far as `share` says.
pub(super) fn dyed(light: Colour, dye: Colour, share: f32) -> Colour {
    std::array::from_fn(|c| light[c] * (1.0 + share * (dye[c] / 255.0 - 1.0)))
}

/// Brighter or darker as a whole.
pub(super) fn lit(colour: Colour, by: f32) -> Colour {
    colour.map(|c| c * by)
}

/// Adds grain of this standard deviation to pixel `i`, partly shared by the channels, and keeps within what can be shown.
pub(super) fn grainy(colour: Colour, level: f32, grains: Seed, i: usize) -> Colour {
    let shared = grain(grains, 4 * i);
    std::array::from_fn(|c| {
        let own = grain(grains, 4 * i + c + 1);
        (colour[c] + level * (0.8 * shared + 0.6 * own)).clamp(0.0, 255.0)
    })
}

/// Pixels one after another, three bytes each.
pub(super) fn bytes(colours: &[Colour]) -> Vec<u8> {
    colours.iter().flatten().map(|value| value.clamp(0.0, 255.0).round() as u8).collect()
}
