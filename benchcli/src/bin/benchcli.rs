//! The `benchcli` program.

use std::env;
use std::process::ExitCode;

use benchcli::args::benchcli::Benchcli;
use benchcli::args::gnu_style_commands;
use benchcli::commands::{self, conclude};
use clap::{CommandFactory as _, Parser as _};

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = gnu_style_commands(&Benchcli::command(), env::args_os());
    conclude(
        "benchcli",
        commands::benchcli::run(Benchcli::parse_from(arguments)),
    )
}
