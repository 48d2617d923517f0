//! Samples to cells: what statistics say of them.

use super::collect::Keys;
use super::question::Levels;
use super::sorted_groups::{Piece, SortedGroups};
use super::spans::Span;
use super::table::{Block, Cell, Entry, Rows};
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
    pub(super) fn new(levels: Levels, keeps: bool) -> Self {
        Self {
            comparer: Comparer::new(),
            summarizer: Summarizer::new(levels.confidence),
            alpha: levels.alpha,
            keeps,
            sample: Sample::default(),
            baseline: Sample::default(),
        }
    }

    /// Judges whole rows of a table.
    pub(super) fn rows(&mut self, groups: &SortedGroups, span: &Span, pieces: &[Piece]) -> Rows {
        let mut block = Block::default();
        let mut entries = Vec::new();
        // Mostly a cell has one piece, and a row a cell in each column.
        block.cells.reserve_exact(pieces.len());
        entries.reserve_exact(pieces.len() / span.columns.len().max(1));
        for row in pieces.chunk_by(|a, b| a.row == b.row) {
            let first = block.cells.len();
            for cell in row.chunk_by(|a, b| a.col == b.col) {
                let cell = self.cell(groups, span, cell, &block.cells[first..]);
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
        span: &Span,
        pieces: &[Piece],
        before: &[Cell],
    ) -> Cell {
        let mut values = std::mem::take(&mut self.sample).into_values();
        values.clear();
        gather(groups, pieces, &mut values);
        let sample = Sample::new(values);
        let baseline = before.first().filter(|cell| cell.column == 0);
        let comparison = baseline.map(|cell| {
            let baseline = if self.keeps {
                &cell.sample
            } else {
                &self.baseline
            };
            self.comparer
                .compare(baseline, &sample, span.assumption, self.alpha)
        });
        let column = span.columns.binary_search(&pieces[0].col).unwrap_or(0);
        let summary = self.summarizer.summarize(&sample, span.assumption);
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
            varying: varying(groups, pieces),
            comparison,
        }
    }
}

/// The keys that vary among the groups of a cell.
fn varying(groups: &SortedGroups, pieces: &[Piece]) -> Vec<Symbol> {
    let residue = |piece: &Piece| -> u32 {
        let Keys { residue, .. } = groups.group(piece).keys;
        residue
    };
    let first = residue(&pieces[0]);
    if pieces.iter().all(|piece| residue(piece) == first) {
        return Vec::new();
    }
    let mut residues: Vec<u32> = pieces.iter().map(residue).collect();
    residues.sort_unstable();
    residues.dedup();
    groups.varying(&residues)
}

/// The values of a cell in the order they came.
fn gather(groups: &SortedGroups, pieces: &[Piece], values: &mut Vec<f64>) {
    if let [piece] = pieces {
        let shape = groups.shape(groups.strand(piece));
        for (_, results) in groups.segments(piece) {
            shape.gather(piece.at as usize, results, values);
        }
        return;
    }
    let segments = pieces.iter().flat_map(|piece| {
        let segments = groups.segments(piece);
        segments.map(move |(number, results)| (number, results, piece))
    });
    let mut segments: Vec<(u32, &[f64], &Piece)> = segments.collect();
    segments.sort_unstable_by_key(|(number, ..)| *number);
    for (_, results, piece) in segments {
        let shape = groups.shape(groups.strand(piece));
        shape.gather(piece.at as usize, results, values);
    }
}
