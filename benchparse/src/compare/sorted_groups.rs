//! The collected groups, sorted by table, row and column.

use std::sync::Arc;

use super::collect::{Collector, Group, UnitGroup};
use super::project::{Naming, Projector};
use super::table::{Column, Rows, Table, Tables};
use super::unit_layout::UnitLayout;
use crate::format::{Parser, Symbol, Symbols, Texts};
use crate::stats::Assumption;
use crate::unit::{Class, Direction};

/// Groups in the order of tables, and what their numbers stand for.
#[derive(Debug)]
pub(super) struct SortedGroups {
    collected: Collector,
    texts: Arc<Texts>,
    /// The labels of rows by their key, where they are not the keys' only values.
    labels: Option<Vec<Symbol>>,
    units: Vec<UnitFacts>,
    layouts: Vec<UnitLayout>,
    pub(super) sorted: Vec<Sorted>,
    /// Keys by their places.
    table_keys: Vec<u32>,
    row_keys: Vec<u32>,
    col_keys: Vec<u32>,
    /// Whether some row has two cells, or there is one column only.
    pub(super) compares: bool,
    /// No tables, and the texts of all.
    pub(super) empty: Tables,
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

/// What a unit group gives to a cell: the values of one unit. Rows and columns are places in their
/// order.
#[derive(Debug, Clone, Copy)]
pub(super) struct CellPart {
    pub(super) unit: u32,
    pub(super) row: u32,
    pub(super) col: u32,
    pub(super) group: u32,
    pub(super) unit_group: u32,
    /// The unit's place in the unit group's layout.
    pub(super) at: u32,
}

impl SortedGroups {
    pub(super) fn new(mut collected: Collector, parser: &Parser) -> Self {
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
            columns: Vec::new(),
            texts: Arc::clone(&texts),
            tables: Vec::new(),
        };
        let mut groups = Self {
            labels,
            units: unit_facts(&collected.units, parser),
            layouts: layouts(&collected),
            sorted: Vec::new(),
            table_keys: collected.table.sorted(&collected.shared, symbols),
            row_keys: collected.row.sorted(&collected.shared, symbols),
            col_keys: collected.col.sorted(&collected.shared, symbols),
            collected,
            texts,
            compares: false,
            empty,
        };
        groups.sort();
        groups.compares = groups.col_keys.len() < 2 || groups.has_pair();
        if !groups.compares {
            let keys = groups.col_keys.iter();
            groups.empty.columns = keys.map(|&key| groups.column(key)).collect();
        }
        groups
    }

    fn sort(&mut self) {
        let [tables, rows, cols] =
            [&self.table_keys, &self.row_keys, &self.col_keys].map(|keys| places(keys));
        let groups = (0..).zip(&self.collected.groups);
        let taken = groups.filter(|(_, group)| group.unit_group.is_some());
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
                let unit_groups = self.strands_of(sorted.group);
                let units = unit_groups.flat_map(|(_, unit_group)| &self.layout(unit_group).units);
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

    fn naming(&self) -> Naming<'_> {
        Naming {
            shared: &self.collected.shared,
            texts: &self.texts,
        }
    }

    /// The results of a cell part's unit group, with numbers in the order they came.
    pub(super) fn segments(&self, cell_part: &CellPart) -> impl Iterator<Item = (u32, &[f64])> {
        let unit_group = self.unit_group(cell_part);
        self.collected.measured.segments(&unit_group.values)
    }

    pub(super) fn group(&self, cell_part: &CellPart) -> &Group {
        &self.collected.groups[cell_part.group as usize]
    }

    pub(super) fn unit_group(&self, cell_part: &CellPart) -> &UnitGroup {
        &self.collected.unit_groups[cell_part.unit_group as usize]
    }

    /// The unit groups of a group with their numbers.
    pub(super) fn strands_of(&self, group: u32) -> impl Iterator<Item = (u32, &UnitGroup)> {
        let mut next = self.collected.groups[group as usize].unit_group;
        std::iter::from_fn(move || {
            let number = next?;
            let unit_group = &self.collected.unit_groups[number as usize];
            next = unit_group.next;
            Some((number, unit_group))
        })
    }

    pub(super) fn layout(&self, unit_group: &UnitGroup) -> &UnitLayout {
        &self.layouts[unit_group.layout as usize]
    }

    pub(super) fn assumption(&self, unit: u32) -> Assumption {
        self.units[unit as usize].assumption
    }

    pub(super) fn table_key(&self, place: u32) -> u32 {
        self.table_keys[place as usize]
    }

    pub(super) fn row_key(&self, cell_part: &CellPart) -> u32 {
        self.row_keys[cell_part.row as usize]
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

    /// How many values there are.
    pub(super) fn values(&self) -> usize {
        self.collected.measured.len()
    }

    fn column(&self, key: u32) -> Column {
        Column {
            values: self.key_texts(&self.collected.col, key),
        }
    }

    fn key_texts(&self, projector: &Projector, key: u32) -> Vec<Symbol> {
        let mut texts = Vec::new();
        projector.add_texts(&self.naming(), key, &mut texts);
        texts
    }

    /// A table of one unit, without rows.
    pub(super) fn headings(&self, table: u32, unit: u32, columns: &[u32]) -> Table {
        let facts = &self.units[unit as usize];
        let column = |&place: &u32| self.column(self.col_keys[place as usize]);
        Table {
            headings: self.key_texts(&self.collected.table, table),
            unit: facts.symbol,
            class: facts.class,
            direction: facts.direction,
            assumption: facts.assumption,
            columns: columns.iter().map(column).collect(),
            geomeans: Vec::new(),
            rows: Rows::default(),
        }
    }
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
        let text = symbols.own_text(symbol);
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

fn layouts(collected: &Collector) -> Vec<UnitLayout> {
    let units = collected.units.iter().copied();
    let places = units.zip(0..).collect();
    let layouts = collected.layouts.iter();
    layouts
        .map(|units| UnitLayout::new(units, &places))
        .collect()
}
