//! Dispatches `benchcli COMMAND`.

use std::env;

use anyhow::{Context as _, Result};

use super::{
    Outcome, check, config, diff_revisions, explain, export, import, init, log, manual, plot,
    profile, prune, pull, push, rank, record, report, run, show, trend,
};
use crate::args::benchcli::{Benchcli, Command};

/// Runs what was asked for, in the folder that `-C` names.
///
/// # Errors
/// Whatever the command fails with.
pub fn run(args: Benchcli) -> Result<Outcome> {
    for dir in &args.dirs {
        env::set_current_dir(dir)
            .with_context(|| format!("cannot change to the folder {}", dir.display()))?;
    }
    match args.command {
        Command::Record(args) => record::run(&args),
        Command::Log(args) => log::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Diff(args) => diff_revisions::run(args.into_options()?),
        Command::Push(args) => push::run(&args),
        Command::Pull(args) => pull::run(&args),
        Command::Explain(args) => explain::run(&args.into_options()?),
        Command::Profile(args) => profile::run(&args),
        Command::Prune(args) => prune::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Rank(args) => rank::run(args.into_options()?),
        Command::Check(args) => check::run(&args.into_options()?),
        Command::Run(args) => run::run(&args.into_options()?),
        Command::Config(args) => config::run(&args),
        Command::Plot(args) => plot::run(&args.into_options()?),
        Command::Report(args) => report::run(&args.into_options()?),
        Command::Trend(args) => trend::run(&args.into_options()?),
        Command::Schema(args) => config::schema(args.of),
        Command::Completions(args) => manual::completions(&args),
        Command::Man(args) => manual::pages(&args),
    }
}
