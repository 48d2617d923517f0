//! Trends of real repositories.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used)]

mod bad_input;
mod cache;
mod formats;
mod pictures;
mod renames;
mod samples;
mod scale;
mod story;
mod trades;
mod windows;
