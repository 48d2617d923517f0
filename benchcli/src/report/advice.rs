//! Advice on how to make the next run more informative.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use benchparse::gate::{Finding, Policy, Report, RowVerdict, Target, Timings, Verdict, findings};
use benchparse::number::fixed;
use benchparse::unit::{Direction, DirectionBasis, ValueClass as Class};

use super::row_metadata::RowMetadata;
use crate::plural::counted;
use crate::sample_counts::least;

/// One or two lines that help most with the next run.
pub(super) fn advice(report: &Report, metadata: &[RowMetadata], policy: &Policy) -> Vec<String> {
    let mut advice = Vec::new();
    let timings: Vec<&RowVerdict> = report
        .rows
        .iter()
        .filter(|row| row.class == Class::Timing && row.tests.is_some())
        .collect();
    if !policy.interleaved && !timings.is_empty() {
        advice.push(
            "all old runs came before all new runs, so machine drift can look like a change; \
             use `benchcli run` to interleave them"
                .to_owned(),
        );
    }
    if let Some(line) = best_finding(report, metadata, &timings, policy) {
        advice.push(line);
    }
    advice.extend(guessed_directions(report, metadata));
    advice.extend(other_times(report));
    advice
}

/// Says of which units the direction was guessed, where the guess decided a verdict.
fn guessed_directions(report: &Report, metadata: &[RowMetadata]) -> Vec<String> {
    let mut guesses: BTreeMap<(bool, bool), BTreeSet<&str>> = BTreeMap::new();
    for (row, of_row) in report.rows.iter().zip(metadata) {
        let is_decided = row.verdict.is_regression()
            || matches!(row.verdict, Verdict::Improved | Verdict::Accepted { .. });
        let is_guess = matches!(
            of_row.direction_basis,
            DirectionBasis::Name | DirectionBasis::Assumed
        );
        if is_decided && is_guess && of_row.gated {
            let is_named = of_row.direction_basis == DirectionBasis::Name;
            let units = guesses.entry((row.direction == Direction::Higher, is_named));
            units.or_default().insert(&row.key.unit);
        }
    }
    let say = |((is_higher, is_named), units): ((bool, bool), BTreeSet<&str>)| {
        let (better, other) = if is_higher {
            ("higher", "lower")
        } else {
            ("lower", "higher")
        };
        let from = if is_named {
            "judging by the name"
        } else {
            "as for any unit whose name says nothing else"
        };
        let shown: Vec<&str> = units.iter().take(UNITS_NAMED).copied().collect();
        let more = match units.len() - shown.len() {
            0 => String::new(),
            more => format!(" and {}", counted(more, "more unit")),
        };
        format!(
            "{}{more}: {better} values are assumed to be better, {from}; to change that, add a line \
             `Unit {} better={other}` to the results or a [[rule]] with direction = \"{other}\" to benchcli.toml",
            shown.join(", "),
            shown.first().unwrap_or(&""),
        )
    };
    guesses.into_iter().map(say).collect()
}

/// How many units a sentence about them names.
const UNITS_NAMED: usize = 3;

/// Says that the sides were measured with another -benchtime.
fn other_times(report: &Report) -> Option<String> {
    let benchmarks: BTreeSet<(&str, &str)> = report
        .rows
        .iter()
        .filter(|row| row.durations_differ)
        .map(|row| (row.key.table.as_str(), row.key.benchmark.as_str()))
        .collect();
    (!benchmarks.is_empty()).then(|| {
        format!(
            "the samples of {} took at least 4 times as long on one side, as with another -benchtime; \
             measure both sides with the same one",
            counted(benchmarks.len(), "benchmark")
        )
    })
}

/// The finding that says most about how to measure better.
fn best_finding(
    report: &Report,
    metadata: &[RowMetadata],
    timings: &[&RowVerdict],
    policy: &Policy,
) -> Option<String> {
    let (aim, bytes) = (aim(report, policy), bytes(report, metadata));
    let found: Vec<Finding> = report
        .rows
        .iter()
        .zip(metadata)
        .filter(|(row, _)| row.key.unit == "sec/op")
        .flat_map(|(row, of_row)| noticed(row, of_row, &aim, &bytes))
        .collect();
    let count = |is: fn(&Finding) -> bool| found.iter().filter(|finding| is(finding)).count();
    let some = |is, phrase: &dyn Fn(&str) -> String| match count(is) {
        0 => None,
        count => Some(phrase(&counted(count, "benchmark"))),
    };
    let spread = spread_line(report, timings, policy);
    some(
        |finding| matches!(finding, Finding::OptimizedAway { .. }),
        &|of| format!("{of} below 0.5 ns/op: the compiler probably optimized the loop away"),
    )
    .or(spread)
    .or_else(|| {
        some(
            |finding| matches!(finding, Finding::TooShort { .. }),
            &|of| {
                format!(
                    "{of} below 10 ms or 5 iterations per sample; use a longer -benchtime to reduce the noise"
                )
            },
        )
    })
    .or_else(|| {
        some(
            |finding| matches!(finding, Finding::SetupCounted { .. }),
            &|of| {
                format!("{of} with setup in the measured time; use b.Loop or b.ResetTimer to exclude it")
            },
        )
    })
}

/// What a difference should be, and at which level, to be found.
pub(super) fn aim(report: &Report, policy: &Policy) -> Target {
    let tests = report.family.max(1) as f64;
    Target::new(report.threshold, policy.q / tests)
}

/// The new side's B/op of benchmarks by their table and name.
pub(super) type Bytes<'c> = HashMap<(&'c str, &'c str), &'c [f64]>;

pub(super) fn bytes<'c>(report: &'c Report, metadata: &'c [RowMetadata]) -> Bytes<'c> {
    let rows = report.rows.iter().zip(metadata);
    rows.filter(|(row, _)| row.key.unit == "B/op")
        .map(|(row, of_row)| {
            let key = (row.key.table.as_str(), row.key.benchmark.as_str());
            (key, &of_row.sides[1].values[..])
        })
        .collect()
}

/// What is noticed about the new side of a timing.
pub(super) fn noticed(
    row: &RowVerdict,
    of_row: &RowMetadata,
    aim: &Target,
    bytes: &Bytes<'_>,
) -> Vec<Finding> {
    let side = &of_row.sides[1];
    let key = (row.key.table.as_str(), row.key.benchmark.as_str());
    let iterations = side.iterations.iter();
    let bytes = bytes.get(&key).copied().unwrap_or_default();
    let mut timings = Timings::default();
    timings.seconds.clone_from(&side.values);
    timings.iterations = iterations.map(|&count| count.max(0) as u64).collect();
    timings.bytes = bytes.to_vec();
    findings(&timings, aim)
}

/// How much the timings spread, and what would help.
fn spread_line(report: &Report, timings: &[&RowVerdict], policy: &Policy) -> Option<String> {
    let mut spreads: Vec<f64> = timings
        .iter()
        .filter_map(|row| Some(row.old?.spread.max(row.new?.spread)))
        .filter(|spread| spread.is_finite())
        .collect();
    spreads.sort_by(f64::total_cmp);
    let spread = *spreads
        .get(spreads.len() / 2)
        .filter(|spread| **spread > 0.02)?;
    let sizes = timings
        .iter()
        .filter_map(|row| Some(row.old?.n.min(row.new?.n)));
    let samples = sizes.min().unwrap_or_default().max(1);
    let aim = aim(report, policy);
    let seen = benchparse::stats::detectable_difference(spread, samples, aim.level)?;
    let least = least(policy, report.family)?;
    let needed = benchparse::stats::detecting_count(spread, aim.difference, aim.level)?.max(least);
    if samples < least as usize {
        return Some(format!(
            "half of the timings vary by {}% or more; to detect a difference of {}%, measure {needed} samples per side",
            fixed(spread * 100.0, 1),
            fixed(aim.difference * 100.0, 0),
        ));
    }
    Some(format!(
        "half of the timings vary by {}% or more: {} can detect a difference of {}%; to detect {}%, measure {} samples per side",
        fixed(spread * 100.0, 1),
        counted(samples, "sample"),
        fixed(seen * 100.0, 0),
        fixed(aim.difference * 100.0, 0),
        needed,
    ))
}

/// What is noticed about a timing, for information: it says nothing about its verdict.
pub(super) fn remark(finding: &Finding) -> Option<String> {
    Some(match finding {
        Finding::Outliers { count, of } => format!("{count} of {of} values are outliers"),
        Finding::Bimodal { lower, upper, gap } => format!(
            "two groups of values, {lower} and {upper}, {}% apart",
            fixed(gap * 100.0, 0)
        ),
        Finding::SetupCounted { fewest, most } => {
            format!("B/op varies with b.N ({fewest} to {most}), so setup is in the measurement")
        }
        Finding::TooShort {
            seconds,
            iterations,
        } => format!(
            "a sample takes only {} ms or {}",
            fixed(seconds * 1000.0, 1),
            counted(*iterations as usize, "iteration")
        ),
        Finding::OptimizedAway { .. } => "the compiler probably optimized the loop away".to_owned(),
        _ => return None,
    })
}
