//! `benchcli log`: lists the commits that have baselines.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::Outcome;
use crate::args::benchcli::LogArgs;
use crate::baseline::{Counts, Environment, NoteSummary, Store, history};
use crate::pipeline::baselines::short;
use crate::ui::{self, warn};
use crate::visible::visible;

/// A commit that has a baseline: a line each.
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct Entry {
    commit: String,
    time: Option<String>,
    subject: Option<String>,
    #[serde(flatten)]
    counts: Counts,
    recordings: usize,
    environments: Vec<String>,
    labels: BTreeSet<String>,
    dirty: bool,
    last_recorded: Option<String>,
    faults: Vec<String>,
}

/// Runs the command.
///
/// # Errors
/// The notes cannot be read.
pub fn run(args: &LogArgs) -> Result<Outcome> {
    let store = Store::open(Path::new("."))?;
    let notes = store.notes()?;
    let mut commits = Vec::new();
    for id in notes.commits()? {
        // A note stays when its commit is rewritten away or was never fetched.
        let commit = store.repo().find_commit(id).ok();
        let time = match &commit {
            Some(commit) => history::time(commit),
            None => NoteSummary::of(&notes.text(id)?).last_recorded,
        };
        commits.push((time, id));
    }
    history::sort(store.repo(), &mut commits);
    commits.reverse();
    commits.truncate(args.max_count.unwrap_or(usize::MAX));

    let mut out = io::BufWriter::new(ui::stdout());
    if commits.is_empty() && !args.json {
        warn("no baselines here");
        ui::hint(
            "run `benchcli pull` to fetch the remote's baselines, or `benchcli record` to create one",
        );
    }
    if !args.json && !commits.is_empty() {
        writeln!(
            out,
            "{:10}  {:10}  {:>10}  {:>7}  {:>10}  environment  subject",
            "commit", "date", "benchmarks", "samples", "recordings"
        )?;
    }
    for (time, id) in commits {
        let summary = NoteSummary::of(&notes.text(id)?);
        let commit = store.repo().find_commit(id).ok();
        let subject = commit.map(|commit| {
            let summary = commit.summary_bytes().unwrap_or_default();
            String::from_utf8_lossy(summary).into_owned()
        });
        let entry = Entry {
            commit: id.to_string(),
            time: time.map(|time| time.to_string()),
            subject,
            counts: summary.counts,
            recordings: summary.recordings,
            environments: summary
                .environments
                .iter()
                .map(Environment::summary)
                .collect(),
            labels: summary.labels,
            dirty: summary.dirty,
            last_recorded: summary.last_recorded.map(|at| at.to_string()),
            faults: summary.faults,
        };
        if args.json {
            // One object a line, so that a long log can be read while it comes.
            serde_json::to_writer(&mut out, &entry)?;
            writeln!(out)?;
        } else {
            line(&mut out, &entry)?;
        }
        for fault in &entry.faults {
            warn(&format!("note of commit {}: {fault}", short(&entry.commit)));
        }
    }
    out.flush()?;
    Ok(Outcome::Pass)
}

fn line(out: &mut impl io::Write, entry: &Entry) -> io::Result<()> {
    let mut environment = entry.environments.join("; ");
    for label in &entry.labels {
        environment.push_str("; ");
        environment.push_str(label);
    }
    if entry.dirty {
        environment.push_str("; dirty");
    }
    let date = entry.time.as_deref().and_then(|time| time.get(..10));
    let text = format!(
        "{:10}  {:10}  {:>10}  {:>7}  {:>10}  {environment}  {}",
        short(&entry.commit),
        date.unwrap_or("-"),
        entry.counts.benchmarks,
        entry.counts.samples,
        entry.recordings,
        entry
            .subject
            .as_deref()
            .unwrap_or("(not in this repository)"),
    );
    writeln!(out, "{}", visible(&text))
}
