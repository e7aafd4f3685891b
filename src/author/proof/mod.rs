//! What happens when solutions run: once, to validate an exercise; and over many draws, to know how reliable its checks are.

mod automatic;
pub mod cache;
mod cause;
pub mod drawing;
pub mod job;
pub mod proved;
pub mod reliability;
pub mod trial;
pub mod validate;
pub mod work;
