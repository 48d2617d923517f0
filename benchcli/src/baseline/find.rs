//! Finds the baseline to compare with.

use std::collections::BTreeSet;
use std::fmt;

use anyhow::{Result, anyhow};
use bstr::BString;
use git2::{Commit, ErrorCode, Oid, Repository};

use super::ci::CiTarget;
use super::environment::{self, Environment};
pub use super::find_error::FindError;
use super::header::Header;
use super::main_branch::main_branch;
use super::note::{self, Note, Recording};
use super::store::{Store, missing};
use crate::hint::WithHint as _;

/// What a baseline must be of to be compared with.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The environments of the new results; none fits every baseline.
    pub environments: BTreeSet<Environment>,
    /// Labels that must be equal.
    pub labels: Vec<(String, BString)>,
    /// Whether results of several layouts and of one may be compared, for what is measured again before it fails.
    pub across_layouts: bool,
}

/// A baseline, and how it was found.
#[derive(Debug, Clone)]
pub struct Baseline {
    /// The commit that was measured.
    pub commit: Oid,
    /// Its recordings that fit.
    pub recordings: Vec<Recording<'static>>,
    /// How the commit was chosen, for `auto`.
    pub path: Option<Path>,
}

/// The way from HEAD to the commit that was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// What the changes are based on.
    pub start: Start,
    /// How many first parents further back the commit is.
    pub back: usize,
}

/// Where the search started.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Start {
    /// The merge base with that branch.
    MergeBase(String),
    /// HEAD's parent, HEAD being on that branch.
    Parent(String),
    /// HEAD, with changes that are not committed.
    Head,
    /// The commit that the CI job names.
    Job,
}

impl Wanted {
    fn fits(&self, recording: &Recording<'_>) -> bool {
        self.has_labels(&recording.header)
            && (self.environments.is_empty()
                || recording.environments().iter().any(|it| self.is_like(it)))
    }

    /// Whether a note's headers alone say that nothing in it fits.
    fn excludes(&self, note: &[u8]) -> bool {
        let Some(headers) = note::headers(note) else {
            return false;
        };
        headers.iter().all(|(header, _)| {
            let environment = environment::from_header(header);
            let is_other = environment.is_some_and(|it| !self.is_like(&it));
            !self.has_labels(header) || (is_other && !self.environments.is_empty())
        })
    }

    fn is_like(&self, theirs: &Environment) -> bool {
        self.environments.iter().any(|ours| {
            ours.is_like(theirs) || (self.across_layouts && ours.is_same_machine(theirs))
        })
    }

    /// Whether some of the new results were measured in several layouts or in one, as a recording was.
    fn has_policy_of(&self, recording: &Recording<'_>) -> bool {
        let varies = environment::varies_layouts(&recording.header);
        let mut environments = self.environments.iter();
        environments.any(|it| it.varies_layouts == varies)
    }

    fn has_labels(&self, header: &Header) -> bool {
        self.labels.iter().all(|(name, value)| {
            let mut labels = header.labels();
            labels.any(|(known, it)| known == name && it == value)
        })
    }

    fn summary(&self) -> String {
        let environments = self.environments.iter().map(Environment::summary);
        let labels = self
            .labels
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        environments.chain(labels).collect::<Vec<_>>().join("; ")
    }
}

impl Baseline {
    /// The texts to read results from. Each is an input of its own: a setting in one does not hold
    /// for the next.
    pub fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.recordings.iter().map(Recording::readable)
    }

    /// Whether it was measured in several layouts and the new results in one, or the other way round.
    pub fn is_across_layouts(&self, wanted: &Wanted) -> bool {
        let mut recordings = self.recordings.iter();
        !wanted.environments.is_empty() && recordings.any(|it| !wanted.has_policy_of(it))
    }

    /// Leaves out the recordings of the layout policy that the new results do not have, where there are others.
    pub fn prefer_layouts(&mut self, wanted: &Wanted) {
        if self.recordings.iter().any(|it| wanted.has_policy_of(it)) {
            self.recordings.retain(|it| wanted.has_policy_of(it));
        }
    }

    /// The versions of Go that it was measured with, as far as they are known.
    pub fn go_versions(&self) -> BTreeSet<String> {
        let fields = self
            .recordings
            .iter()
            .filter_map(|it| it.header.field("go"));
        fields.map(ToString::to_string).collect()
    }
}

impl fmt::Display for Baseline {
    /// `1a2b3c4d5e, 3 commits before the merge base with origin/main`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let commit = self.commit.to_string();
        out.write_str(&commit[..10])?;
        let Some(Path { start, back }) = &self.path else {
            return Ok(());
        };
        match back {
            0 => out.write_str(", ")?,
            1 => out.write_str(", 1 commit before ")?,
            back => write!(out, ", {back} commits before ")?,
        }
        match start {
            Start::MergeBase(branch) => write!(out, "the merge base with {branch}"),
            Start::Parent(branch) => write!(out, "the parent of HEAD, which is on {branch}"),
            Start::Head => out.write_str("HEAD, because the working tree has uncommitted changes"),
            Start::Job => out.write_str("the commit that the CI job is based on"),
        }
    }
}

/// What is said where nothing was committed yet.
const NO_COMMITS: &str = "the repository has no commits yet, so there is nothing to compare with";

/// What stands for [`auto`] where a revision is expected.
pub const AUTO: &str = "auto";

/// The baseline that `--base REV|auto` names.
///
/// # Errors
/// As of [`at`] and [`auto`].
pub fn find(
    store: &Store,
    base: &str,
    wanted: &Wanted,
    target: Option<&CiTarget>,
) -> Result<Baseline> {
    if base != AUTO {
        return at(store, base, wanted);
    }
    let head = store.resolve("HEAD")?.id();
    let is_dirty = store.is_dirty(head)? == Some(true);
    auto(store, wanted, target, is_dirty)
}

/// Like [`find`], for results that select what is measured again. Where no baseline fits because they are all of
/// another layout policy, one of those is found.
///
/// # Errors
/// As of [`find`].
pub fn to_select_suspects(
    store: &Store,
    base: &str,
    wanted: &Wanted,
    target: Option<&CiTarget>,
) -> Result<Baseline> {
    find(store, base, wanted, target).or_else(|error| {
        let across = Wanted {
            across_layouts: true,
            ..wanted.clone()
        };
        // What is missing is told of what was asked for.
        find(store, base, &across, target).map_err(|_| error)
    })
}

/// The commit that `base` names, measured or not, and how it was chosen; for `auto` the one with
/// which [`auto`] begins its search.
///
/// # Errors
/// There is no such commit, or for `auto` a [`FindError`].
pub fn commit(store: &Store, base: &str, target: Option<&CiTarget>) -> Result<Baseline> {
    if store.has_no_commits() {
        return Err(anyhow!(NO_COMMITS).hint("run `git commit` first"));
    }
    let (commit, path) = if base == AUTO {
        let repo = store.repo();
        let head = store.resolve("HEAD")?;
        let is_dirty = store.is_dirty(head.id())? == Some(true);
        let job = target.and_then(|target| target.commit.as_deref());
        let job = job
            .and_then(|id| Oid::from_str(id).ok())
            .filter(|id| *id != head.id());
        let (start, commit) = self::base(repo, &head, target, job, is_dirty)?;
        let commit = commit.ok_or_else(|| FindError::NoParent.with_hint())?;
        (commit.id(), Some(Path { start, back: 0 }))
    } else {
        (store.resolve(base)?.id(), None)
    };
    Ok(Baseline {
        commit,
        recordings: Vec::new(),
        path,
    })
}

/// The baseline of a revision.
///
/// # Errors
/// There is no such commit, it has no baseline, or none that fits.
pub fn at(store: &Store, revision: &str, wanted: &Wanted) -> Result<Baseline> {
    let notes = store.notes()?;
    let commit = store.noted(&notes, revision)?;
    let note = notes.text(commit)?;
    let note = Note::parse(&note);
    if note.is_empty() {
        return Err(missing(&notes, revision));
    }
    let recordings = fitting(&note, wanted);
    if recordings.is_empty() {
        let mut id = commit.to_string();
        id.truncate(10);
        let found = environments(&note);
        if found.is_empty() {
            return Err(anyhow!(
                "{revision}: the note of commit {id} contains no benchmark results"
            )
            .hint(format!(
                "run `benchcli record --commit {revision}` to add some"
            )));
        }
        anyhow::bail!(
            "{revision}: the baseline of commit {id} was measured on {found}, not on {}; such results cannot be compared",
            wanted.summary()
        );
    }
    Ok(Baseline {
        commit,
        recordings,
        path: None,
    })
}

/// The baseline for what is checked out: of the merge base with the main branch, or of its nearest
/// first-parent ancestor that has one which fits. On the main branch itself the search starts at
/// HEAD's parent, or at HEAD where the working tree has changes.
///
/// # Errors
/// A [`FindError`], or whatever reading the repository fails with.
pub fn auto(
    store: &Store,
    wanted: &Wanted,
    target: Option<&CiTarget>,
    is_dirty: bool,
) -> Result<Baseline> {
    let notes = store.notes()?;
    let repo = store.repo();
    let head = store.resolve("HEAD")?;
    if notes.commit().is_none() {
        return Err(missing(&notes, "auto"));
    }
    // A shallow clone may not have the commit and have its note all the same.
    let job = target.and_then(|target| target.commit.as_deref());
    let job = job
        .and_then(|id| Oid::from_str(id).ok())
        .filter(|id| *id != head.id());
    if let Some(job) = job
        && repo.find_commit(job).is_err()
    {
        let recordings = fitting(&Note::parse(&notes.text(job)?), wanted);
        if !recordings.is_empty() {
            let path = Path {
                start: Start::Job,
                back: 0,
            };
            return Ok(Baseline {
                commit: job,
                recordings,
                path: Some(path),
            });
        }
    }
    let (start, from) = base(repo, &head, target, job, is_dirty)?;
    let mut back = 0;
    let mut other = None;
    let mut at = from;
    while let Some(commit) = at {
        let text = notes.text(commit.id())?;
        // Reading every note on a long way back takes its time; the nearest is named in the end.
        if !text.is_empty() && (other.is_none() || !wanted.excludes(&text)) {
            let note = Note::parse(&text);
            let recordings = fitting(&note, wanted);
            if !recordings.is_empty() {
                return Ok(Baseline {
                    commit: commit.id(),
                    recordings,
                    path: Some(Path { start, back }),
                });
            }
            if other.is_none() {
                other = Some((commit.id(), back, environments(&note)));
            }
        }
        back += 1;
        at = match commit.parent(0) {
            Ok(parent) => Some(parent),
            Err(error) if error.code() == ErrorCode::NotFound => None,
            Err(error) => return Err(error.into()),
        };
    }
    let looked_at = back;
    if repo.is_shallow() {
        return Err(FindError::Shallow { looked_at }.with_hint());
    }
    Err(match other {
        Some((commit, back, found)) => FindError::OtherEnvironment {
            wanted: wanted.summary(),
            looked_at,
            commit,
            back,
            found,
        },
        None if looked_at == 0 => FindError::NoParent,
        None => FindError::None { looked_at },
    }
    .with_hint())
}

fn fitting(note: &Note<'_>, wanted: &Wanted) -> Vec<Recording<'static>> {
    let recordings = note.recordings().into_iter();
    let fitting = recordings.filter(|it| wanted.fits(it) && !it.environments().is_empty());
    fitting.cloned().map(Recording::into_owned).collect()
}

fn environments(note: &Note<'_>) -> String {
    let mut all = BTreeSet::new();
    for recording in note.recordings() {
        all.extend(recording.environments().iter().map(Environment::summary));
        all.extend(
            recording
                .header
                .labels()
                .map(|(name, value)| format!("{name}={value}")),
        );
    }
    all.into_iter().collect::<Vec<_>>().join("; ")
}

/// The first commit to look at.
fn base<'r>(
    repo: &'r Repository,
    head: &Commit<'r>,
    target: Option<&CiTarget>,
    job: Option<Oid>,
    is_dirty: bool,
) -> Result<(Start, Option<Commit<'r>>)> {
    let job = job.and_then(|job| repo.find_commit(job).ok());
    let (branch, tip) = match (main_branch(repo, target), &job) {
        (Ok((branch, tip, _)), _) => (branch, tip),
        // The commit says enough.
        (Err(_), Some(job)) => ("the CI job's commit".into(), job.clone()),
        (Err(_), None) if repo.is_shallow() => {
            return Err(FindError::Shallow { looked_at: 1 }.with_hint());
        }
        (Err(error), None) => return Err(error),
    };
    let merge_base = match repo.merge_base(head.id(), tip.id()) {
        Ok(base) => repo.find_commit(base)?,
        Err(error) if error.code() == ErrorCode::NotFound && repo.is_shallow() => {
            return Err(FindError::Shallow { looked_at: 1 }.with_hint());
        }
        Err(error) if error.code() == ErrorCode::NotFound => {
            return Err(FindError::Unrelated { branch }.with_hint());
        }
        Err(error) => return Err(error.into()),
    };
    if merge_base.id() != head.id() {
        return Ok((Start::MergeBase(branch), Some(merge_base)));
    }
    if is_dirty {
        return Ok((Start::Head, Some(merge_base)));
    }
    // What a push replaced may be several commits back.
    if let Some(job) = job
        && repo
            .graph_descendant_of(head.id(), job.id())
            .unwrap_or(false)
    {
        return Ok((Start::Job, Some(job)));
    }
    Ok((Start::Parent(branch), merge_base.parent(0).ok()))
}
