//! Ranks of two merged samples.

use super::Sample;

/// Where two samples stand in their common order.
pub(crate) struct Ranks {
    pub n1: usize,
    pub n2: usize,
    /// Twice U of the first sample: pairs in which its value is larger count 2, equal pairs 1.
    pub twice_u1: u64,
    /// How often each distinct value occurs in the merged samples, ascending by value.
    pub groups: Vec<u32>,
}

impl Ranks {
    /// `None` if a value is not a number, as those have no rank.
    pub(crate) fn new(first: &Sample, second: &Sample) -> Option<Self> {
        if first.has_nan() || second.has_nan() {
            return None;
        }
        let (a, b) = (first.values(), second.values());
        let mut groups = Vec::with_capacity(a.len() + b.len());
        let (mut i, mut j) = (0, 0);
        let mut twice_u1 = 0;
        loop {
            let value = match (a.get(i), b.get(j)) {
                (Some(&x), Some(&y)) => x.min(y),
                (Some(&x), None) => x,
                (None, Some(&y)) => y,
                (None, None) => break,
            };
            let t1 = run(&a[i..], value);
            let t2 = run(&b[j..], value);
            twice_u1 += t1 as u64 * (2 * j + t2) as u64;
            groups.push((t1 + t2) as u32);
            i += t1;
            j += t2;
        }
        Some(Self {
            n1: a.len(),
            n2: b.len(),
            twice_u1,
            groups,
        })
    }

    /// Twice n1·n2, the sum of both U doubled.
    pub(crate) fn twice_pairs(&self) -> u64 {
        2 * self.n1 as u64 * self.n2 as u64
    }

    /// Whether two of all values are equal.
    pub(crate) fn has_ties(&self) -> bool {
        self.groups.len() < self.n1 + self.n2
    }

    /// Whether all values are equal. So they are if there is none.
    pub(crate) fn all_equal(&self) -> bool {
        self.groups.len() <= 1
    }

    /// Standard deviation of U with the correction for ties.
    pub(crate) fn deviation(&self) -> f64 {
        let pairs = self.n1 as f64 * self.n2 as f64;
        let n = (self.n1 + self.n2) as f64;
        let ties: f64 = self
            .groups
            .iter()
            .map(|&t| f64::from(t))
            .map(|t| t * t * t - t)
            .sum();
        (pairs * ((n + 1.0) - ties / (n * (n - 1.0))) / 12.0).sqrt()
    }
}

fn run(values: &[f64], value: f64) -> usize {
    values.iter().take_while(|x| **x == value).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranks(a: &[f64], b: &[f64]) -> Option<Ranks> {
        Ranks::new(&Sample::new(a.to_vec()), &Sample::new(b.to_vec()))
    }

    #[test]
    fn u_counts_the_pairs_with_the_larger_first_value() {
        let r = ranks(&[1.0, 2.0, 2.0, 3.0, 3.0], &[2.0, 3.0, 3.0, 4.0, 5.0]).unwrap();
        assert_eq!(r.twice_u1, 10);
        assert_eq!(r.groups, [1, 3, 4, 1, 1]);
        assert!(r.has_ties() && !r.all_equal());
    }

    #[test]
    fn nan_has_no_rank() {
        assert!(ranks(&[f64::NAN], &[1.0]).is_none());
        assert!(ranks(&[1.0], &[1.0, f64::NAN]).is_none());
    }

    #[test]
    fn zeros_of_both_signs_are_equal() {
        assert!(ranks(&[0.0, -0.0], &[-0.0, 0.0]).unwrap().all_equal());
    }
}
