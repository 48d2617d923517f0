//! Summarizes a recorded text: its environments and its number of samples.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use benchparse::format::{BenchmarkResult, ConfigId, Parser, Record, Symbol, SyntaxError};
use benchparse::input::Diagnostics;
use bstr::{BStr, BString, ByteSlice as _};
use jiff::Timestamp;
use serde::Serialize;

use super::header::Header;
use super::note::{Note, Recording, headers};
use crate::measured_marks::Marks;

/// The machine of a result as `go test` names it; what it does not say is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Environment {
    /// The operating system.
    pub goos: BString,
    /// The processor's architecture.
    pub goarch: BString,
    /// The processor's model.
    pub cpu: BString,
    /// Whether each binary was measured in several layouts of its code, as `benchcli run` does, or in the one that the
    /// go command gives it. Times of both are not alike.
    pub varies_layouts: bool,
}

/// What is added to the name of an environment where binaries were measured in several layouts.
pub const SEVERAL_LAYOUTS: &str = "several layouts";

/// The field of a header that says in how many layouts.
const LAYOUTS: &str = "layouts";

/// What is in a text.
#[derive(Debug, Clone, Default)]
pub struct Contents {
    /// Different benchmarks, by package and name.
    pub benchmarks: usize,
    /// Results.
    pub samples: usize,
    /// In how many layouts of its code each binary was measured; none where that was not controlled.
    pub layouts: usize,
    /// The environments of the results.
    pub environments: BTreeSet<Environment>,
    /// Lines that are no results and should be.
    pub errors: Vec<SyntaxError>,
    /// What failed, was skipped or printed no result.
    pub diagnostics: Diagnostics,
}

/// The numbers of a recording, as its header has them or its text.
#[derive(Debug, Clone, Copy, Default, Serialize, schemars::JsonSchema)]
pub struct Counts {
    /// Different benchmarks, by package and name.
    pub benchmarks: usize,
    /// Results.
    pub samples: usize,
}

const GOOS: &str = "goos";
const GOARCH: &str = "goarch";
const CPU: &str = "cpu";
const BENCHMARKS: &str = "benchmarks";
const SAMPLES: &str = "samples";

impl Contents {
    /// Reads a text; errors are said to be of `label`.
    pub fn of(label: &[u8], text: &[u8]) -> Self {
        Self::of_all([(label, text)])
    }

    /// Reads several texts, each with its label.
    pub fn of_all<'t>(texts: impl IntoIterator<Item = (&'t [u8], &'t [u8])>) -> Self {
        let mut count = Count::default();
        let mut parser = Parser::new();
        for (label, text) in texts {
            count.begin(text);
            let mut reader = parser.read(label, text);
            // Reading from memory does not fail.
            while let Ok(Some(record)) = reader.next_record() {
                count.add(record);
            }
            count.contents.diagnostics.merge(reader.diagnostics());
        }
        count.finish()
    }

    /// Reads texts that this program stored, which need no repair.
    fn of_stored<'t>(texts: impl IntoIterator<Item = &'t [u8]>) -> Self {
        let mut count = Count::default();
        let mut parser = Parser::new();
        for text in texts {
            count.begin(text);
            parser.begin(b"", b"");
            for (line, number) in text.lines().zip(1..) {
                parser.line(line, number);
                while let Some(record) = parser.record() {
                    count.add(record);
                }
            }
        }
        count.finish()
    }

    /// Writes the numbers into a header, and the environment where there is only one.
    pub fn describe(&self, header: &mut Header) {
        let mut push = |key: &str, value: BString| header.fields.push((key.into(), value));
        if self.layouts > 0 {
            push(LAYOUTS, self.layouts.to_string().into());
        }
        if let (Some(only), 1) = (self.environments.first(), self.environments.len()) {
            for (key, value) in only.pairs() {
                if !value.is_empty() {
                    push(key, value.into());
                }
            }
        }
        push(BENCHMARKS, self.benchmarks.to_string().into());
        push(SAMPLES, self.samples.to_string().into());
    }
}

/// Contents while they are read by one parser.
#[derive(Default)]
struct Count {
    contents: Contents,
    names: HashSet<(Option<Symbol>, Symbol)>,
    configs: HashSet<(ConfigId, bool)>,
    varies_layouts: bool,
}

impl Count {
    fn begin(&mut self, text: &[u8]) {
        let layouts = Marks::of(text).layouts();
        self.varies_layouts = layouts > 1;
        self.contents.layouts = self.contents.layouts.max(layouts);
    }

    fn add(&mut self, record: Record<'_>) {
        match record {
            Record::Result(result) => {
                self.contents.samples += 1;
                let package = result.config_symbol("pkg");
                self.names.insert((package, result.name_symbol()));
                if self
                    .configs
                    .insert((result.config_id(), self.varies_layouts))
                {
                    let environment = Environment::of(&result, self.varies_layouts);
                    self.contents.environments.insert(environment);
                }
            }
            Record::Error(error) => self.contents.errors.push(error),
            _ => {}
        }
    }

    fn finish(mut self) -> Contents {
        self.contents.benchmarks = self.names.len();
        self.contents
    }
}

impl Environment {
    /// The environment of a result.
    pub fn of(result: &BenchmarkResult<'_>, varies_layouts: bool) -> Self {
        let value = |key: &str| BString::from(result.config_value(key).unwrap_or_default());
        Self {
            goos: value(GOOS),
            goarch: value(GOARCH),
            cpu: value(CPU),
            varies_layouts,
        }
    }

    /// Keys and values.
    pub fn pairs(&self) -> [(&'static str, &BStr); 3] {
        [
            (GOOS, self.goos.as_bstr()),
            (GOARCH, self.goarch.as_bstr()),
            (CPU, self.cpu.as_bstr()),
        ]
    }

    /// Whether results of both may be compared: whatever both know is equal, and both were measured in several layouts
    /// or both in one.
    pub fn is_like(&self, other: &Self) -> bool {
        self.varies_layouts == other.varies_layouts && self.is_same_machine(other)
    }

    /// Whether both may be of the same machine: whatever both know of it is equal.
    pub fn is_same_machine(&self, other: &Self) -> bool {
        let pairs = self.pairs().into_iter().zip(other.pairs());
        pairs
            .into_iter()
            .all(|((_, one), (_, other))| one.is_empty() || other.is_empty() || one == other)
    }

    /// `linux/amd64, AMD EPYC 7B13; several layouts`.
    pub fn summary(&self) -> String {
        let system = match (self.goos.is_empty(), self.goarch.is_empty()) {
            (false, false) => format!("{}/{}", self.goos, self.goarch),
            _ => format!("{}{}", self.goos, self.goarch),
        };
        let machine = match (system.is_empty(), self.cpu.is_empty()) {
            (true, true) => "unknown".into(),
            (false, false) => format!("{system}, {}", self.cpu),
            _ => format!("{system}{}", self.cpu),
        };
        if self.varies_layouts {
            return format!("{machine}; {SEVERAL_LAYOUTS}");
        }
        machine
    }
}

impl Recording<'_> {
    /// The environments of the results.
    pub fn environments(&self) -> BTreeSet<Environment> {
        match from_header(&self.header) {
            Some(environment) => BTreeSet::from([environment]),
            None => Contents::of(b"", self.readable()).environments,
        }
    }
}

/// Whether a header says that binaries were measured in several layouts.
pub fn varies_layouts(header: &Header) -> bool {
    let count = header
        .field(LAYOUTS)
        .and_then(|count| count.to_str().ok()?.parse().ok());
    count.is_some_and(|count: u32| count > 1)
}

/// The one environment that a header names.
pub(super) fn from_header(header: &Header) -> Option<Environment> {
    let value = |key| header.field(key).cloned().unwrap_or_default();
    let environment = Environment {
        goos: value(GOOS),
        goarch: value(GOARCH),
        cpu: value(CPU),
        varies_layouts: varies_layouts(header),
    };
    let is_known = environment
        .pairs()
        .iter()
        .any(|(_, value)| !value.is_empty());
    is_known.then_some(environment)
}

/// The numbers that a header has.
pub(super) fn counts_from_header(header: &Header) -> Option<Counts> {
    let value = |key| header.field(key)?.to_str().ok()?.parse().ok();
    Some(Counts {
        benchmarks: value(BENCHMARKS)?,
        samples: value(SAMPLES)?,
    })
}

/// What is in a note, as far as possible from its headers.
#[derive(Debug, Clone, Default)]
pub struct NoteSummary {
    /// Benchmarks and samples of all recordings together.
    pub counts: Counts,
    /// Recordings, found text with results included.
    pub recordings: usize,
    /// Where they were made.
    pub environments: BTreeSet<Environment>,
    /// Labels as `name=value`.
    pub labels: BTreeSet<String>,
    /// Whether one was made from a changed working tree.
    pub dirty: bool,
    /// When the last was made.
    pub last_recorded: Option<Timestamp>,
    /// What is not as `benchcli` wrote it.
    pub faults: Vec<String>,
}

impl NoteSummary {
    /// Looks at a note's text.
    pub fn of(text: &[u8]) -> Self {
        if let Some(headers) = headers(text)
            && let [(header, _)] = &headers[..]
            && let (Some(counts), Some(environment)) =
                (counts_from_header(header), from_header(header))
        {
            let mut summary = Self {
                counts,
                environments: BTreeSet::from([environment]),
                ..Self::default()
            };
            summary.add(header);
            return summary;
        }
        let mut summary = Self::default();
        let contents = if let Some(headers) = headers(text) {
            let mut texts = BTreeMap::new();
            for (header, body) in headers {
                if texts.insert(header.id, body).is_none() {
                    summary.add(&header);
                }
            }
            Contents::of_stored(texts.into_values())
        } else {
            let note = Note::parse(text);
            let recordings = note.recordings();
            for recording in &recordings {
                summary.add(&recording.header);
                let fault = recording.fault().map(|fault| fault.to_string());
                summary.faults.extend(fault);
            }
            Contents::of_all(recordings.iter().map(|it| (&b""[..], it.readable())))
        };
        summary.counts = Counts {
            benchmarks: contents.benchmarks,
            samples: contents.samples,
        };
        summary.environments = contents.environments;
        summary
    }

    fn add(&mut self, header: &Header) {
        let labels = header
            .labels()
            .map(|(name, value)| format!("{name}={value}"));
        self.labels.extend(labels);
        self.dirty |= header.is_dirty();
        self.last_recorded = self.last_recorded.max(header.at);
        self.recordings += 1;
    }
}
