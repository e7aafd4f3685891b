//! Two languages, mistakes with their places, and the language of keys.

pub mod fault;
pub mod id;
pub mod keys;
pub mod schema;
pub mod text;
