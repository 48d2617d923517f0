//! Groups changes of many benchmarks by the commit that caused them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::change::{BOUND, REACH, median_of};
use super::{
    ChangePoint, CommitEffect, Findings, History, Kind, PendingChange, Sensitivity, Series,
    detect_changes,
};
use crate::unit::Direction;

/// How many points a change is moved at most to be one with those of other series.
const NEAR: usize = 3;
/// How much worse the fit may become by that, in units of the squared spread.
const SLACK: f64 = 6.0;

impl Series {
    /// Examines the series' medians; see [`detect_changes`]. Places are those of [`Series::points`].
    pub fn findings(&self, sensitivity: Sensitivity) -> Findings {
        let medians: Vec<f64> = self.points.iter().map(|point| point.median).collect();
        detect_changes(&medians, self.tolerance, self.direction, sensitivity)
    }

    /// Takes findings about the points for the series' own. What is not about a point that is
    /// there is left out.
    pub fn take(&mut self, findings: Findings) {
        let commit = |place: usize| self.points.get(place).map(|point| point.commit);
        let change = |it: ChangePoint| {
            Some(ChangePoint {
                after: commit(it.after)?,
                at: commit(it.at)?,
                fixed_at: it.fixed_at.and_then(commit),
                ..it
            })
        };
        let pending = |it: PendingChange| {
            Some(PendingChange {
                after: commit(it.after)?,
                at: commit(it.at)?,
                ..it
            })
        };
        self.changes = findings.changes.into_iter().filter_map(change).collect();
        self.pending = findings.pending.and_then(pending);
    }

    /// The level at the start and the one at the end, where the series changed for good.
    pub fn levels(&self) -> Option<(f64, f64)> {
        let mut lasting = self.changes.iter().filter(|it| it.kind != Kind::Spike);
        let first = lasting.next()?;
        Some((first.before, lasting.next_back().unwrap_or(first).level))
    }

    /// By how much the series is worse at the end than at the start: the logarithm of the ratio,
    /// below 0 when it is better, 0 without a change.
    pub fn worsening(&self) -> f64 {
        let Some((before, level)) = self.levels() else {
            return 0.0;
        };
        let log = if before == level {
            0.0
        } else if before > 0.0 && level > 0.0 {
            (level / before).ln()
        } else {
            (level - before).signum() * f64::INFINITY
        };
        match self.direction {
            Direction::Lower => log,
            Direction::Higher => -log,
        }
    }

    /// Whether a change may as well be at another point, as far as the points between tell.
    fn may_be_at(&self, change: &ChangePoint, at: usize) -> bool {
        let place = |commit| self.points.partition_point(|point| point.commit < commit);
        let (from, to) = (place(change.at), place(at));
        let is_measured = self.points.get(to).is_some_and(|point| point.commit == at);
        if self.tolerance.is_some() || !is_measured || from.abs_diff(to) > NEAR {
            return false;
        }
        if !(change.before > 0.0 && change.level > 0.0) {
            return false;
        }
        let near = from.saturating_sub(REACH)..self.points.len().min(from + REACH);
        let residual = |place: usize, is_before: bool| {
            let level = if is_before {
                change.before
            } else {
                change.level
            };
            (self.points[place].median / level).ln()
        };
        let residuals = near.map(|it| residual(it, it < from).abs()).collect();
        let spread = (1.4826 * median_of(residuals)).max(1e-6);
        let loss = |residual: f64| (residual / spread).powi(2).min(BOUND * BOUND);
        let between = from.min(to)..from.max(to);
        let worse: f64 = between
            .map(|it| loss(residual(it, it < to)) - loss(residual(it, it < from)))
            .sum();
        worse <= SLACK
    }
}

/// A change that takes part in an effect.
#[derive(Clone, Copy)]
struct Part<'h> {
    place: (usize, usize),
    series: &'h Series,
    change: &'h ChangePoint,
}

impl Part<'_> {
    /// Whether one of them is the same change of the same benchmark, measured on another machine.
    fn is_seen_elsewhere(&self, others: &[Part<'_>]) -> bool {
        let size = self.change.ratio.ln().abs();
        others.iter().any(|other| {
            let (one, two) = (self.series, other.series);
            let like = other.change.ratio.ln().abs();
            let is_alike = size == like || (size.max(like) < 2.0 * size.min(like));
            one.environment != two.environment
                && (&one.benchmark, &one.unit) == (&two.benchmark, &two.unit)
                && is_alike
        })
    }
}

impl History {
    /// Groups the lasting changes of the series by commit, package and direction.
    ///
    /// A change of a noisy series that is up to three measured commits beside that of others counts
    /// with them, where the points between do not speak against it. What the same benchmark did in
    /// another environment, measured at other commits, counts with it where both can be of one
    /// commit, and narrows down which. Throughput in B/s is left out where
    /// there is sec/op, for it says the same.
    pub fn group(&mut self) {
        let timed: BTreeSet<_> = self
            .series
            .iter()
            .filter(|it| it.unit == "sec/op")
            .map(|it| (&it.package, &it.benchmark, &it.environment))
            .collect();
        let mut sides: BTreeMap<(&str, bool), Vec<Part<'_>>> = BTreeMap::new();
        for (index, series) in self.series.iter().enumerate() {
            let key = (&series.package, &series.benchmark, &series.environment);
            if series.unit == "B/s" && timed.contains(&key) {
                continue;
            }
            for (number, change) in series.changes.iter().enumerate() {
                if change.kind != Kind::Spike {
                    let side = sides.entry((&series.package, change.worse)).or_default();
                    side.push(Part {
                        place: (index, number),
                        series,
                        change,
                    });
                }
            }
        }
        let commits = self.commits.iter().enumerate();
        let measured: Vec<usize> = commits
            .filter_map(|(place, commit)| commit.measured.then_some(place))
            .collect();
        let near = |at: usize| {
            let rank = measured.partition_point(|&commit| commit < at);
            let first = measured.get(rank.saturating_sub(NEAR)).copied();
            let last = measured.get(rank + NEAR).copied();
            first.unwrap_or_default().min(at)..=last.unwrap_or(usize::MAX).max(at)
        };
        let mut effects = Vec::new();
        for ((package, worse), parts) in sides {
            effects.extend(grouped(package, worse, parts, near));
        }
        effects.sort_by_key(|effect| (effect.at, effect.after, !effect.worse));
        self.effects = effects;
    }

    /// Makes effects of their own of the steps of benchmarks whose own code changed at the same commits. `changed` gets a
    /// series and the commits between which it changed (the last one before and the first one after), and gives a file of
    /// the benchmark that differs between them. Such a step fixes no earlier change.
    pub fn separate_changed_benchmarks(
        &mut self,
        mut changed: impl FnMut(&Series, [usize; 2]) -> Option<String>,
    ) {
        let mut separated = Vec::new();
        for effect in std::mem::take(&mut self.effects) {
            let mut by_file: BTreeMap<Option<String>, Vec<(usize, usize)>> = BTreeMap::new();
            for &place in &effect.changes {
                let file = self
                    .change(place)
                    .filter(|(_, change)| change.kind == Kind::Step)
                    .and_then(|(series, _)| changed(series, [effect.after, effect.at]));
                by_file.entry(file).or_default().push(place);
            }
            for (file, places) in by_file {
                let mut part = self.sized(places, &effect);
                part.benchmark_changed = file;
                separated.push(part);
            }
        }
        self.effects = separated;
        let of_benchmarks = self.effects.iter();
        let of_benchmarks = of_benchmarks.filter(|effect| effect.benchmark_changed.is_some());
        let places = of_benchmarks.flat_map(|effect| &effect.changes);
        let changed: BTreeSet<_> = places
            .filter_map(|&place| {
                let (series, change) = self.change(place)?;
                Some((series.package.clone(), series.benchmark.clone(), change.at))
            })
            .collect();
        for series in &mut self.series {
            let of = |at: usize| (series.package.clone(), series.benchmark.clone(), at);
            for change in &mut series.changes {
                change
                    .fixed_at
                    .take_if(|fixed| changed.contains(&of(*fixed)));
            }
        }
    }

    /// A part of an effect.
    fn sized(&self, changes: Vec<(usize, usize)>, of: &CommitEffect) -> CommitEffect {
        let sizes = || {
            let changes = changes.iter().filter_map(|&place| self.change(place));
            changes.map(|(_, change)| (change.ratio - 1.0).abs())
        };
        CommitEffect {
            least: sizes().fold(f64::INFINITY, f64::min),
            most: sizes().fold(0.0, f64::max),
            changes,
            ..of.clone()
        }
    }

    /// The file of a benchmark that changed where a change is, named as in [`CommitEffect::changes`].
    pub fn benchmark_changed(&self, place: (usize, usize)) -> Option<&str> {
        let (of, change) = self.change(place)?;
        // Throughput beside its time is in no effect.
        let is_same = |other: &(usize, usize)| {
            let other = self.change(*other);
            other.is_some_and(|(series, other)| {
                other.at == change.at
                    && (&series.package, &series.benchmark) == (&of.package, &of.benchmark)
                    && series.environment == of.environment
            })
        };
        let mut effects = self.effects.iter();
        let effect =
            effects.find(|it| it.benchmark_changed.is_some() && it.changes.iter().any(is_same))?;
        effect.benchmark_changed.as_deref()
    }

    /// A change with its series, named as in [`CommitEffect::changes`]; nothing where there is none.
    pub fn change(&self, (series, change): (usize, usize)) -> Option<(&Series, &ChangePoint)> {
        let series = self.series.get(series)?;
        Some((series, series.changes.get(change)?))
    }

    /// What a change for the worse was traded for: the lasting changes for the better of the same
    /// benchmark in other units, by the same commit. Changes are named as in [`CommitEffect::changes`].
    pub fn traded_for(&self, effect: &CommitEffect, series: usize) -> Vec<(usize, usize)> {
        let Some(paid) = self.series.get(series).filter(|_| effect.worse) else {
            return Vec::new();
        };
        let is_same = |other: &CommitEffect| {
            !other.worse
                && other.benchmark_changed.is_none()
                && other.package == effect.package
                && other.after < effect.at
                && effect.after < other.at
        };
        // Of a slope nobody can say which commit it was.
        let is_step = |place: &(usize, usize)| {
            let change = self.change(*place);
            change.is_some_and(|(_, change)| change.kind == Kind::Step)
        };
        let mut own = effect.changes.iter().filter(|own| own.0 == series);
        if !own.any(&is_step) {
            return Vec::new();
        }
        let others = self.effects.iter().filter(|other| is_same(other));
        let changes = others.flat_map(|other| other.changes.iter().copied());
        changes
            .filter(is_step)
            .filter(|&(index, _)| {
                self.series.get(index).is_some_and(|got| {
                    (&got.benchmark, &got.environment) == (&paid.benchmark, &paid.environment)
                        && got.unit != paid.unit
                })
            })
            .collect()
    }

    /// The first ten digits of a commit's id.
    pub fn short_id(&self, commit: usize) -> &str {
        let id = self.commits.get(commit).map_or("", |commit| &commit.id);
        id.get(..10).unwrap_or(id)
    }
}

/// A range of commits that did something: the first measured one of the new level, the last of
/// the old.
type At = (usize, usize);

/// Groups parts by commit; `near` gives the commits to look at around one.
fn grouped(
    package: &str,
    worse: bool,
    parts: Vec<Part<'_>>,
    near: impl Fn(usize) -> RangeInclusive<usize>,
) -> Vec<CommitEffect> {
    let mut groups: BTreeMap<At, Vec<Part<'_>>> = BTreeMap::new();
    for part in parts {
        let at = (part.change.at, part.change.after);
        groups.entry(at).or_default().push(part);
    }
    // The largest group draws those beside it first; of equal ones the more certain.
    let mut order: Vec<(usize, f64, At)> = groups
        .iter()
        .map(|(at, parts)| {
            let ps = parts.iter().map(|part| part.change.p);
            (parts.len(), ps.fold(1.0, f64::min), *at)
        })
        .collect();
    order.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.total_cmp(&other.1)));
    let mut effects = Vec::new();
    for (.., (at, after)) in order {
        let Some(mut members) = groups.remove(&(at, after)) else {
            continue;
        };
        let origin = at;
        let (mut at, mut after) = (at, after);
        let near = near(at);
        let mut emptied = Vec::new();
        for (place, neighbours) in &mut groups {
            let is_near = near.contains(&place.0);
            let has_commits_in_common = place.1 < at && after < place.0;
            if !is_near && !has_commits_in_common {
                continue;
            }
            neighbours.retain(|part| {
                let elsewhere = has_commits_in_common && part.is_seen_elsewhere(&members);
                let moves = part.change.kind == Kind::Step
                    && (elsewhere || is_near && part.series.may_be_at(part.change, origin));
                if moves {
                    members.push(*part);
                }
                if elsewhere && moves {
                    (at, after) = (at.min(place.0), after.max(place.1));
                }
                !moves
            });
            if neighbours.is_empty() {
                emptied.push(*place);
            }
        }
        for place in emptied {
            groups.remove(&place);
        }
        members.sort_by_key(|part| part.place);
        let sizes = || members.iter().map(|part| (part.change.ratio - 1.0).abs());
        effects.push(CommitEffect {
            after,
            at,
            package: package.to_owned(),
            worse,
            changes: members.iter().map(|part| part.place).collect(),
            least: sizes().fold(f64::INFINITY, f64::min),
            most: sizes().fold(0.0, f64::max),
            benchmark_changed: None,
        });
    }
    effects
}
