//! What instructors use: an exercise is tested like code.
//!
//! ```text
//! reading (the folder) ─► rules (on what is written) ─► proof (each solution, run: once to validate, often for reliability)
//!                                                         └► preview (what is said)
//! ```

pub mod docs;
pub mod documents;
pub mod finding;
pub mod preview;
pub mod proof;
pub mod reading;
pub mod rules;
pub mod scaffold;
mod template;
pub mod upgrade;
