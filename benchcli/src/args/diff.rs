//! The command line of `benchdiff` and `benchcli diff`.

use std::ffi::OsString;

use anyhow::{Context as _, Result, anyhow, bail};
use benchparse::compare::{TableOptions, Thresholds};
use benchparse::format::RepairMode;
use benchparse::number::{NumberError, parse_f64};
use benchparse::query::{Filter, Projection, QueryError};
use clap::{Parser, ValueEnum};

use super::Color;

/// Compares Go benchmark results: medians, confidence intervals, and significant differences.
///
/// Each input is a file with the output of `go test -bench`, `label=file`, or `-` for standard
/// input. Tables have one row per benchmark and one column per input. `~` means that there is no
/// significant difference.
///
/// An interval at the default --confidence requires at least 6 samples, and a significant difference
/// at the default --alpha requires at least 4 per side; 10 or more (`-count=10`) are recommended. Times
/// are shown in seconds: ns/op in the input becomes sec/op, so 15.0n sec/op means 15.0 ns/op.
#[derive(Debug, Parser)]
#[command(
    name = "benchdiff",
    version,
    after_help = "Examples:
  go test -run='^$' -bench=. -benchmem -count=10 ./... > old.txt
  benchdiff old.txt new.txt
  benchdiff -filter '.unit:(ns/op OR B/op)' -row .name before=old.txt after=new.txt
  benchdiff --only-changed --sort delta --units ns/op,allocs/op old.txt new.txt
  benchdiff --format markdown old.txt new.txt >> $GITHUB_STEP_SUMMARY
  go test -bench=. -count=10 | benchdiff old.txt -

Flags may be written -flag or --flag. Exit status: 0, or 2 if a flag or an \
input is invalid. With --gate, it also exits 1 on a regression and 3 if the environment shifted.

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/filters.md"
)]
pub struct DiffArgs {
    /// Files to compare, in the order of the columns
    #[arg(required = true, value_name = "[LABEL=]FILE")]
    inputs: Vec<OsString>,

    /// Use only the measurements that match this query
    #[arg(
        long,
        value_name = "QUERY",
        default_value = "*",
        overrides_with = "filter",
        allow_hyphen_values = true
    )]
    filter: OsString,

    /// Print one table for each value of these keys
    #[arg(
        long,
        value_name = "KEYS",
        default_value = ".config",
        overrides_with = "table",
        allow_hyphen_values = true
    )]
    table: OsString,

    /// Print one row for each value of these keys
    #[arg(
        long,
        value_name = "KEYS",
        default_value = ".fullname",
        overrides_with = "row",
        allow_hyphen_values = true
    )]
    row: OsString,

    /// Print one column for each value of these keys
    #[arg(
        long,
        value_name = "KEYS",
        default_value = ".file",
        overrides_with = "col",
        allow_hyphen_values = true
    )]
    col: OsString,

    /// Do not warn if results differ in these keys
    #[arg(
        long,
        value_name = "KEYS",
        default_value = "",
        overrides_with = "ignore",
        allow_hyphen_values = true
    )]
    ignore: OsString,

    /// The significance level: the largest p-value of a significant difference
    #[arg(
        long,
        value_name = "P",
        default_value = "0.05",
        overrides_with = "alpha",
        allow_hyphen_values = true
    )]
    alpha: OsString,

    /// The confidence level of the intervals
    #[arg(
        long,
        value_name = "LEVEL",
        default_value = "0.95",
        overrides_with = "confidence",
        allow_hyphen_values = true
    )]
    confidence: OsString,

    /// The output format
    #[arg(long, value_enum, default_value_t, overrides_with = "format")]
    format: Format,

    /// Show only these units, such as ns/op or sec/op
    #[arg(
        long,
        value_name = "UNIT,…",
        value_delimiter = ',',
        overrides_with = "units"
    )]
    units: Vec<String>,

    /// Show only rows with a significant difference
    #[arg(long)]
    only_changed: bool,

    /// Sort rows by difference, worst first, or by name
    #[arg(long, value_enum, overrides_with = "sort")]
    sort: Option<Sort>,

    /// Judge the second input against the first using the settings in benchcli.toml, and exit 1 on a
    /// regression; `benchcli check` has more flags
    #[arg(long)]
    gate: bool,

    /// Reject malformed input (such as UTF-16 or terminal escape codes) instead of cleaning it up
    #[arg(long)]
    strict: bool,

    /// When to use colors
    #[arg(
        long,
        value_enum,
        default_value_t,
        overrides_with = "color",
        value_name = "WHEN"
    )]
    color: Color,
}

/// How tables are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// A human-readable table
    #[default]
    Text,
    /// Comma-separated values, with the warnings on standard error
    Csv,
    /// One JSON document with every sample (schema benchdiff/2)
    Json,
    /// Markdown tables for GitHub and GitLab, with unchanged rows collapsed
    Markdown,
}

/// How rows are sorted, in place of the order of their projection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Sort {
    /// Worst difference first, best last
    Delta,
    /// By name
    Name,
}

/// What `benchdiff` is to do.
#[derive(Debug)]
pub struct DiffOptions {
    /// The inputs as they were written.
    pub inputs: Vec<OsString>,
    /// What to ask of their results.
    pub table_options: TableOptions,
    /// The units that were asked for, where nothing else restricts the results.
    pub units: Vec<String>,
    /// Thresholds of significance and confidence.
    pub thresholds: Thresholds,
    /// Print verdicts in place of tables.
    pub gate: bool,
    /// What to do with input that is not the plain output of `go test`.
    pub repair_mode: RepairMode,
    /// Leave out rows without a significant difference.
    pub only_changed: bool,
    /// How to sort rows, if not by their projection.
    pub sort: Option<Sort>,
    /// How to print.
    pub format: Format,
    /// When to colour.
    pub color: Color,
}

impl DiffArgs {
    /// Checks every value.
    ///
    /// # Errors
    /// The first flag that is wrong, with what is wrong in it.
    pub fn into_options(self) -> Result<DiffOptions> {
        let mut filter = parsed("filter", Filter::parse(self.filter.as_encoded_bytes()))?;
        let units = if filter.is_everything() {
            self.units.clone()
        } else {
            Vec::new()
        };
        if !self.units.is_empty() {
            filter = filter.and(parsed("units", Filter::parse(unit_query(&self.units)))?);
        }
        let [table, row, col, ignore] = [
            ("table", &self.table),
            ("row", &self.row),
            ("col", &self.col),
            ("ignore", &self.ignore),
        ]
        .map(|(flag, text)| parsed(flag, Projection::parse(text.as_encoded_bytes())));
        let mut table_options = TableOptions::default();
        table_options.filter = filter;
        table_options.table = table?;
        table_options.row = row?;
        table_options.col = col?;
        table_options.ignore = ignore?;
        let mut thresholds = Thresholds::default();
        thresholds.alpha = level("alpha", &self.alpha)?;
        thresholds.confidence = level("confidence", &self.confidence)?;
        Ok(DiffOptions {
            inputs: self.inputs,
            table_options,
            units,
            thresholds,
            gate: self.gate,
            repair_mode: repair_mode(self.strict),
            only_changed: self.only_changed,
            sort: self.sort,
            format: self.format,
            color: self.color,
        })
    }
}

/// The filter that takes measurements of these units.
fn unit_query(units: &[String]) -> Vec<u8> {
    let quoted = units.iter().map(|unit| {
        let escaped = unit.replace('\\', "\\x5c").replace('"', "\\x22");
        format!("\"{escaped}\"")
    });
    let values: Vec<String> = quoted.collect();
    format!(".unit:({})", values.join(" OR ")).into_bytes()
}

/// What `--strict` stands for.
pub(super) fn repair_mode(strict: bool) -> RepairMode {
    if strict {
        RepairMode::Refuse
    } else {
        RepairMode::Repair
    }
}

/// What a query is, or the error with its flag as the program has it.
pub(super) fn parsed<T>(flag: &str, result: std::result::Result<T, QueryError>) -> Result<T> {
    result.map_err(|error| anyhow!("parsing -{flag}: {error}"))
}

/// A number from 0 to 1.
pub(super) fn level(flag: &str, text: &OsString) -> Result<f64> {
    let value = parse_f64(text.as_encoded_bytes())
        .map_err(|error| match error {
            NumberError::Syntax => "parse error",
            NumberError::Range => "value out of range",
        })
        .map_err(anyhow::Error::msg)
        .with_context(|| {
            let text = text.to_string_lossy();
            format!("invalid value {text:?} for flag -{flag}")
        })?;
    if !(0.0..=1.0).contains(&value) {
        bail!("-{flag} must be in range [0, 1]");
    }
    Ok(value)
}
