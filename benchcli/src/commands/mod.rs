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

use std::error::Error;
use std::io;
use std::process::ExitCode;

use crate::config::ConfigError;
use crate::profile::read::ReadError;
use crate::{hint, ui};

pub use benchparse::gate::Outcome;

/// Says on standard error what went wrong and what to do about it, and ends with the right status.
pub fn conclude(program: &str, result: anyhow::Result<Outcome>) -> ExitCode {
    match result {
        Ok(outcome) => outcome.exit_code().into(),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            ui::say(program, &format!("{error:#}"));
            for hint in hints(&error) {
                ui::hint(&hint);
            }
            Outcome::Incomplete.exit_code().into()
        }
    }
}

/// What the user can do about an error.
fn hints(error: &anyhow::Error) -> Vec<String> {
    let hint = |cause: &(dyn Error + 'static)| {
        let of_config = || cause.downcast_ref::<ConfigError>()?.hint();
        let of_profile = || cause.downcast_ref::<ReadError>()?.hint();
        hint::of(cause)
            .or_else(of_config)
            .or_else(of_profile)
            .map(str::to_owned)
    };
    error.chain().filter_map(hint).collect()
}

/// An error in one line: what went wrong, and behind a semicolon what to do about it.
fn in_one_line(error: &anyhow::Error) -> String {
    let mut text = format!("{error:#}");
    for hint in hints(error) {
        text.push_str("; ");
        text.push_str(&hint);
    }
    text
}

/// Whether the reader of our output has gone, as `head` does: that is no failure of ours.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
