//! Everything noticed in the inputs, as a single data type for all reports.

use std::collections::HashSet;

use benchparse::format::{SyntaxError, SyntaxFault};
use benchparse::input::{self, Repairs};
use benchparse::pairing::Side;
use schemars::JsonSchema;
use serde::Serialize;

/// What was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DiagnosticKind {
    /// A line that is not of the format.
    Malformed,
    /// Results that could be read only after a repair.
    Repaired,
    /// A benchmark called Skip.
    Skipped,
    /// A benchmark failed.
    Failed,
    /// A signal ended a program, or go test did after its time limit.
    Killed,
    /// A program panicked.
    Panicked,
    /// A benchmark's name without its numbers.
    NoNumbers,
    /// Numbers without the benchmark's name.
    NoName,
    /// A package failed.
    PackageFailed,
    /// A program ended with an error.
    ExitStatus,
    /// A package does not build, or cannot be listed.
    BuildFailed,
}

/// What a diagnostic means for the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Something is missing, but nothing that is judged.
    Warning,
    /// The run is incomplete.
    Incomplete,
}

/// Something noticed in an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Diagnostic {
    /// What was noticed.
    pub kind: DiagnosticKind,
    /// What it means for the outcome.
    pub severity: Severity,
    /// `base` or `head`, where two sides are compared.
    pub side: Option<&'static str>,
    /// The input as it was named.
    pub file: String,
    /// The line in it, counted from 1, where there is one.
    pub line: Option<u64>,
    /// The package, where it is known.
    pub package: Option<String>,
    /// The benchmark, with the word Benchmark, where it is known.
    pub benchmark: Option<String>,
    /// One sentence for people.
    pub message: String,
}

impl Diagnostic {
    /// A package that cannot be measured on a side, and the first thing that the go command says.
    pub fn build_failed(side: Side, package: &str, output: &str) -> Self {
        let first = output.lines().map(str::trim);
        let mut first = first.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let why = first
            .next()
            .map_or_else(String::new, |line| format!(": {line}"));
        Self {
            kind: DiagnosticKind::BuildFailed,
            severity: severity_of_failure(Some(side)),
            side: Some(side.name()),
            file: side.name().to_owned(),
            line: None,
            package: Some(package.to_owned()),
            benchmark: None,
            message: format!("{package} does not build{why}"),
        }
    }

    /// What failed, short enough for a headline: `codec.Encode`, or the package.
    pub fn subject(&self) -> String {
        let name = self.benchmark.as_deref();
        let name = name.map(|name| name.strip_prefix("Benchmark").unwrap_or(name));
        match (name, &self.package) {
            (Some(name), Some(package)) => {
                let last = package.rsplit('/').next().unwrap_or_default();
                format!("{last}.{name}")
            }
            (Some(name), None) => name.to_owned(),
            (None, Some(package)) => package.clone(),
            (None, None) => self
                .side
                .map_or_else(|| self.file.clone(), |side| format!("the {side} command")),
        }
    }

    /// The sentence with its side: `on the head: BenchmarkSort-8 failed (example.com/sort)`.
    pub fn text(&self) -> String {
        match self.side {
            Some(side) => format!("on the {side}: {}", self.message),
            None => self.message.clone(),
        }
    }

    /// Whether something failed, on whichever side.
    pub fn is_failure(&self) -> bool {
        use DiagnosticKind::{BuildFailed, ExitStatus, Failed, Killed, PackageFailed, Panicked};
        matches!(
            self.kind,
            BuildFailed | ExitStatus | Failed | Killed | PackageFailed | Panicked
        )
    }
}

/// What fails on the base only is a warning: the change may well mend it.
fn severity_of_failure(side: Option<Side>) -> Severity {
    match side {
        Some(Side::Base) => Severity::Warning,
        Some(Side::Head) | None => Severity::Incomplete,
    }
}

fn kind_of(kind: input::DiagnosticKind) -> DiagnosticKind {
    match kind {
        input::DiagnosticKind::Failed => DiagnosticKind::Failed,
        input::DiagnosticKind::Skipped => DiagnosticKind::Skipped,
        input::DiagnosticKind::Killed => DiagnosticKind::Killed,
        input::DiagnosticKind::Panicked => DiagnosticKind::Panicked,
        input::DiagnosticKind::NoNumbers => DiagnosticKind::NoNumbers,
        input::DiagnosticKind::NoName => DiagnosticKind::NoName,
        input::DiagnosticKind::PackageFailed => DiagnosticKind::PackageFailed,
        // Of a kind that is not known yet nothing better can be said.
        _ => DiagnosticKind::ExitStatus,
    }
}

/// What was noticed while one input, or all programs of one side, were read.
#[derive(Debug, Clone, Default)]
pub struct Noticed {
    /// The input as it is named.
    pub file: String,
    /// The side that it is of.
    pub side: Option<Side>,
    /// Results that were read.
    pub results: u64,
    /// Lines that are not of the format.
    pub malformed: Vec<SyntaxError>,
    /// What was repaired.
    pub repairs: Repairs,
    /// Benchmarks that gave no result.
    pub missing: input::Diagnostics,
}

/// How many benchmarks without a result are named in one line.
const NAMED: usize = 8;

impl Noticed {
    /// Nothing yet, of an input.
    pub fn new(file: impl Into<String>, side: Option<Side>) -> Self {
        Self {
            file: file.into(),
            side,
            ..Self::default()
        }
    }

    /// Takes in what was noticed in another part of the input.
    pub fn merge(&mut self, other: &Self) {
        self.results += other.results;
        self.malformed.extend(other.malformed.iter().cloned());
        self.repairs.merge(&other.repairs);
        self.missing.merge(&other.missing);
    }

    /// Whether `Unit` lines say different things about which values are better, or how they behave.
    pub fn units_contradict(&self) -> bool {
        self.malformed.iter().any(|error| {
            matches!(&error.fault, SyntaxFault::MetadataConflict { key, .. } if key == b"better" || key == b"assume")
        })
    }

    /// Everything as diagnostics, each once.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let of = |kind, severity, line, message: String| Diagnostic {
            kind,
            severity,
            side: self.side.map(Side::name),
            file: self.file.clone(),
            line,
            package: None,
            benchmark: None,
            message,
        };
        let mut all: Vec<Diagnostic> = Vec::new();
        for error in &self.malformed {
            let (kind, line) = (DiagnosticKind::Malformed, Some(error.line));
            all.push(of(kind, Severity::Warning, line, error.fault.to_string()));
        }
        for repair in self.repairs.iter() {
            let kind = DiagnosticKind::Repaired;
            all.push(of(kind, Severity::Note, None, repair.to_string()));
        }
        for missing in &self.missing {
            let kind = kind_of(missing.kind);
            let mut diagnostic = of(
                kind,
                Severity::Note,
                Some(missing.line),
                missing.to_string(),
            );
            diagnostic.package.clone_from(&missing.package);
            diagnostic.benchmark.clone_from(&missing.benchmark);
            diagnostic.severity = match kind {
                DiagnosticKind::Skipped => Severity::Note,
                DiagnosticKind::NoNumbers | DiagnosticKind::NoName => Severity::Warning,
                _ => severity_of_failure(self.side),
            };
            all.push(diagnostic);
        }
        // A program that runs in every round says the same in every round.
        let mut seen = HashSet::new();
        all.retain(|it| {
            seen.insert((
                it.kind,
                it.package.clone(),
                it.benchmark.clone(),
                it.message.clone(),
            ))
        });
        all
    }

    /// What people are told on standard error, a line for each kind of repair and one for all
    /// benchmarks without a result.
    pub fn lines(&self) -> Vec<String> {
        self.lines_about(&self.file)
    }

    /// The same, with another name for the input.
    pub fn lines_about(&self, input: &str) -> Vec<String> {
        let mut lines: Vec<String> = self
            .repairs
            .iter()
            .map(|repair| format!("{input}: {repair}"))
            .collect();
        if !self.missing.is_empty() {
            lines.push(format!("{input}: {}", named(&self.missing)));
        }
        lines
    }
}

/// The sum of what gave no result, with the first benchmarks' names.
fn named(missing: &input::Diagnostics) -> String {
    let name = |it: &input::Diagnostic| it.benchmark.clone();
    let mut names: Vec<String> = missing.iter().filter_map(name).collect();
    names.dedup();
    let shown = names.len().min(NAMED);
    let more = match names.len() - shown {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let names = names[..shown].join(", ");
    let glue = if names.is_empty() { "" } else { ": " };
    format!("{missing}{glue}{names}{more}")
}
