//! The programs `benchdiff` and `benchcli`.
//!
//! [`args`] parses arguments into typed options, [`commands`] read inputs and call the library, and
//! [`report`] writes the results. [`baseline`] stores results in the repository's notes and finds them again.

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
pub mod profile;
pub mod report;
pub mod runner;
pub mod ui;
pub mod visible;
mod wording;
mod xml;
