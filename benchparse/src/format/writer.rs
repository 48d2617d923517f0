//! Writes records as text.

use std::io::{self, Write};

use bstr::BString;

use super::owned::OwnedResult;
use super::record::{BenchmarkResult, UnitMetadata};
use crate::number::shortest;

/// Writes records in the format that they are read from.
///
/// Before each result whose configuration differs from the last one written stands a block that sets
/// what is new and takes back what is gone. What is written reads back as the same results, value for
/// value and bit for bit.
///
/// ```
/// use benchparse::format::{Parser, Record, Writer};
///
/// let text = b"goos: linux\nBenchmarkA-8  \t 100 \t 5.0 ns/op\nPASS\n";
/// let mut parser = Parser::new();
/// let mut reader = parser.read(b"f", &text[..]);
/// let mut writer = Writer::new(Vec::new());
/// while let Some(record) = reader.next_record()? {
///     if let Record::Result(result) = record {
///         writer.result(&result)?;
///     }
/// }
/// assert_eq!(writer.into_inner(), b"goos: linux\n\nBenchmarkA-8 100 5 ns/op\n");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    /// Keys in the order they were first written, with their values.
    config: Vec<(BString, BString)>,
    file: Option<BString>,
    wrote_result: bool,
}

impl<W: Write> Writer<W> {
    /// A writer to `out`. It writes in small pieces: give it a buffer.
    pub fn new(out: W) -> Self {
        Self {
            out,
            config: Vec::new(),
            file: None,
            wrote_result: false,
        }
    }

    /// Writes what a `Unit` line said, as a line of its own.
    ///
    /// # Errors
    /// Whatever writing fails with.
    pub fn unit(&mut self, metadata: UnitMetadata<'_>) -> io::Result<()> {
        let parts: [&[u8]; 7] = [
            b"Unit ",
            metadata.unit,
            b" ",
            metadata.key,
            b"=",
            metadata.value,
            b"\n",
        ];
        self.out.write_all(&bstr::concat(parts))
    }

    /// Writes a result, its values as they were written where tidying changed them.
    ///
    /// # Errors
    /// Whatever writing fails with.
    pub fn result(&mut self, result: &BenchmarkResult<'_>) -> io::Result<()> {
        if result.measurements().is_empty() {
            return Ok(());
        }
        self.configuration(
            result.label(),
            |key| result.config_value(key),
            result.configs(),
        )?;
        self.line(
            result.name().full(),
            result.iterations(),
            result.written_values(),
        )
    }

    /// Writes a result that was kept, changed or built. One without values is left out.
    ///
    /// # Errors
    /// Whatever writing fails with.
    pub fn owned(&mut self, result: &OwnedResult) -> io::Result<()> {
        if result.values().len() == 0 {
            return Ok(());
        }
        self.configuration(
            result.label(),
            |key| result.config_value(key),
            result.configs(),
        )?;
        self.line(result.name().full(), result.iterations(), result.values())
    }

    fn line<'v>(
        &mut self,
        name: &[u8],
        iterations: i64,
        values: impl Iterator<Item = (f64, &'v [u8])>,
    ) -> io::Result<()> {
        let out = &mut self.out;
        out.write_all(b"Benchmark")?;
        out.write_all(name)?;
        write!(out, " {iterations}")?;
        for (value, unit) in values {
            write!(out, " {} ", shortest(value))?;
            out.write_all(unit)?;
        }
        out.write_all(b"\n")?;
        self.wrote_result = true;
        Ok(())
    }

    /// Gives back what was written to.
    pub fn into_inner(self) -> W {
        self.out
    }

    /// Writes what of the configuration differs from that of the last result.
    fn configuration<'c>(
        &mut self,
        label: Option<&[u8]>,
        value_of: impl Fn(&[u8]) -> Option<&'c [u8]>,
        all: impl ExactSizeIterator<Item = (&'c [u8], &'c [u8])>,
    ) -> io::Result<()> {
        let label = label.unwrap_or_default();
        let same_file = self.file.as_ref().is_some_and(|known| known == label);
        let same_keys = all.len() == self.config.len()
            && self
                .config
                .iter()
                .all(|(key, value)| value_of(key) == Some(&value[..]));
        if same_file && same_keys {
            return Ok(());
        }
        let out = &mut self.out;
        if self.wrote_result {
            out.write_all(b"\n")?;
        }
        let mut known = std::mem::take(&mut self.config);
        for (key, value) in &mut known {
            let new = value_of(key).unwrap_or_default();
            if new != *value {
                *value = new.into();
                write_pair(out, key, new)?;
            }
        }
        known.retain(|(_, value)| !value.is_empty());
        for (key, value) in all {
            if !known.iter().any(|(known, _)| known == key) {
                write_pair(out, key, value)?;
                known.push((key.into(), value.into()));
            }
        }
        out.write_all(b"\n")?;
        self.config = known;
        self.file = Some(label.into());
        self.wrote_result = false;
        Ok(())
    }
}

fn write_pair(out: &mut impl Write, key: &[u8], value: &[u8]) -> io::Result<()> {
    out.write_all(key)?;
    out.write_all(if value.is_empty() { b":" } else { b": " })?;
    out.write_all(value)?;
    // One carriage return before a line feed belongs to the line end.
    let end: &[u8] = if value.ends_with(b"\r") {
        b"\r\n"
    } else {
        b"\n"
    };
    out.write_all(end)
}
