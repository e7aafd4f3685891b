//! Practicum: a hands-on medical AI training sandbox. A learner decides, a small model trains, and checks tell what the decision did
//! to patients.
//!
//! The way of the data:
//!
//! ```text
//! exercise.toml ─┐
//! dataset.toml ──┼─ course ─► synth ─► cohort ─► prepare ─► train ─► operate ─► evaluate ─► check ─► report
//! plan.toml ─────┘   (read)   (draw)   (filter,  (impute,   (burn)   (calibrate, (metrics)   (SQL)
//! answers.toml                          split)    scale…)             threshold)
//! ```
//!
//! The floors of the house: a room imports rooms of its own floor or below, never in a circle (a test holds both).
//!
//! | floor | rooms |
//! |---|---|
//! | 0 | [`seed`] streams of chance · [`mod@text`] two languages · [`fault`] mistakes, placed · [`disk`] files that others wrote · [`keys`] the language of keys · [`schema`] the same for editors |
//! | 1 | [`metrics`] pure figures · [`models`] burn models · [`render`] pictures · [`target`] what is predicted |
//! | 2 | [`course`] what people write · [`sql`] the one door to SQL · [`tables`] tables in and out |
//! | 3 | [`synth`] data drawn or read · [`cohort`] who is studied · [`prepare`] numbers for models · [`train`] · [`operate`] risks to decisions |
//! | 4 | [`evaluate`] the figures of a run · [`measure`] those of anybody's file · [`check`] the verdicts |
//! | 5 | [`run`] the only room that knows every stage |
//! | 6 | [`report`] for people and machines · [`learner`] the workspace |
//! | 7 | [`author`] proofs for instructors |
//! | 8 | [`cli`] the command line: the only room that prints |
//!
//! Below them all stands a crate of its own, `src/kernels/`: what training and predicting on pictures computes.

#![recursion_limit = "256"]

pub mod author;
pub mod check;
pub mod cli;
pub mod cohort;
pub mod course;
pub mod disk;
pub mod evaluate;
pub mod fault;
pub mod keys;
pub mod learner;
pub mod measure;
pub mod metrics;
pub mod models;
pub mod operate;
pub mod prepare;
pub mod render;
pub mod report;
pub mod run;
pub mod schema;
pub mod seed;
pub mod sql;
pub mod synth;
pub mod tables;
pub mod target;
pub mod text;
pub mod train;
