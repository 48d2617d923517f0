//! Options that select a part of the history.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow};
use benchparse::query::Filter;
use benchparse::trend::Sensitivity;
use clap::{Args, ValueEnum};

use super::diff::parsed;
use crate::config::Loaded;
use crate::hint::WithHint as _;

/// The options of every command that reads a history.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// Start at this date (2026-01-31), age (90d, 12w, 1y) or commit
    #[arg(long, value_name = "DATE|REV", conflicts_with = "range")]
    since: Option<String>,

    /// Use only first-parent commits of B that are not in A
    #[arg(long, value_name = "A..B")]
    range: Option<String>,

    /// Use only the series that match this query
    #[arg(
        id = "history_filter",
        long = "filter",
        value_name = "QUERY",
        default_value = "*",
        allow_hyphen_values = true
    )]
    filter: OsString,

    /// Use only these units, such as ns/op [default: all]
    #[arg(long = "unit", value_name = "UNIT,…", value_delimiter = ',')]
    units: Vec<String>,

    /// Use only environments that contain this text, such as EPYC or pool=large
    #[arg(long = "env", value_name = "TEXT")]
    environment: Option<String>,

    /// How sensitive the search for changes is
    #[arg(long, value_enum, default_value_t, value_name = "LEVEL")]
    sensitivity: SensitivityName,

    /// Use this configuration file
    #[arg(
        id = "history_config",
        long = "config",
        value_name = "FILE",
        conflicts_with = "history_no_config"
    )]
    config: Option<PathBuf>,

    /// Use no configuration file
    #[arg(id = "history_no_config", long = "no-config")]
    no_config: bool,
}

/// How sensitive the search for changes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum SensitivityName {
    /// Report smaller steps, with more false alarms
    Sensitive,
    /// About one false alarm per 1,000 unchanged commits
    #[default]
    Normal,
    /// Report only clear changes
    Calm,
}

impl From<SensitivityName> for Sensitivity {
    fn from(name: SensitivityName) -> Self {
        match name {
            SensitivityName::Sensitive => Self::Sensitive,
            SensitivityName::Normal => Self::Normal,
            SensitivityName::Calm => Self::Calm,
        }
    }
}

/// Which part of the history a command is about.
#[derive(Debug)]
pub struct HistoryOptions {
    /// Where the window begins, as it was written.
    pub since: Option<String>,
    /// The window, as it was written.
    pub range: Option<String>,
    /// Which series.
    pub filter: Filter,
    /// Only these units; all where there is none.
    pub units: Vec<String>,
    /// Only environments with this text in them.
    pub environment: Option<String>,
    /// How ready to report changes.
    pub sensitivity: Sensitivity,
    /// The configuration file.
    pub config: Loaded,
}

impl HistoryArgs {
    /// Refuses what chooses a part of the history, for what has none.
    ///
    /// # Errors
    /// The first such option.
    pub fn refuse_window(&self, of: &str) -> Result<()> {
        for (name, is_given) in [
            ("--since", self.since.is_some()),
            ("--range", self.range.is_some()),
            ("--env", self.environment.is_some()),
        ] {
            if is_given {
                return Err(
                    anyhow!("{name} chooses from the history, and {of} have none")
                        .hint("omit this flag"),
                );
            }
        }
        Ok(())
    }

    /// Checks every value, and reads the configuration file.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub fn into_options(self) -> Result<HistoryOptions> {
        let config = match (&self.config, self.no_config) {
            (Some(path), _) => Loaded::from_file(path)?,
            (None, true) => Loaded::default(),
            (None, false) => {
                let here =
                    std::env::current_dir().context("the working directory no longer exists")?;
                Loaded::find(&here)?
            }
        };
        let units = self.units.into_iter().filter(|unit| !unit.is_empty());
        Ok(HistoryOptions {
            since: self.since,
            range: self.range,
            filter: parsed("-filter", Filter::parse(self.filter.as_encoded_bytes()))?,
            units: units.collect(),
            environment: self.environment,
            sensitivity: self.sensitivity.into(),
            config,
        })
    }
}
