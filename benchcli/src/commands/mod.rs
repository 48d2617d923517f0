//! The commands, one per file. Each takes options and returns an [`Outcome`].

pub mod benchcli;
pub mod check;
pub mod config;
pub mod diff;
pub mod diff_revisions;
pub mod explain;
pub mod export;
pub mod import;
pub mod init;
pub mod log;
pub mod manual;
pub mod plot;
pub mod profile;
pub mod prune;
pub mod pull;
pub mod push;
pub mod rank;
pub mod record;
pub mod report;
pub mod run;
pub mod show;
pub mod trend;
pub mod units;

use std::io;
use std::process::ExitCode;

use crate::pipeline::failure::hints;
use crate::ui;

pub use benchparse::gate::Outcome;

/// Says on standard error what went wrong and what to do about it, and ends with the right status.
pub fn conclude(program: &str, result: anyhow::Result<Outcome>) -> ExitCode {
    match result {
        Ok(outcome) => outcome.exit_code().into(),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            ui::line(program, &format!("{error:#}"));
            for hint in hints(&error) {
                ui::hint(&hint);
            }
            Outcome::Incomplete.exit_code().into()
        }
    }
}

/// Whether the reader of our output has gone, as `head` does: that is no failure of ours.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
