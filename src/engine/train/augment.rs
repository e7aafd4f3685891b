//! Training pictures, changed a little each time that they are seen, so that the model learns what does not depend on it.

use crate::models::Input;
use course::plan::Change;
use seed::Seed;

/// The changes that a plan asks for.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for by itself")]
pub(super) struct Augment {
    shape: [usize; 3],
    shift: bool,
    flip: bool,
    flop: bool,
    brightness: bool,
    noise: bool,
    erase: bool,
}

/// Shifts go up to this share of the height and the width.
const SHIFT: f64 = 0.08;

/// Brightness and contrast change by up to this share of the training pictures' SD.
const BRIGHTNESS: f64 = 0.3;

/// Noise has this share of the training pictures' SD.
const NOISE: f64 = 0.15;

/// A square with this share of the shorter side is erased (`DeVries` and Taylor 2017, "cutout").
const ERASE: f64 = 0.3;

impl Augment {
    /// Those that are named.
    pub(super) fn named(names: &[Change], input: Input) -> Self {
        let has = |change: Change| names.contains(&change);
        Self {
            shape: input.picture(),
            shift: has(Change::Shift),
            flip: has(Change::Flip),
            flop: has(Change::Flop),
            brightness: has(Change::Brightness),
            noise: has(Change::Noise),
            erase: has(Change::Erase),
        }
    }

    /// Changes one row: `x` as `[channels, height, width]`, and with it `y` where it has a number for each pixel.
    pub(super) fn apply(&self, x: &mut [f32], y: &mut [f32], luck: Seed) {
        let [_, height, width] = self.shape;
        let area = height * width;
        let planes = |x: &mut [f32], y: &mut [f32], change: &dyn Fn(&mut [f32])| {
            x.chunks_exact_mut(area.max(1)).for_each(change);
            if y.len() == area && area > 1 {
                change(y);
            }
        };
        if self.flip && luck.named("flip").uniform() < 0.5 {
            planes(x, y, &|plane| plane.chunks_exact_mut(width).for_each(<[f32]>::reverse));
        }
        if self.flop && luck.named("flop").uniform() < 0.5 {
            planes(x, y, &|plane| {
                let (top, bottom) = plane.split_at_mut(area / 2);
                for (a, b) in top.chunks_exact_mut(width).zip(bottom.chunks_exact_mut(width).rev()) {
                    a.swap_with_slice(b);
                }
            });
        }
        if self.shift {
            let by = |name: &str, side: usize| ((luck.named(name).uniform() * 2.0 - 1.0) * SHIFT * side as f64).round();
            let (down, right) = (by("down", height) as isize, by("right", width) as isize);
            planes(x, y, &|plane| shift(plane, width, down, right));
        }
        if self.brightness {
            let by = |name: &str| ((luck.named(name).uniform() * 2.0 - 1.0) * BRIGHTNESS) as f32;
            let (add, stretch) = (by("brightness"), 1.0 + by("contrast"));
            for x in x.iter_mut() {
                *x = *x * stretch + add;
            }
        }
        if self.noise {
            let luck = luck.named("noise");
            for (x, i) in x.iter_mut().zip(0..) {
                // The sum of three uniforms: near enough to a bell, and quick.
                let at = luck.at(i);
                let bell = at.uniform() + at.at(1).uniform() + at.at(2).uniform() - 1.5;
                *x += (bell * 2.0 * NOISE) as f32;
            }
        }
        if self.erase {
            let side = ((height.min(width) as f64) * ERASE).round() as usize;
            let at = |name: &str, length: usize| (luck.named(name).uniform() * (length - side + 1) as f64) as usize;
            let (top, left) = (at("top", height), at("left", width));
            for plane in x.chunks_exact_mut(area.max(1)) {
                for row in plane.chunks_exact_mut(width).skip(top).take(side) {
                    row[left..left + side].fill(0.0);
                }
            }
        }
    }
}

/// Moves a plane down and right; what comes in repeats the edge.
fn shift(plane: &mut [f32], width: usize, down: isize, right: isize) {
    let height = plane.len() / width.max(1);
    let old = plane.to_vec();
    let by = right.unsigned_abs().min(width);
    for (row, new) in plane.chunks_exact_mut(width.max(1)).enumerate() {
        let source = (row as isize - down).clamp(0, height as isize - 1) as usize * width;
        let old = &old[source..source + width];
        if right >= 0 {
            new[by..].copy_from_slice(&old[..width - by]);
            new[..by].fill(old[0]);
        } else {
            new[..width - by].copy_from_slice(&old[by..]);
            new[width - by..].fill(old[width - 1]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::Shape;

    fn picture(shape: [usize; 3]) -> Input {
        Input::Signal(Shape::picture(shape))
    }

    #[test]
    fn a_mask_moves_with_its_picture() {
        let augment = Augment::named(&[Change::Shift, Change::Flip, Change::Flop], picture([2, 12, 10]));
        let picture: Vec<f32> = (0..120).map(|i| f32::from(u8::from(i % 7 == 0))).collect();
        let mut moved = 0;
        for i in 0..40 {
            let (mut x, mut y) = ([picture.clone(), picture.clone()].concat(), picture.clone());
            augment.apply(&mut x, &mut y, Seed::new(i));
            assert!(x[..120] == y[..] && x[120..] == y[..]);
            moved += usize::from(y != picture);
        }
        assert!(moved > 30, "{moved} of 40 pictures changed");
    }

    #[test]
    fn without_names_nothing_changes_and_a_row_of_columns_stays_whole() {
        let mut x = vec![1.0, 2.0, 3.0];
        Augment::named(&[], picture([1, 1, 3])).apply(&mut x, &mut [1.0], Seed::new(1));
        assert_eq!(x, [1.0, 2.0, 3.0]);
    }

    #[test]
    fn brightness_noise_and_erasing_leave_the_mask_alone() {
        let augment = Augment::named(&[Change::Brightness, Change::Noise, Change::Erase], picture([1, 8, 8]));
        let (mut x, mut y) = (vec![0.5; 64], vec![1.0; 64]);
        augment.apply(&mut x, &mut y, Seed::new(3));
        assert_eq!(y, vec![1.0; 64]);
        assert!(x.iter().any(|x| (x - 0.5).abs() > 0.01));
    }
}
