//! Selects and removes old baselines.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::{Result, anyhow};
use git2::{Oid, Repository};
use jiff::Timestamp;

use super::environment::NoteSummary;
use super::history;
use super::store::{Notes, Store};
use crate::hint::WithHint as _;

/// What is to be pruned.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Baselines that were last added to before this are old.
    pub before: Timestamp,
    /// Of the old ones, the first in so many commits after one another stays.
    pub keep_every: Option<u64>,
}

/// A baseline that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PruneSet {
    /// Its commit.
    pub commit: Oid,
    /// When it was last added to.
    pub last: Option<Timestamp>,
    /// Its recordings.
    pub recordings: usize,
    /// The bytes of its note.
    pub bytes: usize,
}

/// The baselines that a rule removes, in time order, and how many there are in all.
///
/// # Errors
/// The clone is shallow and commits are to be counted, or the repository cannot be read.
pub fn pruned(store: &Store, notes: &Notes<'_>, rule: &Rule) -> Result<(Vec<PruneSet>, usize)> {
    let repo = store.repo();
    if rule.keep_every.is_some() && repo.is_shallow() {
        return Err(
            anyhow!("--keep-every counts commits, and this clone is shallow")
                .hint("run `git fetch --unshallow`"),
        );
    }
    let commits = notes.commits()?;
    let all = commits.len();
    let mut old = Vec::new();
    for commit in commits {
        let text = notes.text(commit)?;
        let summary = NoteSummary::of(&text);
        // Found text does not say when; its commit was made before.
        let made = || history::time(&repo.find_commit(commit).ok()?);
        let last = summary.last_recorded.or_else(made);
        if last.is_some_and(|last| last < rule.before) {
            old.push(PruneSet {
                commit,
                last,
                recordings: summary.recordings,
                bytes: text.len(),
            });
        }
    }
    old.sort_unstable_by_key(|it| (it.last, it.commit));
    if let Some(every) = rule.keep_every {
        keep(repo, &mut old, every.max(1));
    }
    Ok((old, all))
}

/// Removes baselines, as far as they are still what was looked at.
///
/// # Errors
/// The notes cannot be written; they are then as before.
pub fn remove(store: &Store, pruned: &[PruneSet]) -> Result<()> {
    let message = format!("Prune benchmarks of {} commits", pruned.len());
    store.replace(&message, |notes| {
        let mut changes = Vec::new();
        for it in pruned {
            // Somebody may have recorded since.
            if notes.text(it.commit)?.len() == it.bytes {
                changes.push((it.commit, None));
            }
        }
        Ok(changes)
    })?;
    Ok(())
}

/// Takes off the list what stays. First parents are counted from the root, so that what stayed
/// once stays the next time.
fn keep(repo: &Repository, old: &mut Vec<PruneSet>, every: u64) {
    let mut depths = HashMap::new();
    let mut stays: BTreeMap<u64, (u64, Oid)> = BTreeMap::new();
    for it in &*old {
        let Some(depth) = depth(repo, it.commit, &mut depths) else {
            continue;
        };
        let place = stays.entry(depth / every).or_insert((depth, it.commit));
        *place = (*place).min((depth, it.commit));
    }
    let stays: HashSet<_> = stays.into_values().map(|(_, commit)| commit).collect();
    old.retain(|it| !stays.contains(&it.commit));
}

/// How many first parents a commit has.
fn depth(repo: &Repository, commit: Oid, known: &mut HashMap<Oid, u64>) -> Option<u64> {
    let mut way = Vec::new();
    let mut at = commit;
    let mut depth = loop {
        if let Some(&depth) = known.get(&at) {
            break depth;
        }
        way.push(at);
        match repo.find_commit(at).ok()?.parent_id(0) {
            Ok(parent) => at = parent,
            Err(_) => {
                // A root has none.
                way.pop();
                known.insert(at, 0);
                break 0;
            }
        }
    };
    for id in way.into_iter().rev() {
        depth += 1;
        known.insert(id, depth);
    }
    Some(depth)
}
