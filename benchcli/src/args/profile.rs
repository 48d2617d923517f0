//! The command line of `benchcli profile`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Options of `benchcli profile`.
#[derive(Debug, Args)]
pub struct ProfileArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ProfileCommand,
}

/// What can be done with profiles.
#[derive(Debug, Subcommand)]
#[non_exhaustive]
pub enum ProfileCommand {
    /// Compare pprof files: which functions pay for the difference
    Diff(ProfileDiffArgs),
}

/// Options of `benchcli profile diff`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  benchcli profile diff old.pprof new.pprof
  benchcli profile diff monday.heap friday.heap --sample-type inuse_space --lines
  benchcli profile diff old.cpu new.cpu --ops 100000,100000 --flame flame.svg
  benchcli profile diff old1.cpu new1.cpu --more-old old2.cpu --more-new new2.cpu

flat is what a function costs itself, cum with all that it calls; both are head minus base, their
shares are of the base, as `go tool pprof -top -diff_base` has them. With repeated profiles, ± is
half the 95 % interval around flat, and what is within the noise is not shown.")]
pub struct ProfileDiffArgs {
    /// The profile of the base
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The profile of the head
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// Another profile of the base, to know the noise; repeatable
    #[arg(long, value_name = "FILE")]
    pub more_old: Vec<PathBuf>,
    /// Another profile of the head; repeatable
    #[arg(long, value_name = "FILE")]
    pub more_new: Vec<PathBuf>,
    /// What to compare, for example `cpu`, `alloc_space` or `inuse_space` [default: the profile's]
    #[arg(long, value_name = "NAME")]
    pub sample_type: Option<String>,
    /// Operations in each profile of the base and of the head, to compare per operation
    #[arg(long, value_name = "OLD,NEW", value_parser = operations)]
    pub ops: Option<(u64, u64)>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub view: ViewArgs,
}

/// How to show a comparison.
#[derive(Debug, Args)]
pub struct ViewArgs {
    /// The form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: ProfileFormat,
    /// Show lines instead of functions
    #[arg(long)]
    pub lines: bool,
    /// The most rows of a table
    #[arg(long, value_name = "ROWS", default_value_t = 20)]
    pub top: usize,
    /// Write a differential flame graph
    #[arg(long, value_name = "FILE.svg")]
    pub flame: Option<PathBuf>,
}

/// The form of a comparison of profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ProfileFormat {
    /// A table for a terminal
    #[default]
    Text,
    /// JSON, with every row
    Json,
    /// A table for a pull request
    Markdown,
}

/// `1000,2000`.
fn operations(text: &str) -> Result<(u64, u64), String> {
    let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
    let parsed = text
        .split_once(',')
        .and_then(|(old, new)| Some((number(old)?, number(new)?)));
    parsed.ok_or_else(|| "expected two numbers above 0, for example 1000,2000".to_owned())
}
