//! `benchcli pull`: merges the baselines of a remote into the local ones.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;

use super::Outcome;
use crate::args::benchcli::RemoteArgs;
use crate::baseline::{Remote, Store};
use crate::pipeline::baselines::moved;
use crate::ui;

/// Runs the command.
///
/// # Errors
/// Git could not fetch, or the result could not be stored.
pub fn run(args: &RemoteArgs) -> Result<Outcome> {
    let store = Store::open(Path::new("."))?;
    let shared = Remote::new(&store, args.remote.as_deref())?.pull(args.sync_scope())?;
    ui::answer(args.json, &shared, |out| {
        match moved(shared.received, shared.profiles.received) {
            Some(what) => writeln!(out, "{}: {what} pulled", shared.remote),
            None if shared.notes.is_none() => {
                writeln!(out, "{}: the remote has no baselines yet", shared.remote)
            }
            None => writeln!(out, "{}: up to date", shared.remote),
        }
    })?;
    Ok(Outcome::Pass)
}
