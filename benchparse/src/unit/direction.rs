//! Which way a unit's values improve, and what its name says about it.

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use super::{numerator, tidy};

/// Which way a unit's values improve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Direction {
    /// Smaller values are better: times, sizes, counts.
    #[default]
    Lower,
    /// Larger values are better: rates.
    Higher,
}

/// Where a direction comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum DirectionBasis {
    /// A `Unit` line of the input or a setting says it.
    Stated,
    /// It is a unit of Go's own, a time, a size, a rate or an amount per operation.
    Known,
    /// A word in the unit's name, such as `hit` or `errors`, suggests it.
    Name,
    /// Nothing suggests it, and lower is taken to be better.
    Assumed,
}

/// Words of units whose values should be small, whatever else the name says.
const LOWER: [&str; 50] = [
    "abort",
    "aborted",
    "aborts",
    "collision",
    "collisions",
    "conflict",
    "conflicts",
    "delay",
    "discarded",
    "drop",
    "dropped",
    "drops",
    "err",
    "error",
    "errors",
    "errs",
    "evicted",
    "eviction",
    "evictions",
    "fail",
    "failed",
    "fails",
    "failure",
    "failures",
    "fault",
    "faults",
    "latency",
    "loss",
    "lost",
    "miss",
    "missed",
    "misses",
    "overhead",
    "pause",
    "pauses",
    "rejected",
    "rejections",
    "rejects",
    "retried",
    "retries",
    "retry",
    "stall",
    "stalled",
    "stalls",
    "throttled",
    "timeout",
    "timeouts",
    "wait",
    "waits",
    "wasted",
];

/// Words of units whose values should be large.
const HIGHER: [&str; 22] = [
    "accuracy",
    "bandwidth",
    "efficiency",
    "f1",
    "flops",
    "gbps",
    "gflops",
    "hit",
    "hits",
    "iops",
    "kbps",
    "mbps",
    "mflops",
    "ndcg",
    "precision",
    "qps",
    "recall",
    "rps",
    "saved",
    "speedup",
    "throughput",
    "tps",
];

impl Direction {
    /// The direction that a unit's name tells, for a unit tidied or as it was written: lower for errors, misses,
    /// waits and the like; else higher for rates and for hits, throughput, accuracy and the like; else lower.
    ///
    /// A `Unit … better=` line in the input overrides it, see
    /// [`UnitTable::direction`](crate::format::UnitTable::direction).
    ///
    /// ```
    /// use benchparse::unit::Direction;
    ///
    /// assert_eq!(Direction::of(b"ns/op"), Direction::Lower);
    /// assert_eq!(Direction::of(b"MB/s"), Direction::Higher);
    /// assert_eq!(Direction::of(b"hit%"), Direction::Higher);
    /// assert_eq!(Direction::of(b"error_responses/sec"), Direction::Lower);
    /// ```
    pub fn of(unit: &[u8]) -> Self {
        Self::guess(unit).0
    }

    /// The direction of a unit's name, and what in the name tells it.
    pub fn guess(unit: &[u8]) -> (Self, DirectionBasis) {
        let tidied = tidy(unit).unit;
        if matches!(&*tidied, b"sec/op" | b"B/op" | b"allocs/op" | b"B/s") {
            let is_rate = &*tidied == b"B/s";
            let direction = if is_rate { Self::Higher } else { Self::Lower };
            return (direction, DirectionBasis::Known);
        }
        let text = String::from_utf8_lossy(&tidied).to_lowercase();
        let words = || text.split(|letter: char| !letter.is_alphanumeric());
        if words().any(|word| LOWER.contains(&word)) {
            return (Self::Lower, DirectionBasis::Name);
        }
        if is_rate(&tidied) {
            return (Self::Higher, DirectionBasis::Known);
        }
        if words().any(|word| HIGHER.contains(&word)) || is_compression(&text) {
            return (Self::Higher, DirectionBasis::Name);
        }
        let is_amount = numerator(&tidied).any(|token| matches!(token, b"sec" | b"B"));
        let basis = if is_amount || tidied.ends_with(b"/op") {
            DirectionBasis::Known
        } else {
            DirectionBasis::Assumed
        };
        (Self::Lower, basis)
    }
}

fn is_rate(tidied: &[u8]) -> bool {
    tidied.ends_with(b"/s") || tidied.ends_with(b"/sec")
}

/// A ratio of what goes in to what comes out.
fn is_compression(text: &str) -> bool {
    text.contains("compression") && text.contains("ratio")
}

/// Whether the values of a unit follow the speed of the machine: times, and rates per time.
///
/// ```
/// use benchparse::unit::follows_time;
///
/// assert!(follows_time(b"ns/op") && follows_time(b"p99-ns") && follows_time(b"qps"));
/// assert!(!follows_time(b"B/op") && !follows_time(b"recall@10"));
/// ```
pub fn follows_time(unit: &[u8]) -> bool {
    let tidied = tidy(unit).unit;
    let text = String::from_utf8_lossy(&tidied).to_lowercase();
    let mut words = text.split(|letter: char| !letter.is_alphanumeric());
    is_rate(&tidied)
        || numerator(&tidied).any(|token| token == b"sec")
        || words.any(|word| {
            matches!(
                word,
                "latency" | "qps" | "rps" | "tps" | "iops" | "throughput" | "bandwidth"
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_direction_on_both_sides() {
        for (unit, direction, basis) in [
            ("ns/op", Direction::Lower, DirectionBasis::Known),
            ("B/op", Direction::Lower, DirectionBasis::Known),
            ("MB/s", Direction::Higher, DirectionBasis::Known),
            ("p99-ns/op", Direction::Lower, DirectionBasis::Known),
            ("gc-cycles/op", Direction::Lower, DirectionBasis::Known),
            ("items/s", Direction::Higher, DirectionBasis::Known),
            ("hit%", Direction::Higher, DirectionBasis::Name),
            ("qps", Direction::Higher, DirectionBasis::Name),
            ("compression-ratio", Direction::Higher, DirectionBasis::Name),
            ("recall@10", Direction::Higher, DirectionBasis::Name),
            ("Cache_Hits", Direction::Higher, DirectionBasis::Name),
            (
                "error_responses/sec",
                Direction::Lower,
                DirectionBasis::Name,
            ),
            ("drops/s", Direction::Lower, DirectionBasis::Name),
            ("retries/sec", Direction::Lower, DirectionBasis::Name),
            ("cache-miss%", Direction::Lower, DirectionBasis::Name),
            ("widgets", Direction::Lower, DirectionBasis::Assumed),
            ("ratio", Direction::Lower, DirectionBasis::Assumed),
        ] {
            assert_eq!(
                Direction::guess(unit.as_bytes()),
                (direction, basis),
                "{unit}"
            );
        }
    }

    #[test]
    fn words_are_in_one_list_only() {
        assert!(LOWER.iter().all(|word| !HIGHER.contains(word)));
        assert!(LOWER.is_sorted() && HIGHER.is_sorted());
    }
}
