//! `benchcli`: Go benchmark results compared, ranked, judged and kept.

use std::process::ExitCode;

use benchcli::args::benchcli::{Benchcli, Command};
use benchcli::commands::{conclude, rank};
use clap::Parser as _;

fn main() -> ExitCode {
    let result = match Benchcli::parse().command {
        Command::Rank(arguments) => arguments.into_options().and_then(rank::run),
    };
    conclude("benchcli", result)
}
