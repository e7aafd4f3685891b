//! Any predictions, from any tool, measured: tables, masks and boxes.

mod answers;
mod boxes;
mod columns;
mod curves;
pub mod found;
mod kind;
mod masks;
pub mod request;
mod source;
mod table;
mod tasks;
mod voxels;

pub use kind::measure;
