//! Passes over numbers side by side: the loops that every kernel of pictures needs.

use pulp::Simd;

/// The vectors of each array, as far as they are whole.
#[inline(always)]
fn heads<S: Simd, const N: usize>(from: [&[f32]; N], vectors: usize) -> [&[S::f32s]; N] {
    let mut heads: [&[S::f32s]; N] = [&[]; N];
    for i in 0..N {
        heads[i] = &S::as_simd_f32s(from[i]).0[..vectors];
    }
    heads
}

/// The numbers from `at` on, 0 beyond the end.
#[inline(always)]
fn tails<S: Simd, const N: usize>(simd: S, from: [&[f32]; N], at: usize) -> [S::f32s; N] {
    let mut tails = [simd.splat_f32s(0.0); N];
    for i in 0..N {
        tails[i] = simd.partial_load_f32s(&from[i][at..]);
    }
    tails
}

/// `out[i] = of([a[i], b[i], …])`. All are of one length, which may be any.
///
/// Closures are handed over with `#[inline(always)]`: what is not inlined is compiled without the vector instructions.
#[inline(always)]
pub(crate) fn each<S: Simd, const N: usize>(
    simd: S,
    out: &mut [f32],
    from: [&[f32]; N],
    of: impl Fn([S::f32s; N]) -> S::f32s,
) {
    let (len, lanes) = (out.len(), S::F32_LANES);
    let vectors = len / lanes;
    let (out_heads, _) = S::as_mut_simd_f32s(out);
    let from_heads = heads::<S, N>(from, vectors);
    for (v, out) in out_heads.iter_mut().enumerate() {
        let mut numbers = [simd.splat_f32s(0.0); N];
        for i in 0..N {
            numbers[i] = from_heads[i][v];
        }
        *out = of(numbers);
    }
    if len == vectors * lanes {
        return;
    }
    if vectors == 0 {
        return simd.partial_store_f32s(out, of(tails(simd, from, 0)));
    }
    // The last vector overlaps the one before: the same numbers are told again.
    let mut numbers = [simd.splat_f32s(0.0); N];
    for i in 0..N {
        numbers[i] = S::as_simd_f32s(&from[i][len - lanes..]).0[0];
    }
    S::as_mut_simd_f32s(&mut out[len - lanes..]).0[0] = of(numbers);
}

/// Adds `of([a[i], b[i], …])` over all `i` to `sums`, lane by lane. Closures as for [`each`].
#[inline(always)]
pub(crate) fn add_up<S: Simd, const N: usize, const M: usize>(
    simd: S,
    mut sums: [S::f32s; M],
    from: [&[f32]; N],
    of: impl Fn([S::f32s; N]) -> [S::f32s; M],
) -> [S::f32s; M] {
    let len = from[0].len();
    let vectors = len / S::F32_LANES;
    let from_heads = heads::<S, N>(from, vectors);
    for v in 0..vectors {
        let mut numbers = [simd.splat_f32s(0.0); N];
        for i in 0..N {
            numbers[i] = from_heads[i][v];
        }
        let told = of(numbers);
        for m in 0..M {
            sums[m] = simd.add_f32s(sums[m], told[m]);
        }
    }
    let tail = len - vectors * S::F32_LANES;
    if tail > 0 {
        let told = of(tails(simd, from, vectors * S::F32_LANES));
        let mask = simd.mask_between_m32s(0, tail as u32).mask();
        for m in 0..M {
            let counted = simd.select_f32s(mask, told[m], simd.splat_f32s(0.0));
            sums[m] = simd.add_f32s(sums[m], counted);
        }
    }
    sums
}

/// `x` where it is above 0 or no number, else 0.
#[inline(always)]
pub(crate) fn positive<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    gate(simd, x, x)
}

/// `gradient` where `y` is above 0 or no number, else 0.
#[inline(always)]
pub(crate) fn gate<S: Simd>(simd: S, y: S::f32s, gradient: S::f32s) -> S::f32s {
    let zero = simd.splat_f32s(0.0);
    simd.select_f32s(simd.less_than_or_equal_f32s(y, zero), zero, gradient)
}
