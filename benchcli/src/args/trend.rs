//! The command line of `benchcli trend`.

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::Color;
use super::history::{HistoryArgs, HistoryOptions};
use super::number::whole_from;

/// What `benchcli trend --help` begins with.
pub const ABOUT: &str = "\
Shows how benchmarks changed over the commits that have baselines, and which commits changed \
them.

The history follows first parents from HEAD, so a merge counts as a single commit. A series is \
one benchmark in one unit in one environment; it has gaps where commits have no baseline. A step \
is a change to a new level, a drift is a gradual change from one level to another, and a spike is \
a deviation that lasts only a few commits. If the commits right before a change were not measured, \
any of them may have caused it.";

/// Options of `benchcli trend`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  benchcli trend
  benchcli trend --since 90d --filter 'pkg:example.com/codec .unit:ns/op'
  benchcli trend --range v1.4.0..main --unit ns/op,allocs/op --format markdown
  benchcli pull && benchcli trend --fail-on-new 10

A change is confirmed only after a few measured commits: three in a history of 100 commits, four in
a history of 1,000. Until then it is shown as pending and never causes a failure. So
--fail-on-new should cover at least 5 commits.

To continue the history of a renamed benchmark under its new name, add OLD = \"NEW\" to benchcli.toml;
for example, if Encode is now Marshal:
  [rename]
  Encode = \"Marshal\"

Exit status: 0, even if only one commit has a baseline; 1 with --fail-on-new if a benchmark
regressed in the last N commits and has not been fixed since; 2 if a flag is invalid, or nothing
can be shown: no baseline in the selected range, or no matching series.

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/trends.md")]
pub struct TrendArgs {
    #[command(flatten)]
    history: HistoryArgs,

    /// Also show series without a change
    #[arg(long)]
    all: bool,

    /// Exit 1 if a series regressed in the last N commits
    #[arg(long, value_name = "N", value_parser = whole_from(1_u32))]
    fail_on_new: Option<u32>,

    /// The output format
    #[arg(
        id = "trend_format",
        long = "format",
        value_enum,
        default_value_t,
        value_name = "FORMAT"
    )]
    format: TrendFormat,

    /// When to use colors
    #[arg(
        id = "trend_color",
        long = "color",
        value_enum,
        default_value_t,
        value_name = "WHEN"
    )]
    color: Color,
}

/// How a trend is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum TrendFormat {
    /// For people at a terminal
    #[default]
    Text,
    /// Every point and change, as one JSON document (schema benchcli-trend/2)
    Json,
    /// One row per change
    Csv,
    /// For a comment or a job summary
    Markdown,
}

/// What `benchcli trend` is to do.
#[derive(Debug)]
pub struct TrendOptions {
    /// Which part of the history.
    pub history: HistoryOptions,
    /// Whether series without a change are shown.
    pub all: bool,
    /// How many of the last commits must not make anything worse.
    pub fail_on_new: Option<usize>,
    /// How to print.
    pub format: TrendFormat,
    /// When to colour.
    pub color: Color,
}

impl TrendArgs {
    /// Checks every value, and reads the configuration file.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub fn into_options(self) -> Result<TrendOptions> {
        Ok(TrendOptions {
            history: self.history.into_options()?,
            all: self.all,
            fail_on_new: self.fail_on_new.map(|count| count as usize),
            format: self.format,
            color: self.color,
        })
    }
}
