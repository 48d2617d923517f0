//! Series of measurements over commits, and where they change.
//!
//! [`changes`] tells where the level of a series shifts for good: a robust fit ([`segment`]) proposes
//! places, a rank test and a least size confirm them. Single outliers do not move it.
//!
//! ```
//! use benchparse::trend::{Sensitivity, changes};
//! let medians: Vec<f64> = (0..40)
//!     .map(|commit| if commit < 25 { 100.0 } else { 112.0 } + f64::from(commit % 5) * 0.4)
//!     .collect();
//! let found = changes(&medians, Sensitivity::default());
//! assert_eq!(found[0].at, 25);
//! assert!((found[0].ratio - 1.12).abs() < 0.01);
//! ```

mod change;
mod effect;
mod examine;
mod history;
mod segment;

pub use change::{Change, Sensitivity, changes, exact_changes};
pub use examine::{Findings, examine};
pub use history::{
    ChangePoint, Commit, CommitEffect, History, Kind, Point, Series, Suspect, Tolerance,
};
pub use segment::{Segmentation, segment};
