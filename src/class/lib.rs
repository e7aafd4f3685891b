//! A class: hand-ins in, grades out.
//!
//! ```text
//! roster.csv ─┐
//! class.toml ─┼─ folder ─► intake (who handed in what) ─► store ─► executor (workers) ─► store ─► grade ─► gradebook, insight
//! secret ─────┘
//! ```

pub mod executor;
pub mod folder;
pub mod grade;
pub mod gradebook;
pub mod grading;
pub mod insight;
pub mod intake;
pub mod marks;
pub mod moment;
mod person;
pub mod regrade;
pub mod roster;
pub mod secret;
pub mod settings;
pub mod store;
pub mod worksheet;
