//! Turns bytes into text lines: encodings, log decorations and split results.
//!
//! What people feed to a benchmark reader is rarely the plain output of `go test`. This room makes
//! plain output of it, in two stages, and counts what it does:
//!
//! 1. [`Lines`] turns bytes into lines. It knows encodings and `go test -json`, which wrap the
//!    whole stream.
//! 2. A repairer is shown the lines that the format's grammar takes for nothing, or refuses, and
//!    says what to read in their place. Good lines never come here, so they cost nothing.
//!
//! Both only deliver text; what it says is for the grammar in [`format`](crate::format) to judge.
//! [`Repairs`] tells what was repaired, [`Diagnostics`] which benchmarks gave no result and why.

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
