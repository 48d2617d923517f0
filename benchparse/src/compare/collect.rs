//! Results to samples, samples to tables.

use std::collections::HashMap;

use hashbrown::HashMap as FastMap;

use super::project::{Projector, Shared, value_of};
use super::question::{Levels, Question};
use super::table::{Cell, Column, Geomean, GeomeanWarning, Ratio, Row, Table, Tables};
use crate::format::{BenchmarkResult, ConfigId, Parser, Symbol};
use crate::query::{Field, Filter, Key, Order, Projection};
use crate::stats::{Assumption, Comparer, Sample, geomean, summarize};
use crate::unit::Class;

/// Puts measurements into the samples that a [`Question`] asks for.
///
/// All results given to one collector must come from one [`Parser`]: their symbols are compared.
/// [`Collector::finish`] takes the same one. The module's example shows it at work.
#[derive(Debug)]
pub struct Collector {
    filter: Filter,
    /// Fields whose order is a list: only values in it are taken.
    lists: Vec<Field>,
    shared: Shared,
    table: Projector,
    row: Projector,
    col: Projector,
    residue: Projector,
    file: Symbol,
    groups: FastMap<(ConfigId, Symbol), u32>,
    group_list: Vec<Group>,
    last: Option<((ConfigId, Symbol), u32)>,
    cells: Vec<CellSample>,
    cell_ids: FastMap<CellKey, u32>,
    /// Units in the order they were first seen.
    units: Vec<Symbol>,
}

/// The results of one benchmark in one configuration of one input: they differ in nothing that a
/// key could tell.
#[derive(Debug)]
struct Group {
    accepts: Accepts,
    keys: Option<Keys>,
    /// The cells of the units seen so far.
    cells: Vec<(Symbol, u32)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Accepts {
    All,
    Nothing,
    /// The filter asks for the unit.
    ByUnit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Keys {
    table: u32,
    row: u32,
    col: u32,
    residue: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct CellKey {
    table: u32,
    unit: Symbol,
    row: u32,
    col: u32,
}

#[derive(Debug)]
struct CellSample {
    key: CellKey,
    values: Vec<f64>,
    residues: Vec<u32>,
}

impl Default for Collector {
    fn default() -> Self {
        Self::new(Question::default())
    }
}

impl Collector {
    /// A collector that has seen nothing.
    pub fn new(question: Question) -> Self {
        let Question {
            filter,
            table,
            row,
            col,
            ignore,
        } = question;
        let all = [&table, &row, &col, &ignore];
        let fields = || all.into_iter().flat_map(|projection| &projection.fields);
        let unused = [Key::Config, Key::FullName]
            .into_iter()
            .filter(|group| fields().all(|field| field.key != *group));
        let residue = Projection {
            fields: unused
                .map(|key| Field {
                    key,
                    order: Order::FirstSeen,
                })
                .collect(),
        };
        Self {
            lists: fields()
                .filter(|field| matches!(field.order, Order::Fixed(_)))
                .cloned()
                .collect(),
            shared: Shared::new(all.into_iter()),
            filter,
            table: Projector::new(table),
            row: Projector::new(row),
            col: Projector::new(col),
            residue: Projector::new(residue),
            file: Symbol::EMPTY,
            groups: FastMap::new(),
            group_list: Vec::new(),
            last: None,
            cells: Vec::new(),
            cell_ids: FastMap::new(),
            units: Vec::new(),
        }
    }

    /// Takes those of a result's measurements that the filter selects. For a benchmark that is known
    /// already this is a look-up: filter and projections are asked again only where `.unit` is asked
    /// for.
    pub fn add(&mut self, result: &BenchmarkResult<'_>) {
        let group = self.group(result);
        let accepts = self.group_list[group as usize].accepts;
        if accepts == Accepts::Nothing {
            return;
        }
        for (place, measured) in result.measurements().iter().enumerate() {
            if accepts == Accepts::ByUnit
                && !self.matches(result, Some((measured.unit, measured.written)))
            {
                continue;
            }
            let cells = &self.group_list[group as usize].cells;
            let known = match cells.get(place) {
                Some(&(unit, cell)) if unit == measured.unit => Some(cell),
                _ => cells
                    .iter()
                    .find(|(unit, _)| *unit == measured.unit)
                    .map(|&(_, cell)| cell),
            };
            let cell = match known {
                Some(cell) => cell,
                None => self.cell(group, measured.unit, result),
            };
            self.cells[cell as usize].values.push(measured.value);
        }
    }

    fn group(&mut self, result: &BenchmarkResult<'_>) -> u32 {
        if result.file() != self.file {
            self.file = result.file();
            self.groups.clear();
            self.last = None;
        }
        let key = (result.config_id(), result.name_symbol());
        if let Some((last, group)) = self.last
            && last == key
        {
            return group;
        }
        let group = match self.groups.get(&key) {
            Some(&group) => group,
            None => {
                let accepts = self.accepts(result);
                let group = self.group_list.len() as u32;
                self.group_list.push(Group {
                    accepts,
                    keys: None,
                    cells: Vec::new(),
                });
                self.groups.insert(key, group);
                group
            }
        };
        self.last = Some((key, group));
        group
    }

    fn accepts(&self, result: &BenchmarkResult<'_>) -> Accepts {
        let listed = self.lists.iter().all(|field| match &field.order {
            Order::Fixed(list) => {
                let value = value_of(&field.key, result);
                list.iter().any(|listed| listed == value)
            }
            _ => true,
        });
        if !listed {
            Accepts::Nothing
        } else if self.filter.mentions(&Key::Unit) {
            Accepts::ByUnit
        } else if self.matches(result, None) {
            Accepts::All
        } else {
            Accepts::Nothing
        }
    }

    fn matches(
        &self,
        result: &BenchmarkResult<'_>,
        unit: Option<(Symbol, Option<(f64, Symbol)>)>,
    ) -> bool {
        self.filter.eval(&mut |term| {
            if *term.key() != Key::Unit {
                return term.matches(value_of(term.key(), result));
            }
            let text = |symbol| result.symbols().text(symbol);
            unit.is_some_and(|(unit, written)| {
                term.matches(text(unit))
                    || written.is_some_and(|(_, unit)| term.matches(text(unit)))
            })
        })
    }

    #[cold]
    fn cell(&mut self, group: u32, unit: Symbol, result: &BenchmarkResult<'_>) -> u32 {
        let shared = &mut self.shared;
        let keys = *self.group_list[group as usize]
            .keys
            .get_or_insert_with(|| Keys {
                table: self.table.project(shared, result),
                row: self.row.project(shared, result),
                col: self.col.project(shared, result),
                residue: self.residue.project(shared, result),
            });
        if !self.units.contains(&unit) {
            self.units.push(unit);
        }
        let key = CellKey {
            table: keys.table,
            unit,
            row: keys.row,
            col: keys.col,
        };
        let cell = *self.cell_ids.entry(key).or_insert_with(|| {
            self.cells.push(CellSample {
                key,
                values: Vec::new(),
                residues: Vec::new(),
            });
            (self.cells.len() - 1) as u32
        });
        let residues = &mut self.cells[cell as usize].residues;
        if !residues.contains(&keys.residue) {
            residues.push(keys.residue);
        }
        self.group_list[group as usize].cells.push((unit, cell));
        cell
    }

    /// Whether no measurement was taken: no result came, or the filter leaves none.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Summarises and compares all samples. `parser` is the one that all results came from.
    ///
    /// # Panics
    /// It may, when `parser` is another one.
    pub fn finish(mut self, parser: &Parser, levels: Levels) -> Tables {
        let shared = &self.shared;
        let (table_places, row_places, col_places) = (
            self.table.places(shared),
            self.row.places(shared),
            self.col.places(shared),
        );
        let mut unit_places = vec![0; parser.symbols().len()];
        for (place, unit) in self.units.iter().enumerate() {
            unit_places[unit.index()] = place;
        }
        let mut cells = std::mem::take(&mut self.cells);
        cells.sort_by_cached_key(|cell| {
            (
                table_places[cell.key.table as usize],
                unit_places[cell.key.unit.index()],
                row_places[cell.key.row as usize],
                col_places[cell.key.col as usize],
            )
        });
        let mut tables = Vec::new();
        let mut comparer = Comparer::new();
        let mut rest = cells.into_iter().peekable();
        while let Some(first) = rest.peek().map(|cell| cell.key) {
            let same_table =
                |cell: &CellSample| cell.key.table == first.table && cell.key.unit == first.unit;
            let in_table = std::iter::from_fn(|| rest.next_if(same_table)).collect();
            tables.push(self.assemble(in_table, &col_places, parser, levels, &mut comparer));
        }
        Tables {
            heading_keys: self.table.field_names(&mut self.shared),
            row_keys: self.row.field_names(&mut self.shared),
            column_keys: self.col.field_names(&mut self.shared),
            symbols: self.shared.texts,
            tables,
        }
    }

    /// Makes a table of its samples, which are sorted by row and column.
    fn assemble(
        &mut self,
        samples: Vec<CellSample>,
        col_places: &[u32],
        parser: &Parser,
        levels: Levels,
        comparer: &mut Comparer,
    ) -> Table {
        let mut columns: Vec<u32> = samples.iter().map(|cell| cell.key.col).collect();
        columns.sort_unstable_by_key(|&col| col_places[col as usize]);
        columns.dedup();
        let column_of: HashMap<u32, usize> = columns.iter().copied().zip(0..).collect();
        let (unit, table) = samples
            .first()
            .map_or((Symbol::EMPTY, 0), |cell| (cell.key.unit, cell.key.table));
        let unit = parser.symbols().text(unit);
        let assumption = if parser.units().is_exact(unit) {
            Assumption::Exact
        } else {
            Assumption::Nothing
        };
        let mut rows: Vec<Row> = Vec::new();
        let mut last_row = None;
        for CellSample {
            key,
            values,
            residues,
        } in samples
        {
            if last_row != Some(key.row) {
                last_row = Some(key.row);
                rows.push(self.row(key.row));
            }
            let Some(row) = rows.last_mut() else { continue };
            let sample = Sample::new(values);
            let comparison = row.baseline().map(|baseline| {
                comparer.compare(&baseline.sample, &sample, assumption, levels.alpha)
            });
            row.cells.push(Cell {
                column: column_of[&key.col],
                summary: summarize(&sample, assumption, levels.confidence),
                varying: match residues.len() {
                    1 => Vec::new(),
                    _ => self.shared.varying(&self.residue, &residues),
                },
                comparison,
                sample,
            });
        }
        Table {
            headings: self.table.texts(&self.shared, table),
            unit: self.shared.texts.intern(unit),
            class: Class::of(unit),
            direction: parser.units().direction(unit),
            assumption,
            geomeans: (0..columns.len())
                .map(|column| column_geomean(&rows, column))
                .collect(),
            columns: columns
                .iter()
                .map(|&key| Column {
                    values: self.col.texts(&self.shared, key),
                })
                .collect(),
            rows,
        }
    }

    fn row(&mut self, key: u32) -> Row {
        let values = self.row.texts(&self.shared, key);
        Row {
            label: label(&mut self.shared, &values),
            values,
            cells: Vec::new(),
        }
    }
}

/// The values that are not empty, joined with blanks.
fn label(shared: &mut Shared, values: &[Symbol]) -> Symbol {
    let mut shown = values.iter().filter(|&&value| value != Symbol::EMPTY);
    match (shown.next(), shown.next()) {
        (None, _) => Symbol::EMPTY,
        (Some(&only), None) => only,
        _ => {
            let texts: Vec<&[u8]> = values
                .iter()
                .filter(|&&value| value != Symbol::EMPTY)
                .map(|&value| shared.texts.text(value))
                .collect();
            let joined = bstr::join(b" ", texts);
            shared.texts.intern(&joined)
        }
    }
}

fn column_geomean(rows: &[Row], column: usize) -> Geomean {
    let centers = || {
        rows.iter()
            .filter_map(|row| Some(row.cell(column)?.summary.center))
    };
    let mut warnings = Vec::new();
    let summary = positive_geomean(centers());
    let ratio = (column > 0).then(|| {
        let baselines = rows.iter().filter(|row| row.baseline().is_some()).count();
        let pairs: Vec<(f64, f64)> = rows
            .iter()
            .filter_map(|row| {
                let (old, new) = (row.baseline()?, row.cell(column)?);
                Some((old.summary.center, new.summary.center))
            })
            .collect();
        if pairs.len() != baselines {
            warnings.push(GeomeanWarning::SetDiffers);
        }
        pairs
    });
    if summary.is_none() {
        warnings.push(GeomeanWarning::SummaryNotPositive);
    }
    let ratio = ratio.map(|pairs| {
        if pairs.iter().any(|&(old, new)| old == 0.0 && new != old) {
            return Ratio::Undefined;
        }
        let ratios = pairs
            .iter()
            .map(|&(old, new)| if old == new { 1.0 } else { new / old });
        match positive_geomean(ratios) {
            Some(ratio) => Ratio::Of(ratio),
            None => {
                warnings.push(GeomeanWarning::RatioNotPositive);
                Ratio::Undefined
            }
        }
    });
    Geomean {
        summary,
        ratio,
        warnings,
    }
}

/// The geometric mean, if all values are positive and there is one.
fn positive_geomean(values: impl Iterator<Item = f64> + Clone) -> Option<f64> {
    if values.clone().any(|value| value <= 0.0) {
        return None;
    }
    let mut values = values.peekable();
    values.peek()?;
    let mean = geomean(values);
    (!mean.is_nan()).then_some(mean)
}
