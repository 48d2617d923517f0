//! `benchcli init`: sets up a repository.

mod detect;
mod files;

use std::env;
use std::fmt::{self, Write as _};
use std::fs;
use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use git2::{ConfigLevel, Repository};
use serde::Serialize;

use self::detect::Modules;
use self::files::NewFile;
use super::Outcome;
use crate::args::benchcli::{Ci, InitArgs};
use crate::baseline::main_branch::{self, BranchSource};
use crate::baseline::{NOTES_REF, Store, find};
use crate::hint::WithHint as _;
use crate::plural::counted;
use crate::ui;

const KEY: &str = "notes.rewriteRef";

/// Where the main branch is looked up if no remote tells.
const BRANCH_KEY: &str = "init.defaultBranch";

/// How a repository was prepared.
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct Report {
    key: &'static str,
    value: &'static str,
    was_set: bool,
    changed: bool,
    module: Option<String>,
    #[serde(flatten)]
    found: Option<Found>,
    written: Vec<String>,
    kept: Vec<String>,
}

/// What was found out about a repository with a Go module.
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct Found {
    modules: Vec<String>,
    /// How many modules are elsewhere.
    others: usize,
    folder: String,
    branch: String,
    branch_is_guess: bool,
    ci: Ci,
    #[serde(skip)]
    sign: Option<BranchSource>,
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
    let modules = root
        .as_deref()
        .and_then(|root| detect::modules(root, &within(root)));
    let found = root.as_deref().zip(modules.as_ref());
    let found = found.map(|(root, modules)| look_around(args, store.repo(), root, modules));
    let files = match (&root, &modules, &found) {
        (Some(root), Some(modules), Some(found)) => {
            files::files(root, found.ci, &found.branch, modules)
        }
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
    let main_branch = found
        .as_ref()
        .filter(|found| must_be_configured(store.repo(), found));
    let main_branch = main_branch.map(|found| found.branch.clone());
    if let Some(branch) = &main_branch {
        plan.push(format!(
            "set {BRANCH_KEY} to {branch} in this repository, so that the main branch is known"
        ));
    }
    if !was_set {
        plan.push(format!(
            "set {KEY} to {NOTES_REF} in this repository, so that baselines follow rebases and amends"
        ));
    }
    let agreed = !plan.is_empty() && (args.yes || asked(found.as_ref(), &plan)?);
    let mut written = Vec::new();
    if agreed {
        for file in &new {
            files::write(file)?;
            written.push(shown(file));
        }
        // Where there are several worktrees, for all of them.
        let mut local = config.open_level(ConfigLevel::Local)?;
        if let Some(branch) = &main_branch {
            local.set_str(BRANCH_KEY, branch)?;
        }
        if !was_set {
            // An expression that matches nothing adds a value to those that are there.
            local.set_multivar(KEY, "^$.", NOTES_REF)?;
            config = store.repo().config()?;
            if !is_set(&config)? {
                return Err(anyhow!("setting {KEY} had no effect")
                    .hint("run `git config --list --show-origin` to find out why"));
            }
        }
    }
    let report = Report {
        key: KEY,
        value: NOTES_REF,
        was_set,
        changed: agreed && !was_set,
        module: modules.and_then(|modules| Some(modules.chosen.into_iter().next()?.path)),
        found,
        written,
        kept,
    };
    ui::answer(args.json, &report, |out| {
        describe(out, &report, &store, plan.is_empty())
    })?;
    Ok(Outcome::Pass)
}

/// The current folder, seen from the root.
fn within(root: &Path) -> PathBuf {
    let root = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
    let here = env::current_dir().and_then(fs::canonicalize);
    let within = here
        .ok()
        .and_then(|here| here.strip_prefix(&root).map(Path::to_owned).ok());
    within.unwrap_or_default()
}

fn look_around(args: &InitArgs, repo: &Repository, root: &Path, modules: &Modules) -> Found {
    let (branch, sign) = match &args.branch {
        Some(branch) => (branch.clone(), None),
        None => {
            let (branch, sign) = main_branch::name(repo);
            (branch, Some(sign))
        }
    };
    let folder = modules.folder().display().to_string();
    Found {
        modules: modules.chosen.iter().map(|it| it.path.clone()).collect(),
        others: modules.others,
        folder: if folder.is_empty() {
            ".".into()
        } else {
            folder
        },
        branch,
        branch_is_guess: sign.is_some_and(BranchSource::is_guess),
        ci: args.ci.unwrap_or_else(|| detect::ci(root, repo)),
        sign,
    }
}

/// Whether other commands would not find the main branch, or another.
fn must_be_configured(repo: &Repository, found: &Found) -> bool {
    let (branch, sign) = main_branch::name(repo);
    let is_usual = ["main", "master"].contains(&&*found.branch);
    match sign {
        BranchSource::RemoteHead => false,
        BranchSource::CheckedOut | BranchSource::Nothing if !is_usual => true,
        _ => branch != found.branch,
    }
}

impl fmt::Display for Found {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let folder = &self.folder;
        match &self.modules[..] {
            [only] => write!(out, "  module       {only} in {folder}")?,
            several => write!(out, "  modules      {}: all of them", several.join(", "))?,
        }
        if self.others > 0 {
            let others = counted(self.others, "other");
            write!(
                out,
                "; not {others}: run `benchcli init` in the folder of the module that you want"
            )?;
        }
        write!(out, "\n  main branch  {}", self.branch)?;
        if let Some(sign) = self.sign {
            let guess = if sign.is_guess() {
                "guessed, use --branch NAME to change it: "
            } else {
                ""
            };
            write!(out, " ({guess}{sign})")?;
        }
        let ci = match self.ci {
            Ci::Github => "GitHub Actions",
            Ci::Gitlab => "GitLab CI",
            Ci::None => "none detected, use --ci NAME to choose one",
        };
        write!(out, "\n  CI           {ci}")
    }
}

fn describe(out: &mut String, report: &Report, store: &Store, is_done: bool) -> fmt::Result {
    if let Some(found) = &report.found {
        writeln!(out, "Found:\n{found}\n")?;
    }
    for path in &report.kept {
        writeln!(out, "{path} already exists and was not changed")?;
    }
    for path in &report.written {
        writeln!(out, "wrote {path}")?;
    }
    match (report.was_set, report.changed) {
        (true, _) => writeln!(out, "baselines already follow rebases and amends")?,
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
        if report.found.is_some() {
            return Ok(());
        }
    }
    let Some(found) = &report.found else {
        writeln!(
            out,
            "no go.mod here, so neither benchcli.toml nor a workflow was written"
        )?;
        return Ok(());
    };
    writeln!(out, "\nNext:\n  {}", first_run(store))?;
    writeln!(out, "  git add the new files, commit and push them")?;
    match found.ci {
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

/// How a first run begins, which needs a commit to compare with.
fn first_run(store: &Store) -> &'static str {
    if find::commit(store, find::AUTO, None).is_ok() {
        "benchcli run                compare the working tree with its base"
    } else if store.resolve("HEAD").is_ok() {
        "benchcli run --base HEAD    compare the working tree with the last commit"
    } else {
        "benchcli run                once there is a commit to compare with"
    }
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

fn asked(found: Option<&Found>, plan: &[String]) -> Result<bool> {
    let stdin = io::stdin();
    if let Some(found) = found {
        ui::ask(&format!("Found:\n{found}\n\n"))?;
    }
    if !stdin.is_terminal() {
        return Err(anyhow!(
            "cannot ask for confirmation because standard input is not a terminal; `benchcli init` would {}",
            plan.join(", ")
        )
        .hint("run `benchcli init --yes`"));
    }
    let steps: String = plan.iter().map(|step| format!("  {step}\n")).collect();
    ui::ask(&format!("This will\n{steps}Continue? [y/N] "))?;
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
