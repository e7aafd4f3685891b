//! Any predictions, from any tool, measured: tables ([`mod@file`]), masks ([`masks`]) and boxes ([`boxes`]).

mod answers;
pub mod boxes;
mod columns;
mod curves;
pub mod file;
pub mod found;
pub mod masks;
mod request;
mod source;
mod tasks;
mod voxels;

pub use source::folder;
