//! What several tests and benches of this workspace share.
//!
//! - Measurements to judge: [`noise`] of real runs, [`planted`] changes in it, a [`simulation`] of the gate, and the
//!   [`rounds`] of one real run.
//! - Programs to run: [`isolated`] from the user's settings, in [`repositories`] of their own, in a [`long_history`];
//!   [`tools`] that may be missing, and [`paths`] of ours.
//! - Answers to look into: [`json_schema`] and, with the feature `pictures`, `picture`.

// A test that cannot go on has failed, whichever function notices.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)]

pub mod isolated;
pub mod json_schema;
pub mod long_history;
pub mod noise;
pub mod paths;
#[cfg(feature = "pictures")]
pub mod picture;
pub mod planted;
pub mod repositories;
pub mod rounds;
pub mod simulation;
pub mod tools;
