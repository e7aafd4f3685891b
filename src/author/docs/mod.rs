//! What is written from the code for those who look things up: keys, functions, rules, pictures.

pub mod files;
pub mod gallery;
pub mod reference;
