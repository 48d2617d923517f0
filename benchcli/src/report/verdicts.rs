//! What a check found, as plain data: the one model that all its reports are made from.

use benchparse::gate::{
    Action, Class, Direction, Outcome, Policy, Reason, Report, RowVerdict, Verdict,
};
use benchparse::number::fixed;
use benchparse::pairing::Measurements;
use benchparse::stats::{Sample, median};
use benchparse::unit::{self, Scale};
use schemars::JsonSchema;
use serde::Serialize;

use super::TRADED;
use super::advice::{advice, aim, bytes, noticed, remark};
pub use super::row_metadata::RowMetadata;
use crate::diagnostics::{Diagnostic, Severity};
use crate::profile::Explained;
use crate::wording::counted;

/// The name and version of the JSON report; the number grows when a reader would break.
pub const SCHEMA: &str = "benchcli-check/2";

/// Why a timing has no verdict where too many changed at once.
pub(super) const SHIFTED: &str = "the environment shifted";

/// The answer to a check.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CheckReport {
    /// Name and version of this format.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// What to do with the build: regressed, incomplete, environment-shift or pass; the first of
    /// these that holds.
    #[schemars(with = "String", extend("enum" = ["regressed", "incomplete", "environment-shift", "pass"]))]
    pub outcome: Outcome,
    /// The exit status of the program.
    pub exit: u8,
    /// The answer in one line.
    pub summary: String,
    /// How many rows have each verdict.
    pub counts: Counts,
    /// What was applied.
    pub applied: Applied,
    /// What was compared with what.
    pub sides: [String; 2],
    /// How it was measured, where this program did it.
    pub measured: Option<Measured>,
    /// The rows, worst first.
    pub rows: Vec<RowReport>,
    /// What was noticed in the inputs: failed, skipped and malformed benchmarks, and repairs.
    pub diagnostics: Vec<Diagnostic>,
    /// The benchmarks that bought something: better in one unit, worse in another.
    pub traded: Vec<String>,
    /// Settings that have no effect: acceptances that ended or match nothing, rules and gated units
    /// without rows, commit trailers that cannot be read.
    pub stale: Vec<String>,
    /// What would make the next run tell more.
    pub advice: Vec<String>,
    /// Who pays for what got worse, where that was asked for.
    pub explained: Vec<Explained>,
}

/// How many rows have each verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// Worse.
    pub regressed: usize,
    /// Worse, of a benchmark that is better in another unit.
    pub traded: usize,
    /// Worse, and accepted.
    pub accepted: usize,
    /// Better.
    pub improved: usize,
    /// The same.
    pub unchanged: usize,
    /// Without a verdict.
    pub inconclusive: usize,
    /// New benchmarks.
    pub added: usize,
    /// Benchmarks that are gone.
    pub removed: usize,
}

/// The rule that was applied.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Applied {
    /// The relative change that matters; 0.03 is 3 %.
    pub threshold: f64,
    /// The false discovery rate.
    pub q: f64,
    /// The fewest values a side.
    pub min_samples: usize,
    /// Whether the sides were measured in turn.
    pub interleaved: bool,
    /// Whether a shift of the environment is disregarded.
    pub assume_stable: bool,
    /// How many timing rows were tested together.
    pub family: usize,
    /// What is done about what was traded: fail, warn or ignore.
    pub traded: &'static str,
}

/// How both sides were measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Measured {
    /// In how many rounds, of those benchmarks that took most.
    pub rounds: usize,
    /// How the sides took turns: abba or random; nothing where the base was not measured again.
    pub order: Option<&'static str>,
    /// Where the order was drawn from.
    pub seed: u64,
    /// How quiet the machine was.
    pub machine: String,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RowReport {
    /// The import path, empty where it is not known.
    pub package: String,
    /// The benchmark's name without the word Benchmark.
    pub benchmark: String,
    /// The name for people: with the end of its package where a run has several.
    pub name: String,
    /// The unit, tidied.
    pub unit: String,
    /// regressed, traded, accepted, improved, unchanged, inconclusive, added or removed. Traded is
    /// what got worse of a benchmark that is better in another unit.
    #[schemars(extend("enum" = [
        "regressed", "traded", "accepted", "improved", "unchanged", "inconclusive", "added", "removed"
    ]))]
    pub verdict: &'static str,
    /// Why there is no verdict, or why a regression is accepted.
    pub reason: Option<String>,
    /// Whether the row fails the run.
    pub fails: bool,
    /// Whether the row may fail a run.
    pub gated: bool,
    /// The baseline.
    pub old: Option<SideReport>,
    /// The new side.
    pub new: Option<SideReport>,
    /// New over old, minus 1; 0.05 is 5 % more. Nothing where there is none, or it is infinite.
    pub change: Option<f64>,
    /// The change for people.
    pub change_text: String,
    /// The 95 % interval of the change, where there is one.
    pub interval: Option<[f64; 2]>,
    /// One-sided p of "worse", adjusted over all rows.
    pub q_worse: Option<f64>,
    /// One-sided p of "better", adjusted over all rows.
    pub q_better: Option<f64>,
    /// The relative change that matters here.
    pub threshold: f64,
    /// How far the odd rounds of a side are from its even ones, of both sides the larger; 0.02 is
    /// 2 %. What differs less may well be noise. Only for timings that were measured in turn.
    pub floor: Option<f64>,
    /// How many values a side should settle a row without a verdict.
    pub samples_needed: Option<u32>,
    /// What is noticed about how the new side was measured. For information: it does not predict
    /// whether a verdict is right.
    pub remarks: Vec<String>,
}

/// One side of a row.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SideReport {
    /// The median.
    pub median: Option<f64>,
    /// The median for people.
    pub text: String,
    /// The spread relative to the median; nothing where it is infinite.
    pub spread: Option<f64>,
    /// The values in the order they were measured; nothing for one that is NaN or infinite.
    pub samples: Vec<Option<f64>>,
}

/// What is known of the inputs.
#[derive(Debug)]
pub struct Inputs {
    /// What base and head are called.
    pub names: [String; 2],
    /// How both were measured, where this program did it.
    pub measured: Option<Measured>,
    /// What was noticed in them.
    pub diagnostics: Vec<Diagnostic>,
    /// Settings that have no effect.
    pub stale: Vec<String>,
    /// Whether something failed that should have been judged.
    pub is_incomplete: bool,
    /// Whether the base failed in all that could have been compared.
    pub lacks_base: bool,
}

/// Makes the model.
pub fn model(
    report: &Report,
    metadata: &[RowMetadata],
    policy: &Policy,
    inputs: Inputs,
) -> CheckReport {
    let (aim, bytes) = (aim(report, policy), bytes(report, metadata));
    let mut rows: Vec<(f64, RowReport)> = report
        .rows
        .iter()
        .zip(metadata)
        .map(|(verdict, metadata)| {
            let mut row = row(verdict, metadata, policy);
            if row.unit == "sec/op" {
                let found = noticed(verdict, metadata, &aim, &bytes);
                row.remarks = found.iter().filter_map(remark).collect();
            }
            (severity(verdict), row)
        })
        .collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut rows: Vec<RowReport> = rows.into_iter().map(|(_, row)| row).collect();
    name_rows(&mut rows);
    let counts = Counts::of(&rows);
    let traded = report.benchmarks.iter();
    let traded = traded.filter(|benchmark| benchmark.verdict == Verdict::Traded);
    let outcome = if inputs.is_incomplete || inputs.lacks_base {
        report.outcome.and(Outcome::Incomplete)
    } else {
        report.outcome
    };
    CheckReport {
        schema: SCHEMA,
        outcome,
        exit: outcome.exit_code(),
        summary: whole_summary(summary(report, &rows, counts), &inputs, report.outcome),
        counts,
        applied: Applied {
            threshold: report.threshold,
            q: policy.q,
            min_samples: policy.min_samples,
            interleaved: policy.interleaved,
            assume_stable: policy.assume_stable,
            family: report.family,
            traded: match policy.on_traded {
                Action::Fail => "fail",
                Action::Warn => "warn",
                Action::Ignore => "ignore",
            },
        },
        sides: inputs.names,
        measured: inputs.measured,
        advice: advice(report, metadata, policy),
        rows,
        diagnostics: inputs.diagnostics,
        traded: traded.map(|of| of.benchmark.clone()).collect(),
        stale: inputs.stale,
        explained: Vec::new(),
    }
}

impl CheckReport {
    /// What failed, so that the run is incomplete.
    pub fn failures(&self) -> impl Iterator<Item = &Diagnostic> {
        let all = self.diagnostics.iter();
        all.filter(|it| it.severity == Severity::Incomplete)
    }

    /// What is worth a word and costs nothing that is judged.
    pub fn warnings(&self) -> impl Iterator<Item = &Diagnostic> {
        let all = self.diagnostics.iter();
        all.filter(|it| it.severity == Severity::Warning)
    }
}

/// The summary of the verdicts, with what failed.
fn whole_summary(verdicts: String, inputs: &Inputs, outcome: Outcome) -> String {
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
    let base = if inputs.lacks_base && !inputs.is_incomplete {
        " on the base, so that nothing is compared"
    } else {
        ""
    };
    match outcome {
        Outcome::Regressed => format!("{verdicts}; {first}{more} failed"),
        Outcome::Incomplete => format!("{verdicts}; {first}{more} failed{base}"),
        _ => {
            let verdicts = verdicts.strip_prefix("pass: ").unwrap_or(&verdicts);
            format!("incomplete: {first}{more} failed{base}; {verdicts}")
        }
    }
}

impl Counts {
    fn of(rows: &[RowReport]) -> Self {
        let count = |verdict| rows.iter().filter(|row| row.verdict == verdict).count();
        Self {
            regressed: count("regressed"),
            traded: count(TRADED),
            accepted: count("accepted"),
            improved: count("improved"),
            unchanged: count("unchanged"),
            inconclusive: count("inconclusive"),
            added: count("added"),
            removed: count("removed"),
        }
    }

    /// The counts that are not zero, for people.
    pub fn text(&self) -> String {
        let parts = [
            (self.regressed, "regressed"),
            (self.traded, TRADED),
            (self.accepted, "accepted"),
            (self.improved, "improved"),
            (self.unchanged, "unchanged"),
            (self.inconclusive, "inconclusive"),
            (self.added, "added"),
            (self.removed, "removed"),
        ];
        let shown = parts.iter().filter(|(count, _)| *count > 0);
        let texts: Vec<String> = shown
            .map(|(count, name)| format!("{count} {name}"))
            .collect();
        texts.join(", ")
    }
}

/// Failing rows first, then by how much they changed for the worse.
fn severity(row: &RowVerdict) -> f64 {
    let rank = match &row.verdict {
        _ if row.action == Action::Fail => 6.0,
        Verdict::Regressed | Verdict::Traded => 5.0,
        Verdict::Accepted { .. } => 4.0,
        Verdict::Inconclusive { .. } => 3.0,
        Verdict::Removed => 2.5,
        Verdict::Improved => 2.0,
        Verdict::Added => 1.5,
        _ => 1.0,
    };
    let worse = row.effect.map_or(0.0, |effect| effect.worse.ln());
    // Changes of any size stay within their rank.
    rank + if worse.is_nan() {
        0.0
    } else {
        worse.clamp(-700.0, 700.0) / 10_000.0
    }
}

fn row(verdict: &RowVerdict, metadata: &RowMetadata, policy: &Policy) -> RowReport {
    let (name, reason) = words(verdict);
    let unit = verdict.key.unit.as_bytes();
    let medians = [&verdict.old, &verdict.new].map(|side| side.map(|side| side.median));
    let finite = medians
        .into_iter()
        .flatten()
        .filter(|median| median.is_finite());
    let scale = Scale::for_values(finite, unit::Class::of(unit));
    let side = |place: usize| {
        let side = [verdict.old, verdict.new][place]?;
        let spread = if side.n > 1 && side.spread.is_finite() {
            format!(" ± {}%", fixed(side.spread * 100.0, 0))
        } else {
            String::new()
        };
        Some(SideReport {
            median: Some(side.median).filter(|median| median.is_finite()),
            text: scale.format(side.median) + &spread,
            spread: Some(side.spread).filter(|spread| spread.is_finite()),
            samples: metadata.sides[place]
                .values
                .iter()
                .map(|&value| in_json(value))
                .collect(),
        })
    };
    let turn = |worse: f64| match verdict.direction {
        Direction::Lower => worse - 1.0,
        Direction::Higher => 1.0 / worse - 1.0,
    };
    let change = verdict.effect.map(|effect| turn(effect.worse));
    let interval = verdict
        .effect
        .and_then(|effect| effect.interval)
        .map(|bounds| {
            let ends = [turn(bounds.low), turn(bounds.high)];
            if ends[0] <= ends[1] {
                ends
            } else {
                [ends[1], ends[0]]
            }
        });
    RowReport {
        package: metadata.package.clone(),
        benchmark: verdict.key.benchmark.clone(),
        name: verdict.key.benchmark.clone(),
        unit: verdict.key.unit.clone(),
        verdict: name,
        reason,
        fails: verdict.action == Action::Fail,
        gated: metadata.gated,
        old: side(0),
        new: side(1),
        change: change.filter(|change| change.is_finite()),
        change_text: change.map_or_else(String::new, percent),
        interval: interval.filter(|ends| ends.iter().all(|end| end.is_finite())),
        q_worse: verdict.tests.map(|tests| tests.q_worse),
        q_better: verdict.tests.map(|tests| tests.q_better),
        threshold: verdict.threshold,
        floor: (policy.interleaved && verdict.class == Class::Timing)
            .then(|| noise_floor(&metadata.sides))
            .flatten(),
        samples_needed: verdict.samples_needed,
        remarks: Vec::new(),
    }
}

/// The fewest rounds whose halves are compared.
const FLOOR_ROUNDS: usize = 4;

/// How far the medians of odd and even rounds are apart, of both sides the larger.
fn noise_floor(sides: &[Measurements; 2]) -> Option<f64> {
    let halves = |values: &[f64]| {
        let half = |first| values.iter().skip(first).step_by(2).copied().collect();
        let [odd, even] = [0, 1].map(|first| median(&Sample::new(half(first))));
        if odd == even {
            return Some(0.0);
        }
        let apart = f64::max(odd / even, even / odd) - 1.0;
        apart.is_finite().then_some(apart)
    };
    let enough = sides.iter().all(|side| side.values.len() >= FLOOR_ROUNDS);
    let [old, new] = enough.then(|| sides.each_ref().map(|side| halves(&side.values)))?;
    Some(old?.max(new?))
}

/// What JSON has as a number.
fn in_json(value: f64) -> Option<f64> {
    Some(value).filter(|value| value.is_finite())
}

/// Names rows as Go does, `codec.Encode-8`, with as much of the package as tells packages apart.
fn name_rows(rows: &mut [RowReport]) {
    let packages: Vec<&str> = rows.iter().map(|row| &*row.package).collect();
    let Some(prefix) = common_folders(&packages) else {
        return;
    };
    for row in rows {
        row.name = in_package(&row.package, &row.benchmark, prefix);
    }
}

/// How long the path is that all packages begin with; nothing where there is but one package.
pub(crate) fn common_folders(packages: &[&str]) -> Option<usize> {
    let first = packages.first()?;
    if packages.iter().all(|package| package == first) {
        return None;
    }
    let common = packages.iter().fold(first.len(), |length, package| {
        let same = first.bytes().zip(package.bytes());
        length.min(same.take_while(|(a, b)| a == b).count())
    });
    let slash = first.as_bytes()[..common]
        .iter()
        .rposition(|byte| *byte == b'/');
    Some(slash.map_or(0, |slash| slash + 1))
}

/// `codec.Encode-8`, without so much of the package.
pub(crate) fn in_package(package: &str, benchmark: &str, prefix: usize) -> String {
    let package = package.get(prefix..).unwrap_or(package);
    format!("{package}.{benchmark}")
}

/// A relative change in percent with its sign.
pub(crate) fn percent(change: f64) -> String {
    let text = fixed(change * 100.0, 2);
    let sign = if text.starts_with(['-', '+']) {
        ""
    } else {
        "+"
    };
    format!("{sign}{text}%")
}

fn words(row: &RowVerdict) -> (&'static str, Option<String>) {
    match &row.verdict {
        Verdict::Regressed => ("regressed", single(row)),
        Verdict::Traded => (TRADED, single(row)),
        Verdict::Improved => ("improved", single(row)),
        Verdict::Accepted {
            reason,
            limit_percent,
        } => (
            "accepted",
            Some(format!("up to {}%: {reason}", fixed(*limit_percent, 1))),
        ),
        Verdict::Inconclusive { reason } => ("inconclusive", Some(why(reason, row))),
        Verdict::Added => ("added", None),
        Verdict::Removed => ("removed", None),
        _ => ("unchanged", None),
    }
}

fn single(row: &RowVerdict) -> Option<String> {
    row.single_sample.then(|| "from a single sample".to_owned())
}

fn why(reason: &Reason, row: &RowVerdict) -> String {
    let needed = row.samples_needed.map_or_else(String::new, |needed| {
        format!(", {needed} samples would settle it")
    });
    match reason {
        Reason::Invalid => "a value is NaN, infinite or negative".to_owned(),
        Reason::Environment { differs } => format!("the sides differ in {differs}"),
        Reason::EnvironmentShift => SHIFTED.to_owned(),
        Reason::TooFew => match row.samples_needed {
            Some(needed) => format!("too few samples, needs {needed}"),
            None => "too few samples".to_owned(),
        },
        Reason::Borderline => format!("near the threshold{needed}"),
        _ => format!("noisy{needed}"),
    }
}

fn summary(report: &Report, rows: &[RowReport], counts: Counts) -> String {
    let benchmarks = counted(report.benchmarks.len(), "benchmark");
    match report.outcome {
        Outcome::EnvironmentShift => format!(
            "environment shift: {} of {} timings changed at once, more than code does; the machine may have changed, so no timing is judged",
            report.shift.changed, report.family
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
            let shift = if report.shift.detected {
                "; no timing is judged, the environment shifted"
            } else {
                ""
            };
            let is_trade = rows.iter().all(|row| !row.fails || row.verdict == TRADED);
            let what = if is_trade { TRADED } else { "regressed" };
            format!(
                "{what}: {}{more} ({benchmarks}){shift}",
                names[..shown].join(", ")
            )
        }
        Outcome::Incomplete => {
            let reason = report.rows.iter().find_map(|row| match &row.verdict {
                Verdict::Inconclusive { reason } if reason.is_mendable() => Some(why(reason, row)),
                _ => None,
            });
            let reason = reason.unwrap_or_else(|| "no row has two sides".to_owned());
            format!("incomplete: nothing could be judged: {reason} ({benchmarks})")
        }
        _ if rows.is_empty() => "nothing is compared".to_owned(),
        _ if counts.regressed > 0 => {
            format!("pass: regressions found, none configured to fail ({benchmarks})")
        }
        _ if counts.traded > 0 => {
            format!("pass: trade-offs found, none configured to fail ({benchmarks})")
        }
        _ if counts.inconclusive == rows.len() && !rows.is_empty() => {
            format!(
                "pass: nothing could be judged, the noise hides any change ({benchmarks}); \
                 --fail-on-inconclusive fails such a run"
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
