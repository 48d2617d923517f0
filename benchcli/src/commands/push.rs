//! `benchcli push`: our baselines to a remote.

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Result;

use super::Outcome;

use crate::args::benchcli::RemoteArgs;
use crate::baseline::{Remote, Store};
use crate::report::counted;

/// Runs the command.
///
/// # Errors
/// There is nothing to push, or git could not.
pub fn run(args: &RemoteArgs) -> Result<Outcome> {
    let store = Store::open(Path::new("."))?;
    let shared = Remote::new(&store, args.remote.as_deref())?.push()?;
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &shared)?;
        writeln!(out)?;
    } else if shared.sent == 0 {
        writeln!(out, "{}: up to date", shared.remote)?;
    } else {
        let sent = counted(shared.sent, "commit");
        writeln!(out, "{}: baselines of {sent} pushed", shared.remote)?;
    }
    Ok(Outcome::Pass)
}
