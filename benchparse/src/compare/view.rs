//! Selects and sorts the rows of tables.

use std::cmp::Ordering;

use super::table::{Row, Table, Tables};
use crate::unit::Direction;

impl Tables {
    /// Keeps the rows with a significant difference, and the tables that have some. Geometric means
    /// stay those of all rows.
    pub fn keep_changed(&mut self) {
        for table in &mut self.tables {
            let mut entries = std::mem::take(&mut table.rows.entries);
            entries.retain(|entry| table.rows.row(entry).is_changed());
            table.rows.entries = entries;
        }
        self.tables.retain(|table| table.rows().len() > 0);
    }

    /// Sorts the rows of each table by the bytes of their labels.
    pub fn sort_by_name(&mut self) {
        let texts = &self.texts;
        for table in &mut self.tables {
            let entries = &mut table.rows.entries;
            entries.sort_by(|a, b| texts.own_text(a.label).cmp(texts.own_text(b.label)));
        }
    }

    /// Sorts the rows of each table by their largest significant difference, the worst first and
    /// the best last; rows without one stand in their order between them.
    pub fn sort_by_difference(&mut self) {
        for table in &mut self.tables {
            let direction = table.direction;
            let mut entries = std::mem::take(&mut table.rows.entries);
            entries.sort_by(|a, b| {
                let [a, b] = [a, b].map(|entry| worsening(table.rows.row(entry), direction));
                b.partial_cmp(&a).unwrap_or(Ordering::Equal)
            });
            table.rows.entries = entries;
        }
    }
}

impl Row<'_> {
    /// Whether a cell differs significantly from the baseline.
    pub fn is_changed(&self) -> bool {
        self.ratios().next().is_some()
    }

    /// New over old of the cells that differ significantly.
    fn ratios(&self) -> impl Iterator<Item = f64> {
        let old = self.baseline().map_or(f64::NAN, |cell| cell.summary.center);
        self.cells.iter().filter_map(move |cell| {
            let new = cell.summary.center;
            let significant = cell.comparison.is_some_and(|it| it.is_significant());
            (significant && new != old).then_some(new / old)
        })
    }
}

impl Table {
    /// Whether a row has a significant difference.
    pub fn is_changed(&self) -> bool {
        self.rows().any(|row| row.is_changed())
    }
}

/// The logarithm of a row's largest worsening: positive for worse, 0 for no difference.
fn worsening(row: Row<'_>, direction: Direction) -> f64 {
    let sign = match direction {
        Direction::Lower => 1.0,
        Direction::Higher => -1.0,
    };
    row.ratios()
        .map(|ratio| sign * ratio.ln())
        .filter(|change| !change.is_nan())
        .max_by(f64::total_cmp)
        .unwrap_or_default()
}
