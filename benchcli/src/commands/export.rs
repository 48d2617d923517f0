//! `benchcli export`: writes baselines for other tools.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Result;
use git2::Oid;
use jiff::Timestamp;

use super::Outcome;
use crate::args::benchcli::{ExportArgs, ExportFormat};
use crate::atomic_file::unwritable;
use crate::baseline::exchange::export::{Exporter, Form};
use crate::baseline::{self, Note, Store, history};
use crate::pipeline::baselines::warn_of_faults;
use crate::ui;

/// Runs the command.
///
/// # Errors
/// A commit has no baseline, or the output cannot be written.
pub fn run(args: &ExportArgs) -> Result<Outcome> {
    let store = Store::open(Path::new("."))?;
    let notes = store.notes()?;
    let mut commits = Vec::new();
    for revision in &args.revisions {
        let commit = store.noted(&notes, revision)?;
        if !notes.has(commit)? {
            return Err(baseline::missing(&notes, revision));
        }
        commits.push((time(&store, commit), commit));
    }
    if args.revisions.is_empty() {
        for commit in notes.commits()? {
            commits.push((time(&store, commit), commit));
        }
        history::sort(store.repo(), &mut commits);
    }
    let form = match args.format {
        _ if args.json => Form::JsonLines,
        ExportFormat::Text => Form::Text,
        ExportFormat::Jsonl => Form::JsonLines,
        ExportFormat::Csv => Form::Csv,
    };
    let mut out: BufWriter<Box<dyn Write>> = BufWriter::new(match &args.output {
        Some(path) => Box::new(File::create(path).map_err(|error| unwritable(path, error))?),
        None => Box::new(ui::stdout()),
    });
    let mut exporter = Exporter::new(&mut out, form)?;
    for (time, commit) in commits {
        let text = notes.text(commit)?;
        let note = Note::parse(&text);
        warn_of_faults(commit, &note);
        for recording in note.recordings() {
            exporter.recording(commit, time, recording)?;
        }
    }
    out.flush()?;
    Ok(Outcome::Pass)
}

fn time(store: &Store, commit: Oid) -> Option<Timestamp> {
    history::time(&store.repo().find_commit(commit).ok()?)
}
