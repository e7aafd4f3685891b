//! What people and machines read of a finished run. Readers of finished values only.

pub mod figures;
pub mod glossary;
pub mod json;
mod layout;
pub mod mark;
pub mod measured;
pub mod montage;
pub mod plot;
pub mod plots;
pub mod rows;
mod spot;
pub mod terminal;
pub mod verdict;
