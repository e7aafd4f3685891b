//! Functions of one number as polynomials: the same on every machine, and loops over them become vectors.

/// `exp(x)` of `x ≤ 0`, to 2 units in the last place; below −87 as at −87.
#[inline(always)]
pub(crate) fn exp_below_zero(x: f32) -> f32 {
    /// Adding it leaves a whole number in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let x = if x < -87.0 { -87.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    // ln 2 in two parts (Cody and Waite 1980).
    let r = x - whole * 0.693_359_4 + whole * 2.121_944_4e-4;
    // Cephes' `expf`.
    let series = [1.398_2e-3_f32, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5e-1];
    let series = series.into_iter().fold(1.987_569_1e-4_f32, |sum, next| sum * r + next);
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000));
    (series * r * r + r + 1.0) * power
}

/// `ln(1 + e)` of `0 ≤ e ≤ 1`: `2 artanh(e / (2 + e))`.
#[inline(always)]
pub(crate) fn ln_1p(e: f32) -> f32 {
    let s = e / (2.0 + e);
    let square = s * s;
    let series = [1.0 / 13.0, 1.0 / 11.0, 1.0 / 9.0, 1.0 / 7.0, 1.0 / 5.0, 1.0 / 3.0, 1.0];
    2.0 * s * series.into_iter().fold(1.0 / 15.0, |sum, next| sum * square + next)
}

/// `1 / (1 + exp(−x))`
#[inline(always)]
pub(crate) fn sigmoid(x: f32) -> f32 {
    let e = exp_below_zero(-x.abs());
    let over = 1.0 / (1.0 + e);
    if x > 0.0 { over } else { e * over }
}

/// Of small numbers Cephes' polynomial (`tanhf`), of others from the exponential.
#[inline(always)]
pub(crate) fn tanh(x: f32) -> f32 {
    let (size, square) = (x.abs(), x * x);
    let e = exp_below_zero(-2.0 * size);
    let far = (1.0 - e) / (1.0 + e);
    let series = [2.063_909e-2, -5.373_971_6e-2, 1.333_144_2e-1, -3.333_328e-1];
    let series = series.into_iter().fold(-5.704_988_7e-3_f32, |sum, next| sum * square + next);
    let near = size + size * square * series;
    (if size > 0.625 { far } else { near }).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_right_to_a_few_units_in_the_last_place() {
        for i in 0..=870_000 {
            let x = -f64::from(i) / 10_000.0;
            let exact = f64::from(x as f32).exp();
            assert!((f64::from(exp_below_zero(x as f32)) - exact).abs() <= 3e-7 * exact, "exp {x}");
            let e = exact as f32;
            let exact = f64::from(e).ln_1p();
            assert!((f64::from(ln_1p(e)) - exact).abs() <= 3e-7 * exact, "ln 1 + {e}");
        }
        for i in -400_000..=400_000 {
            let x = (f64::from(i) / 20_000.0) as f32;
            let exact = 1.0 / (1.0 + (-f64::from(x)).exp());
            assert!((f64::from(sigmoid(x)) - exact).abs() <= 6e-7 * exact, "σ {x}");
            let exact = f64::from(x).tanh();
            assert!((f64::from(tanh(x)) - exact).abs() <= 4e-7 * exact.abs(), "tanh {x}");
        }
    }

    #[test]
    fn what_is_not_finite_is_told() {
        assert!(sigmoid(f32::NAN).is_nan() && tanh(f32::NAN).is_nan());
        let ends = [f32::INFINITY, f32::NEG_INFINITY];
        assert_eq!(ends.map(|x| tanh(x).to_bits()), [1.0_f32, -1.0].map(f32::to_bits));
        assert_eq!(ends.map(|x| (sigmoid(x) * 1e30) as u32), [u32::MAX, 0]);
    }
}
