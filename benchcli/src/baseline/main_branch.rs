//! Finds the main branch.

use std::collections::BTreeSet;
use std::fmt;

use anyhow::Result;
use git2::{BranchType, Commit, Repository};

use super::ci::CiTarget;
use super::find_error::FindError;

/// What tells which branch is the main one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BranchSource {
    /// The CI job's target.
    Job,
    /// The remote's HEAD.
    RemoteHead,
    /// Git's setting `init.defaultBranch`.
    Setting,
    /// It has a usual name.
    UsualName,
    /// There is no other.
    OnlyBranch,
    /// It is checked out.
    CheckedOut,
    /// Nothing at all.
    Nothing,
}

impl BranchSource {
    /// Whether the branch may well be another.
    pub fn is_guess(self) -> bool {
        !matches!(self, Self::Job | Self::RemoteHead | Self::OnlyBranch)
    }
}

impl fmt::Display for BranchSource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Job => "named by the CI job",
            Self::RemoteHead => "the remote's HEAD",
            Self::Setting => "init.defaultBranch",
            Self::UsualName => "the usual name",
            Self::OnlyBranch => "the only branch",
            Self::CheckedOut => "the branch that is checked out",
            Self::Nothing => "unknown",
        })
    }
}

/// The main branch with its remote, and its last commit: the CI job's target, else the remote's HEAD,
/// `init.defaultBranch`, main, master, else the only branch.
///
/// # Errors
/// None of these is there.
pub(super) fn main_branch<'r>(
    repo: &'r Repository,
    target: Option<&CiTarget>,
) -> Result<(String, Commit<'r>, BranchSource)> {
    let remotes = remotes(repo);
    let mut tried = Vec::new();
    let mut find = |(full, sign): (String, BranchSource)| {
        let reference = repo.find_reference(&full).ok();
        let commit = reference.as_ref().and_then(|it| it.peel_to_commit().ok());
        let name = reference
            .as_ref()
            .and_then(|it| it.symbolic_target().ok().flatten());
        let name = name.unwrap_or(&full);
        let name = ["refs/remotes/", "refs/heads/"]
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix))
            .unwrap_or(name)
            .to_owned();
        if commit.is_none() && !tried.contains(&name) {
            tried.push(name.clone());
        }
        commit.map(|commit| (name, commit, sign))
    };
    let default = repo.config()?.get_string("init.defaultBranch").ok();
    let ci = target.and_then(|target| target.branch.clone());
    let mut names = Vec::new();
    let branches = |name: &str, sign| {
        let remote = remotes
            .iter()
            .map(|remote| (format!("refs/remotes/{remote}/{name}"), sign));
        let mut names: Vec<_> = remote.collect();
        names.push((format!("refs/heads/{name}"), sign));
        names
    };
    match &ci {
        // Another branch than the one that the job names would be a wrong answer.
        Some(name) => names.extend(branches(name, BranchSource::Job)),
        None => {
            names.extend(remotes.iter().map(|remote| {
                (
                    format!("refs/remotes/{remote}/HEAD"),
                    BranchSource::RemoteHead,
                )
            }));
            if let Some(name) = &default {
                names.extend(branches(name, BranchSource::Setting));
            }
            for name in ["main", "master"] {
                names.extend(branches(name, BranchSource::UsualName));
            }
            names.extend(only_branch(repo).map(|full| (full, BranchSource::OnlyBranch)));
        }
    }
    match names.into_iter().find_map(&mut find) {
        Some(found) => Ok(found),
        None => {
            let tried = match tried.split_last() {
                Some((last, others)) if !others.is_empty() => {
                    format!("{} or {last}", others.join(", "))
                }
                _ => tried.concat(),
            };
            Err(FindError::NoMainBranch { tried }.with_hint())
        }
    }
}

/// The name of the main branch without its remote, and what tells it; where nothing else does, what
/// is checked out.
pub fn name(repo: &Repository) -> (String, BranchSource) {
    if let Ok((name, _, sign)) = main_branch(repo, None) {
        let of_remote =
            |remote: &String| name.strip_prefix(&format!("{remote}/")).map(str::to_owned);
        let bare = remotes(repo).iter().find_map(of_remote);
        return (bare.unwrap_or(name), sign);
    }
    // It need not have a commit yet.
    let head = repo.find_reference("HEAD").ok();
    let head = head
        .as_ref()
        .and_then(|head| head.symbolic_target().ok().flatten());
    match head.and_then(|name| name.strip_prefix("refs/heads/")) {
        Some(name) => (name.to_owned(), BranchSource::CheckedOut),
        None => ("main".to_owned(), BranchSource::Nothing),
    }
}

/// The only branch of the remotes, or where they have none, of this repository.
fn only_branch(repo: &Repository) -> Option<String> {
    let mut found = BTreeSet::new();
    for kind in [BranchType::Remote, BranchType::Local] {
        for (branch, _) in repo.branches(Some(kind)).ok()?.flatten() {
            let full = branch.get().name().ok()?.to_owned();
            // A remote's HEAD, which points nowhere if it comes to this.
            if branch.get().symbolic_target().ok().flatten().is_none() {
                found.insert(full);
            }
        }
        if !found.is_empty() {
            break;
        }
    }
    let fetches_all = |remote: &String| {
        let remote = repo.find_remote(remote).ok();
        let refspecs = remote.and_then(|remote| remote.fetch_refspecs().ok());
        let mut refspecs = refspecs.iter().flatten().flatten().flatten();
        refspecs.any(|refspec| refspec.contains('*'))
    };
    // A clone of a single branch says nothing of the others.
    let is_known = found.len() == 1 && remotes(repo).iter().all(fetches_all);
    is_known.then(|| found.pop_first())?
}

/// The remotes' names, origin first.
fn remotes(repo: &Repository) -> Vec<String> {
    let Ok(remotes) = repo.remotes() else {
        return Vec::new();
    };
    let names = remotes.iter().filter_map(|name| name.ok().flatten());
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort_by_key(|name| name != "origin");
    names
}
