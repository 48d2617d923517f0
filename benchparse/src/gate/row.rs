//! The rows that the gate judges.

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use super::at_least;
use super::layout::LayoutEffect;
use crate::stats::Sample;
use crate::unit::{Direction, ValueClass as Class};

/// Which row this is.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[non_exhaustive]
pub struct RowKey {
    /// What the row's table is about: package and other configuration, as text.
    pub table: String,
    /// The full benchmark name.
    pub benchmark: String,
    /// The unit.
    pub unit: String,
}

impl RowKey {
    /// The key of a benchmark in a unit.
    pub fn new(
        table: impl Into<String>,
        benchmark: impl Into<String>,
        unit: impl Into<String>,
    ) -> Self {
        Self {
            table: table.into(),
            benchmark: benchmark.into(),
            unit: unit.into(),
        }
    }
}

/// One benchmark and unit on both sides, and how it is to be judged.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct Row {
    /// Which row this is. Rows with equal `table` and `benchmark` form a benchmark.
    pub key: RowKey,
    /// The baseline's values. An empty sample counts as absent.
    pub old: Option<Sample>,
    /// The new values. An empty sample counts as absent.
    pub new: Option<Sample>,
    /// By range or by rank.
    pub class: Class,
    /// Which values are good.
    pub direction: Direction,
    /// The relative change that matters in this row, instead of the policy's; 0.03 is 3 %.
    pub threshold: Option<f64>,
    /// The least difference of the medians that matters in this row, in its unit, besides the relative change.
    pub least: Option<f64>,
    /// Whether the row may fail a run.
    pub gated: bool,
    /// Whether the row is a test of its own. A row that derives from another, as MB/s does from ns/op, is not: it is
    /// judged and shown, but neither counts as a test nor fails a run.
    pub in_family: bool,
    /// What of the environment differs between the sides, for example `cpu`. Ranks are not compared then.
    pub environment_differs: Option<String>,
    /// How the benchmark's own code differs between the sides, where it does. What it measured is then not compared: its
    /// input may be another one.
    pub benchmark_changed: Option<BenchmarkChange>,
    /// Whether the samples of one side took several times as long as those of the other, as with another
    /// `-benchtime`. What is done once is then divided by another count, so counters that differ by up to one per
    /// operation decide nothing.
    pub durations_differ: bool,
    /// Regressions that someone has accepted. The first that covers the regression is taken.
    pub acceptances: Vec<Acceptance>,
    /// What the layouts of the binaries alone do to the benchmark, where that is known. Ranks decide nothing within it.
    pub layout: Option<LayoutEffect>,
}

impl Row {
    /// A timing row that is gated, in the family and without exceptions. Lower is better.
    pub fn new(key: RowKey, old: Option<Sample>, new: Option<Sample>) -> Self {
        Self {
            key,
            old,
            new,
            class: Class::Timing,
            direction: Direction::Lower,
            threshold: None,
            least: None,
            gated: true,
            in_family: true,
            environment_differs: None,
            benchmark_changed: None,
            durations_differ: false,
            acceptances: Vec::new(),
            layout: None,
        }
    }

    /// The first acceptance that covers a row that is worse by a factor.
    pub(super) fn accepted(&self, worse: f64) -> Option<&Acceptance> {
        let mut acceptances = self.acceptances.iter();
        acceptances.find(|acceptance| at_least(1.0 + acceptance.limit_percent / 100.0, worse))
    }

    /// Whether the row can decide a run.
    pub(crate) fn counts(&self) -> bool {
        self.gated && self.in_family
    }
}

/// How the code of a benchmark itself differs between the sides.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[non_exhaustive]
pub struct BenchmarkChange {
    /// A file with a difference, where it is known.
    pub file: Option<String>,
    /// Why the same benchmark could not be measured on both sides, where that was tried.
    pub obstacle: Option<String>,
}

impl BenchmarkChange {
    /// A change in a file.
    pub fn in_file(file: impl Into<String>) -> Self {
        Self {
            file: Some(file.into()),
            obstacle: None,
        }
    }
}

/// A regression that may pass.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[non_exhaustive]
pub struct Acceptance {
    /// How much worse than the baseline is accepted, in percent: a regression with w ≤ 1 + limit/100 passes. Infinite
    /// for any.
    pub limit_percent: f64,
    /// Why, for the report.
    pub reason: String,
}

impl Acceptance {
    /// Accepts what is worse by up to so many percent, for a reason.
    pub fn new(limit_percent: f64, reason: impl Into<String>) -> Self {
        Self {
            limit_percent,
            reason: reason.into(),
        }
    }
}
