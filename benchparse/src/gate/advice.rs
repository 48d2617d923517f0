//! Advice about measurements: noise, outliers, too few iterations.
//!
//! When one side is measured after the other, only the spread helps predict false alarms; the other checks do not.
//! If nothing is reported, that does not show that a comparison is sound.

#[cfg(feature = "serde")]
use serde::Serialize;

use super::at_least;
use crate::stats::{Sample, detectable_difference, detecting_count, mad, median, robust_cv};

/// The spread from which samples are noisy.
const NOISY: f64 = 0.02;

/// The spread from which they are very noisy.
const VERY_NOISY: f64 = 0.05;

/// The share of values off the rest from which they are mentioned.
const OUTLIER_SHARE: f64 = 0.2;

/// The fewest values whose outliers are looked for.
const OUTLIER_VALUES: usize = 5;

/// The smallest gap between two modes, relative to the median.
const MODE_GAP: f64 = 0.05;

/// The shortest time that a result should cover, in seconds.
const SHORTEST_RUN: f64 = 0.01;

/// The fewest iterations of a result.
const FEWEST_ITERATIONS: u64 = 5;

/// The shortest credible time of an operation, in seconds.
const SHORTEST_OPERATION: f64 = 0.5e-9;

/// The timings of one benchmark on one side, in the order in which they were measured.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct Timings {
    /// Seconds per operation of each result.
    pub seconds: Vec<f64>,
    /// b.N of each result, in the same order. May be empty if unknown.
    pub iterations: Vec<u64>,
    /// Bytes per operation of each result, in the same order. May be empty if not measured.
    pub bytes: Vec<f64>,
}

/// What advice is to be measured against.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct Target {
    /// The relative change that should be detectable; 0.05 is 5 %.
    pub difference: f64,
    /// The one-sided level of each test: the policy's q over the number of tests.
    pub level: f64,
}

impl Target {
    /// A difference that should be detected by tests of a level.
    pub const fn new(difference: f64, level: f64) -> Self {
        Self { difference, level }
    }
}

/// What was noticed about a benchmark.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", tag = "kind"))]
#[non_exhaustive]
pub enum Finding {
    /// The values spread by more than 2 % ([`robust_cv`]).
    Spread {
        /// The spread; 0.02 is 2 %.
        #[cfg_attr(
            feature = "serde",
            serde(serialize_with = "crate::stats::nonfinite::serialize")
        )]
        spread: f64,
        /// Whether it is above 5 %.
        strong: bool,
        /// The relative change that as many values a side detect four times in five.
        detectable: Option<f64>,
        /// How many values a side detect the aim's difference four times in five.
        samples_needed: Option<u32>,
    },
    /// At least a fifth of the values are off the rest, by more than max(5·1.4826·MAD, 3 % of the median). For
    /// information: no value is ever dropped.
    Outliers {
        /// How many values are off.
        count: usize,
        /// Of how many.
        of: usize,
    },
    /// The values fall into two groups, each of two or more, at least 5 % apart. For information.
    Bimodal {
        /// How many values are in the lower group.
        lower: usize,
        /// How many are in the upper group.
        upper: usize,
        /// The gap between the groups, relative to the median.
        #[cfg_attr(
            feature = "serde",
            serde(serialize_with = "crate::stats::nonfinite::serialize")
        )]
        gap: f64,
    },
    /// A result covers less than 10 ms, or fewer than 5 iterations: `-benchtime` should be longer.
    TooShort {
        /// The time covered by the shortest result, in seconds.
        seconds: f64,
        /// The fewest iterations of a result.
        iterations: u64,
    },
    /// b.N varies by more than a factor of two, and the bytes per operation with it: set-up is spread over the
    /// iterations. `b.Loop` or `b.ResetTimer` takes it out.
    SetupCounted {
        /// The fewest iterations.
        fewest: u64,
        /// The most iterations.
        most: u64,
    },
    /// The operation takes less than half a nanosecond: the compiler has probably removed it.
    OptimizedAway {
        /// The median time of an operation, in seconds.
        seconds: f64,
    },
}

/// Looks at the timings of one benchmark on one side.
///
/// Values that are NaN, infinite or negative are no timings, and a benchmark with one has no findings.
pub fn findings(timings: &Timings, aim: &Target) -> Vec<Finding> {
    if timings.seconds.is_empty() || !timings.seconds.iter().all(|x| x.is_finite() && *x >= 0.0) {
        return Vec::new();
    }
    let sample = Sample::new(timings.seconds.clone());
    [
        spread(&sample, aim),
        outliers(&sample),
        bimodal(&sample),
        too_short(timings),
        setup_counted(timings),
        optimized_away(&sample),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn spread(sample: &Sample, aim: &Target) -> Option<Finding> {
    let spread = robust_cv(sample);
    (spread > NOISY).then(|| Finding::Spread {
        spread,
        strong: spread > VERY_NOISY,
        detectable: detectable_difference(spread, sample.len(), aim.level),
        samples_needed: detecting_count(spread, aim.difference, aim.level),
    })
}

fn outliers(sample: &Sample) -> Option<Finding> {
    let center = median(sample);
    let bound = (5.0 * 1.4826 * mad(sample)).max(0.03 * center);
    let count = sample
        .values()
        .iter()
        .filter(|x| !at_least(bound, (*x - center).abs()))
        .count();
    let of = sample.len();
    let many = of >= OUTLIER_VALUES && count as f64 >= OUTLIER_SHARE * of as f64 && count >= 2;
    many.then_some(Finding::Outliers { count, of })
}

fn bimodal(sample: &Sample) -> Option<Finding> {
    let x = sample.values();
    if x.len() < 4 {
        return None;
    }
    let (at, gap) = (2..=x.len() - 2)
        .map(|i| (i, x[i] - x[i - 1]))
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    let (lower, upper) = x.split_at(at);
    let relative = gap / median(sample);
    let apart = mean(upper) - mean(lower);
    let pooled = ((squares(lower) + squares(upper)) / (x.len() - 2) as f64).sqrt();
    let distinct = at_least(relative, MODE_GAP) && apart > separation(x.len())? * pooled;
    distinct.then_some(Finding::Bimodal {
        lower: lower.len(),
        upper: upper.len(),
        gap: relative,
    })
}

/// The difference of the means, in pooled standard deviations, that fewer than one in 200 samples of a normal
/// population exceed when they are cut at their largest gap. Known for 6, 10 and 20 values; between them linear in 1/n.
fn separation(n: usize) -> Option<f64> {
    const KNOWN: [(f64, f64); 3] = [(6.0, 11.7), (10.0, 6.7), (20.0, 4.8)];
    let n = n as f64;
    if n < KNOWN[0].0 {
        return None;
    }
    for pair in KNOWN.windows(2) {
        let ((n1, s1), (n2, s2)) = (pair[0], pair[1]);
        if n <= n2 {
            let share = (1.0 / n1 - 1.0 / n) / (1.0 / n1 - 1.0 / n2);
            return Some(s1 + share * (s2 - s1));
        }
    }
    Some(KNOWN[2].1)
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

/// The sum of the squared distances from the mean.
fn squares(x: &[f64]) -> f64 {
    let center = mean(x);
    x.iter().map(|x| (x - center) * (x - center)).sum()
}

fn too_short(timings: &Timings) -> Option<Finding> {
    let iterations = *timings.iterations.iter().min()?;
    let seconds = timings
        .iterations
        .iter()
        .zip(&timings.seconds)
        .map(|(n, x)| *n as f64 * x)
        .fold(f64::INFINITY, f64::min);
    (seconds < SHORTEST_RUN || iterations < FEWEST_ITERATIONS).then_some(Finding::TooShort {
        seconds,
        iterations,
    })
}

fn setup_counted(timings: &Timings) -> Option<Finding> {
    let fewest = *timings.iterations.iter().min()?;
    let most = *timings.iterations.iter().max()?;
    let first = timings.bytes.first()?;
    let bytes_differ = timings.bytes.iter().any(|x| x != first);
    (most > fewest.saturating_mul(2) && bytes_differ)
        .then_some(Finding::SetupCounted { fewest, most })
}

fn optimized_away(sample: &Sample) -> Option<Finding> {
    let seconds = median(sample);
    (seconds < SHORTEST_OPERATION).then_some(Finding::OptimizedAway { seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    const AIM: Target = Target {
        difference: 0.05,
        level: 0.05,
    };

    fn found(seconds: &[f64]) -> Vec<Finding> {
        let timings = Timings {
            seconds: seconds.to_vec(),
            ..Timings::default()
        };
        findings(&timings, &AIM)
    }

    const CALM: [f64; 10] = [
        1.000, 1.004, 0.997, 1.002, 0.999, 1.001, 1.003, 0.998, 1.005, 0.996,
    ];

    #[test]
    fn calm_samples_need_no_advice() {
        assert_eq!(found(&CALM), []);
    }

    #[test]
    fn spread_says_what_is_detectable_and_what_would_do() {
        let noisy = [1.0, 1.04, 0.96, 1.02, 0.98, 1.06, 0.94, 1.0, 1.03, 0.97];
        match found(&noisy)[..] {
            [
                Finding::Spread {
                    spread,
                    strong,
                    detectable: Some(detectable),
                    samples_needed: Some(n),
                },
            ] => {
                assert!((spread - 1.4826 * 0.03).abs() < 1e-12 && !strong);
                assert!((0.05..0.06).contains(&detectable), "{detectable}");
                assert_eq!(n, 11);
            }
            ref other => panic!("{other:?}"),
        }
    }

    #[test]
    fn two_of_ten_far_off_are_outliers_and_one_is_not() {
        let mut values = CALM;
        values[3] = 2.0;
        assert_eq!(found(&values), []);
        values[7] = 3.0;
        assert_eq!(found(&values), [Finding::Outliers { count: 2, of: 10 }]);
    }

    #[test]
    fn two_levels_are_two_modes() {
        let values = [1.00, 1.01, 1.00, 1.20, 1.21, 1.20, 1.01, 1.20, 1.00, 1.21];
        let modes = found(&values).into_iter().find_map(|f| match f {
            Finding::Bimodal { lower, upper, gap } => Some((lower, upper, gap)),
            _ => None,
        });
        let (lower, upper, gap) = modes.expect("two modes");
        assert_eq!((lower, upper), (5, 5));
        assert!((gap - 0.19 / 1.105).abs() < 1e-12);
    }

    #[test]
    fn the_separation_of_modes_falls_with_the_count() {
        assert_eq!(separation(5), None);
        assert_eq!(separation(6), Some(11.7));
        assert_eq!(separation(10), Some(6.7));
        assert_eq!(separation(100), Some(4.8));
        let steps: Vec<f64> = (6..25).filter_map(separation).collect();
        assert!(steps.windows(2).all(|w| w[0] >= w[1]));
    }

    #[test]
    fn short_results_are_noticed() {
        let with = |seconds: f64, iterations: u64| {
            let timings = Timings {
                seconds: vec![seconds],
                iterations: vec![iterations],
                ..Timings::default()
            };
            findings(&timings, &AIM)
        };
        assert_eq!(with(1e-6, 1_000_000), []);
        assert_eq!(
            with(1e-6, 100),
            [Finding::TooShort {
                seconds: 1e-6 * 100.0,
                iterations: 100
            }]
        );
        assert_eq!(
            with(2.0, 1),
            [Finding::TooShort {
                seconds: 2.0,
                iterations: 1
            }]
        );
    }

    #[test]
    fn setup_shows_in_bytes_that_follow_the_iterations() {
        let mut timings = Timings {
            seconds: vec![1e-3; 3],
            iterations: vec![1000, 1000, 2500],
            bytes: vec![64.0, 64.0, 58.0],
        };
        let finding = Finding::SetupCounted {
            fewest: 1000,
            most: 2500,
        };
        assert_eq!(findings(&timings, &AIM), [finding]);
        timings.bytes = vec![64.0; 3];
        assert_eq!(findings(&timings, &AIM), []);
    }

    #[test]
    fn an_operation_shorter_than_a_cycle_was_removed() {
        assert_eq!(
            found(&[0.25e-9; 3]),
            [Finding::OptimizedAway { seconds: 0.25e-9 }]
        );
        assert_eq!(found(&[0.6e-9; 3]), []);
    }

    #[test]
    fn what_is_no_timing_has_no_findings() {
        assert_eq!(found(&[]), []);
        assert_eq!(found(&[f64::NAN, 1.0]), []);
        assert_eq!(found(&[f64::INFINITY, 1.0]), []);
        assert_eq!(found(&[0.0]).len(), 1);
    }
}
