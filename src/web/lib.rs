//! The workbench: what Practicum does for a learner, as pages.
