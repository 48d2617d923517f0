//! benchstat's comparison of two samples: the two-sided Mann–Whitney U test.

use std::cell::RefCell;

#[cfg(feature = "serde")]
use serde::Serialize;

use super::null::{Recurrence, binomial, tied_choices};
use super::rank::Ranks;
use super::special::{exp, normal_cdf};
use super::{Assumption, Sample};

/// The result of comparing two samples.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct Comparison {
    /// The probability of a difference at least this large if there is none. See [`compare`] for its oddities.
    pub p: f64,
    /// The level to judge `p` by; 0 under [`Assumption::Exact`].
    pub alpha: f64,
    /// How many baseline values there are.
    pub n1: usize,
    /// How many new values there are.
    pub n2: usize,
    /// Why the comparison could not say more.
    pub warning: Option<ComparisonWarning>,
}

impl Comparison {
    /// Whether p ≤ α. Equality counts.
    ///
    /// ```
    /// use benchparse::stats::{Assumption, Sample, compare};
    ///
    /// let old = Sample::new(vec![1.0, 2.0, 3.0, 4.0]);
    /// let new = Sample::new(vec![5.0, 6.0, 7.0, 8.0]);
    /// assert!(compare(&old, &new, Assumption::Nothing, 0.05).is_significant());
    /// assert!(!compare(&old, &new, Assumption::Nothing, 0.01).is_significant());
    /// ```
    pub fn is_significant(&self) -> bool {
        self.p <= self.alpha
    }
}

/// Why a [`Comparison`] found nothing.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", tag = "kind"))]
#[non_exhaustive]
pub enum ComparisonWarning {
    /// All values of both samples are equal, so there is nothing to rank.
    AllEqual,
    /// Samples of this size cannot reach the level.
    TooFewSamples {
        /// The smallest equal sizes that can; `None` if more than 10 are needed.
        needed: Option<u32>,
        /// The level that was asked for.
        alpha: f64,
    },
}

/// Compares two samples as benchstat does.
///
/// p has benchstat's bits for exact tests without ties, and with ties up to 20 values in all. Beyond, and in the
/// normal approximation, its last digit may differ.
///
/// Under [`Assumption::Exact`] there is no test: p = 0 and α = 0. Otherwise it is the two-sided Mann–Whitney U test
/// (Mann and Whitney 1947), with p = 2·P(U ≤ min(U₁, U₂)):
///
/// - exact without ties up to 50 values a side, and with ties up to 25 (conditional on the ties, midranks);
/// - else the normal approximation with tie and continuity correction;
/// - p = 1 if all values are equal, with a warning, and if a value is NaN or a sample is empty.
///
/// With ties and unequal sizes the exact distribution is not symmetric. p, which is twice its lower tail, may then
/// exceed 1, be 0, or change when the samples are exchanged. That is kept, since this function speaks benchstat's
/// language; [`one_sided`](super::one_sided()) has none of it.
///
/// Exact distributions without ties are remembered per thread; keep a [`Comparer`] to own that memory.
pub fn compare(baseline: &Sample, new: &Sample, assumption: Assumption, alpha: f64) -> Comparison {
    thread_local! {
        static COMPARER: RefCell<Comparer> = RefCell::default();
    }
    COMPARER.with_borrow_mut(|comparer| comparer.compare(baseline, new, assumption, alpha))
}

/// [`compare`] with the distributions it has needed so far.
///
/// A distribution is computed once for each pair of sample sizes. The largest, 50 against 50, needs about 6 MB with
/// all those it is built from.
#[derive(Clone, Debug, Default)]
pub struct Comparer {
    recurrence: Recurrence,
    /// A level and the size that can reach it.
    needed: Option<(f64, Option<u32>)>,
}

impl Comparer {
    /// A comparer that remembers nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// See [`compare`].
    pub fn compare(
        &mut self,
        baseline: &Sample,
        new: &Sample,
        assumption: Assumption,
        alpha: f64,
    ) -> Comparison {
        let mut comparison = Comparison {
            p: 1.0,
            alpha,
            n1: baseline.len(),
            n2: new.len(),
            warning: None,
        };
        if assumption == Assumption::Exact {
            comparison.p = 0.0;
            comparison.alpha = 0.0;
            return comparison;
        }
        let ranks = match Ranks::new(baseline, new) {
            Some(ranks) if !baseline.is_empty() && !new.is_empty() => ranks,
            _ => return comparison,
        };
        if ranks.all_equal() {
            comparison.warning = Some(ComparisonWarning::AllEqual);
            return comparison;
        }
        comparison.p = self.two_sided(&ranks);
        if !comparison.is_significant() {
            let needed = match self.needed {
                Some((level, needed)) if level == alpha => needed,
                _ => self.needed.insert((alpha, count_for_level(alpha))).1,
            };
            let count = needed.unwrap_or(10) as usize;
            if comparison.n1 < count && comparison.n2 < count {
                comparison.warning = Some(ComparisonWarning::TooFewSamples { needed, alpha });
            }
        }
        comparison
    }

    fn two_sided(&mut self, ranks: &Ranks) -> f64 {
        let (n1, n2) = (ranks.n1, ranks.n2);
        let twice_u2 = ranks.twice_pairs() - ranks.twice_u1;
        let twice_smaller = ranks.twice_u1.min(twice_u2);
        let exact_to = if ranks.has_ties() { 25 } else { 50 };
        if n1 > exact_to || n2 > exact_to {
            normal(ranks)
        } else if ranks.twice_u1 == twice_u2 {
            1.0
        } else if !ranks.has_ties() {
            2.0 * self
                .recurrence
                .cumulative(n1, n2, (twice_smaller / 2) as usize)
        } else if let [t1, t2] = ranks.groups[..] {
            2.0 * two_valued(t1, t2, n1, twice_smaller)
        } else {
            let choices = tied_choices(&ranks.groups, n1, twice_smaller, choose);
            2.0 * (choices.up_to / choose(n1 + n2, n1))
        }
    }
}

/// benchstat's P(U ≤ u) where only two distinct values occur. The largest admitted number of larger values is cut
/// toward zero instead of down, which matters if u lies below everything that can occur.
fn two_valued(t1: u32, t2: u32, n1: usize, twice_u: u64) -> f64 {
    let (small, large, chosen) = (i64::from(t1), i64::from(t2), n1 as i64);
    let most = (twice_u as i64 - chosen * (small - chosen)) / (small + large);
    let count: f64 = ((chosen - small).max(0)..=most.min(chosen))
        .map(|r| choose(t1 as usize, (chosen - r) as usize) * choose(t2 as usize, r as usize))
        .sum();
    count / choose((t1 + t2) as usize, n1)
}

/// Binomial coefficients as benchstat has them: above 20 through logarithms of the gamma function, which shows in the
/// last digits of p.
fn choose(n: usize, k: usize) -> f64 {
    if n <= 20 || k == 0 || k >= n {
        return binomial(n, k);
    }
    let ln_factorial = |n: usize| libm::lgamma(n as f64 + 1.0);
    exp(ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k))
}

fn normal(ranks: &Ranks) -> f64 {
    let mut distance = ranks.twice_u1 as f64 / 2.0 - ranks.twice_pairs() as f64 / 4.0;
    if distance == 0.0 {
        return 1.0;
    }
    distance -= 0.5_f64.copysign(distance);
    let lower = normal_cdf(distance / ranks.deviation());
    2.0 * lower.min(1.0 - lower)
}

/// The smallest n up to 9 with which n against n can reach `alpha`: 2/C(2n, n) ≤ α.
fn count_for_level(alpha: f64) -> Option<u32> {
    (1..=9_u32).find(|&n| {
        let n = n as usize;
        2.0 / binomial(2 * n, n) <= alpha
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(a: &[f64], b: &[f64]) -> f64 {
        let (a, b) = (Sample::new(a.to_vec()), Sample::new(b.to_vec()));
        compare(&a, &b, Assumption::Nothing, 0.05).p
    }

    #[test]
    fn the_size_that_can_reach_a_level() {
        let table = [
            (1.0, Some(1)),
            (0.9, Some(2)),
            (0.34, Some(2)),
            (0.1, Some(3)),
            (0.05, Some(4)),
            (0.01, Some(5)),
            (0.001, Some(7)),
            (0.0001, Some(9)),
            (1e-6, None),
            (0.0, None),
        ];
        for (alpha, n) in table {
            assert_eq!(count_for_level(alpha), n, "{alpha}");
        }
    }

    #[test]
    fn small_samples_are_told_how_many_would_do() {
        let warning = |n1: usize, n2: usize, alpha| {
            let a: Sample = (0..n1).map(|i| i as f64).collect();
            let b: Sample = (0..n2).map(|i| i as f64 + 0.5).collect();
            compare(&a, &b, Assumption::Nothing, alpha).warning
        };
        let too_few = |needed, alpha| Some(ComparisonWarning::TooFewSamples { needed, alpha });
        assert_eq!(warning(3, 3, 0.05), too_few(Some(4), 0.05));
        assert_eq!(warning(1, 20, 0.05), None);
        assert_eq!(warning(9, 9, 1e-6), too_few(None, 1e-6));
        assert_eq!(warning(10, 9, 1e-6), None);
    }

    #[test]
    fn nan_and_empty_samples_end_in_no_difference() {
        assert_eq!(p(&[f64::NAN, 1.0], &[1.0, 2.0]), 1.0);
        assert_eq!(p(&[f64::NAN; 60], &[f64::NAN; 60]), 1.0);
        assert_eq!(p(&[], &[1.0]), 1.0);
        assert_eq!(p(&[], &[]), 1.0);
    }

    #[test]
    fn exact_units_are_not_tested() {
        let a = Sample::new(vec![1.0]);
        let c = compare(&a, &a, Assumption::Exact, 0.05);
        assert_eq!((c.p, c.alpha, c.warning), (0.0, 0.0, None));
        assert!(c.is_significant());
    }

    #[test]
    fn all_equal_is_said_and_no_size_is_asked_for() {
        let a = Sample::new(vec![7.0; 2]);
        let c = compare(&a, &a, Assumption::Nothing, 0.05);
        assert_eq!((c.p, c.warning), (1.0, Some(ComparisonWarning::AllEqual)));
    }
}
