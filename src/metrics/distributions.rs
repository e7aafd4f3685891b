//! Tail probabilities and quantiles of the normal, beta, t, F, chi-squared and Kolmogorov distributions.
//!
//! Quantiles are found by bisection on the distribution functions of `statrs` until the bracket is as narrow as the
//! numbers allow, so that they are as accurate as the distribution function itself.

use statrs::function::beta::beta_reg;
use statrs::function::gamma::{gamma_lr, gamma_ur};
use std::f64::consts::PI;

/// The 97.5 % quantile of the normal distribution: 95 % intervals are estimate ± this many standard errors.
pub const Z95: f64 = 1.959_963_984_540_054;

/// Φ(z), the normal distribution function.
pub fn normal_cdf(z: f64) -> f64 {
    if z < 0.0 { 0.5 * normal_two_sided(z) } else { 1.0 - 0.5 * normal_two_sided(z) }
}

/// φ(z), the normal density.
pub fn normal_density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

/// The two-sided p value of a normal deviate.
pub fn normal_two_sided(z: f64) -> f64 {
    // erfc(|z| / √2) by the incomplete gamma function, which `statrs` knows to more digits than erfc.
    upper_gamma(0.5, 0.5 * z * z)
}

/// The half-width of the central interval that holds the share `level` (0 to 1, exclusive) of the normal distribution.
pub fn normal_half_width(level: f64) -> f64 {
    bisect(0.0, 40.0, |z| z > 0.0 && gamma_lr(0.5, 0.5 * z * z) < level)
}

/// The quantile `p` of the beta distribution with both shapes positive.
pub fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    bisect(0.0, 1.0, |x| beta_reg(a, b, x) < p)
}

/// The quantile `p` of the F distribution.
pub fn f_quantile(df1: f64, df2: f64, p: f64) -> f64 {
    // F = df2·B / (df1·(1 − B)); above the median 1 − B is found directly, lest it cancel.
    if p > 0.5 {
        let rest = beta_quantile(df2 / 2.0, df1 / 2.0, 1.0 - p);
        df2 * (1.0 - rest) / (df1 * rest)
    } else {
        let x = beta_quantile(df1 / 2.0, df2 / 2.0, p);
        df2 * x / (df1 * (1.0 - x))
    }
}

/// The quantile `p` ≥ 0.5 of Student's t distribution.
pub fn t_quantile(df: f64, p: f64) -> f64 {
    f_quantile(1.0, df, 2.0 * p - 1.0).sqrt()
}

/// The probability that a chi-squared variable with `df` degrees of freedom exceeds `x`.
pub fn chi_squared_tail(df: f64, x: f64) -> f64 {
    upper_gamma(df / 2.0, x / 2.0)
}

/// The upper regularised incomplete gamma function; `statrs` refuses its ends.
fn upper_gamma(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        1.0
    } else if x < f64::MAX {
        gamma_ur(a, x)
    } else {
        0.0
    }
}

/// The limiting tail probability of the Kolmogorov statistic, 2 Σ (−1)^(k−1) exp(−2 k² λ²).
pub fn kolmogorov_tail(lambda: f64) -> f64 {
    if lambda <= 0.0 {
        1.0
    } else if lambda < 1.0 {
        // The same function in its other (theta) form, which converges for small λ.
        let step = PI * PI / (8.0 * lambda * lambda);
        let sum: f64 = (0..20).map(|k| (-f64::from((2 * k + 1) * (2 * k + 1)) * step).exp()).sum();
        (1.0 - (2.0 * PI).sqrt() / lambda * sum).clamp(0.0, 1.0)
    } else {
        let term = |k: i32| f64::from(1 - 2 * ((k - 1) % 2)) * (-2.0 * f64::from(k * k) * lambda * lambda).exp();
        (2.0 * (1..=20).map(term).sum::<f64>()).clamp(0.0, 1.0)
    }
}

/// The point between `low` and `high` where `below` turns from true to false.
fn bisect(mut low: f64, mut high: f64, below: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..1100 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if below(middle) { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(got: f64, expected: f64) {
        assert!((got - expected).abs() <= 1e-11 * expected.abs().max(1e-3), "{got} is not {expected}");
    }

    #[test]
    fn agree_with_tables() {
        near(normal_half_width(0.95), Z95);
        // scipy 1.17: norm.cdf(1), norm.sf(5)·2, norm.cdf(−8), t.ppf(.975, 10), f.ppf(.975, 3, 7), f.ppf(.975, 1.3,
        // 11), beta.ppf(.025, 48, 23), chi2.sf(30, 4).
        near(normal_cdf(1.0), 0.841_344_746_068_542_9);
        assert!((normal_two_sided(5.0) / 5.733_031_437_583_866e-7 - 1.0).abs() < 1e-10);
        assert!((normal_cdf(-8.0) / 6.220_960_574_271_74e-16 - 1.0).abs() < 1e-10);
        near(t_quantile(10.0, 0.975), 2.228_138_851_986_274);
        near(f_quantile(3.0, 7.0, 0.975), 5.889_819_167_203_253);
        near(f_quantile(1.3, 11.0, 0.975), 6.105_391_545_224_077);
        near(beta_quantile(48.0, 23.0, 0.025), 0.563_667_029_522_892);
        assert!((chi_squared_tail(4.0, 30.0) / 4.894_437_128_029_217e-6 - 1.0).abs() < 1e-10);
        near(chi_squared_tail(2.0, 3.0), (-1.5_f64).exp());
        near(beta_quantile(1.0, 3.0, 0.25), 1.0 - 0.75_f64.powf(1.0 / 3.0));
    }

    #[test]
    fn both_forms_of_kolmogorov_meet() {
        let (below, above) = (kolmogorov_tail(1.0 - 1e-9), kolmogorov_tail(1.0 + 1e-9));
        assert!((below - above).abs() < 1e-8);
        near(kolmogorov_tail(1.0), 0.269_999_671_677_355_86);
    }
}
