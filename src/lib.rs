//! Practicum: a hands-on medical AI training sandbox.
#![recursion_limit = "256"]

pub mod author;
pub mod check;
pub mod cli;
pub mod cohort;
pub mod course;
pub mod fault;
pub mod keys;
pub mod learner;
pub mod measure;
pub mod metrics;
pub mod models;
pub mod operate;
pub mod prepare;
pub mod report;
pub mod run;
pub mod seed;
pub mod sql;
pub mod synth;
pub mod tables;
pub mod text;
pub mod train;
