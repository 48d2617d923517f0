//! Adjusts p-values for multiple testing.

/// Benjamini and Hochberg (1995): for each p the smallest false discovery rate at which it is a discovery.
///
/// The i-th smallest of m becomes the least of m·p₍ⱼ₎/j over j ≥ i, at most 1. The answer is in the order of the input.
/// NaN counts as 1.
///
/// ```
/// use benchparse::stats::benjamini_hochberg;
///
/// assert_eq!(benjamini_hochberg(&[0.01, 0.04]), [0.02, 0.04]);
/// ```
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let order = ascending(p);
    let mut adjusted = vec![1.0; p.len()];
    let mut least: f64 = 1.0;
    for (i, &at) in order.iter().enumerate().rev() {
        least = least.min(p.len() as f64 * p[at] / (i + 1) as f64);
        adjusted[at] = least;
    }
    adjusted
}

/// Holm (1979): for each p the smallest family-wise error rate at which it is rejected.
///
/// The i-th smallest of m becomes the largest of (m − j + 1)·p₍ⱼ₎ over j ≤ i, at most 1. The answer is in the order of
/// the input. NaN counts as 1.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![1.0; p.len()];
    let mut largest: f64 = 0.0;
    for (i, at) in ascending(p).into_iter().enumerate() {
        let bounded = if p[at].is_nan() { 1.0 } else { p[at] };
        largest = largest.max((p.len() - i) as f64 * bounded).min(1.0);
        adjusted[at] = largest;
    }
    adjusted
}

/// Indices of `p` in ascending order, NaN last.
fn ascending(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].abs().total_cmp(&p[*b].abs()));
    order
}
