//! Computes how many samples are needed to detect a difference.

use super::null::binomial;
use super::special::normal_quantile;

/// The largest answer of [`separating_count`].
const MAX_COUNT: u32 = 50;

/// The chance of detection that [`detecting_count`] and [`detectable_difference`] plan for.
const POWER: f64 = 0.8;

/// The smallest k for which k against k values, completely separated, reach the one-sided `level`: 1/C(2k, k) ≤ level.
///
/// `None` if more than 50 are needed.
///
/// ```
/// use benchparse::stats::separating_count;
///
/// assert_eq!(separating_count(0.05 / 23.0), Some(6));
/// ```
pub fn separating_count(level: f64) -> Option<u32> {
    (1..=MAX_COUNT).find(|&k| smallest_p(k as usize, k as usize) <= level * (1.0 + 1e-12))
}

/// The smallest one-sided p that `n` against `m` values can reach: 1/C(n + m, n).
pub fn smallest_p(n: usize, m: usize) -> f64 {
    if n + m <= 100 {
        return 1.0 / binomial(n + m, n);
    }
    let ln_factorial = |n: usize| libm::lgamma(n as f64 + 1.0);
    (ln_factorial(n) + ln_factorial(m) - ln_factorial(n + m)).exp()
}

/// How many values a side detect a relative difference with a chance of 80 %, at a one-sided `level`.
///
/// ⌈(2π/3)·((z₁₋ₗ + z₀.₈)·cv/ln(1 + difference))²⌉, the normal sample size divided by the efficiency 3/π of ranks
/// (Lehmann 1975). At least 1; `None` if an argument makes no sense (a spread that is not finite, a difference that is
/// not positive, a level outside (0, 1)) or the answer exceeds 2^32 − 1.
///
/// ```
/// use benchparse::stats::detecting_count;
///
/// assert_eq!(detecting_count(0.02, 0.05, 0.05), Some(3));
/// assert_eq!(detecting_count(0.02, 0.01, 0.05), Some(53));
/// ```
pub fn detecting_count(cv: f64, difference: f64, level: f64) -> Option<u32> {
    let scale = quantiles(level)? * cv / difference.ln_1p();
    let n = (2.0 * std::f64::consts::FRAC_PI_3 * scale * scale).ceil();
    let sensible = cv >= 0.0 && difference > 0.0 && n <= f64::from(u32::MAX);
    sensible.then_some((n as u32).max(1))
}

/// The relative difference that `n` values a side detect with a chance of 80 %; the inverse of [`detecting_count`].
pub fn detectable_difference(cv: f64, n: usize, level: f64) -> Option<f64> {
    let exponent = quantiles(level)? * cv * (2.0 * std::f64::consts::FRAC_PI_3 / n as f64).sqrt();
    let difference = exponent.exp_m1();
    difference.is_finite().then_some(difference)
}

fn quantiles(level: f64) -> Option<f64> {
    let sum = normal_quantile(1.0 - level) + normal_quantile(POWER);
    sum.is_finite().then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_that_can_separate() {
        for (tests, count) in [(1.0, 3), (23.0, 6), (100.0, 7), (1000.0, 9)] {
            assert_eq!(separating_count(0.05 / tests), Some(count));
        }
        assert_eq!(separating_count(0.0), None);
        assert_eq!(separating_count(f64::NAN), None);
    }

    #[test]
    fn what_is_detectable_needs_just_that_many() {
        for n in [5_usize, 10, 40] {
            let difference = detectable_difference(0.03, n, 0.05 / 20.0).unwrap();
            let count = detecting_count(0.03, difference * (1.0 + 1e-9), 0.05 / 20.0);
            assert_eq!(count, Some(n as u32));
        }
    }

    #[test]
    fn senseless_questions_have_no_answer() {
        assert_eq!(detecting_count(f64::NAN, 0.05, 0.05), None);
        assert_eq!(detecting_count(f64::INFINITY, 0.05, 0.05), None);
        assert_eq!(detecting_count(0.02, 0.0, 0.05), None);
        assert_eq!(detecting_count(0.02, 0.05, 0.0), None);
        assert_eq!(detecting_count(1e9, 1e-9, 0.05), None);
        assert_eq!(detectable_difference(0.02, 0, 0.05), None);
    }

    #[test]
    fn smallest_p_is_continuous_at_its_change_of_method() {
        let ratio = smallest_p(50, 50) / smallest_p(51, 50);
        assert!((ratio - 101.0 / 51.0).abs() < 1e-9, "{ratio}");
    }
}
