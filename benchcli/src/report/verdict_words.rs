//! Describes verdicts in words.

use std::collections::BTreeSet;

use benchparse::gate::{Bounds, Outcome, Reason, Report, RowVerdict, Verdict};
use benchparse::number::fixed;

use super::TRADED;
use super::verdicts::{Counts, Inputs, RowReport, SHIFTED, change_of, percent};
use crate::diagnostics::Severity;
use crate::plural::counted;
use crate::sample_counts::requirement;

/// The name of a verdict, and why it is that one.
pub(super) fn words(
    row: &RowVerdict,
    accepted_percent: Option<f64>,
    q: f64,
    timings: usize,
) -> (&'static str, Option<String>) {
    match &row.verdict {
        Verdict::Regressed => {
            let accepted = accepted_percent
                .map(|percent| format!("more than the accepted {}%", fixed(percent, 1)));
            ("regressed", worse(row, accepted))
        }
        Verdict::Traded => (TRADED, worse(row, None)),
        Verdict::Improved => ("improved", single(row)),
        Verdict::Accepted {
            reason,
            limit_percent,
        } => (
            "accepted",
            Some(format!("up to {}%: {reason}", fixed(*limit_percent, 1))),
        ),
        Verdict::Inconclusive { reason } => ("inconclusive", Some(why(reason, row, q, timings))),
        Verdict::Added => ("added", None),
        Verdict::Removed => ("removed", None),
        _ => ("unchanged", None),
    }
}

/// What is said of a row that got worse.
fn worse(row: &RowVerdict, accepted: Option<String>) -> Option<String> {
    let by_layout = row.layout.map(|layout| {
        let Bounds { low, high, .. } = layout.ratios;
        format!(
            "{} to {} by layout",
            percent(low - 1.0),
            percent(high - 1.0)
        )
    });
    let first = first_change(row).map(|first| format!("confirmed, {first} at first"));
    let parts = accepted
        .into_iter()
        .chain(single(row))
        .chain(first)
        .chain(by_layout);
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The change that the first measurement showed, where there was a second one.
fn first_change(row: &RowVerdict) -> Option<String> {
    let first = row.first?;
    Some(percent(change_of(first.worse, row.direction)))
}

fn single(row: &RowVerdict) -> Option<String> {
    row.single_sample.then(|| "from a single sample".to_owned())
}

fn why(reason: &Reason, row: &RowVerdict, q: f64, timings: usize) -> String {
    let needed = row.samples_needed.map_or_else(String::new, |needed| {
        format!(", about {needed} samples per side needed")
    });
    match reason {
        Reason::Invalid => "a value is NaN, infinite or negative".to_owned(),
        Reason::Environment { differs } => format!("the sides differ in {differs}"),
        Reason::EnvironmentShift => SHIFTED.to_owned(),
        Reason::BenchmarkChanged { change } => {
            let file = change.file.as_ref();
            let file = file.map_or_else(String::new, |file| format!(" in {file}"));
            let obstacle = change.obstacle.as_ref();
            let obstacle = obstacle.map_or_else(String::new, |it| format!(": {it}"));
            format!("benchmark changed{file}{obstacle}")
        }
        Reason::TooFew => match row.samples_needed {
            Some(least) => format!("too few samples: {}", requirement(least, q, timings)),
            None => "too few samples".to_owned(),
        },
        Reason::Layout => {
            let alone = row.layout.map_or_else(String::new, |layout| {
                let spread = fixed(layout.spread * 100.0, 1);
                format!(": relinking alone moves it by ±{spread}%")
            });
            let first = first_change(row);
            let first = first.map_or_else(String::new, |first| format!(", {first} at first"));
            format!("layout{alone}{first}")
        }
        Reason::DurationsDiffer => {
            "less than one per operation, and the samples took another time".to_owned()
        }
        Reason::NotConfirmed => match first_change(row) {
            Some(first) => format!("not confirmed, {first} at first"),
            None => "not confirmed".to_owned(),
        },
        Reason::Borderline => format!("near the threshold{needed}"),
        _ => format!("noisy{needed}"),
    }
}

/// The answer where there are no rows.
const NOTHING: &str = "nothing is compared";

/// The answer in one line.
pub(super) fn summary(report: &Report, rows: &[RowReport], counts: Counts, q: f64) -> String {
    let benchmarks = counted(report.benchmarks.len(), "benchmark");
    match report.outcome {
        Outcome::EnvironmentShift => format!(
            "environment shift: {} of {} benchmarks changed in speed at once, more than a code change explains; the machine may have changed, so no timing was judged",
            report.shift.changed, report.shift.tested
        ),
        Outcome::Regressed => {
            let failing = rows.iter().filter(|row| row.fails);
            let mut names: Vec<String> = Vec::new();
            for row in failing {
                let text = match row.verdict {
                    "regressed" | TRADED => {
                        format!("{} {} {}", row.name, row.unit, row.change_text)
                    }
                    verdict => format!("{} {} {verdict}", row.name, row.unit),
                };
                names.push(text);
            }
            let shown = names.len().min(3);
            let more = match names.len() - shown {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let shift = if report.shift.resolved {
                "; the environment shifted, so timings that were not measured again were not judged"
            } else if report.shift.detected {
                "; no timing was judged because the environment shifted"
            } else {
                ""
            };
            let is_trade = rows.iter().all(|row| !row.fails || row.verdict == TRADED);
            let what = if is_trade { TRADED } else { "regressed" };
            let failing: BTreeSet<_> = rows
                .iter()
                .filter(|row| row.fails)
                .map(|row| (&row.package, &row.benchmark))
                .collect();
            format!(
                "{what}: {}{more} ({} of {benchmarks}){shift}",
                names[..shown].join(", "),
                failing.len()
            )
        }
        Outcome::Incomplete => {
            let reason = report.rows.iter().find_map(|row| match &row.verdict {
                Verdict::Inconclusive { reason } if reason.is_mendable() => {
                    Some(why(reason, row, q, report.family))
                }
                _ => None,
            });
            let reason =
                reason.unwrap_or_else(|| "no benchmark was measured on both sides".to_owned());
            format!("incomplete: nothing could be judged: {reason} ({benchmarks})")
        }
        _ if rows.is_empty() => NOTHING.to_owned(),
        _ if counts.regressed > 0 => {
            format!("pass: regressions found, none configured to fail ({benchmarks})")
        }
        _ if counts.traded > 0 => {
            format!("pass: trade-offs found, none configured to fail ({benchmarks})")
        }
        _ if counts.inconclusive == rows.len() && !rows.is_empty() => {
            format!(
                "pass: nothing could be judged because of noise ({benchmarks}); use --fail-on-inconclusive to fail such a run"
            )
        }
        _ if counts.added == rows.len() => {
            format!("pass: new benchmarks only, nothing to compare ({benchmarks})")
        }
        _ if counts.accepted > 0 => format!(
            "pass: {} accepted, nothing else regressed ({benchmarks})",
            counted(counts.accepted, "regression")
        ),
        _ if counts.inconclusive > 0 => format!(
            "pass: no regression found, {} of {} rows inconclusive ({benchmarks})",
            counts.inconclusive,
            rows.len()
        ),
        Outcome::Pass => format!("pass: nothing got worse ({benchmarks})"),
    }
}

/// The summary of the verdicts, with what failed.
pub(super) fn whole_summary(verdicts: String, inputs: &Inputs, outcome: Outcome) -> String {
    let mut failed: Vec<String> = Vec::new();
    let mut of_benchmarks: Vec<&String> = Vec::new();
    for diagnostic in &inputs.diagnostics {
        // A package fails with its benchmark.
        if let (Some(package), Some(_)) = (&diagnostic.package, &diagnostic.benchmark)
            && diagnostic.is_failure()
        {
            of_benchmarks.push(package);
        }
    }
    for diagnostic in &inputs.diagnostics {
        if let (Some(package), None) = (&diagnostic.package, &diagnostic.benchmark)
            && of_benchmarks.contains(&package)
        {
            continue;
        }
        let counts = diagnostic.severity == Severity::Incomplete
            || (inputs.lacks_base && diagnostic.is_failure());
        let subject = diagnostic.subject();
        if counts && !failed.contains(&subject) {
            failed.push(subject);
        }
    }
    let same = inputs.same_binaries.len();
    let verdicts = if verdicts == NOTHING && same > 0 {
        format!(
            "pass: nothing to measure, {} on both sides",
            match same {
                1 => "the test binary of the only package is the same".to_owned(),
                _ => format!("the test binaries of all {same} packages are the same"),
            }
        )
    } else {
        verdicts
    };
    let Some(first) = failed
        .first()
        .filter(|_| inputs.is_incomplete || inputs.lacks_base)
    else {
        return verdicts;
    };
    let more = match failed.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let base = match inputs.lacks_base && !inputs.is_incomplete {
        // The subject names the side.
        true if first == "the base command" => ", so nothing is compared",
        true => " on the base, so nothing is compared",
        false => "",
    };
    match outcome {
        Outcome::Regressed => format!("{verdicts}; {first}{more} failed"),
        Outcome::Incomplete => format!("{verdicts}; {first}{more} failed{base}"),
        _ => {
            let verdicts = verdicts.strip_prefix("pass: ").unwrap_or(&verdicts);
            if verdicts == NOTHING && !base.is_empty() {
                return format!("incomplete: {first}{more} failed{base}");
            }
            format!("incomplete: {first}{more} failed{base}; {verdicts}")
        }
    }
}
