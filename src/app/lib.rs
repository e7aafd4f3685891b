//! What Practicum does for a learner.

pub mod learner;
