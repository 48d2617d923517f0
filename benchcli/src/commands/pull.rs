//! `benchcli pull`: a remote's baselines into ours.

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Result;

use super::Outcome;
use super::baselines::moved;
use crate::args::benchcli::RemoteArgs;
use crate::baseline::{Remote, Store};

/// Runs the command.
///
/// # Errors
/// Git could not fetch, or the result could not be stored.
pub fn run(args: &RemoteArgs) -> Result<Outcome> {
    let store = Store::open(Path::new("."))?;
    let shared = Remote::new(&store, args.remote.as_deref())?.pull(args.extent())?;
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &shared)?;
        writeln!(out)?;
    } else if let Some(what) = moved(shared.received, shared.profiles.received) {
        writeln!(out, "{}: {what} pulled", shared.remote)?;
    } else if shared.notes.is_none() {
        writeln!(out, "{}: no baselines there yet", shared.remote)?;
    } else {
        writeln!(out, "{}: nothing new", shared.remote)?;
    }
    Ok(Outcome::Pass)
}
