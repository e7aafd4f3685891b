//! Passes over numbers side by side: the loops that every kernel of pictures needs.

use pulp::Simd;

/// `out[i] = of([a[i], b[i], …])`. All are of one length, which may be any.
#[inline(always)]
pub(crate) fn each<S: Simd, const N: usize>(
    simd: S,
    out: &mut [f32],
    from: [&[f32]; N],
    of: impl Fn([S::f32s; N]) -> S::f32s,
) {
    let (len, lanes) = (out.len(), S::F32_LANES);
    let from = from.map(|numbers| &numbers[..len]);
    if len < lanes {
        let told = of(from.map(|numbers| simd.partial_load_f32s(numbers)));
        return simd.partial_store_f32s(out, told);
    }
    let heads = from.map(|numbers| S::as_simd_f32s(numbers).0);
    let (out_heads, _) = S::as_mut_simd_f32s(out);
    let heads = heads.map(|numbers| &numbers[..out_heads.len()]);
    for (i, out) in out_heads.iter_mut().enumerate() {
        *out = of(heads.map(|numbers| numbers[i]));
    }
    if len % lanes != 0 {
        // The last vector overlaps the one before: the same numbers are told again.
        let told = of(from.map(|numbers| S::as_simd_f32s(&numbers[len - lanes..]).0[0]));
        S::as_mut_simd_f32s(&mut out[len - lanes..]).0[0] = told;
    }
}

/// Adds `of([a[i], b[i], …])` over all `i` to `sums`, lane by lane.
#[inline(always)]
pub(crate) fn add_up<S: Simd, const N: usize, const M: usize>(
    simd: S,
    mut sums: [S::f32s; M],
    from: [&[f32]; N],
    of: impl Fn([S::f32s; N]) -> [S::f32s; M],
) -> [S::f32s; M] {
    let len = from[0].len();
    let from = from.map(|numbers| &numbers[..len]);
    let heads = from.map(|numbers| S::as_simd_f32s(numbers).0);
    let vectors = heads[0].len();
    let heads = heads.map(|numbers| &numbers[..vectors]);
    for i in 0..vectors {
        let told = of(heads.map(|numbers| numbers[i]));
        for m in 0..M {
            sums[m] = simd.add_f32s(sums[m], told[m]);
        }
    }
    let tail = len - vectors * S::F32_LANES;
    if tail > 0 {
        let told = of(from.map(|numbers| simd.partial_load_f32s(&numbers[len - tail..])));
        let mask = simd.mask_between_m32s(0, tail as u32).mask();
        for m in 0..M {
            sums[m] = simd.add_f32s(sums[m], simd.select_f32s(mask, told[m], simd.splat_f32s(0.0)));
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
