//! Geometric mean.

use super::special::{exp, ln};

/// The geometric mean of `values`, in their order, to the last bit as benchstat prints it.
///
/// The running mean m += (ln x − m)/i of the logarithms, then exp(m). NaN if there is no value, or if one is NaN or
/// negative; 0 if one is zero.
///
/// ```
/// use benchparse::stats::geomean;
///
/// assert_eq!(geomean([1.0, 4.0]), 2.0);
/// assert!(geomean([]).is_nan());
/// ```
pub fn geomean(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut mean = 0.0;
    let mut count = 0.0;
    let mut zero = false;
    for x in values {
        count += 1.0;
        if x.is_nan() || x < 0.0 {
            return f64::NAN;
        }
        if x == 0.0 {
            zero = true;
        } else {
            mean += (ln(x) - mean) / count;
        }
    }
    if count == 0.0 {
        f64::NAN
    } else if zero {
        0.0
    } else {
        exp(mean)
    }
}
