//! Records to text.

use std::io::{self, Write};

use bstr::BString;

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
        self.configuration(result)?;
        let symbols = result.symbols();
        let out = &mut self.out;
        out.write_all(b"Benchmark")?;
        out.write_all(result.name().full())?;
        write!(out, " {}", result.iterations())?;
        for measured in result.measurements() {
            let (value, unit) = measured.written.unwrap_or((measured.value, measured.unit));
            write!(out, " {} ", shortest(value))?;
            out.write_all(symbols.text(unit))?;
        }
        out.write_all(b"\n")?;
        self.wrote_result = true;
        Ok(())
    }

    /// Gives back what was written to.
    pub fn into_inner(self) -> W {
        self.out
    }

    fn configuration(&mut self, result: &BenchmarkResult<'_>) -> io::Result<()> {
        let symbols = result.symbols();
        let file = symbols.text(result.file());
        let same_file = self.file.as_ref().is_some_and(|known| known == file);
        let same_keys = result.config().entries().len() == self.config.len()
            && self
                .config
                .iter()
                .all(|(key, value)| result.config_value(key) == *value);
        if same_file && same_keys {
            return Ok(());
        }
        let out = &mut self.out;
        if self.wrote_result {
            out.write_all(b"\n")?;
        }
        let mut known = std::mem::take(&mut self.config);
        for (key, value) in &mut known {
            let new = result.config_value(key);
            if new != *value {
                *value = new.into();
                write_pair(out, key, new)?;
            }
        }
        known.retain(|(_, value)| !value.is_empty());
        for (key, value) in result.config().texts(symbols) {
            if !known.iter().any(|(known, _)| known == key) {
                write_pair(out, key, value)?;
                known.push((key.into(), value.into()));
            }
        }
        out.write_all(b"\n")?;
        self.config = known;
        self.file = Some(file.into());
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
