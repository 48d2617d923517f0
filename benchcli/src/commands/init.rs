//! `benchcli init`: baselines follow rebases and amends.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::{Result, bail};
use git2::ConfigLevel;
use serde::Serialize;

use super::Outcome;
use crate::args::benchcli::InitArgs;
use crate::baseline::{NOTES_REF, Store};

const KEY: &str = "notes.rewriteRef";

#[derive(Serialize)]
struct Report {
    key: &'static str,
    value: &'static str,
    was_set: bool,
    changed: bool,
}

/// Runs the command.
///
/// # Errors
/// Nobody said yes, or the configuration cannot be written.
pub fn run(args: &InitArgs) -> Result<Outcome> {
    let store = Store::open(Path::new("."))?;
    let mut config = store.repo().config()?;
    let was_set = is_set(&config)?;
    let mut changed = false;
    if !was_set && (args.yes || asked()?) {
        // Where there are several worktrees, for all of them.
        let mut local = config.open_level(ConfigLevel::Local)?;
        // An expression that matches nothing adds a value to those that are there.
        local.set_multivar(KEY, "^$.", NOTES_REF)?;
        changed = true;
        config = store.repo().config()?;
        if !is_set(&config)? {
            bail!("{KEY} was written and is not there; `git config --list --show-origin` says why");
        }
    }
    let mut out = io::stdout().lock();
    if args.json {
        let report = Report {
            key: KEY,
            value: NOTES_REF,
            was_set,
            changed,
        };
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else if was_set {
        writeln!(out, "baselines follow rebases and amends already")?;
    } else if changed {
        writeln!(
            out,
            "baselines now follow `git rebase` and `git commit --amend` in this repository"
        )?;
        writeln!(out, "`git log --notes=benchmarks` shows them")?;
    } else {
        writeln!(out, "nothing was changed")?;
    }
    Ok(Outcome::Pass)
}

fn is_set(config: &git2::Config) -> Result<bool> {
    let mut entries = config.multivar(KEY, None)?;
    while let Some(entry) = entries.next() {
        if matches!(entry?.value(), Ok(NOTES_REF | "refs/notes/*")) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn asked() -> Result<bool> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        bail!("it would set {KEY} to {NOTES_REF} in this repository; run `benchcli init --yes`");
    }
    let mut stderr = io::stderr();
    write!(
        stderr,
        "Set {KEY} to {NOTES_REF} in this repository, so that baselines follow rebases and amends? [y/N] "
    )?;
    stderr.flush()?;
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
