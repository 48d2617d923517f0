//! Ranges, differences and warnings as texts, as benchstat prints them.

use std::fmt;

use super::{Comparison, ComparisonWarning, Summary, SummaryWarning};
use crate::number::{shortest, write_fixed};

impl Summary {
    /// The range relative to the centre: the wider side in percent, `∞` without an interval, or `?` where
    /// the signs differ.
    ///
    /// ```
    /// use benchparse::stats::{Assumption, Sample, summarize};
    ///
    /// let sample = Sample::new(vec![98.0, 99.0, 100.0, 100.0, 101.0, 103.0]);
    /// assert_eq!(summarize(&sample, Assumption::Nothing, 0.95).range_text(), "3%");
    /// let few = Sample::new(vec![100.0]);
    /// assert_eq!(summarize(&few, Assumption::Nothing, 0.95).range_text(), "∞");
    /// ```
    pub fn range_text(&self) -> String {
        written(|out| self.write_range(out))
    }

    /// Writes what [`Summary::range_text`] gives.
    pub fn write_range(&self, out: &mut Vec<u8>) {
        let (center, low, high) = (self.center, self.low, self.high);
        if low.is_infinite() || high.is_infinite() {
            out.extend_from_slice("∞".as_bytes());
            return;
        }
        let sign = |value: f64| (value > 0.0, value < 0.0, value.is_nan());
        if center.is_nan() || sign(center) != sign(low) || sign(center) != sign(high) {
            out.push(b'?');
            return;
        }
        if center == 0.0 {
            out.extend_from_slice(b"0%");
            return;
        }
        let wider = (high / center - 1.0).max(1.0 - low / center);
        write_fixed(out, 100.0 * wider, 0);
        out.push(b'%');
    }
}

impl Comparison {
    /// The difference between the centres of both samples: `~` where it is not significant, `?` from
    /// zero, else in percent of the old one with its sign.
    ///
    /// ```
    /// use benchparse::stats::{Assumption, Sample, compare};
    ///
    /// let old = Sample::new(vec![10.0, 10.1, 10.2, 10.3, 10.4, 10.5]);
    /// let new = Sample::new(vec![9.0, 9.1, 9.2, 9.3, 9.4, 9.5]);
    /// let comparison = compare(&old, &new, Assumption::Nothing, 0.05);
    /// assert_eq!(comparison.delta_text(10.25, 9.25), "-9.76%");
    /// assert_eq!(comparison.detail_text(), "p=0.002 n=6");
    /// ```
    pub fn delta_text(&self, old_center: f64, new_center: f64) -> String {
        written(|out| self.write_delta(out, old_center, new_center))
    }

    /// Writes what [`Comparison::delta_text`] gives.
    pub fn write_delta(&self, out: &mut Vec<u8>, old_center: f64, new_center: f64) {
        if !self.is_significant() {
            out.push(b'~');
        } else if old_center == new_center {
            out.extend_from_slice(b"0.00%");
        } else if old_center == 0.0 {
            out.push(b'?');
        } else {
            write_percent(out, new_center / old_center);
        }
    }

    /// p and the sample sizes: `p=0.002 n=6`, or `p=0.002 n=9+10` where they differ. Without p where it
    /// is zero, as for values that are assumed to be exact.
    pub fn detail_text(&self) -> String {
        written(|out| self.write_detail(out))
    }

    /// Writes what [`Comparison::detail_text`] gives.
    pub fn write_detail(&self, out: &mut Vec<u8>) {
        if self.p != 0.0 {
            out.extend_from_slice(b"p=");
            write_fixed(out, self.p, 3);
            out.push(b' ');
        }
        out.extend_from_slice(b"n=");
        write_count(out, self.n1);
        if self.n1 != self.n2 {
            out.push(b'+');
            write_count(out, self.n2);
        }
    }
}

/// `(ratio − 1)` in percent, always signed.
pub(crate) fn percent_text(ratio: f64) -> String {
    written(|out| write_percent(out, ratio))
}

fn write_percent(out: &mut Vec<u8>, ratio: f64) {
    let start = out.len();
    write_fixed(out, (ratio - 1.0) * 100.0, 2);
    if !matches!(out.get(start), Some(b'-' | b'+')) {
        out.insert(start, b'+');
    }
    out.push(b'%');
}

fn write_count(out: &mut Vec<u8>, count: usize) {
    // Counts of values are far below 2^53.
    write_fixed(out, count as f64, 0);
}

fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// How many are needed, where it is known up to a limit.
fn needed_text(needed: Option<u32>, limit: u32) -> String {
    needed.map_or_else(|| format!("> {limit}"), |needed| format!(">= {needed}"))
}

/// As a footnote of benchstat's says it.
impl fmt::Display for SummaryWarning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::TooFewSamples { needed, confidence } => write!(
                out,
                "need {} samples for confidence interval at level {}",
                needed_text(needed, 50),
                shortest(confidence)
            ),
            Self::NotExact { low, high } => write!(
                out,
                "exact distribution expected, but values range from {} to {}",
                shortest(low),
                shortest(high)
            ),
        }
    }
}

/// As a footnote of benchstat's says it.
impl fmt::Display for ComparisonWarning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::AllEqual => out.write_str("all samples are equal"),
            Self::TooFewSamples { needed, alpha } => write!(
                out,
                "need {} samples to detect a difference at alpha level {}",
                needed_text(needed, 10),
                shortest(alpha)
            ),
        }
    }
}
