//! End-to-end tests, in one binary: each reads like a session at the terminal.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]
#![expect(clippy::format_collect, reason = "small tables, written as they read")]

mod answers_alone;
mod authoring;
mod bad_input;
mod checks;
mod class;
mod commands;
mod data;
mod documents;
mod engine;
mod exercises;
mod faults;
mod flips;
mod form;
mod interrupted;
mod laws;
mod layers;
mod linked;
mod masks;
mod measure;
mod one;
mod order_and_table;
mod own_tables;
mod past;
mod pictures;
mod practice;
mod readme;
mod real;
mod records;
mod reference;
mod render;
mod rules;
mod says;
mod session;
mod settings;
mod signals;
mod snapshots;
mod targets;
mod temptations;
mod typing;
mod verdicts;
mod workbench;
mod worker;
mod workspaces;
