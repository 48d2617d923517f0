//! One file a command: options in, an [`Outcome`] out.

mod baselines;
pub mod benchcli;
pub mod check;
pub mod config;
pub mod diff;
pub mod diff_revisions;
pub mod explain;
pub mod export;
mod histories;
pub mod import;
pub mod init;
mod judging;
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

use std::io::{self, Write};
use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Pass,
    /// The code got worse.
    Regressed,
    /// An input or a flag was wrong; a message says what.
    Failed,
    /// The environment shifted, so that nothing can be said.
    EnvironmentShift,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Pass => Self::SUCCESS,
            Outcome::Regressed => Self::from(1),
            Outcome::Failed => Self::from(2),
            Outcome::EnvironmentShift => Self::from(3),
        }
    }
}

/// Says on standard error what went wrong, as `program: message`, and ends with the right status.
pub fn conclude(program: &str, result: anyhow::Result<Outcome>) -> ExitCode {
    match result {
        Ok(outcome) => outcome.into(),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell if standard error is gone too.
            let _ = writeln!(io::stderr(), "{program}: {error:#}");
            Outcome::Failed.into()
        }
    }
}

/// Whether the reader of our output has gone, as `head` does: that is no failure of ours.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
