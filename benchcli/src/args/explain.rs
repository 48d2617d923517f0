//! The command line of `benchcli explain`.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::go::{BaseSource, GoArgs, Versions};
use super::number::whole_from;
use super::profile::ProfileFormat;
use crate::profile::render::TableSize;

/// What `benchcli explain --help` begins with.
pub const ABOUT: &str = "\
Names the functions that contribute most to the difference between a base and the working tree.

benchcli builds both versions as `benchcli run` does. It then runs each benchmark three times \
per side, alternating between the sides, with CPU and mutex profiles, and three times with a \
memory profile of every allocation. It prints the difference per operation, with its noise; a \
longer --benchtime detects smaller differences. Memory profiles count small objects that share a block as one, so alloc_objects can be lower than allocs/op.";

/// Options of `benchcli explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  benchcli explain --bench Encode
  benchcli explain --base v1.4.0 --bench 'Encode/n=100$' --pkg ./codec --lines
  benchcli explain --bench Encode --flame flames --format markdown > explained.md

Exit status: 0, or 2 if a flag is invalid, a version does not build or nothing could be explained.

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/profiles.md")]
pub struct ExplainArgs {
    /// The base: a commit, or `auto` as for `benchcli run`
    #[arg(long, value_name = "REV|auto", default_value = "auto")]
    base: String,
    #[command(flatten)]
    go: GoArgs,
    /// The maximum number of benchmarks to explain
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = whole_from(1_usize))]
    most: usize,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: ProfileFormat,
    /// Show lines instead of functions
    #[arg(long)]
    lines: bool,
    /// The maximum number of rows in each table
    #[arg(long, value_name = "ROWS", default_value_t = 10, value_parser = whole_from(0_usize))]
    top: usize,
    /// Write differential flame graphs to this folder
    #[arg(long, value_name = "DIR")]
    flame: Option<PathBuf>,
}

/// What to explain, and how to say it.
#[derive(Debug)]
pub struct ExplainOptions {
    /// What is compared.
    pub versions: Versions,
    /// The most benchmarks.
    pub most: usize,
    /// The output format.
    pub format: ProfileFormat,
    /// How much of each table.
    pub table_size: TableSize,
    /// Where flame graphs go.
    pub flame: Option<PathBuf>,
}

impl ExplainArgs {
    /// Checks every value.
    ///
    /// # Errors
    /// The first one that is wrong.
    pub fn into_options(self) -> Result<ExplainOptions> {
        Ok(ExplainOptions {
            versions: Versions::Go(
                self.go
                    .into_options(BaseSource::Commit(self.base), Vec::new())?,
            ),
            most: self.most,
            format: self.format,
            table_size: TableSize {
                rows: self.top,
                by_line: self.lines,
            },
            flame: self.flame,
        })
    }
}
