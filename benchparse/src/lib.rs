//! Reads, compares and judges the output of `go test -bench`.
//!
//! The crate takes bytes and returns plain data. It does not open files, start programs, read the clock or
//! print anything, so the same input always produces the same output. The `benchdiff` program is a thin
//! wrapper around it.
//!
//! - [The format](#the-format): what a benchmark file may hold
//! - [Reading](#reading): from bytes to results
//! - [Asking](#asking): filters, projections and tables
//! - [Statistics](#statistics), [judging](#judging-a-change) and [histories](#histories)
//! - [What to rely on](#what-to-rely-on)
//!
//! # The format
//!
//! A benchmark file is text. Three kinds of lines matter: results, configuration and unit lines. Everything else is skipped, so you can
//! read a whole log as it is.
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
//! **Results** begin with `Benchmark` in the first column. Then come the name, the number of
//! iterations, and one or more pairs of a value and its unit. Blanks of any length stand between
//! them.
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
//! **Names** have parts. Before the first `/` stands the base name; every sub-benchmark adds a part,
//! best as `/key=value`; a last `-8` is the number of processors (`GOMAXPROCS`). See [`name`].
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
//! they appear in the numerator. The value is multiplied accordingly. What the line said is kept
//! beside it. A value that the conversion would not change, such as zero, keeps its original unit.
//! See [`unit`](mod@unit).
//!
//! ```
//! # use benchparse::unit::tidy;
//! let tidied = tidy(b"ns/op");
//! assert_eq!(&*tidied.unit, b"sec/op");
//! assert_eq!(1726.0 * tidied.factor, 1726.0 * 1e-9);
//! ```
//!
//! **Configuration** is `key: value`. A key begins with a lower-case letter and holds no blank and no
//! upper-case letter. It is in force for all results after it, to the end of the input or until
//! another line sets it; `key:` alone takes it back.
//!
//! **Unit lines** are metadata of a unit: `Unit allocs/op assume=exact` says that all samples should have the
//! same value, and `better=higher` that higher values are better. They hold for the whole
//! run, whichever input they stand in and also for results before them.
//!
//! Two more rules matter when files are put together. Each input starts with an empty configuration.
//! And two inputs with the same label are one: their results make up one sample.
//!
//! # Reading
//!
//! A [`format::Parser`] holds the state that persists across lines. It reads one input after the other:
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
//! a print statement. The reader repairs these and counts the repairs; [`input`] describes how, and
//! [`format::RepairMode`] how to reject such input. To keep, change and write results, see
//! [`format::OwnedResult`] and [`format::Writer`].
//!
//! # Asking
//!
//! Results are distinguished by *keys*: `.name`, `.fullname`, `.file`, `.unit`, a part of the name such
//! as `/n`, or a configuration key such as `goos`. A [`query::Filter`] selects measurements by keys, and a [`query::Projection`]
//! groups results by them. A [`compare::Collector`] combines the two: three projections determine the
//! tables, rows and columns, and the values in each cell form a sample.
//!
//! ```
//! use benchparse::compare::{Collector, Thresholds, TableOptions};
//! use benchparse::format::{Parser, Record};
//! use benchparse::query::{Filter, Projection};
//!
//! // One file with two ways to encode, told apart by the name's part `/format`.
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
//! The first column is the baseline. Because the column projection names `/format`, it is not part of the row
//! label: a key named in one projection is excluded from `.fullname` and `.config` in all others.
//!
//! # Statistics
//!
//! A sample's center is its median, and its confidence interval comes from order statistics. Two samples are
//! compared by the Mann–Whitney U test, exact where the sizes allow it. No value is ever dropped.
//! [`stats`] provides these as functions on plain numbers and cites the source of each formula; the values in
//! tables match benchstat bit for bit.
//!
//! # Judging a change
//!
//! Tables are for people. To fail a build when the code gets slower, use [`gate`]: it takes samples and a
//! policy, returns verdicts, and limits how often a run with many benchmarks fails by chance. [`pairing`]
//! builds the gate's rows from the results of both sides; its documentation starts with an example that
//! goes from two files to verdicts.
//!
//! # Histories
//!
//! [`trend`] finds the points where a series of measurements over many commits shifted to a new level.
//!
//! # What to rely on
//!
//! - **Bytes.** Names, keys, units and labels are `&[u8]`: the format does not require UTF-8, and invalid
//!   sequences are never replaced.
//! - **No panic on input.** Whatever the bytes, the answer is a result or an error with its place. A
//!   function that can panic when called wrongly says so.
//! - **Two kinds of wrong.** A bad line is a [`format::Record::Error`] among the records. An `Err` is fatal:
//!   the input cannot be read, or the query has a syntax error.
//! - **Low memory use.** Each line is read, processed and discarded. One copy of each distinct string and
//!   configuration is retained, and eight bytes for each measurement that a collector accepts.
//! - **Compatible with benchstat.** This crate matches benchstat's behavior: which lines count, how numbers are
//!   parsed and printed, which errors a query produces, and how rows are sorted.

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
