//! Computes the cells of a table from samples: summaries and comparisons.

use super::collect::Keys;
use super::options::Thresholds;
use super::sorted_groups::{CellPart, SortedGroups};
use super::table::{Block, Cell, Entry, Rows};
use super::table_ranges::TableRange;
use crate::format::Symbol;
use crate::stats::{Comparer, Sample, Summarizer};

/// Summarises and compares samples, and remembers what depends on their sizes alone.
#[derive(Debug)]
pub(super) struct Judge {
    comparer: Comparer,
    summarizer: Summarizer,
    alpha: f64,
    /// Whether cells keep their samples.
    keeps: bool,
    /// The last sample, and that of the row's baseline, where cells do not keep them.
    sample: Sample,
    baseline: Sample,
}

impl Judge {
    pub(super) fn new(thresholds: Thresholds, keeps: bool) -> Self {
        Self {
            comparer: Comparer::new(),
            summarizer: Summarizer::new(thresholds.confidence),
            alpha: thresholds.alpha,
            keeps,
            sample: Sample::default(),
            baseline: Sample::default(),
        }
    }

    /// Judges whole rows of a table.
    pub(super) fn rows(
        &mut self,
        groups: &SortedGroups,
        range: &TableRange,
        cell_parts: &[CellPart],
    ) -> Rows {
        let mut block = Block::default();
        let mut entries = Vec::new();
        // Mostly a cell has one cell part, and a row a cell in each column.
        block.cells.reserve_exact(cell_parts.len());
        entries.reserve_exact(cell_parts.len() / range.columns.len().max(1));
        for row in cell_parts.chunk_by(|a, b| a.row == b.row) {
            let first = block.cells.len();
            for cell in row.chunk_by(|a, b| a.col == b.col) {
                let cell = self.cell(groups, range, cell, &block.cells[first..]);
                block.cells.push(cell);
            }
            let values = block.values.len();
            let key = groups.row_key(&row[0]);
            groups.add_row_values(key, &mut block.values);
            entries.push(Entry {
                label: groups.label(key, &block.values[values..]),
                block: 0,
                values: [values as u32, block.values.len() as u32],
                cells: [first as u32, block.cells.len() as u32],
            });
        }
        Rows {
            entries,
            blocks: vec![block],
        }
    }

    /// Judges a cell that stands behind others of its row.
    fn cell(
        &mut self,
        groups: &SortedGroups,
        range: &TableRange,
        cell_parts: &[CellPart],
        before: &[Cell],
    ) -> Cell {
        let mut values = std::mem::take(&mut self.sample).into_values();
        values.clear();
        gather(groups, cell_parts, &mut values);
        let sample = Sample::new(values);
        let baseline = before.first().filter(|cell| cell.column == 0);
        let comparison = baseline.map(|cell| {
            let baseline = if self.keeps {
                &cell.sample
            } else {
                &self.baseline
            };
            self.comparer
                .compare(baseline, &sample, range.assumption, self.alpha)
        });
        let column = range.columns.binary_search(&cell_parts[0].col).unwrap_or(0);
        let summary = self.summarizer.summarize(&sample, range.assumption);
        let mut kept = Sample::default();
        if self.keeps {
            kept = sample;
        } else {
            self.sample = sample;
            if column == 0 {
                std::mem::swap(&mut self.sample, &mut self.baseline);
            }
        }
        Cell {
            column,
            sample: kept,
            summary,
            varying: varying(groups, cell_parts),
            comparison,
        }
    }
}

/// The keys that vary among the groups of a cell.
fn varying(groups: &SortedGroups, cell_parts: &[CellPart]) -> Vec<Symbol> {
    let residue = |cell_part: &CellPart| -> u32 {
        let Keys { residue, .. } = groups.group(cell_part).keys;
        residue
    };
    let first = residue(&cell_parts[0]);
    if cell_parts
        .iter()
        .all(|cell_part| residue(cell_part) == first)
    {
        return Vec::new();
    }
    let mut residues: Vec<u32> = cell_parts.iter().map(residue).collect();
    residues.sort_unstable();
    residues.dedup();
    groups.varying(&residues)
}

/// The values of a cell in the order they came.
fn gather(groups: &SortedGroups, cell_parts: &[CellPart], values: &mut Vec<f64>) {
    if let [cell_part] = cell_parts {
        let layout = groups.layout(groups.unit_group(cell_part));
        for (_, results) in groups.segments(cell_part) {
            layout.gather(cell_part.at as usize, results, values);
        }
        return;
    }
    let segments = cell_parts.iter().flat_map(|cell_part| {
        let segments = groups.segments(cell_part);
        segments.map(move |(number, results)| (number, results, cell_part))
    });
    let mut segments: Vec<(u32, &[f64], &CellPart)> = segments.collect();
    segments.sort_unstable_by_key(|(number, ..)| *number);
    for (_, results, cell_part) in segments {
        let layout = groups.layout(groups.unit_group(cell_part));
        layout.gather(cell_part.at as usize, results, values);
    }
}
