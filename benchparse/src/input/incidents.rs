//! Benchmarks that produced no result, and the reasons.

use std::fmt;

use bstr::ByteSlice as _;
#[cfg(feature = "serde")]
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// The kinds of incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum IncidentKind {
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

impl IncidentKind {
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// What happened.
    pub kind: IncidentKind,
    /// The benchmark, with the word `Benchmark`, where it is known.
    pub benchmark: Option<String>,
    /// The import path of the package, where it is known.
    pub package: Option<String>,
    /// What the output says of it; may be empty.
    pub detail: String,
    /// The line, counted from 1.
    pub line: u64,
}

impl fmt::Display for Incident {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let benchmark = self.benchmark.as_deref();
        let package = self.package.as_deref();
        let (subject, place) = match (self.kind, benchmark) {
            (IncidentKind::NoName, _) => ("a result", package),
            (IncidentKind::PackageFailed, _) => (package.unwrap_or("a package"), None),
            (_, Some(name)) => (name, package),
            (_, None) => ("the run", package),
        };
        out.write_str(subject)?;
        match self.kind {
            IncidentKind::Failed | IncidentKind::PackageFailed | IncidentKind::ExitStatus => {
                out.write_str(" failed")
            }
            IncidentKind::Skipped => out.write_str(" was skipped"),
            IncidentKind::Killed => out.write_str(" was killed"),
            IncidentKind::Panicked => out.write_str(" panicked"),
            IncidentKind::NoNumbers => out.write_str(" printed no result"),
            IncidentKind::NoName => out.write_str(" has no name"),
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
impl Serialize for Incident {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Incident", 6)?;
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

/// All incidents of an input.
///
/// Its `Display` sums them up: `2 benchmarks failed, 1 was skipped`. Serialises as the list of
/// incidents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Incidents {
    seen: Vec<Incident>,
    counts: [u64; IncidentKind::ALL.len()],
}

impl Incidents {
    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.counts == [0; IncidentKind::ALL.len()]
    }

    /// How many there were of a kind.
    pub fn count(&self, kind: IncidentKind) -> u64 {
        self.counts[kind as usize]
    }

    /// The incidents in the order of the input. Of very many only the first thousand are kept;
    /// [`Incidents::count`] knows of all.
    pub fn iter(&self) -> impl Iterator<Item = &Incident> {
        self.seen.iter()
    }

    /// Adds the incidents of another input.
    pub fn merge(&mut self, other: &Self) {
        let room = KEPT.saturating_sub(self.seen.len());
        self.seen.extend(other.seen.iter().take(room).cloned());
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts) {
            *mine += theirs;
        }
    }

    pub(super) fn add(&mut self, incident: Incident) {
        self.counts[incident.kind as usize] += 1;
        if self.seen.len() < KEPT {
            self.seen.push(incident);
        }
    }

    /// The incident added last, if it is of this kind.
    pub(super) fn take_last(&mut self, kind: IncidentKind) -> Option<Incident> {
        let last = self.seen.pop_if(|last| last.kind == kind)?;
        self.counts[kind as usize] -= 1;
        Some(last)
    }

    /// Says which benchmark the incident added last is about.
    pub(super) fn complete_last(&mut self, package: &[u8], benchmark: &[u8]) {
        if let Some(last) = self.seen.last_mut() {
            last.benchmark = Some(benchmark.to_str_lossy().into_owned());
            last.package = Some(package.to_str_lossy().into_owned());
        }
    }

    pub(super) fn last(&self) -> Option<&Incident> {
        self.seen.last()
    }
}

impl fmt::Display for Incidents {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for (kind, count) in IncidentKind::ALL.into_iter().zip(self.counts) {
            let (one, many) = match kind {
                _ if count == 0 => continue,
                IncidentKind::Failed => ("benchmark failed", "benchmarks failed"),
                IncidentKind::Skipped => ("benchmark was skipped", "benchmarks were skipped"),
                IncidentKind::Killed => ("run was killed", "runs were killed"),
                IncidentKind::Panicked => ("panic was printed", "panics were printed"),
                IncidentKind::NoNumbers => (
                    "benchmark printed no result",
                    "benchmarks printed no result",
                ),
                IncidentKind::NoName => ("result has no name", "results have no name"),
                IncidentKind::PackageFailed => ("package failed", "packages failed"),
                IncidentKind::ExitStatus => ("run failed", "runs failed"),
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
impl Serialize for Incidents {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incident(kind: IncidentKind, detail: &str) -> Incident {
        Incident {
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
                IncidentKind::Failed,
                "",
                "BenchmarkSort-8 failed (example.com/sort)",
            ),
            (
                IncidentKind::Killed,
                "signal: killed",
                "BenchmarkSort-8 was killed: signal: killed (example.com/sort)",
            ),
            (
                IncidentKind::PackageFailed,
                "exit status 2",
                "example.com/sort failed: exit status 2",
            ),
        ] {
            assert_eq!(incident(kind, detail).to_string(), sentence);
        }
    }

    #[test]
    fn all_are_summed_up() {
        let mut incidents = Incidents::default();
        incidents.add(incident(IncidentKind::Skipped, ""));
        incidents.add(incident(IncidentKind::Failed, ""));
        incidents.add(incident(IncidentKind::Failed, ""));
        assert_eq!(
            incidents.to_string(),
            "2 benchmarks failed, 1 benchmark was skipped"
        );
    }

    #[test]
    fn counts_go_on_where_the_list_ends() {
        let mut incidents = Incidents::default();
        for _ in 0..2500 {
            incidents.add(incident(IncidentKind::Panicked, "again"));
        }
        assert_eq!(incidents.count(IncidentKind::Panicked), 2500);
        assert_eq!(incidents.iter().count(), KEPT);
    }
}
