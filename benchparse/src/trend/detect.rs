//! Classifies the changes in a series as steps, spikes and drifts.

use std::ops::Range;

use super::change::{BOUND, Fitted, LEAST_CHANGE, REACH, Sensitivity, exact_changes, median_of};
use super::{Change, ChangePoint, Kind, PendingChange, Tolerance};
use crate::stats::{Assumption, Comparer, RankTest, Sample, ratio_interval_with};
use crate::unit::Direction;

/// What happened in a series. Commits are places in the slice that was examined, from 0.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Findings {
    /// Where it changed, in order.
    pub changes: Vec<ChangePoint>,
    /// What may be a change at the end.
    pub pending: Option<PendingChange>,
}

/// A spike is at least this many standard deviations high.
const SPIKE: f64 = 8.0;
/// So many points of a segment may be news.
const FEW: usize = 3;
/// A spike is at least this large.
const LEAST_SPIKE: f64 = 0.05;
/// A point this many standard deviations off is no longer of the level.
const OFF: f64 = 4.0;
/// What may be left of a regression that counts as fixed.
const LEFT_OVER: f64 = 0.25;
/// The level of the intervals.
const CONFIDENCE: f64 = 0.95;

/// Finds what happened in a series of medians, one a commit, in the order of the commits.
///
/// Steps are those of [`changes`](super::changes); in a unit with a tolerance, whose medians do not
/// go to and fro all the time, every difference beyond it. On top of that:
///
/// - a **drift** is a step, or a run of steps up or down, which a straight slope between two levels
///   explains at less cost, a step and each end of the slope costing the same;
/// - a **spike** is a point, or a few that are too few for a level of their own, 8 standard
///   deviations and 5 % off the level, with points of the level right before and after;
/// - a change for the worse was **fixed** by the first later one after which at most a quarter of
///   it is left, or at most 1 %;
/// - a **pending change** is made by the last one or two points, when they are 4 standard deviations and 1 % off.
///
/// Ratios have Hodges and Lehmann's interval of the medians within 50 commits; a spike's is against
/// the lowest and the highest point around it.
///
/// ```
/// use benchparse::trend::{Kind, Sensitivity, detect_changes};
/// use benchparse::unit::Direction;
/// let slow = 30..50;
/// let medians: Vec<f64> = (0..80)
///     .map(|commit| if slow.contains(&commit) { 130.0 } else { 100.0 } + f64::from(commit % 3))
///     .collect();
/// let found = detect_changes(&medians, None, Direction::Lower, Sensitivity::default());
/// let worse = &found.changes[0];
/// assert_eq!((worse.kind, worse.at, worse.worse), (Kind::Step, 30, true));
/// assert_eq!(worse.fixed_at, Some(50));
/// ```
pub fn detect_changes(
    medians: &[f64],
    tolerance: Option<Tolerance>,
    direction: Direction,
    sensitivity: Sensitivity,
) -> Findings {
    if let Some(tolerance) = tolerance {
        let steps = exact_changes(medians, tolerance.absolute, tolerance.relative);
        if !is_restless(&steps, medians.len()) {
            let mut changes = exact(medians, &steps, tolerance, direction);
            mark_fixed(&mut changes, direction, Some(tolerance));
            return Findings {
                changes,
                pending: None,
            };
        }
    }
    let fitted = Fitted::new(medians, sensitivity);
    let mut examiner = Examiner {
        fitted: &fitted,
        direction,
        ranks: RankTest::default(),
        comparer: Comparer::new(),
    };
    let mut changes = examiner.steps_and_drifts();
    changes.extend(examiner.spikes());
    changes.sort_by_key(|change| (change.at, change.after));
    let mut pending = examiner.pending();
    mark_fixed(&mut changes, direction, None);
    let places = &fitted.places;
    for change in &mut changes {
        change.after = places[change.after];
        change.at = places[change.at];
        change.fixed_at = change.fixed_at.map(|at| places[at]);
    }
    if let Some(pending) = &mut pending {
        pending.after = places[pending.after];
        pending.at = places[pending.at];
    }
    Findings { changes, pending }
}

/// Whether values of an exact unit go to and fro: then they are noise after all.
fn is_restless(steps: &[Change], length: usize) -> bool {
    let is_up = |step: &Change| step.after > step.before;
    let turns = steps
        .windows(2)
        .filter(|pair| is_up(&pair[0]) != is_up(&pair[1]));
    turns.count() > (length / 20).max(3)
}

fn is_worse(before: f64, level: f64, direction: Direction) -> bool {
    match direction {
        Direction::Lower => level > before,
        Direction::Higher => level < before,
    }
}

/// The steps of an exact series; what is back within two points is a spike.
fn exact(
    medians: &[f64],
    steps: &[Change],
    tolerance: Tolerance,
    direction: Direction,
) -> Vec<ChangePoint> {
    let measured_before = |at: usize| {
        let mut earlier = (0..at).rev();
        earlier.find(|&place| medians[place].is_finite())
    };
    let mut found = Vec::new();
    let mut rest = steps;
    while let [step, others @ ..] = rest {
        rest = others;
        let mut change = ChangePoint {
            kind: Kind::Step,
            after: measured_before(step.at).unwrap_or_default(),
            at: step.at,
            before: step.before,
            level: step.after,
            ratio: step.ratio,
            interval: [step.ratio; 2],
            p: step.p,
            worse: is_worse(step.before, step.after, direction),
            fixed_at: None,
        };
        if let [back, later @ ..] = others {
            let points = medians[step.at..back.at].iter();
            let is_short = points.filter(|value| value.is_finite()).count() <= 2;
            if is_short && (back.after - step.before).abs() <= tolerance.of(step.before) {
                change.kind = Kind::Spike;
                change.fixed_at = Some(back.at);
                rest = later;
            }
        }
        found.push(change);
    }
    found
}

/// Finds for each change for the worse the later one that undid it.
fn mark_fixed(changes: &mut [ChangePoint], direction: Direction, tolerance: Option<Tolerance>) {
    for index in 0..changes.len() {
        let (earlier, later) = changes.split_at_mut(index + 1);
        let Some(change) = earlier.last_mut() else {
            continue;
        };
        if !change.worse || change.fixed_at.is_some() {
            continue;
        }
        let left = LEFT_OVER * (change.level - change.before).abs();
        let slack = match tolerance {
            Some(tolerance) => tolerance.of(change.before),
            None => left.max(LEAST_CHANGE * change.before.abs()),
        };
        let is_undone = |level: f64| match direction {
            Direction::Lower => level <= change.before + slack,
            Direction::Higher => level >= change.before - slack,
        };
        let mut later = later.iter().filter(|it| it.kind != Kind::Spike);
        change.fixed_at = later.find(|it| is_undone(it.level)).map(|it| it.at);
    }
}

/// The two-sided p of one or two points that are beyond `others`: Mann and Whitney's, exactly.
fn outermost(points: usize, others: usize) -> f64 {
    let ways: f64 = (1..=points)
        .map(|it| (others + it) as f64 / it as f64)
        .product();
    (2.0 / ways).min(1.0)
}

struct Examiner<'f> {
    fitted: &'f Fitted,
    direction: Direction,
    ranks: RankTest,
    comparer: Comparer,
}

impl Examiner<'_> {
    fn steps_and_drifts(&mut self) -> Vec<ChangePoint> {
        let steps = &self.fitted.changes;
        let mut found = Vec::new();
        let mut first = 0;
        while first < steps.len() {
            let end = self.drift_from(first).unwrap_or(first + 1);
            let slope = match end - first {
                1 => self.slope_at(first),
                _ => Some(steps[first].at..steps[end - 1].at),
            };
            found.push(self.change(first..end, slope));
            first = end;
        }
        found
    }

    /// One change of the steps in a range; a drift where the points on a slope are given.
    fn change(&mut self, steps: Range<usize>, slope: Option<Range<usize>>) -> ChangePoint {
        let fitted = self.fitted;
        let (first, last) = (&fitted.changes[steps.start], &fitted.changes[steps.end - 1]);
        let (start, _) = fitted.around(steps.start);
        let (_, end) = fitted.around(steps.end - 1);
        let kind = if slope.is_some() {
            Kind::Drift
        } else {
            Kind::Step
        };
        let between = slope.unwrap_or(first.at..last.at);
        let old = start.max(between.start.saturating_sub(REACH))..between.start;
        let new = between.end..end.min(between.end + REACH);
        let sample = |range: Range<usize>| Sample::new(fitted.values[range].to_vec());
        let (old, new) = (sample(old), sample(new));
        let interval = ratio_interval_with(&mut self.ranks, &old, &new, CONFIDENCE);
        let compared = self.comparer.compare(&old, &new, Assumption::Nothing, 0.0);
        let (before, level) = (crate::stats::median(&old), crate::stats::median(&new));
        ChangePoint {
            kind,
            after: between.start - 1,
            at: between.end,
            before,
            level,
            ratio: level / before,
            interval: [interval.low, interval.high],
            p: compared.p,
            worse: is_worse(before, level, self.direction),
            fixed_at: None,
        }
    }

    /// The points between the levels of a step, where they lie on a slope from one to the other.
    fn slope_at(&self, step: usize) -> Option<Range<usize>> {
        let Fitted {
            series,
            spread,
            penalty,
            ..
        } = self.fitted;
        let at = self.fitted.changes[step].at;
        let (start, end) = self.fitted.around(step);
        let level = |range: Range<usize>| median_of(series[range].to_vec());
        let range = start.max(at.saturating_sub(REACH))..end.min(at + REACH);
        let (old, new) = (level(range.start..at), level(at..range.end));
        // Off the level that they stand beside, towards the other.
        let is_off = |place: usize, level: f64, other: f64| {
            let way = (series[place] - level) * (other - level).signum();
            way > BOUND * spread && way < (other - level).abs()
        };
        let before = (range.start..at).rev();
        let first = at - before.take_while(|&it| is_off(it, old, new)).count();
        let last = at
            + (at..range.end)
                .take_while(|&it| is_off(it, new, old))
                .count();
        if last - first < 2 || first == range.start || last == range.end {
            return None;
        }
        let cost = |model: &dyn Fn(usize) -> f64| self.cost(range.clone(), model);
        let limit = cost(&|place| if place < at { old } else { new }) - penalty;
        // The first and the last points on a slope may be within the noise of its levels.
        let reach = [1.0, 2.0, 3.0];
        let mut ends = reach.iter().flat_map(|head| reach.map(|tail| (head, tail)));
        let is_slope = ends.any(|(head, tail)| {
            let (from, to) = (first as f64 - head, last as f64 + tail - 1.0);
            let share = |place: usize| ((place as f64 - from) / (to - from)).clamp(0.0, 1.0);
            cost(&|place| old + share(place) * (new - old)) < limit
        });
        is_slope.then_some(first..last)
    }

    /// The loss of a model over a range.
    fn cost(&self, range: Range<usize>, model: &dyn Fn(usize) -> f64) -> f64 {
        let losses = range.map(|place| {
            let z = (self.fitted.series[place] - model(place)) / self.fitted.spread;
            (z * z).min(BOUND * BOUND)
        });
        losses.sum()
    }

    /// The end of the longest drift that begins with a step.
    fn drift_from(&self, first: usize) -> Option<usize> {
        const LONGEST: usize = 16;

        let steps = &self.fitted.changes;
        let is_up = |step: &Change| step.after > step.before;
        let same = steps[first..].iter().take(LONGEST);
        let same = same.take_while(|step| is_up(step) == is_up(&steps[first]));
        let most = first + same.count();
        (first + 2..=most)
            .rev()
            .find(|&end| self.is_drift(first..end))
    }

    /// Whether a slope is a better account of a run of steps.
    fn is_drift(&self, steps: Range<usize>) -> bool {
        let Fitted {
            series, changes, ..
        } = self.fitted;
        let run = &changes[steps.clone()];
        let ([first, second, ..], [.., before_last, last]) = (run, run) else {
            return false;
        };
        let (start, _) = self.fitted.around(steps.start);
        let (_, end) = self.fitted.around(steps.end - 1);
        let range = start.max(first.at.saturating_sub(REACH))..end.min(last.at + REACH);
        let level = |range: Range<usize>| median_of(series[range].to_vec());
        let low = level(range.start..first.at);
        let high = level(last.at..range.end);
        let cost = |model: &dyn Fn(usize) -> f64| self.cost(range.clone(), model);
        let mut stairs = Vec::with_capacity(run.len() + 1);
        let ends = run.iter().map(|step| step.at).chain([range.end]);
        let mut from = range.start;
        for end in ends {
            stairs.push((end, level(from..end)));
            from = end;
        }
        let stair = |place: usize| {
            let at = stairs.partition_point(|(end, _)| *end <= place);
            stairs.get(at).map_or(high, |(_, level)| *level)
        };
        let penalty = self.fitted.penalty;
        let limit = cost(&stair) + (run.len() as f64 - 2.0) * penalty;
        // A staircase crosses its slope in the middle of each stair, more or less.
        let gap = |one: usize, other: usize| (other - one) as f64;
        let (head, tail) = (gap(first.at, second.at), gap(before_last.at, last.at));
        let reach = [0.25, 0.5, 1.0];
        let ends = reach.iter().flat_map(|head| reach.map(|tail| (head, tail)));
        let mut slopes = ends.map(|(before, after)| {
            let from = (first.at as f64 - before * head).max(range.start as f64);
            let to = (last.at as f64 + after * tail).min(range.end as f64);
            cost(&|place: usize| {
                let share = (place as f64 + 0.5 - from) / (to - from);
                low + share.clamp(0.0, 1.0) * (high - low)
            })
        });
        slopes.any(|slope| slope < limit)
    }

    /// Points off the level of their segment, and back.
    fn spikes(&mut self) -> Vec<ChangePoint> {
        let fitted = self.fitted;
        let ends = fitted.changes.iter().map(|change| change.at);
        let ends: Vec<usize> = ends.chain([fitted.series.len()]).collect();
        // More points in a row are a level of their own, to the fit: two changes cost less.
        // A point of a level costs about 1, one that is off the bound.
        let longest = ((2.0 * fitted.penalty / (BOUND * BOUND - 1.0)) as usize).max(2);
        let mut found = Vec::new();
        let mut start = 0;
        for end in ends {
            let segment = start..end;
            start = end;
            if segment.len() < 5 {
                continue;
            }
            let level = median_of(fitted.series[segment.clone()].to_vec());
            let height = self.spike_height(&segment, level, FEW);
            let off = |place: usize| (fitted.series[place] - level) / fitted.spread;
            let mut place = segment.start + 1;
            while place < segment.end {
                let is_high = off(place) > 0.0;
                let run = (place..segment.end)
                    .take_while(|&it| off(it).abs() > OFF && (off(it) > 0.0) == is_high);
                let length = run.count();
                let after = place + length;
                let peak = (place..after).map(|it| off(it).abs()).fold(0.0, f64::max);
                let height = if (FEW + 1..=longest).contains(&length) {
                    self.spike_height(&segment, level, longest)
                } else {
                    height
                };
                if (1..=longest).contains(&length)
                    && after < segment.end
                    && peak > height
                    && off(place - 1).abs() <= OFF
                    && off(after).abs() <= OFF
                {
                    found.extend(self.spike(place..after, &segment));
                }
                place = after.max(place + 1);
            }
        }
        found
    }

    /// From which height on a point of a segment is news, in standard deviations: where points are
    /// off every now and then, one more is not.
    fn spike_height(&self, segment: &Range<usize>, level: f64, few: usize) -> f64 {
        /// One point of so many may be news, and a few in any case.
        const RARE: usize = 25;

        let points = &self.fitted.series[segment.clone()];
        let mut heights: Vec<f64> = points
            .iter()
            .map(|x| (x - level).abs() / self.fitted.spread)
            .collect();
        let few = few.min(heights.len().saturating_sub(1) / 2).max(FEW);
        let news = (heights.len() / RARE).max(few);
        let place = heights.len().saturating_sub(news + 1);
        let (_, &mut usual, _) = heights.select_nth_unstable_by(place, f64::total_cmp);
        SPIKE.max(3.0 * usual)
    }

    fn spike(&mut self, points: Range<usize>, segment: &Range<usize>) -> Option<ChangePoint> {
        let values = &self.fitted.values;
        let left = segment.start.max(points.start.saturating_sub(REACH / 2))..points.start;
        let right = points.end..segment.end.min(points.end + REACH / 2);
        let around: Sample = values[left].iter().chain(&values[right]).copied().collect();
        let spike = Sample::new(values[points.clone()].to_vec());
        let before = crate::stats::median(&around);
        let level = crate::stats::median(&spike);
        if self.fitted.scale.size(before, level) < LEAST_SPIKE {
            return None;
        }
        let p = if spike.min() > around.max() || spike.max() < around.min() {
            outermost(spike.len(), around.len())
        } else {
            let compared = self
                .comparer
                .compare(&around, &spike, Assumption::Nothing, 0.0);
            compared.p
        };
        Some(ChangePoint {
            kind: Kind::Spike,
            after: points.start - 1,
            at: points.start,
            before,
            level,
            ratio: level / before,
            interval: if around.min() > 0.0 {
                [spike.min() / around.max(), spike.max() / around.min()]
            } else {
                [0.0, f64::INFINITY]
            },
            p,
            worse: is_worse(before, level, self.direction),
            fixed_at: Some(points.end),
        })
    }

    fn pending(&self) -> Option<PendingChange> {
        /// So many points tell what the level is.
        const LEVEL: usize = 5;

        let Fitted {
            series,
            values,
            changes,
            scale,
            spread,
            ..
        } = self.fitted;
        let start = changes.last().map_or(0, |change| change.at);
        let start = start.max(series.len().saturating_sub(REACH + 2));
        [2, 1].into_iter().find_map(|count| {
            let at = series.len().checked_sub(count)?;
            if at < start + LEVEL {
                return None;
            }
            let center = median_of(series[start..at].to_vec());
            let off = |x: &f64| (x - center) / spread;
            let is_high = off(series.last()?) > 0.0;
            let all_off = series[at..]
                .iter()
                .all(|x| off(x).abs() > OFF && (off(x) > 0.0) == is_high);
            let before = median_of(values[start..at].to_vec());
            let level = median_of(values[at..].to_vec());
            let is_large = scale.size(before, level) >= LEAST_CHANGE;
            (all_off && is_large).then(|| PendingChange {
                after: at - 1,
                at,
                before,
                level,
                ratio: level / before,
                worse: is_worse(before, level, self.direction),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOCATIONS: Option<Tolerance> = Some(Tolerance {
        absolute: 1.0,
        relative: 0.001,
    });

    /// Values with a repeatable noise of that share.
    fn noisy(levels: impl IntoIterator<Item = f64>, share: f64) -> Vec<f64> {
        let levels = levels.into_iter().enumerate();
        levels
            .map(|(place, level)| {
                let hash = (place as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                let hash = (hash ^ (hash >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                let wobble = (hash >> 40) as f64 / f64::from(1u32 << 23) - 1.0;
                level * (1.0 + share * wobble)
            })
            .collect()
    }

    fn flat(count: usize, level: f64) -> Vec<f64> {
        vec![level; count]
    }

    fn found(medians: &[f64]) -> Findings {
        detect_changes(medians, None, Direction::Lower, Sensitivity::Normal)
    }

    fn kinds(findings: &Findings) -> Vec<(Kind, usize, usize)> {
        let changes = findings.changes.iter();
        changes
            .map(|change| (change.kind, change.after, change.at))
            .collect()
    }

    #[test]
    fn a_step_has_an_interval_around_its_size() {
        let medians = noisy([flat(40, 100.0), flat(40, 120.0)].concat(), 0.02);
        let [step] = found(&medians).changes[..] else {
            panic!("one step")
        };
        assert_eq!((step.kind, step.after, step.at), (Kind::Step, 39, 40));
        assert!(step.worse && step.fixed_at.is_none() && step.p < 1e-6);
        let [low, high] = step.interval;
        assert!(
            1.17 < low && low < 1.2 && 1.2 < high && high < 1.23,
            "{step:?}"
        );
    }

    #[test]
    fn higher_may_be_better() {
        let medians = noisy([flat(40, 100.0), flat(40, 120.0)].concat(), 0.02);
        let found = detect_changes(&medians, None, Direction::Higher, Sensitivity::Normal);
        assert!(!found.changes[0].worse);
    }

    #[test]
    fn a_regression_that_was_fixed_says_by_which_commit() {
        let parts = [
            flat(30, 100.0),
            flat(20, 140.0),
            flat(20, 120.0),
            flat(30, 101.0),
        ];
        let findings = found(&noisy(parts.concat(), 0.01));
        let fixed: Vec<_> = findings.changes.iter().map(|it| it.fixed_at).collect();
        assert_eq!(fixed, [Some(70), None, None]);
    }

    #[test]
    fn a_slope_is_one_drift_and_stairs_are_steps() {
        let slope = (0..60).map(|commit| 100.0 + 0.7 * f64::from(commit));
        let slope: Vec<f64> = flat(40, 100.0).into_iter().chain(slope).collect();
        let slope = [slope, flat(40, 142.0)].concat();
        let findings = found(&noisy(slope, 0.02));
        let [drift] = findings.changes[..] else {
            panic!("{findings:?}")
        };
        assert_eq!(drift.kind, Kind::Drift);
        assert!(
            (35..60).contains(&drift.after) && (85..105).contains(&drift.at),
            "{drift:?}"
        );
        assert!((drift.ratio - 1.42).abs() < 0.03, "{drift:?}");

        let stairs = [
            flat(30, 100.0),
            flat(30, 115.0),
            flat(30, 130.0),
            flat(30, 145.0),
        ];
        let findings = found(&noisy(stairs.concat(), 0.02));
        assert_eq!(
            kinds(&findings),
            [
                (Kind::Step, 29, 30),
                (Kind::Step, 59, 60),
                (Kind::Step, 89, 90)
            ]
        );
    }

    #[test]
    fn a_slope_of_any_length_is_a_drift_from_the_first_commits_on() {
        for start in [2usize, 3, 5, 8, 15, 30] {
            for run in [5usize, 10, 20] {
                let level = |place: usize| {
                    let share = (place as f64 - start as f64) / run as f64;
                    100.0 * (1.0 + 0.4 * share.clamp(0.0, 1.0))
                };
                let findings = found(&noisy((0..70).map(level), 0.01));
                let [drift] = findings.changes[..] else {
                    panic!("{start}, {run}: {findings:?}")
                };
                assert_eq!(drift.kind, Kind::Drift, "{start}, {run}: {drift:?}");
                assert!(
                    drift.after < start + run && drift.at > start && drift.worse,
                    "{start}, {run}: {drift:?}"
                );
            }
        }
    }

    #[test]
    fn nothing_that_was_off_for_a_while_is_passed_over() {
        for (length, longest) in [(70, 3), (1000, 5)] {
            for run in 1..12 {
                let parts = [flat(20, 100.0), flat(run, 150.0), flat(length - run, 100.0)];
                let findings = found(&noisy(parts.concat(), 0.01));
                let expected = if run <= longest {
                    vec![(Kind::Spike, 19, 20)]
                } else {
                    vec![(Kind::Step, 19, 20), (Kind::Step, 19 + run, 20 + run)]
                };
                assert_eq!(kinds(&findings), expected, "{length}, {run}");
                assert_eq!(findings.changes[0].fixed_at, Some(20 + run));
            }
        }
    }

    #[test]
    fn noise_that_goes_on_for_a_while_hides_no_stay() {
        // Each point keeps half of what the one before was off.
        for seed in 0..5 {
            for run in 1..20 {
                let mut off = 0.0;
                let wobble = noisy(flat(95 + seed, 1.0), 0.02);
                let medians = wobble.iter().skip(seed).enumerate().map(|(place, value)| {
                    off = 0.5 * off + (value - 1.0);
                    let is_off = (40..40 + run).contains(&place);
                    (if is_off { 150.0 } else { 100.0 }) * (1.0 + off)
                });
                let found = found(&medians.collect::<Vec<_>>());
                let first = found.changes.first();
                let first = first.unwrap_or_else(|| panic!("{seed}, {run}: nothing"));
                assert_eq!(
                    (first.at, first.fixed_at),
                    (40, Some(40 + run)),
                    "{seed}, {run}"
                );
            }
        }
    }

    #[test]
    fn one_or_two_points_off_are_a_spike() {
        let mut medians = noisy(flat(60, 100.0), 0.01);
        medians[20] = 140.0;
        medians[40] = 80.0;
        medians[41] = 82.0;
        let findings = found(&medians);
        assert_eq!(
            kinds(&findings),
            [(Kind::Spike, 19, 20), (Kind::Spike, 39, 40)]
        );
        let [up, down] = findings.changes[..] else {
            panic!("two spikes")
        };
        assert_eq!((up.worse, up.fixed_at), (true, Some(21)));
        assert_eq!((down.worse, down.fixed_at), (false, Some(42)));
        assert!(up.interval[0] > 1.3 && up.interval[1] < 1.8, "{up:?}");
    }

    #[test]
    fn points_beyond_all_others_have_an_exact_p() {
        for (points, others) in [(1, 9), (2, 30)] {
            let spike: Sample = (0..points).map(|it| f64::from(it) + 500.0).collect();
            let around: Sample = (0..others).map(f64::from).collect();
            let compared = Comparer::new().compare(&around, &spike, Assumption::Nothing, 0.0);
            let p = outermost(points as usize, others as usize);
            assert!((compared.p - p).abs() < 1e-12, "{} {p}", compared.p);
        }
    }

    #[test]
    fn the_last_points_are_pending_until_they_are_enough() {
        let level = noisy(flat(50, 100.0), 0.01);
        let with = |count| [level.clone(), flat(count, 115.0)].concat();
        for count in [1, 2] {
            let findings = found(&with(count));
            assert!(findings.changes.is_empty());
            let pending = findings.pending.unwrap();
            assert_eq!((pending.after, pending.at, pending.worse), (49, 50, true));
        }
        let findings = found(&with(4));
        assert_eq!(kinds(&findings), [(Kind::Step, 49, 50)]);
        assert_eq!(findings.pending, None);
        assert_eq!(found(&level).pending, None);
    }

    #[test]
    fn counters_change_at_once_and_may_come_back() {
        let medians = [
            flat(5, 3.0),
            flat(1, 9.0),
            flat(5, 3.0),
            flat(4, 5.0),
            flat(1, 4.0),
        ];
        let findings = detect_changes(
            &medians.concat(),
            ALLOCATIONS,
            Direction::Lower,
            Sensitivity::Normal,
        );
        assert_eq!(
            kinds(&findings),
            [
                (Kind::Spike, 4, 5),
                (Kind::Step, 10, 11),
                (Kind::Step, 14, 15)
            ]
        );
        let fixed: Vec<_> = findings.changes.iter().map(|it| it.fixed_at).collect();
        assert_eq!(fixed, [Some(6), Some(15), None]);
        assert_eq!(findings.changes[1].interval, [5.0 / 3.0; 2]);
    }

    #[test]
    fn restless_counters_are_judged_as_noise() {
        let medians = noisy(flat(60, 1000.0), 0.1);
        let found = |medians: &[f64]| {
            detect_changes(medians, ALLOCATIONS, Direction::Lower, Sensitivity::Normal).changes
        };
        assert!(found(&medians).is_empty());
        let steps = noisy([flat(30, 1000.0), flat(30, 1500.0)].concat(), 0.1);
        assert_eq!(found(&steps).len(), 1);
    }

    #[test]
    fn gaps_are_no_commits_of_a_level() {
        let mut medians = noisy([flat(40, 100.0), flat(40, 120.0)].concat(), 0.01);
        medians[38] = f64::NAN;
        medians[39] = f64::NAN;
        assert_eq!(kinds(&found(&medians)), [(Kind::Step, 37, 40)]);
        let exact = [3.0, f64::NAN, f64::NAN, 5.0];
        let found = detect_changes(&exact, ALLOCATIONS, Direction::Lower, Sensitivity::Normal);
        assert_eq!(kinds(&found), [(Kind::Step, 0, 3)]);
    }

    proptest::proptest! {
        #[test]
        fn any_series_is_examined(
            medians in proptest::collection::vec(proptest::num::f64::ANY, 0..80),
            exact in proptest::bool::ANY,
        ) {
            let tolerance = if exact { ALLOCATIONS } else { None };
            let found = detect_changes(&medians, tolerance, Direction::Lower, Sensitivity::Sensitive);
            for change in found.changes {
                proptest::prop_assert!(change.after < change.at && change.at < medians.len());
                proptest::prop_assert!(change.fixed_at.is_none_or(|at| at > change.at));
            }
        }

        #[test]
        fn short_steps_of_any_place_are_examined(
            parts in proptest::collection::vec((1usize..30, 1.0f64..3.0), 1..8),
        ) {
            let levels = parts.iter().flat_map(|&(count, level)| flat(count, level));
            let medians = noisy(levels, 0.01);
            let findings = found(&medians);
            for change in &findings.changes {
                proptest::prop_assert!(change.after < change.at && change.at < medians.len());
                proptest::prop_assert!(change.interval[0] <= change.interval[1]);
            }
        }
    }
}
