//! `benchdiff old.txt new.txt`: compares Go benchmark results.

use std::process::ExitCode;

use benchcli::args::{diff::DiffArgs, gnu_style};
use benchcli::commands::{conclude, diff};
use clap::{CommandFactory as _, Parser as _};

fn main() -> ExitCode {
    let arguments = gnu_style(&DiffArgs::command(), std::env::args_os());
    let options = DiffArgs::parse_from(arguments).into_options();
    conclude("benchdiff", options.and_then(diff::run))
}
