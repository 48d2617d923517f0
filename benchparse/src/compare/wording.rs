//! The texts of ranges, differences and warnings.

use bstr::ByteVec as _;

use crate::number::{fixed, shortest};
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
    let (center, low, high) = (summary.center, summary.low, summary.high);
    if low.is_infinite() || high.is_infinite() {
        return "∞".to_owned();
    }
    let sign = |value: f64| (value > 0.0, value < 0.0, value.is_nan());
    if center.is_nan() || sign(center) != sign(low) || sign(center) != sign(high) {
        return "?".to_owned();
    }
    if center == 0.0 {
        return "0%".to_owned();
    }
    let wider = (high / center - 1.0).max(1.0 - low / center);
    fixed(100.0 * wider, 0) + "%"
}

/// A difference between two centres: `~` where it is not significant, `?` from zero, else in
/// percent of the old one with its sign, `-9.90%`.
pub fn delta_text(old: f64, new: f64, comparison: &Comparison) -> String {
    if !comparison.is_significant() {
        "~".to_owned()
    } else if old == new {
        "0.00%".to_owned()
    } else if old == 0.0 {
        "?".to_owned()
    } else {
        percent(new / old)
    }
}

/// The difference that a geometric mean of ratios stands for, in percent with its sign:
/// `+10.00%` for 1.1.
pub fn geomean_ratio_text(ratio: f64) -> String {
    percent(ratio)
}

/// `(ratio − 1)` in percent, always signed.
fn percent(ratio: f64) -> String {
    let change = (ratio - 1.0) * 100.0;
    let text = fixed(change, 2);
    let sign = if text.starts_with(['-', '+']) {
        ""
    } else {
        "+"
    };
    format!("{sign}{text}%")
}

/// p and the sample sizes: `p=0.002 n=6`, or `p=0.002 n=9+10` where they differ. Without p where it
/// is zero, as for values that are assumed to be exact.
pub fn detail_text(comparison: &Comparison) -> String {
    let sizes = if comparison.n1 == comparison.n2 {
        comparison.n1.to_string()
    } else {
        format!("{}+{}", comparison.n1, comparison.n2)
    };
    if comparison.p == 0.0 {
        format!("n={sizes}")
    } else {
        format!("p={} n={sizes}", fixed(comparison.p, 3))
    }
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
