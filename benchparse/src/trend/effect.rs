//! What a commit did to many benchmarks, grouped and put into words.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::change::{BOUND, REACH, median_of};
use super::{
    ChangePoint, CommitEffect, Findings, History, Kind, Sensitivity, Series, Suspect, examine,
};
use crate::unit::Direction;

/// How many points a change is moved at most to be one with those of other series.
const NEAR: usize = 3;
/// How much worse the fit may become by that, in units of the squared spread.
const SLACK: f64 = 6.0;

impl Series {
    /// Examines the series' medians; see [`examine`]. Places are those of [`Series::points`].
    pub fn findings(&self, sensitivity: Sensitivity) -> Findings {
        let medians: Vec<f64> = self.points.iter().map(|point| point.median).collect();
        examine(&medians, self.tolerance, self.direction, sensitivity)
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
        let suspect = |it: Suspect| {
            Some(Suspect {
                after: commit(it.after)?,
                at: commit(it.at)?,
                ..it
            })
        };
        self.changes = findings.changes.into_iter().filter_map(change).collect();
        self.suspect = findings.suspect.and_then(suspect);
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

    /// A package as people say it: `./codec` where the packages have a beginning in common.
    pub fn short_package(&self, package: &str) -> String {
        let mut packages = self.series.iter().map(|it| it.package.as_str());
        let Some(first) = packages.next() else {
            return package.to_owned();
        };
        let mut common: Vec<&str> = first.split('/').collect();
        let mut alone = true;
        for other in packages {
            alone &= other == first;
            let same = common.iter().zip(other.split('/'));
            let same = same.take_while(|(one, other)| **one == *other).count();
            common.truncate(same);
        }
        let prefix = common.join("/");
        if alone || prefix.is_empty() {
            return package.to_owned();
        }
        match package.strip_prefix(&prefix) {
            Some("") => ".".to_owned(),
            Some(rest) => format!(".{rest}"),
            None => package.to_owned(),
        }
    }

    /// The effect in words, such as `9 benchmarks in ./codec got 12–31 % slower at 3f2a1b4c5d`.
    pub fn sentence(&self, effect: &CommitEffect) -> String {
        let units = self.by_unit(effect.changes.iter().copied());
        let place = if effect.package.is_empty() {
            String::new()
        } else {
            format!(" in {}", self.short_package(&effect.package))
        };
        let mut clauses = Vec::new();
        for ((_, unit), parts) in &units {
            clauses.push(clause(
                unit,
                parts,
                if clauses.is_empty() { &place } else { "" },
            ));
        }
        let text = listed(&clauses);
        let parts = || units.values().flatten();
        let is_drift = parts().all(|part| part.change.kind == Kind::Drift);
        let (after, at) = (self.short_id(effect.after), self.short_id(effect.at));
        let between = self
            .commits
            .get(effect.after + 1..effect.at)
            .unwrap_or_default();
        let there = if between.iter().any(|commit| commit.measured) {
            " there"
        } else {
            ""
        };
        let place = match (is_drift, between.len()) {
            (true, _) => format!("from {after} to {at}"),
            (false, 0) => format!("at {at}"),
            (false, 1) => format!("at {at} or the commit before it, which was not measured{there}"),
            (false, count) => format!(
                "at {at} or one of the {count} commits before it that were not measured{there}"
            ),
        };
        let environment = self.environment_of(parts());
        let fixed: Option<Vec<usize>> = parts().map(|part| part.change.fixed_at).collect();
        let fixed = fixed.and_then(|all| all.into_iter().max());
        let fixed = fixed.map_or_else(String::new, |at| {
            format!("; fixed at {}", self.short_id(at))
        });
        let series: BTreeSet<usize> = effect.changes.iter().map(|it| it.0).collect();
        let gained: BTreeSet<_> = series
            .into_iter()
            .flat_map(|series| self.traded_for(effect, series))
            .collect();
        let gained = self.by_unit(gained.into_iter());
        let gained: Vec<String> = gained
            .iter()
            .map(|((_, unit), parts)| clause(unit, parts, ""))
            .collect();
        let traded = if gained.is_empty() {
            String::new()
        } else {
            format!("; traded: {}", listed(&gained))
        };
        format!("{text} {place}{environment}{traded}{fixed}")
    }

    /// Changes by unit, times first.
    fn by_unit(
        &self,
        changes: impl Iterator<Item = (usize, usize)>,
    ) -> BTreeMap<(bool, &str), Vec<Part<'_>>> {
        let mut units: BTreeMap<(bool, &str), Vec<Part<'_>>> = BTreeMap::new();
        for place in changes {
            if let Some((series, change)) = self.change(place) {
                let unit = (series.unit != "sec/op", series.unit.as_str());
                units.entry(unit).or_default().push(Part {
                    place,
                    series,
                    change,
                });
            }
        }
        units
    }

    /// Where parts were measured, if that is one place of several.
    fn environment_of<'h>(&self, parts: impl Iterator<Item = &'h Part<'h>>) -> String {
        let places: BTreeSet<&str> = parts.map(|it| it.series.environment.as_str()).collect();
        let is_one_of_several =
            |place: &str| self.series.iter().any(|series| series.environment != place);
        match places.first() {
            Some(place) if places.len() == 1 && is_one_of_several(place) => {
                format!(" on {place}")
            }
            _ => String::new(),
        }
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
        });
    }
    effects
}

/// `one, two and three`.
fn listed(clauses: &[String]) -> String {
    match clauses {
        [head @ .., last] if !head.is_empty() => format!("{} and {last}", head.join(", ")),
        _ => clauses.join(""),
    }
}

/// `9 benchmarks in ./codec got 12–31 % slower`.
fn clause(unit: &str, parts: &[Part<'_>], place: &str) -> String {
    let names: BTreeSet<&str> = parts
        .iter()
        .map(|it| it.series.benchmark.as_str())
        .collect();
    let who = match (names.len(), names.first()) {
        (1, Some(name)) => format!("{name}{place}"),
        (count, _) => format!("{count} benchmarks{place}"),
    };
    // No share says how much a negative value changed.
    let sizes = parts.iter().map(|part| match part.change.before {
        before if before < 0.0 => f64::INFINITY,
        _ => (part.change.ratio - 1.0).abs(),
    });
    let (least, most) = sizes.fold((f64::INFINITY, 0.0_f64), |(least, most), size| {
        (least.min(size), most.max(size))
    });
    let rises = parts
        .iter()
        .all(|part| part.change.level > part.change.before);
    let (got, word) = match (unit, rises) {
        ("sec/op", true) => ("got", "slower".to_owned()),
        ("sec/op", false) => ("got", "faster".to_owned()),
        (_, true) => (
            if names.len() == 1 { "has" } else { "have" },
            format!("more {unit}"),
        ),
        (_, false) => (
            if names.len() == 1 { "has" } else { "have" },
            format!("less {unit}"),
        ),
    };
    match percents(least, most) {
        Some(size) => format!("{who} {got} {size} % {word}"),
        None => format!("{who} {got} {word}"),
    }
}

/// `12–31`, `12`, `0.4`.
fn percents(least: f64, most: f64) -> Option<String> {
    if !most.is_finite() {
        return None;
    }
    let text = |share: f64| {
        let percent = 100.0 * share;
        if percent < 9.95 {
            format!("{percent:.1}")
        } else {
            format!("{percent:.0}")
        }
    };
    let (least, most) = (text(least), text(most));
    Some(if least == most {
        most
    } else {
        format!("{least}–{most}")
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Commit, Point, Tolerance};
    use super::*;

    fn history(series: Vec<Series>, commits: usize) -> History {
        let commit = |index: usize| Commit {
            id: format!("{index:04}{:036}", 0),
            author: "Ada".into(),
            time: index as i64,
            subject: "Change".into(),
            measured: series
                .iter()
                .any(|it| it.points.iter().any(|point| point.commit == index)),
        };
        let mut history = History {
            commits: (0..commits).map(commit).collect(),
            series,
            effects: Vec::new(),
        };
        for series in &mut history.series {
            let findings = series.findings(Sensitivity::Normal);
            series.take(findings);
        }
        history.group();
        history
    }

    fn series(package: &str, name: &str, unit: &str, medians: &[(usize, f64)]) -> Series {
        let seed = name.len() as u64 * 77;
        let points = medians.iter().map(|&(commit, level)| {
            let hash = (commit as u64 + seed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let hash = (hash ^ (hash >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let wobble = (hash >> 40) as f64 / f64::from(1u32 << 23) - 1.0;
            let share = if unit == "allocs/op" { 0.0 } else { 0.02 };
            Point::new(commit, level * (1.0 + share * wobble))
        });
        Series {
            package: package.into(),
            tolerance: (unit == "allocs/op").then_some(Tolerance {
                absolute: 1.0,
                relative: 0.001,
            }),
            ..Series::new(name, unit, points.collect())
        }
    }

    fn step(at: usize, commits: usize, before: f64, level: f64) -> Vec<(usize, f64)> {
        let level = |commit| if commit < at { before } else { level };
        (0..commits).map(|commit| (commit, level(commit))).collect()
    }

    fn sentences(history: &History) -> Vec<String> {
        let effects = history.effects.iter();
        effects.map(|effect| history.sentence(effect)).collect()
    }

    #[test]
    fn a_commit_is_one_effect_for_each_package_and_direction() {
        let history = history(
            vec![
                series("x.y/m/codec", "Encode-8", "sec/op", &step(40, 80, 1.0, 1.1)),
                series("x.y/m/codec", "Decode-8", "sec/op", &step(40, 80, 1.0, 1.3)),
                series(
                    "x.y/m/codec",
                    "Decode-8",
                    "allocs/op",
                    &step(40, 80, 3.0, 6.0),
                ),
                series("x.y/m/codec", "Key", "sec/op", &step(40, 80, 1.0, 0.5)),
                series("x.y/m/text", "Label", "sec/op", &step(20, 80, 1.0, 2.0)),
            ],
            80,
        );
        let got = sentences(&history);
        assert_eq!(got.len(), 3, "{got:?}");
        assert_eq!(got[0], "Label in ./text got 99 % slower at 0020000000");
        assert!(
            got[1].starts_with("2 benchmarks in ./codec got "),
            "{got:?}"
        );
        assert!(
            got[1].ends_with(" % slower and Decode-8 has 100 % more allocs/op at 0040000000"),
            "{got:?}"
        );
        assert!(
            got[2].starts_with("Key in ./codec got 50 % faster at"),
            "{got:?}"
        );
    }

    #[test]
    fn what_got_worse_for_something_better_says_for_what() {
        let history = history(
            vec![
                series("m/c", "Fill", "sec/op", &step(40, 80, 1.0, 0.5)),
                series("m/c", "Fill", "allocs/op", &step(40, 80, 3.0, 6.0)),
                series("m/c", "Sort", "sec/op", &step(40, 80, 1.0, 1.5)),
            ],
            80,
        );
        let got = sentences(&history);
        let worse = got.iter().find(|it| it.contains("more allocs/op"));
        let worse = worse.expect("a sentence");
        assert!(
            worse.ends_with(
                "Fill has 100 % more allocs/op at 0040000000; traded: Fill got 50 % faster"
            ),
            "{got:?}"
        );
        let effect = history.effects.iter().find(|it| it.worse).expect("one");
        assert_eq!(history.traded_for(effect, 1), [(0, 0)]);
        assert_eq!(history.traded_for(effect, 2), []);
    }

    #[test]
    fn a_slope_is_no_trade() {
        let slope: Vec<(usize, f64)> = (0..120)
            .map(|commit| (commit, 1.0 + 0.02 * (commit.clamp(40, 80) - 40) as f64))
            .collect();
        let history = history(
            vec![
                series("p", "Fill", "sec/op", &slope),
                series("p", "Fill", "allocs/op", &step(60, 120, 6.0, 3.0)),
            ],
            120,
        );
        assert_eq!(history.series[0].changes[0].kind, Kind::Drift);
        let effect = history.effects.iter().find(|it| it.worse).expect("one");
        assert_eq!(history.traded_for(effect, 0), []);
    }

    #[test]
    fn what_another_machine_saw_moves_nobody_away() {
        // Noise has moved the last one.
        let even = |medians: Vec<(usize, f64)>| -> Vec<_> {
            medians.into_iter().filter(|it| it.0 % 2 == 0).collect()
        };
        let mut late = even(step(42, 120, 1.0, 1.2));
        late[21].1 = 1.02;
        let mut all: Vec<Series> = ["A", "Bb", "Ccc"]
            .into_iter()
            .map(|name| series("p", name, "sec/op", &even(step(42, 120, 1.0, 1.2))))
            .collect();
        all.push(series("p", "Late", "sec/op", &late));
        let odd = step(41, 120, 1.0, 1.2);
        let odd: Vec<_> = odd.into_iter().filter(|it| it.0 % 2 == 1).collect();
        let mut there = series("p", "A", "sec/op", &odd);
        there.environment = "there".into();
        all.push(there);
        let history = history(all, 120);
        let moved = history.series[3].changes[0].at;
        assert!(moved > 42, "{moved}");
        let got = sentences(&history);
        assert_eq!(got.len(), 1, "{got:?}");
        assert!(got[0].starts_with("4 benchmarks in p got"), "{got:?}");
        assert!(got[0].ends_with("slower at 0041000000"), "{got:?}");
    }

    #[test]
    fn throughput_says_what_the_time_says() {
        let history = history(
            vec![
                series("p", "Copy", "sec/op", &step(40, 80, 1.0, 2.0)),
                series("p", "Copy", "B/s", &step(40, 80, 2.0, 1.0)),
            ],
            80,
        );
        assert_eq!(history.series[1].changes.len(), 1);
        assert_eq!(history.effects.len(), 1);
        assert_eq!(history.effects[0].changes, [(0, 0)]);
    }

    #[test]
    fn unmeasured_commits_are_named() {
        let every_third = |medians: Vec<(usize, f64)>| -> Vec<_> {
            medians.into_iter().filter(|it| it.0 % 3 == 0).collect()
        };
        let history = history(
            vec![series(
                "p",
                "Copy",
                "sec/op",
                &every_third(step(60, 180, 1.0, 1.2)),
            )],
            180,
        );
        let effect = &history.effects[0];
        assert_eq!((effect.after, effect.at), (57, 60));
        let sentence = history.sentence(effect);
        assert!(
            sentence.ends_with("or one of the 2 commits before it that were not measured"),
            "{sentence}"
        );
    }

    #[test]
    fn what_machines_in_turn_saw_is_one_effect_of_one_commit() {
        // The commit 41 did it; even commits are measured here, odd ones there.
        let all = step(41, 100, 1.0, 1.4);
        let at = |rest: usize, place: &str| {
            let points: Vec<_> = all.iter().copied().filter(|it| it.0 % 2 == rest).collect();
            let mut series = series("p", "Copy", "sec/op", &points);
            series.environment = place.into();
            series
        };
        let (even, odd) = (at(0, "here"), at(1, "there"));
        let both = history(vec![even.clone(), odd.clone()], 100);
        let found = both
            .series
            .iter()
            .map(|it| (it.changes[0].after, it.changes[0].at));
        assert_eq!(found.collect::<Vec<_>>(), [(40, 42), (39, 41)]);
        let got = sentences(&both);
        assert_eq!(got.len(), 1, "{got:?}");
        assert!(got[0].ends_with(" slower at 0041000000"), "{got:?}");

        let mut quiet = odd;
        for point in &mut quiet.points {
            point.median = 1.0 + 0.01 * (point.commit % 3) as f64;
        }
        let got = sentences(&history(vec![even, quiet], 100));
        assert!(
            got[0].ends_with(
                " at 0042000000 or the commit before it, which was not measured there on here"
            ),
            "{got:?}"
        );
    }

    #[test]
    fn a_place_that_noise_has_moved_joins_the_others() {
        // The point before the step looks like one after it.
        let mut early = step(40, 80, 1.0, 1.2);
        early[39].1 = 1.2;
        let others = step(40, 80, 1.0, 1.2);
        let mut all: Vec<Series> = ["A", "Bb", "Ccc"]
            .into_iter()
            .map(|name| series("p", name, "sec/op", &others))
            .collect();
        all.push(series("p", "Early", "sec/op", &early));
        let together = history(all, 80);
        assert_eq!(together.series[3].changes[0].at, 39);
        // Ten standard deviations speak against it.
        assert_eq!(together.effects.len(), 2);

        early[39].1 = 1.03;
        early[40].1 = 1.04;
        let mut all: Vec<Series> = ["A", "Bb", "Ccc"]
            .into_iter()
            .map(|name| series("p", name, "sec/op", &others))
            .collect();
        all.push(series("p", "Late", "sec/op", &early));
        let together = history(all, 80);
        let at = together.series[3].changes[0].at;
        assert!(at > 40, "{at}");
        assert_eq!(together.effects.len(), 1);
    }

    #[test]
    fn what_was_fixed_says_so() {
        let medians: Vec<(usize, f64)> = (0..90)
            .map(|commit| (commit, if (30..60).contains(&commit) { 1.5 } else { 1.0 }))
            .collect();
        let history = history(vec![series("p", "Copy", "sec/op", &medians)], 90);
        let got = sentences(&history);
        assert!(
            got[0].ends_with("slower at 0030000000; fixed at 0060000000"),
            "{got:?}"
        );
        assert_eq!(history.effects[0].at, 30);
    }
}
