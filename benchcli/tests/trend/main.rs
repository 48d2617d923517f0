//! Trends of real repositories.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used)]

mod bad_input;
mod cache;
mod formats;
#[path = "../picture/mod.rs"]
mod picture;
mod pictures;
mod renames;
mod samples;
#[path = "../baseline/sandbox.rs"]
#[allow(dead_code)]
mod sandbox;
mod scale;
mod story;
mod trades;
mod windows;
