//! Commands on files: no Go, and a repository only where one is made.

mod bad_input;
mod check;
mod color;
mod formats;
#[path = "../json_schema/mod.rs"]
mod json_schema;
mod outcome;
#[path = "../picture/mod.rs"]
mod picture;
mod plot;
mod schemas;
mod unusual_inputs;
mod visible;
