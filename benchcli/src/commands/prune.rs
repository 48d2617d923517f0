//! `benchcli prune`: old baselines go.

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use serde::Serialize;

use super::Outcome;
use super::baselines::short;
use crate::args::benchcli::PruneArgs;
use crate::baseline::Store;
use crate::baseline::prune::{self, Rule};
use crate::report::counted;

#[derive(Serialize)]
struct Report {
    dry_run: bool,
    baselines: usize,
    pruned: Vec<Entry>,
    bytes: usize,
}

#[derive(Serialize)]
struct Entry {
    commit: String,
    last_recorded: Option<String>,
    recordings: usize,
    bytes: usize,
}

/// Runs the command.
///
/// # Errors
/// The notes cannot be read or written.
pub fn run(args: &PruneArgs) -> Result<Outcome> {
    let store = Store::open(Path::new("."))?;
    let before = Timestamp::now().checked_sub(args.older_than);
    let rule = Rule {
        before: before.context("--older-than: no date is that long ago")?,
        keep_every: args.keep_every,
    };
    let (doomed, all) = prune::doomed(&store, &store.notes()?, &rule)?;
    if !args.dry_run && !doomed.is_empty() {
        prune::remove(&store, &doomed)?;
    }
    let report = Report {
        dry_run: args.dry_run,
        baselines: all,
        bytes: doomed.iter().map(|it| it.bytes).sum(),
        pruned: doomed
            .iter()
            .map(|it| Entry {
                commit: it.commit.to_string(),
                last_recorded: it.last.map(|at| at.to_string()),
                recordings: it.recordings,
                bytes: it.bytes,
            })
            .collect(),
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    if args.json {
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        text(&mut out, &report)?;
    }
    out.flush()?;
    Ok(Outcome::Pass)
}

fn text(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    for entry in &report.pruned {
        let date = entry.last_recorded.as_deref().and_then(|at| at.get(..10));
        writeln!(
            out,
            "{}  {}  {:>9} bytes in {}",
            short(&entry.commit),
            date.unwrap_or("-"),
            entry.bytes,
            counted(entry.recordings, "recording")
        )?;
    }
    let is = if report.dry_run {
        "would go"
    } else {
        "are gone"
    };
    writeln!(
        out,
        "{} of {} {is}, {} bytes",
        report.pruned.len(),
        counted(report.baselines, "baseline"),
        report.bytes
    )?;
    if !report.dry_run && !report.pruned.is_empty() {
        writeln!(
            out,
            "the history of refs/notes/benchmarks still has them; `benchcli push` removes them for others"
        )?;
    }
    Ok(())
}
