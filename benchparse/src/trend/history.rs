//! The data of a history: commits, series and their changes.

#[cfg(feature = "serde")]
use serde::Serialize;

use crate::unit::{Class, Direction, Tolerance};

/// The series of a line of commits, and their changes.
///
/// Commits are named by their index in [`History::commits`] everywhere.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
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

/// One benchmark in one unit, measured in one environment.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
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
    pub suspect: Option<PendingChange>,
}

/// What was measured at a commit.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
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
            suspect: None,
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
}

/// A place where a series changed.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
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

/// What sort of change a [`ChangePoint`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Kind {
    /// A new level that stays.
    Step,
    /// One point or a few off, and back.
    Spike,
    /// Small steps in one direction, one after another.
    Drift,
}

/// A possible change at the end of a series. Nobody should be alarmed by it yet.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
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

/// What one commit, or a range of unmeasured ones, did to the benchmarks of a package.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
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
}
