//! Baselines in real repositories, with the real `git` at the other end.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used)]

mod crowd;
mod exchange;
mod finding;
mod help;
mod mishaps;
mod profiles;
mod recording;
mod scale;
mod sharing;
mod upkeep;
