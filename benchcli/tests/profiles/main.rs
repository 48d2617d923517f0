//! Profiles beside `go tool pprof`.

mod comparisons;
mod pprof;
mod writers;
