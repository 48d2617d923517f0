//! Syntax errors in benchmark lines.

use std::{fmt, io};

use bstr::ByteSlice as _;

use crate::input::RepairKind;
use crate::number::NumberError;

/// A malformed line. Parsing continues after it; the whole line is dropped, including the values before
/// the fault.
///
/// ```
/// use benchparse::format::{Parser, Record, SyntaxFault};
///
/// let mut parser = Parser::new();
/// let mut reader = parser.read(b"run.txt", &b"BenchmarkA 100 5 ns/op 7\n"[..]);
/// let Some(Record::Error(error)) = reader.next_record()? else { unreachable!() };
/// assert_eq!(error.fault, SyntaxFault::MissingUnits);
/// assert_eq!(error.to_string(), "run.txt:1: missing units");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}:{line}: {fault}", file.as_bstr())]
#[non_exhaustive]
pub struct SyntaxError {
    /// The input's path as it was given.
    pub file: Vec<u8>,
    /// The line, counted from 1.
    pub line: u64,
    /// What is wrong.
    pub fault: SyntaxFault,
}

impl SyntaxError {
    /// `FILE:LINE: MESSAGE`, byte for byte also where file or unit are not UTF-8.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = self.file.clone();
        text.extend_from_slice(format!(":{}: ", self.line).as_bytes());
        text.extend_from_slice(&self.fault.message());
        text
    }
}

/// Why an item of [`Results`](super::Results) is no result.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
#[non_exhaustive]
pub enum ReadError {
    /// The input cannot be read any further.
    Io(#[from] io::Error),
    /// A line is not of the format; what follows it is read.
    Syntax(#[from] SyntaxError),
}

/// Results of one parser were brought together with those of another, or with its texts.
///
/// ```
/// use benchparse::format::{ForeignParser, Parser, Record};
/// use benchparse::pairing::{Pairing, Side};
///
/// let (mut parser, mut pairing) = (Parser::new(), Pairing::default());
/// let mut reader = parser.read(b"run.txt", &b"BenchmarkA 100 5 ns/op\n"[..]);
/// while let Some(Record::Result(result)) = reader.next_record()? {
///     pairing.add(Side::Base, &result);
/// }
/// let error: ForeignParser = pairing.rows(&Parser::new()).unwrap_err();
/// assert!(error.to_string().starts_with("the results come from different parsers"));
/// assert_eq!(pairing.rows(&parser)?.len(), 1);
/// # Ok::<(), benchparse::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the results come from different parsers; read everything that belongs together with one")]
#[non_exhaustive]
pub struct ForeignParser;

/// Input that is not plain `go test` output, where it is not to be repaired.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}:{line}: {kind}; in strict mode, only plain `go test` output is accepted", file.as_bstr())]
#[non_exhaustive]
pub struct NeedsRepair {
    /// The input's path as it was given.
    pub file: Vec<u8>,
    /// The line, counted from 1.
    pub line: u64,
    /// What would have to be repaired.
    pub kind: RepairKind,
}

/// The faults of the format, with the reference's texts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SyntaxFault {
    /// A name and then nothing but white space.
    MissingIterations,
    /// The iteration count is no integer, or does not fit.
    Iterations(NumberError),
    /// No value after the iteration count.
    MissingMeasurements,
    /// A value is no number, or overflows.
    Measurement(NumberError),
    /// The last value has no unit.
    MissingUnits,
    /// `Unit` alone on its line.
    MissingUnit,
    /// A field of a `Unit` line without `=`, or with nothing before it.
    ExpectedKeyValue,
    /// A `Unit` line says something else than an earlier one.
    MetadataConflict {
        /// The key.
        key: Vec<u8>,
        /// The unit as this line writes it.
        unit: Vec<u8>,
        /// The value that stays.
        value: Vec<u8>,
    },
}

impl SyntaxFault {
    /// The message, byte for byte.
    pub fn message(&self) -> Vec<u8> {
        let text = match self {
            Self::MissingIterations => "missing iteration count",
            Self::Iterations(error) => return format!("parsing iteration count: {error}").into(),
            Self::MissingMeasurements => "missing measurements",
            Self::Measurement(error) => return format!("parsing measurement: {error}").into(),
            Self::MissingUnits => "missing units",
            Self::MissingUnit => "missing unit",
            Self::ExpectedKeyValue => "expected key=value",
            Self::MetadataConflict { key, unit, value } => {
                return bstr::concat([
                    b"metadata ",
                    &key[..],
                    b" of unit ",
                    unit,
                    b" already set to ",
                    value,
                ]);
            }
        };
        text.into()
    }
}

impl std::error::Error for SyntaxFault {}

impl fmt::Display for SyntaxFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().as_bstr().fmt(out)
    }
}
