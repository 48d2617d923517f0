//! The command line of `benchcli rank`.

use std::ffi::OsString;

use anyhow::Result;
use benchparse::compare::{TableOptions, Thresholds};
use benchparse::format::RepairMode;
use benchparse::query::{Filter, Key, Projection};
use clap::Args;

use super::diff::{level, parsed, repair_mode};

/// What `benchcli rank --help` begins with.
pub const ABOUT: &str = "\
Ranks alternative implementations within one run, best first.

Benchmarks that differ only in the --by key are alternatives. With .name, these are benchmarks \
whose names differ only in the first part; with a key such as /method, those that differ only in \
that part of the name. Each ratio compares an alternative with the best one; it is a \
Hodges-Lehmann estimate with a confidence interval.";

/// Options of `benchcli rank`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  benchcli rank --filter '.name:(Strconv OR FmtSprint)' bench.txt
  benchcli rank --by /method --filter .name:Concat bench.txt
  go test -bench=Concat -count=10 | benchcli rank --by /method -

Exit status: 0, or 2 if a flag or an input is invalid.

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/filters.md")]
pub struct RankArgs {
    /// Files to read, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    inputs: Vec<OsString>,

    /// The key whose values are the alternatives
    #[arg(long, value_name = "KEY", default_value = ".name")]
    by: OsString,

    /// Use only the measurements that match this query
    #[arg(
        long,
        value_name = "QUERY",
        default_value = "*",
        allow_hyphen_values = true
    )]
    filter: OsString,

    /// Reject malformed input (such as UTF-16 or terminal escape codes) instead of cleaning it up
    #[arg(long)]
    strict: bool,

    /// Rank by this unit
    #[arg(long, value_name = "UNIT", default_value = "sec/op")]
    unit: String,

    /// The confidence level of the intervals
    #[arg(long, value_name = "LEVEL", default_value = "0.95")]
    confidence: OsString,
}

/// What `benchcli rank` is to do.
#[derive(Debug)]
pub struct RankOptions {
    /// The inputs as they were written.
    pub inputs: Vec<OsString>,
    /// The key whose values are the alternatives, as it was written.
    pub by: String,
    /// Columns are alternatives, rows what they have in common.
    pub table_options: TableOptions,
    /// What to do with input that is not the plain output of `go test`.
    pub repair_mode: RepairMode,
    /// The unit to rank by, tidied.
    pub unit: Vec<u8>,
    /// The level of the intervals.
    pub thresholds: Thresholds,
}

impl RankArgs {
    /// Checks every value.
    ///
    /// # Errors
    /// The first flag that is wrong, with what is wrong in it.
    pub fn into_options(self) -> Result<RankOptions> {
        let mut thresholds = Thresholds::default();
        thresholds.confidence = level("confidence", &self.confidence)?;
        let mut table_options = TableOptions::default();
        table_options.filter = parsed("-filter", Filter::parse(self.filter.as_encoded_bytes()))?;
        table_options.col = parsed("-by", Projection::parse(self.by.as_encoded_bytes()))?;
        table_options.ignore = Key::File.into();
        Ok(RankOptions {
            inputs: self.inputs,
            by: self.by.to_string_lossy().into_owned(),
            table_options,
            repair_mode: repair_mode(self.strict),
            unit: benchparse::unit::tidy(self.unit.as_bytes())
                .unit
                .into_owned(),
            thresholds,
        })
    }
}
