//! Code that several commands share.
//!
//! It turns inputs into results, the results of two sides into a verdict, and commits into versions that are
//! built and measured.

pub(crate) mod baselines;
pub(crate) mod benchmark_changes;
mod changed_files;
pub(crate) mod failure;
pub(crate) mod gate;
pub(crate) mod histories;
mod lent_data;
mod measurement;
pub(crate) mod profiling;
pub(crate) mod reproduce;
pub(crate) mod results;
pub(crate) mod run_state;
mod same_benchmark;
mod source_places;
pub(crate) mod source_version;
pub(crate) mod toolchains;
pub(crate) mod unmatched;
pub(crate) mod versions;
