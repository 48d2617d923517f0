//! `benchcli show`: prints what is stored for a commit.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::{Result, bail};
use serde::Serialize;

use super::Outcome;
use crate::args::benchcli::ShowArgs;
use crate::baseline::{self, Note, Recording, Store};
use crate::pipeline::baselines::{RecordingReport, short, warn_of_faults};
use crate::ui;
use crate::visible::visible_bytes;

/// What is stored for a commit.
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct Report {
    commit: String,
    recordings: Vec<RecordingReport>,
}

/// Runs the command.
///
/// # Errors
/// There is no such baseline or recording.
pub fn run(args: &ShowArgs) -> Result<Outcome> {
    let store = Store::open(Path::new("."))?;
    let notes = store.notes()?;
    let commit = store.noted(&notes, &args.revision)?;
    let text = notes.text(commit)?;
    let note = Note::parse(&text);
    if note.is_empty() {
        return Err(baseline::missing(&notes, &args.revision));
    }
    warn_of_faults(commit, &note);
    let mut out = ui::stdout();
    let Some(run) = &args.run else {
        if args.json {
            return json(&mut out, commit, &note.recordings());
        }
        out.write_all(&shown(&text))?;
        return Ok(Outcome::Pass);
    };
    let recordings = note.recordings();
    let is_meant = |it: &&&Recording<'_>| it.header.id.to_string().starts_with(run);
    let meant: Vec<_> = recordings.iter().filter(is_meant).copied().collect();
    match meant[..] {
        [_] if args.json => return json(&mut out, commit, &meant),
        [recording] => out.write_all(&shown(&recording.text))?,
        _ => {
            let ids = recordings.iter().map(|it| short(it.header.id));
            let ids: Vec<_> = ids.collect();
            let known = match &ids[..] {
                [only] => format!("the only id is {only}"),
                _ => format!("the ids are {}", ids.join(", ")),
            };
            let count = if meant.is_empty() {
                "no"
            } else {
                "more than one"
            };
            bail!(
                "--run {run}: {count} recording of commit {} has an id with this prefix; {known}",
                short(commit)
            );
        }
    }
    Ok(Outcome::Pass)
}

/// The text to the byte, as other programs want it; on a terminal without what that would obey.
fn shown(text: &[u8]) -> Cow<'_, [u8]> {
    if io::stdout().is_terminal() {
        visible_bytes(text)
    } else {
        Cow::Borrowed(text)
    }
}

fn json(
    out: &mut impl io::Write,
    commit: git2::Oid,
    recordings: &[&Recording<'_>],
) -> Result<Outcome> {
    let report = Report {
        commit: commit.to_string(),
        recordings: recordings
            .iter()
            .map(|it| RecordingReport::new(it, true))
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)?;
    Ok(Outcome::Pass)
}
