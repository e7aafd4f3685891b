//! The layout in which convolutions compute: planes with a shared zero column and row.
//!
//! A plane is one channel of a group of pictures, one picture below the other. Between two lines of a picture stand as many zeros as
//! the kernel reaches sideways, between two pictures as many lines of zeros as it reaches up; the zeros behind a line are also those
//! before the next. So each tap of a convolution reads the plane shifted by a fixed number of places: a convolution is a sum of
//! shifted contiguous vectors, whatever the number of channels.
//!
//! ```text
//! lead   0 0 0 0 0
//!        a b c d 0     height 2, width 4, reach 1: a line is 5 places, a picture 15
//!        e f g h 0
//!        0 0 0 0 0
//!        i j k l 0     the next picture
//! ```

use std::ops::Range;

/// Every plane is a whole number of vectors of the widest kind.
pub(crate) const LANES: usize = 16;

/// So many places of a group's plane, or one picture where it has more: a plane then fits the first-level cache.
const GROUP: usize = 1024;

/// Pictures of one size under a kernel of one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grid {
    pub(crate) height: usize,
    pub(crate) width: usize,
    /// How far the kernel reaches up and sideways.
    pub(crate) reach: [usize; 2],
    /// How far its taps are apart: 1, or what divides its reach.
    pub(crate) gap: usize,
}

impl Grid {
    pub(crate) fn pixels(self) -> usize {
        self.height * self.width
    }

    /// Places of a line.
    pub(crate) fn line(self) -> usize {
        self.width + self.reach[1]
    }

    /// Places of a picture.
    pub(crate) fn picture(self) -> usize {
        (self.height + self.reach[0]) * self.line()
    }

    /// Zeros before the first pixel.
    pub(crate) fn lead(self) -> usize {
        self.reach[0] * self.line() + self.reach[1]
    }

    /// How many pictures of `n` are computed together.
    pub(crate) fn group(self, n: usize) -> usize {
        (GROUP / self.picture()).clamp(1, n.max(1))
    }

    /// Places to compute, from the first pixel of so many pictures on.
    pub(crate) fn places(self, pictures: usize) -> usize {
        (pictures * self.picture()).next_multiple_of(LANES)
    }

    /// Places of a plane with its zeros around. An odd number of cache lines: planes of a power of two would share few sets of a
    /// cache.
    pub(crate) fn plane(self, pictures: usize) -> usize {
        odd_lines(self.places(pictures) + 2 * self.lead())
    }

    /// Where each tap of the kernel reads for the first place, line by line.
    pub(crate) fn taps(self) -> Vec<usize> {
        let ([up, sideways], gap) = (self.reach, self.gap);
        let lines = (0..=2 * up).step_by(gap);
        lines.flat_map(|y| (0..=2 * sideways).step_by(gap).map(move |x| y * self.line() + x)).collect()
    }

    /// Lays one channel of a group into its plane. `numbers` holds pictures of `each` numbers, the channel's pixels at `channel`.
    #[inline(always)]
    pub(crate) fn lay(self, numbers: &[f32], each: usize, channel: Range<usize>, plane: &mut [f32]) {
        let mut pictures = 0;
        for picture in numbers.chunks_exact(each) {
            self.lay_one(&picture[channel.start..channel.end], pictures, plane);
            pictures += 1;
        }
        self.frame(pictures, plane);
    }

    /// The zeros before the first and after the last of so many pictures.
    #[inline(always)]
    pub(crate) fn frame(self, pictures: usize, plane: &mut [f32]) {
        plane[..self.lead()].fill(0.0);
        plane[self.lead() + pictures * self.picture()..].fill(0.0);
    }

    /// Lays one channel of one picture into its place of a group's plane, with the zeros behind its lines and below it.
    #[inline(always)]
    pub(crate) fn lay_one(self, pixels: &[f32], i: usize, plane: &mut [f32]) {
        let (line, picture) = (self.line(), self.picture());
        let plane = &mut plane[self.lead() + i * picture..][..picture];
        copy(pixels, self.width, plane, line, self.width, self.height);
        for line in plane[..self.height * line].chunks_exact_mut(line) {
            match &mut line[self.width..] {
                [] => break,
                // By far the most frequent, and not worth a call.
                [zero] => *zero = 0.0,
                zeros => zeros.fill(0.0),
            }
        }
        plane[self.height * line..].fill(0.0);
    }

    /// The pixels of one picture, out of a plane without lead.
    #[inline(always)]
    pub(crate) fn lift(self, plane: &[f32], i: usize, pixels: &mut [f32]) {
        copy(&plane[i * self.picture()..], self.line(), pixels, self.width, self.width, self.height);
    }
}

/// So many numbers, and as many more as make an odd number of cache lines.
pub(crate) fn odd_lines(numbers: usize) -> usize {
    (numbers.div_ceil(LANES) | 1) * LANES
}

/// Lines of `width` numbers from places `from_line` apart to places `to_line` apart.
#[inline(always)]
fn copy(from: &[f32], from_line: usize, to: &mut [f32], to_line: usize, width: usize, lines: usize) {
    if from_line == width && to_line == width {
        return to[..width * lines].copy_from_slice(&from[..width * lines]);
    }
    match width {
        16.. => copy_by::<16>(from, from_line, to, to_line, width, lines),
        8.. => copy_by::<8>(from, from_line, to, to_line, width, lines),
        4.. => copy_by::<4>(from, from_line, to, to_line, width, lines),
        2.. => copy_by::<2>(from, from_line, to, to_line, width, lines),
        _ => copy_by::<1>(from, from_line, to, to_line, width, lines),
    }
}

/// In pieces of `N` ≤ `width` numbers, the last of which overlaps the one before.
#[inline(always)]
fn copy_by<const N: usize>(from: &[f32], from_line: usize, to: &mut [f32], to_line: usize, width: usize, lines: usize) {
    for y in 0..lines {
        let (from, to) = (&from[y * from_line..][..width], &mut to[y * to_line..][..width]);
        let mut at = 0;
        while at + N <= width {
            to[at..at + N].copy_from_slice(&from[at..at + N]);
            at += N;
        }
        if at < width {
            to[width - N..].copy_from_slice(&from[width - N..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "numbers are placed, not computed")]
    fn pictures_stand_between_zeros_and_come_out_as_they_went_in() {
        for (height, width, reach) in [(2, 3, [1, 1]), (7, 7, [1, 1]), (1, 9, [0, 2]), (5, 20, [0, 0]), (1, 1, [1, 1])]
        {
            let grid = Grid { height, width, reach, gap: 1 };
            let pixels = grid.pixels();
            let numbers: Vec<f32> = (1..=3 * 2 * pixels).map(|i| i as f32).collect();
            let mut plane = vec![f32::NAN; grid.plane(3)];
            grid.lay(&numbers, 2 * pixels, pixels..2 * pixels, &mut plane);
            let placed: f32 = numbers.chunks(2 * pixels).map(|picture| picture[pixels..].iter().sum::<f32>()).sum();
            assert_eq!(plane.iter().sum::<f32>(), placed, "zeros everywhere else");
            for (i, picture) in numbers.chunks(2 * pixels).enumerate() {
                let mut out = vec![0.0; pixels];
                grid.lift(&plane[grid.lead()..], i, &mut out);
                assert_eq!(out, picture[pixels..]);
            }
            // The tap above and to the left of the first pixel, and the one below and to the right of the last, are zeros.
            let (first, last) = (grid.taps()[0], grid.taps()[grid.taps().len() - 1]);
            let end = grid.picture() * 2 + (height - 1) * grid.line() + width - 1;
            if reach != [0, 0] {
                assert_eq!((plane[first], plane[end + last]), (0.0, 0.0));
            }
        }
    }
}
