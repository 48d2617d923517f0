//! What the README and the tutorial show and say to type.

// The commands are a shell's.
#![cfg(unix)]

mod readme;
mod tutorial;
