//! Reads the text that `go test -bench` prints and says what changed.

pub mod compare;
pub mod format;
pub mod gate;
pub mod input;
pub mod name;
pub mod number;
pub mod query;
pub mod stats;
pub mod trend;
pub mod unit;
