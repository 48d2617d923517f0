//! Exports stored results as text, JSON lines and CSV.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use benchparse::format::{BenchmarkResult, Parser, Record};
use benchparse::number::shortest;
use bstr::{BString, ByteSlice as _};
use git2::Oid;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::note::Recording;

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Benchmark text with the commit as a key of each result.
    Text,
    /// One JSON object a value.
    JsonLines,
    /// One row a value, after a row of headings.
    Csv,
}

/// Writes recordings in one of the forms.
pub struct Exporter<W> {
    out: W,
    form: Form,
    /// Keys that the text before has set.
    config: Vec<BString>,
}

const HEADINGS: [&str; 17] = [
    "commit",
    "commit_time",
    "run",
    "recorded_at",
    "host",
    "go",
    "dirty",
    "labels",
    "goos",
    "goarch",
    "cpu",
    "pkg",
    "config",
    "benchmark",
    "iterations",
    "value",
    "unit",
];

/// What has a column of its own.
const COLUMNS: [&str; 4] = ["goos", "goarch", "cpu", "pkg"];

impl<W: Write> Exporter<W> {
    /// Starts an export.
    ///
    /// # Errors
    /// Whatever writing fails with.
    pub fn new(mut out: W, form: Form) -> io::Result<Self> {
        if form == Form::Csv {
            let headings = HEADINGS.map(|heading| heading.as_bytes().to_vec());
            write_row(&mut out, &headings)?;
        }
        Ok(Self {
            out,
            form,
            config: Vec::new(),
        })
    }

    /// Writes a recording of a commit.
    ///
    /// # Errors
    /// Whatever writing fails with.
    pub fn recording(
        &mut self,
        commit: Oid,
        time: Option<Timestamp>,
        recording: &Recording<'_>,
    ) -> io::Result<()> {
        if self.form == Form::Text {
            return self.text(commit, recording);
        }
        let mut parser = Parser::new();
        let mut reader = parser.read(b"", recording.readable());
        while let Some(record) = reader.next_record()? {
            if let Record::Result(result) = record {
                let measured = Measured {
                    commit,
                    time,
                    recording,
                    result,
                };
                if self.form == Form::Csv {
                    csv(&mut self.out, &measured)?;
                } else {
                    json_lines(&mut self.out, &measured)?;
                }
            }
        }
        Ok(())
    }

    /// The text as it is, after lines that unset what the recording before had set.
    fn text(&mut self, commit: Oid, recording: &Recording<'_>) -> io::Result<()> {
        for key in self.config.drain(..) {
            self.out.write_all(&key)?;
            self.out.write_all(b":\n")?;
        }
        let header = &recording.header;
        writeln!(self.out, "commit: {commit}\nrun: {}", header.id)?;
        let text = recording.readable();
        self.out.write_all(text)?;
        if !text.ends_with(b"\n") {
            self.out.write_all(b"\n")?;
        }
        let mut parser = Parser::new();
        let mut reader = parser.read(b"", text);
        while let Some(record) = reader.next_record()? {
            if let Record::Result(result) = record {
                for (key, _) in result.configs() {
                    if !self.config.iter().any(|known| known == key) {
                        self.config.push(key.into());
                    }
                }
            }
        }
        Ok(())
    }
}

/// A result of a commit, and where it was recorded.
struct Measured<'a> {
    commit: Oid,
    time: Option<Timestamp>,
    recording: &'a Recording<'a>,
    result: BenchmarkResult<'a>,
}

fn full_name(result: &BenchmarkResult<'_>) -> Vec<u8> {
    bstr::concat([b"Benchmark", result.name().full()])
}

fn csv(out: &mut impl Write, measured: &Measured<'_>) -> io::Result<()> {
    let result = &measured.result;
    let header = &measured.recording.header;
    let field = |key: &str| header.field(key).cloned().unwrap_or_default();
    let pairs = |pairs: &mut dyn Iterator<Item = (&[u8], &[u8])>| {
        let pairs: Vec<_> = pairs
            .map(|(key, value)| bstr::concat([key, b"=", value]))
            .collect();
        bstr::join(";", pairs)
    };
    let moment = |time: Option<Timestamp>| time.map_or_else(String::new, |time| time.to_string());
    let labels = header
        .labels()
        .map(|(name, value)| (name.as_bytes(), &value[..]));
    let others = result.configs();
    let others = others.filter(|(key, _)| !COLUMNS.iter().any(|column| column.as_bytes() == *key));
    let mut row: Vec<Vec<u8>> = vec![
        measured.commit.to_string().into(),
        moment(measured.time).into(),
        header.id.to_string().into(),
        moment(header.at).into(),
        field("host").into(),
        field("go").into(),
        field("dirty").into(),
        pairs(&mut labels.into_iter()),
    ];
    let column = |key: &&str| result.config_value(key).unwrap_or_default().to_vec();
    row.extend(COLUMNS.iter().map(column));
    row.push(pairs(&mut others.into_iter()));
    row.push(full_name(result));
    row.push(result.iterations().to_string().into());
    for (value, unit) in result.written_values() {
        row.truncate(HEADINGS.len() - 2);
        row.push(shortest(value).into());
        row.push(unit.to_vec());
        write_row(out, &row)?;
    }
    Ok(())
}

fn write_row(out: &mut impl Write, fields: &[Vec<u8>]) -> io::Result<()> {
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        if field.find_byteset(b",\"\r\n").is_some() {
            out.write_all(b"\"")?;
            out.write_all(&field.replace("\"", "\"\""))?;
            out.write_all(b"\"")?;
        } else {
            out.write_all(field)?;
        }
    }
    out.write_all(b"\n")
}

/// A measured value: a line of `benchcli export --format jsonl`.
#[derive(Serialize, JsonSchema)]
pub struct ExportRow<'r> {
    /// The benchmark's whole name.
    benchmark: Cow<'r, str>,
    /// The commit that was measured.
    commit: String,
    /// When it was committed, where it is here.
    commit_time: Option<String>,
    /// The configuration of the result, as `go test` printed it.
    config: BTreeMap<Cow<'r, str>, Cow<'r, str>>,
    /// Whether the working tree had changes, where that is known.
    dirty: Option<bool>,
    /// The version of Go.
    go: Option<Cow<'r, str>>,
    /// The machine's name.
    host: Option<Cow<'r, str>>,
    /// How often the benchmark's body ran.
    iterations: i64,
    /// The labels of the recording.
    labels: BTreeMap<&'r str, Cow<'r, str>>,
    /// When it was recorded.
    recorded_at: Option<String>,
    /// The id of the recording.
    run: String,
    /// The unit of the value.
    unit: Cow<'r, str>,
    /// The value.
    value: Figure,
}

/// A number; JSON has no infinities, they are texts.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Figure {
    Finite(f64),
    Other(String),
}

fn json_lines(out: &mut impl Write, measured: &Measured<'_>) -> io::Result<()> {
    let result = &measured.result;
    let header = &measured.recording.header;
    let field = |key: &str| header.field(key).map(|value| value.to_str_lossy());
    let labels = header.labels();
    let config = result.configs();
    let name = full_name(result);
    let mut row = ExportRow {
        benchmark: name.to_str_lossy(),
        commit: measured.commit.to_string(),
        commit_time: measured.time.map(|time| time.to_string()),
        config: config
            .map(|(key, value)| (key.to_str_lossy(), value.to_str_lossy()))
            .collect(),
        dirty: header.field("dirty").map(|value| value == "true"),
        go: field("go"),
        host: field("host"),
        iterations: result.iterations(),
        labels: labels
            .map(|(name, value)| (name, value.to_str_lossy()))
            .collect(),
        recorded_at: header.at.map(|at| at.to_string()),
        run: header.id.to_string(),
        unit: "".into(),
        value: Figure::Finite(0.0),
    };
    for (value, unit) in result.written_values() {
        row.value = if value.is_finite() {
            Figure::Finite(value)
        } else {
            Figure::Other(shortest(value))
        };
        row.unit = unit.to_str_lossy();
        serde_json::to_writer(&mut *out, &row)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
