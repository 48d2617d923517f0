//! The programs `benchdiff` and `benchcli`. This package is no library: it shows what its two programs call, and what
//! a program of yours can call is in `benchparse`.
//!
//! `args` parses arguments into typed options, `commands` read inputs and call the library, and `report` writes the
//! results. `baseline` stores results in the repository's notes and finds them again.

#![cfg_attr(
    not(feature = "internals"),
    allow(
        unreachable_pub,
        reason = "what is public in a module is so for the tests"
    )
)]

use std::env;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser as _};

/// Declares modules that are public where the condition holds, and private elsewhere. It is called as the macro of the
/// crate `cfg-if` is, because `cargo fmt` finds the files of modules in no other.
macro_rules! cfg_if {
    (if #[cfg($condition:meta)] { $(pub mod $module:ident;)* }) => { $(
        #[cfg($condition)]
        pub mod $module;
        #[cfg(not($condition))]
        mod $module;
    )* };
}

cfg_if! {
    if #[cfg(feature = "internals")] {
        pub mod args;
        pub mod baseline;
        pub mod commands;
        pub mod config;
        pub mod diagnostics;
        pub mod hint;
        pub mod history;
        pub mod inputs;
        pub mod plot;
        pub mod profile;
        pub mod report;
        pub mod runner;
        pub mod ui;
        pub mod visible;
    }
}

mod atomic_file;
mod base64;
mod go_code;
mod measured_marks;
mod pipeline;
mod plural;
mod sample_counts;
mod unit_words;
mod xml;

/// Is `benchcli`: reads the arguments of this process, and does what they say.
pub fn benchcli() -> ExitCode {
    let command = args::benchcli::Benchcli::command();
    let arguments = args::gnu_style_commands(&command, env::args_os());
    let arguments = args::benchcli::Benchcli::parse_from(arguments);
    commands::conclude("benchcli", commands::benchcli::run(arguments))
}

/// Is `benchdiff`: reads the arguments of this process, and does what they say.
pub fn benchdiff() -> ExitCode {
    let command = args::diff::DiffArgs::command();
    let arguments = args::gnu_style(&command, env::args_os());
    let matches = command.get_matches_from(arguments);
    let options = match args::diff::DiffArgs::from_arg_matches(&matches) {
        Ok(arguments) => arguments.into_options(),
        Err(error) => error.format(&mut args::diff::DiffArgs::command()).exit(),
    };
    commands::conclude("benchdiff", options.and_then(commands::diff::run))
}
