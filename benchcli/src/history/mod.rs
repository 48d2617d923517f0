//! Reads the baselines along a line of commits as series with their change points.
//!
//! [`read`] walks the first parents of a revision. It takes the notes of these commits from the cache in the
//! repository's folder, or parses them. Then it collects the points of each benchmark, unit and environment
//! into a series and looks for changes.

mod assemble;
mod bytes;
mod cache;
mod columns;
mod commit_cache;
mod findings_cache;
mod key;
mod parallel;
mod rename_suggestion;
mod segment_file;
mod window;

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use benchparse::query::Filter;
use benchparse::trend::{Commit, History, Sensitivity};
use git2::{ObjectType, Oid};

pub use rename_suggestion::RenameSuggestion;
pub use window::{Since, Window};

use self::assemble::Assembly;
use self::cache::{Cache, Cached, FULL};
use self::columns::{Builder, Segment};
use self::commit_cache::CommitCache;
use self::parallel::in_parallel;
use self::segment_file::{SegmentFile, encode};
use crate::baseline::Store;
use crate::config::Loaded;
use crate::hint::WithHint as _;

/// What is asked for.
#[derive(Debug)]
pub struct Request<'c> {
    /// Which commits.
    pub window: Window,
    /// Which series.
    pub filter: Filter,
    /// Only these units, tidied or as Go writes them; all where there is none.
    pub units: Vec<String>,
    /// Only environments with this text in them, whatever the case.
    pub environment: Option<String>,
    /// Whether every value is wanted, or only the summary of each point.
    pub with_samples: bool,
    /// How ready to report changes.
    pub sensitivity: Sensitivity,
    /// The configuration file: rules for class and direction, and what was renamed.
    pub config: &'c Loaded,
}

/// A history, and what is to be said about it.
#[derive(Debug)]
pub struct Reading {
    /// The series with their changes, in the order of package, benchmark, unit and environment.
    pub history: History,
    /// Baselines of commits that are not on the line at all.
    pub elsewhere: usize,
    /// Benchmarks that seem to have been renamed.
    pub rename_suggestions: Vec<RenameSuggestion>,
    /// What is worth knowing, a sentence each.
    pub remarks: Vec<String>,
}

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// No notes at all.
    #[error(
        "no baselines, because this clone has no {}",
        crate::baseline::NOTES_REF
    )]
    NoBaselines,
    /// The line has none in a shallow clone.
    #[error("none of the {commits} commits of this shallow clone has a baseline")]
    Shallow {
        /// Commits that were looked at.
        commits: usize,
    },
    /// The window has no commit.
    #[error("the window contains no commits; the last commit is from {newest}")]
    Empty {
        /// When the last commit of the line was made.
        newest: String,
    },
    /// Notes, but none in the window.
    #[error(
        "none of the {commits} commits of the window has a baseline (baselines outside the window: {before}; on other branches or rewritten commits: {elsewhere})"
    )]
    NoneInWindow {
        /// Commits that were looked at.
        commits: usize,
        /// Those on the line and not in the window.
        before: usize,
        /// Those not on the line.
        elsewhere: usize,
    },
    /// The filter leaves nothing.
    #[error("no series match the filter")]
    NoMatch,
    /// Nothing is left, because of an environment or a unit.
    #[error("{why} matches no series; expected {expected}")]
    NothingLeft {
        /// What was asked for.
        why: String,
        /// What there is.
        expected: String,
    },
    /// The notes hold no results.
    #[error("the baselines of the window contain no benchmark results")]
    NoResults,
}

impl HistoryError {
    /// The error with what mends it.
    fn with_hint(self) -> anyhow::Error {
        let hint = match self {
            Self::NoBaselines => {
                "run `benchcli pull` to fetch the remote's baselines, or `benchcli record` to create one"
            }
            Self::Shallow { .. } => "run `git fetch --unshallow`",
            Self::NoneInWindow { .. } => {
                "choose another --since or --range; `benchcli log` lists all baselines, \
                 `benchcli init` makes them follow rebases"
            }
            Self::NoMatch => "omit --filter to see all series",
            Self::NoResults => "run `benchcli show REV` to print one",
            Self::Empty { .. } | Self::NothingLeft { .. } => return self.into(),
        };
        self.hint(hint)
    }
}

/// A note on the line.
struct Noted {
    commit: usize,
    id: Oid,
    blobs: Vec<Oid>,
}

/// Reads a history.
///
/// # Errors
/// A [`HistoryError`], or whatever reading the repository fails with.
pub fn read(store: &Store, request: &Request<'_>) -> Result<Reading> {
    let blobs = store.notes()?.blobs()?;
    if blobs.is_empty() {
        return Err(HistoryError::NoBaselines.with_hint());
    }
    let cache = Cache::new(&store.folder());
    let mut known = CommitCache::load(store, &cache);
    let line = window::members(store, &request.window, |id| known.read(store, id))?;
    known.save(&cache);

    let all: HashSet<Oid> = blobs.iter().map(|(_, blobs)| note_id(blobs)).collect();
    let (mut noted, elsewhere) = on_line(blobs, &line.members);
    let on_line = noted.len();
    noted.retain(|note| note.commit >= line.first);
    let Some(first) = noted.first().map(|note| note.commit) else {
        let commits = line.members.len() - line.first;
        if commits == 0 {
            let newest = line.members.last().map_or(0, |it| it.time);
            let newest = jiff::Timestamp::from_second(newest).unwrap_or_default();
            let newest = newest.strftime("%Y-%m-%d").to_string();
            return Err(HistoryError::Empty { newest }.with_hint());
        }
        if store.repo().is_shallow() {
            return Err(HistoryError::Shallow { commits }.with_hint());
        }
        return Err(HistoryError::NoneInWindow {
            commits,
            before: on_line,
            elsewhere,
        }
        .with_hint());
    };
    let members = line.members.into_iter().skip(first);
    let mut commits: Vec<Commit> = members.map(window::Member::into_commit).collect();
    for note in &mut noted {
        note.commit -= first;
    }

    let segments = segments(store, &cache, &noted, &all, request.with_samples)?;
    let mut assembly = Assembly::new(&segments, &noted);
    let series = assembly.series(request).map_err(HistoryError::with_hint)?;
    for series in &series {
        for point in &series.points {
            if let Some(commit) = commits.get_mut(point.commit) {
                commit.measured = true;
            }
        }
    }
    let mut history = History::default();
    (history.commits, history.series) = (commits, series);
    findings_cache::detect_changes(&mut history, request.sensitivity, &cache);
    history.group();
    let rename_suggestions = rename_suggestion::suggestions(&history);
    let mut remarks = assembly.remarks;
    if store.repo().is_shallow() {
        remarks.push(
            "this clone is shallow, so the history is incomplete; run `git fetch --unshallow` to fetch the rest"
                .into(),
        );
    }
    Ok(Reading {
        history,
        elsewhere,
        rename_suggestions,
        remarks,
    })
}

/// What a note is known by: its blob, or its blobs together.
fn note_id(blobs: &[Oid]) -> Oid {
    if let [only] = blobs {
        return *only;
    }
    let ids: Vec<u8> = blobs.iter().flat_map(|id| id.as_bytes().to_vec()).collect();
    Oid::hash_object(ObjectType::Blob, &ids).unwrap_or(Oid::ZERO_SHA1)
}

/// The notes of a line's commits in their order, and how many there are of others.
fn on_line(blobs: Vec<(Oid, Vec<Oid>)>, members: &[window::Member]) -> (Vec<Noted>, usize) {
    let places: HashMap<Oid, usize> = members
        .iter()
        .enumerate()
        .map(|(place, member)| (member.id, place))
        .collect();
    let total = blobs.len();
    let noted = blobs.into_iter().filter_map(|(commit, blobs)| {
        Some(Noted {
            commit: *places.get(&commit)?,
            id: note_id(&blobs),
            blobs,
        })
    });
    let mut noted: Vec<Noted> = noted.collect();
    noted.sort_unstable_by_key(|note| note.commit);
    let elsewhere = total - noted.len();
    (noted, elsewhere)
}

/// The notes in columns: from the cache, and what it does not have parsed and put there.
fn segments(
    store: &Store,
    cache: &Cache,
    noted: &[Noted],
    all: &HashSet<Oid>,
    with_samples: bool,
) -> Result<Vec<Cached>> {
    let mut cached = cache.load(with_samples);
    let mut known: HashSet<Oid> = cached
        .iter()
        .flat_map(|it| it.file.notes.iter().copied())
        .collect();
    let missing: Vec<&Noted> = noted.iter().filter(|note| known.insert(note.id)).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let size = missing.len().div_ceil(threads).clamp(32, FULL);
    let chunks: Vec<&[&Noted]> = missing.chunks(size).collect();
    let path = store.repo().path();
    let parsed = in_parallel(&chunks, |chunk| -> Result<Segment> {
        // A repository is not for several threads.
        let store = Store::open(path)?;
        let mut builder = Builder::default();
        for note in *chunk {
            builder.add(note.id, &store.note_text(&note.blobs)?);
        }
        Ok(builder.finish())
    });
    let parsed = parsed.into_iter().collect::<Result<Vec<_>>>()?;
    // Without a cache everything works as well, only not as fast.
    let _ = cache.store(&parsed, &cached, all);
    cached.extend(parsed.iter().filter_map(|segment| {
        let (points, samples) = encode(segment);
        let file = SegmentFile::decode(points, with_samples.then_some(samples))?;
        Some(Cached::new(file))
    }));
    Ok(cached)
}
