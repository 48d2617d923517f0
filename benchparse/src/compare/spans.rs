//! Tables among the sorted groups: which samples belong to which.

use std::ops::Range;

use super::sorted_groups::{Piece, SortedGroups};
use crate::stats::Assumption;

/// A table: its pieces are sorted by row and column.
#[derive(Debug)]
pub(super) struct Span {
    pub(super) pieces: Range<usize>,
    /// The number of its key.
    pub(super) table: u32,
    pub(super) unit: u32,
    /// Its columns in order; the first is the baseline.
    pub(super) columns: Vec<u32>,
    pub(super) assumption: Assumption,
}

/// The tables of groups that are whole tables, in order.
pub(super) fn spans(all: &SortedGroups, groups: Range<usize>) -> (Vec<Piece>, Vec<Span>) {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut spans = Vec::new();
    let groups = &all.sorted[groups];
    for groups in groups.chunk_by(|a, b| a.table == b.table) {
        let start = pieces.len();
        for sorted in groups {
            for (number, strand) in all.strands_of(sorted.group) {
                let units = all.shape(strand).units.iter();
                pieces.extend((0..).zip(units).map(|(at, unit)| Piece {
                    unit: unit.unit,
                    row: sorted.row,
                    col: sorted.col,
                    group: sorted.group,
                    strand: number,
                    at,
                }));
            }
        }
        // Stable: rows and columns are in order.
        pieces[start..].sort_by_key(|piece| piece.unit);
        let mut from = start;
        for table in pieces[start..].chunk_by(|a, b| a.unit == b.unit) {
            let mut columns: Vec<u32> = Vec::new();
            for piece in table {
                if !columns.ends_with(&[piece.col]) {
                    columns.push(piece.col);
                }
            }
            columns.sort_unstable();
            columns.dedup();
            let unit = table[0].unit;
            spans.push(Span {
                pieces: from..from + table.len(),
                table: all.table_key(groups[0].table),
                unit,
                columns,
                assumption: all.assumption(unit),
            });
            from += table.len();
        }
    }
    (pieces, spans)
}
