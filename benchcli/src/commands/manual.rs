//! `benchcli completions` and `benchcli man`: generated from the command line definition.

use std::fs;
use std::io::Write as _;

use anyhow::{Context as _, Result};
use clap::{Command, CommandFactory as _};

use super::Outcome;
use crate::args::benchcli::{Benchcli, CompletionsArgs, ManArgs, Program};
use crate::args::diff::DiffArgs;
use crate::atomic_file::write_file;
use crate::ui;

/// Prints completions.
///
/// # Errors
/// Standard output cannot be written.
pub fn completions(args: &CompletionsArgs) -> Result<Outcome> {
    let (mut command, name) = match args.program {
        Program::Benchcli => (Benchcli::command(), "benchcli"),
        Program::Benchdiff => (DiffArgs::command(), "benchdiff"),
    };
    // Written to a pipe that is closed, the generator would panic.
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut text);
    ui::stdout().write_all(&text)?;
    Ok(Outcome::Pass)
}

/// Writes manual pages.
///
/// # Errors
/// The folder or a page cannot be written.
pub fn pages(args: &ManArgs) -> Result<Outcome> {
    let folder = &args.folder;
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut pages = vec![DiffArgs::command().name("benchdiff")];
    let mut benchcli = Benchcli::command();
    benchcli.build();
    add(&benchcli, "benchcli", &mut pages);
    let mut out = ui::stdout();
    for page in pages {
        let path = folder.join(format!("{}.1", page.get_name()));
        let mut text = Vec::new();
        clap_mangen::Man::new(page).render(&mut text)?;
        write_file(&path, text.as_ref())?;
        writeln!(out, "{}", path.display())?;
    }
    Ok(Outcome::Pass)
}

/// A command and all that are below it, each by its whole name.
fn add(command: &Command, name: &str, pages: &mut Vec<Command>) {
    pages.push(command.clone().name(name.to_owned()));
    for below in command
        .get_subcommands()
        .filter(|it| it.get_name() != "help")
    {
        add(below, &format!("{name}-{}", below.get_name()), pages);
    }
}
