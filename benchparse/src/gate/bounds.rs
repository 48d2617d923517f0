//! A range of numbers in a report.

#[cfg(feature = "serde")]
use serde::Serialize;

/// A range of numbers.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct Bounds {
    /// The lower end.
    #[cfg_attr(
        feature = "serde",
        serde(serialize_with = "crate::stats::nonfinite::serialize")
    )]
    pub low: f64,
    /// The upper end.
    #[cfg_attr(
        feature = "serde",
        serde(serialize_with = "crate::stats::nonfinite::serialize")
    )]
    pub high: f64,
}
