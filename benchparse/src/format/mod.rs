//! The Go benchmark text format.
//!
//! This module parses benchmark files into records and writes records as benchmark files.
//!
//! Each line is a configuration line, a unit line, a result, or something else, which the reader skips:
//!
//! ```text
//! goos: linux                                       configuration, in force until it changes
//! Unit B/op assume=exact                            what is known of a unit, for the whole input
//! BenchmarkEncode/n=10-8   1000   1726 ns/op        a result: name, iterations, values with units
//! ok   example.com/codec   2.1s                     anything else
//! ```
//!
//! A [`Parser`] holds the state that outlives a line: the current configuration, the metadata of
//! units and the interned strings. [`Parser::read`] returns a [`Reader`] over the bytes of one input.
//! The next input starts with an empty configuration but keeps the unit metadata.
//!
//! ```
//! use benchparse::format::{Parser, Record};
//!
//! let text = b"goos: linux\nBenchmarkEncode-8 1000 1726 ns/op 3 allocs/op\nPASS\n";
//! let mut parser = Parser::new();
//! let mut reader = parser.read(b"old.txt", &text[..]);
//! while let Some(record) = reader.next_record()? {
//!     if let Record::Result(result) = record {
//!         assert_eq!(result.name().full(), b"Encode-8");
//!         let measured: Vec<_> = result.values().collect();
//!         assert_eq!(measured, [(1726.0 * 1e-9, &b"sec/op"[..]), (3.0, &b"allocs/op"[..])]);
//!     }
//! }
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! The reader accepts more than plain `go test` output: [`input`](crate::input) lists what it repairs.
//! [`Reader::repairs`] and [`Reader::diagnostics`] report what it found, and [`RepairMode`] controls
//! which repairs it makes.
//!
//! All text is bytes, because the format does not require UTF-8.

mod config;
mod error;
mod grammar;
mod metadata;
mod owned;
mod parallel;
mod parser;
mod plain;
mod reader;
mod record;
mod records;
mod repair_mode;
mod source;
mod stream;
mod symbol;
mod writer;
mod written_unit;

pub(crate) use config::Config;
pub use config::ConfigId;
pub use error::{ForeignParser, NeedsRepair, ReadError, SyntaxError, SyntaxFault};
pub use metadata::UnitTable;
pub use owned::{OwnedResult, Results};
pub use parallel::Findings;
pub use parser::{LineKind, Parser};
pub use reader::Reader;
pub use record::{BenchmarkResult, Measurement, Record, UnitMetadata};
pub use repair_mode::RepairMode;
pub(crate) use source::Source;
pub use symbol::{Symbol, Symbols};
pub(crate) use symbol::{TableId, Texts};
pub use writer::Writer;
