//! Recordings in a repository: reading and writing `refs/notes/benchmarks`.

use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use git2::{
    Commit, ConfigLevel, ErrorCode, Oid, Repository, RepositoryOpenFlags, Signature, StatusOptions,
    Tree,
};

use super::lock::WriteLock;
use super::note::{Note, Recording};
use super::{fault, tree};

/// The ref that the notes are under.
pub const NOTES_REF: &str = "refs/notes/benchmarks";

/// The folder for our own files in the repository's.
const FOLDER: &str = "benchcli";

/// How long other programs may hold the notes ref before a write fails.
const PATIENCE: Duration = Duration::from_secs(30);

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
        let commit = match self.repo.find_reference(NOTES_REF) {
            Ok(reference) => Some(reference.peel_to_commit().with_context(|| {
                format!("{NOTES_REF} is no commit: `git fsck` says what is wrong with it")
            })?),
            Err(error) if error.code() == ErrorCode::NotFound => None,
            Err(error) => {
                return Err(error).with_context(|| format!("{NOTES_REF} cannot be read"));
            }
        };
        self.notes_of(commit)
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
        object.peel_to_commit().with_context(|| {
            let kind = object.kind().map_or("object", |kind| kind.str());
            format!("{revision}: a {kind}, not a commit")
        })
    }

    fn has_no_commits(&self) -> bool {
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
            return anyhow::anyhow!(
                "{revision}: the repository has no commits yet; baselines belong to commits: \
                 run `git commit` first"
            );
        }
        if is_missing && self.repo.is_shallow() {
            return anyhow::anyhow!(
                "{revision}: no such commit in this shallow clone; run `git fetch --unshallow`"
            );
        }
        if is_missing {
            return anyhow::anyhow!(
                "{revision}: no such commit; run `git fetch` if it is one of a remote's"
            );
        }
        anyhow::Error::new(error).context(format!("{revision}: not a revision"))
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
        let statuses = statuses.context("the state of the working tree cannot be read")?;
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
            Ok(Change::tree(tree))
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
            Ok(Change::tree(tree))
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
            Ok(Change::Tree {
                tree,
                also: Some(theirs),
            })
        })
    }

    /// Computes new notes from those that are and puts them in their place, again if somebody else
    /// was faster. Gives the commit that the ref is at.
    fn update(
        &self,
        message: &str,
        mut change: impl FnMut(&Notes<'_>) -> Result<Change>,
    ) -> Result<Option<Oid>> {
        let folder = self.folder();
        self.try_update(&folder, message, &mut change)
            .map_err(|error| fault::storing(error, self.repo.commondir()))
    }

    fn try_update(
        &self,
        folder: &Path,
        message: &str,
        change: &mut dyn FnMut(&Notes<'_>) -> Result<Change>,
    ) -> Result<Option<Oid>> {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let mut lock = WriteLock::acquire(folder).with_context(|| folder.display().to_string())?;
        // Objects and refs of this handle are on the disk when a write returns.
        let durable = Self::open(self.repo.path())?;
        durable.make_durable(folder)?;
        let repo = &durable.repo;
        let start = Instant::now();
        let mut backoff = Backoff::new();
        loop {
            let notes = durable.notes()?;
            let old = notes.commit.as_ref().map(Commit::id);
            let new = match change(&notes)? {
                Change::Commit(commit) => commit,
                Change::Tree { tree, also } => {
                    if also.is_none() && notes.tree_id() == Some(tree) {
                        return Ok(old);
                    }
                    let tree = repo.find_tree(tree)?;
                    let also = also.map(|also| repo.find_commit(also)).transpose()?;
                    if old.is_none() && tree.is_empty() {
                        return Ok(None);
                    }
                    let parents: Vec<_> = notes.commit.iter().chain(&also).collect();
                    let who = signature(repo)?;
                    repo.commit(None, &who, &who, message, &tree, &parents)?
                }
            };
            if old == Some(new) {
                return Ok(old);
            }
            lock.announce(new)?;
            let expected = old.unwrap_or(Oid::ZERO_SHA1);
            let log = format!("benchcli: {message}");
            match repo.reference_matching(NOTES_REF, new, true, expected, &log) {
                Ok(_) => return Ok(Some(new)),
                Err(error) if is_contention(&error) && start.elapsed() < PATIENCE => {
                    lock.clear_stale(&self.ref_lock());
                    backoff.pause();
                }
                Err(error) if error.code() == ErrorCode::Locked => {
                    let lock = self.ref_lock();
                    bail!(
                        "another program holds {lock} for {} seconds; \
                         if no git is at work here, remove that file",
                        PATIENCE.as_secs(),
                        lock = lock.display(),
                    );
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn ref_lock(&self) -> PathBuf {
        self.repo.commondir().join(format!("{NOTES_REF}.lock"))
    }

    /// Makes libgit2 sync what it writes, which its own configuration can ask for and its bindings
    /// cannot. Who has switched syncing off for git has done so for this too.
    fn make_durable(&self, folder: &Path) -> Result<()> {
        let mut config = self.repo.config()?;
        let is_off = config
            .snapshot()?
            .get_str("core.fsync")
            .is_ok_and(|value| value == "none");
        if is_off {
            return Ok(());
        }
        let path = folder.join("config");
        let text = "[core]\n\tfsyncObjectFiles = true\n";
        if fs::read_to_string(&path).ok().as_deref() != Some(text) {
            fs::write(&path, text).with_context(|| path.display().to_string())?;
        }
        config.add_file(&path, ConfigLevel::App, true)?;
        self.repo.set_config(&config)?;
        Ok(())
    }
}

/// The error for a revision that has no baseline.
pub fn missing(notes: &Notes<'_>, revision: &str) -> anyhow::Error {
    if notes.commit.is_none() {
        return anyhow::anyhow!(
            "{revision}: no baseline, for there is no {NOTES_REF} in this clone; \
             run `benchcli pull` to fetch those of the remote"
        );
    }
    anyhow::anyhow!(
        "{revision}: no baseline for this commit; `benchcli log` lists the commits that have one, \
         `benchcli pull` fetches those of the remote"
    )
}

enum Change {
    /// The ref goes to a commit that is there.
    Commit(Oid),
    /// A new commit with that tree, whose second parent may be another notes commit.
    Tree { tree: Oid, also: Option<Oid> },
}

impl Change {
    fn tree(tree: Oid) -> Self {
        Self::Tree { tree, also: None }
    }
}

fn is_contention(error: &git2::Error) -> bool {
    use ErrorCode::{Exists, Locked, Modified, NotFound};

    // Not found: the ref was there and is gone.
    matches!(error.code(), Exists | Locked | Modified | NotFound)
}

/// Who commits: as git has it, and somebody in any case, for a CI job has often no name.
fn signature(repo: &Repository) -> Result<Signature<'static>> {
    let known = repo.committer_from_env().or_else(|_| repo.signature());
    Ok(match known {
        Ok(signature) => signature,
        Err(_) => Signature::now("benchcli", "benchcli@localhost")?,
    })
}

/// Pauses that grow and that no two processes share.
#[derive(Debug)]
pub(super) struct Backoff {
    limit: Duration,
    random: RandomState,
    count: u64,
}

impl Backoff {
    pub(super) fn new() -> Self {
        Self {
            limit: Duration::from_millis(4),
            random: RandomState::new(),
            count: 0,
        }
    }

    pub(super) fn pause(&mut self) {
        self.count += 1;
        let random = self.random.hash_one((self.count, std::process::id())) >> 32;
        let share = random as f64 / f64::from(u32::MAX);
        thread::sleep(self.limit.mul_f64(0.25 + 0.75 * share));
        self.limit = (self.limit * 2).min(Duration::from_secs(1));
    }
}

impl Notes<'_> {
    /// The notes commit, where there is one.
    pub fn commit(&self) -> Option<Oid> {
        self.commit.as_ref().map(Commit::id)
    }

    fn tree_id(&self) -> Option<Oid> {
        self.tree.as_ref().map(Tree::id)
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
