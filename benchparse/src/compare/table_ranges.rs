//! Finds the tables in the sorted groups.

use std::ops::Range;

use super::sorted_groups::{CellPart, SortedGroups};
use crate::stats::Assumption;

/// A table: its cell parts are sorted by row and column.
#[derive(Debug)]
pub(super) struct TableRange {
    pub(super) cell_parts: Range<usize>,
    /// The number of its key.
    pub(super) table: u32,
    pub(super) unit: u32,
    /// Its columns in order; the first is the baseline.
    pub(super) columns: Vec<u32>,
    pub(super) assumption: Assumption,
}

/// The tables of groups that are whole tables, in order.
pub(super) fn table_ranges(
    all: &SortedGroups,
    groups: Range<usize>,
) -> (Vec<CellPart>, Vec<TableRange>) {
    let mut cell_parts: Vec<CellPart> = Vec::new();
    let mut spans = Vec::new();
    let groups = &all.sorted[groups];
    for groups in groups.chunk_by(|a, b| a.table == b.table) {
        let start = cell_parts.len();
        for sorted in groups {
            for (number, unit_group) in all.strands_of(sorted.group) {
                let units = all.layout(unit_group).units.iter();
                cell_parts.extend((0..).zip(units).map(|(at, unit)| CellPart {
                    unit: unit.unit,
                    row: sorted.row,
                    col: sorted.col,
                    group: sorted.group,
                    unit_group: number,
                    at,
                }));
            }
        }
        // Stable: rows and columns are in order.
        cell_parts[start..].sort_by_key(|cell_part| cell_part.unit);
        let mut from = start;
        for table in cell_parts[start..].chunk_by(|a, b| a.unit == b.unit) {
            let mut columns: Vec<u32> = Vec::new();
            for cell_part in table {
                if !columns.ends_with(&[cell_part.col]) {
                    columns.push(cell_part.col);
                }
            }
            columns.sort_unstable();
            columns.dedup();
            let unit = table[0].unit;
            spans.push(TableRange {
                cell_parts: from..from + table.len(),
                table: all.table_key(groups[0].table),
                unit,
                columns,
                assumption: all.assumption(unit),
            });
            from += table.len();
        }
    }
    (cell_parts, spans)
}
