//! The programs `benchdiff` and `benchcli`.
//!
//! Arguments become typed options ([`args`]), a command reads inputs and asks the library
//! ([`commands`]), a renderer writes the answer ([`report`]). What was measured before is in the
//! repository's notes ([`baseline`]).

pub mod args;
mod atomic_file;
mod base64;
pub mod baseline;
pub mod commands;
pub mod config;
pub mod diagnostics;
pub mod hint;
pub mod history;
pub mod inputs;
mod pipeline;
pub mod plot;
mod plural;
pub mod profile;
pub mod report;
pub mod runner;
mod sample_counts;
pub mod ui;
mod unit_words;
pub mod visible;
mod xml;
