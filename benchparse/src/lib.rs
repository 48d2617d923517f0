//! Reads, compares and judges the output of `go test -bench`.
//!
//! Use this crate to build your own tools for Go benchmark results, such as a dashboard, a CI check, a
//! converter, or a custom report. It parses benchmark files, computes the same statistics as benchstat,
//! decides whether a change is a regression, and finds the commit at which a benchmark changed.
//!
//! The crate takes bytes and returns plain data. It does not open files, start programs, read the clock or
//! print anything, so the same input always produces the same output. The `benchdiff` program is a thin
//! wrapper around it.
//!
//! - [The format](#the-format) describes what a benchmark file contains.
//! - [Reading](#reading) turns bytes into results.
//! - [Selecting and grouping](#selecting-and-grouping) covers filters, projections and tables.
//! - [Statistics](#statistics), [Judging a change](#judging-a-change) and [Histories](#histories) point to
//!   the modules that draw conclusions from results.
//! - [Guarantees](#guarantees) lists what you can rely on.
//!
//! # The format
//!
//! A benchmark file is text. Three kinds of lines matter: results, configuration lines and unit lines. The
//! reader skips everything else, so you can feed it an entire log.
//!
//! ```text
//! goos: linux
//! pkg: example.com/codec
//! Unit allocs/op assume=exact
//! BenchmarkEncode/format=json/n=100-8       695278    1726 ns/op    58.2 MB/s    3 allocs/op
//! PASS
//! ok    example.com/codec  2.164s
//! ```
//!
//! **Result lines** begin with `Benchmark` in the first column, followed by the rest of the name, the number
//! of iterations, and one or more pairs of a value and its unit. Fields are separated by whitespace.
//!
//! ```
//! # use benchparse::format::{Parser, Record};
//! let line = b"BenchmarkEncode/n=100-8   695278   1726 ns/op   3 allocs/op\n";
//! let mut parser = Parser::new();
//! let mut reader = parser.read(b"run.txt", &line[..]);
//! let Some(Record::Result(result)) = reader.next_record()? else { unreachable!() };
//! assert_eq!(result.iterations(), 695_278);
//! assert_eq!(result.measurements().len(), 2);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! **Names** have parts. The base name comes first, up to the first `/`. Each sub-benchmark adds a part,
//! preferably in the form `/key=value`. A trailing `-8` is the value of `GOMAXPROCS`. See [`name`].
//!
//! ```
//! # use benchparse::name::Name;
//! let name = Name::new(b"Encode/format=json/n=100-8");
//! assert_eq!(name.base(), b"Encode");
//! assert_eq!(name.sub_value("/n"), Some(&b"100"[..]));
//! assert_eq!(name.gomaxprocs(), Some(&b"8"[..]));
//! ```
//!
//! **Units** are converted to base units as they are read: `ns` becomes `sec` and `MB` becomes `B` wherever
//! they appear in the numerator, and the value is scaled to match. The original value and unit are kept too.
//! If scaling leaves a value unchanged, as it does when the value is zero, the measurement keeps its original
//! unit. See [`unit`](mod@unit).
//!
//! ```
//! # use benchparse::unit::tidy;
//! let tidied = tidy(b"ns/op");
//! assert_eq!(&*tidied.unit, b"sec/op");
//! assert_eq!(1726.0 * tidied.factor, 1726.0 * 1e-9);
//! ```
//!
//! **Configuration lines** have the form `key: value`. A key begins with a lowercase letter and contains no
//! whitespace and no uppercase letters. The setting applies to every result that follows, until another line
//! changes it or the input ends; `key:` with no value removes it.
//!
//! **Unit lines** describe a unit. `Unit allocs/op assume=exact` says that all samples should have the same
//! value, and `better=higher` says that higher values are better. A unit line applies to the whole run: to
//! every input, and to results that come before it.
//!
//! When you read several files, keep two more rules in mind. Each input starts with an empty configuration,
//! and inputs with the same label are treated as one: their results make up a single sample.
//!
//! # Reading
//!
//! A [`format::Parser`] holds the state that persists across lines and inputs. Use it to read one input after
//! another:
//!
//! ```
//! use benchparse::format::{Parser, Record};
//!
//! let old = "goos: linux\nBenchmarkEncode-8 1000 1726 ns/op\nBenchmarkDecode-8 oops\n";
//! let new = "goos: linux\nBenchmarkEncode-8 1200 1500 ns/op\n";
//! let mut parser = Parser::new();
//! let mut said = Vec::new();
//! for (label, text) in [("old.txt", old), ("new.txt", new)] {
//!     let mut reader = parser.read(label.as_bytes(), text.as_bytes());
//!     while let Some(record) = reader.next_record()? {
//!         match record {
//!             Record::Result(result) => {
//!                 assert_eq!(result.config_value("goos"), Some(&b"linux"[..]));
//!                 said.push(format!("{label}:{}: {:?}", result.line(), result.values().next()));
//!             }
//!             // A malformed benchmark line. Parsing continues.
//!             Record::Error(error) => said.push(error.to_string()),
//!             _ => {}
//!         }
//!     }
//! }
//! assert_eq!(said[1], "old.txt:3: parsing iteration count: invalid syntax");
//! assert_eq!(said.len(), 3);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Real logs are messier: UTF-16, `go test -json`, timestamps, color codes, or a result line split in two by
//! a print statement. The reader repairs these and counts the repairs. [`input`] describes the repairs, and
//! [`format::RepairMode`] lets you reject such input instead. To store, modify and write results, see
//! [`format::OwnedResult`] and [`format::Writer`].
//!
//! # Selecting and grouping
//!
//! Filters and projections refer to a result by its *keys*: `.name`, `.fullname`, `.file`, `.unit`, a part of
//! the name such as `/n`, or a configuration key such as `goos`. A [`query::Filter`] selects measurements by
//! their keys, and a [`query::Projection`] groups results by them. A [`compare::Collector`] uses both: one
//! filter, and three projections that determine the table, row and column of each measurement. The values
//! that end up in the same cell form a sample.
//!
//! ```
//! use benchparse::compare::{Collector, Thresholds, TableOptions};
//! use benchparse::format::{Parser, Record};
//! use benchparse::query::{Filter, Projection};
//!
//! // One file with two encodings, distinguished by the `/format` part of the name.
//! let mut text = String::new();
//! for run in 0..8 {
//!     text += &format!("BenchmarkEncode/format=json-8 1000 {} ns/op 512 B/op\n", 1700 + run);
//!     text += &format!("BenchmarkEncode/format=gob-8 1000 {} ns/op 256 B/op\n", 900 + run);
//! }
//!
//! let mut options = TableOptions::default();
//! options.filter = Filter::parse(b".unit:ns/op")?;
//! options.col = Projection::parse(b"/format@(json gob)")?;
//! let mut parser = Parser::new();
//! let mut collector = Collector::new(options);
//! let mut reader = parser.read(b"run.txt", text.as_bytes());
//! while let Some(record) = reader.next_record()? {
//!     if let Record::Result(result) = record {
//!         collector.add(&result);
//!     }
//! }
//!
//! let tables = collector.finish(&parser, Thresholds::default())?;
//! let [table] = tables.tables() else { unreachable!() };
//! assert_eq!(tables.text(table.unit), Some(&b"sec/op"[..]));
//! let row = table.rows().next().unwrap();
//! assert_eq!(tables.text(row.label), Some(&b"Encode-8"[..]));
//! let (json, gob) = (&row.cells[0], &row.cells[1]);
//! let comparison = gob.comparison.expect("compared with the first column");
//! assert_eq!(comparison.delta_text(json.summary.center, gob.summary.center), "-46.96%");
//! assert_eq!(comparison.detail_text(), "p=0.000 n=8");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The first column is the baseline. `/format` does not appear in the row label because the column projection
//! uses it: a key that one projection names is left out of `.fullname` and `.config` in all the others.
//!
//! # Statistics
//!
//! The center of a sample is its median, and the confidence interval comes from order statistics. Two samples
//! are compared with the Mann–Whitney U test, which is exact where the sample sizes allow it. No value is
//! ever dropped as an outlier. [`stats`] provides these as functions on plain numbers and cites the source of
//! each formula. The values in tables match benchstat bit for bit.
//!
//! # Judging a change
//!
//! Tables are for people to read. To fail a build when code gets slower, use [`gate`]: it takes samples and a
//! policy, returns verdicts, and limits how often a run with many benchmarks fails by chance. [`pairing`]
//! builds the gate's rows from the results of both sides. The example at the top of its documentation goes
//! from two files to verdicts.
//!
//! # Histories
//!
//! [`trend`] takes a series of measurements over many commits and finds the points where it shifted to a new
//! level.
//!
//! # Guarantees
//!
//! - **Text is returned as bytes.** Names, keys, units and labels are `&[u8]`. The format does not require UTF-8, and the
//!   crate never replaces invalid sequences.
//! - **No input causes a panic.** For any bytes, you get a result or an error with its position. If a function
//!   can panic when misused, its documentation says so.
//! - **A malformed line does not stop the reader.** It is a [`format::Record::Error`] among the other records.
//!   An `Err` is fatal: the input cannot be read, or the query has a syntax error.
//! - **Memory use is low.** Each line is read, processed and discarded. The crate keeps one copy of each
//!   distinct string and configuration, and eight bytes for each measurement that a collector accepts.
//! - **Results match benchstat.** The crate accepts the same lines as benchstat, parses and prints numbers the
//!   same way, reports the same query errors, and sorts rows the same way.

mod error;

pub mod compare;
pub mod format;
pub mod gate;
pub mod grouping;
pub mod input;
pub mod name;
pub mod number;
pub mod pairing;
pub mod query;
pub mod stats;
pub mod trend;
pub mod unit;

pub use error::Error;
