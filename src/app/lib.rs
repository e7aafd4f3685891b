//! What Practicum does, as functions that give values: whoever calls them (the command line, a page) renders.

pub mod documents;
pub mod ending;
pub mod handout;
pub mod job;
pub mod learner;
pub mod worker;
