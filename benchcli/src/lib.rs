//! The program behind `benchdiff` and `benchcli`.
//!
//! Arguments become typed options ([`args`]), a command reads inputs and asks the library
//! ([`commands`]), a renderer writes the answer ([`report`]).

pub mod args;
pub mod commands;
pub mod inputs;
pub mod report;
