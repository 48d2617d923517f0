//! Baselines in real repositories, with the real `git` at the other end.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used)]

mod crowd;
mod finding;
mod mishaps;
mod recording;
mod sandbox;
mod sharing;
