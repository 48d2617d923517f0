//! Effect sizes and spreads.

#[cfg(feature = "serde")]
use serde::Serialize;

use super::one_sided::RankTest;
use super::{Sample, median};

/// An estimate between two bounds.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct Interval {
    /// The point estimate.
    #[cfg_attr(
        feature = "serde",
        serde(serialize_with = "crate::stats::nonfinite::serialize")
    )]
    pub estimate: f64,
    /// The lower bound.
    #[cfg_attr(
        feature = "serde",
        serde(serialize_with = "crate::stats::nonfinite::serialize")
    )]
    pub low: f64,
    /// The upper bound.
    #[cfg_attr(
        feature = "serde",
        serde(serialize_with = "crate::stats::nonfinite::serialize")
    )]
    pub high: f64,
}

/// How many times larger the new values are, after Hodges and Lehmann (1963).
///
/// The estimate is the median of all new/old ratios (the geometric mean of the two middle ones). The bounds are the
/// order statistics c + 1 and n·m − c of those ratios, c being the largest integer with P(U ≤ c) ≤ (1 − confidence)/2
/// when there are no ties (the normal approximation above 50 values a side). Without such a c the bounds are 0 and ∞,
/// as they are, with a NaN estimate, if a value is not a positive finite number.
///
/// ```
/// use benchparse::stats::{Sample, ratio_interval};
///
/// let old = Sample::new(vec![10.0, 10.1, 9.9, 10.0, 10.2]);
/// let new = Sample::new(vec![20.0, 20.2, 19.8, 20.0, 20.4]);
/// let ratio = ratio_interval(&old, &new, 0.95);
/// assert_eq!(ratio.estimate, 2.0);
/// assert!(1.9 < ratio.low && ratio.high < 2.1);
/// ```
pub fn ratio_interval(old: &Sample, new: &Sample, confidence: f64) -> Interval {
    ratio_interval_with(&mut RankTest::default(), old, new, confidence)
}

pub(crate) fn ratio_interval_with(
    test: &mut RankTest,
    old: &Sample,
    new: &Sample,
    confidence: f64,
) -> Interval {
    let positive = |s: &Sample| s.min() > 0.0 && s.max().is_finite();
    if !positive(old) || !positive(new) {
        return Interval {
            estimate: f64::NAN,
            low: 0.0,
            high: f64::INFINITY,
        };
    }
    let pairs = Pairs {
        old: old.values(),
        new: new.values(),
        combine: |new, old| new / old,
    };
    let (low, high) = pairs
        .bounds(test, confidence)
        .unwrap_or((0.0, f64::INFINITY));
    let (a, b) = pairs.middle();
    Interval {
        estimate: if a == b { a } else { a.sqrt() * b.sqrt() },
        low,
        high,
    }
}

/// By how much the new values are larger, after Hodges and Lehmann (1963).
///
/// As [`ratio_interval`], with differences in place of ratios and −∞, ∞ as the bounds of small samples. NaN if a value
/// is not finite.
pub fn shift_interval(old: &Sample, new: &Sample, confidence: f64) -> Interval {
    let finite = |s: &Sample| s.min().is_finite() && s.max().is_finite();
    let unbounded = (f64::NEG_INFINITY, f64::INFINITY);
    if !finite(old) || !finite(new) {
        return Interval {
            estimate: f64::NAN,
            low: unbounded.0,
            high: unbounded.1,
        };
    }
    let pairs = Pairs {
        old: old.values(),
        new: new.values(),
        combine: |new, old| new - old,
    };
    let (low, high) = pairs
        .bounds(&mut RankTest::default(), confidence)
        .unwrap_or(unbounded);
    let (a, b) = pairs.middle();
    Interval {
        estimate: a + 0.5 * (b - a),
        low,
        high,
    }
}

/// All pairs of two sorted samples, never written out.
struct Pairs<'a, F> {
    old: &'a [f64],
    new: &'a [f64],
    /// Rises with the new value and falls with the old one; never NaN.
    combine: F,
}

impl<F: Fn(f64, f64) -> f64> Pairs<'_, F> {
    fn count(&self) -> u64 {
        self.old.len() as u64 * self.new.len() as u64
    }

    fn bounds(&self, test: &mut RankTest, confidence: f64) -> Option<(f64, f64)> {
        let c = test.critical(self.old.len(), self.new.len(), (1.0 - confidence) / 2.0)?;
        let c = c.min((self.count() - 1) / 2);
        Some((self.nth(c + 1), self.nth(self.count() - c)))
    }

    /// The two middle values, which are one for an odd count.
    fn middle(&self) -> (f64, f64) {
        (
            self.nth(self.count().div_ceil(2)),
            self.nth(self.count() / 2 + 1),
        )
    }

    /// The k-th smallest, from 1: the smallest double that k pairs do not exceed, by bisection over all doubles.
    fn nth(&self, k: u64) -> f64 {
        let (last_old, last_new) = (self.old.len() - 1, self.new.len() - 1);
        let mut low = to_key((self.combine)(self.new[0], self.old[last_old]));
        let mut high = to_key((self.combine)(self.new[last_new], self.old[0]));
        while low < high {
            // Rounded down, also for keys of opposite sign.
            let middle = (low & high) + ((low ^ high) >> 1);
            if self.up_to(from_key(middle)) >= k {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        from_key(low)
    }

    fn up_to(&self, bound: f64) -> u64 {
        let mut j = 0;
        let mut count = 0;
        for &old in self.old {
            while self
                .new
                .get(j)
                .is_some_and(|&new| (self.combine)(new, old) <= bound)
            {
                j += 1;
            }
            count += j as u64;
        }
        count
    }
}

/// An integer in the order of the doubles.
fn to_key(x: f64) -> i64 {
    let bits = x.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

fn from_key(key: i64) -> f64 {
    f64::from_bits((key ^ (((key >> 63) as u64) >> 1) as i64) as u64)
}

/// The median absolute deviation from the median, unscaled.
pub fn mad(sample: &Sample) -> f64 {
    let center = median(sample);
    median(&sample.values().iter().map(|x| (x - center).abs()).collect())
}

/// The spread of a sample relative to its median: 1.4826·MAD/median, which estimates the coefficient of variation of a
/// normal population and ignores outliers.
///
/// 0 if at least half of the values are equal to the median, +∞ if the median is 0 otherwise.
///
/// ```
/// use benchparse::stats::{Sample, robust_cv};
///
/// let sample = Sample::new(vec![98.0, 99.0, 100.0, 101.0, 700.0]);
/// assert!((robust_cv(&sample) - 0.014826).abs() < 1e-12);
/// ```
pub fn robust_cv(sample: &Sample) -> f64 {
    let deviation = 1.4826 * mad(sample);
    if deviation == 0.0 {
        0.0
    } else {
        deviation / median(sample).abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_the_order_of_the_doubles() {
        let ascending = [
            f64::NEG_INFINITY,
            -1.5,
            -5e-324,
            -0.0,
            0.0,
            5e-324,
            2.0,
            f64::INFINITY,
        ];
        for pair in ascending.windows(2) {
            assert!(to_key(pair[0]) < to_key(pair[1]), "{pair:?}");
        }
        for x in ascending {
            assert_eq!(from_key(to_key(x)).to_bits(), x.to_bits());
        }
    }

    #[test]
    fn a_zero_leaves_the_ratio_open() {
        let zero = Sample::new(vec![0.0; 6]);
        let one = Sample::new(vec![1.0; 6]);
        let ratio = ratio_interval(&zero, &one, 0.95);
        assert!(ratio.estimate.is_nan());
        assert_eq!((ratio.low, ratio.high), (0.0, f64::INFINITY));
        let shift = shift_interval(&zero, &one, 0.95);
        assert_eq!((shift.estimate, shift.low, shift.high), (1.0, 1.0, 1.0));
    }

    #[test]
    fn any_level_is_answered() {
        let a = Sample::new(vec![1.0, 2.0, 3.0, 4.0, 5.0]);
        for confidence in [-1.0, 0.0, 0.5, 1.0, 2.0, f64::NAN] {
            let ratio = ratio_interval(&a, &a, confidence);
            assert!(ratio.low <= ratio.high, "{confidence}");
        }
    }

    #[test]
    fn spread_of_constants_is_zero() {
        assert_eq!(robust_cv(&Sample::new(vec![0.0; 3])), 0.0);
        assert_eq!(robust_cv(&Sample::new(vec![-1.0, 0.0, 1.0])), f64::INFINITY);
    }
}
