//! Generated inputs, and what a reader finds in them.

use benchparse::format::{Parser, Reader, Record, RepairMode};
use proptest::prelude::*;

/// A line of an input.
#[derive(Debug, Clone)]
pub(crate) enum Line {
    Config(String, String),
    Unit(String),
    Result(ResultLine),
    /// What `go test` and programs print besides.
    Log(String),
}

#[derive(Debug, Clone)]
pub(crate) struct ResultLine {
    pub(crate) name: String,
    pub(crate) iterations: i64,
    pub(crate) measured: Vec<(f64, String)>,
}

impl std::fmt::Display for Line {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Config(key, value) => writeln!(out, "{key}: {value}"),
            Self::Unit(text) => writeln!(out, "Unit {text}"),
            Self::Log(text) => writeln!(out, "{text}"),
            Self::Result(result) => {
                write!(out, "Benchmark{}\t{}", result.name, result.iterations)?;
                for (value, unit) in &result.measured {
                    write!(out, "\t{value} {unit}")?;
                }
                writeln!(out)
            }
        }
    }
}

pub(crate) fn text_of(lines: &[Line]) -> String {
    lines.iter().map(ToString::to_string).collect()
}

pub(crate) fn name() -> impl Strategy<Value = String> {
    const PARTS: [&str; 7] = ["", "/n=10", "/n=1k", "/format=json", "/x", "/é", "/n="];
    (
        prop::sample::select(&["A", "Encode", "x_1", ""][..]),
        prop::sample::select(&PARTS[..]),
        prop::sample::select(&PARTS[..]),
        prop::sample::select(&["", "-8", "-16"][..]),
    )
        .prop_map(|(base, one, two, procs)| format!("{base}{one}{two}{procs}"))
}

fn unit() -> impl Strategy<Value = String> {
    let units = ["ns/op", "B/op", "allocs/op", "MB/s", "sec", "p99-ns", "µs"];
    prop::sample::select(units.to_vec()).prop_map(str::to_owned)
}

/// Any value that Go prints, the odd ones too.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => (0u32..100_000).prop_map(|value| f64::from(value) / 16.0),
        2 => any::<f64>().prop_map(|value| if value.is_nan() { f64::NAN } else { value }),
        1 => prop::sample::select(&[0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN][..]),
    ]
}

pub(crate) fn result() -> impl Strategy<Value = ResultLine> {
    let measured = prop::collection::vec((value(), unit()), 1..4);
    (name(), any::<i64>(), measured).prop_map(|(name, iterations, measured)| ResultLine {
        name,
        iterations,
        measured,
    })
}

pub(crate) fn line() -> impl Strategy<Value = Line> {
    const LOGS: [&str; 7] = [
        "",
        "PASS",
        "ok  \texample.com/p\t1.2s",
        "    a_test.go:12: hello",
        "BenchmarkLone",
        "2024/05/01 12:00:00 starting",
        "--- BENCH: BenchmarkA-8",
    ];
    prop_oneof![
        5 => result().prop_map(Line::Result),
        2 => (prop::sample::select(&["goos", "pkg", "cpu", "é-1"][..]), "(linux|a b |darwin: x|µ)?")
            .prop_map(|(key, value)| Line::Config(key.to_owned(), value)),
        1 => (unit(), prop::sample::select(&[" assume=exact", " better=higher k=", ""][..]))
            .prop_map(|(unit, fields)| Line::Unit(unit + fields)),
        2 => prop::sample::select(&LOGS[..]).prop_map(|text| Line::Log(text.to_owned())),
    ]
}

pub(crate) fn lines() -> impl Strategy<Value = Vec<Line>> {
    prop::collection::vec(line(), 0..24)
}

/// What a reader says, with everything that can be told of it; numbers by their bits.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) results: Vec<FoundResult>,
    pub(crate) lines: Vec<u64>,
    pub(crate) units: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)>,
    pub(crate) errors: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FoundResult {
    /// Sorted: the order of keys is no part of what a file says.
    pub(crate) config: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) name: Vec<u8>,
    pub(crate) iterations: i64,
    /// Value and unit, and both as they were written.
    pub(crate) measured: Vec<Pair>,
    pub(crate) written: Vec<Option<Pair>>,
}

pub(crate) type Pair = (u64, Vec<u8>);

pub(crate) fn read(text: &[u8], repair_mode: RepairMode) -> Found {
    let mut parser = Parser::new();
    parser.begin(b"f", b"f");
    let mut reader = Reader::with_repair_mode(&mut parser, text, repair_mode);
    let mut found = Found::default();
    while let Some(record) = reader.next_record().expect("reading from memory") {
        match record {
            Record::Result(result) => {
                let symbols = result.symbols();
                let pair = |(value, unit): (f64, _)| {
                    (
                        value.to_bits(),
                        symbols.text(unit).expect("a text").to_vec(),
                    )
                };
                let mut config: Vec<_> = result
                    .configs()
                    .map(|(key, value)| (key.to_vec(), value.to_vec()))
                    .collect();
                config.sort();
                let measurements = result.measurements().iter();
                found.lines.push(result.line());
                found.results.push(FoundResult {
                    config,
                    name: result.name().full().to_vec(),
                    iterations: result.iterations(),
                    measured: measurements
                        .clone()
                        .map(|m| pair((m.value, m.unit)))
                        .collect(),
                    written: measurements.map(|m| m.written.map(pair)).collect(),
                });
            }
            Record::Unit(unit) => {
                found
                    .units
                    .push((unit.unit.into(), unit.key.into(), unit.value.into()));
            }
            Record::Error(error) => found.errors.push(error.to_string()),
            _ => {}
        }
    }
    found
}
