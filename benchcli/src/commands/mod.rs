//! One file a command: reads its options, asks the rooms below, prints the answer.

mod baselines;
pub mod log;
pub mod pull;
pub mod push;
pub mod record;
pub mod show;

use std::env;
use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;

use crate::args::benchcli::{Benchcli, Command};

/// How a command ended that did what it was asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// As it should be.
    Pass,
    /// The answer is no.
    Failed,
}

/// The exit code of a command; an error is printed with what caused it. A reader that closed the
/// pipe has seen enough.
pub fn conclude(program: &str, result: anyhow::Result<Outcome>) -> ExitCode {
    match result {
        Ok(Outcome::Pass) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::from(2),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{program}: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let mut io = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>());
    io.any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// Runs what `benchcli` was asked for, in the folder that `-C` names.
///
/// # Errors
/// Whatever the command fails with.
pub fn dispatch(args: Benchcli) -> anyhow::Result<Outcome> {
    for dir in &args.dirs {
        env::set_current_dir(dir)
            .with_context(|| format!("-C {}: cannot go there", dir.display()))?;
    }
    match &args.command {
        Command::Record(args) => record::run(args),
        Command::Log(args) => log::run(args),
        Command::Show(args) => show::run(args),
        Command::Push(args) => push::run(args),
        Command::Pull(args) => pull::run(args),
    }
}
