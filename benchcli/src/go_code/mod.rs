//! Reads Go source files far enough to tell whether a benchmark's own code is the same in two versions.
//!
//! A benchmark's own code is its function and everything in test files that it uses. Comments, formatting, the order of
//! declarations and the files that they are in do not count.

mod benchmarks;
mod declarations;
mod prune;
mod tokens;

pub(crate) use benchmarks::{BenchmarkCode, TestFile, benchmark_files, benchmarks};
pub(crate) use prune::prune;
