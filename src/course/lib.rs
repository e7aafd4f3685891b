//! What authors and learners write: read from TOML, checked, and only then handed on.

pub mod answers;
pub mod computed;
pub mod content;
pub mod courses;
pub mod dataset;
pub mod exercise;
mod files;
pub mod grid;
pub mod mistakes;
mod names;
pub mod order;
pub mod pack;
pub mod plan;
mod queries;
pub mod settings;
pub mod tables;
