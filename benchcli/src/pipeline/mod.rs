//! Code that several commands share.
//!
//! It turns inputs into results, the results of two sides into a verdict, and commits into versions that are
//! built and measured.

pub(crate) mod baselines;
mod changed_files;
pub(crate) mod failure;
pub(crate) mod gate;
pub(crate) mod histories;
pub(crate) mod profiling;
pub(crate) mod reproduce;
pub(crate) mod results;
pub(crate) mod run_state;
mod source_places;
pub(crate) mod toolchains;
pub(crate) mod unmatched;
pub(crate) mod versions;
