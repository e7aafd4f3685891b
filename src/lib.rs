//! Practicum: a hands-on medical AI training sandbox.
#![recursion_limit = "256"]

pub mod check;
pub mod cohort;
pub mod course;
pub mod fault;
pub mod keys;
pub mod metrics;
pub mod models;
pub mod operate;
pub mod prepare;
pub mod seed;
pub mod sql;
pub mod synth;
pub mod tables;
pub mod text;
pub mod train;
