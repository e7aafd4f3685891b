//! What instructors use: an exercise is tested like code.
//!
//! ```text
//! reading (the folder) ─► texts, leaks (rules on what is written) ─► trial (each solution, run) ─► validate (rules on what happened)
//!                                                                      └─ kept (what was run once)  ├► calibrate (over many seeds)
//!                                                                                                     └► preview (what is said)
//! ```

pub mod calibrate;
pub mod calibration;
pub mod content;
pub mod drawing;
pub mod files;
pub mod gallery;
pub mod kept;
pub mod leaks;
pub mod preview;
pub mod reading;
pub mod reference;
pub mod rules;
pub mod scaffold;
pub mod texts;
pub mod trial;
pub mod upgrade;
pub mod validate;
pub mod work;
