//! The command line of `benchcli check`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context as _, Result, anyhow};
use benchparse::format::RepairMode;
use benchparse::gate::Policy;
use benchparse::query::Filter;
use clap::{Args, ValueEnum};

use super::Color;
use super::diff::{parsed, repair_mode};
use super::go::{CONFIRMING, GoOptions};
use super::number::{whole, whole_from};
use crate::config::{ActionName, Amount, Loaded, NAME_ONE, NO_GATE, Threshold};
use crate::hint::WithHint as _;
use crate::sample_counts::{RECOMMENDED, min_samples_help};

/// What stands for the baseline that fits the new results.
pub const AUTO: &str = "auto";

/// What `benchcli check --help` ends with.
pub const EXAMPLES: &str = concat!(
    "\
Examples:
  benchcli check old.txt new.txt
  go test -run '^$' -bench . -benchmem -count 10 ./... | benchcli check - --base auto
  benchcli check new.txt --base v1.4.0 --threshold 5% --report markdown=summary.md
  benchcli check new.txt --confirm --benchtime 100ms
  benchcli check new.txt --base old.txt --filter '.unit:(B/op OR allocs/op)'

Put settings that you always use into benchcli.toml, in the current directory or any parent \
directory, up to the repository root. Flags override the file. In the file, the last [[rule]] that \
matches a row overrides the general settings. `benchcli config show` prints the settings in effect.

",
    times_in_seconds!(),
    "\n\n",
    exit_status!(),
    "

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/verdicts.md
and https://github.com/benchparse/benchparse/blob/main/benchcli/docs/exit-status-and-json.md"
);

/// Options of `benchcli check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Files with the output of `go test -bench`, or - for standard input: OLD and NEW, or only NEW
    /// with --base
    #[arg(required = true, value_name = "[OLD] NEW")]
    files: Vec<OsString>,

    /// The base: a file, a commit with a baseline, or `auto` (the nearest baseline from the same
    /// environment); repeatable for files [default: OLD, else auto]
    #[arg(long, value_name = "FILE|REV|auto")]
    base: Vec<OsString>,

    /// If the base is a commit: measure the benchmarks that may have regressed once more, interleaving the base
    /// and the working tree, and fail only those that regress again
    #[arg(long)]
    confirm: bool,

    /// The number of rounds of --confirm
    #[arg(long, value_name = "N", default_value_t = CONFIRMING * RECOMMENDED, requires = "confirm", value_parser = whole(1..=10_000_u32))]
    rounds: u32,

    /// The time or the number of iterations of each run of --confirm, as for `go test -benchtime`
    #[arg(long, value_name = "T", requires = "confirm")]
    benchtime: Option<String>,

    #[command(flatten)]
    gate: GateArgs,

    /// With --confirm: flags for the go command and the test binaries
    #[arg(last = true, value_name = "GO FLAGS", requires = "confirm")]
    go_flags: Vec<OsString>,
}

/// The options of the gate.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct GateArgs {
    /// Judge only the measurements that match this query, such as '.name:Encode .unit:ns/op'
    #[arg(
        id = "gate_filter",
        long = "filter",
        value_name = "QUERY",
        default_value = "*",
        allow_hyphen_values = true
    )]
    filter: OsString,

    /// The smallest change that counts as a regression, such as 5%, or '3% or 1ns' to ignore changes
    /// below either [default: 3% if the sides were interleaved,
    /// else 10%]
    #[arg(long, value_name = "PERCENT", value_parser = Threshold::from_str)]
    threshold: Option<Threshold>,

    /// The false discovery rate over all timings of the run [default: 0.05]
    #[arg(long, value_name = "RATE", value_parser = rate)]
    q: Option<f64>,

    #[arg(long, help = min_samples_help(), value_name = "N", value_parser = whole_from(0_usize))]
    min_samples: Option<usize>,

    /// Treat the inputs as interleaved runs (files saved by `benchcli run` are already marked as interleaved)
    #[arg(long)]
    interleaved: bool,

    /// Judge timings even if the machine's speed seems to have changed between base and head
    #[arg(long)]
    assume_stable: bool,

    /// The units that can fail the run, such as ns/op,B/op [default: all]
    #[arg(long, value_name = "UNIT,…", value_delimiter = ',')]
    gate: Option<Vec<String>>,

    /// What to do about trade-offs: benchmarks that improve in one unit and regress in another
    /// [default: fail]
    #[arg(long, value_enum, value_name = "ACTION")]
    traded: Option<ActionName>,

    /// What to do about inconclusive rows [default: warn]
    #[arg(long, value_enum, value_name = "ACTION")]
    inconclusive: Option<ActionName>,

    /// What to do about benchmarks that are missing from the head [default: warn]
    #[arg(long, value_enum, value_name = "ACTION")]
    missing: Option<ActionName>,

    /// The same as --missing=fail
    #[arg(long, conflicts_with = "missing")]
    fail_on_missing: bool,

    /// The same as --inconclusive=fail
    #[arg(long, conflicts_with = "inconclusive")]
    fail_on_inconclusive: bool,

    /// Pass even if the base failed and there is nothing to compare
    #[arg(long)]
    allow_broken_base: bool,

    /// Ignore differences in these configuration keys
    #[arg(
        id = "gate_ignore",
        long = "ignore",
        value_name = "KEY,…",
        value_delimiter = ','
    )]
    ignore: Option<Vec<String>>,

    /// Configuration keys that describe the environment [default: cpu,goos,goarch]
    #[arg(long, value_name = "KEY,…", value_delimiter = ',')]
    environment: Option<Vec<String>>,

    /// Use this configuration file
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,

    /// Use no configuration file
    #[arg(long)]
    no_config: bool,

    /// The format of the report on standard output
    #[arg(
        id = "gate_format",
        long = "format",
        value_enum,
        default_value_t,
        value_name = "FORMAT"
    )]
    format: ReportFormat,

    /// Also write a report to a file; repeatable
    #[arg(long = "report", value_name = "FORMAT=FILE")]
    reports: Vec<ReportTo>,

    /// Reject malformed input (such as UTF-16 or terminal escape codes) instead of cleaning it up
    #[arg(id = "gate_strict", long = "strict")]
    strict: bool,

    /// When to use colors
    #[arg(
        id = "gate_color",
        long = "color",
        value_enum,
        default_value_t,
        value_name = "WHEN"
    )]
    color: Color,
}

fn rate(text: &str) -> Result<f64, &'static str> {
    text.parse()
        .map_err(|_| "expected a number between 0 and 1, such as 0.05")
}

/// How verdicts are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ReportFormat {
    /// For people at a terminal
    #[default]
    Text,
    /// For a comment or a job summary
    Markdown,
    /// Everything, as one JSON document (schema benchcli-check/3)
    Json,
    /// JUnit XML, one test case per benchmark
    Junit,
    /// GitHub Actions workflow commands
    Github,
    /// GitLab Code Quality JSON
    Gitlab,
}

/// A report and where it goes.
#[derive(Debug, Clone)]
pub struct ReportTo {
    /// How it is printed.
    pub format: ReportFormat,
    /// The file.
    pub path: PathBuf,
}

impl FromStr for ReportTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = text
            .split_once('=')
            .filter(|(_, path)| !path.is_empty())
            .ok_or("expected FORMAT=FILE, such as markdown=summary.md")?;
        Ok(Self {
            format: ReportFormat::from_str(format, false)
                .map_err(|_| format!("unknown format {format}; expected text, markdown, json, junit, github or gitlab"))?,
            path: path.into(),
        })
    }
}

/// What a check is to do.
#[derive(Debug)]
pub struct CheckOptions {
    /// The new inputs as they were written.
    pub new: Vec<OsString>,
    /// The baselines as they were written, at least one.
    pub base: Vec<OsString>,
    /// How many rounds measure again what may have regressed; none where nothing is confirmed.
    pub confirming_rounds: u32,
    /// How to measure it.
    pub go: GoOptions,
    /// The gate's settings.
    pub gate: GateOptions,
}

/// The gate's settings, with the configuration file's.
#[derive(Debug)]
pub struct GateOptions {
    /// Which measurements to take.
    pub filter: Filter,
    /// What the gate is told; whether the sides are interleaved is known only with the inputs.
    pub policy: Policy,
    /// The least amount that a change must reach, for rows without a threshold of their own.
    pub least: Option<Amount>,
    /// The configuration file.
    pub loaded: Loaded,
    /// The units that may fail a run.
    pub gated: Option<Vec<String>>,
    /// Configuration keys that may differ.
    pub ignore: Vec<String>,
    /// Configuration keys that name the environment.
    pub environment: Vec<String>,
    /// How to print.
    pub format: ReportFormat,
    /// What else to print, and where.
    pub reports: Vec<ReportTo>,
    /// What to do with input that is not plain.
    pub repair_mode: RepairMode,
    /// Whether a base that failed in all that could be compared passes.
    pub allow_broken_base: bool,
    /// When to colour.
    pub color: Color,
}

impl CheckArgs {
    /// Checks every value, and reads the configuration file.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub fn into_options(self) -> Result<CheckOptions> {
        let (base, new) = match (&self.base[..], &self.files[..]) {
            ([], [old, new]) => (vec![old.clone()], vec![new.clone()]),
            ([], [_]) => (vec![AUTO.into()], self.files),
            ([], files) => {
                return Err(
                    anyhow!("{} files, and it is not clear which are old", files.len())
                        .hint("name the old ones: --base OLD1 --base OLD2 NEW…"),
                );
            }
            _ => (self.base, self.files),
        };
        Ok(CheckOptions {
            new,
            base,
            confirming_rounds: if self.confirm { self.rounds } else { 0 },
            go: GoOptions::everything(self.benchtime, self.go_flags)?,
            gate: self.gate.into_options()?,
        })
    }
}

impl Default for GateArgs {
    fn default() -> Self {
        Self {
            filter: "*".into(),
            threshold: None,
            q: None,
            min_samples: None,
            interleaved: false,
            assume_stable: false,
            gate: None,
            traded: None,
            inconclusive: None,
            missing: None,
            fail_on_missing: false,
            fail_on_inconclusive: false,
            allow_broken_base: false,
            ignore: None,
            environment: None,
            config: None,
            no_config: false,
            format: ReportFormat::default(),
            reports: Vec::new(),
            strict: false,
            color: Color::default(),
        }
    }
}

impl GateArgs {
    /// The defaults with a configuration file, or with the one that is found.
    pub fn of_config(config: Option<PathBuf>) -> Self {
        Self {
            config,
            ..Self::default()
        }
    }

    /// Checks every value, and reads the configuration file.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub fn into_options(self) -> Result<GateOptions> {
        let loaded = match (&self.config, self.no_config) {
            (Some(path), _) => Loaded::from_file(path)?,
            (None, true) => Loaded::default(),
            (None, false) => {
                let here =
                    std::env::current_dir().context("the working directory no longer exists")?;
                Loaded::find(&here)?
            }
        };
        let mut policy = loaded.config.policy();
        let threshold = self.threshold.as_ref().or(loaded.config.threshold.as_ref());
        policy.threshold = threshold.map(|threshold| threshold.relative.0);
        let least = threshold.and_then(|threshold| threshold.least.clone());
        policy.q = self.q.unwrap_or(policy.q);
        policy.min_samples = self.min_samples.unwrap_or(policy.min_samples);
        policy.interleaved = self.interleaved;
        policy.assume_stable |= self.assume_stable;
        let missing = self
            .fail_on_missing
            .then_some(ActionName::Fail)
            .or(self.missing);
        let inconclusive = self
            .fail_on_inconclusive
            .then_some(ActionName::Fail)
            .or(self.inconclusive);
        for (action, name) in [
            (&mut policy.on_traded, self.traded),
            (&mut policy.on_inconclusive, inconclusive),
            (&mut policy.on_missing, missing),
        ] {
            if let Some(name) = name {
                *action = name.into();
            }
        }
        policy.check()?;
        let config = &loaded.config;
        let options = GateOptions {
            filter: parsed("-filter", Filter::parse(self.filter.as_encoded_bytes()))?,
            policy,
            least,
            gated: match self.gate {
                Some(units) => Some(units.into_iter().filter(|unit| !unit.is_empty()).collect()),
                None => config.gate.clone(),
            },
            ignore: self
                .ignore
                .or_else(|| config.ignore.clone())
                .unwrap_or_default(),
            environment: self
                .environment
                .unwrap_or_else(|| config.environment_keys()),
            loaded,
            format: self.format,
            reports: self.reports,
            repair_mode: repair_mode(self.strict),
            allow_broken_base: self.allow_broken_base,
            color: self.color,
        };
        if options.gated.as_ref().is_some_and(Vec::is_empty) {
            return Err(anyhow!(NO_GATE).hint(NAME_ONE));
        }
        Ok(options)
    }
}

/// `benchcli config check|show|units|schema`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ConfigAction {
    /// Report errors in the file
    Check,
    /// Print all settings, including defaults
    Show,
    /// List the units of results, which values of each are better, and how it is judged
    Units,
    /// Print the JSON Schema of the file
    Schema,
}

/// Options of `benchcli config`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  benchcli config check
  benchcli config show
  benchcli config units new.txt
  benchcli config schema > benchcli.schema.json

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/configuration.md")]
pub struct ConfigArgs {
    /// What to do
    #[arg(value_enum)]
    pub action: ConfigAction,
    /// For `units`: files with benchmark results, or - for standard input [default: the nearest baseline]
    #[arg(value_name = "FILE")]
    pub files: Vec<OsString>,
    /// The file [default: benchcli.toml in the current directory or any parent directory]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}
