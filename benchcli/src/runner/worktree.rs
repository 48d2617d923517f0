//! Checks out the base in a temporary worktree.
//!
//! The user's own `git` creates the worktree, because libgit2 supports neither the filters that fill in large
//! files nor a worktree without a branch.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::children::Children;
use super::group;
use super::guard::Guard;
use super::workspace::{self, Workspace};

/// Where in the run's folder the base is.
const FOLDER: &str = "base";

/// A run's folder with the base checked out in it, or without. However the program ends, the folder,
/// the worktree and all programs that run go with it.
#[derive(Debug)]
pub struct RunFolder {
    workspace: Workspace,
    /// The repository, where there is a worktree of it.
    repository: Option<PathBuf>,
    children: Children,
}

impl RunFolder {
    /// Makes the folder, after removing what dead runs left behind; `repository` is where git keeps
    /// what all worktrees have in common.
    ///
    /// # Errors
    /// The folder cannot be created.
    pub fn create(children: &Children, repository: Option<&Path>) -> Result<Self> {
        if let Some(repository) = repository {
            remove_abandoned(repository);
        }
        workspace::remove_abandoned();
        let workspace = Workspace::create().with_context(|| {
            format!(
                "cannot create a temporary folder in {}; set TMPDIR to use another one",
                std::env::temp_dir().display()
            )
        })?;
        children.set_guard(Guard::start(workspace.path(), repository));
        Ok(Self {
            workspace,
            repository: None,
            children: children.clone(),
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.workspace.path()
    }

    /// Checks out a commit, without running hooks. Gives the folder that it is in.
    ///
    /// # Errors
    /// What git says.
    pub fn check_out(&mut self, repository: &Path, commit: &str) -> Result<PathBuf> {
        let folder = self.path().join(FOLDER);
        self.repository = Some(repository.to_owned());
        let mut git = git(repository);
        git.args(["-c", "core.hooksPath=/dev/null", "worktree", "add"])
            .args(["--quiet", "--detach"])
            .arg(&folder)
            .arg(commit);
        let ran = self.children.run(&mut git)?;
        if !ran.status.success() {
            bail!(
                "cannot check out the base: git worktree add: {}",
                String::from_utf8_lossy(&ran.stderr).trim()
            );
        }
        Ok(folder)
    }

    /// Removes the worktree and the folder.
    ///
    /// # Errors
    /// Something cannot be removed; the next run will try again.
    pub fn remove(self) -> Result<()> {
        if let Some(repository) = &self.repository {
            remove_worktree(repository, &self.workspace.path().join(FOLDER));
        }
        let path = self.workspace.path().to_owned();
        let removed = self.workspace.remove();
        self.children.set_guard(None);
        removed.with_context(|| format!("cannot remove {}", path.display()))
    }
}

/// git, on a repository and not on whatever a hook that called us is about.
fn git(repository: &Path) -> Command {
    let mut git = Command::new("git");
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        git.env_remove(variable);
    }
    git.arg("--git-dir").arg(repository);
    git
}

fn remove_worktree(repository: &Path, folder: &Path) {
    let mut git = git(repository);
    // Twice: even where it is locked.
    git.args(["worktree", "remove", "--force", "--force"])
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    group::lead(&mut git);
    // The folder is removed anyway, and the next run asks git again.
    let _ = git.status();
}

/// Removes the worktrees of runs that were killed.
fn remove_abandoned(repository: &Path) {
    let mut list = git(repository);
    list.args(["worktree", "list", "--porcelain"])
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    let Ok(output) = list.output() else { return };
    let text = String::from_utf8_lossy(&output.stdout);
    for line in text.lines() {
        let Some(folder) = line.strip_prefix("worktree ").map(Path::new) else {
            continue;
        };
        let Some(parent) = folder.parent().filter(|it| workspace::is_workspace(it)) else {
            continue;
        };
        workspace::if_abandoned(parent, || {
            remove_worktree(repository, folder);
            let _ = std::fs::remove_dir_all(parent);
        });
    }
}
