//! Benchmark names and their parts.
