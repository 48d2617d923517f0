//! Compares the ranges of exact values.

use super::at_least;
use super::verdict::Verdict;
use crate::stats::{Sample, median};
use crate::unit::Direction;

/// What ranges can say.
pub(super) enum Finding {
    /// The verdict.
    Decided(Verdict),
    /// The ranges overlap, and by more than the tolerance, which is this share of the old median.
    Overlap { tolerance: f64 },
}

/// Judges two samples of finite values by their ranges.
pub(super) fn judge(
    old: &Sample,
    new: &Sample,
    direction: Direction,
    abs: f64,
    rel: f64,
) -> Finding {
    let center = median(old);
    let tolerance = abs.max(rel * center.abs());
    // Turned so that larger is worse.
    let sign = match direction {
        Direction::Lower => 1.0,
        Direction::Higher => -1.0,
    };
    let turned = |s: &Sample| {
        let ends = (sign * s.min(), sign * s.max());
        (ends.0.min(ends.1), ends.0.max(ends.1))
    };
    let ((old_min, old_max), (new_min, new_max)) = (turned(old), turned(new));
    let worse_by = sign * (median(new) - center);
    if new_min > old_max && at_least(worse_by, tolerance) {
        Finding::Decided(Verdict::Regressed)
    } else if new_max < old_min && at_least(-worse_by, tolerance) {
        Finding::Decided(Verdict::Improved)
    } else if !at_least((new_max - old_min).max(old_max - new_min), tolerance)
        || (old_min == new_max && old_max == new_min)
    {
        Finding::Decided(Verdict::Unchanged)
    } else {
        Finding::Overlap {
            tolerance: tolerance / center.abs(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(old: &[f64], new: &[f64], direction: Direction) -> Option<Verdict> {
        let (old, new) = (Sample::new(old.to_vec()), Sample::new(new.to_vec()));
        match judge(&old, &new, direction, 1.0, 0.0) {
            Finding::Decided(verdict) => Some(verdict),
            Finding::Overlap { .. } => None,
        }
    }

    #[test]
    fn one_value_a_side_is_enough() {
        let lower = Direction::Lower;
        assert_eq!(found(&[3.0], &[4.0], lower), Some(Verdict::Regressed));
        assert_eq!(found(&[4.0], &[3.0], lower), Some(Verdict::Improved));
        assert_eq!(found(&[3.0], &[3.5], lower), Some(Verdict::Unchanged));
    }

    #[test]
    fn a_rate_is_judged_upside_down() {
        let higher = Direction::Higher;
        assert_eq!(
            found(&[9.0, 10.0], &[7.0, 8.0], higher),
            Some(Verdict::Regressed)
        );
        assert_eq!(
            found(&[7.0, 8.0], &[9.0, 10.0], higher),
            Some(Verdict::Improved)
        );
    }

    #[test]
    fn overlapping_ranges_are_left_to_the_ranks() {
        assert_eq!(found(&[20.0, 22.0], &[21.0, 25.0], Direction::Lower), None);
    }

    #[test]
    fn without_tolerance_equal_values_are_unchanged() {
        let same = Sample::new(vec![5.0, 5.0]);
        let finding = judge(&same, &same, Direction::Lower, 0.0, 0.0);
        assert!(matches!(finding, Finding::Decided(Verdict::Unchanged)));
    }
}
