//! One file a command: options in, an [`Outcome`] out.

mod baselines;
pub mod benchcli;
pub mod check;
pub mod config;
pub mod diff;
pub mod diff_revisions;
pub mod explain;
pub mod export;
mod gate_pipeline;
mod histories;
pub mod import;
pub mod init;
pub mod log;
pub mod manual;
pub mod plot;
pub mod profile;
mod profiling;
pub mod prune;
pub mod pull;
pub mod push;
pub mod rank;
pub mod record;
pub mod report;
mod results;
pub mod run;
pub mod show;
mod source_places;
pub mod trend;
mod versions;

use std::io;
use std::process::ExitCode;

use crate::ui;

pub use benchparse::gate::Outcome;

/// Says on standard error what went wrong, as `program: message`, and ends with the right status.
pub fn conclude(program: &str, result: anyhow::Result<Outcome>) -> ExitCode {
    match result {
        Ok(outcome) => outcome.exit_code().into(),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            ui::say(program, &format!("{error:#}"));
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
