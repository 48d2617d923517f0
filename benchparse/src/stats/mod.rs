//! Statistics on plain numbers.
//!
//! A [`Sample`] is a sorted list of doubles. Every function here is pure and total: it takes samples and levels, and
//! answers with plain data. Nothing here knows a name, a unit or a text.
//!
//! Two languages are spoken. [`summarize`], [`compare`] and [`geomean`] are benchstat's, to the bit, oddities
//! included.
//!
//! ```
//! use benchparse::stats::{Assumption, Sample, compare, summarize};
//!
//! let old = Sample::new(vec![10.1, 10.0, 10.2, 10.3, 10.1, 10.0]);
//! let new = Sample::new(vec![11.2, 11.0, 11.1, 11.3, 11.1, 11.0]);
//!
//! let summary = summarize(&old, Assumption::Nothing, 0.95);
//! assert_eq!((summary.low, summary.high), (10.0, 10.3));
//!
//! let comparison = compare(&old, &new, Assumption::Nothing, 0.05);
//! assert!(comparison.is_significant());
//! ```

mod compare;
mod geomean;
mod median;
mod null;
mod rank;
mod sample;
mod special;
mod summary;

pub use compare::{Comparer, Comparison, ComparisonWarning, compare};
pub use geomean::geomean;
pub use median::{median, median_interval_orders};
pub use sample::Sample;
pub use summary::{Assumption, Summary, SummaryWarning, summarize};
