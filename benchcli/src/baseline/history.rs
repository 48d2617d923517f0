//! Sorts commits by time and ancestry.

use std::collections::HashSet;

use git2::{Commit, Oid, Repository};
use jiff::Timestamp;

/// When a commit was made.
pub fn time(commit: &Commit<'_>) -> Option<Timestamp> {
    Timestamp::from_second(commit.time().seconds()).ok()
}

/// Sorts commits by time, the oldest first. Commits of one second, as a rebase makes them, are in
/// the order of their history.
pub fn sort(repo: &Repository, commits: &mut [(Option<Timestamp>, Oid)]) {
    commits.sort_unstable();
    for same in commits.chunk_by_mut(|one, other| one.0 == other.0) {
        if same.len() > 1 && same[0].0.is_some() {
            let sorted = parents_first(repo, same);
            same.copy_from_slice(&sorted);
        }
    }
}

/// Commits of one second, every one after those that it is based on.
fn parents_first(
    repo: &Repository,
    commits: &[(Option<Timestamp>, Oid)],
) -> Vec<(Option<Timestamp>, Oid)> {
    let at = commits.first().and_then(|commit| commit.0);
    let wanted: HashSet<Oid> = commits.iter().map(|commit| commit.1).collect();
    let mut seen = HashSet::new();
    let mut sorted = Vec::with_capacity(commits.len());
    for &(_, id) in commits {
        let mut stack = vec![(id, false)];
        while let Some((id, has_parents)) = stack.pop() {
            if has_parents {
                if wanted.contains(&id) {
                    sorted.push((at, id));
                }
                continue;
            }
            if !seen.insert(id) {
                continue;
            }
            stack.push((id, true));
            let Ok(commit) = repo.find_commit(id) else {
                continue;
            };
            for parent in commit.parents().filter(|parent| time(parent) == at) {
                stack.push((parent.id(), false));
            }
        }
    }
    sorted
}
