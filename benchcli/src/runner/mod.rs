//! Measures the benchmarks of two versions in turn.
//!
//! If the machine gets slower during a run, everything measured from then on looks slower. If all of the base is
//! measured before the head, this looks like a regression. If they take turns, it affects both sides alike and
//! cancels out. This module therefore runs one loop: in each [round](rounds), it runs every benchmark once on the
//! base and once on the head, in an order that a [plan] derives from a seed.
//!
//! - [`worktree`] checks out the base, [`packages`] finds the packages to measure, and [`build`] compiles them.
//! - [`code_layout`] links them again with their functions in another order, and [`same_binary`] finds the packages
//!   that did not change.
//! - [`children`] runs child processes that end when this program does, and [`signals`] handles Ctrl-C.
//! - [`transcript`] collects their output, one text per side.
//! - [`progress`] shows how long the run will take.
//!
//! This module does not judge the samples. That is up to the caller.

pub mod bench_pattern;
pub mod build;
pub mod children;
pub mod code_layout;
pub mod go_flags;
mod group;
mod guard;
pub mod machine;
pub mod packages;
pub mod pin;
pub mod plan;
pub mod progress;
pub mod rounds;
pub mod same_binary;
pub mod save;
pub mod signals;
pub mod stopping;
pub mod transcript;
pub mod workspace;
pub mod worktree;

pub use benchparse::pairing::Side;
