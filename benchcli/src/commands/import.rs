//! `benchcli import`: stores results of other tools as baselines.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Result, bail};
use git2::Oid;
use serde::Serialize;

use super::Outcome;
use crate::args::benchcli::ImportArgs;
use crate::baseline::exchange::{self, Kept};
use crate::baseline::{Contents, Header, Recording, Store, history, storable};
use crate::pipeline::failure::in_one_line;
use crate::plural::counted;
use crate::ui::{self, warn};

/// What was imported.
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct Report {
    commits: usize,
    added: usize,
    known: usize,
    skipped: Vec<String>,
}

/// Runs the command.
///
/// # Errors
/// A source cannot be read, there is nothing in it to store, or it could not be stored.
pub fn run(args: &ImportArgs) -> Result<Outcome> {
    let store = Store::open(Path::new("."))?;
    let mut all: BTreeMap<Oid, Vec<Recording<'static>>> = BTreeMap::new();
    let mut skipped = Vec::new();
    for source in &args.sources {
        let imported = exchange::import(&store, source)?;
        skipped.extend(imported.skipped);
        for kept in imported.kept {
            match recording(&store, args, kept) {
                Ok((commit, recording)) => all.entry(commit).or_default().push(recording),
                Err(reason) => skipped.push(reason),
            }
        }
    }
    for reason in &skipped {
        warn(&format!("skipped {reason}"));
    }
    if all.is_empty() {
        bail!("found nothing to import in {}", args.sources.join(", "));
    }
    let all: Vec<_> = all.into_iter().collect();
    let recorded = store.record_all(&all)?;
    let report = Report {
        commits: all.len(),
        added: recorded.added,
        known: recorded.known,
        skipped,
    };
    ui::answer(args.json, &report, |out| {
        let added = counted(recorded.added, "recording");
        write!(out, "{added} for {}", counted(all.len(), "commit"))?;
        if recorded.known > 0 {
            write!(out, ", {} already stored", recorded.known)?;
        }
        writeln!(out)
    })?;
    Ok(Outcome::Pass)
}

/// The recording of what was kept and the commit that it is of, or why there is none.
fn recording(
    store: &Store,
    args: &ImportArgs,
    kept: Kept,
) -> Result<(Oid, Recording<'static>), String> {
    let Kept {
        revision,
        at,
        place,
        text,
    } = kept;
    let commit = match store.resolve(&revision) {
        Ok(commit) => commit,
        Err(error) => return Err(format!("{place}: {}", in_one_line(&error))),
    };
    let contents = Contents::of(place.as_bytes(), &text);
    if contents.samples == 0 {
        return Err(format!("{place}: no benchmark results"));
    }
    let mut header = Header {
        id: Oid::ZERO_SHA1,
        at: at.or_else(|| history::time(&commit)),
        fields: vec![("imported".into(), place.into())],
    };
    contents.describe(&mut header);
    let (text, repairs) = storable(text, &contents);
    if !repairs.is_empty() {
        header.fields.push(("repaired".into(), "true".into()));
    }
    for (name, value) in &args.labels {
        header.push_label(name, value.as_str().into());
    }
    Ok((commit.id(), Recording::new(header, text)))
}
