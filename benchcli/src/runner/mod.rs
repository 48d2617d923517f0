//! Measures the benchmarks of two versions in turn.
//!
//! A drift of the machine meets whatever is measured while it lasts. Where the base is measured
//! first and the head afterwards, the drift looks like a change; where they take turns, it meets
//! both alike and cancels. So everything here serves one loop: for each [round](rounds), for each
//! benchmark, its base and its head once, in an order that a [plan] draws from a seed.
//!
//! - [`worktree`] checks out the base, [`packages`] finds what can be measured, [`build`] compiles.
//! - [`code_layout`] links them again with their functions in another order, [`same_binary`] finds those that did not
//!   change.
//! - [`children`] runs programs that end when this one does, [`signals`] hears of it.
//! - [`transcript`] keeps what they print, one text a side.
//! - [`progress`] says how long it will take.
//!
//! Nothing here judges: what to do with the samples is the caller's.

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
