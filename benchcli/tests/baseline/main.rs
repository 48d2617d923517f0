//! Baselines in real repositories, with the real `git` at the other end.

mod recording;
mod sandbox;
mod sharing;
