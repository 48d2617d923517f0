//! `benchcli init`: what a repository needs to be measured, kept and judged.

mod surroundings;

use std::fs::{self, OpenOptions};
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use git2::ConfigLevel;
use serde::Serialize;

use super::Outcome;
use crate::args::benchcli::{Ci, InitArgs};
use crate::baseline::find::main_branch_name;
use crate::baseline::{NOTES_REF, Store};

const KEY: &str = "notes.rewriteRef";

#[derive(Serialize)]
struct Report {
    key: &'static str,
    value: &'static str,
    was_set: bool,
    changed: bool,
    module: Option<String>,
    written: Vec<String>,
    kept: Vec<String>,
}

/// A file to be written.
struct NewFile {
    path: PathBuf,
    text: String,
}

/// Runs the command.
///
/// # Errors
/// Nobody said yes, or something cannot be written.
pub fn run(args: &InitArgs) -> Result<Outcome> {
    let store = Store::open(Path::new("."))?;
    let mut config = store.repo().config()?;
    let was_set = is_set(&config)?;
    let root = store.repo().workdir().map(Path::to_owned);
    let (ci, module) = match &root {
        None => (Ci::None, None),
        Some(root) => (
            args.ci
                .unwrap_or_else(|| surroundings::ci(root, store.repo())),
            surroundings::module(root),
        ),
    };
    let branch = main_branch_name(store.repo()).unwrap_or_else(|| "main".to_owned());
    let files = match (&root, &module) {
        (Some(root), Some((folder, _))) => files(root, ci, &branch, folder),
        _ => Vec::new(),
    };
    let (kept, new): (Vec<NewFile>, Vec<NewFile>) = files
        .into_iter()
        .partition(|file| file.path.symlink_metadata().is_ok());
    let shown = |file: &NewFile| {
        let root = root.as_deref().unwrap_or(Path::new(""));
        file.path
            .strip_prefix(root)
            .unwrap_or(&file.path)
            .display()
            .to_string()
    };
    let kept: Vec<String> = kept.iter().map(shown).collect();
    let mut plan: Vec<String> = new
        .iter()
        .map(|file| format!("write {}", shown(file)))
        .collect();
    if !was_set {
        plan.push(format!(
            "set {KEY} to {NOTES_REF} in this repository, so that baselines follow rebases and amends"
        ));
    }
    let agreed = !plan.is_empty() && (args.yes || asked(&plan)?);
    let mut written = Vec::new();
    if agreed {
        for file in &new {
            write(file)?;
            written.push(shown(file));
        }
        if !was_set {
            // Where there are several worktrees, for all of them.
            let mut local = config.open_level(ConfigLevel::Local)?;
            // An expression that matches nothing adds a value to those that are there.
            local.set_multivar(KEY, "^$.", NOTES_REF)?;
            config = store.repo().config()?;
            if !is_set(&config)? {
                bail!(
                    "{KEY} was written and is not there; `git config --list --show-origin` says why"
                );
            }
        }
    }
    let report = Report {
        key: KEY,
        value: NOTES_REF,
        was_set,
        changed: agreed && !was_set,
        module: module.map(|(_, path)| path),
        written,
        kept,
    };
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        tell(&mut out, &report, ci, plan.is_empty())?;
    }
    Ok(Outcome::Pass)
}

fn tell(out: &mut impl io::Write, report: &Report, ci: Ci, is_done: bool) -> Result<()> {
    for path in &report.kept {
        writeln!(out, "{path} is there and stays as it is")?;
    }
    for path in &report.written {
        writeln!(out, "wrote {path}")?;
    }
    match (report.was_set, report.changed) {
        (true, _) => writeln!(out, "baselines follow rebases and amends already")?,
        (_, true) => writeln!(
            out,
            "baselines now follow `git rebase` and `git commit --amend` in this repository"
        )?,
        _ => {}
    }
    if report.written.is_empty() && !report.changed {
        if !is_done {
            writeln!(out, "nothing was changed")?;
        }
        if report.module.is_some() {
            return Ok(());
        }
    }
    if report.module.is_none() {
        writeln!(
            out,
            "no go.mod here, so neither benchcli.toml nor a workflow was written"
        )?;
        return Ok(());
    }
    writeln!(
        out,
        "\nNext:\n  benchcli run                measure what is checked out against its base"
    )?;
    writeln!(out, "  git add the new files, commit and push them")?;
    match ci {
        Ci::Github => writeln!(out, "  the workflow then measures every pull request")?,
        Ci::Gitlab => writeln!(
            out,
            "  add to .gitlab-ci.yml:  include: [{{local: .gitlab/benchmarks.yml}}]"
        )?,
        Ci::None => writeln!(
            out,
            "  in your CI: benchcli run, which exits 1 on a regression"
        )?,
    }
    Ok(())
}

/// What a repository with a Go module gets.
fn files(root: &Path, ci: Ci, branch: &str, folder: &Path) -> Vec<NewFile> {
    let folder = match folder.to_string_lossy().replace('\\', "/") {
        folder if folder.is_empty() => ".".to_owned(),
        folder => folder,
    };
    let mut files: Vec<(&str, &str)> = vec![("benchcli.toml", include_str!("benchcli.toml"))];
    match ci {
        Ci::Github => files.extend([
            (
                ".github/workflows/benchmarks.yml",
                include_str!("github.yml"),
            ),
            (
                ".github/workflows/benchmarks-comment.yml",
                include_str!("github-comment.yml"),
            ),
        ]),
        Ci::Gitlab => files.push((".gitlab/benchmarks.yml", include_str!("gitlab.yml"))),
        Ci::None => {}
    }
    let fill = |text: &str| {
        text.replace("{branch}", branch)
            .replace("{folder}", &folder)
    };
    files
        .into_iter()
        .map(|(path, text)| NewFile {
            path: root.join(path),
            text: fill(text),
        })
        .collect()
}

/// Writes a file that is not there.
fn write(file: &NewFile) -> Result<()> {
    let context = || format!("{} cannot be written", file.path.display());
    if let Some(folder) = file.path.parent() {
        fs::create_dir_all(folder).with_context(context)?;
    }
    let new = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&file.path);
    new.and_then(|mut new| new.write_all(file.text.as_bytes()))
        .with_context(context)
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

fn asked(plan: &[String]) -> Result<bool> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        bail!("it would {}; run `benchcli init --yes`", plan.join(", "));
    }
    let mut stderr = io::stderr();
    writeln!(stderr, "This will")?;
    for step in plan {
        writeln!(stderr, "  {step}")?;
    }
    write!(stderr, "Go on? [y/N] ")?;
    stderr.flush()?;
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
