//! Reads the history for a command and reports anything unusual.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Result;
use benchparse::name::Name;
use benchparse::trend::History;
use git2::Oid;
use jiff::Timestamp;

use super::benchmark_changes::BenchmarkDifferences;
use super::source_version::SourceVersion;
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
    let mut reading = read(&store, &request)?;
    separate_changed_benchmarks(&store, &mut reading.history);
    Ok(reading)
}

/// Tells apart the changes at commits that changed the benchmark itself. Of commits that the clone does not have nothing
/// is known.
fn separate_changed_benchmarks(store: &Store, history: &mut History) {
    let commits: Vec<Option<Oid>> = history
        .commits
        .iter()
        .map(|commit| Oid::from_str(&commit.id).ok())
        .collect();
    let repository = store.repo();
    let version = |at: usize| {
        let commit = commits.get(at).copied().flatten()?;
        SourceVersion::of_commit(repository, commit).ok()
    };
    // A tree may be large, and its modules are found once.
    let mut versions: HashMap<usize, Option<SourceVersion<'_>>> = HashMap::new();
    let mut known: HashMap<(String, [usize; 2]), BenchmarkDifferences> = HashMap::new();
    history.separate_changed_benchmarks(|series, [after, at]| {
        let of = (series.package.clone(), [after, at]);
        let differences = known.entry(of).or_insert_with(|| {
            for at in [after, at] {
                versions.entry(at).or_insert_with(|| version(at));
            }
            let (Some(Some(old)), Some(Some(new))) = (versions.get(&after), versions.get(&at))
            else {
                return BenchmarkDifferences::default();
            };
            BenchmarkDifferences::between(old, new, &[series.package.clone()].into(), None)
        });
        let name = Name::new(series.benchmark.as_bytes());
        let name = String::from_utf8_lossy(name.base()).into_owned();
        let change = differences.changed.get(&(series.package.clone(), name))?;
        change.file.clone()
    });
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
