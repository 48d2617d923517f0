//! Stores profiles and execution traces with commits.
//!
//! They are stored under [`PROFILES_REF`], in one folder per commit. Each profile is a folder that contains
//! the unmodified data and its metadata, and that is named after its own id. When a profile is pruned, its id
//! is kept under `pruned`. Two sides can therefore be merged as sets, without a common ancestor, and a prune
//! can drop the history, which would otherwise keep every byte.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use git2::build::TreeUpdateBuilder;
use git2::{Commit, FileMode, ObjectType, Oid, Repository, Tree};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::fault::{self, TooMuch};
use super::refs::Change;
use super::refs::PROFILES_REF;
use super::store::Store;

const DATA: &str = "data";
const ABOUT: &str = "about.json";
const PRUNED: &str = "pruned";

/// What is known about a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Its file's name.
    pub name: String,
    /// What it measures first, such as `cpu` or `inuse_space`, or `trace`.
    pub kind: String,
    /// When it was added.
    pub at: Timestamp,
    /// The id of the recording that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The benchmark that it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub benchmark: Option<String>,
}

/// A profile that is kept.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its id, of the data and what is known about it.
    pub id: Oid,
    /// The commit that it is of.
    pub commit: Oid,
    /// What is known about it; `None` where it cannot be read.
    pub about: Option<About>,
    /// The bytes of its data.
    pub bytes: usize,
    blob: Oid,
}

impl Kept {
    /// Its name, or its id where there is none.
    pub fn name(&self) -> String {
        let named = self.about.as_ref().map(|about| about.name.clone());
        named.unwrap_or_else(|| self.id.to_string())
    }
}

/// The profiles as they are at one time.
pub struct Profiles<'s> {
    repo: &'s Repository,
    commit: Option<Commit<'s>>,
    contents: Contents,
}

/// What a tree holds: ids of profiles with their commits, and ids of what was pruned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Contents {
    kept: BTreeMap<Oid, Oid>,
    pruned: BTreeSet<Oid>,
}

impl Contents {
    fn read(repo: &Repository, tree: &Tree<'_>) -> Result<Self> {
        let mut contents = Self::default();
        for pair in tree {
            let Some(subtree) = folder(repo, pair.kind(), pair.id())? else {
                continue;
            };
            let prefix = pair.name().unwrap_or_default();
            if prefix == PRUNED {
                let ids = subtree.iter().filter_map(|entry| id(entry.name().ok()?));
                contents.pruned.extend(ids);
                continue;
            }
            for of in &subtree {
                let Some(commit) = id(&format!("{prefix}{}", of.name().unwrap_or_default())) else {
                    continue;
                };
                let Some(entries) = folder(repo, of.kind(), of.id())? else {
                    continue;
                };
                let ids = entries
                    .iter()
                    .filter(|entry| entry.kind() == Some(ObjectType::Tree))
                    .map(|entry| (entry.id(), commit));
                contents.kept.extend(ids);
            }
        }
        Ok(contents)
    }

    fn union(&self, other: &Self) -> Self {
        let pruned: BTreeSet<_> = self.pruned.union(&other.pruned).copied().collect();
        let kept = self.kept.iter().chain(&other.kept);
        let kept = kept.filter(|(id, _)| !pruned.contains(id));
        Self {
            kept: kept.map(|(id, commit)| (*id, *commit)).collect(),
            pruned,
        }
    }

    fn write(&self, repo: &Repository) -> Result<Oid> {
        let mut updates = TreeUpdateBuilder::new();
        for (id, commit) in &self.kept {
            let commit = commit.to_string();
            let (pair, rest) = commit.split_at(2);
            updates.upsert(format!("{pair}/{rest}/{id}"), *id, FileMode::Tree);
        }
        if !self.pruned.is_empty() {
            let nothing = repo.blob(b"")?;
            for id in &self.pruned {
                updates.upsert(format!("{PRUNED}/{id}"), nothing, FileMode::Blob);
            }
        }
        let empty = repo.find_tree(repo.treebuilder(None)?.write()?)?;
        Ok(updates.create_updated(repo, &empty)?)
    }
}

fn folder(repo: &Repository, kind: Option<ObjectType>, id: Oid) -> Result<Option<Tree<'_>>> {
    match kind {
        Some(ObjectType::Tree) => Ok(Some(repo.find_tree(id)?)),
        _ => Ok(None),
    }
}

/// A whole id.
fn id(digits: &str) -> Option<Oid> {
    (digits.len() == 40)
        .then(|| Oid::from_str(digits).ok())
        .flatten()
}

impl Store {
    /// The profiles as they are now.
    ///
    /// # Errors
    /// The ref or its commit cannot be read.
    pub fn profiles(&self) -> Result<Profiles<'_>> {
        Profiles::of(self, self.tip(PROFILES_REF)?)
    }

    pub(super) fn profiles_at(&self, commit: Oid) -> Result<Profiles<'_>> {
        Profiles::of(self, Some(self.repo().find_commit(commit)?))
    }

    /// Keeps profiles of a commit, as far as all profiles together stay within `limit` bytes; gives
    /// how many are new. One is known that is there with the same name, recording and benchmark.
    ///
    /// # Errors
    /// They are too many, or could not be stored. What was kept is then as before.
    pub fn keep_profiles(
        &self,
        commit: Oid,
        all: &[(About, Vec<u8>)],
        limit: usize,
    ) -> Result<usize> {
        let mut added = 0;
        let message = format!("Keep profiles of {commit}");
        self.swap(PROFILES_REF, &message, |store, tip| {
            added = 0;
            let before = Profiles::of(store, tip)?;
            let mut contents = before.contents.clone();
            let known = before.all()?;
            let mut blobs: BTreeMap<Oid, usize> =
                known.iter().map(|kept| (kept.blob, kept.bytes)).collect();
            for (about, data) in all {
                let blob = store.repo().blob(data)?;
                let is_same = |kept: &Kept| {
                    let there = kept.about.as_ref();
                    kept.commit == commit
                        && kept.blob == blob
                        && there.is_some_and(|there| {
                            (&there.name, &there.run, &there.benchmark)
                                == (&about.name, &about.run, &about.benchmark)
                        })
                };
                if known.iter().any(is_same) {
                    continue;
                }
                blobs.insert(blob, data.len());
                let id = folder_of(store.repo(), about, blob)?;
                added += usize::from(contents.kept.insert(id, commit).is_none());
            }
            let bytes: usize = blobs.values().sum();
            if added > 0 && bytes > limit {
                return Err(TooMuch { bytes, limit }.into());
            }
            before.replaced_by(&contents)
        })?;
        Ok(added)
    }

    /// Removes profiles and the history that has them.
    ///
    /// # Errors
    /// What is kept could not be written; it is then as before.
    pub fn prune_profiles(&self, pruned: &[Oid]) -> Result<()> {
        let message = format!("Prune {} profiles", pruned.len());
        self.swap(PROFILES_REF, &message, |store, tip| {
            let mut contents = Profiles::of(store, tip)?.contents;
            for id in pruned {
                if contents.kept.remove(id).is_some() {
                    contents.pruned.insert(*id);
                }
            }
            let tree = contents.write(store.repo())?;
            let parents = Vec::new();
            Ok(Change::Tree { tree, parents })
        })?;
        Ok(())
    }

    /// Merges other profiles into ours; gives the ref's new commit.
    ///
    /// # Errors
    /// They could not be stored. What is kept is then as before.
    pub(super) fn merge_profiles(&self, theirs: Oid) -> Result<Option<Oid>> {
        self.swap(PROFILES_REF, "Merge profiles", |store, tip| {
            let Some(tip) = tip else {
                return Ok(Change::Commit(theirs));
            };
            let repo = store.repo();
            let ours = Profiles::of(store, Some(tip.clone()))?.contents;
            let other = store.profiles_at(theirs)?.contents;
            let union = ours.union(&other);
            if union == other {
                return Ok(Change::Commit(theirs));
            }
            if union == ours {
                return Ok(Change::Commit(tip.id()));
            }
            // A history with what was pruned must not come back.
            let sides = [(tip.id(), &ours), (theirs, &other)];
            let parents = sides
                .into_iter()
                .filter(|(_, side)| side.pruned == union.pruned);
            Ok(Change::Tree {
                tree: union.write(repo)?,
                parents: parents.map(|(commit, _)| commit).collect(),
            })
        })
    }
}

/// The folder of one profile.
fn folder_of(repo: &Repository, about: &About, blob: Oid) -> Result<Oid> {
    let mut folder = repo.treebuilder(None)?;
    let about = serde_json::to_string_pretty(about)? + "\n";
    folder.insert(ABOUT, repo.blob(about.as_bytes())?, FileMode::Blob.into())?;
    folder.insert(DATA, blob, FileMode::Blob.into())?;
    Ok(folder.write()?)
}

impl<'s> Profiles<'s> {
    fn of(store: &'s Store, commit: Option<Commit<'s>>) -> Result<Self> {
        let repo = store.repo();
        let contents = match &commit {
            Some(commit) => Contents::read(repo, &commit.tree()?)?,
            None => Contents::default(),
        };
        Ok(Self {
            repo,
            commit,
            contents,
        })
    }

    /// The ref's commit, where there is one.
    pub fn commit(&self) -> Option<Oid> {
        self.commit.as_ref().map(Commit::id)
    }

    fn replaced_by(&self, contents: &Contents) -> Result<Change> {
        Ok(Change::Tree {
            tree: contents.write(self.repo)?,
            parents: self.commit().into_iter().collect(),
        })
    }

    /// All profiles, those of a commit one after another, in the order they were added.
    ///
    /// # Errors
    /// One cannot be read from the repository.
    pub fn all(&self) -> Result<Vec<Kept>> {
        let mut all = Vec::with_capacity(self.contents.kept.len());
        for (&id, &commit) in &self.contents.kept {
            let folder = self.repo.find_tree(id)?;
            // Not of ours.
            let Some(data) = folder.get_name(DATA) else {
                continue;
            };
            let about = folder
                .get_path(Path::new(ABOUT))
                .ok()
                .and_then(|entry| self.repo.find_blob(entry.id()).ok());
            let header = self.repo.odb()?.read_header(data.id());
            let (bytes, _) = header.map_err(|error| self.unreadable(error, id))?;
            all.push(Kept {
                id,
                commit,
                about: about.and_then(|about| serde_json::from_slice(about.content()).ok()),
                bytes,
                blob: data.id(),
            });
        }
        all.sort_by_key(|kept| (kept.commit, kept.about.as_ref().map(|about| about.at)));
        Ok(all)
    }

    /// The data of a profile, as it was.
    ///
    /// # Errors
    /// It cannot be read from the repository.
    pub fn data(&self, kept: &Kept) -> Result<Vec<u8>> {
        let blob = self.repo.find_blob(kept.blob);
        let blob = blob.map_err(|error| self.unreadable(error, kept.id))?;
        Ok(blob.content().to_vec())
    }

    fn unreadable(&self, error: git2::Error, id: Oid) -> anyhow::Error {
        fault::unreadable(error, self.repo, &format!("the profile {id}"), PROFILES_REF)
    }

    /// How many profiles are kept.
    pub fn count(&self) -> usize {
        self.contents.kept.len()
    }

    /// How many of these profiles the other does not have.
    pub(super) fn beyond(&self, other: &Self) -> usize {
        let kept = self.contents.kept.keys();
        kept.filter(|id| !other.contents.kept.contains_key(id))
            .count()
    }
}
