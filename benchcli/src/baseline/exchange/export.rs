//! Stored results as text, JSON lines and CSV.

use std::io::{self, Write};

use benchparse::format::{BenchmarkResult, Parser, Record};
use benchparse::number::shortest;
use bstr::{BString, ByteSlice as _};
use git2::Oid;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

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
                if self.form == Form::Csv {
                    csv(&mut self.out, commit, time, recording, &result)?;
                } else {
                    json_lines(&mut self.out, commit, time, recording, &result)?;
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
                for (key, _) in result.config().texts(result.symbols()) {
                    if !self.config.iter().any(|known| known == key) {
                        self.config.push(key.into());
                    }
                }
            }
        }
        Ok(())
    }
}

/// Values and units as they were written.
fn measured<'r>(result: &BenchmarkResult<'r>) -> impl Iterator<Item = (f64, &'r [u8])> {
    let symbols = result.symbols();
    result.measurements().iter().map(|it| {
        let (value, unit) = it.written.unwrap_or((it.value, it.unit));
        (value, symbols.text(unit))
    })
}

fn full_name(result: &BenchmarkResult<'_>) -> Vec<u8> {
    bstr::concat([b"Benchmark", result.name().full()])
}

fn csv(
    out: &mut impl Write,
    commit: Oid,
    time: Option<Timestamp>,
    recording: &Recording<'_>,
    result: &BenchmarkResult<'_>,
) -> io::Result<()> {
    let header = &recording.header;
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
    let others = result.config().texts(result.symbols());
    let others = others.filter(|(key, _)| !COLUMNS.iter().any(|column| column.as_bytes() == *key));
    let mut row: Vec<Vec<u8>> = vec![
        commit.to_string().into(),
        moment(time).into(),
        header.id.to_string().into(),
        moment(header.at).into(),
        field("host").into(),
        field("go").into(),
        field("dirty").into(),
        pairs(&mut labels.into_iter()),
    ];
    row.extend(
        COLUMNS
            .iter()
            .map(|key| result.config_value(key.as_bytes()).to_vec()),
    );
    row.push(pairs(&mut others.into_iter()));
    row.push(full_name(result));
    row.push(result.iterations().to_string().into());
    for (value, unit) in measured(result) {
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

fn json_lines(
    out: &mut impl Write,
    commit: Oid,
    time: Option<Timestamp>,
    recording: &Recording<'_>,
    result: &BenchmarkResult<'_>,
) -> io::Result<()> {
    fn text(bytes: &[u8]) -> Value {
        bytes.to_str_lossy().into()
    }

    let header = &recording.header;
    let labels = header
        .labels()
        .map(|(name, value)| (name.to_owned(), text(value)));
    let config = result.config().texts(result.symbols());
    let config = config.map(|(key, value)| (key.to_str_lossy().into_owned(), text(value)));
    let mut row = Map::new();
    let mut set = |key: &str, value: Value| row.insert(key.into(), value);
    set("commit", commit.to_string().into());
    set("commit_time", time.map(|time| time.to_string()).into());
    set("run", header.id.to_string().into());
    set("recorded_at", header.at.map(|at| at.to_string()).into());
    for key in ["host", "go"] {
        set(
            key,
            header.field(key).map_or(Value::Null, |value| text(value)),
        );
    }
    set(
        "dirty",
        header.field("dirty").map(|value| value == "true").into(),
    );
    set("labels", Value::Object(labels.collect()));
    set("config", Value::Object(config.collect()));
    set("benchmark", text(&full_name(result)));
    set("iterations", result.iterations().into());
    for (value, unit) in measured(result) {
        // JSON has no infinities.
        let value = if value.is_finite() {
            json!(value)
        } else {
            shortest(value).into()
        };
        row.insert("value".into(), value);
        row.insert("unit".into(), text(unit));
        serde_json::to_writer(&mut *out, &row)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
