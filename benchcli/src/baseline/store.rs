//! Reads and writes recordings under `refs/notes/benchmarks`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use git2::{Commit, ErrorCode, Oid, Repository, RepositoryOpenFlags, StatusOptions, Tree};

use super::note::{Note, Recording};
use super::refs::{Change, NOTES_REF};
use super::{fault, tree};
use crate::hint::WithHint as _;

/// The folder for our own files in the repository's.
const FOLDER: &str = "benchcli";

/// A repository whose notes hold baselines.
pub struct Store {
    repo: Repository,
}

/// The notes as they were at one time.
pub struct Notes<'s> {
    repo: &'s Repository,
    commit: Option<Commit<'s>>,
    tree: Option<Tree<'s>>,
}

/// What a write did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// Recordings that were new.
    pub added: usize,
    /// Recordings that were there before.
    pub known: usize,
}

impl Store {
    /// Opens the repository that a folder is in, as git finds it.
    ///
    /// # Errors
    /// There is none, or it is one that cannot be used; the message says what to do.
    pub fn open(dir: &Path) -> Result<Self> {
        let none: [&str; 0] = [];
        let repo = Repository::open_ext(dir, RepositoryOpenFlags::FROM_ENV, none)
            .map_err(|error| fault::opening(error, dir))?;
        Ok(Self { repo })
    }

    /// The repository.
    pub fn repo(&self) -> &Repository {
        &self.repo
    }

    /// The notes as they are now.
    ///
    /// # Errors
    /// The ref or its commit cannot be read.
    pub fn notes(&self) -> Result<Notes<'_>> {
        self.notes_of(self.tip(NOTES_REF)?)
    }

    /// The commit that one of our refs is at.
    pub(super) fn tip(&self, reference: &str) -> Result<Option<Commit<'_>>> {
        match self.repo.find_reference(reference) {
            Ok(found) => match found.peel_to_commit() {
                Ok(commit) => Ok(Some(commit)),
                Err(_) => Err(fault::no_commit(&found, reference)),
            },
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {reference}")),
        }
    }

    pub(super) fn notes_at(&self, commit: Oid) -> Result<Notes<'_>> {
        self.notes_of(Some(self.repo.find_commit(commit)?))
    }

    fn notes_of<'s>(&'s self, commit: Option<Commit<'s>>) -> Result<Notes<'s>> {
        let tree = commit.as_ref().map(Commit::tree).transpose()?;
        Ok(Notes {
            repo: &self.repo,
            commit,
            tree,
        })
    }

    /// The text of a note that is in these blobs.
    ///
    /// # Errors
    /// One cannot be read from the repository.
    pub fn note_text(&self, blobs: &[Oid]) -> Result<Vec<u8>> {
        let mut text = Vec::new();
        for &blob in blobs {
            tree::append(&self.repo, blob, &mut text)?;
        }
        Ok(text)
    }

    /// The folder for our own files in the repository's. It may not be there.
    pub fn folder(&self) -> PathBuf {
        self.repo.commondir().join(FOLDER)
    }

    /// The commit that a revision names.
    ///
    /// # Errors
    /// It names none; the message says why and what would mend it.
    pub fn resolve(&self, revision: &str) -> Result<Commit<'_>> {
        let object = match self.repo.revparse_single(revision) {
            Ok(object) => object,
            Err(error) => return Err(self.unresolved(revision, error)),
        };
        object.peel_to_commit().map_err(|_| {
            let kind = object.kind().map_or("object", |kind| kind.str());
            anyhow::anyhow!("{revision} is a {kind}; expected a commit, branch or tag")
        })
    }

    /// Whether nothing was committed yet, on any branch.
    pub(crate) fn has_no_commits(&self) -> bool {
        let is_unborn =
            matches!(self.repo.head(), Err(error) if error.code() == ErrorCode::UnbornBranch);
        is_unborn
            && self
                .repo
                .references()
                .is_ok_and(|mut refs| refs.next().is_none())
    }

    fn unresolved(&self, revision: &str, error: git2::Error) -> anyhow::Error {
        let is_missing = matches!(error.code(), ErrorCode::NotFound | ErrorCode::UnbornBranch);
        if is_missing && self.has_no_commits() {
            return anyhow::anyhow!("{revision}: the repository has no commits yet")
                .hint("run `git commit` first");
        }
        if is_missing && self.repo.is_shallow() {
            return anyhow::anyhow!("{revision}: no such commit in this shallow clone")
                .hint("run `git fetch --unshallow`");
        }
        if is_missing {
            return anyhow::anyhow!("{revision}: no such commit")
                .hint("if the commit exists on a remote, run `git fetch`");
        }
        let revision = if revision.is_empty() {
            "\"\""
        } else {
            revision
        };
        match error.code() {
            ErrorCode::InvalidSpec => anyhow::anyhow!(
                "{revision}: expected a commit: an id, a branch, a tag, or an expression such as HEAD~1"
            ),
            ErrorCode::Ambiguous => {
                anyhow::anyhow!("{revision} is ambiguous: the ids of several objects start with it")
                    .hint("use more digits of the id")
            }
            _ => anyhow::Error::new(error).context(format!("cannot look up {revision}")),
        }
    }

    /// The commit that a revision names, or that a whole id names of which only the note is here.
    ///
    /// # Errors
    /// It names none; the message says why and what would mend it.
    pub fn noted(&self, notes: &Notes<'_>, revision: &str) -> Result<Oid> {
        if revision.len() == 40
            && let Ok(id) = Oid::from_str(revision)
            && notes.has(id)?
        {
            return Ok(id);
        }
        Ok(self.resolve(revision)?.id())
    }

    /// Whether tracked files differ from a commit; nothing is known of one that is not checked out.
    /// Files that git does not know do not count: the results are often one of them.
    ///
    /// # Errors
    /// The working tree cannot be read.
    pub fn is_dirty(&self, commit: Oid) -> Result<Option<bool>> {
        let head = self
            .repo
            .head()
            .ok()
            .and_then(|head| head.peel_to_commit().ok());
        if self.repo.is_bare() || head.is_none_or(|head| head.id() != commit) {
            return Ok(None);
        }
        let mut options = StatusOptions::new();
        options.include_untracked(false).include_ignored(false);
        let statuses = self.repo.statuses(Some(&mut options));
        let statuses = statuses.context("cannot read the state of the working tree")?;
        Ok(Some(!statuses.is_empty()))
    }

    /// Adds recordings to a commit's note.
    ///
    /// # Errors
    /// They could not be stored. The notes are then as before.
    pub fn record(&self, commit: Oid, recordings: &[Recording<'_>]) -> Result<Recorded> {
        self.record_all(&[(commit, recordings.to_vec())])
    }

    /// Adds recordings to the notes of several commits, in one step.
    ///
    /// # Errors
    /// They could not be stored. The notes are then as before.
    pub fn record_all(&self, all: &[(Oid, Vec<Recording<'_>>)]) -> Result<Recorded> {
        let mut recorded = Recorded { added: 0, known: 0 };
        let message = match all {
            [(commit, _)] => format!("Record benchmarks of {commit}"),
            _ => format!("Record benchmarks of {} commits", all.len()),
        };
        self.update(&message, |notes| {
            recorded = Recorded { added: 0, known: 0 };
            let mut changes = Vec::new();
            for (commit, recordings) in all {
                let text = notes.text(*commit)?;
                let mut note = Note::parse(&text);
                let before = recorded.added;
                for recording in recordings {
                    if note.contains(recording.header.id) {
                        recorded.known += 1;
                    } else {
                        note.insert(recording.clone());
                        recorded.added += 1;
                    }
                }
                if recorded.added > before {
                    changes.push((*commit, Some(notes.repo.blob(&note.encode())?)));
                }
            }
            let tree = tree::edit(notes.repo, notes.tree.as_ref(), &changes)?;
            Ok(notes.replaced_by(tree))
        })?;
        Ok(recorded)
    }

    /// Sets or removes whole notes, in one step; gives the ref's new commit.
    pub(super) fn replace(
        &self,
        message: &str,
        mut changes: impl FnMut(&Notes<'_>) -> Result<Vec<(Oid, Option<Vec<u8>>)>>,
    ) -> Result<Option<Oid>> {
        self.update(message, |notes| {
            let mut blobs = Vec::new();
            for (commit, text) in changes(notes)? {
                let blob = text.map(|text| notes.repo.blob(&text)).transpose()?;
                blobs.push((commit, blob));
            }
            let tree = tree::edit(notes.repo, notes.tree.as_ref(), &blobs)?;
            Ok(notes.replaced_by(tree))
        })
    }

    /// Merges another notes commit into ours; gives the ref's new commit.
    ///
    /// # Errors
    /// It could not be stored. The notes are then as before.
    pub fn merge(&self, theirs: Oid) -> Result<Option<Oid>> {
        self.update("Merge benchmarks", |notes| {
            let Some(ours) = &notes.commit else {
                return Ok(Change::Commit(theirs));
            };
            let bases = match notes.repo.merge_bases(ours.id(), theirs) {
                Ok(bases) => bases.to_vec(),
                Err(error) if error.code() == ErrorCode::NotFound => Vec::new(),
                Err(error) => return Err(error.into()),
            };
            if bases == [theirs] {
                return Ok(Change::Commit(ours.id()));
            }
            if bases == [ours.id()] {
                return Ok(Change::Commit(theirs));
            }
            let mut base_trees = Vec::new();
            for base in bases {
                base_trees.push(notes.repo.find_commit(base)?.tree()?);
            }
            let their_tree = notes.repo.find_commit(theirs)?.tree()?;
            let tree = tree::merge(notes.repo, &ours.tree()?, &their_tree, &base_trees)?;
            let parents = vec![ours.id(), theirs];
            Ok(Change::Tree { tree, parents })
        })
    }

    /// Computes new notes from those that are and puts them in their place, again if somebody else
    /// was faster. Gives the commit that the ref is at.
    fn update(
        &self,
        message: &str,
        mut change: impl FnMut(&Notes<'_>) -> Result<Change>,
    ) -> Result<Option<Oid>> {
        self.swap(NOTES_REF, message, |store, commit| {
            change(&store.notes_of(commit)?)
        })
    }
}

/// The error for a revision that has no baseline.
pub fn missing(notes: &Notes<'_>, revision: &str) -> anyhow::Error {
    if notes.commit.is_none() {
        return anyhow::anyhow!("{revision}: no baseline, because this clone has no {NOTES_REF}")
            .hint("run `benchcli pull` to fetch the remote's baselines");
    }
    anyhow::anyhow!("{revision}: no baseline for this commit").hint("run `benchcli log` to list the commits that have one, or `benchcli pull` to fetch the remote's baselines")
}

impl Notes<'_> {
    /// The notes commit, where there is one.
    pub fn commit(&self) -> Option<Oid> {
        self.commit.as_ref().map(Commit::id)
    }

    /// The change to that tree.
    fn replaced_by(&self, tree: Oid) -> Change {
        let parents = self.commit().into_iter().collect();
        Change::Tree { tree, parents }
    }

    /// The text of a commit's note, empty where it has none.
    ///
    /// # Errors
    /// It cannot be read from the repository.
    pub fn text(&self, commit: Oid) -> Result<Vec<u8>> {
        tree::text(self.repo, self.tree.as_ref(), commit)
    }

    /// Whether a commit has a note.
    ///
    /// # Errors
    /// The tree cannot be read from the repository.
    pub fn has(&self, commit: Oid) -> Result<bool> {
        Ok(!tree::places(self.repo, self.tree.as_ref(), commit)?.is_empty())
    }

    /// The commits that have notes, in the order of their ids.
    ///
    /// # Errors
    /// The tree cannot be read from the repository.
    pub fn commits(&self) -> Result<Vec<Oid>> {
        let mut commits = match &self.tree {
            Some(tree) => tree::list(self.repo, tree)?,
            None => Vec::new(),
        };
        commits.dedup_by_key(|(commit, _)| *commit);
        Ok(commits.into_iter().map(|(commit, _)| commit).collect())
    }

    /// The commits that have notes, in the order of their ids, each with the blobs of its note: one,
    /// or more where programs with different ideas of the tree wrote it.
    ///
    /// # Errors
    /// The tree cannot be read from the repository.
    pub fn blobs(&self) -> Result<Vec<(Oid, Vec<Oid>)>> {
        let mut notes: Vec<(Oid, Vec<Oid>)> = Vec::new();
        let Some(tree) = &self.tree else {
            return Ok(notes);
        };
        for (commit, blob) in tree::list(self.repo, tree)? {
            match notes.last_mut() {
                Some((last, blobs)) if *last == commit => blobs.push(blob),
                _ => notes.push((commit, vec![blob])),
            }
        }
        Ok(notes)
    }

    /// The commits whose notes are not the same as in `other`.
    pub(super) fn differing(&self, other: &Notes<'_>) -> Result<usize> {
        let commits = tree::differing(self.repo, self.tree.as_ref(), other.tree.as_ref())?;
        Ok(commits.len())
    }
}
