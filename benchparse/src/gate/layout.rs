//! Estimates how much code layout alone affects a benchmark.
//!
//! A linker may put the functions of a program in any order, and the order changes how fast some loops run. If each
//! side was linked several times and each binary was measured more than once, an analysis of variance shows how much
//! of the spread comes from differences between binaries and how much from run-to-run noise.

#[cfg(feature = "serde")]
use serde::Serialize;
use statrs::distribution::{ContinuousCDF as _, FisherSnedecor};

use super::bounds::Bounds;
use crate::stats::{Sample, median};

/// The level of the test of whether layouts differ at all.
const LEVEL: f64 = 0.05;

/// The fewest degrees of freedom within the layouts with which they are told apart.
const LEAST_WITHIN: usize = 4;

/// How many standard deviations hold 95 of 100 layouts.
const WIDTH: f64 = 1.96;

/// How far layouts move a benchmark.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct LayoutEffect {
    /// How far a layout moves the benchmark from its mean in 19 of 20 cases, relative to it; 0.02 is 2 %.
    pub spread: f64,
    /// How far apart the means of two sides may be by their layouts alone, in 19 of 20 cases.
    pub between_sides: f64,
    /// New over old, from the pair of layouts that shows the new side smallest to the pair that shows it largest.
    pub ratios: Bounds,
}

impl LayoutEffect {
    /// Finds the effect in the values of both sides, base first, each with the number of its layout. `None` where the
    /// layouts do not differ beyond chance, or too few were measured twice to tell.
    ///
    /// The spread is the square root of the variance component between layouts of a one-way analysis of variance of
    /// the logarithms, with the layouts of both sides (Searle, Casella and `McCulloch`, *Variance Components*, 1992,
    /// section 3.6).
    ///
    /// ```
    /// use benchparse::gate::LayoutEffect;
    ///
    /// // The first layout of each side is slow, the others are not.
    /// let base = [(0, 120.0), (1, 100.1), (2, 99.9), (0, 120.2), (1, 100.0), (2, 100.0)];
    /// let head = [(0, 119.9), (1, 100.2), (2, 100.0), (0, 120.0), (1, 99.8), (2, 100.1)];
    /// let effect = LayoutEffect::of([&base, &head]).unwrap();
    /// assert!((0.15..0.30).contains(&effect.spread));
    /// ```
    pub fn of(sides: [&[(u32, f64)]; 2]) -> Option<Self> {
        let groups = sides.map(by_layout);
        let values = || groups.iter().flatten().flatten();
        if !values().all(|value| *value > 0.0 && value.is_finite()) {
            return None;
        }
        let counts: Vec<usize> = groups.iter().map(Vec::len).collect();
        let layouts: usize = counts.iter().sum();
        if counts.contains(&0) || layouts < 4 {
            return None;
        }
        let total = values().count();
        let within = total - layouts;
        if within < LEAST_WITHIN {
            return None;
        }
        let (mut squares_between, mut squares_within) = (0.0, 0.0);
        // The count of values a layout would have if all had the same, summed over the sides.
        let mut balanced = 0.0;
        for side in &groups {
            let logs: Vec<Vec<f64>> = side
                .iter()
                .map(|group| group.iter().map(|value| value.ln()).collect())
                .collect();
            let count: usize = logs.iter().map(Vec::len).sum();
            let mean = logs.iter().flatten().sum::<f64>() / count as f64;
            let mut squared_counts = 0.0;
            for group in &logs {
                let own = group.iter().sum::<f64>() / group.len() as f64;
                squares_between += group.len() as f64 * (own - mean).powi(2);
                squares_within += group.iter().map(|log| (log - own).powi(2)).sum::<f64>();
                squared_counts += (group.len() as f64).powi(2);
            }
            balanced += count as f64 - squared_counts / count as f64;
        }
        let between = layouts - 2;
        let of_layouts = squares_between / between as f64;
        let of_moments = squares_within / within as f64;
        let is_distinct = if of_moments == 0.0 {
            of_layouts > 0.0
        } else {
            let test = FisherSnedecor::new(between as f64, within as f64).ok()?;
            test.sf(of_layouts / of_moments) < LEVEL
        };
        if !is_distinct {
            return None;
        }
        let variance = (of_layouts - of_moments) * between as f64 / balanced;
        let deviation = variance.max(0.0).sqrt();
        let inverse: f64 = counts.iter().map(|&count| 1.0 / count as f64).sum();
        let [base, head] = groups.map(|side| -> Vec<f64> {
            side.into_iter()
                .map(|group| median(&Sample::new(group)))
                .collect()
        });
        let ends = |medians: &[f64]| {
            medians
                .iter()
                .fold((f64::INFINITY, 0.0_f64), |(low, high), &it| {
                    (low.min(it), high.max(it))
                })
        };
        let ((base_low, base_high), (head_low, head_high)) = (ends(&base), ends(&head));
        Some(Self {
            spread: (WIDTH * deviation).exp_m1(),
            between_sides: (WIDTH * deviation * inverse.sqrt()).exp_m1(),
            ratios: Bounds {
                low: head_low / base_high,
                high: head_high / base_low,
            },
        })
    }

    /// Whether a change, as a ratio, is within what the layouts of the sides alone may do.
    pub fn explains(&self, ratio: f64) -> bool {
        ratio > 0.0 && ratio.ln().abs() <= self.between_sides.ln_1p()
    }
}

/// The values of each layout.
fn by_layout(values: &[(u32, f64)]) -> Vec<Vec<f64>> {
    let mut groups: Vec<(u32, Vec<f64>)> = Vec::new();
    for &(layout, value) in values {
        match groups.iter_mut().find(|(known, _)| *known == layout) {
            Some((_, group)) => group.push(value),
            None => groups.push((layout, vec![value])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of five layouts in two rounds each, with what layouts and moments add.
    fn side(layouts: [f64; 5], moments: [f64; 10]) -> Vec<(u32, f64)> {
        (0..10)
            .map(|round| {
                let layout = round % 5;
                (
                    layout as u32,
                    100.0 * (1.0 + layouts[layout] + moments[round]),
                )
            })
            .collect()
    }

    const NOISE: [f64; 10] = [
        0.004, -0.003, 0.001, -0.005, 0.002, -0.001, 0.003, -0.004, 0.005, -0.002,
    ];

    #[test]
    fn noise_of_the_moment_is_no_effect_of_layouts() {
        let (base, head) = (side([0.0; 5], NOISE), side([0.02; 5], NOISE));
        assert_eq!(LayoutEffect::of([&base, &head]), None);
    }

    #[test]
    fn a_slow_layout_is_told_with_its_size() {
        let base = side([0.1, 0.0, 0.0, 0.1, 0.0], NOISE);
        let head = side([0.0, 0.1, 0.0, 0.0, 0.0], NOISE);
        let effect = LayoutEffect::of([&base, &head]).expect("an effect");
        assert!((0.05..0.15).contains(&effect.spread), "{effect:?}");
        assert!(effect.between_sides < effect.spread);
        assert!(effect.explains(0.96) && effect.explains(1.04) && !effect.explains(1.2));
        assert!(
            effect.ratios.low < 0.93 && effect.ratios.high > 1.08,
            "{effect:?}"
        );
    }

    #[test]
    fn one_value_a_layout_tells_nothing() {
        let values: Vec<(u32, f64)> = (0..10).map(|at| (at, 100.0 + f64::from(at))).collect();
        assert_eq!(LayoutEffect::of([&values, &values]), None);
        assert_eq!(LayoutEffect::of([&[], &values]), None);
    }

    #[test]
    fn values_that_are_no_times_tell_nothing() {
        let zeros = side([-1.0; 5], [0.0; 10]);
        assert_eq!(LayoutEffect::of([&zeros, &zeros]), None);
        let broken = side([f64::NAN; 5], [0.0; 10]);
        assert_eq!(LayoutEffect::of([&broken, &broken]), None);
    }
}
