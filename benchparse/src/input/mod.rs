//! Turns bytes into lines of text: handles encodings, log decorations and split results.
//!
//! Benchmark output often arrives as something other than the plain output of `go test`. This module recovers
//! the plain output in two stages, and counts its repairs:
//!
//! 1. [`Lines`] turns bytes into lines. It handles encodings and `go test -json`, which wrap the
//!    whole stream.
//! 2. A repairer sees only the lines that the format's grammar ignores or rejects, and returns the
//!    lines to read in their place. Well-formed lines skip this stage, so they cost nothing.
//!
//! Both stages only deliver text; the grammar in [`format`](crate::format) interprets it. [`Repairs`] reports
//! what was repaired, and [`Diagnostics`] reports which benchmarks produced no result and why.

mod ansi;
mod decoration;
mod diagnostics;
mod encoding;
mod failure_patterns;
mod feeder;
mod header;
mod lines;
mod queue;
mod repairer;
mod repairs;
mod split_lines;
mod test2json;
mod waiting;
mod window;

pub use diagnostics::{Diagnostic, DiagnosticKind, Diagnostics};
pub(crate) use feeder::{BlockText, Feeder};
pub use lines::{Line, Lines};
pub(crate) use repairer::{Refusal, RepairOutcome, Repairer};
pub use repairs::{Repair, RepairKind, Repairs};
