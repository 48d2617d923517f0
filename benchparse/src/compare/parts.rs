//! Samples to tables.

use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::Arc;

use super::collect::{Collector, Group, Strand};
use super::geomeans::column_geomean;
use super::in_order::in_order;
use super::judge::Judge;
use super::project::{Naming, Projector};
use super::question::Levels;
use super::shapes::Shape;
use super::spans::{Piece, Span, spans};
use super::table::{Column, Rows, Table, Tables};
use crate::format::{Parser, Symbol, Symbols, Texts};
use crate::stats::Assumption;
use crate::unit::{Class, Direction};

/// The tables of a [`Collector`], some at a time. See [`Collector::finish_in_parts`].
#[derive(Debug)]
pub struct Parts {
    /// What was collected; groups are in [`Parts::sorted`] order.
    collected: Collector,
    texts: Arc<Texts>,
    /// The labels of rows by their key, where they are not the keys' only values.
    labels: Option<Vec<Symbol>>,
    units: Vec<UnitFacts>,
    shapes: Vec<Shape>,
    sorted: Vec<Sorted>,
    /// Keys by their places.
    table_keys: Vec<u32>,
    row_keys: Vec<u32>,
    col_keys: Vec<u32>,
    levels: Levels,
    compares: bool,
    /// No tables, and the texts of all.
    empty: Tables,
}

/// A group's place: by table, row and column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sorted {
    pub(super) table: u32,
    pub(super) row: u32,
    pub(super) col: u32,
    pub(super) group: u32,
}

#[derive(Debug)]
struct UnitFacts {
    symbol: Symbol,
    class: Class,
    direction: Direction,
    assumption: Assumption,
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
    /// # Panics
    /// It may, when `parser` is another one.
    pub fn finish(self, parser: &Parser, levels: Levels) -> Tables {
        Parts::new(self, parser, levels).all()
    }

    /// The tables some at a time and on several threads: for inputs so large that not all tables
    /// should stand in memory at once. Their cells have no samples.
    ///
    /// # Panics
    /// It may, when `parser` is another one.
    pub fn finish_in_parts(self, parser: &Parser, levels: Levels) -> Parts {
        Parts::new(self, parser, levels)
    }
}

impl Parts {
    pub(super) fn new(mut collected: Collector, parser: &Parser, levels: Levels) -> Self {
        let symbols = parser.symbols();
        collected.forget_index();
        let Collector {
            shared,
            table,
            row,
            col,
            residue,
            ..
        } = &mut collected;
        shared.make_texts(&[table, row, col, residue]);
        let labels = row.make_labels(shared, symbols);
        let texts = Arc::new(Texts::new(symbols, &shared.made));
        let naming = Naming {
            shared,
            texts: &texts,
        };
        let empty = Tables {
            heading_keys: table.field_names(&naming),
            row_keys: row.field_names(&naming),
            column_keys: col.field_names(&naming),
            texts: Arc::clone(&texts),
            tables: Vec::new(),
        };
        let labels = labels.map(|labels| {
            let labels = labels.into_iter();
            labels.map(|label| texts.of_second(label)).collect()
        });
        let mut parts = Self {
            labels,
            units: unit_facts(&collected.units, parser),
            shapes: shapes(&collected),
            sorted: Vec::new(),
            table_keys: collected.table.sorted(&collected.shared, symbols),
            row_keys: collected.row.sorted(&collected.shared, symbols),
            col_keys: collected.col.sorted(&collected.shared, symbols),
            collected,
            texts,
            levels,
            compares: false,
            empty,
        };
        parts.sort();
        parts.compares = parts.col_keys.len() < 2 || parts.has_pair();
        parts
    }

    fn sort(&mut self) {
        let [tables, rows, cols] =
            [&self.table_keys, &self.row_keys, &self.col_keys].map(|keys| places(keys));
        let groups = (0..).zip(&self.collected.groups);
        let taken = groups.filter(|(_, group)| group.strand.is_some());
        self.sorted = taken
            .map(|(number, group)| Sorted {
                table: tables[group.keys.table as usize],
                row: rows[group.keys.row as usize],
                col: cols[group.keys.col as usize],
                group: number,
            })
            .collect();
        // Stable, which makes use of the order that inputs have.
        self.sorted.sort();
    }

    /// Whether some row has cells in two columns.
    fn has_pair(&self) -> bool {
        let mut seen: Vec<(u32, u32)> = Vec::new();
        let mut rows = self
            .sorted
            .chunk_by(|a, b| (a.table, a.row) == (b.table, b.row));
        rows.any(|row| {
            seen.clear();
            row.iter().any(|sorted| {
                let strands = self.strands_of(sorted.group);
                let units = strands.flat_map(|(_, strand)| &self.shape(strand).units);
                for unit in units.map(|unit| unit.unit) {
                    let known = seen.iter().find(|(other, _)| *other == unit);
                    match known {
                        Some((_, col)) if *col != sorted.col => return true,
                        Some(_) => {}
                        None => seen.push((unit, sorted.col)),
                    }
                }
                false
            })
        })
    }

    /// Whether some row has two cells, or there is one column only. If not, [`Parts::each`] makes one
    /// part of all tables, for [`Tables::mismatch`] to say why.
    pub fn compares(&self) -> bool {
        self.compares
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
        let threads = if self.collected.measured.len() < FEW {
            NonZeroUsize::MIN
        } else {
            threads
        };
        let mut judges: Vec<Judge> = (0..threads.get())
            .map(|_| Judge::new(self.levels, false))
            .collect();
        let made = |judges: &mut [Judge], bundle: &Bundle, threads| {
            let mut tables = Tables {
                tables: self.tables(bundle.groups.clone(), judges),
                ..self.empty.clone()
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
    pub(super) fn all(&self) -> Tables {
        let mut judge = [Judge::new(self.levels, true)];
        Tables {
            tables: self.tables(0..self.sorted.len(), &mut judge),
            ..self.empty.clone()
        }
    }

    /// Groups that are whole tables, about [`PART`] cells each.
    fn bundles(&self) -> Vec<Bundle> {
        let mut bundles: Vec<Bundle> = Vec::new();
        let mut end = 0;
        for groups in self.sorted.chunk_by(|a, b| a.table == b.table) {
            let strands = groups.iter().flat_map(|it| self.strands_of(it.group));
            let cells = strands
                .map(|(_, strand)| self.shape(strand).units.len())
                .sum();
            end += groups.len();
            match bundles.last_mut() {
                Some(last) if !self.compares || last.cells + cells <= PART => {
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
        let (pieces, spans) = spans(self, groups);
        let table = |span: &Span| {
            let rows = self.rows(span, &pieces[span.pieces.clone()], judges);
            self.table(span, rows)
        };
        spans.iter().map(table).collect()
    }

    /// The rows of a table: many are shared out among the judges.
    fn rows(&self, span: &Span, pieces: &[Piece], judges: &mut [Judge]) -> Rows {
        if let [judge] = judges {
            return judge.rows(self, span, pieces);
        }
        let shares = whole_rows(pieces);
        let mut rows = Rows::default();
        rows.entries
            .reserve_exact(pieces.len() / span.columns.len().max(1));
        let Ok(()) = in_order(
            judges,
            shares.len(),
            |judge, number| judge.rows(self, span, shares[number]),
            |some| -> Result<(), Infallible> {
                rows.append(some);
                Ok(())
            },
        );
        rows
    }

    fn table(&self, span: &Span, rows: Rows) -> Table {
        let facts = &self.units[span.unit as usize];
        let texts = |projector: &Projector, key| {
            let mut texts = Vec::new();
            projector.add_texts(&self.naming(), key, &mut texts);
            texts
        };
        let column = |&place: &u32| Column {
            values: texts(&self.collected.col, self.col_keys[place as usize]),
        };
        Table {
            headings: texts(&self.collected.table, span.table),
            unit: facts.symbol,
            class: facts.class,
            direction: facts.direction,
            assumption: span.assumption,
            columns: span.columns.iter().map(column).collect(),
            geomeans: (0..span.columns.len())
                .map(|column| column_geomean(&rows, column))
                .collect(),
            rows,
        }
    }

    fn naming(&self) -> Naming<'_> {
        Naming {
            shared: &self.collected.shared,
            texts: &self.texts,
        }
    }

    pub(super) fn sorted(&self) -> &[Sorted] {
        &self.sorted
    }

    /// The results of a piece's strand, with numbers in the order they came.
    pub(super) fn segments(&self, piece: &Piece) -> impl Iterator<Item = (u32, &[f64])> {
        let strand = self.strand(piece);
        self.collected.measured.segments(&strand.values)
    }

    pub(super) fn group(&self, piece: &Piece) -> &Group {
        &self.collected.groups[piece.group as usize]
    }

    pub(super) fn strand(&self, piece: &Piece) -> &Strand {
        &self.collected.strands[piece.strand as usize]
    }

    /// The strands of a group with their numbers.
    pub(super) fn strands_of(&self, group: u32) -> impl Iterator<Item = (u32, &Strand)> {
        let mut next = self.collected.groups[group as usize].strand;
        std::iter::from_fn(move || {
            let number = next?;
            let strand = &self.collected.strands[number as usize];
            next = strand.next;
            Some((number, strand))
        })
    }

    pub(super) fn shape(&self, strand: &Strand) -> &Shape {
        &self.shapes[strand.shape as usize]
    }

    pub(super) fn assumption(&self, unit: u32) -> Assumption {
        self.units[unit as usize].assumption
    }

    pub(super) fn table_key(&self, place: u32) -> u32 {
        self.table_keys[place as usize]
    }

    pub(super) fn row_key(&self, piece: &Piece) -> u32 {
        self.row_keys[piece.row as usize]
    }

    pub(super) fn add_row_values(&self, key: u32, values: &mut Vec<Symbol>) {
        self.collected.row.add_texts(&self.naming(), key, values);
    }

    /// The label of a row with these values.
    pub(super) fn label(&self, key: u32, values: &[Symbol]) -> Symbol {
        let made = self.labels.as_ref().map(|labels| labels[key as usize]);
        made.or(values.first().copied()).unwrap_or(Symbol::EMPTY)
    }

    /// The names of the keys by which residues differ.
    pub(super) fn varying(&self, residues: &[u32]) -> Vec<Symbol> {
        self.naming().varying(&self.collected.residue, residues)
    }
}

/// Whole tables that are made together.
#[derive(Debug)]
struct Bundle {
    groups: Range<usize>,
    cells: usize,
}

/// Shares of [`SHARE`] pieces or so, which end with a row.
fn whole_rows(mut pieces: &[Piece]) -> Vec<&[Piece]> {
    let mut shares = Vec::with_capacity(pieces.len() / SHARE + 1);
    while pieces.len() > SHARE {
        let row = pieces[SHARE - 1].row;
        let rest = pieces[SHARE..].iter();
        let end = SHARE + rest.take_while(|piece| piece.row == row).count();
        let (share, others) = pieces.split_at(end);
        shares.push(share);
        pieces = others;
    }
    shares.push(pieces);
    shares
}

/// The place of each key.
fn places(keys: &[u32]) -> Vec<u32> {
    let mut places = vec![0; keys.len()];
    for (place, &key) in (0..).zip(keys) {
        places[key as usize] = place;
    }
    places
}

fn unit_facts(units: &[Symbol], parser: &Parser) -> Vec<UnitFacts> {
    let symbols: &Symbols = parser.symbols();
    let facts = units.iter().map(|&symbol| {
        let text = symbols.text(symbol);
        UnitFacts {
            symbol,
            class: Class::of(text),
            direction: parser.units().direction(text),
            assumption: if parser.units().is_exact(text) {
                Assumption::Exact
            } else {
                Assumption::Nothing
            },
        }
    });
    facts.collect()
}

fn shapes(collected: &Collector) -> Vec<Shape> {
    let units = collected.units.iter().copied();
    let places = units.zip(0..).collect();
    let shapes = collected.shapes.iter();
    shapes.map(|units| Shape::new(units, &places)).collect()
}
