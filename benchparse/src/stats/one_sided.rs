//! The gate's test: one-sided Mann–Whitney U.

#[cfg(feature = "serde")]
use serde::Serialize;

use super::Sample;
use super::counts::Counts;
use super::null::{binomial, tied_choices};
use super::rank::Ranks;
use super::special::{normal_cdf, normal_quantile};

/// Evidence in each direction.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct OneSided {
    /// Probability of ranks at least this much in favour of larger new values, if both samples come from the same
    /// population. Small: the new values are larger.
    pub new_larger: f64,
    /// The same for smaller new values.
    pub new_smaller: f64,
}

/// The one-sided Mann–Whitney U test in both directions.
///
/// U counts the pairs whose old value is larger, ties half. Given the ties, all choices of the old values from the
/// merged values are equally likely; the probabilities are exact, from whole-number counts, up to 50 values a side
/// without ties and up to 25 with ties. Beyond, the normal approximation with tie and continuity correction.
///
/// Both are 1 if all values are equal, a value is NaN or a sample is empty. For unequal sizes with ties the two do not
/// mirror each other, and each is right for its side.
///
/// Mann and Whitney (1947), "On a Test of Whether one of Two Random Variables is Stochastically Larger than the
/// Other"; midranks after Lehmann (1975), "Nonparametrics".
///
/// ```
/// use benchparse::stats::{Sample, one_sided};
///
/// let old = Sample::new(vec![1.0, 2.0, 3.0]);
/// let new = Sample::new(vec![4.0, 5.0, 6.0]);
/// let test = one_sided(&old, &new);
/// assert_eq!((test.new_larger, test.new_smaller), (0.05, 1.0));
/// ```
pub fn one_sided(old: &Sample, new: &Sample) -> OneSided {
    RankTest::default().one_sided(old, new)
}

/// The one-sided test and what belongs to it, with the counts needed so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct RankTest {
    counts: Counts,
}

impl RankTest {
    pub(crate) fn one_sided(&mut self, old: &Sample, new: &Sample) -> OneSided {
        let none = OneSided {
            new_larger: 1.0,
            new_smaller: 1.0,
        };
        if old.is_empty() || new.is_empty() {
            return none;
        }
        match Ranks::new(old, new) {
            Some(ranks) if !ranks.all_equal() => self.tails(&ranks),
            _ => none,
        }
    }

    fn tails(&mut self, ranks: &Ranks) -> OneSided {
        let largest = ranks.n1.max(ranks.n2);
        let ((up_to, at_least), all) = if !ranks.has_ties() && largest <= Counts::MAX {
            let u = (ranks.twice_u1 / 2) as usize;
            let sums = self.counts.up_to(ranks.n1, ranks.n2);
            let all = sums[sums.len() - 1];
            let below = u.checked_sub(1).map_or(0, |u| sums[u]);
            ((sums[u] as f64, (all - below) as f64), all as f64)
        } else if ranks.has_ties() && largest <= 25 {
            let all = binomial(ranks.n1 + ranks.n2, ranks.n1);
            (tied_tails(ranks, all), all)
        } else {
            (normal_tails(ranks), 1.0)
        };
        OneSided {
            new_larger: up_to / all,
            new_smaller: at_least / all,
        }
    }

    /// The largest c with P(U ≤ c) ≤ `alpha` for sizes `n` and `m` without ties; `None` if even P(U = 0) is larger.
    pub(crate) fn critical(&mut self, n: usize, m: usize, alpha: f64) -> Option<u64> {
        if n.max(m) <= Counts::MAX {
            let sums = self.counts.up_to(n, m);
            let all = sums[sums.len() - 1] as f64;
            let count = sums.partition_point(|&sum| sum as f64 / all <= alpha);
            return count.checked_sub(1).map(|c| c as u64);
        }
        let pairs = n as f64 * m as f64;
        let deviation = (pairs * (n + m + 1) as f64 / 12.0).sqrt();
        let c = (pairs / 2.0 + deviation * normal_quantile(alpha) - 0.5).floor();
        (c >= 0.0).then_some(c as u64)
    }
}

/// Counts of choices with U up to and from the observed value, each exact; the smaller tail is the one enumerated.
fn tied_tails(ranks: &Ranks, all: f64) -> (f64, f64) {
    let twice_u2 = ranks.twice_pairs() - ranks.twice_u1;
    if ranks.twice_u1 <= twice_u2 {
        let c = tied_choices(&ranks.groups, ranks.n1, ranks.twice_u1, binomial);
        (c.up_to, all - c.below)
    } else {
        let c = tied_choices(&ranks.groups, ranks.n2, twice_u2, binomial);
        (all - c.below, c.up_to)
    }
}

fn normal_tails(ranks: &Ranks) -> (f64, f64) {
    let distance = ranks.twice_u1 as f64 / 2.0 - ranks.twice_pairs() as f64 / 4.0;
    let deviation = ranks.deviation();
    (
        normal_cdf((distance + 0.5) / deviation),
        normal_cdf((0.5 - distance) / deviation),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn critical_values_of_the_tables() {
        let mut test = RankTest::default();
        for (n, m, c) in [
            (3, 3, None),
            (4, 4, Some(0)),
            (5, 5, Some(2)),
            (10, 10, Some(23)),
            (20, 20, Some(127)),
            (7, 10, Some(14)),
        ] {
            assert_eq!(test.critical(n, m, 0.025), c, "{n}×{m}");
        }
    }

    #[test]
    fn the_normal_critical_value_continues_the_exact_one() {
        let exact = RankTest::default().critical(50, 50, 0.025).unwrap();
        let normal = RankTest::default().critical(51, 50, 0.025).unwrap();
        assert!((1..=40).contains(&(normal - exact)), "{exact} {normal}");
    }
}
