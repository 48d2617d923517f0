//! Formats ranges, differences and warnings.

use bstr::ByteVec as _;

use crate::number::{shortest, write_fixed};
use crate::stats::{Comparison, ComparisonWarning, Summary, SummaryWarning};

/// A summary's range relative to its centre: the wider side in percent, `∞` without an interval, or
/// `?` where the signs differ.
///
/// ```
/// use benchparse::compare::range_text;
/// use benchparse::stats::{Assumption, Sample, summarize};
///
/// let sample = Sample::new(vec![98.0, 99.0, 100.0, 100.0, 101.0, 103.0]);
/// assert_eq!(range_text(&summarize(&sample, Assumption::Nothing, 0.95)), "3%");
/// let few = Sample::new(vec![100.0]);
/// assert_eq!(range_text(&summarize(&few, Assumption::Nothing, 0.95)), "∞");
/// ```
pub fn range_text(summary: &Summary) -> String {
    written(|out| write_range(out, summary))
}

/// Writes what [`range_text`] gives.
pub fn write_range(out: &mut Vec<u8>, summary: &Summary) {
    let (center, low, high) = (summary.center, summary.low, summary.high);
    if low.is_infinite() || high.is_infinite() {
        out.push_str("∞");
        return;
    }
    let sign = |value: f64| (value > 0.0, value < 0.0, value.is_nan());
    if center.is_nan() || sign(center) != sign(low) || sign(center) != sign(high) {
        out.push(b'?');
        return;
    }
    if center == 0.0 {
        out.push_str("0%");
        return;
    }
    let wider = (high / center - 1.0).max(1.0 - low / center);
    write_fixed(out, 100.0 * wider, 0);
    out.push(b'%');
}

/// A difference between two centres: `~` where it is not significant, `?` from zero, else in
/// percent of the old one with its sign, `-9.90%`.
pub fn delta_text(old: f64, new: f64, comparison: &Comparison) -> String {
    written(|out| write_delta(out, old, new, comparison))
}

/// Writes what [`delta_text`] gives.
pub fn write_delta(out: &mut Vec<u8>, old: f64, new: f64, comparison: &Comparison) {
    if !comparison.is_significant() {
        out.push(b'~');
    } else if old == new {
        out.push_str("0.00%");
    } else if old == 0.0 {
        out.push(b'?');
    } else {
        write_percent(out, new / old);
    }
}

/// The difference that a geometric mean of ratios stands for, in percent with its sign:
/// `+10.00%` for 1.1.
pub fn geomean_ratio_text(ratio: f64) -> String {
    written(|out| write_percent(out, ratio))
}

/// `(ratio − 1)` in percent, always signed.
fn write_percent(out: &mut Vec<u8>, ratio: f64) {
    let start = out.len();
    write_fixed(out, (ratio - 1.0) * 100.0, 2);
    if !matches!(out.get(start), Some(b'-' | b'+')) {
        out.insert(start, b'+');
    }
    out.push(b'%');
}

/// p and the sample sizes: `p=0.002 n=6`, or `p=0.002 n=9+10` where they differ. Without p where it
/// is zero, as for values that are assumed to be exact.
pub fn detail_text(comparison: &Comparison) -> String {
    written(|out| write_detail(out, comparison))
}

/// Writes what [`detail_text`] gives.
pub fn write_detail(out: &mut Vec<u8>, comparison: &Comparison) {
    if comparison.p != 0.0 {
        out.push_str("p=");
        write_fixed(out, comparison.p, 3);
        out.push(b' ');
    }
    out.push_str("n=");
    write_count(out, comparison.n1);
    if comparison.n1 != comparison.n2 {
        out.push(b'+');
        write_count(out, comparison.n2);
    }
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

/// A summary's warning as a footnote says it.
pub fn summary_warning_text(warning: &SummaryWarning) -> String {
    match warning {
        SummaryWarning::TooFewSamples { needed, confidence } => format!(
            "need {} samples for confidence interval at level {}",
            needed.map_or_else(|| "> 50".to_owned(), |needed| format!(">= {needed}")),
            shortest(*confidence)
        ),
        SummaryWarning::NotExact { low, high } => format!(
            "exact distribution expected, but values range from {} to {}",
            shortest(*low),
            shortest(*high)
        ),
    }
}

/// A comparison's warning as a footnote says it.
pub fn comparison_warning_text(warning: &ComparisonWarning) -> String {
    match warning {
        ComparisonWarning::AllEqual => "all samples are equal".to_owned(),
        ComparisonWarning::TooFewSamples { needed, alpha } => format!(
            "need {} samples to detect a difference at alpha level {}",
            needed.map_or_else(|| "> 10".to_owned(), |needed| format!(">= {needed}")),
            shortest(*alpha)
        ),
    }
}

/// The warning about keys that vary within a cell, as a footnote says it.
///
/// ```
/// use benchparse::compare::varying_text;
/// let keys = [&b"cpu"[..], b"commit"];
/// assert_eq!(varying_text(keys.into_iter()), b"benchmarks vary in cpu, commit");
/// ```
pub fn varying_text<'a>(keys: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut text = b"benchmarks vary in ".to_vec();
    for (place, key) in keys.enumerate() {
        if place > 0 {
            text.push_str(", ");
        }
        text.push_str(key);
    }
    text
}
