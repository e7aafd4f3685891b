//! From a plan to figures and verdicts.

#![recursion_limit = "256"]

pub mod check;
pub mod cohort;
pub mod evaluate;
mod exact;
pub mod models;
pub mod operate;
pub mod prepare;
pub mod record;
pub mod run;
mod shaped;
pub mod signal;
pub mod synth;
pub mod train;
mod watch;
pub mod withhold;

/// The engine's name: a digest of all sources and settings that decide its results. `build.rs` makes it.
pub const DIGEST: &str = env!("PRACTICUM_ENGINE");

/// The engine's name where it runs now: with another instruction set to compute with, results may differ in their last digits.
pub fn name() -> String {
    let mut name = DIGEST.to_owned();
    #[cfg(target_arch = "x86_64")]
    for (there, set) in [
        (std::arch::is_x86_feature_detected!("fma"), "fma"),
        (std::arch::is_x86_feature_detected!("avx2"), "avx2"),
        (std::arch::is_x86_feature_detected!("avx512f"), "avx512f"),
    ] {
        if there {
            name += set;
        }
    }
    name + models::instructions()
}
