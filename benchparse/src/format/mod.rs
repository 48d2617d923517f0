//! The Go benchmark text format.
