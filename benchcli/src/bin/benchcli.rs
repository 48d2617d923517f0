//! `benchcli`: a regression gate for Go benchmarks with baselines in git.

use std::process::ExitCode;

use benchcli::args::benchcli::Benchcli;
use benchcli::commands::{conclude, dispatch};
use clap::Parser as _;

fn main() -> ExitCode {
    conclude("benchcli", dispatch(Benchcli::parse()))
}
