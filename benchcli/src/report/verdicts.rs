//! The report of a check as plain data; every format is rendered from it.

use benchparse::gate::Outcome;
use benchparse::number::fixed;
use benchparse::unit::Direction;
use schemars::JsonSchema;
use serde::Serialize;

use super::TRADED;
pub use super::row_metadata::RowMetadata;
use crate::diagnostics::{Diagnostic, Severity};
use crate::profile::Explained;

/// The name and version of the JSON report; the number grows when a reader would break.
pub const SCHEMA: &str = "benchcli-check/3";

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
    /// Packages that were not measured, as their test binaries are the same on both sides: nothing in them changed.
    pub same_binaries: Vec<SameBinary>,
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
    /// What contributes to the regressions, where that was asked for.
    pub explained: Vec<Explained>,
    /// The command that measures the failing rows again, where this program measured them.
    pub reproduce: Option<String>,
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
    /// In how many rounds, of those benchmarks that took most; none where results of files were judged.
    pub rounds: usize,
    /// How the sides took turns: abba or random; nothing where the base was not measured again.
    pub order: Option<&'static str>,
    /// Where the order was drawn from.
    pub seed: u64,
    /// How quiet the machine was.
    pub machine: String,
    /// In how many layouts of its code each binary was measured; nothing where layouts are not controlled.
    pub layouts: Option<usize>,
    /// Why layouts are not controlled although they should be.
    pub uncontrolled: Option<String>,
    /// In how many rounds the rows that may have regressed were measured again.
    pub confirming_rounds: usize,
}

/// A package that was not measured, as its test binary is the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SameBinary {
    /// Its import path.
    pub package: String,
    /// Its benchmarks without the word Benchmark.
    pub benchmarks: Vec<String>,
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
    /// How far the layout of the code alone moves the benchmark, relative to its mean; 0.02 is 2 %. Nothing where that
    /// is not known, or too small to be seen.
    pub layout: Option<f64>,
    /// The change from one pair of layouts to another, smallest and largest, where layouts differ.
    pub change_by_layout: Option<[f64; 2]>,
    /// The change that the first measurement showed, where the row was measured again.
    pub first_change: Option<f64>,
    /// How far the odd rounds of a side are from its even ones, of both sides the larger; 0.02 is
    /// 2 %. What differs less may well be noise. Only for timings that were measured in turn.
    pub floor: Option<f64>,
    /// How many values a side should settle a row without a verdict.
    pub samples_needed: Option<u32>,
    /// Whose benchmark both sides ran, base or head, where the benchmark itself differs between them.
    pub benchmark_of: Option<&'static str>,
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
    /// Packages that were not measured.
    pub same_binaries: Vec<SameBinary>,
    /// What was noticed in them.
    pub diagnostics: Vec<Diagnostic>,
    /// Settings that have no effect.
    pub stale: Vec<String>,
    /// Whether something failed that should have been judged.
    pub is_incomplete: bool,
    /// Whether the base failed in all that could have been compared.
    pub lacks_base: bool,
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

impl Counts {
    pub(super) fn of(rows: &[RowReport]) -> Self {
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

/// New over old, minus 1, from how much worse the new side is.
pub(super) fn change_of(worse: f64, direction: Direction) -> f64 {
    match direction {
        Direction::Lower => worse - 1.0,
        Direction::Higher => 1.0 / worse - 1.0,
    }
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
