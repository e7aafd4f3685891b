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
//! The floors of the house: each room is a crate, a folder of `src/`, and imports crates of lower floors only; the compiler keeps
//! that. Inside them nothing is imported in a circle (a test holds it). `docs/architecture.md` is the map for someone new.
//!
//! | floor | crates |
//! |---|---|
//! | 0 | [`seed`] streams of chance · `diagnostics` ([`mod@text`] two languages, [`fault`] mistakes with their places, [`keys`] the language of keys, [`schema`] the same for editors) · `kernels` what models compute on pictures and series |
//! | 1 | [`disk`] files that others wrote · [`metrics`] pure figures · [`render`] pictures |
//! | 2 | [`sql`] the one door to SQL · [`tables`] tables and arrays, in and out · [`target`] what is predicted |
//! | 3 | [`course`] what people write · [`measure`] the figures of anybody's files |
//! | 4 | `engine`: [`signal`] what lies in a row besides columns · [`models`] · [`synth`] data drawn or read · [`cohort`] who is studied · [`prepare`] numbers for models · [`train`] · [`operate`] risks to decisions · [`evaluate`] the figures of a run · [`check`] the verdicts · [`withhold`] what is not shown yet · [`run`] the story |
//! | 5 | [`report`] for people and machines |
//! | 6 | `app`: [`learner`] the workspace |
//! | 7 | [`author`] proofs for instructors · `web` the workbench: pages over `app` · [`class`] hand-ins in, grades out |
//! | 8 | [`cli`] the command line: the only room that prints |
//!
//! This crate hands them on under one name, for the program, the tests and the benches.

pub use app::learner;
pub use author;
pub use class;
pub use cli;
pub use course;
pub use diagnostics::{fault, keys, schema, text};
pub use disk;
pub use engine::{check, cohort, evaluate, models, operate, prepare, record, run, signal, synth, train, withhold};
pub use measure;
pub use metrics;
pub use render;
pub use report;
pub use seed;
pub use sql;
pub use tables;
pub use target;
