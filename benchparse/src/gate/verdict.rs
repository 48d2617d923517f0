//! The verdicts of the gate.

#[cfg(feature = "serde")]
use serde::Serialize;

use super::bounds::Bounds;
use super::layout::LayoutEffect;
use super::policy::{Action, Policy};
use super::row::{BenchmarkChange, RowKey};
use crate::unit::{Direction, ValueClass as Class};

/// The gate's answer to all rows.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct Report {
    /// What was applied.
    pub policy: Policy,
    /// The threshold of rows without one of their own; 0.03 is 3 %.
    pub threshold: f64,
    /// One verdict a row, in the order of the rows.
    pub rows: Vec<RowVerdict>,
    /// One verdict a benchmark, in the order of first appearance.
    pub benchmarks: Vec<BenchmarkVerdict>,
    /// F, the number of rank tests made at once, over which the p-values are adjusted.
    pub family: usize,
    /// Whether the environment seems to have changed between the sides.
    pub shift: Shift,
    /// What to do with the build.
    pub outcome: Outcome,
}

/// How a comparison ended, and what a build should do about it.
///
/// Where several hold, the first in the order of the variants counts.
/// There will be no other outcome: programs turn each of them into an exit status.
///
/// ```
/// use benchparse::gate::Outcome;
///
/// let outcome = Outcome::Incomplete.and(Outcome::Regressed);
/// assert_eq!((outcome, outcome.exit_code()), (Outcome::Regressed, 1));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Outcome {
    /// A row failed: it regressed, or is something else for which the policy says fail.
    Regressed,
    /// Something is missing or wrong, so that a pass would mean nothing: an input or an option cannot
    /// be used, a benchmark failed, or no row could be judged for a reason that can be repaired.
    Incomplete,
    /// The environment shifted between the sides, so that the gated timing rows have no verdict.
    EnvironmentShift,
    /// Nothing failed.
    Pass,
}

impl Outcome {
    /// All outcomes, the first that counts first.
    pub const ALL: [Self; 4] = [
        Self::Regressed,
        Self::Incomplete,
        Self::EnvironmentShift,
        Self::Pass,
    ];

    /// The exit status of a program.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Regressed => 1,
            Self::Incomplete => 2,
            Self::EnvironmentShift => 3,
        }
    }

    /// Both outcomes together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }
}

/// How many benchmarks changed at once, in units that follow the speed of the machine.
///
/// Code rarely changes more than a quarter of all benchmarks; a machine does. Beyond that, and with at least 8
/// benchmarks, such units of sides that are not interleaved are not compared.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct Shift {
    /// Whether the rows of such units lost their verdicts.
    pub detected: bool,
    /// Whether what stood out beside the shift was measured again, in turn, so that the run has an outcome all the same.
    pub resolved: bool,
    /// How many benchmarks have a test that is significant in either direction, of whatever size.
    pub changed: usize,
    /// How many benchmarks have a test.
    pub tested: usize,
    /// The share of those that changed; 0 where none was tested.
    pub share: f64,
}

/// The verdict on one row.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct RowVerdict {
    /// Which row.
    pub key: RowKey,
    /// The verdict.
    pub verdict: Verdict,
    /// What the verdict means for the run. Always [`Action::Ignore`] for rows that are not gated or not in the family.
    pub action: Action,
    /// How the verdict was found; `None` if nothing was compared.
    pub basis: Option<Basis>,
    /// Whether a side has a single value.
    pub single_sample: bool,
    /// The row's class.
    pub class: Class,
    /// The row's direction.
    pub direction: Direction,
    /// The baseline.
    pub old: Option<SideSummary>,
    /// The new side.
    pub new: Option<SideSummary>,
    /// How much worse the new side is; `None` if nothing was compared.
    pub effect: Option<Effect>,
    /// The relative change that matters in this row.
    #[cfg_attr(
        feature = "serde",
        serde(serialize_with = "crate::stats::nonfinite::serialize")
    )]
    pub threshold: f64,
    /// The rank tests, if they were made.
    pub tests: Option<Tests>,
    /// For an inconclusive rank test, how many values a side should decide it; `None` if no count is known to.
    pub samples_needed: Option<u32>,
    /// Whether the samples of one side took several times as long as those of the other.
    pub durations_differ: bool,
    /// What the layouts of the binaries alone do to the benchmark, where that is known.
    pub layout: Option<LayoutEffect>,
    /// How much worse the new side was at first, where the row was measured again and judged by that alone.
    pub first: Option<Effect>,
}

/// One side of a row in numbers.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct SideSummary {
    /// How many values.
    pub n: usize,
    /// Their median.
    #[cfg_attr(
        feature = "serde",
        serde(serialize_with = "crate::stats::nonfinite::serialize")
    )]
    pub median: f64,
    /// Their spread relative to the median, see [`robust_cv`](crate::stats::robust_cv); 0.02 is 2 %.
    #[cfg_attr(
        feature = "serde",
        serde(serialize_with = "crate::stats::nonfinite::serialize")
    )]
    pub spread: f64,
}

/// How much worse the new side is.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct Effect {
    /// w: new median over old median where lower is better, else the inverse, so that 1.1 is 10 % worse. 1 if both
    /// medians are 0, infinite or 0 if one is.
    #[cfg_attr(
        feature = "serde",
        serde(serialize_with = "crate::stats::nonfinite::serialize")
    )]
    pub worse: f64,
    /// The 95 % interval of w, from 0 to infinity for few values or zeros. Only for rank tests.
    pub interval: Option<Bounds>,
}

/// One-sided rank tests of a row.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct Tests {
    /// p of "the new side is worse".
    pub p_worse: f64,
    /// p of "the new side is better".
    pub p_better: f64,
    /// `p_worse` adjusted over the family.
    pub q_worse: f64,
    /// `p_better` adjusted over the family.
    pub q_better: f64,
}

/// The verdict on a benchmark.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct BenchmarkVerdict {
    /// The table of the benchmark.
    pub table: String,
    /// Its full name.
    pub benchmark: String,
    /// From its rows that are gated and in the family, or from all if there is none: traded if they regressed and
    /// improved; else the first of regressed, accepted, improved, inconclusive and unchanged that occurs; else added
    /// or removed.
    pub verdict: Verdict,
}

/// What happened to a row or a benchmark.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", tag = "kind"))]
#[non_exhaustive]
pub enum Verdict {
    /// Worse, by more than the threshold and beyond chance.
    Regressed,
    /// Better, by more than the threshold and beyond chance.
    Improved,
    /// Any change is smaller than the threshold.
    Unchanged,
    /// A benchmark that got worse in one unit and better in another; a row that got worse of such a
    /// benchmark.
    Traded,
    /// No verdict.
    Inconclusive {
        /// Why not.
        reason: Reason,
    },
    /// Only the new side has values.
    Added,
    /// Only the old side has values.
    Removed,
    /// Worse, and accepted.
    Accepted {
        /// Why it was accepted.
        reason: String,
        /// How much worse is accepted, in percent.
        #[cfg_attr(
            feature = "serde",
            serde(serialize_with = "crate::stats::nonfinite::serialize")
        )]
        limit_percent: f64,
    },
}

impl Verdict {
    /// Whether something got worse that nobody accepted: regressed, or traded for something else.
    pub fn is_regression(&self) -> bool {
        matches!(self, Self::Regressed | Self::Traded)
    }
}

/// Why a row has no verdict.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", tag = "kind"))]
#[non_exhaustive]
pub enum Reason {
    /// A value is NaN, infinite or negative, or there is no value at all.
    Invalid,
    /// The sides come from different environments.
    Environment {
        /// What differs.
        differs: String,
    },
    /// The sides measured different benchmarks of the same name.
    BenchmarkChanged {
        /// What differs.
        change: BenchmarkChange,
    },
    /// The environment seems to have changed between the sides. See [`Shift`].
    EnvironmentShift,
    /// Samples of these sizes cannot decide among so many tests.
    TooFew,
    /// The difference is real but around the threshold.
    Borderline,
    /// The spread hides a change of the threshold's size.
    Noisy,
    /// The difference is within what the layout of the code does to the benchmark. See [`LayoutEffect`].
    Layout,
    /// The sides differ by up to one per operation, and their samples took times that differ several fold.
    DurationsDiffer,
    /// The row would have failed and was measured again, and the second measurement does not say so.
    NotConfirmed,
}

impl Reason {
    /// Whether the user can mend it: measure more often, in one environment, or another value.
    pub fn is_mendable(&self) -> bool {
        !matches!(
            self,
            Self::Noisy
                | Self::Borderline
                | Self::EnvironmentShift
                | Self::Layout
                | Self::NotConfirmed
                | Self::BenchmarkChanged { .. }
        )
    }
}

/// How a verdict was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Basis {
    /// All values are equal.
    Identical,
    /// By the ranges of the values.
    Range,
    /// By ranks.
    Rank,
}
