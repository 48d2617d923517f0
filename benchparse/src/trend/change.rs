//! Finds change points in a series.

#[cfg(feature = "serde")]
use serde::Serialize;

use super::segment::segment;
use crate::stats::{Assumption, Comparer, Sample};

/// How ready [`changes`] is to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Sensitivity {
    /// Smaller steps, more false ones.
    Sensitive,
    /// About one false step in 1,000 quiet commits.
    #[default]
    Normal,
    /// Only what is beyond doubt.
    Calm,
}

impl Sensitivity {
    /// The penalty of a change, in units of the logarithm of the series' length.
    fn penalty(self) -> f64 {
        match self {
            Self::Sensitive => 3.0,
            Self::Normal => 4.0,
            Self::Calm => 5.0,
        }
    }
}

/// A place where the level of a series shifts.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct Change {
    /// The first point of the new level, counted from 0.
    pub at: usize,
    /// The median of up to 50 points before it, since the change before.
    pub before: f64,
    /// The median of up to 50 points from it on, up to the next change.
    pub after: f64,
    /// `after / before`.
    pub ratio: f64,
    /// The two-sided Mann–Whitney p of these points.
    pub p: f64,
}

/// The bound of the loss, in standard deviations: further out is all the same.
pub(super) const BOUND: f64 = 3.0;
/// How many points on either side confirm a change.
pub(super) const REACH: usize = 50;
/// A change must be this unlikely by chance.
const P_LIMIT: f64 = 0.002;
/// A change must be at least this large.
pub(super) const LEAST_CHANGE: f64 = 0.01;

/// Finds the changes of a noisy series: the medians of its commits, in order.
///
/// The series is fitted on a logarithmic scale, or a linear one where a value is not positive. The
/// noise is estimated from the differences of neighbours, then, with the correlation of
/// neighbours, from the fit itself, three times at most. Of the proposed changes those that a rank test of the points
/// around them does not confirm at p ≤ .002 are dropped, the least certain first, and then those
/// under 1 %, the smallest first. Values that are not finite are left out.
pub fn changes(medians: &[f64], sensitivity: Sensitivity) -> Vec<Change> {
    let mut fitted = Fitted::new(medians, sensitivity);
    for change in &mut fitted.changes {
        change.at = fitted.places[change.at];
    }
    fitted.changes
}

/// A noisy series with its fit.
pub(super) struct Fitted {
    /// Which of the medians are finite: what everything else here is about.
    pub(super) places: Vec<usize>,
    /// The finite medians.
    pub(super) values: Vec<f64>,
    /// The same on the scale of the fit.
    pub(super) series: Vec<f64>,
    pub(super) scale: Scale,
    /// The spread of the noise on that scale.
    pub(super) spread: f64,
    /// What a change costs, in units of the squared spread.
    pub(super) penalty: f64,
    /// The changes that are confirmed, by place in `values`.
    pub(super) changes: Vec<Change>,
}

impl Fitted {
    pub(super) fn new(medians: &[f64], sensitivity: Sensitivity) -> Self {
        let places: Vec<usize> = (0..medians.len())
            .filter(|&place| medians[place].is_finite())
            .collect();
        let values: Vec<f64> = places.iter().map(|&place| medians[place]).collect();
        let scale = if values.iter().all(|&value| value > 0.0) {
            Scale::Logarithmic
        } else {
            Scale::Linear
        };
        let series: Vec<f64> = values.iter().map(|&value| scale.forward(value)).collect();
        let fit = fit(&series, scale.least_noise(&values), sensitivity);
        let changes = confirm(&series, &values, scale, fit.boundaries);
        Self {
            places,
            values,
            series,
            scale,
            spread: fit.spread,
            penalty: fit.penalty,
            changes,
        }
    }

    /// Where the segment before the change begins and the one after it ends.
    pub(super) fn around(&self, change: usize) -> (usize, usize) {
        let before = change.checked_sub(1).and_then(|it| self.changes.get(it));
        let after = self.changes.get(change + 1);
        (
            before.map_or(0, |change| change.at),
            after.map_or(self.values.len(), |change| change.at),
        )
    }
}

/// Finds the changes of an exact series, such as allocations: every difference of at least the
/// tolerance, max(`absolute`, `relative` · level), from the level so far is one.
pub(super) fn exact_changes(values: &[f64], absolute: f64, relative: f64) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut level: Option<f64> = None;
    for (at, &value) in values.iter().enumerate() {
        if !value.is_finite() {
            continue;
        }
        let Some(before) = level else {
            level = Some(value);
            continue;
        };
        if value != before && (value - before).abs() >= absolute.max(relative * before.abs()) {
            changes.push(Change {
                at,
                before,
                after: value,
                ratio: value / before,
                p: 0.0,
            });
            level = Some(value);
        }
    }
    changes
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scale {
    Logarithmic,
    Linear,
}

impl Scale {
    fn forward(self, value: f64) -> f64 {
        match self {
            Self::Logarithmic => value.ln(),
            Self::Linear => value,
        }
    }

    /// The least spread that noise is taken to have on the scale: a millionth of a typical value.
    fn least_noise(self, values: &[f64]) -> f64 {
        const SHARE: f64 = 1e-6;
        match self {
            Self::Logarithmic => SHARE,
            Self::Linear => {
                let sizes = values.iter().map(|value| value.abs());
                let typical = median_of(sizes.filter(|size| *size > 0.0).collect());
                (SHARE * typical).max(f64::MIN_POSITIVE)
            }
        }
    }

    /// The relative size of a step between two levels of the untransformed series.
    pub(super) fn size(self, before: f64, after: f64) -> f64 {
        match self {
            Self::Logarithmic => (after / before - 1.0).abs(),
            Self::Linear => (after - before).abs() / before.abs().max(f64::MIN_POSITIVE),
        }
    }
}

/// The median of finite values, without sorting all of them.
pub(super) fn median_of(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    if middle >= values.len() {
        return f64::NAN;
    }
    let is_odd = values.len() % 2 == 1;
    let (below, &mut above, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if is_odd {
        return above;
    }
    let below = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    below + 0.5 * (above - below)
}

/// The spread of a series' noise, from the differences of neighbours.
fn noise(series: &[f64], least: f64) -> f64 {
    let differences: Vec<f64> = series.windows(2).map(|pair| pair[1] - pair[0]).collect();
    if differences.is_empty() {
        return least;
    }
    let center = median_of(differences.clone());
    let deviations = differences.iter().map(|d| (d - center).abs()).collect();
    let spread = median_of(deviations) / 0.67449 / std::f64::consts::SQRT_2;
    if spread > 0.0 {
        return spread.max(least);
    }
    let steps: Vec<f64> = differences
        .iter()
        .map(|d| d.abs())
        .filter(|d| *d > 0.0)
        .collect();
    if steps.is_empty() {
        return least;
    }
    (0.25 * median_of(steps)).max(least)
}

struct Fit {
    boundaries: Vec<usize>,
    spread: f64,
    penalty: f64,
}

/// The best fit, with noise and correlation estimated along the way.
fn fit(series: &[f64], least_noise: f64, sensitivity: Sensitivity) -> Fit {
    let mut fit = Fit {
        boundaries: Vec::new(),
        spread: noise(series, least_noise),
        penalty: 0.0,
    };
    if series.len() < 2 {
        return fit;
    }
    let length = series.len() as f64;
    let mut inflation = 1.0;
    for _ in 0..3 {
        fit.penalty = sensitivity.penalty() * length.ln() * inflation;
        fit.boundaries = segment_scaled(series, &mut fit.spread, fit.penalty);
        let residuals = residuals(series, &fit.boundaries);
        let deviation = 1.4826 * median_of(residuals.iter().map(|r| r.abs()).collect());
        let new_spread = fit.spread.max(deviation);
        let new_inflation = inflation_of(&residuals, deviation);
        let settled = (new_spread - fit.spread).abs() < 0.02 * fit.spread
            && (new_inflation - inflation).abs() < 0.05;
        fit.spread = new_spread;
        inflation = new_inflation;
        if settled {
            break;
        }
    }
    fit
}

/// Segments the series in units of its noise; a degenerate one is taken for noisier.
fn segment_scaled(series: &[f64], spread: &mut f64, penalty: f64) -> Vec<usize> {
    let center = median_of(series.to_vec());
    loop {
        let scaled: Vec<f64> = series.iter().map(|x| (x - center) / *spread).collect();
        match segment(&scaled, BOUND, penalty) {
            Some(segmentation) => return segmentation.changes,
            None => *spread *= 2.0,
        }
    }
}

fn residuals(series: &[f64], boundaries: &[usize]) -> Vec<f64> {
    let ends = boundaries.iter().copied().chain([series.len()]);
    let mut start = 0;
    let mut residuals = Vec::with_capacity(series.len());
    for end in ends {
        let level = median_of(series[start..end].to_vec());
        residuals.extend(series[start..end].iter().map(|x| x - level));
        start = end;
    }
    residuals
}

/// How much rarer a change has to be since neighbours resemble each other: (1 + ρ)/(1 − ρ).
fn inflation_of(residuals: &[f64], deviation: f64) -> f64 {
    if deviation <= 0.0 {
        return 1.0;
    }
    // What is out of bounds is no noise, and tells nothing of how that goes on.
    let within = |r: &f64| {
        let z = r / deviation;
        if z.abs() < BOUND { z } else { 0.0 }
    };
    let z: Vec<f64> = residuals.iter().map(within).collect();
    let products: f64 = z.windows(2).map(|pair| pair[0] * pair[1]).sum();
    let squares: f64 = z.iter().map(|z| z * z).sum();
    if squares <= 0.0 {
        return 1.0;
    }
    let correlation = (products / squares).clamp(0.0, 0.8);
    (1.0 + correlation) / (1.0 - correlation)
}

fn confirm(series: &[f64], values: &[f64], scale: Scale, boundaries: Vec<usize>) -> Vec<Change> {
    let mut comparer = Comparer::new();
    let mut around = |boundaries: &[usize], index: usize| -> Change {
        let at = boundaries[index];
        let start = index.checked_sub(1).map_or(0, |before| boundaries[before]);
        let end = boundaries.get(index + 1).copied().unwrap_or(series.len());
        let left = start.max(at.saturating_sub(REACH))..at;
        let right = at..end.min(at + REACH);
        let side = |range: &std::ops::Range<usize>| Sample::new(series[range.clone()].to_vec());
        let p = comparer
            .compare(&side(&left), &side(&right), Assumption::Nothing, 0.0)
            .p;
        let (before, after) = (
            median_of(values[left].to_vec()),
            median_of(values[right].to_vec()),
        );
        Change {
            at,
            before,
            after,
            ratio: after / before,
            p,
        }
    };
    let mut kept = boundaries;
    let mut changes: Vec<Change> = (0..kept.len()).map(|index| around(&kept, index)).collect();
    loop {
        let least_certain = (0..changes.len())
            .filter(|&index| changes[index].p > P_LIMIT)
            .max_by(|&a, &b| changes[a].p.total_cmp(&changes[b].p));
        let size = |index: usize| scale.size(changes[index].before, changes[index].after);
        let drop = least_certain.or_else(|| {
            (0..changes.len())
                .filter(|&index| size(index) < LEAST_CHANGE)
                .min_by(|&a, &b| size(a).total_cmp(&size(b)))
        });
        let Some(drop) = drop else {
            return changes;
        };
        kept.remove(drop);
        changes.remove(drop);
        // Only the neighbours see other points now.
        for index in [drop.checked_sub(1), Some(drop)].into_iter().flatten() {
            if index < kept.len() {
                changes[index] = around(&kept, index);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A repeatable noise between −1 and 1.
    fn wobble(place: usize) -> f64 {
        let hash = (place as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let hash = (hash ^ (hash >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        ((hash >> 40) as f64 / f64::from(1u32 << 23)) - 1.0
    }

    fn series(levels: &[(usize, f64)], noise: f64) -> Vec<f64> {
        let points = levels.iter().flat_map(|&(count, level)| vec![level; count]);
        let noisy = points.enumerate();
        noisy
            .map(|(place, level)| level * (1.0 + noise * wobble(place)))
            .collect()
    }

    fn places(series: &[f64]) -> Vec<usize> {
        let found = changes(series, Sensitivity::Normal);
        found.iter().map(|change| change.at).collect()
    }

    #[test]
    fn the_median_is_that_of_the_sorted_values() {
        assert!(median_of(Vec::new()).is_nan());
        for count in 1..20 {
            let values: Vec<f64> = (0..count).map(wobble).collect();
            let sorted = crate::stats::median(&Sample::new(values.clone()));
            assert_eq!(median_of(values), sorted, "{count}");
        }
    }

    #[test]
    fn finds_steps_up_and_down() {
        let steps = series(&[(40, 100.0), (30, 110.0), (30, 95.0)], 0.01);
        assert_eq!(places(&steps), [40, 70]);
    }

    #[test]
    fn outliers_are_no_change() {
        let mut quiet = series(&[(60, 100.0)], 0.01);
        quiet[20] = 300.0;
        quiet[41] = 250.0;
        assert!(places(&quiet).is_empty());
    }

    #[test]
    fn a_quiet_or_short_series_has_none() {
        assert!(places(&series(&[(500, 100.0)], 0.02)).is_empty());
        assert!(places(&[5.0; 100]).is_empty());
        assert!(places(&[]).is_empty());
        assert!(places(&[1.0]).is_empty());
        assert!(places(&[1.0, 2.0, 3.0]).is_empty());
    }

    #[test]
    fn a_step_of_a_constant_series_is_found() {
        let steps = [vec![5.0; 20], vec![6.0; 20]].concat();
        assert_eq!(places(&steps), [20]);
    }

    #[test]
    fn gaps_keep_their_places() {
        let mut steps = series(&[(30, 100.0), (30, 120.0)], 0.01);
        steps[10] = f64::NAN;
        steps[40] = f64::INFINITY;
        assert_eq!(places(&steps), [30]);
    }

    #[test]
    fn zeros_and_negatives_use_a_linear_scale() {
        let steps = [vec![0.0; 20], vec![4.0; 20], vec![-3.0; 20]].concat();
        assert_eq!(places(&steps), [20, 40]);
    }

    #[test]
    fn a_zero_hides_no_step_of_nanoseconds() {
        let mut steps = series(&[(20, 100e-9), (20, 200e-9)], 0.01);
        steps[3] = 0.0;
        assert_eq!(places(&steps), [20]);
        let from_nothing = [vec![0.0; 20], series(&[(20, 5e-9)], 0.01)].concat();
        assert_eq!(places(&from_nothing), [20]);
    }

    #[test]
    fn exact_series_change_by_their_tolerance() {
        let found = exact_changes(&[3.0, 3.0, 4.0, f64::NAN, 4.0, 3.5, 2.0], 1.0, 0.001);
        let places: Vec<usize> = found.iter().map(|change| change.at).collect();
        assert_eq!(places, [2, 6]);
        assert_eq!((found[0].before, found[0].after), (3.0, 4.0));
    }

    proptest::proptest! {
        #[test]
        fn any_series_is_judged(series in proptest::collection::vec(proptest::num::f64::ANY, 0..80)) {
            for change in changes(&series, Sensitivity::Sensitive) {
                proptest::prop_assert!(change.at > 0 && change.at < series.len());
            }
        }

        #[test]
        fn scale_does_not_matter(power in -20i32..20) {
            let steps = series(&[(30, 100.0), (30, 115.0)], 0.02);
            let scaled: Vec<f64> = steps.iter().map(|x| x * 2f64.powi(power)).collect();
            proptest::prop_assert_eq!(places(&steps), places(&scaled));
        }
    }
}
