//! Options for comparison tables.

use crate::query::{Field, Filter, Key, Order, Projection};

/// Which results to take and how to tell them apart.
///
/// The default takes everything and makes a table for each configuration, a row for each benchmark
/// and a column for each input. The four projections belong together: a key that one of them names is
/// left out of `.config` and `.fullname` in all.
///
/// ```
/// use benchparse::compare::TableOptions;
/// use benchparse::query::{Filter, Projection};
///
/// // Times only, packages side by side, whatever machine they ran on.
/// let table_options = TableOptions {
///     filter: Filter::parse(b".unit:ns/op")?,
///     col: Projection::parse(b"pkg")?,
///     ignore: Projection::parse(b"cpu,.file")?,
///     ..TableOptions::default()
/// };
/// assert_eq!(table_options.col.fields.len(), 1);
/// # Ok::<(), benchparse::query::QueryError>(())
/// ```
#[derive(Debug, Clone)]
pub struct TableOptions {
    /// Which measurements to take.
    pub filter: Filter,
    /// What tells tables apart, besides the unit. By default `.config`.
    pub table: Projection,
    /// What tells rows apart. By default `.fullname`.
    pub row: Projection,
    /// What tells columns apart; the first column is the baseline. By default `.file`.
    pub col: Projection,
    /// What may differ within a cell without a warning. By default nothing.
    pub ignore: Projection,
}

impl Default for TableOptions {
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

/// The levels of significance and confidence. By default 0.05 and 0.95.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// A difference is significant if p is at most this; from 0 to 1.
    pub alpha: f64,
    /// The level of the intervals around the medians; from 0 to 1.
    pub confidence: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            alpha: 0.05,
            confidence: 0.95,
        }
    }
}
