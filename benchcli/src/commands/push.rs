//! `benchcli push`: our baselines to a remote.

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
/// There is nothing to push, or git could not.
pub fn run(args: &RemoteArgs) -> Result<Outcome> {
    let store = Store::open(Path::new("."))?;
    let shared = Remote::new(&store, args.remote.as_deref())?.push(args.extent())?;
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &shared)?;
        writeln!(out)?;
    } else if let Some(what) = moved(shared.sent, shared.profiles.sent) {
        writeln!(out, "{}: {what} pushed", shared.remote)?;
    } else {
        writeln!(out, "{}: up to date", shared.remote)?;
    }
    Ok(Outcome::Pass)
}
