//! Counts the arrangements for each value of the Mann–Whitney U, without ties.

/// For pairs of sample sizes up to 50: how many of the C(n + m, n) orders have a U up to u.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    known: Vec<((usize, usize), Vec<u128>)>,
}

impl Counts {
    /// The largest sample size whose counts fit: C(100, 50) is below 2^97.
    pub(crate) const MAX: usize = 50;

    /// Cumulative counts for u = 0 ..= n·m.
    pub(crate) fn up_to(&mut self, n: usize, m: usize) -> &[u128] {
        let key = (n.min(m), n.max(m));
        let found = self.known.binary_search_by_key(&key, |(key, _)| *key);
        let at = found.unwrap_or_else(|at| {
            self.known.insert(at, (key, cumulative(key.0, key.1)));
            at
        });
        &self.known[at].1
    }
}

/// The coefficients of the Gaussian binomial ∏ (1 − q^(m+i)) / (1 − q^i), i = 1 ..= n, count the orders by U; summed.
fn cumulative(n: usize, m: usize) -> Vec<u128> {
    let mut c = vec![0_u128; n * m + 1];
    c[0] = 1;
    for i in 1..=n {
        // Intermediate coefficients may be negative; modulo 2^128 the end is right all the same.
        for u in (m + i..c.len()).rev() {
            c[u] = c[u].wrapping_sub(c[u - m - i]);
        }
        for u in i..c.len() {
            c[u] = c[u].wrapping_add(c[u - i]);
        }
    }
    for u in 1..c.len() {
        c[u] += c[u - 1];
    }
    c
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_against_three() {
        let mut counts = Counts::default();
        assert_eq!(counts.up_to(3, 3), [1, 2, 4, 7, 10, 13, 16, 18, 19, 20]);
        assert_eq!(counts.up_to(1, 2), [1, 2, 3]);
        assert_eq!(counts.up_to(2, 1), [1, 2, 3]);
    }

    #[test]
    fn the_largest_sizes_do_not_overflow() {
        let all = *Counts::default().up_to(50, 50).last().unwrap();
        assert_eq!(all, 100_891_344_545_564_193_334_812_497_256);
    }
}
