//! The program behind `benchdiff` and `benchcli`.

pub mod args;
pub mod baseline;
pub mod commands;
