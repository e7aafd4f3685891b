//! From a plan to figures and verdicts.

#![recursion_limit = "256"]

pub mod check;
pub mod cohort;
pub mod evaluate;
pub mod models;
pub mod operate;
pub mod prepare;
pub mod run;
pub mod synth;
pub mod train;

/// The engine's name: a digest of all sources and settings that decide its results. `build.rs` makes it.
pub const DIGEST: &str = env!("PRACTICUM_ENGINE");
