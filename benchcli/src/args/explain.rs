//! `benchcli explain`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::number::whole_from;
use super::profile::ProfileFormat;
use super::run::{GoArgs, Versions};
use crate::profile::render::TableSize;

/// What `benchcli explain --help` begins with.
pub const ABOUT: &str = "\
Says which functions pay for what differs between a base and what is checked out.

Both versions are built as `benchcli run` builds them. Each benchmark then runs on both sides in turn \
with profiles of processors and locks, and with a memory profile of every allocation, three times each \
and as often on one side as on the other; the difference is told per operation, with its noise; a longer --benchtime sees smaller ones. A memory profile \
counts small objects that share a block once, so that alloc_objects can be below allocs/op.";

/// Options of `benchcli explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  benchcli explain --bench Encode
  benchcli explain --base v1.4.0 --bench 'Encode/n=100$' --pkg ./codec --lines
  benchcli explain --bench Encode --flame flames --format markdown > explained.md

Exit status: 0, or 2 where a flag is wrong, a version does not build or nothing could be explained.")]
pub struct ExplainArgs {
    /// What to compare with: a commit, or `auto` as of `benchcli run`
    #[arg(long, value_name = "REV|auto", default_value = "auto")]
    base: String,
    #[command(flatten)]
    go: GoArgs,
    /// The most benchmarks to explain
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = whole_from(1_usize))]
    most: usize,
    /// The form of the output
    #[arg(long, value_enum, default_value_t)]
    format: ProfileFormat,
    /// Show lines instead of functions
    #[arg(long)]
    lines: bool,
    /// The most rows of a table
    #[arg(long, value_name = "ROWS", default_value_t = 10, value_parser = whole_from(0_usize))]
    top: usize,
    /// Write differential flame graphs into this folder
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
    /// The form of the output.
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
            versions: Versions::Go(self.go.into_options(self.base, Vec::new(), false)?),
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
