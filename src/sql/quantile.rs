//! Inverse distribution functions: from one uniform number to the value below which that share of the distribution lies.
//!
//! All are increasing in the uniform number, so a patient at the thirtieth percentile stays there whatever the parameters.
//! Parameters are taken as checked.

#![expect(clippy::many_single_char_names, reason = "the letters of the formulas")]
#![expect(clippy::excessive_precision, reason = "the constants as published")]

use statrs::function::gamma::{gamma_lr, gamma_ur, ln_gamma};

/// The standard normal quantile: Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988) 477–484; relative error
/// about 1e-16.
pub(super) fn normal(p: f64) -> f64 {
    const A: [f64; 8] = [
        3.387_132_872_796_366_608,
        1.331_416_678_917_843_774_5e2,
        1.971_590_950_306_551_442_7e3,
        1.373_169_376_550_946_112_5e4,
        4.592_195_393_154_987_145_7e4,
        6.726_577_092_700_870_085_3e4,
        3.343_057_558_358_812_810_5e4,
        2.509_080_928_730_122_672_7e3,
    ];
    const B: [f64; 8] = [
        1.0,
        4.231_333_070_160_091_125_2e1,
        6.871_870_074_920_579_083_0e2,
        5.394_196_021_424_751_107_7e3,
        2.121_379_430_158_659_586_7e4,
        3.930_789_580_009_271_061_0e4,
        2.872_908_573_572_194_267_4e4,
        5.226_495_278_852_854_561_0e3,
    ];
    const C: [f64; 8] = [
        1.423_437_110_749_683_577_34,
        4.630_337_846_156_545_295_90,
        5.769_497_221_460_691_405_50,
        3.647_848_324_763_204_605_04,
        1.270_458_252_452_368_382_58,
        2.417_807_251_774_506_117_70e-1,
        2.272_384_498_926_918_458_33e-2,
        7.745_450_142_783_414_076_40e-4,
    ];
    const D: [f64; 8] = [
        1.0,
        2.053_191_626_637_758_821_87,
        1.676_384_830_183_803_849_40,
        6.897_673_349_851_000_045_50e-1,
        1.481_039_764_274_800_745_90e-1,
        1.519_866_656_361_645_719_66e-2,
        5.475_938_084_995_344_946_00e-4,
        1.050_750_071_644_416_843_24e-9,
    ];
    const E: [f64; 8] = [
        6.657_904_643_501_103_777_20,
        5.463_784_911_164_114_369_90,
        1.784_826_539_917_291_335_80,
        2.965_605_718_285_048_912_30e-1,
        2.653_218_952_657_612_309_30e-2,
        1.242_660_947_388_078_438_60e-3,
        2.711_555_568_743_487_578_15e-5,
        2.010_334_399_292_288_132_65e-7,
    ];
    const F: [f64; 8] = [
        1.0,
        5.998_322_065_558_879_376_90e-1,
        1.369_298_809_227_358_053_10e-1,
        1.487_536_129_085_061_485_25e-2,
        7.868_691_311_456_132_591_00e-4,
        1.846_318_317_510_054_681_80e-5,
        1.421_511_758_316_445_888_70e-7,
        2.044_263_103_389_939_785_64e-15,
    ];
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * polynomial(&A, r) / polynomial(&B, r);
    }
    let r = (-(if q < 0.0 { p } else { 1.0 - p }).ln()).sqrt();
    let z = if r <= 5.0 {
        polynomial(&C, r - 1.6) / polynomial(&D, r - 1.6)
    } else {
        polynomial(&E, r - 5.0) / polynomial(&F, r - 5.0)
    };
    if q < 0.0 { -z } else { z }
}

/// The share of the standard normal distribution below `z`, through the incomplete gamma function: statrs' `erfc` (0.19) is exact
/// to ten digits only.
pub(super) fn normal_cdf(z: f64) -> f64 {
    if z.is_nan() {
        return z;
    }
    let half_square = 0.5 * z * z;
    let tail = if half_square < 1e-300 {
        0.5
    } else if half_square > 745.0 {
        0.0
    } else {
        0.5 * gamma_ur(0.5, half_square)
    };
    if z > 0.0 { 1.0 - tail } else { tail }
}

fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

/// The quantile of the gamma distribution with this shape and rate 1.
///
/// Halley's method on the incomplete gamma function from a start by Wilson and Hilferty (shape above 1) or by the first terms
/// of the series, as in Numerical Recipes 3 §6.2.1, kept inside a bracket.
pub(super) fn gamma(shape: f64, p: f64) -> f64 {
    let a = shape;
    let ln_gamma_a = ln_gamma(a);
    let start = if a > 1.0 {
        let z = normal(p);
        (a * (1.0 - 1.0 / (9.0 * a) + z / (3.0 * a.sqrt())).powi(3)).max(1e-3 * a.min(1.0))
    } else {
        let t = 1.0 - a * (0.253 + a * 0.12);
        if p < t { (p / t).powf(1.0 / a) } else { 1.0 - (-(p - t) / (1.0 - t)).ln_1p() }
    };
    if start < 1e-290 {
        return start;
    }
    solve(start, f64::INFINITY, |x| {
        // Each half is measured from its own end, where the difference keeps its digits.
        let error = if p < 0.5 { gamma_lr(a, x) - p } else { (1.0 - p) - gamma_ur(a, x) };
        let density = ((a - 1.0) * x.ln() - x - ln_gamma_a).exp();
        (error, density, (a - 1.0) / x - 1.0)
    })
}

/// The quantile of the beta distribution: Halley's method from the start of Numerical Recipes 3 §6.4, kept inside a bracket.
pub(super) fn beta(a: f64, b: f64, p: f64) -> f64 {
    if p > 0.5 { 1.0 - beta_lower(b, a, 1.0 - p) } else { beta_lower(a, b, p) }
}

/// [`beta`] for `p` up to 0.5, or wherever digits near 0 matter more than digits near 1.
fn beta_lower(a: f64, b: f64, p: f64) -> f64 {
    let ln_beta = ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b);
    let start = if a >= 1.0 && b >= 1.0 {
        let z = -normal(p);
        let (s, t) = (1.0 / (2.0 * a - 1.0), 1.0 / (2.0 * b - 1.0));
        let (al, h) = ((z * z - 3.0) / 6.0, 2.0 / (s + t));
        let w = z * (al + h).max(0.0).sqrt() / h - (t - s) * (al + 5.0 / 6.0 - 2.0 / (3.0 * h));
        a / (a + b * (2.0 * w).exp())
    } else {
        let t = (a * (a / (a + b)).ln()).exp() / a;
        let u = (b * (b / (a + b)).ln()).exp() / b;
        let w = t + u;
        if p < t / w { (a * w * p).powf(1.0 / a) } else { 1.0 - (b * w * (1.0 - p)).powf(1.0 / b) }
    };
    if start < 1e-290 {
        return start;
    }
    solve(start.min(1.0 - 1e-12), 1.0, |x| {
        let error = beta_share(a, b, x, ln_beta) - p;
        let density = ((a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p() - ln_beta).exp();
        (error, density, (a - 1.0) / x - (b - 1.0) / (1.0 - x))
    })
}

/// Finds where `f`'s error is 0 between 0 and `high`. `f` gives the error, its slope (the density), and the slope of the log
/// density. Halley steps; halving the bracket where a step leaves it.
fn solve(start: f64, high: f64, f: impl Fn(f64) -> (f64, f64, f64)) -> f64 {
    let (mut low, mut high, mut x) = (0.0_f64, high, start);
    for _ in 0..100 {
        let (error, density, bend) = f(x);
        if error == 0.0 {
            break;
        }
        if error > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let newton = error / density;
        let step = newton / (1.0 - 0.5 * (newton * bend).clamp(-1.0, 1.0));
        // The error left after a step of 1e-8 is of the order of 1e-24: the method is cubic.
        if step.abs() <= 1e-8 * x {
            return x - step;
        }
        let next = x - step;
        x = if next > low && next < high {
            next
        } else if high.is_finite() {
            0.5 * (low + high)
        } else {
            2.0 * x
        };
    }
    x
}

/// The regularised incomplete beta function, by the continued fraction of Numerical Recipes 3 §6.4 (modified Lentz).
fn beta_share(a: f64, b: f64, x: f64, ln_beta: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (a * x.ln() + b * (-x).ln_1p() - ln_beta).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(a, b, x) / a
    } else {
        1.0 - front * beta_fraction(b, a, 1.0 - x) / b
    }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..20_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a - 1.0 + 2.0 * m) * (a + 2.0 * m));
        d = 1.0 / away(1.0 + even * d);
        c = away(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 1.0 + 2.0 * m));
        d = 1.0 / away(1.0 + odd * d);
        c = away(1.0 + odd / c);
        let change = d * c;
        h *= change;
        if (change - 1.0).abs() <= 4e-16 {
            break;
        }
    }
    h
}

/// The quantile of Student's t distribution, through the beta distribution: from the centre near the centre, from the tail in
/// the tails, so that neither loses digits.
pub(super) fn student_t(df: f64, p: f64) -> f64 {
    let tail = 2.0 * p.min(1.0 - p);
    let size = if tail < 0.5 {
        let x = beta_lower(0.5 * df, 0.5, tail);
        (df * (1.0 - x) / x).sqrt()
    } else {
        let x = beta_lower(0.5, 0.5 * df, 2.0 * (p - 0.5).abs());
        (df * x / (1.0 - x)).sqrt()
    };
    if p < 0.5 { -size } else { size }
}

/// The smallest count whose cumulative Poisson probability reaches `p`.
pub(super) fn poisson(rate: f64, p: f64) -> f64 {
    if rate <= 60.0 {
        let mut k = 0.0;
        let mut mass = (-rate).exp();
        let mut share = mass;
        // Once the mass is too small to change the sum, no further count can reach p.
        while share < p && (k < rate || mass > 1e-18) {
            k += 1.0;
            mass *= rate / k;
            share += mass;
        }
        return k;
    }
    let z = normal(p);
    let start = (rate + rate.sqrt() * z + (z * z - 1.0) / 6.0).round().max(0.0);
    search(start, f64::INFINITY, p, |k| gamma_ur(k + 1.0, rate), |k| (k * rate.ln() - rate - ln_gamma(k + 1.0)).exp())
}

/// The smallest number of successes whose cumulative binomial probability reaches `p`.
pub(super) fn binomial(n: f64, chance: f64, p: f64) -> f64 {
    if n <= 0.0 || chance <= 0.0 {
        return 0.0;
    }
    if chance >= 1.0 {
        return n;
    }
    let none = n * (-chance).ln_1p();
    if n * chance <= 60.0 && none > -600.0 {
        let odds = chance / (1.0 - chance);
        let mut k = 0.0;
        let mut mass = none.exp();
        let mut share = mass;
        while share < p && k < n && (k < n * chance || mass > 1e-18) {
            k += 1.0;
            mass *= odds * (n - k + 1.0) / k;
            share += mass;
        }
        return k;
    }
    let z = normal(p);
    let sd = (n * chance * (1.0 - chance)).sqrt();
    let start = (n * chance + sd * z + (z * z - 1.0) * (1.0 - 2.0 * chance) / 6.0).round().clamp(0.0, n);
    let share = |k: f64| {
        if k >= n {
            return 1.0;
        }
        let (a, b) = (n - k, k + 1.0);
        beta_share(a, b, 1.0 - chance, ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b))
    };
    let mass = |k: f64| {
        let ways = ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0);
        (ways + k * chance.ln() + (n - k) * (-chance).ln_1p()).exp()
    };
    search(start, n, p, share, mass)
}

/// The smallest count, 0 to `most`, whose cumulative share reaches `p`, looked for step by step from `start`.
fn search(start: f64, most: f64, p: f64, share: impl Fn(f64) -> f64, mass: impl Fn(f64) -> f64) -> f64 {
    let mut k = start;
    let mut total = share(k);
    if total < p {
        while total < p && k < most {
            k += 1.0;
            let more = mass(k);
            if more < 1e-18 {
                break;
            }
            total += more;
        }
    } else {
        while k > 0.0 {
            let below = total - mass(k);
            if below < p {
                break;
            }
            total = below;
            k -= 1.0;
        }
    }
    k
}
