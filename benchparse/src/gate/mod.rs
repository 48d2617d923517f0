//! Turns a policy and rows into verdicts.
//!
//! Use the gate to fail a build only when code gets slower. It takes [`Row`]s, each with the samples of both
//! sides for one benchmark and unit, and returns a [`Report`] with a verdict for each row, each benchmark, and
//! the run as a whole.
//!
//! A counter such as allocs/op is judged by the range of its values, so a single sample can be enough. A
//! timing is judged by a rank test that controls the false discovery rate over the whole run, and regresses
//! only if it also got slower by at least a threshold.
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
mod bounds;
mod confirm;
mod judge;
mod layout;
mod policy;
mod range;
mod row;
mod verdict;

pub use advice::{Finding, Target, Timings, findings};
pub use bounds::Bounds;
pub use confirm::{judge_confirmed, judge_suspects, suspects};
pub use judge::{judge, judge_again};
pub use layout::LayoutEffect;
pub use policy::{Action, Policy, PolicyError};
pub use row::{Acceptance, BenchmarkChange, Row, RowKey};

pub use verdict::{
    Basis, BenchmarkVerdict, Effect, Outcome, Reason, Report, RowVerdict, Shift, SideSummary,
    Tests, Verdict,
};

/// The relative slack of all comparisons with a limit.
const SLACK: f64 = 1e-12;

/// Whether a value reaches a limit, up to rounding.
fn at_least(value: f64, limit: f64) -> bool {
    value >= limit - SLACK * limit.abs()
}
