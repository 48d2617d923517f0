//! Chooses the tick marks of axes.

/// Round values (1, 2 or 5 times a power of ten) from `low` to `high`, about as many as wanted.
pub(super) fn linear(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    let span = high - low;
    if !span.is_finite() || span <= 0.0 || wanted == 0 {
        return Vec::new();
    }
    let rough = span / wanted as f64;
    let power = 10f64.powf(rough.log10().floor());
    let steps = [0.5, 1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    let fits = steps
        .iter()
        .position(|step| *step >= rough * 0.999)
        .unwrap_or(4);
    // A wide step may miss a short range, and a single tick tells no scale.
    let finer = [fits, fits.saturating_sub(1), fits.saturating_sub(2)]
        .map(|at| multiples(steps[at], low, high));
    let most = finer[2].clone();
    finer
        .into_iter()
        .find(|ticks| ticks.len() > 1)
        .unwrap_or(most)
}

/// The digits after the point that tell all ticks, divided by a factor, apart from their neighbours.
pub(super) fn digits(ticks: &[f64], factor: f64) -> usize {
    let is_exact = |digits: &usize| {
        let power = 10f64.powi(*digits as i32);
        ticks.iter().all(|tick| {
            let scaled = tick / factor * power;
            (scaled - scaled.round()).abs() <= 1e-6 * scaled.abs().max(1.0)
        })
    };
    (0..9).find(is_exact).unwrap_or(9)
}

fn multiples(step: f64, low: f64, high: f64) -> Vec<f64> {
    let (first, last) = ((low / step).ceil(), (high / step).floor());
    let count = last - first;
    if !(0.0..1000.0).contains(&count) {
        return Vec::new();
    }
    (0..=count as usize)
        .map(|at| (first + at as f64) * step)
        .collect()
}

/// Round values from `low` to `high` for a logarithmic axis: as many of each decade's 1, 2 and 5 as
/// have room. Within less than a third of a decade a linear axis is no different.
pub(super) fn logarithmic(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    if low <= 0.0 || !high.is_finite() || high <= low {
        return Vec::new();
    }
    if high / low < 2.2 {
        return linear(low, high, wanted);
    }
    let decades = low.log10().floor() as i32..=high.log10().ceil() as i32;
    let all = |factors: &[f64], every: usize| -> Vec<f64> {
        let powers = decades
            .clone()
            .step_by(every)
            .map(|power| 10f64.powi(power));
        let ticks = powers.flat_map(|power| factors.iter().map(move |factor| factor * power));
        ticks.filter(|tick| (low..=high).contains(tick)).collect()
    };
    for factors in [&[1.0, 2.0, 5.0][..], &[1.0, 3.0], &[1.0]] {
        let ticks = all(factors, 1);
        if ticks.len() < 2 {
            return linear(low, high, wanted);
        }
        if ticks.len() <= wanted + wanted / 2 {
            return ticks;
        }
    }
    let count = all(&[1.0], 1).len();
    all(&[1.0], count.div_ceil(wanted.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(linear(0.0, 100.0, 5), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(linear(97.0, 131.0, 4), [100.0, 110.0, 120.0, 130.0]);
        assert_eq!(
            logarithmic(0.9, 120.0, 5),
            [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]
        );
        assert_eq!(
            logarithmic(90.0, 110.0, 4),
            [90.0, 95.0, 100.0, 105.0, 110.0]
        );
        assert_eq!(linear(1.0, 1.0, 5), [0.0; 0]);
    }

    #[test]
    fn no_axis_has_a_single_tick() {
        // A step of 5 meets it once.
        assert_eq!(linear(4.0, 9.9, 2), [4.0, 6.0, 8.0]);
        assert_eq!(logarithmic(60.0, 190.0, 3), [100.0, 150.0]);
    }

    #[test]
    fn labels_have_the_digits_that_ticks_need() {
        assert_eq!(digits(&[0.0, 20.0, 40.0], 1.0), 0);
        assert_eq!(digits(&[0.5, 1.0], 1.0), 1);
        assert_eq!(digits(&[1500.0, 2000.0, 2005.0], 1000.0), 3);
    }

    proptest! {
        #[test]
        fn ticks_stay_within_and_are_few(low in 1e-9f64..1e9, factor in 1.001f64..1e9, wanted in 3usize..9) {
            let high = low * factor;
            for ticks in [linear(low, high, wanted), logarithmic(low, high, wanted)] {
                prop_assert!(ticks.len() > 1, "{ticks:?}");
                prop_assert!(ticks.len() <= 2 * wanted + 2, "{ticks:?}");
                prop_assert!(ticks.iter().all(|tick| (low * 0.999_999..=high * 1.000_001).contains(tick)));
                prop_assert!(ticks.windows(2).all(|pair| pair[0] < pair[1]));
            }
        }
    }
}
