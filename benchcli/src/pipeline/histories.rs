//! Reads the history for a command and reports anything unusual.

use std::path::Path;

use anyhow::Result;
use jiff::Timestamp;

use crate::args::history::HistoryOptions;
use crate::baseline::Store;
use crate::history::{Reading, Request, Since, Window, read};
use crate::plural::counted;
use crate::ui::warn;

/// Reads the history that the options ask for, in the repository that the working directory is in.
///
/// # Errors
/// As of [`read`]; or the range is none.
pub(crate) fn history(options: &HistoryOptions, with_samples: bool) -> Result<Reading> {
    let window = match (&options.range, &options.since) {
        (Some(range), _) => Window::range(range)?,
        (None, Some(since)) => Window::Since(Since::parse(since, Timestamp::now())),
        (None, None) => Window::All,
    };
    let store = Store::open(Path::new("."))?;
    let request = Request {
        window,
        filter: options.filter.clone(),
        units: options.units.clone(),
        environment: options.environment.clone(),
        with_samples,
        sensitivity: options.sensitivity,
        config: &options.config,
    };
    read(&store, &request)
}

/// What is to be said of a history besides its series: a sentence each.
pub(crate) fn remarks(reading: &Reading) -> Vec<String> {
    let history = &reading.history;
    let mut remarks = reading.remarks.clone();
    let measured = history.commits.iter().filter(|it| it.measured).count();
    if measured == 1 {
        remarks.push(
            "only one commit has results, and a trend needs at least two; run `benchcli record --commit REV` to add results for another commit"
                .into(),
        );
    }
    if reading.elsewhere > 0 {
        remarks.push(format!(
            "{} left out: on other branches or rewritten commits, not on the first-parent history (`benchcli init` makes baselines follow rebases)",
            counted(reading.elsewhere, "baseline")
        ));
    }
    for suggestion in &reading.rename_suggestions {
        remarks.push(format!(
            "{old} looks renamed to {new} at {commit}; if so, add `\"{old}\" = \"{new}\"` under [rename] in benchcli.toml",
            old = suggestion.old,
            new = suggestion.new,
            commit = history.short_id(suggestion.at)
        ));
    }
    remarks
}

/// Says them on standard error.
pub(crate) fn print_remarks(remarks: &[String]) {
    for remark in remarks {
        warn(remark);
    }
}
