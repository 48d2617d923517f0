//! `benchcli profile`.

mod diff;
mod kept;
mod sources;

use anyhow::Result;

pub(super) use self::kept::{Added, Entry};
use super::Outcome;
use crate::args::profile::{ProfileArgs, ProfileCommand};

/// Runs the command.
///
/// # Errors
/// A profile cannot be found, read, kept or written.
pub fn run(args: &ProfileArgs) -> Result<Outcome> {
    match &args.command {
        ProfileCommand::Diff(args) => diff::run(args),
        ProfileCommand::Add(args) => kept::add(args),
        ProfileCommand::List(args) => kept::list(args),
        ProfileCommand::Get(args) => kept::get(args),
    }
}
