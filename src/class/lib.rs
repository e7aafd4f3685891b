//! A class: hand-ins in, grades out.
//!
//! ```text
//! roster.csv ─┐
//! class.toml ─┼─ folder ─► intake (who handed in what) ─► store ─► executor (workers) ─► store ─► grade ─► gradebook, insight
//! secret ─────┘
//! ```

pub mod desk;
pub mod documents;
pub mod doubts;
pub mod executor;
pub mod export;
pub mod folder;
pub mod grade;
pub mod gradebook;
pub mod grading;
pub mod insight;
pub mod intake;
pub mod keys;
pub mod learner;
pub mod marks;
pub mod moment;
mod person;
pub mod regrade;
pub mod roster;
pub mod round;
pub mod secret;
pub mod settings;
pub mod sorted;
pub mod store;
pub mod workers;
pub mod worksheet;
