//! Finds benchmarks that seem to have been renamed.

use std::collections::{BTreeMap, BTreeSet};

use benchparse::name::Name;
use benchparse::stats::{Sample, median};
use benchparse::trend::{History, Series};

/// A benchmark that seems to have got another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameSuggestion {
    /// What it was called.
    pub old: String,
    /// What it seems to be called now.
    pub new: String,
    /// The first commit with the new name, as its place in the history.
    pub at: usize,
}

/// How far the levels of both may be apart, as a logarithm.
const LEVEL: f64 = 0.15;
/// So many points at the end of one and the beginning of the other are compared.
const POINTS: usize = 10;

/// The series of one benchmark, by unit.
type Units<'h> = BTreeMap<&'h str, &'h Series>;

/// Finds pairs of benchmarks of one package and environment where the one has its last point at the
/// measured commit right before the other's first, and their levels agree in every unit. A benchmark
/// that could be one with several others is left alone unless one of the names is far more alike.
pub(super) fn suggestions(history: &History) -> Vec<RenameSuggestion> {
    let mut groups: BTreeMap<(&str, &str), BTreeMap<&str, Units<'_>>> = BTreeMap::new();
    for series in &history.series {
        let group = groups.entry((&series.package, &series.environment));
        let units = group.or_default().entry(&series.benchmark).or_default();
        units.insert(&series.unit, series);
    }
    let mut rename_suggestions: Vec<RenameSuggestion> = Vec::new();
    for benchmarks in groups.values() {
        let mut is_measured = vec![false; history.commits.len()];
        for series in benchmarks.values().flat_map(|units| units.values()) {
            for point in &series.points {
                if let Some(is_measured) = is_measured.get_mut(point.commit) {
                    *is_measured = true;
                }
            }
        }
        let measured = is_measured.iter().enumerate();
        let measured: BTreeSet<usize> = measured
            .filter_map(|(commit, is_measured)| is_measured.then_some(commit))
            .collect();
        let last = measured.last().copied();
        let first = measured.first().copied();
        let end = |units: &Units<'_>| {
            let ends = units.values().filter_map(|it| it.points.last());
            ends.map(|point| point.commit).max()
        };
        let begin = |units: &Units<'_>| {
            let begins = units.values().filter_map(|it| it.points.first());
            begins.map(|point| point.commit).min()
        };
        let ending = benchmarks.iter().filter(|(_, units)| end(units) < last);
        let beginning: Vec<_> = benchmarks
            .iter()
            .filter(|(_, units)| begin(units) > first)
            .collect();
        for (old, units) in ending {
            let next = end(units).and_then(|end| measured.range(end + 1..).next());
            let mut candidates: Vec<(f64, &str)> = beginning
                .iter()
                .filter(|(_, others)| begin(others).as_ref() == next && are_alike(units, others))
                .map(|(new, _)| (strsim::jaro_winkler(old, new), **new))
                .collect();
            candidates.sort_by(|one, other| other.0.total_cmp(&one.0));
            let is_clear = match &candidates[..] {
                [] => false,
                [_] => true,
                [best, second, ..] => best.0 > second.0 + 0.1,
            };
            if let (Some((_, new)), true, Some(&at)) = (candidates.first(), is_clear, next) {
                let (old, new) = shortest(old, new);
                let suggestion = RenameSuggestion { old, new, at };
                if !rename_suggestions.iter().any(|it| it.old == suggestion.old) {
                    rename_suggestions.push(suggestion);
                }
            }
        }
    }
    rename_suggestions
}

/// Whether both have the same units, at the same levels.
fn are_alike(one: &Units<'_>, other: &Units<'_>) -> bool {
    one.keys().eq(other.keys())
        && one.values().zip(other.values()).all(|(one, other)| {
            let medians = one.points.iter().rev().map(|point| point.median);
            let before = median(&medians.take(POINTS).collect::<Sample>());
            let medians = other.points.iter().map(|point| point.median);
            let after = median(&medians.take(POINTS).collect::<Sample>());
            before == after || (after / before).ln().abs() <= LEVEL
        })
}

/// The base names alone where the rest of both names is the same.
fn shortest(old: &str, new: &str) -> (String, String) {
    let bases = [old, new].map(|name| Name::new(name.as_bytes()).base().len());
    let cut =
        |name: &str, at: usize| Some((name.get(..at)?.to_owned(), name.get(at..)?.to_owned()));
    match (cut(old, bases[0]), cut(new, bases[1])) {
        (Some((old_base, old_rest)), Some((new_base, new_rest)))
            if old_rest == new_rest && old_base != new_base =>
        {
            (old_base, new_base)
        }
        _ => (old.to_owned(), new.to_owned()),
    }
}
