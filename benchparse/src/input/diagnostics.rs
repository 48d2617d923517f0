//! Benchmarks that produced no result, and the reasons.

use std::fmt;

use bstr::ByteSlice as _;
#[cfg(feature = "serde")]
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// The kinds of diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum DiagnosticKind {
    /// `--- FAIL: BenchmarkX`.
    Failed,
    /// `--- SKIP: BenchmarkX`.
    Skipped,
    /// A signal ended the run, or `go test` did after its time limit.
    Killed,
    /// `panic: …` or `fatal error: …`.
    Panicked,
    /// A benchmark's name was printed and its numbers never came.
    NoNumbers,
    /// A benchmark's numbers without its name.
    NoName,
    /// `FAIL pkg …`.
    PackageFailed,
    /// `exit status N` of something that is not a package.
    ExitStatus,
}

impl DiagnosticKind {
    const ALL: [Self; 8] = [
        Self::Failed,
        Self::Skipped,
        Self::Killed,
        Self::Panicked,
        Self::NoNumbers,
        Self::NoName,
        Self::PackageFailed,
        Self::ExitStatus,
    ];
}

/// Something that cost results.
///
/// Its `Display` is one sentence without line and full stop, such as `BenchmarkSort-8 failed
/// (example.com/sort)`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Diagnostic {
    /// What happened.
    pub kind: DiagnosticKind,
    /// The benchmark, with the word `Benchmark`, where it is known.
    pub benchmark: Option<String>,
    /// The import path of the package, where it is known.
    pub package: Option<String>,
    /// What the output says of it; may be empty.
    pub detail: String,
    /// The line, counted from 1.
    pub line: u64,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let benchmark = self.benchmark.as_deref();
        let package = self.package.as_deref();
        let (subject, place) = match (self.kind, benchmark) {
            (DiagnosticKind::NoName, _) => ("a result", package),
            (DiagnosticKind::PackageFailed, _) => (package.unwrap_or("a package"), None),
            (_, Some(name)) => (name, package),
            (_, None) => ("the run", package),
        };
        out.write_str(subject)?;
        match self.kind {
            DiagnosticKind::Failed | DiagnosticKind::PackageFailed | DiagnosticKind::ExitStatus => {
                out.write_str(" failed")
            }
            DiagnosticKind::Skipped => out.write_str(" was skipped"),
            DiagnosticKind::Killed => out.write_str(" was killed"),
            DiagnosticKind::Panicked => out.write_str(" panicked"),
            DiagnosticKind::NoNumbers => out.write_str(" printed no result"),
            DiagnosticKind::NoName => out.write_str(" has no name"),
        }?;
        if !self.detail.is_empty() {
            write!(out, ": {}", self.detail)?;
        }
        if let Some(package) = place {
            write!(out, " ({package})")?;
        }
        Ok(())
    }
}

#[cfg(feature = "serde")]
impl Serialize for Diagnostic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Diagnostic", 6)?;
        fields.serialize_field("kind", &self.kind)?;
        fields.serialize_field("benchmark", &self.benchmark)?;
        fields.serialize_field("package", &self.package)?;
        fields.serialize_field("detail", &self.detail)?;
        fields.serialize_field("line", &self.line)?;
        fields.serialize_field("message", &self.to_string())?;
        fields.end()
    }
}

/// More than this are only counted.
const KEPT: usize = 1000;

/// All diagnostics of an input.
///
/// Its `Display` sums them up: `2 benchmarks failed, 1 was skipped`. Serialises as the list of
/// diagnostics.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics {
    seen: Vec<Diagnostic>,
    counts: [u64; DiagnosticKind::ALL.len()],
}

impl Diagnostics {
    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.counts == [0; DiagnosticKind::ALL.len()]
    }

    /// How many there were of a kind.
    pub fn count(&self, kind: DiagnosticKind) -> u64 {
        self.counts[kind as usize]
    }

    /// The diagnostics in the order of the input. Of very many only the first thousand are kept;
    /// [`Diagnostics::count`] knows of all.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.seen.iter()
    }

    /// Adds the diagnostics of another input.
    pub fn merge(&mut self, other: &Self) {
        let room = KEPT.saturating_sub(self.seen.len());
        self.seen.extend(other.seen.iter().take(room).cloned());
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts) {
            *mine += theirs;
        }
    }

    pub(super) fn add(&mut self, diagnostic: Diagnostic) {
        self.counts[diagnostic.kind as usize] += 1;
        if self.seen.len() < KEPT {
            self.seen.push(diagnostic);
        }
    }

    /// The diagnostic added last, if it is of this kind.
    pub(super) fn take_last(&mut self, kind: DiagnosticKind) -> Option<Diagnostic> {
        let last = self.seen.pop_if(|last| last.kind == kind)?;
        self.counts[kind as usize] -= 1;
        Some(last)
    }

    /// Says which benchmark the diagnostic added last is about.
    pub(super) fn complete_last(&mut self, package: &[u8], benchmark: &[u8]) {
        if let Some(last) = self.seen.last_mut() {
            last.benchmark = Some(benchmark.to_str_lossy().into_owned());
            last.package = Some(package.to_str_lossy().into_owned());
        }
    }

    pub(super) fn last(&self) -> Option<&Diagnostic> {
        self.seen.last()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.seen.iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for (kind, count) in DiagnosticKind::ALL.into_iter().zip(self.counts) {
            let (one, many) = match kind {
                _ if count == 0 => continue,
                DiagnosticKind::Failed => ("benchmark failed", "benchmarks failed"),
                DiagnosticKind::Skipped => ("benchmark was skipped", "benchmarks were skipped"),
                DiagnosticKind::Killed => ("run was killed", "runs were killed"),
                DiagnosticKind::Panicked => ("panic was printed", "panics were printed"),
                DiagnosticKind::NoNumbers => (
                    "benchmark printed no result",
                    "benchmarks printed no result",
                ),
                DiagnosticKind::NoName => ("result has no name", "results have no name"),
                DiagnosticKind::PackageFailed => ("package failed", "packages failed"),
                DiagnosticKind::ExitStatus => ("run failed", "runs failed"),
            };
            if !first {
                out.write_str(", ")?;
            }
            first = false;
            write!(out, "{count} {}", if count == 1 { one } else { many })?;
        }
        Ok(())
    }
}

#[cfg(feature = "serde")]
impl Serialize for Diagnostics {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagnostic(kind: DiagnosticKind, detail: &str) -> Diagnostic {
        Diagnostic {
            kind,
            benchmark: Some("BenchmarkSort-8".into()),
            package: Some("example.com/sort".into()),
            detail: detail.into(),
            line: 3,
        }
    }

    #[test]
    fn each_is_a_sentence() {
        for (kind, detail, sentence) in [
            (
                DiagnosticKind::Failed,
                "",
                "BenchmarkSort-8 failed (example.com/sort)",
            ),
            (
                DiagnosticKind::Killed,
                "signal: killed",
                "BenchmarkSort-8 was killed: signal: killed (example.com/sort)",
            ),
            (
                DiagnosticKind::PackageFailed,
                "exit status 2",
                "example.com/sort failed: exit status 2",
            ),
        ] {
            assert_eq!(diagnostic(kind, detail).to_string(), sentence);
        }
    }

    #[test]
    fn all_are_summed_up() {
        let mut diagnostics = Diagnostics::default();
        diagnostics.add(diagnostic(DiagnosticKind::Skipped, ""));
        diagnostics.add(diagnostic(DiagnosticKind::Failed, ""));
        diagnostics.add(diagnostic(DiagnosticKind::Failed, ""));
        assert_eq!(
            diagnostics.to_string(),
            "2 benchmarks failed, 1 benchmark was skipped"
        );
    }

    #[test]
    fn counts_go_on_where_the_list_ends() {
        let mut diagnostics = Diagnostics::default();
        for _ in 0..2500 {
            diagnostics.add(diagnostic(DiagnosticKind::Panicked, "again"));
        }
        assert_eq!(diagnostics.count(DiagnosticKind::Panicked), 2500);
        assert_eq!(diagnostics.iter().count(), KEPT);
    }
}
