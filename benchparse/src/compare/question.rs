//! What is asked of the results.

use crate::query::{Field, Filter, Key, Order, Projection};

/// Which results to take and how to tell them apart.
///
/// The default takes everything and makes a table for each configuration, a row for each benchmark
/// and a column for each input.
#[derive(Debug, Clone)]
pub struct Question {
    /// Which measurements to take.
    pub filter: Filter,
    /// What tells tables apart, besides the unit.
    pub table: Projection,
    /// What tells rows apart.
    pub row: Projection,
    /// What tells columns apart.
    pub col: Projection,
    /// What may differ within a cell without a warning.
    pub ignore: Projection,
}

impl Default for Question {
    fn default() -> Self {
        let by = |key| Projection {
            fields: vec![Field {
                key,
                order: Order::FirstSeen,
            }],
        };
        Self {
            filter: Filter::everything(),
            table: by(Key::Config),
            row: by(Key::FullName),
            col: by(Key::File),
            ignore: Projection { fields: Vec::new() },
        }
    }
}

/// The levels of significance and confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Levels {
    /// A difference is significant if p is at most this.
    pub alpha: f64,
    /// The level of the intervals around the medians.
    pub confidence: f64,
}

impl Default for Levels {
    fn default() -> Self {
        Self {
            alpha: 0.05,
            confidence: 0.95,
        }
    }
}
