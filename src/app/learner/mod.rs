//! What a learner has on disk: a workspace per exercise, in the folder `practicum/` of where they stand.

mod asked;
pub mod carry;
pub mod checking;
pub mod courses;
pub mod debrief;
pub mod desk;
pub mod edit;
pub mod forms;
pub mod groups;
pub mod hand_in;
pub mod history;
pub mod look;
pub mod memory;
pub mod practice;
pub mod progress;
pub mod renewal;
pub mod shelf;
pub mod tour;
pub mod variant;
pub mod workspace;
