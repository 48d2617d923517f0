//! Results to samples, samples to tables.

use std::collections::HashMap;
use std::iter::Peekable;
use std::num::NonZeroUsize;

use hashbrown::HashMap as FastMap;

use super::mismatch::Mismatch;
use super::project::{Projector, Shared, value_of};
use super::question::{Levels, Question};
use super::table::{Cell, Column, Geomean, GeomeanWarning, Ratio, Row, Table, Tables};
use crate::format::{BenchmarkResult, ConfigId, Parser, Symbol, Symbols};
use crate::query::{Field, Filter, Key, Order, Projection};
use crate::stats::{Assumption, Comparer, Comparison, Sample, Summarizer, Summary, geomean};
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
    /// How many values the last benchmark had: the next one will have as many.
    expected: usize,
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
    residue: u32,
    /// Other residues than the first.
    residues: Vec<u32>,
}

/// Some cells are to be summarised before others are looked at, so that not all stand in memory in
/// both forms.
const PART: usize = 1 << 15;

/// Samples grow to this length as they come; longer ones by doubling.
const EXPECTED: usize = 1 << 12;

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
            expected: 0,
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
                if let Some(&(_, cell)) = self
                    .last
                    .and_then(|(_, last)| self.group_list[last as usize].cells.first())
                {
                    self.expected = self.cells[cell as usize].values.len().min(EXPECTED);
                }
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
                values: Vec::with_capacity(self.expected),
                residue: keys.residue,
                residues: Vec::new(),
            });
            (self.cells.len() - 1) as u32
        });
        let sample = &mut self.cells[cell as usize];
        if sample.residue != keys.residue && !sample.residues.contains(&keys.residue) {
            sample.residues.push(keys.residue);
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
    pub fn finish(self, parser: &Parser, levels: Levels) -> Tables {
        let mut parts = self.parts(parser, levels, NonZeroUsize::MIN, usize::MAX);
        parts.advance();
        parts.tables
    }

    /// Like [`Collector::finish`], on several threads and some tables at a time: for inputs so large
    /// that not all tables should stand in memory at once. If no row is compared with another all
    /// tables come at once, for [`Tables::mismatch`] to say why.
    ///
    /// # Panics
    /// It may, when `parser` is another one.
    pub fn finish_in_parts(
        self,
        parser: &Parser,
        levels: Levels,
        threads: NonZeroUsize,
    ) -> Parts<'_> {
        self.parts(parser, levels, threads, PART)
    }

    fn parts(
        mut self,
        parser: &Parser,
        levels: Levels,
        threads: NonZeroUsize,
        size: usize,
    ) -> Parts<'_> {
        let shared = &self.shared;
        let (table_places, row_places, col_places) = (
            self.table.places(shared),
            self.row.places(shared),
            self.col.places(shared),
        );
        let mut unit_places = vec![0; parser.symbols().len()];
        for (place, unit) in self.units.iter().enumerate() {
            unit_places[unit.index()] = place as u32;
        }
        let mut cells = std::mem::take(&mut self.cells);
        // What was needed to find a result's cell is needed no more.
        self.cell_ids = FastMap::new();
        self.groups = FastMap::new();
        self.group_list = Vec::new();
        cells.sort_by_cached_key(|cell| {
            let (table, unit, row, col) = (
                table_places[cell.key.table as usize],
                unit_places[cell.key.unit.index()],
                row_places[cell.key.row as usize],
                col_places[cell.key.col as usize],
            );
            u128::from(table) << 96
                | u128::from(unit) << 64
                | u128::from(row) << 32
                | u128::from(col)
        });
        let is_pair = |pair: &[CellSample]| matches!(pair, [a, b] if a.key.is_beside(&b.key));
        let compares = col_places.len() < 2 || cells.windows(2).any(is_pair);
        let tables = Tables {
            heading_keys: self.table.field_names(&mut self.shared),
            row_keys: self.row.field_names(&mut self.shared),
            column_keys: self.col.field_names(&mut self.shared),
            symbols: Symbols::default(),
            tables: Vec::new(),
        };
        let comparers = (0..threads.get()).map(|_| Comparer::new());
        Parts {
            shared: self.shared,
            table: self.table,
            row: self.row,
            col: self.col,
            residue: self.residue,
            cells: cells.into_iter(),
            col_places,
            compares,
            has_begun: false,
            size: if compares { size } else { usize::MAX },
            parser,
            judges: comparers
                .map(|comparer| Judge::new(comparer, levels))
                .collect(),
            tables,
        }
    }
}

impl CellKey {
    fn is_in_table_of(&self, other: &Self) -> bool {
        self.table == other.table && self.unit == other.unit
    }

    /// Whether both are in one row.
    fn is_beside(&self, other: &Self) -> bool {
        self.row == other.row && self.is_in_table_of(other)
    }
}

/// The tables of a [`Collector`], some at a time. See [`Collector::finish_in_parts`].
#[derive(Debug)]
pub struct Parts<'p> {
    shared: Shared,
    table: Projector,
    row: Projector,
    col: Projector,
    residue: Projector,
    /// Sorted by table, unit, row and column.
    cells: std::vec::IntoIter<CellSample>,
    col_places: Vec<u32>,
    /// How many cells make a part.
    size: usize,
    parser: &'p Parser,
    /// Whether some row has two cells, or there is one column only.
    compares: bool,
    judges: Vec<Judge>,
    /// Whether the texts are with the tables.
    has_begun: bool,
    tables: Tables,
}

impl Parts<'_> {
    /// The next tables, in order; all parts have the same symbols.
    pub fn next_part(&mut self) -> Option<&mut Tables> {
        self.advance().then_some(&mut self.tables)
    }

    /// The tables of the last [`Parts::next_part`].
    pub fn tables_mut(&mut self) -> &mut Tables {
        &mut self.tables
    }

    /// What [`Tables::mismatch`] says of all tables, once the first part is there.
    pub fn mismatch(&self) -> Option<Mismatch> {
        if self.compares {
            return None;
        }
        self.tables.mismatch()
    }

    fn advance(&mut self) -> bool {
        self.tables.tables.clear();
        if self.has_begun {
            self.shared.texts = std::mem::take(&mut self.tables.symbols);
        }
        self.has_begun = true;
        let (mut cells, spans) = self.take_tables();
        let judged = judge_side_by_side(&mut self.judges, &mut cells, &spans);
        let mut samples = cells.into_iter().zip(judged).peekable();
        for span in spans {
            let table = self.assemble(&mut samples, &span);
            self.tables.tables.push(table);
        }
        self.tables.symbols = std::mem::take(&mut self.shared.texts);
        !self.tables.tables.is_empty()
    }

    /// Takes the samples of some tables.
    fn take_tables(&mut self) -> (Vec<CellSample>, Vec<Span>) {
        let all = self.cells.as_slice();
        let mut spans = Vec::new();
        let mut start = 0;
        while start < all.len().min(self.size) {
            let first = all[start].key;
            let in_table = |cell: &&CellSample| cell.key.is_in_table_of(&first);
            let end = start + all[start..].iter().take_while(in_table).count();
            let mut columns: Vec<u32> = all[start..end].iter().map(|cell| cell.key.col).collect();
            columns.sort_unstable_by_key(|&col| self.col_places[col as usize]);
            columns.dedup();
            let unit = self.parser.symbols().text(first.unit);
            let assumption = if self.parser.units().is_exact(unit) {
                Assumption::Exact
            } else {
                Assumption::Nothing
            };
            spans.push(Span {
                end,
                columns,
                assumption,
            });
            start = end;
        }
        (self.cells.by_ref().take(start).collect(), spans)
    }

    /// Makes a table of its samples, which are sorted by row and column.
    fn assemble(
        &mut self,
        samples: &mut Peekable<impl Iterator<Item = (CellSample, Judged)>>,
        span: &Span,
    ) -> Table {
        let column_of: HashMap<u32, usize> = span.columns.iter().copied().zip(0..).collect();
        let first = samples.peek().map(|(cell, _)| cell.key);
        let (unit, table) = first.map_or((Symbol::EMPTY, 0), |key| (key.unit, key.table));
        let unit = self.parser.symbols().text(unit);
        let mut rows: Vec<Row> = Vec::new();
        let mut cells: Vec<Cell> = Vec::new();
        while let Some((sample, judged)) =
            samples.next_if(|(cell, _)| first.is_some_and(|first| first.is_in_table_of(&cell.key)))
        {
            let key = sample.key;
            cells.push(Cell {
                column: column_of[&key.col],
                summary: judged.summary,
                varying: if sample.residues.is_empty() {
                    Vec::new()
                } else {
                    let residues: Vec<u32> = [sample.residue]
                        .into_iter()
                        .chain(sample.residues)
                        .collect();
                    self.shared.varying(&self.residue, &residues)
                },
                comparison: judged.comparison,
                sample: judged.sample,
            });
            if !samples
                .peek()
                .is_some_and(|(next, _)| next.key.is_beside(&key))
            {
                let mut row = self.row(key.row);
                // As long as it is and no longer: there may be a million rows.
                row.cells.reserve_exact(cells.len());
                row.cells.append(&mut cells);
                rows.push(row);
            }
        }
        Table {
            headings: self.table.texts(&self.shared, table),
            unit: self.shared.texts.intern(unit),
            class: Class::of(unit),
            direction: self.parser.units().direction(unit),
            assumption: span.assumption,
            geomeans: (0..span.columns.len())
                .map(|column| column_geomean(&rows, column))
                .collect(),
            columns: span
                .columns
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

/// A table among the cells of a part.
#[derive(Debug)]
struct Span {
    /// The cell behind its last.
    end: usize,
    /// Its columns in order; the first is the baseline.
    columns: Vec<u32>,
    assumption: Assumption,
}

/// What statistics say of a cell.
#[derive(Debug)]
struct Judged {
    sample: Sample,
    summary: Summary,
    comparison: Option<Comparison>,
}

/// Summarises and compares samples, and remembers what depends on their sizes alone.
#[derive(Debug)]
struct Judge {
    comparer: Comparer,
    summarizer: Summarizer,
    alpha: f64,
}

impl Judge {
    fn new(comparer: Comparer, levels: Levels) -> Self {
        Self {
            comparer,
            summarizer: Summarizer::new(levels.confidence),
            alpha: levels.alpha,
        }
    }

    /// Judges whole rows, the first of which begins with the cell of the number `from`.
    fn judge(&mut self, cells: &mut [CellSample], from: usize, spans: &[Span]) -> Vec<Judged> {
        let mut judged: Vec<Judged> = Vec::with_capacity(cells.len());
        let mut spans = spans.iter().skip_while(|span| span.end <= from).peekable();
        let mut baseline: Option<(CellKey, usize)> = None;
        for (place, cell) in cells.iter_mut().enumerate() {
            spans.next_if(|span| span.end <= from + place);
            let Some(span) = spans.peek() else { break };
            let key = cell.key;
            let sample = Sample::new(std::mem::take(&mut cell.values));
            let base = baseline
                .filter(|(base, _)| base.is_beside(&key))
                .map(|(_, place)| &judged[place].sample);
            let comparison = base.map(|base| {
                self.comparer
                    .compare(base, &sample, span.assumption, self.alpha)
            });
            if span.columns.first() == Some(&key.col) {
                baseline = Some((key, place));
            }
            judged.push(Judged {
                summary: self.summarizer.summarize(&sample, span.assumption),
                comparison,
                sample,
            });
        }
        judged
    }
}

/// Gives each judge as many values.
fn judge_side_by_side(
    judges: &mut [Judge],
    cells: &mut [CellSample],
    spans: &[Span],
) -> Vec<Judged> {
    let values: usize = cells.iter().map(|cell| cell.values.len()).sum();
    // A thread for less takes longer to start.
    let count = judges.len().min(1 + values / 10_000);
    let share = values.div_ceil(count.max(1));
    std::thread::scope(|scope| {
        let mut rest = cells;
        let mut from = 0;
        let mut running = Vec::new();
        for (number, judge) in judges.iter_mut().enumerate().take(count) {
            let mut length = rest.len();
            if number + 1 < count {
                length = 0;
                let mut taken = 0;
                while length < rest.len() && (taken < share || is_within_row(rest, length)) {
                    taken += rest[length].values.len();
                    length += 1;
                }
            }
            let (mine, others) = rest.split_at_mut(length);
            rest = others;
            let start = from;
            from += length;
            if number + 1 < count {
                running.push(scope.spawn(move || judge.judge(mine, start, spans)));
            } else {
                let last = judge.judge(mine, start, spans);
                let mut all = Vec::new();
                for thread in running {
                    match thread.join() {
                        Ok(judged) => all.extend(judged),
                        Err(panic) => std::panic::resume_unwind(panic),
                    }
                }
                all.extend(last);
                return all;
            }
        }
        Vec::new()
    })
}

/// Whether a cell and the one before it are in one row.
fn is_within_row(cells: &[CellSample], place: usize) -> bool {
    place > 0 && cells[place - 1].key.is_beside(&cells[place].key)
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
