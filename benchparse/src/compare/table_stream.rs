//! Computes tables from samples, a few tables at a time.

use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::ops::Range;

use super::collect::Collector;
use super::geomeans::column_geomean;
use super::in_order::in_order;
use super::judge::Judge;
use super::options::Thresholds;
use super::sorted_groups::{CellPart, SortedGroups};
use super::table::{Rows, Table, Tables};
use super::table_ranges::{TableRange, table_ranges};
use crate::format::{ForeignParser, Parser};

/// The tables of a [`Collector`], some at a time. See [`Collector::finish_in_parts`].
#[derive(Debug)]
pub struct TableStream {
    groups: SortedGroups,
    thresholds: Thresholds,
}

/// So many cells are made by one thread at a time.
const PART: usize = 1 << 12;

/// With more cells than these one table is made by all threads.
const LARGE: usize = 1 << 13;

/// So many cells of such a table are made at a time.
const SHARE: usize = 1 << 10;

/// For fewer values no thread is started.
const FEW: usize = 10_000;

impl Collector {
    /// Summarises and compares all samples. `parser` is the one that all results came from.
    ///
    /// # Errors
    /// When a result came from another parser.
    pub fn finish(self, parser: &Parser, thresholds: Thresholds) -> Result<Tables, ForeignParser> {
        Ok(TableStream::new(self, parser, thresholds)?.all())
    }

    /// The tables some at a time and on several threads: for inputs so large that not all tables
    /// should stand in memory at once. Their cells have no samples.
    ///
    /// # Errors
    /// When a result came from another parser.
    pub fn finish_in_parts(
        self,
        parser: &Parser,
        thresholds: Thresholds,
    ) -> Result<TableStream, ForeignParser> {
        TableStream::new(self, parser, thresholds)
    }
}

impl TableStream {
    fn new(
        collected: Collector,
        parser: &Parser,
        thresholds: Thresholds,
    ) -> Result<Self, ForeignParser> {
        collected.source.check(parser)?;
        Ok(Self {
            groups: SortedGroups::new(collected, parser),
            thresholds,
        })
    }

    /// Whether some row has two cells, or there is one column only. If not, [`TableStream::each`] makes one
    /// part of all tables, for [`Tables::mismatch`] to say why.
    pub fn compares(&self) -> bool {
        self.groups.compares
    }

    /// Gives whole tables, in order and some at a time, to `make` on up to `threads` threads, and what
    /// that makes of them to `take`, on this thread and in order. `make` is told on how many threads it
    /// may work itself.
    ///
    /// # Errors
    /// The first of `take`.
    pub fn each<T: Send, E>(
        &self,
        threads: NonZeroUsize,
        make: impl Fn(&mut Tables, NonZeroUsize) -> T + Sync,
        mut take: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        let threads = if self.groups.values() < FEW {
            NonZeroUsize::MIN
        } else {
            threads
        };
        let mut judges: Vec<Judge> = (0..threads.get())
            .map(|_| Judge::new(self.thresholds, false))
            .collect();
        let made = |judges: &mut [Judge], bundle: &Bundle, threads| {
            let mut tables = Tables {
                tables: self.tables(bundle.groups.clone(), judges),
                ..self.groups.empty.clone()
            };
            make(&mut tables, threads)
        };
        let bundles = self.bundles();
        for bundles in bundles.chunk_by(|a, b| a.cells <= LARGE && b.cells <= LARGE) {
            match bundles {
                [bundle] => take(made(&mut judges, bundle, threads))?,
                _ => in_order(
                    &mut judges,
                    bundles.len(),
                    |judge, number| {
                        let judges = std::slice::from_mut(judge);
                        made(judges, &bundles[number], NonZeroUsize::MIN)
                    },
                    &mut take,
                )?,
            }
        }
        Ok(())
    }

    /// All tables, with their samples.
    fn all(&self) -> Tables {
        let mut judge = [Judge::new(self.thresholds, true)];
        Tables {
            tables: self.tables(0..self.groups.sorted.len(), &mut judge),
            ..self.groups.empty.clone()
        }
    }

    /// Groups that are whole tables, about [`PART`] cells each.
    fn bundles(&self) -> Vec<Bundle> {
        let mut bundles: Vec<Bundle> = Vec::new();
        let mut end = 0;
        for groups in self.groups.sorted.chunk_by(|a, b| a.table == b.table) {
            let unit_groups = groups
                .iter()
                .flat_map(|it| self.groups.strands_of(it.group));
            let cells = unit_groups
                .map(|(_, unit_group)| self.groups.layout(unit_group).units.len())
                .sum();
            end += groups.len();
            match bundles.last_mut() {
                Some(last) if !self.groups.compares || last.cells + cells <= PART => {
                    last.groups.end = end;
                    last.cells += cells;
                }
                _ => bundles.push(Bundle {
                    groups: end - groups.len()..end,
                    cells,
                }),
            }
        }
        bundles
    }

    /// The tables of some groups, on a thread for each judge.
    fn tables(&self, groups: Range<usize>, judges: &mut [Judge]) -> Vec<Table> {
        let (cell_parts, ranges) = table_ranges(&self.groups, groups);
        let table = |range: &TableRange| {
            let rows = self.rows(range, &cell_parts[range.cell_parts.clone()], judges);
            self.table(range, rows)
        };
        ranges.iter().map(table).collect()
    }

    /// The rows of a table: many are shared out among the judges.
    fn rows(&self, range: &TableRange, cell_parts: &[CellPart], judges: &mut [Judge]) -> Rows {
        if let [judge] = judges {
            return judge.rows(&self.groups, range, cell_parts);
        }
        let shares = whole_rows(cell_parts);
        let mut rows = Rows::default();
        rows.entries
            .reserve_exact(cell_parts.len() / range.columns.len().max(1));
        let Ok(()) = in_order(
            judges,
            shares.len(),
            |judge, number| judge.rows(&self.groups, range, shares[number]),
            |some| -> Result<(), Infallible> {
                rows.append(some);
                Ok(())
            },
        );
        rows
    }

    fn table(&self, range: &TableRange, rows: Rows) -> Table {
        let columns = 0..range.columns.len();
        Table {
            geomeans: columns
                .map(|column| column_geomean(&rows, column))
                .collect(),
            rows,
            ..self
                .groups
                .headings(range.table, range.unit, &range.columns)
        }
    }
}

/// Whole tables that are made together.
#[derive(Debug)]
struct Bundle {
    groups: Range<usize>,
    cells: usize,
}

/// Shares of [`SHARE`] cell parts or so, which end with a row.
fn whole_rows(mut cell_parts: &[CellPart]) -> Vec<&[CellPart]> {
    let mut shares = Vec::with_capacity(cell_parts.len() / SHARE + 1);
    while cell_parts.len() > SHARE {
        let row = cell_parts[SHARE - 1].row;
        let rest = cell_parts[SHARE..].iter();
        let end = SHARE + rest.take_while(|cell_part| cell_part.row == row).count();
        let (share, others) = cell_parts.split_at(end);
        shares.push(share);
        cell_parts = others;
    }
    shares.push(cell_parts);
    shares
}
