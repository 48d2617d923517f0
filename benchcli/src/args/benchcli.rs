//! The command line of `benchcli`.

use clap::{Parser, Subcommand};

use super::rank::RankArgs;

/// Go benchmark results: compared, ranked, judged and kept
#[derive(Debug, Parser)]
#[command(name = "benchcli", version, arg_required_else_help = true)]
pub struct Benchcli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Rank alternatives within one run against each other
    Rank(RankArgs),
}
