//! Comparison tables: samples in rows and columns, with statistics.
//!
//! Use this module to build tables like benchstat's, in a format of your choice.
//!
//! Three *projections* assign each result to a table, a row and a column. A [`Collector`] takes
//! results as they are read and adds each measurement to the sample for its table, unit, row and
//! column. [`Collector::finish`] then summarizes every sample, compares it with the sample in the
//! first column, and returns [`Tables`], which are plain data for you to render.
//!
//! ```
//! use benchparse::compare::{Collector, Thresholds, TableOptions};
//! use benchparse::format::{Parser, Record};
//!
//! let mut parser = Parser::new();
//! let mut collector = Collector::new(TableOptions::default());
//! for (label, nanoseconds) in [("old", 100), ("new", 90)] {
//!     let text: String = (0..10)
//!         .map(|run| format!("BenchmarkEncode 1000 {} ns/op\n", nanoseconds + run % 3))
//!         .collect();
//!     let mut reader = parser.read(label.as_bytes(), text.as_bytes());
//!     while let Some(record) = reader.next_record()? {
//!         if let Record::Result(result) = record {
//!             collector.add(&result);
//!         }
//!     }
//! }
//! let tables = collector.finish(&parser, Thresholds::default())?;
//! let row = &tables.tables()[0].rows().next().unwrap();
//! assert_eq!(tables.text(row.label), Some(&b"Encode"[..]));
//! let (old, new) = (&row.cells[0], &row.cells[1]);
//! let comparison = new.comparison.unwrap();
//! assert_eq!(comparison.delta_text(old.summary.center, new.summary.center), "-9.90%");
//! # Ok::<(), benchparse::Error>(())
//! ```

mod collect;
mod geomeans;
mod in_order;
mod judge;
mod measured;
mod mismatch;
mod options;
mod project;
mod rank;
mod sorted_groups;
mod table;
mod table_ranges;
mod table_stream;
mod unit_layout;
mod view;

pub use collect::Collector;
pub use mismatch::{DifferingKey, Mismatch};
pub use options::{TableOptions, Thresholds};
pub use rank::{Place, Ranking};
pub use table::{Cell, Column, Geomean, GeomeanWarning, Ratio, Row, Table, Tables};
pub use table_stream::TableStream;
