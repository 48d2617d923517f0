//! The center and the range of a sample.

#[cfg(feature = "serde")]
use serde::Serialize;

use super::Sample;
use super::median::{count_for_interval, median, median_interval_orders};

/// What is assumed about the distribution of a unit's values.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Assumption {
    /// No shape is assumed: median, order statistics, ranks.
    #[default]
    Nothing,
    /// Every repetition should measure the same value, so each difference is real.
    Exact,
}

/// Centre and range of a sample.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct Summary {
    /// The median, or the most frequent value under [`Assumption::Exact`].
    #[cfg_attr(
        feature = "serde",
        serde(serialize_with = "crate::stats::nonfinite::serialize")
    )]
    pub center: f64,
    /// The lower bound, −∞ if the sample is too small for the level.
    #[cfg_attr(
        feature = "serde",
        serde(serialize_with = "crate::stats::nonfinite::serialize")
    )]
    pub low: f64,
    /// The upper bound, +∞ if the sample is too small for the level.
    #[cfg_attr(
        feature = "serde",
        serde(serialize_with = "crate::stats::nonfinite::serialize")
    )]
    pub high: f64,
    /// What is wrong with the range, if anything.
    pub warning: Option<SummaryWarning>,
}

/// Why a [`Summary`] says less than it should.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", tag = "kind"))]
#[non_exhaustive]
pub enum SummaryWarning {
    /// The interval is infinite.
    TooFewSamples {
        /// The smallest count with a finite interval; `None` if that is more than 50.
        needed: Option<u32>,
        /// The level that was asked for.
        confidence: f64,
    },
    /// An exact unit has different values.
    NotExact {
        /// The smallest value.
        #[cfg_attr(
            feature = "serde",
            serde(serialize_with = "crate::stats::nonfinite::serialize")
        )]
        low: f64,
        /// The largest value.
        #[cfg_attr(
            feature = "serde",
            serde(serialize_with = "crate::stats::nonfinite::serialize")
        )]
        high: f64,
    },
}

/// Summarises a sample as benchstat does.
///
/// - [`Assumption::Nothing`]: the median and its order-statistic interval at level `confidence`
///   (see [`median_interval_orders`]). An interval that is infinite, be it for want of samples or because the data
///   are, carries [`SummaryWarning::TooFewSamples`].
/// - [`Assumption::Exact`]: the most frequent value, the smallest of several, and the range of all values;
///   `confidence` plays no part.
///
/// An empty sample has a NaN centre and an infinite range.
///
/// ```
/// use benchparse::stats::{Assumption, Sample, summarize};
///
/// let sample = Sample::new(vec![10.0, 11.0, 12.0, 13.0, 14.0, 15.0]);
/// let summary = summarize(&sample, Assumption::Nothing, 0.95);
/// assert_eq!((summary.low, summary.center, summary.high), (10.0, 12.5, 15.0));
/// ```
pub fn summarize(sample: &Sample, assumption: Assumption, confidence: f64) -> Summary {
    Summarizer::new(confidence).summarize(sample, assumption)
}

/// [`summarize`] at one level, with what it has found out about sizes so far.
#[derive(Clone, Debug)]
pub(crate) struct Summarizer {
    confidence: f64,
    /// The size of the last sample and its interval.
    orders: (usize, (usize, usize)),
    /// What is said of samples that are too small, once one was.
    too_few: Option<SummaryWarning>,
}

impl Summarizer {
    pub(crate) fn new(confidence: f64) -> Self {
        Self {
            confidence,
            orders: (0, median_interval_orders(0, confidence)),
            too_few: None,
        }
    }

    pub(crate) fn summarize(&mut self, sample: &Sample, assumption: Assumption) -> Summary {
        match assumption {
            Assumption::Nothing => self.with_interval(sample),
            Assumption::Exact => with_range(sample),
        }
    }

    fn with_interval(&mut self, sample: &Sample) -> Summary {
        let count = sample.len();
        if self.orders.0 != count {
            self.orders = (count, median_interval_orders(count, self.confidence));
        }
        let confidence = self.confidence;
        let too_few = || SummaryWarning::TooFewSamples {
            needed: count_for_interval(confidence),
            confidence,
        };
        let known = &mut self.too_few;
        with_interval(sample, self.orders.1, || *known.get_or_insert_with(too_few))
    }
}

fn with_interval(
    sample: &Sample,
    (low, high): (usize, usize),
    warning: impl FnOnce() -> SummaryWarning,
) -> Summary {
    let x = sample.values();
    let low = match low.checked_sub(1) {
        Some(index) => x[index],
        None => f64::NEG_INFINITY,
    };
    let high = x.get(high - 1).copied().unwrap_or(f64::INFINITY);
    let warning = (low.is_infinite() || high.is_infinite()).then(warning);
    Summary {
        center: median(sample),
        low,
        high,
        warning,
    }
}

fn with_range(sample: &Sample) -> Summary {
    if sample.is_empty() {
        return Summarizer::new(1.0).with_interval(sample);
    }
    let (low, high) = (sample.min(), sample.max());
    // NaN differs from itself, but one value cannot vary.
    let varies = sample.len() > 1 && low != high;
    Summary {
        center: mode(sample.values()),
        low,
        high,
        warning: varies.then_some(SummaryWarning::NotExact { low, high }),
    }
}

/// The most frequent of sorted values, the first of several. Each NaN counts as a value of its own.
fn mode(x: &[f64]) -> f64 {
    x.chunk_by(|a, b| a == b)
        .rev()
        .max_by_key(|run| run.len())
        .map_or(f64::NAN, |run| run[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(values: &[f64]) -> Summary {
        summarize(&Sample::new(values.to_vec()), Assumption::Exact, 0.95)
    }

    #[test]
    fn exact_takes_the_most_frequent_value_and_the_smallest_of_several() {
        assert_eq!(exact(&[9.0, 7.0]).center, 7.0);
        assert_eq!(exact(&[6.0, 5.0, 6.0]).center, 6.0);
        assert!(exact(&[f64::NAN, 1.0]).center.is_nan());
        assert_eq!(exact(&[f64::NAN, 1.0, 1.0]).center, 1.0);
    }

    #[test]
    fn exact_warns_about_values_that_vary() {
        assert_eq!(exact(&[7.0]).warning, None);
        assert_eq!(exact(&[7.0, 7.0]).warning, None);
        assert_eq!(
            exact(&[9.0, 7.0]).warning,
            Some(SummaryWarning::NotExact {
                low: 7.0,
                high: 9.0
            })
        );
    }

    #[test]
    fn five_values_are_too_few_for_95_percent() {
        let sample = Sample::new(vec![10.0, 11.0, 12.0, 13.0, 14.0]);
        let summary = summarize(&sample, Assumption::Nothing, 0.95);
        assert_eq!((summary.low, summary.high), (f64::NEG_INFINITY, 14.0));
        assert_eq!(
            summary.warning,
            Some(SummaryWarning::TooFewSamples {
                needed: Some(6),
                confidence: 0.95
            })
        );
        let at_90 = summarize(&sample, Assumption::Nothing, 0.9);
        assert_eq!((at_90.low, at_90.high, at_90.warning), (10.0, 14.0, None));
    }

    #[test]
    fn infinite_data_are_an_infinite_interval() {
        let sample = Sample::new(vec![f64::INFINITY; 10]);
        let summary = summarize(&sample, Assumption::Nothing, 0.95);
        assert!(summary.warning.is_some());
    }

    #[test]
    fn an_empty_sample_has_no_centre() {
        for assumption in [Assumption::Nothing, Assumption::Exact] {
            let summary = summarize(&Sample::default(), assumption, 0.95);
            assert!(summary.center.is_nan());
            assert_eq!(
                (summary.low, summary.high),
                (f64::NEG_INFINITY, f64::INFINITY)
            );
        }
    }
}
