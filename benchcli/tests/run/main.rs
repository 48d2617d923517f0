//! `benchcli run` with real Go, in real repositories.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used)]
// The programs that it runs, and how it stops them, are Unix's.
#![cfg(unix)]

mod code;
mod commands;
mod explain;
mod failures;
mod layouts;
mod like_check;
mod planted;
mod policy;
mod same_benchmark;
mod sandbox;
mod stops;
mod unchanged;
