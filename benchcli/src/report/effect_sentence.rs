//! Describes in one sentence how a commit changed many benchmarks.

use std::collections::{BTreeMap, BTreeSet};

use benchparse::trend::{ChangePoint, CommitEffect, History, Kind, Series};

/// The effect in words, such as `9 benchmarks in ./codec got 12–31 % slower at 3f2a1b4c5d`.
pub(super) fn sentence(history: &History, effect: &CommitEffect) -> String {
    Words(history).sentence(effect)
}

/// Words about a history.
struct Words<'h>(&'h History);

/// A change that takes part in an effect.
struct EffectPart<'h> {
    series: &'h Series,
    change: &'h ChangePoint,
}

impl<'h> Words<'h> {
    /// A package as people say it: `./codec` where the packages have a beginning in common.
    fn short_package(&self, package: &str) -> String {
        let mut packages = self.0.series.iter().map(|it| it.package.as_str());
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
    fn sentence(&self, effect: &CommitEffect) -> String {
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
        let (after, at) = (self.0.short_id(effect.after), self.0.short_id(effect.at));
        let between = self
            .0
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
            format!("; fixed at {}", self.0.short_id(at))
        });
        let series: BTreeSet<usize> = effect.changes.iter().map(|it| it.0).collect();
        let gained: BTreeSet<_> = series
            .into_iter()
            .flat_map(|series| self.0.traded_for(effect, series))
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
        let changed = effect.benchmark_changed.as_ref();
        let changed = changed.map_or_else(String::new, |file| {
            format!("; the benchmark itself changed there, in {file}")
        });
        format!("{text} {place}{environment}{traded}{fixed}{changed}")
    }

    /// Changes by unit, times first.
    fn by_unit(
        &self,
        changes: impl Iterator<Item = (usize, usize)>,
    ) -> BTreeMap<(bool, &'h str), Vec<EffectPart<'h>>> {
        let mut units: BTreeMap<(bool, &str), Vec<EffectPart<'_>>> = BTreeMap::new();
        for place in changes {
            if let Some((series, change)) = self.0.change(place) {
                let unit = (series.unit != "sec/op", series.unit.as_str());
                let part = EffectPart { series, change };
                units.entry(unit).or_default().push(part);
            }
        }
        units
    }

    /// Where parts were measured, if that is one place of several.
    fn environment_of<'p>(&self, parts: impl Iterator<Item = &'p EffectPart<'h>>) -> String
    where
        'h: 'p,
    {
        let places: BTreeSet<&str> = parts.map(|it| it.series.environment.as_str()).collect();
        let is_one_of_several = |place: &str| {
            self.0
                .series
                .iter()
                .any(|series| series.environment != place)
        };
        match places.first() {
            Some(place) if places.len() == 1 && is_one_of_several(place) => {
                format!(" on {place}")
            }
            _ => String::new(),
        }
    }
}

/// `one, two and three`.
fn listed(clauses: &[String]) -> String {
    match clauses {
        [head @ .., last] if !head.is_empty() => format!("{} and {last}", head.join(", ")),
        _ => clauses.join(""),
    }
}

/// `9 benchmarks in ./codec got 12–31 % slower`.
fn clause(unit: &str, parts: &[EffectPart<'_>], place: &str) -> String {
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
    use benchparse::trend::{Commit, Point, Sensitivity};
    use benchparse::unit::Tolerance;

    use super::*;

    fn history(series: Vec<Series>, commits: usize) -> History {
        let commit = |index: usize| {
            let mut commit = Commit::new(format!("{index:04}{:036}", 0), index as i64);
            (commit.author, commit.subject) = ("Ada".into(), "Change".into());
            commit.measured = series
                .iter()
                .any(|it| it.points.iter().any(|point| point.commit == index));
            commit
        };
        let mut history = History::default();
        history.commits = (0..commits).map(commit).collect();
        history.series = series;
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
        let mut series = Series::new(name, unit, points.collect());
        series.package = package.into();
        series.tolerance = (unit == "allocs/op").then_some(Tolerance::new(1.0, 0.001));
        series
    }

    fn step(at: usize, commits: usize, before: f64, level: f64) -> Vec<(usize, f64)> {
        let level = |commit| if commit < at { before } else { level };
        (0..commits).map(|commit| (commit, level(commit))).collect()
    }

    fn sentences(history: &History) -> Vec<String> {
        let effects = history.effects.iter();
        effects.map(|effect| sentence(history, effect)).collect()
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
        let sentence = sentence(&history, effect);
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
