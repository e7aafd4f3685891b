//! Pooling: the highest of each 2 × 2 pixels, and a channel's mean beside its highest pixel.
//!
//! As in burn, what is not a number is higher than anything: of several, the last one; of equal numbers the first one gets the
//! gradient.

/// The highest of each 2 × 2 pixels, and which of the four it was (0 and 1 above, 2 and 3 below). An odd last line or column is
/// left out.
#[inline(always)]
pub(crate) fn halve(pixels: &[f32], width: usize, out: &mut [f32], which: &mut [u8]) {
    let half = width / 2;
    if half == 0 {
        return;
    }
    let lines = pixels.chunks_exact(2 * width);
    for ((lines, out), which) in lines.zip(out.chunks_exact_mut(half)).zip(which.chunks_exact_mut(half)) {
        let (above, below) = lines.split_at(width);
        let (above, below) = (above.as_chunks::<2>().0, below.as_chunks::<2>().0);
        for (((out, which), &[a, b]), &[c, d]) in out.iter_mut().zip(which).zip(above).zip(below) {
            let (mut most, mut place) = (a, 0);
            for (number, at) in [(b, 1), (c, 2), (d, 3)] {
                if number > most || number.is_nan() {
                    (most, place) = (number, at);
                }
            }
            (*out, *which) = (most, place);
        }
    }
}

/// Numbers of halved pictures at the pixels that they came from, 0 elsewhere.
#[inline(always)]
pub(crate) fn spread(numbers: &[f32], which: &[u8], width: usize, pixels: &mut [f32]) {
    pixels.fill(0.0);
    let half = width / 2;
    if half == 0 {
        return;
    }
    let lines = numbers.chunks_exact(half).zip(which.chunks_exact(half));
    for ((numbers, which), pixels) in lines.zip(pixels.chunks_exact_mut(2 * width)) {
        for (i, (&number, &which)) in numbers.iter().zip(which).enumerate() {
            let which = usize::from(which);
            pixels[(which >> 1) * width + 2 * i + (which & 1)] = number;
        }
    }
}

/// The pixels that [`halve`] chose.
#[inline(always)]
pub(crate) fn chosen(pixels: &[f32], which: &[u8], width: usize, out: &mut [f32]) {
    let half = width / 2;
    if half == 0 {
        return;
    }
    let lines = out.chunks_exact_mut(half).zip(which.chunks_exact(half));
    for ((out, which), pixels) in lines.zip(pixels.chunks_exact(2 * width)) {
        for (i, (out, &which)) in out.iter_mut().zip(which).enumerate() {
            let which = usize::from(which);
            *out = pixels[(which >> 1) * width + 2 * i + (which & 1)];
        }
    }
}
