//! The median and its order-statistic confidence interval.

use super::Sample;
use super::special::{normal_cdf, normal_quantile};

/// The median. NaN for an empty sample.
///
/// For an even count it is x + 0.5·(y − x) of the two middle values; for an odd count of three or more the middle
/// value plus 0·(next − middle), which is NaN beside an infinite neighbour. This is quantile definition R8 of
/// Hyndman and Fan (1996), "Sample Quantiles in Statistical Packages", at one half.
///
/// ```
/// use benchparse::stats::{Sample, median};
///
/// assert_eq!(median(&Sample::new(vec![4.0, 1.0, 2.0])), 2.0);
/// assert_eq!(median(&Sample::new(vec![1.0, 2.0])), 1.5);
/// ```
pub fn median(sample: &Sample) -> f64 {
    let x = sample.values();
    match x {
        [] => f64::NAN,
        [only] => *only,
        _ => {
            let k = (x.len() - 1) / 2;
            let weight = if x.len().is_multiple_of(2) { 0.5 } else { 0.0 };
            x[k] + weight * (x[k + 1] - x[k])
        }
    }
}

/// Which order statistics bound the confidence interval of the median of `n` values at level `confidence`.
///
/// 1-based; 0 stands for −∞ and n + 1 for +∞. The choice is benchstat's. Up to 30 values it grows from the middle
/// by the more probable side of Binomial(n, ½) until the level is reached, so that an interval that cannot be
/// symmetric is longer on one side; above, it is a normal approximation. At level 1 and above the interval is
/// infinite.
///
/// ```
/// use benchparse::stats::median_interval_orders;
///
/// assert_eq!(median_interval_orders(5, 0.95), (0, 5));
/// assert_eq!(median_interval_orders(6, 0.95), (1, 6));
/// assert_eq!(median_interval_orders(10, 0.95), (2, 9));
/// ```
pub fn median_interval_orders(n: usize, confidence: f64) -> (usize, usize) {
    if n == 0 || confidence >= 1.0 {
        (0, n + 1)
    } else if n <= 30 {
        exact_orders(n, confidence)
    } else {
        normal_orders(n, confidence)
    }
}

/// The sides taken one after the other, for 21 to 30 values. benchstat's binomial probabilities come from logarithms
/// of the gamma function there, and two that are equal in theory differ in their last bits.
const STEPS: [&[u8]; 10] = [
    b"RLRLRRLLRLRRLLRRLLRLR",
    b"RLLRLRRLLRLRRLLRRLLRLR",
    b"RLRLRLRRLLRLRRLLRRLLRLR",
    b"RLLRLRLRRLLRLRRLLRRLLRLR",
    b"RLRRLLRLRRLLRLRRLLRRLLRLR",
    b"LRLRRLLRLRRLLRLRRLLRRLLRLR",
    b"RLRRLRLLRLRRLLRLRRLLRRLLRLR",
    b"RLRLLRRLLRLRRLLRLRRLLRRLLRLR",
    b"RRLLRLRRLLRLRRLRLRLRLLRRLLRLR",
    b"RLRLLRLRRLLRRLRLRLRLRLLRRLLRLR",
];

fn exact_orders(n: usize, confidence: f64) -> (usize, usize) {
    let probability = |k: usize| binomial(n, k) / (1_u64 << n) as f64;
    let mut low = n / 2;
    let mut high = low + 1;
    let mut covered = probability(low);
    let mut step = 0;
    while covered < confidence && step < n {
        let right = match n {
            21.. => STEPS[n - 21][step] == b'R',
            // Equal masses alternate, left first; an odd count has its second middle mass on the right.
            _ => (step % 2 == 0) == (n % 2 == 1),
        };
        if right {
            covered += probability(high);
            high += 1;
        } else {
            low -= 1;
            covered += probability(low);
        }
        step += 1;
    }
    (low, high)
}

/// C(n, k), exact for n ≤ 30.
fn binomial(n: usize, k: usize) -> f64 {
    let mut c: u64 = 1;
    for i in 0..k as u64 {
        c = c * (n as u64 - i) / (i + 1);
    }
    c as f64
}

fn normal_orders(n: usize, confidence: f64) -> (usize, usize) {
    let mean = n as f64 / 2.0;
    let deviation = (n as f64 / 4.0).sqrt();
    let left = mean + deviation * normal_quantile((1.0 - confidence.max(0.0)) / 2.0);
    let right = 2.0 * mean - left;
    let low = (left - 0.5).floor() + 1.0;
    let mut high = (right - 0.5).ceil() + 1.0;
    let covered = |low: f64, high: f64| {
        normal_cdf((high - 0.5 - mean) / deviation) - normal_cdf((low - 0.5 - mean) / deviation)
    };
    let shorter = covered(low, high - 1.0);
    if shorter >= confidence && shorter < covered(low, high) {
        high -= 1.0;
    }
    (low.max(0.0) as usize, (high as usize).min(n + 1))
}

/// The smallest count from 2 to 50 whose interval at `confidence` is finite, if there is one.
pub(crate) fn count_for_interval(confidence: f64) -> Option<u32> {
    if confidence >= 1.0 {
        return None;
    }
    (2..=50_u32).find(|&n| {
        let (low, high) = median_interval_orders(n as usize, confidence);
        low >= 1 && high <= n as usize
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_even_count_does_not_overflow() {
        assert_eq!(median(&Sample::new(vec![1.5e308, 1.7e308])), 1.6e308);
    }

    #[test]
    fn an_infinite_neighbour_makes_the_median_nan() {
        let sample = Sample::new(vec![1.0, 2.0, f64::INFINITY]);
        assert!(median(&sample).is_nan());
        assert_eq!(median(&Sample::new(vec![f64::INFINITY])), f64::INFINITY);
    }

    #[test]
    fn every_step_row_visits_every_order_once() {
        for (i, steps) in STEPS.iter().enumerate() {
            let n = 21 + i;
            assert_eq!(steps.len(), n);
            assert_eq!(steps.split(|s| *s == b'L').count() - 1, n / 2);
            assert_eq!(exact_orders(n, 1.0), (0, n + 1));
        }
    }

    #[test]
    fn the_count_for_a_finite_interval() {
        let table = [
            (0.0, Some(2)),
            (0.5, Some(2)),
            (0.75, Some(3)),
            (0.9, Some(5)),
            (0.95, Some(6)),
            (0.99, Some(8)),
            (0.999, Some(11)),
            (0.9999, Some(15)),
            (0.999_999_99, Some(28)),
            (1.0, None),
        ];
        for (confidence, count) in table {
            assert_eq!(count_for_interval(confidence), count, "{confidence}");
        }
    }

    #[test]
    fn a_level_that_is_no_number_still_gives_an_interval() {
        for n in [0, 1, 10, 25, 40] {
            let (low, high) = median_interval_orders(n, f64::NAN);
            assert!(low < high && high <= n + 1);
        }
    }
}
