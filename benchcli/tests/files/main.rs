//! Commands on files: no Go, and a repository only where one is made.

mod bad_input;
mod check;
mod color;
mod formats;
mod outcome;
mod plot;
mod schemas;
mod unusual_inputs;
mod visible;
