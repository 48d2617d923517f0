//! Statistics on plain numbers.
//!
//! A [`Sample`] is a sorted list of doubles. Every function here is pure and accepts any input: it takes
//! samples and confidence or significance levels, and returns plain data. The module does not deal with
//! names, units or text. Summaries and comparisons format themselves as benchstat does, such
//! as with [`Comparison::delta_text`].
//!
//! There are two sets of functions:
//!
//! - [`summarize`], [`compare`] and [`geomean`] match benchstat bit for bit, oddities included. Use them for
//!   tables that people will compare with benchstat's.
//! - The other functions are for the gate, where a wrong answer fails a build. [`one_sided`] computes
//!   p-values from exact counts, [`ratio_interval`] estimates how much a value changed, [`benjamini_hochberg`]
//!   adjusts all p-values of a run together, and others compute the sample size needed to detect a difference.
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

mod adjust;
mod compare;
mod counts;
mod effect;
mod geomean;
mod median;
#[cfg(feature = "serde")]
pub(crate) mod nonfinite;
mod null;
mod one_sided;
mod power;
mod rank;
mod sample;
mod special;
mod summary;
mod text;

pub use adjust::{benjamini_hochberg, holm};
pub use compare::{Comparer, Comparison, ComparisonWarning, compare};
pub(crate) use effect::ratio_interval_with;
pub use effect::{Interval, mad, ratio_interval, robust_cv, shift_interval};
pub use geomean::geomean;
pub use median::{median, median_interval_orders};
pub(crate) use one_sided::RankTest;
pub use one_sided::{OneSided, one_sided};
pub use power::{detectable_difference, detecting_count, separating_count, smallest_p};
pub use sample::Sample;
pub(crate) use summary::Summarizer;
pub use summary::{Assumption, Summary, SummaryWarning, summarize};
pub(crate) use text::percent_text;
