//! `benchcli`: Go benchmark results compared, ranked, judged and kept.

use std::process::ExitCode;

use benchcli::args::benchcli::Benchcli;
use benchcli::commands::{self, conclude};
use clap::Parser as _;

fn main() -> ExitCode {
    conclude("benchcli", commands::benchcli::run(Benchcli::parse()))
}
