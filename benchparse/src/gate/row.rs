//! What the gate is asked about.

use serde::{Deserialize, Serialize};

use crate::stats::Sample;

/// Which row this is.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct RowKey {
    /// What the row's table is about: package and other configuration, as text.
    pub table: String,
    /// The full benchmark name.
    pub benchmark: String,
    /// The unit.
    pub unit: String,
}

/// One benchmark and unit on both sides, and how it is to be judged.
#[derive(Clone, PartialEq, Debug, Serialize)]
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
    /// Whether the row may fail a run.
    pub gated: bool,
    /// Whether the row is a test of its own. A row that derives from another, as MB/s does from ns/op, is not: it is
    /// judged and shown, but neither counts as a test nor fails a run.
    pub in_family: bool,
    /// What of the environment differs between the sides, for example `cpu`. Ranks are not compared then.
    pub environment_differs: Option<String>,
    /// Regressions that someone has accepted. The first that covers the regression is taken.
    pub acceptances: Vec<Acceptance>,
}

impl Row {
    /// A timing row that is gated, in the family and without exceptions. Lower is better.
    pub fn new(key: RowKey, old: Option<Sample>, new: Option<Sample>) -> Self {
        Self {
            key,
            old,
            new,
            class: Class::Timing,
            direction: Direction::LowerIsBetter,
            threshold: None,
            gated: true,
            in_family: true,
            environment_differs: None,
            acceptances: Vec::new(),
        }
    }

    /// Whether the row can decide a run.
    pub(crate) fn counts(&self) -> bool {
        self.gated && self.in_family
    }
}

/// How a row's values behave.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
#[non_exhaustive]
pub enum Class {
    /// Measurements that vary: judged by rank.
    Timing,
    /// Counters that hardly vary: judged by the ranges of their values, with the tolerance
    /// max(`abs`, `rel`·|median of the old values|). Only where the ranges overlap by more, by rank.
    Exact {
        /// Tolerance in the row's unit.
        abs: f64,
        /// Tolerance as a share of the old median; 0.01 is 1 %.
        rel: f64,
    },
}

impl Class {
    /// The class of `allocs/op`: tolerance max(1, 0.1 %).
    pub const ALLOCATIONS: Self = Self::Exact {
        abs: 1.0,
        rel: 0.001,
    };

    /// The class of `B/op`: tolerance max(16 B, 1 %).
    pub const BYTES: Self = Self::Exact {
        abs: 16.0,
        rel: 0.01,
    };

    /// The class of units that should repeat exactly: no tolerance.
    pub const EXACT: Self = Self::Exact { abs: 0.0, rel: 0.0 };
}

/// Which values of a unit are good.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Times, sizes, counts.
    #[default]
    LowerIsBetter,
    /// Rates.
    HigherIsBetter,
}

/// A regression that may pass.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Acceptance {
    /// How much worse than the baseline is accepted, in percent: a regression with w ≤ 1 + limit/100 passes. Infinite
    /// for any.
    pub limit_percent: f64,
    /// Why, for the report.
    pub reason: String,
}
