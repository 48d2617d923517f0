//! Tables as plain data.

use std::ops::Range;
use std::sync::Arc;

use crate::format::{Symbol, Texts};
use crate::stats::{Assumption, Comparison, Sample, Summary, percent_text};
use crate::unit::{Class, Direction};

/// All tables of a comparison, in order.
///
/// Texts are [`Symbol`]s: [`Tables::text`] gives them, also when the parser is gone.
#[derive(Debug, Clone)]
pub struct Tables {
    pub(super) texts: Arc<Texts>,
    pub(super) heading_keys: Vec<Symbol>,
    pub(super) row_keys: Vec<Symbol>,
    pub(super) column_keys: Vec<Symbol>,
    /// The columns of all tables in order, for [`Tables::mismatch`]; none where something is compared.
    pub(super) columns: Vec<Column>,
    pub(super) tables: Vec<Table>,
}

impl Tables {
    /// The tables, sorted by the fields of their projection, then by unit.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The text of a symbol of these tables; `None` for one of other tables or another parser.
    pub fn text(&self, symbol: Symbol) -> Option<&[u8]> {
        self.texts.text(symbol)
    }

    pub(super) fn own_text(&self, symbol: Symbol) -> &[u8] {
        self.texts.own_text(symbol)
    }

    /// The keys of [`Table::headings`]; `.config` stands as its members.
    pub fn heading_keys(&self) -> &[Symbol] {
        &self.heading_keys
    }

    /// The keys of [`Row::values`].
    pub fn row_keys(&self) -> &[Symbol] {
        &self.row_keys
    }

    /// The keys of [`Column::values`].
    pub fn column_keys(&self) -> &[Symbol] {
        &self.column_keys
    }
}

/// The results of one combination of table fields and unit: rows by columns of cells.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Table {
    /// The values of [`Tables::heading_keys`], one for each; empty where a key is missing.
    pub headings: Vec<Symbol>,
    /// The unit, tidied, as `sec/op`.
    pub unit: Symbol,
    /// Which prefixes its values take.
    pub class: Class,
    /// Which way it improves.
    pub direction: Direction,
    /// What is assumed about its values.
    pub assumption: Assumption,
    /// The columns; the first is the baseline.
    pub columns: Vec<Column>,
    /// The geometric means, one for each column.
    pub geomeans: Vec<Geomean>,
    pub(super) rows: Rows,
}

impl Table {
    /// The rows, in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> + Clone {
        self.rows_in(0..self.rows.entries.len())
    }

    /// Some of the rows, by their numbers in order.
    ///
    /// # Panics
    /// When there are not so many.
    pub fn rows_in(&self, range: Range<usize>) -> impl ExactSizeIterator<Item = Row<'_>> + Clone {
        let entries = self.rows.entries[range].iter();
        entries.map(|entry| self.rows.row(entry))
    }
}

/// The rows of a table in order, and blocks of what is in them.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    pub(super) entries: Vec<Entry>,
    pub(super) blocks: Vec<Block>,
}

/// The values and cells of some rows, one after the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Block {
    pub(super) values: Vec<Symbol>,
    pub(super) cells: Vec<Cell>,
}

/// Where a row's values and cells are, as start and end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Entry {
    pub(super) label: Symbol,
    pub(super) block: u32,
    pub(super) values: [u32; 2],
    pub(super) cells: [u32; 2],
}

impl Rows {
    pub(super) fn row(&self, entry: &Entry) -> Row<'_> {
        let range = |[start, end]: [u32; 2]| start as usize..end as usize;
        let block = &self.blocks[entry.block as usize];
        Row {
            values: &block.values[range(entry.values)],
            label: entry.label,
            cells: &block.cells[range(entry.cells)],
        }
    }

    /// Adds rows that come after these.
    pub(super) fn append(&mut self, other: Self) {
        let blocks = self.blocks.len() as u32;
        self.entries.extend(other.entries.iter().map(|entry| Entry {
            block: entry.block + blocks,
            ..*entry
        }));
        self.blocks.extend(other.blocks);
    }
}

/// A column's place in its projection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Column {
    /// The values of [`Tables::column_keys`], one for each.
    pub values: Vec<Symbol>,
}

/// One row.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Row<'t> {
    /// The values of [`Tables::row_keys`], one for each.
    pub values: &'t [Symbol],
    /// The values that are not empty, joined with blanks. Two rows may have the same.
    pub label: Symbol,
    /// The cells that have measurements, by column. A row need not have one in every column.
    pub cells: &'t [Cell],
}

impl<'t> Row<'t> {
    /// The cell of a column, counted from 0, if it has measurements.
    pub fn cell(&self, column: usize) -> Option<&'t Cell> {
        let place = self
            .cells
            .binary_search_by_key(&column, |cell| cell.column)
            .ok()?;
        self.cells.get(place)
    }

    /// The first column's cell.
    pub fn baseline(&self) -> Option<&'t Cell> {
        self.cells.first().filter(|cell| cell.column == 0)
    }
}

/// The sample of one row and column.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Cell {
    /// Which column it is in, counted from 0.
    pub column: usize,
    /// All its values, in the table's unit. In [`TableStream`](super::TableStream) there are none: nobody has to
    /// keep them.
    pub sample: Sample,
    /// Centre and interval, in the table's unit.
    pub summary: Summary,
    /// Keys that no projection uses and that vary among the results of this cell.
    pub varying: Vec<Symbol>,
    /// The comparison with the baseline cell of the row, if this is another and there is one.
    pub comparison: Option<Comparison>,
}

/// The geometric means of a column.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Geomean {
    /// Of the centres of all cells, in the table's unit; nothing where one is not positive.
    pub summary: Option<f64>,
    /// Of the ratios to the baseline; nothing for the baseline itself.
    pub ratio: Option<Ratio>,
    /// What to know about them.
    pub warnings: Vec<GeomeanWarning>,
}

/// The geometric mean of ratios.
///
/// There is one or there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ratio {
    /// New over old: 1.1 is ten percent more.
    Of(f64),
    /// There is none: a ratio is not positive, or a baseline is zero.
    Undefined,
}

impl Ratio {
    /// The difference that it stands for, in percent with its sign, or `?` where there is none.
    ///
    /// ```
    /// use benchparse::compare::Ratio;
    ///
    /// assert_eq!(Ratio::Of(1.1).delta_text(), "+10.00%");
    /// assert_eq!(Ratio::Undefined.delta_text(), "?");
    /// ```
    pub fn delta_text(self) -> String {
        match self {
            Self::Of(ratio) => percent_text(ratio),
            Self::Undefined => "?".to_owned(),
        }
    }
}

/// What to know about a geometric mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum GeomeanWarning {
    /// Rows of the baseline are missing in this column.
    #[error("benchmark set differs from baseline; geomeans may not be comparable")]
    SetDiffers,
    /// A centre is not positive.
    #[error("summaries must be >0 to compute geomean")]
    SummaryNotPositive,
    /// A ratio is not positive, or there is none.
    #[error("ratios must be >0 to compute geomean")]
    RatioNotPositive,
}
