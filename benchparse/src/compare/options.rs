//! Options for comparison tables.

use crate::query::{Filter, Key, Projection};

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
/// let mut table_options = TableOptions::default();
/// table_options.filter = Filter::parse(b".unit:ns/op")?;
/// table_options.col = Projection::parse(b"pkg")?;
/// table_options.ignore = Projection::parse(b"cpu,.file")?;
/// assert_eq!(table_options.col.fields.len(), 1);
/// # Ok::<(), benchparse::query::QueryError>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
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
        Self {
            filter: Filter::everything(),
            table: Key::Config.into(),
            row: Key::FullName.into(),
            col: Key::File.into(),
            ignore: Projection::default(),
        }
    }
}

/// The levels of significance and confidence. By default 0.05 and 0.95.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
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
