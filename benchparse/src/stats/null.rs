//! Distributions of the Mann–Whitney U when both samples come from the same population.

/// The probabilities of U without ties, by the recurrence of Mann and Whitney (1947), computed in doubles exactly as
/// benchstat does.
///
/// f(n, m, u) = (n·f(n−1, m, u−m) + m·f(n, m−1, u)) / (n + m), for n ≤ m; f(m, n, u) stands for n > m.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recurrence {
    /// `rows[m][n]` for n ≤ m, each for u = 0 ..= n·m. Rows grow to the n that was asked for.
    rows: Vec<Vec<Vec<f64>>>,
    /// Sums of the above from u = 0 upward, for the pairs that were asked for.
    sums: Vec<((usize, usize), Vec<f64>)>,
}

impl Recurrence {
    /// P(U ≤ u) for sample sizes `a` and `b`.
    pub(crate) fn cumulative(&mut self, a: usize, b: usize, u: usize) -> f64 {
        let (n, m) = (a.min(b), a.max(b));
        let known = self.sums.binary_search_by_key(&(n, m), |(key, _)| *key);
        let at = match known {
            Ok(at) => at,
            Err(at) => {
                self.grow(n, m);
                let sums = self.rows[m][n]
                    .iter()
                    .scan(0.0, |sum, f| {
                        *sum += f;
                        Some(*sum)
                    })
                    .collect();
                self.sums.insert(at, ((n, m), sums));
                at
            }
        };
        self.sums[at].1[u.min(n * m)]
    }

    fn grow(&mut self, n: usize, m: usize) {
        for row in 0..=m {
            if self.rows.len() == row {
                self.rows.push(vec![vec![1.0]]);
            }
            for column in self.rows[row].len()..=n.min(row) {
                let next = self.next(column, row);
                self.rows[row].push(next);
            }
        }
    }

    /// f(n, m, ·) from its two neighbours, n ≥ 1.
    fn next(&self, n: usize, m: usize) -> Vec<f64> {
        let fewer_n = &self.rows[m][n - 1];
        let fewer_m = if n == m {
            fewer_n
        } else {
            &self.rows[m - 1][n]
        };
        let (weight_n, weight_m, total) = (n as f64, m as f64, (n + m) as f64);
        (0..=n * m)
            .map(|u| {
                let p = u
                    .checked_sub(m)
                    .and_then(|u| fewer_n.get(u))
                    .unwrap_or(&0.0);
                let q = fewer_m.get(u).unwrap_or(&0.0);
                (weight_n * p + weight_m * q) / total
            })
            .collect()
    }
}

/// How many choices have a U up to a bound, and how many below it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Choices {
    pub up_to: f64,
    pub below: f64,
}

/// Counts the choices of `n1` from all values, given how often each distinct value occurs (ascending), by twice the U
/// of the chosen.
///
/// Taking r of the t values that are equal multiplies by C(t, r) and adds 2·r·(not chosen so far) + r·(t − r) to twice
/// U. With exact `binomial` coefficients and at most 50 values in all the counts are exact, as none exceeds 2^53. With
/// benchstat's the result has benchstat's last digits, nearly always: what every choice satisfies counts as one
/// coefficient.
pub(crate) fn tied_choices(
    groups: &[u32],
    n1: usize,
    twice_u: u64,
    binomial: impl Fn(usize, usize) -> f64,
) -> Choices {
    let limit = twice_u as usize;
    let total: usize = groups.iter().map(|&t| t as usize).sum();
    let width = limit + 1;
    // ways[c·width + v]: choices of c of the values seen so far with twice U up to v.
    let mut ways = vec![0.0_f64; (n1 + 1) * width];
    ways[..width].fill(1.0);
    let mut seen = 0;
    for &t in groups {
        let t = t as usize;
        let coefficients: Vec<f64> = (0..=t).map(|r| binomial(t, r)).collect();
        let after = seen + t;
        let fewest = n1.saturating_sub(total - after);
        // Downward, so that a row still holds the counts before this group when it is read.
        for chosen in (fewest.max(1)..=n1.min(after)).rev() {
            let aside = after - chosen;
            // Each value still to be chosen will pass at least the ones left aside so far.
            let Some(cap) = limit.checked_sub(2 * (n1 - chosen) * aside) else {
                continue;
            };
            let (before, from_here) = ways.split_at_mut(chosen * width);
            let target = &mut from_here[..=cap];
            let largest = 2 * chosen * aside;
            if largest <= cap {
                target[largest..].fill(binomial(after, chosen));
            }
            let open = &mut target[..largest.min(cap + 1)];
            for r in (1..=t.min(chosen)).filter(|r| chosen - r <= seen) {
                let earlier = chosen - r;
                let shift = 2 * r * (seen - earlier) + r * (t - r);
                if let Some(open) = open.get_mut(shift..) {
                    let source = &before[earlier * width..];
                    for (to, from) in open.iter_mut().zip(source) {
                        *to += coefficients[r] * from;
                    }
                }
            }
        }
        seen = after;
    }
    let row = &ways[n1 * width..];
    Choices {
        up_to: row[limit],
        below: limit.checked_sub(1).map_or(0.0, |below| row[below]),
    }
}

/// C(n, k), rounded once at the end; 0 for k > n.
pub(crate) fn binomial(n: usize, k: usize) -> f64 {
    if k > n {
        return 0.0;
    }
    // Exact for every n ≤ 100: each partial product is itself a binomial coefficient times at most n.
    let mut c: u128 = 1;
    for i in 0..k.min(n - k) as u128 {
        c = c * (n as u128 - i) / (i + 1);
    }
    c as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recurrence_sums_to_one() {
        let mut recurrence = Recurrence::default();
        for (n, m) in [(1, 1), (3, 3), (50, 50), (2, 7), (7, 2), (50, 1)] {
            let all = recurrence.cumulative(n, m, n * m);
            assert!((all - 1.0).abs() < 1e-13, "{n}×{m}: {all}");
        }
    }

    #[test]
    fn growing_in_any_order_gives_the_same_bits() {
        let mut up = Recurrence::default();
        up.cumulative(3, 4, 5);
        up.cumulative(2, 20, 5);
        let grown = up.cumulative(13, 17, 50);
        assert_eq!(grown, Recurrence::default().cumulative(17, 13, 50));
    }

    #[test]
    fn tied_choices_count_what_enumeration_counts() {
        // Merged 1 1 2 3 3, two chosen.
        let values = [1, 1, 2, 3, 3];
        let groups = [2, 1, 2];
        for bound in 0..=12_u64 {
            let mut up_to = 0;
            let mut below = 0;
            for i in 0..5 {
                for j in 0..i {
                    let mut twice = 0;
                    for chosen in [i, j] {
                        for k in (0..5).filter(|k| *k != i && *k != j) {
                            twice += match values[chosen].cmp(&values[k]) {
                                std::cmp::Ordering::Greater => 2,
                                std::cmp::Ordering::Equal => 1,
                                std::cmp::Ordering::Less => 0,
                            };
                        }
                    }
                    up_to += i32::from(twice <= bound);
                    below += i32::from(twice < bound);
                }
            }
            let got = tied_choices(&groups, 2, bound, binomial);
            assert_eq!((got.up_to, got.below), (f64::from(up_to), f64::from(below)));
        }
    }

    #[test]
    fn binomials_are_exact() {
        assert_eq!(binomial(50, 25), 126_410_606_437_752.0);
        assert_eq!(binomial(4, 5), 0.0);
        assert_eq!(binomial(0, 0), 1.0);
    }
}
