//! `benchcli push`: shares baselines with a remote.

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
/// There is nothing to push, or git could not.
pub fn run(args: &RemoteArgs) -> Result<Outcome> {
    let store = Store::open(Path::new("."))?;
    let shared = Remote::new(&store, args.remote.as_deref())?.push(args.sync_scope())?;
    ui::answer(args.json, &shared, |out| {
        match moved(shared.sent, shared.profiles.sent) {
            Some(what) => writeln!(out, "{}: {what} pushed", shared.remote),
            None => writeln!(out, "{}: up to date", shared.remote),
        }
    })?;
    Ok(Outcome::Pass)
}
