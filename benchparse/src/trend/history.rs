//! The data of a history: commits, series and their changes.

#[cfg(feature = "serde")]
use serde::Serialize;

use crate::unit::{Class, Direction, Tolerance};

/// The series of a line of commits, and their changes.
///
/// Commits are named by their index in [`History::commits`] everywhere.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct History {
    /// The commits of the window, the oldest first, along first parents.
    pub commits: Vec<Commit>,
    /// One series for each benchmark, unit and environment.
    pub series: Vec<Series>,
    /// What commits did to the benchmarks of a package together.
    pub effects: Vec<CommitEffect>,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct Commit {
    /// The whole id, in hexadecimal digits.
    pub id: String,
    /// Who wrote it.
    pub author: String,
    /// When it was committed, in seconds since 1970.
    pub time: i64,
    /// The first line of its message.
    pub subject: String,
    /// Whether any series has a point here.
    pub measured: bool,
}

impl Commit {
    /// A commit that is not known to be measured, without author and subject.
    pub fn new(id: impl Into<String>, time: i64) -> Self {
        Self {
            id: id.into(),
            author: String::new(),
            time,
            subject: String::new(),
            measured: false,
        }
    }
}

/// One benchmark in one unit, measured in one environment.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct Series {
    /// The import path of the package, empty where it is not known.
    pub package: String,
    /// The full name without `Benchmark`, such as `Encode/format=json-8`.
    pub benchmark: String,
    /// The unit, tidied, such as `sec/op`.
    pub unit: String,
    /// Where it was measured, such as `linux/amd64, AMD EPYC 7B13`.
    pub environment: String,
    /// Which values are good.
    pub direction: Direction,
    /// Which prefixes the values take.
    pub class: Class,
    /// How far values differ by nature in an exact unit such as allocs/op; `None` for a noisy one.
    pub tolerance: Option<Tolerance>,
    /// The points in the order of their commits. A commit without a point is a gap, not a zero.
    pub points: Vec<Point>,
    /// Where it changed, in the order of commits.
    pub changes: Vec<ChangePoint>,
    /// A change at the end that needs more commits to be certain.
    pub pending: Option<PendingChange>,
}

/// What was measured at a commit.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct Point {
    /// The commit.
    pub commit: usize,
    /// The median, in the series' unit.
    pub median: f64,
    /// The lower end of the median's 95 % interval.
    pub low: f64,
    /// The upper end of the median's 95 % interval.
    pub high: f64,
    /// Every value, ascending; empty where they were not asked for.
    pub samples: Vec<f64>,
    /// How many values there are.
    pub count: u32,
}

impl Series {
    /// A series of one benchmark, nothing else of which is known: the unit says which values are good,
    /// and values are noisy.
    pub fn new(benchmark: &str, unit: &str, points: Vec<Point>) -> Self {
        Self {
            package: String::new(),
            benchmark: benchmark.into(),
            unit: unit.into(),
            environment: String::new(),
            direction: Direction::of(unit.as_bytes()),
            class: Class::of(unit.as_bytes()),
            tolerance: None,
            points,
            changes: Vec::new(),
            pending: None,
        }
    }
}

impl Point {
    /// A point of a single value.
    pub fn new(commit: usize, value: f64) -> Self {
        Self {
            commit,
            median: value,
            low: value,
            high: value,
            samples: vec![value],
            count: 1,
        }
    }

    /// A point of `count` values, which are not kept: their median and its interval.
    pub fn with_range(commit: usize, median: f64, [low, high]: [f64; 2], count: u32) -> Self {
        Self {
            commit,
            median,
            low,
            high,
            samples: Vec::new(),
            count,
        }
    }
}

/// A place where a series changed.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct ChangePoint {
    /// What sort of change it is.
    pub kind: Kind,
    /// The last commit of the old level.
    pub after: usize,
    /// The first measured commit of the new level. Commits between `after` and `at` were not
    /// measured; each of them may have done it.
    pub at: usize,
    /// The level before.
    pub before: f64,
    /// The level from `at` on.
    pub level: f64,
    /// `level / before`.
    pub ratio: f64,
    /// A 95 % interval of the ratio.
    pub interval: [f64; 2],
    /// How likely such a difference is by chance; 0 in an exact unit.
    pub p: f64,
    /// Whether the new level is the worse one.
    pub worse: bool,
    /// The commit from which on a worse level was as good as before again.
    pub fixed_at: Option<usize>,
}

impl ChangePoint {
    /// A change between commits and from level to level, of which it is not known how certain it is:
    /// the interval has no bounds and p is 1. Whether it is for the worse depends on the series.
    pub fn new(kind: Kind, [after, at]: [usize; 2], [before, level]: [f64; 2]) -> Self {
        Self {
            kind,
            after,
            at,
            before,
            level,
            ratio: level / before,
            interval: [0.0, f64::INFINITY],
            p: 1.0,
            worse: false,
            fixed_at: None,
        }
    }
}

/// What sort of change a [`ChangePoint`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Kind {
    /// A new level that stays.
    Step,
    /// One point or a few off, and back.
    Spike,
    /// Small steps in one direction, one after another.
    Drift,
}

impl Kind {
    /// `step`, `spike` or `drift`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Spike => "spike",
            Self::Drift => "drift",
        }
    }
}

/// A possible change at the end of a series. Nobody should be alarmed by it yet.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct PendingChange {
    /// The last commit of the old level.
    pub after: usize,
    /// The first commit that is off.
    pub at: usize,
    /// The level before.
    pub before: f64,
    /// The median of the points that are off.
    pub level: f64,
    /// `level / before`.
    pub ratio: f64,
    /// Whether they are worse.
    pub worse: bool,
}

impl PendingChange {
    /// A possible change between commits and from level to level. Whether it is for the worse depends
    /// on the series.
    pub fn new([after, at]: [usize; 2], [before, level]: [f64; 2]) -> Self {
        Self {
            after,
            at,
            before,
            level,
            ratio: level / before,
            worse: false,
        }
    }
}

/// What one commit, or a range of unmeasured ones, did to the benchmarks of a package.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct CommitEffect {
    /// The last commit of the old levels.
    pub after: usize,
    /// The first measured commit of the new levels.
    pub at: usize,
    /// The package.
    pub package: String,
    /// Whether the benchmarks got worse; what got better is an effect of its own.
    pub worse: bool,
    /// The changes, as the index of a series and that of a change in it.
    pub changes: Vec<(usize, usize)>,
    /// The smallest relative size, in amount: 0.12 for 12 %.
    pub least: f64,
    /// The largest relative size, in amount.
    pub most: f64,
    /// The file with a difference, where the benchmarks themselves changed at the same commits. What was measured is
    /// then another thing, and nobody should be alarmed. See [`History::separate_changed_benchmarks`].
    pub benchmark_changed: Option<String>,
}

impl CommitEffect {
    /// An effect between commits on changes of a package. How large it is, and whether it is for the
    /// worse, is not known.
    pub fn new(
        package: impl Into<String>,
        [after, at]: [usize; 2],
        changes: Vec<(usize, usize)>,
    ) -> Self {
        Self {
            after,
            at,
            package: package.into(),
            worse: false,
            changes,
            least: 0.0,
            most: 0.0,
            benchmark_changed: None,
        }
    }
}
