//! Every random stream, derived from a seed and names: no clock, no global generator, no order of calls.
//!
//! A [`Seed`] is a point in a tree. `named` walks down by a name, `at` by a row number; the same path gives the same stream,
//! whatever was drawn before it, on whichever thread. So a row of a dataset does not depend on how many rows there are.

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A point in the tree of random streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(u64);

/// Who chose a root of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Whoever called the program, by `--seed`.
    Seed,
    /// Whoever called the program, by `--exam-seed`: a grader.
    ExamSeed,
    /// The learner's variant.
    Variant,
    /// The learner's variant and plan.
    Plan,
    /// Nobody.
    Default,
}

impl Origin {
    /// The word of the documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Seed => "--seed",
            Self::ExamSeed => "--exam-seed",
            Self::Variant => "variant",
            Self::Plan => "plan",
            Self::Default => "default",
        }
    }
}

/// The number from which a tree grows, and who chose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Root {
    /// The number.
    pub number: u64,
    /// Who chose it.
    pub from: Origin,
}

impl Seed {
    /// The root of the tree for one number given by a person (or by the grader's secret).
    pub fn new(seed: u64) -> Self {
        Self(mix(seed ^ 0x5072_6163_7469_6375)) // "Practicu"
    }

    /// The point below this one with this name.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self(xxh3_64_with_seed(name.as_bytes(), self.0))
    }

    /// The point below this one with this number.
    #[must_use]
    pub fn at(self, row: u64) -> Self {
        Self(mix(self.0 ^ mix(row)))
    }

    /// The point as 64 bits, to be stored in a table and taken up again by [`Seed::from_bits`].
    pub fn bits(self) -> u64 {
        self.0
    }

    /// The point that [`Seed::bits`] gave.
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The first uniform number of this point's stream, strictly between 0 and 1: 52 bits, each in the middle of its cell (with 53,
    /// the last middle would round to 1).
    pub fn uniform(self) -> f64 {
        ((mix(self.0) >> 12) as f64 + 0.5) * (1.0 / 4_503_599_627_370_496.0)
    }

    /// A random order of `0..n`.
    pub fn permutation(self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by_cached_key(|&i| (self.at(i as u64).0, i));
        order
    }
}

/// The output function of `SplitMix64` (Steele, Lea, Flood, OOPSLA 2014), a bijection of 64 bits that passes `BigCrush` on a counter.
fn mix(z: u64) -> u64 {
    let z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_differ_and_repeat() {
        let seed = Seed::new(7).named("sepsis").named("patient").named("age");
        assert_eq!(seed.at(3).uniform().to_bits(), seed.at(3).uniform().to_bits());
        assert_ne!(seed.at(3), seed.at(4));
        assert_ne!(seed.named("a").named("b"), seed.named("ab"));
        assert_ne!(Seed::new(7), Seed::new(8));
    }

    #[test]
    fn uniform_is_uniform() {
        let n = 100_000;
        let (mut sum, mut square, mut neighbours) = (0.0, 0.0, 0.0);
        let seed = Seed::new(1).named("u");
        let draws: Vec<f64> = (0..n).map(|i| seed.at(i).uniform()).collect();
        for pair in draws.windows(2) {
            sum += pair[0];
            square += pair[0] * pair[0];
            neighbours += (pair[0] - 0.5) * (pair[1] - 0.5);
        }
        let n = (n - 1) as f64;
        // Five standard errors each.
        assert!((sum / n - 0.5).abs() < 5.0 * (1.0 / 12.0 / n).sqrt());
        assert!((square / n - 1.0 / 3.0).abs() < 5.0 * (4.0 / 45.0 / n).sqrt());
        assert!((neighbours / n).abs() < 5.0 * (1.0 / 144.0 / n).sqrt());
    }

    #[test]
    fn permutation_is_a_permutation_and_short_ones_are_fair() {
        let mut first = [0_usize; 3];
        for i in 0..3000 {
            let order = Seed::new(i).permutation(3);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2]);
            first[order[0]] += 1;
        }
        assert!(first.iter().all(|&k| (850..1150).contains(&k)), "{first:?}");
    }
}
