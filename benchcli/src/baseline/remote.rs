//! Shares baselines over the network.
//!
//! The user's own `git` fetches and pushes, with its credentials, proxies and settings. This module merges
//! what was fetched.

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, anyhow, bail};
use bstr::ByteSlice as _;
use git2::Oid;
use serde::Serialize;

use super::refs::{NOTES_REF, PROFILES_REF};
use super::store::Store;
use super::swap::Backoff;
use crate::hint::WithHint as _;
use crate::plural::counted;

/// How long a push goes on trying while others push.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where what was fetched is until it is merged, a ref for every process.
const FETCHED: &str = "refs/benchcli/fetched/";

/// What a pull or push did.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Shared {
    /// The remote's name or address.
    pub remote: String,
    /// The notes commit that both sides have now, or ours after a pull; none where there is none.
    pub notes: Option<String>,
    /// Commits whose baselines changed here.
    pub received: usize,
    /// Commits whose baselines changed there.
    pub sent: usize,
    /// How often it was tried.
    pub attempts: usize,
    /// Profiles, as far as they were asked for.
    pub profiles: Moved,
}

/// How many profiles went to and fro.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Moved {
    /// Profiles that are new here.
    pub received: usize,
    /// Profiles that are new there.
    pub sent: usize,
}

/// What to share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncScope {
    /// Baselines.
    Baselines,
    /// Baselines and the profiles that are kept with them.
    WithProfiles,
}

/// A remote of a repository.
pub struct Remote<'s> {
    store: &'s Store,
    name: String,
    patience: Duration,
}

impl<'s> Remote<'s> {
    /// The remote of that name or address, else the one that git would push to.
    ///
    /// # Errors
    /// There is no remote, or there are several and nothing says which.
    pub fn new(store: &'s Store, name: Option<&str>) -> Result<Self> {
        let name = match name {
            Some(name) => name.to_owned(),
            None => default(store)?,
        };
        // Git would take it for an option.
        if name.starts_with('-') {
            bail!("{name}: not a remote");
        }
        Ok(Self {
            store,
            name,
            patience: PATIENCE,
        })
    }

    /// Fetches what the remote has and merges it into ours.
    ///
    /// # Errors
    /// Git could not fetch, or the result could not be stored.
    pub fn pull(&self, sync_scope: SyncScope) -> Result<Shared> {
        let before = self.store.notes()?;
        let theirs = self.fetch(NOTES_REF)?;
        let notes = match theirs {
            Some(theirs) => self.store.merge(theirs)?,
            None => before.commit(),
        };
        let mut profiles = Moved::default();
        if sync_scope == SyncScope::WithProfiles {
            let before = self.store.profiles()?;
            if let Some(theirs) = self.fetch(PROFILES_REF)? {
                self.store.merge_profiles(theirs)?;
                profiles.received = self.store.profiles()?.beyond(&before);
            }
        }
        Ok(Shared {
            remote: self.name.clone(),
            notes: notes.map(|notes| notes.to_string()),
            received: self.store.notes()?.differing(&before)?,
            sent: 0,
            attempts: 1,
            profiles,
        })
    }

    /// Merges what the remote has into ours and pushes the result, again while others are faster.
    ///
    /// # Errors
    /// There is nothing to push, or git could not fetch or push. What was recorded here stays here.
    pub fn push(&self, sync_scope: SyncScope) -> Result<Shared> {
        let before = self.store.notes()?;
        let profiles_before = self.store.profiles()?;
        let with_profiles =
            sync_scope == SyncScope::WithProfiles && profiles_before.commit().is_some();
        let merge = |theirs| self.store.merge(theirs);
        let ours = || Ok(self.store.notes()?.commit());
        let (theirs, notes, attempts) = self.exchange(NOTES_REF, &merge, &ours)?;
        if notes.is_none() && !with_profiles {
            return Err(anyhow!("there is no baseline to push yet")
                .hint("run `benchcli record` to create one"));
        }
        let mut shared = Shared {
            remote: self.name.clone(),
            notes: notes.map(|notes| notes.to_string()),
            received: 0,
            sent: 0,
            attempts,
            profiles: Moved::default(),
        };
        if let Some(notes) = notes {
            let now = self.store.notes_at(notes)?;
            shared.received = now.differing(&before)?;
            shared.sent = match theirs {
                Some(theirs) => now.differing(&self.store.notes_at(theirs)?)?,
                None => now.commits()?.len(),
            };
        }
        if with_profiles {
            let merge = |theirs| self.store.merge_profiles(theirs);
            let ours = || Ok(self.store.profiles()?.commit());
            let (theirs, profiles, _) = self.exchange(PROFILES_REF, &merge, &ours)?;
            if let Some(profiles) = profiles {
                let now = self.store.profiles_at(profiles)?;
                shared.profiles = Moved {
                    received: now.beyond(&profiles_before),
                    sent: match theirs {
                        Some(theirs) => now.beyond(&self.store.profiles_at(theirs)?),
                        None => now.count(),
                    },
                };
            }
        }
        Ok(shared)
    }

    /// Merges a ref of the remote into ours and pushes the result; gives what the remote had, what
    /// both have, and how often it was tried.
    fn exchange(
        &self,
        reference: &str,
        merge: &dyn Fn(Oid) -> Result<Option<Oid>>,
        ours: &dyn Fn() -> Result<Option<Oid>>,
    ) -> Result<(Option<Oid>, Option<Oid>, usize)> {
        let start = Instant::now();
        let mut backoff = Backoff::new();
        let mut attempts = 0;
        loop {
            attempts += 1;
            let theirs = self.fetch(reference)?;
            let merged = match theirs {
                Some(theirs) => merge(theirs)?,
                None => ours()?,
            };
            let Some(new) = merged.filter(|new| theirs != Some(*new)) else {
                return Ok((theirs, merged, attempts));
            };
            let Err(reason) = self.send(reference, theirs, new)? else {
                return Ok((theirs, merged, attempts));
            };
            if start.elapsed() > self.patience {
                bail!(
                    "{}: gave up after {} because others pushed each time ({reason}); your recordings are safe in this clone; run `benchcli push` again",
                    self.name,
                    counted(attempts, "attempt")
                );
            }
            backoff.pause();
        }
    }

    fn git(&self) -> Command {
        let repo = self.store.repo();
        let mut git = Command::new("git");
        git.current_dir(repo.workdir().unwrap_or(repo.path()))
            .arg("--git-dir")
            .arg(repo.path())
            // Its messages are read below.
            .env("LC_ALL", "C")
            .stdin(Stdio::inherit());
        git
    }

    fn run(git: &mut Command) -> Result<Output> {
        let run = git.stdout(Stdio::piped()).stderr(Stdio::piped()).output();
        run.context("cannot run `git`, which `benchcli push` and `benchcli pull` require")
            .map_err(|error| error.hint("install git or add its folder to PATH"))
    }

    /// The commit that a ref of the remote is at, with everything that belongs to it.
    fn fetch(&self, reference: &str) -> Result<Option<Oid>> {
        let target = Fetched::new(self.store)?;
        let refspec = format!("+{reference}:{}", target.name);
        let flags = [
            "--quiet",
            "--no-tags",
            "--no-prune",
            "--no-write-fetch-head",
            // A clone without blobs would get notes without texts.
            "--no-filter",
        ];
        let mut git = self.git();
        git.arg("fetch").args(flags).arg("--no-recurse-submodules");
        let output = Self::run(git.args(["--", &self.name, &refspec]))?;
        if output.status.success() {
            let fetched = self.store.repo().refname_to_id(&target.name);
            return Ok(Some(
                fetched.context("git fetched a ref that does not exist")?,
            ));
        }
        let stderr = output.stderr.to_str_lossy();
        if stderr.contains("couldn't find remote ref") {
            return Ok(None);
        }
        Err(self.failed("fetch", &stderr))
    }

    /// Moves a ref of the remote from where it was. The inner error is a reason to try again.
    fn send(&self, reference: &str, old: Option<Oid>, new: Oid) -> Result<Result<(), String>> {
        let refspec = format!("{new}:{reference}");
        let mut git = self.git();
        git.args([
            "push",
            "--porcelain",
            "--no-follow-tags",
            "--recurse-submodules=no",
        ]);
        if reference == PROFILES_REF {
            // A prune leaves no common history, so git is told what is replaced.
            let old = old.map(|old| old.to_string()).unwrap_or_default();
            git.arg(format!("--force-with-lease={reference}:{old}"));
        }
        let output = Self::run(git.args(["--", &self.name, &refspec]))?;
        if output.status.success() {
            return Ok(Ok(()));
        }
        let stdout = output.stdout.to_str_lossy();
        let stderr = output.stderr.to_str_lossy();
        let rejected = stdout.lines().find(|line| line.starts_with("!\t"));
        match rejected.filter(|line| is_race(line)) {
            Some(line) => Ok(Err(line.rsplit('\t').next().unwrap_or(line).to_owned())),
            None => Err(self.failed("push", &format!("{}\n{stderr}", rejected.unwrap_or("")))),
        }
    }

    fn failed(&self, what: &str, stderr: &str) -> anyhow::Error {
        let stderr = stderr.trim();
        let error = anyhow!("`git {what} {}` failed:\n{stderr}", self.name);
        if what == "push" {
            error.hint(
                "your recordings are safe in this clone; if this job cannot push, as in a pull request from a fork, save its results as an artifact and record them in a job that can",
            )
        } else if stderr.contains("does not appear to be a git repository") {
            error.hint("run `git remote -v` to list the remotes")
        } else {
            error
        }
    }
}

/// Whether a push was refused because somebody else pushed.
fn is_race(line: &str) -> bool {
    [
        "(fetch first)",
        "(non-fast-forward)",
        "(needs force)",
        "(stale info)",
        "failed to update ref",
        "failed to lock",
        "cannot lock ref",
        "incorrect old value",
        "reference already exists",
    ]
    .iter()
    .any(|reason| line.contains(reason))
}

/// The remote that git would push to from here.
fn default(store: &Store) -> Result<String> {
    let repo = store.repo();
    let config = repo.config()?.snapshot()?;
    let head = repo.head().ok();
    let branch = head.as_ref().and_then(|head| head.shorthand().ok());
    let mut keys = Vec::new();
    if let Some(branch) = branch {
        keys.push(format!("branch.{branch}.pushRemote"));
    }
    keys.push("remote.pushDefault".into());
    if let Some(branch) = branch {
        keys.push(format!("branch.{branch}.remote"));
    }
    // A branch may track another of the same repository.
    let mut configured = keys.iter().filter_map(|key| config.get_str(key).ok());
    if let Some(name) = configured.find(|name| *name != ".") {
        return Ok(name.to_owned());
    }
    let remotes = repo.remotes()?;
    let names: Vec<&str> = remotes
        .iter()
        .filter_map(|name| name.ok().flatten())
        .collect();
    match names[..] {
        [only] => Ok(only.to_owned()),
        [] => Err(
            anyhow!("this repository has no remote to share baselines with")
                .hint("run `git remote add origin URL`"),
        ),
        _ if names.contains(&"origin") => Ok("origin".into()),
        _ => bail!(
            "this repository has several remotes and no default; name one of: {}",
            names.join(", ")
        ),
    }
}

/// A ref of this process alone, gone when it is done.
struct Fetched<'s> {
    store: &'s Store,
    name: String,
}

impl<'s> Fetched<'s> {
    fn new(store: &'s Store) -> Result<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
        // Those of processes that were killed.
        for reference in store.repo().references_glob(&format!("{FETCHED}*"))? {
            let mut reference = reference?;
            let made = reference.name().ok().and_then(|name| {
                let (seconds, _) = name.strip_prefix(FETCHED)?.split_once('-')?;
                seconds.parse::<u64>().ok()
            });
            if made.is_none_or(|made| made + 24 * 60 * 60 < now.as_secs()) {
                let _ = reference.delete();
            }
        }
        let (seconds, nanos) = (now.as_secs(), now.subsec_nanos());
        let name = format!("{FETCHED}{seconds}-{nanos}-{}", std::process::id());
        Ok(Self { store, name })
    }
}

impl Drop for Fetched<'_> {
    fn drop(&mut self) {
        if let Ok(mut reference) = self.store.repo().find_reference(&self.name) {
            let _ = reference.delete();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::baseline::{Header, Recording};

    #[test]
    fn a_push_gives_up_where_others_are_always_faster() {
        let folder = tempfile::tempdir().unwrap();
        let [ours, theirs] = ["ours", "theirs"].map(|name| folder.path().join(name));
        let bare = git2::Repository::init_bare(&theirs).unwrap();
        git2::Repository::init(&ours).unwrap();
        let store = Store::open(&ours).unwrap();
        let header = Header {
            id: Oid::ZERO_SHA1,
            at: None,
            fields: Vec::new(),
        };
        let recording = Recording::new(header, b"BenchmarkA 1 1 ns/op\n".to_vec());
        store.record(Oid::ZERO_SHA1, &[recording]).unwrap();
        // As where another push is at work all the time.
        let lock = bare.path().join(format!("{NOTES_REF}.lock"));
        fs::create_dir_all(lock.parent().unwrap()).unwrap();
        fs::write(lock, "").unwrap();

        let mut remote = Remote::new(&store, theirs.to_str()).unwrap();
        remote.patience = Duration::ZERO;
        let message = remote.push(SyncScope::Baselines).unwrap_err().to_string();
        let (begin, end) = (
            ": gave up after 1 attempt because others pushed each time (",
            "); your recordings are safe in this clone; run `benchcli push` again",
        );
        assert!(
            message.contains(begin) && message.ends_with(end),
            "{message}"
        );
    }
}
