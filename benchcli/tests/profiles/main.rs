//! Profiles beside `go tool pprof`.

mod comparisons;
#[path = "../isolated/mod.rs"]
#[allow(dead_code)]
mod isolated;
mod pprof;
mod writers;
