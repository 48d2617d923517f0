//! The gate: turns a policy and rows into verdicts.
//!
//! The gate takes [`Row`]s, each with the samples of both sides for one benchmark and unit, and returns a
//! [`Report`] with a verdict for each row, each benchmark, and the run as a whole. It is
//! made to fail a build exactly when the code got slower: counters are judged by the range of
//! their values, even from one sample; timings by ranks, with the false discovery rate held over
//! the whole run, and only beyond a threshold.
//!
//! ```
//! use benchparse::gate::{Policy, Row, RowKey, Outcome, Verdict, judge};
//! use benchparse::stats::Sample;
//! use benchparse::unit::ValueClass;
//!
//! let key = RowKey::new("codec", "Encode-8", "allocs/op");
//! let sample = |value: f64| Some(Sample::new(vec![value]));
//! let mut row = Row::new(key, sample(3.0), sample(4.0));
//! row.class = ValueClass::ALLOCATIONS;
//! let report = judge(&[row], &Policy::default());
//! assert_eq!(report.rows[0].verdict, Verdict::Regressed);
//! assert_eq!(report.outcome, Outcome::Regressed);
//! ```

mod advice;
mod judge;
mod policy;
mod range;
mod row;
mod verdict;

pub use advice::{Finding, Target, Timings, findings};
pub use judge::{judge, judge_again};
pub use policy::{Action, Policy, PolicyError};
pub use row::{Acceptance, Row, RowKey};

pub use verdict::{
    Basis, BenchmarkVerdict, Bounds, Effect, Outcome, Reason, Report, RowVerdict, Shift,
    SideSummary, Tests, Verdict,
};

/// The relative slack of all comparisons with a limit.
const SLACK: f64 = 1e-12;

/// Whether a value reaches a limit, up to rounding.
fn at_least(value: f64, limit: f64) -> bool {
    value >= limit - SLACK * limit.abs()
}
