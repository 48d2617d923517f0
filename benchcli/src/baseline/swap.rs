//! Updates refs by compare-and-swap.

use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use git2::{Commit, ConfigLevel, ErrorCode, Oid, Repository, Signature};

use super::fault;
use super::lock::WriteLock;
use super::refs::Change;
use super::store::Store;

/// How long other programs may hold a ref before a write fails.
const PATIENCE: Duration = Duration::from_secs(30);

impl Store {
    /// Computes what a ref goes to from where it is, and moves it, again if somebody else was
    /// faster. What it computes with is synced to the disk. Gives the commit that the ref is at.
    pub(super) fn swap(
        &self,
        reference: &str,
        message: &str,
        mut change: impl for<'s> FnMut(&'s Store, Option<Commit<'s>>) -> Result<Change>,
    ) -> Result<Option<Oid>> {
        self.try_swap(reference, message, &mut change)
            .map_err(|error| fault::storing(error, self.repo().commondir()))
    }

    fn try_swap(
        &self,
        reference: &str,
        message: &str,
        change: &mut dyn for<'s> FnMut(&'s Store, Option<Commit<'s>>) -> Result<Change>,
    ) -> Result<Option<Oid>> {
        let folder = self.folder();
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        let mut lock = WriteLock::acquire(&folder).with_context(|| folder.display().to_string())?;
        // Objects and refs of this handle are on the disk when a write returns.
        let durable = Self::open(self.repo().path())?;
        make_durable(durable.repo(), &folder)?;
        let repo = durable.repo();
        let start = Instant::now();
        let mut backoff = Backoff::new();
        loop {
            let tip = durable.tip(reference)?;
            let old = tip.as_ref().map(Commit::id);
            let new = match change(&durable, tip.clone())? {
                Change::Commit(commit) => commit,
                Change::Tree { tree, parents } => {
                    if let Some(tip) = &tip
                        && parents == [tip.id()]
                        && tip.tree_id() == tree
                    {
                        return Ok(old);
                    }
                    let tree = repo.find_tree(tree)?;
                    if old.is_none() && parents.is_empty() && tree.is_empty() {
                        return Ok(None);
                    }
                    let parents: Vec<_> = parents
                        .into_iter()
                        .map(|parent| repo.find_commit(parent))
                        .collect::<Result<_, _>>()?;
                    let parents: Vec<_> = parents.iter().collect();
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
            match repo.reference_matching(reference, new, true, expected, &log) {
                Ok(_) => return Ok(Some(new)),
                Err(error) if is_contention(&error) && start.elapsed() < PATIENCE => {
                    lock.clear_stale(&ref_lock(repo, reference));
                    backoff.pause();
                }
                Err(error) if error.code() == ErrorCode::Locked => {
                    let lock = ref_lock(repo, reference);
                    bail!(
                        "another program has held {lock} for {} seconds; if no git process is running, remove this file",
                        PATIENCE.as_secs(),
                        lock = lock.display(),
                    );
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn ref_lock(repo: &Repository, reference: &str) -> PathBuf {
    repo.commondir().join(format!("{reference}.lock"))
}

/// Makes libgit2 sync what it writes, which its own configuration can ask for and its bindings
/// cannot. Who has switched syncing off for git has done so for this too.
fn make_durable(repo: &Repository, folder: &Path) -> Result<()> {
    let mut config = repo.config()?;
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
    repo.set_config(&config)?;
    Ok(())
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
