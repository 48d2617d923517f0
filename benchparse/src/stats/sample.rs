//! The values of one cell.

use std::cmp::Ordering;

#[cfg(feature = "serde")]
use serde::Serialize;

/// The measurements of one cell, sorted.
///
/// The values ascend and every NaN stands before all other values. Nothing is ever dropped: there is no outlier
/// removal anywhere in this crate.
///
/// ```
/// use benchparse::stats::Sample;
///
/// let sample = Sample::new(vec![3.0, f64::NAN, 1.0]);
/// assert!(sample.values()[0].is_nan());
/// assert_eq!(sample.values()[1..], [1.0, 3.0]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Sample {
    values: Vec<f64>,
}

impl Sample {
    /// Sorts `values` into a sample.
    pub fn new(mut values: Vec<f64>) -> Self {
        let differ_only_in_bits = |x: &f64| x.is_nan() || x.to_bits() == (-0.0_f64).to_bits();
        if values.iter().any(differ_only_in_bits) {
            // Stable, because the two zeros are equal and may not be exchanged.
            values.sort_by(|a, b| order(*a, *b));
        } else {
            values.sort_unstable_by(f64::total_cmp);
        }
        Self { values }
    }

    /// The values, ascending, NaN first.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The values, ascending, NaN first.
    pub fn into_values(self) -> Vec<f64> {
        self.values
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Whether a value is not a number.
    pub fn has_nan(&self) -> bool {
        self.values.first().is_some_and(|x| x.is_nan())
    }

    /// The smallest value, or NaN if there is none or one of the values is NaN.
    pub fn min(&self) -> f64 {
        self.values.first().copied().unwrap_or(f64::NAN)
    }

    /// The largest value, or NaN if there is none.
    pub fn max(&self) -> f64 {
        self.values.last().copied().unwrap_or(f64::NAN)
    }
}

impl FromIterator<f64> for Sample {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        Self::new(values.into_iter().collect())
    }
}

impl AsRef<[f64]> for Sample {
    fn as_ref(&self) -> &[f64] {
        &self.values
    }
}

impl From<Vec<f64>> for Sample {
    fn from(values: Vec<f64>) -> Self {
        Self::new(values)
    }
}

fn order(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b)
        .unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_stands_first_and_the_rest_ascends() {
        let sample = Sample::new(vec![2.0, f64::INFINITY, f64::NAN, -1.0, f64::NEG_INFINITY]);
        assert!(sample.has_nan());
        assert_eq!(
            sample.values()[1..],
            [f64::NEG_INFINITY, -1.0, 2.0, f64::INFINITY]
        );
    }

    #[test]
    fn equal_zeros_keep_their_order() {
        let sample = Sample::new(vec![0.0, -0.0]);
        assert!(sample.values()[0].is_sign_positive());
        assert!(sample.values()[1].is_sign_negative());
    }

    #[test]
    fn an_empty_sample_has_no_extremes() {
        let sample = Sample::default();
        assert!(sample.is_empty() && sample.min().is_nan() && sample.max().is_nan());
    }
}
