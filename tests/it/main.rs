//! End-to-end tests, in one binary: each reads like a session at the terminal.

mod bad_input;
mod commands;
mod data;
mod engine;
mod exercises;
mod interrupted;
mod laws;
mod layers;
mod measure;
mod readme;
mod real;
mod reference;
mod session;
