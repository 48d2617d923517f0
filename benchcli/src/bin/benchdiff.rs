//! The `benchdiff` program.

use std::process::ExitCode;

use benchcli::args::{diff::DiffArgs, gnu_style};
use benchcli::commands::{conclude, diff};
use clap::{CommandFactory as _, FromArgMatches as _};

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let command = DiffArgs::command();
    let arguments = gnu_style(&command, std::env::args_os());
    let options = match DiffArgs::from_arg_matches(&command.get_matches_from(arguments)) {
        Ok(arguments) => arguments.into_options(),
        Err(error) => error.format(&mut DiffArgs::command()).exit(),
    };
    conclude("benchdiff", options.and_then(diff::run))
}
